//! Hex as people type it, and hex as they like to read it.

use std::fmt;
use thiserror::Error;

/// What is wrong with typed hex, and where: places are counted in characters from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HexError {
    /// A character that hex does not have.
    #[error("'{character}' is not a hex digit (at character {at})")]
    BadDigit {
        /// The character.
        character: char,
        /// Where it stands.
        at: usize,
    },
    /// A byte has only one of its two digits.
    #[error("the byte '{digit}' has only one digit (at character {at}); write 0{digit}")]
    HalfByte {
        /// The digit that stands alone.
        digit: char,
        /// Where it stands.
        at: usize,
    },
    /// There is nothing to look for.
    #[error("the pattern is empty")]
    EmptyPattern,
}

impl HexError {
    /// Where it is, counted in characters from 1.
    pub fn at(&self) -> usize {
        match self {
            HexError::BadDigit { at, .. } | HexError::HalfByte { at, .. } => *at,
            HexError::EmptyPattern => 1,
        }
    }

    /// The same in a text that goes on before what was read for so many characters.
    #[must_use]
    pub fn moved(mut self, characters: usize) -> HexError {
        match &mut self {
            HexError::BadDigit { at, .. } | HexError::HalfByte { at, .. } => *at += characters,
            HexError::EmptyPattern => {}
        }
        self
    }
}

/// Bytes to look for, some of them or some of their halves left open.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HexPattern {
    bytes: Vec<PatternByte>,
}

/// One byte of a pattern: it fits where the bits that `mask` has are those of `value`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PatternByte {
    /// The bits that are asked for.
    pub value: u8,
    /// Which bits are asked for: 0xFF, 0xF0, 0x0F or 0.
    pub mask: u8,
}

/// Reads bytes from hex: `01 03 9C`, `01039c`, `0x01,0x03`, `01:03`, `\x01\x03`. Spaces, line ends, commas,
/// semicolons, colons, hyphens and prefixes separate; every byte has both of its digits, except after a prefix
/// and alone (`0x1`).
pub fn parse(typed: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(typed.len() / 2);
    read(typed, false, |byte| bytes.push(byte.value))?;
    Ok(bytes)
}

/// Reads a pattern: like [`parse`], with `?` for a digit that may be anything.
pub fn parse_pattern(typed: &str) -> Result<HexPattern, HexError> {
    let mut bytes = Vec::with_capacity(typed.len() / 2);
    read(typed, true, |byte| bytes.push(byte))?;
    if bytes.is_empty() { Err(HexError::EmptyPattern) } else { Ok(HexPattern { bytes }) }
}

/// Bytes as `01 03 9C`.
pub fn spaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    push_spaced(&mut text, bytes);
    text
}

/// Appends bytes as `01 03 9C`.
pub fn push_spaced(text: &mut String, bytes: &[u8]) {
    const BLOCK: usize = 32;
    let mut digits = [b' '; 3 * BLOCK];
    for (place, block) in bytes.chunks(BLOCK).enumerate() {
        for (byte, digits) in block.iter().zip(digits.chunks_exact_mut(3)) {
            digits[1..].copy_from_slice(&digits_of(*byte));
        }
        // The first byte has no space before it.
        let written = &digits[usize::from(place == 0)..3 * block.len()];
        text.push_str(str::from_utf8(written).unwrap_or_default());
    }
}

/// Appends one byte as two upper-case digits.
pub fn push_byte(text: &mut String, byte: u8) {
    text.extend(digits_of(byte).map(char::from));
}

/// Appends bytes that are no character, the way every text of ours writes them: `\xFF`.
pub fn push_escaped(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let [high, low] = digits_of(*byte);
        text.push_str(str::from_utf8(&[b'\\', b'x', high, low]).unwrap_or_default());
    }
}

fn digits_of(byte: u8) -> [u8; 2] {
    digits_from(b"0123456789ABCDEF", byte)
}

/// One byte as two lower-case digits.
pub fn lower_digits_of(byte: u8) -> [u8; 2] {
    digits_from(b"0123456789abcdef", byte)
}

fn digits_from(digits: &[u8; 16], byte: u8) -> [u8; 2] {
    [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]
}

/// Bytes as `01039c`.
pub fn plain(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

/// A digit that was read and may still miss its other half.
#[derive(Clone, Copy)]
struct HalfRead {
    digit: Option<u8>,
    character: char,
    at: usize,
    after_prefix: bool,
}

fn read(typed: &str, wildcards: bool, mut push: impl FnMut(PatternByte)) -> Result<(), HexError> {
    let mut half: Option<HalfRead> = None;
    let mut after_prefix = false;
    let mut characters = typed.chars().enumerate().peekable();
    while let Some((place, character)) = characters.next() {
        let at = place + 1;
        let next = characters.peek().map(|(_, next)| *next);
        let starts_prefix = match character {
            '0' => matches!(next, Some('x' | 'X')) && half.is_none(),
            '\\' => matches!(next, Some('x' | 'X')),
            _ => false,
        };
        if starts_prefix || is_separator(character) {
            finish_half(half.take(), &mut push)?;
            after_prefix = starts_prefix;
            if starts_prefix {
                characters.next();
                let follows = characters.peek().map(|(_, next)| *next);
                if !follows.is_some_and(|next| is_digit(next, wildcards)) {
                    return Err(HexError::BadDigit { character: next.unwrap_or('x'), at: at + 1 });
                }
            }
            continue;
        }
        if !is_digit(character, wildcards) {
            return Err(HexError::BadDigit { character, at });
        }
        let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match half.take() {
            None => half = Some(HalfRead { digit, character, at, after_prefix }),
            Some(first) => {
                push(joined(first.digit, digit));
                after_prefix = false;
            }
        }
    }
    finish_half(half, &mut push)
}

fn finish_half(half: Option<HalfRead>, push: &mut impl FnMut(PatternByte)) -> Result<(), HexError> {
    match half {
        None => Ok(()),
        Some(alone) if alone.after_prefix && alone.digit.is_some() => {
            push(joined(Some(0), alone.digit));
            Ok(())
        }
        Some(alone) => Err(HexError::HalfByte { digit: alone.character, at: alone.at }),
    }
}

fn joined(high: Option<u8>, low: Option<u8>) -> PatternByte {
    let mask = if high.is_some() { 0xF0 } else { 0 } | if low.is_some() { 0x0F } else { 0 };
    PatternByte { value: high.unwrap_or(0) << 4 | low.unwrap_or(0), mask }
}

fn is_digit(character: char, wildcards: bool) -> bool {
    character.is_ascii_hexdigit() || (wildcards && character == '?')
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | ':' | '-' | '，' | '、')
}

impl HexPattern {
    /// Its bytes.
    pub fn bytes(&self) -> &[PatternByte] {
        &self.bytes
    }

    /// How many bytes it covers; never 0.
    #[expect(clippy::len_without_is_empty, reason = "an empty pattern cannot be made")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes themselves, if none is left open.
    pub fn as_literal(&self) -> Option<Vec<u8>> {
        self.bytes.iter().map(|byte| (byte.mask == 0xFF).then_some(byte.value)).collect()
    }

    /// The longest part without an open digit, and where it starts: what a fast search looks for first.
    pub fn longest_literal(&self) -> (usize, Vec<u8>) {
        let mut best = 0..0;
        let mut start = 0;
        for end in 0..=self.bytes.len() {
            if self.bytes.get(end).is_none_or(|byte| byte.mask != 0xFF) {
                if end - start > best.len() {
                    best = start..end;
                }
                start = end + 1;
            }
        }
        (best.start, self.bytes[best].iter().map(|byte| byte.value).collect())
    }

    /// Whether `bytes` starts with it.
    pub fn fits_start_of(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.bytes.len()
            && self.bytes.iter().zip(bytes).all(|(asked, byte)| byte & asked.mask == asked.value)
    }
}

impl fmt::Debug for PatternByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PatternByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = (self.value >> 4, self.value & 15);
        match self.mask {
            0xFF => write!(f, "{high:X}{low:X}"),
            0xF0 => write!(f, "{high:X}?"),
            0x0F => write!(f, "?{low:X}"),
            _ => f.write_str("??"),
        }
    }
}

impl fmt::Debug for HexPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for HexPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.bytes.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            byte.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{HexError, parse, parse_pattern, plain, push_escaped, spaced};
    use proptest::prelude::*;

    #[test]
    fn bytes_that_are_no_character_are_escaped() {
        let mut text = String::from("a");
        push_escaped(&mut text, &[0xFF, 0x0A]);
        assert_eq!(text, "a\\xFF\\x0A");
    }

    #[test]
    fn typed_hex_is_read_in_every_usual_form() {
        for (typed, bytes) in [
            ("", &[][..]),
            ("01 03 9C", &[1, 3, 0x9C]),
            ("01039c", &[1, 3, 0x9C]),
            ("0x01,0x03", &[1, 3]),
            ("0x1, 0x2", &[1, 2]),
            ("0X0103", &[1, 3]),
            ("01:03\n9C\t", &[1, 3, 0x9C]),
            ("\\x01\\x03", &[1, 3]),
            ("01-03；".trim_end_matches('；'), &[1, 3]),
            ("01，03、9c", &[1, 3, 0x9C]),
            ("00 0x00", &[0, 0]),
        ] {
            assert_eq!(parse(typed).as_deref(), Ok(bytes), "{typed:?}");
        }
    }

    #[test]
    fn bad_hex_says_what_and_where() {
        for (typed, message) in [
            ("01 0G", "'G' is not a hex digit (at character 5)"),
            ("01 0", "the byte '0' has only one digit (at character 4); write 00"),
            ("01 3 9C", "the byte '3' has only one digit (at character 4); write 03"),
            ("010 3", "the byte '0' has only one digit (at character 3); write 00"),
            ("温度", "'温' is not a hex digit (at character 1)"),
            ("01 ??", "'?' is not a hex digit (at character 4)"),
            ("0x", "'x' is not a hex digit (at character 2)"),
            ("0x 01", "'x' is not a hex digit (at character 2)"),
            ("\\n", "'\\' is not a hex digit (at character 1)"),
        ] {
            assert_eq!(parse(typed).unwrap_err().to_string(), message, "{typed:?}");
        }
    }

    #[test]
    fn patterns_leave_bytes_and_halves_open() {
        let pattern = parse_pattern("55 aa ?? 0? ?1 12 34 56").unwrap();
        assert_eq!(pattern.to_string(), "55 AA ?? 0? ?1 12 34 56");
        assert_eq!(pattern.longest_literal(), (5, vec![0x12, 0x34, 0x56]));
        assert_eq!(pattern.as_literal(), None);
        for (bytes, fits) in [
            (&[0x55, 0xAA, 9, 0x0F, 0xF1, 0x12, 0x34, 0x56, 7][..], true),
            (&[0x55, 0xAA, 9, 0x1F, 0xF1, 0x12, 0x34, 0x56], false),
            (&[0x55, 0xAA, 9, 0x0F, 0xF2, 0x12, 0x34, 0x56], false),
            (&[0x55, 0xAA], false),
        ] {
            assert_eq!(pattern.fits_start_of(bytes), fits, "{bytes:?}");
        }
        assert_eq!(parse_pattern("0d0a").unwrap().as_literal(), Some(vec![13, 10]));
        assert_eq!(parse_pattern("??").unwrap().longest_literal(), (0, vec![]));
        assert_eq!(parse_pattern(" ").unwrap_err(), HexError::EmptyPattern);
        assert_eq!(parse_pattern("5").unwrap_err(), HexError::HalfByte { digit: '5', at: 1 });
    }

    proptest! {
        #[test]
        fn every_form_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(parse(&spaced(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(parse(&plain(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn nothing_typed_panics(typed in "\\PC*") {
            if let Ok(pattern) = parse_pattern(&typed) {
                prop_assert_eq!(parse_pattern(&pattern.to_string()), Ok(pattern));
            }
        }
    }
}
