//! The console program with peers that other people wrote.

use crate::support::{Console, has_tool, python, received, wait_until};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// The words that make a program connect to a port.
type Words = fn(u16) -> Vec<String>;

#[test]
fn a_gbk_client_that_says_exit_is_heard_answered_and_recorded() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&[
        "listen",
        "tcp",
        "127.0.0.1:0",
        "--encoding",
        "gbk",
        "--echo",
        "--format",
        "jsonl",
        "--until-closed",
    ]);
    let port = server.ready().port().to_string();
    let program = "import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)
for text in ['你好，设备', 'exit']:
    data = text.encode('gbk'); s.sendall(data); got = b''
    while len(got) < len(data): got += s.recv(4096)
    assert got == data, got
s.close(); print('closed')";
    assert_eq!(python(program, &[&port]).trim(), "closed");
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    assert!(out.contains("\"hex\":\"c4e3bac3a3acc9e8b1b8\",\"text\":\"你好，设备\""), "{out}");
    assert!(out.contains("\"event\":\"peer_left\",\"reason\":\"fin\""), "{out}");
}

#[test]
fn a_web_server_answers_a_request_typed_with_escapes() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let web = Command::new("python3")
        .args(["-u", "-c", "import http.server as h
class H(h.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header('Content-Length', '5'); self.end_headers(); self.wfile.write(b'hello')
    def log_message(self, *a): pass
s = h.HTTPServer(('127.0.0.1', 0), H); print(s.server_address[1]); s.handle_request()"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut web = web;
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(web.stdout.take().unwrap()), &mut line).unwrap();
    let address = format!("127.0.0.1:{}", line.trim());
    let mut client =
        console.start(&["connect", "tcp", &address, "--send-escaped", r"GET / HTTP/1.0\r\n\r\n"]);
    assert!(client.wait().success(), "{}", client.errors());
    web.wait().unwrap();
    let answer = String::from_utf8(received(&console, &console.path("session.skj"))).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\nhello"), "{answer}");
}

#[test]
fn datagrams_go_both_ways_and_an_empty_one_is_a_record() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut udp = console.start(&[
        "udp",
        "--bind",
        "127.0.0.1:0",
        "--echo",
        "--format",
        "jsonl",
        "--until-records",
        "6",
    ]);
    let port = udp.ready().port().to_string();
    let program = "import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(10)
for data in [b'one', b'', b'x' * 65507]:
    s.sendto(data, ('127.0.0.1', int(sys.argv[1]))); assert s.recvfrom(70000)[0] == data
print('done')";
    assert_eq!(python(program, &[&port]).trim(), "done");
    assert!(udp.wait().success(), "{}", udp.errors());
    let out = udp.out();
    for length in ["\"len\":3,", "\"len\":0,", "\"len\":65507,"] {
        assert_eq!(out.matches(length).count(), 2, "{length}");
    }
}

#[test]
fn broadcast_reaches_only_with_leave_to_broadcast() {
    if !has_tool("python3") {
        return;
    }
    let program = "import socket, subprocess, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.255.255.255', 0)); s.settimeout(10)
to = '127.255.255.255:%d' % s.getsockname()[1]
words = [sys.argv[1], 'udp', '--to', to, '--send', 'all', '--until-sent', '--journal']
hint = subprocess.run(words + [sys.argv[2]], capture_output=True, text=True)
assert hint.returncode == 1 and 'broadcast' in hint.stderr, hint
done = subprocess.run(words + [sys.argv[3], '--broadcast'], capture_output=True, text=True)
assert done.returncode == 0, done
print(s.recvfrom(100)[0].decode())";
    let console = Console::new();
    let (one, two) = (console.path("1.skj"), console.path("2.skj"));
    let words = [env!("CARGO_BIN_EXE_sockscope-cli"), one.to_str().unwrap(), two.to_str().unwrap()];
    assert_eq!(python(program, &words).trim(), "all");
}

#[test]
fn netcat_ncat_and_socat_send_and_what_they_sent_comes_out_byte_for_byte() {
    let sent: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let clients: [(&str, Words); 3] = [
        ("nc.openbsd", |port| vec!["-N".into(), "127.0.0.1".into(), port.to_string()]),
        ("ncat", |port| vec!["--send-only".into(), "127.0.0.1".into(), port.to_string()]),
        ("socat", |port| vec!["-u".into(), "STDIN".into(), format!("TCP:127.0.0.1:{port}")]),
    ];
    for (tool, words) in clients {
        if !has_tool(tool) {
            continue;
        }
        let console = Console::new();
        std::fs::write(console.path("sent"), &sent).unwrap();
        let mut server =
            console.start(&["listen", "tcp", "127.0.0.1:0", "--format", "none", "--until-closed"]);
        let port = server.ready().port();
        let input = std::fs::File::open(console.path("sent")).unwrap();
        assert!(Command::new(tool).args(words(port)).stdin(input).status().unwrap().success());
        assert!(server.wait().success(), "{}", server.errors());
        assert!(received(&console, &console.path("session.skj")) == sent, "{tool}");
    }
}

#[cfg(unix)]
#[test]
fn netcat_that_has_said_all_still_hears_the_answer_when_it_is_kept() {
    if !has_tool("nc.openbsd") {
        return;
    }
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--keep-half-closed", "--stdin", "--append", "lf"];
    let mut server = console.start_with(&[&words[..], &["--until-closed"]].concat(), Stdio::piped());
    let port = server.ready().port().to_string();
    let netcat = Command::new("nc.openbsd")
        .args(["-N", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the end of what netcat sends", || server.out().contains("sends no more"));
    let mut input = server.input();
    input.write_all(b"still there?\n").unwrap();
    drop(input);
    wait_until("the answer", || server.out().contains("still there?"));
    server.signal("INT");
    assert!(server.wait().success(), "{}", server.errors());
    assert_eq!(netcat.wait_with_output().unwrap().stdout, b"still there?\n");
}

#[test]
fn a_listening_netcat_gets_what_is_sent_and_its_answer_is_heard() {
    if !has_tool("nc.openbsd") {
        return;
    }
    let console = Console::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    std::fs::write(console.path("answer"), "answer").unwrap();
    let mut netcat = Command::new("nc.openbsd")
        .args(["-N", "-l", "127.0.0.1", &port])
        .stdin(std::fs::File::open(console.path("answer")).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let remote = format!("127.0.0.1:{port}");
    let words = ["connect", "tcp", &remote, "--reconnect", "--send", "question", "--keep-half-closed"];
    let mut client = console.start(&[&words[..], &["--until-sent"]].concat());
    assert!(client.wait().success(), "{}", client.errors());
    assert!(netcat.wait().unwrap().success());
    let mut got = String::new();
    netcat.stdout.take().unwrap().read_to_string(&mut got).unwrap();
    assert_eq!(got, "question");
    assert_eq!(received(&console, &console.path("session.skj")), b"answer");
}

#[test]
fn a_browser_like_client_is_answered_over_one_connection_however_its_lines_come() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let page = r"\r\n\r\n=HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    let words = ["listen", "tcp", "127.0.0.1:0", "--reply", page, "--split", "delim:0d0a0d0a"];
    let mut server = console.start(&[&words[..], &["--until-closed"]].concat());
    let port = server.ready().port().to_string();
    let program = "import http.client, socket, sys
h = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=10)
h.connect(); h.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); first = h.sock
for path in ['/', '/favicon.ico', '/again']:
    h.putrequest('GET', path)
    for name in ['Accept', 'Accept-Language', 'User-Agent', 'Cookie']: h.putheader(name, name * 20)
    head = b'\\r\\n'.join(h._buffer) + b'\\r\\n\\r\\n'; h._buffer.clear(); h._HTTPConnection__state = 'Request-sent'
    for start in range(0, len(head), 7): h.sock.sendall(head[start:start + 7])
    answer = h.getresponse(); assert (answer.status, answer.read()) == (200, b'hello'), answer.status
    assert h.sock is first, 'the connection was not kept'
h.close(); print('served')";
    assert_eq!(python(program, &[&port]).trim(), "served");
    assert!(server.wait().success(), "{}", server.errors());
}

#[test]
fn curl_fetches_two_pages_over_one_connection() {
    if !has_tool("curl") {
        return;
    }
    let console = Console::new();
    let page = r"GET /=HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let words = ["listen", "tcp", "127.0.0.1:0", "--reply", page, "--split", "delim:0d0a0d0a"];
    let mut server = console.start(&[&words[..], &["--until-closed", "--format", "jsonl"]].concat());
    let address = server.ready();
    let pages = ["one", "two"].map(|page| format!("http://{address}/{page}"));
    let fetched =
        Command::new("curl").args(["--silent", "--noproxy", "*", "--max-time", "10"]).args(pages).output();
    assert_eq!(fetched.unwrap().stdout, b"hellohello");
    assert!(server.wait().success(), "{}", server.errors());
    assert_eq!(server.out().matches("\"event\":\"peer_joined\"").count(), 1, "{}", server.out());
}
