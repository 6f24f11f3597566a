//! ICMP and `ICMPv6`: echo, what went wrong on the way, and who the neighbours are.

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup, fields};
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId, ip};
use crate::util::locale::Locale;

fields! {
    pub(super) FIELDS:
    ICMP "icmp" "decode.icmp.message4" Heading;
    TYPE "icmp.type" "decode.type" Number = TYPES;
    CODE "icmp.code" "decode.icmp.code" Number;
    CHECKSUM "icmp.checksum" "decode.checksum" Hex(4);
    CHECKSUM_STATUS "icmp.checksum.status" "decode.icmp.checksum_status" Number = CHECKSUMS;
    IDENT "icmp.ident" "decode.icmp.identifier" Number;
    SEQ "icmp.seq" "decode.icmp.sequence" Number;
    RESPTIME "icmp.resptime" "decode.answer_time" Millis;
    UNUSED "icmp.unused" "decode.reserved" Bytes;
    MTU "icmp.mtu" "decode.icmp.mtu" Number;
    REDIR_GW "icmp.redir_gw" "decode.icmp.gateway" Address;
    ORIGINATE "icmp.originate_timestamp" "decode.icmp.originate" Number;
    RECEIVE "icmp.receive_timestamp" "decode.icmp.receive" Number;
    TRANSMIT "icmp.transmit_timestamp" "decode.icmp.transmit" Number;
    ICMPV6 "icmpv6" "decode.icmp.message6" Heading;
    V6_TYPE "icmpv6.type" "decode.type" Number = V6_TYPES;
    V6_CODE "icmpv6.code" "decode.icmp.code" Number;
    V6_CHECKSUM "icmpv6.checksum" "decode.checksum" Hex(4);
    V6_IDENT "icmpv6.echo.identifier" "decode.icmp.identifier" Hex(4);
    V6_SEQ "icmpv6.echo.sequence_number" "decode.icmp.sequence" Number;
    V6_RESPTIME "icmpv6.resptime" "decode.answer_time" Millis;
    V6_RESERVED "icmpv6.reserved" "decode.reserved" Bytes;
    V6_MTU "icmpv6.mtu" "decode.icmp.mtu" Number;
    V6_NS_TARGET "icmpv6.nd.ns.target_address" "decode.icmp.target" Address;
    V6_NA_FLAG "icmpv6.nd.na.flag" "decode.flags" Hex(8);
    V6_NA_TARGET "icmpv6.nd.na.target_address" "decode.icmp.target" Address;
    V6_OPTION "icmpv6.opt" "decode.ip.options" Bytes;
    DATA "data.data" "decode.data" Bytes;
}

const TYPES: [(u64, &str); 9] = [
    (0, "decode.icmp.echo_reply"),
    (3, "decode.icmp.unreachable"),
    (4, "decode.icmp.source_quench"),
    (5, "decode.icmp.redirect"),
    (8, "decode.icmp.echo_request"),
    (11, "decode.icmp.time_exceeded"),
    (12, "decode.icmp.parameter_problem"),
    (13, "decode.icmp.timestamp_request"),
    (14, "decode.icmp.timestamp_reply"),
];

const V6_TYPES: [(u64, &str); 11] = [
    (1, "decode.icmp.unreachable"),
    (2, "decode.icmp.too_big"),
    (3, "decode.icmp.time_exceeded"),
    (4, "decode.icmp.parameter_problem"),
    (128, "decode.icmp.echo_request"),
    (129, "decode.icmp.echo_reply"),
    (133, "decode.icmp.router_solicitation"),
    (134, "decode.icmp.router_advertisement"),
    (135, "decode.icmp.neighbor_solicitation"),
    (136, "decode.icmp.neighbor_advertisement"),
    (143, "decode.icmp.listener_report"),
];

const CHECKSUMS: [(u64, &str); 2] = [(0, "decode.icmp.checksum_bad"), (1, "decode.icmp.checksum_good")];

const ECHO_REPLY: u64 = 0;
const ECHO_REQUEST: u64 = 8;
const V6_ECHO_REQUEST: u64 = 128;
const V6_ECHO_REPLY: u64 = 129;
const PROTOCOL_4: u8 = 1;
const PROTOCOL_6: u8 = 58;
const HEADER_BYTES: usize = 8;

/// The decoder.
#[derive(Debug)]
pub(super) struct Icmp;

impl Decoder for Icmp {
    fn id(&self) -> DecoderId {
        DecoderId::Icmp
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS, ip::FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        match hint.carrier {
            Carrier::Ip(PROTOCOL_4 | PROTOCOL_6) if message.len() >= HEADER_BYTES => Confidence::Certain,
            // Only the checksum of version 4 can be told from the message alone.
            Carrier::Unknown if message.len() >= HEADER_BYTES && is_sound(message) => {
                if TYPE.meanings.iter().any(|(known, _)| *known == u64::from(message[0])) {
                    Confidence::Likely
                } else {
                    Confidence::Possible
                }
            }
            _ => Confidence::No,
        }
    }

    fn exchange(&self, message: &[u8], hint: &Hint) -> Exchange {
        let Some(header) = message.get(..HEADER_BYTES) else { return Exchange::default() };
        let key = Key::Number(big_endian(&header[4..]));
        match (is_version_6(message, hint), u64::from(header[0])) {
            (false, ECHO_REQUEST | 13) | (true, V6_ECHO_REQUEST) => Exchange::asks(key, 0),
            (false, ECHO_REPLY | 14) | (true, V6_ECHO_REPLY) => Exchange::answers(key),
            _ => Exchange::default(),
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        if is_version_6(reader.message(), reader.hint()) { version_6(reader) } else { version_4(reader) }
    }

    fn summarize(&self, tree: &Tree, _message: &[u8], locale: &Locale, line: &mut String) {
        push_summary(tree, locale, line);
    }
}

/// The types of both versions lie apart but for the errors of version 6, so that a carrier that is not known does not
/// matter much.
fn is_version_6(message: &[u8], hint: &Hint) -> bool {
    match hint.carrier {
        Carrier::Ip(protocol) => protocol == PROTOCOL_6,
        _ => message.first().is_some_and(|first| *first >= 128),
    }
}

/// ICMP for IPv4.
pub(super) fn version_4(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let is_sound = is_sound(reader.rest());
    let open = reader.open(&ICMP)?;
    let kind = reader.number(&TYPE, 1)?;
    let code = reader.number(&CODE, 1)?;
    reader.number(&CHECKSUM, 2)?;
    reader.computed(&CHECKSUM_STATUS, u64::from(is_sound))?;
    match kind {
        ECHO_REPLY | ECHO_REQUEST | 13 | 14 => {
            reader.number(&IDENT, 2)?;
            reader.number(&SEQ, 2)?;
            answer_time(reader, &RESPTIME, matches!(kind, ECHO_REPLY))?;
            if kind >= 13 {
                for field in [&ORIGINATE, &RECEIVE, &TRANSMIT] {
                    reader.number(field, 4)?;
                }
            }
            rest(reader)?;
        }
        3 if code == 4 => {
            reader.bytes(&UNUSED, 2)?;
            reader.number(&MTU, 2)?;
            quoted(reader)?;
        }
        3 | 4 | 11 | 12 => {
            reader.bytes(&UNUSED, 4)?;
            quoted(reader)?;
        }
        5 => {
            reader.ipv4(&REDIR_GW)?;
            quoted(reader)?;
        }
        _ => rest(reader)?,
    }
    reader.close(open);
    Ok(())
}

/// ICMP for IPv6.
pub(super) fn version_6(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let open = reader.open(&ICMPV6)?;
    let kind = reader.number(&V6_TYPE, 1)?;
    reader.number(&V6_CODE, 1)?;
    reader.number(&V6_CHECKSUM, 2)?;
    match kind {
        V6_ECHO_REQUEST | V6_ECHO_REPLY => {
            reader.number(&V6_IDENT, 2)?;
            reader.number(&V6_SEQ, 2)?;
            answer_time(reader, &V6_RESPTIME, kind == V6_ECHO_REPLY)?;
            rest(reader)?;
        }
        2 => {
            reader.number(&V6_MTU, 4)?;
            quoted(reader)?;
        }
        1 | 3 | 4 => {
            reader.bytes(&V6_RESERVED, 4)?;
            quoted(reader)?;
        }
        135 => {
            reader.bytes(&V6_RESERVED, 4)?;
            reader.ipv6(&V6_NS_TARGET)?;
            options(reader)?;
        }
        136 => {
            reader.number(&V6_NA_FLAG, 4)?;
            reader.ipv6(&V6_NA_TARGET)?;
            options(reader)?;
        }
        _ => rest(reader)?,
    }
    reader.close(open);
    Ok(())
}

fn answer_time(reader: &mut Reader<'_>, field: &'static Field, is_reply: bool) -> Result<(), Fault> {
    match reader.hint().asked {
        Some(asked) if is_reply => reader.computed_duration(field, asked.after_ns).map(|_| ()),
        _ => Ok(()),
    }
}

/// The packet that an error is about, as much of it as was sent back.
fn quoted(reader: &mut Reader<'_>) -> Result<(), Fault> {
    if reader.left() == 0 { Ok(()) } else { ip::quoted(reader) }
}

fn options(reader: &mut Reader<'_>) -> Result<(), Fault> {
    while reader.left() > 0 {
        // The second byte counts eight bytes at a time.
        let length = 8 * usize::from(reader.rest().get(1).copied().unwrap_or(1));
        if length == 0 {
            return Err(Fault { at: reader.at() + 1, why: Why::WrongLength });
        }
        reader.bytes(&V6_OPTION, length)?;
    }
    Ok(())
}

fn rest(reader: &mut Reader<'_>) -> Result<(), Fault> {
    match reader.left() {
        0 => Ok(()),
        left => reader.bytes(&DATA, left).map(|_| ()),
    }
}

/// What it is, with the number of an echo.
pub(super) fn push_summary(tree: &Tree, locale: &Locale, line: &mut String) {
    let (kind, fields) = match (tree.number(&TYPE), tree.number(&V6_TYPE)) {
        (Some(kind), _) => (kind, [&TYPE, &IDENT, &SEQ]),
        (None, Some(kind)) => (kind, [&V6_TYPE, &V6_IDENT, &V6_SEQ]),
        (None, None) => return,
    };
    if !line.is_empty() {
        line.push_str(" · ");
    }
    match fields[0].meaning_of(kind, locale) {
        Some(word) => line.push_str(word),
        None => locale.format_into(line, "decode.icmp.type_number", &[("type", &kind)]),
    }
    if let (Some(identifier), Some(sequence)) = (tree.number(fields[1]), tree.number(fields[2])) {
        line.push(' ');
        line.push_str(itoa::Buffer::new().format(identifier));
        line.push('/');
        line.push_str(itoa::Buffer::new().format(sequence));
    }
}

/// Whether the Internet checksum over the whole message, its own bytes included, comes out as zero.
fn is_sound(message: &[u8]) -> bool {
    let (words, rest) = message.as_chunks::<2>();
    let last = rest.first().map_or(0, |byte| u64::from(*byte) << 8);
    let mut sum = words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + last;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum == 0xffff
}
