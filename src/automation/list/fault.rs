//! What is wrong with a line of a list that another program has written.

use crate::codec::checksum::ChecksumError;
use crate::codec::composition::LineEndingError;
use crate::codec::hex::HexError;
use crate::codec::near_miss;
use crate::codec::text::EncodingError;
use thiserror::Error;

/// Why a line could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ListFault {
    /// It is no CSV; the reader's own words.
    #[error("{0}")]
    Csv(String),
    /// A column that has no meaning here.
    #[error("no column is called '{name}'{hint}", hint = near_miss::told(.nearest.as_deref()))]
    UnknownColumn {
        /// What it is called.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// Nothing says what is sent.
    #[error("there is no column payload")]
    NoPayloadColumn,
    /// A payload cannot be read in that way.
    #[error("'{0}' is no form; write text, hex or escapes")]
    UnknownForm(String),
    /// It is neither true nor false.
    #[error("'{0}' says neither that it is sent with the others nor that it is not; write true or false")]
    NoTruth(String),
    /// No time is meant by it.
    #[error("'{0}' is no time; write 500ms or 2s")]
    NoTime(String),
    /// No encoding has the name.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// No line ending has the name.
    #[error(transparent)]
    LineEnding(#[from] LineEndingError),
    /// No checksum has the name.
    #[error(transparent)]
    Checksum(#[from] ChecksumError),
    /// Nothing parts key and value.
    #[error("there is no '=' in the line")]
    NoEquals,
    /// No key of such a list.
    #[error("'{0}' is not N and a number")]
    UnknownKey(String),
    /// The number 0.
    #[error("payloads are numbered from 1")]
    NumberedFromOne,
    /// What is told about a payload is cut short.
    #[error("expected ORDER,NAME,MILLISECONDS, found '{0}'")]
    NoName(String),
    /// The place in the order is none.
    #[error("'{0}' is no place in an order")]
    NoPlace(String),
    /// The delay is none.
    #[error("'{0}' is no number of milliseconds")]
    NoMillis(String),
    /// The payload does not say how it is read.
    #[error("expected H,… or A,…, found '{0}'")]
    NoKind(String),
    /// It says something else.
    #[error("'{0}' is neither H (hex) nor A (text)")]
    UnknownKind(String),
    /// The payload is no hex.
    #[error(transparent)]
    Hex(#[from] HexError),
}
