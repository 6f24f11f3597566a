//! What a session has open: a listener, a way to a connection, or a datagram socket; opening, serving and closing.

use crate::codec::checksum::placing::Placing;
use crate::engine::conversation::WebSocket;
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::connector::{ConnectPlan, Connection, Connector, Progress, record_options};
use crate::engine::worker::datagrams::Datagrams;
use crate::engine::worker::listener::{Doors, Listener};
use crate::engine::worker::lookup::{self, Addresses};
use crate::engine::worker::stream::Stream;
use crate::model::address::Address;
use crate::model::config::{SessionConfig, TcpClientConfig, TcpServerConfig, UdpConfig, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::{EndReason, Lifecycle};
use crate::model::socket_option::{OptionName, OptionReport, OptionValue, SocketOption};
use crate::model::status::SessionState;
use crate::net::options::report_all;
use crate::net::poll::{Interest, Ready, Registered, Token};
use crate::net::tls::{Secured, TlsAcceptor, TlsConnector};
use crate::net::udp;
use crate::net::unix::{self, UnixWire};
use crate::net::wire::{Plain, Wire};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

/// Whose socket the wait reports when it is that of no one peer. A listener has a number for each of its doors.
pub(super) const LINK: Token = Token::Link(0);

/// What is open besides the TCP peers.
pub(super) enum Link {
    None,
    Listener(Box<Listener>),
    Connector(Box<Connector>),
    Datagrams(Box<Datagrams>),
}

impl Link {
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self {
            Link::None => None,
            Link::Listener(listener) => listener.next_due(),
            Link::Connector(connector) => connector.next_due(),
            Link::Datagrams(datagrams) => datagrams.next_due(),
        }
    }

    pub(super) fn set_paused(&mut self, paused: bool, now: Instant) -> Result<(), Failure> {
        match self {
            Link::None => Ok(()),
            Link::Connector(connector) => connector.set_paused(paused, now),
            Link::Listener(listener) => {
                let local = listener.local();
                listener.set_paused(paused).map_err(|error| Failure::new(Operation::Accept, local, error))
            }
            Link::Datagrams(datagrams) => datagrams.set_paused(paused),
        }
    }
}

impl Worker {
    /// Begins to open the session: at once, or when its host names are looked up.
    pub(super) fn open(&mut self, config: SessionConfig) {
        self.turn.log.begin_epoch();
        self.turn.answering.placing = Placing::of_session(&config);
        self.config = Some(config);
        self.find_addresses();
    }

    fn find_addresses(&mut self) {
        let Some(config) = &self.config else { return };
        let found = match lookup::without_lookup(config) {
            Ok(Ok(addresses)) => Ok(addresses),
            Ok(Err(host)) => {
                self.turn.log.lifecycle(None, Lifecycle::Resolving { host: host.clone() });
                match lookup::start(config, self.id, self.turn.log.epoch(), self.poll.notifier()) {
                    Ok(lookup) => {
                        self.lookup = Some(lookup);
                        self.state = SessionState::Resolving { host };
                        return;
                    }
                    Err(failure) => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        };
        self.open_at(found);
    }

    /// Goes on with opening when the names are looked up. An answer to an earlier opening is thrown away.
    /// One that comes while the journal is paused waits.
    pub(super) fn take_lookup(&mut self) {
        if self.turn.log.paused().is_some() {
            return;
        }
        let Some(result) = self.lookup.as_ref().and_then(|lookup| lookup.result.try_recv().ok()) else {
            return;
        };
        let epoch = self.lookup.take().map(|lookup| lookup.epoch);
        if epoch != Some(self.turn.log.epoch()) {
            return;
        }
        for (host, addresses) in result.iter().flat_map(|addresses| &addresses.found) {
            let addresses = addresses.iter().copied().map(Address::from).collect();
            let host = host.clone();
            self.turn.log.lifecycle(None, Lifecycle::Resolved { host, addresses });
        }
        self.open_at(result);
    }

    /// Opens what the settings ask for, now that their addresses are known. A client that tries again and again does
    /// so when they are not, too.
    fn open_at(&mut self, found: Result<Addresses, Failure>) {
        let opened = match (self.config.clone(), found) {
            (Some(SessionConfig::TcpClient(client)), found)
                if found.is_ok() || client.reconnect.is_some() =>
            {
                self.connect_tcp(client, found)
            }
            (Some(SessionConfig::UnixClient(client)), found) => {
                self.connect(client.into(), None, found);
                Ok(())
            }
            (Some(SessionConfig::UnixServer(server)), Ok(_)) => self.listen_unix(&server),
            (Some(SessionConfig::UnixDatagrams(config)), Ok(_)) => self.bind_unix(&config),
            (Some(SessionConfig::TcpServer(server)), Ok(addresses)) => self.listen(&server, &addresses),
            (Some(SessionConfig::Udp(config)), Ok(addresses)) => self.bind(&config, &addresses),
            (Some(SessionConfig::Raw(config)), Ok(addresses)) => self.bind_raw(&config, &addresses),
            (Some(SessionConfig::TcpClient(_)) | None, Ok(_)) => Ok(()),
            (_, Err(failure)) => Err(failure),
        };
        if let Err(failure) = opened {
            self.opening_failed(failure);
        }
    }

    fn opening_failed(&mut self, failure: Failure) {
        self.turn.log.lifecycle(None, Lifecycle::OpenFailed { failure: failure.clone() });
        self.link = Link::None;
        self.config = None;
        self.state = SessionState::Failed(failure);
    }

    pub(super) fn listen(&mut self, server: &TcpServerConfig, addresses: &Addresses) -> Result<(), Failure> {
        let host = server.local.host.to_string();
        let tls = server.tls.as_ref().map(|settings| TlsAcceptor::new(settings, &host)).transpose()?;
        let options = with_default(&server.options, OptionName::NoDelay);
        let wanted = if addresses.local.is_empty() { &[UNSPECIFIED] } else { addresses.local.as_slice() };
        let Doors { first, others, reports, closed } =
            Doors::open(wanted, server.backlog, &options, &self.poll)?;
        record_options(&asked_for(reports, &server.options), &mut self.turn.log);
        if let Some(fingerprint) = tls.as_ref().and_then(TlsAcceptor::made_fingerprint) {
            self.turn.log.lifecycle(None, Lifecycle::CertificateMade { fingerprint });
        }
        let local = first.local;
        let others_at: Arc<[Address]> = others.iter().map(|door| door.local).collect();
        for local in [local].into_iter().chain(others_at.iter().copied()) {
            self.turn.log.lifecycle(None, Lifecycle::Listening { local });
        }
        for failure in closed {
            self.turn.log.lifecycle(None, Lifecycle::OpenFailed { failure });
        }
        self.options = report_all(first.registered.socket(), &server.options, local).into();
        self.link = Link::Listener(Box::new(Listener::new(first, others, server, tls)));
        self.state = SessionState::Listening { local, others: others_at };
        Ok(())
    }

    fn connect_tcp(
        &mut self,
        client: TcpClientConfig,
        found: Result<Addresses, Failure>,
    ) -> Result<(), Failure> {
        let host = client.remote.host.to_string();
        let tls = client.tls.as_ref().map(|settings| TlsConnector::new(settings, &host)).transpose()?;
        self.connect(client.into(), tls, found);
        Ok(())
    }

    fn connect(&mut self, plan: ConnectPlan, tls: Option<TlsConnector>, found: Result<Addresses, Failure>) {
        let earlier = std::mem::replace(&mut self.link, Link::None);
        let mut connector = match earlier {
            Link::Connector(connector) => connector,
            _ => Box::new(Connector::new(plan, tls)),
        };
        let progress = connector.start(found, &self.poll, &mut self.turn);
        self.link = Link::Connector(connector);
        self.take_progress(progress);
    }

    fn bind(&mut self, config: &UdpConfig, addresses: &Addresses) -> Result<(), Failure> {
        let to = addresses.remote.first().copied();
        let wanted = addresses
            .local
            .first()
            .copied()
            .unwrap_or_else(|| unspecified_like(to.and_then(Address::socket_addr)));
        let (socket, local, reports) = udp::bind(wanted, config.broadcast, &config.options)?;
        let cannot = |error: io::Error| Failure::new(Operation::Bind, local, error);
        let registered = self.poll.register(socket, LINK, Interest::READ).map_err(cannot)?;
        record_options(&asked_for(reports, &config.options), &mut self.turn.log);
        self.turn.log.lifecycle(None, Lifecycle::Bound { local });
        let mut datagrams = Datagrams::new(registered, local, to, config.broadcast).map_err(cannot)?;
        for group in &config.groups {
            datagrams.set_member(group, true, &mut self.turn.log)?;
        }
        self.options = report_all(datagrams.socket(), &config.options, local).into();
        self.link = Link::Datagrams(Box::new(datagrams));
        self.state = SessionState::Bound { local };
        Ok(())
    }

    fn take_progress(&mut self, progress: Progress) {
        match progress {
            Progress::Connecting(remote) => self.state = SessionState::Connecting { remote },
            Progress::Again => self.find_addresses(),
            Progress::Waiting(failure) => self.state = SessionState::WaitingToReconnect { failure },
            Progress::Failed(failure) => {
                self.turn.log.lifecycle(None, Lifecycle::Closed { reason: EndReason::Failed });
                self.link = Link::None;
                self.config = None;
                self.state = SessionState::Failed(failure);
            }
            Progress::Connected(connection) => self.connected(connection),
        }
    }

    fn connected(&mut self, connection: Connection) {
        let Connection { mut registered, local, remote } = connection;
        let id = self.turn.log.new_peer();
        if let Err(error) = registered.give_to(Token::Peer(id), Interest::READ) {
            return self.fail(Failure::new(Operation::Connect, remote, error));
        }
        let unix_type = match &self.config {
            Some(SessionConfig::UnixClient(client)) => Some(client.unix_type),
            _ => None,
        };
        let process = unix_type.and_then(|_| unix::process_of(registered.socket()));
        let wire = match self.wire_of(registered, unix_type) {
            Ok(wire) => wire,
            Err(error) => return self.fail(Failure::new(Operation::Secure, remote, error)),
        };
        let message_oriented = Some(wire.keeps_borders());
        let known = process.clone();
        self.turn.log.lifecycle(Some(id), Lifecycle::Connected { local, remote, message_oriented, process });
        let asked = self.config.as_ref().map(|config| config.options().to_vec()).unwrap_or_default();
        let keep_half_closed = self.config.as_ref().is_some_and(SessionConfig::keeps_half_closed);
        let websocket = match &self.config {
            Some(SessionConfig::TcpClient(client)) => {
                client.websocket.as_ref().map(WebSocket::client).transpose()
            }
            _ => Ok(None),
        };
        let websocket = match websocket {
            Ok(websocket) => websocket,
            Err(error) => return self.fail(Failure::new(Operation::Connect, remote, error)),
        };
        let stream = Stream::new(id, wire, local, remote).of_process(known).speaking(websocket);
        let mut stream = stream.keeping_half_closed(keep_half_closed);
        if let Some(SessionConfig::TcpClient(client)) = &self.config {
            stream = stream.shaking_hands_within(client.connect_timeout);
        }
        self.options =
            stream.socket().map(|socket| report_all(socket, &asked, local)).unwrap_or_default().into();
        self.streams.add(stream, &mut self.turn);
        self.connection = Some((local, remote));
        self.notice_open();
    }

    /// What the connection of a client goes through.
    fn wire_of(&self, registered: Registered, unix_type: Option<UnixType>) -> Result<Box<dyn Wire>, OsError> {
        Ok(match (&self.link, unix_type) {
            (_, Some(unix_type)) => Box::new(UnixWire::around(registered, unix_type)?),
            (Link::Connector(connector), None) if let Some(tls) = &connector.tls => {
                Box::new(Secured::new(registered, tls.connect()?))
            }
            _ => Box::new(Plain::new(registered)),
        })
    }

    /// A connection is told to be there when both sides have agreed on everything.
    pub(super) fn notice_open(&mut self) {
        if let Some((local, remote)) = self.connection.filter(|_| self.streams.is_open()) {
            self.connection = None;
            self.state = SessionState::Connected { local, remote };
            if let Link::Connector(connector) = &mut self.link {
                connector.connection_is_open();
            }
            // The peer may be gone with the next turn, and what it has said is to be judged then, too.
            self.begin_sequence();
        }
    }

    /// Serves the socket that is no TCP peer.
    pub(super) fn serve_link(&mut self, ready: Ready) {
        let Worker { link, poll, streams, turn, .. } = self;
        match link {
            Link::None => {}
            Link::Listener(listener) => {
                let local = listener.local();
                if let Err(error) = listener.accept(poll, streams, turn) {
                    self.fail(Failure::new(Operation::Accept, local, error));
                }
            }
            Link::Connector(connector) => {
                if let Some(progress) = connector.is_ready(poll, turn) {
                    self.take_progress(progress);
                }
            }
            Link::Datagrams(datagrams) => {
                if let Err(failure) = datagrams.serve(ready, turn) {
                    self.fail(failure);
                }
            }
        }
    }

    pub(super) fn run_link_due(&mut self) {
        let Worker { link, poll, streams, turn, .. } = self;
        match link {
            Link::None => {}
            Link::Listener(listener) => {
                let local = listener.local();
                if let Err(error) = listener.run_due(poll, streams, turn) {
                    self.fail(Failure::new(Operation::Accept, local, error));
                }
            }
            Link::Connector(connector) => {
                if let Some(progress) = connector.run_due(poll, turn) {
                    self.take_progress(progress);
                }
            }
            Link::Datagrams(datagrams) => {
                if let Err(failure) = datagrams.run_due(turn) {
                    self.fail(failure);
                }
            }
        }
    }

    /// Draws the consequences when peers have gone: a client's session closes or connects again.
    pub(super) fn notice_ended(&mut self) {
        self.notice_open();
        let ended = self.streams.take_ended();
        let Some(reason) = ended.last().copied() else { return };
        match &mut self.link {
            Link::Connector(connector) => {
                let wants_more = !matches!(reason, EndReason::Local | EndReason::Kicked);
                let again = if wants_more { connector.connection_ended(&mut self.turn) } else { None };
                match again {
                    Some(progress) => self.take_progress(progress),
                    None => self.close(reason),
                }
            }
            Link::None if self.state == SessionState::Draining && self.streams.len() == 0 => {
                self.close(EndReason::Local);
            }
            _ => {}
        }
    }

    /// The listener goes and the clients stay.
    pub(super) fn stop_listening(&mut self) -> Result<(), Rejection> {
        self.require_open()?;
        let Link::Listener(listener) = &self.link else { return Err(Rejection::WrongKind) };
        let locals = listener.locals();
        self.take_in_the_last();
        for &local in &locals {
            self.turn.log.lifecycle(None, Lifecycle::ListenerStopped { local });
        }
        self.link = Link::None;
        self.listened_at = locals;
        self.state = SessionState::Draining;
        if self.streams.len() == 0 {
            self.close(EndReason::Local);
        }
        Ok(())
    }

    /// The listener is back where it was; where that fails, the clients stay all the same.
    pub(super) fn listen_again(&mut self) -> Result<(), Rejection> {
        self.require_open()?;
        if self.listened_at.is_empty() || self.state != SessionState::Draining {
            return Err(Rejection::WrongKind);
        }
        let server = match self.config.clone() {
            Some(SessionConfig::TcpServer(server)) => server,
            Some(SessionConfig::UnixServer(server)) => return self.listen_again_unix(server),
            _ => return Err(Rejection::WrongKind),
        };
        // What was asked for since it was opened counts, too.
        let options = self.asked_options();
        let local = self.listened_at.iter().filter_map(|local| local.socket_addr()).collect();
        let at = Addresses { local, ..Addresses::default() };
        Ok(self.listen(&TcpServerConfig { options, ..server }, &at)?)
    }

    /// Clients that wait at the listener are connected as far as they know, and may have sent something. Without the
    /// listener they would be reset.
    fn take_in_the_last(&mut self) {
        let Worker { link, poll, streams, turn, .. } = self;
        if let Link::Listener(listener) = link
            && turn.log.paused().is_none()
            && let Err(error) = listener.accept(poll, streams, turn)
        {
            let failure = Failure::new(Operation::Accept, listener.local(), error);
            turn.log.lifecycle(None, Lifecycle::AcceptFailed { failure });
        }
    }

    /// No socket is open after this. What peers had sent by now is recorded before.
    pub(super) fn close(&mut self, reason: EndReason) {
        let was_open = self.state.is_open();
        self.lookup = None;
        self.stop_senders();
        self.take_in_the_last();
        while let Some(id) = self.streams.first() {
            self.make_room();
            let Worker { streams, turn, .. } = self;
            streams.end_by_us(id, reason, false, turn);
        }
        self.streams.take_ended();
        self.connection = None;
        if let Link::Datagrams(datagrams) = std::mem::replace(&mut self.link, Link::None) {
            datagrams.end(&mut self.turn);
        }
        self.turn.answering.tell_held_back(&mut self.turn.log);
        self.options = Arc::default();
        if was_open {
            self.turn.log.lifecycle(None, Lifecycle::Closed { reason });
            self.state = SessionState::Closed;
        }
        self.config = None;
    }
}

const UNSPECIFIED: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

pub(super) fn unspecified_like(remote: Option<SocketAddr>) -> SocketAddr {
    match remote {
        Some(SocketAddr::V6(_)) => SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0),
        _ => UNSPECIFIED,
    }
}

impl From<TcpClientConfig> for ConnectPlan {
    fn from(client: TcpClientConfig) -> ConnectPlan {
        ConnectPlan {
            target: client.remote.to_string(),
            unix_type: UnixType::Stream,
            connect_timeout: client.connect_timeout,
            reconnect: client.reconnect,
            options: with_default(&client.options, OptionName::NoDelay),
        }
    }
}

/// What a debugger sends shall go out at once, unless the user says otherwise.
fn with_default(asked: &[SocketOption], name: OptionName) -> Vec<SocketOption> {
    let mut options = asked.to_vec();
    if !asked.iter().any(|option| option.name == name) {
        options.push(SocketOption { name, value: OptionValue::Flag(true) });
    }
    options
}

/// Only what the user asked for is recorded, not our own defaults.
pub(super) fn asked_for(reports: Vec<OptionReport>, asked: &[SocketOption]) -> Vec<OptionReport> {
    reports.into_iter().filter(|report| asked.iter().any(|option| option.name == report.name)).collect()
}
