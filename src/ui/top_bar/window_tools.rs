//! At the right of the session tabs: what concerns the whole window.

use crate::ui::action::Action;
use crate::ui::commands::{self, MENU_PARTS, TABLE};
use crate::ui::ctx::ViewCtx;
use crate::ui::look::LookAction;
use crate::ui::sessions::SessionsAction;
use crate::ui::tab::TabKey;
use crate::ui::theme;
use crate::ui::widgets::{PillCombo, icon_button, menu, menu_item, menu_separator, text_button};
use crate::util::locale::Language;
use crate::workspace::settings::ThemeChoice;
use egui::Ui;

/// Draws the tools. Commands of the menu are meant for this tab; there is none while earlier sessions are shown.
pub(super) fn tools_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: Option<TabKey>, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = theme::SPACE_4;
    ui.add_space(theme::SPACE_8);
    let opener = icon_button(ui, "☰", ctx.text("menu.name"));
    menu(&opener, 260.0, |ui| main_menu(ui, ctx, tab, out));
    let dark = ui.visuals().dark_mode;
    if icon_button(ui, "◐", ctx.text("menu.theme")).clicked() {
        out.push(LookAction::SetTheme(if dark { ThemeChoice::Light } else { ThemeChoice::Dark }).into());
    }
    if text_button(ui, ctx.text("menu.language_switch"), ctx.text("menu.language")).clicked() {
        out.push(
            LookAction::SetLanguage(match ctx.locale.language() {
                Language::English => Language::SimplifiedChinese,
                Language::SimplifiedChinese => Language::English,
            })
            .into(),
        );
    }
    if text_button(ui, ctx.text("sessions.title"), ctx.text("sessions.tooltip")).clicked() {
        out.push(SessionsAction::Show(tab.is_some()).into());
    }
}

/// What can be done stands in the table of commands; without a tab that is seen, nothing can be done to one.
fn main_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: Option<TabKey>, out: &mut Vec<Action>) {
    for part in MENU_PARTS {
        for row in TABLE.iter().filter(|row| row.menu == Some(part)) {
            let keys = commands::keys_text(ui.ctx(), row.command);
            let action = Action::of_command(row.command, tab);
            if menu_item(ui, action.is_some(), ctx.text(row.name), &keys) {
                out.extend(action);
            }
        }
        menu_separator(ui);
    }
    for (choice, key) in [
        (ThemeChoice::System, "menu.theme_system"),
        (ThemeChoice::Dark, "menu.theme_dark"),
        (ThemeChoice::Light, "menu.theme_light"),
    ] {
        if PillCombo::choice(ui, ctx.theme == choice, ctx.text(key)) {
            out.push(LookAction::SetTheme(choice).into());
        }
    }
}
