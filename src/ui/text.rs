//! What the window says about typed values: states, problems, failures and what to do about them, in the
//! person's language. It knows words, not widgets.

use crate::codec::escape::EscapeError;
use crate::codec::hex::HexError;
use crate::codec::prose;
use crate::codec::represent::View;
use crate::codec::text::{EncodeError, TextEncoding};
use crate::engine::command::LONGEST_DATAGRAM;
use crate::engine::event::Rejection;
use crate::model::endpoint::EndpointError;
use crate::model::failure::Failure;
use crate::model::ids::PeerId;
use crate::model::record::{Direction, EndReason};
use crate::model::socket_option::{OptionError, OptionShape};
use crate::model::status::{PeerState, SessionState};
use crate::ui::state::composer::ComposeError;
use crate::ui::state::connection::{Problem, typed_endpoint};
use crate::ui::state::find::FindError;
use crate::ui::state::obstacle::Obstacle;
use crate::ui::trouble;
use crate::util::bytes_text::{ByteSize, Count};
use crate::util::locale::Locale;
use crate::workspace::tabs::{TabKind, TabSettings, ViewChoice};

/// The encoding of this name; UTF-8 for a name of no encoding, which only a file that was written by hand can hold.
pub fn encoding_of(name: &str) -> TextEncoding {
    TextEncoding::from_name(name).unwrap_or(TextEncoding::UTF_8)
}

/// How the choice of a view is shown.
pub fn view_of(choice: ViewChoice) -> View {
    match choice {
        ViewChoice::Text => View::Text,
        ViewChoice::Hex => View::Hex,
        ViewChoice::Dump => View::Dump,
    }
}

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
    }
}

/// What a tab is called: its own name, or its kind and address.
pub fn tab_title(locale: &Locale, tab: &TabSettings) -> String {
    match tab.name.trim() {
        "" => title_without_name(locale, tab),
        name => name.to_owned(),
    }
}

/// What a tab without a name of its own is called.
pub fn title_without_name(locale: &Locale, tab: &TabSettings) -> String {
    let kind = kind_name(locale, tab.kind);
    match tab.kind {
        TabKind::TcpClient if !tab.remote_host.is_empty() => {
            format!("{kind} {}", endpoint(&tab.remote_host, &tab.remote_port))
        }
        TabKind::TcpServer | TabKind::Udp if !tab.local_port.is_empty() => {
            format!("{kind} :{}", tab.local_port)
        }
        _ => kind.to_owned(),
    }
}

/// What the two fields of an endpoint stand for, as it is written in one.
pub fn endpoint(host: &str, port: &str) -> String {
    let (host, port) = typed_endpoint(host, port);
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// What a session is doing, for the status bar.
pub fn state_line(locale: &Locale, state: &SessionState) -> String {
    match state {
        SessionState::Closed => locale.text("state.closed").to_owned(),
        SessionState::Resolving { host } => locale.format("state.resolving", &[("host", host)]),
        SessionState::Connecting { remote } => locale.format("state.connecting", &[("remote", remote)]),
        SessionState::WaitingToReconnect { .. } => locale.text("state.waiting").to_owned(),
        SessionState::Listening { local } => locale.format("state.listening", &[("local", local)]),
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

/// What is wrong with a field, and how it should be.
pub fn problem(locale: &Locale, problem: &Problem) -> String {
    match problem {
        Problem::Endpoint(error) => endpoint_error(locale, error),
        Problem::PortZero => locale.text("problem.port_zero").to_owned(),
        Problem::RemoteMissing => locale.text("rejected.no_remote").to_owned(),
        Problem::LookUpDue(host) => locale.format("problem.look_up_due", &[("host", host)]),
        Problem::Timeout(text) => locale.format("problem.timeout", &[("text", text)]),
        Problem::Group(text) => locale.format("problem.group", &[("text", text)]),
        Problem::Option(error) => option_error(locale, error),
        Problem::OptionMisplaced { name, kind } => {
            let key = if *kind == TabKind::Udp { "problem.option_not_udp" } else { "problem.option_not_tcp" };
            locale.format(key, &[("name", name)])
        }
    }
}

fn endpoint_error(locale: &Locale, error: &EndpointError) -> String {
    match error {
        EndpointError::HostMissing => locale.text("problem.host_missing").to_owned(),
        EndpointError::PortMissing { text } => locale.format("problem.port_missing", &[("text", text)]),
        EndpointError::BracketsMissing { text } => {
            locale.format("problem.brackets_missing", &[("text", text)])
        }
        EndpointError::BracketOpen { text } => locale.format("problem.bracket_open", &[("text", text)]),
        EndpointError::PortInvalid { text, .. } => locale.format("problem.port_invalid", &[("text", text)]),
        EndpointError::HostInvalid { character, at, .. } => {
            let shown = if *character == ' ' { '␠' } else { *character };
            locale.format("problem.host_invalid", &[("character", &shown), ("at", at)])
        }
        EndpointError::AddressInvalid { text } => locale.format("problem.address_invalid", &[("text", text)]),
        EndpointError::Ipv6Invalid { text } => locale.format("problem.ipv6_invalid", &[("text", text)]),
        EndpointError::ScopeInvalid { scope, text } => {
            locale.format("problem.scope_invalid", &[("scope", scope), ("text", text)])
        }
    }
}

fn option_error(locale: &Locale, error: &OptionError) -> String {
    match error {
        OptionError::ValueMissing { text } => {
            locale.format("problem.option_value_missing", &[("text", text)])
        }
        OptionError::Unknown { name, .. } => locale.format("problem.option_unknown", &[("name", name)]),
        OptionError::ValueInvalid { name, value, .. } => match name.shape() {
            OptionShape::Flag => locale.format("problem.option_flag", &[("name", name), ("value", value)]),
            OptionShape::Number { max, unit } => locale.format(
                "problem.option_number",
                &[("name", name), ("value", value), ("max", &max), ("unit", &unit)],
            ),
            OptionShape::Text => locale.format("problem.option_text", &[("name", name)]),
        },
    }
}

/// What a person can do about a failure, where that is known.
pub fn hint<'a>(locale: &'a Locale, failure: &Failure) -> Option<&'a str> {
    let key = match failure.error.name.as_str() {
        "EACCES" | "WSAEACCES" if has_low_port(&failure.target) => "hint.low_port",
        "EACCES" | "WSAEACCES" if failure.target.contains("255") => "hint.broadcast",
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
        Rejection::Cancelled => locale.text("rejected.cancelled").to_owned(),
        Rejection::FileBusy => locale.text("rejected.file_busy").to_owned(),
        Rejection::CannotFill(error) => locale.format("rejected.cannot_fill", &[("error", error)]),
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

/// What is wrong with what was typed to be sent, and where.
pub fn compose_error(locale: &Locale, error: &ComposeError) -> String {
    match error {
        ComposeError::Hex(error) => hex_error(locale, error),
        ComposeError::Encode(error) => encode_error(locale, error),
        ComposeError::Escape(error) => match error {
            EscapeError::Unknown { letter, at } => {
                locale.format("input.escape_unknown", &[("letter", letter), ("at", at)])
            }
            EscapeError::Unfinished { at } => locale.format("input.escape_unfinished", &[("at", at)]),
            EscapeError::ByteInvalid { at } => locale.format("input.escape_byte", &[("at", at)]),
            EscapeError::CharacterInvalid { at } => locale.format("input.escape_character", &[("at", at)]),
            EscapeError::Encode(error) => encode_error(locale, error),
        },
    }
}

/// What stands in the way of sending what is written.
pub fn obstacle(locale: &Locale, obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Nothing => locale.text("toast.nothing_to_send").to_owned(),
        Obstacle::Unreadable(error) => compose_error(locale, error),
        Obstacle::TooLong { bytes, is_exact } => {
            let bytes = *bytes as u64;
            let size = if *is_exact {
                locale.format("composer.length", &[("count", &Count(bytes))])
            } else {
                ByteSize(bytes).to_string()
            };
            let limit = Count(LONGEST_DATAGRAM as u64);
            locale.format("composer.too_long", &[("size", &size), ("limit", &limit)])
        }
    }
}

fn hex_error(locale: &Locale, error: &HexError) -> String {
    match error {
        HexError::BadDigit { character, at } => {
            locale.format("input.hex_digit", &[("character", character), ("at", at)])
        }
        HexError::HalfByte { digit, at } => locale.format("input.hex_half", &[("digit", digit), ("at", at)]),
        HexError::EmptyPattern => locale.text("input.hex_empty").to_owned(),
    }
}

fn encode_error(locale: &Locale, error: &EncodeError) -> String {
    locale.format(
        "input.not_encodable",
        &[("character", &error.character), ("encoding", &error.encoding.label()), ("at", &error.at)],
    )
}

/// What is wrong with what was typed to be found.
pub fn find_error(locale: &Locale, error: &FindError) -> String {
    match error {
        FindError::Pattern(error) => locale.format("find.bad_pattern", &[("error", error)]),
        FindError::Encode(character) => locale.format("find.not_encodable", &[("character", character)]),
        FindError::Journal(error) => trouble::journal(locale, error),
        FindError::Thread(error) => trouble::thread(locale, "search", error),
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn an_endpoint_can_be_read_back() {
        for (host, port, written) in [
            ("plc.local", "502", "plc.local:502"),
            ("fe80::1", " 9000", "[fe80::1]:9000"),
            ("[::1]", "9000", "[::1]:9000"),
            ("10.0.0.7:80", "9000", "10.0.0.7:80"),
        ] {
            assert_eq!(endpoint(host, port), written);
        }
    }
}
