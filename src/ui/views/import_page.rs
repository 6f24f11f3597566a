//! The pages that bring a file in, and that help where Wireshark cannot be started.

use crate::export::import::ImportFormat;
use crate::model::record::Direction;
use crate::ui::action::Action;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::state::export::{ImportPage, WatchPage};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::views::modals::{buttons, path_ui, progress_ui, title};
use crate::ui::widgets::{ButtonKind, Choice, PillCombo, TextField, button, segmented};
use crate::util::bytes_text::ByteSize;
use egui::{Frame, Label, Margin, RichText, Ui};

const WIDTH: f32 = 580.0;

/// Draws the page that asks which file to bring in.
pub(super) fn import_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut ImportPage, out: &mut Vec<Action>) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("import.title"));
    explain(ui, ctx.text("import.explain"));
    ui.add_enabled_ui(page.progress.is_none(), |ui| {
        let before = (page.path.clone(), page.format);
        path_ui(ui, ctx, &mut page.path, page.error.as_deref(), page.remark, out);
        ui.horizontal_wrapped(|ui| {
            format_ui(ui, ctx, &mut page.format);
            if page.format == Some(ImportFormat::Raw) {
                raw_ui(ui, ctx, page);
            }
        });
        if (page.path.as_str(), page.format) != (before.0.as_str(), before.1) {
            page.error = None;
        }
    });
    if let Some((done, total)) = page.progress {
        let line = if total == 0 { ByteSize(done).to_string() } else { String::new() };
        progress_ui(ui, ctx, (done, total), &line, Action::CancelImport, out);
        return;
    }
    let is_ready = !page.path.trim().is_empty();
    let yes = is_ready.then_some((ButtonKind::Main, "import.yes", Action::StartImport));
    buttons(ui, ctx, yes, "common.cancel", out);
}

/// Draws the page that says that Wireshark is not there.
pub(super) fn watch_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut WatchPage, out: &mut Vec<Action>) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("watch.title"));
    explain(ui, ctx.text("watch.explain"));
    path_ui(ui, ctx, &mut page.path, Some(&page.error), page.remark, out);
    ui.add_space(theme::SPACE_4);
    explain(ui, ctx.text("watch.command"));
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.ground).corner_radius(theme::corners()).inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(&page.command).font(fonts::payload()).color(theme.text)).wrap());
    });
    if button(ui, ButtonKind::Ordinary, ctx.text("watch.copy"), None, "").clicked() {
        out.push(Action::CopyText(page.command.clone()));
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "watch.yes", Action::StartWatch)), "common.cancel", out);
}

fn explain(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(Theme::of(ui).dim)).wrap());
}

fn format_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, format: &mut Option<ImportFormat>) {
    let name_of = |format| match format {
        None => ctx.text("import.by_content"),
        Some(ImportFormat::Capture) => ctx.text("import.capture"),
        Some(ImportFormat::Jsonl) => ctx.text("import.jsonl"),
        Some(ImportFormat::Raw) => ctx.text("import.raw"),
    };
    let before = *format;
    PillCombo::new("import-format", ctx.text("import.format"), name_of(before)).show(ui, |ui| {
        for candidate in
            [None, Some(ImportFormat::Capture), Some(ImportFormat::Jsonl), Some(ImportFormat::Raw)]
        {
            if PillCombo::choice(ui, candidate == before, name_of(candidate)) {
                *format = candidate;
            }
        }
    });
}

/// What a file of bytes does not tell about itself.
fn raw_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut ImportPage) {
    let ways = [Direction::Received, Direction::Sent].map(|value| Choice {
        value,
        text: text::direction_name(ctx.locale, Some(value)),
        tooltip: "",
    });
    segmented(ui, ctx.text("filter.direction"), &mut page.direction, &ways);
    TextField::new(ctx.text("import.peer"))
        .hint(ctx.text("import.peer_hint"))
        .width(220.0)
        .payload_font()
        .show(ui, &mut page.peer);
}
