//! Earlier sessions: listed, opened to be read, kept, deleted, and removed when there are too many.

use crate::journal::reader::PeerInfo;
use crate::journal::retention::Limit;
use crate::journal::{JournalError, JournalReader};
use crate::model::config::SessionKind;
use crate::model::record::EndReason;
use crate::model::status::{PeerState, PeerStatus};
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{errands, rows};
use crate::ui::state::tab::{Source, Tab};
use crate::ui::trouble;
use crate::workspace::tabs::{TabKind, TabSettings};
use std::path::{Path, PathBuf};

/// How many peers of a journal a list offers.
pub(super) const PEERS_OFFERED: usize = 200;

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

/// A session that was opened to be read, with the peers that its rows can be narrowed to.
#[derive(Debug)]
pub(super) struct Opened {
    reader: JournalReader,
    peers: Vec<PeerInfo>,
}

impl Opened {
    /// Reads it from the disk.
    pub(super) fn at(path: &Path) -> Result<Opened, JournalError> {
        let reader = JournalReader::open(path)?;
        let peers = reader.first_peers(PEERS_OFFERED)?;
        Ok(Opened { reader, peers })
    }
}

pub(super) fn show_opened(app: &mut App, opened: Opened) {
    let Opened { reader, peers } = opened;
    let kind = match reader.info().kind {
        Some(SessionKind::TcpClient) => TabKind::TcpClient,
        Some(SessionKind::Udp) => TabKind::Udp,
        Some(SessionKind::TcpServer) | None => TabKind::TcpServer,
    };
    // The tab of the session that goes on may have the same name.
    let when = app.state.times.text(reader.info().created.wall_ns);
    let day_and_minute: String = when.chars().skip("2026-".len()).take("11-21 17:54".len()).collect();
    let name = format!("{} · {day_and_minute}", reader.info().session_name);
    let encoding = app.state.tab(app.state.active).map(|tab| tab.settings.encoding.clone());
    let mut settings = TabSettings { name, ..TabSettings::new(kind) };
    settings.encoding = encoding.unwrap_or(settings.encoding);
    let key = app.state.add_tab(settings);
    rows::begin(app, key, Source::Kept(reader));
    if let Some(tab) = app.state.tab_mut(key) {
        tab.peers.total = peers.len();
        tab.peers.page = peers.into_iter().map(has_left).collect();
    }
    app.state.activate(key);
}

fn has_left(peer: PeerInfo) -> PeerStatus {
    let state = PeerState::Left(EndReason::Local);
    PeerStatus { state, ..PeerStatus::joined(peer.id, peer.local, peer.remote, 0) }
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
