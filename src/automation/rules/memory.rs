//! What rules remember: the values of variables for each peer and for the session, how often each has reacted and how
//! fast, and what their limits leave over. It never decides anything.

use crate::automation::interval::Rate;
use crate::automation::rules::{RuleSet, Trigger};
use crate::automation::schedule::Schedule;
use crate::codec::expression::{JudgeMemory, Variables};
use crate::model::ids::PeerId;
use crate::util::spread::Spread;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The variable that each peer starts with, and its value.
const STATE: (&str, &str) = ("state", "new");

/// All that the rules of one session remember.
#[derive(Debug)]
pub struct RuleMemory {
    pub(super) tallies: Vec<Tally>,
    pub(super) windows: Vec<Option<Window>>,
    pub(super) all: Window,
    pub(super) peers: HashMap<PeerId, PeerMemory>,
    pub(super) session: Variables,
    /// Counts changes of the session's variables, so that each peer's copy is known to be old.
    pub(super) session_version: u64,
    pub(super) timers: Vec<(usize, Schedule)>,
    held_back: u64,
    changed: bool,
}

/// How often a rule has reacted, and how fast.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Reactions.
    pub hits: u64,
    /// Reactions that a limit did not allow.
    pub held_back: u64,
    /// Answers that could not be made.
    pub failed: u64,
    /// From the arrival of the message to the sending of the answer, in nanoseconds.
    pub times: Spread,
}

/// What one peer's rules remember.
#[derive(Debug)]
pub(super) struct PeerMemory {
    pub(super) judging: JudgeMemory,
    session_version: Option<u64>,
    last_wall_ns: Option<i64>,
}

/// A limit at work: at most so many in any span that begins with one.
#[derive(Clone, Debug)]
pub(super) struct Window {
    rate: Rate,
    start: Option<Instant>,
    used: u32,
}

impl RuleMemory {
    /// The memory of a session whose rules start now.
    pub fn new(rules: &RuleSet, now: Instant) -> RuleMemory {
        let mut session = Variables::new();
        for (name, value) in &rules.variables {
            session.set(name, value.clone());
        }
        let timer = |(place, prepared): (usize, &super::Prepared)| match prepared.rule.trigger {
            Trigger::Every(every) if prepared.rule.is_on => {
                Some((place, Schedule::new(now.checked_add(every)?, every, None)))
            }
            _ => None,
        };
        let all = Rate { count: rules.replies_per_second, per: Duration::from_secs(1) };
        RuleMemory {
            tallies: vec![Tally::default(); rules.rules.len()],
            windows: rules.rules().map(|rule| rule.limit.map(Window::new)).collect(),
            all: Window::new(all),
            peers: HashMap::new(),
            session,
            session_version: 0,
            timers: rules.rules.iter().enumerate().filter_map(timer).collect(),
            held_back: 0,
            changed: true,
        }
    }

    /// How often each rule has reacted, in their order.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// What rules of the same name had done before is theirs.
    pub fn keep_tallies(&mut self, names: &[String], earlier: &mut RuleMemory, earlier_names: &[String]) {
        for (name, tally) in names.iter().zip(&mut self.tallies) {
            let place = earlier_names.iter().position(|earlier| earlier == name);
            if let Some(known) = place.and_then(|place| earlier.tallies.get_mut(place)) {
                *tally = std::mem::take(known);
            }
        }
    }

    /// Whether that has changed since this was asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// An answer was handed over so long after its message.
    pub fn has_answered(&mut self, rule: usize, after: Duration) {
        if let Some(tally) = self.tallies.get_mut(rule) {
            tally.times.add(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX));
            self.changed = true;
        }
    }

    /// When the next timer is due.
    pub fn next_timer(&self) -> Option<Instant> {
        self.timers.iter().filter_map(|(_, schedule)| schedule.next_due()).min()
    }

    /// When it is time to tell how many reactions were held back: at the end of the second, if any were.
    pub fn tell_due(&self) -> Option<Instant> {
        self.all.start.filter(|_| self.held_back > 0).map(|start| start + self.all.rate.per)
    }

    /// How many were held back since this was asked last.
    pub fn take_held_back(&mut self) -> u64 {
        std::mem::take(&mut self.held_back)
    }

    /// Forgets a peer that is gone.
    pub fn forget(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// Forgets the peers with lower numbers, which are gone.
    pub fn forget_before(&mut self, first: PeerId) {
        self.peers.retain(|peer, _| *peer >= first);
    }

    /// What a variable is for a peer, or for the session.
    pub fn value(&self, peer: Option<PeerId>, name: &str) -> Option<&str> {
        match peer.and_then(|peer| self.peers.get(&peer)) {
            Some(memory) => memory.judging.variables.get(name),
            None => self.session.get(name),
        }
    }

    pub(super) fn is_of_session(&self, name: &str) -> bool {
        self.session.get(name).is_some()
    }

    /// How long ago the last message of a peer was; this one is the last from now on.
    pub fn delta_ns(&mut self, peer: PeerId, wall_ns: i64) -> Option<i64> {
        let memory = self.peers.entry(peer).or_insert_with(PeerMemory::new);
        memory.last_wall_ns.replace(wall_ns).map(|last| wall_ns.saturating_sub(last))
    }

    /// A peer's memory with the session's values in it, taken out to be worked with.
    pub(super) fn take_peer(&mut self, peer: PeerId) -> PeerMemory {
        let mut memory = self.peers.remove(&peer).unwrap_or_else(PeerMemory::new);
        self.refresh(&mut memory);
        memory
    }

    pub(super) fn refresh(&self, memory: &mut PeerMemory) {
        if memory.session_version != Some(self.session_version) {
            for (name, value) in self.session.iter() {
                memory.judging.variables.set(name, value);
            }
            memory.session_version = Some(self.session_version);
        }
    }

    pub(super) fn give_back(&mut self, peer: PeerId, memory: PeerMemory) {
        self.peers.insert(peer, memory);
    }

    pub(super) fn set_session(&mut self, name: &str, value: String) {
        self.session.set(name, value);
        self.session_version += 1;
    }

    /// Whether a rule may react now; if so, it has.
    pub fn allow(&mut self, rule: usize, now: Instant) -> bool {
        // The rule's own limit first: what it holds back does not use up the limit of all.
        let own = self.windows.get_mut(rule).and_then(Option::as_mut);
        let allowed = own.is_none_or(|window| window.has_room(now)) && self.all.has_room(now);
        if allowed {
            if let Some(window) = self.windows.get_mut(rule).and_then(Option::as_mut) {
                window.used += 1;
            }
            self.all.used += 1;
            if let Some(tally) = self.tallies.get_mut(rule) {
                tally.hits += 1;
            }
            self.changed = true;
        }
        allowed
    }

    /// A reaction that was not allowed is not made up for.
    pub fn is_held_back(&mut self, rule: usize) {
        self.held_back += 1;
        if let Some(tally) = self.tallies.get_mut(rule) {
            tally.held_back += 1;
        }
        self.changed = true;
    }

    /// Since when, or from when on, both limits let a rule react.
    pub fn room_due(&self, rule: usize) -> Option<Instant> {
        let own = self.windows.get(rule).and_then(Option::as_ref);
        own.and_then(Window::room_due).max(self.all.room_due())
    }

    /// An answer could not be made. Says whether it is the first time.
    pub(super) fn has_failed(&mut self, rule: usize) -> bool {
        self.changed = true;
        let Some(tally) = self.tallies.get_mut(rule) else { return false };
        tally.failed += 1;
        tally.failed == 1
    }
}

impl PeerMemory {
    fn new() -> PeerMemory {
        let mut judging = JudgeMemory::default();
        judging.variables.set(STATE.0, STATE.1);
        PeerMemory { judging, session_version: None, last_wall_ns: None }
    }
}

impl Window {
    fn new(rate: Rate) -> Window {
        Window { rate, start: None, used: 0 }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        match self.start {
            Some(start) if now.saturating_duration_since(start) < self.rate.per => {}
            _ => {
                self.start = Some(now);
                self.used = 0;
            }
        }
        self.used < self.rate.count
    }

    fn room_due(&self) -> Option<Instant> {
        let wait = if self.used < self.rate.count { Duration::ZERO } else { self.rate.per };
        self.start.map(|start| start + wait)
    }
}
