//! What a sheet shows, as it sees it: numbered rows of text with a meaning, wherever they come from.
//!
//! It must not know journals, encodings or colours.

use crate::codec::represent::{Letter, MarkClass, MarkColor};
use crate::codec::terminal::TerminalLook;
use crate::model::ids::RowKey;
use std::ops::Range;

/// The rows of a sheet. Their number may be anything up to 2^64, so nothing here asks for all of them.
pub trait Rows {
    /// How many rows there are now.
    fn len(&self) -> u64;

    /// Whether there is nothing to show.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the row with this index is called for ever, also when a filter hides rows before it.
    fn key(&self, index: u64) -> RowKey {
        RowKey(index)
    }

    /// The index of the first row that is this one or comes after it.
    fn index(&self, key: RowKey) -> u64 {
        key.0
    }

    /// The index of this row; `None` where a filter hides it.
    fn shown_index(&self, key: RowKey) -> Option<u64> {
        let index = self.index(key);
        (index < self.len() && self.key(index) == key).then_some(index)
    }

    /// What the row that comes next will be called, also when a filter hides those before it.
    fn next_key(&self) -> RowKey {
        RowKey(self.len())
    }

    /// Says which rows are about to be shown, so that all of them are read at once.
    fn prepare(&mut self, _indexes: Range<u64>) {}

    /// Whether rows are lines of running text: close below each other, and without columns.
    fn are_running(&self) -> bool {
        false
    }

    /// What is shown in a row. It is asked for rows on the screen and their neighbours only.
    fn content(&mut self, index: u64) -> &RowContent;

    /// The same, with the letters of its lines. It is asked for where a part of a row is pointed at or selected.
    fn content_with_letters(&mut self, index: u64) -> &RowContent {
        self.content(index)
    }

    /// Folds or unfolds a row.
    fn toggle_expanded(&mut self, index: u64);

    /// Tells how long after this row every row was, or after the row before it.
    fn measure_from(&mut self, marked: Option<RowKey>);
}

/// The texts of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something of its own, and all may be so at once"
)]
pub struct RowContent {
    /// Its number, counted from 1.
    pub number: String,
    /// When it happened.
    pub time: String,
    /// How long after the row before it, or after the marked row.
    pub delta: String,
    /// Direction and peer.
    pub peer: String,
    /// How many payload bytes, if it is data.
    pub bytes: String,
    /// What its colour says.
    pub tone: RowTone,
    /// The colour that it is highlighted in, if it is.
    pub highlight: Option<MarkColor>,
    /// The content; at least one line.
    pub lines: Vec<RowLine>,
    /// Whether there is more than is shown.
    pub folded: bool,
    /// Whether it was unfolded.
    pub expanded: bool,
    /// Whether it is running text: close below the row above, and its time in the margin.
    pub is_running: bool,
    /// The line with the place that is pointed out, if it is in this row.
    pub place_line: Option<usize>,
    /// Whether its lines show payload, letter by letter, so that parts of it can be selected.
    pub shows_payload: bool,
    /// What a screen reader says about it.
    pub spoken: String,
}

/// One line of a row's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowLine {
    /// Its text.
    pub text: String,
    /// Its parts in order; together they cover the text.
    pub spans: Vec<RowSpan>,
    /// Which bytes its letters show, in the order of the text, where that was asked for.
    pub letters: Vec<Letter>,
}

/// A part of a line that looks the same throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSpan {
    /// Where it ends in the line's text, in bytes.
    pub end: usize,
    /// What it is.
    pub look: SpanLook,
    /// How it is pointed out, if it is.
    pub mark: Option<MarkClass>,
}

/// What a part of a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpanLook {
    /// In the row's own tone.
    #[default]
    Tone,
    /// Offsets, bytes that are no text, remarks.
    Faint,
    /// Names of characters that have no shape, with a space between two of them.
    Control,
    /// Bad news, whatever the row's tone is.
    Error,
    /// In the look that a device asked for.
    Terminal(TerminalLook),
}

/// What a row's colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowTone {
    /// Bytes came.
    Received,
    /// Bytes went.
    Sent,
    /// Something happened.
    #[default]
    Event,
    /// Something went wrong.
    Error,
    /// A person's remark.
    Note,
}

impl RowTone {
    /// Whether it is of bytes.
    pub fn is_data(self) -> bool {
        matches!(self, RowTone::Received | RowTone::Sent)
    }
}

impl RowLine {
    /// Appends a part.
    pub fn push(&mut self, text: &str, look: SpanLook, mark: Option<MarkClass>) {
        if text.is_empty() {
            return;
        }
        let joins = self.spans.last().is_some_and(|last| last.look == look && last.mark == mark);
        if joins && look == SpanLook::Control {
            self.text.push(' ');
        }
        self.text.push_str(text);
        let end = self.text.len();
        match self.spans.last_mut() {
            Some(last) if joins => last.end = end,
            _ => self.spans.push(RowSpan { end, look, mark }),
        }
    }

    /// Its parts with their texts.
    pub fn parts(&self) -> impl Iterator<Item = (&str, RowSpan)> {
        let mut start = 0;
        self.spans.iter().filter_map(move |span| {
            let text = self.text.get(start..span.end)?;
            start = span.end;
            Some((text, *span))
        })
    }
}
