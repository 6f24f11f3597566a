//! What is on its way to the clipboard: a text that is there already, or one that is still being read from a journal.
//! It knows no toolkit: whoever has the context hands the text over.

use crate::journal::JournalError;
use crate::ui::jobs::{JobHandle, finished};

/// What rows became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopiedText {
    /// For the clipboard.
    pub text: String,
    /// More was selected than is copied.
    pub is_cut: bool,
}

/// What waits to be handed over.
#[derive(Debug, Default)]
pub struct Clipboard {
    text: Option<String>,
    reading: Option<JobHandle<Result<CopiedText, JournalError>>>,
}

impl Clipboard {
    /// Puts a text on the clipboard.
    pub fn put(&mut self, text: String) {
        self.text = Some(text);
    }

    /// Puts on it what this job reads, when it has been read. A later one takes the place of an earlier one.
    pub fn put_when_read(&mut self, job: JobHandle<Result<CopiedText, JournalError>>) {
        self.reading = Some(job);
    }

    /// What was read, once.
    pub fn take_read(&mut self) -> Option<Result<CopiedText, JournalError>> {
        finished(&mut self.reading)
    }

    /// The text to hand over, once.
    pub fn take(&mut self) -> Option<String> {
        self.text.take()
    }
}
