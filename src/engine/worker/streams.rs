//! All connected peers of a session: many in one thread, each served fairly.

use crate::codec::time::millis_text;
use crate::engine::command::{CloseKind, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::agenda::Alarm;
use crate::engine::worker::outcome::{End, Outcome, ReadOutcome};
use crate::engine::worker::peer_updates::PeerUpdates;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::respond::{Answer, Whose};
use crate::engine::worker::stream::{MESSAGE_BYTES, READ_BYTES, Stream};
use crate::engine::worker::turn::Turn;
use crate::model::failure::OsError;
use crate::model::ids::PeerId;
use crate::model::record::{EndReason, LossKind, Origin};
use crate::net::facts::tcp_facts;
use crate::net::poll::Ready;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How many reads one peer gets in one turn, so that a flood from one does not keep the others waiting.
const READS_PER_TURN: usize = 4;

/// The same for a peer whose messages keep their borders, each of which takes a read.
const MESSAGES_PER_TURN: usize = 256;

/// So long may a peer take to end its side of a connection of which we have ended ours.
const LEAVING_TIME: Duration = Duration::from_secs(5);

/// The remark about a message that nobody answers, because all of it would have to be kept.
const LEFT_OUT: &str = "a WebSocket message was too long for rules and steps, which have not heard it";

/// The peers, and what is common to serving them.
#[derive(Default)]
pub(super) struct Streams {
    by_id: BTreeMap<PeerId, Stream>,
    /// The peer from which something came or that joined last.
    last: Option<PeerId>,
    /// The peer from which something came last, while it is there.
    last_sender: Option<PeerId>,
    changed: Vec<PeerId>,
    /// Streams that have ended during this turn, with why; told to the caller by `take_ended`.
    ended: Vec<Ended>,
    scratch: Vec<u8>,
    /// Those whose wires hold something to read that the wait does not report.
    unasked: BTreeSet<PeerId>,
    paused: bool,
    /// The front end has something for each peer that joins.
    promises_sends: bool,
    /// Those to whom it has not sent all of that yet.
    promised: BTreeSet<PeerId>,
    /// Those that send no more and stay for what they are owed.
    owed: BTreeSet<PeerId>,
}

/// A stream that has ended.
struct Ended {
    id: PeerId,
    reason: EndReason,
    /// So much was still waiting to be sent.
    unsent: u64,
}

impl Streams {
    /// Takes in a peer, which may have to shake hands first.
    pub(super) fn add(&mut self, mut stream: Stream, turn: &mut Turn) {
        let id = stream.id();
        let outcome = stream.shake_hands(&mut turn.log);
        if stream.is_shaking_hands() {
            turn.agenda.set(Alarm::Handshake(id), stream.handshake_due(turn.now));
        }
        self.last = Some(id);
        if self.promises_sends {
            self.promised.insert(id);
        }
        self.by_id.insert(id, stream);
        self.settle(id, outcome, turn);
        self.hear_early(id, turn);
    }

    /// Each peer that joins from now on is owed something by the front end.
    pub(super) fn promise_sends(&mut self) {
        self.promises_sends = true;
    }

    /// The front end has queued what it had for a peer.
    pub(super) fn promise_is_kept(&mut self, id: PeerId) {
        self.promised.remove(&id);
    }

    /// Lets go of peers that send no more and have got what they were owed.
    pub(super) fn end_those_owed_no_more(&mut self, turn: &mut Turn) {
        if self.owed.is_empty() || self.paused {
            return;
        }
        let is_paid = |id: &PeerId| !self.promised.contains(id) && !turn.answering.owes(*id);
        let paid: Vec<PeerId> = self.owed.iter().copied().filter(is_paid).collect();
        for id in paid {
            self.owed.remove(&id);
            if let Some(stream) = self.by_id.get_mut(&id) {
                let outcome = stream.is_owed_no_more(&mut turn.log);
                self.settle(id, outcome, turn);
            }
        }
    }

    /// Lets go of a peer that has not agreed on encryption in time.
    pub(super) fn end_slow_handshake(&mut self, id: PeerId, turn: &mut Turn) {
        if let Some(stream) = self.by_id.get(&id).filter(|stream| stream.is_shaking_hands()) {
            let within = millis_text(u64::try_from(stream.handshake_time.as_millis()).unwrap_or(u64::MAX));
            let error = Some(OsError::from_words(format!("no handshake within {within}")));
            self.end(id, End { reason: EndReason::HandshakeFailed, error }, turn);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.by_id.values()
    }

    /// How much of what was on its way to it a peer had not taken that has ended during this turn.
    pub(super) fn unsent_at_end(&self, id: PeerId) -> Option<u64> {
        self.ended.iter().find(|ended| ended.id == id).map(|ended| ended.unsent)
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
    pub(super) fn serve(&mut self, id: PeerId, ready: Ready, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        if stream.is_shaking_hands() {
            let outcome = stream.shake_hands(&mut turn.log);
            if !stream.is_shaking_hands() {
                turn.agenda.set(Alarm::Handshake(id), None);
            }
            self.settle(id, outcome, turn);
            self.hear_early(id, turn);
        } else if ready.writable {
            self.flush(id, turn);
        }
        if ready.readable && !self.paused {
            self.read(id, turn);
        }
    }

    /// Whether there is something to read that the wait does not report.
    pub(super) fn has_unasked(&self) -> bool {
        !self.unasked.is_empty() && !self.paused
    }

    /// Reads what a wire holds although nothing more has come over the socket.
    pub(super) fn read_unasked(&mut self, turn: &mut Turn) {
        if self.paused {
            return;
        }
        for id in std::mem::take(&mut self.unasked) {
            self.read(id, turn);
        }
    }

    fn read(&mut self, id: PeerId, turn: &mut Turn) {
        let Some(stream) = self.by_id.get(&id).filter(|stream| !stream.is_shaking_hands()) else { return };
        if stream.has_peer_finished() {
            let outcome = stream.look_at_trouble();
            return self.settle(id, outcome, turn);
        }
        let (reads, room) = if stream.keeps_borders() {
            (MESSAGES_PER_TURN, MESSAGE_BYTES)
        } else {
            (READS_PER_TURN, READ_BYTES)
        };
        for _ in 0..reads {
            let Some(stream) = self.by_id.get_mut(&id) else { return };
            let keeps_borders = stream.keeps_borders();
            let outcome = if turn.answering.is_active() || stream.is_looked_at() {
                if self.scratch.len() < room {
                    // The system gives it memory as far as it is used.
                    self.scratch = vec![0; room];
                }
                stream.read_and_keep(&mut turn.log, &mut self.scratch[..room])
            } else {
                stream.read_into(&mut turn.log)
            };
            stream.tell_descriptors(&mut turn.log);
            match outcome {
                ReadOutcome::Got(length) => {
                    self.last = Some(id);
                    self.last_sender = Some(id);
                    self.answer(id, length, turn);
                    self.answer_frames(id, length, turn);
                    self.mark_changed(id);
                    let Some(stream) = self.by_id.get(&id) else { return };
                    let may_have_more = length == READ_BYTES || stream.is_readable_unasked();
                    if !may_have_more && (!keeps_borders || turn.log.is_batch_full()) {
                        break;
                    }
                }
                ReadOutcome::Nothing => return,
                ReadOutcome::Ended(end) => {
                    if end.reason == EndReason::Fin {
                        self.answer_at_the_end(id, turn);
                    }
                    return self.has_ended(id, end, turn);
                }
            }
        }
        if self.by_id.get(&id).is_some_and(Stream::is_readable_unasked) {
            self.unasked.insert(id);
        }
    }

    /// Hears what a peer has sent in one piece with the end of its handshake.
    fn hear_early(&mut self, id: PeerId, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let early = stream.take_early();
        if early.is_empty() {
            return;
        }
        self.last_sender = Some(id);
        let length = early.len();
        let room = self.scratch.len().max(length);
        self.scratch.resize(room, 0);
        self.scratch[..length].copy_from_slice(&early);
        self.answer(id, length, turn);
        self.answer_frames(id, length, turn);
    }

    fn answer(&mut self, id: PeerId, length: usize, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id).filter(|_| turn.answering.is_active()) else { return };
        if stream.is_leaving() {
            // To whom nothing more can be said.
            return;
        }
        let whose = whose(stream);
        if stream.keeps_borders() {
            let answers = turn.answering.answers_to_datagram(whose, &self.scratch[..length], turn.now);
            return self.give(id, answers, turn);
        }
        let cutter = match &mut stream.cutter {
            Some(cutter) => cutter,
            None => stream.set_cutter(turn.answering.new_cutter(), turn.now),
        };
        let answers = turn.answering.answers(whose, cutter, &self.scratch[..length], turn.now);
        turn.agenda.set(Alarm::Silence(id), cutter.next_due(turn.now));
        if cutter.take_left_out() {
            turn.log.note(LEFT_OUT.to_owned());
        }
        self.give(id, answers, turn);
        turn.answering.have_gone_out(turn.now);
    }

    /// Gives what the peer's frames ask for by themselves.
    fn answer_frames(&mut self, id: PeerId, length: usize, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id).filter(|stream| stream.has_frames()) else { return };
        match stream.take_in_frames(&self.scratch[..length]) {
            Ok(()) => self.flush(id, turn),
            Err(error) => self.end(id, End { reason: EndReason::Failed, error: Some(error) }, turn),
        }
    }

    /// Whether what goes out is framed.
    pub(super) fn has_frames(&self) -> bool {
        self.by_id.values().next().is_some_and(Stream::has_frames)
    }

    /// Answers the message that the peer's end has ended before silence could.
    fn answer_at_the_end(&mut self, id: PeerId, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id).filter(|stream| !stream.is_leaving()) else { return };
        let whose = whose(stream);
        if let Some(cutter) = &mut stream.cutter {
            let answers = turn.answering.answers_at_the_end(whose, cutter, turn.now);
            self.give(id, answers, turn);
            turn.answering.have_gone_out(turn.now);
        }
    }

    fn give(&mut self, id: PeerId, answers: Vec<Answer>, turn: &mut Turn) {
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
            turn.log.loss(Some(id), LossKind::UnsentBytes, unsent);
        }
        self.flush(id, turn);
    }

    /// Answers the message of a peer that has ended because nothing more came.
    pub(super) fn end_silent_message(&mut self, id: PeerId, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let whose = whose(stream);
        let Some(cutter) = &mut stream.cutter else { return };
        let answers = turn.answering.answers_after_silence(whose, cutter, turn.now);
        turn.agenda.set(Alarm::Silence(id), cutter.next_due(turn.now));
        self.give(id, answers, turn);
        turn.answering.have_gone_out(turn.now);
    }

    /// The peer sends no more, or an error says that it is gone.
    fn has_ended(&mut self, id: PeerId, end: End, turn: &mut Turn) {
        if let Some(stream) = self.by_id.get_mut(&id) {
            let is_owed = self.promised.contains(&id) || turn.answering.owes(id);
            let outcome = stream.reading_has_ended(end, is_owed, &mut turn.log);
            if is_owed {
                self.owed.insert(id);
            }
            self.settle(id, outcome, turn);
        }
    }

    /// Writes what waits for a peer.
    fn flush(&mut self, id: PeerId, turn: &mut Turn) {
        if let Some(stream) = self.by_id.get_mut(&id) {
            let outcome = stream.flush(&mut turn.log);
            self.settle(id, outcome, turn);
        }
    }

    /// After something was done to a stream: waits for the right things, or ends it.
    fn settle(&mut self, id: PeerId, outcome: Outcome, turn: &mut Turn) {
        let Some(stream) = self.by_id.get_mut(&id) else { return };
        let ended = match outcome {
            Outcome::Open => stream.wait_for_what_matters(self.paused).err().map(|error| End::from(&error)),
            Outcome::Ended(end) => Some(end),
        };
        if stream.is_readable_unasked() {
            self.unasked.insert(id);
        }
        match ended {
            Some(end) => self.end(id, end, turn),
            None => self.mark_changed(id),
        }
    }

    fn end(&mut self, id: PeerId, end: End, turn: &mut Turn) {
        if let Some(stream) = self.by_id.remove(&id) {
            let is_ours = stream.is_leaving() && stream.is_all_out();
            let end = if is_ours { End::because(EndReason::Kicked) } else { end };
            self.has_left(&stream, end.reason, turn);
            turn.peer_updates.show(stream.end(&mut turn.log, end, false));
        }
    }

    /// Ends a stream because we want to.
    pub(super) fn end_by_us(&mut self, id: PeerId, reason: EndReason, with_reset: bool, turn: &mut Turn) {
        if let Some(stream) = self.by_id.remove(&id) {
            self.has_left(&stream, reason, turn);
            turn.peer_updates.show(stream.end_by_us(&mut turn.log, reason, with_reset));
        }
    }

    fn has_left(&mut self, stream: &Stream, reason: EndReason, turn: &mut Turn) {
        let id = stream.id();
        // However it went, nobody wants to connect again.
        let reason = if stream.is_leaving() { EndReason::Kicked } else { reason };
        for alarm in [Alarm::Handshake(id), Alarm::Leaving(id), Alarm::Silence(id)] {
            turn.agenda.set(alarm, None);
        }
        self.promised.remove(&id);
        self.owed.remove(&id);
        self.ended.push(Ended { id, reason, unsent: stream.waiting_weight() });
        if self.last == Some(id) {
            self.last = self.by_id.keys().next_back().copied();
        }
        self.last_sender.take_if(|last| *last == id);
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
            Target::LastSender => self.last_sender.into_iter().collect(),
            Target::Peers(ids) => {
                if let Some(gone) = ids.iter().find(|id| !self.contains(**id)) {
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
        turn: &mut Turn,
    ) -> Result<(), Rejection> {
        let mut refusal = Ok(());
        let mut framed_for_all = None;
        for id in ids {
            let Some(stream) = self.by_id.get_mut(id) else {
                refusal = Err(Rejection::PeerGone(*id));
                continue;
            };
            match stream.queue_shared(Payload::clone(payload), origin, &mut framed_for_all) {
                Ok(()) => self.flush(*id, turn),
                Err(why) => refusal = Err(why),
            }
        }
        refusal
    }

    /// Ends for these peers a message whose parts have stopped coming.
    pub(super) fn end_open_messages(&mut self, ids: &[PeerId], origin: Origin, turn: &mut Turn) {
        for id in ids {
            let Some(stream) = self.by_id.get_mut(id) else { continue };
            // A queue that is full of what was sent past all framing keeps what waits behind the message.
            if stream.end_open_message(origin).is_ok() && !self.paused {
                self.flush(*id, turn);
            }
        }
    }

    /// How much waits in the longest queue among these peers.
    pub(super) fn longest_queue(&self, ids: &[PeerId]) -> u64 {
        ids.iter().filter_map(|id| self.by_id.get(id)).map(Stream::waiting_weight).max().unwrap_or(0)
    }

    pub(super) fn shut_write(&mut self, ids: &[PeerId], turn: &mut Turn) {
        for id in ids {
            if let Some(stream) = self.by_id.get_mut(id) {
                let outcome = stream.finish_writing(&mut turn.log);
                self.settle(*id, outcome, turn);
            }
        }
    }

    /// Ends a connection when what was sent before has gone out and the peer has had its time to end its side, too: one that
    /// is closed at once answers what still comes with a reset.
    pub(super) fn leave(&mut self, id: PeerId, turn: &mut Turn) {
        match self.by_id.get_mut(&id) {
            None => {}
            Some(stream) if stream.is_leaving() => {}
            Some(stream) if stream.is_shaking_hands() => self.kick(id, CloseKind::Fin, turn),
            Some(stream) => {
                turn.agenda.set(Alarm::Leaving(id), Some(turn.now + LEAVING_TIME));
                turn.agenda.set(Alarm::Silence(id), None);
                let outcome = stream.leave(&mut turn.log);
                self.settle(id, outcome, turn);
            }
        }
    }

    /// Whether a peer has an answer to our goodbye, and nothing that it would have to take before.
    pub(super) fn answers_goodbye(&self, id: PeerId) -> bool {
        self.by_id.get(&id).is_some_and(|stream| stream.has_frames() && stream.is_all_out())
    }

    /// Lets go of a peer that does not end its side in time. Its time begins when it has taken everything.
    pub(super) fn end_slow_leaving(&mut self, id: PeerId, turn: &mut Turn) {
        match self.by_id.get(&id) {
            Some(stream) if !stream.is_all_out() => {
                turn.agenda.set(Alarm::Leaving(id), Some(turn.now + LEAVING_TIME));
            }
            _ => self.kick(id, CloseKind::Fin, turn),
        }
    }

    pub(super) fn contains(&self, id: PeerId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(super) fn kick(&mut self, id: PeerId, how: CloseKind, turn: &mut Turn) {
        self.end_by_us(id, EndReason::Kicked, how == CloseKind::Reset, turn);
    }

    /// Asks the kernel about a connection.
    pub(super) fn refresh_facts(&mut self, id: PeerId) -> Result<(), Rejection> {
        let stream = self.by_id.get_mut(&id).ok_or(Rejection::PeerGone(id))?;
        stream.status.facts = stream.socket().and_then(tcp_facts);
        self.mark_changed(id);
        Ok(())
    }

    /// Stops or resumes the traffic of every peer.
    pub(super) fn set_paused(&mut self, paused: bool, turn: &mut Turn) {
        self.paused = paused;
        let ids: Vec<PeerId> = self.by_id.keys().copied().collect();
        for id in ids {
            if !paused && let Some(stream) = self.by_id.get(&id).filter(|stream| stream.is_shaking_hands()) {
                // Nobody has listened to it meanwhile.
                turn.agenda.set(Alarm::Handshake(id), stream.handshake_due(turn.now));
            }
            self.settle(id, Outcome::Open, turn);
        }
    }

    /// Forgets what was cut so far, because the way in which the session answers has changed.
    pub(super) fn forget_cutters(&mut self, turn: &mut Turn) {
        turn.agenda.forget(|alarm| matches!(alarm, Alarm::Silence(_)));
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

    /// Puts the peers that have changed during this turn among the updates.
    pub(super) fn show_changes(&mut self, peer_updates: &mut PeerUpdates) {
        for id in self.changed.drain(..) {
            if let Some(stream) = self.by_id.get_mut(&id) {
                stream.shown_as_changed = false;
                let mut status = stream.status.clone();
                status.queued_bytes = stream.queued_bytes();
                peer_updates.show(status);
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
    use super::{LEAVING_TIME, READS_PER_TURN, Streams};
    use crate::automation::rules::{Responder, RuleSet};
    use crate::codec::websocket::{Opcode, push_frame};
    use crate::engine::conversation::WebSocket;
    use crate::engine::sync::Syncer;
    use crate::engine::worker::agenda::Alarm;
    use crate::engine::worker::queue::Payload;
    use crate::engine::worker::scripted_wire::{OtherSide, Script};
    use crate::engine::worker::stream::{HANDSHAKE_TIME, Stream};
    use crate::engine::worker::turn::Turn;
    use crate::journal::{JournalInfo, JournalReader, JournalWriter};
    use crate::model::address::Address;
    use crate::model::framing::Framing;
    use crate::model::ids::PeerId;
    use crate::model::record::{EndReason, Origin};
    use crate::model::status::PeerState;
    use crate::model::websocket::WebSocketClientSettings;
    use crate::net::poll::{Interest, Ready, Token};
    use crate::net::wire::Ending;
    use std::sync::Arc;

    struct Bench {
        folder: tempfile::TempDir,
        streams: Streams,
        turn: Turn,
    }

    impl Bench {
        fn with(script: Script) -> (Bench, OtherSide) {
            Bench::speaking(script, None, None)
        }

        fn speaking(
            script: Script,
            rules: Option<RuleSet>,
            websocket: Option<(WebSocket, Vec<u8>)>,
        ) -> (Bench, OtherSide) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.skj");
            let journal = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
            let mut bench = Bench {
                folder,
                streams: Streams::default(),
                turn: Turn::new(journal, Arc::new(Syncer::start().unwrap())),
            };
            if let Some(rules) = rules {
                bench.turn.answering.set_rules(rules, bench.turn.now);
            }
            let (wire, side) = OtherSide::new(script);
            let stream = Stream::new(bench.turn.log.new_peer(), wire, Address::None, Address::None);
            bench.streams.add(stream.speaking(websocket), &mut bench.turn);
            (bench, side)
        }

        fn serve(&mut self, readable: bool, writable: bool) {
            let ready = Ready { token: Token::Peer(PeerId::FIRST), readable, writable };
            let Bench { streams, turn, .. } = self;
            streams.serve(PeerId::FIRST, ready, turn);
        }

        fn read_unasked(&mut self) {
            let Bench { streams, turn, .. } = self;
            streams.read_unasked(turn);
        }

        fn send(&mut self, text: &str) {
            let Bench { streams, turn, .. } = self;
            let payload = Payload::from(text.as_bytes());
            streams.send(&[PeerId::FIRST], &payload, Origin::User, turn).unwrap();
        }

        fn state(&self) -> Option<PeerState> {
            self.streams.iter().next().map(|stream| stream.status.state)
        }
    }

    /// A client of WebSocket, whose request comes with these bytes behind it, and a session that answers.
    fn with_client(behind: &[u8]) -> (Bench, OtherSide) {
        let settings =
            WebSocketClientSettings { host: "h".to_owned(), path: "/".to_owned(), ..Default::default() };
        let (_, request) = WebSocket::client(&settings).unwrap();
        let incoming = [[request.as_slice(), behind].concat()].into();
        let script = Script { incoming, room: 1 << 20, ..Script::default() };
        Bench::speaking(script, Some(echo()), Some((WebSocket::server(Arc::default()), Vec::new())))
    }

    fn echo() -> RuleSet {
        Responder { echo: true, framing: Framing::WebSocket, ..Responder::default() }.rules()
    }

    fn text(said: &str) -> Vec<u8> {
        let mut frame = Vec::new();
        push_frame(&mut frame, Opcode::Text, true, said.as_bytes(), Some([1, 2, 3, 4]));
        frame
    }

    #[test]
    fn what_comes_in_one_piece_with_the_handshake_is_answered() {
        let stream = [text("greeting"), text("more")].concat();
        for place in 0..=stream.len() {
            let (early, late) = stream.split_at(place);
            let (mut bench, side) = with_client(early);
            if !late.is_empty() {
                side.script().incoming.push_back(late.to_vec());
            }
            bench.serve(true, false);
            let taken = side.script().taken.clone();
            let frames = [&b"\r\n\r\n"[..], b"\x81\x08greeting\x81\x04more"].concat();
            assert!(taken.ends_with(&frames), "{place}: {}", taken.escape_ascii());
        }
    }

    #[test]
    fn rules_that_come_in_the_middle_of_a_frame_hear_the_next_one() {
        let stream = [text("earlier \u{1}\u{1}"), text("next")].concat();
        for place in 1..stream.len() - text("next").len() {
            let (early, late) = stream.split_at(place);
            let (mut bench, side) = with_client(early);
            let Bench { streams, turn, .. } = &mut bench;
            turn.answering.set_rules(echo(), turn.now);
            streams.forget_cutters(turn);
            side.script().incoming.push_back(late.to_vec());
            bench.serve(true, false);
            let taken = side.script().taken.clone();
            // What is only a part of a header is not lost, so that its frame is heard.
            let heard = if place < 6 {
                &b"\x81\x0aearlier \x01\x01\x81\x04next"[..]
            } else {
                b"\r\n\r\n\x81\x04next"
            };
            assert!(taken.ends_with(heard), "{place}: {}", taken.escape_ascii());
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
        assert_eq!((side.taken(), bench.turn.log.counters.received.records), (String::new(), 0));
        bench.serve(true, false);
        assert_eq!(bench.state(), Some(PeerState::Open));
        assert_eq!(
            (side.script().taken.as_slice(), bench.turn.log.counters.received.records),
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
            (bench.turn.log.counters.received.records, turns),
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
    fn a_record_tells_whether_the_rest_of_what_was_sent_follows() {
        let (mut bench, side) = Bench::with(Script { room: 4, ..incoming(0) });
        bench.send("payload");
        side.script().room = 100;
        bench.serve(false, true);
        bench.send("whole");
        bench.turn.log.publish(bench.turn.now);
        let reader = JournalReader::open(&bench.folder.path().join("a.skj")).unwrap();
        let mut records = reader.records(0..reader.snapshot().records);
        let mut sent = Vec::new();
        while let Some(record) = records.next().unwrap() {
            sent.extend(record.data().map(|data| (data.bytes.clone(), data.head.goes_on)));
        }
        assert_eq!(sent, [(b"payl".to_vec(), true), (b"oad".to_vec(), false), (b"whole".to_vec(), false)]);
    }

    #[test]
    fn while_the_journal_is_paused_nothing_is_waited_for_not_even_what_a_wire_wants_itself() {
        for (script, wanted) in [
            (
                Script { wants: Some(Interest::WRITE), ..incoming(0) },
                Interest { write: true, ..Interest::READ },
            ),
            (Script { handshakes_left: 9, ..incoming(0) }, Interest::READ),
        ] {
            let (mut bench, side) = Bench::with(script);
            assert_eq!(side.interest(), Some(wanted));
            let Bench { streams, turn, .. } = &mut bench;
            streams.set_paused(true, turn);
            assert_eq!(side.interest(), Some(Interest::NONE), "it would be reported over and over");
            // However long that is: a handshake has its time to itself.
            turn.now += HANDSHAKE_TIME * 2;
            streams.set_paused(false, turn);
            assert_eq!(side.interest(), Some(wanted));
            assert_eq!(turn.agenda.take_due(turn.now, false), None::<Alarm>);
        }
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
        let Bench { streams, turn, .. } = &mut bench;
        streams.end_by_us(PeerId::FIRST, EndReason::Kicked, true, turn);
        assert_eq!((side.unread(), side.ending()), (3, Some(Ending::Reset)));
    }

    #[test]
    fn one_that_shall_leave_gets_what_was_sent_before_and_has_its_time_to_end_too() {
        for answers in [true, false] {
            let (mut bench, side) = Bench::with(Script { room: 4, ..incoming(0) });
            bench.send("payload");
            let Bench { streams, turn, .. } = &mut bench;
            streams.leave(PeerId::FIRST, turn);
            assert_eq!(streams.send(&[PeerId::FIRST], &b"more"[..].into(), Origin::User, turn).ok(), None);
            // Its time has not begun yet.
            turn.now += LEAVING_TIME;
            assert_eq!(turn.agenda.take_due(turn.now, false), Some(Alarm::Leaving(PeerId::FIRST)));
            streams.end_slow_leaving(PeerId::FIRST, turn);
            side.script().room = 100;
            bench.serve(false, true);
            assert_eq!((side.taken().as_str(), side.script().finished), ("payload", true));
            assert_eq!(bench.state(), Some(PeerState::WriteShut));
            side.script().ends = answers;
            bench.serve(true, false);
            let Bench { streams, turn, .. } = &mut bench;
            turn.now += LEAVING_TIME;
            let due = turn.agenda.take_due(turn.now, false);
            assert_eq!(due, (!answers).then_some(Alarm::Leaving(PeerId::FIRST)));
            if due.is_some() {
                streams.end_slow_leaving(PeerId::FIRST, turn);
            }
            assert_eq!((streams.len(), streams.take_ended()), (0, vec![EndReason::Kicked]));
            assert_eq!(side.ending(), Some(Ending::Orderly));
        }
    }

    #[test]
    fn what_a_wire_has_taken_and_not_sent_yet_waits_like_what_is_queued() {
        let held = Script { wants: Some(Interest::WRITE), held: 5, ends: true, ..incoming(0) };
        let (mut bench, side) = Bench::with(held);
        bench.send("payload");
        assert_eq!((side.taken().as_str(), bench.streams.longest_queue(&[PeerId::FIRST])), ("payload", 5));
        bench.serve(true, false);
        assert_eq!(bench.state(), Some(PeerState::PeerFinished), "it still listens");
        let Bench { streams, turn, .. } = &mut bench;
        streams.shut_write(&[PeerId::FIRST], turn);
        assert!(!side.script().finished);
        (side.script().wants, side.script().held) = (None, 0);
        bench.serve(false, true);
        assert_eq!((side.script().finished, bench.streams.take_ended()), (true, vec![EndReason::Fin]));
    }
}
