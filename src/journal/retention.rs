//! The sessions folder: what is in it, and which old sessions make room. It never takes one that is kept or open.

use crate::journal::error::JournalError;
use crate::journal::format::{FILE_EXTENSION, FRAMES_START, JournalInfo, decode_header};
use crate::journal::{index_file, seam};
use crate::model::failure::Operation;
use crate::util::private_file;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// A journal in the sessions folder, told without walking through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    /// The journal.
    pub path: PathBuf,
    /// Journal and index together.
    pub bytes: u64,
    /// When it last changed, by the wall clock.
    pub changed_wall_ns: i64,
    /// What it says about itself; `None` where the file or its header cannot be read. Such a file is left to the user.
    pub info: Option<JournalInfo>,
    /// Rows, where the index beside it tells; otherwise opening it tells.
    pub records: Option<u64>,
    /// What the user calls it, where that is not what it was called when it began.
    pub name: Option<String>,
    /// The user wants to keep it.
    pub kept: bool,
    /// A session is writing it now.
    pub open: bool,
}

impl SessionFile {
    /// Whether nobody came to its end: the index beside it, which is made whole when a session is closed, is behind or
    /// missing.
    pub fn is_cut_off(&self) -> bool {
        self.info.is_some() && self.records.is_none() && !self.open
    }
}

/// More of a name is not read.
const LONGEST_NAME: u64 = 4096;

/// How much may stay; what is `None` is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Of all sessions together.
    pub total_bytes: Option<u64>,
    /// Since its last change.
    pub age: Option<Duration>,
}

impl Limit {
    /// Both limits.
    pub fn new(total_bytes: u64, age: Duration) -> Limit {
        Limit { total_bytes: Some(total_bytes), age: Some(age) }
    }
}

/// Which sessions must go so that the rest keeps within the limit: all that are too old, then the oldest ones
/// until the size fits. Kept and open sessions count, and stay. What cannot be told to be a session stays too, and
/// does not count: sessions would go for it without an end.
pub fn choose(sessions: &[SessionFile], limit: &Limit, now_wall_ns: i64) -> Vec<PathBuf> {
    let oldest_ns = limit.age.map(|age| {
        let age_ns = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
        now_wall_ns.saturating_sub(age_ns)
    });
    let known = || sessions.iter().filter(|session| session.info.is_some());
    let mut by_age = known().filter(|session| !session.kept && !session.open).collect::<Vec<_>>();
    by_age.sort_by_key(|session| session.changed_wall_ns);
    let mut total = known().map(|session| session.bytes).sum::<u64>();
    let mut chosen = Vec::new();
    for session in by_age {
        let too_old = oldest_ns.is_some_and(|oldest| session.changed_wall_ns < oldest);
        let too_much = limit.total_bytes.is_some_and(|most| total > most);
        if too_old || too_much {
            total -= session.bytes;
            chosen.push(session.path.clone());
        }
    }
    chosen
}

/// Lists the journals of a folder, the one that changed last first. A folder that is not there has none. A file that
/// cannot be read is listed as it looks from outside, so that it hides no other.
pub fn list(folder: &Path) -> Result<Vec<SessionFile>, JournalError> {
    let read_error = |error| JournalError::io(Operation::ReadFile, folder)(error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(read_error(error)),
    };
    let mut sessions = Vec::new();
    for entry in entries {
        let path = entry.map_err(read_error)?.path();
        if path.extension() == Some(OsStr::new(FILE_EXTENSION)) {
            sessions.extend(look_at(&path));
        }
    }
    sessions.sort_by_key(|session| std::cmp::Reverse(session.changed_wall_ns));
    Ok(sessions)
}

/// Removes what the limit does not allow; says which files went. One that cannot be removed keeps no other: the first
/// trouble is told when all have had their turn.
pub fn enforce(folder: &Path, limit: &Limit, now_wall_ns: i64) -> Result<Vec<PathBuf>, JournalError> {
    let mut removed = Vec::new();
    let mut trouble = Ok(());
    for path in choose(&list(folder)?, limit, now_wall_ns) {
        match delete(&path) {
            Ok(()) => removed.push(path),
            // Opened since it was listed: it stays, as every open one.
            Err(JournalError::InUse { .. }) => {}
            Err(error) => trouble = trouble.and(Err(error)),
        }
    }
    trouble.map(|()| removed)
}

/// Marks a session as one to keep, or takes the mark away. The mark is an empty file beside the journal, so that
/// the journal itself is never written to.
pub fn set_kept(path: &Path, kept: bool) -> Result<(), JournalError> {
    let mark = mark_of(path);
    let done = if kept { private_file::create(&mark).map(drop) } else { remove_if_there(&mark) };
    done.map_err(JournalError::io(Operation::WriteFile, &mark))
}

/// Calls a session something else, or with nothing what it was called when it began. The name is a file beside the
/// journal, so that the journal itself is never written to.
pub fn set_name(path: &Path, name: &str) -> Result<(), JournalError> {
    let file = name_of(path);
    let done = if name.is_empty() {
        remove_if_there(&file)
    } else {
        private_file::create(&file).and_then(|mut file| file.write_all(name.as_bytes()))
    };
    done.map_err(JournalError::io(Operation::WriteFile, &file))
}

/// Removes a session: the journal, its index, its name and its mark. One that is being written is refused.
pub fn delete(path: &Path) -> Result<(), JournalError> {
    if seam::has_writer(path).map_err(JournalError::io(Operation::OpenFile, path))? {
        return Err(JournalError::InUse { path: path.to_owned() });
    }
    // The journal goes last: were it gone first, a failure would leave files that nothing lists.
    for file in [index_file::path_of(path), name_of(path), mark_of(path), path.to_owned()] {
        remove_if_there(&file).map_err(JournalError::io(Operation::WriteFile, &file))?;
    }
    Ok(())
}

/// `None` where there is no file, or no longer.
fn look_at(path: &Path) -> Option<SessionFile> {
    // Only files are opened: opening a pipe would wait for somebody to write into it.
    let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
    let changed =
        metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let index_bytes = fs::metadata(index_file::path_of(path)).map_or(0, |metadata| metadata.len());
    let from_outside = SessionFile {
        path: path.to_owned(),
        bytes: metadata.len() + index_bytes,
        changed_wall_ns: i64::try_from(changed.as_nanos()).unwrap_or(i64::MAX),
        info: None,
        records: None,
        name: name(path),
        kept: mark_of(path).exists(),
        open: false,
    };
    match look_into(path) {
        Ok((info, records, open)) => Some(SessionFile { info, records, open, ..from_outside }),
        // Removed by someone else in the meantime.
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(from_outside),
    }
}

/// What a journal says about itself, its rows, and whether it is being written.
fn look_into(path: &Path) -> io::Result<(Option<JournalInfo>, Option<u64>, bool)> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut start = vec![0; usize::try_from(FRAMES_START).unwrap_or(0)];
    let count = seam::read_full_at(&file, &mut start, 0)?;
    let header = decode_header(&start[..count]).ok();
    let index = header.as_ref().and_then(|(id, _)| index_file::load(path, *id, &file, bytes));
    let records = index.filter(|index| index.frontier.bytes == bytes).map(|index| index.frontier.records);
    Ok((header.map(|(_, info)| info), records, seam::has_writer(path)?))
}

fn mark_of(path: &Path) -> PathBuf {
    beside(path, ".keep")
}

fn name_of(path: &Path) -> PathBuf {
    beside(path, ".name")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What a session is called, where that is not what it was called when it began. A name that cannot be read, or is none,
/// is no reason to hide the session.
pub fn name(path: &Path) -> Option<String> {
    let mut name = String::new();
    let file = File::open(name_of(path)).ok()?;
    file.take(LONGEST_NAME).read_to_string(&mut name).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, SessionFile, choose, delete, enforce, list, set_kept, set_name};
    use crate::journal::{JournalError, JournalInfo, JournalWriter, index_file};
    use crate::model::ids::Epoch;
    use crate::model::record::Body;
    use crate::util::clock::Stamp;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    fn session(name: &str, bytes: u64, changed_wall_ns: i64) -> SessionFile {
        let path = PathBuf::from(name);
        let info = Some(JournalInfo::default());
        let (records, name) = (None, None);
        SessionFile { path, bytes, changed_wall_ns, info, records, name, kept: false, open: false }
    }

    #[test]
    fn a_session_that_nobody_closed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut.skj");
        let path = folder.path().join("whole.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        writer.append(Stamp::default(), Epoch(1), None, &Body::Note("x".to_owned()));
        writer.publish().unwrap();
        let is_cut_off = |path: &Path| {
            let listed = list(folder.path()).unwrap();
            listed.iter().find(|session| session.path == path).unwrap().is_cut_off()
        };
        assert!(!is_cut_off(&path), "it is being written");
        // What a crash leaves is what was written by then.
        fs::copy(&path, &cut).unwrap();
        assert!(is_cut_off(&cut));
        writer.close().unwrap();
        assert!(!is_cut_off(&path));
    }

    #[test]
    fn the_oldest_go_first_and_kept_open_or_unknown_ones_never() {
        let kept = SessionFile { kept: true, ..session("kept", 50, 1) };
        let open = SessionFile { open: true, ..session("open", 50, 2) };
        let unreadable = SessionFile { info: None, ..session("unreadable", 1000, 3) };
        let (new, old, mid) = (session("new", 10, 90), session("old", 10, 10), session("mid", 10, 50));
        let sessions = [new, old, mid, kept, open, unreadable];
        let age = |nanos| Some(Duration::from_nanos(nanos));
        for (total_bytes, age, expected) in [
            (None, None, &[][..]),
            (Some(130), None, &[]),
            (Some(129), None, &["old"]),
            (Some(0), None, &["old", "mid", "new"]),
            (None, age(60), &["old"]),
            (None, age(0), &["old", "mid", "new"]),
            (Some(119), age(60), &["old", "mid"]),
        ] {
            let chosen = choose(&sessions, &Limit { total_bytes, age }, 100);
            let expected = expected.iter().map(PathBuf::from).collect::<Vec<_>>();
            assert_eq!(chosen, expected, "{total_bytes:?} {age:?}");
        }
    }

    /// A session whose rows are in the index beside it.
    fn write_session(path: &Path) {
        let info = JournalInfo { session_name: "line 3".to_owned(), ..JournalInfo::default() };
        let mut writer = JournalWriter::create(path, &info).unwrap();
        writer.append(Stamp::default(), Epoch(1), None, &Body::Note("hello".to_owned()));
        writer.close().unwrap();
    }

    #[test]
    fn a_folder_is_listed_and_kept_within_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.skj", "b.skj", "c.skj"].map(|name| folder.path().join(name));
        for path in &paths {
            write_session(path);
        }
        fs::write(folder.path().join("letter.txt"), "not a journal").unwrap();
        set_kept(&paths[0], true).unwrap();
        let open = JournalWriter::open_append(&paths[1]).unwrap();
        let listed = list(folder.path()).unwrap();
        assert_eq!(listed.len(), 3);
        assert!(listed.iter().all(|session| session.records == Some(1)), "{listed:?}");
        assert!(listed.iter().all(|session| session.info.as_ref().unwrap().session_name == "line 3"));
        assert!(listed.iter().all(|session| session.kept == (session.path == paths[0])));
        assert!(listed.iter().all(|session| session.open == (session.path == paths[1])));
        assert!(matches!(delete(&paths[1]), Err(JournalError::InUse { .. })));
        let limit = Limit { total_bytes: Some(0), age: None };
        assert_eq!(enforce(folder.path(), &limit, 0).unwrap(), [paths[2].clone()]);
        drop(open);
        set_kept(&paths[0], false).unwrap();
        assert_eq!(enforce(folder.path(), &limit, 0).unwrap().len(), 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the letter is left");
    }

    #[test]
    fn a_session_is_called_something_else_and_its_name_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        write_session(&path);
        for (name, told) in [("泵站 3", Some("泵站 3")), ("", None), ("line 4", Some("line 4"))] {
            set_name(&path, name).unwrap();
            assert_eq!(list(folder.path()).unwrap()[0].name.as_deref(), told);
        }
        delete(&path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_odd_file_hides_no_session_and_keeps_none_from_being_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        write_session(&path("a.skj"));
        fs::create_dir(path("folder.skj")).unwrap();
        fs::write(path("letter.skj"), "not a journal").unwrap();
        let expected: &[PathBuf] = if cfg!(target_os = "linux") {
            &[path("a.skj"), path("letter.skj"), path("secret.skj")]
        } else {
            &[path("a.skj"), path("letter.skj")]
        };
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::symlink;
            symlink(path("none"), path("nowhere.skj")).unwrap();
            symlink(path("round.skj"), path("round.skj")).unwrap();
            // The system lets nobody read its first bytes.
            symlink("/proc/self/mem", path("secret.skj")).unwrap();
        }
        let listed = list(folder.path()).unwrap();
        let mut paths = listed.iter().map(|session| session.path.clone()).collect::<Vec<_>>();
        paths.sort();
        assert_eq!(paths, expected);
        assert!(listed.iter().all(|session| session.info.is_some() == (session.path == expected[0])));
        let limit = Limit { total_bytes: Some(0), age: None };
        assert_eq!(enforce(folder.path(), &limit, 0).unwrap(), [path("a.skj")]);
        assert_eq!(list(folder.path()).unwrap().len(), expected.len() - 1);
    }

    #[test]
    fn a_session_that_cannot_be_removed_keeps_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.skj", "b.skj", "c.skj"].map(|name| folder.path().join(name));
        for path in &paths {
            write_session(path);
        }
        let index = index_file::path_of(&paths[1]);
        fs::remove_file(&index).unwrap();
        fs::create_dir(&index).unwrap();
        let limit = Limit { total_bytes: Some(0), age: None };
        assert!(matches!(enforce(folder.path(), &limit, 0), Err(JournalError::Io { .. })));
        let left = list(folder.path()).unwrap();
        assert_eq!(left.iter().map(|session| &session.path).collect::<Vec<_>>(), [&paths[1]]);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_sessions() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(list(&folder.path().join("none")).unwrap(), []);
    }
}
