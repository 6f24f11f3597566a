//! A line of running text that is written over, as a terminal does it: returning, going back and erasing. It is taken out of
//! the text so far when that begins, and put back when the line is complete. It knows no control characters.
//!
//! Everything takes as long as what it is given: a cell is visited when it is written and when the line is put back.

use crate::codec::represent::{Letter, MarkClass, Represented, Span, SpanStyle};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// So wide is the terminal: what is longer goes on in the next line, where what is above is not written over any more. It keeps
/// the memory of a line within bounds, whatever a device sends.
const MOST_COLUMNS: usize = 64 * 1024;

/// A line, column by column, and the column at which it is written.
#[derive(Debug, Default)]
pub(super) struct OverwrittenLine {
    cells: Vec<Cell>,
    cursor: usize,
}

/// How something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ink {
    /// Its look.
    pub(super) style: SpanStyle,
    /// What was pointed out there.
    pub(super) mark: Option<MarkClass>,
    /// Where in the payload it comes from.
    pub(super) bytes: Range<usize>,
    /// The bytes that its letter shows.
    pub(super) letter: Option<Range<usize>>,
}

/// A column.
#[derive(Clone, Debug)]
struct Cell {
    /// A character with what is put onto it; nothing in the second column of a wide one.
    text: String,
    ink: Ink,
}

impl OverwrittenLine {
    /// Takes the line that begins here out of what was written so far, or what it is since it was too wide the last time.
    /// The cursor is behind it. Tells where it begins.
    pub(super) fn take_out(into: &mut Represented, start: usize) -> (OverwrittenLine, usize) {
        let start = start + wrapped_at(&into.text[start..]);
        let mut line = OverwrittenLine::default();
        let text = into.text.split_off(start);
        let first_span = into.spans.partition_point(|span| span.text.end <= start);
        let first_letter = into.letters.partition_point(|letter| letter.text.end <= start);
        let mut letters = into.letters.drain(first_letter..).peekable();
        for span in &into.spans[first_span..] {
            let from = span.text.start.max(start);
            for (place, character) in text[from - start..span.text.end - start].char_indices() {
                let at = from + place;
                while letters.next_if(|letter| letter.text.end <= at).is_some() {}
                let letter = letters.peek().filter(|letter| letter.text.start <= at);
                let letter = letter.map(|letter| letter.bytes.clone());
                let ink = Ink { style: span.style, mark: span.mark, bytes: span.bytes.clone(), letter };
                line.write(character, &ink);
            }
        }
        drop(letters);
        let begins_before = into.spans.get(first_span).is_some_and(|span| span.text.start < start);
        into.spans.truncate(first_span + usize::from(begins_before));
        if let Some(last) = into.spans.last_mut() {
            last.text.end = last.text.end.min(start);
        }
        (line, start)
    }

    /// Whether it is as wide as it can be.
    pub(super) fn is_full(&self) -> bool {
        self.cells.len() >= MOST_COLUMNS
    }

    /// Puts the line at the end of a text.
    pub(super) fn put_back(self, into: &mut Represented) {
        let own_letters = into.letters.len();
        for Cell { text, ink } in self.cells.into_iter().filter(|cell| !cell.text.is_empty()) {
            let from = into.text.len();
            into.text.push_str(&text);
            let to = into.text.len();
            match into.spans.last_mut() {
                Some(last) if last.style == ink.style && last.mark == ink.mark => {
                    last.text.end = to;
                    last.bytes = last.bytes.start.min(ink.bytes.start)..last.bytes.end.max(ink.bytes.end);
                }
                _ => into.spans.push(Span {
                    text: from..to,
                    style: ink.style,
                    mark: ink.mark,
                    bytes: ink.bytes,
                }),
            }
            if let Some(bytes) = ink.letter {
                push_letter(&mut into.letters, own_letters, Letter { text: from..to, bytes });
            }
        }
    }

    /// Writes a character over what stands at the cursor.
    pub(super) fn write(&mut self, character: char, ink: &Ink) {
        let width = character.width().unwrap_or(0);
        if width == 0
            && let Some(cell) =
                self.cells[..self.cursor].iter_mut().rev().take(2).find(|cell| !cell.text.is_empty())
        {
            cell.text.push(character);
            if let (Some(shown), Some(bytes)) = (&mut cell.ink.letter, &ink.letter) {
                *shown = shown.start.min(bytes.start)..shown.end.max(bytes.end);
            }
            return;
        }
        for place in self.cursor..self.cursor + width.max(1) {
            self.free(place, ink);
        }
        self.cells[self.cursor].text.push(character);
        self.cursor += width.max(1);
    }

    /// Makes a column empty. Of a wide character that loses half of itself, a blank is left.
    fn free(&mut self, place: usize, ink: &Ink) {
        let is_rest =
            |cells: &[Cell], place: usize| cells.get(place).is_some_and(|cell| cell.text.is_empty());
        if is_rest(&self.cells, place) {
            if place == self.cursor
                && let Some(first) = place.checked_sub(1)
            {
                " ".clone_into(&mut self.cells[first].text);
            }
        } else if is_rest(&self.cells, place + 1) {
            " ".clone_into(&mut self.cells[place + 1].text);
        }
        let cell = Cell { text: String::new(), ink: ink.clone() };
        if place < self.cells.len() {
            self.cells[place] = cell;
        } else {
            self.cells.push(cell);
        }
    }

    /// Goes to the next place at which a tab ends, with blanks where nothing stands yet.
    pub(super) fn tab(&mut self, columns: usize, ink: &Ink) {
        let end = (self.cursor / columns + 1) * columns;
        self.cursor = self.cells.len().min(end);
        while self.cursor < end {
            self.write(' ', ink);
        }
    }

    /// Goes to the beginning.
    pub(super) fn home(&mut self) {
        self.cursor = 0;
    }

    /// Goes back by one column.
    pub(super) fn back(&mut self) {
        self.cursor = self.cursor.saturating_sub(1);
    }

    /// What stands behind the cursor is gone.
    pub(super) fn erase_rest(&mut self) {
        let is_half = self.cells.get(self.cursor).is_some_and(|cell| cell.text.is_empty());
        self.cells.truncate(self.cursor);
        if let Some(last) = self.cells.last_mut().filter(|_| is_half) {
            " ".clone_into(&mut last.text);
        }
    }

    /// All of it is gone, and the cursor at its beginning: who erases a line writes it anew.
    pub(super) fn erase(&mut self) {
        self.cells.clear();
        self.cursor = 0;
    }
}

/// Where the last line of a text begins, whose lines are as wide as they can be.
fn wrapped_at(text: &str) -> usize {
    if text.len() < MOST_COLUMNS {
        return 0;
    }
    let (mut columns, mut start) = (0, 0);
    for (place, character) in text.char_indices() {
        columns += match character.width().unwrap_or(0) {
            0 if columns > 0 => 0,
            width => width.max(1),
        };
        if columns >= MOST_COLUMNS {
            (columns, start) = (0, place + character.len_utf8());
        }
    }
    start
}

/// Letters follow each other in the payload as they do in the text. Where something was written over they may not: then they
/// are one letter, which stands for everything that came there.
fn push_letter(letters: &mut Vec<Letter>, own: usize, mut letter: Letter) {
    while let Some(last) = letters[own..].last() {
        let is_same = last.bytes == letter.bytes && last.text.end == letter.text.start;
        if !is_same && last.bytes.end <= letter.bytes.start {
            break;
        }
        let bytes = last.bytes.start.min(letter.bytes.start)..last.bytes.end.max(letter.bytes.end);
        letter = Letter { text: last.text.start..letter.text.end, bytes };
        letters.pop();
    }
    letters.push(letter);
}
