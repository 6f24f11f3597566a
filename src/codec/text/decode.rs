//! Decoding one record: its bytes, taken together with what the record before it left unfinished, become pieces.

use crate::codec::text::TextEncoding;
use crate::codec::text::segment::{Family, LONGEST_UNIT, Unit};
use crate::codec::text::stream::Carry;
use crate::codec::text::visibility::find_invisible;
use std::ops::Range;

/// A part of a record. The pieces of a record cover its bytes without a gap, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Where it stands in the record.
    pub bytes: Range<usize>,
    /// How many bytes of it came with earlier records of the stream.
    pub carried: usize,
    /// What it is.
    pub kind: PieceKind<'a>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind<'a> {
    /// Characters that can be shown as they are.
    Text(&'a str),
    /// A character that has no shape of its own or would hide or turn others: line ends, tabs, zero bytes,
    /// direction marks.
    Control(char),
    /// Bytes that are no character, those from earlier records included.
    Undecoded(&'a [u8]),
    /// The start of a character that a later record of the stream completes, those of earlier records included.
    Pending(&'a [u8]),
}

/// A record's text in one piece, for machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodedText {
    /// The characters, control characters as they are; an undecodable byte is written `\xHH`.
    pub text: String,
    /// How many bytes could not be decoded.
    pub undecoded: usize,
    /// How many bytes at the end wait for the next record.
    pub pending: usize,
}

/// Decodes the next record of a stream into one text.
pub fn decode(encoding: TextEncoding, carry: &mut Carry, bytes: &[u8]) -> DecodedText {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut decoded = DecodedText { text: String::with_capacity(bytes.len()), ..DecodedText::default() };
    decode_with(encoding, carry, bytes, |piece| match piece.kind {
        PieceKind::Text(text) => decoded.text.push_str(text),
        PieceKind::Control(character) => decoded.text.push(character),
        PieceKind::Undecoded(undecoded) => {
            decoded.undecoded += undecoded.len();
            for byte in undecoded {
                decoded.text.push_str("\\x");
                decoded.text.push(char::from(HEX[usize::from(byte >> 4)]));
                decoded.text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
        PieceKind::Pending(pending) => decoded.pending = pending.len(),
    });
    decoded
}

/// Decodes the next record of a stream piece by piece and leaves in `carry` what is unfinished at its end.
pub fn decode_with(encoding: TextEncoding, carry: &mut Carry, bytes: &[u8], visit: impl FnMut(Piece<'_>)) {
    let carried = std::mem::take(carry);
    let mut walk = Walk { encoding, family: Family::of(encoding), bytes, visit };
    let start = match walk.finish_carried(carried) {
        Ok(start) => start,
        Err(still_unfinished) => {
            *carry = still_unfinished;
            return;
        }
    };
    let pending_at = match walk.family {
        Family::Utf8 => walk.utf8(start),
        Family::Utf16 { .. } => walk.one_by_one(start, bytes.len()),
        _ => walk.by_table(start),
    };
    if pending_at < bytes.len() {
        let pending = &bytes[pending_at..];
        *carry = Carry::of(pending);
        walk.show(pending_at..bytes.len(), PieceKind::Pending(pending));
    }
}

/// One record being decoded.
struct Walk<'a, V> {
    encoding: TextEncoding,
    family: Family,
    bytes: &'a [u8],
    visit: V,
}

impl<V: FnMut(Piece<'_>)> Walk<'_, V> {
    fn show(&mut self, bytes: Range<usize>, kind: PieceKind<'_>) {
        (self.visit)(Piece { bytes, carried: 0, kind });
    }

    /// Completes what earlier records began. Gives the place where the rest of the record starts, or what is
    /// unfinished even with the whole record added.
    fn finish_carried(&mut self, carried: Carry) -> Result<usize, Carry> {
        if carried.is_empty() {
            return Ok(0);
        }
        let carried = carried.bytes();
        let mut joined = [0; 2 * LONGEST_UNIT];
        let added = self.bytes.len().min(LONGEST_UNIT);
        joined[..carried.len()].copy_from_slice(carried);
        joined[carried.len()..carried.len() + added].copy_from_slice(&self.bytes[..added]);
        let joined = &joined[..carried.len() + added];
        let mut at = 0;
        while at < carried.len() {
            let (length, is_well_formed) = match self.family.unit(&joined[at..]) {
                Unit::Whole(length) => (length, true),
                Unit::Bad(length) => (length, false),
                Unit::Cut => {
                    let pending = PieceKind::Pending(&joined[at..]);
                    (self.visit)(Piece { bytes: 0..added, carried: carried.len() - at, kind: pending });
                    return Err(Carry::of(&joined[at..]));
                }
            };
            let mut text = String::new();
            let sequence = &joined[at..at + length];
            let is_character = is_well_formed && self.push_character(sequence, &mut text);
            let length = match (is_character, is_well_formed) {
                (false, true) => Family::unmapped_length(sequence),
                _ => length,
            };
            let kind = if is_character { shown(&text) } else { PieceKind::Undecoded(&sequence[..length]) };
            let in_record = at.saturating_sub(carried.len())..(at + length).saturating_sub(carried.len());
            (self.visit)(Piece { bytes: in_record, carried: length.min(carried.len() - at), kind });
            at += length;
        }
        Ok(at - carried.len())
    }

    fn utf8(&mut self, start: usize) -> usize {
        let bytes = self.bytes;
        let mut at = start;
        while at < bytes.len() {
            let (valid, bad) = match std::str::from_utf8(&bytes[at..]) {
                Ok(all) => (all, Some(0)),
                Err(error) => {
                    let valid = &bytes[at..at + error.valid_up_to()];
                    (std::str::from_utf8(valid).unwrap_or(""), error.error_len())
                }
            };
            self.utf8_text(at, valid);
            at += valid.len();
            match bad {
                None => return at,
                Some(0) => {}
                Some(bad) => self.show(at..at + bad, PieceKind::Undecoded(&bytes[at..at + bad])),
            }
            at += bad.unwrap_or(0);
        }
        at
    }

    /// Shows text whose bytes are those of the record.
    fn utf8_text(&mut self, start: usize, text: &str) {
        let mut from = 0;
        while let Some((at, character)) = find_invisible(&text[from..]) {
            let at = from + at;
            if at > from {
                self.show(start + from..start + at, PieceKind::Text(&text[from..at]));
            }
            from = at + character.len_utf8();
            self.show(start + at..start + from, PieceKind::Control(character));
        }
        if from < text.len() {
            self.show(start + from..start + text.len(), PieceKind::Text(&text[from..]));
        }
    }

    /// Decodes run by run: structure first, then the tables once for each run.
    fn by_table(&mut self, start: usize) -> usize {
        let bytes = self.bytes;
        let (mut run, mut at) = (start, start);
        while at < bytes.len() {
            let byte = bytes[at];
            if matches!(byte, 0x20..=0x7E) {
                at += 1;
                continue;
            }
            let unit = self.family.unit(&bytes[at..]);
            if let Unit::Whole(length) = unit
                && !byte.is_ascii_control()
            {
                at += length;
                continue;
            }
            let reached = self.run(run, at);
            if reached == at {
                match unit {
                    Unit::Whole(_) => self.show(at..at + 1, PieceKind::Control(char::from(byte))),
                    Unit::Bad(length) => {
                        self.show(at..at + length, PieceKind::Undecoded(&bytes[at..at + length]));
                    }
                    Unit::Cut => return at,
                }
                at += match unit {
                    Unit::Bad(length) => length,
                    _ => 1,
                };
            } else {
                at = reached;
            }
            run = at;
        }
        let reached = self.run(run, at);
        if reached < bytes.len() { self.one_by_one(reached, bytes.len()) } else { reached }
    }

    /// Shows a run of well-formed sequences and gives the place that was reached: the run's end, unless the
    /// tables lack one of its sequences and its bytes then join otherwise.
    fn run(&mut self, start: usize, end: usize) -> usize {
        let run = &self.bytes[start..end];
        if run.is_empty() {
            return end;
        }
        match self.encoding.table().decode_without_bom_handling_and_without_replacement(run) {
            Some(text) if find_invisible(&text).is_none() => {
                self.show(start..end, PieceKind::Text(&text));
                end
            }
            _ => self.one_by_one(start, end),
        }
    }

    /// Decodes character by character until `end` is reached or passed, or a character is unfinished.
    fn one_by_one(&mut self, start: usize, end: usize) -> usize {
        let bytes = self.bytes;
        let mut text = String::new();
        let (mut run, mut at) = (start, start);
        while at < end {
            let unit = self.family.unit(&bytes[at..]);
            let before = text.len();
            let length = match unit {
                Unit::Whole(length) if self.push_character(&bytes[at..at + length], &mut text) => {
                    match find_invisible(&text[before..]) {
                        None => {
                            at += length;
                            continue;
                        }
                        Some(_) => length,
                    }
                }
                Unit::Whole(length) => Family::unmapped_length(&bytes[at..at + length]),
                Unit::Bad(length) => length,
                Unit::Cut => break,
            };
            if before > 0 {
                self.show(run..at, PieceKind::Text(&text[..before]));
            }
            let kind = match text[before..].chars().next() {
                Some(character) => PieceKind::Control(character),
                None => PieceKind::Undecoded(&bytes[at..at + length]),
            };
            self.show(at..at + length, kind);
            text.clear();
            at += length;
            run = at;
        }
        if !text.is_empty() {
            self.show(run..at, PieceKind::Text(&text));
        }
        at
    }

    /// Appends the character of a well-formed sequence, if the tables have one.
    fn push_character(&self, sequence: &[u8], text: &mut String) -> bool {
        if let Family::Utf16 { big_endian } = self.family {
            let units = sequence.chunks_exact(2).map(|pair| {
                let pair = [pair[0], pair[1]];
                if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
            });
            text.extend(char::decode_utf16(units).flatten());
            return true;
        }
        match self.encoding.table().decode_without_bom_handling_and_without_replacement(sequence) {
            Some(character) => {
                text.push_str(&character);
                true
            }
            None => false,
        }
    }
}

/// One decoded character as a piece.
fn shown(text: &str) -> PieceKind<'_> {
    match find_invisible(text) {
        Some((_, character)) => PieceKind::Control(character),
        None => PieceKind::Text(text),
    }
}
