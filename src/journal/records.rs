//! Reading many rows in order at memory speed, into buffers that are used again for every row. It keeps to the
//! rows that existed when it was made.

use crate::journal::error::JournalError;
use crate::journal::format::{
    FRAME_HEADER_BYTES, FrameHeader, RawHeader, RecordHead, RecordKind, decode_body, facts_of,
};
use crate::journal::index::{Anchor, Place};
use crate::journal::reader::{JournalReader, lost_record, payload_holds, record_of};
use crate::journal::walk::{Block, FrameWalk, LARGE_READ_BYTES, PlacedFrame, Row, find_between};
use crate::model::failure::Operation;
use crate::model::ids::RecordId;
use crate::model::record::{Body, DataHead, Record};
use std::mem;
use std::ops::Range;

/// Rows of a range, one after the other. Not an iterator: what it lends lives until the next call.
#[derive(Debug)]
pub struct Records {
    reader: JournalReader,
    seed: u32,
    next_id: u64,
    end_id: u64,
    end_offset: u64,
    /// Where the frame of the next row should stand, if that is known.
    offset: Option<u64>,
    /// Rows before this one are known to be lost.
    ahead: Option<Ahead>,
    block: Block,
    record: Record,
}

/// The row behind a stretch of lost ones, and its frame if it has been found on the way.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    id: RecordId,
    frame: Option<PlacedFrame>,
}

/// A row as it stands in the file: its head, and its payload bytes without copying them.
#[derive(Clone, Copy, Debug)]
pub struct RawRecord<'a> {
    /// Everything but the payload.
    pub head: RecordHead,
    /// The header of its frame; `None` if the frame is lost.
    pub frame: Option<FrameHeader>,
    /// Where the frame stands in the file; 0 if it is lost.
    pub offset: u64,
    /// Data and facts as they stand in the file; empty if the payload is damaged.
    pub payload: &'a [u8],
}

impl RawRecord<'_> {
    /// The bytes of data or of a note; empty for every other record and for a damaged payload.
    pub fn bytes(&self) -> &[u8] {
        let length = match (self.head.kind, &self.frame) {
            (RecordKind::Data | RecordKind::Note, Some(header)) => header.data_bytes() as usize,
            _ => 0,
        };
        self.payload.get(..length).unwrap_or_default()
    }

    /// What is known about data besides its bytes.
    pub fn data_head(&self) -> Option<DataHead> {
        let header = self.frame.as_ref().filter(|_| self.head.kind == RecordKind::Data)?;
        facts_of(header, self.payload)
    }
}

impl JournalReader {
    /// The rows of a range, in order; rows that do not exist yet are left out.
    pub fn records(&self, range: Range<u64>) -> Records {
        Records::new(self.clone(), range)
    }
}

impl Records {
    fn new(reader: JournalReader, range: Range<u64>) -> Records {
        let snapshot = reader.snapshot();
        Records {
            seed: reader.shared().seed(),
            next_id: range.start,
            end_id: range.end.min(snapshot.records),
            end_offset: snapshot.bytes,
            offset: None,
            ahead: None,
            block: Block::new(),
            record: lost_record(RecordId(0)),
            reader,
        }
    }

    /// Reads much at once from the first row on, because all rows are wanted soon.
    #[must_use]
    pub fn at_once(self) -> Records {
        Records { block: Block::with_first_read(LARGE_READ_BYTES), ..self }
    }

    /// The row that the next call gives.
    pub fn next_id(&self) -> RecordId {
        RecordId(self.next_id)
    }

    /// Whether a row is still to come.
    pub(super) fn will_give(&self, id: RecordId) -> bool {
        (self.next_id..self.end_id).contains(&id.0)
    }

    /// Whether all rows that existed when this was made have been given.
    pub fn is_done(&self) -> bool {
        self.next_id >= self.end_id
    }

    /// The next row; `None` behind the last.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its own buffers")]
    pub fn next(&mut self) -> Result<Option<&Record>, JournalError> {
        let spare = mem::replace(&mut self.record, lost_record(RecordId(0)));
        let Some(record) = self.next_in(|_| spare.into_memory())? else {
            return Ok(None);
        };
        self.record = record;
        Ok(Some(&self.record))
    }

    /// The same, given away, with memory of an earlier record for the bytes of this one: `memory` is told how many they are.
    pub fn next_in(&mut self, memory: impl FnOnce(usize) -> Vec<u8>) -> Result<Option<Record>, JournalError> {
        let Some(row) = self.next_row()? else {
            return Ok(None);
        };
        Ok(Some(match row {
            Row::Whole(frame) => {
                let header = &frame.header;
                let payload = self.payload_of(&frame)?;
                let is_whole = payload_holds(header, payload);
                let body = if is_whole {
                    let has_bytes = matches!(header.kind(), RecordKind::Data | RecordKind::Wire);
                    let memory = if has_bytes { memory(payload.len()) } else { Vec::new() };
                    decode_body(header, payload, memory)
                } else {
                    Body::Damaged
                };
                record_of(header, body)
            }
            Row::Lost(id) => lost_record(id),
        }))
    }

    /// The next row as it stands in the file; `None` behind the last.
    pub fn next_raw(&mut self) -> Result<Option<RawRecord<'_>>, JournalError> {
        let frame = match self.next_row()? {
            None => return Ok(None),
            Some(Row::Lost(id)) => {
                return Ok(Some(RawRecord {
                    head: RecordHead::lost(id),
                    frame: None,
                    offset: 0,
                    payload: &[],
                }));
            }
            Some(Row::Whole(frame)) => frame,
        };
        let header = frame.header;
        let payload = self.payload_of(&frame)?;
        let mut head = header.head();
        if !payload_holds(&header, payload) {
            head =
                RecordHead { at: head.at, epoch: head.epoch, peer: head.peer, ..RecordHead::lost(head.id) };
            return Ok(Some(RawRecord { head, frame: Some(header), offset: frame.offset, payload: &[] }));
        }
        Ok(Some(RawRecord { head, frame: Some(header), offset: frame.offset, payload }))
    }

    /// The head of the next row, without reading its payload; `None` behind the last.
    pub fn next_head(&mut self) -> Result<Option<RecordHead>, JournalError> {
        Ok(self.next_row()?.map(|row| row.head()))
    }

    /// Steps over rows as fast as their headers can be read, up to so many and as long as `is_settled`; says how many
    /// that were. It is told what stands behind the header, too, as far as that has been read. Checksums are not looked at
    /// unless it does so.
    pub(super) fn skip_settled(
        &mut self,
        most: u64,
        mut is_settled: impl FnMut(RawHeader<'_>, &[u8]) -> bool,
    ) -> Result<u64, JournalError> {
        let first = self.next_id;
        let end_id = self.end_id.min(first.saturating_add(most));
        let mut goes_on = true;
        while let Some(offset) = self.offset.filter(|_| goes_on && self.ahead.is_none()) {
            let (mut id, mut end) = (self.next_id, 0);
            let bytes = self.bytes_at(offset, FRAME_HEADER_BYTES)?;
            while id < end_id
                && let Some(frame) = usize::try_from(end).ok().and_then(|end| bytes.get(end..))
                && let Some(header) = RawHeader::at_start_of(frame)
            {
                goes_on = header.id().0 == id && is_settled(header, &frame[FRAME_HEADER_BYTES..]);
                if !goes_on {
                    break;
                }
                id += 1;
                end += header.frame_bytes();
            }
            // Where no header stands, the next row is looked up.
            goes_on &= end > 0;
            (self.next_id, self.offset) = (id, Some(offset + end));
        }
        Ok(self.next_id - first)
    }

    /// Steps to the next row, whose payload may then be read.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, JournalError> {
        if self.next_id >= self.end_id {
            return Ok(None);
        }
        let id = RecordId(self.next_id);
        self.next_id += 1;
        if let Some(ahead) = self.ahead {
            if id < ahead.id {
                return Ok(Some(Row::Lost(id)));
            }
            self.ahead = None;
            if let Some(frame) = ahead.frame {
                return Ok(Some(self.step_over(frame)));
            }
        }
        let expected = match self.offset {
            Some(offset) => self.frame_at(offset, id)?,
            None => None,
        };
        let found = match expected {
            Some(frame) => Some(frame),
            None => self.look_up(id)?,
        };
        Ok(Some(found.map_or(Row::Lost(id), |frame| self.step_over(frame))))
    }

    fn step_over(&mut self, frame: PlacedFrame) -> Row {
        self.offset = Some(frame.end());
        Row::Whole(frame)
    }

    fn look_up(&mut self, id: RecordId) -> Result<Option<PlacedFrame>, JournalError> {
        self.offset = None;
        let place = self.reader.shared().index().locate(id);
        match place {
            Place::Between { anchor, next } => {
                let shared = self.reader.shared();
                let found = find_between(shared.file(), self.seed, id, anchor, next);
                match found.map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
                    Some(frame) => Ok(Some(frame)),
                    None => self.search_between(id, anchor, next),
                }
            }
            Place::Lost { end_id } => {
                self.ahead = Some(Ahead { id: RecordId(end_id), frame: None });
                Ok(None)
            }
            Place::Beyond => Ok(None),
        }
    }

    /// The row is not where the index saw it: damage came later. Remembers where the next whole row is, so that
    /// a long stretch of damage is searched once.
    fn search_between(
        &mut self,
        id: RecordId,
        anchor: Anchor,
        next: Anchor,
    ) -> Result<Option<PlacedFrame>, JournalError> {
        let shared = self.reader.shared();
        let mut walk = FrameWalk::between(shared.file(), self.seed, anchor, next);
        loop {
            match walk.next_frame().map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
                Some(frame) if frame.header.id < id => {}
                Some(frame) if frame.header.id == id => return Ok(Some(frame)),
                Some(frame) => {
                    self.ahead = Some(Ahead { id: frame.header.id, frame: Some(frame) });
                    return Ok(None);
                }
                None => {
                    self.ahead = Some(Ahead { id: RecordId(next.id), frame: None });
                    return Ok(None);
                }
            }
        }
    }

    /// The frame of a row, if it stands at this very place.
    fn frame_at(&mut self, offset: u64, id: RecordId) -> Result<Option<PlacedFrame>, JournalError> {
        let seed = self.seed;
        let header = FrameHeader::decode(self.bytes_at(offset, FRAME_HEADER_BYTES)?, seed);
        Ok(header.filter(|header| header.id == id).map(|header| PlacedFrame { offset, header }))
    }

    /// The payload of the row that was stepped to, as it stands in the file.
    pub(super) fn payload_of(&mut self, frame: &PlacedFrame) -> Result<&[u8], JournalError> {
        let length = frame.header.payload_bytes as usize;
        let bytes = self.bytes_at(frame.payload_at(), length)?;
        Ok(&bytes[..bytes.len().min(length)])
    }

    fn bytes_at(&mut self, offset: u64, wanted: usize) -> Result<&[u8], JournalError> {
        let shared = self.reader.shared();
        self.block
            .at(shared.file(), offset, wanted, self.end_offset)
            .map_err(JournalError::io(Operation::ReadFile, shared.path()))
    }
}
