//! What a session is doing now, as a front end shows it. Levels, not events: a missed event cannot make it wrong.

use crate::model::address::Address;
use crate::model::failure::Failure;
use crate::model::ids::{JobId, PeerId};
use crate::model::peer_process::PeerProcess;
use crate::model::record::EndReason;
use crate::model::tls::TlsHandshake;
use std::sync::Arc;
use std::time::Duration;

/// What a session is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionState {
    /// No socket is open.
    #[default]
    Closed,
    /// A host name is being looked up.
    Resolving {
        /// The name.
        host: String,
    },
    /// A connection attempt is under way.
    Connecting {
        /// To this address.
        remote: Address,
    },
    /// The next attempt waits for its time.
    WaitingToReconnect {
        /// Why the last attempt or connection ended, if it failed.
        failure: Option<Failure>,
    },
    /// The listener is there.
    Listening {
        /// Its real address.
        local: Address,
        /// The others that its host name stands for.
        others: Arc<[Address]>,
    },
    /// The listener is gone and clients are still there.
    Draining,
    /// The datagram socket is there.
    Bound {
        /// Its real address.
        local: Address,
    },
    /// The connection is there.
    Connected {
        /// Our end.
        local: Address,
        /// The other end.
        remote: Address,
    },
    /// Opening failed, or the connection ended by an error. No socket is open.
    Failed(Failure),
}

/// How much went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Data records.
    pub records: u64,
    /// Payload bytes.
    pub bytes: u64,
}

/// All counters of a session since it was created. "Reset counters" is a subtraction in the front end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// From peers.
    pub received: Traffic,
    /// To peers: bytes the kernel has taken.
    pub sent: Traffic,
    /// Datagrams that the kernel dropped.
    pub kernel_drops: u64,
    /// Datagrams that were longer than what was kept.
    pub truncated: u64,
    /// Peers that were ever there.
    pub peers_seen: u64,
}

/// Whether a peer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerState {
    /// The connection is there, but what goes over it is not agreed on yet.
    ShakingHands,
    /// Both directions work.
    Open,
    /// The peer sends no more.
    PeerFinished,
    /// We send no more.
    WriteShut,
    /// Gone, and why.
    Left(EndReason),
}

/// One peer as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Its number.
    pub id: PeerId,
    /// Our end.
    pub local: Address,
    /// Its end.
    pub remote: Address,
    /// Whether it is there.
    pub state: PeerState,
    /// Wall-clock nanoseconds of its last change of state.
    pub changed_wall_ns: i64,
    /// From it.
    pub received: Traffic,
    /// To it.
    pub sent: Traffic,
    /// Bytes waiting in our send queue.
    pub queued_bytes: u64,
    /// What the kernel last told about the connection, if it was asked.
    pub facts: Option<TcpFacts>,
    /// Who it is, where it is a program of this machine and the system tells.
    pub process: Option<Arc<PeerProcess>>,
    /// What was agreed on, where the connection is encrypted.
    pub handshake: Option<Arc<TlsHandshake>>,
}

/// `TCP_INFO`, where the kernel has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFacts {
    /// Smoothed round-trip time.
    pub rtt: Duration,
    /// Its variation.
    pub rtt_variation: Duration,
    /// Segments sent again, in total.
    pub retransmits: u32,
    /// Congestion window in segments.
    pub congestion_window: u32,
    /// Bytes the kernel has not sent yet.
    pub unsent_bytes: u32,
    /// Sent segments that are not acknowledged yet.
    pub unacknowledged: u32,
    /// The largest segment we send.
    pub send_segment: u32,
}

/// What one rule has done so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleStatus {
    /// What it is called.
    pub name: String,
    /// Whether it is tried.
    pub is_on: bool,
    /// How often it has reacted.
    pub hits: u64,
    /// How often a limit did not allow it.
    pub held_back: u64,
    /// Answers that could not be made.
    pub failed: u64,
    /// Half of its answers took no longer, from the arrival of the message on.
    pub p50_ns: Option<u64>,
    /// All but one in a hundred of its answers took no longer.
    pub p99_ns: Option<u64>,
}

/// What has become of something that is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatStatus {
    /// Its name.
    pub job: JobId,
    /// In how many periods it went out to somebody.
    pub sent: u64,
    /// How many more of these there shall be, where they are counted.
    pub left: Option<u64>,
    /// The period that was asked for.
    pub every: Duration,
    /// The period as it was on average since nobody was there last.
    pub achieved: Option<Duration>,
    /// Half of the sends were no later than this.
    pub late_p50_ns: Option<u64>,
    /// All but one in a hundred were no later than this.
    pub late_p99_ns: Option<u64>,
}

/// Where a sequence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceStatus {
    /// Its first step has begun; before, it waits for somebody to be there.
    pub has_begun: bool,
    /// The step that is under way, counted from 1.
    pub step: usize,
    /// How many there are.
    pub steps: usize,
    /// How many have held so far, repeats included.
    pub passed: u64,
    /// Which time it is carried out, counted from 1.
    pub round: u64,
    /// It begins no further step by itself.
    pub is_held: bool,
}

impl SessionState {
    /// Whether a socket is open or about to be: fields lock, and the one button says how to stop.
    pub fn is_open(&self) -> bool {
        !matches!(self, SessionState::Closed | SessionState::Failed(_))
    }
}

impl PeerStatus {
    /// A peer that is there from this moment on, before anything came or went.
    pub fn joined(id: PeerId, local: Address, remote: Address, wall_ns: i64) -> PeerStatus {
        PeerStatus {
            id,
            local,
            remote,
            state: PeerState::Open,
            changed_wall_ns: wall_ns,
            received: Traffic::default(),
            sent: Traffic::default(),
            queued_bytes: 0,
            facts: None,
            process: None,
            handshake: None,
        }
    }
}

impl PeerState {
    /// Whether the peer can still be sent to.
    pub fn can_send(self) -> bool {
        matches!(self, PeerState::ShakingHands | PeerState::Open | PeerState::PeerFinished)
    }

    /// Whether the peer is still there in at least one direction.
    pub fn is_present(self) -> bool {
        !matches!(self, PeerState::Left(_))
    }
}

impl Counters {
    /// Data records of both directions.
    pub fn data_records(&self) -> u64 {
        self.received.records + self.sent.records
    }
}

impl Traffic {
    /// Counts one record of so many bytes.
    pub fn add(&mut self, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
    }
}
