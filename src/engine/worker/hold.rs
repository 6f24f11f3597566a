//! When publishing waits for the disk. While a file system makes a journal durable it may let a write wait for tens of
//! milliseconds, and in a flood the sockets overflow meanwhile; records that stay in memory for that long lose nothing.

use std::time::{Duration, Instant};

/// No record is kept back for longer than this.
const AT_MOST: Duration = Duration::from_millis(50);

/// No more than this is kept back.
const MOST_BYTES: usize = 3 << 20;

/// How often somebody should look whether the disk is free again.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Records that come so soon after a publishing are a flood; one that comes alone is shown at once.
const FLOOD_GAP: Duration = Duration::from_millis(20);

/// What is kept back, and what was not.
#[derive(Debug, Default)]
pub(super) struct Hold {
    published_at: Option<Instant>,
    kept: Option<HeldBatch>,
}

#[derive(Clone, Copy, Debug)]
struct HeldBatch {
    since: Instant,
    look_at: Instant,
    bytes: usize,
}

impl Hold {
    /// Whether a batch of so many bytes stays in memory now.
    pub(super) fn keeps(&mut self, now: Instant, bytes: usize, disk_is_busy: bool) -> bool {
        let since = self.kept.map_or(now, |kept| kept.since);
        let is_flood = self.published_at.is_some_and(|last| since.duration_since(last) < FLOOD_GAP);
        let may_stay = now.duration_since(since) < AT_MOST && (1..MOST_BYTES).contains(&bytes);
        self.kept = (disk_is_busy && is_flood && may_stay).then_some(HeldBatch {
            since,
            look_at: now + LOOK_EVERY,
            bytes,
        });
        self.kept.is_some()
    }

    /// Everything was published, and that was done at this time: a write that had to wait does not end a flood.
    pub(super) fn published(&mut self, done: Instant) {
        *self = Hold { published_at: Some(done), kept: None };
    }

    /// How much of the batch is kept back; what is recorded after that belongs to the next turn.
    pub(super) fn bytes(&self) -> usize {
        self.kept.map_or(0, |kept| kept.bytes)
    }

    /// When to look whether publishing can go on.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.kept.map(|kept| kept.look_at)
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_MOST, FLOOD_GAP, Hold, LOOK_EVERY, MOST_BYTES};
    use std::time::{Duration, Instant};

    const SOON: Duration = Duration::from_millis(1);

    fn in_a_flood() -> (Hold, Instant) {
        let start = Instant::now();
        let mut hold = Hold::default();
        hold.published(start);
        (hold, start + SOON)
    }

    #[test]
    fn a_flood_is_kept_back_while_the_disk_is_busy_and_no_longer() {
        let (mut hold, now) = in_a_flood();
        assert!(!hold.keeps(now, 100, false));
        assert!(hold.keeps(now, 100, true));
        assert_eq!((hold.bytes(), hold.next_due()), (100, Some(now + LOOK_EVERY)));
        // Later than the gap, but it is still the same flood.
        let later = now + FLOOD_GAP + SOON;
        assert!(hold.keeps(later, 200, true));
        assert_eq!(hold.bytes(), 200);
        assert!(!hold.keeps(later + SOON, 300, false));
        assert_eq!((hold.bytes(), hold.next_due()), (0, None));
    }

    #[test]
    fn it_ends_by_time_and_by_size() {
        let (mut hold, now) = in_a_flood();
        assert!(hold.keeps(now, 100, true));
        assert!(hold.keeps(now + AT_MOST.saturating_sub(SOON), 100, true));
        assert!(!hold.keeps(now + AT_MOST, 100, true));
        let (mut hold, now) = in_a_flood();
        assert!(hold.keeps(now, MOST_BYTES - 1, true));
        assert!(!hold.keeps(now, MOST_BYTES, true));
    }

    #[test]
    fn a_record_alone_is_not_kept_back() {
        let now = Instant::now();
        let mut hold = Hold::default();
        assert!(!hold.keeps(now, 100, true));
        hold.published(now);
        assert!(!hold.keeps(now + FLOOD_GAP, 100, true));
        // Nor is it kept because nothing was, a moment before.
        assert!(!hold.keeps(now + SOON, 0, true));
        assert!(!hold.keeps(now + FLOOD_GAP, 100, true));
    }
}
