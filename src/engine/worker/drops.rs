//! Datagrams that the kernel dropped, recorded to the last one.

use crate::engine::worker::log::Log;
use crate::model::record::LossKind;
use std::time::{Duration, Instant};

/// Drops that no later datagram has told of are asked for when the socket was read so long ago.
const ASK_AFTER: Duration = Duration::from_millis(50);

/// The kernel's counter of drops, as far as it is recorded.
#[derive(Debug, Default)]
pub(super) struct Drops {
    recorded: u32,
    ask_at: Option<Instant>,
}

impl Drops {
    /// Datagrams came: look at the counter once more when they have stopped coming.
    pub(super) fn ask_later(&mut self, now: Instant) {
        self.ask_at = Some(now + ASK_AFTER);
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.ask_at
    }

    /// Whether it is time to look. Says so once.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.ask_at.is_some_and(|at| at <= now);
        if due {
            self.ask_at = None;
        }
        due
    }

    /// Records what was dropped since the last time.
    pub(super) fn record(&mut self, total: Option<u32>, log: &mut Log) {
        if let Some(count) = total.and_then(|total| self.advance_to(total)) {
            log.loss(None, LossKind::UdpKernelDrop, u64::from(count));
        }
    }

    /// How many more drops the counter tells of. It wraps; and a datagram that waited while the counter was asked
    /// tells of an earlier moment, which is nothing new.
    fn advance_to(&mut self, total: u32) -> Option<u32> {
        let count = total.wrapping_sub(self.recorded);
        if count == 0 || count > u32::MAX / 2 {
            return None;
        }
        self.recorded = total;
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::Drops;

    #[test]
    fn a_datagram_that_waited_while_the_counter_was_asked_is_no_loss_of_four_thousand_millions() {
        let mut drops = Drops::default();
        let told: Vec<Option<u32>> =
            [0, 100, 60, 100, 130].into_iter().map(|total| drops.advance_to(total)).collect();
        assert_eq!(told, [None, Some(100), None, None, Some(30)]);
    }

    #[test]
    fn the_counter_wraps() {
        let mut drops = Drops { recorded: u32::MAX - 4, ask_at: None };
        assert_eq!(drops.advance_to(5), Some(10));
    }
}
