//! The page that asks which file to send.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, is_entered, path_ui, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::composer::file::{PaceError, SendFile, TypedPace};
use crate::ui::tab::composer::send_choices::target_ui;
use crate::ui::theme::Theme;
use crate::ui::widgets::{ButtonKind, TextField};
use crate::util::bytes_text::Count;
use egui::{RichText, Ui};

const LABEL_WIDTH: f32 = 130.0;

/// The file to send, in which pieces and how fast.
pub(in crate::ui) fn send_file_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    file: &mut SendFile,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(540.0);
    title(ui, ctx.text("file.title"));
    let response = path_ui(ui, ctx, &mut file.path, out);
    if response.changed() {
        file.path.error = None;
    }
    let error = file.read_pace().err();
    let dim = Theme::of(ui).dim;
    ui.push_id("file", |ui| {
        if let Some(chosen) = target_ui(ui, ctx, &file.settings, &mut file.to) {
            file.to.send_to.take(chosen);
        }
    });
    let entered = pace_ui(ui, ctx, &mut file.pace, error);
    if let Some(bytes) = file.cut_bytes.filter(|_| file.pace.piece.trim().is_empty()) {
        let line = ctx.format("file.cut", &[("size", &Count(bytes as u64))]);
        ui.add(egui::Label::new(RichText::new(line).color(dim)).wrap());
    }
    let send = (ButtonKind::Main, "composer.send", TabPageAction::SendFile.into());
    if entered {
        out.push(TabPageAction::SendFile.into());
    }
    buttons_of_field(ui, ctx, &response, send, out);
}

/// In which pieces, and how fast; tells whether Enter was pressed there.
fn pace_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, pace: &mut TypedPace, error: Option<PaceError>) -> bool {
    let piece_error = match error {
        Some(PaceError::Piece(most)) => {
            Some(ctx.format("file.piece_wrong", &[("most", &Count(most as u64))]))
        }
        _ => None,
    };
    let pause_error = (error == Some(PaceError::Pause)).then(|| ctx.text("file.pause_wrong").to_owned());
    let rate_error = (error == Some(PaceError::Rate)).then(|| ctx.text("file.rate_wrong").to_owned());
    let mut is_confirmed = false;
    for (key, hint, unit, typed, error) in [
        ("file.piece", "file.piece_hint", ctx.text("file.bytes"), &mut pace.piece, piece_error),
        ("file.pause", "file.pause_hint", "ms", &mut pace.pause, pause_error),
        ("file.rate", "file.rate_hint", "KiB/s", &mut pace.rate, rate_error),
    ] {
        let response = TextField::new(ctx.text(key))
            .labelled(LABEL_WIDTH)
            .hint(ctx.text(hint))
            .remark(unit)
            .error(error.as_deref())
            .show(ui, typed);
        is_confirmed |= is_entered(ui, &response);
    }
    is_confirmed
}
