//! The worker: one thread that owns all sockets of one session, its send queues, its timers and its journal.
//!
//! One turn: wait; commands first, so that *Close* is never behind a flood; due timers; ready sockets under a budget,
//! fair between peers; then publish what was recorded and wake the front end once.

mod agenda;

mod arrival;

mod message_cutter;

mod outcome;

mod peer_updates;

mod commands;

mod connector;

mod datagram_peers;

mod datagram_queue;

mod datagrams;

mod drops;

mod flow;

mod hold;

mod link;

mod listener;

mod log;

mod long;

mod lookup;

mod queue;

mod recipients;

mod repeat;

mod replay;

mod row_reading;

mod reactions;

mod respond;

mod senders;

mod stream;

mod streams;

mod templates;

mod turn;

mod unix;

mod raw;

#[cfg(test)]
mod by_hand;

#[cfg(test)]
mod scripted_wire;

use crate::engine::command::Command;
use crate::engine::event::{Event, Rejection};
use crate::engine::news::News;
use crate::engine::shared::{Shared, Status};
use crate::engine::sync::Syncer;
use crate::engine::worker::agenda::Alarm;
use crate::engine::worker::link::Link;
use crate::engine::worker::log::Published;
use crate::engine::worker::lookup::Lookup;
use crate::engine::worker::reactions::Sequencing;
use crate::engine::worker::senders::{Senders, ShownSenders};
use crate::engine::worker::streams::Streams;
use crate::engine::worker::templates::Filler;
use crate::engine::worker::turn::Turn;
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
    turn: Turn,
    state: SessionState,
    config: Option<SessionConfig>,
    /// Where a listener stood that was stopped; its clients may still be there.
    listened_at: Vec<Address>,
    lookup: Option<Lookup>,
    /// Both ends of a connection that is made, until it is told to be there.
    connection: Option<(Address, Address)>,
    options: Arc<[OptionReport]>,
    sequencing: Sequencing,
    senders: Senders,
    filler: Filler,
    // The sockets go before the wait that they are registered with.
    link: Link,
    streams: Streams,
    poll: Poll,
    /// Work is left from this turn: the next one begins at once.
    is_unfinished: bool,
    /// The newest command that was answered.
    answered: Option<Ticket>,
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
            turn: Turn::new(parts.journal, parts.syncer),
            state: SessionState::Closed,
            config: None,
            listened_at: Vec::new(),
            lookup: None,
            connection: None,
            options: Arc::default(),
            sequencing: Sequencing::default(),
            senders: Senders::default(),
            filler: Filler::default(),
            link: Link::None,
            streams: Streams::default(),
            poll: parts.poll,
            is_unfinished: false,
            answered: None,
        }
    }

    /// Works until nobody holds the session's handle any more.
    pub(super) fn run(mut self) {
        let mut ready = Vec::new();
        self.conclude_turn();
        loop {
            self.set_alarms();
            let is_paused = self.turn.log.paused().is_some();
            let due = self.turn.agenda.next_due(is_paused);
            let deadline = if self.is_unfinished { Some(Instant::now()) } else { due };
            if let Err(error) = self.poll.wait(deadline, &mut ready) {
                // Nothing can be waited for any more, not even commands.
                self.fail(Failure::new(Operation::Poll, "the session's sockets", error));
                break;
            }
            self.is_unfinished = false;
            self.turn.now = Instant::now();
            if !self.take_commands() {
                break;
            }
            self.take_lookup();
            self.run_due();
            self.serve_ready(&ready);
            self.read_unasked();
            self.pump_longs();
            self.run_reactions();
            let was_open = self.state.is_open();
            self.notice_ended();
            // A step that waits for the session has to hear of it, and nothing else may happen any more.
            self.is_unfinished |= was_open && !self.state.is_open();
            // A peer that takes our answers again is read from again, too, and its wire may hold something.
            self.is_unfinished |= self.streams.has_unasked();
            self.conclude_turn();
        }
        self.turn.now = Instant::now();
        self.close(EndReason::Local);
        self.conclude_turn();
        let Worker { shared, news, turn, .. } = self;
        if let Err(failure) = turn.log.close() {
            shared.lock().status.paused = Some(failure);
            news.ring();
        }
    }

    /// Carries out the commands that wait. Says `false` when there will be no more.
    fn take_commands(&mut self) -> bool {
        for _ in 0..COMMANDS_PER_TURN {
            if self.turn.log.is_batch_full() && self.turn.log.paused().is_none() {
                break;
            }
            match self.mailbox.try_recv() {
                Ok((ticket, command)) => {
                    let event = match self.carry_out(command) {
                        Ok(()) => Event::Accepted { ticket },
                        Err(why) => Event::Rejected { ticket, why },
                    };
                    self.answered = Some(ticket);
                    self.outbox.tell(event);
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        self.is_unfinished = true;
        true
    }

    /// Alarms of peers and senders are set where they change; of what there is only one of, it is asked once a turn.
    fn set_alarms(&mut self) {
        let (rules_due, sequence_due) = (self.turn.answering.next_due(self.may_send()), self.sequence_due());
        let Turn { log, agenda, .. } = &mut self.turn;
        agenda.set(Alarm::Journal, log.next_due());
        agenda.set(Alarm::Link, self.link.next_due());
        agenda.set(Alarm::Rules, rules_due);
        agenda.set(Alarm::Sequence, sequence_due);
    }

    /// Does what is due, each thing once: what is due again at once has its turn after commands and sockets.
    fn run_due(&mut self) {
        let Turn { log, agenda, now, .. } = &mut self.turn;
        let is_paused = log.paused().is_some();
        let due: Vec<Alarm> = std::iter::from_fn(|| agenda.take_due(*now, is_paused)).collect();
        for alarm in due {
            self.ring(alarm);
        }
    }

    fn ring(&mut self, alarm: Alarm) {
        let Worker { streams, turn, .. } = self;
        match alarm {
            Alarm::Journal => {
                if turn.log.run_due(turn.now) == Published::PausedNow {
                    self.set_paused(true);
                }
            }
            // The pause may have begun with the alarm before this one.
            _ if turn.log.paused().is_some() && alarm.waits_for_journal() => {}
            Alarm::Link => self.run_link_due(),
            Alarm::Handshake(peer) => streams.end_slow_handshake(peer, turn),
            Alarm::Leaving(peer) => streams.end_slow_leaving(peer, turn),
            Alarm::Silence(peer) => streams.end_silent_message(peer, turn),
            Alarm::Rules => turn.answering.run_due(turn.now, &mut turn.log),
            Alarm::Sender(job) => self.run_sender(job),
            // The turn that has begun does what these are about by itself.
            Alarm::Sequence | Alarm::Levels => {}
        }
    }

    fn serve_ready(&mut self, ready: &[Ready]) {
        for ready in ready {
            if self.turn.log.is_batch_full() {
                // Commands go first here too: a thousand peers may be ready at once.
                self.conclude_turn();
                if !self.take_commands() {
                    return;
                }
            }
            if self.turn.log.paused().is_some() {
                // What is ready now is reported again when sockets are waited for again.
                return;
            }
            match ready.token {
                Token::Link(_) => self.serve_link(*ready),
                Token::Peer(id) => {
                    let Worker { streams, turn, .. } = self;
                    streams.serve(id, *ready, turn);
                }
            }
        }
    }

    /// What wires hold is read in the turn after the one in which their socket was.
    fn read_unasked(&mut self) {
        let Worker { streams, turn, .. } = self;
        if !turn.log.is_batch_full() {
            streams.read_unasked(turn);
        }
    }

    /// Publishes what is recorded when that has become much, between things that may each record much more.
    fn make_room(&mut self) {
        if self.turn.log.is_batch_full() {
            self.publish();
        }
    }

    /// Makes what was recorded visible, or stops the sockets when the journal cannot be written. Says whether readers
    /// see more.
    fn publish(&mut self) -> bool {
        // Only datagrams are lost while a write waits, and no event is told before the records that it belongs to.
        let may_hold = matches!(self.state, SessionState::Bound { .. }) && self.outbox.waiting.is_empty();
        let published = if may_hold {
            self.turn.log.publish_or_hold(self.turn.now)
        } else {
            self.turn.log.publish(self.turn.now)
        };
        match published {
            Published::Nothing | Published::More | Published::StillPaused => {}
            Published::ResumedNow => {
                self.set_paused(false);
                self.go_on_after_pause();
                // What stood still goes on at once.
                self.is_unfinished = true;
            }
            Published::PausedNow => self.set_paused(true),
        }
        matches!(published, Published::More | Published::ResumedNow)
    }

    /// Publishes records and levels, and wakes the front end if there is anything new.
    fn conclude_turn(&mut self) {
        let has_records = self.publish();
        if self.turn.log.is_holding() {
            // Levels never run ahead of the records that they count.
            return;
        }
        self.streams.show_changes(&mut self.turn.peer_updates);
        if let Link::Datagrams(datagrams) = &mut self.link {
            datagrams.show_changes(&mut self.turn.peer_updates);
        }
        let has_news = self.show_rules() | self.write_status() || has_records;
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
        let senders = self.senders_to_show();
        let sequence = self.sequence_status();
        let mut shared = self.shared.lock();
        let status = &mut shared.status;
        let paused = self.turn.log.paused();
        let mut changed = !self.turn.peer_updates.is_unchanged();
        if status.state != self.state {
            status.state = self.state.clone();
            changed = true;
        }
        if status.paused.as_ref() != paused {
            status.paused = paused.cloned();
            changed = true;
        }
        let log = &self.turn.log;
        let levels = (log.epoch(), log.counters, log.journalled(), peers_present);
        let Status { epoch, counters, journalled, peers_present, .. } = status;
        changed |= levels != (*epoch, *counters, *journalled, *peers_present);
        (*epoch, *counters, *journalled, *peers_present) = levels;
        if let Some(ShownSenders { repeats, longs }) = senders {
            (status.repeats, status.longs) = (repeats, longs);
            changed = true;
        }
        // Its answer is news by itself.
        status.answered = self.answered;
        if status.sequence != sequence {
            status.sequence = sequence;
            changed = true;
        }
        if !Arc::ptr_eq(&status.options, &self.options) {
            status.options = Arc::clone(&self.options);
            changed = true;
        }
        self.turn.peer_updates.write(&mut shared);
        changed
    }

    /// Stops or resumes the traffic of every socket.
    fn set_paused(&mut self, paused: bool) {
        let Worker { streams, turn, .. } = self;
        streams.set_paused(paused, turn);
        if let Err(failure) = self.link.set_paused(paused, self.turn.now) {
            self.fail(failure);
        }
    }

    /// Something that the session cannot go on without has failed.
    fn fail(&mut self, failure: Failure) {
        self.turn.log.lifecycle(None, Lifecycle::SessionFailed { failure: failure.clone() });
        self.close(EndReason::Failed);
        self.state = SessionState::Failed(failure);
    }

    fn reject_if_paused(&self) -> Result<(), Rejection> {
        match self.turn.log.paused() {
            Some(failure) => Err(Rejection::Paused(Box::new(failure.clone()))),
            None => Ok(()),
        }
    }
}

impl Outbox {
    /// A front end that takes no events loses the oldest; levels and rows tell it all the same.
    /// Of one content's progress only the latest is told.
    fn tell(&mut self, event: Event) {
        if let (Event::SendProgress { job, .. }, Some(Event::SendProgress { job: earlier, .. })) =
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
