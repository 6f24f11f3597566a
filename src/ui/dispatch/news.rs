//! Takes in what sessions, jobs and dialogs have to tell, within a time budget.

use crate::engine::command::Command;
use crate::engine::event::{Event, Rejection};
use crate::engine::handle::SessionHandle;
use crate::model::ids::Ticket;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{errands, export, file, import, paths, replies, rows, watch, workspace};
use crate::ui::state::connection::Field;
use crate::ui::state::meter;
use crate::ui::state::panel::Wish;
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
        if take_events(app, key, deadline) {
            soon(Duration::ZERO);
        }
        replies::follow_encoding(app, key);
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
    paths::take_answer(app, ctx);
    export::take_in(app);
    import::take_in(app);
    watch::take_in(app);
    file::take_in(app);
    errands::take_in(app, ctx);
    workspace::take_failures(app, ctx, now);
    again
}

/// Tells whether there may be more than there was time for.
fn take_events(app: &mut App, key: TabKey, deadline: Instant) -> bool {
    loop {
        let event = app.state.tab(key).and_then(Tab::session).and_then(SessionHandle::next_event);
        let Some(event) = event else { return false };
        take_event(app, key, event);
        if Instant::now() >= deadline {
            return true;
        }
    }
}

fn take_event(app: &mut App, key: TabKey, event: Event) {
    let locale = app.state.locale();
    match event {
        // Whoever switched it off sees that it is off.
        Event::RepeatFinished { outcome: Ok(()) | Err(Rejection::Cancelled) } => {}
        Event::Accepted { ticket } => {
            if let Some(tab) = app.state.tab_mut(key) {
                tab.panel.take_wish(ticket);
            }
        }
        Event::Rejected { ticket, why } => rejected(app, key, ticket, &why),
        Event::FileProgress { job, sent, total } => file::progress(app, key, job, sent, total),
        Event::FileFinished { job, outcome } => file::finished(app, key, job, outcome),
        Event::RepeatFinished { outcome: Err(why) } => {
            let line = locale.format("toast.repeat_stopped", &[("why", &text::rejection(locale, &why))]);
            app.tell(Told::Bad, line);
        }
    }
}

/// Says why beside the field that it concerns, where there is one, and gives back what was typed there.
fn rejected(app: &mut App, key: TabKey, ticket: Ticket, why: &Rejection) {
    let line = text::rejection(app.state.locale(), why);
    let Some(tab) = app.state.tab_mut(key) else { return };
    file::refused(tab, ticket);
    let field = match tab.panel.take_wish(ticket) {
        Some(Wish::Group(text)) => {
            tab.settings.groups.retain(|group| *group != text);
            tab.panel.give_back_group(text);
            Some(Field::Groups)
        }
        Some(Wish::Option { text, replaced }) => {
            if let Some(place) = tab.settings.options.iter().position(|option| *option == text) {
                tab.settings.options.splice(place..=place, replaced);
            }
            tab.panel.give_back_option(&text);
            Some(Field::Options)
        }
        None => matches!(why, Rejection::BroadcastOff(_)).then_some(Field::Broadcast),
    };
    tab.panel.refusal = field.map(|field| (field, line.clone()));
    app.tell(Told::Bad, line);
}

/// Copies the levels; tells whether a rate is shown that has to be looked at again.
fn look_at_levels(tab: &mut Tab, now: Instant, is_seen: bool) -> bool {
    let Some(session) = tab.session() else { return false };
    let status = session.shared().status();
    let skip = tab.peers.wanted.start;
    let limit = tab.peers.wanted.len().clamp(24, LONGEST_PAGE);
    let shared = session.shared();
    let (page, total) = shared.peers_page(skip, limit);
    // The chosen peer, or the only one there is.
    let selected = tab.peers.selected_id().map_or_else(|| shared.only_peer(), |peer| shared.peer(peer));
    tab.status = status;
    tab.peers.page = page;
    tab.peers.page_start = skip;
    tab.peers.total = total;
    let mut send_to = std::mem::take(&mut tab.peers.send_to);
    if let Some(session) = tab.session() {
        send_to.keep(|id| session.shared().peer(*id).is_some_and(|peer| peer.state.is_present()));
    }
    // A client has one server, whoever it is now; and who opens a session again begins anew.
    let begins_anew = tab.settings.kind == TabKind::TcpClient || !tab.is_open();
    tab.peers.send_to = if send_to.is_nobody() && begins_anew { SendTo::Standard } else { send_to };
    tab.peers.selected = selected;
    let rows = tab.reader().map_or(0, |reader| reader.snapshot().records);
    if rows != tab.rows_seen {
        tab.is_fresh = !is_seen;
        tab.rows_seen = rows;
    }
    tab.meter.look(now, &tab.status.counters)
}

fn ask_for_facts(tab: &mut Tab, now: Instant) {
    let is_due = tab.facts_asked_at.is_none_or(|at| now.saturating_duration_since(at) >= FACTS_PAUSE);
    let Some(peer) = tab.peers.selected.as_ref().filter(|peer| is_due && peer.state.is_present()) else {
        return;
    };
    let has_news = Some((peer.id, peer.received, peer.sent));
    if tab.settings.kind == TabKind::Udp || tab.facts_at_traffic == has_news {
        return;
    }
    let asked = tab.session().map(|session| session.send(Command::RefreshFacts(peer.id)));
    tab.facts_asked_at = Some(now);
    // Facts are a courtesy: a session that is too busy to tell them is asked again later.
    tab.facts_at_traffic = has_news.filter(|_| matches!(asked, Some(Ok(_))));
}
