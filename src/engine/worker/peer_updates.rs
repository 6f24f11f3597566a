//! What front ends see of the peers: written once a turn, only what changed.

use crate::engine::shared::{DEPARTED_PEERS_SHOWN, Inner};
use crate::model::ids::PeerId;
use crate::model::status::PeerStatus;
use std::collections::VecDeque;

/// Changes of this turn, and which peers have left.
#[derive(Debug, Default)]
pub(super) struct PeerUpdates {
    changed: Vec<PeerStatus>,
    departed: VecDeque<PeerId>,
}

impl PeerUpdates {
    /// The peer looks like this now.
    pub(super) fn show(&mut self, peer: PeerStatus) {
        self.changed.push(peer);
    }

    /// Writes what changed. Of the peers that are gone only the latest stay visible.
    pub(super) fn write(&mut self, shared: &mut Inner) {
        for peer in self.changed.drain(..) {
            if peer.state.is_present() {
                shared.present.insert(peer.id, peer);
                continue;
            }
            let id = peer.id;
            shared.present.remove(&id);
            if shared.departed.insert(id, peer).is_some() {
                continue;
            }
            self.departed.push_back(id);
            // At once: front ends wait for this, and thousands may leave together.
            if self.departed.len() > DEPARTED_PEERS_SHOWN
                && let Some(oldest) = self.departed.pop_front()
            {
                shared.departed.remove(&oldest);
            }
        }
    }

    pub(super) fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::PeerUpdates;
    use crate::engine::shared::{DEPARTED_PEERS_SHOWN, Shared};
    use crate::model::ids::PeerId;
    use crate::model::record::EndReason;
    use crate::model::status::{PeerState, PeerStatus};
    use std::net::SocketAddr;

    fn peer(number: u32, state: PeerState) -> PeerStatus {
        let address = SocketAddr::from(([127, 0, 0, 1], 9000)).into();
        PeerStatus { state, ..PeerStatus::joined(PeerId::new(number).unwrap(), address, address, 0) }
    }

    fn numbers(page: &[PeerStatus]) -> Vec<u32> {
        page.iter().map(|peer| peer.id.get()).collect()
    }

    #[test]
    fn thousands_that_leave_together_never_queue_up() {
        let (mut peer_updates, shared) = (PeerUpdates::default(), Shared::default());
        let left = PeerState::Left(EndReason::Local);
        for number in (1..=5000).chain([4999]) {
            peer_updates.show(peer(number, left));
        }
        peer_updates.write(&mut shared.lock());
        let capacity = peer_updates.departed.capacity();
        assert!(capacity < 2 * DEPARTED_PEERS_SHOWN, "{capacity} were remembered at once");
        let (page, total) = shared.peers_page(0, DEPARTED_PEERS_SHOWN);
        assert_eq!((page[0].id.get(), page[199].id.get(), total), (5000, 4801, DEPARTED_PEERS_SHOWN));
    }

    #[test]
    fn peers_that_are_there_come_before_all_that_left() {
        let (mut peer_updates, shared) = (PeerUpdates::default(), Shared::default());
        let left = PeerState::Left(EndReason::Fin);
        peer_updates.show(peer(1, PeerState::Open));
        peer_updates.write(&mut shared.lock());
        assert_eq!(shared.only_peer().unwrap().id.get(), 1);
        peer_updates.show(peer(1, left));
        peer_updates.write(&mut shared.lock());
        assert_eq!(shared.only_peer().unwrap().id.get(), 1, "it was the only one");
        for number in 2..=300 {
            peer_updates.show(peer(number, PeerState::Open));
            peer_updates.show(peer(number, left));
        }
        peer_updates.show(peer(301, PeerState::WriteShut));
        peer_updates.write(&mut shared.lock());
        let (page, total) = shared.peers_page(0, 3);
        assert_eq!((numbers(&page), total), (vec![301, 300, 299], DEPARTED_PEERS_SHOWN + 1));
        assert_eq!(numbers(&shared.peers_page(200, 24).0), [101], "older ones are forgotten");
        assert_eq!(shared.only_peer().unwrap().id.get(), 301);
        assert_eq!(numbers(&shared.peers_from(PeerId::FIRST, 9)), [301]);
        shared.forget_departed();
        assert_eq!(shared.peers_page(0, 3).1, 1, "only who is there is shown");
        peer_updates.show(peer(303, left));
        peer_updates.write(&mut shared.lock());
        assert_eq!(numbers(&shared.peers_page(0, 3).0), [301, 303], "and who leaves from now on");
        peer_updates.show(peer(302, PeerState::Open));
        peer_updates.write(&mut shared.lock());
        assert_eq!(numbers(&shared.peers_page(0, 3).0), [301, 302, 303]);
        assert_eq!(shared.only_peer(), None);
        assert_eq!(shared.peer(PeerId::new(303).unwrap()).unwrap().state, left);
    }
}
