//! The part of a file that is being changed, beside its table; and the whole file as text.

use crate::codec::checksum::placing::Placing;
use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::composer::preview::preview_ui;
use crate::ui::tab::composer::words::compose_error;
use crate::ui::tab::drawer::tools::Tool;
use crate::ui::tab::part_editor::{Change, PartsEditor, PartsFile};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{LineMove, error_line, icon_button, text_button};
use crate::ui::written_text::file_error;
use egui::{Align, Layout, Response, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::sync::Arc;

/// The height of the table, and of what is changed beside it.
pub(in crate::ui) const HEIGHT: f32 = 190.0;

/// What an error takes of it.
const ERROR_HEIGHT: f32 = 40.0;

/// The names of the texts about such a file.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct PartsTexts {
    /// Which part it is, with `{number}`.
    pub(in crate::ui) number: &'static str,
    /// What the field of a part is.
    pub(in crate::ui) part: &'static str,
    pub(in crate::ui) up: &'static str,
    pub(in crate::ui) down: &'static str,
    pub(in crate::ui) remove: &'static str,
    /// What the field of the whole file is.
    pub(in crate::ui) whole: &'static str,
}

/// The part that is being changed, as its file has it, and the bytes that it sends where a run knows these values.
pub(in crate::ui) fn part_ui<F: PartsFile>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    editor: &mut PartsEditor<F>,
    (file, known, placing): (&Arc<F>, &[(String, String)], Placing),
    texts: &PartsTexts,
    width: f32,
) -> Option<Change> {
    let place = editor.chosen?;
    let count = file.parts().len();
    let (mut change, mut is_closed) = (None, false);
    ui.allocate_ui_with_layout(vec2(width, HEIGHT), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            let title = ctx.format(texts.number, &[("number", &(place + 1))]);
            ui.label(RichText::new(title).color(Theme::of(ui).dim));
            let step = |by| LineMove::by(place, by, count).map(Change::Move);
            for (symbol, name, wanted) in [("↑", texts.up, step(-1)), ("↓", texts.down, step(1))] {
                ui.add_enabled_ui(wanted.is_some(), |ui| {
                    if icon_button(ui, symbol, ctx.text(name)).clicked() {
                        change = wanted;
                    }
                });
            }
            if text_button(ui, ctx.text("parts.remove"), ctx.text(texts.remove)).clicked() {
                change = Some(Change::Remove(place));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                is_closed = icon_button(ui, "✕", ctx.text("parts.close")).clicked();
            });
        });
        let height = HEIGHT - theme::CONTROL_HEIGHT - 3.0 * theme::SPACE_8 - 34.0;
        ScrollArea::vertical().id_salt(texts.part).max_height(height).show(ui, |ui| {
            let edit = TextEdit::multiline(&mut editor.typed).desired_rows(5);
            if code_ui(ui, ctx, edit, texts.part).changed() {
                change = Some(Change::Write(place, editor.typed.clone()));
            }
        });
        if let Some(why) = &editor.typed_error {
            error_line(ui, &file_error(ctx.locale, why));
            return;
        }
        match editor.example(file, known, placing) {
            Some(Ok(composed)) => preview_ui(ui, ctx, composed, placing),
            // What comes out of a message is known when there is one.
            Some(Err(why)) => {
                let why = compose_error(ctx.locale, why);
                let line = RichText::new(ctx.format("sequence.no_example", &[("why", &why)]));
                ui.add(egui::Label::new(line.color(Theme::of(ui).faint)).truncate());
            }
            None => {}
        }
    });
    if is_closed {
        editor.close();
    }
    change
}

/// Why the list is not as it was asked to be, below the table: beside it stands what is wrong with a part. Or what was
/// removed last, with a way back.
pub(in crate::ui) fn list_error_ui<F: PartsFile>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    editor: &PartsEditor<F>,
    texts: &PartsTexts,
) -> Option<Change> {
    if let Some(why) = &editor.list_error {
        error_line(ui, &file_error(ctx.locale, why));
        return None;
    }
    let place = editor.removed()?;
    let name = ctx.format(texts.number, &[("number", &(place + 1))]);
    let line = ctx.format("parts.removed", &[("name", &name)]);
    ui.horizontal(|ui| {
        ui.label(RichText::new(line).color(Theme::of(ui).dim));
        let taken_back = text_button(ui, ctx.text("parts.take_back"), ctx.text("parts.take_back_tip"));
        taken_back.clicked().then_some(Change::TakeBack)
    })
    .inner
}

/// The room that is kept for that below the lines of the table, so that it is seen wherever they are scrolled to.
pub(in crate::ui) fn list_error_height<F: PartsFile>(editor: &PartsEditor<F>) -> f32 {
    if editor.list_error.is_some() || editor.removed().is_some() { ERROR_HEIGHT } else { 0.0 }
}

/// The whole file; says whether it was changed.
pub(in crate::ui) fn whole_ui<F: PartsFile>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    text: &mut String,
    editor: &mut PartsEditor<F>,
    encoding: TextEncoding,
    texts: &PartsTexts,
) -> bool {
    let why = editor.file(text, encoding).err();
    let room = if why.is_some() { HEIGHT - ERROR_HEIGHT } else { HEIGHT };
    let area = ScrollArea::vertical().id_salt(texts.whole).max_height(room).min_scrolled_height(room);
    let written = area.show(ui, |ui| {
        let edit = TextEdit::multiline(text).desired_rows(10).char_limit(1 << 20);
        code_ui(ui, ctx, edit, texts.whole).changed()
    });
    if written.inner {
        editor.close();
    }
    if let Some(why) = why {
        error_line(ui, &file_error(ctx.locale, &why));
    }
    written.inner
}

fn code_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, edit: TextEdit<'_>, name: &'static str) -> Response {
    let response = ui.add(edit.font(fonts::payload()).code_editor().desired_width(f32::INFINITY));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(ctx.text(name)));
    response
}

/// Shows the file as text, or as a table again.
pub(in crate::ui) fn form_tool<'a, F>(ctx: &ViewCtx<'a>, editor: &PartsEditor<F>) -> Tool<'a> {
    let name = if editor.is_text { "sequence.as_table" } else { "sequence.as_text" };
    Tool { text: ctx.text(name), tip: ctx.text("sequence.as_text_tip"), is_quiet: true }
}
