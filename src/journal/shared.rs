//! One open journal file: what its writer and all its readers have in common. It knows where rows stand and
//! nothing of what is in them.

use crate::journal::error::JournalError;
use crate::journal::format::{FRAMES_START, HeaderError, JournalId, JournalInfo, VERSION, decode_header};
use crate::journal::index::{Growth, Index};
use crate::journal::index_file::{self, IndexFile};
use crate::journal::seam;
use crate::journal::snapshot::Snapshot;
use crate::journal::walk::FrameWalk;
use crate::model::failure::Operation;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A journal that took longer than this to walk through gets an index file, so that the next opening is quick.
const WALKED_BYTES_WORTH_AN_INDEX: u64 = 64 << 20;

/// Who opened the file: what stands behind the index is either news, or our own writer's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// This program writes it, so its index is always complete.
    Writer,
    /// Another program may be writing it.
    Reader,
}

/// What the writer and all readers of one open file have in common.
#[derive(Debug)]
pub(super) struct SharedJournal {
    path: PathBuf,
    file: File,
    id: JournalId,
    /// What the checksums of frame headers start from.
    seed: u32,
    info: JournalInfo,
    role: Role,
    index: RwLock<Index>,
    /// Held while new frames of another program's writer are looked for.
    refreshing: Mutex<()>,
}

impl SharedJournal {
    pub(super) fn new_empty(
        path: &Path,
        file: File,
        id: JournalId,
        info: JournalInfo,
        role: Role,
    ) -> SharedJournal {
        SharedJournal {
            path: path.to_owned(),
            file,
            id,
            seed: id.seed(),
            info,
            role,
            index: RwLock::new(Index::empty()),
            refreshing: Mutex::new(()),
        }
    }

    /// Reads the header, takes what the index file knows, and walks the rest of the frames.
    pub(super) fn load(path: &Path, file: File, role: Role) -> Result<SharedJournal, JournalError> {
        let mut start = vec![0; usize::try_from(FRAMES_START).unwrap_or(0)];
        let count =
            seam::read_full_at(&file, &mut start, 0).map_err(JournalError::io(Operation::ReadFile, path))?;
        let (id, info) = decode_header(&start[..count]).map_err(|error| header_error(path, error))?;
        let shared = SharedJournal::new_empty(path, file, id, info, role);
        let file_bytes = shared.file_bytes()?;
        if let Some(index) = index_file::load(path, id, &shared.file, file_bytes) {
            *shared.index_mut() = index;
        }
        let known = shared.snapshot().bytes;
        shared.catch_up()?;
        let walked = shared.snapshot().bytes - known;
        if role == Role::Reader && walked >= WALKED_BYTES_WORTH_AN_INDEX && !has_writer(path) {
            shared.save_index();
        }
        Ok(shared)
    }

    fn save_index(&self) {
        if IndexFile::begin(&self.path, self.id, &self.index()).is_err() {
            // In a folder that cannot be written to, the next opening walks again: slower, and just as right.
        }
    }

    /// Takes whole frames into the index that stand in the file behind those it knows.
    pub(super) fn catch_up(&self) -> Result<(), JournalError> {
        let _only_one = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let io_error = |error| JournalError::io(Operation::ReadFile, &self.path)(error);
        let frontier = self.index().frontier;
        let mut walk = FrameWalk::new(&self.file, self.seed, frontier, self.file_bytes()?);
        let mut growth = Growth::new(frontier);
        while let Some(frame) = walk.next_frame().map_err(io_error)? {
            growth.note(frame.offset, &frame.header);
        }
        self.absorb(&mut growth);
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    pub(super) fn info(&self) -> &JournalInfo {
        &self.info
    }

    pub(super) fn id(&self) -> JournalId {
        self.id
    }

    pub(super) fn seed(&self) -> u32 {
        self.seed
    }

    pub(super) fn file_bytes(&self) -> Result<u64, JournalError> {
        let metadata = self.file.metadata().map_err(JournalError::io(Operation::ReadFile, &self.path))?;
        Ok(metadata.len())
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let frontier = self.index().frontier;
        Snapshot { records: frontier.records, bytes: frontier.bytes }
    }

    pub(super) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn absorb(&self, growth: &mut Growth) {
        self.index_mut().absorb(growth);
    }
}

/// Its writer keeps the index file itself. Where that cannot be told, it is left alone.
fn has_writer(path: &Path) -> bool {
    seam::has_writer(path).unwrap_or(true)
}

fn header_error(path: &Path, error: HeaderError) -> JournalError {
    let path = path.to_owned();
    match error {
        HeaderError::NotOurs => JournalError::NotOurs { path },
        HeaderError::TooNew(found) => JournalError::TooNew { path, found, known: VERSION },
        HeaderError::Damaged { at_byte, what } => JournalError::Damaged { path, at_byte, what },
    }
}
