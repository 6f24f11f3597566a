//! What is kept between runs is written.

use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::state::AppState;
use crate::workspace::keeper::{Changes, Keeper};
use crate::workspace::sending::Sending;
use crate::workspace::settings::Settings;
use crate::workspace::store::{Change, Damage, Loaded, WorkspaceFile};
use crate::workspace::tabs::Tabs;
use egui::Context;
use std::path::Path;
use std::time::{Duration, Instant};

/// A disk that took no file is given so long before it is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The workspace as it was last written, and when it is written next.
#[derive(Debug)]
pub struct WorkspaceSaver {
    tabs: Slot<Tabs>,
    settings: Slot<Settings>,
    sending: Slot<Sending>,
    /// Until the program ends.
    keeper: Option<Keeper>,
    /// When what has changed is written.
    pub(in crate::ui) due: Option<Instant>,
}

/// One file.
#[derive(Debug)]
struct Slot<T> {
    /// What stands in it; nothing, before it is written for the first time.
    written: Option<T>,
    /// Whether it may be written over.
    is_writable: bool,
}

/// Says which settings files could not be used, and where they are now.
pub(in crate::ui) fn say_damages(damages: &[Damage], cx: &mut Cx<'_>) {
    for damage in damages {
        cx.notices.problem(error_text::settings_damage(cx.locale, damage));
    }
}

/// Notes how large the window is, unless it has the size of the screen.
pub(in crate::ui) fn note_window(settings: &mut Settings, ctx: &Context) {
    let (size, is_maximized, is_full) = ctx.input(|input| {
        let window = input.viewport();
        (
            window.inner_rect.map(|rect| rect.size()),
            window.maximized.unwrap_or(false),
            window.fullscreen.unwrap_or(false),
        )
    });
    settings.window_maximized = is_maximized;
    if let Some(size) = size.filter(|_| !is_maximized && !is_full) {
        // The size at start knows no zoom.
        let size = size * ctx.zoom_factor();
        settings.window_width = whole_points(size.x);
        settings.window_height = whole_points(size.y);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is clamped to a screen's size"
)]
fn whole_points(length: f32) -> u32 {
    length.round().clamp(0.0, 16_384.0) as u32
}

impl WorkspaceSaver {
    /// The workspace as its files had it, and the thread that writes them.
    pub(in crate::ui) fn new(
        keeper: Keeper,
        tabs: &Loaded<Tabs>,
        settings: &Loaded<Settings>,
        sending: &Loaded<Sending>,
    ) -> WorkspaceSaver {
        WorkspaceSaver {
            tabs: Slot::of(tabs),
            settings: Slot::of(settings),
            sending: Slot::of(sending),
            keeper: Some(keeper),
            // What a first start shows is written at once, so that there is a file to look at.
            due: Some(Instant::now()),
        }
    }

    /// Has written what has changed since it was last written.
    pub(in crate::ui) fn save(&mut self, state: &AppState) {
        let changes = self.changes(state);
        let Some(keeper) = &self.keeper else { return };
        // While the disk is behind, the newest state is handed over with a later change, or at the end.
        if !changes.is_empty() && keeper.keep(changes.clone()) {
            self.note(changes);
        }
    }

    /// Tells what could not be written. It counts as not written, and is tried again after a while; tells when.
    pub(in crate::ui) fn take_failures(&mut self, now: Instant, cx: &mut Cx<'_>) -> Option<Duration> {
        let mut again = None;
        while let Some(failure) = self.keeper.as_ref().and_then(Keeper::next_failure) {
            self.forget(failure.path());
            self.due = Some(now + RETRY_AFTER);
            again = Some(RETRY_AFTER);
            cx.notices.problem(error_text::store(cx.locale, &failure));
        }
        again
    }

    /// Writes what has changed, and waits until it is on the disk.
    pub(in crate::ui) fn finish(&mut self, state: &AppState) {
        let changes = self.changes(state);
        if let Some(keeper) = self.keeper.take() {
            keeper.finish(changes);
        }
    }

    fn changes(&self, state: &AppState) -> Changes {
        Changes {
            tabs: self.tabs.change(&state.tabs.to_keep()),
            settings: self.settings.change(&state.settings),
            sending: self.sending.change(&state.sending),
        }
    }

    fn note(&mut self, changes: Changes) {
        self.tabs.note(changes.tabs);
        self.settings.note(changes.settings);
        self.sending.note(changes.sending);
    }

    fn forget(&mut self, path: &Path) {
        self.tabs.forget(path);
        self.settings.forget(path);
        self.sending.forget(path);
    }
}

impl<T: WorkspaceFile + Clone + PartialEq> Slot<T> {
    fn of(loaded: &Loaded<T>) -> Slot<T> {
        Slot { written: loaded.is_stored.then(|| loaded.value.clone()), is_writable: loaded.is_writable() }
    }

    fn change(&self, now: &T) -> Option<Change<T>> {
        (self.is_writable && self.written.as_ref() != Some(now))
            .then(|| Change { before: self.written.clone(), now: now.clone() })
    }

    fn note(&mut self, change: Option<Change<T>>) {
        if let Some(change) = change {
            self.written = Some(change.now);
        }
    }

    fn forget(&mut self, path: &Path) {
        if path.ends_with(T::NAME) {
            self.written = None;
        }
    }
}
