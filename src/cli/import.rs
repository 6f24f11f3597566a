//! `import`: a capture, JSON lines or raw bytes as a journal, to be read with our views.

use crate::cli::new_journal::new_journal;
use crate::cli::outcome::{Failed, Outcome, say};
use crate::cli::signals::StopSignals;
use crate::cli::words::Way;
use crate::engine::import::{ImportDone, ImportPlan, import};
use crate::export::PeerEnds;
use crate::export::import::{ImportFormat, RawStream};
use crate::model::record::Direction;
use crate::util::bytes_text::ByteSize;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Turn a capture, JSON lines or raw bytes into a journal
///
/// TCP is put in order, datagrams stay what they are. A file that is cut or damaged gives everything before the
/// damage: the journal is there, one line says where the file stops making sense, and the exit code is 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file to read
    file: PathBuf,
    /// The new journal, which must not be there yet [default: a new one in the sessions folder; its path is said]
    #[arg(short, long, value_name = "JOURNAL")]
    output: Option<PathBuf>,
    /// What the file holds; without it, the file's beginning tells
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Which way the bytes of a raw file went
    #[arg(long = "dir", value_enum, default_value = "rx")]
    way: Way,
    /// Whose bytes those of a raw file are
    #[arg(long, value_name = "ADDR:PORT")]
    peer: Option<SocketAddr>,
    /// Our own address in the talk that a raw file is from
    #[arg(long, value_name = "ADDR:PORT", requires = "peer")]
    local: Option<SocketAddr>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FileFormat {
    /// Packets, as Wireshark keeps them
    Pcapng,
    /// Packets, as tcpdump keeps them
    Pcap,
    /// Records, as our own export writes them
    Jsonl,
    /// The bytes of one stream
    Raw,
}

/// Imports, and says what came out.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let signals = StopSignals::watch(Arc::default())?;
    let journal = match &typed.output {
        Some(path) => path.clone(),
        None => new_journal("import")?,
    };
    let plan = ImportPlan {
        file: typed.file.clone(),
        journal,
        format: typed.format.map(ImportFormat::from),
        raw: RawStream { direction: Direction::from(typed.way), ends: typed.ends() },
    };
    let done = import(&plan, &mut |_, _| signals.go_on()).map_err(|error| Failed::Running(error.into()))?;
    if typed.output.is_none() {
        say(format_args!("journal: {}", plan.journal.display()));
    }
    say(summary(&done, &plan.journal));
    match &done.report.damage {
        Some(damage) => Err(Failed::running(format!("{}: {damage}", typed.file.display()))),
        None => Ok(()),
    }
}

impl Arguments {
    fn ends(&self) -> Option<PeerEnds> {
        let remote = self.peer?;
        let unspecified = if remote.is_ipv4() {
            SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
        } else {
            SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
        };
        Some(PeerEnds { local: self.local.unwrap_or(unspecified).into(), remote: remote.into() })
    }
}

impl From<FileFormat> for ImportFormat {
    fn from(format: FileFormat) -> ImportFormat {
        match format {
            FileFormat::Pcapng | FileFormat::Pcap => ImportFormat::Capture,
            FileFormat::Jsonl => ImportFormat::Jsonl,
            FileFormat::Raw => ImportFormat::Raw,
        }
    }
}

/// What came out, and what did not, in one line.
fn summary(done: &ImportDone, journal: &Path) -> String {
    let report = &done.report;
    let (held, left_out) = match done.format {
        ImportFormat::Capture => ("a capture", "packets that are neither TCP nor UDP"),
        ImportFormat::Jsonl => ("JSON lines", "lines without a record"),
        ImportFormat::Raw => ("raw bytes", "parts"),
    };
    let left_out = match report.skipped {
        0 => String::new(),
        count => format!("; {count} {left_out} were left out"),
    };
    let missing = match report.missing_bytes {
        0 => String::new(),
        count => format!("; {count} bytes of streams are not in it"),
    };
    let (records, size) = (report.records, ByteSize(report.payload_bytes));
    format!("imported {records} records with {size} of {held} into {}{left_out}{missing}", journal.display())
}

#[cfg(test)]
mod tests {
    use super::summary;
    use crate::engine::import::ImportDone;
    use crate::export::import::{ImportFormat, ImportReport};
    use std::path::Path;

    #[test]
    fn what_is_missing_is_told() {
        let report = ImportReport { records: 7, payload_bytes: 100, ..ImportReport::default() };
        let whole = ImportDone { format: ImportFormat::Jsonl, report: report.clone() };
        assert_eq!(
            summary(&whole, Path::new("a.skj")),
            "imported 7 records with 100 B of JSON lines into a.skj"
        );
        let report = ImportReport { skipped: 3, missing_bytes: 9, ..report };
        let gaps = summary(&ImportDone { format: ImportFormat::Capture, report }, Path::new("a.skj"));
        assert!(
            gaps.ends_with(
                "; 3 packets that are neither TCP nor UDP were left out; 9 bytes of streams are not in it"
            ),
            "{gaps}"
        );
    }
}
