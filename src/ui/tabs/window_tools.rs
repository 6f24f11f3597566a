//! At the right of the session tabs: what concerns the whole window.

use crate::ui::action::{Action, TabAction};
use crate::ui::ctx::ViewCtx;
use crate::ui::shortcuts::{self, Does};
use crate::ui::theme;
use crate::ui::widgets::{PillCombo, icon_button, menu, menu_item, menu_separator, text_button};
use crate::util::locale::Language;
use crate::workspace::settings::ThemeChoice;
use egui::Ui;

/// Draws the tools.
pub(super) fn tools_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, are_sessions_shown: bool, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = theme::SPACE_4;
    ui.add_space(theme::SPACE_8);
    let opener = icon_button(ui, "☰", ctx.text("menu.name"));
    menu(&opener, 230.0, |ui| main_menu(ui, ctx, out));
    let dark = ui.visuals().dark_mode;
    if icon_button(ui, "◐", ctx.text("menu.theme")).clicked() {
        out.push(Action::SetTheme(if dark { ThemeChoice::Light } else { ThemeChoice::Dark }));
    }
    if text_button(ui, ctx.text("menu.language_switch"), ctx.text("menu.language")).clicked() {
        out.push(Action::SetLanguage(match ctx.locale.language() {
            Language::English => Language::SimplifiedChinese,
            Language::SimplifiedChinese => Language::English,
        }));
    }
    if text_button(ui, ctx.text("sessions.title"), ctx.text("sessions.tooltip")).clicked() {
        out.push(Action::ShowSessions(!are_sessions_shown));
    }
}

fn main_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, out: &mut Vec<Action>) {
    for (key, action) in [
        ("menu.import", Action::AskImport),
        ("menu.export", Action::InFront(TabAction::AskSave)),
        ("menu.watch", Action::InFront(TabAction::Watch)),
    ] {
        if menu_item(ui, true, ctx.text(key), "") {
            out.push(action);
        }
    }
    menu_separator(ui);
    let rows: [(&'static str, Does, Action); 6] = [
        ("menu.inspector", Does::ToggleInspector, Action::ToggleInspector),
        ("menu.zoom_in", Does::ZoomIn, Action::ZoomBy(10)),
        ("menu.zoom_out", Does::ZoomOut, Action::ZoomBy(-10)),
        ("menu.zoom_reset", Does::ZoomReset, Action::ZoomReset),
        ("menu.full_screen", Does::FullScreen, Action::ToggleFullScreen),
        ("menu.help", Does::Help, Action::ShowHelp),
    ];
    for (key, does, action) in rows {
        let keys = shortcuts::keys_text(ui.ctx(), does);
        if menu_item(ui, true, ctx.text(key), &keys) {
            out.push(action);
        }
    }
    menu_separator(ui);
    for (choice, key) in [
        (ThemeChoice::System, "menu.theme_system"),
        (ThemeChoice::Dark, "menu.theme_dark"),
        (ThemeChoice::Light, "menu.theme_light"),
    ] {
        if PillCombo::choice(ui, ctx.theme == choice, ctx.text(key)) {
            out.push(Action::SetTheme(choice));
        }
    }
}
