//! Saving what can be saved: every whole frame of a damaged journal goes into a new one, in its own row. The
//! damaged file is not touched.

use crate::journal::error::JournalError;
use crate::journal::format::{FrameHeader, RecordKind, encode_header};
use crate::journal::index::Frontier;
use crate::journal::reader::JournalReader;
use crate::journal::verify::Progress;
use crate::journal::walk::FrameWalk;
use crate::model::failure::Operation;
use crate::util::part_file::PartFile;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Progress is told about this often.
const BYTES_BETWEEN_NEWS: u64 = 16 << 20;

/// What a recovery saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoverReport {
    /// Records copied whole.
    pub records: u64,
    /// Rows that are lost; they show as damaged in the new file, so that all others keep their number.
    pub lost_rows: u64,
    /// Bytes of the old file that made no sense.
    pub skipped_bytes: u64,
}

/// Copies every whole record of the journal at `path` into a new journal at `out`, which appears when it is
/// complete and must not be there yet. `on_progress` may end it early: then there is no new file and no report.
pub fn recover(
    path: &Path,
    out: &Path,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<RecoverReport>, JournalError> {
    let reader = JournalReader::open(path)?;
    let write_error = |error| JournalError::io(Operation::WriteFile, out)(error);
    if out.exists() {
        return Err(JournalError::io(Operation::OpenFile, out)(io::ErrorKind::AlreadyExists.into()));
    }
    let shared = reader.shared();
    let part = PartFile::create(out).map_err(JournalError::io(Operation::OpenFile, out))?;
    let mut target = BufWriter::with_capacity(1 << 20, part);
    target.write_all(&encode_header(shared.id(), reader.info())).map_err(write_error)?;
    let total_bytes = shared.file_bytes()?;
    let mut report = RecoverReport::default();
    let mut rows = 0;
    let mut kept_bytes = Frontier::START.bytes;
    let mut news_at = BYTES_BETWEEN_NEWS;
    let mut payload = Vec::new();
    let mut walk = FrameWalk::new(shared.file(), shared.seed(), Frontier::START, total_bytes);
    loop {
        let frame = walk.next_frame().map_err(JournalError::io(Operation::ReadFile, path))?;
        let Some(frame) = frame else {
            break;
        };
        report.lost_rows += frame.header.id.0 - rows;
        rows = frame.header.id.0 + 1;
        if reader.read_payload(&frame, &mut payload)? {
            report.records += 1;
            kept_bytes += frame.header.frame_bytes();
            write_frame(&mut target, &frame.header, &payload, shared.seed()).map_err(write_error)?;
        } else {
            report.lost_rows += 1;
            // Its time and peer are still true. Frames that begin inside the damage are found from here.
            walk.distrust_payload_of(&frame);
            write_frame(&mut target, &emptied(&frame.header), &[], shared.seed()).map_err(write_error)?;
        }
        if frame.end() >= news_at {
            news_at = frame.end() + BYTES_BETWEEN_NEWS;
            if on_progress(Progress { done_bytes: frame.end(), total_bytes }).is_break() {
                return Ok(None);
            }
        }
    }
    report.skipped_bytes = total_bytes.saturating_sub(kept_bytes);
    let part = target.into_inner().map_err(|error| write_error(error.into_error()))?;
    part.finish().map_err(write_error)?;
    Ok(Some(report))
}

fn write_frame(target: &mut impl Write, header: &FrameHeader, payload: &[u8], seed: u32) -> io::Result<()> {
    target.write_all(&header.encode(seed))?;
    target.write_all(payload)
}

/// The frame of a row that is known to be lost.
fn emptied(header: &FrameHeader) -> FrameHeader {
    FrameHeader {
        code: RecordKind::Damaged.code(),
        facts_bytes: 0,
        payload_bytes: 0,
        payload_crc: crc32fast::hash(&[]),
        ..*header
    }
}
