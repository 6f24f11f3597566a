//! Which rows are wanted, by direction and by peer: the same lists for the log and for an export.

use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use crate::model::status::PeerStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::text;
use crate::ui::widgets::{PillCombo, TextField};
use egui::Ui;
use std::cell::Cell;

/// So many peers need no field to be found among.
const SEEN_AT_ONCE: usize = 12;

/// How wide the list of peers is at least.
const PEERS_WIDTH: f32 = 240.0;

/// All peers, for a list that one is chosen from.
#[derive(Clone, Debug, Default)]
pub struct PeerList {
    /// In the order of the list.
    pub peers: Vec<(PeerId, Address)>,
    /// Only those are shown that have this in their line.
    pub narrowed_by: String,
    /// The list is being looked at, and has to be kept true.
    pub is_open: bool,
}

impl PeerList {
    /// These are all of them now.
    pub fn renew<'a>(&mut self, peers: impl Iterator<Item = &'a PeerStatus>) {
        self.peers = peers.map(|peer| (peer.id, peer.remote)).collect();
    }
}

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
    list: &mut PeerList,
    peer: &mut Option<PeerId>,
) -> bool {
    let before = *peer;
    let shown = text::wanted_peer(ctx.locale, before);
    let mut chosen = None;
    let combo = PillCombo::new(salt, ctx.text("filter.by_peer"), &shown).list_width(PEERS_WIDTH);
    let above = |ui: &mut Ui| {
        if PillCombo::choice(ui, before.is_none(), ctx.text("filter.all_peers")) {
            chosen = Some(None);
        }
    };
    let found = peers_combo(ui, ctx, combo, list, above, |id| before == Some(id));
    take(found.map(Some).or(chosen), peer)
}

/// One of many peers, beneath what is `above` them. Where there are more than can be seen at once, a field narrows them.
pub(super) fn peers_combo(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    combo: PillCombo<'_>,
    list: &mut PeerList,
    above: impl FnOnce(&mut Ui),
    is_chosen: impl Fn(PeerId) -> bool,
) -> Option<PeerId> {
    let mut chosen = None;
    let mut is_open = false;
    let PeerList { peers, narrowed_by, .. } = list;
    let narrowed = Cell::new(Vec::new());
    combo.show_long(
        ui,
        |ui| {
            is_open = true;
            let is_long = peers.len() > SEEN_AT_ONCE;
            if is_long {
                let field = TextField::new(ctx.text("filter.narrow")).hint(ctx.text("filter.narrow_hint"));
                let response = field.width(ui.available_width()).show(ui, narrowed_by);
                if ui.memory(|memory| memory.focused().is_none()) {
                    response.request_focus();
                }
            }
            above(ui);
            let has_it = |(id, remote): &&(PeerId, Address)| {
                !is_long || peer_line(*id, *remote).contains(narrowed_by.trim())
            };
            let found: Vec<_> = peers.iter().filter(has_it).copied().collect();
            let lines = found.len();
            narrowed.set(found);
            lines
        },
        |ui, place| {
            let found = narrowed.take();
            if let Some((id, remote)) = found.get(place)
                && PillCombo::choice(ui, is_chosen(*id), &peer_line(*id, *remote))
            {
                chosen = Some(*id);
            }
            narrowed.set(found);
        },
    );
    if is_open && !list.is_open {
        // With the next frame it is filled.
        ui.ctx().request_repaint();
    }
    list.is_open = is_open;
    if !is_open {
        list.narrowed_by.clear();
    }
    chosen
}

fn peer_line(id: PeerId, remote: Address) -> String {
    format!("{id}  {remote}")
}

fn take<T>(chosen: Option<T>, value: &mut T) -> bool {
    let is_chosen = chosen.is_some();
    if let Some(chosen) = chosen {
        *value = chosen;
    }
    is_chosen
}
