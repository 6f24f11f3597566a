//! What rows come to together: how many, how many bytes each way, from when to when. It must not know who selected them.

use crate::codec::rows::Row;
use crate::journal::error::JournalError;
use crate::journal::format::{RecordHead, RecordKind};
use crate::journal::reader::JournalReader;
use crate::journal::split::SplitRows;
use crate::journal::timeline::Flow;
use crate::model::record::{Body, Direction};
use crate::util::clock::Stamp;
use roaring::RoaringTreemap;
use std::cell::Cell;
use std::ops::{ControlFlow, Range, RangeInclusive};

/// How many rows are gone over between two looks at whether somebody still wants to know.
const STEP_ROWS: u64 = 1 << 16;

/// How many messages, or how much of them: to cut them takes longer.
const STEP_MESSAGES: u64 = 1 << 12;
const STEP_BYTES: u64 = 8 << 20;

/// A row that is farther ahead than this is looked up; nearer ones are come to faster by going over those between.
const NEAR_ROWS: u64 = 1 << 10;

/// Which rows are counted: those of the ranges that are also in the set, if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// In order, none overlapping the next; they may reach beyond the last row.
    pub ranges: &'a [RangeInclusive<u64>],
    /// What else a row has to be in.
    pub among: Option<&'a RoaringTreemap>,
}

/// What rows come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All of them, events among them.
    pub rows: u64,
    /// What came and went.
    pub flow: Flow,
    /// The first and the last moment, in nanoseconds since 1970-01-01 UTC.
    pub span_ns: Option<(i64, i64)>,
}

/// Is told which rows of a run were gone over so far.
type RunGoOn<'a> = dyn FnMut(Range<u64>) -> ControlFlow<()> + 'a;

/// Goes over a run of rows.
type ReadRun<'a> = dyn FnMut(Range<u64>, &mut RunGoOn<'_>) -> Result<(), JournalError> + 'a;

/// Is told how many rows were gone over, and says whether to go on.
pub type GoOn<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

impl Totals {
    /// Of records. No payload is read.
    pub fn of_records(
        reader: &JournalReader,
        counted: Counted<'_>,
        go_on: &mut GoOn<'_>,
    ) -> Result<Totals, JournalError> {
        let mut totals = Totals::default();
        counted.visit(reader.snapshot().records, go_on, &mut |run, _| {
            let mut records = reader.records(run).at_once();
            while let Some(head) = records.next_head()? {
                if counted.has(head.id.0) {
                    totals.add_head(&head);
                }
            }
            Ok(())
        })?;
        Ok(totals)
    }

    /// Of the messages that streams are cut into, and of the events between them.
    pub fn of_messages(
        rows: &SplitRows,
        counted: Counted<'_>,
        go_on: &mut GoOn<'_>,
    ) -> Result<Totals, JournalError> {
        let mut totals = Totals::default();
        counted.visit(rows.len(), go_on, &mut |run, go_on| {
            let first = run.start;
            let (mut key, mut asked_at, mut bytes) = (first, first, 0);
            rows.visit(run, &mut |row| {
                if counted.has(key) {
                    totals.add_row(row);
                }
                key += 1;
                bytes += row.record.data().map_or(0, |data| data.bytes.len() as u64);
                if key - asked_at < STEP_MESSAGES && bytes < STEP_BYTES {
                    return ControlFlow::Continue(());
                }
                (asked_at, bytes) = (key, 0);
                go_on(first..key)
            })
        })?;
        Ok(totals)
    }

    /// How long it took from the first to the last, in nanoseconds. A clock that was set back in between does not count.
    pub fn lasted_ns(&self) -> u64 {
        self.span_ns.map_or(0, |(first, last)| first.abs_diff(last))
    }

    /// The bytes of both ways.
    pub fn bytes(&self) -> u64 {
        self.flow.received_bytes.saturating_add(self.flow.sent_bytes)
    }

    fn add_head(&mut self, head: &RecordHead) {
        let direction = head.direction.filter(|_| head.kind == RecordKind::Data);
        // Of a row whose frame is lost nobody knows when it was.
        let is_lost = head.kind == RecordKind::Damaged && head.at == Stamp::default();
        let moments = (!is_lost).then_some((head.at.wall_ns, head.at.wall_ns));
        self.add(direction, u64::from(head.data_bytes), moments);
    }

    fn add_row(&mut self, row: &Row<'_>) {
        let began = row.record.at.wall_ns;
        let ended = row.message.map_or(began, |cut| cut.ended.wall_ns);
        let data = row.record.data();
        let bytes = data.map_or(0, |data| data.bytes.len() as u64);
        let is_lost = matches!(row.record.body, Body::Damaged) && row.record.at == Stamp::default();
        let moments = (!is_lost).then_some((began, ended));
        self.add(data.map(|data| data.head.direction), bytes, moments);
    }

    fn add(&mut self, direction: Option<Direction>, bytes: u64, moments: Option<(i64, i64)>) {
        self.rows += 1;
        match direction {
            Some(Direction::Received) => {
                self.flow.received += 1;
                self.flow.received_bytes += bytes;
            }
            Some(Direction::Sent) => {
                self.flow.sent += 1;
                self.flow.sent_bytes += bytes;
            }
            None => {}
        }
        let Some((began, ended)) = moments else { return };
        let (first, last) = self.span_ns.unwrap_or((began, ended));
        self.span_ns = Some((first.min(began).min(ended), last.max(began).max(ended)));
    }
}

impl Counted<'_> {
    /// How many rows there are, of so many.
    pub fn count(self, len: u64) -> u64 {
        self.ranges.iter().map(|range| self.count_of(range, len)).sum()
    }

    fn count_of(self, range: &RangeInclusive<u64>, len: u64) -> u64 {
        let Some(last) = len.checked_sub(1).map(|last| last.min(*range.end())) else { return 0 };
        if *range.start() > last {
            return 0;
        }
        match self.among {
            None => last - range.start() + 1,
            Some(among) => {
                among.rank(last) - range.start().checked_sub(1).map_or(0, |before| among.rank(before))
            }
        }
    }

    fn count_in(self, run: &Range<u64>, len: u64) -> u64 {
        run.end.checked_sub(1).map_or(0, |last| self.count_of(&(run.start..=last), len))
    }

    fn has(self, key: u64) -> bool {
        self.among.is_none_or(|among| among.contains(key))
    }

    /// Goes over the rows in runs that are worth reading at once, until nobody wants to know any more.
    fn visit(self, len: u64, go_on: &mut GoOn<'_>, read: &mut ReadRun<'_>) -> Result<(), JournalError> {
        let mut done = 0;
        for range in self.ranges {
            let end = range.end().saturating_add(1).min(len);
            let mut next = *range.start();
            while let Some(run) = self.run_from(next, end) {
                next = run.end;
                let is_wanted = Cell::new(true);
                let before = done;
                let mut told = |so_far: Range<u64>| {
                    let told = go_on(before + self.count_in(&so_far, len));
                    is_wanted.set(told.is_continue());
                    told
                };
                read(run.clone(), &mut told)?;
                done += self.count_in(&run, len);
                if !is_wanted.get() || go_on(done).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next rows before `end` that are near each other.
    fn run_from(self, start: u64, end: u64) -> Option<Range<u64>> {
        let Some(among) = self.among else {
            return (start < end).then(|| start..end.min(start.saturating_add(STEP_ROWS)));
        };
        let mut rows = among.iter();
        rows.advance_to(start);
        let first = rows.next().filter(|first| *first < end)?;
        let most = end.min(first.saturating_add(STEP_ROWS));
        let mut last = first;
        while let Some(row) = rows.next().filter(|row| *row < most && row - last <= NEAR_ROWS) {
            last = row;
        }
        Some(first..last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, STEP_MESSAGES, STEP_ROWS, Totals};
    use crate::journal::split::{SplitRows, SplitScan};
    use crate::journal::timeline::Flow;
    use crate::journal::{JournalInfo, JournalReader, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, DataHead, Origin};
    use crate::util::clock::Stamp;
    use proptest::prelude::*;
    use roaring::RoaringTreemap;
    use std::ops::{ControlFlow, RangeInclusive};
    use tempfile::TempDir;

    /// The records of this many numbers: data of both ways with so many bytes, each seventh an event.
    fn journal(count: u64) -> (TempDir, JournalReader) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        for number in 0..count {
            let at = Stamp { wall_ns: 1_000 + i64::try_from(number).unwrap(), mono_ns: number };
            let bytes = vec![b'x'; usize::try_from(number % 5).unwrap()];
            let peer = Some(PeerId::FIRST);
            match number % 7 {
                0 => writer.append(at, Epoch(1), None, &Body::Note("an event".to_owned())),
                1..4 => writer.append_data(at, Epoch(1), peer, &DataHead::received(), &bytes),
                _ => writer.append_data(at, Epoch(1), peer, &DataHead::sent(Origin::User), &bytes),
            };
        }
        writer.publish().unwrap();
        (folder, writer.reader())
    }

    /// The same, row by row.
    fn expected(counted: Counted<'_>, count: u64) -> Totals {
        let mut totals = Totals::default();
        for number in 0..count {
            let is_counted = counted.ranges.iter().any(|range| range.contains(&number))
                && counted.among.is_none_or(|among| among.contains(number));
            if !is_counted {
                continue;
            }
            totals.rows += 1;
            let flow = &mut totals.flow;
            match number % 7 {
                0 => {}
                1..4 => {
                    flow.received += 1;
                    flow.received_bytes += number % 5;
                }
                _ => {
                    flow.sent += 1;
                    flow.sent_bytes += number % 5;
                }
            }
            let at = 1_000 + i64::try_from(number).unwrap();
            totals.span_ns = Some((totals.span_ns.map_or(at, |(first, _)| first), at));
        }
        totals
    }

    fn in_single_bytes(reader: &JournalReader) -> SplitRows {
        let mut scan = SplitScan::new(reader.clone(), Framing::Fixed(1), RecordId(0));
        scan.step(u64::MAX).unwrap();
        scan.rows()
    }

    fn all(_: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn selected_records_come_to_what_each_of_them_adds(
            starts in proptest::collection::btree_set(0..4_000_u64, 0..6),
            length in 1..900_u64,
            shown in proptest::option::of(proptest::collection::btree_set(0..4_000_u64, 0..300)),
        ) {
            let (_folder, reader) = journal(3_000);
            let mut ranges: Vec<RangeInclusive<u64>> = Vec::new();
            for start in starts {
                if ranges.last().is_none_or(|last| *last.end() < start) {
                    ranges.push(start..=start + length);
                }
            }
            let shown: Option<RoaringTreemap> = shown.map(|shown| shown.into_iter().collect());
            let counted = Counted { ranges: &ranges, among: shown.as_ref() };
            let totals = Totals::of_records(&reader, counted, &mut all).unwrap();
            prop_assert_eq!(totals, expected(counted, 3_000));
            prop_assert_eq!(counted.count(3_000), totals.rows);
        }
    }

    #[test]
    fn messages_come_to_their_bytes_from_their_first_to_their_last() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        for (wall_ns, bytes) in [(10, &b"on"[..]), (20, b"e\ntw"), (30, b"o\nthree\n")] {
            let at = Stamp { wall_ns, mono_ns: 0 };
            writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), bytes);
        }
        writer.publish().unwrap();
        let mut scan = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        scan.step(u64::MAX).unwrap();
        let shown: RoaringTreemap = [0, 2].into_iter().collect();
        for (range, among, rows, bytes, span_ns) in [
            (0..=0, None, 1, 4, Some((10, 20))),
            (0..=1, None, 2, 8, Some((10, 30))),
            (0..=u64::MAX, None, 3, 14, Some((10, 30))),
            (0..=2, Some(&shown), 2, 10, Some((10, 30))),
            (3..=9, None, 0, 0, None),
        ] {
            let counted = Counted { ranges: std::slice::from_ref(&range), among };
            let totals = Totals::of_messages(&scan.rows(), counted, &mut all).unwrap();
            let flow = Flow { received: rows, received_bytes: bytes, ..Flow::default() };
            assert_eq!(totals, Totals { rows, flow, span_ns }, "{range:?}");
        }
        assert_eq!(Totals { span_ns: Some((30, 10)), ..Totals::default() }.lasted_ns(), 20);
    }

    #[test]
    fn who_wants_to_know_no_more_waits_for_one_step() {
        let (_folder, reader) = journal(200_000);
        let counted = Counted { ranges: &[0..=u64::MAX], among: None };
        let mut told = Vec::new();
        let mut stop = |done: u64| {
            told.push(done);
            ControlFlow::Break(())
        };
        Totals::of_records(&reader, counted, &mut stop).unwrap();
        Totals::of_messages(&in_single_bytes(&reader), counted, &mut stop).unwrap();
        assert_eq!(told, [STEP_ROWS, STEP_MESSAGES]);
    }

    #[test]
    fn rows_that_are_lost_count_and_tell_no_time() {
        let (folder, reader) = journal(3_000);
        let path = folder.path().join("a.skj");
        drop(reader);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 500].fill(0xEE);
        std::fs::write(&path, bytes).unwrap();
        let reader = JournalReader::open(&path).unwrap();
        let counted = Counted { ranges: &[0..=u64::MAX], among: None };
        let totals = Totals::of_records(&reader, counted, &mut all).unwrap();
        assert_eq!((totals.rows, totals.span_ns), (3_000, Some((1_000, 3_999))));
        assert!(totals.flow.received < expected(counted, 3_000).flow.received, "some are lost");
        let mut scan = SplitScan::new(reader, Framing::None, RecordId(0));
        scan.step(u64::MAX).unwrap();
        let messages = Totals::of_messages(&scan.rows(), counted, &mut all).unwrap();
        assert_eq!(messages.span_ns, Some((1_000, 3_999)));
    }
}
