//! The page that asks what an earlier session is called.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, focus_at_first, title};
use crate::ui::sessions::SessionsAction;
use crate::ui::widgets::{ButtonKind, TextField};
use egui::Ui;
use std::path::PathBuf;

/// An earlier session's name, while it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameSession {
    /// Its journal.
    pub path: PathBuf,
    /// As typed.
    pub name: String,
    /// What it is called while it has none.
    pub name_without: String,
}

/// Draws the page.
pub(in crate::ui) fn rename_session_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut RenameSession,
    out: &mut Vec<impl From<PageAction> + From<SessionsAction>>,
) {
    ui.set_width(400.0);
    title(ui, ctx.text("sessions.rename_title"));
    let hint = ctx.format("tab.name_hint", &[("title", &page.name_without)]);
    let response = TextField::new(ctx.text("tab.name")).hint(&hint).show(ui, &mut page.name);
    focus_at_first(ui, &response);
    let done = SessionsAction::Rename { path: page.path.clone(), name: page.name.clone() };
    buttons_of_field(ui, ctx, &response, (ButtonKind::Main, "common.ok", done.into()), out);
}
