//! The kinds of sessions that the window offers besides TCP and UDP, each opened from its form, with a peer that speaks it.

use crate::support::has_tool;
use crate::window_support::{Desk, client, loopback, read_exactly};
use egui::{Event, Key, MissingGlyphPolicy, Modifiers};
use sockscope::codec::checksum::Checksum;
use sockscope::model::status::SessionState;
use sockscope::model::websocket::MessageForm;
use sockscope::ui::sheet::Rows;
use sockscope::workspace::tabs::{SecuritySettings, TabKind, TabSettings, WebSocketSettings};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn every_kind_is_offered_in_a_sentence_and_opens_its_tab() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    for (name, kind, field) in [
        ("WebSocket server", TabKind::WebSocketServer, "Protocols"),
        ("WebSocket client", TabKind::WebSocketClient, "Headers"),
        ("Unix socket", TabKind::UnixServer, "Path"),
        ("Raw IP", TabKind::Raw, "Protocol"),
    ] {
        desk.press("New session");
        desk.press_last(name);
        assert_eq!(desk.front().settings.kind, kind);
        desk.see(field);
    }
}

#[test]
fn a_web_socket_server_shakes_hands_and_shows_messages() {
    let tab = TabSettings {
        web_socket: WebSocketSettings { path: "/live".to_owned(), ..WebSocketSettings::default() },
        ..loopback(TabKind::WebSocketServer)
    };
    let tab = TabSettings { split: "websocket".to_owned(), ..tab };
    let mut desk = Desk::with_tabs(vec![tab]);
    let address = desk.open("Listen");
    let mut peer = client(address);
    let request = "GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    peer.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![0; 12];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(answer, b"HTTP/1.1 101");
    // A text of four letters, masked with zeros.
    peer.write_all(b"\x81\x84\0\0\0\0ping").unwrap();
    desk.see("ping");
    desk.write("pong");
    desk.press("Send");
    read_up_to(&mut peer, b"\x81\x04pong");
    // The same as another message, and what is no frame at all.
    for (form, wanted) in [
        ("Binary message", &b"\x82\x04pong"[..]),
        ("Ping", b"\x89\x04pong"),
        ("Raw bytes, no frame", b"pong"),
    ] {
        desk.press("WebSocket message");
        desk.choose(form);
        desk.press("Send");
        assert_eq!(read_exactly(&mut peer, wanted.len()), wanted, "{form}");
    }
    desk.write("");
    desk.press("WebSocket message");
    desk.choose("Ping");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 2), b"\x89\0", "a ping may be empty");
    desk.write("1001 going");
    desk.press("WebSocket message");
    desk.choose("Close (1001 reason)");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 9), b"\x88\x07\x03\xE9going");
    let mut desk = desk.restart();
    assert_eq!(desk.front().settings.composer.frame, MessageForm::Close, "the choice is kept");
    let mut peer = client(desk.open("Listen"));
    peer.write_all(request.as_bytes()).unwrap();
    read_up_to(&mut peer, b"\r\n\r\n");
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    desk.focus("Payload");
    desk.harness.event(Event::Paste("温度".repeat(20_000)));
    desk.draw();
    desk.see("were pasted");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 1)[0] & 0x0F, 1, "a long text is a text, too");
}

fn read_up_to(peer: &mut TcpStream, end: &[u8]) {
    let mut came = Vec::new();
    while !came.ends_with(end) {
        let mut piece = [0; 500];
        let count = peer.read(&mut piece).unwrap();
        assert!(count > 0, "{came:?}");
        came.extend_from_slice(&piece[..count]);
    }
}

#[test]
fn a_server_with_tls_says_its_fingerprint_and_a_wrong_file_stands_beside_its_field() {
    let security = SecuritySettings { tls: true, ..SecuritySettings::default() };
    let tab = TabSettings { security: security.clone(), ..loopback(TabKind::TcpServer) };
    let wrong =
        SecuritySettings { certificate: "/none.pem".to_owned(), key: "/none.key".to_owned(), ..security };
    let wrong = TabSettings { security: wrong, ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![tab, wrong]);
    let address = desk.open("Listen");
    desk.see("made a certificate for this session · SHA-256 ");
    let _peer = TcpStream::connect(address).unwrap();
    desk.see("shaking hands");
    desk.tab(1);
    desk.press("Listen");
    desk.see("/none.pem");
}

#[test]
fn ciphertext_that_is_kept_stays_out_of_the_rows() {
    if !has_tool("openssl") {
        return;
    }
    let security =
        SecuritySettings { tls: true, keep_wire: true, keep_keys: true, ..SecuritySettings::default() };
    let mut desk = Desk::with_tabs(vec![TabSettings { security, ..loopback(TabKind::TcpServer) }]);
    let address = desk.open("Listen");
    let mut client = Command::new("openssl")
        .args(["s_client", "-connect", &address.to_string(), "-no_ign_eof"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(b"in confidence").unwrap();
    desk.see("RX in confidence");
    desk.see("session secrets kept in this journal: 5");
    assert!(client.wait().unwrap().success());
    desk.see("closed the connection (FIN)");
    assert!(desk.front().reader().unwrap().wire_rows() > 0);
    desk.wait("rows without ciphertext", |state| {
        let tab = state.tab(state.tabs.active).unwrap();
        tab.log.find.passed().is_some_and(|rows| rows.len() < tab.log.snapshot.records)
    });
    desk.draw();
    assert!(!desk.is_seen("ciphertext"), "it is hidden");

    // Whoever asks for it sees it, and what it says before it turns secret. It may look like letters that no font has.
    desk.harness.ctx.set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("layer:wire and dir:rx");
    desk.see("ciphertext");
    desk.press("Decoded");
    desk.see("ClientHello");
    let first = desk.front().log.rows.as_ref().unwrap().key(0);
    desk.press_containing("ClientHello");
    assert_eq!(desk.front().log.sheet.selection().cursor(), Some(first));
    assert_eq!(desk.front().log.inspector.bytes().first(), Some(&22), "a hello's bytes");
    assert!(!desk.is_seen("Looks like TLS: use it"), "what was said in secret is something else");
}

#[test]
fn a_client_that_accepts_anything_says_so_in_the_form() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let tab = TabSettings {
        remote_port: listener.local_addr().unwrap().port().to_string(),
        ..TabSettings::new(TabKind::TcpClient)
    };
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.press("TLS");
    desk.see("Server name");
    desk.press("Accept any certificate");
    desk.see("Any certificate is accepted: whoever is in between can read along.");
    assert!(desk.front().settings.security.accept_anything);
    desk.press("None");
    assert!(!desk.is_seen("Accept any certificate"));
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_listened_on_and_a_stale_file_is_told() {
    use std::os::unix::net::{UnixListener, UnixStream};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sock");
    drop(UnixListener::bind(&path).unwrap());
    let mut desk = Desk::with_tabs(vec![TabSettings::new(TabKind::UnixServer)]);
    desk.press("Listen");
    desk.see("A path is needed here");
    desk.fill("Path", path.to_str().unwrap());
    desk.press("Listen");
    desk.see("left the file behind");
    desk.press("Replace a stale file");
    desk.press("Listen");
    desk.see(&format!("listening on {}", path.display()));
    let mut peer = UnixStream::connect(&path).unwrap();
    peer.write_all(b"through a path").unwrap();
    desk.see("RX through a path");
    desk.write("back again");
    desk.press("Send");
    let mut answer = vec![0; 10];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(answer, b"back again");
}

#[cfg(unix)]
#[test]
fn examples_are_no_values_and_return_in_a_path_listens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sock");
    let mut desk = Desk::with_tabs(vec![TabSettings::new(TabKind::UnixServer)]);
    assert!(desk.hints().contains(&"e.g. 600".to_owned()), "{:?}", desk.hints());
    desk.fill("Path", path.to_str().unwrap());
    desk.focus("Path");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see(&format!("listening on {}", path.display()));
    assert!(desk.hints().contains(&"by umask".to_owned()), "{:?}", desk.hints());
}

#[cfg(unix)]
#[test]
fn who_wrote_to_a_unix_socket_is_answered_where_nobody_else_was_chosen() {
    use std::os::unix::net::UnixDatagram;
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("a.sock"), folder.path().join("b.sock"));
    let mut tab = TabSettings::new(TabKind::UnixDatagrams);
    tab.unix.local = ours.display().to_string();
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.press("Open");
    desk.see(&ours.display().to_string());
    desk.wait("the socket", |state| state.tabs[0].is_open());
    let peer = UnixDatagram::bind(&theirs).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    peer.send_to(b"question", &ours).unwrap();
    desk.see("RX question");
    desk.write("answer");
    desk.press("Send");
    let mut answer = [0; 16];
    let length = peer.recv(&mut answer).unwrap();
    assert_eq!(&answer[..length], b"answer");
}

#[test]
fn what_a_raw_session_cannot_be_is_said_beside_its_field() {
    let mut desk = Desk::with_tabs(vec![TabSettings::new(TabKind::Raw)]);
    desk.fill("Protocol", "icmpv9");
    desk.see("“icmpv9” is no protocol on IP");
    desk.fill("Protocol", "UDP");
    assert!(!desk.is_seen("is no protocol on IP"));
}

#[test]
fn an_echo_request_is_written_with_its_checksum_and_answered() {
    let mut desk = Desk::with_tabs(vec![TabSettings::new(TabKind::Raw)]);
    desk.press("Echo request");
    desk.see("e.g. 13 bytes: 08 00");
    // Another payload has another sum; whether it is right, the kernel judges.
    desk.write("08 00 00 00 00 07 {counter:u16be} 41 42 43 44");
    desk.press_last("Open");
    desk.wait("the socket, or why there is none", |state| {
        matches!(state.tabs[0].status.state, SessionState::Bound { .. } | SessionState::Failed(_))
    });
    if let SessionState::Failed(failure) = &desk.front().status.state {
        // Neither privileges nor the group that may ping without them.
        assert!(std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_none(), "{failure}");
        println!("skipped: {failure}");
        return;
    }
    desk.press("Send");
    // A socket with privileges sees the request on the loopback interface as well: what counts is the reply.
    desk.press_containing("Hex");
    desk.see("RX 00 00 ");
    let kept = desk.restart();
    assert_eq!(kept.front().settings.composer.checksum.map(Checksum::name), Some("inet"));
}

#[test]
fn an_echo_request_overwrites_nothing_and_goes_to_no_address_that_was_not_written() {
    let mut tab = TabSettings::new(TabKind::Raw);
    "localhost".clone_into(&mut tab.remote_host);
    tab.raw.include_header = true;
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.write("01 02 03");
    desk.press("Echo request");
    assert_eq!(desk.front().settings.composer.draft, "01 02 03", "the header would need an address");
    desk.fill("Remote", "127.0.0.7");
    desk.press("Echo request");
    desk.see("e.g. 33 bytes: 45 00");
    assert!(desk.front().settings.composer.draft.contains("7F 00 00 07"));
    desk.focus("Payload");
    // It has two lines: what was being written is below the last one.
    desk.key(Modifiers::CTRL, Key::End);
    desk.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(desk.front().settings.composer.draft, "01 02 03");
}
