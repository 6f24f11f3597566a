//! Draws the palette: a field that narrows, and the lines that are left.

use crate::ui::action::Action;
use crate::ui::commands::{consume, keys_text};
use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::PageAction;
use crate::ui::page_parts::{explain, focus_at_first, is_entered};
use crate::ui::palette::Palette;
use crate::ui::theme;
use crate::ui::widgets::{TextField, list_line};
use egui::{Key, KeyboardShortcut, Modifiers, ScrollArea, Ui};

const WIDTH: f32 = 520.0;

/// The lines are at most so high.
const MOST_HEIGHT: f32 = 420.0;

/// What the page has besides its lines, and what stays free around it.
const ABOVE_AND_BELOW: f32 = 200.0;

/// Draws the page.
pub fn palette_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, palette: &mut Palette, out: &mut Vec<Action>) {
    ui.set_width(WIDTH);
    // Before the field: to it they would move its caret.
    let moved = ui.input_mut(|input| {
        let mut is_pressed = |key| consume(input, KeyboardShortcut::new(Modifiers::NONE, key), true);
        isize::from(is_pressed(Key::ArrowDown)) - isize::from(is_pressed(Key::ArrowUp))
    });
    let field =
        TextField::new(ctx.text("palette.field")).hint(ctx.text("palette.hint")).show(ui, &mut palette.typed);
    focus_at_first(ui, &field);
    if field.changed() {
        palette.chosen = 0;
    }
    let lines = palette.lines(ctx.locale, &ctx.sending.quick);
    palette.step(moved, lines.len());
    let mut done = is_entered(ui, &field).then_some(palette.chosen);
    if lines.is_empty() {
        explain(ui, ctx.text("palette.nothing"));
    }
    let room = ui.ctx().content_rect().height() - ABOVE_AND_BELOW;
    let height = room.clamp(theme::ROW_HEIGHT, MOST_HEIGHT);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (place, line) in lines.iter().enumerate() {
                let keys =
                    line.command.map_or_else(|| line.key.clone(), |command| keys_text(ui.ctx(), command));
                let is_chosen = place == palette.chosen;
                let response = list_line(ui, is_chosen, &line.name, &keys);
                if is_chosen && moved != 0 {
                    response.scroll_to_me(None);
                }
                // The pointer chooses as the arrows do; while it rests it does not.
                if response.hovered() && ui.input(|input| input.pointer.is_moving()) {
                    palette.chosen = place;
                }
                if response.gained_focus() {
                    palette.chosen = place;
                }
                if response.clicked() {
                    done = Some(place);
                }
            }
        },
    );
    if let Some(line) = done.and_then(|place| lines.into_iter().nth(place)) {
        // First, so that a page that comes then stays.
        out.push(PageAction::Close.into());
        out.push(line.action);
    }
}
