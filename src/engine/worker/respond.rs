//! Answering what was received: cuts it into messages, asks the rules, and keeps what they want until it is its time.
//! A sequence that runs hears the same messages.

use crate::automation::occasion::{Occasion, What};
use crate::automation::rules::{AnswerTo, Moment, Reaction, Rule, RuleMemory, RuleSet, Tally};
use crate::automation::sequence::SequenceRun;
use crate::codec::checksum::placing::Placing;
use crate::codec::framing::MessageEnd;
use crate::codec::time::TimeFormat;
use crate::engine::worker::log::{Log, Presence};
use crate::engine::worker::message_cutter::{MOST_WAITING_BYTES, MessageCutter, WaitingSum};
use crate::engine::worker::queue::Payload;
use crate::model::address::Address;
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::record::{LossKind, Origin};
use crate::model::status::RuleStatus;
use crate::util::clock;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much of what is echoed may wait until the limit of replies allows it.
const MOST_HELD_BYTES: usize = 8 << 20;

/// So many answers may wait for their time.
const MOST_LATER: usize = 65_536;

/// So many bytes they may have together.
const MOST_LATER_BYTES: usize = 64 << 20;

/// Counts of rules are shown no more often than this.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// Fills bytes with something else each time.
type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// An answer on its way: the bytes, and who caused them.
pub(super) type Answer = (Payload, Origin);

/// Whose message it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    pub(super) peer: PeerId,
    pub(super) remote: Address,
    pub(super) local: Address,
    /// Its bytes are a stream, of which no part may be left out.
    pub(super) is_stream: bool,
}

/// Whom an answer goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Peer(PeerId),
    All,
}

/// The rules of a session with what they remember, and the sequence that runs.
pub(super) struct Answering {
    rules: RuleSet,
    memory: RuleMemory,
    /// How streams are cut, for rules and sequence alike.
    framing: Framing,
    /// What waits in the cutters of all peers.
    waiting: WaitingSum,
    pub(super) run: Option<SequenceRun>,
    times: OnceCell<TimeFormat>,
    random: Random,
    reactions: Vec<Reaction>,
    /// What is to be done before the next message is read.
    wanted: Vec<(PeerId, Reaction)>,
    /// Where the session has its checksums.
    pub(super) placing: Placing,
    /// What is to be done later, by its time.
    later: BTreeMap<(Instant, u64), (PeerId, Reaction)>,
    next_later: u64,
    later_bytes: usize,
    /// How many answers wait for their time, by whom they go to.
    later_sends: BTreeMap<Whom, usize>,
    /// What was read of streams and is echoed as soon as the limit allows it.
    held: BTreeMap<PeerId, (usize, Vec<u8>)>,
    held_bytes: usize,
    /// Rules whose answers are being handed over.
    answered: Vec<usize>,
    show_due: Option<Instant>,
}

impl Answering {
    pub(super) fn new(rules: RuleSet, now: Instant) -> Answering {
        Answering {
            memory: RuleMemory::new(&rules, now),
            framing: rules.framing.clone(),
            waiting: WaitingSum::default(),
            rules,
            run: None,
            times: OnceCell::new(),
            random: {
                let mut random = fastrand::Rng::new();
                Box::new(move |bytes| random.fill(bytes))
            },
            reactions: Vec::new(),
            wanted: Vec::new(),
            placing: Placing::default(),
            later: BTreeMap::new(),
            next_later: 0,
            later_bytes: 0,
            later_sends: BTreeMap::new(),
            held: BTreeMap::new(),
            held_bytes: 0,
            answered: Vec::new(),
            show_due: Some(now),
        }
    }

    /// Other rules from now on. A sequence that runs goes on, and a rule that keeps its name keeps its counts.
    pub(super) fn set_rules(&mut self, rules: RuleSet, now: Instant) {
        let run = self.run.take();
        let mut new = Answering { run, placing: self.placing, ..Answering::new(rules, now) };
        let names = |rules: &RuleSet| rules.rules().map(|rule| rule.name.clone()).collect::<Vec<_>>();
        new.memory.keep_tallies(&names(&new.rules), &mut self.memory, &names(&self.rules));
        *self = new;
    }

    /// A sequence runs from now on, and hears messages that are cut like this.
    pub(super) fn start_run(&mut self, run: SequenceRun, framing: Framing) {
        self.run = Some(run);
        self.framing = framing;
    }

    /// Whether messages are wanted.
    pub(super) fn is_active(&self) -> bool {
        self.run.is_some() || self.rules.listens()
    }

    pub(super) fn new_cutter(&self) -> MessageCutter {
        MessageCutter::new(&self.framing, &self.waiting)
    }

    /// How times are told, and where random bytes come from.
    pub(super) fn moment(&mut self, now: Instant) -> Moment<'_> {
        moment(&self.times, &mut self.random, self.placing, now)
    }

    /// What goes back at once for the bytes that came just now from a stream.
    pub(super) fn answers(
        &mut self,
        whose: Whose,
        cutter: &mut MessageCutter,
        bytes: &[u8],
        now: Instant,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.take_in(bytes, now, MOST_WAITING_BYTES, |message, end| {
            self.answer(whose, message, end, now, &mut answers);
        });
        answers
    }

    /// What goes back for a message that ended because nothing more came.
    pub(super) fn answers_after_silence(
        &mut self,
        whose: Whose,
        cutter: &mut MessageCutter,
        now: Instant,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.end_silent(now, |message, end| self.answer(whose, message, end, now, &mut answers));
        answers
    }

    /// What goes back for a message that ended because the peer has said that it sends no more.
    pub(super) fn answers_at_the_end(
        &mut self,
        whose: Whose,
        cutter: &mut MessageCutter,
        now: Instant,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        cutter.end(|message, end| self.answer(whose, message, end, now, &mut answers));
        answers
    }

    /// What goes back for one datagram, which is a message by itself.
    pub(super) fn answers_to_datagram(&mut self, whose: Whose, bytes: &[u8], now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.answer(whose, bytes, MessageEnd::Whole, now, &mut answers);
        answers
    }

    /// The answers that were given last have been handed over.
    pub(super) fn have_gone_out(&mut self, arrived: Instant) {
        if self.answered.is_empty() {
            return;
        }
        let took = arrived.elapsed();
        for rule in self.answered.drain(..) {
            self.memory.has_answered(rule, took);
        }
    }

    fn answer(
        &mut self,
        whose: Whose,
        message: &[u8],
        end: MessageEnd,
        now: Instant,
        answers: &mut Vec<Answer>,
    ) {
        let wall_ns = clock::now().wall_ns;
        let delta_ns = self.memory.delta_ns(whose.peer, wall_ns);
        let what = What::Message { bytes: message, whole: end == MessageEnd::Whole };
        let occasion = occasion(whose, wall_ns, delta_ns, what);
        if let Some(run) = &mut self.run {
            run.hear(&occasion);
        }
        if self.rules.listens() {
            self.react(&occasion, now);
            self.sort(whose, now, answers);
        }
    }

    /// What rules and the sequence do about a peer that has come or gone.
    pub(super) fn notice(&mut self, presence: &Presence, now: Instant) {
        let whose =
            Whose { peer: presence.peer, remote: presence.remote, local: presence.local, is_stream: true };
        let occasion = occasion(whose, clock::now().wall_ns, None, presence.what);
        if let Some(run) = &mut self.run {
            run.hear(&occasion);
        }
        if self.rules.listens() {
            self.react(&occasion, now);
            let mut answers = Vec::new();
            self.sort(whose, now, &mut answers);
            // Nothing is being read here that the answers would have to come before.
            let wants = answers.into_iter().zip(self.answered.drain(..)).map(|((bytes, _), rule)| {
                let (to, after) = (AnswerTo::Sender, Duration::ZERO);
                (whose.peer, Reaction::Send { rule, to, bytes: bytes.into_bytes(), after })
            });
            let later = std::mem::take(&mut self.wanted);
            self.wanted = wants.chain(later).collect();
        }
        if matches!(presence.what, What::Left { .. }) {
            self.memory.forget(presence.peer);
            if let Some((_, held)) = self.held.remove(&presence.peer) {
                self.held_bytes -= held.len();
            }
        }
    }

    fn react(&mut self, occasion: &Occasion<'_>, now: Instant) {
        let Answering { rules, memory, times, random, reactions, placing, .. } = self;
        let mut moment = moment(times, random, *placing, now);
        moment.wall_ns = occasion.wall_ns;
        rules.react(memory, occasion, &mut moment, reactions);
    }

    /// What goes to the sender at once is given back; the rest is kept for its time, in order.
    fn sort(&mut self, whose: Whose, now: Instant, answers: &mut Vec<Answer>) {
        let mut at_once = true;
        for reaction in std::mem::take(&mut self.reactions) {
            let rule = reaction.rule();
            match reaction {
                Reaction::Send { to: AnswerTo::Sender, bytes, after: Duration::ZERO, .. } if at_once => {
                    if self.held.contains_key(&whose.peer) && self.origin(rule) == Origin::Echo {
                        // What comes later must not overtake what is held.
                        self.hold(whose, rule, &bytes);
                        continue;
                    }
                    self.answered.push(rule);
                    answers.push((self.payload(rule, bytes), self.origin(rule)));
                }
                Reaction::Send { after, .. } | Reaction::Close { after, .. } if !after.is_zero() => {
                    self.do_later(now + after, whose.peer, reaction);
                }
                Reaction::HeldBack { bytes, .. } if whose.is_stream => self.hold(whose, rule, &bytes),
                Reaction::HeldBack { .. } => self.memory.is_held_back(rule),
                reaction => {
                    at_once = false;
                    self.wanted.push((whose.peer, reaction));
                }
            }
        }
    }

    /// Keeps what is echoed to a stream until the limit allows it: a stream has no part that could be left out.
    fn hold(&mut self, whose: Whose, rule: usize, bytes: &[u8]) {
        if self.held_bytes + bytes.len() > MOST_HELD_BYTES {
            return self.memory.is_held_back(rule);
        }
        self.held_bytes += bytes.len();
        self.held.entry(whose.peer).or_insert((rule, Vec::new())).1.extend_from_slice(bytes);
    }

    fn do_later(&mut self, due: Instant, peer: PeerId, reaction: Reaction) {
        let bytes = bytes_of(&reaction);
        if self.later.len() >= MOST_LATER || self.later_bytes + bytes > MOST_LATER_BYTES {
            return self.memory.is_held_back(reaction.rule());
        }
        self.later_bytes += bytes;
        self.next_later += 1;
        if let Some(recipient) = recipient(peer, &reaction) {
            *self.later_sends.entry(recipient).or_default() += 1;
        }
        self.later.insert((due, self.next_later), (peer, reaction));
    }

    /// What is to be done now: what was wanted just now, what has waited for its time, and what timers want.
    pub(super) fn take_wanted(&mut self, now: Instant, may_send: bool) -> Vec<(Option<PeerId>, Reaction)> {
        let mut wanted: Vec<_> =
            self.wanted.drain(..).map(|(peer, reaction)| (Some(peer), reaction)).collect();
        while let Some(first) = self.later.first_entry().filter(|entry| entry.key().0 <= now) {
            let (peer, reaction) = first.remove();
            self.later_bytes -= bytes_of(&reaction);
            if let Some(recipient) = recipient(peer, &reaction)
                && let Entry::Occupied(mut count) = self.later_sends.entry(recipient)
            {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
            wanted.push((Some(peer), reaction));
        }
        if self.held_due().is_some_and(|due| due <= now) {
            for (peer, (rule, bytes)) in std::mem::take(&mut self.held) {
                if self.memory.allow(rule, now) {
                    self.held_bytes -= bytes.len();
                    let (to, after) = (AnswerTo::Sender, Duration::ZERO);
                    wanted.push((Some(peer), Reaction::Send { rule, to, bytes: bytes.into(), after }));
                } else {
                    self.held.insert(peer, (rule, bytes));
                }
            }
        }
        if may_send && self.memory.next_timer().is_some_and(|due| due <= now) {
            let Answering { rules, memory, times, random, reactions, placing, .. } = self;
            rules.react_to_time(memory, &mut moment(times, random, *placing, now), reactions);
            wanted.extend(self.reactions.drain(..).map(|reaction| (None, reaction)));
        }
        wanted
    }

    /// Whether something is still to be sent to a peer that was wanted before: an answer that waits for its time, or
    /// for the limit.
    pub(super) fn owes(&self, peer: PeerId) -> bool {
        let is_for_it = |whom: Whom| matches!(whom, Whom::All) || whom == Whom::Peer(peer);
        self.held.contains_key(&peer)
            || self.later_sends.contains_key(&Whom::Peer(peer))
            || self.later_sends.contains_key(&Whom::All)
            || self
                .wanted
                .iter()
                .any(|(sender, reaction)| recipient(*sender, reaction).is_some_and(is_for_it))
    }

    fn held_due(&self) -> Option<Instant> {
        self.held.values().filter_map(|(rule, _)| self.memory.room_due(*rule)).min()
    }

    /// When something has to be done that nobody else announces. Timers stand still while nothing can be sent.
    pub(super) fn next_due(&self, may_send: bool) -> Option<Instant> {
        let timer = if may_send { self.memory.next_timer() } else { None };
        let later = self.later.first_key_value().map(|((due, _), _)| *due);
        [self.memory.tell_due(), timer, later, self.held_due(), self.show_due].into_iter().flatten().min()
    }

    /// Peers with lower numbers are gone, although nothing was told of each.
    pub(super) fn forget_peers_before(&mut self, first: PeerId) {
        self.memory.forget_before(first);
    }

    /// What the journal calls the cause of what a rule sends.
    pub(super) fn origin(&self, rule: usize) -> Origin {
        self.rules.rules().nth(rule).map_or(Origin::Reply, Rule::origin)
    }

    /// What a rule wants sent.
    pub(super) fn payload(&self, rule: usize, bytes: Arc<[u8]>) -> Payload {
        Payload::from(bytes).of_rule(self.name(rule))
    }

    /// What a rule is called.
    pub(super) fn name(&self, rule: usize) -> &str {
        self.rules.rules().nth(rule).map_or("", |rule| &rule.name)
    }

    /// Records how many replies were held back, when it is time.
    pub(super) fn run_due(&mut self, now: Instant, log: &mut Log) {
        if self.memory.tell_due().is_some_and(|due| due <= now) {
            self.tell_held_back(log);
        }
    }

    /// Records how many replies were held back and not told yet.
    pub(super) fn tell_held_back(&mut self, log: &mut Log) {
        match self.memory.take_held_back() {
            0 => {}
            count => log.loss(None, LossKind::HeldBackReplies, count),
        }
    }

    /// How often each rule has reacted, if that has changed and was not shown just now.
    pub(super) fn counts_to_show(&mut self, now: Instant) -> Option<Arc<[RuleStatus]>> {
        if self.show_due.is_none() && self.memory.take_changed() {
            self.show_due = Some(now + SHOW_EVERY);
        }
        self.show_due.take_if(|due| *due <= now)?;
        let told = self.rules.rules().zip(self.memory.tallies());
        let status = |(rule, tally): (&Rule, &Tally)| RuleStatus {
            name: rule.name.clone(),
            is_on: rule.is_on,
            hits: tally.hits,
            held_back: tally.held_back,
            failed: tally.failed,
            p50_ns: tally.times.percentile(50),
            p99_ns: tally.times.percentile(99),
        };
        Some(told.map(status).collect())
    }
}

/// How many bytes a reaction keeps.
fn bytes_of(reaction: &Reaction) -> usize {
    match reaction {
        Reaction::Send { bytes, .. } | Reaction::HeldBack { bytes, .. } => bytes.len(),
        Reaction::Close { .. } | Reaction::Fault { .. } => 0,
    }
}

/// Whom a reaction sends something to, if it does.
fn recipient(peer: PeerId, reaction: &Reaction) -> Option<Whom> {
    match reaction {
        Reaction::Send { to: AnswerTo::Sender, .. } => Some(Whom::Peer(peer)),
        Reaction::Send { to: AnswerTo::All, .. } => Some(Whom::All),
        Reaction::Close { .. } | Reaction::Fault { .. } | Reaction::HeldBack { .. } => None,
    }
}

fn moment<'a>(
    times: &'a OnceCell<TimeFormat>,
    random: &'a mut Random,
    placing: Placing,
    now: Instant,
) -> Moment<'a> {
    Moment {
        now,
        wall_ns: clock::now().wall_ns,
        times: times.get_or_init(TimeFormat::local),
        random,
        placing,
    }
}

fn occasion(whose: Whose, wall_ns: i64, delta_ns: Option<i64>, what: What<'_>) -> Occasion<'_> {
    let Whose { peer, remote, local, .. } = whose;
    Occasion { peer, remote, local, wall_ns, delta_ns, what }
}

#[cfg(test)]
mod tests {
    use super::{Answering, MOST_LATER_BYTES, Whose};
    use crate::automation::rules::{Reaction, RuleFile, RuleSet};
    use crate::codec::expression::Vocabulary;
    use crate::codec::text::TextEncoding;
    use crate::codec::time::TimeFormat;
    use crate::engine::worker::by_hand::worker_in;
    use crate::model::address::Address;
    use crate::model::ids::PeerId;
    use std::time::{Duration, Instant};

    /// A session with one rule that echoes, and these lines.
    fn echo(lines: &str, now: Instant) -> Answering {
        let text = format!("version = 1\n[[rule]]\nwhen = 'len > 0'\necho = true\n{lines}");
        let file = RuleFile::parse(&text, TextEncoding::UTF_8, &Vocabulary::default()).unwrap();
        let rules = RuleSet::new(file.rules, file.variables, TextEncoding::UTF_8, &TimeFormat::local());
        Answering::new(rules, now)
    }

    fn whose(peer: u32) -> Whose {
        let peer = PeerId::new(peer).unwrap();
        Whose { peer, remote: Address::None, local: Address::None, is_stream: true }
    }

    #[test]
    fn what_a_limit_holds_back_is_due_when_it_ends_and_not_all_the_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut answering = echo("limit = '1/min'\n", start);
        assert_eq!(answering.answers_to_datagram(whose(1), b"a", start).len(), 1);
        for (peer, bytes) in [(1, b"b"), (2, b"c")] {
            assert_eq!(answering.answers_to_datagram(whose(peer), bytes, at(2)).len(), 0);
        }
        assert_eq!(answering.held_due(), Some(at(60)), "the second of all rules has ended long before");
        assert_eq!(answering.take_wanted(at(59), true), []);
        for (seconds, peer, bytes, held) in [(60, 1, b"b", 1), (120, 2, b"c", 0)] {
            match &answering.take_wanted(at(seconds), true)[..] {
                [(of, Reaction::Send { bytes: sent, .. })] => {
                    assert_eq!((*of, &sent[..]), (PeerId::new(peer), &bytes[..]));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(answering.held_bytes, held);
        }
        assert_eq!(answering.held_due(), None);
    }

    #[test]
    fn answers_that_wait_for_their_time_are_bounded_by_their_bytes() {
        let start = Instant::now();
        let mut answering = echo("after = '1h'\n", start);
        let long = vec![b'x'; 1 << 20];
        for _ in 0..80 {
            answering.answers_to_datagram(whose(1), &long, start);
        }
        assert_eq!((answering.later.len(), answering.later_bytes), (64, MOST_LATER_BYTES));
        assert_eq!(answering.memory.take_held_back(), 16);
        let hour = start + Duration::from_hours(1);
        assert_eq!((answering.take_wanted(hour, true).len(), answering.later_bytes), (64, 0));
    }

    #[test]
    fn rules_forget_the_peers_that_a_datagram_socket_has_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let mut worker = worker_in(folder.path());
        worker.turn.answering = echo("", worker.turn.now);
        for peer in 1..=4 {
            worker.turn.answering.answers_to_datagram(whose(peer), b"x", worker.turn.now);
        }
        worker.turn.log.forget_peers_before(PeerId::new(3).unwrap());
        worker.run_reactions();
        let knows = |peer| worker.turn.answering.memory.value(PeerId::new(peer), "state").is_some();
        assert_eq!([1, 2, 3, 4].map(knows), [false, false, true, true]);
    }
}
