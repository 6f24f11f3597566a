//! Where characters begin in bytes that were found by something that knows no characters, and bytes as text that such
//! a thing can search. A trail byte of GBK that looks like ASCII is no letter, and is never taken for one.

use crate::codec::text::decode::{PieceKind, decode_with};
use crate::codec::text::segment::{Family, Unit, characters};
use crate::codec::text::{Carry, TextEncoding};
use std::ops::Range;

/// Stands in text to be searched for a byte that is no character: no byte of UTF-8 is this one.
const NO_CHARACTER: u8 = 0xFF;

/// Tells where characters begin, from place to place in order, so that no byte is looked at twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Borders {
    encoding: TextEncoding,
    family: Family,
    /// A character begins here.
    known: usize,
}

impl TextEncoding {
    /// Whether bytes that stand for characters are found nowhere but where these characters stand.
    pub fn has_clear_borders(self) -> bool {
        matches!(Family::of(self), Family::SingleByte | Family::Utf8)
    }
}

impl Borders {
    /// The first character begins with the first byte.
    pub(crate) fn new(encoding: TextEncoding) -> Borders {
        Borders { encoding, family: Family::of(encoding), known: 0 }
    }

    /// Whether these bytes begin and end with a character. Ranges come in order of their starts.
    pub(crate) fn surround(&mut self, bytes: &[u8], found: &Range<usize>) -> bool {
        if self.family == Family::SingleByte {
            return true;
        }
        if self.known > found.start {
            return false;
        }
        let settled = bytes[self.known..found.start].iter().rposition(|byte| self.family.settles(*byte));
        let from = settled.map_or(self.known, |place| self.known + place + 1);
        self.known = self.walk(bytes, from, found.start);
        self.known == found.start && self.walk(bytes, found.start, found.end) == found.end
    }

    /// Goes from the beginning of a character to the first one that begins at `to` or behind it.
    fn walk(&self, bytes: &[u8], from: usize, to: usize) -> usize {
        let mut at = from;
        while at < to {
            let rest = &bytes[at..];
            at += match self.family.unit(rest) {
                Unit::Whole(length) => self.length_of(&rest[..length]),
                Unit::Bad(length) => length,
                Unit::Cut => rest.len(),
            };
        }
        at
    }

    /// How much of a well-formed sequence belongs together: less than all of it where the tables have no character.
    fn length_of(&self, sequence: &[u8]) -> usize {
        let shorter = Family::unmapped_length(sequence);
        let is_whole = shorter == sequence.len()
            || self.encoding.table().decode_without_bom_handling_and_without_replacement(sequence).is_some();
        if is_whole { sequence.len() } else { shorter }
    }
}

/// A place near the beginning of bytes that were cut out of a stream where a character begins for certain; 0 where none
/// can be told.
pub(crate) fn first_border(encoding: TextEncoding, bytes: &[u8]) -> usize {
    let family = Family::of(encoding);
    match family {
        Family::SingleByte | Family::Utf8 => 0,
        _ => bytes.iter().position(|byte| family.settles(*byte)).map_or(0, |place| place + 1),
    }
}

/// Appends bytes as UTF-8 to be searched. What is no character becomes bytes that no character has.
pub(crate) fn push_searchable(encoding: TextEncoding, bytes: &[u8], text: &mut Vec<u8>) {
    decode_with(encoding, &mut Carry::default(), bytes, |piece| match piece.kind {
        PieceKind::Text(plain) => text.extend_from_slice(plain.as_bytes()),
        PieceKind::Control(character) => {
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        PieceKind::Undecoded(bytes) | PieceKind::Pending(bytes) => {
            text.resize(text.len() + bytes.len(), NO_CHARACTER);
        }
    });
}

/// The places in the bytes of what was found in their searchable text. Both are in order.
pub(crate) fn places_of(encoding: TextEncoding, bytes: &[u8], found: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut places = Vec::with_capacity(found.len());
    let (mut ends, mut text_at) = (Ends::new(found), 0);
    decode_with(encoding, &mut Carry::default(), bytes, |piece| match piece.kind {
        PieceKind::Text(text) => {
            if ends.next_is_before(text_at + text.len()) {
                for (place, character) in characters(encoding, &bytes[piece.bytes.clone()], text) {
                    let place = piece.bytes.start + place.start..piece.bytes.start + place.end;
                    ends.pass(&mut text_at, character.len(), place, &mut places);
                }
            } else {
                text_at += text.len();
            }
        }
        PieceKind::Control(character) => {
            ends.pass(&mut text_at, character.len_utf8(), piece.bytes, &mut places);
        }
        PieceKind::Undecoded(undecoded) | PieceKind::Pending(undecoded) => {
            ends.pass(&mut text_at, undecoded.len(), piece.bytes, &mut places);
        }
    });
    places
}

/// The starts and ends of what was found, in order.
struct Ends<'a> {
    found: &'a [Range<usize>],
    /// Where the first of them begins in the bytes, once that is known.
    start: Option<usize>,
}

impl<'a> Ends<'a> {
    fn new(found: &'a [Range<usize>]) -> Ends<'a> {
        Ends { found, start: None }
    }

    /// Whether anything begins or ends before this place of the text, or right there.
    fn next_is_before(&self, text_end: usize) -> bool {
        self.found.first().is_some_and(|found| match self.start {
            None => found.start < text_end,
            Some(_) => found.end <= text_end,
        })
    }

    /// Goes over one character.
    fn pass(
        &mut self,
        text_at: &mut usize,
        length: usize,
        place: Range<usize>,
        places: &mut Vec<Range<usize>>,
    ) {
        let text_end = *text_at + length;
        while let Some(found) = self.found.first() {
            if self.start.is_none() && found.start < text_end {
                self.start = Some(place.start);
            }
            let Some(start) = self.start.filter(|_| found.end <= text_end) else { break };
            places.push(start..place.end);
            self.found = &self.found[1..];
            self.start = None;
        }
        *text_at = text_end;
    }
}

#[cfg(test)]
mod tests {
    use super::{Borders, places_of, push_searchable};
    use crate::codec::text::TextEncoding;
    use memchr::memmem;
    use proptest::prelude::*;

    #[test]
    fn a_trail_byte_is_no_letter() {
        for (encoding, bytes, needle, starts) in [
            // 0x81 0x5C is one character of GBK, whose second byte is a backslash.
            ("gbk", &b"\x81\x5C\\"[..], &b"\\"[..], &[2][..]),
            ("gbk", b"\xD5\x5B[", b"[", &[2]),
            // The second and the last byte of four are digits.
            ("gb18030", b"\x81\x30\x81\x300", b"0", &[4]),
            ("shift_jis", b"\x83\x5C\\", b"\\", &[2]),
            ("big5", b"\xA4\x41A", b"A", &[2]),
            ("utf-16le", b"A\0\x41\x4EA\0", b"A\0", &[0, 4]),
            ("utf-16be", b"\x4E\0A\0\0A", b"\0A", &[4]),
            // Two halves of neighbours make no character.
            ("gbk", b"\xCE\xC2\xB6\xC8", b"\xC2\xB6", &[]),
            // A lead byte whose pair the tables do not have stands alone.
            ("gbk", b"\x80A\xFE\x7EA", b"A", &[1, 4]),
            ("utf-8", "温度".as_bytes(), "度".as_bytes(), &[3]),
        ] {
            let mut borders = Borders::new(TextEncoding::from_name(encoding).unwrap());
            let is_here = |at: &usize| borders.surround(bytes, &(*at..at + needle.len()));
            let all: Vec<usize> =
                (0..bytes.len()).filter(|at| bytes[*at..].starts_with(needle)).filter(is_here).collect();
            assert_eq!(all, starts, "{encoding} {bytes:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn borders_are_where_the_decoder_has_them(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"0A\\\x81\xA4\xCE\xC2\xD8\xDC\xE6\xB8\xA9\x8F\xFE".to_vec())],
                0..40,
            ),
            number in 0..TextEncoding::all().len(),
            needle in prop::sample::select(vec!["A", "0", "\\", "温", "A0"]),
        ) {
            let encoding = TextEncoding::all().nth(number).unwrap();
            let Ok(wanted) = encoding.encode(needle) else { return Ok(()) };
            let mut borders = Borders::new(encoding);
            let mut by_borders = Vec::new();
            let mut from = 0;
            while let Some(place) = memmem::find(&bytes[from..], &wanted) {
                let found = from + place..from + place + wanted.len();
                from += place + 1;
                if borders.surround(&bytes, &found) {
                    by_borders.push(found);
                }
            }
            let mut text = Vec::new();
            push_searchable(encoding, &bytes, &mut text);
            let in_text: Vec<_> = (0..text.len())
                .filter(|at| text[*at..].starts_with(needle.as_bytes()))
                .map(|at| at..at + needle.len())
                .collect();
            let places: Vec<_> = places_of(encoding, &bytes, &in_text)
                .into_iter()
                // The tables may know other bytes for the same character.
                .filter(|place| bytes[place.clone()] == wanted[..])
                .collect();
            prop_assert_eq!(by_borders, places, "{}", encoding);
        }
    }
}
