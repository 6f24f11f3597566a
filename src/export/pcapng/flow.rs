//! One TCP connection as it must have looked on the wire: the handshake, segments with the right numbers, and the end
//! that it came to. Knows nothing of records; the segments themselves are not those of the real wire, the bytes are.

use crate::export::pcapng::IpEnds;
use crate::export::pcapng::packet::{Flags, MAX_SEGMENT, Path, Segment};
use crate::export::pcapng::wire::{InterfaceId, Seen, Wire};
use crate::model::record::Direction;

/// A receiver acknowledges every second record, or at once when this many bytes are open.
const ACKNOWLEDGE_BYTES: u32 = 128 * 1024;

/// A connection between us and one peer.
#[derive(Debug)]
pub(super) struct Flow {
    ends: IpEnds,
    interface: InterfaceId,
    to_us: Path,
    to_peer: Path,
    ours: Half,
    theirs: Half,
    /// The bytes are those of the layer below the payload.
    carries_wire: bool,
}

/// What one side has sent.
#[derive(Debug)]
struct Half {
    /// The number of the next byte.
    next: u32,
    /// What the other side has acknowledged.
    acknowledged: u32,
    /// Records since then.
    records_open: u8,
    finished: bool,
}

impl Flow {
    /// A connection that is not yet opened. Both sides start counting near `first_sequence`.
    pub(super) fn new(ends: IpEnds, interface: InterfaceId, first_sequence: u32) -> Flow {
        let to_us = Path::new(ends.remote, ends.local);
        let theirs = Half::new(first_sequence.wrapping_add(0x1000_0000));
        Flow {
            ends,
            interface,
            to_us,
            to_peer: to_us.reversed(),
            ours: Half::new(first_sequence),
            theirs,
            carries_wire: false,
        }
    }

    /// Both ends.
    pub(super) fn ends(&self) -> IpEnds {
        self.ends
    }

    /// Whether its payload would be told twice.
    pub(super) fn carries_wire(&self) -> bool {
        self.carries_wire
    }

    /// From here on the bytes are those of the layer below the payload.
    pub(super) fn now_carries_wire(&mut self) {
        self.carries_wire = true;
    }

    /// Whether this side has said that it sends no more.
    pub(super) fn is_finished(&self, direction: Direction) -> bool {
        match direction {
            Direction::Received => self.theirs.finished,
            Direction::Sent => self.ours.finished,
        }
    }

    /// The handshake; `opener` is the direction of the first segment. It may have gone out earlier than the answer came.
    pub(super) fn open(&mut self, wire: &mut Wire, opener: Direction, opened_ns: u64, at_ns: u64) {
        self.segment(wire, opened_ns, opener, Flags::SYN, &[]);
        self.segment(wire, at_ns, opposite(opener), Flags::SYN | Flags::ACK, &[]);
        self.segment(wire, at_ns, opener, Flags::ACK, &[]);
    }

    /// Bytes in one direction, cut into legal segments.
    pub(super) fn data(&mut self, wire: &mut Wire, at_ns: u64, direction: Direction, bytes: &[u8]) {
        let mut chunks = bytes.chunks(MAX_SEGMENT).peekable();
        while let Some(chunk) = chunks.next() {
            let push = if chunks.peek().is_none() { Flags::PSH } else { 0 };
            self.segment(wire, at_ns, direction, Flags::ACK | push, chunk);
            if self.half(direction).open_bytes() >= ACKNOWLEDGE_BYTES {
                self.acknowledge(wire, at_ns, direction);
            }
        }
        let half = self.half(direction);
        if half.open_bytes() > 0 {
            half.records_open += 1;
            if half.records_open >= 2 {
                self.acknowledge(wire, at_ns, direction);
            }
        }
    }

    /// One side sends no more; the other side says that it knows.
    pub(super) fn finish(&mut self, wire: &mut Wire, at_ns: u64, direction: Direction) {
        if self.is_finished(direction) {
            return;
        }
        self.acknowledge(wire, at_ns, direction);
        self.segment(wire, at_ns, direction, Flags::FIN | Flags::ACK, &[]);
        self.half(direction).finished = true;
        self.acknowledge(wire, at_ns, direction);
    }

    /// Both sides send no more; `first` is the direction of the side that closed.
    pub(super) fn close(&mut self, wire: &mut Wire, at_ns: u64, first: Direction) {
        self.finish(wire, at_ns, first);
        self.finish(wire, at_ns, opposite(first));
    }

    /// One side breaks the connection off.
    pub(super) fn reset(&mut self, wire: &mut Wire, at_ns: u64, direction: Direction) {
        self.acknowledge_all(wire, at_ns);
        self.segment(wire, at_ns, direction, Flags::RST | Flags::ACK, &[]);
    }

    /// Acknowledges what is still open in both directions.
    pub(super) fn acknowledge_all(&mut self, wire: &mut Wire, at_ns: u64) {
        self.acknowledge(wire, at_ns, Direction::Received);
        self.acknowledge(wire, at_ns, Direction::Sent);
    }

    /// Acknowledges what was sent in this direction, if anything is open.
    fn acknowledge(&mut self, wire: &mut Wire, at_ns: u64, direction: Direction) {
        if self.half(direction).open_bytes() > 0 {
            self.segment(wire, at_ns, opposite(direction), Flags::ACK, &[]);
        }
    }

    fn segment(&mut self, wire: &mut Wire, at_ns: u64, direction: Direction, flags: u8, payload: &[u8]) {
        let (path, from, to) = match direction {
            Direction::Received => (self.to_us, &mut self.theirs, &mut self.ours),
            Direction::Sent => (self.to_peer, &mut self.ours, &mut self.theirs),
        };
        let acknowledgement = if flags & Flags::ACK == 0 { 0 } else { to.next };
        let segment = Segment { sequence: from.next, acknowledgement, flags: Flags(flags) };
        wire.packet(Seen { interface: self.interface, at_ns, direction }, |buffer, identification| {
            path.append_segment(buffer, identification, segment, payload);
        });
        let counted = payload.len() + usize::from(flags & (Flags::SYN | Flags::FIN) != 0);
        from.next = from.next.wrapping_add(u32::try_from(counted).unwrap_or(u32::MAX));
        if flags & Flags::ACK != 0 {
            to.acknowledged = to.next;
            to.records_open = 0;
        }
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Received => &mut self.theirs,
            Direction::Sent => &mut self.ours,
        }
    }
}

impl Half {
    fn new(first_sequence: u32) -> Half {
        Half { next: first_sequence, acknowledged: first_sequence, records_open: 0, finished: false }
    }

    fn open_bytes(&self) -> u32 {
        self.next.wrapping_sub(self.acknowledged)
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Received => Direction::Sent,
        Direction::Sent => Direction::Received,
    }
}
