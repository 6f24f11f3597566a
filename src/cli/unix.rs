//! `unix`: datagrams to and from Unix sockets; and the options that `listen unix` and `connect unix` have besides.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::model::address::UnixName;
use crate::model::config::{SessionConfig, UnixDatagramsConfig, UnixPlace, UnixType};

/// The heading under which help lists the options of Unix sockets.
const UNIX: &str = "Unix sockets";

/// Exchange datagrams with Unix sockets
///
/// It runs until it is stopped. The sends go to --to once; without --to each socket that something comes from gets
/// them. A name that begins with @ is abstract.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Its own name; without one the system picks an abstract one, so that it can be answered
    #[arg(long, value_name = "PATH")]
    bind: Option<UnixName>,
    /// Where sends go
    #[arg(long, value_name = "PATH")]
    to: Option<UnixName>,
    #[command(flatten)]
    place: PlaceArguments,
    #[command(flatten)]
    live: LiveArguments,
}

/// What becomes of the file at which a Unix socket stands.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PlaceArguments {
    /// The permissions of the socket's file, such as 600; without it the system decides
    #[arg(long, value_name = "MODE", value_parser = mode, help_heading = UNIX)]
    mode: Option<u32>,
    /// Replace the file of a socket at which nobody listens any more
    #[arg(long, help_heading = UNIX)]
    replace_stale: bool,
}

/// How the connections of Unix sockets carry bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TypeWord {
    /// As TCP does
    Stream,
    /// As messages that keep their borders
    Seqpacket,
}

/// Which type of Unix socket.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct TypeArguments {
    /// The type of a Unix socket [default: stream]
    #[arg(long = "type", value_enum, value_name = "TYPE", help_heading = UNIX)]
    unix_type: Option<TypeWord>,
}

/// Exchanges datagrams until told to stop.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments { bind, to, place, live } = typed;
    let name = bind.or(to).map(|name| format!(" {name}")).unwrap_or_default();
    let send_to = if to.is_some() { SendTo::Configured } else { SendTo::EachPeer };
    let bind = if let Some(name) = bind {
        Some(place.at(name)?)
    } else {
        place.refuse("a socket without --bind has no file")?;
        None
    };
    let options = live.options.clone();
    let config = SessionConfig::UnixDatagrams(UnixDatagramsConfig { bind, to, options });
    live.plan(format!("unix{name}"), config, send_to)
}

impl PlaceArguments {
    /// The place of this name.
    pub(crate) fn at(&self, name: UnixName) -> Result<UnixPlace, Failed> {
        if name.is_abstract() {
            self.refuse("an abstract name has no file")?;
        }
        Ok(UnixPlace { name, mode: self.mode, replace_stale: self.replace_stale })
    }

    /// Fails with the reason where anything was asked for that needs a file.
    pub(crate) fn refuse(&self, why: &str) -> Result<(), Failed> {
        match (self.mode, self.replace_stale) {
            (Some(_), _) => Err(Failed::usage(format!("--mode: {why}"))),
            (None, true) => Err(Failed::usage(format!("--replace-stale: {why}"))),
            (None, false) => Ok(()),
        }
    }
}

impl TypeArguments {
    /// The type that was asked for.
    pub(crate) fn unix_type(&self) -> UnixType {
        match self.unix_type {
            Some(TypeWord::Seqpacket) => UnixType::SeqPacket,
            Some(TypeWord::Stream) | None => UnixType::Stream,
        }
    }

    /// Fails where a type was asked for that is none of TCP's.
    pub(crate) fn refuse(&self) -> Result<(), Failed> {
        match self.unix_type {
            Some(_) => Err(Failed::usage("--type goes with unix; tcp is always a stream")),
            None => Ok(()),
        }
    }
}

/// Permissions as they are written everywhere: up to four octal digits.
fn mode(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o7777 && text.bytes().all(|digit| digit.is_ascii_digit()) => Ok(mode),
        _ => Err("write the permissions as octal digits, such as 600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn permissions_are_octal() {
        for (text, wanted) in
            [("600", Some(0o600)), ("0660", Some(0o660)), ("8", None), ("+7", None), ("", None)]
        {
            assert_eq!(mode(text).ok(), wanted, "{text}");
        }
    }
}
