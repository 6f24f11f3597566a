//! Finding in all sessions: one expression over every journal, beside the frames, and how many rows of each it wants. It
//! must not know how a session is shown.

use crate::codec::expression::{Expression, ExpressionError, Vocabulary};
use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::query::PredicateScan;
use crate::journal::retention::SessionFile;
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RecordId;
use crate::ui::cx::Cx;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::tab::find::predicate;
use crate::ui::tab::list::TabList;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::path::PathBuf;

/// How much of a journal is gone over between two looks at whether it is still wanted.
const STEP_BYTES: u64 = 8 << 20;

/// So many sessions with hits may wait for the window.
const WAITING_SESSIONS: usize = 64;

/// What is looked for in all sessions, and what was found.
#[derive(Debug, Default)]
pub struct SessionSearch {
    /// As typed.
    pub text: String,
    /// The field gets the keyboard with the next frame.
    pub wants_focus: bool,
    /// What is wrong with what was typed.
    pub error: Option<ExpressionError>,
    /// What was typed when the search began, while what it found is shown.
    pub sought: Option<String>,
    /// The sessions with such rows, and those that cannot be read, in the order of the list.
    pub found: Vec<SessionHits>,
    running: Option<Running>,
}

/// What one session has.
#[derive(Debug)]
pub struct SessionHits {
    /// Its journal.
    pub path: PathBuf,
    /// Its rows, or why it cannot be read.
    pub outcome: Result<Hits, JournalError>,
}

/// Rows that were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    /// How many.
    pub count: u64,
    /// The first.
    pub first: RecordId,
    /// When that was.
    pub first_wall_ns: i64,
}

#[derive(Debug)]
struct Running {
    /// Dropped before the job, so that work that waits to hand over what it found does not wait for ever.
    found: Receiver<SessionHits>,
    job: JobHandle<()>,
}

/// What is gone over, and how.
struct Plan {
    expression: Expression,
    sessions: Vec<SessionFile>,
    /// Journals that this program writes or shows are read through what it has.
    readers: HashMap<PathBuf, JournalReader>,
    /// The encoding of sessions that do not tell theirs.
    encoding: TextEncoding,
}

impl SessionSearch {
    /// Looks for what was typed in these sessions.
    pub(in crate::ui) fn start(&mut self, sessions: &[SessionFile], tabs: &TabList, cx: &mut Cx<'_>) {
        self.stop();
        let typed = self.text.trim();
        if typed.is_empty() {
            self.end();
            return;
        }
        let expression = match Expression::parse(typed, &Vocabulary::default()) {
            Ok(expression) => expression,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        (self.sought, self.error) = (Some(typed.to_owned()), None);
        self.found.clear();
        let readers = tabs.iter().filter_map(|tab| tab.reader());
        let plan = Plan {
            expression,
            sessions: sessions.to_vec(),
            readers: readers.map(|reader| (reader.path().to_owned(), reader.clone())).collect(),
            encoding: tabs.front().map(|tab| tab.settings.encoding).unwrap_or_default(),
        };
        let (sender, found) = bounded(WAITING_SESSIONS);
        let job = cx.start_job(JobKind::SearchSessions, move |control| search_all(&plan, control, &sender));
        self.running = job.map(|job| Running { found, job });
    }

    /// Looks no further; what was found stays.
    pub(in crate::ui) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.job.cancel();
            self.found.extend(running.found.try_iter());
        }
    }

    /// The list of sessions is shown again.
    pub(in crate::ui) fn end(&mut self) {
        self.stop();
        self.found.clear();
        (self.sought, self.error) = (None, None);
    }

    /// Takes in what was found.
    pub(in crate::ui) fn take_in(&mut self) {
        let Some(running) = &self.running else { return };
        let is_done = running.job.take_result().is_some();
        self.found.extend(running.found.try_iter());
        if is_done {
            self.running = None;
        }
    }

    /// How far it is, while it goes on.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.running.as_ref().map(|running| running.job.progress())
    }

    /// How many rows were found in all of them.
    pub fn total(&self) -> u64 {
        self.found.iter().filter_map(|hits| hits.outcome.as_ref().ok()).map(|hits| hits.count).sum()
    }
}

fn search_all(plan: &Plan, control: &JobControl, found: &Sender<SessionHits>) {
    let total: u64 = plan.sessions.iter().map(|session| session.bytes).sum();
    let mut before = 0;
    for session in &plan.sessions {
        let mut progress = |bytes: u64| control.set_progress(before + bytes.min(session.bytes), total);
        let outcome = search_one(plan, session, control, &mut progress);
        before += session.bytes;
        control.set_progress(before, total);
        let Some(outcome) = outcome.transpose() else { continue };
        let is_unwanted = found.send(SessionHits { path: session.path.clone(), outcome }).is_err();
        if is_unwanted || control.is_cancelled() {
            return;
        }
    }
}

/// The rows of a session, if it has some.
fn search_one(
    plan: &Plan,
    session: &SessionFile,
    control: &JobControl,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Hits>, JournalError> {
    let reader = match plan.readers.get(&session.path) {
        Some(reader) => reader.clone(),
        None => JournalReader::open(&session.path)?,
    };
    let encoding = reader.info().encoding.unwrap_or(plan.encoding);
    let wanted = predicate(&plan.expression, encoding).finding_across_records();
    let mut scan = PredicateScan::new(reader.clone(), wanted, RecordId(0))?;
    let (mut count, mut first) = (0, None);
    while !control.is_cancelled() {
        let step = scan.step(STEP_BYTES)?;
        count += step.found.len();
        first = first.into_iter().chain(step.found.min()).min();
        // Some scans count rows, and others bytes.
        let share = u128::from(session.bytes) * u128::from(step.scanned) / u128::from(step.total.max(1));
        progress(u64::try_from(share).unwrap_or(session.bytes));
        if step.done {
            break;
        }
    }
    let Some(first) = first.map(RecordId) else { return Ok(None) };
    let first_wall_ns = reader.head(first)?.map_or(0, |head| head.at.wall_ns);
    Ok(Some(Hits { count, first, first_wall_ns }))
}

#[cfg(test)]
mod tests {
    use super::{Hits, SessionSearch};
    use crate::codec::text::TextEncoding;
    use crate::journal::{JournalInfo, JournalWriter, retention};
    use crate::model::ids::{Epoch, RecordId};
    use crate::model::record::DataHead;
    use crate::ui::cx::Services;
    use crate::ui::tab::list::TabList;
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::Tabs;
    use std::time::{Duration, Instant};

    #[test]
    fn each_session_is_read_in_its_own_encoding_and_one_that_cannot_be_read_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let sessions = services.profile.sessions_folder.clone();
        let gbk = TextEncoding::from_name("gbk").unwrap();
        for (name, encoding, records) in [
            ("a.skj", TextEncoding::UTF_8, vec!["x", "温度=25", "温度=26"]),
            ("b.skj", gbk, vec!["温度=27"]),
            ("c.skj", gbk, vec!["x"]),
        ] {
            let info = JournalInfo { encoding: Some(encoding), ..JournalInfo::default() };
            let mut writer = JournalWriter::create(&sessions.join(name), &info).unwrap();
            for (at, text) in (10..).zip(records) {
                let at = Stamp { wall_ns: at, mono_ns: 0 };
                let bytes = encoding.encode(text).unwrap();
                writer.append_data(at, Epoch(1), None, &DataHead::received(), &bytes);
            }
            writer.publish().unwrap();
        }
        let mut list = retention::list(&sessions).unwrap();
        list.sort_by(|one, other| one.path.cmp(&other.path));
        let mut gone = list[0].clone();
        gone.path = sessions.join("gone.skj");
        list.push(gone);
        let tabs = TabList::new(Tabs::default());
        let mut search = SessionSearch { text: " 温度 ".to_owned(), ..SessionSearch::default() };
        let mut cx = services.cx(Locale::of(Language::English));
        search.start(&list, &tabs, &mut cx);
        let deadline = Instant::now() + Duration::from_mins(1);
        while search.progress().is_some() {
            assert!(Instant::now() < deadline, "it ends");
            search.take_in();
            std::thread::yield_now();
        }
        assert_eq!(search.total(), 3);
        let found: Vec<_> = search.found.iter().map(|hits| hits.outcome.as_ref().ok().copied()).collect();
        let hits = |count, first, first_wall_ns| Hits { count, first: RecordId(first), first_wall_ns };
        assert_eq!(found, [Some(hits(2, 1, 11)), Some(hits(1, 0, 10)), None]);
        "len >".clone_into(&mut search.text);
        search.start(&list, &tabs, &mut cx);
        assert!(search.error.is_some() && search.progress().is_none());
        search.end();
        assert!(search.found.is_empty() && search.error.is_none() && search.sought.is_none());
    }
}
