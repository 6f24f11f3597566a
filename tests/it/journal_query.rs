//! Searching and filtering agree with looking at every record, in journals of many blocks and anchors, whole or
//! damaged.

use crate::journal_support::{info, read_all, replace};
use sockscope::journal::query::{Filter, FilterScan, Hit, Pattern, Search};
use sockscope::journal::{JournalReader, JournalWriter, RecordHead, RecordKind};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Direction, Lifecycle, Origin, Record};
use sockscope::util::clock::Stamp;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Some thousand records of very different lengths, about 2 MiB, with `needle` in some of them.
fn write_mixed(path: &Path) {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let mut dice = Dice(7);
    for row in 0..3000_u32 {
        let at = Stamp { wall_ns: i64::from(row) * 10, mono_ns: u64::from(row) };
        let peer = PeerId::new(u32::try_from(dice.roll(3)).unwrap());
        let longest = [8, 80, 800, 20_000][usize::try_from(dice.roll(4)).unwrap()];
        let mut bytes =
            (0..dice.roll(longest)).map(|_| b'a' + u8::try_from(dice.roll(26)).unwrap()).collect::<Vec<_>>();
        if dice.roll(10) == 0 {
            let place = usize::try_from(dice.roll(bytes.len() as u64 + 1)).unwrap();
            bytes.splice(place..place, *b"NEEDLE");
        }
        let head = if dice.roll(2) == 0 { DataHead::received() } else { DataHead::sent(Origin::User) };
        let body = match dice.roll(20) {
            0 => Body::Note("a NEEDLE in a note".to_owned()),
            1 => Body::Lifecycle(Lifecycle::Resolving { host: "NEEDLE.example".to_owned() }),
            _ => Body::Data(Data { head, bytes }),
        };
        writer.append(at, Epoch(1), peer, &body);
        if dice.roll(50) == 0 {
            writer.publish().unwrap();
        }
    }
    writer.close().unwrap();
}

fn bytes_of(record: &Record) -> &[u8] {
    match &record.body {
        Body::Data(data) => &data.bytes,
        Body::Note(text) => text.as_bytes(),
        _ => &[],
    }
}

fn rows_of(reader: &JournalReader) -> Vec<(RecordHead, Record)> {
    let with_head = |record: Record| (reader.head(record.id).unwrap().unwrap(), record);
    read_all(reader).into_iter().map(with_head).collect()
}

fn expected_hits(rows: &[(RecordHead, Record)], pattern: &Pattern, filter: &Filter) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (head, record) in rows.iter().filter(|(head, _)| filter.matches(head)) {
        let mut from = 0;
        while let Some(found) = pattern.find_at(bytes_of(record), from) {
            let (offset, length) = (found.start.try_into().unwrap(), found.len().try_into().unwrap());
            hits.push(Hit { record: head.id, offset, length });
            from = found.end;
        }
    }
    hits
}

fn all_hits(reader: &JournalReader, pattern: &Pattern, filter: &Filter, budget: u64) -> Vec<Hit> {
    let mut search = Search::new(reader.clone(), pattern.clone(), filter.clone()).unwrap();
    let mut hits = Vec::new();
    loop {
        let progress = search.step(budget).unwrap();
        hits.extend(progress.hits);
        assert!(progress.scanned_bytes <= progress.total_bytes);
        if progress.done {
            assert_eq!(progress.scanned_bytes, progress.total_bytes);
            return hits;
        }
    }
}

fn filters() -> Vec<Filter> {
    vec![
        Filter::default(),
        Filter { direction: Some(Direction::Sent), ..Filter::default() },
        Filter { peers: Some(BTreeSet::from([PeerId::FIRST])), ..Filter::default() },
        Filter { kinds: Some(BTreeSet::from([RecordKind::Note])), ..Filter::default() },
        Filter { data_bytes: Some(10..=500), ..Filter::default() },
        Filter { rows: Some(1234..2345), wall_ns: Some(15_000..=20_000), ..Filter::default() },
        Filter { rows: Some(2990..100_000), ..Filter::default() },
        Filter { rows: Some(70_000..80_000), ..Filter::default() },
    ]
}

fn patterns() -> Vec<Pattern> {
    vec![
        Pattern::literal(b"NEEDLE").unwrap(),
        Pattern::literal(b"ab").unwrap(),
        Pattern::literal(b"\0").unwrap(),
        Pattern::literal(b"\0\0\0").unwrap(),
        Pattern::literal(b"\xF5\x9B").unwrap(),
        Pattern::hex("4e ?? 45 44 ??").unwrap(),
        Pattern::hex("?? 4e").unwrap(),
        Pattern::regex("N.{2}D[a-zL]+").unwrap(),
    ]
}

#[test]
fn a_search_finds_what_looking_at_every_record_finds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    write_mixed(&path);
    let reader = JournalReader::open(&path).unwrap();
    let rows = rows_of(&reader);
    for (number, filter) in filters().iter().enumerate() {
        for pattern in patterns() {
            let expected = expected_hits(&rows, &pattern, filter);
            let budget = [1, 100_000, u64::MAX][number % 3];
            let found = all_hits(&reader, &pattern, filter, budget);
            assert!(found == expected, "{pattern:?} {filter:?}: {} {}", found.len(), expected.len());
        }
    }
}

#[test]
fn damage_hides_only_what_it_hit_from_searches_and_lookups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    write_mixed(&path);
    let written = read_all(&JournalReader::open(&path).unwrap());
    let whole = fs::read(&path).unwrap();
    let index = fs::read(folder.path().join("a.skj.idx")).unwrap();
    let mut dice = Dice(99);
    for round in 0..4 {
        let mut bytes = whole.clone();
        for _ in 0..20 {
            let place = 1024 + usize::try_from(dice.roll(whole.len() as u64 - 1024)).unwrap();
            let length = usize::try_from(dice.roll(3000)).unwrap().min(bytes.len() - place);
            bytes[place..place + length].fill(0);
        }
        replace(&path, &bytes);
        if round % 2 == 0 {
            fs::remove_file(folder.path().join("a.skj.idx")).unwrap();
        } else {
            replace(&folder.path().join("a.skj.idx"), &index);
        }
        let reader = JournalReader::open(&path).unwrap();
        let read = read_all(&reader);
        let mut damaged = 0;
        for (row, record) in read.iter().enumerate() {
            if record.body == Body::Damaged {
                damaged += 1;
            } else {
                assert_eq!(record, &written[row]);
            }
            if row % 17 == 0 {
                assert_eq!(reader.record(record.id).unwrap().as_ref(), Some(record));
            }
        }
        assert!(damaged > 0 && damaged < 1000, "{damaged} rows are damaged");
        let pattern = Pattern::literal(b"NEEDLE").unwrap();
        let filter = Filter::default();
        let expected = expected_hits(&rows_of(&reader), &pattern, &filter);
        assert_eq!(all_hits(&reader, &pattern, &filter, 300_000), expected);
    }
}

#[test]
fn a_filter_scan_gathers_the_rows_that_match() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.skj");
    write_mixed(&path);
    let reader = JournalReader::open(&path).unwrap();
    for filter in filters() {
        let expected = (0..reader.snapshot().records)
            .filter(|row| filter.matches(&reader.head(RecordId(*row)).unwrap().unwrap()))
            .collect::<Vec<_>>();
        let mut scan = FilterScan::new(reader.clone(), filter.clone());
        while !scan.step(1000).unwrap().done {}
        assert_eq!(scan.matching().iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[test]
fn searches_and_scans_go_on_with_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &info()).unwrap();
    let reader = writer.reader();
    let mut searches = [Pattern::literal(b"new"), Pattern::regex("n.w")]
        .map(|pattern| Search::new(reader.clone(), pattern.unwrap(), Filter::default()).unwrap());
    let mut scan = FilterScan::new(reader, Filter::default());
    for row in 0..5 {
        writer.append_data(Stamp::default(), Epoch(1), None, &DataHead::received(), b"something new");
        writer.publish().unwrap();
        for search in &mut searches {
            let progress = search.step(1 << 20).unwrap();
            assert_eq!(progress.hits, [Hit { record: RecordId(row), offset: 10, length: 3 }]);
            assert!(progress.done);
        }
        assert!(scan.step(100).unwrap().done);
        assert_eq!(scan.matching().len(), row + 1);
    }
}
