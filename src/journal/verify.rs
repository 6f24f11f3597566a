//! Is a journal whole? Every checksum is looked at, and everything that is counted is counted. It mends nothing.

use crate::journal::error::JournalError;
use crate::journal::format::{FrameHeader, RecordKind, decode_body};
use crate::journal::index::Frontier;
use crate::journal::reader::JournalReader;
use crate::journal::walk::FrameWalk;
use crate::model::failure::Operation;
use crate::model::ids::RecordId;
use crate::model::record::{Body, Direction, Loss, LossKind};
use crate::model::status::Traffic;
use std::ops::ControlFlow;

/// So many damaged ranges are listed one by one; all are counted.
const MAX_LISTED_RANGES: usize = 1000;
/// Progress is told about this often.
const BYTES_BETWEEN_NEWS: u64 = 16 << 20;

/// What a journal holds, and what of it is damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Rows, damaged ones included.
    pub records: u64,
    /// The whole file.
    pub file_bytes: u64,
    /// From peers.
    pub received: Traffic,
    /// To peers.
    pub sent: Traffic,
    /// On the layer below the payload, in both directions.
    pub wire: Traffic,
    /// Changes of state.
    pub lifecycle: u64,
    /// Remarks.
    pub notes: u64,
    /// What was lost while the session ran, summed up for each kind that occurred.
    pub losses: Vec<Loss>,
    /// Rows whose content cannot be told.
    pub damaged_rows: u64,
    /// Rows that are whole, and that only a later version can show.
    pub newer_rows: u64,
    /// How many damaged ranges there are.
    pub damaged_ranges: u64,
    /// The first of them, in the order of the file.
    pub damaged: Vec<DamagedRange>,
    /// Bytes behind the last whole frame.
    pub torn_tail_bytes: u64,
}

/// Where a journal is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedRange {
    /// The first row lost with it.
    pub first: RecordId,
    /// How many rows; 0 where the damage hit no row.
    pub rows: u64,
    /// The first damaged byte.
    pub offset: u64,
    /// How many bytes make no sense.
    pub bytes: u64,
}

/// How far a long task has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the journal dealt with.
    pub done_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// Looks at all that is in the journal now, without believing its index. `on_progress` may end it early: then there
/// is no report.
pub fn verify(
    reader: &JournalReader,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<VerifyReport>, JournalError> {
    let shared = reader.shared();
    let total_bytes = shared.file_bytes()?;
    let mut report = VerifyReport { file_bytes: total_bytes, ..VerifyReport::default() };
    let mut known_to = Frontier::START.bytes;
    let mut news_at = BYTES_BETWEEN_NEWS;
    let mut payload = Vec::new();
    let mut walk = FrameWalk::new(shared.file(), shared.seed(), Frontier::START, total_bytes);
    while let Some(frame) = walk.next_frame().map_err(JournalError::io(Operation::ReadFile, reader.path()))? {
        let rows = frame.header.id.0 - report.records;
        if rows > 0 || frame.offset > known_to {
            let bytes = frame.offset.saturating_sub(known_to);
            report.add_range(DamagedRange { first: RecordId(report.records), rows, offset: known_to, bytes });
        }
        report.records = frame.header.id.0 + 1;
        known_to = frame.end();
        if reader.read_payload(&frame, &mut payload)? {
            report.count(&frame.header, &payload);
        } else {
            let bytes = u64::from(frame.header.payload_bytes);
            let offset = frame.payload_at();
            report.add_range(DamagedRange { first: frame.header.id, rows: 1, offset, bytes });
            walk.distrust_payload_of(&frame);
        }
        if known_to >= news_at {
            news_at = known_to + BYTES_BETWEEN_NEWS;
            if on_progress(Progress { done_bytes: known_to, total_bytes }).is_break() {
                return Ok(None);
            }
        }
    }
    report.torn_tail_bytes = total_bytes.saturating_sub(known_to);
    Ok(Some(report))
}

impl VerifyReport {
    /// Whether nothing is damaged and nothing is torn.
    pub fn is_whole(&self) -> bool {
        self.damaged_ranges == 0 && self.damaged_rows == 0 && self.torn_tail_bytes == 0
    }

    /// Datagrams that the kernel dropped.
    pub fn kernel_drops(&self) -> u64 {
        self.losses.iter().filter(|loss| loss.what == LossKind::UdpKernelDrop).map(|loss| loss.count).sum()
    }

    fn add_range(&mut self, range: DamagedRange) {
        self.damaged_ranges += 1;
        self.damaged_rows += range.rows;
        if self.damaged.len() < MAX_LISTED_RANGES {
            self.damaged.push(range);
        }
    }

    fn count(&mut self, header: &FrameHeader, payload: &[u8]) {
        match header.kind() {
            RecordKind::Data if header.head().direction == Some(Direction::Sent) => {
                self.sent.add(header.data_bytes() as usize);
            }
            RecordKind::Data => self.received.add(header.data_bytes() as usize),
            RecordKind::Wire => self.wire.add(header.data_bytes() as usize),
            // Marked as lost by a recovery.
            RecordKind::Damaged => self.damaged_rows += 1,
            RecordKind::Lifecycle | RecordKind::Note | RecordKind::Loss | RecordKind::Newer => {
                match decode_body(header, payload, Vec::new()) {
                    Body::Lifecycle(_) => self.lifecycle += 1,
                    Body::Note(_) => self.notes += 1,
                    Body::Loss(loss) => self.add_loss(loss),
                    _ => self.newer_rows += 1,
                }
            }
        }
    }

    fn add_loss(&mut self, loss: Loss) {
        match self.losses.iter_mut().find(|known| known.what == loss.what) {
            Some(known) => known.count = known.count.saturating_add(loss.count),
            None => self.losses.push(loss),
        }
    }
}
