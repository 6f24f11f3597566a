//! Where a new session is written when nobody says where: a file of its own in the sessions folder, which is kept
//! within the limit that the window's settings set.

use crate::cli::outcome::{Failed, say};
use crate::codec::time;
use crate::journal::retention::{self, Limit};
use crate::util::bytes_text::ByteSize;
use crate::util::clock;
use crate::workspace::profile::Profile;
use crate::workspace::settings::Settings;
use crate::workspace::store::Store;
use std::path::PathBuf;

/// A path that no other session has, with the moment and what the session does in its name. The folder is made.
pub(crate) fn new_journal(what: &str) -> Result<PathBuf, Failed> {
    let profile = Profile::locate(None).map_err(|error| Failed::Running(error.into()))?;
    profile.create_folders().map_err(|error| Failed::Running(error.into()))?;
    make_room(&profile);
    let moment: String = time::rfc3339_utc(clock::now().wall_ns).chars().take(19).collect();
    let name = format!("{}-{what}-{}.skj", moment.replace(':', ""), std::process::id());
    Ok(profile.sessions_folder.join(name))
}

/// Removes the oldest sessions, as the person chose. What stands in the way is said and keeps no session from being
/// opened; settings that cannot be read could have asked to keep more than the usual, so then nothing is removed.
fn make_room(profile: &Profile) {
    let settings: Settings = match Store::new(&profile.settings_folder).look_at() {
        Ok(settings) => settings,
        Err(damage) => return say(format_args!("no old session is removed: {damage}")),
    };
    let limit = Limit::new(settings.retention_bytes(), settings.retention_age());
    match retention::enforce(&profile.sessions_folder, &limit, clock::now().wall_ns) {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => say(format_args!(
            "removed old sessions: {}, to keep within {} and {} days",
            removed.len(),
            ByteSize(settings.retention_bytes()),
            settings.retention_days
        )),
        Err(error) => say(format_args!("old sessions could not be removed: {error}")),
    }
}
