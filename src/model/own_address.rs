//! This machine's own addresses, as values.

use std::net::IpAddr;

/// One of this machine's own addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAddress {
    /// The interface's name.
    pub name: String,
    /// The interface's number.
    pub index: Option<u32>,
    /// The address.
    pub address: IpAddr,
}
