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

    /// Records what was dropped since the last time. The kernel's counter wraps.
    pub(super) fn record(&mut self, total: Option<u32>, log: &mut Log) {
        let Some(total) = total else { return };
        let count = total.wrapping_sub(self.recorded);
        if count > 0 {
            self.recorded = total;
            log.loss(None, LossKind::UdpKernelDrop, u64::from(count));
        }
    }
}
