//! The worker's pen: records with their stamps, the batch that is published once a turn, and what happens when the
//! journal cannot be written.

use crate::automation::occasion::What;
use crate::engine::sync::{SyncState, Syncer};
use crate::engine::worker::hold::Hold;
use crate::journal::writer::JournalWriter;
use crate::model::address::Address;
use crate::model::failure::{FILE_REMOVED, Failure, Operation, OsError};
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, DataHead, Direction, Lifecycle, Loss, LossKind, Origin};
use crate::model::status::Counters;
use crate::net::wire::Got;
use crate::util::clock::{self, Stamp};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Commands, reads and writes of one turn stop here and go on with the next, so that what was recorded is published
/// soon and while it is still in the processor's cache.
const BATCH_BYTES_PER_TURN: usize = 512 << 10;

/// How long published records may be without being durable.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// How often a journal that cannot be written is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// The pen.
pub(super) struct Log {
    journal: JournalWriter,
    epoch: Epoch,
    next_peer: PeerId,
    pub(super) counters: Counters,
    /// The data records among them that were published.
    journalled: u64,
    pause: Option<Pause>,
    hold: Hold,
    syncer: Arc<Syncer>,
    sync_state: SyncState,
    sync_due: Option<Instant>,
    /// Records were published after durability was last asked for.
    is_unsynced: bool,
    /// Peers that came or went in this turn.
    presence: Vec<Presence>,
    /// Peers with lower numbers were forgotten, which nobody has asked about yet.
    forgotten_before: Option<PeerId>,
}

/// A peer that came or went, for those who react to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presence {
    pub(super) peer: PeerId,
    pub(super) remote: Address,
    pub(super) local: Address,
    pub(super) what: What<'static>,
}

struct Pause {
    failure: Failure,
    since: Instant,
    retry_at: Instant,
}

/// How publishing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Published {
    /// There was nothing to publish, or it waits for a moment.
    Nothing,
    /// Readers see more.
    More,
    /// The journal cannot be written any more: stop reading sockets.
    PausedNow,
    /// The journal can be written again: read sockets.
    ResumedNow,
    /// Still paused.
    StillPaused,
}

impl Presence {
    fn told_by(peer: PeerId, event: &Lifecycle) -> Option<Presence> {
        let event_word = event.word();
        if let Some((local, remote)) = event.introduces() {
            let what = What::Joined { event: event_word };
            return Some(Presence { peer, remote, local, what });
        }
        match event {
            Lifecycle::PeerLeft { remote, reason, .. } => {
                let what = What::Left { reason: reason.word() };
                Some(Presence { peer, remote: *remote, local: Address::None, what })
            }
            _ => None,
        }
    }
}

impl Log {
    pub(super) fn new(journal: JournalWriter, syncer: Arc<Syncer>) -> Log {
        let next_peer = journal.highest_peer().map_or(PeerId::FIRST, PeerId::next);
        let cut_bytes = journal.cut_bytes();
        let mut log = Log {
            journal,
            epoch: Epoch(0),
            next_peer,
            counters: Counters::default(),
            journalled: 0,
            pause: None,
            hold: Hold::default(),
            syncer,
            sync_state: SyncState::default(),
            sync_due: None,
            is_unsynced: false,
            presence: Vec::new(),
            forgotten_before: None,
        };
        if cut_bytes > 0 {
            log.lifecycle(None, Lifecycle::Recovered { cut_bytes });
        }
        log
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(super) fn begin_epoch(&mut self) {
        self.epoch = self.epoch.next();
    }

    /// The number of the record that is written next.
    pub(super) fn next_record(&self) -> RecordId {
        self.journal.next_id()
    }

    /// The number of a peer that was not there before.
    pub(super) fn new_peer(&mut self) -> PeerId {
        let id = self.next_peer;
        self.next_peer = id.next();
        self.counters.peers_seen += 1;
        id
    }

    /// Peers with lower numbers are forgotten, and have no further records.
    pub(super) fn forget_peers_before(&mut self, first: PeerId) {
        self.journal.forget_peers_before(first);
        self.forgotten_before = Some(first);
    }

    /// The number below which peers were forgotten, if any were since this was asked last.
    pub(super) fn take_forgotten_before(&mut self) -> Option<PeerId> {
        self.forgotten_before.take()
    }

    pub(super) fn lifecycle(&mut self, peer: Option<PeerId>, what: Lifecycle) {
        self.presence.extend(peer.and_then(|peer| Presence::told_by(peer, &what)));
        self.body(peer, &Body::Lifecycle(what));
    }

    /// The peers that came or went since this was asked last.
    pub(super) fn take_presence(&mut self) -> Vec<Presence> {
        std::mem::take(&mut self.presence)
    }

    pub(super) fn note(&mut self, text: String) {
        self.body(None, &Body::Note(text));
    }

    pub(super) fn loss(&mut self, peer: Option<PeerId>, what: LossKind, count: u64) {
        if what == LossKind::UdpKernelDrop {
            self.counters.kernel_drops += count;
        }
        self.body(peer, &Body::Loss(Loss { what, count }));
    }

    fn body(&mut self, peer: Option<PeerId>, body: &Body) {
        self.journal.append(clock::now(), self.epoch, peer, body);
    }

    /// A data record of bytes that lie elsewhere.
    pub(super) fn data(&mut self, at: Stamp, peer: PeerId, head: &DataHead, bytes: &[u8]) {
        self.journal.append_data(at, self.epoch, Some(peer), head, bytes);
        self.count(head, bytes.len());
    }

    /// Bytes of the layer below the payload, which are not counted as traffic of the session.
    pub(super) fn wire(&mut self, peer: PeerId, direction: Direction, bytes: &[u8]) {
        let origin = if direction == Direction::Sent { Origin::Protocol } else { Origin::Peer };
        let head = DataHead::new(direction, origin);
        self.journal.append_wire(clock::now(), self.epoch, Some(peer), &head, bytes);
    }

    /// A data record that is received straight into the batch: `fill` reads into the buffer it is given. Nothing
    /// is recorded when the other side has ended.
    pub(super) fn receive(
        &mut self,
        capacity: usize,
        peer: PeerId,
        fill: impl FnOnce(&mut [u8]) -> io::Result<Got>,
    ) -> io::Result<Got> {
        let mut slot = self.journal.data_slot(capacity);
        let got = fill(slot.buffer())?;
        if let Got::Bytes(length) | Got::Cut(length) = got {
            let head = DataHead { truncated: matches!(got, Got::Cut(_)), ..DataHead::received() };
            slot.finish(length, clock::now(), self.epoch, Some(peer), &head);
            self.count(&head, length);
        }
        Ok(got)
    }

    fn count(&mut self, head: &DataHead, bytes: usize) {
        match head.direction {
            Direction::Received => self.counters.received.add(bytes),
            Direction::Sent => self.counters.sent.add(bytes),
        }
        self.counters.truncated += u64::from(head.truncated);
    }

    /// Whether records are kept back for a moment.
    pub(super) fn is_holding(&self) -> bool {
        self.hold.bytes() > 0
    }

    /// How many of the data records that are counted stand in the file.
    pub(super) fn journalled(&self) -> u64 {
        self.journalled
    }

    /// Whether it is time to publish before more is recorded.
    pub(super) fn is_batch_full(&self) -> bool {
        self.journal.batch_bytes() >= self.hold.bytes() + BATCH_BYTES_PER_TURN
    }

    /// Why reading is paused, if it is.
    pub(super) fn paused(&self) -> Option<&Failure> {
        self.pause.as_ref().map(|pause| &pause.failure)
    }

    /// As [`Log::publish`], but in a flood it waits while another write would have to wait for the disk.
    pub(super) fn publish_or_hold(&mut self, now: Instant) -> Published {
        let disk_is_busy = self.pause.is_none() && self.syncer.is_waiting();
        let keeps = self.hold.keeps(now, self.journal.batch_bytes(), disk_is_busy);
        if keeps { Published::Nothing } else { self.publish(now) }
    }

    /// Lets readers see what was recorded, or says why they cannot.
    pub(super) fn publish(&mut self, now: Instant) -> Published {
        if self.pause.as_ref().is_some_and(|pause| now < pause.retry_at) {
            return Published::StillPaused;
        }
        if self.journal.batch_bytes() == 0 && self.pause.is_none() {
            return Published::Nothing;
        }
        if let Some(failure) = self.pause.as_ref().and_then(|_| self.missing()) {
            return self.pause(now, failure);
        }
        match self.journal.publish() {
            Ok(()) => self.published(now),
            Err(error) => self.pause(now, error.failure()),
        }
    }

    fn published(&mut self, now: Instant) -> Published {
        self.hold.published(Instant::now());
        self.is_unsynced = true;
        self.journalled = self.counters.data_records();
        self.sync_due.get_or_insert(now + SYNC_EVERY);
        let Some(pause) = self.pause.take() else { return Published::More };
        let after_millis = u64::try_from(now.duration_since(pause.since).as_millis()).unwrap_or(u64::MAX);
        self.lifecycle(None, Lifecycle::Resumed { after_millis });
        Published::ResumedNow
    }

    fn pause(&mut self, now: Instant, failure: Failure) -> Published {
        let retry_at = now + RETRY_EVERY;
        if let Some(pause) = &mut self.pause {
            pause.retry_at = retry_at;
            pause.failure = failure;
            return Published::StillPaused;
        }
        self.pause = Some(Pause { failure: failure.clone(), since: now, retry_at });
        self.lifecycle(None, Lifecycle::Paused { failure });
        Published::PausedNow
    }

    /// When this pen has something to do by itself.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match &self.pause {
            Some(pause) => Some(pause.retry_at),
            None => self.sync_due.into_iter().chain(self.hold.next_due()).min(),
        }
    }

    /// Asks for durability when it is time, and looks whether the file is still there.
    pub(super) fn run_due(&mut self, now: Instant) -> Published {
        if self.pause.is_some() || self.sync_due.is_none_or(|due| now < due) {
            return Published::Nothing;
        }
        // What went wrong last time is told before it is tried again, and looked for once more after the last record.
        let failure = self.sync_state.take_failure().or_else(|| self.missing());
        let asked = self.is_unsynced && self.syncer.request(self.journal.sync_handle(), &self.sync_state);
        self.is_unsynced &= !asked;
        let is_unfinished = asked || self.is_unsynced || self.sync_state.is_under_way();
        self.sync_due = is_unfinished.then(|| now + SYNC_EVERY);
        match failure {
            Some(failure) => self.pause(now, failure),
            None => Published::Nothing,
        }
    }

    fn missing(&self) -> Option<Failure> {
        (!self.journal.check_still_there()).then(|| {
            let error = OsError::from_words(FILE_REMOVED);
            Failure::new(Operation::WriteFile, self.journal.path().display(), error)
        })
    }

    /// Publishes the rest, completes the index and makes both durable.
    pub(super) fn close(self) -> Result<(), Failure> {
        let closed = self.journal.close().map_err(|error| error.failure());
        // A failure that an earlier request was told of is not told again.
        closed.and_then(|()| self.sync_state.last_failure().map_or(Ok(()), Err))
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::{BATCH_BYTES_PER_TURN, Log, Published, RETRY_EVERY, SYNC_EVERY};
    use crate::engine::sync::Syncer;
    use crate::journal::JournalInfo;
    use crate::journal::writer::JournalWriter;
    use crate::model::failure::{Failure, Operation, OsError};
    use crate::model::ids::PeerId;
    use crate::model::record::DataHead;
    use crate::util::clock;
    use std::fs;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    fn in_folder(folder: &tempfile::TempDir) -> Log {
        let journal = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        Log::new(journal, Arc::new(Syncer::start().unwrap()))
    }

    fn record(log: &mut Log) {
        log.data(clock::now(), PeerId::FIRST, &DataHead::received(), b"data");
    }

    fn disk_failure() -> Failure {
        Failure::new(Operation::WriteFile, "a.skj", OsError::from_words("input/output error"))
    }

    #[test]
    fn only_what_is_in_the_file_counts_as_journalled() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = in_folder(&folder);
        let now = Instant::now();
        log.note("an event is no data".to_owned());
        record(&mut log);
        assert_eq!((log.counters.data_records(), log.journalled()), (1, 0));
        assert_eq!(log.publish(now), Published::More);
        assert_eq!(log.journalled(), 1);

        fs::remove_file(folder.path().join("a.skj")).unwrap();
        let later = now + SYNC_EVERY;
        assert_eq!(log.run_due(later), Published::PausedNow);
        record(&mut log);
        assert_eq!(log.publish(later + RETRY_EVERY), Published::StillPaused);
        assert_eq!((log.counters.data_records(), log.journalled()), (2, 1));
    }

    #[test]
    fn a_flood_stays_in_memory_while_the_disk_is_busy_and_a_batch_is_full_later() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = in_folder(&folder);
        record(&mut log);
        assert_eq!(log.publish_or_hold(Instant::now()), Published::More);
        log.syncer.seem_waiting(true);
        log.data(clock::now(), PeerId::FIRST, &DataHead::received(), &vec![0; BATCH_BYTES_PER_TURN]);
        assert!(log.is_batch_full());
        // On a busy machine the flood may have become a trickle since; it is one as of this moment.
        let now = Instant::now();
        log.hold.published(now);
        assert_eq!(log.publish_or_hold(now), Published::Nothing);
        assert!(log.is_holding() && !log.is_batch_full() && log.next_due().is_some_and(|due| due > now));
        assert_eq!(log.journalled(), 1);
        log.syncer.seem_waiting(false);
        assert_eq!(log.publish_or_hold(now), Published::More);
        assert_eq!((log.journalled(), log.is_holding()), (2, false));
    }

    #[test]
    fn a_failure_to_make_the_last_records_durable_is_told_without_any_more_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = in_folder(&folder);
        record(&mut log);
        let now = Instant::now();
        log.publish(now);
        let due = log.next_due().unwrap();
        assert_eq!(log.run_due(due), Published::Nothing);
        log.sync_state.finish(Some(disk_failure()));
        log.sync_state.finish(None);
        let due = log.next_due().unwrap();
        assert_eq!(log.run_due(due), Published::PausedNow);
        assert_eq!(log.paused(), Some(&disk_failure()));
    }

    #[test]
    fn a_failure_that_comes_while_a_session_closes_is_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = in_folder(&folder);
        record(&mut log);
        log.publish(Instant::now());
        log.sync_state.finish(Some(disk_failure()));
        assert_eq!(log.close(), Err(disk_failure()));
    }

    #[test]
    fn nothing_is_due_when_everything_is_durable() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = in_folder(&folder);
        record(&mut log);
        let mut now = Instant::now();
        log.publish(now);
        let deadline = now + Duration::from_secs(20);
        while let Some(due) = log.next_due() {
            assert!(Instant::now() < deadline, "it never rests");
            now = due;
            assert_eq!(log.run_due(now), Published::Nothing);
            log.sync_state.last_failure();
        }
    }
}
