//! What can go wrong with a journal file, said so that a person can act on it. It holds no recovery logic.

use crate::model::failure::{Failure, Operation, OsError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a journal cannot be opened, read or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file does not begin as a journal does.
    #[error("{} is not a Sockscope journal", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A newer program wrote it in a format that this one does not know.
    #[error("{} has journal format {found}, and this program reads up to {known}: a newer Sockscope opens it", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The version it carries.
        found: u16,
        /// The newest version this program reads.
        known: u16,
    },
    /// It is a journal, and what stands at this place makes no sense.
    #[error("{} is damaged at byte {at_byte}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 0.
        at_byte: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// Another session, here or in another program, is writing this file.
    #[error("{} is being written by another session", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {} {}: {}", operation.words(), path.display(), OsError::from(source))]
    Io {
        /// What was being done.
        operation: Operation,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl JournalError {
    /// Joins an error of the system with what was being done to which file; made for `map_err`.
    pub(super) fn io(operation: Operation, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        let path = path.to_owned();
        move |source| JournalError::Io { operation, path, source }
    }

    /// The error as a value that a record can hold.
    pub fn failure(&self) -> Failure {
        match self {
            JournalError::Io { operation, path, source } => {
                Failure::new(*operation, path.display(), OsError::from(source))
            }
            JournalError::NotOurs { path }
            | JournalError::TooNew { path, .. }
            | JournalError::Damaged { path, .. }
            | JournalError::InUse { path } => {
                Failure::new(Operation::OpenFile, path.display(), OsError::from_words(self.to_string()))
            }
        }
    }

    /// Whether the disk has no room, so that waiting for room makes sense.
    pub fn is_disk_full(&self) -> bool {
        match self {
            JournalError::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
            ),
            _ => false,
        }
    }
}
