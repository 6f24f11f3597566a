//! The one clock. Everything that is stamped is stamped here, so that all times of a program agree.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment, told twice: for people (wall clock) and for differences (monotonic, never stepped back).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Nanoseconds since 1970-01-01 UTC.
    pub wall_ns: i64,
    /// Nanoseconds since the program's clock was first read.
    pub mono_ns: u64,
}

fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

/// The present moment on both clocks.
pub fn now() -> Stamp {
    Stamp { wall_ns: wall_now_ns(), mono_ns: mono_now_ns() }
}

fn mono_now_ns() -> u64 {
    saturating_ns(origin().elapsed())
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock that the ban points to")]
fn wall_now_ns() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

impl Stamp {
    /// The stamp of an event whose wall-clock time the kernel has told: the monotonic side is moved by as much,
    /// so that both clocks still speak of the same moment.
    #[must_use]
    pub fn with_kernel_wall_ns(self, kernel_wall_ns: i64) -> Stamp {
        let earlier_by = u64::try_from(self.wall_ns.saturating_sub(kernel_wall_ns)).unwrap_or(0);
        Stamp { wall_ns: kernel_wall_ns, mono_ns: self.mono_ns.saturating_sub(earlier_by) }
    }

    /// The stamp of an [`Instant`] of this program.
    pub fn of(instant: Instant) -> u64 {
        saturating_ns(instant.saturating_duration_since(origin()))
    }
}

fn saturating_ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Stamp, now};

    #[test]
    fn both_clocks_go_forward() {
        let first = now();
        let second = now();
        assert!(second.mono_ns >= first.mono_ns);
        assert!(first.wall_ns > 1_600_000_000_000_000_000, "the wall clock is set: {}", first.wall_ns);
    }

    #[test]
    fn a_kernel_stamp_moves_both_sides() {
        let read_at = Stamp { wall_ns: 1_000_500, mono_ns: 700 };
        assert_eq!(read_at.with_kernel_wall_ns(1_000_100), Stamp { wall_ns: 1_000_100, mono_ns: 300 });
        assert_eq!(
            read_at.with_kernel_wall_ns(1_000_900).mono_ns,
            700,
            "a stamp from the future does not wrap"
        );
    }
}
