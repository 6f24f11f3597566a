//! The rows of a sheet out of a log: read when they are about to be shown, represented, and kept for a while. Nothing is
//! locked while they are shown. It must not know what a row is made of, nor how it is drawn.

use crate::codec::decode::{DecodeChoice, Tree, push_answer};
use crate::codec::expression::Content;
use crate::codec::represent::{self, Mark, Represented, RowStyle, represent_meaning};
use crate::codec::text::Carry;
use crate::codec::time::{TimeColumn, TimeFormat, delta};
use crate::engine::news::News;
use crate::export::{PeerEnds, RowSelection};
use crate::journal::split::SplitRows;
use crate::journal::{JournalError, JournalReader};
use crate::model::framing::Framing;
use crate::model::ids::{PeerId, RecordId, RowKey};
use crate::model::moment::Moment;
use crate::model::record::Record;
use crate::ui::log::cells::{self, Cut, Extent};
use crate::ui::log::content::{failed, spoken, tone};
use crate::ui::log::highlighting::{Highlight, HighlightedBy, Highlighting, merged};
use crate::ui::log::marker::Sought;
use crate::ui::log::matching::Matching;
use crate::ui::log::meanings::Meanings;
use crate::ui::log::messages::MessageRows;
use crate::ui::log::options::RowOptions;
use crate::ui::log::records::RecordRows;
use crate::ui::log::running;
use crate::ui::log::source::{LogRow, RowSource};
use crate::ui::log::splitting::{SplitStatus, SplitTrouble, Splitting};
use crate::ui::sheet::{RowContent, RowLine, Rows};
use crate::util::bytes_text::Count;
use roaring::RoaringTreemap;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// So many rows are kept made: several screens, so that scrolling back and forth reads nothing again.
const KEPT_ROWS: usize = 1_024;

/// A screen has no more rows.
const MOST_PREPARED_ROWS: usize = 512;

/// No more places of one row are marked as found.
const HITS_IN_A_ROW: usize = 256;

/// A column of names is no wider than this many characters.
const NAME_CHARACTERS: usize = 10;

/// What is found is marked in so many bytes at the start of a row.
const HITS_WITHIN_BYTES: usize = 128 * 1024;

/// The rows of one log.
#[derive(Debug)]
pub struct LogRows {
    reader: JournalReader,
    source: Box<dyn RowSource>,
    splitting: Option<Splitting>,
    /// The source before this one, until what was called by its keys has been called anew.
    before: Option<Box<dyn RowSource>>,
    /// What was shown last could not be cut any further.
    trouble: Option<SplitTrouble>,
    /// How many rows there are, shown or not.
    count: u64,
    options: RowOptions,
    format: TimeFormat,
    sought: Sought,
    /// Changes whenever something else is looked for.
    sought_turn: u64,
    highlighting: Highlighting,
    matching: Option<Matching>,
    /// What rows mean, once that was asked for.
    meanings: Option<Meanings>,
    /// Rows of records before this one are hidden.
    cleared_before: RecordId,
    /// The first row that is not.
    hidden_before: u64,
    /// How many matching records are hidden, because they are before those that are shown.
    matching_before: u64,
    /// How many rows are shown.
    shown: u64,
    marked: Option<Moment>,
    place: Option<Place>,
    expanded: HashSet<u64>,
    kept: HashMap<u64, CachedRow>,
    turn: u64,
    blank: RowContent,
}

/// Some bytes of one row that are pointed out. The row is unfolded for as long as they would be hidden otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The row.
    pub row: RowKey,
    /// Which of its bytes.
    pub bytes: Range<usize>,
}

/// A row that was made, and what its difference in time was measured from.
#[derive(Debug)]
struct CachedRow {
    content: RowContent,
    after: Option<RowKey>,
    /// The first highlight whose search had found it.
    highlighted: Option<usize>,
    /// It is known which bytes its letters show.
    has_letters: bool,
    used: u64,
}

impl LogRows {
    /// All rows that are there now.
    pub fn new(reader: JournalReader, options: RowOptions) -> LogRows {
        let source: Box<dyn RowSource> = Box::new(RecordRows::new(reader.clone()));
        let count = source.count();
        LogRows {
            reader,
            source,
            splitting: None,
            before: None,
            trouble: None,
            count,
            format: TimeFormat::local().with_precision(options.precision),
            options,
            sought: Sought::default(),
            sought_turn: 0,
            highlighting: Highlighting::default(),
            matching: None,
            meanings: None,
            cleared_before: RecordId(0),
            hidden_before: 0,
            matching_before: 0,
            shown: count,
            marked: None,
            place: None,
            expanded: HashSet::new(),
            kept: HashMap::new(),
            turn: 0,
            blank: RowContent::default(),
        }
    }

    /// The journal.
    pub fn reader(&self) -> &JournalReader {
        &self.reader
    }

    /// Takes in how many rows there are now; once a frame, so that a frame sees one world.
    pub fn refresh(&mut self, news: &News) {
        let refreshed = self.splitting.as_mut().map(|splitting| splitting.refresh(news));
        match (refreshed, &self.splitting) {
            (Some(Ok(true)), Some(splitting)) => {
                let (rows, are_counted) = splitting.rows();
                self.change_source(Box::new(MessageRows::new(rows, are_counted)));
            }
            (Some(Err(trouble)), _) => self.trouble = Some(trouble),
            _ => {}
        }
        // What may have changed is made again.
        let lasting = self.source.volatile_from();
        self.source.refresh();
        if let Some(meanings) = &mut self.meanings {
            meanings.refresh();
        }
        if lasting < self.count {
            self.kept.retain(|key, _| *key < lasting);
        }
        self.count = self.source.count();
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
            if self.options.locale.language() != options.locale.language() {
                self.meanings = None;
            }
            self.options = options;
            self.kept.clear();
        }
    }

    /// Marks what is looked for in rows.
    pub fn set_sought(&mut self, sought: Sought) {
        if !(sought.is_nothing() && self.sought.is_nothing()) {
            self.sought = sought;
            self.sought_turn += 1;
            self.kept.clear();
        }
    }

    /// Highlights these rows from now on, each by the first of these that wants it.
    pub fn set_highlights(&mut self, highlights: Vec<Highlight>) {
        if !(highlights.is_empty() && self.highlighting.is_nothing()) {
            self.highlighting = Highlighting::new(&self.reader, highlights);
            self.kept.clear();
        }
    }

    /// What searches for highlights have found so far, in their order. A set that is held here would be copied before it
    /// grows; without any, none is held.
    pub fn set_highlighted<'a>(&mut self, found: impl Iterator<Item = &'a Arc<RoaringTreemap>>) {
        self.highlighting.set_found(found);
    }

    /// Points out a place, or none.
    pub fn set_place(&mut self, place: Option<Place>) {
        if self.place != place {
            for changed in [&self.place, &place].into_iter().flatten() {
                self.kept.remove(&changed.row.0);
            }
            self.place = place;
        }
    }

    /// Shows only these rows, or all. The set may grow as the journal does.
    pub fn set_matching(&mut self, matching: Option<Arc<RoaringTreemap>>) {
        self.matching = matching.map(Matching::new);
        self.count();
    }

    /// The only rows that are shown, if not all are.
    pub fn matching(&self) -> Option<&Arc<RoaringTreemap>> {
        self.matching.as_ref().map(Matching::set)
    }

    /// Hides what was before this record; 0 shows everything again. The journal keeps it.
    pub fn hide_before(&mut self, record: RecordId) {
        if self.cleared_before != record {
            self.cleared_before = record;
            self.hide_cleared();
        }
    }

    fn hide_cleared(&mut self) {
        self.hidden_before = if self.cleared_before.0 == 0 { 0 } else { self.key_of(self.cleared_before).0 };
        self.count();
        // Times since the first row are since another row now.
        self.kept.clear();
    }

    /// Cuts streams into messages like this from now on. The sheet and what was found call rows by other keys then.
    pub fn set_split(&mut self, framing: &Framing, news: &News) {
        let now = self.splitting.as_ref().map_or(&Framing::None, Splitting::framing);
        if now == framing {
            return;
        }
        self.splitting = None;
        self.trouble = None;
        let source: Box<dyn RowSource> = if *framing == Framing::None {
            Box::new(RecordRows::new(self.reader.clone()))
        } else {
            match Splitting::start(&self.reader, framing, news) {
                Ok(splitting) => {
                    let (rows, are_counted) = splitting.rows();
                    self.splitting = Some(splitting);
                    Box::new(MessageRows::new(rows, are_counted))
                }
                Err(trouble) => {
                    self.trouble = Some(trouble);
                    Box::new(RecordRows::new(self.reader.clone()))
                }
            }
        };
        self.change_source(source);
    }

    fn change_source(&mut self, source: Box<dyn RowSource>) {
        let before = std::mem::replace(&mut self.source, source);
        self.before = self.before.take().or(Some(before));
        self.count = self.source.count();
        self.matching = None;
        self.meanings = None;
        self.expanded.clear();
        self.place = None;
        self.hide_cleared();
    }

    /// The messages that are shown, if streams are cut.
    pub fn messages(&self) -> Option<SplitRows> {
        self.splitting.as_ref().map(|splitting| splitting.rows().0)
    }

    /// How streams are cut.
    pub fn split(&self) -> &Framing {
        self.splitting.as_ref().map_or(&Framing::None, Splitting::framing)
    }

    /// How far the cutting is, if streams are cut.
    pub fn split_status(&self) -> Option<SplitStatus> {
        self.splitting.as_ref().map(Splitting::status)
    }

    /// Why streams are not cut any further; told once.
    pub fn take_split_trouble(&mut self) -> Option<SplitTrouble> {
        self.trouble.take()
    }

    /// Whether rows have other keys since the keys were last called anew.
    pub fn has_new_keys(&self) -> bool {
        self.before.is_some()
    }

    /// What a row of before is called now: the row that has its first byte.
    pub fn new_key(&mut self, old: RowKey) -> RowKey {
        let Some(before) = &mut self.before else { return old };
        match before.row(old) {
            Ok(Some(row)) => self.key_of(row.begins().record),
            _ => RowKey(self.count),
        }
    }

    /// All keys have been called anew.
    pub fn forget_old_keys(&mut self) {
        self.before = None;
    }

    /// The row that has something of a record; the last one if none has.
    pub fn key_of(&self, record: RecordId) -> RowKey {
        let key = self.source.key_of(record).unwrap_or(RowKey(self.count));
        key.min(RowKey(self.count))
    }

    /// What the stream of a row left unfinished before it.
    pub fn carry(&mut self, row: &LogRow) -> Carry {
        self.source.carry(row, self.options.encoding)
    }

    /// What a row is made of, as this decoder reads it; `None` where it does not go with the row.
    pub fn tree(&mut self, key: RowKey, choice: &DecodeChoice) -> Result<Option<Tree>, JournalError> {
        self.meanings(choice).tree(key)
    }

    /// The addresses of both ends of a peer's connection.
    pub fn ends(&mut self, peer: PeerId) -> Option<PeerEnds> {
        let choice = self.meanings.as_ref().map_or(DecodeChoice::Auto, |meanings| meanings.choice().clone());
        self.meanings(&choice).ends(peer)
    }

    /// The direction and the peer of a row, with the beginning of what it is called.
    fn peer_text(&mut self, record: &Record) -> String {
        let mut text = represent::peer_text(record);
        let named = record.peer.filter(|_| !self.options.names.is_empty());
        let ends = named.and_then(|peer| self.ends(peer));
        if let Some(name) = ends.and_then(|ends| self.options.names.of(ends.remote)) {
            text.push(' ');
            text.extend(name.chars().take(NAME_CHARACTERS));
        }
        text
    }

    fn meanings(&mut self, choice: &DecodeChoice) -> &mut Meanings {
        let fits = self.meanings.take().filter(|meanings| meanings.choice() == choice);
        let make = || Meanings::new(&self.reader, self.source.again(), choice.clone());
        let meanings = fits.unwrap_or_else(make);
        self.meanings.insert(meanings)
    }

    /// The place that is pointed out, if it is in this row.
    pub fn place_in(&self, key: RowKey) -> Option<&Range<usize>> {
        self.place.as_ref().filter(|place| place.row == key).map(|place| &place.bytes)
    }

    /// Changes whenever other places are found in rows.
    pub fn sought_turn(&self) -> u64 {
        self.sought_turn
    }

    /// What is found in a part of a row's bytes.
    pub fn hits_within(&self, bytes: &[u8], part: Range<usize>) -> Vec<Range<usize>> {
        let Some(bytes) = bytes.get(part.clone()) else { return Vec::new() };
        let found = self.sought.marks(&Content::of_message(bytes), HITS_IN_A_ROW).into_iter();
        found.map(|mark| mark.bytes.start + part.start..mark.bytes.end + part.start).collect()
    }

    /// The first of the messages that have not ended, which stand behind all other rows.
    pub fn first_unfinished(&self) -> RowKey {
        RowKey(self.source.volatile_from())
    }

    /// A row; `None` if there is no such row.
    pub fn row(&mut self, key: RowKey) -> Result<Option<Arc<LogRow>>, JournalError> {
        self.source.row(key)
    }

    /// The rows that are shown, whatever their number, for whoever goes through them beside the window.
    pub fn shown(&self) -> RowSelection {
        let ranges = std::iter::once(self.hidden_before..u64::MAX).collect();
        RowSelection { ranges, among: self.matching().cloned() }
    }

    fn make(&mut self, key: RowKey, after: Option<RowKey>, with_letters: bool) -> RowContent {
        match self.source.row(key) {
            Ok(Some(row)) => {
                let carry = self.source.carry(&row, self.options.encoding);
                self.content_of(key, (&row, carry), after, with_letters)
                    .unwrap_or_else(|error| failed(self.options.locale, key, &error))
            }
            Ok(None) => RowContent { lines: vec![RowLine::default()], ..RowContent::default() },
            Err(error) => failed(self.options.locale, key, &error),
        }
    }

    fn content_of(
        &mut self,
        key: RowKey,
        (row, carry): (&LogRow, Carry),
        after: Option<RowKey>,
        with_letters: bool,
    ) -> Result<RowContent, JournalError> {
        let record = &row.record;
        let mut expanded = self.expanded.contains(&key.0);
        let place = self.place.as_ref().filter(|place| place.row == key).map(|place| place.bytes.clone());
        let place = place.as_ref();
        let by = if self.highlighting.is_nothing() { None } else { self.highlighting.of(key, row, carry)? };
        let marks = self.marks(record, carry, place, by);
        let place = place.map(|place| place.start);
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            marks: &marks,
            with_letters,
            ..RowStyle::new(self.options.locale)
        };
        let wraps_lines = self.options.wraps_lines || self.are_running();
        let extent = match (expanded, wraps_lines) {
            (true, _) => Extent::Unfolded,
            (false, true) => Extent::Wrapped,
            (false, false) => Extent::Folded,
        };
        let meaning = self.meaning_of(key, row, by, &style)?;
        let shows_payload =
            meaning.is_none() && record.bytes_of_any_layer().is_some_and(|data| !data.bytes.is_empty());
        let mut cut = match meaning {
            Some(meaning) => cells::meaning_lines(&meaning, self.options.columns, expanded),
            None => self.cut((key, row), carry, &style, extent, place)?,
        };
        if place.is_some() && cut.place_line.is_none() && !expanded && self.options.meaning.is_none() {
            expanded = true;
            cut = self.cut((key, row), carry, &style, Extent::Unfolded, place)?;
        }
        Ok(RowContent {
            number: row.number.map_or_else(String::new, |number| Count(number).to_string()),
            time: self.time_text(self.moment_of(row))?,
            delta: self.delta_text(record, after)?,
            peer: self.peer_text(record),
            bytes: record
                .bytes_of_any_layer()
                .map_or_else(String::new, |data| Count(data.bytes.len() as u64).to_string()),
            tone: tone(record),
            highlight: by.map(|by| by.color),
            spoken: spoken(record, &cut.lines),
            lines: cut.lines,
            folded: cut.folded,
            expanded,
            is_running: self.are_running(),
            place_line: cut.place_line,
            shows_payload,
        })
    }

    /// The lines of a row, as its payload is shown.
    fn cut(
        &mut self,
        (key, row): (RowKey, &LogRow),
        carry: Carry,
        style: &RowStyle<'_>,
        extent: Extent,
        place: Option<usize>,
    ) -> Result<Cut, JournalError> {
        let columns = self.options.columns;
        let Some(codes) = self.options.running.filter(|_| row.record.data().is_some()) else {
            return Ok(cells::lines(&row.as_row(), carry, *style, columns, extent, place));
        };
        let before = running::look_before(self.source.as_mut(), key, row, codes)?;
        Ok(running::lines(&row.as_row(), carry, style, (codes, before), (columns, extent), place))
    }

    /// What a row means, if that is shown.
    fn meaning_of(
        &mut self,
        key: RowKey,
        row: &LogRow,
        by: Option<HighlightedBy>,
        style: &RowStyle<'_>,
    ) -> Result<Option<Represented>, JournalError> {
        let Some(choice) = self.options.meaning.clone().filter(|_| row.record.bytes_of_any_layer().is_some())
        else {
            return Ok(None);
        };
        let locale = self.options.locale;
        let Some(meaning) = self.meanings(&choice).meaning(key, locale)?.cloned() else { return Ok(None) };
        let answers = meaning.asked.filter(|asked| asked.row > 0).map(|asked| {
            let mut text = String::new();
            push_answer(asked, locale, &mut text);
            text
        });
        let mut shown = Represented::default();
        let marks = self.marks_in(&Content::of_note(meaning.line.as_bytes()), None, by);
        let summary = (meaning.line.as_str(), meaning.is_faulty);
        let style = RowStyle { marks: &marks, ..*style };
        represent_meaning(&mut shown, &row.as_row(), summary, answers.as_deref(), &style);
        Ok(Some(shown))
    }

    /// When a row happened. Lines of running text stand in the order in which they ended, and are told as of then.
    fn moment_of(&self, row: &LogRow) -> Moment {
        let begun = Moment::of(&row.record);
        match row.message.filter(|_| self.are_running()) {
            Some(cut) => Moment { at: cut.ended, ..begun },
            None => begun,
        }
    }

    fn time_text(&mut self, moment: Moment) -> Result<String, JournalError> {
        // Only seconds since the first row need the first row.
        let first = match self.format.column {
            TimeColumn::Relative => self.moment(RowKey(self.hidden_before))?.unwrap_or(moment),
            TimeColumn::Clock | TimeColumn::Dated | TimeColumn::Epoch => moment,
        };
        let mut text = String::with_capacity(24);
        self.format.push_row(&mut text, moment, first);
        Ok(text)
    }

    fn delta_text(&mut self, record: &Record, after: Option<RowKey>) -> Result<String, JournalError> {
        let from = match (self.marked, after) {
            (Some(marked), _) => Some(marked),
            (None, Some(after)) => self.moment(after)?,
            (None, None) => None,
        };
        let nanos = from.map(|from| from.until(Moment::of(record)));
        Ok(nanos.map_or_else(String::new, |nanos| delta(nanos, self.options.precision)))
    }

    fn marks(
        &self,
        record: &Record,
        carry: Carry,
        place: Option<&Range<usize>>,
        by: Option<HighlightedBy>,
    ) -> Vec<Mark> {
        let Some(data) = record.bytes_of_any_layer() else { return Vec::new() };
        let within = place.map_or(0, |place| place.end).max(HITS_WITHIN_BYTES);
        let bytes = &data.bytes[..data.bytes.len().min(within)];
        self.marks_in(&Content { carry, ..Content::of_message(bytes) }, place, by)
    }

    /// What is pointed out in this content: what is looked for, the place that was gone to, and what highlights the row.
    fn marks_in(
        &self,
        content: &Content<'_>,
        place: Option<&Range<usize>>,
        by: Option<HighlightedBy>,
    ) -> Vec<Mark> {
        if self.sought.is_nothing() && by.is_none() {
            return Vec::new();
        }
        let mut found = self.sought.marks(content, HITS_IN_A_ROW);
        // Behind so many others it is marked alone.
        let is_behind = |place: &&Range<usize>| found.last().is_none_or(|last| last.bytes.end <= place.start);
        found.extend(place.filter(is_behind).cloned().map(Mark::found));
        let highlighted = by.map(|by| self.highlighting.marks(by, content, HITS_IN_A_ROW));
        merged(found, highlighted.unwrap_or_default())
    }

    fn moment(&mut self, key: RowKey) -> Result<Option<Moment>, JournalError> {
        Ok(self.source.row(key)?.map(|row| Moment::of(&row.record)))
    }

    /// Counted when it changes, since every row asks for it and a set of a hundred million takes a while.
    fn count(&mut self) {
        let last = self.hidden_before.checked_sub(1);
        self.matching_before = self.matching().zip(last).map_or(0, |(matching, last)| matching.rank(last));
        self.shown = match self.matching() {
            Some(matching) => matching.len() - self.matching_before,
            None => self.count.saturating_sub(self.hidden_before),
        };
    }

    /// The row with this index, made if that was not done before.
    fn kept_content(&mut self, index: u64, with_letters: bool) -> &RowContent {
        if index >= self.len() {
            return &self.blank;
        }
        let key = self.key(index);
        let after = index.checked_sub(1).map(|before| self.key(before));
        let turn = self.turn;
        let highlighted = self.highlighting.found_by(key);
        let is_as_made = |kept: &CachedRow| {
            kept.after == after && kept.highlighted == highlighted && (kept.has_letters || !with_letters)
        };
        let fresh = self.kept.get(&key.0).is_some_and(is_as_made);
        if !fresh {
            self.forget_old_rows();
            let content = self.make(key, after, with_letters);
            let kept = CachedRow { content, after, highlighted, has_letters: with_letters, used: turn };
            self.kept.insert(key.0, kept);
        }
        match self.kept.get_mut(&key.0) {
            Some(kept) => {
                kept.used = turn;
                &kept.content
            }
            None => &self.blank,
        }
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

impl Rows for LogRows {
    fn len(&self) -> u64 {
        self.shown
    }

    fn key(&self, index: u64) -> RowKey {
        match &self.matching {
            Some(matching) => {
                let found = matching.select(index + self.matching_before);
                RowKey(found.or_else(|| matching.set().max()).unwrap_or(0))
            }
            None => RowKey(index + self.hidden_before),
        }
    }

    fn index(&self, key: RowKey) -> u64 {
        match self.matching() {
            Some(matching) => {
                let up_to = matching.rank(key.0).saturating_sub(u64::from(matching.contains(key.0)));
                up_to.saturating_sub(self.matching_before)
            }
            None => key.0.saturating_sub(self.hidden_before),
        }
    }

    fn next_key(&self) -> RowKey {
        RowKey(self.count)
    }

    fn prepare(&mut self, indexes: Range<u64>) {
        // Rows that a filter lets through lie apart, and are read one by one.
        if self.matching.is_none() {
            let range = indexes.start + self.hidden_before..indexes.end + self.hidden_before;
            let is_made = |key: u64| self.kept.contains_key(&key);
            let is_needed = range.clone().take(MOST_PREPARED_ROWS).any(|key| !is_made(key));
            if is_needed && self.source.prepare(range).is_err() {
                // Each row that cannot be read says so itself.
            }
        }
    }

    fn are_running(&self) -> bool {
        self.options.running.is_some()
    }

    fn content(&mut self, index: u64) -> &RowContent {
        self.kept_content(index, false)
    }

    fn content_with_letters(&mut self, index: u64) -> &RowContent {
        self.kept_content(index, true)
    }

    fn toggle_expanded(&mut self, index: u64) {
        let key = self.key(index).0;
        let is_expanded = self.kept.get(&key).is_some_and(|kept| kept.content.expanded);
        if !self.expanded.remove(&key) && !is_expanded {
            self.expanded.insert(key);
        }
        // What is folded by hand stays folded, whatever is hidden by that.
        self.place.take_if(|place| place.row.0 == key && is_expanded);
        self.kept.remove(&key);
    }

    fn measure_from(&mut self, marked: Option<RowKey>) {
        // A row that cannot be read cannot be measured from; its own row says why.
        self.marked = marked.and_then(|key| self.moment(key).ok().flatten());
        self.kept.clear();
    }
}
