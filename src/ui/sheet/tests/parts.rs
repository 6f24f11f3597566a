//! Parts of rows, selected with pointer and keys: what stands where in a line, as bytes.

use super::{Stage, click, click_at_once, press_key, stage};
use crate::codec::copy::CopyForm;
use crate::codec::represent::Letter;
use crate::model::ids::RowKey;
use crate::ui::fonts;
use crate::ui::sheet::columns::Columns;
use crate::ui::sheet::{Part, RowLine, SheetAction, SpanLook};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use std::ops::Range;

/// A place in the content: so many rows from the first one in sight, and so many columns of the payload font.
fn at(harness: &Harness<'static, Stage>, row: f32, column: f32) -> Pos2 {
    let body = harness.get_by_label("Log").rect();
    let left = Columns::of(body, harness.state().sheet.widths).content.min;
    pos2(left + column * fonts::payload_column_width(), body.top() + 22.0 * (row + 0.5))
}

/// Rows from the first one on; all say this if they say something.
fn rows(lines: Option<Vec<RowLine>>) -> Harness<'static, Stage> {
    let mut harness = stage(1_000);
    harness.state_mut().rows.lines = lines;
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    harness
}

fn button(harness: &mut Harness<'static, Stage>, pos: Pos2, pressed: bool) {
    harness.event(Event::PointerMoved(pos));
    harness.event(Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    harness.run();
}

/// Presses at the first place, goes over the others and lets go at the last.
fn drag(harness: &mut Harness<'static, Stage>, places: &[(f32, f32)]) {
    let places: Vec<Pos2> = places.iter().map(|(row, column)| at(harness, *row, *column)).collect();
    button(harness, places[0], true);
    for place in &places {
        harness.event(Event::PointerMoved(*place));
        harness.run();
    }
    button(harness, places[places.len() - 1], false);
}

fn double_click(harness: &mut Harness<'static, Stage>, at: Pos2) {
    for _ in 0..2 {
        click_at_once(harness, at);
    }
    harness.run();
}

fn part(harness: &Harness<'static, Stage>) -> Option<(u64, Range<usize>)> {
    harness.state().sheet.part().map(|part| (part.row.0, part.bytes()))
}

/// A line out of texts that stand for so many bytes each; of no bytes where they are none of the payload.
fn line(parts: &[(&str, usize)]) -> RowLine {
    let (mut line, mut at) = (RowLine::default(), 0);
    for (text, bytes) in parts {
        let from = line.text.len();
        line.push(text, SpanLook::Tone, None);
        if *bytes > 0 {
            line.letters.push(Letter { text: from..line.text.len(), bytes: at..at + bytes });
            at += bytes;
        }
    }
    line
}

#[test]
fn a_drag_within_a_row_selects_letters() {
    // Each row says 温度, an equals sign, its number and a line end.
    for (from, to, bytes) in [
        (0.2, 5.9, Some(0..8)),
        (5.9, 0.2, Some(0..8)),
        (0.9, 3.2, Some(0..6)),
        (1.2, 2.9, Some(3..3)),
        (4.6, 30.0, Some(7..11)),
        (30.0, 4.4, Some(6..11)),
    ] {
        let mut harness = rows(None);
        drag(&mut harness, &[(3.0, from), (3.0, to)]);
        let expected = bytes.filter(|bytes| !bytes.is_empty()).map(|bytes| (3, bytes));
        assert_eq!(part(&harness), expected, "{from} to {to}");
        assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(3)));
    }
}

#[test]
fn a_drag_that_leaves_the_row_selects_rows_until_it_comes_back() {
    let mut harness = rows(None);
    drag(&mut harness, &[(3.0, 0.2), (3.0, 3.9), (5.0, 3.9)]);
    assert_eq!(part(&harness), None);
    assert_eq!(harness.state().sheet.selection().ranges(), [3..=5]);
    drag(&mut harness, &[(3.0, 0.2), (5.0, 3.9), (3.0, 3.9)]);
    assert_eq!(part(&harness), Some((3, 0..6)));
    assert_eq!(harness.state().sheet.selection().ranges(), [3..=3]);
}

#[test]
fn a_part_goes_with_a_press_elsewhere_with_escape_and_with_another_row() {
    let selected = || {
        let mut harness = rows(None);
        drag(&mut harness, &[(3.0, 0.2), (3.0, 3.9)]);
        assert_eq!(part(&harness), Some((3, 0..6)));
        harness
    };
    let mut harness = selected();
    let here = at(&harness, 3.0, 5.2);
    click(&mut harness, here, Modifiers::NONE);
    assert_eq!((part(&harness), harness.state().sheet.selection().single()), (None, Some(RowKey(3))));
    let mut harness = selected();
    press_key(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!((part(&harness), harness.state().sheet.selection().single()), (None, Some(RowKey(3))));
    press_key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.state().sheet.selection().is_empty());
    let mut harness = selected();
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!((part(&harness), harness.state().sheet.selection().single()), (None, Some(RowKey(3))));
    let mut harness = selected();
    harness.state_mut().sheet.rename(&mut |key| key);
    harness.run();
    assert_eq!(part(&harness), None, "what is called anew is cut anew");
}

#[test]
fn shift_goes_on_from_where_a_part_began() {
    let mut harness = rows(None);
    let [from, to] = [0.2, 3.9].map(|column| at(&harness, 3.0, column));
    click(&mut harness, from, Modifiers::NONE);
    click(&mut harness, to, Modifiers::SHIFT);
    assert_eq!(part(&harness), Some((3, 0..6)));
    for (key, bytes) in [(Key::ArrowRight, 0..7), (Key::ArrowLeft, 0..6), (Key::ArrowLeft, 0..3)] {
        press_key(&mut harness, Modifiers::SHIFT, key);
        assert_eq!(part(&harness), Some((3, bytes)));
    }
    press_key(&mut harness, Modifiers::SHIFT, Key::ArrowLeft);
    press_key(&mut harness, Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(part(&harness), None, "there is nothing before it");
    let below = at(&harness, 6.0, 1.0);
    click(&mut harness, below, Modifiers::SHIFT);
    assert_eq!(harness.state().sheet.selection().ranges(), [3..=6]);
}

#[test]
fn a_double_click_selects_a_word_where_the_row_does_not_fold() {
    for (column, bytes) in [(1.0, 0..6), (3.9, 0..6), (4.5, 6..7), (5.5, 7..8)] {
        let mut harness = rows(None);
        let here = at(&harness, 3.0, column);
        double_click(&mut harness, here);
        assert_eq!(part(&harness), Some((3, bytes)), "{column}");
    }
    let mut harness = rows(None);
    harness.state_mut().rows.is_folded = true;
    let here = at(&harness, 3.0, 1.0);
    double_click(&mut harness, here);
    assert_eq!((part(&harness), harness.state().rows.toggled.as_slice()), (None, &[3][..]));
}

#[test]
fn digits_and_both_sides_of_a_dump_stand_for_whole_bytes() {
    let hex = line(&[("01", 1), (" ", 0), ("03", 1), (" ", 0), ("9C", 1)]);
    let mut dump = line(&[("0000", 0), ("  ", 0), ("41", 1), (" ", 0), ("42", 1), (" ", 0), ("43", 1)]);
    dump.push("  ABC", SpanLook::Tone, None);
    let letters = (0..3).map(|byte| Letter { text: 16 + byte..17 + byte, bytes: byte..byte + 1 });
    dump.letters.extend(letters);
    for (line, from, to, bytes) in [
        (&hex, 0.2, 4.8, 0..2),
        (&hex, 3.2, 30.0, 1..3),
        (&hex, 7.6, 1.8, 1..3),
        (&dump, 6.2, 10.8, 0..2),
        (&dump, 9.2, 40.0, 1..3),
        (&dump, 16.1, 17.8, 0..2),
        (&dump, 17.2, 2.0, 0..1),
    ] {
        let mut harness = rows(Some(vec![line.clone()]));
        drag(&mut harness, &[(3.0, from), (3.0, to)]);
        assert_eq!(part(&harness), Some((3, bytes)), "{} from {from} to {to}", line.text);
    }
}

#[test]
fn names_of_control_characters_are_one_letter() {
    let mut line = line(&[("a", 1)]);
    for (name, byte) in [("STX", 1), ("ETX", 2)] {
        line.push(name, SpanLook::Control, None);
        line.letters.push(Letter { text: line.text.len() - 3..line.text.len(), bytes: byte..byte + 1 });
    }
    line.push("bc", SpanLook::Tone, None);
    line.letters
        .extend([0, 1].map(|place| Letter { text: 8 + place..9 + place, bytes: 3 + place..4 + place }));
    let mut harness = rows(Some(vec![line]));
    let here = at(&harness, 0.0, 2.0);
    double_click(&mut harness, here);
    assert_eq!(part(&harness), Some((0, 1..2)), "its name is a word by itself");
    drag(&mut harness, &[(0.0, 0.2), (0.0, 40.0)]);
    assert_eq!(part(&harness), Some((0, 0..5)));
}

#[test]
fn a_drag_goes_over_the_lines_of_a_row() {
    let lines: Vec<RowLine> = [0, 4, 8]
        .map(|start| {
            let mut line = line(&[("a", 1), ("b", 1), ("c", 1), ("d", 1)]);
            line.letters.iter_mut().for_each(|letter| {
                letter.bytes = letter.bytes.start + start..letter.bytes.end + start;
            });
            line
        })
        .into_iter()
        .chain([line(&[("…", 0)])])
        .collect();
    // Four lines of 18 points and a margin: the row is 76 high.
    let middle = |line: f32| (11.0 + 18.0 * line) / 22.0 - 0.5;
    for (from, to, bytes) in
        [((0.0, 1.2), (2.0, 1.8), 1..10), ((2.0, 1.2), (0.0, 30.0), 4..9), ((1.0, 0.2), (3.0, 0.2), 4..12)]
    {
        let mut harness = rows(Some(lines.clone()));
        drag(&mut harness, &[(middle(from.0), from.1), (middle(to.0), to.1)]);
        assert_eq!(part(&harness), Some((0, bytes)), "{from:?} to {to:?}");
    }
}

#[test]
fn what_was_selected_of_a_row_is_copied_before_the_row() {
    let mut harness = rows(None);
    drag(&mut harness, &[(3.0, 0.2), (3.0, 3.9)]);
    harness.event(Event::Copy);
    harness.run();
    let part = Part::new(RowKey(3), &(0..6));
    assert_eq!(harness.state().actions, [SheetAction::CopyPart { part, form: CopyForm::Text }]);
}

#[test]
fn rows_that_come_in_move_no_row_away_from_under_the_pointer() {
    let mut harness = stage(1_000);
    let row = harness.state().sheet.visible().start + 10;
    let [from, to] = [0.2, 3.9].map(|column| {
        let place = at(&harness, 10.0, column);
        pos2(place.x, place.y - harness.state().sheet.anchor().offset)
    });
    button(&mut harness, from, true);
    harness.state_mut().rows.count = 1_100;
    harness.event(Event::PointerMoved(to));
    harness.run();
    button(&mut harness, to, false);
    assert_eq!(part(&harness), Some((row, 0..6)));
    assert!(harness.state().sheet.is_following());
    assert_eq!(harness.state().sheet.visible().end, 1_100);
}

#[test]
fn keys_alone_select_a_part_from_the_first_byte_and_it_is_told_of() {
    let mut harness = rows(None);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    for _ in 0..2 {
        press_key(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    }
    let first = harness.get_by_label("RX 温度=0");
    assert!(first.accesskit_node().description().unwrap().ends_with("← 2 · Selected bytes: 6"));
    assert_eq!(part(&harness), Some((0, 0..6)));
}

#[test]
fn keys_select_no_part_of_a_row_that_a_filter_hides() {
    let mut harness = rows(None);
    let place = at(&harness, 3.0, 0.2);
    click(&mut harness, place, Modifiers::NONE);
    harness.state_mut().rows.hidden = Some(3);
    press_key(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(part(&harness), None);
    harness.state_mut().rows.hidden = None;
    press_key(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(part(&harness), Some((3, 0..3)));
}

#[test]
fn a_view_that_shows_no_payload_copies_the_row() {
    let mut harness = rows(None);
    drag(&mut harness, &[(3.0, 0.2), (3.0, 3.9)]);
    harness.state_mut().rows.is_told = true;
    harness.event(Event::Copy);
    harness.run();
    assert_eq!(harness.state().actions, [SheetAction::Copy(CopyForm::Text)]);
    harness.state_mut().rows.is_told = false;
    harness.run();
    assert_eq!(part(&harness), Some((3, 0..6)), "it is there again with the payload");
}
