//! What a handler may touch besides the state it is for. It stands below every feature of the window and knows none.

use crate::engine::handle::Engine;
use crate::engine::jobs::JobControl;
use crate::model::failure::Failure;
use crate::ui::clipboard::Clipboard;
use crate::ui::dialogs::Dialogs;
#[cfg(test)]
use crate::ui::dialogs::NativeDialogs;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind, Jobs};
use crate::ui::notices::Notices;
use crate::ui::paths::{FileDialogs, usable_folder};
use crate::util::locale::Locale;
use crate::workspace::profile::Profile;
use crate::workspace::settings::Settings;
use std::path::{Path, PathBuf};
use std::task::Waker;

/// The means of a handler, for as long as it runs.
#[derive(Debug)]
pub struct Cx<'a> {
    /// Makes sessions.
    pub engine: &'a Engine,
    /// Starts background jobs.
    pub jobs: &'a mut Jobs,
    /// Says something in the corner.
    pub notices: &'a mut Notices,
    /// Asks for files.
    pub dialogs: &'a mut FileDialogs,
    /// The texts of the language in use.
    pub locale: &'static Locale,
    /// Takes texts.
    pub clipboard: &'a mut Clipboard,
    /// Where settings and sessions lie.
    pub profile: &'a Profile,
}

/// The same means for as long as the window is there.
#[derive(Debug)]
pub struct Services {
    /// Makes sessions.
    pub engine: Engine,
    /// Starts background jobs.
    pub jobs: Jobs,
    /// Says something in the corner.
    pub notices: Notices,
    /// Asks for files.
    pub dialogs: FileDialogs,
    /// Takes texts.
    pub clipboard: Clipboard,
    /// Where settings and sessions lie.
    pub profile: Profile,
}

impl Services {
    /// For a window with this profile and these dialogs, which is woken like this.
    pub fn new(profile: Profile, dialogs: Box<dyn Dialogs>, waker: Waker) -> Result<Services, Failure> {
        let engine = Engine::new(waker.clone())?;
        Ok(Services {
            jobs: Jobs::new(engine.news().clone()),
            engine,
            notices: Notices::default(),
            dialogs: FileDialogs::new(dialogs, waker),
            clipboard: Clipboard::default(),
            profile,
        })
    }

    /// The means of one handler, which speaks this language.
    pub fn cx(&mut self, locale: &'static Locale) -> Cx<'_> {
        Cx {
            engine: &self.engine,
            jobs: &mut self.jobs,
            notices: &mut self.notices,
            dialogs: &mut self.dialogs,
            locale,
            clipboard: &mut self.clipboard,
            profile: &self.profile,
        }
    }

    /// Without a window, with everything in this folder.
    #[cfg(test)]
    pub(in crate::ui) fn in_folder(folder: &Path) -> Services {
        let profile = Profile::locate(Some(folder)).unwrap();
        profile.create_folders().unwrap();
        let dialogs = Box::new(NativeDialogs::default());
        Services::new(profile, dialogs, Waker::noop().clone()).unwrap()
    }
}

impl Cx<'_> {
    /// Starts a background job; says so where there is no thread for it.
    pub fn start_job<T: Send + 'static>(
        &mut self,
        kind: JobKind,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> Option<JobHandle<T>> {
        let started = self.jobs.start(kind, work);
        started
            .map_err(|error| self.notices.problem(error_text::thread(self.locale, kind.name(), &error)))
            .ok()
    }

    /// Looks whether the folder is still there where the person saved last. A page that begins in it follows when it is
    /// not.
    pub fn look_for_start_folder(&mut self, settings: &Settings) {
        let last = PathBuf::from(&settings.last_folder);
        if let Some(job) = self.start_job(JobKind::StartFolder, move |_| usable_folder(last)) {
            self.dialogs.set_look(job);
        }
    }

    /// The next page begins where this file is.
    pub fn remember_folder(&mut self, settings: &mut Settings, file: &Path) {
        if let Some(folder) = file.parent() {
            settings.last_folder = folder.display().to_string();
            self.look_for_start_folder(settings);
        }
    }

    /// Says a text of this key in the corner, as something that was not done.
    pub fn problem(&mut self, key: &'static str) {
        self.notices.problem(self.locale.text(key));
    }
}
