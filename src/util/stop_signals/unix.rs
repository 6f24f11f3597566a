//! Signals on Unix: blocked everywhere and waited for on one thread, so that no code ever runs inside a handler.

use crate::util::stop_signals::Listener;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

/// Wakes the waiting thread when the watcher goes; it ends only if the watcher is gone indeed.
const END_OF_WATCH: Signal = Signal::SIGUSR1;

/// The thread that waits for signals.
#[derive(Debug)]
pub(super) struct Watcher {
    /// Never sent on: its disconnection tells the thread that the watch is over.
    alive: Option<Sender<Infallible>>,
    signals: SigSet,
    thread: Option<NamedThread>,
}

impl Watcher {
    /// Blocks the signals for this thread and those it starts, and waits for them on a thread of its own.
    pub(super) fn start(listener: Listener, patience: Duration) -> io::Result<Watcher> {
        let mut signals = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            signals.add(signal);
        }
        let mut waited_for = signals;
        waited_for.add(END_OF_WATCH);
        waited_for.thread_block()?;
        let (alive, watch) = crossbeam_channel::bounded(0);
        let thread =
            NamedThread::start("signals", move || wait_for(&waited_for, &listener, patience, &watch))?;
        Ok(Watcher { alive: Some(alive), signals, thread: Some(thread) })
    }
}

fn wait_for(signals: &SigSet, listener: &Listener, patience: Duration, watch: &Receiver<Infallible>) {
    let mut first: Option<Instant> = None;
    loop {
        match signals.wait() {
            Ok(END_OF_WATCH) => {
                if watch.try_recv() == Err(TryRecvError::Disconnected) {
                    return;
                }
            }
            Ok(_) => {
                let since = *first.get_or_insert_with(Instant::now);
                if since.elapsed() >= patience {
                    // It comes from somebody who does not want to wait; sooner it is the same request delivered twice, as
                    // `timeout` does it. What is in the journal is safe at any moment; only the orderly end of the peers is skipped.
                    std::process::exit(1);
                }
                listener.tell();
            }
            Err(_) => return,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.alive = None;
        if kill(Pid::this(), END_OF_WATCH).is_ok() {
            self.thread = None;
        } else {
            // The thread cannot be woken, so it cannot be joined; the end of the program ends it.
            std::mem::forget(self.thread.take());
        }
        if self.signals.thread_unblock().is_err() {
            // Then nobody is told of them any more, as it was while they were watched for.
        }
    }
}
