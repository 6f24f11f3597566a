//! What goes out by and by: repeats and long contents, any number of them beside each other, each under the name that the
//! front end gave it.

use crate::engine::command::{Content, Pace, SendSource, Target};
use crate::engine::event::{Event, Rejection};
use crate::engine::worker::Worker;
use crate::engine::worker::agenda::Alarm;
use crate::engine::worker::long::Long;
use crate::engine::worker::reactions::SEQUENCE_FILE;
use crate::engine::worker::repeat::{Next, Repeat};
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

/// One of them.
enum Sender {
    Repeat(Box<Repeat>),
    Long(Box<Long>),
}

impl Senders {
    /// The long contents that are on their way.
    pub(super) fn longs(&self) -> impl Iterator<Item = &Long> {
        self.by_job.values().filter_map(|sender| match sender {
            Sender::Long(long) => Some(&**long),
            Sender::Repeat(_) => None,
        })
    }

    fn has_changed_at_once(&mut self) {
        self.has_changed = true;
        self.show_after = None;
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
        let long = self.prepare_long(target, source, pace)?;
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
        if self.senders.by_job.contains_key(&job) {
            self.end_sender(job, Err(Rejection::Cancelled));
        }
    }

    /// Nothing goes on any more.
    pub(super) fn stop_senders(&mut self) {
        while let Some((job, _)) = self.senders.by_job.first_key_value() {
            self.end_sender(*job, Err(Rejection::Cancelled));
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
                    Next::Ended(outcome) => self.end_sender(job, outcome),
                }
            }
            Some(Sender::Long(long)) => self.go_on_with(job, long),
            None => {}
        }
    }

    /// Queues as much of long contents as peers have taken since the last turn.
    pub(super) fn pump_longs(&mut self) {
        if self.turn.log.paused().is_some() {
            return;
        }
        let is_long = |(job, sender): (&JobId, &Sender)| matches!(sender, Sender::Long(_)).then_some(*job);
        let jobs: Vec<JobId> = self.senders.by_job.iter().filter_map(is_long).collect();
        for job in jobs {
            if let Some(Sender::Long(long)) = self.senders.by_job.remove(&job) {
                self.go_on_with(job, long);
            }
        }
    }

    fn go_on_with(&mut self, job: JobId, mut long: Box<Long>) {
        if self.turn.log.paused().is_some() {
            self.senders.by_job.insert(job, Sender::Long(long));
            return;
        }
        match self.pump(&mut long) {
            Ok(true) => self.end_sender(job, long.outcome()),
            Ok(false) => {
                if let Some((sent, total)) = long.take_progress()
                    && job != SEQUENCE_FILE
                {
                    self.outbox.tell(Event::SendProgress { job, sent, total });
                }
                self.turn.agenda.set(Alarm::Sender(job), long.next_piece());
                self.senders.by_job.insert(job, Sender::Long(long));
            }
            Err(why) => self.end_sender(job, Err(why)),
        }
    }

    /// It was sent whole, or not: told to the sequence whose step it was, otherwise to the front end.
    fn end_sender(&mut self, job: JobId, outcome: Result<(), Rejection>) {
        self.senders.by_job.remove(&job);
        self.senders.has_changed_at_once();
        self.turn.agenda.set(Alarm::Sender(job), None);
        if job == SEQUENCE_FILE {
            self.tell_sequence_of_file(outcome);
        } else {
            self.outbox.tell(Event::SendFinished { job, outcome });
        }
    }

    /// What repeats have done, if that is new and was not shown just now.
    pub(super) fn repeats_to_show(&mut self) -> Option<Arc<[RepeatStatus]>> {
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
            Sender::Long(_) => None,
        };
        Some(senders.by_job.iter().filter_map(status).collect())
    }
}
