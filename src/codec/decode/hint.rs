//! What is known about a message beside its bytes: what carried it, between which ports, who it goes to, and what it
//! answers. It knows no protocol.

use crate::codec::decode::DecoderId;
use crate::model::ids::RecordId;

/// Known beside the bytes. Everything may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// What carried the message.
    pub carrier: Carrier,
    /// The port of the side that accepts: where a protocol usually is.
    pub port: Option<u16>,
    /// Which side it goes to.
    pub toward: Option<Toward>,
    /// The request that it answers.
    pub asked: Option<EarlierRequest>,
    /// The protocol that both sides agreed on.
    pub agreed: Option<Agreed>,
}

/// A protocol that was settled by the messages before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Which decoder it is for.
    pub decoder: DecoderId,
    /// Its version, as the protocol counts them.
    pub version: u8,
}

/// What carried a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// Not known.
    #[default]
    Unknown,
    /// A stream, cut into messages or as it arrived.
    Stream,
    /// A datagram: a message ends where it ends.
    Datagram,
    /// The payload of an IP packet of this protocol.
    Ip(u8),
}

/// Which side a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To the side that accepted the connection.
    Server,
    /// To the side that opened it.
    Client,
}

/// A request that was remembered until its answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierRequest {
    /// The record in which the request begins.
    pub record: RecordId,
    /// The number of its row, counted from 1.
    pub row: u64,
    /// From the request to this answer.
    pub after_ns: u64,
    /// What the decoder wanted to remember of it.
    pub note: u64,
}

impl Hint {
    /// The version of a protocol, if that is what both sides agreed on.
    pub fn version_of(&self, decoder: DecoderId) -> Option<u8> {
        self.agreed.filter(|agreed| agreed.decoder == decoder).map(|agreed| agreed.version)
    }
}
