//! Brings about what views asked for, between frames, and takes in what is new: each outcome is passed on to the part
//! that is meant, with what it needs to know and no more. It draws nothing.

use crate::model::ids::RecordId;
use crate::model::peer_names::PeerNames;
use crate::ui::action::Action;
use crate::ui::addresses::own_addresses_now;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::export::{self, ExportAction};
use crate::ui::fonts;
use crate::ui::import::{self, ImportAction};
use crate::ui::look::{self, LookAction};
use crate::ui::notices::NoticeSubject;
use crate::ui::page_parts::PageAction;
use crate::ui::pages::Modal;
use crate::ui::palette::Palette;
use crate::ui::quick_sends::{self, Quick, QuickPageAction};
use crate::ui::sessions::{self, Hit, Sessions, SessionsAction};
use crate::ui::settings_page::SettingsAction;
use crate::ui::state::{AppState, Page};
use crate::ui::tab::composer::file;
use crate::ui::tab::connection::security_file;
use crate::ui::tab::documents::DocumentPage;
use crate::ui::tab::filters::{FiltersPage, FiltersPageAction};
use crate::ui::tab::find::FindAction;
use crate::ui::tab::log_file::LogFileAction;
use crate::ui::tab::{
    Tab, TabAction, TabKey, TabPageAction, answers, composer, connection, documents, filters, highlights,
    log_file, news, notes, opening, peers, rows, sequence,
};
use crate::ui::tabs::rename::Rename;
use crate::ui::tabs::{self, TabsAction};
use crate::ui::watch::{self, WatchAction};
use egui::{Context, ViewportCommand};
use std::path::Path;
use std::time::{Duration, Instant};

/// Brings about one outcome.
pub(super) fn apply(state: &mut AppState, action: Action, ctx: &Context, cx: &mut Cx<'_>) {
    match action {
        Action::OnTab(tab, action) => about_tab(tab, cx, |cx| apply_to_tab(state, tab, action, cx)),
        Action::InFront(action) => {
            let tab = state.tabs.keyboard_tab();
            about_tab(tab, cx, |cx| apply_to_tab(state, tab, action, cx));
        }
        Action::Tabs(action) => apply_to_tabs(state, action, cx),
        Action::Sessions(action) => apply_to_sessions(state, action, cx),
        Action::Settings(action) => apply_to_settings(state, action, ctx, cx),
        Action::Look(action) => apply_to_look(state, action, ctx),
        Action::Page(action) => apply_to_page(state, action, cx),
        Action::TabPage(action) => apply_to_tab_page(state, action, cx),
        Action::Export(action) => apply_to_export(state, action, cx),
        Action::Import(action) => apply_to_import(state, action, cx),
        Action::Watch(action) => apply_to_watch(state, action, cx),
        Action::QuickSends(action) => apply_to_quick_page(state, action),
        Action::ShowHelp => state.modal = Some(Modal::Help),
        Action::ShowAbout => state.modal = Some(Modal::About),
        Action::ShowPalette => {
            let key = state.seen_keyboard_tab();
            let seen = key.and_then(|key| state.tabs.get_mut(key));
            let of_rows = seen.map_or_else(Vec::new, Tab::offers);
            let tab = key.and_then(|key| state.tabs.get(key));
            state.modal = Some(Modal::Palette(Palette::new(tab, of_rows, &state.tabs, cx.locale)));
        }
        Action::RefreshAddresses => state.addresses = own_addresses_now(cx),
        Action::QuitAnyway => {
            state.may_quit = true;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

/// Does something for a tab; what is said meanwhile is about it.
fn about_tab<R>(tab: TabKey, cx: &mut Cx<'_>, act: impl FnOnce(&mut Cx<'_>) -> R) -> R {
    cx.notices.set_about(Some(NoticeSubject(tab.0)));
    let result = act(cx);
    cx.notices.set_about(None);
    result
}

/// What concerns the tabs as such.
fn apply_to_tabs(state: &mut AppState, action: TabsAction, cx: &mut Cx<'_>) {
    match action {
        TabsAction::New(kind) => {
            let settings = state.tabs.fresh_settings(kind, &state.settings);
            let key = state.tabs.add(settings);
            state.activate(key);
        }
        TabsAction::Activate(tab) => state.activate(tab),
        TabsAction::ActivatePlace(place) => {
            activate_found(state, |state| state.tabs.iter().nth(place).map(|tab| tab.key));
        }
        TabsAction::ActivateNext => activate_found(state, |state| tabs::neighbour(&state.tabs, 1)),
        TabsAction::ActivatePrevious => activate_found(state, |state| tabs::neighbour(&state.tabs, -1)),
        TabsAction::Close(tab) => match state.tabs.get(tab) {
            Some(found) if found.is_open() => state.modal = Some(Modal::ConfirmClose(tab)),
            _ => close_tab(state, tab, cx),
        },
        TabsAction::CloseAnyway(tab) => close_tab(state, tab, cx),
        TabsAction::Reopen => {
            activate_found(state, |state| tabs::reopen(&mut state.tabs));
        }
        TabsAction::Duplicate(tab) => activate_found(state, |state| tabs::duplicate(&mut state.tabs, tab)),
        TabsAction::AskName(tab) => {
            if let Some(tab) = state.tabs.get(tab) {
                state.modal = Some(Modal::Rename(Rename::of(tab, cx.locale)));
            }
        }
        TabsAction::Rename { tab, name } => {
            state.modal = None;
            if let Some(tab) = state.tabs.get_mut(tab) {
                name.trim().clone_into(&mut tab.settings.name);
            }
        }
        TabsAction::Move { tab, to } => state.tabs.move_to(tab, to),
        TabsAction::Shift(by) => tabs::shift(&mut state.tabs, by),
        TabsAction::ToggleBeside(tab) => tabs::toggle_beside(&mut state.tabs, tab),
    }
}

/// What concerns how the window looks and speaks.
fn apply_to_look(state: &mut AppState, action: LookAction, ctx: &Context) {
    match action {
        LookAction::ToggleInspector => state.settings.inspector = state.inspector.toggle(),
        LookAction::ZoomBy(points) => set_zoom(state, look::zoomed(ctx, &state.settings, points), ctx),
        LookAction::ZoomReset => set_zoom(state, 100, ctx),
        LookAction::ToggleFullScreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        LookAction::ToggleOnTop => {
            state.settings.always_on_top = !state.settings.always_on_top;
            look::apply_level(ctx, &state.settings);
        }
        LookAction::SetLanguage(language) => {
            state.language = language;
            language.tag().clone_into(&mut state.settings.language);
            fonts::install(ctx, language);
        }
        LookAction::SetTheme(theme) => {
            state.theme = theme;
            state.settings.theme = theme;
            ctx.set_theme(look::preference(theme));
        }
    }
}

/// What concerns earlier sessions.
fn apply_to_sessions(state: &mut AppState, action: SessionsAction, cx: &mut Cx<'_>) {
    match action {
        SessionsAction::Show(true) => {
            state.page = Page::Sessions;
            state.sessions.read_list(cx);
        }
        SessionsAction::Show(false) => state.page = Page::Tabs,
        SessionsAction::Refresh => state.sessions.read_list(cx),
        SessionsAction::AskImport => apply_to_import(state, ImportAction::Ask, cx),
        SessionsAction::Open(path) => open_session(state, &path, cx),
        SessionsAction::AskFind => {
            state.page = Page::Sessions;
            state.sessions.search.wants_focus = true;
            state.sessions.read_list(cx);
        }
        SessionsAction::Find => {
            let Sessions { list, search, .. } = &mut state.sessions;
            search.start(list, &state.tabs, cx);
        }
        SessionsAction::StopFind => state.sessions.search.stop(),
        SessionsAction::EndFind => state.sessions.search.end(),
        SessionsAction::OpenAt { path, record } => open_hit(state, &path, record, cx),
        SessionsAction::AskExport(path) => {
            let encoding = state.tabs.front().map(|tab| tab.settings.encoding).unwrap_or_default();
            let page = export::page_for_file(&path, encoding, &state.settings, &mut state.export, cx);
            show_page(&mut state.modal, page.map(|page| Modal::Export(Box::new(page))));
        }
        SessionsAction::Keep { path, keep } => state.sessions.set_kept(&path, keep, cx),
        SessionsAction::AskDelete(paths) => state.modal = Some(Modal::ConfirmDelete(paths)),
        SessionsAction::Delete(paths) => {
            state.modal = None;
            for path in paths {
                let shown = sessions::shown_at(&state.tabs, &path).and_then(|key| state.tabs.remove(key));
                state.sessions.delete(&path, shown, cx);
            }
        }
        SessionsAction::AskName(path) => {
            state.modal = state.sessions.rename_page(&path).map(Modal::RenameSession);
        }
        SessionsAction::Rename { path, name } => {
            state.modal = None;
            state.sessions.rename(&path, name.trim(), cx);
        }
        SessionsAction::SetRetention { days, mib } => {
            state.settings.retention_days = days;
            state.settings.retention_mib = mib;
        }
    }
}

/// What concerns the page of settings. What was changed shows at once, but for what draws the window.
fn apply_to_settings(state: &mut AppState, action: SettingsAction, ctx: &Context, cx: &mut Cx<'_>) {
    match action {
        SettingsAction::Show(is_shown) => {
            state.page = if is_shown { Page::Settings } else { Page::Tabs };
        }
        SettingsAction::CopyPath => copy_text(state.settings_page.file.display().to_string(), cx),
        SettingsAction::Change(changed) => {
            let before = std::mem::replace(&mut state.settings, *changed);
            let now = &state.settings;
            // What was asked for at start counts until it is chosen otherwise.
            if now.language != before.language {
                state.language = look::language_of(now);
                fonts::install(ctx, state.language);
            }
            if now.theme != before.theme {
                state.theme = now.theme;
                ctx.set_theme(look::preference(now.theme));
            }
            if now.time_format != before.time_format {
                state.tabs.iter_mut().for_each(|tab| tab.log.sheet.forget_widths());
            }
            if now.always_on_top != before.always_on_top {
                look::apply_level(ctx, now);
            }
            look::apply_zoom(ctx, &state.settings);
        }
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
        None => state.sessions.open(path, None, None, cx),
    }
}

/// Opens a session where something was found.
fn open_hit(state: &mut AppState, path: &Path, record: RecordId, cx: &mut Cx<'_>) {
    let sought = state.sessions.search.sought.clone().unwrap_or_default();
    match sessions::seen_at(&state.tabs, path) {
        Some(key) => {
            state.activate(key);
            if let Some(tab) = state.tabs.get_mut(key) {
                rows::show_hit(tab, &sought, record, cx);
            }
        }
        None => state.sessions.open(path, None, Some(Hit { record, sought }), cx),
    }
}

fn set_zoom(state: &mut AppState, percent: u32, ctx: &Context) {
    state.settings.zoom_percent = percent;
    look::apply_zoom(ctx, &state.settings);
}

/// What every page in front can ask for.
fn apply_to_page(state: &mut AppState, action: PageAction, cx: &mut Cx<'_>) {
    match (action, &mut state.modal) {
        (PageAction::Close, _) if std::mem::take(&mut state.asks_quit) => {}
        // Work that a page shows is stopped first, and the page stays to tell so.
        (PageAction::Close, Some(Modal::Export(page))) if page.progress.is_some() => {
            export::cancel(&state.export);
        }
        (PageAction::Close, Some(Modal::Import(page))) if page.progress.is_some() => {
            import::cancel(state.import.as_ref());
        }
        (PageAction::Close, modal) => *modal = None,
        (PageAction::Browse, modal) => {
            if let Some(field) = modal.as_mut().and_then(Modal::path_mut) {
                cx.dialogs.browse(field, cx.locale);
            }
        }
    }
}

/// What the page of a tab asks for. One that is gone meanwhile asks for nothing.
fn apply_to_tab_page(state: &mut AppState, action: TabPageAction, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, sending, files, document, times, .. } = state;
    match action {
        TabPageAction::LogFile => {
            if let Some(Modal::LogFile(page)) = modal {
                let is_taken = log_file::is_taken(page, &*tabs);
                let tab = tabs.get_mut(page.tab);
                if tab.is_none_or(|tab| log_file::start(page, tab, is_taken, settings, cx)) {
                    *modal = None;
                }
            }
        }
        TabPageAction::TakeSecurityFile => {
            if let Some(Modal::SecurityFile(page)) = modal.take()
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                security_file::take(&page, tab);
            }
        }
        TabPageAction::SavePeerName => {
            if let Some(Modal::PeerName(page)) = modal.take() {
                page.save(settings);
            }
        }
        TabPageAction::SendFile => {
            if let Some(Modal::SendFile(page)) = modal {
                file::start(page, files, cx);
            }
        }
        TabPageAction::Document => {
            if let Some(Modal::Document(page)) = modal
                && let Some(tab) = tabs.get(page.tab)
            {
                documents::start(page, document, (tab, sending), cx);
            }
        }
        TabPageAction::SaveAnswers => {
            if let Some(Modal::Answers(page)) = modal.take()
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                answers::save(tab, page, cx);
            }
        }
        TabPageAction::AddNote => {
            if let Some(Modal::Notes(page)) = modal
                && tabs.get(page.tab).is_none_or(|tab| notes::add(page, tab, cx))
            {
                *modal = None;
            }
        }
        TabPageAction::ShowRecord(record) => {
            if let Some(Modal::Notes(page)) = modal.take()
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                rows::show_record(tab, record);
            }
        }
        TabPageAction::SetHighlights => {
            if let Some(Modal::Highlights(page)) = modal
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                highlights::set(page, tab);
            }
        }
        TabPageAction::Filters(action) => apply_to_filters(state, action, cx),
        TabPageAction::GoTo => {
            if let Some(Modal::GoTo(page)) = modal
                && tabs.get_mut(page.tab).is_none_or(|tab| rows::go_to(page, tab, times, cx))
            {
                *modal = None;
            }
        }
    }
}

/// What the page of filters with names asks for.
fn apply_to_filters(state: &mut AppState, action: FiltersPageAction, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, .. } = state;
    match action {
        FiltersPageAction::Save => {
            if let Some(Modal::Filters(page)) = modal
                && filters::save(page, settings)
            {
                *modal = None;
            }
        }
        FiltersPageAction::Use(filter) => {
            if let Some(Modal::Filters(page)) = modal.take()
                && let Some(tab) = tabs.get_mut(page.tab)
            {
                rows::apply_find(tab, FindAction::Recall(filter), settings, cx);
            }
        }
        FiltersPageAction::Forget(name) => filters::forget(&name, settings),
    }
}

fn apply_to_export(state: &mut AppState, action: ExportAction, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, export, .. } = state;
    match action {
        ExportAction::Start => {
            if let Some(Modal::Export(page)) = modal {
                export::start(page, export, tabs, settings, cx);
            }
        }
        ExportAction::Cancel => export::cancel(export),
    }
}

fn apply_to_import(state: &mut AppState, action: ImportAction, cx: &mut Cx<'_>) {
    let AppState { modal, import, .. } = state;
    match action {
        ImportAction::Ask => {
            if import.is_none() {
                *modal = Some(Modal::Import(import::page(cx)));
            }
        }
        ImportAction::Start => {
            if let Some(Modal::Import(page)) = modal {
                *import = import::start(page, cx);
            }
        }
        ImportAction::Cancel => import::cancel(import.as_ref()),
    }
}

fn apply_to_watch(state: &mut AppState, action: WatchAction, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, watching, .. } = state;
    match action {
        WatchAction::Start => {
            if let Some(Modal::Watch(page)) = modal.take() {
                *modal = watch::start_chosen(&page, tabs, settings, watching, cx).map(Modal::Watch);
            }
        }
        WatchAction::CopyCommand => {
            if let Some(Modal::Watch(page)) = modal {
                copy_text(page.command.clone(), cx);
            }
        }
    }
}

fn apply_to_quick_page(state: &mut AppState, action: QuickPageAction) {
    let AppState { modal, sending, .. } = state;
    match action {
        QuickPageAction::Save => {
            if let Some(Modal::Quick(page)) = modal.take() {
                quick_sends::save(&mut sending.quick, page);
            }
        }
        QuickPageAction::AskRemove => {
            if let Some(Modal::Quick(Quick { place, .. })) = modal {
                let page = place.and_then(|place| quick_sends::removal_page(&sending.quick, place));
                *modal = page.map(Modal::from);
            }
        }
        QuickPageAction::Remove(place) => {
            *modal = None;
            quick_sends::remove(&mut sending.quick, place);
        }
    }
}

fn show_page(modal: &mut Option<Modal>, page: Option<Modal>) {
    if page.is_some() {
        *modal = page;
    }
}

fn copy_text(text: String, cx: &mut Cx<'_>) {
    cx.clipboard.put(text);
    cx.notices.info(cx.locale.text("toast.copied"));
}

/// Brings about one outcome for one tab.
fn apply_to_tab(state: &mut AppState, key: TabKey, action: TabAction, cx: &mut Cx<'_>) {
    let AppState { modal, tabs, settings, sending, export, watching, files, addresses, .. } = state;
    let Some(tab) = tabs.get_mut(key) else { return };
    match action {
        TabAction::Session(action) => opening::apply(tab, action, cx),
        TabAction::Connection(action) => {
            show_page(modal, connection::apply(tab, action, addresses, cx).map(Modal::SecurityFile));
        }
        TabAction::Peers(action) => {
            show_page(modal, peers::apply(tab, action, settings, cx).map(Modal::PeerName));
        }
        TabAction::Composer(action) => {
            let page = composer::apply(tab, action, sending, files, cx);
            show_page(modal, page.map(Modal::SendFile));
        }
        TabAction::QuickSends(action) => {
            show_page(modal, quick_sends::apply(tab, action, sending, cx).map(Modal::from));
        }
        TabAction::Answers(action) => {
            show_page(modal, answers::apply(tab, action, cx).map(Modal::Answers));
        }
        TabAction::Drawer(action) => {
            show_page(modal, documents::apply(tab, action, cx).map(Modal::Document));
        }
        TabAction::Sequence(action) => sequence::apply(tab, action, cx),
        TabAction::Find(FindAction::AskNames) => *modal = Some(Modal::Filters(FiltersPage::of(tab))),
        TabAction::Find(action) => rows::apply_find(tab, action, settings, cx),
        TabAction::Highlights(action) => {
            show_page(modal, highlights::apply(tab, action).map(Modal::Highlights));
        }
        TabAction::Log(action) => show_page(modal, rows::apply(tab, action, cx).map(Modal::from)),
        TabAction::Inspector(action) => rows::apply_inspector(tab, action, cx),
        TabAction::Chart(action) => rows::apply_chart(tab, action, cx),
        TabAction::SaveText(kind, text) => {
            show_page(modal, Some(Modal::Document(DocumentPage::to_save_text(tab.key, kind, text, cx))));
        }
        TabAction::ToggleFolded(part) => settings.toggle_folded(part),
        TabAction::AskExport { is_raw } => {
            let page = export::page_for_tab(tab, is_raw, settings, export, cx);
            show_page(modal, page.map(|page| Modal::Export(Box::new(page))));
        }
        TabAction::Watch => {
            show_page(modal, watch::start(tab, settings, watching, cx).map(Modal::Watch));
        }
        TabAction::LogFile(LogFileAction::Toggle) => {
            show_page(modal, log_file::toggle(tab, cx).map(Modal::LogFile));
        }
        TabAction::ShowLastSession => {
            if let Some(last) = tab.last_session.clone() {
                open_session(state, &last.path, cx);
            }
        }
        TabAction::ResetCounters => tab.meter.reset(&tab.status.counters),
        TabAction::SetTimeFormat(format) => {
            settings.time_format = format;
            tabs.iter_mut().for_each(|tab| tab.log.sheet.forget_widths());
        }
        TabAction::CopyText(text) => copy_text(text, cx),
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
    if !state.names.are(&state.settings.peer_names) {
        state.names = PeerNames::new(state.settings.peer_names.clone());
        state.tabs.iter_mut().for_each(|tab| tab.log.sheet.forget_widths());
    }
    let mut again: Option<Duration> = None;
    let mut other_sessions_are_open = false;
    let (active, beside) = (state.tabs.active, state.tabs.beside);
    let sending = &mut state.sending;
    for tab in &mut state.tabs {
        let is_in_front = tab.key == active && state.page == Page::Tabs;
        let is_seen = is_in_front || beside == Some(tab.key);
        let times = (state.settings.time_format, &state.names);
        let due = about_tab(tab.key, cx, |cx| {
            other_sessions_are_open |= opening::take_in(tab, cx);
            let news_due = news::take_in(tab, is_seen, (now, deadline), cx);
            tab.composer.history.hand_over(sending);
            sequence::take_in(tab, cx);
            log_file::take_in(tab, times.0, cx);
            [news_due, rows::take_in(tab, times, deadline, cx)]
        });
        again = due.into_iter().flatten().chain(again).min();
    }
    // The list tells whether a session is open.
    if other_sessions_are_open && state.page == Page::Sessions {
        state.sessions.read_list(cx);
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
    for (key, journal) in tabs::reopened_logs(&mut state.tabs) {
        state.sessions.open(&journal, Some(key), None, cx);
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
    let AppState { modal, tabs, settings, sending, export, import, files, document, .. } = state;
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
    if let Some(Modal::Notes(page)) = modal {
        notes::take_in(page, cx);
    }
    let page = match modal {
        Some(Modal::SendFile(page)) => Some(page),
        _ => None,
    };
    if file::take_in(page, files, tabs, cx) {
        *modal = None;
    }
    let page = match modal {
        Some(Modal::Document(page)) => Some(page),
        _ => None,
    };
    if documents::take_in(page, document, (tabs, sending), cx) {
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
