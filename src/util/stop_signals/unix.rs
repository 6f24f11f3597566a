//! Signals on Unix: blocked everywhere and waited for on one thread, so that no code ever runs inside a handler.

use crate::util::stop_signals::Listener;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use std::convert::Infallible;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
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
        if ends_with_terminal() {
            signals.add(Signal::SIGHUP);
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

/// Whether the end of the terminal is a request to end as well. It is not where whoever started the program had the signal
/// ignored, as `nohup` does; a signal that is blocked to be waited for would come all the same.
fn ends_with_terminal() -> bool {
    // Other systems than Linux tell of their signals only while they are changed, so that nothing is changed there.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    let mask = ignored.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    mask.is_some_and(|mask| mask & (1 << (Signal::SIGHUP as u32 - 1)) == 0)
}

/// Has nothing blocked in a program that is started.
#[expect(
    unsafe_code,
    reason = "std leaves the mask of a program that it starts as it is in the thread that starts it"
)]
pub(super) fn unblock_all_in(command: &mut Command) {
    // SAFETY: what runs between `fork` and `exec` may only do what a handler of signals may do. This makes one system
    // call, allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(|| SigSet::empty().thread_set_mask().map_err(io::Error::from));
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

#[cfg(test)]
mod tests {
    use crate::util::stop_signals::spawn_stoppable;
    use nix::sys::signal::{SigSet, Signal};
    use std::process::{Command, Stdio};

    #[test]
    fn a_program_that_is_started_can_be_asked_to_end_whatever_is_blocked_here() {
        let blocked: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGUSR1].into_iter().collect();
        blocked.thread_block().unwrap();
        for signal in ["INT", "TERM", "USR1"] {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("kill -{signal} $$; echo alive")]).stdout(Stdio::piped());
            let output = spawn_stoppable(&mut command).unwrap().wait_with_output().unwrap();
            assert_eq!((output.status.code(), output.stdout), (None, Vec::new()), "{signal}");
        }
    }
}
