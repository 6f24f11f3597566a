//! Text selected across rows of running text: from a byte of one row to a byte of another. It goes with the selected rows,
//! and is gone when others are. It must not know encodings, nor how a text is copied.

use crate::model::ids::RowKey;
use crate::ui::sheet::rows::Rows;
use crate::ui::sheet::selection::Part;
use crate::ui::sheet::{Frame, Sheet};
use egui::{Pos2, Ui};
use std::ops::Range;

/// A place in the payload of a row.
pub type RowPlace = (RowKey, usize);

/// The text from where a press began to where it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    origin: RowPlace,
    head: RowPlace,
}

impl Stretch {
    /// The text between two places.
    pub fn new(origin: RowPlace, head: RowPlace) -> Stretch {
        Stretch { origin, head }
    }

    /// The first row and the last one.
    pub fn rows(self) -> (RowKey, RowKey) {
        let (first, last) = self.ends();
        (first.0, last.0)
    }

    /// Which bytes of a row belong to it; those of a row in its middle without an end.
    pub fn bytes_in(self, row: RowKey) -> Range<usize> {
        let ((first, from), (last, to)) = self.ends();
        if row < first || last < row {
            return 0..0;
        }
        let start = if row == first { from } else { 0 };
        start..if row == last { to } else { usize::MAX }
    }

    fn ends(self) -> (RowPlace, RowPlace) {
        (self.origin.min(self.head), self.origin.max(self.head))
    }
}

impl Sheet {
    /// The text that is selected across rows, as long as these rows are, and are shown as running text.
    pub(super) fn shown_stretch(&self, rows: &dyn Rows) -> Option<Stretch> {
        self.stretch.filter(|_| rows.are_running()).filter(|stretch| self.has_rows_of(*stretch))
    }

    /// Forgets a text whose rows are not selected any more: it does not come back with them.
    pub(super) fn settle_stretch(&mut self, frame: &Frame) {
        if !frame.response.is_pointer_button_down_on() {
            self.stretch = self.stretch.filter(|stretch| self.has_rows_of(*stretch));
        }
    }

    /// Whether the rows of a text are selected, and no others.
    fn has_rows_of(&self, stretch: Stretch) -> bool {
        let (first, last) = stretch.rows();
        self.selection.ranges() == [first.0..=last.0]
    }

    /// The running text that is selected, across rows or within one: what is copied as it is seen.
    pub(super) fn selected_text(&self, rows: &mut dyn Rows) -> Option<Stretch> {
        if !rows.are_running() {
            return None;
        }
        let of_part = |part: Part| {
            let bytes = part.bytes();
            Stretch::new((part.row, bytes.start), (part.row, bytes.end))
        };
        self.shown_stretch(rows).or_else(|| self.shown_part(rows).map(of_part))
    }

    /// Selects all rows, each as a whole.
    pub(super) fn select_all(&mut self, rows: &dyn Rows, frame: &Frame) {
        self.stretch = None;
        self.selection.set_range(rows.key(0), rows.key(frame.extent.rows.saturating_sub(1)));
    }

    /// The text goes to this point from now on, from where the press began: in running text only.
    pub(super) fn stretch_to(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) {
        let before = self.shown_stretch(rows).map(|stretch| stretch.origin);
        let begun = self.part.map(|part| (part.row, part.origin())).or(before);
        let Some(origin) = begun.filter(|_| rows.are_running()) else {
            self.stretch = None;
            return;
        };
        let Some((row, _)) = self.row_at(at, rows, frame) else { return };
        let key = rows.key(row);
        let is_in_margin = at.x < frame.columns.content.min;
        let byte = self.byte_at(ui, at, rows, frame).map(|(_, byte)| byte).filter(|_| !is_in_margin);
        // What shows no payload is taken whole, and not at all in its margin on the way down.
        let whole = if key > origin.0 && !is_in_margin { usize::MAX } else { 0 };
        self.stretch = Some(Stretch::new(origin, (key, byte.unwrap_or(whole))));
    }
}

#[cfg(test)]
mod tests {
    use super::Stretch;
    use crate::model::ids::RowKey;

    #[test]
    fn each_row_gives_what_lies_between_the_ends() {
        for (origin, head) in [((RowKey(3), 5), (RowKey(6), 2)), ((RowKey(6), 2), (RowKey(3), 5))] {
            let stretch = Stretch::new(origin, head);
            let bytes = [2, 3, 4, 6, 7].map(|row| stretch.bytes_in(RowKey(row)));
            assert_eq!(bytes, [0..0, 5..usize::MAX, 0..usize::MAX, 0..2, 0..0]);
            assert_eq!(stretch.rows(), (RowKey(3), RowKey(6)));
        }
        assert_eq!(Stretch::new((RowKey(3), 5), (RowKey(3), 1)).bytes_in(RowKey(3)), 1..5);
    }
}
