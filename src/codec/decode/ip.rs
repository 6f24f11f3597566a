//! The headers of IPv4 and IPv6, where they are kept, and what ICMP quotes of them.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{FieldGroup, fields};
use crate::codec::decode::hint::Hint;
use crate::codec::decode::reader::Reader;
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId, icmp};
use crate::util::locale::Locale;

fields! {
    pub(super) FIELDS:
    IP "ip" "decode.ip.header4" Heading;
    VERSION "ip.version" "decode.version" Number;
    HDR_LEN "ip.hdr_len" "decode.ip.header_length" Number;
    DSFIELD "ip.dsfield" "decode.ip.services" Hex(2);
    DSCP "ip.dsfield.dscp" "DSCP" Number;
    ECN "ip.dsfield.ecn" "ECN" Number;
    LEN "ip.len" "decode.length" Number;
    ID "ip.id" "decode.ip.id" Hex(4);
    FLAGS "ip.flags" "decode.flags" Hex(2);
    FLAG_RESERVED "ip.flags.rb" "decode.reserved" Flag;
    FLAG_DF "ip.flags.df" "decode.ip.whole_only" Flag;
    FLAG_MF "ip.flags.mf" "decode.ip.more_fragments" Flag;
    FRAG_OFFSET "ip.frag_offset" "decode.ip.fragment_offset" Number;
    TTL "ip.ttl" "decode.ip.ttl" Number;
    PROTO "ip.proto" "decode.protocol" Number = PROTOCOLS;
    CHECKSUM "ip.checksum" "decode.checksum" Hex(4);
    SRC "ip.src" "decode.ip.source" Address;
    DST "ip.dst" "decode.ip.destination" Address;
    OPTIONS "ip.options" "decode.ip.options" Bytes;
    IPV6 "ipv6" "decode.ip.header6" Heading;
    V6_VERSION "ipv6.version" "decode.version" Number;
    V6_TCLASS "ipv6.tclass" "decode.ip.services" Hex(8);
    V6_DSCP "ipv6.tclass.dscp" "DSCP" Number;
    V6_ECN "ipv6.tclass.ecn" "ECN" Number;
    V6_FLOW "ipv6.flow" "decode.ip.flow" Hex(6);
    V6_PLEN "ipv6.plen" "decode.length" Number;
    V6_NXT "ipv6.nxt" "decode.protocol" Number = PROTOCOLS;
    V6_HLIM "ipv6.hlim" "decode.ip.ttl" Number;
    V6_SRC "ipv6.src" "decode.ip.source" Address;
    V6_DST "ipv6.dst" "decode.ip.destination" Address;
    SRC_PORT_UDP "udp.srcport" "decode.ip.source_port" Number;
    DST_PORT_UDP "udp.dstport" "decode.ip.destination_port" Number;
    SRC_PORT_TCP "tcp.srcport" "decode.ip.source_port" Number;
    DST_PORT_TCP "tcp.dstport" "decode.ip.destination_port" Number;
    PAYLOAD "data.data" "decode.data" Bytes;
}

const PROTOCOLS: [(u64, &str); 9] = [
    (1, "ICMP"),
    (2, "IGMP"),
    (6, "TCP"),
    (17, "UDP"),
    (47, "GRE"),
    (50, "ESP"),
    (58, "ICMPv6"),
    (89, "OSPF"),
    (132, "SCTP"),
];

const ICMP: u64 = 1;
const TCP: u64 = 6;
const UDP: u64 = 17;
const ICMPV6: u64 = 58;

/// The decoder.
#[derive(Debug)]
pub(super) struct Ip;

/// What a header says of what follows it.
pub(super) struct Follows {
    protocol: u64,
    /// Not the first piece of a datagram: what follows is no header.
    is_later_piece: bool,
    /// How many bytes follow, as the header says.
    bytes: usize,
}

impl Decoder for Ip {
    fn id(&self) -> DecoderId {
        DecoderId::Ip
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS, icmp::FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let total = |at: usize| message.get(at..at + 2).map_or(0, super::reader::big_endian);
        let is_ip = match message.first().map(|first| first >> 4) {
            Some(4) => message[0] & 0xf >= 5 && total(2) == message.len() as u64,
            Some(6) => total(4) + 40 == message.len() as u64,
            _ => false,
        };
        match hint.carrier {
            super::Carrier::Stream => Confidence::No,
            super::Carrier::Ip(_) if is_ip => Confidence::Certain,
            _ if is_ip => Confidence::Likely,
            _ => Confidence::No,
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let follows = header(reader)?;
        let length = follows.bytes;
        reader.within(length, |reader| match follows.protocol {
            ICMP if !follows.is_later_piece => icmp::version_4(reader),
            ICMPV6 if !follows.is_later_piece => icmp::version_6(reader),
            _ => ports(reader, &follows),
        })
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        let first = |fields: [&'static super::Field; 2]| {
            fields.into_iter().find_map(|field| Some((field, tree.first(message, field)?)))
        };
        if let Some((field, value)) = first([&SRC, &V6_SRC]) {
            value.push_plain(field.kind, line);
        }
        line.push_str(" → ");
        if let Some((field, value)) = first([&DST, &V6_DST]) {
            value.push_plain(field.kind, line);
        }
        line.push(' ');
        let protocol = tree.number(&PROTO).or_else(|| tree.number(&V6_NXT)).unwrap_or(0);
        match PROTO.meaning_of(protocol, locale) {
            Some(word) => line.push_str(word),
            None => line.push_str(itoa::Buffer::new().format(protocol)),
        }
        icmp::push_summary(tree, locale, line);
    }
}

/// A header of either version.
pub(super) fn header(reader: &mut Reader<'_>) -> Result<Follows, Fault> {
    match reader.rest().first().map(|first| first >> 4) {
        Some(4) => version_4(reader),
        Some(6) => version_6(reader),
        Some(_) => Err(reader.fault(Why::Unknown)),
        None => Err(reader.fault(Why::EndsEarly)),
    }
}

/// A packet that ICMP quotes: its header and the beginning of what it carried.
pub(super) fn quoted(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let follows = header(reader)?;
    ports(reader, &follows)
}

fn version_4(reader: &mut Reader<'_>) -> Result<Follows, Fault> {
    let open = reader.open(&IP)?;
    let place = reader.at()..reader.at() + 1;
    let first = reader.plain_number(1)?;
    reader.bits(&VERSION, place.clone(), 0xf0)?;
    let header_bytes = 4 * (first & 0xf);
    reader.number_at(&HDR_LEN, header_bytes, place)?;
    if header_bytes < 20 {
        return Err(Fault { at: reader.at() - 1, why: Why::WrongLength });
    }
    let place = reader.at()..reader.at() + 1;
    let services = reader.plain_number(1)?;
    let node = reader.number_at(&DSFIELD, services, place.clone())?;
    reader.open_at(node);
    reader.bits(&DSCP, place.clone(), 0xfc)?;
    reader.bits(&ECN, place, 0x3)?;
    reader.leave(node);
    let total = reader.number(&LEN, 2)?;
    reader.number(&ID, 2)?;
    let place = reader.at()..reader.at() + 1;
    let fragment = reader.plain_number(2)?;
    let node = reader.number_at(&FLAGS, fragment >> 13, place.clone())?;
    reader.open_at(node);
    reader.flag(&FLAG_RESERVED, place.clone(), 0x80)?;
    reader.flag(&FLAG_DF, place.clone(), 0x40)?;
    reader.flag(&FLAG_MF, place.clone(), 0x20)?;
    reader.leave(node);
    let offset = 8 * (fragment & 0x1fff);
    reader.number_at(&FRAG_OFFSET, offset, place.start..place.end + 1)?;
    reader.number(&TTL, 1)?;
    let protocol = reader.number(&PROTO, 1)?;
    reader.number(&CHECKSUM, 2)?;
    reader.ipv4(&SRC)?;
    reader.ipv4(&DST)?;
    let options = usize::try_from(header_bytes - 20).unwrap_or(0);
    if options > 0 {
        reader.bytes(&OPTIONS, options)?;
    }
    reader.close(open);
    let bytes = usize::try_from(total.saturating_sub(header_bytes)).unwrap_or(0);
    Ok(Follows { protocol, is_later_piece: offset > 0, bytes })
}

fn version_6(reader: &mut Reader<'_>) -> Result<Follows, Fault> {
    let open = reader.open(&IPV6)?;
    let start = reader.at();
    let first = reader.plain_number(4)?;
    reader.bits(&V6_VERSION, start..start + 1, 0xf0)?;
    let node = reader.number_at(&V6_TCLASS, first >> 20 & 0xff, start..start + 4)?;
    reader.open_at(node);
    reader.bits(&V6_DSCP, start..start + 4, 0x0fc0_0000)?;
    reader.bits(&V6_ECN, start..start + 4, 0x0030_0000)?;
    reader.leave(node);
    reader.number_at(&V6_FLOW, first & 0x000f_ffff, start + 1..start + 4)?;
    let bytes = reader.number(&V6_PLEN, 2)?;
    let protocol = reader.number(&V6_NXT, 1)?;
    reader.number(&V6_HLIM, 1)?;
    reader.ipv6(&V6_SRC)?;
    reader.ipv6(&V6_DST)?;
    reader.close(open);
    Ok(Follows { protocol, is_later_piece: false, bytes: usize::try_from(bytes).unwrap_or(0) })
}

/// The ports of TCP and UDP, and the rest as bytes.
fn ports(reader: &mut Reader<'_>, follows: &Follows) -> Result<(), Fault> {
    let ports = match follows.protocol {
        _ if follows.is_later_piece || reader.left() < 4 => None,
        TCP => Some([&SRC_PORT_TCP, &DST_PORT_TCP]),
        UDP => Some([&SRC_PORT_UDP, &DST_PORT_UDP]),
        _ => None,
    };
    for field in ports.into_iter().flatten() {
        reader.number(field, 2)?;
    }
    match reader.left() {
        0 => Ok(()),
        left => reader.bytes(&PAYLOAD, left).map(|_| ()),
    }
}
