//! Payload as a classic dump: offset, sixteen bytes in hex, the characters they are.

use crate::codec::hex;
use crate::codec::represent::{Represented, RowStyle, SpanStyle, divided, is_hit};
use crate::codec::text::{Carry, PieceKind, characters, decode_with};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// How many bytes stand on a line.
const BYTES_PER_LINE: usize = 16;
const BYTES_PER_GROUP: usize = 8;

/// What stands in the character column for one byte.
#[derive(Clone)]
enum Cell {
    /// The character that starts with this byte, as a range of the collected text.
    Character(Range<usize>),
    /// The byte belongs to a character that started before it.
    Filler,
    /// The byte has no shape.
    Dot(SpanStyle),
}

/// Appends payload; `whole` is how many bytes there are with those that are not shown.
pub(super) fn push(row: &mut Represented, bytes: &[u8], whole: usize, carry: Carry, style: &RowStyle<'_>) {
    let (text, cells) = cells(bytes, carry, style);
    let offset_digits = if whole > 0x1_0000 { 8 } else { 4 };
    for start in (0..bytes.len()).step_by(BYTES_PER_LINE) {
        let line = start..bytes.len().min(start + BYTES_PER_LINE);
        push_offset(row, start, offset_digits);
        push_hex(row, bytes, line.clone(), style.hits);
        push_characters(row, line, &text, &cells, style.hits);
    }
}

fn push_offset(row: &mut Represented, offset: usize, digits: usize) {
    let from = row.text.len();
    if offset > 0 {
        row.text.push('\n');
    }
    for byte in &(offset as u64).to_be_bytes()[8 - digits / 2..] {
        hex::push_byte(&mut row.text, *byte);
    }
    row.text.push_str("  ");
    row.close(from, SpanStyle::Offset, offset..offset, false);
}

fn push_hex(row: &mut Represented, bytes: &[u8], line: Range<usize>, hits: &[Range<usize>]) {
    for (part, hit) in divided(line.clone(), hits) {
        if part.start > line.start {
            row.push(SpanStyle::Payload, part.start..part.start, false, gap_before(part.start));
        }
        let from = row.text.len();
        for at in part.clone() {
            if at > part.start {
                row.text.push_str(gap_before(at));
            }
            hex::push_byte(&mut row.text, bytes[at]);
        }
        row.close(from, SpanStyle::Payload, part, hit);
    }
    let from = row.text.len();
    for at in line.end..line.start + BYTES_PER_LINE {
        row.text.push_str(gap_before(at));
        row.text.push_str("  ");
    }
    row.text.push_str("  ");
    row.close(from, SpanStyle::Offset, line.end..line.end, false);
}

/// What stands between a byte and the one before it on the line.
fn gap_before(at: usize) -> &'static str {
    if at % BYTES_PER_LINE == BYTES_PER_GROUP { "  " } else { " " }
}

fn push_characters(
    row: &mut Represented,
    line: Range<usize>,
    text: &str,
    cells: &[Cell],
    hits: &[Range<usize>],
) {
    let mut taken = 0;
    for at in line {
        let hit = is_hit(&(at..at + 1), hits);
        match &cells[at] {
            Cell::Character(range) => {
                let character = &text[range.clone()];
                taken = if character.is_ascii() { 0 } else { character.width().saturating_sub(1) };
                row.push(SpanStyle::Payload, at..at + 1, hit, character);
            }
            // A wide character has already filled the column of its second byte.
            Cell::Filler if taken > 0 => {
                taken -= 1;
                if let Some(last) = row.spans.last_mut() {
                    last.bytes.end = at + 1;
                }
            }
            Cell::Filler => row.push(SpanStyle::Payload, at..at + 1, hit, " "),
            Cell::Dot(style) => row.push(*style, at..at + 1, hit, "·"),
        }
    }
}

fn cells(bytes: &[u8], mut carry: Carry, style: &RowStyle<'_>) -> (String, Vec<Cell>) {
    let mut text = String::with_capacity(bytes.len());
    let mut cells = vec![Cell::Filler; bytes.len()];
    decode_with(style.encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(shown) if piece.carried > 0 => {
            if let Some(cell) = cells.get_mut(piece.bytes.start) {
                *cell = Cell::Character(text.len()..text.len() + shown.len());
                text.push_str(shown);
            }
        }
        PieceKind::Text(shown) => {
            for (place, character) in characters(style.encoding, &bytes[piece.bytes.clone()], shown) {
                let cell = &mut cells[piece.bytes.start + place.start];
                *cell = Cell::Character(text.len()..text.len() + character.len());
                text.push_str(character);
            }
        }
        PieceKind::Control(_) => cells[piece.bytes].fill(Cell::Dot(SpanStyle::Control)),
        PieceKind::Undecoded(_) => cells[piece.bytes].fill(Cell::Dot(SpanStyle::Undecoded)),
        PieceKind::Pending(_) => cells[piece.bytes].fill(Cell::Dot(SpanStyle::Pending)),
    });
    (text, cells)
}
