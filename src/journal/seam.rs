//! The one place where operating systems differ: positional reads and writes, and how a file has one writer only.
//! It knows nothing of what the bytes mean.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Reads until `buffer` is full or the file ends; says how many bytes there were.
pub(super) fn read_full_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
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
pub(super) fn open_alone(path: &Path, create_new: bool) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(create_new);
    system::open_alone(&options, path)
}

/// Whether some program is the writer of this file right now.
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
    use std::fs::{File, OpenOptions, TryLockError};
    use std::io;
    use std::os::unix::fs::{FileExt, MetadataExt};
    use std::path::Path;

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
        file.write_at(bytes, offset)
    }

    pub(super) fn open_alone(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(super) fn has_writer(path: &Path) -> io::Result<bool> {
        match File::open(path)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
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

    /// Opened for reading, so that it can be told of a read-only file too: a share mode without writing is refused
    /// while a writer is there.
    pub(super) fn has_writer(path: &Path) -> io::Result<bool> {
        match OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path) {
            Ok(_) => Ok(false),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The writer's share mode forbids removal, so the name cannot go while the file is open.
    pub(super) fn has_name(_file: &File) -> io::Result<bool> {
        Ok(true)
    }
}
