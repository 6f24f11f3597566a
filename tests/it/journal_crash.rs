//! A program that is killed loses nothing that was published. The program is this one, started again to run just
//! one of its tests.

use crate::journal_support::{JOURNAL_VARIABLE, append_row, check_row, info, read_all, run_again};
use sockscope::journal::verify::verify;
use sockscope::journal::{JournalReader, JournalWriter};
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn open_or_create(path: &Path) -> JournalWriter {
    if path.exists() {
        JournalWriter::open_append(path).unwrap()
    } else {
        JournalWriter::create(path, &info()).unwrap()
    }
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
    // One that is killed would leave its folder behind.
    let own = named.is_none().then(|| tempfile::tempdir().unwrap());
    let path = own.as_ref().map(|own| own.path().join("a.skj")).or(named.clone()).unwrap();
    let mut writer = open_or_create(&path);
    loop {
        for _ in 0..5 {
            append_row(&mut writer);
        }
        writer.publish().unwrap();
        println!("published {}", writer.next_id());
        if named.is_none() {
            break;
        }
    }
    read_all(&writer.reader()).iter().for_each(check_row);
}
