//! Values that several commands read from the command line. Each error names what was typed.

use crate::cli::outcome::Failed;
use crate::codec::represent::View;
use crate::model::config::MulticastGroup;
use crate::model::endpoint::Host;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PrintFormat {
    /// One line per record, the payload as text
    Text,
    /// One line per record, the payload as hex digits
    Hex,
    /// A line per record and the payload below it, 16 bytes a line
    Dump,
    /// One JSON object per record
    Jsonl,
    /// Nothing is printed
    None,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    /// From peers
    Rx,
    /// To peers
    Tx,
}

/// How payload is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ViewName {
    /// As characters
    #[default]
    Text,
    /// As hex digits
    Hex,
    /// Both, 16 bytes a line
    Dump,
}

/// Reads an address whose kind another word decides; an error names it as those of other options are named.
pub(crate) fn place<T>(name: &str, text: &str) -> Result<T, Failed>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| Failed::usage(format!("invalid value '{text}' for '<{name}>': {error}")))
}

impl From<Way> for Direction {
    fn from(way: Way) -> Direction {
        match way {
            Way::Rx => Direction::Received,
            Way::Tx => Direction::Sent,
        }
    }
}

impl From<ViewName> for View {
    fn from(name: ViewName) -> View {
        match name {
            ViewName::Text => View::Text,
            ViewName::Hex => View::Hex,
            ViewName::Dump => View::Dump,
        }
    }
}

/// Seconds, with a fraction if need be.
pub(crate) fn seconds(typed: &str) -> Result<Duration, String> {
    typed
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("'{typed}' is not a number of seconds"))
}

/// Milliseconds, with a fraction if need be; at least a microsecond.
pub(crate) fn milliseconds(typed: &str) -> Result<Duration, String> {
    let parsed: Option<f64> = typed.parse().ok();
    match parsed.and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok()) {
        Some(duration) if duration >= Duration::from_micros(1) => Ok(duration),
        Some(_) => Err("the shortest period is 0.001 milliseconds".to_owned()),
        None => Err(format!("'{typed}' is not a number of milliseconds")),
    }
}

/// `239.1.2.3`, `239.1.2.3%eth0`, `ff02::1%eth0`.
pub(crate) fn group(typed: &str) -> Result<MulticastGroup, String> {
    let (address, interface) = match typed.split_once('%') {
        Some((_, "")) => return Err(format!("the interface after '%' is missing in '{typed}'")),
        Some((address, interface)) => (address, Some(interface.to_owned())),
        None => (typed, None),
    };
    let host = Host::parse(address).map_err(|error| error.to_string())?;
    match host.address() {
        Some(group) if group.is_multicast() => Ok(MulticastGroup { group, interface }),
        Some(other) => Err(format!("{other} is not a multicast address")),
        None => Err(format!("'{address}' is not an address")),
    }
}

/// The number of a peer.
pub(crate) fn peer(typed: &str) -> Result<PeerId, String> {
    typed
        .parse()
        .ok()
        .and_then(PeerId::new)
        .ok_or_else(|| format!("'{typed}' is not the number of a peer; they count from 1"))
}

#[cfg(test)]
mod tests {
    use super::{group, milliseconds, place, seconds};
    use crate::cli::outcome::Failed;
    use crate::model::endpoint::HostPort;
    use std::time::Duration;

    #[test]
    fn durations_take_fractions_and_no_nonsense() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(milliseconds("2.5"), Ok(Duration::from_micros(2500)));
        for bad in ["", "-1", "nan", "1e40", "soon"] {
            assert!(seconds(bad).is_err() && milliseconds(bad).is_err(), "{bad}");
        }
        assert!(milliseconds("0").is_err());
    }

    #[test]
    fn an_address_that_makes_no_sense_is_told_as_other_values_are() {
        let Err(Failed::Usage(error)) = place::<HostPort>("ADDR:PORT", "127.0.0.1:70000") else { panic!() };
        let said = "invalid value '127.0.0.1:70000' for '<ADDR:PORT>': port '70000' is not a number from 0 to 65535 (at character 11)";
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn groups_may_name_their_interface() {
        assert_eq!(group("239.1.2.3%eth0").unwrap().interface.as_deref(), Some("eth0"));
        assert_eq!(group("ff02::1").unwrap().interface, None);
        for bad in ["10.0.0.1", "239.1.2.3%", "somewhere"] {
            assert!(group(bad).is_err(), "{bad}");
        }
    }
}
