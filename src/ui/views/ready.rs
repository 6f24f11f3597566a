//! Beneath the send field: what stands ready to be sent, what was sent, and what is sent by itself.

use crate::engine::shared::Status;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::shortcuts::QUICK_SEND_KEYS;
use crate::ui::state::composer::Composer;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    PillCombo, TextField, chip, context_menu, error_line, icon_button, menu, menu_item, text_button, toggle,
};
use crate::util::bytes_text::Count;
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::TabSettings;
use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

/// The quick sends get a line of their own where there is less room than this.
const ONE_LINE: f32 = 640.0;

/// Quick sends, history, files, repeating, automatic answers and echo.
pub fn ready_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    composer: &mut Composer,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let has_own_line = ui.available_width() < ONE_LINE;
    if has_own_line {
        ui.horizontal(|ui| quick_line_ui(ui, ctx, status, out));
    }
    // From the right, so that the quick sends have all the room that is left.
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let mut is_echo = tab.composer.echo;
        if toggle(ui, &mut is_echo, ctx.text("composer.echo"), ctx.text("composer.echo_tip")).changed() {
            out.push(TabAction::SetEcho(is_echo));
        }
        replies_button(ui, ctx, tab, out);
        repeat_ui(ui, ctx, tab, status, out);
        if text_button(ui, ctx.text("composer.file"), ctx.text("composer.file_tip")).clicked() {
            out.push(TabAction::AskFile);
        }
        history_menu(ui, ctx, tab, composer);
        if !has_own_line {
            let rest = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
            ui.allocate_ui_with_layout(rest, Layout::left_to_right(Align::Center), |ui| {
                ui.set_width(ui.available_width());
                quick_line_ui(ui, ctx, status, out);
            });
        }
    });
}

fn replies_button(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &TabSettings, out: &mut Vec<TabAction>) {
    let active = tab.composer.replies.iter().filter(|reply| reply.is_on).count();
    let name = match active {
        0 => ctx.text("replies.title").to_owned(),
        count => ctx.format("replies.active", &[("count", &count)]),
    };
    if text_button(ui, &name, ctx.text("replies.tip")).clicked() {
        out.push(TabAction::AskReplies);
    }
}

fn quick_line_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, out: &mut Vec<TabAction>) {
    ScrollArea::horizontal().id_salt("quick").auto_shrink([false, true]).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(ctx.text("quick.title")).color(Theme::of(ui).dim));
            quick_ui(ui, ctx, status, out);
            if icon_button(ui, "＋", ctx.text("quick.add")).clicked() {
                out.push(TabAction::AddQuick);
            }
        });
    });
}

fn quick_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, out: &mut Vec<TabAction>) {
    let mut group = "";
    for (place, quick) in ctx.sending.quick.iter().enumerate() {
        if quick.group != group {
            group = &quick.group;
            if !group.is_empty() {
                ui.label(RichText::new(group).size(theme::LABEL_SIZE).color(Theme::of(ui).faint));
            }
        }
        let key = QUICK_SEND_KEYS.get(place).map(|key| key.name());
        let name = match key {
            Some(key) => format!("{key} {}", quick.name),
            None => quick.name.clone(),
        };
        // While nothing is open a press says so; the menu is there at all times.
        let response = chip(ui, &name, &quick_tooltip(ctx, quick, status));
        if response.clicked() {
            out.push(TabAction::SendQuick(place));
        }
        context_menu(&response, 180.0, |ui| quick_menu(ui, ctx, place, out));
    }
}

fn quick_tooltip(ctx: &ViewCtx<'_>, quick: &QuickSend, status: &Status) -> String {
    if status.state.is_open() {
        return quick.text.clone();
    }
    format!("{}\n{}", quick.text, ctx.text("rejected.not_open"))
}

fn quick_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, place: usize, out: &mut Vec<TabAction>) {
    let count = ctx.sending.quick.len();
    let items = [
        (true, "quick.edit", TabAction::EditQuick(place)),
        (place > 0, "quick.left", TabAction::MoveQuick { from: place, by: -1 }),
        (place + 1 < count, "quick.right", TabAction::MoveQuick { from: place, by: 1 }),
        (true, "quick.remove", TabAction::RemoveQuick(place)),
    ];
    for (is_possible, key, action) in items {
        if menu_item(ui, is_possible, ctx.text(key), "") {
            out.push(action);
        }
    }
}

fn history_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut TabSettings, composer: &mut Composer) {
    let opener = text_button(ui, ctx.text("history.title"), ctx.text("history.tip"));
    menu(&opener, 320.0, |ui| {
        if ctx.sending.history.is_empty() {
            ui.label(ctx.text("history.empty"));
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (place, sent) in ctx.sending.history.iter().rev().enumerate() {
                let line: String =
                    sent.text.chars().take(60).map(|c| if c == '\n' { '↵' } else { c }).collect();
                if PillCombo::choice(ui, false, &line) {
                    composer.step_to(&mut tab.composer, ctx.sending, place + 1);
                    ui.close();
                }
            }
        });
    });
}

/// The number stands right of its switch.
fn repeat_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let mut is_on = status.repeats_done.is_some();
    let is_number = tab.composer.every_millis.trim().parse::<u64>().is_ok_and(|millis| millis > 0);
    let text = match status.repeats_done {
        Some(count) => ctx.format("repeat.running", &[("count", &Count(count))]),
        None => ctx.text("repeat.name").to_owned(),
    };
    TextField::new(ctx.text("repeat.millis"))
        .remark("ms")
        .width(84.0)
        .locked(status.repeats_done.is_some())
        .error((!is_number).then_some(""))
        .show(ui, &mut tab.composer.every_millis);
    ui.add_enabled_ui(status.state.is_open() && is_number, |ui| {
        if toggle(ui, &mut is_on, &text, ctx.text("repeat.tip")).changed() {
            out.push(if is_on { TabAction::StartRepeat } else { TabAction::StopRepeat });
        }
    });
    if !is_number {
        // The field is too narrow for it.
        error_line(ui, ctx.text("repeat.not_a_number"));
    }
}
