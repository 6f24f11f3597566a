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
use crate::ui::sessions::rename::rename_session_ui;
use crate::ui::tab::TabKey;
use crate::ui::tab::answers::page::answers_page_ui;
use crate::ui::tab::composer::file_page::send_file_ui;
use crate::ui::tab::connection::security_file::security_file_ui;
use crate::ui::tab::documents::page::document_ui;
use crate::ui::tab::filters::page::filters_ui;
use crate::ui::tab::go_to::go_to_ui;
use crate::ui::tab::highlights::page::highlights_page_ui;
use crate::ui::tab::log_file::view::log_file_ui;
use crate::ui::tab::notes::view::notes_ui;
use crate::ui::tab::peers::name::peer_name_ui;
use crate::ui::tabs::TabsAction;
use crate::ui::tabs::rename::rename_ui;
use crate::ui::watch::view::watch_ui;
use crate::util::bytes_text::Count;
use egui::{Label, RichText, Ui};
use std::mem;
use std::path::PathBuf;

/// Draws the page in front, if there is one.
pub fn modal_ui(ui: &Ui, ctx: &ViewCtx<'_>, modal: &mut Option<Modal>, out: &mut Vec<Action>) {
    let Some(page) = modal else { return };
    // A press beside a page that is written on is a slip of the hand.
    let is_left_beside = matches!(
        page,
        Modal::Help
            | Modal::About
            | Modal::Palette(_)
            | Modal::Highlights(_)
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
        Modal::ConfirmDelete(paths) => confirm_delete_ui(ui, ctx, paths, out),
        Modal::ConfirmRemoveQuick { place, name } => {
            question(ui, ctx.text("quick.remove_title"), name);
            answers(ui, ctx, "quick.remove", QuickPageAction::Remove(*place).into(), out);
        }
        Modal::Rename(rename) => rename_ui(ui, ctx, rename, out),
        Modal::PeerName(page) => peer_name_ui(ui, ctx, page, out),
        Modal::RenameSession(page) => rename_session_ui(ui, ctx, page, out),
        Modal::Export(page) => export_ui(ui, ctx, page, out),
        Modal::Import(page) => import_ui(ui, ctx, page, out),
        Modal::SecurityFile(page) => security_file_ui(ui, ctx, page, out),
        Modal::LogFile(page) => log_file_ui(ui, ctx, page, out),
        Modal::Watch(page) => watch_ui(ui, ctx, page, out),
        Modal::SendFile(file) => send_file_ui(ui, ctx, file, out),
        Modal::Document(page) => document_ui(ui, ctx, page, out),
        Modal::Quick(quick) => quick_ui(ui, ctx, quick, out),
        Modal::GoTo(page) => go_to_ui(ui, ctx, page, out),
        Modal::Notes(page) => notes_ui(ui, ctx, page, out),
        Modal::Filters(page) => filters_ui(ui, ctx, page, out),
        Modal::Highlights(page) => highlights_page_ui(ui, ctx, page, out),
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

/// So many of the sessions that are to be deleted are named; of the others it is said how many there are.
const NAMED_AT_MOST: usize = 8;

fn confirm_delete_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, paths: &[PathBuf], out: &mut Vec<Action>) {
    let count = Count(paths.len() as u64);
    question(
        ui,
        &ctx.format("delete.title", &[("count", &count)]),
        &ctx.format("delete.question", &[("count", &count)]),
    );
    for path in paths.iter().take(NAMED_AT_MOST) {
        ui.add(Label::new(RichText::new(path.display().to_string()).font(fonts::payload())).truncate());
    }
    if let Some(more) = paths.len().checked_sub(NAMED_AT_MOST).filter(|more| *more > 0) {
        ui.label(ctx.format("delete.more", &[("count", &Count(more as u64))]));
    }
    answers(ui, ctx, "delete.yes", SessionsAction::Delete(paths.to_owned()).into(), out);
}
