//! The page that asks which file to send.

use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, path_ui, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::composer::file::SendFile;
use crate::ui::theme::Theme;
use crate::ui::widgets::ButtonKind;
use crate::util::bytes_text::Count;
use egui::{RichText, Ui};

/// The path of a file to send.
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
    if let Some(bytes) = file.cut_bytes {
        let line = ctx.format("file.cut", &[("size", &Count(bytes as u64))]);
        ui.add(egui::Label::new(RichText::new(line).color(Theme::of(ui).dim)).wrap());
    }
    let send = (ButtonKind::Main, "composer.send", TabPageAction::SendFile.into());
    buttons_of_field(ui, ctx, &response, send, out);
}
