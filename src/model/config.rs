//! What a session is asked to be. A value: opening it is the engine's work.

use crate::model::address::UnixName;
use crate::model::endpoint::HostPort;
use crate::model::socket_option::SocketOption;
use crate::model::tls::{TlsClientSettings, TlsServerSettings};
use crate::model::websocket::{WebSocketClientSettings, WebSocketServerSettings};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// The kinds of sessions, for icons, names and first settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// Listens and serves many clients.
    TcpServer,
    /// Connects to one server.
    TcpClient,
    /// Sends and receives datagrams, broadcast and multicast included.
    Udp,
    /// Listens at the name of a Unix socket.
    UnixServer(UnixType),
    /// Connects to a Unix socket.
    UnixClient(UnixType),
    /// Exchanges datagrams with Unix sockets.
    UnixDatagrams,
    /// Exchanges packets of one protocol on IP.
    Raw(RawKind),
}

/// A protocol on IP, and how much of its packets is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawKind {
    /// The protocol.
    pub protocol: IpProtocol,
    /// The header of IPv4 is received, and sent as it is given.
    pub with_header: bool,
}

/// The number of a protocol on IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpProtocol(pub u8);

/// A text names no protocol on IP.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("write icmp, icmpv6, the name of another protocol on IP such as udp, or its number, from 0 to 255")]
pub struct IpProtocolError;

/// How the connections of Unix sockets carry bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnixType {
    /// A stream, as TCP is.
    #[default]
    Stream,
    /// Messages that keep their borders.
    SeqPacket,
}

/// How a session comes to its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meeting {
    /// It waits at an address of its own; any number of peers connect to it.
    Listens,
    /// It connects to one remote address.
    Connects,
    /// Its one socket exchanges messages with any address, and nobody is connected.
    Exchanges,
}

/// What the sessions of a kind have. Whoever shows, drives or exports sessions asks this and not the kind, so that a
/// new kind is shown, driven and exported like those it is shaped like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionShape {
    /// How it comes to its peers.
    pub meeting: Meeting,
    /// What it sends arrives as one message, and what it receives is one; otherwise it is a stream.
    pub is_message_oriented: bool,
}

/// All that is needed to open a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionConfig {
    /// Listen and serve many clients.
    TcpServer(TcpServerConfig),
    /// Connect to one server.
    TcpClient(TcpClientConfig),
    /// Send and receive datagrams.
    Udp(UdpConfig),
    /// Listen at the name of a Unix socket.
    UnixServer(UnixServerConfig),
    /// Connect to a Unix socket.
    UnixClient(UnixClientConfig),
    /// Exchange datagrams with Unix sockets.
    UnixDatagrams(UnixDatagramsConfig),
    /// Exchange packets of one protocol on IP.
    Raw(RawConfig),
}

/// A listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpServerConfig {
    /// Where to listen; a host name stands for its first address.
    pub local: HostPort,
    /// How many clients may wait to be accepted.
    pub backlog: u32,
    /// A client that has said it sends no more stays, because it may still listen; otherwise it is let go.
    pub keep_half_closed: bool,
    /// How clients are secured; `None` leaves them in plain text.
    pub tls: Option<TlsServerSettings>,
    /// How WebSocket is spoken; `None` leaves the bytes as they are.
    pub websocket: Option<WebSocketServerSettings>,
    /// Set on the listener and, where it applies, on every client.
    pub options: Vec<SocketOption>,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpClientConfig {
    /// Where to connect; all addresses of a host name are tried in turn.
    pub remote: HostPort,
    /// The local address to connect from.
    pub bind: Option<HostPort>,
    /// How long one attempt may take.
    pub connect_timeout: Duration,
    /// Connect again after the connection ended or could not be made.
    pub reconnect: Option<Reconnect>,
    /// A server that has said it sends no more stays, because it may still listen; otherwise it is let go.
    pub keep_half_closed: bool,
    /// How the connection is secured; `None` leaves it in plain text.
    pub tls: Option<TlsClientSettings>,
    /// How WebSocket is spoken; `None` leaves the bytes as they are.
    pub websocket: Option<WebSocketClientSettings>,
    /// Set before connecting.
    pub options: Vec<SocketOption>,
}

/// How to try again: the delay doubles from the first to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Before the first new attempt.
    pub first_delay: Duration,
    /// Never longer than this.
    pub longest_delay: Duration,
}

/// A datagram socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpConfig {
    /// The local address; without one the system chooses a port with the first send.
    pub bind: Option<HostPort>,
    /// Where sends go that name no peer.
    pub to: Option<HostPort>,
    /// Whether sending to broadcast addresses is allowed.
    pub broadcast: bool,
    /// Groups to join when the socket opens.
    pub groups: Vec<MulticastGroup>,
    /// Set before binding.
    pub options: Vec<SocketOption>,
}

/// Where a Unix socket of ours stands, and what becomes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixPlace {
    /// Its name; a file goes away together with the socket.
    pub name: UnixName,
    /// The file's permissions, such as `0o600`; without it the system decides.
    pub mode: Option<u32>,
    /// A socket's file at which nobody listens any more makes room.
    pub replace_stale: bool,
}

/// A listener at the name of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixServerConfig {
    /// Where to listen.
    pub local: UnixPlace,
    /// How its connections carry bytes.
    pub unix_type: UnixType,
    /// How many clients may wait to be accepted.
    pub backlog: u32,
    /// A client that has said it sends no more stays, because it may still listen; otherwise it is let go.
    pub keep_half_closed: bool,
    /// Set on the listener and, where it applies, on every client.
    pub options: Vec<SocketOption>,
}

/// A connection to a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixClientConfig {
    /// Where to connect.
    pub remote: UnixName,
    /// How the connection carries bytes.
    pub unix_type: UnixType,
    /// Connect again after the connection ended or could not be made.
    pub reconnect: Option<Reconnect>,
    /// A server that has said it sends no more stays, because it may still listen; otherwise it is let go.
    pub keep_half_closed: bool,
    /// Set before connecting.
    pub options: Vec<SocketOption>,
}

/// A Unix socket for datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixDatagramsConfig {
    /// Its own name; without one the system gives it an abstract one, where it can, so that it can be answered.
    pub bind: Option<UnixPlace>,
    /// Where sends go that name no peer.
    pub to: Option<UnixName>,
    /// Set before binding.
    pub options: Vec<SocketOption>,
}

/// A raw socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawConfig {
    /// Which packets, and how much of them.
    pub kind: RawKind,
    /// The local address, without a port; without one packets to any of this machine's addresses are received.
    pub bind: Option<HostPort>,
    /// Where sends go that name no peer, without a port.
    pub to: Option<HostPort>,
    /// Set before binding.
    pub options: Vec<SocketOption>,
}

/// A multicast group on one interface: `239.1.2.3%eth0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MulticastGroup {
    /// The group's address.
    pub group: IpAddr,
    /// The interface's name or one of its addresses; the system chooses without it.
    pub interface: Option<String>,
}

/// How many connections may wait to be accepted; Linux cuts it to `net.core.somaxconn`.
pub const DEFAULT_BACKLOG: u32 = 4096;

/// How long a connection attempt may take when nothing else is said.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl SessionKind {
    /// Whether its packets are below ports.
    pub fn is_raw(self) -> bool {
        matches!(self, SessionKind::Raw(_))
    }

    /// What its sessions have.
    pub fn shape(self) -> SessionShape {
        let (meeting, is_message_oriented) = match self {
            SessionKind::TcpServer => (Meeting::Listens, false),
            SessionKind::TcpClient => (Meeting::Connects, false),
            SessionKind::Udp | SessionKind::UnixDatagrams | SessionKind::Raw(_) => (Meeting::Exchanges, true),
            SessionKind::UnixServer(unix_type) => (Meeting::Listens, unix_type == UnixType::SeqPacket),
            SessionKind::UnixClient(unix_type) => (Meeting::Connects, unix_type == UnixType::SeqPacket),
        };
        SessionShape { meeting, is_message_oriented }
    }
}

impl IpProtocol {
    /// Echo and the reports of IPv4.
    pub const ICMP: IpProtocol = IpProtocol(1);
    /// Who listens to which group.
    pub const IGMP: IpProtocol = IpProtocol(2);
    /// Echo, neighbours and the reports of IPv6.
    pub const ICMPV6: IpProtocol = IpProtocol(58);

    /// As the numbers are called where they are assigned.
    const NAMES: [(&str, IpProtocol); 13] = [
        ("icmp", IpProtocol::ICMP),
        ("icmpv6", IpProtocol::ICMPV6),
        ("igmp", IpProtocol::IGMP),
        ("tcp", IpProtocol(6)),
        ("udp", IpProtocol(17)),
        ("gre", IpProtocol(47)),
        ("esp", IpProtocol(50)),
        ("ah", IpProtocol(51)),
        ("eigrp", IpProtocol(88)),
        ("ospf", IpProtocol(89)),
        ("pim", IpProtocol(103)),
        ("vrrp", IpProtocol(112)),
        ("sctp", IpProtocol(132)),
    ];

    /// Whether echo requests are of this protocol.
    pub fn has_echo(self) -> bool {
        self == IpProtocol::ICMP || self == IpProtocol::ICMPV6
    }
}

impl fmt::Display for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            IpProtocol::ICMP => f.write_str("icmp"),
            IpProtocol::ICMPV6 => f.write_str("icmpv6"),
            IpProtocol(number) => number.fmt(f),
        }
    }
}

impl FromStr for IpProtocol {
    type Err = IpProtocolError;

    fn from_str(typed: &str) -> Result<IpProtocol, IpProtocolError> {
        let known = IpProtocol::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(typed));
        match known {
            Some((_, protocol)) => Ok(*protocol),
            None => typed.parse().map(IpProtocol).map_err(|_| IpProtocolError),
        }
    }
}

impl SessionShape {
    /// Whether there is a listener, which can be stopped while its peers stay.
    pub fn has_listener(self) -> bool {
        self.meeting == Meeting::Listens
    }

    /// Whether there is one connection, made by us.
    pub fn connects(self) -> bool {
        self.meeting == Meeting::Connects
    }

    /// Whether peers are connected, so that each can be ended and ends by itself.
    pub fn has_connections(self) -> bool {
        self.meeting != Meeting::Exchanges
    }

    /// Whether there may be more than one peer at a time.
    pub fn has_many_peers(self) -> bool {
        self.meeting != Meeting::Connects
    }

    /// Whether its settings can name an address to send to.
    pub fn has_remote(self) -> bool {
        self.meeting != Meeting::Listens
    }
}

impl SessionConfig {
    /// Whether WebSocket is spoken.
    pub fn speaks_websocket(&self) -> bool {
        match self {
            SessionConfig::TcpServer(server) => server.websocket.is_some(),
            SessionConfig::TcpClient(client) => client.websocket.is_some(),
            SessionConfig::Udp(_)
            | SessionConfig::UnixServer(_)
            | SessionConfig::UnixClient(_)
            | SessionConfig::UnixDatagrams(_)
            | SessionConfig::Raw(_) => false,
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> SessionKind {
        match self {
            SessionConfig::TcpServer(_) => SessionKind::TcpServer,
            SessionConfig::TcpClient(_) => SessionKind::TcpClient,
            SessionConfig::Udp(_) => SessionKind::Udp,
            SessionConfig::UnixServer(server) => SessionKind::UnixServer(server.unix_type),
            SessionConfig::UnixClient(client) => SessionKind::UnixClient(client.unix_type),
            SessionConfig::UnixDatagrams(_) => SessionKind::UnixDatagrams,
            SessionConfig::Raw(raw) => SessionKind::Raw(raw.kind),
        }
    }

    /// Whether a peer that has said it sends no more stays.
    pub fn keeps_half_closed(&self) -> bool {
        match self {
            SessionConfig::TcpServer(server) => server.keep_half_closed,
            SessionConfig::TcpClient(client) => client.keep_half_closed,
            SessionConfig::UnixServer(server) => server.keep_half_closed,
            SessionConfig::UnixClient(client) => client.keep_half_closed,
            SessionConfig::Udp(_) | SessionConfig::UnixDatagrams(_) | SessionConfig::Raw(_) => false,
        }
    }

    /// The options asked for.
    pub fn options(&self) -> &[SocketOption] {
        match self {
            SessionConfig::TcpServer(server) => &server.options,
            SessionConfig::TcpClient(client) => &client.options,
            SessionConfig::Udp(udp) => &udp.options,
            SessionConfig::UnixServer(server) => &server.options,
            SessionConfig::UnixClient(client) => &client.options,
            SessionConfig::UnixDatagrams(datagrams) => &datagrams.options,
            SessionConfig::Raw(raw) => &raw.options,
        }
    }
}

impl TcpServerConfig {
    /// A listener on `local` with ordinary settings.
    pub fn new(local: HostPort) -> TcpServerConfig {
        TcpServerConfig {
            local,
            backlog: DEFAULT_BACKLOG,
            keep_half_closed: false,
            tls: None,
            websocket: None,
            options: Vec::new(),
        }
    }
}

impl TcpClientConfig {
    /// A connection to `remote` with ordinary settings.
    pub fn new(remote: HostPort) -> TcpClientConfig {
        TcpClientConfig {
            remote,
            bind: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            reconnect: None,
            keep_half_closed: false,
            tls: None,
            websocket: None,
            options: Vec::new(),
        }
    }
}

impl UdpConfig {
    /// A socket bound to `bind`, or to what the system chooses.
    pub fn new(bind: Option<HostPort>) -> UdpConfig {
        UdpConfig { bind, to: None, broadcast: false, groups: Vec::new(), options: Vec::new() }
    }
}

impl Default for Reconnect {
    fn default() -> Reconnect {
        Reconnect { first_delay: Duration::from_millis(500), longest_delay: Duration::from_secs(30) }
    }
}

#[cfg(test)]
mod tests {
    use super::IpProtocol;

    #[test]
    fn protocols_on_ip_have_names_and_numbers() {
        for (typed, number) in
            [("icmp", 1), ("ICMPv6", 58), ("udp", 17), ("Sctp", 132), ("0", 0), ("255", 255)]
        {
            assert_eq!(typed.parse(), Ok(IpProtocol(number)), "{typed}");
        }
        for typed in ["", "256", "-1", "icmpv9", "u dp"] {
            assert!(typed.parse::<IpProtocol>().is_err(), "{typed}");
        }
        for (_, protocol) in IpProtocol::NAMES {
            assert_eq!(protocol.to_string().parse(), Ok(protocol), "what is written can be read");
        }
    }
}
