//! Ctrl+C and the request to end, as something the main loop can ask for. Knows nothing of sessions.

use crate::cli::bell::Bell;
use crossbeam_channel::Receiver;
use std::io;
use std::sync::Arc;
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
#[derive(Debug)]
pub(crate) struct StopSignals {
    received: Receiver<()>,
    _watcher: Watcher,
}

impl StopSignals {
    /// Starts to watch; each signal rings the bell. Call it before any other thread is started, so that the
    /// signals reach nobody else.
    pub(crate) fn watch(bell: Arc<Bell>) -> io::Result<StopSignals> {
        let (sender, received) = crossbeam_channel::bounded(1);
        Ok(StopSignals { received, _watcher: Watcher::start(sender, bell)? })
    }

    /// Whether a signal came since the last question.
    pub(crate) fn stop_asked(&self) -> bool {
        self.received.try_recv().is_ok()
    }

    /// Whether a signal came since the last question, or comes within this time.
    pub(crate) fn stop_asked_within(&self, time: Duration) -> bool {
        self.received.recv_timeout(time).is_ok()
    }
}
