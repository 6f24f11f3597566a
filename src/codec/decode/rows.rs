//! Decodes the rows of a session one after the other: what is known beside each, which decoder goes with it, and which
//! request it answers.

use crate::codec::decode::exchange::{Conversation, Seen};
use crate::codec::decode::hint::{Carrier, Hint, Toward};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{DecodeChoice, Decoder, decode};
use crate::codec::rows::Row;
use crate::model::address::Address;
use crate::model::config::{RawKind, SessionKind};
use crate::model::ids::PeerId;
use crate::model::record::{Body, Direction, Layer, Lifecycle};
use std::collections::HashMap;

/// So many connections are remembered; past that all are forgotten, and answers are no longer joined to what was asked
/// before.
const CONVERSATIONS_LIMIT: usize = 4096;

/// Decodes row after row.
#[derive(Clone, Debug)]
pub struct RowDecoder {
    choice: DecodeChoice,
    kind: Option<SessionKind>,
    /// Each layer of a connection is a conversation of its own.
    conversations: HashMap<(Option<PeerId>, Layer), Conversation>,
    /// What goes with the row that was taken in last.
    chosen: Option<(&'static dyn Decoder, Hint)>,
    is_decoded: bool,
    tree: Tree,
}

impl RowDecoder {
    /// Decodes with these decoders.
    pub fn new(choice: DecodeChoice) -> RowDecoder {
        RowDecoder {
            choice,
            kind: None,
            conversations: HashMap::new(),
            chosen: None,
            is_decoded: false,
            tree: Tree::new(),
        }
    }

    /// Learns what kind of session it is.
    pub fn begin(&mut self, kind: Option<SessionKind>) {
        self.kind = kind;
    }

    /// Takes in the next row. `ends` are ours and the peer's. Nothing is decoded before the tree is asked for.
    pub fn take_in(&mut self, row: &Row<'_>, is_message_oriented: bool, ends: Option<(Address, Address)>) {
        (self.chosen, self.is_decoded) = (None, false);
        let record = row.record;
        let (layer, data) = match &record.body {
            Body::Data(data) => (Layer::Payload, data),
            Body::Wire(data) => (Layer::Wire, data),
            Body::Lifecycle(Lifecycle::PeerLeft { .. }) => {
                self.conversations.retain(|(peer, _), _| *peer != record.peer);
                return;
            }
            _ => return,
        };
        let key = (record.peer, layer);
        if self.conversations.len() >= CONVERSATIONS_LIMIT && !self.conversations.contains_key(&key) {
            self.conversations.clear();
        }
        let conversation = self.conversations.entry(key).or_default();
        let mut hint = places(self.kind, data.head.direction, ends);
        hint.carrier = match self.kind {
            // With its header it is a packet of IP, which is known by itself.
            Some(SessionKind::Raw(RawKind { protocol, with_header: false })) => Carrier::Ip(protocol.0),
            Some(SessionKind::Raw(_)) => Carrier::Unknown,
            _ if is_message_oriented => Carrier::Datagram,
            _ => Carrier::Stream,
        };
        hint.agreed = conversation.agreed();
        let decoder = match layer {
            Layer::Wire => self.choice.decoder_of_ciphertext(&data.bytes, &hint),
            Layer::Payload => self.choice.decoder_for(&data.bytes, &hint),
        };
        let Some(decoder) = decoder else { return };
        let seen = Seen {
            record: record.id,
            row: row.number,
            mono_ns: record.at.mono_ns,
            direction: data.head.direction,
        };
        hint.asked = conversation.take_in(decoder.exchange(&data.bytes, &hint), seen);
        hint.agreed = conversation.agreed();
        self.chosen = Some((decoder, hint));
    }

    /// A row goes by of which nothing is to be known.
    pub fn pass(&mut self) {
        (self.chosen, self.is_decoded) = (None, false);
    }

    /// The message of the row that was taken in last, decoded. `None` where no decoder goes with it.
    pub fn tree(&mut self, message: &[u8]) -> Option<&Tree> {
        let (decoder, hint) = self.chosen.as_ref()?;
        if !self.is_decoded {
            decode(*decoder, message, hint, &mut self.tree);
            self.is_decoded = true;
        }
        Some(&self.tree)
    }
}

/// The port where the protocol usually is, and which side a message goes to.
fn places(kind: Option<SessionKind>, direction: Direction, ends: Option<(Address, Address)>) -> Hint {
    let ports = ends.and_then(|(local, remote)| Some((local.port()?, remote.port()?)));
    let server_is_here = match (kind, ports) {
        (Some(SessionKind::TcpServer), _) => true,
        (Some(SessionKind::TcpClient), _) => false,
        // Whoever is asked has the lower port.
        (_, Some((local, remote))) if local != remote => local < remote,
        _ => return Hint { port: ports.map(|(local, _)| local), ..Hint::default() },
    };
    let goes_here = direction == Direction::Received;
    Hint {
        port: ports.map(|(local, remote)| if server_is_here { local } else { remote }),
        toward: Some(if server_is_here == goes_here { Toward::Server } else { Toward::Client }),
        ..Hint::default()
    }
}
