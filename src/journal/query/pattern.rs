//! What is searched for: bytes, bytes with gaps, or a regular expression over characters or bytes. It knows no journal.

use crate::codec::expression::{Content, Finder, Pattern as Expression, PatternFault, PatternOver};
use crate::codec::hex::PatternByte;
use crate::codec::text::{Carry, TextEncoding};
use crate::journal::query::masked_run::{MaskedRun, fits};
use memchr::memmem;
use regex::bytes::Regex;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use thiserror::Error;

/// Something to find in payloads. Cheap to use again and again; making it does the preparation.
#[derive(Clone, Debug)]
pub struct Pattern {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Bytes(Arc<MaskedBytes>),
    Regex(Regex),
    /// Over the characters of an encoding.
    Characters(Finder, TextEncoding),
}

/// Bytes of which some bits may be anything. The longest run of bytes of which something is known is what is really
/// searched for.
#[derive(Clone, Debug)]
pub(super) struct MaskedBytes {
    bytes: Vec<PatternByte>,
    finder: RunFinder,
    /// Where the run stands in the pattern.
    run_at: usize,
}

#[derive(Clone, Debug)]
enum RunFinder {
    Fixed(Box<memmem::Finder<'static>>),
    /// Some bits are open, as those in which large letters differ from small ones.
    Open(MaskedRun),
}

/// What is wrong with a pattern that was typed, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PatternError {
    /// There is nothing to search for.
    #[error("the pattern is empty")]
    Empty,
    /// A character that is neither a hex digit, nor `??`, nor a space.
    #[error(
        "'{character}' is not a hex digit (at character {at}); write bytes as 0d 0a, and ?? for any byte"
    )]
    HexDigit {
        /// The character.
        character: char,
        /// Counted from 1.
        at: usize,
    },
    /// Half a byte is left over.
    #[error("half a byte is left over (at character {at}); each byte has two hex digits")]
    HexOdd {
        /// Counted from 1.
        at: usize,
    },
    /// The regular expression does not hold together.
    #[error("{fault}{}", place_of(.fault))]
    Regex {
        /// What is wrong, and where.
        fault: PatternFault,
    },
}

/// Where it is, as the end of the sentence.
fn place_of(fault: &PatternFault) -> String {
    fault.at.map_or_else(String::new, |at| format!(" (at character {})", at + 1))
}

impl Pattern {
    /// These very bytes; a text is encoded by the caller, in the session's encoding.
    pub fn literal(bytes: &[u8]) -> Result<Pattern, PatternError> {
        Pattern::masked(bytes.iter().copied().map(known).collect())
    }

    /// Hex digits, with `??` for a byte that may be anything: `02 ?? 1b`.
    pub fn hex(text: &str) -> Result<Pattern, PatternError> {
        let mut bytes = Vec::new();
        let mut digits = text.chars().enumerate().filter(|(_, digit)| !digit.is_whitespace());
        while let Some((at, high)) = digits.next() {
            let low = digits.next();
            bytes.push(match (high, low) {
                (_, None) => {
                    return Err(hex_digit(at, high).err().unwrap_or(PatternError::HexOdd { at: at + 1 }));
                }
                ('?', Some((_, '?'))) => PatternByte { value: 0, mask: 0 },
                (_, Some((low_at, low))) => known(hex_digit(at, high)? << 4 | hex_digit(low_at, low)?),
            });
        }
        Pattern::masked(bytes)
    }

    /// A regular expression over the characters of an encoding: `(?i)error`, `温度=\d+`. `^` and `$` are the ends of
    /// lines, and across a border the ends of what was joined to look there.
    pub fn text_regex(text: &str, encoding: TextEncoding) -> Result<Pattern, PatternError> {
        let expression =
            Expression::new(text, PatternOver::Text).map_err(|fault| PatternError::Regex { fault })?;
        Ok(Pattern { kind: Kind::Characters(Finder::pattern(&expression, encoding), encoding) })
    }

    /// A regular expression over bytes: `\x02.{4}\x03`. `^` and `$` are the ends of a record, and across a border the
    /// ends of what was joined to look there.
    pub fn bytes_regex(text: &str) -> Result<Pattern, PatternError> {
        let expression =
            Expression::new(text, PatternOver::Bytes).map_err(|fault| PatternError::Regex { fault })?;
        Ok(Pattern { kind: Kind::Regex(expression.regex().clone()) })
    }

    /// What a row must have for a finder to find something in it, in data and in remarks; `None` where that cannot be
    /// told.
    pub(super) fn of_finder(finder: &Finder) -> Option<Vec<Pattern>> {
        finder.needles()?.into_iter().map(|needle| Pattern::masked(needle).ok()).collect()
    }

    fn masked(bytes: Vec<PatternByte>) -> Result<Pattern, PatternError> {
        if bytes.is_empty() {
            return Err(PatternError::Empty);
        }
        let Some((run_at, finder)) = run_finder(&bytes) else {
            return Pattern::bytes_regex(&format!("(?s).{{{}}}", bytes.len()));
        };
        Ok(Pattern { kind: Kind::Bytes(Arc::new(MaskedBytes { bytes, finder, run_at })) })
    }

    /// Tells every match that begins at or behind `from`, none overlapping the one before, until enough were told.
    /// `carry` is what the stream left unfinished before the bytes. A match of no bytes counts as none.
    pub fn find_each(
        &self,
        bytes: &[u8],
        carry: Carry,
        from: usize,
        tell: &mut dyn FnMut(Range<usize>) -> ControlFlow<()>,
    ) {
        if let Kind::Characters(finder, _) = &self.kind {
            let content = Content { carry, ..Content::of_message(bytes) };
            finder.find(&content, &mut |found| {
                if found.start < from { ControlFlow::Continue(()) } else { tell(found) }
            });
            return;
        }
        let mut from = from;
        while let Some(found) = self.find_at(bytes, from) {
            from = found.end;
            if tell(found).is_break() {
                return;
            }
        }
    }

    /// The encoding whose characters are looked at; `None` if bytes are.
    pub(super) fn encoding(&self) -> Option<TextEncoding> {
        match &self.kind {
            Kind::Characters(_, encoding) => Some(*encoding),
            _ => None,
        }
    }

    /// The first match that begins at or behind `from`. A match of no bytes counts as none.
    pub fn find_at(&self, bytes: &[u8], from: usize) -> Option<Range<usize>> {
        match &self.kind {
            Kind::Bytes(masked) => {
                let start = masked.find_at(bytes, from)?;
                Some(start..start + masked.len())
            }
            Kind::Regex(regex) => {
                let mut from = from;
                while from <= bytes.len() {
                    let found = regex.find_at(bytes, from)?;
                    if !found.is_empty() {
                        return Some(found.range());
                    }
                    from = found.end() + 1;
                }
                None
            }
            Kind::Characters(..) => {
                let mut first = None;
                self.find_each(bytes, Carry::default(), from, &mut |found| {
                    first = Some(found);
                    ControlFlow::Break(())
                });
                first
            }
        }
    }

    /// The bytes to look for, unless it is a regular expression.
    pub(super) fn bytes(&self) -> Option<&MaskedBytes> {
        match &self.kind {
            Kind::Bytes(masked) => Some(masked),
            Kind::Regex(_) | Kind::Characters(..) => None,
        }
    }
}

impl MaskedBytes {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Which bytes a record can begin with that completes a match begun before it.
    pub(super) fn later_bytes(&self) -> [bool; 256] {
        let mut later = [false; 256];
        for (byte, is_later) in (0..=u8::MAX).zip(&mut later) {
            *is_later = self.bytes[1..].iter().any(|wanted| byte & wanted.mask == wanted.value);
        }
        later
    }

    /// Whether a record that begins like this may complete a match begun before it.
    pub(super) fn may_end_in(&self, beginning: &[u8]) -> bool {
        let longest = beginning.len().min(self.len() - 1);
        (1..=longest).any(|length| fits(&self.bytes[self.len() - length..], &beginning[..length]))
    }

    /// Where the first whole match begins, at or behind `from`.
    pub(super) fn find_at(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut from = from;
        loop {
            let run = self.finder.find(bytes.get(from + self.run_at..)?)?;
            let start = from + run;
            let candidate = bytes.get(start..start + self.bytes.len())?;
            if fits(&self.bytes, candidate) {
                return Some(start);
            }
            from = start + 1;
        }
    }
}

impl RunFinder {
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            RunFinder::Fixed(finder) => finder.find(bytes),
            RunFinder::Open(run) => run.find(bytes),
        }
    }
}

/// A byte of a pattern of which nothing is open.
fn known(value: u8) -> PatternByte {
    PatternByte { value, mask: 0xFF }
}

fn hex_digit(at: usize, character: char) -> Result<u8, PatternError> {
    let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digit.ok_or(PatternError::HexDigit { character, at: at + 1 })
}

/// What is really searched for, and where it stands in the pattern; `None` if nothing is known of any byte.
fn run_finder(bytes: &[PatternByte]) -> Option<(usize, RunFinder)> {
    /// A run of so many fixed bytes is found faster than a longer one of which bits are open.
    const ENOUGH_FIXED_BYTES: usize = 4;
    let fixed = longest_run(bytes, |byte| byte.mask == 0xFF);
    let partly_open = longest_run(bytes, |byte| byte.mask != 0);
    if partly_open.is_empty() {
        return None;
    }
    if fixed.len() >= ENOUGH_FIXED_BYTES || fixed.len() == partly_open.len() {
        let needle: Vec<u8> = bytes[fixed.clone()].iter().map(|byte| byte.value).collect();
        return Some((fixed.start, RunFinder::Fixed(Box::new(memmem::Finder::new(&needle).into_owned()))));
    }
    let run = MaskedRun::new(bytes[partly_open.clone()].to_vec());
    Some((partly_open.start, RunFinder::Open(run)))
}

fn longest_run(bytes: &[PatternByte], belongs: impl Fn(&PatternByte) -> bool) -> Range<usize> {
    let mut longest = 0..0;
    let mut start = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if !belongs(byte) {
            start = place + 1;
        } else if place + 1 - start > longest.len() {
            longest = start..place + 1;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::codec::text::TextEncoding;

    #[test]
    fn patterns_find_what_they_say() {
        let bytes = b"\x01\x02abc\x02\x1bX\x02\x03\x1b\xff\n.";
        for (pattern, from, found) in [
            (Pattern::literal(b"abc"), 0, Some(2..5)),
            (Pattern::literal(b"abc"), 3, None),
            (Pattern::literal(b"\n."), 0, Some(12..14)),
            (Pattern::hex("02 ?? 1B"), 0, Some(8..11)),
            (Pattern::hex("??1b??"), 6, Some(9..12)),
            (Pattern::hex("?? ??"), 3, Some(3..5)),
            (Pattern::hex("02"), 2, Some(5..6)),
            (Pattern::bytes_regex(r"[a-c]+\x02"), 0, Some(2..6)),
            (Pattern::bytes_regex("x*"), 0, None),
            (Pattern::bytes_regex("(?i)x"), 0, Some(7..8)),
            (Pattern::text_regex("(?i)x|c", TextEncoding::GBK), 5, Some(7..8)),
        ] {
            assert_eq!(pattern.unwrap().find_at(bytes, from), found);
        }
    }

    #[test]
    fn bad_patterns_say_where() {
        for (pattern, message) in [
            (Pattern::literal(b""), "the pattern is empty"),
            (Pattern::hex("  "), "the pattern is empty"),
            (
                Pattern::hex("0d 0g"),
                "'g' is not a hex digit (at character 5); write bytes as 0d 0a, and ?? for any byte",
            ),
            (
                Pattern::hex("0d ?0"),
                "'?' is not a hex digit (at character 4); write bytes as 0d 0a, and ?? for any byte",
            ),
            (Pattern::hex("0d 0"), "half a byte is left over (at character 4); each byte has two hex digits"),
            (Pattern::bytes_regex("a("), "\"(\" is never closed in the regular expression (at character 2)"),
            (
                Pattern::text_regex("温(", TextEncoding::GBK),
                "\"(\" is never closed in the regular expression (at character 2)",
            ),
            (Pattern::bytes_regex(""), "the regular expression is empty"),
        ] {
            assert_eq!(pattern.unwrap_err().to_string(), message);
        }
    }
}
