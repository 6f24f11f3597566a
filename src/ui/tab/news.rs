//! Takes in what sessions, jobs and dialogs have to tell, within a time budget.

use crate::engine::command::Command;
use crate::engine::event::{Event, Rejection};
use crate::engine::handle::SessionHandle;
use crate::model::ids::Ticket;
use crate::model::status::SessionState;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::answers;
use crate::ui::tab::composer::{file, repeats};
use crate::ui::tab::connection::panel::PendingRequest;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::meter;
use crate::ui::tab::sequence::RunEnd;
use crate::ui::text;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The kernel is asked about the selected connection at most so often.
const FACTS_PAUSE: Duration = Duration::from_millis(500);

/// How many peers are copied at most; a list shows no more at once.
const LONGEST_PAGE: usize = 200;

/// Takes in what is new of one tab; tells when to look again although nothing rings.
pub(in crate::ui) fn take_in(
    tab: &mut Tab,
    is_seen: bool,
    (now, deadline): (Instant, Instant),
    cx: &mut Cx<'_>,
) -> Option<Duration> {
    let has_more = take_events(tab, deadline, cx);
    answers::follow_encoding(tab, cx);
    let was_open = tab.is_open();
    let has_rate = look_at_levels(tab, now, is_seen);
    if is_seen {
        ask_for_facts(tab, now);
    }
    if tab.session().is_some_and(|session| !session.is_alive()) {
        file::lost(tab);
        tab.composer.history.forget_asked();
        tab.composer.repeats.clear();
        if was_open {
            cx.problem("toast.session_ended");
        }
    }
    if has_more { Some(Duration::ZERO) } else { has_rate.then_some(meter::LOOK_AGAIN) }
}

/// Tells whether there may be more than there was time for.
fn take_events(tab: &mut Tab, deadline: Instant, cx: &mut Cx<'_>) -> bool {
    loop {
        let Some(event) = tab.session().and_then(SessionHandle::next_event) else { return false };
        take_event(tab, event, cx);
        if Instant::now() >= deadline {
            return true;
        }
    }
}

fn take_event(tab: &mut Tab, event: Event, cx: &mut Cx<'_>) {
    match event {
        Event::StepEnded(ended) => tab.sequence.step_ended(*ended),
        Event::SequenceEnded { passed, failed, is_stopped } => {
            if !tab.sequence.runs_list {
                tab.sequence.ended = Some(RunEnd { passed, failed, is_stopped });
            }
        }
        Event::Accepted { ticket } => {
            tab.composer.history.answered(ticket, true);
            tab.panel.take_pending(ticket);
        }
        Event::Rejected { ticket, why } => rejected(tab, ticket, &why, cx),
        Event::SendProgress { job, sent, total } => file::progress(tab, job, sent, total),
        Event::SendFinished { job, outcome } => {
            if !repeats::finished(tab, job, &outcome, cx) {
                file::finished(tab, job, outcome, cx);
            }
        }
    }
}

/// Says why beside the field that it concerns, where there is one, and gives back what was typed there.
fn rejected(tab: &mut Tab, ticket: Ticket, why: &Rejection, cx: &mut Cx<'_>) {
    let line = text::rejection(cx.locale, why);
    file::refused(tab, ticket);
    // Of several, those who had room have it.
    tab.composer
        .history
        .answered(ticket, matches!(why, Rejection::QueueFull { .. } | Rejection::SomeLeft { .. }));
    tab.composer.repeats.refused(ticket);
    let field = match tab.panel.take_pending(ticket) {
        Some(PendingRequest::Group(text)) => {
            tab.settings.groups.retain(|group| *group != text);
            tab.panel.give_back_group(text);
            Some(Field::Groups)
        }
        Some(PendingRequest::Option { text, replaced }) => {
            if let Some(place) = tab.settings.options.iter().position(|option| *option == text) {
                tab.settings.options.splice(place..=place, replaced);
            }
            tab.panel.give_back_option(&text);
            Some(Field::Options)
        }
        // Nobody asked for them: the peer has left meanwhile.
        Some(PendingRequest::Facts) => return,
        None => matches!(why, Rejection::BroadcastOff(_)).then_some(Field::Broadcast),
    };
    tab.panel.refusal = field.map(|field| (field, line.clone()));
    cx.notices.problem(line);
}

/// Copies the levels; tells whether a rate is shown that has to be looked at again.
fn look_at_levels(tab: &mut Tab, now: Instant, is_seen: bool) -> bool {
    let Some(session) = tab.session() else { return false };
    let is_alive = session.is_alive();
    let mut status = session.shared().status();
    if !is_alive {
        // What its thread wrote last is true no more: by a fault of ours it has ended, and with it every socket.
        status.state = SessionState::Closed;
        (status.paused, status.peers_present) = (None, 0);
        (status.repeats, status.longs) = (Arc::default(), Arc::default());
    }
    let skip = tab.peers.wanted.start;
    let limit = tab.peers.wanted.len().clamp(24, LONGEST_PAGE);
    let shared = session.shared();
    let (page, total) = if is_alive { shared.peers_page(skip, limit) } else { (Vec::new(), 0) };
    // The chosen peer, or the only one there is.
    let selected = tab.peers.selected_id().map_or_else(|| shared.only_peer(), |peer| shared.peer(peer));
    // Only while somebody looks at them: there may be thousands.
    let is_listed = is_alive && is_seen && tab.peers.recipients.is_open;
    if let Some((all, _)) = is_listed.then(|| shared.peers_page(0, usize::MAX)) {
        tab.peers.recipients.renew(all.iter().filter(|peer| peer.state.can_send()));
    }
    tab.composer.repeats.follow(&status);
    file::follow(tab, &status);
    tab.status = status;
    tab.peers.page = page;
    tab.peers.page_start = skip;
    tab.peers.total = total;
    let mut send_to = std::mem::take(&mut tab.peers.send_to);
    send_to.follow(tab);
    tab.peers.send_to = send_to;
    tab.peers.selected = selected.filter(|_| is_alive);
    let rows = tab.reader().map_or(0, |reader| reader.snapshot().records);
    tab.is_fresh = !is_seen && (tab.is_fresh || rows != tab.rows_seen);
    tab.rows_seen = rows;
    tab.meter.look(now, &tab.status.counters)
}

fn ask_for_facts(tab: &mut Tab, now: Instant) {
    let is_due = tab.facts_asked_at.is_none_or(|at| now.saturating_duration_since(at) >= FACTS_PAUSE);
    let Some(peer) = tab.peers.selected.as_ref().filter(|peer| is_due && peer.state.is_present()) else {
        return;
    };
    let has_news = Some((peer.id, peer.received, peer.sent));
    if !tab.settings.kind.shape().has_connections() || tab.facts_at_traffic == has_news {
        return;
    }
    let asked = tab.session().map(|session| session.send(Command::RefreshFacts(peer.id)));
    tab.facts_asked_at = Some(now);
    // Facts are a courtesy: a session that is too busy to tell them is asked again later.
    tab.facts_at_traffic = has_news.filter(|_| matches!(asked, Some(Ok(_))));
    if let Some(Ok(ticket)) = asked {
        tab.panel.note_pending(ticket, PendingRequest::Facts);
    }
}

#[cfg(test)]
mod tests {
    use super::{take_event, take_in};
    use crate::codec::time::TimeFormat;
    use crate::engine::command::Command;
    use crate::engine::event::{Event, Rejection};
    use crate::engine::handle::{Engine, SessionHandle};
    use crate::journal::JournalInfo;
    use crate::model::ids::{PeerId, Ticket};
    use crate::model::status::SessionState;
    use crate::ui::cx::Services;
    use crate::ui::tab::TabKey;
    use crate::ui::tab::connection::fields::config_of;
    use crate::ui::tab::connection::panel::PendingRequest;
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{Source, Tab};
    use crate::util::clock;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::TabKind;
    use std::path::Path;
    use std::sync::Arc;
    use std::task::{Wake, Waker};
    use std::time::{Duration, Instant};

    /// The thread that wakes this ends by a panic.
    struct Fault;

    impl Wake for Fault {
        fn wake(self: Arc<Self>) {
            panic!("a fault, made by a test");
        }
    }

    /// A session whose thread ended while its levels still say that it listens.
    fn broken_session(tab: &mut Tab, folder: &Path) -> SessionHandle {
        let settings = &mut tab.settings;
        (settings.local_host, settings.local_port) = ("127.0.0.1".to_owned(), "0".to_owned());
        let config = config_of(settings).unwrap();
        let info = JournalInfo {
            session_name: TimeFormat::local().text(clock::now().wall_ns),
            kind: Some(config.kind()),
            program: String::new(),
            encoding: None,
            split: None,
            created: clock::now(),
        };
        let engine = Engine::new(Waker::from(Arc::new(Fault))).unwrap();
        let session = engine.create_session(&folder.join("broken.skj"), &info).unwrap();
        session.send(Command::Open(Box::new(config))).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while session.is_alive() {
            assert!(Instant::now() < deadline, "the thread goes on");
            std::thread::yield_now();
        }
        assert!(matches!(session.shared().status().state, SessionState::Listening { .. }));
        session
    }

    #[test]
    fn a_session_whose_thread_has_ended_is_closed_and_can_be_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        let session = broken_session(&mut tab, folder.path());
        tab.status = session.shared().status();
        tab.source = Source::Live(session);
        let now = Instant::now();
        let times = (now, now + Duration::from_secs(1));
        take_in(&mut tab, true, times, &mut cx);
        assert!(!tab.is_open());
        let said = cx.notices.said().to_owned();
        assert!(said.contains("ended by a fault"), "{said}");
        cx.notices.info("something else");
        take_in(&mut tab, true, times, &mut cx);
        assert_eq!(cx.notices.said(), "something else", "it is said once");
    }

    #[test]
    fn only_what_a_person_asked_for_is_refused_aloud() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        let gone = || Event::Rejected { ticket: Ticket(7), why: Rejection::PeerGone(PeerId::FIRST) };
        tab.panel.note_pending(Ticket(7), PendingRequest::Facts);
        take_event(&mut tab, gone(), &mut cx);
        assert_eq!(cx.notices.said(), "");
        take_event(&mut tab, gone(), &mut cx);
        assert_eq!(cx.notices.said(), "Peer 1 is not there any more.");
    }
}
