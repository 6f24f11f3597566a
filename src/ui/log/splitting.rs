//! The split of a log while one looks at it: the newest messages at once, all of them when they have been counted in the
//! background, and what comes in from then on.

use crate::engine::jobs::{Job, JobControl};
use crate::engine::news::News;
use crate::journal::split::{SplitRows, SplitScan};
use crate::journal::{JournalError, JournalReader};
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use std::io;
use std::time::{Duration, Instant};

/// How much one step cuts, between two looks at the time or at whether it is still wanted.
const STEP_BYTES: u64 = 1 << 20;

/// What takes longer than this goes on beside the frames.
const FIRST_LOOK: Duration = Duration::from_millis(25);
const EACH_FRAME: Duration = Duration::from_millis(3);

/// Of a long journal so much of its end is cut at once.
const TAIL_BYTES: u64 = 3 << 20;

/// How far the cutting is, for those who wait for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitStatus {
    /// Messages and events.
    pub rows: u64,
    /// Messages that have not ended.
    pub unfinished: u64,
    /// Records that were cut, and records to cut, while not all rows have been counted.
    pub progress: Option<(u64, u64)>,
}

/// The split of one journal.
#[derive(Debug)]
pub(super) struct Splitting {
    framing: Framing,
    reader: JournalReader,
    state: State,
    all: SplitRows,
    /// The end of a journal that has not been gone through yet.
    tail: Option<SplitScan>,
    /// All rows have been counted once.
    is_counted: bool,
}

#[derive(Debug)]
enum State {
    Resting(Box<SplitScan>),
    Running(Job<Result<SplitScan, JournalError>>),
    /// It cannot go on; what was cut stays.
    Ended,
}

/// Why the cutting does not go on.
#[derive(Debug)]
pub enum SplitTrouble {
    /// The journal cannot be read.
    Journal(JournalError),
    /// There is no thread for it.
    Thread(io::Error),
}

impl Splitting {
    /// Cuts what there is time for, and lets the rest be cut beside the frames.
    pub(super) fn start(
        reader: &JournalReader,
        framing: &Framing,
        news: &News,
    ) -> Result<Splitting, SplitTrouble> {
        let scan = SplitScan::new(reader.clone(), framing.clone(), RecordId(0));
        let mut splitting = Splitting {
            framing: framing.clone(),
            reader: reader.clone(),
            all: scan.rows(),
            state: State::Resting(Box::new(scan)),
            tail: None,
            is_counted: false,
        };
        splitting.go_on(news, Instant::now() + FIRST_LOOK)?;
        if !splitting.is_counted {
            splitting.tail = Some(splitting.cut_tail()?);
        }
        Ok(splitting)
    }

    pub(super) fn framing(&self) -> &Framing {
        &self.framing
    }

    /// The rows to show, and whether they have been counted from the first one on.
    pub(super) fn rows(&self) -> (SplitRows, bool) {
        match &self.tail {
            Some(tail) => (tail.rows(), false),
            None => (self.all.clone(), true),
        }
    }

    pub(super) fn status(&self) -> SplitStatus {
        let rows = self.rows().0;
        let (count, finished) = (rows.len(), rows.finished());
        let progress =
            (!self.is_counted).then(|| (self.all.records(), self.reader.snapshot().records.max(1)));
        SplitStatus { rows: count, unfinished: count - finished.min(count), progress }
    }

    /// Takes in what the journal has gained; tells whether other rows are to be shown from now on.
    pub(super) fn refresh(&mut self, news: &News) -> Result<bool, SplitTrouble> {
        let deadline = Instant::now() + EACH_FRAME;
        if let Some(tail) = &mut self.tail {
            while !tail.step(STEP_BYTES).map_err(SplitTrouble::Journal)?.is_done && Instant::now() < deadline
            {
            }
        }
        self.go_on(news, deadline)?;
        Ok(self.is_counted && self.tail.take().is_some())
    }

    fn go_on(&mut self, news: &News, deadline: Instant) -> Result<(), SplitTrouble> {
        if let State::Running(job) = &self.state {
            let Some(result) = job.take_result() else { return Ok(()) };
            self.state = State::Ended;
            self.state = State::Resting(Box::new(result.map_err(SplitTrouble::Journal)?));
        }
        let State::Resting(scan) = &mut self.state else { return Ok(()) };
        if scan.rows().records() == self.reader.snapshot().records {
            self.is_counted = true;
            return Ok(());
        }
        loop {
            if scan.step(STEP_BYTES).map_err(SplitTrouble::Journal)?.is_done {
                self.is_counted = true;
                return Ok(());
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        if let State::Resting(scan) = std::mem::replace(&mut self.state, State::Ended) {
            let job = Job::start_reading("split", news.clone(), move |control| cut_rest(*scan, control));
            self.state = State::Running(job.map_err(SplitTrouble::Thread)?);
        }
        Ok(())
    }

    /// Cuts the end of the journal, from a record on whose beginning may be the middle of a message.
    fn cut_tail(&self) -> Result<SplitScan, SplitTrouble> {
        let snapshot = self.reader.snapshot();
        let each = (snapshot.bytes / snapshot.records.max(1)).max(1);
        let first = snapshot.records.saturating_sub((TAIL_BYTES / each).max(64));
        let mut scan = SplitScan::new(self.reader.clone(), self.framing.clone(), RecordId(first));
        let deadline = Instant::now() + FIRST_LOOK;
        while !scan.step(STEP_BYTES).map_err(SplitTrouble::Journal)?.is_done && Instant::now() < deadline {}
        Ok(scan)
    }
}

fn cut_rest(mut scan: SplitScan, control: &JobControl) -> Result<SplitScan, JournalError> {
    loop {
        let progress = scan.step(8 * STEP_BYTES)?;
        control.set_progress(progress.done_records, progress.total_records);
        if progress.is_done || control.is_cancelled() {
            return Ok(scan);
        }
    }
}
