//! From a captured frame to the TCP or UDP inside it, or to what else a capture of raw IP holds. Knows the layers below, nothing of connections.
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

/// TCP, UDP, or a packet of a raw session.
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

/// TCP with what its numbers say, UDP, or another protocol on IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Tcp {
        sequence: u32,
        syn: bool,
        ack: bool,
        fin: bool,
        rst: bool,
    },
    Udp,
    /// Both ports are 0: there are none.
    Other {
        protocol: u8,
    },
}

/// Link types, by their registered numbers.
const NULL: i32 = 0;
const ETHERNET: i32 = 1;
const PPP: i32 = 9;
const RAW_BSD: [i32; 2] = [12, 14];
const PPP_SERIAL: i32 = 50;
const PPP_ETHERNET: i32 = 51;
const RAW: i32 = 101;
const LOOP: i32 = 108;
const LINUX_COOKED: i32 = 113;
const PPP_WITH_DIRECTION: i32 = 204;
const IPV4: i32 = 228;
const IPV6: i32 = 229;
const NFLOG: i32 = 239;
const INFINIBAND: i32 = 242;
const LINUX_COOKED_2: i32 = 276;

/// Cooked captures say of each packet what this machine had to do with it: this number if it sent it.
const COOKED_OUTGOING: u16 = 4;

/// IP over InfiniBand has the other end's hardware address before what Ethernet has, and two bytes for later.
const INFINIBAND_ADDRESS: usize = 40;

/// A capture of raw IP is one of a raw session, as our own exports are, where it has neither TCP nor UDP.
const OF_RAW_SESSIONS: [i32; 3] = [RAW, IPV4, IPV6];

/// Finds the TCP or UDP in a frame; `None` for everything else but a packet of a raw session.
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
    let protocol = ip_payload.ip_number;
    let is_other = protocol != ip_number::TCP && protocol != ip_number::UDP;
    let packet = match sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => ends.tcp(&tcp),
        Some(TransportSlice::Udp(udp)) => ends.udp(&udp),
        _ if is_other && OF_RAW_SESSIONS.contains(&link_type) => {
            ends.packet((0, 0), Transport::Other { protocol: protocol.0 }, ip_payload.payload)
        }
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
        PPP | PPP_SERIAL => (ppp(frame)?, None),
        PPP_WITH_DIRECTION => (ppp(frame.get(1..)?)?, Some(frame.first()? & 1 == 1)),
        // A session of PPPoE has six bytes of its own.
        PPP_ETHERNET => (ppp(frame.get(6..)?)?, None),
        NFLOG => nflog(frame)?,
        INFINIBAND => {
            let ether_type = EtherType(be_u16(INFINIBAND_ADDRESS)?);
            (LaxSlicedPacket::from_ether_type(ether_type, frame.get(INFINIBAND_ADDRESS + 4..)?), None)
        }
        _ => return None,
    })
}

/// The packet behind the header of PPP: address and control may be left out, and a protocol may have one byte.
fn ppp(frame: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    const ADDRESS_AND_CONTROL: [u8; 2] = [0xFF, 0x03];
    const IP_PROTOCOLS: [u16; 2] = [0x0021, 0x0057];
    let frame = frame.strip_prefix(&ADDRESS_AND_CONTROL).unwrap_or(frame);
    let first = *frame.first()?;
    let (protocol, packet) = if first & 1 == 1 {
        (u16::from(first), frame.get(1..)?)
    } else {
        (u16::from_be_bytes([first, *frame.get(1)?]), frame.get(2..)?)
    };
    if !IP_PROTOCOLS.contains(&protocol) {
        return None;
    }
    LaxSlicedPacket::from_ip(packet).ok()
}

/// The packet that the firewall of Linux logged, and whether it was on its way out.
fn nflog(frame: &[u8]) -> Option<(LaxSlicedPacket<'_>, Option<bool>)> {
    const HEADER_BYTES: usize = 4;
    const PACKET_HEADER: u16 = 1;
    const PAYLOAD: u16 = 9;
    let mut rest = frame.get(HEADER_BYTES..)?;
    let mut outgoing = None;
    loop {
        let [a, b, c, d] = *rest.first_chunk()?;
        // Numbers are in the byte order of the machine that captured, which nothing tells; types are small.
        let is_little = d == 0;
        let read = |bytes| if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
        let (length, kind) = (usize::from(read([a, b])), read([c, d]));
        if length < HEADER_BYTES {
            return None;
        }
        // The capture may have only the beginning of the last one.
        let value = &rest[HEADER_BYTES..length.min(rest.len())];
        match kind {
            // A protocol, then at which hook: 1 is on the way in, 3 and 4 on the way out.
            PACKET_HEADER => {
                outgoing = value.get(2).and_then(|hook| match hook {
                    1 => Some(false),
                    3 | 4 => Some(true),
                    _ => None,
                });
            }
            PAYLOAD => return Some((LaxSlicedPacket::from_ip(value).ok()?, outgoing)),
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..)?;
    }
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
        ETHERNET, Found, INFINIBAND, IPV4, IPV6, LINUX_COOKED, LINUX_COOKED_2, LOOP, NFLOG, NULL, PPP,
        PPP_ETHERNET, PPP_SERIAL, PPP_WITH_DIRECTION, RAW, RAW_BSD, Transport, parse, parse_whole,
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
            ("PPP", PPP, behind(&[0xFF, 0x03, 0x00, 0x21], &four), None),
            ("PPP without address and control", PPP, behind(&[0x00, 0x57], &six), None),
            ("PPP with a short protocol", PPP_SERIAL, behind(&[0x21], &four), None),
            ("PPP, sent", PPP_WITH_DIRECTION, behind(&[1, 0xFF, 0x03, 0x00, 0x21], &four), Some(true)),
            ("PPPoE", PPP_ETHERNET, behind(&[0x11, 0, 0, 1, 0, 35, 0x00, 0x21], &four), None),
            (
                "the firewall, on its way in",
                NFLOG,
                behind(&[2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 1, 0, 37, 0, 9, 0], &four),
                Some(false),
            ),
            (
                "the firewall of a machine of another byte order",
                NFLOG,
                behind(&[2, 0, 0, 0, 0, 8, 0, 1, 8, 0, 3, 0, 0, 37, 0, 9], &four),
                Some(true),
            ),
            ("InfiniBand", INFINIBAND, behind(&[&[7; 40][..], &[8, 0, 0, 0]].concat(), &four), None),
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
                "ICMP that no raw session could have seen",
                LOOP,
                &behind(
                    &[0, 0, 0, 2, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
                    &[0; 8],
                ),
            ),
        ] {
            assert!(parse(link_type, frame).is_none(), "{what}");
        }
    }

    #[test]
    fn a_capture_of_raw_ip_has_packets_of_every_protocol() {
        let frame = behind(&[0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], &[7; 8]);
        let Some(Found::Packet(packet)) = parse(RAW, &frame) else { panic!("nothing found") };
        assert_eq!((packet.transport, packet.payload), (Transport::Other { protocol: 1 }, &[7; 8][..]));
        assert_eq!((packet.source.to_string().as_str(), packet.destination.port()), ("1.1.1.1:0", 0));
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
