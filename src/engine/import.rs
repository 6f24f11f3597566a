//! Files of other programs, and exports of our own, become sessions: the file's records go into a new journal. It
//! runs where it is called and takes as long as it takes; a front end calls it from a job.

use crate::export::import::{
    Damage, ImportError, ImportFormat, ImportReport, Imported, RawStream, RecordSink, import_capture,
    import_jsonl, import_raw,
};
use crate::journal::retention;
use crate::journal::{JournalError, JournalInfo, JournalReader, JournalWriter};
use crate::model::failure::OsError;
use crate::model::ids::Epoch;
use crate::model::record::Body;
use crate::util::PROGRAM;
use crate::util::clock::{self, Stamp};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// What becomes a session, and where.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    /// The file to read.
    pub file: PathBuf,
    /// The journal to write; it must not be there yet.
    pub journal: PathBuf,
    /// What the file holds; without it, its first bytes tell.
    pub format: Option<ImportFormat>,
    /// Whose bytes raw ones are.
    pub raw: RawStream,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDone {
    /// What it was taken for.
    pub format: ImportFormat,
    /// What came out of it. Where it tells of damage, all before that is in the journal.
    pub report: ImportReport,
}

/// Why there is no new session.
#[derive(Debug, Error)]
pub enum ImportFailure {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {}", path.display(), OsError::from(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file was said to be a capture, or is called one.
    #[error("{} is neither a pcapng nor a pcap file", path.display())]
    NotACapture {
        /// The file.
        path: PathBuf,
    },
    /// The file is a session.
    #[error("{} is a session already; it can be opened as it is", path.display())]
    IsAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The file has to be unpacked first.
    #[error("{} is compressed; unpack it first", path.display())]
    Compressed {
        /// The file.
        path: PathBuf,
    },
    /// Nothing in the file could be a record.
    #[error("there is nothing in {} that a session could have seen{}", path.display(), why.as_ref().map_or(String::new(), |why| format!(": {why}")))]
    Nothing {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        why: Option<Damage>,
    },
    /// The new journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It was asked to stop. Nothing is left behind.
    #[error("the import was cancelled")]
    Cancelled,
}

/// How much is written to the journal at once.
const PUBLISH_BYTES: usize = 1 << 20;

/// How much of the file is read at once.
const READ_BYTES: usize = 256 * 1024;

/// What packed files begin with: gzip, zstd, xz.
const COMPRESSED_STARTS: [&[u8]; 3] =
    [&[0x1F, 0x8B], &[0x28, 0xB5, 0x2F, 0xFD], &[0xFD, b'7', b'z', b'X', b'Z']];

/// Imports a file into a new journal. `progress` is told how many bytes of how many were read, and says whether to go
/// on; where the total is not known it is 0. A file that is damaged gives everything before the damage.
pub fn import(
    plan: &ImportPlan,
    progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> Result<ImportDone, ImportFailure> {
    let failed = |source| ImportFailure::Read { path: plan.file.clone(), source };
    let file = File::open(&plan.file).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut input = BufReader::with_capacity(READ_BYTES, file);
    let format = plan.recognise(&mut input)?;
    // A journal says what kind of session it holds before its first record, and only the whole file tells that. A
    // pipe can be read but once: its session is of no particular kind.
    let surveyed = metadata.is_file() && format != ImportFormat::Raw;
    let total = if metadata.is_file() { metadata.len() * if surveyed { 2 } else { 1 } } else { 0 };
    let mut reading = Reading { done: 0, total, progress };
    let mut kind = None;
    if surveyed {
        let survey = plan.read(format, input, &mut reading, &mut Nowhere)?;
        if survey.records == 0 {
            return Err(ImportFailure::Nothing { path: plan.file.clone(), why: survey.damage });
        }
        kind = survey.kind;
        let again = File::open(&plan.file).map_err(failed)?;
        input = BufReader::with_capacity(READ_BYTES, again);
    }
    let info = JournalInfo {
        session_name: plan
            .file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        kind,
        program: PROGRAM.to_owned(),
        encoding: None,
        split: None,
        created: clock::now(),
    };
    // Whatever is there already is not ours to remove.
    let writer = JournalWriter::create(&plan.journal, &info)?;
    let outcome = plan.keep(
        format,
        input,
        &mut reading,
        Keeper { writer, last: info.created, epoch: Epoch(1), failed: None },
    );
    if outcome.is_err() && retention::delete(&plan.journal).is_err() {
        // What went wrong first is what is worth saying; a folder that lets nothing be removed says so by itself.
    }
    outcome
}

impl ImportPlan {
    /// What the file holds: as it was said, or as it begins.
    fn recognise(&self, input: &mut BufReader<File>) -> Result<ImportFormat, ImportFailure> {
        let path = || self.file.clone();
        let failed = |source| ImportFailure::Read { path: path(), source };
        if let Some(format) = self.format {
            return Ok(format);
        }
        let start = input.fill_buf().map_err(failed)?;
        if start.is_empty() {
            return Err(ImportFailure::Nothing { path: path(), why: None });
        }
        if COMPRESSED_STARTS.iter().any(|known| start.starts_with(known)) {
            return Err(ImportFailure::Compressed { path: path() });
        }
        match ImportFormat::detect(input, &self.file).map_err(failed)? {
            ImportFormat::Raw if JournalReader::open(&self.file).is_ok() => {
                Err(ImportFailure::IsAJournal { path: path() })
            }
            format => Ok(format),
        }
    }

    /// Reads the file into a journal.
    fn keep(
        &self,
        format: ImportFormat,
        input: impl Read + Send,
        reading: &mut Reading<'_>,
        mut keeper: Keeper,
    ) -> Result<ImportDone, ImportFailure> {
        let report = match self.read(format, input, reading, &mut keeper) {
            Ok(report) => report,
            // The journal's own error says more than what passed through the reader of the file.
            Err(error) => return Err(keeper.failed.map_or(error, ImportFailure::Journal)),
        };
        if report.records == 0 {
            return Err(ImportFailure::Nothing { path: self.file.clone(), why: report.damage });
        }
        if let Some(damage) = &report.damage {
            keeper.writer.append(keeper.last, keeper.epoch, None, &Body::Note(damage.to_string()));
        }
        keeper.writer.close()?;
        Ok(ImportDone { format, report })
    }

    fn read(
        &self,
        format: ImportFormat,
        input: impl Read + Send,
        reading: &mut Reading<'_>,
        sink: &mut dyn RecordSink,
    ) -> Result<ImportReport, ImportFailure> {
        let trouble = Arc::default();
        let mut input = Watched { input, reading, trouble: Arc::clone(&trouble) };
        let outcome = match format {
            ImportFormat::Capture => import_capture(input, sink),
            ImportFormat::Jsonl => import_jsonl(&mut BufReader::with_capacity(READ_BYTES, input), sink),
            ImportFormat::Raw => import_raw(&mut input, clock::now(), &self.raw, sink),
        };
        let path = self.file.clone();
        let trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (trouble, outcome) {
            (Some(Trouble::Cancelled), _) => Err(ImportFailure::Cancelled),
            (Some(Trouble::Read(source)), _)
            | (None, Err(ImportError::Read(source) | ImportError::Sink(source))) => {
                Err(ImportFailure::Read { path, source })
            }
            (None, Err(ImportError::NotACapture)) => Err(ImportFailure::NotACapture { path }),
            (None, Ok(report)) => Ok(report),
        }
    }
}

/// How far the reading is, over both times that a file is read.
struct Reading<'a> {
    done: u64,
    total: u64,
    progress: &'a mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
}

/// What ended the reading before its end.
enum Trouble {
    Cancelled,
    Read(io::Error),
}

/// A file that tells how far it was read, and remembers what went wrong: readers of formats keep only that something
/// did.
struct Watched<'a, 'b, R> {
    input: R,
    reading: &'a mut Reading<'b>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

impl<R: Read> Read for Watched<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let trouble = match self.input.read(buffer) {
            Ok(count) => {
                self.reading.done += count as u64;
                if (self.reading.progress)(self.reading.done, self.reading.total).is_continue() {
                    return Ok(count);
                }
                Trouble::Cancelled
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => Trouble::Read(error),
        };
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        Err(io::ErrorKind::Other.into())
    }
}

/// Takes records only to have them counted.
struct Nowhere;

impl RecordSink for Nowhere {
    fn push(&mut self, _record: Imported<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Puts records into a journal.
struct Keeper {
    writer: JournalWriter,
    last: Stamp,
    epoch: Epoch,
    failed: Option<JournalError>,
}

impl RecordSink for Keeper {
    fn push(&mut self, record: Imported<'_>) -> io::Result<()> {
        self.last = record.at;
        self.epoch = record.epoch;
        self.writer.append(record.at, record.epoch, record.peer, record.body);
        if self.writer.batch_bytes() >= PUBLISH_BYTES
            && let Err(error) = self.writer.publish()
        {
            self.failed = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(())
    }
}
