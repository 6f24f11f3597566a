//! Hosts and ports as people type them. Knows the notation, not the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use thiserror::Error;

/// A host that was typed: an address, or a name that has still to be resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// An IP address; an IPv6 one may carry a scope (`fe80::1%eth0`), kept as text.
    Address(IpAddr, Option<String>),
    /// A host name.
    Name(String),
}

/// A host and a port: `127.0.0.1:9000`, `[::1]:9000`, `plc.local:502`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// Where.
    pub host: Host,
    /// 0 lets the system choose, where that makes sense.
    pub port: u16,
}

/// What is wrong with a typed endpoint, and where in it (a byte offset).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EndpointError {
    /// Nothing was typed where a host is needed.
    #[error("the host is missing; write HOST:PORT, for example 127.0.0.1:9000")]
    HostMissing,
    /// There is no `:PORT`.
    #[error("the port is missing in '{text}'; write {text}:PORT")]
    PortMissing {
        /// What was typed.
        text: String,
    },
    /// An IPv6 address without brackets, so that its last group cannot be told from a port.
    #[error("'{text}' is an IPv6 address: put it in brackets before the port, [{text}]:PORT")]
    BracketsMissing {
        /// What was typed.
        text: String,
    },
    /// `[` without `]`.
    #[error("the bracket opened in '{text}' is never closed")]
    BracketOpen {
        /// What was typed.
        text: String,
    },
    /// The port is not a number from 0 to 65535.
    #[error("port '{text}' is not a number from 0 to 65535 (at character {at})")]
    PortInvalid {
        /// The part that should have been a port.
        text: String,
        /// Where it starts, counted in characters from 1.
        at: usize,
    },
    /// A character that no host name or address has.
    #[error("'{character}' cannot be part of a host (at character {at} of '{text}')")]
    HostInvalid {
        /// The whole host part.
        text: String,
        /// The first character that does not belong.
        character: char,
        /// Where it stands, counted in characters from 1.
        at: usize,
    },
    /// Looks like an IPv4 address but is none.
    #[error("'{text}' is not an IPv4 address: it needs four numbers from 0 to 255")]
    AddressInvalid {
        /// What was typed.
        text: String,
    },
    /// What stands between brackets is no IPv6 address.
    #[error("'{text}' is not an IPv6 address")]
    Ipv6Invalid {
        /// What stands between the brackets.
        text: String,
    },
    /// What stands behind `%` cannot be the name or number of an interface.
    #[error("'{scope}' in '{text}' is not the name of a network interface")]
    ScopeInvalid {
        /// What stands behind `%`.
        scope: String,
        /// The whole address.
        text: String,
    },
}

impl Host {
    /// Reads a host that stands alone, without a port; brackets around IPv6 are optional here.
    pub fn parse(text: &str) -> Result<Host, EndpointError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EndpointError::HostMissing);
        }
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner
                .strip_suffix(']')
                .ok_or_else(|| EndpointError::BracketOpen { text: text.to_owned() })?;
            return parse_ipv6(inner);
        }
        if text.matches(':').count() >= 2 {
            return parse_ipv6(text);
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Host::Address(IpAddr::V4(address), None));
        }
        if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
            return Err(EndpointError::AddressInvalid { text: text.to_owned() });
        }
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        match text.chars().enumerate().find(|(_, c)| !belongs(*c)) {
            Some((place, character)) => {
                Err(EndpointError::HostInvalid { text: text.to_owned(), character, at: place + 1 })
            }
            None => Ok(Host::Name(text.to_owned())),
        }
    }

    /// The address, if no name has to be resolved.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Host::Address(address, _) => Some(*address),
            Host::Name(_) => None,
        }
    }
}

fn parse_ipv6(text: &str) -> Result<Host, EndpointError> {
    let (address, scope) = match text.split_once('%') {
        Some((address, scope)) => (address, Some(scope)),
        None => (text, None),
    };
    let Ok(parsed) = address.parse::<Ipv6Addr>() else {
        return Err(EndpointError::Ipv6Invalid { text: text.to_owned() });
    };
    match scope {
        Some(scope) if !is_interface(scope) => {
            Err(EndpointError::ScopeInvalid { scope: scope.to_owned(), text: text.to_owned() })
        }
        scope => Ok(Host::Address(IpAddr::V6(parsed), scope.map(ToOwned::to_owned))),
    }
}

/// Whether this can name an interface: no system allows white space or these signs in such a name, and an address
/// with them could not be written down and read back.
fn is_interface(name: &str) -> bool {
    let is_foreign = |c: char| c.is_whitespace() || c.is_control() || "%/:[]".contains(c);
    !name.is_empty() && !name.contains(is_foreign)
}

/// Reads a port that stands alone; `at` says where it stands in the whole text, for the error.
fn parse_port(text: &str, at: usize) -> Result<u16, EndpointError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits => Ok(port),
        _ => Err(EndpointError::PortInvalid { text: text.to_owned(), at }),
    }
}

impl HostPort {
    /// The endpoint of an address and a port.
    pub fn new(address: impl Into<IpAddr>, port: u16) -> HostPort {
        HostPort { host: Host::Address(address.into(), None), port }
    }

    /// Reads a port that was typed into a field of its own.
    pub fn parse_port(text: &str) -> Result<u16, EndpointError> {
        parse_port(text.trim(), 1)
    }
}

impl FromStr for HostPort {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<HostPort, EndpointError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EndpointError::HostMissing);
        }
        let (host, port_at) = if text.starts_with('[') {
            let close = text.find(']').ok_or_else(|| EndpointError::BracketOpen { text: text.to_owned() })?;
            match text[close + 1..].strip_prefix(':') {
                Some(_) => (&text[..=close], close + 2),
                None => return Err(EndpointError::PortMissing { text: text.to_owned() }),
            }
        } else {
            match text.matches(':').count() {
                0 => return Err(EndpointError::PortMissing { text: text.to_owned() }),
                1 => {
                    let colon = text.find(':').unwrap_or(0);
                    (&text[..colon], colon + 1)
                }
                _ => return Err(EndpointError::BracketsMissing { text: text.to_owned() }),
            }
        };
        let at = text[..port_at].chars().count() + 1;
        Ok(HostPort { host: Host::parse(host)?, port: parse_port(&text[port_at..], at)? })
    }
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> HostPort {
        let scope = match address {
            SocketAddr::V6(v6) if v6.scope_id() != 0 => Some(v6.scope_id().to_string()),
            _ => None,
        };
        HostPort { host: Host::Address(address.ip(), scope), port: address.port() }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Address(address, None) => address.fmt(f),
            Host::Address(address, Some(scope)) => write!(f, "{address}%{scope}"),
            Host::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(_), _) => write!(f, "[{}]:{}", self.host, self.port),
            host => write!(f, "{host}:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EndpointError, Host, HostPort};

    #[test]
    fn good_endpoints_read_back_as_they_were_typed() {
        for text in
            ["127.0.0.1:9000", "0.0.0.0:0", "[::1]:9000", "[fe80::1%eth0]:502", "plc-7.local:502", "设备:80"]
        {
            assert_eq!(text.parse::<HostPort>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn bad_endpoints_say_what_and_where() {
        for (text, message) in [
            ("", "the host is missing; write HOST:PORT, for example 127.0.0.1:9000"),
            (":80", "the host is missing; write HOST:PORT, for example 127.0.0.1:9000"),
            ("localhost", "the port is missing in 'localhost'; write localhost:PORT"),
            ("localhost:70000", "port '70000' is not a number from 0 to 65535 (at character 11)"),
            ("localhost:+80", "port '+80' is not a number from 0 to 65535 (at character 11)"),
            (
                "::1:9000",
                "'::1:9000' is an IPv6 address: put it in brackets before the port, [::1:9000]:PORT",
            ),
            ("[::1:9000", "the bracket opened in '[::1:9000' is never closed"),
            ("[1.2.3.4]:80", "'1.2.3.4' is not an IPv6 address"),
            ("[fe80::1%]:80", "'' in 'fe80::1%' is not the name of a network interface"),
            ("[fe80::1%a b]:80", "'a b' in 'fe80::1%a b' is not the name of a network interface"),
            ("[::%\r]:80", "'\r' in '::%\r' is not the name of a network interface"),
            ("my plc:80", "' ' cannot be part of a host (at character 3 of 'my plc')"),
            ("300.1.1.1:80", "'300.1.1.1' is not an IPv4 address: it needs four numbers from 0 to 255"),
        ] {
            assert_eq!(text.parse::<HostPort>().unwrap_err().to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn a_host_alone_needs_no_brackets() {
        assert_eq!(Host::parse("::1").unwrap().to_string(), "::1");
        assert_eq!(Host::parse("[::1]").unwrap().to_string(), "::1");
        assert_eq!(Host::parse("  ").unwrap_err(), EndpointError::HostMissing);
    }
}
