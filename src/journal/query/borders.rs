//! Matches of fixed bytes across the borders of records. It goes from frame to frame beside the search in raw blocks,
//! looks at the first byte of each record, and only where that could complete a match at what stands before it in the
//! same stream.

use crate::journal::error::JournalError;
use crate::journal::format::{FRAME_HEADER_BYTES, FrameHeader, RawHeader, RecordKind};
use crate::journal::index::Anchor;
use crate::journal::message_peers::MessagePeers;
use crate::journal::query::pattern::MaskedBytes;
use crate::journal::query::{Filter, Hit, HitStart};
use crate::journal::reader::{JournalReader, payload_holds};
use crate::journal::walk::{FrameWalk, PlacedFrame, Row};
use crate::model::failure::Operation;
use crate::model::ids::RecordId;
use std::borrow::Cow;

/// The places of so many rows are remembered, because the record before in a stream is mostly near.
const REMEMBERED_ROWS: usize = 1024;

/// A frame's header and the first byte of its payload.
const LOOKED_AT_BYTES: usize = FRAME_HEADER_BYTES + 1;

/// A stretch of the file in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    /// Where it begins in the file.
    pub(super) start: u64,
    pub(super) bytes: &'a [u8],
}

/// What is searched, how.
#[derive(Clone, Copy, Debug)]
pub(super) struct SearchScope<'a> {
    pub(super) reader: &'a JournalReader,
    pub(super) pattern: &'a MaskedBytes,
    pub(super) filter: &'a Filter,
}

/// The walk from border to border.
#[derive(Debug)]
pub(super) struct Borders {
    /// The row whose beginning is looked at next, and where its frame should stand.
    next: Anchor,
    /// The frame before it, whose header led there.
    previous: Anchor,
    /// Bytes that make a look worth while.
    later_bytes: [bool; 256],
    /// Where frames stand, by the lower bits of their row; 0, where none stands, until it is known.
    remembered: Box<[u64; REMEMBERED_ROWS]>,
}

/// A record's bytes that may be the earlier part of a match.
struct Piece<'a> {
    frame: PlacedFrame,
    /// Where they begin in the record's bytes.
    offset: usize,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Stretch<'a> {
    /// The bytes at a place of the file, if all of them are here.
    pub(super) fn get(self, offset: u64, length: usize) -> Option<&'a [u8]> {
        let start = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.bytes.get(start..start.checked_add(length)?)
    }

    fn end(self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Borders {
    /// A walk that begins with this row. `None` if nothing of this length can lie across a border.
    pub(super) fn from(row: Anchor, pattern: &MaskedBytes) -> Option<Borders> {
        (pattern.len() > 1).then(|| Borders {
            next: row,
            previous: row,
            later_bytes: pattern.later_bytes(),
            remembered: Box::new([0; REMEMBERED_ROWS]),
        })
    }

    /// Looks at all records that begin in a stretch, and tells the matches that they complete, with the places of
    /// their frames. The stretches follow each other, and frames end at `end`.
    pub(super) fn walk(
        &mut self,
        stretch: Stretch<'_>,
        end: u64,
        asked: SearchScope<'_>,
        messages: &mut MessagePeers,
        mut found: impl FnMut(u64, Hit),
    ) -> Result<(), JournalError> {
        loop {
            let is_expected = self.step_over_the_impossible(stretch, asked.pattern);
            if self.next.offset == end || (self.next.offset >= stretch.end() && self.next.offset < end) {
                return Ok(());
            }
            let is_here = is_expected && self.next.offset < end;
            let header = if is_here { header_at(stretch, self.next.offset, asked.reader)? } else { None };
            match header.map(|header| PlacedFrame { offset: self.next.offset, header }) {
                Some(frame) if frame.header.id.0 == self.next.id && frame.end() <= end => {
                    if let Some(hit) = self.completed_match(stretch, frame, asked, messages)? {
                        found(frame.offset, hit);
                    }
                    self.remembered[slot_of(self.next.id)] = frame.offset;
                    self.previous = self.next;
                    self.next = Anchor { id: self.next.id + 1, offset: frame.end() };
                }
                _ => self.find_the_next_frame(end, asked.reader)?,
            }
        }
    }

    /// Steps over records that cannot complete a match, as fast as their headers can be read. Says `false` where there
    /// is no frame, or another than should be.
    fn step_over_the_impossible(&mut self, stretch: Stretch<'_>, pattern: &MaskedBytes) -> bool {
        let Some(from) = self.next.offset.checked_sub(stretch.start) else { return true };
        let Ok(mut at) = usize::try_from(from) else { return true };
        let (mut previous_at, mut id) = (None, self.next.id);
        let mut is_expected = true;
        'equally_long: while let Some((_, frame_bytes)) = peek_at(stretch.bytes, at) {
            // Frames are often as long as the one before. Relying on that, and checking it later, does not wait for
            // each length to come from memory before the next header can be fetched.
            let step = usize::try_from(frame_bytes).unwrap_or(usize::MAX);
            loop {
                let Some((found, found_bytes)) = peek_at(stretch.bytes, at) else { break 'equally_long };
                if found_bytes != frame_bytes {
                    continue 'equally_long;
                }
                if found.0 != id {
                    is_expected = false;
                    break 'equally_long;
                }
                let first_byte = stretch.bytes[at + FRAME_HEADER_BYTES];
                if self.later_bytes[usize::from(first_byte)] && may_complete(stretch.bytes, at, pattern) {
                    break 'equally_long;
                }
                self.remembered[slot_of(id)] = stretch.start + at as u64;
                previous_at = Some(at);
                id += 1;
                at = at.saturating_add(step);
            }
        }
        if let Some(previous_at) = previous_at {
            self.previous = Anchor { id: id - 1, offset: stretch.start + previous_at as u64 };
            self.next = Anchor { id, offset: stretch.start + at as u64 };
        }
        let is_frame = stretch.bytes.len() < at.saturating_add(LOOKED_AT_BYTES)
            || RawHeader::at_start_of(&stretch.bytes[at..]).is_some();
        is_expected && is_frame
    }

    /// Damage: the frame before or the one that should be here is not what it says.
    fn find_the_next_frame(&mut self, end: u64, reader: &JournalReader) -> Result<(), JournalError> {
        let shared = reader.shared();
        let behind = Anchor { id: u64::MAX, offset: end };
        let mut walk = FrameWalk::between(shared.file(), shared.seed(), self.previous, behind);
        let after = self.previous.offset;
        loop {
            match walk.next_frame().map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
                Some(frame) if frame.offset <= after => {}
                Some(frame) => {
                    self.next = Anchor { id: frame.header.id.0, offset: frame.offset };
                    return Ok(());
                }
                None => {
                    self.next.offset = end;
                    return Ok(());
                }
            }
        }
    }

    /// The match that ends in this record and begins before it, if there is one: the first of several.
    fn completed_match(
        &self,
        stretch: Stretch<'_>,
        frame: PlacedFrame,
        asked: SearchScope<'_>,
        messages: &mut MessagePeers,
    ) -> Result<Option<Hit>, JournalError> {
        let head = frame.header.head();
        let wanted = asked.pattern.len() - 1;
        let Some(mut previous) = head.previous.filter(|_| asked.filter.matches(&head)) else {
            return Ok(None);
        };
        let beginning = bytes_at(
            stretch,
            frame.payload_at(),
            wanted.min(frame.header.data_bytes() as usize),
            asked.reader,
        )?;
        if !asked.pattern.may_end_in(&beginning) || messages.is_message_oriented(head.peer)? {
            return Ok(None);
        }
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let mut missing = wanted;
        while missing > 0 {
            let Some(frame) = self.frame_of(previous, stretch, asked.reader)? else { break };
            let head = frame.header.head();
            if head.kind != RecordKind::Data || !asked.filter.matches(&head) {
                break;
            }
            let length = frame.header.data_bytes() as usize;
            let offset = length.saturating_sub(missing);
            let place = frame.payload_at() + offset as u64;
            let bytes = bytes_at(stretch, place, length - offset, asked.reader)?;
            missing -= bytes.len();
            pieces.push(Piece { frame, offset, bytes });
            match head.previous {
                Some(earlier) => previous = earlier,
                None => break,
            }
        }
        pieces.reverse();
        match_across(&pieces, &beginning, frame, stretch, asked)
    }

    /// The frame of an earlier row.
    fn frame_of(
        &self,
        row: RecordId,
        stretch: Stretch<'_>,
        reader: &JournalReader,
    ) -> Result<Option<PlacedFrame>, JournalError> {
        let remembered = self.remembered[slot_of(row.0)];
        if let Some(header) = header_at(stretch, remembered, reader)?.filter(|header| header.id == row) {
            return Ok(Some(PlacedFrame { offset: remembered, header }));
        }
        match reader.frame(row)? {
            Some(Row::Whole(frame)) => Ok(Some(frame)),
            Some(Row::Lost(_)) | None => Ok(None),
        }
    }
}

/// The row and the length of the frame at a place, if it and the byte behind its header are here.
#[inline]
fn peek_at(bytes: &[u8], at: usize) -> Option<(RecordId, u64)> {
    let header = RawHeader::at_start_of(bytes.get(at..)?.first_chunk::<LOOKED_AT_BYTES>()?)?;
    Some((header.id(), header.frame_bytes()))
}

/// Whether the bytes behind a header may complete a match. What is not here may.
#[cold]
fn may_complete(bytes: &[u8], at: usize, pattern: &MaskedBytes) -> bool {
    let beginning = &bytes[at + FRAME_HEADER_BYTES..];
    beginning.get(..pattern.len() - 1).is_none_or(|beginning| pattern.may_end_in(beginning))
}

fn slot_of(id: u64) -> usize {
    usize::try_from(id % REMEMBERED_ROWS as u64).unwrap_or(0) % REMEMBERED_ROWS
}

/// Looks for a match that begins in one of the pieces and ends in the beginning of the record behind them.
fn match_across(
    pieces: &[Piece<'_>],
    beginning: &[u8],
    completing: PlacedFrame,
    stretch: Stretch<'_>,
    asked: SearchScope<'_>,
) -> Result<Option<Hit>, JournalError> {
    let mut joined: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.iter()).copied().collect();
    let before = joined.len();
    joined.extend_from_slice(beginning);
    let Some(start) = asked.pattern.find_at(&joined, 0).filter(|start| *start < before) else {
        return Ok(None);
    };
    let mut place = start;
    let mut first = 0;
    while place >= pieces[first].bytes.len() {
        place -= pieces[first].bytes.len();
        first += 1;
    }
    for frame in pieces[first..].iter().map(|piece| piece.frame).chain([completing]) {
        let payload =
            bytes_at(stretch, frame.payload_at(), frame.header.payload_bytes as usize, asked.reader)?;
        if !payload_holds(&frame.header, &payload) {
            return Ok(None);
        }
    }
    let begins = HitStart::new(pieces[first].frame.header.id, (pieces[first].offset + place) as u64);
    Ok(Some(Hit::across(begins, completing.header.id, start + asked.pattern.len() - before)))
}

fn header_at(
    stretch: Stretch<'_>,
    offset: u64,
    reader: &JournalReader,
) -> Result<Option<FrameHeader>, JournalError> {
    let bytes = bytes_at(stretch, offset, FRAME_HEADER_BYTES, reader)?;
    Ok(FrameHeader::decode(&bytes, reader.shared().seed()))
}

/// Bytes of the file, as many as there are: from memory, or read.
fn bytes_at<'a>(
    stretch: Stretch<'a>,
    offset: u64,
    length: usize,
    reader: &JournalReader,
) -> Result<Cow<'a, [u8]>, JournalError> {
    if let Some(bytes) = stretch.get(offset, length) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut bytes = vec![0; length];
    let count = reader.read_at(&mut bytes, offset)?;
    bytes.truncate(count);
    Ok(Cow::Owned(bytes))
}
