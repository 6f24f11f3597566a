//! The page of filters with names: a field that gives the present one a name, and the list of all that have one.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons, focus_at_first, is_entered, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::filters::{FiltersPage, FiltersPageAction};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, TextField, icon_button, menu_item};
use egui::{Align, Label, Layout, RichText, ScrollArea, Ui};

const WIDTH: f32 = 520.0;
const LIST_HEIGHT: f32 = 260.0;

/// Draws the page.
pub(in crate::ui) fn filters_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut FiltersPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("filters.title"));
    let theme = Theme::of(ui);
    let can_name = !page.filter.is_empty();
    if can_name {
        ui.add(Label::new(RichText::new(&page.filter).monospace().color(theme.text)).truncate());
        let name = ctx.text("filters.name");
        let response = TextField::new(name).hint(name).show(ui, &mut page.name);
        if is_entered(ui, &response) {
            out.push(TabPageAction::Filters(FiltersPageAction::Save).into());
        }
        focus_at_first(ui, &response);
    } else {
        ui.label(RichText::new(ctx.text("filters.nothing_typed")).color(theme.dim));
    }
    ui.add_space(theme::SPACE_8);
    if ctx.settings.named_filters.is_empty() {
        ui.label(RichText::new(ctx.text("filters.none")).color(theme.dim));
    }
    ScrollArea::vertical().id_salt("filters").max_height(LIST_HEIGHT).show(ui, |ui| {
        for named in &ctx.settings.named_filters {
            ui.push_id(&named.name, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let forget = ctx.format("filters.forget", &[("name", &named.name)]);
                    if icon_button(ui, "✕", &forget).clicked() {
                        out.push(
                            TabPageAction::Filters(FiltersPageAction::Forget(named.name.clone())).into(),
                        );
                    }
                    if menu_item(ui, true, &named.name, &shortened(&named.filter)) {
                        out.push(TabPageAction::Filters(FiltersPageAction::Use(named.filter.clone())).into());
                    }
                });
            });
        }
    });
    let save = can_name.then_some((
        ButtonKind::Main,
        "filters.save",
        TabPageAction::Filters(FiltersPageAction::Save).into(),
    ));
    buttons(ui, ctx, save, "common.close", out);
}

/// As much of a filter as a line has room for beside its name.
pub(in crate::ui::tab) fn shortened(filter: &str) -> String {
    const MOST_CHARACTERS: usize = 40;
    let mut shown: String = filter.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < filter.len() {
        shown.push('…');
    }
    shown
}
