//! Above the sheet: how payloads are shown, what is looked for, and which rows are shown.

use crate::codec::text::TextEncoding;
use crate::model::record::Direction;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::shortcuts::{self, Does};
use crate::ui::state::find::{Find, FindKind};
use crate::ui::state::peers::Peers;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, Choice, PillCombo, TextField, button, button_width, error_line, find_button, icon_button,
    is_left_by_escape, menu_item, segmented, segmented_width, toggle,
};
use crate::util::bytes_text::Count;
use crate::workspace::tabs::{TabSettings, ViewChoice};
use egui::{Align, Key, Layout, Modifiers, Popup, RichText, Ui, vec2};

/// Draws the bar, and beneath it the find field while it is wanted.
pub fn view_bar_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    find: &mut Find,
    peers: &Peers,
    is_cleared: bool,
    out: &mut Vec<TabAction>,
) {
    let width = ui.available_width();
    let actions = actions_width(ui, ctx, find, is_cleared);
    let filters = choices_width(ui, ctx, tab, find, peers);
    let fits = |actions: f32| filters + theme::SPACE_16 + actions <= width;
    let is_folded = !fits(actions.all);
    let actions = if is_folded { actions.folded } else { actions.all };
    ui.horizontal(|ui| {
        let choices = vec2((width - actions - theme::SPACE_16).max(0.0), theme::CONTROL_HEIGHT);
        // Where even then not everything fits, the filters go on in a second line.
        let layout = Layout::left_to_right(Align::Center).with_main_wrap(true);
        ui.allocate_ui_with_layout(choices, layout, |ui| {
            ui.set_max_width(choices.x);
            choices_ui(ui, ctx, tab, find, peers, out);
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            actions_ui(ui, ctx, find, is_cleared, is_folded, out);
        });
    });
    if find.is_shown {
        find_ui(ui, ctx, find, out);
    }
}

fn choices_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    find: &mut Find,
    peers: &Peers,
    out: &mut Vec<TabAction>,
) {
    segmented(ui, ctx.text("view.name"), &mut tab.view, &view_choices(ctx));
    encoding_combo(ui, ctx, "view-encoding", &mut tab.encoding);
    direction_combo(ui, ctx, find, out);
    peer_combo(ui, ctx, find, peers, out);
    if let Some((done, total)) = find.filter_progress().filter(|(_, total)| *total > 0) {
        let percent = done.saturating_mul(100) / total;
        ui.label(RichText::new(format!("{percent} %")).color(Theme::of(ui).dim));
    }
}

fn view_choices<'a>(ctx: &ViewCtx<'a>) -> [Choice<'a, ViewChoice>; 3] {
    let choice = |value, text, tooltip| Choice { value, text: ctx.text(text), tooltip: ctx.text(tooltip) };
    [
        choice(ViewChoice::Text, "view.text", "view.text_tip"),
        choice(ViewChoice::Hex, "view.hex", "view.hex_tip"),
        choice(ViewChoice::Dump, "view.dump", "view.dump_tip"),
    ]
}

/// How much room the choices at the left need on one line.
fn choices_width(ui: &Ui, ctx: &ViewCtx<'_>, tab: &TabSettings, find: &Find, peers: &Peers) -> f32 {
    let encoding = TextEncoding::from_name(&tab.encoding).unwrap_or(TextEncoding::UTF_8);
    let mut width = segmented_width(ui, &view_choices(ctx));
    width += theme::SPACE_8 + PillCombo::width_of(ui, encoding.label());
    width += theme::SPACE_8 + PillCombo::width_of(ui, direction_name(ctx, find.direction));
    if is_peer_shown(find, peers) {
        width += theme::SPACE_8 + PillCombo::width_of(ui, &peer_name(ctx, find));
    }
    width
}

/// How much room the actions at the right need: all of them, or only the first with the others in a menu.
struct ActionsWidth {
    all: f32,
    folded: f32,
}

fn actions_width(ui: &Ui, ctx: &ViewCtx<'_>, find: &Find, is_cleared: bool) -> ActionsWidth {
    let (clear, _) = clear_action(is_cleared);
    let symbol = theme::CONTROL_HEIGHT + theme::SPACE_8;
    let find = if find.is_shown { 0.0 } else { symbol };
    let log = button_width(ui, ctx.text("save.log"));
    let others = button_width(ui, ctx.text("save.raw")) + button_width(ui, ctx.text(clear));
    ActionsWidth { all: find + log + others + 2.0 * theme::SPACE_8, folded: find + log + symbol }
}

fn actions_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    find: &Find,
    is_cleared: bool,
    is_folded: bool,
    out: &mut Vec<TabAction>,
) {
    let (clear, clear_action) = clear_action(is_cleared);
    if is_folded {
        let opener = icon_button(ui, "⋯", ctx.text("view.more"));
        Popup::menu(&opener).show(|ui| {
            ui.set_min_width(180.0);
            if menu_item(ui, true, ctx.text("save.raw"), "") {
                out.push(TabAction::AskSaveRaw);
            }
            if menu_item(ui, true, ctx.text(clear), &shortcuts::keys_text(ui.ctx(), Does::ClearView)) {
                out.push(clear_action.clone());
            }
        });
    }
    let tooltip = ctx.tooltip(ui.ctx(), "save.log_tip", Does::SaveLog);
    if button(ui, ButtonKind::Ordinary, ctx.text("save.log"), None, &tooltip).clicked() {
        out.push(TabAction::AskSave);
    }
    if !is_folded {
        let tooltip = ctx.text("save.raw_tip");
        if button(ui, ButtonKind::Ordinary, ctx.text("save.raw"), None, tooltip).clicked() {
            out.push(TabAction::AskSaveRaw);
        }
        let tooltip = ctx.tooltip(ui.ctx(), "view.clear_tip", Does::ClearView);
        if button(ui, ButtonKind::Ordinary, ctx.text(clear), None, &tooltip).clicked() {
            out.push(clear_action);
        }
    }
    if !find.is_shown && find_button(ui, &ctx.tooltip(ui.ctx(), "find.title", Does::Find)).clicked() {
        out.push(TabAction::ShowFind);
    }
}

/// The text and the meaning of the button that clears the view, or brings back what was cleared.
fn clear_action(is_cleared: bool) -> (&'static str, TabAction) {
    if is_cleared {
        ("view.show_cleared", TabAction::ShowCleared)
    } else {
        ("view.clear", TabAction::ClearView)
    }
}

/// The list of encodings; those that most devices use come first.
pub fn encoding_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, salt: &str, encoding: &mut String) {
    let chosen = TextEncoding::from_name(encoding).unwrap_or(TextEncoding::UTF_8);
    let combo =
        PillCombo::new(salt, ctx.text("encoding.name"), chosen.label()).tooltip(ctx.text("encoding.tip"));
    // As wide as the longest name, Windows-1252 (ISO-8859-1).
    combo.list_width(220.0).show(ui, |ui| {
        for candidate in TextEncoding::all() {
            if PillCombo::choice(ui, candidate == chosen, candidate.label()) {
                candidate.name().clone_into(encoding);
            }
        }
    });
}

fn direction_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
    let shown = direction_name(ctx, find.direction);
    PillCombo::new("direction", ctx.text("filter.direction"), shown).show(ui, |ui| {
        for direction in [None, Some(Direction::Received), Some(Direction::Sent)] {
            if PillCombo::choice(ui, direction == find.direction, direction_name(ctx, direction)) {
                find.direction = direction;
                out.push(TabAction::ApplyFilter);
            }
        }
    });
}

fn direction_name(ctx: &ViewCtx<'_>, direction: Option<Direction>) -> &'static str {
    match direction {
        None => ctx.text("filter.both"),
        Some(Direction::Received) => ctx.text("filter.received"),
        Some(Direction::Sent) => ctx.text("filter.sent"),
    }
}

fn is_peer_shown(find: &Find, peers: &Peers) -> bool {
    peers.total >= 2 || find.peer.is_some()
}

fn peer_name(ctx: &ViewCtx<'_>, find: &Find) -> String {
    match find.peer {
        None => ctx.text("filter.all_peers").to_owned(),
        Some(peer) => ctx.format("filter.peer", &[("peer", &peer)]),
    }
}

fn peer_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, peers: &Peers, out: &mut Vec<TabAction>) {
    if !is_peer_shown(find, peers) {
        return;
    }
    let shown = peer_name(ctx, find);
    PillCombo::new("peer-filter", ctx.text("filter.by_peer"), &shown).list_width(220.0).show(ui, |ui| {
        if PillCombo::choice(ui, find.peer.is_none(), ctx.text("filter.all_peers")) {
            find.peer = None;
            out.push(TabAction::ApplyFilter);
        }
        for peer in &peers.page {
            let line = format!("{}  {}", peer.id, peer.remote);
            if PillCombo::choice(ui, find.peer == Some(peer.id), &line) {
                find.peer = Some(peer.id);
                out.push(TabAction::ApplyFilter);
            }
        }
    });
}

fn find_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
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
            out.push(TabAction::StartFind);
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
            out.push(TabAction::StartFind);
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            let back = ui.input(|input| input.modifiers.matches_logically(Modifiers::SHIFT));
            out.push(if back { TabAction::FindPrevious } else { TabAction::FindNext });
            find.wants_focus = true;
        }
        let is_escaped = is_left_by_escape(ui, &response);
        if icon_button(ui, "▲", &ctx.tooltip(ui.ctx(), "find.previous", Does::FindPrevious)).clicked() {
            out.push(TabAction::FindPrevious);
        }
        if icon_button(ui, "▼", &ctx.tooltip(ui.ctx(), "find.next", Does::FindNext)).clicked() {
            out.push(TabAction::FindNext);
        }
        if toggle(ui, &mut find.only_matches, ctx.text("find.only"), ctx.text("find.only_tip")).changed() {
            out.push(TabAction::ShowOnlyMatches(find.only_matches));
        }
        if icon_button(ui, "✕", ctx.text("find.close")).clicked() || is_escaped {
            out.push(TabAction::HideFind);
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
            error_line(ui, &text::find_error(ctx.locale, error));
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
    if let Some((done, total)) = find.progress().filter(|(_, total)| *total > 0) {
        let percent = done.saturating_mul(100) / total;
        line.push_str(&ctx.format("find.progress", &[("percent", &percent)]));
    }
    line
}
