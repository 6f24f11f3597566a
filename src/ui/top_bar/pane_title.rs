//! Above each of two sessions that are seen side by side: which one it is.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::top_bar::{TabLabel, light_color};
use crate::ui::widgets::status_dot;
use egui::{Align, Label, Layout, RichText, Role, Ui, WidgetInfo};

/// The height of the line.
pub const HEIGHT: f32 = 26.0;

/// Draws the line: state and name, in stronger letters where the keyboard is.
pub fn pane_title_ui(ui: &mut Ui, label: &TabLabel, has_keyboard: bool) {
    let theme = Theme::of(ui);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        status_dot(ui, light_color(theme, label.light), &label.state);
        let (font, ink) = if has_keyboard {
            (fonts::strong(theme::LABEL_SIZE), theme.text)
        } else {
            (fonts::interface(theme::LABEL_SIZE), theme.dim)
        };
        let response = ui.add(Label::new(RichText::new(&label.title).font(font).color(ink)).truncate());
        response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label.title));
    });
}
