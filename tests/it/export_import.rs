//! Files turned back into records: our own come back as they were, cut ones as far as they go.

use crate::export_support::{Session, noise, tool};
use sockscope::export::import::{
    Damage, ImportError, ImportFormat, ImportReport, Imported, RawStream, RecordSink, import_capture,
    import_jsonl, import_raw,
};
use sockscope::export::jsonl::{JsonlExporter, JsonlOptions};
use sockscope::export::pcapng::{PcapngExporter, PcapngOptions};
use sockscope::model::config::{IpProtocol, RawKind, SessionKind};
use sockscope::model::failure::{Failure, Operation, OsError};
use sockscope::model::ids::PeerId;
use sockscope::model::record::{
    Body, DataHead, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind,
};
use sockscope::model::socket_option::{OptionName, OptionValue};
use sockscope::util::clock::Stamp;
use std::io::{self, BufReader};
use std::path::Path;

/// Keeps what is imported.
#[derive(Default)]
struct Kept(Vec<(Stamp, Option<PeerId>, Body)>);

impl RecordSink for Kept {
    fn push(&mut self, record: Imported<'_>) -> io::Result<()> {
        self.0.push((record.at, record.peer, record.body.clone()));
        Ok(())
    }
}

impl Kept {
    /// The payload of the peer with this remote address.
    fn payload(&self, remote: &str, direction: Direction) -> Vec<u8> {
        let peer = self.0.iter().find_map(|(_, peer, body)| match body {
            Body::Lifecycle(event) => {
                event.introduces().filter(|(_, seen)| *seen == remote.parse().unwrap()).and(*peer)
            }
            _ => None,
        });
        let of_peer = self.0.iter().filter(|(_, of, _)| peer.is_some() && *of == peer);
        of_peer
            .filter_map(|(_, _, body)| match body {
                Body::Data(data) if data.head.direction == direction => Some(data.bytes.as_slice()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .concat()
    }

    fn events(&self) -> Vec<&'static str> {
        let word = |body: &Body| match body {
            Body::Lifecycle(event) => Some(event.word()),
            _ => None,
        };
        self.0.iter().filter_map(|(_, _, body)| word(body)).collect()
    }
}

fn import(capture: &[u8]) -> (Kept, ImportReport) {
    let mut kept = Kept::default();
    let report = import_capture(io::Cursor::new(capture.to_vec()), &mut kept).unwrap();
    (kept, report)
}

fn talk() -> Session {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    for (peer, port) in [(1, 5001), (2, 5002)] {
        session.joined(peer, "127.0.0.1:9000", &format!("127.0.0.1:{port}"));
    }
    for round in 0..20 {
        session.received(1, &noise(70_000, round));
        session.received(2, &noise(10, round));
        session.sent(1, b"reply");
    }
    session.left(1, "127.0.0.1:5001", EndReason::Fin);
    session.left(2, "127.0.0.1:5002", EndReason::Reset);
    session
}

#[test]
fn our_capture_comes_back() {
    let mut session = talk();
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let (kept, report) = import(&capture);
    assert_eq!((report.peers, report.skipped, report.missing_bytes, report.damage), (2, 0, 0, None));
    assert_eq!(report.kind, Some(SessionKind::TcpServer));
    for (peer, remote) in [(1, "127.0.0.1:5001"), (2, "127.0.0.1:5002")] {
        for direction in [Direction::Received, Direction::Sent] {
            assert!(kept.payload(remote, direction) == session.payload(peer, direction), "{remote}");
        }
    }
    assert_eq!(kept.events(), ["peer_joined", "peer_joined", "peer_finished", "peer_left", "peer_left"]);
}

#[test]
fn a_client_and_datagrams_come_back() {
    let mut session = Session::new(Some(SessionKind::TcpClient));
    let (local, remote) = ("127.0.0.1:5001".parse().unwrap(), "127.0.0.1:9000".parse().unwrap());
    session.event(1, Lifecycle::Connected { local, remote, message_oriented: None, process: None });
    session.sent(1, b"question");
    session.received(1, b"answer");
    let (kept, report) = import(&session.export(&mut PcapngExporter::new(PcapngOptions::default())));
    assert_eq!(report.kind, Some(SessionKind::TcpClient));
    assert_eq!(kept.events(), ["connected"]);
    assert_eq!(kept.payload("127.0.0.1:9000", Direction::Sent), b"question");

    let mut session = Session::new(Some(SessionKind::Udp));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    session.sent(1, b"");
    session.received(1, &noise(60_000, 1));
    let (kept, report) = import(&session.export(&mut PcapngExporter::new(PcapngOptions::default())));
    assert_eq!((report.kind, report.records), (Some(SessionKind::Udp), 4));
    assert_eq!(kept.payload("127.0.0.1:5001", Direction::Received), noise(60_000, 1));
}

#[test]
fn packets_of_a_raw_session_come_back() {
    let kind = SessionKind::Raw(RawKind { protocol: IpProtocol(1), with_header: false });
    let mut session = Session::new(Some(kind));
    session.joined(1, "10.0.0.1", "10.0.0.7");
    session.sent(1, b"\x08\0request");
    session.received(1, b"\0\0answer");
    let (kept, report) = import(&session.export(&mut PcapngExporter::new(PcapngOptions::default())));
    assert_eq!((report.kind, report.peers, report.skipped), (Some(kind), 1, 0));
    assert_eq!(kept.payload("10.0.0.7", Direction::Sent), b"\x08\0request");
    assert_eq!(kept.payload("10.0.0.7", Direction::Received), b"\0\0answer");
}

#[test]
fn a_capture_that_other_tools_rewrote_comes_back() {
    let mut session = talk();
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let (path, rewritten) = (session.folder().join("a.pcapng"), session.folder().join("b.pcap"));
    std::fs::write(&path, capture).unwrap();
    let (from, to) = (path.to_str().unwrap(), rewritten.to_str().unwrap());
    for format in ["pcap", "nsecpcap"] {
        if tool("editcap", &["-F", format, from, to], None).is_some() {
            let (kept, report) = import(&std::fs::read(&rewritten).unwrap());
            assert_eq!((report.peers, report.missing_bytes, report.damage), (2, 0, None));
            assert!(
                kept.payload("127.0.0.1:5001", Direction::Received)
                    == session.payload(1, Direction::Received)
            );
        }
    }
    // Every packet twice is what a capture of two interfaces looks like; one packet less is a gap.
    if tool("editcap", &["-F", "pcapng", from, to, "10"], None).is_some() {
        let (_, report) = import(&std::fs::read(&rewritten).unwrap());
        assert!(report.missing_bytes > 0, "{report:?}");
    }
}

#[test]
fn a_cut_capture_gives_what_is_whole() {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    session.received(1, b"first");
    session.received(1, b"second");
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let (whole, _) = import(&capture);
    for length in 1..capture.len() {
        let mut kept = Kept::default();
        match import_capture(io::Cursor::new(capture[..length].to_vec()), &mut kept) {
            Ok(report) => {
                assert!(whole.0.starts_with(&kept.0), "cut at {length}");
                let is_cut = matches!(report.damage, Some(Damage::Cut { .. }));
                assert!(is_cut || report.damage.is_none(), "cut at {length}: {:?}", report.damage);
                if let Some(damage) = report.damage {
                    assert!(damage.to_string().ends_with("everything before it was read"), "{damage}");
                }
            }
            Err(error) => assert!(matches!(error, ImportError::NotACapture), "cut at {length}: {error}"),
        }
    }
    for foreign in [&b""[..], b"x", b"{\"id\":1}\n", &noise(5000, 1)] {
        let error = import_capture(io::Cursor::new(foreign.to_vec()), &mut Kept::default()).unwrap_err();
        assert_eq!(error.to_string(), "this is neither a pcapng nor a pcap file");
    }
}

#[test]
fn a_block_that_is_shorter_than_any_ends_a_capture() {
    // What macOS says of the program behind a packet.
    const PROCESS_INFORMATION: u32 = 0x8000_0001;
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    session.received(1, b"before it");
    let mut capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let (whole, _) = import(&capture);
    let place = capture.len();
    for length in [0_u32, 4, 8, 11] {
        capture.truncate(place);
        capture.extend(PROCESS_INFORMATION.to_le_bytes());
        capture.extend(length.to_le_bytes());
        capture.extend([0; 64]);
        let mut kept = Kept::default();
        let report = import_capture(io::Cursor::new(capture.clone()), &mut kept).unwrap();
        assert_eq!(kept.0, whole.0);
        let damage = Damage::Nonsense { what: "a block's length", at: place as u64 };
        assert_eq!(report.damage, Some(damage), "a block of {length} bytes");
    }
}

#[test]
fn flipped_bytes_never_stop_the_program() {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5001");
    session.received(1, b"payload");
    session.left(1, "127.0.0.1:5001", EndReason::Fin);
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let mut imported = 0;
    for place in 0..capture.len() {
        for flip in [0x80, 0x01] {
            let mut damaged = capture.clone();
            damaged[place] ^= flip;
            imported += u64::from(import_capture(io::Cursor::new(damaged), &mut Kept::default()).is_ok());
        }
    }
    assert!(imported > 0, "most damage still leaves a capture");
}

#[test]
fn our_json_lines_come_back_as_the_same_records() {
    let address = "127.0.0.1:9000".parse().unwrap();
    let error =
        OsError { code: 104, name: "ECONNRESET".to_owned(), message: "connection reset by peer".to_owned() };
    let failure = || Failure::new(Operation::Connect, "plc.local:502", error.clone());
    let mut session = Session::new(None);
    session.joined(1, "0.0.0.0:9000", "127.0.0.1:5001");
    for event in [
        Lifecycle::Resolving { host: "plc.local".to_owned() },
        Lifecycle::Resolved {
            host: "plc.local".to_owned(),
            addresses: vec![address, "[::1]:7".parse().unwrap()],
        },
        Lifecycle::Listening { local: address },
        Lifecycle::ListenerStopped { local: address },
        Lifecycle::Bound { local: address },
        Lifecycle::Connecting { remote: address, attempt: 3 },
        Lifecycle::ConnectFailed { failure: failure(), reason: EndReason::Refused },
        Lifecycle::ReconnectScheduled { delay_millis: 500 },
        Lifecycle::SendFailed { failure: failure(), unsent: 9 },
        Lifecycle::OpenFailed { failure: failure() },
        Lifecycle::SessionFailed { failure: failure() },
        Lifecycle::AcceptFailed { failure: failure() },
        Lifecycle::OptionFailed { failure: failure() },
        Lifecycle::GroupFailed { failure: failure() },
        Lifecycle::Paused { failure: failure() },
        Lifecycle::Resumed { after_millis: 12 },
        Lifecycle::Recovered { cut_bytes: 7 },
        Lifecycle::JoinedGroup { group: "239.1.2.3".parse().unwrap(), interface: Some("eth0".to_owned()) },
        Lifecycle::LeftGroup { group: "ff02::7".parse().unwrap(), interface: None },
        Lifecycle::OptionSet {
            name: OptionName::ReceiveBuffer,
            asked: OptionValue::Number(4096),
            granted: Some(OptionValue::Number(8192)),
        },
        Lifecycle::OptionSet { name: OptionName::NoDelay, asked: OptionValue::Flag(true), granted: None },
        Lifecycle::Closed { reason: EndReason::Local },
    ] {
        session.event(0, event);
    }
    let remote = "127.0.0.1:5001".parse().unwrap();
    session.event(1, Lifecycle::PeerFinished { remote });
    session.event(1, Lifecycle::WriteShut { remote });
    session.event(1, Lifecycle::PeerUnreachable { remote, reason: EndReason::Refused, error: error.clone() });
    session.event(1, Lifecycle::PeerLeft { remote, reason: EndReason::Reset, error: Some(error.clone()) });
    session.push(0, &Body::Loss(Loss { what: LossKind::UnsentBytes, count: 3 }));
    session.push(0, &Body::Note("“quoted”\n\u{1}".to_owned()));
    let told = DataHead {
        local: Some("127.0.0.1".parse().unwrap()),
        interface: Some(InterfaceName::new("lo")),
        kernel_stamped: true,
        truncated: true,
        ttl: Some(63),
        ..DataHead::received()
    };
    session.data(1, told, &noise(300, 4));
    session.sent(1, b"");
    let lines = session.export(&mut JsonlExporter::new(&JsonlOptions::default()));
    let mut kept = Kept::default();
    let report = import_jsonl(&mut lines.as_slice(), &mut kept).unwrap();
    assert_eq!((report.damage, report.peers), (None, 1));
    assert_eq!(report.kind, None, "a mixture is of no kind");
    let reader = session.reader();
    let mut records = reader.records(0..u64::MAX);
    for (at, peer, body) in &kept.0 {
        let record = records.next().unwrap().unwrap();
        assert_eq!((at, peer, body), (&record.at, &record.peer, &record.body));
    }
    assert!(records.next().unwrap().is_none());

    let cut = &lines[..lines.len() - 5];
    let mut kept = Kept::default();
    let report = import_jsonl(&mut &cut[..], &mut kept).unwrap();
    assert_eq!(report.records, reader.snapshot().records - 1);
    assert!(matches!(report.damage, Some(Damage::Cut { .. })), "{:?}", report.damage);
}

#[test]
fn raw_bytes_are_one_stream() {
    let bytes = noise(200_000, 3);
    let mut kept = Kept::default();
    let report =
        import_raw(&mut bytes.as_slice(), Stamp::default(), &RawStream::default(), &mut kept).unwrap();
    assert_eq!((report.records, report.payload_bytes), (4, 200_000));
    let joined: Vec<u8> = kept
        .0
        .iter()
        .filter_map(|(_, _, body)| match body {
            Body::Data(data) => Some(data.bytes.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(joined == bytes);
}

#[test]
fn files_are_known_by_their_first_bytes() {
    let mut session = talk();
    let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
    let lines = session.export(&mut JsonlExporter::new(&JsonlOptions::default()));
    for (bytes, expected) in [
        (capture.as_slice(), ImportFormat::Capture),
        (&lines, ImportFormat::Jsonl),
        (b"anything", ImportFormat::Raw),
        (b"", ImportFormat::Raw),
    ] {
        let found = ImportFormat::detect(&mut BufReader::new(bytes), Path::new("file.dat")).unwrap();
        assert_eq!(found, expected);
    }
}
