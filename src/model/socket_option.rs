//! Socket options by name and value. Setting them is `net::options`.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The options that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OptionName {
    /// A restart is not blocked by connections in `TIME_WAIT`.
    ReuseAddress,
    /// Several sockets share one port.
    ReusePort,
    /// Small writes go out at once.
    NoDelay,
    /// Idle connections are probed.
    KeepAlive,
    /// Seconds of idleness before the first probe.
    KeepAliveIdle,
    /// Seconds between probes.
    KeepAliveInterval,
    /// Probes without an answer before the connection is given up.
    KeepAliveCount,
    /// Seconds that closing waits for unsent data; 0 closes with a reset.
    Linger,
    /// Bytes the kernel keeps for us.
    ReceiveBuffer,
    /// Bytes the kernel keeps for the peer.
    SendBuffer,
    /// Hops a packet may take.
    Ttl,
    /// The type-of-service byte (DSCP in its upper six bits).
    Tos,
    /// Hops a multicast packet may take.
    MulticastTtl,
    /// Whether our own multicast packets come back to this machine.
    MulticastLoop,
    /// The interface that multicast packets leave by: its name or address.
    MulticastInterface,
    /// Use one interface only.
    BindToDevice,
    /// Milliseconds that sent data may stay unacknowledged.
    UserTimeout,
    /// An IPv6 socket does not take IPv4 as well.
    Ipv6Only,
    /// Sending to broadcast addresses is allowed.
    Broadcast,
}

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionShape {
    /// on or off.
    Flag,
    /// A whole number in the unit named.
    Number {
        /// The unit, such as "bytes"; empty for plain counts.
        unit: &'static str,
        /// The largest value that makes sense.
        max: u64,
    },
    /// A name.
    Text,
}

/// An option's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OptionValue {
    /// on or off.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A name.
    Text(String),
}

/// An option that is asked for: `no-delay=on`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SocketOption {
    /// Which.
    pub name: OptionName,
    /// What it shall be.
    pub value: OptionValue,
}

/// What was asked for beside what the kernel granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionReport {
    /// Which.
    pub name: OptionName,
    /// What was asked for; `None` shows the kernel's own choice.
    pub asked: Option<OptionValue>,
    /// What the kernel has now; `None` where it does not tell.
    pub granted: Option<OptionValue>,
}

/// For which sockets an option means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fits {
    Both,
    Streams,
    Datagrams,
}

/// A row of the table of options.
type Row = (OptionName, &'static str, OptionShape, Fits, u8);

/// Every option: its name, the shape of its value, what it is for, and its frozen code in journals.
const TABLE: [Row; 19] = [
    (OptionName::ReuseAddress, "reuse-address", OptionShape::Flag, Fits::Both, 1),
    (OptionName::ReusePort, "reuse-port", OptionShape::Flag, Fits::Both, 2),
    (OptionName::NoDelay, "no-delay", OptionShape::Flag, Fits::Streams, 3),
    (OptionName::KeepAlive, "keep-alive", OptionShape::Flag, Fits::Streams, 4),
    (
        OptionName::KeepAliveIdle,
        "keep-alive-idle",
        OptionShape::Number { unit: "s", max: 32_767 },
        Fits::Streams,
        5,
    ),
    (
        OptionName::KeepAliveInterval,
        "keep-alive-interval",
        OptionShape::Number { unit: "s", max: 32_767 },
        Fits::Streams,
        6,
    ),
    (
        OptionName::KeepAliveCount,
        "keep-alive-count",
        OptionShape::Number { unit: "", max: 127 },
        Fits::Streams,
        7,
    ),
    (OptionName::Linger, "linger", OptionShape::Number { unit: "s", max: 65_535 }, Fits::Streams, 8),
    (
        OptionName::ReceiveBuffer,
        "receive-buffer",
        OptionShape::Number { unit: "bytes", max: 1 << 30 },
        Fits::Both,
        9,
    ),
    (
        OptionName::SendBuffer,
        "send-buffer",
        OptionShape::Number { unit: "bytes", max: 1 << 30 },
        Fits::Both,
        10,
    ),
    (OptionName::Ttl, "ttl", OptionShape::Number { unit: "hops", max: 255 }, Fits::Both, 11),
    (OptionName::Tos, "tos", OptionShape::Number { unit: "", max: 255 }, Fits::Both, 12),
    (
        OptionName::MulticastTtl,
        "multicast-ttl",
        OptionShape::Number { unit: "hops", max: 255 },
        Fits::Datagrams,
        13,
    ),
    (OptionName::MulticastLoop, "multicast-loop", OptionShape::Flag, Fits::Datagrams, 14),
    (OptionName::MulticastInterface, "multicast-interface", OptionShape::Text, Fits::Datagrams, 15),
    (OptionName::BindToDevice, "bind-to-device", OptionShape::Text, Fits::Both, 16),
    (
        OptionName::UserTimeout,
        "user-timeout",
        OptionShape::Number { unit: "ms", max: u32::MAX as u64 },
        Fits::Streams,
        17,
    ),
    (OptionName::Ipv6Only, "ipv6-only", OptionShape::Flag, Fits::Both, 18),
    (OptionName::Broadcast, "broadcast", OptionShape::Flag, Fits::Datagrams, 19),
];

/// What is wrong with an option that was typed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OptionError {
    /// There is no `=`.
    #[error("'{text}' has no value; write NAME=VALUE, for example no-delay=on")]
    ValueMissing {
        /// What was typed.
        text: String,
    },
    /// No option has this name.
    #[error("unknown option '{name}'; known are {known}")]
    Unknown {
        /// What was typed.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The value does not fit the option.
    #[error("option {name} takes {expected}, not '{value}'")]
    ValueInvalid {
        /// The option.
        name: OptionName,
        /// What it takes.
        expected: String,
        /// What was typed.
        value: String,
    },
}

impl OptionName {
    /// All options, in the order in which they are listed.
    pub fn all() -> impl ExactSizeIterator<Item = OptionName> {
        TABLE.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// The name people write.
    pub fn text(self) -> &'static str {
        self.row().1
    }

    /// What values it takes.
    pub fn shape(self) -> OptionShape {
        self.row().2
    }

    /// Whether it means something for streams, such as a listener and its connections.
    pub fn fits_streams(self) -> bool {
        self.row().3 != Fits::Datagrams
    }

    /// Whether it means something for datagrams.
    pub fn fits_datagrams(self) -> bool {
        self.row().3 != Fits::Streams
    }

    /// The code that journals keep; never renumbered.
    pub fn code(self) -> u8 {
        self.row().4
    }

    /// The option with this code, if this version knows it.
    pub fn from_code(code: u8) -> Option<OptionName> {
        TABLE.iter().find(|row| row.4 == code).map(|row| row.0)
    }

    /// Reads a value for this option.
    pub fn parse_value(self, text: &str) -> Result<OptionValue, OptionError> {
        let invalid =
            |expected: String| OptionError::ValueInvalid { name: self, expected, value: text.to_owned() };
        match self.shape() {
            OptionShape::Flag => match text.to_ascii_lowercase().as_str() {
                "on" | "1" | "true" | "yes" => Ok(OptionValue::Flag(true)),
                "off" | "0" | "false" | "no" => Ok(OptionValue::Flag(false)),
                _ => Err(invalid("on or off".to_owned())),
            },
            OptionShape::Number { unit, max } => match text.parse::<u64>() {
                Ok(number) if number <= max => Ok(OptionValue::Number(number)),
                _ => Err(invalid(format!(
                    "a number from 0 to {max}{}{unit}",
                    if unit.is_empty() { "" } else { " " }
                ))),
            },
            OptionShape::Text if text.is_empty() => Err(invalid("a name".to_owned())),
            OptionShape::Text => Ok(OptionValue::Text(text.to_owned())),
        }
    }
}

impl FromStr for SocketOption {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<SocketOption, OptionError> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| OptionError::ValueMissing { text: text.to_owned() })?;
        let name = name.trim().replace('_', "-").to_ascii_lowercase();
        let Some(row) = TABLE.iter().find(|row| row.1 == name) else {
            let known = TABLE.iter().map(|row| row.1).collect::<Vec<_>>().join(", ");
            return Err(OptionError::Unknown { name, known });
        };
        Ok(SocketOption { name: row.0, value: row.0.parse_value(value.trim())? })
    }
}

impl fmt::Display for OptionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionValue::Flag(true) => f.write_str("on"),
            OptionValue::Flag(false) => f.write_str("off"),
            OptionValue::Number(number) => number.fmt(f),
            OptionValue::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for SocketOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::{OptionName, SocketOption};

    #[test]
    fn options_read_back_as_they_were_typed() {
        for text in ["no-delay=on", "linger=0", "receive-buffer=4194304", "bind-to-device=eth0"] {
            assert_eq!(text.parse::<SocketOption>().unwrap().to_string(), text);
        }
        assert_eq!("No_Delay=1".parse::<SocketOption>().unwrap().to_string(), "no-delay=on");
    }

    #[test]
    fn bad_options_say_what_would_be_good() {
        for (text, start) in [
            ("no-delay", "'no-delay' has no value"),
            ("speed=9", "unknown option 'speed'; known are reuse-address, "),
            ("ttl=300", "option ttl takes a number from 0 to 255 hops, not '300'"),
            ("no-delay=maybe", "option no-delay takes on or off, not 'maybe'"),
        ] {
            let message = text.parse::<SocketOption>().unwrap_err().to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }

    #[test]
    fn options_know_what_they_are_for() {
        let of = |fits: fn(OptionName) -> bool| OptionName::all().filter(move |name| !fits(*name));
        let only_datagrams: Vec<_> = of(OptionName::fits_streams).map(OptionName::text).collect();
        assert_eq!(only_datagrams, ["multicast-ttl", "multicast-loop", "multicast-interface", "broadcast"]);
        let only_streams: Vec<_> = of(OptionName::fits_datagrams).map(OptionName::text).collect();
        assert_eq!(
            only_streams,
            [
                "no-delay",
                "keep-alive",
                "keep-alive-idle",
                "keep-alive-interval",
                "keep-alive-count",
                "linger",
                "user-timeout"
            ]
        );
    }

    #[test]
    fn codes_are_unique_and_read_back() {
        for name in OptionName::all() {
            assert_eq!(OptionName::from_code(name.code()), Some(name));
        }
    }
}
