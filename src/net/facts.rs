//! What the kernel tells about a live connection. Absent where the system does not tell; never invented.

use crate::model::status::TcpFacts;
#[cfg(target_os = "linux")]
use crate::net::linux;
use socket2::Socket;

/// Round-trip time, retransmissions and queues of a connection.
#[cfg(target_os = "linux")]
pub fn tcp_facts(socket: &Socket) -> Option<TcpFacts> {
    linux::tcp_facts(socket).ok()
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn tcp_facts(_socket: &Socket) -> Option<TcpFacts> {
    None
}

/// How many datagrams the kernel has dropped for this socket since it was made.
#[cfg(target_os = "linux")]
pub fn kernel_drops(socket: &Socket) -> Option<u32> {
    linux::kernel_drops(socket).ok()
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn kernel_drops(_socket: &Socket) -> Option<u32> {
    None
}
