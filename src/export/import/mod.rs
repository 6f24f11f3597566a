//! Files of other programs, and our own, turned back into records: captures, JSON lines, and raw bytes. Reads a file
//! from its beginning to its end in bounded memory; what becomes of the records is the sink's affair.
//!
//! A file that is cut or damaged gives everything up to there, and the report says where it ends.

mod capture;
mod fragments;
mod jsonl;
mod link;
mod raw;
mod stream;
mod traffic;

use crate::model::config::SessionKind;
use crate::model::failure::OsError;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::Body;
use crate::util::clock::Stamp;
use std::io::{self, BufRead};
use std::path::Path;
use thiserror::Error;

pub use crate::export::import::capture::import_capture;
pub use crate::export::import::jsonl::import_jsonl;
pub use crate::export::import::raw::{RawStream, import_raw};

/// Takes imported records, in order. An error ends the import.
pub trait RecordSink {
    /// Takes one record.
    fn push(&mut self, record: Imported<'_>) -> io::Result<()>;
}

/// One record on its way from a file into a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Imported<'a> {
    /// When it happened.
    pub at: Stamp,
    /// In which opening of its session; the first one where the file does not tell.
    pub epoch: Epoch,
    /// Whom it concerns.
    pub peer: Option<PeerId>,
    /// What happened.
    pub body: &'a Body,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// Packets: pcapng or pcap.
    Capture,
    /// Records, as our own export writes them.
    Jsonl,
    /// Bytes of one stream.
    Raw,
}

/// What came out of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Records made.
    pub records: u64,
    /// Their payload.
    pub payload_bytes: u64,
    /// Connections and datagram peers found.
    pub peers: u64,
    /// Packets or lines that hold nothing that a session could have seen.
    pub skipped: u64,
    /// Bytes of streams that the capture does not have.
    pub missing_bytes: u64,
    /// The kind of session it looks like: none for a mixture.
    pub kind: Option<SessionKind>,
    /// Where and why reading ended before the end of the file; all before it was read.
    pub damage: Option<Damage>,
}

/// Where a file stops making sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Damage {
    /// The file was cut.
    #[error("the file ends in the middle of {what} at byte {at}; everything before it was read")]
    Cut {
        /// What is incomplete.
        what: &'static str,
        /// Where it starts.
        at: u64,
    },
    /// Something makes no sense.
    #[error("{what} at byte {at} makes no sense; everything before it was read")]
    Nonsense {
        /// What is wrong.
        what: &'static str,
        /// Where it starts.
        at: u64,
    },
}

/// Why nothing could be read, or reading had to stop.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file is none of those that are known.
    #[error("this is neither a pcapng nor a pcap file")]
    NotACapture,
    /// The system could not read on.
    #[error("cannot read the file: {}", OsError::from(.0))]
    Read(#[source] io::Error),
    /// The sink did not take a record.
    #[error("cannot keep the imported records: {}", OsError::from(.0))]
    Sink(#[source] io::Error),
}

impl ImportFormat {
    /// Tells from its first bytes, and from its name, what a file holds; the bytes stay in the reader. Anything can be
    /// raw bytes.
    pub fn detect(input: &mut dyn BufRead, path: &Path) -> io::Result<ImportFormat> {
        const CAPTURE_STARTS: [[u8; 4]; 5] = [
            [0x0A, 0x0D, 0x0D, 0x0A],
            [0xD4, 0xC3, 0xB2, 0xA1],
            [0xA1, 0xB2, 0xC3, 0xD4],
            [0x4D, 0x3C, 0xB2, 0xA1],
            [0xA1, 0xB2, 0x3C, 0x4D],
        ];
        let start = input.fill_buf()?;
        let has_ending =
            |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
        let is_called_capture = ["pcapng", "pcap", "cap"].into_iter().any(has_ending);
        Ok(if CAPTURE_STARTS.iter().any(|known| start.starts_with(known)) || is_called_capture {
            ImportFormat::Capture
        } else if start.starts_with(b"{\"id\":") || has_ending("jsonl") {
            ImportFormat::Jsonl
        } else {
            ImportFormat::Raw
        })
    }
}

/// Counts what goes to the sink.
struct Counting<'a> {
    sink: &'a mut dyn RecordSink,
    report: ImportReport,
}

impl<'a> Counting<'a> {
    fn new(sink: &'a mut dyn RecordSink) -> Counting<'a> {
        Counting { sink, report: ImportReport::default() }
    }

    fn push(&mut self, at: Stamp, peer: Option<PeerId>, body: &Body) -> Result<(), ImportError> {
        self.push_in(Imported { at, epoch: Epoch(1), peer, body })
    }

    fn push_in(&mut self, record: Imported<'_>) -> Result<(), ImportError> {
        if let Body::Data(data) = record.body {
            self.report.payload_bytes += data.bytes.len() as u64;
        }
        self.report.records += 1;
        self.sink.push(record).map_err(ImportError::Sink)
    }
}
