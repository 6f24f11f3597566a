//! What goes out by and by: repeats, long contents and rows of a journal, any number of them beside each other, each under the name that the
//! front end gave it.

use crate::engine::command::{Content, Pace, SendSource, Target};
use crate::engine::event::{Event, Rejection};
use crate::engine::worker::Worker;
use crate::engine::worker::agenda::Alarm;
use crate::engine::worker::long::{Long, LongContent};
use crate::engine::worker::reactions::SEQUENCE_FILE;
use crate::engine::worker::recipients::Recipients;
use crate::engine::worker::repeat::{Next, Repeat};
use crate::engine::worker::replay::Replay;
use crate::model::ids::JobId;
use crate::model::status::RepeatStatus;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What repeats have done is shown no more often than this.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// More than a person can follow; a script that starts one after the other finds out.
const MOST_SENDERS: usize = 256;

/// All that is being sent.
#[derive(Default)]
pub(super) struct Senders {
    by_job: BTreeMap<JobId, Sender>,
    has_changed: bool,
    /// Not to be shown again before this time.
    show_after: Option<Instant>,
}

/// What front ends are shown of them.
pub(super) struct ShownSenders {
    pub(super) repeats: Arc<[RepeatStatus]>,
    pub(super) longs: Arc<[JobId]>,
}

/// One of them.
enum Sender {
    Repeat(Box<Repeat>),
    Long(Box<Long>),
    Replay(Box<Replay>),
}

impl Senders {
    /// Those to whom contents are on their way that are sent once.
    pub(super) fn recipients(&self) -> impl Iterator<Item = &Recipients> {
        self.by_job.values().filter_map(|sender| match sender {
            Sender::Long(long) => Some(long.recipients()),
            Sender::Replay(replay) => Some(replay.recipients()),
            Sender::Repeat(_) => None,
        })
    }

    fn has_changed_at_once(&mut self) {
        self.has_changed = true;
        self.show_after = None;
    }
}

impl Sender {
    fn is_repeat(&self) -> bool {
        matches!(self, Sender::Repeat(_))
    }

    /// How much was sent, and of how much, if that was not told yet.
    fn take_progress(&mut self) -> Option<(u64, u64)> {
        match self {
            Sender::Long(long) => long.take_progress(),
            Sender::Replay(replay) => replay.take_progress(),
            Sender::Repeat(_) => None,
        }
    }

    /// Counts what is queued of rows: it is not taken back.
    fn count_queued(&mut self) {
        if let Sender::Replay(replay) = self {
            replay.count_queued();
        }
    }

    /// When it goes on by itself, if somebody keeps to times.
    fn next_due(&self) -> Option<Instant> {
        match self {
            Sender::Long(long) => long.next_piece(),
            Sender::Replay(replay) => replay.next_due(),
            Sender::Repeat(_) => None,
        }
    }

    /// How it went, now that it is through.
    fn outcome(&self) -> Result<(), Rejection> {
        match self {
            Sender::Long(long) => long.recipients().outcome(),
            Sender::Replay(replay) => replay.recipients().outcome(),
            Sender::Repeat(_) => Ok(()),
        }
    }
}

impl Worker {
    pub(super) fn start_repeat(
        &mut self,
        job: JobId,
        target: Target,
        payloads: Vec<Content>,
        (every, times): (Duration, Option<u64>),
    ) -> Result<(), Rejection> {
        self.require_open()?;
        let repeat = Repeat::new(target, payloads, every, times, self.turn.now);
        self.add_sender(job, Sender::Repeat(Box::new(repeat)))
    }

    pub(super) fn start_long(
        &mut self,
        job: JobId,
        target: &Target,
        source: SendSource,
        pace: Pace,
    ) -> Result<(), Rejection> {
        self.require_ready()?;
        let recipients = self.find_recipients(target)?;
        let content = match source {
            SendSource::Bytes(bytes) => LongContent::of_bytes(bytes),
            SendSource::File(path) => LongContent::of_file(path)?,
            SendSource::DressedFile { path, dress } => LongContent::of_dressed_file(&path, dress)?,
            SendSource::Journal(rows) => {
                let (messages, waker) = (self.messages_to(&recipients), (self.id, self.poll.notifier()));
                let replay = Replay::start(*rows, messages, recipients, pace, waker)?;
                return self.add_sender(job, Sender::Replay(Box::new(replay)));
            }
        };
        let long = Long::new(content, recipients, pace, self.turn.now);
        self.add_sender(job, Sender::Long(Box::new(long)))
    }

    /// Another one under the same name takes the place of the first.
    fn add_sender(&mut self, job: JobId, sender: Sender) -> Result<(), Rejection> {
        if self.senders.by_job.len() >= MOST_SENDERS && !self.senders.by_job.contains_key(&job) {
            return Err(Rejection::TooManySends(MOST_SENDERS));
        }
        self.senders.by_job.insert(job, sender);
        self.senders.has_changed_at_once();
        self.turn.agenda.set(Alarm::Sender(job), Some(self.turn.now));
        self.is_unfinished = true;
        Ok(())
    }

    pub(super) fn stop_sender(&mut self, job: JobId) {
        if let Some(mut sender) = self.senders.by_job.remove(&job) {
            sender.count_queued();
            self.end_sender(job, sender, Err(Rejection::Cancelled));
        }
    }

    /// Nothing goes on any more, and what waits is lost.
    pub(super) fn stop_senders(&mut self) {
        while let Some((job, mut sender)) = self.senders.by_job.pop_first() {
            if let Sender::Replay(replay) = &mut sender
                && self.notice_recipients(replay).is_err()
            {
                // Nobody is left, and it ends as it would with anybody.
            }
            self.end_sender(job, sender, Err(Rejection::Cancelled));
        }
    }

    /// It is the time of one of them.
    pub(super) fn run_sender(&mut self, job: JobId) {
        match self.senders.by_job.remove(&job) {
            Some(Sender::Repeat(mut repeat)) => {
                let next = self.run_repeat(&mut repeat);
                self.senders.has_changed = true;
                match next {
                    Next::At(due) => {
                        self.turn.agenda.set(Alarm::Sender(job), Some(due));
                        self.senders.by_job.insert(job, Sender::Repeat(repeat));
                    }
                    Next::AfterPause => {
                        self.senders.by_job.insert(job, Sender::Repeat(repeat));
                    }
                    Next::Ended(outcome) => self.end_sender(job, Sender::Repeat(repeat), outcome),
                }
            }
            Some(sender) => self.go_on_with(job, sender),
            None => {}
        }
    }

    /// The journal can be written again: what repeats goes on.
    pub(super) fn go_on_after_pause(&mut self) {
        for (job, sender) in &mut self.senders.by_job {
            if let Sender::Repeat(repeat) = sender {
                repeat.go_on_after_pause(self.turn.now);
                self.turn.agenda.set(Alarm::Sender(*job), Some(self.turn.now));
            }
        }
    }

    /// Queues as much of what is sent once as peers have taken since the last turn.
    pub(super) fn pump_longs(&mut self) {
        let is_meant = |(job, sender): (&JobId, &Sender)| (!sender.is_repeat()).then_some(*job);
        let jobs: Vec<JobId> = self.senders.by_job.iter().filter_map(is_meant).collect();
        for job in jobs {
            if let Some(sender) = self.senders.by_job.remove(&job) {
                self.go_on_with(job, sender);
            }
        }
    }

    fn go_on_with(&mut self, job: JobId, mut sender: Sender) {
        let is_paused = self.turn.log.paused().is_some();
        let is_through = match &mut sender {
            // Nothing more is queued, but who leaves now is asked now what was taken.
            Sender::Replay(replay) if is_paused => self.notice_recipients(replay).map(|()| false),
            Sender::Long(long) if is_paused => long.notice_gone(&self.streams).map(|()| false),
            _ if is_paused => Ok(false),
            Sender::Long(long) => self.pump(long),
            Sender::Replay(replay) => self.pump_rows(replay),
            Sender::Repeat(_) => Ok(false),
        };
        let outcome = match is_through {
            Ok(false) => {
                self.tell_progress(job, sender.take_progress());
                self.turn.agenda.set(Alarm::Sender(job), sender.next_due());
                self.senders.by_job.insert(job, sender);
                return;
            }
            Ok(true) => sender.outcome(),
            Err(why) => {
                // Somebody is there to take what is queued.
                if !matches!(why, Rejection::PeerGone(_)) {
                    sender.count_queued();
                }
                Err(why)
            }
        };
        self.end_sender(job, sender, outcome);
    }

    fn tell_progress(&mut self, job: JobId, progress: Option<(u64, u64)>) {
        if let Some((sent, total)) = progress
            && job != SEQUENCE_FILE
        {
            self.outbox.tell(Event::SendProgress { job, sent, total });
        }
    }

    /// It was sent whole, or not: told to the sequence whose step it was, otherwise to the front end.
    fn end_sender(&mut self, job: JobId, mut ended: Sender, outcome: Result<(), Rejection>) {
        self.senders.has_changed_at_once();
        self.turn.agenda.set(Alarm::Sender(job), None);
        if let (Sender::Long(long), Err(_)) = (&ended, &outcome) {
            let Worker { streams, turn, .. } = self;
            streams.end_open_messages(long.recipients().streams(), long.origin(), turn);
        }
        // Of rows the last count is told with the end: it says how many have really gone out.
        if let Sender::Replay(replay) = &mut ended {
            self.tell_progress(job, replay.take_progress());
        }
        if job == SEQUENCE_FILE {
            self.tell_sequence_of_file(outcome);
        } else {
            self.outbox.tell(Event::SendFinished { job, outcome });
        }
    }

    /// What repeats have done, and what else is on its way, if that is new and was not shown just now.
    pub(super) fn senders_to_show(&mut self) -> Option<ShownSenders> {
        let senders = &mut self.senders;
        if !senders.has_changed {
            return None;
        }
        if let Some(later) = senders.show_after.filter(|later| *later > self.turn.now) {
            self.turn.agenda.set(Alarm::Levels, Some(later));
            return None;
        }
        senders.has_changed = false;
        senders.show_after = Some(self.turn.now + SHOW_EVERY);
        let status = |(job, sender): (&JobId, &Sender)| match sender {
            Sender::Repeat(repeat) => Some(repeat.status(*job)),
            Sender::Long(_) | Sender::Replay(_) => None,
        };
        let long =
            |(job, sender): (&JobId, &Sender)| (!sender.is_repeat() && *job != SEQUENCE_FILE).then_some(*job);
        let all = &senders.by_job;
        Some(ShownSenders {
            repeats: all.iter().filter_map(status).collect(),
            longs: all.iter().filter_map(long).collect(),
        })
    }
}
