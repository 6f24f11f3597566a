//! Where one character ends and the next begins, by the structure of an encoding alone. Whether a well-formed
//! sequence of bytes stands for a character is for the tables to say, not for this file.

use crate::codec::text::TextEncoding;
use encoding_rs as rs;
use std::ops::Range;

/// Encodings whose characters are cut in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Utf8,
    SingleByte,
    Utf16 {
        big_endian: bool,
    },
    /// GBK too, whose decoder takes the four-byte sequences as well.
    Gb18030,
    Big5,
    EucKr,
    ShiftJis,
    EucJp,
}

/// What stands at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A sequence of this many bytes that may be a character.
    Whole(usize),
    /// The start of a sequence whose rest is not here.
    Cut,
    /// This many bytes that cannot be the start of any character.
    Bad(usize),
}

/// The longest sequence of any encoding.
pub(super) const LONGEST_UNIT: usize = 4;

impl Family {
    pub(super) fn of(encoding: TextEncoding) -> Family {
        let table = encoding.table();
        if table == rs::UTF_8 {
            Family::Utf8
        } else if table == rs::GBK || table == rs::GB18030 {
            Family::Gb18030
        } else if table == rs::UTF_16LE || table == rs::UTF_16BE {
            Family::Utf16 { big_endian: table == rs::UTF_16BE }
        } else if table == rs::BIG5 {
            Family::Big5
        } else if table == rs::EUC_KR {
            Family::EucKr
        } else if table == rs::SHIFT_JIS {
            Family::ShiftJis
        } else if table == rs::EUC_JP {
            Family::EucJp
        } else {
            Family::SingleByte
        }
    }

    /// Whether no character can be unfinished after this byte, whatever came before it.
    pub(super) fn settles(self, byte: u8) -> bool {
        match self {
            Family::SingleByte => true,
            Family::Utf16 { .. } => false,
            Family::Utf8 | Family::EucJp => byte < 0x80,
            // A digit is the second byte of a four-byte sequence as well.
            Family::Gb18030 => byte == 0xFF || (byte < 0x80 && !byte.is_ascii_digit()),
            Family::Big5 | Family::EucKr => !is_double_byte_lead(byte),
            Family::ShiftJis => !is_shift_jis_lead(byte),
        }
    }

    /// What stands at the start of `bytes`, of which there must be at least one.
    pub(super) fn unit(self, bytes: &[u8]) -> Unit {
        let first = bytes[0];
        match self {
            Family::SingleByte => Unit::Whole(1),
            Family::Utf8 => utf8_unit(bytes),
            Family::Utf16 { big_endian } => utf16_unit(bytes, big_endian),
            Family::Gb18030 => match first {
                0..=0x80 => Unit::Whole(1),
                0xFF => Unit::Bad(1),
                _ => gb18030_unit(bytes),
            },
            Family::Big5 if is_double_byte_lead(first) => {
                two_bytes(bytes, |second| matches!(second, 0x40..=0x7E | 0xA1..=0xFE))
            }
            Family::EucKr if is_double_byte_lead(first) => {
                two_bytes(bytes, |second| matches!(second, 0x41..=0xFE))
            }
            Family::ShiftJis if is_shift_jis_lead(first) => {
                two_bytes(bytes, |second| matches!(second, 0x40..=0x7E | 0x80..=0xFC))
            }
            Family::ShiftJis if matches!(first, 0..=0x80 | 0xA1..=0xDF) => Unit::Whole(1),
            Family::EucJp => euc_jp_unit(bytes),
            Family::Big5 | Family::EucKr if first < 0x80 => Unit::Whole(1),
            Family::Big5 | Family::EucKr | Family::ShiftJis => Unit::Bad(1),
        }
    }

    /// How much of a well-formed sequence is given up when the tables have no character for it: the lead alone of
    /// two bytes where the other can stand for itself, so that a stray lead byte never swallows the ASCII after it.
    pub(super) fn unmapped_length(sequence: &[u8]) -> usize {
        match sequence {
            [_, second] if *second < 0x80 => 1,
            _ => sequence.len(),
        }
    }
}

/// The characters of a text that was decoded from `bytes`, each with the place of its own bytes.
pub(crate) fn characters<'a>(
    encoding: TextEncoding,
    bytes: &'a [u8],
    text: &'a str,
) -> impl Iterator<Item = (Range<usize>, &'a str)> {
    let family = Family::of(encoding);
    let mut at = 0;
    let mut rest = text;
    std::iter::from_fn(move || {
        let left = bytes.get(at..).filter(|left| !left.is_empty() && !rest.is_empty())?;
        let length = match family.unit(left) {
            Unit::Whole(length) | Unit::Bad(length) => length,
            Unit::Cut => left.len(),
        };
        let count = if family == Family::Big5 && is_big5_pair(&left[..length]) { 2 } else { 1 };
        let end = rest.char_indices().nth(count).map_or(rest.len(), |(end, _)| end);
        let (character, after) = rest.split_at(end);
        rest = after;
        at += length;
        Some((at - length..at, character))
    })
}

/// The four sequences of Big5 that stand for a letter and a mark on it.
fn is_big5_pair(sequence: &[u8]) -> bool {
    matches!(sequence, [0x88, 0x62 | 0x64 | 0xA3 | 0xA5])
}

fn is_double_byte_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0xFE)
}

fn is_shift_jis_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

fn two_bytes(bytes: &[u8], follows: impl Fn(u8) -> bool) -> Unit {
    match bytes.get(1) {
        None => Unit::Cut,
        Some(second) if follows(*second) => Unit::Whole(2),
        // A byte that cannot follow is looked at again as a start where it is ASCII, and given up otherwise.
        Some(second) if *second < 0x80 => Unit::Bad(1),
        Some(_) => Unit::Bad(2),
    }
}

fn gb18030_unit(bytes: &[u8]) -> Unit {
    match bytes.get(1) {
        Some(b'0'..=b'9') => match (bytes.get(2), bytes.get(3)) {
            (Some(0x81..=0xFE), Some(b'0'..=b'9')) => Unit::Whole(4),
            (None, _) | (Some(0x81..=0xFE), None) => Unit::Cut,
            _ => Unit::Bad(1),
        },
        _ => two_bytes(bytes, |second| matches!(second, 0x40..=0x7E | 0x80..=0xFE)),
    }
}

fn euc_jp_unit(bytes: &[u8]) -> Unit {
    match bytes[0] {
        0..=0x7F => Unit::Whole(1),
        0x8E => two_bytes(bytes, |second| matches!(second, 0xA1..=0xDF)),
        0x8F => match (two_bytes(bytes, |second| matches!(second, 0xA1..=0xFE)), bytes.get(2)) {
            (Unit::Whole(_), None) => Unit::Cut,
            (Unit::Whole(_), Some(0xA1..=0xFE)) => Unit::Whole(3),
            (Unit::Whole(_), Some(third)) if *third < 0x80 => Unit::Bad(2),
            (Unit::Whole(_), Some(_)) => Unit::Bad(3),
            (unfit, _) => unfit,
        },
        0xA1..=0xFE => two_bytes(bytes, |second| matches!(second, 0xA1..=0xFE)),
        _ => Unit::Bad(1),
    }
}

fn utf16_unit(bytes: &[u8], big_endian: bool) -> Unit {
    let read = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    match (read(0), read(2)) {
        (None, _) | (Some(0xD800..=0xDBFF), None) => Unit::Cut,
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => Unit::Whole(4),
        (Some(0xD800..=0xDFFF), _) => Unit::Bad(2),
        (Some(_), _) => Unit::Whole(2),
    }
}

fn utf8_unit(bytes: &[u8]) -> Unit {
    // The second byte decides what is too long, a surrogate, or beyond the last character.
    let (length, second_from, second_to) = match bytes[0] {
        0..=0x7F => return Unit::Whole(1),
        0xC2..=0xDF => (2, 0x80, 0xBF),
        0xE0 => (3, 0xA0, 0xBF),
        0xED => (3, 0x80, 0x9F),
        0xE1..=0xEF => (3, 0x80, 0xBF),
        0xF0 => (4, 0x90, 0xBF),
        0xF1..=0xF3 => (4, 0x80, 0xBF),
        0xF4 => (4, 0x80, 0x8F),
        _ => return Unit::Bad(1),
    };
    match bytes.get(1) {
        None => return Unit::Cut,
        Some(second) if !(second_from..=second_to).contains(second) => return Unit::Bad(1),
        Some(_) => {}
    }
    for place in 2..length {
        match bytes.get(place) {
            None => return Unit::Cut,
            Some(0x80..=0xBF) => {}
            Some(_) => return Unit::Bad(place),
        }
    }
    Unit::Whole(length)
}
