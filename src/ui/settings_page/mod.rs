//! The page of settings: what holds for the whole program. The view changes a copy of all settings and asks for that, so
//! that a new setting is a field of the file, a line of the view and its texts.

pub mod view;

use crate::workspace::profile::Profile;
use crate::workspace::settings::Settings;
use crate::workspace::store::WorkspaceFile;
use std::path::PathBuf;

/// What can be asked of the page of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsAction {
    /// The page is shown, or the tabs are.
    Show(bool),
    /// The settings are these from now on.
    Change(Box<Settings>),
    /// The path of the file behind the page is on the clipboard.
    CopyPath,
}

/// What the page tells besides the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsPage {
    /// The file behind it.
    pub file: PathBuf,
    /// Where sessions are.
    pub sessions: PathBuf,
}

impl SettingsPage {
    /// For this profile.
    pub fn of(profile: &Profile) -> SettingsPage {
        SettingsPage {
            file: profile.settings_folder.join(Settings::NAME),
            sessions: profile.sessions_folder.clone(),
        }
    }
}
