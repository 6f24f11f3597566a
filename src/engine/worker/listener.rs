//! The listening socket: taking in clients, and waiting when this program or machine has run out of something.

use crate::engine::conversation::WebSocket;
use crate::engine::worker::stream::Stream;
use crate::engine::worker::streams::Streams;
use crate::engine::worker::turn::Turn;
use crate::model::address::Address;
use crate::model::config::{TcpServerConfig, UnixServerConfig, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::{EndReason, Lifecycle};
use crate::model::socket_option::{OptionReport, SocketOption};
use crate::model::websocket::WebSocketServerSettings;
use crate::net::end_reason::{is_not_now, is_out_of_resources};
use crate::net::poll::{Interest, Poll, Registered, Token};
use crate::net::tcp;
use crate::net::tls::{Secured, TlsAcceptor};
use crate::net::unix::{self, SocketFile, UnixWire};
use crate::net::wire::{Plain, Wire};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many clients are taken in during one turn, so that those who are there already are served too.
const ACCEPTS_PER_TURN: usize = 512;

/// A host name may stand for many addresses; so many of them are listened at.
const MOST_DOORS: usize = 64;

/// How soon accepting is tried again after descriptors or memory ran out.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A socket that clients come in by.
pub(super) struct Door {
    pub(super) registered: Registered,
    pub(super) local: Address,
}

/// What came of opening doors.
pub(super) struct Doors {
    pub(super) first: Door,
    pub(super) others: Vec<Door>,
    /// The options of the first.
    pub(super) reports: Vec<OptionReport>,
    /// Why the rest could not be opened.
    pub(super) closed: Vec<Failure>,
}

/// The listener of a session: one door, or one for each address that its host name stands for.
pub(super) struct Listener {
    first: Door,
    others: Vec<Door>,
    /// Which of them is the first in the next turn, so that a rush at one does not keep the others shut.
    turn_of: usize,
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

impl Doors {
    /// Opens one at each of these addresses, all at the same port. It is an error if none can be opened.
    pub(super) fn open(
        addresses: &[SocketAddr],
        backlog: u32,
        options: &[SocketOption],
        poll: &Poll,
    ) -> Result<Doors, Failure> {
        let (mut doors, mut reports, mut closed) = (Vec::<Door>::new(), Vec::new(), Vec::new());
        for (place, &address) in addresses.iter().take(MOST_DOORS).enumerate() {
            if addresses[..place].contains(&address) {
                continue;
            }
            let mut wanted = address;
            wanted.set_port(doors.first().and_then(|door| door.local.port()).unwrap_or(address.port()));
            let token = Token::Link(u16::try_from(doors.len()).unwrap_or_default());
            match Door::open(wanted, backlog, options, (poll, token)) {
                Ok((door, granted)) => {
                    if doors.is_empty() {
                        reports = granted;
                    }
                    doors.push(door);
                }
                Err(failure) => closed.push(failure),
            }
        }
        let mut doors = doors.into_iter();
        match (doors.next(), closed.first()) {
            (Some(first), _) => Ok(Doors { first, others: doors.collect(), reports, closed }),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Failure::new(
                Operation::Listen,
                "no address",
                OsError::from_words("the host name stands for no address"),
            )),
        }
    }
}

impl Door {
    fn open(
        wanted: SocketAddr,
        backlog: u32,
        options: &[SocketOption],
        (poll, token): (&Poll, Token),
    ) -> Result<(Door, Vec<OptionReport>), Failure> {
        let (socket, local, granted) = tcp::listen(wanted, backlog, options)?;
        let registered = poll.register(socket, token, Interest::READ);
        let registered = registered.map_err(|error| Failure::new(Operation::Listen, local, error))?;
        Ok((Door { registered, local }, granted))
    }
}

impl Listener {
    pub(super) fn new(
        first: Door,
        others: Vec<Door>,
        server: &TcpServerConfig,
        tls: Option<TlsAcceptor>,
    ) -> Listener {
        Listener {
            first,
            others,
            turn_of: 0,
            try_again_at: None,
            keep_half_closed: server.keep_half_closed,
            tls,
            websocket: server.websocket.clone().map(Arc::new),
            unix: None,
            paused: false,
        }
    }

    /// A listener at the name of a Unix socket.
    pub(super) fn unix(first: Door, server: &UnixServerConfig, file: Option<SocketFile>) -> Listener {
        Listener {
            first,
            others: Vec::new(),
            turn_of: 0,
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
            return Ok(Box::new(UnixWire::around(registered, gate.unix_type)?));
        }
        Ok(match &self.tls {
            Some(tls) => Box::new(Secured::new(registered, tls.accept()?)),
            None => Box::new(Plain::new(registered)),
        })
    }

    /// The address that stands for it where only one is told.
    pub(super) fn local(&self) -> Address {
        self.first.local
    }

    /// All addresses that it listens at.
    pub(super) fn locals(&self) -> Vec<Address> {
        self.doors().map(|door| door.local).collect()
    }

    /// The sockets that it listens with, and where.
    pub(super) fn sockets(&self) -> impl Iterator<Item = (&socket2::Socket, Address)> {
        self.doors().map(|door| (door.registered.socket(), door.local))
    }

    fn doors(&self) -> impl Iterator<Item = &Door> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn set_interest(&mut self, interest: Interest) -> io::Result<()> {
        let mut doors = std::iter::once(&mut self.first).chain(&mut self.others);
        doors.try_for_each(|door| door.registered.set_interest(interest))
    }

    /// Takes in the clients that wait, at one door after the other.
    pub(super) fn accept(&mut self, poll: &Poll, streams: &mut Streams, turn: &mut Turn) -> io::Result<()> {
        let count = 1 + self.others.len();
        let mut emptied = 0;
        self.turn_of = (self.turn_of + 1) % count;
        for _ in 0..ACCEPTS_PER_TURN {
            if emptied == count {
                break;
            }
            let Some(door) = self.doors().nth((self.turn_of + emptied) % count) else { break };
            let (socket, local, remote) = match tcp::accept(door.registered.socket()) {
                Ok(client) => client,
                Err(error) if is_not_now(&error) => {
                    emptied += 1;
                    continue;
                }
                Err(error) if is_out_of_resources(&error) => {
                    let at = door.local;
                    return self.wait(at, &error, turn);
                }
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
    fn wait(&mut self, at: Address, error: &io::Error, turn: &mut Turn) -> io::Result<()> {
        if self.try_again_at.is_none() {
            let failure = Failure::new(Operation::Accept, at, error);
            turn.log.lifecycle(None, Lifecycle::AcceptFailed { failure });
        }
        self.try_again_at = Some(turn.now + TRY_AGAIN_AFTER);
        self.set_interest(Interest::NONE)
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
        if self.try_again_at.is_none() { self.set_interest(Interest::READ) } else { Ok(()) }
    }

    pub(super) fn set_paused(&mut self, paused: bool) -> io::Result<()> {
        self.paused = paused;
        let read = !paused && self.try_again_at.is_none();
        self.set_interest(if read { Interest::READ } else { Interest::NONE })
    }
}

// macOS has but one address of its loopback.
#[cfg(test)]
#[cfg(not(target_os = "macos"))]
mod tests {
    use crate::engine::worker::Worker;
    use crate::engine::worker::by_hand::worker_in;
    use crate::engine::worker::link::Link;
    use crate::engine::worker::lookup::Addresses;
    use crate::model::config::{SessionConfig, TcpServerConfig};
    use crate::model::status::SessionState;
    use crate::net::poll::{Ready, Token};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    const LOOPBACKS: [&str; 3] = ["127.0.0.1:0", "127.0.0.2:0", "127.0.0.3:0"];

    /// A worker that is moved by hand and listens at these addresses.
    fn listening(folder: &tempfile::TempDir, addresses: &[SocketAddr]) -> Worker {
        let mut worker = worker_in(folder.path());
        let server = TcpServerConfig::new("127.0.0.1:0".parse().unwrap());
        worker.config = Some(SessionConfig::TcpServer(server.clone()));
        let found = Addresses { local: addresses.to_vec(), ..Addresses::default() };
        worker.listen(&server, &found).unwrap();
        worker
    }

    fn locals(worker: &Worker) -> Vec<SocketAddr> {
        let SessionState::Listening { local, others } = &worker.state else { panic!("{:?}", worker.state) };
        std::iter::once(local).chain(others.iter()).map(|local| local.socket_addr().unwrap()).collect()
    }

    /// Takes in until so many clients are there.
    fn take_in(worker: &mut Worker, count: usize) {
        let patience = Instant::now() + Duration::from_secs(10);
        let mut ready: Vec<Ready> = Vec::new();
        while worker.streams.len() < count && Instant::now() < patience {
            worker.poll.wait(Some(patience), &mut ready).unwrap();
            for ready in ready.iter().filter(|ready| matches!(ready.token, Token::Link(_))) {
                worker.serve_link(*ready);
            }
        }
        assert_eq!(worker.streams.len(), count);
    }

    #[test]
    fn a_name_of_several_addresses_is_listened_at_with_one_port_and_stopped_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let addresses = LOOPBACKS.map(|address| address.parse().unwrap());
        let mut worker = listening(&folder, &[addresses[0], addresses[1], addresses[0], addresses[2]]);
        let at = locals(&worker);
        let port = at[0].port();
        assert_eq!(at, addresses.map(|address| SocketAddr::new(address.ip(), port)), "each once");
        let mut clients: Vec<TcpStream> = at.iter().map(|at| TcpStream::connect(at).unwrap()).collect();
        take_in(&mut worker, 3);

        worker.link.set_paused(true, worker.turn.now).unwrap();
        clients.push(TcpStream::connect(at[2]).unwrap());
        let mut ready = Vec::new();
        worker.poll.wait(Some(worker.turn.now), &mut ready).unwrap();
        assert!(ready.iter().all(|ready| matches!(ready.token, Token::Peer(_))), "{ready:?}");
        worker.link.set_paused(false, worker.turn.now).unwrap();
        take_in(&mut worker, 4);

        // One that waits is taken in before the doors are shut.
        clients.push(TcpStream::connect(at[1]).unwrap());
        worker.stop_listening().unwrap();
        assert_eq!((worker.streams.len(), &worker.state), (5, &SessionState::Draining));
        assert!(matches!(worker.link, Link::None));
        for at in &at {
            assert!(TcpStream::connect(at).is_err(), "{at}");
        }
        worker.listen_again().unwrap();
        assert_eq!(locals(&worker), at);
        clients.push(TcpStream::connect(at[2]).unwrap());
        take_in(&mut worker, 6);
    }

    #[test]
    fn an_address_that_cannot_be_had_does_not_keep_the_others_shut() {
        let folder = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.2:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let at = |host: [u8; 4]| SocketAddr::from((host, port));
        let mut worker = listening(&folder, &[at([127, 0, 0, 2]), at([127, 0, 0, 1]), at([127, 0, 0, 3])]);
        assert_eq!(locals(&worker), [at([127, 0, 0, 1]), at([127, 0, 0, 3])]);
        let _client = TcpStream::connect(at([127, 0, 0, 3])).unwrap();
        take_in(&mut worker, 1);
        let server = TcpServerConfig::new("127.0.0.1:0".parse().unwrap());
        let found = Addresses { local: vec![taken.local_addr().unwrap()], ..Addresses::default() };
        let failure = worker.listen(&server, &found).unwrap_err();
        assert!(failure.to_string().contains(&taken.local_addr().unwrap().to_string()), "{failure}");
    }
}
