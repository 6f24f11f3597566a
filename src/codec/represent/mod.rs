//! The one way in which a record becomes a row: text with spans that say what each part means. The window, the
//! console and the exports show the same spans; colours are for the window to choose.
//!
//! A row is a pure function of its record, of what its stream left unfinished before it, and of how it is to be
//! shown. It is made again each time, and kept nowhere in the record.

mod dump;
mod hex_row;
mod text_row;

use crate::codec::prose;
use crate::codec::text::{Carry, TextEncoding};
use crate::model::record::{Body, Data, Direction, Lifecycle, Record};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::fmt::Write;
use std::ops::Range;

/// How payload bytes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// As characters, on one line.
    #[default]
    Text,
    /// As hex, on one line.
    Hex,
    /// Sixteen bytes a line: offset, hex, characters.
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
    /// How many bytes of a longer payload are shown; `None` shows all.
    pub most_bytes: Option<usize>,
    /// What was found in this record: ranges of its bytes, in order.
    pub hits: &'a [Range<usize>],
    /// Whether remarks follow the payload: who caused it, that it was cut.
    pub with_remarks: bool,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Represented {
    /// All of its text. A dump has several lines.
    pub text: String,
    /// What the parts of the text mean; together they cover it without a gap, in order.
    pub spans: Vec<Span>,
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
    /// Whether it is part of what was found.
    pub is_hit: bool,
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
        Body::Data(data) => {
            push_payload(row, &data.bytes, carry, style);
            if style.with_remarks {
                push_remarks(row, data, style.locale);
            }
        }
        body => {
            let words = prose::body_text(body, style.locale);
            let meaning = if tone(record) == Tone::Error { SpanStyle::Error } else { SpanStyle::Event };
            row.push(meaning, 0..0, false, &words);
        }
    }
}

/// Bytes that stand in no record by themselves, such as a message that was cut out of several.
pub fn represent_bytes(bytes: &[u8], carry: Carry, style: &RowStyle<'_>) -> Represented {
    let mut row = Represented::default();
    push_payload(&mut row, bytes, carry, style);
    row
}

/// What a record is about.
pub fn tone(record: &Record) -> Tone {
    match &record.body {
        Body::Data(data) if data.head.direction == Direction::Received => Tone::Received,
        Body::Data(_) => Tone::Sent,
        Body::Lifecycle(lifecycle) if lifecycle.is_failure() => Tone::Error,
        Body::Loss(_) | Body::Damaged => Tone::Error,
        Body::Lifecycle(_) | Body::Note(_) => Tone::Event,
    }
}

/// The text of the peer column: `← 1`, `→ 2`, `● 3`, `→ ∗` for a send that names no peer, `—` for what concerns
/// none.
pub fn peer_text(record: &Record) -> String {
    let mark = match &record.body {
        Body::Data(Data { head, .. }) if head.direction == Direction::Received => '←',
        Body::Data(_) => '→',
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
        row.push(SpanStyle::Remark, 0..0, false, style.locale.text("record.empty"));
        return;
    }
    let shown = style.most_bytes.map_or(bytes, |most| &bytes[..bytes.len().min(most.max(1))]);
    row.is_folded = shown.len() < bytes.len();
    match style.view {
        View::Text => text_row::push(row, shown, carry, style),
        View::Hex => hex_row::push(row, shown, style.hits),
        View::Dump => dump::push(row, shown, bytes.len(), carry, style),
    }
    if row.is_folded {
        let start = if style.view == View::Dump { "\n" } else { " " };
        let from = row.text.len();
        row.text.push_str(start);
        let count = Count(bytes.len() as u64);
        style.locale.format_into(&mut row.text, "record.folded", &[("count", &count)]);
        row.close(from, SpanStyle::Fold, shown.len()..bytes.len(), false);
    }
}

fn push_remarks(row: &mut Represented, data: &Data, locale: &Locale) {
    let end = data.bytes.len();
    let truncated = data.head.truncated.then(|| locale.text("record.truncated"));
    let remarks =
        [(SpanStyle::Remark, prose::origin_text(data.head.origin, locale)), (SpanStyle::Error, truncated)];
    for (meaning, words) in remarks {
        if let Some(words) = words {
            let from = row.text.len();
            row.text.push_str(" · ");
            row.text.push_str(words);
            row.close(from, meaning, end..end, false);
        }
    }
}

impl<'a> RowStyle<'a> {
    /// Everything of a payload, as text in UTF-8, without hits, with remarks.
    pub fn new(locale: &'a Locale) -> RowStyle<'a> {
        RowStyle {
            view: View::default(),
            encoding: TextEncoding::default(),
            locale,
            most_bytes: None,
            hits: &[],
            with_remarks: true,
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
        self.is_folded = false;
    }

    /// Appends a part.
    fn push(&mut self, style: SpanStyle, bytes: Range<usize>, is_hit: bool, words: &str) {
        let from = self.text.len();
        self.text.push_str(words);
        self.close(from, style, bytes, is_hit);
    }

    /// Makes a part of what was appended to the text since `from`; joins it to the part before where both mean
    /// the same.
    fn close(&mut self, from: usize, style: SpanStyle, bytes: Range<usize>, is_hit: bool) {
        if from == self.text.len() {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.is_hit == is_hit && last.bytes.end == bytes.start => {
                last.text.end = self.text.len();
                last.bytes.end = bytes.end;
            }
            _ => self.spans.push(Span { text: from..self.text.len(), style, is_hit, bytes }),
        }
    }
}

/// The ranges into which hits divide `range`, each with whether it is one.
fn divided(range: Range<usize>, hits: &[Range<usize>]) -> impl Iterator<Item = (Range<usize>, bool)> + '_ {
    let mut at = range.start;
    let first = hits.partition_point(|hit| hit.end <= range.start);
    let mut hits = hits[first..].iter().filter(|hit| !hit.is_empty()).peekable();
    std::iter::from_fn(move || {
        while hits.peek().is_some_and(|hit| hit.end <= at) {
            hits.next();
        }
        if at >= range.end {
            return None;
        }
        let (end, is_hit) = match hits.peek() {
            Some(hit) if hit.start <= at => (hit.end.min(range.end), true),
            Some(hit) => (hit.start.min(range.end), false),
            None => (range.end, false),
        };
        let part = at..end;
        at = end;
        Some((part, is_hit))
    })
}

/// Whether a hit covers a part of `range`.
fn is_hit(range: &Range<usize>, hits: &[Range<usize>]) -> bool {
    hits.iter().any(|hit| hit.start < range.end && range.start < hit.end)
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
