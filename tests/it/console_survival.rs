//! What the console program must survive, driven from outside. `SOCKSCOPE_THOROUGH` asks for the full counts.

use crate::support::{Console, accept, received, wait_until};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn count(quick: usize, thorough: usize) -> usize {
    if std::env::var_os("SOCKSCOPE_THOROUGH").is_some() { thorough } else { quick }
}

#[cfg(unix)]
#[test]
fn what_was_printed_is_there_after_kill_9_under_load() {
    for round in 0..count(4, 100) {
        let console = Console::new();
        let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--format", "jsonl"]);
        let mut peer = TcpStream::connect(server.ready()).unwrap();
        let mut number = 0_u64;
        let wanted_bytes = (round % 7) * 40_000;
        wait_until("enough output", || {
            let block: Vec<u8> =
                (number..number + 200).flat_map(|n| format!("{n:015}\n").into_bytes()).collect();
            number += 200;
            peer.write_all(&block).is_ok() && server.out().len() > wanted_bytes
        });
        server.signal("KILL");
        server.wait();
        let out = std::fs::read(console.path("out")).unwrap();
        let printed = out.split(|byte| *byte == b'\n').filter(|line| line.ends_with(b"}")).count();
        let shown = console.run(&["show", "session.skj", "--format", "jsonl"]);
        assert!(shown.status.success(), "{shown:?}");
        let kept = shown.stdout.split(|byte| *byte == b'\n').filter(|line| line.ends_with(b"}")).count();
        assert!(kept >= printed, "{kept} rows are there and {printed} were shown");
        let bytes = received(&console, &console.path("session.skj"));
        let whole = bytes.chunks_exact(16);
        assert!(whole.enumerate().all(|(n, line)| line == format!("{n:015}\n").as_bytes()), "round {round}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_storm_of_connections_leaks_nothing() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--format", "none"]);
    let address = server.ready();
    let before = (server.descriptors(), server.threads());
    for _ in 0..count(1_000, 10_000) {
        let peer = TcpStream::connect(address).unwrap();
        socket2::SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
    }
    wait_until("the descriptors to be given back", || (server.descriptors(), server.threads()) == before);
    server.signal("TERM");
    assert!(server.wait().success());
}

#[test]
fn one_byte_at_a_time_is_put_together_by_the_split() {
    let console = Console::new();
    let mut server = console.start(&[
        "listen",
        "tcp",
        "127.0.0.1:0",
        "--split",
        "lines",
        "--reply",
        "PING=PONG\\n",
        "--until-closed",
        "--option",
        "no-delay=on",
    ]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    peer.set_nodelay(true).unwrap();
    for byte in b"a PING\n" {
        peer.write_all(&[*byte]).unwrap();
    }
    let mut answer = [0; 5];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"PONG\n");
    drop(peer);
    assert!(server.wait().success());
    assert_eq!(received(&console, &console.path("session.skj")), b"a PING\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_peer_that_never_reads_is_refused_with_the_reason_and_bounded_memory() {
    let console = Console::new();
    std::fs::write(console.path("block"), vec![b'x'; 8 << 20]).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = console.start(&[
        "connect",
        "tcp",
        &address,
        "--send-file",
        "block",
        "--every",
        "1",
        "--until-sent",
        "--format",
        "none",
    ]);
    let peer = accept(&listener);
    wait_until("the refusal", || client.errors().contains("does not take what is sent"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.pid()));
    if let Ok(status) = status {
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: 0 kB");
        let kilobytes: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(kilobytes < 200_000, "{peak}");
    }
    drop(peer);
    assert_eq!(client.wait().code(), Some(1), "{}", client.errors());
}

#[cfg(target_os = "linux")]
#[test]
fn a_broken_pipe_on_standard_output_is_a_success() {
    let console = Console::new();
    let script = format!(
        "'{}' udp --journal s.skj --to 127.0.0.1:9 --send x --every 1 --for 20 2>/dev/null | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_sockscope-cli")
    );
    let output =
        std::process::Command::new("bash").args(["-c", &script]).current_dir(console.path("")).output();
    assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap().trim(), "0");
}
