//! The peers as the list shows them: the page in sight, and who is sent to. It holds copies, never a lock.

use crate::engine::command::Target;
use crate::model::ids::PeerId;
use crate::model::status::PeerStatus;
use crate::ui::state::connection::datagram_target;
use crate::workspace::tabs::{TabKind, TabSettings};
use std::ops::Range;

/// To whom the composer sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SendTo {
    /// The remote address of a datagram tab; everyone in the others.
    #[default]
    Standard,
    /// Everyone.
    All,
    /// One peer.
    Peer(PeerId),
}

/// The peers of one tab.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    /// The peers in sight.
    pub page: Vec<PeerStatus>,
    /// The place of the first of them in the whole list.
    pub page_start: usize,
    /// How many there are.
    pub total: usize,
    /// The places that the list wants to show; the next page is taken from here.
    pub wanted: Range<usize>,
    /// To whom the composer sends.
    pub send_to: SendTo,
    /// The chosen peer as it is, also while it is out of sight.
    pub selected: Option<PeerStatus>,
}

impl Peers {
    /// The peer that is chosen.
    pub fn selected_id(&self) -> Option<PeerId> {
        match self.send_to {
            SendTo::Peer(peer) => Some(peer),
            SendTo::Standard | SendTo::All => None,
        }
    }

    /// To whom a send goes now.
    pub fn target(&self, tab: &TabSettings) -> Target {
        match (self.send_to, tab.kind) {
            (SendTo::Peer(peer), _) => Target::Peers(vec![peer]),
            (SendTo::Standard, TabKind::Udp) => datagram_target(tab),
            (SendTo::Standard | SendTo::All, _) => Target::All,
        }
    }
}
