//! Small signs and their texts: dots, chips, switches, headings, pairs of name and value.
//!
//! It must not know what they stand for.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::button::{explain, focus_ring};
use egui::{
    Align, Align2, Color32, Label, Layout, Painter, Pos2, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

/// A dot whose colour tells a state; its name says the same in words.
pub fn status_dot(ui: &mut Ui, color: Color32, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(theme::square(theme::SPACE_8), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, ui.is_enabled(), name));
    ui.painter().circle_filled(rect.center(), theme::SPACE_4, color);
    if name.is_empty() { response } else { response.on_hover_text(name) }
}

/// A small rounded button for things of which there are many. It can be dragged among its like.
pub fn chip(ui: &mut Ui, text: &str, tooltip: &str) -> Response {
    const HEIGHT: f32 = 24.0;
    let theme = Theme::of(ui);
    let font = fonts::interface(12.5);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let size = vec2(galley.size().x + 2.0 * 10.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if ui.is_rect_visible(rect) {
        let fill = if response.is_pointer_button_down_on() {
            theme.chosen
        } else if response.hovered() {
            theme.hovered
        } else {
            Color32::TRANSPARENT
        };
        let line = if response.hovered() { theme.mark } else { theme.line };
        ui.painter().rect(rect, HEIGHT / 2.0, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        focus_ring(ui, theme, &response);
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().galley(at, galley, theme.text);
    }
    explain(response, tooltip)
}

/// The size of the part of a switch that moves.
const TRACK: egui::Vec2 = vec2(28.0, 16.0);

/// How wide a switch is with its text.
pub fn toggle_width(ui: &Ui, text: &str) -> f32 {
    let font = fonts::interface(theme::BODY_SIZE);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    TRACK.x + theme::SPACE_8 + galley.size().x
}

/// A switch with its text. The response says `changed` when it was flipped.
pub fn toggle(ui: &mut Ui, on: &mut bool, text: &str, tooltip: &str) -> Response {
    let theme = Theme::of(ui);
    let font = fonts::interface(theme::BODY_SIZE);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let size = vec2(TRACK.x + theme::SPACE_8 + galley.size().x, theme::CONTROL_HEIGHT);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, text));
    if ui.is_rect_visible(rect) {
        let share = ui.ctx().animate_bool_responsive(response.id, *on);
        let track = Align2::LEFT_CENTER.align_size_within_rect(TRACK, rect);
        let fill = theme.mark.lerp_to_gamma(theme.accent, share);
        ui.painter().rect_filled(track, TRACK.y / 2.0, fill);
        let knob = pos2(egui::lerp(track.left() + 8.0..=track.right() - 8.0, share), track.center().y);
        ui.painter().circle_filled(knob, 6.0, theme.ground);
        let at = pos2(track.right() + theme::SPACE_8, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, if response.hovered() { theme.text } else { theme.dim });
        focus_ring(ui, theme, &response);
    }
    explain(response, tooltip)
}

/// A box to tick, with its text, which may be empty: `name` is what it is called. The response says `changed` when it was
/// ticked or unticked.
pub fn tick(ui: &mut Ui, on: &mut bool, text: &str, name: &str) -> Response {
    let theme = Theme::of(ui);
    let font = fonts::interface(theme::BODY_SIZE);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let beside = if text.is_empty() { 0.0 } else { theme::SPACE_4 + galley.size().x };
    let size = vec2(theme::CONTROL_HEIGHT + beside, theme::CONTROL_HEIGHT);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, name));
    if ui.is_rect_visible(rect) {
        let square = Align2::LEFT_CENTER.align_size_within_rect(theme::square(theme::CONTROL_HEIGHT), rect);
        let ink = if !ui.is_enabled() {
            theme.faint
        } else if *on || response.hovered() {
            theme.text
        } else {
            theme.dim
        };
        tick_box(ui.painter(), square.center(), *on, ink);
        let at = pos2(square.right() + theme::SPACE_4, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
        focus_ring(ui, theme, &response);
    }
    explain(response, "")
}

/// A box, ticked or not. It is drawn, because no font that comes along has one.
pub fn tick_box(painter: &Painter, center: Pos2, is_on: bool, ink: Color32) {
    let square = Rect::from_center_size(center, theme::square(12.0));
    painter.rect_stroke(square, 2.0, Stroke::new(1.2, ink), StrokeKind::Inside);
    if is_on {
        let points = [vec2(-3.0, 0.0), vec2(-1.0, 2.5), vec2(3.2, -2.8)].map(|point| center + point);
        painter.line(points.to_vec(), Stroke::new(1.5, ink));
    }
}

/// The name of a group of things in a side panel.
pub fn group_heading(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    let shown = RichText::new(text).font(fonts::strong(theme::LABEL_SIZE)).color(theme.dim);
    let response = ui.add(Label::new(shown).truncate());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
    ui.add_space(theme::SPACE_4);
    response
}

/// A name at the left and its value at the right of the room there is.
pub fn key_value(ui: &mut Ui, key: &str, value: &str, payload_font: bool) -> Response {
    let theme = Theme::of(ui);
    let row = vec2(ui.available_width(), theme::ROW_HEIGHT);
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        ui.label(RichText::new(key).color(theme.dim));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let font = if payload_font { fonts::payload() } else { fonts::interface(theme::BODY_SIZE) };
            let text = RichText::new(value).font(font).color(theme.text);
            ui.add(Label::new(text).truncate().selectable(true))
        })
        .inner
    })
    .inner
}

/// A line across the room there is.
pub fn separator(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, theme.line_stroke());
}
