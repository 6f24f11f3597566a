//! The secrets of a session's connections, for those who asked for them: in a key log, or for the journal. Whoever has
//! them can read what was said, so nothing is kept that nobody asked for.

use crate::model::failure::{Failure, Operation};
use crate::model::tls::TlsKeeping;
use crate::util::private_file;
use rustls::KeyLog;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write;
use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where secrets go.
pub(super) struct Secrets {
    file: Option<Mutex<File>>,
    keep: TlsKeeping,
    /// Those that the journal has not taken yet.
    kept: Mutex<String>,
}

/// Opens what the secrets go to.
pub(super) fn secrets_of(key_log: Option<&Path>, keep: TlsKeeping) -> Result<Arc<Secrets>, Failure> {
    let file = key_log.map(|path| {
        let opened = private_file::append_secrets_to(path);
        opened.map(Mutex::new).map_err(|error| Failure::new(Operation::OpenFile, path.display(), error))
    });
    Ok(Arc::new(Secrets { file: file.transpose()?, keep, kept: Mutex::default() }))
}

impl Secrets {
    pub(super) fn keeps(&self) -> TlsKeeping {
        self.keep
    }

    pub(super) fn take_kept(&self) -> String {
        if self.keep.keys { mem::take(&mut *locked(&self.kept)) } else { String::new() }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("keep", &self.keep).finish_non_exhaustive()
    }
}

impl KeyLog for Secrets {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        push_hex(&mut line, client_random);
        line.push(' ');
        push_hex(&mut line, secret);
        line.push('\n');
        if self.keep.keys {
            locked(&self.kept).push_str(&line);
        }
        if let Some(file) = &self.file
            && locked(file).write_all(line.as_bytes()).is_err()
        {
            // The connection is worth more than its key log, and this seam can tell nobody.
        }
    }

    fn will_log(&self, _label: &str) -> bool {
        self.file.is_some() || self.keep.keys
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn push_hex(line: &mut String, bytes: &[u8]) {
    for byte in bytes {
        if write!(line, "{byte:02x}").is_err() {
            // Writing to a string cannot fail.
        }
    }
}
