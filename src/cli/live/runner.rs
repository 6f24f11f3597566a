//! A sequence in a session of the console: hands it over, prints a line for each step that ends, and remembers what the
//! report needs. It learns everything from the engine's events.

use crate::automation::sequence::{Outcome as StepOutcome, Sequence, StepResult};
use crate::cli::live::junit;
use crate::cli::outcome::{Failed, say};
use crate::engine::command::{Command, RunNotes, SequencePlan};
use crate::engine::event::Event;
use crate::model::framing::Framing;
use crate::util::clock;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// A sequence and what is wanted of it.
#[derive(Debug)]
pub(crate) struct RunPlan {
    pub(crate) sequence: Sequence,
    /// The folder from which its files are named.
    pub(crate) folder: PathBuf,
    /// Where the report is written.
    pub(crate) junit: Option<PathBuf>,
}

/// A sequence under way.
#[derive(Debug)]
pub(crate) struct Runner {
    sequence: Arc<Sequence>,
    junit: Option<PathBuf>,
    began_wall_ns: i64,
    /// For the report.
    results: Vec<StepResult>,
    held: u64,
    failed: Option<usize>,
    has_ended: bool,
}

impl Runner {
    /// The runner, and the command that starts the run as soon as somebody is there.
    pub(crate) fn new(plan: RunPlan, framing: Framing) -> (Runner, Command) {
        let RunPlan { sequence, folder, junit } = plan;
        let sequence = Arc::new(sequence);
        let began_wall_ns = clock::now().wall_ns;
        let plan = SequencePlan {
            sequence: Arc::clone(&sequence),
            folder,
            framing,
            times: Some(1),
            starts_held: false,
            waits_for_reader: true,
            notes: RunNotes::EachStep,
        };
        let runner = Runner {
            sequence,
            junit,
            began_wall_ns,
            results: Vec::new(),
            held: 0,
            failed: None,
            has_ended: false,
        };
        (runner, Command::RunSequence(Box::new(plan)))
    }

    /// Whether all steps were carried out, or one did not hold.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Takes what the session says about the run. Gives back what is about something else.
    pub(crate) fn take_event(&mut self, event: Event) -> Result<Option<Event>, Failed> {
        match event {
            Event::StepEnded(ended) => {
                let result = ended.result;
                print(&line_of(&result))?;
                match result.outcome {
                    StepOutcome::Held => self.held += 1,
                    StepOutcome::Failed(_) => self.failed = Some(result.number),
                }
                if self.junit.is_some() {
                    self.results.push(result);
                }
                Ok(None)
            }
            Event::SequenceEnded { .. } => {
                self.has_ended = true;
                Ok(None)
            }
            other => Ok(Some(other)),
        }
    }

    /// Says how it went, and writes the report; in which stands what broke the session, if that kept steps away.
    pub(crate) fn conclude(self, broken: Option<&str>) -> Result<(), Failed> {
        // A step that was reached is either told or the one at which everything stopped.
        let reached = self.failed.unwrap_or(if self.has_ended { usize::MAX } else { 0 });
        let steps = self.sequence.steps.iter().enumerate();
        let not_reached: Vec<_> = steps
            .filter(|(place, step)| step.is_on && place + 1 > reached)
            .map(|(place, step)| (place + 1, step.action.word(), step.action.what()))
            .filter(|(number, ..)| !self.results.iter().any(|result| result.number == *number))
            .collect();
        for (number, word, what) in &not_reached {
            print(&format!("skipped {number} {word} {what}: not reached"))?;
        }
        if let Some(path) = &self.junit {
            let report = junit::Report {
                name: &self.sequence.name,
                began_wall_ns: self.began_wall_ns,
                results: &self.results,
                not_reached: &not_reached,
                broken,
            };
            report.write(path)?;
        }
        match (self.failed, self.has_ended) {
            (Some(step), _) => {
                say(format_args!("sockscope-cli: step {step} did not hold; {} held before it", self.held));
                Err(Failed::Said)
            }
            // What broke the session has been said.
            (None, false) if broken.is_some() => Ok(()),
            (None, false) => {
                say(format_args!(
                    "sockscope-cli: the sequence was not carried out to its end; {} steps held",
                    self.held
                ));
                Err(Failed::Said)
            }
            (None, true) => Ok(()),
        }
    }
}

/// `ok 2 wait_for text ~ "^OK" 31 ms`, `not ok 5 expect …: why`.
fn line_of(result: &StepResult) -> String {
    let StepResult { number, word, what, outcome, took } = result;
    match outcome {
        StepOutcome::Held => format!("ok {number} {word} {what} {} ms", took.as_millis()),
        StepOutcome::Failed(why) => format!("not ok {number} {word} {what}: {why}"),
    }
}

/// One line on standard output, at once, so that who reads a pipe sees each step as it ends.
fn print(line: &str) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Failed::output)
}
