//! Makes journals durable on a thread that may wait for the disk, so that no worker has to.

use crate::journal::writer::SyncHandle;
use crate::model::failure::Failure;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Sender, TrySendError, bounded};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// One session's side: whether a request is under way, and what went wrong with the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct SyncState {
    inner: Arc<StateInner>,
}

#[derive(Debug, Default)]
struct StateInner {
    under_way: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

struct Request {
    handle: SyncHandle,
    state: SyncState,
}

impl Syncer {
    pub(super) fn start() -> io::Result<Syncer> {
        let (requests, waiting) = bounded::<Request>(WAITING_SESSIONS);
        let is_waiting = Arc::new(AtomicBool::new(false));
        let waits = Arc::clone(&is_waiting);
        let thread = NamedThread::start("journal-sync", move || {
            for request in waiting {
                waits.store(true, Ordering::Release);
                let failure = request.handle.sync().err().map(|error| error.failure());
                waits.store(false, Ordering::Release);
                request.state.finish(failure);
            }
        })?;
        Ok(Syncer { requests, _thread: thread, is_waiting })
    }

    /// Whether the thread waits for the disk now. A file system may let writes wait meanwhile, whatever their file.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting.load(Ordering::Acquire)
    }

    /// Asks for what is published to be made durable soon. Says `false` when that has to be asked again later.
    pub(super) fn request(&self, handle: SyncHandle, state: &SyncState) -> bool {
        if state.inner.under_way.swap(true, Ordering::AcqRel) {
            return false;
        }
        match self.requests.try_send(Request { handle, state: state.clone() }) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                state.inner.under_way.store(false, Ordering::Release);
                false
            }
        }
    }
}

impl SyncState {
    fn finish(&self, failure: Option<Failure>) {
        *self.inner.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        self.inner.under_way.store(false, Ordering::Release);
    }

    /// What went wrong with the last request, told once.
    pub(super) fn take_failure(&self) -> Option<Failure> {
        self.inner.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
