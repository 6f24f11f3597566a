//! Brings about what views asked for, between frames: here actions become commands to sessions, changes of the
//! workspace, dialogs and jobs. It draws nothing.

mod copying;

pub mod errands;

pub mod file;

pub mod news;

mod replies;

pub mod rows;

pub mod export;

pub mod import;

pub mod watch;

pub mod paths;

pub mod session;

pub mod sessions;

pub mod tabs;

mod target;

pub mod workspace;

use crate::ui::action::Action;
use crate::ui::app::{App, Told};
use crate::ui::dispatch::export::ExportJobs;
use crate::ui::dispatch::file::FileLook;
use crate::ui::dispatch::import::ImportJob;
use crate::ui::dispatch::paths::StartFolder;
use crate::ui::dispatch::watch::Watching;
use crate::ui::look;
use crate::ui::state::modal::Modal;
use egui::{Context, ViewportCommand};

/// What was begun on a page and goes on beside the window.
#[derive(Debug, Default)]
pub(super) struct Background {
    export: ExportJobs,
    import: Option<ImportJob>,
    watching: Vec<Watching>,
    file_look: Option<FileLook>,
    start_folder: StartFolder,
}

impl Background {
    /// Whether a file is being written or brought in.
    fn is_busy(&self) -> bool {
        self.export.is_writing() || self.import.is_some()
    }
}

/// Brings about one outcome.
pub fn apply(app: &mut App, action: Action, ctx: &Context) {
    match action {
        Action::NewTab(kind) => {
            let settings = app.state.fresh_settings(kind);
            let key = app.state.add_tab(settings);
            app.state.activate(key);
        }
        Action::Activate(tab) => app.state.activate(tab),
        Action::CloseTab(tab) => tabs::close(app, tab),
        Action::CloseTabAnyway(tab) => tabs::close_anyway(app, tab),
        Action::ReopenTab => tabs::reopen(app),
        Action::DuplicateTab(tab) => tabs::duplicate(app, tab),
        Action::AskTabName(tab) => tabs::ask_name(app, tab),
        Action::RenameTab { tab, name } => tabs::rename(app, tab, &name),
        Action::MoveTab { tab, to } => tabs::move_to(app, tab, to),
        Action::ToggleBeside(tab) => tabs::toggle_beside(app, tab),
        Action::ShiftTab(by) => tabs::shift(app, by),
        Action::ActivatePlace(place) => {
            if let Some(key) = app.state.tabs.get(place).map(|tab| tab.key) {
                app.state.activate(key);
            }
        }
        Action::NextTab => tabs::step(app, 1),
        Action::PreviousTab => tabs::step(app, -1),
        Action::OnTab(tab, action) => session::apply(app, tab, action),
        Action::InFront(action) => session::apply(app, app.state.keyboard_tab(), action),
        Action::ToggleInspector => app.state.settings.inspector = app.state.inspector.toggle(),
        Action::ZoomBy(points) => set_zoom(app, look::zoomed(&app.state.settings, points), ctx),
        Action::ZoomReset => set_zoom(app, 100, ctx),
        Action::ToggleFullScreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        Action::ShowHelp => app.state.modal = Some(Modal::Help),
        Action::CloseModal => close_modal(app),
        Action::SetLanguage(language) => {
            app.state.language = language;
            language.tag().clone_into(&mut app.state.settings.language);
        }
        Action::SetTheme(theme) => {
            app.state.theme = theme;
            app.state.settings.theme = theme;
            ctx.set_theme(look::preference(theme));
        }
        Action::RefreshAddresses => workspace::refresh_addresses(app),
        Action::ShowSessions(shown) => sessions::show(app, shown),
        Action::RefreshSessions => errands::list(app),
        Action::OpenSession(path) => sessions::open(app, &path),
        Action::ExportSession(path) => export::ask_for_file(app, &path),
        Action::KeepSession { path, keep } => sessions::keep(app, &path, keep),
        Action::AskDeleteSession(path) => app.state.modal = Some(Modal::ConfirmDelete(path)),
        Action::DeleteSession(path) => sessions::delete(app, &path),
        Action::SetRetention { days, mib } => {
            app.state.settings.retention_days = days;
            app.state.settings.retention_mib = mib;
        }
        Action::CopyText(text) => {
            ctx.copy_text(text);
            let note = app.state.locale().text("toast.copied");
            app.tell(Told::Plain, note);
        }
        Action::Browse => paths::browse(app),
        Action::StartExport => export::start(app),
        Action::CancelExport => export::cancel(app),
        Action::AskImport => import::ask(app),
        Action::StartImport => import::start(app),
        Action::CancelImport => import::cancel(app),
        Action::StartWatch => watch::start_chosen(app),
        Action::StartFile => file::start(app),
        Action::SaveReplies => replies::save(app),
        Action::GoTo => rows::go_to(app),
        Action::SaveQuick => tabs::save_quick(app),
        Action::RemoveQuick => tabs::remove_quick(app),
        Action::RemoveQuickAnyway(place) => tabs::remove_quick_anyway(app, place),
        Action::QuitAnyway => {
            app.may_quit = true;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

fn set_zoom(app: &mut App, percent: u32, ctx: &Context) {
    app.state.settings.zoom_percent = percent;
    look::apply_zoom(ctx, &app.state.settings);
}

/// Closes the question in front, or the page; work that it shows is stopped first, and the page stays to tell so.
fn close_modal(app: &mut App) {
    if std::mem::take(&mut app.state.asks_quit) {
        return;
    }
    match &app.state.modal {
        Some(Modal::Export(page)) if page.progress.is_some() => export::cancel(app),
        Some(Modal::Import(page)) if page.progress.is_some() => import::cancel(app),
        _ => app.state.modal = None,
    }
}
