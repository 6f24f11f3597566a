//! Ctrl+C, the request to end and the end of the terminal, as news. Knows nothing of what is to end.

use crossbeam_channel::{Receiver, Sender};
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::time::Duration;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix::Watcher;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows::Watcher;

/// Watches for signals that mean "stop" until it is dropped.
pub struct StopSignals {
    received: Receiver<()>,
    waker: Arc<OnceLock<Waker>>,
    _watcher: Watcher,
}

/// Whom a signal is told.
#[derive(Clone)]
struct Listener {
    stop: Sender<()>,
    waker: Arc<OnceLock<Waker>>,
}

impl StopSignals {
    /// Starts to watch. A second signal ends the program at once where it comes so long after the first, if the system has signals.
    pub fn watch(patience: Duration) -> io::Result<StopSignals> {
        let (stop, received) = crossbeam_channel::bounded(1);
        let waker = Arc::default();
        let watcher = Watcher::start(Listener { stop, waker: Arc::clone(&waker) }, patience)?;
        Ok(StopSignals { received, waker, _watcher: watcher })
    }

    /// From now on a signal wakes this, too. Only the first one that is asked for is woken.
    pub fn wake(&self, waker: Waker) {
        self.waker.get_or_init(|| waker);
    }

    /// Tells of a signal for each that came, of many only once.
    pub fn received(&self) -> &Receiver<()> {
        &self.received
    }
}

impl Listener {
    /// A signal came.
    fn tell(&self) {
        if self.stop.try_send(()).is_ok()
            && let Some(waker) = self.waker.get()
        {
            waker.wake_by_ref();
        }
    }
}

impl fmt::Debug for StopSignals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StopSignals")
    }
}
