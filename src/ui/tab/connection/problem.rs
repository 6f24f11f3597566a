//! What can be wrong with the fields of the connection panel, and with which of them. It reads no kind of session.

use crate::codec::websocket::TypedPartError;
use crate::model::address::UnixNameError;
use crate::model::endpoint::{EndpointError, Host};
use crate::model::socket_option::{OptionError, OptionName};
use crate::workspace::tabs::TabKind;

/// A field of the connection panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Where to listen or to bind.
    LocalHost,
    /// The port there.
    LocalPort,
    /// Where to connect or to send.
    RemoteHost,
    /// The port there.
    RemotePort,
    /// The time limit of an attempt to connect.
    Timeout,
    /// The switch for broadcasting.
    Broadcast,
    /// The list of multicast groups.
    Groups,
    /// The list of socket options.
    Options,
    /// The name at which a Unix socket of ours stands.
    UnixLocal,
    /// The name of the other end's Unix socket.
    UnixRemote,
    /// The permissions of the socket's file.
    UnixMode,
    /// The protocol on IP.
    Protocol,
    /// The path of a WebSocket request.
    Path,
    /// The header fields of a WebSocket request.
    Headers,
    /// Our certificate.
    Certificate,
    /// The key that belongs to it.
    Key,
    /// Whose certificates are accepted.
    Authority,
    /// The key log.
    KeyLog,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A host or a port cannot be read.
    Endpoint(EndpointError),
    /// The port to connect to is 0.
    PortZero,
    /// Nothing says where datagrams go.
    RemoteMissing,
    /// This name, or the interface of this address, is looked up only when the session is opened.
    LookUpDue(String),
    /// The time limit is not a number of seconds.
    Timeout(String),
    /// Not a multicast address.
    Group(String),
    /// An option cannot be read.
    Option(OptionError),
    /// A Unix socket's name cannot be read.
    UnixName(UnixNameError),
    /// The permissions are no octal digits.
    Mode(String),
    /// Not a protocol on IP.
    Protocol(String),
    /// A part of a WebSocket request cannot be sent.
    Request(String, TypedPartError),
    /// A certificate without its key, or the other way round.
    HalfIdentity,
    /// An option means nothing for this kind of session.
    OptionMisplaced {
        /// Which.
        name: OptionName,
        /// Where it stands.
        kind: TabKind,
    },
}

/// A problem and its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where.
    pub field: Field,
    /// What.
    pub problem: Problem,
}

/// Whether nothing was typed.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Reads a host that stands alone.
pub(super) fn host_of(field: Field, text: &str, problems: &mut Vec<FieldProblem>) -> Option<Host> {
    Host::parse(text)
        .map_err(|error| problems.push(FieldProblem { field, problem: Problem::Endpoint(error) }))
        .ok()
}
