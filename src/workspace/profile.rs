//! Where a person's settings and sessions lie. It makes folders and reads nothing in them.

use directories::ProjectDirs;
use std::path::{Path, PathBuf};
use std::{fs, io};
use thiserror::Error;

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
    /// A folder could not be made.
    #[error("cannot create the folder {path}: {source}")]
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

    /// Makes the folders that are missing.
    pub fn create_folders(&self) -> Result<(), ProfileError> {
        for path in [&self.settings_folder, &self.sessions_folder] {
            fs::create_dir_all(path).map_err(|source| ProfileError::Create { path: path.clone(), source })?;
        }
        Ok(())
    }
}
