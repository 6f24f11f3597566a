//! Tabs, sessions, finding, languages and what is kept between runs, in the window as a person uses it.

use crate::window_support::{Desk, client, local, loopback, prepare, words_of};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Popup, ViewportEvent};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::ui::pages::Modal;
use sockscope::ui::state::Page;
use sockscope::ui::tab::Tab;
use sockscope::util::locale::Language;
use sockscope::workspace::settings::ThemeChoice;
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::{TabKind, TabSettings, Tabs};
use std::fs;
use std::io::Write;
use std::net::TcpStream;

fn three() -> Desk {
    Desk::with_tabs([TabKind::TcpServer, TabKind::TcpClient, TabKind::Udp].map(loopback).to_vec())
}

fn kinds(desk: &Desk) -> Vec<TabKind> {
    desk.state().tabs.iter().map(|tab| tab.settings.kind).collect()
}

/// A listener with one client that has sent these.
fn with_received(payloads: &[&[u8]]) -> (Desk, TcpStream) {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let mut peer = client(desk.open("Listen"));
    for (place, payload) in payloads.iter().enumerate() {
        peer.write_all(payload).unwrap();
        desk.wait(place, |state| state.tabs[0].rows_seen >= place as u64 + 3);
    }
    (desk, peer)
}

#[test]
fn tabs_are_added_named_copied_moved_closed_and_opened_again() {
    use TabKind::{TcpClient, TcpServer, Udp};
    let mut desk = three();
    desk.press("New session");
    desk.press_last("UDP / broadcast");
    assert_eq!(kinds(&desk), [TcpServer, TcpClient, Udp, Udp]);
    desk.key(Modifiers::NONE, Key::F2);
    desk.fill("Name", "温度计");
    desk.key(Modifiers::NONE, Key::Enter);
    assert!(desk.is_seen("温度计"));
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::PageUp);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::PageUp);
    assert_eq!(desk.state().tabs[1].settings.name, "温度计");
    desk.key(Modifiers::COMMAND, Key::D);
    assert_eq!(desk.state().tabs[2].settings.name, "温度计");
    desk.key(Modifiers::COMMAND, Key::W);
    assert_eq!(kinds(&desk), [TcpServer, Udp, TcpClient, Udp]);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(desk.front().settings.name, "温度计");
    desk.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!(desk.front().settings.kind, TcpServer, "after the last comes the first");
}

#[test]
fn menus_close_when_a_screen_reader_or_a_key_chooses() {
    let (mut desk, _peer) = with_received(&[b"row"]);
    let choose = |desk: &mut Desk, line: &str, by_key: bool| {
        let nodes: Vec<_> = desk.harness.get_all_by_label(line).collect();
        let node = nodes.into_iter().next_back().unwrap();
        if by_key {
            node.focus();
            desk.draw();
            desk.key(Modifiers::NONE, Key::Enter);
        } else {
            node.click_accesskit();
            desk.draw();
        }
        assert!(!Popup::is_any_open(&desk.harness.ctx), "{line} is chosen, by key: {by_key}");
    };
    for by_key in [false, true] {
        desk.press("Menu");
        choose(&mut desk, "Bigger", by_key);
        desk.press("Menu");
        choose(&mut desk, "Dark", by_key);
        desk.menu_of("TCP server");
        choose(&mut desk, "Duplicate", by_key);
        desk.press("New session");
        choose(&mut desk, "UDP / broadcast", by_key);
        desk.tab(0);
        desk.menu_of("RX row");
        choose(&mut desk, "Select all", by_key);
        desk.menu_of("RX row");
        desk.press("Copy as");
        choose(&mut desk, "Copy as hex", by_key);
        desk.press("How times are written");
        choose(&mut desk, "Seconds since 1970 (Unix time)", by_key);
    }
}

#[test]
fn arrows_go_from_tab_to_tab() {
    let mut desk = three();
    desk.harness.get_all_by_label_contains("TCP server :").next().unwrap().focus();
    desk.draw();
    for (key, place) in [
        (Key::ArrowRight, 1),
        (Key::ArrowRight, 2),
        (Key::ArrowRight, 0),
        (Key::ArrowLeft, 2),
        (Key::Home, 0),
        (Key::End, 2),
        (Key::ArrowLeft, 1),
    ] {
        desk.key(Modifiers::NONE, key);
        assert_eq!(desk.state().tabs.place(desk.state().tabs.active), Some(place), "{key:?}");
    }
    desk.key(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(desk.state().tabs.place(desk.state().tabs.active), Some(1));
}

#[test]
fn a_bar_with_too_many_tabs_is_scrolled_with_the_wheel_and_listed() {
    let named = |number: u8| TabSettings { name: format!("tab {number}"), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs((10..40).map(named).collect());
    let place = |desk: &Desk, name: &str| {
        desk.harness.get_all_by_label_contains(name).next().unwrap().rect().center()
    };
    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1460.0, 40.0));
    let before = place(&desk, "tab 11");
    desk.harness.event(Event::PointerMoved(before));
    desk.harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -100.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    desk.harness.run_steps(30);
    let moved = before.x - place(&desk, "tab 11").x;
    assert!((moved - 100.0).abs() < 1.0, "it moved by {moved}");
    assert!(window.contains(place(&desk, "New session")), "the plus stays in sight");
    desk.press("All sessions of this window");
    desk.choose("tab 22 · not listening");
    assert_eq!(desk.front().settings.name, "tab 22");
    desk.harness.run_steps(60);
    assert!(window.contains(place(&desk, "tab 22")), "it is in sight");
    assert!(!three().is_seen("All sessions of this window"), "all of them are in sight");
}

#[test]
fn a_tab_that_got_no_name_is_still_called_by_its_address() {
    let mut desk = three();
    desk.key(Modifiers::NONE, Key::F2);
    desk.draw();
    desk.key(Modifiers::NONE, Key::Enter);
    assert!(desk.state().modal.is_none());
    desk.fill("Port", "7777");
    desk.see("TCP server :7777");
    desk.key(Modifiers::NONE, Key::F2);
    desk.fill("Name", "oven");
    desk.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desk.front().settings.name, "oven");
    desk.key(Modifiers::NONE, Key::F2);
    desk.fill("Name", "");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("TCP server :7777");
}

#[test]
fn a_tab_without_rows_says_what_to_do_whatever_is_hidden() {
    let mut desk = three();
    desk.key(Modifiers::COMMAND, Key::F);
    desk.press("Matches only");
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(desk.front().log.find.shows_only_matches() && !desk.front().log.find.is_shown);
    desk.see("Press Listen at the left");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("dir:tx");
    desk.draw();
    desk.see("Press Listen at the left");
}

#[test]
fn a_tab_is_dragged_to_another_place() {
    let mut desk = three();
    let middle = |desk: &Desk, part: &str| {
        desk.harness.get_all_by_label_contains(part).next().unwrap().rect().center()
    };
    let (from, to) = (middle(&desk, "TCP server :"), middle(&desk, "UDP / broadcast :"));
    let way = (0..=8_u8).map(|step| from.lerp(to, f32::from(step) / 8.0));
    desk.drag(&way.chain([to + egui::vec2(30.0, 0.0)]).collect::<Vec<_>>());
    assert_eq!(kinds(&desk), [TabKind::TcpClient, TabKind::Udp, TabKind::TcpServer]);
}

#[test]
fn an_open_tab_is_closed_only_when_the_person_agrees() {
    let mut desk = three();
    desk.open("Listen");
    desk.key(Modifiers::COMMAND, Key::W);
    desk.see("Close an open session?");
    desk.press("Cancel");
    assert_eq!(desk.state().tabs.len(), 3);
    desk.key(Modifiers::COMMAND, Key::W);
    desk.key(Modifiers::NONE, Key::Enter);
    assert!(desk.state().modal.is_none());
    assert_eq!(desk.state().tabs.len(), 3, "Enter is the answer that changes nothing");
    desk.key(Modifiers::COMMAND, Key::W);
    desk.press("Close it");
    assert_eq!(kinds(&desk), [TabKind::TcpClient, TabKind::Udp]);
}

#[test]
fn quitting_asks_while_a_session_is_open() {
    let mut desk = three();
    desk.open("Listen");
    desk.key(Modifiers::NONE, Key::F1);
    let root = desk.harness.input().viewport_id;
    let viewport = desk.harness.input_mut().viewports.entry(root).or_default();
    viewport.events.push(ViewportEvent::Close);
    desk.harness.step();
    assert!(desk.state().asks_quit);
    desk.see("Quit while something is going on?");
    desk.press("Cancel");
    assert!(!desk.state().asks_quit);
    assert!(matches!(desk.state().modal, Some(Modal::Help)), "the page in front is there again");
    assert!(desk.front().is_open());
}

#[test]
fn two_sessions_are_seen_side_by_side() {
    let mut desk = three();
    desk.menu_of("TCP client");
    desk.press("Show beside");
    assert_eq!(desk.harness.get_all_by_label("Payload").count(), 2);
    desk.menu_of("TCP client");
    desk.press("Show alone");
    assert_eq!(desk.harness.get_all_by_label("Payload").count(), 1);
}

#[test]
fn shortcuts_go_to_the_side_that_was_touched_last() {
    let mut desk = three();
    desk.menu_of("TCP client");
    desk.press("Show beside");
    let right = |desk: &Desk| {
        let fields = desk.harness.get_all_by_label("Payload");
        fields.map(|field| field.rect().center()).max_by(|one, other| one.x.total_cmp(&other.x)).unwrap()
    };
    let at = right(&desk);
    desk.harness.drag_at(at);
    desk.harness.drop_at(at);
    desk.draw();
    desk.enter("to the right");
    assert_eq!(desk.state().tabs[1].settings.composer.draft, "to the right");
    desk.key(Modifiers::COMMAND, Key::F);
    assert!(desk.state().tabs[1].log.find.is_shown && !desk.state().tabs[0].log.find.is_shown);
    desk.press("Listen");
    desk.key(Modifiers::COMMAND, Key::F);
    assert!(desk.state().tabs[0].log.find.is_shown, "the left one was pressed");
    let at = right(&desk);
    desk.harness.drag_at(at);
    desk.harness.drop_at(at);
    desk.draw();
    desk.key(Modifiers::COMMAND, Key::W);
    assert_eq!(kinds(&desk), [TabKind::TcpServer, TabKind::Udp]);
}

#[test]
fn keys_and_the_inspector_are_for_the_side_that_was_touched_last() {
    let named = |name: &str| TabSettings { name: name.to_owned(), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![named("left"), named("right")]);
    desk.open("Listen");
    desk.tab(1);
    desk.open("Listen");
    desk.tab(0);
    desk.menu_of("right");
    desk.press("Show beside");
    let row = |desk: &Desk, is_left: bool| {
        let rows = desk.harness.get_all_by_label_contains("listening on");
        let rows = rows.filter(|row| row.accesskit_node().role() == Role::ListBoxOption);
        let mut places: Vec<_> = rows.map(|row| row.rect().left_center() + egui::vec2(90.0, 0.0)).collect();
        places.sort_by(|one, other| one.x.total_cmp(&other.x));
        places[usize::from(!is_left)]
    };
    for (is_left, port) in [(true, 0), (false, 1), (true, 0)] {
        let at = row(&desk, is_left);
        desk.harness.drag_at(at);
        desk.harness.drop_at(at);
        desk.draw();
        let place = desk.state().tabs[port].log.inspector.row.as_ref().map(|row| row.record.id.0);
        assert_eq!(place, Some(0));
        assert_eq!(desk.state().tabs.keyboard_tab(), desk.state().tabs[port].key);
    }
    desk.key(Modifiers::NONE, Key::Escape);
    desk.key(Modifiers::NONE, Key::Escape);
    desk.key(Modifiers::COMMAND, Key::A);
    let selected =
        |desk: &Desk, place: usize| desk.state().tabs[place].log.sheet.selection().ranges().to_vec();
    assert_eq!((selected(&desk, 0).len(), selected(&desk, 1)), (1, vec![0..=0]));
}

#[test]
fn no_shortcut_reaches_a_tab_behind_the_list_of_sessions() {
    let mut desk = three();
    desk.press("Sessions");
    desk.key(Modifiers::COMMAND, Key::W);
    desk.key(Modifiers::COMMAND, Key::F);
    assert_eq!(desk.state().tabs.len(), 3);
    assert!(desk.state().page == Page::Sessions && !desk.front().log.find.is_shown);
}

#[test]
fn escape_ends_finding_only_where_it_was_meant() {
    let (mut desk, _peer) = with_received(&[b"row"]);
    desk.key(Modifiers::COMMAND, Key::F);
    desk.focus("Payload");
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(desk.front().log.find.is_shown, "it was meant for the send field");
    desk.focus("Find");
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(!desk.front().log.find.is_shown);
}

#[test]
fn a_row_is_found_again_after_everything_was_cleared() {
    let (mut desk, _peer) = with_received(&[b"cleared"]);
    desk.key(Modifiers::COMMAND, Key::L);
    assert!(!desk.is_seen("RX cleared"));
    desk.key(Modifiers::COMMAND, Key::G);
    desk.enter("+0");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("RX cleared");
}

#[test]
fn earlier_sessions_are_listed_opened_kept_and_deleted() {
    let (desk, _peer) = with_received(&[b"from yesterday"]);
    let mut desk = desk.restart();
    desk.press("Sessions");
    desk.see("1 session");
    desk.see(" records");
    desk.press_containing("Open 2");
    desk.see("RX from yesterday");
    desk.see("Earlier session");
    assert!(desk.front().is_kept() && !desk.is_seen("Payload"));
    assert!(
        !desk.is_seen("kernel drops") && desk.is_seen("rows"),
        "it counts rows, and no traffic of its own"
    );
    assert_eq!(desk.front().peers.total, 1);
    desk.press("Sessions");
    for kept in [true, false] {
        desk.press_containing("Keep 2");
        desk.wait("the change", |state| {
            let is_seen = state.sessions.list.first().is_some_and(|session| session.kept == kept);
            is_seen && state.sessions.changing.is_empty()
        });
    }
    desk.press_containing("Delete 2");
    desk.see("Delete 1 session?");
    desk.press("Delete");
    desk.wait("the end of it", |state| state.sessions.list.is_empty());
    assert!(!desk.state().tabs.iter().any(Tab::is_kept), "its tab is gone, too");
}

#[test]
fn after_a_restart_the_last_session_is_offered_in_its_tab_and_tabs_that_show_one_come_back() {
    let (desk, _peer) = with_received(&[b"from yesterday"]);
    let mut desk = desk.restart();
    desk.see("Show the last session");
    assert!(!desk.is_seen("cut off"), "it was closed");
    desk.press("Show the last session");
    desk.see("RX from yesterday");
    let journal = desk.front().settings.journal.clone();

    let mut desk = desk.restart();
    desk.see("RX from yesterday");
    assert!(desk.front().is_kept() && desk.front().peers.total == 1);
    assert_eq!(desk.state().tabs.len(), 2);
    desk.tab(0);
    desk.see("Show the last session");
    desk.open("Listen");
    assert!(!desk.is_seen("Show the last session"));
    assert_ne!(desk.front().settings.journal, journal, "the next time, this one is offered");

    let journal = journal.unwrap();
    fs::remove_file(&journal).unwrap();
    let mut desk = desk.restart();
    desk.hear(&words_of(fs::File::open(&journal)));
    assert_eq!(desk.state().tabs.len(), 1, "what is gone has no tab");
}

#[test]
fn after_a_crash_the_session_that_was_cut_off_is_offered_and_marked() {
    let (mut desk, _peer) = with_received(&[b"before the crash"]);
    let store = Store::new(desk.folder.path());
    desk.wait("the name of the journal in the file", |_| {
        store.look_at::<Tabs>().is_ok_and(|tabs| !tabs.tabs[0].journal.is_empty())
    });
    // What a crash leaves: no more than what was written by then.
    let left = tempfile::tempdir().unwrap();
    let journal = left.path().join("sessions").join("cut.skj");
    let mut tabs = store.look_at::<Tabs>().unwrap().tabs;
    let was_written = std::mem::replace(&mut tabs[0].journal, journal.display().to_string());
    prepare(&left, tabs);
    fs::copy(was_written, journal).unwrap();

    let mut desk = Desk::over(left);
    desk.see("cut off");
    desk.press("Show the last session");
    desk.see("RX before the crash");
    desk.press("Sessions");
    desk.see("cut off");
}

#[test]
fn what_is_looked_for_is_found_as_text_hex_and_pattern() {
    let (mut desk, _peer) =
        with_received(&["温度=25".as_bytes(), b"\x55\xAA\x07\x01", b"ID=07 OK", b"ID=08 OK"]);
    desk.key(Modifiers::COMMAND, Key::F);
    for (typed, rows) in [
        ("温度", 1),
        ("hex:\"55 AA ?? 01\"", 1),
        (r#"text ~ "ID=\d+""#, 2),
        ("id ok", 2),
        ("dir:rx and len > 7 and not 温度", 2),
        ("dir:rx and len >", 0),
        ("nowhere", 0),
    ] {
        desk.fill("Find", typed);
        desk.wait(typed, |state| {
            state.tabs[0].log.find.progress().is_none() && state.tabs[0].log.find.rows().len() == rows
        });
    }
    desk.see("Nothing found. What is said of events");
    desk.fill("Find", "OK");
    desk.wait("both", |state| state.tabs[0].log.find.rows().len() == 2);
    desk.key(Modifiers::NONE, Key::F3);
    assert_eq!(desk.front().log.find.current_place(), Some(1));
    desk.key(Modifiers::NONE, Key::F3);
    assert_eq!(desk.front().log.find.current_place(), Some(2));
    desk.key(Modifiers::SHIFT, Key::F3);
    assert_eq!(desk.front().log.find.current_place(), Some(1));
    desk.press("Matches only");
    assert!(desk.is_seen("RX ID=07 OK") && !desk.is_seen("RX 温度=25"));
    desk.key(Modifiers::NONE, Key::Escape);
    desk.draw();
    assert!(desk.is_seen("RX 温度=25"));
}

#[test]
fn one_direction_alone_is_shown() {
    let (mut desk, _peer) = with_received(&[b"came"]);
    desk.write("went");
    desk.press("Send");
    desk.see("TX went");
    desk.menu_of("TX went");
    desk.press("Filter by this row");
    desk.press("Show only this direction");
    desk.wait("the filter", |state| state.tabs[0].log.find.passed().is_some());
    desk.draw();
    assert!(desk.is_seen("TX went") && !desk.is_seen("RX came"));
}

#[test]
fn another_encoding_shows_the_whole_past_anew() {
    let (mut desk, mut peer) = with_received(&[b"\xCE\xC2\xB6\xC8", b"\xC4"]);
    peer.write_all(b"\xE3").unwrap();
    assert!(!desk.is_seen("RX 温度"));
    desk.harness.get_all_by_label("Encoding").next().unwrap().click();
    desk.draw();
    desk.choose("GBK");
    desk.see("RX 温度");
    desk.see("RX 你");
}

#[test]
fn the_language_is_switched_while_sessions_are_open() {
    let (mut desk, _peer) = with_received(&[b"payload"]);
    desk.press("EN / 中");
    desk.see("停止监听");
    desk.see("监听");
    desk.see("面板宽度");
    assert!(!desk.is_seen("Resize panel"), "the toolkit's own word");
    assert_eq!(desk.state().language, Language::SimplifiedChinese);
    assert!(local(desk.front()).is_some());
    assert_eq!(desk.state().settings.language, "zh-Hans");
}

#[test]
fn what_a_person_chose_is_there_next_time() {
    let mut desk = three();
    desk.tab(2);
    desk.fill("Port", "7777");
    desk.press("Dark or light");
    desk.key(Modifiers::COMMAND, Key::Plus);
    let desk = desk.restart();
    assert_eq!(desk.front().settings.local_port, "7777");
    assert_eq!(desk.front().settings.kind, TabKind::Udp);
    assert_eq!(desk.state().settings.zoom_percent, 110);
}

#[test]
fn a_first_start_has_three_tabs_and_writes_its_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sessions")).unwrap();
    let mut desk = Desk::over(folder);
    assert_eq!(kinds(&desk), [TabKind::TcpServer, TabKind::TcpClient, TabKind::Udp]);
    let path = desk.folder.path().to_owned();
    let files = ["settings.toml", "tabs.toml", "sending.toml"];
    desk.wait("the files", |_| files.iter().all(|file| path.join(file).exists()));
}

#[test]
fn damaged_settings_are_said_and_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![TabSettings::default()]);
    fs::write(folder.path().join("settings.toml"), "version = 1\ntheme = [").unwrap();
    let mut desk = Desk::over(folder);
    desk.hear("settings.toml.damaged-1");
    assert_eq!(desk.state().theme, ThemeChoice::Dark, "the one asked for at start");
    assert_eq!(desk.state().settings.theme, ThemeChoice::System, "it is not what the person chose");
    let aside = fs::read_to_string(desk.folder.path().join("settings.toml.damaged-1")).unwrap();
    assert!(aside.contains("theme = ["));
}

#[test]
fn every_control_of_every_page_has_a_name() {
    let (mut desk, _peer) = with_received(&[b"row"]);
    assert_named(&desk, "a listening session");
    for keys in [(Modifiers::COMMAND, Key::F), (Modifiers::COMMAND, Key::G), (Modifiers::NONE, Key::F1)] {
        desk.key(keys.0, keys.1);
        assert_named(&desk, keys.1.name());
        desk.key(Modifiers::NONE, Key::Escape);
    }
    for opener in ["Auto-reply", "Add a quick send", "File…", "Save log…"] {
        desk.press(opener);
        assert_named(&desk, opener);
        desk.press("Cancel");
    }
    for menu in ["Menu", "New session", "Addresses of this machine", "How times are written", "Checksum"] {
        desk.press(menu);
        assert_named(&desk, menu);
        desk.key(Modifiers::NONE, Key::Escape);
    }
    desk.press_containing("Socket options");
    assert_named(&desk, "socket options");
    desk.press("Sessions");
    desk.see("1 session");
    assert_named(&desk, "sessions");
}

fn assert_named(desk: &Desk, page: &str) {
    for node in desk.harness.root().children_recursive() {
        let node = node.accesskit_node();
        let can_be_used = matches!(
            node.role(),
            Role::Button
                | Role::CheckBox
                | Role::ComboBox
                | Role::Link
                | Role::ListBox
                | Role::ListBoxOption
                | Role::MenuItem
                | Role::MultilineTextInput
                | Role::RadioButton
                | Role::RadioGroup
                | Role::Slider
                | Role::SpinButton
                | Role::Tab
                | Role::TextInput
        );
        let name = node.label().unwrap_or_default();
        assert!(!can_be_used || !name.trim().is_empty(), "{page}: a {:?} has no name", node.role());
    }
}

#[test]
fn a_text_that_one_encoding_lacks_is_looked_for_in_the_next() {
    let tab = TabSettings { encoding: "windows-1252".to_owned(), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![tab]);
    let mut peer = client(desk.open("Listen"));
    peer.write_all(b"\xCE\xC2").unwrap();
    desk.key(Modifiers::COMMAND, Key::F);
    desk.fill("Find", "温");
    desk.wait("the error", |state| state.tabs[0].log.find.error.is_some());
    desk.harness.get_all_by_label("Encoding").next().unwrap().click();
    desk.draw();
    desk.choose("GBK");
    desk.wait("the match", |state| state.tabs[0].log.find.rows().len() == 1);
    assert!(desk.front().log.find.error.is_none());
}

#[test]
fn what_could_not_be_written_is_told_and_written_later() {
    let mut desk = three();
    let folder = desk.folder.path().to_owned();
    desk.wait("the files", |_| folder.join("sending.toml").exists());
    let away = folder.with_extension("away");
    fs::rename(&folder, &away).unwrap();
    desk.fill("Port", "7777");
    desk.hear("tabs.toml");
    fs::rename(&away, &folder).unwrap();
    assert_eq!(desk.restart().front().settings.local_port, "7777");
}

#[cfg(unix)]
#[test]
fn a_pause_of_a_datagram_session_is_not_called_free_of_loss() {
    for (place, button, said) in [
        (0, "Listen", "Receiving is paused and nothing is lost"),
        (2, "Open", "the rest is counted as dropped"),
    ] {
        let mut desk = three();
        desk.tab(place);
        desk.open(button);
        fs::remove_file(desk.front().reader().unwrap().path()).unwrap();
        desk.see(said);
    }
}

#[test]
fn news_of_a_tab_is_seen_once_it_was_looked_at() {
    let mut desk = three();
    let listener = desk.open("Listen");
    desk.tab(1);
    let mut peer = client(listener);
    peer.write_all(b"news").unwrap();
    desk.wait("the news", |state| state.tabs[0].is_fresh && state.tabs[0].rows_seen >= 3);
    let title = desk.state().tabs[0].key;
    desk.tab(0);
    desk.tab(1);
    assert!(!desk.front().is_fresh && !desk.state().tab(title).unwrap().is_fresh);
    peer.write_all(b"more").unwrap();
    desk.wait("more news", |state| state.tabs[0].is_fresh);
    desk.menu_of("TCP server");
    desk.press("Show beside");
    assert!(!desk.state().tabs[0].is_fresh, "it is seen beside the other");
}

#[test]
fn the_bar_shows_the_tab_that_came_to_the_front() {
    let named =
        |number: usize| TabSettings { name: format!("bench number {number}"), ..TabSettings::default() };
    let mut desk = Desk::with_tabs((0..20).map(named).collect());
    let right_of = |desk: &Desk, name: &str| {
        let tabs = desk.harness.get_all_by_label_contains(name);
        tabs.map(|tab| tab.rect().right()).fold(f32::MIN, f32::max)
    };
    assert!(right_of(&desk, "bench number 19") > 1460.0, "it is out of sight");
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab);
    assert_eq!(desk.state().tabs.active, desk.state().tabs[19].key);
    desk.harness.run_steps(40);
    assert!(right_of(&desk, "bench number 19") < 1460.0);
}

#[test]
fn text_in_another_encoding_is_noticed_and_shown_with_one_click() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    peer.write_all(b"plain\r\n").unwrap();
    desk.see("RX plain");
    assert!(!desk.is_seen("show as"));
    peer.write_all(b"\xCE\xC2\xB6\xC8=25.3\r\n").unwrap();
    desk.see("Not UTF-8: show as GBK");
    desk.press("Not UTF-8: show as GBK");
    desk.see("RX 温度=25.3");
    assert!(!desk.is_seen("show as"), "it fits now");
}
