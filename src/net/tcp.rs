//! Stream sockets: listeners and connection attempts, never blocking.

use crate::model::address::Address;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::socket_option::{OptionName, OptionReport, OptionValue, SocketOption};
use crate::net::name::{address_of, local_address};
use crate::net::options;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// A listening socket, the address it really has, and its options as granted.
pub fn listen(
    local: SocketAddr,
    backlog: u32,
    asked: &[SocketOption],
) -> Result<(Socket, Address, Vec<OptionReport>), Failure> {
    let socket = new_stream(local)?;
    set_exclusive_or_reusable(&socket, asked)
        .map_err(|error| Failure::new(Operation::Listen, local, error))?;
    if local.is_ipv6() && !asked.iter().any(|option| option.name == OptionName::Ipv6Only) {
        // Without being asked, [::] takes IPv4 clients too, whatever the system's default is.
        socket.set_only_v6(false).map_err(|error| Failure::new(Operation::Listen, local, error))?;
    }
    let reports = options::apply_all(&socket, asked, local.into())?;
    socket.bind(&local.into()).map_err(|error| Failure::new(Operation::Listen, local, error))?;
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
    socket.listen(backlog).map_err(|error| Failure::new(Operation::Listen, local, error))?;
    let real = local_address(&socket).map_err(|error| Failure::new(Operation::Listen, local, error))?;
    Ok((socket, real, reports))
}

/// A restart is not blocked by old connections in `TIME_WAIT`, and a busy port is refused, on every system.
fn set_exclusive_or_reusable(socket: &Socket, asked: &[SocketOption]) -> io::Result<()> {
    let wanted = asked.iter().find_map(|option| match (option.name, &option.value) {
        (OptionName::ReuseAddress, OptionValue::Flag(on)) => Some(*on),
        _ => None,
    });
    #[cfg(unix)]
    {
        // Here the option only ignores TIME_WAIT; a second listener is refused all the same.
        socket.set_reuse_address(wanted.unwrap_or(true))
    }
    #[cfg(windows)]
    {
        // Here SO_REUSEADDR would let two programs share the port; TIME_WAIT never blocks a bind.
        if wanted == Some(true) { socket.set_reuse_address(true) } else { windows::set_exclusive(socket) }
    }
}

#[cfg(windows)]
mod windows {
    use socket2::Socket;
    use std::io;
    use std::os::windows::io::AsRawSocket;
    use windows_sys::Win32::Networking::WinSock::{
        SO_EXCLUSIVEADDRUSE, SOCKET_ERROR, SOL_SOCKET, WSAGetLastError, setsockopt,
    };

    #[expect(unsafe_code, reason = "no safe interface offers SO_EXCLUSIVEADDRUSE")]
    pub(super) fn set_exclusive(socket: &Socket) -> io::Result<()> {
        let on: i32 = 1;
        let handle = usize::try_from(socket.as_raw_socket()).map_err(io::Error::other)?;
        // SAFETY: the socket is open for the whole call, and the value is a live i32 of the length given.
        let result =
            unsafe { setsockopt(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (&raw const on).cast(), 4) };
        if result == SOCKET_ERROR {
            // SAFETY: asks for this thread's last error and has no preconditions.
            return Err(io::Error::from_raw_os_error(unsafe { WSAGetLastError() }));
        }
        Ok(())
    }
}

/// A socket on its way to `remote`: it becomes writable when the attempt has ended.
pub fn start_connect(
    remote: SocketAddr,
    bind: Option<SocketAddr>,
    asked: &[SocketOption],
) -> Result<(Socket, Vec<OptionReport>), Failure> {
    let socket = new_stream(remote)?;
    let reports = options::apply_all(&socket, asked, remote.into())?;
    if let Some(local) = bind {
        #[cfg(unix)]
        socket.set_reuse_address(true).map_err(|error| Failure::new(Operation::Bind, local, error))?;
        socket.bind(&local.into()).map_err(|error| Failure::new(Operation::Bind, local, error))?;
    }
    match socket.connect(&remote.into()) {
        Ok(()) => Ok((socket, reports)),
        Err(error) if is_under_way(&error) => Ok((socket, reports)),
        Err(error) => Err(Failure::new(Operation::Connect, remote, error)),
    }
}

fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let under_way = error.raw_os_error() == Some(nix::libc::EINPROGRESS);
    #[cfg(windows)]
    let under_way = false;
    under_way || error.kind() == io::ErrorKind::WouldBlock
}

/// How an attempt ended, once its socket is writable: both ends' addresses, or the error.
pub fn finish_connect(socket: &Socket) -> io::Result<Option<(Address, Address)>> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    match socket.peer_addr() {
        Ok(remote) => Ok(Some((local_address(socket)?, address_of(&remote)?))),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(None),
        Err(error) => Err(error),
    }
}

/// The next client that waits at the listener, ready for use, with both ends' addresses.
pub fn accept(listener: &Socket) -> io::Result<(Socket, Address, Address)> {
    let (socket, remote) = listener.accept()?;
    socket.set_nonblocking(true)?;
    let local = local_address(&socket)?;
    Ok((socket, local, address_of(&remote)?.to_canonical()))
}

fn new_stream(address: SocketAddr) -> Result<Socket, Failure> {
    let made = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        // Urgent bytes stay where they are in the stream, or they would be lost. Accepted sockets inherit it.
        .and_then(|socket| socket.set_out_of_band_inline(true).map(|()| socket));
    made.map_err(|error| Failure::new(Operation::CreateSocket, address, error))
}

/// An attempt that took longer than it was given. The system has said nothing yet, so its words would be borrowed.
pub fn timed_out(remote: Address, limit: Duration) -> Failure {
    let words = format!("timed out: no answer within {} s", limit.as_secs_f64());
    Failure::new(Operation::Connect, remote, OsError::from_words(words))
}
