//! What happens to tabs and quick sends as such.

use crate::ui::action::TabKey;
use crate::ui::app::App;
use crate::ui::dispatch::errands;
use crate::ui::state::modal::{Modal, Rename};
use crate::ui::text;

pub(super) fn close(app: &mut App, key: TabKey) {
    match app.state.tab(key) {
        Some(tab) if tab.is_open() => app.state.modal = Some(Modal::ConfirmClose(key)),
        Some(_) => close_anyway(app, key),
        None => {}
    }
}

pub(super) fn close_anyway(app: &mut App, key: TabKey) {
    app.state.modal = None;
    if let Some(tab) = app.state.remove_tab(key) {
        errands::end_tab(app, tab);
    }
}

pub(super) fn reopen(app: &mut App) {
    if let Some(settings) = app.state.closed.pop() {
        let key = app.state.add_tab(settings);
        app.state.activate(key);
    }
}

pub(super) fn duplicate(app: &mut App, key: TabKey) {
    let Some(place) = app.state.place(key) else { return };
    let copy = app.state.tabs[place].settings.clone();
    let key = app.state.add_tab(copy);
    move_to(app, key, place + 1);
    app.state.activate(key);
}

pub(super) fn ask_name(app: &mut App, key: TabKey) {
    let locale = app.state.locale();
    if let Some(tab) = app.state.tab(key) {
        let title_without = text::title_without_name(locale, &tab.settings);
        let name = tab.settings.name.clone();
        app.state.modal = Some(Modal::Rename(Rename { tab: key, name, title_without }));
    }
}

pub(super) fn rename(app: &mut App, key: TabKey, name: &str) {
    app.state.modal = None;
    if let Some(tab) = app.state.tab_mut(key) {
        name.trim().clone_into(&mut tab.settings.name);
    }
}

pub(super) fn move_to(app: &mut App, key: TabKey, to: usize) {
    if let Some(from) = app.state.place(key) {
        let tab = app.state.tabs.remove(from);
        let to = to.min(app.state.tabs.len());
        app.state.tabs.insert(to, tab);
    }
}

/// Moves the tab that has the keyboard; at the ends it stays.
pub(super) fn shift(app: &mut App, by: isize) {
    let key = app.state.keyboard_tab();
    if let Some(to) = app.state.place(key).and_then(|place| place.checked_add_signed(by)) {
        move_to(app, key, to);
    }
}

pub(super) fn toggle_beside(app: &mut App, key: TabKey) {
    app.state.touched = None;
    app.state.beside = match app.state.beside {
        Some(shown) if shown == key => None,
        _ if key == app.state.active => None,
        _ => Some(key),
    };
}

pub(super) fn step(app: &mut App, by: isize) {
    let count = app.state.tabs.len();
    if let Some(place) = app.state.place(app.state.active) {
        let next = (place + count).saturating_add_signed(by) % count;
        let key = app.state.tabs[next].key;
        app.state.activate(key);
    }
}

pub(super) fn save_quick(app: &mut App) {
    if let Some(Modal::Quick(page)) = app.state.modal.take() {
        let list = &mut app.state.sending.quick;
        match page.place.and_then(|place| list.get_mut(place)) {
            Some(quick) => *quick = page.written,
            None => list.push(page.written),
        }
    }
}

pub(super) fn move_quick(app: &mut App, from: usize, by: isize) {
    let list = &mut app.state.sending.quick;
    if let Some(to) = from.checked_add_signed(by).filter(|to| from.max(*to) < list.len()) {
        let quick = list.remove(from);
        list.insert(to, quick);
    }
}

/// It is shared by all tabs and cannot be brought back.
pub(super) fn ask_to_remove_quick(app: &mut App, place: usize) {
    if let Some(quick) = app.state.sending.quick.get(place) {
        app.state.modal = Some(Modal::ConfirmRemoveQuick { place, name: quick.name.clone() });
    }
}

pub(super) fn remove_quick_anyway(app: &mut App, place: usize) {
    app.state.modal = None;
    if place < app.state.sending.quick.len() {
        app.state.sending.quick.remove(place);
    }
}

pub(super) fn remove_quick(app: &mut App) {
    if let Some(Modal::Quick(page)) = app.state.modal.take()
        && let Some(place) = page.place
    {
        ask_to_remove_quick(app, place);
    }
}

#[cfg(test)]
mod tests {
    use super::close;
    use crate::engine::command::Command;
    use crate::engine::handle::Engine;
    use crate::journal::{JournalInfo, retention};
    use crate::ui::app::App;
    use crate::ui::state::tab::Source;
    use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
    use std::sync::Arc;
    use std::task::{Wake, Waker};
    use std::time::Duration;

    const LONGEST_WAIT: Duration = Duration::from_secs(10);

    /// Holds up whoever wakes somebody, until the test lets go of the other end.
    struct Hold {
        has_come: Sender<()>,
        stays: Receiver<()>,
        was_let_go: Sender<bool>,
    }

    impl Wake for Hold {
        fn wake(self: Arc<Self>) {
            self.has_come.try_send(()).unwrap_or_default();
            let was_let_go = self.stays.recv_timeout(LONGEST_WAIT) == Err(RecvTimeoutError::Disconnected);
            self.was_let_go.try_send(was_let_go).unwrap_or_default();
        }
    }

    #[test]
    fn no_frame_waits_for_a_session_that_ends_and_the_end_of_the_program_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = App::in_folder(folder.path());
        let journal = app.profile.sessions_folder.join("a.skj");

        let ((has_come, comes), (stay, stays), (was_let_go, end)) =
            (bounded(1), bounded::<()>(0), bounded(1));
        let engine = Engine::new(Waker::from(Arc::new(Hold { has_come, stays, was_let_go }))).unwrap();
        let session = engine.create_session(&journal, &JournalInfo::default()).unwrap();
        session.send(Command::Close).unwrap();
        comes.recv_timeout(LONGEST_WAIT).expect("the worker stands still in the middle of a turn");
        let key = app.state.active;
        app.state.tab_mut(key).unwrap().source = Source::Live(session);

        close(&mut app, key);
        assert!(app.state.tab(key).is_none());
        drop(stay);
        assert_eq!(end.recv_timeout(LONGEST_WAIT), Ok(true), "closing the tab has waited for the worker");
        drop(app);
        let sessions = retention::list(&folder.path().join("sessions")).unwrap();
        assert!(matches!(sessions.as_slice(), [session] if !session.open), "{sessions:?}");
    }
}
