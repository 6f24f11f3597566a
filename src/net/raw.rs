//! Sockets for one protocol on IP, below ports: raw ones, and echo sockets where the privilege for those is missing. It
//! knows where a packet's payload begins, and nothing of what is in it.

use crate::model::address::Address;
use crate::model::config::{IpProtocol, RawKind};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::socket_option::{OptionReport, SocketOption};
use crate::net::datagram::Datagram;
#[cfg(target_os = "linux")]
use crate::net::linux;
use crate::net::name::local_address;
use crate::net::options;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// The most that one packet carries behind the header of IPv4, and with it.
const LONGEST_PAYLOAD: usize = 65_535 - SHORTEST_HEADER;
const LONGEST_PACKET: usize = 65_535;

/// The header of IPv4 without options.
const SHORTEST_HEADER: usize = 20;

/// A socket that is open.
#[derive(Debug)]
pub struct Opened {
    /// The socket.
    pub socket: Socket,
    /// Its address, which has no port.
    pub local: Address,
    /// Its options as granted.
    pub reports: Vec<OptionReport>,
    /// What comes and goes through it.
    pub packets: Packets,
}

/// What comes and goes through such a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packets {
    /// The system gives the header of IPv4 with each packet.
    has_header: bool,
    /// It is wanted, too, and given with each packet that is sent.
    keeps_header: bool,
    /// Only echo messages come and go, and the system chooses their identifier.
    pub is_echo_only: bool,
}

/// A packet as it came, taken apart as far as that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwrapped<'a> {
    /// What counts as its bytes.
    pub bytes: &'a [u8],
    /// Its time to live, where its header was there.
    pub ttl: Option<u8>,
}

/// Opens a socket at an address; the port means nothing.
pub fn open(kind: RawKind, local: SocketAddr, asked: &[SocketOption]) -> Result<Opened, Failure> {
    let local = SocketAddr::new(local.ip(), 0);
    if kind.with_header && local.is_ipv6() {
        let words = "the header of IPv6 is never received; leave --include-header away";
        return Err(Failure::new(Operation::CreateSocket, told_as(kind), OsError::from_words(words)));
    }
    let (socket, is_echo_only) = create(kind, local)?;
    let cannot = |error: io::Error| Failure::new(Operation::Bind, local.ip(), error);
    socket.set_nonblocking(true).map_err(cannot)?;
    if kind.with_header {
        socket.set_header_included_v4(true).map_err(cannot)?;
    }
    let reports = options::apply_all(&socket, asked, Address::Raw(local.ip()))?;
    #[cfg(target_os = "linux")]
    linux::ask_for_packet_facts(&socket, local.is_ipv6()).map_err(cannot)?;
    socket.bind(&local.into()).map_err(cannot)?;
    let real = local_address(&socket).map_err(cannot)?;
    let packets = Packets {
        has_header: local.is_ipv4() && !is_echo_only,
        keeps_header: kind.with_header,
        is_echo_only,
    };
    Ok(Opened { socket, local: without_port(real), reports, packets })
}

/// A raw socket; for echo messages, where that is not allowed, one that anybody may have.
fn create(kind: RawKind, local: SocketAddr) -> Result<(Socket, bool), Failure> {
    let domain = Domain::for_address(local);
    let protocol = Protocol::from(i32::from(kind.protocol.0));
    let error = match Socket::new(domain, Type::RAW, Some(protocol)) {
        Ok(socket) => return Ok((socket, false)),
        Err(error) => error,
    };
    let is_refused = error.kind() == io::ErrorKind::PermissionDenied;
    if is_refused && kind.protocol.has_echo() && !kind.with_header {
        match Socket::new(domain, Type::DGRAM, Some(protocol)) {
            Ok(socket) => return Ok((socket, true)),
            Err(second) => {
                let target = format!("{}, nor an echo socket{ECHO_PRIVILEGE}", told_as(kind));
                return Err(Failure::new(Operation::CreateSocket, target, second));
            }
        }
    }
    let target = if is_refused { format!("{}{PRIVILEGE}", told_as(kind)) } else { told_as(kind) };
    Err(Failure::new(Operation::CreateSocket, target, error))
}

/// What to do where the privilege is missing.
#[cfg(target_os = "linux")]
const PRIVILEGE: &str =
    ", which needs the capability CAP_NET_RAW (run it as root, or give it to the program with setcap)";
#[cfg(target_os = "linux")]
const ECHO_PRIVILEGE: &str =
    "; one needs the capability CAP_NET_RAW, the other a group within net.ipv4.ping_group_range";
#[cfg(not(target_os = "linux"))]
const PRIVILEGE: &str = ", which needs the rights of an administrator";
#[cfg(not(target_os = "linux"))]
const ECHO_PRIVILEGE: &str = "; a raw socket needs the rights of an administrator";

fn told_as(kind: RawKind) -> String {
    format!("raw {}", kind.protocol)
}

/// An address that has no port.
pub fn without_port(address: Address) -> Address {
    address.ip().map_or(address, Address::Raw)
}

impl Packets {
    /// The most bytes that one packet takes.
    pub fn longest(self) -> usize {
        if self.keeps_header { LONGEST_PACKET } else { LONGEST_PAYLOAD }
    }

    /// What counts of a packet that the system gave.
    pub fn unwrap(self, packet: &[u8]) -> Unwrapped<'_> {
        if !self.has_header || packet.len() < SHORTEST_HEADER {
            return Unwrapped { bytes: packet, ttl: None };
        }
        let header_bytes = usize::from(packet[0] & 0x0F) * 4;
        let payload = packet.get(header_bytes..).unwrap_or_default();
        Unwrapped { bytes: if self.keeps_header { packet } else { payload }, ttl: Some(packet[8]) }
    }

    /// The same of a packet with all that is known about it. Nobody has a port.
    pub fn take(self, packet: Datagram<'_>) -> Datagram<'_> {
        let Unwrapped { bytes, ttl } = self.unwrap(packet.bytes);
        Datagram { bytes, ttl: ttl.or(packet.ttl), remote: without_port(packet.remote), ..packet }
    }
}

/// The address family that a protocol is of, where it is of one alone.
pub fn family_of(protocol: IpProtocol) -> Option<IpAddr> {
    match protocol {
        IpProtocol::ICMP => Some(IpAddr::from([0_u8; 4])),
        IpProtocol::ICMPV6 => Some(IpAddr::from([0_u16; 8])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Packets, Unwrapped};

    #[test]
    fn a_payload_begins_behind_the_header_and_its_options() {
        let mut packet = vec![0x46, 0, 0, 0, 0, 0, 0, 0, 63];
        packet.resize(24, 0);
        packet.extend(b"payload");
        let packets = Packets { has_header: true, keeps_header: false, is_echo_only: false };
        assert_eq!(packets.unwrap(&packet), Unwrapped { bytes: b"payload", ttl: Some(63) });
        let keeping = Packets { keeps_header: true, ..packets };
        assert_eq!(keeping.unwrap(&packet), Unwrapped { bytes: &packet, ttl: Some(63) });
        let bare = Packets { has_header: false, ..packets };
        assert_eq!(bare.unwrap(b"payload"), Unwrapped { bytes: b"payload", ttl: None });
        // A length that points behind the end, or a packet that is none.
        packet[0] = 0x4F;
        assert_eq!(packets.unwrap(&packet[..30]).bytes, b"");
        assert_eq!(packets.unwrap(b"short").bytes, b"short");
    }
}
