//! Finding in all sessions: one expression over every journal, beside the frames, and how many rows of each it wants. It
//! must not know how a session is shown.

use crate::codec::expression::{Expression, ExpressionError, Vocabulary};
use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::retention::SessionFile;
use crate::journal::split::{SplitRows, SplitScan};
use crate::journal::{JournalError, JournalReader};
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crate::ui::cx::Cx;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::tab::find::predicate;
use crate::ui::tab::gathering::{Scan, Searched};
use crate::ui::tab::list::TabList;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::path::PathBuf;

/// How much of a journal is cut into messages between two looks at whether it is still wanted.
const CUT_BYTES: u64 = 8 << 20;

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
    /// The number of the first, as rows are numbered in the split of its session.
    pub first_row: u64,
    /// Where that one begins.
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
    // Some scans count rows, and others bytes.
    let mut part = |before: u64, part: u64, done: u64, total: u64| {
        let share = u128::from(part) * u128::from(done) / u128::from(total.max(1));
        progress(before + u64::try_from(share).unwrap_or(part));
    };
    // Its rows are those that it is opened with.
    let split = reader.info().split.clone().filter(|split| *split != Framing::None);
    let half = split.as_ref().map_or(0, |_| session.bytes / 2);
    let messages = match split {
        Some(split) => cut(&reader, split, control, &mut |done, total| part(0, half, done, total))?,
        None => None,
    };
    let searched = Searched { reader, messages };
    let wanted = predicate(&searched.meant(plan.expression.clone()), encoding).finding_across_records();
    let mut scan = Scan::new(&searched, wanted)?;
    let (mut count, mut first) = (0, None);
    while !control.is_cancelled() {
        let step = scan.step()?;
        for found in [Some(step.found), step.open].into_iter().flatten() {
            count += found.len();
            first = first.into_iter().chain(found.min()).min();
        }
        part(half, session.bytes - half, step.scanned, step.total);
        if step.done {
            break;
        }
    }
    let Some(key) = first else { return Ok(None) };
    let first = RecordId(match &searched.messages {
        Some(messages) => messages.records_of(key..key + 1)?.start,
        None => key,
    });
    let first_wall_ns = searched.reader.head(first)?.map_or(0, |head| head.at.wall_ns);
    Ok(Some(Hits { count, first_row: key.saturating_add(1), first, first_wall_ns }))
}

/// The messages of a session; none where nobody wants them any more.
fn cut(
    reader: &JournalReader,
    split: Framing,
    control: &JobControl,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<SplitRows>, JournalError> {
    let mut scan = SplitScan::new(reader.clone(), split, RecordId(0));
    while !control.is_cancelled() {
        let step = scan.step(CUT_BYTES)?;
        progress(step.done_records, step.total_records);
        if step.is_done {
            return Ok(Some(scan.rows()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{Hits, SessionHits, SessionSearch};
    use crate::codec::text::TextEncoding;
    use crate::journal::{JournalInfo, JournalWriter, retention};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
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
        finish(&mut search);
        assert_eq!(search.total(), 3);
        let found: Vec<_> = search.found.iter().map(|hits| hits.outcome.as_ref().ok().copied()).collect();
        let hits = |count, first, first_wall_ns| Hits {
            count,
            first_row: first + 1,
            first: RecordId(first),
            first_wall_ns,
        };
        assert_eq!(found, [Some(hits(2, 1, 11)), Some(hits(1, 0, 10)), None]);
        "len >".clone_into(&mut search.text);
        search.start(&list, &tabs, &mut cx);
        assert!(search.error.is_some() && search.progress().is_none());
        search.end();
        assert!(search.found.is_empty() && search.error.is_none() && search.sought.is_none());
    }

    fn finish(search: &mut SessionSearch) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while search.progress().is_some() {
            assert!(Instant::now() < deadline, "it ends");
            search.take_in();
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_session_that_was_cut_into_messages_is_searched_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let sessions = services.profile.sessions_folder.clone();
        let masked = b"\x81\x84\x01\x02\x03\x04qkmc";
        for (name, split, records) in [
            ("a.skj", None, [&masked[..], b"", b""]),
            ("b.skj", Some(Framing::WebSocket), [b"\x82\x01x\x81\x01y", &masked[..5], &masked[5..]]),
            ("c.skj", Some(Framing::Lines), [b"a\nb\n", b"c\npi", b"ng 1\nping 2"]),
        ] {
            let info = JournalInfo { split, ..JournalInfo::default() };
            let mut writer = JournalWriter::create(&sessions.join(name), &info).unwrap();
            for (at, bytes) in (10..).zip(records) {
                let at = Stamp { wall_ns: at, mono_ns: 0 };
                writer.append_data(at, Epoch(1), PeerId::new(1), &DataHead::received(), bytes);
            }
            writer.publish().unwrap();
        }
        let mut list = retention::list(&sessions).unwrap();
        list.sort_by(|one, other| one.path.cmp(&other.path));
        let tabs = TabList::new(Tabs::default());
        let mut cx = services.cx(Locale::of(Language::English));
        for (text, expected) in [
            ("ping", &[("b.skj", 1, 3, 11), ("c.skj", 2, 4, 11)][..]),
            ("websocket.payload.text:ping", &[("a.skj", 1, 1, 10), ("b.skj", 1, 3, 11)]),
            (r#"text ~ "^c$""#, &[("c.skj", 1, 3, 11)]),
            ("len == 2 and text:b", &[("c.skj", 1, 2, 10)]),
        ] {
            let mut search = SessionSearch { text: text.to_owned(), ..SessionSearch::default() };
            search.start(&list, &tabs, &mut cx);
            finish(&mut search);
            let found: Vec<_> = search
                .found
                .iter()
                .map(|SessionHits { path, outcome }| {
                    let hits = outcome.as_ref().unwrap();
                    (
                        path.file_name().unwrap().to_str().unwrap(),
                        hits.count,
                        hits.first_row,
                        hits.first_wall_ns,
                    )
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
