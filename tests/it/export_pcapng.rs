//! Captures, judged by tshark: nothing to complain about, right checksums, and the streams are the session's bytes.

use crate::export_support::{Session, noise, tool};
use sockscope::codec::rows::Row;
use sockscope::export::RowSelection;
use sockscope::export::pcapng::{PcapngExporter, PcapngOptions};
use sockscope::journal::query::Filter;
use sockscope::model::config::SessionKind;
use sockscope::model::record::{
    Body, DataHead, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind,
};
use std::path::{Path, PathBuf};

/// Everything that tshark has to check for a complaint to be seen.
const CHECKS: [&str; 8] = [
    "-o",
    "ip.check_checksum:TRUE",
    "-o",
    "tcp.check_checksum:TRUE",
    "-o",
    "udp.check_checksum:TRUE",
    "-n",
    "-2",
];

/// The addresses of the two ends of a connection, and what their beginnings are for tshark's filters.
const FAMILIES: [(&str, &str); 2] = [("127.0.0.1:9000", "127.0.0.1"), ("[::1]:9000", "[::1]")];

fn write_capture(session: &mut Session, options: PcapngOptions) -> PathBuf {
    let capture = session.export(&mut PcapngExporter::new(options));
    let path = session.folder().join("session.pcapng");
    std::fs::write(&path, capture).unwrap();
    path
}

fn tshark(path: &Path, arguments: &[&str]) -> Option<String> {
    let mut all = vec!["-r", path.to_str().unwrap()];
    all.extend_from_slice(&CHECKS);
    all.extend_from_slice(arguments);
    tool("tshark", &all, None).map(|out| String::from_utf8(out).unwrap())
}

/// The complaints of a capture: what tshark's experts say, except that there are comments, that a connection begins
/// and ends, and that it was reset; every ordinary connection brings those remarks.
fn complaints(path: &Path) -> Vec<String> {
    const ORDINARY: [&str; 5] = [
        "Connection establish ",
        "Connection finish (FIN)",
        "Connection reset (RST)",
        "This frame initiates the connection closing",
        "This frame undergoes the connection closing",
    ];
    const COMMENT: &str = "1048576";
    let fields =
        ["-T", "fields", "-E", "aggregator=|", "-e", "_ws.expert.severity", "-e", "_ws.expert.message"];
    let Some(lines) = tshark(path, &[&["-Y", "_ws.expert"], fields.as_slice()].concat()) else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    for line in lines.lines() {
        let (severities, messages) = line.split_once('\t').unwrap();
        for (severity, message) in severities.split('|').zip(messages.split('|')) {
            if severity != COMMENT && !ORDINARY.iter().any(|ordinary| message.starts_with(ordinary)) {
                complaints.push(format!("{severity} {message}"));
            }
        }
    }
    complaints
}

/// Both directions of a stream as tshark follows it: from the side that opened it, and to it.
fn follow(path: &Path, stream: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let text = tshark(path, &["-q", "-z", &format!("follow,tcp,raw,{stream}")])?;
    let mut ways = (Vec::new(), Vec::new());
    let lines = text.lines().skip_while(|line| !line.starts_with("Node 1")).skip(1);
    for line in lines.take_while(|line| !line.starts_with("===")) {
        match line.strip_prefix('\t') {
            Some(digits) => ways.1.extend(const_hex::decode(digits).unwrap()),
            None => ways.0.extend(const_hex::decode(line).unwrap()),
        }
    }
    Some(ways)
}

fn assert_streams(session: &mut Session, path: &Path, peers: &[u32]) {
    for (stream, peer) in peers.iter().enumerate() {
        let expected = (session.payload(*peer, Direction::Received), session.payload(*peer, Direction::Sent));
        if let Some(followed) = follow(path, stream) {
            assert_eq!(
                (followed.0.len(), followed.1.len()),
                (expected.0.len(), expected.1.len()),
                "peer {peer}"
            );
            assert!(followed == expected, "peer {peer}: the streams differ");
        }
    }
}

#[test]
fn many_clients_over_both_families() {
    for (local, host) in FAMILIES {
        let mut session = Session::new(Some(SessionKind::TcpServer));
        session.event(0, Lifecycle::Listening { local: local.parse().unwrap() });
        let peers: Vec<u32> = (1..=6).collect();
        for peer in &peers {
            session.joined(*peer, local, &format!("{host}:{}", 40_000 + peer));
        }
        for round in 0..10_usize {
            for peer in &peers {
                session.received(*peer, &noise(1 + round * 37, u64::from(*peer)));
                if round % 3 == 0 {
                    session.sent(*peer, b"reply\r\n");
                    session.sent(*peer, b"and more\r\n");
                }
            }
        }
        for peer in &peers {
            let reason = if peer % 2 == 0 { EndReason::Fin } else { EndReason::Kicked };
            session.left(*peer, &format!("{host}:{}", 40_000 + peer), reason);
        }
        let path = write_capture(&mut session, PcapngOptions::default());
        assert_eq!(complaints(&path), Vec::<String>::new());
        assert_streams(&mut session, &path, &peers);
    }
}

#[test]
fn half_close_large_records_and_ten_megabytes_against_small_talk() {
    for (local, host) in FAMILIES {
        let remote = format!("{host}:41000");
        let mut session = Session::new(Some(SessionKind::TcpServer));
        session.joined(1, local, &remote);
        for part in 0..40_u64 {
            session.received(1, &noise(256 * 1024 + 17, part));
            session.sent(1, b"got it\n");
        }
        session.event(1, Lifecycle::PeerFinished { remote: remote.parse().unwrap() });
        session.sent(1, &noise(300_000, 99));
        session.event(1, Lifecycle::WriteShut { remote: remote.parse().unwrap() });
        session.left(1, &remote, EndReason::Fin);
        let path = write_capture(&mut session, PcapngOptions::default());
        assert_eq!(complaints(&path), Vec::<String>::new());
        assert_streams(&mut session, &path, &[1]);
    }
}

#[test]
fn sequence_numbers_wrap() {
    for first_sequence in [u32::MAX - 1, u32::MAX - 70_000, 0xEFFF_FF00] {
        let mut session = Session::new(Some(SessionKind::TcpServer));
        session.joined(1, "127.0.0.1:9000", "127.0.0.1:41000");
        for part in 0..8 {
            session.received(1, &noise(65_536, part));
            session.sent(1, &noise(40_000, part));
        }
        session.left(1, "127.0.0.1:41000", EndReason::Fin);
        let options = PcapngOptions { first_sequence: Some(first_sequence), ..PcapngOptions::default() };
        let path = write_capture(&mut session, options);
        assert_eq!(complaints(&path), Vec::<String>::new());
        assert_streams(&mut session, &path, &[1]);
    }
}

#[test]
fn a_reset_connection_ends_with_one_reset() {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:41000");
    session.received(1, b"x");
    session.left(1, "127.0.0.1:41000", EndReason::Reset);
    let path = write_capture(&mut session, PcapngOptions::default());
    assert_eq!(complaints(&path), Vec::<String>::new());
    if let Some(resets) = tshark(&path, &["-Y", "tcp.flags.reset==1"]) {
        assert_eq!(resets.lines().count(), 1);
    }
    assert_streams(&mut session, &path, &[1]);
}

#[test]
fn a_client_that_connects_again_and_a_connection_that_is_still_open() {
    let mut session = Session::new(Some(SessionKind::TcpClient));
    let remote = "10.0.0.7:502".parse().unwrap();
    for (peer, port) in [(1, 50_000), (2, 50_001)] {
        session.event(0, Lifecycle::Connecting { remote, attempt: 1 });
        let local = format!("10.0.0.2:{port}").parse().unwrap();
        session.event(peer, Lifecycle::Connected { local, remote, message_oriented: None, process: None });
        session.sent(peer, b"question");
        session.received(peer, b"answer");
        session.received(peer, b"more");
        if peer == 1 {
            session.left(peer, "10.0.0.7:502", EndReason::Local);
        }
    }
    let path = write_capture(&mut session, PcapngOptions::default());
    assert_eq!(complaints(&path), Vec::<String>::new());
    let Some((ours, theirs)) = follow(&path, 1) else { return };
    assert_eq!((ours.as_slice(), theirs.as_slice()), (&b"question"[..], &b"answermore"[..]));
    let openers =
        tshark(&path, &["-Y", "tcp.flags.syn==1 && tcp.flags.ack==0", "-T", "fields", "-e", "ip.src"]);
    assert_eq!(openers.unwrap(), "10.0.0.2\n10.0.0.2\n");
}

#[test]
fn a_selection_that_starts_in_the_middle_still_has_whole_streams() {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:41000");
    session.received(1, b"before");
    session.received(1, b"selected");
    session.left(1, "127.0.0.1:41000", EndReason::Fin);
    let mut exporter = PcapngExporter::new(PcapngOptions::default());
    let (capture, done) = session.export_some(&mut exporter, &RowSelection::range(2..4), &Filter::default());
    assert_eq!((done.records, done.payload_bytes), (2, 8));
    let path = session.folder().join("part.pcapng");
    std::fs::write(&path, capture).unwrap();
    assert_eq!(complaints(&path), Vec::<String>::new());
    if let Some((selected, _)) = follow(&path, 0) {
        assert_eq!(selected, b"selected");
    }
}

#[test]
fn datagrams_of_many_peers_with_broadcast_and_multicast() {
    let mut session = Session::new(Some(SessionKind::Udp));
    session.event(0, Lifecycle::Bound { local: "0.0.0.0:45454".parse().unwrap() });
    let peers = [
        (1, "0.0.0.0:45454", "10.0.0.7:45455"),
        (2, "0.0.0.0:45454", "255.255.255.255:45454"),
        (3, "0.0.0.0:45454", "224.0.0.77:45454"),
        (4, "[::]:45454", "[fe80::7]:45455"),
        (5, "[::]:45454", "[ff02::77]:45454"),
        (6, "[::]:45454", "[::ffff:10.0.0.9]:45455"),
    ];
    let mut expected = Vec::new();
    for (peer, local, remote) in peers {
        session.joined(peer, local, remote);
        for length in [0, 1, 2, 1473, 65_507] {
            let bytes = noise(length, u64::from(peer));
            if peer == 1 {
                let told = DataHead {
                    local: Some("10.0.0.2".parse().unwrap()),
                    interface: Some(InterfaceName::new("eth7")),
                    truncated: length == 1473,
                    ..DataHead::received()
                };
                session.data(peer, told, &bytes);
            } else {
                session.sent(peer, &bytes);
            }
            expected.push((remote, bytes));
        }
    }
    session.push(0, &Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 12 }));
    session.push(0, &Body::Note("the last word".to_owned()));
    let path = write_capture(&mut session, PcapngOptions::default());
    assert_eq!(complaints(&path), Vec::<String>::new());
    let fields = ["-T", "fields", "-e", "udp.payload", "-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.dst"];
    let Some(lines) = tshark(&path, &fields) else {
        return;
    };
    let lines: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), expected.len());
    for (line, (remote, bytes)) in lines.iter().zip(&expected) {
        assert_eq!(line[0], const_hex::encode(bytes), "{remote}");
    }
    assert_eq!(&lines[0][1..3], ["10.0.0.7", "10.0.0.2"], "the address that the kernel told");
    assert_eq!(lines[5][1..3], ["10.0.0.2", "255.255.255.255"]);
    assert_eq!(lines[29][2], "10.0.0.9", "IPv4 through an IPv6 socket is IPv4");
    let comments = tshark(&path, &["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"]).unwrap();
    for part in ["the last word", "longer than what was kept", "12", "0.0.0.0:45454"] {
        assert!(comments.contains(part), "{part} is missing in {comments}");
    }
    let facts = tool("capinfos", &[path.to_str().unwrap()], None);
    if let Some(facts) = facts.map(|out| String::from_utf8(out).unwrap()) {
        for part in ["bench <7>", "Sockscope test", "eth7", "nanoseconds"] {
            assert!(facts.contains(part), "{part} is missing in {facts}");
        }
    }
}

#[test]
fn a_watcher_gets_every_packet_with_its_record() {
    use sockscope::export::{ExportContext, Exporter, JournalPeers};
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:41000");
    session.received(1, b"now");
    let reader = session.reader();
    let mut exporter = PcapngExporter::new(PcapngOptions { live: true, ..PcapngOptions::default() });
    let mut peers = JournalPeers::new(reader.clone());
    let mut out = Vec::new();
    exporter.begin(&ExportContext::of_journal(&reader), &mut out).unwrap();
    let mut written = vec![out.len()];
    let mut records = reader.records(0..2);
    while let Some(record) = records.next().unwrap() {
        exporter.row(&Row::of(record), &mut peers, &mut out).unwrap();
        written.push(out.len());
    }
    assert!(written.is_sorted_by(|before, after| before < after), "{written:?}");
    // What a watcher has so far is a capture although nobody has finished it.
    let path = session.folder().join("live.pcapng");
    std::fs::write(&path, &out).unwrap();
    if let Some((received, _)) = follow(&path, 0) {
        assert_eq!(received, b"now");
    }
}

/// What the statistics of an interface tell.
#[derive(Debug, Default, PartialEq)]
struct Told {
    interface: u32,
    received: u64,
    dropped: u64,
    dropped_by_system: u64,
}

fn statistics(capture: &[u8]) -> Vec<Told> {
    use pcap_parser::{Block, OptionCode, PcapBlockOwned, PcapNGReader, traits::PcapReaderIterator};
    let mut reader = PcapNGReader::new(capture.len(), capture).unwrap();
    let mut told = Vec::new();
    while let Ok((length, block)) = reader.next() {
        if let PcapBlockOwned::NG(Block::InterfaceStatistics(block)) = block {
            let number = |code| {
                let option = block.options.iter().find(|option| option.code == OptionCode(code)).unwrap();
                u64::from_le_bytes(option.value().try_into().unwrap())
            };
            told.push(Told {
                interface: block.if_id,
                received: number(4),
                dropped: number(5),
                dropped_by_system: number(7),
            });
        }
        reader.consume(length);
    }
    told
}

#[test]
fn dropped_datagrams_are_counted_in_the_statistics() {
    let mut session = Session::new(Some(SessionKind::Udp));
    session.event(0, Lifecycle::Bound { local: "127.0.0.1:9000".parse().unwrap() });
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    session.received(1, b"one");
    session.push(0, &Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 12 }));
    session.push(0, &Body::Loss(Loss { what: LossKind::UnsentBytes, count: 1000 }));
    session.received(1, b"two");
    session.push(0, &Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 30 }));
    let whole = Told { interface: 0, received: 44, dropped: 42, dropped_by_system: 42 };
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    assert_eq!(statistics(&capture), [whole]);
    // Whoever watches is told each time; the last word is the same.
    let live = PcapngOptions { live: true, ..PcapngOptions::default() };
    let told = statistics(&session.export(&mut PcapngExporter::new(live)));
    let drops: Vec<u64> = told.iter().map(|told| told.dropped).collect();
    assert_eq!(drops, [12, 42, 42]);
}
