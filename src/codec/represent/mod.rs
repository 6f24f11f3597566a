//! The one way in which a record becomes a row: text with spans that say what each part means. The window, the
//! console and the exports show the same spans; colours are for the window to choose.
//!
//! A row is a pure function of its record, of what its stream left unfinished before it, and of how it is to be
//! shown. It is made again each time, and kept nowhere in the record.

mod dump;
mod hex_row;
mod letters;
mod text_row;

pub use dump::{DumpColumns, DumpSide, DumpWidth, represent_dump_part};
pub use letters::{Letter, take_over};

use crate::codec::framing::MessageEnd;
use crate::codec::own_words;
use crate::codec::prose;
use crate::codec::rows::{Cut, Row};
use crate::codec::terminal::TerminalLook;
use crate::codec::text::{Carry, TextEncoding};
use crate::model::record::{Body, Data, Direction, Lifecycle, Record};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::fmt::{Display, Write};
use std::ops::Range;

/// How payload bytes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// As characters, on one line.
    #[default]
    Text,
    /// As hex, on one line.
    Hex,
    /// Some bytes a line: offset, hex, characters.
    Dump,
}

/// How rows are to be shown.
#[derive(Clone, Copy, Debug)]
pub struct RowStyle<'a> {
    /// How payload bytes are shown.
    pub view: View,
    /// What their characters are.
    pub encoding: TextEncoding,
    /// The language of events and remarks.
    pub locale: &'a Locale,
    /// How many bytes stand on a line of a dump.
    pub dump_width: DumpWidth,
    /// How many bytes of a longer payload are shown; `None` shows all.
    pub most_bytes: Option<usize>,
    /// What is pointed out in this record, or in the summary that stands for it, in order, none overlapping the one before.
    pub marks: &'a [Mark],
    /// Whether remarks follow the payload: who caused it, that it was cut.
    pub with_remarks: bool,
    /// Whether a payload that is not shown whole says its size. Where that stands beside it, a mark is enough.
    pub with_fold_size: bool,
    /// Whether it is kept which letter shows which bytes.
    pub with_letters: bool,
}

/// Bytes of a record that are pointed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which.
    pub bytes: Range<usize>,
    /// How.
    pub class: MarkClass,
}

/// How something is pointed out. Each has a colour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkClass {
    /// It was looked for.
    Found,
    /// One of four colours, for highlights and for what else was looked for.
    Color(MarkColor),
}

/// A colour of a highlight, by its place among all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MarkColor {
    /// The first.
    #[default]
    First,
    /// The second.
    Second,
    /// The third.
    Third,
    /// The fourth.
    Fourth,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Represented {
    /// All of its text. A dump has several lines.
    pub text: String,
    /// What the parts of the text mean; together they cover it without a gap, in order.
    pub spans: Vec<Span>,
    /// What stands for one character or one byte each, in the order of the text, where that was asked for.
    pub letters: Vec<Letter>,
    /// Whether a part of the payload is not shown.
    pub is_folded: bool,
}

/// A part of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it stands in the row's text.
    pub text: Range<usize>,
    /// What it means.
    pub style: SpanStyle,
    /// How it is pointed out, if it is.
    pub mark: Option<MarkClass>,
    /// The bytes of the record that it shows; empty where it shows none.
    pub bytes: Range<usize>,
}

/// What a part of a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanStyle {
    /// Payload, in the colour of its direction.
    Payload,
    /// A symbol for a character that has no shape.
    Control,
    /// Hex of bytes that are no character.
    Undecoded,
    /// Hex of bytes that the next record of the stream completes.
    Pending,
    /// Offsets and the space between the columns of a dump.
    Offset,
    /// What happened, in words.
    Event,
    /// What went wrong, in words.
    Error,
    /// A remark about the payload.
    Remark,
    /// What is left out, and how much it is.
    Fold,
    /// Payload of running text, in the look that it asked for itself.
    Terminal(TerminalLook),
}

/// What a row is about, for its colour and its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Bytes from a peer.
    Received,
    /// Bytes to a peer.
    Sent,
    /// Something happened.
    Event,
    /// Something went wrong or was lost.
    Error,
}

/// A record as a row. `carry` is what its stream left unfinished before it; only data looks at it.
pub fn represent(record: &Record, carry: Carry, style: &RowStyle<'_>) -> Represented {
    let mut row = Represented::default();
    represent_into(&mut row, record, carry, style);
    row
}

/// Like [`represent`], into a row whose memory is used again.
pub fn represent_into(row: &mut Represented, record: &Record, carry: Carry, style: &RowStyle<'_>) {
    row.clear();
    match &record.body {
        Body::Data(data) | Body::Wire(data) => {
            push_payload(row, &data.bytes, carry, style);
            if style.with_remarks {
                push_remarks(row, record, data, style.locale);
            }
        }
        body => {
            let words = prose::body_text(body, style.locale);
            let meaning = if tone(record) == Tone::Error { SpanStyle::Error } else { SpanStyle::Event };
            row.push(meaning, 0..0, None, &words);
        }
    }
}

/// Like [`represent_into`], of a row that may be a message: then it is said what it was cut out of, and what is wrong
/// with its end. A message begins with a character, so it has no `carry`.
pub fn represent_row(into: &mut Represented, row: &Row<'_>, carry: Carry, style: &RowStyle<'_>) {
    represent_into(into, row.record, if row.message.is_some() { Carry::default() } else { carry }, style);
    if let (Some(cut), Some(data), true) = (&row.message, row.record.data(), style.with_remarks) {
        push_cut(into, cut, data.bytes.len(), style.locale);
    }
}

/// A message as what it means: its summary, what it answers, and the remarks of its row. `is_faulty` where the message is
/// not what its protocol wants.
pub fn represent_meaning(
    into: &mut Represented,
    row: &Row<'_>,
    (summary, is_faulty): (&str, bool),
    answers: Option<&str>,
    style: &RowStyle<'_>,
) {
    into.clear();
    let Some(data) = row.record.bytes_of_any_layer() else { return };
    let end = data.bytes.len();
    let meaning = if is_faulty { SpanStyle::Error } else { SpanStyle::Payload };
    for (part, mark) in divided(0..summary.len(), style.marks) {
        // Bytes that were looked for may be half a character of ours.
        let part = summary.floor_char_boundary(part.start)..summary.floor_char_boundary(part.end);
        into.push(meaning, 0..end, mark, &summary[part]);
    }
    if let Some(answers) = answers {
        push_remark(into, SpanStyle::Remark, answers, end);
    }
    if style.with_remarks {
        push_remarks(into, row.record, data, style.locale);
        if let Some(cut) = &row.message {
            push_cut(into, cut, end, style.locale);
        }
    }
}

/// What a record is about.
pub fn tone(record: &Record) -> Tone {
    match &record.body {
        Body::Data(data) | Body::Wire(data) if data.head.direction == Direction::Received => Tone::Received,
        Body::Data(_) | Body::Wire(_) => Tone::Sent,
        Body::Lifecycle(lifecycle) if lifecycle.is_failure() => Tone::Error,
        Body::Loss(_) | Body::Damaged | Body::Newer => Tone::Error,
        Body::Note(note) if own_words::tells_failure(note) => Tone::Error,
        Body::Lifecycle(_) | Body::Note(_) => Tone::Event,
    }
}

/// The text of the peer column: `← 1`, `→ 2`, `● 3`, `→ ∗` for a send that names no peer, `—` for what concerns
/// none.
pub fn peer_text(record: &Record) -> String {
    let mark = match &record.body {
        Body::Data(Data { head, .. }) | Body::Wire(Data { head, .. })
            if head.direction == Direction::Received =>
        {
            '←'
        }
        Body::Data(_) | Body::Wire(_) => '→',
        _ if record.peer.is_some() => '●',
        _ => return String::from("—"),
    };
    record.peer.map_or_else(|| format!("{mark} ∗"), |peer| format!("{mark} {peer}"))
}

/// Whether a peer is there from this record on, for the dot of its row; `None` if the record does not say.
pub fn peer_presence(record: &Record) -> Option<bool> {
    match &record.body {
        Body::Lifecycle(Lifecycle::PeerJoined { .. } | Lifecycle::Connected { .. }) => Some(true),
        Body::Lifecycle(Lifecycle::PeerLeft { .. }) => Some(false),
        _ => None,
    }
}

fn push_payload(row: &mut Represented, bytes: &[u8], carry: Carry, style: &RowStyle<'_>) {
    if bytes.is_empty() {
        row.push(SpanStyle::Remark, 0..0, None, style.locale.text("record.empty"));
        return;
    }
    let shown = style.most_bytes.map_or(bytes, |most| &bytes[..bytes.len().min(most.max(1))]);
    row.is_folded = shown.len() < bytes.len();
    match style.view {
        View::Text => text_row::push(row, shown, carry, style),
        View::Hex => hex_row::push(row, shown, style),
        View::Dump => dump::push(row, shown, carry, style),
    }
    if row.is_folded {
        let start = if style.view == View::Dump { "\n" } else { " " };
        let from = row.text.len();
        row.text.push_str(start);
        if style.with_fold_size {
            let count = Count(bytes.len() as u64);
            style.locale.format_into(&mut row.text, "record.folded", &[("count", &count)]);
        } else {
            row.text.push('…');
        }
        row.close(from, SpanStyle::Fold, shown.len()..bytes.len(), None);
    }
}

fn push_cut(row: &mut Represented, cut: &Cut, end: usize, locale: &Locale) {
    let (first, last) = cut.records();
    if first != last {
        let numbers = [first, last].map(|record| Count(record.0.saturating_add(1)));
        let words = [("first", &numbers[0] as &dyn Display), ("last", &numbers[1])];
        push_remark(row, SpanStyle::Remark, &locale.format("record.cut.records", &words), end);
    }
    let fault = match cut.end {
        MessageEnd::Whole => return,
        MessageEnd::Incomplete => "record.cut.incomplete",
        MessageEnd::Overlong => "record.cut.overlong",
        MessageEnd::OutOfStep => "record.cut.out_of_step",
    };
    push_remark(row, SpanStyle::Error, locale.text(fault), end);
}

fn push_remark(row: &mut Represented, meaning: SpanStyle, words: &str, end: usize) {
    let from = row.text.len();
    row.text.push_str(" · ");
    row.text.push_str(words);
    row.close(from, meaning, end..end, None);
}

fn push_remarks(row: &mut Represented, record: &Record, data: &Data, locale: &Locale) {
    let end = data.bytes.len();
    let truncated = data.head.truncated.then(|| locale.text("record.truncated"));
    let what = if record.is_wire() {
        Some(locale.text("record.wire"))
    } else {
        prose::origin_text(data.head.origin, locale)
    };
    let remarks = [(SpanStyle::Remark, what), (SpanStyle::Error, truncated)];
    for (meaning, words) in remarks {
        if let Some(words) = words {
            push_remark(row, meaning, words, end);
        }
    }
}

impl Mark {
    /// Bytes that were looked for.
    pub fn found(bytes: Range<usize>) -> Mark {
        Mark { bytes, class: MarkClass::Found }
    }
}

impl MarkColor {
    /// All of them.
    pub const ALL: [MarkColor; 4] =
        [MarkColor::First, MarkColor::Second, MarkColor::Third, MarkColor::Fourth];

    /// Its place among all.
    pub fn place(self) -> usize {
        MarkColor::ALL.into_iter().position(|color| color == self).unwrap_or_default()
    }
}

impl<'a> RowStyle<'a> {
    /// Everything of a payload, as text in UTF-8, without marks, with remarks.
    pub fn new(locale: &'a Locale) -> RowStyle<'a> {
        RowStyle {
            view: View::default(),
            encoding: TextEncoding::default(),
            locale,
            dump_width: DumpWidth::default(),
            most_bytes: None,
            marks: &[],
            with_remarks: true,
            with_fold_size: true,
            with_letters: false,
        }
    }
}

impl Represented {
    /// The parts with their text.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Span)> {
        self.spans.iter().map(|span| (&self.text[span.text.clone()], span))
    }

    /// How many lines it has.
    pub fn line_count(&self) -> usize {
        self.text.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    /// Makes it empty and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.letters.clear();
        self.is_folded = false;
    }

    /// Appends a part.
    fn push(&mut self, style: SpanStyle, bytes: Range<usize>, mark: Option<MarkClass>, words: &str) {
        let from = self.text.len();
        self.text.push_str(words);
        self.close(from, style, bytes, mark);
    }

    /// Makes a part of what was appended to the text since `from`; joins it to the part before where both mean
    /// the same.
    fn close(&mut self, from: usize, style: SpanStyle, bytes: Range<usize>, mark: Option<MarkClass>) {
        if from == self.text.len() {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.mark == mark && last.bytes.end == bytes.start => {
                last.text.end = self.text.len();
                last.bytes.end = bytes.end;
            }
            _ => self.spans.push(Span { text: from..self.text.len(), style, mark, bytes }),
        }
    }
}

/// The ranges into which marks divide `range`, each with what marks it.
fn divided(
    range: Range<usize>,
    marks: &[Mark],
) -> impl Iterator<Item = (Range<usize>, Option<MarkClass>)> + '_ {
    let mut at = range.start;
    let first = marks.partition_point(|mark| mark.bytes.end <= range.start);
    let mut marks = marks[first..].iter().filter(|mark| !mark.bytes.is_empty()).peekable();
    std::iter::from_fn(move || {
        while marks.peek().is_some_and(|mark| mark.bytes.end <= at) {
            marks.next();
        }
        if at >= range.end {
            return None;
        }
        let (end, class) = match marks.peek() {
            Some(mark) if mark.bytes.start <= at => (mark.bytes.end.min(range.end), Some(mark.class)),
            Some(mark) => (mark.bytes.start.min(range.end), None),
            None => (range.end, None),
        };
        let part = at..end;
        at = end;
        Some((part, class))
    })
}

/// What marks a part of `range` first.
fn mark_of(range: &Range<usize>, marks: &[Mark]) -> Option<MarkClass> {
    let next = marks.partition_point(|mark| mark.bytes.end <= range.start);
    let mark = marks.get(next).filter(|mark| mark.bytes.start < range.end && range.start < range.end)?;
    Some(mark.class)
}

/// The symbol of a character that has no shape of its own.
fn push_symbol(text: &mut String, character: char) {
    let picture = match character {
        '\t' => Some('⇥'),
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(character)),
        '\u{7F}' => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => text.push(picture),
        None if write!(text, "⟨U+{:04X}⟩", u32::from(character)).is_ok() => {}
        None => text.push('␦'),
    }
}

#[cfg(test)]
mod tests {
    use super::{DumpWidth, Mark, MarkClass, MarkColor, Tone, divided};
    use super::{Represented, RowStyle, SpanStyle, View, peer_text, push_payload};
    use super::{represent, represent_meaning, tone};
    use crate::codec::rows::Row;
    use crate::codec::text::{Carry, LookBack, TextEncoding};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, Data, DataHead, EndReason, Lifecycle, Origin, Record};
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use proptest::prelude::*;
    use std::fmt::Write;
    use std::ops::Range;

    fn style(view: View, encoding: TextEncoding) -> RowStyle<'static> {
        RowStyle { view, encoding, ..RowStyle::new(Locale::of(Language::English)) }
    }

    /// Bytes that are often the parts of characters, and of lines.
    pub(super) fn payloads() -> impl Strategy<Value = Vec<u8>> {
        let telling = b"ab\r\n\x81\xCE\xC2\xE6\xB8\xD8\x88\x62".to_vec();
        proptest::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(telling)], 1..60)
    }

    /// What a stream has left unfinished that ended like this.
    pub(super) fn carry_after(earlier: &[u8], encoding: TextEncoding) -> Carry {
        let mut back = LookBack::new(encoding);
        back.take(earlier);
        back.carry()
    }

    fn record(peer: Option<PeerId>, body: Body) -> Record {
        Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer, body }
    }

    /// A row with a letter for what each of its parts means, in capitals where it is a hit.
    fn marked(row: &Represented) -> String {
        let mark = |style| match style {
            SpanStyle::Payload => 'p',
            SpanStyle::Control => 'c',
            SpanStyle::Undecoded => 'u',
            SpanStyle::Pending => 'w',
            SpanStyle::Offset => 'o',
            SpanStyle::Event => 'e',
            SpanStyle::Error => 'x',
            SpanStyle::Remark => 'r',
            SpanStyle::Fold => 'f',
            SpanStyle::Terminal(_) => 't',
        };
        let mut all = String::new();
        for (text, span) in row.parts() {
            let mark = mark(span.style);
            let mark = if span.mark.is_some() { mark.to_ascii_uppercase() } else { mark };
            write!(all, "{mark}{}-{}[{text}]", span.bytes.start, span.bytes.end).unwrap();
        }
        all
    }

    fn represent_bytes(bytes: &[u8], carry: Carry, style: &RowStyle<'_>) -> Represented {
        let mut row = Represented::default();
        push_payload(&mut row, bytes, carry, style);
        row
    }

    #[test]
    fn payload_as_text() {
        for (bytes, hits, row) in [
            (&b"ID=07 \xCE\xC2\r\n"[..], &[][..], "p0-8[ID=07 温]c8-10[↵]"),
            (b"a\n\r\t\0b", &[], "p0-1[a]c1-5[␊␍⇥␀]p5-6[b]"),
            (b"\r\r\n\n", &[], "c0-4[␍↵␊]"),
            (b"\xFF\xFFok\xCE", &[], "u0-2[⟨FF FF⟩]p2-4[ok]w4-5[⟨CE…⟩]"),
            (b"\xCE\xC2\xB6\xC8=25", &[(0, 4)], "P0-4[温度]p4-7[=25]"),
            (b"\xCE\xC2\xB6\xC8=25", &[(1, 2), (5, 6)], "P0-2[温]p2-5[度=]P5-6[2]p6-7[5]"),
            (b"ab\r\n", &[(3, 4)], "p0-2[ab]c2-3[␍]C3-4[␊]"),
            (b"", &[], "r0-0[(no bytes)]"),
        ] {
            let hits: Vec<Mark> = hits.iter().map(|(from, to)| Mark::found(*from..*to)).collect();
            let style = RowStyle { marks: &hits, ..style(View::Text, TextEncoding::GBK) };
            assert_eq!(marked(&represent_bytes(bytes, Carry::default(), &style)), row);
        }
    }

    #[test]
    fn what_a_message_means_is_marked_where_it_says_what_is_looked_for() {
        let data = Data { head: DataHead::received(), bytes: vec![1, 2, 3] };
        let record = record(PeerId::new(1), Body::Data(data));
        // A place in the middle of a character comes from bytes that were looked for, and marks none by half.
        let marks = [Mark::found(0..3), Mark::found(8..9)];
        let style = RowStyle { marks: &marks, ..style(View::Text, TextEncoding::UTF_8) };
        let mut row = Represented::default();
        represent_meaning(&mut row, &Row::of(&record), ("温度 ok", false), Some("answers 1"), &style);
        assert_eq!(marked(&row), "P0-3[温]p0-3[度 o]P0-3[k]r3-3[ · answers 1]");
        let marks = [Mark::found(1..5)];
        let style = RowStyle { marks: &marks, ..style };
        represent_meaning(&mut row, &Row::of(&record), ("温度", false), None, &style);
        assert_eq!(marked(&row), "P0-3[温]p0-3[度]");
    }

    #[test]
    fn a_carried_character_is_in_the_row_that_completes_it() {
        let carry = carry_after(b"x\xB6", TextEncoding::GBK);
        let row = represent_bytes(b"\xC8=25", carry, &style(View::Text, TextEncoding::GBK));
        assert_eq!(marked(&row), "p0-4[度=25]");
        let row = represent_bytes(b"\n", carry, &style(View::Text, TextEncoding::GBK));
        assert_eq!(marked(&row), "u0-0[⟨B6⟩]c0-1[␊]");
    }

    #[test]
    fn payload_as_hex() {
        for (bytes, hits, row) in [
            (&[1, 3, 0x9C][..], &[][..], "p0-3[01 03 9C]"),
            (&[1, 3, 0x9C, 4], &[(1, 3)], "p0-1[01 ]P1-3[03 9C]p3-4[ 04]"),
            (&[1, 3], &[(0, 2)], "P0-2[01 03]"),
        ] {
            let hits: Vec<Mark> = hits.iter().map(|(from, to)| Mark::found(*from..*to)).collect();
            let style = RowStyle { marks: &hits, ..style(View::Hex, TextEncoding::UTF_8) };
            assert_eq!(marked(&represent_bytes(bytes, Carry::default(), &style)), row);
        }
    }

    #[test]
    fn payload_as_dump() {
        let style = style(View::Dump, TextEncoding::GBK);
        let row = represent_bytes(
            b"ID=07 \xB4\xED\xCE\xF3=\xB3\xAC\xCE\xC2\xC2\0\xFE\x01\r\n",
            Carry::default(),
            &style,
        );
        assert_eq!(
            row.text,
            "0000  49 44 3D 30 37 20 B4 ED  CE F3 3D B3 AC CE C2 C2  ID=07 错误=超温·\n\
             0010  00 FE 01 0D 0A                                    ·····",
        );
        assert_eq!(row.line_count(), 2);
        let hit = Mark::found(1..4);
        let utf8 = RowStyle { encoding: TextEncoding::UTF_8, marks: std::slice::from_ref(&hit), ..style };
        let row = represent_bytes("a温b".as_bytes(), Carry::default(), &utf8);
        let expected = "0000  61 E6 B8 A9 62                                    a温 b";
        assert_eq!(row.text, expected);
        let hits: Vec<&str> =
            row.parts().filter(|(_, span)| span.mark.is_some()).map(|(text, _)| text).collect();
        assert_eq!(hits, ["E6 B8 A9", "温 "]);
        let narrow = RowStyle { dump_width: DumpWidth::Four, ..utf8 };
        let row = represent_bytes("a温b0".as_bytes(), Carry::default(), &narrow);
        assert_eq!(row.text, "0000  61 E6 B8 A9  a温 \n0004  62 30        b0");
    }

    #[test]
    fn long_payload_is_folded() {
        let bytes = [b'7'; 1500];
        for (view, start, lines) in [
            (View::Text, "7777777777 … ▸ 1,500 bytes", 1),
            (View::Hex, "37 37 37 37 37 37 37 37 37 37 … ▸ 1,500 bytes", 1),
            (
                View::Dump,
                "0000  37 37 37 37 37 37 37 37  37 37                    7777777777\n… ▸ 1,500 bytes",
                2,
            ),
        ] {
            let folded = RowStyle { most_bytes: Some(10), ..style(view, TextEncoding::UTF_8) };
            let row = represent_bytes(&bytes, Carry::default(), &folded);
            assert_eq!((row.text.as_str(), row.line_count(), row.is_folded), (start, lines, true));
            assert_eq!(row.spans.last().map(|span| span.bytes.clone()), Some(10..1500));
        }
        let cut_within = RowStyle { most_bytes: Some(4), ..style(View::Text, TextEncoding::UTF_8) };
        let row = represent_bytes("温度".as_bytes(), Carry::default(), &cut_within);
        assert_eq!(row.text, "温 … ▸ 6 bytes", "the cut character is not shown as bytes");
    }

    #[test]
    fn remarks_follow_the_payload() {
        let mut head = DataHead::sent(Origin::Reply);
        head.truncated = true;
        let record = record(None, Body::Data(Data { head, bytes: b"ok".to_vec() }));
        let row = represent(&record, Carry::default(), &style(View::Text, TextEncoding::UTF_8));
        assert_eq!(
            marked(&row),
            "p0-2[ok]r2-2[ · auto-reply]x2-2[ · the datagram was longer than what was kept]"
        );
        let quiet = RowStyle { with_remarks: false, ..style(View::Text, TextEncoding::UTF_8) };
        assert_eq!(represent(&record, Carry::default(), &quiet).text, "ok");
    }

    #[test]
    fn the_peer_column_has_an_arrow_or_a_dot() {
        let peer = PeerId::new(3);
        let remote = "10.0.0.7:502".parse().unwrap();
        let data = |head| Body::Data(Data { head, bytes: Vec::new() });
        let left = |reason| Body::Lifecycle(Lifecycle::PeerLeft { remote, reason, error: None });
        for (peer, body, text, expected) in [
            (peer, data(DataHead::received()), "← 3", Tone::Received),
            (peer, data(DataHead::sent(Origin::User)), "→ 3", Tone::Sent),
            (None, data(DataHead::sent(Origin::User)), "→ ∗", Tone::Sent),
            (peer, left(EndReason::Fin), "● 3", Tone::Event),
            (peer, left(EndReason::Reset), "● 3", Tone::Error),
            (None, Body::Damaged, "—", Tone::Error),
            (None, Body::Note(String::new()), "—", Tone::Event),
            (None, Body::Note("sequence: failed at step 1, after 0 that held".to_owned()), "—", Tone::Error),
        ] {
            let record = record(peer, body);
            assert_eq!((peer_text(&record).as_str(), tone(&record)), (text, expected));
        }
    }

    #[test]
    fn events_are_one_part() {
        let body = Body::Lifecycle(Lifecycle::Bound { local: "[::1]:9000".parse().unwrap() });
        let style = style(View::Dump, TextEncoding::UTF_8);
        assert_eq!(
            marked(&represent(&record(None, body), Carry::default(), &style)),
            "e0-0[bound to [::1]:9000]"
        );
        let row = represent(&record(None, Body::Damaged), Carry::default(), &style);
        assert_eq!(marked(&row), "x0-0[this record is damaged in the journal]");
    }

    #[test]
    fn marks_divide_a_range() {
        let (found, first) = (MarkClass::Found, MarkClass::Color(MarkColor::First));
        let mark = |(bytes, class): &(Range<usize>, MarkClass)| Mark { bytes: bytes.clone(), class: *class };
        for (range, marks, parts) in [
            (0..9, &[][..], &[(0..9, None)][..]),
            (
                2..9,
                &[(0..3, found), (3..4, first), (8..20, found)],
                &[(2..3, Some(found)), (3..4, Some(first)), (4..8, None), (8..9, Some(found))],
            ),
            (4..4, &[(1..9, found), (10..11, found)], &[]),
            (4..6, &[(5..5, found), (9..12, found)], &[(4..6, None)]),
        ] {
            let marks: Vec<Mark> = marks.iter().map(mark).collect();
            assert_eq!(divided(range, &marks).collect::<Vec<_>>(), parts);
        }
    }

    proptest! {
        #[test]
        fn parts_cover_the_row_and_the_bytes(
            bytes in payloads(),
            earlier in proptest::collection::vec(any::<u8>(), 0..4),
            number in 0..TextEncoding::all().len(),
            view in prop::sample::select(vec![View::Text, View::Hex, View::Dump]),
            most_bytes in proptest::option::of(1..70_usize),
            hit in (0..60_usize, 0..9_usize),
        ) {
            let encoding = TextEncoding::all().nth(number).unwrap();
            let carry = carry_after(&earlier, encoding);
            let hit = Mark::found(hit.0..hit.0 + hit.1);
            let style = RowStyle { most_bytes, marks: std::slice::from_ref(&hit), ..style(view, encoding) };
            let row = represent_bytes(&bytes, carry, &style);
            let mut text_end = 0;
            let mut seen = vec![false; bytes.len()];
            for (text, span) in row.parts() {
                prop_assert_eq!(span.text.start, text_end);
                prop_assert!(!text.is_empty());
                text_end = span.text.end;
                seen[span.bytes.clone()].fill(true);
            }
            prop_assert_eq!(text_end, row.text.len());
            // The start of a character that the fold cuts off is the only thing that may be missing.
            let missing = seen.iter().filter(|seen| !**seen).count();
            prop_assert!(missing == 0 || (row.is_folded && missing < 4), "{} bytes are not shown", missing);
        }
    }
}
