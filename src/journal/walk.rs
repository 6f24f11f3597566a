//! Going from frame to frame through a file by their headers, and finding the next frame behind damage. It decodes
//! no payload.

use crate::journal::format::{FRAME_HEADER_BYTES, FrameHeader, RawHeader, RecordHead, SYNC};
use crate::journal::index::{Anchor, Frontier};
use crate::journal::seam;
use crate::model::ids::RecordId;
use memchr::memmem;
use std::fs::File;
use std::io;

/// Read at a place that does not follow the last one: probably only a header is wanted.
const SMALL_READ_BYTES: usize = 4 << 10;
/// Read when one place follows the other. Small enough to stay in the processor's cache.
pub(super) const LARGE_READ_BYTES: usize = 256 << 10;
/// How many rows one gap may hide. It keeps a forged row number from claiming rows without end.
const LONGEST_GAP_ROWS: u64 = 1 << 24;

/// A stretch of the file in memory, refilled as the place moves on.
#[derive(Debug)]
pub(super) struct Block {
    bytes: Vec<u8>,
    start: u64,
    filled: usize,
    first_read_bytes: usize,
    next_read_bytes: usize,
}

/// A frame's header and where in the file it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacedFrame {
    pub(super) offset: u64,
    pub(super) header: FrameHeader,
}

/// The frame of a row that exists.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row {
    Whole(PlacedFrame),
    Lost(RecordId),
}

/// Goes from frame to frame.
#[derive(Debug)]
pub(super) struct FrameWalk<'a> {
    file: &'a File,
    seed: u32,
    /// Where the file ends for this walk.
    end: u64,
    offset: u64,
    next_id: u64,
    block: Block,
}

impl PlacedFrame {
    /// Where the next frame begins.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.header.frame_bytes()
    }

    /// Where the payload begins.
    pub(super) fn payload_at(&self) -> u64 {
        self.offset + FRAME_HEADER_BYTES as u64
    }
}

impl Row {
    pub(super) fn head(&self) -> RecordHead {
        match self {
            Row::Whole(frame) => frame.header.head(),
            Row::Lost(id) => RecordHead::lost(*id),
        }
    }
}

impl Block {
    pub(super) fn new() -> Block {
        Block::with_first_read(SMALL_READ_BYTES)
    }

    /// A block for who knows that much will be wanted: it reads so many bytes at first.
    pub(super) fn with_first_read(first_read_bytes: usize) -> Block {
        Block { bytes: Vec::new(), start: 0, filled: 0, first_read_bytes, next_read_bytes: first_read_bytes }
    }

    /// The bytes from `offset` on: at least `wanted`, or as many as there are before `end`.
    pub(super) fn at(&mut self, file: &File, offset: u64, wanted: usize, end: u64) -> io::Result<&[u8]> {
        let inside = offset >= self.start && offset + wanted as u64 <= self.start + self.filled as u64;
        if !inside {
            self.fill(file, offset, wanted, end)?;
        }
        let skipped = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes[..self.filled].get(skipped..).unwrap_or(&[]))
    }

    fn fill(&mut self, file: &File, offset: u64, wanted: usize, end: u64) -> io::Result<()> {
        let follows = offset >= self.start && offset <= self.start + self.filled as u64;
        self.next_read_bytes =
            if follows { (self.next_read_bytes * 4).min(LARGE_READ_BYTES) } else { self.first_read_bytes };
        let available = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let size = self.next_read_bytes.max(wanted).min(available);
        if self.bytes.len() < size {
            self.bytes.resize(size.next_power_of_two(), 0);
        }
        self.start = offset;
        self.filled = 0;
        self.filled = seam::read_full_at(file, &mut self.bytes[..size], offset)?;
        Ok(())
    }
}

/// The frame of a row between two anchors, if all frames on the way to it are where they were written.
pub(super) fn find_between(
    file: &File,
    seed: u32,
    id: RecordId,
    anchor: Anchor,
    next: Anchor,
) -> io::Result<Option<PlacedFrame>> {
    if let Some(offset) = place_if_all_are_equal(id, anchor, next) {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        let count = seam::read_full_at(file, &mut bytes, offset)?;
        let header = FrameHeader::decode(&bytes[..count], seed).filter(|header| header.id == id);
        if let Some(header) = header {
            return Ok(Some(PlacedFrame { offset, header }));
        }
    }
    let mut block = Block::new();
    let mut offset = anchor.offset;
    while let Some(raw) = RawHeader::at_start_of(block.at(file, offset, FRAME_HEADER_BYTES, next.offset)?) {
        if raw.id() == id {
            let header = if raw.holds(seed) { raw.decode() } else { None };
            return Ok(header.map(|header| PlacedFrame { offset, header }));
        }
        offset += raw.frame_bytes();
    }
    Ok(None)
}

/// Rows between two anchors are often equally long, and then one small read finds any of them.
fn place_if_all_are_equal(id: RecordId, anchor: Anchor, next: Anchor) -> Option<u64> {
    let rows = next.id.checked_sub(anchor.id).filter(|rows| *rows > 0)?;
    let bytes = next.offset.checked_sub(anchor.offset)?;
    let each = bytes.is_multiple_of(rows).then_some(bytes / rows)?;
    each.checked_mul(id.0.checked_sub(anchor.id)?)?.checked_add(anchor.offset)
}

impl<'a> FrameWalk<'a> {
    /// Begins at a frontier: the frame there should be that of its next row.
    pub(super) fn new(file: &'a File, seed: u32, from: Frontier, end: u64) -> FrameWalk<'a> {
        FrameWalk { file, seed, end, offset: from.bytes, next_id: from.records, block: Block::new() }
    }

    /// Walks between two anchors, where an index saw whole frames only; damage may have come later.
    pub(super) fn between(file: &'a File, seed: u32, anchor: Anchor, next: Anchor) -> FrameWalk<'a> {
        FrameWalk {
            file,
            seed,
            end: next.offset,
            offset: anchor.offset,
            next_id: anchor.id,
            block: Block::new(),
        }
    }

    /// The next whole frame and its place. `None` at the end, where a torn frame may still follow.
    pub(super) fn next_frame(&mut self) -> io::Result<Option<PlacedFrame>> {
        let found = match self.frame_at(self.offset)? {
            Some(header) => Some(PlacedFrame { offset: self.offset, header }),
            None => self.search_from(self.offset + 1)?,
        };
        if let Some(frame) = found {
            self.offset = frame.end();
            self.next_id = frame.header.id.0 + 1;
        }
        Ok(found)
    }

    /// Looks inside the frame that `next_frame` gave last, because its payload turned out to be damaged: frames
    /// that follow it may begin before the end that its header tells.
    pub(super) fn distrust_payload_of(&mut self, frame: &PlacedFrame) {
        self.offset = frame.payload_at();
    }

    /// The frame at this very place, if it is whole and its row can follow.
    fn frame_at(&mut self, offset: u64) -> io::Result<Option<FrameHeader>> {
        if offset + FRAME_HEADER_BYTES as u64 > self.end {
            return Ok(None);
        }
        let bytes = self.block.at(self.file, offset, FRAME_HEADER_BYTES, self.end)?;
        Ok(FrameHeader::decode(bytes, self.seed).filter(|header| self.can_follow(offset, header)))
    }

    fn can_follow(&self, offset: u64, header: &FrameHeader) -> bool {
        let rows_between = header.id.0.checked_sub(self.next_id);
        rows_between.is_some_and(|rows| rows <= LONGEST_GAP_ROWS) && offset + header.frame_bytes() <= self.end
    }

    fn search_from(&mut self, mut offset: u64) -> io::Result<Option<PlacedFrame>> {
        let finder = memmem::Finder::new(&SYNC);
        while offset + FRAME_HEADER_BYTES as u64 <= self.end {
            let bytes = self.block.at(self.file, offset, FRAME_HEADER_BYTES, self.end)?;
            if bytes.len() < FRAME_HEADER_BYTES {
                return Ok(None);
            }
            match finder.find(bytes) {
                Some(place) => {
                    offset += place as u64;
                    if let Some(header) = self.frame_at(offset)? {
                        return Ok(Some(PlacedFrame { offset, header }));
                    }
                    offset += 1;
                }
                // The last byte may be the first half of the mark.
                None => offset += bytes.len() as u64 - 1,
            }
        }
        Ok(None)
    }
}
