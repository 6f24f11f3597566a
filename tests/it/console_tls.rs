//! Encryption, with peers that other people wrote: OpenSSL, curl, ncat and Python.

use crate::support::{Console, Running, failure, has_tool, python, received, wait_until};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Makes a certificate that OpenSSL signs itself, for these names, in `NAME.pem` and `NAME.key`.
pub(crate) fn certificate(console: &Console, name: &str, names: &str) {
    let (pem, key) = (console.path(&format!("{name}.pem")), console.path(&format!("{name}.key")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
        ])
        .args(["-subj", "/CN=test", "-addext", &format!("subjectAltName={names}")])
        .arg("-out")
        .arg(pem)
        .arg("-keyout")
        .arg(key)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// An OpenSSL server that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(console: &Console, more: &[&str]) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", &format!("127.0.0.1:{port}"), "-cert", "s.pem", "-key", "s.key"])
            .args(more)
            .current_dir(console.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        Server { child, address: format!("127.0.0.1:{port}") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn openssl_client(port: u16, more: &[&str], input: &[u8]) -> String {
    let mut client = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-ign_eof"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(input).unwrap();
    let output = client.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

fn end(mut running: Running) -> (String, String) {
    running.signal("INT");
    assert!(running.wait().success(), "{}", running.errors());
    (running.out(), running.errors())
}

fn wait_for(running: &Running, part: &str) {
    wait_until(part, || running.out().contains(part));
}

#[test]
fn a_server_makes_its_certificate_and_says_what_was_agreed_on() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--tls", "--alpn", "mqtt", "--format", "jsonl"];
    let close = ["--reply", "bye=bye", "--key-log", "keys"];
    let mut server = console.start(&[&words[..], &close[..]].concat());
    let port = server.ready().port();
    let mut client = Command::new("openssl")
        .args([
            "s_client",
            "-connect",
            &format!("127.0.0.1:{port}"),
            "-alpn",
            "mqtt",
            "-servername",
            "dev.test",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    input.write_all("温度 bye\n".as_bytes()).unwrap();
    wait_for(&server, "\"text\":\"bye\"");
    // A line of its own makes OpenSSL say goodbye.
    input.write_all(b"Q\n").unwrap();
    let mut said = String::new();
    client.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    client.wait().unwrap();
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let (out, errors) = end(server);
    for part in [
        "\"event\":\"secured\"",
        "\"version\":\"TLS 1.3\"",
        "\"alpn\":\"mqtt\"",
        "\"server_name\":\"dev.test\"",
        "\"text\":\"温度 bye\\n\"",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let fingerprint = out.split("\"sha256\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(errors.contains(&format!("certificate: SHA-256 {fingerprint}\n")));
    assert!(said.contains("ALPN protocol: mqtt"), "{said}");
    let mut keys = String::new();
    File::open(console.path("keys")).unwrap().read_to_string(&mut keys).unwrap();
    assert!(keys.contains("CLIENT_TRAFFIC_SECRET_0 "), "{keys}");
}

#[test]
fn every_byte_of_a_large_stream_arrives_through_curl_python_and_ncat() {
    if !has_tool("python3") || !has_tool("ncat") || !has_tool("curl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--format", "jsonl"]);
    let port = server.ready().port().to_string();
    let program = "import socket, ssl, sys
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
s = c.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20))
v = s.version(); s.sendall(bytes(range(256)) * 20000); s.unwrap().close(); print(v)";
    assert!(python(program, &[&port]).starts_with("TLSv1.3"));
    let ncat =
        Command::new("ncat").args(["--ssl", "--send-only", "127.0.0.1", &port]).stdin(Stdio::piped()).spawn();
    let mut ncat = ncat.unwrap();
    ncat.stdin.take().unwrap().write_all(b"from ncat").unwrap();
    assert!(ncat.wait().unwrap().success());
    let url = format!("https://127.0.0.1:{port}/path");
    let curl = Command::new("curl").args(["-sk", "--max-time", "1", &url]).status().unwrap();
    assert!(!curl.success(), "nobody answers");
    wait_for(&server, "GET /path HTTP/1.1");
    end(server);
    let bytes = received(&console, &console.path("session.skj"));
    let first: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(20_000);
    assert!(bytes.starts_with(&first), "{} bytes", bytes.len());
    assert!(bytes[first.len()..].starts_with(b"from ncat"));
}

#[test]
fn a_peer_that_says_goodbye_with_its_last_bytes_and_waits_for_ours_hears_it() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--format", "jsonl"]);
    // Both in one segment, and the socket stays open in both directions until the goodbye has come back.
    let program = "import socket, ssl, sys
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)
i, o = ssl.MemoryBIO(), ssl.MemoryBIO(); t = c.wrap_bio(i, o)
def until_done(step):
    while True:
        try: return step()
        except ssl.SSLWantReadError:
            s.sendall(o.read()); got = s.recv(65536); assert got; i.write(got)
until_done(t.do_handshake); s.sendall(o.read())
t.write(b'last words'); until_done(t.unwrap); print('unwrapped')";
    assert_eq!(python(program, &[&server.ready().port().to_string()]).trim(), "unwrapped");
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let (out, _) = end(server);
    assert!(out.contains("\"text\":\"last words\""), "{out}");
}

#[test]
fn a_peer_that_reads_slowly_gets_the_last_of_what_it_is_answered_and_our_goodbye() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let answer = "0123456789abcdef".repeat(16 << 10);
    let rules = format!("version = 1\n[[rule]]\nwhen = 'text:go'\nreply = '{answer}'\n");
    std::fs::write(console.path("rules.toml"), rules).unwrap();
    let words = ["listen", "tcp", "127.0.0.1:0", "--tls", "--rules", "rules.toml", "--format", "jsonl"];
    let mut server = console.start(&[&words[..], &["--option", "send-buffer=8192"]].concat());
    // It says goodbye and ends its side before it reads the first byte, so that the last that is for it finds no room.
    let program = "import socket, ssl, sys
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192); s.settimeout(30)
s.connect(('127.0.0.1', int(sys.argv[1])))
i, o = ssl.MemoryBIO(), ssl.MemoryBIO(); t = c.wrap_bio(i, o)
def more():
    out = o.read()
    if out: s.sendall(out)
    got = s.recv(4096); i.write(got) if got else i.write_eof()
while True:
    try: t.do_handshake(); break
    except ssl.SSLWantReadError: more()
t.write(b'go')
try: t.unwrap()
except ssl.SSLWantReadError: pass
s.sendall(o.read()); s.shutdown(socket.SHUT_WR)
got = b''
while True:
    try:
        piece = t.read(65536)
        if not piece: break
        got += piece
    except ssl.SSLZeroReturnError: break
    except ssl.SSLWantReadError: more()
assert got == b'0123456789abcdef' * 16384, len(got); print('whole')";
    assert_eq!(python(program, &[&server.ready().port().to_string()]).trim(), "whole");
    wait_for(&server, "\"event\":\"peer_left\",\"reason\":\"fin\"");
    let (out, _) = end(server);
    assert!(!out.contains("unsent"), "{out}");
}

#[test]
fn a_client_checks_whom_it_speaks_with_and_says_what_is_wrong() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    certificate(&console, "s", "DNS:*.example.com");
    let server = Server::start(&console, &[]);
    let connect = |more: &[&str]| {
        let words = [
            "connect",
            "tcp",
            &server.address,
            "--tls",
            "--send",
            "hi",
            "--until-sent",
            "--journal",
            "j.skj",
        ];
        let output = console.run(&[&words[..], more].concat());
        std::fs::remove_file(console.path("j.skj")).unwrap();
        output
    };
    let server_at = &server.address;
    for (more, said) in [
        (
            &[][..],
            "the certificate is self-signed (CN=test) and not trusted. Use --ca FILE to trust it, or --insecure to accept it.",
        ),
        (
            &["--ca", "s.pem"],
            "the certificate is for *.example.com, not for 127.0.0.1. Use --server-name, or --insecure to accept it.",
        ),
    ] {
        let (code, line) = failure(&connect(more));
        assert_eq!((code, line), (1, format!("sockscope-cli: cannot secure {server_at}: {said}")));
    }
    for more in [&["--insecure"][..], &["--ca", "s.pem", "--server-name", "a.example.com"]] {
        let output = connect(more);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.contains("NOT TRUSTED"), more[0] == "--insecure", "{text}");
    }
}

#[test]
fn both_versions_are_spoken_and_older_ones_are_named() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--echo", "--format", "jsonl"]);
    let port = server.ready().port();
    openssl_client(port, &["-tls1_2", "-no_ign_eof"], b"two");
    wait_for(&server, "\"version\":\"TLS 1.2\"");
    openssl_client(port, &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], b"");
    wait_for(&server, "no common version: the peer offers only TLS 1.1");
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    wait_for(&server, "the other side does not speak TLS");
    end(server);
}

#[test]
fn a_client_that_says_nothing_or_only_a_byte_keeps_nobody_waiting() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--format", "jsonl"]);
    let port = server.ready().port();
    let silent: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    for mut stream in &silent {
        stream.write_all(&[22]).unwrap();
    }
    openssl_client(port, &["-no_ign_eof"], b"served");
    wait_for(&server, "\"text\":\"served\"");
    let cut = TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(cut);
    wait_for(&server, "the connection was closed before the handshake began");
    silent[0].set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut first = &silent[0];
    assert_eq!(first.read(&mut [0; 8]).unwrap(), 0, "let go after its time");
    wait_for(&server, "no handshake within 10 s");
    end(server);
}

#[test]
fn a_thousand_connections_that_never_finish_cost_nobody_else_their_turn() {
    if !has_tool("openssl") || !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--format", "jsonl"]);
    let port = server.ready().port();
    // Each begins a hello, and goes on with it a byte at a time until it is let go.
    let program = "import resource, select, socket, sys
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
slow = [socket.create_connection(('127.0.0.1', int(sys.argv[1]))) for _ in range(1000)]
for s in slow: s.send(bytes([22, 3, 1]))
print('there', flush=True)
gone = 0
while slow:
    ready, _, _ = select.select(slow, [], [], 1)
    for s in ready:
        slow.remove(s); s.close(); gone += 1
    for s in slow:
        try: s.send(bytes(1))
        except OSError: pass
print(gone)";
    let mut slow = Command::new("python3")
        .args(["-c", program, &port.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0; 6];
    slow.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
    openssl_client(port, &["-no_ign_eof"], b"served at once");
    wait_for(&server, "\"text\":\"served at once\"");
    assert!(!server.out().contains("no handshake within"), "served before any of them was let go");
    #[cfg(target_os = "linux")]
    assert!(server.proc_sum("Threads") > 0 && peak_kib(server.pid()) < 150 << 10, "in bounded memory");
    let output = slow.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1000\n");
    end(server);
}

/// The most memory that a process has had at once.
#[cfg(target_os = "linux")]
pub(crate) fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Makes a certificate for the names, signed by `ca`, valid for these days from now on; with a negative number it was.
fn signed(console: &Console, name: &str, names: &str, dates: [&str; 2]) {
    let run = |words: &[&str]| {
        let done =
            Command::new("openssl").args(words).current_dir(console.path("")).stderr(Stdio::null()).status();
        assert!(done.unwrap().success(), "{words:?}");
    };
    let (key, request, pem) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    let extension = format!("subjectAltName={names}");
    run(&[
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=device",
        "-addext",
        &extension,
        "-keyout",
        &key,
        "-out",
        &request,
    ]);
    std::fs::write(console.path("db"), "").unwrap();
    std::fs::write(console.path("db.attr"), "unique_subject = no").unwrap();
    std::fs::write(console.path("serial"), "01").unwrap();
    std::fs::write(
        console.path("ca.cnf"),
        "[ca]\ndefault_ca = d\n[d]\ndatabase = db\nserial = serial\nnew_certs_dir = .\npolicy = p\n\
         default_md = sha256\ncopy_extensions = copy\n[p]\ncommonName = supplied\n",
    )
    .unwrap();
    run(&[
        "ca",
        "-batch",
        "-config",
        "ca.cnf",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-in",
        &request,
        "-out",
        &pem,
        "-notext",
        "-startdate",
        dates[0],
        "-enddate",
        dates[1],
    ]);
}

#[test]
fn a_certificate_that_is_not_valid_is_told_in_one_line_with_what_to_do() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    certificate(&console, "ca", "DNS:authority");
    certificate(&console, "other", "DNS:authority");
    for (dates, trusted, said) in [
        (["20200101000000Z", "20210101000000Z"], "ca.pem", "expired on 2021-01-01"),
        (["20900101000000Z", "20910101000000Z"], "ca.pem", "not valid before 2090-01-01"),
        (["20200101000000Z", "20910101000000Z"], "other.pem", "with another key"),
    ] {
        signed(&console, "s", "IP:127.0.0.1", dates);
        let server = Server::start(&console, &[]);
        let output =
            console.run(&["connect", "tcp", &server.address, "--tls", "--ca", trusted, "--journal", "j.skj"]);
        std::fs::remove_file(console.path("j.skj")).unwrap();
        let (code, line) = failure(&output);
        assert_eq!(code, 1, "{line}");
        assert!(line.contains(said) && line.contains("--insecure"), "{line}");
    }
}

#[test]
fn files_that_do_not_fit_are_told_before_anything_is_opened() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    certificate(&console, "a", "DNS:a");
    certificate(&console, "b", "DNS:b");
    let listen = |cert: &str, key: &str| {
        let output = console.run(&[
            "listen",
            "tcp",
            "127.0.0.1:0",
            "--tls",
            "--cert",
            cert,
            "--key",
            key,
            "--journal",
            "j.skj",
        ]);
        std::fs::remove_file(console.path("j.skj")).unwrap();
        failure(&output)
    };
    let said = |line: String, part: &str| assert!(line.contains(part), "{line}");
    let (code, line) = listen("a.pem", "b.key");
    assert_eq!(code, 1);
    said(line, "a.pem: the key does not belong to the certificate");
    said(listen("a.key", "a.key").1, "cannot read a.key: there is no certificate in it");
    said(listen("a.pem", "a.pem").1, "cannot read a.pem: there is no private key in it");
    said(listen("none.pem", "a.key").1, "cannot read none.pem: ");
    let output = console.run(&["listen", "tcp", "127.0.0.1:0", "--cert", "a.pem"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!Path::new("j.skj").exists());
}

#[test]
fn a_chain_that_is_cut_is_refused_with_whose_signature_is_missing_and_a_whole_one_is_taken() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    certificate(&console, "root", "DNS:authority");
    let run = |words: &str| {
        let done = Command::new("openssl")
            .args(words.split(' '))
            .current_dir(console.path(""))
            .stderr(Stdio::null())
            .status();
        assert!(done.unwrap().success(), "{words}");
    };
    std::fs::write(console.path("middle.ext"), "basicConstraints=critical,CA:TRUE\n").unwrap();
    std::fs::write(console.path("s.ext"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    for (name, subject, issuer) in [("middle", "/CN=the-middle", "root"), ("s", "/CN=device", "middle")] {
        let key = format!("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key");
        run(&format!("req {key} -subj {subject} -out {name}.csr"));
        let signer = format!("-CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -days 30");
        run(&format!("x509 -req -in {name}.csr {signer} -extfile {name}.ext -out {name}.pem"));
    }
    let connect = |server: &Server| {
        let words = ["connect", "tcp", &server.address, "--tls", "--ca", "root.pem", "--until-sent"];
        let output = console.run(&[&words[..], &["--send", "hi", "--journal", "j.skj"]].concat());
        std::fs::remove_file(console.path("j.skj")).unwrap();
        output
    };
    let cut = Server::start(&console, &[]);
    let (code, line) = failure(&connect(&cut));
    let said = "unknown issuer: CN=device was signed by CN=the-middle, which is not trusted.";
    assert_eq!(code, 1, "{line}");
    let start = format!("sockscope-cli: cannot secure {}: {said}", cut.address);
    assert!(line.starts_with(&start) && line.contains("--insecure"), "{line}");
    let whole = Server::start(&console, &["-cert_chain", "middle.pem"]);
    let output = connect(&whole);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_peer_that_speaks_only_the_first_version_is_told_what_it_offered() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--echo", "--format", "jsonl"]);
    let port = server.ready().port();
    let oldest = ["-tls1", "-cipher", "ALL:@SECLEVEL=0"];
    let told = openssl_client(port, &oldest, b"");
    wait_for(&server, "no common version: the peer offers only TLS 1.0");
    assert!(told.contains("SSL alert number "), "the peer is told, too: {told}");
    openssl_client(port, &["-no_ign_eof"], b"served");
    wait_for(&server, "\"text\":\"served\"");
    end(server);

    certificate(&console, "s", "IP:127.0.0.1");
    let old = Server::start(&console, &oldest);
    let words = ["connect", "tcp", &old.address, "--tls", "--ca", "s.pem", "--journal", "j.skj"];
    let (code, line) = failure(&console.run(&words));
    let said =
        "the peer refused: it speaks none of our versions, TLS 1.2 and TLS 1.3 (alert ProtocolVersion)";
    assert_eq!((code, line), (1, format!("sockscope-cli: cannot secure {}: {said}", old.address)));
}

/// What OpenSSL does when a line with this letter alone is typed while it is connected.
#[test]
fn a_peer_that_wants_to_negotiate_anew_is_refused_and_the_others_are_served() {
    if !has_tool("openssl") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--tls", "--echo", "--format", "jsonl"]);
    let port = server.ready().port();
    let mut client = Command::new("openssl")
        .args(["s_client", "-tls1_2", "-connect", &format!("127.0.0.1:{port}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    input.write_all(b"before\n").unwrap();
    wait_for(&server, "\"text\":\"before\\n\"");
    input.write_all(b"R\n").unwrap();
    let mut told = String::new();
    client.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    client.wait().unwrap();
    assert!(told.contains("no renegotiation"), "{told}");
    wait_for(&server, "the peer wanted to negotiate anew (renegotiation), which is refused");
    openssl_client(port, &["-no_ign_eof"], b"served");
    wait_for(&server, "\"text\":\"served\"");
    end(server);
}
