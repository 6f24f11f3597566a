//! Beneath the view bar while it is wanted: what is looked for, and what was found.

use crate::journal::query::PatternError;
use crate::ui::commands::UiCommand;
use crate::ui::ctx::ViewCtx;
use crate::ui::error_text;
use crate::ui::tab::TabAction;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::find::{Find, FindError, FindKind};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{Choice, TextField, error_line, icon_button, is_left_by_escape, segmented, toggle};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use egui::{Key, Modifiers, RichText, Ui};

/// Draws the field, what was found, and the ways through it.
pub(super) fn find_bar_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
    ui.horizontal(|ui| {
        let choices = [
            Choice { value: FindKind::Text, text: ctx.text("find.text"), tooltip: ctx.text("find.text_tip") },
            Choice { value: FindKind::Hex, text: ctx.text("find.hex"), tooltip: ctx.text("find.hex_tip") },
            Choice {
                value: FindKind::Regex,
                text: ctx.text("find.regex"),
                tooltip: ctx.text("find.regex_tip"),
            },
        ];
        if segmented(ui, ctx.text("find.kind"), &mut find.kind, &choices) {
            out.push(FindAction::Start.into());
        }
        let count = count_line(ctx, find);
        let response = TextField::new(ctx.text("find.field"))
            .hint(if find.kind == FindKind::Hex { "55 AA ?? 01" } else { ctx.text("find.hint") })
            .remark(&count)
            .payload_font()
            .width((ui.available_width() - 330.0).max(120.0))
            .show(ui, &mut find.text);
        if std::mem::take(&mut find.wants_focus) {
            response.request_focus();
        }
        if response.changed() {
            out.push(FindAction::Start.into());
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            let back = ui.input(|input| input.modifiers.matches_logically(Modifiers::SHIFT));
            out.push(if back { FindAction::Previous.into() } else { FindAction::Next.into() });
            find.wants_focus = true;
        }
        let is_escaped = is_left_by_escape(ui, &response);
        if icon_button(ui, "▲", &ctx.tooltip(ui.ctx(), "find.previous", UiCommand::FindPrevious)).clicked()
        {
            out.push(FindAction::Previous.into());
        }
        if icon_button(ui, "▼", &ctx.tooltip(ui.ctx(), "find.next", UiCommand::FindNext)).clicked() {
            out.push(FindAction::Next.into());
        }
        if toggle(ui, &mut find.only_matches, ctx.text("find.only"), ctx.text("find.only_tip")).changed() {
            out.push(FindAction::ShowOnlyMatches(find.only_matches).into());
        }
        if icon_button(ui, "✕", ctx.text("find.close")).clicked() || is_escaped {
            out.push(FindAction::Hide.into());
        }
        // A click on the bar takes the keyboard from the field; it goes back there.
        let is_clicked = ui.input(|input| input.pointer.any_click()) && ui.ui_contains_pointer();
        if is_clicked && ui.memory(|memory| memory.focused().is_none()) {
            find.wants_focus = true;
            ui.ctx().request_repaint();
        }
    });
    match &find.error {
        Some(error) => {
            error_line(ui, &find_error(ctx.locale, error));
        }
        None if find.pattern.is_some() && find.hits == 0 && find.progress().is_none() => {
            let line = RichText::new(ctx.text("find.nothing")).size(theme::LABEL_SIZE);
            ui.label(line.color(Theme::of(ui).dim));
        }
        None => {}
    }
}

fn count_line(ctx: &ViewCtx<'_>, find: &Find) -> String {
    if find.pattern.is_none() {
        return String::new();
    }
    let place = find.current_place().unwrap_or(0);
    let mut line = format!("{} / {}", Count(place), Count(find.rows.len()));
    if find.hits > find.rows.len() {
        line.push_str(&ctx.format("find.matches", &[("count", &Count(find.hits))]));
    }
    if let Some((done, total)) = find.progress().filter(|(_, total)| *total > 0) {
        let percent = done.saturating_mul(100) / total;
        line.push_str(&ctx.format("find.progress", &[("percent", &percent)]));
    }
    line
}

/// What is wrong with what was typed to be found.
fn find_error(locale: &Locale, error: &FindError) -> String {
    match error {
        FindError::Pattern(PatternError::Regex { fault }) => {
            locale.format("find.bad_pattern", &[("error", &fault.text(locale))])
        }
        FindError::Pattern(error) => locale.format("find.bad_pattern", &[("error", error)]),
        FindError::Encode(character) => locale.format("find.not_encodable", &[("character", character)]),
        FindError::Journal(error) => error_text::journal(locale, error),
        FindError::Thread(error) => error_text::thread(locale, "search", error),
    }
}
