//! Files that people write by hand: TOML read with the place of everything in it, so that each error names its line,
//! its column, what was expected and the nearest known word. It does not know what the files are about.

use crate::automation::interval;
use crate::automation::phrase::Phrase;
use crate::automation::template::TemplateError;
use crate::codec::checksum::{Checksum, ChecksumError};
use crate::codec::composition::{LineEnding, LineEndingError};
use crate::codec::expression::ExpressionError;
use crate::codec::near_miss;
use crate::codec::text::EncodingError;
use std::ops::Range;
use std::time::Duration;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What is wrong with a file, and where.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("line {line}, column {column}: {problem}")]
pub struct FileError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Problem {
    /// It is no TOML.
    #[error("{0}")]
    Toml(String),
    /// It does not say of which version it is.
    #[error("the version is missing; write version = {0}")]
    VersionMissing(i64),
    /// It is of another version.
    #[error("version {found} is not version {known} of this program")]
    Version {
        /// What it says.
        found: i64,
        /// What this program reads.
        known: i64,
    },
    /// A key that has no meaning here.
    #[error("{of} has no '{key}'; expected {known}{hint}", hint = near_miss::told(.nearest.as_deref()))]
    UnknownKey {
        /// What the key stands in.
        of: Phrase,
        /// The key.
        key: String,
        /// What there could be.
        known: String,
        /// The nearest known word.
        nearest: Option<String>,
    },
    /// Something that must be there is not.
    #[error("{of} needs {needs}")]
    Missing {
        /// What it is missing from.
        of: Phrase,
        /// What is missing.
        needs: Phrase,
    },
    /// The value is of another kind.
    #[error("expected {expected} for '{key}', found {found}")]
    WrongKind {
        /// The key.
        key: String,
        /// What was expected.
        expected: Phrase,
        /// What is there.
        found: &'static str,
    },
    /// The value makes no sense.
    #[error(
        "'{value}' is no value of '{key}'; expected {expected}{hint}",
        expected = .expected.iter().map(Phrase::to_string).collect::<Vec<_>>().join(", "),
        hint = near_miss::told(.nearest.as_deref())
    )]
    WrongValue {
        /// The key.
        key: String,
        /// What is there.
        value: String,
        /// What was expected: one of these.
        expected: Vec<Phrase>,
        /// The nearest known word.
        nearest: Option<String>,
    },
    /// Two keys that do not go together.
    #[error("'{second}' does not go with '{first}'")]
    Conflict {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A payload does not parse.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A condition does not parse.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// No checksum has the name.
    #[error(transparent)]
    Checksum(#[from] ChecksumError),
    /// No line ending has the name.
    #[error(transparent)]
    LineEnding(#[from] LineEndingError),
    /// No encoding has the name.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
}

/// The text of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
}

/// One table of a file, from which keys are taken until none is left.
#[derive(Debug)]
pub(super) struct Table<'t> {
    document: Document<'t>,
    of: Phrase,
    place: usize,
    entries: Vec<Entry<'t>>,
    asked: Vec<&'static str>,
}

/// One key with its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    document: Document<'t>,
    pub(super) key: String,
    key_at: usize,
    span: Range<usize>,
    value: DeValue<'t>,
}

/// A text with its place.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the text of a text is what it is")]
pub(super) struct Text<'t> {
    document: Document<'t>,
    pub(super) text: String,
    span: Range<usize>,
}

impl<'t> Document<'t> {
    /// Reads a file whose version this program knows. `of` names the file in errors.
    pub(super) fn read(text: &'t str, of: Phrase, version: i64) -> Result<Table<'t>, FileError> {
        let document = Document { text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            document.error(at, Problem::Toml(error.message().lines().next().unwrap_or_default().to_owned()))
        })?;
        let mut table = document.table(of, 0, table.into_inner());
        match table.take("version") {
            None => return Err(document.error(0, Problem::VersionMissing(version))),
            Some(entry) => match entry.whole_number() {
                Some(found) if found == version => {}
                Some(found) => return Err(entry.error(Problem::Version { found, known: version })),
                None => return Err(entry.wrong_kind(Phrase("phrase.whole_number"))),
            },
        }
        Ok(table)
    }

    fn table(self, of: Phrase, place: usize, table: DeTable<'t>) -> Table<'t> {
        let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| Entry {
            document: self,
            key_at: key.span().start,
            key: key.into_inner().into_owned(),
            span: value.span(),
            value: value.into_inner(),
        };
        let mut entries: Vec<Entry<'t>> = table.into_iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.key_at);
        Table { document: self, of, place, entries, asked: Vec::new() }
    }

    /// An error at a place in bytes.
    fn error(self, at: usize, problem: Problem) -> FileError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        FileError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            problem,
        }
    }
}

impl<'t> Table<'t> {
    /// Takes a key, if it is there.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Entry<'t>> {
        self.asked.push(key);
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(place))
    }

    /// Takes a text.
    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<Text<'t>>, FileError> {
        self.take(key).map(Entry::into_text).transpose()
    }

    /// Takes a yes or no.
    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, FileError> {
        let read =
            |entry: Entry<'t>| entry.value.as_bool().ok_or_else(|| entry.wrong_kind(Phrase("phrase.flag")));
        self.take(key).map(read).transpose()
    }

    /// Takes a count from 1.
    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<u64>, FileError> {
        let read = |entry: Entry<'t>| match entry.whole_number().map(u64::try_from) {
            Some(Ok(count @ 1..)) => Ok(count),
            Some(_) => Err(entry.wrong_value(Phrase("phrase.count"))),
            None => Err(entry.wrong_kind(Phrase("phrase.whole_number"))),
        };
        self.take(key).map(read).transpose()
    }

    /// Takes a span of time: `"500ms"`.
    pub(super) fn interval(&mut self, key: &'static str) -> Result<Option<Duration>, FileError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let span = interval::parse(&text.text);
        span.map(Some).ok_or_else(|| text.wrong_value(key, Phrase("phrase.span")))
    }

    /// Takes one of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Result<Option<T>, FileError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text.text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(text.unknown_word(key, words.iter().map(|(word, _)| *word))),
        }
    }

    /// Takes the name of a checksum.
    pub(super) fn checksum(&mut self) -> Result<Option<Checksum>, FileError> {
        let Some(text) = self.text("checksum")? else { return Ok(None) };
        Checksum::from_name(&text.text).map(Some).map_err(|error| text.error(error))
    }

    /// Takes the name of a line ending.
    pub(super) fn ending(&mut self, key: &'static str) -> Result<LineEnding, FileError> {
        let Some(text) = self.text(key)? else { return Ok(LineEnding::None) };
        text.text.parse().map_err(|error: LineEndingError| text.error(error))
    }

    /// Takes a table.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Table<'t>>, FileError> {
        self.take(key).map(|entry| entry.into_table(Phrase(key))).transpose()
    }

    /// Takes a list of tables, `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str, of: Phrase) -> Result<Vec<Table<'t>>, FileError> {
        let Some(entry) = self.take(key) else { return Ok(Vec::new()) };
        let kind = entry.value.type_str();
        let document = entry.document;
        let wrong = |at| {
            let expected = Phrase("phrase.tables");
            document.error(at, Problem::WrongKind { key: key.to_owned(), expected, found: kind })
        };
        let DeValue::Array(items) = entry.value else { return Err(wrong(entry.span.start)) };
        items
            .into_iter()
            .map(|item| {
                let span = item.span();
                match item.into_inner() {
                    DeValue::Table(table) => Ok(document.table(of, span.start, table)),
                    _ => Err(wrong(span.start)),
                }
            })
            .collect()
    }

    /// The keys of a table in it that was not taken yet.
    pub(super) fn keys_of(&self, key: &str) -> Vec<String> {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        match entry.map(|entry| &entry.value) {
            Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().to_string()).collect(),
            _ => Vec::new(),
        }
    }

    /// What is left, in the order of the file.
    pub(super) fn into_entries(self) -> Vec<Entry<'t>> {
        self.entries
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Refuses what is left, as if these keys had been asked for too.
    pub(super) fn refuse_others(&mut self, keys: &[&'static str]) -> Result<(), FileError> {
        self.asked.extend(keys);
        self.refuse_rest()
    }

    /// Refuses what nobody has asked for.
    pub(super) fn finish(self) -> Result<(), FileError> {
        self.refuse_rest()
    }

    fn refuse_rest(&self) -> Result<(), FileError> {
        match self.entries.first() {
            None => Ok(()),
            Some(entry) => {
                let nearest = near_miss::closest(&entry.key, self.asked.iter().copied());
                let nearest = nearest.map(str::to_owned);
                let (of, key) = (self.of, entry.key.clone());
                let known = self.asked.join(", ");
                Err(self.document.error(entry.key_at, Problem::UnknownKey { of, key, known, nearest }))
            }
        }
    }

    /// Something is missing from this table.
    pub(super) fn missing(&self, needs: Phrase) -> FileError {
        self.document.error(self.place, Problem::Missing { of: self.of, needs })
    }

    /// Two keys of this table do not go together.
    pub(super) fn conflict(&self, first: &'static str, second: &'static str) -> FileError {
        self.document.error(self.place, Problem::Conflict { first, second })
    }
}

impl<'t> Entry<'t> {
    /// The whole number that it is.
    pub(super) fn whole_number(&self) -> Option<i64> {
        let number = self.value.as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// The text that it is.
    pub(super) fn into_text(self) -> Result<Text<'t>, FileError> {
        match self.value {
            DeValue::String(text) => {
                Ok(Text { document: self.document, text: text.into_owned(), span: self.span })
            }
            _ => Err(self.wrong_kind(Phrase("phrase.text"))),
        }
    }

    /// The text that it is, or that its number or flag is written as.
    pub(super) fn into_written(self) -> Result<Text<'t>, FileError> {
        let written = match &self.value {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            _ => return self.into_text(),
        };
        Ok(Text { document: self.document, text: written, span: self.span })
    }

    /// The texts of a list, or the one text.
    pub(super) fn into_texts(self) -> Result<Vec<Text<'t>>, FileError> {
        let (document, key, key_at) = (self.document, self.key.clone(), self.key_at);
        match self.value {
            DeValue::Array(items) => items
                .into_iter()
                .map(|item| {
                    let span = item.span();
                    let value = item.into_inner();
                    Entry { document, key: key.clone(), key_at, span, value }.into_written()
                })
                .collect(),
            _ => Ok(vec![self.into_written()?]),
        }
    }

    /// The flag that it is.
    pub(super) fn as_flag(&self) -> Option<bool> {
        self.value.as_bool()
    }

    fn into_table(self, of: Phrase) -> Result<Table<'t>, FileError> {
        match self.value {
            DeValue::Table(table) => Ok(self.document.table(of, self.key_at, table)),
            _ => Err(self.wrong_kind(Phrase("phrase.table"))),
        }
    }

    /// The key makes no sense where it stands.
    pub(super) fn error_at_key(&self, problem: Problem) -> FileError {
        self.document.error(self.key_at, problem)
    }

    /// The value makes no sense.
    pub(super) fn error(&self, problem: Problem) -> FileError {
        self.document.error(self.span.start, problem)
    }

    pub(super) fn wrong_kind(&self, expected: Phrase) -> FileError {
        let found = self.value.type_str();
        self.error(Problem::WrongKind { key: self.key.clone(), expected, found })
    }

    pub(super) fn wrong_value(&self, expected: Phrase) -> FileError {
        let value = self.document.text.get(self.span.clone()).unwrap_or_default().to_owned();
        let (key, expected) = (self.key.clone(), vec![expected]);
        self.error(Problem::WrongValue { key, value, expected, nearest: None })
    }
}

impl Text<'_> {
    /// What is wrong with the whole of it.
    pub(super) fn error(&self, problem: impl Into<Problem>) -> FileError {
        self.document.error(self.span.start, problem.into())
    }

    /// What is wrong at one of its characters, counted from 0.
    pub(super) fn error_at(&self, character: usize, problem: impl Into<Problem>) -> FileError {
        self.document.error(self.place_of(character), problem.into())
    }

    pub(super) fn wrong_value(&self, key: &str, expected: Phrase) -> FileError {
        let (key, value) = (key.to_owned(), self.text.clone());
        self.error(Problem::WrongValue { key, value, expected: vec![expected], nearest: None })
    }

    pub(super) fn unknown_word(
        &self,
        key: &str,
        words: impl Iterator<Item = &'static str> + Clone,
    ) -> FileError {
        let nearest = near_miss::closest(&self.text, words.clone()).map(str::to_owned);
        let expected = words.map(Phrase).collect();
        let (key, value) = (key.to_owned(), self.text.clone());
        self.error(Problem::WrongValue { key, value, expected, nearest })
    }

    /// Where a character of the text stands in the file, whose quotes and escapes it does not have.
    fn place_of(&self, character: usize) -> usize {
        let raw = self.document.text.get(self.span.clone()).unwrap_or_default();
        let quote = raw.chars().next().unwrap_or('"');
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let mut at = quotes.min(raw.len());
        if quotes == 3 {
            // The line end behind the opening quotes is no part of the text.
            at += usize::from(raw[at..].starts_with('\r'));
            at += usize::from(raw[at..].starts_with('\n'));
        }
        for _ in 0..character {
            let rest = &raw[at..];
            let Some(next) = rest.chars().next() else { break };
            at += match rest.as_bytes() {
                [b'\\', b'u', ..] if quote == '"' => 6.min(rest.len()),
                [b'\\', b'U', ..] if quote == '"' => 10.min(rest.len()),
                [b'\\', b'x', ..] if quote == '"' => 4.min(rest.len()),
                [b'\\', _, ..] if quote == '"' => 2,
                _ => next.len_utf8(),
            };
            while !raw.is_char_boundary(at) {
                at += 1;
            }
        }
        self.span.start + at
    }
}

/// The text of a file behind whose head these tables of one name stand, each as it is written.
pub(super) fn with_tables<'a>(head: String, name: &str, tables: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = head;
    for table in tables {
        let end = if table.ends_with('\n') { "" } else { "\n" };
        text.extend(["\n[[", name, "]]\n", table, end]);
    }
    text
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as TOML writes it.
pub(super) fn key(text: &str) -> String {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    if !text.is_empty() && text.chars().all(is_bare) { text.to_owned() } else { quoted_on_one_line(text) }
}

/// A text as TOML writes it in one line, as keys have to be.
pub(super) fn quoted_on_one_line(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted.extend(format!("\\u{:04X}", u32::from(character)).chars()),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
