//! The palette of commands, as a person uses it: everything by name, with the keyboard or the mouse.

use crate::window_support::{Desk, client, loopback, read_exactly};
use egui::{Key, Modifiers};
use sockscope::ui::pages::Modal;
use sockscope::workspace::tabs::TabKind;
use std::io::Write;
use std::time::Duration;

fn open_palette(desk: &mut Desk) {
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    desk.see("Look up this machine");
}

#[test]
fn a_command_is_found_by_its_name_and_done_with_enter() {
    let mut desk = Desk::over(tempfile::tempdir().unwrap());
    let before = desk.state().settings.zoom_percent;
    open_palette(&mut desk);
    desk.enter("BIGG");
    desk.draw();
    assert!(!desk.is_seen("Smaller") && desk.is_seen("Bigger"));
    desk.key(Modifiers::NONE, Key::Enter);
    desk.draw();
    assert!(desk.state().modal.is_none());
    assert_eq!(desk.state().settings.zoom_percent, before + 10);
}

#[test]
fn a_command_is_chosen_with_the_arrows_and_may_open_a_page() {
    let mut desk = Desk::over(tempfile::tempdir().unwrap());
    open_palette(&mut desk);
    desk.enter("about");
    desk.key(Modifiers::NONE, Key::ArrowDown);
    desk.key(Modifiers::NONE, Key::ArrowUp);
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see(&format!("Sockscope {}", env!("CARGO_PKG_VERSION")));
    assert!(matches!(desk.state().modal, Some(Modal::About)));
    desk.key(Modifiers::NONE, Key::Escape);
    desk.draw();
    assert!(desk.state().modal.is_none());
}

#[test]
fn a_line_is_pressed_and_escape_does_nothing() {
    let mut desk = Desk::over(tempfile::tempdir().unwrap());
    open_palette(&mut desk);
    desk.press("New tab: UDP / broadcast");
    desk.draw();
    assert_eq!(desk.state().tabs.len(), 4);
    open_palette(&mut desk);
    desk.enter("close the tab");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.draw();
    assert!(desk.state().modal.is_none());
    assert_eq!(desk.state().tabs.len(), 4);
}

#[test]
fn what_the_menu_of_a_row_has_is_found_by_name_while_one_is_selected() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let address = desk.open("Listen");
    let mut peer = client(address);
    peer.write_all(b"from here").unwrap();
    desk.see("RX from here");
    open_palette(&mut desk);
    assert!(!desk.is_seen("Copy as C array") && !desk.is_seen("Show only this peer"), "no row is selected");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.press("RX from here");
    open_palette(&mut desk);
    desk.enter("python");
    desk.harness.key_press(Key::Enter);
    assert_eq!(desk.copied(), "b\"from here\"");
    open_palette(&mut desk);
    desk.enter("only peer");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.wait("the filter", |state| state.tabs[0].settings.filter == "peer:1");
    desk.press("RX from here");
    open_palette(&mut desk);
    desk.enter("send field");
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.front().settings.composer.draft, "from here");
}

#[test]
fn what_is_selected_is_sent_by_name_and_times_are_measured_from_it() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let address = desk.open("Listen");
    let mut peer = client(address);
    peer.write_all(b"from here").unwrap();
    desk.see("RX from here");
    desk.press("RX from here");
    choose(&mut desk, "measure times", "Measure times from here");
    desk.wait("the mark", |state| state.tabs[0].log.sheet.marked().is_some());
    choose(&mut desk, "measure times", "Measure times from row to row");
    desk.wait("no mark", |state| state.tabs[0].log.sheet.marked().is_none());
    choose(&mut desk, "send bytes", "Send these bytes to all clients");
    assert_eq!(read_exactly(&mut peer, 9), b"from here");
    desk.see("TX from here");
    desk.press("TX from here");
    choose(&mut desk, "again clients", "Send again to all clients");
    assert_eq!(read_exactly(&mut peer, 9), b"from here");
    desk.press("RX from here");
    desk.key(Modifiers::COMMAND, Key::A);
    // The pauses are as long as this test took from row to row.
    peer.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
    choose(&mut desk, "pauses", "Send these rows with their pauses to all clients");
    assert_eq!(read_exactly(&mut peer, 27), b"from here".repeat(3));
    desk.wait("the end of the rows", |state| state.tabs[0].file.is_none());
    choose(&mut desk, "send these rows", "Send these rows to all clients");
    assert_eq!(read_exactly(&mut peer, 9), b"from here");
}

/// Does what is found first by this, and bears this name.
fn choose(desk: &mut Desk, typed: &str, name: &str) {
    open_palette(desk);
    desk.enter(typed);
    desk.see(name);
    desk.key(Modifiers::NONE, Key::Enter);
    desk.draw();
    assert!(desk.state().modal.is_none());
}
