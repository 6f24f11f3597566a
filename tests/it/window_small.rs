//! The window on small screens: at its least size, and at the sizes between it and usual ones, nothing lies over another
//! thing, and what everything begins with stays in sight.

use crate::window_support::{Desk, client, loopback};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::workspace::tabs::{HighlightSettings, TabKind};
use std::io::Write;

/// The least size that the window asks its desktop for.
const LEAST: egui::Vec2 = vec2(760.0, 480.0);

/// How wide the panel of the connection is at first, with its edge.
const SIDE: f32 = 270.0;

/// The parts of what lies below the log, in both languages.
const DRAWERS: [[&str; 4]; 2] = [
    [
        "Write and send",
        "Messages that stand ready",
        "Steps, one after the other",
        "What is answered by itself",
    ],
    ["编写并发送", "多条发送列表", "按顺序执行的步骤", "自动应答规则"],
];

/// What can be pressed or written into, right of the panel of the connection.
fn controls(desk: &Desk) -> Vec<(String, Rect)> {
    let mut found = Vec::new();
    for node in desk.harness.root().children_recursive() {
        let access = node.accesskit_node();
        // What was left out has no place.
        let Some(bounds) = access.raw_bounds() else { continue };
        #[expect(clippy::cast_possible_truncation, reason = "places on a screen")]
        let [x0, y0, x1, y1] = [bounds.x0, bounds.y0, bounds.x1, bounds.y1].map(|at| at as f32);
        let rect = Rect::from_min_max(egui::pos2(x0, y0), egui::pos2(x1, y1));
        let is_control = matches!(
            access.role(),
            Role::Button
                | Role::CheckBox
                | Role::TextInput
                | Role::MultilineTextInput
                | Role::ComboBox
                | Role::RadioButton
                | Role::Switch
        );
        if is_control && rect.left() > SIDE && rect.width() > 0.0 {
            found.push((access.label().unwrap_or_default(), rect));
        }
    }
    found
}

fn check(desk: &Desk, case: &str) {
    let controls = controls(desk);
    let screen = desk.harness.ctx.content_rect();
    assert!(controls.len() > 12, "{case}: {controls:?}");
    for (place, (name, rect)) in controls.iter().enumerate() {
        assert!(screen.expand(0.5).contains_rect(*rect), "{case}: {name} is cut: {rect:?}");
        for (other, room) in &controls[place + 1..] {
            let shared = rect.intersect(*room);
            let is_over = shared.width() > 0.5 && shared.height() > 0.5;
            assert!(!is_over, "{case}: {name} {rect:?} and {other} {room:?}");
        }
    }
}

#[test]
fn nothing_lies_over_another_thing_however_narrow_the_window_is() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let _peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    for (drawers, other) in DRAWERS.into_iter().zip(["EN / 中", "中 / EN"]) {
        for width in [760.0, 900.0, 1024.0, 1180.0, 1280.0, 1366.0] {
            desk.harness.set_size(vec2(width, 700.0));
            for drawer in drawers {
                desk.press(drawer);
                desk.harness.run_steps(4);
                check(&desk, &format!("{width} points, {drawer}"));
            }
        }
        desk.press(other);
    }
}

#[test]
fn the_chart_takes_no_more_than_its_room() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let mut peer = client(desk.open("Listen"));
    peer.write_all(b"x").unwrap();
    desk.see("RX x");
    desk.harness.set_size(vec2(LEAST.x, 700.0));
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    desk.enter("chart");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("Chart: press a moment");
    check(&desk, "the chart");
}

#[test]
fn the_button_that_opens_stays_in_sight_beside_a_long_form() {
    let mut tab = loopback(TabKind::TcpServer);
    let rule = |number: i32| HighlightSettings {
        expression: format!("len > {number}"),
        is_on: true,
        color: 1,
        ..HighlightSettings::default()
    };
    tab.highlights = (0..4).map(rule).collect();
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.press("TLS");
    desk.press("More about encryption");
    desk.press("Socket options");
    for size in [vec2(1366.0, 768.0), LEAST] {
        desk.harness.set_size(size);
        desk.harness.run_steps(8);
        let rect = |name: &str| desk.harness.get_all_by_label(name).next().unwrap().rect();
        let (listen, peers) = (rect("Listen"), rect("all clients"));
        assert!(listen.bottom() < peers.top() && peers.bottom() < size.y, "{size}: {listen:?} {peers:?}");
        let add = rect("＋ Highlight rows…");
        assert!(add.bottom() <= size.y - 28.0, "{size}: {add:?}");
        if size != LEAST {
            let last = rect("Highlight len > 3");
            assert!(last.bottom() <= add.top(), "{size}: {last:?} {add:?}");
        }
    }
}
