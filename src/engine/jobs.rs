//! Work beside the sessions: exports, searches, filters. Each has its own reader, tells how far it is, and stops
//! when asked or dropped.

use crate::engine::news::News;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, bounded};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A piece of work on a thread of its own. Dropping it cancels the work and waits for its end, unless it only reads.
#[derive(Debug)]
pub struct Job<T> {
    control: JobControl,
    result: Receiver<T>,
    only_reads: bool,
    // Last: joined after `Drop` below has asked the work to stop.
    thread: Option<NamedThread>,
}

/// The work's side of a job: says how far it is, and asks whether to go on.
#[derive(Clone, Debug)]
pub struct JobControl {
    state: Arc<ControlState>,
    news: News,
    is_quiet: bool,
}

#[derive(Debug, Default)]
struct ControlState {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread that is called `name`. Its result is news.
    pub fn start(
        name: &str,
        news: News,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> io::Result<Job<T>> {
        Job::start_with(name, JobControl { state: Arc::default(), news, is_quiet: false }, work)
    }

    /// The same for work that mostly has nothing to tell. Only what it rings for is news, neither how far it is nor its
    /// result: whoever started it looks for that.
    pub fn start_quietly(
        name: &str,
        news: News,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> io::Result<Job<T>> {
        Job::start_with(name, JobControl { state: Arc::default(), news, is_quiet: true }, work)
    }

    fn start_with(
        name: &str,
        control: JobControl,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> io::Result<Job<T>> {
        let (sender, result) = bounded(1);
        let worker_side = control.clone();
        let thread = NamedThread::start(name, move || {
            let outcome = work(&worker_side);
            if sender.send(outcome).is_ok() && !worker_side.is_quiet {
                worker_side.ring();
            }
        })?;
        Ok(Job { control, result, only_reads: false, thread: Some(thread) })
    }

    /// The same for work that changes nothing a person owns and cannot always be stopped, such as opening a journal
    /// that has no index yet. Dropping it asks the work to stop and leaves it to itself, so that no frame waits.
    pub fn start_reading(
        name: &str,
        news: News,
        work: impl FnOnce(&JobControl) -> T + Send + 'static,
    ) -> io::Result<Job<T>> {
        let mut job = Job::start(name, news, work)?;
        job.only_reads = true;
        Ok(job)
    }
}

impl<T> Job<T> {
    /// The result, once, when it is there.
    pub fn take_result(&self) -> Option<T> {
        self.result.try_recv().ok()
    }

    /// Waits for the result; `None` if it was taken or the work panicked.
    pub fn wait(self) -> Option<T> {
        self.result.recv().ok()
    }

    /// How much is done, of how much; the total is 0 while it is not known.
    pub fn progress(&self) -> (u64, u64) {
        (self.control.state.done.load(Ordering::Relaxed), self.control.state.total.load(Ordering::Relaxed))
    }

    /// Asks the work to stop soon. Its result still comes.
    pub fn cancel(&self) {
        self.control.state.cancelled.store(true, Ordering::Relaxed);
    }
}

impl JobControl {
    /// Says how much is done, of how much.
    pub fn set_progress(&self, done: u64, total: u64) {
        self.state.total.store(total, Ordering::Relaxed);
        if self.state.done.swap(done, Ordering::Relaxed) != done && !self.is_quiet {
            self.ring();
        }
    }

    /// Says that there is something new, such as a part of what is found.
    pub fn ring(&self) {
        self.news.ring();
    }

    /// Whether nobody wants the result any more.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::Relaxed)
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel();
        if self.only_reads
            && let Some(thread) = self.thread.take()
        {
            thread.leave_to_itself();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Job;
    use crate::engine::news::News;
    use std::task::Waker;

    #[test]
    fn a_job_tells_its_progress_and_its_result() {
        let job = Job::start("test-job", News::new(Waker::noop().clone()), |control| {
            control.set_progress(3, 4);
            "done"
        })
        .unwrap();
        assert_eq!(job.wait(), Some("done"));
    }

    #[test]
    fn a_quiet_job_is_news_only_where_it_rings() {
        for rings in [false, true] {
            let news = News::new(Waker::noop().clone());
            let job = Job::start_quietly("test-quiet", news.clone(), move |control| {
                control.set_progress(3, 4);
                if rings {
                    control.ring();
                }
            })
            .unwrap();
            // Its thread has ended when it is dropped.
            assert_eq!(job.result.recv(), Ok(()));
            drop(job);
            assert_eq!(news.take(), rings);
        }
    }

    #[test]
    fn dropping_a_job_stops_it() {
        let (started, has_started) = crossbeam_channel::bounded(1);
        let job = Job::start("test-endless", News::new(Waker::noop().clone()), move |control| {
            started.send(()).unwrap();
            while !control.is_cancelled() {
                std::thread::yield_now();
            }
        })
        .unwrap();
        has_started.recv().unwrap();
        drop(job);
    }

    #[test]
    fn nobody_waits_for_reading_that_cannot_be_stopped() {
        let (may_end, waits) = crossbeam_channel::bounded::<()>(0);
        let (ended, has_ended) = crossbeam_channel::bounded(1);
        let job = Job::start_reading("test-reading", News::new(Waker::noop().clone()), move |control| {
            // Until the test, which comes on only when the drop has not waited, lets go of the other end.
            let was_let_go = waits.recv().is_err();
            ended.send(was_let_go && control.is_cancelled()).unwrap();
        })
        .unwrap();
        drop(job);
        drop(may_end);
        assert!(has_ended.recv().unwrap(), "it was asked to stop and went on alone");
    }
}
