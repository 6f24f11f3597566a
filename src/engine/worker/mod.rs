//! The worker: one thread that owns all sockets of one session, its send queues, its timers and its journal.
//!
//! One turn: wait; commands first, so that *Close* is never behind a flood; due timers; ready sockets under a budget,
//! fair between peers; then publish what was recorded and wake the front end once.

mod arrival;

mod board;

mod commands;

mod connector;

mod datagram_peers;

mod datagram_queue;

mod datagrams;

mod drops;

mod files;

mod hold;

mod link;

mod listener;

mod log;

mod lookup;

mod queue;

mod repeat;

mod reactions;

mod respond;

mod stream;

mod streams;

mod templates;
mod websocket;

mod unix;

#[cfg(test)]
mod scripted_wire;

use crate::automation::rules::RuleSet;
use crate::engine::command::Command;
use crate::engine::event::{Event, Rejection};
use crate::engine::news::News;
use crate::engine::shared::{Shared, Status};
use crate::engine::sync::Syncer;
use crate::engine::worker::board::Board;
use crate::engine::worker::files::FileSend;
use crate::engine::worker::link::Link;
use crate::engine::worker::log::{Log, Published};
use crate::engine::worker::lookup::Lookup;
use crate::engine::worker::reactions::Sequencing;
use crate::engine::worker::repeat::Repeat;
use crate::engine::worker::respond::Answering;
use crate::engine::worker::streams::Streams;
use crate::engine::worker::templates::Filler;
use crate::journal::writer::JournalWriter;
use crate::model::address::Address;
use crate::model::config::SessionConfig;
use crate::model::failure::{Failure, Operation};
use crate::model::ids::{SessionId, Ticket};
use crate::model::record::{EndReason, Lifecycle};
use crate::model::socket_option::OptionReport;
use crate::model::status::SessionState;
use crate::net::poll::{Poll, Ready, Token};
use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// How many commands are carried out before the sockets have their turn.
const COMMANDS_PER_TURN: usize = 1024;

/// How many events are kept for a front end that does not take them.
const EVENTS_KEPT: usize = 1024;

/// What a worker is made of.
pub(super) struct WorkerParts {
    pub(super) id: SessionId,
    pub(super) poll: Poll,
    pub(super) mailbox: Receiver<(Ticket, Command)>,
    pub(super) events: Sender<Event>,
    pub(super) news: News,
    pub(super) shared: Shared,
    pub(super) journal: JournalWriter,
    pub(super) syncer: Arc<Syncer>,
}

/// All that one session is, on its thread.
pub(super) struct Worker {
    id: SessionId,
    mailbox: Receiver<(Ticket, Command)>,
    news: News,
    outbox: Outbox,
    shared: Shared,
    board: Board,
    log: Log,
    state: SessionState,
    config: Option<SessionConfig>,
    /// Where a listener stood that was stopped; its clients may still be there.
    listened_at: Option<Address>,
    lookup: Option<Lookup>,
    /// Both ends of a connection that is made, until it is told to be there.
    connection: Option<(Address, Address)>,
    options: Arc<[OptionReport]>,
    answering: Answering,
    sequencing: Sequencing,
    repeat: Option<Repeat>,
    filler: Filler,
    file: Option<FileSend>,
    // The sockets go before the wait that they are registered with.
    link: Link,
    streams: Streams,
    poll: Poll,
    /// Work is left from this turn: the next one begins at once.
    is_unfinished: bool,
}

/// Events on their way to the front end. Those that find no room wait here, in order.
struct Outbox {
    sender: Sender<Event>,
    waiting: VecDeque<Event>,
}

impl Worker {
    pub(super) fn new(parts: WorkerParts) -> Worker {
        Worker {
            id: parts.id,
            mailbox: parts.mailbox,
            news: parts.news,
            outbox: Outbox { sender: parts.events, waiting: VecDeque::new() },
            shared: parts.shared,
            board: Board::default(),
            log: Log::new(parts.journal, parts.syncer),
            state: SessionState::Closed,
            config: None,
            listened_at: None,
            lookup: None,
            connection: None,
            options: Arc::default(),
            answering: Answering::new(RuleSet::empty(), Instant::now()),
            sequencing: Sequencing::default(),
            repeat: None,
            filler: Filler::default(),
            file: None,
            link: Link::None,
            streams: Streams::default(),
            poll: parts.poll,
            is_unfinished: false,
        }
    }

    /// Works until nobody holds the session's handle any more.
    pub(super) fn run(mut self) {
        let mut ready = Vec::new();
        self.conclude_turn(Instant::now());
        loop {
            let deadline = if self.is_unfinished { Some(Instant::now()) } else { self.next_due() };
            if let Err(error) = self.poll.wait(deadline, &mut ready) {
                // Nothing can be waited for any more, not even commands.
                self.fail(Failure::new(Operation::Poll, "the session's sockets", error), Instant::now());
                break;
            }
            self.is_unfinished = false;
            let now = Instant::now();
            if !self.take_commands(now) {
                break;
            }
            self.take_lookup(now);
            self.run_due(now);
            self.serve_ready(&ready, now);
            self.read_unasked(now);
            self.pump_file();
            self.run_reactions(now);
            self.notice_ended(now);
            self.conclude_turn(now);
        }
        let now = Instant::now();
        self.close(EndReason::Local, now);
        self.conclude_turn(now);
        let Worker { log, shared, news, .. } = self;
        if let Err(failure) = log.close() {
            shared.lock().status.paused = Some(failure);
            news.ring();
        }
    }

    /// Carries out the commands that wait. Says `false` when there will be no more.
    fn take_commands(&mut self, now: Instant) -> bool {
        for _ in 0..COMMANDS_PER_TURN {
            if self.log.is_batch_full() && self.log.paused().is_none() {
                break;
            }
            match self.mailbox.try_recv() {
                Ok((ticket, command)) => {
                    let event = match self.carry_out(command, now) {
                        Ok(()) => Event::Accepted { ticket },
                        Err(why) => Event::Rejected { ticket, why },
                    };
                    self.outbox.tell(event);
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        self.is_unfinished = true;
        true
    }

    /// The timers of sockets stand still while the journal is paused.
    fn next_due(&self) -> Option<Instant> {
        let repeat = self.repeat.as_ref().and_then(Repeat::next_due);
        let sockets = match self.log.paused() {
            Some(_) => [None, None, None],
            None => [self.link.next_due(), self.streams.next_due(), self.reactions_due(Instant::now())],
        };
        sockets.into_iter().chain([self.log.next_due(), repeat]).flatten().min()
    }

    fn run_due(&mut self, now: Instant) {
        if self.log.run_due(now) == Published::PausedNow {
            self.set_paused(true, now);
        }
        if self.log.paused().is_none() {
            self.run_link_due(now);
            let Worker { streams, log, board, answering, .. } = self;
            streams.run_due(log, board, answering, now);
            answering.run_due(now, log);
        }
        self.run_repeat(now);
    }

    fn serve_ready(&mut self, ready: &[Ready], now: Instant) {
        for ready in ready {
            if self.log.is_batch_full() {
                // Commands go first here too: a thousand peers may be ready at once.
                self.conclude_turn(now);
                if !self.take_commands(now) {
                    return;
                }
            }
            if self.log.paused().is_some() {
                // What is ready now is reported again when sockets are waited for again.
                return;
            }
            match ready.token {
                Token::Link(_) => self.serve_link(*ready, now),
                Token::Peer(id) => {
                    let Worker { streams, log, board, answering, .. } = self;
                    streams.serve(id, *ready, log, board, answering, now);
                }
            }
        }
    }

    /// What wires hold is read in the turn after the one in which their socket was.
    fn read_unasked(&mut self, now: Instant) {
        let Worker { streams, log, board, answering, .. } = self;
        if !log.is_batch_full() {
            streams.read_unasked(log, board, answering, now);
        }
        self.is_unfinished |= streams.has_unasked();
    }

    /// Publishes what is recorded when that has become much, between things that may each record much more.
    fn make_room(&mut self, now: Instant) {
        if self.log.is_batch_full() {
            self.publish(now);
        }
    }

    /// Makes what was recorded visible, or stops the sockets when the journal cannot be written. Says whether readers
    /// see more.
    fn publish(&mut self, now: Instant) -> bool {
        // Only datagrams are lost while a write waits, and no event is told before the records that it belongs to.
        let may_hold = matches!(self.state, SessionState::Bound { .. }) && self.outbox.waiting.is_empty();
        let published = if may_hold { self.log.publish_or_hold(now) } else { self.log.publish(now) };
        match published {
            Published::Nothing | Published::More | Published::StillPaused => {}
            Published::ResumedNow => {
                self.set_paused(false, now);
                // What stood still goes on at once.
                self.is_unfinished = true;
            }
            Published::PausedNow => self.set_paused(true, now),
        }
        matches!(published, Published::More | Published::ResumedNow)
    }

    /// Publishes records and levels, and wakes the front end if there is anything new.
    fn conclude_turn(&mut self, now: Instant) {
        let has_records = self.publish(now);
        if self.log.is_holding() {
            // Levels never run ahead of the records that they count.
            return;
        }
        self.streams.show_changes(&mut self.board);
        if let Link::Datagrams(datagrams) = &mut self.link {
            datagrams.show_changes(&mut self.board);
        }
        let has_news = self.show_rules(now) | self.write_status() || has_records;
        if self.outbox.flush() || has_news {
            self.news.ring();
        }
    }

    /// Copies the levels to where front ends read them. Says whether anything has changed.
    fn write_status(&mut self) -> bool {
        let peers_present = match &self.link {
            Link::Datagrams(datagrams) => datagrams.peers_known(),
            _ => self.streams.len(),
        };
        let mut shared = self.shared.lock();
        let status = &mut shared.status;
        let paused = self.log.paused();
        let mut changed = !self.board.is_unchanged();
        if status.state != self.state {
            status.state = self.state.clone();
            changed = true;
        }
        if status.paused.as_ref() != paused {
            status.paused = paused.cloned();
            changed = true;
        }
        let repeats_done = self.repeat.as_ref().map(Repeat::sent);
        let sequence = self.sequence_status();
        let levels =
            (self.log.epoch(), self.log.counters, self.log.journalled(), peers_present, repeats_done);
        let Status { epoch, counters, journalled, peers_present, repeats_done, .. } = status;
        changed |= levels != (*epoch, *counters, *journalled, *peers_present, *repeats_done);
        (*epoch, *counters, *journalled, *peers_present, *repeats_done) = levels;
        if status.sequence != sequence {
            status.sequence = sequence;
            changed = true;
        }
        if !Arc::ptr_eq(&status.options, &self.options) {
            status.options = Arc::clone(&self.options);
            changed = true;
        }
        self.board.write(&mut shared);
        changed
    }

    /// Stops or resumes the traffic of every socket.
    fn set_paused(&mut self, paused: bool, now: Instant) {
        let Worker { streams, log, board, .. } = self;
        streams.set_paused(paused, log, board);
        if let Err(failure) = self.link.set_paused(paused, now) {
            self.fail(failure, now);
        }
    }

    /// Something that the session cannot go on without has failed.
    fn fail(&mut self, failure: Failure, now: Instant) {
        self.log.lifecycle(None, Lifecycle::SessionFailed { failure: failure.clone() });
        self.close(EndReason::Failed, now);
        self.state = SessionState::Failed(failure);
    }

    fn reject_if_paused(&self) -> Result<(), Rejection> {
        match self.log.paused() {
            Some(failure) => Err(Rejection::Paused(Box::new(failure.clone()))),
            None => Ok(()),
        }
    }
}

impl Outbox {
    /// A front end that takes no events loses the oldest; levels and rows tell it all the same.
    /// Of one file's progress only the latest is told.
    fn tell(&mut self, event: Event) {
        if let (Event::FileProgress { job, .. }, Some(Event::FileProgress { job: earlier, .. })) =
            (&event, self.waiting.back())
            && job == earlier
        {
            self.waiting.pop_back();
        }
        if self.waiting.len() >= EVENTS_KEPT {
            self.waiting.pop_front();
        }
        self.waiting.push_back(event);
    }

    /// Hands over what there is room for. Says whether anything was handed over.
    fn flush(&mut self) -> bool {
        let mut told = false;
        while let Some(event) = self.waiting.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => told = true,
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => self.waiting.clear(),
            }
        }
        told
    }
}
