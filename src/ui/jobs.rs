//! The one registry of background jobs: whatever the window has done beside its frames is started here, under a name
//! from a closed list. It knows no feature: what comes out goes to whoever holds the handle.

use crate::engine::jobs::{Job, JobControl};
use crate::engine::news::News;
use std::io;
use std::sync::{Arc, Weak};

/// What a background job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A session is written to a file.
    Export,
    /// The first lines of an export are made.
    Preview,
    /// A file becomes a session.
    Import,
    /// Selected rows are read for the clipboard.
    Copy,
    /// The list of earlier sessions is read.
    ListSessions,
    /// All sessions are gone over for what was typed.
    SearchSessions,
    /// An earlier session is opened.
    OpenSession,
    /// An earlier session is marked as one to keep, or no longer.
    KeepSession,
    /// An earlier session is removed.
    DeleteSession,
    /// Sessions beyond the limit are removed.
    MakeRoom,
    /// A session that nobody shows any more comes to its end.
    EndTab,
    /// A file that a log went on into is closed.
    EndLogFile,
    /// The file of a new session is made, where there was one before after its end.
    NewJournal,
    /// The file that is to be sent is looked at.
    LookAtFile,
    /// The folder where pages begin is looked for.
    StartFolder,
    /// A log is gone over for its chart.
    Chart,
    /// What the selected rows come to is gone over.
    Totals,
    /// The notes of a session are read.
    ListNotes,
    /// A long text is written to a file, to be sent.
    LongPaste,
    /// A sequence or rules are read.
    OpenDocument,
    /// A sequence or rules are written.
    SaveDocument,
}

/// All jobs that run.
#[derive(Debug)]
pub struct Jobs {
    news: News,
    running: Vec<(JobKind, Weak<()>)>,
}

/// A job that runs, or whose result waits to be taken. Dropping it stops the work.
#[derive(Debug)]
pub struct JobHandle<T> {
    job: Job<T>,
    /// The registry counts the job for as long as this is there.
    _counted: Arc<()>,
}

impl JobKind {
    /// The name of its thread.
    pub fn name(self) -> &'static str {
        match self {
            JobKind::Export => "export",
            JobKind::Preview => "preview",
            JobKind::Import => "import",
            JobKind::Copy => "copy",
            JobKind::ListSessions => "sessions",
            JobKind::SearchSessions => "search-sessions",
            JobKind::OpenSession => "open-session",
            JobKind::KeepSession => "keep-session",
            JobKind::DeleteSession => "delete-session",
            JobKind::MakeRoom => "make-room",
            JobKind::EndTab => "end-tab",
            JobKind::EndLogFile => "end-log-file",
            JobKind::NewJournal => "new-journal",
            JobKind::LookAtFile => "look-at-file",
            JobKind::StartFolder => "start-folder",
            JobKind::Chart => "chart",
            JobKind::Totals => "totals",
            JobKind::ListNotes => "notes",
            JobKind::LongPaste => "long-paste",
            JobKind::OpenDocument => "open-document",
            JobKind::SaveDocument => "save-document",
        }
    }

    /// Whether it changes nothing that a person owns: nobody waits for its end, not even the end of the program.
    fn only_reads(self) -> bool {
        match self {
            JobKind::Preview
            | JobKind::Copy
            | JobKind::ListSessions
            | JobKind::SearchSessions
            | JobKind::OpenSession
            | JobKind::Chart
            | JobKind::Totals
            | JobKind::ListNotes
            | JobKind::LookAtFile
            | JobKind::OpenDocument
            | JobKind::StartFolder => true,
            JobKind::Export
            | JobKind::Import
            | JobKind::KeepSession
            | JobKind::DeleteSession
            | JobKind::MakeRoom
            | JobKind::EndTab
            | JobKind::EndLogFile
            | JobKind::NewJournal
            | JobKind::SaveDocument
            | JobKind::LongPaste => false,
        }
    }

    /// Whether the person is asked before the program ends and takes it along.
    fn is_asked_about(self) -> bool {
        matches!(self, JobKind::Export | JobKind::Import)
    }
}

impl Jobs {
    /// No job yet; those to come ring this bell.
    pub fn new(news: News) -> Jobs {
        Jobs { news, running: Vec::new() }
    }

    /// The bell that jobs ring.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// Starts a job.
    pub fn start<T: Send + 'static>(
        &mut self,
        kind: JobKind,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> io::Result<JobHandle<T>> {
        let start = if kind.only_reads() { Job::start_reading } else { Job::start };
        let job = start(kind.name(), self.news.clone(), work)?;
        let counted = Arc::new(());
        self.running.retain(|(_, running)| running.strong_count() > 0);
        self.running.push((kind, Arc::downgrade(&counted)));
        Ok(JobHandle { job, _counted: counted })
    }

    /// Whether something runs that a person would miss.
    pub fn is_busy(&self) -> bool {
        self.running.iter().any(|(kind, running)| kind.is_asked_about() && running.strong_count() > 0)
    }
}

impl<T> JobHandle<T> {
    /// The result, once, when it is there.
    pub fn take_result(&self) -> Option<T> {
        self.job.take_result()
    }

    /// How much is done, of how much; the total is 0 while it is not known.
    pub fn progress(&self) -> (u64, u64) {
        self.job.progress()
    }

    /// Asks the work to stop soon. Its result still comes.
    pub fn cancel(&self) {
        self.job.cancel();
    }
}

/// The result of a job that has come to its end; the handle goes with it.
pub fn finished<T>(job: &mut Option<JobHandle<T>>) -> Option<T> {
    let result = job.as_ref()?.take_result()?;
    *job = None;
    Some(result)
}

/// The results of those that have come to their end, in the order in which they were asked for; the others stay.
pub fn all_finished<W, T>(running: &mut Vec<W>, result_of: impl Fn(&W) -> Option<T>) -> Vec<T> {
    let mut results = Vec::new();
    running.retain(|work| {
        let result = result_of(work);
        let goes_on = result.is_none();
        results.extend(result);
        goes_on
    });
    results
}

#[cfg(test)]
mod tests {
    use super::{JobKind, Jobs, all_finished, finished};
    use crate::engine::news::News;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn a_job_is_asked_about_until_its_result_is_taken() {
        for (kind, is_asked_about) in
            [(JobKind::Export, true), (JobKind::Import, true), (JobKind::Copy, false)]
        {
            let mut jobs = Jobs::new(News::new(Waker::noop().clone()));
            let mut job = Some(jobs.start(kind, |_| 7).unwrap());
            assert_eq!(jobs.is_busy(), is_asked_about, "{kind:?}");
            let deadline = Instant::now() + Duration::from_mins(1);
            while finished(&mut job) != Some(7) {
                assert!(Instant::now() < deadline, "{kind:?} does not end");
                std::thread::yield_now();
            }
            assert!(job.is_none() && !jobs.is_busy(), "{kind:?}");
        }
    }

    #[test]
    fn results_come_in_the_order_in_which_they_were_asked_for() {
        let mut running = vec![(1, Some("a")), (2, None), (3, Some("c"))];
        assert_eq!(all_finished(&mut running, |(_, result)| *result), ["a", "c"]);
        assert_eq!(running, [(2, None)]);
    }
}
