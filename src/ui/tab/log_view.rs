//! A log as it is looked at: its rows, the sheet that shows them, what is looked for among them and which one is looked
//! into. A tab has one, and so has whatever else shows a log. It must not know what a session is.

use crate::codec::decode::DecodeChoice;
use crate::codec::text::{Carry, TextEncoding, better_encoding};
use crate::codec::time::TimeFormat;
use crate::engine::news::News;
use crate::journal::{JournalError, JournalReader, Snapshot};
use crate::model::framing::Framing;
use crate::model::ids::{RecordId, RowKey};
use crate::model::record::Direction;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::log::{LogRows, Place, RowOptions, RowView, SplitTrouble};
use crate::ui::sheet::{RowTrait, Rows, Sheet, SheetAction, TickKind};
use crate::ui::tab::find::{Find, Narrowing, Seeking};
use crate::ui::tab::gathering::{GatheringError, Searched};
use crate::ui::tab::go_to::Destination;
use crate::ui::tab::highlights::{HighlightRule, Highlights};
use crate::ui::tab::inspector::{Inspector, Look};
use crate::ui::tab::remarks::Remarks;
use crate::ui::tab::terms::row_term;
use crate::ui::tab::ticks::{TickLayer, Ticks};
use crate::ui::tab::unfinished::Unfinished;
use crate::util::locale::Locale;
use roaring::RoaringTreemap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many of the last rows tell whether the encoding is the right one.
const JUDGED_ROWS: u64 = 16;

/// Longer rows are seldom text, and take long to judge.
const JUDGED_BYTES: usize = 4 * 1024;

/// They are looked at again after so long.
const JUDGE_PAUSE: Duration = Duration::from_secs(1);

/// What can be asked of a log that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogAction {
    /// Rows so far are hidden; the log keeps them.
    Clear,
    /// All rows are shown again.
    ShowCleared,
    /// Payloads are shown like this.
    SetView(RowView),
    /// Text is shown and sent in this encoding.
    SetEncoding(TextEncoding),
    /// Long lines go on below, or end where the sheet does.
    ToggleWrap,
    /// Running text is coloured as its control sequences ask, or shows them.
    ToggleTerminalColors,
    /// The sheet follows the newest row, or holds still if it did.
    ToggleFollowing,
    /// The person is asked for a row or a time.
    AskGoTo,
    /// The person is asked for a note about the row that the keyboard stands on, and sees all notes.
    AskNote,
    /// What a person asked of the sheet.
    Sheet(SheetAction),
}

/// What its streams are cut into, and who decodes that.
#[derive(Clone, Copy, Debug)]
pub struct LogRules<'a> {
    /// How streams are cut into messages.
    pub split: &'a Framing,
    /// The decoders that values come from, if anybody decodes.
    pub decoders: Option<&'a DecodeChoice>,
    /// What is highlighted, in order.
    pub highlights: &'a [HighlightRule],
}

/// A log as it is looked at.
#[derive(Debug)]
pub struct LogView {
    /// The rows, once there is a journal.
    pub rows: Option<LogRows>,
    /// How much there is of the journal in this frame.
    pub snapshot: Snapshot,
    /// Where the person looks.
    pub sheet: Sheet,
    /// The find field and the filters.
    pub find: Find,
    /// What is highlighted, and what of that was found.
    pub highlights: Highlights,
    /// Which rows the scroll bar points out.
    pub ticks: Ticks,
    /// The row that is looked into.
    pub inspector: Inspector,
    /// Records before this one are hidden.
    pub cleared_before: u64,
    /// It is of another day than today: times of day alone would mislead.
    pub is_of_another_day: bool,
    /// How many characters of content a row has room for.
    pub content_characters: usize,
    /// The encoding that the last rows fit, where they do not fit the chosen one.
    pub better_encoding: Option<TextEncoding>,
    /// What a person remarked.
    pub remarks: Remarks,
    /// What was looked at for that.
    judged: Option<Judged>,
}

/// When the last rows were looked at, which they were, and as what.
#[derive(Clone, Copy, Debug)]
struct Judged {
    encoding: TextEncoding,
    records: u64,
    at: Instant,
}

impl Default for LogView {
    /// Before there is a journal.
    fn default() -> LogView {
        LogView {
            rows: None,
            snapshot: Snapshot::default(),
            sheet: Sheet::default(),
            find: Find::default(),
            highlights: Highlights::default(),
            ticks: Ticks::default(),
            inspector: Inspector::default(),
            cleared_before: 0,
            is_of_another_day: false,
            content_characters: 100,
            better_encoding: None,
            remarks: Remarks::default(),
            judged: None,
        }
    }
}

impl LogView {
    /// Shows this journal from now on, from its newest row. What is looked for stays, and is looked for in it.
    pub(in crate::ui) fn show(&mut self, reader: JournalReader, encoding: TextEncoding, cx: &mut Cx<'_>) {
        let mut find = std::mem::take(&mut self.find);
        find.forget_matches();
        *self = LogView {
            snapshot: reader.snapshot(),
            rows: Some(LogRows::new(reader, RowOptions::new(cx.locale))),
            find,
            content_characters: self.content_characters,
            ..LogView::default()
        };
        self.apply_filter(encoding, cx.jobs.news());
    }

    /// The journal, if there is one.
    pub fn reader(&self) -> Option<&JournalReader> {
        self.rows.as_ref().map(LogRows::reader)
    }

    /// The row that the inspector shows: the one row that the cursor of the sheet is on.
    pub fn inspected(&self) -> Option<RowKey> {
        self.sheet.selection().cursor()
    }

    /// Whether all rows so far are hidden.
    pub fn is_cleared(&self) -> bool {
        self.cleared_before > 0 && self.snapshot.records <= self.cleared_before
    }

    /// Whether filter or search keep rows from being shown.
    pub fn is_narrowed(&self) -> bool {
        self.find.is_filtering() || self.find.hides_others()
    }

    /// Takes in what there is now, how its rows are shown, and what searches found; tells when to look again.
    pub(in crate::ui) fn take_in(
        &mut self,
        options: RowOptions,
        rules: LogRules<'_>,
        deadline: Instant,
        cx: &mut Cx<'_>,
    ) -> Option<Duration> {
        let (encoding, locale) = (options.encoding, cx.locale);
        let (split, decoders) = (rules.split, rules.decoders);
        self.snapshot = self.reader().map_or(Snapshot::default(), JournalReader::snapshot);
        if !self.find.hides_wire && self.reader().is_some_and(|reader| reader.wire_rows() > 0) {
            self.find.hides_wire = true;
            self.apply_filter(encoding, cx.jobs.news());
        }
        if self.find.is_outdated(encoding) {
            self.start_find(encoding, cx.jobs.news());
        }
        self.cut_rows(split, encoding, cx);
        let outcome = self.look_for_rows(rules.highlights, encoding, deadline, cx.jobs.news());
        if let Err(error) = outcome {
            cx.notices.problem(gathering_trouble(locale, &error));
        }
        if let Some(rows) = &mut self.rows {
            rows.set_options(options);
        }
        self.seek();
        let ticks_due = self.renew_ticks(Instant::now());
        let judge_due = self.judge_encoding(encoding, Instant::now());
        if let Err(error) = self.look_into(encoding, decoders) {
            cx.notices.problem(error_text::journal(locale, &error));
        }
        let follow_after =
            [self.find.follow_after(), self.highlights.follow_after(), self.remarks.follow_after()];
        follow_after.into_iter().chain([ticks_due, judge_due]).flatten().min()
    }

    /// Takes in what searches for matches, highlights and notes have found, and sends them on.
    fn look_for_rows(
        &mut self,
        highlights: &[HighlightRule],
        encoding: TextEncoding,
        deadline: Instant,
        news: &News,
    ) -> Result<(), GatheringError> {
        let searched = self.searched();
        let followed = self.highlights.follow(highlights, encoding, searched.as_ref(), news);
        let is_changed = !matches!(followed, Ok(false));
        let bytes = self.snapshot.bytes;
        let notes = self.remarks.look_for(searched.as_ref(), bytes, encoding, news);
        if let Some(rows) = &mut self.rows {
            if is_changed {
                rows.set_highlights(self.highlights.highlights());
            }
            // A set that is held meanwhile would be copied before it grows. It is given again below.
            rows.set_highlighted(std::iter::empty());
            if self.find.has_waiting() {
                rows.set_matching(None);
            }
        }
        let has_found = self.find.take_in(news, deadline);
        let more = self.highlights.take_in(news, deadline);
        let taken = self.remarks.take_in(news, deadline);
        if has_found {
            self.show_what_passes();
        }
        if let Some(rows) = &mut self.rows {
            rows.set_highlighted(self.highlights.found().map(|(_, found)| found));
        }
        if has_found || is_changed || matches!(more, Ok(true)) || matches!(taken, Ok(true)) {
            self.ticks.outdate();
        }
        followed.and(notes).and(more).and(taken).map(|_| ())
    }

    /// Points out on the scroll bar what is known now, unless that was done a moment ago; tells how soon it is due then.
    fn renew_ticks(&mut self, now: Instant) -> Option<Duration> {
        match self.ticks.is_due(now) {
            Ok(is_due) => {
                if is_due {
                    self.make_ticks(now);
                }
                None
            }
            Err(rest) => Some(rest),
        }
    }

    fn make_ticks(&mut self, now: Instant) {
        let Some(rows) = &self.rows else { return };
        let shown = rows.matching();
        let among = |found: &Arc<RoaringTreemap>| match shown {
            Some(shown) => Arc::new(found.as_ref() & shown.as_ref()),
            None => Arc::clone(found),
        };
        // What stands first among the rules is seen where several meet.
        let highlights = self.highlights.found().rev();
        let mut layers: Vec<TickLayer> = highlights
            .map(|(rule, found)| TickLayer { kind: TickKind::Highlighted(rule.color), rows: among(found) })
            .collect();
        // Where nothing else is shown, all rows have a match.
        if !self.find.hides_others() {
            layers.push(TickLayer { kind: TickKind::Found, rows: Arc::clone(self.find.rows()) });
        }
        layers.push(TickLayer {
            kind: TickKind::Noted,
            rows: among(&Arc::new(self.remarks.rows(self.sheet.marked()))),
        });
        self.ticks.make(&layers, rows, now);
    }

    /// Brings the nearest match into sight while one types.
    fn seek(&mut self) {
        let LogView { find, rows: Some(_), .. } = self else { return };
        let Some(seeking) = find.seeking.as_ref().filter(|seeking| !seeking.is_settled) else { return };
        let from = seeking.from;
        let Some(row) = find.nearest(from) else {
            let is_nowhere = find.meaning.is_none() || find.progress().is_none();
            if let Some(seeking) = &mut find.seeking {
                seeking.is_settled = is_nowhere;
            }
            return;
        };
        find.forget_current();
        self.go_to_match(true, row);
        if let Some(seeking) = &mut self.find.seeking {
            (seeking.at, seeking.is_settled) = (Some(row), true);
        }
    }

    /// From now on the sheet goes to what is typed; it knows where it stood. Where the newest row is to stay in sight, it
    /// stays.
    pub(in crate::ui) fn begin_seeking(&mut self, is_live: bool) {
        if let Some(seeking) = &mut self.find.seeking {
            seeking.is_settled = false;
        } else if !(is_live && self.sheet.is_following()) {
            let (before, from) = (self.sheet.place(), self.top_key());
            self.find.seeking = Some(Seeking { before, from, at: None, is_settled: false });
        }
    }

    /// The sheet stands where it stood before one typed, unless one has gone elsewhere since.
    pub(in crate::ui) fn come_back_from_seeking(&mut self) {
        let Some(Seeking { before, at: Some(at), .. }) = self.find.seeking.take() else { return };
        let Some(rows) = &self.rows else { return };
        let is_there = self.sheet.visible().contains(&rows.index(at)) && self.inspected() == Some(at);
        if is_there {
            self.sheet.come_back(before);
        }
    }

    /// Looks whether the last rows fit the encoding; seldom, since that reads them. Tells how soon the next look is due.
    fn judge_encoding(&mut self, encoding: TextEncoding, now: Instant) -> Option<Duration> {
        let records = self.snapshot.records;
        if let Some(judged) = self.judged.filter(|judged| judged.encoding == encoding) {
            if judged.records == records {
                return None;
            }
            let rest = JUDGE_PAUSE.saturating_sub(now.saturating_duration_since(judged.at));
            if !rest.is_zero() {
                return Some(rest);
            }
        }
        self.judged = Some(Judged { encoding, records, at: now });
        let rows = self.rows.as_mut()?;
        let last = rows.next_key().0;
        let keys = (last.saturating_sub(JUDGED_ROWS)..last).map(RowKey);
        let judged: Vec<_> = keys.filter_map(|key| rows.row(key).ok().flatten()).collect();
        let received = judged.iter().filter_map(|row| row.record.data());
        let received = received.filter(|data| data.head.direction == Direction::Received);
        let texts: Vec<&[u8]> = received.map(|data| data.bytes.as_slice()).collect();
        let are_short = texts.iter().all(|text| text.len() <= JUDGED_BYTES);
        self.better_encoding = if are_short { better_encoding(&texts, encoding) } else { None };
        None
    }

    /// Shows the row of the cursor in the inspector.
    fn look_into(
        &mut self,
        encoding: TextEncoding,
        decoders: Option<&DecodeChoice>,
    ) -> Result<(), JournalError> {
        let wanted = self.inspected();
        let rows = &mut self.rows;
        let read = |key| rows.as_mut().map_or(Ok(None), |rows| rows.row(key));
        let looked = self.inspector.look_at(wanted, read);
        self.link_parts(wanted);
        if let Some(rows) = &mut self.rows {
            let look = Look { encoding, decoders, marked: self.sheet.marked() };
            self.inspector.make(rows, &look)?;
        }
        looked
    }

    /// Takes in what is there now, cut like this. Where rows have other keys now, the sheet stays where it was, and what
    /// is looked for is looked for anew.
    fn cut_rows(&mut self, split: &Framing, encoding: TextEncoding, cx: &mut Cx<'_>) {
        let Some(rows) = &mut self.rows else { return };
        rows.set_split(split, cx.jobs.news());
        let unfinished = Unfinished::of(&self.sheet, rows);
        rows.refresh(cx.jobs.news());
        if let Some(trouble) = rows.take_split_trouble() {
            cx.notices.problem(split_trouble(cx.locale, &trouble));
        }
        if rows.has_new_keys() {
            self.sheet.rename(&mut |old| rows.new_key(old));
            rows.forget_old_keys();
            rows.measure_from(self.sheet.marked());
            self.inspector.look_again();
            self.apply_filter(encoding, cx.jobs.news());
            self.remarks.forget();
            let searched = self.searched();
            if let Err(error) = self.highlights.start_again(searched.as_ref(), cx.jobs.news()) {
                cx.notices.problem(gathering_trouble(cx.locale, &error));
            }
            if let Some(rows) = &mut self.rows {
                rows.set_highlights(self.highlights.highlights());
            }
        } else if unfinished.follow(&mut self.sheet, rows) {
            rows.measure_from(self.sheet.marked());
            self.inspector.look_again();
            self.ticks.outdate();
        } else if let Some(key) = self.sheet.selection().cursor().filter(|key| unfinished.has(*key))
            && let Ok(row) = rows.row(key)
        {
            // It may have grown, and have ended with that.
            self.inspector.row = row;
        }
    }

    /// Where rows are looked for.
    fn searched(&self) -> Option<Searched> {
        let rows = self.rows.as_ref()?;
        Some(Searched { reader: rows.reader().clone(), messages: rows.messages() })
    }

    /// Puts filter and search together: which rows are shown at all. What was found has passed the filter.
    fn show_wanted_rows(&mut self) {
        self.show_what_passes();
        self.make_ticks(Instant::now());
    }

    fn show_what_passes(&mut self) {
        let shown = self.find.shown().cloned();
        if let Some(rows) = &mut self.rows {
            rows.set_matching(shown);
            rows.hide_before(RecordId(self.cleared_before));
        }
    }

    fn point_out_matches(&mut self) {
        let sought = self.find.meaning.as_ref().map(|meaning| meaning.sought.clone());
        if let Some(rows) = &mut self.rows {
            rows.set_sought(sought.unwrap_or_default());
            rows.set_place(None);
        }
    }

    /// Looks for what the find field says.
    pub(in crate::ui) fn start_find(&mut self, encoding: TextEncoding, news: &News) {
        if let Some(searched) = self.searched()
            && self.find.is_shown
        {
            self.find.start(&searched, encoding, news);
        }
        self.point_out_matches();
        self.show_wanted_rows();
    }

    /// Shows the find field; what it says is looked for again.
    pub(in crate::ui) fn show_find(&mut self, encoding: TextEncoding, news: &News) {
        let was_shown = std::mem::replace(&mut self.find.is_shown, true);
        self.find.wants_focus = true;
        if !was_shown {
            self.start_find(encoding, news);
        }
    }

    pub(in crate::ui) fn hide_find(&mut self) {
        self.come_back_from_seeking();
        self.find.is_shown = false;
        self.find.forget_matches();
        self.point_out_matches();
        self.show_wanted_rows();
    }

    /// Shows the next match, or the one before.
    pub(in crate::ui) fn step_find(&mut self, is_forward: bool) {
        // Who goes on from match to match does not want to go back.
        let from = match self.find.seeking.take() {
            Some(Seeking { at: None, from, .. }) => from,
            _ => self.top_key(),
        };
        self.go_to_match(is_forward, from);
    }

    fn go_to_match(&mut self, is_forward: bool, from: RowKey) {
        let LogView { find, rows: Some(rows), .. } = self else { return };
        let found = find.step(is_forward, from, |key| match rows.row(key) {
            Ok(Some(row)) => {
                let carry = rows.carry(&row);
                (row.record.bytes_of_any_layer().map_or_else(Vec::new, |data| data.bytes.clone()), carry)
            }
            // In what cannot be read there is no place to point out; its row says why.
            _ => (Vec::new(), Carry::default()),
        });
        let Some(row) = found else { return };
        let place = find.place.clone().map(|bytes| Place { row, bytes });
        rows.set_place(place);
        self.show_row(row);
    }

    /// What stands at the upper edge.
    fn top_key(&self) -> RowKey {
        self.rows.as_ref().map_or(RowKey(0), |rows| rows.key(self.sheet.visible().start))
    }

    /// Shows only rows with a match, or all that the filters let through.
    pub(in crate::ui) fn show_only_matches(&mut self, is_on: bool) {
        self.find.show_only_matches(is_on);
        self.show_wanted_rows();
    }

    /// Shows what the filters let through, and looks for what is wanted among that.
    pub(in crate::ui) fn apply_filter(&mut self, encoding: TextEncoding, news: &News) {
        if let Some(searched) = self.searched() {
            self.find.start_filter(&searched, encoding, news);
        }
        self.start_find(encoding, news);
    }

    pub(in crate::ui) fn clear(&mut self) {
        self.cleared_before = self.reader().map_or(0, |reader| reader.snapshot().records);
        self.sheet.clear_selection();
        self.sheet.follow();
        self.show_wanted_rows();
    }

    pub(in crate::ui) fn show_cleared(&mut self) {
        self.cleared_before = 0;
        self.show_wanted_rows();
    }

    /// Follows the newest row, or holds still.
    pub(in crate::ui) fn toggle_following(&mut self) {
        let next = self.rows.as_ref().map_or(RowKey(0), Rows::next_key);
        self.sheet.toggle_following(next);
    }

    /// The row that was typed, or the first one at or after the time that was typed. A time alone is one of the day of
    /// the row at the upper edge.
    pub(in crate::ui) fn destination(
        &mut self,
        typed: &str,
        times: &TimeFormat,
    ) -> Option<Result<RowKey, JournalError>> {
        let top = self.top_key();
        let cleared_before = self.cleared_before;
        let rows = self.rows.as_mut()?;
        let reader = rows.reader().clone();
        let last = RecordId(reader.snapshot().records.checked_sub(1)?);
        let last_row = RowKey(rows.next_key().0.saturating_sub(1));
        let top = rows.row(top.min(last_row)).ok().flatten().map_or(last, |row| row.begins().record);
        let moment_of = |record| reader.head(record).map(|head| head.map_or(0, |head| head.at.wall_ns));
        // Where everything was cleared from view, the last row stands for the one at the edge.
        let near = match moment_of(top) {
            Ok(near) => near,
            Err(error) => return Some(Err(error)),
        };
        let found = match Destination::parse(typed, times, near)? {
            Destination::Row(row) => return Some(Ok(row.min(last_row))),
            Destination::Moment(moment) => reader.record_at_time(moment),
            Destination::SinceStart(after) => {
                moment_of(RecordId(if cleared_before > last.0 { 0 } else { cleared_before }))
                    .and_then(|start| reader.record_at_time(start.saturating_add(after)))
            }
        };
        Some(found.map(|record| rows.key_of(record.min(last)).min(last_row)))
    }

    /// Brings a row into sight; rows that were cleared from view come back for it.
    pub(in crate::ui) fn show_row(&mut self, row: RowKey) {
        let first = RecordId(self.cleared_before);
        if self.cleared_before > 0 && self.rows.as_ref().is_some_and(|rows| row < rows.key_of(first)) {
            self.show_cleared();
        }
        // Where a filter hides the row, the next one that is shown stands for it.
        let shown = self.rows.as_ref().map_or(row, |rows| {
            let last = rows.len().saturating_sub(1);
            rows.key(rows.index(row).min(last))
        });
        self.sheet.go_to(shown);
    }

    /// A term of a filter for what a row has; says so where it has no such thing.
    pub(in crate::ui) fn term_of(&mut self, row: RowKey, of: RowTrait, cx: &mut Cx<'_>) -> Option<String> {
        let rows = self.rows.as_mut()?;
        let (encoding, split) = (rows.options().encoding, rows.split().clone());
        match rows.row(row) {
            Ok(Some(row)) => match row_term(&row.record, of, (encoding, &split)) {
                Ok(term) => return Some(term),
                Err(missing) => cx.notices.info(cx.locale.text(missing)),
            },
            Ok(None) => {}
            Err(error) => cx.notices.problem(error_text::journal(cx.locale, &error)),
        }
        None
    }

    /// Changes the filter, and what is found behind it.
    pub(in crate::ui) fn change_filter(
        &mut self,
        change: impl FnOnce(&mut Find),
        encoding: TextEncoding,
        news: &News,
    ) {
        change(&mut self.find);
        self.find.is_shown |= !self.find.text.is_empty();
        self.apply_filter(encoding, news);
    }

    /// Shows only what a term wants of what is shown, or hides it.
    pub(in crate::ui) fn narrow(&mut self, how: Narrowing, term: &str, encoding: TextEncoding, news: &News) {
        self.find.narrow(how, term);
        self.apply_filter(encoding, news);
    }
}

/// Why rows are not gathered any further.
fn gathering_trouble(locale: &Locale, why: &GatheringError) -> String {
    match why {
        GatheringError::Journal(error) => error_text::journal(locale, error),
        GatheringError::Thread(error) => error_text::thread(locale, "search", error),
    }
}

/// Why streams are not cut any further.
fn split_trouble(locale: &Locale, why: &SplitTrouble) -> String {
    match why {
        SplitTrouble::Journal(error) => error_text::journal(locale, error),
        SplitTrouble::Thread(error) => error_text::thread(locale, "split", error),
    }
}

#[cfg(test)]
mod tests {
    use super::{LogRules, LogView};
    use crate::codec::text::TextEncoding;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RowKey};
    use crate::model::record::DataHead;
    use crate::ui::cx::Services;
    use crate::ui::log::RowOptions;
    use crate::ui::sheet::Rows;
    use crate::util::clock;
    use crate::util::locale::{Language, Locale};
    use std::time::Instant;

    /// How many rows it shows after the news of one frame.
    fn shown(log: &mut LogView, split: &Framing, services: &mut Services) -> u64 {
        let locale = Locale::of(Language::English);
        let rules = LogRules { split, decoders: None, highlights: &[] };
        log.take_in(RowOptions::new(locale), rules, Instant::now(), &mut services.cx(locale));
        log.rows.as_ref().map_or(0, Rows::len)
    }

    #[test]
    fn two_views_of_one_journal_know_nothing_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let journal = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&journal, &JournalInfo::default()).unwrap();
        let mut append = |bytes: &[u8]| {
            let head = DataHead::received();
            writer.append_data(clock::now(), Epoch(1), Some(PeerId::FIRST), &head, bytes);
            writer.publish().unwrap();
            writer.reader()
        };
        let reader = append(b"one\ntwo\n");
        let mut views = [LogView::default(), LogView::default()];
        for view in &mut views {
            let mut cx = services.cx(Locale::of(Language::English));
            view.show(reader.clone(), TextEncoding::UTF_8, &mut cx);
        }
        let [left, right] = &mut views;
        left.clear();
        assert!(left.is_cleared() && !right.is_cleared());
        assert_eq!(shown(left, &Framing::None, &mut services), 0);
        assert_eq!(shown(right, &Framing::Lines, &mut services), 2);
        append(b"three\n");
        assert_eq!(shown(left, &Framing::None, &mut services), 1);
        assert_eq!(shown(right, &Framing::Lines, &mut services), 3);
        assert!(!left.is_cleared());
        left.show_row(RowKey(0));
        assert_eq!(shown(left, &Framing::None, &mut services), 2, "what was cleared comes back for it");
    }
}
