//! What is repeated: any number of texts beside each other, each until it is stopped or has run its times. The worker keeps
//! their time; here is known what they are.

use crate::automation::interval;
use crate::engine::command::{Command, Target};
use crate::engine::event::Rejection;
use crate::engine::shared::Status;
use crate::model::ids::{JobId, Ticket};
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::composer::payload_form::Composed;
use crate::ui::tab::composer::{payload, target_of, whom};
use crate::ui::tab::session::send_for_answer;
use crate::ui::tab::settings::LiveComposer;
use crate::ui::text;
use crate::util::bytes_text::Count;
use crate::workspace::tabs::UnitChoice;
use std::collections::VecDeque;
use std::time::Duration;

/// The ends of so many repeats are waited for, beyond what is shown: that they are told is no promise.
const ENDS_WAITED_FOR: usize = 64;

/// The names of repeats begin behind this one; other sends are counted from 1.
const NAMES_BEFORE: u32 = 1 << 30;

/// All that one tab repeats, in the order in which it was begun.
#[derive(Clone, Debug, Default)]
pub(in crate::ui) struct Repeats {
    running: Vec<Repeating>,
    /// What is over as the levels have it, while its end was not told; of many the newest.
    over: VecDeque<Repeating>,
    /// How many were begun.
    begun: u32,
}

/// What goes out again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Repeating {
    /// Its name.
    pub(in crate::ui) job: JobId,
    /// The exact bytes, or what makes them.
    pub(in crate::ui) composed: Composed,
    /// To whom.
    pub(in crate::ui) target: Target,
    /// The same in words.
    pub(in crate::ui) whom: String,
    /// How often, and how many times.
    pub(in crate::ui) plan: RepeatPlan,
    ticket: Ticket,
}

/// How often something is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct RepeatPlan {
    /// From one to the next.
    pub(in crate::ui) every: Duration,
    /// So many in all; for ever without it.
    pub(in crate::ui) times: Option<u64>,
}

/// To whom a send would go now, where that is somebody.
#[derive(Clone, Copy, Debug)]
pub struct ChosenTarget<'a>(pub Option<&'a Target>);

/// What is wrong with what was typed about repeating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum PlanError {
    /// The interval.
    Every,
    /// How many times.
    Times,
}

impl RepeatPlan {
    /// What was typed.
    pub(in crate::ui) fn of(typed: &LiveComposer) -> Result<RepeatPlan, PlanError> {
        let every = interval::parse(&format!("{}{}", typed.every.trim(), unit_name(typed.every_unit)))
            .filter(|every| *every >= Duration::from_micros(1))
            .ok_or(PlanError::Every)?;
        let times = match typed.repeat_times.trim() {
            "" => None,
            times => Some(times.parse().ok().filter(|times| *times > 0).ok_or(PlanError::Times)?),
        };
        Ok(RepeatPlan { every, times })
    }
}

impl ChosenTarget<'_> {
    /// Whether this goes to the same.
    pub(in crate::ui) fn is_of(self, repeating: &Repeating) -> bool {
        self.0 == Some(&repeating.target)
    }
}

impl PlanError {
    /// What is said about it.
    pub(in crate::ui) fn key(self) -> &'static str {
        match self {
            PlanError::Every => "repeat.not_a_number",
            PlanError::Times => "repeat.no_times",
        }
    }
}

/// As people write it.
pub(in crate::ui) fn unit_name(unit: UnitChoice) -> &'static str {
    match unit {
        UnitChoice::Microseconds => "µs",
        UnitChoice::Milliseconds => "ms",
        UnitChoice::Seconds => "s",
    }
}

impl Repeats {
    /// What is repeated now.
    pub(in crate::ui) fn running(&self) -> &[Repeating] {
        &self.running
    }

    /// The session is gone, and with it all that it repeated.
    pub(in crate::ui) fn clear(&mut self) {
        self.running.clear();
        self.over.clear();
    }

    /// What the session repeats is what is shown. What it was asked for and has not answered yet is on its way.
    pub(in crate::ui) fn follow(&mut self, status: &Status) {
        let is_over =
            |known: &Repeating| status.answered >= Some(known.ticket) && status.repeat(known.job).is_none();
        self.over.extend(self.running.extract_if(.., |known| is_over(known)));
        let too_many = self.over.len().saturating_sub(ENDS_WAITED_FOR);
        self.over.drain(..too_many);
    }

    /// The session has not begun what was asked for with this ticket.
    pub(in crate::ui) fn refused(&mut self, ticket: Ticket) {
        self.running.retain(|repeating| repeating.ticket != ticket);
    }

    fn next_name(&mut self) -> JobId {
        self.begun += 1;
        JobId(NAMES_BEFORE + self.begun)
    }

    /// One that takes the place of another stands where that stood.
    fn begin(&mut self, repeating: Repeating, instead_of: Option<JobId>) {
        let place = self.running.iter().position(|known| Some(known.job) == instead_of);
        match place.and_then(|place| self.running.get_mut(place)) {
            Some(known) => *known = repeating,
            None => self.running.push(repeating),
        }
    }

    fn take(&mut self, job: JobId) -> Option<Repeating> {
        if let Some(place) = self.over.iter().position(|known| known.job == job) {
            return self.over.remove(place);
        }
        let place = self.running.iter().position(|known| known.job == job)?;
        Some(self.running.remove(place))
    }
}

/// What is written is repeated from now on, beside the others or instead of one.
pub(super) fn start(tab: &mut Tab, instead_of: Option<JobId>, cx: &mut Cx<'_>) {
    let plan = match RepeatPlan::of(&tab.settings.composer) {
        Ok(plan) => plan,
        Err(error) => return cx.problem(error.key()),
    };
    if tab.composer.pasted.is_some() {
        // What is being written is not seen now.
        return cx.problem("repeat.pasted");
    }
    let Some(composed) = payload(tab, cx) else { return };
    let Some(target) = target_of(tab, &tab.peers, cx) else { return };
    let job = tab.composer.repeats.next_name();
    let payloads = vec![composed.clone().into_content()];
    let RepeatPlan { every, times } = plan;
    let command = Command::StartRepeat { job, target: target.clone(), payloads, every, times };
    // One that could not be stopped goes on, and keeps its line.
    if instead_of.is_some_and(|before| !stop(tab, before, cx)) {
        return;
    }
    let Some(ticket) = send_for_answer(tab, command, cx) else { return };
    let whom = whom(tab, cx);
    tab.composer.repeats.begin(Repeating { job, composed, target, whom, plan, ticket }, instead_of);
}

/// This is not repeated any more; tells whether the session was asked.
pub(super) fn stop(tab: &Tab, job: JobId, cx: &mut Cx<'_>) -> bool {
    send_for_answer(tab, Command::StopSending { job }, cx).is_some()
}

/// Nothing is.
pub(super) fn stop_all(tab: &Tab, cx: &mut Cx<'_>) {
    for repeating in tab.composer.repeats.running() {
        if !stop(tab, repeating.job, cx) {
            return;
        }
    }
}

/// A send has ended; tells whether it was one of these.
pub(in crate::ui) fn finished(
    tab: &mut Tab,
    job: JobId,
    outcome: &Result<(), Rejection>,
    cx: &mut Cx<'_>,
) -> bool {
    if job.0 <= NAMES_BEFORE || job.0 > NAMES_BEFORE + tab.composer.repeats.begun {
        return false;
    }
    let ended = tab.composer.repeats.take(job);
    match outcome {
        // Whoever switched it off sees that it is off.
        Err(Rejection::Cancelled) => {}
        Ok(()) => {
            if let Some(times) = ended.and_then(|ended| ended.plan.times) {
                cx.notices.done(cx.locale.format("repeat.done", &[("count", &Count(times))]));
            }
        }
        Err(why) => {
            let why = text::rejection(cx.locale, why);
            cx.notices.problem(cx.locale.format("toast.repeat_stopped", &[("why", &why)]));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{ENDS_WAITED_FOR, NAMES_BEFORE, PlanError, RepeatPlan, Repeating, Repeats, finished};
    use crate::codec::text::TextEncoding;
    use crate::engine::command::Target;
    use crate::engine::event::Rejection;
    use crate::engine::shared::Status;
    use crate::model::ids::{JobId, Ticket};
    use crate::model::status::RepeatStatus;
    use crate::ui::cx::Services;
    use crate::ui::tab::settings::{LiveComposer, LiveSettings};
    use crate::ui::tab::{Tab, TabKey};
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::{TabKind, UnitChoice};
    use std::time::Duration;

    #[test]
    fn how_often_it_is_repeated_is_read_with_its_unit() {
        let (micros, millis) = (UnitChoice::Microseconds, UnitChoice::Milliseconds);
        for (every, unit, times, read) in [
            ("20", millis, "", Ok((Duration::from_millis(20), None))),
            (" 250 ", micros, "3", Ok((Duration::from_micros(250), Some(3)))),
            ("1.5", UnitChoice::Seconds, " 1 ", Ok((Duration::from_millis(1500), Some(1)))),
            ("0", millis, "", Err(PlanError::Every)),
            ("5s", millis, "", Err(PlanError::Every)),
            ("soon", millis, "", Err(PlanError::Every)),
            ("1", millis, "0", Err(PlanError::Times)),
            ("1", millis, "1.5", Err(PlanError::Times)),
        ] {
            let typed = LiveComposer {
                every: every.to_owned(),
                every_unit: unit,
                repeat_times: times.to_owned(),
                ..LiveComposer::default()
            };
            let expected = read.map(|(every, times)| RepeatPlan { every, times });
            assert_eq!(RepeatPlan::of(&typed), expected, "{every} {times}");
        }
    }

    #[test]
    fn a_repeat_whose_end_is_never_told_is_shown_no_more_once_the_levels_have_none() {
        let form = LiveComposer::default().form(TextEncoding::UTF_8);
        let plan = RepeatPlan { every: Duration::from_millis(1), times: Some(5) };
        let mut repeats = Repeats::default();
        for number in 1..=200 {
            let (job, composed) = (repeats.next_name(), form.compose("x").unwrap());
            let (target, whom, ticket) = (Target::All, String::new(), Ticket(number));
            repeats.begin(Repeating { job, composed, target, whom, plan, ticket }, None);
        }
        let shown = |repeats: &Repeats| -> Vec<u64> {
            repeats.running().iter().map(|known| known.ticket.0).collect()
        };
        repeats.follow(&Status::default());
        assert_eq!(shown(&repeats).len(), 200, "nothing was answered yet");
        let goes_on = RepeatStatus {
            job: JobId(NAMES_BEFORE + 2),
            sent: 1,
            left: None,
            every: Duration::from_millis(1),
            achieved: None,
            late_p50_ns: None,
            late_p99_ns: None,
        };
        let status =
            Status { answered: Some(Ticket(198)), repeats: vec![goes_on].into(), ..Status::default() };
        repeats.follow(&status);
        assert_eq!(shown(&repeats), [2, 199, 200], "what was answered and is not there is over");
        assert_eq!(repeats.over.len(), ENDS_WAITED_FOR);
        let late = repeats.take(JobId(NAMES_BEFORE + 198)).map(|known| known.plan);
        assert_eq!(late, Some(plan), "an end that comes after all is still known");
        assert_eq!(repeats.take(JobId(NAMES_BEFORE + 1)).map(|known| known.job), None);
    }

    #[test]
    fn each_repeat_ends_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = Tab::new(TabKey(0), LiveSettings::new(TabKind::TcpServer));
        let form = tab.settings.composer.form(TextEncoding::UTF_8);
        let plan = RepeatPlan { every: Duration::from_millis(1), times: Some(5) };
        for number in 1..=3 {
            let job = tab.composer.repeats.next_name();
            let composed = form.compose(&number.to_string()).unwrap();
            let (target, whom, ticket) = (Target::All, String::new(), Ticket(number));
            tab.composer.repeats.begin(Repeating { job, composed, target, whom, plan, ticket }, None);
        }
        let left = |tab: &Tab| -> Vec<u32> {
            tab.composer.repeats.running().iter().map(|known| known.job.0 - NAMES_BEFORE).collect()
        };
        tab.composer.repeats.refused(Ticket(2));
        assert_eq!(left(&tab), [1, 3]);
        assert!(finished(&mut tab, JobId(NAMES_BEFORE + 3), &Err(Rejection::Cancelled), &mut cx));
        assert_eq!((left(&tab), cx.notices.said()), (vec![1], ""));
        assert!(finished(&mut tab, JobId(NAMES_BEFORE + 1), &Ok(()), &mut cx));
        assert!(cx.notices.said().contains('5'), "{}", cx.notices.said());
        assert_eq!(left(&tab), [0_u32; 0]);
        assert!(!finished(&mut tab, JobId(1), &Ok(()), &mut cx), "that is a file");
    }
}
