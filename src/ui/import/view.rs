//! The page that brings a file in.

use crate::export::import::ImportFormat;
use crate::model::record::Direction;
use crate::ui::ctx::ViewCtx;
use crate::ui::import::ImportAction;
use crate::ui::import::ImportPage;
use crate::ui::page_parts::{PageAction, buttons, explain, is_entered, path_ui, progress_ui, title};
use crate::ui::text;
use crate::ui::widgets::{ButtonKind, Choice, PillCombo, TextField, segmented};
use crate::util::bytes_text::ByteSize;
use egui::Ui;

const WIDTH: f32 = 580.0;

/// Draws the page that asks which file to bring in.
pub(in crate::ui) fn import_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut ImportPage,
    out: &mut Vec<impl From<PageAction> + From<ImportAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("import.title"));
    explain(ui, ctx.text("import.explain"));
    ui.add_enabled_ui(page.progress.is_none(), |ui| {
        let before = (page.path.text.clone(), page.format);
        let path = path_ui(ui, ctx, &mut page.path, out);
        if is_entered(ui, &path) && !page.path.trimmed().is_empty() {
            out.push(ImportAction::Start.into());
        }
        ui.horizontal_wrapped(|ui| {
            format_ui(ui, ctx, &mut page.format);
            if page.format == Some(ImportFormat::Raw) {
                raw_ui(ui, ctx, page);
            }
        });
        if (page.path.text.as_str(), page.format) != (before.0.as_str(), before.1) {
            page.path.error = None;
        }
    });
    if let Some((done, total)) = page.progress {
        let line = if total == 0 { ByteSize(done).to_string() } else { String::new() };
        progress_ui(ui, ctx, (done, total), &line, ImportAction::Cancel.into(), out);
        return;
    }
    let is_ready = !page.path.trimmed().is_empty();
    let yes = is_ready.then_some((ButtonKind::Main, "import.yes", ImportAction::Start.into()));
    buttons(ui, ctx, yes, "common.cancel", out);
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
