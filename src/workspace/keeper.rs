//! Writes the workspace beside the window: making a file durable may take the disk a second, and no frame waits for
//! that. It does not know when something has changed.

use crate::util::thread::NamedThread;
use crate::workspace::sending::Sending;
use crate::workspace::settings::Settings;
use crate::workspace::store::{Change, Store, StoreError};
use crate::workspace::tabs::Tabs;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::io;
use std::task::Waker;

/// How many changes may wait for the disk. Whoever changes something then tries again later, with the newest state.
const WAITING_CHANGES: usize = 4;

/// How many failures may wait to be told.
const WAITING_FAILURES: usize = 16;

/// The files that have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The tabs, if they have.
    pub tabs: Option<Change<Tabs>>,
    /// The settings, if they have.
    pub settings: Option<Change<Settings>>,
    /// History and quick sends, if they have.
    pub sending: Option<Change<Sending>>,
}

/// The thread that writes. Dropping it waits until everything that was handed over is on the disk.
#[derive(Debug)]
pub struct Keeper {
    failures: Receiver<StoreError>,
    /// Dropped before the thread, which ends when nobody can hand over anything more.
    changes: Sender<Changes>,
    _thread: NamedThread,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }

    fn write(&self, store: &Store) -> Vec<StoreError> {
        let tabs = self.tabs.as_ref().map(|tabs| store.save_change(tabs));
        let settings = self.settings.as_ref().map(|settings| store.save_change(settings));
        let sending = self.sending.as_ref().map(|sending| store.save_change(sending));
        [tabs, settings, sending].into_iter().flatten().filter_map(Result::err).collect()
    }
}

impl Keeper {
    /// Writes into the folder of `store`; `waker` is woken when something could not be written.
    pub fn start(store: Store, waker: Waker) -> io::Result<Keeper> {
        let (changes, handed_over) = bounded::<Changes>(WAITING_CHANGES);
        let (failed, failures) = bounded(WAITING_FAILURES);
        let thread = NamedThread::start("workspace", move || {
            for changes in handed_over {
                for failure in changes.write(&store) {
                    if failed.try_send(failure).is_err() {
                        // So many failures wait already that one more of the same kind says nothing new.
                    }
                    waker.wake_by_ref();
                }
            }
        })?;
        Ok(Keeper { failures, changes, _thread: thread })
    }

    /// Hands over what has changed, never waiting. While the disk is behind nothing is taken, which it says.
    pub fn keep(&self, changes: Changes) -> bool {
        self.changes.try_send(changes).is_ok()
    }

    /// Hands over what has changed, and waits until all of it is written. Only for the end of the program.
    pub fn finish(self, changes: Changes) {
        if !changes.is_empty() && self.changes.send(changes).is_err() {
            // The thread has panicked, which the panic hook has reported; nobody else could write this.
        }
    }

    /// What could not be written, and why.
    pub fn next_failure(&self) -> Option<StoreError> {
        self.failures.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, Keeper};
    use crate::workspace::settings::Settings;
    use crate::workspace::store::{Change, Store};
    use crate::workspace::tabs::Tabs;
    use std::task::Waker;

    fn first<T>(now: T) -> Change<T> {
        Change { before: None, now }
    }

    #[test]
    fn everything_handed_over_is_written_before_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let keeper = Keeper::start(store.clone(), Waker::noop().clone()).unwrap();
        let settings = Settings { zoom_percent: 130, ..Settings::default() };
        assert!(keeper.keep(Changes { settings: Some(first(settings.clone())), ..Changes::default() }));
        keeper.finish(Changes {
            tabs: Some(first(Tabs { active: 2, ..Tabs::default() })),
            ..Changes::default()
        });
        assert_eq!(store.load::<Settings>().value, settings);
        assert_eq!(store.load::<Tabs>().value.active, 2);
        assert!(!folder.path().join("sending.toml").exists(), "what has not changed is not written");
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("gone");
        let keeper = Keeper::start(Store::new(&nowhere), Waker::noop().clone()).unwrap();
        assert!(keeper.keep(Changes { tabs: Some(first(Tabs::default())), ..Changes::default() }));
        let failures = keeper.failures.clone();
        keeper.finish(Changes::default());
        let failure = failures.try_recv().unwrap().to_string();
        assert!(failure.contains("tabs.toml"), "{failure}");
    }
}
