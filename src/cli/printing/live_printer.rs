//! Prints a journal while it grows, on a thread of its own: a reader of standard output that does not read can
//! hold up the printing, and nothing else.

use crate::cli::bell::Bell;
use crate::cli::outcome::Failed;
use crate::cli::printing::record_printer::{PrintPlan, RecordPrinter};
use crate::journal::JournalReader;
use crate::util::clock;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// The printing thread.
pub(crate) struct LivePrinter {
    /// A word on it means that there is more; its end, that there will be no more.
    more: Option<Sender<()>>,
    ended: Receiver<Result<(), Failed>>,
    thread: Option<NamedThread>,
}

impl LivePrinter {
    /// Begins to print. The bell rings when printing has ended, for whatever reason.
    pub(crate) fn start(
        reader: JournalReader,
        plan: PrintPlan,
        out: Box<dyn Write + Send>,
        bell: Arc<Bell>,
    ) -> io::Result<LivePrinter> {
        let (more, has_more) = bounded(1);
        let (sender, ended) = bounded(1);
        let thread = NamedThread::start("printer", move || {
            let outcome = RecordPrinter::begin(&reader, &plan, out)
                .and_then(|printer| print_while_it_grows(printer, &has_more));
            if sender.send(outcome).is_ok() {
                bell.ring();
            }
        })?;
        Ok(LivePrinter { more: Some(more), ended, thread: Some(thread) })
    }

    /// Says that the journal has grown.
    pub(crate) fn look(&self) {
        if let Some(more) = &self.more
            && more.try_send(()).is_err()
        {
            // It has been told already and has not looked yet, or it has ended.
        }
    }

    /// Says that the journal grows no more: the printer ends when it has printed the rest.
    pub(crate) fn print_rest(&mut self) {
        self.more = None;
    }

    /// How printing ended, once it has.
    pub(crate) fn ended(&self) -> Option<Result<(), Failed>> {
        self.ended.try_recv().ok()
    }

    /// Gives up on a printer that cannot go on because nobody reads its output; it ends with the program.
    pub(crate) fn abandon(mut self) {
        std::mem::forget(self.thread.take());
    }
}

fn print_while_it_grows(mut printer: RecordPrinter, has_more: &Receiver<()>) -> Result<(), Failed> {
    let mut next_row = 0;
    let mut last_look = false;
    loop {
        next_row = printer.print_range(next_row..u64::MAX)?;
        if last_look {
            return printer.finish();
        }
        printer.flush()?;
        match printer.silence_due_mono_ns() {
            None => last_look = has_more.recv().is_err(),
            Some(due) => {
                let left = due.saturating_sub(clock::now().mono_ns);
                match has_more.recv_timeout(Duration::from_nanos(left)) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Timeout) => printer.end_silent(clock::now().mono_ns)?,
                    Err(RecvTimeoutError::Disconnected) => last_look = true,
                }
            }
        }
    }
}
