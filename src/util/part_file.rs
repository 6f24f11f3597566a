//! A file that appears under its name only when it is whole.

use crate::util::private_file::for_owner;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Only its owner can read it. Written beside its target and renamed over it by [`PartFile::finish`]; removed when dropped before that. A
/// reader of the target therefore sees the old content or the new, never half of it. A link is followed to the file that
/// it names. What is there and is no file, such as a pipe, stays what it is: it is written into.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    /// Where it is meanwhile, and what it becomes; nothing for what is written into.
    renamed: Option<Renamed>,
}

#[derive(Debug)]
struct Renamed {
    part: PathBuf,
    target: PathBuf,
}

/// A chain of more links than this is a circle, as systems see it, too.
const MOST_LINKS: usize = 40;

impl PartFile {
    /// Opens a new file beside `target`, in the same folder, so that the final rename cannot cross file systems. Waits for
    /// somebody to read, where the target is a pipe.
    pub fn create(target: &Path) -> io::Result<PartFile> {
        let facts = fs::metadata(target);
        if facts.is_ok_and(|facts| !facts.is_file() && !facts.is_dir()) {
            return Ok(PartFile { file: OpenOptions::new().write(true).open(target)?, renamed: None });
        }
        let target = followed(target)?;
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
        for attempt in 0..1000_u32 {
            let mut part_name = std::ffi::OsString::from(".");
            part_name.push(name);
            part_name.push(format!(".{}-{attempt}.part", std::process::id()));
            let part = target.with_file_name(part_name);
            match for_owner(OpenOptions::new().write(true).create_new(true)).open(&part) {
                Ok(file) => return Ok(PartFile { file, renamed: Some(Renamed { part, target }) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name for the temporary file is taken"))
    }

    /// Makes the content durable and gives the file its name.
    pub fn finish(self) -> io::Result<()> {
        if self.renamed.is_some() {
            self.file.sync_all()?;
        }
        self.finish_unsynced()
    }

    /// Gives the file its name. Its content reaches the disk when the system sees fit, as that of any copy does: for
    /// what can be made again.
    pub fn finish_unsynced(mut self) -> io::Result<()> {
        self.file.flush()?;
        if let Some(Renamed { part, target }) = &self.renamed {
            fs::rename(part, target)?;
            self.renamed = None;
        }
        Ok(())
    }
}

/// The file that a link names, which need not be there yet; what is no link names itself.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            // What it says begins in the link's own folder.
            Ok(named) => path = path.parent().unwrap_or(Path::new("")).join(named),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the links lead in a circle"))
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
        if let Some(Renamed { part, .. }) = &self.renamed
            && fs::remove_file(part).is_err()
        {
            // Someone else removed it, or the folder is gone: either way nothing half-written is left here.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PartFile;
    use std::fs::{self, OpenOptions};
    use std::io::{Read, Write};

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

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_the_file_that_it_names_is_written() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("elsewhere")).unwrap();
        symlink("elsewhere/file", path("second")).unwrap();
        symlink("second", path("first")).unwrap();
        for content in ["into a link that leads nowhere yet", "over what is there"] {
            let mut file = PartFile::create(&path("first")).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            file.finish().unwrap();
            assert_eq!(fs::read_to_string(path("elsewhere/file")).unwrap(), content);
            assert!(path("first").is_symlink() && path("second").is_symlink());
        }
        symlink("circle", path("circle")).unwrap();
        assert!(PartFile::create(&path("circle")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_stays_a_pipe_and_is_written_into() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        // Open for both, it waits for nobody.
        let mut reading = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let mut file = PartFile::create(&pipe).unwrap();
        file.write_all(b"through").unwrap();
        file.finish().unwrap();
        let mut got = [0; 7];
        reading.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"through");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }
}
