//! Searching and filtering agree with looking at every record, in journals of many blocks and anchors, whole or
//! damaged.

use crate::journal_support::{info, read_all, replace};
use sockscope::codec::text::TextEncoding;
use sockscope::journal::query::{Filter, Hit, HitStart, Pattern, Search};
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter, RecordHead, RecordKind};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Direction, Lifecycle, Origin, Record};
use sockscope::util::clock::Stamp;
use std::collections::{BTreeSet, HashMap};
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

/// Some thousand records of very different lengths, about 2 MiB, with a needle in some of them, and one across the
/// borders of others.
fn write_mixed(path: &Path) {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let mut dice = Dice(7);
    let mut rests: HashMap<(Option<PeerId>, Direction), Vec<u8>> = HashMap::new();
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
            _ => {
                let rest = rests.entry((peer, head.direction)).or_default();
                let taken = rest.len().min(1 + usize::try_from(dice.roll(6)).unwrap());
                bytes.splice(..0, rest.drain(..taken));
                if rest.is_empty() && dice.roll(5) == 0 {
                    let cut = usize::try_from(dice.roll(6)).unwrap();
                    bytes.extend_from_slice(&b"NEEDLE"[..cut]);
                    rest.extend_from_slice(&b"NEEDLE"[cut..]);
                }
                Body::Data(Data { head, bytes })
            }
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

/// What looking at every record, and at every stream as a whole, finds.
fn expected_hits(rows: &[(RecordHead, Record)], pattern: &Pattern, filter: &Filter) -> Vec<Hit> {
    let mut hits = hits_across(rows, pattern, filter);
    let across: HashMap<RecordId, u32> = hits.iter().map(|hit| (hit.record, hit.length)).collect();
    for (head, record) in rows.iter().filter(|(head, _)| filter.matches(head)) {
        let mut from = 0;
        while let Some(found) = pattern.find_at(bytes_of(record), from) {
            let (offset, length) = (found.start.try_into().unwrap(), found.len().try_into().unwrap());
            if across.get(&head.id).is_none_or(|told| offset >= *told) {
                hits.push(Hit { record: head.id, offset, length, begins: None });
            }
            from = found.end;
        }
    }
    hits.sort_by_key(|hit| (hit.record, hit.begins.is_none(), hit.offset));
    hits
}

fn hits_across(rows: &[(RecordHead, Record)], pattern: &Pattern, filter: &Filter) -> Vec<Hit> {
    let mut streams: HashMap<(Option<PeerId>, Direction), Vec<Vec<&Record>>> = HashMap::new();
    for (head, record) in rows.iter().filter(|(head, _)| filter.matches(head)) {
        let Body::Data(data) = &record.body else { continue };
        let parts = streams.entry((head.peer, data.head.direction)).or_default();
        match parts.last_mut() {
            Some(part) if part.last().map(|last| last.id) == head.previous => part.push(record),
            _ => parts.push(vec![record]),
        }
    }
    let mut hits = Vec::new();
    for part in streams.into_values().flatten() {
        let joined: Vec<u8> = part.iter().flat_map(|record| bytes_of(record)).copied().collect();
        let places: Vec<(RecordId, usize)> =
            part.iter().flat_map(|record| (0..bytes_of(record).len()).map(|at| (record.id, at))).collect();
        let mut from = 0;
        while let Some(found) = pattern.find_at(&joined, from) {
            from = found.start + 1;
            let ((first, start), (last, end)) = (places[found.start], places[found.end - 1]);
            let is_told = hits.last().is_some_and(|hit: &Hit| hit.record == last);
            if first != last && !is_told {
                let begins = Some(HitStart { record: first, offset: start.try_into().unwrap() });
                let length = (end + 1).try_into().unwrap();
                hits.push(Hit { record: last, offset: 0, length, begins });
            }
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
        Pattern::hex("45 ?? 44 4c").unwrap(),
        Pattern::hex("?? 45 45 ??").unwrap(),
        Pattern::bytes_regex("N.{2}D[A-Z]{2}").unwrap(),
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
fn searches_go_on_with_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &info()).unwrap();
    let reader = writer.reader();
    let mut searches = [Pattern::literal(b"new"), Pattern::bytes_regex("n.w")]
        .map(|pattern| Search::new(reader.clone(), pattern.unwrap(), Filter::default()).unwrap());
    for row in 0..5 {
        writer.append_data(Stamp::default(), Epoch(1), None, &DataHead::received(), b"something new");
        writer.publish().unwrap();
        for search in &mut searches {
            let progress = search.step(1 << 20).unwrap();
            assert_eq!(progress.hits, [Hit { record: RecordId(row), offset: 10, length: 3, begins: None }]);
            assert!(progress.done);
        }
    }
}

/// A journal of one stream: these records one after the other, each published by itself.
fn write_stream(path: &Path, kind: SessionKind, records: &[&[u8]]) -> JournalReader {
    let mut writer = JournalWriter::create(path, &JournalInfo { kind: Some(kind), ..info() }).unwrap();
    for bytes in records {
        writer.append_data(Stamp::default(), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), bytes);
        writer.publish().unwrap();
    }
    writer.close().unwrap();
    JournalReader::open(path).unwrap()
}

#[test]
fn a_match_across_records_is_told_of_the_one_that_completes_it() {
    let folder = tempfile::tempdir().unwrap();
    let across = |record, start, length| (1, record, Some(start), length);
    let gbk = |pattern| Pattern::text_regex(pattern, TextEncoding::GBK).unwrap();
    let rows: [(&[&[u8]], Pattern, _); 12] = [
        (&[b"T=\xCE", b"\xC2\xB6\xC8"], gbk("温度"), across(1, (0, 2), 3)),
        (&[b"\xCE\xC2", b"\xB6\xC8=2"], gbk("温.=\\d"), across(1, (0, 0), 4)),
        (&[b"\xB6\xCE", b"\xC2\xB6"], gbk("温"), (0, 0, None, 0)),
        (&[b"say hel", b"lo!"], Pattern::literal(b"hello").unwrap(), across(1, (0, 4), 2)),
        (&[b"h", b"e", b"l", b"l", b"o"], Pattern::literal(b"hello").unwrap(), across(4, (0, 0), 1)),
        (&[b"hel", b"", b"lo"], Pattern::literal(b"hello").unwrap(), across(2, (0, 0), 2)),
        (&[b"\x01\x02", b"\x07\x1b"], Pattern::hex("02 ?? 1b").unwrap(), across(1, (0, 1), 2)),
        (&[b"\x01\x02", b"\x07\x1b"], Pattern::hex("?? ?? 07").unwrap(), across(1, (0, 0), 1)),
        (&[b"id=4", b"711;"], Pattern::bytes_regex(r"id=\d+;").unwrap(), across(1, (0, 0), 4)),
        (&[b"GET", b" /"], Pattern::bytes_regex("^GET /").unwrap(), across(1, (0, 0), 2)),
        (&[b"a", b"aaa"], Pattern::literal(b"aaaa").unwrap(), across(1, (0, 0), 3)),
        (&[b"hel", b"p lo"], Pattern::literal(b"hello").unwrap(), (0, 0, None, 0)),
    ];
    for (number, (records, pattern, (count, record, begins, length))) in rows.into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.skj"));
        let reader = write_stream(&path, SessionKind::TcpClient, records);
        let begins = begins.map(|(record, offset)| HitStart { record: RecordId(record), offset });
        let expected = Hit { record: RecordId(record), offset: 0, length, begins };
        let found = all_hits(&reader, &pattern, &Filter::default(), 1);
        assert_eq!(found, vec![expected; count], "row {number}");
        let datagrams = folder.path().join(format!("{number}-udp.skj"));
        let reader = write_stream(&datagrams, SessionKind::Udp, records);
        assert_eq!(
            all_hits(&reader, &pattern, &Filter::default(), u64::MAX),
            [],
            "datagrams of row {number}"
        );
    }
}

#[test]
fn long_records_and_long_streams_are_searched_across_their_borders() {
    let folder = tempfile::tempdir().unwrap();
    let long = |start: &str, end: &str| [start.as_bytes(), &vec![b'.'; 300_000], end.as_bytes()].concat();
    let (first, second, third) = (long("", "<1"), long("2>", "<3"), long("", ""));
    let mut records: Vec<&[u8]> = vec![&first, &second, b"4", b">", &third];
    let ends: Vec<Vec<u8>> = (0..5000).map(|number| format!("<{number}").into_bytes()).collect();
    for end in &ends {
        records.extend([end.as_slice(), b">"]);
    }
    let reader = write_stream(&folder.path().join("a.skj"), SessionKind::TcpServer, &records);
    for budget in [1, 10_000, u64::MAX] {
        let found = all_hits(&reader, &Pattern::bytes_regex("<[0-9]+>").unwrap(), &Filter::default(), budget);
        assert_eq!(found.len(), 5002, "budget {budget}");
        assert!(found.is_sorted(), "budget {budget}");
        assert_eq!(found[1].begins, Some(HitStart { record: RecordId(1), offset: 300_002 }));
        let found = all_hits(&reader, &Pattern::hex("3c ?? ?? 3e").unwrap(), &Filter::default(), budget);
        assert_eq!(found.len(), 92, "budget {budget}");
    }
}
