//! Payload as hex on one line.

use crate::codec::hex;
use crate::codec::represent::{Represented, RowStyle, SpanStyle, divided};

/// Appends payload as `01 03 9C`.
pub(super) fn push(row: &mut Represented, bytes: &[u8], style: &RowStyle<'_>) {
    row.text.reserve(bytes.len() * 3);
    for (part, mark) in divided(0..bytes.len(), style.marks) {
        if part.start > 0 {
            let from = row.text.len();
            row.text.push(' ');
            row.close(from, SpanStyle::Payload, part.start..part.start, None);
        }
        let from = row.text.len();
        hex::push_spaced(&mut row.text, &bytes[part.clone()]);
        row.note_spaced_hex(from, part.clone(), style);
        row.close(from, SpanStyle::Payload, part, mark);
    }
}
