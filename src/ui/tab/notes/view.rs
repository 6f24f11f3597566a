//! The page of marks and notes: a field for a new one, and the list of all that there are.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons, focus_at_first, is_entered, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::notes::{Note, NotesPage};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, TextField, menu_item};
use crate::util::bytes_text::Count;
use egui::{Label, RichText, ScrollArea, Ui};

const WIDTH: f32 = 520.0;
const LIST_HEIGHT: f32 = 260.0;

/// A line has room for so much of a note beside what it is about and when it was written.
const SHOWN_CHARACTERS: usize = 36;

/// Draws the page.
pub(in crate::ui) fn notes_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut NotesPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("notes.title"));
    if page.can_write {
        let number = page.about.map(|record| Count(record.0.saturating_add(1)));
        let name = match number {
            Some(number) => ctx.format("notes.about", &[("number", &number)]),
            None => ctx.text("notes.field").to_owned(),
        };
        let response = TextField::new(&name).hint(&name).show(ui, &mut page.text);
        if is_entered(ui, &response) {
            out.push(TabPageAction::AddNote.into());
        }
        focus_at_first(ui, &response);
    } else {
        let line = RichText::new(ctx.text("notes.only_read")).color(Theme::of(ui).dim);
        ui.add(Label::new(line).wrap());
    }
    list_ui(ui, ctx, page, out);
    let add = page.can_write.then_some((ButtonKind::Main, "notes.add", TabPageAction::AddNote.into()));
    buttons(ui, ctx, add, "common.close", out);
}

fn list_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &NotesPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    let theme = Theme::of(ui);
    ui.add_space(theme::SPACE_8);
    let remark = match (&page.notes, &page.error) {
        (_, Some(error)) => Some(error.as_str()),
        (None, None) => Some(ctx.text("notes.reading")),
        (Some(notes), None) if notes.is_empty() => Some(ctx.text("notes.none")),
        _ => None,
    };
    if let Some(remark) = remark {
        ui.label(RichText::new(remark).color(theme.dim));
    }
    let notes = page.notes.as_deref().unwrap_or_default();
    ScrollArea::vertical().id_salt("notes").max_height(LIST_HEIGHT).show_rows(
        ui,
        theme::CONTROL_HEIGHT,
        notes.len(),
        |ui, places| {
            for note in &notes[places] {
                note_ui(ui, ctx, note, out);
            }
        },
    );
}

/// One note; pressing it leads to what it is about.
fn note_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    note: &Note,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    let about =
        note.about.map_or_else(String::new, |record| format!("#{}", Count(record.0.saturating_add(1))));
    let remark = format!("{about}   {}", ctx.times.text(note.wall_ns));
    let text: String = note.text.chars().take(SHOWN_CHARACTERS).collect();
    if menu_item(ui, true, &text, &remark) {
        out.push(TabPageAction::ShowRecord(note.about.unwrap_or(note.record)).into());
    }
}
