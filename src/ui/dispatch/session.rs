//! What is asked of one tab becomes commands to its session.

use crate::automation::responder::Responder;
use crate::codec::time::{TimeFormat, TimePrecision};
use crate::engine::command::{CloseKind, Command, Target};
use crate::journal::JournalInfo;
use crate::journal::format::FILE_EXTENSION;
use crate::model::ids::PeerId;
use crate::model::record::Origin;
use crate::ui::action::{TabAction, TabKey};
use crate::ui::app::{App, Told};
use crate::ui::dispatch::{file, rows, save};
use crate::ui::state::composer::compose;
use crate::ui::state::connection::{config_of, parse_group};
use crate::ui::state::modal::{Modal, Quick};
use crate::ui::state::peers::SendTo;
use crate::ui::state::tab::{Source, Tab};
use crate::ui::text;
use crate::util::clock;
use crate::workspace::sending::{QuickSend, SentText};
use crate::workspace::tabs::TabKind;
use egui::Context;
use std::path::PathBuf;
use std::time::Duration;

/// Brings about one outcome for one tab.
pub(super) fn apply(app: &mut App, key: TabKey, action: TabAction, ctx: &Context) {
    match action {
        TabAction::ToggleOpen => toggle_open(app, key),
        TabAction::StopListening => send_command(app, key, Command::StopListening),
        TabAction::Send => send(app, key),
        TabAction::SendQuick(place) => send_quick(app, key, place),
        TabAction::StartRepeat => start_repeat(app, key),
        TabAction::StopRepeat => send_command(app, key, Command::StopRepeat),
        TabAction::SetEcho(echo) => {
            with_tab(app, key, |tab| tab.settings.composer.echo = echo);
            set_responder(app, key);
        }
        TabAction::AskFile => file::ask(app, key),
        TabAction::CancelFile => file::cancel(app, key),
        TabAction::DropPasted => with_tab(app, key, |tab| tab.composer.pasted = None),
        TabAction::HistoryBack => walk_history(app, key, true),
        TabAction::HistoryForward => walk_history(app, key, false),
        TabAction::AddQuick => add_quick(app, key),
        TabAction::EditQuick(place) => {
            if let Some(quick) = app.state.sending.quick.get(place).cloned() {
                app.state.modal = Some(Modal::Quick(Quick { place: Some(place), quick }));
            }
        }
        TabAction::SelectPeer(peer) => with_tab(app, key, |tab| {
            tab.peers.send_to = peer.map_or(SendTo::All, SendTo::Peer);
            tab.facts_asked_at = None;
        }),
        TabAction::SelectRemote => with_tab(app, key, |tab| tab.peers.send_to = SendTo::Standard),
        TabAction::ClosePeer(peer) => close_peer(app, key, peer, CloseKind::Fin),
        TabAction::ResetPeer(peer) => close_peer(app, key, peer, CloseKind::Reset),
        TabAction::FinishPeer(peer) => {
            send_command(app, key, Command::ShutDownWrite(Target::Peers(vec![peer])));
        }
        TabAction::JoinGroup(text) => join_group(app, key, text),
        TabAction::LeaveGroup(place) => leave_group(app, key, place),
        TabAction::SetOption(text) => set_option(app, key, text),
        TabAction::ForgetOption(place) => with_tab(app, key, |tab| {
            if place < tab.settings.options.len() {
                tab.settings.options.remove(place);
            }
        }),
        TabAction::ShowFind => with_tab(app, key, |tab| {
            tab.find.is_shown = true;
            tab.find.wants_focus = true;
        }),
        TabAction::HideFind => rows::hide_find(app, key),
        TabAction::StartFind => rows::start_find(app, key),
        TabAction::FindNext => rows::step_find(app, key, true),
        TabAction::FindPrevious => rows::step_find(app, key, false),
        TabAction::ApplyFilter => rows::apply_filter(app, key),
        TabAction::ClearView => rows::clear_view(app, key),
        TabAction::ShowCleared => rows::show_cleared(app, key),
        TabAction::Sheet(action) => rows::sheet_action(app, key, action, ctx),
        TabAction::AskSave => save::ask_for_tab(app, key, false),
        TabAction::AskSaveRaw => save::ask_for_tab(app, key, true),
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
    let Some(session) = app.state.tab(key).and_then(Tab::session) else { return };
    if session.send(command).is_err() {
        let line = app.state.locale().text("rejected.busy");
        app.tell(Told::Bad, line);
    }
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
    let Ok(config) = config_of(&tab.settings) else { return };
    tab.panel.tried_with = Some(tab.settings.clone());
    if tab.session().is_none_or(|session| !session.is_alive()) {
        let info = JournalInfo {
            session_name: text::tab_title(locale, &tab.settings),
            kind: Some(config.kind()),
            program: concat!("Sockscope ", env!("CARGO_PKG_VERSION")).to_owned(),
            created: clock::now(),
        };
        let path = new_journal_path(app);
        match app.engine.create_session(&path, &info) {
            Ok(session) => rows::begin(app, key, Source::Live(session)),
            Err(error) => {
                app.tell(Told::Bad, error.to_string());
                return;
            }
        }
    }
    set_responder(app, key);
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
    if app.state.tab(key).is_some_and(|tab| tab.composer.pasted.is_some()) {
        file::send_pasted(app, key);
        return;
    }
    let Some(tab) = app.state.tab_mut(key) else { return };
    if !tab.is_open() {
        return;
    }
    let encoding = tab.encoding();
    let Ok(composition) = tab.composer.preview(&tab.settings.composer, encoding).clone() else { return };
    let is_empty_stream = composition.bytes().is_empty() && tab.settings.kind != TabKind::Udp;
    if is_empty_stream {
        return;
    }
    let sent = SentText { text: tab.settings.composer.draft.clone(), input: tab.settings.composer.input };
    tab.composer.steps_back = 0;
    let command = Command::Send {
        target: tab.peers.target(&tab.settings),
        payload: composition.into_bytes(),
        origin: Origin::User,
    };
    app.state.sending.remember(sent);
    send_command(app, key, command);
}

fn send_quick(app: &mut App, key: TabKey, place: usize) {
    let Some(quick) = app.state.sending.quick.get(place).cloned() else { return };
    let locale = app.state.locale();
    let Some(tab) = app.state.tab(key).filter(|tab| tab.is_open()) else { return };
    match compose(&quick.text, quick.input, &quick.append, &quick.checksum, tab.encoding()) {
        Ok(composition) => {
            let command = Command::Send {
                target: tab.peers.target(&tab.settings),
                payload: composition.into_bytes(),
                origin: Origin::User,
            };
            send_command(app, key, command);
        }
        Err(error) => {
            app.tell(Told::Bad, format!("{}: {}", quick.name, text::compose_error(locale, &error)));
        }
    }
}

fn start_repeat(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab_mut(key) else { return };
    let encoding = tab.encoding();
    let Ok(composition) = tab.composer.preview(&tab.settings.composer, encoding).clone() else { return };
    let Ok(millis) = tab.settings.composer.every_millis.trim().parse::<u64>() else { return };
    let command = Command::StartRepeat {
        target: tab.peers.target(&tab.settings),
        payloads: vec![composition.into_bytes()],
        every: Duration::from_millis(millis.max(1)),
        times: None,
    };
    send_command(app, key, command);
}

fn set_responder(app: &mut App, key: TabKey) {
    let Some(tab) = app.state.tab(key) else { return };
    let responder = Responder { echo: tab.settings.composer.echo, ..Responder::default() };
    send_command(app, key, Command::SetResponder(Box::new(responder)));
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
    let quick = QuickSend {
        text: composer.draft.clone(),
        input: composer.input,
        append: composer.append.clone(),
        checksum: composer.checksum.clone(),
        ..QuickSend::default()
    };
    app.state.modal = Some(Modal::Quick(Quick { place: None, quick }));
}

fn join_group(app: &mut App, key: TabKey, text: String) {
    let Ok(group) = parse_group(&text) else { return };
    let mut is_open = false;
    with_tab(app, key, |tab| {
        is_open = tab.is_open();
        if !tab.settings.groups.contains(&text) {
            tab.settings.groups.push(text);
        }
    });
    if is_open {
        send_command(app, key, Command::JoinGroup(group));
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
    let Ok(option) = text.parse() else { return };
    let name = text.split('=').next().unwrap_or_default().to_owned();
    let Some(tab) = app.state.tab_mut(key) else { return };
    tab.settings.options.retain(|earlier| earlier.split('=').next() != Some(name.as_str()));
    tab.settings.options.push(text);
    tab.panel.option_draft.clear();
    tab.panel.value_draft.clear();
    if tab.is_open() {
        send_command(app, key, Command::SetOption { option, peer: None });
    }
}
