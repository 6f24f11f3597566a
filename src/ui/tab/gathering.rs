//! The rows of a log that an expression wants: gathered beside the window over the whole past, handed over while they are
//! found, and followed as the log grows. It must not know what they are wanted for.

use crate::codec::expression::Expression;
use crate::engine::jobs::{Job, JobControl};
use crate::engine::news::News;
use crate::journal::query::{Predicate, PredicateProgress, PredicateScan};
use crate::journal::split::{MessageScan, SplitRows};
use crate::journal::{JournalError, JournalReader};
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crossbeam_channel::{Receiver, Sender, bounded};
use roaring::RoaringTreemap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How much of the file one step goes over, between two looks at whether it is still wanted.
const STEP_BYTES: u64 = 8 << 20;

/// How many messages one step cuts and judges.
const STEP_MESSAGES: u64 = 20_000;

/// How many steps' worth of rows may wait for the window.
const WAITING_STEPS: usize = 16;

/// A scan that has caught up goes on with new rows after so long.
const FOLLOW_PAUSE: Duration = Duration::from_millis(150);

/// Where rows are gathered: among the records of a journal, or among the messages that are shown instead.
#[derive(Clone, Debug)]
pub struct Searched {
    /// The journal.
    pub reader: JournalReader,
    /// Its messages, where streams are cut.
    pub messages: Option<SplitRows>,
}

/// Why no more rows are gathered.
#[derive(Debug, Error)]
pub enum GatheringError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// There is no thread for it.
    #[error("there is no thread to search with: {0}")]
    Thread(#[from] io::Error),
}

/// The rows that are wanted, as far as they are known. Messages that have not ended are among them, as they are now.
#[derive(Debug, Default)]
pub struct Gathering {
    rows: Arc<RoaringTreemap>,
    /// Those of them that may still change.
    open: RoaringTreemap,
    /// How many rows there were that could not, when those were looked at.
    open_from: u64,
    scan: Option<BackgroundScan>,
    has_caught_up: bool,
    /// Work that nobody wants any more, until it has noticed: no frame waits for that.
    old: Vec<Job<Result<Scan, JournalError>>>,
}

/// A scan under way.
#[derive(Debug)]
pub(in crate::ui) enum Scan {
    /// Over records.
    Records(Box<PredicateScan>),
    /// Over messages.
    Messages(Box<MessageScan>),
}

/// A scan that rests when it has caught up, and goes on when there is more.
#[derive(Debug)]
struct BackgroundScan {
    /// Dropped before the job, so that work that waits to hand over its finds does not wait for ever.
    finds: Receiver<PredicateProgress>,
    sender: Sender<PredicateProgress>,
    job: Option<Job<Result<Scan, JournalError>>>,
    resting: Option<Scan>,
    rested_at: Instant,
    searched: Searched,
    /// How much there was when the scan was sent on last.
    extent: (u64, u64),
}

impl Searched {
    /// What an expression means for these rows: of frames, also what is said in them, which need not stand there as it is.
    pub(in crate::ui) fn meant(&self, expression: Expression) -> Expression {
        let are_frames = self.messages.as_ref().is_some_and(|rows| *rows.framing() == Framing::WebSocket);
        if are_frames { expression.also_in("websocket.payload.text") } else { expression }
    }

    /// How much there is to go over now. Messages that have not ended grow with the records.
    fn extent(&self) -> (u64, u64) {
        let of_messages = |messages: &SplitRows| (messages.finished(), messages.records());
        self.messages.as_ref().map_or_else(|| (self.reader.snapshot().records, 0), of_messages)
    }
}

impl Scan {
    /// A scan of all rows.
    pub(in crate::ui) fn new(searched: &Searched, predicate: Predicate) -> Result<Scan, JournalError> {
        Ok(match &searched.messages {
            Some(rows) => Scan::Messages(Box::new(MessageScan::new(rows.clone(), predicate))),
            None => {
                Scan::Records(Box::new(PredicateScan::new(searched.reader.clone(), predicate, RecordId(0))?))
            }
        })
    }

    /// Goes on for as long as nobody has to wait.
    pub(in crate::ui) fn step(&mut self) -> Result<PredicateProgress, JournalError> {
        match self {
            Scan::Records(scan) => scan.step(STEP_BYTES),
            Scan::Messages(scan) => scan.step(STEP_MESSAGES),
        }
    }
}

impl Gathering {
    /// Begins to gather rows; those of before are forgotten.
    pub fn start(
        &mut self,
        searched: &Searched,
        predicate: Predicate,
        news: &News,
    ) -> Result<(), GatheringError> {
        self.stop();
        let scan = Scan::new(searched, predicate)?;
        self.scan = Some(BackgroundScan::start(scan, searched.clone(), news)?);
        Ok(())
    }

    /// Gathers no more, and forgets what was gathered.
    pub fn stop(&mut self) {
        self.old.extend(self.scan.take().and_then(BackgroundScan::stop));
        self.rows = Arc::default();
        self.open = RoaringTreemap::new();
        self.has_caught_up = false;
    }

    /// The rows that are known.
    pub fn rows(&self) -> &Arc<RoaringTreemap> {
        &self.rows
    }

    /// Whether something is known: some rows, or that there are none.
    pub fn has_begun(&self) -> bool {
        self.has_caught_up || !self.rows.is_empty()
    }

    /// How far it is, until it has caught up for the first time. Following what comes is no progress to look at.
    pub fn progress(&self) -> Option<(u64, u64)> {
        let scan = self.scan.as_ref().filter(|_| !self.has_caught_up);
        scan.and_then(|scan| scan.job.as_ref()).map(Job::progress)
    }

    /// Whether it goes on as the log grows.
    pub fn is_following(&self) -> bool {
        self.scan.is_some()
    }

    /// Whether more was found than there was time to take in.
    pub fn has_waiting(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| !scan.finds.is_empty())
    }

    /// How soon to look again although nothing may ring: at once while finds wait to be taken in, and after a pause while
    /// there is something that was not gone over.
    pub fn follow_after(&self) -> Option<Duration> {
        if self.has_waiting() {
            return Some(Duration::ZERO);
        }
        self.scan.as_ref().filter(|scan| scan.is_behind()).map(|_| FOLLOW_PAUSE)
    }

    /// Takes in what was found; tells whether more is known now. After an error nothing more is gathered.
    pub fn take_in(&mut self, news: &News, deadline: Instant) -> Result<bool, GatheringError> {
        self.old.retain(|job| job.take_result().is_none());
        let Some(scan) = &mut self.scan else { return Ok(false) };
        let mut has_changed = false;
        // Rows that may still change are called otherwise as soon as one of them does not any more.
        let is_elsewhere = scan.searched.extent().0 != self.open_from;
        if is_elsewhere && !self.open.is_empty() {
            *Arc::make_mut(&mut self.rows) -= std::mem::take(&mut self.open);
            has_changed = true;
        }
        while let Ok(PredicateProgress { found, open, scanned, .. }) = scan.finds.try_recv() {
            self.open -= &found;
            let is_more = !found.is_empty();
            if is_more {
                *Arc::make_mut(&mut self.rows) |= found;
            }
            let open = open.filter(|open| *open != self.open);
            has_changed |= is_more || open.is_some();
            if let Some(open) = open {
                let rows = Arc::make_mut(&mut self.rows);
                *rows -= &self.open;
                *rows |= &open;
                self.open = open;
            }
            self.open_from = scanned;
            if Instant::now() >= deadline {
                break;
            }
        }
        match scan.rest_or_go_on(self.has_caught_up, news) {
            Ok(rests) => {
                // What a scan handed over before it came to rest is taken in first.
                has_changed |= rests && !self.has_caught_up;
                self.has_caught_up |= rests;
                Ok(has_changed)
            }
            Err(error) => {
                self.scan = None;
                Err(error)
            }
        }
    }
}

impl BackgroundScan {
    fn start(scan: Scan, searched: Searched, news: &News) -> io::Result<BackgroundScan> {
        let (sender, finds) = bounded(WAITING_STEPS);
        let (resting, rested_at) = (Some(scan), Instant::now());
        let mut scan =
            BackgroundScan { finds, sender, job: None, resting, rested_at, searched, extent: (0, 0) };
        scan.launch(false, news)?;
        Ok(scan)
    }

    /// What follows a flow has nothing to tell most of the time, and would have every second frame drawn for nothing.
    /// Where no thread can be started, the scan is lost; the person is told, and may begin anew.
    fn launch(&mut self, follows: bool, news: &News) -> io::Result<()> {
        let Some(scan) = self.resting.take() else { return Ok(()) };
        self.extent = self.searched.extent();
        let sender = self.sender.clone();
        let work = move |control: &JobControl| go_on(scan, control, &sender);
        let start = if follows { Job::start_quietly } else { Job::start };
        self.job = Some(start("search", news.clone(), work)?);
        Ok(())
    }

    /// Whether there is something that it has not gone over, or whose outcome was not taken.
    fn is_behind(&self) -> bool {
        self.job.is_some() || self.searched.extent() != self.extent
    }

    /// Asks the scan to stop; it is given back for as long as it has not.
    fn stop(self) -> Option<Job<Result<Scan, JournalError>>> {
        let job = self.job?;
        job.cancel();
        Some(job)
    }

    /// Takes back a scan that has caught up (and says so), or sends it on after a pause, if there is more.
    fn rest_or_go_on(&mut self, has_caught_up: bool, news: &News) -> Result<bool, GatheringError> {
        if let Some(job) = &self.job {
            // What it handed over last may have come after the last look.
            let Some(result) = job.take_result() else { return Ok(false) };
            self.job = None;
            self.resting = Some(result?);
            self.rested_at = Instant::now();
            return Ok(true);
        }
        if self.rested_at.elapsed() >= FOLLOW_PAUSE && self.searched.extent() != self.extent {
            self.launch(has_caught_up, news)?;
        }
        Ok(false)
    }
}

fn go_on(
    mut scan: Scan,
    control: &JobControl,
    finds: &Sender<PredicateProgress>,
) -> Result<Scan, JournalError> {
    loop {
        let progress = scan.step()?;
        let done = progress.done;
        control.set_progress(progress.scanned, progress.total);
        let is_news = !progress.found.is_empty() || progress.open.is_some();
        let is_unwanted = is_news && finds.send(progress).is_err();
        if is_news {
            control.ring();
        }
        if done || is_unwanted || control.is_cancelled() {
            return Ok(scan);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gathering, Searched};
    use crate::codec::expression::{Expression, Vocabulary};
    use crate::codec::text::TextEncoding;
    use crate::engine::news::News;
    use crate::journal::split::SplitScan;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::DataHead;
    use crate::ui::tab::find::predicate;
    use crate::util::clock;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn messages_that_have_not_ended_are_wanted_as_they_are_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let mut split = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        let mut append = |peer: u32, bytes: &[u8]| {
            let peer = PeerId::new(peer);
            writer.append_data(clock::now(), Epoch(1), peer, &DataHead::received(), bytes);
            writer.publish().unwrap();
            while !split.step(1 << 20).unwrap().is_done {}
            Searched { reader: writer.reader(), messages: Some(split.rows()) }
        };
        let news = News::new(Waker::noop().clone());
        let expression = Expression::parse("len > 3", &Vocabulary::default()).unwrap();
        let mut gathering = Gathering::default();
        let searched = append(1, b"ab");
        gathering.start(&searched, predicate(&expression, TextEncoding::UTF_8), &news).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        for (peer, bytes, wanted) in [
            (2, &b"12"[..], &[][..]),
            (1, b"cd", &[0]),
            (2, b"34", &[0, 1]),
            (2, b"\n", &[0, 1]),
            (3, b"x\n", &[0, 2]),
            (1, b"\n", &[0, 2]),
        ] {
            append(peer, bytes);
            while gathering.rows().iter().collect::<Vec<_>>() != wanted || !gathering.has_begun() {
                assert!(Instant::now() < deadline, "{bytes:?}: {:?}", gathering.rows());
                gathering.take_in(&news, Instant::now()).unwrap();
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn new_rows_are_news_only_where_one_of_them_is_wanted() {
        for is_split in [false, true] {
            new_rows_are_news_only_where_wanted(is_split);
        }
    }

    fn new_rows_are_news_only_where_wanted(is_split: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let mut split = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        let mut append = |bytes: &[u8]| {
            writer.append_data(clock::now(), Epoch(1), PeerId::new(1), &DataHead::received(), bytes);
            writer.publish().unwrap();
            while is_split && !split.step(1 << 20).unwrap().is_done {}
            Searched { reader: writer.reader(), messages: is_split.then(|| split.rows()) }
        };
        let news = News::new(Waker::noop().clone());
        let expression = Expression::parse("len > 3", &Vocabulary::default()).unwrap();
        let mut gathering = Gathering::default();
        let searched = append(b"ab\n");
        gathering.start(&searched, predicate(&expression, TextEncoding::UTF_8), &news).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut go_over_all = || {
            while gathering.follow_after().is_some() {
                assert!(Instant::now() < deadline, "{:?}", gathering.rows());
                gathering.take_in(&news, Instant::now()).unwrap();
                std::thread::yield_now();
            }
            (news.take(), gathering.rows().len())
        };
        assert_eq!(go_over_all(), (true, 0), "that the past was gone over is news");
        for (bytes, found) in [
            (&b"cd\n"[..], (false, 0)),
            (b"ef", (false, 0)),
            (b"\n", (false, 0)),
            (b"efgh", (true, 1)),
            // An unfinished message is the same row still, or it has become a wanted one that changes no more.
            (b"\n", (is_split, 1)),
            (b"x\n", (false, 1)),
        ] {
            append(bytes);
            assert_eq!(go_over_all(), found, "{bytes:?}, split: {is_split}");
        }
    }
}
