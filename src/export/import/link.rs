//! From a captured frame to the TCP or UDP inside it. Knows the layers below, nothing of connections.

use etherparse::{EtherType, NetSlice, SlicedPacket, TransportSlice};
use std::net::{IpAddr, SocketAddr};

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) transport: Transport,
    pub(super) payload: &'a [u8],
    /// Whether this machine sent it, where the capture tells.
    pub(super) outgoing: Option<bool>,
}

/// TCP with what its numbers say, or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Tcp { sequence: u32, syn: bool, ack: bool, fin: bool, rst: bool },
    Udp,
}

/// Link types, by their registered numbers.
const NULL: i32 = 0;
const ETHERNET: i32 = 1;
const RAW_BSD: [i32; 2] = [12, 14];
const RAW: i32 = 101;
const LOOP: i32 = 108;
const LINUX_COOKED: i32 = 113;
const IPV4: i32 = 228;
const IPV6: i32 = 229;
const LINUX_COOKED_2: i32 = 276;

/// Cooked captures say of each packet what this machine had to do with it: this number if it sent it.
const COOKED_OUTGOING: u16 = 4;

/// Finds the TCP or UDP in a frame; `None` for everything else, fragments and damaged headers included.
pub(super) fn parse(link_type: i32, frame: &[u8]) -> Option<Packet<'_>> {
    let be_u16 = |at: usize| Some(u16::from_be_bytes(frame.get(at..at + 2)?.try_into().ok()?));
    let (sliced, outgoing) = match link_type {
        ETHERNET => (SlicedPacket::from_ethernet(frame).ok()?, None),
        RAW | IPV4 | IPV6 => (SlicedPacket::from_ip(frame).ok()?, None),
        number if RAW_BSD.contains(&number) => (SlicedPacket::from_ip(frame).ok()?, None),
        // Four bytes tell the family; the IP header tells it as well.
        NULL | LOOP => (SlicedPacket::from_ip(frame.get(4..)?).ok()?, None),
        LINUX_COOKED => {
            let packet = SlicedPacket::from_ether_type(EtherType(be_u16(14)?), frame.get(16..)?).ok()?;
            (packet, Some(be_u16(0)? == COOKED_OUTGOING))
        }
        LINUX_COOKED_2 => {
            let packet = SlicedPacket::from_ether_type(EtherType(be_u16(0)?), frame.get(20..)?).ok()?;
            (packet, Some(u16::from(*frame.get(10)?) == COOKED_OUTGOING))
        }
        _ => return None,
    };
    let (source, destination): (IpAddr, IpAddr) = match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        Some(NetSlice::Ipv6(ip)) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        _ => return None,
    };
    let (ports, transport, payload) = match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => {
            let transport = Transport::Tcp {
                sequence: tcp.sequence_number(),
                syn: tcp.syn(),
                ack: tcp.ack(),
                fin: tcp.fin(),
                rst: tcp.rst(),
            };
            ((tcp.source_port(), tcp.destination_port()), transport, tcp.payload())
        }
        Some(TransportSlice::Udp(udp)) => {
            ((udp.source_port(), udp.destination_port()), Transport::Udp, udp.payload())
        }
        _ => return None,
    };
    Some(Packet {
        source: SocketAddr::new(source, ports.0),
        destination: SocketAddr::new(destination, ports.1),
        transport,
        payload,
        outgoing,
    })
}
