//! Running text in the window: a device that talks in lines, as a person reads it.

use crate::window_support::{Desk, client, local, loopback, prepare};
use egui::{Event, Key, Modifiers, Pos2, pos2};
use egui_kittest::kittest::Queryable;
use sockscope::model::framing::Framing;
use sockscope::ui::fonts::payload_column_width;
use sockscope::ui::sheet::Rows;
use sockscope::ui::sheet::columns::{Columns, Widths};
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::{TabKind, TabSettings, Tabs, ViewChoice};
use std::fs;
use std::io::Write;
use std::net::TcpStream;

/// A listener in GBK, and a device that has sent lines in pieces of seven bytes and waits behind a prompt.
fn with_device() -> (Desk, TcpStream) {
    let tab = TabSettings { encoding: "gbk".to_owned(), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![tab]);
    let listener = desk.open("Listen");
    let mut device = client(listener);
    let text = "\u{1B}[32m系统\u{1B}[0m启动完成\r\n温度=26.5\t正常\r\n控制台> ";
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    for (number, piece) in bytes.chunks(7).enumerate() {
        device.write_all(piece).unwrap();
        let rows = number as u64 + 3;
        desk.wait(number, |state| state.tabs[0].rows_seen >= rows);
    }
    (desk, device)
}

#[test]
fn a_device_that_talks_in_lines_is_read_as_lines_and_its_prompt_grows() {
    let (mut desk, mut device) = with_device();
    desk.press("Running text");
    for line in ["RX 系统启动完成", "RX 温度=26.5       正常", "RX 控制台> "] {
        desk.see(line);
    }
    device.write_all(b"help").unwrap();
    desk.see("RX 控制台> help");
    assert!(desk.harness.query_by_label("RX 控制台> help").is_some(), "without a remark");
    let time = desk.about("RX 系统启动完成");
    assert!(time.contains(':') && time.contains("← 1"), "{time}");
    desk.press("ANSI colours");
    desk.see("RX ESC[32m系统ESC[0m启动完成");
    desk.press("ANSI colours");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("温度");
    desk.wait("what is found", |state| state.tabs.front().unwrap().log.find.rows().len() == 1);
}

#[test]
fn the_chosen_split_comes_back_and_the_view_is_kept_with_the_tab() {
    let (mut desk, _device) = with_device();
    let split = |desk: &Desk| desk.front().log.rows.as_ref().unwrap().split().clone();
    let records = desk.front().log.rows.as_ref().unwrap().len();
    desk.key(Modifiers::ALT, Key::R);
    desk.see("RX 系统启动完成");
    assert_eq!(split(&desk), Framing::Lines);
    assert!(desk.harness.query_by_label("Split").is_none(), "it makes no difference here");
    desk.press("Decoded");
    desk.wait("records", |state| state.tabs[0].log.rows.as_ref().unwrap().len() == records);
    assert_eq!(split(&desk), Framing::None);
    desk.press("Running text");
    let folder = desk.restart().folder;
    let kept = Store::new(folder.path()).load::<Tabs>().value;
    assert_eq!((kept.tabs[0].view, kept.tabs[0].split.as_str()), (ViewChoice::Running, "none"));
}

/// Drags over these places, and copies what is selected then.
fn drag_and_copy(desk: &mut Desk, places: &[Pos2]) -> String {
    desk.drag(places);
    desk.harness.event(Event::Copy);
    desk.copied()
}

#[test]
fn text_is_selected_across_lines_and_copied_as_it_is_seen() {
    let (mut desk, _device) = with_device();
    desk.press("Running text");
    desk.see("RX 控制台> ");
    // Two wide characters into the first of these lines, and three into the last.
    let place = |desk: &Desk, line: &str, columns: f32| {
        let rect = desk.harness.get_by_label_contains(line).rect();
        let content = Columns::of_running(rect, Widths::default()).content;
        pos2(content.min + columns * payload_column_width(), rect.center().y)
    };
    let from = place(&desk, "RX 系统启动完成", 4.0);
    let to = place(&desk, "RX 控制台> ", 6.0);
    assert_eq!(
        drag_and_copy(&mut desk, &[from, from.lerp(to, 0.5), to]),
        "启动完成\n温度=26.5       正常\n控制台"
    );
    let selected = desk.front().log.sheet.selection().ranges().to_vec();
    assert_eq!(selected.len(), 1, "the rows are selected, too: {selected:?}");
    // Its rows are selected anew with the keys: as a whole.
    for _ in 0..2 {
        desk.key(Modifiers::NONE, Key::ArrowUp);
    }
    for _ in 0..2 {
        desk.key(Modifiers::SHIFT, Key::ArrowDown);
    }
    assert_eq!(desk.front().log.sheet.selection().ranges(), selected);
    desk.harness.event(Event::Copy);
    assert_eq!(desk.copied(), "系统启动完成\n温度=26.5       正常\n控制台> ");
    // Within one line, where the sequences between the letters are not seen; and all of it.
    let (from, to) = (place(&desk, "RX 系统启动完成", 2.0), place(&desk, "RX 系统启动完成", 6.0));
    assert_eq!(drag_and_copy(&mut desk, &[from, to]), "统启");
    desk.key(Modifiers::COMMAND, Key::A);
    desk.harness.event(Event::Copy);
    let all = desk.copied();
    assert!(all.starts_with("listening on 127.0.0.1:") && all.ends_with("正常\n控制台> "), "{all}");
}

#[test]
fn a_press_on_a_peer_switches_to_its_stream_and_back() {
    let (mut desk, _device) = with_device();
    let mut other = client(local(desk.front()).unwrap());
    other.write_all(b"from the other\r\n").unwrap();
    desk.press("Running text");
    desk.see("RX from the other");
    let press_peer = |desk: &mut Desk, line: &str| {
        let rect = desk.harness.get_by_label(line).rect();
        let peer = Columns::of_running(rect, Widths::default()).peer;
        let at = pos2(peer.center(), rect.center().y);
        desk.harness.drag_at(at);
        desk.harness.drop_at(at);
        desk.draw();
    };
    press_peer(&mut desk, "RX from the other");
    desk.lose("RX 控制台> ");
    assert_eq!(desk.front().settings.filter, "peer:2");
    press_peer(&mut desk, "RX from the other");
    desk.see("RX 控制台> ");
    assert_eq!(desk.front().settings.filter, "");
}

#[test]
fn tabs_of_before_there_was_running_text_are_read_as_before() {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let file = folder.path().join("tabs.toml");
    let written = fs::read_to_string(&file).unwrap();
    let lines = written.lines().filter(|line| !line.starts_with("terminal_colors"));
    fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let desk = Desk::over(folder);
    assert!(desk.front().settings.has_terminal_colors);
}
