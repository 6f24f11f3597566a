//! From a captured frame to the TCP or UDP inside it. Knows the layers below, nothing of connections.
//!
//! A frame of which the capture kept only the beginning gives what was kept, and says so.

use crate::export::import::fragments::{Fragment, FragmentedPacket};
use etherparse::{
    EtherType, IpNumber, Ipv6ExtensionSlice, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice,
    UdpSlice, ip_number,
};
use std::net::{IpAddr, SocketAddr};

/// What a frame turned out to be.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Packet(Packet<'a>),
    Fragment(Fragment<'a>),
}

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) transport: Transport,
    pub(super) payload: &'a [u8],
    /// The payload was longer than what the capture kept.
    pub(super) is_cut: bool,
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

/// Finds the TCP or UDP in a frame; `None` for everything else.
pub(super) fn parse(link_type: i32, frame: &[u8]) -> Option<Found<'_>> {
    let (sliced, outgoing) = slice(link_type, frame)?;
    let net = sliced.net.as_ref()?;
    let (source, destination): (IpAddr, IpAddr) = match net {
        LaxNetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Arp(_) => return None,
    };
    let ip_payload = net.ip_payload_ref()?;
    if ip_payload.fragmented {
        // A fragment that the capture has only in part cannot complete anything.
        let whole = !ip_payload.incomplete;
        return fragment(net, source, destination, outgoing).filter(|_| whole).map(Found::Fragment);
    }
    let ends = Ends { source, destination, outgoing };
    let packet = match sliced.transport? {
        TransportSlice::Tcp(tcp) => ends.tcp(&tcp),
        TransportSlice::Udp(udp) => ends.udp(&udp),
        _ => return None,
    };
    Some(Found::Packet(Packet { is_cut: ip_payload.incomplete, ..packet }))
}

/// The TCP or UDP in a payload that was put together from fragments.
pub(super) fn parse_whole<'a>(payload: &'a [u8], fragment: &Fragment<'_>) -> Option<Packet<'a>> {
    let FragmentedPacket { source, destination, protocol, .. } = fragment.of;
    let ends = Ends { source, destination, outgoing: fragment.outgoing };
    match protocol {
        ip_number::UDP => Some(ends.udp(&UdpSlice::from_slice(payload).ok()?)),
        ip_number::TCP => Some(ends.tcp(&TcpSlice::from_slice(payload).ok()?)),
        _ => None,
    }
}

/// The layers of a frame, and whether this machine sent it, where the capture tells.
fn slice(link_type: i32, frame: &[u8]) -> Option<(LaxSlicedPacket<'_>, Option<bool>)> {
    let be_u16 = |at: usize| Some(u16::from_be_bytes(frame.get(at..at + 2)?.try_into().ok()?));
    Some(match link_type {
        ETHERNET => (LaxSlicedPacket::from_ethernet(frame).ok()?, None),
        RAW | IPV4 | IPV6 => (LaxSlicedPacket::from_ip(frame).ok()?, None),
        number if RAW_BSD.contains(&number) => (LaxSlicedPacket::from_ip(frame).ok()?, None),
        // Four bytes tell the family; the IP header tells it as well.
        NULL | LOOP => (LaxSlicedPacket::from_ip(frame.get(4..)?).ok()?, None),
        LINUX_COOKED => {
            let packet = LaxSlicedPacket::from_ether_type(EtherType(be_u16(14)?), frame.get(16..)?);
            (packet, Some(be_u16(0)? == COOKED_OUTGOING))
        }
        LINUX_COOKED_2 => {
            let packet = LaxSlicedPacket::from_ether_type(EtherType(be_u16(0)?), frame.get(20..)?);
            (packet, Some(u16::from(*frame.get(10)?) == COOKED_OUTGOING))
        }
        _ => return None,
    })
}

fn fragment<'a>(
    net: &LaxNetSlice<'a>,
    source: IpAddr,
    destination: IpAddr,
    outgoing: Option<bool>,
) -> Option<Fragment<'a>> {
    let payload = net.ip_payload_ref()?;
    let (identification, offset, has_more) = match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (u32::from(header.identification()), header.fragments_offset(), header.more_fragments())
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(header) => Some(header.to_header()),
                _ => None,
            })?;
            (header.identification, header.fragment_offset, header.more_fragments)
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let protocol: IpNumber = payload.ip_number;
    let of = FragmentedPacket { source, destination, identification, protocol };
    Some(Fragment { of, offset, has_more, payload: payload.payload, outgoing })
}

/// Between whom a packet goes.
#[derive(Clone, Copy)]
struct Ends {
    source: IpAddr,
    destination: IpAddr,
    outgoing: Option<bool>,
}

impl Ends {
    fn tcp<'a>(self, tcp: &TcpSlice<'a>) -> Packet<'a> {
        let transport = Transport::Tcp {
            sequence: tcp.sequence_number(),
            syn: tcp.syn(),
            ack: tcp.ack(),
            fin: tcp.fin(),
            rst: tcp.rst(),
        };
        self.packet((tcp.source_port(), tcp.destination_port()), transport, tcp.payload())
    }

    fn udp<'a>(self, udp: &UdpSlice<'a>) -> Packet<'a> {
        self.packet((udp.source_port(), udp.destination_port()), Transport::Udp, udp.payload())
    }

    fn packet(self, ports: (u16, u16), transport: Transport, payload: &[u8]) -> Packet<'_> {
        Packet {
            source: SocketAddr::new(self.source, ports.0),
            destination: SocketAddr::new(self.destination, ports.1),
            transport,
            payload,
            is_cut: false,
            outgoing: self.outgoing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ETHERNET, Found, IPV4, IPV6, LINUX_COOKED, LINUX_COOKED_2, LOOP, NULL, RAW, RAW_BSD, parse,
        parse_whole,
    };
    use crate::export::import::fragments::Fragments;
    use etherparse::PacketBuilder;

    /// A datagram in an IPv4 or IPv6 packet without anything around it.
    fn ip(version: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        let built = match version {
            4 => PacketBuilder::ipv4([10, 0, 0, 7], [10, 0, 0, 1], 64),
            _ => PacketBuilder::ipv6([7; 16], [1; 16], 64),
        };
        built.udp(5001, 9000).write(&mut packet, payload).unwrap();
        packet
    }

    fn behind(header: &[u8], packet: &[u8]) -> Vec<u8> {
        [header, packet].concat()
    }

    #[test]
    fn every_link_type_leads_to_the_datagram() {
        let (four, six) = (ip(4, b"hello"), ip(6, b"hello"));
        let macs = [2_u8; 12];
        let cooked = |way: u8, protocol: [u8; 2]| [&[0, way, 0, 1, 0, 6], &macs[..8], &protocol].concat();
        let cooked_2 = |way: u8, protocol: [u8; 2]| {
            [&protocol[..], &[0, 0, 0, 0, 0, 3, 0, 1, way, 6], &macs[..8]].concat()
        };
        for (what, link_type, frame, outgoing) in [
            ("ethernet", ETHERNET, behind(&[&macs[..], &[8, 0]].concat(), &four), None),
            (
                "ethernet with padding",
                ETHERNET,
                behind(&[&macs[..], &[8, 0]].concat(), &behind(&four, &[0; 13])),
                None,
            ),
            ("ethernet, IPv6", ETHERNET, behind(&[&macs[..], &[0x86, 0xDD]].concat(), &six), None),
            ("a VLAN", ETHERNET, behind(&[&macs[..], &[0x81, 0, 0, 7, 8, 0]].concat(), &four), None),
            (
                "a VLAN in a VLAN",
                ETHERNET,
                behind(&[&macs[..], &[0x88, 0xA8, 0, 9, 0x81, 0, 0, 7, 8, 0]].concat(), &four),
                None,
            ),
            ("raw", RAW, four.clone(), None),
            ("raw, IPv6", RAW, six.clone(), None),
            ("raw, as BSD numbers it", RAW_BSD[0], four.clone(), None),
            ("raw IPv4", IPV4, four.clone(), None),
            ("raw IPv6", IPV6, six.clone(), None),
            ("loopback", NULL, behind(&[2, 0, 0, 0], &four), None),
            ("loopback of another byte order", NULL, behind(&[0, 0, 0, 30], &six), None),
            ("loopback of OpenBSD", LOOP, behind(&[0, 0, 0, 2], &four), None),
            ("cooked, received", LINUX_COOKED, behind(&cooked(0, [8, 0]), &four), Some(false)),
            ("cooked, sent", LINUX_COOKED, behind(&cooked(4, [0x86, 0xDD]), &six), Some(true)),
            ("cooked 2, received", LINUX_COOKED_2, behind(&cooked_2(0, [8, 0]), &four), Some(false)),
            ("cooked 2, sent", LINUX_COOKED_2, behind(&cooked_2(4, [8, 0]), &four), Some(true)),
        ] {
            let Some(Found::Packet(packet)) = parse(link_type, &frame) else {
                panic!("{what}: nothing found")
            };
            assert_eq!(
                (packet.payload, packet.outgoing, packet.is_cut),
                (&b"hello"[..], outgoing, false),
                "{what}"
            );
            assert_eq!((packet.source.port(), packet.destination.port()), (5001, 9000), "{what}");
            for length in 0..frame.len() {
                // However much of it is missing, nothing worse happens than that there is less of it.
                if let Some(Found::Packet(cut)) = parse(link_type, &frame[..length]) {
                    assert!(b"hello".starts_with(cut.payload), "{what} cut at {length}");
                    assert!(cut.is_cut || cut.payload == b"hello", "{what} cut at {length}");
                }
            }
        }
        for (what, link_type, frame) in [
            ("a link type that is not known", 147, four.as_slice()),
            ("ARP", ETHERNET, &behind(&[&macs[..], &[8, 6]].concat(), &[0; 28])),
            ("nothing", RAW, b""),
            (
                "ICMP",
                RAW,
                &behind(&[0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], &[0; 8]),
            ),
        ] {
            assert!(parse(link_type, frame).is_none(), "{what}");
        }
    }

    #[test]
    fn fragments_of_both_versions_come_together() {
        let payload: Vec<u8> = (0..100).collect();
        for version in [4, 6] {
            let whole = ip(version, &payload);
            let (head, body) = whole.split_at(if version == 4 { 20 } else { 40 });
            let mut fragments = Fragments::default();
            let mut found = Vec::new();
            for (at, part) in [(64, &body[64..]), (0, &body[..64])] {
                let more = u8::from(at == 0);
                let length = |extra: usize| u16::try_from(part.len() + extra).unwrap().to_be_bytes();
                let mut frame = head.to_vec();
                if version == 4 {
                    frame[2..4].copy_from_slice(&length(20));
                    frame[6..8].copy_from_slice(&[more << 5, at / 8]);
                } else {
                    frame[4..6].copy_from_slice(&length(8));
                    frame[6] = 44;
                    frame.extend_from_slice(&[17, 0, 0, at | more, 0, 0, 0, 9]);
                }
                frame.extend_from_slice(part);
                let Some(Found::Fragment(fragment)) = parse(RAW, &frame) else {
                    panic!("IPv{version}: no fragment at {at}")
                };
                found.extend(
                    fragments
                        .add(&fragment)
                        .map(|whole| parse_whole(&whole, &fragment).map(|packet| packet.payload.to_vec())),
                );
            }
            assert_eq!(found, [Some(payload.clone())], "IPv{version}");
        }
    }
}
