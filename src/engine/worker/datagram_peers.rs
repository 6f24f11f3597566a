//! Who has sent datagrams to a session or was sent some: numbers, counters, and a bound on how many are known.

use crate::engine::worker::log::Log;
use crate::engine::worker::peer_updates::PeerUpdates;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::peer_process::PeerProcess;
use crate::model::record::{EndReason, Lifecycle};
use crate::model::status::{PeerState, PeerStatus};
use crate::util::clock::{self, Stamp};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// So many addresses are known at once; then those that were seen first are forgotten and get a new number when
/// they come back.
const KNOWN_PEERS: usize = 65_536;

/// The peers of one datagram socket, each known by its address.
#[derive(Default)]
pub(super) struct DatagramPeers {
    by_address: HashMap<Address, PeerId>,
    status: HashMap<PeerId, PeerStatus>,
    last: Option<(Address, PeerId)>,
    last_sender: Option<(Address, PeerId)>,
    changed: Vec<PeerId>,
    /// The broadcast addresses of this machine's networks, which their masks tell.
    directed: Vec<Ipv4Addr>,
}

impl DatagramPeers {
    /// None yet, on a machine whose networks have these broadcast addresses.
    pub(super) fn new(directed: Vec<Ipv4Addr>) -> DatagramPeers {
        DatagramPeers { directed, ..DatagramPeers::default() }
    }

    /// How many addresses are known.
    pub(super) fn known(&self) -> usize {
        self.by_address.len()
    }

    /// The peer that was met last.
    pub(super) fn last(&self) -> Option<(PeerId, Address)> {
        self.last.map(|(remote, id)| (id, remote))
    }

    /// The peer from which something came last.
    pub(super) fn last_sender(&self) -> Option<(PeerId, Address)> {
        self.last_sender.map(|(remote, id)| (id, remote))
    }

    /// The peer with this address, if it is known.
    pub(super) fn at(&self, remote: Address) -> Option<PeerId> {
        self.by_address.get(&remote).copied()
    }

    /// The address of a peer that is known.
    pub(super) fn address(&self, id: PeerId) -> Option<Address> {
        self.status.get(&id).map(|peer| peer.remote)
    }

    /// Every known peer with its address. An address that stands for several hosts, to which something was sent, is
    /// one of them only where there is no other: its hosts would get everything twice, and others what was not for
    /// them.
    pub(super) fn all(&self) -> impl Iterator<Item = (PeerId, Address)> {
        let has_hosts = self.by_address.keys().any(|remote| !self.stands_for_several(*remote));
        let peers = self.status.values().map(|peer| (peer.id, peer.remote));
        peers.filter(move |(_, remote)| !has_hosts || !self.stands_for_several(*remote))
    }

    /// Whether this is known to be the address of more than one host. What a network that is not ours uses for
    /// broadcasting nobody here can tell.
    fn stands_for_several(&self, address: Address) -> bool {
        let is_broadcast = |address: IpAddr| match address {
            IpAddr::V4(address) => address.is_broadcast() || self.directed.contains(&address),
            IpAddr::V6(_) => false,
        };
        address.ip().is_some_and(|address| is_broadcast(address) || address.is_multicast())
    }

    /// The number of the peer with this address; a new one is introduced to the journal.
    pub(super) fn meet(&mut self, remote: Address, local: Address, log: &mut Log) -> PeerId {
        self.meet_or_introduce(remote, local, || None, log)
    }

    /// The same for the sender of a datagram; `process` tells who that is, where it is new.
    pub(super) fn meet_sender(
        &mut self,
        remote: Address,
        local: Address,
        process: impl FnOnce() -> Option<Box<PeerProcess>>,
        log: &mut Log,
    ) -> PeerId {
        let id = self.meet_or_introduce(remote, local, process, log);
        self.last_sender = Some((remote, id));
        id
    }

    fn meet_or_introduce(
        &mut self,
        remote: Address,
        local: Address,
        process: impl FnOnce() -> Option<Box<PeerProcess>>,
        log: &mut Log,
    ) -> PeerId {
        if let Some((last, id)) = self.last
            && last == remote
        {
            return id;
        }
        let id = match self.by_address.get(&remote) {
            Some(id) => *id,
            None => self.introduce(remote, local, process(), log),
        };
        self.last = Some((remote, id));
        id
    }

    fn introduce(
        &mut self,
        remote: Address,
        local: Address,
        process: Option<Box<PeerProcess>>,
        log: &mut Log,
    ) -> PeerId {
        if self.by_address.len() >= KNOWN_PEERS {
            self.forget_older_half(log);
        }
        let id = log.new_peer();
        let known = process.clone().map(Arc::from);
        log.lifecycle(
            Some(id),
            Lifecycle::PeerJoined { local, remote, message_oriented: Some(true), process },
        );
        self.by_address.insert(remote, id);
        let status = PeerStatus::joined(id, local, remote, clock::now().wall_ns);
        self.status.insert(id, PeerStatus { process: known, ..status });
        self.changed.push(id);
        id
    }

    fn forget_older_half(&mut self, log: &mut Log) {
        let mut ids: Vec<PeerId> = self.by_address.values().copied().collect();
        ids.sort_unstable();
        let middle = ids[ids.len() / 2];
        self.by_address.retain(|_, id| *id >= middle);
        self.last_sender.take_if(|(_, id)| *id < middle);
        log.forget_peers_before(middle);
        for id in ids.into_iter().filter(|id| *id < middle) {
            if let Some(peer) = self.status.get_mut(&id) {
                peer.state = PeerState::Left(EndReason::Local);
                self.changed.push(id);
            }
        }
    }

    pub(super) fn has_received(&mut self, id: PeerId, bytes: usize, at: Stamp) {
        if let Some(peer) = self.status.get_mut(&id) {
            peer.received.add(bytes);
            peer.changed_wall_ns = at.wall_ns;
            if self.changed.last() != Some(&id) {
                self.changed.push(id);
            }
        }
    }

    pub(super) fn has_sent(&mut self, id: PeerId, bytes: usize) {
        if let Some(peer) = self.status.get_mut(&id) {
            peer.sent.add(bytes);
            if self.changed.last() != Some(&id) {
                self.changed.push(id);
            }
        }
    }

    /// All peers are gone, because the socket is.
    pub(super) fn end(mut self, log: &mut Log, peer_updates: &mut PeerUpdates) {
        if let Some(newest) = self.status.keys().max() {
            log.forget_peers_before(newest.next());
        }
        let now = clock::now().wall_ns;
        for peer in self.status.values_mut().filter(|peer| peer.state.is_present()) {
            peer.state = PeerState::Left(EndReason::Local);
            peer.changed_wall_ns = now;
        }
        self.changed = self.status.keys().copied().collect();
        self.show_changes(peer_updates);
    }

    pub(super) fn show_changes(&mut self, peer_updates: &mut PeerUpdates) {
        self.changed.sort_unstable();
        self.changed.dedup();
        for id in self.changed.drain(..) {
            let Some(peer) = self.status.get(&id) else { continue };
            peer_updates.show(peer.clone());
            if !peer.state.is_present() {
                self.status.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DatagramPeers, KNOWN_PEERS};
    use crate::engine::sync::Syncer;
    use crate::engine::worker::log::{Log, Published};
    use crate::engine::worker::peer_updates::PeerUpdates;
    use crate::journal::{JournalInfo, JournalReader, JournalWriter};
    use crate::model::ids::{PeerId, RecordId};
    use crate::model::record::DataHead;
    use crate::util::clock;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Instant;

    #[test]
    fn all_means_hosts_where_there_are_any() {
        let folder = tempfile::tempdir().unwrap();
        let journal = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let mut log = Log::new(journal, Arc::new(Syncer::start().unwrap()));
        let mut peers = DatagramPeers::new(vec![[10, 0, 0, 255].into()]);
        let local = SocketAddr::from(([0, 0, 0, 0], 9)).into();
        for (met, all) in [
            ("255.255.255.255:9", &["255.255.255.255:9"][..]),
            ("239.1.2.3:9", &["239.1.2.3:9", "255.255.255.255:9"]),
            ("[ff02::1]:9", &["239.1.2.3:9", "255.255.255.255:9", "[ff02::1]:9"]),
            ("10.0.0.255:9", &["10.0.0.255:9", "239.1.2.3:9", "255.255.255.255:9", "[ff02::1]:9"]),
            ("10.0.0.7:9", &["10.0.0.7:9"]),
            ("[::1]:9", &["10.0.0.7:9", "[::1]:9"]),
        ] {
            peers.meet(met.parse().unwrap(), local, &mut log);
            let mut found: Vec<_> = peers.all().map(|(_, remote)| remote.to_string()).collect();
            found.sort_unstable();
            assert_eq!(found, all);
        }
    }

    #[test]
    fn peers_that_are_forgotten_leave_nothing_behind_in_the_journals_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let journal = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let mut log = Log::new(journal, Arc::new(Syncer::start().unwrap()));
        let mut peers = DatagramPeers::default();
        let meet = |number: usize, peers: &mut DatagramPeers, log: &mut Log| {
            let [.., high, middle, low] = number.to_be_bytes();
            let remote = SocketAddr::from(([127, high, middle, low], 9)).into();
            peers.meet(remote, SocketAddr::from(([127, 0, 0, 1], 9)).into(), log)
        };
        let reader = JournalReader::open(&path).unwrap();
        // The writer remembers a peer if its next record knows the one before it.
        let is_remembered = |id: PeerId, log: &mut Log| {
            log.data(clock::now(), id, &DataHead::received(), b"data");
            assert_eq!(log.publish(Instant::now()), Published::More);
            let records = reader.refresh().unwrap().records;
            reader.previous_in_stream(RecordId(records - 1)).unwrap().is_some()
        };
        let ids = (0..KNOWN_PEERS).map(|number| meet(number, &mut peers, &mut log)).collect::<Vec<_>>();
        let (older, newer) = (ids[0], ids[KNOWN_PEERS - 1]);
        for (id, before) in [(older, false), (newer, false), (older, true), (newer, true)] {
            assert_eq!(is_remembered(id, &mut log), before, "{id}");
        }
        meet(KNOWN_PEERS, &mut peers, &mut log);
        assert!(!is_remembered(older, &mut log));
        assert!(is_remembered(newer, &mut log));
        peers.end(&mut log, &mut PeerUpdates::default());
        assert!(!is_remembered(newer, &mut log));
    }
}
