//! Drives the window in tests: a profile of its own, dialogs that answer at once, and waiting for what threads do
//! in real time. It is compiled only for tests (feature `gui-harness`).

use crate::ui::app::{App, StartOptions};
use crate::ui::dialogs::{DialogAnswer, DialogRequest, Dialogs};
use crate::util::locale::Language;
use crate::workspace::profile::Profile;
use crate::workspace::settings::ThemeChoice;
use egui_kittest::Harness;
use std::path::Path;
use std::task::Waker;
use std::time::{Duration, Instant};

/// How long anything may take.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A window that is drawn without a display. There is none until its first frame, because it needs the context.
pub struct TestApp {
    start: StartOptions,
    answer: DialogAnswer,
    app: Option<App>,
}

/// Dialogs that answer what they were told to.
#[derive(Debug)]
struct SetDialogs {
    answer: DialogAnswer,
    is_asked: bool,
}

impl Dialogs for SetDialogs {
    fn show(&mut self, _request: DialogRequest, waker: Waker) -> bool {
        self.is_asked = true;
        waker.wake();
        true
    }

    fn take_answer(&mut self) -> Option<DialogAnswer> {
        std::mem::take(&mut self.is_asked).then(|| self.answer.clone())
    }

    fn abandon(&mut self) {
        self.is_asked = false;
    }
}

impl TestApp {
    fn frame(&mut self, ui: &mut egui::Ui) {
        if self.app.is_none() {
            let dialogs = SetDialogs { answer: self.answer.clone(), is_asked: false };
            self.app = App::with_dialogs(ui.ctx(), self.start.clone(), Box::new(dialogs)).ok();
            // Fonts count from the next frame on.
            ui.ctx().request_repaint();
            return;
        }
        if let Some(app) = &mut self.app {
            app.take_in(ui.ctx());
            app.draw(ui);
        }
    }

    /// The window; there is one from the first frame on.
    pub fn app(&self) -> Option<&App> {
        self.app.as_ref()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // As a window does when the program ends.
        if let Some(app) = &mut self.app {
            app.close();
        }
    }
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestApp")
    }
}

/// A window with settings and sessions in this folder.
pub fn open_window(
    folder: &Path,
    language: Language,
    size: [f32; 2],
    answer: DialogAnswer,
) -> Harness<'static, TestApp> {
    let start = StartOptions {
        profile: Profile { settings_folder: folder.to_owned(), sessions_folder: folder.join("sessions") },
        language: Some(language),
        theme: Some(ThemeChoice::Dark),
        faults: crossbeam_channel::never(),
        stop: None,
    };
    let app = TestApp { start, answer, app: None };
    let mut harness =
        Harness::builder().with_size(size).build_ui_state(|ui, app: &mut TestApp| app.frame(ui), app);
    harness.run_steps(3);
    harness
}

/// Draws frames until something is so, while threads run in real time. Tells whether it came to be.
pub fn wait_until(
    harness: &mut Harness<'_, TestApp>,
    mut is_so: impl FnMut(&Harness<'_, TestApp>) -> bool,
) -> bool {
    let deadline = Instant::now() + LONGEST_WAIT;
    while !is_so(harness) {
        if Instant::now() >= deadline {
            return false;
        }
        harness.step();
        std::thread::yield_now();
    }
    true
}
