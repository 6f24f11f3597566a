//! Finding bytes in a whole journal. Fixed bytes are looked for in raw blocks of the file, as fast as memory
//! allows, and only a hit is traced to its frame; a hit that touches a header, or a payload whose checksum does not
//! hold, is none. A match across the borders of records of one stream is told of the record that completes it.

use crate::codec::text::{Carry, StreamTable};
use crate::journal::error::JournalError;
use crate::journal::format::{FRAME_HEADER_BYTES, FRAMES_START, FrameHeader, RecordKind};
use crate::journal::index::Anchor;
use crate::journal::message_peers::MessagePeers;
use crate::journal::query::borders::{Borders, SearchScope, Stretch};
use crate::journal::query::joined::JoinedStreams;
use crate::journal::query::pattern::MaskedBytes;
use crate::journal::query::{Filter, Hit, Pattern};
use crate::journal::reader::{JournalReader, payload_holds};
use crate::journal::records::Records;
use crate::journal::seam;
use crate::journal::walk::{FrameWalk, PlacedFrame, Row};
use crate::model::config::SessionKind;
use crate::model::failure::Operation;
use crate::model::ids::RecordId;
use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};

/// Read at once; small enough that the search finds the block still in the processor's cache.
const BLOCK_BYTES: usize = 512 << 10;
/// A step ends early with so many hits, so that a pattern which is everywhere cannot fill the memory.
const MAX_HITS_PER_STEP: usize = 65_536;

/// What a step found, and how far the search has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchProgress {
    /// New matches, in the order of the rows that complete them, and of their places. Two may share bytes only where
    /// the earlier one lies within a record and the later one begins in it and ends in another.
    pub hits: Vec<Hit>,
    /// Bytes of the file searched so far.
    pub scanned_bytes: u64,
    /// Bytes of the file to search.
    pub total_bytes: u64,
    /// Everything that existed has been searched.
    pub done: bool,
}

/// A search through a journal. It is stopped by dropping it. When it is done and the journal has grown, the next
/// step goes on with what is new.
#[derive(Debug)]
pub struct Search {
    reader: JournalReader,
    pattern: Pattern,
    filter: Filter,
    start: u64,
    /// A match may begin here or later.
    position: u64,
    block: Vec<u8>,
    /// The frame of the last hit: the next one is probably near.
    last_frame: Option<JudgedFrame>,
    /// Finds matches across the borders of records; datagrams have no such matches.
    borders: Option<Borders>,
    /// Those that were found, with the places of their frames, until their turn comes.
    across: VecDeque<(u64, Hit)>,
    /// The last match across a border that was told; a match within its record begins behind it.
    told_across: Option<Hit>,
    /// For regular expressions, which look at one record after the other.
    records: Option<Records>,
    /// For regular expressions, the streams that records are parts of; datagrams are parts of none.
    joined: Option<JoinedStreams>,
    /// For regular expressions over characters, what each stream left unfinished.
    carries: StreamTable,
    messages: MessagePeers,
}

#[derive(Clone, Copy, Debug)]
struct JudgedFrame {
    frame: PlacedFrame,
    /// Whether hits in it count: it passes the filter, and its payload is whole.
    counts: bool,
}

impl Search {
    /// A search for `pattern` in the data and notes that `filter` lets through.
    pub fn new(reader: JournalReader, pattern: Pattern, filter: Filter) -> Result<Search, JournalError> {
        let first_row = filter.rows.as_ref().map_or(0, |rows| rows.start);
        let start = match reader.frame(RecordId(first_row))? {
            Some(Row::Whole(frame)) => frame.offset,
            Some(Row::Lost(_)) => FRAMES_START,
            None => reader.snapshot().bytes,
        };
        let start = if first_row == 0 { FRAMES_START } else { start };
        let first = Anchor { id: if start == FRAMES_START { 0 } else { first_row }, offset: start };
        let rows = filter.rows_within(u64::MAX);
        Ok(Search::from_anchor(reader, pattern, filter, first, rows))
    }

    /// The search for matches that end in this row or a later one, wherever they begin. `None` where it stands is not
    /// known, because it is damaged, or has not come yet.
    pub(super) fn going_on(
        reader: JournalReader,
        pattern: Pattern,
        from: RecordId,
    ) -> Result<Option<Search>, JournalError> {
        let Some(Row::Whole(frame)) = reader.frame(from)? else { return Ok(None) };
        let first = Anchor { id: from.0, offset: frame.offset };
        Ok(Some(Search::from_anchor(reader, pattern, Filter::default(), first, from.0..u64::MAX)))
    }

    /// What is looked for.
    pub(super) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    fn from_anchor(
        reader: JournalReader,
        pattern: Pattern,
        filter: Filter,
        first: Anchor,
        rows: Range<u64>,
    ) -> Search {
        let start = first.offset;
        let is_regex = pattern.bytes().is_none();
        // A session of datagrams has no streams at all; in another one some peers may send messages.
        let has_streams = reader.info().kind != Some(SessionKind::Udp);
        let borders = pattern.bytes().filter(|_| has_streams).and_then(|bytes| Borders::from(first, bytes));
        let records = is_regex.then(|| reader.records(rows));
        let joined = (is_regex && has_streams).then(JoinedStreams::default);
        Search {
            messages: MessagePeers::new(reader.clone()),
            reader,
            pattern,
            filter,
            start,
            position: start,
            block: Vec::new(),
            last_frame: None,
            borders,
            across: VecDeque::new(),
            told_across: None,
            records,
            joined,
            carries: StreamTable::default(),
        }
    }

    /// Searches about `budget_bytes` more of the file.
    pub fn step(&mut self, budget_bytes: u64) -> Result<SearchProgress, JournalError> {
        let mut hits = Vec::new();
        let end = self.end()?;
        let done = if self.records.is_some() {
            self.step_records(budget_bytes, &mut hits)?
        } else {
            self.step_blocks(budget_bytes, end, &mut hits)?
        };
        let total_bytes = end.saturating_sub(self.start);
        let scanned_bytes =
            if done { total_bytes } else { self.position.saturating_sub(self.start).min(total_bytes) };
        Ok(SearchProgress { hits, scanned_bytes, total_bytes, done })
    }

    /// Where the last wanted row ends.
    fn end(&self) -> Result<u64, JournalError> {
        let snapshot = self.reader.snapshot();
        let Some(rows) = &self.filter.rows else {
            return Ok(snapshot.bytes);
        };
        match self.reader.frame(RecordId(rows.end))? {
            Some(Row::Whole(frame)) => Ok(frame.offset),
            _ => Ok(snapshot.bytes),
        }
    }

    fn step_blocks(
        &mut self,
        budget_bytes: u64,
        end: u64,
        hits: &mut Vec<Hit>,
    ) -> Result<bool, JournalError> {
        let Some(length) = self.pattern.bytes().map(MaskedBytes::len) else {
            return Ok(true);
        };
        let stop = self.position.saturating_add(budget_bytes.max(1)).min(end);
        self.block.resize(BLOCK_BYTES.max(length.saturating_mul(2)), 0);
        while self.position < stop && hits.len() < MAX_HITS_PER_STEP {
            let wanted = usize::try_from(end - self.position).unwrap_or(usize::MAX).min(self.block.len());
            let shared = self.reader.shared();
            let filled = seam::read_full_at(shared.file(), &mut self.block[..wanted], self.position)
                .map_err(JournalError::io(Operation::ReadFile, shared.path()))?;
            self.find_across(filled, end)?;
            if filled < length {
                self.position = end;
                break;
            }
            let searched_to = self.search_block(filled, hits)?;
            // A match may begin in this block and end in the next, so the last bytes are looked at again.
            let next = searched_to.unwrap_or(self.position + (filled - (length - 1)) as u64);
            self.position = if next + length as u64 > end { end } else { next };
            let position = self.position;
            self.tell_across(|at, _| at < position, hits);
        }
        if self.position >= end {
            self.tell_across(|_, _| true, hits);
        }
        Ok(self.position >= end)
    }

    /// Finds the matches that records of the block complete and earlier ones begin.
    fn find_across(&mut self, filled: usize, end: u64) -> Result<(), JournalError> {
        let (Some(borders), Some(pattern)) = (&mut self.borders, self.pattern.bytes()) else {
            return Ok(());
        };
        let stretch = Stretch { start: self.position, bytes: &self.block[..filled] };
        let asked = SearchScope { reader: &self.reader, pattern, filter: &self.filter };
        let across = &mut self.across;
        borders.walk(stretch, end, asked, &mut self.messages, |place, hit| across.push_back((place, hit)))
    }

    /// Tells matches across borders whose turn it is.
    fn tell_across(&mut self, is_due: impl Fn(u64, &Hit) -> bool, hits: &mut Vec<Hit>) {
        while let Some((_, hit)) = self.across.pop_front_if(|(place, hit)| is_due(*place, hit)) {
            self.told_across = Some(hit);
            hits.push(hit);
        }
    }

    /// Searches the filled part of the block; says where it stopped if it stopped early.
    fn search_block(&mut self, filled: usize, hits: &mut Vec<Hit>) -> Result<Option<u64>, JournalError> {
        let mut from = 0;
        while let Some(bytes) = self.pattern.bytes()
            && let Some(place) = bytes.find_at(&self.block[..filled], from)
        {
            let length = bytes.len();
            let offset = self.position + place as u64;
            let judged = self.frame_around(offset, filled)?;
            from = place + 1;
            let Some(JudgedFrame { frame, counts }) = judged else {
                continue;
            };
            if !counts {
                // Nothing in this frame counts: go on behind it.
                let end = usize::try_from(frame.end() - self.position).unwrap_or(usize::MAX);
                from = from.max(end);
                if from > filled {
                    return Ok(Some(frame.end()));
                }
            } else if offset >= frame.payload_at()
                && offset + length as u64 <= frame.payload_at() + u64::from(frame.header.data_bytes())
            {
                let hit = Hit::within(frame.header.id, offset - frame.payload_at(), length);
                self.tell_across(|_, across| across.record <= hit.record, hits);
                if let Some(across) = self.told_across.filter(|across| across.record == hit.record)
                    && hit.offset < across.length
                {
                    from = place + (across.length - hit.offset) as usize;
                    continue;
                }
                hits.push(hit);
                from = place + length;
                if hits.len() >= MAX_HITS_PER_STEP {
                    return Ok(Some(self.position + from as u64));
                }
            }
        }
        Ok(None)
    }

    /// The frame that the byte at `offset` belongs to; `None` where damage left no frame.
    fn frame_around(&mut self, offset: u64, filled: usize) -> Result<Option<JudgedFrame>, JournalError> {
        let last = self.last_frame.filter(|last| last.frame.offset <= offset);
        if let Some(last) = last.filter(|last| offset < last.frame.end()) {
            return Ok(Some(last));
        }
        let Some((anchor, next)) = self.reader.shared().index().anchors_around(offset) else {
            return Ok(None);
        };
        let mut place = last.map_or(anchor.offset, |last| anchor.offset.max(last.frame.end()));
        while let Some(header) = self.header_at(place, filled)? {
            let frame = PlacedFrame { offset: place, header };
            if offset < frame.end() {
                return self.judge(frame, filled).map(Some);
            }
            place = frame.end();
        }
        // Damage came after the index was made: the frames behind it have to be found again.
        let shared = self.reader.shared();
        let mut walk = FrameWalk::between(shared.file(), shared.seed(), anchor, next);
        loop {
            match walk.next_frame().map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
                Some(frame) if frame.end() <= offset => {}
                Some(frame) if frame.offset <= offset => return self.judge(frame, filled).map(Some),
                _ => return Ok(None),
            }
        }
    }

    fn judge(&mut self, frame: PlacedFrame, filled: usize) -> Result<JudgedFrame, JournalError> {
        let judged = JudgedFrame { frame, counts: self.counts(&frame, filled)? };
        self.last_frame = Some(judged);
        Ok(judged)
    }

    fn header_at(&self, offset: u64, filled: usize) -> Result<Option<FrameHeader>, JournalError> {
        let seed = self.reader.shared().seed();
        if let Some(bytes) = self.in_block(offset, FRAME_HEADER_BYTES, filled) {
            return Ok(FrameHeader::decode(bytes, seed));
        }
        let mut bytes = [0; FRAME_HEADER_BYTES];
        let count = self.reader.read_at(&mut bytes, offset)?;
        Ok(FrameHeader::decode(&bytes[..count], seed))
    }

    fn counts(&self, frame: &PlacedFrame, filled: usize) -> Result<bool, JournalError> {
        let has_text = matches!(frame.header.kind(), RecordKind::Data | RecordKind::Note);
        if !has_text || !self.filter.matches(&frame.header.head()) {
            return Ok(false);
        }
        let length = frame.header.payload_bytes as usize;
        if let Some(payload) = self.in_block(frame.payload_at(), length, filled) {
            return Ok(payload_holds(&frame.header, payload));
        }
        let mut payload = vec![0; length];
        let count = self.reader.read_at(&mut payload, frame.payload_at())?;
        Ok(payload_holds(&frame.header, &payload[..count]))
    }

    fn in_block(&self, offset: u64, length: usize, filled: usize) -> Option<&[u8]> {
        Stretch { start: self.position, bytes: &self.block[..filled] }.get(offset, length)
    }

    fn step_records(&mut self, budget_bytes: u64, hits: &mut Vec<Hit>) -> Result<bool, JournalError> {
        let rows = self.filter.rows_within(self.reader.snapshot().records);
        let Some(records) = &mut self.records else {
            return Ok(true);
        };
        if records.is_done() {
            *records = self.reader.records(records.next_id().0..rows.end);
        }
        let mut read_bytes = 0;
        while read_bytes < budget_bytes && hits.len() < MAX_HITS_PER_STEP {
            let Some(raw) = records.next_raw()? else {
                break;
            };
            let Some(header) = raw.frame else {
                continue;
            };
            read_bytes += header.frame_bytes();
            if raw.head.kind == RecordKind::Wire {
                continue;
            }
            let bytes = raw.bytes();
            let is_message = self.messages.is_message_oriented(raw.head.peer)?;
            let mut carry = Carry::default();
            if let (Some(encoding), Some(direction), false) =
                (self.pattern.encoding(), raw.head.direction, is_message)
            {
                let stream = (raw.head.peer, direction);
                carry = *self.carries.carry_mut(stream);
                self.carries.pass(encoding, stream, bytes);
            }
            if !self.filter.matches(&raw.head) {
                continue;
            }
            self.pattern.find_each(bytes, carry, 0, &mut |found| {
                hits.push(Hit::within(raw.head.id, found.start as u64, found.len()));
                ControlFlow::Continue(())
            });
            if let Some(joined) = &mut self.joined
                && !is_message
            {
                joined.push(&raw.head, bytes, &self.pattern, hits);
            }
        }
        if let Some(joined) = &mut self.joined {
            joined.search(&self.pattern, hits);
            hits.sort_unstable_by_key(|hit| (hit.record, hit.begins.is_none(), hit.offset));
            forget_what_is_told_twice(hits);
        }
        self.position += read_bytes;
        Ok(records.next_id().0 >= rows.end)
    }
}

/// A match within a record that begins with bytes of a match from the record before is a part of that.
fn forget_what_is_told_twice(hits: &mut Vec<Hit>) {
    let mut across: Option<Hit> = None;
    hits.retain(|hit| {
        if hit.begins.is_some() {
            across = Some(*hit);
            return true;
        }
        across.is_none_or(|across| across.record != hit.record || hit.offset >= across.length)
    });
}
