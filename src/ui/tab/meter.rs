//! Counters as the status bar shows them: since the person reset them, and per second. It reads no clock.

use crate::model::status::{Counters, Traffic};
use std::time::{Duration, Instant};

/// Rates are measured over at least so long.
pub const WINDOW: Duration = Duration::from_secs(1);

/// The counters of one tab.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    baseline: Counters,
    last: Option<(Instant, Counters)>,
    received_per_second: u64,
}

impl Meter {
    /// Looks at the counters; tells whether a rate is shown that will have to fall again.
    pub fn look(&mut self, now: Instant, counters: &Counters) -> bool {
        match self.last {
            None => self.last = Some((now, *counters)),
            Some((at, before)) => {
                let elapsed = now.saturating_duration_since(at);
                if elapsed >= WINDOW {
                    let came = counters.received.records.saturating_sub(before.received.records);
                    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
                    self.received_per_second = came.saturating_mul(1000) / millis;
                    self.last = Some((now, *counters));
                }
            }
        }
        let is_behind = self.last.is_some_and(|(_, before)| before.received != counters.received);
        is_behind || self.received_per_second > 0
    }

    /// Records received per second, lately.
    pub fn received_per_second(&self) -> u64 {
        self.received_per_second
    }

    /// Everything counts from here.
    pub fn reset(&mut self, counters: &Counters) {
        self.baseline = *counters;
    }

    /// The counters since the last reset.
    pub fn since_reset(&self, counters: &Counters) -> Counters {
        let since = |now: Traffic, then: Traffic| Traffic {
            records: now.records.saturating_sub(then.records),
            bytes: now.bytes.saturating_sub(then.bytes),
        };
        Counters {
            received: since(counters.received, self.baseline.received),
            sent: since(counters.sent, self.baseline.sent),
            kernel_drops: counters.kernel_drops.saturating_sub(self.baseline.kernel_drops),
            truncated: counters.truncated.saturating_sub(self.baseline.truncated),
            peers_seen: counters.peers_seen.saturating_sub(self.baseline.peers_seen),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Meter;
    use crate::model::status::{Counters, Traffic};
    use std::time::{Duration, Instant};

    fn received(records: u64) -> Counters {
        Counters { received: Traffic { records, bytes: records * 10 }, ..Counters::default() }
    }

    #[test]
    fn the_rate_rises_and_falls_again() {
        let start = Instant::now();
        let mut meter = Meter::default();
        assert!(!meter.look(start, &received(0)));
        assert!(meter.look(start + Duration::from_millis(500), &received(30)), "the window must come back");
        assert!(meter.look(start + Duration::from_secs(2), &received(40)));
        assert_eq!(meter.received_per_second(), 20);
        assert!(!meter.look(start + Duration::from_secs(4), &received(40)), "nothing more to show");
        assert_eq!(meter.received_per_second(), 0);
    }

    #[test]
    fn a_reset_is_a_subtraction() {
        let mut meter = Meter::default();
        meter.reset(&received(100));
        assert_eq!(meter.since_reset(&received(104)).received, Traffic { records: 4, bytes: 40 });
    }
}
