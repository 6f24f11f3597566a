//! What stands in the window keeps its place while something beside it comes and goes, and rows use the width they have.

use crate::window_support::{Desk, client, loopback};
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::Queryable;
use sockscope::workspace::tabs::TabKind;
use std::io::Write;

/// Where the first thing with this in its name begins.
fn place(desk: &Desk, part: &str) -> Pos2 {
    let first = desk.harness.get_all_by_label_contains(part).next();
    first.unwrap_or_else(|| panic!("nothing named …{part}…: {:#?}", desk.names())).rect().min
}

#[test]
fn nothing_moves_when_clients_come() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let places = |desk: &Desk| {
        ["Find and filter (Ctrl+F)", "all clients", "＋ Highlight rows…"].map(|part| place(desk, part))
    };
    let before = places(&desk);
    assert!(desk.is_seen("Stop listening, keep clients"), "it stands there before there is a client");
    let mut clients = Vec::new();
    for count in 1..=2 {
        clients.push(client(listener));
        desk.wait(count, |state| state.tabs[0].peers.total == count);
        desk.draw();
        assert_eq!(places(&desk), before, "with {count} clients");
    }
}

#[test]
fn a_page_that_grows_keeps_its_upper_edge() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    client(listener).write_all(b"x").unwrap();
    desk.see("RX x");
    desk.key(Modifiers::COMMAND, Key::G);
    let before = place(&desk, "Go to a row or a time");
    desk.enter("nowhere");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("This is neither a row number nor a time.");
    assert_eq!(place(&desk, "Go to a row or a time"), before);
}

#[test]
fn long_lines_fold_with_a_mark_or_wrap() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    desk.key(Modifiers::COMMAND, Key::I);
    let mut peer = client(listener);
    peer.write_all(&[b'x'; 64]).unwrap();
    desk.see(&format!("RX {}", "x".repeat(64)));
    peer.write_all(&[b'y'; 300]).unwrap();
    desk.see("RX yyyy");
    assert!(desk.is_seen("yyy …") && !desk.is_seen("300 bytes"), "the size has a column of its own");
    desk.press("Wrap lines");
    assert!(!desk.is_seen("yyy …"));
    let desk = desk.restart();
    assert!(desk.front().settings.wraps_lines, "it is kept with the tab");
}
