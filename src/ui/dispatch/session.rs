//! What is asked of one tab becomes commands to its session.

use crate::codec::time::{TimeFormat, TimePrecision};
use crate::engine::command::{CloseKind, Command, Target};
use crate::journal::JournalInfo;
use crate::journal::format::FILE_EXTENSION;
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::Origin;
use crate::model::socket_option::{OptionName, OptionValue, SocketOption};
use crate::ui::action::{TabAction, TabKey};
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{export, file, replies, rows, tabs, watch};
use crate::ui::sheet::Rows;
use crate::ui::state::composer::compose;
use crate::ui::state::connection::{FieldProblem, config_of, parse_group, split_endpoint};
use crate::ui::state::modal::{Modal, Quick};
use crate::ui::state::obstacle::Obstacle;
use crate::ui::state::panel::Wish;
use crate::ui::state::peers::SendTo;
use crate::ui::state::tab::{Source, Tab};
use crate::ui::text;
use crate::ui::trouble;
use crate::util::PROGRAM;
use crate::util::clock;
use crate::workspace::sending::{QuickSend, SentText};
use crate::workspace::tabs::TabKind;
use std::path::PathBuf;
use std::time::Duration;

/// Brings about one outcome for one tab.
pub(super) fn apply(app: &mut App, key: TabKey, action: TabAction) {
    match action {
        TabAction::ToggleOpen => toggle_open(app, key),
        TabAction::StopListening => send_command(app, key, Command::StopListening),
        TabAction::ListenAgain => send_command(app, key, Command::ListenAgain),
        TabAction::Send => send(app, key),
        TabAction::SendQuick(place) => send_quick(app, key, place),
        TabAction::SendQuickOfKey(name) => send_quick_of_key(app, key, name),
        TabAction::StartRepeat => start_repeat(app, key),
        TabAction::StopRepeat => send_command(app, key, Command::StopRepeat),
        TabAction::SetEcho(echo) => {
            with_tab(app, key, |tab| tab.settings.composer.echo = echo);
            replies::arm(app, key);
        }
        TabAction::AskFile => file::ask(app, key),
        TabAction::CancelFile => file::cancel(app, key),
        TabAction::DropPasted => file::discard_pasted(app, key),
        TabAction::HistoryBack => walk_history(app, key, true),
        TabAction::HistoryForward => walk_history(app, key, false),
        TabAction::AddQuick => add_quick(app, key),
        TabAction::EditQuick(place) => {
            if let Some(written) = app.state.sending.quick.get(place).cloned() {
                app.state.modal = Some(Modal::Quick(Quick { place: Some(place), written, has_tried: true }));
            }
        }
        TabAction::MoveQuick { from, by } => tabs::move_quick(app, from, by),
        TabAction::RemoveQuick(place) => tabs::ask_to_remove_quick(app, place),
        TabAction::AskReplies => replies::ask(app, key),
        TabAction::SelectPeer(peer) => with_tab(app, key, |tab| {
            tab.peers.send_to = peer.map_or(SendTo::All, SendTo::peer);
            tab.facts_asked_at = None;
        }),
        TabAction::TogglePeer(peer) => with_tab(app, key, |tab| {
            tab.peers.send_to.toggle(peer);
            tab.facts_asked_at = None;
        }),
        TabAction::SelectRemote => with_tab(app, key, |tab| tab.peers.send_to = SendTo::Standard),
        TabAction::ClosePeer(peer) => close_peer(app, key, peer, CloseKind::Fin),
        TabAction::ResetPeer(peer) => close_peer(app, key, peer, CloseKind::Reset),
        TabAction::FinishPeer(peer) => {
            send_command(app, key, Command::ShutDownWrite(Target::Peers(vec![peer])));
        }
        TabAction::SetBroadcast(is_on) => set_broadcast(app, key, is_on),
        TabAction::JoinGroup(text) => join_group(app, key, text),
        TabAction::LeaveGroup(place) => leave_group(app, key, place),
        TabAction::SetOption(text) => set_option(app, key, text),
        TabAction::ForgetOption(place) => with_tab(app, key, |tab| {
            if place < tab.settings.options.len() {
                tab.settings.options.remove(place);
            }
        }),
        TabAction::ShowFind => rows::show_find(app, key),
        TabAction::HideFind => rows::hide_find(app, key),
        TabAction::StartFind => rows::start_find(app, key),
        TabAction::FindNext => rows::step_find(app, key, true),
        TabAction::FindPrevious => rows::step_find(app, key, false),
        TabAction::ShowOnlyMatches(is_on) => rows::show_only_matches(app, key, is_on),
        TabAction::ApplyFilter => rows::apply_filter(app, key),
        TabAction::ClearView => rows::clear_view(app, key),
        TabAction::ShowCleared => rows::show_cleared(app, key),
        TabAction::Sheet(action) => rows::sheet_action(app, key, action),
        TabAction::AskSave => export::ask_for_tab(app, key, false),
        TabAction::AskSaveRaw => export::ask_for_tab(app, key, true),
        TabAction::Watch => watch::start(app, key),
        TabAction::ToggleFollowing => with_tab(app, key, |tab| {
            let next = tab.rows.as_ref().map_or(RecordId(0), Rows::next_record);
            tab.sheet.toggle_following(next);
        }),
        TabAction::AskGoTo => rows::ask_go_to(app, key),
        TabAction::SetTimeFormat(format) => {
            app.state.settings.time_format = format;
            for tab in &mut app.state.tabs {
                tab.sheet.forget_widths();
            }
        }
        TabAction::ResetCounters => with_tab(app, key, |tab| tab.meter.reset(&tab.status.counters)),
    }
}

pub(super) fn with_tab(app: &mut App, key: TabKey, change: impl FnOnce(&mut Tab)) {
    if let Some(tab) = app.state.tab_mut(key) {
        change(tab);
    }
}

/// Hands a command to a tab's session; tells the person when it takes none.
pub(super) fn send_command(app: &mut App, key: TabKey, command: Command) {
    if let Some(Err(_)) = app.state.tab(key).and_then(Tab::session).map(|session| session.send(command)) {
        let line = app.state.locale().text("rejected.busy");
        app.tell(Told::Bad, line);
    }
}

/// The same for what was asked by way of a field: a refusal is said beside it.
fn send_wish(app: &mut App, key: TabKey, command: Command, wish: Wish) {
    let ticket = app.state.tab(key).and_then(Tab::session).map(|session| session.send(command));
    match ticket {
        Some(Ok(ticket)) => with_tab(app, key, |tab| {
            tab.panel.refusal = None;
            tab.panel.wish(ticket, wish);
        }),
        Some(Err(_)) => app.tell(Told::Bad, app.state.locale().text("rejected.busy")),
        None => {}
    }
}

/// To whom a send of this tab goes. Where the fields name nobody, the person is told why nothing goes out.
pub(super) fn target_of(app: &mut App, key: TabKey) -> Option<Target> {
    let locale = app.state.locale();
    match app.state.tab(key)?.target() {
        Ok(target) => Some(target),
        Err(problems) => {
            let why: Vec<String> =
                problems.iter().map(|FieldProblem { problem, .. }| text::problem(locale, problem)).collect();
            app.tell(Told::Bad, locale.format("toast.not_sent", &[("why", &why.join("\n"))]));
            None
        }
    }
}

/// Puts bytes on their way to whom this tab sends. Says whether the session was asked.
pub(super) fn send_payload(app: &mut App, key: TabKey, payload: Vec<u8>) -> bool {
    let Some(target) = target_of(app, key) else { return false };
    send_command(app, key, Command::Send { target, payload, origin: Origin::User });
    true
}

fn close_peer(app: &mut App, key: TabKey, peer: PeerId, how: CloseKind) {
    send_command(app, key, Command::ClosePeers { target: Target::Peers(vec![peer]), how });
}

fn toggle_open(app: &mut App, key: TabKey) {
    match app.state.tab(key) {
        Some(tab) if tab.is_kept() => {}
        Some(tab) if tab.is_open() => send_command(app, key, Command::Close),
        Some(_) => open(app, key),
        None => {}
    }
}

fn open(app: &mut App, key: TabKey) {
    let locale = app.state.locale();
    let Some(tab) = app.state.tab_mut(key) else { return };
    tab.panel.has_tried = true;
    tab.panel.refusal = None;
    split_endpoint(&mut tab.settings.local_host, &mut tab.settings.local_port);
    split_endpoint(&mut tab.settings.remote_host, &mut tab.settings.remote_port);
    let Ok(config) = config_of(&tab.settings) else { return };
    tab.panel.tried_with = Some(tab.settings.clone());
    if tab.session().is_none_or(|session| !session.is_alive()) {
        let info = JournalInfo {
            session_name: text::tab_title(locale, &tab.settings),
            kind: Some(config.kind()),
            program: PROGRAM.to_owned(),
            created: clock::now(),
        };
        let path = new_journal_path(app);
        match app.engine.create_session(&path, &info) {
            Ok(session) => {
                with_tab(app, key, |tab| tab.panel.forget_wishes());
                rows::begin(app, key, Source::Live(session));
            }
            Err(error) => {
                app.tell(Told::Bad, trouble::session(locale, &error));
                return;
            }
        }
    }
    replies::arm(app, key);
    send_command(app, key, Command::Open(Box::new(config)));
}

/// A new file, named after this moment.
fn new_journal_path(app: &App) -> PathBuf {
    let moment = TimeFormat::local().dated().with_precision(TimePrecision::Millis).text(clock::now().wall_ns);
    let stem = moment.replace([':', '.'], "-").replace(' ', "_");
    let folder = &app.profile.sessions_folder;
    let mut path = folder.join(format!("{stem}.{FILE_EXTENSION}"));
    let mut number = 2;
    while path.exists() {
        path = folder.join(format!("{stem}-{number}.{FILE_EXTENSION}"));
        number += 1;
    }
    path
}

fn send(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key).filter(|tab| !tab.is_kept()) else { return };
    let is_pasted = tab.composer.pasted.is_some();
    // A datagram goes out whole or not at all.
    if tab.is_open() && is_pasted && tab.settings.kind != TabKind::Udp {
        file::send_pasted(app, key);
        return;
    }
    let Some(payload) = written_payload(app, key) else { return };
    if !send_payload(app, key, payload) || is_pasted {
        return;
    }
    let Some(tab) = app.state.tab_mut(key) else { return };
    tab.composer.steps_back = 0;
    let composer = &tab.settings.composer;
    let sent = SentText { text: composer.draft.clone(), input: composer.input };
    app.state.sending.remember(sent);
}

/// The bytes of what is being written, if they can go out now; the person is told why not.
fn written_payload(app: &mut App, key: TabKey) -> Option<Vec<u8>> {
    let locale = app.state.locale();
    let tab = app.state.tab_mut(key)?;
    if !tab.is_open() {
        app.tell(Told::Bad, locale.text("toast.not_open"));
        return None;
    }
    let encoding = tab.encoding();
    let kind = tab.settings.kind;
    match tab.composer.payload(&tab.settings.composer, encoding, kind) {
        Ok(composition) => Some(composition.bytes().to_vec()),
        Err(obstacle) => {
            let told = if obstacle == Obstacle::Nothing { Told::Plain } else { Told::Bad };
            app.tell(told, text::obstacle(locale, &obstacle));
            None
        }
    }
}

fn send_quick_of_key(app: &mut App, key: TabKey, name: &str) {
    if let Some(place) = app.state.sending.quick_of_key(name) {
        send_quick(app, key, place);
    }
}

fn send_quick(app: &mut App, key: TabKey, place: usize) {
    let Some(quick) = app.state.sending.quick.get(place).cloned() else { return };
    let locale = app.state.locale();
    let Some(tab) = app.state.tab(key).filter(|tab| !tab.is_kept()) else { return };
    if !tab.is_open() {
        app.tell(Told::Bad, locale.text("toast.not_open"));
        return;
    }
    match compose(&quick.text, quick.input, &quick.append, &quick.checksum, tab.encoding()) {
        Ok(composition) => {
            send_payload(app, key, composition.into_bytes());
        }
        Err(error) => {
            app.tell(Told::Bad, format!("{}: {}", quick.name, text::compose_error(locale, &error)));
        }
    }
}

fn start_repeat(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key) else { return };
    let Ok(millis) = tab.settings.composer.every_millis.trim().parse::<u64>() else { return };
    if tab.composer.pasted.is_some() {
        // It goes out by way of a file, and what is being written is not seen now.
        app.tell(Told::Bad, app.state.locale().text("repeat.pasted"));
        return;
    }
    let Some(payload) = written_payload(app, key) else { return };
    let Some(target) = target_of(app, key) else { return };
    let every = Duration::from_millis(millis.max(1));
    send_command(
        app,
        key,
        Command::StartRepeat { target, payloads: vec![payload.into()], every, times: None },
    );
}

fn walk_history(app: &mut App, key: TabKey, is_back: bool) {
    let sending = &app.state.sending;
    if let Some(tab) = app.state.tabs.iter_mut().find(|tab| tab.key == key) {
        tab.composer.walk_history(&mut tab.settings.composer, sending, is_back);
    }
}

/// A new quick send begins as what is being written.
fn add_quick(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key) else { return };
    let composer = &tab.settings.composer;
    let written = QuickSend {
        text: composer.draft.clone(),
        input: composer.input,
        append: composer.append.clone(),
        checksum: composer.checksum.clone(),
        key: Some(app.state.sending.free_key().to_owned()),
        ..QuickSend::default()
    };
    app.state.modal = Some(Modal::Quick(Quick { place: None, written, has_tried: false }));
}

fn set_broadcast(app: &mut App, key: TabKey, is_on: bool) {
    let mut is_open = false;
    with_tab(app, key, |tab| {
        is_open = tab.is_open();
        tab.settings.broadcast = is_on;
        tab.panel.refusal = None;
    });
    if is_open {
        let option = SocketOption { name: OptionName::Broadcast, value: OptionValue::Flag(is_on) };
        send_command(app, key, Command::SetOption(option));
    }
}

fn join_group(app: &mut App, key: TabKey, text: String) {
    let Ok(group) = parse_group(&text) else { return };
    let Some(tab) = app.state.tab_mut(key) else { return };
    tab.panel.refusal = None;
    if tab.settings.groups.contains(&text) {
        return;
    }
    tab.settings.groups.push(text.clone());
    if tab.is_open() {
        send_wish(app, key, Command::JoinGroup(group), Wish::Group(text));
    }
}

fn leave_group(app: &mut App, key: TabKey, place: usize) {
    let Some(tab) = app.state.tab_mut(key).filter(|tab| place < tab.settings.groups.len()) else { return };
    let text = tab.settings.groups.remove(place);
    if tab.is_open()
        && let Ok(group) = parse_group(&text)
    {
        send_command(app, key, Command::LeaveGroup(group));
    }
}

fn set_option(app: &mut App, key: TabKey, text: String) {
    let Ok(option) = text.parse::<SocketOption>() else { return };
    let name = text.split('=').next().unwrap_or_default().to_owned();
    let Some(tab) = app.state.tab_mut(key) else { return };
    let is_same = |earlier: &String| earlier.split('=').next() == Some(name.as_str());
    let place = tab.settings.options.iter().position(is_same);
    let replaced = place.map(|place| tab.settings.options.remove(place));
    tab.settings.options.retain(|earlier| !is_same(earlier));
    tab.settings.options.push(text.clone());
    tab.panel.option_draft.clear();
    tab.panel.value_draft.clear();
    tab.panel.refusal = None;
    if tab.is_open() {
        let wish = Wish::Option { text, replaced };
        send_wish(app, key, Command::SetOption(option), wish);
    }
}
