//! The live commands by themselves: ready lines, stops, standard input, signals, and idleness.

use crate::support::{Console, accept, failure, received, wait_until};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn each_line_of_standard_input_is_a_send_and_its_end_ends_our_direction() {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let words = ["connect", "tcp", &address, "--stdin", "--append", "crlf", "--encoding", "gbk"];
    let mut client = console.start_with(&words, Stdio::piped());
    let mut peer = accept(&listener);
    let mut input = client.input();
    input.write_all("你\n\nlast".as_bytes()).unwrap();
    drop(input);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    assert_eq!(got, b"\xC4\xE3\r\n\r\nlast\r\n");
    drop(peer);
    assert!(client.wait().success(), "{}", client.errors());
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_claims_to_be_empty_is_sent_to_its_end() {
    let file = std::fs::read("/proc/kallsyms").unwrap_or_default();
    if file.len() < 1 << 20 {
        // The kernel keeps its names to itself here.
        return;
    }
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let words =
        ["connect", "tcp", &address, "--send-file", "/proc/kallsyms", "--until-sent", "--format", "none"];
    let mut client = console.start(&words);
    let mut peer = accept(&listener);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    drop(peer);
    assert!(client.wait().success(), "{}", client.errors());
    assert!(got.len() >= file.len(), "{} of {}", got.len(), file.len());
}

#[test]
fn sends_go_out_in_order_and_a_large_file_arrives_whole() {
    let console = Console::new();
    let file: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_be_bytes).collect();
    std::fs::write(console.path("file"), &file).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let words = [
        "connect",
        "tcp",
        &address,
        "--send",
        "<",
        "--send-file",
        "file",
        "--send-hex",
        "3E",
        "--until-sent",
        "--format",
        "none",
    ];
    let mut client = console.start(&words);
    let mut peer = accept(&listener);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    drop(peer);
    assert!(client.wait().success(), "{}", client.errors());
    assert!(
        got.len() == file.len() + 2
            && got.starts_with(b"<")
            && got[1..=file.len()] == file
            && got.ends_with(b">")
    );
}

#[cfg(unix)]
#[test]
fn signals_stop_cleanly_with_a_whole_journal() {
    for signal in ["INT", "TERM", "HUP"] {
        let console = Console::new();
        let mut server = console.start(&["listen", "tcp", "127.0.0.1:0"]);
        let mut peer = TcpStream::connect(server.ready()).unwrap();
        peer.write_all(b"kept").unwrap();
        wait_until("the record", || server.out().contains("kept"));
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{signal}");
        assert!(console.run(&["verify", "session.skj"]).status.success());
        assert_eq!(received(&console, &console.path("session.skj")), b"kept");
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_is_to_outlive_its_terminal_does() {
    let console = Console::new();
    let mut server = console
        .start_through(&["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"], &["listen", "tcp", "127.0.0.1:0"]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    server.signal("HUP");
    peer.write_all(b"still there").unwrap();
    wait_until("the record", || server.out().contains("still there"));
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn repeats_run_their_times_to_the_end() {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = console.start(&[
        "connect",
        "tcp",
        &address,
        "--send",
        "ab",
        "--every",
        "5",
        "--times",
        "7",
        "--until-sent",
    ]);
    let mut peer = accept(&listener);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    drop(peer);
    assert_eq!(got, b"ab".repeat(7));
    assert!(client.wait().success(), "{}", client.errors());
}

#[test]
fn a_reset_is_a_failure_with_its_reason() {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = console.start(&["connect", "tcp", &address]);
    let peer = accept(&listener);
    client.ready();
    let socket = socket2::Socket::from(peer);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    drop(socket);
    assert_eq!(client.wait().code(), Some(1));
    let words = if cfg!(target_os = "linux") { " connection reset by peer (ECONNRESET 104)" } else { "" };
    let line = format!("the connection to {address} ended:{words}");
    assert!(client.errors().contains(&line), "{}", client.errors());
}

#[test]
fn lines_are_printed_as_messages_when_streams_are_split() {
    let console = Console::new();
    let mut server = console.start(&[
        "listen",
        "tcp",
        "127.0.0.1:0",
        "--split",
        "lines",
        "--format",
        "jsonl",
        "--until-closed",
    ]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    peer.write_all(b"first\nsec").unwrap();
    wait_until("the first line", || server.out().contains("\"text\":\"first"));
    peer.write_all(b"ond\nrest").unwrap();
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    assert!(out.contains("\"hex\":\"7365636f6e640a\"") && out.contains("\"incomplete\":true"), "{out}");
}

#[test]
fn silence_ends_a_message_while_the_connection_stays() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--split", "idle:40", "--format", "jsonl", "--until-closed"];
    let mut server = console.start(&words);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    for message in ["first", "second"] {
        peer.write_all(message.as_bytes()).unwrap();
        wait_until("the message", || server.out().contains(&format!("\"text\":\"{message}\"")));
    }
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    assert!(!server.out().contains("incomplete"), "{}", server.out());
}

#[test]
fn a_client_connects_again_when_its_server_comes_back() {
    let console = Console::new();
    // Where a machine has more than one address for itself, nobody else takes the port while nobody listens.
    let host = if cfg!(target_os = "linux") { "127.77.3.1:0" } else { "127.0.0.1:0" };
    let listener = TcpListener::bind(host).unwrap();
    let address = listener.local_addr().unwrap();
    let remote = address.to_string();
    let words = ["connect", "tcp", &remote, "--reconnect", "--send", "hello", "--format", "jsonl"];
    let mut client = console.start(&[&words[..], &["--until-records", "2"]].concat());
    let mut listener = Some(listener);
    for round in 0..2 {
        let current = listener.take().unwrap_or_else(|| TcpListener::bind(address).unwrap());
        let mut peer = accept(&current);
        drop(current);
        let mut got = [0; 5];
        peer.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"hello", "round {round}");
        if round == 0 {
            drop(peer);
            wait_until("the next attempt", || client.out().contains("\"event\":\"reconnect_scheduled\""));
        }
    }
    assert!(client.wait().success(), "{}", client.errors());
    let out = client.out();
    assert_eq!(out.matches("\"event\":\"connected\"").count(), 2, "{out}");
    assert!(client.errors().matches("ready: connected").count() == 2, "{}", client.errors());
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_wakes_up_while_nothing_happens() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0"]);
    server.ready();
    wait_until("the first row", || server.out().contains("listening"));
    // The journal is synced once more after the last record; quiet is what comes after it.
    let quiet = Duration::from_secs(2);
    let mut since = Instant::now();
    let mut switches = server.proc_sum("voluntary_ctxt_switches");
    wait_until("two seconds without a single wake-up", || {
        let now = server.proc_sum("voluntary_ctxt_switches");
        if now != switches {
            (switches, since) = (now, Instant::now());
        }
        since.elapsed() >= quiet
    });
}

/// A limit on the size of files stands in for a disk that is full.
#[cfg(unix)]
#[test]
fn a_journal_that_could_not_be_written_to_the_end_is_a_failure_unless_a_signal_ends_it() {
    for signal in [None, Some("TERM")] {
        let console = Console::new();
        let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"];
        let stop = if signal.is_some() { &[][..] } else { &["--until-idle", "1"] };
        let words = ["listen", "tcp", "127.0.0.1:0", "--format", "none"];
        let mut server = console.start_through(&limited, &[&words[..], stop].concat());
        let mut peer = TcpStream::connect(server.ready()).unwrap();
        peer.write_all(&vec![7; 100_000]).unwrap();
        wait_until("the pause", || server.errors().contains("paused: cannot write "));
        if let Some(signal) = signal {
            server.signal(signal);
        }
        assert_eq!(server.wait().code(), Some(i32::from(signal.is_none())), "{}", server.errors());
        assert_eq!(server.errors().contains("sockscope-cli: cannot write "), signal.is_none());
    }
}

#[test]
fn checksum_and_line_ending_stand_behind_a_file_as_behind_a_text() {
    let console = Console::new();
    std::fs::write(console.path("file"), b"123456789").unwrap();
    for (how, expected) in [
        (&["--until-sent"][..], &b"123456789\x37\x4B\r\n"[..]),
        (&["--every", "5", "--times", "2", "--until-sent"], b"123456789\x37\x4B\r\n123456789\x37\x4B\r\n"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let words = ["connect", "tcp", &address, "--send-file", "file", "--append", "crlf"];
        let mut client = console.start(&[&words[..], &["--checksum", "crc-16/modbus"], how].concat());
        let mut peer = accept(&listener);
        let mut got = Vec::new();
        peer.read_to_end(&mut got).unwrap();
        drop(peer);
        assert_eq!(got, expected);
        assert!(client.wait().success(), "{}", client.errors());
        std::fs::remove_file(console.path("session.skj")).unwrap();
    }
}

#[test]
fn a_handshake_takes_no_longer_than_a_connection_may() {
    for session in [&["tcp", "127.0.0.1:PORT", "--tls"][..], &["ws", "ws://127.0.0.1:PORT/"]] {
        let console = Console::new();
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port().to_string();
        let session: Vec<String> = session.iter().map(|word| word.replace("PORT", &port)).collect();
        let mut words = vec!["connect", "--connect-timeout", "0.3", "--journal", "session.skj"];
        words.extend(session.iter().map(String::as_str));
        let (code, line) = failure(&console.run(&words));
        assert_eq!(code, 1, "{line}");
        assert!(line.ends_with("no handshake within 300 ms"), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_sent_is_said_once() {
    let console = Console::new();
    let words = ["unix", "--to", "nobody", "--send", "x", "--for", "0.3", "--journal", "session.skj"];
    let errors = String::from_utf8(console.run(&words).stderr).unwrap();
    assert!(errors.contains("sockscope-cli: cannot send to nobody: "), "{errors}");
}
