//! Which rows are selected, as ranges: all of a hundred million rows cost as much as one; and which part of one row, as bytes
//! of its payload, so that it stays the same however the row is shown.
//!
//! It must not know what rows contain. Rows are named by their keys, so a selection outlives a filter.

use crate::model::ids::RowKey;
use std::ops::{Range, RangeInclusive};

/// The selected rows, and the row that the keyboard stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// In order, none touching the next.
    ranges: Vec<RangeInclusive<u64>>,
    /// Where a range that is being drawn began.
    origin: Option<RowKey>,
    /// Where it ends now.
    cursor: Option<RowKey>,
}

/// Some bytes of one row: from where a press began to where it went. Where it went nowhere, there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The row.
    pub row: RowKey,
    origin: usize,
    head: usize,
}

impl Selection {
    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether a row is selected.
    pub fn contains(&self, key: RowKey) -> bool {
        let after = self.ranges.partition_point(|range| *range.end() < key.0);
        self.ranges.get(after).is_some_and(|range| range.contains(&key.0))
    }

    /// The keys of the selected rows, as ranges in order.
    pub fn ranges(&self) -> &[RangeInclusive<u64>] {
        &self.ranges
    }

    /// The one selected row, if it is one.
    pub fn single(&self) -> Option<RowKey> {
        match self.ranges.as_slice() {
            [range] if range.start() == range.end() => Some(RowKey(*range.start())),
            _ => None,
        }
    }

    /// Whether more than one row is selected.
    pub fn has_several(&self) -> bool {
        !self.is_empty() && self.single().is_none()
    }

    /// The row that the keyboard stands on.
    pub fn cursor(&self) -> Option<RowKey> {
        self.cursor
    }

    /// Nothing is selected any more.
    pub fn clear(&mut self) {
        *self = Selection::default();
    }

    /// This row and no other.
    pub fn set(&mut self, key: RowKey) {
        self.ranges = vec![key.0..=key.0];
        self.origin = Some(key);
        self.cursor = Some(key);
    }

    /// Everything from the row where the selection began to this one.
    pub fn extend_to(&mut self, key: RowKey) {
        let origin = self.origin.unwrap_or(key);
        self.ranges = vec![origin.0.min(key.0)..=origin.0.max(key.0)];
        self.origin = Some(origin);
        self.cursor = Some(key);
    }

    /// Adds a row, or takes it out.
    pub fn toggle(&mut self, key: RowKey) {
        if self.contains(key) {
            self.remove(key.0);
        } else {
            self.insert(key.0);
        }
        self.origin = Some(key);
        self.cursor = Some(key);
    }

    /// Everything from the first to the last of these; the cursor stays where it is.
    pub fn set_range(&mut self, first: RowKey, last: RowKey) {
        self.ranges = vec![first.0.min(last.0)..=first.0.max(last.0)];
        self.origin = Some(first);
        self.cursor = self.cursor.or(Some(last));
    }

    /// Only what is selected before this row stays selected.
    pub fn keep_before(&mut self, end: RowKey) {
        self.ranges.retain(|range| *range.start() < end.0);
        if let Some(last) = self.ranges.last_mut().filter(|range| *range.end() >= end.0) {
            *last = *last.start()..=end.0 - 1;
        }
        self.origin = self.origin.filter(|origin| *origin < end);
        self.cursor = self.cursor.filter(|cursor| *cursor < end);
    }

    fn insert(&mut self, row: u64) {
        let place = self.ranges.partition_point(|range| *range.end() < row);
        self.ranges.insert(place, row..=row);
        self.join(place);
        if let Some(before) = place.checked_sub(1) {
            self.join(before);
        }
    }

    /// Makes one range of this one and the next, if they touch.
    fn join(&mut self, place: usize) {
        if let (Some(one), Some(next)) = (self.ranges.get(place), self.ranges.get(place + 1))
            && one.end().saturating_add(1) >= *next.start()
        {
            self.ranges[place] = *one.start()..=*next.end();
            self.ranges.remove(place + 1);
        }
    }

    fn remove(&mut self, row: u64) {
        let place = self.ranges.partition_point(|range| *range.end() < row);
        let Some(range) = self.ranges.get(place).cloned() else { return };
        self.ranges.remove(place);
        if row < *range.end() {
            self.ranges.insert(place, row + 1..=*range.end());
        }
        if row > *range.start() {
            self.ranges.insert(place, *range.start()..=row - 1);
        }
    }
}

impl Part {
    /// These bytes of a row.
    pub fn new(row: RowKey, bytes: &Range<usize>) -> Part {
        Part { row, origin: bytes.start, head: bytes.end }
    }

    /// Where one may begin.
    pub fn at(row: RowKey, byte: usize) -> Part {
        Part { row, origin: byte, head: byte }
    }

    /// The same of a row that is called like this now.
    #[must_use]
    pub fn in_row(self, row: RowKey) -> Part {
        Part { row, ..self }
    }

    /// Where it began.
    pub fn origin(self) -> usize {
        self.origin
    }

    /// Where it went.
    pub fn head(self) -> usize {
        self.head
    }

    /// The bytes.
    pub fn bytes(self) -> Range<usize> {
        self.origin.min(self.head)..self.origin.max(self.head)
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.origin == self.head
    }

    /// The same from where it began to this byte.
    #[must_use]
    pub fn extended_to(self, head: usize) -> Part {
        Part { head, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use crate::model::ids::RowKey;

    #[test]
    fn toggled_rows_join_and_part() {
        let rows = [
            (&[5][..], &[(5, 5)][..]),
            (&[5, 7], &[(5, 5), (7, 7)]),
            (&[5, 7, 6], &[(5, 7)]),
            (&[7, 5, 6, 6], &[(5, 5), (7, 7)]),
            (&[5, 6, 7, 5], &[(6, 7)]),
            (&[5, 6, 7, 7], &[(5, 6)]),
            (&[5, 5], &[]),
        ];
        for (toggles, expected) in rows {
            let mut selection = Selection::default();
            for &row in toggles {
                selection.toggle(RowKey(row));
            }
            let found: Vec<_> = selection.ranges().iter().map(|r| (*r.start(), *r.end())).collect();
            assert_eq!(found, expected, "{toggles:?}");
            for row in 0..10 {
                let inside = expected.iter().any(|&(first, last)| (first..=last).contains(&row));
                assert_eq!(selection.contains(RowKey(row)), inside, "{toggles:?} {row}");
            }
        }
    }

    #[test]
    fn extending_goes_both_ways_from_the_origin() {
        let mut selection = Selection::default();
        selection.set(RowKey(100_000_000));
        selection.extend_to(RowKey(100_000_010));
        assert_eq!(selection.ranges(), [100_000_000..=100_000_010]);
        selection.extend_to(RowKey(99_999_990));
        assert_eq!(selection.ranges(), [99_999_990..=100_000_000]);
        assert_eq!(selection.cursor(), Some(RowKey(99_999_990)));
        assert_eq!(selection.single(), None);
    }
}
