//! All connected peers of a session: many in one thread, each served fairly.

use crate::engine::command::{CloseKind, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::board::Board;
use crate::engine::worker::log::Log;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::respond::{Answer, Answering, Whose};
use crate::engine::worker::stream::{End, MESSAGE_BYTES, Outcome, READ_BYTES, ReadOutcome, Stream};
use crate::model::failure::OsError;
use crate::model::ids::PeerId;
use crate::model::record::{EndReason, LossKind, Origin};
use crate::net::facts::tcp_facts;
use crate::net::poll::Ready;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How many reads one peer gets in one turn, so that a flood from one does not keep the others waiting.
const READS_PER_TURN: usize = 4;

/// The same for a peer whose messages keep their borders, each of which takes a read.
const MESSAGES_PER_TURN: usize = 256;

/// So long may a peer take to shake hands. One that is slower costs nobody but itself.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// The peers, and what is common to serving them.
#[derive(Default)]
pub(super) struct Streams {
    by_id: BTreeMap<PeerId, Stream>,
    /// The peer from which something came or that joined last.
    last: Option<PeerId>,
    changed: Vec<PeerId>,
    /// Streams that have ended during this turn, with why; told to the caller by `take_ended`.
    ended: Vec<Ended>,
    scratch: Vec<u8>,
    /// Those whose wires hold something to read that the wait does not report.
    unasked: BTreeSet<PeerId>,
    /// Those who shake hands, and until when they may.
    handshakes: BTreeSet<(Instant, PeerId)>,
    /// When the first message of a peer ends by silence, if any does.
    silence_due: Option<Instant>,
    paused: bool,
}

/// A stream that has ended.
struct Ended {
    id: PeerId,
    reason: EndReason,
    /// Nothing was waiting to be sent.
    took_all: bool,
}

impl Streams {
    /// Takes in a peer, which may have to shake hands first.
    pub(super) fn add(&mut self, mut stream: Stream, log: &mut Log, board: &mut Board, now: Instant) {
        let id = stream.id();
        let outcome = stream.shake_hands(log);
        if stream.is_shaking_hands() {
            self.handshakes.insert((now + HANDSHAKE_TIME, id));
        }
        self.last = Some(id);
        self.by_id.insert(id, stream);
        self.settle(id, outcome, log, board);
    }

    /// Lets go of peers that have not agreed on encryption in time.
    fn end_slow_handshakes(&mut self, log: &mut Log, board: &mut Board, now: Instant) {
        while let Some((due, id)) = self.handshakes.first().copied().filter(|(due, _)| *due <= now) {
            self.handshakes.remove(&(due, id));
            if self.by_id.get(&id).is_some_and(Stream::is_shaking_hands) {
                let seconds = HANDSHAKE_TIME.as_secs();
                let words = format!("no handshake within {seconds} s");
                let error = Some(OsError::from_words(words));
                self.end(id, End { reason: EndReason::HandshakeFailed, error }, log, board);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.by_id.values()
    }

    /// Whether a peer that has ended during this turn had taken everything that was on its way to it.
    pub(super) fn ended_satisfied(&self, id: PeerId) -> bool {
        self.ended.iter().any(|ended| ended.id == id && ended.took_all)
    }

    /// Whether the one connection of a session is there and has agreed on everything.
    pub(super) fn is_open(&self) -> bool {
        self.by_id.values().next().is_some_and(|stream| !stream.is_shaking_hands())
    }

    /// The reasons for which streams have ended since this was asked last.
    pub(super) fn take_ended(&mut self) -> Vec<EndReason> {
        self.ended.drain(..).map(|ended| ended.reason).collect()
    }

    /// Serves a peer that the wait has reported.
    pub(super) fn serve(
        &mut self,
        id: PeerId,
        ready: Ready,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        if stream.is_shaking_hands() {
            let outcome = stream.shake_hands(log);
            self.settle(id, outcome, log, board);
        } else if ready.writable {
            self.flush(id, log, board);
        }
        if ready.readable && !self.paused {
            self.read(id, log, board, answering, now);
        }
    }

    /// Whether there is something to read that the wait does not report.
    pub(super) fn has_unasked(&self) -> bool {
        !self.unasked.is_empty() && !self.paused
    }

    /// Reads what a wire holds although nothing more has come over the socket.
    pub(super) fn read_unasked(
        &mut self,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        if self.paused {
            return;
        }
        for id in std::mem::take(&mut self.unasked) {
            self.read(id, log, board, answering, now);
        }
    }

    fn read(
        &mut self,
        id: PeerId,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        let Some(stream) = self.by_id.get(&id).filter(|stream| !stream.is_shaking_hands()) else { return };
        if stream.has_peer_finished() {
            let outcome = stream.look_at_trouble();
            return self.settle(id, outcome, log, board);
        }
        let (reads, room) = if stream.keeps_borders() {
            (MESSAGES_PER_TURN, MESSAGE_BYTES)
        } else {
            (READS_PER_TURN, READ_BYTES)
        };
        for _ in 0..reads {
            let Some(stream) = self.by_id.get_mut(&id) else { return };
            let keeps_borders = stream.keeps_borders();
            let outcome = if answering.is_active() || keeps_borders || stream.has_frames() {
                if self.scratch.len() < room {
                    // The system gives it memory as far as it is used.
                    self.scratch = vec![0; room];
                }
                stream.read_and_keep(log, &mut self.scratch[..room])
            } else {
                stream.read_into(log)
            };
            stream.tell_descriptors(log);
            match outcome {
                ReadOutcome::Got(length) => {
                    self.last = Some(id);
                    self.answer(id, length, log, board, answering, now);
                    self.answer_frames(id, length, log, board);
                    self.mark_changed(id);
                    let Some(stream) = self.by_id.get(&id) else { return };
                    let may_have_more = length == READ_BYTES || stream.is_readable_unasked();
                    if !may_have_more && (!keeps_borders || log.is_batch_full()) {
                        break;
                    }
                }
                ReadOutcome::Nothing => return,
                ReadOutcome::Ended(end) => {
                    if end.reason == EndReason::Fin {
                        self.answer_at_the_end(id, log, board, answering, now);
                    }
                    return self.has_ended(id, end, log, board);
                }
            }
        }
        if self.by_id.get(&id).is_some_and(Stream::is_readable_unasked) {
            self.unasked.insert(id);
        }
    }

    fn answer(
        &mut self,
        id: PeerId,
        length: usize,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        let Some(stream) = self.by_id.get_mut(&id).filter(|_| answering.is_active()) else { return };
        let whose = whose(stream);
        if stream.keeps_borders() {
            let answers = answering.answers_to_datagram(whose, &self.scratch[..length], now);
            return self.give(id, answers, log, board);
        }
        let cutter = stream.cutter.get_or_insert_with(|| answering.new_cutter());
        let answers = answering.answers(whose, cutter, &self.scratch[..length], now);
        if let Some(due) = cutter.next_due(now) {
            self.silence_due = Some(self.silence_due.map_or(due, |earlier| earlier.min(due)));
        }
        self.give(id, answers, log, board);
        answering.have_gone_out(now);
    }

    /// Gives what the peer's frames ask for by themselves.
    fn answer_frames(&mut self, id: PeerId, length: usize, log: &mut Log, board: &mut Board) {
        let Some(stream) = self.by_id.get_mut(&id).filter(|stream| stream.has_frames()) else { return };
        match stream.take_in_frames(&self.scratch[..length]) {
            Ok(()) => self.flush(id, log, board),
            Err(error) => self.end(id, End { reason: EndReason::Failed, error: Some(error) }, log, board),
        }
    }

    /// Whether what goes out is framed.
    pub(super) fn has_frames(&self) -> bool {
        self.by_id.values().next().is_some_and(Stream::has_frames)
    }

    /// Answers the message that the peer's end has ended before silence could.
    fn answer_at_the_end(
        &mut self,
        id: PeerId,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let whose = whose(stream);
        if let Some(cutter) = &mut stream.cutter {
            let answers = answering.answers_at_the_end(whose, cutter, now);
            self.give(id, answers, log, board);
            answering.have_gone_out(now);
        }
    }

    fn give(&mut self, id: PeerId, answers: Vec<Answer>, log: &mut Log, board: &mut Board) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let mut unsent = 0;
        for (payload, origin) in answers {
            // Reading stops long before the cap is reached, so that this takes long replies to many short messages,
            // or a connection on which nothing more can be sent.
            let length = payload.len() as u64;
            if stream.queue(payload, origin).is_err() {
                unsent += length;
            }
        }
        if unsent > 0 {
            log.loss(Some(id), LossKind::UnsentBytes, unsent);
        }
        self.flush(id, log, board);
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        let handshake_due = self.handshakes.first().map(|(due, _)| *due);
        [self.silence_due, handshake_due].into_iter().flatten().min()
    }

    /// Answers messages that ended because nothing more came, when it is time.
    pub(super) fn run_due(
        &mut self,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        self.end_slow_handshakes(log, board, now);
        if self.silence_due.is_none_or(|due| now < due) {
            return;
        }
        self.silence_due = None;
        let mut answered = Vec::new();
        for (id, stream) in &mut self.by_id {
            let whose = whose(stream);
            let Some(cutter) = &mut stream.cutter else { continue };
            answered.push((*id, answering.answers_after_silence(whose, cutter, now)));
            let later = cutter.next_due(now);
            self.silence_due = [self.silence_due, later].into_iter().flatten().min();
        }
        for (id, answers) in answered {
            self.give(id, answers, log, board);
        }
        answering.have_gone_out(now);
    }

    /// The peer sends no more, or an error says that it is gone.
    fn has_ended(&mut self, id: PeerId, end: End, log: &mut Log, board: &mut Board) {
        if let Some(stream) = self.by_id.get_mut(&id) {
            let outcome = stream.reading_has_ended(end, log);
            self.settle(id, outcome, log, board);
        }
    }

    /// Writes what waits for a peer.
    fn flush(&mut self, id: PeerId, log: &mut Log, board: &mut Board) {
        if let Some(stream) = self.by_id.get_mut(&id) {
            let outcome = stream.flush(log);
            self.settle(id, outcome, log, board);
        }
    }

    /// After something was done to a stream: waits for the right things, or ends it.
    fn settle(&mut self, id: PeerId, outcome: Outcome, log: &mut Log, board: &mut Board) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let ended = match outcome {
            Outcome::Open => stream.wait_for_what_matters(self.paused).err().map(|error| End::from(&error)),
            Outcome::Ended(end) => Some(end),
        };
        if stream.is_readable_unasked() {
            self.unasked.insert(id);
        }
        match ended {
            Some(end) => self.end(id, end, log, board),
            None => self.mark_changed(id),
        }
    }

    fn end(&mut self, id: PeerId, end: End, log: &mut Log, board: &mut Board) {
        if let Some(stream) = self.by_id.remove(&id) {
            self.has_left(&stream, end.reason);
            board.show(stream.end(log, end, false));
        }
    }

    /// Ends a stream because we want to.
    pub(super) fn end_by_us(
        &mut self,
        id: PeerId,
        reason: EndReason,
        with_reset: bool,
        log: &mut Log,
        board: &mut Board,
    ) {
        if let Some(stream) = self.by_id.remove(&id) {
            self.has_left(&stream, reason);
            board.show(stream.end_by_us(log, reason, with_reset));
        }
    }

    fn has_left(&mut self, stream: &Stream, reason: EndReason) {
        let id = stream.id();
        if stream.is_shaking_hands() {
            self.handshakes.retain(|(_, waiting)| *waiting != id);
        }
        self.ended.push(Ended { id, reason, took_all: stream.queued_bytes() == 0 });
        if self.last == Some(id) {
            self.last = self.by_id.keys().next_back().copied();
        }
    }

    /// The peer that joined first, if any is there.
    pub(super) fn first(&self) -> Option<PeerId> {
        self.by_id.keys().next().copied()
    }

    /// Whom a target means now.
    pub(super) fn targets(&self, target: &Target) -> Result<Vec<PeerId>, Rejection> {
        let found = match target {
            Target::All | Target::Configured => self.by_id.keys().copied().collect(),
            Target::Last => self.last.into_iter().collect(),
            Target::Peers(ids) => {
                if let Some(gone) = ids.iter().find(|id| !self.by_id.contains_key(id)) {
                    return Err(Rejection::PeerGone(*gone));
                }
                ids.clone()
            }
            Target::Address(_) => return Err(Rejection::WrongKind),
        };
        if found.is_empty() { Err(Rejection::NoPeer) } else { Ok(found) }
    }

    /// Whether what is sent arrives as messages, of which an empty one is a message too.
    pub(super) fn keep_borders(&self) -> bool {
        self.by_id.values().next().is_some_and(Stream::keeps_borders)
    }

    /// Whether a peer is there and can be sent to.
    pub(super) fn can_send(&self, id: PeerId) -> bool {
        self.by_id.get(&id).is_some_and(Stream::can_send)
    }

    /// Whom bytes to a target go to: of all peers, those that can be sent to, if any can.
    pub(super) fn recipients(&self, target: &Target) -> Result<Vec<PeerId>, Rejection> {
        let mut ids = self.targets(target)?;
        let can_send = |id: &PeerId| self.can_send(*id);
        if matches!(target, Target::All | Target::Configured) && ids.iter().any(can_send) {
            ids.retain(can_send);
        }
        Ok(ids)
    }

    /// Puts a payload on its way to each peer. Peers whose queue has room get it even when another's is full.
    pub(super) fn send(
        &mut self,
        ids: &[PeerId],
        payload: &Payload,
        origin: Origin,
        log: &mut Log,
        board: &mut Board,
    ) -> Result<(), Rejection> {
        let mut refusal = Ok(());
        for id in ids {
            let Some(stream) = self.by_id.get_mut(id) else {
                refusal = Err(Rejection::PeerGone(*id));
                continue;
            };
            match stream.queue(Payload::clone(payload), origin) {
                Ok(()) => self.flush(*id, log, board),
                Err(why) => refusal = Err(why),
            }
        }
        refusal
    }

    /// The longest queue among these peers.
    pub(super) fn longest_queue(&self, ids: &[PeerId]) -> u64 {
        ids.iter().filter_map(|id| self.by_id.get(id)).map(Stream::queued_bytes).max().unwrap_or(0)
    }

    pub(super) fn shut_write(&mut self, ids: &[PeerId], log: &mut Log, board: &mut Board) {
        for id in ids {
            if let Some(stream) = self.by_id.get_mut(id) {
                let outcome = stream.finish_writing(log);
                self.settle(*id, outcome, log, board);
            }
        }
    }

    pub(super) fn kick(&mut self, id: PeerId, how: CloseKind, log: &mut Log, board: &mut Board) {
        self.end_by_us(id, EndReason::Kicked, how == CloseKind::Reset, log, board);
    }

    /// Asks the kernel about a connection.
    pub(super) fn refresh_facts(&mut self, id: PeerId) -> Result<(), Rejection> {
        let stream = self.by_id.get_mut(&id).ok_or(Rejection::PeerGone(id))?;
        stream.status.facts = stream.socket().and_then(tcp_facts);
        self.mark_changed(id);
        Ok(())
    }

    /// Stops or resumes reading from every peer.
    pub(super) fn set_paused(&mut self, paused: bool, log: &mut Log, board: &mut Board) {
        self.paused = paused;
        let ids: Vec<PeerId> = self.by_id.keys().copied().collect();
        for id in ids {
            self.settle(id, Outcome::Open, log, board);
        }
    }

    /// Forgets what was cut so far, because the way in which the session answers has changed.
    pub(super) fn forget_cutters(&mut self) {
        for stream in self.by_id.values_mut() {
            stream.cutter = None;
        }
    }

    fn mark_changed(&mut self, id: PeerId) {
        if let Some(stream) = self.by_id.get_mut(&id)
            && !stream.shown_as_changed
        {
            stream.shown_as_changed = true;
            self.changed.push(id);
        }
    }

    /// Puts the peers that have changed during this turn on the board.
    pub(super) fn show_changes(&mut self, board: &mut Board) {
        for id in self.changed.drain(..) {
            if let Some(stream) = self.by_id.get_mut(&id) {
                stream.shown_as_changed = false;
                let mut status = stream.status.clone();
                status.queued_bytes = stream.queued_bytes();
                board.show(status);
            }
        }
    }
}

/// Whose messages come from a stream.
fn whose(stream: &Stream) -> Whose {
    let status = &stream.status;
    Whose { peer: status.id, remote: status.remote, local: status.local, is_stream: true }
}

#[cfg(test)]
mod tests {
    use super::{READS_PER_TURN, Streams};
    use crate::automation::rules::RuleSet;
    use crate::engine::sync::Syncer;
    use crate::engine::worker::board::Board;
    use crate::engine::worker::log::Log;
    use crate::engine::worker::queue::Payload;
    use crate::engine::worker::respond::Answering;
    use crate::engine::worker::scripted_wire::{OtherSide, Script};
    use crate::engine::worker::stream::Stream;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::address::Address;
    use crate::model::ids::PeerId;
    use crate::model::record::{EndReason, Origin};
    use crate::model::status::PeerState;
    use crate::net::poll::{Interest, Ready, Token};
    use crate::net::wire::Ending;
    use std::sync::Arc;
    use std::time::Instant;

    struct Bench {
        _folder: tempfile::TempDir,
        streams: Streams,
        log: Log,
        board: Board,
        answering: Answering,
    }

    impl Bench {
        fn with(script: Script) -> (Bench, OtherSide) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.skj");
            let journal = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
            let mut bench = Bench {
                _folder: folder,
                streams: Streams::default(),
                log: Log::new(journal, Arc::new(Syncer::start().unwrap())),
                board: Board::default(),
                answering: Answering::new(RuleSet::empty(), Instant::now()),
            };
            let (wire, side) = OtherSide::new(script);
            let stream = Stream::new(bench.log.new_peer(), wire, Address::None, Address::None);
            bench.streams.add(stream, &mut bench.log, &mut bench.board, Instant::now());
            (bench, side)
        }

        fn serve(&mut self, readable: bool, writable: bool) {
            let ready = Ready { token: Token::Peer(PeerId::FIRST), readable, writable };
            let Bench { streams, log, board, answering, .. } = self;
            streams.serve(PeerId::FIRST, ready, log, board, answering, Instant::now());
        }

        fn read_unasked(&mut self) {
            let Bench { streams, log, board, answering, .. } = self;
            streams.read_unasked(log, board, answering, Instant::now());
        }

        fn send(&mut self, text: &str) {
            let Bench { streams, log, board, .. } = self;
            let payload = Payload::from(text.as_bytes());
            streams.send(&[PeerId::FIRST], &payload, Origin::User, log, board).unwrap();
        }

        fn state(&self) -> Option<PeerState> {
            self.streams.iter().next().map(|stream| stream.status.state)
        }
    }

    fn incoming(count: usize) -> Script {
        Script { incoming: vec![b"piece".to_vec(); count].into(), room: 100, ..Script::default() }
    }

    #[test]
    fn nothing_goes_before_hands_are_shaken_and_all_that_waited_goes_then() {
        let (mut bench, side) = Bench::with(Script { handshakes_left: 3, ..incoming(1) });
        assert_eq!(bench.state(), Some(PeerState::ShakingHands));
        bench.send("queued");
        assert_eq!(side.interest(), Some(Interest::READ), "only what the wire wants itself");
        bench.serve(true, false);
        assert_eq!((side.taken(), bench.log.counters.received.records), (String::new(), 0));
        bench.serve(true, false);
        assert_eq!(bench.state(), Some(PeerState::Open));
        assert_eq!(
            (side.script().taken.as_slice(), bench.log.counters.received.records),
            (&b"queued"[..], 1)
        );
    }

    #[test]
    fn what_a_wire_holds_is_read_although_its_socket_has_nothing_more() {
        let count = READS_PER_TURN * 2 + 1;
        let (mut bench, _side) = Bench::with(Script { holds_incoming: true, ..incoming(count) });
        assert!(bench.streams.has_unasked());
        let mut turns = 0;
        while bench.streams.has_unasked() {
            bench.read_unasked();
            turns += 1;
        }
        assert_eq!(
            (bench.log.counters.received.records, turns),
            (count as u64, 3),
            "each turn has its budget"
        );
    }

    #[test]
    fn a_wire_is_asked_for_room_only_while_something_waits() {
        let (mut bench, side) = Bench::with(Script { room: 4, ..incoming(0) });
        bench.send("payload");
        assert_eq!(side.interest(), Some(Interest { read: true, write: true, trouble: false }));
        side.script().room = 100;
        bench.serve(false, true);
        assert_eq!((side.taken().as_str(), side.interest()), ("payload", Some(Interest::READ)));
    }

    #[test]
    fn a_peer_that_ends_is_answered_first_and_one_that_we_reset_is_not_read_any_more() {
        let (mut bench, side) = Bench::with(Script { ends: true, room: 0, ..incoming(1) });
        bench.send("late");
        bench.serve(true, false);
        bench.serve(true, false);
        assert_eq!(bench.state(), Some(PeerState::PeerFinished));
        side.script().room = 100;
        bench.serve(false, true);
        assert_eq!((bench.state(), bench.streams.take_ended()), (None, vec![EndReason::Fin]));
        assert_eq!((side.taken().as_str(), side.ending()), ("late", Some(Ending::Orderly)));

        let (mut bench, side) = Bench::with(incoming(3));
        let Bench { streams, log, board, .. } = &mut bench;
        streams.end_by_us(PeerId::FIRST, EndReason::Kicked, true, log, board);
        assert_eq!((side.unread(), side.ending()), (3, Some(Ending::Reset)));
    }
}
