//! A file that a long text is written to, so that it can be sent as files are. It is there for that one send.

use crate::util::private_file;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// A program that crashed leaves its file. One that was not written to for so long is on nobody's way: it is written
/// and opened to be sent within a moment, and what is open can still be read to its end.
const LEFT_BEHIND_AFTER: Duration = Duration::from_hours(1);

const START: &str = "pasted-";
const ENDING: &str = ".tmp";

/// The file. Dropping it removes it.
#[derive(Debug)]
pub struct PastedFile {
    path: PathBuf,
    bytes: u64,
}

impl PastedFile {
    /// Writes such a file into this folder. `number` tells it from others of this program.
    pub fn write(folder: &Path, number: u32, bytes: &[u8]) -> Result<PastedFile, (PathBuf, io::Error)> {
        let path = folder.join(format!("{START}{}-{number}{ENDING}", std::process::id()));
        let file = PastedFile { path, bytes: bytes.len() as u64 };
        // Also what was written only in part goes with the value.
        let made = private_file::create(&file.path);
        made.and_then(|mut made| made.write_all(bytes)).map_err(|error| (file.path.clone(), error))?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long it is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for PastedFile {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes what programs that crashed have left in this folder by now.
pub fn remove_left_behind(folder: &Path, now_wall_ns: i64) {
    let now = UNIX_EPOCH + Duration::from_nanos(u64::try_from(now_wall_ns).unwrap_or(0));
    let is_left_behind =
        |changed| now.duration_since(changed).is_ok_and(|age: Duration| age >= LEFT_BEHIND_AFTER);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(START) && name.ends_with(ENDING));
        let changed = entry.metadata().and_then(|facts| facts.modified());
        if is_ours && changed.is_ok_and(is_left_behind) {
            remove(&entry.path());
        }
    }
}

fn remove(path: &Path) {
    if fs::remove_file(path).is_err() {
        // It is gone already, or a later start removes it; nothing else was to be done with it.
    }
}

#[cfg(test)]
mod tests {
    use super::{LEFT_BEHIND_AFTER, PastedFile, remove_left_behind};
    use crate::util::clock;
    use std::fs::{self, File};
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_pasted_text_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (
            PastedFile::write(folder.path(), 1, b"one").unwrap(),
            PastedFile::write(folder.path(), 2, b"").unwrap(),
        );
        assert_eq!(fs::read(first.path()).unwrap(), b"one");
        drop(first);
        assert_eq!(names(folder.path()), [second.path().file_name().unwrap().to_str().unwrap()]);
        drop(second);
        assert!(names(folder.path()).is_empty());
        let nowhere = folder.path().join("none");
        assert_eq!(
            PastedFile::write(&nowhere, 1, b"one").unwrap_err().1.kind(),
            std::io::ErrorKind::NotFound
        );
    }

    #[test]
    fn what_a_crash_left_goes_and_what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pasted-1-1.tmp", "pasted-2-1.tmp", "pasted-1-1.skj", "letter.tmp"] {
            let file = File::create(folder.path().join(name)).unwrap();
            if name != "pasted-2-1.tmp" {
                file.set_modified(file.metadata().unwrap().modified().unwrap() - LEFT_BEHIND_AFTER).unwrap();
            }
        }
        let now = clock::now().wall_ns;
        remove_left_behind(folder.path(), now);
        assert_eq!(names(folder.path()), ["letter.tmp", "pasted-1-1.skj", "pasted-2-1.tmp"]);
        remove_left_behind(&folder.path().join("none"), now);
    }
}
