//! A file of bytes as one stream to or from one peer.

use crate::export::exporter::PeerEnds;
use crate::export::import::{Counting, ImportError, ImportReport, RecordSink};
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, DataHead, Direction, Lifecycle, Origin};
use crate::util::clock::Stamp;
use std::io::Read;

/// How many bytes make a record.
const RECORD_BYTES: usize = 64 * 1024;

/// What a file of bytes does not tell about its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawStream {
    /// Which way the bytes went.
    pub direction: Direction,
    /// Between whom, where the person knows.
    pub ends: Option<PeerEnds>,
}

impl Default for RawStream {
    fn default() -> RawStream {
        RawStream { direction: Direction::Received, ends: None }
    }
}

/// Imports raw bytes, all of them at the moment `at`, because the file tells no other.
pub fn import_raw(
    input: &mut dyn Read,
    at: Stamp,
    stream: &RawStream,
    sink: &mut dyn RecordSink,
) -> Result<ImportReport, ImportError> {
    let mut counting = Counting::new(sink);
    counting.report.peers = 1;
    let head = DataHead::new(stream.direction, Origin::Import);
    let mut body = Body::Data(Data { head, bytes: Vec::with_capacity(RECORD_BYTES) });
    let mut introduction = stream.ends.map(|PeerEnds { local, remote }| Lifecycle::PeerJoined {
        local,
        remote,
        message_oriented: Some(false),
        process: None,
    });
    loop {
        let Body::Data(data) = &mut body else { return Ok(counting.report) };
        data.bytes.clear();
        let wanted = RECORD_BYTES as u64;
        let got = Read::take(&mut *input, wanted).read_to_end(&mut data.bytes);
        if got.map_err(ImportError::Read)? == 0 {
            return Ok(counting.report);
        }
        if let Some(introduction) = introduction.take() {
            counting.push(at, Some(PeerId::FIRST), &Body::Lifecycle(introduction))?;
        }
        counting.push(at, Some(PeerId::FIRST), &body)?;
    }
}
