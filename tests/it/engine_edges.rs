//! What once went wrong at the edges of a session, each named after the fault.

use crate::engine_support::{Bench, with_frames};
use socket2::{Domain, SockRef, Socket, Type};
use sockscope::automation::rules::Responder;
use sockscope::codec::websocket::messages_said;
use sockscope::engine::command::{CloseKind, Command, Content, Pace, SendSource, Target};
use sockscope::engine::event::Event;
use sockscope::model::config::{Reconnect, SessionConfig, TcpClientConfig, TcpServerConfig, UdpConfig};
use sockscope::model::endpoint::HostPort;
use sockscope::model::ids::{JobId, PeerId};
use sockscope::model::record::{Body, Direction, Lifecycle, Origin, Record};
use sockscope::model::socket_option::{OptionName, OptionValue, SocketOption};
use sockscope::model::status::SessionState;
use sockscope::model::websocket::MessageForm;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(300);

fn server_with(options: Vec<SocketOption>) -> (Bench, SocketAddr) {
    let local: HostPort = "127.0.0.1:0".parse().unwrap();
    let bench =
        Bench::open(SessionConfig::TcpServer(TcpServerConfig { options, ..TcpServerConfig::new(local) }));
    let address = bench.local();
    (bench, address)
}

fn udp(bind: &str) -> Bench {
    Bench::open(SessionConfig::Udp(UdpConfig::new(Some(bind.parse().unwrap()))))
}

fn send(target: Target, payload: &[u8]) -> Command {
    Command::Send { target, content: payload.to_vec().into(), origin: Origin::User }
}

fn number(name: OptionName, number: u64) -> SocketOption {
    SocketOption { name, value: OptionValue::Number(number) }
}

fn received(record: &Record) -> Option<&[u8]> {
    record.data().filter(|data| data.head.direction == Direction::Received).map(|data| data.bytes.as_slice())
}

/// A client with a small send buffer, so that what it has written has nearly all arrived.
fn client_with_small_buffer(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_send_buffer_size(8192).unwrap();
    socket.set_recv_buffer_size(8192).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.into()
}

/// Writes until nothing is taken for a while; says how much was.
fn write_until_stalled(peer: &mut TcpStream) -> usize {
    peer.set_nonblocking(true).unwrap();
    let (mut total, mut last) = (0, Instant::now());
    while last.elapsed() < SHORT {
        match peer.write(&[b'x'; 4096]) {
            Ok(count) => (total, last) = (total + count, Instant::now()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
    total
}

#[test]
fn what_a_peer_sent_before_it_reset_is_read_though_writing_to_it_fails() {
    let (bench, address) = server_with(vec![number(OptionName::SendBuffer, 8192)]);
    bench.ask(Command::SetRules(Box::new(Responder { echo: true, ..Responder::default() }.rules())));
    let mut peer = client_with_small_buffer(address);
    let written = write_until_stalled(&mut peer);
    SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
    drop(peer);
    bench.wait_lifecycle("the end", |event| matches!(event, Lifecycle::PeerLeft { .. }));
    let read = bench.records().iter().filter_map(received).map(<[u8]>::len).sum::<usize>();
    assert!(read + (64 << 10) >= written, "{read} of {written} bytes were read");
}

#[test]
fn sending_after_our_half_close_is_refused_and_leaves_the_peer_connected() {
    let (bench, address) = server_with(Vec::new());
    let mut peer = TcpStream::connect(address).unwrap();
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(Command::ShutDownWrite(Target::All));
    bench.ask(Command::ShutDownWrite(Target::All));
    let answer = bench.answer(bench.ask(send(Target::All, b"too late")));
    assert!(matches!(answer, Event::Rejected { .. }), "{answer:?}");
    peer.write_all(b"still here").unwrap();
    bench.wait_record("what came after", |record| received(record) == Some(b"still here"));
    let shut = |record: &&Record| matches!(record.body, Body::Lifecycle(Lifecycle::WriteShut { .. }));
    assert_eq!(bench.records().iter().filter(shut).count(), 1);
}

#[test]
fn an_urgent_byte_is_received_like_any_other() {
    let (bench, address) = server_with(Vec::new());
    let mut peer = TcpStream::connect(address).unwrap();
    peer.write_all(b"ab").unwrap();
    SockRef::from(&peer).send_out_of_band(b"!").unwrap();
    peer.write_all(b"cd").unwrap();
    drop(peer);
    bench.wait_lifecycle("FIN", |event| matches!(event, Lifecycle::PeerLeft { .. }));
    let all: Vec<u8> = bench.records().iter().filter_map(received).flatten().copied().collect();
    assert_eq!(all, b"ab!cd");
}

#[test]
fn closing_a_peer_does_not_wait_for_as_long_as_the_linger_option_says() {
    let (bench, address) = server_with(vec![number(OptionName::Linger, 15)]);
    let _peer = client_with_small_buffer(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(send(Target::All, &vec![0; 8 << 20]));
    let begun = Instant::now();
    bench.answer(bench.ask(Command::ClosePeers { target: Target::All, how: CloseKind::Fin }));
    bench.answer(bench.ask(Command::AddNote("at once".to_owned())));
    assert!(begun.elapsed() < Duration::from_secs(10), "closing took {:?}", begun.elapsed());
}

#[test]
fn an_option_is_set_on_the_listener_and_on_every_client() {
    let (bench, address) = server_with(Vec::new());
    let clients = [TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap()];
    bench.wait_status("both clients", |status| status.peers_present == clients.len());
    let option = SocketOption { name: OptionName::NoDelay, value: OptionValue::Flag(false) };
    let ticket = bench.ask(Command::SetOption(option));
    assert_eq!(bench.answer(ticket), Event::Accepted { ticket });
    let is_set = |record: &Record| matches!(record.body, Body::Lifecycle(Lifecycle::OptionSet { .. }));
    let records = bench.records();
    let on: Vec<_> = records.iter().filter(|record| is_set(record)).map(|record| record.peer).collect();
    assert_eq!(on, [None, PeerId::new(1), PeerId::new(2)]);
}

#[test]
fn a_client_without_delays_or_with_endless_ones_neither_floods_the_journal_nor_panics() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for delay in [Duration::ZERO, Duration::MAX] {
        let rule = Reconnect { first_delay: delay, longest_delay: delay };
        let bench = Bench::open(SessionConfig::TcpClient(TcpClientConfig {
            connect_timeout: Duration::MAX,
            reconnect: Some(rule),
            ..TcpClientConfig::new(HostPort::from(unused))
        }));
        let begun = Instant::now();
        bench.wait_status("a failed attempt", |status| {
            matches!(status.state, SessionState::WaitingToReconnect { .. })
        });
        bench.wait_status("some time", |_| begun.elapsed() > SHORT);
        bench.answer(bench.ask(Command::Close));
        let attempts = bench
            .records()
            .iter()
            .filter(|record| matches!(record.body, Body::Lifecycle(Lifecycle::Connecting { .. })))
            .count();
        let most = begun.elapsed().as_millis() / 10 + 2;
        assert!(attempts as u128 <= most, "{attempts} attempts in {:?}", begun.elapsed());
    }
}

#[test]
fn peers_of_a_closed_datagram_socket_are_not_shown_as_open() {
    let bench = udp("127.0.0.1:0");
    let local = bench.local();
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"hello", local).unwrap();
    bench.wait_status("the datagram", |status| status.counters.received.records == 1);
    bench.ask(Command::Close);
    bench.wait_status("the end", |status| status.state == SessionState::Closed);
    let shown = bench.session.shared().peer(PeerId::FIRST).unwrap();
    assert!(!shown.state.is_present(), "{shown:?}");
}

#[test]
fn a_socket_bound_to_a_mapped_address_sends_to_ipv4() {
    let bench = udp("[::ffff:127.0.0.1]:0");
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let target = Target::from(peer.local_addr().unwrap());
    let answer = bench.answer(bench.ask(send(target, b"hi")));
    assert!(matches!(answer, Event::Accepted { .. }), "{answer:?}");
    let mut got = [0; 8];
    assert_eq!(peer.recv(&mut got).unwrap(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn an_ipv4_peer_of_a_dual_stack_socket_is_reported_unreachable() {
    let bench = udp("[::]:0");
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench.ask(send(Target::from(nobody), b"anyone?"));
    let found = bench.wait_lifecycle(
        "the report",
        |event| matches!(event, Lifecycle::PeerUnreachable { remote, .. } if remote.socket_addr() == Some(nobody)),
    );
    assert_eq!(found.peer, Some(PeerId::FIRST));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_does_not_block_the_session() {
    let (bench, address) = server_with(Vec::new());
    let mut peer = TcpStream::connect(address).unwrap();
    bench.wait_status("the peer", |status| status.peers_present == 1);
    let path = bench.journal().with_extension("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let answer = bench.answer(bench.ask(Command::SendLong {
        job: JobId(1),
        target: Target::All,
        source: SendSource::File(path),
        pace: Pace::default(),
    }));
    assert!(matches!(answer, Event::Rejected { .. }), "{answer:?}");
    bench.ask(send(Target::All, b"on"));
    peer.read_exact(&mut [0; 2]).unwrap();
}

#[test]
fn a_long_text_in_frames_stays_one_message_whatever_is_sent_meanwhile_and_ends_when_it_is_stopped() {
    let (server, client) = with_frames();
    let text = |text: &str| Command::Send {
        target: Target::All,
        content: Content::Bytes { bytes: text.into(), form: MessageForm::Text },
        origin: Origin::User,
    };
    let long = |pieces: usize| Command::SendLong {
        job: JobId(1),
        target: Target::All,
        source: SendSource::Bytes(vec![b'x'; 10 * pieces].into()),
        pace: Pace {
            piece_bytes: NonZeroUsize::new(10),
            pause: Duration::from_millis(10),
            bytes_per_second: None,
        },
    };
    let came = || client.session.shared().status().counters.received.bytes;
    for (pieces, meanwhile) in [(30, "meanwhile"), (100_000, "after")] {
        let before = came();
        server.ask(long(pieces));
        client.wait_status("a part", |status| status.counters.received.bytes > before);
        if meanwhile == "after" {
            server.ask(Command::StopSending { job: JobId(1) });
        }
        server.ask(text(meanwhile));
        client.wait_record(meanwhile, |record| {
            record.data().is_some_and(|data| data.bytes.ends_with(meanwhile.as_bytes()))
        });
    }
    let frames: Vec<u8> =
        client.records().iter().filter_map(|record| received(record).map(<[u8]>::to_vec)).flatten().collect();
    let said: Vec<String> = messages_said(&frames)
        .unwrap()
        .into_iter()
        .map(|(_, said)| String::from_utf8(said).unwrap())
        .collect();
    let [whole, meanwhile, begun, after] = &said[..] else { panic!("{said:?}") };
    assert_eq!((&**whole, &**meanwhile, &**after), (&*"x".repeat(300), "meanwhile", "after"));
    assert!((10..1_000_000).contains(&begun.len()), "{}", begun.len());
    assert_eq!(server.session.shared().status().peers_present, 1);
}
