//! What rules do about an occasion: a pure function of the rules, what they remember and the moment.

use crate::automation::occasion::Occasion;
use crate::automation::rules::memory::PeerMemory;
use crate::automation::rules::{
    Answer, AnswerContent, AnswerTo, CloseWay, Prepared, RuleMemory, RuleSet, Trigger,
};
use crate::automation::template::{FillError, Surroundings, Variables};
use crate::codec::checksum::placing::Placing;
use crate::codec::time::TimeFormat;
use crate::model::record::Origin;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time and randomness, as they are now.
pub struct Moment<'a> {
    /// For limits and timers.
    pub now: Instant,
    /// For people: nanoseconds since 1970-01-01 UTC.
    pub wall_ns: i64,
    /// How times are told.
    pub times: &'a TimeFormat,
    /// Fills bytes with something else each time.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// Where the session has its checksums.
    pub placing: Placing,
}

/// What a rule wants done. The worker does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// These bytes are sent.
    Send {
        /// The place of the rule.
        rule: usize,
        /// To whom.
        to: AnswerTo,
        /// The bytes.
        bytes: Arc<[u8]>,
        /// How long after the occasion.
        after: Duration,
    },
    /// The connection with the peer is ended.
    Close {
        /// The place of the rule.
        rule: usize,
        /// How.
        how: CloseWay,
        /// How long after the occasion.
        after: Duration,
    },
    /// The limit does not allow what would have been echoed. It is given back, because a stream has no part that could
    /// be left out.
    HeldBack {
        /// The place of the rule.
        rule: usize,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// An answer could not be made; told once for each rule.
    Fault {
        /// The place of the rule.
        rule: usize,
        /// Why.
        why: FillError,
    },
}

/// Why a template could not be filled in, with the first word of whose it is.
type Filled = Result<Arc<[u8]>, FillError>;

impl RuleSet {
    /// The reactions to a message, or to a peer that came or went, in order.
    pub fn react(
        &self,
        memory: &mut RuleMemory,
        occasion: &Occasion<'_>,
        moment: &mut Moment<'_>,
        reactions: &mut Vec<Reaction>,
    ) {
        let mut peer = memory.take_peer(occasion.peer);
        let is_message = occasion.message().is_some();
        for (place, prepared) in self.rules.iter().enumerate() {
            if !prepared.rule.is_on || !(is_message || prepared.is_for_events) {
                continue;
            }
            if !prepared.holds(occasion, &mut peer) {
                continue;
            }
            if memory.allow(place, moment.now) {
                self.carry_out(place, Some((occasion, &mut peer)), memory, moment, reactions);
            } else if let (Origin::Echo, Some(bytes)) = (prepared.rule.origin(), occasion.message()) {
                reactions.push(Reaction::HeldBack { rule: place, bytes: bytes.into() });
            } else {
                memory.is_held_back(place);
            }
            if prepared.rule.stop {
                break;
            }
        }
        memory.give_back(occasion.peer, peer);
    }

    /// The reactions of timers that are due.
    pub fn react_to_time(
        &self,
        memory: &mut RuleMemory,
        moment: &mut Moment<'_>,
        reactions: &mut Vec<Reaction>,
    ) {
        for timer in 0..memory.timers.len() {
            let (place, schedule) = &mut memory.timers[timer];
            let place = *place;
            // What was missed, while nothing could be sent, is not made up for.
            let is_due = schedule.take_all_due(moment.now);
            let requires = self.rules.get(place).map_or(&[][..], |prepared| &prepared.rule.requires);
            let is_wanted = requires.iter().all(|(name, value)| memory.session.get(name) == Some(value));
            if !is_due || !is_wanted {
                continue;
            }
            if memory.allow(place, moment.now) {
                self.carry_out(place, None, memory, moment, reactions);
            } else {
                memory.is_held_back(place);
            }
        }
    }

    fn carry_out(
        &self,
        place: usize,
        mut about: Option<(&Occasion<'_>, &mut PeerMemory)>,
        memory: &mut RuleMemory,
        moment: &mut Moment<'_>,
        reactions: &mut Vec<Reaction>,
    ) {
        let Some(Prepared { rule, .. }) = self.rules.get(place) else { return };
        let counter = memory.tallies.get(place).map_or(0, |tally| tally.hits);
        let mut after = Duration::ZERO;
        if let Some(answer) = &rule.answer {
            let known = about.as_ref().map_or(&memory.session, |(_, peer)| &peer.judging.variables);
            let occasion = about.as_ref().map(|(occasion, _)| *occasion);
            after = answer.after;
            match filled(answer, occasion, known, counter, moment) {
                Ok(bytes) => reactions.push(Reaction::Send { rule: place, to: answer.to, bytes, after }),
                Err(why) if memory.has_failed(place) => reactions.push(Reaction::Fault { rule: place, why }),
                Err(_) => {}
            }
        }
        for (name, template) in &rule.set {
            let known = about.as_ref().map_or(&memory.session, |(_, peer)| &peer.judging.variables);
            let occasion = about.as_ref().map(|(occasion, _)| *occasion);
            let value = match template.fill_text(&mut around(occasion, known, counter, moment)) {
                Ok(value) => value,
                Err(why) => {
                    if memory.has_failed(place) {
                        reactions.push(Reaction::Fault { rule: place, why });
                    }
                    continue;
                }
            };
            match &mut about {
                Some((_, peer)) if !memory.is_of_session(name) => peer.judging.variables.set(name, value),
                _ => memory.set_session(name, value),
            }
            if let Some((_, peer)) = &mut about {
                memory.refresh(peer);
            }
        }
        if let (Some(how), Some(_)) = (rule.close, &about) {
            reactions.push(Reaction::Close { rule: place, how, after });
        }
    }
}

impl Prepared {
    /// Whether the rule is meant by an occasion. Groups of its expression have their values then.
    fn holds(&self, occasion: &Occasion<'_>, peer: &mut PeerMemory) -> bool {
        let variables = &peer.judging.variables;
        let requires = &self.rule.requires;
        if !requires.iter().all(|(name, value)| variables.get(name).unwrap_or_default() == value) {
            return false;
        }
        match (&self.rule.trigger, &self.judge) {
            (Trigger::EachMessage, _) => true,
            (Trigger::When(_), Some(judge)) => judge.matches(occasion, &mut peer.judging),
            _ => false,
        }
    }
}

fn around<'a>(
    occasion: Option<&Occasion<'a>>,
    known: &'a dyn Variables,
    counter: u64,
    moment: &'a mut Moment<'_>,
) -> Surroundings<'a> {
    Surroundings {
        counter,
        wall_ns: moment.wall_ns,
        times: moment.times,
        random: moment.random,
        peer: occasion.map(|occasion| occasion.remote),
        message: occasion.and_then(Occasion::message),
        variables: known,
        placing: moment.placing,
    }
}

fn filled(
    answer: &Answer,
    occasion: Option<&Occasion<'_>>,
    known: &dyn Variables,
    counter: u64,
    moment: &mut Moment<'_>,
) -> Filled {
    match &answer.content {
        AnswerContent::Message => Ok(occasion.and_then(Occasion::message).unwrap_or_default().into()),
        AnswerContent::Template(dressed) => {
            dressed.fill(&mut around(occasion, known, counter, moment)).map(|filled| filled.bytes.into())
        }
    }
}

impl fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({} ns)", self.wall_ns)
    }
}

impl Reaction {
    /// The place of the rule that wants it.
    pub fn rule(&self) -> usize {
        match self {
            Reaction::Send { rule, .. }
            | Reaction::Close { rule, .. }
            | Reaction::HeldBack { rule, .. }
            | Reaction::Fault { rule, .. } => *rule,
        }
    }
}
