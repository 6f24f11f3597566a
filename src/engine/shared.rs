//! A session's levels: written by its worker once per turn, read by a front end once per frame.

use crate::model::failure::Failure;
use crate::model::ids::{Epoch, JobId, PeerId, Ticket};
use crate::model::socket_option::OptionReport;
use crate::model::status::{Counters, PeerStatus, RepeatStatus, RuleStatus, SequenceStatus, SessionState};
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
    /// How many of the data records that are counted stand in the journal's file: all of them, unless it cannot be
    /// written.
    pub journalled: u64,
    /// Peers that are there now.
    pub peers_present: usize,
    /// Options of the listener, the datagram socket or the one connection: asked for beside granted.
    pub options: Arc<[OptionReport]>,
    /// The newest command that was carried out or refused: what it asked for is in these levels, or is over already.
    pub answered: Option<Ticket>,
    /// What repeats, in the order of their names.
    pub repeats: Arc<[RepeatStatus]>,
    /// What is sent once and takes long: files, long texts and rows that are still on their way.
    pub longs: Arc<[JobId]>,
    /// What each rule has done, in their order.
    pub rules: Arc<[RuleStatus]>,
    /// Where the sequence that runs stands.
    pub sequence: Option<SequenceStatus>,
}

/// The status of one session, shared between its worker and any number of readers.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) status: Status,
    /// Those that are there.
    pub(super) present: BTreeMap<PeerId, PeerStatus>,
    /// Those that were there last.
    pub(super) departed: BTreeMap<PeerId, PeerStatus>,
}

impl Status {
    /// What has become of the repeat of this name, while there is one.
    pub fn repeat(&self, job: JobId) -> Option<&RepeatStatus> {
        self.repeats.iter().find(|repeat| repeat.job == job)
    }
}

impl Shared {
    /// The status as of the worker's last turn.
    pub fn status(&self) -> Status {
        self.lock().status.clone()
    }

    /// Up to `limit` peers that are there, from the first that has at least this id.
    pub fn peers_from(&self, first: PeerId, limit: usize) -> Vec<PeerStatus> {
        self.lock().present.range(first..).take(limit).map(|(_, peer)| peer.clone()).collect()
    }

    /// A page of the peers, and how many there are in all. Those that are there come first, in order of id; of those
    /// that are gone the newest comes first.
    pub fn peers_page(&self, skip: usize, limit: usize) -> (Vec<PeerStatus>, usize) {
        let inner = self.lock();
        let peers = inner.present.values().chain(inner.departed.values().rev());
        let total = inner.present.len() + inner.departed.len();
        (peers.skip(skip).take(limit).cloned().collect(), total)
    }

    /// The one peer that is there; while none is, the one that was, if it is the only one.
    pub fn only_peer(&self) -> Option<PeerStatus> {
        let inner = self.lock();
        let peers = if inner.present.is_empty() { &inner.departed } else { &inner.present };
        peers.values().next().filter(|_| peers.len() == 1).cloned()
    }

    /// Those that are gone are not shown any more. The journal keeps them.
    pub fn forget_departed(&self) {
        self.lock().departed.clear();
    }

    /// One peer, while it is shown.
    pub fn peer(&self, id: PeerId) -> Option<PeerStatus> {
        let inner = self.lock();
        inner.present.get(&id).or_else(|| inner.departed.get(&id)).cloned()
    }

    /// The lock is held for a few copies at a time; a poisoned one still holds whole values.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
