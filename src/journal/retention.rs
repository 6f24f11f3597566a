//! The sessions folder: what is in it, and which old sessions make room. It never takes one that is kept or open.

use crate::journal::error::JournalError;
use crate::journal::format::{FILE_EXTENSION, FRAMES_START, JournalInfo, decode_header};
use crate::journal::{index_file, seam};
use crate::model::failure::Operation;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
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
    /// What it says about itself; `None` where its header cannot be read.
    pub info: Option<JournalInfo>,
    /// Rows, where the index beside it tells; otherwise opening it tells.
    pub records: Option<u64>,
    /// The user wants to keep it.
    pub kept: bool,
    /// A session is writing it now.
    pub open: bool,
}

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
/// until the size fits. Kept and open sessions count, and stay.
pub fn choose(sessions: &[SessionFile], limit: &Limit, now_wall_ns: i64) -> Vec<PathBuf> {
    let oldest_ns = limit.age.map(|age| {
        let age_ns = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
        now_wall_ns.saturating_sub(age_ns)
    });
    let mut by_age = sessions.iter().filter(|session| !session.kept && !session.open).collect::<Vec<_>>();
    by_age.sort_by_key(|session| session.changed_wall_ns);
    let mut total = sessions.iter().map(|session| session.bytes).sum::<u64>();
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

/// Lists the journals of a folder, the one that changed last first. A folder that is not there has none.
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
        if path.extension() != Some(OsStr::new(FILE_EXTENSION)) {
            continue;
        }
        match look_at(&path) {
            Ok(session) => sessions.push(session),
            // Removed by someone else in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(JournalError::io(Operation::ReadFile, &path)(error)),
        }
    }
    sessions.sort_by_key(|session| std::cmp::Reverse(session.changed_wall_ns));
    Ok(sessions)
}

/// Removes what the limit does not allow; says which files went.
pub fn enforce(folder: &Path, limit: &Limit, now_wall_ns: i64) -> Result<Vec<PathBuf>, JournalError> {
    let chosen = choose(&list(folder)?, limit, now_wall_ns);
    for path in &chosen {
        delete(path)?;
    }
    Ok(chosen)
}

/// Marks a session as one to keep, or takes the mark away. The mark is an empty file beside the journal, so that
/// the journal itself is never written to.
pub fn set_kept(path: &Path, kept: bool) -> Result<(), JournalError> {
    let mark = mark_of(path);
    let done = if kept { File::create(&mark).map(drop) } else { remove_if_there(&mark) };
    done.map_err(JournalError::io(Operation::WriteFile, &mark))
}

/// Removes a session: the journal, its index and its mark. One that is being written is refused.
pub fn delete(path: &Path) -> Result<(), JournalError> {
    if seam::has_writer(path).map_err(JournalError::io(Operation::OpenFile, path))? {
        return Err(JournalError::InUse { path: path.to_owned() });
    }
    // The journal goes last: were it gone first, a failure would leave files that nothing lists.
    for file in [index_file::path_of(path), mark_of(path), path.to_owned()] {
        remove_if_there(&file).map_err(JournalError::io(Operation::WriteFile, &file))?;
    }
    Ok(())
}

fn look_at(path: &Path) -> io::Result<SessionFile> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut start = vec![0; usize::try_from(FRAMES_START).unwrap_or(0)];
    let count = seam::read_full_at(&file, &mut start, 0)?;
    let header = decode_header(&start[..count]).ok();
    let index = header.as_ref().and_then(|(id, _)| index_file::load(path, *id, &file, metadata.len()));
    let index = index.filter(|index| index.frontier.bytes == metadata.len());
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let index_bytes = fs::metadata(index_file::path_of(path)).map_or(0, |metadata| metadata.len());
    Ok(SessionFile {
        path: path.to_owned(),
        bytes: metadata.len() + index_bytes,
        changed_wall_ns: i64::try_from(changed.as_nanos()).unwrap_or(i64::MAX),
        info: header.map(|(_, info)| info),
        records: index.map(|index| index.frontier.records),
        kept: mark_of(path).exists(),
        open: seam::has_writer(path)?,
    })
}

fn mark_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".keep");
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, SessionFile, choose, delete, enforce, list, set_kept};
    use crate::journal::{JournalError, JournalInfo, JournalWriter};
    use crate::model::ids::Epoch;
    use crate::model::record::Body;
    use crate::util::clock::Stamp;
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    fn session(name: &str, bytes: u64, changed_wall_ns: i64) -> SessionFile {
        let path = PathBuf::from(name);
        SessionFile { path, bytes, changed_wall_ns, info: None, records: None, kept: false, open: false }
    }

    #[test]
    fn the_oldest_go_first_and_kept_or_open_ones_never() {
        let kept = SessionFile { kept: true, ..session("kept", 50, 1) };
        let open = SessionFile { open: true, ..session("open", 50, 2) };
        let sessions = [session("new", 10, 90), session("old", 10, 10), session("mid", 10, 50), kept, open];
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

    #[test]
    fn a_folder_is_listed_and_kept_within_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.skj", "b.skj", "c.skj"].map(|name| folder.path().join(name));
        for path in &paths {
            let info = JournalInfo { session_name: "line 3".to_owned(), ..JournalInfo::default() };
            let mut writer = JournalWriter::create(path, &info).unwrap();
            writer.append(Stamp::default(), Epoch(1), None, &Body::Note("hello".to_owned()));
            writer.close().unwrap();
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
    fn a_folder_that_is_not_there_has_no_sessions() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(list(&folder.path().join("none")).unwrap(), []);
    }
}
