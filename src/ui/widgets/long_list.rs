//! A list of which only the rows in sight are drawn, and one before and behind them: there the keyboard goes next.
//!
//! It must not know what the rows are.

use egui::{Rect, ScrollArea, Ui, UiBuilder};
use std::ops::Range;

/// Draws a list of so many rows, all of one height.
pub fn long_list(
    ui: &mut Ui,
    area: ScrollArea,
    row_height: f32,
    count: usize,
    add: impl FnOnce(&mut Ui, Range<usize>),
) {
    let gap = ui.spacing().item_spacing.y;
    let step = row_height + gap;
    area.show_viewport(ui, |ui, seen| {
        #[expect(clippy::cast_precision_loss, reason = "a list that a person goes through")]
        let height = (step * count as f32 - gap).max(0.0);
        ui.set_height(height);
        let rows = around(seen.y_range().min / step, seen.y_range().max / step, count);
        #[expect(clippy::cast_precision_loss, reason = "a list that a person goes through")]
        let [top, bottom] = [rows.start, rows.end].map(|row| ui.max_rect().top() + row as f32 * step);
        let place = Rect::from_x_y_ranges(ui.max_rect().x_range(), top..=bottom);
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            // A row is the same to the toolkit wherever the list is scrolled to.
            ui.skip_ahead_auto_ids(rows.start);
            add(ui, rows);
        });
    });
}

/// The rows between these places, and one more at either end.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no places before the first one")]
fn around(first: f32, last: f32, count: usize) -> Range<usize> {
    let end = (last.max(0.0).ceil() as usize).saturating_add(1).min(count);
    (first.max(0.0) as usize).saturating_sub(1).min(end)..end
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn one_row_more_than_seen_stands_at_either_end() {
        for (first, last, count, rows) in [
            (0.0, 10.0, 100, 0..11),
            (5.5, 15.5, 100, 4..17),
            (90.0, 100.0, 100, 89..100),
            (0.0, 10.0, 3, 0..3),
            (0.0, 10.0, 0, 0..0),
            (50.0, 60.0, 3, 3..3),
            (-4.0, -1.0, 3, 0..1),
        ] {
            assert_eq!(around(first, last, count), rows, "{first} to {last} of {count}");
        }
    }
}
