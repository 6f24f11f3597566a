//! What the system calls an address, as records name it, and the other way round. It opens and asks nothing.

use crate::model::address::Address;
#[cfg(unix)]
use crate::model::address::UnixName;
use socket2::{SockAddr, Socket};
use std::io;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;

/// The socket's own address.
pub fn local_address(socket: &Socket) -> io::Result<Address> {
    Ok(address_of(&socket.local_addr()?)?.to_canonical())
}

/// An address that the system gave.
pub(super) fn address_of(address: &SockAddr) -> io::Result<Address> {
    if let Some(address) = address.as_socket() {
        return Ok(Address::Ip(address));
    }
    #[cfg(unix)]
    if address.is_unix() {
        return Ok(unix_address(address));
    }
    Err(io::Error::other("the system gave an address of a kind that is not known"))
}

/// The name that the system gave, if it gave one.
#[cfg(unix)]
fn unix_address(address: &SockAddr) -> Address {
    let path = address.as_pathname().map(|path| path.as_os_str().as_bytes().to_vec());
    #[cfg(target_os = "linux")]
    let path = path.or_else(|| address.as_abstract_namespace().map(|name| [&[0], name].concat()));
    path.and_then(|name| UnixName::new(&name).ok()).map_or(Address::None, Address::Unix)
}

/// The address of a name, for the system.
#[cfg(unix)]
pub(super) fn socket_address(name: UnixName) -> io::Result<SockAddr> {
    SockAddr::unix(std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes())))
}
