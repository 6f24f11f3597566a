//! Payload as hex on one line.

use crate::codec::hex;
use crate::codec::represent::{Represented, SpanStyle, divided};
use std::ops::Range;

/// Appends payload as `01 03 9C`.
pub(super) fn push(row: &mut Represented, bytes: &[u8], hits: &[Range<usize>]) {
    row.text.reserve(bytes.len() * 3);
    for (part, hit) in divided(0..bytes.len(), hits) {
        if part.start > 0 {
            let from = row.text.len();
            row.text.push(' ');
            row.close(from, SpanStyle::Payload, part.start..part.start, false);
        }
        let from = row.text.len();
        hex::push_spaced(&mut row.text, &bytes[part.clone()]);
        row.close(from, SpanStyle::Payload, part, hit);
    }
}
