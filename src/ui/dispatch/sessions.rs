//! Earlier sessions: listed, opened to be read, kept, deleted, and removed when there are too many.

use crate::journal::{JournalReader, retention};
use crate::model::config::SessionKind;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::rows;
use crate::ui::state::tab::{Source, Tab};
use crate::util::clock;
use crate::workspace::tabs::{TabKind, TabSettings};
use std::path::Path;
use std::time::Duration;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

pub(super) fn show(app: &mut App, shown: bool) {
    app.state.shows_sessions = shown;
    if shown {
        refresh(app);
    }
}

pub(super) fn refresh(app: &mut App) {
    match retention::list(&app.profile.sessions_folder) {
        Ok(sessions) => app.state.sessions = sessions,
        Err(error) => {
            app.tell(Told::Bad, error.to_string());
        }
    }
}

/// Makes room as the person chose; at start, when no session is open yet.
pub(in crate::ui) fn enforce_limit(app: &mut App) {
    let settings = &app.state.settings;
    let limit = retention::Limit {
        total_bytes: Some(settings.retention_mib.saturating_mul(1 << 20)),
        age: Some(Duration::from_secs(u64::from(settings.retention_days) * SECONDS_PER_DAY)),
    };
    match retention::enforce(&app.profile.sessions_folder, &limit, clock::now().wall_ns) {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => {
            let line = app.state.locale().format("toast.sessions_removed", &[("count", &removed.len())]);
            app.tell(Told::Plain, line);
        }
        Err(error) => {
            app.tell(Told::Bad, error.to_string());
        }
    }
}

/// Opens an earlier session in a tab that only shows it.
pub(super) fn open(app: &mut App, path: &Path) {
    let is_shown = |tab: &&Tab| tab.is_kept() && tab.reader().is_some_and(|reader| reader.path() == path);
    if let Some(key) = app.state.tabs.iter().find(is_shown).map(|tab| tab.key) {
        app.state.activate(key);
        return;
    }
    match JournalReader::open(path) {
        Ok(reader) => {
            let kind = match reader.info().kind {
                Some(SessionKind::TcpClient) => TabKind::TcpClient,
                Some(SessionKind::Udp) => TabKind::Udp,
                Some(SessionKind::TcpServer) | None => TabKind::TcpServer,
            };
            let name = reader.info().session_name.clone();
            let encoding = app.state.tab(app.state.active).map(|tab| tab.settings.encoding.clone());
            let mut settings = TabSettings { name, ..TabSettings::new(kind) };
            settings.encoding = encoding.unwrap_or(settings.encoding);
            let key = app.state.add_tab(settings);
            rows::begin(app, key, Source::Kept(reader));
            app.state.activate(key);
        }
        Err(error) => {
            app.tell(Told::Bad, error.to_string());
        }
    }
}

pub(super) fn keep(app: &mut App, path: &Path, keep: bool) {
    if let Err(error) = retention::set_kept(path, keep) {
        app.tell(Told::Bad, error.to_string());
    }
    refresh(app);
}

pub(super) fn delete(app: &mut App, path: &Path) {
    app.state.modal = None;
    let shown = app
        .state
        .tabs
        .iter()
        .find(|tab| tab.is_kept() && tab.reader().is_some_and(|reader| reader.path() == path));
    if let Some(key) = shown.map(|tab| tab.key) {
        drop(app.state.remove_tab(key));
        app.state.shows_sessions = true;
    }
    if let Err(error) = retention::delete(path) {
        app.tell(Told::Bad, error.to_string());
    }
    refresh(app);
}
