//! The rows of a sheet out of a journal: read when they are about to be shown, represented, and kept for a while.
//!
//! Reads are single positional ones for rows on the screen; nothing is locked while they are shown. It must not know
//! sockets, nor how a row is drawn.

use crate::codec::represent::{self, RowStyle, View};
use crate::codec::text::{Carry, TextEncoding, carry_into};
use crate::codec::time::{TimeFormat, TimePrecision, delta};
use crate::journal::query::Pattern;
use crate::journal::{JournalError, JournalReader, RecordHead};
use crate::model::config::SessionKind;
use crate::model::ids::RecordId;
use crate::model::record::{Body, Direction, Record};
use crate::ui::sheet::cells;
use crate::ui::sheet::moment::Moment;
use crate::ui::sheet::rows::{RowContent, RowLine, Rows, SpanLook, Tone};
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

/// As much of the record before as can matter for a character that was cut.
const TAIL_BYTES: usize = 64 * 1024;

/// How rows are shown. A change shows at once, in the whole past.
#[derive(Clone, Debug)]
pub struct RowOptions {
    /// How payload bytes are shown.
    pub view: View,
    /// What their characters are.
    pub encoding: TextEncoding,
    /// The language of events and remarks.
    pub locale: &'static Locale,
    /// What the time column tells.
    pub time: TimeColumn,
    /// How fine times and their differences are.
    pub precision: TimePrecision,
    /// How many columns of the payload font the content has.
    pub columns: usize,
}

/// What the time column tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeColumn {
    /// The time of day.
    #[default]
    Clock,
    /// Seconds since the first row.
    Relative,
}

/// The rows of one journal.
#[derive(Debug)]
pub struct JournalRows {
    reader: JournalReader,
    records: u64,
    options: RowOptions,
    format: TimeFormat,
    pattern: Option<Pattern>,
    matching: Option<Arc<RoaringTreemap>>,
    hidden_before: u64,
    marked: Option<Moment>,
    expanded: HashSet<u64>,
    kept: HashMap<u64, Kept>,
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

impl RowOptions {
    /// Text in UTF-8 with the time of day.
    pub fn new(locale: &'static Locale) -> RowOptions {
        RowOptions {
            view: View::default(),
            encoding: TextEncoding::default(),
            locale,
            time: TimeColumn::default(),
            precision: TimePrecision::default(),
            columns: 100,
        }
    }

    fn is_same(&self, other: &RowOptions) -> bool {
        (self.view, self.encoding, self.time, self.precision, self.columns)
            == (other.view, other.encoding, other.time, other.precision, other.columns)
            && self.locale.language() == other.locale.language()
    }
}

impl JournalRows {
    /// All rows that are there now.
    pub fn new(reader: JournalReader, options: RowOptions) -> JournalRows {
        let records = reader.snapshot().records;
        JournalRows {
            reader,
            records,
            format: TimeFormat::local().with_precision(options.precision),
            options,
            pattern: None,
            matching: None,
            hidden_before: 0,
            marked: None,
            expanded: HashSet::new(),
            kept: HashMap::new(),
            turn: 0,
            blank: RowContent::default(),
        }
    }

    /// Takes in how many rows there are now; once a frame, so that a frame sees one world.
    pub fn refresh(&mut self) {
        self.records = self.reader.snapshot().records;
        self.turn += 1;
    }

    /// The journal.
    pub fn reader(&self) -> &JournalReader {
        &self.reader
    }

    /// How rows are shown.
    pub fn options(&self) -> &RowOptions {
        &self.options
    }

    /// Shows rows in another way.
    pub fn set_options(&mut self, options: RowOptions) {
        if !self.options.is_same(&options) {
            self.format = TimeFormat::local().with_precision(options.precision);
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
        self.matching = matching;
    }

    /// Hides what was before this record; 0 shows everything again. The journal keeps it.
    pub fn hide_before(&mut self, record: RecordId) {
        self.hidden_before = record.0;
    }

    /// The records of these ranges that are shown, in order, as ranges.
    pub fn shown_within(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let range = range.start.max(self.hidden_before)..range.end.min(self.records);
        if range.is_empty() {
            return Vec::new();
        }
        let Some(matching) = &self.matching else { return vec![range] };
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let first = matching.rank(range.start).saturating_sub(u64::from(matching.contains(range.start)));
        for record in (first..).map_while(|place| matching.select(place)).take_while(|id| *id < range.end) {
            match ranges.last_mut() {
                Some(last) if last.end == record => last.end += 1,
                _ => ranges.push(record..record + 1),
            }
        }
        ranges
    }

    fn make(&self, record: RecordId, after: Option<RecordId>) -> RowContent {
        match self.reader.record(record) {
            Ok(Some(found)) => self.row_of(&found, after).unwrap_or_else(|error| failed(record, &error)),
            Ok(None) => RowContent { lines: vec![RowLine::default()], ..RowContent::default() },
            Err(error) => failed(record, &error),
        }
    }

    fn row_of(&self, record: &Record, after: Option<RecordId>) -> Result<RowContent, JournalError> {
        let expanded = self.expanded.contains(&record.id.0);
        let hits = self.hits(record);
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            hits: &hits,
            ..RowStyle::new(self.options.locale)
        };
        let carry = self.carry_of(record);
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
        if self.options.time == TimeColumn::Relative
            && let Some(first) = self.moment(RecordId(self.hidden_before))?
        {
            return Ok(delta(first.until(Moment::of(record)), self.options.precision));
        }
        Ok(self.format.text(record.at.wall_ns))
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
    fn carry_of(&self, record: &Record) -> Carry {
        if record.data().is_none() || self.reader.info().kind == Some(SessionKind::Udp) {
            return Carry::default();
        }
        let mut at = record.id;
        carry_into(self.options.encoding, || {
            // A record that cannot be read ends the look back: what follows starts a character, as after a gap.
            at = self.reader.previous_in_stream(at).ok().flatten()?;
            let earlier = self.reader.record(at).ok().flatten()?;
            let Body::Data(mut data) = earlier.body else { return None };
            let cut = data.bytes.len().saturating_sub(TAIL_BYTES);
            data.bytes.drain(..cut - cut % 4);
            Some(data.bytes)
        })
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

    /// How many matching records are hidden, because they are before those that are shown.
    fn matching_before(&self, matching: &RoaringTreemap) -> u64 {
        self.hidden_before.checked_sub(1).map_or(0, |last| matching.rank(last))
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
        match &self.matching {
            Some(matching) => matching.len() - self.matching_before(matching),
            None => self.records.saturating_sub(self.hidden_before),
        }
    }

    fn record(&self, index: u64) -> RecordId {
        match &self.matching {
            Some(matching) => {
                let found = matching.select(index + self.matching_before(matching));
                RecordId(found.or_else(|| matching.max()).unwrap_or(0))
            }
            None => RecordId(index + self.hidden_before),
        }
    }

    fn index(&self, record: RecordId) -> u64 {
        match &self.matching {
            Some(matching) => {
                let up_to = matching.rank(record.0).saturating_sub(u64::from(matching.contains(record.0)));
                up_to.saturating_sub(self.matching_before(matching))
            }
            None => record.0.saturating_sub(self.hidden_before),
        }
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

fn failed(record: RecordId, error: &JournalError) -> RowContent {
    let mut line = RowLine::default();
    line.push(&error.to_string(), SpanLook::Error, false);
    RowContent {
        number: Count(record.0 + 1).to_string(),
        tone: Tone::Error,
        spoken: line.text.clone(),
        lines: vec![line],
        ..RowContent::default()
    }
}
