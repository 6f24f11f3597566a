//! The page that takes a session along: format, rows, options where they apply, a look at the first lines, and where to.

use crate::export::Format;
use crate::ui::ctx::ViewCtx;
use crate::ui::export::ExportAction;
use crate::ui::export::page::{ExportChoices, ExportFrom, ExportPage, Scope};
use crate::ui::filter_choices::{direction_ui, peer_ui};
use crate::ui::fonts;
use crate::ui::log::RowView;
use crate::ui::page_parts::{PageAction, buttons, is_entered, path_ui, progress_ui, title};
use crate::ui::tab::view_bar::{encoding_combo, view_choices};
use crate::ui::theme::{self, Theme};
use crate::ui::times::{TIME_CHOICES, is_dateless};
use crate::ui::widgets::{ButtonKind, Choice, PillCombo, segmented, toggle};
use crate::util::bytes_text::Count;
use crate::workspace::settings::{TableChoice, TimeFormat};
use egui::{Frame, Label, Margin, RichText, Ui};
use std::path::Path;

const WIDTH: f32 = 660.0;

/// The preview is as high as its lines, so that nothing moves while it is remade.
const PREVIEW_HEIGHT: f32 = 166.0;

/// Draws the page.
pub(in crate::ui) fn export_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut ExportPage,
    out: &mut Vec<impl From<PageAction> + From<ExportAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text(page.title));
    ui.add_enabled_ui(page.progress.is_none(), |ui| {
        let before = page.choices.clone();
        format_ui(ui, ctx, page);
        ui.horizontal_wrapped(|ui| rows_ui(ui, ctx, page));
        ui.vertical(|ui| {
            // Two lines for all formats: nothing below moves when another one is chosen.
            ui.set_min_height(2.0 * theme::CONTROL_HEIGHT + theme::SPACE_8);
            ui.horizontal_wrapped(|ui| options_ui(ui, ctx, &mut page.choices));
        });
        if page.choices != before {
            page.path.error = None;
        }
        preview_ui(ui, ctx, page);
        let path = path_ui(ui, ctx, &mut page.path, out);
        if path.changed() {
            page.follow_ending();
        }
        if is_entered(ui, &path) {
            out.push(ExportAction::Start.into());
        }
    });
    if let Some((done, total)) = page.progress {
        let line = format!("{} / {}", Count(done), Count(total));
        progress_ui(ui, ctx, (done, total), &line, ExportAction::Cancel.into(), out);
        return;
    }
    buttons(ui, ctx, Some((ButtonKind::Main, "save.yes", ExportAction::Start.into())), "common.cancel", out);
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Text => "format.text",
        Format::Hexdump => "format.hexdump",
        Format::Csv => "format.csv",
        Format::Jsonl => "format.jsonl",
        Format::Raw => "format.raw",
        Format::Html => "format.html",
        Format::Pcapng => "format.pcapng",
    }
}

fn format_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut ExportPage) {
    let before = page.choices.format;
    let shown = ctx.text(format_name(before));
    PillCombo::new("format", ctx.text("save.format"), shown).width(ui.available_width()).show(ui, |ui| {
        for format in Format::all() {
            if PillCombo::choice(ui, format == before, ctx.text(format_name(format))) {
                page.choices.format = format;
                if !page.path.text.is_empty() {
                    let path = Path::new(&page.path.text).with_extension(format.extension());
                    page.path.text = path.display().to_string();
                }
            }
        }
    });
}

/// Which rows: all, those in sight, or those selected; then one way, or one peer.
fn rows_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut ExportPage) {
    if matches!(page.from, ExportFrom::Tab(_)) {
        let selected = ctx.format("save.selected", &[("count", &Count(page.selected_rows))]);
        let mut choices = vec![
            Choice { value: Scope::All, text: ctx.text("save.all"), tooltip: ctx.text("save.all_tip") },
            Choice {
                value: Scope::Shown,
                text: ctx.text("save.only_shown"),
                tooltip: ctx.text("save.only_shown_tip"),
            },
        ];
        if page.selected_rows > 0 {
            choices.push(Choice {
                value: Scope::Selected,
                text: &selected,
                tooltip: ctx.text("save.selected_tip"),
            });
        }
        segmented(ui, ctx.text("save.rows"), &mut page.choices.scope, &choices);
    }
    direction_ui(ui, ctx, "export-direction", &mut page.choices.direction);
    if page.peers.peers.len() > 1 || page.choices.peer.is_some() {
        peer_ui(ui, ctx, "export-peer", &mut page.peers, &mut page.choices.peer);
    }
}

/// What the format has to be told; nothing is shown that would change nothing.
fn options_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, choices: &mut ExportChoices) {
    if choices.has_view() {
        // A file has columns, or the bytes alone.
        let [views @ .., _running] = view_choices(ctx);
        let count = if choices.has_meaning() { views.len() } else { views.len() - 1 };
        let mut shown = if count < views.len() && choices.view == RowView::Decoded {
            RowView::Text
        } else {
            choices.view
        };
        if segmented(ui, ctx.text("view.name"), &mut shown, &views[..count]) {
            choices.view = shown;
        }
    }
    if choices.has_encoding() {
        ui.label(RichText::new(ctx.text("save.decode_as")).color(Theme::of(ui).dim));
        encoding_combo(ui, ctx, "export-encoding", &mut choices.encoding);
    }
    if choices.has_view() {
        times_ui(ui, ctx, &mut choices.times);
        if is_dateless(choices.times) {
            toggle(ui, &mut choices.with_date, ctx.text("save.date"), ctx.text("save.date_tip"));
        }
    }
    if choices.format == Format::Text {
        toggle(ui, &mut choices.with_delta, ctx.text("save.delta"), ctx.text("save.delta_tip"));
        toggle(ui, &mut choices.with_id, ctx.text("save.number"), ctx.text("save.number_tip"));
    }
    if choices.format == Format::Csv {
        let choice =
            |value, text, tooltip| Choice { value, text: ctx.text(text), tooltip: ctx.text(tooltip) };
        let tables = [
            choice(TableChoice::Spreadsheet, "save.table_excel", "save.table_excel_tip"),
            choice(TableChoice::SpreadsheetGbk, "save.table_gbk", "save.table_gbk_tip"),
            choice(TableChoice::Scripts, "save.table_scripts", "save.table_scripts_tip"),
        ];
        segmented(ui, ctx.text("save.table"), &mut choices.table, &tables);
    }
}

fn times_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, times: &mut TimeFormat) {
    let before = *times;
    let shown =
        TIME_CHOICES.iter().find(|(choice, _)| *choice == before).map_or("", |(_, key)| ctx.text(key));
    PillCombo::new("export-times", ctx.text("save.times"), shown).list_width(260.0).show(ui, |ui| {
        for (choice, key) in TIME_CHOICES {
            if PillCombo::choice(ui, choice == before, ctx.text(key)) {
                *times = choice;
            }
        }
    });
}

fn preview_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &ExportPage) {
    let theme = Theme::of(ui);
    let preview = &page.preview;
    let heading = if preview.of.is_none() {
        ctx.text("save.preview_coming").to_owned()
    } else {
        match preview.rows {
            Some(rows) => ctx.format("save.preview", &[("count", &Count(rows))]),
            None => ctx.text("save.preview_of_some").to_owned(),
        }
    };
    ui.label(RichText::new(heading).size(theme::LABEL_SIZE).color(theme.dim));
    let frame = Frame::new().fill(theme.ground).corner_radius(theme::corners()).inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(PREVIEW_HEIGHT);
        ui.spacing_mut().item_spacing.y = 0.0;
        if let Some(error) = &preview.error {
            ui.add(Label::new(RichText::new(error).color(theme.error)).wrap());
        } else if preview.of.is_some() && preview.lines.is_empty() {
            ui.label(RichText::new(ctx.text("save.preview_empty")).color(theme.dim));
        }
        for line in &preview.lines {
            let text = RichText::new(line).font(fonts::payload()).color(theme.text);
            ui.add(Label::new(text).truncate().selectable(false));
        }
    });
    let remark = match page.choices.format {
        Format::Raw => ctx.text("save.preview_raw"),
        Format::Pcapng => ctx.text("save.preview_capture"),
        Format::Html => ctx.text("save.preview_page"),
        _ => "",
    };
    ui.label(RichText::new(remark).size(theme::LABEL_SIZE).color(theme.faint));
}
