//! What a front end may ask about this machine without touching a socket.

use crate::model::own_address::OwnAddress;
use crate::net::resolve;
use std::io;

/// This machine's own addresses, as they are now. Interfaces come and go: ask again when the user looks.
pub fn own_addresses() -> io::Result<Vec<OwnAddress>> {
    resolve::own_addresses()
}
