//! What the functions of one turn work with: the pen, what is shown of peers, the answers, what falls due, and the time at
//! which the turn began. It decides nothing.

use crate::automation::rules::RuleSet;
use crate::engine::sync::Syncer;
use crate::engine::worker::agenda::Agenda;
use crate::engine::worker::log::Log;
use crate::engine::worker::peer_updates::PeerUpdates;
use crate::engine::worker::respond::Answering;
use crate::journal::writer::JournalWriter;
use std::sync::Arc;
use std::time::Instant;

/// The means of a turn.
pub(super) struct Turn {
    pub(super) log: Log,
    pub(super) peer_updates: PeerUpdates,
    pub(super) answering: Answering,
    pub(super) agenda: Agenda,
    /// When the turn began.
    pub(super) now: Instant,
}

impl Turn {
    pub(super) fn new(journal: JournalWriter, syncer: Arc<Syncer>) -> Turn {
        let now = Instant::now();
        Turn {
            log: Log::new(journal, syncer),
            peer_updates: PeerUpdates::default(),
            answering: Answering::new(RuleSet::empty(), now),
            agenda: Agenda::default(),
            now,
        }
    }
}
