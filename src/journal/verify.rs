//! Is a journal whole? Every checksum is looked at, and everything that is counted is counted. It mends nothing.

use crate::journal::error::JournalError;
use crate::journal::format::{FRAME_HEADER_BYTES, FrameHeader, RecordKind, decode_body};
use crate::journal::reader::JournalReader;
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
    /// Changes of state.
    pub lifecycle: u64,
    /// Remarks.
    pub notes: u64,
    /// What was lost while the session ran, summed up for each kind that occurred.
    pub losses: Vec<Loss>,
    /// Rows whose content cannot be told.
    pub damaged_rows: u64,
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

/// Looks at all that is in the journal now. `on_progress` may end it early: then there is no report.
pub fn verify(
    reader: &JournalReader,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Option<VerifyReport>, JournalError> {
    let snapshot = reader.snapshot();
    let mut report = VerifyReport {
        records: snapshot.records,
        file_bytes: reader.shared().file_bytes()?,
        torn_tail_bytes: reader.tail_bytes()?,
        ..VerifyReport::default()
    };
    let gaps = reader.shared().index().entries.gaps.clone();
    for gap in gaps {
        let first = RecordId(gap.first_id);
        report.add_range(DamagedRange { first, rows: gap.rows, offset: gap.offset, bytes: gap.bytes });
    }
    let mut done_bytes = 0;
    let mut news_at = BYTES_BETWEEN_NEWS;
    let mut records = reader.records(snapshot.rows());
    while let Some(raw) = records.next_raw()? {
        let Some(header) = raw.frame else {
            // The gap that swallowed this row is in the list already.
            continue;
        };
        done_bytes += header.frame_bytes();
        if raw.head.is_damaged() && header.kind() != RecordKind::Damaged {
            let bytes = u64::from(header.payload_bytes);
            let offset = raw.offset + FRAME_HEADER_BYTES as u64;
            report.add_range(DamagedRange { first: header.id, rows: 1, offset, bytes });
        } else {
            report.count(&header, raw.payload);
        }
        if done_bytes >= news_at {
            news_at = done_bytes + BYTES_BETWEEN_NEWS;
            if on_progress(Progress { done_bytes, total_bytes: snapshot.bytes }).is_break() {
                return Ok(None);
            }
        }
    }
    report.damaged.sort_by_key(|range| range.offset);
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
            RecordKind::Lifecycle => self.lifecycle += 1,
            RecordKind::Note => self.notes += 1,
            RecordKind::Loss => {
                if let Body::Loss(loss) = decode_body(header, payload, Vec::new()) {
                    self.add_loss(loss);
                }
            }
            // Written by a later version, or marked as lost by a recovery.
            RecordKind::Damaged => self.damaged_rows += 1,
        }
    }

    fn add_loss(&mut self, loss: Loss) {
        match self.losses.iter_mut().find(|known| known.what == loss.what) {
            Some(known) => known.count = known.count.saturating_add(loss.count),
            None => self.losses.push(loss),
        }
    }
}
