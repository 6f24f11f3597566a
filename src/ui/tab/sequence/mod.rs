//! The sequence of a tab: what its file says, what is changed in it, and how the run goes. The worker carries it out, so
//! that it keeps its time whatever the window does.

mod from_log;

pub mod view;

use crate::automation::document::FileError;
use crate::automation::sequence::{Action, Outcome, Sequence, Step};
use crate::automation::template::Dressed;
use crate::codec::expression::Vocabulary;
use crate::codec::text::TextEncoding;
use crate::engine::command::{Command, RunNotes, SequenceHold, SequencePlan};
use crate::engine::event::{Rejection, StepEnded};
use crate::model::ids::RecordId;
use crate::ui::cx::Cx;
use crate::ui::jobs::JobHandle;
use crate::ui::tab::Tab;
use crate::ui::tab::part_editor::{Change, PartsEditor, PartsFile, Rearranged};
use crate::ui::tab::sequence::from_log::LoggedSteps;
use crate::ui::tab::session::{send_command, tell_not_open};
use crate::ui::widgets::LineMove;
use crate::ui::written_text::file_error;
use crate::workspace::tabs::DocumentSettings;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What can be asked of the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceAction {
    /// It runs from its first step on, or goes on where it is held.
    Run,
    /// One step is carried out, and no other after it.
    OneStep,
    /// No further step is begun.
    Hold,
    /// It runs no more.
    Stop,
    /// Steps are made out of the selected rows.
    FromLog,
    /// The log shows what was recorded during the step at this place.
    ShowRows(usize),
}

/// The sequence of a tab, beside what its file says.
#[derive(Debug, Default)]
pub struct SequencePanel {
    pub(in crate::ui) editor: PartsEditor<Sequence>,
    /// How each step went in the run of last, by its place.
    pub(in crate::ui) results: Vec<Option<StepShown>>,
    /// What the run knows.
    pub(in crate::ui) variables: Arc<[(String, String)]>,
    /// How the run ended; nothing while it runs or before any has.
    pub(in crate::ui) ended: Option<RunEnd>,
    /// What runs is the list of sends: its steps are not those that are shown here.
    pub(in crate::ui) runs_list: bool,
    logged: Option<JobHandle<LoggedSteps>>,
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct StepShown {
    pub(in crate::ui) outcome: Outcome,
    /// Why the session refused it.
    pub(in crate::ui) refused: Option<Rejection>,
    pub(in crate::ui) took: Duration,
    records: Range<RecordId>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct RunEnd {
    pub(in crate::ui) passed: u64,
    pub(in crate::ui) failed: Option<usize>,
    pub(in crate::ui) is_stopped: bool,
}

impl SequencePanel {
    /// What was run last is another sequence than the one that is there now.
    pub(in crate::ui) fn forget_run(&mut self) {
        self.results.clear();
        self.variables = Arc::default();
        self.ended = None;
    }

    /// Changes the steps, and tells whether that was done. What was run last says nothing of others.
    pub(in crate::ui) fn change(
        &mut self,
        document: &mut DocumentSettings,
        encoding: TextEncoding,
        change: Change,
    ) -> bool {
        let keeps_results = matches!(change, Change::Write(..) | Change::Switch(_));
        let is_done = self.editor.change(document, encoding, change);
        if is_done && !keeps_results {
            self.results.clear();
            self.ended = None;
        }
        is_done
    }

    /// A step has ended.
    pub(in crate::ui) fn step_ended(&mut self, ended: StepEnded) {
        if self.runs_list {
            return;
        }
        let StepEnded { result, refused, records, variables } = ended;
        let place = result.number.saturating_sub(1);
        if self.results.len() <= place {
            self.results.resize(place + 1, None);
        }
        self.results[place] =
            Some(StepShown { outcome: result.outcome, refused, took: result.took, records });
        self.variables = variables;
    }
}

impl PartsFile for Sequence {
    type Part = Step;

    fn read(text: &str, encoding: TextEncoding) -> Result<Sequence, FileError> {
        if text.trim().is_empty() {
            return Ok(Sequence::empty(encoding));
        }
        Sequence::parse(text, encoding, &Vocabulary::default(), &[])
    }

    fn parts(&self) -> &[Step] {
        &self.steps
    }

    fn with_parts(&self, steps: &[String]) -> String {
        self.with_steps(steps.iter().map(String::as_str))
    }

    fn switched(step: &Step) -> Step {
        Step { is_on: !step.is_on, ..step.clone() }
    }

    fn sent(step: &Step) -> Option<&Dressed> {
        match &step.action {
            Action::Send { content, .. } => Some(content),
            _ => None,
        }
    }

    fn values(&self) -> &[(String, String)] {
        &self.variables
    }

    /// Behind the step that is being changed, or at the end.
    fn place_of_new(chosen: Option<usize>, count: usize) -> usize {
        chosen.map_or(count, |chosen| chosen + 1).min(count)
    }

    /// What a step repeats stays what it repeats: a step that moves among those stays among them, and one that comes to
    /// stand right before them is not one of them.
    fn rearranged(step: &Step, place: usize, change: Rearranged) -> Step {
        let Action::Repeat { times, from } = step.action else { return step.clone() };
        Step { action: Action::Repeat { times, from: rearranged_from(from, place, change) }, ..step.clone() }
    }

    /// Only the line that names a step is told from others where nothing else can be read.
    fn rearranged_typed(typed: String, place: usize, change: Rearranged) -> String {
        if typed.contains("'''") || typed.contains("\"\"\"") {
            // A line of it may be one of a text.
            return typed;
        }
        let line = |line: &str| {
            let number = line.trim_start().strip_prefix("from")?.trim_start().strip_prefix('=')?.trim_start();
            let before = &line[..line.len() - number.len()];
            let behind = number.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let from = number[..number.len() - behind.len()].parse().ok()?;
            Some(format!("{before}{}{behind}", rearranged_from(from, place, change)))
        };
        typed.split_inclusive('\n').map(|text| line(text).unwrap_or_else(|| text.to_owned())).collect()
    }
}

/// The step from which one repeats that stands here, both counted as in the file: from 1 and from 0.
fn rearranged_from(from: usize, place: usize, change: Rearranged) -> usize {
    let first = from.saturating_sub(1);
    let first = match change {
        Rearranged::Added(at) => first + usize::from(at <= first),
        Rearranged::Removed(at) => first - usize::from(at < first),
        Rearranged::Moved(LineMove { from, to }) => {
            let without = first - usize::from(from < first);
            let is_repeated = (first..place).contains(&from);
            without + usize::from(to < without || (to == without && !is_repeated))
        }
    };
    first + 1
}

/// Does what was asked of the sequence.
pub(in crate::ui) fn apply(tab: &mut Tab, action: SequenceAction, cx: &mut Cx<'_>) {
    let runs = tab.status.sequence;
    match action {
        SequenceAction::Run if runs.is_some() => hold(tab, SequenceHold::Running, cx),
        SequenceAction::Run => {
            run(tab, false, cx);
        }
        SequenceAction::OneStep => {
            if runs.is_none() && !run(tab, true, cx) {
                return;
            }
            hold(tab, SequenceHold::OneStep, cx);
        }
        SequenceAction::Hold => hold(tab, SequenceHold::Held, cx),
        SequenceAction::Stop => send_command(tab, Command::StopSequence, cx),
        SequenceAction::FromLog => from_log::start(tab, cx),
        SequenceAction::ShowRows(place) => show_rows(tab, place),
    }
}

fn hold(tab: &Tab, hold: SequenceHold, cx: &mut Cx<'_>) {
    send_command(tab, Command::HoldSequence(hold), cx);
}

/// Says whether it was begun.
fn run(tab: &mut Tab, starts_held: bool, cx: &mut Cx<'_>) -> bool {
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return false;
    }
    let encoding = tab.encoding();
    let sequence = match tab.sequence.editor.file(&tab.settings.drawer.sequence.text, encoding) {
        Ok(sequence) if !sequence.steps.is_empty() => sequence,
        Ok(_) => {
            cx.notices.info(cx.locale.text("sequence.empty"));
            return false;
        }
        Err(why) => {
            cx.notices.problem(file_error(cx.locale, &why));
            return false;
        }
    };
    let drawer = &tab.settings.drawer;
    let times = drawer.sequence_times.trim();
    let plan = SequencePlan {
        folder: Path::new(&drawer.sequence.path).parent().map(Path::to_owned).unwrap_or_default(),
        framing: tab.settings.split.framing().clone(),
        times: if times.is_empty() { None } else { times.parse().ok().or(Some(1)) },
        starts_held,
        waits_for_reader: false,
        notes: RunNotes::EachStep,
        sequence,
    };
    tab.sequence.results.clear();
    tab.sequence.ended = None;
    tab.sequence.runs_list = false;
    send_command(tab, Command::RunSequence(Box::new(plan)), cx);
    true
}

/// Shows the last row that was recorded during a step, with those before it above.
fn show_rows(tab: &mut Tab, place: usize) {
    let Some(Some(shown)) = tab.sequence.results.get(place) else { return };
    // The last record is the remark about the step.
    let last = RecordId(shown.records.end.0.saturating_sub(1));
    if let Some(row) = tab.log.rows.as_ref().map(|rows| rows.key_of(last)) {
        tab.log.show_row(row);
    }
}

/// Takes in steps that were made out of rows.
pub(in crate::ui) fn take_in(tab: &mut Tab, cx: &mut Cx<'_>) {
    from_log::take_in(tab, cx);
}

#[cfg(test)]
mod tests {
    use super::SequencePanel;
    use crate::codec::text::TextEncoding;
    use crate::ui::tab::part_editor::Change;
    use crate::ui::widgets::LineMove;
    use crate::workspace::tabs::DocumentSettings;

    const UTF_8: TextEncoding = TextEncoding::UTF_8;

    fn steps(panel: &mut SequencePanel, document: &DocumentSettings) -> String {
        let sequence = panel.editor.file(&document.text, UTF_8).unwrap();
        let words = sequence.steps.iter().map(|step| {
            let mark = if step.is_on { "" } else { "-" };
            format!("{mark}{} {}", step.action.word(), step.action.what())
        });
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn steps_are_added_changed_switched_moved_and_removed() {
        let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
        for (change, expected) in [
            (Change::Add("send = \"a\"\n".to_owned()), "send a"),
            (Change::Add("delay = \"1s\"\n".to_owned()), "send a; delay 1s"),
            (Change::Write(1, "delay = \"20ms\"".to_owned()), "send a; delay 20ms"),
            (Change::Switch(0), "-send a; delay 20ms"),
            (Change::Move(LineMove { from: 1, to: 0 }), "delay 20ms; -send a"),
            (Change::Move(LineMove { from: 0, to: 2 }), "delay 20ms; -send a"),
            (Change::Add("expect = 'x == 1'\n".to_owned()), "delay 20ms; -send a"),
            (Change::Remove(1), "delay 20ms"),
        ] {
            panel.change(&mut document, UTF_8, change.clone());
            assert_eq!(steps(&mut panel, &document), expected, "{change:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_and_changes_nothing() {
        let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
        panel.change(&mut document, UTF_8, Change::Add("send = \"a\"\n".to_owned()));
        let before = document.text.clone();
        panel.editor.typed = "sned = \"a\"".to_owned();
        panel.change(&mut document, UTF_8, Change::Write(0, panel.editor.typed.clone()));
        assert_eq!(document.text, before);
        let why = panel.editor.typed_error.clone().unwrap().to_string();
        assert!(why.contains("send"), "{why}");
        assert_eq!(panel.editor.typed, "sned = \"a\"", "what was typed stays");
    }

    #[test]
    fn what_was_typed_stays_while_other_steps_come_and_move() {
        let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
        for step in ["send = \"a\"", "send = \"b\"", "send = \"c\""] {
            panel.change(&mut document, UTF_8, Change::Add(step.to_owned()));
        }
        panel.editor.chosen = Some(1);
        "sned = \"b\"".clone_into(&mut panel.editor.typed);
        assert!(!panel.change(&mut document, UTF_8, Change::Write(1, panel.editor.typed.clone())));
        let why = panel.editor.typed_error.clone();
        assert!(why.is_some() && panel.editor.list_error.is_none());
        for (change, is_done, chosen, expected) in [
            (Change::Move(LineMove { from: 0, to: 2 }), true, 0, "send b; send c; send a"),
            (Change::Switch(2), true, 0, "send b; send c; -send a"),
            (Change::Switch(0), true, 0, "-send b; send c; -send a"),
            (Change::Add("repeat = 2\nfrom = 9".to_owned()), false, 0, "-send b; send c; -send a"),
            (Change::Add("delay = \"1s\"".to_owned()), true, 0, "-send b; delay 1s; send c; -send a"),
            (Change::Move(LineMove { from: 0, to: 2 }), true, 2, "delay 1s; send c; -send b; -send a"),
        ] {
            assert_eq!(panel.change(&mut document, UTF_8, change.clone()), is_done, "{change:?}");
            assert_eq!(steps(&mut panel, &document), expected, "{change:?}");
            assert_eq!(panel.editor.chosen, Some(chosen), "{change:?}");
            assert_eq!(panel.editor.typed, "sned = \"b\"", "{change:?}");
            assert_eq!(panel.editor.typed_error, why, "it is still what is wrong with the step: {change:?}");
            assert_eq!(panel.editor.list_error.is_some(), !is_done, "{change:?}");
        }
        assert!(panel.change(&mut document, UTF_8, Change::Write(2, "send = \"d\"".to_owned())));
        assert_eq!(
            (steps(&mut panel, &document).as_str(), &panel.editor.typed_error),
            ("delay 1s; send c; send d; -send a", &None)
        );
    }

    #[test]
    fn what_a_step_repeats_stays_what_it_repeats() {
        // b and c are repeated; 0 says that the change is refused.
        let sends = ["send = \"a\"", "send = \"b\"", "send = \"c\"", "repeat = 2\nfrom = 2", "send = \"d\""];
        let moved = |from, to| Change::Move(LineMove { from, to });
        let x = || Change::Add("send = \"x\"".to_owned());
        for (chosen, change, expected) in [
            (None, moved(1, 2), "a c b R2 d"),
            (None, moved(2, 1), "a c b R2 d"),
            (None, moved(1, 0), "b a c R3 d"),
            (None, moved(0, 1), "b a c R1 d"),
            (None, moved(0, 2), "b c a R1 d"),
            (None, moved(4, 0), "d a b c R3"),
            (None, moved(4, 1), "a d b c R3"),
            (None, moved(4, 2), "a b d c R2"),
            (None, moved(2, 4), "a b R2 d c"),
            (None, moved(3, 4), "a b c d R2"),
            (None, moved(3, 1), "refused"),
            (None, Change::Remove(0), "b c R1 d"),
            (None, Change::Remove(1), "a c R2 d"),
            (None, Change::Remove(4), "a b c R2"),
            (Some(0), x(), "a x b c R3 d"),
            (Some(1), x(), "a b x c R2 d"),
            (None, x(), "a b c R2 d x"),
        ] {
            let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
            for step in sends {
                panel.change(&mut document, UTF_8, Change::Add(step.to_owned()));
            }
            panel.editor.chosen = chosen;
            let is_done = panel.change(&mut document, UTF_8, change.clone());
            let shown = steps(&mut panel, &document);
            let short = shown.replace("send ", "").replace("repeat 2 times from step ", "R").replace(';', "");
            if expected == "refused" {
                assert!(!is_done && panel.editor.list_error.is_some(), "{change:?}: {short}");
            } else {
                assert_eq!((short.as_str(), is_done), (expected, true), "{change:?}");
            }
        }
    }

    #[test]
    fn what_was_typed_wrongly_is_there_again_when_its_step_is() {
        let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
        for step in ["send = \"a\"", "send = \"b\"", "send = \"c\""] {
            panel.change(&mut document, UTF_8, Change::Add(step.to_owned()));
        }
        let press = |panel: &mut SequencePanel, document: &DocumentSettings, place: usize| {
            let file = panel.editor.file(&document.text, UTF_8).unwrap();
            panel.editor.press(place, &file.steps[place]);
        };
        let write = |panel: &mut SequencePanel, document: &mut DocumentSettings, place, typed: &str| {
            typed.clone_into(&mut panel.editor.typed);
            panel.change(document, UTF_8, Change::Write(place, typed.to_owned()))
        };
        press(&mut panel, &document, 0);
        assert!(!write(&mut panel, &mut document, 0, "sned = \"a\""));
        press(&mut panel, &document, 1);
        assert_eq!((panel.editor.typed.as_str(), &panel.editor.typed_error), ("send = \"b\"", &None));
        assert!(panel.editor.is_unfinished(0) && !panel.editor.is_unfinished(1));
        assert!(!write(&mut panel, &mut document, 1, "send = b"));
        // Closed altogether, moved, and changed by other hands.
        press(&mut panel, &document, 1);
        assert!(panel.change(&mut document, UTF_8, Change::Move(LineMove { from: 0, to: 2 })));
        document.text = document.text.replacen("[[step]]", "[[step]]\nsend = \"new\"\n[[step]]", 1);
        press(&mut panel, &document, 3);
        assert_eq!(panel.editor.typed, "sned = \"a\"");
        assert!(panel.editor.typed_error.is_some());
        press(&mut panel, &document, 1);
        assert_eq!(panel.editor.typed, "send = b");
        assert!(panel.change(&mut document, UTF_8, Change::Remove(1)));
        assert!(panel.editor.is_unfinished(2), "that of another step stays");
        press(&mut panel, &document, 2);
        assert!(write(&mut panel, &mut document, 2, "send = \"e\""));
        assert!((0..3).all(|place| !panel.editor.is_unfinished(place)));
        assert_eq!(steps(&mut panel, &document), "send new; send c; send e");
    }

    #[test]
    fn what_was_typed_of_two_equal_steps_stays_with_each() {
        let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
        for _ in 0..2 {
            panel.change(&mut document, UTF_8, Change::Add("send = \"a\"".to_owned()));
        }
        for (place, typed) in [(0, "sned = \"first\""), (1, "sned = \"second\"")] {
            let file = panel.editor.file(&document.text, UTF_8).unwrap();
            panel.editor.press(place, &file.steps[place]);
            typed.clone_into(&mut panel.editor.typed);
            assert!(!panel.change(&mut document, UTF_8, Change::Write(place, typed.to_owned())));
        }
        panel.editor.close();
        // By other hands: both stand elsewhere, and once again one of them is looked for anew while the other is changed.
        let one_before = document.text.replacen("[[step]]", "[[step]]\nsend = \"new\"\n[[step]]", 1);
        for text in
            [one_before.clone(), one_before.replacen("[[step]]", "[[step]]\nsend = \"newer\"\n[[step]]", 1)]
        {
            document.text = text;
            let file = panel.editor.file(&document.text, UTF_8).unwrap();
            panel.editor.close();
            let last = file.steps.len() - 1;
            let mut typed = Vec::new();
            for place in [last - 1, last] {
                assert!(panel.editor.is_unfinished(place), "{place}");
                panel.editor.press(place, &file.steps[place]);
                typed.push(panel.editor.typed.clone());
            }
            typed.sort();
            assert_eq!(typed, ["sned = \"first\"", "sned = \"second\""]);
        }
    }

    #[test]
    fn what_was_typed_wrongly_of_a_repeat_still_names_its_step() {
        for is_set_aside in [false, true] {
            let (mut panel, mut document) = (SequencePanel::default(), DocumentSettings::default());
            for step in ["send = \"a\"", "send = \"b\"", "repeat = 2\nfrom = 2", "send = \"c\""] {
                panel.change(&mut document, UTF_8, Change::Add(step.to_owned()));
            }
            let file = panel.editor.file(&document.text, UTF_8).unwrap();
            panel.editor.press(2, &file.steps[2]);
            "repaet = 3\n from = 2 # b".clone_into(&mut panel.editor.typed);
            assert!(!panel.change(&mut document, UTF_8, Change::Write(2, panel.editor.typed.clone())));
            if is_set_aside {
                panel.editor.close();
            }
            for change in [Change::Move(LineMove { from: 3, to: 0 }), Change::Remove(1), Change::Switch(0)] {
                assert!(panel.change(&mut document, UTF_8, change.clone()), "{change:?}");
                let place = panel.editor.file(&document.text, UTF_8).unwrap().steps.len() - 1;
                assert!(panel.editor.is_unfinished(place), "{change:?}");
            }
            assert_eq!(steps(&mut panel, &document), "-send c; send b; repeat 2 times from step 2");
            let file = panel.editor.file(&document.text, UTF_8).unwrap();
            if is_set_aside {
                panel.editor.press(2, &file.steps[2]);
            }
            assert_eq!(panel.editor.typed, "repaet = 3\n from = 2 # b");
            assert!(panel.change(&mut document, UTF_8, Change::Remove(0)));
            assert_eq!(panel.editor.typed, "repaet = 3\n from = 1 # b");
        }
    }
}
