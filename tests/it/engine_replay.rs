//! Rows of a journal that are sent again: to std's sockets on loopback, each by itself, at once or with the times that were
//! between them, and what is told of how many have really gone.

use crate::engine_support::{Bench, DEADLINE, with_frames};
use roaring::RoaringTreemap;
use sockscope::codec::websocket::{FrameHeader, Opcode, message_payload};
use sockscope::engine::command::{CloseKind, Command, Pace, SendSource, Target};
use sockscope::engine::event::{Event, Rejection};
use sockscope::engine::journal_rows::{JournalRows, RowTiming};
use sockscope::export::RowSelection;
use sockscope::journal::format::JournalInfo;
use sockscope::journal::split::{SplitRows, SplitScan};
use sockscope::journal::{JournalReader, JournalWriter};
#[cfg(unix)]
use sockscope::model::config::UnixDatagramsConfig;
use sockscope::model::config::{SessionConfig, TcpServerConfig, UdpConfig};
use sockscope::model::framing::Framing;
use sockscope::model::ids::{Epoch, JobId, PeerId, RecordId};
use sockscope::model::record::{Body, DataHead, Direction, Origin, Record};
use sockscope::model::status::SessionState;
use sockscope::model::websocket::MessageForm;
use sockscope::util::clock::Stamp;
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a row of an earlier session has.
enum Past<'a> {
    Data(u64, &'a [u8]),
    Note,
}

/// The journal of an earlier session; each row came so many milliseconds after its beginning.
fn earlier(rows: &[Past<'_>]) -> (TempDir, JournalReader) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("earlier.skj");
    let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
    let mut at = Stamp { wall_ns: 1_000_000_000, mono_ns: 0 };
    for row in rows {
        match row {
            Past::Data(millis, bytes) => {
                at.mono_ns = millis * 1_000_000;
                let head = DataHead::received();
                writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &head, bytes);
            }
            Past::Note => {
                writer.append(at, Epoch(1), None, &Body::Note("a note".to_owned()));
            }
        }
    }
    writer.publish().unwrap();
    let reader = writer.reader();
    (folder, reader)
}

fn at_once(reader: &JournalReader) -> JournalRows {
    JournalRows::new(reader.clone(), None, RowSelection::all(), RowTiming::AtOnce)
}

fn listen() -> (Bench, SocketAddr) {
    let config = TcpServerConfig::new("127.0.0.1:0".parse().unwrap());
    let bench = Bench::open(SessionConfig::TcpServer(config));
    let address = bench.local();
    (bench, address)
}

fn with_client() -> (Bench, TcpStream) {
    let (bench, address) = listen();
    let peer = TcpStream::connect(address).unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    bench.wait_status("the peer", |status| status.peers_present == 1);
    (bench, peer)
}

/// A session of datagrams, and a socket of somebody else to which they go.
fn with_datagrams() -> (Bench, UdpSocket) {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.set_read_timeout(Some(DEADLINE)).unwrap();
    let bind = Some("127.0.0.1:0".parse().unwrap());
    let to = Some(other.local_addr().unwrap().into());
    let bench = Bench::open(SessionConfig::Udp(UdpConfig { to, ..UdpConfig::new(bind) }));
    bench.local();
    (bench, other)
}

fn replay(rows: JournalRows) -> Command {
    replay_at(rows, Pace::default())
}

fn replay_at(rows: JournalRows, pace: Pace) -> Command {
    let target = Target::Configured;
    Command::SendLong { job: JobId(1), target, source: SendSource::Journal(Box::new(rows)), pace }
}

/// How it ended, how many rows had gone then, and of how many.
fn end(bench: &Bench) -> (Result<(), Rejection>, u64, u64) {
    let mut counted = (0, 0);
    let told = std::cell::RefCell::new(&mut counted);
    let ended = bench.wait_event("the end", |event| {
        if let Event::SendProgress { sent, total, .. } = event {
            **told.borrow_mut() = (*sent, *total);
        }
        matches!(event, Event::SendFinished { .. })
    });
    let Event::SendFinished { outcome, .. } = ended else { panic!("{ended:?}") };
    (outcome, counted.0, counted.1)
}

fn datagram(socket: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; 65_536];
    let length = socket.recv(&mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

fn read(peer: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    peer.read_exact(&mut bytes).unwrap();
    bytes
}

fn sent(bench: &Bench) -> Vec<Record> {
    let is_sent = |record: &Record| record.data().is_some_and(|data| data.head.direction == Direction::Sent);
    bench.records().into_iter().filter(is_sent).collect()
}

#[test]
fn each_row_is_a_datagram_and_what_has_no_bytes_is_left_out() {
    let (_folder, reader) = earlier(&[
        Past::Data(0, b"one"),
        Past::Note,
        Past::Data(1, b""),
        Past::Note,
        Past::Data(2, b"three"),
    ]);
    let (bench, other) = with_datagrams();
    bench.ask(replay(at_once(&reader)));
    assert_eq!([(); 3].map(|()| datagram(&other)), [&b"one"[..], b"", b"three"]);
    assert_eq!(end(&bench), (Ok(()), 3, 3));
    let told: Vec<_> = sent(&bench).iter().map(|record| record.data().unwrap().head.origin).collect();
    assert_eq!(told, [Origin::User; 3]);
}

#[test]
fn only_rows_that_are_selected_and_shown_go_out() {
    let rows: Vec<Vec<u8>> = (0..2_000_u32).map(|row| row.to_string().into_bytes()).collect();
    let past: Vec<_> = rows.iter().map(|row| Past::Data(0, row)).collect();
    let (_folder, reader) = earlier(&past);
    let shown = Arc::new([3, 700, 701, 1_500, 1_999].into_iter().collect::<RoaringTreemap>());
    for (ranges, among, numbers) in [
        (vec![0..2, 5..6, 1_998..u64::MAX], None, vec![0, 1, 5, 1_998, 1_999]),
        (vec![0..701, 1_000..1_999], Some(shown), vec![3, 700, 1_500]),
    ] {
        let (bench, other) = with_datagrams();
        let rows = JournalRows::new(reader.clone(), None, RowSelection { ranges, among }, RowTiming::AtOnce);
        assert_eq!(rows.count(), numbers.len() as u64);
        bench.ask(replay(rows));
        for number in &numbers {
            assert_eq!(datagram(&other), number.to_string().into_bytes());
        }
        assert_eq!(end(&bench), (Ok(()), numbers.len() as u64, numbers.len() as u64));
    }
}

#[test]
fn messages_of_a_split_go_out_one_by_one_although_the_log_grows_meanwhile() {
    let (bench, other) = with_datagrams();
    let (bench_of_stream, mut peer) = with_client();
    // Three lines in two reads, and one that has not ended: it is sent as it is now.
    for part in ["first\nsec", "ond\nthird\nhalf"] {
        std::io::Write::write_all(&mut peer, part.as_bytes()).unwrap();
        bench_of_stream.wait_record("the part", |record| {
            record.data().is_some_and(|data| data.bytes.ends_with(&part.as_bytes()[part.len() - 3..]))
        });
    }
    let mut scan = SplitScan::new(bench_of_stream.session.reader().clone(), Framing::Lines, RecordId(0));
    while !scan.step(u64::MAX).unwrap().is_done {}
    let reader = bench_of_stream.session.reader().clone();
    let rows = |messages: &SplitRows| {
        JournalRows::new(reader.clone(), Some(messages), RowSelection::all(), RowTiming::AtOnce)
    };
    let (all, lines) = (scan.rows().len(), rows(&scan.rows()));
    // What comes now ends the message that was unfinished, and stands where that stood.
    std::io::Write::write_all(&mut peer, b" more\nlast\n").unwrap();
    bench_of_stream
        .wait_record("the rest", |record| record.data().is_some_and(|data| data.bytes.ends_with(b"last\n")));
    while !scan.step(u64::MAX).unwrap().is_done {}
    assert_eq!(rows(&scan.rows()).count(), all + 1);
    bench.ask(replay(lines.clone()));
    let wanted = [&b"first\n"[..], b"second\n", b"third\n", b"half"];
    assert_eq!(wanted.map(|_| datagram(&other)), wanted);
    assert_eq!(end(&bench), (Ok(()), 4, 4));

    // The session that they came from sends them itself, and so its own log grows.
    bench_of_stream.ask(replay(lines));
    assert_eq!(read(&mut peer, 23), b"first\nsecond\nthird\nhalf".as_slice()[..23]);
    assert_eq!(end(&bench_of_stream), (Ok(()), 4, 4));
    assert_eq!(sent(&bench_of_stream).len(), 4, "a row is a send");
}

#[test]
fn rows_keep_the_times_between_them_and_a_step_back_is_no_time() {
    let gaps = [0, 300, 300, 80, 480];
    let past: Vec<_> = gaps.iter().map(|at| Past::Data(*at, b"row")).collect();
    let (_folder, reader) = earlier(&past);
    let (bench, other) = with_datagrams();
    let rows = JournalRows::new(reader, None, RowSelection::all(), RowTiming::AsTheyCame);
    bench.ask(replay(rows));
    for _ in gaps {
        assert_eq!(datagram(&other), b"row");
    }
    assert_eq!(end(&bench), (Ok(()), 5, 5));
    let stamps: Vec<u64> = sent(&bench).iter().map(|record| record.at.mono_ns).collect();
    let mut due = 0;
    for (pair, millis) in stamps.windows(2).zip([300, 0, 0, 400]) {
        due += millis;
        // A busy machine may be late with one, and make up for no more than a tenth of a second of it.
        let since_first = Duration::from_nanos(pair[1] - stamps[0]) + Duration::from_millis(100);
        assert!(since_first >= Duration::from_millis(due), "{since_first:?} of {due} ms");
    }
}

#[test]
fn a_long_pause_is_kept_can_be_ended_and_a_pace_is_kept_as_well() {
    let (_folder, reader) = earlier(&[Past::Data(0, b"now"), Past::Data(86_400_000, b"tomorrow")]);
    let (bench, other) = with_datagrams();
    let rows = JournalRows::new(reader.clone(), None, RowSelection::all(), RowTiming::AsTheyCame);
    bench.ask(replay(rows));
    assert_eq!(datagram(&other), b"now");
    bench.wait_event("the first", |event| matches!(event, Event::SendProgress { sent: 1, total: 2, .. }));
    other.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let nothing = other.recv(&mut [0; 16]).unwrap_err();
    assert!(matches!(nothing.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{nothing}");
    bench.ask(Command::StopSending { job: JobId(1) });
    assert_eq!(end(&bench).0, Err(Rejection::Cancelled));
    assert_eq!(sent(&bench).len(), 1);

    bench.ask(replay(at_once(&reader)));
    other.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!([(); 2].map(|()| datagram(&other)), [&b"now"[..], b"tomorrow"]);
    assert_eq!(end(&bench), (Ok(()), 2, 2));

    let pace = Pace { bytes_per_second: NonZeroU64::new(50), ..Pace::default() };
    let (_folder, reader) =
        earlier(&[Past::Data(0, b"1234567890"), Past::Data(0, b"1"), Past::Data(0, b"2")]);
    bench.ask(replay_at(at_once(&reader), pace));
    assert_eq!(end(&bench), (Ok(()), 3, 3));
    let stamps: Vec<u64> = sent(&bench)[3..].iter().map(|record| record.at.mono_ns).collect();
    assert!(stamps[2] - stamps[0] >= 120_000_000, "11 bytes at 50 a second: {stamps:?}");
}

#[test]
fn ten_thousand_rows_and_very_long_ones_reach_a_peer_whole() {
    let short: Vec<Vec<u8>> = (0..10_000_u32).map(|row| format!("{row}\n").into_bytes()).collect();
    let long: Vec<Vec<u8>> = (1..=3_u8).map(|letter| vec![letter; 15 << 20]).collect();
    let past: Vec<_> = short.iter().chain(&long).chain(&short).map(|row| Past::Data(0, row)).collect();
    let (_folder, reader) = earlier(&past);
    let (bench, mut peer) = with_client();
    bench.ask(replay(at_once(&reader)));
    let waits = "a row that waits for the peer";
    // The peer has not read anything: as little waits for it as one row may be long.
    bench.wait_status(waits, |_| bench.session.shared().peers_page(0, 1).0[0].queued_bytes > 256 << 10);
    let queued = bench.session.shared().peers_page(0, 1).0[0].queued_bytes;
    assert!(queued <= 15 << 20, "{queued} bytes wait");
    for row in short.iter().chain(&long).chain(&short) {
        assert!(read(&mut peer, row.len()) == *row, "a row of {} bytes", row.len());
    }
    assert_eq!(end(&bench), (Ok(()), 20_003, 20_003));
}

#[test]
fn of_a_peer_that_leaves_as_many_rows_are_told_as_had_gone_out_whole() {
    let row = vec![b'x'; 100_000];
    let past: Vec<_> = (0..400).map(|_| Past::Data(0, &row)).collect();
    let (_folder, reader) = earlier(&past);
    for how in ["leaves", "closes", "is closed with the session"] {
        let (bench, mut peer) = with_client();
        bench.ask(replay(at_once(&reader)));
        read(&mut peer, 5 * row.len());
        match how {
            "leaves" => drop(peer),
            "closes" => {
                bench.ask(Command::ClosePeers { target: Target::All, how: CloseKind::Reset });
            }
            _ => {
                bench.ask(Command::Close);
            }
        }
        let (outcome, count, total) = end(&bench);
        let gone = match how {
            "is closed with the session" => Rejection::Cancelled,
            _ => Rejection::PeerGone(PeerId::FIRST),
        };
        assert_eq!((outcome, total), (Err(gone), 400), "{how}");
        bench.wait_status("the end", |status| status.peers_present == 0);
        let bytes: u64 = sent(&bench).iter().map(|record| record.data().unwrap().bytes.len() as u64).sum();
        assert_eq!(count, bytes / row.len() as u64, "{how}: {bytes} bytes went out");
        assert!((5..400).contains(&count), "{how}: {count}");
    }
}

#[test]
fn a_peer_that_closes_as_soon_as_it_has_everything_has_it() {
    let row = vec![b'x'; 300_000];
    let mut past: Vec<_> = (0..5).map(|_| Past::Data(0, &row)).collect();
    past.extend((0..3_000).map(|_| Past::Note));
    // On a stream an empty row is nothing, too.
    past.extend((0..3_000).map(|_| Past::Data(0, b"")));
    let (_folder, reader) = earlier(&past);
    for _ in 0..10 {
        let (bench, mut peer) = with_client();
        bench.ask(replay(at_once(&reader)));
        read(&mut peer, 5 * row.len());
        drop(peer);
        assert_eq!(end(&bench), (Ok(()), 5, 5));
    }
}

#[test]
fn who_stays_gets_everything_when_others_leave() {
    let row = vec![b'x'; 100_000];
    let past: Vec<_> = (0..200).map(|_| Past::Data(0, &row)).collect();
    let (_folder, reader) = earlier(&past);
    let (bench, address) = listen();
    let mut peers: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    bench.wait_status("the peers", |status| status.peers_present == 3);
    bench.ask(replay(at_once(&reader)));
    read(&mut peers[0], 2 * row.len());
    peers.remove(1).shutdown(Shutdown::Both).unwrap();
    bench.wait_status("the one that left", |status| status.peers_present == 2);
    let readers: Vec<_> = peers
        .into_iter()
        .map(|mut peer| {
            std::thread::Builder::new()
                .spawn(move || {
                    let mut bytes = 0;
                    let mut buffer = vec![0; 1 << 20];
                    while let count @ 1.. = peer.read(&mut buffer).unwrap() {
                        bytes += count;
                    }
                    bytes
                })
                .unwrap()
        })
        .collect();
    assert_eq!(end(&bench), (Err(Rejection::SomeLeft { left: 1, of: 3 }), 200, 200));
    bench.ask(Command::ShutDownWrite(Target::All));
    let got: usize = readers.into_iter().map(|reader| reader.join().unwrap()).sum();
    assert_eq!(got, (2 * 200 - 2) * row.len());
}

#[test]
fn rows_count_that_those_who_stayed_had_when_the_session_was_closed() {
    let row = vec![b'x'; 15 << 20];
    let (_folder, reader) = earlier(&[Past::Data(0, &row), Past::Data(0, b"may go")]);
    let (bench, address) = listen();
    let mut takes = TcpStream::connect(address).unwrap();
    bench.wait_status("the first", |status| status.peers_present == 1);
    let takes_nothing = TcpStream::connect(address).unwrap();
    bench.wait_status("both", |status| status.peers_present == 2);
    bench.ask(replay(at_once(&reader)));
    takes.set_read_timeout(Some(DEADLINE)).unwrap();
    assert!(read(&mut takes, row.len()) == row);
    bench.wait_status("what was taken", |_| {
        bench.session.shared().peers_page(0, 2).0.iter().any(|peer| peer.queued_bytes == 0)
    });
    let slow =
        bench.session.shared().peers_page(0, 2).0.iter().find(|peer| peer.queued_bytes > 0).unwrap().id;
    bench.ask(Command::ClosePeers { target: Target::Peers(vec![slow]), how: CloseKind::Reset });
    bench.ask(Command::Close);
    let (outcome, sent, total) = end(&bench);
    drop(takes_nothing);
    // Both are carried out in one turn, or the row that is left goes to the one that stays between them.
    match (outcome, sent, total) {
        (Err(Rejection::Cancelled), 1 | 2, 2) | (Err(Rejection::SomeLeft { left: 1, of: 2 }), 2, 2) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_stopped_is_counted_as_it_arrives_and_two_do_not_mix() {
    let row = vec![b'x'; 10_000];
    let past: Vec<_> = (0..2_000).map(|_| Past::Data(0, &row)).collect();
    let (_folder, reader) = earlier(&past);
    let (bench, mut peer) = with_client();
    let first = bench.ask(replay(at_once(&reader)));
    assert!(matches!(bench.answer(first), Event::Accepted { .. }));
    let second = Command::SendLong {
        job: JobId(2),
        target: Target::All,
        source: SendSource::Bytes(b"between".as_slice().into()),
        pace: Pace::default(),
    };
    let refused = bench.answer(bench.ask(second));
    assert!(matches!(refused, Event::Rejected { why: Rejection::FileBusy, .. }), "{refused:?}");
    read(&mut peer, 20 * row.len());
    bench.ask(Command::StopSending { job: JobId(1) });
    let (outcome, count, total) = end(&bench);
    assert_eq!((outcome, total), (Err(Rejection::Cancelled), 2_000));
    bench.ask(Command::ShutDownWrite(Target::All));
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).unwrap();
    assert_eq!(20 * row.len() + rest.len(), usize::try_from(count).unwrap() * row.len());
}

#[test]
fn a_message_in_frames_is_sent_as_a_message_again() {
    let (server, client) = with_frames();
    for (bytes, form) in [
        (&b"a text"[..], MessageForm::Text),
        (b"in binary", MessageForm::Binary),
        (b"", MessageForm::Text),
        (b"are you there", MessageForm::Ping),
    ] {
        let content = sockscope::engine::command::Content::Bytes { bytes: bytes.to_vec(), form };
        client.ask(Command::Send { target: Target::All, content, origin: Origin::User });
    }
    client
        .wait_record("the pong", |record| record.data().is_some_and(|data| data.bytes.starts_with(b"\x8A")));
    // The server sends back what it has seen: handshake, ping and pong are no messages.
    let mut scan = SplitScan::new(server.session.reader().clone(), Framing::WebSocket, RecordId(0));
    while !scan.step(u64::MAX).unwrap().is_done {}
    let reader = server.session.reader().clone();
    let rows = JournalRows::new(reader, Some(&scan.rows()), RowSelection::all(), RowTiming::AtOnce);
    let (before, bytes) = (client.records().len(), client.session.shared().status().counters.received.bytes);
    server.ask(replay(rows));
    assert_eq!(end(&server), (Ok(()), 3, 3));
    client.wait_status("three messages", |status| status.counters.received.bytes == bytes + 21);
    let frames: Vec<u8> = client.records()[before..]
        .iter()
        .filter_map(Record::data)
        .flat_map(|data| data.bytes.clone())
        .collect();
    let mut rest = frames.as_slice();
    let mut got = Vec::new();
    while let Some(header) = FrameHeader::parse(rest) {
        let length = header.header_bytes + usize::try_from(header.payload_bytes).unwrap();
        got.push((header.opcode, message_payload(&rest[..length]).unwrap()));
        rest = &rest[length..];
    }
    let wanted = [(Opcode::Text, &b"a text"[..]), (Opcode::Binary, b"in binary"), (Opcode::Text, b"")];
    assert_eq!(got, wanted.map(|(opcode, said)| (opcode, said.to_vec())));
}

#[test]
fn messages_that_came_in_one_read_go_out_apart_and_a_read_that_is_cut_is_told() {
    let (_folder, reader) = earlier(&[
        Past::Data(0, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
        Past::Data(0, b"\x81\x01a\x89\x00\x02\x01b\x80\x01c"),
        Past::Data(0, b"\x88\x00"),
        Past::Data(0, b"\x81\x01d\x81\x02e"),
        Past::Data(0, b"f"),
    ]);
    let (server, client) = with_frames();
    let before = client.records().len();
    server.ask(replay(at_once(&reader)));
    let (outcome, sent, total) = end(&server);
    let Err(Rejection::RowNotWhole { path, row: 4 }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(path, reader.path());
    assert_eq!((sent, total), (1, 3), "both messages are one row, and two rows say nothing");
    client.wait_record("the last", |record| record.data().is_some_and(|data| data.bytes.ends_with(b"bc")));
    let frames: Vec<u8> = client.records()[before..]
        .iter()
        .filter_map(Record::data)
        .flat_map(|data| data.bytes.clone())
        .collect();
    assert_eq!(frames, b"\x81\x01a\x82\x02bc");

    // Lines cut frames anywhere; what is told is the row as it is seen, whatever it was cut out of.
    let line_in_two = [Past::Data(0, b"\x81\x02"), Past::Data(0, b"a\n"), Past::Data(0, b"\x81\x04b\nc")];
    for (past, cut, whole) in [(&[Past::Data(0, b"\x81\x04a\nbc")][..], 1, 0), (&line_in_two, 2, 1)] {
        let (_folder, reader) = earlier(past);
        let mut scan = SplitScan::new(reader.clone(), Framing::Lines, RecordId(0));
        while !scan.step(u64::MAX).unwrap().is_done {}
        let lines = JournalRows::new(reader, Some(&scan.rows()), RowSelection::all(), RowTiming::AtOnce);
        server.ask(replay(lines));
        let (outcome, sent, _) = end(&server);
        assert!(matches!(outcome, Err(Rejection::RowNotWhole { row, .. }) if row == cut), "{outcome:?}");
        assert_eq!(sent, whole);
    }
}

#[cfg(unix)]
#[test]
fn empty_datagrams_count_when_they_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sock");
    let other = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    other.set_read_timeout(Some(DEADLINE)).unwrap();
    let config = UnixDatagramsConfig {
        bind: None,
        to: Some(path.to_str().unwrap().parse().unwrap()),
        options: Vec::new(),
    };
    let bench = Bench::open(SessionConfig::UnixDatagrams(config));
    bench.wait_status("the socket", |status| matches!(status.state, SessionState::Bound { .. }));
    let past: Vec<_> = (0..5_000).map(|_| Past::Data(0, b"")).collect();
    let (_folder, reader) = earlier(&past);
    for reads in [false, true] {
        bench.ask(replay(at_once(&reader)));
        bench.wait_event("the first", |event| matches!(event, Event::SendProgress { sent: 1.., .. }));
        if reads {
            for _ in &past {
                assert_eq!(other.recv(&mut [0; 16]).unwrap(), 0);
            }
            assert_eq!(end(&bench), (Ok(()), 5_000, 5_000));
        } else {
            // Nobody takes more than the kernel holds, however many turns go by.
            let until = Instant::now() + Duration::from_millis(200);
            for turn in 0.. {
                if Instant::now() >= until {
                    break;
                }
                let text = format!("turn {turn}");
                bench.ask(Command::AddNote(text.clone()));
                bench.wait_record("the note", |record| record.body == Body::Note(text.clone()));
            }
            bench.ask(Command::StopSending { job: JobId(1) });
            let (outcome, sent, total) = end(&bench);
            assert_eq!((outcome, total), (Err(Rejection::Cancelled), 5_000));
            for _ in 0..sent {
                assert_eq!(other.recv(&mut [0; 16]).unwrap(), 0);
            }
        }
    }
}

#[test]
fn what_is_queued_before_a_damaged_row_goes_out_and_is_counted() {
    let row = vec![b'x'; 15 << 20];
    let (_folder, reader) = with_damaged(&[Past::Data(0, &row), Past::Data(0, b"damaged")]);
    let (bench, mut peer) = with_client();
    bench.ask(replay(at_once(&reader)));
    let (outcome, sent, total) = end(&bench);
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!((sent, total), (1, 2));
    assert!(read(&mut peer, row.len()) == row);
}

/// A journal of which the row that says so is damaged.
fn with_damaged(rows: &[Past<'_>]) -> (TempDir, JournalReader) {
    let (folder, _) = earlier(rows);
    let path = folder.path().join("earlier.skj");
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.windows(7).position(|window| window == b"damaged").unwrap();
    bytes[place] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let reader = JournalReader::open(&path).unwrap();
    (folder, reader)
}

#[test]
fn a_row_that_is_damaged_is_not_left_out_in_silence() {
    let rows = [Past::Data(0, b"whole"), Past::Data(0, b"damaged"), Past::Data(0, b"after")];
    let (_folder, reader) = with_damaged(&rows);
    let (bench, other) = with_datagrams();
    bench.ask(replay(at_once(&reader)));
    assert_eq!(datagram(&other), b"whole");
    let (outcome, sent, total) = end(&bench);
    let damaged = Rejection::RowDamaged { path: reader.path().to_owned(), row: 2 };
    assert_eq!(damaged.to_string(), format!("cannot read {}: row 2 is damaged", reader.path().display()));
    assert_eq!(outcome, Err(damaged));
    assert_eq!((sent, total), (1, 3));
}

/// Windows lets nobody remove a journal that is written.
#[cfg(unix)]
#[test]
fn a_content_ends_with_its_last_recipient_while_the_journal_is_paused() {
    let (bench, _peer) = with_client();
    bench.ask(Command::SendLong {
        job: JobId(1),
        target: Target::All,
        source: SendSource::Bytes(vec![b'x'; 1 << 20].into()),
        pace: Pace { bytes_per_second: NonZeroU64::new(10_000), ..Pace::default() },
    });
    bench.wait_status("some of it", |status| status.counters.sent.bytes > 0);
    std::fs::remove_file(bench.journal()).unwrap();
    bench.wait_status("the pause", |status| status.paused.is_some());
    bench.ask(Command::ClosePeers { target: Target::All, how: CloseKind::Reset });
    let (outcome, ..) = end(&bench);
    assert_eq!(outcome, Err(Rejection::PeerGone(PeerId::FIRST)));
}

/// Windows lets nobody remove a journal that is written.
#[cfg(unix)]
#[test]
fn nothing_goes_while_the_journal_is_paused() {
    let row = vec![b'x'; 1_000];
    let past: Vec<_> = (0..1_000).map(|at| Past::Data(at * 10, &row)).collect();
    let (_folder, reader) = earlier(&past);
    let (bench, other) = with_datagrams();
    bench.ask(replay(JournalRows::new(reader, None, RowSelection::all(), RowTiming::AsTheyCame)));
    datagram(&other);
    std::fs::remove_file(bench.journal()).unwrap();
    bench.wait_status("the pause", |status| status.paused.is_some());
    // What went out before the pause was noticed has arrived.
    other.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    while other.recv(&mut [0; 2_000]).is_ok() {}
    let nothing = other.recv(&mut [0; 2_000]).unwrap_err();
    assert!(matches!(nothing.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{nothing}");
    bench.ask(Command::Close);
    let (outcome, sent, total) = end(&bench);
    assert_eq!((outcome, total), (Err(Rejection::Cancelled), 1_000));
    assert!((1..1_000).contains(&sent), "{sent}");
}
