//! Selecting a part of one row by dragging over its letters, or with keys. It must not know encodings: rows say which bytes a
//! letter shows.

use crate::codec::represent::Letter;
use crate::model::ids::RowKey;
use crate::ui::sheet::rows::{RowContent, RowLine, Rows};
use crate::ui::sheet::selection::Part;
use crate::ui::sheet::texts::SheetTexts;
use crate::ui::sheet::{Frame, Sheet, line, paint};
use crate::util::bytes_text::Count;
use egui::{CursorIcon, Pos2, Ui};
use std::ops::Range;

/// A way to go with the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterStep {
    /// To the letter before.
    Back,
    /// To the letter after.
    On,
}

impl Sheet {
    /// The part of the selected row that is selected, if a part is.
    pub fn part(&self) -> Option<Part> {
        self.begun_part().filter(|part| !part.is_empty())
    }

    /// The part that is selected where a person sees it: a view that shows no payload shows no part of it.
    pub(super) fn shown_part(&self, rows: &mut dyn Rows) -> Option<Part> {
        let part = self.part()?;
        let index = rows.shown_index(part.row)?;
        rows.content(index).shows_payload.then_some(part)
    }

    /// Selects these bytes of a row, and so the row.
    pub fn select_part(&mut self, row: RowKey, bytes: &Range<usize>) {
        self.selection.set(row);
        self.part = Some(Part::new(row, bytes));
    }

    /// A part goes with its row, and is gone when another row is selected, or several.
    fn begun_part(&self) -> Option<Part> {
        self.part.filter(|part| self.selection.single() == Some(part.row))
    }

    /// Forgets a part whose row is not selected any more, unless a drag that has left the row may come back to it.
    pub(super) fn settle_part(&mut self, frame: &Frame) {
        if !frame.response.is_pointer_button_down_on() {
            self.part = self.begun_part();
        }
    }

    /// A press in a row: a part may begin there.
    pub(super) fn begin_part(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) {
        let begun = self.byte_at(ui, at, rows, frame);
        self.part = begun.map(|(row, byte)| Part::at(row, byte));
    }

    /// A press that goes on from where a part began; tells whether it is in the same row.
    pub(super) fn continue_part(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) -> bool {
        let (Some(part), Some((row, byte))) = (self.begun_part(), self.byte_at(ui, at, rows, frame)) else {
            return false;
        };
        if part.row == row {
            self.part = Some(part.extended_to(byte));
        }
        part.row == row
    }

    /// A drag within the row that it began in selects a part of it; tells whether it is there. Elsewhere rows are meant.
    pub(super) fn drag_part(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) -> bool {
        let Some(part) = self.part else { return false };
        let is_there = self.row_at(at, rows, frame).is_some_and(|(row, _)| rows.key(row) == part.row);
        let head = if is_there { self.byte_at(ui, at, rows, frame).map(|(_, byte)| byte) } else { None };
        self.part = Some(part.extended_to(head.unwrap_or(part.origin())));
        if is_there {
            self.selection.set(part.row);
        }
        is_there
    }

    /// Selects the word at a point: letters and digits that stand together, or else one letter.
    pub(super) fn select_word(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) {
        let Some((index, top)) = self.row_at(at, rows, frame).filter(|_| at.x >= frame.columns.content.min)
        else {
            return;
        };
        let row = rows.key(index);
        let content = rows.content_with_letters(index);
        let Some(line) = content.lines.get(paint::line_at(content, at.y - top)) else { return };
        let Some((place, _)) = line::letter_at(ui, frame.columns.content, line, at.x) else { return };
        let bytes = word_around(line, place);
        self.select_part(row, &bytes);
    }

    /// Goes on by one letter from where the part ends, or back. It begins where a row was pressed last, and with its first
    /// byte where it was not.
    pub(super) fn step_part(&mut self, step: LetterStep, rows: &mut dyn Rows) {
        let first = || self.selection.single().map(|row| Part::at(row, 0));
        let Some(part) = self.begun_part().or_else(first) else { return };
        let Some(index) = rows.shown_index(part.row) else { return };
        let content = rows.content_with_letters(index);
        let letters = content.lines.iter().flat_map(|line| &line.letters);
        let head = match step {
            LetterStep::On => letters.map(|letter| letter.bytes.end).filter(|end| *end > part.head()).min(),
            LetterStep::Back => {
                letters.map(|letter| letter.bytes.start).filter(|start| *start < part.head()).max()
            }
        };
        self.part = Some(part.extended_to(head.unwrap_or(part.head())));
    }

    /// Shows over payload that parts of it can be selected.
    pub(super) fn show_text_cursor(&self, ui: &Ui, rows: &mut dyn Rows, frame: &Frame) {
        let Some(at) = frame.response.hover_pos().filter(|at| at.x >= frame.columns.content.min) else {
            return;
        };
        let row = self.row_at(at, rows, frame);
        if row.is_some_and(|(row, _)| rows.content(row).shows_payload) {
            ui.ctx().set_cursor_icon(CursorIcon::Text);
        }
    }

    /// The row at a point among the content, and the place in its payload that is nearest: a letter counts from its middle
    /// on.
    pub(super) fn byte_at(
        &self,
        ui: &Ui,
        at: Pos2,
        rows: &mut dyn Rows,
        frame: &Frame,
    ) -> Option<(RowKey, usize)> {
        let (row, top) = self.row_at(at, rows, frame)?;
        let key = rows.key(row);
        let content = rows.content_with_letters(row);
        // Where there is no triangle, its room belongs to the first letter.
        let has_triangle = content.folded || content.expanded;
        let is_before = at.x < frame.columns.content.min - 1.0;
        if is_before && (has_triangle || !paint::is_on_disclosure(&frame.columns, at.x)) {
            return None;
        }
        let place = paint::line_at(content, at.y - top);
        Some((key, byte_in_line(ui, frame, content, place, at.x)?))
    }
}

/// What a screen reader says about a part.
pub(super) fn told(part: Part, texts: &SheetTexts) -> String {
    format!("{}: {}", texts.part, Count(part.bytes().len() as u64))
}

fn byte_in_line(ui: &Ui, frame: &Frame, content: &RowContent, place: usize, x: f32) -> Option<usize> {
    let line = content.lines.get(place)?;
    if let Some((letter, is_behind)) = line::letter_at(ui, frame.columns.content, line, x) {
        let bytes = &line.letters[letter].bytes;
        return Some(if is_behind { bytes.end } else { bytes.start });
    }
    // A line that shows no bytes, such as the mark that there are more, stands behind those that do.
    let above = content.lines[..place].iter().rev().find_map(|line| line.letters.last());
    let any = || content.lines.iter().find_map(|line| line.letters.first()).map(|letter| letter.bytes.start);
    above.map(|letter| letter.bytes.end).or_else(any)
}

/// The bytes of the letters and digits that stand together around a letter of a line.
fn word_around(line: &RowLine, place: usize) -> Range<usize> {
    let letters = &line.letters;
    let is_word = |letter: &Letter| {
        // The name of a control character, or a byte as two digits, is a word by itself.
        let mut text = line.text.get(letter.text.clone()).unwrap_or_default().chars();
        let is_letter = text.next().is_some_and(|character| character.is_alphanumeric() || character == '_');
        is_letter && text.next().is_none()
    };
    let is_joined = |before: usize| {
        letters[before].text.end == letters[before + 1].text.start
            && is_word(&letters[before])
            && is_word(&letters[before + 1])
    };
    let first = (0..place).rev().take_while(|before| is_joined(*before)).last().unwrap_or(place);
    let last = (place..letters.len() - 1).take_while(|before| is_joined(*before)).last();
    letters[first].bytes.start..letters[last.map_or(place, |last| last + 1)].bytes.end
}
