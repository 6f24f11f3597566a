//! Decoding one record: its bytes, taken together with what the record before it left unfinished, become pieces.

use crate::codec::hex;
use crate::codec::text::TextEncoding;
use crate::codec::text::carry::Carry;
use crate::codec::text::segment::{Family, LONGEST_UNIT, Unit};
use crate::codec::text::visibility::{find_invisible, is_invisible, may_be_invisible, plain_length};
use std::ops::Range;

/// A part of a record. The pieces of a record cover its bytes without a gap, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPiece<'a> {
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
    let mut decoded = DecodedText { text: String::with_capacity(bytes.len()), ..DecodedText::default() };
    decode_with(encoding, carry, bytes, |piece| match piece.kind {
        PieceKind::Text(text) => decoded.text.push_str(text),
        PieceKind::Control(character) => decoded.text.push(character),
        PieceKind::Undecoded(undecoded) => {
            decoded.undecoded += undecoded.len();
            hex::push_escaped(&mut decoded.text, undecoded);
        }
        PieceKind::Pending(pending) => decoded.pending = pending.len(),
    });
    decoded
}

/// Decodes the next record of a stream piece by piece and leaves in `carry` what is unfinished at its end.
pub fn decode_with(
    encoding: TextEncoding,
    carry: &mut Carry,
    bytes: &[u8],
    visit: impl FnMut(TextPiece<'_>),
) {
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

impl<V: FnMut(TextPiece<'_>)> Walk<'_, V> {
    fn show(&mut self, bytes: Range<usize>, kind: PieceKind<'_>) {
        (self.visit)(TextPiece { bytes, carried: 0, kind });
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
                    (self.visit)(TextPiece { bytes: 0..added, carried: carried.len() - at, kind: pending });
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
            (self.visit)(TextPiece { bytes: in_record, carried: length.min(carried.len() - at), kind });
            at += length;
        }
        Ok(at - carried.len())
    }

    /// Goes through the bytes once: characters that can be seen stay together, everything else stands alone.
    fn utf8(&mut self, start: usize) -> usize {
        let bytes = self.bytes;
        let (mut run, mut at) = (start, start);
        loop {
            at += plain_length(&bytes[at..]);
            let Some(first) = bytes.get(at).copied() else { break };
            let (end, kind) = match self.family.unit(&bytes[at..]) {
                Unit::Whole(length) => {
                    let end = at + length;
                    let doubtful = may_be_invisible(first).then_some(&bytes[at..end]);
                    let character =
                        doubtful.and_then(|sequence| str::from_utf8(sequence).ok()?.chars().next());
                    let Some(control) = character.filter(|character| is_invisible(*character)) else {
                        at = end;
                        continue;
                    };
                    (end, PieceKind::Control(control))
                }
                Unit::Bad(length) => (at + length, PieceKind::Undecoded(&bytes[at..at + length])),
                Unit::Cut => break,
            };
            self.utf8_text(run..at);
            self.show(at..end, kind);
            (run, at) = (end, end);
        }
        self.utf8_text(run..at);
        at
    }

    /// Shows characters whose bytes are those of the record.
    fn utf8_text(&mut self, place: Range<usize>) {
        if place.is_empty() {
            return;
        }
        // What was found to be whole character by character is whole together.
        let text = str::from_utf8(&self.bytes[place.clone()]).unwrap_or_default();
        self.show(place, PieceKind::Text(text));
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
                    if !text[before..].chars().any(is_invisible) {
                        at += length;
                        continue;
                    }
                    length
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
            text.extend(utf16_character(sequence, big_endian));
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

/// The character of one unit of UTF-16, or of a pair of them.
fn utf16_character(sequence: &[u8], big_endian: bool) -> Option<char> {
    let units = sequence.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    char::decode_utf16(units).next()?.ok()
}

/// One decoded character as a piece.
fn shown(text: &str) -> PieceKind<'_> {
    match find_invisible(text) {
        Some((_, character)) => PieceKind::Control(character),
        None => PieceKind::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{PieceKind, TextPiece, decode, decode_with};
    use crate::codec::hex;
    use crate::codec::text::{Carry, TextEncoding};
    use proptest::prelude::*;

    /// Every record of a stream as it is shown: bytes that are no character in ⟨⟩, unfinished ones in [].
    fn shown(encoding: TextEncoding, records: &[&[u8]]) -> Vec<String> {
        let mut carry = Carry::default();
        let show = |record: &&[u8]| {
            let mut row = String::new();
            decode_with(encoding, &mut carry, record, |piece| match piece.kind {
                PieceKind::Text(text) => row.push_str(text),
                PieceKind::Control(character) => row.extend(character.escape_default()),
                PieceKind::Undecoded(bytes) => row.extend(["⟨", &hex::spaced(bytes), "⟩"]),
                PieceKind::Pending(bytes) => row.extend(["[", &hex::spaced(bytes), "]"]),
            });
            row
        };
        records.iter().map(show).collect()
    }

    #[test]
    fn a_cut_character_is_whole_in_the_record_that_completes_it() {
        for (encoding, records, rows) in [
            ("gbk", &[&b"ID=\xCE"[..], b"\xC2\xB6", b"\xC8\r\n"][..], &["ID=[CE]", "温[B6]", "度\\r\\n"][..]),
            ("gbk", &[b"\xCE", b"\xC2"], &["[CE]", "温"]),
            ("gb18030", &[b"\x94", b"\x39", b"\xFC", b"\x36!"], &["[94]", "[94 39]", "[94 39 FC]", "😀!"]),
            ("gb18030", &[b"a\x94\x39\xFC", b"\x36"], &["a[94 39 FC]", "😀"]),
            ("utf-8", &[b"\xF0\x9F", b"\x98", b"\x80\xE6\xB8"], &["[F0 9F]", "[F0 9F 98]", "😀[E6 B8]"]),
            ("utf-16le", &[b"\x3D", b"\xD8\x00", b"\xDEx", b"\0"], &["[3D]", "[3D D8 00]", "😀[78]", "x"]),
            ("utf-16be", &[b"\xD8\x3D\xDE", b"\x00\0\n"], &["[D8 3D DE]", "😀\\n"]),
            ("shift_jis", &[b"\x83", b"\x65\x8E", b"\x58\xC3"], &["[83]", "テ[8E]", "珊ﾃ"]),
            ("euc-jp", &[b"\x8F", b"\xB0", b"\xA1"], &["[8F]", "[8F B0]", "丂"]),
            ("big5", &[b"\xA4", b"\xA4\xA4\xE5"], &["[A4]", "中文"]),
            ("euc-kr", &[b"\xC7\xD1\xB1", b"\xDB"], &["한[B1]", "글"]),
            ("windows-1252", &[b"\x80", b"\xE9"], &["€", "é"]),
        ] {
            assert_eq!(shown(TextEncoding::from_name(encoding).unwrap(), records), rows, "{encoding}");
        }
    }

    #[test]
    fn what_is_no_character_is_shown_as_its_bytes() {
        for (encoding, records, rows) in [
            ("utf-8", &[&b"a\xFFb\xC3"[..], b"(", b"\x80"][..], &["a⟨FF⟩b[C3]", "⟨C3⟩(", "⟨80⟩"][..]),
            ("utf-8", &[b"\xE6\xB8", b"\xE6\xB8\xA9"], &["[E6 B8]", "⟨E6 B8⟩温"]),
            ("utf-8", &[b"\xED\xA0\x80\xC0\x80"], &["⟨ED⟩⟨A0⟩⟨80⟩⟨C0⟩⟨80⟩"]),
            ("gbk", &[b"\xFFok\xCE", b"\n\xCE"], &["⟨FF⟩ok[CE]", "⟨CE⟩\\n[CE]"]),
            ("gbk", &[b"\x81", b"\x30", b"\x41"], &["[81]", "[81 30]", "⟨81⟩0A"]),
            ("gbk", &[b"\x00\xFE\x01"], &["\\u{0}⟨FE⟩\\u{1}"]),
            (
                "gb18030",
                &[b"\xFD\x30\xFD\x30", b"\x8E\x30\x81", b"\x30z"],
                &["⟨FD 30 FD 30⟩", "[8E 30 81]", "⟨8E 30 81 30⟩z"],
            ),
            ("big5", &[b"\x81\x40\xA4\xFF!"], &["⟨81⟩@⟨A4 FF⟩!"]),
            ("utf-16le", &[b"\x00\xDCa\0\x00\xD8b\0"], &["⟨00 DC⟩a⟨00 D8⟩b"]),
            ("windows-1253", &[b"a\xAAb"], &["a⟨AA⟩b"]),
        ] {
            assert_eq!(shown(TextEncoding::from_name(encoding).unwrap(), records), rows, "{encoding}");
        }
    }

    #[test]
    fn characters_that_cannot_be_seen_stand_apart() {
        let text = "\u{FEFF}a\u{202E}b\u{85}°–ع中\u{7F}";
        let rows = ["\\u{feff}a\\u{202e}b\\u{85}°–ع中\\u{7f}"];
        for encoding in ["utf-8", "gb18030", "utf-16be"] {
            let encoding = TextEncoding::from_name(encoding).unwrap();
            assert_eq!(shown(encoding, &[&encoding.encode(text).unwrap()]), rows);
        }
    }

    #[test]
    fn machines_get_one_text() {
        let mut carry = Carry::default();
        let decoded = decode(TextEncoding::GBK, &mut carry, b"\xCE\xC2\xFF\r\n\xB6");
        assert_eq!((decoded.text.as_str(), decoded.undecoded, decoded.pending), ("温\\xFF\r\n", 1, 1));
        assert_eq!(decode(TextEncoding::GBK, &mut carry, b"\xC8").text, "度");
    }

    /// Bytes that meet many borders: leads, trails and digits of the double-byte encodings are frequent.
    fn stream_bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            any::<u8>(),
            prop::sample::select(
                b"0A\n\x81\x84\x8E\x8F\xA1\xB0\xCE\xD8\xDC\xE0\xE6\xF0\xFD\xFE\xFF".to_vec()
            ),
        ];
        proptest::collection::vec(byte, 0..40)
    }

    fn any_encoding() -> impl Strategy<Value = TextEncoding> {
        (0..TextEncoding::all().len()).prop_map(|number| TextEncoding::all().nth(number).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn where_records_are_cut_changes_no_text(
            bytes in stream_bytes(),
            encoding in any_encoding(),
            cuts in proptest::collection::vec(0..40_usize, 0..6),
        ) {
            let mut whole_carry = Carry::default();
            let whole = decode(encoding, &mut whole_carry, &bytes);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut carry = Carry::default();
            let mut text = String::new();
            for border in cuts.windows(2) {
                text.push_str(&decode(encoding, &mut carry, &bytes[border[0]..border[1]]).text);
            }
            prop_assert_eq!(text, whole.text);
            prop_assert_eq!(carry, whole_carry);
        }

        #[test]
        fn every_byte_is_in_one_piece(
            records in proptest::collection::vec(stream_bytes(), 1..4),
            encoding in any_encoding(),
        ) {
            let mut carry = Carry::default();
            for record in &records {
                let mut waiting = carry.bytes().len();
                let mut reached = 0;
                let mut pieces_fit = true;
                decode_with(encoding, &mut carry, record, |TextPiece { bytes, carried, kind }| {
                    pieces_fit &= bytes.start == reached && carried <= waiting;
                    if let PieceKind::Undecoded(shown) | PieceKind::Pending(shown) = kind {
                        pieces_fit &= shown.len() == carried + bytes.len();
                        pieces_fit &= shown.ends_with(&record[bytes.clone()]);
                    }
                    waiting -= carried;
                    reached = bytes.end;
                });
                prop_assert!(pieces_fit && waiting == 0 && reached == record.len());
            }
        }

        #[test]
        fn the_web_standard_finds_the_same_characters_and_the_same_faults(
            bytes in stream_bytes(),
            encoding in any_encoding(),
        ) {
            let mut carry = Carry::default();
            let mut text = String::new();
            decode_with(encoding, &mut carry, &bytes, |piece| match piece.kind {
                PieceKind::Text(shown) => text.push_str(shown),
                PieceKind::Control(character) => text.push(character),
                PieceKind::Undecoded(_) => text.push('\u{FFFD}'),
                PieceKind::Pending(_) => {}
            });
            let mut standard = encoding.table().decode_without_bom_handling(&bytes).0.into_owned();
            if !carry.is_empty() {
                // The standard takes the end for the end of all and counts what is unfinished as a fault.
                standard.truncate(standard.trim_end_matches('\u{FFFD}').len());
                text.truncate(text.trim_end_matches('\u{FFFD}').len());
            }
            prop_assert_eq!(text, standard);
        }
    }
}
