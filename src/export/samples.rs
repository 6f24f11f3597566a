//! Records for the tests of this room.

use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, Data, DataHead, Direction, Lifecycle, Origin, Record};
use crate::util::clock::Stamp;

/// 2026-11-21 03:31:00 UTC.
pub(super) const START_NS: i64 = 1_795_231_860_000_000_000;

/// A record of the peer with this number (0 is none), one millisecond after `id` milliseconds.
pub(super) fn record(id: u64, peer: u32, body: Body) -> Record {
    Record {
        id: RecordId(id),
        at: Stamp {
            wall_ns: START_NS + i64::try_from(id).unwrap() * 1_000_000 + 123_456_789,
            mono_ns: id * 1_000_000,
        },
        epoch: Epoch(1),
        peer: PeerId::new(peer),
        body,
    }
}

/// Bytes of peer 1.
pub(super) fn data(id: u64, direction: Direction, bytes: &[u8]) -> Record {
    let origin = if direction == Direction::Sent { Origin::User } else { Origin::Peer };
    record(id, 1, Body::Data(Data { head: DataHead::new(direction, origin), bytes: bytes.to_vec() }))
}

/// Peer 1 joins.
pub(super) fn joined(id: u64) -> Record {
    let (local, remote) = ("127.0.0.1:9000".parse().unwrap(), "127.0.0.1:5000".parse().unwrap());
    record(
        id,
        1,
        Body::Lifecycle(Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None }),
    )
}
