//! The window: takes in news under a time budget, draws, and lets the dispatcher act between frames. It knows
//! no business: what a session is, the engine knows; what a tab shows, its state.

use crate::model::failure::{Failure, Operation};
use crate::ui::action::Action;
use crate::ui::commands;
use crate::ui::cx::Services;
use crate::ui::dialogs::{Dialogs, NativeDialogs};
use crate::ui::dispatch;
use crate::ui::ending;
use crate::ui::fault_page::FaultPage;
use crate::ui::input_method;
use crate::ui::layout;
use crate::ui::look;
use crate::ui::pace::Pace;
use crate::ui::page_parts::PageAction;
use crate::ui::pages::Modal;
use crate::ui::state::AppState;
use crate::ui::tab::composer::file::take_long_pastes;
use crate::ui::tab::session::SessionAction;
use crate::ui::tab::{TabAction, TabKey};
use crate::ui::workspace::{self, WorkspaceSaver};
use crate::ui::{sessions, settings_page};
use crate::util::locale::{Language, Locale};
use crate::util::stop_signals::StopSignals;
use crate::workspace::keeper::Keeper;
use crate::workspace::profile::Profile;
use crate::workspace::sending::Sending;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::store::{Damage, Store};
use crate::workspace::tabs::Tabs;
use crossbeam_channel::Receiver;
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

/// With what the window starts.
#[derive(Clone, Debug)]
pub struct StartOptions {
    /// Where settings and sessions lie.
    pub profile: Profile,
    /// Instead of the settings' language.
    pub language: Option<Language>,
    /// Instead of the settings' colours.
    pub theme: Option<ThemeChoice>,
    /// Faults of the program, as they come.
    pub faults: Receiver<FaultPage>,
    /// Requests to end that no window is asked for, as at the end of a desktop's session.
    pub stop: Option<Arc<StopSignals>>,
}

/// The window.
pub struct App {
    state: AppState,
    services: Services,
    pace: Arc<Pace>,
    saver: WorkspaceSaver,
    faults: Receiver<FaultPage>,
    stop: Option<Arc<StopSignals>>,
    asked: Vec<Action>,
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
        let saver = WorkspaceSaver::new(keeper, &tabs, &settings, &sending);
        let damages: Vec<Damage> =
            [settings.damage, tabs.damage, sending.damage].into_iter().flatten().collect();
        let settings = settings.value;
        let language = start.language.unwrap_or_else(|| look::language_of(&settings));
        let mut state = AppState::new(tabs.value, settings, sending.value, language);
        // Asked for on the command line, it is not what the person chose.
        state.theme = start.theme.unwrap_or(state.theme);
        state.settings_page = settings_page::SettingsPage::of(&start.profile);
        look::prepare(ctx, state.theme, &state.settings, language);
        let (faults, stop) = (start.faults, start.stop);
        if let Some(stop) = &stop {
            stop.wake(waker.clone());
        }
        let mut services = Services::new(start.profile, dialogs, waker)?;
        let mut cx = services.cx(state.locale());
        workspace::say_damages(&damages, &mut cx);
        state.sessions.make_room(&state.settings, &mut cx);
        sessions::bring_back(&mut state.sessions, &state.tabs, &mut cx);
        cx.look_for_start_folder(&state.settings);
        Ok(App { state, services, pace, saver, faults, stop, asked: vec![Action::RefreshAddresses] })
    }

    /// What the window knows, for tests.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// What was last said in the corner, for tests.
    pub fn said(&self) -> &str {
        self.services.notices.said()
    }

    /// Takes in what is new and carries out what was asked for. Nothing is drawn here.
    pub fn take_in(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        self.pace.begin(now);
        look::fit_to_screen(ctx, &self.state.settings);
        for action in std::mem::take(&mut self.asked) {
            self.apply(action, ctx);
        }
        if self.state.modal.is_none() {
            self.state.modal = self.faults.try_recv().ok().map(Modal::Fault);
        }
        // Before anything is read, so that what comes in meanwhile rings again.
        self.services.engine.news().take();
        let mut cx = self.services.cx(self.state.locale());
        let next = dispatch::take_in(&mut self.state, now, now + NEWS_BUDGET, &mut cx);
        let retry = self.saver.take_failures(now, &mut cx);
        if let Some(after) = next.into_iter().chain(retry).min() {
            ctx.request_repaint_after(after);
        }
        if let Some(text) = self.services.clipboard.take() {
            ctx.copy_text(text);
        }
        self.keep_workspace(ctx, now);
        ending::take_in(&mut self.state, self.stop.as_deref(), &self.services.jobs, ctx);
    }

    /// Draws everything and notes what is asked for.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        let is_composing = input_method::is_composing(&ctx);
        let keyboard_tab = self.state.seen_keyboard_tab();
        let field =
            keyboard_tab.filter(|_| !self.state.is_covered()).and_then(|key| self.state.tabs.get_mut(key));
        let mut cx = self.services.cx(Locale::of(self.state.language));
        take_long_pastes(field, &ctx, &mut cx);
        let mut asked = Vec::new();
        if !self.state.is_covered() {
            let pressed = commands::pressed(&ctx, is_composing);
            asked.extend(pressed.into_iter().filter_map(|pressed| Action::of_pressed(pressed, keyboard_tab)));
        }
        layout::window_ui(ui, &mut self.state, self.services.notices.said(), &mut asked);
        self.services.notices.show(&ctx, |subject| self.state.title_of_unseen(TabKey(subject.0)));
        if !asked.is_empty() {
            self.asked.append(&mut asked);
            ctx.request_repaint();
        }
    }

    /// Notes what a frame cost, from its beginning until it was shown.
    pub(super) fn note_frame_cost(&self, cost: Duration) {
        self.pace.note_cost(cost);
    }

    /// Writes what is not written yet, and waits for the disk.
    pub fn close(&mut self) {
        self.saver.finish(&self.state);
    }

    fn apply(&mut self, action: Action, ctx: &egui::Context) {
        if action == Action::Page(PageAction::Browse) {
            // A session bus that dies while a dialog is open takes the program with it: nothing may be lost then.
            self.saver.save(&self.state);
        }
        let opens = matches!(
            action,
            Action::OnTab(_, TabAction::Session(SessionAction::ToggleOpen))
                | Action::InFront(TabAction::Session(SessionAction::ToggleOpen))
        );
        let mut cx = self.services.cx(self.state.locale());
        dispatch::apply(&mut self.state, action, ctx, &mut cx);
        if opens {
            // A crash may come at any time, and what was received by then is found by the name of the new journal.
            self.saver.due = Some(Instant::now());
        }
    }

    fn keep_workspace(&mut self, ctx: &egui::Context, now: Instant) {
        if ctx.input(|input| !input.events.is_empty()) {
            workspace::note_window(&mut self.state.settings, ctx);
            if self.saver.due.is_none() {
                self.saver.due = Some(now + SAVE_AFTER);
                ctx.request_repaint_after(SAVE_AFTER + SAVE_SLACK);
            }
        }
        if self.saver.due.is_some_and(|due| due <= now) {
            self.saver.due = None;
            self.saver.save(&self.state);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame.info().cpu_usage
            && let Ok(cost) = Duration::try_from_secs_f32(seconds)
        {
            self.note_frame_cost(cost);
        }
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
