//! Sequences: steps that are carried out one after the other and judged. Files in `file`, the state machine that a
//! worker drives in `run`. Neither does I/O nor reads a clock.

mod fault;

mod file;

mod from_messages;

mod run;

pub use fault::{KnownValues, StepFault};
pub use run::{Heard, Outcome, SequenceRun, StepResult, Todo};

use crate::automation::condition::Condition;
use crate::automation::document;
use crate::automation::rules::CloseWay;
use crate::automation::template::{Dressed, Template};
use crate::codec::composition::Dress;
use crate::codec::text::TextEncoding;
use crate::model::ids::PeerId;
use std::time::Duration;

/// How long a step waits where nothing is said.
pub const USUAL_WAIT: Duration = Duration::from_secs(5);

/// Steps with what they need.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// What it is called; empty for nothing.
    pub name: String,
    /// How to open a session when it runs headless: words of the command line.
    pub session: Vec<SessionWord>,
    /// The variables and their first values.
    pub variables: Vec<(String, String)>,
    /// In order.
    pub steps: Vec<Step>,
    /// The encoding that its texts are written in.
    pub encoding: TextEncoding,
}

/// One key of the table that says how to open a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionWord {
    /// The command or option, without hyphens.
    pub key: String,
    /// Its value.
    pub value: SessionValue,
}

/// The value of an option of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionValue {
    /// It is given, or not.
    Flag(bool),
    /// It is given once for each of these.
    Texts(Vec<String>),
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Whether it is carried out.
    pub is_on: bool,
    /// What is done.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A payload is sent.
    Send {
        /// The payload.
        content: Dressed,
        /// How many times.
        times: u64,
        /// From one to the next.
        every: Duration,
        /// To whom.
        to: Recipients,
    },
    /// A file's bytes are sent.
    SendFile {
        /// Its path.
        path: Template,
        /// What is put behind its bytes.
        dress: Dress,
        /// How many times.
        times: u64,
        /// From the beginning of one to that of the next, where it is out by then.
        every: Duration,
        /// To whom.
        to: Recipients,
    },
    /// A message, or a peer that comes or goes, of which this holds.
    WaitFor {
        /// What is waited for.
        condition: Condition,
        /// For how long.
        within: Duration,
    },
    /// Variables, and the message that was waited for, are judged at once.
    Expect {
        /// What must hold.
        condition: Condition,
    },
    /// Time passes.
    Delay {
        /// How much.
        time: Duration,
    },
    /// Variables get other values.
    Set {
        /// Which, and what.
        values: Vec<(String, Template)>,
    },
    /// The connection is ended.
    Close {
        /// How.
        how: CloseWay,
        /// With whom.
        to: Recipients,
    },
    /// Earlier steps are carried out again.
    Repeat {
        /// How many times in all.
        times: u64,
        /// From which step on, counted from 1.
        from: usize,
    },
}

/// Whom a step is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Recipients {
    /// The remote address of the settings, or the last peer.
    #[default]
    Usual,
    /// The peer from which something came or that joined last.
    Last,
    /// Every peer that is there.
    All,
    /// This one.
    Peer(PeerId),
}

impl Eq for Sequence {}

impl Action {
    /// The key that files have for it.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Send { content, .. } if content.template.form() == super::template::Form::Hex => {
                "send_hex"
            }
            Action::Send { .. } => "send",
            Action::SendFile { .. } => "send_file",
            Action::WaitFor { .. } => "wait_for",
            Action::Expect { .. } => "expect",
            Action::Delay { .. } => "delay",
            Action::Set { .. } => "set",
            Action::Close { .. } => "close",
            Action::Repeat { .. } => "repeat",
        }
    }

    /// What it does, in the words of the file, on one line.
    pub fn what(&self) -> String {
        let text = match self {
            Action::Send { content, times: 1, .. } => content.template.to_string(),
            Action::Send { content, times, .. } => format!("{} × {times}", content.template),
            Action::SendFile { path, times: 1, .. } => path.to_string(),
            Action::SendFile { path, times, .. } => format!("{path} × {times}"),
            Action::WaitFor { condition, .. } | Action::Expect { condition } => condition.to_string(),
            Action::Delay { time } => super::interval::text(*time),
            Action::Set { values } => {
                let pairs = values.iter().map(|(name, value)| format!("{name} = {value}"));
                pairs.collect::<Vec<_>>().join(", ")
            }
            Action::Close { how: CloseWay::Fin, .. } => "fin".to_owned(),
            Action::Close { how: CloseWay::Reset, .. } => "reset".to_owned(),
            Action::Repeat { times, from } => format!("{times} times from step {from}"),
        };
        text.chars()
            .flat_map(|character| {
                if character.is_control() { character.escape_default().collect() } else { vec![character] }
            })
            .collect()
    }
}

impl Sequence {
    /// A sequence without steps for sessions of this encoding.
    pub fn empty(encoding: TextEncoding) -> Sequence {
        Sequence {
            name: String::new(),
            session: Vec::new(),
            variables: Vec::new(),
            steps: Vec::new(),
            encoding,
        }
    }

    /// The text of the file with other steps, each as it stands there.
    pub fn with_steps<'a>(&self, steps: impl IntoIterator<Item = &'a str>) -> String {
        let head = Sequence { steps: Vec::new(), ..self.clone() }.to_string();
        document::with_tables(head, "step", steps)
    }

    /// Gives variables other first values, as the command line asks for. What is wrong is said by its name.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if let Some(variable) = self.variables.iter_mut().find(|(known, _)| known == name) {
            value.clone_into(&mut variable.1);
            return Ok(());
        }
        let known = self.variables.iter().map(|(name, _)| name.as_str());
        let hint = crate::codec::near_miss::hint(name, known);
        Err(format!("the sequence has no variable '{name}'{hint}"))
    }
}

#[cfg(test)]
mod tests;
