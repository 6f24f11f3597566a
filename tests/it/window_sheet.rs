//! The sheet in the window: going somewhere, writing times, holding still, copying, sending again, clearing.

use crate::window_support::{Desk, client, loopback, prepare, read_exactly};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::codec::composition::LineEnding;
use sockscope::journal::{JournalInfo, JournalWriter};
use sockscope::model::ids::{Epoch, RowKey};
use sockscope::model::record::DataHead;
use sockscope::ui::sheet::Rows;
use sockscope::util::clock;
use sockscope::workspace::settings::TimeFormat;
use sockscope::workspace::tabs::{InputChoice, TabKind};
use std::io::Write;
use std::net::TcpStream;

/// A listener with one client that has sent so many numbered lines.
fn with_lines(count: usize) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    for number in 0..count {
        peer.write_all(format!("line {number:04}\n").as_bytes()).unwrap();
        let rows = number as u64 + 3;
        desk.wait(number, |state| state.tabs[0].rows_seen >= rows);
    }
    (desk, peer)
}

#[test]
fn a_person_goes_to_a_row_and_to_a_time() {
    let (mut desk, _peer) = with_lines(80);
    assert!(!desk.is_seen("RX line 0000"), "the first rows are out of sight");
    desk.key(Modifiers::COMMAND, Key::G);
    desk.enter("3");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("RX line 0000");
    assert_eq!(desk.front().log.sheet.selection().single(), Some(RowKey(2)));
    desk.key(Modifiers::COMMAND, Key::G);
    desk.enter("+99999");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("RX line 0079");
    desk.key(Modifiers::COMMAND, Key::G);
    desk.enter("next tuesday");
    desk.press("Go");
    desk.see("This is neither a row number nor a time.");
    desk.fill("Row or time", "1970-01-01 00:00:01");
    desk.press("Go");
    assert_eq!(desk.front().log.sheet.selection().single(), Some(RowKey(0)));
}

#[test]
fn each_match_in_a_long_record_is_brought_into_sight() {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let journal = folder.path().join("sessions/long.skj");
    let mut writer = JournalWriter::create(&journal, &JournalInfo::default()).unwrap();
    let mut long = vec![b'x'; 262_144];
    for place in [139_264, 200_000] {
        long[place..place + 6].copy_from_slice(b"needle");
    }
    writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), b"short");
    writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), &long);
    writer.publish().unwrap();
    drop(writer);
    let mut desk = Desk::over(folder);
    desk.press("Sessions");
    desk.see("1 session");
    desk.press_containing("Open long");
    desk.see("RX short");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("needle");
    desk.wait("the matches", |state| state.tabs.front().unwrap().log.find.rows().len() == 1);
    // The first one is gone to while the words are typed.
    desk.wait("the first match", |state| state.tabs.front().unwrap().log.find.place.is_some());
    desk.draw();
    let mut depth = 0.0;
    for place in [139_264, 200_000] {
        if depth > 0.0 {
            desk.key(Modifiers::NONE, Key::F3);
        }
        let tab = desk.front();
        assert_eq!((tab.inspected(), tab.log.find.place.clone()), (Some(RowKey(1)), Some(place..place + 6)));
        let anchor = tab.log.sheet.anchor();
        assert!(anchor.row == 1 && anchor.offset > depth + 1_000.0, "{anchor:?} is far into the row");
        depth = anchor.offset;
    }
}

#[test]
fn times_are_written_as_chosen() {
    let (mut desk, _peer) = with_lines(1);
    for (choice, has_date, decimals) in [
        ("10:22:03.114205731", false, 9),
        ("2026-11-21 10:22:03.114", true, 3),
        ("Seconds since 1970 (Unix time)", false, 6),
        ("Seconds since the first row", false, 6),
        ("10:22:03.114", false, 3),
    ] {
        desk.press("How times are written");
        desk.press(choice);
        desk.draw();
        let time = desk.about("RX line 0000").split(" +").next().unwrap().to_owned();
        assert_eq!(time.contains('-'), has_date, "{choice}: {time}");
        assert_eq!(time.rsplit('.').next().unwrap().len(), decimals, "{choice}: {time}");
    }
    assert_eq!(desk.restart().state().settings.time_format, TimeFormat::Millis);
}

#[test]
fn what_is_selected_is_copied_in_five_forms_and_sent_again() {
    let (mut desk, mut peer) = with_lines(2);
    desk.press_containing("RX line 0000");
    for (item, copied) in [
        ("Copy as text", "line 0000\n"),
        ("Copy as hex", "6C 69 6E 65 20 30 30 30 30 0A"),
        ("Copy as C array", "const unsigned char data[10] = {"),
        ("Copy as Python bytes", "b\"line 0000\\n\""),
        ("Copy as Rust bytes", "let data: [u8; 10] = ["),
    ] {
        desk.menu_of("RX line 0000");
        if item != "Copy as text" {
            desk.press("Copy as");
        }
        let text = desk.press_and_copy(item);
        assert!(text.starts_with(copied), "{item}: {text}");
    }
    desk.menu_of("RX line 0000");
    desk.press("Send these bytes to all clients");
    assert_eq!(read_exactly(&mut peer, 10), b"line 0000\n");
    desk.see("TX line 0000");
    desk.menu_of("TX line 0000");
    assert!(desk.is_seen("Send again to all clients"));
}

#[test]
fn the_bytes_of_a_row_are_taken_into_the_send_field_and_events_have_none() {
    let (mut desk, mut peer) = with_lines(1);
    peer.write_all(b"\x02OK\r\n").unwrap();
    desk.see("RX STXOK");
    desk.write("half a word");
    for (row, input, draft) in [
        ("RX line 0000", InputChoice::Text, "line 0000\n"),
        ("RX STXOK", InputChoice::Escapes, r"\x02OK\r\n"),
    ] {
        desk.press_containing(row);
        desk.menu_of(row);
        desk.press("Put into the send field");
        let composer = &desk.front().settings.composer;
        assert_eq!((composer.input, composer.draft.as_str()), (input, draft));
        assert_eq!((composer.ending, composer.checksum), (LineEnding::None, None));
    }
    desk.focus("Payload");
    desk.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(desk.front().settings.composer.draft, "line 0000\n", "what was there before is not lost");

    // The inspector says of an event what its row says.
    desk.key(Modifiers::COMMAND, Key::I);
    desk.press_containing("client connected");
    desk.menu_of("client connected");
    for item in ["Send again to all clients", "Put into the send field"] {
        assert!(desk.harness.get_by_label(item).accesskit_node().is_disabled(), "{item}");
    }
}

#[test]
fn rows_are_copied_one_a_line_with_what_happened() {
    let (mut desk, _peer) = with_lines(2);
    desk.press_containing("RX line 0000");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.harness.event(egui::Event::Copy);
    let text = desk.copied();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("listening on") && lines[2] == "line 0000", "{text}");
}

#[test]
fn a_cleared_view_comes_back_and_the_log_keeps_everything() {
    let (mut desk, mut peer) = with_lines(3);
    desk.key(Modifiers::COMMAND, Key::L);
    assert!(!desk.is_seen("RX line"));
    peer.write_all(b"afterwards").unwrap();
    desk.see("RX afterwards");
    desk.press("Clear");
    assert!(!desk.is_seen("RX afterwards"), "it clears also what is already cleared in part");
    desk.see("The display was cleared. Hidden rows: 6");
    desk.press_last("Show all");
    desk.see("RX line 0000");
    assert!(!desk.is_seen("Show all") && !desk.is_seen("Hidden rows") && desk.is_seen("RX afterwards"));
    assert_eq!(desk.front().rows_seen, 6);
}

#[test]
fn holding_still_counts_what_comes_in_meanwhile() {
    let (mut desk, mut peer) = with_lines(60);
    desk.key(Modifiers::COMMAND, Key::P);
    peer.write_all(b"unseen").unwrap();
    desk.see("↓ Latest · 1");
    assert!(!desk.is_seen("RX unseen"));
    desk.press("↓ Latest · 1");
    desk.see("RX unseen");
}

#[test]
fn rows_that_a_filter_shows_again_are_not_new_and_what_came_meanwhile_is() {
    let (mut desk, mut peer) = with_lines(60);
    let shown = |desk: &mut Desk, how: &str, rows: u64| {
        if how == "Show only this direction" {
            desk.menu_of("RX line 0059");
            desk.press("Filter by this row");
        }
        desk.press(how);
        desk.wait(how, |state| state.tabs[0].log.rows.as_ref().is_some_and(|shown| shown.len() == rows));
        desk.draw();
    };
    shown(&mut desk, "Show only this direction", 60);
    desk.key(Modifiers::COMMAND, Key::P);
    shown(&mut desk, "Show everything again", 62);
    assert!(desk.is_seen("↓ Latest") && !desk.is_seen("↓ Latest · "), "{:#?}", desk.names());
    shown(&mut desk, "Show only this direction", 60);
    peer.write_all(b"unseen").unwrap();
    desk.see("↓ Latest · 1");
}

#[test]
fn a_dump_has_as_many_bytes_on_a_line_as_are_seen_with_their_text() {
    let (mut desk, mut peer) = with_lines(0);
    peer.write_all(b"0123456789abcdefghijklmnopqrstuv").unwrap();
    desk.see("RX 0123");
    desk.press("Dump");
    desk.see("RX 0000  30 31 32 33 34 35 36 37  01234567 0008  38 39");
    desk.key(Modifiers::COMMAND, Key::I);
    desk.see("36 37  38 39 61 62 63 64 65 66  0123456789abcdef 0010  67");
    desk.press_containing("RX 0000");
    desk.key(Modifiers::COMMAND, Key::I);
    desk.harness.set_size(egui::vec2(1024.0, 700.0));
    desk.see("RX 0000  30 31 32 33 34 35 36 37  01234567 0008  38 39");
}

#[test]
fn menus_of_tabs_peers_and_quick_sends_open_with_a_key() {
    let (mut desk, mut peer) = with_lines(1);
    desk.write("hello");
    desk.press("Add a quick send");
    desk.fill("Name", "greet");
    desk.press("OK");
    let peer_row = format!("{} · rx", peer.local_addr().unwrap());
    for (control, first, second) in [
        ("F5 greet", "Edit quick send", "Remove"),
        (peer_row.as_str(), "Send to this peer", "Send to this peer, too"),
    ] {
        desk.harness.get_all_by_label_contains(control).next().unwrap().focus();
        desk.draw();
        desk.key(Modifiers::SHIFT, Key::F10);
        assert!(desk.harness.get_by_label(first).is_focused(), "{control}");
        desk.key(Modifiers::NONE, Key::ArrowDown);
        assert!(desk.harness.get_by_label(second).is_focused(), "{control}");
        desk.key(Modifiers::NONE, Key::Escape);
        assert!(!desk.is_seen(second), "{control}");
        assert!(desk.harness.get_all_by_label_contains(control).next().unwrap().is_focused(), "{control}");
    }
    desk.harness.get_by_role(Role::Tab).focus();
    desk.draw();
    desk.key(Modifiers::NONE, Key::Menu);
    assert!(desk.harness.get_by_label("Rename…").is_focused());
    desk.key(Modifiers::NONE, Key::Enter);
    desk.enter("oven");
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.front().settings.name, "oven", "the page got the keyboard");
    peer.write_all(b"still there").unwrap();
    desk.see("RX still there");
}

#[test]
fn times_are_measured_from_a_marked_row() {
    let (mut desk, _peer) = with_lines(3);
    // Two rows may be less than a millisecond apart.
    desk.press("How times are written");
    desk.press("10:22:03.114205731");
    desk.menu_of("RX line 0001");
    desk.press("Measure times from here");
    desk.draw();
    assert!(desk.about("RX line 0001").contains(" +0.000000000 "), "{}", desk.about("RX line 0001"));
    assert!(desk.about("RX line 0000").contains(" -0."), "{}", desk.about("RX line 0000"));
}

#[test]
fn counters_start_again_and_the_journal_does_not() {
    let (mut desk, mut peer) = with_lines(2);
    desk.see("2 · 20 B");
    desk.press("Reset counters");
    desk.see("0 · 0 B");
    peer.write_all(b"third").unwrap();
    desk.see("1 · 5 B");
    assert_eq!(desk.front().status.counters.received.records, 3);
}

#[test]
fn only_one_peer_is_shown_when_asked() {
    let (mut desk, _first) = with_lines(1);
    let mut second = client(crate::window_support::local(desk.front()).unwrap());
    second.write_all(b"from the second").unwrap();
    desk.see("RX from the second");
    desk.menu_of("RX from the second");
    desk.press("Show only this peer");
    desk.wait("the filter", |state| state.tabs[0].log.find.passed().is_some());
    desk.draw();
    assert!(!desk.is_seen("RX line 0000") && desk.is_seen("RX from the second"));
}

#[test]
fn what_was_looked_for_is_found_again_when_the_field_comes_back() {
    let (mut desk, _peer) = with_lines(3);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("line");
    desk.wait("the matches", |state| state.tabs[0].log.find.rows().len() == 3);
    desk.key(Modifiers::NONE, Key::Escape);
    assert_eq!(desk.front().log.find.rows().len(), 0);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.wait("the matches again", |state| state.tabs[0].log.find.rows().len() == 3);
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.front().log.find.current_place(), Some(1));
}

#[test]
fn a_search_follows_the_filter_and_keeps_its_place_when_only_matches_are_shown() {
    let (mut desk, _peer) = with_lines(2);
    desk.write("line that went");
    desk.press("Send");
    desk.see("TX line that went");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("line");
    desk.wait("all matches", |state| state.tabs[0].log.find.rows().len() == 3);
    desk.menu_of("TX line that went");
    desk.press("Filter by this row");
    desk.press("Show only this direction");
    desk.wait("the match among what was sent", |state| state.tabs[0].log.find.rows().len() == 1);
    desk.key(Modifiers::NONE, Key::F3);
    let row = desk.front().log.find.current;
    desk.press("Matches only");
    assert!(row.is_some() && desk.front().log.find.current == row, "nothing is looked for anew");
    assert!(desk.is_seen("TX line that went") && !desk.is_seen("RX line 0000"));
    desk.press("Show everything again");
    desk.wait("all matches again", |state| state.tabs[0].log.find.rows().len() == 3);
    desk.see("RX line 0001");
    desk.menu_of("RX line 0001");
    desk.press("Filter by this row");
    desk.press("Show only this direction");
    desk.wait("the matches among what was received", |state| state.tabs[0].log.find.rows().len() == 2);
    desk.draw();
    assert!(!desk.is_seen("TX line that went"));
}

#[test]
fn the_first_match_is_the_one_at_the_upper_edge() {
    let (mut desk, _peer) = with_lines(80);
    desk.menu_of("RX line 0079");
    desk.press("Filter by this row");
    desk.press("Show only this direction");
    desk.wait("the filter", |state| state.tabs[0].log.find.passed().is_some());
    desk.key(Modifiers::COMMAND, Key::G);
    desk.enter("45");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.draw();
    let tab = desk.front();
    let top = tab.log.rows.as_ref().unwrap().key(tab.log.sheet.visible().start);
    assert!(top.0 > 20, "the sheet stands in the middle");
    desk.enter("line");
    desk.wait("the matches", |state| state.tabs[0].log.find.rows().len() == 80);
    desk.draw();
    assert_eq!(desk.front().log.find.current, Some(top.0), "before a key is pressed");
    desk.key(Modifiers::NONE, Key::F3);
    assert_eq!(desk.front().log.find.current, Some(top.0 + 1));
}

#[test]
fn a_match_that_was_cleared_from_view_comes_back() {
    let (mut desk, _peer) = with_lines(3);
    desk.key(Modifiers::COMMAND, Key::L);
    assert!(!desk.is_seen("RX line 0000"));
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("0000");
    desk.wait("the match", |state| state.tabs[0].log.find.rows().len() == 1);
    desk.key(Modifiers::NONE, Key::F3);
    desk.see("RX line 0000");
}

#[test]
fn an_inspector_that_was_hidden_stays_hidden() {
    let (mut desk, _peer) = with_lines(2);
    desk.key(Modifiers::COMMAND, Key::I);
    assert!(!desk.is_seen("Inspector"));
    desk.press_containing("RX line 0000");
    desk.key(Modifiers::NONE, Key::ArrowDown);
    assert!(desk.front().inspected().is_some() && !desk.state().settings.inspector);
    desk.key(Modifiers::COMMAND, Key::I);
    desk.see("Record 4 · 10 bytes");
}

#[test]
fn an_inspector_that_is_asked_for_is_seen_in_a_narrow_window() {
    for (width, height) in [(1024.0, 700.0), (760.0, 480.0)] {
        let (mut desk, _peer) = with_lines(2);
        desk.press_containing("RX line 0000");
        desk.harness.set_size(egui::vec2(width, height));
        desk.draw();
        assert!(!desk.is_seen("Record 3 · 10 bytes"), "{width}: not by itself");
        desk.key(Modifiers::COMMAND, Key::I);
        assert!(desk.is_seen("Record 3 · 10 bytes"), "{width}: when it is asked for");
        assert!(desk.harness.get_by_label_contains("Record 3 · 10 bytes").rect().right() <= width, "{width}");
        desk.key(Modifiers::COMMAND, Key::I);
        assert!(
            !desk.is_seen("Record 3 · 10 bytes") && !desk.state().settings.inspector,
            "{width}: hidden again"
        );
        desk.harness.set_size(egui::vec2(1460.0, 860.0));
        desk.key(Modifiers::COMMAND, Key::I);
        assert!(desk.is_seen("Record 3 · 10 bytes"), "{width}: there is room");
    }
}

#[test]
fn no_key_moves_the_sheet_behind_a_page() {
    let (mut desk, _peer) = with_lines(60);
    desk.key(Modifiers::NONE, Key::F1);
    desk.key(Modifiers::NONE, Key::Home);
    assert!(desk.front().log.sheet.is_following());
    desk.press("Close");
    desk.key(Modifiers::NONE, Key::Home);
    assert!(!desk.front().log.sheet.is_following());
}

#[test]
fn the_byte_that_values_are_read_from_is_one_of_the_record() {
    let (mut desk, _peer) = with_lines(1);
    desk.press_containing("RX line 0000");
    for _ in 0..12 {
        desk.harness.get_by_label("Bytes of the record").focus();
        desk.draw();
        desk.key(Modifiers::NONE, Key::ArrowRight);
    }
    assert_eq!(desk.front().log.inspector.picked.head(), 9);
}

#[test]
fn streams_are_split_live_and_the_place_is_kept() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    peer.set_nodelay(true).unwrap();
    for (number, piece) in (0..).zip(["T=2", "5.4\r\nT=26.", "1\r\nT=27", ".0\r\nrest"]) {
        peer.write_all(piece.as_bytes()).unwrap();
        desk.wait(piece, |state| state.tabs[0].rows_seen >= number + 3);
    }
    desk.press("Split");
    desk.choose("Lines");
    desk.see("RX T=26.1↵ · records 4–5");
    desk.see("RX rest · unfinished");
    desk.see("messages");
    desk.press_containing("RX T=26.1");
    desk.see("Message 4");
    desk.menu_of("RX T=26.1");
    desk.press("Copy as");
    assert_eq!(desk.press_and_copy("Copy as hex"), "54 3D 32 36 2E 31 0D 0A");
    desk.press("Split");
    desk.choose("Fixed length");
    desk.fill("Rule", "fixed:0");
    desk.see("the message size in 'fixed:0' must be a number");
    desk.fill("Rule", "fixed:2");
    desk.see("RX T=");
    let mut desk = desk.restart();
    desk.draw();
    assert_eq!(desk.front().settings.split.typed(), "fixed:2", "it is kept with the tab");
}
