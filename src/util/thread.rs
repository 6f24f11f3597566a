//! Threads that have a name and are joined when their owner goes.

use std::io;
use std::thread::{Builder, JoinHandle};

/// A thread that is waited for when this value is dropped. The owner must first make it end, for example by
/// dropping the sending half of the channel it reads: order the fields accordingly.
#[derive(Debug)]
pub struct NamedThread {
    handle: Option<JoinHandle<()>>,
}

impl NamedThread {
    /// Starts `work` on a thread that debuggers and `/proc` show as `name` (Linux shows its first 15 bytes).
    pub fn start(name: impl Into<String>, work: impl FnOnce() + Send + 'static) -> io::Result<NamedThread> {
        let handle = Builder::new().name(name.into()).spawn(work)?;
        Ok(NamedThread { handle: Some(handle) })
    }

    /// Does not wait for the work's end. Only for work that leaves nothing half done and that nobody can stop, such
    /// as a look-up inside the system's resolver.
    pub fn leave_to_itself(mut self) {
        self.handle = None;
    }

    /// Whether the work has returned or panicked.
    pub fn is_finished(&self) -> bool {
        self.handle.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for NamedThread {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take()
            && handle.join().is_err()
        {
            // The panic has already been reported by the panic hook, with its place.
        }
    }
}
