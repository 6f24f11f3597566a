//! The sheet as a person meets it: wheel, keys, pointer and names, over rows that exist only as numbers.

mod parts;

use crate::codec::copy::CopyForm;
use crate::codec::represent::Letter;
use crate::model::ids::RowKey;
use crate::ui::sheet::{
    RowContent, RowLine, RowTone, RowTrait, Rows, Sheet, SheetAction, SheetTexts, SheetView, SpanLook,
    TermUse,
};
use crate::ui::{fonts, theme};
use crate::util::bytes_text::Count;
use crate::util::locale::{Language, Locale};
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, TouchPhase, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// So many rows as it is told, each made when it is asked for; every `tall`th has `tall_lines`.
struct Numbers {
    count: u64,
    first: u64,
    tall: Option<u64>,
    tall_lines: usize,
    asked: u64,
    is_folded: bool,
    toggled: Vec<u64>,
    /// What every row says, instead of its number.
    lines: Option<Vec<RowLine>>,
    /// Rows tell what they mean, and show no payload.
    is_told: bool,
    /// A row that a filter hides.
    hidden: Option<u64>,
    made: RowContent,
}

impl Numbers {
    fn new(count: u64) -> Numbers {
        Numbers {
            count,
            first: 0,
            tall: None,
            tall_lines: 10,
            asked: 0,
            is_folded: false,
            toggled: Vec::new(),
            lines: None,
            is_told: false,
            hidden: None,
            made: RowContent::default(),
        }
    }
}

impl Rows for Numbers {
    fn len(&self) -> u64 {
        self.count
    }

    fn key(&self, index: u64) -> RowKey {
        RowKey(index + u64::from(self.hidden.is_some_and(|hidden| hidden <= index)))
    }

    fn index(&self, key: RowKey) -> u64 {
        key.0 - u64::from(self.hidden.is_some_and(|hidden| hidden < key.0))
    }

    fn content(&mut self, index: u64) -> &RowContent {
        self.asked += 1;
        let mut line = RowLine::default();
        line.push(&format!("温度={index}"), SpanLook::Tone, None);
        line.push("↵", SpanLook::Faint, None);
        let expanded = self.is_folded && self.toggled.contains(&index);
        let is_tall = expanded || self.tall.is_some_and(|tall| index % tall == 3);
        let lines = vec![line; if is_tall { self.tall_lines } else { 1 }];
        self.made = RowContent {
            number: Count(self.first + index).to_string(),
            time: "10:22:05.201".to_owned(),
            delta: "+0.001".to_owned(),
            peer: "← 2".to_owned(),
            bytes: "18".to_owned(),
            tone: RowTone::Received,
            highlight: None,
            is_running: false,
            place_line: None,
            shows_payload: !self.is_told,
            spoken: format!("RX 温度={index}"),
            lines: self.lines.clone().unwrap_or(lines),
            folded: self.is_folded,
            expanded,
        };
        &self.made
    }

    fn content_with_letters(&mut self, index: u64) -> &RowContent {
        self.content(index);
        let is_given = self.lines.is_some();
        for line in self.made.lines.iter_mut().filter(|_| !is_given) {
            let letter = |(at, shown): (usize, char)| Letter {
                text: at..at + shown.len_utf8(),
                bytes: at..at + shown.len_utf8(),
            };
            line.letters = line.text.char_indices().map(letter).collect();
        }
        &self.made
    }

    fn toggle_expanded(&mut self, index: u64) {
        self.toggled.push(index);
    }

    fn measure_from(&mut self, _marked: Option<RowKey>) {}
}

struct Stage {
    sheet: Sheet,
    rows: Numbers,
    texts: SheetTexts,
    actions: Vec<SheetAction>,
    /// A line above the sheet that can be selected.
    line: Option<&'static str>,
}

fn stage(count: u64) -> Harness<'static, Stage> {
    let texts = SheetTexts::of(Locale::of(Language::English));
    let (sheet, rows) = (Sheet::default(), Numbers::new(count));
    let stage = Stage { sheet, rows, texts, actions: Vec::new(), line: None };
    let mut harness = Harness::builder()
        .with_size(vec2(900.0, 600.0))
        .with_context_setup(|ctx| {
            fonts::install(ctx, Language::English);
            theme::apply(ctx, egui::ThemePreference::Dark);
        })
        .build_ui_state(
            |ui, stage: &mut Stage| {
                if let Some(line) = stage.line {
                    ui.add(egui::Label::new(line).selectable(true));
                }
                let view = SheetView {
                    texts: &stage.texts,
                    empty: "Press Listen",
                    ticks: &[],
                    takes_keys: true,
                    follow_keys: "",
                    send_to: None,
                    can_send: false,
                    part_form: CopyForm::Text,
                };
                let shown = stage.sheet.show(ui, &mut stage.rows, &view);
                stage.actions.extend(shown.actions);
            },
            stage,
        );
    harness.run();
    harness
}

fn wheel(harness: &mut Harness<'static, Stage>, points: f32) {
    harness.event(Event::PointerMoved(pos2(400.0, 300.0)));
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run();
}

fn press_key(harness: &mut Harness<'static, Stage>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run();
}

fn click(harness: &mut Harness<'static, Stage>, at: Pos2, modifiers: Modifiers) {
    harness.event(Event::PointerMoved(at));
    for pressed in [true, false] {
        let event = Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers };
        harness.event_modifiers(event, modifiers);
    }
    harness.run();
}

fn open_menu(harness: &mut Harness<'static, Stage>, pos: Pos2) {
    harness.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        harness.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    harness.run();
}

/// Press and release in the events of one frame.
fn click_at_once(harness: &mut Harness<'static, Stage>, pos: Pos2) {
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        harness.input_mut().events.push(Event::PointerButton { pos, button, pressed, modifiers });
    }
    harness.step();
}

fn place(harness: &Harness<'static, Stage>) -> f64 {
    let anchor = harness.state().sheet.anchor();
    anchor.row as f64 * f64::from(theme::ROW_HEIGHT) + f64::from(anchor.offset)
}

#[test]
fn the_wheel_moves_exactly_at_a_hundred_million_rows() {
    for count in [1_000, 1_000_000, 100_000_000] {
        let mut harness = stage(count);
        let end = place(&harness);
        for _ in 0..20 {
            wheel(&mut harness, 147.0);
        }
        let moved = end - place(&harness);
        assert!((moved - 20.0 * 147.0).abs() < 0.1, "{count} rows: {moved} points");
        for _ in 0..20 {
            wheel(&mut harness, -147.0);
        }
        assert!((place(&harness) - end).abs() < 0.1, "{count} rows: not back at the end");
        assert!(harness.state().sheet.is_following());
    }
}

#[test]
fn only_rows_on_the_screen_are_asked_for() {
    let mut asked = Vec::new();
    for count in [1_000, 1_000_000, 100_000_000] {
        let mut harness = stage(count);
        harness.state_mut().rows.asked = 0;
        harness.step();
        asked.push(harness.state().rows.asked);
    }
    assert_eq!(asked[0], asked[2], "{asked:?}");
    assert!(asked[0] < 300, "{asked:?}");
}

#[test]
fn it_follows_until_someone_scrolls_up_and_then_holds_still() {
    let mut harness = stage(1_000);
    harness.state_mut().rows.count = 1_500;
    harness.run();
    assert!(harness.query_by_label("RX 温度=1499").is_some(), "the newest row is seen");

    wheel(&mut harness, 300.0);
    let held = harness.state().sheet.anchor();
    harness.state_mut().rows.count = 1_537;
    harness.run();
    assert_eq!(harness.state().sheet.anchor(), held);
    assert!(harness.query_by_label("RX 温度=1536").is_none());

    harness.get_by_label("↓ Latest · 37").click();
    harness.run();
    assert!(harness.query_by_label("RX 温度=1536").is_some());
    assert!(harness.query_by_label_contains("Latest").is_none());
}

#[test]
fn keys_move_the_view_and_the_selection() {
    let mut harness = stage(100_000_000);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    assert!(harness.query_by_label("RX 温度=0").is_some());
    press_key(&mut harness, Modifiers::NONE, Key::PageDown);
    assert!(harness.query_by_label("RX 温度=0").is_none());
    press_key(&mut harness, Modifiers::NONE, Key::PageUp);
    assert!(harness.query_by_label("RX 温度=0").is_some());

    click(&mut harness, pos2(400.0, 26.0 + 22.0 * 3.5), Modifiers::NONE);
    assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(3)));
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press_key(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(harness.state().sheet.selection().ranges(), [4..=5]);
    press_key(&mut harness, Modifiers::NONE, Key::End);
    assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(99_999_999)));
    press_key(&mut harness, Modifiers::COMMAND, Key::A);
    assert_eq!(harness.state().sheet.selection().ranges(), [0..=99_999_999]);
    harness.event(Event::Copy);
    harness.run();
    assert!(harness.state().actions.iter().any(|action| matches!(action, SheetAction::Copy(_))));
    press_key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.state().sheet.selection().is_empty());
}

#[test]
fn the_pointer_selects_ranges_and_single_rows() {
    let mut harness = stage(1_000);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    let row = |row: f32| pos2(400.0, 26.0 + 22.0 * (row + 0.5));
    click(&mut harness, row(2.0), Modifiers::NONE);
    harness.event(Event::PointerMoved(row(5.0)));
    click(&mut harness, row(5.0), Modifiers::SHIFT);
    assert_eq!(harness.state().sheet.selection().ranges(), [2..=5]);
    click(&mut harness, row(9.0), Modifiers::COMMAND);
    click(&mut harness, row(3.0), Modifiers::COMMAND);
    assert_eq!(harness.state().sheet.selection().ranges(), [2..=2, 4..=5, 9..=9]);
}

#[test]
fn dragging_past_the_edge_scrolls_and_selects_on() {
    let mut harness = stage(1_000);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    let from = pos2(400.0, 26.0 + 22.0 * 4.5);
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.event(Event::PointerMoved(from));
    harness.event(button(from, true));
    harness.step();
    let outside = pos2(400.0, 640.0);
    harness.event(Event::PointerMoved(outside));
    for _ in 0..40 {
        harness.step();
    }
    harness.event(button(outside, false));
    harness.run();
    let ranges = harness.state().sheet.selection().ranges().to_vec();
    let [range] = ranges.as_slice() else { panic!("{ranges:?}") };
    assert_eq!(*range.start(), 4);
    assert!(*range.end() > 60, "{ranges:?}");
}

#[test]
fn the_thumb_goes_to_the_middle_of_a_hundred_million_rows() {
    let mut harness = stage(100_000_000);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    click(&mut harness, pos2(894.0, 313.0), Modifiers::NONE);
    let row = harness.state().sheet.anchor().row;
    assert!((49_000_000..51_000_000).contains(&row), "{row}");
    assert!(!harness.state().sheet.is_following());
}

#[test]
fn tall_rows_are_scrolled_over_whole() {
    let mut harness = stage(1_000);
    harness.state_mut().rows.tall = Some(7);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    let tall_height = 10.0 * 18.0 + 4.0;
    wheel(&mut harness, -(3.0 * 22.0 + tall_height));
    let anchor = harness.state().sheet.anchor();
    assert_eq!((anchor.row, anchor.offset), (4, 0.0));
    press_key(&mut harness, Modifiers::NONE, Key::End);
    let visible = harness.state().sheet.visible();
    assert_eq!(visible.end, 1_000);
}

#[test]
fn the_upper_edge_stays_at_its_part_of_a_row_that_is_laid_out_anew() {
    let mut harness = stage(1_000);
    harness.state_mut().rows.tall = Some(7);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    wheel(&mut harness, -(3.0 * 22.0 + 92.0));
    assert_eq!(harness.state().sheet.anchor().row, 3);
    for (lines, offset) in [(20, 182.0), (5, 47.0), (10, 92.0)] {
        harness.state_mut().rows.tall_lines = lines;
        harness.run();
        let anchor = harness.state().sheet.anchor();
        assert!(anchor.row == 3 && (anchor.offset - offset).abs() < 0.01, "{lines} lines: {anchor:?}");
    }
}

#[test]
fn a_row_is_chosen_through_the_accessibility_tree() {
    let mut harness = stage(100_000_000);
    harness.get_by_label("RX 温度=99999990").click_accesskit();
    harness.run();
    assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(99_999_990)));
}

#[test]
fn the_menu_copies_and_measures() {
    let mut harness = stage(1_000);
    open_menu(&mut harness, pos2(400.0, 300.0));
    let selected = harness.state().sheet.selection().single();
    assert!(selected.is_some(), "the row under the pointer is meant");
    harness.get_by_label("Copy as").click();
    harness.run();
    harness.get_by_label("Copy as C array").click();
    harness.run();
    assert!(harness.state().actions.contains(&SheetAction::Copy(CopyForm::CArray)));
    assert!(harness.query_by_label("Copy as C array").is_none(), "the menu is closed");
}

#[test]
fn escape_or_a_press_beside_closes_the_menu_however_it_was_opened() {
    let mut harness = stage(1_000);
    let is_open = |harness: &Harness<'static, Stage>| harness.query_by_label("Copy as text").is_some();
    open_menu(&mut harness, pos2(400.0, 300.0));
    let selected = harness.state().sheet.selection().single();
    assert!(is_open(&harness) && selected.is_some());
    press_key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!is_open(&harness));
    assert_eq!(harness.state().sheet.selection().single(), selected, "the key was for the menu");
    press_key(&mut harness, Modifiers::NONE, Key::Menu);
    assert!(is_open(&harness), "the keyboard is still the sheet's");
    press_key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!is_open(&harness));
    for is_by_key in [false, true] {
        if is_by_key {
            press_key(&mut harness, Modifiers::NONE, Key::Menu);
        } else {
            open_menu(&mut harness, pos2(400.0, 300.0));
        }
        assert!(is_open(&harness), "by key: {is_by_key}");
        let beside = pos2(300.0, 60.0);
        harness.event(Event::PointerMoved(beside));
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        harness.event(Event::PointerButton { pos: beside, button, pressed: true, modifiers });
        harness.run();
        assert!(!is_open(&harness), "whatever becomes of the press; by key: {is_by_key}");
        harness.event(Event::PointerButton { pos: beside, button, pressed: false, modifiers });
        harness.run();
    }
}

#[test]
fn the_arrows_select_what_is_seen_when_nothing_is_selected() {
    for (modifiers, key, expected) in [
        (Modifiers::NONE, Key::ArrowDown, 11),
        (Modifiers::SHIFT, Key::ArrowDown, 11),
        (Modifiers::NONE, Key::ArrowUp, 35),
        (Modifiers::SHIFT, Key::ArrowUp, 35),
    ] {
        let mut harness = stage(1_000);
        press_key(&mut harness, Modifiers::NONE, Key::Home);
        wheel(&mut harness, -10.5 * 22.0);
        press_key(&mut harness, modifiers, key);
        let selected = harness.state().sheet.selection().single();
        assert_eq!(selected, Some(RowKey(expected)), "{modifiers:?} {key:?}");
        let visible = harness.state().sheet.visible();
        assert!(visible.contains(&expected) && visible.start.abs_diff(10) <= 1, "{visible:?}");
    }
}

#[test]
fn space_and_return_begin_to_select_as_the_arrows_do() {
    for key in [Key::Space, Key::Enter] {
        let mut harness = stage(1_000);
        let sheet = |harness: &Harness<'static, Stage>| harness.get_by_label("Log").focus();
        sheet(&harness);
        harness.run();
        press_key(&mut harness, Modifiers::NONE, key);
        let newest = Some(RowKey(999));
        assert_eq!(harness.state().sheet.selection().single(), newest, "it follows: {key:?}");
        press_key(&mut harness, Modifiers::NONE, key);
        assert_eq!(harness.state().sheet.selection().single(), newest, "and only begins: {key:?}");
        press_key(&mut harness, Modifiers::NONE, Key::Escape);
        press_key(&mut harness, Modifiers::NONE, Key::Home);
        sheet(&harness);
        harness.run();
        press_key(&mut harness, Modifiers::NONE, key);
        assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(0)), "it holds still: {key:?}");
    }
}

#[test]
fn the_menu_opens_with_a_key_and_gives_the_keyboard_back() {
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        let mut harness = stage(1_000);
        press_key(&mut harness, Modifiers::NONE, Key::Home);
        press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
        press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
        press_key(&mut harness, modifiers, key);
        assert!(harness.get_by_label("Copy as text").is_focused(), "{key:?}");
        press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
        assert!(harness.get_by_label("Copy as").is_focused());
        press_key(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.query_by_label("Copy as hex").is_none(), "Escape closes what was open beside");
        press_key(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.query_by_label("Copy as text").is_none(), "and then the menu");
        press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
        assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(2)), "the row was kept");
        press_key(&mut harness, modifiers, key);
        press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
        assert!(harness.get_by_label("Select all").is_focused(), "it goes round");
        press_key(&mut harness, Modifiers::NONE, Key::Enter);
        assert_eq!(harness.state().sheet.selection().ranges(), [0..=999]);
        assert!(harness.query_by_label("Select all").is_none());
        press_key(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.state().sheet.selection().is_empty(), "keys are for the sheet again");
    }
}

#[test]
fn the_arrows_lead_into_the_lines_beside_the_menu_and_back() {
    let mut harness = stage(1_000);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let selected = harness.state().sheet.selection().single().unwrap();
    press_key(&mut harness, Modifiers::NONE, Key::Menu);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(harness.get_by_label("Copy as hex").is_focused());
    for leave in [Key::ArrowLeft, Key::Escape] {
        press_key(&mut harness, Modifiers::NONE, leave);
        assert!(harness.get_by_label("Copy as").is_focused(), "{leave:?}");
        assert!(harness.query_by_label("Copy as hex").is_none(), "{leave:?}");
        press_key(&mut harness, Modifiers::NONE, Key::ArrowRight);
        assert!(harness.get_by_label("Copy as hex").is_focused(), "{leave:?}");
    }
    press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert!(harness.get_by_label("Copy with time and peer").is_focused(), "it goes round");
    press_key(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().actions, [SheetAction::CopyRows]);
    assert!(harness.query_by_label("Copy as").is_none(), "all of it is closed");
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(selected.0 + 1)));
}

#[test]
fn a_press_on_the_lines_beside_the_menu_does_not_close_it() {
    let mut harness = stage(1_000);
    open_menu(&mut harness, pos2(400.0, 300.0));
    harness.get_by_label("Filter by this row").click();
    harness.run();
    let at = harness.get_by_label("Show only this length").rect().center();
    harness.event(Event::PointerMoved(at));
    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
    harness.event(Event::PointerButton { pos: at, button, pressed: true, modifiers });
    harness.run();
    assert!(harness.query_by_label("Show only this length").is_some(), "it is only pressed");
    harness.event(Event::PointerButton { pos: at, button, pressed: false, modifiers });
    harness.run();
    let row = harness.state().sheet.selection().single().unwrap();
    let (like, how) = (RowTrait::Length, TermUse::Only);
    assert_eq!(harness.state().actions, [SheetAction::Use { row, like, how }]);
    assert!(harness.query_by_label("Filter by this row").is_none());
}

#[test]
fn the_whole_menu_is_reached_in_the_smallest_window() {
    let mut harness = stage(1_000);
    // 800 × 600 dots, each point two of them.
    harness.set_size(vec2(400.0, 300.0));
    harness.run();
    press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press_key(&mut harness, Modifiers::NONE, Key::Menu);
    let screen = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 300.0));
    for line in ["Copy as text", "Copy as"] {
        assert!(screen.contains_rect(harness.get_by_label(line).rect()), "{line}");
        press_key(&mut harness, Modifiers::NONE, Key::ArrowDown);
    }
    press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(screen.contains_rect(harness.get_by_label("Copy as Rust bytes").rect()));
    press_key(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
    press_key(&mut harness, Modifiers::NONE, Key::ArrowUp);
    let last = harness.get_by_label("Select all");
    assert!(last.is_focused() && screen.contains_rect(last.rect()), "{:?}", last.rect());
}

#[test]
fn an_empty_sheet_says_what_to_do() {
    let harness = stage(0);
    assert_eq!(harness.state().sheet.visible(), 0..0);
    assert!(harness.query_by_label("Log").is_some());
    assert_eq!(harness.state().sheet.selection().cursor(), None);
}

#[test]
fn it_stays_at_its_row_in_every_window() {
    let mut harness = stage(10_000);
    harness.state_mut().sheet.go_to(RowKey(5_000));
    harness.run();
    for size in [vec2(900.0, 600.0), vec2(420.0, 300.0), vec2(1_400.0, 900.0), Vec2::new(60.0, 40.0)] {
        harness.set_size(size);
        harness.run();
        let visible = harness.state().sheet.visible();
        assert!(visible.start <= 5_000 && visible.start > 4_900, "{size:?}: {visible:?}");
    }
}

#[test]
fn a_press_and_its_release_within_one_frame_select() {
    let mut harness = stage(1_000);
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    let pos = pos2(400.0, 26.0 + 22.0 * 6.5);
    harness.event(Event::PointerMoved(pos));
    harness.run();
    click_at_once(&mut harness, pos);
    assert_eq!(harness.state().sheet.selection().single(), Some(RowKey(6)));
}

#[test]
fn a_double_click_unfolds_a_row_once() {
    let mut harness = stage(1_000);
    harness.state_mut().rows.is_folded = true;
    press_key(&mut harness, Modifiers::NONE, Key::Home);
    let at = pos2(400.0, 26.0 + 22.0 * 2.5);
    harness.event(Event::PointerMoved(at));
    harness.run();
    click_at_once(&mut harness, at);
    assert!(harness.state().rows.toggled.is_empty(), "a single click only selects");
    click_at_once(&mut harness, at);
    assert_eq!(harness.state().rows.toggled, [2]);
}

#[test]
fn as_much_of_an_unfolded_row_as_fits_is_seen() {
    for (lines, row, height) in [(10, 999, 184.0), (10, 985, 184.0), (100, 999, 558.0), (100, 985, 558.0)] {
        let mut harness = stage(1_000);
        harness.state_mut().rows.is_folded = true;
        harness.state_mut().rows.tall_lines = lines;
        harness.run();
        harness.get_by_label(&format!("RX 温度={row}")).click_accesskit();
        harness.run();
        harness.get_by_label("Log").focus();
        harness.run();
        press_key(&mut harness, Modifiers::NONE, Key::Enter);
        assert_eq!(harness.state().rows.toggled, [row]);
        let seen = harness.get_by_label(&format!("RX 温度={row}")).rect();
        assert!((seen.height() - height).abs() < 0.5, "{lines} lines in row {row}: {seen:?}");
        assert!(!harness.state().sheet.is_following(), "it holds still to be read");
    }
}

#[test]
fn the_button_in_the_header_stops_and_goes_on() {
    let mut harness = stage(1_000);
    harness.get_by_label("Hold still").click();
    harness.run();
    harness.state_mut().rows.count = 1_010;
    harness.run();
    assert!(harness.query_by_label("RX 温度=1009").is_none(), "it holds still");
    harness.get_by_label("Follow the newest row").click();
    harness.run();
    assert!(harness.query_by_label("RX 温度=1009").is_some());
}

#[test]
fn it_stands_where_it_stood_when_rows_come_back() {
    let mut harness = stage(10_000);
    harness.state_mut().sheet.go_to(RowKey(5_000));
    harness.run();
    let stood = harness.state().sheet.anchor();
    harness.state_mut().rows.count = 0;
    harness.run();
    wheel(&mut harness, -100.0);
    harness.state_mut().rows.count = 10_000;
    harness.run();
    assert_eq!(harness.state().sheet.anchor(), stood);
    assert!(!harness.state().sheet.is_following());
}

#[test]
fn the_numbers_of_the_rows_have_room_however_few_rows_there_are() {
    let mut harness = stage(20);
    let wide = |harness: &Harness<'static, Stage>| harness.state().sheet.widths.number;
    assert_eq!(wide(&harness), 3);
    harness.state_mut().rows.first = 1_000_000;
    harness.run();
    assert_eq!(wide(&harness), "1,000,000".len());
}

#[test]
fn text_that_is_selected_elsewhere_is_copied_before_rows() {
    let mut harness = stage(1_000);
    harness.state_mut().line = Some("what went wrong");
    harness.run();
    let copies = |harness: &mut Harness<'static, Stage>| {
        harness.state_mut().actions.clear();
        harness.event(Event::Copy);
        harness.run();
        harness.state().actions.contains(&SheetAction::Copy(CopyForm::Text))
    };
    click(&mut harness, pos2(400.0, 300.0), Modifiers::NONE);
    assert!(copies(&mut harness));
    let line = harness.get_by_label("what went wrong").rect();
    harness.drag_at(line.left_center());
    harness.step();
    harness.hover_at(line.right_center());
    harness.step();
    harness.drop_at(line.right_center());
    harness.run();
    assert!(!copies(&mut harness), "the line is meant");
    click(&mut harness, pos2(400.0, 300.0), Modifiers::NONE);
    assert!(copies(&mut harness));
}
