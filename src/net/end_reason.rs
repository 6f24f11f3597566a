//! From the system's errors to the reasons people speak of.

use crate::model::record::EndReason;
use std::io;

/// Why a peer is gone, or an attempt failed, when the system gave this error.
pub fn end_reason(error: &io::Error) -> EndReason {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => EndReason::Reset,
        io::ErrorKind::ConnectionRefused => EndReason::Refused,
        io::ErrorKind::TimedOut => EndReason::TimedOut,
        io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => EndReason::BrokenPipe,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            EndReason::Unreachable
        }
        io::ErrorKind::UnexpectedEof => EndReason::Cut,
        _ => EndReason::Failed,
    }
}

/// Whether an error only says "not now".
pub fn is_not_now(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Whether the system had no room for what was sent beyond the socket's own, as where a network card is slower. Nobody is told
/// when it has some again.
pub fn is_out_of_buffers(error: &io::Error) -> bool {
    #[cfg(unix)]
    let code = nix::libc::ENOBUFS;
    #[cfg(windows)]
    let code = 10055;
    error.raw_os_error() == Some(code)
}

/// Whether a message was longer than the system can send at once.
pub fn is_too_long(error: &io::Error) -> bool {
    #[cfg(unix)]
    let code = nix::libc::EMSGSIZE;
    #[cfg(windows)]
    let code = 10040;
    error.raw_os_error() == Some(code)
}

/// Whether accepting failed because this program or machine has run out of something that may come back.
pub fn is_out_of_resources(error: &io::Error) -> bool {
    #[cfg(unix)]
    let codes = [nix::libc::EMFILE, nix::libc::ENFILE, nix::libc::ENOBUFS, nix::libc::ENOMEM];
    #[cfg(windows)]
    let codes = [10024, 10055];
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}
