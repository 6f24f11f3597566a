//! The page that asks into which file a log goes on, and the part of the status bar that says that it does.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, explain, path_ui, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::log_file::{LogFileAction, LogFilePage, LogForm};
use crate::ui::theme::Theme;
use crate::ui::widgets::{ButtonKind, Choice, segmented, text_button, toggle};
use crate::util::bytes_text::ByteSize;
use egui::{RichText, Ui};
use std::path::Path;

/// Draws the page.
pub(in crate::ui) fn log_file_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut LogFilePage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(600.0);
    title(ui, ctx.text("log_file.title"));
    explain(ui, ctx.text("log_file.explain"));
    let choice = |value, text, tooltip| Choice { value, text: ctx.text(text), tooltip: ctx.text(tooltip) };
    let forms = [
        choice(LogForm::Text, "log_file.text", "log_file.text_tip"),
        choice(LogForm::Received, "log_file.received", "log_file.received_tip"),
        choice(LogForm::Everything, "log_file.everything", "log_file.everything_tip"),
    ];
    let before = page.form.format();
    ui.horizontal_wrapped(|ui| {
        segmented(ui, ctx.text("log_file.form"), &mut page.form, &forms);
        toggle(ui, &mut page.with_past, ctx.text("log_file.past"), ctx.text("log_file.past_tip"));
    });
    let format = page.form.format();
    if format != before && page.path.path().extension().is_some_and(|ending| ending == before.extension()) {
        page.path.text = page.path.path().with_extension(format.extension()).display().to_string();
    }
    let path = path_ui(ui, ctx, &mut page.path, out);
    if path.changed() {
        page.path.error = None;
    }
    let start = (ButtonKind::Main, "log_file.yes", TabPageAction::LogFile.into());
    buttons_of_field(ui, ctx, &path, start, out);
}

/// Says into which file the log goes on, and how much did; a press ends it.
pub(in crate::ui) fn log_file_status_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (path, written): (&Path, u64),
) -> Option<LogFileAction> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let line = ctx.format("log_file.status", &[("name", &name), ("size", &ByteSize(written))]);
    let tooltip = ctx.format("log_file.status_tip", &[("path", &path.display())]);
    ui.label(RichText::new("●").color(Theme::of(ui).error).size(9.0));
    text_button(ui, &line, &tooltip).clicked().then_some(LogFileAction::Toggle)
}
