//! When a live command stops by itself. Pure: it is told the status and the time.

use crate::engine::shared::Status;
use crate::model::config::SessionKind;
use crate::model::failure::Failure;
use crate::model::status::{SessionState, Traffic};
use std::time::{Duration, Instant};

/// What the command line says about stopping; whichever comes first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StopRules {
    pub(super) for_time: Option<Duration>,
    pub(super) records: Option<u64>,
    pub(super) idle: Option<Duration>,
    pub(super) closed: bool,
    pub(super) sent: bool,
}

/// Why a live command stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// As a rule of the command line says, or because the sequence is through.
    Wanted,
    /// As a signal asks for.
    Asked,
    /// Everything is sent.
    Sent,
    /// The session has ended by itself.
    Ended,
    /// The session could not be opened, or failed.
    Failed(Failure),
}

/// The rules at work.
#[derive(Debug)]
pub(super) struct Stops {
    rules: StopRules,
    kind: SessionKind,
    started: Instant,
    traffic: (Traffic, Traffic),
    /// Since when nothing came or went; `None` until the session is ready.
    quiet_since: Option<Instant>,
}

impl Stops {
    pub(super) fn new(rules: StopRules, kind: SessionKind, now: Instant) -> Stops {
        Stops { rules, kind, started: now, traffic: Default::default(), quiet_since: None }
    }

    /// Whether to stop now. `all_sent` is true when nothing is left to send.
    pub(super) fn due(&mut self, status: &Status, all_sent: bool, now: Instant) -> Option<Stop> {
        let traffic = (status.counters.received, status.counters.sent);
        if self.quiet_since.is_none() && is_ready(&status.state) || traffic != self.traffic {
            self.traffic = traffic;
            self.quiet_since = Some(now);
        }
        if let SessionState::Failed(failure) = &status.state {
            return Some(Stop::Failed(failure.clone()));
        }
        let was_opened = status.epoch.0 > 0;
        if was_opened && !status.state.is_open() {
            return Some(Stop::Ended);
        }
        let records = traffic.0.records + traffic.1.records;
        let everyone_left =
            self.kind.shape().has_listener() && status.counters.peers_seen > 0 && status.peers_present == 0;
        if self.rules.records.is_some_and(|wanted| records >= wanted)
            || self.rules.closed && everyone_left
            || self.next_due().is_some_and(|due| due <= now)
        {
            return Some(Stop::Wanted);
        }
        (self.rules.sent && all_sent).then_some(Stop::Sent)
    }

    /// When time alone will stop it.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let end = self.rules.for_time.and_then(|time| self.started.checked_add(time));
        let quiet = self.rules.idle.zip(self.quiet_since).and_then(|(idle, since)| since.checked_add(idle));
        [end, quiet].into_iter().flatten().min()
    }
}

/// Whether the session is what it was opened to be.
pub(super) fn is_ready(state: &SessionState) -> bool {
    matches!(
        state,
        SessionState::Listening { .. } | SessionState::Bound { .. } | SessionState::Connected { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::{Stop, StopRules, Stops};
    use crate::engine::shared::Status;
    use crate::model::config::SessionKind;
    use crate::model::ids::Epoch;
    use crate::model::status::SessionState;
    use std::time::{Duration, Instant};

    fn listening() -> Status {
        let local = "127.0.0.1:9000".parse().unwrap();
        Status {
            state: SessionState::Listening { local, others: [].into() },
            epoch: Epoch(1),
            ..Status::default()
        }
    }

    #[test]
    fn silence_counts_from_the_last_byte() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let rules = StopRules { idle: Some(2 * second), ..StopRules::default() };
        let mut stops = Stops::new(rules, SessionKind::TcpServer, start);
        assert_eq!(stops.next_due(), None, "nothing is ready yet");
        assert_eq!(stops.due(&listening(), false, start + second), None);
        let mut busy = listening();
        busy.counters.received.add(5);
        assert_eq!(stops.due(&busy, false, start + 2 * second), None);
        assert_eq!(stops.next_due(), Some(start + 4 * second));
        assert_eq!(stops.due(&busy, false, start + 4 * second), Some(Stop::Wanted));
    }

    #[test]
    fn each_rule_stops_when_it_is_met() {
        let now = Instant::now();
        let mut status = listening();
        status.counters.received.add(1);
        status.counters.sent.add(1);
        status.counters.peers_seen = 1;
        for (rules, all_sent, expected) in [
            (StopRules::default(), true, None),
            (StopRules { records: Some(2), ..StopRules::default() }, false, Some(Stop::Wanted)),
            (StopRules { records: Some(3), ..StopRules::default() }, false, None),
            (StopRules { closed: true, ..StopRules::default() }, false, Some(Stop::Wanted)),
            (StopRules { sent: true, ..StopRules::default() }, false, None),
            (StopRules { sent: true, ..StopRules::default() }, true, Some(Stop::Sent)),
        ] {
            let mut stops = Stops::new(rules, SessionKind::TcpServer, now);
            assert_eq!(stops.due(&status, all_sent, now), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_session_that_ended_is_not_one_that_never_began() {
        let now = Instant::now();
        let mut stops = Stops::new(StopRules::default(), SessionKind::TcpClient, now);
        assert_eq!(stops.due(&Status::default(), false, now), None);
        let ended = Status { epoch: Epoch(1), ..Status::default() };
        assert_eq!(stops.due(&ended, false, now), Some(Stop::Ended));
    }
}
