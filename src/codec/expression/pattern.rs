//! Regular expressions as they are typed after `~`: over characters, whatever bytes those are in the session's
//! encoding, or over bytes. What is wrong with one is said in the user's language, with its place.

use crate::util::locale::{Language, Locale};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::literal::{Extractor, Literal};
use regex_syntax::{ast, hir};
use std::fmt;
use std::sync::Arc;

/// What a regular expression goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternOver {
    /// Characters; `^` and `$` are the ends of lines.
    Text,
    /// Bytes.
    Bytes,
}

/// A regular expression, ready to be used.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: Arc<str>,
    over: PatternOver,
    regex: Regex,
}

/// What is wrong with a regular expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternFault {
    /// In characters of the pattern from 0, where one place can be named.
    pub at: Option<usize>,
    /// The key of the sentence in the locale files.
    key: &'static str,
}

/// Each beginning of a match is looked for by itself, which pays as long as there are few.
const MOST_BEGINNINGS: usize = 4;

/// A beginning that all matches share is enough from this length on.
const LONG_BEGINNING: usize = 3;

/// Prepared, a pattern takes no more memory than this.
const MOST_BYTES: usize = 16 << 20;

impl Pattern {
    /// Prepares a pattern.
    pub fn new(source: &str, over: PatternOver) -> Result<Pattern, PatternFault> {
        let fault = |key| PatternFault { at: None, key };
        if source.is_empty() {
            return Err(fault("expression.regex.empty"));
        }
        let beyond_ascii = source.chars().position(|character| !character.is_ascii());
        if let (PatternOver::Bytes, Some(at)) = (over, beyond_ascii) {
            return Err(PatternFault { at: Some(at), key: "expression.regex.bytes_only" });
        }
        let over_text = over == PatternOver::Text;
        let mut parser = regex_syntax::ParserBuilder::new().utf8(over_text).unicode(over_text).build();
        parser.parse(source).map_err(|error| PatternFault::of(source, &error))?;
        // A message mostly ends with the end of its line, and `$` means the end of what can be read of it.
        let built = RegexBuilder::new(source)
            .unicode(over_text)
            .multi_line(over_text)
            .crlf(over_text)
            .size_limit(MOST_BYTES)
            .build();
        let regex = built.map_err(|_| fault("expression.regex.too_big"))?;
        Ok(Pattern { source: source.into(), over, regex })
    }

    /// As it was typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it goes over.
    pub fn over(&self) -> PatternOver {
        self.over
    }

    /// What every match begins with, one of these, if that can be told in a few: in UTF-8, or where only ASCII is written
    /// as it is there, its ASCII.
    pub(super) fn begins(&self, is_utf8: bool, is_ascii_compatible: bool) -> Vec<Vec<u8>> {
        let over_text = self.over == PatternOver::Text;
        let mut parser = regex_syntax::ParserBuilder::new()
            .utf8(over_text)
            .unicode(over_text)
            .multi_line(over_text)
            .crlf(over_text)
            .build();
        let Ok(parsed) = parser.parse(&self.source) else { return Vec::new() };
        let beginnings = Extractor::new().extract(&parsed);
        let each = beginnings.literals().filter(|each| each.len() <= MOST_BEGINNINGS);
        let common = beginnings.longest_common_prefix().filter(|common| !common.is_empty());
        let begins: Vec<&[u8]> = match (each, common) {
            // One search for what all have costs less than one for each.
            (_, Some(common)) if common.len() >= LONG_BEGINNING => vec![common],
            (Some(each), _) => each.iter().map(Literal::as_bytes).collect(),
            (None, common) => common.into_iter().collect(),
        };
        let is_kept = |byte: &u8| !over_text || is_utf8 || is_ascii_compatible && byte.is_ascii();
        begins.into_iter().map(|begins| begins.iter().copied().take_while(is_kept).collect()).collect()
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }

    /// What does the work: over UTF-8, or over bytes.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.source == other.source && self.over == other.over
    }
}

impl PatternFault {
    fn of(source: &str, error: &regex_syntax::Error) -> PatternFault {
        let (span, key) = match error {
            regex_syntax::Error::Parse(error) => (Some(error.span()), syntax_key(error.kind())),
            regex_syntax::Error::Translate(error) => (Some(error.span()), meaning_key(error.kind())),
            _ => (None, "expression.regex.wrong"),
        };
        let at = span.map(|span| source[..span.start.offset.min(source.len())].chars().count());
        PatternFault { at, key }
    }

    /// What is said of it in a language.
    pub fn text<'a>(&self, locale: &'a Locale) -> &'a str {
        locale.text(self.key)
    }
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(Locale::of(Language::English)))
    }
}

fn syntax_key(kind: &ast::ErrorKind) -> &'static str {
    use ast::ErrorKind as Kind;
    match kind {
        Kind::ClassEscapeInvalid | Kind::ClassRangeLiteral => "expression.regex.class_range_end",
        Kind::ClassRangeInvalid => "expression.regex.class_range",
        Kind::ClassUnclosed => "expression.regex.class_unclosed",
        Kind::DecimalEmpty | Kind::DecimalInvalid | Kind::RepetitionCountDecimalEmpty => {
            "expression.regex.decimal"
        }
        Kind::EscapeHexEmpty | Kind::EscapeHexInvalid | Kind::EscapeHexInvalidDigit => {
            "expression.regex.escape_hex"
        }
        Kind::EscapeUnexpectedEof => "expression.regex.escape_unfinished",
        Kind::EscapeUnrecognized => "expression.regex.escape_unknown",
        Kind::FlagDanglingNegation
        | Kind::FlagDuplicate { .. }
        | Kind::FlagRepeatedNegation { .. }
        | Kind::FlagUnexpectedEof
        | Kind::FlagUnrecognized => "expression.regex.flag",
        Kind::GroupNameDuplicate { .. } => "expression.regex.name_twice",
        Kind::GroupNameEmpty | Kind::GroupNameInvalid | Kind::GroupNameUnexpectedEof => {
            "expression.regex.name"
        }
        Kind::GroupUnclosed => "expression.regex.group_unclosed",
        Kind::GroupUnopened => "expression.regex.group_unopened",
        Kind::NestLimitExceeded(_) => "expression.regex.too_deep",
        Kind::RepetitionCountInvalid => "expression.regex.count",
        Kind::RepetitionCountUnclosed => "expression.regex.count_unclosed",
        Kind::RepetitionMissing => "expression.regex.nothing_to_repeat",
        Kind::UnicodeClassInvalid => "expression.regex.class_name",
        Kind::UnsupportedBackreference => "expression.regex.back_reference",
        Kind::UnsupportedLookAround => "expression.regex.look_around",
        _ => "expression.regex.wrong",
    }
}

fn meaning_key(kind: &hir::ErrorKind) -> &'static str {
    use hir::ErrorKind as Kind;
    match kind {
        Kind::UnicodeNotAllowed => "expression.regex.bytes_only",
        Kind::InvalidUtf8 => "expression.regex.text_only",
        Kind::UnicodePropertyNotFound
        | Kind::UnicodePropertyValueNotFound
        | Kind::UnicodePerlClassNotFound => "expression.regex.class_name",
        _ => "expression.regex.wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternOver};

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (source, over, at, text) in [
            ("", PatternOver::Text, None, "the regular expression is empty"),
            ("温度(", PatternOver::Text, Some(2), "\"(\" is never closed in the regular expression"),
            ("a)", PatternOver::Text, Some(1), "\")\" closes nothing in the regular expression"),
            ("[a", PatternOver::Text, Some(0), "\"[\" is never closed in the regular expression"),
            ("*", PatternOver::Text, Some(0), "there is nothing to repeat in the regular expression"),
            (
                r"(a)\1",
                PatternOver::Text,
                Some(3),
                "regular expressions here have no references to earlier groups",
            ),
            ("(?=a)", PatternOver::Text, Some(0), "regular expressions here do not look ahead or behind"),
            (r"\q", PatternOver::Text, Some(0), "this escape is not known in regular expressions"),
            ("a{2,1}", PatternOver::Text, Some(1), "the counts of a repetition are the wrong way round"),
            (r"\p{Klingon}", PatternOver::Text, Some(0), "no class of characters has this name"),
            (
                r"(?-u)\xFF",
                PatternOver::Text,
                Some(5),
                "a regular expression over text takes no single bytes: use bytes ~",
            ),
            (
                "a温",
                PatternOver::Bytes,
                Some(1),
                "a regular expression over bytes takes ASCII and \\xNN: use text ~ for characters",
            ),
            (
                "(((a{1000}){1000}){1000})",
                PatternOver::Text,
                None,
                "the regular expression takes too much memory",
            ),
        ] {
            let fault = Pattern::new(source, over).unwrap_err();
            assert_eq!((fault.at, fault.to_string().as_str()), (at, text), "{source}");
        }
    }

    #[test]
    fn groups_have_names() {
        let pattern = Pattern::new("温度=(?<t>[0-9.]+)(?P<unit>.)()", PatternOver::Text).unwrap();
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["t", "unit"]);
        assert!(Pattern::new(r"\xFF.\x02", PatternOver::Bytes).unwrap().regex().is_match(b"\xFF\xFE\x02"));
    }
}
