//! One wait for many sockets. A registered socket is always taken out of the wait before it is closed.

use crate::model::ids::PeerId;
use polling::{Event, Events, PollMode, Poller};
use socket2::Socket;
use std::io;
use std::sync::Arc;
use std::time::Instant;

/// The wait of one worker.
#[derive(Debug)]
pub struct Poll {
    poller: Arc<Poller>,
    events: Events,
}

/// Ends another thread's wait.
#[derive(Clone, Debug)]
pub struct Notifier {
    poller: Arc<Poller>,
}

/// Whose socket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// One that belongs to no single peer: a listener, an attempt to connect, or a datagram socket.
    Link(u16),
    /// The connection of this peer.
    Peer(PeerId),
}

/// Which socket is ready, for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What the socket was registered with.
    pub token: Token,
    /// It can be read from, or has an error to tell.
    pub readable: bool,
    /// It can be written to, or has an error to tell.
    pub writable: bool,
}

/// What a socket is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Something to read.
    pub read: bool,
    /// Room to write.
    pub write: bool,
    /// Only that the connection is gone, where the system tells that by itself.
    pub trouble: bool,
}

/// A socket that is part of a wait as long as it lives.
#[derive(Debug)]
pub struct Registered {
    socket: Socket,
    poller: Arc<Poller>,
    token: Token,
    interest: Interest,
}

impl Token {
    /// The number for the poller, which keeps the highest for itself. Peers have odd numbers, links even ones.
    fn key(self) -> io::Result<usize> {
        let key = match self {
            Token::Link(number) => u64::from(number) << 1,
            Token::Peer(id) => u64::from(id.get()) << 1 | 1,
        };
        usize::try_from(key).map_err(io::Error::other)
    }

    fn from_key(key: usize) -> Option<Token> {
        let number = u32::try_from(key >> 1).ok()?;
        if key & 1 == 1 {
            PeerId::new(number).map(Token::Peer)
        } else {
            u16::try_from(number).ok().map(Token::Link)
        }
    }
}

impl Interest {
    /// Wait for nothing.
    pub const NONE: Interest = Interest { read: false, write: false, trouble: false };
    /// Wait for something to read.
    pub const READ: Interest = Interest { read: true, ..Interest::NONE };
    /// Wait for room to write, such as the end of a connection attempt.
    pub const WRITE: Interest = Interest { write: true, ..Interest::NONE };

    /// What either of two waits for.
    #[must_use]
    pub fn and(self, other: Interest) -> Interest {
        Interest {
            read: self.read || other.read,
            write: self.write || other.write,
            trouble: self.trouble || other.trouble,
        }
    }

    fn event(self, token: Token) -> io::Result<Event> {
        Ok(Event::new(token.key()?, self.read, self.write))
    }
}

impl Poll {
    /// A wait without sockets.
    pub fn new() -> io::Result<Poll> {
        Ok(Poll { poller: Arc::new(Poller::new()?), events: Events::new() })
    }

    /// What ends this wait from another thread.
    pub fn notifier(&self) -> Notifier {
        Notifier { poller: Arc::clone(&self.poller) }
    }

    /// Makes a socket part of the wait. Reports repeat until the socket was read dry or the interest ends.
    pub fn register(&self, socket: Socket, token: Token, interest: Interest) -> io::Result<Registered> {
        let mut registered =
            Registered { socket, poller: Arc::clone(&self.poller), token, interest: Interest::NONE };
        registered.set_interest(interest)?;
        Ok(registered)
    }

    /// Sleeps until a socket is ready, a notifier calls, or the deadline passes; fills `ready` with what is ready.
    pub fn wait(&mut self, deadline: Option<Instant>, ready: &mut Vec<Ready>) -> io::Result<()> {
        ready.clear();
        self.events.clear();
        let waited = match deadline {
            Some(deadline) => self.poller.wait_deadline(&mut self.events, deadline),
            None => self.poller.wait(&mut self.events, None),
        };
        match waited {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        ready.extend(self.events.iter().filter_map(|event| {
            let troubled = event.is_err().unwrap_or(false);
            Some(Ready {
                token: Token::from_key(event.key)?,
                readable: event.readable || troubled,
                writable: event.writable || troubled,
            })
        }));
        Ok(())
    }
}

impl Notifier {
    /// Ends the wait, now or, if none is under way, the next one at once.
    pub fn notify(&self) -> io::Result<()> {
        self.poller.notify()
    }
}

impl Registered {
    /// The socket.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Waits for something else from now on. Costs nothing if it is the same. A socket that is waited for nothing
    /// is taken out of the wait altogether, because the system would go on reporting that its peer is gone.
    pub fn set_interest(&mut self, interest: Interest) -> io::Result<()> {
        if self.interest == interest {
            return Ok(());
        }
        if interest == Interest::NONE {
            self.poller.delete(&self.socket)?;
        } else if self.interest == Interest::NONE {
            self.add(interest)?;
        } else {
            self.poller.modify_with_mode(&self.socket, interest.event(self.token)?, PollMode::Level)?;
        }
        self.interest = interest;
        Ok(())
    }

    /// Is reported as somebody else's and waited for something else from now on.
    pub fn give_to(&mut self, token: Token, interest: Interest) -> io::Result<()> {
        self.token = token;
        self.poller.modify_with_mode(&self.socket, interest.event(token)?, PollMode::Level)?;
        self.interest = interest;
        Ok(())
    }

    #[expect(
        unsafe_code,
        reason = "the poller asks its caller to keep the socket open while it is registered"
    )]
    fn add(&self, interest: Interest) -> io::Result<()> {
        // SAFETY: this value owns the socket and takes it out of the poller in its `drop`, before the socket's own
        // drop closes it; it gives the socket away in no other way.
        unsafe { self.poller.add_with_mode(&self.socket, interest.event(self.token)?, PollMode::Level) }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if self.interest != Interest::NONE && self.poller.delete(&self.socket).is_err() {
            // The poller forgets a socket by itself when it is closed, which happens right after this.
        }
    }
}
