//! Rows of the log that are sent again from the menu of the window: one by one, at once or with their pauses. What counts is
//! what a peer got.

use crate::window_support::{Desk, client, datagrams, loopback, read_datagram, read_exactly};
use egui::{Key, Modifiers};
use sockscope::model::record::{Direction, Record};
use sockscope::workspace::tabs::{DrawerChoice, TabKind, TabSettings, ViewChoice};
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

/// What is between two rows, or more.
const PAUSE: Duration = Duration::from_millis(250);

/// A listener with one client.
fn with_client(tab: TabSettings) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![tab]);
    let peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    (desk, peer)
}

/// A session of datagrams to which somebody else has sent these.
fn with_datagrams(contents: &[&[u8]]) -> (Desk, UdpSocket) {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let local = desk.open("Open");
    let other = datagrams();
    for (count, bytes) in (1..).zip(contents) {
        other.send_to(bytes, local).unwrap();
        desk.wait("the datagram", |state| state.tabs[0].status.counters.received.records >= count);
    }
    desk.press("Send to");
    desk.choose("who sent last");
    (desk, other)
}

fn sent(desk: &Desk) -> Vec<Record> {
    let reader = desk.front().reader().unwrap().clone();
    let mut records = reader.records(0..u64::MAX);
    let mut all = Vec::new();
    while let Some(record) = records.next().unwrap() {
        if record.data().is_some_and(|data| data.head.direction == Direction::Sent) {
            all.push(record.clone());
        }
    }
    all
}

/// Sends all rows at once, by the menu of this one.
fn send_all_rows(desk: &mut Desk, row: &str) {
    desk.key(Modifiers::COMMAND, Key::A);
    desk.menu_of(row);
    desk.press("Send these rows to all clients");
}

#[test]
fn selected_rows_go_out_one_by_one_and_events_among_them_are_left_out() {
    let (mut desk, other) = with_datagrams(&[b"one", b"two", b"", b"four"]);
    desk.press_containing("RX one");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.menu_of("RX one");
    assert!(!desk.is_seen("Put into the send field"), "that is for one row");
    desk.press_containing("Send these rows to");
    assert_eq!([(); 4].map(|()| read_datagram(&other).0), [&b"one"[..], b"two", b"", b"four"]);
    desk.hear("4 rows were sent");
    desk.wait("the rows", |state| state.tabs[0].status.counters.sent.records == 4);
    assert_eq!(sent(&desk).len(), 4);
}

#[test]
fn of_selected_messages_only_those_that_are_shown_are_sent() {
    let tab = loopback(TabKind::TcpServer);
    let split = TabSettings { split: "lines".to_owned(), filter: "keep".to_owned(), ..tab };
    let (mut desk, mut peer) = with_client(split);
    peer.write_all(b"keep 1\ndrop 2\nkeep 3\ndrop 4\nkeep 5\nhalf").unwrap();
    desk.see("RX keep 5");
    desk.lose("RX drop 4");
    desk.press_containing("RX keep 1");
    send_all_rows(&mut desk, "RX keep 1");
    assert_eq!(read_exactly(&mut peer, 21), b"keep 1\nkeep 3\nkeep 5\n");
    desk.hear("3 rows were sent");
    let rows: Vec<_> = sent(&desk).iter().map(|record| record.data().unwrap().bytes.clone()).collect();
    assert_eq!(rows, [b"keep 1\n", b"keep 3\n", b"keep 5\n"], "a row is a send");
}

#[test]
fn rows_are_sent_with_the_pauses_that_were_between_them() {
    let (mut desk, mut peer) = with_client(loopback(TabKind::TcpServer));
    for (count, row) in (1..).zip([&b"first"[..], b"second", b"third"]) {
        peer.write_all(row).unwrap();
        desk.wait("the row", |state| state.tabs[0].status.counters.received.records >= count);
        let until = Instant::now() + PAUSE;
        desk.wait("a pause", move |_| Instant::now() >= until);
    }
    desk.press_containing("RX first");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.menu_of("RX first");
    desk.press("Send these rows with their pauses to all clients");
    assert_eq!(read_exactly(&mut peer, 16), b"firstsecondthird");
    let stamps: Vec<_> = sent(&desk).iter().map(|record| record.at.mono_ns).collect();
    for pair in stamps.windows(2) {
        let pause = Duration::from_nanos(pair[1] - pair[0]);
        // One that is late is made up for, but only a little.
        assert!(pause >= PAUSE / 2, "{pause:?}");
    }
    desk.hear("3 rows were sent");
    assert!(desk.front().file.is_none());
}

#[test]
fn a_long_replay_shows_how_far_it_is_and_stops_when_it_is_asked_to() {
    let (mut desk, mut peer) = with_client(loopback(TabKind::TcpServer));
    for count in 1..=40_u64 {
        peer.write_all(&vec![b'x'; 200_000]).unwrap();
        desk.wait("the bytes", |state| state.tabs[0].status.counters.received.bytes >= count * 200_000);
    }
    let rows = desk.front().status.counters.received.records;
    desk.press_containing("RX xxx");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.menu_of("RX xxx");
    // Nobody reads: only some of them can go.
    desk.press("Send these rows to all clients");
    desk.see("Rows · ");
    desk.wait("what was taken", |state| {
        state.tabs[0]
            .file
            .as_ref()
            .is_some_and(|file| file.progress.sent > 0 && file.progress.total < rows + 3)
    });
    desk.press("Cancel");
    desk.hear("rows were sent, then it was stopped");
    assert!(desk.front().file.is_none());
    drop(desk);
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest).unwrap();
    assert!(rest.len() < 40 * 200_000, "{} bytes came", rest.len());
}

/// A server of a tab that speaks WebSocket, and a client of it.
fn with_frames(tab: TabSettings) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![tab]);
    let local = desk.open("Listen");
    let mut peer = client(local);
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {local}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    peer.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(read_exactly(&mut peer, 1)[0]);
    }
    (desk, peer)
}

#[test]
fn a_message_in_frames_is_sent_again_as_what_it_said() {
    let tab = loopback(TabKind::WebSocketServer);
    let (mut desk, mut peer) = with_frames(TabSettings { view: ViewChoice::Text, ..tab });
    // “Hello” as it stands in RFC 6455, and two bytes that are no text.
    peer.write_all(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x82\x82\0\0\0\0\xff\xfe").unwrap();
    desk.see("RX ⟨81 85⟩");
    desk.press_containing("RX ⟨81 85⟩");
    desk.menu_of("RX ⟨81 85⟩");
    desk.press("Send these bytes to all clients");
    assert_eq!(read_exactly(&mut peer, 7), b"\x81\x05Hello");
    desk.see("TX ⟨81⟩ENQHello");
    desk.press_containing("RX ⟨81 85⟩");
    send_all_rows(&mut desk, "RX ⟨81 85⟩");
    assert_eq!(read_exactly(&mut peer, 18), b"\x81\x05Hello\x82\x02\xff\xfe\x81\x05Hello");
    desk.hear("3 rows were sent");
}

#[test]
fn messages_of_one_read_are_sent_again_apart_and_of_a_cut_one_it_is_told_what_to_do() {
    let tab = loopback(TabKind::WebSocketServer);
    let (mut desk, mut peer) =
        with_frames(TabSettings { split: "none".to_owned(), view: ViewChoice::Text, ..tab });
    peer.write_all(b"\x81\x81\0\0\0\0a\x82\x81\0\0\0\0b").unwrap();
    desk.see("RX ⟨81 81⟩");
    desk.menu_of("RX ⟨81 81⟩");
    desk.press("Send these bytes to all clients");
    assert_eq!(read_exactly(&mut peer, 6), b"\x81\x01a\x82\x01b");
    desk.see("TX ⟨82⟩");
    peer.write_all(b"\x82\x82\0\0\0\0c").unwrap();
    desk.see("RX ⟨82 82⟩");
    desk.menu_of("RX ⟨82 82⟩");
    desk.press("Send these bytes to all clients");
    desk.hear("This row is not made of whole WebSocket messages. Choose the split “WebSocket”");
    send_all_rows(&mut desk, "RX ⟨82 82⟩");
    desk.hear(
        "is not made of whole WebSocket messages. Choose the split “WebSocket”, then send the messages.",
    );
}

#[test]
fn what_is_said_in_frames_is_read_found_and_put_into_the_field() {
    let mut tab = loopback(TabKind::WebSocketServer);
    tab.drawer.shown = DrawerChoice::Answers;
    let rules = "version = 1\n[[rule]]\nname = 'hi'\nwhen = 'text ~ \"^hel\"'\nreply = \"ok\"\n";
    tab.drawer.rules.text = rules.to_owned();
    let (mut desk, mut peer) = with_frames(tab);
    // “hello” twice under different masks, and two bytes that are no text.
    peer.write_all(b"\x81\x85\x01\x02\x03\x04ig\x6f\x68\x6e\x81\x85\x11\x12\x13\x14yw\x7f\x78\x7e").unwrap();
    peer.write_all(b"\x82\x82\x01\x02\x03\x04\xfe\xfc").unwrap();
    desk.wait("the rows", |state| state.tabs[0].rows_seen >= 8);
    desk.see("text: hello");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("hello");
    desk.wait("both", |state| state.tabs[0].log.find.rows().len() == 2);
    desk.fill("Find", "text ~ \"^hel\"");
    desk.wait("both by their beginning", |state| state.tabs[0].log.find.rows().len() == 2);
    desk.fill("Find", "");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.menu_of("RX text: hello");
    desk.press("Filter by this row");
    desk.press("Show only this content");
    assert_eq!(desk.front().log.find.filter(), "\"hello\"");
    desk.lose("binary");
    desk.press_containing("RX text: hello");
    desk.press("Try on the row");
    desk.see("hi would answer: 6F 6B");
    desk.menu_of("RX text: hello");
    desk.press("Put into the send field");
    assert_eq!(desk.front().settings.composer.draft, "hello");
}
