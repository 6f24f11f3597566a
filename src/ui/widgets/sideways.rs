//! A line of things of which there may be more than fit beside each other, and the list of all of them.
//!
//! It must not know what they are.

use crate::ui::theme;
use crate::ui::widgets::button::list_button;
use crate::ui::widgets::menu::menu;
use egui::scroll_area::ScrollBarVisibility;
use egui::{ScrollArea, Ui};

/// A list that is longer than this is scrolled.
const LIST_HEIGHT: f32 = 420.0;

/// A line that leaves so much room at its end, and is scrolled with the plain wheel, too. Returns whether something
/// of it is out of sight.
pub fn sideways(ui: &mut Ui, salt: &'static str, spared: f32, add: impl FnOnce(&mut Ui)) -> bool {
    let room = ui.available_width() - spared;
    ui.scope(|ui| {
        ui.style_mut().always_scroll_the_only_direction = true;
        // A bar would lie in the line, which is as high as what stands in it.
        let area = ScrollArea::horizontal().scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden);
        let shown = area.id_salt(salt).max_width(room).auto_shrink([true, false]).show(ui, add);
        shown.content_size.x > shown.inner_rect.width()
    })
    .inner
}

/// A button that lists what has no room.
pub fn list_of_all(ui: &mut Ui, name: &str, lines: impl FnOnce(&mut Ui)) {
    let opener = list_button(ui, name);
    menu(&opener, 240.0, |ui| {
        ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, lines);
    });
}

/// The room for one button behind such a line.
pub fn button_room(ui: &Ui) -> f32 {
    theme::CONTROL_HEIGHT + ui.spacing().item_spacing.x
}
