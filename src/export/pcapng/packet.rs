//! IP packets with TCP segments or UDP datagrams, headers and checksums included. Knows the protocols' layout, not
//! the state of any connection.

use crate::model::config::IpProtocol;
use etherparse::checksum::Sum16BitWords;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The largest segment that both an IPv4 and an IPv6 packet of 65,535 bytes can carry.
pub(super) const MAX_SEGMENT: usize = 65_535 - 40 - 20;

/// The largest payload of one datagram over IPv4; IPv6 could carry 20 bytes more.
pub(super) const MAX_DATAGRAM: usize = 65_535 - 20 - 8;

/// The largest payload of a packet over IPv4.
pub(super) const MAX_PACKET: usize = 65_535 - 20;

/// As many as possible, so that nothing ever looks like a sender that waits for its receiver.
const WINDOW: u16 = u16::MAX;
const WINDOW_SHIFT: u8 = 14;

const TCP: u8 = 6;
const UDP: u8 = 17;

// The library's sums are already in network order in memory, whatever the machine: their bytes are taken as they stand.

/// The flags of a TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags(pub(super) u8);

impl Flags {
    pub(super) const FIN: u8 = 1;
    pub(super) const SYN: u8 = 2;
    pub(super) const RST: u8 = 4;
    pub(super) const PSH: u8 = 8;
    pub(super) const ACK: u8 = 16;
}

/// Two addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    V4 { source: Ipv4Addr, destination: Ipv4Addr },
    V6 { source: Ipv6Addr, destination: Ipv6Addr },
}

/// From where to where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    addresses: Addresses,
    source_port: u16,
    destination_port: u16,
}

/// One TCP segment's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) sequence: u32,
    pub(super) acknowledgement: u32,
    pub(super) flags: Flags,
}

impl Path {
    /// The path between two sockets. IPv4 that was seen through an IPv6 socket is IPv4 on the wire; an unspecified
    /// address takes the other's family.
    pub(super) fn new(source: SocketAddr, destination: SocketAddr) -> Path {
        let addresses = match (source.ip().to_canonical(), destination.ip().to_canonical()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => Addresses::V4 { source, destination },
            (IpAddr::V6(source), IpAddr::V6(destination)) => Addresses::V6 { source, destination },
            (IpAddr::V4(source), IpAddr::V6(destination)) if destination.is_unspecified() => {
                Addresses::V4 { source, destination: Ipv4Addr::UNSPECIFIED }
            }
            (IpAddr::V6(source), IpAddr::V4(destination)) if source.is_unspecified() => {
                Addresses::V4 { source: Ipv4Addr::UNSPECIFIED, destination }
            }
            (IpAddr::V4(source), IpAddr::V6(destination)) => {
                Addresses::V6 { source: source.to_ipv6_mapped(), destination }
            }
            (IpAddr::V6(source), IpAddr::V4(destination)) => {
                Addresses::V6 { source, destination: destination.to_ipv6_mapped() }
            }
        };
        Path { addresses, source_port: source.port(), destination_port: destination.port() }
    }

    /// The way back.
    pub(super) fn reversed(&self) -> Path {
        let addresses = match self.addresses {
            Addresses::V4 { source, destination } => {
                Addresses::V4 { source: destination, destination: source }
            }
            Addresses::V6 { source, destination } => {
                Addresses::V6 { source: destination, destination: source }
            }
        };
        Path { addresses, source_port: self.destination_port, destination_port: self.source_port }
    }

    /// Appends a TCP segment. `payload` is at most [`MAX_SEGMENT`] bytes.
    pub(super) fn append_segment(
        &self,
        buffer: &mut Vec<u8>,
        identification: u16,
        segment: Segment,
        payload: &[u8],
    ) {
        let largest = u16::try_from(MAX_SEGMENT).unwrap_or(u16::MAX).to_be_bytes();
        // Largest segment, then a filler byte and the window's scale.
        let options = [2, 4, largest[0], largest[1], 1, 3, 3, WINDOW_SHIFT];
        let options: &[u8] = if segment.flags.0 & Flags::SYN == 0 { &[] } else { &options };
        let header_words = u8::try_from(5 + options.len() / 4).unwrap_or(5);
        let length = 20 + options.len() + payload.len();
        let sum = self.append_ip_header(buffer, identification, TCP, length);
        let start = buffer.len();
        buffer.extend_from_slice(&self.source_port.to_be_bytes());
        buffer.extend_from_slice(&self.destination_port.to_be_bytes());
        buffer.extend_from_slice(&segment.sequence.to_be_bytes());
        buffer.extend_from_slice(&segment.acknowledgement.to_be_bytes());
        buffer.extend_from_slice(&[header_words << 4, segment.flags.0]);
        buffer.extend_from_slice(&WINDOW.to_be_bytes());
        // The checksum comes last; there is no urgent data.
        buffer.extend_from_slice(&[0; 4]);
        buffer.extend_from_slice(options);
        buffer.extend_from_slice(payload);
        let checksum = sum.add_slice(&buffer[start..]).ones_complement().to_ne_bytes();
        buffer[start + 16..start + 18].copy_from_slice(&checksum);
    }

    /// Appends a UDP datagram. `payload` is at most [`MAX_DATAGRAM`] bytes.
    pub(super) fn append_datagram(&self, buffer: &mut Vec<u8>, identification: u16, payload: &[u8]) {
        let length = 8 + payload.len();
        let sum = self.append_ip_header(buffer, identification, UDP, length);
        let start = buffer.len();
        buffer.extend_from_slice(&self.source_port.to_be_bytes());
        buffer.extend_from_slice(&self.destination_port.to_be_bytes());
        buffer.extend_from_slice(&length_u16(length).to_be_bytes());
        buffer.extend_from_slice(&[0; 2]);
        buffer.extend_from_slice(payload);
        // A sum of zero would say that there is none.
        let checksum = sum.add_slice(&buffer[start..]).to_ones_complement_with_no_zero().to_ne_bytes();
        buffer[start + 6..start + 8].copy_from_slice(&checksum);
    }

    /// Appends a packet of this protocol. `payload` is at most [`MAX_PACKET`] bytes.
    pub(super) fn append_packet(
        &self,
        buffer: &mut Vec<u8>,
        identification: u16,
        protocol: IpProtocol,
        ttl: Option<u8>,
        payload: &[u8],
    ) {
        let start = buffer.len();
        self.append_ip_header(buffer, identification, protocol.0, payload.len());
        match (ttl, self.addresses) {
            (Some(ttl), Addresses::V4 { .. }) => {
                buffer[start + 8] = ttl;
                buffer[start + 10..start + 12].fill(0);
                let header = Sum16BitWords::new().add_slice(&buffer[start..]);
                buffer[start + 10..start + 12].copy_from_slice(&header.ones_complement().to_ne_bytes());
            }
            (Some(hops), Addresses::V6 { .. }) => buffer[start + 7] = hops,
            (None, _) => {}
        }
        buffer.extend_from_slice(payload);
    }

    /// Appends the IP header of a packet with `length` bytes after it; returns the sum over the pseudo header.
    fn append_ip_header(
        &self,
        buffer: &mut Vec<u8>,
        identification: u16,
        protocol: u8,
        length: usize,
    ) -> Sum16BitWords {
        let sum = Sum16BitWords::new().add_2bytes([0, protocol]).add_2bytes(length_u16(length).to_be_bytes());
        match self.addresses {
            Addresses::V4 { source, destination } => {
                let mut header = [0; 20];
                header[0] = 0x45;
                header[2..4].copy_from_slice(&length_u16(20 + length).to_be_bytes());
                header[4..6].copy_from_slice(&identification.to_be_bytes());
                // Do not fragment.
                header[6] = 0x40;
                header[8] = hops_v4(destination);
                header[9] = protocol;
                header[12..16].copy_from_slice(&source.octets());
                header[16..20].copy_from_slice(&destination.octets());
                let checksum = Sum16BitWords::new().add_slice(&header).ones_complement().to_ne_bytes();
                header[10..12].copy_from_slice(&checksum);
                buffer.extend_from_slice(&header);
                sum.add_slice(&header[12..])
            }
            Addresses::V6 { source, destination } => {
                buffer.extend_from_slice(&[0x60, 0, 0, 0]);
                buffer.extend_from_slice(&length_u16(length).to_be_bytes());
                buffer.extend_from_slice(&[protocol, HOPS]);
                buffer.extend_from_slice(&source.octets());
                buffer.extend_from_slice(&destination.octets());
                sum.add_slice(&buffer[buffer.len() - 32..])
            }
        }
    }
}

const HOPS: u8 = 64;

/// Packets to the groups of the local link never leave it: 1 hop, or 255 for the two protocols that check for it.
fn hops_v4(destination: Ipv4Addr) -> u8 {
    match destination.octets() {
        [224, 0, 0, 18 | 251] => 255,
        [224, 0, 0, _] => 1,
        _ => HOPS,
    }
}

fn length_u16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Flags, Path, Segment};
    use etherparse::{SlicedPacket, TransportSlice};

    #[test]
    fn an_independent_reader_agrees_with_every_header() {
        for (source, destination) in [
            ("127.0.0.1:5000", "127.0.0.1:9000"),
            ("[::1]:5000", "[fe80::2]:9000"),
            ("[::ffff:10.0.0.1]:5000", "0.0.0.0:9000"),
        ] {
            let path = Path::new(source.parse().unwrap(), destination.parse().unwrap());
            for payload in [&b""[..], b"x", b"hello", &[0xFF; 1001]] {
                let mut packet = Vec::new();
                let segment =
                    Segment { sequence: u32::MAX, acknowledgement: 7, flags: Flags(Flags::PSH | Flags::ACK) };
                path.append_segment(&mut packet, 3, segment, payload);
                let sliced = SlicedPacket::from_ip(&packet).unwrap();
                let Some(TransportSlice::Tcp(tcp)) = &sliced.transport else { panic!("{source}: no TCP") };
                assert_eq!((tcp.source_port(), tcp.destination_port()), (5000, 9000));
                assert_eq!((tcp.sequence_number(), tcp.payload()), (u32::MAX, payload));
                assert_eq!(tcp.checksum(), expected_checksum(&sliced), "{source} {} bytes", payload.len());
                let mut packet = Vec::new();
                path.append_datagram(&mut packet, 3, payload);
                let sliced = SlicedPacket::from_ip(&packet).unwrap();
                let Some(TransportSlice::Udp(udp)) = &sliced.transport else { panic!("{source}: no UDP") };
                assert_eq!(udp.payload(), payload);
                assert_eq!(udp.checksum(), expected_checksum(&sliced), "{source} {} bytes", payload.len());
            }
        }
    }

    fn expected_checksum(sliced: &SlicedPacket<'_>) -> u16 {
        use etherparse::NetSlice;
        match (&sliced.net, &sliced.transport) {
            (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) => {
                let header = ip.header().to_header();
                assert_eq!(header.header_checksum, header.calc_header_checksum());
                tcp.calc_checksum_ipv4(header.source, header.destination).unwrap()
            }
            (Some(NetSlice::Ipv6(ip)), Some(TransportSlice::Tcp(tcp))) => {
                let header = ip.header().to_header();
                tcp.calc_checksum_ipv6(header.source, header.destination).unwrap()
            }
            (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Udp(udp))) => {
                let header = ip.header().to_header();
                udp.to_header().calc_checksum_ipv4(&header, udp.payload()).unwrap()
            }
            (Some(NetSlice::Ipv6(ip)), Some(TransportSlice::Udp(udp))) => {
                let header = ip.header().to_header();
                udp.to_header().calc_checksum_ipv6(&header, udp.payload()).unwrap()
            }
            _ => panic!("neither TCP nor UDP"),
        }
    }
}
