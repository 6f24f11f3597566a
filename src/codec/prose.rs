//! What happened, in the user's language, made from the typed record alone. Prose is never kept anywhere.

use crate::codec::time::millis_text;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::{Body, EndReason, Lifecycle, Loss, LossKind, Origin};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::fmt::Display;
use std::net::IpAddr;

/// The sentence of a record that is no data; empty for data.
pub fn body_text(body: &Body, locale: &Locale) -> String {
    match body {
        Body::Data(_) => String::new(),
        Body::Lifecycle(lifecycle) => lifecycle_text(lifecycle, locale),
        Body::Loss(loss) => loss_text(*loss, locale),
        Body::Note(note) => note.clone(),
        Body::Damaged => locale.text("record.damaged").to_owned(),
    }
}

/// The sentence of a change of state.
pub fn lifecycle_text(lifecycle: &Lifecycle, locale: &Locale) -> String {
    let say = |key: &str, values: &[(&str, &dyn Display)]| locale.format(key, values);
    match lifecycle {
        Lifecycle::Resolving { host } => say("record.resolving", &[("host", host)]),
        Lifecycle::Resolved { host, addresses } => {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            say("record.resolved", &[("host", host), ("addresses", &addresses)])
        }
        Lifecycle::Listening { local } => say("record.listening", &[("local", local)]),
        Lifecycle::ListenerStopped { local } => say("record.listener_stopped", &[("local", local)]),
        Lifecycle::Bound { local } => say("record.bound", &[("local", local)]),
        Lifecycle::Connecting { remote, attempt: 0 | 1 } => say("record.connecting", &[("remote", remote)]),
        Lifecycle::Connecting { remote, attempt } => {
            say("record.connecting_again", &[("remote", remote), ("attempt", attempt)])
        }
        Lifecycle::Connected { local, remote } => {
            say("record.connected", &[("local", local), ("remote", remote)])
        }
        Lifecycle::ReconnectScheduled { delay_millis } => {
            say("record.reconnect_scheduled", &[("delay", &millis_text(*delay_millis))])
        }
        Lifecycle::PeerJoined { local, remote } => {
            say("record.peer_joined", &[("local", local), ("remote", remote)])
        }
        Lifecycle::PeerFinished { remote } => say("record.peer_finished", &[("remote", remote)]),
        Lifecycle::WriteShut { remote } => say("record.write_shut", &[("remote", remote)]),
        Lifecycle::PeerLeft { remote, reason, error } => {
            let error = error.as_ref().map_or_else(String::new, error_in_brackets);
            say(left_key(*reason), &[("remote", remote), ("error", &error)])
        }
        Lifecycle::PeerUnreachable { remote, error, .. } => {
            say("record.peer_unreachable", &[("remote", remote), ("error", &os_error_text(error, locale))])
        }
        Lifecycle::SendFailed { failure, unsent } if *unsent > 0 => {
            say("record.unsent", &[("failure", &failure_text(failure, locale)), ("count", &Count(*unsent))])
        }
        Lifecycle::SendFailed { failure, .. }
        | Lifecycle::ConnectFailed { failure, .. }
        | Lifecycle::OpenFailed { failure }
        | Lifecycle::AcceptFailed { failure }
        | Lifecycle::OptionFailed { failure }
        | Lifecycle::GroupFailed { failure } => failure_text(failure, locale),
        Lifecycle::OptionSet { name, asked, granted } => match granted {
            Some(granted) if granted != asked => {
                say("record.option_granted", &[("name", name), ("asked", asked), ("granted", granted)])
            }
            _ => say("record.option_set", &[("name", name), ("granted", asked)]),
        },
        Lifecycle::JoinedGroup { group, interface } => group_text(
            locale,
            ["record.joined_group", "record.joined_group_on"],
            *group,
            interface.as_deref(),
        ),
        Lifecycle::LeftGroup { group, interface } => {
            group_text(locale, ["record.left_group", "record.left_group_on"], *group, interface.as_deref())
        }
        Lifecycle::Paused { failure } => say("record.paused", &[("failure", &failure_text(failure, locale))]),
        Lifecycle::Resumed { after_millis } => {
            say("record.resumed", &[("delay", &millis_text(*after_millis))])
        }
        Lifecycle::Recovered { cut_bytes: 0 } => say("record.recovered_whole", &[]),
        Lifecycle::Recovered { cut_bytes } => say("record.recovered", &[("count", &Count(*cut_bytes))]),
        Lifecycle::Closed { reason } => say(closed_key(*reason), &[]),
    }
}

/// The sentence of a loss.
pub fn loss_text(loss: Loss, locale: &Locale) -> String {
    let key = match loss.what {
        LossKind::UdpKernelDrop => "record.loss.udp_kernel_drop",
        LossKind::UnsentBytes => "record.loss.unsent_bytes",
    };
    locale.format(key, &[("count", &Count(loss.count))])
}

/// One failed operation as a line: what, on which address, the words, the name and the number.
pub fn failure_text(failure: &Failure, locale: &Locale) -> String {
    let key = match failure.operation {
        Operation::Resolve => "failure.resolve",
        Operation::CreateSocket => "failure.create_socket",
        Operation::Bind => "failure.bind",
        Operation::Listen => "failure.listen",
        Operation::Accept => "failure.accept",
        Operation::Connect => "failure.connect",
        Operation::Receive => "failure.receive",
        Operation::Send => "failure.send",
        Operation::ShutDown => "failure.shut_down",
        Operation::SetOption => "failure.set_option",
        Operation::JoinGroup => "failure.join_group",
        Operation::LeaveGroup => "failure.leave_group",
        Operation::Poll => "failure.poll",
        Operation::StartThread => "failure.start_thread",
        Operation::OpenFile => "failure.open_file",
        Operation::ReadFile => "failure.read_file",
        Operation::WriteFile => "failure.write_file",
    };
    let error = os_error_text(&failure.error, locale);
    locale.format(key, &[("target", &failure.target), ("error", &error)])
}

/// An error of the system: its words in the user's language where they are known, its name and its number.
pub fn os_error_text(error: &OsError, locale: &Locale) -> String {
    match words_key(&error.name).and_then(|key| locale.find(key)) {
        Some(words) => format!("{words}{}", error_in_brackets(error)),
        None => error.to_string(),
    }
}

/// What marks data that no person or peer caused at that moment; `None` for all other data.
pub fn origin_text(origin: Origin, locale: &Locale) -> Option<&str> {
    let key = match origin {
        Origin::Peer | Origin::User => return None,
        Origin::Repeat => "record.origin.repeat",
        Origin::File => "record.origin.file",
        Origin::Echo => "record.origin.echo",
        Origin::Reply => "record.origin.reply",
        Origin::Import => "record.origin.import",
    };
    locale.find(key)
}

fn error_in_brackets(error: &OsError) -> String {
    match (error.code, error.name.as_str()) {
        (0, _) => String::new(),
        (code, "") => format!(" (error {code})"),
        (code, name) => format!(" ({name} {code})"),
    }
}

fn group_text(locale: &Locale, [plain, on]: [&str; 2], group: IpAddr, interface: Option<&str>) -> String {
    match interface {
        None => locale.format(plain, &[("group", &group)]),
        Some(interface) => locale.format(on, &[("group", &group), ("interface", &interface)]),
    }
}

fn left_key(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Fin => "record.left.fin",
        EndReason::Reset => "record.left.reset",
        EndReason::TimedOut => "record.left.timed_out",
        EndReason::Kicked => "record.left.kicked",
        EndReason::Local => "record.left.local",
        EndReason::Refused => "record.left.refused",
        EndReason::Unreachable => "record.left.unreachable",
        EndReason::BrokenPipe => "record.left.broken_pipe",
        EndReason::Failed => "record.left.failed",
    }
}

fn closed_key(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Fin => "record.closed.fin",
        EndReason::Reset => "record.closed.reset",
        EndReason::TimedOut => "record.closed.timed_out",
        EndReason::Kicked => "record.closed.kicked",
        EndReason::Local => "record.closed.local",
        EndReason::Refused => "record.closed.refused",
        EndReason::Unreachable => "record.closed.unreachable",
        EndReason::BrokenPipe => "record.closed.broken_pipe",
        EndReason::Failed => "record.closed.failed",
    }
}

/// The errors whose words are known in every language.
fn words_key(name: &str) -> Option<&'static str> {
    const KEYS: [&str; 22] = [
        "os.EACCES",
        "os.EADDRINUSE",
        "os.EADDRNOTAVAIL",
        "os.ECONNABORTED",
        "os.ECONNREFUSED",
        "os.ECONNRESET",
        "os.EDQUOT",
        "os.EHOSTUNREACH",
        "os.EINVAL",
        "os.EIO",
        "os.EMFILE",
        "os.EMSGSIZE",
        "os.ENETDOWN",
        "os.ENETUNREACH",
        "os.ENODEV",
        "os.ENOENT",
        "os.ENOPROTOOPT",
        "os.ENOSPC",
        "os.EPERM",
        "os.EPIPE",
        "os.EROFS",
        "os.ETIMEDOUT",
    ];
    // Windows has the same errors under longer names.
    let name = name.strip_prefix("WSA").unwrap_or(name);
    KEYS.into_iter().find(|key| key.strip_prefix("os.") == Some(name))
}
