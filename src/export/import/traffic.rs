//! Packets turned into what a session would have seen: peers that join and leave, streams in order, datagrams. Knows
//! connections, nothing of files.
//!
//! A connection needs two ends, one of which is ours. The capture may tell (its packets are marked as sent or
//! received); otherwise ours is the end that was connected or written to first, as a server's would be.

use crate::export::import::link::{Packet, Transport};
use crate::export::import::stream::{Ordered, StreamOrder};
use crate::export::import::{Counting, ImportError, ImportReport, RecordSink};
use crate::model::address::Address;
use crate::model::config::{IpProtocol, RawKind, SessionKind};
use crate::model::ids::PeerId;
use crate::model::record::{Body, Data, DataHead, Direction, EndReason, Lifecycle, Origin};
use crate::util::clock::Stamp;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Connections followed at the same time; past this the one that was silent longest is given up.
const CONNECTIONS_LIMIT: usize = 100_000;

/// Turns packets into records.
pub(super) struct Traffic<'a> {
    out: Counting<'a>,
    connections: HashMap<Key, Connection>,
    next_peer: PeerId,
    first_wall_ns: Option<i64>,
    seen_tcp: bool,
    seen_udp: bool,
    /// The kind of each raw session that this would be.
    seen_raw: Vec<RawKind>,
    opened_by_us: bool,
}

/// Both ends in a fixed order, and whether it is TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    lower: SocketAddr,
    upper: SocketAddr,
    protocol: Protocol,
}

/// What the bytes of a connection are carried by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Protocol {
    Tcp,
    Udp,
    Other(u8),
}

#[derive(Debug)]
struct Connection {
    local: SocketAddr,
    remote: SocketAddr,
    /// Given when the peer is first worth a record.
    peer: Option<PeerId>,
    opened_by_us: bool,
    is_portless: bool,
    from_peer: StreamOrder,
    from_us: StreamOrder,
    finished: [bool; 2],
    last: Stamp,
}

impl<'a> Traffic<'a> {
    pub(super) fn new(sink: &'a mut dyn RecordSink) -> Traffic<'a> {
        Traffic {
            out: Counting::new(sink),
            connections: HashMap::new(),
            next_peer: PeerId::FIRST,
            first_wall_ns: None,
            seen_tcp: false,
            seen_udp: false,
            seen_raw: Vec::new(),
            opened_by_us: false,
        }
    }

    /// Counts a packet that no session could have seen.
    pub(super) fn skip(&mut self) {
        self.out.report.skipped += 1;
    }

    /// Takes the next packet. The monotonic clock starts with the first one.
    pub(super) fn packet(&mut self, wall_ns: i64, packet: &Packet<'_>) -> Result<(), ImportError> {
        let first = *self.first_wall_ns.get_or_insert(wall_ns);
        let at = Stamp { wall_ns, mono_ns: u64::try_from(wall_ns.saturating_sub(first)).unwrap_or(0) };
        let protocol = match packet.transport {
            Transport::Tcp { .. } => Protocol::Tcp,
            Transport::Udp => Protocol::Udp,
            Transport::Other { protocol } => Protocol::Other(protocol),
        };
        let key = Key {
            lower: packet.source.min(packet.destination),
            upper: packet.source.max(packet.destination),
            protocol,
        };
        // Who opens decides which side is ours, also where only the last word of an earlier connection was seen.
        let opens = matches!(packet.transport, Transport::Tcp { syn: true, ack: false, .. });
        if opens && let Some(old) = self.connections.remove(&key) {
            self.leave(old, at, None)?;
        }
        if self.connections.len() >= CONNECTIONS_LIMIT && !self.connections.contains_key(&key) {
            self.give_up_one(at)?;
        }
        let mut connection = match self.connections.remove(&key) {
            Some(connection) => connection,
            None => Connection::new(packet, at),
        };
        connection.last = at;
        let direction = if packet.source == connection.local { Direction::Sent } else { Direction::Received };
        let stays = match packet.transport {
            Transport::Udp | Transport::Other { .. } => {
                self.datagram(&mut connection, at, direction, packet)?
            }
            Transport::Tcp { .. } => self.segment(&mut connection, at, direction, packet)?,
        };
        if stays {
            self.connections.insert(key, connection);
        }
        Ok(())
    }

    /// Ends the import: what still waits comes out.
    pub(super) fn finish(mut self) -> Result<ImportReport, ImportError> {
        let mut open: Vec<Connection> = self.connections.drain().map(|(_, connection)| connection).collect();
        open.sort_by_key(|connection| connection.peer);
        for mut connection in open {
            let at = connection.last;
            self.flush(&mut connection, at)?;
        }
        self.out.report.kind = match (self.seen_tcp, self.seen_udp, self.seen_raw.as_slice()) {
            (true, false, []) if self.opened_by_us => Some(SessionKind::TcpClient),
            (true, false, []) => Some(SessionKind::TcpServer),
            (false, true, []) => Some(SessionKind::Udp),
            (false, false, [kind]) => Some(SessionKind::Raw(*kind)),
            _ => None,
        };
        Ok(self.out.report)
    }

    fn datagram(
        &mut self,
        connection: &mut Connection,
        at: Stamp,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Result<bool, ImportError> {
        if connection.peer.is_none() {
            let local = connection.address(connection.local);
            self.out.push(at, None, &Body::Lifecycle(Lifecycle::Bound { local }))?;
        }
        match packet.transport {
            Transport::Other { protocol } => {
                let kind = RawKind { protocol: IpProtocol(protocol), with_header: false };
                if !self.seen_raw.contains(&kind) {
                    self.seen_raw.push(kind);
                }
            }
            Transport::Tcp { .. } | Transport::Udp => self.seen_udp = true,
        }
        let peer = self.join(connection, at, true)?;
        let head = DataHead { truncated: packet.is_cut, ..DataHead::new(direction, Origin::Import) };
        let data = Data { head, bytes: packet.payload.to_vec() };
        self.out.push(at, Some(peer), &Body::Data(data))?;
        Ok(true)
    }

    /// Takes a segment; tells whether the connection goes on.
    fn segment(
        &mut self,
        connection: &mut Connection,
        at: Stamp,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Result<bool, ImportError> {
        let Transport::Tcp { sequence, syn, fin, rst, .. } = packet.transport else { return Ok(true) };
        self.seen_tcp = true;
        if syn {
            if !connection.stream(direction).is_started() {
                connection.stream(direction).start(sequence);
            }
            if connection.from_peer.is_started() && connection.from_us.is_started() {
                self.join(connection, at, false)?;
            }
            return Ok(true);
        }
        if rst {
            if connection.peer.is_none() {
                self.skip();
                return Ok(false);
            }
            let by_peer = direction == Direction::Received;
            self.flush(connection, at)?;
            self.say_left(connection, at, if by_peer { EndReason::Reset } else { EndReason::Local })?;
            return Ok(false);
        }
        if packet.payload.is_empty() && !fin && connection.peer.is_none() {
            // A bare acknowledgement of a connection whose beginning is not there is no news yet.
            return Ok(true);
        }
        let peer = self.join(connection, at, false)?;
        let mut ordered = Vec::new();
        connection
            .stream(direction)
            .push(sequence, packet.payload, fin, &mut |part| ordered.push(owned(part)));
        for part in ordered {
            self.part(at, peer, direction, part)?;
        }
        if connection.stream(direction).is_complete() {
            self.finish_half(connection, at, direction)?;
        }
        Ok(!connection.finished.iter().all(|finished| *finished))
    }

    fn finish_half(
        &mut self,
        connection: &mut Connection,
        at: Stamp,
        direction: Direction,
    ) -> Result<(), ImportError> {
        let [ours, theirs] = &mut connection.finished;
        let (this, other) = match direction {
            Direction::Received => (theirs, *ours),
            Direction::Sent => (ours, *theirs),
        };
        if std::mem::replace(this, true) {
            return Ok(());
        }
        if other {
            // The side that finished first is the one that closed.
            let reason = if direction == Direction::Sent { EndReason::Fin } else { EndReason::Local };
            return self.say_left(connection, at, reason);
        }
        let remote = connection.remote.into();
        let event = match direction {
            Direction::Received => Lifecycle::PeerFinished { remote },
            Direction::Sent => Lifecycle::WriteShut { remote },
        };
        self.out.push(at, connection.peer, &Body::Lifecycle(event))
    }

    /// Gives a connection its peer, with the record that introduces it.
    fn join(
        &mut self,
        connection: &mut Connection,
        at: Stamp,
        is_datagrams: bool,
    ) -> Result<PeerId, ImportError> {
        if let Some(peer) = connection.peer {
            return Ok(peer);
        }
        let peer = self.next_peer;
        self.next_peer = peer.next();
        connection.peer = Some(peer);
        self.out.report.peers += 1;
        let (local, remote) = (connection.address(connection.local), connection.address(connection.remote));
        let message_oriented = Some(is_datagrams);
        let event = if connection.opened_by_us {
            self.opened_by_us = true;
            Lifecycle::Connected { local, remote, message_oriented, process: None }
        } else {
            Lifecycle::PeerJoined { local, remote, message_oriented, process: None }
        };
        self.out.push(at, Some(peer), &Body::Lifecycle(event))?;
        Ok(peer)
    }

    fn leave(
        &mut self,
        mut connection: Connection,
        at: Stamp,
        reason: Option<EndReason>,
    ) -> Result<(), ImportError> {
        self.flush(&mut connection, at)?;
        match reason {
            Some(reason) => self.say_left(&connection, at, reason),
            None => Ok(()),
        }
    }

    fn say_left(&mut self, connection: &Connection, at: Stamp, reason: EndReason) -> Result<(), ImportError> {
        let event = Lifecycle::PeerLeft { remote: connection.remote.into(), reason, error: None };
        self.out.push(at, connection.peer, &Body::Lifecycle(event))
    }

    fn give_up_one(&mut self, at: Stamp) -> Result<(), ImportError> {
        let oldest = self.connections.iter().min_by_key(|(_, known)| known.last.wall_ns).map(|(key, _)| *key);
        match oldest.and_then(|key| self.connections.remove(&key)) {
            Some(connection) => self.leave(connection, at, None),
            None => Ok(()),
        }
    }

    fn flush(&mut self, connection: &mut Connection, at: Stamp) -> Result<(), ImportError> {
        let Some(peer) = connection.peer else { return Ok(()) };
        for direction in [Direction::Received, Direction::Sent] {
            let mut ordered = Vec::new();
            connection.stream(direction).flush(&mut |part| ordered.push(owned(part)));
            for part in ordered {
                self.part(at, peer, direction, part)?;
            }
        }
        Ok(())
    }

    fn part(&mut self, at: Stamp, peer: PeerId, direction: Direction, part: Part) -> Result<(), ImportError> {
        match part {
            Part::Bytes(bytes) => self.push_data(at, peer, direction, bytes),
            Part::Missing(count) => {
                self.out.report.missing_bytes += count;
                let way = if direction == Direction::Received { "from" } else { "to" };
                let note = format!("{count} bytes {way} this peer are not in the capture");
                self.out.push(at, Some(peer), &Body::Note(note))
            }
        }
    }

    fn push_data(
        &mut self,
        at: Stamp,
        peer: PeerId,
        direction: Direction,
        bytes: Vec<u8>,
    ) -> Result<(), ImportError> {
        let head = DataHead::new(direction, Origin::Import);
        self.out.push(at, Some(peer), &Body::Data(Data { head, bytes }))
    }
}

/// A part of a stream that outlives the segment it came with.
enum Part {
    Bytes(Vec<u8>),
    Missing(u64),
}

fn owned(ordered: Ordered<'_>) -> Part {
    match ordered {
        Ordered::Bytes(bytes) => Part::Bytes(bytes.to_vec()),
        Ordered::Missing(count) => Part::Missing(count),
    }
}

impl Connection {
    fn new(packet: &Packet<'_>, at: Stamp) -> Connection {
        // An answer to an opening segment comes from the side that was connected to.
        let is_answer = matches!(packet.transport, Transport::Tcp { syn: true, ack: true, .. });
        let source_is_ours = packet.outgoing.unwrap_or(is_answer);
        let (local, remote) = if source_is_ours {
            (packet.source, packet.destination)
        } else {
            (packet.destination, packet.source)
        };
        let opens = matches!(packet.transport, Transport::Tcp { syn: true, ack: false, .. });
        Connection {
            local,
            remote,
            peer: None,
            opened_by_us: opens && source_is_ours,
            is_portless: matches!(packet.transport, Transport::Other { .. }),
            from_peer: StreamOrder::default(),
            from_us: StreamOrder::default(),
            finished: [false; 2],
            last: at,
        }
    }

    /// One end of it as records name it: what is neither TCP nor UDP has no port.
    fn address(&self, end: SocketAddr) -> Address {
        if self.is_portless { Address::Raw(end.ip()) } else { end.into() }
    }

    fn stream(&mut self, direction: Direction) -> &mut StreamOrder {
        match direction {
            Direction::Received => &mut self.from_peer,
            Direction::Sent => &mut self.from_us,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Traffic;
    use crate::export::import::link::{Packet, Transport};
    use crate::export::import::{Imported, RecordSink};
    use crate::model::record::Body;
    use std::io;
    use std::net::SocketAddr;

    /// Both ends of every peer, in order.
    #[derive(Default)]
    struct Ends(Vec<(SocketAddr, SocketAddr)>);

    impl RecordSink for Ends {
        fn push(&mut self, record: Imported<'_>) -> io::Result<()> {
            if let Body::Lifecycle(event) = record.body {
                self.0.extend(
                    event
                        .introduces()
                        .and_then(|(local, remote)| Some((local.socket_addr()?, remote.socket_addr()?))),
                );
            }
            Ok(())
        }
    }

    #[test]
    fn a_port_that_is_used_again_does_not_turn_the_connection_around() {
        let client: SocketAddr = "10.0.0.1:6000".parse().unwrap();
        let server: SocketAddr = "10.0.0.2:80".parse().unwrap();
        let mut ends = Ends::default();
        let mut traffic = Traffic::new(&mut ends);
        for (wall_ns, (by_client, sequence, flags, payload)) in (0_i64..).zip([
            (true, 100, "S", ""),
            (false, 500, "SA", ""),
            (true, 101, "A", "GET /1"),
            (false, 501, "AF", ""),
            (true, 107, "AF", ""),
            (false, 502, "A", ""),
            (true, 900, "S", ""),
            (false, 700, "SA", ""),
            (true, 901, "A", "GET /2"),
        ]) {
            let (source, destination) = if by_client { (client, server) } else { (server, client) };
            let has = |flag| flags.contains(flag);
            let transport =
                Transport::Tcp { sequence, syn: has('S'), ack: has('A'), fin: has('F'), rst: false };
            let payload = payload.as_bytes();
            let packet = Packet { source, destination, transport, payload, is_cut: false, outgoing: None };
            traffic.packet(wall_ns, &packet).unwrap();
        }
        traffic.finish().unwrap();
        assert_eq!(ends.0, [(server, client); 2]);
    }
}
