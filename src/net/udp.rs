//! Datagram sockets: binding, sending, multicast groups.

use crate::model::address::Address;
use crate::model::config::MulticastGroup;
use crate::model::failure::{Failure, Operation};
use crate::model::socket_option::{OptionName, OptionReport, OptionValue, SocketOption};
#[cfg(target_os = "linux")]
use crate::net::linux;
use crate::net::name::local_address;
use crate::net::options::{self, no_interface};
use crate::net::resolve::{interface_index, interface_ipv4};
use crate::net::unix;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The longest payload of one datagram: IPv4's limit; IPv6's is 20 bytes higher.
pub const LONGEST_PAYLOAD: usize = 65_507;

/// Asked for where the user asks for nothing: a burst of half a second at full speed fits.
const DEFAULT_RECEIVE_BUFFER: u64 = 4 << 20;

/// A bound datagram socket, the address it really has, and its options as granted.
pub fn bind(
    local: SocketAddr,
    broadcast: bool,
    asked: &[SocketOption],
) -> Result<(Socket, Address, Vec<OptionReport>), Failure> {
    let cannot = |operation, error: io::Error| Failure::new(operation, local, error);
    let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .map_err(|error| cannot(Operation::CreateSocket, error))?;
    if local.is_ipv6() && !asked.iter().any(|option| option.name == OptionName::Ipv6Only) {
        socket.set_only_v6(false).map_err(|error| cannot(Operation::Bind, error))?;
    }
    if broadcast {
        socket.set_broadcast(true).map_err(|error| cannot(Operation::Bind, error))?;
    }
    let mut options = asked.to_vec();
    if !asked.iter().any(|option| option.name == OptionName::ReceiveBuffer) {
        let value = OptionValue::Number(DEFAULT_RECEIVE_BUFFER);
        options.push(SocketOption { name: OptionName::ReceiveBuffer, value });
    }
    let reports = options::apply_all(&socket, &options, local.into())?;
    #[cfg(target_os = "linux")]
    linux::ask_for_datagram_facts(&socket, local.is_ipv6())
        .map_err(|error| cannot(Operation::Bind, error))?;
    socket.bind(&local.into()).map_err(|error| cannot(Operation::Bind, error))?;
    let real = local_address(&socket).map_err(|error| cannot(Operation::Bind, error))?;
    Ok((socket, real, reports))
}

/// Sends one datagram, to an IP address or a Unix socket. From an IPv6 socket, IPv4 addresses are reached in their mapped form.
pub fn send_to(socket: &Socket, bytes: &[u8], remote: Address, from_v6: bool) -> io::Result<usize> {
    let remote = match remote {
        Address::Ip(remote) => remote,
        Address::Unix(name) => return unix::send_to(socket, bytes, name),
        Address::Raw(remote) => SocketAddr::new(remote, 0),
        Address::None => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this peer has no address to send to"));
        }
    };
    let remote = match (remote, from_v6) {
        (SocketAddr::V4(v4), true) => SocketAddr::new(IpAddr::V6(v4.ip().to_ipv6_mapped()), v4.port()),
        (remote, _) => remote,
    };
    socket.send_to(bytes, &remote.into())
}

/// Makes the socket a member of a group.
pub fn join(socket: &Socket, group: &MulticastGroup) -> Result<(), Failure> {
    membership(socket, group, true)
        .map_err(|error| Failure::new(Operation::JoinGroup, group_text(group), error))
}

/// Ends the socket's membership in a group.
pub fn leave(socket: &Socket, group: &MulticastGroup) -> Result<(), Failure> {
    membership(socket, group, false)
        .map_err(|error| Failure::new(Operation::LeaveGroup, group_text(group), error))
}

fn membership(socket: &Socket, group: &MulticastGroup, member: bool) -> io::Result<()> {
    let interface = group.interface.as_deref();
    match group.group {
        IpAddr::V4(address) => {
            let on = match interface {
                Some(name) => interface_ipv4(name).ok_or_else(|| no_interface(name))?,
                None => Ipv4Addr::UNSPECIFIED,
            };
            if member {
                socket.join_multicast_v4(&address, &on)
            } else {
                socket.leave_multicast_v4(&address, &on)
            }
        }
        IpAddr::V6(address) => {
            let on = match interface {
                Some(name) => interface_index(name).ok_or_else(|| no_interface(name))?,
                None => 0,
            };
            if member {
                socket.join_multicast_v6(&address, on)
            } else {
                socket.leave_multicast_v6(&address, on)
            }
        }
    }
}

fn group_text(group: &MulticastGroup) -> String {
    match &group.interface {
        Some(interface) => format!("{}%{interface}", group.group),
        None => group.group.to_string(),
    }
}

/// Whether a refusal to send means that broadcasting is off.
pub fn is_broadcast_refusal(error: &io::Error, remote: SocketAddr) -> bool {
    #[cfg(unix)]
    let refused = error.raw_os_error() == Some(nix::libc::EACCES);
    #[cfg(windows)]
    let refused = error.kind() == io::ErrorKind::PermissionDenied;
    refused && remote.is_ipv4()
}
