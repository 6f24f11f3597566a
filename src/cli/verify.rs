//! `verify`: whether a journal is whole, what it holds, and what damage has cost.

use crate::cli::outcome::{Failed, Outcome};
use crate::journal::JournalReader;
use crate::journal::verify::{VerifyReport, verify};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Damaged ranges that are listed one by one.
const LISTED_RANGES: usize = 20;

/// Check whether a journal is whole
///
/// Exit code 0: every byte of it is as it was written. 1: it is damaged, and the report says where and what it cost.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal
    file: PathBuf,
}

/// Looks at every byte and reports.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let reader = JournalReader::open(&typed.file).map_err(|error| Failed::Running(error.into()))?;
    let report = verify(&reader, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| Failed::Running(error.into()))?
        .unwrap_or_default();
    io::stdout().lock().write_all(text(&report).as_bytes()).map_err(Failed::output)?;
    if report.is_whole() { Ok(()) } else { Err(Failed::running(verdict(&typed.file, &report))) }
}

fn text(report: &VerifyReport) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        if writeln!(text, "{name:<10} {value}").is_err() {
            // A String takes whatever it is given.
        }
    };
    line("whole", if report.is_whole() { "yes" } else { "no" }.to_owned());
    line("records", report.records.to_string());
    line("bytes", report.file_bytes.to_string());
    line("received", format!("{} records, {} bytes", report.received.records, report.received.bytes));
    line("sent", format!("{} records, {} bytes", report.sent.records, report.sent.bytes));
    if report.wire.records > 0 {
        line("wire", format!("{} records, {} bytes", report.wire.records, report.wire.bytes));
    }
    line("events", report.lifecycle.to_string());
    line("notes", report.notes.to_string());
    for loss in &report.losses {
        line("loss", format!("{} {}", loss.what.word(), loss.count));
    }
    if report.newer_rows > 0 {
        line("newer", format!("{} rows of a later version, which can show them", report.newer_rows));
    }
    if report.damaged_rows > 0 || report.damaged_ranges > 0 {
        line("damaged", format!("{} rows in {} places", report.damaged_rows, report.damaged_ranges));
    }
    for range in report.damaged.iter().take(LISTED_RANGES) {
        let rows = format!("{} rows from row {}", range.rows, range.first);
        line("damage", format!("at byte {}: {} bytes, {rows}", range.offset, range.bytes));
    }
    if report.torn_tail_bytes > 0 {
        line("torn tail", format!("{} bytes behind the last whole record", report.torn_tail_bytes));
    }
    text
}

fn verdict(path: &Path, report: &VerifyReport) -> String {
    if report.damaged_rows == 0 && report.damaged_ranges == 0 {
        return format!(
            "{} ends in {} bytes of a torn record; all {} records before it are whole",
            path.display(),
            report.torn_tail_bytes,
            report.records
        );
    }
    format!(
        "{} is damaged: {} of {} rows cannot be read; sockscope-cli recover saves the others",
        path.display(),
        report.damaged_rows,
        report.records
    )
}

#[cfg(test)]
mod tests {
    use super::{VerifyReport, text, verdict};
    use std::path::Path;

    #[test]
    fn a_whole_journal_has_no_lines_about_damage() {
        let report = VerifyReport { records: 3, file_bytes: 2000, ..VerifyReport::default() };
        let text = text(&report);
        assert!(text.starts_with("whole      yes\nrecords    3\nbytes      2000\n"), "{text}");
        assert!(!text.contains("damage") && !text.contains("torn"), "{text}");
    }

    #[test]
    fn damage_is_told_in_one_line() {
        let report =
            VerifyReport { records: 9, damaged_rows: 2, damaged_ranges: 1, ..VerifyReport::default() };
        assert_eq!(
            verdict(Path::new("a.skj"), &report),
            "a.skj is damaged: 2 of 9 rows cannot be read; sockscope-cli recover saves the others"
        );
    }
}
