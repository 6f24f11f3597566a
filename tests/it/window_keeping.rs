//! What stays of sessions and peers, in the window as a person uses it: logs that go on into files, sessions that begin
//! anew in their tab, the list of earlier ones, names, and peers that leave.

use crate::window_support::{Desk, client, local, loopback, read_exactly};
use egui::{Key, Modifiers};
use sockscope::ui::tab::Tab;
use sockscope::workspace::settings::Settings;
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::TabKind;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A listener with one client.
fn with_client() -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    (desk, peer)
}

fn receive(desk: &mut Desk, peer: &mut TcpStream, text: &str) {
    peer.write_all(text.as_bytes()).unwrap();
    desk.see(&format!("RX {text}"));
}

/// Does something by its name in the palette.
fn command(desk: &mut Desk, name: &str) {
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    desk.fill("Command", name);
    desk.key(Modifiers::NONE, Key::Enter);
}

fn wait_for_file(path: &Path, part: &str) -> String {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if text.contains(part) {
            return text;
        }
        assert!(Instant::now() < deadline, "no “{part}” in {text}");
        std::thread::yield_now();
    }
}

fn journal(desk: &Desk) -> PathBuf {
    desk.front().reader().unwrap().path().to_owned()
}

#[test]
fn a_log_goes_on_into_a_file_until_it_is_ended() {
    let (mut desk, mut peer) = with_client();
    receive(&mut desk, &mut peer, "before");
    let path = desk.folder.path().join("device.txt");
    command(&mut desk, "Log to a file");
    desk.fill("File", path.to_str().unwrap());
    desk.press("Start");
    desk.see("device.txt");
    receive(&mut desk, &mut peer, "after");
    let text = wait_for_file(&path, "after");
    assert!(text.contains("← 1") && !text.contains("before"), "{text}");
    desk.press_containing("device.txt");
    desk.hear("No longer written to");
    receive(&mut desk, &mut peer, "later");
    let Desk { harness, folder: _folder } = desk;
    drop(harness);
    assert!(!fs::read_to_string(&path).unwrap().contains("later"));
}

#[test]
fn a_new_session_begins_in_its_tab_and_the_one_before_is_in_the_list() {
    let (mut desk, mut peer) = with_client();
    receive(&mut desk, &mut peer, "from the first");
    let (first, at) = (journal(&desk), local(desk.front()).unwrap());
    command(&mut desk, "New session in this tab");
    desk.wait("the second", |state| {
        let tab = &state.tabs[0];
        tab.reader().is_some_and(|reader| reader.path() != first) && local(tab).is_some()
    });
    assert!(!desk.is_seen("RX from the first"));
    assert_eq!(peer.read(&mut [0]).unwrap(), 0, "connections end with their session");
    assert!(local(desk.front()).unwrap().ip() == at.ip(), "it listens again");
    desk.press("Sessions");
    desk.wait("both", |state| state.sessions.list.len() == 2);
}

#[test]
fn a_tab_that_is_opened_again_brings_its_log() {
    let (mut desk, mut peer) = with_client();
    receive(&mut desk, &mut peer, "once upon a time");
    desk.key(Modifiers::COMMAND, Key::W);
    desk.press("Close it");
    assert!(!desk.is_seen("RX once upon a time"));
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    desk.see("RX once upon a time");
    assert!(!desk.front().is_kept(), "it is a tab like any other");
    desk.open("Listen");
    assert!(!desk.is_seen("RX once upon a time"), "a session of its own");
}

#[cfg(unix)]
#[test]
fn a_journal_that_was_removed_makes_room_for_a_new_one() {
    let (mut desk, mut peer) = with_client();
    let first = journal(&desk);
    fs::remove_file(&first).unwrap();
    peer.write_all(b"into nothing").unwrap();
    desk.see("the file was removed while it was written");
    desk.press("Go on in a new file");
    desk.wait("the second", |state| {
        let tab = &state.tabs[0];
        tab.reader().is_some_and(|reader| reader.path() != first) && local(tab).is_some()
    });
    assert!(!desk.is_seen("Go on in a new file"));
    let mut peer = client(local(desk.front()).unwrap());
    receive(&mut desk, &mut peer, "into the new one");
}

#[test]
fn all_clients_are_disconnected_and_those_that_left_are_cleared() {
    let (mut desk, mut first) = with_client();
    let mut second = client(local(desk.front()).unwrap());
    desk.wait("two clients", |state| state.tabs[0].status.peers_present == 2);
    desk.press("All peers of the list");
    desk.press("Disconnect all");
    for peer in [&mut first, &mut second] {
        assert_eq!(peer.read(&mut [0]).unwrap(), 0);
    }
    desk.wait("two that left", |state| {
        (state.tabs[0].status.peers_present, state.tabs[0].peers.total) == (0, 2)
    });
    assert!(desk.front().is_open(), "it goes on listening");
    desk.press("All peers of the list");
    desk.press("Clear those that left");
    desk.wait("an empty list", |state| state.tabs[0].peers.total == 0);
}

#[test]
fn a_peer_is_called_by_its_name_and_keeps_it() {
    let (mut desk, mut peer) = with_client();
    receive(&mut desk, &mut peer, "hello");
    desk.menu_of("rx 1 · tx 0");
    desk.press("Name…");
    desk.fill("Name", "Pump 3");
    desk.press("OK");
    desk.see("Pump 3 · 127.0.0.1");
    let row = |state: &sockscope::ui::state::AppState| {
        let tab: &Tab = &state.tabs[0];
        tab.log.rows.as_ref().unwrap().options().names.of("127.0.0.1:1".parse().unwrap()) == Some("Pump 3")
    };
    desk.wait("the name in rows", row);
    desk.write("answer");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 6), b"answer");
    let folder = desk.folder.path().to_owned();
    desk.wait("the name in the file", |_| {
        let settings = Store::new(&folder).look_at::<Settings>();
        settings
            .is_ok_and(|settings| settings.peer_names.get("127.0.0.1").is_some_and(|name| name == "Pump 3"))
    });
}

#[test]
fn earlier_sessions_are_searched_renamed_and_deleted_together() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    for _ in 0..3 {
        desk.open("Listen");
        command(&mut desk, "New session in this tab");
        desk.wait("a new one", |state| local(&state.tabs[0]).is_some());
        desk.press_containing("Stop listening");
        desk.wait("its end", |state| !state.tabs[0].is_open());
        command(&mut desk, "New session in this tab");
        desk.wait("nothing", |state| state.tabs[0].reader().is_none());
    }
    desk.press("Sessions");
    desk.wait("the list", |state| {
        state.sessions.list.len() == 6 && state.sessions.list.iter().all(|session| !session.open)
    });
    desk.see("0:00:0");
    let file_at = |desk: &Desk, place: usize| {
        let path = &desk.state().sessions.list[place].path;
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    let (file, other) = (file_at(&desk, 0), file_at(&desk, 1));
    desk.press(&format!("Rename {file}"));
    desk.fill("Name", "Night shift");
    desk.press("OK");
    desk.see("Night shift");
    desk.fill("Search", "night SHIFT");
    assert!(desk.is_seen(&format!("Delete {file}")) && !desk.is_seen(&format!("Delete {other}")));
    desk.fill("Search", "nothing has this");
    desk.see("No session has this.");
    desk.fill("Search", "");
    desk.press("Select all");
    desk.press(&format!("Select {file}"));
    desk.press("Delete selected (5)…");
    desk.see("Delete 5 sessions?");
    desk.press("Delete");
    desk.wait("one is left", |state| state.sessions.list.len() == 1 && state.sessions.changing.is_empty());
    assert_eq!(desk.state().sessions.list[0].name.as_deref(), Some("Night shift"));
    assert!(desk.state().sessions.ticked.is_empty());
}
