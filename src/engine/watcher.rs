//! A program that watches a session while it runs, such as Wireshark: it is started and fed a capture through its
//! standard input. The session does not know that it is watched.

use crate::engine::news::News;
use crate::export::{ExportContext, ExportError, ExportOptions, FollowSource, Format, follow};
use crate::journal::JournalReader;
use crate::model::framing::Framing;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::ffi::OsStr;
use std::io;
use std::ops::ControlFlow;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// How often the journal is looked at while a program watches: as good as at once for a person.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What makes Wireshark begin at once with what comes through its standard input.
const ARGUMENTS: [&str; 3] = ["-k", "-i", "-"];

/// A program that watches. Dropping it ends the capture; the program stays, because a person is looking at it.
#[derive(Debug)]
pub struct Watcher {
    /// Nothing is ever sent: its end tells the thread to stop.
    going: Option<Sender<()>>,
    ended: Receiver<Result<(), ExportError>>,
    thread: Option<NamedThread>,
}

impl Watcher {
    /// Starts the program, and feeds it this session from its beginning.
    pub fn start(program: &OsStr, reader: JournalReader, news: News) -> io::Result<Watcher> {
        let mut command = Command::new(program);
        command.args(ARGUMENTS).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let (going, is_going) = bounded(0);
        let (sender, ended) = bounded(1);
        let thread = NamedThread::start("watcher", move || {
            let outcome = feed(&reader, &mut child, input, &is_going);
            if sender.send(outcome).is_ok() {
                news.ring();
            }
            match child.wait() {
                // Only waited for, so that the system can forget it: how it ended concerns nobody.
                Ok(_) | Err(_) => {}
            }
        })?;
        Ok(Watcher { going: Some(going), ended, thread: Some(thread) })
    }

    /// How it ended, once it has: the program was closed, or the capture could not be made.
    pub fn take_end(&self) -> Option<Result<(), ExportError>> {
        self.ended.try_recv().ok()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.going = None;
        // A program that has stopped reading would hold up whoever waits for this thread.
        if let Some(thread) = self.thread.take() {
            thread.leave_to_itself();
        }
    }
}

fn feed(
    reader: &JournalReader,
    child: &mut Child,
    mut input: ChildStdin,
    is_going: &Receiver<()>,
) -> Result<(), ExportError> {
    let options = ExportOptions { live: true, ..ExportOptions::default() };
    let mut exporter = Format::Pcapng.exporter(&options);
    let context = ExportContext::of_journal(reader);
    let source = FollowSource { reader, from_row: 0, split: &Framing::None, patience: None };
    let fed = follow(&source, exporter.as_mut(), &context, &mut input, &mut || {
        let is_wanted = is_going.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout);
        let is_there = matches!(child.try_wait(), Ok(None));
        if is_wanted && is_there { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    match fed {
        // Whoever closes the program has seen enough.
        Err(ExportError::Write { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map(drop),
    }
}
