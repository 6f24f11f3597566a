//! What a search found. Plain data.

use crate::model::ids::RecordId;

/// A match, told of the record that completes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The row in which the match ends.
    pub record: RecordId,
    /// Where in the bytes of this row the match begins; 0 if it begins in an earlier row.
    pub offset: u32,
    /// How many bytes of this row belong to the match.
    pub length: u32,
    /// Where the match begins, if that is in an earlier row of the same stream.
    pub begins: Option<HitStart>,
}

/// Where a match begins that lies across the border of two or more records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HitStart {
    /// The row.
    pub record: RecordId,
    /// Where in its bytes.
    pub offset: u32,
}

impl Hit {
    /// A match within one record.
    pub(super) fn within(record: RecordId, offset: u64, length: usize) -> Hit {
        Hit { record, offset: narrow(offset), length: narrow(length as u64), begins: None }
    }

    /// A match whose last `length` bytes begin the record.
    pub(super) fn across(begins: HitStart, record: RecordId, length: usize) -> Hit {
        Hit { record, offset: 0, length: narrow(length as u64), begins: Some(begins) }
    }
}

impl HitStart {
    pub(super) fn new(record: RecordId, offset: u64) -> HitStart {
        HitStart { record, offset: narrow(offset) }
    }
}

/// No record is longer than 4 GiB, so that nothing is cut.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
