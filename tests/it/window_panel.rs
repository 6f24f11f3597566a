//! The panel at the left: it stays as wide as it was made, and what stands in it can be read.

use crate::window_support::{Desk, datagrams, loopback};
use egui::accesskit::Role;
use egui::{Color32, Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::ui::fonts::interface;
use sockscope::ui::theme::BODY_SIZE;
use sockscope::workspace::tabs::{TabKind, TabSettings};

/// The left and the right edge of the first control whose name contains this.
fn edges(desk: &Desk, part: &str) -> (f32, f32) {
    let rect = desk.harness.get_all_by_label_contains(part).next().expect(part).rect();
    (rect.left(), rect.right())
}

/// Where the panel ends: the sheet's bar begins there.
fn bar_start(desk: &Desk) -> f32 {
    edges(desk, "Dump").0
}

#[test]
fn the_panel_keeps_its_width_when_an_option_is_granted() {
    let options =
        ["receive-buffer=4000000", "send-buffer=4000000", "multicast-interface=a-very-long-interface-name"];
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let (start, button) = (bar_start(&desk), edges(&desk, "Open"));
    desk.press("Socket options");
    for option in &options[..2] {
        let (name, value) = option.split_once('=').unwrap();
        desk.press("Add an option");
        desk.choose(name);
        desk.fill("Value", value);
        desk.press("Set");
    }
    desk.open("Open");
    desk.see("granted");
    desk.draw();
    assert_eq!(bar_start(&desk).to_bits(), start.to_bits());
    let opened = edges(&desk, "■ Close");
    assert!(opened.1 <= button.1 && opened.1 > button.1 - 20.0, "{opened:?} was {button:?}");
    let crosses = edges(&desk, "Do not ask for receive-buffer=4000000");
    assert!(crosses.1 <= button.1, "{crosses:?} is cut at {}", button.1);
    let kept = TabSettings { options: options.map(str::to_owned).to_vec(), ..loopback(TabKind::Udp) };
    let mut desk = Desk::with_tabs(vec![kept]);
    desk.press("Socket options");
    desk.draw();
    assert_eq!(
        bar_start(&desk).to_bits(),
        start.to_bits(),
        "also with names that are longer than it is wide"
    );
}

#[test]
fn the_longest_address_of_ipv4_is_seen_whole_beside_the_list_of_targets() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let address = "255.255.255.255";
    desk.fill("Remote", address);
    let font = interface(BODY_SIZE);
    let wide =
        desk.harness.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(address.to_owned(), font, Color32::WHITE));
    let field = desk.harness.get_all_by_label("Remote").last().unwrap().rect();
    // Half of what stands around the text is at each side of it.
    assert!(wide.size().x + 18.0 <= field.width(), "{} in {}", wide.size().x, field.width());
    let button = desk.harness.get_by_label("Broadcast addresses and joined groups").rect();
    assert!(field.right() <= button.left() + 0.5, "{field} {button}");
}

#[test]
fn the_panel_keeps_its_width_when_an_earlier_session_is_looked_at() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let start = bar_start(&desk);
    desk.open("Open");
    desk.press_containing("■ Close");
    desk.wait("the end", |state| !state.tabs[0].is_open());
    let mut desk = desk.restart();
    desk.press("Sessions");
    desk.see("1 session");
    desk.press_containing("Open 2");
    desk.see("Earlier session");
    desk.draw();
    assert_eq!(bar_start(&desk).to_bits(), start.to_bits());
    desk.tab(0);
    assert_eq!(bar_start(&desk).to_bits(), start.to_bits());
}

#[test]
fn options_that_do_not_fit_are_not_offered_and_are_marked_where_they_are_kept() {
    let kept = TabSettings { options: vec!["no-delay=on".to_owned()], ..loopback(TabKind::Udp) };
    let mut desk = Desk::with_tabs(vec![kept, loopback(TabKind::TcpServer)]);
    desk.see("no-delay means nothing for UDP: take it out.");
    desk.press("Open");
    assert!(!desk.front().is_open());
    desk.press_containing("Socket options");
    desk.press("Do not ask for no-delay=on any more");
    assert!(!desk.is_seen("means nothing"));
    desk.press("Add an option");
    assert!(desk.is_seen("multicast-ttl") && !desk.is_seen("keep-alive") && !desk.is_seen("no-delay"));
    desk.key(Modifiers::NONE, Key::Escape);
    desk.open("Open");
    desk.tab(1);
    desk.press_containing("Socket options");
    desk.press("Add an option");
    assert!(desk.is_seen("no-delay") && !desk.is_seen("multicast-ttl"));
}

#[test]
fn all_of_a_datagram_session_are_peers() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    let socket = desk.open("Open");
    datagrams().send_to(b"here", socket).unwrap();
    desk.see("RX here");
    desk.press("All peers");
    let target = desk.harness.get_by_label("Send to").accesskit_node().value();
    assert_eq!(target.as_deref(), Some("To all peers"));
}

#[test]
fn two_panes_are_named_and_cut_nothing() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer), loopback(TabKind::Udp)]);
    let headings = |desk: &Desk| -> Vec<Rect> {
        let named = desk.harness.get_all_by_label_contains(" :0");
        named.filter(|node| node.accesskit_node().role() == Role::Heading).map(|node| node.rect()).collect()
    };
    assert_eq!(headings(&desk), Vec::<Rect>::new(), "a session alone is named by its tab");
    desk.menu_of("UDP / broadcast");
    desk.press("Show beside");
    let mut titles = headings(&desk);
    titles.sort_by(|one, other| one.left().total_cmp(&other.left()));
    let [left, right] = titles[..] else { panic!("{titles:?}") };
    for name in ["History ↑↓", "File…", "Every", "Auto-reply", "Echo"] {
        let mut seen: Vec<_> = desk.harness.get_all_by_label(name).map(|node| node.rect()).collect();
        seen.sort_by(|one, other| one.left().total_cmp(&other.left()));
        assert!(seen[0].left() >= left.left() - 20.0 && seen[0].right() < right.left(), "{name}: {seen:?}");
        assert!(seen[1].left() >= right.left() - 20.0, "{name}: {seen:?}");
    }
}

#[test]
fn the_field_for_a_group_says_what_is_missing_and_nothing_of_another_group() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::Udp)]);
    desk.open("Open");
    desk.fill("Multicast group", "abc");
    desk.see("“abc” is not a multicast group");
    desk.fill("Multicast group", "239.1");
    assert!(desk.is_seen("Not a whole group yet") && !desk.is_seen("is not a multicast group"));
    desk.fill("Multicast group", "239.1.2.3%gone0");
    assert!(!desk.is_seen("Not a whole group yet"));
    desk.press("Join");
    desk.see("Cannot join group");
    assert!(desk.front().panel.refusal.is_some());
    desk.fill("Multicast group", "239.1.2.4");
    assert_eq!(desk.front().panel.refusal, None, "it was said of another group");
    assert_eq!(desk.front().panel.group_draft, "239.1.2.4", "the keyboard stays in the field");
}
