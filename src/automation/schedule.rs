//! When something that repeats is due: on an absolute schedule, so that delays do not add up.

use std::time::{Duration, Instant};

/// Turns that come every so often from a fixed start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    start: Instant,
    every: Duration,
    fired: u64,
    times: Option<u64>,
}

impl Schedule {
    /// Due at once and then every `every` (at least a microsecond), `times` times or for ever.
    pub fn new(start: Instant, every: Duration, times: Option<u64>) -> Schedule {
        Schedule { start, every: every.max(Duration::from_micros(1)), fired: 0, times }
    }

    /// When the next turn is due; `None` when all have been.
    pub fn next_due(&self) -> Option<Instant> {
        if self.times.is_some_and(|times| self.fired >= times) {
            return None;
        }
        self.start.checked_add(multiply(self.every, self.fired))
    }

    /// Takes the next turn if it is due. Turns that were missed are taken one by one, so that none is left out;
    /// the caller bounds how many it takes in a row.
    pub fn take_due(&mut self, now: Instant) -> bool {
        match self.next_due() {
            Some(due) if due <= now => {
                self.fired += 1;
                true
            }
            _ => false,
        }
    }

    /// Takes every turn that is due, however many were missed. Says whether any was.
    pub fn take_all_due(&mut self, now: Instant) -> bool {
        if self.next_due().is_none_or(|due| due > now) {
            return false;
        }
        let passed = now.saturating_duration_since(self.start).as_nanos() / self.every.as_nanos();
        let due = u64::try_from(passed).unwrap_or(u64::MAX).saturating_add(1);
        self.fired = self.times.map_or(due, |times| times.min(due));
        true
    }
}

fn multiply(duration: Duration, by: u64) -> Duration {
    let nanos = duration.as_nanos().saturating_mul(u128::from(by));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use std::time::{Duration, Instant};

    #[test]
    fn delays_do_not_add_up() {
        let start = Instant::now();
        let every = Duration::from_millis(100);
        let mut schedule = Schedule::new(start, every, Some(3));
        assert!(schedule.take_due(start), "the first turn is due at once");
        assert!(!schedule.take_due(start + Duration::from_millis(99)));
        assert!(schedule.take_due(start + Duration::from_millis(190)), "late");
        assert_eq!(
            schedule.next_due(),
            Some(start + Duration::from_millis(200)),
            "and yet the next is on time"
        );
        assert!(schedule.take_due(start + Duration::from_millis(200)));
        assert_eq!(schedule.next_due(), None);
        assert_eq!(schedule.fired, 3);
    }

    #[test]
    fn missed_turns_are_taken_one_by_one() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, Duration::from_millis(10), None);
        let mut taken = 0;
        while schedule.take_due(start + Duration::from_millis(35)) {
            taken += 1;
        }
        assert_eq!(taken, 4);
    }

    #[test]
    fn all_that_were_missed_are_taken_at_once_and_the_next_is_on_time() {
        let start = Instant::now();
        let every = Duration::from_millis(10);
        for (times, next_millis) in [(None, Some(40)), (Some(9), Some(40)), (Some(3), None)] {
            let mut schedule = Schedule::new(start, every, times);
            let late = start + Duration::from_millis(35);
            assert!(schedule.take_all_due(late) && !schedule.take_all_due(late));
            assert_eq!(schedule.next_due(), next_millis.map(|millis| start + Duration::from_millis(millis)));
        }
    }
}
