//! How much of a journal there is at one moment. It reads nothing.

use std::ops::Range;

/// How much of a journal there is: both numbers are of the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Rows, damaged ones included.
    pub records: u64,
    /// The file up to the end of its last whole frame.
    pub bytes: u64,
}

impl Snapshot {
    /// The rows as a range.
    pub fn rows(self) -> Range<u64> {
        0..self.records
    }
}
