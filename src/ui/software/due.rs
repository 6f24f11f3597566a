//! When the next frame is due: what a person does is drawn at once, and what moves by itself at a steady pace. It knows
//! no window and reads no clock.

use std::time::{Duration, Instant};

/// Nothing waits for the screen to be ready here, so that what asks for one frame after the other is held to so many.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);

/// A key or a click is answered in this many frames: one takes it, one acts on it, and one shows what came of it.
const FRAMES_OF_AN_ANSWER: u8 = 3;

/// The next frame, if there is to be one.
#[derive(Debug, Default)]
pub(super) struct Due {
    at: Option<Instant>,
    last_began: Option<Instant>,
    /// How many frames may follow upon each other without a pause.
    at_once: u8,
}

impl Due {
    /// A frame is wanted at a time; the earliest such time counts.
    pub(super) fn want(&mut self, at: Instant) {
        let paced = match self.last_began {
            Some(began) if self.at_once == 0 => at.max(began + BETWEEN_FRAMES),
            _ => at,
        };
        self.at = Some(self.at.map_or(paced, |earlier| earlier.min(paced)));
    }

    /// A person did something that is answered at once, such as a key or a click.
    pub(super) fn want_answer(&mut self, now: Instant) {
        self.at_once = FRAMES_OF_AN_ANSWER;
        self.want(now);
    }

    /// Whether the frame is to begin now.
    pub(super) fn is_now(&self, now: Instant) -> bool {
        self.at.is_some_and(|at| at <= now)
    }

    /// When to look again.
    pub(super) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// A frame begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.at = None;
        self.last_began = Some(now);
        self.at_once = self.at_once.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{BETWEEN_FRAMES, Due};
    use std::time::{Duration, Instant};

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn what_asks_for_one_frame_after_the_other_is_paced() {
        let start = Instant::now();
        let mut due = Due::default();
        assert!(!due.is_now(start));
        due.want(start);
        assert!(due.is_now(start), "the first one is drawn at once");
        due.begin(start);
        due.want(start + millis(1));
        assert_eq!(due.at(), Some(start + BETWEEN_FRAMES));
        due.want(start + millis(40));
        assert_eq!(due.at(), Some(start + BETWEEN_FRAMES), "the earliest time counts");
        due.begin(start + BETWEEN_FRAMES);
        due.want(start + millis(100));
        assert_eq!(due.at(), Some(start + millis(100)), "after a pause nothing waits");
    }

    #[test]
    fn a_key_is_answered_at_once_in_the_middle_of_an_animation() {
        let start = Instant::now();
        let mut due = Due::default();
        due.begin(start);
        due.want(start);
        due.want_answer(start + millis(2));
        for frame in 2..5 {
            let now = start + millis(frame);
            assert!(due.is_now(now), "frame {frame}");
            due.begin(now);
            due.want(now + millis(1));
        }
        assert_eq!(due.at(), Some(start + millis(4) + BETWEEN_FRAMES));
    }
}
