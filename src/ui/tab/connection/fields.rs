//! What is typed into the connection panel becomes a session's settings, or errors that know their field. It
//! knows no socket.

use crate::engine::command::Target;
use crate::model::config::{
    DEFAULT_BACKLOG, MulticastGroup, Reconnect, SessionConfig, TcpClientConfig, TcpServerConfig, UdpConfig,
};
use crate::model::endpoint::{Host, HostPort};
use crate::model::failure::{Failure, Operation};
use crate::model::socket_option::{OptionName, SocketOption};
use crate::ui::tab::connection::kinds;
use crate::ui::tab::connection::problem::{Field, FieldProblem, Problem, host_of, is_blank};
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The longest time limit of an attempt to connect, in seconds.
const LONGEST_TIMEOUT_SECONDS: u64 = 3600;

/// The session that these fields ask for, or everything that is wrong with them.
pub fn config_of(tab: &LiveSettings) -> Result<SessionConfig, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let options = options_of(tab, &mut problems);
    let config = match tab.kind {
        TabKind::TcpServer | TabKind::WebSocketServer => local_of(tab, &mut problems).map(|local| {
            SessionConfig::TcpServer(TcpServerConfig {
                local,
                backlog: DEFAULT_BACKLOG,
                keep_half_closed: tab.keep_half_closed,
                tls: kinds::tls_server_of(tab, &mut problems),
                websocket: kinds::web_socket_server_of(tab, &mut problems),
                options,
            })
        }),
        TabKind::TcpClient | TabKind::WebSocketClient => {
            let bind = optional_local_of(tab, &mut problems);
            let timeout = timeout_of(tab, &mut problems);
            remote_of(tab, &mut problems).map(|remote| {
                let websocket = kinds::web_socket_client_of(tab, &remote, &mut problems);
                SessionConfig::TcpClient(TcpClientConfig {
                    remote,
                    bind,
                    connect_timeout: timeout,
                    reconnect: tab.reconnect.then(Reconnect::default),
                    keep_half_closed: tab.keep_half_closed,
                    tls: kinds::tls_client_of(tab, &mut problems),
                    websocket,
                    options,
                })
            })
        }
        TabKind::Udp => {
            let bind = optional_local_of(tab, &mut problems);
            let to = if is_blank(&tab.remote_host) { None } else { remote_of(tab, &mut problems) };
            let groups = groups_of(tab, &mut problems);
            Some(SessionConfig::Udp(UdpConfig { bind, to, broadcast: tab.broadcast, groups, options }))
        }
        TabKind::Raw => kinds::raw_of(tab, options, &mut problems),
        TabKind::UnixServer
        | TabKind::UnixClient
        | TabKind::UnixSeqpacketServer
        | TabKind::UnixSeqpacketClient
        | TabKind::UnixDatagrams => kinds::unix_of(tab, options, &mut problems),
    };
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

/// A whole endpoint that was put into the host field fills both fields: `[::1]:9000`, `plc.local:502`. While it is
/// being typed it stays where it is: its port may have more digits.
pub fn split_endpoint(host: &mut String, port: &mut String) {
    if let Some(endpoint) = whole_endpoint(host) {
        *port = endpoint.port.to_string();
        *host = endpoint.host.to_string();
    }
}

/// The host and the port that the two fields stand for, also while both are still in the first.
pub fn typed_endpoint<'a>(host: &'a str, port: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    match whole_endpoint(host) {
        Some(endpoint) => (endpoint.host.to_string().into(), endpoint.port.to_string().into()),
        None => (host.trim().into(), port.trim().into()),
    }
}

fn whole_endpoint(host: &str) -> Option<HostPort> {
    let may_be = host.matches(':').count() == 1 || host.trim_start().starts_with('[');
    may_be.then(|| host.parse().ok())?
}

fn typed_remote(tab: &LiveSettings) -> (Cow<'_, str>, Cow<'_, str>) {
    typed_endpoint(&tab.remote_host, &tab.remote_port)
}

/// Where datagrams go that name no peer, or what is wrong with the fields that say so: what the session was opened
/// with, or an address that was typed since. A name that was typed since has not been looked up.
pub fn datagram_target(
    tab: &LiveSettings,
    opened: Option<&LiveSettings>,
) -> Result<Target, Vec<FieldProblem>> {
    match tab.kind {
        TabKind::UnixDatagrams => return kinds::unix_target(tab, opened),
        TabKind::Raw => return kinds::raw_target(tab, opened),
        _ => {}
    }
    if opened.is_some_and(|opened| typed_remote(opened) == typed_remote(tab)) {
        return Ok(Target::Configured);
    }
    let on_host = |problem| vec![FieldProblem { field: Field::RemoteHost, problem }];
    if is_blank(&tab.remote_host) {
        return Err(on_host(Problem::RemoteMissing));
    }
    let mut problems = Vec::new();
    match remote_of(tab, &mut problems) {
        Some(HostPort { host: Host::Address(address, None), port }) if problems.is_empty() => {
            Ok(Target::from(SocketAddr::new(address, port)))
        }
        Some(remote) if problems.is_empty() => Err(on_host(Problem::LookUpDue(remote.host.to_string()))),
        _ => Err(problems),
    }
}

/// Reads `GROUP` or `GROUP%INTERFACE`.
pub fn parse_group(text: &str) -> Result<MulticastGroup, Problem> {
    let (group, interface) = match text.trim().split_once('%') {
        Some((group, interface)) => (group, Some(interface.to_owned())),
        None => (text.trim(), None),
    };
    match group.parse::<IpAddr>() {
        Ok(group) if group.is_multicast() => Ok(MulticastGroup { group, interface }),
        _ => Err(Problem::Group(text.trim().to_owned())),
    }
}

/// Whether what stands in the field for a group may be the beginning of one, and is only not finished.
pub fn may_become_group(text: &str) -> bool {
    let group = text.trim().split('%').next().unwrap_or_default().to_ascii_lowercase();
    let (first, rest) =
        group.split_once('.').map_or((group.as_str(), None), |(first, rest)| (first, Some(rest)));
    let is_v4 = rest.unwrap_or_default().chars().all(|c| c == '.' || c.is_ascii_digit())
        && (224..=239).map(|number| number.to_string()).any(|number| match rest {
            Some(_) => number == first,
            None => number.starts_with(first),
        });
    let is_v6 = group.chars().all(|c| c == ':' || c == '.' || c.is_ascii_hexdigit())
        && ("ff".starts_with(&group) || group.starts_with("ff"));
    is_v4 || is_v6
}

/// Whether an option means something for this kind of session.
pub fn option_fits(kind: TabKind, name: OptionName) -> bool {
    if kind.shape().is_message_oriented { name.fits_datagrams() } else { name.fits_streams() }
}

/// Reads `NAME=VALUE` for this kind of session.
pub fn parse_option(kind: TabKind, text: &str) -> Result<SocketOption, Problem> {
    let option: SocketOption = text.parse().map_err(Problem::Option)?;
    if option_fits(kind, option.name) {
        Ok(option)
    } else {
        Err(Problem::OptionMisplaced { name: option.name, kind })
    }
}

/// The field beside which a failure of the engine belongs.
pub fn field_of_failure(tab: &LiveSettings, failure: &Failure) -> Field {
    if let Some(field) = kinds::field_of_failure(tab, failure) {
        return field;
    }
    match failure.operation {
        Operation::Connect | Operation::Send => match failure.error.name.as_str() {
            "ECONNREFUSED" | "WSAECONNREFUSED" => Field::RemotePort,
            _ => Field::RemoteHost,
        },
        Operation::Resolve
            if !tab.kind.shape().has_listener() && failure.target.contains(tab.remote_host.trim()) =>
        {
            Field::RemoteHost
        }
        Operation::Resolve => Field::LocalHost,
        Operation::SetOption => Field::Options,
        Operation::JoinGroup | Operation::LeaveGroup => Field::Groups,
        _ => match failure.error.name.as_str() {
            "EADDRNOTAVAIL" | "WSAEADDRNOTAVAIL" | "ENODEV" | "EAFNOSUPPORT" => Field::LocalHost,
            _ => Field::LocalPort,
        },
    }
}

fn local_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<HostPort> {
    let (host, port) = typed_endpoint(&tab.local_host, &tab.local_port);
    let host = host_of(Field::LocalHost, &host, problems);
    let port = port_of(Field::LocalPort, &port, problems);
    Some(HostPort { host: host?, port: port? })
}

/// A local address that may be left out; a port alone means every address of this machine.
fn optional_local_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<HostPort> {
    let (host, port) = typed_endpoint(&tab.local_host, &tab.local_port);
    match (is_blank(&host), is_blank(&port)) {
        (true, true) => None,
        (true, false) => {
            let port = port_of(Field::LocalPort, &port, problems)?;
            Some(HostPort::new([0, 0, 0, 0], port))
        }
        (false, true) => {
            let host = host_of(Field::LocalHost, &host, problems)?;
            Some(HostPort { host, port: 0 })
        }
        (false, false) => local_of(tab, problems),
    }
}

fn remote_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Option<HostPort> {
    let (host, port) = typed_remote(tab);
    let host = host_of(Field::RemoteHost, &host, problems);
    let port = port_of(Field::RemotePort, &port, problems);
    if port == Some(0) {
        problems.push(FieldProblem { field: Field::RemotePort, problem: Problem::PortZero });
    }
    Some(HostPort { host: host?, port: port? })
}

fn port_of(field: Field, text: &str, problems: &mut Vec<FieldProblem>) -> Option<u16> {
    HostPort::parse_port(text)
        .map_err(|error| problems.push(FieldProblem { field, problem: Problem::Endpoint(error) }))
        .ok()
}

fn timeout_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Duration {
    let typed = tab.connect_timeout_seconds.trim();
    match typed.parse::<u64>() {
        Ok(seconds) if (1..=LONGEST_TIMEOUT_SECONDS).contains(&seconds) => Duration::from_secs(seconds),
        _ => {
            problems
                .push(FieldProblem { field: Field::Timeout, problem: Problem::Timeout(typed.to_owned()) });
            Duration::ZERO
        }
    }
}

fn groups_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Vec<MulticastGroup> {
    let mut groups = Vec::new();
    for text in tab.groups.iter().filter(|text| !is_blank(text)) {
        match parse_group(text) {
            Ok(group) => groups.push(group),
            Err(problem) => problems.push(FieldProblem { field: Field::Groups, problem }),
        }
    }
    groups
}

fn options_of(tab: &LiveSettings, problems: &mut Vec<FieldProblem>) -> Vec<SocketOption> {
    let mut options = Vec::new();
    for text in tab.options.iter().filter(|text| !is_blank(text)) {
        match parse_option(tab.kind, text) {
            Ok(option) => options.push(option),
            Err(problem) => problems.push(FieldProblem { field: Field::Options, problem }),
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::{
        Field, Problem, config_of, datagram_target, field_of_failure, may_become_group, split_endpoint,
    };
    use crate::engine::command::Target;
    use crate::model::config::SessionConfig;
    use crate::model::failure::{Failure, Operation, OsError};
    use crate::ui::tab::settings::LiveSettings;
    use crate::workspace::tabs::TabKind;

    #[test]
    fn a_group_that_is_being_typed_is_not_yet_wrong() {
        for text in
            ["2", "23", "239", "239.", "239.1.2", "224.0.0.", "f", "FF", "ff02", "ff02::", "ff02::%eth"]
        {
            assert!(may_become_group(text), "{text}");
        }
        for text in ["abc", "9", "10.0.0.1", "24.1", "240", "23.1", "239.a", "fe80::1", "ff02::x", "239,1"] {
            assert!(!may_become_group(text), "{text}");
        }
    }

    #[test]
    fn the_first_tabs_open_as_they_are() {
        for kind in [TabKind::TcpServer, TabKind::TcpClient, TabKind::Udp] {
            assert!(config_of(&LiveSettings::new(kind)).is_ok(), "{kind:?}");
        }
        let Ok(SessionConfig::TcpClient(client)) = config_of(&LiveSettings::new(TabKind::TcpClient)) else {
            panic!("a client tab makes a client");
        };
        assert_eq!(client.remote.to_string(), "127.0.0.1:9000");
        assert_eq!(client.bind, None);
    }

    #[test]
    fn every_problem_knows_its_field() {
        type Change = fn(&mut LiveSettings);
        let rows: [(TabKind, Change, &[Field]); 8] = [
            (TabKind::TcpServer, |tab| tab.local_port = "70000".to_owned(), &[Field::LocalPort]),
            (TabKind::TcpServer, |tab| tab.local_host = "my host".to_owned(), &[Field::LocalHost]),
            (TabKind::TcpServer, |tab| tab.local_host.clear(), &[Field::LocalHost]),
            (TabKind::TcpClient, |tab| tab.remote_port = "0".to_owned(), &[Field::RemotePort]),
            (TabKind::TcpClient, |tab| tab.connect_timeout_seconds = "soon".to_owned(), &[Field::Timeout]),
            (TabKind::Udp, |tab| tab.groups = vec!["10.0.0.1".to_owned()], &[Field::Groups]),
            (TabKind::Udp, |tab| tab.options = vec!["speed=9".to_owned()], &[Field::Options]),
            (
                TabKind::TcpClient,
                |tab| {
                    tab.remote_host = "a b".to_owned();
                    tab.remote_port = "x".to_owned();
                },
                &[Field::RemoteHost, Field::RemotePort],
            ),
        ];
        for (kind, change, fields) in rows {
            let mut tab = LiveSettings::new(kind);
            change(&mut tab);
            let found: Vec<_> = config_of(&tab).unwrap_err().iter().map(|problem| problem.field).collect();
            assert_eq!(found, fields);
        }
    }

    #[test]
    fn a_whole_endpoint_fills_both_fields() {
        for (typed, host, port) in [
            ("[::1]:9000", "::1", "9000"),
            ("plc.local:502", "plc.local", "502"),
            (" 10.0.0.7:80 ", "10.0.0.7", "80"),
            ("fe80::1", "fe80::1", "1"),
            ("10.0.0.7", "10.0.0.7", "1"),
            ("plc:70000", "plc:70000", "1"),
        ] {
            let (mut typed, mut typed_port) = (typed.to_owned(), "1".to_owned());
            split_endpoint(&mut typed, &mut typed_port);
            assert_eq!((typed.as_str(), typed_port.as_str()), (host, port));
        }
    }

    #[test]
    fn datagrams_go_where_the_fields_say_or_nowhere() {
        let udp = |host: &str, port: &str| LiveSettings {
            remote_host: host.to_owned(),
            remote_port: port.to_owned(),
            ..LiveSettings::new(TabKind::Udp)
        };
        let to = |address: &str| Ok(Target::from(address.parse::<std::net::SocketAddr>().unwrap()));
        let rows = [
            (("10.0.0.7", "5000"), Ok(Target::Configured)),
            ((" 10.0.0.7", "5000 "), Ok(Target::Configured)),
            (("10.0.0.7:5000", ""), Ok(Target::Configured)),
            (("10.0.0.8", "5000"), to("10.0.0.8:5000")),
            (("10.0.0.7:50", "5000"), to("10.0.0.7:50")),
            (("fe80::2", "5000"), to("[fe80::2]:5000")),
            (("10.0.0.300", "5000"), Err((Field::RemoteHost, None))),
            (("10.0.0.7", "70000"), Err((Field::RemotePort, None))),
            (("10.0.0.7", "0"), Err((Field::RemotePort, Some(Problem::PortZero)))),
            (("", "5000"), Err((Field::RemoteHost, Some(Problem::RemoteMissing)))),
            (
                ("plc.local", "5000"),
                Err((Field::RemoteHost, Some(Problem::LookUpDue("plc.local".to_owned())))),
            ),
            (
                ("fe80::2%eth0", "5000"),
                Err((Field::RemoteHost, Some(Problem::LookUpDue("fe80::2%eth0".to_owned())))),
            ),
        ];
        let opened = udp("10.0.0.7", "5000");
        for ((host, port), expected) in rows {
            let found = datagram_target(&udp(host, port), Some(&opened));
            match (found, expected) {
                (Ok(target), Ok(expected)) => assert_eq!(target, expected, "{host} {port}"),
                (Err(problems), Err((field, problem))) => {
                    assert_eq!(problems[0].field, field, "{host} {port}");
                    assert!(problem.is_none_or(|problem| problem == problems[0].problem), "{problems:?}");
                }
                (found, expected) => panic!("{host} {port}: {found:?} instead of {expected:?}"),
            }
        }
        let opened = udp("plc.local", "5000");
        assert_eq!(datagram_target(&opened, Some(&opened)), Ok(Target::Configured));
        assert!(datagram_target(&udp("plc.local", "5001"), Some(&opened)).is_err(), "only the port is new");
    }

    #[test]
    fn an_endpoint_that_is_still_being_typed_counts_as_it_stands() {
        let mut tab = LiveSettings::new(TabKind::TcpClient);
        tab.remote_host = "10.0.0.7:80".to_owned();
        let Ok(SessionConfig::TcpClient(client)) = config_of(&tab) else { panic!("it can be read") };
        assert_eq!(client.remote.to_string(), "10.0.0.7:80");
    }

    #[test]
    fn a_failure_of_the_system_stands_beside_its_field() {
        let tab = LiveSettings::new(TabKind::TcpServer);
        for (operation, name, field) in [
            (Operation::Listen, "EADDRINUSE", Field::LocalPort),
            (Operation::Bind, "EACCES", Field::LocalPort),
            (Operation::Bind, "EADDRNOTAVAIL", Field::LocalHost),
            (Operation::SetOption, "EPERM", Field::Options),
        ] {
            let error = OsError { code: 1, name: name.to_owned(), message: String::new() };
            let failure = Failure::new(operation, "0.0.0.0:80", error);
            assert_eq!(field_of_failure(&tab, &failure), field);
        }
    }

    #[test]
    fn a_port_zero_can_be_listened_on_but_not_connected_to() {
        let mut tab = LiveSettings::new(TabKind::TcpServer);
        tab.local_port = "0".to_owned();
        assert!(config_of(&tab).is_ok());
        let mut tab = LiveSettings::new(TabKind::TcpClient);
        tab.remote_port = "0".to_owned();
        assert_eq!(config_of(&tab).unwrap_err()[0].problem, Problem::PortZero);
    }
}
