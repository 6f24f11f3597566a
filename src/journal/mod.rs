//! The append-only session file. It knows nothing of sockets or screens.
//!
//! One [`JournalWriter`] appends; any number of [`JournalReader`]s look. Bytes are in the file before their length
//! is published, so a reader never sees half a record, and a record never changes once its id is published.
//! The layout on disk is told byte by byte in `docs/journal-format.md`.

pub mod error;

pub mod format;

mod seam;

mod index;

mod index_file;

mod walk;

mod snapshot;

mod shared;

pub mod writer;

pub mod reader;

pub mod records;

mod known_peers;

mod message_peers;

pub mod query;

pub mod split;

pub mod timeline;

pub mod totals;

pub mod verify;

pub mod recover;

pub mod retention;

#[cfg(all(test, feature = "gui"))]
pub(crate) fn reads_so_far() -> usize {
    seam::reads_so_far()
}

pub use error::JournalError;
pub use format::{JournalInfo, RecordHead, RecordKind};
pub use known_peers::KnownPeers;
pub use message_peers::MessagePeers;
pub use reader::{JournalReader, PeerInfo};
pub use records::Records;
pub use snapshot::Snapshot;
pub use writer::{DataSlot, JournalWriter, SyncHandle};
