//! Looking for something in messages, and choosing among them: each message is judged by itself. A step goes over some
//! rows, and the next one goes on, also with those that came meanwhile.

use crate::codec::rows::Row;
use crate::journal::error::JournalError;
use crate::journal::format::RecordHead;
use crate::journal::query::{Filter, Pattern};
use crate::journal::split::rows::SplitRows;
use crate::model::record::Body;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;

/// Goes over the rows of a split that are there for ever.
#[derive(Debug)]
pub struct MessageSearch {
    rows: SplitRows,
    pattern: Option<Pattern>,
    filter: Filter,
    next: u64,
    /// The rows that were found.
    found: RoaringTreemap,
}

/// What a step found, and how far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageProgress {
    /// New rows with a match, in order; those with several stand here several times.
    pub hits: Vec<u64>,
    /// Rows judged so far.
    pub done_rows: u64,
    /// Rows to judge.
    pub total_rows: u64,
    /// All rows that were there have been judged.
    pub is_done: bool,
}

impl MessageSearch {
    /// A search for `pattern` in the messages and notes that the filter lets through.
    pub fn new(rows: SplitRows, pattern: Pattern, filter: Filter) -> MessageSearch {
        MessageSearch { rows, pattern: Some(pattern), filter, next: 0, found: RoaringTreemap::new() }
    }

    /// All rows that the filter lets through.
    pub fn of_filter(rows: SplitRows, filter: Filter) -> MessageSearch {
        MessageSearch { rows, pattern: None, filter, next: 0, found: RoaringTreemap::new() }
    }

    /// The rows that were found so far.
    pub fn matching(&self) -> &RoaringTreemap {
        &self.found
    }

    /// Judges about so many more rows.
    pub fn step(&mut self, budget_rows: u64) -> Result<MessageProgress, JournalError> {
        let total_rows = self.rows.finished();
        let end = self.next.saturating_add(budget_rows.max(1)).min(total_rows);
        let mut hits = Vec::new();
        let MessageSearch { rows, pattern, filter, next, found } = self;
        rows.visit(*next..end, &mut |row| {
            let count = matches_in(row, pattern.as_ref(), filter);
            hits.extend(std::iter::repeat_n(*next, count));
            if count > 0 {
                found.insert(*next);
            }
            *next += 1;
            ControlFlow::Continue(())
        })?;
        self.next = end.max(self.next);
        Ok(MessageProgress { hits, done_rows: self.next, total_rows, is_done: self.next >= total_rows })
    }
}

/// How often the pattern is found in a row; once for every row that passes where there is none.
fn matches_in(row: &Row<'_>, pattern: Option<&Pattern>, filter: &Filter) -> usize {
    if !filter.is_open() && !filter.matches(&RecordHead::of(row.record)) {
        return 0;
    }
    let Some(pattern) = pattern else { return 1 };
    let bytes = match &row.record.body {
        Body::Data(data) => data.bytes.as_slice(),
        Body::Note(text) => text.as_bytes(),
        _ => return 0,
    };
    let (mut count, mut from) = (0, 0);
    while let Some(hit) = pattern.find_at(bytes, from) {
        count += 1;
        from = hit.end.max(from + 1);
    }
    count
}
