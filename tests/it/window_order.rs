//! Lists of the window that a person puts into an order: dragged by a handle or by the line itself, and with keys. What
//! counts is the order that is kept.

use crate::window_support::{Desk, loopback, prepare};
use egui::{Key, Modifiers, Pos2, Rect, pos2};
use egui_kittest::kittest::Queryable;
use sockscope::workspace::sending::{QuickSend, Sending};
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::{DocumentSettings, DrawerChoice, HighlightSettings, TabKind, TabSettings};

fn tab(shown: DrawerChoice) -> TabSettings {
    let mut tab = loopback(TabKind::TcpServer);
    tab.drawer.shown = shown;
    tab
}

/// A window with quick sends of these names.
fn with_quick(shown: DrawerChoice, names: &[&str]) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![tab(shown)]);
    let quick_send = |name: &&str| QuickSend {
        name: (*name).to_owned(),
        text: format!("text of {name}"),
        key: Some(String::new()),
        ..QuickSend::default()
    };
    let sending = Sending { quick: names.iter().map(quick_send).collect(), ..Sending::default() };
    Store::new(folder.path()).save(&sending).unwrap();
    Desk::over(folder)
}

fn quick(desk: &Desk) -> String {
    desk.state().sending.quick.iter().map(|quick| quick.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn place(desk: &Desk, name: &str) -> Rect {
    desk.harness.get_by_label(name).rect()
}

fn way(from: Pos2, to: Pos2) -> Vec<Pos2> {
    (0..=6_u8).map(|step| from.lerp(to, f32::from(step) / 6.0)).collect()
}

/// Drags a line by its handle until the pointer is below or above the middle of another.
fn drag_beyond(desk: &mut Desk, line: &str, other: &str, beyond: f32) {
    let (from, to) =
        (place(desk, &format!("Move {line}")).center(), place(desk, &format!("Move {other}")).center());
    desk.drag(&way(from, to + egui::vec2(0.0, beyond)));
}

#[test]
fn the_list_of_sends_is_dragged_into_an_order_that_is_kept() {
    let mut desk = with_quick(DrawerChoice::List, &["a1", "b2", "c3", "d4"]);
    drag_beyond(&mut desk, "a1", "c3", 6.0);
    assert_eq!(quick(&desk), "b2 c3 a1 d4");
    drag_beyond(&mut desk, "d4", "b2", -6.0);
    assert_eq!(quick(&desk), "d4 b2 c3 a1");
    drag_beyond(&mut desk, "b2", "b2", 4.0);
    assert_eq!(quick(&desk), "d4 b2 c3 a1", "a line that is let go where it stands stays there");
    // Below the last line there is no line.
    let (from, far) = (place(&desk, "Move d4").center(), place(&desk, "Move a1").center());
    desk.drag(&way(from, far + egui::vec2(300.0, 60.0)));
    assert_eq!(quick(&desk), "b2 c3 a1 d4");
    let mut desk = desk.restart();
    assert_eq!(quick(&desk), "b2 c3 a1 d4");
    desk.fill("Search", "4");
    desk.lose("Move a1");
    desk.fill("Search", "text");
    desk.see("Move a1");
}

#[test]
fn escape_leaves_a_line_that_is_dragged_where_it_was() {
    let mut desk = with_quick(DrawerChoice::List, &["a1", "b2", "c3"]);
    drag_and_leave(&mut desk, "a1", "c3");
    assert_eq!(quick(&desk), "a1 b2 c3");
    let mut desk = with_highlights(&["aa", "bb", "cc"]);
    desk.press_containing("cc ");
    desk.see("One place up");
    drag_and_leave(&mut desk, "aa", "cc");
    assert_eq!(highlights(&desk), "aa bb cc");
    assert!(desk.state().modal.is_some(), "the key was for the drag alone");
    desk.key(Modifiers::NONE, Key::Escape);
    desk.draw();
    assert!(desk.state().modal.is_none());
}

/// Drags a line by its handle below another, and presses Escape before letting go.
fn drag_and_leave(desk: &mut Desk, line: &str, other: &str) {
    let (from, to) =
        (place(desk, &format!("Move {line}")).center(), place(desk, &format!("Move {other}")).center());
    desk.harness.drag_at(from);
    desk.draw();
    desk.harness.hover_at(from.lerp(to, 0.5));
    desk.draw();
    desk.harness.hover_at(to + egui::vec2(0.0, 6.0));
    desk.draw();
    desk.key(Modifiers::NONE, Key::Escape);
    desk.harness.drop_at(to + egui::vec2(0.0, 6.0));
    desk.draw();
}

/// A window with highlights of these expressions.
fn with_highlights(expressions: &[&str]) -> Desk {
    let mut tab = tab(DrawerChoice::Send);
    let rule = |expression: &&str| HighlightSettings {
        expression: (*expression).to_owned(),
        is_on: true,
        color: 1,
        ..HighlightSettings::default()
    };
    tab.highlights = expressions.iter().map(rule).collect();
    Desk::with_tabs(vec![tab])
}

fn highlights(desk: &Desk) -> String {
    let rules = &desk.front().settings.highlights;
    rules.iter().map(|rule| rule.expression.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_line_that_has_the_keyboard_is_moved_with_alt_and_an_arrow() {
    let mut desk = with_quick(DrawerChoice::List, &["a1", "b2", "c3"]);
    desk.harness.get_by_label("a1").focus();
    desk.draw();
    for (key, order) in [
        (Key::ArrowDown, "b2 a1 c3"),
        (Key::ArrowDown, "b2 c3 a1"),
        (Key::ArrowDown, "b2 c3 a1"),
        (Key::ArrowUp, "b2 a1 c3"),
    ] {
        desk.key(Modifiers::ALT, key);
        assert_eq!(quick(&desk), order, "the keyboard goes with the line");
    }
}

#[test]
fn quick_sends_are_dragged_beside_each_other_and_still_pressed() {
    let mut desk = with_quick(DrawerChoice::Send, &["a1", "b2", "c3"]);
    let (from, to) = (place(&desk, "a1").center(), place(&desk, "c3").center());
    desk.drag(&way(from, to + egui::vec2(8.0, 0.0)));
    assert_eq!(quick(&desk), "b2 c3 a1");
    assert_eq!(desk.said(), "", "a drag sends nothing");
    desk.harness.get_by_label("b2").focus();
    desk.draw();
    desk.key(Modifiers::ALT, Key::ArrowRight);
    assert_eq!(quick(&desk), "c3 b2 a1");
    desk.press("c3");
    desk.hear("Listen first");
}

#[test]
fn rules_and_steps_are_dragged_and_what_is_wrong_with_the_new_order_is_said() {
    let mut answers = tab(DrawerChoice::Answers);
    let rules = ["one", "two", "three"]
        .map(|name| format!("[[rule]]\nname = '{name}'\nwhen = 'len > 0'\nreply = 'x'\n"));
    answers.drawer.rules =
        DocumentSettings { path: String::new(), text: format!("version = 1\n{}", rules.concat()) };
    let steps = "[[step]]\nsend = 'a'\n[[step]]\ndelay = '1ms'\n[[step]]\nrepeat = 2\nfrom = 2\n";
    answers.drawer.sequence = DocumentSettings { path: String::new(), text: format!("version = 1\n{steps}") };
    let mut desk = Desk::with_tabs(vec![answers]);
    drag_beyond(&mut desk, "one", "three", 6.0);
    let places = |desk: &Desk| {
        let text = desk.front().settings.drawer.rules.text.clone();
        ["one", "two", "three"].map(|name| text.find(&format!("\"{name}\"")).unwrap())
    };
    let [one, two, three] = places(&desk);
    assert!(two < three && three < one, "{}", desk.front().settings.drawer.rules.text);
    let mut desk = desk.restart();
    assert_eq!(places(&desk), [one, two, three]);
    desk.press("Steps, one after the other");
    let before = desk.front().settings.drawer.sequence.text.clone();
    drag_beyond(&mut desk, "Step 3", "Step 1", -6.0);
    assert_eq!(desk.front().settings.drawer.sequence.text, before);
    desk.see("column");
    // The keyboard stays on the line that stays, and not on the one whose place it did not get.
    let step = |desk: &Desk| desk.harness.get_by_label_contains("3 Repeat").is_focused();
    desk.harness.get_by_label_contains("3 Repeat").focus();
    desk.draw();
    for _ in 0..3 {
        desk.key(Modifiers::ALT, Key::ArrowUp);
        desk.draw();
        assert_eq!(desk.front().settings.drawer.sequence.text, before);
        assert!(step(&desk));
    }
    drag_beyond(&mut desk, "Step 1", "Step 2", 6.0);
    let text = &desk.front().settings.drawer.sequence.text;
    assert!(text.find("delay") < text.find("send"), "{text}");
}

#[test]
fn highlights_are_dragged_at_the_side_and_on_their_page() {
    let mut desk = with_highlights(&["aa", "bb", "cc"]);
    let middle = |desk: &Desk, part: &str| {
        let line = desk.harness.get_all_by_label_contains(part).next().unwrap().rect();
        pos2(line.center().x, line.center().y)
    };
    let (from, to) = (middle(&desk, "aa "), middle(&desk, "bb "));
    desk.drag(&way(from, to + egui::vec2(0.0, 5.0)));
    assert_eq!(highlights(&desk), "bb aa cc");
    desk.press_containing("cc ");
    desk.see("One place up");
    drag_beyond(&mut desk, "cc", "bb", -6.0);
    assert_eq!(highlights(&desk), "cc bb aa");
    desk.harness.get_by_label("Move cc").focus();
    desk.draw();
    desk.key(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(highlights(&desk), "bb cc aa");
    let desk = desk.restart();
    assert_eq!(highlights(&desk), "bb cc aa");
}
