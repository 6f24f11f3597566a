//! What is repeated, a line each: how often it went out, to whom, its exact bytes, and how well its time is kept.

use crate::automation::interval;
use crate::model::status::RepeatStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::ComposerAction;
use crate::ui::tab::composer::preview::bytes_ui;
use crate::ui::tab::composer::repeats::Repeating;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, button, icon_button};
use crate::util::bytes_text::Count;
use egui::{Align, Label, Layout, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};
use std::time::Duration;

/// So many lines are seen at once.
const LINES: f32 = 3.0;

/// The room of the pace, so that nothing moves when its figures do.
const PACE_WIDTH: f32 = 208.0;

/// Pace and bytes stand beside each other where there is more room than this.
const ROOM_FOR_BOTH: f32 = 620.0;

/// A repeat as it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShownRepeat<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) repeating: &'a Repeating,
    /// What it has done.
    pub(super) status: Option<&'a RepeatStatus>,
    /// It is not what is written now, to whom is chosen now.
    pub(super) is_other: bool,
}

/// Draws them. What is written can go out instead of one that is other, or beside all, unless it is `off`.
pub(super) fn repeats_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    repeats: &[ShownRepeat<'_>],
    off: Option<&str>,
    out: &mut Vec<TabAction>,
) {
    let can_add = off.is_none() && repeats.iter().all(|shown| shown.is_other);
    let height = LINES * (theme::CONTROL_HEIGHT + theme::SPACE_4);
    ScrollArea::vertical().id_salt("repeats").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_4;
        for shown in repeats {
            ui.push_id(shown.repeating.job.0, |ui| {
                let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
                ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
                    line_ui(ui, ctx, *shown, (off, can_add && shown.number == 1), out);
                });
            });
        }
    });
}

fn line_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    shown: ShownRepeat<'_>,
    (off, can_add): (Option<&str>, bool),
    out: &mut Vec<TabAction>,
) {
    let Repeating { job, composed, whom, plan, .. } = shown.repeating;
    if icon_button(ui, "×", &ctx.format("repeat.stop", &[("number", &shown.number)])).clicked() {
        out.push(ComposerAction::StopRepeat(*job).into());
    }
    if can_add && icon_button(ui, "＋", ctx.text("repeat.add")).clicked() {
        out.push(ComposerAction::StartRepeat.into());
    }
    if shown.is_other {
        ui.add_enabled_ui(off.is_none(), |ui| {
            let name = ctx.text("repeat.renew");
            let response = button(ui, ButtonKind::Ordinary, name, None, ctx.text("repeat.renew_tip"));
            if response.clicked() {
                out.push(ComposerAction::RenewRepeat(*job).into());
            }
            response.on_disabled_hover_text(off.unwrap_or_default());
        });
    }
    let (line, tip) = pace(ctx, plan.every, shown.status);
    // Where there is room for one of them, the bytes are what has to be seen.
    if ui.available_width() > ROOM_FOR_BOTH {
        let (place, _) = ui.allocate_exact_size(vec2(PACE_WIDTH, theme::CONTROL_HEIGHT), Sense::hover());
        let shown_line = RichText::new(&line).color(Theme::of(ui).dim);
        let inside = UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center));
        ui.new_child(inside).add(Label::new(shown_line).truncate()).on_hover_text(&tip);
    }
    let done = Count(shown.status.map_or(0, |status| status.sent));
    let heading = match plan.times {
        None => ctx.format("repeat.running", &[("count", &done), ("whom", whom)]),
        Some(times) => {
            ctx.format("repeat.running_of", &[("count", &done), ("times", &Count(times)), ("whom", whom)])
        }
    };
    let rest = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(rest, Layout::left_to_right(Align::Center), |ui| {
        bytes_ui(ui, ctx, &heading, composed)
            .on_hover_text(format!("{}\n{line}\n{tip}", ctx.text("repeat.running_tip")));
    });
}

/// The interval that was asked for, the rate that was reached and how late the latest are, with the whole of it.
fn pace(ctx: &ViewCtx<'_>, every: Duration, status: Option<&RepeatStatus>) -> (String, String) {
    let every = interval::text(every).replace("us", "µs");
    let known = status.and_then(|status| Some((status.achieved?, status.late_p50_ns?, status.late_p99_ns?)));
    let Some((achieved, half, most)) = known else {
        return (ctx.format("repeat.asked", &[("every", &every)]), String::new());
    };
    let rate = rate_text(achieved);
    let (half, most) = (late_text(half), late_text(most));
    let line = ctx.format("repeat.pace", &[("every", &every), ("rate", &rate), ("late", &most)]);
    let achieved = late_text(u64::try_from(achieved.as_nanos()).unwrap_or(u64::MAX));
    let tip = ctx.format("repeat.pace_tip", &[("achieved", &achieved), ("half", &half), ("most", &most)]);
    (line, tip)
}

/// How many there are in a second.
fn rate_text(achieved: Duration) -> String {
    let rate = 1.0 / achieved.as_secs_f64().max(1e-9);
    if rate >= 1000.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}

fn late_text(nanos: u64) -> String {
    let micros = nanos / 1000;
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10),
        _ => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::{late_text, rate_text};
    use std::time::Duration;

    #[test]
    fn figures_are_short_and_exact_enough() {
        assert_eq!(
            [999, 12_345, 1_234_567, 2_500_000_000].map(late_text),
            ["0 µs", "12 µs", "1.23 ms", "2.50 s"]
        );
        let rates =
            [Duration::from_millis(20), Duration::from_micros(100), Duration::from_secs(5)].map(rate_text);
        assert_eq!(rates, ["50.0", "10000", "0.2"]);
    }
}
