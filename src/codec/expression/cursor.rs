//! Reads a typed expression from left to right. It knows characters, words and strings, and nothing of their meaning.

use crate::codec::expression::literal::TextLiteral;
use crate::codec::expression::tree::Relation;
use crate::codec::expression::wrong::{ExpressionError, Wrong};

/// A place in a typed expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    typed: &'a str,
    at: usize,
}

/// The longer of two that begin alike comes first.
const SYMBOLS: [(&str, Relation); 8] = [
    ("==", Relation::Equal),
    ("!=", Relation::Differs),
    ("<=", Relation::LessOrEqual),
    (">=", Relation::GreaterOrEqual),
    ("<", Relation::Less),
    (">", Relation::Greater),
    ("~", Relation::Matches),
    (":", Relation::Colon),
];

impl<'a> Cursor<'a> {
    pub(super) fn new(typed: &'a str) -> Cursor<'a> {
        Cursor { typed, at: 0 }
    }

    /// The offset in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.typed[self.at..]
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    /// What was typed from an offset to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.typed[start..self.at].trim_end()
    }

    /// What is wrong at an offset.
    pub(super) fn error(&self, offset: usize, wrong: Wrong) -> ExpressionError {
        ExpressionError { at: self.typed[..offset].chars().count(), wrong }
    }

    pub(super) fn skip_space(&mut self) {
        self.at = self.typed.len() - self.rest().trim_start().len();
    }

    /// Goes over a text, if it stands here.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Goes over a keyword, in small or in capital letters, or one of its signs.
    pub(super) fn take_keyword(&mut self, keyword: &str, sign: &str) -> bool {
        if !sign.is_empty() && self.rest().starts_with(sign) && !self.rest().starts_with("!=") {
            self.at += sign.len();
            return true;
        }
        let word = self.word();
        let is_here = word == keyword || (word == keyword.to_uppercase() && !word.is_empty());
        if is_here {
            self.at += word.len();
        }
        is_here
    }

    /// Goes over the word that begins a set.
    pub(super) fn take_in(&mut self) -> bool {
        let after = self.rest().strip_prefix("in").or_else(|| self.rest().strip_prefix("IN"));
        let is_here = after.is_some_and(|after| after.starts_with(|c: char| c == '{' || c.is_whitespace()));
        self.at += if is_here { "in".len() } else { 0 };
        is_here
    }

    /// The word that stands here: up to a space, a round bracket, a quote or the sign of a comparison.
    pub(super) fn word(&self) -> &'a str {
        let rest = self.rest();
        let mut at = 0;
        while let Some(character) = rest[at..].chars().next() {
            if character == '[' && rest[at..].starts_with("[\"") {
                at += key_length(&rest[at..]);
                continue;
            }
            let ends = character.is_whitespace()
                || matches!(character, '(' | ')' | '"' | ':' | '~' | '<' | '>')
                || ["==", "!=", "&&", "||"].iter().any(|sign| rest[at..].starts_with(sign));
            if ends {
                break;
            }
            at += character.len_utf8();
        }
        &rest[..at]
    }

    pub(super) fn take_word(&mut self) -> &'a str {
        let word = self.word();
        self.at += word.len();
        word
    }

    /// Goes over a word that stands in a list: also a comma ends it, unless that is within a key of JSON.
    pub(super) fn take_name(&mut self) -> &'a str {
        let word = self.word();
        let mut at = 0;
        while at < word.len() && !word[at..].starts_with(',') {
            at += if word[at..].starts_with("[\"") {
                key_length(&word[at..])
            } else {
                word[at..].chars().next().map_or(1, char::len_utf8)
            };
        }
        self.at += at;
        &word[..at]
    }

    /// A value without quotes: up to a space, a bracket, a comma or the sign of a conjunction. Round brackets that were
    /// opened in it belong to it, because of regular expressions.
    pub(super) fn take_value(&mut self) -> &'a str {
        let rest = self.rest();
        let mut open = 0_usize;
        let mut length = rest.len();
        for (at, character) in rest.char_indices() {
            let ends = match character {
                '(' => {
                    open += 1;
                    false
                }
                ')' => {
                    open = open.wrapping_sub(1);
                    open == usize::MAX
                }
                '"' | ',' | '}' | '{' => true,
                '&' | '|' => rest[at + 1..].starts_with(character),
                _ => character.is_whitespace(),
            };
            if ends {
                length = at;
                break;
            }
        }
        self.at += length;
        &rest[..length]
    }

    /// The sign of a comparison.
    pub(super) fn take_symbol(&mut self) -> Option<Relation> {
        let (symbol, relation) = SYMBOLS.into_iter().find(|(symbol, _)| self.rest().starts_with(symbol))?;
        self.at += symbol.len();
        Some(relation)
    }

    /// The inside of a string whose opening quote stands here, escapes resolved.
    pub(super) fn take_string(&mut self) -> Result<TextLiteral, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let mut text = TextLiteral::default();
        loop {
            let escape_at = self.at;
            match self.take_character() {
                None => return Err(self.error(start, Wrong::NeverClosed { opening: '"' })),
                Some('"') => return Ok(text),
                Some('\\') => {
                    if !self.take_escape(&mut text) {
                        return Err(if self.is_done() {
                            self.error(start, Wrong::NeverClosed { opening: '"' })
                        } else {
                            self.error(escape_at, Wrong::EscapeUnknown)
                        });
                    }
                }
                Some(character) => text.push_character(character),
            }
        }
    }

    /// The same for a pattern, which stands as it is; only a quote in it is marked.
    pub(super) fn take_pattern(&mut self) -> Result<String, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let mut pattern = String::new();
        loop {
            match self.take_character() {
                None => return Err(self.error(start, Wrong::NeverClosed { opening: '"' })),
                Some('"') => return Ok(pattern),
                Some('\\') if self.take("\"") => pattern.push('"'),
                Some('\\') => {
                    pattern.push('\\');
                    // A backslash before a backslash is an escape of the pattern's own.
                    if self.take("\\") {
                        pattern.push('\\');
                    }
                }
                Some(character) => pattern.push(character),
            }
        }
    }

    /// Reads what follows a backslash; says whether it is an escape.
    fn take_escape(&mut self, text: &mut TextLiteral) -> bool {
        match self.take_character() {
            Some(character @ ('"' | '\\')) => text.push_character(character),
            Some('n') => text.push_character('\n'),
            Some('r') => text.push_character('\r'),
            Some('t') => text.push_character('\t'),
            Some('x') => {
                let digits = self.rest().get(..2).filter(|digits| is_hex(digits));
                let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
                    return false;
                };
                self.at += 2;
                text.push_byte(byte);
            }
            Some('u') => {
                let digits = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let Some((digits, _)) = digits.filter(|(digits, _)| digits.len() <= 6 && is_hex(digits))
                else {
                    return false;
                };
                let Some(character) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) else {
                    return false;
                };
                self.at += digits.len() + 2;
                text.push_character(character);
            }
            _ => return false,
        }
        true
    }

    /// Goes over one character, whatever it is.
    pub(super) fn take_one(&mut self) {
        self.take_character();
    }

    /// Goes to the end.
    pub(super) fn take_all(&mut self) {
        self.at = self.typed.len();
    }

    fn take_character(&mut self) -> Option<char> {
        let character = self.rest().chars().next()?;
        self.at += character.len_utf8();
        Some(character)
    }
}

fn is_hex(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The length of `["…"]`, a key of JSON that is no plain word; all of the rest if it is never closed.
fn key_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(2) {
        if character == '"' && !is_escaped {
            return at + if rest[at + 1..].starts_with(']') { 2 } else { 1 };
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    rest.len()
}
