//! Reads and writes the settings files: whole or not at all, and never over something it could not read.

use crate::model::failure::OsError;
use crate::util::part_file::PartFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fmt, fs};
use thiserror::Error;
use toml::Value;
use toml::de::DeTable;

/// A file type of the workspace.
pub trait WorkspaceFile: Serialize + DeserializeOwned + Default {
    /// Its name in the settings folder.
    const NAME: &'static str;
    /// The version that this program writes.
    const VERSION: u32;
    /// What stands at its top, for the person who opens it.
    const COMMENT: &'static str;
}

/// The settings folder.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A file's content, and what went wrong with it.
#[derive(Debug)]
pub struct Loaded<T> {
    /// What was read, or the first settings.
    pub value: T,
    /// The file could not be used as it was.
    pub damage: Option<Damage>,
    /// The value is the file's, so it need not be written.
    pub is_stored: bool,
}

impl<T> Loaded<T> {
    /// Whether a file may be written here: one that could neither be read nor be put aside may not.
    pub fn is_writable(&self) -> bool {
        self.damage.as_ref().is_none_or(|damage| damage.kept_as.is_some())
    }
}

/// What a file shall hold from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change<T> {
    /// What this program last read or wrote, if it did. Another copy of it may have written since.
    pub before: Option<T>,
    /// What shall be there.
    pub now: T,
}

/// A settings file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Fault,
    /// Where it was put aside; it stays where it is if that failed, and is then not written over.
    pub kept_as: Option<PathBuf>,
}

/// What can be wrong with a settings file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// The system does not read it.
    #[error("{0}")]
    Unreadable(OsError),
    /// It is no TOML, or a value in it makes no sense.
    #[error("line {line}, column {column}: {words}")]
    Content {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What the reader of TOML says.
        words: String,
    },
    /// It does not say of which version it is.
    #[error("the version is missing")]
    VersionMissing,
    /// It is of a version that this program does not know.
    #[error("version {found} is not version {known} of this program")]
    Version {
        /// What it says.
        found: i64,
        /// The newest that is read.
        known: u32,
    },
}

/// Why a file could not be written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The content cannot be told in this format.
    #[error("cannot put {path} into words: {source}")]
    Encode {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: toml::ser::Error,
    },
}

impl StoreError {
    /// Which file it is about.
    pub fn path(&self) -> &Path {
        match self {
            StoreError::Write { path, .. } | StoreError::Encode { path, .. } => path,
        }
    }
}

impl Store {
    /// The files of this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// Reads a file. A missing one gives the first settings; one that is damaged, or of a newer version, is put
    /// aside under another name and said.
    pub fn load<T: WorkspaceFile>(&self) -> Loaded<T> {
        let is_stored = self.folder.join(T::NAME).exists();
        match self.look_at() {
            Ok(value) => Loaded { value, damage: None, is_stored },
            Err(damage) => {
                let kept_as = put_aside(&damage.path);
                Loaded { value: T::default(), damage: Some(Damage { kept_as, ..damage }), is_stored: false }
            }
        }
    }

    /// Reads a file and leaves it where it is, whatever is in it. A missing one gives the first settings.
    pub fn look_at<T: WorkspaceFile>(&self) -> Result<T, Damage> {
        let path = self.folder.join(T::NAME);
        let why = match fs::read_to_string(&path) {
            Ok(text) => match parse(&text) {
                Ok(value) => return Ok(value),
                Err(why) => why,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
            Err(error) => Fault::Unreadable(error.into()),
        };
        Err(Damage { path, why, kept_as: None })
    }

    /// Writes what has changed. What another copy of the program has written meanwhile stays, unless the same was
    /// changed here.
    pub fn save_change<T: WorkspaceFile>(&self, change: &Change<T>) -> Result<(), StoreError> {
        let merged = change.before.as_ref().and_then(|before| self.merged_with_others(before, &change.now));
        self.save(merged.as_ref().unwrap_or(&change.now))
    }

    /// Nothing where there is nothing of others that could be kept.
    fn merged_with_others<T: WorkspaceFile>(&self, before: &T, now: &T) -> Option<T> {
        if !self.folder.join(T::NAME).exists() {
            return None;
        }
        let others = Value::try_from(self.look_at::<T>().ok()?).ok()?;
        let merged = merge(&Value::try_from(before).ok()?, Value::try_from(now).ok()?, others);
        T::deserialize(merged).ok()
    }

    /// Writes a file, atomically.
    pub fn save<T: WorkspaceFile>(&self, value: &T) -> Result<(), StoreError> {
        let path = self.folder.join(T::NAME);
        let body =
            toml::to_string(value).map_err(|source| StoreError::Encode { path: path.clone(), source })?;
        let text = format!("# {}\nversion = {}\n\n{body}", T::COMMENT, T::VERSION);
        write(&path, &text).map_err(|source| StoreError::Write { path, source })
    }
}

/// What two have made of the same. Where both have changed one thing, `ours` holds.
fn merge(before: &Value, ours: Value, others: Value) -> Value {
    if ours == *before {
        return others;
    }
    match (before, ours, others) {
        (Value::Table(before), Value::Table(ours), Value::Table(mut others)) => {
            // What we have taken away goes, and what others have added stays.
            others.retain(|key, _| ours.contains_key(key) || !before.contains_key(key));
            for (key, value) in ours {
                let value = match (before.get(&key), others.remove(&key)) {
                    (Some(before), Some(others)) => merge(before, value, others),
                    _ => value,
                };
                others.insert(key, value);
            }
            Value::Table(others)
        }
        (Value::Array(before), Value::Array(ours), Value::Array(others))
            if before.len() == ours.len() && before.len() == others.len() =>
        {
            let merged = before.iter().zip(ours).zip(others);
            Value::Array(merged.map(|((before, ours), others)| merge(before, ours, others)).collect())
        }
        (_, ours, _) => ours,
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = PartFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.finish()
}

fn parse<T: WorkspaceFile>(text: &str) -> Result<T, Fault> {
    let mut document = DeTable::parse(text).map_err(|error| Fault::of_content(text, &error))?;
    let version = document.get_mut().remove("version");
    let version = version.and_then(|version| version.get_ref().as_integer()?.as_str().parse::<i64>().ok());
    match version {
        // Versions only add: what an earlier one does not say is as it is by itself.
        Some(version) if (1..=i64::from(T::VERSION)).contains(&version) => {}
        Some(found) => return Err(Fault::Version { found, known: T::VERSION }),
        None => return Err(Fault::VersionMissing),
    }
    T::deserialize(toml::de::Deserializer::from(document)).map_err(|error| Fault::of_content(text, &error))
}

impl Fault {
    fn of_content(text: &str, error: &toml::de::Error) -> Fault {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Fault::Content {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            words: error.message().lines().next().unwrap_or("unreadable").to_owned(),
        }
    }
}

fn put_aside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    (1..1000).map(|number| path.with_file_name(format!("{name}.damaged-{number}"))).find(|aside| {
        // An existing file aside is an earlier damage: it is kept as well.
        !aside.exists() && fs::rename(path, aside).is_ok()
    })
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Fault, Store, merge};
    use crate::workspace::settings::{Settings, ThemeChoice};
    use crate::workspace::tabs::Tabs;
    use std::fs;

    #[test]
    fn files_of_earlier_versions_are_read_and_those_of_later_ones_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let file = folder.path().join("settings.toml");
        fs::write(&file, "version = 1\ntheme = \"light\"\n").unwrap();
        let loaded = store.load::<Settings>();
        assert_eq!((loaded.value.theme, loaded.damage), (ThemeChoice::Light, None));
        fs::write(&file, "version = 99\ntheme = \"light\"\n").unwrap();
        let loaded = store.load::<Settings>();
        assert!(matches!(loaded.damage.unwrap().why, Fault::Version { found: 99, .. }), "it is said");
        assert!(folder.path().join("settings.toml.damaged-1").exists(), "and kept");
    }

    #[test]
    fn what_is_saved_is_there_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let settings = Settings { theme: ThemeChoice::Light, zoom_percent: 150, ..Settings::default() };
        store.save(&settings).unwrap();
        let loaded = store.load::<Settings>();
        assert_eq!(loaded.value, settings);
        assert_eq!(loaded.damage, None);
    }

    #[test]
    fn two_copies_of_the_program_lose_nothing_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let (settings, tabs) = (Settings::default(), Tabs::default());
        store.save(&settings).unwrap();
        store.save(&tabs).unwrap();
        let (mut first, mut second) = (tabs.clone(), tabs.clone());
        first.tabs[0].local_port = "9001".to_owned();
        second.tabs[1].remote_port = "9002".to_owned();
        for now in [&first, &second] {
            store.save_change(&Change { before: Some(tabs.clone()), now: now.clone() }).unwrap();
        }
        let both = store.load::<Tabs>().value;
        assert_eq!((both.tabs[0].local_port.as_str(), both.tabs[1].remote_port.as_str()), ("9001", "9002"));

        let light = Settings { theme: ThemeChoice::Light, ..settings.clone() };
        let large = Settings { zoom_percent: 150, ..settings.clone() };
        for now in [&light, &large] {
            store.save_change(&Change { before: Some(settings.clone()), now: now.clone() }).unwrap();
        }
        assert_eq!(store.load::<Settings>().value, Settings { theme: ThemeChoice::Light, ..large.clone() });
        // A file that was taken away comes back whole.
        fs::remove_file(folder.path().join("settings.toml")).unwrap();
        store.save_change(&Change { before: Some(settings), now: large.clone() }).unwrap();
        assert_eq!(store.load::<Settings>().value, large);
    }

    #[test]
    fn of_what_both_have_changed_ours_holds() {
        let value = |text: &str| toml::Value::Table(text.parse().unwrap());
        for (before, ours, others, merged) in [
            ("a = 1\nb = 1", "a = 2\nb = 1", "a = 1\nb = 3", "a = 2\nb = 3"),
            ("a = 1", "a = 2", "a = 3", "a = 2"),
            ("a = 1\nb = 1", "a = 2", "a = 1\nb = 1\nc = 4", "a = 2\nc = 4"),
            ("a = [1, 2]", "a = [1, 3]", "a = [4, 2]", "a = [4, 3]"),
            ("a = [1, 2]", "a = [1]", "a = [4, 2]", "a = [1]"),
            ("a = [1, 2]", "a = [1, 2]", "a = [4]", "a = [4]"),
        ] {
            assert_eq!(
                merge(&value(before), value(ours), value(others)),
                value(merged),
                "{ours} and {others}"
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_kept_aside_and_said() {
        for (text, why) in [
            ("version = 1\ntheme = [", "unclosed array"),
            ("theme = \"dark\"", "the version is missing"),
            ("version = 99", "version 99 is not version 2 of this program"),
            ("version = 1\ntheme = \"pink\"", "unknown variant `pink`"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.toml");
            fs::write(&path, text).unwrap();
            fs::write(folder.path().join("settings.toml.damaged-1"), "an older one").unwrap();
            assert!(
                Store::new(folder.path()).look_at::<Settings>().unwrap_err().why.to_string().contains(why)
            );
            let loaded = Store::new(folder.path()).load::<Settings>();
            assert_eq!(loaded.value, Settings::default());
            let damage = loaded.damage.unwrap();
            assert!(damage.why.to_string().contains(why), "{:?} does not say {why:?}", damage.why);
            let aside = damage.kept_as.unwrap();
            assert_eq!(aside, folder.path().join("settings.toml.damaged-2"));
            assert_eq!(fs::read_to_string(aside).unwrap(), text);
            assert!(!path.exists());
        }
    }
}
