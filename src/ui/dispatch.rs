//! Brings about what views asked for, between frames, and takes in what is new: each outcome is passed on to the part
//! that is meant, with what it needs to know and no more. It draws nothing.

use crate::engine::command::{CloseKind, Command};
use crate::ui::action::{Action, TabAction, TabKey};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::export;
use crate::ui::import;
use crate::ui::look;
use crate::ui::pages::Modal;
use crate::ui::palette::Palette;
use crate::ui::quick_sends::{self, Quick};
use crate::ui::sessions;
use crate::ui::state::{AppState, Page};
use crate::ui::tab::composer::file::{self, SendFile};
use crate::ui::tab::peers::{self, SendTo};
use crate::ui::tab::session::send_command;
use crate::ui::tab::{Tab, answers, composer, connection, news, opening, rows};
use crate::ui::tabs;
use crate::ui::tabs::rename::Rename;
use crate::ui::watch;
use crate::ui::workspace;
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::TabKind;
use egui::{Context, ViewportCommand};
use std::path::Path;
use std::time::{Duration, Instant};

/// Brings about one outcome.
pub(super) fn apply(state: &mut AppState, action: Action, ctx: &Context, cx: &mut Cx<'_>) {
    match action {
        Action::OnTab(tab, action) => apply_to_tab(state, tab, action, cx),
        Action::InFront(action) => apply_to_tab(state, state.tabs.keyboard_tab(), action, cx),
        Action::NewTab(kind) => {
            let settings = state.tabs.fresh_settings(kind);
            let key = state.tabs.add(settings);
            state.activate(key);
        }
        Action::Activate(tab) => state.activate(tab),
        Action::CloseTab(tab) => match state.tabs.get(tab) {
            Some(found) if found.is_open() => state.modal = Some(Modal::ConfirmClose(tab)),
            _ => close_tab(state, tab, cx),
        },
        Action::CloseTabAnyway(tab) => close_tab(state, tab, cx),
        Action::ReopenTab => {
            activate_found(state, |state| tabs::reopen(&mut state.tabs));
            // Its last session is offered in it.
            state.sessions.read_list(cx);
        }
        Action::DuplicateTab(tab) => activate_found(state, |state| tabs::duplicate(&mut state.tabs, tab)),
        Action::ActivatePlace(place) => {
            activate_found(state, |state| state.tabs.iter().nth(place).map(|tab| tab.key));
        }
        Action::NextTab => activate_found(state, |state| tabs::neighbour(&state.tabs, 1)),
        Action::PreviousTab => activate_found(state, |state| tabs::neighbour(&state.tabs, -1)),
        Action::AskTabName(tab) => {
            if let Some(tab) = state.tabs.get(tab) {
                state.modal = Some(Modal::Rename(Rename::of(tab, cx.locale)));
            }
        }
        Action::RenameTab { tab, name } => {
            state.modal = None;
            if let Some(tab) = state.tabs.get_mut(tab) {
                name.trim().clone_into(&mut tab.settings.name);
            }
        }
        Action::MoveTab { tab, to } => state.tabs.move_to(tab, to),
        Action::ShiftTab(by) => tabs::shift(&mut state.tabs, by),
        Action::ToggleBeside(tab) => tabs::toggle_beside(&mut state.tabs, tab),
        Action::ShowSessions(_)
        | Action::RefreshSessions
        | Action::OpenSession(_)
        | Action::KeepSession { .. }
        | Action::AskDeleteSession(_)
        | Action::DeleteSession(_)
        | Action::SetRetention { .. } => apply_to_sessions(state, action, cx),
        Action::RefreshAddresses => state.addresses = workspace::own_addresses_now(cx),
        Action::CopyText(text) => {
            cx.clipboard.put(text);
            cx.notices.info(cx.locale.text("toast.copied"));
        }
        Action::ToggleInspector
        | Action::ZoomBy(_)
        | Action::ZoomReset
        | Action::ToggleFullScreen
        | Action::SetLanguage(_)
        | Action::SetTheme(_)
        | Action::QuitAnyway => apply_to_window(state, &action, ctx),
        page_action => apply_to_page(state, page_action, cx),
    }
}

/// What concerns the window as such.
fn apply_to_window(state: &mut AppState, action: &Action, ctx: &Context) {
    match *action {
        Action::ToggleInspector => state.settings.inspector = state.inspector.toggle(),
        Action::ZoomBy(points) => set_zoom(state, look::zoomed(&state.settings, points), ctx),
        Action::ZoomReset => set_zoom(state, 100, ctx),
        Action::ToggleFullScreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        Action::SetLanguage(language) => {
            state.language = language;
            language.tag().clone_into(&mut state.settings.language);
        }
        Action::SetTheme(theme) => {
            state.theme = theme;
            state.settings.theme = theme;
            ctx.set_theme(look::preference(theme));
        }
        Action::QuitAnyway => {
            state.may_quit = true;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        _ => {}
    }
}

/// What concerns earlier sessions.
fn apply_to_sessions(state: &mut AppState, action: Action, cx: &mut Cx<'_>) {
    match action {
        Action::ShowSessions(true) => {
            state.page = Page::Sessions;
            state.sessions.read_list(cx);
        }
        Action::ShowSessions(false) => state.page = Page::Tabs,
        Action::RefreshSessions => state.sessions.read_list(cx),
        Action::OpenSession(path) => open_session(state, &path, cx),
        Action::KeepSession { path, keep } => state.sessions.set_kept(&path, keep, cx),
        Action::AskDeleteSession(path) => state.modal = Some(Modal::ConfirmDelete(path)),
        Action::DeleteSession(path) => {
            state.modal = None;
            let shown = sessions::shown_at(&state.tabs, &path).and_then(|key| state.tabs.remove(key));
            state.sessions.delete(&path, shown, cx);
        }
        Action::SetRetention { days, mib } => {
            state.settings.retention_days = days;
            state.settings.retention_mib = mib;
        }
        _ => {}
    }
}

fn activate_found(state: &mut AppState, find: impl FnOnce(&mut AppState) -> Option<TabKey>) {
    if let Some(key) = find(state) {
        state.activate(key);
    }
}

fn close_tab(state: &mut AppState, key: TabKey, cx: &mut Cx<'_>) {
    state.modal = None;
    let was_active = state.tabs.active == key;
    tabs::close(&mut state.tabs, key, cx);
    if was_active {
        // Its neighbour has come to the front.
        state.page = Page::Tabs;
    }
}

fn open_session(state: &mut AppState, path: &Path, cx: &mut Cx<'_>) {
    match sessions::shown_at(&state.tabs, path) {
        Some(key) => state.activate(key),
        None => state.sessions.open(path, None, cx),
    }
}

fn set_zoom(state: &mut AppState, percent: u32, ctx: &Context) {
    state.settings.zoom_percent = percent;
    look::apply_zoom(ctx, &state.settings);
}

/// What concerns the page in front, or brings one there.
fn apply_to_page(state: &mut AppState, action: Action, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, sending, export, import, watching, files, times, .. } = state;
    match (action, &mut *modal) {
        (Action::ShowHelp, _) => *modal = Some(Modal::Help),
        (Action::ShowAbout, _) => *modal = Some(Modal::About),
        (Action::ShowPalette, _) => {
            let tab = (state.page == Page::Tabs).then(|| tabs.keyboard_tab());
            *modal = Some(Modal::Palette(Palette::new(tab.and_then(|key| tabs.get(key)), tabs, cx.locale)));
        }
        (Action::CloseModal, _) if std::mem::take(&mut state.asks_quit) => {}
        // Work that a page shows is stopped first, and the page stays to tell so.
        (Action::CloseModal, Some(Modal::Export(page))) if page.progress.is_some() => export::cancel(export),
        (Action::CloseModal, Some(Modal::Import(page))) if page.progress.is_some() => {
            import::cancel(import.as_ref());
        }
        (Action::CloseModal, _) => *modal = None,
        (Action::Browse, Some(page)) => {
            if let Some(field) = page.path_mut() {
                cx.dialogs.browse(field, cx.locale);
            }
        }
        (Action::ExportSession(path), _) => {
            let encoding = tabs.front().map(|tab| tab.settings.encoding.clone()).unwrap_or_default();
            let page = export::page_for_file(&path, &encoding, settings, export, cx);
            show_page(modal, page.map(|page| Modal::Export(Box::new(page))));
        }
        (Action::StartExport, Some(Modal::Export(page))) => export::start(page, export, tabs, settings, cx),
        (Action::CancelExport, _) => export::cancel(export),
        (Action::AskImport, _) if import.is_none() => *modal = Some(Modal::Import(import::page(cx))),
        (Action::StartImport, Some(Modal::Import(page))) => *import = import::start(page, cx),
        (Action::CancelImport, _) => import::cancel(import.as_ref()),
        (Action::StartWatch, _) => {
            if let Some(Modal::Watch(page)) = modal.take() {
                *modal = watch::start_chosen(&page, tabs, settings, watching, cx).map(Modal::Watch);
            }
        }
        (Action::StartFile, Some(Modal::SendFile(page))) => file::start(page, files, cx),
        (Action::SaveAnswers, _) => {
            if let Some(Modal::Answers(page)) = modal.take()
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                answers::save(tab, page, cx);
            }
        }
        (Action::GoTo, Some(Modal::GoTo(page))) => {
            let tab = tabs.get_mut(page.tab);
            if tab.is_none_or(|tab| rows::go_to(page, tab, times, cx)) {
                *modal = None;
            }
        }
        (Action::SaveQuick, _) => {
            if let Some(Modal::Quick(page)) = modal.take() {
                quick_sends::save(&mut sending.quick, page);
            }
        }
        (Action::RemoveQuick, Some(Modal::Quick(Quick { place, .. }))) => {
            *modal = place.and_then(|place| removal_page(&sending.quick, place));
        }
        (Action::RemoveQuickAnyway(place), _) => {
            *modal = None;
            quick_sends::remove(&mut sending.quick, place);
        }
        _ => {}
    }
}

fn show_page(modal: &mut Option<Modal>, page: Option<Modal>) {
    if page.is_some() {
        *modal = page;
    }
}

/// A quick send is shared by all tabs and cannot be brought back: the person is asked.
fn removal_page(quick: &[QuickSend], place: usize) -> Option<Modal> {
    quick.get(place).map(|quick| Modal::ConfirmRemoveQuick { place, name: quick.name.clone() })
}

/// Brings about one outcome for one tab.
fn apply_to_tab(state: &mut AppState, key: TabKey, action: TabAction, cx: &mut Cx<'_>) {
    if let TabAction::SetTimeFormat(format) = action {
        state.settings.time_format = format;
        state.tabs.iter_mut().for_each(|tab| tab.sheet.forget_widths());
        return;
    }
    if action == TabAction::ShowLastSession {
        let last = state.tabs.get(key).and_then(|tab| tab.last_session.as_ref());
        if let Some(path) = last.map(|last| last.path.clone()) {
            open_session(state, &path, cx);
        }
        return;
    }
    let AppState { modal, tabs, settings, sending, export, watching, files, .. } = state;
    let Some(tab) = tabs.get_mut(key) else { return };
    match action {
        // A datagram goes out whole or not at all.
        TabAction::Send
            if tab.is_open() && tab.composer.pasted.is_some() && tab.settings.kind != TabKind::Udp =>
        {
            file::send_pasted(tab, files, cx);
        }
        TabAction::Send => composer::send(tab, sending, cx),
        TabAction::SendQuick(place) => {
            if let Some(quick) = sending.quick.get(place) {
                composer::send_quick(tab, quick, cx);
            }
        }
        TabAction::SendQuickOfKey(name) => {
            if let Some(quick) = sending.quick_of_key(name).and_then(|place| sending.quick.get(place)) {
                composer::send_quick(tab, quick, cx);
            }
        }
        TabAction::HistoryBack => tab.composer.walk_history(&mut tab.settings.composer, sending, true),
        TabAction::HistoryForward => tab.composer.walk_history(&mut tab.settings.composer, sending, false),
        TabAction::AddQuick => *modal = Some(Modal::Quick(quick_sends::new_page(tab, sending))),
        TabAction::EditQuick(place) => {
            if let Some(written) = sending.quick.get(place).cloned() {
                *modal = Some(Modal::Quick(Quick { place: Some(place), written, has_tried: true }));
            }
        }
        TabAction::MoveQuick { from, by } => quick_sends::move_by(&mut sending.quick, from, by),
        TabAction::RemoveQuick(place) => show_page(modal, removal_page(&sending.quick, place)),
        TabAction::DropPasted => file::discard_pasted(tab, files),
        TabAction::AskFile => *modal = Some(Modal::SendFile(SendFile::of(tab, cx))),
        TabAction::AskAnswers => *modal = Some(Modal::Answers(answers::page(tab))),
        TabAction::AskSave | TabAction::AskSaveRaw => {
            let is_raw = action == TabAction::AskSaveRaw;
            let page = export::page_for_tab(tab, is_raw, settings, export, cx);
            show_page(modal, page.map(|page| Modal::Export(Box::new(page))));
        }
        TabAction::AskGoTo => show_page(modal, rows::go_to_page(tab, cx).map(Modal::GoTo)),
        TabAction::Watch => {
            show_page(modal, watch::start(tab, settings, watching, cx).map(Modal::Watch));
        }
        action => apply_within_tab(tab, action, cx),
    }
}

/// The same for what concerns nothing but the tab.
fn apply_within_tab(tab: &mut Tab, action: TabAction, cx: &mut Cx<'_>) {
    match action {
        TabAction::ToggleOpen => opening::toggle_open(tab, cx),
        TabAction::StopListening => send_command(tab, Command::StopListening, cx),
        TabAction::ListenAgain => send_command(tab, Command::ListenAgain, cx),
        TabAction::StartRepeat => composer::start_repeat(tab, cx),
        TabAction::StopRepeat => send_command(tab, Command::StopRepeat, cx),
        TabAction::SetEcho(echo) => answers::set_echo(tab, echo, cx),
        TabAction::CancelFile => file::cancel(tab, cx),
        TabAction::SelectPeer(peer) => {
            tab.peers.send_to = peer.map_or(SendTo::All, SendTo::peer);
            tab.facts_asked_at = None;
        }
        TabAction::TogglePeer(peer) => {
            tab.peers.send_to.toggle(peer);
            tab.facts_asked_at = None;
        }
        TabAction::SelectRemote => tab.peers.send_to = SendTo::Standard,
        TabAction::ClosePeer(peer) => peers::close_peer(tab, peer, CloseKind::Fin, cx),
        TabAction::ResetPeer(peer) => peers::close_peer(tab, peer, CloseKind::Reset, cx),
        TabAction::FinishPeer(peer) => peers::finish_peer(tab, peer, cx),
        TabAction::SetBroadcast(is_on) => connection::set_broadcast(tab, is_on, cx),
        TabAction::JoinGroup(text) => connection::join_group(tab, text, cx),
        TabAction::LeaveGroup(place) => connection::leave_group(tab, place, cx),
        TabAction::SetOption(text) => connection::set_option(tab, text, cx),
        TabAction::ForgetOption(place) => connection::forget_option(tab, place),
        TabAction::ShowFind => rows::show_find(tab, cx),
        TabAction::HideFind => rows::hide_find(tab),
        TabAction::StartFind => rows::start_find(tab, cx),
        TabAction::FindNext => rows::step_find(tab, true),
        TabAction::FindPrevious => rows::step_find(tab, false),
        TabAction::ShowOnlyMatches(is_on) => rows::show_only_matches(tab, is_on),
        TabAction::ApplyFilter => rows::apply_filter(tab, cx),
        TabAction::ClearView => rows::clear_view(tab),
        TabAction::ShowCleared => rows::show_cleared(tab),
        TabAction::Sheet(action) => rows::sheet_action(tab, action, cx),
        TabAction::ToggleFollowing => rows::toggle_following(tab),
        TabAction::SetView(view) => tab.settings.view = view,
        TabAction::ResetCounters => tab.meter.reset(&tab.status.counters),
        _ => {}
    }
}

/// Takes in what is new; tells when to look again although nothing rings.
pub(super) fn take_in(
    state: &mut AppState,
    now: Instant,
    deadline: Instant,
    cx: &mut Cx<'_>,
) -> Option<Duration> {
    // Before the tabs: one that is opened here is drawn in this frame.
    take_background(state, cx);
    let mut again: Option<Duration> = None;
    let (active, beside) = (state.tabs.active, state.tabs.beside);
    for tab in &mut state.tabs {
        let is_in_front = tab.key == active && state.page == Page::Tabs;
        let is_seen = is_in_front || beside == Some(tab.key);
        let news_due = news::take_in(tab, is_seen, (now, deadline), cx);
        let rows_due = rows::take_in(tab, state.settings.time_format, deadline, cx);
        again = [again, news_due, rows_due].into_iter().flatten().min();
    }
    if take_pages(state, cx) {
        again = Some(Duration::ZERO);
    }
    watch::take_in(&mut state.watching, &state.tabs, cx);
    again
}

/// What went on beside the window and has come to its end.
fn take_background(state: &mut AppState, cx: &mut Cx<'_>) {
    match cx.clipboard.take_read() {
        Some(Ok(copied)) => {
            cx.clipboard.put(copied.text);
            if copied.is_cut {
                cx.problem("toast.copied_part");
            } else {
                cx.notices.info(cx.locale.text("toast.copied"));
            }
        }
        Some(Err(error)) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        None => {}
    }
    // The list tells whether a session is open.
    if tabs::take_in(&mut state.tabs) && state.page == Page::Sessions {
        state.sessions.read_list(cx);
    }
    for opened in state.sessions.take_in(&mut state.tabs, cx) {
        if let Some(key) = sessions::show_opened(opened, &mut state.tabs, &state.times, cx) {
            state.activate(key);
        }
    }
}

/// What was begun on a page, also where that is gone. Tells whether a dialog has answered: that comes between frames, and
/// what it changes has to be seen.
fn take_pages(state: &mut AppState, cx: &mut Cx<'_>) -> bool {
    let AppState { modal, tabs, settings, export, import, files, .. } = state;
    let has_answered = cx.dialogs.take_answer(modal.as_mut().and_then(Modal::path_mut));
    if has_answered && let Some(Modal::Export(page)) = modal {
        page.follow_ending();
    }
    let writes = matches!(modal, Some(Modal::Export(page)) if page.progress.is_some());
    cx.dialogs.take_folder(modal.as_mut().filter(|_| !writes).and_then(Modal::path_mut));
    let page = match modal {
        Some(Modal::Export(page)) => Some(page.as_mut()),
        _ => None,
    };
    if export::take_in(page, export, tabs, settings, cx) && matches!(modal, Some(Modal::Export(_))) {
        *modal = None;
    }
    let page = match modal {
        Some(Modal::SendFile(page)) => Some(page),
        _ => None,
    };
    if file::take_in(page, files, tabs, cx) {
        *modal = None;
    }
    let page = match modal {
        Some(Modal::Import(page)) => Some(page),
        _ => None,
    };
    if let Some(session) = import::take_in(page, import, settings, cx) {
        if matches!(modal, Some(Modal::Import(_))) {
            *modal = None;
        }
        open_session(state, &session, cx);
    }
    has_answered
}
