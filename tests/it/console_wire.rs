//! The layer below the payload: ciphertext and secrets that are kept when a person asks, hidden until somebody asks for
//! them, and read by Wireshark's own program.

use crate::console_tls::{Server, certificate, openssl_client};
use crate::support::{Console, has_tool, received, wait_until};
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

const KEEP: [&str; 3] = ["--tls", "--keep-wire", "--keep-keys"];

/// What a tool of Wireshark says about a capture, without the help of anything but the capture.
fn tshark(capture: &Path, more: &[&str]) -> String {
    let output = Command::new("tshark").args(["-n", "-r"]).arg(capture).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    String::from_utf8(output.stdout).unwrap()
}

fn exported(console: &Console, name: &str, more: &[&str]) -> std::path::PathBuf {
    let to = ["export", "session.skj", "--to", "pcapng", "-o", name];
    let output = console.run(&[&to[..], more].concat());
    assert!(output.status.success(), "{output:?}");
    console.path(name)
}

/// The plaintext of the only connection, and that Wireshark has nothing to complain about.
fn check_capture(console: &Console, version: &str, texts: &[&str]) {
    let capture = exported(console, "c.pcapng", &[]);
    let followed = tshark(&capture, &["-q", "-z", "follow,tls,ascii,0"]);
    for text in texts {
        assert!(followed.contains(text), "{version}: {text} is not in {followed}");
    }
    let hello =
        tshark(&capture, &["-Y", "tls.handshake.type == 2", "-T", "fields", "-e", "_ws.col.Protocol"]);
    assert!(hello.starts_with(version), "{hello}");
    let trouble = tshark(
        &capture,
        &["-Y", "_ws.expert.severity >= 6291456", "-T", "fields", "-e", "_ws.expert.message"],
    );
    assert_eq!(trouble, "");
    let bytes = fs::read(&capture).unwrap();
    for text in texts {
        assert!(
            !bytes.windows(text.len()).any(|window| window == text.as_bytes()),
            "{text} is not encrypted"
        );
    }
}

#[test]
fn a_server_keeps_ciphertext_and_keys_so_that_tshark_shows_the_plaintext() {
    if !has_tool("openssl") || !has_tool("tshark") {
        return;
    }
    for (option, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let console = Console::new();
        let listen = ["listen", "tcp", "127.0.0.1:0", "--reply", "question=an answer"];
        let mut server = console.start(&[&listen[..], &KEEP].concat());
        let port = server.ready().port();
        openssl_client(port, &[option, "-no_ign_eof"], b"a question of the client\n");
        wait_until("the answer", || server.out().contains("an answer"));
        server.signal("INT");
        assert!(server.wait().success());
        check_capture(&console, version, &["a question of the client", "an answer"]);

        // What is shown and told is the payload, unless somebody asks for the layer below.
        let shown = |words: &[&str]| {
            let output = console.run(words);
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let plain = shown(&["show", "session.skj", "--format", "jsonl"]);
        assert!(!plain.contains("\"layer\"") && plain.contains("\"event\":\"keys_kept\""), "{plain}");
        let wire = shown(&["show", "session.skj", "--format", "jsonl", "--filter", "layer:wire and dir:rx"]);
        assert!(wire.lines().count() >= 2, "{wire}");
        assert!(wire.lines().all(|line| line.contains("\"kind\":\"data\",\"layer\":\"wire\"")), "{wire}");
        assert!(wire.starts_with('{') && wire.contains("\"hex\":\"1603"), "a hello: {wire}");
        check_hellos(&shown, version);
        assert_eq!(received(&console, &console.path("session.skj")), b"a question of the client\n");
        for split in ["none", "lines"] {
            let text = shown(&["export", "session.skj", "--to", "text", "--split", split]);
            assert!(text.contains("a question") && !text.contains("ciphertext"), "{text}");
        }
        assert!(shown(&["verify", "session.skj"]).contains("wire"), "the layer is counted");

        // As JSON lines and as a capture it can be taken in again.
        fs::write(
            console.path("all.jsonl"),
            shown(&["export", "session.skj", "--to", "jsonl", "--filter", "layer:wire or not layer:wire"]),
        )
        .unwrap();
        shown(&["import", "all.jsonl", "-o", "again.skj"]);
        let wire_of = |journal: &str, more: &[&str]| {
            let words = ["export", journal, "--to", "raw", "--dir", "rx"];
            console.run(&[&words[..], more].concat()).stdout
        };
        let wire = wire_of("session.skj", &["--filter", "layer:wire"]);
        assert!(wire.starts_with(&[22, 3, 1]), "{wire:?}");
        assert_eq!(wire_of("again.skj", &["--filter", "layer:wire"]), wire);
        shown(&["import", "c.pcapng", "-o", "captured.skj"]);
        assert_eq!(wire_of("captured.skj", &[]), wire, "a capture holds what was on the wire");
    }
}

/// What both sides said before they spoke in secret is decoded where it is seen: out of the ciphertext.
fn check_hellos(shown: &dyn Fn(&[&str]) -> String, version: &str) {
    let lines = shown(&["show", "session.skj", "--decode", "tls", "--filter", "layer:wire"]);
    for said in ["ClientHello", "ServerHello"] {
        assert!(lines.contains(said), "{said} of {version}: {lines}");
    }
    let hello = "layer:wire and tls.handshake.type == 1";
    let object = shown(&["show", "session.skj", "--decode", "auto", "--format", "jsonl", "--filter", hello]);
    assert_eq!(object.lines().count(), 1, "one hello of the client: {object}");
    assert!(object.contains("\"decoded\":{\"protocol\":\"tls\""), "{object}");
    let fields = ["--fields", "dir,tls.record.content_type,tls.handshake.type", "--filter", hello];
    assert_eq!(shown(&[&["show", "session.skj"][..], &fields].concat()).trim_end(), "rx\t22\t1");
    // What was said in secret keeps its own decoders.
    let payload = shown(&["show", "session.skj", "--decode", "tls,http", "--format", "jsonl"]);
    assert!(!payload.contains("\"protocol\":\"tls\""), "{payload}");
}

#[test]
fn a_client_keeps_them_too() {
    if !has_tool("openssl") || !has_tool("tshark") {
        return;
    }
    for (option, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let console = Console::new();
        certificate(&console, "s", "IP:127.0.0.1");
        let server = Server::start(&console, &[option, "-rev"]);
        let connect =
            ["connect", "tcp", &server.address, "--ca", "s.pem", "--send", "desserts", "--append", "lf"];
        let mut client = console.start(&[&connect[..], &KEEP].concat());
        client.ready();
        wait_until("the answer", || client.out().contains("stressed"));
        client.signal("INT");
        assert!(client.wait().success());
        check_capture(&console, version, &["desserts", "stressed"]);
        let without = console.run(&[
            "export",
            "session.skj",
            "--to",
            "pcapng",
            "--filter",
            "layer:payload or kind:event",
        ]);
        assert!(
            without.stdout.windows(8).any(|window| window == b"desserts"),
            "the plaintext, where it is chosen"
        );
    }
}

#[test]
fn nothing_of_it_is_kept_unless_it_is_asked_for() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls"]);
    let port = server.ready().port();
    openssl_client(port, &["-no_ign_eof"], b"between us\n");
    wait_until("the text", || server.out().contains("between us"));
    server.signal("INT");
    assert!(server.wait().success());
    let journal = fs::read(console.path("session.skj")).unwrap();
    assert!(!journal.windows(6).any(|window| window == b"SECRET"));
    let capture = fs::read(exported(&console, "c.pcapng", &[])).unwrap();
    assert!(capture.windows(10).any(|window| window == b"between us"), "the plaintext as before");
    let (code, line) =
        crate::support::failure(&console.run(&["listen", "tcp", "127.0.0.1:0", "--keep-wire"]));
    assert_eq!((code, line.as_str()), (2, "sockscope-cli: --keep-wire goes with --tls"));
}

#[test]
fn a_peer_that_speaks_tls_to_a_plain_session_is_recognised_once() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--format", "jsonl"]);
    let port = server.ready().port();
    let client = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    wait_until("that it is said", || server.out().contains("\"event\":\"tls_unexpected\""));
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"\x16 no hello").unwrap();
    wait_until("the other text", || server.out().contains("no hello"));
    server.signal("INT");
    assert!(server.wait().success());
    client.unwrap().wait().unwrap();
    assert_eq!(server.out().matches("tls_unexpected").count(), 1, "{}", server.out());

    // The other way round: a plain client hears the alert of a server that encrypts.
    let other_words = ["listen", "tcp", "127.0.0.1:0", "--tls", "--journal", "other.skj"];
    let mut other = console.start_as("other", &other_words, std::process::Stdio::null());
    let address = other.ready().to_string();
    let words =
        ["connect", "tcp", &address, "--send", "plain words", "--until-closed", "--journal", "plain.skj"];
    let text = String::from_utf8(console.run(&words).stdout).unwrap();
    assert!(text.contains("speaks TLS, but this session is not encrypted"), "{text}");
}
