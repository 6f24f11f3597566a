//! The platform's file dialogs, on a thread of their own: one that never answers must not stop the window, and
//! where there is none the person types a path.

use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, bounded};
use std::fmt::Debug;
use std::path::PathBuf;
use std::task::Waker;
use std::time::{Duration, Instant};

/// What a dialog is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogRequest {
    /// What stands in its title.
    pub title: String,
    /// Whether a file is opened or saved.
    pub kind: DialogKind,
    /// Where it begins.
    pub folder: Option<PathBuf>,
    /// The name that is offered.
    pub file_name: String,
}

/// Whether a file is opened or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogKind {
    /// An existing file.
    Open,
    /// A new one.
    Save,
}

/// What a dialog answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    /// A file.
    Chosen(PathBuf),
    /// None.
    Cancelled,
    /// There seems to be no dialog on this machine.
    Unavailable,
}

/// Asks for files.
pub trait Dialogs: Debug {
    /// Shows a dialog. Tells whether it could: one at a time.
    fn show(&mut self, request: DialogRequest, waker: Waker) -> bool;

    /// The answer, once, when it is there.
    fn take_answer(&mut self) -> Option<DialogAnswer>;

    /// Nobody waits any more for the answer of the dialog that is shown.
    fn abandon(&mut self);
}

/// Shorter than any person takes to say no: whoever answers so fast is not a dialog but its absence.
const SHORTEST_ANSWER: Duration = Duration::from_millis(250);

/// The platform's own dialogs.
#[derive(Debug, Default)]
pub struct NativeDialogs {
    pending: Option<Pending>,
}

#[derive(Debug)]
struct Pending {
    answer: Receiver<DialogAnswer>,
    thread: NamedThread,
}

impl Dialogs for NativeDialogs {
    fn show(&mut self, request: DialogRequest, waker: Waker) -> bool {
        if self.pending.is_some() {
            return false;
        }
        let (sender, answer) = bounded(1);
        let started = NamedThread::start("file-dialog", move || {
            let answer = ask(&request);
            if sender.send(answer).is_ok() {
                waker.wake();
            }
        });
        match started {
            Ok(thread) => {
                self.pending = Some(Pending { answer, thread });
                true
            }
            Err(_) => false,
        }
    }

    fn take_answer(&mut self) -> Option<DialogAnswer> {
        let pending = self.pending.as_ref()?;
        match pending.answer.try_recv() {
            Ok(answer) => {
                self.pending = None;
                Some(answer)
            }
            Err(_) if pending.thread.is_finished() => {
                self.pending = None;
                Some(DialogAnswer::Unavailable)
            }
            Err(_) => None,
        }
    }

    fn abandon(&mut self) {
        // A dialog whose service never answers would keep the window waiting: its thread is left alone.
        if let Some(pending) = self.pending.take()
            && !pending.thread.is_finished()
        {
            std::mem::forget(pending.thread);
        }
    }
}

impl Drop for NativeDialogs {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// Says something where there is no window yet, nor a terminal, and waits until it was read.
#[cfg(windows)]
pub fn show_message(text: &str) {
    rfd::MessageDialog::new().set_title("Sockscope").set_description(text).show();
}

fn ask(request: &DialogRequest) -> DialogAnswer {
    let mut dialog = rfd::FileDialog::new().set_title(&request.title);
    if let Some(folder) = &request.folder {
        dialog = dialog.set_directory(folder);
    }
    let asked_at = Instant::now();
    let chosen = match request.kind {
        DialogKind::Open => dialog.pick_file(),
        DialogKind::Save => dialog.set_file_name(&request.file_name).save_file(),
    };
    match chosen {
        Some(path) => DialogAnswer::Chosen(path),
        None if asked_at.elapsed() < SHORTEST_ANSWER => DialogAnswer::Unavailable,
        None => DialogAnswer::Cancelled,
    }
}
