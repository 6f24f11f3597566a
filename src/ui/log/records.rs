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

/// A page ends early with so many bytes: as many as the rows of a window have that were read at once in a flood.
const PAGE_BYTES: usize = 8 << 20;

/// Of rows before those that are wanted, but for the last one, no more bytes are read.
const BYTES_BEFORE: u64 = 512 << 10;

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

/// Memory of rows that nobody looks at any more, from the least to the most.
struct Spares(Vec<Vec<u8>>);

impl Spares {
    fn of(memory: impl Iterator<Item = Vec<u8>>) -> Spares {
        let mut spares: Vec<Vec<u8>> = memory.filter(|spare| spare.capacity() > 0).collect();
        spares.sort_by_key(Vec::capacity);
        Spares(spares)
    }

    /// Memory for so many bytes. What is far too large is not taken: a short row would hold the memory of a long one, and
    /// a page more than what its rows say.
    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let place = self.0.partition_point(|spare| spare.capacity() < bytes);
        let fits = self.0.get(place).is_some_and(|spare| spare.capacity() <= bytes.saturating_mul(2));
        if fits { self.0.remove(place) } else { Vec::with_capacity(bytes) }
    }
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
        // In a flood of long rows all of them are others in every frame, and new memory for them would cost most of it.
        let old = self.page.drain(..).filter_map(|page_row| Arc::into_inner(page_row.row));
        let mut spares = Spares::of(old.map(|row| row.record.into_memory()));
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
            let Some(record) = records.next_in(|bytes| spares.take(bytes))? else { break };
            let stream = record.data().map(|data| (record.peer, data.head.direction));
            let previous = stream.and_then(|stream| latest.insert(stream, record.id.0));
            let number = Some(record.id.0.saturating_add(1));
            let row = Arc::new(LogRow { record, number, message: None });
            bytes += row.bytes();
            self.page.push(PageRow { row, previous });
        }
        Ok(())
    }

    /// The row to read from when this one is wanted: so many rows before it, or fewer where they are long.
    fn start_before(&self, first: u64, most: u64) -> u64 {
        let mut before = most.min(first);
        while before > 1 && self.reader.bytes_about(first - before..first) > BYTES_BEFORE {
            before /= 2;
        }
        first - before
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
        self.read_page(self.start_before(range.start, ROWS_BEFORE), range.start, end)
    }

    fn row(&mut self, key: RowKey) -> Result<Option<Arc<LogRow>>, JournalError> {
        if key.0 >= self.records {
            return Ok(None);
        }
        if self.in_page(key.0).is_none() {
            let end = key.0.saturating_add(ROWS_BEHIND).min(self.records);
            self.read_page(self.start_before(key.0, ROWS_BEHIND), key.0, end)?;
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

#[cfg(test)]
mod tests {
    use super::{BYTES_BEFORE, ROWS_BEFORE, RecordRows, Spares};
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::{Epoch, PeerId, RowKey};
    use crate::model::record::DataHead;
    use crate::ui::log::source::RowSource;
    use crate::util::clock;
    use std::sync::Arc;

    #[test]
    fn few_rows_before_are_read_where_they_are_long_and_those_in_sight_once() {
        for (row_bytes, most_before) in [(64, ROWS_BEFORE), (256 << 10, BYTES_BEFORE / (256 << 10))] {
            let folder = tempfile::tempdir().unwrap();
            let mut writer =
                JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
            for number in 0..80 {
                let bytes = vec![number; row_bytes];
                writer.append_data(clock::now(), Epoch(1), PeerId::new(1), &DataHead::received(), &bytes);
            }
            writer.publish().unwrap();
            let mut rows = RecordRows::new(writer.reader());
            rows.prepare(52..80).unwrap();
            let before = 52 - rows.page_start;
            assert!((1..=most_before).contains(&before), "{row_bytes}: {before}");
            assert_eq!(rows.page_start + rows.page.len() as u64, 80, "{row_bytes}");
            let mut seen = || (52..80).map(|key| rows.row(RowKey(key)).unwrap().unwrap()).collect::<Vec<_>>();
            let first = seen();
            assert!(
                first.iter().zip(52..).all(|(row, number)| row.record.data().unwrap().bytes[0] == number)
            );
            assert!(seen().iter().zip(&first).all(|(row, first)| Arc::ptr_eq(row, first)), "read again");
            rows.prepare(52..80).unwrap();
            assert!(Arc::ptr_eq(&rows.row(RowKey(52)).unwrap().unwrap(), &first[0]), "read again");
        }
    }

    #[test]
    fn a_short_row_does_not_hold_the_memory_of_a_long_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        // Long rows, then short ones with a long one now and then, over and over.
        for number in 0..240 {
            let is_long = if number / 40 % 2 == 0 { number % 2 == 0 } else { number % 10 == 0 };
            let bytes = vec![7; if is_long { 256 << 10 } else { 20 }];
            writer.append_data(clock::now(), Epoch(1), PeerId::new(1), &DataHead::received(), &bytes);
        }
        writer.publish().unwrap();
        let mut rows = RecordRows::new(writer.reader());
        for start in (0..200).step_by(10).chain((0..200).rev().step_by(10)) {
            rows.prepare(start..start + 40).unwrap();
            let data = || rows.page.iter().map(|page_row| &page_row.row.record.data().unwrap().bytes);
            let said: usize = data().map(Vec::len).sum();
            let held: usize = data().map(Vec::capacity).sum();
            assert!(!rows.page.is_empty() && held <= 2 * said, "{start}: {held} for {said}");
            let most = data().map(|bytes| bytes.capacity() / bytes.len()).max();
            assert!(most <= Some(2), "{start}: {most:?} times what a row says");
        }
    }

    #[test]
    fn memory_of_earlier_rows_is_used_again_where_it_fits() {
        let memory = |bytes: usize| Vec::with_capacity(bytes);
        let mut spares = Spares::of([1000, 20, 0, 300].into_iter().map(memory));
        for (bytes, capacity) in [(20, 20), (20, 20), (160, 300), (160, 160), (600, 1000), (600, 600)] {
            assert_eq!(spares.take(bytes).capacity(), capacity, "{bytes}");
        }
        assert!(spares.0.is_empty());
    }
}
