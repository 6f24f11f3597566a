//! Captures while the session goes on: a program that reads along sees what happens when it happens, and whoever stops
//! reading has seen enough.

use crate::support::{Console, has_tool, wait_until};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A program that is ended in any case.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }
}

/// A live command whose capture goes into another program. The reader's command is used up, because it holds the pipe,
/// too.
fn capture_into(console: &Console, mut reader: Command) -> (Ended, Ended, SocketAddr) {
    let errors = console.path("errors");
    let words = ["listen", "tcp", "127.0.0.1:0", "--pcapng", "-", "--journal", "session.skj", "--echo"];
    let mut server = Command::new(env!("CARGO_BIN_EXE_sockscope-cli"))
        .args(words)
        .current_dir(console.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&errors).unwrap())
        .spawn()
        .map(Ended)
        .unwrap();
    let pipe = server.0.stdout.take().unwrap();
    let reader = reader.stdin(pipe).stderr(Stdio::null()).spawn().map(Ended).unwrap();
    let mut address = None;
    wait_until("the ready line", || {
        let said = fs::read_to_string(&errors).unwrap();
        address = said.lines().find_map(|line| line.strip_prefix("ready: listening on ")?.parse().ok());
        address.is_some()
    });
    (server, reader, address.unwrap())
}

/// Ends a program as a person would.
fn interrupt(program: &mut Ended) -> ExitStatus {
    let asked = Command::new("kill").args(["-INT", &program.0.id().to_string()]).status().unwrap();
    assert!(asked.success());
    program.0.wait().unwrap()
}

fn said(peer: &mut TcpStream, text: &str) {
    peer.write_all(text.as_bytes()).unwrap();
    peer.read_exact(&mut vec![0; text.len()]).unwrap();
}

#[test]
fn tshark_shows_packets_while_the_session_goes_on() {
    if !has_tool("tshark") {
        return;
    }
    let console = Console::new();
    let shown = console.path("shown");
    let mut tshark = Command::new("tshark");
    tshark.args(["-i", "-", "-l", "-n", "-T", "fields", "-e", "tcp.payload", "-e", "tcp.analysis.flags"]);
    tshark.stdout(File::create(&shown).unwrap());
    let (mut server, mut tshark, address) = capture_into(&console, tshark);
    let mut peer = TcpStream::connect(address).unwrap();
    for text in ["first words", "second words"] {
        said(&mut peer, text);
        let digits = const_hex::encode(text);
        wait_until("both ways in tshark", || {
            fs::read_to_string(&shown).unwrap().matches(&digits).count() == 2
        });
    }
    // Whoever closes the program that reads has seen enough: the next packet ends the session, as a success.
    interrupt(&mut tshark);
    peer.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    wait_until("the end of the session", || {
        // The peer's own connection ends with the session, so that writing to it may fail.
        let gone =
            peer.write_all(b"nobody").is_err() || peer.read(&mut [0; 100]).is_ok_and(|count| count == 0);
        server.0.try_wait().unwrap().is_some() || gone
    });
    assert!(server.0.wait().unwrap().success(), "{}", fs::read_to_string(console.path("errors")).unwrap());
    let shown = fs::read_to_string(&shown).unwrap();
    assert!(shown.lines().all(|line| line.split('\t').nth(1) == Some("")), "tshark complains: {shown}");
    assert!(console.run(&["verify", "session.skj"]).status.success(), "the journal is whole");
}

#[test]
fn a_journal_that_another_program_writes_is_followed() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--echo"]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    said(&mut peer, "before");
    let kept = console.path("followed.pcapng");
    let follower = Command::new(env!("CARGO_BIN_EXE_sockscope-cli"))
        .args(["export", "session.skj", "--to", "pcapng", "--follow"])
        .current_dir(console.path(""))
        .stdout(File::create(&kept).unwrap())
        .spawn();
    let mut follower = Ended(follower.unwrap());
    let has = |text: &str| memchr::memmem::find(&fs::read(&kept).unwrap(), text.as_bytes()).is_some();
    wait_until("what was there", || has("before"));
    said(&mut peer, "meanwhile");
    wait_until("what comes", || has("meanwhile"));
    assert!(interrupt(&mut follower).success());
    if has_tool("tshark") {
        let words = ["-r", kept.to_str().unwrap(), "-n", "-q", "-z", "follow,tcp,ascii,0"];
        let read = Command::new("tshark").args(words).output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        assert!(read.status.success() && text.matches("meanwhile").count() == 2, "{text}");
    }
}
