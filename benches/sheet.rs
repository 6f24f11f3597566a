//! What a frame of the sheet costs without painting, for few rows and for very many: `cargo bench --bench sheet`.
//!
//! Three kinds of frame: nothing changed, one wheel step, and a jump after which every row is new. The numbers are
//! medians of many frames of 1,200 × 1,000 points. Rows come from a real journal, and for a hundred million from a
//! made-up source, because the sheet never asks for more than what is on the screen.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its table and may stop at an error"
)]

use egui::{
    Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2, vec2,
};
use sockscope::codec::copy::CopyForm;
use sockscope::codec::represent::View;
use sockscope::engine::news::News;
use sockscope::journal::{JournalInfo, JournalWriter};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::{Epoch, PeerId, RowKey};
use sockscope::model::record::DataHead;
use sockscope::ui::log::{LogRows, RowOptions};
use sockscope::ui::sheet::{RowContent, RowLine, RowTone, Rows, Sheet, SheetTexts, SheetView, SpanLook};
use sockscope::ui::{fonts, theme};
use sockscope::util::clock::{Stamp, now};
use sockscope::util::locale::{Language, Locale};
use std::task::Waker;
use std::time::{Duration, Instant};

const FRAMES: usize = 400;

fn main() {
    println!("| rows | source | unchanged | wheel | all new |");
    println!("| ---: | --- | ---: | ---: | ---: |");
    let folder = tempfile::tempdir().unwrap();
    for count in [1_000, 1_000_000] {
        let path = folder.path().join(format!("{count}.skj"));
        let writer = journal(&path, count);
        for (view, name) in [(View::Text, "journal, text"), (View::Dump, "journal, dump")] {
            let options = RowOptions { view, ..RowOptions::new(Locale::of(Language::English)) };
            let news = News::new(Waker::noop().clone());
            measure(name, &mut LogRows::new(writer.reader(), options), |rows| rows.refresh(&news));
        }
    }
    for count in [1_000, 1_000_000, 100_000_000] {
        measure("made up", &mut MadeUp { count, made: RowContent::default() }, |_| {});
    }
}

fn journal(path: &std::path::Path, count: u64) -> JournalWriter {
    let info = JournalInfo {
        session_name: "bench".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "bench".to_owned(),
        encoding: None,
        split: None,
        created: now(),
    };
    let mut writer = JournalWriter::create(path, &info).unwrap();
    for number in 0..count {
        let at = Stamp { wall_ns: 1_700_000_000_000_000_000, mono_ns: number * 1_000 };
        let text = format!("ID={number:08} 温度=25.4 OK batt=3.71V, a line as devices send it\r\n");
        writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), text.as_bytes());
        if writer.batch_bytes() > 1 << 20 {
            writer.publish().unwrap();
        }
    }
    writer.publish().unwrap();
    writer
}

fn measure<R: Rows>(source: &str, rows: &mut R, refresh: impl Fn(&mut R)) {
    let ctx = Context::default();
    fonts::install(&ctx, Language::English);
    theme::apply(&ctx, egui::ThemePreference::Dark);
    ctx.enable_accesskit();
    let texts = SheetTexts::of(Locale::of(Language::English));
    let mut sheet = Sheet::default();
    let count = rows.len();
    let mut frame = |sheet: &mut Sheet, events: Vec<Event>| {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1_200.0, 1_000.0))),
            events,
            ..RawInput::default()
        };
        let begun = Instant::now();
        let mut output = ctx.run_ui(input, |ui| {
            refresh(rows);
            let view = SheetView {
                texts: &texts,
                empty: "",
                ticks: &[],
                takes_keys: true,
                follow_keys: "",
                send_to: None,
                can_send: false,
                part_form: CopyForm::Text,
            };
            sheet.show(ui, rows, &view);
        });
        let took = begun.elapsed();
        output.textures_delta.clear();
        took
    };
    for _ in 0..20 {
        frame(&mut sheet, Vec::new());
    }
    let unchanged = median((0..FRAMES).map(|_| frame(&mut sheet, Vec::new())));
    let wheel = |number: usize| {
        let up = if number % 80 < 40 { 40.0 } else { -40.0 };
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            source: MouseWheelSource::Wheel,
            delta: vec2(0.0, up),
            phase: TouchPhase::Move,
            modifiers: Modifiers::NONE,
        };
        vec![Event::PointerMoved(pos2(500.0, 500.0)), wheel]
    };
    let wheel = median((0..FRAMES).map(|number| frame(&mut sheet, wheel(number))));
    let jumps = median((0..FRAMES as u64).map(|number| {
        sheet.go_to(RowKey((number * 7_919) % count));
        frame(&mut sheet, Vec::new())
    }));
    println!("| {count} | {source} | {} | {} | {} |", millis(unchanged), millis(wheel), millis(jumps));
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// As many rows as wanted, each made when it is asked for.
struct MadeUp {
    count: u64,
    made: RowContent,
}

impl Rows for MadeUp {
    fn len(&self) -> u64 {
        self.count
    }

    fn content(&mut self, index: u64) -> &RowContent {
        let mut line = RowLine::default();
        line.push(&format!("ID={index:08} 温度=25.4 OK batt=3.71V"), SpanLook::Tone, None);
        line.push("↵", SpanLook::Faint, None);
        self.made = RowContent {
            number: index.to_string(),
            time: "10:22:05.201".to_owned(),
            delta: "+0.001".to_owned(),
            peer: "← 2".to_owned(),
            bytes: "18".to_owned(),
            tone: RowTone::Received,
            spoken: line.text.clone(),
            lines: vec![line],
            ..RowContent::default()
        };
        &self.made
    }

    fn toggle_expanded(&mut self, _index: u64) {}

    fn measure_from(&mut self, _marked: Option<RowKey>) {}
}
