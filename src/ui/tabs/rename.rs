//! The page that asks for a tab's name.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, focus_at_first, title};
use crate::ui::tab::Tab;
use crate::ui::tab::TabKey;
use crate::ui::tab::title::title_without_name;
use crate::ui::tabs::TabsAction;
use crate::ui::widgets::{ButtonKind, TextField};
use crate::util::locale::Locale;
use egui::Ui;

/// A tab's name, while it is typed.
#[derive(Debug)]
pub struct Rename {
    /// Which tab.
    pub tab: TabKey,
    /// As typed.
    pub name: String,
    /// What it is called while it has none.
    pub title_without: String,
}

impl Rename {
    /// For this tab.
    pub(in crate::ui) fn of(tab: &Tab, locale: &Locale) -> Rename {
        let title_without = title_without_name(locale, &tab.settings);
        Rename { tab: tab.key, name: tab.settings.name.clone(), title_without }
    }
}

/// A tab's name.
pub(in crate::ui) fn rename_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    rename: &mut Rename,
    out: &mut Vec<impl From<PageAction> + From<TabsAction>>,
) {
    ui.set_width(360.0);
    title(ui, ctx.text("tab.rename"));
    let hint = ctx.format("tab.name_hint", &[("title", &rename.title_without)]);
    let response = TextField::new(ctx.text("tab.name")).hint(&hint).show(ui, &mut rename.name);
    let done = TabsAction::Rename { tab: rename.tab, name: rename.name.clone() };
    focus_at_first(ui, &response);
    buttons_of_field(ui, ctx, &response, (ButtonKind::Main, "common.ok", done.into()), out);
}
