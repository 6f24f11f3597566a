//! Unix sockets from the console, with peers that other people wrote: all three types, names of files and abstract ones.

use crate::support::{Console, failure, has_tool, python, wait_until};
use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::{Command, Stdio};

/// An abstract name that no other test has.
fn abstract_name(console: &Console) -> String {
    let folder = console.path("");
    let unique = folder.file_name().unwrap().to_str().unwrap();
    format!("@sockscope-{}-{}", std::process::id(), unique.trim_start_matches('.'))
}

#[test]
fn a_stream_is_echoed_and_its_record_says_who_the_peer_is() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let mut server = console.start(&[
        "listen",
        "unix",
        "a.sock",
        "--mode",
        "600",
        "--echo",
        "--format",
        "jsonl",
        "--until-closed",
    ]);
    assert_eq!(server.ready_at(), "a.sock");
    let facts = fs::symlink_metadata(console.path("a.sock")).unwrap();
    assert!(facts.file_type().is_socket());
    assert_eq!(facts.permissions().mode() & 0o7777, 0o600);
    let program = "import array, os, socket, sys
s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1])
s.sendall(b'hello'); assert s.recv(100) == b'hello'
f = os.open('/dev/null', os.O_RDONLY)
s.sendmsg([b'two'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [f, f]))])
assert s.recv(100) == b'two'
print(os.getpid(), os.getuid(), os.getgid())";
    let who = python(program, &[console.path("a.sock").to_str().unwrap()]);
    let [pid, uid, gid] = who.split_whitespace().collect::<Vec<_>>().try_into().unwrap();
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    let joined = format!(
        "\"event\":\"peer_joined\",\"peer\":1,\"remote\":\"unnamed\",\"local\":\"a.sock\",\
         \"message_oriented\":false,\"pid\":{pid},\"uid\":{uid},\"gid\":{gid},\"program\":\"python3\""
    );
    assert!(out.contains(&joined), "{joined} is not in {out}");
    assert!(
        out.contains("\"event\":\"descriptors_closed\",\"peer\":1") && out.contains("\"count\":2}"),
        "{out}"
    );
    assert!(out.contains("\"event\":\"peer_left\",\"reason\":\"fin\",\"peer\":1"), "{out}");
    assert!(!console.path("a.sock").exists(), "the file goes away with the socket");
}

#[test]
fn messages_keep_their_borders_and_an_empty_one_is_a_message() {
    if !has_tool("python3") {
        return;
    }
    let console = Console::new();
    let name = abstract_name(&console);
    let mut server = console.start(&[
        "listen",
        "unix",
        &name,
        "--type",
        "seqpacket",
        "--echo",
        "--format",
        "jsonl",
        "--until-closed",
    ]);
    assert_eq!(server.ready_at(), name);
    let program = "import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(10)
s.connect('\\0' + sys.argv[1][1:])
sent = [b'one', b'', b'AB', b'CD', b'x' * 150000]
for message in sent: s.send(message)
print([s.recv(1 << 20) for message in sent] == sent)";
    assert_eq!(python(program, &[&name]).trim(), "True");
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    let lengths: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("\"dir\":\"rx\""))
        .map(|line| line.split("\"len\":").nth(1).unwrap().split(',').next().unwrap())
        .collect();
    assert_eq!(lengths, ["3", "0", "2", "2", "150000"]);
    assert!(out.contains("\"message_oriented\":true,\"pid\":"), "{out}");
}

#[test]
fn descriptors_for_which_there_is_no_room_leave_none_open() {
    if !has_tool("python3") {
        return;
    }
    let program = "import array, os, socket, sys
kind = {'stream': socket.SOCK_STREAM, 'seqpacket': socket.SOCK_SEQPACKET, 'datagrams': socket.SOCK_DGRAM}[sys.argv[1]]
s = socket.socket(socket.AF_UNIX, kind); s.settimeout(10)
if kind == socket.SOCK_DGRAM: s.bind('')
s.connect(sys.argv[2])
f = os.open('/dev/null', os.O_RDONLY)
for text in (b'one', b'two', b'' if kind == socket.SOCK_SEQPACKET else b'three'):
    s.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [f] * 200))])
    assert s.recv(100) == text, text
s.sendall(b'last'); assert s.recv(100) == b'last'
print('open', len(os.listdir('/proc/%s/fd' % sys.argv[3])))
s.sendall(b'end')";
    let few = ["sh", "-c", "ulimit -n 60 && exec \"$@\"", "sh"];
    for (kind, words) in [
        ("stream", &["listen", "unix", "a.sock"][..]),
        ("seqpacket", &["listen", "unix", "a.sock", "--type", "seqpacket"]),
        ("datagrams", &["unix", "--bind", "a.sock"]),
    ] {
        let console = Console::new();
        let options = ["--echo", "--format", "jsonl", "--until-records", "9"];
        let mut server = console.start_through(&few, &[words, &options].concat());
        assert_eq!(server.ready_at(), "a.sock");
        let before = server.descriptors();
        let (path, pid) = (console.path("a.sock"), server.pid().to_string());
        let said = python(program, &[kind, path.to_str().unwrap(), &pid]);
        let connections = usize::from(kind != "datagrams");
        assert_eq!(said.trim(), format!("open {}", before + connections), "{kind}");
        assert!(server.wait().success(), "{kind}: {}", server.errors());
        assert!(server.out().contains("\"event\":\"descriptors_closed\""), "{kind}: {}", server.out());
    }
}

#[test]
fn datagrams_are_told_apart_by_their_senders_and_answered() {
    let console = Console::new();
    let mut socket = console.start(&[
        "unix",
        "--bind",
        "d.sock",
        "--mode",
        "640",
        "--echo",
        "--format",
        "jsonl",
        "--until-records",
        "6",
    ]);
    assert_eq!(socket.ready_at(), "d.sock");
    let facts = fs::symlink_metadata(console.path("d.sock")).unwrap();
    assert_eq!(facts.permissions().mode() & 0o7777, 0o640);
    let peers = ["one.sock", "two.sock"].map(|name| UnixDatagram::bind(console.path(name)).unwrap());
    let mut answer = vec![0; 200_000];
    for (peer, payload) in
        [(&peers[0], vec![7; 150_000]), (&peers[1], Vec::new()), (&peers[0], b"again".to_vec())]
    {
        peer.set_read_timeout(Some(crate::support::DEADLINE)).unwrap();
        peer.send_to(&payload, console.path("d.sock")).unwrap();
        let length = peer.recv(&mut answer).unwrap();
        assert_eq!(answer[..length], payload);
    }
    assert!(socket.wait().success(), "{}", socket.errors());
    let out = socket.out();
    let pid = format!("\"pid\":{}", std::process::id());
    let joined: Vec<&str> = out.lines().filter(|line| line.contains("peer_joined")).collect();
    assert_eq!(joined.len(), 2, "{out}");
    for (line, name) in joined.iter().zip(["one.sock", "two.sock"]) {
        assert!(line.contains(&format!("/{name}\",\"local\":\"d.sock\"")) && line.contains(&pid), "{line}");
    }
    assert!(out.contains("\"len\":0,\"hex\":\"\",\"text\":\"\",\"time_source\":\"kernel\""), "{out}");
}

#[test]
fn a_datagram_client_without_a_name_gets_one_and_can_be_answered() {
    let console = Console::new();
    let server = UnixDatagram::bind(console.path("server.sock")).unwrap();
    server.set_read_timeout(Some(crate::support::DEADLINE)).unwrap();
    let words =
        ["unix", "--to", "server.sock", "--send", "ping", "--until-records", "2", "--format", "jsonl"];
    let mut client = console.start(&words);
    let own_name = client.ready_at();
    assert!(own_name.starts_with('@'), "{own_name}");
    let mut bytes = [0; 16];
    let (length, from) = server.recv_from(&mut bytes).unwrap();
    assert_eq!(&bytes[..length], b"ping");
    server.send_to_addr(b"pong", &from).unwrap();
    assert!(client.wait().success(), "{}", client.errors());
    assert!(client.out().contains("\"text\":\"pong\""), "{}", client.out());
}

#[test]
fn a_stale_file_is_told_from_a_live_one_and_replaced_only_when_asked() {
    let console = Console::new();
    let mut killed =
        console.start_as("killed", &["listen", "unix", "a.sock", "--journal", "k.skj"], Stdio::null());
    killed.ready_at();
    let taken = |words: &[&str]| failure(&console.run(words));
    let live = "sockscope-cli: cannot listen on a.sock: address already in use: a program that is running has it \
                (EADDRINUSE 98)";
    assert_eq!(taken(&["listen", "unix", "a.sock", "--replace-stale"]), (1, live.to_owned()));
    killed.signal("KILL");
    killed.wait();
    let stale = "sockscope-cli: cannot listen on a.sock: address already in use: its program has ended and left the \
                 file behind; --replace-stale replaces it (EADDRINUSE 98)";
    assert_eq!(taken(&["listen", "unix", "a.sock"]), (1, stale.to_owned()));
    let mut next = console.start(&["listen", "unix", "a.sock", "--replace-stale"]);
    next.ready_at();
    assert!(UnixStream::connect(console.path("a.sock")).is_ok());
    next.signal("TERM");
    assert!(next.wait().success());
    assert!(!console.path("a.sock").exists());
    fs::write(console.path("a.sock"), "not a socket").unwrap();
    let file = "sockscope-cli: cannot listen on a.sock: address already in use: a file that is no socket stands there \
                (EADDRINUSE 98)";
    assert_eq!(taken(&["listen", "unix", "a.sock", "--replace-stale"]), (1, file.to_owned()));
    assert_eq!(fs::read_to_string(console.path("a.sock")).unwrap(), "not a socket");
}

#[test]
fn a_client_talks_to_servers_of_others() {
    let console = Console::new();
    let server = UnixListener::bind(console.path("server.sock")).unwrap();
    let mut client =
        console.start(&["connect", "unix", "server.sock", "--send", "over there", "--format", "jsonl"]);
    let (mut stream, _) = server.accept().unwrap();
    let mut bytes = [0; 10];
    stream.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"over there");
    drop(stream);
    assert!(client.wait().success(), "{}", client.errors());
    let connected = "/server.sock\",\"local\":\"unnamed\",\"message_oriented\":false";
    assert!(client.out().contains(connected), "{}", client.out());
    assert!(client.out().contains(&format!("\"pid\":{}", std::process::id())), "{}", client.out());

    if !has_tool("socat") {
        return;
    }
    let name = abstract_name(&console);
    for (kind, words) in [("SOCK_STREAM", "stream"), ("SOCK_SEQPACKET", "seqpacket")] {
        let number = if kind == "SOCK_STREAM" { 1 } else { 5 };
        let listen = format!("ABSTRACT-LISTEN:{},type={number}", &name[1..]);
        let mut socat = Command::new("socat").args([&listen, "EXEC:cat"]).spawn().unwrap();
        let words = [
            "connect",
            "unix",
            &name,
            "--type",
            words,
            "--send",
            "to socat",
            "--until-records",
            "2",
            "--format",
            "text",
        ];
        wait_until("an answer of socat's", || {
            let answer = console.run(&words);
            answer.status.success()
                && String::from_utf8(answer.stdout).unwrap().matches("to socat").count() == 2
        });
        socat.wait().unwrap();
    }
}

#[test]
fn exports_of_unix_sessions_are_whole_and_read_back() {
    let console = Console::new();
    let mut server = console.start(&[
        "listen",
        "unix",
        "a.sock",
        "--type",
        "seqpacket",
        "--echo",
        "--format",
        "none",
        "--until-closed",
    ]);
    server.ready_at();
    let peer = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::SEQPACKET, None).unwrap();
    peer.connect(&socket2::SockAddr::unix(console.path("a.sock")).unwrap()).unwrap();
    for message in [&b"first"[..], b"", b"third"] {
        peer.send(message).unwrap();
        // The echo is taken, or the end would tell of messages that were not.
        assert_eq!((&peer).read(&mut [0; 16]).unwrap(), message.len());
    }
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    let lines = |file: &str| {
        let output = console.run(&["export", file, "--to", "jsonl"]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let first = lines("session.skj");
    fs::write(console.path("out.jsonl"), &first).unwrap();
    let imported = console.run(&["import", "out.jsonl", "-o", "again.skj"]);
    assert!(imported.status.success(), "{imported:?}");
    assert_eq!(lines("again.skj"), first);
    assert!(console.run(&["export", "session.skj", "--to", "pcapng", "-o", "out.pcapng"]).status.success());
    if has_tool("tshark") {
        let shown = Command::new("tshark")
            .args(["-r", console.path("out.pcapng").to_str().unwrap(), "-T", "fields", "-e", "udp.length"])
            .args(["-e", "frame.comment", "-e", "_ws.expert.message"])
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        let rows: Vec<&str> = shown.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(rows, ["13", "13", "8", "8", "13", "13"], "{shown}");
        assert!(shown.contains("a.sock"), "the comments name the path: {shown}");
    }
}

#[test]
fn what_cannot_be_is_said_in_one_line() {
    let console = Console::new();
    let long = "x".repeat(120);
    for (words, code, message) in [
        (
            vec!["listen", "unix", long.as_str()],
            2,
            format!(
                "invalid value '{long}' for '<PATH>': the name of the socket has 120 bytes; at most 107 fit"
            ),
        ),
        (vec!["listen", "unix", "@a", "--mode", "600"], 2, "--mode: an abstract name has no file".to_owned()),
        (
            vec!["unix", "--replace-stale"],
            2,
            "--replace-stale: a socket without --bind has no file".to_owned(),
        ),
        (
            vec!["listen", "tcp", "127.0.0.1:0", "--type", "stream"],
            2,
            "--type goes with unix; tcp is always a stream".to_owned(),
        ),
        (
            vec!["connect", "unix", "absent.sock"],
            1,
            "cannot connect to absent.sock: no such file or directory (ENOENT 2)".to_owned(),
        ),
        (
            vec!["listen", "unix", "absent/a.sock"],
            1,
            "cannot listen on absent/a.sock: no such file or directory (ENOENT 2)".to_owned(),
        ),
    ] {
        let (got, line) = failure(&console.run(&words));
        assert_eq!((got, line), (code, format!("sockscope-cli: {message}")), "{words:?}");
    }
}
