//! Ctrl+C and the request to end, as something the main loop can ask for. Knows nothing of sessions.

use crate::cli::bell::Bell;
use crate::cli::outcome::Failed;
use crate::util::stop_signals;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

/// How often a journal is looked at that another program writes.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);

/// Whoever asks again after this time does not want to wait for the orderly end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches for signals that mean "stop" until it is dropped.
#[derive(Debug)]
pub(crate) struct StopSignals(stop_signals::StopSignals);

impl StopSignals {
    /// Starts to watch; each signal rings the bell.
    pub(crate) fn watch(bell: Arc<Bell>) -> Result<StopSignals, Failed> {
        let signals = stop_signals::StopSignals::watch(PATIENCE)
            .map_err(|error| Failed::system("cannot watch for signals", &error))?;
        signals.wake(Waker::from(bell));
        Ok(StopSignals(signals))
    }

    /// Whether long work goes on: it does until a signal comes.
    pub(crate) fn go_on(&self) -> ControlFlow<()> {
        if self.stop_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Waits until it is time to look again at a journal that another program writes; not to be followed any more
    /// when a signal came.
    pub(crate) fn wait_to_follow(&self) -> ControlFlow<()> {
        if self.stop_asked_within(FOLLOW_EVERY) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether a signal came since the last question.
    pub(crate) fn stop_asked(&self) -> bool {
        self.0.received().try_recv().is_ok()
    }

    /// Whether a signal came since the last question, or comes within this time.
    pub(crate) fn stop_asked_within(&self, time: Duration) -> bool {
        self.0.received().recv_timeout(time).is_ok()
    }
}
