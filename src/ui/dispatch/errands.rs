//! Work that no frame waits for: rows for the clipboard, the list of earlier sessions, opening, marking and removing
//! one, making room, and the end of tabs. Each has a thread while it runs; its end is taken in like other news.

use crate::engine::jobs::Job;
use crate::journal::JournalError;
use crate::journal::retention::{self, Limit, SessionFile};
use crate::ui::app::{App, Told};
use crate::ui::dispatch::copying::{Copied, Selected};
use crate::ui::dispatch::file::WritingPasted;
use crate::ui::dispatch::sessions::{self, Opened};
use crate::ui::pasted_file;
use crate::ui::state::tab::Tab;
use crate::ui::trouble;
use crate::util::clock;
use egui::Context;
use std::io;
use std::path::{Path, PathBuf};

/// What is under way.
#[derive(Debug, Default)]
pub struct Errands {
    copy: Option<Job<Result<Copied, JournalError>>>,
    list: Option<Job<Result<Vec<SessionFile>, JournalError>>>,
    /// Opening one session does not keep another from being opened.
    opening: Vec<Opening>,
    room: Option<Job<Result<Vec<PathBuf>, JournalError>>>,
    /// Tabs that end, sessions that are marked or removed. The end of the program waits for them.
    changes: Vec<Change>,
    /// Texts that nobody wants to send any more, until their files are gone.
    discarded: Vec<WritingPasted>,
}

/// A session that is being opened.
#[derive(Debug)]
struct Opening {
    path: PathBuf,
    job: Job<Result<Opened, JournalError>>,
}

/// Work on sessions that is not only reading.
#[derive(Debug)]
struct Change {
    /// The session, if it is one of the list.
    path: Option<PathBuf>,
    job: Job<Result<(), JournalError>>,
}

/// Reads what is selected and puts it on the clipboard; a later wish takes the place of an earlier one.
pub(super) fn copy(app: &mut App, selected: Selected) {
    let job = Job::start_reading("copy", app.engine.news().clone(), move |control| selected.copy(control));
    app.errands.copy = started(app, "copy", job);
}

/// Reads the list of earlier sessions.
pub(super) fn list(app: &mut App) {
    let folder = app.profile.sessions_folder.clone();
    let job = Job::start_reading("sessions", app.engine.news().clone(), move |_| retention::list(&folder));
    app.errands.list = started(app, "sessions", job);
}

/// Opens an earlier session; without an index beside it, that goes over all of it.
pub(super) fn open(app: &mut App, path: &Path) {
    if app.errands.opening.iter().any(|opening| opening.path == path) {
        return;
    }
    let (path, read) = (path.to_owned(), path.to_owned());
    let job = Job::start_reading("open-session", app.engine.news().clone(), move |_| Opened::at(&read));
    if let Some(job) = started(app, "open-session", job) {
        app.errands.opening.push(Opening { path, job });
    }
}

/// Removes old sessions beyond the limit, and what a crash left of pasted texts.
pub(super) fn make_room(app: &mut App, limit: Limit) {
    let folder = app.profile.sessions_folder.clone();
    let now = clock::now().wall_ns;
    let job = Job::start("make-room", app.engine.news().clone(), move |_| {
        pasted_file::remove_left_behind(&folder, now);
        retention::enforce(&folder, &limit, now)
    });
    app.errands.room = started(app, "make-room", job);
}

/// Ends a tab that is out of sight already: its session is closed, and its journal is on the disk when that is done.
pub(super) fn end_tab(app: &mut App, tab: Tab) {
    change(app, "end-tab", None, move || {
        drop(tab);
        Ok(())
    });
}

/// Marks a session as one to keep, or takes the mark away.
pub(super) fn set_kept(app: &mut App, path: &Path, kept: bool) {
    let marked = path.to_owned();
    change(app, "keep-session", Some(path), move || retention::set_kept(&marked, kept));
}

/// Removes a session, after the tab that showed it.
pub(super) fn delete(app: &mut App, path: &Path, tab: Option<Tab>) {
    let removed = path.to_owned();
    change(app, "delete-session", Some(path), move || {
        drop(tab);
        retention::delete(&removed)
    });
}

/// Stops to write a pasted text that is not to be sent any more. What is written of it goes.
pub(super) fn discard_paste(app: &mut App, job: WritingPasted) {
    job.cancel();
    app.errands.discarded.push(job);
}

fn change(
    app: &mut App,
    name: &str,
    path: Option<&Path>,
    work: impl FnOnce() -> Result<(), JournalError> + Send + 'static,
) {
    let job = Job::start(name, app.engine.news().clone(), move |_| work());
    let Some(job) = started(app, name, job) else { return };
    app.errands.changes.push(Change { path: path.map(Path::to_owned), job });
    app.state.changing_sessions.extend(path.map(Path::to_owned));
}

fn started<T>(app: &mut App, name: &str, job: io::Result<Job<T>>) -> Option<Job<T>> {
    job.map_err(|error| app.tell(Told::Bad, trouble::thread(app.state.locale(), name, &error))).ok()
}

/// Takes in what has come to its end.
pub(super) fn take_in(app: &mut App, ctx: &Context) {
    if let Some(result) = finished(&mut app.errands.copy) {
        copied(app, result, ctx);
    }
    if let Some(result) = finished(&mut app.errands.list) {
        listed(app, result);
    }
    let changed = |change: &Change| Some((change.path.is_some(), change.job.take_result()?));
    for (is_listed, result) in taken(&mut app.errands.changes, changed) {
        if let Err(error) = result {
            app.tell(Told::Bad, trouble::journal(app.state.locale(), &error));
        }
        if is_listed || app.state.shows_sessions {
            list(app);
        }
    }
    for result in taken(&mut app.errands.opening, |opening| opening.job.take_result()) {
        match result {
            Ok(opened) => sessions::show_opened(app, opened),
            Err(error) => app.tell(Told::Bad, trouble::journal(app.state.locale(), &error)),
        }
    }
    app.errands.discarded.retain(|job| job.take_result().is_none());
    if let Some(result) = finished(&mut app.errands.room) {
        sessions::room_made(app, result);
    }
}

fn listed(app: &mut App, result: Result<Vec<SessionFile>, JournalError>) {
    match result {
        Ok(sessions) => app.state.sessions = sessions,
        Err(error) => app.tell(Told::Bad, trouble::journal(app.state.locale(), &error)),
    }
    // A list is begun anew with the end of each change, so it shows all but those that go on.
    let goes_on =
        |path: &PathBuf| app.errands.changes.iter().any(|change| change.path.as_ref() == Some(path));
    app.state.changing_sessions.retain(goes_on);
}

fn finished<T>(job: &mut Option<Job<T>>) -> Option<T> {
    let result = job.as_ref()?.take_result()?;
    *job = None;
    Some(result)
}

/// The results of what has come to its end, in the order in which it was asked for.
fn taken<W, T>(under_way: &mut Vec<W>, result_of: impl Fn(&W) -> Option<T>) -> Vec<T> {
    let mut results = Vec::new();
    under_way.retain(|work| {
        let result = result_of(work);
        let goes_on = result.is_none();
        results.extend(result);
        goes_on
    });
    results
}

fn copied(app: &mut App, result: Result<Copied, JournalError>, ctx: &Context) {
    let locale = app.state.locale();
    match result {
        Ok(Copied { text, is_cut }) => {
            ctx.copy_text(text);
            let (told, key) =
                if is_cut { (Told::Bad, "toast.copied_part") } else { (Told::Plain, "toast.copied") };
            app.tell(told, locale.text(key));
        }
        Err(error) => app.tell(Told::Bad, trouble::journal(locale, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::take_in;
    use crate::engine::handle::Engine;
    use crate::journal::JournalInfo;
    use crate::ui::app::App;
    use crate::ui::dispatch::sessions;
    use egui::Context;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn a_session_is_changed_again_only_when_its_last_change_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = App::in_folder(folder.path());
        let journal = app.profile.sessions_folder.join("a.skj");
        let engine = Engine::new(Waker::noop().clone()).unwrap();
        drop(engine.create_session(&journal, &JournalInfo::default()).unwrap());
        let is_listed = |app: &App, kept| {
            app.state.sessions.iter().any(|session| session.path == journal && session.kept == kept)
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        for kept in [true, false] {
            // A list that was begun before the change does not end it.
            sessions::show(&mut app, true);
            sessions::keep(&mut app, &journal, kept);
            while !is_listed(&app, kept) {
                assert!(app.state.changing_sessions.contains(&journal));
                assert!(Instant::now() < deadline, "the change is not seen");
                take_in(&mut app, &Context::default());
            }
            while !app.state.changing_sessions.is_empty() {
                assert!(Instant::now() < deadline, "it can never be changed again");
                take_in(&mut app, &Context::default());
            }
        }
    }
}
