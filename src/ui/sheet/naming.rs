//! The keys by which a sheet knows rows, where rows get other ones. It must not know why they do.

use crate::model::ids::RowKey;
use crate::ui::sheet::{Sheet, Stretch};

impl Sheet {
    /// Calls rows by other keys from now on, and stays where it is: what is called anew is still the same.
    pub fn rename(&mut self, new_key: &mut dyn FnMut(RowKey) -> RowKey) {
        self.top = new_key(self.top);
        self.new_from = new_key(self.new_from);
        self.wanted = self.wanted.map(&mut *new_key);
        self.marked = self.marked.map(&mut *new_key);
        match self.selection.single() {
            Some(single) => self.selection.set(new_key(single)),
            None => self.selection.clear(),
        }
        // What was one row may be several now.
        self.part = None;
        self.stretch = None;
        self.anchor.row = u64::MAX;
    }

    /// The rows that it knows by their keys; of those that are selected, where they begin and end.
    pub fn named_rows(&self) -> Vec<RowKey> {
        let last_selected = self.selection.ranges().last().map(|range| RowKey(*range.end()));
        let ends = self.stretch.map(Stretch::rows);
        let part = self.part.map(|part| part.row);
        let one = [self.marked, self.selection.cursor(), last_selected, part, ends.map(|(first, _)| first)];
        let mut rows = vec![self.top];
        rows.extend(one.into_iter().flatten().chain(ends.map(|(_, last)| last)));
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Rows from the `first` on that have moved are called by other keys from now on, or by none where they are not found.
    /// What was selected of one row stays with it. Of several it is dropped, because others stand between them now.
    pub fn follow_moved(&mut self, first: RowKey, new_key: &dyn Fn(RowKey) -> Option<RowKey>) {
        let has_moved = |key: RowKey| new_key(key) != Some(key);
        self.top = new_key(self.top).unwrap_or(self.top);
        self.marked = self.marked.and_then(new_key);
        self.part = self.part.and_then(|part| Some(part.in_row(new_key(part.row)?)));
        self.stretch = self.stretch.filter(|stretch| {
            let (first, last) = stretch.rows();
            !has_moved(first) && !has_moved(last)
        });
        let last = self.selection.ranges().last().map(|range| RowKey(*range.end()));
        if let Some(single) = self.selection.single().filter(|single| has_moved(*single)) {
            match new_key(single) {
                Some(new) => self.selection.set(new),
                None => self.selection.clear(),
            }
        } else if last.is_some_and(has_moved) || self.selection.cursor().is_some_and(has_moved) {
            self.selection.keep_before(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sheet, Stretch};
    use crate::model::ids::RowKey;

    /// Rows from the tenth on stand one further now, and one of them is gone.
    fn moved(key: RowKey) -> Option<RowKey> {
        match key.0 {
            12 => None,
            10.. => Some(RowKey(key.0 + 1)),
            _ => Some(key),
        }
    }

    #[test]
    fn what_is_selected_of_one_row_moves_with_it() {
        for (row, now) in [(9, Some(9)), (10, Some(11)), (12, None)] {
            let mut sheet = Sheet::default();
            sheet.select_part(RowKey(row), &(2..5));
            sheet.follow_moved(RowKey(10), &moved);
            let part = sheet.part().map(|part| (part.row.0, part.bytes()));
            assert_eq!(part, now.map(|now| (now, 2..5)), "{row}");
            assert_eq!(sheet.selection().single(), now.map(RowKey), "{row}");
        }
    }

    #[test]
    fn of_several_rows_those_stay_selected_that_have_not_moved() {
        for (first, last, is_kept, ranges) in
            [(5, 9, true, vec![5..=9]), (5, 10, false, vec![5..=9]), (10, 11, false, Vec::new())]
        {
            let mut sheet = Sheet::default();
            sheet.selection.set(RowKey(first));
            sheet.selection.extend_to(RowKey(last));
            sheet.stretch = Some(Stretch::new((RowKey(first), 3), (RowKey(last), 1)));
            assert!(sheet.named_rows().contains(&RowKey(last)));
            sheet.follow_moved(RowKey(10), &moved);
            assert_eq!((sheet.stretch.is_some(), sheet.selection.ranges()), (is_kept, ranges.as_slice()));
        }
    }
}
