//! The tabs of the window as such: opened, closed, named and put in order.

pub mod rename;

use crate::ui::cx::Cx;
use crate::ui::jobs::{JobHandle, JobKind, all_finished};
use crate::ui::tab::TabKey;
use crate::ui::tab::list::TabList;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;
use std::path::PathBuf;

/// What can be asked of the tabs as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabsAction {
    /// A new tab of this kind is in front.
    New(TabKind),
    /// This tab is in front.
    Activate(TabKey),
    /// The tab at this place, counted from 0, is in front.
    ActivatePlace(usize),
    /// The tab to the right is in front.
    ActivateNext,
    /// The tab to the left is in front.
    ActivatePrevious,
    /// The tab is gone, or the person is asked because it is open.
    Close(TabKey),
    /// The tab is gone and what it had open is closed.
    CloseAnyway(TabKey),
    /// The tab that was closed last is there again.
    Reopen,
    /// A closed copy of the tab stands beside it.
    Duplicate(TabKey),
    /// The person is asked for the tab's name.
    AskName(TabKey),
    /// The tab has this name; empty makes it from its address.
    Rename {
        /// Which.
        tab: TabKey,
        /// The name.
        name: String,
    },
    /// The tab stands at this place.
    Move {
        /// Which.
        tab: TabKey,
        /// Counted from 0.
        to: usize,
    },
    /// The tab that has the keyboard stands so many places further to the right.
    Shift(isize),
    /// The tab is seen beside the one in front, or no longer.
    ToggleBeside(TabKey),
}

/// Takes a tab away. Its session is closed out of sight, and its journal is on the disk when that is done.
pub(in crate::ui) fn close(tabs: &mut TabList, key: TabKey, cx: &mut Cx<'_>) {
    let Some(tab) = tabs.remove(key) else { return };
    tabs.ending.extend(cx.start_job(JobKind::EndTab, move |_| drop(tab)));
}

/// Lets go of tabs that have come to their end; tells whether there were any.
pub(in crate::ui) fn take_in(tabs: &mut TabList) -> bool {
    !all_finished(&mut tabs.ending, JobHandle::take_result).is_empty()
}

/// Brings the tab back that was closed last. Its log follows when its session has come to its end.
pub(in crate::ui) fn reopen(tabs: &mut TabList) -> Option<TabKey> {
    let settings = tabs.closed.pop()?;
    let journal = settings.journal.clone();
    let key = tabs.add(settings);
    tabs.without_log.extend(journal.map(|journal| (key, journal)));
    Some(key)
}

/// Tabs that were opened again and the journals that they showed, as soon as these are whole. One in which a session was
/// opened meanwhile has a log.
pub(in crate::ui) fn reopened_logs(tabs: &mut TabList) -> Vec<(TabKey, PathBuf)> {
    if !tabs.ending.is_empty() {
        return Vec::new();
    }
    let waiting = std::mem::take(&mut tabs.without_log);
    let has_no_log = |(key, _): &(TabKey, PathBuf)| {
        tabs.get(*key).is_some_and(|tab| tab.reader().is_none() && tab.new_session.is_none())
    };
    waiting.into_iter().filter(has_no_log).collect()
}

pub(in crate::ui) fn duplicate(tabs: &mut TabList, key: TabKey) -> Option<TabKey> {
    let place = tabs.place(key)?;
    let copy = LiveSettings { journal: None, is_kept: false, ..tabs[place].settings.clone() };
    let key = tabs.add(copy);
    tabs.move_to(key, place + 1);
    Some(key)
}

/// Moves the tab that has the keyboard; at the ends it stays.
pub(in crate::ui) fn shift(tabs: &mut TabList, by: isize) {
    let key = tabs.keyboard_tab();
    if let Some(to) = tabs.place(key).and_then(|place| place.checked_add_signed(by)) {
        tabs.move_to(key, to);
    }
}

pub(in crate::ui) fn toggle_beside(tabs: &mut TabList, key: TabKey) {
    tabs.touched = None;
    tabs.beside = match tabs.beside {
        Some(shown) if shown == key => None,
        _ if key == tabs.active => None,
        _ => Some(key),
    };
}

/// The tab so many places to the right of the one in front; behind the last one is the first.
pub(in crate::ui) fn neighbour(tabs: &TabList, by: isize) -> Option<TabKey> {
    let count = tabs.len();
    let next = (tabs.place(tabs.active)? + count).saturating_add_signed(by) % count;
    Some(tabs[next].key)
}

#[cfg(test)]
mod tests {
    use super::close;
    use crate::engine::command::Command;
    use crate::engine::handle::Engine;
    use crate::journal::{JournalInfo, retention};
    use crate::ui::cx::Services;
    use crate::ui::tab::Source;
    use crate::ui::tab::list::TabList;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::Tabs;
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
        let mut services = Services::in_folder(folder.path());
        let mut tabs = TabList::new(Tabs::default());
        let journal = services.profile.sessions_folder.join("a.skj");

        let ((has_come, comes), (stay, stays), (was_let_go, end)) =
            (bounded(1), bounded::<()>(0), bounded(1));
        let engine = Engine::new(Waker::from(Arc::new(Hold { has_come, stays, was_let_go }))).unwrap();
        let session = engine.create_session(&journal, &JournalInfo::default()).unwrap();
        session.send(Command::Close).unwrap();
        comes.recv_timeout(LONGEST_WAIT).expect("the worker stands still in the middle of a turn");
        let key = tabs.active;
        tabs[0].source = Source::Live(session);

        close(&mut tabs, key, &mut services.cx(Locale::of(Language::English)));
        assert!(tabs.get(key).is_none());
        drop(stay);
        assert_eq!(end.recv_timeout(LONGEST_WAIT), Ok(true), "closing the tab has waited for the worker");
        drop(tabs);
        let sessions = retention::list(&folder.path().join("sessions")).unwrap();
        assert!(matches!(sessions.as_slice(), [session] if !session.open), "{sessions:?}");
    }
}
