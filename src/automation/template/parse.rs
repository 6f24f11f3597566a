//! Cuts what was typed into what is sent as it stands and what is filled in.

use crate::automation::template::error::{FieldError, TemplateError};
use crate::automation::template::field::Field;
use crate::automation::template::{Form, Names, Part, PartKind};
use crate::codec::text::TextEncoding;
use crate::codec::{escape, hex};

/// The parts of a template, in order.
pub(super) fn parts(
    typed: &str,
    form: Form,
    encoding: TextEncoding,
    names: Names<'_>,
) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < typed.len() {
        let (end, next) = match next_brace(&typed[start..], form) {
            Some(brace) => (start + brace, Some(start + brace)),
            None => (typed.len(), None),
        };
        if end > start {
            let text = &typed[start..end];
            let moved = |error: TemplateError| error.moved(typed[..start].chars().count());
            let bytes = meaning(text, form, encoding).map_err(moved)?;
            parts.push(Part { place: start..end, kind: PartKind::Typed { text: text.to_owned(), bytes } });
        }
        start = end;
        if let Some(brace) = next {
            let fault =
                |problem, at: usize| TemplateError::Field { problem, at: typed[..at].chars().count() + 1 };
            let length = typed[brace..].find('}').ok_or_else(|| fault(FieldError::Unclosed, brace))?;
            let inside = &typed[brace + 1..brace + length];
            let field = Field::parse(inside, names).map_err(|problem| fault(problem, brace + 1))?;
            start = brace + length + 1;
            parts.push(Part { place: brace..start, kind: PartKind::Field(field) });
        }
    }
    Ok(parts)
}

/// Where the first field begins. A brace that is doubled, or belongs to an escape, begins none.
fn next_brace(text: &str, form: Form) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => return Some(at),
            b'\\' if form == Form::Escapes => at += length_of_escape(&bytes[at..]),
            _ => at += 1,
        }
    }
    None
}

/// How much of an escape may hold a brace that is its own; a wrong one is found when it is read.
fn length_of_escape(bytes: &[u8]) -> usize {
    match bytes {
        [b'\\', b'u', b'{', ..] => bytes.iter().position(|byte| *byte == b'}').map_or(3, |end| end + 1),
        [b'\\', b'{', ..] | [b'\\'] => 1,
        _ => 2,
    }
}

/// The bytes of what stands between fields.
fn meaning(text: &str, form: Form, encoding: TextEncoding) -> Result<Vec<u8>, TemplateError> {
    match form {
        Form::Hex => hex::parse(text).map_err(TemplateError::Hex),
        Form::Text => {
            unbraced(text, |piece, bytes| encoding.encode_into(piece, bytes).map_err(TemplateError::Encode))
        }
        Form::Escapes => unbraced(text, |piece, bytes| {
            bytes.extend(escape::parse(piece, encoding).map_err(TemplateError::Escape)?);
            Ok(())
        }),
    }
}

/// Reads a text in which a doubled brace is one.
fn unbraced(
    text: &str,
    mut read: impl FnMut(&str, &mut Vec<u8>) -> Result<(), TemplateError>,
) -> Result<Vec<u8>, TemplateError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut start = 0;
    while let Some(doubled) = text[start..].find("{{") {
        // The first of the two is read with what stands before it, the second is passed over.
        let end = start + doubled + 1;
        read(&text[start..end], &mut bytes).map_err(|error| error.moved(text[..start].chars().count()))?;
        start = end + 1;
    }
    read(&text[start..], &mut bytes).map_err(|error| error.moved(text[..start].chars().count()))?;
    Ok(bytes)
}
