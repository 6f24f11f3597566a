//! What can be wrong with a template: when it is read, each error with its place, and when it is filled in.

use crate::automation::phrase::Phrase;
use crate::codec::escape::EscapeError;
use crate::codec::hex::HexError;
use crate::codec::near_miss;
use crate::codec::text::EncodeError;
use thiserror::Error;

/// What is wrong with what was typed. Places are counted in characters from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// The text between fields is no hex.
    #[error(transparent)]
    Hex(HexError),
    /// The text between fields has a wrong escape.
    #[error(transparent)]
    Escape(EscapeError),
    /// The encoding has no bytes for a character.
    #[error(transparent)]
    Encode(EncodeError),
    /// A field makes no sense.
    #[error("{problem} (at character {at})")]
    Field {
        /// What is wrong with it.
        problem: FieldError,
        /// Where.
        at: usize,
    },
}

/// What is wrong with a field.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FieldError {
    /// No brace ends it.
    #[error("the brace is not closed; write {{{{ for a brace")]
    Unclosed,
    /// Nothing stands between the braces.
    #[error("expected a name after the brace; write {{{{ for a brace")]
    Empty,
    /// No field, checksum or variable has the name.
    #[error(
        "unknown field '{name}'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum{variables}{hint}",
        hint = near_miss::told(.nearest.as_deref())
    )]
    Unknown {
        /// What was typed.
        name: String,
        /// What may be written beside the fields, as a part of the sentence.
        variables: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// The field cannot be written in that way.
    #[error("'{format}' is no format of {field}; expected {expected}{hint}", hint = near_miss::told(.nearest.as_deref()))]
    Format {
        /// The field's name.
        field: String,
        /// What was typed.
        format: String,
        /// What could be.
        expected: Phrase,
        /// The nearest known word.
        nearest: Option<String>,
    },
    /// It has to be said how the field is written.
    #[error("say how {field} is written, for example {{{example}}}")]
    FormatMissing {
        /// The field's name.
        field: &'static str,
        /// One that makes sense.
        example: &'static str,
    },
    /// A range that is none.
    #[error("'{range}' is no range of bytes; expected 2.., ..6, 2..6 or 2..-1, counted from 0")]
    Range {
        /// What was typed.
        range: String,
    },
    /// A time cannot be written like this.
    #[error("'{format}' is no way to write a time: {why}")]
    Time {
        /// What was typed.
        format: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Why a template could not be filled in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FillError {
    /// A variable has no value.
    #[error("{{{name}}} has no value")]
    NoValue {
        /// The variable.
        name: String,
    },
    /// A value is no number.
    #[error("{{{name}}}: '{value}' is not a number")]
    NotANumber {
        /// The variable.
        name: String,
        /// What it is.
        value: String,
    },
    /// A number needs more room than it has.
    #[error("{{{name}}}: {value} does not fit into {format}")]
    TooLarge {
        /// The field.
        name: String,
        /// Its value.
        value: String,
        /// The room.
        format: String,
    },
    /// Nothing is answered here.
    #[error("{{rx}} has no value: no message is answered")]
    NoMessage,
    /// The message that is answered is shorter.
    #[error("{{{field}}}: the message has only {length} bytes")]
    MessageTooShort {
        /// The field.
        field: String,
        /// The message's length.
        length: usize,
    },
    /// The range of a checksum or length is not there.
    #[error("{{{field}}}: there are no such bytes, only {length}")]
    NoSuchBytes {
        /// The field.
        field: String,
        /// How many there are.
        length: usize,
    },
    /// Nobody is there whose address could be told.
    #[error("{{peer.ip}} and {{peer.port}} have no value: there is no peer with such an address")]
    NoPeer,
    /// The encoding has no bytes for a character of a value.
    #[error("{{{name}}}: {error}")]
    Encode {
        /// The field.
        name: String,
        /// What is wrong.
        error: EncodeError,
    },
}

impl TemplateError {
    /// Where it is, counted in characters from 1.
    pub fn at(&self) -> usize {
        match self {
            TemplateError::Hex(error) => error.at(),
            TemplateError::Escape(error) => error.at(),
            TemplateError::Encode(error) => error.at,
            TemplateError::Field { at, .. } => *at,
        }
    }

    /// The same, so many characters further on.
    #[must_use]
    pub(super) fn moved(self, characters: usize) -> TemplateError {
        match self {
            TemplateError::Hex(error) => TemplateError::Hex(error.moved(characters)),
            TemplateError::Escape(error) => TemplateError::Escape(error.moved(characters)),
            TemplateError::Encode(error) => TemplateError::Encode(error.moved(characters)),
            TemplateError::Field { problem, at } => TemplateError::Field { problem, at: at + characters },
        }
    }
}
