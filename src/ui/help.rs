//! The help page with every shortcut, from the one table of commands; and what the program is.

use crate::ui::commands::{self, QUICK_SEND_KEYS};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::{explain, title};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::group_heading;
use crate::util::PROGRAM;
use egui::{Grid, RichText, ScrollArea, Ui};

/// What the page has besides its table, and what stays free around it.
const ABOVE_AND_BELOW: f32 = 280.0;

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
    let room = ui.ctx().content_rect().height() - ABOVE_AND_BELOW;
    ScrollArea::vertical().max_height(room.max(theme::ROW_HEIGHT)).auto_shrink([false, true]).show(
        ui,
        |ui| {
            shortcuts_ui(ui, ctx);
        },
    );
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
