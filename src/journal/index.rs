//! Where rows stand in the file: one anchor about every 64 KiB, the peers, and the gaps that damage left. It is
//! derived from the frames and never the only place that knows something.

use crate::journal::format::{FRAMES_START, FrameHeader, RecordKind, introduces_a_peer};
use crate::model::ids::{PeerId, RecordId};

/// How far apart anchors are at least: small enough to read between two of them at once, and with 64-byte records
/// still only 0.03 bytes of memory for each.
pub(super) const ANCHOR_SPACING_BYTES: u64 = 64 << 10;

/// A row whose place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) id: u64,
    pub(super) offset: u64,
}

/// A peer and the record that introduces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PeerEntry {
    pub(super) peer: u32,
    pub(super) record: u64,
}

/// Bytes that are no frames, and the rows that were lost with them (possibly none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) first_id: u64,
    pub(super) rows: u64,
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

/// What an index knows about a stretch of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    pub(super) anchors: Vec<Anchor>,
    /// In ascending order of peers once they are in an [`Index`].
    pub(super) peers: Vec<PeerEntry>,
    pub(super) gaps: Vec<Gap>,
}

/// How far frames are known: the next row and the place where its frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frontier {
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// The next frame at or behind this place gets an anchor.
    pub(super) anchor_due: u64,
    /// The highest peer number in any frame: numbers are not used twice, even if an introduction is lost.
    pub(super) highest_peer: u32,
    /// How many rows are bytes of the layer below the payload, which few want to see.
    pub(super) wire_rows: u64,
}

/// New frames that are not in the index yet: gathered without a lock, taken over under a short one.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    pub(super) entries: Entries,
    pub(super) frontier: Frontier,
}

/// Everything that is known about where rows stand.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) entries: Entries,
    pub(super) frontier: Frontier,
}

/// Where to look for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// There is no such row yet.
    Beyond,
    /// Its frame was lost; the gap ends with this row excluded.
    Lost { end_id: u64 },
    /// Walk from the first anchor; its frame starts before the second.
    Between { anchor: Anchor, next: Anchor },
}

impl Frontier {
    pub(super) const START: Frontier =
        Frontier { records: 0, bytes: FRAMES_START, anchor_due: 0, highest_peer: 0, wire_rows: 0 };
}

impl Growth {
    pub(super) fn new(frontier: Frontier) -> Growth {
        Growth { entries: Entries::default(), frontier }
    }

    /// Notes the next frame; what lies between the frontier and it is a gap.
    pub(super) fn note(&mut self, offset: u64, header: &FrameHeader) {
        let Frontier { records, bytes, .. } = self.frontier;
        let id = header.id.0;
        if offset != bytes || id != records {
            let gap = Gap {
                first_id: records,
                rows: id.saturating_sub(records),
                offset: bytes,
                bytes: offset - bytes,
            };
            self.entries.gaps.push(gap);
            // Frames between two anchors follow each other without a gap: that keeps walking simple.
            self.frontier.anchor_due = 0;
        }
        if offset >= self.frontier.anchor_due {
            self.entries.anchors.push(Anchor { id, offset });
            self.frontier.anchor_due = offset + ANCHOR_SPACING_BYTES;
        }
        if header.peer != 0 && header.kind() == RecordKind::Lifecycle && introduces_a_peer(header.detail) {
            self.entries.peers.push(PeerEntry { peer: header.peer, record: id });
        }
        self.frontier.wire_rows += u64::from(header.kind() == RecordKind::Wire);
        self.frontier.highest_peer = self.frontier.highest_peer.max(header.peer);
        self.frontier.records = id.saturating_add(1);
        self.frontier.bytes = offset + header.frame_bytes();
    }
}

impl Index {
    pub(super) fn empty() -> Index {
        Index { entries: Entries::default(), frontier: Frontier::START }
    }

    /// Takes over what `growth` has gathered, which begins where this index ends, and empties it.
    pub(super) fn absorb(&mut self, growth: &mut Growth) {
        self.entries.anchors.append(&mut growth.entries.anchors);
        self.entries.gaps.append(&mut growth.entries.gaps);
        for entry in growth.entries.peers.drain(..) {
            self.insert_peer(entry);
        }
        self.frontier = growth.frontier;
    }

    /// Peers are numbered in the order in which they come, so this is almost always a push. Of two introductions
    /// the first counts.
    fn insert_peer(&mut self, entry: PeerEntry) {
        let peers = &mut self.entries.peers;
        if peers.last().is_none_or(|last| last.peer < entry.peer) {
            peers.push(entry);
        } else if let Err(place) = peers.binary_search_by_key(&entry.peer, |known| known.peer) {
            peers.insert(place, entry);
        }
    }

    pub(super) fn locate(&self, id: RecordId) -> Place {
        if id.0 >= self.frontier.records {
            return Place::Beyond;
        }
        let gap = self.entries.gaps.partition_point(|gap| gap.first_id <= id.0);
        let gap = gap.checked_sub(1).map(|place| self.entries.gaps[place]);
        if let Some(gap) = gap.filter(|gap| id.0 - gap.first_id < gap.rows) {
            return Place::Lost { end_id: gap.first_id + gap.rows };
        }
        let next = self.entries.anchors.partition_point(|anchor| anchor.id <= id.0);
        let end = Anchor { id: self.frontier.records, offset: self.frontier.bytes };
        let after = self.entries.anchors.get(next).copied().unwrap_or(end);
        match next.checked_sub(1) {
            Some(place) => Place::Between { anchor: self.entries.anchors[place], next: after },
            None => Place::Lost { end_id: self.frontier.records },
        }
    }

    /// The anchors that a place in the file lies between.
    pub(super) fn anchors_around(&self, offset: u64) -> Option<(Anchor, Anchor)> {
        let anchors = &self.entries.anchors;
        let next = anchors.partition_point(|anchor| anchor.offset <= offset);
        let end = Anchor { id: self.frontier.records, offset: self.frontier.bytes };
        next.checked_sub(1).map(|place| (anchors[place], anchors.get(next).copied().unwrap_or(end)))
    }

    pub(super) fn introduction(&self, peer: PeerId) -> Option<RecordId> {
        let place = self.entries.peers.binary_search_by_key(&peer.get(), |known| known.peer).ok()?;
        Some(RecordId(self.entries.peers[place].record))
    }
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Gap, Growth, Index, Place};
    use crate::journal::format::{FrameFlags, FrameHeader, introduces_a_peer};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::util::clock::Stamp;

    fn header(id: u64, payload_bytes: u32) -> FrameHeader {
        FrameHeader {
            code: 1,
            facts_bytes: 0,
            flags: FrameFlags::default(),
            detail: 0,
            payload_bytes,
            epoch: Epoch(1),
            id: RecordId(id),
            at: Stamp::default(),
            peer: 1,
            link: 0,
            payload_crc: 0,
        }
    }

    #[test]
    fn a_million_small_records_cost_fifty_kilobytes_at_most() {
        let mut index = Index::empty();
        let mut growth = Growth::new(index.frontier);
        for id in 0..1_000_000 {
            growth.note(growth.frontier.bytes, &header(id, 64));
            if id % 1000 == 999 {
                index.absorb(&mut growth);
            }
        }
        assert_eq!((index.frontier.records, index.frontier.bytes), (1_000_000, 1024 + 1_000_000 * 120));
        assert!(index.entries.anchors.capacity() * size_of::<Anchor>() <= 50_000);
        let Place::Between { anchor, next } = index.locate(RecordId(777_777)) else {
            panic!("the row is there");
        };
        assert!(anchor.id <= 777_777 && next.id > 777_777);
        assert!(next.offset - anchor.offset < 2 * super::ANCHOR_SPACING_BYTES);
        assert_eq!(index.locate(RecordId(1_000_000)), Place::Beyond);
    }

    #[test]
    fn a_gap_is_known_row_by_row() {
        let mut index = Index::empty();
        let mut growth = Growth::new(index.frontier);
        growth.note(1024, &header(0, 44));
        growth.note(1324, &header(3, 44));
        growth.note(1424, &header(4, 44));
        growth.note(1530, &header(5, 44));
        index.absorb(&mut growth);
        let gaps = [
            Gap { first_id: 1, rows: 2, offset: 1124, bytes: 200 },
            Gap { first_id: 5, rows: 0, offset: 1524, bytes: 6 },
        ];
        assert_eq!(index.entries.gaps, gaps);
        let place = |row| match index.locate(RecordId(row)) {
            Place::Between { anchor, .. } => Some(anchor.id),
            Place::Lost { .. } | Place::Beyond => None,
        };
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(place), [Some(0), None, None, Some(3), Some(3), Some(5), None]);
    }

    #[test]
    fn of_two_introductions_the_first_counts() {
        let event = (0..=u8::MAX).find(|event| introduces_a_peer(*event)).unwrap();
        let mut index = Index::empty();
        for (id, peer) in [(0, 2), (1, 5), (2, 2), (3, 4)] {
            let mut growth = Growth::new(index.frontier);
            growth
                .note(growth.frontier.bytes, &FrameHeader { code: 2, detail: event, peer, ..header(id, 44) });
            index.absorb(&mut growth);
        }
        for (peer, record) in [(2, Some(0)), (4, Some(3)), (5, Some(1)), (1, None)] {
            assert_eq!(index.introduction(PeerId::new(peer).unwrap()), record.map(RecordId), "peer {peer}");
        }
        assert_eq!(index.frontier.highest_peer, 5);
    }
}
