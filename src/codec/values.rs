//! What bytes are as numbers, times, addresses and characters, in every width and order. It must not know where the bytes
//! come from, nor who looks at them.

use crate::codec::text::{Carry, TextEncoding, decode};
use crate::codec::time::TimeFormat;
use std::fmt::Display;
use std::net::Ipv4Addr;

/// One reading of the bytes at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it is read as.
    pub name: ReadingName,
    /// The value; `None` where there are too few bytes, or where they are no such value.
    pub value: Option<String>,
}

/// What bytes are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingName {
    /// The same in every language: `u16 LE / BE`.
    Term(&'static str),
    /// A key of the locale files.
    Key(&'static str),
}

/// The longest decimal number that is looked for, in bytes of two digits.
const BCD_BYTES: usize = 8;

/// Past the end of the year 9999 no number is a time.
const LAST_SECOND: u64 = 253_402_300_799;

/// All readings of the bytes that begin here, always as many and in the same order.
pub fn readings(bytes: &[u8], encoding: TextEncoding, times: &TimeFormat) -> Vec<Reading> {
    let key = |name, value| Reading { name: ReadingName::Key(name), value };
    let mut all = vec![
        term("u8 / i8", bytes.first().map(|byte| both(*byte, byte.cast_signed()))),
        key("inspector.bits", bytes.first().map(|byte| format!("{:04b} {:04b}", byte >> 4, byte & 0xF))),
    ];
    all.extend(whole_numbers(bytes));
    all.extend(fractions(bytes));
    all.extend([
        term("BCD", decimal_digits(bytes)),
        key(
            "inspector.unix_time_le",
            bytes.first_chunk().and_then(|four| time(u32::from_le_bytes(*four), times)),
        ),
        key(
            "inspector.unix_time_be",
            bytes.first_chunk().and_then(|four| time(u32::from_be_bytes(*four), times)),
        ),
        key(
            "inspector.unix_millis_le",
            bytes.first_chunk().and_then(|it| millis(u64::from_le_bytes(*it), times)),
        ),
        key(
            "inspector.unix_millis_be",
            bytes.first_chunk().and_then(|it| millis(u64::from_be_bytes(*it), times)),
        ),
        term("IPv4", bytes.first_chunk().map(|four: &[u8; 4]| Ipv4Addr::from(*four).to_string())),
        term(encoding.label(), first_character(bytes, encoding).map(character_text)),
    ]);
    all
}

fn term(name: &'static str, value: Option<String>) -> Reading {
    Reading { name: ReadingName::Term(name), value }
}

fn whole_numbers(bytes: &[u8]) -> [Reading; 9] {
    let two = bytes.first_chunk::<2>().copied();
    let four = bytes.first_chunk::<4>().copied();
    let eight = bytes.first_chunk::<8>().copied();
    [
        term("u16 LE / BE", two.map(|it| both(u16::from_le_bytes(it), u16::from_be_bytes(it)))),
        term("i16 LE / BE", two.map(|it| both(i16::from_le_bytes(it), i16::from_be_bytes(it)))),
        term("u32 LE / BE", four.map(|it| both(u32::from_le_bytes(it), u32::from_be_bytes(it)))),
        term("i32 LE / BE", four.map(|it| both(i32::from_le_bytes(it), i32::from_be_bytes(it)))),
        // Registers of two bytes each: the words change places, or the bytes within the words.
        term(
            "u32 CDAB / BADC",
            four.map(|it| both(u32::from_be_bytes(words_swapped(it)), u32::from_le_bytes(words_swapped(it)))),
        ),
        term("u64 LE", eight.map(|it| u64::from_le_bytes(it).to_string())),
        term("u64 BE", eight.map(|it| u64::from_be_bytes(it).to_string())),
        term("i64 LE", eight.map(|it| i64::from_le_bytes(it).to_string())),
        term("i64 BE", eight.map(|it| i64::from_be_bytes(it).to_string())),
    ]
}

fn fractions(bytes: &[u8]) -> [Reading; 4] {
    let four = bytes.first_chunk::<4>().copied();
    let eight = bytes.first_chunk::<8>().copied();
    let short = |[one, other]: [f32; 2]| both(fraction(one.into(), 4), fraction(other.into(), 4));
    [
        term("f32 LE / BE", four.map(|it| short([f32::from_le_bytes(it), f32::from_be_bytes(it)]))),
        term(
            "f32 CDAB / BADC",
            four.map(words_swapped).map(|it| short([f32::from_be_bytes(it), f32::from_le_bytes(it)])),
        ),
        term("f64 LE", eight.map(|it| fraction(f64::from_le_bytes(it), 9))),
        term("f64 BE", eight.map(|it| fraction(f64::from_be_bytes(it), 9))),
    ]
}

fn both(one: impl Display, other: impl Display) -> String {
    format!("{one} / {other}")
}

fn words_swapped([a, b, c, d]: [u8; 4]) -> [u8; 4] {
    [c, d, a, b]
}

/// Plainly where that is short, otherwise with an exponent.
fn fraction(value: f64, digits: usize) -> String {
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        let text = format!("{value:.digits$}");
        let text = text.trim_end_matches('0');
        text.strip_suffix('.').unwrap_or(text).to_owned()
    } else {
        format!("{value:.2e}")
    }
}

/// The decimal digits that begin here, two in a byte.
fn decimal_digits(bytes: &[u8]) -> Option<String> {
    let digits: String = bytes
        .iter()
        .take(BCD_BYTES)
        .take_while(|byte| *byte >> 4 < 10 && *byte & 0xF < 10)
        .flat_map(|byte| [b'0' + (byte >> 4), b'0' + (byte & 0xF)])
        .map(char::from)
        .collect();
    (!digits.is_empty()).then_some(digits)
}

fn time(seconds: u32, times: &TimeFormat) -> Option<String> {
    (seconds > 0).then(|| times.text(i64::from(seconds) * 1_000_000_000))
}

fn millis(millis: u64, times: &TimeFormat) -> Option<String> {
    let is_time = millis > 0 && millis / 1000 <= LAST_SECOND;
    let nanos = i64::try_from(millis).ok().filter(|_| is_time)?.checked_mul(1_000_000)?;
    Some(times.text(nanos))
}

/// The shortest beginning of the bytes that is one whole character.
fn first_character(bytes: &[u8], encoding: TextEncoding) -> Option<char> {
    (1..=bytes.len().min(4)).find_map(|length| {
        let mut carry = Carry::default();
        let decoded = decode(encoding, &mut carry, &bytes[..length]);
        let mut characters = decoded.text.chars();
        let is_whole = carry.is_empty() && decoded.undecoded == 0;
        characters.next().filter(|_| is_whole && characters.next().is_none())
    })
}

fn character_text(character: char) -> String {
    let shown = if character.is_control() { '·' } else { character };
    format!("{shown} U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::{ReadingName, readings};
    use crate::codec::text::TextEncoding;
    use crate::codec::time::TimeFormat;
    use jiff::tz::TimeZone;

    fn value(bytes: &[u8], wanted: &str) -> Option<String> {
        let times = TimeFormat::in_zone(TimeZone::UTC).dated();
        let all = readings(bytes, TextEncoding::GBK, &times);
        let is_wanted = |name| match name {
            ReadingName::Term(name) | ReadingName::Key(name) => name == wanted,
        };
        all.into_iter().find(|reading| is_wanted(reading.name)).unwrap().value
    }

    #[test]
    fn bytes_are_read_in_every_width_and_order() {
        let eight = &[0x0B, 0x37, 0x0B, 0xB8, 0x00, 0x70, 0x00, 0xFF][..];
        let pi = 9.75_f32.to_be_bytes();
        let swapped = [pi[2], pi[3], pi[0], pi[1]];
        for (bytes, name, shown) in [
            (&[0xFF][..], "u8 / i8", Some("255 / -1")),
            (&[0x0B], "inspector.bits", Some("0000 1011")),
            (eight, "u16 LE / BE", Some("14091 / 2871")),
            (&[0xFF, 0xFE], "i16 LE / BE", Some("-257 / -2")),
            (eight, "u32 LE / BE", Some("3087742731 / 188156856")),
            (eight, "i32 LE / BE", Some("-1207224565 / 188156856")),
            (eight, "u32 CDAB / BADC", Some("196610871 / 923514891")),
            (eight, "u64 BE", Some("808127543045521663")),
            (&[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "i64 LE", Some("-2")),
            (&[0xFF; 8], "i64 BE", Some("-1")),
            (&[1, 0, 0, 0, 0, 0, 0, 0], "u64 LE", Some("1")),
            (&swapped, "f32 CDAB / BADC", None),
            (&2.5_f64.to_le_bytes(), "f64 LE", Some("2.5")),
            (&(-1e-9_f64).to_be_bytes(), "f64 BE", Some("-1.00e-9")),
            (&[0x12, 0x34, 0x5A], "BCD", Some("1234")),
            (&[0x0B, 0x37], "BCD", None),
            (&[0x5F, 0x5E, 0x10, 0x00], "inspector.unix_time_be", Some("2020-09-13 12:26:40.000")),
            (&[0; 4], "inspector.unix_time_le", None),
            (
                &1_600_000_000_000_u64.to_be_bytes(),
                "inspector.unix_millis_be",
                Some("2020-09-13 12:26:40.000"),
            ),
            (&[0xFF; 8], "inspector.unix_millis_le", None),
            (&[192, 168, 1, 31], "IPv4", Some("192.168.1.31")),
            (&[0xB4, 0xED, 0x3D], "GBK", Some("错 U+9519")),
            (&[0xB4], "GBK", None),
            (&[0x0A], "GBK", Some("· U+000A")),
            (&[1, 2, 3], "u32 LE / BE", None),
            (&[], "u8 / i8", None),
        ] {
            let found = value(bytes, name);
            if name == "f32 CDAB / BADC" {
                assert!(found.unwrap().starts_with("9.75 / "));
            } else {
                assert_eq!(found.as_deref(), shown, "{bytes:02X?} as {name}");
            }
        }
    }

    #[test]
    fn there_are_as_many_lines_whatever_the_bytes_are() {
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let count = |bytes: &[u8]| readings(bytes, TextEncoding::UTF_8, &times).len();
        assert_eq!(count(&[]), count(&[7; 40]));
    }
}
