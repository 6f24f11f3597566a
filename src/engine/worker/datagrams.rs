//! The datagram socket of a session: many peers over one socket, each known by its address.

mod closing;

use crate::engine::command::Target;
use crate::engine::event::Rejection;
use crate::engine::worker::arrival::record;
use crate::engine::worker::datagram_peers::DatagramPeers;
use crate::engine::worker::datagram_queue::{DatagramQueue, Outgoing};
use crate::engine::worker::drops::Drops;
use crate::engine::worker::flow::Flow;
use crate::engine::worker::log::Log;
use crate::engine::worker::peer_updates::PeerUpdates;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::respond::{Answer, Whose};
use crate::engine::worker::turn::Turn;
use crate::model::address::Address;
use crate::model::config::MulticastGroup;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::PeerId;
use crate::model::record::{EndReason, InterfaceName, Lifecycle, LossKind, Origin};
use crate::net::end_reason::{end_reason, is_not_now, is_out_of_buffers};
use crate::net::facts::kernel_drops;
use crate::net::poll::{Interest, Ready, Registered};
use crate::net::raw::{self, Packets};
use crate::net::receive::{DatagramReceiver, take_delivery_report};
use crate::net::resolve::own_broadcasts;
use crate::net::udp::{self, LONGEST_PAYLOAD, is_broadcast_refusal};
use crate::net::unix::{self, SocketFile};
use crate::util::clock;
use socket2::Domain;
use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

/// How many calls to receive make one turn.
const CALLS_PER_TURN: usize = 8;

/// How soon sending is tried again where nobody is told when there is room.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(1);

/// The most reports of undelivered datagrams that are taken in one turn.
const REPORTS_PER_TURN: usize = 64;

/// The socket and what is known about its peers.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the socket")]
pub(super) struct Datagrams {
    registered: Registered,
    receiver: DatagramReceiver,
    /// The socket's family, which its address does not tell: a mapped one is shown as IPv4.
    is_v6: bool,
    is_unix: bool,
    /// What comes and goes where there are no ports.
    packets: Option<Packets>,
    local: Address,
    pub(super) configured: Option<Address>,
    broadcast: bool,
    peers: DatagramPeers,
    waiting: DatagramQueue,
    interface_names: HashMap<u32, InterfaceName>,
    drops: Drops,
    #[expect(dead_code, reason = "a Unix socket's file goes away together with this value")]
    file: Option<SocketFile>,
    /// The system had no room for a datagram beyond this socket's own, as where the network card is slower.
    lacks_buffers: bool,
    /// A receiver of a Unix socket tells nobody when it has room again, nor does the system of its buffers: then it is tried again.
    try_again_at: Option<Instant>,
    flow: Flow,
    /// In a steady flow nothing is read before this time.
    rests_until: Option<Instant>,
    paused: bool,
}

impl Datagrams {
    pub(super) fn new(
        registered: Registered,
        local: Address,
        configured: Option<Address>,
        broadcast: bool,
    ) -> io::Result<Datagrams> {
        let bound = registered.socket().local_addr()?;
        let is_unix = bound.domain() == Domain::UNIX;
        let receiver = DatagramReceiver::new(registered.socket(), is_unix)?;
        let is_v6 = bound.is_ipv6();
        Ok(Datagrams {
            registered,
            receiver,
            is_v6,
            is_unix,
            packets: None,
            local,
            configured: configured.map(Address::to_canonical),
            broadcast,
            peers: DatagramPeers::new(if is_unix { Vec::new() } else { own_broadcasts() }),
            waiting: DatagramQueue::new(!is_unix),
            interface_names: HashMap::new(),
            drops: Drops::default(),
            file: None,
            lacks_buffers: false,
            try_again_at: None,
            flow: Flow::default(),
            rests_until: None,
            paused: false,
        })
    }

    /// The same for packets of a protocol on IP.
    pub(super) fn of_packets(self, packets: Packets) -> Datagrams {
        Datagrams { packets: Some(packets), ..self }
    }

    /// The same with the file at which the socket stands.
    pub(super) fn with_file(self, file: Option<SocketFile>) -> Datagrams {
        Datagrams { file, ..self }
    }

    pub(super) fn socket(&self) -> &socket2::Socket {
        self.registered.socket()
    }

    pub(super) fn local(&self) -> Address {
        self.local
    }

    pub(super) fn peers_known(&self) -> usize {
        self.peers.known()
    }

    /// Serves the socket after the wait has reported it.
    pub(super) fn serve(&mut self, ready: Ready, turn: &mut Turn) -> Result<(), Failure> {
        if ready.writable {
            self.flush(&mut turn.log);
        }
        if ready.readable && !self.paused {
            self.receive(turn)?;
        }
        self.settle()
    }

    /// Takes what waits. In a steady flow that nobody answers, more is waited for after that; not on a Unix socket,
    /// whose sender stands still as soon as a few datagrams wait.
    fn receive(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let before = turn.log.counters.received;
        self.receive_all(turn)?;
        let received = turn.log.counters.received;
        let (datagrams, bytes) = (received.records - before.records, received.bytes - before.bytes);
        let rest = self.flow.has_read(datagrams, bytes, turn.now);
        let may_rest = !self.is_unix && !turn.answering.is_active();
        self.rests_until = rest.filter(|_| may_rest).map(|rest| turn.now + rest);
        Ok(())
    }

    fn receive_all(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let mut answers = Vec::new();
        for _ in 0..CALLS_PER_TURN {
            if turn.log.is_batch_full() {
                // The rest is reported again.
                break;
            }
            let local = self.local;
            let received = self.receive_once(&mut turn.log, |peer, remote, bytes| {
                if turn.answering.is_active() {
                    let whose = Whose { peer, remote, local, is_stream: false };
                    let given = turn.answering.answers_to_datagram(whose, bytes, turn.now);
                    answers.extend(given.into_iter().map(|answer| (peer, remote, answer)));
                }
            });
            match received {
                Ok(0) => {
                    // Reports wait apart from datagrams, and without being taken they would be announced for ever.
                    self.take_reports(&mut turn.log);
                    break;
                }
                Ok(_) => self.drops.ask_later(turn.now),
                Err(error) if is_not_now(&error) => break,
                Err(_) if self.take_reports(&mut turn.log) => {}
                Err(error) if end_reason(&error) != EndReason::Failed => {
                    self.record_report(
                        self.peers.last().map(|(_, remote)| remote),
                        OsError::from(&error),
                        end_reason(&error),
                        &mut turn.log,
                    );
                }
                Err(error) => return Err(Failure::new(Operation::Receive, self.local, error)),
            }
            for (peer, remote, answer) in answers.drain(..) {
                self.give(peer, remote, answer, &mut turn.log);
            }
            turn.answering.have_gone_out(turn.now);
        }
        Ok(())
    }

    /// Records what one call to the system gives; `each` learns of every datagram.
    fn receive_once(
        &mut self,
        log: &mut Log,
        mut each: impl FnMut(PeerId, Address, &[u8]),
    ) -> io::Result<usize> {
        let read_at = clock::now();
        let Datagrams { registered, receiver, peers, interface_names, drops, local, packets, .. } = self;
        receiver.receive(registered.socket(), |datagram| {
            drops.record(datagram.drops_total, log);
            let datagram = packets.map_or(datagram, |packets| packets.take(datagram));
            let remote = datagram.remote;
            let process = || datagram.sender.and_then(unix::process_of_sender);
            let peer = peers.meet_sender(remote, *local, process, log);
            let stamp = record(&datagram, read_at, peer, interface_names, log);
            peers.has_received(peer, datagram.bytes.len(), stamp);
            if datagram.descriptors > 0 {
                let count = datagram.descriptors;
                log.lifecycle(Some(peer), Lifecycle::DescriptorsClosed { remote, count });
            }
            each(peer, remote, datagram.bytes);
        })
    }

    /// Sends an answer. What the system refuses is recorded where it happens; an answer for which there is no room is
    /// counted as lost.
    fn give(&mut self, peer: PeerId, remote: Address, (payload, origin): Answer, log: &mut Log) {
        let sent = self.send_one(peer, remote, &payload, origin, log);
        if let Err(Rejection::QueueFull { .. } | Rejection::DatagramTooLong { .. }) = sent {
            log.loss(Some(peer), LossKind::UnsentBytes, payload.len() as u64);
        }
    }

    /// Takes what the network reported about datagrams that did not arrive. Says whether there was anything.
    fn take_reports(&mut self, log: &mut Log) -> bool {
        let mut any = false;
        if self.is_unix {
            // There are none, and asking for them would take a datagram.
            return any;
        }
        for _ in 0..REPORTS_PER_TURN {
            let Ok(Some(report)) = take_delivery_report(self.registered.socket()) else { break };
            any = true;
            let reason =
                report.code.map_or(EndReason::Failed, |code| end_reason(&io::Error::from_raw_os_error(code)));
            let without_port = self.packets.is_some();
            let remote =
                report.remote.map(|remote| if without_port { raw::without_port(remote) } else { remote });
            self.record_report(remote, report.error, reason, log);
        }
        any
    }

    fn record_report(&mut self, remote: Option<Address>, error: OsError, reason: EndReason, log: &mut Log) {
        let remote = remote.or(self.configured).unwrap_or(self.local);
        let peer = self.peers.at(remote);
        log.lifecycle(peer, Lifecycle::PeerUnreachable { remote, reason, error });
    }

    /// The peers that a target means now, with their addresses.
    pub(super) fn targets(
        &mut self,
        target: &Target,
        log: &mut Log,
    ) -> Result<Vec<(PeerId, Address)>, Rejection> {
        let found: Vec<_> = match target {
            Target::All => self.peers.all().collect(),
            Target::Last => self.peers.last().into_iter().collect(),
            Target::LastSender => self.peers.last_sender().into_iter().collect(),
            Target::Peers(ids) => {
                let address = |id: &PeerId| self.peers.address(*id).map(|remote| (*id, remote));
                let found: Result<Vec<_>, _> =
                    ids.iter().map(|id| address(id).ok_or(Rejection::PeerGone(*id))).collect();
                found?
            }
            Target::Address(remote) => {
                let remote = remote.to_canonical();
                vec![(self.peers.meet(remote, self.local, log), remote)]
            }
            Target::Configured => {
                let remote = self.configured.ok_or(Rejection::NoRemote)?;
                vec![(self.peers.meet(remote, self.local, log), remote)]
            }
        };
        if found.is_empty() { Err(Rejection::NoPeer) } else { Ok(found) }
    }

    /// Puts a datagram on its way to each peer.
    pub(super) fn send(
        &mut self,
        targets: &[(PeerId, Address)],
        payload: &Payload,
        origin: Origin,
        log: &mut Log,
    ) -> Result<(), Rejection> {
        let mut refusal = Ok(());
        for (peer, remote) in targets {
            if let Err(why) = self.send_one(*peer, *remote, payload, origin, log) {
                refusal = Err(why);
            }
        }
        self.settle()?;
        refusal
    }

    fn send_one(
        &mut self,
        peer: PeerId,
        remote: Address,
        payload: &Payload,
        origin: Origin,
        log: &mut Log,
    ) -> Result<(), Rejection> {
        let limit = self.packets.map_or(LONGEST_PAYLOAD, Packets::longest);
        if payload.len() > limit && !self.is_unix {
            return Err(Rejection::DatagramTooLong { length: payload.len(), limit });
        }
        let outgoing = Outgoing { peer, remote, payload: Payload::clone(payload), origin };
        if self.waiting.is_before(remote) {
            return self.waiting.push(outgoing);
        }
        match self.try_send(peer, remote, payload, origin, log) {
            Ok(()) => Ok(()),
            Err(error) if self.is_for_later(&error) => self.waiting.push(outgoing),
            Err(error) => Err(self.refused(peer, remote, payload.len(), &error, log)),
        }
    }

    fn try_send(
        &mut self,
        peer: PeerId,
        remote: Address,
        payload: &Payload,
        origin: Origin,
        log: &mut Log,
    ) -> io::Result<()> {
        let at = clock::now();
        let mut sent = udp::send_to(self.registered.socket(), payload, remote, self.is_v6);
        if sent.as_ref().is_err_and(|error| !is_not_now(error)) && self.take_reports(log) {
            // The error belonged to an earlier datagram.
            sent = udp::send_to(self.registered.socket(), payload, remote, self.is_v6);
        }
        sent?;
        log.data(at, peer, &payload.head(origin), payload);
        self.peers.has_sent(peer, payload.len());
        Ok(())
    }

    fn refused(
        &mut self,
        peer: PeerId,
        remote: Address,
        length: usize,
        error: &io::Error,
        log: &mut Log,
    ) -> Rejection {
        let failure = Failure::new(Operation::Send, remote, error);
        let unsent = length as u64;
        log.lifecycle(Some(peer), Lifecycle::SendFailed { failure: failure.clone(), unsent });
        match remote.socket_addr() {
            Some(remote) if is_broadcast_refusal(error, remote) && !self.broadcast => {
                Rejection::BroadcastOff(remote)
            }
            _ => failure.into(),
        }
    }

    /// Whether there was no room for a datagram, so that it waits.
    fn is_for_later(&mut self, error: &io::Error) -> bool {
        self.lacks_buffers = is_out_of_buffers(error);
        self.lacks_buffers || is_not_now(error)
    }

    /// Sends what waited for room.
    fn flush(&mut self, log: &mut Log) {
        for line in self.waiting.lines() {
            while let Some(next) = self.waiting.take(line) {
                match self.try_send(next.peer, next.remote, &next.payload, next.origin, log) {
                    Err(error) if self.is_for_later(&error) => {
                        self.waiting.put_back(next);
                        break;
                    }
                    Err(error) => {
                        self.refused(next.peer, next.remote, next.payload.len(), &error, log);
                    }
                    Ok(()) => {}
                }
            }
        }
    }

    /// How much waits before the next datagram to one of these, an empty one included.
    pub(super) fn waiting_weight(&self, targets: &[(PeerId, Address)]) -> u64 {
        self.waiting.weight(targets.iter().map(|(_, remote)| *remote))
    }

    pub(super) fn set_broadcast(&mut self, on: bool) {
        self.broadcast = on;
    }

    /// Becomes a member of a group, or ends the membership.
    pub(super) fn set_member(
        &mut self,
        group: &MulticastGroup,
        member: bool,
        log: &mut Log,
    ) -> Result<(), Failure> {
        let change = if member { udp::join } else { udp::leave };
        let outcome = change(self.registered.socket(), group);
        let (address, interface) = (group.group, group.interface.clone());
        let event = match &outcome {
            Ok(()) if member => Lifecycle::JoinedGroup { group: address, interface },
            Ok(()) => Lifecycle::LeftGroup { group: address, interface },
            Err(failure) => Lifecycle::GroupFailed { failure: failure.clone() },
        };
        log.lifecycle(None, event);
        outcome
    }

    pub(super) fn set_paused(&mut self, paused: bool) -> Result<(), Failure> {
        self.paused = paused;
        self.settle()
    }

    fn settle(&mut self) -> Result<(), Failure> {
        let tells_of_room = !self.is_unix && !self.lacks_buffers;
        let interest = Interest {
            read: !self.paused && self.rests_until.is_none(),
            write: !self.paused && !self.waiting.is_empty() && tells_of_room,
            ..Interest::NONE
        };
        if self.waiting.is_empty() || tells_of_room {
            self.try_again_at = None;
        } else {
            // It is tried at this time whatever happens meanwhile.
            self.try_again_at.get_or_insert_with(|| Instant::now() + TRY_AGAIN_AFTER);
        }
        self.registered
            .set_interest(interest)
            .map_err(|error| Failure::new(Operation::Poll, self.local, error))
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.drops.next_due().into_iter().chain(self.try_again_at).chain(self.rests_until).min()
    }

    /// Records drops that no later datagram has told of, when it is time.
    pub(super) fn run_due(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        if self.try_again_at.take_if(|at| *at <= turn.now).is_some() {
            self.flush(&mut turn.log);
            self.settle()?;
        }
        if self.rests_until.take_if(|until| *until <= turn.now).is_some() && !self.paused {
            self.receive(turn)?;
            self.settle()?;
        }
        if self.drops.is_due(turn.now) {
            self.drops.record(kernel_drops(self.registered.socket()), &mut turn.log);
        }
        Ok(())
    }

    pub(super) fn show_changes(&mut self, peer_updates: &mut PeerUpdates) {
        self.peers.show_changes(peer_updates);
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::Datagrams;
    use crate::engine::worker::datagram_queue::Outgoing;
    use crate::model::address::Address;
    use crate::model::ids::PeerId;
    use crate::model::record::Origin;
    use crate::net::poll::{Interest, Poll, Token};
    use socket2::{Domain, Socket, Type};

    #[test]
    fn what_waits_for_room_is_tried_again_at_its_time_whatever_happens_meanwhile() {
        let (socket, _other) = Socket::pair(Domain::UNIX, Type::DGRAM, None).unwrap();
        let poll = Poll::new().unwrap();
        let registered = poll.register(socket, Token::Link(0), Interest::READ).unwrap();
        let mut datagrams = Datagrams::new(registered, Address::None, None, false).unwrap();
        let payload = b"late".as_slice().into();
        let (peer, remote) = (PeerId::FIRST, Address::None);
        datagrams.waiting.push(Outgoing { peer, remote, payload, origin: Origin::User }).unwrap();
        datagrams.settle().unwrap();
        let due = datagrams.next_due();
        datagrams.settle().unwrap();
        assert!(due.is_some() && datagrams.next_due() == due, "{due:?}");
        datagrams.waiting.take(remote);
        datagrams.waiting.take(remote);
        datagrams.settle().unwrap();
        assert_eq!(datagrams.next_due(), None);
    }
}
