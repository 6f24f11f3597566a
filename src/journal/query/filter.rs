//! Which rows are wanted, judged by their heads alone. It reads nothing.

use crate::journal::format::{RecordHead, RecordKind};
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

/// Which rows are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Rows of this range.
    pub rows: Option<Range<u64>>,
    /// Data that went this way, and nothing else.
    pub direction: Option<Direction>,
    /// Rows that concern one of these peers.
    pub peers: Option<BTreeSet<PeerId>>,
    /// Rows of these kinds.
    pub kinds: Option<BTreeSet<RecordKind>>,
    /// Data of such a length, and nothing else.
    pub data_bytes: Option<RangeInclusive<u32>>,
    /// Rows of this time, by the wall clock.
    pub wall_ns: Option<RangeInclusive<i64>>,
    /// No bytes of the layer below the payload.
    pub hides_wire: bool,
}

impl Filter {
    /// Whether a row is wanted.
    pub fn matches(&self, head: &RecordHead) -> bool {
        let is_data = head.kind.has_bytes();
        self.rows.as_ref().is_none_or(|rows| rows.contains(&head.id.0))
            && self.direction.is_none_or(|direction| head.direction == Some(direction))
            && self.peers.as_ref().is_none_or(|peers| head.peer.is_some_and(|peer| peers.contains(&peer)))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&head.kind))
            && self.data_bytes.as_ref().is_none_or(|range| is_data && range.contains(&head.data_bytes))
            && self.wall_ns.as_ref().is_none_or(|range| range.contains(&head.at.wall_ns))
            && !(self.hides_wire && head.kind == RecordKind::Wire)
    }

    /// Whether every row is wanted.
    pub fn is_open(&self) -> bool {
        *self == Filter::default()
    }

    pub(super) fn rows_within(&self, records: u64) -> Range<u64> {
        let rows = self.rows.clone().unwrap_or(0..records);
        rows.start..rows.end.min(records)
    }
}
