//! Datagrams that wait for room in the kernel's queue: bounded, in order. It sends nothing by itself.

use crate::engine::event::Rejection;
use crate::engine::worker::queue::{PAYLOAD_OVERHEAD, Payload, QUEUE_CAP};
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Origin;
use std::collections::VecDeque;

/// So many datagrams may wait, because empty ones take memory too.
const WAITING_DATAGRAMS: usize = 65_536;

/// A datagram on its way.
pub(super) struct Outgoing {
    pub(super) peer: PeerId,
    pub(super) remote: Address,
    pub(super) payload: Payload,
    pub(super) origin: Origin,
}

/// What waits.
#[derive(Default)]
pub(super) struct DatagramQueue {
    waiting: VecDeque<Outgoing>,
    bytes: u64,
}

impl DatagramQueue {
    /// Queues a datagram, or says how much waits already.
    pub(super) fn push(&mut self, outgoing: Outgoing) -> Result<(), Rejection> {
        let length = outgoing.payload.len() as u64;
        if self.bytes + length > QUEUE_CAP || self.waiting.len() >= WAITING_DATAGRAMS {
            return Err(Rejection::QueueFull { peer: outgoing.peer, queued: self.bytes, cap: QUEUE_CAP });
        }
        self.bytes += length;
        self.waiting.push_back(outgoing);
        Ok(())
    }

    /// The next to go out.
    pub(super) fn take(&mut self) -> Option<Outgoing> {
        let next = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(next.payload.len() as u64);
        Some(next)
    }

    /// There was no room for this one: it stays the next.
    pub(super) fn put_back(&mut self, outgoing: Outgoing) {
        self.bytes += outgoing.payload.len() as u64;
        self.waiting.push_front(outgoing);
    }

    /// Payload bytes that wait.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How much waits: each datagram weighs more than its payload, so that an empty one weighs something.
    pub(super) fn weight(&self) -> u64 {
        self.bytes + PAYLOAD_OVERHEAD * self.waiting.len() as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
