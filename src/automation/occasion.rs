//! What rules and sequences react to, with all that a condition may ask about it. It is made by whoever has the bytes.

use crate::codec::decode::Value;
use crate::codec::expression::{Content, Fact, Facts, RowKind, visit_field};
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::{Direction, Origin};

/// Something that happened to one peer.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Whose message it is, or who came or went.
    pub peer: PeerId,
    /// The other end.
    pub remote: Address,
    /// Our end.
    pub local: Address,
    /// When, in nanoseconds since 1970-01-01 UTC.
    pub wall_ns: i64,
    /// How long after the message before it, if there was one.
    pub delta_ns: Option<i64>,
    /// What happened.
    pub what: What<'a>,
}

/// What happened to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// It sent a message.
    Message {
        /// All of it.
        bytes: &'a [u8],
        /// Whether it ended as messages do.
        whole: bool,
    },
    /// It is there now.
    Joined {
        /// The word that JSON lines have for it.
        event: &'static str,
    },
    /// It is gone.
    Left {
        /// Why, in the word that JSON lines have for it.
        reason: &'static str,
    },
}

impl<'a> Occasion<'a> {
    /// The bytes of the message, if it is one.
    pub fn message(&self) -> Option<&'a [u8]> {
        match self.what {
            What::Message { bytes, .. } => Some(bytes),
            What::Joined { .. } | What::Left { .. } => None,
        }
    }
}

impl Facts for Occasion<'_> {
    fn kind(&self) -> RowKind {
        if self.message().is_some() { RowKind::Data } else { RowKind::Event }
    }

    fn direction(&self) -> Fact<Direction> {
        self.message().map(|_| Direction::Received).into()
    }

    fn peer(&self) -> Fact<PeerId> {
        Fact::Is(self.peer)
    }

    fn data_bytes(&self) -> Fact<u64> {
        self.message().map(|bytes| bytes.len() as u64).into()
    }

    fn wall_ns(&self) -> Fact<i64> {
        Fact::Is(self.wall_ns)
    }

    fn delta_ns(&self) -> Fact<i64> {
        self.delta_ns.into()
    }

    fn content(&self) -> Fact<Content<'_>> {
        self.message().map(Content::of_message).into()
    }

    fn remote(&self) -> Fact<Address> {
        Some(self.remote).filter(|end| *end != Address::None).into()
    }

    fn local(&self) -> Fact<Address> {
        Some(self.local).filter(|end| *end != Address::None).into()
    }

    fn event(&self) -> Fact<&str> {
        match self.what {
            What::Message { .. } => Fact::Absent,
            What::Joined { event } => Fact::Is(event),
            What::Left { .. } => Fact::Is("peer_left"),
        }
    }

    fn reason(&self) -> Fact<&str> {
        match self.what {
            What::Left { reason } => Fact::Is(reason),
            What::Message { .. } | What::Joined { .. } => Fact::Absent,
        }
    }

    fn origin(&self) -> Fact<Origin> {
        self.message().map(|_| Origin::Peer).into()
    }

    fn whole(&self) -> Fact<bool> {
        match self.what {
            What::Message { whole, .. } => Fact::Is(whole),
            What::Joined { .. } | What::Left { .. } => Fact::Absent,
        }
    }

    fn decoded(&self, name: &str, visit: &mut dyn FnMut(Value<'_>) -> bool) -> Fact<()> {
        self.message().map(|message| visit_field(name, message, |entry| visit(entry.value()))).into()
    }
}
