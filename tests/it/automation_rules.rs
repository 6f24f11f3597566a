//! Rules on the wire: the console answers by them, and programs of other people ask.

use crate::support::{Console, failure, has_tool, python, wait_until};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

const RULES: &str = r#"
version = 1
[[rule]]
name = "login"
when = 'text ~ "^LOGIN,(?<id>\d+)"'
requires = { state = "new" }
reply = "OK,{id},{time:%Y}\r\n"
set = { state = "known" }
stop = true
[[rule]]
name = "again"
when = 'text ~ "^LOGIN,"'
reply = "AGAIN,{id}\r\n"
[[rule]]
name = "bye"
when = "text:BYE"
reply = "bye\r\n"
after = "30ms"
close = "fin"
"#;

fn serve(console: &Console, rules: &str, words: &[&str]) -> (crate::support::Running, SocketAddr) {
    fs::write(console.path("rules.toml"), rules).unwrap();
    let words = [&["listen", "tcp", "127.0.0.1:0", "--rules", "rules.toml"], words].concat();
    let mut server = console.start(&words);
    let address = server.ready();
    (server, address)
}

#[test]
fn messages_that_are_cut_anywhere_are_answered_once_each() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let (_server, address) = serve(&console, RULES, &["--split", "lines"]);
    let program = r"import socket, sys, time, datetime
text = b'LOGIN,007\r\nLOGIN,8\r\nLOGIN,9\r\n'
year = str(datetime.date.today().year).encode()
want = b'OK,007,' + year + b'\r\nAGAIN,007\r\nAGAIN,007\r\n'
for cut in range(len(text) + 1):
    s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.sendall(text[:cut]); time.sleep(0.002); s.sendall(text[cut:])
    got = b''
    while len(got) < len(want): got += s.recv(4096)
    assert got == want, (cut, got)
    s.sendall(b'BYE\n'); rest = b''
    while True:
        more = s.recv(4096)
        if not more: break
        rest += more
    assert rest == b'bye\r\n', (cut, rest)
print('whole')";
    assert_eq!(python(program, &[&address.port().to_string()]).trim(), "whole");
}

#[test]
fn a_device_gets_its_sequence_number_back_with_the_right_checksum() {
    if !has_tool("ncat") {
        return;
    }
    let rules = "version = 1\n[[rule]]\nwhen = 'hex:\"55 AA\" and len >= 3'\nreply_hex = '55 AA {rx[2]} {len:u8:..} {crc-16/modbus:2..}'\n";
    let console = Console::new();
    let (_server, address) = serve(&console, rules, &["--split", "fixed:4"]);
    let mut client = Command::new("ncat")
        .args(["127.0.0.1", &address.port().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(b"\x55\xAA\x42\0\x55\xAA\x43\0").unwrap();
    let mut got = [0; 12];
    client.stdout.take().unwrap().read_exact(&mut got).unwrap();
    client.kill().unwrap();
    client.wait().unwrap();
    // The checksums are those of a table for Modbus, over 42 06 and 43 06.
    assert_eq!(got, *b"\x55\xAA\x42\x06\xB1\x12\x55\xAA\x43\x06\xB0\x82");
}

#[test]
fn a_heartbeat_goes_to_everybody_and_says_in_the_journal_what_it_is() {
    let rules = "version = 1\n[[rule]]\nname = 'heartbeat'\nevery = '20ms'\nreply = 'PING {counter}\\n'\n"
        .replace("'PING {counter}\\n'", "\"PING {counter}\\n\"");
    let console = Console::new();
    let (server, address) = serve(&console, &rules, &["--format", "jsonl"]);
    let mut clients = [TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap()];
    for client in &mut clients {
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut got = [0; 21];
        client.read_exact(&mut got).unwrap();
        assert!(got.starts_with(b"PING "), "{}", got.escape_ascii());
    }
    wait_until("the records", || server.out().contains("\"origin\":\"timer\""));
}

#[test]
fn a_heartbeat_of_datagrams_goes_to_the_remote_before_anybody_has_spoken() {
    let device = UdpSocket::bind("127.0.0.1:0").unwrap();
    device.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let console = Console::new();
    let rules = "version = 1\n[[rule]]\nname = 'heartbeat'\nevery = '20ms'\nreply = 'PING'\n";
    fs::write(console.path("rules.toml"), rules).unwrap();
    let to = device.local_addr().unwrap().to_string();
    let words = ["udp", "--to", &to, "--rules", "rules.toml", "--format", "none"];
    let _sender = console.start(&words);
    for _ in 0..3 {
        let mut got = [0; 10];
        let length = device.recv(&mut got).unwrap();
        assert_eq!(&got[..length], b"PING");
    }
}

#[test]
fn a_thousand_clients_keep_their_own_state_and_no_reply_is_lost_or_crossed() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let words = ["--split", "lines", "--replies-per-second", "1000000", "--format", "none"];
    let (_server, address) = serve(&console, RULES, &words);
    let program = r"import asyncio, sys, datetime, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
year = str(datetime.date.today().year)
async def client(n):
    r, w = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]))
    for turn in range(5):
        w.write(f'LOGIN,{n}{turn}\r\n'.encode())
        line = (await r.readline()).decode()
        want = f'OK,{n}0,{year}\r\n' if turn == 0 else f'AGAIN,{n}0\r\n'
        assert line == want, (n, turn, line)
    w.close()
async def main():
    await asyncio.gather(*(client(1000 + n) for n in range(1000)))
    print('whole')
asyncio.run(main())";
    assert_eq!(python(program, &[&address.port().to_string()]).trim(), "whole");
}

#[test]
fn two_sessions_that_answer_each_other_do_not_storm() {
    for words in [&["--echo"][..], &["--reply", "=again"], &["--rules", "@echo"]] {
        let console = Console::new();
        let server_words = [&["listen", "tcp", "127.0.0.1:0"], words].concat();
        let mut server = console.start_as(
            "server",
            &[&server_words[..], &["--journal", "server.skj"]].concat(),
            Stdio::null(),
        );
        let address = server.ready().to_string();
        let client = ["connect", "tcp", &address, "--send", "ball", "--for", "1.5", "--format", "none"];
        let output = console.run(&[&client[..], &["--journal", "client.skj"], words].concat());
        assert!(output.status.success(), "{output:?}");
        let verified = console.run(&["verify", "client.skj"]);
        let text = String::from_utf8(verified.stdout).unwrap();
        let records: u64 = text
            .split(|character: char| !character.is_ascii_digit())
            .find_map(|digits| digits.parse().ok())
            .unwrap_or_else(|| panic!("{text}"));
        assert!((100..6000).contains(&records), "{words:?}: {text}");
    }
}

#[test]
fn an_echoed_stream_is_whole_even_beyond_the_limit() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--echo", "--replies-per-second", "3"]);
    let mut client = TcpStream::connect(server.ready()).unwrap();
    client.set_nodelay(true).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut sent = Vec::new();
    for number in 0..40_u8 {
        client.write_all(&[number; 3]).unwrap();
        sent.extend([number; 3]);
        wait_until("the record", || server.out().lines().count() > usize::from(number));
    }
    let mut got = vec![0; sent.len()];
    client.read_exact(&mut got).unwrap();
    assert_eq!(got, sent);
}

#[test]
fn one_shot_http_is_fetched_by_a_browser_like_program() {
    if !has_tool("curl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--rules", "@http"]);
    let page = Command::new("curl")
        .args(["-sS", "--noproxy", "*", "--max-time", "10", &format!("http://{}/", server.ready())])
        .output()
        .unwrap();
    assert_eq!((String::from_utf8(page.stdout).unwrap().as_str(), page.status.success()), ("hello\n", true));
}

#[test]
fn rules_that_make_no_sense_get_one_line_and_their_place() {
    let console = Console::new();
    fs::write(console.path("rules.toml"), "version = 1\n[[rule]]\nwhen = 'len >'\n").unwrap();
    for (rules, message) in [
        ("rules.toml", "--rules rules.toml: line 3, column 14: expected a value after \"len >\" (column 6)"),
        ("@ehco", "--rules: no rules called 'ehco' stand ready; did you mean echo?"),
    ] {
        let output = console.run(&["udp", "--bind", "127.0.0.1:0", "--rules", rules]);
        assert_eq!(failure(&output), (2, format!("sockscope-cli: {message}")));
    }
    let (code, line) = failure(&console.run(&["udp", "--rules", "absent.toml"]));
    assert!(code == 1 && line.starts_with("sockscope-cli: cannot read absent.toml: "), "{line}");
}

#[test]
fn a_file_of_rules_that_is_edited_while_they_answer_is_read_again_with_the_next_session_alone() {
    let rules = |reply: &str| {
        format!("version = 1\n[[rule]]\nname = 'hi'\nwhen = 'text:hi'\nreply = \"{reply}\\n\"\n")
    };
    let console = Console::new();
    let (server, address) = serve(&console, &rules("first"), &["--split", "lines"]);
    let answer = |mut peer: &TcpStream| {
        peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        peer.write_all(b"hi\n").unwrap();
        let mut got = [0; 6];
        peer.read_exact(&mut got).unwrap();
        String::from_utf8(got.to_vec()).unwrap()
    };
    let peer = TcpStream::connect(address).unwrap();
    assert_eq!(answer(&peer), "first\n");
    for edited in [rules("other"), "no rules at all [".to_owned(), String::new()] {
        fs::write(console.path("rules.toml"), edited).unwrap();
        assert_eq!(answer(&peer), "first\n");
        assert_eq!(answer(&TcpStream::connect(address).unwrap()), "first\n");
    }
    drop(server);
    fs::remove_file(console.path("session.skj")).unwrap();
    let (_server, address) = serve(&console, &rules("other"), &["--split", "lines"]);
    assert_eq!(answer(&TcpStream::connect(address).unwrap()), "other\n");
}

#[test]
fn a_peer_that_is_still_sending_when_a_rule_closes_is_heard_out() {
    if !has_tool("python3") {
        return;
    }
    let rules = "version = 1\n[[rule]]\nwhen = 'text ~ \"^POST \"'\nreply = 'no'\nclose = 'fin'\n";
    let console = Console::new();
    let (mut server, address) = serve(&console, rules, &["--split", "lines", "--format", "jsonl"]);
    // Its body comes when the answer is there already, and would meet a reset if the socket were closed.
    let program = r"import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20)
s.sendall(b'POST /'); s.sendall(b' HTTP/1.1\r\n')
assert s.recv(100) == b'no' and s.recv(100) == b''
for number in range(50): s.sendall(b'body %03d' % number * 1000 + b'\n')
s.sendall(b'POST without an end'); s.shutdown(socket.SHUT_WR); print('told')";
    assert_eq!(python(program, &[&address.port().to_string()]).trim(), "told");
    wait_until("the end", || server.out().contains("\"event\":\"peer_left\",\"reason\":\"kicked\""));
    server.signal("INT");
    assert!(server.wait().success());
    let out = server.out();
    assert!(out.contains("body 049") && !out.contains("unsent"), "{out}");
}
