//! The window: takes in news under a time budget, draws, and lets the dispatcher act between frames. It knows
//! no business: what a session is, the engine knows; what a tab shows, its state.

use crate::engine::handle::Engine;
use crate::model::failure::{Failure, Operation};
use crate::ui::action::Action;
use crate::ui::dialogs::{Dialogs, NativeDialogs};
use crate::ui::dispatch::errands::Errands;
use crate::ui::dispatch::file::PasteJob;
use crate::ui::dispatch::paths::Asker;
use crate::ui::dispatch::workspace::Kept;
use crate::ui::dispatch::{self, Background};
use crate::ui::fonts;
use crate::ui::input_method;
use crate::ui::layout;
use crate::ui::look;
use crate::ui::pace::Pace;
use crate::ui::shortcuts;
use crate::ui::state::AppState;
use crate::ui::theme::{self, Theme};
use crate::util::locale::Language;
use crate::workspace::keeper::Keeper;
use crate::workspace::profile::Profile;
use crate::workspace::sending::Sending;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::store::{Damage, Store};
use crate::workspace::tabs::Tabs;
use egui_notify::Toasts;
use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

/// How long one frame takes in news before it draws.
const NEWS_BUDGET: Duration = Duration::from_millis(10);

/// What is changed in the workspace is written after so long without another change.
const SAVE_AFTER: Duration = Duration::from_secs(2);

/// A frame for that comes a little later than it is due, so that it is due in it.
const SAVE_SLACK: Duration = Duration::from_millis(16);

/// A notice that asks for something stays longer.
const BAD_NEWS_STAY: Duration = Duration::from_secs(12);

/// What a notice in the corner is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Something was done.
    Good,
    /// Something is worth knowing.
    Plain,
    /// Something was not done.
    Bad,
}

/// With what the window starts.
#[derive(Clone, Debug)]
pub struct StartOptions {
    /// Where settings and sessions lie.
    pub profile: Profile,
    /// Instead of the settings' language.
    pub language: Option<Language>,
    /// Instead of the settings' colours.
    pub theme: Option<ThemeChoice>,
}

/// The window.
pub struct App {
    pub(super) state: AppState,
    pub(super) engine: Engine,
    pub(super) profile: Profile,
    pub(super) dialogs: Box<dyn Dialogs>,
    pub(super) dialog_for: Option<Asker>,
    pub(super) waker: Waker,
    pace: Arc<Pace>,
    pub(super) toasts: Toasts,
    pub(super) background: Background,
    pub(super) paste: Option<PasteJob>,
    pub(super) errands: Errands,
    pub(super) kept: Kept,
    pub(super) may_quit: bool,
    pub(super) next_job: u32,
    asked: Vec<Action>,
    /// Which colours are seen, whoever chose them.
    is_dark: bool,
}

impl App {
    /// The window as it was left, in this context.
    pub fn new(ctx: &egui::Context, start: StartOptions) -> Result<App, Failure> {
        App::with_dialogs(ctx, start, Box::new(NativeDialogs::default()))
    }

    /// The same with other dialogs than the platform's.
    pub fn with_dialogs(
        ctx: &egui::Context,
        start: StartOptions,
        dialogs: Box<dyn Dialogs>,
    ) -> Result<App, Failure> {
        let store = Store::new(&start.profile.settings_folder);
        let (settings, tabs, sending) =
            (store.load::<Settings>(), store.load::<Tabs>(), store.load::<Sending>());
        let pace = Arc::new(Pace::new(ctx));
        let waker = Waker::from(Arc::clone(&pace));
        let keeper = Keeper::start(store, waker.clone())
            .map_err(|error| Failure::new(Operation::StartThread, "workspace", error))?;
        let kept = Kept::new(keeper, &tabs, &settings, &sending);
        let damages: Vec<Damage> =
            [settings.damage, tabs.damage, sending.damage].into_iter().flatten().collect();
        let settings = settings.value;
        let language = start.language.unwrap_or_else(|| look::language_of(&settings));
        let mut state = AppState::new(tabs.value, settings, sending.value, language);
        // Asked for on the command line, it is not what the person chose.
        state.theme = start.theme.unwrap_or(state.theme);
        look::prepare(ctx, &state);
        let mut app = App {
            state,
            engine: Engine::new(waker.clone())?,
            profile: start.profile,
            dialogs,
            dialog_for: None,
            waker,
            pace,
            toasts: Toasts::default()
                .with_default_font(fonts::interface(theme::BODY_SIZE))
                .with_shadow(theme::NOTICE_SHADOW),
            background: Background::default(),
            paste: None,
            errands: Errands::default(),
            kept,
            may_quit: false,
            next_job: 0,
            asked: vec![Action::RefreshAddresses],
            is_dark: ctx.theme() == egui::Theme::Dark,
        };
        dispatch::workspace::say_damages(&mut app, &damages);
        dispatch::sessions::enforce_limit(&mut app);
        dispatch::paths::look_for_start_folder(&mut app);
        Ok(app)
    }

    /// The first start in a folder, in English.
    #[cfg(test)]
    pub(super) fn in_folder(folder: &std::path::Path) -> App {
        let profile = Profile::locate(Some(folder)).unwrap();
        profile.create_folders().unwrap();
        let start = StartOptions { profile, language: Some(Language::English), theme: None };
        App::new(&egui::Context::default(), start).unwrap()
    }

    /// What the window knows, for tests.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Takes in what is new and carries out what was asked for. Nothing is drawn here.
    pub fn take_in(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        self.pace.begin(now);
        look::fit_to_screen(ctx);
        self.is_dark = ctx.theme() == egui::Theme::Dark;
        for action in std::mem::take(&mut self.asked) {
            dispatch::apply(self, action, ctx);
        }
        // Before anything is read, so that what comes in meanwhile rings again.
        self.engine.news().take();
        let next = dispatch::news::take_in(self, ctx, now, now + NEWS_BUDGET);
        if let Some(after) = next {
            ctx.request_repaint_after(after);
        }
        self.keep_workspace(ctx, now);
        if ctx.input(|input| input.viewport().close_requested()) {
            dispatch::workspace::ask_before_quit(self, ctx);
        }
    }

    /// Draws everything and notes what is asked for.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        let is_composing = input_method::is_composing(&ctx);
        dispatch::file::take_long_pastes(self, &ctx);
        let mut asked = Vec::new();
        if !self.state.is_covered() {
            let tab = (!self.state.shows_sessions).then(|| self.state.keyboard_tab());
            shortcuts::take_pressed(&ctx, is_composing, tab, &mut asked);
        }
        layout::window_ui(ui, &mut self.state, &mut asked);
        self.toasts.show(&ctx);
        if !asked.is_empty() {
            self.asked.append(&mut asked);
            ctx.request_repaint();
        }
    }

    /// Says something in the corner, for a while.
    pub(super) fn tell(&mut self, told: Told, text: impl Into<String>) {
        let theme = Theme::of_mode(self.is_dark);
        let (mark, color) = match told {
            Told::Good => ("●", theme.good),
            Told::Plain => ("●", theme.accent),
            Told::Bad => ("■", theme.error),
        };
        let text = text.into();
        self.state.said.clone_from(&text);
        let toast = self.toasts.custom(text, mark.to_owned(), color);
        // The library's cross is a sign that our fonts do not have.
        toast.closable(false);
        if told == Told::Bad {
            toast.duration(Some(BAD_NEWS_STAY));
        }
    }

    /// Writes what is not written yet, and waits for the disk.
    pub fn close(&mut self) {
        dispatch::workspace::finish(self);
        dispatch::file::clean_up(self);
    }

    fn keep_workspace(&mut self, ctx: &egui::Context, now: Instant) {
        if ctx.input(|input| !input.events.is_empty()) {
            dispatch::workspace::note_window(self, ctx);
            if self.kept.due.is_none() {
                self.kept.due = Some(now + SAVE_AFTER);
                ctx.request_repaint_after(SAVE_AFTER + SAVE_SLACK);
            }
        }
        if self.kept.due.is_some_and(|due| due <= now) {
            self.kept.due = None;
            dispatch::workspace::save(self);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_in(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    /// Bars and sides stand on this and are not filled again: on a software renderer every layer is paid for.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "App({} tabs)", self.state.tabs.len())
    }
}
