//! What lies below the log of the window: the list, the sequence and the answers. What counts is what a peer got.

use crate::support::{Console, wait_until};
use crate::window_support::{Desk, client, loopback, read_exactly};
use egui_kittest::kittest::Queryable;
use sockscope::journal::reader::JournalReader;
use sockscope::model::record::Body;
use sockscope::workspace::tabs::{DocumentSettings, DrawerChoice, TabKind, TabSettings};
use std::fs;
use std::io::Write;
use std::net::TcpStream;

const STEPS: &str = r#"version = 1
[variables]
device = "007"
[[step]]
send = "LOGIN,{device}\n"
[[step]]
wait_for = 'text ~ "^OK (?<id>[0-9]+)"'
within = "20s"
[[step]]
expect = 'id == "8"'
"#;

fn with_client(shown: DrawerChoice, sequence: &str, rules: &str) -> (Desk, TcpStream) {
    let mut tab: TabSettings = loopback(TabKind::TcpServer);
    tab.split = "lines".to_owned();
    tab.drawer.shown = shown;
    tab.drawer.sequence = DocumentSettings { path: String::new(), text: sequence.to_owned() };
    tab.drawer.rules = DocumentSettings { path: String::new(), text: rules.to_owned() };
    let mut desk = Desk::with_tabs(vec![tab]);
    let peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    (desk, peer)
}

#[test]
fn a_sequence_runs_and_says_which_step_failed() {
    let (mut desk, mut peer) = with_client(DrawerChoice::Sequence, STEPS, "");
    desk.press("Run");
    assert_eq!(read_exactly(&mut peer, 10), b"LOGIN,007\n");
    peer.write_all(b"OK 7\n").unwrap();
    desk.wait("the end", |state| state.tabs[0].status.sequence.is_none());
    desk.see("Values:  device = 007   id = 7");
    desk.press("Step 1 counts");
    let text = &desk.front().settings.drawer.sequence.text;
    assert!(text.contains("enabled = false"), "{text}");
}

#[test]
fn rules_answer_and_stop_answering_when_they_are_switched_off() {
    let rules = "version = 1\n[[rule]]\nname = 'hi'\nwhen = 'text ~ \"^hi\"'\nreply = \"hello\\n\"\n";
    let (mut desk, mut peer) = with_client(DrawerChoice::Answers, "", rules);
    peer.write_all(b"hi\n").unwrap();
    assert_eq!(read_exactly(&mut peer, 6), b"hello\n");
    desk.wait("the count", |state| state.tabs[0].status.rules.iter().any(|rule| rule.hits == 1));
    desk.press("Rule hi answers");
    desk.wait("the switch", |state| state.tabs[0].status.rules.iter().all(|rule| !rule.is_on));
    peer.write_all(b"hi\n").unwrap();
    desk.wait("both questions", |state| state.tabs[0].status.counters.received.records == 2);
    assert_eq!(desk.front().status.counters.sent.records, 1);
    assert!(desk.harness.query_by_label_contains("hi: text ~").is_some());
}

/// The remarks in a journal, without how long something took.
fn notes(reader: &JournalReader) -> Vec<String> {
    let mut records = reader.records(0..reader.snapshot().records);
    let mut notes = Vec::new();
    while let Some(record) = records.next().unwrap() {
        if let Body::Note(note) = &record.body {
            let untimed = note.strip_suffix(" ms").and_then(|note| note.rsplit_once(' '));
            notes.push(untimed.map_or(note.as_str(), |(note, _)| note).to_owned());
        }
    }
    notes
}

/// How the three steps went, as the window tells it: a mark, or words.
fn went(desk: &mut Desk) -> [String; 3] {
    desk.draw();
    ["1 Send", "2 Wait for", "3 Expect"].map(|step| {
        let told = desk.about(step);
        let went = told.rsplit(" · ").next().unwrap();
        if went.starts_with(['✓', '✕']) { went.chars().take(1).collect() } else { went.to_owned() }
    })
}

fn has_ended(notes: &[String]) -> bool {
    notes.iter().any(|note| note.starts_with("sequence: held") || note.starts_with("sequence: failed"))
}

/// A minimised window draws nothing: from the answer of the peer to the verdict in the journal no frame is drawn here.
#[test]
fn a_verdict_is_the_same_in_the_console_and_in_a_window_that_draws_nothing() {
    let steps = STEPS.replace("20s", "700ms");
    let ends = [
        ("OK 8\n", "sequence: held", ["✓", "✓", "✓"]),
        ("OK 7\n", "sequence: failed at step 3", ["✓", "✓", "✕"]),
        ("", "sequence: failed at step 2", ["✓", "✕", "not reached"]),
    ];
    for (answer, verdict, seen) in ends {
        let talk = |mut peer: &TcpStream| {
            assert_eq!(read_exactly(&mut peer.try_clone().unwrap(), 10), b"LOGIN,007\n");
            peer.write_all(answer.as_bytes()).unwrap();
        };
        let (mut desk, peer) = with_client(DrawerChoice::Sequence, &steps, "");
        desk.press("Run");
        talk(&peer);
        let in_window = |desk: &Desk| notes(desk.front().reader().unwrap());
        wait_until("the verdict", || has_ended(&in_window(&desk)));
        let in_window = in_window(&desk);
        wait_until("how its steps went", || went(&mut desk) == seen);

        let console = Console::new();
        let session = "[session]\nlisten = 'tcp 127.0.0.1:0'\nsplit = 'lines'\n";
        fs::write(console.path("run.toml"), format!("{steps}{session}")).unwrap();
        let mut run = console.start(&["run", "run.toml"]);
        let peer = client(run.ready());
        talk(&peer);
        assert_eq!(run.wait().code(), Some(i32::from(!verdict.ends_with("held"))), "{}", run.out());
        let in_console = notes(&JournalReader::open(&console.path("session.skj")).unwrap());
        assert_eq!(in_window, in_console);
        assert!(in_window.last().unwrap().starts_with(verdict), "{in_window:?}");
    }
}

#[test]
fn a_run_goes_on_with_the_steps_that_it_began_with_whatever_is_edited_meanwhile() {
    let (mut desk, mut peer) = with_client(DrawerChoice::Sequence, STEPS, "");
    desk.press("Run");
    assert_eq!(read_exactly(&mut peer, 10), b"LOGIN,007\n");
    // The last step would fail; it is switched off while the one before it waits.
    desk.press("Step 3 counts");
    assert!(desk.front().settings.drawer.sequence.text.contains("enabled = false"));
    peer.write_all(b"OK 7\n").unwrap();
    let last = |desk: &Desk| notes(desk.front().reader().unwrap()).pop().unwrap();
    wait_until("the end", || last(&desk).starts_with("sequence: failed at step 3"));
    wait_until("how its steps went", || went(&mut desk) == ["✓", "✓", "off"]);
    desk.press("Run");
    assert_eq!(read_exactly(&mut peer, 10), b"LOGIN,007\n");
    peer.write_all(b"OK 7\n").unwrap();
    wait_until("the second end", || last(&desk).starts_with("sequence: held, 2 steps"));
}
