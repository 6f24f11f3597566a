//! Cuts a represented row into the lines of a row: folded to one line, or unfolded to as many as it needs.
//!
//! It must not know where the record comes from, nor what a point on the screen is: widths are counted in columns
//! of the payload font.

use crate::codec::represent::{
    DumpWidth, Letter, MarkClass, Represented, RowStyle, SpanStyle, View, represent_row, take_over,
};
use crate::codec::rows::Row;
use crate::codec::text::Carry;
use crate::ui::sheet::{RowLine, SpanLook};
use unicode_width::UnicodeWidthChar;

/// So many lines of a folded dump are shown.
const DUMP_LINES: usize = 16;

/// So much of a row that wraps by itself is shown; the rest is unfolded by hand.
const WRAPPED_BYTES: usize = 2 * 1024;

/// So much of an unfolded row is shown; what is longer belongs into a file.
const UNFOLDED_BYTES: usize = 64 * 1024;

/// A place that is pointed out is shown with so much behind it, and not at all where it is further into the record than
/// this: laying out more takes longer than a frame may.
const BEHIND_PLACE_BYTES: usize = 4 * 1024;
const FURTHEST_PLACE_BYTES: usize = 2 << 20;

/// The columns of the mark that stands for the rest. How much it is stands in the column of sizes.
const FOLD_COLUMNS: usize = 2;

/// How much of a row is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One line, as far as it goes; a dump has a few.
    Folded,
    /// As many lines as it needs, unless it is very long.
    Wrapped,
    /// All of it.
    Unfolded,
}

/// The content of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// At least one.
    pub lines: Vec<RowLine>,
    /// Whether there is more than is shown.
    pub folded: bool,
    /// In which line the place stands that is pointed out, if it is shown.
    pub place_line: Option<usize>,
}

/// The lines of a row in a content column of so many `columns`. The style's own limit and width are not looked at.
/// The byte at `place` is pointed out: an unfolded row shows it, however far into the row it is.
pub(super) fn lines(
    row: &Row<'_>,
    carry: Carry,
    style: RowStyle<'_>,
    columns: usize,
    extent: Extent,
    place: Option<usize>,
) -> Cut {
    let dump_width = DumpWidth::fitting(columns);
    let represent = |style: &RowStyle<'_>| {
        let mut represented = Represented::default();
        represent_row(&mut represented, row, carry, style);
        represented
    };
    let style = RowStyle { dump_width, with_fold_size: false, ..style };
    let is_dump = style.view == View::Dump && row.record.bytes_of_any_layer().is_some();
    if extent == Extent::Wrapped && !is_dump {
        let all = represent(&RowStyle { most_bytes: Some(WRAPPED_BYTES), ..style });
        return Cut::of(&all, wrap_columns(style.view, columns), place);
    }
    if extent == Extent::Unfolded {
        let all = represent(&RowStyle { most_bytes: Some(unfolded_bytes(place)), ..style });
        return Cut::of(&all, wrap_columns(style.view, columns), place);
    }
    let most_bytes = if is_dump { DUMP_LINES * dump_width.bytes() } else { (columns + FOLD_COLUMNS) * 2 };
    let whole = represent(&RowStyle { most_bytes: Some(most_bytes), ..style });
    if is_dump || columns_of(&whole.text) <= columns {
        return Cut::of(&whole, usize::MAX, place);
    }
    // Events have no bytes that could be left out; the end of a long one is cut by the column's edge.
    let Some(data) = row.record.bytes_of_any_layer() else {
        return Cut { folded: true, ..Cut::of(&whole, usize::MAX, None) };
    };
    let cut_to =
        |bytes, with_letters| represent(&RowStyle { most_bytes: Some(bytes), with_letters, ..style });
    // Bytes are not equally wide, so how many fit is found by halving what is still open.
    let (mut fitting, mut too_many) = (1, data.bytes.len().min(most_bytes));
    while fitting + 1 < too_many {
        let middle = fitting.midpoint(too_many);
        if columns_of(&cut_to(middle, false).text) <= columns {
            fitting = middle;
        } else {
            too_many = middle;
        }
    }
    Cut { folded: true, ..Cut::of(&cut_to(fitting, style.with_letters), usize::MAX, place) }
}

/// So much of an unfolded row is shown, so that the byte at `place` is seen where that is not too far into the row.
pub(super) fn unfolded_bytes(place: Option<usize>) -> usize {
    let up_to_place = place.filter(|place| *place < FURTHEST_PLACE_BYTES).unwrap_or(0) + BEHIND_PLACE_BYTES;
    up_to_place.max(UNFOLDED_BYTES)
}

/// The lines of what a row means. What is too long for its line ends at the column's edge, or is wrapped.
pub(super) fn meaning_lines(meaning: &Represented, columns: usize, unfolded: bool) -> Cut {
    if unfolded {
        return Cut::of(meaning, columns.max(8), None);
    }
    let folded = columns_of(&meaning.text) > columns;
    Cut { folded, ..Cut::of(meaning, usize::MAX, None) }
}

/// Rows of hex are wrapped where it is easy to count: after 16, 32, … bytes, or after 8 where there is no room.
fn wrap_columns(view: View, columns: usize) -> usize {
    let group = if columns >= 48 { 48 } else { 24 };
    match view {
        View::Hex => (columns / group).max(1) * group,
        View::Dump => usize::MAX,
        View::Text => columns.max(8),
    }
}

impl Cut {
    pub(super) fn of(row: &Represented, columns: usize, place: Option<usize>) -> Cut {
        let (lines, place_line) = wrapped(row, columns, place);
        Cut { lines, folded: row.is_folded, place_line }
    }
}

/// The lines, and in which of them the part begins that shows the byte at `place`.
fn wrapped(row: &Represented, columns: usize, place: Option<usize>) -> (Vec<RowLine>, Option<usize>) {
    let mut lines = vec![RowLine::default()];
    let mut used = 0;
    let mut ended = false;
    let mut place_line = None;
    for (text, span) in row.parts() {
        let look = look(span.style);
        let mut rest = text;
        // What is left out is told of, and not shown.
        let is_shown = span.style != SpanStyle::Fold;
        let is_place = is_shown && place.is_some_and(|place| span.bytes.contains(&place));
        while !rest.is_empty() {
            if ended {
                lines.push(RowLine::default());
                used = 0;
            }
            let (piece, after) = fitting(rest, columns.saturating_sub(used), used == 0);
            if is_place && !piece.trim().is_empty() {
                place_line.get_or_insert(lines.len() - 1);
            }
            let from = span.text.end - rest.len();
            if let Some(line) = lines.last_mut() {
                if span.style == SpanStyle::Control {
                    push_controls(line, (piece, from), &row.letters, span.mark);
                } else {
                    let at = line.text.len();
                    let shown = piece.trim_end_matches('\n');
                    line.push(shown, look, span.mark);
                    let part = from..from + shown.len();
                    take_over(&row.letters, &part, &(at..line.text.len()), &mut line.letters);
                }
            }
            used += columns_of(piece);
            let line_end = columns != usize::MAX && piece.ends_with(['↵', '␊']);
            ended =
                !after.is_empty() || piece.ends_with('\n') || (line_end && span.style == SpanStyle::Control);
            rest = after;
        }
    }
    (lines, place_line)
}

/// As much of a text as fits into so many columns, up to the end of its line, and the rest. An empty line takes at
/// least one character.
fn fitting(text: &str, columns: usize, line_is_empty: bool) -> (&str, &str) {
    let mut used = 0;
    for (place, character) in text.char_indices() {
        if character == '\n' {
            return text.split_at(place + 1);
        }
        used += columns_of_character(character);
        if used > columns && !(line_is_empty && place == 0) {
            return text.split_at(place);
        }
    }
    (text, "")
}

/// Arrows say what a tab and a line end are. The letters in all other pictures of control characters are too small
/// to be read, so their names are written instead.
fn push_controls(
    line: &mut RowLine,
    (symbols, from): (&str, usize),
    letters: &[Letter],
    mark: Option<MarkClass>,
) {
    for (place, symbol) in symbols.char_indices() {
        let (shown, look) = match control_name(symbol) {
            Some(name) => (name, SpanLook::Control),
            None => (&symbols[place..place + symbol.len_utf8()], SpanLook::Faint),
        };
        line.push(shown, look, mark);
        let from = from + place;
        let end = line.text.len();
        take_over(letters, &(from..from + symbol.len_utf8()), &(end - shown.len()..end), &mut line.letters);
    }
}

/// The name behind the picture of a control character.
fn control_name(picture: char) -> Option<&'static str> {
    const FIRST: u32 = 0x2400;
    const NAMES: [&str; 34] = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO",
        "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS",
        "RS", "US", "SP", "DEL",
    ];
    let place = u32::from(picture).checked_sub(FIRST)?;
    NAMES.get(usize::try_from(place).ok()?).copied()
}

fn columns_of(text: &str) -> usize {
    text.chars().map(columns_of_character).sum()
}

fn columns_of_character(character: char) -> usize {
    match control_name(character) {
        Some(name) => name.len() + 1,
        None => character.width().unwrap_or(0),
    }
}

fn look(style: SpanStyle) -> SpanLook {
    match style {
        SpanStyle::Payload | SpanStyle::Event => SpanLook::Tone,
        SpanStyle::Error => SpanLook::Error,
        SpanStyle::Terminal(look) => SpanLook::Terminal(look),
        SpanStyle::Control
        | SpanStyle::Undecoded
        | SpanStyle::Pending
        | SpanStyle::Offset
        | SpanStyle::Remark
        | SpanStyle::Fold => SpanLook::Faint,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, Extent, lines};
    use crate::codec::represent::{RowStyle, View};
    use crate::codec::rows::Row;
    use crate::codec::text::Carry;
    use crate::model::ids::{Epoch, RecordId};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::ui::sheet::SpanLook;
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use unicode_width::UnicodeWidthStr;

    fn cut(view: View, bytes: &[u8], columns: usize, unfolded: bool) -> Cut {
        cut_to(view, bytes, columns, if unfolded { Extent::Unfolded } else { Extent::Folded })
    }

    fn cut_to(view: View, bytes: &[u8], columns: usize, extent: Extent) -> Cut {
        let body = Body::Data(Data { head: DataHead::received(), bytes: bytes.to_vec() });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle { view, ..RowStyle::new(Locale::of(Language::English)) };
        lines(&Row::of(&record), Carry::default(), style, columns, extent, None)
    }

    fn texts(cut: &Cut) -> Vec<&str> {
        cut.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn short_rows_are_one_line() {
        for (view, expected) in [(View::Text, "ab↵"), (View::Hex, "61 62 0D 0A")] {
            let cut = cut(view, b"ab\r\n", 40, false);
            assert_eq!((texts(&cut), cut.folded), (vec![expected], false));
        }
    }

    #[test]
    fn control_characters_are_named_and_line_ends_are_arrows() {
        let shown = cut(View::Text, b"\x02\x03a\x00\t\r\n", 40, false);
        assert_eq!(texts(&shown), ["STX ETXaNUL⇥↵"]);
        let looks: Vec<_> = shown.lines[0].spans.iter().map(|span| span.look).collect();
        assert_eq!(looks, [SpanLook::Control, SpanLook::Tone, SpanLook::Control, SpanLook::Faint]);
        let folded = cut(View::Text, &[1; 300], 60, false);
        assert!(folded.folded && folded.lines[0].text.ends_with(" …"));
        assert!(folded.lines[0].text.width() <= 60, "{}", folded.lines[0].text);
    }

    #[test]
    fn long_rows_fold_so_that_no_room_is_left() {
        let chinese = "温度".repeat(200);
        for (view, bytes) in [
            (View::Text, vec![b'7'; 5_000]),
            (View::Hex, vec![7; 5_000]),
            (View::Text, chinese.into_bytes()),
            (View::Text, vec![0xFF; 300]),
        ] {
            for columns in [30, 61, 200] {
                let cut = cut(view, &bytes, columns, false);
                assert!(cut.folded);
                let [line] = cut.lines.as_slice() else { panic!("{} lines", cut.lines.len()) };
                assert!(line.text.ends_with(" …"), "{view:?} {columns}: {}", line.text);
                let width = line.text.width();
                assert!((columns - 5..=columns).contains(&width), "{view:?} {columns}: {width}");
            }
        }
    }

    #[test]
    fn a_folded_row_has_no_room_left_for_another_byte() {
        let uneven = [&[1_u8; 20][..], &[b'x'; 400]].concat();
        for (bytes, columns, letters) in [(vec![b'7'; 5_000], 61, 59), (uneven, 120, 38)] {
            let cut = cut(View::Text, &bytes, columns, false);
            let shown = cut.lines[0].text.chars().filter(|c| ['7', 'x'].contains(c)).count();
            assert!(shown >= letters, "{columns}: {}", cut.lines[0].text);
        }
    }

    #[test]
    fn a_dump_shows_bytes_and_characters_in_every_width() {
        for (columns, per_line) in [(200, 16), (73, 16), (72, 8), (61, 8), (40, 8), (39, 4), (24, 4)] {
            for (bytes, unfolded) in [(vec![b'7'; 40], false), (vec![b'7'; 70_000], true)] {
                let dump = cut(View::Dump, &bytes, columns, unfolded);
                let characters = format!("  {}", "7".repeat(per_line));
                let (first, second) = (&dump.lines[0].text, &dump.lines[1].text);
                assert!(first.starts_with("0000  37 ") && first.ends_with(&characters), "{columns}: {first}");
                assert!(second.starts_with(&format!("{per_line:04X}  37 ")), "{columns}: {second}");
                assert!(dump.lines.iter().all(|line| line.text.width() <= columns), "{columns}");
            }
        }
        let wide = cut(View::Dump, "温度".repeat(20).as_bytes(), 40, true);
        assert!(wide.lines.iter().all(|line| line.text.width() <= 40), "{wide:?}");
        assert_eq!(
            cut(View::Dump, &[7; 1_000], 61, false).lines.len(),
            17,
            "sixteen lines, and that there are more"
        );
    }

    #[test]
    fn a_line_that_fits_is_not_folded_and_the_rest_of_one_is_a_mark_alone() {
        // Bytes, columns, and what is shown of them: as hex, a byte takes three columns, and the last one two.
        for (bytes, columns, shown, is_folded) in
            [(16, 47, 16, false), (24, 71, 24, false), (24, 60, 19, true), (24, 50, 16, true)]
        {
            let cut = cut(View::Hex, &vec![0xAB; bytes], columns, false);
            assert_eq!(cut.lines[0].text.matches("AB").count(), shown, "{}", cut.lines[0].text);
            assert_eq!(cut.folded, is_folded);
        }
        assert!(!cut(View::Text, &[b'x'; 64], 64, false).folded);
        assert!(!cut(View::Text, "温度=25.3".as_bytes(), 9, false).folded);
    }

    #[test]
    fn lines_that_wrap_show_all_that_is_not_very_long() {
        let wrapped = |bytes: &[u8]| cut_to(View::Text, bytes, 8, Extent::Wrapped);
        let text = wrapped(b"one\r\n0123456789");
        assert_eq!((texts(&text), text.folded), (vec!["one↵", "01234567", "89"], false));
        let long = wrapped(&[b'x'; 5_000]);
        assert!(long.folded && long.lines.len() == 2 * 1024 / 8 + 1, "{} lines", long.lines.len());
        let dump = cut_to(View::Dump, &[7; 1_000], 61, Extent::Wrapped);
        assert_eq!(dump.lines.len(), 17, "a dump has its lines anyway");
    }

    #[test]
    fn unfolded_rows_show_everything_in_lines_that_fit() {
        let text = cut(View::Text, b"one\r\ntwo\r\n0123456789", 8, true);
        assert_eq!((texts(&text), text.folded), (vec!["one↵", "two↵", "01234567", "89"], false));
        let hex = cut(View::Hex, &[7; 40], 60, true);
        let widths: Vec<usize> = hex.lines.iter().map(|line| line.text.trim_end().len()).collect();
        assert_eq!(widths, [47, 47, 23]);
        let dump = cut(View::Dump, &[7; 40], 80, false);
        assert_eq!((dump.lines.len(), dump.folded), (3, false));
        let long = cut(View::Text, &vec![b'x'; 100_000], 100, true);
        assert!(long.folded && long.lines.len() > 650);
        for cut in [text, hex, dump, long] {
            for line in cut.lines {
                assert_eq!(line.spans.last().map_or(0, |span| span.end), line.text.len());
            }
        }
    }
}
