//! A client's way to its connection: each address in turn, each attempt with its time, and trying again with what
//! the host's name stands for then.

use crate::engine::worker::link::LINK;
use crate::engine::worker::log::Log;
use crate::engine::worker::lookup::Addresses;
use crate::engine::worker::turn::Turn;
use crate::model::address::Address;
use crate::model::config::{Reconnect, UnixType};
use crate::model::failure::{Failure, Operation};
use crate::model::record::{EndReason, Lifecycle};
use crate::model::socket_option::{OptionReport, SocketOption};
use crate::net::end_reason::end_reason;
use crate::net::poll::{Interest, Poll, Registered};
use crate::net::tcp::{self, finish_connect, start_connect};
use crate::net::tls::TlsConnector;
use crate::net::unix;
use std::io;
use std::time::{Duration, Instant};

/// Attempts without a delay between them would fill the disk with their records.
const SHORTEST_DELAY: Duration = Duration::from_millis(10);

/// Nobody waits longer than a year; more than the clock can count must not be added to it.
const LONGEST_WAIT: Duration = Duration::from_hours(365 * 24);

/// What is connected to, and how.
pub(super) struct ConnectPlan {
    /// As the settings name it.
    pub(super) target: String,
    /// How connections of Unix sockets carry bytes; those of IP are streams.
    pub(super) unix_type: UnixType,
    /// How long one attempt may take.
    pub(super) connect_timeout: Duration,
    /// Whether and when to try again.
    pub(super) reconnect: Option<Reconnect>,
    /// Set before connecting.
    pub(super) options: Vec<SocketOption>,
}

/// One session's attempts.
pub(super) struct Connector {
    plan: ConnectPlan,
    addresses: Addresses,
    next_address: usize,
    attempts: u32,
    under_way: Option<Attempt>,
    delays: Option<Delays>,
    /// What secures the connection, if it is to be secured.
    pub(super) tls: Option<TlsConnector>,
}

struct Attempt {
    registered: Registered,
    remote: Address,
    deadline: Instant,
    reports: Vec<OptionReport>,
}

struct Delays {
    first: Duration,
    longest: Duration,
    next: Duration,
    retry_at: Option<Instant>,
}

/// A connection that is there.
pub(super) struct Connection {
    pub(super) registered: Registered,
    pub(super) local: Address,
    pub(super) remote: Address,
}

/// How the way to the connection goes on.
pub(super) enum Progress {
    /// An attempt is under way.
    Connecting(Address),
    /// It is there.
    Connected(Connection),
    /// It is time for the next attempt, with what the settings stand for by now.
    Again,
    /// The next attempt waits for its time.
    Waiting(Option<Failure>),
    /// There will be no further attempt.
    Failed(Failure),
}

impl Connector {
    pub(super) fn new(plan: ConnectPlan, tls: Option<TlsConnector>) -> Connector {
        let delays = plan.reconnect.map(Delays::new);
        let addresses = Addresses::default();
        Connector { plan, addresses, next_address: 0, attempts: 0, under_way: None, delays, tls }
    }

    /// Begins with the first of the addresses. Where a name could not be looked up, those that it had before are as
    /// good as none.
    pub(super) fn start(
        &mut self,
        found: Result<Addresses, Failure>,
        poll: &Poll,
        turn: &mut Turn,
    ) -> Progress {
        self.next_address = 0;
        let failure = match found {
            Ok(addresses) => {
                self.addresses = addresses;
                None
            }
            Err(failure) => {
                let reason = EndReason::Failed;
                turn.log.lifecycle(None, Lifecycle::ConnectFailed { failure: failure.clone(), reason });
                Some(failure)
            }
        };
        self.try_next_address(failure, poll, turn)
    }

    fn try_next_address(
        &mut self,
        mut last_failure: Option<Failure>,
        poll: &Poll,
        turn: &mut Turn,
    ) -> Progress {
        while let Some(remote) = self.addresses.remote.get(self.next_address).copied() {
            self.next_address += 1;
            self.attempts += 1;
            turn.log.lifecycle(None, Lifecycle::Connecting { remote, attempt: self.attempts });
            match self.start_attempt(remote, poll, turn.now) {
                Ok(attempt) => {
                    self.under_way = Some(attempt);
                    return Progress::Connecting(remote);
                }
                Err((failure, reason)) => {
                    turn.log.lifecycle(None, Lifecycle::ConnectFailed { failure: failure.clone(), reason });
                    last_failure = Some(failure);
                }
            }
        }
        self.give_up_or_wait(last_failure, turn)
    }

    fn start_attempt(
        &self,
        remote: Address,
        poll: &Poll,
        now: Instant,
    ) -> Result<Attempt, (Failure, EndReason)> {
        let options = &self.plan.options;
        let started = match remote {
            Address::Unix(name) => unix::start_connect(name, self.plan.unix_type, options),
            Address::Ip(remote) => {
                let bind = self.addresses.local.first().copied();
                let bind = bind.filter(|local| local.is_ipv4() == remote.is_ipv4());
                start_connect(remote, bind, options)
            }
            Address::Raw(_) | Address::None => Err(no_address(&self.plan)),
        };
        let (socket, reports) = started.map_err(|failure| {
            let reason = end_reason(&io::Error::from_raw_os_error(failure.error.code));
            (failure, reason)
        })?;
        let registered = poll
            .register(socket, LINK, Interest::WRITE)
            .map_err(|error| (Failure::new(Operation::Connect, remote, error), EndReason::Failed))?;
        Ok(Attempt { registered, remote, deadline: self.deadline(now), reports })
    }

    fn deadline(&self, now: Instant) -> Instant {
        now + self.plan.connect_timeout.min(LONGEST_WAIT)
    }

    /// All addresses have failed, or the connection has ended.
    fn give_up_or_wait(&mut self, failure: Option<Failure>, turn: &mut Turn) -> Progress {
        self.under_way = None;
        match (&mut self.delays, failure) {
            (Some(delays), failure) => {
                let delay = delays.take_next();
                delays.retry_at = Some(turn.now + delay);
                let delay_millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
                turn.log.lifecycle(None, Lifecycle::ReconnectScheduled { delay_millis });
                Progress::Waiting(failure)
            }
            (None, Some(failure)) => Progress::Failed(failure),
            (None, None) => Progress::Failed(no_address(&self.plan)),
        }
    }

    /// The socket of the attempt is ready: it has succeeded or failed.
    pub(super) fn is_ready(&mut self, poll: &Poll, turn: &mut Turn) -> Option<Progress> {
        let attempt = self.under_way.take()?;
        match finish_connect(attempt.registered.socket()) {
            Ok(Some((local, remote))) => {
                record_options(&attempt.reports, &mut turn.log);
                let registered = attempt.registered;
                // Where a program listens at a name that it did not bind itself, the system knows no name.
                let remote = if remote == Address::None { attempt.remote } else { remote };
                Some(Progress::Connected(Connection { registered, local, remote }))
            }
            Ok(None) => {
                self.under_way = Some(attempt);
                None
            }
            Err(error) => {
                let failure = Failure::new(Operation::Connect, attempt.remote, &error);
                drop(attempt);
                Some(self.attempt_failed(failure, end_reason(&error), poll, turn))
            }
        }
    }

    fn attempt_failed(
        &mut self,
        failure: Failure,
        reason: EndReason,
        poll: &Poll,
        turn: &mut Turn,
    ) -> Progress {
        turn.log.lifecycle(None, Lifecycle::ConnectFailed { failure: failure.clone(), reason });
        self.try_next_address(Some(failure), poll, turn)
    }

    /// Both sides have agreed on everything: the next attempt is a first one again. A server that refuses each handshake is
    /// asked less and less often.
    pub(super) fn connection_is_open(&mut self) {
        if let Some(delays) = &mut self.delays {
            delays.next = delays.first;
        }
    }

    /// The connection has ended. `None` when no new one is wanted.
    pub(super) fn connection_ended(&mut self, turn: &mut Turn) -> Option<Progress> {
        self.delays.is_some().then(|| self.give_up_or_wait(None, turn))
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        match &self.under_way {
            Some(attempt) => Some(attempt.deadline),
            None => self.delays.as_ref().and_then(|delays| delays.retry_at),
        }
    }

    /// An attempt that is under way stands still while the journal is paused, and has all its time after that.
    pub(super) fn set_paused(&mut self, paused: bool, now: Instant) -> Result<(), Failure> {
        let deadline = self.deadline(now);
        let Some(attempt) = &mut self.under_way else { return Ok(()) };
        attempt.deadline = deadline;
        let interest = if paused { Interest::NONE } else { Interest::WRITE };
        let remote = attempt.remote;
        attempt
            .registered
            .set_interest(interest)
            .map_err(|error| Failure::new(Operation::Connect, remote, error))
    }

    /// Ends an attempt that takes too long, or begins the next one, when it is time.
    pub(super) fn run_due(&mut self, poll: &Poll, turn: &mut Turn) -> Option<Progress> {
        if self.next_due().is_none_or(|due| turn.now < due) {
            return None;
        }
        if let Some(attempt) = self.under_way.take() {
            let failure = tcp::timed_out(attempt.remote, self.plan.connect_timeout);
            drop(attempt);
            return Some(self.attempt_failed(failure, EndReason::TimedOut, poll, turn));
        }
        if let Some(delays) = &mut self.delays {
            delays.retry_at = None;
        }
        Some(Progress::Again)
    }
}

impl Delays {
    fn new(rule: Reconnect) -> Delays {
        let first = rule.first_delay.clamp(SHORTEST_DELAY, LONGEST_WAIT);
        let longest = rule.longest_delay.clamp(first, LONGEST_WAIT);
        Delays { first, longest, next: first, retry_at: None }
    }

    /// The delay before the next attempt; the one after it is twice as long.
    fn take_next(&mut self) -> Duration {
        let delay = self.next;
        self.next = delay.saturating_mul(2).min(self.longest);
        delay
    }
}

/// Puts what was asked for beside what was granted into the journal.
pub(super) fn record_options(reports: &[OptionReport], log: &mut Log) {
    for report in reports {
        if let Some(asked) = report.asked.clone() {
            let granted = report.granted.clone();
            log.lifecycle(None, Lifecycle::OptionSet { name: report.name, asked, granted });
        }
    }
}

fn no_address(plan: &ConnectPlan) -> Failure {
    let error = io::Error::new(io::ErrorKind::NotFound, "no address to connect to");
    Failure::new(Operation::Connect, &plan.target, error)
}
