//! Finds characters, bytes or what a regular expression describes in the payload of a row. What is found in text begins
//! and ends with a character of the session's encoding.

use crate::codec::expression::facts::Content;
use crate::codec::expression::literal::{TextLiteral, TextPiece};
use crate::codec::expression::pattern::{Pattern, PatternOver};
use crate::codec::hex::{HexPattern, PatternByte};
use crate::codec::text::{Borders, TextEncoding, places_of, push_searchable};
use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// Something to find, prepared for an encoding. Cheap to use again and again.
#[derive(Clone, Debug)]
pub struct Finder {
    seeks: Seeks,
    /// The same in remarks, which are never in another encoding than UTF-8; nothing where there is no difference.
    in_remarks: Option<Box<Seeks>>,
    encoding: TextEncoding,
}

#[derive(Clone, Debug)]
enum Seeks {
    /// The encoding has no such characters.
    Nothing,
    /// These bytes; where they are characters, on the borders of characters.
    Bytes { finder: Arc<memmem::Finder<'static>>, on_borders: bool },
    /// Characters in either case.
    EitherCase { cases: Cases, on_borders: bool },
    /// Bytes of which some may be anything: the longest fixed part is looked for first.
    Gaps { pattern: HexPattern, part_at: usize, part: Arc<memmem::Finder<'static>> },
    /// What a regular expression describes, and the bytes of which each match begins with some, where there are such.
    Pattern { regex: Regex, over: PatternOver, begins: Vec<Vec<u8>> },
}

/// Characters in either case, in an encoding.
#[derive(Clone, Debug)]
struct Cases {
    regex: Regex,
    /// The bytes, with the bits open in which the cases differ; `None` where the cases have different lengths.
    needle: Option<Vec<PatternByte>>,
    /// Whether bytes that fit the needle are always these characters.
    is_exact: bool,
}

impl Finder {
    /// Finds characters, in either case where only small letters were typed.
    pub fn text(literal: &TextLiteral, encoding: TextEncoding) -> Finder {
        Finder::of(encoding, |encoding| {
            let on_borders = needs_borders(literal, encoding);
            match literal.ignores_case().then(|| either_case(literal, encoding)).flatten() {
                Some(cases) => Seeks::EitherCase { cases, on_borders },
                None => bytes_of(literal, encoding, on_borders),
            }
        })
    }

    /// Finds the bytes of a text, wherever they stand.
    pub fn bytes(literal: &TextLiteral, encoding: TextEncoding) -> Finder {
        Finder::of(encoding, |encoding| bytes_of(literal, encoding, false))
    }

    /// Finds bytes of which some may be left open.
    pub fn hex(pattern: &HexPattern) -> Finder {
        let encoding = TextEncoding::UTF_8;
        let (part_at, part) = pattern.longest_literal();
        let finder = Arc::new(memmem::Finder::new(&part).into_owned());
        let seeks = match pattern.as_literal() {
            Some(_) => Seeks::Bytes { finder, on_borders: false },
            None => Seeks::Gaps { pattern: pattern.clone(), part_at, part: finder },
        };
        Finder { seeks, in_remarks: None, encoding }
    }

    /// Finds what a regular expression describes.
    pub fn pattern(pattern: &Pattern, encoding: TextEncoding) -> Finder {
        let begins = pattern.begins(encoding == TextEncoding::UTF_8, encoding.is_ascii_compatible());
        let seeks = Seeks::Pattern { regex: pattern.regex().clone(), over: pattern.over(), begins };
        Finder { seeks, in_remarks: None, encoding }
    }

    fn of(encoding: TextEncoding, seeks: impl Fn(TextEncoding) -> Seeks) -> Finder {
        let is_other = encoding != TextEncoding::UTF_8;
        let in_remarks = is_other.then(|| Box::new(seeks(TextEncoding::UTF_8)));
        Finder { seeks: seeks(encoding), in_remarks, encoding }
    }

    /// What is looked for in a row.
    fn seeks_in(&self, content: &Content<'_>) -> &Seeks {
        match &self.in_remarks {
            Some(in_remarks) if content.encoding == Some(TextEncoding::UTF_8) => in_remarks,
            _ => &self.seeks,
        }
    }

    /// Bytes of which a row must have one to have what is looked for, so that raw bytes can be searched before rows are
    /// looked at; bits that do not matter are open. `None` where no such bytes can be told.
    pub fn needles(&self) -> Option<Vec<Vec<PatternByte>>> {
        let mut needles = self.seeks.needles()?;
        if let Some(in_remarks) = &self.in_remarks {
            let of_remarks = in_remarks.needles()?;
            for needle in of_remarks {
                if !needles.contains(&needle) {
                    needles.push(needle);
                }
            }
        }
        Some(needles)
    }

    /// Whether a row that has these bytes always has what is looked for.
    pub fn is_exact(&self) -> bool {
        let is_same_everywhere = self.needles().is_some_and(|needles| needles.len() == 1);
        is_same_everywhere
            && match &self.seeks {
                Seeks::Bytes { on_borders, .. } => !on_borders,
                Seeks::EitherCase { cases, on_borders } => cases.is_exact && !on_borders,
                Seeks::Gaps { .. } => true,
                Seeks::Nothing | Seeks::Pattern { .. } => false,
            }
    }

    /// Whether it is in a row. `memory` is used again from row to row.
    pub fn is_in(&self, content: &Content<'_>, memory: &mut Vec<u8>) -> bool {
        if let Seeks::Pattern { regex, over, .. } = &self.seeks {
            let bytes = joined(content);
            return regex.is_match(self.searchable(*over, &bytes, content.encoding, memory));
        }
        let mut is_in = false;
        self.find(content, &mut |_| {
            is_in = true;
            ControlFlow::Break(())
        });
        is_in
    }

    /// Every place where it is in a row, in order, none overlapping the one before. A match of no bytes is none.
    pub fn find(&self, content: &Content<'_>, found: &mut dyn FnMut(Range<usize>) -> ControlFlow<()>) {
        let bytes = joined(content);
        let carried = content.carry.bytes().len();
        let mut tell = |place: Range<usize>| {
            found(place.start.saturating_sub(carried)..place.end.saturating_sub(carried))
        };
        let mut borders = Borders::new(content.encoding.unwrap_or(self.encoding));
        let mut stands =
            |on_borders: bool, place: &Range<usize>| !on_borders || borders.surround(&bytes, place);
        match self.seeks_in(content) {
            Seeks::Nothing => {}
            Seeks::Bytes { finder, on_borders } => {
                let length = finder.needle().len();
                let next = |from| finder.find(bytes.get(from..)?).map(|at| from + at..from + at + length);
                walk(next, |place| stands(*on_borders, place), &mut tell);
            }
            Seeks::EitherCase { cases, on_borders } => {
                let next = |from| cases.regex.find_at(bytes.get(..)?, from).map(|found| found.range());
                let next = |from| if from <= bytes.len() { next(from) } else { None };
                walk(next, |place| stands(*on_borders, place), &mut tell);
            }
            Seeks::Gaps { pattern, part_at, part } => {
                let next = |from: usize| {
                    let at = from + part.find(bytes.get(from + part_at..)?)?;
                    (at + pattern.len() <= bytes.len()).then(|| at..at + pattern.len())
                };
                walk(next, |place| pattern.fits_start_of(&bytes[place.start..]), &mut tell);
            }
            Seeks::Pattern { regex, over, .. } => {
                let mut memory = Vec::new();
                let text = self.searchable(*over, &bytes, content.encoding, &mut memory);
                let matches =
                    regex.find_iter(text).map(|found| found.range()).filter(|found| !found.is_empty());
                let is_same = self.is_searched_as_it_is(*over, &bytes, content.encoding);
                if is_same {
                    let _stopped = matches.map(tell).find(ControlFlow::is_break);
                    return;
                }
                let matches: Vec<_> = matches.collect();
                let encoding = content.encoding.unwrap_or(self.encoding);
                let _stopped =
                    places_of(encoding, &bytes, &matches).into_iter().map(tell).find(ControlFlow::is_break);
            }
        }
    }

    /// What the groups of a regular expression caught, at its first match. `None` where it does not match.
    pub(super) fn captures(
        &self,
        content: &Content<'_>,
        memory: &mut Vec<u8>,
        caught: &mut dyn FnMut(&str, String),
    ) -> bool {
        let Seeks::Pattern { regex, over, .. } = &self.seeks else { return false };
        let bytes = joined(content);
        let Some(captures) = regex.captures(self.searchable(*over, &bytes, content.encoding, memory)) else {
            return false;
        };
        for name in regex.capture_names().flatten() {
            if let Some(group) = captures.name(name) {
                caught(name, shown(group.as_bytes()));
            }
        }
        true
    }

    /// Bytes as the regular expression wants them.
    fn searchable<'a>(
        &self,
        over: PatternOver,
        bytes: &'a [u8],
        encoding: Option<TextEncoding>,
        memory: &'a mut Vec<u8>,
    ) -> &'a [u8] {
        if self.is_searched_as_it_is(over, bytes, encoding) {
            return bytes;
        }
        memory.clear();
        push_searchable(encoding.unwrap_or(self.encoding), bytes, memory);
        memory
    }

    /// Whether bytes are what the regular expression wants, and need not be decoded for it.
    fn is_searched_as_it_is(&self, over: PatternOver, bytes: &[u8], encoding: Option<TextEncoding>) -> bool {
        let encoding = encoding.unwrap_or(self.encoding);
        over == PatternOver::Bytes
            || encoding == TextEncoding::UTF_8
            || (encoding.is_ascii_compatible() && bytes.is_ascii())
    }
}

impl Seeks {
    fn needles(&self) -> Option<Vec<Vec<PatternByte>>> {
        match self {
            Seeks::Bytes { finder, .. } => Some(vec![fixed(finder.needle())]),
            Seeks::EitherCase { cases, .. } => cases.needle.clone().map(|needle| vec![needle]),
            Seeks::Gaps { pattern, .. } => Some(vec![pattern.bytes().to_vec()]),
            Seeks::Pattern { begins, .. } => {
                let pays = !begins.is_empty() && begins.iter().all(|each| each.len() >= SHORTEST_BEGINNING);
                pays.then(|| begins.iter().map(|each| fixed(each)).collect())
            }
            Seeks::Nothing => None,
        }
    }
}

/// Fewer bytes are in so many rows that looking for them first does not pay.
const SHORTEST_BEGINNING: usize = 3;

/// Bytes as a pattern with nothing open.
fn fixed(bytes: &[u8]) -> Vec<PatternByte> {
    bytes.iter().map(|byte| PatternByte { value: *byte, mask: 0xFF }).collect()
}

/// Goes from candidate to candidate and tells those that hold.
fn walk(
    next: impl Fn(usize) -> Option<Range<usize>>,
    mut holds: impl FnMut(&Range<usize>) -> bool,
    tell: &mut dyn FnMut(Range<usize>) -> ControlFlow<()>,
) {
    let mut from = 0;
    while let Some(place) = next(from) {
        if !holds(&place) {
            from = place.start + 1;
            continue;
        }
        from = place.end;
        if tell(place).is_break() {
            return;
        }
    }
}

/// The bytes of a row behind what its stream left unfinished before it.
pub(super) fn joined<'a>(content: &Content<'a>) -> Cow<'a, [u8]> {
    if content.carry.is_empty() {
        Cow::Borrowed(content.bytes)
    } else {
        Cow::Owned([content.carry.bytes(), content.bytes].concat())
    }
}

/// What was caught, as a variable: bytes that are no characters are written as every text of ours writes them.
fn shown(bytes: &[u8]) -> String {
    crate::codec::text::decode(TextEncoding::UTF_8, &mut crate::codec::text::Carry::default(), bytes).text
}

fn bytes_of(literal: &TextLiteral, encoding: TextEncoding, on_borders: bool) -> Seeks {
    match literal.encode(encoding) {
        Ok(bytes) if !bytes.is_empty() => {
            Seeks::Bytes { finder: Arc::new(memmem::Finder::new(&bytes).into_owned()), on_borders }
        }
        _ => Seeks::Nothing,
    }
}

/// In UTF-8 whole characters cannot be found anywhere else than on their borders.
fn needs_borders(literal: &TextLiteral, encoding: TextEncoding) -> bool {
    encoding != TextEncoding::UTF_8 || literal.characters().is_none()
}

/// Characters in either case; `None` where there is only one.
fn either_case(literal: &TextLiteral, encoding: TextEncoding) -> Option<Cases> {
    let mut source = String::new();
    let mut needle = Some(Vec::new());
    let (mut has_two, mut is_exact) = (false, true);
    let mut push = |forms: &[Vec<u8>]| {
        has_two |= forms.len() > 1;
        push_forms(&mut source, forms)?;
        let common = common_bits(forms);
        // With one bit open there are two values, and both are meant.
        let open_bits = common.iter().flatten().map(|byte| byte.mask.count_zeros()).sum();
        is_exact &= common.is_some() && 1_usize.checked_shl(open_bits) == Some(forms.len());
        match (&mut needle, common) {
            (Some(needle), Some(common)) => needle.extend(common),
            _ => needle = None,
        }
        Some(())
    };
    for piece in &literal.pieces {
        match piece {
            TextPiece::Byte(byte) => push(&[vec![*byte]])?,
            TextPiece::Characters(text) => {
                for character in text.chars() {
                    let mut forms: Vec<Vec<u8>> = cases_of(character)
                        .into_iter()
                        .filter_map(|form| encoding.encode(form.encode_utf8(&mut [0; 4])).ok())
                        .collect();
                    forms.sort_unstable();
                    forms.dedup();
                    push(&forms)?;
                }
            }
        }
    }
    let regex = RegexBuilder::new(&source).unicode(false).build().ok().filter(|_| has_two)?;
    Some(Cases { regex, needle, is_exact })
}

/// The bits that all forms of a character have in common; `None` where the forms have different lengths.
fn common_bits(forms: &[Vec<u8>]) -> Option<Vec<PatternByte>> {
    let (first, others) = forms.split_first()?;
    let mut common = fixed(first);
    for form in others {
        if form.len() != common.len() {
            return None;
        }
        for (wanted, byte) in common.iter_mut().zip(form) {
            wanted.mask &= !(wanted.value ^ byte);
            wanted.value &= wanted.mask;
        }
    }
    Some(common)
}

/// A character in all its cases. A letter of ASCII is one of ASCII in every case.
fn cases_of(character: char) -> Vec<char> {
    if character.is_ascii() {
        return vec![character.to_ascii_lowercase(), character.to_ascii_uppercase()];
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(character, character)]);
    class.case_fold_simple();
    let forms = class.iter().flat_map(|range| range.start()..=range.end());
    forms.filter(|form| !form.is_ascii()).collect()
}

/// Appends one of several sequences of bytes; `None` if there is not one.
fn push_forms(source: &mut String, forms: &[Vec<u8>]) -> Option<()> {
    if forms.is_empty() {
        return None;
    }
    source.push_str("(?:");
    for (place, form) in forms.iter().enumerate() {
        source.push_str(if place > 0 { "|" } else { "" });
        push_bytes(source, form);
    }
    source.push(')');
    Some(())
}

fn push_bytes(source: &mut String, bytes: &[u8]) {
    for byte in bytes {
        if write!(source, "\\x{byte:02X}").is_err() {
            // A String takes all that is written to it.
        }
    }
}
