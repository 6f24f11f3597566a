//! The file that an export writes, and why it must not, or not yet. It asks the disk, so no frame asks it.

use crate::journal::format::FILE_EXTENSION;
use std::path::PathBuf;

/// The file that is to be written, and what must not be lost by that.
#[derive(Debug)]
pub(super) struct ExportTarget {
    pub(super) path: PathBuf,
    /// The journals that are open, or exported.
    pub(super) journals: Vec<PathBuf>,
    /// The person has agreed to write over the file.
    pub(super) is_agreed: bool,
}

impl ExportTarget {
    /// The key of the text that says why: sessions are never written over, other files only once it was said.
    pub(super) fn objection(&self) -> Option<&'static str> {
        let extension = self.path.extension();
        let is_named_so = extension.is_some_and(|extension| extension.eq_ignore_ascii_case(FILE_EXTENSION));
        let target = self.path.canonicalize().ok();
        let is_target = |journal: &PathBuf| target.is_some() && journal.canonicalize().ok() == target;
        if is_named_so || self.journals.iter().any(is_target) {
            return Some("save.is_session");
        }
        (!self.is_agreed && self.path.is_file()).then_some("save.exists")
    }
}

#[cfg(test)]
mod tests {
    use super::ExportTarget;

    #[test]
    fn sessions_are_never_written_over_and_other_files_when_it_was_said() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["open.bin", "other.txt"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        for (name, is_agreed, objection) in [
            ("new.txt", false, None),
            ("other.txt", false, Some("save.exists")),
            ("other.txt", true, None),
            ("open.bin", true, Some("save.is_session")),
            ("./open.bin", true, Some("save.is_session")),
            ("new.SKJ", true, Some("save.is_session")),
        ] {
            let journals = vec![folder.path().join("gone.skj"), folder.path().join("open.bin")];
            let target = ExportTarget { path: folder.path().join(name), journals, is_agreed };
            assert_eq!(target.objection(), objection, "{name}");
        }
    }
}
