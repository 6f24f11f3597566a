//! Drives an export: which records of a journal go to an exporter, how far it is, and where the bytes end up. Memory
//! does not grow with the journal. Knows no format.

use crate::codec::rows::{Row, RowMaker};
use crate::codec::text::{Carry, LookBack, TextEncoding};
use crate::export::exporter::{ExportContext, Exporter, PeerEnds, PeerLookup};
use crate::journal::query::Filter;
use crate::journal::{JournalError, JournalReader, KnownPeers, RecordHead};
use crate::model::failure::OsError;
use crate::model::framing::Framing;
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::Body;
use crate::util::part_file::PartFile;
use roaring::RoaringTreemap;
use std::io::{self, BufWriter, Write};
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// Which rows of a journal: those of the ranges that are also in the set, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSelection {
    /// Ranges of rows, in order, none overlapping the next; they may reach beyond the journal.
    pub ranges: Vec<Range<u64>>,
    /// What else a row has to be in, such as what a filter or a search found. Shared, because it may be large.
    pub among: Option<Arc<RoaringTreemap>>,
}

/// How much of an export is enough to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enough {
    /// So many records.
    pub records: u64,
    /// Or so much payload.
    pub payload_bytes: u64,
}

/// What is exported: rows of a journal that a filter lets through.
#[derive(Debug)]
pub struct ExportSource<'a> {
    /// The journal.
    pub reader: &'a JournalReader,
    /// Which of its rows.
    pub selection: &'a RowSelection,
    /// Which of those.
    pub filter: &'a Filter,
    /// How their streams are cut into messages, and which of those.
    pub split: &'a ExportSplit,
}

/// How streams are cut into messages, and which of the rows that come of it are exported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportSplit {
    /// How.
    pub framing: Framing,
    /// Which messages and events, by their place among all of them. It is not looked at where records are rows.
    pub rows: RowSelection,
}

/// How far an export is. Also its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub done_rows: u64,
    /// Rows to look at.
    pub total_rows: u64,
    /// Records written, or messages and events where streams are cut.
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
    known: KnownPeers,
}

/// Bytes collected before they are written.
pub(super) const WRITE_BYTES: usize = 256 * 1024;

/// How much is done between two reports.
const PACE: Pace = Pace { rows: 4096, bytes: 4 << 20 };

#[derive(Clone, Copy, Debug)]
struct Pace {
    rows: u64,
    bytes: u64,
}

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
    // The journal is what is kept safe; an export can be made again, and need not wait for the disk.
    file.finish_unsynced().map_err(failed)?;
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
    let mut drive = Drive::new(source, exporter, session, PACE);
    drive.exporter.begin(session, &mut out).map_err(write_failed)?;
    drive.go(&mut out, progress)?;
    drive.write_unfinished(&mut out)?;
    if progress(drive.at).is_break() {
        return Err(ExportError::Cancelled);
    }
    drive.exporter.finish(&mut out).map_err(write_failed)?;
    out.flush().map_err(write_failed)?;
    Ok(drive.at)
}

/// The beginning of an export, to be looked at: its first records until there are enough of them or of their payload.
/// `go_on` is asked between any two rows, because a filter may let none of very many through.
pub fn preview(
    source: &ExportSource<'_>,
    exporter: &mut dyn Exporter,
    session: &ExportContext,
    enough: Enough,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Vec<u8>, ExportError> {
    let mut out = Vec::new();
    let mut drive = Drive::new(source, exporter, session, Pace { rows: 1, bytes: 1 });
    drive.exporter.begin(session, &mut out).map_err(write_failed)?;
    let mut is_enough = false;
    let ended = drive.go(&mut out, &mut |at| {
        is_enough = at.records >= enough.records || at.payload_bytes >= enough.payload_bytes;
        if is_enough { ControlFlow::Break(()) } else { go_on() }
    });
    match ended {
        Err(ExportError::Cancelled) if is_enough => {}
        Ok(()) => drive.write_unfinished(&mut out)?,
        Err(error) => return Err(error),
    }
    drive.exporter.finish(&mut out).map_err(write_failed)?;
    Ok(out)
}

/// An export under way.
struct Drive<'a> {
    source: &'a ExportSource<'a>,
    exporter: &'a mut dyn Exporter,
    session: &'a ExportContext,
    maker: RowMaker,
    peers: JournalPeers,
    pace: Pace,
    at: Progress,
    /// When the next report is due.
    due: Progress,
}

impl<'a> Drive<'a> {
    fn new(
        source: &'a ExportSource<'a>,
        exporter: &'a mut dyn Exporter,
        session: &'a ExportContext,
        pace: Pace,
    ) -> Drive<'a> {
        let peers = JournalPeers::new(source.reader.clone());
        let maker = RowMaker::new(&source.split.framing);
        let (at, due) = (Progress::default(), Progress::default());
        Drive { source, exporter, session, maker, peers, pace, at, due }
    }

    /// Writes the messages that never ended.
    fn write_unfinished(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        let Drive { source, exporter, maker, peers, at, .. } = self;
        let mut write = |row: &Row<'_>| {
            if !source.split.is_wanted(row) {
                return Ok(());
            }
            at.count(row);
            exporter.row(row, peers, out)
        };
        maker.finish(&mut write).map_err(write_failed)
    }

    fn go(
        &mut self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), ExportError> {
        let source = self.source;
        let rows = source.reader.snapshot().records;
        self.at.total_rows = source.selection.count(rows);
        let ranges = source.selection.ranges.iter().map(|range| range.start..range.end.min(rows));
        let Some(among) = &source.selection.among else {
            return ranges.into_iter().try_for_each(|range| self.range(range, out, progress));
        };
        let mut wanted = among.iter().peekable();
        for range in ranges {
            while wanted.next_if(|row| *row < range.start).is_some() {}
            // Rows that stand together are read together.
            while let Some(start) = wanted.next_if(|row| *row < range.end) {
                let mut end = start + 1;
                while wanted.next_if(|row| *row == end && *row < range.end).is_some() {
                    end += 1;
                }
                self.range(start..end, out, progress)?;
            }
        }
        Ok(())
    }

    fn range(
        &mut self,
        range: Range<u64>,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), ExportError> {
        let mut records = self.source.reader.records(range);
        while let Some(record) = records.next()? {
            if self.at.done_rows >= self.due.done_rows || self.at.payload_bytes >= self.due.payload_bytes {
                if progress(self.at).is_break() {
                    return Err(ExportError::Cancelled);
                }
                self.due.done_rows = self.at.done_rows + self.pace.rows;
                self.due.payload_bytes = self.at.payload_bytes + self.pace.bytes;
            }
            self.at.done_rows += 1;
            // What was gathered is wanted.
            let is_gathered = self.source.selection.among.is_some();
            if record.is_wire() && !is_gathered && !self.exporter.wants_wire() {
                continue;
            }
            if !self.source.filter.is_open() && !self.source.filter.matches(&RecordHead::of(record)) {
                continue;
            }
            let Drive { source, exporter, session, maker, peers, at, .. } = self;
            let is_message = session.is_message_oriented(record.peer, peers);
            let mut write = |row: &Row<'_>| {
                if !source.split.is_wanted(row) {
                    return Ok(());
                }
                at.count(row);
                exporter.row(row, peers, out)
            };
            maker.push(record, is_message, &mut write).map_err(write_failed)?;
        }
        Ok(())
    }
}

impl Progress {
    fn count(&mut self, row: &Row<'_>) {
        self.records += 1;
        match &row.record.body {
            Body::Data(data) => self.payload_bytes += data.bytes.len() as u64,
            Body::Damaged => self.damaged_rows += 1,
            _ => {}
        }
    }
}

impl ExportSplit {
    fn is_wanted(&self, row: &Row<'_>) -> bool {
        self.framing == Framing::None || self.rows.contains(row.number.saturating_sub(1))
    }
}

impl From<Framing> for ExportSplit {
    fn from(framing: Framing) -> ExportSplit {
        ExportSplit { framing, rows: RowSelection::all() }
    }
}

impl RowSelection {
    /// All rows that are there when the export starts.
    pub fn all() -> RowSelection {
        RowSelection::range(0..u64::MAX)
    }

    /// The rows with these numbers.
    pub fn range(range: Range<u64>) -> RowSelection {
        RowSelection { ranges: vec![range], among: None }
    }

    /// Whether a row is selected.
    pub fn contains(&self, row: u64) -> bool {
        let behind = self.ranges.partition_point(|range| range.end <= row);
        let is_in_range = self.ranges.get(behind).is_some_and(|range| range.contains(&row));
        is_in_range && self.among.as_ref().is_none_or(|among| among.contains(row))
    }

    /// How many rows of a journal of so many rows are selected.
    pub fn count(&self, rows: u64) -> u64 {
        let before = |set: &RoaringTreemap, row: u64| row.checked_sub(1).map_or(0, |last| set.rank(last));
        let ranges = self.ranges.iter().map(|range| range.start.min(rows)..range.end.min(rows));
        ranges
            .map(|range| match &self.among {
                None => range.end.saturating_sub(range.start),
                Some(set) => before(set, range.end).saturating_sub(before(set, range.start)),
            })
            .sum()
    }
}

impl Default for RowSelection {
    fn default() -> RowSelection {
        RowSelection::all()
    }
}

impl JournalPeers {
    /// Peers of this journal.
    pub fn new(reader: JournalReader) -> JournalPeers {
        JournalPeers { known: KnownPeers::new(reader.clone()), reader }
    }
}

impl PeerLookup for JournalPeers {
    fn ends(&mut self, peer: PeerId) -> Option<PeerEnds> {
        self.known.info(peer).map(|info| PeerEnds { local: info.local, remote: info.remote })
    }

    fn message_oriented(&mut self, peer: PeerId) -> Option<bool> {
        self.known.info(peer)?.message_oriented
    }

    fn carry_before(
        &mut self,
        record: RecordId,
        last: Option<RecordId>,
        encoding: TextEncoding,
    ) -> Option<Carry> {
        let mut previous = self.reader.previous_in_stream(record).ok()?;
        if previous == last {
            return None;
        }
        let mut back = LookBack::new(encoding);
        while let Some(earlier) = previous.filter(|_| back.wants_more()) {
            // A record that cannot be read ends the look back: what follows starts a character, as after a gap.
            let Ok(Some(record)) = self.reader.record(earlier) else { break };
            let Some(data) = record.data() else { break };
            back.take(&data.bytes);
            previous = self.reader.previous_in_stream(earlier).ok().flatten();
        }
        Some(back.carry())
    }
}

impl ExportContext {
    /// The context of a journal's session.
    pub fn of_journal(reader: &JournalReader) -> ExportContext {
        let info = reader.info();
        ExportContext { program: info.program.clone(), ..ExportContext::new(&info.session_name, info.kind) }
    }
}

pub(super) fn write_failed(source: io::Error) -> ExportError {
    ExportError::Write { target: "the output".to_owned(), source }
}
