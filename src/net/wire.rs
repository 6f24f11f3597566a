//! What the bytes of one connection go through between its socket and whoever reads and writes payload. It knows no
//! journal and no session; how much is read and when is up to its user.
//!
//! A wire never blocks. Its user asks it to [`Wire::read`] and [`Wire::write`] payload, and says with
//! [`Wire::wait_for`] what it wants to be woken for; the wire adds what it needs itself. A wire that begins with a
//! handshake is given every report by [`Wire::shake_hands`] until that is done; no payload comes or goes before.

use crate::model::record::Direction;
use crate::model::tls::TlsHandshake;
use crate::net::poll::{Interest, Registered};
use socket2::Socket;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

/// One connection, as payload goes in and out of it.
pub trait Wire: Send {
    /// Takes payload that has come. Fails with `WouldBlock` when nothing waits.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got>;

    /// Puts payload on its way and says how much of it was taken. Fails with `WouldBlock` when there is no room.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// How much of the payload that was taken the wire still holds back, because the socket has no room for it.
    fn held_payload(&self) -> u64 {
        0
    }

    /// Writes what the wire holds back by itself, as far as there is room.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// What both sides have agreed on, once after the handshake; nothing where nothing had to be agreed on.
    fn take_agreed(&mut self) -> Option<Box<TlsHandshake>> {
        None
    }

    /// Goes on with the handshake as far as that is possible now.
    fn shake_hands(&mut self) -> io::Result<Handshake>;

    /// Says to the other side that no more payload follows. It may still be heard after that.
    fn finish(&mut self) -> io::Result<()>;

    /// What the wire waits for by itself, whatever its user wants.
    fn wants(&self) -> Interest;

    /// Has its user woken for this from now on, and for what the wire [`wants`](Wire::wants) itself.
    fn wait_for(&mut self, interest: Interest) -> io::Result<()>;

    /// Has its user woken for nothing, not even for what the wire [`wants`](Wire::wants) itself, until it is asked to
    /// [`wait_for`](Wire::wait_for) something again.
    fn wait_for_nothing(&mut self) -> io::Result<()>;

    /// Whether the next read gives payload or the end without anything more from the socket, which nobody is woken for.
    fn holds_payload(&self) -> bool;

    /// What the system says about a connection on which nothing more is read: an error if the other side is gone.
    fn check(&self) -> io::Result<()>;

    /// Chooses how the connection ends when the wire is dropped. It never waits for what is still on its way.
    fn set_ending(&mut self, ending: Ending) -> io::Result<()>;

    /// Whether what is written at once arrives as one message, and what is read at once was one.
    fn keeps_borders(&self) -> bool {
        false
    }

    /// How many descriptors the other side has passed along since this was asked last; they are closed already.
    fn take_closed_descriptors(&mut self) -> u32 {
        0
    }

    /// Whether it tells what goes on below the payload.
    fn captures(&self) -> bool {
        false
    }

    /// Tells what went on below the payload since this was asked last.
    fn take_captured(&mut self, _each: &mut dyn FnMut(Captured<'_>)) {}

    /// The socket, for its options and for what the system tells about it; one of a test may have none.
    fn socket(&self) -> Option<&Socket>;
}

/// What went on below the payload of a connection.
#[derive(Debug)]
pub enum Captured<'a> {
    /// These bytes went over the socket.
    Bytes {
        /// Which way.
        direction: Direction,
        /// As they were.
        bytes: &'a [u8],
    },
    /// These secrets decrypt them, as lines of a key log. They are told before any bytes that need them.
    Keys(&'a str),
}

/// What a read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    /// So many bytes.
    Bytes(usize),
    /// So many bytes of a message that was longer.
    Cut(usize),
    /// The other side sends no more.
    End,
}

/// How far a handshake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It goes on when what the wire waits for has come.
    UnderWay,
    /// Payload can come and go.
    Done,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In an orderly way: what is in the system's queue still arrives.
    Orderly,
    /// With a reset: what is queued is thrown away on both sides.
    Reset,
}

/// A stream socket with nothing in between.
#[derive(Debug)]
pub struct Plain {
    registered: Registered,
}

impl Plain {
    /// The wire of a socket that is connected.
    pub fn new(registered: Registered) -> Plain {
        Plain { registered }
    }

    /// The socket, to read from and write to.
    pub(super) fn stream(&self) -> &Socket {
        self.registered.socket()
    }
}

impl Wire for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        match self.registered.socket().read(buffer)? {
            0 => Ok(Got::End),
            length => Ok(Got::Bytes(length)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.registered.socket().write(bytes)
    }

    fn shake_hands(&mut self) -> io::Result<Handshake> {
        Ok(Handshake::Done)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.registered.socket().shutdown(Shutdown::Write)
    }

    fn wants(&self) -> Interest {
        Interest::NONE
    }

    fn wait_for(&mut self, interest: Interest) -> io::Result<()> {
        self.registered.set_interest(interest)
    }

    fn wait_for_nothing(&mut self) -> io::Result<()> {
        self.registered.set_interest(Interest::NONE)
    }

    fn holds_payload(&self) -> bool {
        false
    }

    fn check(&self) -> io::Result<()> {
        let socket = self.registered.socket();
        match socket.take_error()? {
            Some(error) => Err(error),
            None => socket.peer_addr().map(|_| ()),
        }
    }

    /// A user's linger option would make closing wait for as long as it says: the system delivers what it has in its
    /// own time instead.
    fn set_ending(&mut self, ending: Ending) -> io::Result<()> {
        let socket = self.registered.socket();
        match ending {
            Ending::Reset => socket.set_linger(Some(Duration::ZERO)),
            Ending::Orderly => match socket.linger()? {
                Some(linger) if !linger.is_zero() => socket.set_linger(None),
                _ => Ok(()),
            },
        }
    }

    fn socket(&self) -> Option<&Socket> {
        Some(self.registered.socket())
    }
}
