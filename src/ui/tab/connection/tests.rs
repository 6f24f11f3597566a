//! The fields of every kind become the session that they ask for.

use crate::codec::checksum::Checksum;
use crate::codec::text::TextEncoding;
use crate::engine::command::Target;
use crate::model::config::{SessionConfig, SessionKind, UnixType};
use crate::model::tls::TlsTrust;
use crate::ui::tab::connection::fields::{config_of, datagram_target};
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;

fn tab(kind: TabKind, change: impl FnOnce(&mut LiveSettings)) -> LiveSettings {
    let mut tab = LiveSettings::new(kind);
    change(&mut tab);
    tab
}

#[test]
fn every_kind_becomes_a_session_of_its_shape() {
    let named = |tab: &mut LiveSettings| {
        tab.unix.local = "/tmp/s".to_owned();
        tab.unix.remote = "@peer".to_owned();
    };
    for (kind, expected) in [
        (TabKind::WebSocketServer, SessionKind::TcpServer),
        (TabKind::WebSocketClient, SessionKind::TcpClient),
        (TabKind::UnixServer, SessionKind::UnixServer(UnixType::Stream)),
        (TabKind::UnixSeqpacketServer, SessionKind::UnixServer(UnixType::SeqPacket)),
        (TabKind::UnixClient, SessionKind::UnixClient(UnixType::Stream)),
        (TabKind::UnixSeqpacketClient, SessionKind::UnixClient(UnixType::SeqPacket)),
        (TabKind::UnixDatagrams, SessionKind::UnixDatagrams),
    ] {
        let config = config_of(&tab(kind, named)).unwrap();
        assert_eq!((config.kind(), config.kind().shape()), (expected, kind.shape()), "{kind:?}");
        assert_eq!(config.speaks_websocket(), kind.is_web_socket());
    }
    let raw = config_of(&tab(TabKind::Raw, |_| {})).unwrap();
    assert_eq!((raw.kind().is_raw(), raw.kind().shape()), (true, TabKind::Raw.shape()));
}

#[test]
fn every_problem_of_the_other_kinds_knows_its_field() {
    type Change = fn(&mut LiveSettings);
    let rows: [(TabKind, Change, &[Field]); 9] = [
        (TabKind::UnixServer, |_| {}, &[Field::UnixLocal]),
        (TabKind::UnixClient, |_| {}, &[Field::UnixRemote]),
        (
            TabKind::UnixServer,
            |tab| (tab.unix.local, tab.unix.mode) = ("/s".to_owned(), "rw".to_owned()),
            &[Field::UnixMode],
        ),
        (TabKind::Raw, |tab| tab.raw.protocol = "icmpv9".to_owned(), &[Field::Protocol]),
        (TabKind::Raw, |tab| tab.remote_host = "no host".to_owned(), &[Field::RemoteHost]),
        (TabKind::WebSocketClient, |tab| tab.web_socket.path = "live".to_owned(), &[Field::Path]),
        (TabKind::WebSocketClient, |tab| tab.web_socket.headers = "a\nb: c".to_owned(), &[Field::Headers]),
        (
            TabKind::TcpServer,
            |tab| (tab.security.tls, tab.security.key) = (true, "a.key".to_owned()),
            &[Field::Certificate],
        ),
        (TabKind::TcpServer, |tab| tab.security.key = "a.key".to_owned(), &[]),
    ];
    for (kind, change, fields) in rows {
        let problems = config_of(&tab(kind, change)).err().unwrap_or_default();
        let found: Vec<Field> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(found, fields, "{kind:?}");
    }
}

#[test]
fn trust_is_the_system_a_file_or_anything() {
    for (authority, anything, expected) in [
        ("", false, TlsTrust::System),
        ("ca.pem", false, TlsTrust::File("ca.pem".into())),
        ("ca.pem", true, TlsTrust::Anything),
    ] {
        let tab = tab(TabKind::TcpClient, |tab| {
            tab.security.tls = true;
            tab.security.authority = authority.to_owned();
            tab.security.accept_anything = anything;
        });
        let Ok(SessionConfig::TcpClient(client)) = config_of(&tab) else { panic!("a client") };
        assert_eq!(client.tls.unwrap().trust, expected);
    }
}

#[test]
fn packets_and_datagrams_go_where_the_field_says_now() {
    let mut now = tab(TabKind::UnixDatagrams, |tab| tab.unix.remote = "@a".to_owned());
    let opened = now.clone();
    assert_eq!(datagram_target(&now, Some(&opened)), Ok(Target::Configured));
    now.unix.remote = "@b".to_owned();
    assert!(matches!(datagram_target(&now, Some(&opened)), Ok(Target::Address(_))));
    now.unix.remote.clear();
    assert!(datagram_target(&now, Some(&opened)).is_err());
    let mut now = LiveSettings::new(TabKind::Raw);
    let opened = now.clone();
    assert_eq!(datagram_target(&now, Some(&opened)), Ok(Target::Configured));
    now.remote_host = "::1".to_owned();
    assert!(matches!(datagram_target(&now, Some(&opened)), Ok(Target::Address(_))));
    now.remote_host = "device.test".to_owned();
    assert!(datagram_target(&now, Some(&opened)).is_err(), "a name is looked up when it is opened");
}

#[test]
fn a_raw_tab_begins_with_an_echo_request_that_is_whole() {
    let settings = LiveSettings::new(TabKind::Raw);
    let typed = &settings.composer;
    let message = typed.form(TextEncoding::UTF_8).compose(&typed.draft);
    let message = message.unwrap();
    assert_eq!((message.bytes()[0], &message.bytes()[8..]), (8, &b"hello"[..]));
    let inet = Checksum::from_name("inet").unwrap();
    assert_eq!(inet.value(message.bytes()), 0, "a sum over what has its sum in it is nothing");
}
