//! The scan that gathers the records that a predicate wants. A payload is read only where the head does not settle the
//! matter; where a row must hold certain bytes, they are looked for in raw blocks of the file, and only rows that have
//! them are judged.

use crate::codec::expression::{Content, Cost, Finder, Variables, Verdict};
use crate::codec::rows::Row as RowOf;
use crate::codec::text::{Carry, LookBack, StreamTable};
use crate::journal::error::JournalError;
use crate::journal::format::{FrameHeader, RawHeader, RecordKind, decode_body};
use crate::journal::query::alike::Alike;
use crate::journal::query::head_facts::HeadFacts;
use crate::journal::query::predicate::Predicate;
use crate::journal::query::row_judge::RowJudge;
use crate::journal::query::{Filter, Hit, HitStart, Pattern, Search};
use crate::journal::reader::{JournalReader, lost_record, payload_holds, record_of};
use crate::journal::records::Records;
use crate::journal::walk::Row;
use crate::model::ids::{PeerId, RecordId};
use crate::model::moment::Moment;
use crate::model::record::{Body, Direction};
use roaring::RoaringTreemap;
use std::collections::HashMap;
use std::mem;
use std::ops::ControlFlow;

/// What a step found, and how far the scan has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PredicateProgress {
    /// New rows that are wanted.
    pub found: RoaringTreemap,
    /// The rows behind all of those that may still change, as far as they are wanted as they are now. Nothing before
    /// everything else has been gone over.
    pub open: Option<RoaringTreemap>,
    /// How much was gone over, in parts of `total`.
    pub scanned: u64,
    /// How much there is to go over: rows, or bytes where those are searched.
    pub total: u64,
    /// Everything that existed has been gone over.
    pub done: bool,
}

/// Gathers the records that a predicate wants. It is stopped by dropping it. When it is done and the journal has grown,
/// the next step goes on with what is new.
#[derive(Debug)]
pub struct PredicateScan {
    reader: JournalReader,
    first: u64,
    way: Way,
    /// Where the search began that is under way, and how many rows were walked over before that.
    searched_from: u64,
    walked_before: u64,
    judging: Judging,
    /// Of the rows that are gone over, or of the candidates.
    records: Records,
}

/// How wanted rows are found.
#[derive(Debug)]
enum Way {
    /// One row after the other.
    Walk,
    /// What a row must hold is looked for first.
    Search(Vec<Search>),
    /// One row after the other as long as most of them have it.
    WalkWhileMost(Stretch),
}

/// Rows that are walked over before it is asked whether that was worth it.
#[derive(Debug)]
struct Stretch {
    /// What they are expected to have.
    pattern: Pattern,
    rows: u64,
    /// The row behind it.
    end: u64,
    /// So many of them were wanted.
    found: u64,
}

/// What is known besides the row that is judged.
#[derive(Debug)]
struct Judging {
    reader: JournalReader,
    judge: RowJudge,
    needs_carry: bool,
    /// What becomes of a row whose header is damaged, where the row before it and what it goes on from do not matter. A
    /// header that tells the same need not be checked for damage.
    of_lost: Option<Verdict>,
    /// A row is wanted for bytes that it has, so that one whose payload is damaged is not, whatever it says.
    wants_bytes: bool,
    /// What was said of rows like it, where the time does not matter.
    alike: Option<Alike>,
    /// The moment of the row before.
    above: Option<Moment>,
    streams: StreamTable,
    /// The last record of each stream whose end is in the table.
    passed: HashMap<(Option<PeerId>, Direction), RecordId>,
    spare: Vec<u8>,
}

/// What going over a row costs besides its payload, in bytes.
const ROW_BYTES: u64 = 64;
/// A row that is at most so far away is stepped to, one that is farther is looked up.
const NEAR_ROWS: u64 = 64;
/// So many rows with hits tell how many have what is looked for, or fewer of them in so much of the file.
const ENOUGH_ROWS: u64 = 1000;
const ENOUGH_BYTES: u64 = 2 << 20;

impl PredicateScan {
    /// A scan of the rows from this one on, those that come later included.
    pub fn new(
        reader: JournalReader,
        predicate: Predicate,
        from: RecordId,
    ) -> Result<PredicateScan, JournalError> {
        let filter = Filter { rows: (from.0 > 0).then_some(from.0..u64::MAX), ..Filter::default() };
        let patterns = predicate.must_hold();
        let way = if patterns.is_empty() {
            Way::Walk
        } else {
            let search = |pattern| Search::new(reader.clone(), pattern, filter.clone());
            Way::Search(patterns.into_iter().map(search).collect::<Result<_, _>>()?)
        };
        let mut judging = Judging::new(reader.clone(), predicate)?;
        let records;
        (judging.above, records) = stand_at(&reader, from.0)?;
        Ok(PredicateScan {
            reader,
            first: from.0,
            way,
            searched_from: from.0,
            walked_before: 0,
            judging,
            records,
        })
    }

    /// Goes over about `budget_bytes` more of the file.
    pub fn step(&mut self, budget_bytes: u64) -> Result<PredicateProgress, JournalError> {
        let mut progress = PredicateProgress::default();
        match &mut self.way {
            Way::Walk => {
                let end = self.reader.snapshot().records;
                self.walk(budget_bytes, end, &mut progress.found)?;
                let next = self.records.next_id().0;
                progress.scanned = next.min(end).saturating_sub(self.first);
                progress.total = end.saturating_sub(self.first);
                progress.done = next >= end;
            }
            Way::Search(searches) => {
                progress.done = true;
                let is_one = searches.len() == 1;
                let mut hits = Vec::new();
                for search in searches.iter_mut() {
                    let found = search.step(budget_bytes)?;
                    progress.scanned += found.scanned_bytes;
                    progress.total += found.total_bytes;
                    progress.done &= found.done;
                    hits.extend(found.hits);
                }
                self.judge_hits(&hits, &mut progress.found)?;
                let before = self.reader.bytes_about(self.first..self.searched_from);
                (progress.scanned, progress.total) = (progress.scanned + before, progress.total + before);
                if is_one && !progress.done {
                    self.walk_on_if_most_have_it(&hits)?;
                }
            }
            Way::WalkWhileMost(stretch) => {
                let snapshot = self.reader.snapshot();
                let end = stretch.end.min(snapshot.records);
                self.walk(budget_bytes, end, &mut progress.found)?;
                let next = self.records.next_id().0;
                progress.done = next >= snapshot.records;
                progress.total = self.reader.bytes_about(self.first..snapshot.records);
                progress.scanned =
                    if progress.done { progress.total } else { self.reader.bytes_about(self.first..next) };
                progress.scanned = progress.scanned.min(progress.total);
                self.search_on_if_few_were_found(progress.found.len(), next)?;
            }
        }
        Ok(progress)
    }

    /// Where most rows have what is looked for, going from one to the next costs less than looking for each.
    fn walk_on_if_most_have_it(&mut self, hits: &[Hit]) -> Result<(), JournalError> {
        let Way::Search(searches) = &self.way else { return Ok(()) };
        let (Some(search), Some(first), Some(last)) = (searches.first(), hits.first(), hits.last()) else {
            return Ok(());
        };
        let behind = last.record.0.saturating_add(1);
        let rows = behind.saturating_sub(first.record.0);
        // One row may have thousands.
        let rows_hit = hits.chunk_by(|one, next| one.record == next.record).count() as u64;
        let is_most = |rows: u64| rows_hit.saturating_mul(2) > rows;
        let is_enough =
            rows_hit >= ENOUGH_ROWS || self.reader.bytes_about(first.record.0..behind) >= ENOUGH_BYTES;
        let finds_across = self.judging.judge.predicate.across().is_some();
        if is_enough && is_most(rows) && !finds_across {
            // Rows may have it that are not wanted: where the search says the same again at once, it is asked less often.
            let is_as_before = is_most(behind.saturating_sub(self.searched_from));
            let rows = if is_as_before { rows.max(self.walked_before.saturating_mul(2)) } else { rows };
            let pattern = search.pattern().clone();
            let end = behind.saturating_add(rows);
            (self.judging.above, _) = stand_at(&self.reader, behind)?;
            self.records = self.reader.records(behind..end).at_once();
            self.way = Way::WalkWhileMost(Stretch { pattern, rows, end, found: 0 });
        }
        Ok(())
    }

    /// At the end of a stretch of which few rows were wanted, what a row must hold is looked for again.
    fn search_on_if_few_were_found(&mut self, found: u64, next: u64) -> Result<(), JournalError> {
        let Way::WalkWhileMost(stretch) = &mut self.way else { return Ok(()) };
        stretch.found += found;
        if next < stretch.end {
            return Ok(());
        }
        let is_few = stretch.found.saturating_mul(4) < stretch.rows;
        let search = if is_few {
            Search::going_on(self.reader.clone(), stretch.pattern.clone(), RecordId(next))?
        } else {
            None
        };
        if let Some(search) = search {
            (self.searched_from, self.walked_before) = (next, stretch.rows);
            self.way = Way::Search(vec![search]);
        } else {
            (stretch.end, stretch.found) = (next.saturating_add(stretch.rows), 0);
        }
        Ok(())
    }

    fn walk(&mut self, budget_bytes: u64, end: u64, found: &mut RoaringTreemap) -> Result<(), JournalError> {
        if self.records.is_done() {
            self.records = self.reader.records(self.records.next_id().0..end).at_once();
        }
        let reads_payload = self.judging.judge.predicate.cost() > Cost::Head;
        let mut gone_over: u64 = 0;
        while gone_over < budget_bytes {
            gone_over += self.judging.skip_settled(&mut self.records, budget_bytes - gone_over, found)?;
            let id = self.records.next_id().0;
            let Some(row) = self.records.next_row()? else { break };
            gone_over += ROW_BYTES;
            if let (Row::Whole(frame), true) = (&row, reads_payload) {
                gone_over += u64::from(frame.header.payload_bytes);
            }
            if self.judging.judge(row, &mut self.records)? {
                found.insert(id);
            }
        }
        Ok(())
    }

    fn judge_hits(&mut self, hits: &[Hit], found: &mut RoaringTreemap) -> Result<(), JournalError> {
        let is_enough = self.judging.judge.predicate.finding_is_enough();
        let across = self.judging.judge.predicate.across().cloned();
        let mut candidates = RoaringTreemap::new();
        for hit in hits {
            let is_found = match (hit.begins, &across) {
                (None, _) => is_enough,
                (Some(begins), Some(finder)) => self.judging.holds_across(finder, hit.record, begins)?,
                (Some(_), None) => false,
            };
            if is_found {
                found.insert(hit.record.0);
            } else {
                candidates.insert(hit.record.0);
            }
        }
        candidates -= &*found;
        for id in candidates {
            if self.judge_one(id)? {
                found.insert(id);
            }
        }
        Ok(())
    }

    fn judge_one(&mut self, id: u64) -> Result<bool, JournalError> {
        let is_near = id.saturating_sub(self.records.next_id().0) <= NEAR_ROWS;
        if !is_near || !self.records.will_give(RecordId(id)) {
            // The row before tells how long ago it was.
            self.judging.above = None;
            self.records = self.reader.records(id.saturating_sub(1)..u64::MAX);
        }
        while self.records.next_id().0 < id {
            let Some(row) = self.records.next_row()? else { return Ok(false) };
            self.judging.above = Some(moment_of(&row));
        }
        match self.records.next_row()? {
            Some(row) => self.judging.judge(row, &mut self.records),
            None => Ok(false),
        }
    }
}

/// The rows from this one on, and the moment of the one before it.
fn stand_at(reader: &JournalReader, first: u64) -> Result<(Option<Moment>, Records), JournalError> {
    let above = first.checked_sub(1).map(|before| reader.head(RecordId(before))).transpose()?.flatten();
    let above = above.map(|head| Moment { at: head.at, epoch: head.epoch });
    Ok((above, reader.records(first..u64::MAX).at_once()))
}

fn moment_of(row: &Row) -> Moment {
    match row {
        Row::Whole(frame) => Moment { at: frame.header.at, epoch: frame.header.epoch },
        Row::Lost(id) => Moment::of(&lost_record(*id)),
    }
}

impl Judging {
    fn new(reader: JournalReader, predicate: Predicate) -> Result<Judging, JournalError> {
        let needs_carry = predicate.needs_carry();
        let wants_bytes = !predicate.must_hold().is_empty();
        let looks_above = predicate.looks_above();
        let alike = (!predicate.asks_for_time()).then(Alike::default);
        let mut judge = RowJudge::new(&reader, predicate);
        let of_lost = if needs_carry || looks_above || judge.decodes() {
            None
        } else {
            let lost = lost_record(RecordId(0));
            let is_wanted = judge.wants(&RowOf::of(&lost), Carry::default(), None)?;
            Some(if is_wanted { Verdict::Yes } else { Verdict::No })
        };
        Ok(Judging {
            needs_carry,
            wants_bytes,
            judge,
            of_lost,
            alike,
            reader,
            above: None,
            streams: StreamTable::default(),
            passed: HashMap::new(),
            spare: Vec::new(),
        })
    }

    /// Steps over rows that their head settles, or their payload where that has been read with it: whether or not they are
    /// damaged, or because they are not. Says how much that was, and stops when that is enough.
    fn skip_settled(
        &mut self,
        records: &mut Records,
        budget_bytes: u64,
        found: &mut RoaringTreemap,
    ) -> Result<u64, JournalError> {
        let Some(of_lost) = self.of_lost else { return Ok(0) };
        let seed = self.reader.shared().seed();
        let mut wanted = Vec::new();
        let mut alike = mem::take(&mut self.alike);
        let mut payload_bytes = 0;
        let most = budget_bytes.div_ceil(ROW_BYTES);
        let skipped = records.skip_settled(most, |raw, behind| {
            let mut judge = || match raw.decode() {
                Some(header) => self.verdict(&header, header.kind(), None, Carry::default(), None),
                None => Verdict::Unread,
            };
            let by_head = match &mut alike {
                Some(alike) => alike.verdict(raw.shape(), judge),
                None => judge(),
            };
            let (verdict, is_settled) = match by_head {
                Verdict::Unread if payload_bytes < budget_bytes => {
                    payload_bytes += raw.payload_bytes();
                    self.verdict_by_payload(raw, behind, seed)
                }
                Verdict::Unread => (Verdict::Unread, false),
                verdict => (verdict, verdict == of_lost || raw.holds(seed)),
            };
            if is_settled && verdict == Verdict::Yes {
                wanted.push(raw.id().0);
            }
            is_settled
        });
        self.alike = alike;
        let skipped = skipped.map(|rows| ROW_BYTES * rows + payload_bytes);
        // They come in their order, and behind all that were found before.
        if found.append(wanted.iter().copied()).is_err() {
            found.extend(wanted);
        }
        skipped
    }

    /// What is said of a row of which the payload stands behind its header, and whether that is settled.
    fn verdict_by_payload(&mut self, raw: RawHeader<'_>, behind: &[u8], seed: u32) -> (Verdict, bool) {
        let read = raw.decode().and_then(|header| {
            let payload = behind.get(..header.payload_bytes as usize)?;
            matches!(header.kind(), RecordKind::Data | RecordKind::Note).then_some((header, payload))
        });
        let Some((header, payload)) = read else { return (Verdict::Unread, false) };
        let bytes = payload.get(..header.data_bytes() as usize);
        let verdict = self.verdict(&header, header.kind(), bytes, Carry::default(), None);
        // The checksums cost more than looking for what most rows do not have.
        let is_settled = match verdict {
            Verdict::Unread => false,
            Verdict::No if self.wants_bytes => true,
            Verdict::No | Verdict::Yes => raw.holds(seed) && payload_holds(&header, payload),
        };
        (verdict, is_settled)
    }

    /// Whether a row is wanted. Its payload is read from `records` if that has to be.
    fn judge(&mut self, row: Row, records: &mut Records) -> Result<bool, JournalError> {
        let moment = moment_of(&row);
        let after_ns = self.above.replace(moment).map(|above| above.until(moment));
        let frame = match row {
            Row::Lost(id) => {
                return self.judge.wants(&RowOf::of(&lost_record(id)), Carry::default(), after_ns);
            }
            Row::Whole(frame) => frame,
        };
        let header = &frame.header;
        if !self.judge.decodes() {
            let verdict = self.verdict(header, header.kind(), None, Carry::default(), after_ns);
            // What goes by unread would be missing where a later record goes on with its last character.
            let goes_by = !self.needs_carry || header.kind() != RecordKind::Data;
            match verdict {
                Verdict::Unread => {}
                verdict if goes_by => return Ok(verdict == Verdict::Yes),
                _ => {}
            }
        }
        let payload = records.payload_of(&frame)?;
        let is_told_raw =
            matches!(header.kind(), RecordKind::Data | RecordKind::Note) && !self.judge.decodes();
        if self.wants_bytes && !self.needs_carry && is_told_raw {
            // The checksum costs more than looking for what most rows do not have.
            let bytes = payload.get(..header.data_bytes() as usize);
            let verdict = self.verdict(header, header.kind(), bytes, Carry::default(), after_ns);
            return Ok(verdict == Verdict::Yes && payload_holds(header, payload));
        }
        if !payload_holds(header, payload) {
            let record = record_of(header, Body::Damaged);
            return self.judge.wants(&RowOf::of(&record), Carry::default(), after_ns);
        }
        let bytes = &payload[..header.data_bytes() as usize];
        let carry = self.carry_before(header)?;
        let is_wanted = match header.kind() {
            _ if is_told_raw => {
                self.verdict(header, header.kind(), Some(bytes), carry, after_ns) == Verdict::Yes
            }
            _ => {
                let spare = mem::take(&mut self.spare);
                let record = record_of(header, decode_body(header, payload, spare));
                let is_wanted = self.judge.wants(&RowOf::of(&record), carry, after_ns)?;
                if let Body::Data(data) = record.body {
                    self.spare = data.bytes;
                }
                is_wanted
            }
        };
        self.pass(header, bytes)?;
        Ok(is_wanted)
    }

    fn verdict(
        &mut self,
        header: &FrameHeader,
        kind: RecordKind,
        payload: Option<&[u8]>,
        carry: Carry,
        after_ns: Option<i64>,
    ) -> Verdict {
        let RowJudge { predicate, memory, peers, .. } = &mut self.judge;
        if kind == RecordKind::Wire && !predicate.wants_wire() {
            return Verdict::No;
        }
        // What one row has caught is not known to the next.
        memory.variables = Variables::new();
        let facts = HeadFacts { header, kind, payload, carry, after_ns, peers };
        predicate.judge().verdict(&facts, memory)
    }

    /// What the stream of a record left unfinished before it.
    fn carry_before(&mut self, header: &FrameHeader) -> Result<Carry, JournalError> {
        let head = header.head();
        let (Some(direction), Some(previous), true) = (head.direction, head.previous, self.needs_carry)
        else {
            return Ok(Carry::default());
        };
        if self.judge.messages.is_message_oriented(head.peer)? {
            return Ok(Carry::default());
        }
        let stream = (head.peer, direction);
        if self.passed.get(&stream) == Some(&previous) {
            return Ok(*self.streams.carry_mut(stream));
        }
        let carry = self.carry_after(Some(previous))?;
        *self.streams.carry_mut(stream) = carry;
        Ok(carry)
    }

    /// What a stream leaves unfinished behind a record, found by looking back.
    fn carry_after(&self, record: Option<RecordId>) -> Result<Carry, JournalError> {
        let mut back = LookBack::new(self.judge.predicate.encoding());
        let mut earlier = record;
        while back.wants_more()
            && let Some(id) = earlier
        {
            let Some(record) = self.reader.record(id)? else { break };
            let Some(data) = record.data() else { break };
            back.take(&data.bytes);
            earlier = self.reader.previous_in_stream(id)?;
        }
        Ok(back.carry())
    }

    /// Goes on past a record whose payload was read.
    fn pass(&mut self, header: &FrameHeader, bytes: &[u8]) -> Result<(), JournalError> {
        if !self.needs_carry || header.kind() == RecordKind::Wire {
            return Ok(());
        }
        let head = header.head();
        let Some(direction) = head.direction else {
            if let (RecordKind::Lifecycle, Some(peer)) = (head.kind, head.peer) {
                // It may have left; if it has not, its streams are looked up again.
                self.streams.forget(peer);
                self.passed.remove(&(Some(peer), Direction::Received));
                self.passed.remove(&(Some(peer), Direction::Sent));
            }
            return Ok(());
        };
        if !self.judge.messages.is_message_oriented(head.peer)? {
            let stream = (head.peer, direction);
            self.streams.pass(self.judge.predicate.encoding(), stream, bytes);
            self.passed.insert(stream, head.id);
        }
        Ok(())
    }

    /// Whether something that begins in an earlier record and ends in this one is what is looked for, once the records
    /// of the stream are joined.
    fn holds_across(
        &mut self,
        finder: &Finder,
        last: RecordId,
        begins: HitStart,
    ) -> Result<bool, JournalError> {
        if finder.is_exact() {
            return Ok(true);
        }
        let mut pieces = Vec::new();
        let mut earlier = Some(last);
        while let Some(id) = earlier.filter(|id| *id >= begins.record) {
            let Some(record) = self.reader.record(id)? else { return Ok(false) };
            let Body::Data(data) = record.body else { return Ok(false) };
            pieces.push(data.bytes);
            earlier = self.reader.previous_in_stream(id)?;
        }
        let carry = self.carry_after(earlier)?;
        pieces.reverse();
        let joined = pieces.concat();
        let content = Content { carry, ..Content::of_message(&joined) };
        let mut is_there = false;
        finder.find(&content, &mut |place| {
            is_there = place.start == begins.offset as usize;
            if is_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        Ok(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::{PredicateScan, Way};
    use crate::codec::decode::DecodeChoice;
    use crate::codec::expression::{Expression, Vocabulary};
    use crate::codec::text::TextEncoding;
    use crate::codec::time::TimeFormat;
    use crate::journal::query::predicate::Predicate;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::DataHead;
    use crate::util::clock::Stamp;

    const LITTLE: u64 = 256 << 10;

    /// How a scan for this goes over these rows: the ways that it took, one after the other, and how many it found.
    fn ways(rows: &[(usize, &str)], typed: &str, budget_bytes: u64) -> (String, u64) {
        let (ways, found, _) = go_over(rows, typed, budget_bytes);
        (ways, found)
    }

    /// The same, and in how many steps.
    fn go_over(rows: &[(usize, &str)], typed: &str, budget_bytes: u64) -> (String, u64, usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        for (count, text) in rows {
            for _ in 0..*count {
                let peer = PeerId::new(1);
                writer.append_data(Stamp::default(), Epoch(1), peer, &DataHead::received(), text.as_bytes());
            }
            writer.publish().unwrap();
        }
        let expression = Expression::parse(typed, &Vocabulary::default()).unwrap();
        let predicate =
            Predicate::new(&expression, TextEncoding::UTF_8, &DecodeChoice::Auto, &TimeFormat::local());
        let mut scan = PredicateScan::new(writer.reader(), predicate, RecordId(0)).unwrap();
        let (mut ways, mut found, mut steps) = (String::new(), 0, 0);
        loop {
            steps += 1;
            let way = if matches!(scan.way, Way::Search(_)) { 's' } else { 'w' };
            if !ways.ends_with(way) {
                ways.push(way);
            }
            let progress = scan.step(budget_bytes).unwrap();
            found += progress.found.len();
            assert!(progress.scanned <= progress.total);
            if progress.done {
                return (ways, found, steps);
            }
        }
    }

    #[test]
    fn a_scan_walks_only_where_most_rows_have_what_is_looked_for() {
        let chatty = "state ok ".repeat(4000);
        let long = ["x".repeat(250_000).as_str(), "state ok"].concat();
        let few = (40_000, "nothing of that kind");
        let most = (20_000, "state ok");
        for (rows, budget_bytes, taken, found) in [
            (&[(1, chatty.as_str()), few][..], LITTLE, "s", 1),
            (&[(12, long.as_str()), few], 3 << 20, "sws", 12),
            (&[most, few, most], LITTLE, "swsw", 40_000),
            (&[most, most], LITTLE, "sw", 40_000),
            (&[few, most], LITTLE, "sw", 20_000),
        ] {
            assert_eq!(
                ways(rows, "state", budget_bytes),
                (taken.to_owned(), found),
                "{} rows first",
                rows[0].0
            );
        }
        // What is read besides the heads counts, too: a step goes over no more of it than it may.
        let long = "0".repeat(16 << 10);
        for typed in ["text ~ \"[1-9]\"", "text ~ \"[0-9]\""] {
            let (taken, _, steps) = go_over(&[(256, long.as_str())], typed, LITTLE);
            assert!(taken == "w" && (14..=20).contains(&steps), "{typed}: {steps}");
        }
        // Where the rows have it and are not wanted for something else, it is asked ever less often.
        let (taken, found) = ways(&[(100_000, "state ok")], "state and not ok", LITTLE);
        assert!(found == 0 && taken.len() < 16, "{taken}");
    }
}
