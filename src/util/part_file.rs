//! A file that appears under its name only when it is whole.

use crate::util::private_file::for_owner;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Only its owner can read it. Written beside its target and renamed over it by [`PartFile::finish`]; removed when dropped before that. A
/// reader of the target therefore sees the old content or the new, never half of it.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl PartFile {
    /// Opens a new file beside `target`, in the same folder, so that the final rename cannot cross file systems.
    pub fn create(target: &Path) -> io::Result<PartFile> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
        for attempt in 0..1000_u32 {
            let mut part_name = std::ffi::OsString::from(".");
            part_name.push(name);
            part_name.push(format!(".{}-{attempt}.part", std::process::id()));
            let part = target.with_file_name(part_name);
            match for_owner(OpenOptions::new().write(true).create_new(true)).open(&part) {
                Ok(file) => return Ok(PartFile { file, part, target: target.to_owned(), finished: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name for the temporary file is taken"))
    }

    /// Makes the content durable and gives the file its name.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        self.finish_unsynced()
    }

    /// Gives the file its name. Its content reaches the disk when the system sees fit, as that of any copy does: for
    /// what can be made again.
    pub fn finish_unsynced(mut self) -> io::Result<()> {
        self.file.flush()?;
        fs::rename(&self.part, &self.target)?;
        self.finished = true;
        Ok(())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished && fs::remove_file(&self.part).is_err() {
            // Someone else removed it, or the folder is gone: either way nothing half-written is left here.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PartFile;
    use std::fs;
    use std::io::Write;

    #[test]
    fn the_target_is_whole_or_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("log.txt");
        fs::write(&target, "old").unwrap();
        let mut abandoned = PartFile::create(&target).unwrap();
        abandoned.write_all(b"half").unwrap();
        drop(abandoned);
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        let mut whole = PartFile::create(&target).unwrap();
        whole.write_all(b"new").unwrap();
        whole.finish().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
