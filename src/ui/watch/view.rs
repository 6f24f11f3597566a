//! The page that says that Wireshark cannot be started, and what to do instead.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::{PageAction, buttons, explain, path_ui, title};
use crate::ui::theme::{self, Theme};
use crate::ui::watch::WatchAction;
use crate::ui::watch::WatchPage;
use crate::ui::widgets::{ButtonKind, button};
use egui::{Frame, Label, Margin, RichText, Ui};

const WIDTH: f32 = 580.0;

/// Draws the page that says that Wireshark is not there.
pub(in crate::ui) fn watch_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut WatchPage,
    out: &mut Vec<impl From<PageAction> + From<WatchAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("watch.title"));
    explain(ui, ctx.text("watch.explain"));
    path_ui(ui, ctx, &mut page.path, out);
    ui.add_space(theme::SPACE_4);
    explain(ui, ctx.text("watch.command"));
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.ground).corner_radius(theme::corners()).inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(&page.command).font(fonts::payload()).color(theme.text)).wrap());
    });
    if button(ui, ButtonKind::Ordinary, ctx.text("watch.copy"), None, "").clicked() {
        out.push(WatchAction::CopyCommand.into());
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "watch.yes", WatchAction::Start.into())), "common.cancel", out);
}
