//! One row in depth: its bytes, what they mean, the values at a byte, checksums, and what is known of its connection. All
//! of it scrolls as one.

use crate::codec::text::TextEncoding;
use crate::engine::shared::Status;
use crate::model::status::PeerStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::inspector::Inspector;
use crate::ui::tab::inspector::dump_view::dump_ui;
use crate::ui::tab::inspector::facts::{
    connection_ui, heading_ui, options_ui, remarks_ui, sums_ui, values_ui,
};
use crate::ui::tab::inspector::tree_view::tree_ui;
use crate::ui::theme::Theme;
use crate::ui::widgets::group_heading;
use egui::{RichText, ScrollArea, Ui};

/// What of a tab the inspector looks at beside its row.
#[derive(Clone, Copy, Debug)]
pub struct InspectorContext<'a> {
    /// What characters are.
    pub encoding: TextEncoding,
    /// The tab's choice of decoders, as its settings keep it.
    pub decoders: &'a str,
    /// Whether there is a marked row that is not the one in sight.
    pub can_compare: bool,
    /// The connection that sends go to.
    pub peer: Option<&'a PeerStatus>,
    /// What the session is doing.
    pub status: &'a Status,
}

/// Draws the inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    inspector: &mut Inspector,
    around: InspectorContext<'_>,
    out: &mut Vec<TabAction>,
) {
    let height = ui.available_height();
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if let Some(row) = inspector.row.clone() {
            heading_ui(ui, ctx, inspector, &row);
        } else {
            group_heading(ui, ctx.text("inspector.title"));
            let hint = RichText::new(ctx.text("inspector.empty")).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(hint).wrap());
        }
        if !inspector.bytes().is_empty() {
            inspector.pointed = inspector.pointed_now.take();
            dump_ui(ui, ctx, around.encoding, inspector, height, out);
            remarks_ui(ui, ctx, inspector, around.can_compare);
            tree_ui(ui, ctx, around.decoders, inspector, out);
            values_ui(ui, ctx, around.encoding, inspector, out);
            sums_ui(ui, ctx, inspector, out);
            if inspector.pointed != inspector.pointed_now || inspector.has_new_pick {
                // The dump, the tree and the sheet show at once what is pointed at or picked in another.
                ui.ctx().request_repaint();
            }
        }
        if let Some(peer) = around.peer {
            connection_ui(ui, ctx, peer, out);
        }
        options_ui(ui, ctx, around.status, out);
    });
}
