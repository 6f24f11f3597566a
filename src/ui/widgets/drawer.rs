//! What lies over the right side of what is there, where there is no room beside it. It must not know what that is.

use crate::ui::theme::Theme;
use egui::{Area, Frame, Id, Margin, Order, Rect, Shadow, Stroke, Ui, pos2};

/// As high as the room there is, and so wide.
pub fn drawer(ui: &Ui, name: &'static str, width: f32, add: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    let room = ui.available_rect_before_wrap();
    let place = Rect::from_min_max(pos2((room.right() - width).max(room.left()), room.top()), room.max);
    let shadow = Shadow { offset: [-2, 0], blur: 12, spread: 0, color: theme.shadow };
    let line = Stroke::new(1.0, theme.line);
    let frame =
        Frame::new().fill(theme.panel).stroke(line).shadow(shadow).inner_margin(Margin::symmetric(14, 12));
    let inside = place.size() - frame.total_margin().sum();
    let area = Area::new(Id::unique(("drawer", name))).order(Order::Middle).movable(false);
    area.fixed_pos(place.min).show(ui.ctx(), |ui| {
        frame.show(ui, |ui| {
            ui.set_min_size(inside);
            ui.set_max_size(inside);
            add(ui);
        });
    });
}
