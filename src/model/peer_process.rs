//! The program at the other end of a Unix socket, as the system tells it.

/// Who a peer on this machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerProcess {
    /// The number of the process; another one may have the same number later.
    pub pid: u32,
    /// The user that it runs as.
    pub uid: u32,
    /// The group that it runs as.
    pub gid: u32,
    /// The program's name, where it could still be asked for.
    pub program: Option<String>,
}
