//! Menus: lists of lines that open below a control or where the mouse is, and close when one is chosen.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::button::{focus_edge, reveal_focused};
use egui::accesskit::HasPopup;
use egui::containers::menu::{MenuState, SubMenu, SubMenuButton};
use egui::{
    Align2, Context, FocusDirection, Id, Key, LayerId, Modifiers, Order, Popup, Pos2, Rect, Response, Role,
    ScrollArea, Sense, SetOpenCommand, Ui, WidgetInfo, vec2,
};

/// How high a line of a list or a menu is.
pub(super) const LINE_HEIGHT: f32 = theme::CONTROL_HEIGHT - 2.0;

/// A context menu that was opened with a key: where it stands, and whether its first line has still to get the
/// keyboard.
#[derive(Clone, Copy)]
struct ByKey {
    place: Rect,
    is_new: bool,
}

/// A menu of lines that opens below its opener, at least so wide.
pub fn menu(opener: &Response, width: f32, lines: impl FnOnce(&mut Ui)) {
    let popup = Popup::menu(opener);
    keep_in_front(opener, &popup);
    popup.show(|ui| fill(ui, width, lines));
}

/// Keeps what a control on a page opens in front of that page. Both lie in one order, and a press on the page brings
/// the page to its top in the very frame in which the list opens.
pub(super) fn keep_in_front(opener: &Response, popup: &Popup<'_>) {
    if opener.layer_id.order == Order::Foreground {
        let list = LayerId::new(Order::Foreground, popup.get_id());
        opener.ctx.set_sublayer(opener.layer_id, list);
    }
}

/// A menu of lines that opens where the other mouse button was pressed, at least so wide. The keys for it open it
/// below the control, when that has the keyboard.
pub fn context_menu(around: &Response, width: f32, lines: impl FnOnce(&mut Ui)) {
    context_menu_below(around, around.rect, width, lines);
}

/// The same; the keys for it open it below a place.
pub fn context_menu_below(around: &Response, place: Rect, width: f32, lines: impl FnOnce(&mut Ui)) {
    let ctx = &around.ctx;
    let popup = Popup::context_menu(around);
    let id = popup.get_id();
    let mut by_key = ctx.data(|data| data.get_temp::<ByKey>(id));
    let popup = if around.has_focus() && takes_menu_key(around) {
        by_key = Some(ByKey { place, is_new: true });
        popup.open_memory(SetOpenCommand::Bool(true))
    } else {
        popup
    };
    let is_opened_anew = around.secondary_clicked();
    let Some(mut open) = by_key.filter(|_| !is_opened_anew) else {
        ctx.data_mut(|data| data.remove::<ByKey>(id));
        if popup.show(|ui| fill(ui, width, lines)).is_some() && !is_opened_anew {
            close_when_pressed_beside(ctx, id);
        }
        return;
    };
    let shown = popup.anchor(open.place).show(|ui| {
        fill(ui, width, lines);
        if open.is_new && !ui.is_sizing_pass() {
            // As if the arrow had been pressed that leads from a control into its menu.
            ui.memory_mut(|memory| memory.move_focus(FocusDirection::Down));
            open.is_new = false;
        }
    });
    if shown.is_some() {
        close_when_pressed_beside(ctx, id);
    }
    if Popup::is_id_open(ctx, id) {
        ctx.data_mut(|data| data.insert_temp(id, open));
        return;
    }
    ctx.data_mut(|data| data.remove::<ByKey>(id));
    // Who came with the keyboard goes on where they were; the mouse says itself where to go on.
    if !ctx.input(|input| input.pointer.any_click() || input.pointer.any_pressed()) {
        around.request_focus();
    }
}

/// What is dragged beside a menu is no click, and would go on behind it.
fn close_when_pressed_beside(ctx: &Context, id: Id) {
    let pressed = ctx.input(|input| input.pointer.interact_pos().filter(|_| input.pointer.any_pressed()));
    if pressed.is_some_and(|at| !is_on_menu(ctx, id, at)) {
        Popup::close_id(ctx, id);
    }
}

/// Whether a point lies on a menu, or on what is open beside it.
fn is_on_menu(ctx: &Context, id: Id, at: Pos2) -> bool {
    ctx.read_response(id).is_some_and(|shown| shown.rect.contains(at))
        || MenuState::from_id(ctx, id, |menu| menu.open_item)
            .is_some_and(|beside| is_on_menu(ctx, beside, at))
}

/// The keys that open the menu of what has the keyboard.
const MENU_KEYS: [(Modifiers, Key); 2] = [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)];

fn takes_menu_key(around: &Response) -> bool {
    around.ctx.input_mut(|input| MENU_KEYS.iter().any(|(modifiers, key)| input.consume_key(*modifiers, *key)))
}

/// Whether a menu was asked for with a key, of whatever has the keyboard.
pub fn is_menu_key_pressed(ctx: &Context) -> bool {
    ctx.input(|input| {
        MENU_KEYS
            .iter()
            .any(|(modifiers, key)| input.modifiers.matches_logically(*modifiers) && input.key_pressed(*key))
    })
}

/// What a menu has above and below its lines, and what stays free around it.
const AROUND: f32 = 2.0 * theme::SPACE_12;

/// A menu that is higher than the window scrolls.
fn fill(ui: &mut Ui, width: f32, lines: impl FnOnce(&mut Ui)) {
    let most = ui.ctx().content_rect().height() - AROUND;
    ScrollArea::vertical().max_height(most).min_scrolled_height(most).show(ui, |ui| {
        ui.set_min_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        lines(ui);
    });
}

/// A line of a menu, with its shortcut at the right. Returns whether it was chosen just now.
pub fn menu_item(ui: &mut Ui, enabled: bool, text: &str, shortcut: &str) -> bool {
    named_menu_item(ui, enabled, text, text, shortcut)
}

/// The same where the line says less than its name, because it stands below what says the rest.
pub fn named_menu_item(ui: &mut Ui, enabled: bool, name: &str, text: &str, shortcut: &str) -> bool {
    ui.add_enabled_ui(enabled, |ui| {
        let response = line_with_keys(ui, None, text, shortcut);
        reveal_focused(&response);
        response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), name));
        if response.clicked() {
            ui.close();
        }
        response.clicked()
    })
    .inner
}

/// A line of a menu that opens more lines beside it: under the pointer, pressed, or with the arrow to the right; Escape and
/// the arrow to the left lead back to it.
pub fn submenu(ui: &mut Ui, enabled: bool, text: &str, width: f32, lines: impl FnOnce(&mut Ui)) {
    ui.add_enabled_ui(enabled, |ui| {
        let response = line_with_keys(ui, None, text, " ");
        reveal_focused(&response);
        let beside = SubMenu::id_from_widget_id(response.id);
        let is_open = MenuState::from_ui(ui, |menu, _| menu.open_item == Some(beside));
        response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), text));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_has_popup(HasPopup::Menu);
            node.set_expanded(is_open);
        });
        // What is left is the menu beside; the next press leaves this one.
        if is_open && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            MenuState::from_ui(ui, |menu, _| menu.open_item = None);
            response.request_focus();
        }
        let room = theme::square(theme::SPACE_16);
        let inside = response.rect.shrink2(vec2(theme::SPACE_4, 0.0));
        let arrow = Align2::RIGHT_CENTER.align_size_within_rect(room, inside);
        ui.painter().add(SubMenuButton::arrow_shape(arrow, Theme::of(ui).dim));
        SubMenu::new().show(ui, &response, |ui| fill(ui, width, lines));
    });
}

/// A line of a list from which one is chosen with the arrow keys, with its shortcut at the right.
pub fn list_line(ui: &mut Ui, is_chosen: bool, text: &str, shortcut: &str) -> Response {
    let response = line_with_keys(ui, Some(is_chosen), text, shortcut);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, text));
    focus_edge(ui.painter(), Theme::of(ui), response.rect, &response);
    reveal_focused(&response);
    response
}

/// A line that is lit as it `is_chosen`, or else while the pointer or the keyboard is on it.
fn line_with_keys(ui: &mut Ui, is_chosen: Option<bool>, text: &str, shortcut: &str) -> Response {
    let theme = Theme::of(ui);
    let font = fonts::interface(theme::BODY_SIZE);
    let name = ui.painter().layout_no_wrap(text.to_owned(), font, theme.text);
    let font = fonts::interface(theme::LABEL_SIZE);
    let keys = ui.painter().layout_no_wrap(shortcut.to_owned(), font, theme.faint);
    let least = name.size().x + keys.size().x + 2.0 * theme::SPACE_8 + theme::SPACE_16;
    let (rect, response) = line(ui, least);
    let is_touched = ui.is_enabled() && (response.hovered() || response.has_focus());
    if is_chosen.unwrap_or(is_touched) {
        ui.painter().rect_filled(rect, theme::corners(), theme.chosen);
    }
    let inside = rect.shrink2(vec2(theme::SPACE_8, 0.0));
    let at = Align2::LEFT_CENTER.align_size_within_rect(name.size(), inside).min;
    ui.painter().galley(at, name, theme.text);
    let at = Align2::RIGHT_CENTER.align_size_within_rect(keys.size(), inside).min;
    ui.painter().galley(at, keys, theme.faint);
    response
}

/// Parts a menu's lines.
pub fn menu_separator(ui: &mut Ui) {
    let size = vec2(line_width(ui, 0.0), theme::SPACE_8);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Theme::of(ui).line_stroke());
}

/// Room for a line that needs at least this width.
pub(super) fn line(ui: &mut Ui, least: f32) -> (Rect, Response) {
    let size = vec2(line_width(ui, least), LINE_HEIGHT);
    ui.allocate_exact_size(size, Sense::click())
}

/// A list that is measured before it is first seen is offered far more room than it will have.
fn line_width(ui: &Ui, least: f32) -> f32 {
    if ui.is_sizing_pass() { least } else { least.max(ui.available_width()) }
}
