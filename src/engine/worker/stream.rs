//! One TCP peer: reading into the journal, writing from its queue, and the ways in which it ends.

use crate::engine::event::Rejection;
use crate::engine::worker::log::Log;
use crate::engine::worker::queue::{Payload, QUEUE_CAP, SendQueue};
use crate::engine::worker::respond::MessageCutter;
use crate::model::address::Address;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::PeerId;
use crate::model::record::{DataHead, EndReason, Lifecycle, LossKind, Origin};
use crate::model::status::{PeerState, PeerStatus};
use crate::net::end_reason::{end_reason, is_not_now};
use crate::net::poll::{Interest, Registered};
use crate::util::clock;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

/// The most that one read takes: large enough for full speed, small enough for the processor's cache.
pub(super) const READ_BYTES: usize = 256 << 10;

/// Above this much waiting for a peer whose bytes we answer, no more of them are read.
const ANSWERS_PAUSE_READING: u64 = 1 << 20;

/// The most that is still read from a peer that we let go: more than a kernel holds for one connection.
const MOST_REST_BYTES: usize = 32 << 20;

/// How a stream goes on after something was done to it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is still there.
    Open,
    /// It has ended; nothing was closed or recorded yet.
    Ended(End),
}

/// Why a stream has ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) reason: EndReason,
    pub(super) error: Option<OsError>,
}

/// How a read went.
#[derive(Debug)]
pub(super) enum ReadOutcome {
    /// So many bytes came.
    Got(usize),
    /// Nothing waits.
    Nothing,
    /// The peer sends no more, or is gone.
    Ended(End),
}

/// One connected peer.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the connection")]
pub(super) struct Stream {
    registered: Registered,
    pub(super) status: PeerStatus,
    queue: SendQueue,
    /// The peer has said that it sends no more; what is queued for it still goes out.
    peer_finished: bool,
    /// Writing has failed; what the peer sent before that is still read.
    write_failed: Option<End>,
    /// Say that we send no more as soon as the queue is empty.
    shut_when_empty: bool,
    /// Stay when the peer sends no more, because it may still listen.
    keep_half_closed: bool,
    /// Cuts what comes into messages, while the session answers.
    pub(super) cutter: Option<MessageCutter>,
    pub(super) shown_as_changed: bool,
}

impl Stream {
    pub(super) fn new(id: PeerId, registered: Registered, local: Address, remote: Address) -> Stream {
        let status = PeerStatus::joined(id, local, remote, clock::now().wall_ns);
        Stream {
            registered,
            status,
            queue: SendQueue::default(),
            peer_finished: false,
            write_failed: None,
            shut_when_empty: false,
            keep_half_closed: false,
            cutter: None,
            shown_as_changed: false,
        }
    }

    /// The same, but whether it stays when the peer sends no more is up to the session's settings.
    pub(super) fn keeping_half_closed(self, keep_half_closed: bool) -> Stream {
        Stream { keep_half_closed, ..self }
    }

    pub(super) fn id(&self) -> PeerId {
        self.status.id
    }

    pub(super) fn socket(&self) -> &socket2::Socket {
        self.registered.socket()
    }

    pub(super) fn queued_bytes(&self) -> u64 {
        self.queue.bytes()
    }

    /// Reads once, straight into the journal's batch.
    pub(super) fn read_into(&mut self, log: &mut Log) -> ReadOutcome {
        let mut socket = self.registered.socket();
        let outcome = log.receive(READ_BYTES, self.status.id, |buffer| socket.read(buffer));
        self.read_outcome(outcome)
    }

    /// Reads once into `buffer` and records a copy, for sessions that answer.
    pub(super) fn read_and_keep(&mut self, log: &mut Log, buffer: &mut [u8]) -> ReadOutcome {
        let outcome = self.registered.socket().read(buffer);
        if let Ok(length @ 1..) = outcome {
            log.data(clock::now(), self.status.id, &DataHead::received(), &buffer[..length]);
        }
        self.read_outcome(outcome)
    }

    fn read_outcome(&mut self, outcome: io::Result<usize>) -> ReadOutcome {
        match outcome {
            Ok(0) => ReadOutcome::Ended(End { reason: EndReason::Fin, error: None }),
            Ok(length) => {
                self.status.received.add(length);
                ReadOutcome::Got(length)
            }
            Err(error) if is_not_now(&error) => ReadOutcome::Nothing,
            Err(error) => ReadOutcome::Ended(End::from(&error)),
        }
    }

    /// Whether we have not yet said, and shall not say next, that we send no more.
    pub(super) fn can_send(&self) -> bool {
        self.status.state.can_send() && !self.shut_when_empty && self.write_failed.is_none()
    }

    /// Queues a payload, or says why it cannot be sent.
    pub(super) fn queue(&mut self, payload: Payload, origin: Origin) -> Result<(), Rejection> {
        if !self.can_send() {
            let error = OsError::from_words("nothing more can be sent on this connection");
            return Err(Failure::new(Operation::Send, self.status.remote, error).into());
        }
        let peer = self.status.id;
        self.queue.push(payload, origin).map_err(|queued| Rejection::QueueFull {
            peer,
            queued,
            cap: QUEUE_CAP,
        })
    }

    /// Writes what the kernel takes now, and records it. A peer that takes everything does not keep others waiting:
    /// the rest goes out with the next turn.
    pub(super) fn flush(&mut self, log: &mut Log) -> Outcome {
        if self.write_failed.is_some() {
            return Outcome::Open;
        }
        while !log.is_batch_full()
            && let Some((bytes, origin)) = self.queue.front()
        {
            let at = clock::now();
            match self.registered.socket().write(bytes) {
                Ok(count) => {
                    log.data(at, self.status.id, &DataHead::sent(origin), &bytes[..count]);
                    self.status.sent.add(count);
                    self.queue.advance(count);
                }
                Err(error) if is_not_now(&error) => break,
                Err(error) => return self.writing_has_failed(End::from(&error)),
            }
        }
        if self.queue.is_empty() {
            if self.shut_when_empty {
                return self.shut_write(log);
            }
            if self.peer_finished && !self.keep_half_closed {
                return Outcome::Ended(End::because(EndReason::Fin));
            }
        }
        Outcome::Open
    }

    /// A peer that is gone may have sent something before it went: the stream ends when that is read.
    fn writing_has_failed(&mut self, end: End) -> Outcome {
        if self.peer_finished || end.reason == EndReason::Failed {
            return Outcome::Ended(end);
        }
        self.write_failed = Some(end);
        Outcome::Open
    }

    /// Nothing more comes from the peer.
    pub(super) fn reading_has_ended(&mut self, end: End, log: &mut Log) -> Outcome {
        match self.write_failed.take() {
            Some(earlier) => Outcome::Ended(earlier),
            None if end.reason == EndReason::Fin => self.peer_has_finished(log),
            None => Outcome::Ended(end),
        }
    }

    /// The peer sends no more. What is queued for it still goes out; then the stream has ended, unless it is kept for
    /// what we may still send.
    fn peer_has_finished(&mut self, log: &mut Log) -> Outcome {
        let is_kept = self.keep_half_closed && self.can_send();
        if self.queue.is_empty() && !is_kept {
            return Outcome::Ended(End::because(EndReason::Fin));
        }
        self.peer_finished = true;
        self.set_state(PeerState::PeerFinished);
        log.lifecycle(Some(self.status.id), Lifecycle::PeerFinished { remote: self.status.remote });
        Outcome::Open
    }

    pub(super) fn has_peer_finished(&self) -> bool {
        self.peer_finished
    }

    /// The system reports a peer that sends no more: it is gone altogether, if there is an error to tell.
    pub(super) fn look_at_trouble(&self) -> Outcome {
        let socket = self.registered.socket();
        let error = socket.take_error().and_then(|error| match error {
            Some(error) => Err(error),
            None => socket.peer_addr(),
        });
        error.map_or_else(|error| Outcome::Ended(End::from(&error)), |_| Outcome::Open)
    }

    /// We send no more, once the queue is empty.
    pub(super) fn finish_writing(&mut self, log: &mut Log) -> Outcome {
        if !self.can_send() {
            return Outcome::Open;
        }
        self.shut_when_empty = true;
        self.flush(log)
    }

    fn shut_write(&mut self, log: &mut Log) -> Outcome {
        self.shut_when_empty = false;
        match self.registered.socket().shutdown(Shutdown::Write) {
            Ok(()) => {
                self.set_state(PeerState::WriteShut);
                log.lifecycle(Some(self.status.id), Lifecycle::WriteShut { remote: self.status.remote });
                if self.peer_finished {
                    return Outcome::Ended(End::because(EndReason::Fin));
                }
                Outcome::Open
            }
            Err(error) => Outcome::Ended(End::from(&error)),
        }
    }

    /// Waits for what makes sense now: everything stops while the journal is paused, and reading while the peer does
    /// not take our answers, so that TCP makes the peer wait.
    pub(super) fn wait_for_what_matters(&mut self, paused: bool) -> io::Result<()> {
        let can_write = self.write_failed.is_none();
        let answers_wait = can_write && self.cutter.is_some() && self.queue.bytes() > ANSWERS_PAUSE_READING;
        self.registered.set_interest(Interest {
            read: !paused && !self.peer_finished && !answers_wait,
            write: !paused && can_write && !self.queue.is_empty(),
            trouble: !paused && self.peer_finished,
        })
    }

    pub(super) fn set_state(&mut self, state: PeerState) {
        self.status.state = state;
        self.status.changed_wall_ns = clock::now().wall_ns;
    }

    /// Takes what the kernel still holds, because a socket that is closed over unread bytes answers with a reset and
    /// throws them away. A peer that goes on sending meanwhile does not keep us from closing.
    fn read_the_rest(&mut self, log: &mut Log) -> Option<OsError> {
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
        self.end(log, End { reason, error }, with_reset)
    }

    /// Closes the socket and records the end: what was still queued is lost and counted.
    pub(super) fn end(mut self, log: &mut Log, end: End, with_reset: bool) -> PeerStatus {
        if set_way_of_closing(self.registered.socket(), with_reset).is_err() {
            // The socket is closed in the ordinary way then, which the record's reason does not deny.
        }
        let id = self.status.id;
        if self.queue.bytes() > 0 {
            log.loss(Some(id), LossKind::UnsentBytes, self.queue.bytes());
        }
        let remote = self.status.remote;
        log.lifecycle(Some(id), Lifecycle::PeerLeft { remote, reason: end.reason, error: end.error });
        self.set_state(PeerState::Left(end.reason));
        self.status.queued_bytes = 0;
        self.status
    }
}

/// Chooses between RST and FIN. Closing must never wait, which it would do for as long as a user's linger option
/// says: the kernel delivers what it has in its own time then.
fn set_way_of_closing(socket: &socket2::Socket, with_reset: bool) -> io::Result<()> {
    if with_reset {
        return socket.set_linger(Some(Duration::ZERO));
    }
    match socket.linger()? {
        Some(linger) if !linger.is_zero() => socket.set_linger(None),
        _ => Ok(()),
    }
}

impl End {
    pub(super) fn because(reason: EndReason) -> End {
        End { reason, error: None }
    }
}

impl From<&io::Error> for End {
    fn from(error: &io::Error) -> End {
        End { reason: end_reason(error), error: Some(OsError::from(error)) }
    }
}
