//! A file of bytes as one stream that was received.

use crate::export::import::{Counting, ImportError, ImportReport, RecordSink};
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, DataHead, Direction, Origin};
use crate::util::clock::Stamp;
use std::io::Read;

/// How many bytes make a record.
const RECORD_BYTES: usize = 64 * 1024;

/// Imports raw bytes, all of them at the moment `at`, because the file tells no other.
pub fn import_raw(
    input: &mut dyn Read,
    at: Stamp,
    sink: &mut dyn RecordSink,
) -> Result<ImportReport, ImportError> {
    let mut counting = Counting::new(sink);
    counting.report.peers = 1;
    let head = DataHead::new(Direction::Received, Origin::Import);
    let mut body = Body::Data(Data { head, bytes: Vec::with_capacity(RECORD_BYTES) });
    loop {
        let Body::Data(data) = &mut body else { return Ok(counting.report) };
        data.bytes.clear();
        let wanted = RECORD_BYTES as u64;
        let got = Read::take(&mut *input, wanted).read_to_end(&mut data.bytes);
        if got.map_err(ImportError::Read)? == 0 {
            return Ok(counting.report);
        }
        counting.push(at, Some(PeerId::FIRST), &body)?;
    }
}
