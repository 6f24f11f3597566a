//! Text with escapes: what a program's source or a manual shows for bytes that have no letter.

use crate::codec::hex;
use crate::codec::text::{Carry, EncodeError, PieceKind, TextEncoding, decode_with};
use std::fmt::Write;
use thiserror::Error;

/// What is wrong with typed escapes, and where: places are counted in characters from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EscapeError {
    /// No escape has this letter.
    #[error(
        r"'\{letter}' is no escape (at character {at}); there are \n \r \t \0 \a \b \e \f \v \\ \xHH \uHHHH \u{{…}}"
    )]
    Unknown {
        /// The letter after the backslash.
        letter: char,
        /// Where the backslash stands.
        at: usize,
    },
    /// The text ends with a backslash.
    #[error(r"the text ends in the middle of an escape (at character {at}); write \\ for a backslash")]
    Unfinished {
        /// Where the backslash stands.
        at: usize,
    },
    /// `\x` without two hex digits.
    #[error(r"'\x' needs two hex digits (at character {at}), for example \x0D")]
    ByteInvalid {
        /// Where the backslash stands.
        at: usize,
    },
    /// `\u` without its digits, or with those of no character.
    #[error(r"'\u' needs the number of a character (at character {at}), for example \u6E29 or \u{{1F600}}")]
    CharacterInvalid {
        /// Where the backslash stands.
        at: usize,
    },
    /// A character that the encoding has no bytes for.
    #[error("{0}")]
    Encode(#[from] EncodeError),
}

impl EscapeError {
    /// Where it is, counted in characters from 1.
    pub fn at(&self) -> usize {
        match self {
            EscapeError::Unknown { at, .. }
            | EscapeError::Unfinished { at }
            | EscapeError::ByteInvalid { at }
            | EscapeError::CharacterInvalid { at } => *at,
            EscapeError::Encode(error) => error.at,
        }
    }

    /// The same in a text that goes on before what was read for so many characters.
    #[must_use]
    pub fn moved(mut self, characters: usize) -> EscapeError {
        match &mut self {
            EscapeError::Unknown { at, .. }
            | EscapeError::Unfinished { at }
            | EscapeError::ByteInvalid { at }
            | EscapeError::CharacterInvalid { at } => *at += characters,
            EscapeError::Encode(error) => error.at += characters,
        }
        self
    }
}

/// The bytes of a text with escapes. `\xHH` is a byte of its own, whatever the encoding.
pub fn parse(typed: &str, encoding: TextEncoding) -> Result<Vec<u8>, EscapeError> {
    let mut bytes = Vec::with_capacity(typed.len());
    let mut rest = typed;
    while !rest.is_empty() {
        let offset = typed.len() - rest.len();
        let Some(plain) = rest.find('\\').or(Some(rest.len())).filter(|length| *length > 0) else {
            rest = parse_escape(typed, offset, encoding, &mut bytes)?;
            continue;
        };
        encode_at(typed, offset, &rest[..plain], encoding, &mut bytes)?;
        rest = &rest[plain..];
    }
    Ok(bytes)
}

/// Bytes as text with escapes that [`parse`] reads back.
pub fn format(bytes: &[u8], encoding: TextEncoding) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 4);
    let mut carry = Carry::default();
    decode_with(encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(plain) => push_text(&mut text, plain, &bytes[piece.bytes], encoding),
        PieceKind::Control(character) => push_control(&mut text, character, &bytes[piece.bytes], encoding),
        PieceKind::Undecoded(undecoded) | PieceKind::Pending(undecoded) => push_bytes(&mut text, undecoded),
    });
    text
}

/// Reads the escape at `offset` and gives what follows it.
fn parse_escape<'a>(
    typed: &'a str,
    offset: usize,
    encoding: TextEncoding,
    bytes: &mut Vec<u8>,
) -> Result<&'a str, EscapeError> {
    let at = typed[..offset].chars().count() + 1;
    let after = &typed[offset + 1..];
    let Some(letter) = after.chars().next() else { return Err(EscapeError::Unfinished { at }) };
    let rest = &after[letter.len_utf8()..];
    let simple = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        'e' => '\x1B',
        'f' => '\x0C',
        'v' => '\x0B',
        '\\' | '"' | '\'' => letter,
        'x' => {
            let digits = rest.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            bytes.push(byte.ok_or(EscapeError::ByteInvalid { at })?);
            return Ok(&rest[2..]);
        }
        'u' => {
            let (character, rest) = parse_character(rest).ok_or(EscapeError::CharacterInvalid { at })?;
            encode_at(typed, offset, character.encode_utf8(&mut [0; 4]), encoding, bytes)?;
            return Ok(rest);
        }
        _ => return Err(EscapeError::Unknown { letter, at }),
    };
    encode_at(typed, offset, simple.encode_utf8(&mut [0; 4]), encoding, bytes)?;
    Ok(rest)
}

/// The character that `\u` names: in braces, or as four digits; JSON writes those beyond U+FFFF as two such halves.
fn parse_character(rest: &str) -> Option<(char, &str)> {
    let Some(inside) = rest.strip_prefix('{') else {
        let (unit, rest) = parse_unit(rest)?;
        if let Some(character) = char::from_u32(unit.into()) {
            return Some((character, rest));
        }
        let (second, rest) = parse_unit(rest.strip_prefix("\\u")?)?;
        let character = char::decode_utf16([unit, second]).next()?.ok()?;
        return Some((character, rest));
    };
    let (digits, rest) = inside.split_once('}')?;
    let is_number = matches!(digits.len(), 1..=6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
    Some((char::from_u32(number)?, rest))
}

fn parse_unit(rest: &str) -> Option<(u16, &str)> {
    let (digits, rest) = rest.split_at_checked(4)?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_number).map(|unit| (unit, rest))
}

/// Encodes a part of what was typed; an error names the place in the whole.
fn encode_at(
    typed: &str,
    offset: usize,
    part: &str,
    encoding: TextEncoding,
    bytes: &mut Vec<u8>,
) -> Result<(), EscapeError> {
    encoding.encode_into(part, bytes).map_err(|mut error| {
        error.at += typed[..offset].chars().count();
        error.byte_at += offset;
        EscapeError::Encode(error)
    })
}

/// Appends text whose bytes are known. Where the encoding would write it otherwise, the bytes are kept instead.
fn push_text(text: &mut String, plain: &str, bytes: &[u8], encoding: TextEncoding) {
    if encoding.encode(plain).as_deref() != Ok(bytes) {
        push_bytes(text, bytes);
        return;
    }
    for character in plain.chars() {
        if matches!(character, '\\' | '"') {
            text.push('\\');
        }
        text.push(character);
    }
}

fn push_control(text: &mut String, character: char, bytes: &[u8], encoding: TextEncoding) {
    let letter = match character {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\0' => '0',
        _ if character.is_ascii()
            || encoding.encode(character.encode_utf8(&mut [0; 4])).as_deref() != Ok(bytes) =>
        {
            push_bytes(text, bytes);
            return;
        }
        _ => {
            if write!(text, "\\u{{{:X}}}", u32::from(character)).is_err() {
                // A String takes all that is written to it.
            }
            return;
        }
    };
    text.push('\\');
    text.push(letter);
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str("\\x");
        hex::push_byte(text, *byte);
    }
}

#[cfg(test)]
mod tests {
    use super::{format, parse};
    use crate::codec::text::TextEncoding;
    use proptest::prelude::*;

    #[test]
    fn escapes_become_bytes() {
        for (typed, encoding, bytes) in [
            ("", "utf-8", &b""[..]),
            (r"a\nb\r\t\0\\\x00\xfF\u{41}", "utf-8", b"a\nb\r\t\0\\\0\xFFA"),
            (r#"\"\'\a\b\e\f\v"#, "utf-8", b"\"'\x07\x08\x1b\x0c\x0b"),
            ("温\\u{6E29}", "gbk", b"\xCE\xC2\xCE\xC2"),
            (r"\u6e29\u6E29", "gbk", b"\xCE\xC2\xCE\xC2"),
            (r"\ud83d\ude00\u00411", "utf-8", "😀A1".as_bytes()),
            ("\\xCE温", "gbk", b"\xCE\xCE\xC2"),
            ("\\n", "utf-16be", b"\0\n"),
        ] {
            let encoding = TextEncoding::from_name(encoding).unwrap();
            assert_eq!(parse(typed, encoding).as_deref(), Ok(bytes), "{typed:?}");
        }
    }

    #[test]
    fn bad_escapes_say_what_and_where() {
        for (typed, start) in [
            (r"温\q", r"'\q' is no escape (at character 2); there are \n \r"),
            (r"ab\", r"the text ends in the middle of an escape (at character 3)"),
            (r"\x0", r"'\x' needs two hex digits (at character 1)"),
            (r"\x温", r"'\x' needs two hex digits (at character 1)"),
            (r"\u004", r"'\u' needs the number of a character (at character 1)"),
            (r"a\ud83d\u0041", r"'\u' needs the number of a character (at character 2)"),
            (r"\ud83d", r"'\u' needs the number of a character"),
            (r"\u+041", r"'\u' needs the number of a character"),
            (r"\u{D800}", r"'\u' needs the number of a character"),
            (r"\u{1234567}", r"'\u' needs the number of a character"),
            (r"a\n😀", "'😀' (U+1F600) cannot be written in gbk (at character 4)"),
            (r"a\u{1F600}", "'😀' (U+1F600) cannot be written in gbk (at character 2)"),
        ] {
            let message = parse(typed, TextEncoding::GBK).unwrap_err().to_string();
            assert!(message.starts_with(start), "{typed:?}: {message}");
        }
    }

    #[test]
    fn bytes_are_shown_with_escapes() {
        for (bytes, encoding, text) in [
            (&b"a\"\\\r\n\0\x07\xFF"[..], "utf-8", r#"a\"\\\r\n\0\x07\xFF"#),
            (b"\xCE\xC2\x80\xCE", "gbk", "温€\\xCE"),
            ("\u{202E}x".as_bytes(), "utf-8", "\\u{202E}x"),
        ] {
            assert_eq!(format(bytes, TextEncoding::from_name(encoding).unwrap()), text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_read_back_in_any_encoding(
            bytes in proptest::collection::vec(any::<u8>(), 0..48),
            number in 0..TextEncoding::all().len(),
        ) {
            let encoding = TextEncoding::all().nth(number).unwrap();
            prop_assert_eq!(parse(&format(&bytes, encoding), encoding).unwrap(), bytes);
        }

        #[test]
        fn nothing_typed_panics(typed in "(\\PC|\\\\[xu0-9a-f{}])*") {
            let _outcome = parse(&typed, TextEncoding::GBK);
        }
    }
}
