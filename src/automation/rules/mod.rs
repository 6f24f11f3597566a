//! Rules: what is answered to what was received, said when peers come and go, and sent every so often. A value and a
//! pure function: the worker supplies messages, time and randomness, and carries out the reactions.

mod file;

mod memory;

mod react;

mod ready;

pub use file::RuleFile;
pub(super) use file::{CLOSE_WAYS, read_template, values, write_dress, write_values};
pub use memory::{RuleMemory, Tally};
pub use react::{Moment, Reaction};
pub use ready::{Reply, Responder};

use crate::automation::condition::Condition;
use crate::automation::interval::Rate;
use crate::automation::template::{Dressed, Template};
use crate::codec::expression::Judge;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::model::framing::Framing;
use crate::model::record::Origin;
use std::time::Duration;

/// So many replies per second are given where nothing else is said: more than a device needs, and two programs that
/// answer each other do not fill the disk.
pub const DEFAULT_REPLIES_PER_SECOND: u32 = 1000;

/// All rules of a session, in order, prepared for its encoding.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Prepared>,
    /// Values that belong to the whole session, as they are at first. All other names belong to each peer.
    variables: Vec<(String, String)>,
    /// How stream bytes are cut into messages before they are judged.
    pub framing: Framing,
    /// The most reactions in one second, of all rules together; those beyond it are not given, and counted.
    pub replies_per_second: u32,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it is called, in the journal too.
    pub name: String,
    /// Whether it is tried.
    pub is_on: bool,
    /// What it reacts to.
    pub trigger: Trigger,
    /// The values that variables must have.
    pub requires: Vec<(String, String)>,
    /// What is sent.
    pub answer: Option<Answer>,
    /// The values that variables get.
    pub set: Vec<(String, Template)>,
    /// At most so often.
    pub limit: Option<Rate>,
    /// Later rules are not tried.
    pub stop: bool,
    /// The connection is ended.
    pub close: Option<CloseWay>,
}

/// What a rule reacts to.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// Every message.
    EachMessage,
    /// Messages, or peers that come and go, of which this holds.
    When(Condition),
    /// Time that passes.
    Every(Duration),
}

/// What a rule sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The bytes.
    pub content: AnswerContent,
    /// How long after the message.
    pub after: Duration,
    /// To whom.
    pub to: AnswerTo,
}

/// What the bytes of an answer are.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerContent {
    /// Those of the message.
    Message,
    /// What this template makes.
    Template(Dressed),
}

/// To whom an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerTo {
    /// To the peer whose message is answered.
    Sender,
    /// To every peer that is there.
    All,
}

/// How a rule or a sequence ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseWay {
    /// In an orderly way, after what was sent before; the other side has its time to end, too.
    Fin,
    /// With a reset.
    Reset,
}

/// A rule with its condition prepared.
#[derive(Clone, Debug)]
struct Prepared {
    rule: Rule,
    judge: Option<Judge>,
    is_for_events: bool,
}

impl RuleSet {
    /// Rules for sessions of this encoding.
    pub fn new(
        rules: Vec<Rule>,
        variables: Vec<(String, String)>,
        encoding: TextEncoding,
        times: &TimeFormat,
    ) -> RuleSet {
        let prepare = |rule: Rule| {
            let condition = match &rule.trigger {
                Trigger::When(condition) => Some(condition),
                Trigger::EachMessage | Trigger::Every(_) => None,
            };
            let judge = condition.map(|condition| condition.expression().judge(encoding, times));
            let is_for_events = condition.is_some_and(Condition::asks_for_events);
            Prepared { rule, judge, is_for_events }
        };
        RuleSet {
            rules: rules.into_iter().map(prepare).collect(),
            variables,
            framing: Framing::default(),
            replies_per_second: DEFAULT_REPLIES_PER_SECOND,
        }
    }

    /// No rules.
    pub fn empty() -> RuleSet {
        RuleSet {
            rules: Vec::new(),
            variables: Vec::new(),
            framing: Framing::default(),
            replies_per_second: DEFAULT_REPLIES_PER_SECOND,
        }
    }

    /// The same with messages cut like this, and so many reactions per second.
    #[must_use]
    pub fn with(self, framing: Framing, replies_per_second: u32) -> RuleSet {
        RuleSet { framing, replies_per_second, ..self }
    }

    /// The same with other rules behind its own.
    #[must_use]
    pub fn followed_by(mut self, later: RuleSet) -> RuleSet {
        self.rules.extend(later.rules);
        self.variables.extend(later.variables);
        self
    }

    /// Its rules, in order.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|prepared| &prepared.rule)
    }

    /// Whether anything is ever answered to messages or to peers that come and go.
    pub fn listens(&self) -> bool {
        self.rules().any(|rule| rule.is_on && !matches!(rule.trigger, Trigger::Every(_)))
    }
}

impl PartialEq for RuleSet {
    fn eq(&self, other: &RuleSet) -> bool {
        self.rules().eq(other.rules())
            && self.variables == other.variables
            && self.framing == other.framing
            && self.replies_per_second == other.replies_per_second
    }
}

impl Eq for RuleSet {}

impl Rule {
    /// A rule that is on and does nothing yet.
    pub fn new(name: impl Into<String>, trigger: Trigger) -> Rule {
        Rule {
            name: name.into(),
            is_on: true,
            trigger,
            requires: Vec::new(),
            answer: None,
            set: Vec::new(),
            limit: None,
            stop: false,
            close: None,
        }
    }

    /// What the journal calls the cause of what it sends.
    pub fn origin(&self) -> Origin {
        match (&self.trigger, &self.answer) {
            (Trigger::Every(_), _) => Origin::Timer,
            (_, Some(Answer { content: AnswerContent::Message, .. })) => Origin::Echo,
            _ => Origin::Reply,
        }
    }
}

#[cfg(test)]
mod tests;
