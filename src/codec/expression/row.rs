//! A row as something that can be asked for everything: what is judged where a journal is shown, exported or printed.

use crate::codec::decode::Value;
use crate::codec::expression::decoding::FieldDecoder;
use crate::codec::expression::facts::{Content, Fact, Facts, RowKind};
use crate::codec::framing::MessageEnd;
use crate::codec::rows::Row;
use crate::codec::text::Carry;
use crate::model::address::Address;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::{Body, Direction, EndReason, Layer, Lifecycle, Origin};
use std::cell::RefCell;

/// A row, and what has to be known besides it.
#[derive(Clone, Copy, Debug)]
pub struct RowFacts<'a> {
    /// The row.
    pub row: &'a Row<'a>,
    /// How long after the row before, if there is one.
    pub after_ns: Option<i64>,
    /// What its stream left unfinished before it; nothing for a message.
    pub carry: Carry,
    /// Our end and the peer's, where the peer is known.
    pub ends: Option<(Address, Address)>,
    /// What decodes it, once it has taken the row in; nothing where no field of a decoder is asked for.
    pub decoder: Option<&'a RefCell<FieldDecoder>>,
}

impl Facts for RowFacts<'_> {
    fn kind(&self) -> RowKind {
        match &self.row.record.body {
            Body::Data(_) | Body::Wire(_) => RowKind::Data,
            Body::Lifecycle(_) => RowKind::Event,
            Body::Loss(_) => RowKind::Loss,
            Body::Note(_) => RowKind::Note,
            Body::Damaged => RowKind::Damaged,
            Body::Newer => RowKind::Newer,
        }
    }

    fn direction(&self) -> Fact<Direction> {
        self.row.record.bytes_of_any_layer().map(|data| data.head.direction).into()
    }

    fn peer(&self) -> Fact<PeerId> {
        self.row.record.peer.into()
    }

    fn data_bytes(&self) -> Fact<u64> {
        self.row.record.bytes_of_any_layer().map(|data| data.bytes.len() as u64).into()
    }

    fn wall_ns(&self) -> Fact<i64> {
        Fact::Is(self.row.record.at.wall_ns)
    }

    fn delta_ns(&self) -> Fact<i64> {
        self.after_ns.into()
    }

    fn content(&self) -> Fact<Content<'_>> {
        match &self.row.record.body {
            Body::Data(data) => Fact::Is(Content { carry: self.carry, ..Content::of_message(&data.bytes) }),
            Body::Wire(data) => Fact::Is(Content::of_message(&data.bytes)),
            Body::Note(note) => Fact::Is(Content::of_note(note.as_bytes())),
            _ => Fact::Absent,
        }
    }

    fn remote(&self) -> Fact<Address> {
        let own = self.event().and_then(|event| addresses(event).1);
        own.or(self.ends.map(|(_, remote)| remote)).into()
    }

    fn local(&self) -> Fact<Address> {
        let own = self.event().and_then(|event| addresses(event).0);
        own.or(self.ends.map(|(local, _)| local)).into()
    }

    fn event(&self) -> Fact<&str> {
        self.event().map(Lifecycle::word).into()
    }

    fn reason(&self) -> Fact<&str> {
        self.event().and_then(reason).map(EndReason::word).into()
    }

    fn origin(&self) -> Fact<Origin> {
        self.row.record.bytes_of_any_layer().map(|data| data.head.origin).into()
    }

    fn layer(&self) -> Fact<&str> {
        match &self.row.record.body {
            Body::Data(_) => Fact::Is(Layer::Payload.word()),
            Body::Wire(_) => Fact::Is(Layer::Wire.word()),
            _ => Fact::Absent,
        }
    }

    fn note(&self) -> Fact<&str> {
        match &self.row.record.body {
            Body::Note(note) => Fact::Is(note),
            _ => Fact::Absent,
        }
    }

    fn whole(&self) -> Fact<bool> {
        let is_whole = self.row.message.is_none_or(|cut| cut.end == MessageEnd::Whole);
        self.row.record.data().map(|_| is_whole).into()
    }

    fn epoch(&self) -> Fact<Epoch> {
        Fact::Is(self.row.record.epoch)
    }

    fn decoded(&self, name: &str, visit: &mut dyn FnMut(Value<'_>) -> bool) -> Fact<()> {
        match (self.decoder, self.row.record.bytes_of_any_layer()) {
            (Some(decoder), Some(data)) => {
                decoder.borrow_mut().visit(name, &data.bytes, |entry| visit(entry.value()));
                Fact::Is(())
            }
            _ => Fact::Absent,
        }
    }
}

impl RowFacts<'_> {
    fn event(&self) -> Option<&Lifecycle> {
        match &self.row.record.body {
            Body::Lifecycle(event) => Some(event),
            _ => None,
        }
    }
}

/// Our address and the peer's, as a record itself has them.
pub(crate) fn addresses(event: &Lifecycle) -> (Option<Address>, Option<Address>) {
    match event {
        Lifecycle::Listening { local }
        | Lifecycle::ListenerStopped { local }
        | Lifecycle::Bound { local }
        | Lifecycle::EchoOnly { local } => (Some(*local), None),
        Lifecycle::Connected { local, remote, .. } | Lifecycle::PeerJoined { local, remote, .. } => {
            (Some(*local), Some(*remote))
        }
        Lifecycle::Connecting { remote, .. }
        | Lifecycle::PeerFinished { remote }
        | Lifecycle::WriteShut { remote }
        | Lifecycle::PeerLeft { remote, .. }
        | Lifecycle::PeerUnreachable { remote, .. }
        | Lifecycle::DescriptorsClosed { remote, .. }
        | Lifecycle::TlsUnexpected { remote }
        | Lifecycle::Secured { remote, .. } => (None, Some(*remote)),
        _ => (None, None),
    }
}

/// Why something ended, as a record itself has it.
pub(crate) fn reason(event: &Lifecycle) -> Option<EndReason> {
    match event {
        Lifecycle::ConnectFailed { reason, .. }
        | Lifecycle::PeerLeft { reason, .. }
        | Lifecycle::PeerUnreachable { reason, .. }
        | Lifecycle::Closed { reason } => Some(*reason),
        _ => None,
    }
}
