//! The page of settings: each change is seen at once, and is in the file behind the page.

use crate::window_support::{Desk, loopback};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::codec::represent::View;
use sockscope::codec::text::TextEncoding;
use sockscope::ui::state::Page;
use sockscope::workspace::settings::{RendererChoice, Settings, ThemeChoice, TimeFormat};
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::TabKind;

fn choose(desk: &mut Desk, list: &str, line: &str) {
    // Its name stands before it.
    desk.press_last(list);
    desk.choose(line);
}

#[test]
fn what_is_set_counts_at_once_and_next_time() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.key(Modifiers::COMMAND, Key::Comma);
    assert_eq!(desk.state().page, Page::Settings);
    assert!(desk.is_seen("settings.toml"), "the file behind the page is named");
    choose(&mut desk, "Colours", "Light");
    choose(&mut desk, "Times", "2026-11-21 10:22:03.114");
    choose(&mut desk, "Drawing", "Processor");
    choose(&mut desk, "Encoding", "GBK");
    desk.press("Hex");
    desk.press_last("Wrap lines");
    choose(&mut desk, "Size", "125 %");
    choose(&mut desk, "Language", "简体中文");
    desk.see("设置");
    let dark_mode = desk.harness.ctx.global_style().visuals.dark_mode;
    assert!(!dark_mode && (desk.harness.ctx.zoom_factor() - 1.25).abs() < 0.01);

    desk.key(Modifiers::COMMAND, Key::T);
    assert_eq!(desk.state().page, Page::Tabs);
    let fresh = &desk.front().settings;
    assert!(fresh.wraps_lines && fresh.encoding == TextEncoding::GBK && fresh.view.of_payload() == View::Hex);

    let folder = desk.restart().folder;
    let settings = Store::new(folder.path()).load::<Settings>().value;
    assert_eq!((settings.theme, settings.renderer), (ThemeChoice::Light, RendererChoice::Software));
    assert_eq!((settings.time_format, settings.zoom_percent), (TimeFormat::Dated, 125));
    assert_eq!((settings.language.as_str(), settings.new_encoding.as_str()), ("zh-Hans", "gbk"));
}

#[test]
fn each_setting_says_what_it_does() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.key(Modifiers::COMMAND, Key::Comma);
    for sentence in ["from the next start on", "unless they are marked to be kept", "it is looked for"] {
        desk.see(sentence);
    }
    let days = desk.harness.get_all_by_label("Days").last().unwrap();
    assert_eq!(days.accesskit_node().numeric_value(), Some(90.0));
    desk.press("Back");
    assert_eq!(desk.state().page, Page::Tabs);
}

#[test]
fn escape_leaves_a_page_unless_something_in_front_of_it_has_a_use_for_it() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.key(Modifiers::COMMAND, Key::Comma);
    desk.key(Modifiers::NONE, Key::F1);
    desk.see("Shortcuts");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.lose("Shortcuts");
    assert_eq!(desk.state().page, Page::Settings, "it closed what was in front");
    desk.press_last("Colours");
    desk.key(Modifiers::NONE, Key::Escape);
    assert_eq!(desk.state().page, Page::Settings, "it closed a list");
    desk.key(Modifiers::NONE, Key::Escape);
    assert_eq!(desk.state().page, Page::Tabs);
}

#[test]
fn the_shortcuts_are_moved_by_keys() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.key(Modifiers::NONE, Key::F1);
    desk.see("Shortcuts");
    let top = |desk: &Desk| desk.harness.get_by_label("Shift+F10").rect().top();
    let at_first = top(&desk);
    desk.key(Modifiers::NONE, Key::ArrowDown);
    let lower = top(&desk);
    assert!(lower < at_first, "{lower} {at_first}");
    desk.key(Modifiers::NONE, Key::End);
    let at_the_end = top(&desk);
    assert!(at_the_end < lower, "{at_the_end} {lower}");
    desk.key(Modifiers::NONE, Key::Home);
    let back = top(&desk);
    assert!((back - at_first).abs() < 1.0, "{back} {at_first} {lower} {at_the_end}");
}
