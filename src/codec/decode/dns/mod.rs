//! DNS over UDP and TCP, and multicast DNS.

mod fields;
mod name;

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup};
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId};
use crate::util::locale::Locale;
use fields::{
    A, AAAA, ADD_RR, ANSWERS, AUTH_RR, AUTHENTICATED, AUTHORITATIVE, CHECKDISABLE, CNAME, DATA, DNS, EDNS_DO,
    EDNS_VERSION, EDNS_Z, EXT_RCODE, FIELDS, FLAGS, ID, LABELS, LENGTH, MX, MX_PREFERENCE, NS, OPCODE, OPT,
    OPT_CODE, OPT_DATA, OPT_LEN, PTR, QRY_CLASS, QRY_NAME, QRY_NAME_LEN, QRY_QU, QRY_TYPE, QUERIES, RCODE,
    RECAVAIL, RECDESIRED, RESP_CLASS, RESP_FLUSH, RESP_LEN, RESP_NAME, RESP_TTL, RESP_TYPE, RESPONSE,
    RESULTS, SOA_EXPIRE, SOA_MINIMUM, SOA_MNAME, SOA_REFRESH, SOA_RETRY, SOA_RNAME, SOA_SERIAL, SRV_NAME,
    SRV_PORT, SRV_PRIORITY, SRV_PROTO, SRV_SERVICE, SRV_TARGET, SRV_WEIGHT, TIME, TRUNCATED, TXT, TXT_LENGTH,
    UDP_PAYLOAD, Z,
};

const PORTS: [u16; 3] = [53, 5353, 5355];
const MULTICAST_PORT: u16 = 5353;
const HEADER_BYTES: usize = 12;
/// Set in the class of a question or an answer of multicast DNS.
const TOP_BIT: u64 = 0x8000;
/// How a name without labels is written.
const ROOT: &str = "<Root>";
/// The results of a summary.
const SUMMARY_RESULTS: usize = 6;

/// The decoder.
#[derive(Debug)]
pub(super) struct Dns;

impl Decoder for Dns {
    fn id(&self) -> DecoderId {
        DecoderId::Dns
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let body = without_length(message, hint);
        let Some(header) = body.get(..HEADER_BYTES) else { return Confidence::No };
        let counts: Vec<u64> = header[4..].chunks(2).map(big_endian).collect();
        // A question takes 5 bytes at least and an answer 11.
        let least = counts[0] * 5 + counts[1..].iter().sum::<u64>() * 11;
        let is_plausible = header[2] & 0x78 <= 0x30 && header[3] & 0x40 == 0 && counts[0] <= 16;
        if !is_plausible
            || counts.iter().all(|count| *count == 0)
            || least > (body.len() - HEADER_BYTES) as u64
        {
            return Confidence::No;
        }
        if hint.port.is_some_and(|port| PORTS.contains(&port)) {
            return Confidence::Certain;
        }
        if asks_by_the_book(body, counts[0]) { Confidence::Likely } else { Confidence::No }
    }

    fn exchange(&self, message: &[u8], hint: &Hint) -> Exchange {
        let Some(header) = without_length(message, hint).get(..HEADER_BYTES) else {
            return Exchange::default();
        };
        let key = Key::Number(big_endian(&header[..2]));
        let is_answer = header[2] & 0x80 != 0;
        if is_answer { Exchange::answers(key) } else { Exchange::asks(key, 0) }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        if reader.hint().carrier != Carrier::Stream {
            return message(reader);
        }
        while reader.left() > 0 {
            let length = reader.number(&LENGTH, 2)?;
            reader.within(usize::try_from(length).unwrap_or(0), message)?;
        }
        Ok(())
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        let type_word = tree.number(&QRY_TYPE).map_or_else(String::new, |number| {
            QRY_TYPE.meaning_of(number, locale).map_or_else(|| format!("TYPE{number}"), str::to_owned)
        });
        let name = tree.text(&QRY_NAME).unwrap_or_default();
        if tree.number(&RESPONSE) != Some(1) {
            return locale.format_into(
                line,
                "decode.dns.query_line",
                &[("type", &type_word), ("name", &name)],
            );
        }
        line.push_str(&type_word);
        line.push(' ');
        line.push_str(name);
        let rcode = tree.number(&RCODE).unwrap_or(0);
        if rcode != 0 {
            line.push_str(": ");
            match RCODE.meaning_of(rcode, locale) {
                Some(word) => line.push_str(word),
                None => line.push_str(itoa::Buffer::new().format(rcode)),
            }
        }
        let is_result = |field: &Field| RESULTS.iter().any(|result| result.is(field));
        let results = tree.entries(message).filter(|entry| is_result(entry.field()));
        for (place, entry) in results.enumerate() {
            match place {
                0 => line.push_str(" → "),
                SUMMARY_RESULTS => return line.push_str(locale.text("decode.more")),
                _ => line.push_str(", "),
            }
            entry.value().push_plain(entry.field().kind, line);
        }
    }
}

/// On a stream, a length stands before each message.
fn without_length<'a>(message: &'a [u8], hint: &Hint) -> &'a [u8] {
    if hint.carrier == Carrier::Stream { message.get(2..).unwrap_or_default() } else { message }
}

/// Whether there is one question with a name of letters and a class of the Internet.
fn asks_by_the_book(body: &[u8], questions: u64) -> bool {
    let mut is_plain = questions == 1;
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let read = name::read(body, 0, HEADER_BYTES, |label| is_plain &= label.iter().all(is_letter));
    let Ok(name) = read else { return false };
    let end = HEADER_BYTES + name.length;
    let class = body.get(end + 2..end + 4).map_or(0, big_endian);
    let is_all = body[6..HEADER_BYTES].iter().all(|byte| *byte == 0);
    is_plain && class & !TOP_BIT == 1 && (!is_all || body.len() == end + 4)
}

fn message(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let base = reader.at();
    let open = reader.open(&DNS)?;
    reader.number(&ID, 2)?;
    let is_response = flags(reader)?;
    let questions = reader.number(&QUERIES, 2)?;
    let mut records = 0;
    for field in [&ANSWERS, &AUTH_RR, &ADD_RR] {
        records += reader.number(field, 2)?;
    }
    for _ in 0..questions {
        question(reader, base)?;
    }
    for _ in 0..records {
        record(reader, base)?;
    }
    if let (true, Some(asked)) = (is_response, reader.hint().asked) {
        reader.computed_duration(&TIME, asked.after_ns)?;
    }
    reader.close(open);
    Ok(())
}

fn flags(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let place = reader.at()..reader.at() + 2;
    let flags = reader.plain_number(2)?;
    let node = reader.number_at(&FLAGS, flags, place.clone())?;
    reader.open_at(node);
    let is_response = reader.flag(&RESPONSE, place.clone(), 0x8000)?;
    reader.bits(&OPCODE, place.clone(), 0x7800)?;
    if is_response {
        reader.flag(&AUTHORITATIVE, place.clone(), 0x0400)?;
    }
    reader.flag(&TRUNCATED, place.clone(), 0x0200)?;
    reader.flag(&RECDESIRED, place.clone(), 0x0100)?;
    if is_response {
        reader.flag(&RECAVAIL, place.clone(), 0x0080)?;
    }
    reader.flag(&Z, place.clone(), 0x0040)?;
    if is_response {
        reader.flag(&AUTHENTICATED, place.clone(), 0x0020)?;
    }
    reader.flag(&CHECKDISABLE, place.clone(), 0x0010)?;
    if is_response {
        reader.bits(&RCODE, place, 0x000f)?;
    }
    reader.close(node);
    Ok(is_response)
}

fn question(reader: &mut Reader<'_>, base: usize) -> Result<(), Fault> {
    let start = reader.at();
    let (labels, characters) = name(reader, base, &QRY_NAME)?;
    reader.number_at(&QRY_NAME_LEN, characters as u64, start..reader.at())?;
    reader.number_at(&LABELS, labels, start..reader.at())?;
    reader.number(&QRY_TYPE, 2)?;
    class(reader, &QRY_CLASS, &QRY_QU)
}

/// In multicast DNS the highest bit of a class is a flag of its own.
fn class(reader: &mut Reader<'_>, field: &'static Field, top: &'static Field) -> Result<(), Fault> {
    let place = reader.at()..reader.at() + 2;
    if reader.hint().port != Some(MULTICAST_PORT) {
        return reader.number(field, 2).map(|_| ());
    }
    let class = reader.plain_number(2)?;
    reader.number_at(field, class & !TOP_BIT, place.clone())?;
    reader.flag(top, place, TOP_BIT).map(|_| ())
}

fn record(reader: &mut Reader<'_>, base: usize) -> Result<(), Fault> {
    let start = reader.at();
    let message = reader.message();
    let length = name::read(message, base, start, |_| {})?.length;
    let kind = message.get(start + length..start + length + 2).map_or(0, big_endian);
    if kind == 33 {
        service_name(reader, base)?;
    } else {
        name(reader, base, &RESP_NAME)?;
    }
    reader.number(&RESP_TYPE, 2)?;
    if kind == 41 {
        return extension(reader);
    }
    class(reader, &RESP_CLASS, &RESP_FLUSH)?;
    reader.number(&RESP_TTL, 4)?;
    let length = usize::try_from(reader.number(&RESP_LEN, 2)?).unwrap_or(0);
    reader.within(length, |reader| data(reader, base, kind))
}

fn data(reader: &mut Reader<'_>, base: usize, kind: u64) -> Result<(), Fault> {
    match kind {
        _ if reader.left() == 0 => Ok(()),
        1 => reader.ipv4(&A).map(|_| ()),
        28 => reader.ipv6(&AAAA).map(|_| ()),
        2 => name(reader, base, &NS).map(|_| ()),
        5 => name(reader, base, &CNAME).map(|_| ()),
        12 => name(reader, base, &PTR).map(|_| ()),
        6 => {
            name(reader, base, &SOA_MNAME)?;
            name(reader, base, &SOA_RNAME)?;
            for field in [&SOA_SERIAL, &SOA_REFRESH, &SOA_RETRY, &SOA_EXPIRE, &SOA_MINIMUM] {
                reader.number(field, 4)?;
            }
            Ok(())
        }
        15 => {
            reader.number(&MX_PREFERENCE, 2)?;
            name(reader, base, &MX).map(|_| ())
        }
        16 => {
            while reader.left() > 0 {
                let length = reader.number(&TXT_LENGTH, 1)?;
                reader.text(&TXT, usize::try_from(length).unwrap_or(0))?;
            }
            Ok(())
        }
        33 => {
            for field in [&SRV_PRIORITY, &SRV_WEIGHT, &SRV_PORT] {
                reader.number(field, 2)?;
            }
            name(reader, base, &SRV_TARGET).map(|_| ())
        }
        _ => reader.bytes(&DATA, reader.left()).map(|_| ()),
    }
}

/// The record of EDNS: what would be class and lifetime says how the other side can be spoken to.
fn extension(reader: &mut Reader<'_>) -> Result<(), Fault> {
    reader.number(&UDP_PAYLOAD, 2)?;
    reader.number(&EXT_RCODE, 1)?;
    reader.number(&EDNS_VERSION, 1)?;
    let place = reader.at()..reader.at() + 2;
    reader.number(&EDNS_Z, 2)?;
    reader.flag(&EDNS_DO, place, TOP_BIT)?;
    let length = usize::try_from(reader.number(&RESP_LEN, 2)?).unwrap_or(0);
    reader.within(length, |reader| {
        while reader.left() > 0 {
            let open = reader.open(&OPT)?;
            reader.number(&OPT_CODE, 2)?;
            let length = usize::try_from(reader.number(&OPT_LEN, 2)?).unwrap_or(0);
            if length > 0 {
                reader.bytes(&OPT_DATA, length)?;
            }
            reader.close(open);
        }
        Ok(())
    })
}

/// The name of a service: what, over what, where.
fn service_name(reader: &mut Reader<'_>, base: usize) -> Result<(), Fault> {
    let start = reader.at();
    let message = reader.message();
    let length = name::read(message, base, start, |_| {})?.length;
    reader.take(length)?;
    for (place, field) in [&SRV_SERVICE, &SRV_PROTO, &SRV_NAME].into_iter().enumerate() {
        // The last takes all labels that are left.
        let wanted = |number: usize| if place == 2 { number >= 2 } else { number == place };
        let mut outcome = Ok(());
        reader.made_text(field, start..start + length, |text| {
            let (from, mut number) = (text.len(), 0);
            let read = name::read(message, base, start, |label| {
                if wanted(number) {
                    name::push_label(text, from, label);
                }
                number += 1;
            });
            outcome = read.map(|_| ());
        })?;
        outcome?;
    }
    Ok(())
}

/// A name as a node; gives how many labels and how many bytes of text it has.
fn name(reader: &mut Reader<'_>, base: usize, field: &'static Field) -> Result<(u64, usize), Fault> {
    let start = reader.at();
    let message = reader.message();
    let (mut read, mut characters) = (Err(reader.fault(Why::EndsEarly)), 0);
    let node = reader.made_text(field, start..start, |text| {
        let from = text.len();
        read = name::read(message, base, start, |label| name::push_label(text, from, label));
        characters = text.len() - from;
        if read.is_ok() && text.len() == from {
            text.push_str(ROOT);
        }
    })?;
    let name = read?;
    reader.take(name.length)?;
    reader.tree_mut().set_end(node, start + name.length);
    Ok((name.labels, characters))
}
