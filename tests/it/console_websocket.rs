//! WebSocket, with peers that know nothing of ours: a client and a server in plain Python, its library, websocat, a browser,
//! and curl.

#[cfg(target_os = "linux")]
use crate::console_tls::peak_kib;
use crate::support::{Console, Running, failure, has_python_module, has_tool, python, wait_until};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// Frames as the standard has them, written a second time by somebody else.
const FRAMES: &str = r"
import socket, struct, sys, os, hashlib, base64
def frame(op, data, mask=False, fin=True):
    n = len(data); m = 0x80 if mask else 0
    head = bytes([op | (0x80 if fin else 0)])
    head += bytes([m | n]) if n < 126 else bytes([m | 126]) + struct.pack('>H', n) if n < 65536 else bytes([m | 127]) + struct.pack('>Q', n)
    if not mask: return head + data
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(data))
def exactly(s, n):
    data = b''
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more: raise EOFError
        data += more
    return data
def read(s):
    a, b = exactly(s, 2); n = b & 127
    if n == 126: n = struct.unpack('>H', exactly(s, 2))[0]
    if n == 127: n = struct.unpack('>Q', exactly(s, 8))[0]
    key = exactly(s, 4) if b & 128 else None
    data = exactly(s, n)
    if key: data = bytes(x ^ key[i % 4] for i, x in enumerate(data))
    return a & 15, bool(a & 128), bool(key), data
def head(s):
    data = b''
    while not data.endswith(b'\r\n\r\n'): data += exactly(s, 1)
    return data.decode()
def connect(port, path, more=''):
    s = socket.create_connection(('127.0.0.1', port), 20)
    s.sendall(f'GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n'.encode())
    return s, head(s)
";

fn end(mut running: Running) -> String {
    running.signal("INT");
    assert!(running.wait().success(), "{}", running.errors());
    running.out()
}

fn wait_for(running: &Running, part: &str) {
    wait_until(part, || running.out().contains(part));
}

#[test]
fn a_server_shakes_hands_answers_and_says_goodbye() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let words = ["listen", "ws", "127.0.0.1:0/live", "--subprotocol", "chat", "--send", "你好"];
    let more = ["--send-hex", "00 FF", "--reply", "PING=PONG", "--format", "jsonl"];
    let mut server = console.start(&[&words[..], &more[..]].concat());
    let port = server.ready().port().to_string();
    let program = format!(
        r"{FRAMES}
s, h = connect(int(sys.argv[1]), '/live?x=1', 'Sec-WebSocket-Protocol: other, chat\r\n')
assert 'HTTP/1.1 101' in h and 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' in h and 'Protocol: chat' in h, h
assert read(s) == (1, True, False, '你好'.encode()); assert read(s) == (2, True, False, bytes.fromhex('00ff'))
whole = frame(1, b'x', True, False) + frame(9, b'there?', True) + frame(0, b'PING', True)
for byte in whole: s.sendall(bytes([byte]))
assert sorted([read(s), read(s)]) == [(1, True, False, b'PONG'), (10, True, False, b'there?')]
s.sendall(frame(2, b'x' * 300000, True)); s.sendall(frame(8, struct.pack('>H', 1001), True))
assert read(s) == (8, True, False, struct.pack('>H', 1001)); assert s.recv(9) == b''
print('fine')"
    );
    assert_eq!(python(&program, &[&port]).trim(), "fine");
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let out = end(server);
    assert!(out.contains("\"origin\":\"protocol\"") && out.contains("\"len\":300014"), "{out}");
}

#[test]
fn what_is_said_in_several_frames_is_answered_as_one_message_and_what_is_too_long_is_told() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "ws", "127.0.0.1:0", "--echo", "--format", "none"]);
    let port = server.ready().port().to_string();
    // What the long frame carries would be 8 million empty frames by itself.
    let program = format!(
        r"{FRAMES}
s, h = connect(int(sys.argv[1]), '/')
s.sendall(frame(1, b'hel', True, False) + frame(9, b'?', True) + frame(0, b'lo', True))
assert sorted([read(s), read(s)]) == [(1, True, False, b'hello'), (10, True, False, b'?')]
s.sendall(bytes([0x82, 0xff]) + struct.pack('>Q', 17 << 20) + bytes(4) + bytes(17 << 20) + frame(1, b'after', True))
assert read(s) == (1, True, False, b'after')
print('fine')"
    );
    assert_eq!(python(&program, &[&port]).trim(), "fine");
    end(server);
    let notes = console.run(&["show", "session.skj", "--filter", "note"]);
    let notes = String::from_utf8(notes.stdout).unwrap();
    assert_eq!(notes.matches("too long for rules").count(), 1, "{notes}");
}

#[test]
fn what_is_no_websocket_gets_an_answer_and_a_line() {
    if !has_tool("python3") || !has_tool("curl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "ws", "127.0.0.1:0/live", "--format", "jsonl"]);
    let port = server.ready().port().to_string();
    let program = format!(
        "{FRAMES}
print(connect(int(sys.argv[1]), '/other')[1].splitlines()[0])"
    );
    assert_eq!(python(&program, &[&port]).trim(), "HTTP/1.1 404 Not Found");
    let url = format!("http://127.0.0.1:{port}/live");
    let curl = Command::new("curl").args(["-s", "--max-time", "20", &url]).output().unwrap();
    let text = String::from_utf8(curl.stdout).unwrap();
    assert!(text.starts_with("Upgrade: websocket is missing"), "{text}");
    let mut garbage = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    garbage.write_all(&[0x16, 3, 1, 0, 5, 1]).unwrap();
    let mut answer = String::new();
    garbage.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("this is no HTTP"), "{answer}");
    wait_for(&server, "\"reason\":\"handshake_failed\"");
    end(server);
}

/// A server in Python that serves one client like this.
fn serve(body: &str) -> (Child, String) {
    let program = format!(
        r"{FRAMES}
l = socket.create_server(('127.0.0.1', 0)); print(l.getsockname()[1], flush=True)
s, _ = l.accept(); s.settimeout(20); h = head(s)
key = [x.split(': ')[1] for x in h.splitlines() if x.startswith('Sec-WebSocket-Key')][0]
proof = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()
yes = 'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: '
{body}"
    );
    let mut server =
        Command::new("python3").args(["-u", "-c", &program]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (server, format!("ws://127.0.0.1:{}/p?q", line.trim()))
}

#[test]
fn a_client_asks_masks_streams_a_file_and_says_goodbye() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let file: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(console.path("file"), &file).unwrap();
    let (mut server, url) = serve(
        r"assert h.startswith('GET /p?q HTTP/1.1') and 'X-Token: 7' in h, h
s.sendall((yes + proof + '\r\n\r\n').encode() + frame(1, b'early'))
assert read(s) == (1, True, True, b'hi'); assert read(s) == (9, True, True, b'you')
data = b''; fin = False; ops = []
while not fin:
    op, fin, masked, part = read(s); data += part; ops.append(op); assert masked
assert ops[0] == 2 and set(ops[1:]) == {0}, ops
assert data == b''.join(struct.pack('<I', n) for n in range(200000)), len(data)
assert read(s) == (3, True, True, b'')
s.sendall(frame(1, b'late'))
assert read(s)[0] == 8; s.sendall(frame(8, b'')); s.close()",
    );
    let words = ["connect", "ws", &url, "--header", "X-Token: 7", "--send", "hi", "--ping", "you"];
    let more = ["--send-file", "file", "--raw-hex", "83 80 00 00 00 00", "--until-records", "0"];
    let output =
        console.run(&[&words[..], &more[..4], &["--until-idle", "2", "--journal", "j.skj"]].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(server.wait().unwrap().success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("early") && text.contains("late"), "{text}");
}

#[test]
fn a_client_says_why_it_was_not_taken_in() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    for (body, said) in [
        (r"s.sendall(b'HTTP/1.1 403 Go away\r\n\r\n'); s.close()", "the server answered 403 Go away"),
        (
            r"s.sendall((yes + 'x\r\n\r\n').encode()); s.close()",
            "the server's Sec-WebSocket-Accept is \"x\" and not ",
        ),
        (r"s.sendall(b'SSH-2.0-x\r\n'); s.close()", "this is no HTTP: it began with \"SSH-2.0-x\""),
        ("s.close()", "the connection was closed in the middle of the handshake"),
    ] {
        let (mut server, url) = serve(body);
        let (code, line) =
            failure(&console.run(&["connect", "ws", &url, "--format", "none", "--journal", "j.skj"]));
        assert_eq!(code, 1, "{line}");
        assert!(
            line.starts_with("sockscope-cli: cannot connect to 127.0.0.1:") && line.contains(said),
            "{line}"
        );
        server.wait().unwrap();
        std::fs::remove_file(console.path("j.skj")).unwrap();
    }
    for (words, said) in [
        (&["connect", "ws", "http://x"][..], "write ws://HOST:PORT/PATH"),
        (&["connect", "tcp", "127.0.0.1:1", "--ping", "x"], "--ping goes with ws"),
        (&["connect", "tcp", "127.0.0.1:1", "--insecure"], "--insecure goes with --tls"),
    ] {
        let (code, line) = failure(&console.run(words));
        assert!(code == 2 && line.contains(said), "{line}");
    }
}

#[test]
fn both_ends_of_ours_meet_over_tls() {
    let console = Console::new();
    let words = ["listen", "ws", "127.0.0.1:0", "--tls", "--echo", "--format", "jsonl"];
    let mut server = console.start(&words);
    let url = format!("wss://{}/", server.ready());
    let words = [
        "connect",
        "ws",
        &url,
        "--insecure",
        "--send",
        "over TLS",
        "--until-idle",
        "1",
        "--journal",
        "c.skj",
    ];
    let output = console.run(&words);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line.contains("← 1") && line.ends_with("over TLS")), "{text}");
    let out = end(server);
    assert!(out.contains("\"version\":\"TLS 1.3\"") && out.contains("\"origin\":\"echo\""), "{out}");
}

/// A client of the library that most programs in Python use, with all that it offers by itself.
const LIBRARY_CLIENT: &str = r"
import asyncio, sys, websockets
async def talk():
    async with websockets.connect(f'ws://{sys.argv[1]}/live', subprotocols=['other', 'chat']) as s:
        assert s.subprotocol == 'chat' and s.extensions == [], (s.subprotocol, s.extensions)
        assert await s.recv() == '你好'
        await asyncio.wait_for(await s.ping(b'there?'), 20)
        await s.send(['two ', 'parts'])
        await s.send('PING'); assert await s.recv() == 'PONG'
        await s.send(bytes(range(256)) * 1000)
        await s.close(1001, 'gone')
asyncio.run(asyncio.wait_for(talk(), 30)); print('fine')
";

#[test]
fn a_library_of_python_speaks_with_a_server_of_ours() {
    let Some(python) = has_python_module("websockets") else { return };
    let console = Console::new();
    let words = ["listen", "ws", "127.0.0.1:0/live", "--subprotocol", "chat", "--send", "你好"];
    let more = ["--reply", "PING=PONG", "--format", "jsonl", "--decode", "websocket"];
    let mut server = console.start(&[&words[..], &more[..]].concat());
    let output =
        Command::new(python).args(["-c", LIBRARY_CLIENT]).arg(server.ready().to_string()).output().unwrap();
    assert!(output.status.success() && output.stdout == b"fine\n", "{output:?}");
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let out = end(server);
    assert!(out.contains("1001") && out.contains("\"len\":256014"), "{out}");
}

/// A server of the same library that gives back what it gets.
const LIBRARY_SERVER: &str = r"
import asyncio, websockets
async def serve():
    done = asyncio.Event()
    async def echo(s, path):
        assert path == '/p?q' and s.request_headers['X-Token'] == '7', path
        async for message in s: await s.send(message)
        assert s.close_code == 1000, s.close_code
        done.set()
    async with websockets.serve(echo, '127.0.0.1', 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.wait_for(done.wait(), 60)
asyncio.run(serve())
";

#[test]
fn a_client_of_ours_speaks_with_a_library_of_python() {
    let Some(python) = has_python_module("websockets") else { return };
    let console = Console::new();
    let mut server =
        Command::new(python).args(["-u", "-c", LIBRARY_SERVER]).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let url = format!("ws://127.0.0.1:{}/p?q", port.trim());
    let words = ["connect", "ws", &url, "--header", "X-Token: 7", "--send", "温度", "--send-hex", "00 FF"];
    let more = ["--ping", "you", "--until-idle", "1", "--format", "jsonl", "--journal", "j.skj"];
    let output = console.run(&[&words[..], &more[..]].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(server.wait().unwrap().success());
    let text = String::from_utf8(output.stdout).unwrap();
    for frame in ["8106e6b8a9e5baa6", "820200ff", "8a03796f75"] {
        let is_that =
            |line: &&str| line.contains("\"dir\":\"rx\"") && line.contains(&format!("\"hex\":\"{frame}\""));
        assert_eq!(text.lines().filter(is_that).count(), 1, "{frame}: {text}");
    }
}

#[test]
fn websocat_speaks_with_a_server_of_ours() {
    if !has_tool("websocat") {
        return;
    }
    let console = Console::new();
    let words = ["listen", "ws", "127.0.0.1:0", "--reply", "PING=PONG", "--reply", "温度=26"];
    let mut server = console.start(&[&words[..], &["--format", "jsonl"]].concat());
    let url = format!("ws://{}/", server.ready());
    let mut client = Command::new("websocat")
        .args(["--text", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut typed, mut shown) =
        (client.stdin.take().unwrap(), BufReader::new(client.stdout.take().unwrap()).lines());
    for (question, answer) in [("PING", "PONG"), ("温度", "26")] {
        writeln!(typed, "{question}").unwrap();
        assert_eq!(shown.next().unwrap().unwrap(), answer);
    }
    // The end of what is typed is its goodbye.
    drop(typed);
    assert!(client.wait().unwrap().success());
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    end(server);
}

/// Where a program of the test listens that was given port 0 and does not say what it became.
#[cfg(target_os = "linux")]
fn port_of(program: &Child) -> u16 {
    let mut port = None;
    let pid = format!("pid={},", program.id());
    wait_until("the program to listen", || {
        let listed = Command::new("ss").args(["-ltnpH"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let line = listed.lines().find(|line| line.contains(&pid));
        let local = line.and_then(|line| line.split_whitespace().nth(3));
        port = local.and_then(|local| local.rsplit(':').next()).and_then(|port| port.parse().ok());
        port.is_some()
    });
    port.unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_of_ours_speaks_with_websocat() {
    if !has_tool("websocat") || !has_tool("ss") {
        return;
    }
    let console = Console::new();
    let mut server = Command::new("websocat")
        .args(["--oneshot", "-E", "--text", "ws-l:127.0.0.1:0", "mirror:"])
        .spawn()
        .unwrap();
    let url = format!("ws://127.0.0.1:{}/", port_of(&server));
    let words = ["connect", "ws", &url, "--send", "hello", "--send", "温度", "--until-idle", "1"];
    let output = console.run(&[&words[..], &["--format", "jsonl", "--journal", "j.skj"]].concat());
    assert!(output.status.success(), "{output:?}");
    server.wait().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for frame in ["810568656c6c6f", "8106e6b8a9e5baa6"] {
        assert!(text.contains(&format!("\"hex\":\"{frame}\"")), "{frame}: {text}");
    }
}

/// A browser that ends with its test, however that ends.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_browser_speaks_with_a_server_of_ours() {
    if !has_tool("chromium") {
        return;
    }
    let console = Console::new();
    let listen = ["listen", "ws", "127.0.0.1:0/live", "--subprotocol", "chat", "--reply", "你好=世界"];
    let mut server = console.start(&[&listen[..], &["--format", "jsonl"]].concat());
    let page = format!(
        "<script>
const said = [], s = new WebSocket('ws://{}/live', ['other', 'chat']);
s.onopen = () => s.send('你好');
s.onmessage = (e) => {{ said.push(s.protocol, e.data); s.send(new Uint8Array([1, 2, 3])); s.close(1000, 'done'); }};
s.onclose = (e) => {{
    const told = new WebSocket(s.url, ['chat']);
    told.onopen = () => told.send([...said, e.code, e.wasClean].join('|'));
}};
</script>",
        server.ready()
    );
    std::fs::write(console.path("page.html"), format!("<meta charset=utf-8>{page}")).unwrap();
    let profile = format!("--user-data-dir={}", console.path("profile").display());
    // A port for a debugger keeps the browser there until it is ended.
    let browser = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", &profile, "--remote-debugging-port=0"])
        .arg(format!("file://{}", console.path("page.html").display()))
        .env("HOME", console.path(""))
        .env("TMPDIR", console.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Browser)
        .unwrap();
    // The page tells over a second connection how the first one went, masked with the four bytes in front.
    let told = "chat|世界|1000|true";
    let head = format!("\"hex\":\"81{:02x}", 0x80 | told.len());
    wait_for(&server, &head);
    drop(browser);
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let out = end(server);
    let masked = out.split(&head).nth(1).unwrap().split('"').next().unwrap();
    let masked: Vec<u8> =
        (0..masked.len()).step_by(2).map(|at| u8::from_str_radix(&masked[at..at + 2], 16).unwrap()).collect();
    let shown: Vec<u8> =
        masked[4..].iter().zip(masked[..4].iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    assert_eq!(String::from_utf8(shown).unwrap(), told);
    for part in ["\"origin\":\"reply\"", "\"hex\":\"8283", "\"hex\":\"8886"] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

/// Sends a message of 120 MiB in one frame, one in 480 fragments, and a goodbye. Every part says which one it is, and the
/// mask is nothing, so that neither side spends its time on it.
#[cfg(target_os = "linux")]
const LONG_MESSAGES: &str = r"
s, h = connect(int(sys.argv[1]), '/')
MIB, COUNT = 1 << 20, 120
def mib(n): return struct.pack('>I', n) * (MIB // 4)
def begin(op, length, last):
    s.sendall(bytes([op | (0x80 if last else 0), 0xFF]) + struct.pack('>Q', length) + bytes(4))
begin(2, COUNT * MIB, True)
for n in range(COUNT): s.sendall(mib(n))
for n in range(COUNT * 4):
    begin(0 if n else 2, MIB // 4, n == COUNT * 4 - 1); s.sendall(mib(1000 + n)[:MIB // 4])
s.sendall(frame(8, b'', True)); assert read(s)[0] == 8; s.close()
";

/// What the journal must have: the same, frame by frame, behind the request.
#[cfg(target_os = "linux")]
const LOOK_AT_LONG_MESSAGES: &str = r"
MIB, COUNT = 1 << 20, 120
f = open(sys.argv[1], 'rb')
while f.readline() != b'\r\n': pass
def head(op, last, length):
    got = f.read(14); want = bytes([op | (0x80 if last else 0), 0xFF]) + struct.pack('>Q', length) + bytes(4)
    assert got == want, (got, want)
head(2, True, COUNT * MIB)
for n in range(COUNT): assert f.read(MIB) == struct.pack('>I', n) * (MIB // 4), n
for n in range(COUNT * 4):
    head(0 if n else 2, n == COUNT * 4 - 1, MIB // 4)
    assert f.read(MIB // 4) == struct.pack('>I', 1000 + n) * (MIB // 16), n
assert len(f.read()) == 6
print('whole')";

#[cfg(target_os = "linux")]
#[test]
fn a_message_of_more_than_a_hundred_megabytes_goes_to_the_journal_in_little_memory() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "ws", "127.0.0.1:0", "--format", "none"]);
    let port = server.ready().port().to_string();
    python(&format!("{FRAMES}{LONG_MESSAGES}"), &[&port]);
    let peak = peak_kib(server.pid());
    assert!(peak < 64 << 10, "{peak} KiB for two messages of 120 MiB");
    end(server);
    let exported = console.run(&["export", "session.skj", "--to", "raw", "--dir", "rx", "-o", "raw"]);
    assert!(exported.status.success(), "{exported:?}");
    let raw = console.path("raw");
    let told = python(&format!("{FRAMES}{LOOK_AT_LONG_MESSAGES}"), &[raw.to_str().unwrap()]);
    assert_eq!(told.trim(), "whole");
}

#[test]
fn a_rule_that_closes_says_goodbye_and_hears_the_answer() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let rules = "version = 1\n[[rule]]\nwhen = 'text:leave'\nreply = 'bye'\nclose = 'fin'\n\
        [[rule]]\nwhen = 'text:go'\nclose = 'fin'\n[[rule]]\nwhen = 'text:late'\nreply = 'never'\n";
    std::fs::write(console.path("rules.toml"), rules).unwrap();
    let words = ["listen", "ws", "127.0.0.1:0", "--rules", "rules.toml", "--format", "jsonl"];
    let mut server = console.start(&words);
    let port = server.ready().port().to_string();
    // What it still has to say comes between both goodbyes; neither side sends after its own.
    let program = format!(
        r"{FRAMES}
for word in (b'leave', b'go'):
    s, h = connect(int(sys.argv[1]), '/')
    s.sendall(frame(1, word, True))
    if word == b'leave': assert read(s)[3] == b'bye'
    op, fin, masked, data = read(s); assert (op, data[:2]) == (8, b'\x03\xe8'), (op, data)
    s.sendall(frame(1, b'late', True)); s.sendall(frame(8, data, True))
    assert s.recv(1) == b''
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    s.close()
print('in order')"
    );
    assert_eq!(python(&program, &[&port]).trim(), "in order");
    wait_until("both to leave", || server.out().matches("\"event\":\"peer_left\"").count() == 2);
    let out = end(server);
    assert_eq!(out.matches("\"event\":\"peer_left\",\"reason\":\"kicked\"").count(), 2, "{out}");
    // The masked goodbye has come, and nobody has counted an answer that could not go.
    let goodbyes = out.lines().filter(|line| line.contains("\"rx\"") && line.contains("8882")).count();
    assert!(goodbyes == 2 && !out.contains("unsent"), "{out}");
}
