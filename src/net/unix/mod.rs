//! Unix sockets: listeners, connections and datagram sockets, at the names of files and at abstract names. Where the
//! system lacks a type, opening says so in one line.

mod place;

mod wire;

pub use place::SocketFile;
pub use wire::UnixWire;

use crate::model::address::{Address, UnixName};
use crate::model::config::{UnixDatagramsConfig, UnixServerConfig, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::peer_process::PeerProcess;
use crate::model::socket_option::{OptionReport, SocketOption};
use crate::net::datagram::Sender;
use crate::net::name::{local_address, socket_address};
use crate::net::options;
#[cfg(target_os = "linux")]
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use place::bind_at;
use socket2::{Domain, Socket, Type};
use std::io;
#[cfg(not(target_os = "linux"))]
use std::os::unix::ffi::OsStrExt;

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

/// A listening socket.
pub fn listen(config: &UnixServerConfig) -> Result<Standing, Failure> {
    let name = config.local.name;
    let cannot = |error: OsError| Failure::new(Operation::Listen, name, error);
    let socket = new_socket(type_of(config.unix_type), name)?;
    let reports = options::apply_all(&socket, &config.options, name.into())?;
    let file = bind_at(&socket, &config.local, type_of(config.unix_type)).map_err(cannot)?;
    let backlog = i32::try_from(config.backlog).unwrap_or(i32::MAX);
    socket.listen(backlog).map_err(|error| cannot(error.into()))?;
    let local = local_address(&socket).map_err(|error| cannot(error.into()))?;
    Ok(Standing { socket, local, file, reports })
}

/// A socket that is connected at once, as the system connects these; or the reason why it is not.
pub fn start_connect(
    remote: UnixName,
    unix_type: UnixType,
    asked: &[SocketOption],
) -> Result<(Socket, Vec<OptionReport>), Failure> {
    let cannot = |error: OsError| Failure::new(Operation::Connect, remote, error);
    let socket = new_socket(type_of(unix_type), remote)?;
    let reports = options::apply_all(&socket, asked, remote.into())?;
    let address = socket_address(remote).map_err(|error| cannot(error.into()))?;
    match socket.connect(&address) {
        Ok(()) => Ok((socket, reports)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            let words = "as many clients as it takes wait already to be accepted there";
            Err(cannot(OsError { message: words.to_owned(), ..OsError::from(error) }))
        }
        Err(error) => Err(cannot(error.into())),
    }
}

/// A datagram socket. Without a name of its own it gets an abstract one where the system has such, so that it can be
/// answered.
pub fn bind(config: &UnixDatagramsConfig) -> Result<Standing, Failure> {
    let target =
        config.bind.as_ref().map_or_else(|| "a datagram socket".to_owned(), |place| place.name.to_string());
    let cannot = |error: OsError| Failure::new(Operation::Bind, &target, error);
    let socket = Socket::new(Domain::UNIX, Type::DGRAM, None)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .map_err(|error| Failure::new(Operation::CreateSocket, &target, error))?;
    let address = config.bind.as_ref().map_or(Address::None, |place| place.name.into());
    let reports = options::apply_all(&socket, &config.options, address)?;
    #[cfg(target_os = "linux")]
    crate::net::linux::ask_for_message_facts(&socket).map_err(|error| cannot(error.into()))?;
    let file = if let Some(place) = &config.bind {
        bind_at(&socket, place, Type::DGRAM).map_err(cannot)?
    } else {
        place::bind_anywhere(&socket).map_err(|error| cannot(error.into()))?;
        None
    };
    let local = local_address(&socket).map_err(|error| cannot(error.into()))?;
    Ok(Standing { socket, local, file, reports })
}

/// Sends one datagram to a name.
pub(super) fn send_to(socket: &Socket, bytes: &[u8], remote: UnixName) -> io::Result<usize> {
    socket.send_to(bytes, &socket_address(remote)?)
}

/// Receives one datagram, with the name of its sender.
#[cfg(not(target_os = "linux"))]
pub(super) fn receive_from(
    socket: &impl std::os::fd::AsRawFd,
    buffer: &mut [u8],
) -> io::Result<(usize, Address)> {
    let (length, sender) =
        nix::sys::socket::recvfrom::<nix::sys::socket::UnixAddr>(socket.as_raw_fd(), buffer)?;
    let name = sender.and_then(|sender| UnixName::new(sender.path()?.as_os_str().as_bytes()).ok());
    Ok((length, name.map_or(Address::None, Address::Unix)))
}

/// The program at the other end of a connection.
#[cfg(target_os = "linux")]
pub fn process_of(socket: &Socket) -> Option<Box<PeerProcess>> {
    let told = getsockopt(socket, PeerCredentials).ok()?;
    process(told.pid(), told.uid(), told.gid())
}

/// Only Linux tells all of it.
#[cfg(not(target_os = "linux"))]
pub fn process_of(_socket: &Socket) -> Option<Box<PeerProcess>> {
    None
}

/// The program that sent a message.
#[cfg(target_os = "linux")]
pub fn process_of_sender(sender: Sender) -> Option<Box<PeerProcess>> {
    process(sender.pid, sender.uid, sender.gid)
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn process_of_sender(_sender: Sender) -> Option<Box<PeerProcess>> {
    None
}

/// A process with its program's name, while it is still there to be asked. A process of another namespace has no
/// number here.
#[cfg(target_os = "linux")]
fn process(pid: i32, uid: u32, gid: u32) -> Option<Box<PeerProcess>> {
    let pid = u32::try_from(pid).ok().filter(|pid| *pid != 0)?;
    let program = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    let program = program.map(|name| name.trim_end_matches('\n').to_owned());
    Some(Box::new(PeerProcess { pid, uid, gid, program }))
}

fn type_of(unix_type: UnixType) -> Type {
    match unix_type {
        UnixType::Stream => Type::STREAM,
        UnixType::SeqPacket => Type::SEQPACKET,
    }
}

fn new_socket(socket_type: Type, name: UnixName) -> Result<Socket, Failure> {
    Socket::new(Domain::UNIX, socket_type, None)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .map_err(|error| {
            let error = OsError::from(error);
            let is_missing = socket_type == Type::SEQPACKET;
            let words = "this system has no Unix sockets of type seqpacket; use --type stream";
            let error = if is_missing { OsError { message: words.to_owned(), ..error } } else { error };
            Failure::new(Operation::CreateSocket, name, error)
        })
}
