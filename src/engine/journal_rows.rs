//! Rows of a journal that are sent again: which, and how fast. They are read one after the other, so that ten thousand of
//! them take no more memory than the longest. It knows no socket.

use crate::engine::event::Rejection;
use crate::export::RowSelection;
use crate::journal::JournalReader;
use crate::journal::split::SplitRows;
use crate::model::ids::RecordId;
use crate::model::moment::Moment;
use crate::model::record::{Body, Record};
use std::ops::{ControlFlow, Range};
use std::path::Path;

/// Rows that are farther apart are cut out of their streams in a second go, and not with all that lies between them.
const MOST_BETWEEN: u64 = 512;

/// Rows of a session, of this program or an earlier one.
#[derive(Clone, Debug)]
pub struct JournalRows {
    reader: JournalReader,
    /// The messages that are meant instead of records, where streams are cut.
    messages: Option<SplitRows>,
    selection: RowSelection,
    timing: RowTiming,
}

/// How long after each other rows are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowTiming {
    /// As fast as they are taken.
    AtOnce,
    /// As long as there was between them. A step back in time is no time.
    AsTheyCame,
}

/// A row as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentRow<'a> {
    /// Which it is in the log, counted from 1.
    pub(super) number: u64,
    /// When it happened.
    pub(super) moment: Moment,
    /// What came or went; an event has none.
    pub(super) bytes: Option<&'a [u8]>,
}

/// Takes a row and says whether to go on.
pub(super) type RowVisit<'a> = dyn FnMut(SentRow<'_>) -> ControlFlow<()> + 'a;

impl JournalRows {
    /// The rows that are there now. What comes in while they are sent changes none of them, not even one that was
    /// unfinished.
    pub fn new(
        reader: JournalReader,
        messages: Option<&SplitRows>,
        selection: RowSelection,
        timing: RowTiming,
    ) -> JournalRows {
        let messages = messages.map(SplitRows::as_they_are);
        let end = messages.as_ref().map_or_else(|| reader.snapshot().records, SplitRows::len);
        let RowSelection { ranges, among } = selection;
        let ranges = ranges.into_iter().map(|range| range.start.min(end)..range.end.min(end)).collect();
        JournalRows { reader, messages, selection: RowSelection { ranges, among }, timing }
    }

    /// How many rows there are, those included that have no bytes.
    pub fn count(&self) -> u64 {
        self.selection.count(u64::MAX)
    }

    /// How long after each other they are sent.
    pub fn timing(&self) -> RowTiming {
        self.timing
    }

    /// The file in which they are.
    pub(super) fn path(&self) -> &Path {
        self.reader.path()
    }

    /// Goes through the rows in their order.
    pub(super) fn visit(&self, visit: &mut RowVisit<'_>) -> Result<(), Rejection> {
        for range in &self.selection.ranges {
            let flow = match &self.messages {
                Some(messages) => self.visit_messages(messages, range.clone(), visit)?,
                None => self.visit_records(range.clone(), visit)?,
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn visit_records(
        &self,
        range: Range<u64>,
        visit: &mut RowVisit<'_>,
    ) -> Result<ControlFlow<()>, Rejection> {
        let Some(among) = &self.selection.among else {
            let mut records = self.reader.records(range);
            while let Some(record) = records.next().map_err(|error| error.failure())? {
                if self.take(record.id.0, record, visit)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        };
        // Of those that are hidden none is looked at.
        let mut shown = among.iter();
        shown.advance_to(range.start);
        for id in shown.take_while(|id| *id < range.end) {
            let Some(record) = self.reader.record(RecordId(id)).map_err(|error| error.failure())? else {
                break;
            };
            if self.take(id, &record, visit)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn visit_messages(
        &self,
        messages: &SplitRows,
        range: Range<u64>,
        visit: &mut RowVisit<'_>,
    ) -> Result<ControlFlow<()>, Rejection> {
        let is_meant = |key: u64| self.selection.among.as_ref().is_none_or(|among| among.contains(key));
        let mut outcome = Ok(ControlFlow::Continue(()));
        let mut start = range.start;
        while let Some(first) = self.first_meant(start..range.end) {
            let (mut key, mut meant) = (first, first);
            let visited = messages.visit(first..range.end, &mut |row| {
                if is_meant(key) {
                    meant = key;
                    outcome = self.take(key, row.record, visit);
                }
                key += 1;
                let goes_on = matches!(outcome, Ok(ControlFlow::Continue(()))) && key - meant <= MOST_BETWEEN;
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            visited.map_err(|error| error.failure())?;
            if !matches!(outcome, Ok(ControlFlow::Continue(()))) || key == first {
                break;
            }
            start = key;
        }
        outcome
    }

    fn first_meant(&self, range: Range<u64>) -> Option<u64> {
        let first = match &self.selection.among {
            Some(among) => {
                let mut keys = among.iter();
                keys.advance_to(range.start);
                keys.next()?
            }
            None => range.start,
        };
        (first < range.end).then_some(first)
    }

    /// What was lost cannot be sent, and is not left out in silence.
    fn take(
        &self,
        key: u64,
        record: &Record,
        visit: &mut RowVisit<'_>,
    ) -> Result<ControlFlow<()>, Rejection> {
        let number = key.saturating_add(1);
        if matches!(record.body, Body::Damaged) {
            return Err(Rejection::RowDamaged { path: self.reader.path().to_owned(), row: number });
        }
        let bytes = record.data().map(|data| data.bytes.as_slice());
        Ok(visit(SentRow { number, moment: Moment::of(record), bytes }))
    }
}

/// Two are the same if they are the same rows of the same file.
impl PartialEq for JournalRows {
    fn eq(&self, other: &JournalRows) -> bool {
        let of_messages = self.messages.is_some() == other.messages.is_some();
        let of_file = self.reader.path() == other.reader.path() && self.timing == other.timing;
        let RowSelection { ranges, among } = &self.selection;
        of_messages && of_file && *ranges == other.selection.ranges && *among == other.selection.among
    }
}

impl Eq for JournalRows {}
