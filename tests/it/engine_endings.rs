//! How connections and sessions end: nothing that had arrived is lost, and each side is told the truth.

use crate::engine_support::Bench;
use sockscope::automation::rules::{Reply, Responder};
use sockscope::engine::command::{CloseKind, Command, Pace, SendSource, Target};
use sockscope::engine::event::{Event, Rejection};
use sockscope::model::config::{SessionConfig, TcpServerConfig, UdpConfig};
use sockscope::model::framing::Framing;
use sockscope::model::ids::{JobId, PeerId};
use sockscope::model::record::{Body, EndReason, Lifecycle, Loss, LossKind, Origin, Record};
use sockscope::model::socket_option::{OptionName, OptionValue, SocketOption};
use sockscope::model::status::{PeerState, SessionState};
use sockscope::model::websocket::WebSocketServerSettings;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// What happens between the last bytes and the end is a matter of microseconds, so it is tried often.
const ROUNDS: usize = 20;

fn listen(change: impl FnOnce(&mut TcpServerConfig)) -> (Bench, SocketAddr) {
    let mut config = TcpServerConfig::new("127.0.0.1:0".parse().unwrap());
    change(&mut config);
    let bench = Bench::open(SessionConfig::TcpServer(config));
    let address = bench.local();
    (bench, address)
}

fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn send(payload: &[u8]) -> Command {
    Command::Send { target: Target::All, content: payload.to_vec().into(), origin: Origin::User }
}

fn has_left(event: &Lifecycle) -> bool {
    matches!(event, Lifecycle::PeerLeft { .. })
}

fn left_because(bench: &Bench) -> EndReason {
    match bench.wait_lifecycle("the end of the peer", has_left).body {
        Body::Lifecycle(Lifecycle::PeerLeft { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_had_arrived_is_recorded_when_we_close_or_disconnect_and_the_peer_sees_an_orderly_end() {
    let kick = Command::ClosePeers { target: Target::All, how: CloseKind::Fin };
    for (round, command) in [Command::Close, kick].into_iter().cycle().take(2 * ROUNDS).enumerate() {
        let (bench, address) = listen(|_| {});
        let mut peer = client(address);
        bench.wait_status("the peer", |status| status.peers_present == 1);
        for _ in 0..200 {
            peer.write_all(b"0123456789").unwrap();
        }
        bench.ask(command);
        let mut got = Vec::new();
        let end = peer.read_to_end(&mut got);
        assert!(end.is_ok(), "round {round}: {end:?}");
        // Levels are shown just after the records that they count.
        let status = bench.wait_status("the end", |status| status.peers_present == 0);
        assert_eq!(status.counters.received.bytes, 2000, "round {round}");
    }
}

#[test]
fn a_websocket_peer_that_is_disconnected_is_heard_when_it_answers_the_goodbye() {
    let (bench, address) = listen(|config| config.websocket = Some(WebSocketServerSettings::default()));
    let mut peer = client(address);
    let request = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    peer.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        peer.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    bench.ask(Command::ClosePeers { target: Target::All, how: CloseKind::Fin });
    let mut goodbye = [0; 4];
    peer.read_exact(&mut goodbye).unwrap();
    assert_eq!(goodbye, *b"\x88\x02\x03\xE8");
    // Masked with zeros.
    let answer = b"\x88\x82\0\0\0\0\x03\xE8";
    peer.write_all(answer).unwrap();
    assert_eq!(peer.read(&mut goodbye).unwrap(), 0);
    drop(peer);
    assert_eq!(left_because(&bench), EndReason::Kicked);
    let is_answer = |record: &Record| record.data().is_some_and(|data| data.bytes == answer);
    assert!(bench.records().iter().any(is_answer));
}

#[test]
fn clients_that_were_not_taken_in_yet_are_not_reset_when_the_listener_goes() {
    for (round, command) in
        [Command::Close, Command::StopListening].into_iter().cycle().take(2 * ROUNDS).enumerate()
    {
        let (bench, address) = listen(|_| {});
        let mut peers: Vec<TcpStream> = (0..5).map(|_| client(address)).collect();
        for peer in &mut peers {
            peer.write_all(b"here").unwrap();
        }
        bench.ask(command);
        bench.ask(Command::Close);
        for peer in &mut peers {
            let end = peer.read_to_end(&mut Vec::new());
            assert!(end.is_ok(), "round {round}: {end:?}");
        }
        let status = bench.wait_status("the end", |status| status.state == SessionState::Closed);
        assert_eq!(status.counters.received.bytes, 20, "round {round}");
    }
}

#[test]
fn datagrams_that_had_arrived_are_recorded_when_the_socket_is_closed() {
    for round in 0..ROUNDS {
        let config = UdpConfig::new(Some("127.0.0.1:0".parse().unwrap()));
        let bench = Bench::open(SessionConfig::Udp(config));
        let address = bench.local();
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        for number in 0..300_u32 {
            peer.send_to(&number.to_be_bytes(), address).unwrap();
        }
        bench.ask(Command::Close);
        let status = bench.wait_status("the end", |status| status.state == SessionState::Closed);
        let counters = status.counters;
        assert_eq!(counters.received.records + counters.kernel_drops, 300, "round {round}");
    }
}

#[test]
fn a_peer_that_sends_no_more_can_be_kept_and_still_be_sent_to() {
    let (bench, address) = listen(|config| config.keep_half_closed = true);
    let mut peer = client(address);
    peer.write_all(b"question").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    bench.wait_lifecycle("FIN", |event| matches!(event, Lifecycle::PeerFinished { .. }));
    bench.wait_status("the kept peer", |status| {
        let shown = bench.session.shared().peer(PeerId::FIRST);
        status.peers_present == 1 && shown.is_some_and(|peer| peer.state == PeerState::PeerFinished)
    });
    for text in ["an ", "answer"] {
        bench.ask(send(text.as_bytes()));
    }
    bench.ask(Command::ShutDownWrite(Target::All));
    let mut got = String::new();
    peer.read_to_string(&mut got).unwrap();
    assert_eq!(got, "an answer");
    assert_eq!(left_because(&bench), EndReason::Fin);
}

#[test]
fn a_kept_peer_leaves_when_both_sides_have_finished() {
    let (bench, address) = listen(|config| config.keep_half_closed = true);
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(Command::ShutDownWrite(Target::All));
    peer.read_to_end(&mut Vec::new()).unwrap();
    drop(peer);
    assert_eq!(left_because(&bench), EndReason::Fin);
}

#[cfg(target_os = "linux")]
#[test]
fn a_kept_peer_that_goes_altogether_is_noticed_without_sending() {
    let (bench, address) = listen(|config| config.keep_half_closed = true);
    let peer = client(address);
    peer.shutdown(Shutdown::Write).unwrap();
    bench.wait_lifecycle("FIN", |event| matches!(event, Lifecycle::PeerFinished { .. }));
    socket2::SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
    drop(peer);
    assert!(matches!(left_because(&bench), EndReason::BrokenPipe | EndReason::Reset));
}

#[test]
fn a_message_that_silence_would_have_ended_is_answered_when_the_peer_finishes_first() {
    let (bench, address) = listen(|_| {});
    let replies = vec![Reply { pattern: b"PING".to_vec(), payload: b"PONG".to_vec() }];
    let framing = Framing::IdleGap { millis: 60_000 };
    bench.ask(Command::SetRules(Box::new(Responder { replies, framing, ..Responder::default() }.rules())));
    let mut peer = client(address);
    peer.write_all(b"PING").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    let mut got = String::new();
    peer.read_to_string(&mut got).unwrap();
    assert_eq!(got, "PONG");
    assert_eq!(left_because(&bench), EndReason::Fin);
}

#[test]
fn replies_beyond_the_limit_are_held_back_and_counted() {
    let (bench, address) = listen(|_| {});
    let replies = vec![Reply { pattern: b"PING".to_vec(), payload: b"PONG".to_vec() }];
    let responder =
        Responder { replies, framing: Framing::Fixed(4), replies_per_second: 3, ..Responder::default() };
    bench.ask(Command::SetRules(Box::new(responder.rules())));
    let mut peer = client(address);
    peer.write_all(&b"PING".repeat(10)).unwrap();
    let mut got = [0; 12];
    peer.read_exact(&mut got).unwrap();
    let told = Body::Loss(Loss { what: LossKind::HeldBackReplies, count: 7 });
    bench.wait_record("what was held back", |record| record.body == told);
}

#[test]
fn a_closed_session_shows_no_options() {
    let option = SocketOption { name: OptionName::NoDelay, value: OptionValue::Flag(true) };
    let (bench, _) = listen(|config| config.options = vec![option]);
    bench.wait_status("the option", |status| !status.options.is_empty());
    bench.ask(Command::Close);
    bench
        .wait_status("no option", |status| status.state == SessionState::Closed && status.options.is_empty());
}

#[test]
fn a_recipient_that_leaves_does_not_stop_a_file_for_the_others() {
    let (bench, address) = listen(|_| {});
    let file = vec![b'f'; 20 << 20];
    let path = bench.journal().with_file_name("file");
    std::fs::write(&path, &file).unwrap();
    let (leaving, mut staying) = (client(address), client(address));
    bench.wait_status("both", |status| status.peers_present == 2);
    bench.ask(Command::SendLong {
        job: JobId(1),
        target: Target::All,
        source: SendSource::File(path),
        pace: Pace::default(),
    });
    bench.wait_status("the beginning", |status| status.counters.sent.bytes > 0);
    drop(leaving);
    let mut got = vec![0; file.len()];
    staying.read_exact(&mut got).unwrap();
    let told = bench.wait_event("the end of the file", |event| matches!(event, Event::SendFinished { .. }));
    assert!(
        matches!(told, Event::SendFinished { outcome: Err(Rejection::SomeLeft { left: 1, of: 2 }), .. }),
        "{told:?}"
    );
}
