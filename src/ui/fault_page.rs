//! The page that says that a part of the program broke, and where its report is. It does not know what broke.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::{PageAction, buttons, explain, focus_at_first, title};
use crate::ui::theme::{self, Theme};
use egui::{Frame, Label, Margin, RichText, Ui};
use std::path::PathBuf;

const WIDTH: f32 = 580.0;

/// What is said of a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultPage {
    /// The report, or why there is none.
    pub report: Result<PathBuf, String>,
    /// The window itself fell, and was started again.
    pub has_restarted: bool,
}

/// Draws the page.
pub(in crate::ui) fn fault_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &FaultPage,
    out: &mut Vec<impl From<PageAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("fault.title"));
    explain(ui, ctx.text(if page.has_restarted { "fault.restarted" } else { "fault.part" }));
    let (said, shown) = match &page.report {
        Ok(path) => ("fault.report", path.display().to_string()),
        Err(why) => ("fault.no_report", why.clone()),
    };
    explain(ui, ctx.text(said));
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.ground).corner_radius(theme::corners()).inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = RichText::new(shown).font(fonts::payload()).color(theme.text);
        // To be copied into a report, or opened.
        ui.add(Label::new(text).wrap().selectable(true));
    });
    let way_out = buttons(ui, ctx, None, "common.close", out);
    focus_at_first(ui, &way_out);
}
