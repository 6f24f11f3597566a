//! What happened, in the user's language, made from the typed record alone. Prose is never kept anywhere.

use crate::codec::own_words;
use crate::codec::time::millis_text;
use crate::model::address::Address;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::{Body, EndReason, Lifecycle, Loss, LossKind, Origin};
use crate::model::socket_option::{OptionName, OptionValue};
use crate::model::tls::TlsHandshake;
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::fmt::Display;
use std::net::IpAddr;

/// The sentence of a record that is no bytes; empty for bytes.
pub fn body_text(body: &Body, locale: &Locale) -> String {
    match body {
        Body::Data(_) | Body::Wire(_) => String::new(),
        Body::Lifecycle(lifecycle) => lifecycle_text(lifecycle, locale),
        Body::Loss(loss) => loss_text(*loss, locale),
        Body::Note(note) => note_text(note, locale),
        Body::Damaged => locale.text("record.damaged").to_owned(),
        Body::Newer => locale.text("record.newer").to_owned(),
    }
}

/// A note: the program's own in the user's language, a person's as it was written.
pub fn note_text(note: &str, locale: &Locale) -> String {
    own_words::of_note(note, locale).unwrap_or_else(|| note.to_owned())
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
        Lifecycle::Connected { local, remote, .. } => {
            say("record.connected", &[("local", local), ("remote", remote)])
        }
        Lifecycle::ReconnectScheduled { delay_millis } => {
            say("record.reconnect_scheduled", &[("delay", &millis_text(*delay_millis))])
        }
        Lifecycle::PeerJoined { remote, message_oriented: Some(true), .. } => {
            say("record.peer_known", &[("remote", remote)])
        }
        Lifecycle::PeerJoined { local, remote, .. } => {
            say("record.peer_joined", &[("local", local), ("remote", remote)])
        }
        Lifecycle::KeysKept { lines } => say("record.keys_kept", &[("count", &lines.lines().count())]),
        Lifecycle::TlsUnexpected { remote } => say("record.tls_unexpected", &[("remote", remote)]),
        Lifecycle::EchoOnly { local } => say("record.echo_only", &[("local", local)]),
        Lifecycle::DescriptorsClosed { remote, count } => {
            say("record.descriptors_closed", &[("remote", remote), ("count", &Count((*count).into()))])
        }
        Lifecycle::PeerFinished { remote } => say("record.peer_finished", &[("remote", remote)]),
        Lifecycle::WriteShut { remote } => say("record.write_shut", &[("remote", remote)]),
        Lifecycle::PeerLeft { remote, reason, error } => {
            let told = |error: &OsError| match reason {
                // Of these the words tell most; of the system's errors the reason has said them already.
                EndReason::HandshakeFailed | EndReason::Cut => format!(": {}", os_error_text(error, locale)),
                _ => error_in_brackets(error),
            };
            let error = error.as_ref().map_or_else(String::new, told);
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
        | Lifecycle::SessionFailed { failure }
        | Lifecycle::AcceptFailed { failure }
        | Lifecycle::OptionFailed { failure }
        | Lifecycle::GroupFailed { failure } => failure_text(failure, locale),
        Lifecycle::OptionSet { name, asked, granted } => option_text(*name, asked, granted.as_ref(), locale),
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
        Lifecycle::CertificateMade { fingerprint } => {
            say("record.certificate_made", &[("fingerprint", fingerprint)])
        }
        Lifecycle::Secured { remote, handshake } => secured_text(*remote, handshake, locale),
        Lifecycle::Closed { reason } => say(closed_key(*reason), &[]),
    }
}

/// What the kernel made of an option is worth a word only where it is something else.
fn option_text(
    name: OptionName,
    asked: &OptionValue,
    granted: Option<&OptionValue>,
    locale: &Locale,
) -> String {
    match granted {
        Some(granted) if granted != asked => {
            locale.format("record.option_granted", &[("name", &name), ("asked", asked), ("granted", granted)])
        }
        _ => locale.format("record.option_set", &[("name", &name), ("granted", asked)]),
    }
}

/// The sentence of a loss.
pub fn loss_text(loss: Loss, locale: &Locale) -> String {
    let key = match loss.what {
        LossKind::UdpKernelDrop => "record.loss.udp_kernel_drop",
        LossKind::UnsentBytes => "record.loss.unsent_bytes",
        LossKind::HeldBackReplies => "record.loss.held_back_replies",
    };
    locale.format(key, &[("count", &Count(loss.count))])
}

/// What was agreed on, whose certificate was shown, and what would be wrong with it.
fn secured_text(remote: Address, handshake: &TlsHandshake, locale: &Locale) -> String {
    let TlsHandshake { version, suite, group, alpn, server_name, chain, distrusted } = handshake;
    let agreed = [Some(version), Some(suite), group.as_ref()].into_iter().flatten();
    let agreed = agreed.map(String::as_str).collect::<Vec<_>>().join(", ");
    let mut text = locale.format("record.secured", &[("remote", &remote), ("agreed", &agreed)]);
    let mut add = |key: &str, name: &str, value: &dyn Display| {
        text.push_str(" · ");
        text.push_str(&locale.format(key, &[(name, value)]));
    };
    if let Some(name) = server_name {
        add("record.secured_name", "name", name);
    }
    if let Some(alpn) = alpn {
        add("record.secured_alpn", "alpn", alpn);
    }
    if let Some(shown) = chain.first() {
        add("record.secured_certificate", "subject", &shown.subject);
        add("record.secured_until", "date", &date_of(shown.not_after));
    }
    if let Some(why) = distrusted {
        add("record.secured_distrusted", "why", &own_words_text(why, locale));
    }
    text
}

fn date_of(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d").to_string())
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
        Operation::Secure => "failure.secure",
    };
    let error = os_error_text(&failure.error, locale);
    let target = own_words::of_thing(&failure.target, locale);
    let target = target.as_deref().unwrap_or(&failure.target);
    locale.format(key, &[("target", &target), ("error", &error)])
}

/// An error of the system: its words in the user's language where they are known, its name and its number.
pub fn os_error_text(error: &OsError, locale: &Locale) -> String {
    // What this program has added to the system's words says more than they do.
    let own = own_words::of_error(&error.message, locale);
    let known = || words_key(&error.name).and_then(|key| locale.find(key)).map(str::to_owned);
    match own.or_else(known) {
        Some(words) => format!("{words}{}", error_in_brackets(error)),
        None => error.to_string(),
    }
}

/// Words of this program's own within an error, in the user's language; those of others stay as they are.
pub fn own_words_text(words: &str, locale: &Locale) -> String {
    own_words::of_error(words, locale).unwrap_or_else(|| words.to_owned())
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
        Origin::Timer => "record.origin.timer",
        Origin::Sequence => "record.origin.sequence",
        Origin::Protocol => "record.origin.protocol",
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
        EndReason::HandshakeFailed => "record.left.handshake_failed",
        EndReason::Cut => "record.left.cut",
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
        EndReason::HandshakeFailed => "record.closed.handshake_failed",
        EndReason::Cut => "record.closed.cut",
    }
}

/// The errors whose words are known in every language.
fn words_key(name: &str) -> Option<&'static str> {
    const KEYS: [&str; 26] = [
        "os.EACCES",
        "os.EADDRINUSE",
        "os.EADDRNOTAVAIL",
        "os.EAI_AGAIN",
        "os.EAI_FAIL",
        "os.EAI_NODATA",
        "os.EAI_NONAME",
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

#[cfg(test)]
mod tests {
    use super::{body_text, failure_text};
    use crate::model::address::Address;
    use crate::model::failure::{Failure, Operation, OsError};
    use crate::model::record::{Body, EndReason, Lifecycle, Loss, LossKind};
    use crate::model::socket_option::{OptionName, OptionValue};
    use crate::util::locale::{Language, Locale};

    fn refused() -> OsError {
        OsError { code: 111, name: "ECONNREFUSED".to_owned(), message: "connection refused".to_owned() }
    }

    #[test]
    fn what_happened_is_said_in_the_users_language() {
        let (local, remote): (Address, Address) =
            ("192.168.1.5:9000".parse().unwrap(), "192.168.1.30:49877".parse().unwrap());
        let reset = OsError { code: 104, name: "ECONNRESET".to_owned(), message: String::new() };
        let left = |reason, error| Lifecycle::PeerLeft { remote, reason, error };
        let failure = Failure::new(Operation::Connect, remote, refused());
        let granted = |granted| Lifecycle::OptionSet {
            name: OptionName::ReceiveBuffer,
            asked: OptionValue::Number(4096),
            granted,
        };
        for (lifecycle, english, chinese) in [
            (Lifecycle::Listening { local }, "listening on 192.168.1.5:9000", "正在监听 192.168.1.5:9000"),
            (
                Lifecycle::Connected { local, remote, message_oriented: Some(false), process: None },
                "connected 192.168.1.5:9000 → 192.168.1.30:49877",
                "已连接 192.168.1.5:9000 → 192.168.1.30:49877",
            ),
            (
                left(EndReason::Reset, Some(reset)),
                "192.168.1.30:49877 reset the connection (ECONNRESET 104)",
                "192.168.1.30:49877 重置了连接 (ECONNRESET 104)",
            ),
            (
                left(EndReason::Fin, None),
                "192.168.1.30:49877 closed the connection (FIN)",
                "192.168.1.30:49877 关闭了连接 (FIN)",
            ),
            (
                Lifecycle::ConnectFailed { failure: failure.clone(), reason: EndReason::Refused },
                "cannot connect to 192.168.1.30:49877: connection refused (ECONNREFUSED 111)",
                "无法连接 192.168.1.30:49877：连接被拒绝 (ECONNREFUSED 111)",
            ),
            (
                Lifecycle::SendFailed { failure, unsent: 1200 },
                "cannot connect to 192.168.1.30:49877: connection refused (ECONNREFUSED 111); \
                 1,200 bytes did not go out",
                "无法连接 192.168.1.30:49877：连接被拒绝 (ECONNREFUSED 111)；1,200 字节未发出",
            ),
            (granted(None), "option receive-buffer set to 4096", "选项 receive-buffer 已设为 4096"),
            (
                granted(Some(OptionValue::Number(8192))),
                "option receive-buffer: 4096 asked for, 8192 granted",
                "选项 receive-buffer：设置 4096，实际 8192",
            ),
            (
                Lifecycle::ReconnectScheduled { delay_millis: 500 },
                "connecting again in 500 ms",
                "500 ms 后重新连接",
            ),
            (
                Lifecycle::JoinedGroup {
                    group: "239.1.2.3".parse().unwrap(),
                    interface: Some("eth0".to_owned()),
                },
                "joined group 239.1.2.3 on eth0",
                "已在 eth0 上加入组播 239.1.2.3",
            ),
        ] {
            let body = Body::Lifecycle(lifecycle);
            assert_eq!(body_text(&body, Locale::of(Language::English)), english);
            assert_eq!(body_text(&body, Locale::of(Language::SimplifiedChinese)), chinese);
        }
    }

    #[test]
    fn losses_notes_and_damage_have_words_too() {
        let english = Locale::of(Language::English);
        for (body, text) in [
            (
                Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 1200 }),
                "1,200 datagrams were dropped by the kernel, because its receive buffer was full",
            ),
            (Body::Note("看这里 {here}".to_owned()), "看这里 {here}"),
            (Body::Damaged, "this record is damaged in the journal"),
            (Body::Newer, "this record was written by a later version of Sockscope, which can show it"),
        ] {
            assert_eq!(body_text(&body, english), text);
        }
    }

    #[test]
    fn an_error_that_no_one_knows_keeps_the_systems_words() {
        let chinese = Locale::of(Language::SimplifiedChinese);
        for (error, text) in [
            (OsError::from_words("no address found"), "无法解析 plc.local：no address found"),
            (
                OsError { code: 71, name: "EPROTO".to_owned(), message: "protocol error".to_owned() },
                "无法解析 plc.local：protocol error (EPROTO 71)",
            ),
            (OsError::from_words("timed out: no answer within 3 s"), "无法解析 plc.local：3 秒内无应答"),
            (
                OsError { code: -2, name: "EAI_NONAME".to_owned(), message: "…".to_owned() },
                "无法解析 plc.local：找不到这个主机名 (EAI_NONAME -2)",
            ),
            (
                OsError { code: 10061, name: "WSAECONNREFUSED".to_owned(), message: "…".to_owned() },
                "无法解析 plc.local：连接被拒绝 (WSAECONNREFUSED 10061)",
            ),
        ] {
            let failure = Failure::new(Operation::Resolve, "plc.local", error);
            assert_eq!(failure_text(&failure, chinese), text);
        }
    }

    #[test]
    fn english_lines_are_those_of_the_failure_itself() {
        for code in 1..=17 {
            let operation = Operation::from_code(code).unwrap();
            let failure = Failure::new(operation, "the target", refused());
            assert_eq!(failure_text(&failure, Locale::of(Language::English)), failure.to_string());
        }
    }
}
