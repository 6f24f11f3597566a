//! Which rows are wanted, by direction and by peer: the same lists for the log and for an export.

use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use crate::ui::ctx::ViewCtx;
use crate::ui::text;
use crate::ui::widgets::PillCombo;
use egui::Ui;

/// How wide the list of peers is at least.
const PEERS_WIDTH: f32 = 240.0;

/// One direction, or both. Tells whether something was chosen.
pub(super) fn direction_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    salt: &str,
    direction: &mut Option<Direction>,
) -> bool {
    let before = *direction;
    let name_of = |direction| text::direction_name(ctx.locale, direction);
    let mut chosen = None;
    PillCombo::new(salt, ctx.text("filter.direction"), name_of(before)).show(ui, |ui| {
        for candidate in [None, Some(Direction::Received), Some(Direction::Sent)] {
            if PillCombo::choice(ui, candidate == before, name_of(candidate)) {
                chosen = Some(candidate);
            }
        }
    });
    take(chosen, direction)
}

/// One of these peers, or all. Tells whether something was chosen.
pub(super) fn peer_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    salt: &str,
    offered: impl Iterator<Item = (PeerId, Address)>,
    peer: &mut Option<PeerId>,
) -> bool {
    let before = *peer;
    let shown = text::wanted_peer(ctx.locale, before);
    let mut chosen = None;
    PillCombo::new(salt, ctx.text("filter.by_peer"), &shown).list_width(PEERS_WIDTH).show(ui, |ui| {
        if PillCombo::choice(ui, before.is_none(), ctx.text("filter.all_peers")) {
            chosen = Some(None);
        }
        for (id, remote) in offered {
            if PillCombo::choice(ui, before == Some(id), &format!("{id}  {remote}")) {
                chosen = Some(Some(id));
            }
        }
    });
    take(chosen, peer)
}

fn take<T>(chosen: Option<T>, value: &mut T) -> bool {
    let is_chosen = chosen.is_some();
    if let Some(chosen) = chosen {
        *value = chosen;
    }
    is_chosen
}
