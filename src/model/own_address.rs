//! This machine's own addresses, as values.

use std::net::{IpAddr, Ipv4Addr};

/// One of this machine's own addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAddress {
    /// The interface's name.
    pub name: String,
    /// The interface's number.
    pub index: Option<u32>,
    /// The address.
    pub address: IpAddr,
    /// What reaches everybody in its network, if the network has such an address.
    pub broadcast: Option<Ipv4Addr>,
}
