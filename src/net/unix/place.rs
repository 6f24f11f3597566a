//! Where a Unix socket stands: its name, its file with its permissions, and what was left behind by another program.

use crate::model::config::UnixPlace;
use crate::model::failure::OsError;
use crate::net::name::socket_address;
use socket2::{Domain, SockAddr, Socket, Type};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file of a socket of ours. It goes away together with this value, unless another one stands there by then.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// Who is behind a name that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Somebody listens there, or is bound there.
    Alive,
    /// A socket's file whose program has ended.
    Stale,
    /// A socket that we may not connect to, whether or not anybody is there.
    Closed,
    /// A file that is no socket.
    NoSocket,
}

/// Gives the socket a name that nobody has.
#[cfg(target_os = "linux")]
pub(super) fn bind_anywhere(socket: &Socket) -> io::Result<()> {
    use nix::sys::socket::{UnixAddr, bind};
    use std::os::fd::AsRawFd;
    Ok(bind(socket.as_raw_fd(), &UnixAddr::new_unnamed())?)
}

/// Without abstract names the socket stays without one.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system may refuse")]
pub(super) fn bind_anywhere(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// Gives the socket its name, and its file the permissions that were asked for.
pub(super) fn bind_at(
    socket: &Socket,
    place: &UnixPlace,
    socket_type: Type,
) -> Result<Option<SocketFile>, OsError> {
    let address = socket_address(place.name)?;
    if place.name.is_abstract() {
        #[cfg(not(target_os = "linux"))]
        return Err(OsError::from_words("this system has no abstract names; use the path of a file"));
        #[cfg(target_os = "linux")]
        return Ok(socket.bind(&address).map(|()| None)?);
    }
    let path = Path::new(OsStr::from_bytes(place.name.as_bytes()));
    if let Some(mode) = place.mode {
        // The file begins with no more than this; what the process masks is added when it is there.
        set_initial_mode(socket, mode)?;
    }
    match socket.bind(&address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            make_room(path, &address, place.replace_stale, socket_type, &error)?;
            socket.bind(&address)?;
        }
        outcome => outcome?,
    }
    let facts = fs::symlink_metadata(path)?;
    let file = SocketFile { path: std::path::absolute(path)?, device: facts.dev(), inode: facts.ino() };
    if let Some(mode) = place.mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(Some(file))
}

/// On Linux a socket's own permissions are those of the file that it makes.
#[cfg(target_os = "linux")]
fn set_initial_mode(socket: &Socket, mode: u32) -> io::Result<()> {
    Ok(nix::sys::stat::fchmod(socket.as_fd(), nix::sys::stat::Mode::from_bits_truncate(mode))?)
}

/// Elsewhere the file has what the process leaves it for a moment.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system may refuse")]
fn set_initial_mode(socket: &Socket, _mode: u32) -> io::Result<()> {
    let _descriptor = socket.as_fd();
    Ok(())
}

/// Removes a stale socket's file where that was asked for; says who holds the name otherwise.
fn make_room(
    path: &Path,
    address: &SockAddr,
    replace_stale: bool,
    socket_type: Type,
    in_use: &io::Error,
) -> Result<(), OsError> {
    let because = |words: &str| {
        let error = OsError::from(in_use);
        OsError { message: format!("{}: {words}", error.message), ..error }
    };
    match holder(path, address, socket_type)? {
        Holder::Stale if replace_stale => Ok(fs::remove_file(path)?),
        Holder::Stale => {
            Err(because("its program has ended and left the file behind; --replace-stale replaces it"))
        }
        Holder::Alive => Err(because("a program that is running has it")),
        Holder::Closed => Err(because("a socket stands there to which this user may not connect")),
        Holder::NoSocket => Err(because("a file that is no socket stands there")),
    }
}

/// Finds out who holds a name, by knocking at it: only a program that has ended refuses.
fn holder(path: &Path, address: &SockAddr, socket_type: Type) -> io::Result<Holder> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Ok(Holder::NoSocket);
    }
    let knocking = Socket::new(Domain::UNIX, socket_type, None)?;
    knocking.set_nonblocking(true)?;
    Ok(holder_that_says(&knocking.connect(address)))
}

/// Whatever else it says, somebody has to be there to say it.
fn holder_that_says(answer: &io::Result<()>) -> Holder {
    match answer.as_ref().map_err(io::Error::kind) {
        Err(ErrorKind::ConnectionRefused) => Holder::Stale,
        Err(ErrorKind::PermissionDenied) => Holder::Closed,
        Ok(()) | Err(_) => Holder::Alive,
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|facts| facts.dev() == self.device && facts.ino() == self.inode);
        if is_ours && fs::remove_file(&self.path).is_err() {
            // The folder does not let go of it: the next program finds it stale and says so.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, holder_that_says};
    use nix::errno::Errno;

    #[test]
    fn who_has_a_name_is_told_by_the_answer_to_a_knock() {
        for (answer, holder) in [
            (Ok(()), Holder::Alive),
            (Err(Errno::ECONNREFUSED), Holder::Stale),
            (Err(Errno::EACCES), Holder::Closed),
            (Err(Errno::EAGAIN), Holder::Alive),
            (Err(Errno::EPROTOTYPE), Holder::Alive),
        ] {
            assert_eq!(holder_that_says(&answer.map_err(Into::into)), holder, "{answer:?}");
        }
    }
}
