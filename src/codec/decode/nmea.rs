//! NMEA 0183: sentences of ships' instruments and of satellite receivers. Positions become degrees, south and west
//! negative. The names are ours, since Wireshark has none.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup, fields};
use crate::codec::decode::hint::Hint;
use crate::codec::decode::reader::Reader;
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId};
use crate::util::locale::Locale;
use memchr::{memchr, memrchr};
use std::ops::Range;

fields! {
    pub(super) FIELDS:
    SENTENCE_LINE "nmea" "decode.nmea.line" Heading;
    TALKER "nmea.talker" "decode.nmea.talker" Text;
    SENTENCE "nmea.sentence" "decode.nmea.sentence" Text;
    TIME "nmea.time" "decode.nmea.time" Text;
    DATE "nmea.date" "decode.nmea.date" Text;
    STATUS "nmea.status" "decode.status" Text;
    LATITUDE "nmea.lat" "decode.nmea.latitude" Float;
    LONGITUDE "nmea.lon" "decode.nmea.longitude" Float;
    QUALITY "nmea.quality" "decode.nmea.quality" Number;
    SATELLITES "nmea.satellites" "decode.nmea.satellites" Number;
    HDOP "nmea.hdop" "HDOP" Float;
    VDOP "nmea.vdop" "VDOP" Float;
    PDOP "nmea.pdop" "PDOP" Float;
    ALTITUDE "nmea.altitude" "decode.nmea.altitude" Float;
    GEOID "nmea.geoid" "decode.nmea.geoid" Float;
    SPEED_KNOTS "nmea.speed_knots" "decode.nmea.speed_knots" Float;
    SPEED_KMH "nmea.speed_kmh" "decode.nmea.speed_kmh" Float;
    COURSE "nmea.course" "decode.nmea.course" Float;
    HEADING "nmea.heading" "decode.nmea.heading" Float;
    VARIATION "nmea.variation" "decode.nmea.variation" Float;
    FIX "nmea.fix" "decode.nmea.fix" Number;
    DEPTH "nmea.depth" "decode.nmea.depth" Float;
    WIND_ANGLE "nmea.wind_angle" "decode.nmea.wind_angle" Float;
    WIND_SPEED "nmea.wind_speed" "decode.nmea.wind_speed" Float;
    FIELD "nmea.field" "decode.nmea.field" Text;
    CHECKSUM "nmea.checksum" "decode.checksum" Hex(2);
}

/// A sentence has at most 82 characters by the standard; devices that write longer ones exist.
const MOST_BYTES: usize = 1024;

/// The decoder.
#[derive(Debug)]
pub(super) struct Nmea;

/// What one field of a sentence is.
#[derive(Clone, Copy)]
enum Part {
    Text(&'static Field),
    Float(&'static Field),
    Number(&'static Field),
    /// Degrees and minutes, with the field behind it saying which half of the globe.
    Position(&'static Field),
    /// Nothing with a name of its own.
    Plain,
}

use Part::{Float, Number, Plain, Position, Text};

/// What the fields of a sentence are, in their order.
const LAYOUTS: [(&[u8], &[Part]); 13] = [
    (
        b"GGA",
        &[
            Text(&TIME),
            Position(&LATITUDE),
            Plain,
            Position(&LONGITUDE),
            Plain,
            Number(&QUALITY),
            Number(&SATELLITES),
            Float(&HDOP),
            Float(&ALTITUDE),
            Plain,
            Float(&GEOID),
        ],
    ),
    (
        b"RMC",
        &[
            Text(&TIME),
            Text(&STATUS),
            Position(&LATITUDE),
            Plain,
            Position(&LONGITUDE),
            Plain,
            Float(&SPEED_KNOTS),
            Float(&COURSE),
            Text(&DATE),
            Float(&VARIATION),
        ],
    ),
    (b"GLL", &[Position(&LATITUDE), Plain, Position(&LONGITUDE), Plain, Text(&TIME), Text(&STATUS)]),
    (b"VTG", &[Float(&COURSE), Plain, Plain, Plain, Float(&SPEED_KNOTS), Plain, Float(&SPEED_KMH)]),
    (
        b"GSA",
        &[
            Plain,
            Number(&FIX),
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Plain,
            Float(&PDOP),
            Float(&HDOP),
            Float(&VDOP),
        ],
    ),
    (b"GSV", &[Plain, Plain, Number(&SATELLITES)]),
    (b"ZDA", &[Text(&TIME)]),
    (b"HDT", &[Float(&HEADING)]),
    (b"HDM", &[Float(&HEADING)]),
    (b"HDG", &[Float(&HEADING)]),
    (b"DPT", &[Float(&DEPTH)]),
    (b"DBT", &[Plain, Plain, Float(&DEPTH)]),
    (b"MWV", &[Float(&WIND_ANGLE), Plain, Float(&WIND_SPEED)]),
];

impl Decoder for Nmea {
    fn id(&self) -> DecoderId {
        DecoderId::Nmea
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS]
    }

    fn fits(&self, message: &[u8], _hint: &Hint) -> Confidence {
        let line = &message[..memchr(b'\n', message).unwrap_or(message.len()).min(MOST_BYTES)];
        let begins = matches!(line.first(), Some(b'$' | b'!'))
            && line.len() > 6
            && line[1..6].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let line = line.trim_ascii_end();
        match checksum_place(line) {
            _ if !begins => Confidence::No,
            Some(star) if hex_of(&line[star + 1..]) == Some(exclusive_or(&line[1..star])) => {
                Confidence::Certain
            }
            _ if line.get(6) == Some(&b',') => Confidence::Likely,
            _ => Confidence::Possible,
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        while reader.left() > 0 {
            let open = reader.open(&SENTENCE_LINE)?;
            sentence(reader)?;
            reader.close(open);
        }
        Ok(())
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        for entry in tree.entries(message) {
            if entry.is(&SENTENCE_LINE) && !line.is_empty() {
                line.push_str("; ");
            } else if entry.is(&TALKER) || entry.is(&SENTENCE) {
                entry.value().push_plain(entry.field().kind, line);
            } else if !entry.is(&FIELD) && !entry.is(&CHECKSUM) && entry.depth() > 0 {
                line.push(' ');
                line.push_str(&entry.label(locale));
                line.push(' ');
                entry.value().push_plain(entry.field().kind, line);
            }
        }
    }
}

/// One sentence with its end of line.
fn sentence(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let start = reader.at();
    if !matches!(reader.rest().first(), Some(b'$' | b'!')) {
        return Err(reader.fault(Why::Expected("$")));
    }
    let length = memchr(b'\n', reader.rest()).map_or(reader.left(), |end| end + 1);
    let line = reader.take(length)?.trim_ascii_end();
    let star = checksum_place(line);
    let body = start + 1..start + star.unwrap_or(line.len());
    let (address, fields) = match memchr(b',', &reader.message()[body.clone()]) {
        Some(comma) => (body.start..body.start + comma, Some(body.start + comma + 1..body.end)),
        None => (body, None),
    };
    // Makers' own sentences begin with P and have no talker.
    let is_own = reader.message()[address.clone()].first() == Some(&b'P');
    let talker = address.start + if is_own { 1 } else { address.len().min(2) };
    reader.text_at(&TALKER, address.start..talker.min(address.end))?;
    reader.text_at(&SENTENCE, talker.min(address.end)..address.end)?;
    if let Some(fields) = fields {
        let kind = &reader.message()[talker.min(address.end)..address.end];
        let layout = LAYOUTS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, layout)| *layout);
        parts(reader, layout, fields)?;
    }
    let Some(star) = star else { return Ok(()) };
    let place = start + star + 1..start + line.len();
    let sent =
        hex_of(&line[star + 1..]).ok_or(Fault { at: place.start, why: Why::Expected("2 digits in hex") })?;
    reader.number_at(&CHECKSUM, u64::from(sent), place.clone())?;
    if sent != exclusive_or(&line[1..star]) {
        return Err(Fault { at: place.start, why: Why::WrongChecksum });
    }
    Ok(())
}

/// All fields: under a name where the sentence is known, and under the common name where not.
fn parts(reader: &mut Reader<'_>, layout: &[Part], range: Range<usize>) -> Result<(), Fault> {
    let message = reader.message();
    let mut start = range.start;
    let mut fields = message[range].split(|byte| *byte == b',').peekable();
    let mut number = 0;
    while let Some(field) = fields.next() {
        let place = start..start + field.len();
        start += field.len() + 1;
        let part = layout.get(number).copied().unwrap_or(Plain);
        number += 1;
        if field.is_empty() {
            continue;
        }
        let text = str::from_utf8(field).unwrap_or_default();
        match part {
            Plain => {}
            Text(known) => {
                reader.text_at(known, place)?;
                continue;
            }
            Float(known) => {
                if let Ok(value) = text.parse() {
                    reader.float_at(known, value, place)?;
                    continue;
                }
            }
            Number(known) => {
                if let Ok(value) = text.parse() {
                    reader.number_at(known, value, place)?;
                    continue;
                }
            }
            Position(known) => {
                let half = fields.peek().copied().unwrap_or_default();
                if let Some(degrees) = degrees(text, half) {
                    reader.float_at(known, degrees, place.start..place.end + 1 + half.len())?;
                    // The half of the globe is in the sign.
                    let half = fields.next().unwrap_or_default();
                    start += half.len() + 1;
                    number += 1;
                    continue;
                }
            }
        }
        reader.text_at(&FIELD, place)?;
    }
    Ok(())
}

/// `ddmm.mmmm` or `dddmm.mmmm` to degrees.
fn degrees(text: &str, half: &[u8]) -> Option<f64> {
    let sign = match half {
        b"N" | b"E" => 1.0,
        b"S" | b"W" => -1.0,
        _ => return None,
    };
    let whole = text.find('.').unwrap_or(text.len()).checked_sub(2)?;
    let (degrees, minutes) = text.split_at_checked(whole)?;
    let degrees = degrees.parse::<u16>().ok()?;
    let minutes = minutes.parse::<f64>().ok()?;
    // Seven decimals are a centimetre; more would only show what floating point does to a third.
    Some(sign * ((f64::from(degrees) + minutes / 60.0) * 1e7).round() / 1e7)
}

fn checksum_place(line: &[u8]) -> Option<usize> {
    memrchr(b'*', line).filter(|star| *star >= 1)
}

fn exclusive_or(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

fn hex_of(digits: &[u8]) -> Option<u8> {
    let digits = <&[u8; 2]>::try_from(digits).ok()?;
    str::from_utf8(digits)
        .ok()
        .filter(|text| !text.starts_with('+'))
        .and_then(|text| u8::from_str_radix(text, 16).ok())
}
