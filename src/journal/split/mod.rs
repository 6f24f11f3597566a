//! Messages as rows: which row is which message, for any split of a whole journal. The index is derived, bounded and
//! disposable; the bytes are cut again each time when rows are looked at. It must not know who looks, nor how rows look.
//!
//! A row is a message, in the order in which messages end, or what is no data. What is unfinished stands behind the
//! rows that are there for ever, and counts as rows too while it is.

mod index;
mod predicate;
mod rows;
mod scan;

pub use predicate::MessageScan;
pub use rows::{RowVisit, SplitRows};
pub use scan::{SplitProgress, SplitScan};

#[cfg(test)]
mod tests {
    use super::SplitScan;
    use crate::codec::rows::{Row, RowMaker};
    use crate::codec::streams::StreamSplitter;
    use crate::journal::{JournalInfo, JournalReader, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, DataHead, Direction, EndReason, Lifecycle, Origin};
    use crate::util::clock::Stamp;
    use proptest::prelude::*;
    use std::convert::Infallible;
    use std::ops::{ControlFlow, Range};

    /// The longest message, so short that there are longer ones.
    const LONGEST: usize = 24;

    /// A row, so that two can be compared: number, bytes, records, end.
    fn told(row: &Row<'_>) -> String {
        let bytes = row.record.data().map(|data| data.bytes.escape_ascii().to_string());
        let cut = row.message.map(|cut| (cut.from, cut.to, cut.end));
        format!("{} {:?} {bytes:?} {cut:?}", row.number, row.record.peer)
    }

    /// All rows, cut in one go from the first record on, each with the record that completes it.
    fn all(reader: &JournalReader, framing: &Framing) -> Vec<(String, RecordId)> {
        let splitter = StreamSplitter::with_longest_message(framing.clone(), LONGEST);
        let mut maker = RowMaker::resumed(splitter, 0);
        let mut rows = Vec::new();
        let mut records = reader.records(0..u64::MAX);
        while let Some(record) = records.next().unwrap() {
            let id = record.id;
            let Ok(()) = maker.push::<Infallible>(record, false, &mut |row| {
                rows.push((told(row), id));
                Ok(())
            });
        }
        let Ok(()) = maker.finish::<Infallible>(&mut |row| {
            rows.push((told(row), RecordId(u64::MAX)));
            Ok(())
        });
        rows
    }

    fn some(scan: &SplitScan, range: Range<u64>) -> Vec<String> {
        let mut rows = Vec::new();
        scan.rows()
            .visit(range, &mut |row| {
                rows.push(told(row));
                ControlFlow::Continue(())
            })
            .unwrap();
        rows
    }

    #[derive(Clone, Debug)]
    enum Happening {
        Bytes { peer: u32, is_sent: bool, bytes: Vec<u8> },
        Left(u32),
        Note,
        Looked,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let bytes = proptest::collection::vec(
            prop::sample::select(b"ab\n\x02\x03\0\x01\x81\x30\x7E".to_vec()),
            0..12,
        );
        prop_oneof![
            12 => (1..4_u32, any::<bool>(), bytes)
                .prop_map(|(peer, is_sent, bytes)| Happening::Bytes { peer, is_sent, bytes }),
            1 => (1..4_u32).prop_map(Happening::Left),
            1 => Just(Happening::Note),
            1 => Just(Happening::Looked),
        ]
    }

    fn append(writer: &mut JournalWriter, at: u64, happening: &Happening) {
        let at = Stamp { wall_ns: 0, mono_ns: at * 1_000_000 };
        match happening {
            Happening::Bytes { peer, is_sent, bytes } => {
                let direction = if *is_sent { Direction::Sent } else { Direction::Received };
                let head = DataHead::new(direction, Origin::Peer);
                writer.append_data(at, Epoch(1), PeerId::new(*peer), &head, bytes);
            }
            Happening::Left(peer) => {
                let remote = "127.0.0.1:9".parse().unwrap();
                let left = Lifecycle::PeerLeft { remote, reason: EndReason::Fin, error: None };
                writer.append(at, Epoch(1), PeerId::new(*peer), &Body::Lifecycle(left));
            }
            Happening::Note => {
                writer.append(at, Epoch(1), None, &Body::Note("note".to_owned()));
            }
            Happening::Looked => {}
        }
    }

    #[test]
    fn rows_are_the_same_from_wherever_they_are_cut() {
        let mut config = ProptestConfig::with_cases(60);
        config.max_shrink_iters = 200;
        let framings = [
            "lines",
            "delim:6162",
            "fixed:5",
            "length:0,1,be",
            "start-end:02,03",
            "idle:3",
            "cobs",
            "websocket",
            "mqtt",
        ];
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let inputs = (
            proptest::collection::vec(happening(), 1..1500),
            prop::sample::select(framings.to_vec()),
            proptest::collection::vec((0..2000_u64, 1..60_u64), 12),
        );
        runner
            .run(&inputs, |(happenings, framing, ranges)| {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("a.skj");
                let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
                let framing: Framing = framing.parse().unwrap();
                let mut scan =
                    SplitScan::with_longest_message(writer.reader(), framing.clone(), LONGEST, RecordId(0));
                for (at, happening) in (0..).zip(&happenings) {
                    append(&mut writer, at, happening);
                    if matches!(happening, Happening::Looked) {
                        writer.publish().unwrap();
                        scan.step(at * 13 + 1).unwrap();
                    }
                }
                writer.publish().unwrap();
                while !scan.step(2_000).unwrap().is_done {}
                let all = all(&writer.reader(), &framing);
                prop_assert_eq!(scan.rows().len(), all.len() as u64);
                for (start, count) in ranges {
                    let start = start.min(all.len() as u64);
                    let end = (start + count).min(all.len() as u64);
                    let expected: Vec<String> = all
                        .iter()
                        .map(|(row, _)| row.clone())
                        .skip(usize::try_from(start).unwrap())
                        .take(usize::try_from(end - start).unwrap())
                        .collect();
                    prop_assert_eq!(some(&scan, start..start + count), expected);
                    let key = all.iter().position(|(_, completed)| completed.0 >= start).unwrap_or(all.len());
                    prop_assert_eq!(scan.rows().key_of(RecordId(start)).unwrap().0, key as u64);
                }
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn rows_as_they_are_stay_so_while_more_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let mut at = 0;
        let mut add = |writer: &mut JournalWriter, peer, bytes: &[u8]| {
            append(writer, at, &Happening::Bytes { peer, is_sent: false, bytes: bytes.to_vec() });
            at += 1;
        };
        for _ in 0..600 {
            add(&mut writer, 1, b"whole\n");
        }
        for (peer, bytes) in [(2, &b"half of 2"[..]), (1, b"half of 1")] {
            add(&mut writer, peer, bytes);
        }
        writer.publish().unwrap();
        let mut scan = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        while !scan.step(u64::MAX).unwrap().is_done {}
        let fixed = scan.rows().as_they_are();
        let told_of = |rows: &super::SplitRows, range: Range<u64>| {
            let mut all = Vec::new();
            let mut take = |row: &Row<'_>| {
                all.push(told(row));
                ControlFlow::Continue(())
            };
            rows.visit(range, &mut take).unwrap();
            all
        };
        let before = told_of(&fixed, 0..u64::MAX);
        assert_eq!((before.len(), fixed.len(), fixed.finished()), (602, 602, 600));
        // Many records without a row that ends are worth a place, too, behind where one looks.
        for _ in 0..10_000 {
            add(&mut writer, 2, b"x");
        }
        for (peer, bytes) in [(1, &b" and the rest\n"[..]), (2, b"\n"), (3, b"more\n")] {
            add(&mut writer, peer, bytes);
        }
        writer.publish().unwrap();
        while !scan.step(u64::MAX).unwrap().is_done {}
        assert_eq!((scan.rows().len(), fixed.len(), fixed.records()), (603, 602, 602));
        assert_eq!(told_of(&fixed, 0..u64::MAX), before);
        for from in [0, 300, 599, 600, 601] {
            let rest = before[usize::try_from(from).unwrap()..].to_vec();
            assert_eq!(told_of(&fixed, from..u64::MAX), rest, "{from}");
        }
        assert_eq!(told_of(&fixed, 602..u64::MAX), Vec::<String>::new());
        assert_ne!(told_of(&scan.rows(), 600..602), before[600..602]);
    }

    #[test]
    fn a_message_of_very_many_records_is_found_again_beside_others() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let bytes = |peer, bytes: &[u8]| Happening::Bytes { peer, is_sent: false, bytes: bytes.to_vec() };
        for at in 0..40_000 {
            append(&mut writer, at, &if at % 4 == 0 { bytes(1, b"x") } else { bytes(2, b"y\n") });
        }
        append(&mut writer, 40_000, &bytes(1, b"\n"));
        writer.publish().unwrap();
        let mut scan = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        assert!(scan.step(u64::MAX).unwrap().is_done);
        let rows = scan.rows();
        assert_eq!(rows.len(), 30_001);
        let last = some(&scan, 30_000..30_001);
        assert_eq!(last[0].matches('x').count(), 10_000, "{}", &last[0][..100]);
        assert!(rows.index_bytes() < 20_000);
    }
}
