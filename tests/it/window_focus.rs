//! The window with the keyboard alone: every stop of Tab has a name, a role and a mark that is seen. It goes through the
//! window, each part of it and each page.

use crate::window_support::{Desk, client, loopback, prepare};
use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Id, Key, Memory, Modifiers, Rect};
use egui_kittest::kittest::{NodeT, Queryable};
use sockscope::workspace::tabs::{HighlightSettings, TabKind};
use std::collections::HashSet;
use std::io::Write;
use std::net::TcpStream;

/// More stops than any part of the window has.
const MOST_STOPS: usize = 200;

/// A thing that takes the keyboard.
#[derive(Clone, Debug)]
struct Stop {
    id: Id,
    name: String,
    role: Role,
    is_marked: bool,
}

/// Where the keyboard is, when nothing moves any more, and what is painted there.
fn stop(desk: &mut Desk) -> Option<(Stop, Rect, Vec<ClippedShape>)> {
    let id = desk.harness.ctx.memory(Memory::focused)?;
    let rect = settled(desk, id);
    let (name, role) = focus(desk);
    let marks = marks_in(desk, rect.expand(4.0));
    Some((Stop { id, name, role, is_marked: false }, rect, marks))
}

/// The name and the role of what has the keyboard.
fn focus(desk: &Desk) -> (String, Role) {
    let root = desk.harness.root();
    let node = root.accesskit_node().tree_state.focus_in_tree();
    (node.label().unwrap_or_default(), node.role())
}

/// Where a thing stands.
fn place(desk: &Desk, id: Id) -> Rect {
    desk.harness.ctx.read_response(id).map_or(Rect::NOTHING, |response| response.rect)
}

/// The same when it has been brought into sight.
fn settled(desk: &mut Desk, id: Id) -> Rect {
    let mut before = place(desk, id);
    for _ in 0..60 {
        // What scrolls begins to with the second frame.
        desk.harness.run_steps(2);
        let now = place(desk, id);
        if now == before {
            break;
        }
        before = now;
    }
    before
}

/// What is painted at a place where the keyboard is no more: there where it has gone since, unless that moved the place.
fn marks_without(desk: &mut Desk, id: Id, rect: Rect) -> Vec<ClippedShape> {
    if place(desk, id) == rect && !desk.harness.ctx.memory(|memory| memory.has_focus(id)) {
        return marks_in(desk, rect.expand(4.0));
    }
    let now = desk.harness.ctx.memory(Memory::focused);
    desk.harness.ctx.memory_mut(|memory| memory.request_focus(id));
    desk.harness.run_steps(2);
    settled(desk, id);
    desk.harness.ctx.memory_mut(|memory| memory.surrender_focus(id));
    desk.harness.run_steps(2);
    let marks = marks_in(desk, rect.expand(4.0));
    if let Some(now) = now {
        desk.harness.ctx.memory_mut(|memory| memory.request_focus(now));
        desk.harness.run_steps(2);
        settled(desk, now);
    }
    marks
}

/// The lines and outlines that are painted and seen there: what is only lit looks like something under the pointer.
fn marks_in(desk: &Desk, rect: Rect) -> Vec<ClippedShape> {
    let screen = desk.harness.ctx.content_rect();
    let is_seen = |shape: &&ClippedShape| {
        let seen =
            shape.shape.visual_bounding_rect().intersect(shape.clip_rect).intersect(screen).intersect(rect);
        let is_line = match &shape.shape {
            Shape::Rect(shape) => shape.stroke.width > 0.0,
            // A text cursor stands upright.
            Shape::LineSegment { points, .. } => {
                (points[0].y - points[1].y).abs() < 0.1 || points[0].y + 100.0 < points[1].y
            }
            _ => false,
        };
        is_line && seen.width() > 0.5 && seen.height() > 0.5
    };
    desk.harness.output().shapes.iter().filter(is_seen).cloned().collect()
}

/// Goes with Tab until it is where it began.
fn walk(desk: &mut Desk) -> Vec<Stop> {
    let mut stops: Vec<Stop> = Vec::new();
    let mut last: Option<(Stop, Rect, Vec<ClippedShape>)> = None;
    for _ in 0..MOST_STOPS {
        desk.harness.key_press(Key::Tab);
        desk.harness.run_steps(2);
        let next = stop(desk);
        if let Some((mut stop, rect, with)) = last.take() {
            let without = marks_without(desk, stop.id, rect);
            stop.is_marked = with.iter().any(|mark| !without.contains(mark));
            stops.push(stop);
        }
        let Some(next) = next else { continue };
        if stops.iter().any(|other| other.id == next.0.id) {
            return stops;
        }
        last = Some(next);
    }
    panic!(
        "there is no end to {} stops, at last {:?}",
        stops.len(),
        &stops[stops.len().saturating_sub(10)..]
    );
}

/// Goes through a part of the window that has at least so many stops.
fn check(desk: &mut Desk, part: &str, least: usize) {
    let stops = walk(desk);
    assert!(stops.len() >= least, "{part}: {stops:#?}");
    let is_bare = |stop: &&Stop| {
        let is_nothing = matches!(stop.role, Role::Unknown | Role::GenericContainer);
        !stop.is_marked || stop.name.is_empty() || is_nothing
    };
    let bare: Vec<_> = stops.iter().filter(is_bare).collect();
    assert!(bare.is_empty(), "{part}: {bare:#?}");
}

/// A listener with a client that sent something.
fn with_a_row() -> (Desk, TcpStream) {
    let kinds = [TabKind::TcpServer, TabKind::Udp, TabKind::WebSocketClient];
    let mut desk = Desk::with_tabs(kinds.map(loopback).to_vec());
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    peer.write_all(b"{\"a\": 1}\r\n").unwrap();
    desk.see("RX {");
    (desk, peer)
}

/// Does a command by its name.
fn command(desk: &mut Desk, name: &str) {
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    desk.enter(name);
    desk.key(Modifiers::NONE, Key::Enter);
    desk.draw();
}

#[test]
fn every_stop_in_the_window_is_named_and_marked() {
    let (mut desk, _peer) = with_a_row();
    desk.press_containing("RX {");
    desk.key(Modifiers::COMMAND, Key::F);
    desk.enter("a");
    command(&mut desk, "chart");
    check(&mut desk, "a row, the find bar and the chart", 80);
}

#[test]
fn every_stop_of_the_drawer_is_named_and_marked() {
    let (mut desk, _peer) = with_a_row();
    for drawer in ["Messages that stand ready", "Steps, one after the other", "What is answered by itself"] {
        desk.press(drawer);
        check(&mut desk, drawer, 40);
    }
}

#[test]
fn every_stop_of_other_kinds_of_tab_is_named_and_marked() {
    let (mut desk, _peer) = with_a_row();
    for place in [1, 2] {
        desk.tab(place);
        check(&mut desk, "another kind", 50);
    }
}

#[test]
fn every_stop_of_a_page_is_named_and_marked() {
    let (mut desk, _peer) = with_a_row();
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    check(&mut desk, "palette", 50);
    desk.key(Modifiers::NONE, Key::Escape);
    for (page, least) in [
        ("save log", 10),
        ("import", 3),
        ("go to", 3),
        ("note", 3),
        ("highlights", 8),
        ("rename", 3),
        ("new quick send", 8),
        ("automatic answers", 8),
        ("send a file", 5),
        ("log to a file", 5),
        ("close the tab", 2),
    ] {
        command(&mut desk, page);
        assert!(desk.state().modal.is_some(), "{page}");
        check(&mut desk, page, least);
        desk.key(Modifiers::NONE, Key::Escape);
        desk.key(Modifiers::NONE, Key::Escape);
        assert!(desk.state().modal.is_none(), "{page}");
    }
    for (page, least) in [("settings", 20), ("earlier sessions", 15)] {
        command(&mut desk, page);
        check(&mut desk, page, least);
    }
}

#[test]
fn every_stop_of_a_list_longer_than_its_page_is_brought_into_sight() {
    let mut tab = loopback(TabKind::TcpServer);
    let rule = |number| HighlightSettings {
        expression: format!("len > {number}"),
        is_on: true,
        color: 1,
        ..HighlightSettings::default()
    };
    tab.highlights = (0..12).map(rule).collect();
    let mut desk = Desk::with_tabs(vec![tab]);
    command(&mut desk, "highlights");
    desk.see("Move len > 11");
    check(&mut desk, "highlights", 12 * 9);
}

#[test]
fn every_stop_of_a_long_list_of_sessions_is_brought_into_sight() {
    const SESSIONS: usize = 24;
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let sessions = folder.path().join("sessions");
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals");
    let journal = std::fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path());
    let journal = journal.filter(|path| path.extension().is_some_and(|end| end == "skj")).min().unwrap();
    for number in 0..SESSIONS {
        std::fs::copy(&journal, sessions.join(format!("{number:02}.skj"))).unwrap();
    }
    let mut desk = Desk::over(folder);
    desk.press("Sessions");
    desk.wait("the list", |state| state.sessions.list.len() == SESSIONS);
    // A box, and what can be done with each.
    check(&mut desk, "sessions", SESSIONS * 6);
    let mut passed = HashSet::new();
    for _ in 0..SESSIONS * 6 + 40 {
        desk.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
        desk.harness.run_steps(3);
        let (name, _) = focus(&desk);
        passed.extend(name.contains(".skj").then_some(name));
    }
    assert_eq!(passed.len(), SESSIONS * 6, "backwards: {passed:?}");
}

#[test]
fn the_arrows_make_a_panel_wider_and_narrower_at_its_edge() {
    let (mut desk, _peer) = with_a_row();
    let width = |desk: &Desk| desk.harness.get_by_label("Stop listening, keep clients").rect().width();
    let before = width(&desk);
    desk.harness.get_all_by_label("Width of the panel").next().unwrap().focus();
    desk.draw();
    desk.key(Modifiers::NONE, Key::ArrowRight);
    let wide = width(&desk);
    assert!((wide - before - 16.0).abs() < 1.0, "{before} {wide}");
    desk.key(Modifiers::NONE, Key::ArrowLeft);
    assert!((width(&desk) - before).abs() < 1.0);
}
