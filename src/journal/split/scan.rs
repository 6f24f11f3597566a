//! Going over a journal once, to learn where its messages are. A step has a budget, and the next one goes on, also with
//! what the journal has gained meanwhile.

use crate::codec::framing::LONGEST_MESSAGE;
use crate::codec::streams::StreamSplitter;
use crate::journal::error::JournalError;
use crate::journal::message_peers::MessagePeers;
use crate::journal::reader::JournalReader;
use crate::journal::split::index::SplitIndex;
use crate::journal::split::rows::SplitRows;
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use std::sync::{Arc, PoisonError, RwLock};

/// How far a scan is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitProgress {
    /// Records cut so far.
    pub done_records: u64,
    /// Records that are there.
    pub total_records: u64,
    /// Everything that was there when the step began has been cut.
    pub is_done: bool,
}

/// What a record costs besides its bytes.
const RECORD_BYTES: u64 = 64;

/// The scan of one split. What it has learnt can be looked at through [`SplitRows`] at any time.
#[derive(Debug)]
pub struct SplitScan {
    reader: JournalReader,
    framing: Framing,
    longest: usize,
    splitter: StreamSplitter,
    messages: MessagePeers,
    rows: u64,
    next_record: u64,
    index: Arc<RwLock<SplitIndex>>,
}

impl SplitScan {
    /// A scan from the first record, or from a later one: what streams had before it is then not known.
    pub fn new(reader: JournalReader, framing: Framing, first: RecordId) -> SplitScan {
        SplitScan::with_longest_message(reader, framing, LONGEST_MESSAGE, first)
    }

    /// The same where messages have at most so many bytes.
    pub(super) fn with_longest_message(
        reader: JournalReader,
        framing: Framing,
        longest: usize,
        first: RecordId,
    ) -> SplitScan {
        SplitScan {
            splitter: StreamSplitter::with_longest_message(framing.clone(), longest),
            messages: MessagePeers::new(reader.clone()),
            framing,
            longest,
            rows: 0,
            next_record: first.0,
            index: Arc::new(RwLock::new(SplitIndex::new(first.0))),
            reader,
        }
    }

    /// The rows that are known.
    pub fn rows(&self) -> SplitRows {
        SplitRows::new(self.reader.clone(), self.framing.clone(), self.longest, Arc::clone(&self.index))
    }

    /// Cuts records with about so many bytes.
    pub fn step(&mut self, budget_bytes: u64) -> Result<SplitProgress, JournalError> {
        let total_records = self.reader.snapshot().records;
        let mut records = self.reader.records(self.next_record..total_records);
        let mut places = Vec::new();
        let mut taken_bytes = 0;
        let mut last = self.index.read().unwrap_or_else(PoisonError::into_inner).last_place();
        while taken_bytes < budget_bytes {
            let id = records.next_id().0;
            let Some(record) = records.next()? else { break };
            if last.is_due(self.rows, id, self.splitter.streams()) {
                places.push((self.rows, id, self.splitter.waiting().collect::<Vec<_>>()));
                last = last.at(self.rows, id);
            }
            let is_message = self.messages.is_message_oriented(record.peer)?;
            let rows = &mut self.rows;
            self.splitter.record(record, is_message, |_| *rows += 1);
            taken_bytes += RECORD_BYTES;
            match record.data() {
                Some(data) => taken_bytes += data.bytes.len() as u64,
                None => *rows += 1,
            }
        }
        self.next_record = records.next_id().0;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        for (rows, record, waiting) in places {
            index.add(rows, record, waiting.into_iter());
        }
        index.rows = self.rows;
        index.unfinished = self.splitter.unfinished() as u64;
        index.next_record = self.next_record;
        let is_done = self.next_record >= total_records;
        Ok(SplitProgress { done_records: self.next_record, total_records, is_done })
    }
}
