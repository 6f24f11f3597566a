//! One wait for many sockets. A registered socket is always taken out of the wait before it is closed.

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

/// Which socket is ready, for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The number that the socket was registered with.
    pub key: usize,
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
    key: usize,
    interest: Interest,
}

impl Interest {
    /// Wait for nothing.
    pub const NONE: Interest = Interest { read: false, write: false, trouble: false };
    /// Wait for something to read.
    pub const READ: Interest = Interest { read: true, ..Interest::NONE };
    /// Wait for room to write, such as the end of a connection attempt.
    pub const WRITE: Interest = Interest { write: true, ..Interest::NONE };

    fn event(self, key: usize) -> Event {
        Event::new(key, self.read, self.write)
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
    pub fn register(&self, socket: Socket, key: usize, interest: Interest) -> io::Result<Registered> {
        let mut registered =
            Registered { socket, poller: Arc::clone(&self.poller), key, interest: Interest::NONE };
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
        ready.extend(self.events.iter().map(|event| {
            let troubled = event.is_err().unwrap_or(false);
            Ready {
                key: event.key,
                readable: event.readable || troubled,
                writable: event.writable || troubled,
            }
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
            self.poller.modify_with_mode(&self.socket, interest.event(self.key), PollMode::Level)?;
        }
        self.interest = interest;
        Ok(())
    }

    /// Is reported with another number and waited for something else from now on.
    pub fn rekey(&mut self, key: usize, interest: Interest) -> io::Result<()> {
        self.key = key;
        self.poller.modify_with_mode(&self.socket, interest.event(key), PollMode::Level)?;
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
        unsafe { self.poller.add_with_mode(&self.socket, interest.event(self.key), PollMode::Level) }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if self.interest != Interest::NONE && self.poller.delete(&self.socket).is_err() {
            // The poller forgets a socket by itself when it is closed, which happens right after this.
        }
    }
}
