//! Peers that say at once that they send no more, and listen: what was to be sent to them reaches them all the same.

use crate::support::{Console, DEADLINE, accept};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// All that comes from a peer that was told at once that nothing comes from here.
fn heard_by_a_listener(mut stream: TcpStream) -> Vec<u8> {
    stream.shutdown(Shutdown::Write).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    got
}

#[test]
fn a_client_that_only_listens_gets_what_each_client_gets() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--send", "ban", "--send", "ner", "--format", "none"];
    let mut server = console.start(&words);
    let address = server.ready();
    for client in 0..20 {
        let got = heard_by_a_listener(TcpStream::connect(address).unwrap());
        assert_eq!(got, b"banner", "client {client}");
    }
}

#[test]
fn a_server_that_only_listens_gets_everything() {
    let file = vec![7; 3_000_000];
    for (words, expected) in [
        (&["--send", "first", "--send", "second"][..], b"firstsecond".to_vec()),
        (&["--send-file", "file"], file.clone()),
        (&["--send", "ab", "--every", "20", "--times", "3"], b"ababab".to_vec()),
    ] {
        let console = Console::new();
        std::fs::write(console.path("file"), &file).unwrap();
        for until_sent in [&["--until-sent"][..], &[]] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let all = [&["connect", "tcp", &address, "--format", "none"], words, until_sent].concat();
            let mut client = console.start(&all);
            let got = heard_by_a_listener(accept(&listener));
            assert!(got == expected, "{words:?}: {} bytes", got.len());
            assert!(client.wait().success(), "{words:?}: {}", client.errors());
            std::fs::remove_file(console.path("session.skj")).unwrap();
        }
    }
}

#[test]
fn a_repeat_without_end_reaches_a_client_that_only_listens_once() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--send", "tick", "--every", "60000", "--format", "none"];
    let mut server = console.start(&words);
    assert_eq!(heard_by_a_listener(TcpStream::connect(server.ready()).unwrap()), b"tick");
}

#[test]
fn an_answer_that_waits_for_its_time_reaches_a_client_that_has_finished() {
    let console = Console::new();
    let rule = "version = 1\n[[rule]]\nwhen = 'text ~ \"PING\"'\nreply = \"PONG\"\nafter = \"100ms\"\n";
    std::fs::write(console.path("rules.toml"), rule).unwrap();
    let words = ["listen", "tcp", "127.0.0.1:0", "--rules", "rules.toml", "--format", "none"];
    let mut server = console.start(&words);
    let mut client = TcpStream::connect(server.ready()).unwrap();
    client.write_all(b"PING").unwrap();
    assert_eq!(heard_by_a_listener(client), b"PONG");
}

#[test]
fn a_client_that_is_gone_keeps_no_file_from_the_next() {
    let console = Console::new();
    std::fs::write(console.path("file"), vec![7; 3_000_000]).unwrap();
    let words = ["listen", "tcp", "127.0.0.1:0", "--send-file", "file", "--format", "none"];
    let mut server = console.start(&words);
    let address = server.ready();
    for _ in 0..3 {
        let gone = socket2::Socket::from(TcpStream::connect(address).unwrap());
        gone.set_linger(Some(Duration::ZERO)).unwrap();
        drop(gone);
    }
    assert_eq!(heard_by_a_listener(TcpStream::connect(address).unwrap()).len(), 3_000_000);
}
