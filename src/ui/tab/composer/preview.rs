//! The exact bytes of what is written, in colours: typed, filled in, appended.

use crate::codec::checksum::placing::Placing;
use crate::codec::hex;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::composer::payload_form::{Composed, ComposedKind};
use crate::ui::theme::Theme;
use crate::util::bytes_text::Count;
use egui::text::LayoutJob;
use egui::{Color32, Response, Role, TextFormat, Ui, WidgetInfo};

/// How many bytes of a part are written out.
const PREVIEW_BYTES: usize = 48;

/// What goes out.
pub(in crate::ui) fn preview_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, composed: &Composed, placing: Placing) {
    let key = if composed.is_example() { "composer.example_tip" } else { "composer.preview_tip" };
    if placing.is_left_to_the_system() {
        let heading = format!("→ {} ·", ctx.text("composer.checksum_by_system"));
        bytes_ui(ui, ctx, &heading, composed).on_hover_text(ctx.text("composer.checksum_by_system_tip"));
    } else {
        bytes_ui(ui, ctx, "→", composed).on_hover_text(ctx.text(key));
    }
}

/// How many bytes these are, and the bytes themselves as far as there is room.
pub(in crate::ui) fn bytes_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    heading: &str,
    composed: &Composed,
) -> Response {
    let theme = Theme::of(ui);
    let bytes = composed.bytes();
    let mut job = LayoutJob::default();
    let font = fonts::payload();
    let mut append = |text: &str, color: Color32| {
        job.append(text, 0.0, TextFormat { font_id: font.clone(), color, ..TextFormat::default() });
    };
    let key = if composed.is_example() { "composer.example" } else { "composer.length" };
    let length = ctx.format(key, &[("count", &Count(bytes.len() as u64))]);
    append(&format!("{heading} {length}   "), theme.dim);
    for part in composed.parts() {
        let color = match part.kind {
            ComposedKind::Typed => theme.faint,
            ComposedKind::Computed => theme.accent,
            ComposedKind::Checksum => theme.sent,
            ComposedKind::Ending => theme.event,
        };
        let range = part.bytes.clone();
        let is_cut = range.len() > PREVIEW_BYTES;
        let end = if is_cut { range.start + PREVIEW_BYTES } else { range.end };
        append(&hex::spaced(&bytes[range.start..end]), color);
        append(if is_cut { " … " } else { " " }, color);
    }
    let spoken = format!("{heading} {length}: {}", hex::spaced(&bytes[..bytes.len().min(PREVIEW_BYTES)]));
    let spoken = spoken.trim_start_matches("→ ");
    let response = ui.add(egui::Label::new(job).truncate().selectable(true));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken));
    response
}
