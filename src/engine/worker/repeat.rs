//! What goes out again and again, on an absolute schedule: how often it really did, and how late.

use crate::automation::schedule::Schedule;
use crate::automation::template::Dressed;
use crate::engine::command::{Content, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::queue::Payload;
use crate::model::ids::JobId;
use crate::model::record::Origin;
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
    /// Sends what is due. A period in which nobody is there is let pass and does not count; any other refusal ends the
    /// schedule.
    pub(super) fn run_repeat(&mut self, repeat: &mut Repeat) -> Next {
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
            let sent = match payload {
                Repeated::Bytes(payload) => self.send(&repeat.target, payload, Origin::Repeat),
                Repeated::Template(template, form) => {
                    self.fill_and_send(&repeat.target, (template, *form), Origin::Repeat, &mut repeat.counted)
                }
            };
            match sent {
                Ok(()) => is_sent = true,
                Err(Rejection::NoPeer | Rejection::NotConnected) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(is_sent)
    }
}
