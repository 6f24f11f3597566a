//! One run of a sequence: a state machine that is told what happens and when, and says what is to be done next. The
//! worker drives it, so it keeps its time with the window minimised and in the console alike.

use crate::automation::occasion::{Occasion, What};
use crate::automation::rules::{CloseWay, Moment};
use crate::automation::schedule::Schedule;
use crate::automation::sequence::{Action, Recipients, Sequence, Step};
use crate::automation::sequence::{KnownValues, StepFault};
use crate::automation::template::{FillError, Surroundings, Template};
use crate::codec::composition::Dress;
use crate::codec::expression::{Judge, JudgeMemory, Meaning, Subject};
use crate::codec::time::{TimeFormat, millis_text};
use crate::model::address::Address;
use crate::model::ids::PeerId;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many messages are kept for steps that wait for them later; of more, the latest. A turn of the worker reads as many lines
/// from one peer, and steps go on only at its end.
pub(super) const MOST_HEARD: usize = 16_384;

/// So many bytes they may have together.
const MOST_HEARD_BYTES: usize = 4 << 20;

/// A run, where it stands.
#[derive(Debug)]
pub struct SequenceRun {
    sequence: Arc<Sequence>,
    judges: Vec<Option<Judge>>,
    memory: JudgeMemory,
    counter: u64,
    /// The place of the step that is next or under way.
    at: usize,
    phase: Phase,
    step_began: Instant,
    /// How often the steps of a *repeat* are carried out again, while they are.
    left: Vec<Option<u64>>,
    pub(super) heard: VecDeque<Heard>,
    pub(super) heard_bytes: usize,
    /// What a step has waited for last.
    matched: Option<Heard>,
    /// Where the step sends to, if it names that and it is one peer.
    recipient: Option<Address>,
    /// How many messages came while the present step waited, or wait for it already.
    came: u64,
    passed: u64,
}

#[derive(Debug)]
enum Phase {
    /// The step has not begun.
    Next,
    /// Payloads go out on a schedule.
    Sending { schedule: Schedule, refused: Option<String> },
    /// A file goes out, on a schedule.
    File { schedule: Schedule, is_under_way: bool, outcome: Option<Result<(), String>> },
    /// Something is waited for.
    Waiting { until: Instant, has_matched: bool },
    /// Time passes.
    Delaying { until: Instant },
    /// The connection was asked to end.
    Closing { refused: Option<String> },
    /// All is carried out, or a step did not hold: the run is to be told as ended.
    Ending { failed: Option<usize> },
    /// There is nothing more to do.
    Done,
}

/// Something that happened, kept until a step asks for it.
#[derive(Clone, Debug)]
pub struct Heard {
    peer: PeerId,
    remote: Address,
    local: Address,
    wall_ns: i64,
    delta_ns: Option<i64>,
    what: HeardWhat,
}

#[derive(Clone, Debug)]
enum HeardWhat {
    Message { bytes: Box<[u8]>, whole: bool },
    Joined { event: &'static str },
    Left { reason: &'static str },
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Todo {
    /// These bytes are sent; a refusal is told by [`SequenceRun::was_refused`].
    Send {
        /// To whom.
        to: Recipients,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// A file is sent; its end is told by [`SequenceRun::file_has_ended`].
    SendFile {
        /// To whom.
        to: Recipients,
        /// Its path, as the file of the sequence has it.
        path: String,
        /// What is put behind its bytes.
        dress: Dress,
    },
    /// A connection is ended; a refusal is told by [`SequenceRun::was_refused`].
    Close {
        /// With whom.
        to: Recipients,
        /// How.
        how: CloseWay,
    },
    /// A step has ended.
    Tell(StepResult),
    /// The run has ended: all steps held, or one did not.
    Finish {
        /// How many held.
        passed: u64,
        /// The number of the one that did not.
        failed: Option<usize>,
    },
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Which, counted from 1.
    pub number: usize,
    /// The word that files have for what it does.
    pub word: &'static str,
    /// What it does, in the words of the file.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It held.
    Held,
    /// It did not, and why.
    Failed(StepFault),
}

impl SequenceRun {
    /// A run that begins now.
    pub fn new(sequence: Arc<Sequence>, times: &TimeFormat, now: Instant) -> SequenceRun {
        let judge = |step: &Step| match &step.action {
            Action::WaitFor { condition, .. } | Action::Expect { condition } => {
                Some(condition.expression().judge(sequence.encoding, times))
            }
            _ => None,
        };
        let judges = sequence.steps.iter().map(judge).collect();
        let mut memory = JudgeMemory::default();
        let mut counter = 1;
        for (name, value) in &sequence.variables {
            memory.variables.set(name, value.clone());
            // A variable of this name says where the counter starts.
            if name == "counter" {
                counter = value.trim().parse().unwrap_or(1);
            }
        }
        SequenceRun {
            left: vec![None; sequence.steps.len()],
            judges,
            memory,
            counter,
            at: 0,
            phase: Phase::Next,
            step_began: now,
            heard: VecDeque::new(),
            heard_bytes: 0,
            matched: None,
            recipient: None,
            came: 0,
            passed: 0,
            sequence,
        }
    }

    /// The sequence.
    pub fn sequence(&self) -> &Arc<Sequence> {
        &self.sequence
    }

    /// The number of the step that is next or under way, counted from 1.
    pub fn step(&self) -> usize {
        self.at + 1
    }

    /// Whether the next thing it does is to begin a step.
    pub fn is_between_steps(&self) -> bool {
        matches!(self.phase, Phase::Next)
    }

    /// Whether the next thing that it does is to wait for something that comes, which may be a peer.
    pub fn waits_first(&self) -> bool {
        let next = self.sequence.steps.iter().skip(self.at).find(|step| step.is_on);
        self.is_between_steps() && next.is_some_and(|step| matches!(step.action, Action::WaitFor { .. }))
    }

    /// Whose address the step that is next or under way names, because it sends to them.
    pub fn named_recipients(&self) -> Option<Recipients> {
        match &self.sequence.steps.iter().skip(self.at).find(|step| step.is_on)?.action {
            Action::Send { content, to, .. } => content.template.names_peer().then_some(*to),
            Action::SendFile { path, to, .. } => path.names_peer().then_some(*to),
            _ => None,
        }
    }

    /// Says where these are now, if they are one peer.
    pub fn recipient_is_at(&mut self, remote: Option<Address>) {
        self.recipient = remote;
    }

    /// How many steps held so far.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// What the run knows: names and values.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.memory.variables.iter()
    }

    /// When it has to be asked again, if nothing happens before.
    pub fn next_due(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Next
            | Phase::Ending { .. }
            | Phase::Closing { .. }
            | Phase::Waiting { has_matched: true, .. }
            | Phase::Sending { refused: Some(_), .. }
            | Phase::File { outcome: Some(_), .. } => Some(self.step_began),
            Phase::Done | Phase::File { is_under_way: true, .. } => None,
            Phase::Sending { schedule, .. } | Phase::File { schedule, .. } => {
                Some(schedule.next_due().unwrap_or(self.step_began))
            }
            Phase::Waiting { until, .. } | Phase::Delaying { until } => Some(*until),
        }
    }

    /// What came is kept for the steps that wait for it, now or later.
    pub fn hear(&mut self, occasion: &Occasion<'_>) {
        let heard = Heard::of(occasion);
        self.heard_bytes += heard.size();
        self.came += u64::from(heard.is_message());
        self.heard.push_back(heard);
        let is_too_much = |run: &SequenceRun| {
            run.heard.len() > MOST_HEARD || run.heard_bytes > MOST_HEARD_BYTES && run.heard.len() > 1
        };
        // What the present step waits for is not dropped.
        if is_too_much(self) && matches!(self.phase, Phase::Waiting { has_matched: false, .. }) {
            let has_matched = self.look_for_match();
            if let Phase::Waiting { has_matched: known, .. } = &mut self.phase {
                *known = has_matched;
            }
        }
        while is_too_much(self) {
            let Some(oldest) = self.heard.pop_front() else { break };
            self.heard_bytes -= oldest.size();
        }
    }

    /// What was to be done was refused.
    pub fn was_refused(&mut self, why: String) {
        match &mut self.phase {
            Phase::Sending { refused, .. } | Phase::Closing { refused } => *refused = Some(why),
            Phase::File { outcome, .. } => *outcome = Some(Err(why)),
            Phase::Next
            | Phase::Waiting { .. }
            | Phase::Delaying { .. }
            | Phase::Ending { .. }
            | Phase::Done => {}
        }
    }

    /// A file went out whole, or not.
    pub fn file_has_ended(&mut self, how: Result<(), String>) {
        if let Phase::File { outcome, .. } = &mut self.phase {
            *outcome = Some(how);
        }
    }

    /// The session is closed: nothing that is waited for can come any more.
    pub fn session_has_ended(&mut self, why: &str, moment: &mut Moment<'_>) -> Option<Todo> {
        if !matches!(self.phase, Phase::Waiting { .. }) {
            return None;
        }
        let todo = self.advance(moment);
        if todo.is_none() && matches!(self.phase, Phase::Waiting { .. }) {
            let what = self.what_was_wanted();
            let why = why.to_owned();
            return Some(self.fail(StepFault::SessionEnded { what, why }, moment));
        }
        todo
    }

    /// What is to be done now; nothing until something happens or time has passed.
    pub fn advance(&mut self, moment: &mut Moment<'_>) -> Option<Todo> {
        loop {
            let now = moment.now;
            match &mut self.phase {
                Phase::Done => return None,
                Phase::Ending { failed } => {
                    let failed = *failed;
                    self.phase = Phase::Done;
                    return Some(Todo::Finish { passed: self.passed, failed });
                }
                Phase::Next => {
                    if let Some(todo) = self.begin(moment) {
                        return Some(todo);
                    }
                }
                Phase::Sending { refused: Some(why), .. } | Phase::Closing { refused: Some(why) } => {
                    let why = StepFault::Refused(std::mem::take(why));
                    return Some(self.fail(why, moment));
                }
                Phase::Sending { schedule, .. } => {
                    if schedule.next_due().is_none() {
                        return Some(self.hold(moment));
                    }
                    if !schedule.take_due(now) {
                        return None;
                    }
                    return Some(self.send(moment));
                }
                Phase::Closing { refused: None } => return Some(self.hold(moment)),
                Phase::File { schedule, is_under_way, outcome } => {
                    match outcome.take() {
                        Some(Err(why)) => return Some(self.fail(StepFault::Refused(why), moment)),
                        Some(Ok(())) => *is_under_way = false,
                        None if *is_under_way => return None,
                        None => {}
                    }
                    if schedule.next_due().is_none() {
                        return Some(self.hold(moment));
                    }
                    if !schedule.take_due(now) {
                        return None;
                    }
                    *is_under_way = true;
                    return Some(self.send_file(moment));
                }
                Phase::Waiting { until, has_matched } => {
                    let (until, has_matched) = (*until, *has_matched);
                    if has_matched || self.look_for_match() {
                        return Some(self.hold(moment));
                    }
                    if now < until {
                        return None;
                    }
                    let (what, came) = (self.what_was_wanted(), self.came);
                    let within = millis_text(self.limit_millis());
                    return Some(self.fail(StepFault::NothingMatched { what, within, came }, moment));
                }
                Phase::Delaying { until } => {
                    if now < *until {
                        return None;
                    }
                    return Some(self.hold(moment));
                }
            }
        }
    }

    /// Begins the next step that is on. Gives what it asks for at once, if it does.
    fn begin(&mut self, moment: &mut Moment<'_>) -> Option<Todo> {
        let sequence = Arc::clone(&self.sequence);
        while sequence.steps.get(self.at).is_some_and(|step| !step.is_on) {
            self.at += 1;
        }
        self.step_began = moment.now;
        self.came = self.heard.iter().filter(|heard| heard.is_message()).count() as u64;
        let Some(step) = sequence.steps.get(self.at) else {
            self.phase = Phase::Ending { failed: None };
            return None;
        };
        match &step.action {
            Action::Send { times, every, .. } => {
                let schedule = Schedule::new(moment.now, *every, Some(*times));
                self.phase = Phase::Sending { schedule, refused: None };
                None
            }
            Action::SendFile { times, every, .. } => {
                let schedule = Schedule::new(moment.now, *every, Some(*times));
                self.phase = Phase::File { schedule, is_under_way: false, outcome: None };
                None
            }
            Action::WaitFor { within, .. } => {
                self.phase = Phase::Waiting { until: moment.now + *within, has_matched: false };
                None
            }
            Action::Expect { condition } => {
                if self.is_expected() {
                    return Some(self.hold(moment));
                }
                let values = self.values_in(condition.expression());
                let condition = condition.to_string();
                Some(self.fail(StepFault::NotHeld { condition, values }, moment))
            }
            Action::Delay { time } => {
                self.phase = Phase::Delaying { until: moment.now + *time };
                None
            }
            Action::Set { values } => {
                for (name, template) in values {
                    match self.text(template, moment) {
                        Ok(value) => self.memory.variables.set(name, value),
                        Err(why) => return Some(self.fail(why.into(), moment)),
                    }
                }
                Some(self.hold(moment))
            }
            Action::Close { how, to } => {
                self.phase = Phase::Closing { refused: None };
                Some(Todo::Close { to: *to, how: *how })
            }
            Action::Repeat { times, from } => Some(self.repeat(*times, *from, moment)),
        }
    }

    /// The steps from `from` on were carried out once before this one is reached.
    fn repeat(&mut self, times: u64, from: usize, moment: &mut Moment<'_>) -> Todo {
        let place = self.at;
        let left = self.left[place].unwrap_or(times.saturating_sub(1));
        if left == 0 {
            self.left[place] = None;
            return self.hold(moment);
        }
        let told = self.hold(moment);
        self.left[place] = Some(left - 1);
        self.at = from.saturating_sub(1);
        // Repeats inside begin anew.
        for inner in &mut self.left[self.at..place] {
            *inner = None;
        }
        told
    }

    /// The next payload of a step that sends.
    fn send(&mut self, moment: &mut Moment<'_>) -> Todo {
        let sequence = Arc::clone(&self.sequence);
        let Some(Step { action: Action::Send { content, to, .. }, .. }) = sequence.steps.get(self.at) else {
            return self.hold(moment);
        };
        let filled = content.fill(&mut self.surroundings(moment));
        match filled {
            Ok(filled) => {
                if content.template.counts() {
                    self.count();
                }
                Todo::Send { to: *to, bytes: filled.bytes.into() }
            }
            Err(why) => self.fail(why.into(), moment),
        }
    }

    /// The file of a step that sends one, once.
    fn send_file(&mut self, moment: &mut Moment<'_>) -> Todo {
        let sequence = Arc::clone(&self.sequence);
        let Some(Step { action: Action::SendFile { path, dress, to, .. }, .. }) = sequence.steps.get(self.at)
        else {
            return self.hold(moment);
        };
        match self.text(path, moment) {
            Ok(path) => Todo::SendFile { to: *to, path, dress: dress.placed(moment.placing) },
            Err(why) => self.fail(why.into(), moment),
        }
    }

    fn count(&mut self) {
        self.counter = self.counter.wrapping_add(1);
        if self.memory.variables.get("counter").is_some() {
            self.memory.variables.set("counter", self.counter.to_string());
        }
    }

    fn surroundings<'a>(&'a self, moment: &'a mut Moment<'_>) -> Surroundings<'a> {
        let matched = self.matched.as_ref();
        Surroundings {
            counter: self.counter,
            wall_ns: moment.wall_ns,
            times: moment.times,
            random: moment.random,
            peer: self.recipient.or(matched.map(|heard| heard.remote)),
            message: matched.and_then(|heard| heard.occasion().message()),
            variables: &self.memory.variables,
            placing: moment.placing,
        }
    }

    fn text(&self, template: &Template, moment: &mut Moment<'_>) -> Result<String, FillError> {
        template.fill_text(&mut self.surroundings(moment))
    }

    /// Whether something that was heard is what the step waits for. It and all before it are used up then.
    fn look_for_match(&mut self) -> bool {
        let Some(Some(judge)) = self.judges.get(self.at) else { return false };
        while let Some(heard) = self.heard.pop_front() {
            self.heard_bytes -= heard.size();
            if judge.matches(&heard.occasion(), &mut self.memory) {
                self.matched = Some(heard);
                return true;
            }
        }
        false
    }

    fn is_expected(&mut self) -> bool {
        let Some(Some(judge)) = self.judges.get(self.at) else { return false };
        let nothing = Heard::nothing();
        let matched = self.matched.as_ref().unwrap_or(&nothing);
        judge.matches(&matched.occasion(), &mut self.memory)
    }

    fn limit_millis(&self) -> u64 {
        match self.sequence.steps.get(self.at).map(|step| &step.action) {
            Some(Action::WaitFor { within, .. }) => u64::try_from(within.as_millis()).unwrap_or(u64::MAX),
            _ => 0,
        }
    }

    fn what_was_wanted(&self) -> String {
        self.sequence.steps.get(self.at).map_or_else(String::new, |step| step.action.what())
    }

    /// The values of the variables that a condition names.
    fn values_in(&self, expression: &crate::codec::expression::Expression) -> KnownValues {
        let mut told = KnownValues::default();
        for test in expression.tests() {
            let subject = match &test.subject {
                Subject::Variable(name) => Some(name.as_str()),
                _ => None,
            };
            let compared = test.values.iter().filter(|value| value.meaning == Meaning::Variable);
            let compared = compared.filter_map(|value| value.text.characters());
            for name in subject.into_iter().chain(compared) {
                let value = self.memory.variables.get(name);
                let value = (name.to_owned(), value.map(ToString::to_string));
                if !told.0.contains(&value) {
                    told.0.push(value);
                }
            }
        }
        told
    }

    /// The step held: the next is to begin.
    fn hold(&mut self, moment: &Moment<'_>) -> Todo {
        self.passed += 1;
        let told = self.result(Outcome::Held, moment);
        self.at += 1;
        self.phase = Phase::Next;
        self.step_began = moment.now;
        told
    }

    /// The step did not hold: none follows.
    fn fail(&mut self, why: StepFault, moment: &Moment<'_>) -> Todo {
        let told = self.result(Outcome::Failed(why), moment);
        self.phase = Phase::Ending { failed: Some(self.step()) };
        told
    }

    fn result(&self, outcome: Outcome, moment: &Moment<'_>) -> Todo {
        let (word, what) = match self.sequence.steps.get(self.at) {
            Some(step) => (step.action.word(), step.action.what()),
            None => ("", String::new()),
        };
        let took = moment.now.saturating_duration_since(self.step_began);
        Todo::Tell(StepResult { number: self.step(), word, what, outcome, took })
    }
}

impl Heard {
    fn of(occasion: &Occasion<'_>) -> Heard {
        let what = match occasion.what {
            What::Message { bytes, whole } => HeardWhat::Message { bytes: bytes.into(), whole },
            What::Joined { event } => HeardWhat::Joined { event },
            What::Left { reason } => HeardWhat::Left { reason },
        };
        let Occasion { peer, remote, local, wall_ns, delta_ns, .. } = *occasion;
        Heard { peer, remote, local, wall_ns, delta_ns, what }
    }

    /// What is judged where nothing was waited for yet: it has no payload and no event.
    fn nothing() -> Heard {
        Heard {
            peer: PeerId::FIRST,
            remote: Address::None,
            local: Address::None,
            wall_ns: 0,
            delta_ns: None,
            what: HeardWhat::Joined { event: "" },
        }
    }

    fn is_message(&self) -> bool {
        matches!(self.what, HeardWhat::Message { .. })
    }

    fn occasion(&self) -> Occasion<'_> {
        let what = match &self.what {
            HeardWhat::Message { bytes, whole } => What::Message { bytes, whole: *whole },
            HeardWhat::Joined { event } => What::Joined { event },
            HeardWhat::Left { reason } => What::Left { reason },
        };
        let Heard { peer, remote, local, wall_ns, delta_ns, .. } = *self;
        Occasion { peer, remote, local, wall_ns, delta_ns, what }
    }

    fn size(&self) -> usize {
        match &self.what {
            HeardWhat::Message { bytes, .. } => bytes.len(),
            HeardWhat::Joined { .. } | HeardWhat::Left { .. } => 0,
        }
    }
}
