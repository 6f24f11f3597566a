//! Moments of records, and the time between them. It must not know how times are shown.

use crate::model::ids::Epoch;
use crate::model::record::Record;
use crate::util::clock::Stamp;

/// When a record was made, in a form that can be compared within and between openings of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// On both clocks.
    pub at: Stamp,
    /// During which opening.
    pub epoch: Epoch,
}

impl Moment {
    /// When a record was made.
    pub fn of(record: &Record) -> Moment {
        Moment { at: record.at, epoch: record.epoch }
    }

    /// The nanoseconds until another moment. The wall clock is asked only where the other clock began anew.
    pub fn until(self, later: Moment) -> i64 {
        if self.epoch == later.epoch {
            let nanos = i128::from(later.at.mono_ns) - i128::from(self.at.mono_ns);
            return i64::try_from(nanos).unwrap_or(i64::MAX);
        }
        later.at.wall_ns.saturating_sub(self.at.wall_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;
    use crate::model::ids::Epoch;
    use crate::util::clock::Stamp;

    #[test]
    fn a_clock_that_began_anew_is_not_compared() {
        let moment = |epoch, wall_ns, mono_ns| Moment { at: Stamp { wall_ns, mono_ns }, epoch: Epoch(epoch) };
        let from = moment(1, 1_000, 500);
        for (later, nanos) in
            [(moment(1, 9_999, 700), 200), (moment(1, 9_999, 400), -100), (moment(2, 4_000, 100), 3_000)]
        {
            assert_eq!(from.until(later), nanos, "{later:?}");
        }
    }
}
