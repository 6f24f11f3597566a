//! Takes in what sessions, jobs and dialogs have to tell, within a time budget.

use crate::engine::command::Command;
use crate::engine::event::Event;
use crate::engine::handle::SessionHandle;
use crate::model::ids::PeerId;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{file, rows, save};
use crate::ui::state::meter;
use crate::ui::state::peers::SendTo;
use crate::ui::state::tab::Tab;
use crate::ui::text;
use crate::workspace::tabs::TabKind;
use egui::Context;
use std::time::{Duration, Instant};

/// The kernel is asked about the selected connection at most so often.
const FACTS_PAUSE: Duration = Duration::from_millis(500);

/// How many peers are copied at most; a list shows no more at once.
const LONGEST_PAGE: usize = 200;

/// Takes in what is new; tells when to look again although nothing rings.
pub(in crate::ui) fn take_in(
    app: &mut App,
    ctx: &Context,
    now: Instant,
    deadline: Instant,
) -> Option<Duration> {
    let keys: Vec<TabKey> = app.state.tabs.iter().map(|tab| tab.key).collect();
    let mut again: Option<Duration> = None;
    let mut soon = |after: Duration| again = Some(again.map_or(after, |known| known.min(after)));
    for key in keys {
        take_events(app, key, deadline);
        let is_in_front = key == app.state.active && !app.state.shows_sessions;
        let is_seen = is_in_front || app.state.beside == Some(key);
        if let Some(tab) = app.state.tab_mut(key) {
            if look_at_levels(tab, now, is_seen) {
                soon(meter::WINDOW);
            }
            if is_seen {
                ask_for_facts(tab, now);
            }
        }
        if let Some(after) = rows::take_in(app, key, deadline) {
            soon(after);
        }
    }
    save::take_in(app, ctx);
    file::take_in(app);
    again
}

fn take_events(app: &mut App, key: TabKey, deadline: Instant) {
    loop {
        let event = app.state.tab(key).and_then(Tab::session).and_then(SessionHandle::next_event);
        let Some(event) = event else { return };
        take_event(app, key, event);
        if Instant::now() >= deadline {
            return;
        }
    }
}

fn take_event(app: &mut App, key: TabKey, event: Event) {
    let locale = app.state.locale();
    match event {
        Event::Accepted { .. } | Event::RepeatFinished { outcome: Ok(()) } => {}
        Event::Rejected { why, .. } => {
            app.tell(Told::Bad, text::rejection(locale, &why));
        }
        Event::FileProgress { job, sent, total } => file::progress(app, key, job, sent, total),
        Event::FileFinished { job, outcome } => file::finished(app, key, job, outcome),
        Event::RepeatFinished { outcome: Err(why) } => {
            let line = locale.format("toast.repeat_stopped", &[("why", &text::rejection(locale, &why))]);
            app.tell(Told::Bad, line);
        }
    }
}

/// Copies the levels; tells whether a rate is shown that has to be looked at again.
fn look_at_levels(tab: &mut Tab, now: Instant, is_seen: bool) -> bool {
    let Some(session) = tab.session() else { return false };
    let status = session.shared().status();
    let skip = tab.peers.wanted.start;
    let limit = tab.peers.wanted.len().clamp(24, LONGEST_PAGE);
    let (page, total) = session.shared().peers_page(skip, limit);
    let selected = selected_peer(tab).and_then(|peer| session.shared().peer(peer));
    tab.status = status;
    tab.peers.page = page;
    tab.peers.page_start = skip;
    tab.peers.total = total;
    if selected.as_ref().is_none_or(|peer| !peer.state.is_present())
        && matches!(tab.peers.send_to, SendTo::Peer(_))
    {
        // Whom one was talking to is gone: what is sent next must not go somewhere by accident.
        tab.peers.send_to = SendTo::Standard;
    }
    tab.peers.selected = selected;
    let rows = tab.reader().map_or(0, |reader| reader.snapshot().records);
    if rows != tab.rows_seen {
        tab.is_fresh = !is_seen;
        tab.rows_seen = rows;
    }
    tab.meter.look(now, &tab.status.counters)
}

/// The peer whose facts are shown: the chosen one, or the only one there is.
fn selected_peer(tab: &Tab) -> Option<PeerId> {
    tab.peers.selected_id().or(match tab.peers.page.as_slice() {
        [only] if tab.peers.total == 1 => Some(only.id),
        _ => None,
    })
}

fn ask_for_facts(tab: &mut Tab, now: Instant) {
    let is_due = tab.facts_asked_at.is_none_or(|at| now.saturating_duration_since(at) >= FACTS_PAUSE);
    let Some(peer) = selected_peer(tab).filter(|_| is_due) else { return };
    let is_connection = tab.peers.selected.as_ref().is_some_and(|peer| peer.state.is_present());
    let has_news = tab.peers.selected.as_ref().map(|peer| (peer.received, peer.sent));
    if tab.settings.kind == TabKind::Udp || !is_connection || tab.facts_at_traffic == has_news {
        return;
    }
    tab.facts_at_traffic = has_news;
    tab.facts_asked_at = Some(now);
    if let Some(session) = tab.session()
        && session.send(Command::RefreshFacts(peer)).is_err()
    {
        // Facts are a courtesy: a session that is too busy to tell them is asked again later.
        tab.facts_at_traffic = None;
    }
}
