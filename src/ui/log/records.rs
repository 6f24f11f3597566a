//! Rows that are records: row n is record n.

use crate::codec::text::{Carry, LookBack, TextEncoding};
use crate::journal::{JournalError, JournalReader, MessagePeers};
use crate::model::ids::{PeerId, RecordId, RowKey};
use crate::model::record::{Direction, Record};
use crate::ui::log::source::{LogRow, RowSource};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// So many rows before and behind those that are wanted are read with them: what a row shows depends on those before it.
const ROWS_BEFORE: u64 = 48;
const ROWS_BEHIND: u64 = 16;

/// A page ends early with so many bytes.
const PAGE_BYTES: usize = 4 << 20;

/// The records of a journal.
#[derive(Debug)]
pub struct RecordRows {
    reader: JournalReader,
    records: u64,
    messages: MessagePeers,
    /// Rows that follow each other, from the first one on.
    page: Vec<PageRow>,
    page_start: u64,
}

#[derive(Debug)]
struct PageRow {
    row: Arc<LogRow>,
    /// The record before it in its stream, if that stands in the page.
    previous: Option<u64>,
}

impl RecordRows {
    /// The records that are there now.
    pub fn new(reader: JournalReader) -> RecordRows {
        RecordRows {
            records: reader.snapshot().records,
            messages: MessagePeers::new(reader.clone()),
            reader,
            page: Vec::new(),
            page_start: 0,
        }
    }

    /// Reads rows from `start` on, at least up to `wanted`.
    fn read_page(&mut self, start: u64, wanted: u64, end: u64) -> Result<(), JournalError> {
        self.page.clear();
        self.page_start = start;
        let mut latest: HashMap<(Option<PeerId>, Direction), u64> = HashMap::new();
        let mut bytes = 0;
        let mut records = self.reader.records(start..end).at_once();
        while bytes < PAGE_BYTES || records.next_id().0 <= wanted {
            if bytes >= PAGE_BYTES && records.next_id().0 <= wanted {
                // What stands before it is too long to be kept beside it.
                self.page.clear();
                self.page_start = records.next_id().0;
                (bytes, latest) = (0, HashMap::new());
            }
            let Some(record) = records.next()? else { break };
            let stream = record.data().map(|data| (record.peer, data.head.direction));
            let previous = stream.and_then(|stream| latest.insert(stream, record.id.0));
            let number = Some(record.id.0.saturating_add(1));
            let row = Arc::new(LogRow { record: record.clone(), number, message: None });
            bytes += row.bytes();
            self.page.push(PageRow { row, previous });
        }
        Ok(())
    }

    fn in_page(&self, key: u64) -> Option<&PageRow> {
        self.page.get(usize::try_from(key.checked_sub(self.page_start)?).ok()?)
    }

    /// The record before one in its stream.
    fn previous(&self, record: RecordId) -> Result<Option<RecordId>, JournalError> {
        match self.in_page(record.0).and_then(|page_row| page_row.previous) {
            Some(previous) => Ok(Some(RecordId(previous))),
            None => self.reader.previous_in_stream(record),
        }
    }

    fn take_bytes(&self, record: RecordId, back: &mut LookBack) -> Result<bool, JournalError> {
        if let Some(known) = self.in_page(record.0) {
            return Ok(take_data(&known.row.record, back));
        }
        Ok(self.reader.record(record)?.is_some_and(|record| take_data(&record, back)))
    }
}

fn take_data(record: &Record, back: &mut LookBack) -> bool {
    record.data().inspect(|data| back.take(&data.bytes)).is_some()
}

impl RowSource for RecordRows {
    fn again(&self) -> Box<dyn RowSource> {
        Box::new(RecordRows::new(self.reader.clone()))
    }

    fn count(&self) -> u64 {
        self.records
    }

    fn volatile_from(&self) -> u64 {
        self.records
    }

    fn refresh(&mut self) {
        self.records = self.reader.snapshot().records;
    }

    fn prepare(&mut self, range: Range<u64>) -> Result<(), JournalError> {
        let range = range.start..range.end.min(self.records);
        let page_end = self.page_start + self.page.len() as u64;
        let is_there = self.page_start <= range.start.saturating_sub(1) && range.end <= page_end;
        if is_there || range.is_empty() {
            return Ok(());
        }
        let end = range.end.saturating_add(ROWS_BEHIND).min(self.records);
        self.read_page(range.start.saturating_sub(ROWS_BEFORE), range.start, end)
    }

    fn row(&mut self, key: RowKey) -> Result<Option<Arc<LogRow>>, JournalError> {
        if key.0 >= self.records {
            return Ok(None);
        }
        if self.in_page(key.0).is_none() {
            let end = key.0.saturating_add(ROWS_BEHIND).min(self.records);
            self.read_page(key.0.saturating_sub(ROWS_BEHIND), key.0, end)?;
        }
        Ok(self.in_page(key.0).map(|page_row| Arc::clone(&page_row.row)))
    }

    /// Datagrams leave nothing.
    fn carry(&mut self, row: &LogRow, encoding: TextEncoding) -> Carry {
        let record = &row.record;
        // A peer that cannot be asked for is told by its own row.
        if record.data().is_none() || self.messages.is_message_oriented(record.peer).unwrap_or(true) {
            return Carry::default();
        }
        let mut back = LookBack::new(encoding);
        let mut at = record.id;
        while back.wants_more() {
            // A record that cannot be read ends the look back: what follows starts a character, as after a gap.
            let Ok(Some(previous)) = self.previous(at) else { break };
            if !matches!(self.take_bytes(previous, &mut back), Ok(true)) {
                break;
            }
            at = previous;
        }
        back.carry()
    }

    fn key_of(&self, record: RecordId) -> Result<RowKey, JournalError> {
        Ok(RowKey(record.0))
    }
}
