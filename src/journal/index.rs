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
    pub(super) const START: Frontier = Frontier { records: 0, bytes: FRAMES_START, anchor_due: 0 };
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
