//! What a front end holds: the engine, and one handle for each session.

use crate::engine::command::Command;
use crate::engine::event::Event;
use crate::engine::news::News;
use crate::engine::shared::Shared;
use crate::engine::sync::Syncer;
use crate::engine::worker::{Worker, WorkerParts};
use crate::journal::error::JournalError;
use crate::journal::format::JournalInfo;
use crate::journal::reader::JournalReader;
use crate::journal::writer::JournalWriter;
use crate::model::failure::{Failure, Operation};
use crate::model::ids::{SessionId, Ticket};
use crate::net::poll::{Notifier, Poll};
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::Waker;
use thiserror::Error;

/// How many commands may wait for a worker.
const WAITING_COMMANDS: usize = 1024;

/// How many events may wait for a front end. Levels are not among them, so none that waits can be outdated.
const WAITING_EVENTS: usize = 4096;

/// Makes sessions. One for each front end.
#[derive(Debug)]
pub struct Engine {
    news: News,
    next_session: AtomicU32,
    syncer: Arc<Syncer>,
}

/// One session. Dropping it closes the session, publishes the journal and joins the worker.
#[derive(Debug)]
pub struct SessionHandle {
    id: SessionId,
    next_ticket: AtomicU64,
    events: Receiver<Event>,
    shared: Shared,
    reader: JournalReader,
    notifier: Notifier,
    /// Taken out by `Drop`, so that the worker finds its mailbox abandoned.
    commands: Option<Sender<(Ticket, Command)>>,
    has_ended: Arc<AtomicBool>,
    // Last: joined after the mailbox is abandoned and the worker was woken to notice it.
    _thread: NamedThread,
}

/// The journal of a session that is still to begin. Making one waits for the disk, and so is done where nobody is kept
/// waiting.
#[derive(Debug)]
pub struct NewJournal(JournalWriter);

/// Why there is no session.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The journal could not be made.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The system refused a thread or a wait.
    #[error(transparent)]
    System(#[from] Failure),
}

impl Engine {
    /// An engine whose news wakes this front end.
    pub fn new(waker: Waker) -> Result<Engine, Failure> {
        let syncer =
            Syncer::start().map_err(|error| Failure::new(Operation::StartThread, "journal-sync", error))?;
        Ok(Engine { news: News::new(waker), next_session: AtomicU32::new(1), syncer: Arc::new(syncer) })
    }

    /// The bell that the front end's waker hangs on. Give clones to jobs.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// Makes a new journal and the worker that writes it. No socket is open yet.
    pub fn create_session(&self, journal: &Path, info: &JournalInfo) -> Result<SessionHandle, SessionError> {
        self.begin_session(NewJournal::create(journal, info)?)
    }

    /// The same with a journal that was made before.
    pub fn begin_session(&self, journal: NewJournal) -> Result<SessionHandle, SessionError> {
        self.start_session(journal.0)
    }

    /// Starts the worker of a journal that this program writes from now on.
    pub fn start_session(&self, journal: JournalWriter) -> Result<SessionHandle, SessionError> {
        let id = SessionId(self.next_session.fetch_add(1, Ordering::Relaxed));
        let name = format!("session-{}", id.0);
        let poll = Poll::new().map_err(|error| Failure::new(Operation::Poll, &name, error))?;
        let notifier = poll.notifier();
        let (commands, mailbox) = bounded(WAITING_COMMANDS);
        let (event_sender, events) = bounded(WAITING_EVENTS);
        let shared = Shared::default();
        let reader = journal.reader();
        let worker = Worker::new(WorkerParts {
            id,
            poll,
            mailbox,
            events: event_sender,
            news: self.news.clone(),
            shared: shared.clone(),
            journal,
            syncer: Arc::clone(&self.syncer),
        });
        let has_ended = Arc::new(AtomicBool::new(false));
        let ending = Ending { has_ended: Arc::clone(&has_ended), news: self.news.clone() };
        let work = move || {
            let _at_the_end = ending;
            worker.run();
        };
        let thread = NamedThread::start(&name, work)
            .map_err(|error| Failure::new(Operation::StartThread, &name, error))?;
        let next_ticket = AtomicU64::new(1);
        Ok(SessionHandle {
            id,
            next_ticket,
            events,
            shared,
            reader,
            notifier,
            commands: Some(commands),
            has_ended,
            _thread: thread,
        })
    }
}

impl NewJournal {
    /// Makes the file.
    pub fn create(path: &Path, info: &JournalInfo) -> Result<NewJournal, SessionError> {
        Ok(NewJournal(JournalWriter::create(path, info)?))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl SessionHandle {
    /// Its number in this program.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Asks for an outcome, never waiting. The command comes back when the session takes none at the moment.
    pub fn send(&self, command: Command) -> Result<Ticket, Command> {
        let ticket = Ticket(self.next_ticket.fetch_add(1, Ordering::Relaxed));
        let Some(commands) = &self.commands else { return Err(command) };
        commands.try_send((ticket, command)).map_err(|refused| refused.into_inner().1)?;
        if self.notifier.notify().is_err() {
            // The worker's wait cannot be reached; the command is in its mailbox and is taken with its next turn.
        }
        Ok(ticket)
    }

    /// The next answer or notice, never waiting.
    pub fn next_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Levels: state, counters, peers.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Rows.
    pub fn reader(&self) -> &JournalReader {
        &self.reader
    }

    /// Whether the worker is still at work.
    pub fn is_alive(&self) -> bool {
        !self.has_ended.load(Ordering::Acquire)
    }
}

/// Tells the front end that the worker's thread is at its end, also where that is a panic, which nothing else tells.
struct Ending {
    has_ended: Arc<AtomicBool>,
    news: News,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Release);
        self.news.ring();
    }
}

impl Drop for SessionHandle {
    fn drop(&mut self) {
        self.commands = None;
        if self.notifier.notify().is_err() {
            // Only a poller that is gone refuses, and with it the worker.
        }
    }
}
