//! The pages that ask for one thing: a name, a place in the log, a file to send.

use crate::ui::action::Action;
use crate::ui::ctx::ViewCtx;
use crate::ui::state::modal::{GoTo, Rename, SendFile};
use crate::ui::theme::Theme;
use crate::ui::views::modals::{buttons, focus_at_first, is_entered, path_ui, title};
use crate::ui::widgets::{ButtonKind, TextField};
use crate::util::bytes_text::Count;
use egui::{RichText, Ui};

/// A tab's name.
pub(super) fn rename_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rename: &mut Rename, out: &mut Vec<Action>) {
    ui.set_width(360.0);
    title(ui, ctx.text("tab.rename"));
    let hint = ctx.format("tab.name_hint", &[("title", &rename.title_without)]);
    let response = TextField::new(ctx.text("tab.name")).hint(&hint).show(ui, &mut rename.name);
    let done = Action::RenameTab { tab: rename.tab, name: rename.name.clone() };
    focus_at_first(ui, &response);
    if is_entered(ui, &response) {
        out.push(done.clone());
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "common.ok", done)), "common.cancel", out);
}

/// A row or a time.
pub(super) fn go_to_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut GoTo, out: &mut Vec<Action>) {
    ui.set_width(400.0);
    title(ui, ctx.text("goto.title"));
    let error = page.is_unclear.then_some(ctx.text("goto.unclear"));
    let response = TextField::new(ctx.text("goto.field"))
        .hint("4711 · 10:22:03.114 · +12.5")
        .payload_font()
        .error(error)
        .show(ui, &mut page.text);
    if response.changed() {
        page.is_unclear = false;
    }
    if is_entered(ui, &response) {
        out.push(Action::GoTo);
    }
    focus_at_first(ui, &response);
    ui.add(egui::Label::new(RichText::new(ctx.text("goto.help")).color(Theme::of(ui).dim)).wrap());
    buttons(ui, ctx, Some((ButtonKind::Main, "goto.yes", Action::GoTo)), "common.cancel", out);
}

/// The path of a file to send.
pub(super) fn send_file_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, file: &mut SendFile, out: &mut Vec<Action>) {
    ui.set_width(540.0);
    title(ui, ctx.text("file.title"));
    let response = path_ui(ui, ctx, &mut file.path, file.error.as_deref(), file.remark, out);
    if response.changed() {
        file.error = None;
    }
    if is_entered(ui, &response) {
        out.push(Action::StartFile);
    }
    if let Some(bytes) = file.cut_bytes {
        let line = ctx.format("file.cut", &[("size", &Count(bytes as u64))]);
        ui.add(egui::Label::new(RichText::new(line).color(Theme::of(ui).dim)).wrap());
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "composer.send", Action::StartFile)), "common.cancel", out);
}
