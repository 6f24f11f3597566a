//! Cuts what one peer sends into the messages that rules and sequences hear. Of WebSocket that is what was said, in however
//! many frames. It keeps no message that has ended, and does not know what becomes of one.

use crate::codec::framing::{LONGEST_MESSAGE, MessageEnd};
use crate::codec::streams::{PieceHead, StreamMessage, StreamSplitter, StreamsEnd};
use crate::codec::websocket::{FrameHeader, Opcode, message_payload};
use crate::model::framing::Framing;
use crate::model::ids::{Epoch, RecordId};
use crate::model::record::{DataHead, Direction};
use crate::util::clock::Stamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// All peers of a session together keep no more than this waiting: what exceeds it is given out as a part of something too
/// long, or left out where it was said in frames.
pub(super) const MOST_WAITING_BYTES: usize = 16 * LONGEST_MESSAGE;

/// What waits in all cutters of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitingSum(Arc<AtomicUsize>);

/// Cuts one peer's bytes into messages.
#[derive(Debug)]
pub(super) struct MessageCutter {
    all: WaitingSum,
    /// So much of it is counted as this one's.
    counted: usize,
    splitter: StreamSplitter,
    /// Puts together what is said in frames, where there are frames.
    said: Option<Said>,
}

/// What is said in the frames of one side.
#[derive(Debug)]
struct Said {
    /// What was said so far of the message that is under way.
    begun: Option<Vec<u8>>,
    /// So many bytes are still to come of a frame that is longer than a message may be.
    rest_of_frame: u64,
    /// A message that was too long has not been told.
    has_left_out: bool,
    longest: usize,
}

impl MessageCutter {
    pub(super) fn new(framing: &Framing, all: &WaitingSum) -> MessageCutter {
        MessageCutter::with_longest_message(framing, all, LONGEST_MESSAGE)
    }

    fn with_longest_message(framing: &Framing, all: &WaitingSum, longest: usize) -> MessageCutter {
        let said = Said { begun: None, rest_of_frame: 0, has_left_out: false, longest };
        MessageCutter {
            all: all.clone(),
            counted: 0,
            splitter: StreamSplitter::with_longest_message(framing.clone(), longest),
            said: (*framing == Framing::WebSocket).then_some(said),
        }
    }

    /// The same for a stream that is within a frame, of which so many bytes are still to come, or of whose header this much
    /// is there.
    pub(super) fn within_frame(mut self, (rest, header): (u64, &[u8]), now: Instant) -> MessageCutter {
        let Some(said) = &mut self.said else { return self };
        said.rest_of_frame = rest;
        self.splitter.go_on(None, Direction::Received, rest);
        self.take_in(header, now, usize::MAX, |_, _| {});
        self
    }

    /// Takes in what came just now, and gives every message that ends in it. What waits for its end is given up where all
    /// of a session would keep more than `most_waiting`.
    pub(super) fn take_in(
        &mut self,
        bytes: &[u8],
        now: Instant,
        most_waiting: usize,
        mut hear: impl FnMut(&[u8], MessageEnd),
    ) {
        let MessageCutter { splitter, said, .. } = self;
        splitter.data(piece_now(now), bytes, false, |message| give(said.as_mut(), &message, &mut hear));
        if self.count() > most_waiting {
            let MessageCutter { splitter, said, .. } = self;
            splitter.give_up(|message| give(said.as_mut(), &message, &mut hear));
            if let Some(said) = said {
                said.has_left_out |= said.begun.take().is_some();
            }
            self.count();
        }
    }

    /// Brings the sum up to date, and gives it.
    fn count(&mut self) -> usize {
        let waiting = self.splitter.waiting_bytes() + self.said.as_ref().map_or(0, Said::waiting_bytes);
        let earlier = std::mem::replace(&mut self.counted, waiting);
        let WaitingSum(all) = &self.all;
        all.fetch_add(waiting, Ordering::Relaxed);
        all.fetch_sub(earlier, Ordering::Relaxed) - earlier
    }

    /// Gives the message that ended because nothing more came.
    pub(super) fn end_silent(&mut self, now: Instant, mut hear: impl FnMut(&[u8], MessageEnd)) {
        self.splitter.end_silent(Stamp::of(now), |message| hear(message.bytes, message.end));
        self.count();
    }

    /// The peer has said that it sends no more. Only silence that was waited for would have ended the last message
    /// otherwise: other messages that never ended are none.
    pub(super) fn end(&mut self, mut hear: impl FnMut(&[u8], MessageEnd)) {
        self.splitter.end(StreamsEnd::All, |message| {
            if message.end == MessageEnd::Whole {
                hear(message.bytes, message.end);
            }
        });
    }

    /// When the message that is under way ends by silence.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let deadline = self.splitter.deadline_mono_ns()?;
        Some(now + Duration::from_nanos(deadline.saturating_sub(Stamp::of(now))))
    }

    /// Whether something was said that was too long to be heard, since this was asked last.
    pub(super) fn take_left_out(&mut self) -> bool {
        self.said.as_mut().is_some_and(|said| std::mem::take(&mut said.has_left_out))
    }
}

impl Drop for MessageCutter {
    fn drop(&mut self) {
        self.all.0.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

/// Gives what a message of the stream brings: itself, or what is said with it.
fn give(said: Option<&mut Said>, message: &StreamMessage<'_>, hear: &mut impl FnMut(&[u8], MessageEnd)) {
    match (said, message.end) {
        (None, end) => hear(message.bytes, end),
        (Some(said), MessageEnd::Whole) => said.frame(message.bytes, hear),
        (Some(said), MessageEnd::Overlong) => said.part_of_frame(message.bytes),
        // No frame.
        (Some(_), MessageEnd::Incomplete | MessageEnd::OutOfStep) => {}
    }
}

impl Said {
    fn waiting_bytes(&self) -> usize {
        self.begun.as_ref().map_or(0, Vec::len)
    }

    /// Rules are about what was said, not about how it was framed.
    fn frame(&mut self, frame: &[u8], hear: &mut impl FnMut(&[u8], MessageEnd)) {
        let (Some(header), Some(payload)) = (FrameHeader::parse(frame), message_payload(frame)) else {
            // Control says nothing, nor does the handshake.
            return;
        };
        let said = match self.begun.take() {
            Some(begun) if header.opcode == Opcode::Continuation => {
                if begun.len() + payload.len() > self.longest {
                    return self.has_left_out = true;
                }
                let mut said = begun;
                said.extend_from_slice(&payload);
                said
            }
            // The end of what was too long, or had begun before anybody listened.
            None if header.opcode == Opcode::Continuation => return,
            None => payload,
            Some(begun) => {
                // Against the rules the next message begins in the middle of one.
                hear(&begun, MessageEnd::Incomplete);
                payload
            }
        };
        if header.is_final {
            hear(&said, MessageEnd::Whole);
        } else {
            self.begun = Some(said);
        }
    }

    /// Part of a frame that is too long to be kept, and so is its message.
    fn part_of_frame(&mut self, bytes: &[u8]) {
        if self.rest_of_frame == 0 {
            let Some(header) = FrameHeader::parse(bytes) else { return };
            if !matches!(header.opcode, Opcode::Text | Opcode::Binary | Opcode::Continuation) {
                return;
            }
            self.rest_of_frame = header.payload_bytes.saturating_add(header.header_bytes as u64);
            let had_begun = self.begun.take().is_some();
            self.has_left_out |= had_begun || header.opcode != Opcode::Continuation;
        }
        self.rest_of_frame = self.rest_of_frame.saturating_sub(bytes.len() as u64);
    }
}

/// What is known of bytes that came just now: their journal's record is not needed to answer them.
fn piece_now(now: Instant) -> PieceHead {
    PieceHead {
        record: RecordId::default(),
        at: Stamp { wall_ns: 0, mono_ns: Stamp::of(now) },
        epoch: Epoch::default(),
        peer: None,
        data: DataHead::received(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MessageCutter, WaitingSum};
    use crate::codec::framing::MessageEnd;
    use crate::codec::websocket::{Opcode, push_frame};
    use crate::model::framing::Framing;
    use std::sync::atomic::Ordering;
    use std::time::Instant;

    const LONGEST: usize = 64;

    fn frame(opcode: Opcode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        push_frame(&mut frame, opcode, is_final, payload, Some([1, 2, 3, 4]));
        frame
    }

    /// What is heard of these frames, and whether something was left out, however they are cut.
    fn heard(frames: &[Vec<u8>]) -> (Vec<String>, bool) {
        let stream = frames.concat();
        let hear = |size: usize| {
            let all = WaitingSum::default();
            let mut cutter = MessageCutter::with_longest_message(&Framing::WebSocket, &all, LONGEST);
            let mut heard = Vec::new();
            for piece in stream.chunks(size) {
                cutter.take_in(piece, Instant::now(), usize::MAX, |said, end| {
                    let mark = if end == MessageEnd::Whole { "" } else { "…" };
                    heard.push(format!("{}{mark}", said.escape_ascii()));
                });
            }
            let has_left_out = cutter.take_left_out();
            drop(cutter);
            assert_eq!(all.0.load(Ordering::Relaxed), 0);
            (heard, has_left_out)
        };
        let whole = hear(usize::MAX);
        for size in 1..=stream.len() {
            assert_eq!(hear(size), whole, "{size}");
        }
        whole
    }

    #[test]
    fn what_is_said_in_several_frames_is_heard_as_one_message() {
        use Opcode::{Binary, Continuation, Ping, Text};
        let long = [b'x'; LONGEST];
        for (frames, expected, is_left_out) in [
            (vec![frame(Text, false, b"hel"), frame(Continuation, true, b"lo")], &["hello"][..], false),
            (
                vec![
                    frame(Binary, false, b""),
                    frame(Ping, true, b"?"),
                    frame(Continuation, false, b"a"),
                    frame(Continuation, true, b"b"),
                    frame(Text, true, b"c"),
                ],
                &["ab", "c"],
                false,
            ),
            // A message inside another.
            (vec![frame(Text, false, b"hel"), frame(Text, true, b"x")], &["hel…", "x"], false),
            // The end of one whose beginning nobody heard.
            (vec![frame(Continuation, true, b"lo"), frame(Text, true, b"x")], &["x"], false),
            // Together too long, and too long in one frame.
            (
                vec![
                    frame(Text, false, &long[..40]),
                    frame(Continuation, false, &long[..40]),
                    frame(Continuation, true, b"end"),
                    frame(Text, true, b"x"),
                ],
                &["x"],
                true,
            ),
            (
                vec![
                    frame(Binary, false, &b"\x81\x01!".repeat(90)),
                    frame(Continuation, true, b"end"),
                    frame(Text, true, b"x"),
                ],
                &["x"],
                true,
            ),
        ] {
            assert_eq!(heard(&frames), (expected.iter().map(|&text| text.to_owned()).collect(), is_left_out));
        }
    }

    #[test]
    fn what_waits_of_all_peers_together_is_bounded_and_streams_stay_in_step() {
        let begun = |payload: &[u8]| frame(Opcode::Text, false, payload);
        for (framing, waiting, rest, heard_of_the_rest) in [
            (Framing::Lines, b"no end".to_vec(), b"\nwhole\n".to_vec(), &["\\n", "whole\\n"][..]),
            // In the middle of a frame, and between two of a message.
            (
                Framing::WebSocket,
                frame(Opcode::Text, true, b"half")[..7].to_vec(),
                [&frame(Opcode::Text, true, b"half")[7..], &frame(Opcode::Text, true, b"whole")].concat(),
                &["whole"],
            ),
            (
                Framing::WebSocket,
                begun(b"begun"),
                [frame(Opcode::Continuation, true, b"end"), frame(Opcode::Text, true, b"whole")].concat(),
                &["whole"],
            ),
        ] {
            let all = WaitingSum::default();
            let mut cutters: Vec<_> = (0..20).map(|_| MessageCutter::new(&framing, &all)).collect();
            let most = 3 * waiting.len();
            for cutter in &mut cutters {
                cutter.take_in(&waiting, Instant::now(), most, |_, _| {});
                assert!(all.0.load(Ordering::Relaxed) <= most, "{framing:?}");
            }
            let last = cutters.last_mut().unwrap();
            assert_eq!(last.take_left_out(), framing == Framing::WebSocket);
            let mut heard = Vec::new();
            last.take_in(&rest, Instant::now(), most, |said, _| heard.push(said.escape_ascii().to_string()));
            assert_eq!(heard, heard_of_the_rest, "{framing:?}");
            drop(cutters);
            assert_eq!(all.0.load(Ordering::Relaxed), 0);
        }
    }
}
