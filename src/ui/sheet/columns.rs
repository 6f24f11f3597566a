//! How wide the columns of a sheet are: as wide as what they hold, and fewer where there is little room.
//!
//! It must not know what is drawn in them.

use crate::ui::fonts;
use crate::ui::theme;
use egui::{Rangef, Rect};

/// What is between two columns.
const GAP: f32 = theme::SPACE_12;

/// The content gets at least this many points before other columns are left out.
const CONTENT_AT_LEAST: f32 = 260.0;

/// Where each column begins and ends; a column that is left out is not there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    /// Row numbers, right-aligned.
    pub number: Option<Rangef>,
    /// Times.
    pub time: Rangef,
    /// Differences between times, right-aligned.
    pub delta: Option<Rangef>,
    /// Direction and peer.
    pub peer: Rangef,
    /// Sizes, right-aligned.
    pub bytes: Option<Rangef>,
    /// The content.
    pub content: Rangef,
}

/// How many characters the widest text of each column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths {
    /// Of the row numbers.
    pub number: usize,
    /// Of the times.
    pub time: usize,
    /// Of the peers.
    pub peer: usize,
    /// Of the sizes.
    pub bytes: usize,
}

impl Default for Widths {
    fn default() -> Widths {
        Widths { number: 3, time: 12, peer: 4, bytes: 5 }
    }
}

impl Widths {
    /// Makes room for texts of these lengths. Columns never get narrower, so that they do not jump.
    pub fn grow(&mut self, [number, time, peer, bytes]: [usize; 4]) {
        self.number = self.number.max(number);
        self.time = self.time.max(time);
        self.peer = self.peer.max(peer);
        self.bytes = self.bytes.max(bytes);
    }
}

impl Columns {
    /// The columns of a sheet of this width.
    pub fn of(sheet: Rect, widths: Widths) -> Columns {
        let wide = |characters: usize| characters as f32 * fonts::payload_column_width() + GAP;
        let (number, time, delta, peer, bytes) =
            (wide(widths.number), wide(widths.time), wide(7), wide(widths.peer), wide(widths.bytes));
        let spare = sheet.width() - (time + peer + CONTENT_AT_LEAST);
        let with_number = spare >= number;
        let with_bytes = spare >= number + bytes;
        let with_delta = spare >= number + bytes + delta;

        let mut left = sheet.left();
        let mut take = |width: f32| {
            // Half of what is between two columns belongs to each of them.
            let column = Rangef::new(left + GAP / 2.0, left + width - GAP / 2.0);
            left += width;
            column
        };
        let number = with_number.then(|| take(number));
        let time = take(time);
        let delta = with_delta.then(|| take(delta));
        let peer = take(peer);
        let bytes = with_bytes.then(|| take(bytes));
        // The triangle that unfolds a row stands in the wider gap before the content.
        let content = Rangef::new(left + theme::SPACE_16, sheet.right() - theme::SPACE_4);
        Columns { number, time, delta, peer, bytes, content }
    }

    /// The margin and the text of a sheet of running text: times, directions and peers stand in the margin.
    pub fn of_running(sheet: Rect, widths: Widths) -> Columns {
        let wide = |characters: usize| characters as f32 * fonts::payload_column_width();
        let time = Rangef::new(sheet.left() + GAP / 2.0, sheet.left() + GAP / 2.0 + wide(widths.time));
        let peer = Rangef::new(time.max + GAP, time.max + GAP + wide(widths.peer));
        let content = Rangef::new(peer.max + GAP / 2.0 + theme::SPACE_16, sheet.right() - theme::SPACE_4);
        Columns { number: None, time, delta: None, peer, bytes: None, content }
    }

    /// How many characters of the payload font the content column holds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is clamped to a screen's width"
    )]
    pub fn content_characters(&self) -> usize {
        (self.content.span() / fonts::payload_column_width()).clamp(16.0, 4_000.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Widths};
    use egui::{Rect, pos2, vec2};

    #[test]
    fn the_content_keeps_its_room() {
        let rows = [(900.0, true, true, true), (560.0, true, true, true), (540.0, true, false, true)];
        let rows = rows.into_iter().chain([(470.0, true, false, false), (300.0, false, false, false)]);
        for (width, number, delta, bytes) in rows {
            let sheet = Rect::from_min_size(pos2(10.0, 0.0), vec2(width, 400.0));
            let columns = Columns::of(sheet, Widths::default());
            let found = (columns.number.is_some(), columns.delta.is_some(), columns.bytes.is_some());
            assert_eq!(found, (number, delta, bytes), "{width}");
            assert!(columns.content.max <= sheet.right(), "{width}");
            assert!(columns.content.span() > 100.0, "{width}: {columns:?}");
        }
    }
}
