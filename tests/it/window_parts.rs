//! Parts of rows in the window: selected by dragging, copied, looked for, sent, and seen in the inspector.

use crate::window_support::{Desk, client, loopback, read_exactly};
use egui::{Event, Key, Modifiers, Pos2, pos2};
use egui_kittest::kittest::Queryable;
use sockscope::model::ids::RowKey;
use sockscope::ui::fonts;
use sockscope::ui::sheet::Rows;
use sockscope::ui::tab::totals::Shown;
use sockscope::workspace::tabs::{TabKind, TabSettings};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A listener in GBK with one client that has sent this, one record each.
fn with_records(records: &[&[u8]]) -> (Desk, TcpStream) {
    let tab = TabSettings { encoding: "gbk".to_owned(), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![tab]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    for (number, record) in records.iter().enumerate() {
        peer.write_all(record).unwrap();
        let rows = number as u64 + 3;
        desk.wait(number, |state| state.tabs[0].rows_seen >= rows);
    }
    desk.draw();
    (desk, peer)
}

/// The border between two columns of a row's content, in a line of it.
fn place(desk: &Desk, row: &str, column: usize, line: usize) -> Pos2 {
    let rect = desk.harness.get_all_by_label_contains(row).next().unwrap().rect();
    let columns = desk.front().log.content_characters as f32 + 0.5;
    let x = rect.right() - 4.0 + (column as f32 - columns) * fonts::payload_column_width();
    pos2(x, rect.top() + 11.0 + line as f32 * 18.0)
}

/// Drags over the content of a row.
fn drag_over(desk: &mut Desk, row: &str, from: usize, to: usize) {
    let (from, to) = (place(desk, row, from, 0), place(desk, row, to, 0));
    desk.drag(&[from, to]);
}

fn copied(desk: &mut Desk) -> String {
    desk.harness.event(Event::Copy);
    desk.copied()
}

#[test]
fn characters_are_selected_and_copied_as_they_are_shown() {
    let (mut desk, _peer) = with_records(&[b"one\r\n", b"\xCE\xC2\xB6\xC8=25.3\r\n"]);
    drag_over(&mut desk, "RX 温度", 0, 7);
    assert_eq!(desk.front().log.sheet.part().map(|part| (part.row, part.bytes())), Some((RowKey(3), 0..7)));
    assert_eq!(copied(&mut desk), "温度=25");
    // The bytes stay, however they are shown.
    desk.press_containing("Hex");
    assert_eq!(copied(&mut desk), "CE C2 B6 C8 3D 32 35");
    drag_over(&mut desk, "RX CE C2", 3, 11);
    assert_eq!(copied(&mut desk), "C2 B6 C8");
    desk.press("Dump");
    assert_eq!(copied(&mut desk), "C2 B6 C8");
    // Offset, two spaces, three columns a byte.
    drag_over(&mut desk, "RX 0000  CE", 6, 11);
    assert_eq!(copied(&mut desk), "CE C2");
    desk.press_containing("Text");
    assert_eq!(copied(&mut desk), "温");
    let (from, to) = (place(&desk, "RX one", 0, 0), place(&desk, "RX 温度", 3, 0));
    desk.drag(&[from, to]);
    assert_eq!(desk.front().log.sheet.selection().ranges(), [2..=3], "rows are selected as before");
    assert_eq!(copied(&mut desk), "one\r\n温度=25.3\r\n");
}

#[test]
fn a_selected_part_is_what_the_menu_speaks_of() {
    let (mut desk, mut peer) = with_records(&[b"ID=07 ok\r\n", b"ID=08 ok\r\n"]);
    drag_over(&mut desk, "RX ID=07", 0, 5);
    for (item, copied) in
        [("Copy as text", "ID=07"), ("Copy as hex", "49 44 3D 30 37"), ("Copy as Python bytes", "b\"ID=07\"")]
    {
        desk.menu_of("RX ID=07");
        desk.see("Selected bytes");
        if item != "Copy as text" {
            desk.press("Copy as");
        }
        assert_eq!(desk.press_and_copy(item), copied);
    }
    desk.menu_of("RX ID=07");
    desk.press("Put into the send field");
    assert_eq!(desk.front().settings.composer.draft, "ID=07");
    desk.menu_of("RX ID=07");
    desk.press("Send these bytes to all clients");
    assert_eq!(read_exactly(&mut peer, 5), b"ID=07", "and not the whole row");
    desk.see("TX ID=07");
    // Rows come in, and the part stays.
    peer.write_all(b"ID=07 again\r\n").unwrap();
    desk.see("RX ID=07 again");
    desk.menu_of("RX ID=07");
    desk.press("Show only this");
    desk.wait("the filter", |state| state.tabs[0].log.rows.as_ref().is_some_and(|rows| rows.len() == 3));
    desk.draw();
    assert!(!desk.is_seen("RX ID=08") && desk.is_seen("RX ID=07 again"));
    assert_eq!(desk.front().settings.filter, "\"ID=07\"");
    desk.menu_of("RX ID=07");
    desk.press("Find this");
    assert_eq!(desk.front().log.find.text, "\"ID=07\"");
}

#[test]
fn the_inspector_shows_what_is_selected_in_the_row() {
    let (mut desk, _peer) = with_records(&[b"ID=07 ok\r\n"]);
    drag_over(&mut desk, "RX ID=07", 3, 8);
    assert_eq!(desk.front().log.inspector.picked.bytes(), 3..8);
    desk.see("Checksums of 5 selected bytes");
    desk.key(Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(desk.front().log.inspector.picked.bytes(), 3..7);
}

#[test]
fn parts_of_wrapped_and_unfolded_rows_are_selected_across_their_lines() {
    let long: Vec<u8> = (0..300_u16).map(|place| b'a' + u8::try_from(place % 26).unwrap()).collect();
    let (mut desk, _peer) = with_records(&[&long]);
    let columns = desk.front().log.content_characters;
    let expected = String::from_utf8(long[3..columns + 4].to_vec()).unwrap();
    for wraps in [false, true] {
        if wraps {
            desk.key(Modifiers::COMMAND, Key::Home);
            desk.press("Wrap lines");
        } else {
            desk.press_containing("RX abc");
            desk.key(Modifiers::NONE, Key::Enter);
        }
        let (from, to) = (place(&desk, "RX abc", 3, 0), place(&desk, "RX abc", 4, 1));
        desk.drag(&[from, to]);
        assert_eq!(copied(&mut desk), expected, "{wraps}");
        desk.key(Modifiers::NONE, Key::Enter);
    }
}

#[test]
fn selected_rows_say_what_they_come_to() {
    let (mut desk, mut peer) = with_records(&[b"ID=07 ok\r\n", b"ID=08 ok\r\nID=0", b"9 no\r\n"]);
    desk.press_containing("RX ID=07");
    desk.draw();
    assert!(!desk.is_seen("1 row ·"), "one row says it of itself");
    desk.key(Modifiers::SHIFT, Key::ArrowDown);
    desk.see("2 rows · 24 B");
    desk.key(Modifiers::COMMAND, Key::A);
    // What listens and who came are rows, too.
    desk.see("5 rows · 30 B");
    // Of messages, and of one that has not ended.
    desk.press("Split");
    desk.choose("Lines");
    peer.write_all(b"open").unwrap();
    desk.see("RX open");
    desk.press_containing("RX ID=09");
    desk.key(Modifiers::SHIFT, Key::ArrowDown);
    desk.see("2 rows · 14 B");
    peer.write_all(b" and more").unwrap();
    desk.see("2 rows · 23 B");
    // What grows with every frame is told all the same.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !matches!(desk.front().totals.shown(), Some(Shown::Totals(totals)) if totals.bytes() > 23) {
        assert!(Instant::now() < deadline, "{:?}", desk.front().totals);
        peer.write_all(b".").unwrap();
        desk.draw();
    }
    // Rows that a filter hides lie between those that are seen, and are not counted.
    desk.key(Modifiers::COMMAND, Key::F);
    desk.fill("Find", "\"ok\"");
    desk.press("Keep as filter");
    desk.lose("RX ID=09");
    desk.press_containing("RX ID=07");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.see("2 rows · 20 B");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.lose("rows ·");
}
