//! What is kept between runs is written, and what this machine has is looked up.

use crate::engine::machine::own_addresses;
use crate::model::own_address::OwnAddress;
use crate::ui::app::{App, Told};
use crate::ui::ctx::LocalAddress;
use crate::ui::state::AppState;
use crate::ui::state::tab::Tab;
use crate::ui::trouble;
use crate::workspace::keeper::{Changes, Keeper};
use crate::workspace::sending::Sending;
use crate::workspace::settings::Settings;
use crate::workspace::store::{Damage, Loaded, WorkspaceFile};
use crate::workspace::tabs::Tabs;
use egui::{Context, ViewportCommand};
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// A disk that took no file is given so long before it is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The workspace as it was last written, and when it is written next.
#[derive(Debug)]
pub struct Kept {
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
pub(in crate::ui) fn say_damages(app: &mut App, damages: &[Damage]) {
    let locale = app.state.locale();
    for damage in damages {
        let line = match &damage.kept_as {
            Some(aside) => locale.format("toast.damaged", &[("damage", damage), ("aside", &aside.display())]),
            None => damage.to_string(),
        };
        app.tell(Told::Bad, line);
    }
}

/// Has written what has changed since it was last written.
pub(in crate::ui) fn save(app: &mut App) {
    let changes = app.kept.changes(&app.state);
    let Some(keeper) = &app.kept.keeper else { return };
    // While the disk is behind, the newest state is handed over with a later change, or at the end.
    if !changes.is_empty() && keeper.keep(changes.clone()) {
        app.kept.note(changes);
    }
}

/// Tells what could not be written. It counts as not written, and is tried again after a while.
pub(super) fn take_failures(app: &mut App, ctx: &Context, now: Instant) {
    while let Some(failure) = app.kept.keeper.as_ref().and_then(Keeper::next_failure) {
        app.kept.forget(failure.path());
        app.kept.due = Some(now + RETRY_AFTER);
        ctx.request_repaint_after(RETRY_AFTER);
        app.tell(Told::Bad, trouble::store(app.state.locale(), &failure));
    }
}

/// Writes what has changed, and waits until it is on the disk.
pub(in crate::ui) fn finish(app: &mut App) {
    let changes = app.kept.changes(&app.state);
    if let Some(keeper) = app.kept.keeper.take() {
        keeper.finish(changes);
    }
}

/// Notes how large the window is, unless it has the size of the screen.
pub(in crate::ui) fn note_window(app: &mut App, ctx: &Context) {
    let (size, is_maximized, is_full) = ctx.input(|input| {
        let window = input.viewport();
        (
            window.inner_rect.map(|rect| rect.size()),
            window.maximized.unwrap_or(false),
            window.fullscreen.unwrap_or(false),
        )
    });
    let settings = &mut app.state.settings;
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

impl Kept {
    /// The workspace as its files had it, and the thread that writes them.
    pub(in crate::ui) fn new(
        keeper: Keeper,
        tabs: &Loaded<Tabs>,
        settings: &Loaded<Settings>,
        sending: &Loaded<Sending>,
    ) -> Kept {
        Kept {
            tabs: Slot::of(tabs),
            settings: Slot::of(settings),
            sending: Slot::of(sending),
            keeper: Some(keeper),
            // What a first start shows is written at once, so that there is a file to look at.
            due: Some(Instant::now()),
        }
    }

    fn changes(&self, state: &AppState) -> Changes {
        Changes {
            tabs: self.tabs.change(&state.tabs_to_keep()),
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

    fn change(&self, now: &T) -> Option<T> {
        (self.is_writable && self.written.as_ref() != Some(now)).then(|| now.clone())
    }

    fn note(&mut self, change: Option<T>) {
        if change.is_some() {
            self.written = change;
        }
    }

    fn forget(&mut self, path: &Path) {
        if path.ends_with(T::NAME) {
            self.written = None;
        }
    }
}

/// The window may go at once, or only when the person agrees to close what is open.
pub(in crate::ui) fn ask_before_quit(app: &mut App, ctx: &Context) {
    let goes_on = app.state.tabs.iter().any(Tab::is_open) || app.background.is_busy();
    if goes_on && !app.may_quit {
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        app.state.asks_quit = true;
    }
}

/// All addresses of this machine, as they are now.
pub(super) fn refresh_addresses(app: &mut App) {
    let own = own_addresses().unwrap_or_else(|error| {
        app.tell(Told::Bad, trouble::addresses(app.state.locale(), &error));
        Vec::new()
    });
    app.state.addresses = listed_addresses(&own);
}

/// Those that stand for all of them first, then those that nobody else reaches.
fn listed_addresses(own: &[OwnAddress]) -> Vec<LocalAddress> {
    let all = ["0.0.0.0", "::"].map(|host| LocalAddress { host: host.to_owned(), interface: String::new() });
    let (loopback, others): (Vec<_>, Vec<_>) = own.iter().partition(|own| own.address.is_loopback());
    all.into_iter().chain(loopback.into_iter().chain(others).map(local)).collect()
}

fn local(own: &OwnAddress) -> LocalAddress {
    let host = match own.address {
        // On every interface there may be the same one.
        IpAddr::V6(address) if address.is_unicast_link_local() => format!("{address}%{}", own.name),
        address => address.to_string(),
    };
    LocalAddress { host, interface: own.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::listed_addresses;
    use crate::model::own_address::OwnAddress;

    #[test]
    fn only_interfaces_that_exist_are_offered() {
        let own = |name: &str, address: &str| OwnAddress {
            name: name.to_owned(),
            index: None,
            address: address.parse().unwrap(),
        };
        let machine =
            [own("en0", "192.168.1.5"), own("lo0", "127.0.0.1"), own("en0", "fe80::1"), own("lo0", "::1")];
        let listed = listed_addresses(&machine);
        let listed: Vec<_> =
            listed.iter().map(|listed| (listed.host.as_str(), listed.interface.as_str())).collect();
        let expected = [
            ("0.0.0.0", ""),
            ("::", ""),
            ("127.0.0.1", "lo0"),
            ("::1", "lo0"),
            ("192.168.1.5", "en0"),
            ("fe80::1%en0", "en0"),
        ];
        assert_eq!(listed, expected);
    }
}
