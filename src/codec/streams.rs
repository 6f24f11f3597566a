//! Cuts all streams of a session into messages: a cutter for each peer and direction, and what ends its last message
//! besides the cutting itself, such as the end of what was sent as one. It keeps no record, asks no clock, and does not know what becomes of a message.

use crate::codec::framing::{Framer, LONGEST_MESSAGE, Message, MessageEnd, Place};
use crate::model::framing::Framing;
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, Data, DataHead, Direction, Lifecycle, Origin, Record};
use crate::util::clock::Stamp;
use std::collections::BTreeMap;

/// All streams together keep no more than this waiting: what exceeds it is given out as a part of something too long.
const MOST_WAITING_BYTES: usize = 16 * LONGEST_MESSAGE;

/// Everything about a record of data but its bytes: what a message knows of the records that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceHead {
    /// The record.
    pub record: RecordId,
    /// When it happened.
    pub at: Stamp,
    /// During which opening.
    pub epoch: Epoch,
    /// Whose bytes they are.
    pub peer: Option<PeerId>,
    /// Which way they went, and what else is known.
    pub data: DataHead,
}

/// A message that was cut out of a stream.
pub type StreamMessage<'a> = Message<'a, PieceHead>;

/// What waits in one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingPiece {
    /// Whose bytes they are.
    pub peer: Option<PeerId>,
    /// Which way they went.
    pub direction: Direction,
    /// Where they begin.
    pub from: Place,
    /// The last record that they are of.
    pub last: RecordId,
    /// So many bytes from there on are of a message that is longer than one may be, although none of them may wait.
    pub passing: u64,
}

/// What ends streams, so that what is unfinished in them stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamsEnd {
    /// What this peer sent, or was sent.
    One(PeerId, Direction),
    /// Both ways of a peer.
    Peer(PeerId),
    /// All streams of the session.
    All,
}

/// Cuts all streams of a session.
#[derive(Clone, Debug)]
pub struct StreamSplitter {
    framing: Framing,
    longest: usize,
    streams: BTreeMap<StreamKey, Framer<PieceHead>>,
    epoch: Epoch,
    waiting_bytes: usize,
}

type StreamKey = (Option<PeerId>, Direction);

impl StreamSplitter {
    /// A splitter at the beginning of a session.
    pub fn new(framing: Framing) -> StreamSplitter {
        StreamSplitter::with_longest_message(framing, LONGEST_MESSAGE)
    }

    /// A splitter whose messages have at most so many bytes.
    pub fn with_longest_message(framing: Framing, longest: usize) -> StreamSplitter {
        StreamSplitter {
            framing,
            longest,
            streams: BTreeMap::new(),
            epoch: Epoch::default(),
            waiting_bytes: 0,
        }
    }

    /// How streams are cut.
    pub fn framing(&self) -> &Framing {
        &self.framing
    }

    /// Takes in the next record of a session and gives every message that it ends. `is_message_oriented` tells of the
    /// record's peer whether each of its records is a message by itself.
    pub fn record(
        &mut self,
        record: &Record,
        is_message_oriented: bool,
        emit: impl FnMut(StreamMessage<'_>),
    ) {
        match &record.body {
            Body::Data(data) => {
                self.data(PieceHead::of(record, data), &data.bytes, is_message_oriented, emit);
            }
            Body::Lifecycle(event) => {
                if let Some(end) = StreamsEnd::told_by(event, record.peer) {
                    self.end(end, emit);
                }
            }
            // What is lost in damage cannot be put together with what follows.
            Body::Damaged => self.end(record.peer.map_or(StreamsEnd::All, StreamsEnd::Peer), emit),
            Body::Wire(_) | Body::Loss(_) | Body::Note(_) | Body::Newer => {}
        }
    }

    /// Takes in the next data of its stream and gives every message that ends in it.
    pub fn data(
        &mut self,
        head: PieceHead,
        bytes: &[u8],
        is_message_oriented: bool,
        mut emit: impl FnMut(StreamMessage<'_>),
    ) {
        if head.epoch != self.epoch {
            // What was open in an earlier opening of the session never goes on.
            self.end(StreamsEnd::All, &mut emit);
            self.epoch = head.epoch;
        }
        if is_message_oriented {
            emit(Message::whole_record(head, bytes));
            return;
        }
        let (framing, longest) = (&self.framing, self.longest);
        let framer = self
            .streams
            .entry((head.peer, head.data.direction))
            .or_insert_with(|| Framer::with_longest_message(framing, longest));
        let before = framer.waiting_bytes();
        let is_said = framing.ends_with_marks() && head.is_said();
        if is_said && framer.waiting().is_some_and(|(from, _)| !from.record.is_said()) {
            // Two have sent into the same stream: what one of them left open is not what the other one says.
            framer.finish(&mut emit);
        }
        framer.push(head, head.at.mono_ns, bytes, &mut emit);
        if is_said && !head.data.goes_on {
            framer.end_as_said(&mut emit);
        }
        self.waiting_bytes = (self.waiting_bytes + framer.waiting_bytes()).saturating_sub(before);
        if self.waiting_bytes > MOST_WAITING_BYTES {
            self.waiting_bytes -= framer.waiting_bytes();
            framer.give_up(emit);
        }
    }

    /// What waits in streams, for who wants to go on from here later.
    pub fn waiting(&self) -> impl Iterator<Item = WaitingPiece> {
        self.streams.values().filter_map(|framer| {
            let (from, last) = framer.waiting()?;
            let PieceHead { record, peer, data, .. } = from.record;
            let from = Place { record, offset: from.offset };
            let (last, passing) = (last.record, framer.passing());
            Some(WaitingPiece { peer, direction: data.direction, from, last, passing })
        })
    }

    /// Goes on with a stream from where something waited in it, before that is taken in again: so many bytes are the rest of
    /// a message, or of one that is too long.
    pub fn go_on(&mut self, peer: Option<PeerId>, direction: Direction, passing: u64) {
        let framer = Framer::with_longest_message(&self.framing, self.longest).passing_by(passing);
        self.streams.insert((peer, direction), framer);
    }

    /// Takes in again what waited in a stream, record by record, beginning at a place in the first.
    pub fn resume(&mut self, head: PieceHead, offset: usize, bytes: &[u8]) {
        self.epoch = head.epoch;
        let (framing, longest) = (&self.framing, self.longest);
        let framer = self
            .streams
            .entry((head.peer, head.data.direction))
            .or_insert_with(|| Framer::with_longest_message(framing, longest));
        let before = framer.waiting_bytes();
        let from = Place { record: head, offset };
        framer.push_from(from, head.at.mono_ns, bytes.get(offset..).unwrap_or_default(), |_| {});
        self.waiting_bytes = (self.waiting_bytes + framer.waiting_bytes()).saturating_sub(before);
    }

    /// Gives what waits in all streams as parts of something too long, because there is no more room for it.
    pub fn give_up(&mut self, mut emit: impl FnMut(StreamMessage<'_>)) {
        for framer in self.streams.values_mut() {
            framer.give_up(&mut emit);
        }
        self.waiting_bytes = 0;
    }

    /// How many bytes wait in all streams.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many streams are being cut.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// How many messages there would be if all streams ended now.
    pub fn unfinished(&self) -> usize {
        self.streams.values().map(Framer::unfinished).sum()
    }

    /// Gives what is unfinished in streams that have ended.
    pub fn end(&mut self, end: StreamsEnd, mut emit: impl FnMut(StreamMessage<'_>)) {
        match end {
            StreamsEnd::One(peer, direction) => self.end_one((Some(peer), direction), &mut emit),
            StreamsEnd::Peer(peer) => {
                for direction in [Direction::Received, Direction::Sent] {
                    self.end_one((Some(peer), direction), &mut emit);
                }
            }
            StreamsEnd::All => {
                for framer in std::mem::take(&mut self.streams).values_mut() {
                    framer.finish(&mut emit);
                }
                self.waiting_bytes = 0;
            }
        }
    }

    /// When silence ends the next message (monotonic nanoseconds).
    pub fn deadline_mono_ns(&self) -> Option<u64> {
        self.streams.values().filter_map(Framer::deadline_mono_ns).min()
    }

    /// Gives the messages that silence has ended by now.
    pub fn end_silent(&mut self, now_mono_ns: u64, mut emit: impl FnMut(StreamMessage<'_>)) {
        for framer in self.streams.values_mut() {
            if framer.deadline_mono_ns().is_some_and(|due| due <= now_mono_ns) {
                self.waiting_bytes = self.waiting_bytes.saturating_sub(framer.waiting_bytes());
                framer.finish(&mut emit);
            }
        }
    }

    fn end_one(&mut self, key: StreamKey, emit: &mut impl FnMut(StreamMessage<'_>)) {
        if let Some(mut framer) = self.streams.remove(&key) {
            self.waiting_bytes = self.waiting_bytes.saturating_sub(framer.waiting_bytes());
            framer.finish(emit);
        }
    }
}

impl PieceHead {
    /// What is known of a record of data.
    pub fn of(record: &Record, data: &Data) -> PieceHead {
        PieceHead {
            record: record.id,
            at: record.at,
            epoch: record.epoch,
            peer: record.peer,
            data: data.head,
        }
    }

    /// Whether somebody here said this as a message of its own, and did not pass on a stream of bytes.
    fn is_said(&self) -> bool {
        match self.data.origin {
            Origin::User
            | Origin::Repeat
            | Origin::Echo
            | Origin::Reply
            | Origin::Timer
            | Origin::Sequence => self.data.direction == Direction::Sent,
            Origin::Peer | Origin::File | Origin::Import | Origin::Protocol => false,
        }
    }
}

impl StreamsEnd {
    /// What streams an event ends.
    pub fn told_by(event: &Lifecycle, peer: Option<PeerId>) -> Option<StreamsEnd> {
        match event {
            Lifecycle::PeerLeft { .. } => peer.map(StreamsEnd::Peer),
            Lifecycle::PeerFinished { .. } => peer.map(|peer| StreamsEnd::One(peer, Direction::Received)),
            Lifecycle::WriteShut { .. } => peer.map(|peer| StreamsEnd::One(peer, Direction::Sent)),
            Lifecycle::Closed { .. } => Some(StreamsEnd::All),
            _ => None,
        }
    }
}

impl<'a> StreamMessage<'a> {
    /// A record that is a message by itself.
    fn whole_record(head: PieceHead, bytes: &'a [u8]) -> StreamMessage<'a> {
        Message {
            bytes,
            from: Place { record: head, offset: 0 },
            to: Place { record: head, offset: bytes.len() },
            end: MessageEnd::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PieceHead, StreamSplitter, StreamsEnd};
    use crate::codec::framing::MessageEnd;
    use crate::codec::streams::StreamMessage;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{DataHead, Direction, EndReason, Lifecycle, Origin};
    use crate::util::clock::Stamp;

    const LONGEST: usize = 64;

    fn splitter(words: &str) -> StreamSplitter {
        StreamSplitter::with_longest_message(words.parse().unwrap(), LONGEST)
    }

    fn head(record: u64, peer: u32, direction: Direction) -> PieceHead {
        let head = DataHead { direction, ..DataHead::received() };
        let at = Stamp { wall_ns: 0, mono_ns: record * 1_000_000 };
        PieceHead { record: RecordId(record), at, epoch: Epoch(1), peer: PeerId::new(peer), data: head }
    }

    /// What a message says: its bytes, its peer, its records, its end.
    fn told(message: &StreamMessage<'_>) -> String {
        let (from, to) = (message.from.record, message.to.record);
        let end = if message.end == MessageEnd::Whole { "" } else { " unfinished" };
        let peer = from.peer.map_or(0, PeerId::get);
        format!("{} peer {peer}, {}-{}{end}", message.bytes.escape_ascii(), from.record, to.record)
    }

    #[test]
    fn each_peer_and_direction_is_cut_for_itself_and_messages_stay_apart() {
        let mut splitter = splitter("lines");
        let mut seen = Vec::new();
        for (record, peer, direction, is_message, bytes) in [
            (0, 1, Direction::Received, false, &b"a"[..]),
            (1, 1, Direction::Sent, false, b"b"),
            (2, 2, Direction::Received, false, b"c"),
            (3, 3, Direction::Received, true, b"whole"),
            (4, 1, Direction::Received, false, b"1\n2"),
            (5, 2, Direction::Received, false, b"\n"),
            (6, 1, Direction::Sent, false, b"\nd"),
        ] {
            let head = head(record, peer, direction);
            splitter.data(head, bytes, is_message, |message| seen.push(told(&message)));
        }
        let remote = "127.0.0.1:9".parse().unwrap();
        let left = Lifecycle::PeerLeft { remote, reason: EndReason::Fin, error: None };
        let end = StreamsEnd::told_by(&left, PeerId::new(1)).unwrap();
        splitter.end(end, |message| seen.push(told(&message)));
        splitter.end(StreamsEnd::All, |message| seen.push(told(&message)));
        assert_eq!(
            seen,
            [
                "whole peer 3, 3-3",
                "a1\\n peer 1, 0-4",
                "c\\n peer 2, 2-5",
                "b\\n peer 1, 1-6",
                "2 peer 1, 4-4 unfinished",
                "d peer 1, 6-6 unfinished",
            ]
        );
    }

    #[test]
    fn what_was_sent_as_one_is_a_message_whatever_it_ends_with() {
        let sent = |origin, goes_on| DataHead { goes_on, ..DataHead::sent(origin) };
        let pieces = [
            (sent(Origin::User, false), &b"AT"[..]),
            (sent(Origin::Sequence, false), b"one\ntwo"),
            (sent(Origin::User, true), b"lo"),
            (sent(Origin::User, false), b"ng"),
            (sent(Origin::File, false), b"of a f"),
            (sent(Origin::File, false), b"ile\nopen"),
            (sent(Origin::Reply, false), b"OK\r\n"),
            (DataHead::new(Direction::Received, Origin::Peer), b"re"),
            (DataHead::new(Direction::Received, Origin::Peer), b"ceived\n"),
        ];
        let marks = [
            "AT peer 1, 0-0",
            "one\\n peer 1, 1-1",
            "two peer 1, 1-1",
            "long peer 1, 2-3",
            "of a file\\n peer 1, 4-5",
            "open peer 1, 5-5 unfinished",
            "OK\\r\\n peer 1, 6-6",
            "received\\n peer 1, 7-8",
        ];
        let told_by = |words| {
            let mut seen = Vec::new();
            let mut splitter = splitter(words);
            for (record, (data, bytes)) in (0..).zip(&pieces) {
                let head = PieceHead { data: *data, ..head(record, 1, data.direction) };
                splitter.data(head, bytes, false, |message| seen.push(told(&message)));
            }
            seen
        };
        assert_eq!(told_by("lines"), marks);
        assert_eq!(told_by("delim:0A"), marks);
        // A form that every message has goes on over everything that is sent.
        assert_eq!(told_by("fixed:5")[..2], ["ATone peer 1, 0-1", "\\ntwol peer 1, 1-2"]);
    }

    #[test]
    fn another_opening_of_the_session_goes_on_with_nothing() {
        let mut splitter = splitter("lines");
        let mut seen = Vec::new();
        for (record, epoch, bytes) in [(0, 1, &b"a"[..]), (1, 2, b"b\n")] {
            let head = PieceHead { epoch: Epoch(epoch), ..head(record, 1, Direction::Received) };
            splitter.data(head, bytes, false, |message| seen.push(told(&message)));
        }
        assert_eq!(seen, ["a peer 1, 0-0 unfinished", "b\\n peer 1, 1-1"]);
    }

    #[test]
    fn silence_ends_the_messages_of_all_peers() {
        let mut splitter = splitter("idle:20");
        let mut seen = Vec::new();
        for (record, peer) in [(0, 1), (3, 2), (5, 1)] {
            let head = head(record, peer, Direction::Received);
            splitter.data(head, b"x", false, |message| seen.push(told(&message)));
        }
        assert_eq!((splitter.deadline_mono_ns(), seen.len()), (Some(23_000_000), 0));
        splitter.end_silent(23_000_000, |message| seen.push(told(&message)));
        assert_eq!(seen, ["x peer 2, 3-3"]);
        assert_eq!(splitter.deadline_mono_ns(), Some(25_000_000));
    }
}
