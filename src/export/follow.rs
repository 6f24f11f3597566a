//! Goes along with a journal that is being written: what is there, and then what comes, row by row, to an exporter. Knows
//! no format, nor who waits for the rows.

use crate::codec::rows::{Row, RowMaker};
use crate::export::exporter::{ExportContext, Exporter};
use crate::export::run::{ExportError, JournalPeers, WRITE_BYTES, write_failed};
use crate::journal::JournalReader;
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, Direction, Record};
use crate::util::clock;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::time::Duration;

/// What is gone along with.
#[derive(Clone, Copy, Debug)]
pub struct FollowSource<'a> {
    /// The journal.
    pub reader: &'a JournalReader,
    /// The row that it begins with.
    pub from_row: u64,
    /// How its streams are cut into messages.
    pub split: &'a Framing,
    /// After so long, what has come of a message goes out although it has not ended; its rest follows as a row of its
    /// own. Without one, messages go out when they end.
    pub patience: Option<Duration>,
}

/// Exports what is there from a row on and then what comes, row by row, for someone who watches. Whenever it has caught
/// up, what was written is flushed and `wait` is asked; it returns when there may be more, or says that it is the end.
/// Gives the row that would have been next.
pub fn follow(
    source: &FollowSource<'_>,
    exporter: &mut dyn Exporter,
    session: &ExportContext,
    out: &mut dyn Write,
    wait: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<u64, ExportError> {
    let FollowSource { reader, from_row, split, patience } = *source;
    let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
    let mut peers = JournalPeers::new(reader.clone());
    exporter.begin(session, &mut out).map_err(write_failed)?;
    let mut next_row = from_row;
    let mut maker = RowMaker::new(split);
    let mut early = EarlyParts::default();
    loop {
        let mut records = reader.records(next_row..u64::MAX);
        while let Some(record) = records.next()? {
            if record.is_wire() && !exporter.wants_wire() {
                continue;
            }
            let is_message = session.is_message_oriented(record.peer, &mut peers);
            maker
                .push(record, is_message, &mut |row| early.rest(row, exporter, &mut peers, &mut out))
                .map_err(write_failed)?;
        }
        next_row = records.next_id().0;
        if let Some(patience) = patience.filter(|_| maker.has_unfinished()) {
            early
                .unfinished(maker.clone(), patience, exporter, &mut peers, &mut out)
                .map_err(write_failed)?;
        }
        out.flush().map_err(write_failed)?;
        if wait().is_break() {
            break;
        }
        reader.refresh()?;
    }
    maker.finish(&mut |row| early.rest(row, exporter, &mut peers, &mut out)).map_err(write_failed)?;
    exporter.finish(&mut out).map_err(write_failed)?;
    out.flush().map_err(write_failed)?;
    Ok(next_row)
}

type StreamKey = (Option<PeerId>, Direction);

/// What went out of messages before they ended.
#[derive(Debug, Default)]
struct EarlyParts {
    streams: BTreeMap<StreamKey, EarlyPart>,
}

/// What went out of the messages of a stream that have not ended.
#[derive(Clone, Copy, Debug, Default)]
struct EarlyPart {
    /// So many bytes.
    bytes: usize,
    /// When the last of them did (monotonic nanoseconds).
    at_mono_ns: u64,
}

impl EarlyParts {
    /// Writes a row, without the part of it that went out before it ended.
    fn rest(
        &mut self,
        row: &Row<'_>,
        exporter: &mut dyn Exporter,
        peers: &mut JournalPeers,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some((stream, length)) = stream_of(row) else { return exporter.row(row, peers, out) };
        let Some(early) = self.streams.get_mut(&stream) else { return exporter.row(row, peers, out) };
        let passed = early.bytes.min(length);
        early.bytes -= passed;
        if early.bytes == 0 {
            self.streams.remove(&stream);
        }
        write_from(row, passed, exporter, peers, out)
    }

    /// Writes what has come of messages that have kept others waiting for so long.
    fn unfinished(
        &mut self,
        maker: RowMaker,
        patience: Duration,
        exporter: &mut dyn Exporter,
        peers: &mut JournalPeers,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let now = clock::now().mono_ns;
        let patience_ns = u64::try_from(patience.as_nanos()).unwrap_or(u64::MAX);
        let mut gone: BTreeMap<StreamKey, usize> = BTreeMap::new();
        let mut maker = maker;
        maker.finish(&mut |row| {
            let Some((stream, length)) = stream_of(row) else { return Ok(()) };
            let early = self.streams.get(&stream).copied().unwrap_or_default();
            let gone = gone.entry(stream).or_default();
            let passed = early.bytes.saturating_sub(*gone).min(length);
            let since = early.at_mono_ns.max(row.record.at.mono_ns);
            if passed < length && now.saturating_sub(since) >= patience_ns {
                write_from(row, passed, exporter, peers, out)?;
                self.streams.insert(stream, EarlyPart { bytes: *gone + length, at_mono_ns: now });
            }
            *gone += length;
            Ok(())
        })
    }
}

/// The stream that a message was cut out of, and how long it is.
fn stream_of(row: &Row<'_>) -> Option<(StreamKey, usize)> {
    let data = row.record.data().filter(|_| row.message.is_some())?;
    Some(((row.record.peer, data.head.direction), data.bytes.len()))
}

/// Writes a message without its first bytes, if there are others.
fn write_from(
    row: &Row<'_>,
    passed: usize,
    exporter: &mut dyn Exporter,
    peers: &mut JournalPeers,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (Some(cut), Some(data)) = (row.message.filter(|_| passed > 0), row.record.data()) else {
        return exporter.row(row, peers, out);
    };
    let Some(rest) = data.bytes.get(passed..).filter(|rest| !rest.is_empty()) else { return Ok(()) };
    let data = Data { bytes: rest.to_vec(), ..data.clone() };
    let record = Record { at: cut.ended, body: Body::Data(data), ..row.record.clone() };
    exporter.row(&Row { record: &record, ..*row }, peers, out)
}
