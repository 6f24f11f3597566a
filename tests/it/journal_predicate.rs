//! Rows chosen by expressions: scans of journals against a plain walk over all records, while journals grow, and over
//! messages however their streams were cut into packets.

use crate::journal_support::info;
use proptest::prelude::*;
use roaring::RoaringTreemap;
use sockscope::codec::decode::DecodeChoice;
use sockscope::codec::expression::{Cost, Expression, Vocabulary};
use sockscope::codec::rows::{Row, RowMaker};
use sockscope::codec::text::TextEncoding;
use sockscope::codec::time::TimeFormat;
use sockscope::export::{ExportContext, JournalPeers, RowFilter};
use sockscope::journal::query::{Predicate, PredicateProgress, PredicateScan};
use sockscope::journal::split::{MessageScan, SplitScan};
use sockscope::journal::{JournalReader, JournalWriter};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{Body, Data, DataHead, Direction, EndReason, Lifecycle, Origin, Record};
use sockscope::util::clock::Stamp;
use std::path::Path;

const EXPRESSIONS: [&str; 34] = [
    "dir:rx",
    "len > 3 and not peer:1",
    "kind:event or kind:note",
    "event:peer_left",
    "reason:reset or peer:2",
    "reason",
    "delta > 1us",
    "delta >= 3us and delta < 7us",
    "remote in {127.0.0.0/8} and dir:tx",
    "local:127.0.0.1:9000",
    "origin:echo or epoch:2",
    "time >= 00:00",
    "not time == 12:00",
    "a",
    "\"A\"",
    "ab",
    "\"ab\" dir:rx",
    "ab and a and delta > 2us",
    "温",
    "温度",
    "text ~ \"温.\"",
    "text ~ ^温",
    "\\",
    "hex:\"61 ??\"",
    "hex:\"ce c2\" and not b",
    "bytes ~ \\xC2",
    "not b",
    "text == ab",
    "note:设备",
    "设备 or ab",
    "a or dir:tx",
    "text ~ \"(?<n>[0-9]+)\" and n > 4",
    "whole and text",
    "json.a > 1 or json[0] == 5",
];

type Written = (Stamp, Epoch, Option<PeerId>, Body);

fn any_record() -> impl Strategy<Value = (u64, u32, Body)> {
    let bytes = prop_oneof![
        4 => proptest::collection::vec(prop::sample::select(b"abAB09\\\xCE\xC2\xB6\xC8\x81\n".to_vec()), 0..12),
        1 => prop::sample::select(vec![b"{\"a\":2}".to_vec(), b"[5]".to_vec(), "温度ab".as_bytes().to_vec()]),
    ];
    let origin = prop::sample::select(vec![Origin::Peer, Origin::User, Origin::Echo]);
    let direction = prop::sample::select(vec![Direction::Received, Direction::Sent]);
    let data = (bytes, origin, direction).prop_map(|(bytes, origin, direction)| {
        Body::Data(Data { head: DataHead::new(direction, origin), bytes })
    });
    let other = prop::sample::select(vec![
        Body::Note("设备 ab".to_owned()),
        Body::Note("温".to_owned()),
        Body::Lifecycle(Lifecycle::PeerFinished { remote: "127.0.0.1:5".parse().unwrap() }),
        Body::Lifecycle(Lifecycle::Closed { reason: EndReason::Reset }),
    ]);
    (0..9_u64, 1..4_u32, prop_oneof![6 => data, 1 => other])
}

/// Records with their times, behind the introductions of two peers of streams and one of messages.
fn written(records: Vec<(u64, u32, Body)>) -> Vec<Written> {
    let at = |mono_us: u64| Stamp {
        wall_ns: 1_795_000_000_000_000_000 + i64::try_from(mono_us).unwrap() * 1000,
        mono_ns: mono_us * 1000,
    };
    let joined = |peer| {
        let event = Lifecycle::PeerJoined {
            local: "127.0.0.1:9000".parse().unwrap(),
            remote: format!("127.0.0.{peer}:5000").parse().unwrap(),
            message_oriented: Some(peer == 3),
            process: None,
        };
        (at(0), Epoch(1), PeerId::new(peer), Body::Lifecycle(event))
    };
    let mut all: Vec<Written> = (1..4).map(joined).collect();
    let mut now = 0;
    for (place, (after, peer, body)) in records.into_iter().enumerate() {
        now += after;
        all.push((at(now), Epoch(if place < 20 { 1 } else { 2 }), PeerId::new(peer), body));
    }
    all
}

fn append(writer: &mut JournalWriter, records: &[Written]) {
    for (at, epoch, peer, body) in records {
        writer.append(*at, *epoch, *peer, body);
    }
    writer.publish().unwrap();
}

fn expression(typed: &str) -> Expression {
    Expression::parse(typed, &Vocabulary::default()).unwrap_or_else(|error| panic!("{typed}: {error}"))
}

/// One record after the other, all of each.
fn walked(reader: &JournalReader, typed: &str, encoding: TextEncoding) -> Vec<u64> {
    let time = TimeFormat::local();
    let mut filter = RowFilter::new(&expression(typed), encoding, &DecodeChoice::Auto, &time);
    filter.begin(&ExportContext::of_journal(reader));
    let mut peers = JournalPeers::new(reader.clone());
    let mut wanted = Vec::new();
    let mut records = reader.records(reader.snapshot().rows());
    while let Some(record) = records.next().unwrap() {
        if filter.wants(&Row::of(record), &mut peers) {
            wanted.push(record.id.0);
        }
    }
    wanted
}

/// A scan of either kind, and what it has found.
struct Scan {
    scan: PredicateScan,
    found: RoaringTreemap,
}

fn predicate(typed: &str, encoding: TextEncoding) -> Predicate {
    Predicate::new(&expression(typed), encoding, &DecodeChoice::Auto, &TimeFormat::local())
}

fn scan_of(reader: &JournalReader, typed: &str, encoding: TextEncoding) -> Scan {
    let scan = PredicateScan::new(reader.clone(), predicate(typed, encoding), RecordId(0)).unwrap();
    Scan { scan, found: RoaringTreemap::new() }
}

/// All rows found so far.
fn finish(scan: &mut Scan, budget: u64) -> Vec<u64> {
    let Scan { scan, found } = scan;
    drain(found, || scan.step(budget).unwrap())
}

fn drain(found: &mut RoaringTreemap, mut step: impl FnMut() -> PredicateProgress) -> Vec<u64> {
    loop {
        let progress = step();
        assert!(found.is_disjoint(&progress.found), "a row is found once");
        *found |= progress.found;
        assert!(progress.scanned <= progress.total);
        if progress.done {
            assert_eq!(progress.scanned, progress.total);
            return found.iter().collect();
        }
    }
}

/// One message after the other, of those that have ended.
fn walked_messages(reader: &JournalReader, framing: &str, typed: &str) -> Vec<u64> {
    let decode = DecodeChoice::Auto;
    let mut filter = RowFilter::new(&expression(typed), TextEncoding::GBK, &decode, &TimeFormat::local());
    filter.begin(&ExportContext::of_journal(reader));
    let mut peers = JournalPeers::new(reader.clone());
    let mut wanted = Vec::new();
    let mut maker = RowMaker::new(&framing.parse().unwrap());
    let mut records = reader.records(reader.snapshot().rows());
    let mut place = 0;
    while let Some(record) = records.next().unwrap() {
        let is_message = reader.is_message_oriented(record.peer).unwrap();
        let mut sink = |row: &Row<'_>| {
            if filter.wants(row, &mut peers) {
                wanted.push(place);
            }
            place += 1;
            Ok::<(), ()>(())
        };
        maker.push(record, is_message, &mut sink).unwrap();
    }
    wanted
}

fn with_journal(check: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    check(&folder.path().join("a.skj"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_scan_finds_what_walking_over_all_records_finds(
        records in proptest::collection::vec(any_record(), 0..40),
        split in 0..40_usize,
        budget in 1..3000_u64,
    ) {
        with_journal(|path| {
            let records = written(records);
            let mut writer = JournalWriter::create(path, &info()).unwrap();
            let reader = writer.reader();
            let (first, rest) = records.split_at(split.min(records.len()));
            append(&mut writer, first);
            let choices: Vec<_> = EXPRESSIONS
                .into_iter()
                .flat_map(|typed| [TextEncoding::UTF_8, TextEncoding::GBK].map(|encoding| (typed, encoding)))
                .collect();
            let mut scans: Vec<_> =
                choices.iter().map(|(typed, encoding)| scan_of(&reader, typed, *encoding)).collect();
            for (scan, (typed, encoding)) in scans.iter_mut().zip(&choices) {
                assert_eq!(finish(scan, budget), walked(&reader, typed, *encoding), "{typed}, {encoding}");
            }
            // The same scans go on with what comes.
            append(&mut writer, rest);
            for (scan, (typed, encoding)) in scans.iter_mut().zip(&choices) {
                let wanted = walked(&reader, typed, *encoding);
                assert_eq!(finish(scan, budget), wanted, "{typed}, {encoding}, grown");
                let anew = finish(&mut scan_of(&reader, typed, *encoding), u64::MAX);
                assert_eq!(anew, wanted, "{typed}, {encoding}, anew");
            }
        });
    }

    #[test]
    fn a_scan_of_messages_finds_what_cutting_and_judging_one_by_one_finds(
        records in proptest::collection::vec(any_record(), 0..40),
        split in 0..40_usize,
        budget in 1..60_u64,
        framing in prop::sample::select(vec!["lines", "fixed:3", "delim:61"]),
    ) {
        with_journal(|path| {
            let records = written(records);
            let mut writer = JournalWriter::create(path, &info()).unwrap();
            let reader = writer.reader();
            let mut cutting = SplitScan::new(reader.clone(), framing.parse().unwrap(), RecordId(0));
            let mut scans: Vec<_> = EXPRESSIONS
                .iter()
                .map(|typed| {
                    let predicate = predicate(typed, TextEncoding::GBK);
                    (*typed, MessageScan::new(cutting.rows(), predicate), RoaringTreemap::new())
                })
                .collect();
            let (first, rest) = records.split_at(split.min(records.len()));
            for part in [first, rest] {
                append(&mut writer, part);
                while !cutting.step(u64::MAX).unwrap().is_done {}
                for (typed, scan, found) in &mut scans {
                    let found = drain(found, || scan.step(budget).unwrap());
                    assert_eq!(found, walked_messages(&reader, framing, typed), "{typed}, {framing}");
                }
            }
        });
    }

    #[test]
    fn where_packets_are_cut_changes_no_verdict_on_messages(
        lines in proptest::collection::vec("[ab09A温度错\\\\]{0,6}", 0..12),
        sizes in proptest::collection::vec(1..9_usize, 1..40),
    ) {
        let text = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect::<String>();
        let bytes = TextEncoding::GBK.encode(&text).unwrap();
        let verdicts = |pieces: &[&[u8]], typed: &str| {
            let mut filter =
                RowFilter::new(&expression(typed), TextEncoding::GBK, &DecodeChoice::Auto, &TimeFormat::local());
            filter.begin(&ExportContext::new("", None));
            let mut peers = sockscope::export::SeenPeers::default();
            let mut maker = RowMaker::new(&"lines".parse().unwrap());
            let mut verdicts = Vec::new();
            let mut sink = |row: &Row<'_>| {
                let bytes = row.record.data().unwrap().bytes.clone();
                verdicts.push((bytes, filter.wants(row, &mut peers)));
                Ok::<(), ()>(())
            };
            for (id, piece) in (0..).zip(pieces) {
                let body = Body::Data(Data { head: DataHead::received(), bytes: piece.to_vec() });
                let record =
                    Record { id: RecordId(id), at: Stamp::default(), epoch: Epoch(1), peer: PeerId::new(1), body };
                maker.push(&record, false, &mut sink).unwrap();
            }
            maker.finish(&mut sink).unwrap();
            verdicts
        };
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for size in sizes {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        for typed in EXPRESSIONS.into_iter().filter(|typed| !typed.contains("delta")) {
            prop_assert_eq!(verdicts(&pieces, typed), verdicts(&[&bytes], typed), "{}", typed);
        }
    }
}

/// Records of one stream, and of nothing else.
fn write_stream(path: &Path, pieces: &[&[u8]]) -> JournalReader {
    let mut writer = JournalWriter::create(path, &info()).unwrap();
    let reader = writer.reader();
    for piece in pieces {
        writer.append_data(Stamp::default(), Epoch(1), PeerId::new(1), &DataHead::received(), piece);
    }
    writer.publish().unwrap();
    reader
}

#[test]
fn where_most_rows_have_what_is_looked_for_a_scan_finds_the_rest_too() {
    with_journal(|path| {
        let texts = ["state ok", "state fail", "STATE ok", "nothing", "state ok 温", "state fail", "sta"];
        let at = |row: u64| Stamp { wall_ns: 0, mono_ns: (row * row % 7 + row * 10) * 1000 };
        let records: Vec<Written> = (0..16_000_u64)
            .map(|row| {
                let text = texts[usize::try_from((row * row + 1) % 17 % 7).unwrap()];
                let head = DataHead::received();
                (at(row), Epoch(1), PeerId::new(1), Body::Data(Data { head, bytes: text.into() }))
            })
            .collect();
        let mut writer = JournalWriter::create(path, &info()).unwrap();
        let reader = writer.reader();
        let (first, later) = records.split_at(14_000);
        append(&mut writer, first);
        let typed = ["state", "\"state\"", "text ~ \"state (ok|fail)\" and delta > 10us", "state and not ok"];
        let mut scans = typed.map(|typed| scan_of(&reader, typed, TextEncoding::UTF_8));
        for (scan, typed) in scans.iter_mut().zip(typed) {
            let found = finish(scan, 120_000);
            assert!(found == walked(&reader, typed, TextEncoding::UTF_8), "{typed}");
            assert!(found.len() > 500, "{typed}: {}", found.len());
        }
        append(&mut writer, later);
        for (scan, typed) in scans.iter_mut().zip(typed) {
            assert!(finish(scan, 1000) == walked(&reader, typed, TextEncoding::UTF_8), "{typed}");
        }
    });
}

#[test]
fn characters_that_records_cut_are_found_by_a_scan_that_goes_back_to_searching() {
    with_journal(|path| {
        // Of the second part few rows say it alone, and each of those begins with the rest of a character.
        let whole: [&[u8]; 1] = [b"\xCE\xC2\xB6\xC8"];
        let cut: [&[u8]; 5] = [b"none", b"\xCE", b"\xC2\xB6\xC8 ok", b"nothing", b"no"];
        let pieces: Vec<&[u8]> =
            whole.into_iter().cycle().take(3000).chain(cut.into_iter().cycle().take(12_000)).collect();
        let reader = write_stream(path, &pieces);
        for typed in ["温度", "\"温度\"", "温度 and not ok"] {
            for budget in [20_000, 300_000] {
                let found = finish(&mut scan_of(&reader, typed, TextEncoding::GBK), budget);
                assert!(found == walked(&reader, typed, TextEncoding::GBK), "{typed}, {budget}");
                assert!(found.len() >= 2400, "{typed}: {}", found.len());
            }
        }
    });
}

#[test]
fn where_most_of_some_long_rows_have_what_is_looked_for_a_scan_finds_the_rest_too() {
    with_journal(|path| {
        let ends = ["temp=1.9", "temp=2.5", "TEMP=3.9", "", "temp=4.99 end"];
        let records: Vec<Written> = (0..160)
            .map(|row| {
                let text = ["x".repeat(40_000).as_str(), ends[row % ends.len()]].concat();
                let data = Data { head: DataHead::received(), bytes: text.into() };
                (Stamp::default(), Epoch(1), PeerId::new(1), Body::Data(data))
            })
            .collect();
        let mut writer = JournalWriter::create(path, &info()).unwrap();
        append(&mut writer, &records);
        for typed in ["text ~ \"temp=[0-9]+\\.9\"", "temp", "\"temp=4\" and len > 9"] {
            let found = finish(&mut scan_of(&writer.reader(), typed, TextEncoding::UTF_8), 3 << 20);
            assert_eq!(found, walked(&writer.reader(), typed, TextEncoding::UTF_8), "{typed}");
        }
    });
}

#[test]
fn a_filter_on_heads_reads_no_payload() {
    with_journal(|path| {
        drop(write_stream(path, &[&[b'x'; 10], &[b'x'; 5], &[b'x'; 20]]));
        // The payload of the second row is damaged, which nobody notices who does not read it.
        let mut bytes = std::fs::read(path).unwrap();
        let is_second = |window: &[u8]| window.starts_with(b"xxxxx") && !window.starts_with(b"xxxxxx");
        let places: Vec<usize> = (0..bytes.len()).filter(|at| is_second(&bytes[*at..])).collect();
        // Every run of `x` ends like this; the second one is that of the second row.
        bytes[places[1]] = b'y';
        std::fs::write(path, &bytes).unwrap();
        let reader = JournalReader::open(path).unwrap();
        for (typed, rows) in
            [("dir:rx and len < 15", &[0, 1][..]), ("dir:rx and text ~ x", &[0, 2]), ("xx", &[0, 2])]
        {
            assert_eq!(finish(&mut scan_of(&reader, typed, TextEncoding::UTF_8), 9), rows, "{typed}");
        }
    });
}

#[test]
fn whatever_is_damaged_a_scan_finds_what_can_be_read() {
    with_journal(|path| {
        crate::journal_support::write(path, crate::journal_support::sample());
        let whole = std::fs::read(path).unwrap();
        for byte in (1024..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[byte] ^= 0x10;
            crate::journal_support::replace(path, &damaged);
            let reader = JournalReader::open(path).unwrap();
            for typed in [
                "hello",
                "not hello",
                "dir:rx",
                "not dir:rx",
                "kind:damaged or len > 3",
                "text ~ \"l+\" or peer:2",
            ] {
                let found = finish(&mut scan_of(&reader, typed, TextEncoding::UTF_8), 300);
                let walked = walked(&reader, typed, TextEncoding::UTF_8);
                let of_heads = predicate(typed, TextEncoding::UTF_8).cost() == Cost::Head;
                for row in 0..reader.snapshot().records {
                    // A filter on heads does not notice that a payload cannot be read.
                    let is_whole_head = !reader.head(RecordId(row)).unwrap().unwrap().is_damaged();
                    let is_damaged = reader.record(RecordId(row)).unwrap().unwrap().body == Body::Damaged;
                    if !(of_heads && is_whole_head && is_damaged) {
                        let is_alike = found.contains(&row) == walked.contains(&row);
                        assert!(is_alike, "{typed}, byte {byte}, row {row}");
                    }
                }
            }
        }
    });
}

#[test]
fn what_records_cut_in_two_is_found_where_it_ends_if_that_is_asked() {
    with_journal(|path| {
        let pieces: [&[u8]; 6] = [b"say hel", b"lo", b"\xCE", b"\xC2\xB6\xC8 \xB6", b"\xC2\xB6 HEL", b"LO"];
        let reader = write_stream(path, &pieces);
        for (typed, encoding, alone, across) in [
            ("hello", TextEncoding::UTF_8, &[][..], &[1, 5][..]),
            ("\"HELLO\"", TextEncoding::UTF_8, &[], &[5]),
            ("温度", TextEncoding::GBK, &[3], &[3]),
            // The end of one character and the beginning of the next make none.
            ("露", TextEncoding::GBK, &[], &[]),
            ("hex:\"6C 6C 6F\"", TextEncoding::UTF_8, &[], &[1]),
            ("hello and lo", TextEncoding::UTF_8, &[], &[]),
        ] {
            assert_eq!(finish(&mut scan_of(&reader, typed, encoding), 9), alone, "{typed}");
            let predicate = predicate(typed, encoding).finding_across_records();
            let scan = PredicateScan::new(reader.clone(), predicate, RecordId(0)).unwrap();
            let mut scan = Scan { scan, found: RoaringTreemap::new() };
            assert_eq!(finish(&mut scan, 9), across, "{typed}");
        }
    });
}
