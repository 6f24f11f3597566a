//! Files become sessions from the command line: what they hold, what is kept of damaged ones, and what is said.

use crate::export_support::{Session, noise, tool};
use crate::support::{Console, failure, is_in_the_systems_words};
use sockscope::export::jsonl::{JsonlExporter, JsonlOptions};
use sockscope::export::pcapng::{PcapngExporter, PcapngOptions};
use sockscope::journal::JournalReader;
use sockscope::model::config::SessionKind;
use sockscope::model::record::{EndReason, Lifecycle};
use std::fs;

/// A server with two clients, one of which was reset.
fn talk() -> Session {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    for (peer, port) in [(1, 5001), (2, 5002)] {
        session.joined(peer, "127.0.0.1:9000", &format!("127.0.0.1:{port}"));
    }
    for round in 0..5 {
        session.received(1, &noise(70_000, round));
        session.sent(1, b"reply");
        session.received(2, &noise(10, round));
    }
    session.left(1, "127.0.0.1:5001", EndReason::Fin);
    session.left(2, "127.0.0.1:5002", EndReason::Reset);
    session
}

fn capture() -> Vec<u8> {
    talk().export(&mut PcapngExporter::new(PcapngOptions::default()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_capture_becomes_a_session_that_is_read_with_our_views() {
    let console = Console::new();
    fs::write(console.path("field.pcapng"), capture()).unwrap();
    let done = console.run(&["import", "field.pcapng", "-o", "field.skj"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), "", "standard output carries records only");
    assert!(text(&done.stderr).starts_with("imported "), "{}", text(&done.stderr));
    let reader = JournalReader::open(&console.path("field.skj")).unwrap();
    assert_eq!(reader.info().kind, Some(SessionKind::TcpServer));
    assert_eq!(reader.info().session_name, "field.pcapng");
    let raw = console.run(&["export", "field.skj", "--to", "raw", "--dir", "rx", "--peer", "1"]);
    let expected: Vec<u8> = (0..5).flat_map(|round| noise(70_000, round)).collect();
    assert!(raw.stdout == expected);
    assert!(console.run(&["verify", "field.skj"]).status.success());
}

#[test]
fn an_import_without_a_place_goes_to_the_sessions_folder_and_says_where() {
    let console = Console::new();
    fs::write(console.path("log.bin"), b"plain bytes").unwrap();
    let words = ["import", "log.bin", "--dir", "tx", "--peer", "10.0.0.7:502", "--local", "10.0.0.2:40000"];
    let done = console.run(&words);
    let said = text(&done.stderr);
    let path = said.lines().find_map(|line| line.strip_prefix("journal: ")).unwrap();
    assert!(path.contains("sessions") && path.contains("-import-"), "{said}");
    assert!(said.contains("of raw bytes into"), "{said}");
    let shown = text(&console.run(&["show", path]).stdout);
    assert!(shown.contains("client connected 10.0.0.7:502 → 10.0.0.2:40000"), "{shown}");
    assert!(shown.contains("plain bytes") && shown.contains('→'), "{shown}");
}

#[test]
fn json_lines_come_back_as_the_same_lines() {
    let console = Console::new();
    let lines = talk().export(&mut JsonlExporter::new(&JsonlOptions::default()));
    fs::write(console.path("log.jsonl"), &lines).unwrap();
    assert!(console.run(&["import", "log.jsonl", "-o", "log.skj"]).status.success());
    let again = console.run(&["export", "log.skj", "--to", "jsonl"]);
    assert!(again.stdout == lines, "{}", text(&again.stdout[..500]));
}

#[test]
fn a_cut_capture_gives_what_is_whole_and_one_line_says_where_it_ends() {
    let console = Console::new();
    let whole = capture();
    fs::write(console.path("cut.pcapng"), &whole[..whole.len() / 2]).unwrap();
    let done = console.run(&["import", "cut.pcapng", "-o", "cut.skj"]);
    assert_eq!(done.status.code(), Some(1));
    let said = text(&done.stderr);
    let last = said.lines().last().unwrap();
    assert!(
        last.starts_with("sockscope-cli: cut.pcapng: the file ends in the middle of a block at byte ")
            && last.ends_with("; everything before it was read"),
        "{said}"
    );
    let raw = console.run(&["export", "cut.skj", "--to", "raw", "--dir", "rx", "--peer", "1"]).stdout;
    let expected: Vec<u8> = (0..5).flat_map(|round| noise(70_000, round)).collect();
    assert!(!raw.is_empty() && expected.starts_with(&raw));
    let shown = text(&console.run(&["show", "cut.skj"]).stdout);
    assert!(shown.lines().last().unwrap().contains("the file ends in the middle of a block"), "{shown}");
}

#[test]
fn files_that_hold_no_session_get_one_line_and_leave_nothing() {
    let console = Console::new();
    let mut session = talk();
    let journal = session.reader().path().to_owned();
    fs::copy(journal, console.path("session.skj")).unwrap();
    fs::write(console.path("noise.pcap"), noise(500, 1)).unwrap();
    fs::write(console.path("empty.bin"), b"").unwrap();
    fs::write(console.path("log.txt"), b"not json\n").unwrap();
    fs::write(console.path("packed.gz"), b"\x1F\x8B\x08\0rest").unwrap();
    fs::write(console.path("head.pcap"), &capture()[..150]).unwrap();
    fs::create_dir(console.path("folder")).unwrap();
    for (words, message) in [
        ("noise.pcap", "noise.pcap is neither a pcapng nor a pcap file"),
        ("log.txt --format pcapng", "log.txt is neither a pcapng nor a pcap file"),
        (
            "log.txt --format jsonl",
            "there is nothing in log.txt that a session could have seen: the line at byte 0 makes no sense; everything before it was read",
        ),
        ("empty.bin", "there is nothing in empty.bin that a session could have seen"),
        ("session.skj", "session.skj is a session already; it can be opened as it is"),
        ("packed.gz", "packed.gz is compressed; unpack it first"),
    ] {
        let words: Vec<&str> =
            ["import"].into_iter().chain(words.split(' ')).chain(["-o", "new.skj"]).collect();
        let (code, line) = failure(&console.run(&words));
        assert_eq!((code, line), (1, format!("sockscope-cli: {message}")));
        assert!(!console.path("new.skj").exists(), "{message}");
    }
    for (words, message, unix, windows) in [
        ("absent.pcapng -o new.skj", "cannot read absent.pcapng", "no such file or directory (ENOENT 2)", 2),
        ("folder -o new.skj", "cannot read folder", "is a directory (EISDIR 21)", 5),
        ("log.txt -o session.skj", "cannot open session.skj", "file exists (EEXIST 17)", 80),
    ] {
        let words: Vec<&str> = ["import"].into_iter().chain(words.split(' ')).collect();
        let (code, line) = failure(&console.run(&words));
        assert!(code == 1 && is_in_the_systems_words(&line, message, unix, windows), "{line}");
        assert!(!console.path("new.skj").exists(), "{message}");
    }
    let (_, line) = failure(&console.run(&["import", "head.pcap", "-o", "new.skj"]));
    assert!(line.contains("there is nothing in head.pcap") && line.contains("ends in the middle"), "{line}");
    assert!(
        console.run(&["verify", "session.skj"]).status.success(),
        "the journal that was there is untouched"
    );
}

#[test]
fn a_pipe_can_be_imported() {
    let console = Console::new();
    fs::write(console.path("field.pcapng"), capture()).unwrap();
    let script =
        format!("cat field.pcapng | {} import /dev/stdin -o piped.skj", env!("CARGO_BIN_EXE_sockscope-cli"));
    let folder = console.path("");
    let shell = format!("cd {} && {script}", folder.display());
    if tool("sh", &["-c", &shell], None).is_some() {
        let raw = console.run(&["export", "piped.skj", "--to", "raw", "--dir", "rx", "--peer", "1"]);
        assert_eq!(raw.stdout.len(), 5 * 70_000);
    }
}

/// A capture of TCP and one of UDP in one file, imported as one session: the streams are joined at the borders of their
/// records, the datagrams stay apart. Both have the two halves of a GBK character, of a pattern and of a line.
#[test]
fn datagrams_beside_streams_stay_messages() {
    let console = Console::new();
    let pieces: [&[u8]; 3] = [b"a\xCE", b"\xC2 AB", b"CD\nrest"];
    for (name, kind, remote) in
        [("tcp", SessionKind::TcpServer, "10.0.0.7:5001"), ("udp", SessionKind::Udp, "10.0.0.8:5002")]
    {
        let mut session = Session::new(Some(kind));
        if kind == SessionKind::Udp {
            session.event(0, Lifecycle::Bound { local: "10.0.0.2:9001".parse().unwrap() });
        }
        session.joined(1, if kind == SessionKind::Udp { "10.0.0.2:9001" } else { "10.0.0.2:9000" }, remote);
        for piece in pieces {
            session.received(1, piece);
        }
        let file = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
        fs::write(console.path(&format!("{name}.pcapng")), file).unwrap();
    }
    let [joined, tcp, udp] = ["both.pcapng", "tcp.pcapng", "udp.pcapng"].map(|name| console.path(name));
    let words = ["-w", joined.to_str().unwrap(), tcp.to_str().unwrap(), udp.to_str().unwrap()];
    if tool("mergecap", &words, None).is_none() {
        return;
    }
    assert!(console.run(&["import", "both.pcapng", "-o", "both.skj"]).status.success());
    assert_eq!(JournalReader::open(&console.path("both.skj")).unwrap().info().kind, None);
    let run = |words: &[&str]| text(&console.run(words).stdout);
    let objects = |words: &[&str]| -> Vec<serde_json::Value> {
        run(words).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let texts = |remote: &str, split: &str| -> Vec<String> {
        let words = ["show", "both.skj", "--encoding", "gbk", "--format", "jsonl", "--split", split];
        let of_peer = |object: &serde_json::Value| object["kind"] == "data" && object["remote"] == remote;
        let told = |object: &serde_json::Value| object["text"].as_str().unwrap().to_owned();
        objects(&words).iter().filter(|object| of_peer(object)).map(told).collect()
    };
    let (stream, datagrams) = ("10.0.0.7:5001", "10.0.0.8:5002");
    assert_eq!(texts(stream, "none"), ["a", "温 AB", "CD\nrest"]);
    assert_eq!(texts(stream, "lines"), ["a温 ABCD\n", "rest"]);
    // The second half is no character by itself.
    let apart = ["a\\xCE", "\\xC2 AB", "CD\nrest"];
    for split in ["none", "lines", "fixed:100", "idle:10000"] {
        assert_eq!(texts(datagrams, split), apart, "{split}");
    }
    for words in [&["ABCD"][..], &["41 42 43 44", "--hex"], &["AB.D", "--regex"]] {
        let found = objects(&[&["search", "both.skj", "--format", "jsonl"], words].concat());
        let remotes: Vec<&str> = found.iter().map(|object| object["remote"].as_str().unwrap()).collect();
        assert_eq!(remotes, [stream], "{words:?}");
    }
    let shown = run(&["export", "both.skj", "--to", "text", "--encoding", "gbk"]);
    assert_eq!(shown.matches('温').count(), 1, "{shown}");
    // Journals say it, and what is imported from our own lines again says it still.
    fs::write(console.path("again.jsonl"), run(&["export", "both.skj", "--to", "jsonl"])).unwrap();
    assert!(console.run(&["import", "again.jsonl", "-o", "again.skj"]).status.success());
    let lines = ["--to", "jsonl", "--split", "lines"];
    assert_eq!(
        run(&[&["export", "again.skj"], &lines[..]].concat()),
        run(&[&["export", "both.skj"], &lines[..]].concat())
    );
}
