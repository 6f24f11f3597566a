//! Datagrams that wait for room in the system's queues: bounded, in order. It sends nothing by itself.

use crate::engine::event::Rejection;
use crate::engine::worker::queue::{PAYLOAD_OVERHEAD, Payload, QUEUE_CAP};
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::Origin;
use std::collections::{BTreeMap, VecDeque};

/// So many datagrams may wait in one line, because empty ones take memory too.
const WAITING_DATAGRAMS: usize = 65_536;

/// A datagram on its way.
pub(super) struct Outgoing {
    pub(super) peer: PeerId,
    pub(super) remote: Address,
    pub(super) payload: Payload,
    pub(super) origin: Origin,
}

/// What waits: for room of the socket's own in one line, or for that of each receiver in a line of its own.
pub(super) struct DatagramQueue {
    /// Those in which something waits, by the receiver; one that is common to all is nobody's.
    lines: BTreeMap<Address, Line>,
    is_common: bool,
}

/// What goes out one after the other.
#[derive(Default)]
struct Line {
    waiting: VecDeque<Outgoing>,
    bytes: u64,
}

impl DatagramQueue {
    /// Nothing yet, where a receiver that takes nothing keeps the others from theirs, or where it does not.
    pub(super) fn new(is_common: bool) -> DatagramQueue {
        DatagramQueue { lines: BTreeMap::new(), is_common }
    }

    /// Queues a datagram, or says how much waits already.
    pub(super) fn push(&mut self, outgoing: Outgoing) -> Result<(), Rejection> {
        let line = self.lines.entry(self.line_of(outgoing.remote)).or_default();
        let length = outgoing.payload.len() as u64;
        if line.bytes + length > QUEUE_CAP || line.waiting.len() >= WAITING_DATAGRAMS {
            return Err(Rejection::QueueFull { peer: outgoing.peer, queued: line.bytes, cap: QUEUE_CAP });
        }
        line.bytes += length;
        line.waiting.push_back(outgoing);
        Ok(())
    }

    /// Whether something waits that goes before anything else to this receiver.
    pub(super) fn is_before(&self, remote: Address) -> bool {
        self.lines.contains_key(&self.line_of(remote))
    }

    /// The lines in which something waits.
    pub(super) fn lines(&self) -> Vec<Address> {
        self.lines.keys().copied().collect()
    }

    /// The next of a line to go out.
    pub(super) fn take(&mut self, line: Address) -> Option<Outgoing> {
        let found = self.lines.get_mut(&line)?;
        let next = found.waiting.pop_front();
        match &next {
            Some(next) => found.bytes = found.bytes.saturating_sub(next.payload.len() as u64),
            None => drop(self.lines.remove(&line)),
        }
        next
    }

    /// There was no room for this one: it stays the next.
    pub(super) fn put_back(&mut self, outgoing: Outgoing) {
        let line = self.lines.entry(self.line_of(outgoing.remote)).or_default();
        line.bytes += outgoing.payload.len() as u64;
        line.waiting.push_front(outgoing);
    }

    /// Payload bytes that wait.
    pub(super) fn bytes(&self) -> u64 {
        self.lines.values().map(|line| line.bytes).sum()
    }

    /// How much waits in the longest line to one of these: each datagram weighs more than its payload, so that an empty one
    /// weighs something.
    pub(super) fn weight(&self, remotes: impl Iterator<Item = Address>) -> u64 {
        let weight = |line: &Line| line.bytes + PAYLOAD_OVERHEAD * line.waiting.len() as u64;
        remotes.filter_map(|remote| self.lines.get(&self.line_of(remote))).map(weight).max().unwrap_or(0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn line_of(&self, remote: Address) -> Address {
        if self.is_common { Address::None } else { remote }
    }
}
