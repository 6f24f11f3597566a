//! Templates: payloads with fields that are filled in when they are sent, `55 AA {counter:u16be} {crc-16/modbus}`. One
//! grammar for the composer, lists, sequences, rules and the console. It reads no clock and no randomness: both are
//! passed in.
//!
//! A template is parsed once (`parse`) and filled in as often as it is sent (`fill`); what may stand between braces is
//! in `field`.

mod error;

mod field;

mod fill;

mod parse;

pub use error::{FieldError, FillError, TemplateError};
pub(in crate::automation) use field::is_name;
pub use field::{ByteRange, Field, NumberFormat, RangeEnd, TextFormat, TimeText};
pub use fill::{Filled, FilledPiece, NoVariables, PartClass, Surroundings, Value, Variables};

use crate::codec::checksum::Checksum;
use crate::codec::composition::{Dress, LineEnding};
use crate::codec::hex;
use crate::codec::text::TextEncoding;
use std::fmt;
use std::ops::Range;

/// How the text of a template is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// Characters of the session's encoding, as they stand.
    #[default]
    Text,
    /// Hex digits.
    Hex,
    /// Characters with escapes such as `\r`.
    Escapes,
}

/// Which names of variables are known when a template is read.
#[derive(Clone, Copy, Debug)]
pub enum Names<'a> {
    /// Any name may get a value until the template is sent.
    Any,
    /// These have a value, and no others.
    Known(&'a [&'a str]),
}

/// A payload with fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    form: Form,
    encoding: TextEncoding,
    parts: Vec<Part>,
}

/// A template with what is appended to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dressed {
    /// The body.
    pub template: Template,
    /// The checksum behind the body.
    pub checksum: Option<Checksum>,
    /// The line ending at the very end.
    pub ending: LineEnding,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in what was typed, in bytes.
    pub place: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// What a part of a template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Bytes that are known already.
    Typed {
        /// As it was typed.
        text: String,
        /// What it means.
        bytes: Vec<u8>,
    },
    /// What is filled in.
    Field(Field),
}

impl Dressed {
    /// What stands behind the body.
    pub fn dress(&self) -> Dress {
        Dress { checksum: self.checksum, ending: self.ending }
    }
}

impl Form {
    /// All of them, in the order of a menu.
    pub const ALL: [Form; 3] = [Form::Text, Form::Hex, Form::Escapes];

    /// The word that files have for it.
    pub fn word(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Hex => "hex",
            Form::Escapes => "escapes",
        }
    }

    /// The form with this word.
    pub fn from_word(word: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.word() == word)
    }
}

impl Template {
    /// Reads what was typed.
    pub fn parse(
        typed: &str,
        form: Form,
        encoding: TextEncoding,
        names: Names<'_>,
    ) -> Result<Template, TemplateError> {
        let parts = parse::parts(typed, form, encoding, names)?;
        Ok(Template { form, encoding, parts })
    }

    /// A template that always makes these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Template {
        let text = hex::spaced(bytes);
        let kind = PartKind::Typed { text: text.clone(), bytes: bytes.to_vec() };
        let parts = if bytes.is_empty() { Vec::new() } else { vec![Part { place: 0..text.len(), kind }] };
        Template { form: Form::Hex, encoding: TextEncoding::UTF_8, parts }
    }

    /// How its text is read.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The encoding of its characters.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Its fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match &part.kind {
            PartKind::Field(field) => Some(field),
            PartKind::Typed { .. } => None,
        })
    }

    /// The bytes, if nothing has to be filled in.
    pub fn as_plain(&self) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        for part in &self.parts {
            match &part.kind {
                PartKind::Typed { bytes, .. } => all.extend_from_slice(bytes),
                PartKind::Field(_) => return None,
            }
        }
        Some(all)
    }

    /// Whether each recipient gets something else.
    pub fn names_peer(&self) -> bool {
        self.fields().any(|field| matches!(field, Field::PeerIp | Field::PeerPort(_)))
    }

    /// Whether the counter goes on by one when it is sent.
    pub fn counts(&self) -> bool {
        self.fields().any(|field| matches!(field, Field::Counter(_)))
    }
}

impl Dressed {
    /// The bytes of one send, with what is appended.
    pub fn fill(&self, around: &mut Surroundings<'_>) -> Result<Filled, FillError> {
        let checksum = around.placing.placed(self.checksum);
        Ok(self.template.fill(around)?.dressed(checksum, self.ending))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match &part.kind {
                PartKind::Typed { text, .. } => f.write_str(text)?,
                PartKind::Field(field) => write!(f, "{{{field}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
