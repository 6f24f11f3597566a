//! Rows of a split, cut again from the nearest place that the index knows.

use crate::codec::rows::{Row, RowMaker};
use crate::codec::streams::{PieceHead, StreamSplitter, WaitingPiece};
use crate::journal::error::JournalError;
use crate::journal::message_peers::MessagePeers;
use crate::journal::reader::JournalReader;
use crate::journal::split::index::{Checkpoint, SplitIndex};
use crate::model::framing::Framing;
use crate::model::ids::{PeerId, RecordId, RowKey};
use crate::model::record::Direction;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Records that are at most so far back are gone through in one go, to find what waits in streams; those of older pieces
/// are found one by one.
const NEAR_RECORDS: u64 = 16_384;

/// The rows of a split, as far as its scan has come.
#[derive(Clone, Debug)]
pub struct SplitRows {
    reader: JournalReader,
    framing: Framing,
    longest: usize,
    index: Arc<RwLock<SplitIndex>>,
    /// As far as they are looked at, if what the scan cuts from now on is not.
    extent: Option<Extent>,
}

/// How far the cutting is.
#[derive(Clone, Copy, Debug)]
struct Extent {
    /// Rows that will never change.
    rows: u64,
    /// Rows behind them that are unfinished.
    unfinished: u64,
    /// The record behind those that were cut.
    end_record: u64,
}

/// Takes a row and says whether to go on.
pub type RowVisit<'a> = dyn FnMut(&Row<'_>) -> ControlFlow<()> + 'a;

impl SplitRows {
    pub(super) fn new(
        reader: JournalReader,
        framing: Framing,
        longest: usize,
        index: Arc<RwLock<SplitIndex>>,
    ) -> SplitRows {
        SplitRows { reader, framing, longest, index, extent: None }
    }

    /// The rows as they are now, whatever is cut from now on: one that is unfinished stays where it is, and as it is.
    #[must_use]
    pub fn as_they_are(&self) -> SplitRows {
        SplitRows { extent: Some(self.extent()), ..self.clone() }
    }

    /// The journal.
    pub(in crate::journal) fn reader(&self) -> &JournalReader {
        &self.reader
    }

    /// Where the streams are cut.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// How many rows there are now, unfinished ones included.
    pub fn len(&self) -> u64 {
        let extent = self.extent();
        extent.rows + extent.unfinished
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows will never change.
    pub fn finished(&self) -> u64 {
        self.extent().rows
    }

    /// How many records have been cut, those before the first one included.
    pub fn records(&self) -> u64 {
        self.extent().end_record
    }

    /// How much memory the index takes.
    pub fn index_bytes(&self) -> usize {
        self.index().bytes()
    }

    /// Goes through the rows of a range that are there.
    pub fn visit(&self, range: Range<u64>, visit: &mut RowVisit<'_>) -> Result<(), JournalError> {
        let Extent { rows, unfinished, end_record } = self.extent();
        let len = rows + unfinished;
        let (place, waiting) = {
            let index = self.index();
            let found = index.before_row(range.start.min(rows));
            // Before the same row there may be places farther on than one looks.
            let found =
                if found.0.record > end_record { index.before_record(RecordId(end_record)) } else { found };
            (found.0, found.1.to_vec())
        };
        let end_row = range.end.min(len);
        let mut seen = place.first_row;
        let mut choose = |row: &Row<'_>| {
            let number = seen;
            seen += 1;
            let is_wanted = range.start <= number && number < end_row;
            let stop = is_wanted && visit(row).is_break();
            if stop || seen >= end_row { Err(Stop) } else { Ok(()) }
        };
        if range.start >= end_row {
            return Ok(());
        }
        self.rows_from(place, &waiting, end_record, &mut |row, _| choose(row))
    }

    /// The records that the rows of a range were cut out of, from the first to the last.
    pub fn records_of(&self, range: Range<u64>) -> Result<Range<u64>, JournalError> {
        let end = range.end.min(self.len());
        let (mut first, mut last) = (u64::MAX, 0);
        for key in [range.start, end.saturating_sub(1)] {
            self.visit(key..key.saturating_add(1), &mut |row| {
                let (from, to) = row.message.map_or((row.record.id, row.record.id), |cut| cut.records());
                (first, last) = (first.min(from.0), last.max(to.0.saturating_add(1)));
                ControlFlow::Continue(())
            })?;
        }
        Ok(first.min(last)..last)
    }

    /// The first row that ends at or behind a record; the number of rows if none does.
    pub fn key_of(&self, record: RecordId) -> Result<RowKey, JournalError> {
        let end_record = self.extent().end_record;
        let (place, waiting) = {
            let index = self.index();
            let (place, waiting) = index.before_record(record.min(RecordId(end_record)));
            (place, waiting.to_vec())
        };
        let mut key = place.first_row;
        self.rows_from(place, &waiting, end_record, &mut |_, at| {
            if at >= record {
                return Err(Stop);
            }
            key += 1;
            Ok(())
        })?;
        Ok(RowKey(key))
    }

    /// Cuts from a place on. Each row comes with the record that completes it.
    fn rows_from(
        &self,
        place: Checkpoint,
        waiting: &[WaitingPiece],
        end_record: u64,
        take: &mut dyn FnMut(&Row<'_>, RecordId) -> Result<(), Stop>,
    ) -> Result<(), JournalError> {
        let splitter = self.splitter_at(place, waiting)?;
        let mut maker = RowMaker::resumed(splitter, place.first_row);
        let mut messages = MessagePeers::new(self.reader.clone());
        let mut records = self.reader.records(place.record..end_record).at_once();
        while let Some(record) = records.next()? {
            let is_message = messages.is_message_oriented(record.peer)?;
            if maker.push(record, is_message, &mut |row| take(row, record.id)).is_err() {
                return Ok(());
            }
        }
        if maker.finish(&mut |row| take(row, RecordId(u64::MAX))).is_err() {
            // That was enough.
        }
        Ok(())
    }

    /// A splitter in which what waited at a place waits again.
    fn splitter_at(
        &self,
        place: Checkpoint,
        waiting: &[WaitingPiece],
    ) -> Result<StreamSplitter, JournalError> {
        let mut splitter = StreamSplitter::with_longest_message(self.framing.clone(), self.longest);
        for piece in waiting {
            splitter.go_on(piece.peer, piece.direction, piece.passing);
        }
        let near_from = place.record.saturating_sub(NEAR_RECORDS);
        let (near, far): (Vec<_>, Vec<_>) =
            waiting.iter().partition(|piece| piece.from.record.0 >= near_from);
        for piece in far {
            self.resume_far(&mut splitter, piece)?;
        }
        let Some(first) = near.iter().map(|piece| piece.from.record.0).min() else { return Ok(splitter) };
        let near: HashMap<(Option<PeerId>, Direction), &WaitingPiece> =
            near.into_iter().map(|piece| ((piece.peer, piece.direction), piece)).collect();
        let mut records = self.reader.records(first..place.record).at_once();
        while let Some(record) = records.next()? {
            let Some(data) = record.data() else { continue };
            let Some(piece) = near.get(&(record.peer, data.head.direction)) else { continue };
            if record.id >= piece.from.record {
                let offset = if record.id == piece.from.record { piece.from.offset } else { 0 };
                splitter.resume(PieceHead::of(record, data), offset, &data.bytes);
            }
        }
        Ok(splitter)
    }

    /// Follows the links of a stream back to where what waits begins, and takes it in from there.
    fn resume_far(&self, splitter: &mut StreamSplitter, piece: &WaitingPiece) -> Result<(), JournalError> {
        let mut chain = vec![piece.last];
        while let Some(earliest) = chain.last().filter(|earliest| **earliest > piece.from.record) {
            match self.reader.previous_in_stream(*earliest)? {
                Some(previous) => chain.push(previous),
                None => break,
            }
        }
        for id in chain.into_iter().rev() {
            let Some(record) = self.reader.record(id)? else { continue };
            if let Some(data) = record.data() {
                let offset = if id == piece.from.record { piece.from.offset } else { 0 };
                splitter.resume(PieceHead::of(&record, data), offset, &data.bytes);
            }
        }
        Ok(())
    }

    fn extent(&self) -> Extent {
        self.extent.unwrap_or_else(|| {
            let SplitIndex { rows, unfinished, next_record, .. } = *self.index();
            Extent { rows, unfinished, end_record: next_record }
        })
    }

    fn index(&self) -> RwLockReadGuard<'_, SplitIndex> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There are enough rows.
struct Stop;
