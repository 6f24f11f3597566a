//! Drives one session from its opening to its end: looks when there is news, says when it is ready, sends, prints,
//! stops. With nothing happening it sleeps.

use crate::cli::bell::Bell;
use crate::cli::live::options::{LivePlan, Output};
use crate::cli::live::runner::Runner;
use crate::cli::live::sending::LiveSends;
use crate::cli::live::stops::{Stop, Stops};
use crate::cli::new_journal::new_journal;
use crate::cli::outcome::{Failed, Outcome, say};
use crate::cli::printing::LivePrinter;
use crate::cli::signals::StopSignals;
use crate::engine::command::{Command, Target};
use crate::engine::event::Event;
use crate::engine::handle::{Engine, SessionHandle};
use crate::engine::shared::Status;
use crate::journal::{JournalInfo, JournalReader};
use crate::model::config::SessionKind;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::Ticket;
use crate::model::record::{Body, EndReason, Lifecycle};
use crate::model::status::SessionState;
use crate::model::tls::Fingerprint;
use crate::util::{clock, fault, private_file};
use anyhow::anyhow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

/// While much happens, the status is looked at no more often than this; the worker has the processor meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How long peers have to take the rest and to close after everything was sent.
const LEAVE_TIME: Duration = Duration::from_secs(2);

/// How long closing may take, and how long a signal waits for somebody to read standard output.
const CLOSE_TIME: Duration = Duration::from_secs(5);

/// How far back the end of a connection is looked for among its last records.
const LAST_ROWS: u64 = 16;

/// The first rows of a journal, among which its readiness stands.
const FIRST_ROWS: u64 = 64;

/// Opens the session, stays with it until it ends or is told to stop, and leaves its journal whole.
pub(crate) fn run(plan: LivePlan) -> Outcome {
    let bell = Arc::new(Bell::default());
    let cannot = |what: &'static str| move |error: io::Error| Failed::system(what, &error);
    let signals = StopSignals::watch(Arc::clone(&bell))?;
    let engine =
        Engine::new(Waker::from(Arc::clone(&bell))).map_err(|failure| Failed::Running(failure.into()))?;
    let kind = plan.config.kind();
    let info = JournalInfo {
        session_name: plan.session_name.clone(),
        kind: Some(kind),
        program: concat!("sockscope-cli ", env!("CARGO_PKG_VERSION")).to_owned(),
        encoding: Some(plan.encoding),
        split: Some(plan.framing.clone()),
        created: clock::now(),
    };
    let path = journal_path(&plan)?;
    let session = engine.create_session(&path, &info).map_err(|error| Failed::Running(error.into()))?;
    if plan.journal.is_none() {
        say(format_args!("journal: {}", path.display()));
    }
    let mut printers = Vec::new();
    for (output, print_plan) in plan.outputs {
        let out: Box<dyn Write + Send> = match output {
            Output::Standard => Box::new(io::stdout()),
            Output::File(path) => Box::new(private_file::create(&path).map_err(|error| {
                Failed::Running(Failure::new(Operation::OpenFile, path.display(), error).into())
            })?),
        };
        let printer = LivePrinter::start(session.reader().clone(), print_plan, out, Arc::clone(&bell));
        printers.push(printer.map_err(cannot("cannot start the printing thread"))?);
    }
    let sending = LiveSends::new(plan.sends, kind, &bell).map_err(cannot("cannot read standard input"))?;
    if let Some(promise) = sending.promise() {
        hand_over(&session, promise)?;
    }
    if plan.rules.rules().len() > 0 {
        hand_over(&session, Command::SetRules(Box::new(plan.rules)))?;
    }
    // Before the session opens, so that nothing that comes at once is missed.
    let runner = match plan.sequence {
        None => None,
        Some(sequence) => {
            let (runner, command) = Runner::new(sequence, plan.framing);
            hand_over(&session, command)?;
            Some(runner)
        }
    };
    let opening = hand_over(&session, Command::Open(Box::new(plan.config)))?;
    let mut drive = Drive {
        engine: &engine,
        session: &session,
        signals: &signals,
        bell: &bell,
        printers,
        sending,
        runner,
        stops: Stops::new(plan.stops, kind, Instant::now()),
        kind,
        opening,
        said: Said::default(),
    };
    let outcome = drive.until_stopped().and_then(|stop| drive.close(stop));
    let Drive { printers, runner, .. } = drive;
    let reader = session.reader().clone();
    drop(session);
    let printed = finish_printing(printers, &signals, &bell, &reader);
    let ran = runner.map_or(Ok(()), |runner| match &outcome {
        Err(Failed::Running(error)) => runner.conclude(Some(&error.to_string())),
        Err(_) => Ok(()),
        Ok(()) => runner.conclude(None),
    });
    outcome.and(printed).and(ran)
}

fn hand_over(session: &SessionHandle, command: Command) -> Result<Ticket, Failed> {
    session.send(command).map_err(|_| Failed::running("the session takes no commands"))
}

/// Where the session is written: where the user says, or a new file in the sessions folder.
fn journal_path(plan: &LivePlan) -> Result<PathBuf, Failed> {
    if let Some(path) = &plan.journal {
        return Ok(path.clone());
    }
    let kind = match plan.config.kind() {
        SessionKind::TcpServer => "listen",
        SessionKind::TcpClient => "connect",
        SessionKind::Udp => "udp",
        SessionKind::UnixServer(_) => "listen-unix",
        SessionKind::UnixClient(_) => "connect-unix",
        SessionKind::UnixDatagrams => "unix",
        SessionKind::Raw(_) => "raw",
    };
    new_journal(kind)
}

/// What was said on standard error.
#[derive(Default)]
struct Said {
    /// The state that was looked at last.
    state: Option<SessionState>,
    is_ready: bool,
    paused: Option<Failure>,
}

struct Drive<'a> {
    engine: &'a Engine,
    session: &'a SessionHandle,
    signals: &'a StopSignals,
    bell: &'a Bell,
    printers: Vec<LivePrinter>,
    sending: LiveSends,
    runner: Option<Runner>,
    stops: Stops,
    kind: SessionKind,
    opening: Ticket,
    said: Said,
}

impl Drive<'_> {
    fn until_stopped(&mut self) -> Result<Stop, Failed> {
        loop {
            self.engine.news().take();
            fault::panic_if_asked_for();
            self.take_events()?;
            let status = self.session.shared().status();
            self.say_what_is_new(&status);
            self.look_at_printers()?;
            self.sending.advance(self.session, &status);
            let all_sent = self.sending.is_done(self.session);
            if self.runner.as_ref().is_some_and(Runner::has_ended) {
                return Ok(Stop::Wanted);
            }
            if let Some(stop) = self.stops.due(&status, all_sent, Instant::now()) {
                // A run that has begun learns by itself that its session has ended, and says what became of its step.
                let has_begun = status.sequence.is_some_and(|sequence| sequence.has_begun);
                let is_told_by_run = stop == Stop::Ended && self.runner.is_some() && has_begun;
                if !is_told_by_run {
                    return Ok(stop);
                }
            }
            if !self.session.is_alive() {
                // By a fault of the program, which was told when it happened.
                return Err(Failed::Said);
            }
            self.bell.wait(self.stops.next_due());
            let pace = if self.sending.is_waiting() { Duration::ZERO } else { LOOK_EVERY };
            if self.signals.stop_asked_within(pace) {
                return Ok(Stop::Asked);
            }
        }
    }

    /// Tells the printers that there is more. One that has ended is done with, however it ended.
    fn look_at_printers(&mut self) -> Result<(), Failed> {
        let mut outcome = Ok(());
        self.printers.retain(|printer| {
            printer.look();
            let ended = printer.ended();
            let goes_on = ended.is_none();
            if let (Ok(()), Some(Err(failed))) = (&outcome, ended) {
                outcome = Err(failed);
            }
            goes_on
        });
        outcome
    }

    fn take_events(&mut self) -> Result<(), Failed> {
        while let Some(event) = self.session.next_event() {
            match event {
                Event::Rejected { ticket, why } if ticket == self.opening => {
                    return Err(Failed::Running(why.into()));
                }
                other => {
                    let other = match &mut self.runner {
                        Some(runner) => runner.take_event(other)?,
                        None => Some(other),
                    };
                    if let Some(other) = other {
                        self.sending.take_event(other);
                    }
                }
            }
        }
        Ok(())
    }

    fn say_what_is_new(&mut self, status: &Status) {
        let is_another_state = self.said.state.as_ref() != Some(&status.state);
        if is_another_state && let Some(line) = ready_line(&status.state) {
            if let Some(fingerprint) = made_certificate(self.session.reader()) {
                say(format_args!("certificate: SHA-256 {fingerprint}"));
            }
            if self.kind.is_raw() && has_echo_socket(self.session.reader()) {
                say("no privilege for raw sockets: an echo socket exchanges echo messages alone");
            }
            say(line);
            self.said.is_ready = true;
        }
        if is_another_state {
            self.said.state = Some(status.state.clone());
        }
        if self.said.paused != status.paused {
            match &status.paused {
                Some(failure) => say(format_args!("paused: {failure}")),
                None => say("resumed: the journal can be written again"),
            }
            self.said.paused.clone_from(&status.paused);
        }
    }

    /// Ends the session in an orderly way and finds out how it ended.
    fn close(&mut self, stop: Stop) -> Outcome {
        let may_be_cut_off = stop == Stop::Asked;
        match stop {
            Stop::Failed(failure) => return Err(Failed::Running(failure.into())),
            Stop::Ended => {
                self.say_late_readiness()?;
                if let Some(end) = bad_end(self.session.reader())? {
                    return Err(Failed::Running(anyhow!(end)));
                }
                self.take_events()?;
                self.sending.session_has_ended();
            }
            Stop::Sent if self.kind.shape().has_connections() => {
                // A close while the peer's bytes wait unread would be a reset, and could cost it the last of ours.
                if self.session.send(Command::ShutDownWrite(Target::All)).is_ok() {
                    self.wait_for(LEAVE_TIME, |status| status.peers_present == 0 || !status.state.is_open());
                }
                self.shut();
            }
            Stop::Sent | Stop::Wanted | Stop::Asked => self.shut(),
        }
        // Whoever asks it to stop need not wait until there is room again.
        if !may_be_cut_off && let Some(failure) = self.session.shared().status().paused {
            return Err(Failed::Running(failure.into()));
        }
        if self.sending.was_refused() { Err(Failed::Said) } else { Ok(()) }
    }

    fn shut(&self) {
        if self.session.send(Command::Close).is_ok() {
            self.wait_for(CLOSE_TIME, |status| !status.state.is_open());
        }
    }

    fn wait_for(&self, longest: Duration, wanted: impl Fn(&Status) -> bool) {
        let deadline = Instant::now() + longest;
        loop {
            self.engine.news().take();
            if wanted(&self.session.shared().status())
                || Instant::now() >= deadline
                || !self.session.is_alive()
            {
                return;
            }
            self.bell.wait(Some(deadline));
        }
    }

    /// A connection can come and go between two looks; that it was there is told by its record.
    fn say_late_readiness(&mut self) -> Result<(), Failed> {
        if self.said.is_ready {
            return Ok(());
        }
        let mut records = self.session.reader().records(0..FIRST_ROWS);
        let mut connected = None;
        while let Some(record) = records.next().map_err(|error| Failed::Running(error.into()))? {
            match &record.body {
                Body::Lifecycle(Lifecycle::Connected { local, remote, .. }) => {
                    connected = Some((*local, *remote));
                }
                Body::Lifecycle(Lifecycle::PeerLeft { reason: EndReason::HandshakeFailed, .. }) => {
                    connected = None;
                }
                _ => {}
            }
        }
        if let Some((local, remote)) = connected {
            say(format_args!("ready: connected {local} -> {remote}"));
        }
        Ok(())
    }
}

fn ready_line(state: &SessionState) -> Option<String> {
    match state {
        SessionState::Listening { local, .. } => Some(format!("ready: listening on {local}")),
        SessionState::Bound { local } => Some(format!("ready: bound {local}")),
        SessionState::Connected { local, remote } => Some(format!("ready: connected {local} -> {remote}")),
        _ => None,
    }
}

/// The fingerprint of the certificate that was made for this opening, which stands before its readiness.
fn made_certificate(reader: &JournalReader) -> Option<Fingerprint> {
    let mut records = reader.records(0..FIRST_ROWS);
    let mut made = None;
    while let Ok(Some(record)) = records.next() {
        if let Body::Lifecycle(Lifecycle::CertificateMade { fingerprint }) = record.body {
            made = Some(fingerprint);
        }
    }
    made
}

/// Whether an echo socket stands in for a raw one.
fn has_echo_socket(reader: &JournalReader) -> bool {
    let mut records = reader.records(0..FIRST_ROWS);
    while let Ok(Some(record)) = records.next() {
        if matches!(record.body, Body::Lifecycle(Lifecycle::EchoOnly { .. })) {
            return true;
        }
    }
    false
}

/// What went wrong at the end of a connection, if it did not end as connections should.
fn bad_end(reader: &JournalReader) -> Result<Option<String>, Failed> {
    let rows = reader.snapshot().records;
    let mut records = reader.records(rows.saturating_sub(LAST_ROWS)..rows);
    let mut end = None;
    while let Some(record) = records.next().map_err(|error| Failed::Running(error.into()))? {
        if let Body::Lifecycle(lifecycle @ Lifecycle::PeerLeft { remote, reason, error }) = &record.body
            && lifecycle.is_failure()
        {
            if *reason == EndReason::HandshakeFailed
                && let Some(error) = error
            {
                // Only what encryption says has a name.
                let operation = if error.name.is_empty() { Operation::Connect } else { Operation::Secure };
                let failure = Failure::new(operation, remote, error.clone());
                return Ok(Some(format!("{failure}{}", advice(error))));
            }
            let words = error.as_ref().map_or_else(|| reason.word().replace('_', " "), ToString::to_string);
            end = Some(format!("the connection to {remote} ended: {words}"));
        }
    }
    Ok(end)
}

/// What helps where two sides do not agree on encryption.
fn advice(error: &OsError) -> &'static str {
    match error.name.as_str() {
        "wrong_name" => ". Use --server-name, or --insecure to accept it.",
        "self_signed" | "unknown_issuer" => ". Use --ca FILE to trust it, or --insecure to accept it.",
        "expired" | "not_valid_yet" | "certificate" => ". Use --insecure to accept it.",
        "plain_text" => ". Leave --tls out to speak with it.",
        _ => "",
    }
}

/// Waits until everything is printed. A signal says that nobody wants to wait for a reader that does not read.
fn finish_printing(
    mut printers: Vec<LivePrinter>,
    signals: &StopSignals,
    bell: &Bell,
    reader: &JournalReader,
) -> Outcome {
    let mut outcome = Ok(());
    let mut deadline = None;
    for printer in &mut printers {
        printer.print_rest();
    }
    for printer in printers {
        loop {
            if let Some(ended) = printer.ended() {
                outcome = outcome.and(ended);
                break;
            }
            if signals.stop_asked() {
                deadline = Some(Instant::now() + CLOSE_TIME);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                say(format_args!("nobody reads standard output; the rest is in {}", reader.path().display()));
                printer.abandon();
                break;
            }
            bell.wait(deadline);
        }
    }
    outcome
}
