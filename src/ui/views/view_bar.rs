//! Above the sheet: how payloads are shown, what is looked for, and which rows are shown.

use crate::codec::text::TextEncoding;
use crate::model::record::Direction;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::shortcuts::Does;
use crate::ui::state::find::{Find, FindKind};
use crate::ui::state::peers::Peers;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, Choice, PillCombo, TextField, button, error_line, icon_button, segmented, toggle,
};
use crate::util::bytes_text::Count;
use crate::workspace::tabs::{TabSettings, ViewChoice};
use egui::{Align, Key, Layout, Modifiers, RichText, Ui};

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
    ui.horizontal(|ui| {
        let choices = [
            Choice {
                value: ViewChoice::Text,
                text: ctx.text("view.text"),
                tooltip: ctx.text("view.text_tip"),
            },
            Choice { value: ViewChoice::Hex, text: ctx.text("view.hex"), tooltip: ctx.text("view.hex_tip") },
            Choice {
                value: ViewChoice::Dump,
                text: ctx.text("view.dump"),
                tooltip: ctx.text("view.dump_tip"),
            },
        ];
        segmented(ui, ctx.text("view.name"), &mut tab.view, &choices);
        encoding_combo(ui, ctx, "view-encoding", &mut tab.encoding);
        direction_combo(ui, ctx, find, out);
        peer_combo(ui, ctx, find, peers, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let tooltip = ctx.tooltip(ui.ctx(), "save.log_tip", Does::SaveLog);
            if button(ui, ButtonKind::Ordinary, ctx.text("save.log"), None, &tooltip).clicked() {
                out.push(TabAction::AskSave);
            }
            let tooltip = ctx.text("save.raw_tip");
            if button(ui, ButtonKind::Ordinary, ctx.text("save.raw"), None, tooltip).clicked() {
                out.push(TabAction::AskSaveRaw);
            }
            let (key, action) = if is_cleared {
                ("view.show_cleared", TabAction::ShowCleared)
            } else {
                ("view.clear", TabAction::ClearView)
            };
            let tooltip = ctx.tooltip(ui.ctx(), "view.clear_tip", Does::ClearView);
            if button(ui, ButtonKind::Ordinary, ctx.text(key), None, &tooltip).clicked() {
                out.push(action);
            }
            if !find.is_shown
                && icon_button(ui, "⌕", &ctx.tooltip(ui.ctx(), "find.title", Does::Find)).clicked()
            {
                out.push(TabAction::ShowFind);
            }
        });
    });
    if find.is_shown {
        find_ui(ui, ctx, find, out);
    }
}

/// The list of encodings; those that most devices use come first.
pub fn encoding_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, salt: &str, encoding: &mut String) {
    let chosen = TextEncoding::from_name(encoding).unwrap_or(TextEncoding::UTF_8);
    PillCombo::new(salt, ctx.text("encoding.name"), chosen.label()).tooltip(ctx.text("encoding.tip")).show(
        ui,
        |ui| {
            for candidate in TextEncoding::all() {
                if PillCombo::choice(ui, candidate == chosen, candidate.label()) {
                    candidate.name().clone_into(encoding);
                }
            }
        },
    );
}

fn direction_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, out: &mut Vec<TabAction>) {
    let name_of = |direction| match direction {
        None => ctx.text("filter.both"),
        Some(Direction::Received) => ctx.text("filter.received"),
        Some(Direction::Sent) => ctx.text("filter.sent"),
    };
    PillCombo::new("direction", ctx.text("filter.direction"), name_of(find.direction)).show(ui, |ui| {
        for direction in [None, Some(Direction::Received), Some(Direction::Sent)] {
            if PillCombo::choice(ui, direction == find.direction, name_of(direction)) {
                find.direction = direction;
                out.push(TabAction::ApplyFilter);
            }
        }
    });
}

fn peer_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, find: &mut Find, peers: &Peers, out: &mut Vec<TabAction>) {
    if peers.total < 2 && find.peer.is_none() {
        return;
    }
    let shown = match find.peer {
        None => ctx.text("filter.all_peers").to_owned(),
        Some(peer) => ctx.format("filter.peer", &[("peer", &peer)]),
    };
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
        if icon_button(ui, "▲", &ctx.tooltip(ui.ctx(), "find.previous", Does::FindPrevious)).clicked() {
            out.push(TabAction::FindPrevious);
        }
        if icon_button(ui, "▼", &ctx.tooltip(ui.ctx(), "find.next", Does::FindNext)).clicked() {
            out.push(TabAction::FindNext);
        }
        if toggle(ui, &mut find.only_matches, ctx.text("find.only"), ctx.text("find.only_tip")).changed() {
            out.push(TabAction::ApplyFilter);
        }
        let is_escaped = ui.input(|input| input.key_pressed(Key::Escape));
        if icon_button(ui, "✕", ctx.text("find.close")).clicked() || is_escaped {
            out.push(TabAction::HideFind);
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
