//! The chart over the log: what it shows leads to rows, and is saved.

use crate::window_support::{Desk, loopback, prepare};
use egui::{Key, Modifiers, Pos2, Rect};
use egui_kittest::kittest::Queryable;
use sockscope::journal::{JournalInfo, JournalWriter};
use sockscope::model::ids::Epoch;
use sockscope::model::record::{Body, DataHead};
use sockscope::util::clock::Stamp;
use sockscope::workspace::tabs::TabKind;

/// A message a second, ten of them, and a note between the fifth and the sixth: opened, and its chart with it.
fn ten_seconds() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let journal = folder.path().join("sessions/ten.skj");
    let mut writer = JournalWriter::create(&journal, &JournalInfo::default()).unwrap();
    let at = |tenths: i64| Stamp { wall_ns: 1_760_000_000_000_000_000 + tenths * 100_000_000, mono_ns: 0 };
    for second in 0..10 {
        let line = format!("T={second}.5");
        writer.append_data(at(second * 10), Epoch(1), None, &DataHead::received(), line.as_bytes());
        if second == 4 {
            writer.append(at(45), Epoch(1), None, &Body::Note("door <open>".to_owned()));
        }
    }
    writer.publish().unwrap();
    let mut desk = Desk::over(folder);
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    desk.enter("T=0.5");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("1 row · first #1");
    desk.press_containing("1 row · first #1");
    desk.see("RX T=9.5");
    // There is not always room for its button.
    desk.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    desk.enter("Show or hide the chart");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("Chart: press a moment");
    desk
}

fn chart(desk: &Desk) -> Rect {
    desk.harness.get_by_label_contains("Chart: press a moment").rect()
}

#[test]
fn a_time_that_is_dragged_over_is_seen_alone_and_its_rows_on_request() {
    let mut desk = ten_seconds();
    let area = chart(&desk);
    let at = |share: f32| Pos2::new(area.left() + share * area.width(), area.center().y);
    assert!(!desk.is_seen("Show only this time"), "all of the time is seen");
    desk.drag(&[0.25, 0.4, 0.6, 0.75].map(at));
    desk.press_settled("Show only this time");
    desk.wait("the rows of the middle", |state| {
        let find = &state.tabs.front().unwrap().log.find;
        find.passed().is_some_and(|rows| rows.iter().eq([3, 4, 5, 6, 7]))
    });
    assert!(desk.front().log.find.filter().starts_with("time >= "), "{}", desk.front().log.find.filter());
    desk.press_settled("Show all");
    assert_eq!(desk.front().chart.zoom, None);
}

#[test]
fn the_chart_is_saved_as_a_picture_with_its_notes_and_as_a_table() {
    let mut desk = ten_seconds();
    desk.fill("Number out of messages: a decoded field, or a regular expression with a group", "T=([0-9.]+)");
    desk.menu_of("Chart: press a moment");
    desk.press("Save picture…");
    let picture = desk.folder.path().join("chart.svg");
    desk.fill("File", picture.to_str().unwrap());
    desk.press("Save");
    desk.wait("the picture", |state| state.modal.is_none());
    let picture = std::fs::read_to_string(picture).unwrap();
    assert_eq!(picture.matches("<polyline").count(), 4, "three lines and a note: {picture}");
    assert!(picture.contains(">door &lt;open&gt;</text>"), "{picture}");
    assert!(picture.contains(">— T=([0-9.]+)</text>"), "{picture}");
    assert!(
        picture.contains(">9.5</text>") && picture.contains(">0</text>"),
        "what its height is: {picture}"
    );
    assert!(picture.contains(">1.0/s</text>"), "the greatest of the rates: {picture}");
    desk.menu_of("Chart: press a moment");
    desk.press("Save as CSV…");
    let table = desk.folder.path().join("chart.csv");
    desk.fill("File", table.to_str().unwrap());
    desk.press("Save");
    desk.wait("the table", |state| state.modal.is_none());
    let table = std::fs::read_to_string(table).unwrap();
    assert!(table.starts_with("time,received,sent,"), "{table}");
    let came = table.lines().filter(|line| line.ends_with(",1,0,5,0,9.5")).count();
    assert_eq!(came, 1, "the last message: {table}");
}
