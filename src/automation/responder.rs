//! What is answered to what was received. A value and a pure function: the worker supplies messages and time.

use crate::model::framing::Framing;
use crate::model::record::Origin;
use memchr::memmem;
use std::time::{Duration, Instant};

/// So many replies per second are given where nothing else is said: more than a device needs, and two programs that
/// answer each other do not fill the disk.
pub const DEFAULT_REPLIES_PER_SECOND: u32 = 1000;

/// How received messages are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    /// Every message goes back as it came.
    pub echo: bool,
    /// Tried in order; each that matches answers.
    pub replies: Vec<Reply>,
    /// How stream bytes are cut into messages before they are matched.
    pub framing: Framing,
    /// The most replies in one second; those beyond it are not given, and counted. Echo is not limited.
    pub replies_per_second: u32,
}

/// One rule: what contains the pattern is answered with the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Bytes to look for in a message; empty matches every message.
    pub pattern: Vec<u8>,
    /// What is sent back.
    pub payload: Vec<u8>,
}

/// One answer to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaction<'a> {
    /// What is sent back.
    pub payload: &'a [u8],
    /// Which part of the responder caused it.
    pub origin: Origin,
}

impl Default for Responder {
    fn default() -> Responder {
        Responder {
            echo: false,
            replies: Vec::new(),
            framing: Framing::default(),
            replies_per_second: DEFAULT_REPLIES_PER_SECOND,
        }
    }
}

impl Responder {
    /// Whether anything is ever answered.
    pub fn is_active(&self) -> bool {
        self.echo || !self.replies.is_empty()
    }

    /// The answers to one message, in order.
    pub fn evaluate<'a>(&'a self, message: &'a [u8]) -> impl Iterator<Item = Reaction<'a>> {
        let echo = self.echo.then_some(Reaction { payload: message, origin: Origin::Echo });
        let replies = self
            .replies
            .iter()
            .filter(move |reply| memmem::find(message, &reply.pattern).is_some())
            .map(|reply| Reaction { payload: &reply.payload, origin: Origin::Reply });
        echo.into_iter().chain(replies)
    }
}

/// Stops two programs that answer each other from filling the disk: at most so many replies per second. Echo is
/// bounded by what comes in and is not counted.
#[derive(Clone, Debug)]
pub struct RateLimit {
    per_second: u32,
    window_start: Option<Instant>,
    used: u32,
    held_back: u64,
}

impl RateLimit {
    /// At most `per_second` in any second that begins with a reply.
    pub fn new(per_second: u32) -> RateLimit {
        RateLimit { per_second, window_start: None, used: 0, held_back: 0 }
    }

    /// Whether one more is allowed now.
    pub fn allow(&mut self, now: Instant) -> bool {
        match self.window_start {
            Some(start) if now.saturating_duration_since(start) < Duration::from_secs(1) => {}
            _ => {
                self.window_start = Some(now);
                self.used = 0;
            }
        }
        let allowed = self.used < self.per_second;
        if allowed {
            self.used += 1;
        } else {
            self.held_back += 1;
        }
        allowed
    }

    /// When it is time to tell how many were held back: at the end of the second, if any were.
    pub fn tell_due(&self) -> Option<Instant> {
        self.window_start.filter(|_| self.held_back > 0).map(|start| start + Duration::from_secs(1))
    }

    /// How many were held back since this was asked last.
    pub fn take_held_back(&mut self) -> u64 {
        std::mem::take(&mut self.held_back)
    }
}

#[cfg(test)]
mod tests {
    use super::{RateLimit, Reply, Responder};
    use crate::model::record::Origin;
    use std::time::{Duration, Instant};

    #[test]
    fn echo_comes_before_replies_and_all_that_match_answer() {
        let reply =
            |pattern: &[u8], payload: &[u8]| Reply { pattern: pattern.to_vec(), payload: payload.to_vec() };
        let responder = Responder {
            echo: true,
            replies: vec![reply(b"PING", b"PONG"), reply(b"nothing", b"no"), reply(b"", b"ack")],
            ..Responder::default()
        };
        let answers: Vec<_> = responder
            .evaluate(b"a PING")
            .map(|reaction| (reaction.origin, reaction.payload.to_vec()))
            .collect();
        assert_eq!(
            answers,
            [
                (Origin::Echo, b"a PING".to_vec()),
                (Origin::Reply, b"PONG".to_vec()),
                (Origin::Reply, b"ack".to_vec())
            ]
        );
    }

    #[test]
    fn the_limit_opens_again_after_a_second() {
        let start = Instant::now();
        let mut limit = RateLimit::new(2);
        assert!(limit.allow(start) && limit.allow(start) && !limit.allow(start));
        assert_eq!(limit.tell_due(), Some(start + Duration::from_secs(1)));
        assert!(limit.allow(start + Duration::from_secs(1)));
        assert_eq!((limit.take_held_back(), limit.tell_due()), (1, None));
    }
}
