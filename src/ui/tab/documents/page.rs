//! The page that asks which file to open, or where to save.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, focus_at_first, path_ui, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::documents::DocumentPage;
use crate::ui::widgets::ButtonKind;
use egui::Ui;

/// Draws the page.
pub(in crate::ui) fn document_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut DocumentPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(540.0);
    title(ui, ctx.text(page.title()));
    let response = path_ui(ui, ctx, &mut page.path, out);
    focus_at_first(ui, &response);
    if response.changed() {
        page.path.error = None;
    }
    let name = if page.is_save { "document.save" } else { "document.open" };
    let main = (ButtonKind::Main, name, TabPageAction::Document.into());
    buttons_of_field(ui, ctx, &response, main, out);
}
