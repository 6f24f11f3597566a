//! Where one end of an exchange is: an IP address with its port, the name of a Unix socket, or an IP address alone. It
//! knows how addresses are written down, not how they are reached.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use thiserror::Error;

/// One end of an exchange, as records, status and commands name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// An IP address and a port: TCP, UDP and what runs on them.
    Ip(SocketAddr),
    /// The name of a Unix socket.
    Unix(UnixName),
    /// An IP address without a port: raw IP.
    Raw(IpAddr),
    /// This end has no address, as the client of a Unix socket usually has none.
    #[default]
    None,
}

/// The name of a Unix socket, small enough to be copied like any other address: a path, or an abstract name, which is
/// kept as the system keeps it, with a zero byte in front. It is written with an `@` instead; a byte that is no text,
/// or that would make the name look like something else, is written `\xNN`.
#[derive(Clone, Copy)]
pub struct UnixName {
    length: u8,
    bytes: [u8; UnixName::MOST_BYTES],
}

/// Why a text names no Unix socket.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UnixNameError {
    /// There is no name.
    #[error("the name of the socket is missing; write a path, or @NAME for an abstract one")]
    Missing,
    /// No system has room for it.
    #[error("the name of the socket has {length} bytes; at most {} fit", UnixName::MOST_BYTES - 1)]
    TooLong {
        /// How long it is.
        length: usize,
    },
    /// A path ends at a zero byte.
    #[error("a path cannot have a zero byte in it; write @NAME for an abstract name")]
    ZeroInPath,
}

/// A text is neither an IP address nor the name of a Unix socket.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("'{text}' is no address: {why}")]
pub struct AddressError {
    text: String,
    why: UnixNameError,
}

impl Address {
    /// How the absence of an address is written.
    const UNNAMED: &str = "unnamed";

    /// The IP address and its port, where it is one.
    pub fn socket_addr(self) -> Option<SocketAddr> {
        match self {
            Address::Ip(address) => Some(address),
            Address::Unix(_) | Address::Raw(_) | Address::None => None,
        }
    }

    /// The IP address, with or without a port.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Address::Ip(address) => Some(address.ip()),
            Address::Raw(address) => Some(address),
            Address::Unix(_) | Address::None => None,
        }
    }

    /// The port, where there is one.
    pub fn port(self) -> Option<u16> {
        self.socket_addr().map(|address| address.port())
    }

    /// The same port on this IP address, where there is a port.
    #[must_use]
    pub fn on(self, ip: IpAddr) -> Address {
        match self.port() {
            Some(port) => Address::Ip(SocketAddr::new(ip, port)),
            None => Address::Raw(ip),
        }
    }

    /// An IPv4 address that a dual-stack socket shows in its mapped form is the IPv4 address.
    #[must_use]
    pub fn to_canonical(self) -> Address {
        match self {
            Address::Ip(SocketAddr::V6(v6)) => match v6.ip().to_ipv4_mapped() {
                Some(v4) => Address::Ip(SocketAddr::new(v4.into(), v6.port())),
                None => self,
            },
            Address::Raw(address) => Address::Raw(address.to_canonical()),
            Address::Ip(_) | Address::Unix(_) | Address::None => self,
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Address {
        Address::Ip(address)
    }
}

impl From<UnixName> for Address {
    fn from(name: UnixName) -> Address {
        Address::Unix(name)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        if text == Address::UNNAMED {
            return Ok(Address::None);
        }
        if let Ok(address) = text.parse() {
            return Ok(Address::Ip(address));
        }
        if let Ok(address) = text.parse() {
            return Ok(Address::Raw(address));
        }
        text.parse().map(Address::Unix).map_err(|why| AddressError { text: text.to_owned(), why })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(address) => address.fmt(f),
            Address::Unix(name) => name.fmt(f),
            Address::Raw(address) => address.fmt(f),
            Address::None => f.pad(Address::UNNAMED),
        }
    }
}

impl UnixName {
    /// Linux has room for so many, the zero that begins an abstract name or ends a path included; others for less.
    pub const MOST_BYTES: usize = 108;

    /// The name that the system keeps in these bytes.
    pub fn new(name: &[u8]) -> Result<UnixName, UnixNameError> {
        let is_abstract = match name {
            [] | [0] => return Err(UnixNameError::Missing),
            [0, ..] => true,
            path if path.contains(&0) => return Err(UnixNameError::ZeroInPath),
            _ => false,
        };
        if name.len() + usize::from(!is_abstract) > UnixName::MOST_BYTES {
            return Err(UnixNameError::TooLong { length: name.len() - usize::from(is_abstract) });
        }
        let mut bytes = [0; UnixName::MOST_BYTES];
        bytes[..name.len()].copy_from_slice(name);
        Ok(UnixName { length: u8::try_from(name.len()).unwrap_or(0), bytes })
    }

    /// The name as the system keeps it: an abstract one begins with a zero byte.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it stands in no folder.
    pub fn is_abstract(&self) -> bool {
        self.bytes[0] == 0
    }

    /// Whether it would be read as something else when it was written as it is.
    fn looks_like_something_else(&self) -> bool {
        let text = std::str::from_utf8(self.as_bytes()).unwrap_or_default();
        let is_ip = || text.parse::<SocketAddr>().is_ok() || text.parse::<IpAddr>().is_ok();
        text.starts_with('@') || text == Address::UNNAMED || is_ip()
    }
}

impl FromStr for UnixName {
    type Err = UnixNameError;

    fn from_str(text: &str) -> Result<UnixName, UnixNameError> {
        let (mut name, mut rest) = match text.strip_prefix('@') {
            Some(rest) => (vec![0], rest),
            None => (Vec::new(), text),
        };
        while let Some((before, after)) = rest.split_once("\\x") {
            name.extend_from_slice(before.as_bytes());
            let byte = after.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            if let Some(byte) = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                name.push(byte);
                rest = &after[2..];
            } else {
                name.extend_from_slice(b"\\x");
                rest = after;
            }
        }
        name.extend_from_slice(rest.as_bytes());
        UnixName::new(&name)
    }
}

impl fmt::Display for UnixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let mut rest = self.as_bytes();
        if self.is_abstract() {
            text.push('@');
            rest = &rest[1..];
        } else if self.looks_like_something_else() {
            push_escaped(&mut text, rest[0]);
            rest = &rest[1..];
        }
        for chunk in rest.utf8_chunks() {
            for (place, character) in chunk.valid().char_indices() {
                let begins_escape = chunk.valid()[place..].starts_with("\\x");
                if character.is_control() || begins_escape {
                    let mut bytes = [0; 4];
                    character.encode_utf8(&mut bytes).bytes().for_each(|byte| push_escaped(&mut text, byte));
                } else {
                    text.push(character);
                }
            }
            chunk.invalid().iter().for_each(|byte| push_escaped(&mut text, *byte));
        }
        f.pad(&text)
    }
}

fn push_escaped(text: &mut String, byte: u8) {
    text.push_str("\\x");
    for digit in [byte >> 4, byte & 15] {
        text.extend(char::from_digit(digit.into(), 16));
    }
}

impl fmt::Debug for UnixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for UnixName {
    fn eq(&self, other: &UnixName) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for UnixName {}

impl PartialOrd for UnixName {
    fn partial_cmp(&self, other: &UnixName) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnixName {
    fn cmp(&self, other: &UnixName) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for UnixName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, UnixName, UnixNameError};

    #[test]
    fn addresses_read_back_as_they_are_written() {
        let unix = |name: &[u8]| Address::Unix(UnixName::new(name).unwrap());
        for (address, text) in [
            (Address::Ip("127.0.0.1:9000".parse().unwrap()), "127.0.0.1:9000"),
            (Address::Ip("[fe80::1%3]:502".parse().unwrap()), "[fe80::1%3]:502"),
            (Address::Raw("10.0.0.1".parse().unwrap()), "10.0.0.1"),
            (Address::Raw("::1".parse().unwrap()), "::1"),
            (Address::None, "unnamed"),
            (unix(b"/run/plc.sock"), "/run/plc.sock"),
            (unix("设备 7".as_bytes()), "设备 7"),
            (unix(b"\0plc"), "@plc"),
            (unix(b"\0a\0\x1fb\xff"), "@a\\x00\\x1fb\\xff"),
            (unix(b"@plc"), "\\x40plc"),
            (unix(b"127.0.0.1:9000"), "\\x3127.0.0.1:9000"),
            (unix(b"::1"), "\\x3a:1"),
            (unix(b"unnamed"), "\\x75nnamed"),
            (unix(b"C:\\xff\\y"), "C:\\x5cxff\\y"),
        ] {
            assert_eq!(address.to_string(), text);
            assert_eq!(text.parse::<Address>(), Ok(address), "{text}");
        }
    }

    #[test]
    fn names_that_are_none_say_why() {
        let long = "x".repeat(108);
        for (text, why) in [
            ("", "the name of the socket is missing; write a path, or @NAME for an abstract one"),
            ("@", "the name of the socket is missing; write a path, or @NAME for an abstract one"),
            (long.as_str(), "the name of the socket has 108 bytes; at most 107 fit"),
            ("a\\x00b", "a path cannot have a zero byte in it; write @NAME for an abstract name"),
        ] {
            assert_eq!(text.parse::<UnixName>().unwrap_err().to_string(), why, "{text}");
        }
        assert_eq!(
            "".parse::<Address>().unwrap_err().to_string(),
            format!("'' is no address: {}", UnixNameError::Missing)
        );
        assert!("x".repeat(107).parse::<UnixName>().is_ok());
        assert!(format!("@{}", "x".repeat(107)).parse::<UnixName>().is_ok());
    }
}
