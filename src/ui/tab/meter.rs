//! Counters as the status bar shows them: since the person reset them, and per second. It reads no clock.

use crate::model::status::{Counters, Traffic};
use crate::util::bytes_text::{ByteSize, Count};
use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

/// Rates are measured over the arrivals of so long.
const WINDOW: Duration = Duration::from_secs(5);

/// Arrivals that follow each other within so long count as one.
const STEP: Duration = Duration::from_millis(100);

/// While a rate is shown it is looked at again after so long, also when nothing comes.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The counters of one tab.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    baseline: Counters,
    received: Rate,
    sent: Rate,
}

/// How much goes one way per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PerSecond {
    /// Records.
    pub records: f64,
    /// Bytes.
    pub bytes: f64,
}

/// The arrivals of the last seconds: when there was more, and how much there was then.
#[derive(Clone, Debug, Default)]
struct Rate {
    arrivals: VecDeque<(Instant, Traffic)>,
    per_second: PerSecond,
}

impl Rate {
    /// Looks at a counter; tells whether a rate is shown that will have to fall again.
    fn look(&mut self, now: Instant, traffic: Traffic) -> bool {
        if self.arrivals.back().is_none_or(|(_, known)| *known != traffic) {
            // After a pause nobody knows for how long this one was on its way: the next one tells.
            if self.arrivals.back().is_some_and(|(at, _)| now.saturating_duration_since(*at) > WINDOW) {
                self.arrivals.clear();
            }
            let places = self.arrivals.len();
            let is_one = |last: Instant, before: Instant| last.saturating_duration_since(before) < STEP;
            // What comes all the time is a place every so often, so that there are few of them.
            if places > 2 && is_one(self.arrivals[places - 1].0, self.arrivals[places - 2].0) {
                self.arrivals.pop_back();
            }
            self.arrivals.push_back((now, traffic));
        }
        // One place before the window stays: what came since then came in a known time.
        while self.arrivals.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) > WINDOW) {
            self.arrivals.pop_front();
        }
        self.per_second = self.measure(now);
        self.per_second.records > 0.0
    }

    /// From arrival to arrival, so that a device that sends once a second has a rate of one, whenever one looks. When the
    /// next one is overdue, the time since then counts.
    fn measure(&self, now: Instant) -> PerSecond {
        let (Some((first, before)), Some((last, after))) = (self.arrivals.front(), self.arrivals.back())
        else {
            return PerSecond::default();
        };
        let silence = now.saturating_duration_since(*last);
        let intervals = u32::try_from(self.arrivals.len() - 1).unwrap_or(u32::MAX);
        if intervals == 0 || silence > WINDOW {
            return PerSecond::default();
        }
        let span = last.saturating_duration_since(*first);
        let is_overdue = silence > (span / intervals).mul_f64(1.5).max(2 * STEP);
        let seconds = if is_overdue { span + silence } else { span }.as_secs_f64();
        let per = |after: u64, before: u64| after.saturating_sub(before) as f64 / seconds.max(0.001);
        PerSecond { records: per(after.records, before.records), bytes: per(after.bytes, before.bytes) }
    }
}

impl Meter {
    /// Looks at the counters; tells whether a rate is shown that will have to fall again.
    pub fn look(&mut self, now: Instant, counters: &Counters) -> bool {
        let is_received = self.received.look(now, counters.received);
        let is_sent = self.sent.look(now, counters.sent);
        is_received || is_sent
    }

    /// What came lately.
    pub fn received_per_second(&self) -> PerSecond {
        self.received.per_second
    }

    /// What was sent lately.
    pub fn sent_per_second(&self) -> PerSecond {
        self.sent.per_second
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

impl PerSecond {
    /// The bytes, rounded.
    pub fn size(&self) -> ByteSize {
        ByteSize(whole(self.bytes))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is no negative number")]
fn whole(rate: f64) -> u64 {
    rate.round().max(0.0) as u64
}

/// Records per second: what comes seldom with a tenth.
impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.records > 0.0 && self.records < 9.95 {
            return write!(f, "{:.1}", self.records);
        }
        write!(f, "{}", Count(whole(self.records)))
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
    fn a_steady_rate_is_the_same_whenever_one_looks() {
        // How often one comes, how often one looks, and what is shown: in milliseconds.
        for (every, look, shown) in
            [(1_000, 300, "1.0"), (1_000, 1_000, "1.0"), (250, 33, "4.0"), (20, 33, "50")]
        {
            let start = Instant::now();
            let mut meter = Meter::default();
            let mut rates = Vec::new();
            for at in (0..12_000).step_by(look) {
                let now = start + Duration::from_millis(at);
                meter.look(now, &received(at / every));
                if at > 6_000 {
                    rates.push(meter.received_per_second());
                }
            }
            let mean = rates.iter().map(|rate| rate.records).sum::<f64>() / rates.len() as f64;
            for rate in &rates {
                assert!((rate.records / mean - 1.0).abs() < 0.2, "every {every} ms: {rate} beside {mean}");
                assert!((rate.bytes - 10.0 * rate.records).abs() < 0.001);
            }
            let shown: f64 = shown.parse().unwrap();
            assert!((mean / shown - 1.0).abs() < 0.1, "every {every} ms: {mean}");
        }
    }

    #[test]
    fn the_rate_rises_and_falls_again() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut meter = Meter::default();
        assert!(!meter.look(at(0), &received(0)));
        assert!(meter.look(at(1_000), &received(20)));
        assert_eq!(meter.received_per_second().to_string(), "20");
        assert!(meter.look(at(3_000), &received(20)), "it has to fall, and be looked at for that");
        assert_eq!(meter.received_per_second().to_string(), "6.7");
        assert!(!meter.look(at(7_000), &received(20)), "nothing more to show");
        assert_eq!(meter.received_per_second().to_string(), "0");
        assert!(!meter.look(at(8_000), &received(21)), "how long that one was on its way nobody knows");
        assert!(meter.look(at(9_000), &received(22)));
        assert_eq!(meter.received_per_second().to_string(), "1.0");
        assert!(meter.look(at(9_001), &received(40_022)));
        assert_eq!(meter.received_per_second().to_string(), "39,961");
    }

    #[test]
    fn both_ways_have_a_rate_of_their_own() {
        let start = Instant::now();
        let mut meter = Meter::default();
        meter.look(start, &Counters::default());
        let sent = Counters { sent: Traffic { records: 5, bytes: 500 }, ..Counters::default() };
        meter.look(start + Duration::from_secs(1), &sent);
        assert_eq!(meter.received_per_second().to_string(), "0");
        assert_eq!(
            (meter.sent_per_second().to_string().as_str(), meter.sent_per_second().bytes),
            ("5.0", 500.0)
        );
    }

    #[test]
    fn a_reset_is_a_subtraction() {
        let mut meter = Meter::default();
        meter.reset(&received(100));
        assert_eq!(meter.since_reset(&received(104)).received, Traffic { records: 4, bytes: 40 });
    }
}
