//! A datagram as it came, and the report that one did not arrive. It knows no socket.

use crate::model::address::Address;
use crate::model::failure::OsError;
use std::net::IpAddr;

/// One datagram as it came.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub remote: Address,
    /// Its payload.
    pub bytes: &'a [u8],
    /// When the kernel got it.
    pub kernel_wall_ns: Option<i64>,
    /// It was longer than what was kept.
    pub truncated: bool,
    /// The local address it was sent to.
    pub local: Option<IpAddr>,
    /// The number of the interface it came in on.
    pub interface: Option<u32>,
    /// How many more machines would have passed it on.
    pub ttl: Option<u8>,
    /// How many datagrams the kernel has dropped for this socket so far.
    pub drops_total: Option<u32>,
    /// The process that sent it from a Unix socket.
    pub sender: Option<Sender>,
    /// So many descriptors came with it and were closed.
    pub descriptors: u32,
}

/// A process on this machine, in the numbers that the kernel tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The process.
    pub pid: i32,
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// The network's report that a datagram did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Where the datagram was sent.
    pub remote: Option<Address>,
    /// What the system says.
    pub error: OsError,
    /// The system's number.
    pub code: Option<i32>,
}

impl<'a> Datagram<'a> {
    /// A datagram about which no more is known.
    pub fn new(remote: Address, bytes: &'a [u8]) -> Datagram<'a> {
        Datagram {
            remote,
            bytes,
            kernel_wall_ns: None,
            truncated: false,
            local: None,
            interface: None,
            ttl: None,
            drops_total: None,
            sender: None,
            descriptors: 0,
        }
    }
}
