//! Where matches stand on the scroll bar. It looks for nothing; it is told what was found.

use crate::model::ids::RowKey;
use crate::ui::sheet::Rows;
use roaring::RoaringTreemap;
use std::time::{Duration, Instant};

/// How many matches the scroll bar points out.
const MOST_TICKS: u64 = 400;

/// While matches come in, they are pointed out anew at most so often: that goes over all of them many times.
const RENEWAL_PAUSE: Duration = Duration::from_millis(250);

/// The places of a few matches among the rows that are shown.
#[derive(Debug, Default)]
pub struct Ticks {
    places: Vec<u64>,
    made_at: Option<Instant>,
    is_outdated: bool,
}

impl Ticks {
    /// The indexes of rows with a match, evenly spread.
    pub fn places(&self) -> &[u64] {
        &self.places
    }

    /// Nothing is pointed out any more.
    pub fn clear(&mut self) {
        *self = Ticks::default();
    }

    /// Points out what was found among these rows now.
    pub fn make(&mut self, found: &RoaringTreemap, rows: &dyn Rows, now: Instant) {
        let count = found.len();
        let step = count.div_ceil(MOST_TICKS).max(1);
        let few = (0..count.min(MOST_TICKS)).filter_map(|place| found.select(place * step));
        self.places = few.map(|row| rows.index(RowKey(row))).collect();
        // Nothing costs nothing: the first match is seen at once.
        self.made_at = (count > 0).then_some(now);
        self.is_outdated = false;
    }

    /// More was found.
    pub fn outdate(&mut self) {
        self.is_outdated = true;
    }

    /// Points out what was found meanwhile, unless that was done a moment ago; tells how soon it is due then.
    pub fn renew(&mut self, found: &RoaringTreemap, rows: &dyn Rows, now: Instant) -> Option<Duration> {
        if !self.is_outdated {
            return None;
        }
        let age = self.made_at.map_or(RENEWAL_PAUSE, |made_at| now.saturating_duration_since(made_at));
        let rest = RENEWAL_PAUSE.saturating_sub(age);
        if rest.is_zero() {
            self.make(found, rows, now);
            return None;
        }
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_TICKS, RENEWAL_PAUSE, Ticks};
    use crate::model::ids::RowKey;
    use crate::ui::sheet::{RowContent, Rows};
    use roaring::RoaringTreemap;
    use std::time::Instant;

    struct All(RowContent);

    impl Rows for All {
        fn len(&self) -> u64 {
            u64::MAX
        }

        fn content(&mut self, _index: u64) -> &RowContent {
            &self.0
        }

        fn toggle_expanded(&mut self, _index: u64) {}

        fn measure_from(&mut self, _marked: Option<RowKey>) {}
    }

    #[test]
    fn matches_that_come_in_are_pointed_out_at_once_and_then_now_and_again() {
        let rows = All(RowContent::default());
        let mut ticks = Ticks::default();
        let start = Instant::now();
        let mut found = RoaringTreemap::new();
        ticks.make(&found, &rows, start);
        let mut seen = Vec::new();
        for (row, after) in [(3, 0), (5, 1), (7, 100), (9, 249), (11, 250)] {
            found.insert(row);
            ticks.outdate();
            let now = start + RENEWAL_PAUSE * after / 250;
            let rest = ticks.renew(&found, &rows, now);
            assert_eq!(rest, (after % 250 > 0).then(|| RENEWAL_PAUSE * (250 - after) / 250));
            seen.push(ticks.places().len());
        }
        assert_eq!(seen, [1, 1, 1, 1, 5]);
        assert_eq!(ticks.renew(&found, &rows, start + RENEWAL_PAUSE * 9), None, "nothing is new");
    }

    #[test]
    fn few_of_many_are_spread_evenly() {
        let mut ticks = Ticks::default();
        let found: RoaringTreemap = (0..10 * MOST_TICKS).collect();
        ticks.make(&found, &All(RowContent::default()), Instant::now());
        let expected: Vec<u64> = (0..MOST_TICKS).map(|place| place * 10).collect();
        assert_eq!(ticks.places(), expected);
    }
}
