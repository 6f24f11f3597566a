//! `run` where the session does not come to be as its steps would have it, and steps against a peer that only listens.

use crate::support::{Console, Running, accept, failure};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn start(console: &Console, session: &str, steps: &str) -> Running {
    let text = format!("version = 1\n[session]\n{session}\n[[step]]\n{steps}\n");
    fs::write(console.path("steps.toml"), text).unwrap();
    console.start(&["run", "steps.toml"])
}

/// The one line that it ended with, beside what it was ready for.
fn error_of(run: &Running) -> String {
    let errors = run.errors();
    let lines: Vec<&str> = errors.lines().filter(|line| !line.starts_with("ready: ")).collect();
    assert_eq!(lines.len(), 1, "one line: {errors}");
    lines[0].to_owned()
}

#[test]
fn a_handshake_that_fails_ends_a_run() {
    let not_found = &b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..];
    for (session, answer) in [
        ("connect = 'tcp 127.0.0.1:PORT'\ntls = true", &b"no TLS here\n"[..]),
        ("connect = 'ws ws://127.0.0.1:PORT/'", not_found),
    ] {
        let console = Console::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let mut run = start(&console, &session.replace("PORT", &port), "delay = '1ms'");
        let mut peer = accept(&listener);
        assert!(peer.read(&mut [0; 4096]).unwrap() > 0);
        peer.write_all(answer).unwrap();
        assert_eq!(run.wait().code(), Some(1), "{}", run.errors());
        assert!(error_of(&run).contains(&format!("127.0.0.1:{port}")), "{}", run.errors());
        assert_eq!(run.out(), "skipped 1 delay 1ms: not reached\n");
    }
}

#[test]
fn a_run_that_waits_for_a_client_waits_no_longer_than_it_says() {
    let console = Console::new();
    let began = Instant::now();
    let steps = "wait_for = 'event:peer_joined'\nwithin = '300ms'";
    let mut run = start(&console, "listen = 'tcp 127.0.0.1:0'", steps);
    assert_eq!(run.wait().code(), Some(1), "{}", run.errors());
    assert_eq!(error_of(&run), "sockscope-cli: step 1 did not hold; 0 held before it");
    assert!(run.out().starts_with("not ok 1 wait_for event:peer_joined: "), "{}", run.out());
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_first_step_names_the_peer_that_it_sends_to_and_a_file_is_dressed_and_repeated() {
    let console = Console::new();
    fs::write(console.path("part.bin"), b"123456789").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let steps = "send = '{peer.ip}:{peer.port} '\n[[step]]\nsend_file = 'part.bin'\nchecksum = 'crc-16/modbus'\nappend = 'crlf'\ntimes = 2\nevery = '20ms'";
    let mut run = start(&console, &format!("connect = 'tcp 127.0.0.1:{port}'"), steps);
    let mut got = Vec::new();
    accept(&listener).read_to_end(&mut got).unwrap();
    let expected = format!("127.0.0.1:{port} 1234567897K\r\n1234567897K\r\n");
    assert_eq!(got, expected.as_bytes());
    assert!(run.wait().success(), "{}", run.errors());
    assert!(run.out().contains("\nok 2 send_file part.bin × 2 "), "{}", run.out());
}

#[test]
fn a_file_that_is_no_text_is_wrong_like_any_other_and_says_where() {
    let console = Console::new();
    fs::write(console.path("gbk.toml"), b"version = 1\nname = \"\xB2\xE2\"\n").unwrap();
    for (words, shown) in [
        (&["run", "gbk.toml"][..], "gbk.toml"),
        (&["listen", "tcp", "127.0.0.1:0", "--rules", "gbk.toml"], "--rules gbk.toml"),
    ] {
        let expected = format!("sockscope-cli: {shown}: line 2, column 9: this is not UTF-8");
        assert_eq!(failure(&console.run(words)), (2, expected));
    }
}
