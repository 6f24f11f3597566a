//! A disk that is full harms nothing that was published, and the journal goes on when there is room. The limit on a
//! file's size stands in for a small disk; it is one of a whole process, so this program starts itself again for it.
//! A real small disk is used as well where one is named.

use crate::journal_support::{JOURNAL_VARIABLE, append_row, check_row, info, read_all, run_again};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use sockscope::journal::{JournalReader, JournalWriter};
use sockscope::model::ids::RecordId;
use std::fs;
use std::path::{Path, PathBuf};

/// Names a folder on a file system of 16 MiB or so.
const SMALL_DISK_VARIABLE: &str = "SOCKSCOPE_SMALL_DISK";

/// Fills the disk until nothing can be published, makes room, and goes on.
fn fill_and_go_on(path: &Path, make_room: impl FnOnce()) {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let reader = writer.reader();
    let error = loop {
        for _ in 0..10 {
            append_row(&mut writer);
        }
        if let Err(error) = writer.publish() {
            break error;
        }
    };
    assert!(error.is_disk_full(), "{error}");
    assert!(error.to_string().starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    let before = reader.snapshot();
    assert!(before.records > 0);
    assert_eq!(fs::metadata(path).unwrap().len(), before.bytes, "the file was cut back to what is published");
    read_all(&reader).iter().for_each(check_row);
    for _ in 0..3 {
        append_row(&mut writer);
        assert!(writer.publish().unwrap_err().is_disk_full());
        assert_eq!(reader.snapshot(), before);
    }
    make_room();
    writer.publish().unwrap();
    assert_eq!(RecordId(reader.snapshot().records), writer.next_id());
    let again = JournalReader::open(path).unwrap();
    assert_eq!(again.snapshot(), reader.snapshot());
    read_all(&again).iter().for_each(check_row);
    writer.close().unwrap();
}

#[test]
fn a_full_disk_harms_nothing_and_the_journal_goes_on_when_there_is_room() {
    if let Some(folder) = std::env::var_os(SMALL_DISK_VARIABLE).map(PathBuf::from) {
        let ballast = folder.join("ballast");
        fs::write(&ballast, vec![1; 4 << 20]).unwrap();
        let journal = folder.join("full.skj");
        fill_and_go_on(&journal, || fs::remove_file(&ballast).unwrap());
        for file in [journal.clone(), folder.join("full.skj.idx")] {
            fs::remove_file(file).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("a.skj");
    let output = run_again("journal_full_disk::writes_into_a_limited_file", &journal).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stdout).unwrap());
    assert!(JournalReader::open(&journal).unwrap().snapshot().bytes > 2 << 20);
}

/// Run again by the test above, because the limit is one of the whole process; on its own it has no limit to meet.
#[test]
fn writes_into_a_limited_file() {
    let Some(path) = std::env::var_os(JOURNAL_VARIABLE).map(PathBuf::from) else {
        let (soft, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
        assert!(soft >= 2 << 20 && hard >= soft);
        return;
    };
    // Without this the limit would end the process instead of failing the write.
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGXFSZ);
    signals.thread_block().unwrap();
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, 2 << 20, hard).unwrap();
    fill_and_go_on(&path, || setrlimit(Resource::RLIMIT_FSIZE, hard, hard).unwrap());
}
