//! Beneath the view bar while it is wanted: the field that finds and filters, the filter that was kept, and what was
//! found.

use crate::ui::commands::UiCommand;
use crate::ui::ctx::ViewCtx;
use crate::ui::error_text;
use crate::ui::tab::TabAction;
use crate::ui::tab::filters::page::shortened;
use crate::ui::tab::find::{Find, FindAction, FindError};
use crate::ui::tab::find_field::find_field_ui;
use crate::ui::tab::gathering::GatheringError;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    button_width, chip, error_line, icon_button, is_left_by_escape, menu, menu_item, menu_separator, toggle,
    toggle_width,
};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use egui::{Key, Modifiers, RichText, Ui};

/// So many filters of a kind are in the menu.
const SHOWN_FILTERS: usize = 10;

/// The field has at least so much room: what has to stand aside for that does.
const LEAST_FIELD: f32 = 160.0;

/// A filter stands beside the field where that leaves so much.
const FIELD_BESIDE_FILTER: f32 = 240.0;

/// How the bar is laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Room {
    /// For the field.
    field: f32,
    /// What is said in words is in the menu.
    folds_words: bool,
    /// The filter stands beside the field, and not below it.
    has_filter_beside: bool,
}

impl Room {
    /// What there is room for, where the symbols, the words and the filter are as wide as this.
    fn of(all: f32, symbols: f32, words: f32, filter: f32) -> Room {
        let folds_words = all - symbols - words < LEAST_FIELD;
        let rest = all - symbols - if folds_words { 0.0 } else { words };
        let has_filter_beside = rest - filter >= FIELD_BESIDE_FILTER;
        let field = if has_filter_beside { rest - filter } else { rest };
        Room { field: field.max(LEAST_FIELD), folds_words, has_filter_beside }
    }
}

fn room(ui: &Ui, ctx: &ViewCtx<'_>, find: &Find) -> Room {
    let symbol = theme::CONTROL_HEIGHT + theme::SPACE_8;
    let words = [toggle_width(ui, ctx.text("find.only")), button_width(ui, ctx.text("find.keep"))];
    let words = words.iter().sum::<f32>() + 2.0 * theme::SPACE_8;
    let case = toggle_width(ui, "Aa") + theme::SPACE_8;
    let filter = if find.is_filtering() {
        button_width(ui, &shortened(find.filter())) + symbol + theme::SPACE_8
    } else {
        0.0
    };
    Room::of(ui.available_width(), 5.0 * symbol + case, words, filter)
}

/// Draws the field, what was found, and the ways through it.
pub(super) fn find_bar_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
    let room = room(ui, ctx, find);
    ui.horizontal(|ui| {
        if room.has_filter_beside {
            filter_ui(ui, ctx, find, out);
        }
        field_ui(ui, ctx, find, room, out);
    });
    if find.is_filtering() && !room.has_filter_beside {
        ui.horizontal(|ui| filter_ui(ui, ctx, find, out));
    }
    match &find.error {
        Some(error) => {
            error_line(ui, &find_error(ctx.locale, error));
        }
        None if find.meaning.is_some() && find.rows().is_empty() && find.progress().is_none() => {
            let line = RichText::new(ctx.text("find.nothing")).size(theme::LABEL_SIZE);
            ui.label(line.color(Theme::of(ui).dim));
        }
        None => {}
    }
}

fn field_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, room: Room, out: &mut Vec<TabAction>) {
    let remark = count_line(ctx, find);
    let line = (remark.as_str(), room.field);
    let response = find_field_ui(ui, ctx, &mut find.text, &mut find.completion, line);
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
    filters_menu(ui, ctx, find, room, out);
    if icon_button(ui, "▲", &ctx.tooltip(ui.ctx(), "find.previous", UiCommand::FindPrevious)).clicked() {
        out.push(FindAction::Previous.into());
    }
    if icon_button(ui, "▼", &ctx.tooltip(ui.ctx(), "find.next", UiCommand::FindNext)).clicked() {
        out.push(FindAction::Next.into());
    }
    if toggle(ui, &mut find.matches_case, "Aa", ctx.text("find.case")).changed() {
        out.push(FindAction::Start.into());
    }
    if !room.folds_words {
        words_ui(ui, ctx, find, out);
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
}

/// Whether only matches are shown, and the way to keep what was typed.
fn words_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
    let mut is_only = find.shows_only_matches();
    if toggle(ui, &mut is_only, ctx.text("find.only"), ctx.text("find.only_tip")).changed() {
        out.push(FindAction::ShowOnlyMatches(is_only).into());
    }
    let can_keep = find.meaning.is_some();
    let keep = ui.add_enabled_ui(can_keep, |ui| chip(ui, ctx.text("find.keep"), ctx.text("find.keep_tip")));
    if keep.inner.clicked() {
        out.push(FindAction::KeepAsFilter.into());
        find.wants_focus = true;
    }
}

/// What else can be done with what was typed, and the filters to come back to.
fn filters_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, room: Room, out: &mut Vec<TabAction>) {
    let opener = icon_button(ui, "▾", ctx.text("filters.menu"));
    menu(&opener, 320.0, |ui| {
        if room.folds_words {
            let is_only = find.shows_only_matches();
            let key = if is_only { "find.not_only" } else { "find.only" };
            if menu_item(ui, true, ctx.text(key), "") {
                out.push(FindAction::ShowOnlyMatches(!is_only).into());
            }
            if menu_item(ui, find.meaning.is_some(), ctx.text("find.keep"), "") {
                out.push(FindAction::KeepAsFilter.into());
                find.wants_focus = true;
            }
            menu_separator(ui);
        }
        if menu_item(ui, find.meaning.is_some(), ctx.text("filters.highlight"), "") {
            out.push(FindAction::HighlightTyped.into());
        }
        let has_one = find.meaning.is_some() || find.is_filtering();
        let key = if has_one { "filters.give_name" } else { "filters.all_named" };
        if menu_item(ui, true, ctx.text(key), "") {
            out.push(FindAction::AskNames.into());
        }
        if !ctx.settings.named_filters.is_empty() {
            menu_separator(ui);
        }
        for named in ctx.settings.named_filters.iter().take(SHOWN_FILTERS) {
            if menu_item(ui, true, &named.name, &shortened(&named.filter)) {
                out.push(FindAction::Recall(named.filter.clone()).into());
            }
        }
        if !ctx.settings.recent_filters.is_empty() {
            menu_separator(ui);
        }
        for recent in ctx.settings.recent_filters.iter().take(SHOWN_FILTERS) {
            if menu_item(ui, true, &shortened(recent), "") {
                out.push(FindAction::Recall(recent.clone()).into());
            }
        }
    });
}

/// The filter that was kept, and the way to let it go.
fn filter_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &Find, out: &mut Vec<TabAction>) {
    if !find.is_filtering() {
        return;
    }
    let tooltip = ctx.format("find.filter_tip", &[("filter", &find.filter())]);
    if chip(ui, &shortened(find.filter()), &tooltip).clicked() {
        out.push(FindAction::EditFilter.into());
    }
    if icon_button(ui, "✕", ctx.text("find.drop_filter")).clicked() {
        out.push(FindAction::DropFilter.into());
    }
}

fn count_line(ctx: &ViewCtx<'_>, find: &Find) -> String {
    let mut line = match (&find.meaning, find.passed()) {
        (Some(_), _) => {
            format!("{} / {}", Count(find.current_place().unwrap_or(0)), Count(find.rows().len()))
        }
        (None, Some(passed)) => Count(passed.len()).to_string(),
        (None, None) => String::new(),
    };
    let progress = find.progress().or(find.filter_progress());
    if let Some((done, total)) = progress.filter(|(_, total)| *total > 0) {
        let percent = done.saturating_mul(100) / total;
        line.push_str(&ctx.format("find.progress", &[("percent", &percent)]));
    }
    line
}

/// What is wrong with what was typed to be found.
fn find_error(locale: &Locale, error: &FindError) -> String {
    match error {
        FindError::Expression(error) => error.text_with_place(locale),
        FindError::Encode(character) => locale.format("find.not_encodable", &[("character", character)]),
        FindError::Gathering(GatheringError::Journal(error)) => error_text::journal(locale, error),
        FindError::Gathering(GatheringError::Thread(error)) => error_text::thread(locale, "search", error),
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn the_filter_and_then_the_words_make_room_for_the_field() {
        for (all, filter, field, folds_words, has_filter_beside) in [
            (800.0, 0.0, 330.0, false, true),
            (1100.0, 300.0, 330.0, false, true),
            (800.0, 300.0, 330.0, false, false),
            (500.0, 300.0, 240.0, true, false),
            (300.0, 0.0, 160.0, true, false),
        ] {
            let room = Room::of(all, 260.0, 210.0, filter);
            assert_eq!(room, Room { field, folds_words, has_filter_beside }, "{all} {filter}");
        }
    }
}
