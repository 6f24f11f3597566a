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
        // A list that has become shorter is scrolled back only after it was drawn, and nothing of it is in sight now.
        if seen.min.y > 0.0 && seen.max.y > height {
            ui.ctx().request_repaint();
        }
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
    use super::{around, long_list};
    use egui::{
        Context, Event, Modifiers, MouseWheelUnit, RawInput, Rect, ScrollArea, TouchPhase, ViewportId, pos2,
        vec2,
    };
    use std::time::Duration;

    #[test]
    fn a_list_that_becomes_shorter_while_scrolled_down_is_drawn_again() {
        let ctx = Context::default();
        let mut time = 0.0;
        let mut frame = |count: usize, events: Vec<Event>| {
            time += 1.0;
            let screen_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 100.0)));
            let input = RawInput { screen_rect, events, time: Some(time), ..RawInput::default() };
            let mut seen = false;
            let mut output = ctx.run_ui(input, |ui| {
                long_list(ui, ScrollArea::vertical(), 20.0, count, |ui, rows| {
                    for _ in rows {
                        let label = ui.add_sized([50.0, 20.0], egui::Label::new("row"));
                        seen |= ui.clip_rect().intersects(label.rect);
                    }
                });
            });
            output.textures_delta.clear();
            (seen, output.viewport_output[&ViewportId::ROOT].repaint_delay == Duration::ZERO)
        };
        frame(100, vec![Event::PointerMoved(pos2(50.0, 50.0))]);
        frame(
            100,
            vec![Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, -1500.0),
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            }],
        );
        let rests = (0..100).any(|_| frame(100, Vec::new()) == (true, false));
        assert!(rests, "it comes to rest");
        let (mut is_seen, mut is_drawn_again) = frame(5, Vec::new());
        assert!(!is_seen, "nothing of it is where the long one was looked at");
        for _ in 0..3 {
            assert!(is_seen || is_drawn_again, "it stays blank");
            (is_seen, is_drawn_again) = frame(5, Vec::new());
        }
        assert!(is_seen);
    }

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
