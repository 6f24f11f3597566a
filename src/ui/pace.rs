//! How often news from other threads makes a frame. It knows nothing of what the news is.

use crate::util::fault;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Wake;
use std::time::{Duration, Instant};

/// News alone begins a frame at most so often where a frame costs next to nothing. What a person does is drawn at once;
/// between two frames of news the processor is left to those who receive it.
const LEAST_BETWEEN_FRAMES: Duration = Duration::from_millis(30);

/// Where frames are dear, news is drawn no less often than so, however much that takes of the processor.
const MOST_BETWEEN_FRAMES: Duration = Duration::from_millis(50);

/// A frame of news leaves this many times its own cost to others.
const LEFT_TO_OTHERS: u32 = 16;

/// Even a frame that costs more than all that, as over a slow line to the screen, leaves as much again.
const ALWAYS_LEFT_TO_OTHERS: u32 = 2;

/// How many frames a cost is spread over: one that was slow by accident slows nothing down.
const FRAMES_OF_MEMORY: u32 = 8;

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
    /// What a frame costs of late, in nanoseconds.
    cost: AtomicU64,
}

impl Pace {
    pub(super) fn new(ctx: &egui::Context) -> Pace {
        Pace {
            ctx: ctx.clone(),
            since: Instant::now(),
            last_began: AtomicU64::new(0),
            cost: AtomicU64::new(0),
        }
    }

    /// Notes that a frame begins.
    pub(super) fn begin(&self, now: Instant) {
        fault::panic_if_asked_for();
        let now = self.nanos(now);
        let due = self.last_began.load(Ordering::Relaxed).saturating_add(nanos_of(self.between_frames()));
        let is_late = now >= due && now - due < nanos_of(MADE_GOOD);
        self.last_began.store(if is_late { due } else { now }, Ordering::Relaxed);
    }

    /// How long news that comes now waits for its frame.
    fn wait(&self, now: Instant) -> Duration {
        let passed = self.nanos(now).saturating_sub(self.last_began.load(Ordering::Relaxed));
        self.between_frames().saturating_sub(Duration::from_nanos(passed)).max(AT_ONCE)
    }

    /// Notes what a frame cost.
    pub(super) fn note_cost(&self, cost: Duration) {
        let before = Duration::from_nanos(self.cost.load(Ordering::Relaxed));
        let now = (before * (FRAMES_OF_MEMORY - 1) + cost) / FRAMES_OF_MEMORY;
        self.cost.store(nanos_of(now), Ordering::Relaxed);
    }

    /// How long one frame of news comes after the other at least.
    fn between_frames(&self) -> Duration {
        let cost = Duration::from_nanos(self.cost.load(Ordering::Relaxed));
        (cost * LEFT_TO_OTHERS)
            .clamp(LEAST_BETWEEN_FRAMES, MOST_BETWEEN_FRAMES)
            .max(cost * (ALWAYS_LEFT_TO_OTHERS + 1))
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
        fault::panic_if_asked_for();
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, LEAST_BETWEEN_FRAMES, Pace};
    use std::time::Duration;

    #[test]
    fn news_after_a_pause_is_drawn_at_once_and_a_flood_is_paced() {
        let pace = Pace::new(&egui::Context::default());
        let frame = pace.since + Duration::from_secs(5);
        pace.begin(frame);
        for (after_ms, wait) in
            [(0, LEAST_BETWEEN_FRAMES), (10, Duration::from_millis(20)), (30, AT_ONCE), (60_000, AT_ONCE)]
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

    #[test]
    fn news_is_drawn_less_often_where_frames_are_dear() {
        for (cost_micros, between_millis) in [(500, 30), (2_500, 40), (12_000, 50), (40_000, 120)] {
            let pace = Pace::new(&egui::Context::default());
            for _ in 0..200 {
                pace.note_cost(Duration::from_micros(cost_micros));
            }
            let difference = pace.between_frames().abs_diff(Duration::from_millis(between_millis));
            assert!(difference < Duration::from_millis(1), "{cost_micros} µs: {:?}", pace.between_frames());
            let before = pace.between_frames();
            pace.note_cost(Duration::from_micros(cost_micros) * 2);
            assert!(pace.between_frames() < before * 2, "one slow frame of {cost_micros} µs");
        }
    }
}
