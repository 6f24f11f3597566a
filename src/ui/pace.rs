//! How often news from other threads makes a frame. It knows nothing of what the news is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Wake;
use std::time::{Duration, Instant};

/// News alone begins a frame at most so often. What a person does is drawn at once; between two frames of news the
/// processor is left to those who receive it.
const BETWEEN_FRAMES: Duration = Duration::from_millis(30);

/// A busy machine begins a frame late; up to this much is made good by the next one.
const MADE_GOOD: Duration = Duration::from_millis(15);

/// A request without any delay is answered with two frames.
const AT_ONCE: Duration = Duration::from_millis(1);

/// Wakes the window from any thread, in time for the next frame that it may draw.
#[derive(Debug)]
pub(super) struct Pace {
    ctx: egui::Context,
    since: Instant,
    /// When the last frame began, or should have begun, in nanoseconds since then.
    last_began: AtomicU64,
}

impl Pace {
    pub(super) fn new(ctx: &egui::Context) -> Pace {
        Pace { ctx: ctx.clone(), since: Instant::now(), last_began: AtomicU64::new(0) }
    }

    /// Notes that a frame begins.
    pub(super) fn begin(&self, now: Instant) {
        let now = self.nanos(now);
        let due = self.last_began.load(Ordering::Relaxed).saturating_add(nanos_of(BETWEEN_FRAMES));
        let is_late = now >= due && now - due < nanos_of(MADE_GOOD);
        self.last_began.store(if is_late { due } else { now }, Ordering::Relaxed);
    }

    /// How long news that comes now waits for its frame.
    fn wait(&self, now: Instant) -> Duration {
        let passed = self.nanos(now).saturating_sub(self.last_began.load(Ordering::Relaxed));
        BETWEEN_FRAMES.saturating_sub(Duration::from_nanos(passed)).max(AT_ONCE)
    }

    fn nanos(&self, now: Instant) -> u64 {
        nanos_of(now.saturating_duration_since(self.since))
    }
}

fn nanos_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Wake for Pace {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ctx.request_repaint_after(self.wait(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, BETWEEN_FRAMES, Pace};
    use std::time::Duration;

    #[test]
    fn news_after_a_pause_is_drawn_at_once_and_a_flood_is_paced() {
        let pace = Pace::new(&egui::Context::default());
        let frame = pace.since + Duration::from_secs(5);
        pace.begin(frame);
        for (after_ms, wait) in
            [(0, BETWEEN_FRAMES), (10, Duration::from_millis(20)), (30, AT_ONCE), (60_000, AT_ONCE)]
        {
            assert_eq!(pace.wait(frame + Duration::from_millis(after_ms)), wait, "{after_ms} ms");
        }
    }

    #[test]
    fn a_frame_that_begins_late_is_made_good_and_a_pause_is_not() {
        let pace = Pace::new(&egui::Context::default());
        let first = pace.since + Duration::from_secs(5);
        for (began_ms, wait_ms) in [(0, 30), (33, 27), (68, 22), (90, 30), (1_000, 30), (1_010, 30)] {
            let began = first + Duration::from_millis(began_ms);
            pace.begin(began);
            assert_eq!(pace.wait(began), Duration::from_millis(wait_ms), "{began_ms} ms");
        }
    }
}
