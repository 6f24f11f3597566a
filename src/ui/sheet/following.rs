//! Following the newest row: the button that holds the sheet still, and the way back to the end. It must not know
//! what rows contain.

use crate::ui::fonts;
use crate::ui::sheet::{Frame, Rows, Sheet, SheetView, bar};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::focus_edge;
use crate::util::bytes_text::Count;
use egui::{
    Align2, Color32, CursorIcon, Painter, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

impl Sheet {
    /// Stops the sheet where it is while rows come in, and lets it go on.
    pub(super) fn follow_button(&mut self, ui: &Ui, header: Rect, frame: &Frame, view: &SheetView<'_>) {
        let theme = Theme::of(ui);
        let side = header.height() - theme::SPACE_4;
        let centre = pos2(header.right() - bar::BAR_WIDTH - side / 2.0, header.center().y);
        let rect = Rect::from_center_size(centre, theme::square(side));
        let response = ui.interact(rect, frame.response.id.with("follow"), Sense::click());
        let name = if self.following { view.texts.pause } else { view.texts.resume };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        if response.hovered() {
            ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
        }
        focus_edge(ui.painter(), theme, rect, &response);
        let ink = if response.hovered() { theme.text } else { theme.dim };
        follow_symbol(ui.painter(), rect, self.following, ink);
        let tooltip = format!("{name} ({})", view.follow_keys);
        if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(tooltip).clicked() {
            self.toggle_following(frame.next);
            ui.ctx().request_repaint();
        }
    }

    /// The way back to the newest row, while it is not followed.
    pub(super) fn latest_pill(&mut self, ui: &Ui, rows: &dyn Rows, frame: &Frame, view: &SheetView<'_>) {
        const HEIGHT: f32 = 28.0;
        if self.following || frame.extent.rows == 0 {
            return;
        }
        let theme = Theme::of(ui);
        let new = frame.extent.rows.saturating_sub(rows.index(self.new_from));
        let text = if new == 0 {
            format!("↓ {}", view.texts.latest)
        } else {
            format!("↓ {} · {}", view.texts.latest, Count(new))
        };
        let font = fonts::strong(theme::BODY_SIZE);
        let galley = ui.painter().layout_no_wrap(text.clone(), font, Color32::PLACEHOLDER);
        let size = vec2(galley.size().x + 28.0, HEIGHT);
        let rect = Rect::from_min_size(frame.body.max - size - vec2(theme::SPACE_12, theme::SPACE_12), size);
        let response = ui.interact(rect, frame.response.id.with("latest"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text.as_str()));
        let fill = if response.hovered() { theme.accent_hovered } else { theme.accent };
        let shadow = egui::Shadow { offset: [0, 2], blur: 8, spread: 0, color: theme.shadow };
        ui.painter().add(shadow.as_shape(rect, HEIGHT / 2.0));
        ui.painter().rect_filled(rect, HEIGHT / 2.0, fill);
        if response.has_focus() {
            let stroke = Stroke::new(1.5, theme.text);
            ui.painter().rect_stroke(rect.expand(2.0), HEIGHT / 2.0 + 2.0, stroke, StrokeKind::Inside);
        }
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().galley(at, galley, theme.on_accent);
        let response =
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(view.texts.latest_tooltip);
        if response.clicked() {
            self.follow();
            ui.ctx().request_repaint();
        }
    }
}

/// Two bars while it follows, a triangle that points at the newest row while it holds still.
fn follow_symbol(painter: &Painter, rect: Rect, following: bool, ink: Color32) {
    let centre = rect.center();
    if following {
        for left in [-4.0, 1.5] {
            let bar = Rect::from_min_size(centre + vec2(left, -4.5), vec2(2.5, 9.0));
            painter.rect_filled(bar, 0.5, ink);
        }
    } else {
        let points = vec![centre + vec2(-4.5, -3.0), centre + vec2(4.5, -3.0), centre + vec2(0.0, 4.0)];
        painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
    }
}
