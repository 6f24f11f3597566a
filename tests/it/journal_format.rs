//! What is written reads back, in every version ever released; and the documented example is what the program
//! writes.

use crate::journal_support::{any_body, info, read_all, sample, write};
use proptest::prelude::{ProptestConfig, any, proptest};
use sockscope::journal::format::{FrameHeader, JournalId, decode_body, encode_body};
use sockscope::journal::{JournalInfo, JournalReader};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Lifecycle, Record};
use sockscope::util::clock::Stamp;
use std::fs;
use std::path::{Path, PathBuf};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn every_body_reads_back(body in any_body(), peer in 0..4_u32, wall_ns in any::<i64>(), mono_ns in any::<u64>()) {
        let mut payload = Vec::new();
        let shape = encode_body(&body, &mut payload);
        let header = FrameHeader {
            code: shape.kind.code(),
            facts_bytes: shape.facts_bytes,
            flags: shape.flags,
            detail: shape.detail,
            payload_bytes: payload.len().try_into().unwrap(),
            epoch: Epoch(7),
            id: RecordId(9),
            at: Stamp { wall_ns, mono_ns },
            peer,
            link: 3,
            payload_crc: 5,
        };
        assert_eq!(FrameHeader::decode(&header.encode(77), 77), Some(header));
        assert_eq!(FrameHeader::decode(&header.encode(77), 78), None, "a frame of another journal");
        assert_eq!(decode_body(&header, &payload, vec![1, 2, 3]), body);
        for cut in 0..payload.len() {
            // Whatever is made of half a payload, it is made without a panic.
            let half = FrameHeader { payload_bytes: cut.try_into().unwrap(), facts_bytes: 0, ..header };
            std::hint::black_box(decode_body(&half, &payload[..cut], Vec::new()));
        }
    }
}

#[test]
fn a_session_reads_back_row_by_row_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let written = write(&path, sample());
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.info(), &info());
    assert_eq!(read_all(&reader), written);
    for record in &written {
        assert_eq!(reader.record(record.id).unwrap().as_ref(), Some(record));
        assert_eq!(reader.head(record.id).unwrap().unwrap().at, record.at);
        assert_eq!(reader.record_at_time(record.at.wall_ns).unwrap(), record.id);
    }
    assert_eq!(reader.record(RecordId(12)).unwrap(), None);
    assert_eq!(reader.record_at_time(i64::MAX).unwrap(), RecordId(12));
    for (row, previous) in [(2, None), (5, None), (6, Some(2)), (11, Some(6)), (10, None)] {
        assert_eq!(reader.previous_in_stream(RecordId(row)).unwrap(), previous.map(RecordId), "row {row}");
    }
    assert_eq!(reader.peer_ids(), [PeerId::FIRST, PeerId::new(2).unwrap()]);
    assert_eq!(reader.peer(PeerId::new(3).unwrap()).unwrap(), None);
}

#[test]
fn journals_of_every_released_version_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals");
    let reader = JournalReader::open(&folder.join("version-1.skj")).unwrap();
    assert_eq!(reader.info(), &info());
    let expected = sample();
    let read = read_all(&reader);
    assert_eq!(read.len(), expected.len());
    for (record, (at, epoch, peer, body)) in read.into_iter().zip(expected) {
        assert_eq!((record.at, record.epoch, record.peer, record.body), (at, epoch, peer, body));
    }
}

#[test]
fn a_kept_journal_with_the_layer_below_the_payload_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals");
    let reader = JournalReader::open(&folder.join("version-1-wire.skj")).unwrap();
    let read = read_all(&reader);
    let wire: Vec<&Record> = read.iter().filter(|record| record.is_wire()).collect();
    assert_eq!((read.len(), wire.len(), reader.wire_rows()), (16, 7, 7));
    for record in wire {
        let first = record.bytes_of_any_layer().unwrap().bytes[0];
        assert!(matches!(first, 20..=23), "a record of TLS begins with its type: {first}");
        assert_eq!((record.data(), reader.previous_in_stream(record.id).unwrap()), (None, None));
    }
    let payload: Vec<u8> = read.iter().filter_map(Record::data).flat_map(|data| data.bytes.clone()).collect();
    assert_eq!(payload, b"desserts\nstressed\n");
    let kept = read.iter().find_map(|record| match &record.body {
        Body::Lifecycle(Lifecycle::KeysKept { lines }) => Some(lines.lines().count()),
        _ => None,
    });
    assert_eq!(kept, Some(5));
}

#[test]
fn the_documented_example_is_what_the_program_reads_and_writes() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/journal-format.md");
    let text = fs::read_to_string(document).unwrap();
    let example = hex_of_example(&text);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.skj");
    fs::write(&path, &example).unwrap();
    let read = read_all(&JournalReader::open(&path).unwrap());
    let hello = Body::Data(Data { head: DataHead::received(), bytes: b"hello".to_vec() });
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].peer, &read[0].body), (Some(PeerId::FIRST), &hello));

    let id = JournalId(u64::from_le_bytes(example[16..24].try_into().unwrap()));
    let info = JournalInfo { session_name: "demo".to_owned(), ..info() };
    assert_eq!(sockscope::journal::format::encode_header(id, &info), example[..1024]);
    let header = FrameHeader::decode(&example[1024..], id.seed()).unwrap();
    assert_eq!(header.encode(id.seed()), example[1024..1080]);
}

/// The bytes of the document's only `hex` block: an offset, a colon, bytes, and `*` where lines of zeros are left
/// out.
fn hex_of_example(document: &str) -> Vec<u8> {
    let block = document.split("```hex\n").nth(1).unwrap().split("```").next().unwrap();
    let mut bytes = Vec::new();
    for line in block.lines().filter(|line| *line != "*") {
        let (offset, rest) = line.split_once(':').unwrap();
        bytes.resize(usize::from_str_radix(offset, 16).unwrap(), 0);
        let digits = rest.split("  ").next().unwrap();
        bytes.extend(digits.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()));
    }
    bytes
}

#[test]
fn a_reader_of_a_file_that_another_program_writes_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.skj");
    let written = write(&source, sample());
    let whole = fs::read(&source).unwrap();
    let path: PathBuf = folder.path().join("growing.skj");
    fs::write(&path, &whole[..1024]).unwrap();
    let reader = JournalReader::open(&path).unwrap();
    let mut seen = 0;
    for end in 1025..=whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let snapshot = reader.refresh().unwrap();
        assert!(snapshot.records >= seen && snapshot.bytes <= end as u64);
        assert_eq!(reader.tail_bytes().unwrap(), end as u64 - snapshot.bytes);
        seen = snapshot.records;
        let expected = &written[..usize::try_from(seen).unwrap()];
        assert_eq!(read_all(&reader), expected, "{end} bytes");
    }
    assert_eq!(seen, written.len() as u64);
}
