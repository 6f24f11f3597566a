//! Journals whose checksums hold and whose content was made up: no panic, and all ways to read agree.

use crate::journal_support::{info, replace};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use sockscope::journal::format::{FrameFlags, FrameHeader, JournalId, encode_header};
use sockscope::journal::query::{Filter, Pattern, Search};
use sockscope::journal::recover::recover;
use sockscope::journal::verify::verify;
use sockscope::journal::{JournalReader, JournalWriter, RecordKind};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::Body;
use sockscope::util::clock::Stamp;
use std::ops::ControlFlow;
use std::path::Path;

const ID: JournalId = JournalId(7);
/// Forged row numbers may claim millions of lost rows; the first ones are enough.
const MOST_ROWS: u64 = 300;

#[derive(Clone, Debug)]
struct Forged {
    header: FrameHeader,
    payload: Vec<u8>,
    rows_left_out: u64,
    bytes_between: Vec<u8>,
}

fn any_frame() -> impl Strategy<Value = Forged> {
    let numbers = (0..7_u8, any::<u8>(), 0..30_u8, any::<u32>(), any::<u32>(), any::<i64>());
    let rows_left_out = prop_oneof![8 => 0..1_u64, 1 => 1..5_u64, 1 => 0..(1_u64 << 25)];
    let between = prop_oneof![9 => vec(any::<u8>(), 0..1), 1 => vec(any::<u8>(), 0..100)];
    (numbers, vec(any::<u8>(), 0..80), rows_left_out, between, 0..10_u8).prop_map(
        |((code, facts, detail, peer, link, wall_ns), payload, rows_left_out, bytes_between, luck)| {
            let facts_bytes = facts.min(u8::try_from(payload.len()).unwrap());
            let flags = FrameFlags {
                sent: luck % 2 == 0,
                kernel_stamped: false,
                truncated: luck == 3,
                goes_on: luck == 5,
            };
            let payload_crc = if luck == 0 { 0 } else { crc32fast::hash(&payload) };
            let header = FrameHeader {
                code,
                facts_bytes: if code == 1 { facts_bytes } else { 0 },
                flags,
                detail,
                payload_bytes: payload.len().try_into().unwrap(),
                epoch: Epoch(1),
                id: RecordId(0),
                at: Stamp { wall_ns, mono_ns: 0 },
                peer,
                link,
                payload_crc,
            };
            Forged { header, payload, rows_left_out, bytes_between }
        },
    )
}

fn file_of(frames: &[Forged]) -> Vec<u8> {
    let mut bytes = encode_header(ID, &info());
    let mut row = 0;
    for frame in frames {
        row += frame.rows_left_out;
        bytes.extend_from_slice(&frame.bytes_between);
        bytes.extend_from_slice(&FrameHeader { id: RecordId(row), ..frame.header }.encode(ID.seed()));
        bytes.extend_from_slice(&frame.payload);
        row += 1;
    }
    bytes
}

fn look_at_everything(path: &Path) {
    let reader = JournalReader::open(path).unwrap();
    let rows = reader.snapshot().records.min(MOST_ROWS);
    let (mut records, mut raw) = (reader.records(0..rows), reader.records(0..rows));
    for row in 0..rows {
        let record = records.next().unwrap().unwrap().clone();
        assert_eq!(record.id, RecordId(row));
        assert_eq!(reader.record(record.id).unwrap().as_ref(), Some(&record));
        let raw = raw.next_raw().unwrap().unwrap();
        assert_eq!(raw.head.id, record.id);
        if let Some(data) = record.data() {
            assert_eq!((raw.head.kind, raw.bytes()), (RecordKind::Data, &data.bytes[..]));
            assert_eq!(raw.data_head(), Some(data.head));
        }
        assert!(reader.previous_in_stream(record.id).unwrap().is_none_or(|previous| previous < record.id));
    }
    for peer in reader.peer_ids() {
        assert!(reader.peer(peer).unwrap().is_none_or(|known| known.id == peer));
    }
    assert!(reader.record_at_time(0).unwrap().0 <= reader.snapshot().records);
    for pattern in [Pattern::literal(b"\0"), Pattern::hex("00 ??"), Pattern::bytes_regex("[a-c]+")] {
        let filter = Filter { rows: Some(0..rows), ..Filter::default() };
        let mut search = Search::new(reader.clone(), pattern.unwrap(), filter).unwrap();
        for hit in search.step(1 << 20).unwrap().hits {
            let head = reader.head(hit.record).unwrap().unwrap();
            assert!(head.kind != RecordKind::Damaged && hit.record.0 < rows);
        }
    }
    let report = verify(&reader, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert!(report.records >= reader.snapshot().records);
    let out = path.with_file_name("out.skj");
    if out.exists() {
        std::fs::remove_file(&out).unwrap();
    }
    recover(path, &out, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert!(JournalReader::open(&out).unwrap().snapshot().records >= reader.snapshot().records);
    let before = reader.snapshot();
    let mut writer = JournalWriter::open_append(path).unwrap();
    assert_eq!(writer.next_id(), RecordId(before.records));
    assert!(writer.highest_peer().is_none_or(|peer| peer >= PeerId::FIRST));
    writer.publish().unwrap();
    assert_eq!(writer.reader().snapshot(), before);
}

/// A frame of a program that does not exist yet.
fn later(code: u8, detail: u8, payload: &[u8]) -> Forged {
    let header = FrameHeader {
        code,
        facts_bytes: 0,
        flags: FrameFlags::default(),
        detail,
        payload_bytes: payload.len().try_into().unwrap(),
        epoch: Epoch(1),
        id: RecordId(0),
        at: Stamp::default(),
        peer: 0,
        link: 0,
        payload_crc: crc32fast::hash(payload),
    };
    Forged { header, payload: payload.to_vec(), rows_left_out: 0, bytes_between: Vec::new() }
}

#[test]
fn what_a_later_version_wrote_is_told_from_damage_and_survives_a_recovery() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let frames = [
        later(4, 0, b"known"),
        later(77, 3, b"a new kind"),
        later(2, 250, b"a new event"),
        later(3, 99, &[0; 8]),
    ];
    replace(&path, &file_of(&frames));
    let bodies = |path: &Path| -> Vec<Body> {
        let reader = JournalReader::open(path).unwrap();
        let one_by_one = (0..4).map(|row| reader.record(RecordId(row)).unwrap().unwrap().body).collect();
        let mut records = reader.records(0..4);
        let mut in_order = Vec::new();
        while let Some(record) = records.next().unwrap() {
            in_order.push(record.body.clone());
        }
        assert_eq!(in_order, one_by_one);
        one_by_one
    };
    let expected = [Body::Note("known".to_owned()), Body::Newer, Body::Newer, Body::Newer];
    assert_eq!(bodies(&path), expected);
    let report =
        verify(&JournalReader::open(&path).unwrap(), &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert!(report.is_whole() && report.newer_rows == 3 && report.notes == 1, "{report:?}");
    let out = path.with_file_name("out.skj");
    recover(&path, &out, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(bodies(&out), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn made_up_journals_are_read_without_a_panic(
        frames in vec(any_frame(), 0..12),
        tail in vec(any::<u8>(), 0..80),
        index in vec(any::<u8>(), 0..80),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        replace(&path, &[file_of(&frames), tail].concat());
        if !index.is_empty() {
            replace(&folder.path().join("a.skj.idx"), &index);
        }
        look_at_everything(&path);
    }
}
