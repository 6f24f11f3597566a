//! A session with a journal in a folder of its own, and bounded waits. It knows no front end.

use sockscope::engine::command::Command;
use sockscope::engine::event::Event;
use sockscope::engine::handle::{Engine, SessionHandle};
use sockscope::engine::shared::Status;
use sockscope::journal::format::JournalInfo;
use sockscope::model::config::{SessionConfig, TcpClientConfig, TcpServerConfig};
use sockscope::model::ids::Ticket;
use sockscope::model::record::{Body, Lifecycle, Record};
use sockscope::model::status::SessionState;
use sockscope::model::websocket::{WebSocketClientSettings, WebSocketServerSettings};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::task::Waker;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing on loopback takes longer than this unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A session of a fresh engine.
pub(crate) struct Bench {
    pub(crate) session: SessionHandle,
    _engine: Engine,
    folder: TempDir,
}

impl Bench {
    /// A closed session.
    pub(crate) fn new() -> Bench {
        Bench::new_in(tempfile::tempdir().unwrap())
    }

    /// A closed session whose journal is in this folder.
    pub(crate) fn new_in(folder: TempDir) -> Bench {
        let engine = Engine::new(Waker::noop().clone()).unwrap();
        let info = JournalInfo { session_name: "test".to_owned(), ..JournalInfo::default() };
        let session = engine.create_session(&folder.path().join("session.skj"), &info).unwrap();
        Bench { session, _engine: engine, folder }
    }

    /// A session that is open as `config` says, once it is.
    pub(crate) fn open(config: SessionConfig) -> Bench {
        let bench = Bench::new();
        bench.ask(Command::Open(Box::new(config)));
        bench
    }

    /// The journal's file.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("session.skj")
    }

    /// Sends a command that finds room.
    pub(crate) fn ask(&self, command: Command) -> Ticket {
        self.session.send(command).unwrap()
    }

    /// Waits until the status is as wanted.
    pub(crate) fn wait_status(&self, what: &str, mut wanted: impl FnMut(&Status) -> bool) -> Status {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let status = self.session.shared().status();
            if wanted(&status) {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "{what} did not come; the status is {status:?}\n{}",
                self.story()
            );
            std::thread::yield_now();
        }
    }

    /// The address that the session listens on or is bound to.
    pub(crate) fn local(&self) -> SocketAddr {
        let status = self.wait_status("a local address", |status| {
            matches!(status.state, SessionState::Listening { .. } | SessionState::Bound { .. })
        });
        match status.state {
            SessionState::Listening { local, .. } | SessionState::Bound { local } => {
                local.socket_addr().unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    /// All records published so far.
    pub(crate) fn records(&self) -> Vec<Record> {
        let reader = self.session.reader();
        let mut records = reader.records(0..reader.snapshot().records);
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            all.push(record.clone());
        }
        all
    }

    /// Waits for a record.
    pub(crate) fn wait_record(&self, what: &str, wanted: impl Fn(&Record) -> bool) -> Record {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = self.records().into_iter().find(&wanted) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what} was not recorded\n{}", self.story());
            std::thread::yield_now();
        }
    }

    /// Waits for a lifecycle record.
    pub(crate) fn wait_lifecycle(&self, what: &str, wanted: impl Fn(&Lifecycle) -> bool) -> Record {
        self.wait_record(what, |record| matches!(&record.body, Body::Lifecycle(event) if wanted(event)))
    }

    /// Waits for the answer to a command.
    pub(crate) fn answer(&self, ticket: Ticket) -> Event {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.session.next_event() {
                Some(event @ Event::Accepted { ticket: found }) if found == ticket => return event,
                Some(event @ Event::Rejected { ticket: found, .. }) if found == ticket => return event,
                _ => {}
            }
            assert!(Instant::now() < deadline, "no answer to {ticket:?}\n{}", self.story());
            std::thread::yield_now();
        }
    }

    /// Waits for an event.
    pub(crate) fn wait_event(&self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(event) = self.session.next_event().filter(&wanted) {
                return event;
            }
            assert!(Instant::now() < deadline, "{what} was not told\n{}", self.story());
            std::thread::yield_now();
        }
    }

    /// What is in the journal, for messages of failing tests.
    pub(crate) fn story(&self) -> String {
        format!("{:#?}", self.records())
    }
}

/// A server that speaks WebSocket, and its client.
pub(crate) fn with_frames() -> (Bench, Bench) {
    let server = TcpServerConfig {
        websocket: Some(WebSocketServerSettings::default()),
        ..TcpServerConfig::new("127.0.0.1:0".parse().unwrap())
    };
    let server = Bench::open(SessionConfig::TcpServer(server));
    let address = server.local();
    let settings =
        WebSocketClientSettings { host: address.to_string(), path: "/".to_owned(), ..Default::default() };
    let client = Bench::open(SessionConfig::TcpClient(TcpClientConfig {
        websocket: Some(settings),
        ..TcpClientConfig::new(address.into())
    }));
    client.wait_status("the connection", |status| matches!(status.state, SessionState::Connected { .. }));
    server.wait_status("the client", |status| status.peers_present == 1);
    (server, client)
}
