//! Signals on Unix: a handler that only writes a byte into a pipe, and a thread that reads it. Nothing is blocked, because a program
//! that is started, by whatever library, would have the same blocked and could not be asked to end; handlers it has none of.

use crate::util::stop_signals::Listener;
use crate::util::thread::NamedThread;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::write;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What a handler writes.
const SIGNAL: [u8; 1] = [1];

/// What ends the thread.
const END_OF_WATCH: [u8; 1] = [0];

/// Where handlers write. It stays open as long as the program runs, because a handler may run at any moment.
static PIPE: OnceLock<(PipeReader, PipeWriter)> = OnceLock::new();

/// The thread that hears of signals, and what was done about them before.
#[derive(Debug)]
pub(super) struct Watcher {
    before: Vec<(Signal, SigAction)>,
    thread: Option<NamedThread>,
}

impl Watcher {
    /// Has the signals written into the pipe, and reads it on a thread of its own. There is one watcher at a time.
    pub(super) fn start(listener: Listener, patience: Duration) -> io::Result<Watcher> {
        let (reader, _) = pipe()?;
        let thread = NamedThread::start("signals", move || hear(reader, &listener, patience))?;
        let mut watcher = Watcher { before: Vec::new(), thread: Some(thread) };
        // A script has Ctrl+C ignored in what it runs in the background, and asks it to end with that signal all the same.
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            watcher.before.push((signal, act(signal, SigHandler::Handler(on_signal))?));
        }
        // The end of the terminal is a request to end as well, but not where whoever started the program had it ignored, as `nohup`
        // does. The system tells what was done about a signal when that is changed.
        let before = act(Signal::SIGHUP, SigHandler::SigIgn)?;
        if !matches!(before.handler(), SigHandler::SigIgn) {
            watcher.before.push((Signal::SIGHUP, before));
            act(Signal::SIGHUP, SigHandler::Handler(on_signal))?;
        }
        Ok(watcher)
    }
}

/// The pipe, whose writers never wait: where it is full, enough was said.
fn pipe() -> io::Result<&'static (PipeReader, PipeWriter)> {
    if let Some(pipe) = PIPE.get() {
        return Ok(pipe);
    }
    let (reader, writer) = io::pipe()?;
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(PIPE.get_or_init(|| (reader, writer)))
}

/// Has this done about a signal from now on, and says what was before. System calls that a signal comes between go on.
fn act(signal: Signal, handler: SigHandler) -> io::Result<SigAction> {
    replace(signal, &SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty()))
}

#[expect(unsafe_code, reason = "a handler may run between any two instructions, which no type can say")]
fn replace(signal: Signal, action: &SigAction) -> io::Result<SigAction> {
    // SAFETY: the only handler that is ever given is `on_signal`, which does what a handler may do, or what the system told was
    // there before.
    Ok(unsafe { sigaction(signal, action) }?)
}

/// It looks at a value that is never changed again and makes one system call that a handler may make: it allocates nothing, takes
/// no lock and leaves `errno` as it was.
extern "C" fn on_signal(_signal: libc::c_int) {
    let errno = Errno::last_raw();
    if let Some((_, writer)) = PIPE.get()
        && write(writer, &SIGNAL).is_err()
    {
        // As many as the pipe holds have been told and not been heard yet.
    }
    Errno::set_raw(errno);
}

fn hear(mut pipe: &PipeReader, listener: &Listener, patience: Duration) {
    let mut first: Option<Instant> = None;
    let mut said = [0];
    while pipe.read_exact(&mut said).is_ok() && said != END_OF_WATCH {
        let since = *first.get_or_insert_with(Instant::now);
        if since.elapsed() >= patience {
            // It comes from somebody who does not want to wait; sooner it is the same request delivered twice, as
            // `timeout` does it. What is in the journal is safe at any moment; only the orderly end of the peers is skipped.
            std::process::exit(1);
        }
        listener.tell();
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        for (signal, before) in self.before.drain(..) {
            if replace(signal, &before).is_err() {
                // Then nobody is told of it any more, as it was while it was watched for.
            }
        }
        if PIPE.get().is_none_or(|(_, writer)| write(writer, &END_OF_WATCH).is_err()) {
            // The thread cannot be woken, so it cannot be joined; the end of the program ends it.
            std::mem::forget(self.thread.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::util::stop_signals::StopSignals;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    #[test]
    fn a_program_that_is_started_can_be_asked_to_end_whatever_is_watched_for_here() {
        let _signals = StopSignals::watch(Duration::MAX).unwrap();
        for signal in ["INT", "TERM", "USR1"] {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("kill -{signal} $$; echo alive")]).stdout(Stdio::piped());
            let output = command.spawn().unwrap().wait_with_output().unwrap();
            assert_eq!((output.status.code(), output.stdout), (None, Vec::new()), "{signal}");
        }
    }
}
