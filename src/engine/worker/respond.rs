//! Answering what was received: cuts it into messages, asks the responder, and keeps replies within their rate.

use crate::automation::responder::{RateLimit, Responder};
use crate::engine::worker::queue::Payload;
use crate::model::record::Origin;
use std::time::Instant;

/// Two programs that answer each other stop filling the disk here.
const REPLIES_PER_SECOND: u32 = 1000;

/// The responder of a session with what it has used of its rate.
#[derive(Debug)]
pub(super) struct Answering {
    responder: Responder,
    rate: RateLimit,
}

/// Cuts one peer's bytes into messages.
#[derive(Debug)]
pub(super) struct MessageCutter;

impl Answering {
    pub(super) fn new(responder: Responder) -> Answering {
        Answering { responder, rate: RateLimit::new(REPLIES_PER_SECOND) }
    }

    pub(super) fn is_active(&self) -> bool {
        self.responder.is_active()
    }

    pub(super) fn new_cutter(&self) -> MessageCutter {
        MessageCutter
    }

    /// What goes back for the bytes that came just now.
    pub(super) fn answers(
        &mut self,
        _cutter: &mut MessageCutter,
        bytes: &[u8],
        now: Instant,
    ) -> Vec<(Payload, Origin)> {
        let rate = &mut self.rate;
        self.responder
            .evaluate(bytes)
            .filter(|answer| answer.origin == Origin::Echo || rate.allow(now))
            .map(|answer| (Payload::from(answer.payload), answer.origin))
            .collect()
    }
}
