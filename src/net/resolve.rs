//! From typed hosts to socket addresses. Names are looked up by the system, which may block: not for workers.

use crate::model::endpoint::{Host, HostPort};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::own_address::OwnAddress;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// All addresses that a host and port stand for, in the system's order, each once. May block for seconds where a
/// name has to be looked up.
pub fn resolve(endpoint: &HostPort) -> Result<Vec<SocketAddr>, Failure> {
    match address_without_lookup(endpoint)? {
        Some(address) => Ok(vec![address]),
        None => look_up(endpoint),
    }
}

/// The address, if no name has to be looked up.
pub fn address_without_lookup(endpoint: &HostPort) -> Result<Option<SocketAddr>, Failure> {
    match &endpoint.host {
        Host::Address(IpAddr::V6(address), Some(scope)) => {
            let index = interface_index(scope).ok_or_else(|| no_such_interface(endpoint, scope))?;
            Ok(Some(SocketAddrV6::new(*address, endpoint.port, 0, index).into()))
        }
        Host::Address(address, _) => Ok(Some(SocketAddr::new(*address, endpoint.port))),
        Host::Name(_) => Ok(None),
    }
}

fn look_up(endpoint: &HostPort) -> Result<Vec<SocketAddr>, Failure> {
    let host = endpoint.host.to_string();
    let found = match (host.as_str(), endpoint.port).to_socket_addrs() {
        Ok(found) => found.collect(),
        // This name means this machine, also where the system has no list of hosts.
        Err(_) if is_localhost(&host) => loopback(endpoint.port),
        Err(error) => {
            return Err(Failure::new(Operation::Resolve, &host, lookup_error(&error)));
        }
    };
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Failure::new(Operation::Resolve, &host, OsError::from_words("the name has no address")));
    }
    Ok(addresses)
}

/// What the system's resolver said. The standard library hands on its words alone; which number and name belong to them
/// is known.
fn lookup_error(error: &io::Error) -> OsError {
    if error.raw_os_error().is_some() {
        return OsError::from(error);
    }
    let words = error.to_string();
    let words = words.strip_prefix("failed to lookup address information: ").unwrap_or(&words);
    let error = OsError::from_system_words(words);
    match RESOLVER_ERRORS.iter().find(|(_, _, words)| error.message == *words) {
        Some((code, name, _)) => OsError { code: *code, name: (*name).to_owned(), ..error },
        None => error,
    }
}

/// The numbers of the resolver's errors, their names and the words for them.
#[cfg(target_os = "linux")]
const RESOLVER_ERRORS: [(i32, &str, &str); 4] = [
    (-2, "EAI_NONAME", "name or service not known"),
    (-3, "EAI_AGAIN", "temporary failure in name resolution"),
    (-4, "EAI_FAIL", "non-recoverable failure in name resolution"),
    (-5, "EAI_NODATA", "no address associated with hostname"),
];
#[cfg(target_os = "macos")]
const RESOLVER_ERRORS: [(i32, &str, &str); 3] = [
    (8, "EAI_NONAME", "nodename nor servname provided, or not known"),
    (2, "EAI_AGAIN", "temporary failure in name resolution"),
    (4, "EAI_FAIL", "non-recoverable failure in name resolution"),
];
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const RESOLVER_ERRORS: [(i32, &str, &str); 0] = [];

fn is_localhost(host: &str) -> bool {
    host.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}

fn loopback(port: u16) -> Vec<SocketAddr> {
    vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
}

fn no_such_interface(endpoint: &HostPort, scope: &str) -> Failure {
    let words = format!("this machine has no interface '{scope}'");
    Failure::new(Operation::Resolve, &endpoint.host, OsError::from_words(words))
}

/// The number of the interface with this name, number or address.
pub fn interface_index(interface: &str) -> Option<u32> {
    if let Ok(number) = interface.parse() {
        return Some(number);
    }
    let wanted: Option<IpAddr> = interface.parse().ok();
    interfaces()
        .into_iter()
        .find(|found| found.name == interface || Some(found.address) == wanted)
        .and_then(|found| found.index)
}

/// An IPv4 address of the interface with this name or address.
pub fn interface_ipv4(interface: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = interface.parse() {
        return Some(address);
    }
    interfaces().into_iter().find_map(|found| match found.address {
        IpAddr::V4(address) if found.name == interface => Some(address),
        _ => None,
    })
}

/// The name of the interface with this number.
pub fn interface_name(index: u32) -> Option<String> {
    interfaces().into_iter().find(|found| found.index == Some(index)).map(|found| found.name)
}

/// This machine's own addresses, as they are now.
pub fn own_addresses() -> io::Result<Vec<OwnAddress>> {
    let found = if_addrs::get_if_addrs()?;
    let own = |interface: if_addrs::Interface| OwnAddress {
        address: interface.ip(),
        index: interface.index,
        broadcast: match &interface.addr {
            if_addrs::IfAddr::V4(address) => address.broadcast,
            if_addrs::IfAddr::V6(_) => None,
        },
        name: interface.name,
    };
    Ok(found.into_iter().map(own).collect())
}

/// The same for whoever looks for one of them; where the system does not tell, none is found.
fn interfaces() -> Vec<OwnAddress> {
    own_addresses().unwrap_or_default()
}

/// The broadcast addresses of the networks that this machine is in; where the system does not tell, there are none.
pub fn own_broadcasts() -> Vec<Ipv4Addr> {
    interfaces().into_iter().filter_map(|own| own.broadcast).collect()
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::lookup_error;
    use super::{interface_index, interfaces, is_localhost, loopback, resolve};
    #[cfg(target_os = "linux")]
    use std::io;

    #[test]
    fn addresses_need_no_lookup_and_names_are_looked_up() {
        assert_eq!(resolve(&"[::1]:9".parse().unwrap()).unwrap(), ["[::1]:9".parse().unwrap()]);
        let local = resolve(&"localhost:9".parse().unwrap()).unwrap();
        assert!(local.iter().all(|address| address.ip().is_loopback()), "{local:?}");
    }

    #[test]
    fn this_machine_is_known_without_any_list_of_hosts() {
        assert!(is_localhost("LocalHost.") && !is_localhost("localhost.example"));
        assert!(loopback(9).iter().all(|address| address.ip().is_loopback() && address.port() == 9));
    }

    #[test]
    fn an_unknown_name_says_so() {
        let message = resolve(&"nowhere.invalid:9".parse().unwrap()).unwrap_err().to_string();
        assert!(message.starts_with("cannot resolve nowhere.invalid: "), "{message}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_resolver_says_has_its_name_and_number() {
        for (words, told) in [
            ("Name or service not known", "name or service not known (EAI_NONAME -2)"),
            ("Temporary failure in name resolution", "temporary failure in name resolution (EAI_AGAIN -3)"),
            ("Something new", "something new"),
        ] {
            let error = io::Error::other(format!("failed to lookup address information: {words}"));
            assert_eq!(lookup_error(&error).to_string(), told);
        }
    }

    #[test]
    fn the_loopback_interface_is_known() {
        let loopback = interfaces().into_iter().find(|found| found.address.is_loopback()).unwrap();
        assert_eq!(interface_index(&loopback.name), loopback.index);
        assert_eq!(interface_index("no-such-interface"), None);
    }
}
