//! Opening and closing the session of a tab, and beginning a new one in its place. Files are made, and sessions that
//! were there before come to their end, beside the frames.

use crate::codec::time::TimePrecision;
use crate::engine::command::Command;
use crate::engine::handle::{NewJournal, SessionError, SessionHandle};
use crate::engine::shared::Status;
use crate::journal::JournalInfo;
use crate::journal::format::FILE_EXTENSION;
use crate::model::config::SessionConfig;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind, all_finished};
use crate::ui::tab::answers;
use crate::ui::tab::composer::file;
use crate::ui::tab::connection::fields::{config_of, split_endpoint};
use crate::ui::tab::log_view::LogView;
use crate::ui::tab::meter::Meter;
use crate::ui::tab::peers::{Peers, SendTo};
use crate::ui::tab::rows;
use crate::ui::tab::session::{SessionAction, send_command};
use crate::ui::tab::title::tab_title;
use crate::ui::tab::{Source, Tab};
use crate::ui::times::moment_in_file_name;
use crate::util::PROGRAM;
use crate::util::clock;
use crate::workspace::profile::Profile;
use std::path::{Path, PathBuf};

/// A session whose journal is being made.
#[derive(Debug)]
pub struct NewSession {
    /// With what it is opened then.
    config: Box<SessionConfig>,
    job: JobHandle<Result<NewJournal, SessionError>>,
}

/// Does what was asked of the session as such.
pub(in crate::ui) fn apply(tab: &mut Tab, action: SessionAction, cx: &mut Cx<'_>) {
    match action {
        SessionAction::ToggleOpen => toggle_open(tab, cx),
        SessionAction::StopListening => send_command(tab, Command::StopListening, cx),
        SessionAction::ListenAgain => send_command(tab, Command::ListenAgain, cx),
        SessionAction::StartNew => start_new(tab, cx),
    }
}

fn toggle_open(tab: &mut Tab, cx: &mut Cx<'_>) {
    if tab.is_kept() || tab.new_session.is_some() {
        return;
    }
    if tab.is_open() { send_command(tab, Command::Close, cx) } else { open(tab, cx) }
}

fn open(tab: &mut Tab, cx: &mut Cx<'_>) {
    let Some(config) = config_to_open(tab) else { return };
    if tab.session().is_some_and(SessionHandle::is_alive) {
        answers::arm(tab, cx);
        send_command(tab, Command::Open(Box::new(config)), cx);
    } else {
        make_journal(tab, config, cx);
    }
}

/// What the fields say; nothing where one of them is wrong, which is said beside it.
fn config_to_open(tab: &mut Tab) -> Option<SessionConfig> {
    tab.panel.has_tried = true;
    tab.panel.refusal = None;
    split_endpoint(&mut tab.settings.local_host, &mut tab.settings.local_port);
    split_endpoint(&mut tab.settings.remote_host, &mut tab.settings.remote_port);
    let config = config_of(&tab.settings).ok()?;
    tab.panel.tried_with = Some(tab.settings.clone());
    Some(config)
}

/// What there is stays among the earlier sessions, and the tab begins with nothing: open as it was, or closed.
fn start_new(tab: &mut Tab, cx: &mut Cx<'_>) {
    if tab.is_kept() || tab.new_session.is_some() {
        return;
    }
    let config = if tab.is_open() { config_to_open(tab) } else { None };
    if tab.is_open() && config.is_none() {
        return;
    }
    if let Some(config) = config {
        make_journal(tab, config, cx);
    } else {
        let before = std::mem::take(&mut tab.source);
        tab.ending.extend(cx.start_job(JobKind::EndTab, move |_| drop(before)));
        tab.settings.journal = None;
        tab.last_session = None;
    }
    forget_session(tab);
    tab.log = LogView::default();
    tab.chart.forget();
}

/// Nothing is known of the session that was there any more.
fn forget_session(tab: &mut Tab) {
    file::lost(tab);
    tab.composer.history.forget_asked();
    tab.composer.repeats.clear();
    tab.status = Status::default();
    // Numbers would mean other peers from now on; who was meant by what they do is still meant.
    let send_to = std::mem::take(&mut tab.peers.send_to);
    let send_to = if matches!(send_to, SendTo::Peers(_)) { SendTo::default() } else { send_to };
    tab.peers = Peers { send_to, ..Peers::default() };
    tab.meter = Meter::default();
    tab.facts_asked_at = None;
    tab.facts_at_traffic = None;
}

/// A journal is on its way, and with it the session is opened. One that was there before ends first: its sockets may
/// stand where the new ones are to be.
fn make_journal(tab: &mut Tab, config: SessionConfig, cx: &mut Cx<'_>) {
    let info = JournalInfo {
        session_name: tab_title(cx.locale, &tab.settings),
        kind: Some(config.kind()),
        program: PROGRAM.to_owned(),
        encoding: Some(tab.encoding()),
        split: Some(tab.settings.split.framing().clone()),
        created: clock::now(),
    };
    let path = journal_path(cx.profile, info.created.wall_ns);
    let wanted = path.clone();
    let is_live = tab.session().is_some();
    let before = if is_live { std::mem::take(&mut tab.source) } else { Source::None };
    let job = cx.start_job(JobKind::NewJournal, move |_| {
        drop(before);
        NewJournal::create(&unused(wanted), &info)
    });
    if let Some(job) = job {
        // Before it is there: a crash may come at any time, and what was received by then is found by this name.
        tab.settings.journal = Some(path);
        tab.new_session = Some(NewSession { config: Box::new(config), job });
    }
}

/// Opens the session whose journal is there now. Tells whether one has ended or begun.
pub(in crate::ui) fn take_in(tab: &mut Tab, cx: &mut Cx<'_>) -> bool {
    let has_ended = !all_finished(&mut tab.ending, JobHandle::take_result).is_empty();
    let Some(journal) = tab.new_session.as_ref().and_then(|new| new.job.take_result()) else {
        return has_ended;
    };
    let Some(NewSession { config, .. }) = tab.new_session.take() else { return has_ended };
    let session = journal.and_then(|journal| {
        let path = journal.path().to_owned();
        Ok((path, cx.engine.begin_session(journal)?))
    });
    match session {
        Ok((path, session)) => {
            tab.panel.forget_pending();
            tab.settings.journal = Some(path);
            rows::begin(tab, Source::Live(session), cx);
            answers::arm(tab, cx);
            send_command(tab, Command::Open(config), cx);
        }
        Err(error) => cx.notices.problem(error_text::session(cx.locale, &error)),
    }
    true
}

/// A file that is named after this moment.
fn journal_path(profile: &Profile, wall_ns: i64) -> PathBuf {
    let moment = moment_in_file_name(wall_ns, TimePrecision::Millis);
    profile.sessions_folder.join(format!("{moment}.{FILE_EXTENSION}"))
}

/// The path, or the first one after it that names nothing yet. It asks the disk.
fn unused(path: PathBuf) -> PathBuf {
    let numbered = |number: u32| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        path.with_file_name(format!("{stem}-{number}.{FILE_EXTENSION}"))
    };
    if !path.exists() {
        return path;
    }
    (2..u32::MAX).map(numbered).find(|path: &PathBuf| !Path::exists(path)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{apply, take_in, unused};
    use crate::journal::retention;
    use crate::model::status::SessionState;
    use crate::ui::cx::{Cx, Services};
    use crate::ui::tab::session::SessionAction;
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{Tab, TabKey, news};
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::TabKind;
    use std::fs;
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    fn wait_until_it_listens(tab: &mut Tab, cx: &mut Cx<'_>) -> PathBuf {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !matches!(tab.status.state, SessionState::Listening { .. }) {
            assert!(Instant::now() < deadline, "it does not listen: {:?}", tab.status.state);
            take_in(tab, cx);
            let now = Instant::now();
            news::take_in(tab, true, (now, now + Duration::from_secs(1)), cx);
        }
        tab.reader().unwrap().path().to_owned()
    }

    #[test]
    fn a_new_session_in_a_tab_has_a_journal_of_its_own_and_opens_where_the_one_before_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        (tab.settings.local_host, tab.settings.local_port) = ("127.0.0.1".to_owned(), "0".to_owned());
        apply(&mut tab, SessionAction::ToggleOpen, &mut cx);
        assert!(tab.session().is_none(), "the drawing thread has waited for the disk");
        let first = wait_until_it_listens(&mut tab, &mut cx);
        let SessionState::Listening { local, .. } = tab.status.state.clone() else { unreachable!() };
        tab.settings.local_port = local.socket_addr().unwrap().port().to_string();

        apply(&mut tab, SessionAction::StartNew, &mut cx);
        assert!(!tab.is_open() && tab.log.rows.is_none(), "nothing of the first session is shown");
        let second = wait_until_it_listens(&mut tab, &mut cx);
        assert_ne!(first, second);
        assert!(matches!(&tab.status.state, SessionState::Listening { local: again, .. } if *again == local));
        let sessions = retention::list(&folder.path().join("sessions")).unwrap();
        let is_open = |path| sessions.iter().find(|session| session.path == path).unwrap().open;
        assert!(!is_open(first) && is_open(second));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.skj", "a-2.skj"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        for (path, free) in [("a.skj", "a-3.skj"), ("b.skj", "b.skj")] {
            assert_eq!(unused(folder.path().join(path)), folder.path().join(free));
        }
    }
}
