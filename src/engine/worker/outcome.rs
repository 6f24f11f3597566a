//! How things done to a connected peer turn out: whether it is still there, and why not. It does nothing to one.

use crate::model::failure::OsError;
use crate::model::record::EndReason;
use crate::net::end_reason::end_reason;
use std::io;

/// How a stream goes on after something was done to it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is still there.
    Open,
    /// It has ended; nothing was closed or recorded yet.
    Ended(End),
}

/// Why a stream has ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) reason: EndReason,
    pub(super) error: Option<OsError>,
}

/// How a read went.
#[derive(Debug)]
pub(super) enum ReadOutcome {
    /// So many bytes came.
    Got(usize),
    /// Nothing waits.
    Nothing,
    /// The peer sends no more, or is gone.
    Ended(End),
}

impl End {
    pub(super) fn because(reason: EndReason) -> End {
        End { reason, error: None }
    }
}

impl From<&io::Error> for End {
    fn from(error: &io::Error) -> End {
        End { reason: end_reason(error), error: Some(OsError::from(error)) }
    }
}
