//! The bar at the top: the session tabs, and at their right what concerns the whole window.

pub mod pane_title;

mod window_tools;

use crate::ui::action::Action;
use crate::ui::commands::{self, UiCommand};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabKey;
use crate::ui::tab::session::SessionAction;
use crate::ui::tabs::TabsAction;
use crate::ui::theme::{self, Theme};
use crate::ui::top_bar::window_tools::tools_ui;
use crate::ui::widgets::{
    PillCombo, button_room, context_menu, focus_edge, icon_button, list_of_all, menu, menu_item,
    menu_separator, sideways,
};
use crate::workspace::tabs::TabKind;
use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, EventFilter, Key, KeyboardShortcut, Layout, Memory,
    Modifiers, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2,
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
    (beside, keyboard): (Option<TabKey>, Option<TabKey>),
    out: &mut Vec<Action>,
) {
    ui.horizontal_centered(|ui| {
        ui.set_height(HEIGHT);
        let tools_width = 250.0;
        let tabs_width = (ui.available_width() - tools_width).max(120.0);
        ui.allocate_ui_with_layout(vec2(tabs_width, HEIGHT), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(tabs_width);
            ui.spacing_mut().item_spacing.x = 2.0;
            let is_cut = sideways(ui, "tabs", 2.0 * button_room(ui), |ui| {
                ui.horizontal_centered(|ui| {
                    ui.add_space(theme::SPACE_8);
                    strip_ui(ui, ctx, tabs, active, beside, out);
                });
            });
            new_tab_menu(ui, ctx, out);
            if is_cut {
                list_of_all(ui, ctx.text("tab.list"), |ui| list_ui(ui, tabs, active, out));
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| tools_ui(ui, ctx, keyboard, out));
    });
}

fn strip_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tabs: &[TabLabel],
    active: Option<TabKey>,
    beside: Option<TabKey>,
    out: &mut Vec<Action>,
) {
    let mut rects = Vec::with_capacity(tabs.len());
    for label in tabs {
        let is_beside = beside == Some(label.key);
        rects.push(tab_ui(ui, ctx, label, active == Some(label.key), is_beside, out));
    }
    show_activated(ui, tabs, &rects, active);
    leaf_by_keys(ui, tabs, out);
    follow_drag(ui, tabs, &rects, out);
}

fn list_ui(ui: &mut Ui, tabs: &[TabLabel], active: Option<TabKey>, out: &mut Vec<Action>) {
    for label in tabs {
        let line = format!("{} · {}", label.title, label.state);
        if PillCombo::choice(ui, active == Some(label.key), &line) {
            out.push(TabsAction::Activate(label.key).into());
        }
    }
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
        out.push(TabsAction::Activate(label.key).into());
    }
    if response.middle_clicked() {
        out.push(TabsAction::Close(label.key).into());
    }
    if response.double_clicked() {
        out.push(TabsAction::AskName(label.key).into());
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
    focus_edge(ui.painter(), theme, rect, &response);
    if response.on_hover_text(ctx.tooltip(ui.ctx(), "tab.close", UiCommand::CloseTab)).clicked() {
        out.push(TabsAction::Close(label.key).into());
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
    if menu_item(ui, true, ctx.text("tab.rename"), &commands::keys_text(ui.ctx(), UiCommand::RenameTab)) {
        out.push(TabsAction::AskName(key).into());
    }
    if menu_item(ui, true, ctx.text("tab.duplicate"), &commands::keys_text(ui.ctx(), UiCommand::DuplicateTab))
    {
        out.push(TabsAction::Duplicate(key).into());
    }
    if menu_item(ui, true, ctx.text("command.new_session_here"), "") {
        out.push(Action::OnTab(key, SessionAction::StartNew.into()));
    }
    let beside = if is_beside { "tab.beside_end" } else { "tab.beside" };
    if !is_active && menu_item(ui, true, ctx.text(beside), "") {
        out.push(TabsAction::ToggleBeside(key).into());
    }
    menu_separator(ui);
    if menu_item(ui, true, ctx.text("tab.close"), &commands::keys_text(ui.ctx(), UiCommand::CloseTab)) {
        out.push(TabsAction::Close(key).into());
    }
    if menu_item(ui, true, ctx.text("tab.reopen"), &commands::keys_text(ui.ctx(), UiCommand::ReopenTab)) {
        out.push(TabsAction::Reopen.into());
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

/// The keys that a list of tabs has everywhere; behind its last comes its first.
fn leaf_by_keys(ui: &Ui, tabs: &[TabLabel], out: &mut Vec<Action>) {
    let id_of = |label: &TabLabel| ui.scope_id().with(("tab", label.key.0));
    let focused = ui.memory(Memory::focused);
    let Some(place) = tabs.iter().position(|label| focused == Some(id_of(label))) else { return };
    let last = tabs.len() - 1;
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id_of(&tabs[place]), filter));
    let ways = [
        (Key::ArrowLeft, place.checked_sub(1).unwrap_or(last)),
        (Key::ArrowRight, if place == last { 0 } else { place + 1 }),
        (Key::Home, 0),
        (Key::End, last),
    ];
    for (key, to) in ways {
        let keys = KeyboardShortcut::new(Modifiers::NONE, key);
        if ui.input_mut(|input| commands::consume(input, keys, true)) {
            ui.memory_mut(|memory| memory.request_focus(id_of(&tabs[to])));
            out.push(TabsAction::Activate(tabs[to].key).into());
        }
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
            out.push(TabsAction::Move { tab: label.key, to }.into());
        }
    }
}

fn new_tab_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, out: &mut Vec<Action>) {
    let plus = icon_button(ui, "＋", ctx.text("tab.new"));
    menu(&plus, NEW_TAB_MENU_WIDTH, |ui| {
        for kind in TabKind::OFFERED {
            let (name, what) = kind_texts(kind);
            if menu_item(ui, true, ctx.text(name), ctx.text(what)) {
                out.push(TabsAction::New(kind).into());
            }
        }
    });
}

/// Wide enough for a name and a sentence.
const NEW_TAB_MENU_WIDTH: f32 = 430.0;

/// What a kind is called where one is chosen, and what it does in one sentence.
fn kind_texts(kind: TabKind) -> (&'static str, &'static str) {
    match kind {
        TabKind::TcpServer => ("kind.tcp_server", "kind.tcp_server_tip"),
        TabKind::TcpClient => ("kind.tcp_client", "kind.tcp_client_tip"),
        TabKind::Udp => ("kind.udp", "kind.udp_tip"),
        TabKind::WebSocketServer => ("kind.web_socket_server", "kind.web_socket_server_tip"),
        TabKind::WebSocketClient => ("kind.web_socket_client", "kind.web_socket_client_tip"),
        TabKind::UnixServer
        | TabKind::UnixClient
        | TabKind::UnixSeqpacketServer
        | TabKind::UnixSeqpacketClient
        | TabKind::UnixDatagrams => ("kind.unix", "kind.unix_tip"),
        TabKind::Raw => ("kind.raw", "kind.raw_tip"),
    }
}
