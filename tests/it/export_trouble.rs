//! Exports of journals that are damaged or none, and to places that cannot take them: one clear line, what can be read
//! is there, and nothing half-made is left behind.

use crate::export_support::{Session, noise};
use crate::small_disk::small_disk;
use crate::support::{Console, failure, is_in_the_systems_words};
use sockscope::export::{
    ExportContext, ExportError, ExportOptions, ExportSource, ExportSplit, Format, RowSelection, run_to_file,
};
use sockscope::journal::query::Filter;
use sockscope::model::config::SessionKind;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;

fn talk(rounds: u64) -> Session {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    for round in 0..rounds {
        session.received(1, &noise(4000, round));
    }
    session
}

fn files_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_damaged_journal_gives_what_can_be_read_in_every_format() {
    let console = Console::new();
    let mut session = talk(20);
    let journal = session.reader().path().to_owned();
    let mut bytes = fs::read(journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 10].fill(0xEE);
    fs::write(console.path("damaged.skj"), bytes).unwrap();
    for format in Format::all() {
        let out = format!("out.{}", format.extension());
        let done = console.run(&["export", "damaged.skj", "-o", &out]);
        assert!(done.status.success(), "{format}");
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(said, "damaged.skj is damaged: 1 rows could not be exported\n", "{format}");
        assert!(
            fs::metadata(console.path(&out)).unwrap().len() >= 19 * 4000,
            "{format}: the other rows are there"
        );
    }
    let raw = fs::read(console.path("out.bin")).unwrap();
    assert_eq!(raw.len(), 19 * 4000);
}

#[test]
fn a_file_that_is_no_journal_gets_one_line_in_every_format() {
    let console = Console::new();
    fs::write(console.path("text.txt"), "not a journal at all").unwrap();
    for format in Format::all() {
        let out = format!("out.{}", format.extension());
        let words = ["export", "text.txt", "-o", &out];
        assert_eq!(
            failure(&console.run(&words)),
            (1, "sockscope-cli: text.txt is not a Sockscope journal".to_owned())
        );
        assert!(!console.path(&out).exists(), "{format}");
    }
}

#[test]
fn places_that_take_no_file_are_named() {
    let console = Console::new();
    let mut session = talk(1);
    fs::copy(session.reader().path(), console.path("session.skj")).unwrap();
    fs::create_dir(console.path("folder.csv")).unwrap();
    fs::write(console.path("file"), b"").unwrap();
    for (out, unix, windows) in [
        ("missing/out.csv", "no such file or directory (ENOENT 2)", 3),
        ("file/out.csv", "not a directory (ENOTDIR 20)", 3),
        ("folder.csv", "is a directory (EISDIR 21)", 5),
    ] {
        let (code, line) = failure(&console.run(&["export", "session.skj", "-o", out]));
        let message = format!("cannot write {out}");
        assert!(code == 1 && is_in_the_systems_words(&line, &message, unix, windows), "{line}");
    }
    assert_eq!(files_in(&console.path("folder.csv")).len(), 0);
}

/// Whoever may write everywhere, such as an administrator, cannot see this.
#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let console = Console::new();
    let mut session = talk(1);
    fs::copy(session.reader().path(), console.path("session.skj")).unwrap();
    let locked = console.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let may_write_everywhere = File::create(locked.join("probe")).is_ok();
    let done = console.run(&["export", "session.skj", "-o", "locked/out.csv"]);
    if may_write_everywhere {
        assert!(done.status.success());
    } else {
        let message = "sockscope-cli: cannot write locked/out.csv: permission denied (EACCES 13)";
        assert_eq!(failure(&done), (1, message.to_owned()));
    }
}

#[test]
fn a_full_disk_leaves_no_file() {
    let Some(disk) = small_disk() else { return };
    // More than the small disk holds.
    let mut session = talk(8000);
    let reader = session.reader();
    let before = files_in(&disk.folder);
    for format in Format::all() {
        let target = disk.folder.join("out").with_extension(format.extension());
        let mut exporter = format.exporter(&ExportOptions::default());
        let source = ExportSource {
            reader: &reader,
            selection: &RowSelection::all(),
            filter: &Filter::default(),
            split: &ExportSplit::default(),
        };
        let context = ExportContext::of_journal(&reader);
        let mut go_on = |_| ControlFlow::Continue(());
        let error = run_to_file(&source, exporter.as_mut(), &context, &target, &mut go_on).unwrap_err();
        let expected = format!("cannot write {}: no space left on device (ENOSPC 28)", target.display());
        assert_eq!(error.to_string(), expected);
        assert_eq!(files_in(&disk.folder), before, "{format} left something behind");
    }
}

#[test]
fn an_export_that_is_cancelled_in_the_middle_leaves_the_old_file() {
    let mut session = talk(6000);
    let reader = session.reader();
    let folder = tempfile::tempdir().unwrap();
    for format in Format::all() {
        let target = folder.path().join("out").with_extension(format.extension());
        fs::write(&target, "what was there before").unwrap();
        let mut exporter = format.exporter(&ExportOptions::default());
        let source = ExportSource {
            reader: &reader,
            selection: &RowSelection::all(),
            filter: &Filter::default(),
            split: &ExportSplit::default(),
        };
        let context = ExportContext::of_journal(&reader);
        let cancelled = run_to_file(&source, exporter.as_mut(), &context, &target, &mut |progress| {
            if progress.payload_bytes > 8 << 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(cancelled, Err(ExportError::Cancelled)), "{format}: {cancelled:?}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "what was there before");
        fs::remove_file(&target).unwrap();
        assert!(files_in(folder.path()).is_empty(), "{format} left something behind");
    }
}
