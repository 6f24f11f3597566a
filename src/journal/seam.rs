//! The one place where operating systems differ: positional reads and writes, and how a file has one writer only.
//! It knows nothing of what the bytes mean.

use crate::util::private_file::for_owner;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(all(test, feature = "gui"))]
thread_local! {
    /// How often this thread has read, for tests that count.
    static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How often this thread has read.
#[cfg(all(test, feature = "gui"))]
pub(super) fn reads_so_far() -> usize {
    READS.get()
}

/// Reads until `buffer` is full or the file ends; says how many bytes there were.
pub(super) fn read_full_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(all(test, feature = "gui"))]
    READS.set(READS.get() + 1);
    let mut done = 0;
    while done < buffer.len() {
        match system::read_at(file, &mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Writes all of `bytes` at `offset`; normally with one system call.
pub(super) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match system::write_at(file, &bytes[done..], offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Opens a file to be its only writer; `None` when it has one already, in this or another program.
pub(super) fn open_alone(path: &Path) -> io::Result<Option<File>> {
    system::open_alone(OpenOptions::new().read(true).write(true), path)
}

/// Makes a file to be its only writer; `None` when somebody else was first to hold the new file. No file is left
/// behind then.
pub(super) fn create_alone(path: &Path) -> io::Result<Option<File>> {
    system::create_alone(for_owner(OpenOptions::new().read(true).write(true).create_new(true)), path)
}

/// Whether some program is the writer of this file right now. A file without a byte has none.
pub(super) fn has_writer(path: &Path) -> io::Result<bool> {
    system::has_writer(path)
}

/// Whether the open file still has a name in some folder.
pub(super) fn has_name(file: &File) -> io::Result<bool> {
    system::has_name(file)
}

#[cfg(unix)]
mod system {
    //! Unix: advisory locks, which never hinder a reader.
    use std::fs::{self, File, OpenOptions, TryLockError};
    use std::io;
    use std::os::unix::fs::{FileExt, MetadataExt};
    use std::path::Path;
    use std::thread;
    use std::time::{Duration, Instant};

    /// Who looks whether there is a writer holds the lock for a moment, and so does a child that is just being started.
    const MOMENT: Duration = Duration::from_millis(50);

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
        file.write_at(bytes, offset)
    }

    pub(super) fn open_alone(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
        let file = options.open(path)?;
        let deadline = Instant::now() + MOMENT;
        loop {
            if is_free(file.try_lock())? {
                return Ok(Some(file));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::park_timeout(Duration::from_millis(1));
        }
    }

    pub(super) fn create_alone(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
        let file = options.open(path)?;
        keep_alone(file, path)
    }

    /// The file is new and ours, so it goes when it cannot be held.
    pub(super) fn keep_alone(file: File, path: &Path) -> io::Result<Option<File>> {
        let free = is_free(file.try_lock());
        if !matches!(free, Ok(true)) {
            fs::remove_file(path)?;
        }
        Ok(free?.then_some(file))
    }

    pub(super) fn has_writer(path: &Path) -> io::Result<bool> {
        let file = File::open(path)?;
        // Its maker writes the first byte with the lock in hand; until then, trying the lock could take it from them.
        if file.metadata()?.len() == 0 {
            return Ok(false);
        }
        Ok(!is_free(file.try_lock_shared())?)
    }

    fn is_free(outcome: Result<(), TryLockError>) -> io::Result<bool> {
        match outcome {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(super) fn has_name(file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.nlink() > 0)
    }
}

#[cfg(windows)]
mod system {
    //! Windows: locks there hinder readers, so the writer's share mode keeps other writers and removal away.
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::windows::fs::{FileExt, OpenOptionsExt};
    use std::path::Path;

    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.seek_read(buffer, offset)
    }

    pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
        file.seek_write(bytes, offset)
    }

    pub(super) fn open_alone(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
        match options.clone().share_mode(FILE_SHARE_READ).open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Made and held at once.
    pub(super) fn create_alone(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
        open_alone(options, path)
    }

    /// Opened for reading, so that it can be told of a read-only file too: a share mode without writing is refused
    /// while a writer is there.
    pub(super) fn has_writer(path: &Path) -> io::Result<bool> {
        let without_writers = FILE_SHARE_READ | FILE_SHARE_DELETE;
        match OpenOptions::new().read(true).share_mode(without_writers).open(path) {
            Ok(_) => Ok(false),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The writer's share mode forbids removal, so the name cannot go while the file is open.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere this can fail")]
    pub(super) fn has_name(_file: &File) -> io::Result<bool> {
        Ok(true)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{create_alone, has_writer, open_alone, system};
    use std::fs::File;
    use std::io::Write;

    #[test]
    fn who_asks_for_the_writer_does_not_take_a_new_file_from_its_maker() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut maker = create_alone(&path).unwrap().unwrap();
        assert!(!has_writer(&path).unwrap(), "the lock was not tried");
        maker.write_all(b"header").unwrap();
        assert!(has_writer(&path).unwrap());
        assert!(open_alone(&path).unwrap().is_none());
        drop(maker);
        assert!(!has_writer(&path).unwrap());
        assert!(open_alone(&path).unwrap().is_some());
    }

    #[test]
    fn a_new_file_that_cannot_be_held_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let new = File::create_new(&path).unwrap();
        let other = File::open(&path).unwrap();
        other.lock_shared().unwrap();
        assert!(system::keep_alone(new, &path).unwrap().is_none());
        assert!(!path.exists());
    }
}
