//! The help page with every shortcut, from the one table of commands; and what the program is.

use crate::ui::commands::{self, QUICK_SEND_KEYS};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::{explain, page_height, title};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::group_heading;
use crate::util::PROGRAM;
use egui::style::ScrollAnimation;
use egui::{Grid, Key, RichText, ScrollArea, Ui, vec2};

/// What the page has besides its table.
const ABOVE_AND_BELOW: f32 = 250.0;

/// Draws the page.
pub fn help_ui(ui: &mut Ui, ctx: &ViewCtx<'_>) {
    let theme = Theme::of(ui);
    ui.set_width(520.0);
    ui.label(RichText::new(ctx.text("help.title")).font(fonts::strong(16.0)).color(theme.text));
    ui.add_space(theme::SPACE_4);
    for key in ["help.first", "help.second", "help.third"] {
        ui.add(egui::Label::new(RichText::new(ctx.text(key)).color(theme.dim)).wrap());
    }
    ui.add_space(theme::SPACE_8);
    group_heading(ui, ctx.text("help.shortcuts"));
    let room = page_height(ui) - ABOVE_AND_BELOW;
    let height = room.max(theme::ROW_HEIGHT);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(
        ui,
        |ui| {
            shortcuts_ui(ui, ctx);
            scroll_by_keys(ui, room);
        },
    );
}

/// Nothing in the table takes the keyboard, so these keys are free to move it.
fn scroll_by_keys(ui: &Ui, page: f32) {
    let down = ui.input(|input| {
        [
            (Key::ArrowDown, theme::ROW_HEIGHT),
            (Key::ArrowUp, -theme::ROW_HEIGHT),
            (Key::PageDown, page),
            (Key::PageUp, -page),
            (Key::End, f32::MAX),
            (Key::Home, f32::MIN),
        ]
        .into_iter()
        .find(|(key, _)| input.key_pressed(*key))
        .map(|(_, down)| down)
    });
    if let Some(down) = down {
        ui.scroll_with_delta_animation(vec2(0.0, -down), ScrollAnimation::none());
    }
}

fn shortcuts_ui(ui: &mut Ui, ctx: &ViewCtx<'_>) {
    let theme = Theme::of(ui);
    ui.spacing_mut().interact_size.y = theme::ROW_HEIGHT;
    Grid::new("shortcuts").num_columns(2).spacing([theme::SPACE_16, 2.0]).show(ui, |ui| {
        let mut last = "";
        for row in commands::TABLE {
            let Some(keys) = row.keys[0].filter(|_| row.name != last) else { continue };
            last = row.name;
            let keys = ui.ctx().format_shortcut(&keys);
            ui.label(RichText::new(keys).font(fonts::payload()).color(theme.text));
            ui.label(RichText::new(ctx.text(row.name)).color(theme.dim));
            ui.end_row();
        }
        let names: Vec<_> = QUICK_SEND_KEYS.iter().map(|key| key.name()).collect();
        ui.label(RichText::new(names.join(" ")).font(fonts::payload()).color(theme.text));
        ui.label(RichText::new(ctx.text("help.quick")).color(theme.dim));
        ui.end_row();
        for (keys, key) in [
            ("↑ ↓", "help.history"),
            ("Enter", "help.enter"),
            ("PgUp PgDn Home End", "help.sheet"),
            ("Alt+↑ Alt+↓", "help.order"),
            ("Shift+F10", "help.menu"),
        ] {
            ui.label(RichText::new(keys).font(fonts::payload()).color(theme.text));
            ui.label(RichText::new(ctx.text(key)).color(theme.dim));
            ui.end_row();
        }
    });
}

/// Draws the page that says which program this is.
pub fn about_ui(ui: &mut Ui, ctx: &ViewCtx<'_>) {
    ui.set_width(420.0);
    title(ui, PROGRAM);
    explain(ui, ctx.text("about.what"));
    explain(ui, &ctx.format("about.licence", &[("licence", &env!("CARGO_PKG_LICENSE"))]));
}
