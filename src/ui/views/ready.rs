//! Beneath the send field: what stands ready to be sent.

use crate::engine::shared::Status;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::shortcuts::QUICK_SEND_KEYS;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{PillCombo, chip, icon_button, text_button, toggle};
use crate::workspace::tabs::TabSettings;
use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

/// Quick sends, history and echo.
pub fn ready_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let right = 190.0;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width() - right, theme::CONTROL_HEIGHT),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(ui.available_width());
                ScrollArea::horizontal().id_salt("quick").auto_shrink([false, true]).show(ui, |ui| {
                    ui.label(RichText::new(ctx.text("quick.title")).color(theme.dim));
                    quick_ui(ui, ctx, status, out);
                    if icon_button(ui, "＋", ctx.text("quick.add")).clicked() {
                        out.push(TabAction::AddQuick);
                    }
                });
            },
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut is_echo = tab.composer.echo;
            if toggle(ui, &mut is_echo, ctx.text("composer.echo"), ctx.text("composer.echo_tip")).changed() {
                out.push(TabAction::SetEcho(is_echo));
            }
            history_menu(ui, ctx, tab);
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
        ui.add_enabled_ui(status.state.is_open(), |ui| {
            let response = chip(ui, &name, &quick.text);
            if response.clicked() {
                out.push(TabAction::SendQuick(place));
            }
            response.context_menu(|ui| {
                if ui.button(ctx.text("quick.edit")).clicked() {
                    out.push(TabAction::EditQuick(place));
                }
            });
        });
    }
}

fn history_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut TabSettings) {
    let opener = text_button(ui, ctx.text("history.title"), ctx.text("history.tip"));
    egui::Popup::menu(&opener).show(|ui| {
        ui.set_min_width(320.0);
        if ctx.sending.history.is_empty() {
            ui.label(ctx.text("history.empty"));
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for sent in ctx.sending.history.iter().rev() {
                let line: String =
                    sent.text.chars().take(60).map(|c| if c == '\n' { '↵' } else { c }).collect();
                if PillCombo::choice(ui, false, &line) {
                    tab.composer.draft.clone_from(&sent.text);
                    tab.composer.input = sent.input;
                    ui.close();
                }
            }
        });
    });
}
