//! Captures that Wireshark opens: TCP with handshakes, right numbers and the end it came to, UDP with all its peers.
//! The packets are made from the records; they carry the session's bytes, addresses and times, not its real segments.
//!
//! Where the ciphertext of a connection is kept, it takes the place of the plaintext, and the secrets that are kept go
//! before it, so that the plaintext is seen all the same.
//!
//! Events and notes become comments of the packet they caused, or of the next one. Memory grows with the connections
//! that are open at the same time, by about a hundred bytes each, and with nothing else.

mod block;
mod flow;
mod packet;
mod wire;

use crate::codec::prose::body_text;
use crate::codec::rows::Row;
use crate::export::exporter::{ExportContext, Exporter, PeerEnds, PeerLookup};
use crate::export::pcapng::flow::Flow;
use crate::export::pcapng::packet::{MAX_DATAGRAM, MAX_PACKET, Path};
use crate::export::pcapng::wire::{InterfaceId, Seen, Wire};
use crate::model::address::Address;
use crate::model::config::{RawKind, SessionKind};
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind};
use crate::util::locale::{Language, Locale};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How a capture is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PcapngOptions {
    /// Someone watches while the session goes on: every packet is written as soon as its record is known.
    pub live: bool,
    /// Where the sequence numbers of every connection start; otherwise each connection has its own start.
    pub first_sequence: Option<u32>,
}

/// Writes a capture.
#[derive(Debug)]
pub struct PcapngExporter {
    options: PcapngOptions,
    kind: Option<SessionKind>,
    session_name: String,
    wire: Wire,
    flows: HashMap<PeerId, Flow>,
    flows_opened: u32,
    /// The interfaces there are besides the session's own, in the order in which they were added.
    interfaces: Vec<(InterfaceKey, InterfaceId)>,
    /// Addresses of datagram sockets, to tell UDP from TCP where the session's kind does not.
    datagram_sockets: HashSet<Address>,
    /// The last attempt to connect, and when it began.
    connecting: Option<(Address, u64)>,
    /// The last of our own addresses that the kernel told for IPv4 and IPv6, for sends from an unspecified one.
    told_locals: [Option<IpAddr>; 2],
    latest_ns: u64,
}

/// What makes packets belong to an interface of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InterfaceKey {
    Listener(SocketAddr),
    Named(InterfaceName),
}

/// Both ends of a flow, as packets can carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct IpEnds {
    local: SocketAddr,
    remote: SocketAddr,
}

/// More interfaces than this are not told apart.
const INTERFACES_LIMIT: usize = 64;

/// Sockets remembered as datagram sockets; a session has one at a time.
const DATAGRAM_SOCKETS_LIMIT: usize = 4096;

impl PcapngExporter {
    /// An exporter for one capture.
    pub fn new(options: PcapngOptions) -> PcapngExporter {
        PcapngExporter {
            options,
            kind: None,
            session_name: String::new(),
            wire: Wire::new(options.live),
            flows: HashMap::new(),
            flows_opened: 0,
            interfaces: Vec::new(),
            datagram_sockets: HashSet::new(),
            connecting: None,
            told_locals: [None; 2],
            latest_ns: 0,
        }
    }

    fn data(&mut self, at_ns: u64, peer: Option<PeerId>, data: &Data, peers: &mut dyn PeerLookup) {
        let known = peer.and_then(|peer| peers.ends(peer));
        let ends = known.map_or_else(|| IpEnds::placeholder(peer), |ends| IpEnds::of(ends, peer));
        if known.is_none() {
            self.wire.remark("the addresses of this peer are not known".to_owned());
        }
        if data.head.truncated {
            self.wire.remark("the datagram was longer than what was kept".to_owned());
        }
        let told = peer.and_then(|peer| peers.message_oriented(peer));
        if self.is_datagram(known.map_or(Address::None, |ends| ends.local), told) {
            return self.datagram(at_ns, ends, data);
        }
        let peer = peer.unwrap_or(PeerId::FIRST);
        let opener = match self.kind {
            Some(kind) if kind.shape().connects() => Direction::Sent,
            _ => Direction::Received,
        };
        if self.flows.get(&peer).is_none_or(|flow| flow.is_finished(data.head.direction)) {
            self.open_flow(peer, ends, opener, at_ns, at_ns);
        }
        if let Some(flow) = self.flows.get_mut(&peer) {
            flow.data(&mut self.wire, at_ns, data.head.direction, &data.bytes);
        }
    }

    fn datagram(&mut self, at_ns: u64, ends: IpEnds, data: &Data) {
        let interface = match data.head.interface {
            Some(name) => self.interface(InterfaceKey::Named(name)),
            None => InterfaceId::default(),
        };
        let local = SocketAddr::new(self.local_address(ends, data), ends.local.port());
        let path = match data.head.direction {
            Direction::Received => Path::new(ends.remote, local),
            Direction::Sent => Path::new(local, ends.remote),
        };
        let seen = Seen { interface, at_ns, direction: data.head.direction };
        if let Some(SessionKind::Raw(kind)) = self.kind {
            return self.raw_packet(seen, path, kind, data);
        }
        let mut rest = data.bytes.as_slice();
        loop {
            let (datagram, more) = rest.split_at(rest.len().min(MAX_DATAGRAM));
            self.wire.packet(seen, |buffer, identification| {
                path.append_datagram(buffer, identification, datagram);
            });
            rest = more;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// A packet of a protocol on IP, which may have brought its header.
    fn raw_packet(&mut self, seen: Seen, path: Path, kind: RawKind, data: &Data) {
        let is_whole = kind.with_header && data.bytes.first().is_some_and(|first| first >> 4 == 4);
        self.wire.packet(seen, |buffer, identification| {
            if is_whole {
                buffer.extend_from_slice(&data.bytes);
            } else {
                let payload = &data.bytes[..data.bytes.len().min(MAX_PACKET)];
                path.append_packet(buffer, identification, kind.protocol, data.head.ttl, payload);
            }
        });
    }

    /// Our address of a datagram: what the kernel told, else where the socket is bound, else the best guess.
    fn local_address(&mut self, ends: IpEnds, data: &Data) -> IpAddr {
        let remote = ends.remote.ip().to_canonical();
        let family = usize::from(remote.is_ipv6());
        if let Some(told) = data.head.local.filter(|told| !told.is_unspecified()) {
            if !told.is_multicast() && told != IpAddr::V4(Ipv4Addr::BROADCAST) {
                self.told_locals[family] = Some(told);
            }
            return told;
        }
        let bound = ends.local.ip();
        match (bound.is_unspecified(), remote) {
            (false, _) => bound,
            (true, IpAddr::V4(remote)) if remote.is_loopback() => Ipv4Addr::LOCALHOST.into(),
            (true, IpAddr::V6(remote)) if remote.is_loopback() => Ipv6Addr::LOCALHOST.into(),
            (true, _) => self.told_locals[family].unwrap_or(bound),
        }
    }

    fn lifecycle(&mut self, at_ns: u64, peer: Option<PeerId>, event: &Lifecycle, peers: &mut dyn PeerLookup) {
        match event {
            Lifecycle::Bound { local } if self.datagram_sockets.len() < DATAGRAM_SOCKETS_LIMIT => {
                self.datagram_sockets.insert(*local);
            }
            Lifecycle::Connecting { remote, .. } => self.connecting = Some((*remote, at_ns)),
            Lifecycle::Connected { local, remote, .. } => {
                let began_ns = match self.connecting.take() {
                    // The first segment keeps its own time, unless something was seen in between.
                    Some((to, began_ns)) if to == *remote && began_ns >= self.latest_ns => began_ns,
                    _ => at_ns,
                };
                let ends = PeerEnds { local: *local, remote: *remote };
                if !self.is_datagram(*local, event.message_oriented()) {
                    self.introduce(peer, IpEnds::of(ends, peer), Direction::Sent, began_ns, at_ns);
                }
            }
            Lifecycle::PeerJoined { local, remote, .. } => {
                let ends = PeerEnds { local: *local, remote: *remote };
                if !self.is_datagram(*local, event.message_oriented()) {
                    self.introduce(peer, IpEnds::of(ends, peer), Direction::Received, at_ns, at_ns);
                }
            }
            Lifecycle::KeysKept { lines } => self.wire.secrets(lines),
            Lifecycle::PeerFinished { .. } => self.finish_half(at_ns, peer, Direction::Received),
            Lifecycle::WriteShut { .. } => self.finish_half(at_ns, peer, Direction::Sent),
            Lifecycle::PeerLeft { reason, .. } => self.end_flow(at_ns, peer, *reason, peers),
            Lifecycle::Closed { reason } => {
                let mut open: Vec<PeerId> = self.flows.keys().copied().collect();
                open.sort_unstable();
                for peer in open {
                    self.end_flow(at_ns, Some(peer), *reason, peers);
                }
            }
            _ => {}
        }
    }

    fn introduce(
        &mut self,
        peer: Option<PeerId>,
        ends: IpEnds,
        opener: Direction,
        opened_ns: u64,
        at_ns: u64,
    ) {
        if let Some(peer) = peer
            && self.flows.get(&peer).is_none_or(|flow| flow.ends() != ends)
        {
            self.open_flow(peer, ends, opener, opened_ns, at_ns);
        }
    }

    fn open_flow(&mut self, peer: PeerId, ends: IpEnds, opener: Direction, opened_ns: u64, at_ns: u64) {
        let interface = match self.kind {
            Some(kind) if kind.shape().has_listener() => self.interface(InterfaceKey::Listener(ends.local)),
            _ => InterfaceId::default(),
        };
        // Odd multiples spread the starts, so that a reused pair of ports is seen as a new connection. The start stays
        // in the lower half, because readers take an acknowledgement of exactly 0 in a handshake for a second one.
        let spread = self.flows_opened.wrapping_mul(0x9E37_79B9).wrapping_add(peer.get()) >> 1;
        self.flows_opened = self.flows_opened.wrapping_add(1);
        let first_sequence = self.options.first_sequence.unwrap_or(spread);
        let mut flow = Flow::new(ends, interface, first_sequence);
        flow.open(&mut self.wire, opener, opened_ns, at_ns);
        self.flows.insert(peer, flow);
    }

    fn finish_half(&mut self, at_ns: u64, peer: Option<PeerId>, direction: Direction) {
        if let Some(flow) = peer.and_then(|peer| self.flows.get_mut(&peer)) {
            flow.finish(&mut self.wire, at_ns, direction);
        }
    }

    /// Ends a connection as its record says. One that died without a word ends without a packet.
    fn end_flow(&mut self, at_ns: u64, peer: Option<PeerId>, reason: EndReason, peers: &mut dyn PeerLookup) {
        let Some(peer) = peer else { return };
        if !self.flows.contains_key(&peer) {
            // Its beginning was left out; the end alone still shows who left.
            match peers.ends(peer) {
                Some(ends) if !self.is_datagram(ends.local, peers.message_oriented(peer)) => {
                    let ends = IpEnds::of(ends, Some(peer));
                    self.open_flow(peer, ends, Direction::Received, at_ns, at_ns);
                }
                _ => return,
            }
        }
        let Some(mut flow) = self.flows.remove(&peer) else { return };
        match reason {
            EndReason::Fin => flow.close(&mut self.wire, at_ns, Direction::Received),
            EndReason::Kicked | EndReason::Local => flow.close(&mut self.wire, at_ns, Direction::Sent),
            EndReason::Reset | EndReason::BrokenPipe | EndReason::Refused => {
                flow.reset(&mut self.wire, at_ns, Direction::Received);
            }
            EndReason::TimedOut
            | EndReason::Unreachable
            | EndReason::Failed
            | EndReason::HandshakeFailed
            | EndReason::Cut => {
                flow.acknowledge_all(&mut self.wire, at_ns);
            }
        }
    }

    fn interface(&mut self, key: InterfaceKey) -> InterfaceId {
        if let Some((_, id)) = self.interfaces.iter().find(|(known, _)| *known == key) {
            return *id;
        }
        if self.interfaces.len() >= INTERFACES_LIMIT {
            return InterfaceId::default();
        }
        let name = match key {
            InterfaceKey::Listener(local) => local.to_string(),
            InterfaceKey::Named(name) => name.as_str().to_owned(),
        };
        let id = self.wire.add_interface(&name, &self.session_name);
        self.interfaces.push((key, id));
        id
    }

    /// As the peer's own record tells; journals of earlier versions tell it by their kind, or by a socket that was
    /// bound.
    fn is_datagram(&self, local: Address, told: Option<bool>) -> bool {
        match (told, self.kind) {
            (Some(told), _) => told,
            (None, Some(kind)) => kind.shape().is_message_oriented,
            (None, None) => self.datagram_sockets.contains(&local),
        }
    }
}

impl Exporter for PcapngExporter {
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()> {
        self.kind = session.kind;
        self.session_name.clone_from(&session.session_name);
        let description = match session.kind {
            Some(SessionKind::TcpServer) => "TCP server",
            Some(SessionKind::TcpClient) => "TCP client",
            Some(SessionKind::Udp) => "UDP",
            Some(SessionKind::UnixServer(_)) => "Unix socket server",
            Some(SessionKind::UnixClient(_)) => "Unix socket client",
            Some(SessionKind::UnixDatagrams) => "Unix datagrams",
            Some(SessionKind::Raw(_)) => "raw IP",
            None => "",
        };
        self.wire.begin(&session.program, &session.session_name, description);
        self.wire.write_due(out)?;
        if self.options.live { out.flush() } else { Ok(()) }
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        let record = row.record;
        let at_ns = u64::try_from(record.at.wall_ns).unwrap_or(0);
        let english = Locale::of(Language::English);
        match &record.body {
            Body::Data(data) => {
                let is_shown_by_wire =
                    record.peer.and_then(|peer| self.flows.get(&peer)).is_some_and(Flow::carries_wire);
                if !is_shown_by_wire {
                    self.data(at_ns, record.peer, data, peers);
                }
            }
            Body::Wire(data) => {
                self.data(at_ns, record.peer, data, peers);
                if let Some(flow) = record.peer.and_then(|peer| self.flows.get_mut(&peer)) {
                    flow.now_carries_wire();
                }
            }
            Body::Lifecycle(event) => {
                self.wire.remark(body_text(&record.body, english));
                self.lifecycle(at_ns, record.peer, event, peers);
            }
            Body::Loss(Loss { what, count }) => {
                self.wire.remark(body_text(&record.body, english));
                if *what == LossKind::UdpKernelDrop {
                    self.wire.count_drops(InterfaceId::default(), *count, at_ns);
                }
            }
            Body::Note(_) | Body::Damaged | Body::Newer => self.wire.remark(body_text(&record.body, english)),
        }
        self.latest_ns = self.latest_ns.max(at_ns);
        self.wire.write_due(out)
    }

    fn wants_wire(&self) -> bool {
        true
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut open: Vec<PeerId> = self.flows.keys().copied().collect();
        open.sort_unstable();
        for peer in open {
            if let Some(flow) = self.flows.get_mut(&peer) {
                flow.acknowledge_all(&mut self.wire, self.latest_ns);
            }
        }
        self.wire.finish(self.latest_ns, out)
    }
}

impl IpEnds {
    /// The ends as a capture can have them; the comments name those that have no IP address.
    fn of(ends: PeerEnds, peer: Option<PeerId>) -> IpEnds {
        let with_port = |address: Address| match address {
            Address::Ip(address) => Some(address),
            Address::Raw(address) => Some(SocketAddr::new(address, 0)),
            Address::Unix(_) | Address::None => None,
        };
        match (with_port(ends.local), with_port(ends.remote)) {
            (Some(local), Some(remote)) => IpEnds { local, remote },
            _ => IpEnds::placeholder(peer),
        }
    }

    /// Addresses for a peer that has none of its own, from the range that is kept for documentation.
    fn placeholder(peer: Option<PeerId>) -> IpEnds {
        let [.., low_upper, low_lower] = peer.map_or(0, PeerId::get).to_be_bytes();
        let port = u16::from_be_bytes([low_upper, low_lower]).max(1);
        IpEnds {
            local: SocketAddr::from(([192, 0, 2, 1], 1)),
            remote: SocketAddr::from(([192, 0, 2, 2], port)),
        }
    }
}
