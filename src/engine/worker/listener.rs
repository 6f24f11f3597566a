//! The listening socket: taking in clients, and waiting when this program or machine has run out of something.

use crate::engine::worker::stream::Stream;
use crate::engine::worker::streams::Streams;
use crate::engine::worker::turn::Turn;
use crate::engine::worker::websocket::WebSocket;
use crate::model::address::Address;
use crate::model::config::{TcpServerConfig, UnixServerConfig, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::{EndReason, Lifecycle};
use crate::model::websocket::WebSocketServerSettings;
use crate::net::end_reason::{is_not_now, is_out_of_resources};
use crate::net::poll::{Interest, Poll, Registered, Token};
use crate::net::tcp;
use crate::net::tls::{Secured, TlsAcceptor};
use crate::net::unix::{self, SocketFile, UnixWire};
use crate::net::wire::{Plain, Wire};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many clients are taken in during one turn, so that those who are there already are served too.
const ACCEPTS_PER_TURN: usize = 512;

/// How soon accepting is tried again after descriptors or memory ran out.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The listener of a session.
pub(super) struct Listener {
    registered: Registered,
    pub(super) local: Address,
    /// Accepting failed for want of descriptors or memory, and is tried again then.
    try_again_at: Option<Instant>,
    keep_half_closed: bool,
    tls: Option<TlsAcceptor>,
    websocket: Option<Arc<WebSocketServerSettings>>,
    unix: Option<UnixGate>,
    paused: bool,
}

/// What a listener at the name of a Unix socket has besides.
struct UnixGate {
    unix_type: UnixType,
    #[expect(dead_code, reason = "the file goes away together with this value")]
    file: Option<SocketFile>,
}

impl Listener {
    pub(super) fn new(
        registered: Registered,
        local: Address,
        server: &TcpServerConfig,
        tls: Option<TlsAcceptor>,
    ) -> Listener {
        Listener {
            registered,
            local,
            try_again_at: None,
            keep_half_closed: server.keep_half_closed,
            tls,
            websocket: server.websocket.clone().map(Arc::new),
            unix: None,
            paused: false,
        }
    }

    /// A listener at the name of a Unix socket.
    pub(super) fn unix(
        registered: Registered,
        local: Address,
        server: &UnixServerConfig,
        file: Option<SocketFile>,
    ) -> Listener {
        Listener {
            registered,
            local,
            try_again_at: None,
            keep_half_closed: server.keep_half_closed,
            tls: None,
            websocket: None,
            unix: Some(UnixGate { unix_type: server.unix_type, file }),
            paused: false,
        }
    }

    fn wire_of(&self, registered: Registered) -> Result<Box<dyn Wire>, OsError> {
        if let Some(gate) = &self.unix {
            return Ok(Box::new(UnixWire::new(registered, gate.unix_type)?));
        }
        Ok(match &self.tls {
            Some(tls) => Box::new(Secured::new(registered, tls.accept()?)),
            None => Box::new(Plain::new(registered)),
        })
    }

    pub(super) fn socket(&self) -> &socket2::Socket {
        self.registered.socket()
    }

    /// Takes in the clients that wait.
    pub(super) fn accept(&mut self, poll: &Poll, streams: &mut Streams, turn: &mut Turn) -> io::Result<()> {
        for _ in 0..ACCEPTS_PER_TURN {
            let (socket, local, remote) = match tcp::accept(self.registered.socket()) {
                Ok(client) => client,
                Err(error) if is_not_now(&error) => break,
                Err(error) if is_out_of_resources(&error) => return self.wait(&error, turn),
                // This one client is gone again; the others are served.
                Err(_) => continue,
            };
            let id = turn.log.new_peer();
            let process = self.unix.as_ref().and_then(|_| unix::process_of(&socket));
            let keeps_borders = self.unix.as_ref().is_some_and(|gate| gate.unix_type == UnixType::SeqPacket);
            let wire = poll
                .register(socket, Token::Peer(id), Interest::READ)
                .map_err(OsError::from)
                .and_then(|registered| self.wire_of(registered));
            let message_oriented = Some(keeps_borders);
            let known = process.clone();
            turn.log.lifecycle(Some(id), Lifecycle::PeerJoined { local, remote, message_oriented, process });
            match wire {
                Ok(wire) => {
                    let websocket =
                        self.websocket.clone().map(|settings| (WebSocket::server(settings), Vec::new()));
                    let stream = Stream::new(id, wire, local, remote).of_process(known).speaking(websocket);
                    streams.add(stream.keeping_half_closed(self.keep_half_closed), turn);
                }
                Err(error) => {
                    // The system refused this client only, and its socket is closed already.
                    let (reason, error) = (EndReason::Failed, Some(error));
                    turn.log.lifecycle(Some(id), Lifecycle::PeerLeft { remote, reason, error });
                }
            }
        }
        self.try_again_at = None;
        Ok(())
    }

    /// Stops asking for clients for a while. It is recorded once, however long it lasts.
    fn wait(&mut self, error: &io::Error, turn: &mut Turn) -> io::Result<()> {
        if self.try_again_at.is_none() {
            let failure = Failure::new(Operation::Accept, self.local, error);
            turn.log.lifecycle(None, Lifecycle::AcceptFailed { failure });
        }
        self.try_again_at = Some(turn.now + TRY_AGAIN_AFTER);
        self.registered.set_interest(Interest::NONE)
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.try_again_at.filter(|_| !self.paused)
    }

    /// Tries again after a failure, when it is time.
    pub(super) fn run_due(&mut self, poll: &Poll, streams: &mut Streams, turn: &mut Turn) -> io::Result<()> {
        if self.next_due().is_none_or(|due| turn.now < due) {
            return Ok(());
        }
        self.accept(poll, streams, turn)?;
        if self.try_again_at.is_none() { self.registered.set_interest(Interest::READ) } else { Ok(()) }
    }

    pub(super) fn set_paused(&mut self, paused: bool) -> io::Result<()> {
        self.paused = paused;
        let read = !paused && self.try_again_at.is_none();
        self.registered.set_interest(if read { Interest::READ } else { Interest::NONE })
    }
}
