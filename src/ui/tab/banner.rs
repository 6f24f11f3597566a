//! What stays wrong until someone does something about it.

use crate::model::config::SessionShape;
use crate::model::failure::Failure;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::session::SessionAction;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::{ButtonKind, button};
use egui::{Frame, Label, Margin, Panel, RichText, Role, Ui, WidgetInfo};

/// Says that receiving is paused, why, and what to do.
pub fn banner_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    shape: SessionShape,
    failure: &Failure,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    // Nobody slows down who sends datagrams.
    let key = if shape.has_connections() { "banner.paused" } else { "banner.paused_datagrams" };
    let mut line = ctx.format(key, &[("failure", &text::failure_line(ctx.locale, failure))]);
    if let Some(hint) = text::hint(ctx.locale, failure) {
        line.push_str(ctx.text("connection.sentence_end"));
        line.push_str(hint);
    }
    let frame = Frame::new().fill(theme.error.gamma_multiply(0.18)).inner_margin(Margin::symmetric(12, 8));
    Panel::top("banner").resizable(false).frame(frame).show(ui, |ui| {
        let response = ui.add(Label::new(RichText::new(&line).color(theme.text)).wrap().selectable(true));
        response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &line));
        // The system gives a file that was removed no name again: this journal stays as it is.
        if failure.is_of_removed_file() {
            let (name, tip) = (ctx.text("banner.new_file"), ctx.text("banner.new_file_tip"));
            if button(ui, ButtonKind::Ordinary, name, None, tip).clicked() {
                out.push(SessionAction::StartNew.into());
            }
        }
    });
}
