//! Characters to bytes. What an encoding has no bytes for is an error with its place, never a question mark.

use crate::codec::text::TextEncoding;
use crate::codec::text::segment::Family;
use encoding_rs::EncoderResult;
use thiserror::Error;

/// A character that the encoding has no bytes for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("'{character}' (U+{:04X}) cannot be written in {encoding} (at character {at})", u32::from(*character))]
pub struct EncodeError {
    /// The character.
    pub character: char,
    /// The encoding.
    pub encoding: TextEncoding,
    /// Where it stands, counted in characters from 1.
    pub at: usize,
    /// Where it stands, counted in bytes of the text from 0, for an editor to mark it.
    pub byte_at: usize,
}

impl EncodeError {
    /// The same in a text that goes on before what was read for so many characters.
    #[must_use]
    pub fn moved(self, characters: usize) -> EncodeError {
        EncodeError { at: self.at + characters, ..self }
    }
}

impl TextEncoding {
    /// The bytes of a text.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::with_capacity(text.len());
        self.encode_into(text, &mut bytes)?;
        Ok(bytes)
    }

    /// Appends the bytes of a text; after an error those of the characters before it are there.
    pub fn encode_into(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        match Family::of(self) {
            Family::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            // The tables only read UTF-16, because the web never writes it.
            Family::Utf16 { big_endian: true } => {
                bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
            }
            Family::Utf16 { big_endian: false } => {
                bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            }
            _ => return self.encode_by_table(text, bytes),
        }
        Ok(())
    }

    fn encode_by_table(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut encoder = self.table().new_encoder();
        let mut read = 0;
        loop {
            let rest = &text[read..];
            let wanted = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
            bytes.reserve(wanted.unwrap_or(rest.len()));
            let (result, taken) = encoder.encode_from_utf8_to_vec_without_replacement(rest, bytes, true);
            read += taken;
            match result {
                EncoderResult::InputEmpty => return Ok(()),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(character) => {
                    let byte_at = read - character.len_utf8();
                    let at = text[..byte_at].chars().count() + 1;
                    return Err(EncodeError { character, encoding: self, at, byte_at });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::text::{Carry, TextEncoding, decode};
    use proptest::prelude::*;

    #[test]
    fn texts_have_the_bytes_that_other_programs_write() {
        for (encoding, text, bytes) in [
            ("utf-8", "温", &b"\xE6\xB8\xA9"[..]),
            ("gbk", "温度=25.4℃€", b"\xCE\xC2\xB6\xC8=25.4\xA1\xE6\x80"),
            ("gb18030", "😀", b"\x94\x39\xFC\x36"),
            ("big5", "中文", b"\xA4\xA4\xA4\xE5"),
            ("shift_jis", "テスト", b"\x83\x65\x83\x58\x83\x67"),
            ("euc-kr", "한글", b"\xC7\xD1\xB1\xDB"),
            ("utf-16le", "a😀", b"a\0\x3D\xD8\x00\xDE"),
            ("utf-16be", "a😀", b"\0a\xD8\x3D\xDE\x00"),
            ("iso-8859-1", "é€", b"\xE9\x80"),
        ] {
            assert_eq!(TextEncoding::from_name(encoding).unwrap().encode(text).unwrap(), bytes, "{encoding}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_named_with_its_place() {
        for (encoding, text, message, byte_at) in [
            ("gbk", "温度😀", "'😀' (U+1F600) cannot be written in gbk (at character 3)", 6),
            ("latin1", "ab温", "'温' (U+6E29) cannot be written in windows-1252 (at character 3)", 2),
            ("big5", "é", "'é' (U+00E9) cannot be written in big5 (at character 1)", 0),
        ] {
            let error = TextEncoding::from_name(encoding).unwrap().encode(text).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.byte_at), (message, byte_at));
        }
    }

    proptest! {
        #[test]
        fn all_of_unicode_survives_the_encodings_that_have_it(text in "\\PC*", number in 0..4_usize) {
            let name = ["utf-8", "gb18030", "utf-16le", "utf-16be"][number];
            let encoding = TextEncoding::from_name(name).unwrap();
            let bytes = encoding.encode(&text);
            // GB18030 keeps a few private characters that its encoder no longer writes.
            if let Ok(bytes) = bytes {
                prop_assert_eq!(decode(encoding, &mut Carry::default(), &bytes).text, text);
            } else {
                prop_assert_eq!(name, "gb18030");
            }
        }

        #[test]
        fn what_gbk_has_reads_back(text in "[ -~一-龥、-〃「-】]{0,20}") {
            let bytes = TextEncoding::GBK.encode(&text).unwrap();
            prop_assert_eq!(decode(TextEncoding::GBK, &mut Carry::default(), &bytes).text, text);
        }
    }
}
