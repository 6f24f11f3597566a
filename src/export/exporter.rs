//! What every format has in common: rows go in one by one, bytes come out. It must not know any format, and it
//! neither opens files nor decides which rows are exported.

use crate::codec::rows::Row;
use crate::codec::text::{Carry, TextEncoding};
use crate::model::address::Address;
use crate::model::config::SessionKind;
use crate::model::ids::{PeerId, RecordId};
use crate::model::moment::Moment;
use crate::model::record::{Body, Direction, Record};
use crate::util::PROGRAM;
use std::collections::HashMap;
use std::io::{self, Write};

/// One output format at work. It keeps what it needs between records, never the records themselves, so the same
/// value serves a file of any length and a live stream.
pub trait Exporter {
    /// Writes what comes before the first row.
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()>;

    /// Writes one row. Rows come in their order; some may be left out.
    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()>;

    /// Whether it has a use for bytes of the layer below the payload. They are left out otherwise, as they would stand
    /// beside what they mean.
    fn wants_wire(&self) -> bool {
        false
    }

    /// Writes what comes after the last row. Nothing may follow.
    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

/// What is known about the session whose records are exported.
#[derive(Clone, Debug)]
pub struct ExportContext {
    /// The session's name, as the person gave it.
    pub session_name: String,
    /// The program and its version.
    pub program: String,
    /// What kind of session it was, where that is known.
    pub kind: Option<SessionKind>,
    /// From when times are counted that are told since the first row; otherwise from the first that is exported.
    pub since: Option<Moment>,
}

/// Both ends of a connection, or of an exchange of datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerEnds {
    /// Ours.
    pub local: Address,
    /// The peer's.
    pub remote: Address,
}

/// Tells what the journal knows: the addresses of a peer, and what stands before a record.
pub trait PeerLookup {
    /// Both ends, if they are known.
    fn ends(&mut self, peer: PeerId) -> Option<PeerEnds>;

    /// Whether each record of the peer is a message by itself, where the journal says so.
    fn message_oriented(&mut self, peer: PeerId) -> Option<bool>;

    /// What the stream of a record left unfinished before it. `None` where `last` is what stands before it, so that this
    /// is known, and where it cannot be looked up.
    fn carry_before(
        &mut self,
        _record: RecordId,
        _last: Option<RecordId>,
        _encoding: TextEncoding,
    ) -> Option<Carry> {
        None
    }
}

/// Addresses learned from the records themselves, for streams that have no journal to ask.
#[derive(Clone, Debug, Default)]
pub struct SeenPeers {
    peers: HashMap<PeerId, (PeerEnds, Option<bool>)>,
}

/// Chooses the payload of one direction, of one peer, or both; without a choice all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadChoice {
    /// Only what went this way.
    pub direction: Option<Direction>,
    /// Only what this peer sent or was sent.
    pub peer: Option<PeerId>,
}

impl ExportContext {
    /// The context of a session with this name, written by this version of the program.
    pub fn new(session_name: impl Into<String>, kind: Option<SessionKind>) -> ExportContext {
        ExportContext { session_name: session_name.into(), program: PROGRAM.to_owned(), kind, since: None }
    }

    /// Whether each record of this peer is a message by itself, as datagrams are, and no piece of a stream.
    pub fn is_message_oriented(&self, peer: Option<PeerId>, peers: &mut dyn PeerLookup) -> bool {
        let told = peer.and_then(|peer| peers.message_oriented(peer));
        told.unwrap_or(self.kind == Some(SessionKind::Udp))
    }
}

impl SeenPeers {
    /// Learns from a record that introduces a peer; forgets nothing, because a late record may still name it.
    pub fn see(&mut self, record: &Record) {
        if let (Some(peer), Body::Lifecycle(lifecycle)) = (record.peer, &record.body)
            && let Some((local, remote)) = lifecycle.introduces()
        {
            self.peers.insert(peer, (PeerEnds { local, remote }, lifecycle.message_oriented()));
        }
    }
}

impl PeerLookup for SeenPeers {
    fn ends(&mut self, peer: PeerId) -> Option<PeerEnds> {
        self.peers.get(&peer).map(|(ends, _)| *ends)
    }

    fn message_oriented(&mut self, peer: PeerId) -> Option<bool> {
        self.peers.get(&peer).and_then(|(_, message_oriented)| *message_oriented)
    }
}

impl PayloadChoice {
    /// The record's payload, if it is data and chosen.
    pub fn payload(self, record: &Record) -> Option<&[u8]> {
        let data = record.bytes_of_any_layer()?;
        let way = self.direction.is_none_or(|direction| direction == data.head.direction);
        let whose = self.peer.is_none_or(|peer| record.peer == Some(peer));
        (way && whose).then_some(data.bytes.as_slice())
    }
}
