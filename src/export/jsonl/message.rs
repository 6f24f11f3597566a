//! Streams cut into messages, one object per message. Keeps what is unfinished for each peer and direction.

use crate::codec::framing::{Framer, Message, MessageEnd};
use crate::codec::text::TextEncoding;
use crate::export::decoding::visit_whole;
use crate::export::exporter::{PeerEnds, PeerLookup};
use crate::export::jsonl::object::{push_data_end, push_data_start, push_piece, push_start};
use crate::export::line::{push_hex, push_number};
use crate::model::framing::Framing;
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::{Body, DataHead, Direction, Lifecycle, Record};
use std::collections::BTreeMap;

/// Cuts all streams of a session.
#[derive(Debug)]
pub(super) struct MessageCutter {
    framing: Framing,
    encoding: TextEncoding,
    datagrams: bool,
    streams: BTreeMap<(Option<PeerId>, Direction), Stream>,
}

/// One stream and the record in which its unfinished message began.
#[derive(Debug)]
struct Stream {
    framer: Framer,
    start: MessageStart,
}

/// What a message takes from the record that it begins in; its bytes are not kept here.
#[derive(Clone, Debug)]
struct MessageStart {
    record: Record,
    head: DataHead,
    ends: Option<PeerEnds>,
}

impl MessageCutter {
    pub(super) fn new(framing: Framing, encoding: TextEncoding) -> MessageCutter {
        MessageCutter { framing, encoding, datagrams: false, streams: BTreeMap::new() }
    }

    /// Says whether records are datagrams, which are messages already.
    pub(super) fn cut_datagrams(&mut self, datagrams: bool) {
        self.datagrams = datagrams;
    }

    /// When silence ends the next message.
    pub(super) fn deadline_mono_ns(&self) -> Option<u64> {
        self.streams.values().filter_map(|stream| stream.framer.deadline_mono_ns()).min()
    }

    /// Appends the messages that a record completes; where a peer leaves, also what it left unfinished.
    pub(super) fn push(&mut self, line: &mut String, record: &Record, peers: &mut dyn PeerLookup) {
        let Body::Data(data) = &record.body else {
            match (&record.body, record.peer) {
                (Body::Lifecycle(Lifecycle::PeerLeft { .. }), Some(peer)) => {
                    self.end(line, (Some(peer), Direction::Received));
                    self.end(line, (Some(peer), Direction::Sent));
                }
                (Body::Lifecycle(Lifecycle::Closed { .. }), _) => self.finish(line),
                _ => {}
            }
            return;
        };
        let encoding = self.encoding;
        let now = MessageStart {
            record: Record { body: Body::Damaged, ..*record },
            head: data.head,
            ends: record.peer.and_then(|peer| peers.ends(peer)),
        };
        if self.datagrams {
            push_message(line, encoding, &now, (record.id, record.id), &data.bytes, MessageEnd::Whole);
            return;
        }
        let stream = self
            .streams
            .entry((record.peer, data.head.direction))
            .or_insert_with(|| Stream { framer: Framer::new(&self.framing), start: now.clone() });
        if stream.framer.waiting_bytes() == 0 {
            stream.start = now.clone();
        }
        let mut ended_any = false;
        let start = &stream.start;
        stream.framer.push(record.id, record.at.mono_ns, &data.bytes, |message| {
            ended_any = true;
            let start = if message.from.record == record.id { &now } else { start };
            push_whole(line, encoding, start, &message);
        });
        if ended_any {
            stream.start = now;
        }
    }

    /// Appends the messages that silence has ended.
    pub(super) fn end_silent(&mut self, line: &mut String, now_mono_ns: u64) {
        let due = |stream: &Stream| stream.framer.deadline_mono_ns().is_some_and(|at| at <= now_mono_ns);
        let silent: Vec<_> =
            self.streams.iter().filter(|(_, stream)| due(stream)).map(|(key, _)| *key).collect();
        for key in silent {
            self.end(line, key);
        }
    }

    /// Appends what all streams left unfinished.
    pub(super) fn finish(&mut self, line: &mut String) {
        while let Some(key) = self.streams.keys().next().copied() {
            self.end(line, key);
        }
    }

    fn end(&mut self, line: &mut String, key: (Option<PeerId>, Direction)) {
        if let Some(mut stream) = self.streams.remove(&key) {
            stream.framer.finish(|message| push_whole(line, self.encoding, &stream.start, &message));
        }
    }
}

fn push_whole(line: &mut String, encoding: TextEncoding, start: &MessageStart, message: &Message<'_>) {
    let records = (message.from.record, message.to.record);
    push_message(line, encoding, start, records, message.bytes, message.end);
}

fn push_message(
    line: &mut String,
    encoding: TextEncoding,
    start: &MessageStart,
    (first, last): (RecordId, RecordId),
    bytes: &[u8],
    end: MessageEnd,
) {
    push_start(line, &start.record, "data");
    push_data_start(line, start.record.peer, start.ends, &start.head, bytes.len());
    push_hex(line, bytes);
    line.push_str("\",\"text\":\"");
    visit_whole(encoding, bytes, |piece| push_piece(line, piece));
    line.push_str("\",\"records\":[");
    push_number(line, first.0);
    line.push(',');
    push_number(line, last.0);
    line.push(']');
    line.push_str(match end {
        MessageEnd::Whole => "",
        MessageEnd::Incomplete => ",\"incomplete\":true",
        MessageEnd::Overlong => ",\"overlong\":true",
        MessageEnd::OutOfStep => ",\"out_of_step\":true",
    });
    push_data_end(line, &start.head);
    line.push_str("}\n");
}
