//! What front ends see of the peers: written once a turn, only what changed.

use crate::engine::shared::{DEPARTED_PEERS_SHOWN, Inner};
use crate::model::ids::PeerId;
use crate::model::status::PeerStatus;
use std::collections::VecDeque;

/// Changes of this turn, and which peers have left.
#[derive(Debug, Default)]
pub(super) struct Board {
    changed: Vec<PeerStatus>,
    departed: VecDeque<PeerId>,
}

impl Board {
    /// The peer looks like this now.
    pub(super) fn show(&mut self, peer: PeerStatus) {
        self.changed.push(peer);
    }

    /// Writes what changed. Of the peers that are gone only the latest stay visible.
    pub(super) fn write(&mut self, shared: &mut Inner) {
        for peer in self.changed.drain(..) {
            if !peer.state.is_present() && !self.departed.contains(&peer.id) {
                self.departed.push_back(peer.id);
            }
            shared.peers.insert(peer.id, peer);
        }
        while self.departed.len() > DEPARTED_PEERS_SHOWN {
            if let Some(oldest) = self.departed.pop_front() {
                shared.peers.remove(&oldest);
            }
        }
    }

    pub(super) fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }
}
