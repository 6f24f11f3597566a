//! What failed: which operation, on which thing, and the operating system's own words, name and number.

use std::error::Error;
use std::{fmt, io};

/// What was being done when something failed. The wording is the error line's: `cannot … TARGET: …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Looking up the addresses of a host name.
    Resolve,
    /// Making a socket.
    CreateSocket,
    /// Giving a socket its local address.
    Bind,
    /// Starting to listen.
    Listen,
    /// Taking in a client.
    Accept,
    /// Connecting to a remote address.
    Connect,
    /// Receiving from a peer.
    Receive,
    /// Sending to a peer.
    Send,
    /// Ending one direction of a connection.
    ShutDown,
    /// Setting a socket option.
    SetOption,
    /// Joining a multicast group.
    JoinGroup,
    /// Leaving a multicast group.
    LeaveGroup,
    /// Waiting for sockets.
    Poll,
    /// Starting a thread.
    StartThread,
    /// Opening or creating a file.
    OpenFile,
    /// Reading a file.
    ReadFile,
    /// Writing a file.
    WriteFile,
    /// Agreeing on encryption with a peer.
    Secure,
}

/// Every operation with its frozen code (for journals) and its words.
const OPERATIONS: [(Operation, u8, &str); 18] = [
    (Operation::Resolve, 1, "resolve"),
    (Operation::CreateSocket, 2, "create a socket for"),
    (Operation::Bind, 3, "bind"),
    (Operation::Listen, 4, "listen on"),
    (Operation::Accept, 5, "accept on"),
    (Operation::Connect, 6, "connect to"),
    (Operation::Receive, 7, "receive from"),
    (Operation::Send, 8, "send to"),
    (Operation::ShutDown, 9, "shut down"),
    (Operation::SetOption, 10, "set option"),
    (Operation::JoinGroup, 11, "join group"),
    (Operation::LeaveGroup, 12, "leave group"),
    (Operation::Poll, 13, "wait for"),
    (Operation::StartThread, 14, "start thread"),
    (Operation::OpenFile, 15, "open"),
    (Operation::ReadFile, 16, "read"),
    (Operation::WriteFile, 17, "write"),
    (Operation::Secure, 18, "secure"),
];

impl Operation {
    fn row(self) -> &'static (Operation, u8, &'static str) {
        OPERATIONS.iter().find(|row| row.0 == self).unwrap_or(&OPERATIONS[0])
    }

    /// The code that journals keep; never renumbered.
    pub fn code(self) -> u8 {
        self.row().1
    }

    /// The operation with this code, if this version knows it.
    pub fn from_code(code: u8) -> Option<Operation> {
        OPERATIONS.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// The words that follow "cannot".
    pub fn words(self) -> &'static str {
        self.row().2
    }
}

/// What a session says of a journal that somebody removed.
pub const FILE_REMOVED: &str =
    "the file was removed while it was written; save the log elsewhere, then close the session";

/// An error of the operating system, kept as text too, because a journal may be read on another system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsError {
    /// The system's number; 0 where it gave none.
    pub code: i32,
    /// The number's name, such as `ECONNREFUSED`; empty where it gave none.
    pub name: String,
    /// The system's own words, starting in lower case.
    pub message: String,
}

impl OsError {
    /// An error that has words but no number, such as "no address found".
    pub fn from_words(message: impl Into<String>) -> OsError {
        OsError { code: 0, name: String::new(), message: message.into() }
    }

    /// What the system says in words alone, as a sentence of its own; here it becomes part of one.
    pub fn from_system_words(message: &str) -> OsError {
        OsError::from_words(lower_first(message))
    }

    /// The error with this number on this system.
    pub fn from_code(code: i32) -> OsError {
        OsError::from(&io::Error::from_raw_os_error(code))
    }
}

impl From<&io::Error> for OsError {
    fn from(error: &io::Error) -> OsError {
        // A layer above the system's sockets has its own words, and hands them on inside.
        if let Some(words) = error.get_ref().and_then(|inner| inner.downcast_ref::<OsError>()) {
            return words.clone();
        }
        let Some(code) = error.raw_os_error() else {
            return OsError::from_system_words(&error.to_string());
        };
        let mut message = error.to_string();
        if let Some(cut) = message.rfind(" (os error") {
            message.truncate(cut);
        }
        OsError {
            code,
            name: error_name(code),
            message: lower_first(message.trim_end_matches(['.', '\r', '\n'])),
        }
    }
}

impl From<io::Error> for OsError {
    fn from(error: io::Error) -> OsError {
        OsError::from(&error)
    }
}

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.code, self.name.is_empty()) {
            (0, _) => Ok(()),
            (code, true) => write!(f, " (error {code})"),
            (code, false) => write!(f, " ({} {code})", self.name),
        }
    }
}

impl Error for OsError {}

#[cfg(unix)]
fn error_name(code: i32) -> String {
    match nix::errno::Errno::from_raw(code) {
        nix::errno::Errno::UnknownErrno => String::new(),
        errno => format!("{errno:?}"),
    }
}

#[cfg(not(unix))]
fn error_name(code: i32) -> String {
    /// Windows numbers its socket errors as 10000 plus the number they have elsewhere.
    const NAMES: [(i32, &str); 26] = [
        (5, "ERROR_ACCESS_DENIED"),
        (112, "ERROR_DISK_FULL"),
        (10004, "WSAEINTR"),
        (10013, "WSAEACCES"),
        (10014, "WSAEFAULT"),
        (10022, "WSAEINVAL"),
        (10024, "WSAEMFILE"),
        (10035, "WSAEWOULDBLOCK"),
        (10036, "WSAEINPROGRESS"),
        (10038, "WSAENOTSOCK"),
        (10040, "WSAEMSGSIZE"),
        (10042, "WSAENOPROTOOPT"),
        (10047, "WSAEAFNOSUPPORT"),
        (10048, "WSAEADDRINUSE"),
        (10049, "WSAEADDRNOTAVAIL"),
        (10050, "WSAENETDOWN"),
        (10051, "WSAENETUNREACH"),
        (10052, "WSAENETRESET"),
        (10053, "WSAECONNABORTED"),
        (10054, "WSAECONNRESET"),
        (10055, "WSAENOBUFS"),
        (10056, "WSAEISCONN"),
        (10057, "WSAENOTCONN"),
        (10060, "WSAETIMEDOUT"),
        (10061, "WSAECONNREFUSED"),
        (10065, "WSAEHOSTUNREACH"),
    ];
    NAMES.iter().find(|row| row.0 == code).map_or_else(String::new, |row| row.1.to_owned())
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        // An acronym keeps its capitals.
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// One failed operation: `cannot connect to 127.0.0.1:1: connection refused (ECONNREFUSED 111)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was being done.
    pub operation: Operation,
    /// To what: an address, an option's name, a path.
    pub target: String,
    /// What the system said.
    pub error: OsError,
}

impl Failure {
    /// Joins what was being done, to what, and what the system said.
    pub fn new(operation: Operation, target: impl fmt::Display, error: impl Into<OsError>) -> Failure {
        Failure { operation, target: target.to_string(), error: error.into() }
    }
}

impl Failure {
    /// Whether somebody removed the file that was being written.
    pub fn is_of_removed_file(&self) -> bool {
        self.error.message == FILE_REMOVED
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.operation.words(), self.target, self.error)
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::{Failure, OPERATIONS, Operation, OsError};

    #[cfg(target_os = "linux")]
    #[test]
    fn a_failure_is_one_line_with_name_and_number() {
        let failure = Failure::new(Operation::Connect, "127.0.0.1:1", OsError::from_code(111));
        assert_eq!(
            failure.to_string(),
            "cannot connect to 127.0.0.1:1: connection refused (ECONNREFUSED 111)"
        );
    }

    #[test]
    fn words_without_a_number_stand_alone() {
        let failure =
            Failure::new(Operation::Resolve, "nowhere.invalid", OsError::from_words("no address found"));
        assert_eq!(failure.to_string(), "cannot resolve nowhere.invalid: no address found");
    }

    #[test]
    fn operation_codes_are_unique_and_read_back() {
        for (operation, code, _) in OPERATIONS {
            assert_eq!(Operation::from_code(code), Some(operation));
            assert_eq!(operation.code(), code);
        }
    }
}
