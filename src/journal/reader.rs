//! Looking into a journal: any number of cloned readers, each lookup a positional read or two. It changes nothing
//! in the file, and no damage in it makes it panic or tell a wrong record.

use crate::journal::error::JournalError;
use crate::journal::format::{FrameHeader, JournalInfo, RecordHead, RecordKind, decode_body_in_place};
use crate::journal::index::{Anchor, Place};
use crate::journal::seam;
use crate::journal::shared::{Role, SharedJournal};
use crate::journal::snapshot::Snapshot;
use crate::journal::walk::{FrameWalk, PlacedFrame, Row, find_between};
use crate::model::address::Address;
use crate::model::config::SessionKind;
use crate::model::failure::Operation;
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::{Body, Record};
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Reads a journal, also while it grows. Cloning is cheap; clones share one open file.
#[derive(Clone, Debug)]
pub struct JournalReader {
    shared: Arc<SharedJournal>,
}

/// A peer, as the record that introduced it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerInfo {
    /// Its number.
    pub id: PeerId,
    /// Our end.
    pub local: Address,
    /// Its end.
    pub remote: Address,
    /// Whether each of its records is a message by itself, where the journal says so.
    pub message_oriented: Option<bool>,
    /// Where it was introduced.
    pub record: RecordId,
}

impl JournalReader {
    /// Opens a journal that no session of this program writes; another program may be writing it. Uses the index
    /// file beside it, or makes the index from the frames.
    pub fn open(path: &Path) -> Result<JournalReader, JournalError> {
        let file = File::open(path).map_err(JournalError::io(Operation::OpenFile, path))?;
        let shared = SharedJournal::load(path, file, Role::Reader)?;
        Ok(JournalReader::over(Arc::new(shared)))
    }

    pub(super) fn over(shared: Arc<SharedJournal>) -> JournalReader {
        JournalReader { shared }
    }

    pub(super) fn shared(&self) -> &SharedJournal {
        &self.shared
    }

    /// How many rows are bytes of the layer below the payload, which are shown only where somebody asks for them.
    pub fn wire_rows(&self) -> u64 {
        self.shared.index().frontier.wire_rows
    }

    /// What the journal says about itself.
    pub fn info(&self) -> &JournalInfo {
        self.shared.info()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.shared.path()
    }

    /// How much there is to read now.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Looks whether another program has appended whole frames; says how much there is then. Not needed for a
    /// journal that this program writes.
    pub fn refresh(&self) -> Result<Snapshot, JournalError> {
        if self.shared.role() == Role::Reader {
            self.shared.catch_up()?;
        }
        Ok(self.snapshot())
    }

    /// About how much of the file these rows take, as the index tells, which knows every so many bytes where a row stands;
    /// 0 where one of them is lost.
    pub fn bytes_about(&self, rows: Range<u64>) -> u64 {
        let index = self.shared.index();
        let place = |id| match index.locate(RecordId(id)) {
            Place::Between { anchor, .. } => Some(anchor.offset),
            Place::Beyond => Some(index.frontier.bytes),
            Place::Lost { .. } => None,
        };
        let places = place(rows.start).zip(place(rows.end));
        places.map_or(0, |(first, next)| next.saturating_sub(first))
    }

    /// Bytes behind the last whole frame: a frame that is being written, or one that was torn by a crash.
    pub fn tail_bytes(&self) -> Result<u64, JournalError> {
        Ok(self.shared.file_bytes()?.saturating_sub(self.snapshot().bytes))
    }

    /// The record in this row; `None` if there is no such row yet.
    pub fn record(&self, id: RecordId) -> Result<Option<Record>, JournalError> {
        self.record_in(id, Vec::new())
    }

    /// The same, with memory of an earlier record for the bytes of this one.
    pub fn record_in(&self, id: RecordId, memory: Vec<u8>) -> Result<Option<Record>, JournalError> {
        let frame = match self.frame(id)? {
            None => return Ok(None),
            Some(Row::Lost(id)) => return Ok(Some(lost_record(id))),
            Some(Row::Whole(frame)) => frame,
        };
        let mut payload = memory;
        let is_whole = self.read_payload(&frame, &mut payload)?;
        let body = if is_whole { decode_body_in_place(&frame.header, payload) } else { Body::Damaged };
        Ok(Some(record_of(&frame.header, body)))
    }

    /// A row without its payload; `None` if there is no such row yet.
    pub fn head(&self, id: RecordId) -> Result<Option<RecordHead>, JournalError> {
        Ok(self.frame(id)?.map(|row| row.head()))
    }

    /// What is known about a peer. A peer whose introduction is lost in damage is unknown.
    pub fn peer(&self, id: PeerId) -> Result<Option<PeerInfo>, JournalError> {
        let introduction = self.shared.index().introduction(id);
        let Some(row) = introduction else {
            return Ok(None);
        };
        let Some(Body::Lifecycle(event)) = self.record(row)?.map(|record| record.body) else {
            return Ok(None);
        };
        let message_oriented = event.message_oriented();
        Ok(event.introduces().map(|(local, remote)| PeerInfo {
            id,
            local,
            remote,
            message_oriented,
            record: row,
        }))
    }

    /// Whether each record of this peer is a message by itself, and no piece of a stream. Where its own record does
    /// not say so, as in journals of earlier versions, the kind of the session does.
    pub fn is_message_oriented(&self, peer: Option<PeerId>) -> Result<bool, JournalError> {
        let told = match peer {
            Some(peer) => self.peer(peer)?.and_then(|info| info.message_oriented),
            None => None,
        };
        Ok(told.unwrap_or(self.info().kind == Some(SessionKind::Udp)))
    }

    /// The first peers that were introduced, at most so many.
    pub fn first_peers(&self, most: usize) -> Result<Vec<PeerInfo>, JournalError> {
        let known = self.peer_ids().into_iter().take(most).map(|id| self.peer(id));
        known.filter_map(Result::transpose).collect()
    }

    /// All peers that were introduced, by their number.
    pub fn peer_ids(&self) -> Vec<PeerId> {
        self.shared.index().entries.peers.iter().filter_map(|entry| PeerId::new(entry.peer)).collect()
    }

    /// The previous data record of the same peer and direction, by the link that each data record carries.
    pub fn previous_in_stream(&self, id: RecordId) -> Result<Option<RecordId>, JournalError> {
        Ok(self.head(id)?.and_then(|head| head.previous))
    }

    /// The first row at or after a wall-clock time, or the number of rows if all are before it. A wall clock that
    /// was set back makes the answer one of several that fit.
    pub fn record_at_time(&self, wall_ns: i64) -> Result<RecordId, JournalError> {
        let (mut low, mut high) = (0, self.snapshot().records);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.first_known_from(middle, high)? {
                Some(head) if head.at.wall_ns < wall_ns => low = head.id.0 + 1,
                _ => high = middle,
            }
        }
        Ok(RecordId(low))
    }

    /// The head of the first row in the range that is not lost.
    fn first_known_from(&self, id: u64, end: u64) -> Result<Option<RecordHead>, JournalError> {
        let mut id = id;
        while id < end {
            let place = self.shared.index().locate(RecordId(id));
            if let Place::Lost { end_id } = place {
                id = end_id;
                continue;
            }
            match self.frame(RecordId(id))? {
                Some(Row::Whole(frame)) => return Ok(Some(frame.header.head())),
                _ => id += 1,
            }
        }
        Ok(None)
    }

    /// The frame of a row; `None` if there is no such row yet.
    pub(super) fn frame(&self, id: RecordId) -> Result<Option<Row>, JournalError> {
        let place = self.shared.index().locate(id);
        match place {
            Place::Beyond => Ok(None),
            Place::Lost { .. } => Ok(Some(Row::Lost(id))),
            Place::Between { anchor, next } => self.walk_to(id, anchor, next).map(Some),
        }
    }

    fn walk_to(&self, id: RecordId, anchor: Anchor, next: Anchor) -> Result<Row, JournalError> {
        let shared = &self.shared;
        let found = find_between(shared.file(), shared.seed(), id, anchor, next);
        match found.map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
            Some(frame) => Ok(Row::Whole(frame)),
            None => self.search_between(id, anchor, next),
        }
    }

    /// The row is not where the index saw it: damage came later, and the frames behind it have to be found again.
    fn search_between(&self, id: RecordId, anchor: Anchor, next: Anchor) -> Result<Row, JournalError> {
        let shared = &self.shared;
        let mut walk = FrameWalk::between(shared.file(), shared.seed(), anchor, next);
        loop {
            match walk.next_frame().map_err(JournalError::io(Operation::ReadFile, shared.path()))? {
                Some(frame) if frame.header.id < id => {}
                Some(frame) if frame.header.id == id => return Ok(Row::Whole(frame)),
                _ => return Ok(Row::Lost(id)),
            }
        }
    }

    /// Reads a frame's payload into `payload`, whose memory is used again; says whether its checksum holds.
    pub(super) fn read_payload(
        &self,
        frame: &PlacedFrame,
        payload: &mut Vec<u8>,
    ) -> Result<bool, JournalError> {
        payload.resize(frame.header.payload_bytes as usize, 0);
        let count = self.read_at(payload, frame.payload_at())?;
        Ok(payload_holds(&frame.header, &payload[..count]))
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, JournalError> {
        seam::read_full_at(self.shared.file(), buffer, offset)
            .map_err(JournalError::io(Operation::ReadFile, self.shared.path()))
    }
}

/// What a frame and its body make.
pub(super) fn record_of(header: &FrameHeader, body: Body) -> Record {
    Record { id: header.id, at: header.at, epoch: header.epoch, peer: PeerId::new(header.peer), body }
}

/// Whether these are the bytes that were written for this header.
pub(super) fn payload_holds(header: &FrameHeader, payload: &[u8]) -> bool {
    payload.len() == header.payload_bytes as usize && crc32fast::hash(payload) == header.payload_crc
}

/// A row whose frame cannot be found.
pub(super) fn lost_record(id: RecordId) -> Record {
    let head = RecordHead::lost(id);
    Record { id, at: head.at, epoch: head.epoch, peer: head.peer, body: Body::Damaged }
}

impl RecordHead {
    /// Whether the content of this row can be told at all.
    pub fn is_damaged(&self) -> bool {
        self.kind == RecordKind::Damaged
    }
}
