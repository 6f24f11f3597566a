//! MQTT 3.1, 3.1.1 and 5. The version is settled by CONNECT; where that was not seen, packets are read as 3.1.1.

mod fields;
mod properties;

use crate::codec::decode::exchange::{Exchange, Key, Part};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup};
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId, Value};
use crate::util::locale::Locale;
use fields::{
    AUTH_REASON, CLIENTID, CLIENTID_LEN, CONACK_FLAGS, CONACK_RESERVED, CONACK_SESSION, CONACK_VAL,
    CONFLAG_CLEAN, CONFLAG_PASSWD, CONFLAG_QOS, CONFLAG_RESERVED, CONFLAG_RETAIN, CONFLAG_UNAME,
    CONFLAG_WILL, CONFLAGS, CONNACK_REASON, DISCONNECT_REASON, DUPFLAG, FIELDS, HDR_RESERVED, HDRFLAGS,
    KALIVE, LEN, MQTT, MSG, MSGID, MSGTYPE, PASSWD, PASSWD_LEN, PROPERTIES, PROTO_LEN, PROTONAME,
    PUBACK_REASON, PUBCOMP_REASON, PUBREC_REASON, PUBREL_REASON, QOS, REASONS, RETAIN, SUB_OPTIONS,
    SUB_OPTIONS_NL, SUB_OPTIONS_QOS, SUB_OPTIONS_RAP, SUB_OPTIONS_RESERVED, SUB_OPTIONS_RETAIN, SUB_QOS,
    SUBACK_QOS, SUBACK_REASON, TOPIC, TOPIC_LEN, UNSUBACK_REASON, USERNAME, USERNAME_LEN, VER,
    WILL_PROPERTIES, WILLMSG, WILLMSG_LEN, WILLTOPIC, WILLTOPIC_LEN,
};
use std::ops::Range;

const PORTS: [u16; 2] = [1883, 8883];
const VERSION_3_1_1: u8 = 4;
const VERSION_5: u8 = 5;
/// The packets of which a summary tells, and the bytes of a payload.
const SUMMARY_PACKETS: usize = 4;
const SUMMARY_CHARACTERS: usize = 60;

/// The decoder.
#[derive(Debug)]
pub(super) struct Mqtt;

/// The type of a packet, from its first byte.
#[derive(Clone, Copy, PartialEq, Eq)]
struct First(u8);

impl First {
    fn packet_type(self) -> u8 {
        self.0 >> 4
    }

    fn qos(self) -> u8 {
        self.0 >> 1 & 3
    }

    /// Whether the flags are those that the standard fixes for the type.
    fn is_allowed(self) -> bool {
        match self.packet_type() {
            3 => self.qos() < 3,
            6 | 8 | 10 => self.0 & 0xf == 2,
            0 => false,
            _ => self.0.is_multiple_of(16),
        }
    }
}

impl Decoder for Mqtt {
    fn id(&self) -> DecoderId {
        DecoderId::Mqtt
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let Some((first, (length, body))) = message.first().map(|first| First(*first)).zip(split(message))
        else {
            return Confidence::No;
        };
        if !first.is_allowed() || hint.carrier == Carrier::Datagram {
            return Confidence::No;
        }
        if first.packet_type() == 1 {
            let is_connect = body.starts_with(b"\0\x04MQTT") || body.starts_with(b"\0\x06MQIsdp");
            return if is_connect { Confidence::Certain } else { Confidence::No };
        }
        let is_usual_port = hint.port.is_some_and(|port| PORTS.contains(&port));
        match (is_usual_port || hint.version_of(DecoderId::Mqtt).is_some(), length == body.len()) {
            (true, true) => Confidence::Certain,
            (true, false) => Confidence::Likely,
            (false, true) => Confidence::Possible,
            (false, false) => Confidence::No,
        }
    }

    fn exchange(&self, message: &[u8], _hint: &Hint) -> Exchange {
        let Some((_, body)) = split(message) else { return Exchange::default() };
        let first = First(message[0]);
        let id = |at: usize| body.get(at..at + 2).map_or(0, big_endian);
        // The acknowledgment that a packet asks for: its type, and the number that both carry.
        let key = |answer: u8, id: u64| Key::Number(u64::from(answer) << 16 | id);
        let asks = |answer: u8, id: u64| Part::Asks { key: key(answer, id), note: 0 };
        let part = match (first.packet_type(), first.qos()) {
            (1, _) => asks(2, 0),
            (3, 1 | 2) => {
                let topic = usize::try_from(id(0)).unwrap_or(0);
                asks(if first.qos() == 1 { 4 } else { 5 }, id(2 + topic))
            }
            (6, _) => asks(7, id(0)),
            (8, _) => asks(9, id(0)),
            (10, _) => asks(11, id(0)),
            (12, _) => asks(13, 0),
            (2 | 13, _) => Part::Answers(key(first.packet_type(), 0)),
            (4 | 5 | 7 | 9 | 11, _) => Part::Answers(key(first.packet_type(), id(0))),
            _ => Part::Alone,
        };
        let name_bytes = usize::try_from(id(0)).unwrap_or(0);
        let exchange = Exchange { part, agrees: None };
        match body.get(2 + name_bytes) {
            Some(version) if first.packet_type() == 1 => exchange.agreeing(DecoderId::Mqtt, *version),
            _ => exchange,
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        // CONNECT settles the version for what follows it in the same piece too.
        let mut version = reader.hint().version_of(DecoderId::Mqtt).unwrap_or(VERSION_3_1_1);
        loop {
            let open = reader.open(&MQTT)?;
            let start = reader.at();
            let first = First(*reader.rest().first().ok_or_else(|| reader.fault(Why::EndsEarly))?);
            fixed_header(reader, first)?;
            let length = variable_number(reader, &LEN)?;
            if !first.is_allowed() {
                return Err(Fault { at: start, why: Why::Unknown });
            }
            version = reader.within(length, |reader| body(reader, first, version))?;
            reader.close(open);
            if reader.left() == 0 {
                return Ok(());
            }
        }
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        let mut packets = 0;
        for entry in tree.entries(message) {
            if entry.is(&MSGTYPE) {
                packets += 1;
                if packets > SUMMARY_PACKETS {
                    return line.push_str(locale.text("decode.more"));
                }
                line.push_str(if packets > 1 { "; " } else { "" });
                line.push_str(entry.meaning(locale).unwrap_or_default());
            } else if entry.is(&MSGID) {
                line.push_str(" #");
                entry.value().push_plain(entry.field().kind, line);
            } else if entry.is(&TOPIC) || entry.is(&CLIENTID) {
                line.push(' ');
                entry.value().push_plain(entry.field().kind, line);
            } else if let (true, Value::Bytes(bytes)) = (entry.is(&MSG), entry.value()) {
                push_payload(line, bytes);
            } else if entry.is(&CONACK_VAL) || REASONS.iter().any(|field| entry.is(field)) {
                let words = entry.meaning(locale);
                line.push_str(": ");
                match words {
                    Some(words) => line.push_str(words),
                    None => entry.value().push_plain(entry.field().kind, line),
                }
            }
        }
    }
}

/// The length that a packet says, and what there is of it.
fn split(message: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0_usize;
    for place in 0..4 {
        let byte = *message.get(1 + place)?;
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            let body = &message[2 + place..];
            return Some((length, &body[..length.min(body.len())]));
        }
    }
    None
}

fn fixed_header(reader: &mut Reader<'_>, first: First) -> Result<(), Fault> {
    let place = reader.at()..reader.at() + 1;
    reader.take(1)?;
    let flags = reader.number_at(&HDRFLAGS, u64::from(first.0), place.clone())?;
    reader.open_at(flags);
    reader.bits(&MSGTYPE, place.clone(), 0xf0)?;
    if first.packet_type() == 3 {
        reader.flag(&DUPFLAG, place.clone(), 0x8)?;
        reader.bits(&QOS, place.clone(), 0x6)?;
        reader.flag(&RETAIN, place, 0x1)?;
    } else {
        reader.bits(&HDR_RESERVED, place, 0xf)?;
    }
    reader.close(flags);
    Ok(())
}

/// What follows the fixed header; gives the version that holds from here on.
fn body(reader: &mut Reader<'_>, first: First, version: u8) -> Result<u8, Fault> {
    let is_5 = version == VERSION_5;
    match first.packet_type() {
        1 => return connect(reader),
        2 => connect_acknowledgment(reader, is_5)?,
        3 => {
            string(reader, &TOPIC_LEN, &TOPIC)?;
            if first.qos() > 0 {
                reader.number(&MSGID, 2)?;
            }
            if is_5 {
                properties::list(reader, &PROPERTIES)?;
            }
            if reader.left() > 0 {
                reader.bytes(&MSG, reader.left())?;
            }
        }
        4 => acknowledgment(reader, &PUBACK_REASON)?,
        5 => acknowledgment(reader, &PUBREC_REASON)?,
        6 => acknowledgment(reader, &PUBREL_REASON)?,
        7 => acknowledgment(reader, &PUBCOMP_REASON)?,
        8 => subscribe(reader, is_5)?,
        9 => acknowledged_topics(reader, is_5, if is_5 { &SUBACK_REASON } else { &SUBACK_QOS })?,
        10 => {
            reader.number(&MSGID, 2)?;
            if is_5 {
                properties::list(reader, &PROPERTIES)?;
            }
            while reader.left() > 0 {
                string(reader, &TOPIC_LEN, &TOPIC)?;
            }
        }
        11 => acknowledged_topics(reader, is_5, &UNSUBACK_REASON)?,
        14 => reason_and_properties(reader, &DISCONNECT_REASON)?,
        15 => reason_and_properties(reader, &AUTH_REASON)?,
        // PINGREQ and PINGRESP have nothing.
        _ => {}
    }
    Ok(version)
}

fn connect(reader: &mut Reader<'_>) -> Result<u8, Fault> {
    string(reader, &PROTO_LEN, &PROTONAME)?;
    let version = u8::try_from(reader.number(&VER, 1)?).unwrap_or(0);
    let place = reader.at()..reader.at() + 1;
    let flags = reader.plain_number(1)?;
    let node = reader.number_at(&CONFLAGS, flags, place.clone())?;
    reader.open_at(node);
    let has_name = reader.flag(&CONFLAG_UNAME, place.clone(), 0x80)?;
    let has_password = reader.flag(&CONFLAG_PASSWD, place.clone(), 0x40)?;
    reader.flag(&CONFLAG_RETAIN, place.clone(), 0x20)?;
    reader.bits(&CONFLAG_QOS, place.clone(), 0x18)?;
    let has_will = reader.flag(&CONFLAG_WILL, place.clone(), 0x4)?;
    reader.flag(&CONFLAG_CLEAN, place.clone(), 0x2)?;
    reader.flag(&CONFLAG_RESERVED, place, 0x1)?;
    reader.close(node);
    reader.number(&KALIVE, 2)?;
    if version == VERSION_5 {
        properties::list(reader, &PROPERTIES)?;
    }
    string(reader, &CLIENTID_LEN, &CLIENTID)?;
    if has_will {
        if version == VERSION_5 {
            properties::list(reader, &WILL_PROPERTIES)?;
        }
        string(reader, &WILLTOPIC_LEN, &WILLTOPIC)?;
        let length = reader.number(&WILLMSG_LEN, 2)?;
        reader.bytes(&WILLMSG, usize::try_from(length).unwrap_or(0))?;
    }
    if has_name {
        string(reader, &USERNAME_LEN, &USERNAME)?;
    }
    if has_password {
        string(reader, &PASSWD_LEN, &PASSWD)?;
    }
    Ok(version)
}

fn connect_acknowledgment(reader: &mut Reader<'_>, is_5: bool) -> Result<(), Fault> {
    let place = reader.at()..reader.at() + 1;
    let flags = reader.plain_number(1)?;
    let node = reader.number_at(&CONACK_FLAGS, flags, place.clone())?;
    reader.open_at(node);
    reader.flag(&CONACK_RESERVED, place.clone(), 0xfe)?;
    reader.flag(&CONACK_SESSION, place, 0x1)?;
    reader.close(node);
    if !is_5 {
        return reader.number(&CONACK_VAL, 1).map(|_| ());
    }
    reader.number(&CONNACK_REASON, 1)?;
    properties::list(reader, &PROPERTIES)
}

fn subscribe(reader: &mut Reader<'_>, is_5: bool) -> Result<(), Fault> {
    reader.number(&MSGID, 2)?;
    if is_5 {
        properties::list(reader, &PROPERTIES)?;
    }
    while reader.left() > 0 {
        string(reader, &TOPIC_LEN, &TOPIC)?;
        if !is_5 {
            reader.number(&SUB_QOS, 1)?;
            continue;
        }
        let place: Range<usize> = reader.at()..reader.at() + 1;
        let options = reader.plain_number(1)?;
        let node = reader.number_at(&SUB_OPTIONS, options, place.clone())?;
        reader.open_at(node);
        reader.bits(&SUB_OPTIONS_RESERVED, place.clone(), 0xc0)?;
        reader.bits(&SUB_OPTIONS_RETAIN, place.clone(), 0x30)?;
        reader.flag(&SUB_OPTIONS_RAP, place.clone(), 0x8)?;
        reader.flag(&SUB_OPTIONS_NL, place.clone(), 0x4)?;
        reader.bits(&SUB_OPTIONS_QOS, place, 0x3)?;
        reader.close(node);
    }
    Ok(())
}

/// How it went for each topic.
fn acknowledged_topics(reader: &mut Reader<'_>, is_5: bool, outcome: &'static Field) -> Result<(), Fault> {
    reader.number(&MSGID, 2)?;
    if is_5 {
        properties::list(reader, &PROPERTIES)?;
    }
    while reader.left() > 0 {
        reader.number(outcome, 1)?;
    }
    Ok(())
}

fn acknowledgment(reader: &mut Reader<'_>, reason: &'static Field) -> Result<(), Fault> {
    reader.number(&MSGID, 2)?;
    reason_and_properties(reader, reason)
}

/// Both may be left out.
fn reason_and_properties(reader: &mut Reader<'_>, reason: &'static Field) -> Result<(), Fault> {
    if reader.left() > 0 {
        reader.number(reason, 1)?;
    }
    if reader.left() > 0 {
        properties::list(reader, &PROPERTIES)?;
    }
    Ok(())
}

/// Characters with their length before them.
fn string(reader: &mut Reader<'_>, length: &'static Field, text: &'static Field) -> Result<(), Fault> {
    let length = reader.number(length, 2)?;
    reader.text(text, usize::try_from(length).unwrap_or(usize::MAX)).map(|_| ())
}

/// A number of one to four bytes, seven bits in each, the lowest first.
fn variable_number(reader: &mut Reader<'_>, field: &'static Field) -> Result<usize, Fault> {
    let start = reader.at();
    let mut value = 0_usize;
    for place in 0..4 {
        let byte = reader.take(1)?[0];
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            reader.number_at(field, value as u64, start..reader.at())?;
            return Ok(value);
        }
    }
    Err(Fault { at: start, why: Why::WrongLength })
}

/// The payload where it is text, and else how much it is.
fn push_payload(line: &mut String, bytes: &[u8]) {
    line.push_str(" = ");
    match str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => super::push_beginning(line, text, SUMMARY_CHARACTERS),
        _ => {
            line.push_str(itoa::Buffer::new().format(bytes.len()));
            line.push_str(" B");
        }
    }
}
