//! The rows of a log that an expression wants: gathered beside the window over the whole past, handed over while they are
//! found, and followed as the log grows. It must not know what they are wanted for.

use crate::engine::jobs::{Job, JobControl};
use crate::engine::news::News;
use crate::journal::query::{Predicate, PredicateProgress, PredicateScan};
use crate::journal::split::{MessageScan, SplitRows};
use crate::journal::{JournalError, JournalReader};
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
pub const FOLLOW_PAUSE: Duration = Duration::from_millis(150);

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

/// The rows that are wanted, as far as they are known.
#[derive(Debug, Default)]
pub struct Gathering {
    rows: Arc<RoaringTreemap>,
    scan: Option<BackgroundScan>,
    has_caught_up: bool,
    /// Work that nobody wants any more, until it has noticed: no frame waits for that.
    old: Vec<Job<Result<Scan, JournalError>>>,
}

/// A scan under way.
#[derive(Debug)]
enum Scan {
    Records(Box<PredicateScan>),
    Messages(Box<MessageScan>),
}

/// A scan that rests when it has caught up, and goes on when there is more.
#[derive(Debug)]
struct BackgroundScan {
    /// Dropped before the job, so that work that waits to hand over its finds does not wait for ever.
    finds: Receiver<RoaringTreemap>,
    sender: Sender<RoaringTreemap>,
    job: Option<Job<Result<Scan, JournalError>>>,
    resting: Option<Scan>,
    rested_at: Instant,
    searched: Searched,
    /// How much there was when the scan was sent on last.
    extent: u64,
}

impl Searched {
    /// How much there is to go over now.
    fn extent(&self) -> u64 {
        self.messages.as_ref().map_or_else(|| self.reader.snapshot().records, SplitRows::finished)
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
        let scan = if let Some(rows) = &searched.messages {
            Scan::Messages(Box::new(MessageScan::new(rows.clone(), predicate)))
        } else {
            Scan::Records(Box::new(PredicateScan::new(searched.reader.clone(), predicate, RecordId(0))?))
        };
        self.scan = Some(BackgroundScan::start(scan, searched.clone(), news)?);
        Ok(())
    }

    /// Gathers no more, and forgets what was gathered.
    pub fn stop(&mut self) {
        self.old.extend(self.scan.take().and_then(BackgroundScan::stop));
        self.rows = Arc::default();
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

    /// Takes in what was found; tells whether more is known now. After an error nothing more is gathered.
    pub fn take_in(&mut self, news: &News, deadline: Instant) -> Result<bool, GatheringError> {
        self.old.retain(|job| job.take_result().is_none());
        let Some(scan) = &mut self.scan else { return Ok(false) };
        let mut has_changed = false;
        while let Ok(found) = scan.finds.try_recv() {
            *Arc::make_mut(&mut self.rows) |= found;
            has_changed = true;
            if Instant::now() >= deadline {
                break;
            }
        }
        match scan.rest_or_go_on(news) {
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
        let mut scan = BackgroundScan { finds, sender, job: None, resting, rested_at, searched, extent: 0 };
        scan.launch(news)?;
        Ok(scan)
    }

    /// Where no thread can be started, the scan is lost; the person is told, and may begin anew.
    fn launch(&mut self, news: &News) -> io::Result<()> {
        let Some(scan) = self.resting.take() else { return Ok(()) };
        self.extent = self.searched.extent();
        let sender = self.sender.clone();
        self.job = Some(Job::start("search", news.clone(), move |control| go_on(scan, control, &sender))?);
        Ok(())
    }

    /// Asks the scan to stop; it is given back for as long as it has not.
    fn stop(self) -> Option<Job<Result<Scan, JournalError>>> {
        let job = self.job?;
        job.cancel();
        Some(job)
    }

    /// Takes back a scan that has caught up (and says so), or sends it on after a pause, if there is more.
    fn rest_or_go_on(&mut self, news: &News) -> Result<bool, GatheringError> {
        if let Some(job) = &self.job {
            // What it handed over last may have come after the last look.
            let Some(result) = job.take_result() else { return Ok(false) };
            self.job = None;
            self.resting = Some(result?);
            self.rested_at = Instant::now();
            return Ok(true);
        }
        if self.rested_at.elapsed() >= FOLLOW_PAUSE && self.searched.extent() != self.extent {
            self.launch(news)?;
        }
        Ok(false)
    }
}

fn go_on(mut scan: Scan, control: &JobControl, finds: &Sender<RoaringTreemap>) -> Result<Scan, JournalError> {
    loop {
        let PredicateProgress { found, scanned, total, done } = match &mut scan {
            Scan::Records(scan) => scan.step(STEP_BYTES)?,
            Scan::Messages(scan) => scan.step(STEP_MESSAGES)?,
        };
        control.set_progress(scanned, total);
        let is_unwanted = !found.is_empty() && finds.send(found).is_err();
        if done || is_unwanted || control.is_cancelled() {
            return Ok(scan);
        }
    }
}
