//! What goes out again and again, on an absolute schedule.

use crate::automation::schedule::Schedule;
use crate::automation::template::Dressed;
use crate::engine::command::{Content, Target};
use crate::engine::event::{Event, Rejection};
use crate::engine::worker::Worker;
use crate::engine::worker::queue::Payload;
use crate::model::record::Origin;
use std::time::Instant;

/// Turns that were missed are made up for, but only so many at once.
const TURNS_AT_ONCE: usize = 64;

/// The payloads of one period, and when the next is due.
pub(super) struct Repeat {
    target: Target,
    payloads: Vec<Repeated>,
    schedule: Schedule,
    /// In how many periods somebody was there.
    sent: u64,
}

/// One payload of a period.
enum Repeated {
    Bytes(Payload),
    Template(Box<Dressed>),
}

impl Repeat {
    pub(super) fn new(target: Target, payloads: Vec<Content>, schedule: Schedule) -> Repeat {
        let repeated = |content| match content {
            Content::Bytes(bytes) => Repeated::Bytes(bytes.into()),
            Content::Message { payload, form } => Repeated::Bytes(Payload::from(payload).in_form(form)),
            Content::Template(template) => Repeated::Template(template),
        };
        Repeat { target, payloads: payloads.into_iter().map(repeated).collect(), schedule, sent: 0 }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.schedule.next_due()
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }
}

impl Worker {
    /// Sends what is due. A period in which nobody is there is let pass; any other refusal ends the schedule, and
    /// says why.
    pub(super) fn run_repeat(&mut self, now: Instant) {
        let Some(mut repeat) = self.repeat.take() else { return };
        for _ in 0..TURNS_AT_ONCE {
            if !repeat.schedule.take_due(now) {
                break;
            }
            let mut is_sent = false;
            for payload in &repeat.payloads {
                let sent = match payload {
                    Repeated::Bytes(payload) => self.send(&repeat.target, payload, Origin::Repeat),
                    Repeated::Template(template) => {
                        self.send_template(&repeat.target, template, Origin::Repeat)
                    }
                };
                match sent {
                    Ok(()) => is_sent = true,
                    Err(Rejection::NoPeer | Rejection::NotConnected) => {}
                    Err(why) => return self.outbox.tell(Event::RepeatFinished { outcome: Err(why) }),
                }
            }
            repeat.sent += u64::from(is_sent);
        }
        if repeat.schedule.next_due().is_some() {
            self.repeat = Some(repeat);
        } else {
            self.outbox.tell(Event::RepeatFinished { outcome: Ok(()) });
        }
    }
}
