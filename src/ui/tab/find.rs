//! Looking for something, and showing only some rows: both go over the whole past in the background and follow
//! what comes in. It opens no file by itself; it is given readers.

use crate::codec::text::TextEncoding;
use crate::engine::jobs::{Job, JobControl};
use crate::engine::news::News;
use crate::journal::JournalError;
use crate::journal::JournalReader;
use crate::journal::query::{Filter, FilterScan, Pattern, PatternError, Search};
use crate::journal::split::{MessageSearch, SplitRows};
use crate::model::ids::{PeerId, RowKey};
use crate::model::record::Direction;
use crate::ui::tab::ticks::Ticks;
use crossbeam_channel::{Receiver, Sender, bounded};
use roaring::RoaringTreemap;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much of the file one step searches, between two looks at whether it is still wanted.
const STEP_BYTES: u64 = 8 << 20;

/// How many rows one step of a filter judges.
const STEP_ROWS: u64 = 200_000;

/// How many messages one step cuts and judges.
const STEP_MESSAGES: u64 = 20_000;

/// How many steps' worth of matches may wait for the window.
const WAITING_BATCHES: usize = 16;

/// A search or filter that has caught up goes on with new rows after so long.
const FOLLOW_PAUSE: Duration = Duration::from_millis(150);

/// What can be asked of the find field and the filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindAction {
    /// The find field is there and has the keyboard.
    Show,
    /// The find field and its matches are gone.
    Hide,
    /// What the find field says is looked for.
    Start,
    /// The next match is shown.
    Next,
    /// The match before is shown.
    Previous,
    /// Only rows with a match are shown, or all that the view bar lets through.
    ShowOnlyMatches(bool),
    /// Only rows that the view bar lets through are shown, and looked through.
    ApplyFilter,
}

/// How what is looked for was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FindKind {
    /// As text, in the session's encoding.
    #[default]
    Text,
    /// As hex, with `??` for any byte.
    Hex,
    /// As a regular expression over bytes.
    Regex,
}

/// Why nothing can be looked for.
#[derive(Debug)]
pub enum FindError {
    /// As a pattern.
    Pattern(PatternError),
    /// The encoding lacks a character.
    Encode(char),
    /// The journal cannot be read.
    Journal(JournalError),
    /// There is no thread for it.
    Thread(io::Error),
}

impl From<JournalError> for FindError {
    fn from(error: JournalError) -> FindError {
        FindError::Journal(error)
    }
}

impl From<io::Error> for FindError {
    fn from(error: io::Error) -> FindError {
        FindError::Thread(error)
    }
}

/// The find field and the filters of one tab.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice or a fact of its own")]
pub struct Find {
    /// Bytes of the layer below the payload are kept in this journal, and left out.
    pub hides_wire: bool,
    /// The field is shown.
    pub is_shown: bool,
    /// It gets the keyboard with the next frame.
    pub wants_focus: bool,
    /// As typed.
    pub text: String,
    /// How it is read.
    pub kind: FindKind,
    /// Rows without a match are hidden.
    pub only_matches: bool,
    /// Only data that went this way is shown.
    pub direction: Option<Direction>,
    /// Only what concerns this peer is shown.
    pub peer: Option<PeerId>,
    /// What is wrong with what was typed.
    pub error: Option<FindError>,
    /// The rows with a match. The filter has let them through.
    pub rows: Arc<RoaringTreemap>,
    /// How many matches.
    pub hits: u64,
    /// The row of the match in view.
    pub current: Option<u64>,
    /// Which bytes of that row it is; none where it only ends there.
    pub place: Option<Range<usize>>,
    /// Where a few of those rows stand among those that are shown, for the scroll bar.
    pub ticks: Ticks,
    /// The pattern, to colour the rows in sight.
    pub pattern: Option<Pattern>,
    /// The encoding in which text is looked for.
    encoding: Option<TextEncoding>,
    search: Option<BackgroundScan<Seek>>,
    filter: Option<BackgroundScan<Passing>>,
    /// Work that nobody wants any more, until it has noticed: no frame waits for that.
    old_searches: Vec<Job<Result<Seek, JournalError>>>,
    old_filters: Vec<Job<Result<Passing, JournalError>>>,
    /// The rows that the filter lets through, once they are known.
    pub passed: Option<Arc<RoaringTreemap>>,
}

/// The scan of a filter, and what it has gathered, for whoever shows it while the scan goes on.
#[derive(Debug)]
struct Passing {
    scan: Sift,
    rows: Arc<RoaringTreemap>,
}

/// Where something is looked for: in the records of a journal, or in the messages that are shown instead.
#[derive(Clone, Debug)]
pub struct Searched {
    /// The journal.
    pub reader: JournalReader,
    /// Its messages, where streams are cut.
    pub messages: Option<SplitRows>,
}

/// A search under way.
#[derive(Debug)]
enum Seek {
    Records(Box<Search>),
    Messages(Box<MessageSearch>),
}

/// A filter under way.
#[derive(Debug)]
enum Sift {
    Records(Box<FilterScan>),
    Messages(Box<MessageSearch>),
}

/// Work that goes over a journal, rests when it has caught up, and goes on when there is more.
#[derive(Debug)]
struct BackgroundScan<T> {
    /// Dropped before the job, so that work that waits to hand over its finds does not wait for ever.
    finds: Receiver<Vec<u64>>,
    sender: Sender<Vec<u64>>,
    job: Option<Job<Result<T, JournalError>>>,
    resting: Option<T>,
    rested_at: Instant,
}

impl Find {
    /// Whether only what went one way, or concerns one peer, is shown.
    pub fn is_filtering(&self) -> bool {
        self.direction.is_some() || self.peer.is_some()
    }

    /// Whether a search is under way, and how far it is.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.search.as_ref().and_then(|scan| scan.job.as_ref()).map(Job::progress)
    }

    /// How far a filter is that shows nothing yet.
    pub fn filter_progress(&self) -> Option<(u64, u64)> {
        let is_first = self.passed.is_none();
        self.filter.as_ref().filter(|_| is_first).and_then(|scan| scan.job.as_ref()).map(Job::progress)
    }

    /// Begins to look for what was typed.
    pub fn start(&mut self, searched: Searched, encoding: TextEncoding, news: &News) {
        self.forget_hits();
        if self.text.is_empty() {
            return;
        }
        // Also of a text that it cannot write: another encoding may.
        self.encoding = Some(encoding);
        let pattern = match read_pattern(&self.text, self.kind, encoding) {
            Ok(pattern) => pattern,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        self.pattern = Some(pattern.clone());
        match searched
            .seek(pattern, self.filter_now())
            .and_then(|seek| Ok(BackgroundScan::start(seek, news, search_on)?))
        {
            Ok(scan) => self.search = Some(scan),
            Err(error) => self.error = Some(error),
        }
    }

    /// Whether it was looked for in another encoding than this.
    pub fn is_outdated(&self, encoding: TextEncoding) -> bool {
        self.kind != FindKind::Hex && self.encoding.is_some_and(|used| used != encoding)
    }

    /// Nothing is looked for any more.
    pub fn forget_hits(&mut self) {
        self.old_searches.extend(self.search.take().and_then(BackgroundScan::stop));
        self.pattern = None;
        self.encoding = None;
        self.error = None;
        self.rows = Arc::default();
        self.ticks.clear();
        self.hits = 0;
        self.current = None;
        self.place = None;
    }

    /// Shows only what the direction and the peer let through.
    pub fn start_filter(&mut self, searched: Searched, news: &News) {
        self.old_filters.extend(self.filter.take().and_then(BackgroundScan::stop));
        // Ciphertext is not shown for a moment either: nothing is, until it is known which rows are none.
        self.passed = self.hides_wire.then(Arc::default);
        if self.is_filtering() || self.hides_wire {
            let scan = searched.sift(self.filter_now());
            let passing = Passing { scan, rows: Arc::default() };
            match BackgroundScan::start(passing, news, filter_on) {
                Ok(scan) => self.filter = Some(scan),
                Err(error) => self.error = Some(error.into()),
            }
        }
    }

    fn filter_now(&self) -> Filter {
        Filter {
            direction: self.direction,
            peers: self.peer.map(|peer| [peer].into()),
            hides_wire: self.hides_wire,
            ..Filter::default()
        }
    }

    /// Takes in what was found; tells whether the rows to show have changed.
    pub fn take_in(&mut self, news: &News, deadline: Instant) -> bool {
        let mut has_changed = false;
        self.old_searches.retain(|job| job.take_result().is_none());
        self.old_filters.retain(|job| job.take_result().is_none());
        if let Some(scan) = &mut self.search {
            while let Ok(hits) = scan.finds.try_recv() {
                self.hits += hits.len() as u64;
                Arc::make_mut(&mut self.rows).extend(hits.iter().copied());
                has_changed = true;
                if Instant::now() >= deadline {
                    break;
                }
            }
            if let Err(error) = scan.rest_or_go_on(news, search_on) {
                self.error = Some(error);
                self.search = None;
            }
        }
        if let Some(scan) = &mut self.filter {
            match scan.rest_or_go_on(news, filter_on) {
                Ok(true) => {
                    let passed = scan.resting.as_ref().map(|passing| passing.rows.clone());
                    has_changed |=
                        passed.as_ref().map(|rows| rows.len()) != self.passed.as_ref().map(|rows| rows.len());
                    self.passed = passed;
                }
                Ok(false) => {}
                Err(error) => {
                    self.error = Some(error);
                    self.filter = None;
                }
            }
        }
        has_changed
    }

    /// Whether more was found than there was time to take in.
    pub fn has_waiting(&self) -> bool {
        self.search.as_ref().is_some_and(|scan| !scan.finds.is_empty())
    }

    /// How soon the next look at new rows is due, while rows come in; at once while matches wait to be taken in.
    pub fn follow_after(&self) -> Option<Duration> {
        if self.has_waiting() {
            return Some(Duration::ZERO);
        }
        (self.search.is_some() || self.filter.is_some()).then_some(FOLLOW_PAUSE)
    }

    /// The row of the next match after the present one, or of the one before it; around the end. The first step goes
    /// to the first match from this row on, or to the last one before it. `bytes_of` reads a row.
    pub fn step(
        &mut self,
        is_forward: bool,
        from: RowKey,
        mut bytes_of: impl FnMut(RowKey) -> Vec<u8>,
    ) -> Option<RowKey> {
        let pattern = self.pattern.clone();
        let find = |row: u64, beside: Option<&Range<usize>>| {
            let pattern = pattern.as_ref()?;
            let bytes = bytes_of(RowKey(row));
            match (is_forward, beside) {
                (true, _) => pattern.find_at(&bytes, beside.map_or(0, |place| place.end)),
                (false, _) => last_match(pattern, &bytes, beside.map_or(bytes.len(), |place| place.start)),
            }
        };
        self.step_with(is_forward, from, find)
    }

    /// The same with a way to find the match in a row that is next to a place in it, or the outermost one.
    fn step_with(
        &mut self,
        is_forward: bool,
        from: RowKey,
        mut find: impl FnMut(u64, Option<&Range<usize>>) -> Option<Range<usize>>,
    ) -> Option<RowKey> {
        if let (Some(row), Some(place)) = (self.current, &self.place)
            && let Some(next) = find(row, Some(place))
        {
            self.place = Some(next);
            return Some(RowKey(row));
        }
        let count = self.rows.len();
        if count == 0 {
            return None;
        }
        let before = |row: u64| row.checked_sub(1).map_or(0, |last| self.rows.rank(last));
        let place = match (is_forward, self.current) {
            (true, Some(current)) => self.rows.rank(current) % count,
            (true, None) => before(from.0) % count,
            (false, current) => before(current.unwrap_or(from.0)).checked_sub(1).unwrap_or(count - 1),
        };
        self.current = self.rows.select(place);
        self.place = self.current.and_then(|row| find(row, None));
        self.current.map(RowKey)
    }

    /// The place of the present match among all rows with matches, counted from 1.
    pub fn current_place(&self) -> Option<u64> {
        self.current.map(|row| self.rows.rank(row))
    }
}

impl Searched {
    fn seek(self, pattern: Pattern, filter: Filter) -> Result<Seek, FindError> {
        Ok(match self.messages {
            Some(rows) => Seek::Messages(Box::new(MessageSearch::new(rows, pattern, filter))),
            None => Seek::Records(Box::new(Search::new(self.reader, pattern, filter)?)),
        })
    }

    fn sift(self, filter: Filter) -> Sift {
        match self.messages {
            Some(rows) => Sift::Messages(Box::new(MessageSearch::of_filter(rows, filter))),
            None => Sift::Records(Box::new(FilterScan::new(self.reader, filter))),
        }
    }
}

/// The last match that ends at or before a place.
fn last_match(pattern: &Pattern, bytes: &[u8], before: usize) -> Option<Range<usize>> {
    let mut from = 0;
    let mut last = None;
    while let Some(hit) = pattern.find_at(bytes, from).filter(|hit| hit.end <= before) {
        from = hit.end;
        last = Some(hit);
    }
    last
}

fn read_pattern(text: &str, kind: FindKind, encoding: TextEncoding) -> Result<Pattern, FindError> {
    match kind {
        FindKind::Text => {
            let bytes = encoding.encode(text).map_err(|error| FindError::Encode(error.character))?;
            Pattern::literal(&bytes)
        }
        FindKind::Hex => Pattern::hex(text),
        FindKind::Regex => Pattern::text_regex(text, encoding),
    }
    .map_err(FindError::Pattern)
}

type Work<T> = fn(T, &JobControl, &Sender<Vec<u64>>) -> Result<T, JournalError>;

fn search_on(mut seek: Seek, control: &JobControl, finds: &Sender<Vec<u64>>) -> Result<Seek, JournalError> {
    loop {
        let (hits, is_done) = match &mut seek {
            Seek::Records(search) => {
                let progress = search.step(STEP_BYTES)?;
                control.set_progress(progress.scanned_bytes, progress.total_bytes);
                (progress.hits.iter().map(|hit| hit.record.0).collect(), progress.done)
            }
            Seek::Messages(search) => {
                let progress = search.step(STEP_MESSAGES)?;
                control.set_progress(progress.done_rows, progress.total_rows);
                (progress.hits, progress.is_done)
            }
        };
        let is_unwanted = !hits.is_empty() && finds.send(hits).is_err();
        if is_done || is_unwanted || control.is_cancelled() {
            return Ok(seek);
        }
    }
}

fn filter_on(
    mut passing: Passing,
    control: &JobControl,
    _finds: &Sender<Vec<u64>>,
) -> Result<Passing, JournalError> {
    loop {
        let is_done = match &mut passing.scan {
            Sift::Records(scan) => {
                let progress = scan.step(STEP_ROWS)?;
                control.set_progress(progress.scanned_rows, progress.total_rows);
                progress.done
            }
            Sift::Messages(search) => {
                let progress = search.step(STEP_MESSAGES)?;
                control.set_progress(progress.done_rows, progress.total_rows);
                progress.is_done
            }
        };
        if is_done || control.is_cancelled() {
            let matching = match &passing.scan {
                Sift::Records(scan) => scan.matching(),
                Sift::Messages(search) => search.matching(),
            };
            // Copied here, where no frame waits for it.
            if passing.rows.len() != matching.len() {
                passing.rows = Arc::new(matching.clone());
            }
            return Ok(passing);
        }
    }
}

impl<T: Send + 'static> BackgroundScan<T> {
    fn start(work: T, news: &News, go_on: Work<T>) -> io::Result<BackgroundScan<T>> {
        let (sender, finds) = bounded(WAITING_BATCHES);
        let mut scan =
            BackgroundScan { finds, sender, job: None, resting: Some(work), rested_at: Instant::now() };
        scan.launch(news, go_on)?;
        Ok(scan)
    }

    /// Where no thread can be started, the work is lost; the person is told, and may begin anew.
    fn launch(&mut self, news: &News, go_on: Work<T>) -> io::Result<()> {
        let Some(work) = self.resting.take() else { return Ok(()) };
        let sender = self.sender.clone();
        self.job = Some(Job::start("search", news.clone(), move |control| go_on(work, control, &sender))?);
        Ok(())
    }

    /// Asks the work to stop; it is given back for as long as it has not.
    fn stop(self) -> Option<Job<Result<T, JournalError>>> {
        let job = self.job?;
        job.cancel();
        Some(job)
    }

    /// Takes back work that has caught up (and says so), or sends it on after a pause.
    fn rest_or_go_on(&mut self, news: &News, go_on: Work<T>) -> Result<bool, FindError> {
        if let Some(job) = &self.job {
            let Some(result) = job.take_result() else { return Ok(false) };
            self.job = None;
            self.resting = Some(result?);
            self.rested_at = Instant::now();
            return Ok(true);
        }
        if self.rested_at.elapsed() >= FOLLOW_PAUSE {
            self.launch(news, go_on)?;
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::{BackgroundScan, Find};
    use crate::engine::news::News;
    use crate::journal::query::Pattern;
    use crate::model::ids::RowKey;
    use crossbeam_channel::bounded;
    use std::sync::Arc;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn the_first_step_goes_to_the_first_match_from_there_on() {
        let at = |rows: &[u64]| Find { rows: Arc::new(rows.iter().copied().collect()), ..Find::default() };
        for (from, is_forward, seen) in
            [(5, true, [5, 9]), (6, true, [9, 2]), (10, true, [2, 5]), (5, false, [2, 9]), (0, false, [9, 5])]
        {
            let mut find = at(&[2, 5, 9]);
            let steps =
                [(); 2].map(|()| find.step(is_forward, RowKey(from), |_| Vec::new()).map(|row| row.0));
            assert_eq!(steps, seen.map(Some), "from {from}, forward: {is_forward}");
        }
        assert_eq!(at(&[]).step(true, RowKey(0), |_| Vec::new()), None);
    }

    #[test]
    fn each_match_within_a_row_is_stepped_to() {
        let records = [&b"-ab--ab"[..], b"cab"];
        let mut find = Find {
            rows: Arc::new([0, 1].into_iter().collect()),
            pattern: Some(Pattern::literal(b"ab").unwrap()),
            ..Find::default()
        };
        let mut step = |is_forward| {
            let bytes_of = |row: RowKey| records[usize::try_from(row.0).unwrap()].to_vec();
            let row = find.step(is_forward, RowKey(0), bytes_of).unwrap().0;
            (row, find.place.clone().unwrap().start)
        };
        let forward: Vec<_> = (0..4).map(|_| step(true)).collect();
        assert_eq!(forward, [(0, 1), (0, 5), (1, 1), (0, 1)]);
        let back: Vec<_> = (0..3).map(|_| step(false)).collect();
        assert_eq!(back, [(1, 1), (0, 5), (0, 1)]);
    }

    #[test]
    fn what_waits_to_be_taken_in_is_looked_at_again_at_once() {
        let (sender, finds) = bounded(4);
        for row in 0..3 {
            sender.send(vec![row]).unwrap();
        }
        let scan = BackgroundScan { finds, sender, job: None, resting: None, rested_at: Instant::now() };
        let mut find = Find { search: Some(scan), ..Find::default() };
        let news = News::new(Waker::noop().clone());
        for left in [2_u64, 1] {
            find.take_in(&news, Instant::now());
            assert_eq!((find.rows.len(), find.follow_after()), (3 - left, Some(Duration::ZERO)));
        }
        find.take_in(&news, Instant::now());
        assert!(find.rows.len() == 3 && !find.has_waiting());
        assert_ne!(find.follow_after(), Some(Duration::ZERO), "an idle window draws nothing");
    }
}
