//! What the console program does with journals: looking into them while they grow, searching, verifying, recovering.

use crate::support::{Console, Running, failure, is_in_the_systems_words, received, wait_until};
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Stdio;

/// Sends these pieces one after the other, each as a record of its own, and waits until they are in the journal.
fn send_in_pieces(server: &Running, peer: &mut TcpStream, pieces: &[&str]) {
    peer.set_nodelay(true).unwrap();
    for piece in pieces {
        peer.write_all(piece.as_bytes()).unwrap();
        wait_until("the piece", || server.out().contains(piece));
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn search_finds_what_packet_borders_cut_in_two_and_says_where_it_begins() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--until-closed"]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    send_in_pieces(&server, &mut peer, &["first hel", "lo, and ag", "ain"]);
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    for (words, begins) in [
        (vec!["hello"], r#""begins":{"id":2,"offset":6}"#),
        (vec!["68 ?? 6c 6c", "--hex"], r#""begins":{"id":2,"offset":6}"#),
        (vec!["ag[a-z]+", "--regex"], r#""begins":{"id":3,"offset":8}"#),
    ] {
        let words = [vec!["search", "session.skj"], words].concat();
        let count = console.run(&[words.clone(), vec!["--count"]].concat());
        assert_eq!(text(&count.stdout).trim(), "1", "{words:?}");
        let objects = console.run(&[words.clone(), vec!["--format", "jsonl"]].concat());
        assert!(text(&objects.stdout).trim_end().ends_with(&format!("{begins}}}")), "{objects:?}");
        let lines = console.run(&words);
        assert!(text(&lines.stdout).trim_end().ends_with(')'), "{lines:?}");
    }
    let lines = console.run(&["search", "session.skj", "hello"]);
    assert!(text(&lines.stdout).trim_end().ends_with("lo, and ag  (begins in 3 at byte 6)"), "{lines:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn old_sessions_make_room_in_the_usual_folder_but_kept_ones_stay() {
    let console = Console::new();
    let settings = console.path(".config/sockscope");
    let sessions = console.path(".local/share/sockscope/sessions");
    fs::create_dir_all(&settings).unwrap();
    fs::write(settings.join("settings.toml"), "version = 1\nretention_mib = 0\n").unwrap();
    let said = |words: &[&str]| String::from_utf8(console.run(words).stderr).unwrap();
    let words = ["udp", "--bind", "127.0.0.1:0", "--for", "0.01"];
    assert!(!said(&words).contains("removed"));
    let first = fs::read_dir(&sessions).unwrap().map(|entry| entry.unwrap().path());
    let first = { first }.find(|path| path.extension().is_some_and(|end| end == "skj")).unwrap();
    fs::write(first.with_extension("skj.keep"), "").unwrap();
    assert!(!said(&words).contains("removed"), "a kept session stays");
    assert!(said(&words).contains("removed old sessions: 1, to keep within 0 B and 90 days"));
    assert!(first.exists());
    fs::write(settings.join("settings.toml"), "version = 1\nretention_mib = [").unwrap();
    assert!(
        said(&words).contains("no old session is removed: "),
        "settings that cannot be read remove nothing"
    );
}

#[cfg(unix)]
#[test]
fn show_follows_what_another_program_writes() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--until-closed"]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    send_in_pieces(&server, &mut peer, &["before"]);
    let words = ["show", "session.skj", "--follow", "--format", "jsonl"];
    let mut follower = console.start_as("follower-", &words, Stdio::null());
    wait_until("what was there before", || follower.out().contains("before"));
    for piece in ["first", "second"] {
        send_in_pieces(&server, &mut peer, &[piece]);
        wait_until("what came later", || follower.out().contains(piece));
    }
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    wait_until("the end", || follower.out().contains("\"event\":\"closed\""));
    follower.signal("INT");
    assert_eq!(follower.wait().code(), Some(0), "{}", follower.errors());
    let out = follower.out();
    let ids: Vec<String> = (0..out.lines().count()).map(|id| format!("{{\"id\":{id},")).collect();
    assert!(out.lines().zip(&ids).all(|(line, id)| line.starts_with(id)), "each row once, in order: {out}");
}

#[test]
fn a_damaged_journal_is_told_and_what_is_whole_is_saved() {
    let console = Console::new();
    let mut server = console.start(&["listen", "tcp", "127.0.0.1:0", "--format", "text", "--until-closed"]);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    let pieces = ["one.", "two.", "three.", "four."];
    send_in_pieces(&server, &mut peer, &pieces);
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    let path = console.path("session.skj");
    let whole = fs::read(&path).unwrap();
    let place = |text: &str| whole.windows(text.len()).position(|bytes| bytes == text.as_bytes()).unwrap();
    for (what, damaged, left) in [
        ("a changed byte", place("two.")..place("two.") + 1, "one.three.four."),
        ("a lost end", place("four.") + 1..whole.len(), "one.two.three."),
        ("an overwritten header", place("three.") - 30..place("three."), "one.two.four."),
    ] {
        let mut bytes = whole.clone();
        if damaged.end == whole.len() {
            bytes.truncate(damaged.start);
        } else {
            bytes[damaged].fill(0);
        }
        fs::write(&path, bytes).unwrap();
        let (code, line) = failure(&console.run(&["verify", "session.skj"]));
        assert_eq!(code, 1, "{what}: {line}");
        let saved = console.path(&format!("{}.skj", what.replace(' ', "-")));
        let recovered = console.run(&["recover", "session.skj", "-o", saved.to_str().unwrap()]);
        assert!(recovered.status.success(), "{what}: {recovered:?}");
        assert_eq!(text(&received(&console, &saved)), left, "{what}");
        let again = console.run(&["recover", "session.skj", "-o", saved.to_str().unwrap()]);
        let (code, line) = failure(&again);
        assert_eq!(code, 1, "{what}: what is there is not written over");
        let what = format!("cannot open {}", saved.display());
        assert!(is_in_the_systems_words(&line, &what, "file exists (EEXIST 17)", 80), "{line}");
    }
}

#[test]
fn a_journal_is_read_in_the_encoding_that_its_session_was_begun_with() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--encoding", "gbk", "--until-closed"];
    let mut server = console.start(&words);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    peer.write_all(b"\xCE\xC2\xB6\xC8=26.5").unwrap();
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    for (words, expected) in [
        (vec!["show", "session.skj"], "温度=26.5"),
        (vec!["export", "session.skj", "--to", "jsonl"], r#""text":"温度=26.5""#),
        (vec!["search", "session.skj", "温度"], "温度=26.5"),
        (vec!["search", "session.skj", "度=", "--count"], "1"),
        (vec!["show", "session.skj", "--filter", "温度"], "温度=26.5"),
        (vec!["show", "session.skj", "--encoding", "utf-8"], "=26.5"),
    ] {
        let shown = console.run(&words);
        assert!(text(&shown.stdout).contains(expected), "{words:?}: {shown:?}");
    }
    let other = console.run(&["search", "session.skj", "温度", "--encoding", "utf-8", "--count"]);
    assert_eq!(text(&other.stdout).trim(), "0");
}
