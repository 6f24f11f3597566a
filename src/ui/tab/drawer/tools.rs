//! Tools at the right end of a bar: as many as there is room for, the others in a menu. What they do is not known here.

use crate::ui::theme;
use crate::ui::widgets::{
    ButtonKind, button, button_width, icon_button, menu, menu_item, text_button, text_button_width,
};
use egui::{Align, Layout, Ui};

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Tool<'a> {
    /// What it is called.
    pub(in crate::ui) text: &'a str,
    /// What it does.
    pub(in crate::ui) tip: &'a str,
    /// It is no more than its text.
    pub(in crate::ui) is_quiet: bool,
}

/// Draws them in what is left of the bar, and tells the place of the one that was pressed. Where not all fit, the first
/// ones stay; `more` is what the menu of the others is called.
pub(in crate::ui) fn tools_ui(ui: &mut Ui, more: &str, tools: &[Tool<'_>]) -> Option<usize> {
    let mut pressed = None;
    let seen = seen_in(ui, tools);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let (shown, hidden) = tools.split_at(seen);
        if !hidden.is_empty() {
            let opener = icon_button(ui, "⋯", more);
            menu(&opener, 140.0, |ui| {
                for (place, tool) in hidden.iter().enumerate() {
                    if menu_item(ui, true, tool.text, "") {
                        pressed = Some(seen + place);
                    }
                }
            });
        }
        for (place, tool) in shown.iter().enumerate().rev() {
            let response = if tool.is_quiet {
                text_button(ui, tool.text, tool.tip)
            } else {
                button(ui, ButtonKind::Ordinary, tool.text, None, tool.tip)
            };
            if response.clicked() {
                pressed = Some(place);
            }
        }
    });
    pressed
}

/// How many of them there is room for.
fn seen_in(ui: &Ui, tools: &[Tool<'_>]) -> usize {
    let (room, gap) = (ui.available_width(), ui.spacing().item_spacing.x);
    let width = |tool: &Tool<'_>| {
        gap + if tool.is_quiet { text_button_width(ui, tool.text) } else { button_width(ui, tool.text) }
    };
    if tools.iter().map(width).sum::<f32>() <= room + gap {
        return tools.len();
    }
    let mut left = room - theme::CONTROL_HEIGHT;
    let fits = |tool: &&Tool<'_>| {
        left -= width(tool);
        left >= 0.0
    };
    tools.iter().take_while(fits).count()
}
