//! Which bytes a letter of a row shows: what a person points at in the text, as bytes of the payload. It must not know
//! where a letter is drawn.

use crate::codec::represent::{Represented, RowStyle};
use std::ops::Range;

/// What of a row's text stands for one character or one byte of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Where it stands in the text.
    pub text: Range<usize>,
    /// The bytes of the record that it shows; at least one.
    pub bytes: Range<usize>,
}

/// Takes over the letters of a part of a text into another text, where that part stands at `at`: as it was, or as
/// something else that stands for one letter.
pub fn take_over(letters: &[Letter], part: &Range<usize>, at: &Range<usize>, into: &mut Vec<Letter>) {
    let first = letters.partition_point(|letter| letter.text.end <= part.start);
    let within = letters[first..].iter().take_while(|letter| letter.text.start < part.end);
    let is_as_it_was = at.len() == part.len();
    for Letter { text, bytes } in within {
        let from = text.start.max(part.start) - part.start;
        let to = text.end.min(part.end) - part.start;
        let text = if is_as_it_was { at.start + from..at.start + to } else { at.clone() };
        match into.last_mut() {
            Some(last) if last.bytes == *bytes && last.text.end == text.start => last.text.end = text.end,
            _ => into.push(Letter { text, bytes: bytes.clone() }),
        }
    }
}

impl Represented {
    /// What was appended to the text since `from` shows these bytes. That is kept where it is asked for.
    pub(super) fn note_letter(&mut self, from: usize, bytes: Range<usize>, style: &RowStyle<'_>) {
        // What came with earlier records alone is no part of this one.
        if style.with_letters && !bytes.is_empty() {
            self.letters.push(Letter { text: from..self.text.len(), bytes });
        }
    }

    /// Like [`Represented::note_letter`], of bytes as `01 03 9C` that begin at `from`.
    pub(super) fn note_spaced_hex(&mut self, from: usize, bytes: Range<usize>, style: &RowStyle<'_>) {
        if style.with_letters {
            let letter = |(place, byte)| Letter {
                text: from + 3 * place..from + 3 * place + 2,
                bytes: byte..byte + 1,
            };
            self.letters.extend(bytes.enumerate().map(letter));
        }
    }

    /// The last letter reaches to the end of the text and shows all bytes up to this one. One that stands before the
    /// letter at `first` does not.
    pub(super) fn grow_letter(&mut self, first: usize, bytes_end: usize) {
        let text_end = self.text.len();
        if let Some(letter) = self.letters.get_mut(first..).and_then(<[Letter]>::last_mut) {
            letter.text.end = text_end;
            letter.bytes.end = bytes_end;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::represent::tests::{carry_after, payloads};
    use crate::codec::represent::{DumpWidth, Represented, RowStyle, View, represent_into};
    use crate::codec::text::{Carry, TextEncoding};
    use crate::model::ids::{Epoch, RecordId};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use proptest::prelude::*;

    fn represented(bytes: &[u8], carry: Carry, view: View, encoding: TextEncoding) -> Represented {
        let body = Body::Data(Data { head: DataHead::received(), bytes: bytes.to_vec() });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let plain = RowStyle::new(Locale::of(Language::English));
        let style = RowStyle { view, encoding, with_letters: true, dump_width: DumpWidth::Four, ..plain };
        let mut row = Represented::default();
        represent_into(&mut row, &record, carry, &style);
        row
    }

    /// Every letter, with the bytes that it shows.
    fn letters(row: &Represented) -> Vec<(&str, usize, usize)> {
        let letters = row.letters.iter();
        letters.map(|letter| (&row.text[letter.text.clone()], letter.bytes.start, letter.bytes.end)).collect()
    }

    #[test]
    fn each_letter_knows_its_bytes() {
        let row = |bytes, earlier, view| {
            represented(bytes, carry_after(earlier, TextEncoding::GBK), view, TextEncoding::GBK)
        };
        for (bytes, earlier, view, expected) in [
            (
                &b"a\xCE\xC2\r\n\t"[..],
                &b""[..],
                View::Text,
                &[("a", 0, 1), ("温", 1, 3), ("↵", 3, 5), ("⇥", 5, 6)][..],
            ),
            (b"\xC8=\xCE", b"x\xB6", View::Text, &[("度", 0, 1), ("=", 1, 2), ("CE", 2, 3)]),
            (b"\xFF\xFFa", b"", View::Text, &[("FF", 0, 1), ("FF", 1, 2), ("a", 2, 3)]),
            (b"\n", b"x\xB6", View::Text, &[("␊", 0, 1)]),
            (b"\x01\x9C", b"", View::Hex, &[("01", 0, 1), ("9C", 1, 2)]),
            (
                b"a\xCE\xC2\n\xB6\xC8",
                b"",
                View::Dump,
                &[
                    ("61", 0, 1),
                    ("CE", 1, 2),
                    ("C2", 2, 3),
                    ("0A", 3, 4),
                    ("a", 0, 1),
                    ("温", 1, 3),
                    ("·", 3, 4),
                    ("B6", 4, 5),
                    ("C8", 5, 6),
                    ("度", 4, 6),
                ],
            ),
        ] {
            assert_eq!(letters(&row(bytes, earlier, view)), expected, "{bytes:?}");
        }
        let utf16 = TextEncoding::from_name("utf-16le").unwrap();
        assert_eq!(
            letters(&represented(b"a\0\r\0\n\0", Carry::default(), View::Text, utf16)),
            [("a", 0, 2), ("↵", 2, 6)]
        );
        let hidden = represented("a\u{202E}".as_bytes(), Carry::default(), View::Text, TextEncoding::UTF_8);
        assert_eq!(letters(&hidden), [("a", 0, 1), ("⟨U+202E⟩", 1, 4)]);
        let cut = represented("abc温".as_bytes(), Carry::default(), View::Dump, TextEncoding::UTF_8);
        assert_eq!(letters(&cut)[7..], [("温", 3, 4), ("B8", 4, 5), ("A9", 5, 6), ("  ", 4, 6)]);
    }

    proptest! {
        #[test]
        fn letters_show_every_byte_in_order(
            bytes in payloads(),
            earlier in proptest::collection::vec(any::<u8>(), 0..4),
            number in 0..TextEncoding::all().len(),
            view in prop::sample::select(vec![View::Text, View::Hex, View::Dump]),
        ) {
            let encoding = TextEncoding::all().nth(number).unwrap();
            let row = represented(&bytes, carry_after(&earlier, encoding), view, encoding);
            let (mut text_end, mut bytes_end) = (0, 0);
            let mut seen = vec![false; bytes.len()];
            for letter in &row.letters {
                prop_assert!(text_end <= letter.text.start && row.text.get(letter.text.clone()).is_some());
                prop_assert!(!letter.text.is_empty() && !letter.bytes.is_empty());
                prop_assert!(view == View::Dump || bytes_end == letter.bytes.start);
                (text_end, bytes_end) = (letter.text.end, letter.bytes.end);
                seen[letter.bytes.clone()].fill(true);
            }
            prop_assert!(seen.iter().all(|seen| *seen), "{:?}", row);
        }
    }
}
