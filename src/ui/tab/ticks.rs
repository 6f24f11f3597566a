//! Which rows the scroll bar points out: those that were found, highlighted or noted. It looks for nothing; it is told
//! what there is, and what it does is bounded by the room on the bar, whatever the number of rows.

use crate::model::ids::RowKey;
use crate::ui::sheet::{Rows, Tick, TickKind};
use roaring::RoaringTreemap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The bar is divided into so many parts, and of each kind one row is pointed out in a part: more than that nobody could
/// tell apart.
const PARTS: u64 = 512;

/// While rows are found, they are pointed out anew at most so often.
const RENEWAL_PAUSE: Duration = Duration::from_millis(250);

/// Rows of one kind.
#[derive(Clone, Debug)]
pub struct TickLayer {
    /// Why they are pointed out.
    pub kind: TickKind,
    /// All of them.
    pub rows: Arc<RoaringTreemap>,
}

/// The rows that are pointed out.
#[derive(Debug, Default)]
pub struct Ticks {
    pointed_out: Vec<Tick>,
    made_at: Option<Instant>,
    is_outdated: bool,
}

impl Ticks {
    /// The rows to point out; later ones over earlier ones.
    pub fn ticks(&self) -> &[Tick] {
        &self.pointed_out
    }

    /// Points out these rows among those that are shown now.
    pub fn make(&mut self, layers: &[TickLayer], rows: &dyn Rows, now: Instant) {
        self.pointed_out.clear();
        let starts = part_starts(rows);
        for layer in layers {
            push_ticks(layer, &starts, rows, &mut self.pointed_out);
        }
        // Nothing costs nothing: the first row is seen at once.
        self.made_at = layers.iter().any(|layer| !layer.rows.is_empty()).then_some(now);
        self.is_outdated = false;
    }

    /// There is more, or less.
    pub fn outdate(&mut self) {
        self.is_outdated = true;
    }

    /// Whether it is time to point out what was found meanwhile, and if not, how soon it will be.
    pub fn is_due(&self, now: Instant) -> Result<bool, Duration> {
        if !self.is_outdated {
            return Ok(false);
        }
        let age = self.made_at.map_or(RENEWAL_PAUSE, |made_at| now.saturating_duration_since(made_at));
        let rest = RENEWAL_PAUSE.saturating_sub(age);
        if rest.is_zero() { Ok(true) } else { Err(rest) }
    }
}

/// The keys with which the parts begin, and the one behind the last part.
fn part_starts(rows: &dyn Rows) -> Vec<u64> {
    let shown = rows.len();
    let parts = shown.min(PARTS);
    let start =
        |part: u64| u64::try_from(u128::from(shown) * u128::from(part) / u128::from(parts)).unwrap_or(shown);
    let mut starts: Vec<u64> = (0..parts).map(|part| rows.key(start(part)).0).collect();
    starts.push(rows.next_key().0);
    starts
}

/// One row of each part that has some.
fn push_ticks(layer: &TickLayer, starts: &[u64], rows: &dyn Rows, ticks: &mut Vec<Tick>) {
    let mut found = layer.rows.iter();
    let mut next = None;
    for part in starts.windows(2) {
        let &[start, end] = part else { continue };
        if next.is_none_or(|row| row < start) {
            found.advance_to(start);
            next = found.next();
        }
        match next {
            Some(row) if row < end => ticks.push(Tick { index: rows.index(RowKey(row)), kind: layer.kind }),
            Some(_) => {}
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, RENEWAL_PAUSE, TickLayer, Ticks};
    use crate::model::ids::RowKey;
    use crate::ui::sheet::{RowContent, Rows, TickKind};
    use roaring::RoaringTreemap;
    use std::sync::Arc;
    use std::time::Instant;

    struct All(u64, RowContent);

    impl Rows for All {
        fn len(&self) -> u64 {
            self.0
        }

        fn content(&mut self, _index: u64) -> &RowContent {
            &self.1
        }

        fn toggle_expanded(&mut self, _index: u64) {}

        fn measure_from(&mut self, _marked: Option<RowKey>) {}
    }

    fn found(rows: impl IntoIterator<Item = u64>) -> [TickLayer; 1] {
        let rows: RoaringTreemap = rows.into_iter().collect();
        [TickLayer { kind: TickKind::Found, rows: Arc::new(rows) }]
    }

    fn places(ticks: &Ticks) -> Vec<u64> {
        ticks.ticks().iter().map(|tick| tick.index).collect()
    }

    #[test]
    fn what_comes_in_is_pointed_out_at_once_and_then_now_and_again() {
        let rows = All(u64::MAX, RowContent::default());
        let mut ticks = Ticks::default();
        let start = Instant::now();
        ticks.make(&found([]), &rows, start);
        ticks.outdate();
        assert_eq!(ticks.is_due(start), Ok(true), "nothing was pointed out yet");
        ticks.make(&found([3]), &rows, start);
        assert_eq!(ticks.is_due(start), Ok(false), "nothing is new");
        ticks.outdate();
        for (after, is_due) in [(0, false), (100, false), (249, false), (250, true)] {
            let due = ticks.is_due(start + RENEWAL_PAUSE * after / 250);
            assert_eq!(due, if is_due { Ok(true) } else { Err(RENEWAL_PAUSE * (250 - after) / 250) });
        }
    }

    #[test]
    fn a_part_of_the_bar_has_one_row_of_a_kind_however_many_there_are() {
        let mut ticks = Ticks::default();
        for (shown, rows, expected) in [
            (10, vec![2, 3, 9], vec![2, 3, 9]),
            (10 * PARTS, vec![0, 1, 9, 10, 5_119], vec![0, 10, 5_119]),
            (PARTS, vec![], vec![]),
            (0, vec![], vec![]),
        ] {
            ticks.make(&found(rows), &All(shown, RowContent::default()), Instant::now());
            assert_eq!(places(&ticks), expected, "{shown} rows");
        }
        ticks.make(&found(0..100_000), &All(100_000, RowContent::default()), Instant::now());
        assert_eq!(ticks.ticks().len() as u64, PARTS);
    }
}
