//! Answering what was received: cuts it into messages, asks the responder, and keeps replies within their rate.

use crate::automation::responder::{RateLimit, Responder};
use crate::codec::framing::MessageEnd;
use crate::codec::streams::{PieceHead, StreamSplitter, StreamsEnd};
use crate::engine::worker::log::Log;
use crate::engine::worker::queue::Payload;
use crate::model::ids::{Epoch, RecordId};
use crate::model::record::{DataHead, LossKind, Origin};
use crate::util::clock::Stamp;
use std::time::{Duration, Instant};

/// An answer on its way: the bytes, and which part of the responder caused them.
pub(super) type Answer = (Payload, Origin);

/// The responder of a session with what it has used of its rate.
#[derive(Debug)]
pub(super) struct Answering {
    responder: Responder,
    rate: RateLimit,
}

/// Cuts one peer's bytes into messages.
#[derive(Debug)]
pub(super) struct MessageCutter {
    splitter: StreamSplitter,
}

impl Answering {
    pub(super) fn new(responder: Responder) -> Answering {
        let rate = RateLimit::new(responder.replies_per_second);
        Answering { responder, rate }
    }

    pub(super) fn is_active(&self) -> bool {
        self.responder.is_active()
    }

    pub(super) fn new_cutter(&self) -> MessageCutter {
        MessageCutter { splitter: StreamSplitter::new(self.responder.framing.clone()) }
    }

    /// What goes back for the bytes that came just now from a stream.
    pub(super) fn answers(&mut self, cutter: &mut MessageCutter, bytes: &[u8], now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.splitter.data(piece_now(now), bytes, false, |message| {
            self.answer(message.bytes, now, &mut answers);
        });
        answers
    }

    /// What goes back for a message that ended because nothing more came.
    pub(super) fn answers_after_silence(&mut self, cutter: &mut MessageCutter, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.splitter.end_silent(Stamp::of(now), |message| self.answer(message.bytes, now, &mut answers));
        answers
    }

    /// What goes back for a message that ended because the peer has said that it sends no more. Only silence that was
    /// waited for would have ended it otherwise: other messages that never ended are none.
    pub(super) fn answers_at_the_end(&mut self, cutter: &mut MessageCutter, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.splitter.end(StreamsEnd::All, |message| {
            if message.end == MessageEnd::Whole {
                self.answer(message.bytes, now, &mut answers);
            }
        });
        answers
    }

    /// What goes back for one datagram, which is a message by itself.
    pub(super) fn answers_to_datagram(&mut self, bytes: &[u8], now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.answer(bytes, now, &mut answers);
        answers
    }

    /// When the replies that were held back are to be told.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.rate.tell_due()
    }

    /// Records how many replies were held back, when it is time.
    pub(super) fn run_due(&mut self, now: Instant, log: &mut Log) {
        if self.next_due().is_some_and(|due| due <= now) {
            self.tell_held_back(log);
        }
    }

    /// Records how many replies were held back and not told yet.
    pub(super) fn tell_held_back(&mut self, log: &mut Log) {
        match self.rate.take_held_back() {
            0 => {}
            count => log.loss(None, LossKind::HeldBackReplies, count),
        }
    }

    fn answer(&mut self, message: &[u8], now: Instant, answers: &mut Vec<Answer>) {
        let rate = &mut self.rate;
        answers.extend(
            self.responder
                .evaluate(message)
                .filter(|reaction| reaction.origin == Origin::Echo || rate.allow(now))
                .map(|reaction| (Payload::from(reaction.payload), reaction.origin)),
        );
    }
}

impl MessageCutter {
    /// When the message that is under way ends by silence.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let deadline = self.splitter.deadline_mono_ns()?;
        Some(now + Duration::from_nanos(deadline.saturating_sub(Stamp::of(now))))
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
