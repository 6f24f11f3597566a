//! The send area of the window: ways of writing, what is appended, history, quick sends, repeating, answering,
//! files and texts that are too long to edit. What counts is what a peer got.

use crate::window_support::{
    Desk, client, datagrams, local, loopback, read_datagram, read_exactly, words_of,
};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::ui::pages::Modal;
use sockscope::workspace::tabs::{InputChoice, ReplySettings, TabKind, TabSettings};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// A listener with one client.
fn with_client() -> (Desk, TcpStream) {
    with_client_of(loopback(TabKind::TcpServer))
}

fn with_client_of(tab: TabSettings) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![tab]);
    let peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    (desk, peer)
}

fn draft(desk: &Desk) -> &str {
    &desk.front().settings.composer.draft
}

#[test]
fn what_was_typed_survives_every_way_of_writing() {
    let (mut desk, mut peer) = with_client();
    desk.write("AB");
    desk.press_last("Hex");
    assert_eq!(draft(&desk), "41 42");
    desk.press("Escapes");
    assert_eq!(draft(&desk), "AB");
    desk.press_last("Hex");
    desk.write("FF0d 01");
    desk.press_last("Text");
    assert_eq!(draft(&desk), "FF0d 01", "bytes that are no text stay as they were typed");
    desk.press_last("Hex");
    assert_eq!(draft(&desk), "FF0d 01");
    desk.see("3 bytes: FF 0D 01");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 3), b"\xFF\r\x01");
}

#[test]
fn wrong_hex_is_kept_and_can_be_mended() {
    let (mut desk, mut peer) = with_client();
    desk.press_last("Hex");
    desk.write("01 0");
    desk.see("The byte “0” has only one digit (character 4); write 00.");
    desk.key(Modifiers::COMMAND, Key::Enter);
    assert_eq!(draft(&desk), "01 0");
    assert_eq!(desk.front().status.counters.sent.records, 0);
    desk.enter("2");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 2), [1, 2]);
}

#[test]
fn endings_and_checksums_are_appended_and_previewed() {
    let (mut desk, mut peer) = with_client();
    desk.press_last("Hex");
    desk.write("01 03 9C 41 00 02");
    desk.press("Checksum");
    desk.press_containing("Modbus");
    desk.press("Line ending");
    desk.press("CRLF");
    desk.see("10 bytes: 01 03 9C 41 00 02 BA 4F 0D 0A");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 10), b"\x01\x03\x9C\x41\x00\x02\xBA\x4F\r\n");
}

#[test]
fn nothing_is_sent_while_closed_and_nothing_typed_is_lost() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.write("keep me");
    desk.key(Modifiers::COMMAND, Key::Enter);
    desk.hear("Not sent: Listen first.");
    assert_eq!(draft(&desk), "keep me");
    let mut desk = desk.restart();
    assert_eq!(draft(&desk), "keep me", "a draft is there next time");
    desk.open("Listen");
    desk.key(Modifiers::COMMAND, Key::Enter);
    desk.hear("There is nobody to send to.");
}

#[test]
fn nothing_is_nothing_to_send_unless_it_is_a_datagram() {
    for (kind, button, is_off) in [(TabKind::TcpServer, "Listen", true), (TabKind::Udp, "Open", false)] {
        let mut desk = Desk::with_tabs(vec![loopback(kind)]);
        let is_disabled = |desk: &Desk| desk.harness.get_by_label("Send").accesskit_node().is_disabled();
        assert!(is_disabled(&desk), "it is closed");
        desk.open(button);
        assert_eq!(is_disabled(&desk), is_off, "{kind:?}");
        desk.write("x");
        assert!(!is_disabled(&desk));
    }
}

#[test]
fn a_file_for_a_session_that_was_never_opened_is_refused_for_that_reason() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let path = desk.folder.path().join("firmware.bin");
    std::fs::write(&path, "bytes").unwrap();
    desk.press("File…");
    desk.fill("File", path.to_str().unwrap());
    desk.press_last("Send");
    desk.hear("Not sent: Listen first.");
}

#[test]
fn the_history_is_leafed_through_and_kept() {
    let (mut desk, mut peer) = with_client();
    for text in ["first", "second"] {
        desk.write(text);
        desk.press("Send");
        assert_eq!(read_exactly(&mut peer, text.len()), text.as_bytes());
    }
    desk.write("being written");
    for (key, expected) in [
        (Key::ArrowUp, "second"),
        (Key::ArrowUp, "first"),
        (Key::ArrowDown, "second"),
        (Key::ArrowDown, "being written"),
    ] {
        desk.key(Modifiers::NONE, key);
        assert_eq!(draft(&desk), expected);
    }
    desk.press("History ↑↓");
    desk.press("first");
    assert_eq!(draft(&desk), "first");
    drop(peer);
    let desk = desk.restart();
    let texts: Vec<_> = desk.state().sending.history.iter().map(|sent| sent.text.as_str()).collect();
    assert_eq!(texts, ["first", "second"]);
}

#[test]
fn line_breaks_go_out_as_chosen_and_the_history_brings_them_back() {
    let (mut desk, mut peer) = with_client();
    desk.write("one\ntwo");
    desk.press("Line ending");
    desk.press("Breaks as CRLF");
    desk.press("Line ending");
    desk.press("NUL");
    desk.see("9 bytes: 6F 6E 65 0D 0A 74 77 6F 00");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 9), b"one\r\ntwo\0");
    desk.wait("the history", |state| state.sending.history.len() == 1);
    desk.press("Line ending");
    desk.press("Breaks as LF, as typed");
    desk.press("Line ending");
    desk.press("No ending");
    desk.write("on");
    desk.see("2 bytes: 6F 6E");
    desk.key(Modifiers::NONE, Key::ArrowUp);
    desk.see("9 bytes: 6F 6E 65 0D 0A 74 77 6F 00");
    let sent = desk.state().sending.history[0].clone();
    assert_eq!((sent.target.as_str(), sent.at_millis.is_some()), ("all clients", true));
    let desk = desk.restart();
    assert_eq!(desk.state().sending.history, [sent]);
    assert_eq!(desk.front().settings.composer.breaks.name(), "crlf", "it is kept with the tab");
}

#[test]
fn what_was_refused_is_no_history() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    desk.write("to nobody");
    desk.press("Send");
    desk.hear("nobody to send to");
    let mut peer = client(listener);
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    desk.write("to somebody");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 11), b"to somebody");
    desk.wait("the history", |state| !state.sending.history.is_empty());
    let texts: Vec<_> = desk.state().sending.history.iter().map(|sent| sent.text.as_str()).collect();
    assert_eq!(texts, ["to somebody"]);
}

#[test]
fn a_template_is_previewed_filled_in_when_sent_and_repeated() {
    let (mut desk, mut peer) = with_client();
    desk.press_last("Hex");
    desk.press("Template");
    desk.write("55 {counte:u8}");
    desk.see("There is no field “counte”");
    desk.see("did you mean counter? (character 5).");
    desk.write("55 {counter:u8} {sum-8}");
    desk.see("e.g. 3 bytes: 55 01 56");
    for expected in [[0x55, 1, 0x56], [0x55, 2, 0x57]] {
        desk.press("Send");
        assert_eq!(read_exactly(&mut peer, 3), expected);
    }
    desk.wait("the history", |state| state.sending.history.len() == 1);
    assert!(desk.state().sending.history[0].fields);
    desk.fill("Repeat interval", "20");
    desk.press("Every");
    assert_eq!(read_exactly(&mut peer, 9), [0x55, 1, 0x56, 0x55, 2, 0x57, 0x55, 3, 0x58]);
    assert!(!desk.is_seen("Send this from now on"), "what is written is what goes out");
    desk.write("55 {counter:u8}");
    desk.see("Send this from now on");
}

#[test]
fn a_draft_is_found_again_after_an_old_text_was_sent_or_changed() {
    let (mut desk, mut peer) = with_client();
    desk.write("old");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 3), b"old");
    desk.write("draft");
    desk.key(Modifiers::NONE, Key::ArrowUp);
    desk.key(Modifiers::COMMAND, Key::Enter);
    assert_eq!(read_exactly(&mut peer, 3), b"old");
    desk.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(draft(&desk), "draft");
    desk.key(Modifiers::NONE, Key::ArrowUp);
    desk.key(Modifiers::NONE, Key::End);
    desk.enter("er");
    assert_eq!(draft(&desk), "older");
    for expected in ["draft", "older", "draft"] {
        desk.key(Modifiers::NONE, Key::ArrowDown);
        assert_eq!(draft(&desk), expected);
    }
}

#[test]
fn quick_sends_are_made_sent_moved_changed_and_removed() {
    let (mut desk, mut peer) = with_client();
    desk.write("hello");
    desk.press("Add a quick send");
    desk.fill("Name", "greet");
    desk.press("OK");
    desk.press("Add a quick send");
    desk.fill("Name", "bye");
    desk.fill("Group", "ends");
    desk.fill("Content", "bye!");
    desk.press("OK");
    desk.press("F6 bye");
    assert_eq!(read_exactly(&mut peer, 4), b"bye!");
    desk.key(Modifiers::NONE, Key::F5);
    assert_eq!(read_exactly(&mut peer, 5), b"hello");
    desk.menu_of("F6 bye");
    desk.press("Move to the left");
    desk.key(Modifiers::NONE, Key::F6);
    assert_eq!(read_exactly(&mut peer, 4), b"bye!");
    desk.menu_of("F6 bye");
    desk.press("Edit quick send");
    desk.fill("Content", "00 FF");
    desk.press_last("Hex");
    desk.press("OK");
    desk.key(Modifiers::NONE, Key::F6);
    assert_eq!(read_exactly(&mut peer, 2), [0, 0xFF]);
    desk.menu_of("F5 greet");
    desk.press("Remove");
    desk.press("Cancel");
    desk.menu_of("F5 greet");
    desk.press("Remove");
    desk.see("Remove this quick send?");
    desk.press("Remove");
    assert!(!desk.is_seen("greet"));
    let mut desk = desk.restart();
    assert_eq!(desk.state().sending.quick.len(), 1);
    assert_eq!(desk.state().sending.quick[0].input, InputChoice::Hex);
    desk.see("F6 bye");
    desk.menu_of("F6 bye");
    desk.press("Edit quick send");
    desk.press_last("Key");
    desk.choose("F12");
    desk.press("OK");
    desk.see("F12 bye");
}

#[test]
fn pages_are_filled_without_a_pointer() {
    let (mut desk, _peer) = with_client();
    desk.press("Add a quick send");
    assert!(!desk.is_seen("A name is needed."), "nothing was typed yet");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("A name is needed.");
    desk.enter("greet");
    assert!(!desk.is_seen("A name is needed."));
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.state().sending.quick[0].name, "greet");
    assert!(desk.state().modal.is_none());

    desk.press("Auto-reply");
    desk.enter("PING");
    desk.key(Modifiers::NONE, Key::Tab);
    desk.fill("Send back", "PONG");
    desk.key(Modifiers::NONE, Key::Enter);
    assert!(desk.state().modal.is_none());
    let reply = &desk.front().settings.composer.replies[0];
    assert_eq!((reply.pattern.as_str(), reply.answer.as_str()), ("PING", "PONG"));

    desk.press("File…");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("The path of a file is needed here.");
    desk.enter("/nowhere");
    assert!(!desk.is_seen("The path of a file is needed here."));
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("Cannot read /nowhere");
    desk.enter("/else");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("Cannot read /nowhere/else");
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(desk.state().modal.is_none());
}

#[test]
fn something_is_sent_again_and_again_until_it_is_stopped() {
    let (mut desk, mut peer) = with_client();
    desk.write("tick");
    desk.fill("Repeat interval", "20");
    desk.press("Every");
    assert_eq!(read_exactly(&mut peer, 12), b"tickticktick");
    desk.see(" × to all clients");
    desk.press("Every");
    desk.wait("the end of the repeats", |state| state.tabs[0].status.repeats.is_empty());
    desk.lose(" × to all clients");
    desk.write("and on");
    desk.press("Send");
    desk.see("TX and on");
    assert_eq!(desk.said(), "", "whoever stops it is not told that it stopped");
    for wrong in ["soon", "0", "5s", ""] {
        desk.fill("Repeat interval", wrong);
        desk.see("The interval is a number above 0.");
    }
}

#[test]
fn what_goes_out_while_a_text_is_repeated_is_said_and_renewed_when_asked() {
    let (mut desk, mut peer) = with_client();
    desk.write("tick");
    desk.fill("Repeat interval", "20");
    desk.press("Every");
    assert_eq!(read_exactly(&mut peer, 8), b"ticktick");
    desk.see("4 bytes: 74 69 63 6B");
    let renew = "Send this from now on";
    assert!(!desk.is_seen(renew), "what is written is what goes out");

    desk.write("tock");
    desk.see("4 bytes: 74 6F 63 6B");
    let going_out = |desk: &Desk| {
        let line = desk.harness.get_all_by_label_contains(" × to ").next().unwrap();
        line.accesskit_node().value().unwrap()
    };
    assert!(going_out(&desk).ends_with("4 bytes: 74 69 63 6B"), "{}", going_out(&desk));
    assert_eq!(read_exactly(&mut peer, 8), b"ticktick");
    desk.press(renew);
    read_until(&mut peer, b"tock");
    desk.draw();
    assert!(going_out(&desk).ends_with("4 bytes: 74 6F 63 6B") && !desk.is_seen(renew));

    desk.press_containing(" · tx ");
    assert!(desk.is_seen(renew), "it goes on to all clients and not to the one that is chosen now");
}

/// Reads until this has come; what comes before it goes by.
fn read_until(peer: &mut TcpStream, wanted: &[u8]) {
    let mut came = read_exactly(peer, wanted.len());
    for _ in 0..1_000 {
        if came.ends_with(wanted) {
            return;
        }
        came.extend(read_exactly(peer, 1));
    }
    panic!("{wanted:?} did not come, but {came:?}");
}

#[test]
fn several_texts_are_repeated_beside_each_other_each_with_its_own_end() {
    let (mut desk, mut peer) = with_client();
    desk.write("a");
    desk.fill("Repeat interval", "20");
    desk.press("Every");
    assert_eq!(read_exactly(&mut peer, 3), b"aaa");
    desk.write("b");
    desk.press("Repeat what is written as well");
    desk.wait("both", |state| state.tabs[0].status.repeats.len() == 2);
    desk.see("1 byte: 61");
    desk.see("every 20ms · ");
    desk.press("Stop repeat 1");
    desk.wait("the one that is left", |state| state.tabs[0].status.repeats.len() == 1);
    // The worker counts it out before the window hears of its end, and what is below its line moves then.
    desk.lose("Stop repeat 2");
    read_until(&mut peer, b"bbbbb");
    desk.press("Every");
    desk.wait("the end of all", |state| state.tabs[0].status.repeats.is_empty());
    desk.lose(" × to ");

    desk.write("c");
    desk.fill("Repeat interval", "500");
    desk.press("Unit of the interval");
    desk.choose("µs");
    desk.fill("Number of repeats, empty for no end", "3");
    desk.press("Every");
    desk.hear("Repeated 3 times, as asked.");
    let sent = desk.front().status.counters.sent.records;
    desk.draw();
    assert_eq!(desk.front().status.counters.sent.records, sent);
    read_until(&mut peer, b"ccc");
    desk.fill("Number of repeats, empty for no end", "some");
    desk.see("The number of repeats is a whole number, or empty for no end.");
    let composer = desk.restart().front().settings.composer.clone();
    assert_eq!((composer.every.as_str(), composer.repeat_times.as_str()), ("500", "some"));
}

#[test]
fn repeats_to_nobody_are_not_counted() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    desk.write("x");
    desk.fill("Repeat interval", "1");
    desk.press("Every");
    desk.wait("the repeat", |state| !state.tabs[0].status.repeats.is_empty());
    for _ in 0..20 {
        desk.draw();
    }
    assert_eq!(desk.front().status.repeats[0].sent, 0);
    let mut peer = client(listener);
    read_exactly(&mut peer, 5);
    desk.wait("some repeats", |state| state.tabs[0].status.repeats[0].sent >= 5);
}

#[test]
fn what_cannot_be_sent_is_not_repeated_and_that_is_said() {
    let (mut desk, _peer) = with_client();
    desk.press("Every");
    desk.hear("There is nothing to send");
    desk.press_last("Hex");
    desk.write("01 0G");
    desk.press("Every");
    desk.hear("“G” is not a hex digit (character 5)");
    desk.write("01 02");
    desk.harness.event(Event::Paste("3".repeat(100_000)));
    desk.draw();
    desk.see("97.7 KiB were pasted");
    desk.press("Every");
    desk.hear("is sent once, not again and again");
    assert_eq!(desk.front().status.counters.sent.records, 0);
    desk.press("Discard");
    desk.press("Every");
    desk.wait("the first repeat", |state| !state.tabs[0].status.repeats.is_empty());
}

#[test]
fn what_is_received_goes_back_while_echo_is_on() {
    let (mut desk, mut peer) = with_client();
    desk.press("Echo");
    peer.write_all(b"and back").unwrap();
    assert_eq!(read_exactly(&mut peer, 8), b"and back");
    desk.press("Echo");
    peer.write_all(b"not back").unwrap();
    desk.see("RX not back");
    assert_eq!(desk.front().status.counters.sent.records, 1);
}

#[test]
fn answers_are_given_by_rule_and_kept() {
    let (mut desk, mut peer) = with_client();
    desk.press("Auto-reply");
    desk.fill("If it contains", "PING");
    desk.fill("Send back", "PONG\\q");
    desk.press_last("Escapes");
    desk.see("“\\q” is no escape (character 5).");
    desk.press("OK");
    assert!(desk.state().modal.is_some(), "what cannot be read cannot be used");
    desk.fill("Send back", "PONG\\r\\n");
    desk.press("OK");
    peer.write_all(b"a PING here").unwrap();
    assert_eq!(read_exactly(&mut peer, 6), b"PONG\r\n");
    desk.see("Auto-reply (1)");
    desk.press("Auto-reply (1)");
    desk.press("Answer 1");
    desk.press("OK");
    peer.write_all(b"PING").unwrap();
    desk.see("RX PING");
    assert_eq!(desk.front().status.counters.sent.records, 1, "it was switched off");
    assert_eq!(desk.restart().front().settings.composer.replies.len(), 1);
}

#[test]
fn a_file_is_sent_with_progress_and_can_be_stopped() {
    let (mut desk, mut peer) = with_client();
    let top = |desk: &Desk| desk.harness.get_by_label("Payload").rect().top();
    let before = top(&desk);
    let path = desk.folder.path().join("firmware.bin");
    std::fs::write(&path, vec![0xA5; 200_000]).unwrap();
    desk.press("File…");
    desk.fill("File", "/nowhere/at all");
    desk.press_last("Send");
    desk.see(&format!("Cannot read /nowhere/at all: {}", words_of(std::fs::File::open("/nowhere/at all"))));
    desk.fill("File", path.to_str().unwrap());
    desk.press_last("Send");
    let reader = std::thread::Builder::new().name("reader".into()).spawn(move || {
        let bytes = read_exactly(&mut peer, 200_000);
        (bytes, peer)
    });
    desk.hear("firmware.bin was sent");
    let (bytes, _peer) = reader.unwrap().join().unwrap();
    assert!(bytes.iter().all(|byte| *byte == 0xA5));

    // This peer reads nothing more, so the rest of a large file waits until it is stopped.
    std::fs::write(&path, vec![1; 64 << 20]).unwrap();
    desk.press("File…");
    desk.fill("File", path.to_str().unwrap());
    desk.press_last("Send");
    desk.see("firmware.bin · ");
    desk.draw();
    assert!(top(&desk) < before);
    desk.press("Cancel");
    desk.hear("firmware.bin: stopped after ");
    desk.hear(" of 64.0 MiB");
    assert!(desk.front().file.is_none());
    desk.draw();
    assert!((top(&desk) - before).abs() < 0.5, "the send area is as high as it was");
}

#[test]
fn the_page_of_a_file_chooses_to_whom_it_goes_and_the_send_area_keeps_its_own_choice() {
    let (mut desk, mut first) = with_client();
    let mut second = client(local(desk.front()).unwrap());
    desk.wait("both", |state| state.tabs[0].status.peers_present == 2);
    let path = desk.folder.path().join("one.bin");
    std::fs::write(&path, b"for one alone").unwrap();
    desk.press("File…");
    desk.fill("File", path.to_str().unwrap());
    desk.press_last("Send to");
    let line = format!("2  {}", second.local_addr().unwrap());
    desk.see(&line);
    desk.choose(&line);
    desk.press_last("Send");
    desk.hear("one.bin was sent");
    assert_eq!(read_exactly(&mut second, 13), b"for one alone");
    desk.write("to all");
    desk.press("Send");
    assert_eq!(read_exactly(&mut second, 6), b"to all");
    assert_eq!(read_exactly(&mut first, 6), b"to all", "it got nothing before");
}

#[test]
fn a_file_goes_out_in_pieces_and_a_client_that_left_is_told_of() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let (mut staying, leaving) = (client(listener), client(listener));
    desk.wait("both clients", |state| state.tabs[0].status.peers_present == 2);
    let path = desk.folder.path().join("parts.bin");
    std::fs::write(&path, b"0123456789").unwrap();
    desk.press("File…");
    desk.fill("File", path.to_str().unwrap());
    desk.fill("Pieces of", "four");
    desk.see("A whole number of bytes, at most 1,048,576.");
    desk.key(Modifiers::NONE, Key::Enter);
    assert!(desk.state().modal.is_some(), "what cannot be read is not sent");
    desk.fill("Pieces of", "4");
    desk.fill("Pause between them", "1");
    desk.press_last("Send");
    desk.hear("parts.bin was sent");
    assert_eq!(read_exactly(&mut staying, 10), b"0123456789");
    assert_eq!(desk.front().status.counters.sent.records, 6, "three pieces to each of two");

    // More than the system keeps for a client that does not read: who leaves has not got everything.
    let length = 32 << 20;
    std::fs::write(&path, vec![7; length]).unwrap();
    desk.press("File…");
    desk.fill("File", path.to_str().unwrap());
    assert!(desk.is_seen("Pieces of"));
    desk.fill("Pieces of", "65536");
    desk.fill("At most", "65536");
    desk.press_last("Send");
    let reader = std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || read_exactly(&mut staying, length).len())
        .unwrap();
    desk.see("parts.bin · ");
    drop(leaving);
    desk.hear("1 of 2 peers left before they had everything");
    assert_eq!(reader.join().unwrap(), length);
}

#[test]
fn fifty_megabytes_are_pasted_and_nothing_hangs_or_is_lost() {
    let (mut desk, mut peer) = with_client();
    desk.write("typed before");
    let length = 50 << 20;
    desk.harness.event(Event::Paste("x".repeat(length)));
    desk.draw();
    desk.see("50.0 MiB were pasted");
    desk.press("Discard");
    assert_eq!(draft(&desk), "typed before");
    desk.focus("Payload");
    desk.harness.event(Event::Paste("y".repeat(length)));
    desk.draw();
    desk.press("Send");
    peer.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let reader = std::thread::Builder::new().name("reader".into()).spawn(move || {
        let mut count = 0;
        let mut buffer = vec![0; 1 << 20];
        while count < length {
            count += peer.read(&mut buffer).unwrap();
        }
        count
    });
    desk.hear("Pasted text was sent (50.0 MiB)");
    assert_eq!(reader.unwrap().join().unwrap(), length);
    assert_eq!(draft(&desk), "typed before");
}

/// Pastes a text that is on its way for as long as this peer reads nothing.
fn with_paste_under_way() -> (Desk, TcpStream) {
    let (mut desk, peer) = with_client();
    desk.focus("Payload");
    desk.harness.event(Event::Paste("p".repeat(50 << 20)));
    desk.draw();
    desk.press("Send");
    desk.wait("the file", |state| state.tabs[0].file.is_some());
    desk.see("Pasted text · ");
    (desk, peer)
}

fn pasted_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder.join("sessions")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().path().extension() == Some("tmp".as_ref())).count()
}

#[test]
fn a_pasted_text_goes_out_of_memory_and_quitting_meanwhile_leaves_no_file() {
    let (desk, _peer) = with_paste_under_way();
    let Desk { harness, folder } = desk;
    assert_eq!(pasted_files(folder.path()), 0);
    drop(harness);
    assert_eq!(pasted_files(folder.path()), 0);
}

#[test]
fn a_paste_that_does_not_fit_beside_what_is_typed_is_not_cut() {
    let (mut desk, _peer) = with_client();
    desk.focus("Payload");
    let half = "z".repeat(40_000);
    for _ in 0..2 {
        desk.harness.event(Event::Paste(half.clone()));
        desk.draw();
    }
    assert_eq!(draft(&desk).len(), 40_000);
    desk.see("39.1 KiB were pasted");
}

#[test]
fn what_is_pasted_elsewhere_does_not_replace_a_pasted_text_that_waits() {
    let (mut desk, mut peer) = with_client();
    desk.focus("Payload");
    desk.harness.event(Event::Paste("w".repeat(100_000)));
    desk.draw();
    desk.see("97.7 KiB were pasted");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.harness.event(Event::Paste("f".repeat(200_000)));
    desk.hear("195.3 KiB are too long");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 100_000), vec![b'w'; 100_000]);
}

#[test]
fn a_pasted_text_that_cannot_go_out_is_kept() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    desk.focus("Payload");
    desk.harness.event(Event::Paste("x".repeat(100_000)));
    desk.draw();
    desk.press("Send");
    desk.hear("nobody to send to");
    desk.wait("the refusal", |state| state.tabs[0].file.is_none());
    desk.see("97.7 KiB were pasted");
    let mut peer = client(listener);
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 100_000), vec![b'x'; 100_000]);
    desk.hear("was sent (97.7 KiB)");
    assert!(!desk.is_seen("were pasted"));
}

#[test]
fn a_pasted_text_is_one_datagram_or_none() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let peer = datagrams();
    desk.fill("Remote", &peer.local_addr().unwrap().to_string());
    desk.open("Open");
    let paste = |desk: &mut Desk, length| {
        desk.focus("Payload");
        desk.harness.event(Event::Paste("d".repeat(length)));
        desk.draw();
    };
    paste(&mut desk, 66_000);
    desk.see("64.5 KiB were pasted: too long to edit.");
    desk.see("Too long for one datagram: 66,000 bytes, at most 65,507.");
    desk.key(Modifiers::COMMAND, Key::Enter);
    desk.hear("Too long for one datagram");
    assert_eq!(desk.front().status.counters.sent.records, 0);
    assert_eq!(desk.front().composer.pasted.as_deref().map(str::len), Some(66_000), "it is kept");
    desk.press("Discard");
    desk.write(&"t".repeat(30_000));
    paste(&mut desk, 60_000);
    desk.press("Send");
    assert_eq!(read_datagram(&peer).0, vec![b'd'; 60_000]);
    desk.press("Discard");
    desk.press("File…");
    desk.see("It is cut into datagrams of 1,400 bytes each.");
}

#[test]
fn answers_follow_the_encoding_that_is_chosen_while_open() {
    let mut tab = loopback(TabKind::TcpServer);
    let reply =
        ReplySettings { pattern: "?".to_owned(), answer: "温".to_owned(), ..ReplySettings::default() };
    tab.composer.replies = vec![reply];
    let (mut desk, mut peer) = with_client_of(tab);
    peer.write_all(b"?").unwrap();
    assert_eq!(read_exactly(&mut peer, 3), "温".as_bytes());
    desk.harness.get_all_by_label("Encoding").next().unwrap().click();
    desk.draw();
    desk.choose("GBK");
    desk.draw();
    peer.write_all(b"?").unwrap();
    assert_eq!(read_exactly(&mut peer, 2), b"\xCE\xC2");
}

#[test]
fn a_press_beside_a_page_keeps_what_was_typed_on_it() {
    let (mut desk, _peer) = with_client();
    let beside = |desk: &mut Desk| {
        let corner = egui::pos2(40.0, 820.0);
        desk.harness.drag_at(corner);
        desk.harness.drop_at(corner);
        desk.draw();
    };
    desk.press("Add a quick send");
    desk.fill("Name", "greet");
    beside(&mut desk);
    assert!(matches!(&desk.state().modal, Some(Modal::Quick(page)) if page.written.name == "greet"));
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(desk.state().modal.is_none(), "Escape leaves it");
    desk.key(Modifiers::NONE, Key::F1);
    assert!(desk.state().modal.is_some());
    beside(&mut desk);
    assert!(desk.state().modal.is_none(), "nothing was typed on the help page");
}

#[test]
fn arrows_in_a_long_line_and_with_shift_leave_the_draft_alone() {
    let (mut desk, mut peer) = with_client();
    desk.write("sent");
    desk.press("Send");
    assert_eq!(read_exactly(&mut peer, 4), b"sent");
    let long = "0123456789".repeat(40);
    desk.write(&long);
    desk.key(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(draft(&desk), long, "the arrow goes up one line of it");
    desk.write("short");
    desk.key(Modifiers::SHIFT, Key::ArrowUp);
    assert_eq!(draft(&desk), "short", "Shift selects");
    desk.key(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(draft(&desk), "sent");
}
