//! Files that belong to their owner alone. It knows not what is in them.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file to append to, which nobody but its owner can read if it is made here.
pub fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
