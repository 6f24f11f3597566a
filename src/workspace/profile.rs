//! Where a person's settings and sessions lie. It makes folders and reads nothing in them.

use crate::model::failure::OsError;
use crate::util::private_file;
use directories::ProjectDirs;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The folder of reports beside that of the sessions.
const REPORTS: &str = "fault-reports";

/// The two folders of one person on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Small files that a person may edit.
    pub settings_folder: PathBuf,
    /// Journals.
    pub sessions_folder: PathBuf,
}

/// Why there is no place to keep things.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// The platform does not say where this user's files belong.
    #[error("cannot tell where this user's settings belong: set HOME, or name a folder with --profile-dir")]
    NoHome,
    /// A folder could not be taken away from other users.
    #[error("cannot make the folder {path} private: {}", OsError::from(source))]
    Close {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder could not be made.
    #[error("cannot create the folder {path}: {}", OsError::from(source))]
    Create {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Profile {
    /// The platform's own places, or everything under one folder that was named.
    pub fn locate(folder: Option<&Path>) -> Result<Profile, ProfileError> {
        if let Some(folder) = folder {
            return Ok(Profile {
                settings_folder: folder.to_owned(),
                sessions_folder: folder.join("sessions"),
            });
        }
        let places = ProjectDirs::from("", "", "sockscope").ok_or(ProfileError::NoHome)?;
        Ok(Profile {
            settings_folder: places.config_dir().to_owned(),
            sessions_folder: places.data_dir().join("sessions"),
        })
    }

    /// Where reports of faults of the program are written.
    pub fn reports_folder(&self) -> PathBuf {
        self.sessions_folder.with_file_name(REPORTS)
    }

    /// Makes the folders that are missing, and closes those to others that an earlier version left open to them.
    pub fn create_folders(&self) -> Result<(), ProfileError> {
        for path in [&self.settings_folder, &self.sessions_folder] {
            private_file::create_folder(path)
                .map_err(|source| ProfileError::Create { path: path.clone(), source })?;
        }
        close(&self.sessions_folder, |_| true)?;
        close(&self.settings_folder, is_settings)
    }
}

fn close(path: &Path, is_ours: fn(&OsStr) -> bool) -> Result<(), ProfileError> {
    private_file::close_folder(path, is_ours)
        .map_err(|source| ProfileError::Close { path: path.to_owned(), source })
}

/// Whether this is the name of something that the program keeps beside its settings.
fn is_settings(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name == "sessions" || name == REPORTS || format!("{name}.").contains(".toml."))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::Profile;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn open_to_all(path: &Path) {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_an_earlier_version_left_open_to_others_is_closed() {
        for (beside, left) in [("tabs.toml.damaged-1", 0o700), ("holiday.jpg", 0o755)] {
            let folder = tempfile::tempdir().unwrap();
            let profile = Profile::locate(Some(&folder.path().join("mine"))).unwrap();
            profile.create_folders().unwrap();
            assert_eq!(
                [&profile.settings_folder, &profile.sessions_folder].map(|path| mode(path)),
                [0o700; 2]
            );

            let settings = profile.settings_folder.join("settings.toml");
            let journal = profile.sessions_folder.join("a.skj");
            let other = profile.settings_folder.join(beside);
            for path in [&settings, &journal, &other] {
                fs::write(path, "x").unwrap();
                open_to_all(path);
            }
            open_to_all(&profile.settings_folder);
            open_to_all(&profile.sessions_folder);
            profile.create_folders().unwrap();
            assert_eq!([&settings, &journal].map(|path| mode(path)), [0o600; 2]);
            assert_eq!(mode(&profile.sessions_folder), 0o700);
            assert_eq!(mode(&profile.settings_folder), left, "with {beside} in it");
        }
    }
}
