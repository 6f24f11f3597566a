//! What a session tells its front end. Never payload: rows are read from the journal, levels from the status.

use crate::automation::sequence::StepResult;
use crate::automation::template::FillError;
use crate::model::failure::Failure;
use crate::model::ids::{JobId, PeerId, RecordId, Ticket};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// A piece of news that is not a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A command was not carried out.
    Rejected {
        /// The command's.
        ticket: Ticket,
        /// Why, with what to do about it.
        why: Rejection,
    },
    /// A command was carried out as far as it can be at once: bytes are queued, the opening has begun.
    Accepted {
        /// The command's.
        ticket: Ticket,
    },
    /// More of a long content was sent.
    SendProgress {
        /// Which.
        job: JobId,
        /// Bytes taken from it so far; of rows, how many have gone out whole.
        sent: u64,
        /// Bytes it has; of rows, how many there are to send, those not counted that were found to have no bytes.
        total: u64,
    },
    /// A long content was sent whole, or a repeat has run its times; or it was stopped.
    SendFinished {
        /// Which.
        job: JobId,
        /// What stopped it, if something did.
        outcome: Result<(), Rejection>,
    },
    /// A step of a sequence has ended.
    StepEnded(Box<StepEnded>),
    /// A sequence has ended.
    SequenceEnded {
        /// How many steps held.
        passed: u64,
        /// The number of the one that did not.
        failed: Option<usize>,
        /// The person stopped it.
        is_stopped: bool,
    },
}

/// The end of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEnded {
    /// How it ended.
    pub result: StepResult,
    /// Why the session refused it, if that is why it did not hold.
    pub refused: Option<Rejection>,
    /// The records that were written since the step before it; the last is the remark about it.
    pub records: Range<RecordId>,
    /// What the run knows now.
    pub variables: Arc<[(String, String)]>,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// The session is not open.
    #[error("the session is not open")]
    NotOpen,
    /// The session is open already.
    #[error("the session is open already; close it first")]
    AlreadyOpen,
    /// The connection is not there yet.
    #[error("not connected yet")]
    NotConnected,
    /// There is nobody to send to.
    #[error("there is no peer to send to")]
    NoPeer,
    /// No remote address is set.
    #[error("no remote address is set; say where the datagrams go")]
    NoRemote,
    /// This peer is gone, or was never there.
    #[error("peer {0} is not there any more")]
    PeerGone(PeerId),
    /// Some of several recipients left before they had everything.
    #[error("{left} of {of} peers left before they had everything; the others have it")]
    SomeLeft {
        /// How many.
        left: usize,
        /// Of how many.
        of: usize,
    },
    /// The peer does not take what is sent: its queue is full.
    #[error("peer {peer} does not take what is sent: {queued} bytes wait already (at most {cap})")]
    QueueFull {
        /// Which.
        peer: PeerId,
        /// Bytes that wait.
        queued: u64,
        /// The most that may wait.
        cap: u64,
    },
    /// More than one datagram can hold.
    #[error("{length} bytes do not fit into one datagram (at most {limit})")]
    DatagramTooLong {
        /// The payload's length.
        length: usize,
        /// The most that fits.
        limit: usize,
    },
    /// Broadcasting is off.
    #[error("{0} is a broadcast address: switch broadcasting on to send there")]
    BroadcastOff(SocketAddr),
    /// A template could not be filled in.
    #[error("the template cannot be filled in: {0}")]
    CannotFill(Box<FillError>),
    /// Streams have no such thing as an address to send to, datagrams no half-close and no groups on streams.
    #[error("this kind of session cannot do that")]
    WrongKind,
    /// The journal cannot be written, so nothing may happen that would not be recorded.
    #[error("paused: {0}")]
    Paused(Box<Failure>),
    /// The system refused.
    #[error("{0}")]
    Failed(Box<Failure>),
    /// A row that was to be sent again cannot be read.
    #[error("cannot read {}: row {row} is damaged", path.display())]
    RowDamaged {
        /// The journal.
        path: PathBuf,
        /// Which, counted from 1.
        row: u64,
    },
    /// A row that was to be sent again is not made of whole messages.
    #[error(
        "cannot send row {row} of {}: it is not made of whole WebSocket messages; split by websocket, then send \
         the messages", path.display()
    )]
    RowNotWhole {
        /// The journal.
        path: PathBuf,
        /// Which, counted from 1.
        row: u64,
    },
    /// Nobody reads the rows that were to be sent any more.
    #[error("cannot read the rows of {} to the end: reading them has broken off", path.display())]
    RowsBrokenOff {
        /// The journal.
        path: PathBuf,
    },
    /// The person stopped it.
    #[error("stopped")]
    Cancelled,
    /// A file, or rows, are on their way to one of these peers already.
    #[error("a file or rows are being sent already; wait for them or cancel them")]
    FileBusy,
    /// So much is sent by and by already.
    #[error("{0} files and repeats are being sent already; stop one of them")]
    TooManySends(usize),
    /// A sequence runs already.
    #[error("a sequence runs already; wait for it or stop it")]
    SequenceBusy,
    /// The session does not take commands now: its queue of commands is full.
    #[error("the session is too busy to take the command; try again")]
    Busy,
}

impl From<FillError> for Rejection {
    fn from(error: FillError) -> Rejection {
        Rejection::CannotFill(Box::new(error))
    }
}

impl From<Failure> for Rejection {
    fn from(failure: Failure) -> Rejection {
        Rejection::Failed(Box::new(failure))
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn events_carry_news_and_no_payload() {
        // A path takes a word more on Windows.
        let most = if cfg!(windows) { 64 } else { 56 };
        assert!(size_of::<Event>() <= most, "an event has grown to {} bytes", size_of::<Event>());
    }
}
