//! Which rows are wanted, judged by their heads alone, and the scan that gathers them. It reads no payload.

use crate::journal::error::JournalError;
use crate::journal::format::{RecordHead, RecordKind};
use crate::journal::reader::JournalReader;
use crate::journal::records::Records;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use roaring::RoaringTreemap;
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

/// Gathers the rows that a filter lets through.
#[derive(Debug)]
pub struct FilterScan {
    reader: JournalReader,
    filter: Filter,
    records: Records,
    matching: RoaringTreemap,
}

/// How far a scan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterProgress {
    /// Rows judged.
    pub scanned_rows: u64,
    /// Rows to judge.
    pub total_rows: u64,
    /// All rows that existed are judged.
    pub done: bool,
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

impl FilterScan {
    /// A scan of all rows there are now.
    pub fn new(reader: JournalReader, filter: Filter) -> FilterScan {
        let records = reader.records(filter.rows_within(u64::MAX));
        FilterScan { reader, filter, records, matching: RoaringTreemap::new() }
    }

    /// Judges up to so many rows more. When all are done and the journal has grown, the next step goes on with
    /// the new ones.
    pub fn step(&mut self, budget_rows: u64) -> Result<FilterProgress, JournalError> {
        let total = self.filter.rows_within(self.reader.snapshot().records);
        let mut left = budget_rows;
        if self.records.is_done() {
            self.records = self.reader.records(self.records.next_id().0..total.end);
        }
        while left > 0 {
            let Some(head) = self.records.next_head()? else {
                break;
            };
            if self.filter.matches(&head) {
                self.matching.insert(head.id.0);
            }
            left -= 1;
        }
        let next = self.records.next_id().0.max(total.start);
        Ok(FilterProgress {
            scanned_rows: next.min(total.end).saturating_sub(total.start),
            total_rows: total.end.saturating_sub(total.start),
            done: next >= total.end,
        })
    }

    /// The rows found so far.
    pub fn matching(&self) -> &RoaringTreemap {
        &self.matching
    }

    /// The rows found, to keep.
    pub fn into_matching(self) -> RoaringTreemap {
        self.matching
    }
}
