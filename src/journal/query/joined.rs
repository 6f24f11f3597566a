//! The records of a stream joined, for regular expressions: a match may begin in one record and end in another. How
//! long a match is cannot be known beforehand, so it is looked for within a bounded distance from each border. It
//! reads no file.

use crate::codec::text::{Carry, first_border};
use crate::journal::format::RecordHead;
use crate::journal::query::pattern::Pattern;
use crate::journal::query::{Hit, HitStart};
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::Direction;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// So far from a border a match may begin or end.
const REACH_BYTES: usize = 4 << 10;

/// Small records are gathered up to this length, so that their bytes are not searched again for every border.
const GATHERED_BYTES: usize = 16 << 10;

/// When all streams together take more memory than this, those that were silent for longest are forgotten.
const MEMORY_BYTES: usize = 64 << 20;

/// Which stream bytes belong to: those of one peer in one direction.
type StreamKey = (u32, Direction);

/// The latest bytes of every stream.
#[derive(Debug, Default)]
pub(super) struct JoinedStreams {
    streams: HashMap<StreamKey, JoinedStream>,
    memory: usize,
}

/// The latest bytes of one stream, and which records they are of.
#[derive(Debug)]
struct JoinedStream {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    /// Matches that end here or before have been told.
    searched: usize,
    /// Earlier bytes of the stream are not here any more; the first that is here only says what stood before.
    is_cut: bool,
    last: RecordId,
}

/// A record's part of the joined bytes.
#[derive(Clone, Copy, Debug)]
struct Piece {
    record: RecordId,
    /// Where it begins in the joined bytes.
    at: usize,
    /// Where that is in the record.
    offset: usize,
}

impl JoinedStreams {
    /// Takes in the next record that may hold a part of a match; tells the matches that it was enough for.
    pub(super) fn push(&mut self, head: &RecordHead, bytes: &[u8], pattern: &Pattern, hits: &mut Vec<Hit>) {
        let Some(direction) = head.direction else { return };
        let key = (head.peer.map_or(0, PeerId::get), direction);
        let stream = self.streams.entry(key).or_insert_with(|| JoinedStream::starting_at(head.id));
        self.memory -= stream.memory();
        if head.previous != Some(stream.last) {
            stream.search(pattern, hits);
            *stream = JoinedStream::starting_at(head.id);
        }
        stream.push(head.id, bytes, pattern, hits);
        self.memory += stream.memory();
        if self.memory > MEMORY_BYTES {
            self.forget_the_silent(pattern, hits);
        }
    }

    /// Tells all matches that end in what was taken in so far.
    pub(super) fn search(&mut self, pattern: &Pattern, hits: &mut Vec<Hit>) {
        for stream in self.streams.values_mut() {
            self.memory -= stream.memory();
            stream.search(pattern, hits);
            self.memory += stream.memory();
        }
    }

    fn forget_the_silent(&mut self, pattern: &Pattern, hits: &mut Vec<Hit>) {
        self.search(pattern, hits);
        self.streams.values_mut().for_each(JoinedStream::give_memory_back);
        self.memory = self.streams.values().map(JoinedStream::memory).sum();
        if self.memory <= MEMORY_BYTES / 2 {
            return;
        }
        let mut latest: Vec<RecordId> = self.streams.values().map(|stream| stream.last).collect();
        latest.sort_unstable();
        let middle = latest[latest.len() / 2];
        self.streams.retain(|_, stream| stream.last >= middle);
        self.memory = self.streams.values().map(JoinedStream::memory).sum();
    }
}

impl JoinedStream {
    fn starting_at(record: RecordId) -> JoinedStream {
        JoinedStream { bytes: Vec::new(), pieces: Vec::new(), searched: 0, is_cut: false, last: record }
    }

    fn memory(&self) -> usize {
        self.bytes.capacity() + self.pieces.capacity() * size_of::<Piece>()
    }

    fn push(&mut self, record: RecordId, bytes: &[u8], pattern: &Pattern, hits: &mut Vec<Hit>) {
        self.last = record;
        if bytes.len() <= GATHERED_BYTES {
            self.append(record, 0, bytes);
            if self.bytes.len() - self.searched >= GATHERED_BYTES {
                self.search(pattern, hits);
            }
            return;
        }
        // Of a long record only what is near its borders matters.
        self.append(record, 0, &bytes[..REACH_BYTES]);
        self.search(pattern, hits);
        let from = bytes.len() - REACH_BYTES - 1;
        *self = JoinedStream { is_cut: true, ..JoinedStream::starting_at(record) };
        self.append(record, from, &bytes[from..]);
        self.searched = self.bytes.len();
    }

    fn append(&mut self, record: RecordId, offset: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.pieces.push(Piece { record, at: self.bytes.len(), offset });
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Tells the matches across borders that end behind what was searched before, and keeps what may begin one that
    /// ends later.
    fn search(&mut self, pattern: &Pattern, hits: &mut Vec<Hit>) {
        if self.searched == self.bytes.len() {
            return;
        }
        // What is cut may begin in the middle of a character.
        let cut_at = match pattern.encoding() {
            Some(encoding) if self.is_cut => first_border(encoding, &self.bytes),
            _ => 0,
        };
        let from = usize::from(self.is_cut && cut_at == 0);
        pattern.find_each(&self.bytes[cut_at..], Carry::default(), from, &mut |found| {
            let found = found.start + cut_at..found.end + cut_at;
            let (first, last) = (self.piece_at(found.start), self.piece_at(found.end - 1));
            if first.record != last.record && found.end > self.searched {
                let begins = HitStart::new(first.record, (first.offset + found.start - first.at) as u64);
                hits.push(Hit::across(begins, last.record, found.end - last.at));
            }
            ControlFlow::Continue(())
        });
        self.searched = self.bytes.len();
        self.keep_the_end();
    }

    fn keep_the_end(&mut self) {
        let Some(cut) = self.bytes.len().checked_sub(REACH_BYTES + 1).filter(|cut| *cut > 0) else { return };
        let first = self.pieces.partition_point(|piece| piece.at <= cut) - 1;
        self.pieces.drain(..first);
        for piece in &mut self.pieces {
            let skipped = cut.saturating_sub(piece.at);
            piece.offset += skipped;
            piece.at = piece.at + skipped - cut;
        }
        self.bytes.drain(..cut);
        self.searched -= cut;
        self.is_cut = true;
    }

    fn give_memory_back(&mut self) {
        self.bytes.shrink_to_fit();
        self.pieces.shrink_to_fit();
    }

    fn piece_at(&self, place: usize) -> Piece {
        self.pieces[self.pieces.partition_point(|piece| piece.at <= place) - 1]
    }
}
