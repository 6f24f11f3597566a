//! What goes out again and again, on an absolute schedule: how often it really did, and how late.

use crate::automation::schedule::Schedule;
use crate::automation::template::Dressed;
use crate::engine::command::{Content, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::templates::counted_on;
use crate::model::ids::JobId;
use crate::model::record::{LossKind, Origin};
use crate::model::status::RepeatStatus;
use crate::model::websocket::MessageForm;
use crate::util::spread::Spread;
use std::time::{Duration, Instant};

/// Turns that were missed are made up for, but only so many at once.
const TURNS_AT_ONCE: usize = 64;

/// The payloads of one period, and when the next is due.
pub(super) struct Repeat {
    target: Target,
    payloads: Vec<Repeated>,
    every: Duration,
    schedule: Schedule,
    /// In how many periods somebody was there.
    sent: u64,
    /// How many more of these there shall be.
    left: Option<u64>,
    /// What the counters of its templates have reached.
    counted: u64,
    pace: Pace,
}

/// One payload of a period.
enum Repeated {
    Bytes(Payload),
    Template(Box<Dressed>, MessageForm),
}

/// How well the schedule was kept since the last period in which nobody was there.
#[derive(Default)]
struct Pace {
    first: Option<Instant>,
    last: Option<Instant>,
    sent: u64,
    lateness: Spread,
}

/// How a repeat goes on.
pub(super) enum Next {
    /// At this time.
    At(Instant),
    /// When the journal can be written again.
    AfterPause,
    /// Not at all.
    Ended(Result<(), Rejection>),
}

impl Repeat {
    pub(super) fn new(
        target: Target,
        payloads: Vec<Content>,
        every: Duration,
        times: Option<u64>,
        now: Instant,
    ) -> Repeat {
        let repeated = |content| match content {
            Content::Bytes { bytes, form } => Repeated::Bytes(Payload::from(bytes).in_form(form)),
            Content::Template { template, form } => Repeated::Template(template, form),
        };
        Repeat {
            target,
            payloads: payloads.into_iter().map(repeated).collect(),
            every,
            schedule: Schedule::new(now, every, None),
            sent: 0,
            left: times,
            counted: 0,
            pace: Pace::default(),
        }
    }

    pub(super) fn status(&self, job: JobId) -> RepeatStatus {
        RepeatStatus {
            job,
            sent: self.sent,
            left: self.left,
            every: self.every,
            achieved: self.pace.achieved(),
            late_p50_ns: self.pace.lateness.percentile(50),
            late_p99_ns: self.pace.lateness.percentile(99),
        }
    }

    /// What was missed while the journal could not be written is not made up for: a new period begins now.
    pub(super) fn go_on_after_pause(&mut self, now: Instant) {
        self.schedule = Schedule::new(now, self.every, None);
        self.pace = Pace::default();
    }

    /// When the next period begins; nothing when there is none.
    fn next_due(&self) -> Option<Instant> {
        if self.left == Some(0) { None } else { self.schedule.next_due() }
    }
}

impl Pace {
    fn has_sent(&mut self, due: Instant) {
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        self.lateness.add(u64::try_from(late.as_nanos()).unwrap_or(u64::MAX));
        self.first.get_or_insert(now);
        self.last = Some(now);
        self.sent += 1;
    }

    /// The period as it was on average.
    fn achieved(&self) -> Option<Duration> {
        let span = self.last?.duration_since(self.first?).as_nanos();
        let period = span.checked_div(u128::from(self.sent.saturating_sub(1)))?;
        u64::try_from(period).ok().map(Duration::from_nanos)
    }
}

impl Worker {
    /// Sends what is due. A period in which nobody is there is let pass and does not count; it waits while the journal cannot
    /// be written, and any other refusal ends the schedule.
    pub(super) fn run_repeat(&mut self, repeat: &mut Repeat) -> Next {
        if self.turn.log.paused().is_some() {
            return Next::AfterPause;
        }
        for _ in 0..TURNS_AT_ONCE {
            let Some(due) = repeat.next_due() else { return Next::Ended(Ok(())) };
            if !repeat.schedule.take_due(self.turn.now) {
                return Next::At(due);
            }
            match self.send_period(repeat) {
                Ok(true) => {
                    repeat.sent += 1;
                    repeat.left = repeat.left.map(|left| left.saturating_sub(1));
                    repeat.pace.has_sent(due);
                }
                Ok(false) => repeat.pace = Pace::default(),
                Err(why) => return Next::Ended(Err(why)),
            }
        }
        repeat.next_due().map_or(Next::Ended(Ok(())), Next::At)
    }

    /// Says whether anything of it went to somebody.
    fn send_period(&mut self, repeat: &mut Repeat) -> Result<bool, Rejection> {
        let mut is_sent = false;
        for payload in &repeat.payloads {
            match self.send_repeated(&repeat.target, payload, &mut repeat.counted) {
                Ok(()) => is_sent = true,
                Err(Rejection::NoPeer | Rejection::NotConnected) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(is_sent)
    }

    fn send_repeated(
        &mut self,
        target: &Target,
        repeated: &Repeated,
        counted: &mut u64,
    ) -> Result<(), Rejection> {
        match repeated {
            Repeated::Bytes(payload) => self.send_again(target, vec![(target.clone(), payload.clone())]),
            Repeated::Template(template, form) => {
                let filled = self.fill(target, (template, *form), *counted)?;
                self.send_again(target, filled)?;
                *counted = counted_on(template, *counted);
                Ok(())
            }
        }
    }

    /// Puts these on their way. Of several peers one that takes nothing does not keep the others from theirs: what it was to have
    /// is lost.
    fn send_again(&mut self, target: &Target, outgoing: Vec<(Target, Payload)>) -> Result<(), Rejection> {
        let mut each = Vec::new();
        for (whom, payload) in outgoing {
            if whom == Target::All {
                let recipients = self.each_recipient(&whom)?;
                each.extend(recipients.into_iter().map(|(one, _)| (one, payload.clone())));
            } else {
                each.push((whom, payload));
            }
        }
        let are_several = *target == Target::All && each.len() > 1;
        let mut sent = Err(Rejection::NoPeer);
        for (one, payload) in each {
            match self.send(&one, &payload, Origin::Repeat) {
                Ok(()) => sent = Ok(()),
                // It has left over what another was sent.
                Err(Rejection::PeerGone(_)) if are_several => {}
                Err(Rejection::QueueFull { peer, .. }) if are_several => {
                    self.turn.log.loss(Some(peer), LossKind::UnsentBytes, payload.len() as u64);
                }
                Err(why) => return Err(why),
            }
        }
        sent
    }
}
