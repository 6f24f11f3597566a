//! What the head of a row answers, and its payload where that was read: enough for most questions without making a
//! record of it.

use crate::codec::expression::{Content, Fact, Facts, RowKind};
use crate::codec::text::Carry;
use crate::journal::format::{FrameHeader, RecordKind};
use crate::journal::known_peers::KnownPeers;
use crate::journal::reader::PeerInfo;
use crate::model::address::Address;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::{Direction, Layer, Origin};
use std::cell::RefCell;

/// A row of which the head is known, and the bytes of data or of a remark if they have been read.
pub(super) struct HeadFacts<'a> {
    pub(super) header: &'a FrameHeader,
    pub(super) kind: RecordKind,
    pub(super) payload: Option<&'a [u8]>,
    pub(super) carry: Carry,
    pub(super) after_ns: Option<i64>,
    pub(super) peers: &'a RefCell<KnownPeers>,
}

impl HeadFacts<'_> {
    /// What only the payload of an event tells.
    fn of_event<T>(&self) -> Fact<T> {
        match (self.kind, self.payload) {
            (RecordKind::Lifecycle, None) => Fact::Unread,
            _ => Fact::Absent,
        }
    }

    fn end(&self, side: fn(&PeerInfo) -> Address) -> Fact<Address> {
        // An event may name another end than that of the peer it is about.
        if self.kind == RecordKind::Lifecycle && self.payload.is_none() {
            return Fact::Unread;
        }
        let peer = PeerId::new(self.header.peer);
        peer.and_then(|peer| self.peers.borrow_mut().info(peer)).map(|info| side(&info)).into()
    }
}

impl Facts for HeadFacts<'_> {
    fn kind(&self) -> RowKind {
        match self.kind {
            RecordKind::Data | RecordKind::Wire => RowKind::Data,
            RecordKind::Lifecycle => RowKind::Event,
            RecordKind::Loss => RowKind::Loss,
            RecordKind::Note => RowKind::Note,
            RecordKind::Damaged => RowKind::Damaged,
            RecordKind::Newer => RowKind::Newer,
        }
    }

    fn direction(&self) -> Fact<Direction> {
        if self.kind.has_bytes() { self.header.head().direction.into() } else { Fact::Absent }
    }

    fn peer(&self) -> Fact<PeerId> {
        PeerId::new(self.header.peer).into()
    }

    fn data_bytes(&self) -> Fact<u64> {
        if self.kind.has_bytes() { Fact::Is(self.header.data_bytes().into()) } else { Fact::Absent }
    }

    fn wall_ns(&self) -> Fact<i64> {
        Fact::Is(self.header.at.wall_ns)
    }

    fn delta_ns(&self) -> Fact<i64> {
        self.after_ns.into()
    }

    fn content(&self) -> Fact<Content<'_>> {
        match (self.kind, self.payload) {
            (RecordKind::Data | RecordKind::Wire | RecordKind::Note, None) => Fact::Unread,
            (RecordKind::Data | RecordKind::Wire, Some(bytes)) => {
                Fact::Is(Content { carry: self.carry, ..Content::of_message(bytes) })
            }
            (RecordKind::Note, Some(bytes)) => Fact::Is(Content::of_note(bytes)),
            _ => Fact::Absent,
        }
    }

    fn remote(&self) -> Fact<Address> {
        self.end(|info| info.remote)
    }

    fn local(&self) -> Fact<Address> {
        self.end(|info| info.local)
    }

    fn event(&self) -> Fact<&str> {
        self.of_event()
    }

    fn reason(&self) -> Fact<&str> {
        self.of_event()
    }

    fn origin(&self) -> Fact<Origin> {
        let origin = Origin::from_code(self.header.detail);
        origin.filter(|_| self.kind.has_bytes()).into()
    }

    fn layer(&self) -> Fact<&str> {
        match self.kind {
            RecordKind::Data => Fact::Is(Layer::Payload.word()),
            RecordKind::Wire => Fact::Is(Layer::Wire.word()),
            _ => Fact::Absent,
        }
    }

    fn note(&self) -> Fact<&str> {
        match (self.kind, self.payload) {
            (RecordKind::Note, None) => Fact::Unread,
            (RecordKind::Note, Some(bytes)) => str::from_utf8(bytes).ok().into(),
            _ => Fact::Absent,
        }
    }

    fn whole(&self) -> Fact<bool> {
        if self.kind == RecordKind::Data { Fact::Is(true) } else { Fact::Absent }
    }

    fn epoch(&self) -> Fact<Epoch> {
        Fact::Is(self.header.epoch)
    }
}
