//! Payload as a classic dump: offset, sixteen bytes in hex or fewer where there is little room, the characters they
//! are. Of a long payload a part can be shown alone.

use crate::codec::hex;
use crate::codec::represent::{Represented, RowStyle, SpanStyle, divided, mark_of};
use crate::codec::text::{Carry, LookBack, PieceKind, characters, decode_with};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

const BYTES_PER_GROUP: usize = 8;

/// So many digits has an offset where that is enough.
const SHORT_OFFSET: usize = 4;

/// No encoding has characters of more bytes.
const LONGEST_CHARACTER: usize = 4;

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

/// Where the columns of a dump stand, in characters from the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpColumns {
    /// How many bytes stand on a line.
    pub width: DumpWidth,
    /// How many digits its offsets have.
    pub offset_digits: usize,
}

/// Where on a line of a dump a byte was pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpSide {
    /// On its digits.
    Hex,
    /// On its character.
    Characters,
}

impl DumpColumns {
    /// The columns of a dump of so many bytes.
    pub fn of(width: DumpWidth, bytes: usize) -> DumpColumns {
        DumpColumns { width, offset_digits: digits_of_part(bytes) }
    }

    /// As many bytes on a line as fit with the offsets of so many bytes into so many columns.
    pub fn fitting(columns: usize, bytes: usize) -> DumpColumns {
        let offset_digits = digits_of_part(bytes);
        let width = DumpWidth::fitting((columns + SHORT_OFFSET).saturating_sub(offset_digits));
        DumpColumns { width, offset_digits }
    }

    /// Where the two digits of a byte begin, by its place on the line.
    pub fn hex(self, place: usize) -> usize {
        self.offset_digits + 2 + 3 * place + usize::from(place >= BYTES_PER_GROUP)
    }

    /// Where the character of a byte stands, by its place on the line.
    pub fn character(self, place: usize) -> usize {
        self.hex(self.width.bytes() - 1) + 4 + place
    }

    /// The place on the line of the byte that is nearest to a column, and on which side. `None` on the offset.
    pub fn place_at(self, column: f32) -> Option<(usize, DumpSide)> {
        if column < self.hex(0) as f32 - 1.0 {
            return None;
        }
        let last = self.width.bytes() - 1;
        let characters = self.character(0);
        if column >= characters as f32 - 1.0 {
            let before = (0..last).filter(|place| column >= self.character(place + 1) as f32).count();
            return Some((before, DumpSide::Characters));
        }
        // The gap between two bytes belongs half to each of them.
        let before = (0..last).filter(|place| column >= self.hex(place + 1) as f32 - 0.5).count();
        Some((before, DumpSide::Hex))
    }
}

/// A part of a payload as a dump. `carry` is what its stream left unfinished before the payload. The ranges of the spans
/// and the marks count from the start of the payload.
pub fn represent_dump_part(
    row: &mut Represented,
    bytes: &[u8],
    shown: Range<usize>,
    carry: Carry,
    style: &RowStyle<'_>,
) {
    row.clear();
    let carry = if shown.start == 0 {
        carry
    } else {
        let mut back = LookBack::new(style.encoding);
        back.take(&bytes[..shown.start]);
        if back.wants_more() {
            back.take(carry.bytes());
        }
        back.carry()
    };
    // A character that begins on the last line may end behind it.
    let decoded = &bytes[shown.start..bytes.len().min(shown.end + LONGEST_CHARACTER)];
    let (text, mut cells) = cells(decoded, carry, style);
    if let Some(first) = cells.first_mut().filter(|_| shown.start > 0 && !carry.is_empty()) {
        // It stands where it began, on the line before.
        *first = Cell::Filler;
    }
    let part = Part { bytes: &bytes[shown.clone()], base: shown.start };
    push_part(row, part, digits_of_part(bytes.len()), (&text, &cells), style);
}

/// Where a part is shown alone there is little room, and a long payload is usual.
fn digits_of_part(bytes: usize) -> usize {
    if bytes > 0x100_0000 {
        8
    } else if bytes > 0x1_0000 {
        6
    } else {
        SHORT_OFFSET
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
    push_part(row, Part { bytes, base: 0 }, offset_digits(bytes.len()), (&text, &cells), style);
}

fn offset_digits(bytes: usize) -> usize {
    if bytes > 0x1_0000 { 8 } else { SHORT_OFFSET }
}

fn push_part(
    row: &mut Represented,
    part: Part<'_>,
    digits: usize,
    shown: (&str, &[Cell]),
    style: &RowStyle<'_>,
) {
    let Part { bytes, base } = part;
    let per_line = style.dump_width.bytes();
    for start in (0..bytes.len()).step_by(per_line) {
        let line = base + start..base + bytes.len().min(start + per_line);
        push_offset(row, line.start, digits);
        push_hex(row, part, line.clone(), style);
        push_characters(row, line, base, shown, style);
    }
}

/// The bytes that are shown, and where they begin in the payload.
#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    base: usize,
}

fn push_offset(row: &mut Represented, offset: usize, digits: usize) {
    let from = row.text.len();
    if from > 0 {
        row.text.push('\n');
    }
    for byte in &(offset as u64).to_be_bytes()[8 - digits / 2..] {
        hex::push_byte(&mut row.text, *byte);
    }
    row.text.push_str("  ");
    row.close(from, SpanStyle::Offset, offset..offset, None);
}

fn push_hex(row: &mut Represented, part: Part<'_>, line: Range<usize>, style: &RowStyle<'_>) {
    let gap_before = |at: usize| gap_before(at - line.start);
    for (range, mark) in divided(line.clone(), style.marks) {
        if range.start > line.start {
            row.push(SpanStyle::Payload, range.start..range.start, None, gap_before(range.start));
        }
        let from = row.text.len();
        for at in range.clone() {
            if at > range.start {
                row.text.push_str(gap_before(at));
            }
            let digits = row.text.len();
            hex::push_byte(&mut row.text, part.bytes[at - part.base]);
            row.note_letter(digits, at..at + 1, style);
        }
        row.close(from, SpanStyle::Payload, range, mark);
    }
    let from = row.text.len();
    for at in line.end..line.start + style.dump_width.bytes() {
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

fn push_characters(
    row: &mut Represented,
    line: Range<usize>,
    base: usize,
    (text, cells): (&str, &[Cell]),
    style: &RowStyle<'_>,
) {
    let mut taken = 0;
    // Characters that began on the line before have no letter here that grows.
    let first_letter = row.letters.len();
    for at in line {
        let mark = mark_of(&(at..at + 1), style.marks);
        let from = row.text.len();
        match &cells[at - base] {
            Cell::Character(range) => {
                let character = &text[range.clone()];
                taken = if character.is_ascii() { 0 } else { character.width().saturating_sub(1) };
                row.push(SpanStyle::Payload, at..at + 1, mark, character);
                row.note_letter(from, at..at + 1, style);
            }
            // A wide character has already filled the column of its second byte.
            Cell::Filler if taken > 0 => {
                taken -= 1;
                if let Some(last) = row.spans.last_mut() {
                    last.bytes.end = at + 1;
                }
                row.grow_letter(first_letter, at + 1);
            }
            Cell::Filler => {
                row.push(SpanStyle::Payload, at..at + 1, mark, " ");
                if row.letters.len() > first_letter {
                    row.grow_letter(first_letter, at + 1);
                } else {
                    row.note_letter(from, at..at + 1, style);
                }
            }
            Cell::Dot(meaning) => {
                row.push(*meaning, at..at + 1, mark, "·");
                row.note_letter(from, at..at + 1, style);
            }
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

#[cfg(test)]
mod tests {
    use super::{DumpColumns, DumpSide, DumpWidth, represent_dump_part};
    use crate::codec::represent::{Represented, RowStyle};
    use crate::codec::text::{Carry, TextEncoding};
    use crate::util::locale::{Language, Locale};
    use std::ops::Range;

    fn part(bytes: &[u8], shown: Range<usize>, width: DumpWidth, encoding: TextEncoding) -> String {
        let style = RowStyle { dump_width: width, encoding, ..RowStyle::new(Locale::of(Language::English)) };
        let mut row = Represented::default();
        represent_dump_part(&mut row, bytes, shown, Carry::default(), &style);
        row.text
    }

    #[test]
    fn a_part_has_the_offsets_of_the_whole_and_its_characters() {
        let gbk = b"\xCE\xC2\xB6\xC8=25\xA1\xE6ab";
        assert_eq!(part(gbk, 4..8, DumpWidth::Four, TextEncoding::GBK), "0004  3D 32 35 A1  =25\u{2103}");
        assert_eq!(
            part(gbk, 8..11, DumpWidth::Four, TextEncoding::GBK),
            "0008  E6 61 62      ab",
            "the character that began on the page before stands there"
        );
        let long = vec![b'x'; 0x2_0000];
        assert_eq!(
            part(&long, 0x1_FFFC..0x2_0000, DumpWidth::Four, TextEncoding::UTF_8),
            "01FFFC  78 78 78 78  xxxx"
        );
    }

    #[test]
    fn columns_are_where_the_text_has_them() {
        let bytes: Vec<u8> = (b'A'..=b'P').collect();
        for width in [DumpWidth::Sixteen, DumpWidth::Eight, DumpWidth::Four] {
            let columns = DumpColumns::of(width, bytes.len());
            let text = part(&bytes, 0..width.bytes(), width, TextEncoding::UTF_8);
            for (place, byte) in bytes.iter().enumerate().take(width.bytes()) {
                let (hex, character) = (columns.hex(place), columns.character(place));
                assert_eq!(text[hex..hex + 2], format!("{byte:02X}"), "{width:?}");
                assert_eq!(text.as_bytes()[character], *byte, "{width:?}");
                let middle = |column: usize, half: f32| columns.place_at(column as f32 + half);
                assert_eq!(middle(hex, 1.0), Some((place, DumpSide::Hex)));
                assert_eq!(middle(character, 0.5), Some((place, DumpSide::Characters)));
            }
            assert_eq!(columns.place_at(2.0), None);
            assert_eq!(columns.place_at(500.0), Some((width.bytes() - 1, DumpSide::Characters)));
        }
    }
}
