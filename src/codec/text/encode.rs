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
