//! Buttons: the one main action, ordinary ones, those that end something, and small ones with only a symbol.
//!
//! It must not know what a button does.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use egui::{
    Align2, Color32, CursorIcon, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    vec2,
};

/// What pressing a button means for the person who presses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one action that the eye should find; at most one of a kind is on screen.
    Main,
    /// Any other action.
    Ordinary,
    /// Ends or removes something.
    Ending,
}

/// A button as wide as its text, or as `width` if that is given.
pub fn button(ui: &mut Ui, kind: ButtonKind, text: &str, width: Option<f32>, tooltip: &str) -> Response {
    let theme = Theme::of(ui);
    let font = match kind {
        ButtonKind::Ordinary => fonts::interface(theme::BODY_SIZE),
        ButtonKind::Main | ButtonKind::Ending => fonts::strong(theme::BODY_SIZE),
    };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let size = vec2(width.unwrap_or(galley.size().x + 2.0 * theme::SPACE_12), theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if ui.is_rect_visible(rect) {
        let (fill, outline, ink) = look(theme, kind, &response);
        ui.painter().rect(rect, theme::corners(), fill, Stroke::new(1.0, outline), StrokeKind::Inside);
        focus_ring(ui, theme, &response);
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())).galley(at, galley, ink);
    }
    explain(response, tooltip)
}

/// How wide an ordinary button with this text is.
pub fn button_width(ui: &Ui, text: &str) -> f32 {
    let font = fonts::interface(theme::BODY_SIZE);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x + 2.0 * theme::SPACE_12
}

/// A small square with one symbol; its name is spoken and shown as a tooltip.
pub fn icon_button(ui: &mut Ui, symbol: &str, name: &str) -> Response {
    square_button(ui, name, name, |painter, rect, ink| {
        painter.text(rect.center(), Align2::CENTER_CENTER, symbol, fonts::interface(14.0), ink);
    })
}

/// The same with a magnifier, which no font draws large enough.
pub fn find_button(ui: &mut Ui, name: &str) -> Response {
    square_button(ui, name, name, |painter, rect, ink| {
        let stroke = Stroke::new(1.6, ink);
        let lens = rect.center() + vec2(-1.5, -1.5);
        painter.circle_stroke(lens, 4.6, stroke);
        painter.line_segment([lens + vec2(3.4, 3.4), lens + vec2(7.4, 7.4)], stroke);
    })
}

/// The same with a curve between two axes: what is counted over time.
pub fn chart_button(ui: &mut Ui, name: &str, tooltip: &str) -> Response {
    square_button(ui, name, tooltip, |painter, rect, ink| {
        let stroke = Stroke::new(1.5, ink);
        let at = |x: f32, y: f32| rect.center() + vec2(x, y);
        painter.line(vec![at(-7.0, -7.0), at(-7.0, 6.5), at(7.5, 6.5)], stroke);
        painter.line(vec![at(-4.0, 2.5), at(-1.0, -1.5), at(2.0, 1.0), at(6.5, -5.5)], stroke);
    })
}

/// The same with a line that goes on below: whether long lines are wrapped. It stays pressed while it is on.
pub fn wrap_button(ui: &mut Ui, is_on: bool, name: &str, tooltip: &str) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(theme::square(theme::CONTROL_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), is_on, name));
    if ui.is_rect_visible(rect) {
        let fill = match () {
            () if is_on => theme.chosen,
            () if response.hovered() => theme.hovered,
            () => Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, theme::corners(), fill);
        focus_ring(ui, theme, &response);
        let stroke = Stroke::new(1.5, if is_on || response.hovered() { theme.text } else { theme.dim });
        let at = |x: f32, y: f32| rect.center() + vec2(x, y);
        let painter = ui.painter();
        painter.line_segment([at(-7.0, -5.0), at(7.0, -5.0)], stroke);
        painter.line(vec![at(-7.0, 0.0), at(4.5, 0.0), at(7.0, 2.5), at(4.5, 5.0), at(0.5, 5.0)], stroke);
        painter.line(vec![at(3.0, 2.5), at(0.5, 5.0), at(3.0, 7.5)], stroke);
        painter.line_segment([at(-7.0, 5.0), at(-3.5, 5.0)], stroke);
    }
    explain(response, tooltip)
}

/// The same with a chevron: it opens the list of what has no room.
pub fn list_button(ui: &mut Ui, name: &str) -> Response {
    square_button(ui, name, name, |painter, rect, ink| {
        let points = [vec2(-4.5, -2.0), vec2(0.0, 2.5), vec2(4.5, -2.0)].map(|point| rect.center() + point);
        painter.line(points.to_vec(), Stroke::new(1.6, ink));
    })
}

fn square_button(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    draw: impl FnOnce(&Painter, Rect, Color32),
) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(theme::square(theme::CONTROL_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let fill = if response.is_pointer_button_down_on() {
            theme.chosen
        } else if response.hovered() {
            theme.hovered
        } else {
            Color32::TRANSPARENT
        };
        let ink = if response.hovered() { theme.text } else { theme.dim };
        ui.painter().rect_filled(rect, theme::corners(), fill);
        focus_ring(ui, theme, &response);
        draw(ui.painter(), rect, ink);
    }
    explain(response, tooltip)
}

/// Text that can be pressed, without an outline: for what is seldom needed.
pub fn text_button(ui: &mut Ui, text: &str, tooltip: &str) -> Response {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(
        text.to_owned(),
        fonts::interface(theme::BODY_SIZE),
        Color32::PLACEHOLDER,
    );
    let size = vec2(galley.size().x + 2.0 * theme::SPACE_4, theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if ui.is_rect_visible(rect) {
        focus_ring(ui, theme, &response);
        let ink = if response.hovered() { theme.text } else { theme.dim };
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().galley(at, galley, ink);
    }
    explain(response, tooltip)
}

/// How wide such a text is.
pub fn text_button_width(ui: &Ui, text: &str) -> f32 {
    let font = fonts::interface(theme::BODY_SIZE);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x + 2.0 * theme::SPACE_4
}

fn look(theme: &Theme, kind: ButtonKind, response: &Response) -> (Color32, Color32, Color32) {
    let pressed = response.is_pointer_button_down_on();
    let hovered = response.hovered();
    match kind {
        ButtonKind::Main => {
            let fill = if pressed || hovered { theme.accent_hovered } else { theme.accent };
            (fill, fill, theme.on_accent)
        }
        ButtonKind::Ordinary => {
            let fill = if pressed {
                theme.chosen
            } else if hovered {
                theme.hovered
            } else {
                theme.raised
            };
            (fill, if hovered { theme.mark } else { theme.line }, theme.text)
        }
        ButtonKind::Ending => {
            let strength = if pressed {
                0.22
            } else if hovered {
                0.12
            } else {
                0.0
            };
            (theme.error.gamma_multiply(strength), theme.error, theme.error)
        }
    }
}

/// Shows which control the keyboard speaks to.
pub(crate) fn focus_ring(ui: &Ui, theme: &Theme, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.accent);
        let around = response.rect.expand(2.0);
        ui.painter().rect_stroke(around, theme::large_corners(), stroke, StrokeKind::Inside);
    }
}

/// The same along the inner edge of what fills the room that is seen of it.
pub(crate) fn focus_edge(painter: &Painter, theme: &Theme, rect: Rect, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.accent);
        painter.rect_stroke(rect, theme::corners(), stroke, StrokeKind::Inside);
    }
}

/// Brings into sight what has just got the keyboard, where it lies in something that scrolls.
pub(crate) fn reveal_focused(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}

/// The pointer's shape and the tooltip of something that can be pressed.
pub(crate) fn explain(response: Response, tooltip: &str) -> Response {
    reveal_focused(&response);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if tooltip.is_empty() { response } else { response.on_hover_text(tooltip) }
}
