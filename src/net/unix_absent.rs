//! Unix sockets where the system has none: whoever asks for one is told so.

use crate::model::address::{Address, UnixName};
use crate::model::config::{UnixDatagramsConfig, UnixServerConfig, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::peer_process::PeerProcess;
use crate::model::socket_option::{OptionReport, SocketOption};
use crate::net::datagram::Sender;
use crate::net::poll::Registered;
use crate::net::wire::Plain;
use socket2::Socket;
use std::io;

/// A socket that stands somewhere.
#[derive(Debug)]
pub struct Standing {
    /// The socket.
    pub socket: Socket,
    /// Where it stands.
    pub local: Address,
    /// Its file, which goes away together with this value.
    pub file: Option<SocketFile>,
    /// Its options as granted.
    pub reports: Vec<OptionReport>,
}

/// The file of a socket; there is none.
#[derive(Debug)]
pub struct SocketFile;

/// The wire of a Unix socket; there is none.
#[derive(Debug)]
pub struct UnixWire;

/// A listening socket.
pub fn listen(config: &UnixServerConfig) -> Result<Standing, Failure> {
    Err(absent(config.local.name))
}

/// A socket that is connected.
pub fn start_connect(
    remote: UnixName,
    _unix_type: UnixType,
    _asked: &[SocketOption],
) -> Result<(Socket, Vec<OptionReport>), Failure> {
    Err(absent(remote))
}

/// A datagram socket.
pub fn bind(config: &UnixDatagramsConfig) -> Result<Standing, Failure> {
    Err(absent(config.bind.as_ref().map_or(Address::None, |place| place.name.into())))
}

/// No name leads anywhere.
pub(super) fn send_to(_socket: &Socket, _bytes: &[u8], _remote: UnixName) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No datagram comes from a name.
pub(super) fn receive_from<S>(_socket: &S, _buffer: &mut [u8]) -> io::Result<(usize, Address)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nobody is at the other end.
pub fn process_of(_socket: &Socket) -> Option<Box<PeerProcess>> {
    None
}

/// Nobody sends anything.
pub fn process_of_sender(_sender: Sender) -> Option<Box<PeerProcess>> {
    None
}

impl UnixWire {
    /// The wire that is there instead.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere this can fail")]
    pub fn around(registered: Registered, _unix_type: UnixType) -> io::Result<Plain> {
        Ok(Plain::new(registered))
    }
}

fn absent(target: impl Into<Address>) -> Failure {
    Failure::new(
        Operation::CreateSocket,
        target.into(),
        OsError::from_words("this system has no Unix sockets"),
    )
}
