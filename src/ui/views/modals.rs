//! What stands in front of everything: questions, names, quick sends, and the parts that all such pages have.

use crate::engine::command::FILE_DATAGRAM;
use crate::ui::action::{Action, TabKey};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::state::modal::{GoTo, Modal, Quick, Rename, SendFile};
use crate::ui::theme::{self, Theme};
use crate::ui::views::export_page::export_ui;
use crate::ui::views::help::help_ui;
use crate::ui::views::import_page::{import_ui, watch_ui};
use crate::ui::views::payload_choices;
use crate::ui::views::replies::replies_ui;
use crate::ui::widgets::{ButtonKind, TextField, button, error_line};
use crate::util::bytes_text::Count;
use egui::{Align, Id, Key, Layout, RichText, TextEdit, Ui};
use std::path::Path;

const LABEL_WIDTH: f32 = 90.0;

/// Draws the page in front, if there is one.
pub fn modal_ui(ui: &Ui, ctx: &ViewCtx<'_>, modal: &mut Option<Modal>, out: &mut Vec<Action>) {
    let Some(page) = modal else { return };
    // A press beside a page that is written on is a slip of the hand.
    let is_left_beside = matches!(page, Modal::Help | Modal::ConfirmClose(_) | Modal::ConfirmDelete(_));
    in_front(ui, "modal", is_left_beside, out, |ui, out| match page {
        Modal::Help => {
            help_ui(ui, ctx);
            buttons(ui, ctx, None, "common.close", out);
        }
        Modal::ConfirmClose(tab) => confirm_close_ui(ui, ctx, *tab, out),
        Modal::ConfirmDelete(path) => confirm_delete_ui(ui, ctx, path, out),
        Modal::Rename(rename) => rename_ui(ui, ctx, rename, out),
        Modal::Export(page) => export_ui(ui, ctx, page, out),
        Modal::Import(page) => import_ui(ui, ctx, page, out),
        Modal::Watch(page) => watch_ui(ui, ctx, page, out),
        Modal::SendFile(file) => send_file_ui(ui, ctx, file, out),
        Modal::Quick(quick) => quick_ui(ui, ctx, quick, out),
        Modal::GoTo(page) => go_to_ui(ui, ctx, page, out),
        Modal::Replies(page) => {
            ui.set_width(640.0);
            title(ui, ctx.text("replies.title"));
            let is_usable = replies_ui(ui, ctx, page);
            let main = is_usable.then_some((ButtonKind::Main, "common.ok", Action::SaveReplies));
            buttons(ui, ctx, main, "common.cancel", out);
        }
    });
}

/// Asks whether to end the program although something goes on.
pub fn confirm_quit_ui(ui: &Ui, ctx: &ViewCtx<'_>, out: &mut Vec<Action>) {
    in_front(ui, "quit", true, out, |ui, out| {
        question(ui, ctx.text("quit.title"), ctx.text("quit.question"));
        let yes = Some((ButtonKind::Ending, "quit.yes", Action::QuitAnyway));
        buttons(ui, ctx, yes, "common.cancel", out);
    });
}

fn in_front(
    ui: &Ui,
    name: &'static str,
    is_left_beside: bool,
    out: &mut Vec<Action>,
    add: impl FnOnce(&mut Ui, &mut Vec<Action>),
) {
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    let response = egui::Modal::new(Id::unique(name)).frame(frame).show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_8;
        add(ui, out);
    });
    let is_slip = !is_left_beside && response.backdrop_response.clicked();
    if !is_slip && response.should_close() {
        out.push(Action::CloseModal);
    }
}

/// The page's heading.
pub(super) fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(fonts::strong(16.0)).color(Theme::of(ui).text));
}

fn question(ui: &mut Ui, heading: &str, text: &str) {
    ui.set_width(420.0);
    title(ui, heading);
    ui.add(egui::Label::new(RichText::new(text).color(Theme::of(ui).dim)).wrap());
}

/// The page's buttons: what it is for at the right, and the way out beside it.
pub(super) fn buttons(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    main: Option<(ButtonKind, &'static str, Action)>,
    way_out: &'static str,
    out: &mut Vec<Action>,
) {
    ui.add_space(theme::SPACE_8);
    at_the_right(ui, |ui| {
        if let Some((kind, key, action)) = main
            && button(ui, kind, ctx.text(key), None, "").clicked()
        {
            out.push(action);
        }
        if button(ui, ButtonKind::Ordinary, ctx.text(way_out), None, "").clicked() {
            out.push(Action::CloseModal);
        }
    });
}

/// One line that is filled from the right.
fn at_the_right(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), add);
}

fn confirm_close_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: TabKey, out: &mut Vec<Action>) {
    question(ui, ctx.text("close.title"), ctx.text("close.question"));
    let yes = (ButtonKind::Ending, "close.yes", Action::CloseTabAnyway(tab));
    buttons(ui, ctx, Some(yes), "common.cancel", out);
}

fn confirm_delete_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, path: &Path, out: &mut Vec<Action>) {
    question(ui, ctx.text("delete.title"), ctx.text("delete.question"));
    ui.label(RichText::new(path.display().to_string()).font(fonts::payload()));
    let yes = (ButtonKind::Ending, "delete.yes", Action::DeleteSession(path.to_owned()));
    buttons(ui, ctx, Some(yes), "common.cancel", out);
}

fn rename_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rename: &mut Rename, out: &mut Vec<Action>) {
    ui.set_width(360.0);
    title(ui, ctx.text("tab.rename"));
    let hint = ctx.format("tab.name_hint", &[("title", &rename.title_without)]);
    let response = TextField::new(ctx.text("tab.name")).hint(&hint).show(ui, &mut rename.name);
    let done = Action::RenameTab { tab: rename.tab, name: rename.name.clone() };
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        out.push(done.clone());
    } else if !response.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "common.ok", done)), "common.cancel", out);
}

fn go_to_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut GoTo, out: &mut Vec<Action>) {
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
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        out.push(Action::GoTo);
    } else if !response.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    ui.add(egui::Label::new(RichText::new(ctx.text("goto.help")).color(Theme::of(ui).dim)).wrap());
    buttons(ui, ctx, Some((ButtonKind::Main, "goto.yes", Action::GoTo)), "common.cancel", out);
}

/// How far the page's work is, and the way to stop it.
pub(super) fn progress_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (done, total): (u64, u64),
    line: &str,
    stop: Action,
    out: &mut Vec<Action>,
) {
    let part = if total == 0 { 0.0 } else { done as f64 / total as f64 };
    #[expect(clippy::cast_possible_truncation, reason = "a part between 0 and 1 for a bar of some pixels")]
    let mut bar = egui::ProgressBar::new(part as f32);
    if !line.is_empty() {
        bar = bar.text(line);
    }
    ui.add(bar);
    at_the_right(ui, |ui| {
        let tooltip = ctx.text("save.cancel_tip");
        if button(ui, ButtonKind::Ending, ctx.text("common.cancel"), None, tooltip).clicked() {
            out.push(stop);
        }
    });
}

/// The field for a path, with what is wrong with it, and the way to the platform's dialog.
pub(super) fn path_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    path: &mut String,
    error: Option<&str>,
    remark: Option<&'static str>,
    out: &mut Vec<Action>,
) {
    ui.horizontal_top(|ui| {
        TextField::new(ctx.text("save.path"))
            .error(error)
            .width(ui.available_width() - 100.0)
            .payload_font()
            .show(ui, path);
        if button(ui, ButtonKind::Ordinary, ctx.text("save.browse"), Some(92.0), ctx.text("save.browse_tip"))
            .clicked()
        {
            out.push(Action::Browse);
        }
    });
    if let Some(key) = remark {
        let line = RichText::new(ctx.text(key)).size(theme::LABEL_SIZE).color(Theme::of(ui).dim);
        ui.label(line);
    }
}

fn send_file_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, file: &mut SendFile, out: &mut Vec<Action>) {
    ui.set_width(540.0);
    title(ui, ctx.text("file.title"));
    path_ui(ui, ctx, &mut file.path, file.error.as_deref(), file.remark, out);
    if file.is_cut {
        let line = ctx.format("file.cut", &[("size", &Count(FILE_DATAGRAM as u64))]);
        ui.add(egui::Label::new(RichText::new(line).color(Theme::of(ui).dim)).wrap());
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "composer.send", Action::StartFile)), "common.cancel", out);
}

fn quick_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut Quick, out: &mut Vec<Action>) {
    ui.set_width(480.0);
    title(ui, ctx.text(if page.place.is_some() { "quick.edit" } else { "quick.add" }));
    let quick = &mut page.quick;
    TextField::new(ctx.text("quick.name")).labelled(LABEL_WIDTH).show(ui, &mut quick.name);
    TextField::new(ctx.text("quick.group")).labelled(LABEL_WIDTH).show(ui, &mut quick.group);
    ui.push_id("quick", |ui| {
        ui.horizontal(|ui| {
            payload_choices::input_ui(ui, ctx, &mut quick.input);
            payload_choices::append_ui(ui, ctx, &mut quick.append);
            payload_choices::checksum_ui(ui, ctx, &mut quick.checksum);
        });
    });
    let edit = TextEdit::multiline(&mut quick.text)
        .font(fonts::payload())
        .desired_rows(3)
        .desired_width(f32::INFINITY)
        .char_limit(16 * 1024);
    let response = ui.add(edit);
    let name = ctx.text("quick.content");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    if quick.name.trim().is_empty() {
        error_line(ui, ctx.text("quick.name_missing"));
    }
    ui.horizontal(|ui| {
        if page.place.is_some()
            && button(ui, ButtonKind::Ending, ctx.text("quick.remove"), None, "").clicked()
        {
            out.push(Action::RemoveQuick);
        }
    });
    let can_save = !page.quick.name.trim().is_empty();
    let main = can_save.then_some((ButtonKind::Main, "common.ok", Action::SaveQuick));
    buttons(ui, ctx, main, "common.cancel", out);
}
