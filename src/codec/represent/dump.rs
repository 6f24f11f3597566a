//! Payload as a classic dump: offset, sixteen bytes in hex or fewer where there is little room, the characters they
//! are.

use crate::codec::hex;
use crate::codec::represent::{Mark, Represented, RowStyle, SpanStyle, divided, mark_of};
use crate::codec::text::{Carry, PieceKind, characters, decode_with};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

const BYTES_PER_GROUP: usize = 8;

/// How many bytes stand on a line of a dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DumpWidth {
    /// As everywhere where lines may be as long as they need.
    #[default]
    Sixteen,
    /// One group.
    Eight,
    /// Half a group.
    Four,
}

impl DumpWidth {
    /// As many bytes as fit with their offset and their characters into so many columns, and four where not even
    /// those do.
    pub fn fitting(columns: usize) -> DumpWidth {
        let fits = |width: &DumpWidth| width.columns() <= columns;
        [DumpWidth::Sixteen, DumpWidth::Eight].into_iter().find(fits).unwrap_or(DumpWidth::Four)
    }

    /// How many bytes they are.
    pub fn bytes(self) -> usize {
        match self {
            DumpWidth::Sixteen => 16,
            DumpWidth::Eight => 8,
            DumpWidth::Four => 4,
        }
    }

    /// The columns of a line with a short offset. A wide character may reach past the byte it starts with.
    fn columns(self) -> usize {
        const OFFSET: usize = "0000  ".len();
        const GAP: usize = "  ".len();
        let between_groups = usize::from(self.bytes() > BYTES_PER_GROUP);
        let hex = 3 * self.bytes() - 1 + between_groups;
        OFFSET + hex + GAP + self.bytes() + 1
    }
}

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

/// Appends payload. Its offsets have as many digits as what is shown of it needs.
pub(super) fn push(row: &mut Represented, bytes: &[u8], carry: Carry, style: &RowStyle<'_>) {
    let (text, cells) = cells(bytes, carry, style);
    let offset_digits = if bytes.len() > 0x1_0000 { 8 } else { 4 };
    let per_line = style.dump_width.bytes();
    for start in (0..bytes.len()).step_by(per_line) {
        let line = start..bytes.len().min(start + per_line);
        push_offset(row, start, offset_digits);
        push_hex(row, bytes, line.clone(), per_line, style.marks);
        push_characters(row, line, &text, &cells, style.marks);
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
    row.close(from, SpanStyle::Offset, offset..offset, None);
}

fn push_hex(row: &mut Represented, bytes: &[u8], line: Range<usize>, per_line: usize, marks: &[Mark]) {
    let gap_before = |at: usize| gap_before(at - line.start);
    for (part, mark) in divided(line.clone(), marks) {
        if part.start > line.start {
            row.push(SpanStyle::Payload, part.start..part.start, None, gap_before(part.start));
        }
        let from = row.text.len();
        for at in part.clone() {
            if at > part.start {
                row.text.push_str(gap_before(at));
            }
            hex::push_byte(&mut row.text, bytes[at]);
        }
        row.close(from, SpanStyle::Payload, part, mark);
    }
    let from = row.text.len();
    for at in line.end..line.start + per_line {
        row.text.push_str(gap_before(at));
        row.text.push_str("  ");
    }
    row.text.push_str("  ");
    row.close(from, SpanStyle::Offset, line.end..line.end, None);
}

/// What stands between the byte at this place of a line and the one before it.
fn gap_before(place: usize) -> &'static str {
    if place == BYTES_PER_GROUP { "  " } else { " " }
}

fn push_characters(row: &mut Represented, line: Range<usize>, text: &str, cells: &[Cell], marks: &[Mark]) {
    let mut taken = 0;
    for at in line {
        let mark = mark_of(&(at..at + 1), marks);
        match &cells[at] {
            Cell::Character(range) => {
                let character = &text[range.clone()];
                taken = if character.is_ascii() { 0 } else { character.width().saturating_sub(1) };
                row.push(SpanStyle::Payload, at..at + 1, mark, character);
            }
            // A wide character has already filled the column of its second byte.
            Cell::Filler if taken > 0 => {
                taken -= 1;
                if let Some(last) = row.spans.last_mut() {
                    last.bytes.end = at + 1;
                }
            }
            Cell::Filler => row.push(SpanStyle::Payload, at..at + 1, mark, " "),
            Cell::Dot(style) => row.push(*style, at..at + 1, mark, "·"),
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
