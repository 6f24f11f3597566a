//! Streams cut into messages for people's eyes: each message is printed as the record that it begins in, with the
//! message's bytes. Knows no format.

use crate::codec::framing::{Framer, Message};
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, Direction, Lifecycle, Record};
use std::collections::BTreeMap;
use std::io;

type StreamKey = (Option<PeerId>, Direction);

/// Takes one finished message.
type Sink<'a> = dyn FnMut(&Record) -> io::Result<()> + 'a;

/// The unfinished messages of all streams.
#[derive(Debug)]
pub(super) struct Messages {
    framing: Framing,
    streams: BTreeMap<StreamKey, Stream>,
}

#[derive(Debug)]
struct Stream {
    framer: Framer,
    /// The record in which the message that waits begins, without its bytes.
    start: Record,
}

impl Messages {
    pub(super) fn new(framing: Framing) -> Messages {
        Messages { framing, streams: BTreeMap::new() }
    }

    /// Passes on the messages that this record ends; what is no data ends those of its peer, if it left, and is
    /// passed on itself.
    pub(super) fn push(&mut self, record: &Record, sink: &mut Sink<'_>) -> io::Result<()> {
        let Body::Data(data) = &record.body else {
            if let Body::Lifecycle(Lifecycle::PeerLeft { .. }) = &record.body {
                for direction in [Direction::Received, Direction::Sent] {
                    if let Some(stream) = self.streams.remove(&(record.peer, direction)) {
                        stream.finish(sink)?;
                    }
                }
            }
            return sink(record);
        };
        let body = Body::Data(Data { head: data.head, bytes: Vec::new() });
        let head = Record { id: record.id, at: record.at, epoch: record.epoch, peer: record.peer, body };
        let framing = &self.framing;
        let stream = self
            .streams
            .entry((record.peer, data.head.direction))
            .or_insert_with(|| Stream { framer: Framer::new(framing), start: head.clone() });
        let Stream { framer, start } = stream;
        let mut outcome = Ok(());
        framer.push(record.id, record.at.mono_ns, &data.bytes, |message| {
            if outcome.is_ok() {
                let begins_in = if message.from.record == start.id { &*start } else { &head };
                outcome = sink(&as_record(begins_in, &message));
            }
        });
        if framer.waiting_bytes() <= data.bytes.len() {
            *start = head;
        }
        outcome
    }

    /// When the first message that waits ends by silence.
    pub(super) fn deadline_mono_ns(&self) -> Option<u64> {
        self.streams.values().filter_map(|stream| stream.framer.deadline_mono_ns()).min()
    }

    /// Passes on the messages that silence has ended by now.
    pub(super) fn end_silent(&mut self, now_mono_ns: u64, sink: &mut Sink<'_>) -> io::Result<()> {
        for stream in self.streams.values_mut() {
            if stream.framer.deadline_mono_ns().is_some_and(|due| due <= now_mono_ns) {
                stream.end(sink)?;
            }
        }
        Ok(())
    }

    /// Passes on what waits.
    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        std::mem::take(&mut self.streams).into_values().try_for_each(|stream| stream.finish(sink))
    }
}

impl Stream {
    fn end(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        let mut outcome = Ok(());
        let start = &self.start;
        self.framer.finish(|message| {
            if outcome.is_ok() {
                outcome = sink(&as_record(start, &message));
            }
        });
        outcome
    }

    fn finish(mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        self.end(sink)
    }
}

fn as_record(start: &Record, message: &Message<'_>) -> Record {
    let mut record = start.clone();
    if let Body::Data(data) = &mut record.body {
        data.bytes = message.bytes.to_vec();
    }
    record
}
