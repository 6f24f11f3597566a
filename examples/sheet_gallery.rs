//! Shows the controls and a sheet of a hundred million rows that are made up, to look at the design without a
//! session: `cargo run --example sheet_gallery -- light zh 2.0` (any of these words may be left out).

use sockscope::codec::copy::CopyForm;
use sockscope::codec::represent::MarkClass;
use sockscope::model::ids::RowKey;
use sockscope::ui::sheet::{
    RowContent, RowLine, RowTone, Rows, Sheet, SheetTexts, SheetView, SpanLook, Tick, TickKind,
};
use sockscope::ui::widgets::{
    ButtonKind, Choice, PillCombo, TextField, button, chip, group_heading, icon_button, key_value, segmented,
    separator, status_dot, text_button, toggle,
};
use sockscope::ui::{fonts, theme};
use sockscope::util::locale::{Language, Locale};

fn main() -> eframe::Result {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let light = words.iter().any(|word| word == "light");
    let language =
        if words.iter().any(|word| word == "zh") { Language::SimplifiedChinese } else { Language::English };
    let zoom = words.iter().find_map(|word| word.parse::<f32>().ok()).unwrap_or(1.0);
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1460.0 * zoom.min(1.0), 860.0]),
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "Sockscope gallery",
        options,
        Box::new(move |creation| {
            fonts::install(&creation.egui_ctx, language);
            let mode = if light { egui::ThemePreference::Light } else { egui::ThemePreference::Dark };
            theme::apply(&creation.egui_ctx, mode);
            creation.egui_ctx.set_zoom_factor(zoom);
            Ok(Box::new(Gallery::new(language)))
        }),
    )
}

struct Gallery {
    sheet: Sheet,
    rows: MadeUp,
    texts: SheetTexts,
    chinese: bool,
    view: usize,
    on: bool,
    address: String,
    port: String,
    encoding: &'static str,
}

impl Gallery {
    fn new(language: Language) -> Gallery {
        let mut sheet = Sheet::default();
        sheet.go_to(RowKey(99_999_977));
        Gallery {
            sheet,
            rows: MadeUp { made: RowContent::default(), expanded: Some(99_999_982) },
            texts: SheetTexts::of(Locale::of(language)),
            chinese: language == Language::SimplifiedChinese,
            view: 0,
            on: true,
            address: "0.0.0.0".to_owned(),
            port: "70000".to_owned(),
            encoding: "GBK",
        }
    }

    fn word(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }

    fn side(&mut self, ui: &mut egui::Ui) {
        let theme = theme::Theme::of(ui);
        let width = ui.available_width();
        group_heading(ui, self.word("Connection", "连接"));
        TextField::new(self.word("Address", "本地地址"))
            .labelled(64.0)
            .remark(self.word("all", "全部网卡"))
            .locked(true)
            .show(ui, &mut self.address);
        let error = self.word("Ports go from 0 to 65535.", "端口范围是 0 到 65535。");
        TextField::new(self.word("Port", "端口")).labelled(64.0).error(Some(error)).show(ui, &mut self.port);
        text_button(ui, self.word("▸ Socket options", "▸ 套接字选项"), "");
        button(ui, ButtonKind::Main, self.word("Listen", "开始监听"), Some(width), "Ctrl+L");
        button(ui, ButtonKind::Ending, self.word("■ Stop", "■ 停止监听"), Some(width), "");
        button(ui, ButtonKind::Ordinary, self.word("Save log…", "保存日志…"), None, "");
        let repeat = self.word("Every 1000 ms", "每 1000 ms");
        toggle(ui, &mut self.on, repeat, "");
        group_heading(ui, self.word("Clients · 3", "客户端 · 3"));
        ui.horizontal(|ui| {
            status_dot(ui, theme.good, "connected");
            ui.label("192.168.1.31:50211");
        });
        key_value(ui, "RTT", "0.41 ms", true);
        key_value(ui, "SO_RCVBUF", self.word("4 MiB asked", "4 MiB 请求"), false);
        separator(ui);
        ui.horizontal(|ui| {
            chip(ui, self.word("F5 Heartbeat", "F5 心跳"), "");
            chip(ui, self.word("F6 Read", "F6 读寄存器"), "");
            icon_button(ui, "☰", "Menu");
            icon_button(ui, "◐", "Theme");
        });
    }

    fn bar(&mut self, ui: &mut egui::Ui) {
        ui.horizontal_centered(|ui| {
            let choices = [
                (self.word("Text", "文本"), "Ctrl+1"),
                (self.word("Hex", "十六进制"), "Ctrl+2"),
                (self.word("Dump", "对照"), "Ctrl+3"),
            ];
            let choices: Vec<Choice<'_, usize>> = choices
                .iter()
                .enumerate()
                .map(|(value, (text, tooltip))| Choice { value, text, tooltip })
                .collect();
            segmented(ui, "View", &mut self.view, &choices);
            let before = self.encoding;
            PillCombo::new("encoding", "Encoding", before).show(ui, |ui| {
                for name in ["UTF-8", "GBK", "GB18030", "Big5", "Shift_JIS", "windows-1252"] {
                    if PillCombo::choice(ui, name == before, name) {
                        self.encoding = name;
                    }
                }
            });
            PillCombo::new("split", "Split", self.word("Split: lines", "分包：换行")).show(ui, |_| {});
        });
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::Panel::left("side").exact_size(268.0).show(ui, |ui| {
            ui.add_space(theme::SPACE_8);
            self.side(ui);
        });
        egui::Panel::top("bar").exact_size(44.0).show(ui, |ui| self.bar(ui));
        let frame = egui::Frame::new().fill(theme::Theme::of(ui).ground);
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            let view = SheetView {
                texts: &self.texts,
                empty: "",
                ticks: &[20_000_000, 21_000_000, 70_000_000]
                    .map(|index| Tick { index, kind: TickKind::Found }),
                takes_keys: true,
                follow_keys: "Ctrl+P",
                send_to: None,
                can_send: false,
                part_form: CopyForm::Text,
            };
            self.sheet.show(ui, &mut self.rows, &view);
        });
    }
}

/// Rows as a device with a temperature would cause them.
struct MadeUp {
    made: RowContent,
    expanded: Option<u64>,
}

impl Rows for MadeUp {
    fn len(&self) -> u64 {
        100_000_000
    }

    fn content(&mut self, index: u64) -> &RowContent {
        let mut line = RowLine::default();
        let mut row = RowContent {
            number: sockscope::util::bytes_text::Count(index + 1).to_string(),
            time: format!("10:22:{:02}.{:03}", index / 1_000 % 60, index % 1_000),
            delta: "+0.001".to_owned(),
            peer: "← 2".to_owned(),
            bytes: "18".to_owned(),
            tone: RowTone::Received,
            ..RowContent::default()
        };
        match index % 9 {
            0 => {
                row.tone = RowTone::Event;
                row.peer = String::from("● 3");
                row.bytes.clear();
                line.push("已连接 192.168.1.31:50211 → 192.168.1.5:9000", SpanLook::Tone, None);
            }
            2 | 6 => {
                row.tone = RowTone::Sent;
                row.peer = String::from("→ ∗");
                line.push("READ REG 40001", SpanLook::Tone, None);
                line.push("↵ · 自动应答 心跳", SpanLook::Faint, None);
            }
            4 => {
                row.tone = RowTone::Error;
                row.peer = String::from("● 1");
                row.bytes.clear();
                line.push("192.168.1.30:49877 复位了连接 (ECONNRESET 104)", SpanLook::Tone, None);
            }
            5 => {
                row.bytes = String::from("1,024");
                row.folded = true;
                line.push(
                    "55 AA 04 00 01 10 3C 7F 00 00 12 34 56 78 9A BC DE F0 11 22",
                    SpanLook::Tone,
                    None,
                );
                line.push(" … ▸ 1,024 字节", SpanLook::Faint, None);
            }
            7 => {
                line.push("ID=07 错误=超温", SpanLook::Tone, None);
                line.push("⟨00 FE 01⟩␀⇥↵", SpanLook::Faint, None);
            }
            _ => {
                line.push("ID=07 ", SpanLook::Tone, None);
                line.push("温度", SpanLook::Tone, Some(MarkClass::Found));
                line.push("=25.4℃", SpanLook::Tone, None);
                line.push("↵", SpanLook::Faint, None);
            }
        }
        row.spoken.clone_from(&line.text);
        row.lines = vec![line];
        if self.expanded == Some(index) {
            row.folded = false;
            row.expanded = true;
            row.lines = (0..4).map(dump_line).collect();
        }
        self.made = row;
        &self.made
    }

    fn toggle_expanded(&mut self, index: u64) {
        self.expanded = if self.expanded == Some(index) { None } else { Some(index) };
    }

    fn measure_from(&mut self, _marked: Option<RowKey>) {}
}

fn dump_line(place: usize) -> RowLine {
    let mut line = RowLine::default();
    line.push(&format!("{:04x}  ", place * 16), SpanLook::Faint, None);
    line.push("49 44 3D 30 37 20 B4 ED  CE F3 3D B3 AC CE C2 00  ID=07 错误=超温·", SpanLook::Tone, None);
    line
}
