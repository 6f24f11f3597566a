//! Makes journals durable on a thread that may wait for the disk, so that no worker has to.

use crate::journal::writer::SyncHandle;
use crate::model::failure::Failure;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Sender, bounded};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many sessions may wait for the disk at once; one more asks again at its next tick.
const WAITING_SESSIONS: usize = 256;

/// The thread that waits for the disk, shared by all sessions of an engine.
#[derive(Debug)]
pub(super) struct Syncer {
    // First: the thread ends when nobody can ask it any more, and is joined after that.
    requests: Sender<Request>,
    _thread: NamedThread,
    is_waiting: Arc<AtomicBool>,
}

/// One session's side: whether a request is under way, and what went wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct SyncState {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    inner: Mutex<Inner>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    is_under_way: bool,
    failure: Option<Failure>,
}

struct Request {
    handle: SyncHandle,
    state: SyncState,
    failure: Option<Failure>,
}

impl Syncer {
    pub(super) fn start() -> io::Result<Syncer> {
        let (requests, waiting) = bounded::<Request>(WAITING_SESSIONS);
        let is_waiting = Arc::new(AtomicBool::new(false));
        let waits = Arc::clone(&is_waiting);
        let thread = NamedThread::start("journal-sync", move || {
            for mut request in waiting {
                waits.store(true, Ordering::Release);
                request.failure = request.handle.sync().err().map(|error| error.failure());
                waits.store(false, Ordering::Release);
            }
        })?;
        Ok(Syncer { requests, _thread: thread, is_waiting })
    }

    /// Whether the thread waits for the disk now. A file system may let writes wait meanwhile, whatever their file.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting.load(Ordering::Acquire)
    }

    /// As if the thread waited for a disk that is slow, or did not.
    #[cfg(all(test, unix))]
    pub(super) fn seem_waiting(&self, waits: bool) {
        self.is_waiting.store(waits, Ordering::Release);
    }

    /// Asks for what is published to be made durable soon. Says `false` when that has to be asked again later.
    pub(super) fn request(&self, handle: SyncHandle, state: &SyncState) -> bool {
        if std::mem::replace(&mut state.lock().is_under_way, true) {
            return false;
        }
        self.requests.try_send(Request { handle, state: state.clone(), failure: None }).is_ok()
    }
}

impl Drop for Request {
    /// It is over whatever became of it, so that nobody waits for a thread that fell.
    fn drop(&mut self) {
        self.state.finish(self.failure.take());
    }
}

impl SyncState {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.shared.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request is done. The system tells of a failure only once, so it stays until it is taken.
    pub(super) fn finish(&self, failure: Option<Failure>) {
        let mut inner = self.lock();
        inner.is_under_way = false;
        inner.failure = inner.failure.take().or(failure);
        self.shared.done.notify_all();
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.lock().is_under_way
    }

    /// What went wrong, told once.
    pub(super) fn take_failure(&self) -> Option<Failure> {
        self.lock().failure.take()
    }

    /// What went wrong, a request that is under way included.
    pub(super) fn last_failure(&self) -> Option<Failure> {
        let waited = self.shared.done.wait_while(self.lock(), |inner| inner.is_under_way);
        waited.unwrap_or_else(PoisonError::into_inner).failure.take()
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, SyncState};
    use crate::journal::{JournalInfo, JournalWriter};
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    #[test]
    fn nobody_waits_for_a_request_whose_thread_fell() {
        let folder = tempfile::tempdir().unwrap();
        let journal = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let state = SyncState::default();
        state.lock().is_under_way = true;
        let request = Request { handle: journal.sync_handle(), state: state.clone(), failure: None };
        let falls = AssertUnwindSafe(move || {
            let _under_way = request;
            resume_unwind(Box::new(()));
        });
        assert!(catch_unwind(falls).is_err());
        assert!(!state.is_under_way());
        assert_eq!(state.last_failure(), None);
    }
}
