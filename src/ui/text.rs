//! What the window says about typed values: states, problems, failures and what to do about them, in the
//! person's language. It knows words, not widgets.

use crate::codec::prose;
use crate::engine::event::Rejection;
use crate::model::config::Meeting;
use crate::model::failure::Failure;
use crate::model::ids::PeerId;
use crate::model::peer_process::PeerProcess;
use crate::model::record::{Direction, EndReason};
use crate::model::status::{PeerState, SessionState};
use crate::ui::written_text::fill_error;
use crate::util::locale::Locale;
use crate::workspace::tabs::TabKind;
use std::fmt::Display;
use std::net::SocketAddr;

/// What a direction is called, or both together.
pub fn direction_name(locale: &Locale, direction: Option<Direction>) -> &str {
    locale.text(match direction {
        None => "filter.both",
        Some(Direction::Received) => "filter.received",
        Some(Direction::Sent) => "filter.sent",
    })
}

/// The only peer whose rows are wanted, or all.
pub fn wanted_peer(locale: &Locale, peer: Option<PeerId>) -> String {
    match peer {
        None => locale.text("filter.all_peers").to_owned(),
        Some(peer) => locale.format("filter.peer", &[("peer", &peer)]),
    }
}

/// What kind of session a tab has.
pub fn kind_name(locale: &Locale, kind: TabKind) -> &str {
    match kind {
        TabKind::TcpServer => locale.text("kind.tcp_server"),
        TabKind::TcpClient => locale.text("kind.tcp_client"),
        TabKind::Udp => locale.text("kind.udp"),
        TabKind::WebSocketServer => locale.text("kind.web_socket_server"),
        TabKind::WebSocketClient => locale.text("kind.web_socket_client"),
        TabKind::UnixServer | TabKind::UnixSeqpacketServer => locale.text("kind.unix_server"),
        TabKind::UnixClient | TabKind::UnixSeqpacketClient => locale.text("kind.unix_client"),
        TabKind::UnixDatagrams => locale.text("kind.unix_datagrams"),
        TabKind::Raw => locale.text("kind.raw"),
    }
}

/// What has to be done before anything can be sent.
pub fn not_open(locale: &Locale, kind: TabKind) -> &str {
    locale.text(match kind.shape().meeting {
        Meeting::Listens => "composer.off_server",
        Meeting::Connects => "composer.off_client",
        Meeting::Exchanges => "composer.off_udp",
    })
}

/// What a session is doing, for the status bar.
pub fn state_line(locale: &Locale, state: &SessionState, kind: TabKind) -> String {
    match state {
        SessionState::Closed => locale
            .text(match kind.shape().meeting {
                Meeting::Listens => "state.closed_server",
                Meeting::Connects => "state.closed_client",
                Meeting::Exchanges => "state.closed_udp",
            })
            .to_owned(),
        SessionState::Resolving { host } => locale.format("state.resolving", &[("host", host)]),
        SessionState::Connecting { remote } => locale.format("state.connecting", &[("remote", remote)]),
        SessionState::WaitingToReconnect { .. } => locale.text("state.waiting").to_owned(),
        SessionState::Listening { local, others } => {
            let all: Vec<String> =
                [local].into_iter().chain(others.iter()).map(ToString::to_string).collect();
            locale.format("state.listening", &[("local", &all.join(", "))])
        }
        SessionState::Draining => locale.text("state.draining").to_owned(),
        SessionState::Bound { local } => locale.format("state.bound", &[("local", local)]),
        SessionState::Connected { local, remote } => {
            locale.format("state.connected", &[("local", local), ("remote", remote)])
        }
        SessionState::Failed(_) => locale.text("state.failed").to_owned(),
    }
}

/// What one peer is doing, if there is anything to say beyond that it is there.
pub fn peer_state(locale: &Locale, state: PeerState) -> Option<&str> {
    let key = match state {
        PeerState::Open => return None,
        PeerState::ShakingHands => "peer.shaking_hands",
        PeerState::PeerFinished => "peer.finished",
        PeerState::WriteShut => "peer.write_shut",
        PeerState::Left(EndReason::Fin) => "peer.left_fin",
        PeerState::Left(EndReason::Reset) => "peer.left_reset",
        PeerState::Left(EndReason::TimedOut) => "peer.left_timed_out",
        PeerState::Left(EndReason::Kicked) => "peer.left_kicked",
        PeerState::Left(EndReason::Local) => "peer.left_local",
        PeerState::Left(EndReason::BrokenPipe) => "peer.left_broken_pipe",
        PeerState::Left(_) => "peer.left_failed",
    };
    Some(locale.text(key))
}

/// Who a peer on this machine is.
pub fn process_line(locale: &Locale, process: &PeerProcess) -> String {
    let program = process.program.as_deref().unwrap_or("—");
    let values: [(&str, &dyn Display); 4] =
        [("program", &program), ("pid", &process.pid), ("uid", &process.uid), ("gid", &process.gid)];
    locale.format("peer.process", &values)
}

/// What a person can do about a failure, where that is known.
pub fn hint<'a>(locale: &'a Locale, failure: &Failure) -> Option<&'a str> {
    let key = match failure.error.name.as_str() {
        "EACCES" | "WSAEACCES" if has_low_port(&failure.target) => "hint.low_port",
        "EACCES" | "WSAEACCES" if failure.target.contains("255") => "hint.broadcast",
        "EADDRINUSE" | "WSAEADDRINUSE" if failure.target.parse::<SocketAddr>().is_err() => "hint.name_in_use",
        "EADDRINUSE" | "WSAEADDRINUSE" => "hint.in_use",
        "EADDRNOTAVAIL" | "WSAEADDRNOTAVAIL" => "hint.not_ours",
        "ECONNREFUSED" | "WSAECONNREFUSED" => "hint.refused",
        "ETIMEDOUT" | "WSAETIMEDOUT" => "hint.timed_out",
        "ENETUNREACH" | "EHOSTUNREACH" | "WSAENETUNREACH" | "WSAEHOSTUNREACH" => "hint.unreachable",
        "EMFILE" | "ENFILE" => "hint.descriptors",
        "ENOSPC" | "EDQUOT" => "hint.disk_full",
        "EPERM" => "hint.privilege",
        _ => return None,
    };
    Some(locale.text(key))
}

fn has_low_port(target: &str) -> bool {
    target.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).is_some_and(|port| port < 1024)
}

/// Why a command was not carried out.
pub fn rejection(locale: &Locale, rejection: &Rejection) -> String {
    match rejection {
        Rejection::NotOpen => locale.text("rejected.not_open").to_owned(),
        Rejection::AlreadyOpen => locale.text("rejected.already_open").to_owned(),
        Rejection::NotConnected => locale.text("rejected.not_connected").to_owned(),
        Rejection::NoPeer => locale.text("rejected.no_peer").to_owned(),
        Rejection::NoRemote => locale.text("rejected.no_remote").to_owned(),
        Rejection::SomeLeft { left, of } => {
            locale.format("rejected.some_left", &[("left", left), ("of", of)])
        }
        Rejection::PeerGone(peer) => locale.format("rejected.peer_gone", &[("peer", peer)]),
        Rejection::QueueFull { peer, queued, .. } => {
            locale.format("rejected.queue_full", &[("peer", peer), ("queued", queued)])
        }
        Rejection::DatagramTooLong { length, limit } => {
            locale.format("rejected.datagram_too_long", &[("length", length), ("limit", limit)])
        }
        Rejection::BroadcastOff(address) => locale.format("rejected.broadcast_off", &[("address", address)]),
        Rejection::WrongKind => locale.text("rejected.wrong_kind").to_owned(),
        Rejection::Paused(failure) => {
            locale.format("rejected.paused", &[("failure", &prose::failure_text(failure, locale))])
        }
        Rejection::Failed(failure) => failure_line(locale, failure),
        Rejection::RowDamaged { path, row } => {
            locale.format("rejected.row_damaged", &[("row", row), ("path", &path.display())])
        }
        Rejection::Cancelled => locale.text("rejected.cancelled").to_owned(),
        Rejection::RowNotWhole { path, row } => {
            locale.format("rejected.row_not_whole", &[("path", &path.display()), ("row", row)])
        }
        Rejection::RowsBrokenOff { path } => {
            locale.format("rejected.rows_broken_off", &[("path", &path.display())])
        }
        Rejection::FileBusy => locale.text("rejected.file_busy").to_owned(),
        Rejection::TooManySends(count) => locale.format("rejected.too_many_sends", &[("count", count)]),
        Rejection::CannotFill(error) => {
            locale.format("rejected.cannot_fill", &[("error", &fill_error(locale, error))])
        }
        Rejection::SequenceBusy => locale.text("rejected.sequence_busy").to_owned(),
        Rejection::Busy => locale.text("rejected.busy").to_owned(),
    }
}

/// What failed, with the system's own words, name and number.
pub fn failure_line(locale: &Locale, failure: &Failure) -> String {
    let mut line = prose::failure_text(failure, locale);
    if let Some(first) = line.get(..1).map(str::to_uppercase) {
        line.replace_range(..1, &first);
    }
    line
}
