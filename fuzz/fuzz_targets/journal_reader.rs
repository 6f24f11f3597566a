#![no_main]
//! Whatever bytes a journal has: no panic, and all ways to read it agree. The input's first byte says how it is
//! disguised, so that the fuzzer gets past the checksums.

use libfuzzer_sys::fuzz_target;
use sockscope::journal::format::{FrameHeader, JournalId, RecordKind, encode_header};
use sockscope::journal::query::{Filter, Pattern, Search};
use sockscope::journal::recover::recover;
use sockscope::journal::verify::verify;
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::ids::{Epoch, RecordId};
use sockscope::util::clock::Stamp;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// Forged row numbers may claim millions of lost rows; looking at the first ones is enough.
const MOST_ROWS: u64 = 2000;

fuzz_target!(|input: &[u8]| {
    let Some((disguise, rest)) = input.split_first() else {
        return;
    };
    let folder = Path::new("/dev/shm");
    let folder = if folder.is_dir() { tempfile::tempdir_in(folder) } else { tempfile::tempdir() }.unwrap();
    let path = folder.path().join("fuzzed.skj");
    match disguise % 4 {
        0 => fs::write(&path, rest).unwrap(),
        1 => fs::write(&path, [encode_header(JournalId(7), &JournalInfo::default()), rest.to_vec()].concat()).unwrap(),
        2 => fs::write(&path, with_frames(rest)).unwrap(),
        _ => {
            fs::write(&path, with_frames(rest)).unwrap();
            fs::write(folder.path().join("fuzzed.skj.idx"), rest).unwrap();
        }
    }
    look(&path);
});

/// Cuts the input into payloads behind headers whose checksums hold.
fn with_frames(input: &[u8]) -> Vec<u8> {
    let id = JournalId(7);
    let mut bytes = encode_header(id, &JournalInfo::default());
    let mut row = 0_u64;
    let mut rest = input;
    while let [code, facts, detail, length, jump, after @ ..] = rest {
        let (payload, after) = after.split_at(usize::from(*length).min(after.len()));
        row = row.wrapping_add(u64::from(*jump / 64));
        let header = FrameHeader {
            code: code % 6,
            facts_bytes: (*facts).min(payload.len() as u8),
            flags: Default::default(),
            detail: *detail,
            payload_bytes: payload.len() as u32,
            epoch: Epoch(u32::from(*code)),
            id: RecordId(row),
            at: Stamp { wall_ns: i64::from(*jump), mono_ns: 1 },
            peer: u32::from(*facts),
            link: u32::from(*jump),
            payload_crc: if *jump == 13 { 0 } else { crc_of(payload) },
        };
        bytes.extend_from_slice(&header.encode(id.seed()));
        bytes.extend_from_slice(payload);
        row = row.wrapping_add(1);
        rest = after;
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// The checksum of a payload, bit by bit, so that nothing here needs the library's own.
fn crc_of(payload: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in payload {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn look(path: &Path) {
    let Ok(reader) = JournalReader::open(path) else {
        assert!(JournalWriter::open_append(path).is_err(), "both refuse the same files");
        return;
    };
    let rows = reader.snapshot().records.min(MOST_ROWS);
    let mut records = reader.records(0..rows);
    let mut raw = reader.records(0..rows);
    for row in 0..rows {
        let record = records.next().unwrap().unwrap().clone();
        assert_eq!(record.id, RecordId(row));
        assert_eq!(reader.record(record.id).unwrap().as_ref(), Some(&record));
        let raw = raw.next_raw().unwrap().unwrap();
        assert_eq!(raw.head.id, record.id);
        if let Some(data) = record.data() {
            assert_eq!((raw.head.kind, raw.bytes()), (RecordKind::Data, &data.bytes[..]));
        }
        reader.previous_in_stream(record.id).unwrap();
    }
    for peer in reader.peer_ids().into_iter().take(100) {
        reader.peer(peer).unwrap();
    }
    reader.record_at_time(40).unwrap();
    for pattern in [Pattern::literal(b"\0\0"), Pattern::hex("00 ?? 01"), Pattern::bytes_regex("[a-c]+")] {
        let mut search = Search::new(reader.clone(), pattern.unwrap(), Filter::default()).unwrap();
        for hit in search.step(1 << 20).unwrap().hits {
            assert!(reader.head(hit.record).unwrap().is_some_and(|head| !head.is_damaged()));
        }
    }
    let report = verify(&reader, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(report.is_some());
    let out = path.with_file_name("recovered.skj");
    recover(path, &out, &mut |_| ControlFlow::Continue(())).unwrap();
    JournalReader::open(&out).unwrap();
    let before = reader.snapshot();
    drop(JournalWriter::open_append(path).unwrap());
    assert_eq!(JournalReader::open(path).unwrap().snapshot(), before, "cutting the tail harms no row");
}
