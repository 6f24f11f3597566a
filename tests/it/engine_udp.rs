//! Datagram sessions against std's sockets on loopback.

use crate::engine_support::Bench;
use sockscope::automation::rules::Responder;
use sockscope::engine::command::{Command, Target};
use sockscope::engine::event::{Event, Rejection};
use sockscope::model::config::{MulticastGroup, SessionConfig, UdpConfig};
use sockscope::model::record::{Body, Direction, EndReason, Lifecycle, LossKind, Origin, Record};
use sockscope::model::socket_option::{OptionName, OptionValue, SocketOption};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

fn bound(config: UdpConfig) -> (Bench, SocketAddr) {
    let bench = Bench::open(SessionConfig::Udp(config));
    let address = bench.local();
    (bench, address)
}

fn on_loopback() -> UdpConfig {
    UdpConfig::new(Some("127.0.0.1:0".parse().unwrap()))
}

fn peer() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

fn send(target: Target, payload: &[u8]) -> Command {
    Command::Send { target, content: payload.to_vec().into(), origin: Origin::User }
}

fn data(bench: &Bench, direction: Direction) -> Vec<Record> {
    let mut records = bench.records();
    records.retain(|record| record.data().is_some_and(|data| data.head.direction == direction));
    records
}

#[test]
fn every_datagram_is_a_record_the_empty_and_the_longest_too() {
    let (bench, address) = bound(on_loopback());
    let (first, second) = (peer(), peer());
    let longest = vec![b'x'; 65_507];
    first.send_to(b"", address).unwrap();
    second.send_to(&longest, address).unwrap();
    first.send_to("温度".as_bytes(), address).unwrap();
    bench.wait_status("three datagrams", |status| status.counters.received.records == 3);
    let received = data(&bench, Direction::Received);
    let lengths: Vec<usize> = received.iter().map(|record| record.data().unwrap().bytes.len()).collect();
    assert_eq!(lengths, [0, 65_507, 6]);
    assert_eq!(received[0].peer, received[2].peer);
    assert_ne!(received[0].peer, received[1].peer);
    if cfg!(target_os = "linux") {
        for record in &received {
            let head = record.data().unwrap().head;
            assert!(head.kernel_stamped && !head.truncated);
            assert_eq!(head.local, Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
            assert_eq!(head.interface.unwrap().as_str(), "lo");
        }
    }
}

#[test]
fn any_peer_can_be_answered_and_new_ones_addressed() {
    let (bench, address) = bound(on_loopback());
    let (first, second) = (peer(), peer());
    first.send_to(b"1", address).unwrap();
    bench.wait_status("the first", |status| status.peers_present == 1);
    bench.ask(send(Target::from(second.local_addr().unwrap()), b"to the second"));
    bench.ask(send(Target::All, b"to all"));
    let mut buffer = [0; 64];
    for (socket, wanted) in [(&second, "to the second"), (&second, "to all"), (&first, "to all")] {
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from), (wanted.as_bytes(), address));
    }
}

#[test]
fn an_unbound_session_shows_the_port_that_the_kernel_chose() {
    let remote = peer();
    let to = Some(remote.local_addr().unwrap().into());
    let (bench, address) = bound(UdpConfig { to, ..UdpConfig::new(None) });
    assert_ne!(address.port(), 0);
    bench.ask(send(Target::Configured, b"hi"));
    let (_, from) = remote.recv_from(&mut [0; 8]).unwrap();
    assert_eq!(from.port(), address.port());
}

#[test]
fn echo_answers_each_peer() {
    let (bench, address) = bound(on_loopback());
    bench.ask(Command::SetRules(Box::new(Responder { echo: true, ..Responder::default() }.rules())));
    for text in ["first", "second"] {
        let socket = peer();
        socket.send_to(text.as_bytes(), address).unwrap();
        let mut buffer = [0; 64];
        let length = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], text.as_bytes());
    }
}

#[test]
fn what_does_not_fit_or_is_not_allowed_is_refused_with_the_reason() {
    let (bench, _) = bound(on_loopback());
    let rejected = |command| {
        let ticket = bench.ask(command);
        match bench.answer(ticket) {
            Event::Rejected { why, .. } => why,
            other => panic!("{other:?}"),
        }
    };
    let somewhere = peer().local_addr().unwrap();
    let too_long = rejected(send(Target::from(somewhere), &vec![0; 65_508]));
    assert_eq!(too_long, Rejection::DatagramTooLong { length: 65_508, limit: 65_507 });
    assert_eq!(rejected(send(Target::Configured, b"x")), Rejection::NoRemote);
    let broadcast: SocketAddr = "127.255.255.255:9".parse().unwrap();
    assert_eq!(rejected(send(Target::from(broadcast), b"x")), Rejection::BroadcastOff(broadcast));
    let option = SocketOption { name: OptionName::Broadcast, value: OptionValue::Flag(true) };
    bench.ask(Command::SetOption(option));
    let ticket = bench.ask(send(Target::from(broadcast), b"x"));
    assert_eq!(bench.answer(ticket), Event::Accepted { ticket });
}

#[test]
fn a_broadcast_reaches_who_listens() {
    let (bench, _) = bound(UdpConfig { broadcast: true, ..UdpConfig::new(None) });
    let everywhere = UdpSocket::bind("0.0.0.0:0").unwrap();
    everywhere.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let port = everywhere.local_addr().unwrap().port();
    let broadcast = SocketAddr::from(([127, 255, 255, 255], port));
    bench.ask(send(Target::from(broadcast), "广播".as_bytes()));
    let mut buffer = [0; 64];
    let length = everywhere.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], "广播".as_bytes());
}

#[test]
fn a_multicast_group_is_joined_heard_and_left() {
    let group =
        MulticastGroup { group: "239.255.77.7".parse().unwrap(), interface: Some("127.0.0.1".to_owned()) };
    let config =
        UdpConfig { groups: vec![group.clone()], ..UdpConfig::new(Some("0.0.0.0:0".parse().unwrap())) };
    let (bench, address) = bound(config);
    bench.wait_lifecycle("the membership", |event| matches!(event, Lifecycle::JoinedGroup { .. }));
    let sender = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    sender.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    let to = SocketAddr::new(group.group, address.port());
    sender.send_to(b"to the group", &to.into()).unwrap();
    bench.wait_status("the datagram", |status| status.counters.received.records == 1);
    let received = data(&bench, Direction::Received).remove(0);
    if cfg!(target_os = "linux") {
        assert_eq!(received.data().unwrap().head.local, Some(group.group));
    }
    bench.ask(Command::LeaveGroup(group));
    bench.wait_lifecycle("the end of the membership", |event| matches!(event, Lifecycle::LeftGroup { .. }));
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_where_nobody_listens_is_reported_for_its_peer() {
    let (bench, _) = bound(on_loopback());
    let gone = peer().local_addr().unwrap();
    bench.ask(send(Target::from(gone), b"anybody?"));
    let record = bench.wait_lifecycle("the report", |event| {
        matches!(event, Lifecycle::PeerUnreachable { reason: EndReason::Refused, .. })
    });
    let Body::Lifecycle(Lifecycle::PeerUnreachable { remote, error, .. }) = &record.body else {
        unreachable!()
    };
    assert_eq!((*remote, error.name.as_str()), (gone.into(), "ECONNREFUSED"));
    assert!(record.peer.is_some());
    let alive = peer();
    bench.ask(send(Target::from(alive.local_addr().unwrap()), b"you?"));
    alive.recv_from(&mut [0; 8]).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn received_and_dropped_together_are_what_was_sent() {
    const SENT: u64 = 20_000;
    let option = SocketOption { name: OptionName::ReceiveBuffer, value: OptionValue::Number(4096) };
    let (bench, address) = bound(UdpConfig { options: vec![option], ..on_loopback() });
    let flood = peer();
    for _ in 0..SENT {
        flood.send_to(&[b'x'; 1000], address).unwrap();
    }
    let status = bench.wait_status("all accounted for", |status| {
        status.counters.received.records + status.counters.kernel_drops == SENT
    });
    let recorded: u64 = bench
        .records()
        .iter()
        .filter_map(|record| match record.body {
            Body::Loss(loss) if loss.what == LossKind::UdpKernelDrop => Some(loss.count),
            _ => None,
        })
        .sum();
    assert_eq!(recorded, status.counters.kernel_drops);
    assert!(recorded > 0, "the buffer of 4 KiB was meant to overflow");
}
