//! Collecting a steady flow of datagrams: each alone would wake the worker, and waking costs more than reading. Above some
//! hundred a second the socket rests for a moment after it was read. The kernel's stamps keep the true times, and its
//! buffer the bytes.

use std::time::{Duration, Instant};

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_millis(1);

/// A rest that is shorter saves nothing.
const SHORTEST_REST: Duration = Duration::from_micros(100);

/// Datagrams that come no further apart than this on average are a flow.
const FLOW_GAP: Duration = Duration::from_millis(3);

/// What comes after so long is the first after a pause.
const PAUSE: Duration = Duration::from_millis(10);

/// So many datagrams may come while the socket rests, and so many bytes: a small part of any kernel's buffer.
const MOST_DATAGRAMS: u32 = 32;
const MOST_BYTES: u64 = 32 << 10;

/// How fast datagrams come.
#[derive(Debug, Default)]
pub(super) struct Flow {
    last: Option<Instant>,
    /// From one datagram to the next, smoothed.
    gap_ns: Option<f64>,
    /// Of a datagram, smoothed.
    bytes: f64,
}

impl Flow {
    /// So many datagrams were read now. Gives how long the socket may rest.
    pub(super) fn has_read(&mut self, datagrams: u64, bytes: u64, now: Instant) -> Option<Duration> {
        if datagrams == 0 {
            return None;
        }
        let last = self.last.replace(now)?;
        let span = now.saturating_duration_since(last);
        if span > PAUSE {
            self.gap_ns = None;
            return None;
        }
        let (gap, each) = (as_float(span) / count(datagrams), count(bytes) / count(datagrams));
        let smoothed = self.gap_ns.map_or(gap, |known| known + (gap - known) / 8.0);
        let is_known = self.gap_ns.replace(smoothed).is_some();
        self.bytes += (each - self.bytes) / 8.0;
        if !is_known || smoothed > as_float(FLOW_GAP) {
            return None;
        }
        let most = f64::from(MOST_DATAGRAMS).min(count(MOST_BYTES) / self.bytes.max(1.0));
        let rest = Duration::from_nanos(whole(smoothed * most)).min(LONGEST_REST);
        (rest >= SHORTEST_REST).then_some(rest)
    }
}

fn as_float(span: Duration) -> f64 {
    span.as_secs_f64() * 1e9
}

#[expect(clippy::cast_precision_loss, reason = "a rate is rough anyway")]
fn count(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative, and far below the largest number"
)]
fn whole(nanos: f64) -> u64 {
    nanos as u64
}

#[cfg(test)]
mod tests {
    use super::Flow;
    use std::time::{Duration, Instant};

    /// How long the socket rests after several reads of so many datagrams of this size.
    fn rest(every_micros: u64, datagrams: u64, bytes: u64) -> Option<Duration> {
        let (mut flow, mut now) = (Flow::default(), Instant::now());
        let mut rest = None;
        for _ in 0..50 {
            rest = flow.has_read(datagrams, datagrams * bytes, now);
            now += Duration::from_micros(every_micros);
        }
        rest
    }

    #[test]
    fn a_flow_rests_and_what_comes_alone_does_not() {
        let millis = |millis| Some(Duration::from_millis(millis));
        for (every_micros, datagrams, bytes, expected) in [
            (100_000, 1, 100, None),
            (5000, 1, 100, None),
            (1000, 1, 100, millis(1)),
            (1000, 10, 100, millis(1)),
            (2000, 1, 60_000, millis(1)),
        ] {
            assert_eq!(rest(every_micros, datagrams, bytes), expected, "{every_micros} {datagrams} {bytes}");
        }
    }

    #[test]
    fn a_faster_flow_rests_for_less_and_a_flood_not_at_all() {
        let (slow, fast) = (rest(1000, 100, 100).unwrap(), rest(1000, 200, 100).unwrap());
        assert!(fast < slow && slow < Duration::from_micros(400), "{slow:?} {fast:?}");
        assert_eq!(rest(100, 100, 100), None);
        let large = rest(1000, 10, 9000).unwrap();
        assert!(large < Duration::from_micros(500), "bytes count as well: {large:?}");
    }

    #[test]
    fn the_first_after_a_pause_is_no_flow_yet() {
        let (mut flow, mut now) = (Flow::default(), Instant::now());
        for _ in 0..50 {
            flow.has_read(1, 100, now);
            now += Duration::from_millis(1);
        }
        now += Duration::from_millis(500);
        assert_eq!(flow.has_read(1, 100, now), None);
        assert_eq!(flow.has_read(1, 100, now + Duration::from_millis(1)), None, "nor is the second");
    }
}
