//! The small disk that some tests fill, where the machine provides one. It knows none of those tests.

use std::fs::File;
use std::path::PathBuf;

/// Names the folder of a file system of a few mebibytes that belongs to these tests alone.
const VARIABLE: &str = "SOCKSCOPE_SMALL_DISK";

/// The small disk, for one test at a time, across processes, until this is dropped.
pub(crate) struct SmallDisk {
    pub(crate) folder: PathBuf,
    _alone: File,
}

/// The small disk once no other test uses it; `None` where there is none.
pub(crate) fn small_disk() -> Option<SmallDisk> {
    let folder = PathBuf::from(std::env::var_os(VARIABLE)?);
    let alone = File::create(folder.join("in-use")).unwrap();
    alone.lock().unwrap();
    Some(SmallDisk { folder, _alone: alone })
}
