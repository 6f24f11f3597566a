//! What happened when, over a whole session in bounded memory: time is cut into equal stretches, and they get twice as long
//! whenever there are too many. It must not know who draws them.

use crate::journal::error::JournalError;
use crate::journal::reader::JournalReader;
use crate::journal::records::Records;
use crate::model::record::Direction;

/// There are at most so many stretches: more than a wide screen has points.
const MOST_STRETCHES: usize = 8_192;

/// How long stretches are at first.
const FIRST_WIDTH_NS: i64 = 10_000_000;

/// What is kept of a stretch of time.
pub trait Stretch: Clone + Default {
    /// Takes in what the next stretch has, because both are one from now on.
    fn join(&mut self, next: &Self);
}

/// Stretches of time, from the first moment that was seen on.
#[derive(Clone, Debug)]
pub struct Timeline<S> {
    start_ns: i64,
    width_ns: i64,
    stretches: Vec<S>,
}

/// How much came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Records that came.
    pub received: u64,
    /// Records that went.
    pub sent: u64,
    /// Bytes that came.
    pub received_bytes: u64,
    /// Bytes that went.
    pub sent_bytes: u64,
}

/// Gathers how much came and went. It reads no payload.
#[derive(Debug)]
pub struct FlowScan {
    reader: JournalReader,
    records: Records,
    timeline: Timeline<Flow>,
}

impl<S: Stretch> Timeline<S> {
    /// Nothing yet.
    pub fn new() -> Timeline<S> {
        Timeline { start_ns: 0, width_ns: FIRST_WIDTH_NS, stretches: Vec::new() }
    }

    /// The stretch of a moment. A clock that was set back belongs to the first one.
    pub fn at(&mut self, wall_ns: i64) -> &mut S {
        if self.stretches.is_empty() {
            self.start_ns = wall_ns;
        }
        while self.place(wall_ns) >= MOST_STRETCHES {
            self.join_pairs();
        }
        let place = self.place(wall_ns);
        if place >= self.stretches.len() {
            self.stretches.resize(place + 1, S::default());
        }
        &mut self.stretches[place]
    }

    /// The first moment, and the first one behind the last stretch. `None` while there is nothing.
    pub fn span_ns(&self) -> Option<(i64, i64)> {
        let count = i64::try_from(self.stretches.len()).ok().filter(|count| *count > 0)?;
        Some((self.start_ns, self.start_ns.saturating_add(self.width_ns.saturating_mul(count))))
    }

    /// How long a stretch is.
    pub fn width_ns(&self) -> i64 {
        self.width_ns
    }

    /// What the stretches between two moments have together; the one that a moment is in counts for the earlier side.
    pub fn between(&self, from_ns: i64, to_ns: i64) -> S {
        let mut all = S::default();
        let (first, last) = (self.border(from_ns), self.border(to_ns));
        for stretch in self.stretches.get(first..last.max(first)).unwrap_or_default() {
            all.join(stretch);
        }
        all
    }

    fn place(&self, wall_ns: i64) -> usize {
        let after = wall_ns.saturating_sub(self.start_ns).max(0);
        usize::try_from(after / self.width_ns).unwrap_or(usize::MAX)
    }

    /// The first stretch that begins at or after a moment.
    fn border(&self, wall_ns: i64) -> usize {
        let after = wall_ns.saturating_sub(self.start_ns).max(0);
        let place = after.saturating_add(self.width_ns - 1) / self.width_ns;
        usize::try_from(place).unwrap_or(usize::MAX).min(self.stretches.len())
    }

    fn join_pairs(&mut self) {
        let joined = self.stretches.chunks(2).map(|pair| {
            let mut one = pair[0].clone();
            if let Some(next) = pair.get(1) {
                one.join(next);
            }
            one
        });
        self.stretches = joined.collect();
        self.width_ns = self.width_ns.saturating_mul(2);
    }
}

impl<S: Stretch> Default for Timeline<S> {
    fn default() -> Timeline<S> {
        Timeline::new()
    }
}

impl Stretch for Flow {
    fn join(&mut self, next: &Flow) {
        self.received += next.received;
        self.sent += next.sent;
        self.received_bytes += next.received_bytes;
        self.sent_bytes += next.sent_bytes;
    }
}

impl FlowScan {
    /// All records that there are, and those that come.
    pub fn new(reader: JournalReader) -> FlowScan {
        let records = reader.records(0..reader.snapshot().records);
        FlowScan { reader, records, timeline: Timeline::new() }
    }

    /// What was gathered so far.
    pub fn timeline(&self) -> &Timeline<Flow> {
        &self.timeline
    }

    /// How many records were gone over.
    pub fn done_records(&self) -> u64 {
        self.records.next_id().0
    }

    /// Goes over up to so many more records; tells whether all were gone over that there are.
    pub fn step(&mut self, budget_records: u64) -> Result<bool, JournalError> {
        let total = self.reader.snapshot().records;
        if self.records.is_done() {
            self.records = self.reader.records(self.records.next_id().0..total);
        }
        for _ in 0..budget_records {
            let Some(head) = self.records.next_head()? else { break };
            let (Some(direction), true) = (head.direction, head.kind == super::RecordKind::Data) else {
                continue;
            };
            let flow = self.timeline.at(head.at.wall_ns);
            match direction {
                Direction::Received => {
                    flow.received += 1;
                    flow.received_bytes += u64::from(head.data_bytes);
                }
                Direction::Sent => {
                    flow.sent += 1;
                    flow.sent_bytes += u64::from(head.data_bytes);
                }
            }
        }
        Ok(self.records.next_id().0 >= total)
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_WIDTH_NS, Flow, FlowScan, MOST_STRETCHES, Timeline};
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::Epoch;
    use crate::model::record::{Body, DataHead, Origin};
    use crate::util::clock::Stamp;

    #[test]
    fn nothing_is_lost_however_long_a_session_is() {
        for days in [0, 1, 400] {
            let mut timeline: Timeline<Flow> = Timeline::new();
            let end = 1 + days * 86_400 * 1_000_000_000_i64;
            let step = (end / 20_000).max(1);
            let mut count = 0;
            for moment in (0..end).step_by(usize::try_from(step).unwrap()) {
                timeline.at(1_700_000_000_000_000_000 + moment).received += 1;
                count += 1;
            }
            // A clock that is set back.
            timeline.at(5).received += 1;
            let (from, to) = timeline.span_ns().unwrap();
            assert!(timeline.stretches.len() <= MOST_STRETCHES, "{days}");
            assert_eq!(timeline.between(from, to).received, count + 1, "{days}");
            let middle = from + (to - from) / 2;
            let halves = [timeline.between(from, middle), timeline.between(middle, to)];
            assert_eq!(halves[0].received + halves[1].received, count + 1, "{days}");
        }
        assert_eq!(Timeline::<Flow>::new().span_ns(), None);
    }

    #[test]
    fn records_are_counted_in_both_directions_as_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let at = |millis: i64| Stamp { wall_ns: millis * 1_000_000, mono_ns: 0 };
        writer.append(at(0), Epoch(1), None, &Body::Note("no data".to_owned()));
        writer.append_data(at(1), Epoch(1), None, &DataHead::received(), b"four");
        writer.append_data(at(2), Epoch(1), None, &DataHead::sent(Origin::User), b"six666");
        writer.publish().unwrap();
        let mut scan = FlowScan::new(writer.reader());
        assert!(!scan.step(1).unwrap());
        assert!(scan.step(100).unwrap());
        writer.append_data(at(500), Epoch(1), None, &DataHead::received(), b"later");
        writer.publish().unwrap();
        assert!(scan.step(100).unwrap());
        let (from, to) = scan.timeline().span_ns().unwrap();
        let all = Flow { received: 2, sent: 1, received_bytes: 9, sent_bytes: 6 };
        assert_eq!(scan.timeline().between(from, to), all);
        let first = scan.timeline().between(from, from + FIRST_WIDTH_NS);
        assert_eq!((first.received, first.sent), (1, 1));
        assert_eq!(scan.done_records(), 4);
    }
}
