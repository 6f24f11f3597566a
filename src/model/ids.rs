//! Names for things that are counted or looked up. An id is never an address and never an index into a vector.

use std::fmt;
use std::num::NonZeroU32;

/// One session (a tab, or the one session of a console program) while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// One accepted or connected peer, or one UDP address that was seen. Never used twice in one journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(NonZeroU32);

/// A record's place in its journal, dense from 0: row n is record n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u64);

/// A row of a list: dense from 0. Where records are shown, row n is record n; where messages are, it is the n-th of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(pub u64);

/// Counts how often a session was opened, so that a late answer is known as late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

/// One background job (an export, a search) or one file that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

/// Joins a command to the event that answers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

impl PeerId {
    /// The first peer of a journal.
    pub const FIRST: PeerId = PeerId(NonZeroU32::MIN);

    /// The id with this number; there is none with 0.
    pub fn new(number: u32) -> Option<PeerId> {
        NonZeroU32::new(number).map(PeerId)
    }

    /// The number that people see.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The id for the peer that comes after this one; the last number is kept for ever once it is reached.
    #[must_use]
    pub fn next(self) -> PeerId {
        PeerId(self.0.saturating_add(1))
    }
}

impl RecordId {
    /// The record that follows.
    #[must_use]
    pub fn next(self) -> RecordId {
        RecordId(self.0.saturating_add(1))
    }
}

impl Epoch {
    /// The epoch of the next opening.
    #[must_use]
    pub fn next(self) -> Epoch {
        Epoch(self.0.saturating_add(1))
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
