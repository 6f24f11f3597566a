//! What lies below the log of the window: the list, the sequence and the answers. What counts is what a peer got.

use crate::window_support::{Desk, client, loopback, read_exactly};
use egui_kittest::kittest::Queryable;
use sockscope::workspace::tabs::{DocumentSettings, DrawerChoice, TabKind, TabSettings};
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
