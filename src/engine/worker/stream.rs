//! One connected peer: its handshake, reading into the journal, writing from its queue, and the ways in which it ends.

use crate::engine::conversation::{Demands, Progress, WebSocket};
use crate::engine::event::Rejection;
use crate::engine::worker::log::Log;
use crate::engine::worker::message_cutter::MessageCutter;
use crate::engine::worker::outcome::{End, Outcome, ReadOutcome};
use crate::engine::worker::queue::{PAYLOAD_OVERHEAD, Payload, QUEUE_CAP, SendQueue};
use crate::model::address::Address;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::PeerId;
use crate::model::peer_process::PeerProcess;
use crate::model::record::{DataHead, EndReason, Lifecycle, LossKind, Origin};
use crate::model::status::{PeerState, PeerStatus};
use crate::model::websocket::MessageForm;
use crate::net::end_reason::{is_not_now, is_too_long};
use crate::net::poll::Interest;
use crate::net::tls::speaks_tls;
use crate::net::wire::{Captured, Ending, Got, Handshake, Wire};
use crate::util::clock;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most that one read takes: large enough for full speed, small enough for the processor's cache.
pub(super) const READ_BYTES: usize = 256 << 10;

/// Room for one message: more than systems let anybody send at once, unless an administrator has raised their limits
/// eightfold.
pub(super) const MESSAGE_BYTES: usize = 4 << 20;

/// Above this much waiting for a peer whose bytes we answer, no more of them are read.
const ANSWERS_PAUSE_READING: u64 = 1 << 20;

/// So many bytes of one read are enough to tell how a peer begins.
const FIRST_BYTES: usize = 8;

/// The most that is still read from a peer that we let go: more than a kernel holds for one connection.
const MOST_REST_BYTES: usize = 32 << 20;

/// So long may a peer take to shake hands, unless something else is said. One that is slower costs nobody but itself.
pub(super) const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// One connected peer.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the connection")]
pub(super) struct Stream {
    wire: Box<dyn Wire>,
    pub(super) status: PeerStatus,
    queue: SendQueue,
    /// A message that goes out in parts has begun and not ended.
    has_open_message: bool,
    /// Messages that wait for its end: within it they would break the conversation.
    behind: SendQueue,
    /// The peer has said that it sends no more; what is queued for it still goes out.
    peer_finished: bool,
    /// Writing has failed; what the peer sent before that is still read.
    write_failed: Option<End>,
    /// Say that we send no more as soon as the queue is empty.
    shut_when_empty: bool,
    /// Stay when the peer sends no more, because it may still listen.
    keep_half_closed: bool,
    /// Stay until this is over, too: something is still to be sent to it that is not queued yet.
    is_owed: bool,
    /// Cuts what comes into messages, while the session answers.
    pub(super) cutter: Option<MessageCutter>,
    pub(super) shown_as_changed: bool,
    /// We have asked it to end, so that it has not left by itself when it does.
    is_leaving: bool,
    /// The peer has ended the conversation that its frames are: whatever becomes of the connection, it left in order.
    has_heard_goodbye: bool,
    /// Frames what goes out, and answers what must be answered, where WebSocket is spoken.
    websocket: Option<Box<WebSocket>>,
    opening: Opening,
    /// So long may it take to shake hands.
    pub(super) handshake_time: Duration,
    /// What came behind the handshake in the same read, until it is heard.
    early: Vec<u8>,
    /// What the peer begins with, until it is clear whether that is TLS; nothing where TLS is spoken, or no more.
    first_bytes: Option<Vec<u8>>,
}

/// The way to an open connection, which may have two handshakes: the wire's, and one in the payload itself.
#[derive(Default)]
struct Opening {
    wire_is_done: bool,
    /// Bytes of the payload's handshake that have to go out.
    outgoing: Vec<u8>,
    /// What follows when they are out.
    outcome: Option<Result<Vec<u8>, OsError>>,
}

impl Stream {
    pub(super) fn new(id: PeerId, wire: Box<dyn Wire>, local: Address, remote: Address) -> Stream {
        let status = PeerStatus {
            state: PeerState::ShakingHands,
            ..PeerStatus::joined(id, local, remote, clock::now().wall_ns)
        };
        Stream {
            wire,
            status,
            queue: SendQueue::default(),
            has_open_message: false,
            behind: SendQueue::default(),
            peer_finished: false,
            write_failed: None,
            shut_when_empty: false,
            keep_half_closed: false,
            is_owed: false,
            cutter: None,
            shown_as_changed: false,
            is_leaving: false,
            has_heard_goodbye: false,
            websocket: None,
            opening: Opening::default(),
            handshake_time: HANDSHAKE_TIME,
            early: Vec::new(),
            first_bytes: Some(Vec::new()),
        }
    }

    /// The same, of a program that the system knows.
    pub(super) fn of_process(mut self, process: Option<Box<PeerProcess>>) -> Stream {
        self.status.process = process.map(Arc::from);
        self
    }

    /// The same, with WebSocket spoken on it; a client begins with its request.
    pub(super) fn speaking(mut self, websocket: Option<(WebSocket, Vec<u8>)>) -> Stream {
        if let Some((websocket, request)) = websocket {
            self.websocket = Some(Box::new(websocket));
            self.opening.outgoing = request;
        }
        self
    }

    /// Whether what goes out is framed.
    pub(super) fn has_frames(&self) -> bool {
        self.websocket.is_some()
    }

    /// The same, but whether it stays when the peer sends no more is up to the session's settings.
    pub(super) fn keeping_half_closed(self, keep_half_closed: bool) -> Stream {
        Stream { keep_half_closed, ..self }
    }

    /// The same, with another time to shake hands.
    pub(super) fn shaking_hands_within(self, handshake_time: Duration) -> Stream {
        Stream { handshake_time, ..self }
    }

    /// When it has to have shaken hands; never, where that is beyond all times.
    pub(super) fn handshake_due(&self, now: Instant) -> Option<Instant> {
        now.checked_add(self.handshake_time)
    }

    pub(super) fn id(&self) -> PeerId {
        self.status.id
    }

    pub(super) fn socket(&self) -> Option<&socket2::Socket> {
        self.wire.socket()
    }

    /// Whether payload can neither come nor go yet.
    pub(super) fn is_shaking_hands(&self) -> bool {
        self.status.state == PeerState::ShakingHands
    }

    /// Goes on with the handshake; what was queued meanwhile goes out when it is done.
    pub(super) fn shake_hands(&mut self, log: &mut Log) -> Outcome {
        if self.opening.wire_is_done {
            return self.go_on_opening(log);
        }
        let outcome = self.wire.shake_hands();
        self.keep_captured(log);
        match outcome {
            Ok(Handshake::UnderWay) => Outcome::Open,
            Ok(Handshake::Done) => {
                self.opening.wire_is_done = true;
                if let Some(handshake) = self.wire.take_agreed() {
                    let remote = self.status.remote;
                    self.first_bytes = None;
                    self.status.handshake = Some(Arc::new(handshake.as_ref().clone()));
                    log.lifecycle(Some(self.status.id), Lifecycle::Secured { remote, handshake });
                }
                self.go_on_opening(log)
            }
            Err(error) if is_not_now(&error) => Outcome::Open,
            Err(error) => {
                let error = Some(OsError::from(&error));
                Outcome::Ended(End { reason: EndReason::HandshakeFailed, error })
            }
        }
    }

    /// Goes on with the handshake that is payload itself, where there is one.
    fn go_on_opening(&mut self, log: &mut Log) -> Outcome {
        let failed = |why| Outcome::Ended(End { reason: EndReason::HandshakeFailed, error: Some(why) });
        let Some(mut websocket) = self.websocket.take() else {
            self.set_state(PeerState::Open);
            return self.flush(log);
        };
        let outcome = self.exchange_handshake(&mut websocket, log);
        self.websocket = Some(websocket);
        match outcome {
            Ok(None) => Outcome::Open,
            Ok(Some(rest)) => {
                self.set_state(PeerState::Open);
                self.early = rest;
                self.flush(log)
            }
            Err(error) if is_not_now(&error) => Outcome::Open,
            Err(error) => failed(OsError::from(&error)),
        }
    }

    /// Writes and reads as far as it goes; gives the frames that came behind the handshake when that is done.
    fn exchange_handshake(
        &mut self,
        websocket: &mut WebSocket,
        log: &mut Log,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut buffer = [0; 4 << 10];
        loop {
            while !self.opening.outgoing.is_empty() {
                let count = self.wire.write(&self.opening.outgoing)?;
                let sent: Vec<u8> = self.opening.outgoing.drain(..count).collect();
                log.data(clock::now(), self.status.id, &DataHead::sent(Origin::Protocol), &sent);
                self.status.sent.add(count);
                self.keep_captured(log);
            }
            self.wire.flush()?;
            match self.opening.outcome.take() {
                Some(Ok(rest)) => return Ok(Some(rest)),
                Some(Err(why)) => return Err(io::Error::other(why)),
                None => {}
            }
            let got = self.wire.read(&mut buffer);
            self.keep_captured(log);
            let Got::Bytes(count) = got? else {
                let words = "the connection was closed in the middle of the handshake";
                return Err(io::Error::other(OsError::from_words(words)));
            };
            log.data(clock::now(), self.status.id, &DataHead::received(), &buffer[..count]);
            self.status.received.add(count);
            self.look_at_first_bytes(log, &buffer[..count]);
            let (answer, outcome) = match websocket.shake_hands(&buffer[..count]) {
                Progress::Waiting => continue,
                Progress::Open { answer, rest } => (answer, Ok(rest)),
                Progress::Refused { answer, why } => (answer, Err(why)),
            };
            self.opening.outgoing = answer;
            self.opening.outcome = Some(outcome);
        }
    }

    /// What came behind the handshake, once: it is heard like everything that follows.
    pub(super) fn take_early(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.early)
    }

    /// A cutter for what comes from now on, which may be the rest of a frame.
    pub(super) fn set_cutter(&mut self, cutter: MessageCutter, now: Instant) -> &mut MessageCutter {
        let within = self.websocket.as_ref().map(|websocket| websocket.within_frame());
        let cutter = match within {
            Some(within) => cutter.within_frame(within, now),
            None => cutter,
        };
        self.cutter.insert(cutter)
    }

    /// Answers what frames of the peer ask for by themselves.
    pub(super) fn take_in_frames(&mut self, bytes: &[u8]) -> Result<(), OsError> {
        let Some(websocket) = &mut self.websocket else { return Ok(()) };
        let Demands { answers, is_over } = websocket.take_in(bytes)?;
        if !answers.is_empty() && self.can_write() {
            let payload = Payload::from(answers).in_form(MessageForm::Raw);
            if self.queue.push(payload, Origin::Protocol).is_err() {
                // A peer that asks and never reads gets no more answers than its queue holds.
            }
        }
        self.shut_when_empty |= is_over;
        self.has_heard_goodbye |= is_over;
        Ok(())
    }

    pub(super) fn queued_bytes(&self) -> u64 {
        self.queue.bytes() + self.behind.bytes() + self.wire.held_payload()
    }

    /// Whether nothing waits any more, neither here nor in the wire.
    pub(super) fn is_all_out(&self) -> bool {
        self.queue.is_empty() && !self.wire.wants().write
    }

    /// The same without what waits for the end of a message in parts, which would wait for it in turn. Where messages keep
    /// their borders each weighs more than its bytes, so that an empty one weighs something.
    pub(super) fn waiting_weight(&self) -> u64 {
        let messages = if self.keeps_borders() { self.queue.len() as u64 } else { 0 };
        self.queue.bytes() + self.wire.held_payload() + PAYLOAD_OVERHEAD * messages
    }

    /// Reads once, straight into the journal's batch.
    pub(super) fn read_into(&mut self, log: &mut Log) -> ReadOutcome {
        let wire = &mut self.wire;
        let outcome = log.receive(READ_BYTES, self.status.id, |buffer| wire.read(buffer));
        self.keep_captured(log);
        self.read_outcome(outcome)
    }

    /// Reads once into `buffer` and records a copy, for sessions that answer.
    pub(super) fn read_and_keep(&mut self, log: &mut Log, buffer: &mut [u8]) -> ReadOutcome {
        let outcome = self.wire.read(buffer);
        self.keep_captured(log);
        if let Ok(got @ (Got::Bytes(length) | Got::Cut(length))) = outcome {
            let head = DataHead { truncated: matches!(got, Got::Cut(_)), ..DataHead::received() };
            log.data(clock::now(), self.status.id, &head, &buffer[..length]);
            self.look_at_first_bytes(log, &buffer[..length]);
        }
        self.read_outcome(outcome)
    }

    /// Whether what is read has to be looked at besides being recorded.
    pub(super) fn is_looked_at(&self) -> bool {
        self.has_frames() || self.keeps_borders() || self.wire.captures() || self.first_bytes.is_some()
    }

    /// Says once if a peer speaks TLS where nobody expects it, which is a riddle to look at otherwise.
    fn look_at_first_bytes(&mut self, log: &mut Log, bytes: &[u8]) {
        let Some(first) = &mut self.first_bytes else { return };
        first.extend_from_slice(&bytes[..bytes.len().min(FIRST_BYTES)]);
        let Some(speaks_tls) = speaks_tls(first) else { return };
        self.first_bytes = None;
        if speaks_tls {
            let remote = self.status.remote;
            log.lifecycle(Some(self.status.id), Lifecycle::TlsUnexpected { remote });
        }
    }

    /// Records what went on below the payload, where that is kept.
    fn keep_captured(&mut self, log: &mut Log) {
        if !self.wire.captures() {
            return;
        }
        let peer = self.status.id;
        self.wire.take_captured(&mut |captured| match captured {
            Captured::Bytes { direction, bytes } => log.wire(peer, direction, bytes),
            Captured::Keys(lines) => {
                log.lifecycle(Some(peer), Lifecycle::KeysKept { lines: lines.to_owned() });
            }
        });
    }

    fn read_outcome(&mut self, outcome: io::Result<Got>) -> ReadOutcome {
        match outcome {
            Ok(Got::End) => ReadOutcome::Ended(End::because(EndReason::Fin)),
            Ok(Got::Bytes(length) | Got::Cut(length)) => {
                self.status.received.add(length);
                ReadOutcome::Got(length)
            }
            Err(error) if is_not_now(&error) => ReadOutcome::Nothing,
            Err(error) => ReadOutcome::Ended(End::from(&error)),
        }
    }

    /// Whether payload can still be sent: where frames are spoken, nobody has anything to say after a goodbye.
    pub(super) fn can_send(&self) -> bool {
        self.can_write() && !self.websocket.as_ref().is_some_and(|websocket| websocket.has_said_goodbye())
    }

    /// Whether we have not yet said, and shall not say next, that we send no more.
    fn can_write(&self) -> bool {
        self.status.state.can_send() && !self.shut_when_empty && self.write_failed.is_none()
    }

    /// Queues a payload, or says why it cannot be sent.
    pub(super) fn queue(&mut self, payload: Payload, origin: Origin) -> Result<(), Rejection> {
        self.queue_shared(payload, origin, &mut None)
    }

    /// The same of what others are sent as well: it is framed once for all, where that makes no difference, and kept once.
    pub(super) fn queue_shared(
        &mut self,
        payload: Payload,
        origin: Origin,
        framed_for_all: &mut Option<Payload>,
    ) -> Result<(), Rejection> {
        if !self.can_write() {
            let error = OsError::from_words("nothing more can be sent on this connection");
            return Err(Failure::new(Operation::Send, self.status.remote, error).into());
        }
        let form = payload.form;
        let payload = match &self.websocket {
            Some(websocket) if payload.form != MessageForm::Raw => {
                let is_for_all = websocket.frames_for_all(form);
                if let Some(framed) = framed_for_all.as_ref().filter(|_| is_for_all) {
                    framed.clone()
                } else {
                    let framed = websocket.frame(&payload, form);
                    let failure = |error| Failure::new(Operation::Send, self.status.remote, error);
                    let framed = payload.with_bytes(framed.map_err(failure)?);
                    *framed_for_all = is_for_all.then(|| framed.clone());
                    framed
                }
            }
            _ => payload,
        };
        let peer = self.status.id;
        let begins = matches!(form, MessageForm::Fitting | MessageForm::Text | MessageForm::Binary);
        let queue = if begins && self.has_open_message { &mut self.behind } else { &mut self.queue };
        queue.push(payload, origin).map_err(|queued| Rejection::QueueFull {
            peer,
            queued,
            cap: QUEUE_CAP,
        })?;
        match (form, &mut self.websocket) {
            (MessageForm::Close, Some(websocket)) => websocket.goodbye_is_said(),
            (MessageForm::Part { is_last, .. }, Some(_)) => {
                self.has_open_message = !is_last;
                if is_last {
                    self.queue.append(std::mem::take(&mut self.behind));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends a message whose parts have stopped coming, so that what follows is understood.
    pub(super) fn end_open_message(&mut self, origin: Origin) -> Result<(), Rejection> {
        if !self.has_open_message || !self.can_send() {
            return Ok(());
        }
        let last = MessageForm::Part { is_text: false, is_first: false, is_last: true };
        self.queue(Payload::from(&[][..]).in_form(last), origin)
    }

    /// Writes what the kernel takes now, and records it. A peer that takes everything does not keep others waiting:
    /// the rest goes out with the next turn.
    pub(super) fn flush(&mut self, log: &mut Log) -> Outcome {
        if self.write_failed.is_some() || self.is_shaking_hands() {
            return Outcome::Open;
        }
        let flushed = self.wire.flush();
        self.keep_captured(log);
        if let Err(error) = flushed {
            return self.writing_has_failed(End::from(&error));
        }
        while !log.is_batch_full()
            && let Some((bytes, head)) = self.queue.front()
        {
            let at = clock::now();
            match self.wire.write(bytes) {
                Ok(count) => {
                    let head = DataHead { goes_on: head.goes_on || count < bytes.len(), ..head };
                    log.data(at, self.status.id, &head, &bytes[..count]);
                    self.status.sent.add(count);
                    self.queue.advance(count);
                    self.keep_captured(log);
                }
                Err(error) if is_not_now(&error) => break,
                Err(error) if self.wire.keeps_borders() && is_too_long(&error) => {
                    // The connection stays; this one message does not go.
                    let (unsent, remote) = (bytes.len(), self.status.remote);
                    let failure = Failure::new(Operation::Send, remote, error);
                    log.lifecycle(
                        Some(self.status.id),
                        Lifecycle::SendFailed { failure, unsent: unsent as u64 },
                    );
                    self.queue.advance(unsent);
                }
                Err(error) => return self.writing_has_failed(End::from(&error)),
            }
        }
        if self.is_all_out() {
            if self.shut_when_empty {
                return self.shut_write(log);
            }
            if self.peer_finished && !self.keep_half_closed && !self.is_owed {
                return Outcome::Ended(End::because(EndReason::Fin));
            }
        }
        Outcome::Open
    }

    /// A peer that has said goodbye need not wait for ours.
    fn judge(&self, end: End) -> End {
        match end.reason {
            EndReason::BrokenPipe | EndReason::Reset if self.has_heard_goodbye => {
                End::because(EndReason::Fin)
            }
            _ => end,
        }
    }

    /// A peer that is gone may have sent something before it went: the stream ends when that is read.
    fn writing_has_failed(&mut self, end: End) -> Outcome {
        let end = self.judge(end);
        if self.peer_finished || end.reason == EndReason::Failed {
            return Outcome::Ended(end);
        }
        self.write_failed = Some(end);
        Outcome::Open
    }

    /// Nothing more comes from the peer. One that `is_owed` something stays until it has got that.
    pub(super) fn reading_has_ended(&mut self, end: End, is_owed: bool, log: &mut Log) -> Outcome {
        self.is_owed = is_owed;
        match self.write_failed.take() {
            Some(earlier) => Outcome::Ended(earlier),
            None if end.reason == EndReason::Fin => self.peer_has_finished(log),
            None => Outcome::Ended(self.judge(end)),
        }
    }

    /// The peer sends no more. What is queued for it still goes out; then the stream has ended, unless it is kept for
    /// what we may still send.
    fn peer_has_finished(&mut self, log: &mut Log) -> Outcome {
        let is_kept = (self.keep_half_closed || self.is_owed) && self.can_send();
        if self.is_all_out() && !is_kept {
            return Outcome::Ended(End::because(EndReason::Fin));
        }
        self.peer_finished = true;
        self.set_state(PeerState::PeerFinished);
        log.lifecycle(Some(self.status.id), Lifecycle::PeerFinished { remote: self.status.remote });
        Outcome::Open
    }

    /// Everything that the peer was owed is queued: it is let go when that is out, if nothing else keeps it.
    pub(super) fn is_owed_no_more(&mut self, log: &mut Log) -> Outcome {
        self.is_owed = false;
        self.flush(log)
    }

    pub(super) fn has_peer_finished(&self) -> bool {
        self.peer_finished
    }

    /// The system reports a peer that sends no more: it is gone altogether, if there is an error to tell.
    pub(super) fn look_at_trouble(&self) -> Outcome {
        self.wire.check().map_or_else(|error| Outcome::Ended(End::from(&error)), |()| Outcome::Open)
    }

    /// The connection ends because we want to, when both sides have said all that they had to say.
    pub(super) fn leave(&mut self, log: &mut Log) -> Outcome {
        self.is_leaving = true;
        self.finish_writing(log)
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.is_leaving
    }

    /// We send no more, once the queue is empty.
    pub(super) fn finish_writing(&mut self, log: &mut Log) -> Outcome {
        if !self.can_write() {
            return Outcome::Open;
        }
        match self.websocket.as_mut().map(|websocket| websocket.say_goodbye()) {
            // The other side says goodbye too, and that ends our direction.
            Some(Ok(goodbye)) if !goodbye.is_empty() => {
                let goodbye = Payload::from(goodbye).in_form(MessageForm::Raw);
                if self.queue.push(goodbye, Origin::Protocol).is_err() {
                    self.shut_when_empty = true;
                }
            }
            Some(_) | None => self.shut_when_empty = true,
        }
        self.flush(log)
    }

    fn shut_write(&mut self, log: &mut Log) -> Outcome {
        self.shut_when_empty = false;
        let outcome = self.wire.finish();
        self.keep_captured(log);
        match outcome {
            Ok(()) => {
                self.set_state(PeerState::WriteShut);
                log.lifecycle(Some(self.status.id), Lifecycle::WriteShut { remote: self.status.remote });
                if self.peer_finished {
                    return Outcome::Ended(End::because(EndReason::Fin));
                }
                Outcome::Open
            }
            Err(error) => Outcome::Ended(self.judge(End::from(&error))),
        }
    }

    /// Waits for what makes sense now: everything stops while the journal is paused, and reading while the peer does
    /// not take our answers, so that TCP makes the peer wait.
    pub(super) fn wait_for_what_matters(&mut self, paused: bool) -> io::Result<()> {
        if paused {
            // Nobody is served, so that what the wire needs itself would be reported over and over.
            return self.wire.wait_for_nothing();
        }
        if self.is_shaking_hands() {
            // The wire still waits for what it needs itself.
            let opens = self.opening.wire_is_done;
            let write = opens && !self.opening.outgoing.is_empty();
            return self.wire.wait_for(Interest { read: opens, write, trouble: false });
        }
        let read = self.wants_to_read();
        let write = self.write_failed.is_none() && !self.queue.is_empty();
        self.wire.wait_for(Interest { read, write, trouble: self.peer_finished })
    }

    /// Whether each read gives one message.
    pub(super) fn keeps_borders(&self) -> bool {
        self.wire.keeps_borders()
    }

    /// Records that the peer passed descriptors along.
    pub(super) fn tell_descriptors(&mut self, log: &mut Log) {
        let count = self.wire.take_closed_descriptors();
        if count > 0 {
            let remote = self.status.remote;
            log.lifecycle(Some(self.status.id), Lifecycle::DescriptorsClosed { remote, count });
        }
    }

    fn wants_to_read(&self) -> bool {
        let answers_wait = self.write_failed.is_none()
            && self.cutter.is_some()
            && self.queue.bytes() + self.behind.bytes() > ANSWERS_PAUSE_READING;
        !self.peer_finished && !answers_wait
    }

    /// Whether there is something to read that nobody will be woken for.
    pub(super) fn is_readable_unasked(&self) -> bool {
        !self.is_shaking_hands() && self.wire.holds_payload() && self.wants_to_read()
    }

    pub(super) fn set_state(&mut self, state: PeerState) {
        self.status.state = state;
        self.status.changed_wall_ns = clock::now().wall_ns;
    }

    /// Takes what the kernel still holds, because a socket that is closed over unread bytes answers with a reset and
    /// throws them away. A peer that goes on sending meanwhile does not keep us from closing.
    fn read_the_rest(&mut self, log: &mut Log) -> Option<OsError> {
        if self.is_shaking_hands() {
            return None;
        }
        let mut rest = 0;
        while rest < MOST_REST_BYTES && log.paused().is_none() {
            match self.read_into(log) {
                ReadOutcome::Got(length) => rest += length,
                ReadOutcome::Nothing => return None,
                ReadOutcome::Ended(end) => return end.error,
            }
        }
        None
    }

    /// Ends the stream because we want to: with what the peer had sent by now, unless both sides throw away what is
    /// queued.
    pub(super) fn end_by_us(mut self, log: &mut Log, reason: EndReason, with_reset: bool) -> PeerStatus {
        let error = if with_reset || self.peer_finished { None } else { self.read_the_rest(log) };
        if !with_reset {
            self.say_goodbye_at_once(log);
        }
        self.end(log, End { reason, error }, with_reset)
    }

    /// Where frames are spoken a peer is told, if it takes that now.
    fn say_goodbye_at_once(&mut self, log: &mut Log) {
        if self.is_shaking_hands() || !self.is_all_out() {
            return;
        }
        let Some(Ok(goodbye)) = self.websocket.as_mut().map(|websocket| websocket.say_goodbye()) else {
            return;
        };
        if !goodbye.is_empty()
            && let Ok(count) = self.wire.write(&goodbye)
        {
            log.data(clock::now(), self.status.id, &DataHead::sent(Origin::Protocol), &goodbye[..count]);
            self.status.sent.add(count);
            self.keep_captured(log);
        }
    }

    /// Closes the socket and records the end: what was still queued is lost and counted.
    pub(super) fn end(mut self, log: &mut Log, end: End, with_reset: bool) -> PeerStatus {
        let ending = if with_reset { Ending::Reset } else { Ending::Orderly };
        if self.wire.set_ending(ending).is_err() {
            // The socket is closed in the ordinary way then, which the record's reason does not deny.
        }
        self.keep_captured(log);
        let id = self.status.id;
        if self.queued_bytes() > 0 {
            log.loss(Some(id), LossKind::UnsentBytes, self.queued_bytes());
        }
        let remote = self.status.remote;
        log.lifecycle(Some(id), Lifecycle::PeerLeft { remote, reason: end.reason, error: end.error });
        self.set_state(PeerState::Left(end.reason));
        self.status.queued_bytes = 0;
        self.status
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;
    use crate::engine::conversation::WebSocket;
    use crate::engine::worker::queue::Payload;
    use crate::engine::worker::scripted_wire::{OtherSide, Script};
    use crate::model::address::Address;
    use crate::model::ids::PeerId;
    use crate::model::record::Origin;
    use crate::model::websocket::{MessageForm, WebSocketClientSettings};
    use std::sync::Arc;

    /// Our side of a conversation, as server or as client.
    fn stream(is_server: bool) -> Stream {
        let (wire, _) = OtherSide::new(Script::default());
        let websocket = if is_server {
            (WebSocket::server(Arc::default()), Vec::new())
        } else {
            WebSocket::client(&WebSocketClientSettings::default()).unwrap()
        };
        Stream::new(PeerId::FIRST, wire, Address::None, Address::None).speaking(Some(websocket))
    }

    /// All that is queued.
    fn queued(stream: &mut Stream) -> Vec<u8> {
        let mut queued = Vec::new();
        while let Some((bytes, _)) = stream.queue.front() {
            let count = bytes.len();
            queued.extend_from_slice(bytes);
            stream.queue.advance(count);
        }
        queued
    }

    fn part(bytes: &[u8], is_first: bool, is_last: bool) -> Payload {
        Payload::from(bytes).in_form(MessageForm::Part { is_text: false, is_first, is_last })
    }

    #[test]
    fn a_server_keeps_a_payload_once_for_all_and_a_client_masks_each() {
        for is_server in [true, false] {
            let (mut one, mut other, mut framed) = (stream(is_server), stream(is_server), None);
            for stream in [&mut one, &mut other] {
                stream.queue_shared(b"all"[..].into(), Origin::User, &mut framed).unwrap();
            }
            let place = |stream: &Stream| stream.queue.front().unwrap().0.as_ptr();
            assert_eq!(place(&one) == place(&other), is_server);
            assert!(!is_server || queued(&mut other) == b"\x81\x03all");
        }
    }

    #[test]
    fn what_is_sent_while_a_file_goes_out_waits_for_the_end_of_its_message() {
        let mut stream = stream(true);
        stream.queue(part(b"a", true, false), Origin::File).unwrap();
        let forms = [MessageForm::Text, MessageForm::Binary, MessageForm::Fitting, MessageForm::Ping];
        for form in forms {
            stream.queue(Payload::from(&b"x"[..]).in_form(form), Origin::User).unwrap();
        }
        assert_eq!(stream.queued_bytes(), 5 * 3);
        assert_eq!(stream.waiting_weight(), 2 * 3, "the file goes on, however much waits for it");
        stream.queue(part(b"b", false, true), Origin::File).unwrap();
        stream.queue(b"y"[..].into(), Origin::User).unwrap();
        let sent = b"\x02\x01a\x89\x01x\x80\x01b\x81\x01x\x82\x01x\x81\x01x\x81\x01y";
        assert_eq!(queued(&mut stream).escape_ascii().to_string(), sent.escape_ascii().to_string());
    }

    #[test]
    fn a_message_whose_parts_stop_coming_is_ended_once() {
        let mut stream = stream(true);
        stream.end_open_message(Origin::File).unwrap();
        stream.queue(part(b"a", true, false), Origin::File).unwrap();
        stream.queue(b"x"[..].into(), Origin::User).unwrap();
        stream.end_open_message(Origin::File).unwrap();
        stream.end_open_message(Origin::File).unwrap();
        let sent = b"\x02\x01a\x80\x00\x81\x01x";
        assert_eq!(queued(&mut stream).escape_ascii().to_string(), sent.escape_ascii().to_string());
    }
}
