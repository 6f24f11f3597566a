//! Saving a journal under another name: as it is, or what can be saved of a damaged one, every whole frame in its
//! own row. The source is not touched.

use crate::journal::error::JournalError;
use crate::journal::format::{FrameHeader, RecordKind, encode_header};
use crate::journal::index::Frontier;
use crate::journal::reader::JournalReader;
use crate::journal::snapshot::Snapshot;
use crate::journal::verify::Progress;
use crate::journal::walk::FrameWalk;
use crate::model::failure::Operation;
use crate::util::part_file::PartFile;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Progress is told about this often.
const BYTES_BETWEEN_NEWS: u64 = 16 << 20;
/// Copied at once; progress is told after each.
const COPY_BLOCK_BYTES: usize = 1 << 20;

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
        // The system says that itself, in its own words.
        File::create_new(out).map_err(JournalError::io(Operation::OpenFile, out))?;
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

/// Copies a journal as far as it is published now, also one that is being written or whose file was removed. The
/// copy appears when it is complete; a file that has its name already is replaced only then. `on_progress` may end
/// it early: then there is no copy, and the answer is `None`.
pub fn save_copy(
    reader: &JournalReader,
    out: &Path,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<Snapshot>, JournalError> {
    let snapshot = reader.snapshot();
    let write_error = |error| JournalError::io(Operation::WriteFile, out)(error);
    let mut part = PartFile::create(out).map_err(JournalError::io(Operation::OpenFile, out))?;
    let mut block = vec![0; COPY_BLOCK_BYTES];
    let mut done_bytes = 0;
    while done_bytes < snapshot.bytes {
        let left = usize::try_from(snapshot.bytes - done_bytes).unwrap_or(usize::MAX);
        let wanted = left.min(block.len());
        let count = reader.read_at(&mut block[..wanted], done_bytes)?;
        if count == 0 {
            return Err(JournalError::Damaged {
                path: reader.path().to_owned(),
                at_byte: done_bytes,
                what: "the file has become shorter",
            });
        }
        part.write_all(&block[..count]).map_err(write_error)?;
        done_bytes += count as u64;
        if on_progress(Progress { done_bytes, total_bytes: snapshot.bytes }).is_break() {
            return Ok(None);
        }
    }
    part.finish().map_err(write_error)?;
    Ok(Some(snapshot))
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
