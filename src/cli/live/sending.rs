//! Hands the sends of the command line and the lines of standard input to the session, in order, as fast as it takes
//! them. What is refused is said once, and remembered for the exit code.

use crate::cli::bell::Bell;
use crate::cli::live::payloads::{Dressing, Step};
use crate::cli::live::stops::is_ready;
use crate::cli::outcome::say;
use crate::cli::stdin_lines::{Line, StdinLines};
use crate::engine::command::{Command, Content, Pace, SendSource, Target};
use crate::engine::event::{Event, Rejection};
use crate::engine::handle::SessionHandle;
use crate::engine::shared::Status;
use crate::model::config::SessionKind;
use crate::model::ids::{JobId, PeerId, Ticket};
use crate::model::record::Origin;
use crate::model::websocket::MessageForm;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Who gets the sends of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendTo {
    /// Each peer, when it joins.
    EachPeer,
    /// The remote address of the settings, once.
    Configured,
}

/// Who gets lines of standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ToPeers {
    /// Every peer that is there
    All,
    /// The peer from which something came or that joined last
    Last,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct SendPlan {
    pub(super) to: SendTo,
    pub(super) lines_to: ToPeers,
    pub(super) steps: Vec<Step>,
    pub(super) repeat: Option<(Duration, Option<u64>)>,
    pub(super) stdin: Option<Dressing>,
}

/// The name of what is repeated; files are counted from 1.
const REPEAT: JobId = JobId(0);

/// So many peers are looked at in one go.
const PEERS_AT_ONCE: usize = 256;

/// The sends under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that is remembered")]
pub(super) struct LiveSends {
    plan: SendPlan,
    kind: SessionKind,
    stdin: Option<StdinLines>,
    next_peer: PeerId,
    begun: bool,
    queue: VecDeque<Due>,
    /// Those who may go when what is repeated has reached them.
    until_repeated: Vec<PeerId>,
    unanswered: BTreeSet<Ticket>,
    waiting: Option<Waiting>,
    next_job: JobId,
    repeating: bool,
    /// What is repeated ends by itself.
    repeat_is_counted: bool,
    /// It was asked for and not answered yet.
    repeat_asked: Option<Ticket>,
    write_shut: bool,
    /// The session keeps each peer until it has got everything.
    promises: bool,
    refused: bool,
}

/// What is to be handed over next.
enum Due {
    Send(Target, Step),
    /// A peer has got all of it, and may go.
    Kept(PeerId),
}

/// What has to be answered before anything else is sent.
enum Waiting {
    File {
        ticket: Ticket,
        job: JobId,
    },
    Line {
        ticket: Ticket,
        payload: Vec<u8>,
    },
    /// Refused because there was no room or nobody there; tried again with the next news.
    LineAgain(Vec<u8>),
}

impl LiveSends {
    /// Starts to read standard input, if it was asked for.
    pub(super) fn new(plan: SendPlan, kind: SessionKind, bell: &Arc<Bell>) -> std::io::Result<LiveSends> {
        let repeat_is_counted = matches!(plan.repeat, Some((_, Some(_))));
        let promises = plan.to == SendTo::EachPeer && !plan.steps.is_empty();
        let stdin = plan.stdin.is_some().then(|| StdinLines::start(Arc::clone(bell))).transpose()?;
        Ok(LiveSends {
            plan,
            kind,
            stdin,
            next_peer: PeerId::FIRST,
            begun: false,
            queue: VecDeque::new(),
            until_repeated: Vec::new(),
            promises,
            unanswered: BTreeSet::new(),
            waiting: None,
            next_job: JobId(1),
            repeating: false,
            repeat_is_counted,
            repeat_asked: None,
            write_shut: false,
            refused: false,
        })
    }

    /// Whether something was refused.
    pub(super) fn was_refused(&self) -> bool {
        self.refused
    }

    /// What the session has to know before it opens, so that no peer goes before it has got its sends.
    pub(super) fn promise(&self) -> Option<Command> {
        self.promises.then_some(Command::PromiseSends)
    }

    /// The session has ended by itself, and nothing more can be sent.
    pub(super) fn session_has_ended(&mut self) {
        let is_left = self.queue.iter().any(|due| matches!(due, Due::Send(..)));
        if is_left && !self.refused {
            self.refused = true;
            say("sockscope-cli: the connection ended before everything was sent");
        }
    }

    /// Whether an answer is awaited, so that the next look should not be put off.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some() || !self.queue.is_empty()
    }

    /// Whether everything was sent to somebody and nothing is left to send.
    pub(super) fn is_done(&self, session: &SessionHandle) -> bool {
        let handed_over = self.begun
            && self.queue.is_empty()
            && self.unanswered.is_empty()
            && self.waiting.is_none()
            && !self.repeating
            && self.stdin.is_none();
        handed_over && queues_are_empty(session)
    }

    /// Takes an answer of the session.
    pub(super) fn take_event(&mut self, event: Event) {
        match event {
            Event::Accepted { ticket } => {
                self.unanswered.remove(&ticket);
                if self.repeat_asked.take_if(|asked| *asked == ticket).is_some() && !self.repeat_is_counted {
                    // Its first period comes before whatever is asked for from now on.
                    self.let_go_of_repeated();
                }
                if matches!(&self.waiting, Some(Waiting::Line { ticket: line, .. }) if *line == ticket) {
                    self.waiting = None;
                }
            }
            Event::Rejected { ticket, why } => self.take_rejection(ticket, &why),
            // Sequences are told to whoever has asked for one.
            Event::SendProgress { .. } | Event::StepEnded(_) | Event::SequenceEnded { .. } => {}
            Event::SendFinished { job: REPEAT, outcome } => {
                self.repeating = false;
                self.let_go_of_repeated();
                self.take_outcome("nothing is repeated any more", outcome);
            }
            Event::SendFinished { job, outcome } => {
                if matches!(self.waiting, Some(Waiting::File { job: waiting, .. }) if waiting == job) {
                    self.waiting = None;
                }
                self.take_outcome("the file was not sent whole", outcome);
            }
        }
    }

    fn take_outcome(&mut self, what: &str, outcome: Result<(), Rejection>) {
        match outcome {
            Ok(()) | Err(Rejection::Cancelled) => {}
            Err(why) => self.refuse(what, &why),
        }
    }

    fn take_rejection(&mut self, ticket: Ticket, why: &Rejection) {
        match self.waiting.take() {
            Some(Waiting::Line { ticket: line, payload }) if line == ticket => match why {
                Rejection::QueueFull { .. }
                | Rejection::Busy
                | Rejection::Paused(_)
                | Rejection::NoPeer
                | Rejection::NotConnected => self.waiting = Some(Waiting::LineAgain(payload)),
                _ => self.refuse("a line was not sent", why),
            },
            other => {
                self.waiting = other
                    .filter(|other| !matches!(other, Waiting::File { ticket: file, .. } if *file == ticket));
                if self.repeat_asked.take_if(|asked| *asked == ticket).is_some() {
                    self.repeating = false;
                    self.let_go_of_repeated();
                }
                let was_send = self.unanswered.remove(&ticket);
                let has_gone = matches!(why, Rejection::PeerGone(_) | Rejection::NoPeer);
                if was_send && !(has_gone && self.plan.to == SendTo::EachPeer) {
                    self.refuse_send(why);
                }
            }
        }
    }

    /// What failed on the way says itself what could not be done.
    fn refuse_send(&mut self, why: &Rejection) {
        if let Rejection::Failed(failure) = why {
            self.refused = true;
            say(format_args!("sockscope-cli: {failure}"));
        } else {
            self.refuse("cannot send", why);
        }
    }

    fn refuse(&mut self, what: &str, why: &Rejection) {
        self.refused = true;
        say(format_args!("sockscope-cli: {what}: {why}"));
    }

    /// Hands over what can be handed over now.
    pub(super) fn advance(&mut self, session: &SessionHandle, status: &Status) {
        if !is_ready(&status.state) {
            return;
        }
        self.greet(session);
        self.start_repeat(session);
        self.send_queue(session);
        self.send_lines(session, status);
    }

    /// Queues the sends for those who have not had them.
    fn greet(&mut self, session: &SessionHandle) {
        if self.plan.to == SendTo::Configured {
            if !self.begun {
                self.begun = true;
                self.queue_steps(&Target::Configured);
            }
            return;
        }
        loop {
            let peers = session.shared().peers_from(self.next_peer, PEERS_AT_ONCE);
            let Some(last) = peers.last() else { return };
            self.next_peer = last.id.next();
            for peer in peers.iter().filter(|peer| peer.state.can_send()) {
                self.begun = true;
                self.queue_steps(&Target::Peers(vec![peer.id]));
                if self.promises {
                    self.promise_until_sent(peer.id);
                }
            }
        }
    }

    fn queue_steps(&mut self, target: &Target) {
        if self.plan.repeat.is_none() {
            self.queue.extend(self.plan.steps.iter().map(|step| Due::Send(target.clone(), step.clone())));
        }
    }

    /// The peer may go when it has got its sends: of those that are repeated the first, or the last where there is one.
    fn promise_until_sent(&mut self, peer: PeerId) {
        let is_to_begin = self.plan.repeat.is_some() || self.repeat_asked.is_some();
        if is_to_begin || self.repeating && self.repeat_is_counted {
            self.until_repeated.push(peer);
        } else {
            self.queue.push_back(Due::Kept(peer));
        }
    }

    fn let_go_of_repeated(&mut self) {
        self.queue.extend(self.until_repeated.drain(..).map(Due::Kept));
    }

    fn start_repeat(&mut self, session: &SessionHandle) {
        if !self.begun {
            return;
        }
        let Some((every, times)) = self.plan.repeat.take() else { return };
        let payloads = self.plan.steps.iter().filter_map(|step| match step {
            Step::Content(content) => Some(content.clone()),
            Step::File(..) => None,
        });
        let target = match self.plan.to {
            SendTo::EachPeer => Target::All,
            SendTo::Configured => Target::Configured,
        };
        let (job, payloads) = (REPEAT, payloads.collect());
        match session.send(Command::StartRepeat { job, target, payloads, every, times }) {
            Ok(ticket) => {
                self.unanswered.insert(ticket);
                self.repeat_asked = Some(ticket);
                self.repeating = true;
                // From now on the schedule sends them; a peer that joins later is reached by it too.
                self.plan.steps.clear();
            }
            Err(_) => self.plan.repeat = Some((every, times)),
        }
    }

    fn send_queue(&mut self, session: &SessionHandle) {
        while self.waiting.is_none() {
            let (target, step) = match self.queue.pop_front() {
                None => return,
                Some(Due::Send(target, step)) => (target, step),
                Some(Due::Kept(peer)) => match session.send(Command::PromiseKept(peer)) {
                    Ok(_) => continue,
                    Err(_) => return self.queue.push_front(Due::Kept(peer)),
                },
            };
            let command = match &step {
                Step::Content(content) => {
                    Command::Send { target: target.clone(), content: content.clone(), origin: Origin::User }
                }
                Step::File(path, dress) => Command::SendLong {
                    job: self.next_job,
                    target: target.clone(),
                    source: SendSource::of_file(path.clone(), *dress),
                    pace: Pace::default(),
                },
            };
            match session.send(command) {
                Ok(ticket) => {
                    self.unanswered.insert(ticket);
                    if matches!(step, Step::File(..)) {
                        self.waiting = Some(Waiting::File { ticket, job: self.next_job });
                        self.next_job = JobId(self.next_job.0.wrapping_add(1));
                    }
                }
                Err(_) => return self.queue.push_front(Due::Send(target, step)),
            }
        }
    }

    fn send_lines(&mut self, session: &SessionHandle, status: &Status) {
        let somebody_is_there = self.plan.to == SendTo::Configured || status.peers_present > 0;
        if !somebody_is_there || !self.queue.is_empty() {
            return;
        }
        if let Some(Waiting::LineAgain(payload)) = &mut self.waiting {
            let payload = std::mem::take(payload);
            self.waiting = None;
            self.send_line(session, payload);
        }
        while self.waiting.is_none() {
            let Some(dressing) = self.plan.stdin else { return };
            let Some(line) = self.stdin.as_ref().map(StdinLines::next) else { return };
            match line {
                Line::Text(line) => self.send_text(session, &dressing, line),
                Line::NotYet => return,
                Line::End => self.end_lines(session),
                Line::Failed(error) => {
                    self.refused = true;
                    say(format_args!("sockscope-cli: cannot read standard input: {error}"));
                    self.end_lines(session);
                }
            }
        }
    }

    fn send_text(&mut self, session: &SessionHandle, dressing: &Dressing, line: Vec<u8>) {
        match dressing.dress_line(line) {
            Ok(payload) => self.send_line(session, payload),
            Err(why) => {
                self.refused = true;
                say(format_args!("sockscope-cli: a line was not sent: {why}"));
            }
        }
    }

    fn send_line(&mut self, session: &SessionHandle, payload: Vec<u8>) {
        let target = match (self.plan.to, self.plan.lines_to) {
            (SendTo::Configured, _) => Target::Configured,
            (SendTo::EachPeer, ToPeers::All) => Target::All,
            (SendTo::EachPeer, ToPeers::Last) => Target::Last,
        };
        let content = Content::Bytes { bytes: payload.clone(), form: MessageForm::Text };
        let command = Command::Send { target, content, origin: Origin::User };
        self.waiting = Some(match session.send(command) {
            Ok(ticket) => Waiting::Line { ticket, payload },
            Err(_) => Waiting::LineAgain(payload),
        });
    }

    /// The end of standard input is the end of our direction of a connection.
    fn end_lines(&mut self, session: &SessionHandle) {
        self.stdin = None;
        if self.kind.shape().connects() && !self.repeating && !self.write_shut {
            self.write_shut = session.send(Command::ShutDownWrite(Target::All)).is_ok();
        }
    }
}

/// Whether the kernel has taken everything.
fn queues_are_empty(session: &SessionHandle) -> bool {
    let mut next = PeerId::FIRST;
    loop {
        let peers = session.shared().peers_from(next, PEERS_AT_ONCE);
        let Some(last) = peers.last() else { return true };
        if peers.iter().any(|peer| peer.state.is_present() && peer.queued_bytes > 0) {
            return false;
        }
        next = last.id.next();
    }
}
