//! Files and folders that belong to their owner alone: what was received and sent is nobody else's business. It does
//! not know what is in them. Where a system gives each user a folder that others cannot enter, nothing is added to that.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a file or empties it, as `File::create` does.
pub fn create(path: &Path) -> io::Result<File> {
    for_owner(OpenOptions::new().write(true).create(true).truncate(true)).open(path)
}

/// Opens a file to append to, and makes it if it is missing.
pub fn append_to(path: &Path) -> io::Result<File> {
    for_owner(OpenOptions::new().append(true).create(true)).open(path)
}

/// The same, and one that is there already is taken away from everybody else.
pub fn append_secrets_to(path: &Path) -> io::Result<File> {
    let file = append_to(path)?;
    let facts = file.metadata()?;
    if facts.is_file() && system::is_open_to_others(&facts) {
        unless_refused(system::close_file(path))?;
    }
    Ok(file)
}

/// Lets only their owner read and write the files that are made with these options.
pub fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    system::for_owner(options)
}

/// Makes a folder that only its owner can enter, with the folders above it that are missing.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    system::folder_for_owner(&mut builder).create(path)
}

/// Takes the files in a folder that are ours away from everybody but their owner, and the folder itself where there is
/// nothing else in it: a person may have named a folder that others use as well. A folder that others cannot enter
/// protects what is in it and is not gone through.
pub fn close_folder(path: &Path, is_ours: impl Fn(&OsStr) -> bool) -> io::Result<()> {
    if !system::is_open_to_others(&fs::metadata(path)?) {
        return Ok(());
    }
    let mut is_all_ours = true;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !is_ours(&entry.file_name()) {
            is_all_ours = false;
            continue;
        }
        // What was removed meanwhile needs no protection.
        let Ok(facts) = fs::symlink_metadata(entry.path()) else { continue };
        if facts.is_file() && system::is_open_to_others(&facts) {
            unless_refused(system::close_file(&entry.path()))?;
        }
    }
    if is_all_ours { unless_refused(system::close_folder(path)) } else { Ok(()) }
}

/// Only the owner may change who reads a file, and nobody can where nothing can be written.
fn unless_refused(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

#[cfg(unix)]
mod system {
    //! Unix: the mode of each file and folder.
    use std::fs::{self, DirBuilder, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    const FILE: u32 = 0o600;
    const FOLDER: u32 = 0o700;
    const OTHERS: u32 = 0o077;

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(FILE)
    }

    pub(super) fn folder_for_owner(builder: &mut DirBuilder) -> &mut DirBuilder {
        builder.mode(FOLDER)
    }

    pub(super) fn is_open_to_others(facts: &Metadata) -> bool {
        facts.mode() & OTHERS != 0
    }

    pub(super) fn close_file(path: &Path) -> io::Result<()> {
        fs::set_permissions(path, Permissions::from_mode(FILE))
    }

    pub(super) fn close_folder(path: &Path) -> io::Result<()> {
        fs::set_permissions(path, Permissions::from_mode(FOLDER))
    }
}

#[cfg(not(unix))]
mod system {
    //! Elsewhere a user's folders are closed to others by what stands above them, and new files inherit that.
    use std::fs::{DirBuilder, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(super) fn folder_for_owner(builder: &mut DirBuilder) -> &mut DirBuilder {
        builder
    }

    pub(super) fn is_open_to_others(_facts: &Metadata) -> bool {
        false
    }

    #[expect(clippy::unnecessary_wraps, reason = "elsewhere this can fail")]
    pub(super) fn close_file(_path: &Path) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "elsewhere this can fail")]
    pub(super) fn close_folder(_path: &Path) -> io::Result<()> {
        Ok(())
    }
}
