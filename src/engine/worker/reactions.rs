//! Does what rules and sequences want beyond an answer at once: sends to others, sends later, ends connections, and
//! carries out the steps of a sequence.

use crate::automation::rules::{AnswerTo, CloseWay, Reaction};
use crate::automation::sequence::{
    Action, Outcome, Recipients, Sequence, SequenceRun, Step, StepResult, Todo,
};
use crate::engine::command::{CloseKind, Pace, RunNotes, SendSource, SequenceHold, SequencePlan, Target};
use crate::engine::event::{Event, Rejection, StepEnded};
use crate::engine::worker::Worker;
use crate::engine::worker::link::Link;
use crate::engine::worker::queue::Payload;
use crate::model::address::Address;
use crate::model::ids::{JobId, PeerId, RecordId};
use crate::model::record::{LossKind, Origin};
use crate::model::status::{SequenceStatus, SessionState};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The file that a sequence sends. Front ends count theirs from 1.
pub(super) const SEQUENCE_FILE: JobId = JobId(u32::MAX);

/// So many steps are carried out before the sockets have their turn.
const STEPS_PER_TURN: usize = 64;

/// A run waits for a reader that has so many results not taken yet.
const RESULTS_KEPT: usize = 512;

/// It looks so soon whether the reader has taken some.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What the worker knows about the sequence that runs, besides the run itself.
#[derive(Debug, Default)]
pub(super) struct Sequencing {
    folder: PathBuf,
    waits_for_reader: bool,
    notes: RunNotes,
    /// When its first step began; nothing while it waits for somebody to be there.
    began: Option<Instant>,
    /// How many further times it is carried out; for ever without it.
    rounds_left: Option<u64>,
    /// Which time this is, counted from 1.
    round: u64,
    is_held: bool,
    /// One step is begun although it is held.
    may_begin_one: bool,
    /// Connections that the present step has asked to end.
    leaving: Vec<PeerId>,
    /// Where the records begin that came after the last step.
    first_record: RecordId,
    /// Why what the step wanted was refused.
    refused: Option<Rejection>,
}

impl Worker {
    /// Does what is due.
    pub(super) fn run_reactions(&mut self) {
        for presence in self.turn.log.take_presence() {
            self.turn.answering.notice(&presence, self.turn.now);
        }
        if let Some(first) = self.turn.log.take_forgotten_before() {
            self.turn.answering.forget_peers_before(first);
        }
        if self.turn.log.paused().is_some() {
            return;
        }
        let may_send = self.may_send();
        for (peer, reaction) in self.turn.answering.take_wanted(self.turn.now, may_send) {
            self.carry_out_reaction(peer, reaction);
        }
        self.advance_sequence();
        let Worker { streams, turn, .. } = self;
        streams.end_those_owed_no_more(turn);
    }

    /// When the sequence has something to do that nobody else announces.
    pub(super) fn sequence_due(&self) -> Option<Instant> {
        let has_begun = self.sequencing.began.is_some();
        let run = self.turn.answering.run.as_ref().filter(|_| has_begun)?;
        let is_held = self.sequencing.is_held && run.is_between_steps() && !self.sequencing.may_begin_one;
        if is_held || self.waits_for_leaving() {
            return None;
        }
        let due = run.next_due()?;
        Some(if self.reader_is_behind() { due.max(self.turn.now + LOOK_AGAIN) } else { due })
    }

    /// Whether there is somebody for a sequence to talk to.
    fn has_company(&self) -> bool {
        self.streams.len() > 0 || matches!(self.link, Link::Datagrams(_))
    }

    pub(super) fn may_send(&self) -> bool {
        matches!(
            self.state,
            SessionState::Listening { .. }
                | SessionState::Bound { .. }
                | SessionState::Connected { .. }
                | SessionState::Draining
        )
    }

    fn carry_out_reaction(&mut self, peer: Option<PeerId>, reaction: Reaction) {
        match reaction {
            Reaction::Send { rule, to, bytes, .. } => {
                let target = match (to, peer) {
                    (AnswerTo::Sender, Some(peer)) => Target::Peers(vec![peer]),
                    _ => Target::All,
                };
                let origin = self.turn.answering.origin(rule);
                let payload = self.turn.answering.payload(rule, Arc::clone(&bytes));
                let mut sent = self.send(&target, &payload, origin);
                if matches!(sent, Err(Rejection::NoPeer)) && self.has_configured_remote() {
                    // Nobody has been heard of yet, but it is known where datagrams go.
                    sent = self.send(&Target::Configured, &payload, origin);
                }
                match sent {
                    // Who is gone, or nobody, is told of nothing.
                    Ok(()) | Err(Rejection::NoPeer | Rejection::PeerGone(_) | Rejection::NotConnected) => {}
                    Err(_) => self.turn.log.loss(peer, LossKind::UnsentBytes, bytes.len() as u64),
                }
            }
            Reaction::Close { how, .. } => {
                if let Some(peer) = peer {
                    self.end_connection(peer, how);
                }
            }
            Reaction::Fault { rule, why } => {
                let name = self.turn.answering.name(rule);
                self.turn.log.note(format!("rule '{name}': {why}"));
            }
            // Only streams hold back, and their bytes wait elsewhere.
            Reaction::HeldBack { .. } => {}
        }
    }

    /// Ends a connection; what is queued for it goes out before, unless both sides throw it away.
    fn end_connection(&mut self, peer: PeerId, how: CloseWay) {
        if matches!(self.link, Link::Datagrams(_)) || !self.streams.contains(peer) {
            return;
        }
        self.make_room();
        let Worker { streams, turn, .. } = self;
        match how {
            CloseWay::Reset => streams.kick(peer, CloseKind::Reset, turn),
            CloseWay::Fin => streams.leave(peer, turn),
        }
    }

    pub(super) fn start_sequence(&mut self, plan: SequencePlan) -> Result<(), Rejection> {
        if self.turn.answering.run.is_some() {
            return Err(Rejection::SequenceBusy);
        }
        let SequencePlan { sequence, folder, framing, times: rounds, starts_held, waits_for_reader, notes } =
            plan;
        self.turn.log.note(match notes {
            RunNotes::List => format!("list: {} sends", sends_of(&sequence.steps)),
            _ => format!("sequence{}: {} steps", named(&sequence.name), sequence.steps.len()),
        });
        let times = self.turn.answering.moment(self.turn.now).times.clone();
        let run = SequenceRun::new(sequence, &times, self.turn.now);
        self.turn.answering.start_run(run, framing);
        self.streams.forget_cutters(&mut self.turn);
        self.sequencing = Sequencing {
            folder,
            waits_for_reader,
            notes,
            rounds_left: rounds.map(|rounds| rounds.saturating_sub(1)),
            round: 1,
            is_held: starts_held,
            first_record: self.turn.log.next_record(),
            ..Sequencing::default()
        };
        self.is_unfinished = true;
        Ok(())
    }

    pub(super) fn hold_sequence(&mut self, hold: SequenceHold) {
        self.sequencing.is_held = hold != SequenceHold::Running;
        self.sequencing.may_begin_one = hold == SequenceHold::OneStep;
        self.is_unfinished = true;
    }

    pub(super) fn stop_sequence(&mut self) {
        if let Some(run) = self.turn.answering.run.take() {
            let step = run.step();
            self.stop_sender(SEQUENCE_FILE);
            self.turn.log.note(match self.sequencing.notes {
                RunNotes::List => format!("list: stopped at send {}", send_of(run.sequence(), step)),
                _ => format!("sequence{}: stopped at step {step}", named(&run.sequence().name)),
            });
            self.outbox.tell(Event::SequenceEnded { passed: run.passed(), failed: None, is_stopped: true });
        }
    }

    /// Asks connections to end; the step has ended when they have.
    fn leave_peers(&mut self, target: &Target) -> Result<(), Rejection> {
        let ids = self.stream_targets(target)?;
        for id in &ids {
            self.make_room();
            let Worker { streams, turn, .. } = self;
            streams.leave(*id, turn);
        }
        self.sequencing.leaving = ids;
        Ok(())
    }

    fn waits_for_leaving(&self) -> bool {
        self.sequencing.leaving.iter().any(|id| self.streams.contains(*id))
    }

    fn reader_is_behind(&self) -> bool {
        self.sequencing.waits_for_reader && self.outbox.waiting.len() > RESULTS_KEPT
    }

    /// The run begins when there is somebody to talk to; one that waits for something first, when that can come.
    pub(super) fn begin_sequence(&mut self) {
        let Some(run) = &self.turn.answering.run else { return };
        if self.sequencing.began.is_none() && self.may_send() && (self.has_company() || run.waits_first()) {
            self.sequencing.began = Some(self.turn.now);
        }
    }

    fn advance_sequence(&mut self) {
        self.begin_sequence();
        if self.sequencing.began.is_none() {
            return;
        }
        let Some(mut run) = self.turn.answering.run.take() else { return };
        for _ in 0..STEPS_PER_TURN {
            if self.waits_for_leaving() {
                self.turn.answering.run = Some(run);
                return;
            }
            if self.reader_is_behind() {
                break;
            }
            if self.sequencing.is_held
                && run.is_between_steps()
                && !std::mem::take(&mut self.sequencing.may_begin_one)
            {
                self.turn.answering.run = Some(run);
                return;
            }
            // Steps are timed by what they took, not by the turn that they were taken in.
            let at = Instant::now().max(self.turn.now);
            run.recipient_is_at(run.named_recipients().and_then(|to| self.address_of(to)));
            let mut todo = run.advance(&mut self.turn.answering.moment(at));
            if todo.is_none() && !self.state.is_open() {
                todo = run.session_has_ended(&self.ended_because(), &mut self.turn.answering.moment(at));
            }
            match todo {
                None => {
                    self.turn.answering.run = Some(run);
                    return;
                }
                Some(Todo::Finish { passed, failed }) => {
                    self.finish_sequence(&run, passed, failed, at);
                    let goes_on = failed.is_none() && self.sequencing.rounds_left != Some(0);
                    if !goes_on || !self.state.is_open() {
                        return;
                    }
                    run = self.next_round(&run, at);
                }
                Some(todo) => self.do_step(todo, &mut run),
            }
        }
        self.turn.answering.run = Some(run);
        self.is_unfinished |= !self.reader_is_behind();
    }

    fn do_step(&mut self, todo: Todo, run: &mut SequenceRun) {
        let done = match todo {
            Todo::Send { to, bytes } => {
                self.send(&self.recipients_of(to), &Payload::from(bytes), Origin::Sequence)
            }
            Todo::SendFile { to, path, dress } => {
                let source = SendSource::of_file(self.sequencing.folder.join(path), dress);
                let target = self.recipients_of(to);
                self.start_long(SEQUENCE_FILE, &target, source, Pace::default())
            }
            Todo::Close { to, how } => {
                let target = match self.recipients_of(to) {
                    Target::Configured => Target::All,
                    target => target,
                };
                match how {
                    CloseWay::Reset => self.close_peers(&target, CloseKind::Reset),
                    CloseWay::Fin => self.leave_peers(&target),
                }
            }
            Todo::Tell(result) => {
                self.tell_step(result, run);
                Ok(())
            }
            Todo::Finish { .. } => Ok(()),
        };
        if let Err(why) = done {
            run.was_refused(why.to_string());
            self.sequencing.refused = Some(why);
        }
    }

    fn tell_step(&mut self, result: StepResult, run: &SequenceRun) {
        if self.sequencing.notes == RunNotes::EachStep || result.outcome != Outcome::Held {
            self.turn.log.note(match &result.outcome {
                Outcome::Failed(why) if self.sequencing.notes == RunNotes::List => {
                    format!("list: send {} failed: {why}", send_of(run.sequence(), result.number))
                }
                _ => note_of(&result),
            });
        }
        let next = self.turn.log.next_record();
        let records = std::mem::replace(&mut self.sequencing.first_record, next)..next;
        let variables = run.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let refused = self.sequencing.refused.take();
        self.outbox.tell(Event::StepEnded(Box::new(StepEnded { result, refused, records, variables })));
    }

    /// The same steps once more, as at first.
    fn next_round(&mut self, run: &SequenceRun, now: Instant) -> SequenceRun {
        let sequencing = &mut self.sequencing;
        sequencing.rounds_left = sequencing.rounds_left.map(|left| left.saturating_sub(1));
        sequencing.round += 1;
        sequencing.began = Some(now);
        let times = self.turn.answering.moment(now).times.clone();
        SequenceRun::new(Arc::clone(run.sequence()), &times, now)
    }

    fn has_configured_remote(&self) -> bool {
        matches!(&self.link, Link::Datagrams(link) if link.configured.is_some())
    }

    /// Where these are, if they are one peer.
    fn address_of(&mut self, recipients: Recipients) -> Option<Address> {
        match self.each_recipient(&self.recipients_of(recipients)).ok()?[..] {
            [(_, remote)] => Some(remote),
            _ => None,
        }
    }

    fn recipients_of(&self, recipients: Recipients) -> Target {
        match recipients {
            Recipients::Usual if self.has_configured_remote() => Target::Configured,
            Recipients::Usual | Recipients::Last => Target::Last,
            Recipients::All => Target::All,
            Recipients::Peer(peer) => Target::Peers(vec![peer]),
        }
    }

    fn finish_sequence(&mut self, run: &SequenceRun, passed: u64, failed: Option<usize>, now: Instant) {
        let name = named(&run.sequence().name);
        let took = self.sequencing.began.map_or(Duration::ZERO, |began| now.saturating_duration_since(began));
        let is_last = failed.is_some() || self.sequencing.rounds_left == Some(0) || !self.state.is_open();
        if is_last || self.sequencing.notes == RunNotes::EachStep {
            let of_list = self.sequencing.notes == RunNotes::List;
            self.turn.log.note(match failed {
                None if of_list => {
                    let sends = sends_of(&run.sequence().steps);
                    format!("list: {sends} sent in {}", seconds_or_millis(took))
                }
                Some(step) if of_list => format!("list: ended at send {}", send_of(run.sequence(), step)),
                None => format!("sequence{name}: held, {passed} steps in {} ms", took.as_millis()),
                Some(step) => format!("sequence{name}: failed at step {step}, after {passed} that held"),
            });
        }
        if is_last {
            self.outbox.tell(Event::SequenceEnded { passed, failed, is_stopped: false });
        }
    }

    fn ended_because(&self) -> String {
        match &self.state {
            SessionState::Failed(failure) => failure.to_string(),
            _ => "closed".to_owned(),
        }
    }

    /// The file of a step was sent whole, or not.
    pub(super) fn tell_sequence_of_file(&mut self, outcome: Result<(), Rejection>) {
        if let Some(run) = &mut self.turn.answering.run {
            run.file_has_ended(outcome.clone().map_err(|why| why.to_string()));
            self.sequencing.refused = outcome.err();
            self.is_unfinished = true;
        }
    }

    /// Where the sequence stands, if one runs.
    pub(super) fn sequence_status(&self) -> Option<SequenceStatus> {
        let run = self.turn.answering.run.as_ref()?;
        Some(SequenceStatus {
            has_begun: self.sequencing.began.is_some(),
            step: run.step(),
            steps: run.sequence().steps.len(),
            passed: run.passed(),
            round: self.sequencing.round,
            is_held: self.sequencing.is_held && run.is_between_steps(),
        })
    }

    /// Shows how often rules have reacted. Says whether there was something new.
    pub(super) fn show_rules(&mut self) -> bool {
        let Some(counts) = self.turn.answering.counts_to_show(self.turn.now) else { return false };
        let mut shared = self.shared.lock();
        let is_new = shared.status.rules != counts;
        shared.status.rules = Arc::clone(&counts);
        is_new
    }
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" '{name}'") }
}

/// How many of these steps send something. Lists count these: between them stand pauses.
fn sends_of(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.is_on && matches!(step.action, Action::Send { .. })).count()
}

/// Which send it is that is made at a step, or was the last before it; counted from 1.
fn send_of(sequence: &Sequence, step: usize) -> usize {
    sends_of(sequence.steps.get(..step).unwrap_or(&sequence.steps)).max(1)
}

fn seconds_or_millis(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

/// The remark in the journal about a step.
fn note_of(result: &StepResult) -> String {
    let StepResult { number, word, what, outcome, took } = result;
    match outcome {
        Outcome::Held => format!("step {number} {word} {what}: held, {} ms", took.as_millis()),
        Outcome::Failed(why) => format!("step {number} {word} {what}: failed: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::RESULTS_KEPT;
    use crate::automation::sequence::Sequence;
    use crate::codec::expression::Vocabulary;
    use crate::codec::text::TextEncoding;
    use crate::engine::command::{RunNotes, SequencePlan};
    use crate::engine::event::Event;
    use crate::engine::worker::by_hand::worker_in;
    use crate::model::framing::Framing;
    use crate::model::ids::Ticket;
    use std::path::PathBuf;
    use std::sync::Arc;

    #[test]
    fn a_sequence_that_waits_for_its_reader_forgets_no_other_work_of_the_turn() {
        let folder = tempfile::tempdir().unwrap();
        let mut worker = worker_in(folder.path());
        let text = "version = 1\n[[step]]\ndelay = '1h'\n";
        let sequence = Sequence::parse(text, TextEncoding::UTF_8, &Vocabulary::default(), &[]).unwrap();
        let plan = SequencePlan {
            sequence: Arc::new(sequence),
            folder: PathBuf::new(),
            framing: Framing::None,
            times: Some(1),
            starts_held: false,
            waits_for_reader: true,
            notes: RunNotes::Ends,
        };
        worker.start_sequence(plan).unwrap();
        worker.sequencing.began = Some(worker.turn.now);
        let untaken = Event::Accepted { ticket: Ticket(1) };
        worker.outbox.waiting.extend(std::iter::repeat_n(untaken, RESULTS_KEPT + 1));
        for is_unfinished in [true, false] {
            worker.is_unfinished = is_unfinished;
            worker.advance_sequence();
            assert!(worker.turn.answering.run.is_some());
            assert_eq!(worker.is_unfinished, is_unfinished, "it waits, and has nothing to say about that");
        }
    }
}
