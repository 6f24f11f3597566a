//! Reads and writes the settings files: whole or not at all, and never over something it could not read.

use crate::util::part_file::PartFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fmt, fs};
use thiserror::Error;

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

/// A settings file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in one line.
    pub why: String,
    /// Where it was put aside; it stays where it is if that failed, and is then not written over.
    pub kept_as: Option<PathBuf>,
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
            Err(error) => error.to_string(),
        };
        Err(Damage { path, why, kept_as: None })
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

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = PartFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.finish()
}

fn parse<T: WorkspaceFile>(text: &str) -> Result<T, String> {
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| one_line(&error))?;
    match table.remove("version").and_then(|version| version.as_integer()) {
        Some(version) if version == i64::from(T::VERSION) => {}
        Some(version) => {
            return Err(format!("version {version} is not version {} of this program", T::VERSION));
        }
        None => return Err("the version is missing".to_owned()),
    }
    T::deserialize(table).map_err(|error| one_line(&error))
}

fn one_line(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or("unreadable").to_owned()
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
    use super::Store;
    use crate::workspace::settings::{Settings, ThemeChoice};
    use std::fs;

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
    fn a_file_that_cannot_be_used_is_kept_aside_and_said() {
        for (text, why) in [
            ("version = 1\ntheme = [", "unclosed array"),
            ("theme = \"dark\"", "the version is missing"),
            ("version = 99", "version 99 is not version 1 of this program"),
            ("version = 1\ntheme = \"pink\"", "unknown variant `pink`"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.toml");
            fs::write(&path, text).unwrap();
            fs::write(folder.path().join("settings.toml.damaged-1"), "an older one").unwrap();
            assert!(Store::new(folder.path()).look_at::<Settings>().unwrap_err().why.contains(why));
            let loaded = Store::new(folder.path()).load::<Settings>();
            assert_eq!(loaded.value, Settings::default());
            let damage = loaded.damage.unwrap();
            assert!(damage.why.contains(why), "{:?} does not say {why:?}", damage.why);
            let aside = damage.kept_as.unwrap();
            assert_eq!(aside, folder.path().join("settings.toml.damaged-2"));
            assert_eq!(fs::read_to_string(aside).unwrap(), text);
            assert!(!path.exists());
        }
    }
}
