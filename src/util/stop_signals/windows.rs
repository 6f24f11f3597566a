//! Ctrl+C, Ctrl+Break and the closing of the console on Windows, which runs a handler on a thread of its own.

#![expect(unsafe_code, reason = "the console's handler is set through a system call that std does not wrap")]

use crate::util::stop_signals::Listener;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
use windows_sys::core::BOOL;

/// What the handler needs. The system gives a handler no argument, so it stands in a static.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// Keeps the handler installed.
#[derive(Debug)]
pub(super) struct Watcher;

impl Watcher {
    /// Installs the handler. The system itself ends a program that takes too long where its console is closed.
    pub(super) fn start(listener: Listener, _patience: Duration) -> io::Result<Watcher> {
        *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
        // SAFETY: `on_control` has the signature that the system asks for, lives as long as the program, and
        // runs on a thread of its own, where taking a lock and sending on a channel are allowed.
        if unsafe { SetConsoleCtrlHandler(Some(on_control), 1) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Watcher)
    }
}

/// Tells the main thread; 1 says that the request is taken care of.
///
/// # Safety
/// It touches nothing that the caller owns.
unsafe extern "system" fn on_control(_kind: u32) -> BOOL {
    if let Some(listener) = &*LISTENER.lock().unwrap_or_else(PoisonError::into_inner) {
        listener.tell();
    }
    1
}

impl Drop for Watcher {
    fn drop(&mut self) {
        *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // SAFETY: it removes what `start` installed and touches nothing else.
        if unsafe { SetConsoleCtrlHandler(Some(on_control), 0) } == 0 {
            // The handler stays and finds no listener, which is harmless.
        }
    }
}
