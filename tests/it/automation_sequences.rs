//! Sequences against peers that other people wrote: what is printed, what is in the journal and in the report, and how
//! the program ends.

use crate::support::{Console, accept, failure, has_tool, python, wait_until};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A device in Python that answers line by line: what it is told decides what it says.
struct Device {
    child: Child,
    port: String,
}

impl Device {
    fn start(answers: &str) -> Device {
        let program = format!(
            r"import socket, sys
s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept(); f = c.makefile('rb')
    try:
{answers}
    except (ConnectionError, EOFError): pass
    c.close()"
        );
        let mut child =
            Command::new("python3").args(["-u", "-c", &program]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Device { child, port: line.trim().to_owned() }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

const LOGIN: &str = r"
        line = f.readline().decode('gbk'); assert line.startswith('LOGIN,'), line
        for byte in f'OK,{line[6:].strip()},温\r\n'.encode('gbk'): c.sendall(bytes([byte]))
        frames = b''
        while len(frames) < 18: frames += c.recv(1)
        c.sendall(b'READY ' + frames.hex().encode() + b'\n')
        while c.recv(4096): pass
";

fn sequence(port: &str, rest: &str) -> String {
    format!(
        r#"version = 1
name = "login & update"
[session]
connect = "tcp 127.0.0.1:{port}"
encoding = "gbk"
split = "lines"
[variables]
device = "007"
counter = 42
[[step]]
send = "LOGIN,{{device}}"
append = "crlf"
[[step]]
wait_for = 'text ~ "^OK,(?<id>\d+),温"'
within = "10s"
[[step]]
send_hex = "55 AA {{counter:u16be}} {{crc-16/modbus:2..}}"
times = 3
every = "20ms"
[[step]]
wait_for = 'text ~ "^READY (?<frames>[0-9a-f]+)"'
within = "10s"
{rest}"#
    )
}

#[test]
fn a_sequence_that_holds_ends_with_0_and_leaves_its_evidence() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let device = Device::start(LOGIN);
    let rest = "[[step]]\nexpect = 'id == device'\n[[step]]\ndelay = '30ms'\n[[step]]\nsend_file = 'firmware.bin'\n[[step]]\nclose = 'fin'\n";
    fs::write(console.path("login.toml"), sequence(&device.port, rest)).unwrap();
    fs::write(console.path("firmware.bin"), vec![7; 300_000]).unwrap();
    let words = ["run", "login.toml", "--set", "device=0815", "--junit", "out.xml", "--journal", "run.skj"];
    let output = console.run(&words);
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}{errors}");
    let starts: Vec<String> =
        told.lines().map(|line| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        starts,
        [
            "ok 1 send",
            "ok 2 wait_for",
            "ok 3 send_hex",
            "ok 4 wait_for",
            "ok 5 expect",
            "ok 6 delay",
            "ok 7 send_file",
            "ok 8 close"
        ]
    );
    assert!(told.lines().all(|line| line.ends_with(" ms")), "{told}");
    let report = python(
        "import sys, xml.etree.ElementTree as e
r = e.parse(sys.argv[1]).getroot(); s = r.find('testsuite')
print(s.get('name'), s.get('tests'), s.get('failures'), s.get('skipped'), len(s.findall('testcase')), all(float(c.get('time')) >= 0 for c in s))",
        &[console.path("out.xml").to_str().unwrap()],
    );
    assert_eq!(report.trim(), "login & update 8 0 0 8 True");
    let rows = console.run(&["export", "run.skj", "--to", "jsonl"]);
    let rows = String::from_utf8(rows.stdout).unwrap();
    assert_eq!(rows.matches("\"kind\":\"note\"").count(), 10, "a note for the run, each step, and its end");
    assert_eq!(rows.matches("\"origin\":\"sequence\"").count(), 4, "{rows}");
    for (number, frame) in ["55aa002a", "55aa002b", "55aa002c"].iter().enumerate() {
        assert!(rows.contains(&format!("\"hex\":\"{frame}")), "{number}: {rows}");
    }
}

#[test]
fn a_step_that_does_not_hold_ends_with_1_and_says_which() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let device = Device::start(LOGIN);
    let rest = "[[step]]\nwait_for = 'text ~ \"^VER (\\d+)\"'\nwithin = '200ms'\n[[step]]\ndelay = '1h'\n[[step]]\nenabled = false\ndelay = '1s'\n";
    fs::write(console.path("login.toml"), sequence(&device.port, rest)).unwrap();
    let output = console.run(&["run", "login.toml", "--junit", "out.xml", "--journal", "run.skj"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), errors.lines().last()),
        (Some(1), Some("sockscope-cli: step 5 did not hold; 4 held before it"))
    );
    let last: Vec<&str> = told.lines().skip(4).collect();
    assert_eq!(
        last,
        [
            r#"not ok 5 wait_for text ~ "^VER (\d+)": nothing matched text ~ "^VER (\d+)" within 200 ms; nothing came"#,
            "skipped 6 delay 1h: not reached"
        ]
    );
    let report = python(
        "import sys, xml.etree.ElementTree as e
s = e.parse(sys.argv[1]).getroot().find('testsuite')
print(s.get('tests'), s.get('failures'), s.get('skipped'), [c.get('name').split()[0] for c in s if c.find('failure') is not None], s.findall('testcase')[4].find('failure').get('message'))",
        &[console.path("out.xml").to_str().unwrap()],
    );
    assert!(
        report.starts_with("6 1 1 ['5'] nothing matched text ~ \"^VER (\\d+)\" within 200 ms"),
        "{report}"
    );
}

#[test]
fn a_greeting_that_comes_at_once_is_not_missed_and_a_server_waits_for_its_client() {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!(
        "version = 1\n[session]\nconnect = 'tcp 127.0.0.1:{port}'\nsplit = 'lines'\n[[step]]\nwait_for = 'hello'\nwithin = '10s'\n[[step]]\nclose = 'reset'\n"
    );
    fs::write(console.path("greeting.toml"), text).unwrap();
    let mut run = console.start(&["run", "greeting.toml"]);
    let mut peer = accept(&listener);
    peer.write_all(b"hello\n").unwrap();
    assert!(run.wait().success(), "{}{}", run.out(), run.errors());
    assert!(peer.read(&mut [0; 8]).is_err(), "it was reset");

    let console = Console::new();
    let text = "version = 1\n[session]\nlisten = 'tcp 127.0.0.1:0'\n[[step]]\nsend = 'who?'\n[[step]]\nwait_for = 'me'\nwithin = '10s'\n[[step]]\nwait_for = 'event:peer_left'\nwithin = '10s'\n";
    fs::write(console.path("server.toml"), text).unwrap();
    let mut run = console.start(&["run", "server.toml"]);
    let mut client = std::net::TcpStream::connect(run.ready()).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut got = [0; 4];
    client.read_exact(&mut got).unwrap();
    client.write_all(b"me").unwrap();
    wait_until("the second step", || run.out().contains("ok 2"));
    drop(client);
    assert!(run.wait().success(), "{}{}", run.out(), run.errors());
}

#[test]
fn a_session_that_ends_while_a_step_waits_fails_it_at_once() {
    // A machine that is busy may keep it waiting for once; what only happens with the next alarm is late every time.
    let mut told_after = Vec::new();
    let is_at_once = (0..10).any(|_| {
        let millis = millis_until_a_lost_session_fails_its_step();
        told_after.push(millis);
        millis < 300
    });
    assert!(is_at_once, "told so many ms later: {told_after:?}");
}

/// How long after the end of the session it is told that a step has failed by that.
fn millis_until_a_lost_session_fails_its_step() -> u64 {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!(
        "version = 1\n[session]\nconnect = 'tcp 127.0.0.1:{port}'\n[[step]]\nwait_for = 'never'\nwithin = '1h'\n"
    );
    fs::write(console.path("a.toml"), text).unwrap();
    let mut run = console.start(&["run", "a.toml"]);
    drop(accept(&listener));
    assert_eq!(run.wait().code(), Some(1), "{}", run.errors());
    assert_eq!(run.out(), "not ok 1 wait_for never: nothing matched never: the session ended (closed)\n");
    let shown = console.run(&["show", "session.skj", "--format", "jsonl"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let told_at = |part: &str| -> u64 {
        let line =
            shown.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {shown}"));
        let from = line.split("\"mono_ns\":").nth(1).unwrap();
        from.split(',').next().unwrap().parse().unwrap()
    };
    told_at("step 1 wait_for").saturating_sub(told_at("\"event\":\"closed\"")) / 1_000_000
}

#[test]
fn ten_thousand_steps_are_told_one_by_one() {
    let console = Console::new();
    let text = "version = 1\n[session]\nudp = '--bind 127.0.0.1:0 --to 127.0.0.1:9'\n[[step]]\nset = { a = '{a}' }\n[[step]]\nrepeat = 5000\nfrom = 1\n[variables]\na = 1\n";
    fs::write(console.path("many.toml"), text).unwrap();
    let output = console.run(&["run", "many.toml", "--journal", "run.skj"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    assert_eq!(told.lines().count(), 10_000);
    assert!(told.lines().all(|line| line.starts_with("ok ")));
}

#[test]
fn files_that_make_no_sense_end_with_2_and_their_place() {
    let console = Console::new();
    for (text, message) in [
        (
            "version = 1\n[[step]]\nsned = 'x'\n",
            "line 3, column 1: a step has no 'sned'; expected enabled, send, send_hex, send_file, wait_for, expect, delay, close, repeat, set; did you mean send?",
        ),
        (
            "version = 1\n[[step]]\nsend = '{devcie}'\n",
            "line 3, column 10: unknown field 'devcie'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum; did you mean device? (at character 2)",
        ),
        (
            "version = 1\n[[step]]\nsend = 'x'\n",
            "line 1, column 1: it does not say how to open a session; add [session] with connect = \"tcp HOST:PORT\", listen, udp, unix or raw",
        ),
        (
            "version = 1\n[session]\nconnect = 'tcp'\n",
            "line 3, column 11: [session]: the following required arguments were not provided: <HOST:PORT|URL|PATH>",
        ),
        (
            "version = 1\n[session]\nudp = ''\nspilt = 'lines'\n",
            "line 4, column 9: [session]: unexpected argument '--spilt' found; did you mean --split?",
        ),
        (
            "version = 1\n[session]\nconnect = 'tcp 127.0.0.1'\n",
            "line 3, column 11: [session]: invalid value '127.0.0.1' for '<HOST:PORT>': the port is missing in '127.0.0.1'; write 127.0.0.1:PORT",
        ),
        (
            "version = 1\n[session]\nudp = ''\nsplit = 'xx'\n",
            "line 4, column 9: [session]: invalid value 'xx' for '--split <HOW>': unknown splitting 'xx'; write none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST], start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt",
        ),
        (
            "version = 1\n[session]\nudp = ''\nsend = 'x'\n",
            "line 4, column 8: [session]: 'send' is for steps; write [[step]] with send",
        ),
    ] {
        let message = message.replace("; did you mean device? (at", " (at");
        fs::write(console.path("a.toml"), text).unwrap();
        let output = console.run(&["run", "a.toml"]);
        assert_eq!(failure(&output), (2, format!("sockscope-cli: a.toml: {message}")), "{text}");
    }
    fs::write(console.path("a.toml"), "version = 1\n[session]\nudp = ''\n[variables]\ndevice = 1\n").unwrap();
    let output = console.run(&["run", "a.toml", "--set", "devcie=2"]);
    assert_eq!(
        failure(&output),
        (2, "sockscope-cli: --set: the sequence has no variable 'devcie'; did you mean device?".to_owned())
    );
    let (code, line) = failure(&console.run(&["run", "absent.toml"]));
    assert!(code == 1 && line.starts_with("sockscope-cli: cannot read absent.toml: "), "{line}");
}

#[test]
fn a_report_is_written_too_where_no_session_could_be_opened() {
    let console = Console::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "version = 1\n[session]\nconnect = 'tcp 127.0.0.1:{nobody}'\n[[step]]\nsend = 'a'\n[[step]]\ndelay = '1s'\n"
    );
    fs::write(console.path("nobody.toml"), text).unwrap();
    let output = console.run(&["run", "nobody.toml", "--junit", "out.xml"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "skipped 1 send a: not reached\nskipped 2 delay 1s: not reached\n");
    let report = fs::read_to_string(console.path("out.xml")).unwrap();
    assert!(report.contains(r#"tests="2" failures="0" errors="1" skipped="1""#), "{report}");
    assert!(report.contains(&format!("<error message=\"cannot connect to 127.0.0.1:{nobody}: ")), "{report}");
}

#[test]
fn a_file_that_is_edited_while_it_runs_changes_nothing_about_the_run() {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let file = |word: &str, count: usize| {
        let step = format!("[[step]]\nsend = \"{word}\\n\"\n[[step]]\nwait_for = 'go on'\nwithin = '20s'\n");
        let session = format!("[session]\nconnect = 'tcp 127.0.0.1:{port}'\nsplit = 'lines'\n");
        format!("version = 1\n{session}{}", step.repeat(count))
    };
    fs::write(console.path("a.toml"), file("first", 3)).unwrap();
    let mut run = console.start(&["run", "a.toml", "--junit", "out.xml"]);
    let mut peer = accept(&listener);
    for edited in [file("other", 1), "no sequence at all [".to_owned(), String::new()] {
        let mut got = [0; 6];
        peer.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"first\n");
        fs::write(console.path("a.toml"), edited).unwrap();
        peer.write_all(b"go on\n").unwrap();
    }
    assert!(run.wait().success(), "{}{}", run.out(), run.errors());
    let told: Vec<String> = run.out().lines().map(|line| line.chars().take(7).collect()).collect();
    assert_eq!(told, ["ok 1 se", "ok 2 wa", "ok 3 se", "ok 4 wa", "ok 5 se", "ok 6 wa"]);
    let report = fs::read_to_string(console.path("out.xml")).unwrap();
    assert!(report.contains("tests=\"6\" failures=\"0\"") && !report.contains("other"), "{report}");
}

#[test]
fn a_step_that_closes_ends_when_what_was_sent_before_has_gone_out() {
    if !has_tool("python3") {
        return;
    }
    for tls in [false, true] {
        let console = Console::new();
        // Eight megabytes are more than a system takes for a peer that has not begun to read.
        let line = "0123456789abcdef".repeat(1024);
        let more = if tls { "tls = true\n" } else { "" };
        let text = format!(
            "version = 1\n[session]\nlisten = \"tcp 127.0.0.1:0\"\n{more}[[step]]\nwait_for = \"text:go\"\n\
             [[step]]\nsend = \"{line}\"\ntimes = 512\n[[step]]\nclose = \"fin\"\n"
        );
        fs::write(console.path("out.toml"), text).unwrap();
        let mut server = console.start(&["run", "out.toml"]);
        let port = server.ready().port().to_string();
        let program = r"import socket, ssl, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536); s.settimeout(20)
s.connect(('127.0.0.1', int(sys.argv[1])))
if sys.argv[2] == 'true':
    c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
    s = c.wrap_socket(s, suppress_ragged_eofs=False)
s.sendall(b'go'); got = 0
while True:
    piece = s.recv(65536)
    if not piece: break
    got += len(piece)
s.close(); print(got)";
        assert_eq!(python(program, &[&port, &tls.to_string()]).trim(), "8388608", "{tls}");
        assert!(server.wait().success(), "{}", server.errors());
        let told = server.out();
        assert!(told.contains("ok 3 close fin"), "{told}");
    }
}
