//! The rows of a sheet out of a journal: read when they are about to be shown, represented, and kept for a while.
//!
//! Reads are single positional ones for rows on the screen; nothing is locked while they are shown. It must not know
//! sockets, nor how a row is drawn.

use crate::codec::represent::{self, RowStyle};
use crate::codec::text::{Carry, LookBack};
use crate::codec::time::{TimeColumn, TimeFormat, delta};
use crate::export::Selection;
use crate::journal::query::Pattern;
use crate::journal::{JournalError, JournalReader, MessagePeers, RecordHead};
use crate::model::ids::RecordId;
use crate::model::moment::Moment;
use crate::model::record::{Body, Direction, Record};
use crate::ui::sheet::cells;
use crate::ui::sheet::matching::Matching;
use crate::ui::sheet::options::RowOptions;
use crate::ui::sheet::recent::RecentRecords;
use crate::ui::sheet::rows::{RowContent, RowLine, Rows, SpanLook, Tone};
use crate::ui::trouble;
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use roaring::RoaringTreemap;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// So many rows are kept made: several screens, so that scrolling back and forth reads nothing again.
const KEPT_ROWS: usize = 1_024;

/// No more places of one row are marked as found.
const HITS_IN_A_ROW: usize = 256;

/// What is found is marked in so many bytes at the start of a row.
const HITS_WITHIN_BYTES: usize = 128 * 1024;

/// The rows of one journal.
#[derive(Debug)]
pub struct JournalRows {
    reader: JournalReader,
    messages: MessagePeers,
    records: u64,
    options: RowOptions,
    format: TimeFormat,
    pattern: Option<Pattern>,
    matching: Option<Matching>,
    hidden_before: u64,
    /// How many matching records are hidden, because they are before those that are shown.
    matching_before: u64,
    /// How many rows are shown.
    shown: u64,
    marked: Option<Moment>,
    expanded: HashSet<u64>,
    kept: HashMap<u64, Kept>,
    recent: RecentRecords,
    turn: u64,
    blank: RowContent,
}

/// A row that was made, and what its difference in time was measured from.
#[derive(Debug)]
struct Kept {
    content: RowContent,
    after: Option<RecordId>,
    used: u64,
}

impl JournalRows {
    /// All rows that are there now.
    pub fn new(reader: JournalReader, options: RowOptions) -> JournalRows {
        let records = reader.snapshot().records;
        JournalRows {
            messages: MessagePeers::new(reader.clone()),
            reader,
            records,
            format: TimeFormat::local().with_precision(options.precision),
            options,
            pattern: None,
            matching: None,
            hidden_before: 0,
            matching_before: 0,
            shown: records,
            marked: None,
            expanded: HashSet::new(),
            kept: HashMap::new(),
            recent: RecentRecords::default(),
            turn: 0,
            blank: RowContent::default(),
        }
    }

    /// Takes in how many rows there are now; once a frame, so that a frame sees one world.
    pub fn refresh(&mut self) {
        self.records = self.reader.snapshot().records;
        self.turn += 1;
        if self.matching.is_none() {
            self.count();
        }
    }

    /// How rows are shown.
    pub fn options(&self) -> &RowOptions {
        &self.options
    }

    /// Shows rows in another way.
    pub fn set_options(&mut self, options: RowOptions) {
        if !self.options.is_same(&options) {
            self.format = TimeFormat::local().with_precision(options.precision);
            self.format.column = options.time;
            self.options = options;
            self.kept.clear();
        }
    }

    /// Marks what is found in rows.
    pub fn set_pattern(&mut self, pattern: Option<Pattern>) {
        if pattern.is_some() || self.pattern.is_some() {
            self.pattern = pattern;
            self.kept.clear();
        }
    }

    /// Shows only these records, or all. The set may grow as the journal does.
    pub fn set_matching(&mut self, matching: Option<Arc<RoaringTreemap>>) {
        self.matching = matching.map(Matching::new);
        self.count();
    }

    /// The only records that are shown, if not all are.
    pub fn matching(&self) -> Option<&Arc<RoaringTreemap>> {
        self.matching.as_ref().map(Matching::set)
    }

    /// Hides what was before this record; 0 shows everything again. The journal keeps it.
    pub fn hide_before(&mut self, record: RecordId) {
        if self.hidden_before != record.0 {
            self.hidden_before = record.0;
            self.count();
            // Times since the first row are since another row now.
            self.kept.clear();
        }
    }

    /// The rows that are shown, whatever their number, for whoever goes through them beside the window.
    pub fn shown(&self) -> Selection {
        let ranges = std::iter::once(self.hidden_before..u64::MAX).collect();
        Selection { ranges, among: self.matching().cloned() }
    }

    fn make(&mut self, record: RecordId, after: Option<RecordId>) -> RowContent {
        match self.recent.take(&self.reader, record) {
            Ok(Some(found)) => {
                let carry = self.carry_of(&found);
                let row = self
                    .row_of(&found, carry, after)
                    .unwrap_or_else(|error| failed(self.options.locale, record, &error));
                self.recent.keep(found);
                row
            }
            Ok(None) => RowContent { lines: vec![RowLine::default()], ..RowContent::default() },
            Err(error) => failed(self.options.locale, record, &error),
        }
    }

    fn row_of(
        &self,
        record: &Record,
        carry: Carry,
        after: Option<RecordId>,
    ) -> Result<RowContent, JournalError> {
        let expanded = self.expanded.contains(&record.id.0);
        let hits = self.hits(record);
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            hits: &hits,
            ..RowStyle::new(self.options.locale)
        };
        let cut = cells::lines(record, carry, style, self.options.columns, expanded);
        let mut spoken = String::from(match record.data().map(|data| data.head.direction) {
            Some(Direction::Received) => "RX ",
            Some(Direction::Sent) => "TX ",
            None => "",
        });
        for (place, line) in cut.lines.iter().take(4).enumerate() {
            spoken.push_str(if place == 0 { "" } else { " " });
            spoken.push_str(&line.text);
        }
        Ok(RowContent {
            number: Count(record.id.0 + 1).to_string(),
            time: self.time_text(record)?,
            delta: self.delta_text(record, after)?,
            peer: represent::peer_text(record),
            bytes: record.data().map_or_else(String::new, |data| Count(data.bytes.len() as u64).to_string()),
            tone: tone(record),
            lines: cut.lines,
            folded: cut.folded,
            expanded,
            spoken,
        })
    }

    fn time_text(&self, record: &Record) -> Result<String, JournalError> {
        let moment = Moment::of(record);
        // Only seconds since the first row need the first row.
        let first = match self.format.column {
            TimeColumn::Relative => self.moment(RecordId(self.hidden_before))?.unwrap_or(moment),
            TimeColumn::Clock | TimeColumn::Dated | TimeColumn::Epoch => moment,
        };
        let mut text = String::with_capacity(24);
        self.format.push_row(&mut text, moment, first);
        Ok(text)
    }

    fn delta_text(&self, record: &Record, after: Option<RecordId>) -> Result<String, JournalError> {
        let from = match (self.marked, after) {
            (Some(marked), _) => Some(marked),
            (None, Some(after)) => self.moment(after)?,
            (None, None) => None,
        };
        let nanos = from.map(|from| from.until(Moment::of(record)));
        Ok(nanos.map_or_else(String::new, |nanos| delta(nanos, self.options.precision)))
    }

    /// What the record's stream left unfinished before it. Datagrams leave nothing.
    fn carry_of(&mut self, record: &Record) -> Carry {
        // A peer that cannot be asked for is told by its own row.
        if record.data().is_none() || self.messages.is_message_oriented(record.peer).unwrap_or(true) {
            return Carry::default();
        }
        let mut back = LookBack::new(self.options.encoding);
        let mut at = record.id;
        while back.wants_more() {
            // A record that cannot be read ends the look back: what follows starts a character, as after a gap.
            let Ok(Some(previous)) = self.reader.previous_in_stream(at) else { break };
            let Ok(Some(earlier)) = self.recent.take(&self.reader, previous) else { break };
            let Some(data) = earlier.data() else { break };
            back.take(&data.bytes);
            self.recent.keep(earlier);
            at = previous;
        }
        back.carry()
    }

    fn hits(&self, record: &Record) -> Vec<Range<usize>> {
        let (Some(pattern), Some(data)) = (&self.pattern, record.data()) else { return Vec::new() };
        let bytes = &data.bytes[..data.bytes.len().min(HITS_WITHIN_BYTES)];
        let mut from = 0;
        let next = || {
            let hit = pattern.find_at(bytes, from)?;
            from = hit.end.max(from + 1);
            Some(hit)
        };
        std::iter::from_fn(next).take(HITS_IN_A_ROW).collect()
    }

    fn moment(&self, record: RecordId) -> Result<Option<Moment>, JournalError> {
        let head = self.reader.head(record)?;
        Ok(head.map(|RecordHead { at, epoch, .. }| Moment { at, epoch }))
    }

    /// Counted when it changes, since every row asks for it and a set of a hundred million takes a while.
    fn count(&mut self) {
        let last = self.hidden_before.checked_sub(1);
        self.matching_before = self.matching().zip(last).map_or(0, |(matching, last)| matching.rank(last));
        self.shown = match self.matching() {
            Some(matching) => matching.len() - self.matching_before,
            None => self.records.saturating_sub(self.hidden_before),
        };
    }

    fn forget_old_rows(&mut self) {
        if self.kept.len() > KEPT_ROWS {
            let oldest = self.turn.saturating_sub(1);
            self.kept.retain(|_, kept| kept.used >= oldest);
            // Rows of one frame alone may be too many, where a jump looked at many.
            if self.kept.len() > KEPT_ROWS {
                self.kept.clear();
            }
        }
    }
}

impl Rows for JournalRows {
    fn len(&self) -> u64 {
        self.shown
    }

    fn record(&self, index: u64) -> RecordId {
        match &self.matching {
            Some(matching) => {
                let found = matching.select(index + self.matching_before);
                RecordId(found.or_else(|| matching.set().max()).unwrap_or(0))
            }
            None => RecordId(index + self.hidden_before),
        }
    }

    fn index(&self, record: RecordId) -> u64 {
        match self.matching() {
            Some(matching) => {
                let up_to = matching.rank(record.0).saturating_sub(u64::from(matching.contains(record.0)));
                up_to.saturating_sub(self.matching_before)
            }
            None => record.0.saturating_sub(self.hidden_before),
        }
    }

    fn next_record(&self) -> RecordId {
        RecordId(self.records)
    }

    fn content(&mut self, index: u64) -> &RowContent {
        if index >= self.len() {
            return &self.blank;
        }
        let record = self.record(index);
        let after = index.checked_sub(1).map(|before| self.record(before));
        let turn = self.turn;
        let fresh = self.kept.get(&record.0).is_some_and(|kept| kept.after == after);
        if !fresh {
            self.forget_old_rows();
            let content = self.make(record, after);
            self.kept.insert(record.0, Kept { content, after, used: turn });
        }
        match self.kept.get_mut(&record.0) {
            Some(kept) => {
                kept.used = turn;
                &kept.content
            }
            None => &self.blank,
        }
    }

    fn toggle_expanded(&mut self, index: u64) {
        let record = self.record(index).0;
        if !self.expanded.remove(&record) {
            self.expanded.insert(record);
        }
        self.kept.remove(&record);
    }

    fn measure_from(&mut self, marked: Option<RecordId>) {
        // A row that cannot be read cannot be measured from; its own row says why.
        self.marked = marked.and_then(|record| self.moment(record).ok().flatten());
        self.kept.clear();
    }
}

fn tone(record: &Record) -> Tone {
    match (&record.body, represent::tone(record)) {
        (Body::Note(_), _) => Tone::Note,
        (_, represent::Tone::Received) => Tone::Received,
        (_, represent::Tone::Sent) => Tone::Sent,
        (_, represent::Tone::Event) => Tone::Event,
        (_, represent::Tone::Error) => Tone::Error,
    }
}

fn failed(locale: &Locale, record: RecordId, error: &JournalError) -> RowContent {
    let mut line = RowLine::default();
    line.push(&trouble::journal(locale, error), SpanLook::Error, false);
    RowContent {
        number: Count(record.0 + 1).to_string(),
        tone: Tone::Error,
        spoken: line.text.clone(),
        lines: vec![line],
        ..RowContent::default()
    }
}
