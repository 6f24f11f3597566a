//! Carrying out what front ends ask for.

use crate::engine::command::{CloseKind, Command, Content, Target};
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::datagrams::Datagrams;
use crate::engine::worker::link::Link;
use crate::engine::worker::log::Log;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::stream::Stream;
use crate::model::address::Address;
use crate::model::ids::PeerId;
use crate::model::record::{EndReason, Lifecycle, Origin};
use crate::model::socket_option::{OptionName, OptionReport, OptionValue, SocketOption};
use crate::model::status::SessionState;
use crate::net::options::{apply, report_all};

impl Worker {
    pub(super) fn carry_out(&mut self, command: Command) -> Result<(), Rejection> {
        if needs_journal(&command) {
            self.reject_if_paused()?;
        }
        match command {
            Command::Open(config) => {
                if self.state.is_open() {
                    return Err(Rejection::AlreadyOpen);
                }
                self.open(*config);
                Ok(())
            }
            Command::Close => {
                self.close(EndReason::Local);
                self.state = SessionState::Closed;
                Ok(())
            }
            Command::StopListening => self.stop_listening(),
            Command::ListenAgain => self.listen_again(),
            Command::Send { target, content: Content::Bytes { bytes, form }, origin } => {
                self.send(&target, &Payload::from(bytes).in_form(form), origin)
            }
            Command::Send { target, content: Content::Template { template, form }, origin } => {
                self.send_template(&target, (&template, form), origin)
            }
            Command::PromiseSends => {
                self.streams.promise_sends();
                Ok(())
            }
            Command::PromiseKept(peer) => {
                self.streams.promise_is_kept(peer);
                Ok(())
            }
            Command::StartRepeat { job, target, payloads, every, times } => {
                self.start_repeat(job, target, payloads, (every, times))
            }
            Command::SendLong { job, target, source, pace } => self.start_long(job, &target, source, pace),
            Command::StopSending { job } => {
                self.stop_sender(job);
                Ok(())
            }
            Command::ShutDownWrite(target) => self.shut_down_write(&target),
            Command::ClosePeers { target, how } => self.close_peers(&target, how),
            Command::SetOption(option) => self.set_option(&option),
            Command::JoinGroup(group) => {
                let (datagrams, log) = self.open_datagrams()?;
                Ok(datagrams.set_member(&group, true, log)?)
            }
            Command::LeaveGroup(group) => {
                let (datagrams, log) = self.open_datagrams()?;
                Ok(datagrams.set_member(&group, false, log)?)
            }
            Command::SetRules(rules) => {
                self.turn.answering.tell_held_back(&mut self.turn.log);
                self.turn.answering.set_rules(*rules, self.turn.now);
                self.streams.forget_cutters(&mut self.turn);
                Ok(())
            }
            Command::RunSequence(plan) => self.start_sequence(*plan),
            Command::HoldSequence(hold) => {
                self.hold_sequence(hold);
                Ok(())
            }
            Command::StopSequence => {
                self.stop_sequence();
                Ok(())
            }
            Command::RefreshFacts(peer) => self.streams.refresh_facts(peer),
            Command::AddNote(text) => {
                self.turn.log.note(text);
                Ok(())
            }
        }
    }

    pub(super) fn require_open(&self) -> Result<(), Rejection> {
        if self.state.is_open() { Ok(()) } else { Err(Rejection::NotOpen) }
    }

    /// Whether bytes can go out now at all.
    pub(super) fn require_ready(&self) -> Result<(), Rejection> {
        self.require_open()?;
        self.reject_if_paused()?;
        match self.state {
            SessionState::Resolving { .. }
            | SessionState::Connecting { .. }
            | SessionState::WaitingToReconnect { .. } => Err(Rejection::NotConnected),
            _ => Ok(()),
        }
    }

    /// Puts bytes on their way to a target.
    pub(super) fn send(
        &mut self,
        target: &Target,
        payload: &Payload,
        origin: Origin,
    ) -> Result<(), Rejection> {
        self.require_ready()?;
        let Worker { streams, link, turn, .. } = self;
        match link {
            Link::Datagrams(datagrams) => {
                let targets = datagrams.targets(target, &mut turn.log)?;
                datagrams.send(&targets, payload, origin, &mut turn.log)
            }
            // An empty message is a message where there are frames or borders.
            _ if payload.is_empty() && !streams.has_frames() && !streams.keep_borders() => Ok(()),
            _ => {
                let ids = streams.recipients(target)?;
                streams.send(&ids, payload, origin, turn)
            }
        }
    }

    fn open_datagrams(&mut self) -> Result<(&mut Datagrams, &mut Log), Rejection> {
        self.require_open()?;
        match &mut self.link {
            Link::Datagrams(datagrams) => Ok((datagrams, &mut self.turn.log)),
            _ => Err(Rejection::WrongKind),
        }
    }

    pub(super) fn stream_targets(&self, target: &Target) -> Result<Vec<PeerId>, Rejection> {
        self.require_open()?;
        match self.link {
            Link::Datagrams(_) => Err(Rejection::WrongKind),
            _ => self.streams.targets(target),
        }
    }

    fn shut_down_write(&mut self, target: &Target) -> Result<(), Rejection> {
        let ids = self.stream_targets(target)?;
        let Worker { streams, turn, .. } = self;
        streams.shut_write(&ids, turn);
        Ok(())
    }

    pub(super) fn close_peers(&mut self, target: &Target, how: CloseKind) -> Result<(), Rejection> {
        for id in self.stream_targets(target)? {
            self.make_room();
            let Worker { streams, turn, .. } = self;
            if how == CloseKind::Fin && streams.answers_goodbye(id) {
                streams.leave(id, turn);
            } else {
                streams.kick(id, how, turn);
            }
        }
        Ok(())
    }

    /// Sets an option on what is open, and on the peers that are there.
    fn set_option(&mut self, option: &SocketOption) -> Result<(), Rejection> {
        self.require_open()?;
        let on_link = self.link_sockets().into_iter();
        let on_link = on_link.map(|(socket, local)| (None, apply(socket, option, local)));
        let on_stream =
            |stream: &Stream| Some((Some(stream.id()), apply(stream.socket()?, option, stream.status.local)));
        let outcomes: Vec<_> = on_link.chain(self.streams.iter().filter_map(on_stream)).collect();
        let mut refusal = Ok(());
        for (id, outcome) in outcomes {
            match outcome {
                Ok(report) => {
                    let asked = option.value.clone();
                    let granted = report.granted;
                    self.turn.log.lifecycle(id, Lifecycle::OptionSet { name: option.name, asked, granted });
                }
                Err(failure) => {
                    self.turn.log.lifecycle(id, Lifecycle::OptionFailed { failure: failure.clone() });
                    refusal = Err(failure.into());
                }
            }
        }
        self.note_broadcast(option);
        self.refresh_options(option);
        refusal
    }

    fn link_sockets(&self) -> Vec<(&socket2::Socket, Address)> {
        match &self.link {
            Link::Listener(listener) => listener.sockets().collect(),
            Link::Datagrams(datagrams) => vec![(datagrams.socket(), datagrams.local())],
            Link::None | Link::Connector(_) => Vec::new(),
        }
    }

    fn note_broadcast(&mut self, option: &SocketOption) {
        if let (OptionName::Broadcast, OptionValue::Flag(on), Link::Datagrams(datagrams)) =
            (option.name, &option.value, &mut self.link)
        {
            datagrams.set_broadcast(*on);
        }
    }

    /// What was asked for until now, with each option as it was asked for last.
    pub(super) fn asked_options(&self) -> Vec<SocketOption> {
        let asked =
            |report: &OptionReport| Some(SocketOption { name: report.name, value: report.asked.clone()? });
        self.options.iter().filter_map(asked).collect()
    }

    /// Shows what is granted now beside what was asked for.
    fn refresh_options(&mut self, option: &SocketOption) {
        let mut asked = self.asked_options();
        asked.retain(|earlier| earlier.name != option.name);
        asked.push(option.clone());
        let only_stream =
            self.streams.iter().next().and_then(|stream| Some((stream.socket()?, stream.status.local)));
        if let Some((socket, local)) = self.link_sockets().into_iter().next().or(only_stream) {
            self.options = report_all(socket, &asked, local).into();
        }
    }
}

/// Whether the command adds records however often it is given. Those that only take something away are carried out
/// while the journal is paused too.
fn needs_journal(command: &Command) -> bool {
    match command {
        Command::Open(_)
        | Command::ListenAgain
        | Command::Send { .. }
        | Command::StartRepeat { .. }
        | Command::SendLong { .. }
        | Command::SetOption(_)
        | Command::JoinGroup(_)
        | Command::LeaveGroup(_)
        | Command::RunSequence(_)
        | Command::AddNote(_) => true,
        Command::Close
        | Command::StopListening
        | Command::PromiseSends
        | Command::PromiseKept(_)
        | Command::StopSending { .. }
        | Command::ShutDownWrite(_)
        | Command::ClosePeers { .. }
        | Command::SetRules(_)
        | Command::HoldSequence(_)
        | Command::StopSequence
        | Command::RefreshFacts(_) => false,
    }
}
