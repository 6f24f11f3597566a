//! What a person remarked in a log: its notes, looked for beside the frames, and the row that times are measured from. It
//! must not know who points them out.

use crate::codec::text::TextEncoding;
use crate::engine::news::News;
use crate::model::ids::RowKey;
use crate::model::record::Body;
use crate::ui::log::{LogRow, LogRows};
use crate::ui::tab::find::predicate;
use crate::ui::tab::gathering::{Gathering, GatheringError, Searched};
use crate::ui::tab::notes::notes_expression;
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::mem;
use std::time::{Duration, Instant};

/// More of them could not be told apart in a chart.
const MOST_REMARKS: usize = 256;

/// The notes of a shorter journal are looked for by themselves; those of a longer one once a person asks for notes.
const NOTES_WITHIN_BYTES: u64 = 64 << 20;

/// What a person remarked, and when that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// In nanoseconds since 1970-01-01 UTC.
    pub wall_ns: i64,
    /// What it says, as it stands in the journal; nothing where a row was only marked.
    pub text: String,
}

/// How much there is to point out. While it is the same, so are the remarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarked {
    notes: u64,
    marked: Option<RowKey>,
}

/// The notes of a log.
#[derive(Debug, Default)]
pub struct Remarks {
    /// A person has asked for notes.
    pub are_wanted: bool,
    notes: Gathering,
    /// The newest notes that were read. A note never changes.
    read: BTreeMap<u64, Remark>,
}

impl Remarks {
    /// Begins to look for notes where that is not known to take long, or was asked for.
    pub(super) fn look_for(
        &mut self,
        searched: Option<&Searched>,
        journal_bytes: u64,
        encoding: TextEncoding,
        news: &News,
    ) -> Result<(), GatheringError> {
        let are_wanted = self.are_wanted || journal_bytes <= NOTES_WITHIN_BYTES;
        let Some(searched) = searched.filter(|_| are_wanted && !self.notes.is_following()) else {
            return Ok(());
        };
        self.notes.start(searched, predicate(&notes_expression(), encoding), news)
    }

    /// Takes in what was found; tells whether there was something.
    pub(super) fn take_in(&mut self, news: &News, deadline: Instant) -> Result<bool, GatheringError> {
        self.notes.take_in(news, deadline)
    }

    /// How soon to look again, where something was not gone over.
    pub fn follow_after(&self) -> Option<Duration> {
        self.notes.follow_after()
    }

    /// Rows are called otherwise from now on.
    pub(super) fn forget(&mut self) {
        self.notes.stop();
        self.read.clear();
    }

    /// What there is to point out now.
    pub fn remarked(&self, marked: Option<RowKey>) -> Remarked {
        Remarked { notes: self.notes.rows().len(), marked }
    }

    /// The rows that are notes, and the one that times are measured from.
    pub fn rows(&self, marked: Option<RowKey>) -> RoaringTreemap {
        let mut rows = RoaringTreemap::clone(self.notes.rows());
        rows.extend(marked.map(|marked| marked.0));
        rows
    }

    /// The marked row and the newest notes. What cannot be read is left out; its row says why.
    pub fn newest(&mut self, marked: Option<RowKey>, log: &mut LogRows) -> Vec<Remark> {
        let mut read = |key| log.row(RowKey(key)).ok().flatten().map(|row| remark(&row));
        let mut known = mem::take(&mut self.read);
        let newest = self.notes.rows().iter().rev().take(MOST_REMARKS);
        self.read = newest.filter_map(|key| Some((key, known.remove(&key).or_else(|| read(key))?))).collect();
        // A note that is marked is there anyway.
        let marked = marked.filter(|marked| !self.read.contains_key(&marked.0));
        marked
            .and_then(|marked| read(marked.0))
            .into_iter()
            .chain(self.read.values().rev().cloned())
            .collect()
    }
}

fn remark(row: &LogRow) -> Remark {
    let text = match &row.record.body {
        Body::Note(text) => text.clone(),
        _ => String::new(),
    };
    Remark { wall_ns: row.record.at.wall_ns, text }
}

#[cfg(test)]
mod tests {
    use super::MOST_REMARKS;
    use crate::codec::text::TextEncoding;
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, RowKey};
    use crate::model::record::{Body, DataHead};
    use crate::ui::tab::tests::LogBench;
    use crate::util::clock::Stamp;
    use std::time::{Duration, Instant};

    #[test]
    fn the_marked_row_is_among_the_remarks_however_many_notes_follow_it() {
        let mut bench = LogBench::new(TextEncoding::UTF_8);
        bench.say(DataHead::received(), b"marked");
        for number in 1..=300 {
            let at = Stamp { wall_ns: number, mono_ns: 0 };
            bench.writer.append(at, Epoch(1), None, &Body::Note(number.to_string()));
        }
        let deadline = Instant::now() + Duration::from_mins(1);
        while bench.log.remarks.rows(None).len() < 300 {
            assert!(Instant::now() < deadline, "notes are found");
            bench.frame(bench.options(), &Framing::None);
        }
        let log = &mut bench.log;
        let rows = log.rows.as_mut().unwrap();
        // What was read is the same the next time.
        for _ in 0..2 {
            let newest = log.remarks.newest(Some(RowKey(0)), rows);
            assert_eq!(newest.len(), MOST_REMARKS + 1);
            let ends = [&newest[0], &newest[1], &newest[MOST_REMARKS]];
            assert_eq!(ends.map(|remark| remark.text.as_str()), ["", "300", "45"]);
        }
        assert_eq!(log.remarks.newest(Some(RowKey(300)), rows).len(), MOST_REMARKS, "a note that is marked");
    }
}
