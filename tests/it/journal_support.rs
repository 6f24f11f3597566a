//! What the journal's scenarios share: a small journal with every kind of record, and random bodies.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::address::{Address, UnixName};
use sockscope::model::config::SessionKind;
use sockscope::model::failure::{Failure, Operation, OsError};
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{
    Body, Data, DataHead, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind, Origin, Record,
    RuleName,
};
use sockscope::model::socket_option::{OptionName, OptionValue};
use sockscope::util::clock::Stamp;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Names the journal for a test that this program runs in another process.
pub(crate) const JOURNAL_VARIABLE: &str = "SOCKSCOPE_TEST_JOURNAL";

pub(crate) fn info() -> JournalInfo {
    JournalInfo {
        session_name: "line 3".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "sockscope 0.1.0".to_owned(),
        encoding: None,
        split: None,
        created: Stamp { wall_ns: 1_795_000_000_000_000_000, mono_ns: 1 },
    }
}

/// The same records each time: every kind, both directions, two peers, facts, an empty datagram.
pub(crate) fn sample() -> Vec<(Stamp, Epoch, Option<PeerId>, Body)> {
    let at = |n: i64| Stamp { wall_ns: 1_795_000_000_000_000_000 + n * 1000, mono_ns: n.unsigned_abs() };
    let address = |text: &str| text.parse().unwrap();
    let data = |head, bytes: &[u8]| Body::Data(Data { head, bytes: bytes.to_vec() });
    let (one, two) = (Some(PeerId::FIRST), PeerId::new(2));
    let facts = DataHead {
        kernel_stamped: true,
        truncated: true,
        local: Some("fe80::1".parse().unwrap()),
        interface: Some(InterfaceName::new("eth0")),
        ..DataHead::received()
    };
    let joined = |remote| {
        let local = address("127.0.0.1:9000");
        Body::Lifecycle(Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None })
    };
    let failure = Failure::new(Operation::Send, "[::1]:7", OsError::from_words("no way"));
    let left = Lifecycle::PeerLeft { remote: address("[::1]:7"), reason: EndReason::Reset, error: None };
    vec![
        (at(0), Epoch(1), None, Body::Lifecycle(Lifecycle::Listening { local: address("127.0.0.1:9000") })),
        (at(1), Epoch(1), one, joined(address("127.0.0.1:5000"))),
        (at(2), Epoch(1), one, data(DataHead::received(), b"hello")),
        (at(3), Epoch(1), two, joined(address("[::1]:7"))),
        (at(4), Epoch(1), two, data(facts, b"\xC4\xE3\xBA\xC3")),
        (at(5), Epoch(1), one, data(DataHead::sent(Origin::Echo), b"hello")),
        (at(6), Epoch(1), one, data(DataHead::received(), b"")),
        (at(7), Epoch(1), None, Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 12 })),
        (at(8), Epoch(1), two, Body::Lifecycle(Lifecycle::SendFailed { failure, unsent: 3 })),
        (at(9), Epoch(2), two, Body::Lifecycle(left)),
        (at(10), Epoch(2), None, Body::Note("设备 restarted".to_owned())),
        (at(11), Epoch(2), one, data(DataHead::received(), b"world")),
    ]
}

/// Writes records to a new journal and closes it; gives back what readers must see.
pub(crate) fn write(path: &Path, records: Vec<(Stamp, Epoch, Option<PeerId>, Body)>) -> Vec<Record> {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let mut written = Vec::new();
    for (at, epoch, peer, body) in records {
        let id = writer.append(at, epoch, peer, &body);
        written.push(Record { id, at, epoch, peer, body });
    }
    writer.close().unwrap();
    written
}

/// Makes a file hold these bytes. Not by truncating the old one: some file systems then wait for the disk at each
/// close, and the scenarios do this thousands of times.
pub(crate) fn replace(path: &Path, bytes: &[u8]) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
    fs::write(path, bytes).unwrap();
}

/// All rows, read in order.
pub(crate) fn read_all(reader: &JournalReader) -> Vec<Record> {
    let mut records = reader.records(reader.snapshot().rows());
    let mut read = Vec::new();
    while let Some(record) = records.next().unwrap() {
        read.push(record.clone());
    }
    read
}

/// The payload of a row can be told from its number alone.
fn payload(row: u64) -> Vec<u8> {
    let length = usize::try_from(row % 7 * 1000 + 1).unwrap();
    row.to_le_bytes().iter().copied().cycle().take(length).collect()
}

/// Appends the record that belongs into the next row.
pub(crate) fn append_row(writer: &mut JournalWriter) {
    let row = writer.next_id().0;
    let at = Stamp { wall_ns: row.cast_signed(), mono_ns: row };
    writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &payload(row));
}

/// Whether this is the record that belongs into its row.
pub(crate) fn check_row(record: &Record) {
    assert_eq!(record.at.mono_ns, record.id.0);
    assert_eq!(record.data().unwrap().bytes, payload(record.id.0), "row {}", record.id);
}

/// This program again, to run just one of its tests on this journal.
pub(crate) fn run_again(test: &str, journal: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(JOURNAL_VARIABLE, journal);
    command
}

fn any_text() -> impl Strategy<Value = String> {
    "\\PC{0,20}"
}

fn any_reason() -> impl Strategy<Value = EndReason> {
    (1..=9_u8).prop_map(|code| EndReason::from_code(code).unwrap())
}

fn any_error() -> impl Strategy<Value = OsError> {
    (any::<i32>(), any_text(), any_text()).prop_map(|(code, name, message)| OsError { code, name, message })
}

fn any_failure() -> impl Strategy<Value = Failure> {
    (1..=17_u8, any_text(), any_error()).prop_map(|(operation, target, error)| Failure {
        operation: Operation::from_code(operation).unwrap(),
        target,
        error,
    })
}

fn any_value() -> impl Strategy<Value = OptionValue> {
    prop_oneof![
        any::<bool>().prop_map(OptionValue::Flag),
        any::<u64>().prop_map(OptionValue::Number),
        any_text().prop_map(OptionValue::Text),
    ]
}

/// Of all kinds.
fn any_address() -> impl Strategy<Value = Address> {
    let name = proptest::collection::vec(any::<u8>(), 2..=107).prop_map(|mut name| {
        // Only an abstract name has a zero byte in it, at its beginning at least.
        if name.contains(&0) {
            name[0] = 0;
        }
        Address::Unix(UnixName::new(&name).unwrap())
    });
    prop_oneof![
        any::<std::net::SocketAddr>().prop_map(Address::Ip),
        name,
        any::<std::net::IpAddr>().prop_map(Address::Raw),
        Just(Address::None),
    ]
}

fn any_lifecycle() -> impl Strategy<Value = Lifecycle> {
    let address = any_address;
    let ip = any::<std::net::IpAddr>;
    let interface = || proptest::option::of(any_text());
    let addresses = proptest::collection::vec(address(), 0..5);
    let option_name = (1..=19_u8).prop_map(|code| OptionName::from_code(code).unwrap());
    prop_oneof![
        any_text().prop_map(|host| Lifecycle::Resolving { host }),
        (any_text(), addresses).prop_map(|(host, addresses)| Lifecycle::Resolved { host, addresses }),
        address().prop_map(|local| Lifecycle::Listening { local }),
        address().prop_map(|local| Lifecycle::ListenerStopped { local }),
        address().prop_map(|local| Lifecycle::Bound { local }),
        (address(), any::<u32>()).prop_map(|(remote, attempt)| Lifecycle::Connecting { remote, attempt }),
        (address(), address(), any::<Option<bool>>()).prop_map(|(local, remote, message_oriented)| {
            Lifecycle::Connected { local, remote, message_oriented, process: None }
        }),
        (any_failure(), any_reason())
            .prop_map(|(failure, reason)| Lifecycle::ConnectFailed { failure, reason }),
        any::<u64>().prop_map(|delay_millis| Lifecycle::ReconnectScheduled { delay_millis }),
        (address(), address(), any::<Option<bool>>()).prop_map(|(local, remote, message_oriented)| {
            Lifecycle::PeerJoined { local, remote, message_oriented, process: None }
        }),
        address().prop_map(|remote| Lifecycle::PeerFinished { remote }),
        address().prop_map(|remote| Lifecycle::WriteShut { remote }),
        (address(), any_reason(), proptest::option::of(any_error()))
            .prop_map(|(remote, reason, error)| Lifecycle::PeerLeft { remote, reason, error }),
        (address(), any_reason(), any_error())
            .prop_map(|(remote, reason, error)| Lifecycle::PeerUnreachable { remote, reason, error }),
        (any_failure(), any::<u64>()).prop_map(|(failure, unsent)| Lifecycle::SendFailed { failure, unsent }),
        any_failure().prop_map(|failure| Lifecycle::OpenFailed { failure }),
        any_failure().prop_map(|failure| Lifecycle::SessionFailed { failure }),
        any_failure().prop_map(|failure| Lifecycle::AcceptFailed { failure }),
        (option_name, any_value(), proptest::option::of(any_value()))
            .prop_map(|(name, asked, granted)| Lifecycle::OptionSet { name, asked, granted }),
        any_failure().prop_map(|failure| Lifecycle::OptionFailed { failure }),
        (ip(), interface()).prop_map(|(group, interface)| Lifecycle::JoinedGroup { group, interface }),
        (ip(), interface()).prop_map(|(group, interface)| Lifecycle::LeftGroup { group, interface }),
        any_failure().prop_map(|failure| Lifecycle::GroupFailed { failure }),
        any_failure().prop_map(|failure| Lifecycle::Paused { failure }),
        any::<u64>().prop_map(|after_millis| Lifecycle::Resumed { after_millis }),
        any::<u64>().prop_map(|cut_bytes| Lifecycle::Recovered { cut_bytes }),
        any_reason().prop_map(|reason| Lifecycle::Closed { reason }),
        any_text().prop_map(|lines| Lifecycle::KeysKept { lines }),
    ]
}

fn any_data() -> impl Strategy<Value = Data> {
    let head = (
        any::<bool>(),
        0..=9_u8,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(any::<std::net::IpAddr>()),
        proptest::option::of(any_text().prop_map(|name| InterfaceName::new(&name))),
        proptest::option::of(any_text().prop_map(|name| RuleName::new(&name))),
        proptest::option::of(any::<u8>()),
    )
        .prop_map(|(sent, origin, kernel_stamped, truncated, goes_on, local, interface, rule, ttl)| {
            DataHead {
                direction: if sent { Direction::Sent } else { Direction::Received },
                origin: Origin::from_code(origin).unwrap(),
                kernel_stamped,
                truncated,
                goes_on,
                local,
                interface,
                rule,
                ttl,
            }
        });
    (head, proptest::collection::vec(any::<u8>(), 0..300)).prop_map(|(head, bytes)| Data { head, bytes })
}

/// Any body that a session can write.
pub(crate) fn any_body() -> impl Strategy<Value = Body> {
    let loss = (1..=2_u8, any::<u64>())
        .prop_map(|(what, count)| Loss { what: LossKind::from_code(what).unwrap(), count });
    prop_oneof![
        any_data().prop_map(Body::Data),
        any_data().prop_map(Body::Wire),
        any_lifecycle().prop_map(Body::Lifecycle),
        loss.prop_map(Body::Loss),
        any_text().prop_map(Body::Note),
        Just(Body::Damaged),
    ]
}
