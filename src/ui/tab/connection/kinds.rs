//! What is typed for the seldom used kinds of sessions and for encryption becomes settings, or errors that know their
//! field. It knows no socket, and opens no file.

use crate::codec::websocket::{check_path, read_header};
use crate::engine::command::Target;
use crate::model::address::{Address, UnixName};
use crate::model::config::{
    DEFAULT_BACKLOG, RawConfig, RawKind, Reconnect, SessionConfig, UnixClientConfig, UnixDatagramsConfig,
    UnixPlace, UnixServerConfig, UnixType,
};
use crate::model::endpoint::{Host, HostPort};
use crate::model::failure::{Failure, Operation};
use crate::model::socket_option::SocketOption;
use crate::model::tls::{TlsClientSettings, TlsIdentity, TlsKeeping, TlsServerSettings, TlsTrust};
use crate::model::websocket::{WebSocketClientSettings, WebSocketServerSettings};
use crate::ui::tab::connection::problem::{Field, FieldProblem, Problem, host_of, is_blank};
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;
use std::path::PathBuf;

/// The Unix socket that these fields ask for.
pub(super) fn unix_of(
    tab: &LiveSettings,
    options: Vec<SocketOption>,
    problems: &mut Vec<FieldProblem>,
) -> Option<SessionConfig> {
    let reconnect = tab.reconnect.then(Reconnect::default);
    let keep_half_closed = tab.keep_half_closed;
    let (backlog, unix_type) = (DEFAULT_BACKLOG, unix_type_of(tab.kind));
    Some(match tab.kind {
        TabKind::UnixClient | TabKind::UnixSeqpacketClient => {
            let remote = name_of(Field::UnixRemote, &tab.unix.remote, problems)?;
            let client = UnixClientConfig { remote, unix_type, reconnect, keep_half_closed, options };
            SessionConfig::UnixClient(client)
        }
        TabKind::UnixDatagrams => {
            let bind = if is_blank(&tab.unix.local) { None } else { Some(place_of(tab, problems)?) };
            let to = match tab.unix.remote.trim() {
                "" => None,
                remote => Some(name_of(Field::UnixRemote, remote, problems)?),
            };
            SessionConfig::UnixDatagrams(UnixDatagramsConfig { bind, to, options })
        }
        _ => {
            let local = place_of(tab, problems)?;
            SessionConfig::UnixServer(UnixServerConfig {
                local,
                unix_type,
                backlog,
                keep_half_closed,
                options,
            })
        }
    })
}

fn unix_type_of(kind: TabKind) -> UnixType {
    match kind {
        TabKind::UnixSeqpacketServer | TabKind::UnixSeqpacketClient => UnixType::SeqPacket,
        _ => UnixType::Stream,
    }
}

fn name_of(field: Field, typed: &str, problems: &mut Vec<FieldProblem>) -> Option<UnixName> {
    let told = |error| problems.push(FieldProblem { field, problem: Problem::UnixName(error) });
    typed.trim().parse().map_err(told).ok()
}

fn place_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<UnixPlace> {
    const MOST_MODE: u32 = 0o7777;
    let typed = tab.unix.mode.trim();
    let mode = u32::from_str_radix(typed, 8).ok().filter(|mode| *mode <= MOST_MODE);
    if mode.is_none() && !typed.is_empty() {
        problems.push(FieldProblem { field: Field::UnixMode, problem: Problem::Mode(typed.to_owned()) });
    }
    let name = name_of(Field::UnixLocal, &tab.unix.local, problems)?;
    let has_file = !name.is_abstract();
    Some(UnixPlace {
        name,
        mode: mode.filter(|_| has_file),
        replace_stale: tab.unix.replace_stale && has_file,
    })
}

/// The raw socket that these fields ask for.
pub(super) fn raw_of(
    tab: &LiveSettings,
    options: Vec<SocketOption>,
    problems: &mut Vec<FieldProblem>,
) -> Option<SessionConfig> {
    let mut end_of = |field, typed: &str| {
        let host = if is_blank(typed) { None } else { host_of(field, typed.trim(), problems) };
        host.map(|host| HostPort { host, port: 0 })
    };
    let bind = end_of(Field::LocalHost, &tab.local_host);
    let to = end_of(Field::RemoteHost, &tab.remote_host);
    let typed = tab.raw.protocol.trim();
    let Ok(protocol) = typed.parse() else {
        let problem = Problem::Protocol(typed.to_owned());
        problems.push(FieldProblem { field: Field::Protocol, problem });
        return None;
    };
    let kind = RawKind { protocol, with_header: tab.raw.include_header };
    Some(SessionConfig::Raw(RawConfig { kind, bind, to, options }))
}

/// Where datagrams to Unix sockets go that name no peer.
pub(super) fn unix_target(
    tab: &LiveSettings,
    opened: Option<&LiveSettings>,
) -> Result<Target, Vec<FieldProblem>> {
    let typed = tab.unix.remote.trim();
    if typed.is_empty() {
        return Err(vec![FieldProblem { field: Field::UnixRemote, problem: Problem::RemoteMissing }]);
    }
    if opened.is_some_and(|opened| opened.unix.remote.trim() == typed) {
        return Ok(Target::Configured);
    }
    let mut problems = Vec::new();
    let name = name_of(Field::UnixRemote, typed, &mut problems);
    name.map(|name| Target::Address(Box::new(Address::Unix(name)))).ok_or(problems)
}

/// Where packets go that name no peer.
pub(super) fn raw_target(
    tab: &LiveSettings,
    opened: Option<&LiveSettings>,
) -> Result<Target, Vec<FieldProblem>> {
    let on_host = |problem| vec![FieldProblem { field: Field::RemoteHost, problem }];
    let typed = tab.remote_host.trim();
    if typed.is_empty() {
        return Err(on_host(Problem::RemoteMissing));
    }
    if opened.is_some_and(|opened| opened.remote_host.trim() == typed) {
        return Ok(Target::Configured);
    }
    let mut problems = Vec::new();
    match host_of(Field::RemoteHost, typed, &mut problems) {
        Some(Host::Address(address, None)) => Ok(Target::Address(Box::new(Address::Raw(address)))),
        Some(other) => Err(on_host(Problem::LookUpDue(other.to_string()))),
        None => Err(problems),
    }
}

/// How clients are encrypted.
pub(super) fn tls_server_of(
    tab: &LiveSettings,
    problems: &mut Vec<FieldProblem>,
) -> Option<TlsServerSettings> {
    let security = &tab.security;
    security.tls.then(|| TlsServerSettings {
        identity: identity_of(tab, problems),
        client_ca: file_of(&security.authority),
        alpn: words_of(&security.alpn),
        key_log: file_of(&security.key_log),
        keep: keeping_of(tab),
    })
}

/// How the connection is encrypted.
pub(super) fn tls_client_of(
    tab: &LiveSettings,
    problems: &mut Vec<FieldProblem>,
) -> Option<TlsClientSettings> {
    let security = &tab.security;
    let trust = match file_of(&security.authority) {
        _ if security.accept_anything => TlsTrust::Anything,
        Some(file) => TlsTrust::File(file),
        None => TlsTrust::System,
    };
    security.tls.then(|| TlsClientSettings {
        server_name: Some(security.server_name.trim().to_owned()).filter(|name| !name.is_empty()),
        trust,
        identity: identity_of(tab, problems),
        alpn: words_of(&security.alpn),
        key_log: file_of(&security.key_log),
        keep: keeping_of(tab),
    })
}

fn keeping_of(tab: &LiveSettings) -> TlsKeeping {
    TlsKeeping { wire: tab.security.keep_wire, keys: tab.security.keep_keys }
}

fn identity_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<TlsIdentity> {
    let field = match (file_of(&tab.security.certificate), file_of(&tab.security.key)) {
        (Some(certificates), Some(key)) => return Some(TlsIdentity { certificates, key }),
        (None, None) => return None,
        (None, Some(_)) => Field::Certificate,
        (Some(_), None) => Field::Key,
    };
    problems.push(FieldProblem { field, problem: Problem::HalfIdentity });
    None
}

fn file_of(typed: &str) -> Option<PathBuf> {
    (!is_blank(typed)).then(|| PathBuf::from(typed.trim()))
}

fn words_of(typed: &str) -> Vec<String> {
    typed.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// How WebSocket clients are taken in.
pub(super) fn web_socket_server_of(
    tab: &LiveSettings,
    problems: &mut Vec<FieldProblem>,
) -> Option<WebSocketServerSettings> {
    (tab.kind == TabKind::WebSocketServer).then(|| WebSocketServerSettings {
        path: path_of(tab, problems),
        subprotocols: words_of(&tab.web_socket.subprotocols),
    })
}

/// What a WebSocket server is asked for.
pub(super) fn web_socket_client_of(
    tab: &LiveSettings,
    remote: &HostPort,
    problems: &mut Vec<FieldProblem>,
) -> Option<WebSocketClientSettings> {
    if tab.kind != TabKind::WebSocketClient {
        return None;
    }
    let mut headers = Vec::new();
    for line in tab.web_socket.headers.lines().filter(|line| !is_blank(line)) {
        match read_header(line.trim()) {
            Ok(header) => headers.push((header.name, header.value)),
            Err(why) => {
                let problem = Problem::Request(line.trim().to_owned(), why);
                problems.push(FieldProblem { field: Field::Headers, problem });
            }
        }
    }
    Some(WebSocketClientSettings {
        host: remote.to_string(),
        path: path_of(tab, problems).unwrap_or_else(|| "/".to_owned()),
        headers,
        subprotocols: words_of(&tab.web_socket.subprotocols),
    })
}

fn path_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<String> {
    let typed = tab.web_socket.path.trim();
    if typed.is_empty() {
        return None;
    }
    if let Err(why) = check_path(typed) {
        let problem = Problem::Request(typed.to_owned(), why);
        problems.push(FieldProblem { field: Field::Path, problem });
    }
    Some(typed.to_owned())
}

/// The field beside which a failure of the engine belongs, where it is one of these.
pub(super) fn field_of_failure(tab: &LiveSettings, failure: &Failure) -> Option<Field> {
    let names = |typed: &str| !is_blank(typed) && failure.target == typed.trim();
    let security = &tab.security;
    if tab.kind.may_be_secured() && security.tls {
        for (typed, field) in [
            (&security.certificate, Field::Certificate),
            (&security.key, Field::Key),
            (&security.authority, Field::Authority),
            (&security.key_log, Field::KeyLog),
        ] {
            if names(typed) {
                return Some(field);
            }
        }
    }
    match failure.operation {
        Operation::SetOption => None,
        Operation::CreateSocket if tab.kind == TabKind::Raw => Some(Field::Protocol),
        Operation::Bind if tab.kind == TabKind::Raw => Some(Field::LocalHost),
        Operation::Connect | Operation::Send if tab.kind.is_unix() => Some(Field::UnixRemote),
        _ if tab.kind.is_unix() => Some(Field::UnixLocal),
        _ => None,
    }
}
