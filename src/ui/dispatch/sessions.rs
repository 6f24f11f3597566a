//! Earlier sessions: listed, opened to be read, kept, deleted, and removed when there are too many.

use crate::journal::retention::Limit;
use crate::journal::{JournalError, JournalReader};
use crate::model::config::SessionKind;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{errands, rows};
use crate::ui::state::tab::{Source, Tab};
use crate::ui::trouble;
use crate::workspace::tabs::{TabKind, TabSettings};
use std::path::{Path, PathBuf};

pub(super) fn show(app: &mut App, shown: bool) {
    app.state.shows_sessions = shown;
    if shown {
        errands::list(app);
    }
}

/// Makes room as the person chose; at start, when no session is open yet.
pub(in crate::ui) fn enforce_limit(app: &mut App) {
    let settings = &app.state.settings;
    let limit = Limit::new(settings.retention_bytes(), settings.retention_age());
    errands::make_room(app, limit);
}

pub(super) fn room_made(app: &mut App, result: Result<Vec<PathBuf>, JournalError>) {
    match result {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => {
            let line = app.state.locale().format("toast.sessions_removed", &[("count", &removed.len())]);
            app.tell(Told::Plain, line);
        }
        Err(error) => app.tell(Told::Bad, trouble::journal(app.state.locale(), &error)),
    }
}

/// Shows an earlier session in a tab that only shows it, once it is open.
pub(super) fn open(app: &mut App, path: &Path) {
    match shown_at(app, path) {
        Some(key) => app.state.activate(key),
        None => errands::open(app, path),
    }
}

pub(super) fn show_opened(app: &mut App, reader: JournalReader) {
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

/// The tab that shows this earlier session.
fn shown_at(app: &App, path: &Path) -> Option<TabKey> {
    let is_shown = |tab: &&Tab| tab.is_kept() && tab.reader().is_some_and(|reader| reader.path() == path);
    app.state.tabs.iter().find(is_shown).map(|tab| tab.key)
}

pub(super) fn keep(app: &mut App, path: &Path, keep: bool) {
    errands::set_kept(app, path, keep);
}

pub(super) fn delete(app: &mut App, path: &Path) {
    app.state.modal = None;
    let shown = shown_at(app, path).and_then(|key| app.state.remove_tab(key));
    // Taking the tab away has brought another one to the front.
    app.state.shows_sessions = true;
    errands::delete(app, path, shown);
}
