//! The session tabs, and what concerns the whole window at their right.

use crate::ui::action::{Action, TabAction, TabKey};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::shortcuts::{self, Does};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    PillCombo, context_menu, icon_button, menu, menu_item, menu_separator, text_button,
};
use crate::util::locale::Language;
use crate::workspace::settings::ThemeChoice;
use crate::workspace::tabs::TabKind;
use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Layout, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

/// What the bar shows of one tab.
#[derive(Clone, Debug)]
pub struct TabLabel {
    /// Which.
    pub key: TabKey,
    /// Its name.
    pub title: String,
    /// What it is doing, in words.
    pub state: String,
    /// What it is doing.
    pub light: Light,
    /// Something came in since it was last looked at.
    pub is_fresh: bool,
}

/// What a tab's dot tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Closed.
    Off,
    /// On its way.
    Waiting,
    /// Open.
    On,
    /// Failed.
    Bad,
}

/// The height of the bar.
pub const HEIGHT: f32 = 40.0;

const LONGEST_TITLE: f32 = 220.0;

/// Draws the bar.
pub fn tab_bar_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tabs: &[TabLabel],
    active: Option<TabKey>,
    beside: Option<TabKey>,
    out: &mut Vec<Action>,
) {
    ui.horizontal_centered(|ui| {
        ui.set_height(HEIGHT);
        let tools_width = 250.0;
        let tabs_width = (ui.available_width() - tools_width).max(120.0);
        ui.allocate_ui_with_layout(vec2(tabs_width, HEIGHT), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(tabs_width);
            egui::ScrollArea::horizontal().id_salt("tabs").auto_shrink(false).show(ui, |ui| {
                ui.horizontal_centered(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    ui.add_space(theme::SPACE_8);
                    let mut rects = Vec::with_capacity(tabs.len());
                    for label in tabs {
                        let is_beside = beside == Some(label.key);
                        rects.push(tab_ui(ui, ctx, label, active == Some(label.key), is_beside, out));
                    }
                    show_activated(ui, tabs, &rects, active);
                    follow_drag(ui, tabs, &rects, out);
                    new_tab_menu(ui, ctx, out);
                });
            });
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| tools_ui(ui, ctx, active.is_none(), out));
    });
}

/// The colour of a tab's dot.
pub fn light_color(theme: &Theme, light: Light) -> Color32 {
    match light {
        Light::Off => theme.mark,
        Light::Waiting => theme.accent,
        Light::On => theme.good,
        Light::Bad => theme.error,
    }
}

fn tab_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    label: &TabLabel,
    is_active: bool,
    is_beside: bool,
    out: &mut Vec<Action>,
) -> Rect {
    let theme = Theme::of(ui);
    let font = if is_active { fonts::strong(theme::BODY_SIZE) } else { fonts::interface(theme::BODY_SIZE) };
    let ink = if is_active { theme.text } else { theme.dim };
    let mut job = egui::text::LayoutJob::simple_singleline(label.title.clone(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(LONGEST_TITLE);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let width = galley.size().x + 62.0;
    let (_, room) = ui.allocate_space(vec2(width, HEIGHT - 6.0));
    let rect = Rect::from_min_max(pos2(room.left(), room.bottom() - HEIGHT + 8.0), room.max + vec2(0.0, 3.0));
    let response = ui.interact(rect, ui.scope_id().with(("tab", label.key.0)), Sense::click_and_drag());
    let spoken = format!("{} · {}", label.title, label.state);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_active, &spoken));
    let corners = CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 };
    if is_active || is_beside {
        ui.painter().rect_filled(rect, corners, theme.ground);
        ui.painter().rect_stroke(rect, corners, theme.line_stroke(), egui::StrokeKind::Inside);
        let lower_edge =
            Rect::from_min_max(pos2(rect.left() + 1.0, rect.bottom() - 1.0), rect.max - vec2(1.0, 0.0));
        ui.painter().rect_filled(lower_edge, 0, theme.ground);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, corners, theme.hovered);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect.shrink(2.0), corners, (1.5, theme.accent), egui::StrokeKind::Inside);
    }
    let dot = pos2(rect.left() + 18.0, rect.center().y);
    ui.painter().circle_filled(dot, 4.0, light_color(theme, label.light));
    if label.is_fresh && !is_active {
        ui.painter().circle_stroke(dot, 6.5, (1.5, theme.received));
    }
    ui.painter().galley(pos2(rect.left() + 30.0, rect.center().y - galley.size().y / 2.0), galley, ink);
    close_cross(ui, ctx, rect, label, is_active || response.hovered(), out);
    if response.clicked() {
        out.push(Action::Activate(label.key));
    }
    if response.middle_clicked() {
        out.push(Action::CloseTab(label.key));
    }
    if response.double_clicked() {
        out.push(Action::AskTabName(label.key));
    }
    context_menu(&response, 190.0, |ui| tab_menu(ui, ctx, label.key, is_active, is_beside, out));
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(spoken);
    if response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    rect
}

fn close_cross(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    tab: Rect,
    label: &TabLabel,
    is_shown: bool,
    out: &mut Vec<Action>,
) {
    let theme = Theme::of(ui);
    let rect = Rect::from_center_size(pos2(tab.right() - 17.0, tab.center().y), theme::square(18.0));
    let response = ui.interact(rect, ui.scope_id().with(("close", label.key.0)), Sense::click());
    let name = ctx.format("tab.close_named", &[("title", &label.title)]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if is_shown || response.hovered() || response.has_focus() {
        let ink = if response.hovered() { theme.text } else { theme.faint };
        if response.hovered() {
            ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
        }
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, "✕", fonts::interface(11.0), ink);
    }
    if response.on_hover_text(ctx.tooltip(ui.ctx(), "tab.close", Does::CloseTab)).clicked() {
        out.push(Action::CloseTab(label.key));
    }
}

fn tab_menu(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    key: TabKey,
    is_active: bool,
    is_beside: bool,
    out: &mut Vec<Action>,
) {
    if menu_item(ui, true, ctx.text("tab.rename"), "") {
        out.push(Action::AskTabName(key));
    }
    if menu_item(ui, true, ctx.text("tab.duplicate"), "") {
        out.push(Action::DuplicateTab(key));
    }
    let beside = if is_beside { "tab.beside_end" } else { "tab.beside" };
    if !is_active && menu_item(ui, true, ctx.text(beside), "") {
        out.push(Action::ToggleBeside(key));
    }
    menu_separator(ui);
    if menu_item(ui, true, ctx.text("tab.close"), &shortcuts::keys_text(ui.ctx(), Does::CloseTab)) {
        out.push(Action::CloseTab(key));
    }
    if menu_item(ui, true, ctx.text("tab.reopen"), &shortcuts::keys_text(ui.ctx(), Does::ReopenTab)) {
        out.push(Action::ReopenTab);
    }
}

/// Scrolls to a tab that has just come to the front.
fn show_activated(ui: &Ui, tabs: &[TabLabel], rects: &[Rect], active: Option<TabKey>) {
    let shown = tabs.iter().zip(rects).find(|(label, _)| active == Some(label.key));
    let Some((label, rect)) = shown else { return };
    let id = ui.scope_id().with("active");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, label.key), label.key));
    if before != label.key {
        ui.scroll_to_rect(*rect, None);
    }
}

/// While a tab is dragged, it changes places with the one whose middle it passes.
fn follow_drag(ui: &Ui, tabs: &[TabLabel], rects: &[Rect], out: &mut Vec<Action>) {
    let Some(pointer) = ui.input(|input| input.pointer.interact_pos()) else { return };
    for (place, label) in tabs.iter().enumerate() {
        if !ui.ctx().is_being_dragged(ui.scope_id().with(("tab", label.key.0))) {
            continue;
        }
        let to = rects.iter().filter(|rect| rect.center().x < pointer.x).count();
        let to = if to > place { to - 1 } else { to };
        if to != place {
            out.push(Action::MoveTab { tab: label.key, to });
        }
    }
}

fn new_tab_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, out: &mut Vec<Action>) {
    let plus = icon_button(ui, "＋", ctx.text("tab.new"));
    menu(&plus, 190.0, |ui| {
        for (kind, key) in [
            (TabKind::TcpServer, "kind.tcp_server"),
            (TabKind::TcpClient, "kind.tcp_client"),
            (TabKind::Udp, "kind.udp"),
        ] {
            if menu_item(ui, true, ctx.text(key), "") {
                out.push(Action::NewTab(kind));
            }
        }
    });
}

fn tools_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, are_sessions_shown: bool, out: &mut Vec<Action>) {
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
