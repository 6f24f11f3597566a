//! Whatever happens to a journal's bytes: no panic, and never a wrong record.

use crate::journal_support::{read_all, replace, sample, write};
use sockscope::journal::query::{Filter, Pattern, Search};
use sockscope::journal::recover::{recover, save_copy};
use sockscope::journal::verify::{VerifyReport, verify};
use sockscope::journal::{JournalError, JournalReader, JournalWriter};
use sockscope::model::ids::RecordId;
use sockscope::model::record::{Body, Record};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

const FRAMES_START: usize = 1024;

fn report_of(reader: &JournalReader) -> VerifyReport {
    verify(reader, &mut |_| ControlFlow::Continue(())).unwrap().unwrap()
}

/// Every row that can be read is right; says how many rows there are and how many of them are damaged.
fn check_rows(reader: &JournalReader, written: &[Record], what: &str) -> (usize, usize) {
    let read = read_all(reader);
    let mut damaged = 0;
    for (row, record) in read.iter().enumerate() {
        let single = reader.record(RecordId(row as u64)).unwrap().unwrap();
        assert_eq!(&single, record, "{what}: both ways to read row {row} agree");
        if record.body == Body::Damaged {
            damaged += 1;
            assert_eq!(record.id.0, row as u64, "{what}");
        } else {
            assert_eq!(Some(record), written.get(row), "{what}: row {row}");
        }
    }
    (read.len(), damaged)
}

#[test]
fn a_journal_cut_anywhere_keeps_every_whole_record_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let written = write(&path, sample());
    let whole = fs::read(&path).unwrap();
    for end in 0..whole.len() {
        // The index beside it speaks of the whole journal and must not be believed.
        replace(&path, &whole[..end]);
        let what = format!("cut at {end}");
        let reader = match JournalReader::open(&path) {
            Ok(reader) => reader,
            Err(JournalError::NotOurs { .. }) if end == 0 => continue,
            Err(JournalError::Damaged { at_byte, .. }) if end < 512 => {
                assert_eq!(at_byte, end as u64);
                continue;
            }
            Err(error) => panic!("{what}: {error}"),
        };
        let (rows, damaged) = check_rows(&reader, &written, &what);
        assert_eq!(damaged, 0, "{what}");
        let report = report_of(&reader);
        assert_eq!(report.records, rows as u64);
        assert_eq!(report.is_whole(), report.torn_tail_bytes == 0);
        if end < FRAMES_START {
            continue;
        }
        assert_eq!(reader.snapshot().bytes + report.torn_tail_bytes, end as u64, "{what}");
        let mut writer = JournalWriter::open_append(&path).unwrap();
        assert_eq!(writer.cut_bytes(), report.torn_tail_bytes, "{what}");
        let next = &written[rows];
        assert_eq!(writer.append(next.at, next.epoch, next.peer, &next.body), RecordId(rows as u64));
        writer.publish().unwrap();
        assert_eq!(check_rows(&writer.reader(), &written, &what), (rows + 1, 0));
    }
}

#[test]
fn any_flipped_bit_costs_at_most_its_own_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let written = write(&path, sample());
    let whole = fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        replace(&path, &flipped);
        let what = format!("bit {} of byte {}", bit % 8, bit / 8);
        let reader = JournalReader::open(&path).unwrap();
        let (rows, damaged) = check_rows(&reader, &written, &what);
        let lost = written.len() - rows + damaged;
        let expected = usize::from(bit / 8 >= FRAMES_START);
        assert_eq!(lost, expected, "{what}");
        assert_eq!(report_of(&reader).is_whole(), expected == 0, "{what}");
    }
}

#[test]
fn damage_is_the_same_with_and_without_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let written = write(&path, sample());
    fs::remove_file(folder.path().join("a.skj.idx")).unwrap();
    let whole = fs::read(&path).unwrap();
    for byte in FRAMES_START..whole.len() {
        let mut damaged = whole.clone();
        damaged[byte] = !damaged[byte];
        replace(&path, &damaged);
        let reader = JournalReader::open(&path).unwrap();
        let (rows, lost) = check_rows(&reader, &written, &format!("byte {byte}"));
        assert_eq!(written.len() - rows + lost, 1, "byte {byte}");
    }
}

#[test]
fn bytes_that_are_missing_or_added_in_the_middle_cost_only_their_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let written = write(&path, sample());
    fs::remove_file(folder.path().join("a.skj.idx")).unwrap();
    let whole = fs::read(&path).unwrap();
    for start in FRAMES_START..whole.len() {
        for removed in [1, 60, 200] {
            let mut bytes = whole.clone();
            bytes.drain(start..(start + removed).min(whole.len()));
            replace(&path, &bytes);
            check_rows(&JournalReader::open(&path).unwrap(), &written, &format!("{removed} gone at {start}"));
        }
        let mut bytes = whole.clone();
        // What is added looks like frames, and they are even of this journal: but their rows are past.
        bytes.splice(start..start, whole[FRAMES_START..FRAMES_START + 200].iter().copied());
        replace(&path, &bytes);
        check_rows(&JournalReader::open(&path).unwrap(), &written, &format!("added at {start}"));
    }
}

#[test]
fn a_damaged_payload_is_never_found_by_a_search() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    write(&path, sample());
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.windows(5).position(|window| window == b"world").unwrap();
    bytes[place] = b'W';
    replace(&path, &bytes);
    let reader = JournalReader::open(&path).unwrap();
    for pattern in [Pattern::literal(b"World"), Pattern::bytes_regex("World")] {
        let mut search = Search::new(reader.clone(), pattern.unwrap(), Filter::default()).unwrap();
        let progress = search.step(u64::MAX).unwrap();
        assert!(progress.done && progress.hits.is_empty(), "{progress:?}");
    }
}

#[test]
fn a_recovery_saves_every_whole_record_in_its_own_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let out = folder.path().join("b.skj");
    let written = write(&path, sample());
    let whole = fs::read(&path).unwrap();
    for byte in FRAMES_START..whole.len() {
        let mut damaged = whole.clone();
        damaged[byte] ^= 0x10;
        damaged.extend_from_slice(b"torn");
        replace(&path, &damaged);
        let report = recover(&path, &out, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
        assert_eq!(report.records, 11, "byte {byte}");
        assert!(report.skipped_bytes >= 4, "byte {byte}: {report:?}");
        let reader = JournalReader::open(&out).unwrap();
        let (rows, lost) = check_rows(&reader, &written, &format!("byte {byte}"));
        assert_eq!(written.len() - rows + lost, 1, "byte {byte}");
        assert_eq!(reader.tail_bytes().unwrap(), 0);
        fs::remove_file(&out).unwrap();
    }
    assert!(recover(&path, &path, &mut |_| ControlFlow::Continue(())).is_err(), "nothing is overwritten");
    let stopped = recover(&path, &out, &mut |_| ControlFlow::Break(())).unwrap();
    assert!(stopped.is_some() || !out.exists());
}

#[test]
fn foreign_newer_and_damaged_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    write(&path, sample());
    let whole = fs::read(&path).unwrap();
    let shown = path.display();
    let mut newer = whole.clone();
    newer[8] = 2;
    newer[520] = 2;
    let mut damaged = whole.clone();
    damaged[30] ^= 1;
    damaged[512 + 30] ^= 1;
    for (bytes, message) in [
        (b"GIF89a".to_vec(), format!("{shown} is not a Sockscope journal")),
        (
            newer,
            format!(
                "{shown} has journal format 2, and this program reads up to 1: a newer Sockscope opens it"
            ),
        ),
        (damaged, format!("{shown} is damaged at byte 0: no copy of the header has the right checksum")),
        (whole[..100].to_vec(), format!("{shown} is damaged at byte 100: the file ends inside its header")),
    ] {
        replace(&path, &bytes);
        assert_eq!(JournalReader::open(Path::new(&path)).unwrap_err().to_string(), message);
        assert_eq!(JournalWriter::open_append(Path::new(&path)).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_damaged_torn_or_foreign_index_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    let index_path = folder.path().join("a.skj.idx");
    let written = write(&path, sample());
    let index = fs::read(&index_path).unwrap();
    let other = folder.path().join("other.skj");
    write(&other, sample().into_iter().rev().collect());
    let foreign = fs::read(folder.path().join("other.skj.idx")).unwrap();
    let flipped = (0..index.len() * 8).map(|bit| {
        let mut bytes = index.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let cut = (0..index.len()).map(|end| index[..end].to_vec());
    let added = [[&index[..], b"more"].concat(), [&index[..], &index[24..]].concat(), foreign];
    for bytes in flipped.chain(cut).chain(added) {
        replace(&index_path, &bytes);
        let reader = JournalReader::open(&path).unwrap();
        assert_eq!(check_rows(&reader, &written, "with an odd index"), (written.len(), 0));
        assert_eq!(reader.peer_ids().len(), 2);
    }
}

#[cfg(unix)]
#[test]
fn a_copy_saves_a_session_whose_file_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("a.skj"), folder.path().join("b.skj"));
    let written = write(&path, sample());
    let mut writer = JournalWriter::open_append(&path).unwrap();
    let next = &written[0];
    writer.append(next.at, next.epoch, next.peer, &next.body);
    fs::remove_file(&path).unwrap();
    let stopped = save_copy(&writer.reader(), &out, &mut |_| ControlFlow::Break(())).unwrap();
    assert_eq!((stopped, out.exists()), (None, false));
    let copied = save_copy(&writer.reader(), &out, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!(copied.records, 12, "what is not published is not copied");
    assert_eq!(read_all(&JournalReader::open(&out).unwrap()), written);
}
