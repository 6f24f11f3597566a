//! Running text: payload as a terminal shows it, with real line ends and tabs, and with its control sequences obeyed or as
//! symbols. Obeyed, they colour the text, and what returns, goes back or erases writes over its line. It is made of a row that was represented as text, so that what was pointed
//! out there is pointed out here. It knows neither records nor a screen.

use crate::codec::overwriting::{Ink, OverwrittenLine};
use crate::codec::represent::{
    Letter, MarkClass, Represented, RowStyle, Span, SpanStyle, represent_row, take_over,
};
use crate::codec::rows::Row;
use crate::codec::terminal::{LineCode, TerminalCodes, TerminalLook, TerminalParser};
use crate::codec::text::Carry;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// So many columns are between two places at which a tab ends.
const TAB_COLUMNS: usize = 8;

/// A letter is found in so many bytes behind the place that it is looked for from, whatever sequences are between.
const LOOK_AHEAD: usize = 4 * 1024;

/// Of a row that is longer, a part is made out of the part alone: the letters of all of it take too much memory.
const LONG_BYTES: usize = 1 << 20;

/// A row as running text: its lines, without the end of the last one, and the look that it leaves for what follows.
pub fn running_text(
    row: &Represented,
    codes: TerminalCodes,
    before: TerminalLook,
) -> (Represented, TerminalLook) {
    let mut writer = Writer {
        into: Represented { is_folded: row.is_folded, ..Represented::default() },
        codes,
        letters: &row.letters,
        from: 0..0,
        parser: TerminalParser::with_look(before),
        line_start: 0,
        stop_at: 0,
        has_returned: false,
        ended_at: None,
        overwritten: None,
    };
    for (text, span) in row.parts() {
        writer.from = span.text.clone();
        match span.style {
            SpanStyle::Control => writer.controls(text, span),
            SpanStyle::Payload => writer.payload(text, span),
            _ => writer.push(text, span.style, span),
        }
    }
    writer.end()
}

/// What some bytes of a row show as running text, without colours: what is copied of it.
pub fn plain_running_text(
    (row, carry): (&Row<'_>, Carry),
    style: &RowStyle<'_>,
    codes: TerminalCodes,
    bytes: &Range<usize>,
) -> String {
    let shown = |most_bytes, with_letters| {
        let style = RowStyle { with_remarks: false, most_bytes, with_letters, ..*style };
        let mut represented = Represented::default();
        represent_row(&mut represented, row, carry, &style);
        running_text(&represented, codes, TerminalLook::default()).0
    };
    // The letters of a whole row take far more memory than its text.
    let found = |beginning: &Represented| {
        let is_within = |letter: &&Letter| letter.bytes.start < bytes.end && bytes.start < letter.bytes.end;
        let mut within = beginning.letters.iter().filter(is_within);
        let first = within.next()?;
        Some(first.text.start..within.next_back().unwrap_or(first).text.end)
    };
    let part_of = |row: &Represented, part: Range<usize>| row.text.get(part).unwrap_or_default().to_owned();
    if *bytes == (0..usize::MAX) {
        return shown(None, false).text;
    }
    let payload = row.record.data().map_or(&[][..], |data| &data.bytes);
    if codes == TerminalCodes::Obeyed && payload.len() <= LONG_BYTES && may_write_over(payload) {
        let all = shown(None, true);
        return found(&all).map_or_else(String::new, |part| part_of(&all, part));
    }
    if bytes.end < usize::MAX {
        let beginning = shown(Some(bytes.end.saturating_add(LOOK_AHEAD)), true);
        return found(&beginning).map_or_else(String::new, |part| part_of(&beginning, part));
    }
    let mut beginning = shown(Some(bytes.start.saturating_add(LOOK_AHEAD)), true);
    if beginning.is_folded && found(&beginning).is_none() {
        beginning = shown(None, true);
    }
    let Some(part) = found(&beginning) else { return String::new() };
    let all = shown(None, false);
    part_of(&all, part.start..all.text.len())
}

/// Whether these bytes may write over what stands in their line: then any part of it can depend on all of them.
fn may_write_over(bytes: &[u8]) -> bool {
    let returns = |(at, byte): (usize, &u8)| {
        matches!(byte, b'\x08' | b'\x1B')
            || *byte == b'\r' && bytes.get(at + 1).is_some_and(|next| *next != b'\n')
    };
    bytes.iter().enumerate().any(returns)
}

/// The look that bytes of a stream leave for what follows them.
pub fn look_after(bytes: &[u8], before: TerminalLook) -> TerminalLook {
    let mut parser = TerminalParser::with_look(before);
    for byte in bytes {
        parser.take(char::from(*byte));
    }
    parser.look()
}

/// Whether these bytes may change how what follows them looks.
pub fn may_change_look(bytes: &[u8]) -> bool {
    bytes.contains(&b'\x1B')
}

/// Whether these bytes take every colour away, so that what was before them makes no difference to what follows.
pub fn resets_look(bytes: &[u8]) -> bool {
    let is_reset = |window: &[u8]| window.starts_with(b"\x1B[m") || window.starts_with(b"\x1B[0m");
    (0..bytes.len()).any(|at| bytes[at] == b'\x1B' && is_reset(&bytes[at..]))
}

struct Writer<'a> {
    into: Represented,
    codes: TerminalCodes,
    /// The letters of the row, and where in its text that stands which is being written.
    letters: &'a [Letter],
    from: Range<usize>,
    parser: TerminalParser,
    /// Where the line begins that is being written.
    line_start: usize,
    /// Where the last tab of this line ended, or else where the line begins: columns are counted from there.
    stop_at: usize,
    /// A carriage return came last: where no line feed follows, the line is written over, or ends as well where nothing is
    /// obeyed.
    has_returned: bool,
    /// Where the last line ended, as long as nothing follows.
    ended_at: Option<usize>,
    /// The line that is being written, once it is written over.
    overwritten: Option<OverwrittenLine>,
}

impl Writer<'_> {
    fn payload(&mut self, text: &str, span: &Span) {
        if self.codes == TerminalCodes::Shown {
            return self.push(text, SpanStyle::Payload, span);
        }
        if self.parser.is_in_text() {
            let style = self.style();
            return self.push(text, style, span);
        }
        let start = self.from.start;
        for (place, character) in text.char_indices() {
            let end = start + place + character.len_utf8();
            self.from = start + place..end;
            if self.parser.take(character) {
                let style = self.style();
                self.push(&text[place..place + character.len_utf8()], style, span);
            } else if let Some(code) = self.parser.take_line_code() {
                self.obey(code, span);
            }
            // The rest is text all the way: only control characters begin a sequence.
            if self.parser.is_in_text() {
                let style = self.style();
                self.from = end..start + text.len();
                return self.push(&text[end - start..], style, span);
            }
        }
    }

    fn style(&self) -> SpanStyle {
        let look = self.parser.look();
        if look == TerminalLook::default() { SpanStyle::Payload } else { SpanStyle::Terminal(look) }
    }

    /// Symbols of control characters. What ends a line ends it, tabs are spaces; of others a terminal shows nothing.
    fn controls(&mut self, symbols: &str, span: &Span) {
        let start = self.from.start;
        for (place, symbol) in symbols.char_indices() {
            self.from = start + place..start + place + symbol.len_utf8();
            match symbol {
                '↵' | '␊' => self.end_line(span),
                '␍' => {
                    self.parser.take('\r');
                    self.has_returned = true;
                }
                '⇥' => self.tab(span),
                '␈' if self.codes == TerminalCodes::Obeyed => {
                    self.parser.take('\u{8}');
                    self.resolve_return(span);
                    self.written_over().back();
                }
                _ if self.codes == TerminalCodes::Shown => {
                    self.push(&symbols[place..place + symbol.len_utf8()], SpanStyle::Control, span);
                }
                '\u{2400}'..='\u{241F}' => {
                    let character = char::from_u32(u32::from(symbol) - 0x2400).unwrap_or_default();
                    self.parser.take(character);
                }
                '␡' => {}
                _ => self.push(&symbols[place..place + symbol.len_utf8()], SpanStyle::Control, span),
            }
        }
    }

    fn obey(&mut self, code: LineCode, span: &Span) {
        // Programs like to erase what is behind the end, in case that anything is.
        if code == LineCode::EraseRest && self.overwritten.is_none() && !self.has_returned {
            return;
        }
        self.resolve_return(span);
        let line = self.written_over();
        match code {
            LineCode::EraseRest => line.erase_rest(),
            LineCode::Erase => line.erase(),
            LineCode::Home => line.home(),
        }
    }

    /// The line that is being written, to be written over.
    fn written_over(&mut self) -> &mut OverwrittenLine {
        let Writer { into, line_start, overwritten, .. } = self;
        overwritten.get_or_insert_with(|| {
            let (line, start) = OverwrittenLine::take_out(into, *line_start);
            *line_start = start;
            line
        })
    }

    fn tab(&mut self, span: &Span) {
        self.resolve_return(span);
        if let Some(mut line) = self.overwritten.take() {
            let letter = self.letter_at(self.from.start).map(|letter| letter.bytes.clone());
            self.ended_at = None;
            line.tab(TAB_COLUMNS, &ink_of(self.style(), span, letter));
            self.overwritten = Some(self.wrapped(line));
            return;
        }
        let used: usize = self.into.text[self.stop_at..].chars().filter_map(UnicodeWidthChar::width).sum();
        let style = if self.codes == TerminalCodes::Shown { SpanStyle::Payload } else { self.style() };
        self.push(&" ".repeat(TAB_COLUMNS - used % TAB_COLUMNS), style, span);
        self.stop_at = self.into.text.len();
    }

    /// What a return means is known when something follows. Where nothing is obeyed, each time is a line: all that a
    /// device wrote over is seen.
    fn resolve_return(&mut self, span: &Span) {
        if !std::mem::take(&mut self.has_returned) {
            return;
        }
        if self.codes == TerminalCodes::Obeyed {
            self.written_over().home();
        } else if self.into.text.len() > self.line_start {
            self.end_line(span);
        }
    }

    /// The letter of the row that stands at a place of its text.
    fn letter_at(&self, place: usize) -> Option<&Letter> {
        let after = self.letters.partition_point(|letter| letter.text.end <= place);
        self.letters.get(after).filter(|letter| letter.text.start <= place)
    }

    fn end_line(&mut self, span: &Span) {
        self.parser.take('\n');
        self.has_returned = false;
        if let Some(line) = self.overwritten.take() {
            line.put_back(&mut self.into);
        }
        self.ended_at.take();
        let end = self.into.text.len();
        self.append("\n", SpanStyle::Payload, span.bytes.clone(), None);
        self.ended_at = Some(end);
        (self.line_start, self.stop_at) = (end + 1, end + 1);
    }

    fn push(&mut self, text: &str, style: SpanStyle, span: &Span) {
        if text.is_empty() {
            return;
        }
        self.resolve_return(span);
        self.ended_at = None;
        if let Some(mut line) = self.overwritten.take() {
            let mut ink = ink_of(style, span, None);
            for (place, character) in text.char_indices() {
                ink.letter = self.letter_at(self.from.start + place).map(|letter| letter.bytes.clone());
                line.write(character, &ink);
                line = self.wrapped(line);
            }
            self.overwritten = Some(line);
            return;
        }
        let from = self.into.text.len();
        self.append(text, style, span.bytes.clone(), span.mark);
        let at = from..self.into.text.len();
        take_over(self.letters, &self.from, &at, &mut self.into.letters);
    }

    /// The line to go on with: another one, where this one can be no wider.
    fn wrapped(&mut self, line: OverwrittenLine) -> OverwrittenLine {
        if !line.is_full() {
            return line;
        }
        line.put_back(&mut self.into);
        self.line_start = self.into.text.len();
        OverwrittenLine::default()
    }

    fn append(&mut self, text: &str, style: SpanStyle, bytes: Range<usize>, mark: Option<MarkClass>) {
        let from = self.into.text.len();
        self.into.text.push_str(text);
        let to = self.into.text.len();
        match self.into.spans.last_mut() {
            Some(last) if last.style == style && last.mark == mark && last.bytes.end >= bytes.start => {
                last.text.end = to;
                last.bytes.end = bytes.end.max(last.bytes.end);
            }
            _ => self.into.spans.push(Span { text: from..to, style, mark, bytes }),
        }
    }

    fn end(mut self) -> (Represented, TerminalLook) {
        if let Some(line) = self.overwritten.take() {
            line.put_back(&mut self.into);
        }
        if let Some(end) = self.ended_at {
            self.into.text.truncate(end);
            self.into.spans.retain(|span| span.text.start < end);
            self.into.letters.retain(|letter| letter.text.end <= end);
            if let Some(last) = self.into.spans.last_mut() {
                last.text.end = last.text.end.min(end);
            }
        }
        (self.into, self.parser.look())
    }
}

fn ink_of(style: SpanStyle, span: &Span, letter: Option<Range<usize>>) -> Ink {
    Ink { style, mark: span.mark, bytes: span.bytes.clone(), letter }
}

#[cfg(test)]
mod tests {
    use super::{look_after, plain_running_text, resets_look, running_text};
    use crate::codec::represent::{Letter, Mark, MarkClass, Represented, RowStyle, SpanStyle, represent};
    use crate::codec::rows::Row;
    use crate::codec::terminal::{TerminalCodes, TerminalColor, TerminalLook};
    use crate::codec::text::{Carry, TextEncoding};
    use crate::model::ids::{Epoch, RecordId};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use proptest::prelude::*;

    fn row(bytes: &[u8], encoding: TextEncoding, marks: &[Mark]) -> Represented {
        let body = Body::Data(Data { head: DataHead::received(), bytes: bytes.to_vec() });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style =
            RowStyle { encoding, marks, with_letters: true, ..RowStyle::new(Locale::of(Language::English)) };
        represent(&record, Carry::default(), &style)
    }

    fn text(bytes: &[u8], codes: TerminalCodes) -> String {
        running_text(&row(bytes, TextEncoding::UTF_8, &[]), codes, TerminalLook::default()).0.text
    }

    #[test]
    fn lines_end_where_they_end_and_tabs_reach_the_next_stop() {
        let both = |bytes, shown| (bytes, shown, shown);
        for (bytes, shown, obeyed) in [
            both(&b"one\r\n"[..], "one"),
            both(b"one", "one"),
            both(b"one\n\n", "one\n"),
            both(b"one\r\ntwo\nthree\r\n", "one\ntwo\nthree"),
            (b"10%\r20%\r100%\r\n", "10%\n20%\n100%", "100%"),
            both(b"\rafter\r\r\n", "after"),
            (b"10%\r\tdone\n", "10%\n        done", "10%     done"),
            both(b"a\tbc\t\td\n\te", "a       bc              d\n        e"),
            both("温度\t1".as_bytes(), "温度    1"),
        ] {
            for (codes, shown) in [(TerminalCodes::Shown, shown), (TerminalCodes::Obeyed, obeyed)] {
                assert_eq!(text(bytes, codes), shown, "{codes:?} {}", bytes.escape_ascii());
            }
        }
    }

    #[test]
    fn what_returns_goes_back_or_erases_writes_over_its_line_and_no_other() {
        for (bytes, shown) in [
            ("100%\r20%", "20%%"),
            ("100%\r\u{1B}[K20%\n", "20%"),
            ("100%\u{1B}[2K\u{1B}[1G20%\nnext", "20%\nnext"),
            ("done\u{1B}[K\n", "done"),
            ("abc\u{8}\u{8}X\n", "aXc"),
            ("\u{8}\u{8}a\n\u{8}b", "a\nb"),
            ("first\nhelpx\u{8} \u{8}\r\nlast", "first\nhelp \nlast"),
            ("温度\rab", "ab度"),
            ("温度\ra", "a 度"),
            ("温度\u{8}a", "温 a"),
            ("ab\r温", "温"),
            ("a温b\rx温", "x温b"),
            ("e\u{301}\ra", "a"),
            ("one\rtwo\r", "two"),
            ("one\r", "one"),
            ("one\r\u{1B}[K", ""),
            ("\u{1B}[31mred\r\u{1B}[32mgr", "grd"),
        ] {
            assert_eq!(text(bytes.as_bytes(), TerminalCodes::Obeyed), shown, "{bytes:?}");
        }
        assert_eq!(text(b"abc\x08\x08X\n", TerminalCodes::Shown), "abc␈␈X", "as symbols, nothing is lost");
    }

    #[test]
    fn what_was_written_over_belongs_to_the_letter_that_is_seen_there() {
        let letters_of = |bytes: &[u8]| {
            let row = row(bytes, TextEncoding::UTF_8, &[]);
            let shown = running_text(&row, TerminalCodes::Obeyed, TerminalLook::default()).0;
            let letter = |letter: &Letter| (shown.text[letter.text.clone()].to_owned(), letter.bytes.clone());
            shown.letters.iter().map(letter).collect::<Vec<_>>()
        };
        assert_eq!(letters_of(b"abc\x08\x08X"), [("a".to_owned(), 0..1), ("Xc".to_owned(), 2..6)]);
        assert_eq!(letters_of(b"10\r20"), [("2".to_owned(), 3..4), ("0".to_owned(), 4..5)]);
        let body = Body::Data(Data { head: DataHead::received(), bytes: b"10%\r20%\rabc\x08\x08X".to_vec() });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle::new(Locale::of(Language::English));
        for (bytes, text) in [(0..usize::MAX, "aXc"), (8..9, "a"), (10..14, "Xc"), (0..3, "")] {
            let row = (&Row::of(&record), Carry::default());
            assert_eq!(plain_running_text(row, &style, TerminalCodes::Obeyed, &bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_line_that_is_written_over_again_and_again_takes_as_long_as_its_bytes() {
        // Laid out anew for every return, or step back, this takes minutes.
        let long = "x".repeat(60_000);
        let returns = format!("{long}{}", "\ry".repeat(100_000));
        assert_eq!(text(returns.as_bytes(), TerminalCodes::Obeyed).len(), 60_000);
        let backwards = format!("{long}{}y", "\u{8}".repeat(200_000));
        assert!(text(backwards.as_bytes(), TerminalCodes::Obeyed).starts_with("yx"));
        let erased = format!("{long}{}", "\r\u{1B}[K.".repeat(100_000));
        assert_eq!(text(erased.as_bytes(), TerminalCodes::Obeyed), ".");
    }

    #[test]
    fn a_line_of_nothing_but_tabs_is_made_in_one_go() {
        // Counted from the start of the line for every tab, this takes minutes.
        let shown = text(&vec![b'\t'; 200_000], TerminalCodes::Shown);
        assert_eq!(shown.len(), 1_600_000);
    }

    #[test]
    fn sequences_colour_the_text_or_are_symbols() {
        let bytes = b"\x1B[0;32mI (12) wifi\x1B[0m: up\x07\r\n";
        assert_eq!(text(bytes, TerminalCodes::Shown), "␛[0;32mI (12) wifi␛[0m: up␇");
        assert_eq!(
            text(b"\x1B]title\r$ \r\n", TerminalCodes::Obeyed),
            "$ ",
            "a return ends what nobody ended"
        );
        let row = row(bytes, TextEncoding::UTF_8, &[]);
        let (shown, look) = running_text(&row, TerminalCodes::Obeyed, TerminalLook::default());
        let parts: Vec<_> = shown.parts().map(|(text, span)| (text, span.style)).collect();
        let green = TerminalLook { front: Some(TerminalColor::Named(2)), ..TerminalLook::default() };
        let expected = [("I (12) wifi", SpanStyle::Terminal(green)), (": up", SpanStyle::Payload)];
        assert_eq!((parts.as_slice(), look), (&expected[..], TerminalLook::default()));
    }

    #[test]
    fn letters_know_their_bytes_also_where_sequences_are_out_of_sight() {
        let row = row("a\u{1B}[1m温\tb\r\nc\n".as_bytes(), TextEncoding::UTF_8, &[]);
        let (shown, _) = running_text(&row, TerminalCodes::Obeyed, TerminalLook::default());
        let letters: Vec<_> = shown
            .letters
            .iter()
            .map(|letter| (&shown.text[letter.text.clone()], letter.bytes.start, letter.bytes.end))
            .collect();
        let expected = [("a", 0, 1), ("温", 5, 8), ("     ", 8, 9), ("b", 9, 10), ("c", 12, 13)];
        assert_eq!(letters.as_slice(), expected);
    }

    #[test]
    fn some_bytes_are_copied_as_they_are_seen() {
        let bytes = b"\x1B[31mred\x1B[0m\tand\r\nmore\r\n".to_vec();
        let body = Body::Data(Data { head: DataHead::received(), bytes });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle::new(Locale::of(Language::English));
        for (bytes, text) in [
            (0..usize::MAX, "red     and\nmore"),
            (6..16, "ed     and"),
            (0..19, "red     and\nm"),
            (16..usize::MAX, "more"),
            (4..4, ""),
            (18..18, ""),
            (90..99, ""),
        ] {
            let row = (&Row::of(&record), Carry::default());
            assert_eq!(plain_running_text(row, &style, TerminalCodes::Obeyed, &bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_part_of_a_long_line_is_the_same_however_little_of_the_line_is_looked_at() {
        let long = "\x1B[32m温度\t25.3\x1B[0m\r\n".repeat(1_000);
        // A title that is longer than what is looked at.
        let bytes = format!("{long}\x1B]0;{}\x07end", "x".repeat(9_000)).into_bytes();
        let end = bytes.len();
        let all = row(&bytes, TextEncoding::UTF_8, &[]);
        let all = running_text(&all, TerminalCodes::Obeyed, TerminalLook::default()).0;
        let body = Body::Data(Data { head: DataHead::received(), bytes });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle::new(Locale::of(Language::English));
        for part in [3..90, 5_000..5_005, 7..9_000, 2_000..usize::MAX, end - 8_000..usize::MAX, 0..end] {
            let within = |letter: &&Letter| letter.bytes.start < part.end && part.start < letter.bytes.end;
            let letters: Vec<&Letter> = all.letters.iter().filter(within).collect();
            let expected = &all.text[letters[0].text.start..letters[letters.len() - 1].text.end];
            let row = (&Row::of(&record), Carry::default());
            let copied = plain_running_text(row, &style, TerminalCodes::Obeyed, &part);
            assert!(copied == expected, "{part:?}: {} and {}", copied.len(), expected.len());
        }
    }

    #[test]
    fn a_part_of_a_line_that_is_written_over_is_what_is_shown_of_it() {
        let bytes = format!("{}X{}\r{}Z", "温".repeat(10), "y".repeat(9_000), "a".repeat(20)).into_bytes();
        let body = Body::Data(Data { head: DataHead::received(), bytes });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle::new(Locale::of(Language::English));
        let copied = |part| {
            let row = (&Row::of(&record), Carry::default());
            plain_running_text(row, &style, TerminalCodes::Obeyed, &part)
        };
        assert_eq!(copied(31..usize::MAX), format!("{}Z{}", "a".repeat(20), "y".repeat(9_000)));
        assert_eq!(copied(0..31), "", "nothing of it is seen any more");
    }

    #[test]
    fn a_line_is_no_wider_than_a_terminal_can_be() {
        let wide = 3 * 65_536;
        for (bytes, text) in [
            (format!("{}bc\x08X", "a".repeat(wide)), format!("{}bX", "a".repeat(wide))),
            (format!("{}bc\rZ", "a".repeat(wide)), format!("{}Zc", "a".repeat(wide))),
            (format!("a\r{}Zc\rY", "b".repeat(wide)), format!("{}Yc", "b".repeat(wide))),
        ] {
            let shown = row(bytes.as_bytes(), TextEncoding::UTF_8, &[]);
            let shown = running_text(&shown, TerminalCodes::Obeyed, TerminalLook::default()).0;
            assert!(shown.text == text, "{} and {}", shown.text.len(), text.len());
        }
    }

    #[test]
    fn a_colour_lasts_until_it_is_taken_away() {
        let red = look_after(b"\x1B[31mred\r\n", TerminalLook::default());
        assert_eq!(red.front, Some(TerminalColor::Named(1)));
        let (shown, after) =
            running_text(&row(b"still\n", TextEncoding::UTF_8, &[]), TerminalCodes::Obeyed, red);
        assert_eq!((shown.spans[0].style, after), (SpanStyle::Terminal(red), red));
        assert!(resets_look(b"a\x1B[0mb") && resets_look(b"\x1B[m") && !resets_look(b"\x1B[31m\x1B"));
    }

    #[test]
    fn what_was_found_is_pointed_out_within_colours_too() {
        let bytes = "\u{1B}[33m温度\u{1B}[1m=25\n".as_bytes();
        let mark = Mark::found(8..15);
        let (shown, _) = running_text(
            &row(bytes, TextEncoding::UTF_8, &[mark]),
            TerminalCodes::Obeyed,
            TerminalLook::default(),
        );
        let marked: String = shown
            .parts()
            .filter(|(_, span)| span.mark == Some(MarkClass::Found))
            .map(|(text, _)| text)
            .collect();
        assert_eq!((shown.text.as_str(), marked.as_str()), ("温度=25", "度"));
    }

    /// A terminal of one column a character, as plainly as can be.
    fn on_a_terminal(characters: &[char]) -> String {
        let (mut lines, mut line, mut at) = (Vec::new(), Vec::new(), 0);
        for character in characters {
            match character {
                '\n' => lines.push((std::mem::take(&mut line), std::mem::take(&mut at)).0),
                '\r' => at = 0,
                '\u{8}' => at = usize::saturating_sub(at, 1),
                other => {
                    if at < line.len() {
                        line[at] = *other;
                    } else {
                        line.push(*other);
                    }
                    at += 1;
                }
            }
        }
        lines.push(line);
        lines.into_iter().map(String::from_iter).collect::<Vec<String>>().join("\n")
    }

    proptest! {
        #[test]
        fn it_is_what_a_terminal_shows(
            characters in proptest::collection::vec(prop::sample::select("abcdé\r\n\u{8}".chars().collect::<Vec<_>>()), 1..60),
        ) {
            let bytes = String::from_iter(&characters).into_bytes();
            let shown = on_a_terminal(&characters);
            // The end of the last line is not shown.
            prop_assert_eq!(text(&bytes, TerminalCodes::Obeyed), shown.strip_suffix('\n').unwrap_or(&shown));
        }

        #[test]
        fn parts_cover_the_text(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"ab\r\n\t\x08\x1B[0;31mK\xCE\xC2".to_vec())], 0..60,
            ),
            is_obeyed in any::<bool>(),
        ) {
            let codes = if is_obeyed { TerminalCodes::Obeyed } else { TerminalCodes::Shown };
            let shown = running_text(&row(&bytes, TextEncoding::GBK, &[]), codes, TerminalLook::default()).0;
            let mut letter_end = (0, 0);
            for letter in &shown.letters {
                prop_assert!(letter_end.0 <= letter.text.start && letter_end.1 <= letter.bytes.start);
                prop_assert!(!shown.text[letter.text.clone()].is_empty());
                letter_end = (letter.text.end, letter.bytes.end);
            }
            let mut end = 0;
            for (text, span) in shown.parts() {
                prop_assert_eq!(span.text.start, end);
                prop_assert!(!text.is_empty());
                end = span.text.end;
            }
            prop_assert_eq!(end, shown.text.len());
        }
    }
}
