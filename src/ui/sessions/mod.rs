//! Earlier sessions: listed, opened to be read, kept, deleted, and removed when there are too many. All of it is
//! done beside the frames, because a disk may take long.

pub mod rename;
pub mod search;
mod search_view;
pub mod view;

use crate::codec::time::TimeFormat;
use crate::journal::reader::PeerInfo;
use crate::journal::retention::{self, Limit, SessionFile};
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RecordId;
use crate::model::record::EndReason;
use crate::model::status::{PeerState, PeerStatus};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind, all_finished, finished};
use crate::ui::sessions::rename::RenameSession;
use crate::ui::sessions::search::SessionSearch;
use crate::ui::tab::TabKey;
use crate::ui::tab::composer::pasted_file;
use crate::ui::tab::list::TabList;
use crate::ui::tab::rows;
use crate::ui::tab::settings::{LiveSettings, SplitRule};
use crate::ui::tab::{Source, Tab};
use crate::util::clock;
use crate::workspace::settings::Settings;
use crate::workspace::tabs::TabKind;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many peers of a journal a list offers.
pub(in crate::ui) const PEERS_OFFERED: usize = 10_000;

/// What can be asked of earlier sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionsAction {
    /// The page of earlier sessions is shown, or the tabs are.
    Show(bool),
    /// The list is read again.
    Refresh,
    /// The person is asked which file to bring in as one.
    AskImport,
    /// One is open in a tab that only shows it.
    Open(PathBuf),
    /// The page of sessions is shown, and what is to be found in all of them can be typed.
    AskFind,
    /// What was typed is looked for in all of them.
    Find,
    /// It is looked for no further.
    StopFind,
    /// The list is shown again, and not what was found.
    EndFind,
    /// One is open, with this record of it in sight, and what was found is found in it, too.
    OpenAt {
        /// Its journal.
        path: PathBuf,
        /// The record.
        record: RecordId,
    },
    /// The person is asked where to save one.
    AskExport(PathBuf),
    /// One is never removed by itself, or may be.
    Keep {
        /// Its journal.
        path: PathBuf,
        /// Whether it is kept.
        keep: bool,
    },
    /// The person is asked whether to delete these.
    AskDelete(Vec<PathBuf>),
    /// These are deleted.
    Delete(Vec<PathBuf>),
    /// The person is asked what to call one.
    AskName(PathBuf),
    /// One is called this; nothing is what it was called when it began.
    Rename {
        /// Its journal.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Journals are kept for so many days and take at most so many MiB.
    SetRetention {
        /// Days.
        days: u32,
        /// MiB.
        mib: u64,
    },
}

/// What is known of earlier sessions, and what is being done with them.
#[derive(Debug, Default)]
pub struct Sessions {
    /// As last read.
    pub list: Vec<SessionFile>,
    /// What is looked for in all of them.
    pub search: SessionSearch,
    /// Those that are being marked or removed, until that is seen in the list.
    pub changing: Vec<PathBuf>,
    /// Only those are shown that have this in what is told of them.
    pub narrowed_by: String,
    /// Those that are ticked, to be deleted together.
    pub ticked: BTreeSet<PathBuf>,
    listing: Option<JobHandle<Result<Vec<SessionFile>, JournalError>>>,
    /// Opening one session does not keep another from being opened.
    opening: Vec<Opening>,
    room: Option<JobHandle<Result<Vec<PathBuf>, JournalError>>>,
    /// Sessions that are marked or removed. The end of the program waits for them.
    changes: Vec<Change>,
}

/// A session that is being opened.
#[derive(Debug)]
struct Opening {
    path: PathBuf,
    /// The tab that showed it before, if there is one.
    tab: Option<TabKey>,
    /// What is to be seen first, if not the newest row.
    first_seen: Option<Hit>,
    job: JobHandle<Result<OpenedSession, JournalError>>,
}

/// A record in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The record.
    pub record: RecordId,
    /// What was looked for.
    pub sought: String,
}

/// A session that is being marked or removed.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    job: JobHandle<Result<(), JournalError>>,
}

/// A session that was opened to be read, with the peers that its rows can be narrowed to.
#[derive(Debug)]
pub struct OpenedSession {
    /// The tab that showed it before, if there is one.
    tab: Option<TabKey>,
    first_seen: Option<Hit>,
    reader: JournalReader,
    peers: Vec<PeerInfo>,
    /// What the person calls it.
    name: Option<String>,
}

impl OpenedSession {
    /// Reads it from the disk.
    fn at(path: &Path) -> Result<OpenedSession, JournalError> {
        let reader = JournalReader::open(path)?;
        let peers = reader.first_peers(PEERS_OFFERED)?;
        Ok(OpenedSession { tab: None, first_seen: None, reader, peers, name: retention::name(path) })
    }
}

impl Sessions {
    /// Reads the list.
    pub(in crate::ui) fn read_list(&mut self, cx: &mut Cx<'_>) {
        let folder = cx.profile.sessions_folder.clone();
        self.listing = cx.start_job(JobKind::ListSessions, move |_| retention::list(&folder));
    }

    /// Opens an earlier session; without an index beside it, that goes over all of it.
    pub(in crate::ui) fn open(
        &mut self,
        path: &Path,
        tab: Option<TabKey>,
        first_seen: Option<Hit>,
        cx: &mut Cx<'_>,
    ) {
        if self.opening.iter().any(|opening| opening.path == path) {
            return;
        }
        let (path, read) = (path.to_owned(), path.to_owned());
        let job = cx.start_job(JobKind::OpenSession, move |_| OpenedSession::at(&read));
        self.opening.extend(job.map(|job| Opening { path, tab, first_seen, job }));
    }

    /// Makes room as the person chose, at start, when no session is open yet; and removes what a crash left of pasted
    /// texts.
    pub(in crate::ui) fn make_room(&mut self, settings: &Settings, cx: &mut Cx<'_>) {
        let limit = Limit::new(settings.retention_bytes(), settings.retention_age());
        let folder = cx.profile.sessions_folder.clone();
        let now = clock::now().wall_ns;
        self.room = cx.start_job(JobKind::MakeRoom, move |_| {
            pasted_file::remove_left_behind(&folder, now);
            retention::enforce(&folder, &limit, now)
        });
    }

    /// Marks a session as one to keep, or takes the mark away.
    pub(in crate::ui) fn set_kept(&mut self, path: &Path, kept: bool, cx: &mut Cx<'_>) {
        let marked = path.to_owned();
        let job = cx.start_job(JobKind::KeepSession, move |_| retention::set_kept(&marked, kept));
        self.note_change(path, job);
    }

    /// Calls a session something else.
    pub(in crate::ui) fn rename(&mut self, path: &Path, name: &str, cx: &mut Cx<'_>) {
        let (renamed, name) = (path.to_owned(), name.to_owned());
        let job = cx.start_job(JobKind::KeepSession, move |_| retention::set_name(&renamed, &name));
        self.note_change(path, job);
    }

    /// The page that asks what a session is called.
    pub(in crate::ui) fn rename_page(&self, path: &Path) -> Option<RenameSession> {
        let session = self.list.iter().find(|session| session.path == path)?;
        let name_without = session.info.as_ref().map_or_else(String::new, |info| info.session_name.clone());
        let name = session.name.clone().unwrap_or_default();
        Some(RenameSession { path: path.to_owned(), name, name_without })
    }

    /// Removes a session, after the tab that showed it.
    pub(in crate::ui) fn delete(&mut self, path: &Path, tab: Option<Tab>, cx: &mut Cx<'_>) {
        let removed = path.to_owned();
        let job = cx.start_job(JobKind::DeleteSession, move |_| {
            drop(tab);
            retention::delete(&removed)
        });
        self.note_change(path, job);
    }

    fn note_change(&mut self, path: &Path, job: Option<JobHandle<Result<(), JournalError>>>) {
        let Some(job) = job else { return };
        self.changes.push(Change { path: path.to_owned(), job });
        self.changing.push(path.to_owned());
    }

    /// Takes in what has come to its end, and tells which sessions are open now.
    pub(in crate::ui) fn take_in(&mut self, tabs: &mut TabList, cx: &mut Cx<'_>) -> Vec<OpenedSession> {
        if let Some(result) = finished(&mut self.listing) {
            self.listed(result, cx);
            self.offer_last(tabs);
        }
        for result in all_finished(&mut self.changes, |change| change.job.take_result()) {
            if let Err(error) = result {
                cx.notices.problem(error_text::journal(cx.locale, &error));
            }
            self.read_list(cx);
        }
        if let Some(result) = finished(&mut self.room) {
            room_made(result, cx);
        }
        let mut opened = Vec::new();
        self.search.take_in();
        let result_of =
            |opening: &Opening| Some((opening.tab, opening.first_seen.clone(), opening.job.take_result()?));
        for (tab, first_seen, result) in all_finished(&mut self.opening, result_of) {
            match result {
                Ok(session) => opened.push(OpenedSession { tab, first_seen, ..session }),
                Err(error) => {
                    cx.notices.problem(error_text::journal(cx.locale, &error));
                    // There is nothing that it could show; a tab that has more than a log stays.
                    let shows_only_that = |key: &TabKey| tabs.get(*key).is_some_and(Tab::is_kept);
                    tab.filter(shows_only_that).and_then(|key| tabs.remove(key));
                }
            }
        }
        opened
    }

    /// Offers each tab that shows nothing yet the session that it had last.
    fn offer_last(&self, tabs: &mut TabList) {
        for tab in tabs {
            let journal = tab.settings.journal.as_ref();
            let is_last = |session: &&SessionFile| Some(&session.path) == journal && !session.open;
            tab.last_session = self.list.iter().find(is_last).filter(|_| tab.log.rows.is_none()).cloned();
        }
    }

    fn listed(&mut self, result: Result<Vec<SessionFile>, JournalError>, cx: &mut Cx<'_>) {
        match result {
            Ok(sessions) => self.list = sessions,
            Err(error) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        }
        // What is gone, or is open or kept by now, is not deleted with others.
        let can_go =
            |path: &PathBuf| self.list.iter().any(|session| session.path == *path && can_delete(session));
        self.ticked.retain(can_go);
        // A list is begun anew with the end of each change, so it shows all but those that go on.
        self.changing.retain(|path| self.changes.iter().any(|change| change.path == *path));
    }
}

/// Whether a person may delete it as it is.
pub(in crate::ui) fn can_delete(session: &SessionFile) -> bool {
    !session.open && !session.kept
}

fn room_made(result: Result<Vec<PathBuf>, JournalError>, cx: &mut Cx<'_>) {
    match result {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => {
            cx.notices.info(cx.locale.format("toast.sessions_removed", &[("count", &removed.len())]));
        }
        Err(error) => cx.notices.problem(error_text::journal(cx.locale, &error)),
    }
}

/// Opens what tabs showed when the program ended, and looks what those that wait to be opened had before.
pub(in crate::ui) fn bring_back(sessions: &mut Sessions, tabs: &TabList, cx: &mut Cx<'_>) {
    for tab in tabs.iter().filter(|tab| tab.is_kept()) {
        // A kept tab whose file names no journal has nothing to show; opening nothing says so.
        let journal = tab.settings.journal.as_deref().unwrap_or(Path::new(""));
        sessions.open(journal, Some(tab.key), None, cx);
    }
    sessions.read_list(cx);
}

/// Shows a session that was opened, in the tab that showed it before or in a new one, which is told.
pub(in crate::ui) fn show_opened(
    opened: OpenedSession,
    tabs: &mut TabList,
    times: &TimeFormat,
    cx: &mut Cx<'_>,
) -> Option<TabKey> {
    let OpenedSession { tab, first_seen, reader, peers, name } = opened;
    let new = tab.is_none().then(|| add_tab_for(&reader, name, tabs, times));
    // A session that was opened in it meanwhile stays.
    let is_free = |tab: &&mut Tab| tab.session().is_none() && tab.new_session.is_none();
    if let Some(tab) = tab.or(new).and_then(|key| tabs.get_mut(key)).filter(is_free) {
        rows::begin(tab, Source::Kept(reader), cx);
        tab.peers.total = peers.len();
        tab.peers.page = peers.into_iter().map(has_left).collect();
        if let Some(hit) = first_seen {
            rows::show_hit(tab, &hit.sought, hit.record, cx);
        }
    }
    new
}

fn add_tab_for(
    reader: &JournalReader,
    name: Option<String>,
    tabs: &mut TabList,
    times: &TimeFormat,
) -> TabKey {
    let kind = reader.info().kind.map_or(TabKind::TcpServer, TabKind::from);
    // The tab of the session that goes on may have the same name.
    let when = times.text(reader.info().created.wall_ns);
    let day_and_minute: String = when.chars().skip("2026-".len()).take("11-21 17:54".len()).collect();
    let called = name.unwrap_or_else(|| reader.info().session_name.clone());
    let name = format!("{called} · {day_and_minute}");
    let fresh = LiveSettings::new(kind);
    // An import has none of its own: most likely it speaks as what is read beside it.
    let beside = || tabs.front().map_or(fresh.encoding, |tab| tab.settings.encoding);
    let encoding = reader.info().encoding.unwrap_or_else(beside);
    let split = reader.info().split.as_ref();
    let split = split.map_or_else(|| fresh.split.clone(), |split| SplitRule::new(split.to_string()));
    let journal = Some(reader.path().to_owned());
    tabs.add(LiveSettings { name, encoding, split, journal, is_kept: true, ..fresh })
}

fn has_left(peer: PeerInfo) -> PeerStatus {
    let state = PeerState::Left(EndReason::Local);
    PeerStatus { state, ..PeerStatus::joined(peer.id, peer.local, peer.remote, 0) }
}

/// The tab that shows this session, whether it goes on or is an earlier one.
pub(in crate::ui) fn seen_at(tabs: &TabList, path: &Path) -> Option<TabKey> {
    tabs.iter().find(|tab| shows(tab, path)).map(|tab| tab.key)
}

/// The tab that shows this earlier session.
pub(in crate::ui) fn shown_at(tabs: &TabList, path: &Path) -> Option<TabKey> {
    tabs.iter().find(|tab| tab.is_kept() && shows(tab, path)).map(|tab| tab.key)
}

fn shows(tab: &Tab, path: &Path) -> bool {
    tab.reader().is_some_and(|reader| reader.path() == path)
}

#[cfg(test)]
mod tests {
    use super::Sessions;
    use crate::engine::handle::Engine;
    use crate::journal::JournalInfo;
    use crate::ui::cx::Services;
    use crate::ui::tab::list::TabList;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::Tabs;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn a_session_is_changed_again_only_when_its_last_change_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let journal = services.profile.sessions_folder.join("a.skj");
        let mut cx = services.cx(Locale::of(Language::English));
        let mut sessions = Sessions::default();
        let mut tabs = TabList::new(Tabs::default());
        let engine = Engine::new(Waker::noop().clone()).unwrap();
        drop(engine.create_session(&journal, &JournalInfo::default()).unwrap());
        let is_listed = |sessions: &Sessions, kept| {
            sessions.list.iter().any(|session| session.path == journal && session.kept == kept)
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        for kept in [true, false] {
            // A list that was begun before the change does not end it.
            sessions.read_list(&mut cx);
            sessions.set_kept(&journal, kept, &mut cx);
            while !is_listed(&sessions, kept) {
                assert!(sessions.changing.contains(&journal));
                assert!(Instant::now() < deadline, "the change is not seen");
                sessions.take_in(&mut tabs, &mut cx);
            }
            while !sessions.changing.is_empty() {
                assert!(Instant::now() < deadline, "it can never be changed again");
                sessions.take_in(&mut tabs, &mut cx);
            }
        }
    }
}
