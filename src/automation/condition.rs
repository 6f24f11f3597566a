//! Conditions of rules and sequences: an expression with the text that it was read from, so that a file that is written
//! again keeps the words of its author.

use crate::automation::document::{FileError, Text};
use crate::codec::expression::{Expression, Field, Meaning, Subject, Vocabulary};
use std::fmt;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    text: String,
    expression: Expression,
}

impl Condition {
    /// Reads a condition of a file.
    pub(super) fn read(typed: &Text<'_>, vocabulary: &Vocabulary) -> Result<Condition, FileError> {
        match Expression::parse(&typed.text, vocabulary) {
            Ok(expression) => Ok(Condition { text: typed.text.clone(), expression }),
            Err(error) => Err(typed.error_at(error.at, error)),
        }
    }

    /// A condition that was put together.
    pub fn of(expression: Expression) -> Condition {
        Condition { text: expression.to_string(), expression }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The names that its regular expressions give a value to.
    pub fn captures(&self) -> Vec<String> {
        let tests = self.expression.tests();
        let values = tests.iter().flat_map(|test| &test.values);
        values
            .filter_map(|value| match &value.meaning {
                Meaning::Pattern(pattern) => Some(pattern),
                _ => None,
            })
            .flat_map(|pattern| pattern.names().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    /// Whether it asks for more than messages: then it is tried when peers come and go, too.
    pub(super) fn asks_for_events(&self) -> bool {
        self.expression
            .tests()
            .iter()
            .any(|test| matches!(test.subject, Subject::Field(Field::Event | Field::Kind | Field::Reason)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The names of groups in a text that is perhaps no expression: what templates may use before conditions are read.
pub(super) fn group_names(typed: &str) -> Vec<String> {
    let after_openings = typed.split("(?<").skip(1).chain(typed.split("(?P<").skip(1));
    after_openings
        .filter_map(|rest| rest.split_once('>').map(|(name, _)| name))
        .filter(|name| name.chars().all(|character| character.is_alphanumeric() || character == '_'))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
