//! Rows that are messages, cut out of streams, and what is no data between them.

use crate::codec::text::{Carry, TextEncoding};
use crate::journal::JournalError;
use crate::journal::split::SplitRows;
use crate::model::ids::{RecordId, RowKey};
use crate::ui::log::source::{LogRow, RowSource};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// So many rows before and behind those that are wanted are cut with them.
const ROWS_AROUND: u64 = 32;

/// A page ends early with so many bytes.
const PAGE_BYTES: usize = 4 << 20;

/// The rows of a split.
#[derive(Debug)]
pub(super) struct MessageRows {
    rows: SplitRows,
    /// Whether the split began with the first record, so that the rows can be counted.
    are_counted: bool,
    /// How many rows there were, and which of them may change, when the frame began.
    count: u64,
    finished: u64,
    records: u64,
    page: Vec<Arc<LogRow>>,
    page_start: u64,
}

impl MessageRows {
    pub(super) fn new(rows: SplitRows, are_counted: bool) -> MessageRows {
        let (count, finished, records) = (rows.len(), rows.finished(), rows.records());
        MessageRows { rows, are_counted, count, finished, records, page: Vec::new(), page_start: 0 }
    }

    fn read_page(&mut self, range: Range<u64>, wanted: u64) -> Result<(), JournalError> {
        self.page.clear();
        self.page_start = range.start;
        let MessageRows { page, page_start, are_counted, .. } = self;
        let (mut bytes, mut key) = (0, range.start);
        self.rows.visit(range, &mut |row| {
            if bytes >= PAGE_BYTES && key <= wanted {
                // What stands before it is too long to be kept beside it.
                page.clear();
                (*page_start, bytes) = (key, 0);
            }
            let number = are_counted.then_some(row.number);
            let row = Arc::new(LogRow { record: row.record.clone(), number, message: row.message });
            bytes += row.bytes();
            page.push(row);
            key += 1;
            if bytes >= PAGE_BYTES && key > wanted {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    fn in_page(&self, key: u64) -> Option<&Arc<LogRow>> {
        self.page.get(usize::try_from(key.checked_sub(self.page_start)?).ok()?)
    }
}

impl RowSource for MessageRows {
    fn again(&self) -> Box<dyn RowSource> {
        Box::new(MessageRows::new(self.rows.clone(), self.are_counted))
    }

    fn count(&self) -> u64 {
        self.count
    }

    fn volatile_from(&self) -> u64 {
        self.finished
    }

    fn refresh(&mut self) {
        let records = self.rows.records();
        if records == self.records {
            return;
        }
        let kept = self.finished.saturating_sub(self.page_start);
        self.page.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        (self.count, self.finished, self.records) = (self.rows.len(), self.rows.finished(), records);
    }

    fn prepare(&mut self, range: Range<u64>) -> Result<(), JournalError> {
        let range = range.start..range.end.min(self.count);
        let page_end = self.page_start + self.page.len() as u64;
        if range.is_empty() || (self.page_start <= range.start.saturating_sub(1) && range.end <= page_end) {
            return Ok(());
        }
        let end = range.end.saturating_add(ROWS_AROUND).min(self.count);
        self.read_page(range.start.saturating_sub(ROWS_AROUND)..end, range.start)
    }

    fn row(&mut self, key: RowKey) -> Result<Option<Arc<LogRow>>, JournalError> {
        if key.0 >= self.count {
            return Ok(None);
        }
        if self.in_page(key.0).is_none() {
            let end = key.0.saturating_add(ROWS_AROUND).min(self.count);
            self.read_page(key.0.saturating_sub(ROWS_AROUND)..end, key.0)?;
        }
        Ok(self.in_page(key.0).cloned())
    }

    fn carry(&mut self, _row: &LogRow, _encoding: TextEncoding) -> Carry {
        Carry::default()
    }

    fn key_of(&self, record: RecordId) -> Result<RowKey, JournalError> {
        self.rows.key_of(record)
    }
}
