//! A program that is killed, and a disk that is full: nothing that was published is lost. Both need a process of
//! their own, so this test program starts itself again to run just one of its tests; without the variable that names
//! the journal, those tests check that their own work is sound in this process.

use crate::journal_support::{info, read_all};
use sockscope::journal::verify::verify;
use sockscope::journal::{JournalReader, JournalWriter};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{DataHead, Record};
use sockscope::util::clock::Stamp;
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const JOURNAL_VARIABLE: &str = "SOCKSCOPE_TEST_JOURNAL";
const SMALL_DISK_VARIABLE: &str = "SOCKSCOPE_SMALL_DISK";

/// The payload of a row can be told from its number alone.
fn payload(row: u64) -> Vec<u8> {
    let length = usize::try_from(row % 7 * 1000 + 1).unwrap();
    row.to_le_bytes().iter().copied().cycle().take(length).collect()
}

fn append(writer: &mut JournalWriter) {
    let row = writer.next_id().0;
    let at = Stamp { wall_ns: row.cast_signed(), mono_ns: row };
    writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &payload(row));
}

fn check_row(record: &Record) {
    assert_eq!(record.at.mono_ns, record.id.0);
    assert_eq!(record.data().unwrap().bytes, payload(record.id.0), "row {}", record.id);
}

fn open_or_create(path: &Path) -> JournalWriter {
    if path.exists() {
        JournalWriter::open_append(path).unwrap()
    } else {
        JournalWriter::create(path, &info()).unwrap()
    }
}

fn run_again(test: &str, journal: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(JOURNAL_VARIABLE, journal);
    command
}

#[test]
fn a_program_killed_at_any_moment_loses_nothing_published() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let mut published = 0;
    for round in 0..100_u64 {
        let mut child = run_again("journal_crash::writes_until_it_is_killed", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reports = lines.filter_map(|line| line.unwrap().strip_prefix("published ").map(str::to_owned));
        // The program goes on while we read, so the kill comes at any point of its work.
        let patience = usize::try_from(round * 37 % 60 + 1).unwrap();
        published = reports.take(patience).last().unwrap().parse::<u64>().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let reader = JournalReader::open(&path).unwrap();
        assert!(reader.snapshot().records >= published, "round {round}: {published} were published");
        let tail = reader.snapshot().records.saturating_sub(200);
        let mut records = reader.records(tail..u64::MAX);
        while let Some(record) = records.next().unwrap() {
            check_row(record);
        }
    }
    let reader = JournalReader::open(&path).unwrap();
    let report = verify(&reader, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!((report.damaged_rows, report.records), (0, reader.snapshot().records));
    assert!(report.records >= published);
}

/// Run again by the test above; on its own it writes one batch.
#[test]
fn writes_until_it_is_killed() {
    let named = std::env::var_os(JOURNAL_VARIABLE).map(PathBuf::from);
    let folder = tempfile::tempdir().unwrap();
    let path = named.clone().unwrap_or_else(|| folder.path().join("a.skj"));
    let mut writer = open_or_create(&path);
    loop {
        for _ in 0..5 {
            append(&mut writer);
        }
        writer.publish().unwrap();
        println!("published {}", writer.next_id());
        if named.is_none() {
            break;
        }
    }
    read_all(&writer.reader()).iter().for_each(check_row);
}

/// Fills the disk until nothing can be published, makes room, and goes on.
fn fill_and_go_on(path: &Path, make_room: impl FnOnce()) {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let reader = writer.reader();
    let error = loop {
        for _ in 0..10 {
            append(&mut writer);
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
        append(&mut writer);
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

#[cfg(target_os = "linux")]
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
    let output = run_again("journal_crash::writes_into_a_limited_file", &journal).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stdout).unwrap());
    assert!(JournalReader::open(&journal).unwrap().snapshot().bytes > 2 << 20);
}

/// Run again by the test above, because the limit is one of the whole process; on its own it has no limit to meet.
#[cfg(target_os = "linux")]
#[test]
fn writes_into_a_limited_file() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use nix::sys::signal::{SigSet, Signal};

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
