//! What is known about a message beside its bytes: what carried it, between which ports, who it goes to, and what it
//! answers. It knows no protocol.

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
    pub asked: Option<Asked>,
    /// The version of the protocol that both sides agreed on.
    pub version: Option<u8>,
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
pub struct Asked {
    /// The record in which the request begins.
    pub record: RecordId,
    /// From the request to this answer.
    pub after_ns: u64,
    /// What the decoder wanted to remember of it.
    pub note: u64,
}
