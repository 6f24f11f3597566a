//! TCP sessions against std's sockets on loopback.

use crate::engine_support::{Bench, DEADLINE};
use crate::support::accept;
use crossbeam_channel::bounded;
use sockscope::automation::rules::{Reply, Responder};
use sockscope::engine::command::{CloseKind, Command, Pace, SendSource, Target};
use sockscope::engine::event::{Event, Rejection};
use sockscope::engine::shared::Status;
use sockscope::model::config::{Reconnect, SessionConfig, TcpClientConfig, TcpServerConfig};
use sockscope::model::endpoint::HostPort;
use sockscope::model::framing::Framing;
use sockscope::model::ids::{JobId, PeerId};
use sockscope::model::record::{Body, Direction, EndReason, Lifecycle, Loss, LossKind, Origin, Record};
use sockscope::model::socket_option::{OptionName, OptionValue};
use sockscope::model::status::SessionState;
use sockscope::model::tls::TlsClientSettings;
use sockscope::util::thread::NamedThread;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::time::Duration;

fn listen() -> (Bench, SocketAddr) {
    let local: HostPort = "127.0.0.1:0".parse().unwrap();
    let bench = Bench::open(SessionConfig::TcpServer(TcpServerConfig::new(local)));
    let address = bench.local();
    (bench, address)
}

fn connect_to(address: SocketAddr) -> TcpClientConfig {
    TcpClientConfig::new(HostPort::from(address))
}

fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn send(target: Target, payload: &[u8]) -> Command {
    Command::Send { target, content: payload.to_vec().into(), origin: Origin::User }
}

fn bytes(records: &[Record], direction: Direction) -> Vec<u8> {
    records
        .iter()
        .filter_map(Record::data)
        .filter(|data| data.head.direction == direction)
        .flat_map(|data| data.bytes.iter().copied())
        .collect()
}

fn left(reason: EndReason) -> impl Fn(&Lifecycle) -> bool {
    move |event| matches!(event, Lifecycle::PeerLeft { reason: found, .. } if *found == reason)
}

#[test]
fn a_server_hears_and_answers_one_several_and_all() {
    let (bench, address) = listen();
    let mut peers: Vec<TcpStream> = (0..3).map(|_| client(address)).collect();
    let joined = bench.wait_status("three peers", |status| status.peers_present == 3);
    assert_eq!(joined.counters.peers_seen, 3);
    peers[1].write_all("你好".as_bytes()).unwrap();
    bench.wait_record("the greeting", |record| {
        record.data().is_some_and(|data| data.bytes == "你好".as_bytes())
    });
    let first = bench.session.shared().peers_page(0, 1).0[0].id;
    let others = bench.session.shared().peers_page(1, 2).0.iter().map(|peer| peer.id).collect();
    bench.ask(send(Target::All, b"all "));
    bench.ask(send(Target::Peers(vec![first]), b"one "));
    bench.ask(send(Target::Peers(others), b"two "));
    bench.ask(send(Target::Last, b"last"));
    for (peer, wanted) in peers.iter_mut().zip(["all one ", "all two last", "all two "]) {
        let mut got = vec![0; wanted.len()];
        peer.read_exact(&mut got).unwrap();
        assert_eq!(String::from_utf8(got).unwrap(), wanted);
    }
}

#[test]
fn the_ways_in_which_a_peer_ends_are_told_apart() {
    let (bench, address) = listen();
    drop(client(address));
    bench.wait_lifecycle("FIN", left(EndReason::Fin));
    let resetting = client(address);
    socket2::SockRef::from(&resetting).set_linger(Some(Duration::ZERO)).unwrap();
    drop(resetting);
    let reset = bench.wait_lifecycle("RST", left(EndReason::Reset));
    let Body::Lifecycle(Lifecycle::PeerLeft { error: Some(error), .. }) = reset.body else {
        panic!("{reset:?}")
    };
    assert!(error.code != 0 && !error.name.is_empty(), "{error:?}");
    for (how, seen_by_peer) in [(CloseKind::Fin, Ok(0)), (CloseKind::Reset, Err(ErrorKind::ConnectionReset))]
    {
        let mut kicked = client(address);
        bench.wait_status("the peer", |status| status.peers_present == 1);
        bench.ask(Command::ClosePeers { target: Target::All, how });
        assert_eq!(kicked.read(&mut [0; 8]).map_err(|error| error.kind()), seen_by_peer);
        bench.wait_status("nobody", |status| status.peers_present == 0);
    }
    bench.wait_lifecycle("the kick", left(EndReason::Kicked));
}

#[test]
fn a_half_closed_peer_is_still_heard() {
    let (bench, address) = listen();
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(send(Target::All, b"bye"));
    bench.ask(Command::ShutDownWrite(Target::All));
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    assert_eq!(got, b"bye");
    peer.write_all(b"still here").unwrap();
    bench.wait_record("what came after", |record| {
        record.data().is_some_and(|data| data.bytes == b"still here")
    });
    drop(peer);
    bench.wait_lifecycle("FIN", left(EndReason::Fin));
}

#[test]
fn the_listener_can_stop_while_clients_stay() {
    let (bench, address) = listen();
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(Command::StopListening);
    bench.wait_status("draining", |status| status.state == SessionState::Draining);
    assert!(TcpStream::connect(address).is_err());
    bench.ask(send(Target::All, b"you stay"));
    peer.read_exact(&mut [0; 8]).unwrap();
    drop(peer);
    bench.wait_status("closed", |status| status.state == SessionState::Closed);
}

#[test]
fn a_listener_that_was_stopped_listens_again_as_it_did() {
    let (bench, address) = listen();
    let refused = |bench: &Bench| {
        let ticket = bench.ask(Command::ListenAgain);
        match bench.answer(ticket) {
            Event::Rejected { why, .. } => why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&bench), Rejection::WrongKind, "it listens already");
    let mut stayed = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(Command::SetOption("ttl=7".parse().unwrap()));
    bench.ask(Command::StopListening);
    bench.wait_status("draining", |status| status.state == SessionState::Draining);
    bench.ask(Command::ListenAgain);
    let status = bench.wait_status("the listener", |status| status.state != SessionState::Draining);
    assert_eq!(status.state, SessionState::Listening { local: address.into(), others: [].into() });
    let ttl = status.options.iter().find(|report| report.name == OptionName::Ttl).unwrap();
    assert_eq!(ttl.asked, Some(OptionValue::Number(7)), "what was asked for meanwhile counts");
    let mut new = client(address);
    bench.wait_status("both", |status| status.peers_present == 2);
    bench.ask(send(Target::All, b"hi"));
    for peer in [&mut stayed, &mut new] {
        peer.read_exact(&mut [0; 2]).unwrap();
    }
    bench.ask(Command::StopListening);
    bench.wait_status("draining", |status| status.state == SessionState::Draining);
    let _taken = TcpListener::bind(address).unwrap();
    assert!(matches!(refused(&bench), Rejection::Failed(_)));
    bench.wait_status("that the clients stay", |status| {
        status.state == SessionState::Draining && status.peers_present == 2
    });
}

#[test]
fn a_busy_port_is_refused_with_its_name_and_number_and_free_again_after_closing() {
    let (first, address) = listen();
    let config = SessionConfig::TcpServer(TcpServerConfig::new(address.into()));
    let second = Bench::open(config.clone());
    let status = second.wait_status("a refusal", |status| matches!(status.state, SessionState::Failed(_)));
    let SessionState::Failed(failure) = status.state else { unreachable!() };
    let message = failure.to_string();
    let words = if cfg!(windows) { "" } else { "address already in use (EADDRINUSE " };
    assert!(message.starts_with(&format!("cannot listen on {address}: {words}")), "{message}");
    assert!(message.contains("EADDRINUSE "), "{message}");
    let mut peer = client(address);
    first.wait_status("the peer", |status| status.peers_present == 1);
    first.ask(Command::Close);
    assert_eq!(peer.read(&mut [0; 8]).unwrap(), 0, "we closed first: the port is in TIME_WAIT now");
    first.wait_status("closed", |status| status.state == SessionState::Closed);
    second.ask(Command::Open(Box::new(config)));
    assert_eq!(second.local(), address);
}

#[test]
fn echo_and_replies_come_from_the_worker() {
    let (bench, address) = listen();
    let replies = vec![Reply { pattern: b"PING".to_vec(), payload: b"PONG".to_vec() }];
    bench.ask(Command::SetRules(Box::new(Responder { echo: true, replies, ..Responder::default() }.rules())));
    let mut peer = client(address);
    peer.write_all(b"PING").unwrap();
    let mut got = [0; 8];
    peer.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"PINGPONG");
    bench.wait_status("both answers", |status| status.counters.sent.records == 2);
    let order: Vec<Origin> =
        bench.records().iter().filter_map(Record::data).map(|data| data.head.origin).collect();
    assert_eq!(order, [Origin::Peer, Origin::Echo, Origin::Reply], "no reply stands before its request");
}

#[test]
fn a_peer_that_never_reads_costs_bounded_memory_and_a_clear_refusal() {
    let (bench, address) = listen();
    let _peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    let mut refusals = 0;
    for _ in 0..100 {
        let ticket = bench.ask(send(Target::All, &vec![7; 1 << 20]));
        if let Event::Rejected { why, .. } = bench.answer(ticket) {
            assert!(matches!(why, Rejection::QueueFull { queued, cap, .. } if queued <= cap), "{why:?}");
            refusals += 1;
        }
    }
    assert!(refusals > 50, "only {refusals} of 100 refused");
    bench.ask(Command::ClosePeers { target: Target::All, how: CloseKind::Fin });
    bench.wait_record("what was lost", |record| matches!(&record.body, Body::Loss(loss) if loss.count > 0));
}

#[test]
fn a_storm_of_single_bytes_arrives_whole_and_in_order() {
    let (bench, address) = listen();
    let mut peer = client(address);
    peer.set_nodelay(true).unwrap();
    let sent: Vec<u8> = (0..2000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect();
    for byte in &sent {
        peer.write_all(std::slice::from_ref(byte)).unwrap();
    }
    drop(peer);
    bench.wait_lifecycle("FIN", left(EndReason::Fin));
    assert_eq!(bytes(&bench.records(), Direction::Received), sent);
}

#[test]
fn a_client_talks_and_sees_the_server_go() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let bench = Bench::open(SessionConfig::TcpClient(connect_to(server.local_addr().unwrap())));
    let mut accepted = accept(&server);
    bench.wait_status("connected", |status| matches!(status.state, SessionState::Connected { .. }));
    bench.ask(send(Target::All, b"hello"));
    accepted.read_exact(&mut [0; 5]).unwrap();
    accepted.write_all(b"bye").unwrap();
    accepted.shutdown(Shutdown::Both).unwrap();
    bench.wait_status("closed", |status| status.state == SessionState::Closed);
    let records = bench.records();
    assert_eq!(bytes(&records, Direction::Received), b"bye");
    assert_eq!(bytes(&records, Direction::Sent), b"hello");
    assert!(matches!(
        records.last().unwrap().body,
        Body::Lifecycle(Lifecycle::Closed { reason: EndReason::Fin })
    ));
}

#[test]
fn a_refused_connection_names_the_address_the_words_and_the_number() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let bench = Bench::open(SessionConfig::TcpClient(connect_to(free)));
    let status = bench.wait_status("a refusal", |status| matches!(status.state, SessionState::Failed(_)));
    let SessionState::Failed(failure) = status.state else { unreachable!() };
    assert!(failure.to_string().starts_with(&format!("cannot connect to {free}: connection refused")));
    assert!(failure.error.code != 0);
}

#[test]
fn a_client_comes_back_by_itself_when_asked_to() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = connect_to(server.local_addr().unwrap());
    config.reconnect =
        Some(Reconnect { first_delay: Duration::from_millis(10), longest_delay: Duration::from_millis(50) });
    let bench = Bench::open(SessionConfig::TcpClient(config));
    for _ in 0..3 {
        drop(accept(&server));
    }
    let last = accept(&server);
    bench.wait_status("connected for the fourth time", |status| {
        status.counters.peers_seen == 4 && matches!(status.state, SessionState::Connected { .. })
    });
    drop(last);
}

#[test]
fn a_server_that_takes_connections_and_no_handshake_is_asked_less_and_less_often() {
    for (speaks_tls, expected) in [(true, [10, 20, 40]), (false, [10, 10, 10])] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = connect_to(server.local_addr().unwrap());
        config.reconnect =
            Some(Reconnect { first_delay: Duration::from_millis(10), longest_delay: Duration::from_secs(9) });
        config.tls = speaks_tls.then(TlsClientSettings::default);
        let bench = Bench::open(SessionConfig::TcpClient(config));
        for _ in 0..expected.len() {
            drop(accept(&server));
        }
        let delays = || -> Vec<u64> {
            let delay = |record: &Record| match record.body {
                Body::Lifecycle(Lifecycle::ReconnectScheduled { delay_millis }) => Some(delay_millis),
                _ => None,
            };
            bench.records().iter().filter_map(delay).collect()
        };
        bench.wait_status("the delays", |_| delays().len() >= expected.len());
        assert_eq!(delays()[..expected.len()], expected);
    }
}

#[test]
fn host_names_are_resolved_and_unknown_ones_said() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let config = TcpClientConfig::new(format!("localhost:{port}").parse().unwrap());
    let bench = Bench::open(SessionConfig::TcpClient(config));
    bench.wait_lifecycle("the look-up", |event| matches!(event, Lifecycle::Resolved { .. }));
    bench.wait_status("connected", |status| matches!(status.state, SessionState::Connected { .. }));
    let nowhere = TcpClientConfig::new("nowhere.invalid:9".parse().unwrap());
    let lost = Bench::open(SessionConfig::TcpClient(nowhere));
    let status = lost.wait_status("a refusal", |status| matches!(status.state, SessionState::Failed(_)));
    assert!(format!("{:?}", status.state).contains("nowhere.invalid"));
}

#[test]
fn every_new_attempt_asks_what_the_name_stands_for_by_now() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let again =
        Reconnect { first_delay: Duration::from_millis(10), longest_delay: Duration::from_millis(50) };
    let to = |name: &str| {
        let config = TcpClientConfig::new(format!("{name}:{port}").parse().unwrap());
        Bench::open(SessionConfig::TcpClient(TcpClientConfig { reconnect: Some(again), ..config }))
    };
    let count = |bench: &Bench, wanted: fn(&Lifecycle) -> bool| {
        let is_wanted = |record: &&Record| matches!(&record.body, Body::Lifecycle(event) if wanted(event));
        bench.records().iter().filter(is_wanted).count()
    };
    let bench = to("localhost");
    for _ in 0..3 {
        drop(accept(&server));
    }
    bench.wait_status("the fourth look-up", |_| {
        count(&bench, |event| matches!(event, Lifecycle::Resolved { .. })) >= 4
    });
    // A device may be switched on after us: a name that nobody knows yet is asked for again, too.
    let early = to("nowhere.invalid");
    early.wait_status("a second look-up", |_| {
        count(&early, |event| matches!(event, Lifecycle::Resolving { .. })) >= 2
    });
    early.wait_lifecycle("its failure", |event| matches!(event, Lifecycle::ConnectFailed { .. }));
    early.answer(early.ask(Command::Close));
    early.wait_status("closed", |status| status.state == SessionState::Closed);
}

#[test]
fn several_repeats_run_beside_each_other_each_with_its_own_count_and_target() {
    let (bench, address) = listen();
    let repeat = |number, payload: &[u8], target, times| Command::StartRepeat {
        job: JobId(number),
        target,
        payloads: vec![payload.to_vec().into()],
        every: Duration::from_micros(500),
        times,
    };
    let sent = |number| move |status: &Status| status.repeat(JobId(number)).map(|repeat| repeat.sent);
    bench.ask(repeat(1, b"a", Target::All, Some(7)));
    bench.wait_status("the repeat", |status| sent(1)(status) == Some(0));
    assert_eq!(
        sent(1)(&bench.session.shared().status()),
        Some(0),
        "to nobody nothing is sent, and it is not counted"
    );
    let (mut first, mut second) = (client(address), client(address));
    let finished = bench.wait_event("the end", |event| matches!(event, Event::SendFinished { .. }));
    assert_eq!(finished, Event::SendFinished { job: JobId(1), outcome: Ok(()) });
    bench.wait_status("both peers", |status| status.peers_present == 2);
    let peers = bench.session.shared().peers_from(PeerId::FIRST, 2);
    bench.ask(repeat(2, b"b", Target::Peers(vec![peers[0].id]), None));
    bench.ask(repeat(3, b"c", Target::Peers(vec![peers[1].id]), None));
    bench.wait_status("both repeats", |status| sent(2)(status) > Some(20) && sent(3)(status) > Some(20));
    let status = bench.session.shared().status();
    let told = status.repeat(JobId(2)).unwrap();
    assert_eq!((told.every, told.left), (Duration::from_micros(500), None));
    assert!(told.achieved.is_some() && told.late_p50_ns <= told.late_p99_ns, "{told:?}");
    bench.ask(Command::StopSending { job: JobId(2) });
    bench.wait_status("one of them", |status| status.repeats.len() == 1);
    bench.ask(Command::Close);
    let texts = [&mut first, &mut second].map(|peer| {
        let mut text = String::new();
        peer.read_to_string(&mut text).unwrap();
        text
    });
    let counted = |text: &String, letter| text.chars().filter(|other| *other == letter).count();
    for (text, mine, other) in [(&texts[0], 'b', 'c'), (&texts[1], 'c', 'b')] {
        assert!(counted(text, mine) > 20 && counted(text, other) == 0, "{text}");
    }
    assert_eq!(counted(&texts[0], 'a').max(counted(&texts[1], 'a')), 7);
}

#[test]
fn a_repeat_to_all_goes_on_for_the_others_when_one_takes_nothing() {
    let (bench, address) = listen();
    let payload = vec![b'x'; 4 << 20];
    let length = payload.len() as u64;
    let stalled = client(address);
    let mut taking = client(address);
    bench.wait_status("both peers", |status| status.peers_present == 2);
    let (told, taken) = bounded(1);
    let _reading = NamedThread::start("reading", move || {
        told.send(io::copy(&mut taking, &mut io::sink()).unwrap()).unwrap();
    })
    .unwrap();
    let sent = |status: &Status| status.repeat(JobId(1)).map(|repeat| repeat.sent);
    bench.ask(Command::StartRepeat {
        job: JobId(1),
        target: Target::All,
        payloads: vec![payload.into()],
        every: Duration::from_millis(80),
        times: None,
    });
    let lost = bench.wait_record("what the other does not take", |record| {
        matches!(&record.body, Body::Loss(Loss { what: LossKind::UnsentBytes, count }) if *count == length)
    });
    let stalled_peer = bench.session.shared().peers_from(PeerId::FIRST, 2);
    let stalled_peer = stalled_peer.iter().find(|peer| peer.remote == stalled.local_addr().unwrap().into());
    assert_eq!(lost.peer, stalled_peer.map(|peer| peer.id));
    let before = sent(&bench.session.shared().status()).unwrap();
    bench.wait_status("more of them", |status| sent(status) >= Some(before + 3));
    bench.answer(bench.ask(Command::StopSending { job: JobId(1) }));
    bench.answer(bench.ask(Command::ShutDownWrite(Target::All)));
    assert!(taken.recv_timeout(DEADLINE).unwrap() >= (before + 3) * length);
}

#[test]
fn a_long_content_goes_out_in_pieces_with_pauses_and_two_do_not_mix() {
    let (bench, address) = listen();
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    let pace =
        Pace { piece_bytes: NonZeroUsize::new(10), pause: Duration::from_millis(20), ..Pace::default() };
    let long = |number, text: &[u8]| Command::SendLong {
        job: JobId(number),
        target: Target::All,
        source: SendSource::Bytes(text.into()),
        pace,
    };
    assert!(matches!(bench.answer(bench.ask(long(1, &[b'x'; 95]))), Event::Accepted { .. }));
    bench.wait_status("it is on its way", |status| *status.longs == [JobId(1)]);
    let refused = bench.answer(bench.ask(long(2, b"y")));
    assert!(matches!(refused, Event::Rejected { why: Rejection::FileBusy, .. }), "{refused:?}");
    let finished = bench.wait_event("the end", |event| matches!(event, Event::SendFinished { .. }));
    assert_eq!(finished, Event::SendFinished { job: JobId(1), outcome: Ok(()) });
    bench.wait_status("it is over", |status| status.longs.is_empty());
    let mut got = [0; 95];
    peer.read_exact(&mut got).unwrap();
    bench.wait_status("all recorded", |status| status.counters.sent.records == 10);
    let stamps: Vec<u64> = bench
        .records()
        .iter()
        .filter(|record| record.data().is_some())
        .map(|record| record.at.mono_ns)
        .collect();
    let took = Duration::from_nanos(stamps[9] - stamps[0]);
    assert!(took >= Duration::from_millis(175), "{took:?}");
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_is_not_told_as_sent_whole() {
    let (bench, address) = listen();
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    let path = bench.journal().with_extension("bin");
    fs::write(&path, [b'x'; 1000]).unwrap();
    let pace =
        Pace { piece_bytes: NonZeroUsize::new(10), pause: Duration::from_millis(20), ..Pace::default() };
    bench.ask(Command::SendLong {
        job: JobId(1),
        target: Target::All,
        source: SendSource::File(path.clone()),
        pace,
    });
    peer.read_exact(&mut [0; 10]).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(300).unwrap();
    let finished = bench.wait_event("the end", |event| matches!(event, Event::SendFinished { .. }));
    let Event::SendFinished { outcome: Err(why), .. } = finished else { panic!("{finished:?}") };
    assert!(why.to_string().ends_with("it became shorter while it was sent"), "{why}");
    bench.wait_status("what it has", |status| status.counters.sent.bytes == 300);
}

#[test]
fn what_repeats_keeps_its_count_and_its_schedule() {
    let (bench, address) = listen();
    let mut peer = client(address);
    bench.wait_status("the peer", |status| status.peers_present == 1);
    bench.ask(Command::StartRepeat {
        job: JobId(1),
        target: Target::All,
        payloads: vec![b"a".to_vec().into(), b"b".to_vec().into()],
        every: Duration::from_millis(5),
        times: Some(20),
    });
    let mut got = [0; 40];
    peer.read_exact(&mut got).unwrap();
    assert_eq!(&got, "ab".repeat(20).as_bytes());
    bench.wait_status("all of them recorded", |status| status.counters.sent.records == 40);
    let stamps: Vec<u64> = bench
        .records()
        .iter()
        .filter(|record| record.data().is_some_and(|data| data.bytes == b"a"))
        .map(|record| record.at.mono_ns)
        .collect();
    let took = Duration::from_nanos(stamps[19] - stamps[0]);
    assert!(took >= Duration::from_millis(90), "20 turns of 5 ms took {took:?}");
}

#[test]
fn the_kernel_tells_about_a_live_connection_where_it_can() {
    let (bench, address) = listen();
    let mut peer = client(address);
    peer.write_all(b"x").unwrap();
    bench.wait_status("the byte", |status| status.counters.received.bytes == 1);
    let id = bench.session.shared().peers_page(0, 1).0[0].id;
    let ticket = bench.ask(Command::RefreshFacts(id));
    assert_eq!(bench.answer(ticket), Event::Accepted { ticket });
    let facts = bench.session.shared().peer(id).unwrap().facts;
    assert_eq!(facts.is_some(), cfg!(target_os = "linux"));
    assert!(facts.is_none_or(|facts| facts.congestion_window > 0), "{facts:?}");
}

#[test]
fn an_ipv6_listener_takes_ipv4_clients_and_shows_their_own_address() {
    let config = TcpServerConfig::new("[::]:0".parse().unwrap());
    let bench = Bench::open(SessionConfig::TcpServer(config));
    let port = bench.local().port();
    let peer = client(SocketAddr::from(([127, 0, 0, 1], port)));
    bench.wait_status("the peer", |status| status.peers_present == 1);
    let shown = bench.session.shared().peers_page(0, 1).0.remove(0);
    assert_eq!(shown.remote, peer.local_addr().unwrap().into());
}

#[test]
fn replies_answer_whole_messages_however_the_bytes_were_cut() {
    for (framing, parts, messages) in [
        (Framing::Lines, vec!["PI", "NG\nPING", "\n"], 2),
        (Framing::Fixed(4), vec!["P", "INGPIN", "G"], 2),
        (Framing::IdleGap { millis: 30 }, vec!["PING"], 1),
    ] {
        let (bench, address) = listen();
        let replies = vec![Reply { pattern: b"PING".to_vec(), payload: b"PONG".to_vec() }];
        bench
            .ask(Command::SetRules(Box::new(Responder { replies, framing, ..Responder::default() }.rules())));
        let mut peer = client(address);
        peer.set_nodelay(true).unwrap();
        let mut so_far = 0;
        for part in parts {
            peer.write_all(part.as_bytes()).unwrap();
            so_far += part.len() as u64;
            bench.wait_status("the part", |status| status.counters.received.bytes == so_far);
        }
        let mut got = vec![0; 4 * messages];
        peer.read_exact(&mut got).unwrap();
        assert_eq!(String::from_utf8(got).unwrap(), "PONG".repeat(messages));
    }
}
