//! Draws the page in front of everything, and the questions that need no page of their own.

use crate::ui::action::Action;
use crate::ui::ctx::ViewCtx;
use crate::ui::export::view::export_ui;
use crate::ui::fault_page::fault_ui;
use crate::ui::fonts;
use crate::ui::help::{about_ui, help_ui};
use crate::ui::import::view::import_ui;
use crate::ui::page_parts::{answers, buttons, focus_at_first, in_front, question};
use crate::ui::pages::Modal;
use crate::ui::palette::palette_ui;
use crate::ui::quick_sends::QuickPageAction;
use crate::ui::quick_sends::page::quick_ui;
use crate::ui::sessions::SessionsAction;
use crate::ui::tab::TabKey;
use crate::ui::tab::answers::page::answers_page_ui;
use crate::ui::tab::composer::file_page::send_file_ui;
use crate::ui::tab::documents::page::document_ui;
use crate::ui::tab::go_to::go_to_ui;
use crate::ui::tab::notes::view::notes_ui;
use crate::ui::tabs::TabsAction;
use crate::ui::tabs::rename::rename_ui;
use crate::ui::watch::view::watch_ui;
use egui::{RichText, Ui};
use std::mem;
use std::path::Path;

/// Draws the page in front, if there is one.
pub fn modal_ui(ui: &Ui, ctx: &ViewCtx<'_>, modal: &mut Option<Modal>, out: &mut Vec<Action>) {
    let Some(page) = modal else { return };
    // A press beside a page that is written on is a slip of the hand.
    let is_left_beside = matches!(
        page,
        Modal::Help
            | Modal::About
            | Modal::Palette(_)
            | Modal::ConfirmClose(_)
            | Modal::ConfirmDelete(_)
            | Modal::ConfirmRemoveQuick { .. }
    );
    let name = ("modal", mem::discriminant(page));
    in_front(ui, name, is_left_beside, out, |ui, out| match page {
        Modal::Help => {
            help_ui(ui, ctx);
            let way_out = buttons(ui, ctx, None, "common.close", out);
            focus_at_first(ui, &way_out);
        }
        Modal::About => {
            about_ui(ui, ctx);
            let way_out = buttons(ui, ctx, None, "common.close", out);
            focus_at_first(ui, &way_out);
        }
        Modal::Fault(page) => fault_ui(ui, ctx, page, out),
        Modal::Palette(palette) => palette_ui(ui, ctx, palette, out),
        Modal::ConfirmClose(tab) => confirm_close_ui(ui, ctx, *tab, out),
        Modal::ConfirmDelete(path) => confirm_delete_ui(ui, ctx, path, out),
        Modal::ConfirmRemoveQuick { place, name } => {
            question(ui, ctx.text("quick.remove_title"), name);
            answers(ui, ctx, "quick.remove", QuickPageAction::Remove(*place).into(), out);
        }
        Modal::Rename(rename) => rename_ui(ui, ctx, rename, out),
        Modal::Export(page) => export_ui(ui, ctx, page, out),
        Modal::Import(page) => import_ui(ui, ctx, page, out),
        Modal::Watch(page) => watch_ui(ui, ctx, page, out),
        Modal::SendFile(file) => send_file_ui(ui, ctx, file, out),
        Modal::Document(page) => document_ui(ui, ctx, page, out),
        Modal::Quick(quick) => quick_ui(ui, ctx, quick, out),
        Modal::GoTo(page) => go_to_ui(ui, ctx, page, out),
        Modal::Notes(page) => notes_ui(ui, ctx, page, out),
        Modal::Answers(page) => answers_page_ui(ui, ctx, page, out),
    });
}

/// Asks whether to end the program although something goes on.
pub fn confirm_quit_ui(ui: &Ui, ctx: &ViewCtx<'_>, out: &mut Vec<Action>) {
    in_front(ui, "quit", true, out, |ui, out| {
        question(ui, ctx.text("quit.title"), ctx.text("quit.question"));
        answers(ui, ctx, "quit.yes", Action::QuitAnyway, out);
    });
}

fn confirm_close_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: TabKey, out: &mut Vec<Action>) {
    question(ui, ctx.text("close.title"), ctx.text("close.question"));
    answers(ui, ctx, "close.yes", TabsAction::CloseAnyway(tab).into(), out);
}

fn confirm_delete_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, path: &Path, out: &mut Vec<Action>) {
    question(ui, ctx.text("delete.title"), ctx.text("delete.question"));
    ui.label(RichText::new(path.display().to_string()).font(fonts::payload()));
    answers(ui, ctx, "delete.yes", SessionsAction::Delete(path.to_owned()).into(), out);
}
