//! What waits to be sent to one peer: bounded, in order, with the place reached in the first payload.

use crate::model::record::{DataHead, Origin, RuleName};
use crate::model::websocket::MessageForm;
use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;

/// The most that may wait for one peer, what each payload takes by itself included. One payload that is longer may
/// still be queued when nothing else waits.
pub(super) const QUEUE_CAP: u64 = 16 << 20;

/// What a payload takes in memory besides its bytes, so that a million short ones are bounded as well.
pub(super) const PAYLOAD_OVERHEAD: u64 = 64;

/// A payload that may be shared by many peers' queues, and what it becomes where there are frames.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    bytes: Arc<[u8]>,
    pub(super) form: MessageForm,
    /// The rule that wants it sent, where one does.
    rule: Option<RuleName>,
}

impl Payload {
    /// The bytes alone.
    pub(super) fn into_bytes(self) -> Arc<[u8]> {
        self.bytes
    }

    /// The same, because this rule wants it.
    pub(super) fn of_rule(self, rule: &str) -> Payload {
        Payload { rule: Some(RuleName::new(rule)), ..self }
    }

    /// Other bytes for the same reason.
    pub(super) fn with_bytes(&self, bytes: Vec<u8>) -> Payload {
        Payload { bytes: bytes.into(), ..*self }
    }

    /// What a record says of it.
    pub(super) fn head(&self, origin: Origin) -> DataHead {
        let goes_on = matches!(self.form, MessageForm::Part { is_last: false, .. });
        DataHead { rule: self.rule, goes_on, ..DataHead::sent(origin) }
    }

    /// The same bytes in this form.
    pub(super) fn in_form(self, form: MessageForm) -> Payload {
        Payload { form, ..self }
    }
}

impl<B: Into<Arc<[u8]>>> From<B> for Payload {
    fn from(bytes: B) -> Payload {
        Payload { bytes: bytes.into(), form: MessageForm::default(), rule: None }
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Payloads in the order in which they go out.
#[derive(Debug, Default)]
pub(super) struct SendQueue {
    waiting: VecDeque<Waiting>,
    bytes: u64,
}

#[derive(Debug)]
struct Waiting {
    payload: Payload,
    sent: usize,
    origin: Origin,
}

impl SendQueue {
    /// Queues a payload, or says how much memory waits already.
    pub(super) fn push(&mut self, payload: Payload, origin: Origin) -> Result<(), u64> {
        let length = payload.len() as u64;
        let memory = self.bytes + PAYLOAD_OVERHEAD * self.waiting.len() as u64;
        if memory > 0 && memory + length + PAYLOAD_OVERHEAD > QUEUE_CAP {
            return Err(memory);
        }
        self.bytes += length;
        self.waiting.push_back(Waiting { payload, sent: 0, origin });
        Ok(())
    }

    /// The bytes that are next, and what a record says of them.
    pub(super) fn front(&self) -> Option<(&[u8], DataHead)> {
        self.waiting.front().map(|first| (&first.payload[first.sent..], first.payload.head(first.origin)))
    }

    /// The first `count` bytes of the front have gone out.
    pub(super) fn advance(&mut self, count: usize) {
        self.bytes = self.bytes.saturating_sub(count as u64);
        if let Some(first) = self.waiting.front_mut() {
            first.sent += count;
            if first.sent >= first.payload.len() {
                self.waiting.pop_front();
            }
        }
    }

    /// Takes over what waits in another queue, behind what waits here.
    pub(super) fn append(&mut self, mut other: SendQueue) {
        self.bytes += other.bytes;
        self.waiting.append(&mut other.waiting);
    }

    /// How many payloads wait, the one that is being sent included.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{PAYLOAD_OVERHEAD, Payload, QUEUE_CAP, SendQueue};
    use crate::model::record::{DataHead, Origin, RuleName};

    #[test]
    fn a_full_queue_refuses_and_says_how_much_waits() {
        let mut queue = SendQueue::default();
        let half = Payload::from(vec![0; usize::try_from(QUEUE_CAP / 2).unwrap() + 1]);
        queue.push(half.clone(), Origin::User).unwrap();
        assert_eq!(queue.push(half, Origin::User), Err(QUEUE_CAP / 2 + 1 + PAYLOAD_OVERHEAD));
    }

    #[test]
    fn short_payloads_are_bounded_by_the_memory_they_take() {
        let mut queue = SendQueue::default();
        let byte = Payload::from(b"x".as_slice());
        let taken = (0..QUEUE_CAP).take_while(|_| queue.push(byte.clone(), Origin::User).is_ok()).count();
        assert_eq!(taken as u64, QUEUE_CAP / (PAYLOAD_OVERHEAD + 1));
        assert_eq!(queue.bytes(), taken as u64);
    }

    #[test]
    fn partial_writes_keep_the_place() {
        let mut queue = SendQueue::default();
        queue.push(b"abc".as_slice().into(), Origin::User).unwrap();
        queue.push(Payload::from(b"de".as_slice()).of_rule("echo"), Origin::Echo).unwrap();
        queue.advance(2);
        assert_eq!(queue.front(), Some((b"c".as_slice(), DataHead::sent(Origin::User))));
        queue.advance(1);
        let head = DataHead { rule: Some(RuleName::new("echo")), ..DataHead::sent(Origin::Echo) };
        assert_eq!(queue.front(), Some((b"de".as_slice(), head)));
        queue.advance(2);
        assert!(queue.is_empty() && queue.bytes() == 0);
    }
}
