//! `--split` everywhere in the console: what is cut, how it is told, and what is found in messages.

use crate::export_support::Session;
use crate::support::{Console, failure};
use sockscope::model::config::SessionKind;
use std::fs;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A device whose lines arrive cut and glued, and one that never ends.
fn console() -> Console {
    let console = Console::new();
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5000");
    for piece in ["T=2", "5.4\nT=26.", "1\nT=27.0\nT=2"] {
        session.received(1, piece.as_bytes());
    }
    session.sent(1, b"ok\n");
    let journal = session.reader().path().to_owned();
    fs::copy(journal, console.path("session.skj")).unwrap();
    console
}

fn run(console: &Console, words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    let done = console.run(&words);
    assert!(done.status.success(), "{words:?}: {}", text(&done.stderr));
    text(&done.stdout)
}

#[test]
fn every_way_out_shows_messages_and_what_they_are_made_of() {
    let console = console();
    let shown = run(&console, "show session.skj --split lines");
    let ends: Vec<&str> = shown.lines().map(|line| line.split("  ").last().unwrap().trim()).collect();
    assert_eq!(
        ends[1..],
        ["T=25.4␊ · records 2–3", "T=26.1␊ · records 3–4", "T=27.0␊", "ok␊", "T=2 · unfinished"],
        "{shown}"
    );
    let numbers: Vec<&str> = shown.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    for (words, expected) in [
        ("export session.skj --to text --split lines", "T=26.1␊ · records 3–4"),
        ("export session.skj --to html --split lines", "T=26.1␊ · records 3–4"),
        ("export session.skj --to csv --split lines", "543d32362e310a,2-3,whole,3\r\n"),
        ("export session.skj --to csv --split lines", ",3-3,incomplete,"),
        ("export session.skj --to jsonl --split lines", "\"records\":[2,3]"),
        ("export session.skj --to jsonl --split lines", "\"records\":[3,3],\"incomplete\":true"),
        ("export session.skj --to hexdump --split lines", "543d 3236 2e31 0a"),
        ("show session.skj --split fixed:5 --format hex", "54 3D 32 35 2E"),
    ] {
        let out = run(&console, words);
        assert!(out.contains(expected), "{words}: {out}");
    }
    let raw = run(&console, "export session.skj --to raw --split lines --dir rx");
    assert_eq!(raw, "T=25.4\nT=26.1\nT=27.0\nT=2", "payload alone has no borders");
}

#[test]
fn messages_are_searched_each_by_itself() {
    let console = console();
    for (words, count) in [
        ("search session.skj T=2 --split lines --count", "4"),
        ("search session.skj ^T=2[67] --regex --split lines --count", "2"),
        ("search session.skj 26.1 --count", "1"),
        ("search session.skj 5.4\nT --split lines --count", "0"),
    ] {
        assert_eq!(run(&console, words).trim(), count, "{words}");
    }
    let found = run(&console, "search session.skj 26.1 --split lines --format jsonl");
    assert!(found.contains("\"text\":\"T=26.1\\n\",\"records\":[2,3]"), "{found}");
}

#[test]
fn a_split_that_makes_no_sense_is_one_line() {
    let console = console();
    for (split, start) in [
        ("delim:", "delim: needs the bytes that end a message"),
        ("start-end:02", "the end in 'start-end:02' has no bytes"),
        ("length:0,4", "the byte order in 'length:0,4' must be be"),
        ("lnes", "unknown splitting 'lnes'"),
    ] {
        for command in ["show session.skj", "export session.skj --to csv", "search session.skj x"] {
            let words: Vec<&str> = command.split(' ').chain(["--split", split]).collect();
            let (code, line) = failure(&console.run(&words));
            assert!(code == 2 && line.contains(start), "{words:?}: {code} {line}");
        }
    }
}
