//! Finding in the window: rows are highlighted by rules, filters are come back to, the sheet follows while one types, and
//! all sessions are asked at once.

use crate::window_support::{Desk, client, loopback, prepare};
use egui::{Key, Modifiers};
use sockscope::journal::{JournalInfo, JournalWriter};
use sockscope::model::framing::Framing;
use sockscope::model::ids::{Epoch, PeerId, RowKey};
use sockscope::model::record::DataHead;
use sockscope::util::clock;
use sockscope::workspace::tabs::TabKind;
use std::io::Write;
use std::net::TcpStream;

/// A listener with one client that has sent so many lines, of which every tenth is an error.
fn with_errors(count: usize) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    for number in 0..count {
        let word = if number % 10 == 0 { "error" } else { "fine" };
        peer.write_all(format!("{word} {number:04}\n").as_bytes()).unwrap();
        let rows = number as u64 + 3;
        desk.wait(number, |state| state.tabs[0].rows_seen >= rows);
    }
    (desk, peer)
}

#[test]
fn a_rule_counts_its_rows_also_those_that_come_and_stays_for_the_next_start() {
    let (mut desk, mut peer) = with_errors(30);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::H);
    desk.enter("error");
    desk.see("error 3");
    desk.fill("Name of the rule", "faults");
    desk.press("Close");
    desk.see("faults 3");
    peer.write_all(b"error 0030\n").unwrap();
    desk.see("faults 4");
    desk.press("Highlight faults");
    assert!(!desk.front().settings.highlights[0].is_on);
    let desk = desk.restart();
    let rule = &desk.front().settings.highlights[0];
    assert_eq!((rule.name.as_str(), rule.expression.as_str(), rule.is_on), ("faults", "error", false));
}

#[test]
fn arrows_go_on_through_the_log_once_the_find_field_is_closed() {
    let (mut desk, _peer) = with_errors(12);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.key(Modifiers::NONE, Key::Escape);
    let mut seen = Vec::new();
    for _ in 0..4 {
        desk.key(Modifiers::NONE, Key::ArrowUp);
        seen.push(desk.front().log.sheet.selection().single().unwrap().0);
    }
    assert_eq!(seen, [13, 12, 11, 10]);
}

#[test]
fn a_rule_that_makes_no_sense_says_where() {
    let (mut desk, _peer) = with_errors(1);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::H);
    desk.enter("len >");
    desk.see("character 6: expected a value after \"len >\"");
    desk.fill("Expression of the rule", "  \"error\" and nosuch == 1");
    desk.see("character 15: there is no field \"nosuch\"");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("dir:rx and nosuch == 1");
    desk.see("character 12: there is no field \"nosuch\"");
}

#[test]
fn a_filter_is_come_back_to_by_its_name_and_as_a_recent_one() {
    let (mut desk, _peer) = with_errors(12);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("text ~ \"error\"");
    desk.wait("both errors", |state| state.tabs[0].log.find.rows().len() == 2);
    desk.press("Recent and named filters");
    desk.press("Give this filter a name…");
    desk.enter("faults");
    desk.press("Save");
    assert!(desk.state().modal.is_none());
    assert_eq!(desk.state().settings.named_filters[0].name, "faults");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.fill("Find", "len > 100");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.press("Recent and named filters");
    desk.press_containing("faults");
    desk.wait("both again", |state| state.tabs[0].log.find.rows().len() == 2);
    assert_eq!(desk.front().log.find.text, "text ~ \"error\"");
    desk.press("Recent and named filters");
    desk.see("len > 100");
    let desk = desk.restart();
    assert_eq!(desk.state().settings.named_filters[0].filter, "text ~ \"error\"");
}

#[test]
fn the_sheet_goes_to_the_nearest_match_while_one_types_and_back_when_one_gives_up() {
    let (mut desk, _peer) = with_errors(120);
    desk.key(Modifiers::COMMAND, Key::Home);
    let first = desk.front().log.sheet.anchor().row;
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("error 009");
    desk.see("RX error 0090");
    let at = desk.front().log.sheet.anchor().row;
    assert!(at > first + 30, "{first} → {at}");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.draw();
    assert_eq!(desk.front().log.sheet.anchor().row, first);
}

#[test]
fn all_sessions_are_asked_and_a_hit_opens_at_its_row() {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    for (name, lines) in
        [("one", &["a", "needle", "b"][..]), ("two", &["c"]), ("three", &["needle", "needle"])]
    {
        let journal = folder.path().join(format!("sessions/{name}.skj"));
        let mut writer = JournalWriter::create(&journal, &JournalInfo::default()).unwrap();
        for line in lines {
            writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), line.as_bytes());
        }
        writer.publish().unwrap();
    }
    let mut desk = Desk::over(folder);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    desk.enter("needle");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("“needle”: 3 rows in 2 sessions");
    desk.see("1 row · first #2");
    desk.press_containing("1 row · first #2");
    desk.see("RX needle");
    desk.wait("its row", |state| {
        state.tabs.front().unwrap().log.sheet.selection().single() == Some(RowKey(1))
    });
    assert_eq!(desk.front().log.find.text, "needle");
}

#[test]
fn a_hit_in_messages_opens_at_its_message_in_the_split_that_its_session_was_begun_with() {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let journal = folder.path().join("sessions/cut.skj");
    let info = JournalInfo { split: Some(Framing::Lines), ..JournalInfo::default() };
    let mut writer = JournalWriter::create(&journal, &info).unwrap();
    for bytes in ["a\nb\nc\n", "x needle 1\ny nee", "dle 2\nz"] {
        let peer = PeerId::new(1);
        writer.append_data(clock::now(), Epoch(1), peer, &DataHead::received(), bytes.as_bytes());
    }
    writer.publish().unwrap();
    let mut desk = Desk::over(folder);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    desk.enter("needle");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("“needle”: 2 rows in 1 session");
    desk.press_containing("2 rows · first #4");
    desk.wait("its row", |state| {
        state.tabs.front().unwrap().log.sheet.selection().single() == Some(RowKey(3))
    });
    assert_eq!(desk.front().settings.split.framing(), &Framing::Lines);
    desk.wait("both rows", |state| state.tabs.front().unwrap().log.find.rows().len() == 2);
}
