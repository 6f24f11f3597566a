//! Drives an export: which records of a journal go to an exporter, how far it is, and where the bytes end up. Memory
//! does not grow with the journal. Knows no format.

use crate::export::exporter::{ExportContext, Exporter, PeerEnds, PeerLookup};
use crate::journal::query::Filter;
use crate::journal::{JournalError, JournalReader, RecordHead, RecordKind};
use crate::model::failure::OsError;
use crate::model::ids::PeerId;
use crate::model::record::{Body, Record};
use crate::util::part_file::PartFile;
use roaring::RoaringTreemap;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::ops::{ControlFlow, Range};
use std::path::Path;
use thiserror::Error;

/// Which rows of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Selection {
    /// All that are there when the export starts.
    #[default]
    All,
    /// Those with these numbers.
    Range(Range<u64>),
    /// Those that were selected or found.
    Rows(RoaringTreemap),
}

/// What is exported: rows of a journal that a filter lets through.
#[derive(Debug)]
pub struct ExportSource<'a> {
    /// The journal.
    pub reader: &'a JournalReader,
    /// Which of its rows.
    pub selection: &'a Selection,
    /// Which of those.
    pub filter: &'a Filter,
}

/// How far an export is. Also its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub done_rows: u64,
    /// Rows to look at.
    pub total_rows: u64,
    /// Records written.
    pub records: u64,
    /// Their payload.
    pub payload_bytes: u64,
    /// Rows that could not be read because the journal is damaged there.
    pub damaged_rows: u64,
}

/// Why an export came to no end.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The output could not be written.
    #[error("cannot write {target}: {}", OsError::from(source))]
    Write {
        /// The path, or what else it is.
        target: String,
        /// What the system said.
        source: io::Error,
    },
    /// It was asked to stop. Nothing is left behind.
    #[error("the export was cancelled")]
    Cancelled,
}

/// Peers of a journal, the last ones asked for kept at hand.
#[derive(Debug)]
pub struct JournalPeers {
    reader: JournalReader,
    known: HashMap<PeerId, PeerEnds>,
}

/// Peers kept at hand; past this the journal is asked again.
const KNOWN_PEERS_LIMIT: usize = 4096;

/// Bytes collected before they are written.
const WRITE_BYTES: usize = 256 * 1024;

/// How much is done between two reports.
const REPORT_ROWS: u64 = 4096;
const REPORT_BYTES: u64 = 4 << 20;

/// Exports to a file, which appears under its name only when it is whole. `progress` is told how far it is, and says
/// whether to go on.
pub fn run_to_file(
    source: &ExportSource<'_>,
    exporter: &mut dyn Exporter,
    session: &ExportContext,
    path: &Path,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Progress, ExportError> {
    let failed = |source| ExportError::Write { target: path.display().to_string(), source };
    let mut file = PartFile::create(path).map_err(failed)?;
    let done = match run(source, exporter, session, &mut file, progress) {
        Err(ExportError::Write { source, .. }) => return Err(failed(source)),
        other => other?,
    };
    file.finish().map_err(failed)?;
    Ok(done)
}

/// Exports to any output. What was written before an error or a cancel stays written.
pub fn run(
    source: &ExportSource<'_>,
    exporter: &mut dyn Exporter,
    session: &ExportContext,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Progress, ExportError> {
    let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
    let mut drive =
        Drive { source, exporter, peers: JournalPeers::new(source.reader.clone()), at: Progress::default() };
    drive.exporter.begin(session, &mut out).map_err(write_failed)?;
    drive.go(&mut out, progress)?;
    if progress(drive.at).is_break() {
        return Err(ExportError::Cancelled);
    }
    drive.exporter.finish(&mut out).map_err(write_failed)?;
    out.flush().map_err(write_failed)?;
    Ok(drive.at)
}

/// An export under way.
struct Drive<'a> {
    source: &'a ExportSource<'a>,
    exporter: &'a mut dyn Exporter,
    peers: JournalPeers,
    at: Progress,
}

impl Drive<'_> {
    fn go(
        &mut self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), ExportError> {
        let total = self.source.reader.snapshot().records;
        match self.source.selection {
            Selection::All => self.range(0..total, total, out, progress),
            Selection::Range(range) => {
                let range = range.start.min(total)..range.end.min(total);
                let rows = range.end.saturating_sub(range.start);
                self.range(range, rows, out, progress)
            }
            Selection::Rows(rows) => {
                let count = rows.len();
                let mut rows = rows.iter().take_while(|row| *row < total).peekable();
                // Rows that stand together are read together.
                while let Some(start) = rows.next() {
                    let mut end = start + 1;
                    while rows.next_if_eq(&end).is_some() {
                        end += 1;
                    }
                    self.range(start..end, count, out, progress)?;
                }
                Ok(())
            }
        }
    }

    fn range(
        &mut self,
        range: Range<u64>,
        total_rows: u64,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), ExportError> {
        self.at.total_rows = total_rows;
        let mut records = self.source.reader.records(range);
        let (mut rows_due, mut bytes_due) = (self.at.done_rows, self.at.payload_bytes);
        while let Some(record) = records.next()? {
            if self.at.done_rows >= rows_due || self.at.payload_bytes >= bytes_due {
                if progress(self.at).is_break() {
                    return Err(ExportError::Cancelled);
                }
                rows_due = self.at.done_rows + REPORT_ROWS;
                bytes_due = self.at.payload_bytes + REPORT_BYTES;
            }
            self.at.done_rows += 1;
            if !self.source.filter.is_open() && !self.source.filter.matches(&head_of(record)) {
                continue;
            }
            self.exporter.record(record, &mut self.peers, out).map_err(write_failed)?;
            self.at.records += 1;
            match &record.body {
                Body::Data(data) => self.at.payload_bytes += data.bytes.len() as u64,
                Body::Damaged => self.at.damaged_rows += 1,
                _ => {}
            }
        }
        Ok(())
    }
}

impl JournalPeers {
    /// Peers of this journal.
    pub fn new(reader: JournalReader) -> JournalPeers {
        JournalPeers { reader, known: HashMap::new() }
    }
}

impl PeerLookup for JournalPeers {
    fn ends(&mut self, peer: PeerId) -> Option<PeerEnds> {
        if let Some(ends) = self.known.get(&peer) {
            return Some(*ends);
        }
        // A peer whose introduction cannot be read is a peer without addresses; the damaged row itself is reported.
        let info = self.reader.peer(peer).ok().flatten()?;
        let ends = PeerEnds { local: info.local, remote: info.remote };
        if self.known.len() >= KNOWN_PEERS_LIMIT {
            self.known.clear();
        }
        self.known.insert(peer, ends);
        Some(ends)
    }
}

impl ExportContext {
    /// The context of a journal's session.
    pub fn of_journal(reader: &JournalReader) -> ExportContext {
        let info = reader.info();
        ExportContext { program: info.program.clone(), ..ExportContext::new(&info.session_name, info.kind) }
    }
}

fn head_of(record: &Record) -> RecordHead {
    let data = record.data();
    RecordHead {
        id: record.id,
        at: record.at,
        epoch: record.epoch,
        peer: record.peer,
        kind: match &record.body {
            Body::Data(_) => RecordKind::Data,
            Body::Lifecycle(_) => RecordKind::Lifecycle,
            Body::Loss(_) => RecordKind::Loss,
            Body::Note(_) => RecordKind::Note,
            Body::Damaged => RecordKind::Damaged,
        },
        direction: data.map(|data| data.head.direction),
        data_bytes: data.map_or(0, |data| u32::try_from(data.bytes.len()).unwrap_or(u32::MAX)),
        previous: None,
    }
}

fn write_failed(source: io::Error) -> ExportError {
    ExportError::Write { target: "the output".to_owned(), source }
}
