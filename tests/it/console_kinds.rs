//! What every kind of connection can do, whatever carries it: one peer is let go and the others stay, a client comes back,
//! and one direction ends while the other still carries bytes. The peers are Python's own sockets and its OpenSSL.

use crate::console_tls::certificate;
use crate::support::{Console, Running, has_tool, python, wait_until};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// Both ends of every kind: `get` gives the next message, `b''` at an orderly end, and raises where the connection was cut.
/// TLS is driven by hand, because Python's own socket cannot listen after it has said that it sends no more.
const PEERS: &str = r"
import hashlib, base64, os, socket, ssl, struct, sys
class Plain:
    def __init__(self, s, _=None): s.settimeout(20); self.s = s
    def put(self, data): self.s.sendall(data)
    def get(self): return self.s.recv(65536)
    def finish(self): self.s.shutdown(socket.SHUT_WR)
    def close(self): self.s.close()
class Tls(Plain):
    def __init__(self, s, serves):
        super().__init__(s); self.i, self.o = ssl.MemoryBIO(), ssl.MemoryBIO()
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if serves else ssl.PROTOCOL_TLS_CLIENT)
        if serves: c.load_cert_chain('s.pem', 's.key')
        else: c.load_verify_locations('s.pem')
        self.t = c.wrap_bio(self.i, self.o, serves, None if serves else '127.0.0.1')
        self.go(self.t.do_handshake)
    def out(self):
        if self.o.pending: self.s.sendall(self.o.read())
    def go(self, what):
        while True:
            try:
                done = what(); self.out(); return done
            except ssl.SSLWantReadError:
                self.out(); got = self.s.recv(65536)
                if got: self.i.write(got)
                else: self.i.write_eof()
    def put(self, data): self.go(lambda: self.t.write(data))
    def get(self):
        try: return self.go(lambda: self.t.read(65536))
        except ssl.SSLZeroReturnError: return b''
    def finish(self):
        try: self.t.unwrap()
        except ssl.SSLWantReadError: pass
        self.out()
    def close(self): self.finish(); super().close()
    def cut(self): super().close()
class Ws:
    def __init__(self, s, serves, under=Plain):
        self.under, self.serves, self.kept = under(s, serves), serves, b''
        if serves:
            head = self.head(); key = [x.split(': ')[1] for x in head.splitlines() if x.startswith('Sec-WebSocket-Key')][0]
            proof = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()
            self.under.put(f'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {proof}\r\n\r\n'.encode())
        else:
            self.under.put(b'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n')
            assert ' 101 ' in self.head()
    def exactly(self, n):
        while len(self.kept) < n:
            more = self.under.get()
            if not more: raise EOFError('no goodbye')
            self.kept += more
        part, self.kept = self.kept[:n], self.kept[n:]; return part
    def head(self):
        text = b''
        while not text.endswith(b'\r\n\r\n'): text += self.exactly(1)
        return text.decode()
    def frame(self, op, data):
        if self.serves: self.under.put(bytes([0x80 | op, len(data)]) + data)
        else:
            key = os.urandom(4); masked = bytes(b ^ key[i % 4] for i, b in enumerate(data))
            self.under.put(bytes([0x80 | op, 0x80 | len(data)]) + key + masked)
    def put(self, data): self.frame(1, data)
    def get(self):
        a, b = self.exactly(2); key = self.exactly(4) if b & 128 else bytes(4)
        data = bytes(x ^ key[i % 4] for i, x in enumerate(self.exactly(b & 127)))
        if a & 15 == 8:
            # Who lets a peer go does not wait for its answer, which then meets nobody.
            try: self.frame(8, data); assert self.under.get() == b''
            except OSError: pass
            return b''
        return data
    def close(self): self.frame(8, struct.pack('>H', 1000)); self.under.close()
    def cut(self): (self.under.cut if hasattr(self.under, 'cut') else self.under.close)()
class Wss(Ws):
    def __init__(self, s, serves): super().__init__(s, serves, Tls)
SHAPES = {'tls': Tls, 'ws': Ws, 'wss': Wss, 'stream': Plain, 'seqpacket': Plain}
kind, place = sys.argv[1:3]; os.chdir(sys.argv[3])
def fresh():
    if kind == 'stream': return socket.socket(socket.AF_UNIX)
    if kind == 'seqpacket': return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return socket.socket()
where = place if kind in ('stream', 'seqpacket') else ('127.0.0.1', int(place.rpartition(':')[2]))
def connect():
    s = fresh(); s.settimeout(20); s.connect(where); return SHAPES[kind](s, False)
def listen():
    l = fresh(); l.bind(where); l.listen(); l.settimeout(20)
    print(l.getsockname() if kind in ('stream', 'seqpacket') else l.getsockname()[1], flush=True); return l
def accept(l): return SHAPES[kind](l.accept()[0], True)
";

/// Every kind that there is on this system, and whether one of its directions can end alone.
fn kinds() -> impl Iterator<Item = (&'static str, bool)> {
    [
        ("tls", true, true),
        ("ws", false, true),
        ("wss", false, true),
        ("stream", true, cfg!(unix)),
        ("seqpacket", true, cfg!(target_os = "linux")),
    ]
    .into_iter()
    .filter_map(|(kind, halves, is_here)| is_here.then_some((kind, halves)))
}

/// Where a peer listens: its own folder, or a port that is free.
fn peers_place(kind: &str) -> &'static str {
    if matches!(kind, "stream" | "seqpacket") { "p.sock" } else { "127.0.0.1:0" }
}

/// Makes room for the next kind.
fn clear(console: &Console) {
    for left in ["session.skj", "p.sock"] {
        if console.path(left).exists() {
            fs::remove_file(console.path(left)).unwrap();
        }
    }
}

/// A folder with the certificate that peers and console trust.
fn folder() -> Option<Console> {
    if !has_tool("openssl") || !has_tool("python3") {
        return None;
    }
    let console = Console::new();
    certificate(&console, "s", "IP:127.0.0.1");
    Some(console)
}

/// A listener of ours, and where a peer finds it.
fn listen(console: &Console, kind: &str, more: &[&str], input: Stdio) -> (Running, String) {
    let tls = ["--tls", "--cert", "s.pem", "--key", "s.key"];
    let words = match kind {
        "tls" => [&["listen", "tcp", "127.0.0.1:0"][..], &tls].concat(),
        "ws" => vec!["listen", "ws", "127.0.0.1:0"],
        "wss" => [&["listen", "ws", "127.0.0.1:0"][..], &tls].concat(),
        unix => vec!["listen", "unix", "a.sock", "--type", unix],
    };
    let mut server = console.start_with(&[&words[..], more, &["--format", "jsonl"]].concat(), input);
    let place = server.ready_at();
    (server, place)
}

/// A client of ours that meets a server at this place.
fn connect(console: &Console, kind: &str, place: &str, more: &[&str], input: Stdio) -> Running {
    let (address, url) = (format!("127.0.0.1:{place}"), format!("{kind}://127.0.0.1:{place}/"));
    let words = match kind {
        "tls" => vec!["connect", "tcp", &address, "--tls", "--ca", "s.pem"],
        "ws" => vec!["connect", "ws", &url],
        "wss" => vec!["connect", "ws", &url, "--ca", "s.pem"],
        unix => vec!["connect", "unix", place, "--type", unix],
    };
    console.start_with(&[&words[..], more, &["--format", "jsonl"]].concat(), input)
}

/// A peer in Python that ends with its test, however that ends.
struct Peer(Child);

impl Peer {
    /// The peer, and the first line that it prints.
    fn start(console: &Console, kind: &str, place: &str, body: &str) -> (Peer, String) {
        let mut child = Command::new("python3")
            .args(["-u", "-c", &format!("{PEERS}{body}"), kind, place])
            .arg(console.path(""))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Peer(child), line.trim().to_owned())
    }

    fn ends_well(&mut self, kind: &str) {
        let mut status = None;
        wait_until("the end of the peer", || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        assert!(status.unwrap().success(), "{kind}");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }
}

#[test]
fn one_peer_is_let_go_in_an_orderly_way_or_cut_off_and_the_others_stay() {
    let Some(console) = folder() else { return };
    let rules = "version = 1\n[[rule]]\nwhen = 'text:leave'\nreply = 'bye'\nclose = 'fin'\n\
        [[rule]]\nwhen = 'text:vanish'\nclose = 'reset'\n[[rule]]\nwhen = 'text:ping'\nreply = 'pong'\n";
    fs::write(console.path("rules.toml"), rules).unwrap();
    for (kind, _) in kinds() {
        let (mut server, place) = listen(&console, kind, &["--rules", "rules.toml"], Stdio::null());
        let body = "
a, b, c = connect(), connect(), connect()
for peer in (a, b, c): peer.put(b'ping'); assert peer.get() == b'pong'
a.put(b'leave'); assert (a.get(), a.get()) == (b'bye', b'')
for peer in (b, c): peer.put(b'ping'); assert peer.get() == b'pong'
b.put(b'vanish')
try: assert b.get() == b'' and kind in ('stream', 'seqpacket'), 'cut, and nothing else'
except (OSError, EOFError, ssl.SSLError): pass
c.put(b'ping'); assert c.get() == b'pong'
c.close(); print('stayed')";
        let told = python(&format!("{PEERS}{body}"), &[kind, &place, console.path("").to_str().unwrap()]);
        assert_eq!(told.trim(), "stayed", "{kind}");
        wait_until("the last to leave", || server.out().matches("\"event\":\"peer_left\"").count() == 3);
        server.signal("INT");
        assert!(server.wait().success(), "{kind}: {}", server.errors());
        let out = server.out();
        let mut reasons: Vec<(&str, &str)> = out
            .lines()
            .filter(|line| line.contains("\"event\":\"peer_left\""))
            .map(|line| {
                let after = |part: &str| line.split(part).nth(1).unwrap().split([',', '"']).next().unwrap();
                (after("\"peer\":"), after("\"reason\":\""))
            })
            .collect();
        // Who is let go in order has left when it has closed its side, too.
        reasons.sort_unstable();
        assert_eq!(reasons, [("1", "kicked"), ("2", "kicked"), ("3", "fin")], "{kind}: {out}");
        clear(&console);
    }
}

#[test]
fn a_client_of_any_kind_comes_back_after_a_goodbye_and_after_a_cut() {
    let Some(console) = folder() else { return };
    for (kind, _) in kinds() {
        let body = "
l = listen()
for end in ('close', 'cut', 'close'):
    peer = accept(l); assert peer.get() == b'hello'; peer.put(b'served')
    getattr(peer, end, peer.close)()
";
        let (mut peer, place) = Peer::start(&console, kind, peers_place(kind), body);
        let words = ["--reconnect", "--send", "hello"];
        let mut client = connect(&console, kind, &place, &words, Stdio::null());
        peer.ends_well(kind);
        wait_until("the third end", || client.out().matches("\"event\":\"peer_left\"").count() == 3);
        client.signal("INT");
        assert!(client.wait().success(), "{kind}: {}", client.errors());
        let out = client.out();
        assert_eq!(out.matches("\"event\":\"connected\"").count(), 3, "{kind}: {out}");
        assert!(out.matches("\"event\":\"reconnect_scheduled\"").count() >= 2, "{kind}: {out}");
        assert_eq!(client.errors().matches("ready: connected").count(), 3, "{kind}: {}", client.errors());
        if kind == "tls" {
            assert!(out.contains("\"reason\":\"fin\"") && out.contains("\"reason\":\"cut\""), "{out}");
        }
        clear(&console);
    }
}

#[test]
fn a_peer_that_has_said_all_still_hears_what_is_sent_to_it() {
    let Some(console) = folder() else { return };
    for (kind, _) in kinds().filter(|(_, halves)| *halves) {
        let (mut server, place) =
            listen(&console, kind, &["--keep-half-closed", "--stdin", "--append", "lf"], Stdio::piped());
        let body = "
peer = connect(); peer.put(b'question'); peer.finish(); print('finished')
got = b''.join(iter(peer.get, b'')); assert got == b'first\\nsecond\\n', got";
        let (mut peer, said) = Peer::start(&console, kind, &place, body);
        assert_eq!(said, "finished", "{kind}");
        wait_until("the end of one direction", || server.out().contains("\"event\":\"peer_finished\""));
        let mut input = server.input();
        for line in ["first\n", "second\n"] {
            input.write_all(line.as_bytes()).unwrap();
            wait_until(line, || server.out().contains(&format!("\"text\":\"{}\\n\"", line.trim())));
        }
        assert!(!server.out().contains("\"event\":\"peer_left\""), "{kind}: {}", server.out());
        server.signal("INT");
        peer.ends_well(kind);
        assert!(server.wait().success(), "{kind}: {}", server.errors());
        clear(&console);
    }
}

#[test]
fn an_answer_is_heard_after_our_own_direction_has_ended() {
    let Some(console) = folder() else { return };
    for (kind, _) in kinds().filter(|(_, halves)| *halves) {
        let body = "
peer = accept(listen()); assert peer.get() == b'question\\n'; assert peer.get() == b''
peer.put(b'answer one'); peer.put(b' and two'); peer.close()";
        let (mut peer, place) = Peer::start(&console, kind, peers_place(kind), body);
        let mut client = connect(&console, kind, &place, &["--stdin", "--append", "lf"], Stdio::piped());
        let mut input = client.input();
        input.write_all(b"question\n").unwrap();
        drop(input);
        peer.ends_well(kind);
        assert!(client.wait().success(), "{kind}: {}", client.errors());
        let out = client.out();
        let received: String = out
            .lines()
            .filter(|line| line.contains("\"dir\":\"rx\""))
            .map(|line| line.split("\"text\":\"").nth(1).unwrap().split('"').next().unwrap())
            .collect();
        assert_eq!(received, "answer one and two", "{kind}: {out}");
        assert!(out.contains("\"event\":\"peer_left\",\"reason\":\"fin\""), "{kind}: {out}");
        clear(&console);
    }
}
