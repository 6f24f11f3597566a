//! A session's levels: written by its worker once per turn, read by a front end once per frame.

use crate::model::failure::Failure;
use crate::model::ids::{Epoch, PeerId};
use crate::model::socket_option::OptionReport;
use crate::model::status::{Counters, PeerStatus, SessionState};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many departed peers stay visible. The journal keeps them all.
pub const DEPARTED_PEERS_SHOWN: usize = 200;

/// The small part of the status that a front end copies each time it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// What the session is doing.
    pub state: SessionState,
    /// Why reading from sockets is paused, if it is.
    pub paused: Option<Failure>,
    /// Which opening this is.
    pub epoch: Epoch,
    /// How much went which way.
    pub counters: Counters,
    /// Peers that are there now.
    pub peers_present: usize,
    /// Options of the listener, the datagram socket or the one connection: asked for beside granted.
    pub options: Arc<[OptionReport]>,
    /// How often the repeat schedule has fired, while it runs.
    pub repeats_done: Option<u64>,
}

/// The status of one session, shared between its worker and any number of readers.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) status: Status,
    pub(super) peers: BTreeMap<PeerId, PeerStatus>,
}

impl Shared {
    /// The status as of the worker's last turn.
    pub fn status(&self) -> Status {
        self.lock().status.clone()
    }

    /// Up to `limit` peers, from the first that has at least this id; those that are gone included.
    pub fn peers_from(&self, first: PeerId, limit: usize) -> Vec<PeerStatus> {
        self.lock().peers.range(first..).take(limit).map(|(_, peer)| peer.clone()).collect()
    }

    /// A page of the peers, by position in order of id, and how many there are in all.
    pub fn peers_page(&self, skip: usize, limit: usize) -> (Vec<PeerStatus>, usize) {
        let inner = self.lock();
        (inner.peers.values().skip(skip).take(limit).cloned().collect(), inner.peers.len())
    }

    /// One peer, while it is shown.
    pub fn peer(&self, id: PeerId) -> Option<PeerStatus> {
        self.lock().peers.get(&id).cloned()
    }

    /// The lock is held for a few copies at a time; a poisoned one still holds whole values.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
