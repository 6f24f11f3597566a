//! The one scheduler of a worker: what has to be done when, for however many peers and senders. It knows no clock; what is
//! due is asked for with the time of the turn.

use crate::model::ids::{JobId, PeerId};
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Alarm {
    /// The journal is made durable, tried again, or looked at whether its disk is free.
    Journal,
    /// What a listener, an attempt to connect or a datagram socket waits for.
    Link,
    /// A peer has had its time to shake hands.
    Handshake(PeerId),
    /// A peer that was asked to end has had its time for it.
    Leaving(PeerId),
    /// A peer's message has ended, because nothing more came.
    Silence(PeerId),
    /// Rules have an answer that waited, or a timer of their own.
    Rules,
    /// The sequence goes on.
    Sequence,
    /// Something that is sent by and by goes on.
    Sender(JobId),
    /// Levels that change with everything are shown again.
    Levels,
}

/// Every alarm that is set, each once.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    by_time: BTreeSet<(Instant, Alarm)>,
    times: HashMap<Alarm, Instant>,
}

impl Alarm {
    /// Whether it waits while the journal is paused, as sockets do.
    pub(super) fn waits_for_journal(self) -> bool {
        !matches!(self, Alarm::Journal | Alarm::Sender(_) | Alarm::Levels)
    }
}

impl Agenda {
    /// The alarm rings at this time and no other, or not at all.
    pub(super) fn set(&mut self, alarm: Alarm, due: Option<Instant>) {
        let earlier = match due {
            Some(due) => self.times.insert(alarm, due),
            None => self.times.remove(&alarm),
        };
        if earlier == due {
            return;
        }
        if let Some(earlier) = earlier {
            self.by_time.remove(&(earlier, alarm));
        }
        if let Some(due) = due {
            self.by_time.insert((due, alarm));
        }
    }

    /// When the first alarm rings that may ring now.
    pub(super) fn next_due(&self, is_paused: bool) -> Option<Instant> {
        self.first(is_paused).map(|(due, _)| due)
    }

    /// Takes the first alarm that is due and may ring now.
    pub(super) fn take_due(&mut self, now: Instant, is_paused: bool) -> Option<Alarm> {
        let (_, alarm) = self.first(is_paused).filter(|(due, _)| *due <= now)?;
        self.set(alarm, None);
        Some(alarm)
    }

    fn first(&self, is_paused: bool) -> Option<(Instant, Alarm)> {
        self.by_time.iter().copied().find(|(_, alarm)| !(is_paused && alarm.waits_for_journal()))
    }

    /// None of these alarms rings any more.
    pub(super) fn forget(&mut self, is_meant: impl Fn(Alarm) -> bool) {
        self.times.retain(|alarm, _| !is_meant(*alarm));
        self.by_time.retain(|(_, alarm)| !is_meant(*alarm));
    }
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Alarm};
    use crate::model::ids::{JobId, PeerId};
    use std::time::{Duration, Instant};

    #[test]
    fn alarms_ring_once_in_the_order_of_their_times() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let silence = |number| Alarm::Silence(PeerId::new(number).unwrap());
        let mut agenda = Agenda::default();
        for (alarm, due) in [
            (Alarm::Rules, Some(30)),
            (silence(1), Some(20)),
            (silence(2), Some(10)),
            (silence(1), Some(40)),
            (Alarm::Sender(JobId(1)), Some(10)),
            (Alarm::Link, Some(5)),
            (Alarm::Link, None),
        ] {
            agenda.set(alarm, due.map(at));
        }
        assert_eq!(agenda.next_due(false), Some(at(10)));
        let mut rung = Vec::new();
        while let Some(alarm) = agenda.take_due(at(35), false) {
            rung.push(alarm);
        }
        assert_eq!(rung, [silence(2), Alarm::Sender(JobId(1)), Alarm::Rules]);
        assert_eq!(agenda.next_due(false), Some(at(40)), "what was put off rings later, and once");
        agenda.forget(|alarm| matches!(alarm, Alarm::Silence(_)));
        assert_eq!(agenda.next_due(false), None);
    }

    #[test]
    fn what_belongs_to_sockets_waits_while_the_journal_is_paused() {
        let start = Instant::now();
        let mut agenda = Agenda::default();
        agenda.set(Alarm::Link, Some(start));
        agenda.set(Alarm::Journal, Some(start + Duration::from_millis(1)));
        assert_eq!(agenda.take_due(start, true), None);
        assert_eq!(agenda.next_due(true), Some(start + Duration::from_millis(1)));
        assert_eq!(agenda.take_due(start, false), Some(Alarm::Link));
    }
}
