//! Lists of payloads that are sent with a click, one by one or in order: as a file of ours, as CSV, and from SSCOM. Of a
//! file with broken lines, what can be read is read and the rest is told.

mod csv;

mod fault;

mod file;

mod sscom;

pub use fault::ListFault;
pub use sscom::decoded;

use crate::automation::template::{Dressed, Form, Names, Template, TemplateError};
use crate::codec::checksum::Checksum;
use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use std::time::Duration;

/// Payloads in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendList {
    /// Each of them.
    pub entries: Vec<ListEntry>,
}

/// One payload, as it is kept: it may be a template, and need not make sense yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListEntry {
    /// What the button says.
    pub name: String,
    /// The group it is shown in; empty for none.
    pub group: String,
    /// The key that sends it; empty for none.
    pub key: String,
    /// As typed.
    pub payload: String,
    /// How it is read.
    pub form: Form,
    /// What its characters are written in; the session's without one.
    pub encoding: Option<TextEncoding>,
    /// What is appended.
    pub ending: LineEnding,
    /// The checksum that is appended.
    pub checksum: Option<Checksum>,
    /// How long after it the next is sent, where all are sent in order.
    pub delay: Duration,
    /// It stays behind where all are sent in order.
    pub is_left_out: bool,
}

/// What was read of a file of another program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What could be read.
    pub list: SendList,
    /// The lines that could not, in order.
    pub unread: Vec<Unread>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which, counted from 1.
    pub line: usize,
    /// Why.
    pub why: ListFault,
}

impl ListEntry {
    /// The payload, ready to be filled in and sent in a session of this encoding.
    pub fn dressed(&self, encoding: TextEncoding) -> Result<Dressed, TemplateError> {
        let encoding = self.encoding.unwrap_or(encoding);
        let template = Template::parse(&self.payload, self.form, encoding, Names::Known(&[]))?;
        Ok(Dressed { template, checksum: self.checksum, ending: self.ending })
    }
}

#[cfg(test)]
mod tests;
