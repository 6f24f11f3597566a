//! Up to version 0.2 long texts went out by way of files. What a program of that time left when it crashed is removed.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// One that was not written to for so long is on nobody's way.
const LEFT_BEHIND_AFTER: Duration = Duration::from_hours(1);

const START: &str = "pasted-";
const ENDING: &str = ".tmp";

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
    use super::{LEFT_BEHIND_AFTER, remove_left_behind};
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
