//! Records: everything that happens to a session, as values. Prose is made from them when they are shown.

use crate::model::address::Address;
use crate::model::failure::{Failure, OsError};
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::peer_process::PeerProcess;
use crate::model::socket_option::{OptionName, OptionValue};
use crate::model::tls::{Fingerprint, TlsHandshake};
use crate::util::clock::Stamp;
use std::fmt;
use std::net::IpAddr;

/// One row of a session. It never changes once its id is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the journal.
    pub id: RecordId,
    /// When it happened.
    pub at: Stamp,
    /// During which opening of the session.
    pub epoch: Epoch,
    /// Whom it concerns, where it concerns one peer.
    pub peer: Option<PeerId>,
    /// What happened.
    pub body: Body,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Bytes came or went.
    Data(Data),
    /// The same bytes on the layer below, as they were on the wire: ciphertext, where it is kept.
    Wire(Data),
    /// The session or a peer changed its state.
    Lifecycle(Lifecycle),
    /// Something was lost, and how much.
    Loss(Loss),
    /// A person's or program's remark.
    Note(String),
    /// The journal is damaged here: this row's content cannot be told. It is made by readers, never written.
    Damaged,
    /// This row is whole, but of a later version, which this program cannot read. It is made by readers, never written.
    Newer,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the peer to us.
    Received,
    /// From us to the peer.
    Sent,
}

/// Where between a socket and the programs on both sides bytes were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// What both sides mean.
    Payload,
    /// What went over the socket: ciphertext.
    Wire,
}

/// Who caused the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The peer sent them.
    Peer,
    /// A person or the command line sent them.
    User,
    /// The repeat schedule sent them.
    Repeat,
    /// They came from a file.
    File,
    /// Echo sent back what was received.
    Echo,
    /// A reply rule answered.
    Reply,
    /// They were imported from another file.
    Import,
    /// A rule sent them because time had passed.
    Timer,
    /// A step of a sequence sent them.
    Sequence,
    /// A protocol asked for them: its handshake, a pong, a goodbye.
    Protocol,
}

/// The part of a data record that is known before its bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataHead {
    /// Which way.
    pub direction: Direction,
    /// Who caused them.
    pub origin: Origin,
    /// The kernel stamped the record's wall-clock time.
    pub kernel_stamped: bool,
    /// The datagram was longer than what was kept.
    pub truncated: bool,
    /// The rest of what was sent as one follows in the next record of its stream.
    pub goes_on: bool,
    /// The local address a datagram came in on, where the kernel tells.
    pub local: Option<IpAddr>,
    /// The interface a datagram came in on, where the kernel tells.
    pub interface: Option<InterfaceName>,
    /// The rule that sent them, where one did.
    pub rule: Option<RuleName>,
    /// How many more machines would have passed a packet on, where the kernel tells.
    pub ttl: Option<u8>,
}

/// Bytes that came or went.
#[derive(Clone, PartialEq, Eq)]
pub struct Data {
    /// All that is known about them.
    pub head: DataHead,
    /// The bytes, as they were on the socket.
    pub bytes: Vec<u8>,
}

/// A name small enough to travel with every record. Longer names are cut.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SmallName<const MOST_BYTES: usize> {
    length: u8,
    bytes: [u8; MOST_BYTES],
}

/// An interface's name.
pub type InterfaceName = SmallName<15>;

/// A rule's name.
pub type RuleName = SmallName<47>;

/// How a peer or a session came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The peer closed in an orderly way.
    Fin,
    /// The peer reset the connection.
    Reset,
    /// The peer did not answer in time.
    TimedOut,
    /// We closed this peer on purpose.
    Kicked,
    /// We closed the session.
    Local,
    /// The peer's machine refused.
    Refused,
    /// No way to the peer.
    Unreachable,
    /// We sent to a peer that had already closed.
    BrokenPipe,
    /// Another error of the operating system.
    Failed,
    /// Both sides did not agree on encryption.
    HandshakeFailed,
    /// The connection ended without the goodbye that encryption asks for: something may be missing.
    Cut,
}

/// A change of state of the session or of one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// A host name is being looked up.
    Resolving {
        /// The name.
        host: String,
    },
    /// A host name stands for these addresses.
    Resolved {
        /// The name.
        host: String,
        /// In the order in which they are tried.
        addresses: Vec<Address>,
    },
    /// The listener is there.
    Listening {
        /// On its real address.
        local: Address,
    },
    /// The listener is gone; clients may stay.
    ListenerStopped {
        /// Where it was.
        local: Address,
    },
    /// The datagram socket has its address.
    Bound {
        /// Its real address.
        local: Address,
    },
    /// One attempt to connect begins.
    Connecting {
        /// To this address.
        remote: Address,
        /// Counted from 1.
        attempt: u32,
    },
    /// The connection is there.
    Connected {
        /// Our end.
        local: Address,
        /// The other end.
        remote: Address,
        /// Whether each record of it is a message by itself, where the journal says so.
        message_oriented: Option<bool>,
        /// The program at the other end, where the system tells.
        process: Option<Box<PeerProcess>>,
    },
    /// One attempt to connect failed.
    ConnectFailed {
        /// What was tried and what the system said.
        failure: Failure,
        /// The kind of failure.
        reason: EndReason,
    },
    /// Another attempt follows.
    ReconnectScheduled {
        /// After so many milliseconds.
        delay_millis: u64,
    },
    /// A client was accepted, or a datagram came from or goes to a new address.
    PeerJoined {
        /// Our end.
        local: Address,
        /// The other end.
        remote: Address,
        /// Whether each record of it is a message by itself, as datagrams are, where the journal says so.
        message_oriented: Option<bool>,
        /// The program at the other end, where the system tells.
        process: Option<Box<PeerProcess>>,
    },
    /// The peer said that it sends no more; we still may.
    PeerFinished {
        /// The peer.
        remote: Address,
    },
    /// We said that we send no more; the peer still may.
    WriteShut {
        /// The peer.
        remote: Address,
    },
    /// The peer is gone.
    PeerLeft {
        /// The peer.
        remote: Address,
        /// Why.
        reason: EndReason,
        /// What the system said, where it said something.
        error: Option<OsError>,
    },
    /// The network reported that a datagram did not arrive.
    PeerUnreachable {
        /// Where it was sent.
        remote: Address,
        /// The kind of report.
        reason: EndReason,
        /// What the system said.
        error: OsError,
    },
    /// Bytes could not be sent.
    SendFailed {
        /// What was tried and what the system said.
        failure: Failure,
        /// How many bytes did not go out.
        unsent: u64,
    },
    /// Opening the session failed.
    OpenFailed {
        /// What was tried and what the system said.
        failure: Failure,
    },
    /// Something that an open session cannot go on without has failed.
    SessionFailed {
        /// What was tried and what the system said.
        failure: Failure,
    },
    /// Taking in clients failed; it is tried again.
    AcceptFailed {
        /// What the system said.
        failure: Failure,
    },
    /// A socket option was set.
    OptionSet {
        /// Which.
        name: OptionName,
        /// What was asked for.
        asked: OptionValue,
        /// What the kernel granted, where it tells.
        granted: Option<OptionValue>,
    },
    /// A socket option could not be set.
    OptionFailed {
        /// What was tried and what the system said.
        failure: Failure,
    },
    /// A multicast group was joined.
    JoinedGroup {
        /// The group.
        group: IpAddr,
        /// On this interface, as it was asked for.
        interface: Option<String>,
    },
    /// A multicast group was left.
    LeftGroup {
        /// The group.
        group: IpAddr,
        /// On this interface, as it was asked for.
        interface: Option<String>,
    },
    /// A multicast group could not be joined or left.
    GroupFailed {
        /// What was tried and what the system said.
        failure: Failure,
    },
    /// The journal could not be written: reading from sockets stopped.
    Paused {
        /// What the system said.
        failure: Failure,
    },
    /// The journal can be written again.
    Resumed {
        /// After so many milliseconds.
        after_millis: u64,
    },
    /// After a crash the journal was cut at its last whole record.
    Recovered {
        /// How many bytes of a torn record were cut off.
        cut_bytes: u64,
    },
    /// A certificate was made for the session, because none was given.
    CertificateMade {
        /// What a person compares.
        fingerprint: Fingerprint,
    },
    /// A connection is encrypted from here on.
    Secured {
        /// With whom.
        remote: Address,
        /// What both sides have agreed on.
        handshake: Box<TlsHandshake>,
    },
    /// The secrets of a connection are kept here, because a person asked for that.
    KeysKept {
        /// Lines of a key log, as other programs read them.
        lines: String,
    },
    /// Without the privilege for raw sockets there is one that only exchanges echo messages.
    EchoOnly {
        /// Where it is bound.
        local: Address,
    },
    /// The peer speaks TLS, and the session does not.
    TlsUnexpected {
        /// The peer.
        remote: Address,
    },
    /// A peer passed descriptors of open files along, which were closed at once.
    DescriptorsClosed {
        /// The peer.
        remote: Address,
        /// How many.
        count: u32,
    },
    /// The session is closed.
    Closed {
        /// By us or because of the peer.
        reason: EndReason,
    },
}

/// Something that was lost, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What.
    pub what: LossKind,
    /// How much of it since the last such record.
    pub count: u64,
}

/// The kinds of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossKind {
    /// Datagrams that the kernel dropped because its buffer was full.
    UdpKernelDrop,
    /// Bytes that waited in a send queue when the connection ended.
    UnsentBytes,
    /// Replies that were not given, because the limit of replies per second was reached.
    HeldBackReplies,
}

impl DataHead {
    /// Bytes from a peer, with no further facts.
    pub fn received() -> DataHead {
        DataHead::new(Direction::Received, Origin::Peer)
    }

    /// Bytes to a peer.
    pub fn sent(origin: Origin) -> DataHead {
        DataHead::new(Direction::Sent, origin)
    }

    /// Bytes with no further facts.
    pub fn new(direction: Direction, origin: Origin) -> DataHead {
        DataHead {
            direction,
            origin,
            kernel_stamped: false,
            truncated: false,
            goes_on: false,
            local: None,
            interface: None,
            rule: None,
            ttl: None,
        }
    }
}

impl<const MOST_BYTES: usize> SmallName<MOST_BYTES> {
    /// The name, cut to what fits.
    pub fn new(name: &str) -> SmallName<MOST_BYTES> {
        let end = name.floor_char_boundary(MOST_BYTES.min(usize::from(u8::MAX)));
        let mut bytes = [0; MOST_BYTES];
        bytes[..end].copy_from_slice(&name.as_bytes()[..end]);
        SmallName { length: u8::try_from(end).unwrap_or(0), bytes }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or("")
    }
}

impl<const MOST_BYTES: usize> fmt::Debug for SmallName<MOST_BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Data({:?}, {} bytes)", self.head, self.bytes.len())
    }
}

impl Record {
    /// The payload, if this row is data.
    pub fn data(&self) -> Option<&Data> {
        match &self.body {
            Body::Data(data) => Some(data),
            _ => None,
        }
    }

    /// The bytes of this row, whatever layer they were seen on.
    pub fn bytes_of_any_layer(&self) -> Option<&Data> {
        match &self.body {
            Body::Data(data) | Body::Wire(data) => Some(data),
            _ => None,
        }
    }

    /// The memory of its bytes, for those of another record.
    pub fn into_memory(self) -> Vec<u8> {
        match self.body {
            Body::Data(data) | Body::Wire(data) => data.bytes,
            _ => Vec::new(),
        }
    }

    /// The layer below the payload, if the bytes of this row are of it.
    pub fn is_wire(&self) -> bool {
        matches!(self.body, Body::Wire(_))
    }
}

/// Gives a closed enum its frozen codes (for journals) and words (for machines), in one table each.
macro_rules! coded {
    ($type:ident { $($variant:ident = $code:literal, $word:literal;)+ }) => {
        impl $type {
            /// The code that journals keep; never renumbered.
            pub fn code(self) -> u8 {
                match self { $($type::$variant => $code,)+ }
            }

            /// The value with this code, if this version knows it.
            pub fn from_code(code: u8) -> Option<$type> {
                match code { $($code => Some($type::$variant),)+ _ => None }
            }

            /// The word that machines read; never changed.
            pub fn word(self) -> &'static str {
                match self { $($type::$variant => $word,)+ }
            }

            /// The value with this word, if this version knows it.
            pub fn from_word(word: &str) -> Option<$type> {
                match word { $($word => Some($type::$variant),)+ _ => None }
            }
        }
    };
}

coded!(Direction {
    Received = 0, "rx";
    Sent = 1, "tx";
});

coded!(Layer {
    Payload = 0, "payload";
    Wire = 1, "wire";
});

coded!(Origin {
    Peer = 0, "peer";
    User = 1, "user";
    Repeat = 2, "repeat";
    File = 3, "file";
    Echo = 4, "echo";
    Reply = 5, "reply";
    Import = 6, "import";
    Timer = 7, "timer";
    Sequence = 8, "sequence";
    Protocol = 9, "protocol";
});

coded!(EndReason {
    Fin = 1, "fin";
    Reset = 2, "reset";
    TimedOut = 3, "timed_out";
    Kicked = 4, "kicked";
    Local = 5, "local";
    Refused = 6, "refused";
    Unreachable = 7, "unreachable";
    BrokenPipe = 8, "broken_pipe";
    Failed = 9, "failed";
    HandshakeFailed = 10, "handshake_failed";
    Cut = 11, "cut";
});

coded!(LossKind {
    UdpKernelDrop = 1, "udp_kernel_drop";
    UnsentBytes = 2, "unsent_bytes";
    HeldBackReplies = 3, "held_back_replies";
});

impl Lifecycle {
    /// The word that machines read; never changed.
    pub fn word(&self) -> &'static str {
        match self {
            Lifecycle::Resolving { .. } => "resolving",
            Lifecycle::Resolved { .. } => "resolved",
            Lifecycle::Listening { .. } => "listening",
            Lifecycle::ListenerStopped { .. } => "listener_stopped",
            Lifecycle::Bound { .. } => "bound",
            Lifecycle::Connecting { .. } => "connecting",
            Lifecycle::Connected { .. } => "connected",
            Lifecycle::ConnectFailed { .. } => "connect_failed",
            Lifecycle::ReconnectScheduled { .. } => "reconnect_scheduled",
            Lifecycle::PeerJoined { .. } => "peer_joined",
            Lifecycle::PeerFinished { .. } => "peer_finished",
            Lifecycle::WriteShut { .. } => "write_shut",
            Lifecycle::PeerLeft { .. } => "peer_left",
            Lifecycle::PeerUnreachable { .. } => "peer_unreachable",
            Lifecycle::SendFailed { .. } => "send_failed",
            Lifecycle::OpenFailed { .. } => "open_failed",
            Lifecycle::SessionFailed { .. } => "session_failed",
            Lifecycle::AcceptFailed { .. } => "accept_failed",
            Lifecycle::OptionSet { .. } => "option_set",
            Lifecycle::OptionFailed { .. } => "option_failed",
            Lifecycle::JoinedGroup { .. } => "joined_group",
            Lifecycle::LeftGroup { .. } => "left_group",
            Lifecycle::GroupFailed { .. } => "group_failed",
            Lifecycle::Paused { .. } => "paused",
            Lifecycle::Resumed { .. } => "resumed",
            Lifecycle::Recovered { .. } => "recovered",
            Lifecycle::CertificateMade { .. } => "certificate_made",
            Lifecycle::Secured { .. } => "secured",
            Lifecycle::DescriptorsClosed { .. } => "descriptors_closed",
            Lifecycle::KeysKept { .. } => "keys_kept",
            Lifecycle::TlsUnexpected { .. } => "tls_unexpected",
            Lifecycle::EchoOnly { .. } => "echo_only",
            Lifecycle::Closed { .. } => "closed",
        }
    }

    /// Whether this is bad news, for colour and for exit codes.
    pub fn is_failure(&self) -> bool {
        match self {
            Lifecycle::ConnectFailed { .. }
            | Lifecycle::PeerUnreachable { .. }
            | Lifecycle::SendFailed { .. }
            | Lifecycle::OpenFailed { .. }
            | Lifecycle::SessionFailed { .. }
            | Lifecycle::AcceptFailed { .. }
            | Lifecycle::OptionFailed { .. }
            | Lifecycle::GroupFailed { .. }
            | Lifecycle::Paused { .. } => true,
            Lifecycle::PeerLeft { reason, .. } | Lifecycle::Closed { reason } => {
                !matches!(reason, EndReason::Fin | EndReason::Kicked | EndReason::Local)
            }
            _ => false,
        }
    }

    /// Both ends of a connection, where this record introduces a peer.
    pub fn introduces(&self) -> Option<(Address, Address)> {
        match self {
            Lifecycle::Connected { local, remote, .. } | Lifecycle::PeerJoined { local, remote, .. } => {
                Some((*local, *remote))
            }
            _ => None,
        }
    }

    /// The program of the peer that this record introduces, where the system told.
    pub fn process(&self) -> Option<&PeerProcess> {
        match self {
            Lifecycle::Connected { process, .. } | Lifecycle::PeerJoined { process, .. } => {
                process.as_deref()
            }
            _ => None,
        }
    }

    /// Whether each record of the peer that this record introduces is a message by itself. Journals of earlier
    /// versions do not say.
    pub fn message_oriented(&self) -> Option<bool> {
        match self {
            Lifecycle::Connected { message_oriented, .. }
            | Lifecycle::PeerJoined { message_oriented, .. } => *message_oriented,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::InterfaceName;

    #[test]
    fn interface_names_are_cut_at_a_character() {
        assert_eq!(InterfaceName::new("eth0").as_str(), "eth0");
        assert_eq!(InterfaceName::new("以太网以太网").as_str(), "以太网以太");
    }
}
