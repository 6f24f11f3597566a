//! All TCP peers of a session: many in one thread, each served fairly.

use crate::engine::command::{CloseKind, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::board::Board;
use crate::engine::worker::log::Log;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::respond::{Answer, Answering};
use crate::engine::worker::stream::{End, Outcome, READ_BYTES, ReadOutcome, Stream};
use crate::model::ids::PeerId;
use crate::model::record::{EndReason, LossKind, Origin};
use crate::net::facts::tcp_facts;
use crate::net::poll::Ready;
use std::collections::BTreeMap;
use std::time::Instant;

/// How many reads one peer gets in one turn, so that a flood from one does not keep the others waiting.
const READS_PER_TURN: usize = 4;

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
    pub(super) fn add(&mut self, stream: Stream) {
        let id = stream.id();
        self.last = Some(id);
        self.by_id.insert(id, stream);
        self.mark_changed(id);
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

    /// The reasons for which streams have ended since this was asked last.
    pub(super) fn take_ended(&mut self) -> Vec<EndReason> {
        self.ended.drain(..).map(|ended| ended.reason).collect()
    }

    /// Serves a peer that the wait has reported.
    pub(super) fn serve(
        &mut self,
        ready: Ready,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        let Some(id) = u32::try_from(ready.key).ok().and_then(PeerId::new) else { return };
        if ready.writable {
            self.flush(id, log, board);
        }
        if ready.readable && !self.paused {
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
        if let Some(stream) = self.by_id.get(&id).filter(|stream| stream.has_peer_finished()) {
            let outcome = stream.look_at_trouble();
            return self.settle(id, outcome, log, board);
        }
        for _ in 0..READS_PER_TURN {
            let Some(stream) = self.by_id.get_mut(&id) else { return };
            let outcome = if answering.is_active() {
                self.scratch.resize(READ_BYTES, 0);
                stream.read_and_keep(log, &mut self.scratch)
            } else {
                stream.read_into(log)
            };
            match outcome {
                ReadOutcome::Got(length) => {
                    self.last = Some(id);
                    self.answer(id, length, log, board, answering, now);
                    self.mark_changed(id);
                    if length < READ_BYTES {
                        return;
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
        let cutter = stream.cutter.get_or_insert_with(|| answering.new_cutter());
        let answers = answering.answers(cutter, &self.scratch[..length], now);
        if let Some(due) = cutter.next_due(now) {
            self.silence_due = Some(self.silence_due.map_or(due, |earlier| earlier.min(due)));
        }
        self.give(id, answers, log, board);
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
        let cutter = self.by_id.get_mut(&id).and_then(|stream| stream.cutter.as_mut());
        if let Some(cutter) = cutter {
            let answers = answering.answers_at_the_end(cutter, now);
            self.give(id, answers, log, board);
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
        self.silence_due
    }

    /// Answers messages that ended because nothing more came, when it is time.
    pub(super) fn run_due(
        &mut self,
        log: &mut Log,
        board: &mut Board,
        answering: &mut Answering,
        now: Instant,
    ) {
        if self.silence_due.is_none_or(|due| now < due) {
            return;
        }
        self.silence_due = None;
        let mut answered = Vec::new();
        for (id, stream) in &mut self.by_id {
            let Some(cutter) = &mut stream.cutter else { continue };
            answered.push((*id, answering.answers_after_silence(cutter, now)));
            let later = cutter.next_due(now);
            self.silence_due = [self.silence_due, later].into_iter().flatten().min();
        }
        for (id, answers) in answered {
            self.give(id, answers, log, board);
        }
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
        stream.status.facts = tcp_facts(stream.socket());
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
