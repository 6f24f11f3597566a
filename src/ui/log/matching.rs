//! The records that a filter or a search lets through, by their place among them. It must not know why they are in.

use roaring::RoaringTreemap;
use std::cell::RefCell;
use std::sync::Arc;

/// So many records around a place are kept: more than a frame asks for, before the place and after it.
const STRETCH: usize = 256;

/// A frame looks where the sheet stands and at its end, again and again.
const STRETCHES: usize = 2;

/// A set of records. Finding the record at a place goes over the whole set, which takes a while for a hundred million;
/// those around the places that were asked for last are therefore kept.
#[derive(Debug)]
pub(super) struct Matching {
    set: Arc<RoaringTreemap>,
    /// The one that was asked for last is the last.
    stretches: RefCell<Vec<Stretch>>,
}

/// Records that follow each other in the set.
#[derive(Debug, PartialEq, Eq)]
struct Stretch {
    /// The place of the first one.
    start: u64,
    records: Vec<u64>,
}

impl Matching {
    pub(super) fn new(set: Arc<RoaringTreemap>) -> Matching {
        Matching { set, stretches: RefCell::default() }
    }

    pub(super) fn set(&self) -> &Arc<RoaringTreemap> {
        &self.set
    }

    /// The record at this place, counted from 0.
    pub(super) fn select(&self, place: u64) -> Option<u64> {
        let mut stretches = self.stretches.borrow_mut();
        if let Some(known) = stretches.iter().position(|stretch| stretch.get(place).is_some()) {
            let latest = stretches.len() - 1;
            stretches.swap(known, latest);
        } else {
            // Views go up from a place as often as down.
            let start = place.saturating_sub(STRETCH as u64 / 2);
            let mut records = self.set.iter();
            records.advance_to(self.set.select(start)?);
            if stretches.len() == STRETCHES {
                stretches.remove(0);
            }
            stretches.push(Stretch { start, records: records.take(STRETCH).collect() });
        }
        stretches.last()?.get(place)
    }
}

impl Stretch {
    fn get(&self, place: u64) -> Option<u64> {
        let at = usize::try_from(place.checked_sub(self.start)?).ok()?;
        self.records.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Matching;
    use roaring::RoaringTreemap;
    use std::sync::Arc;

    /// Every third record, across a border of the set's inner maps.
    fn thirds() -> (Matching, Vec<u64>) {
        let start = (1 << 32) - 9_000;
        let records: Vec<u64> = (0..6_000).map(|place| start + place * 3).collect();
        (Matching::new(Arc::new(records.iter().copied().collect::<RoaringTreemap>())), records)
    }

    #[test]
    fn every_place_has_its_record_in_whatever_order_they_are_asked_for() {
        let (matching, records) = thirds();
        let count = records.len() as u64;
        let up_and_down = (0..count).chain((0..count).rev());
        let far_and_near = (0..count).map(|step| (step * 2_503) % count);
        for place in up_and_down.chain(far_and_near) {
            assert_eq!(matching.select(place), records.get(usize::try_from(place).unwrap()).copied());
        }
        assert_eq!(matching.select(count), None);
        assert_eq!(Matching::new(Arc::default()).select(0), None);
    }

    #[test]
    fn a_frame_that_looks_at_two_places_goes_over_the_set_twice() {
        let (matching, records) = thirds();
        let end = records.len() as u64 - 1;
        let starts = |matching: &Matching| {
            let mut starts: Vec<u64> =
                matching.stretches.borrow().iter().map(|stretch| stretch.start).collect();
            starts.sort_unstable();
            starts
        };
        for row in 0..60 {
            matching.select(end - row);
            matching.select(2_000 + row);
            matching.select(2_000 - row);
            assert_eq!(starts(&matching), [2_000 - 128, end - 128]);
        }
        matching.select(500);
        assert_eq!(starts(&matching), [500 - 128, 2_000 - 128], "what was asked for last is kept");
    }
}
