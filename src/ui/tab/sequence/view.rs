//! The sequence as a table: what each step does, how it went, and the step that is being changed.

use crate::automation::interval;
use crate::automation::sequence::{Action, Outcome, Sequence, Step};
use crate::codec::checksum::placing::Placing;
use crate::codec::text::TextEncoding;
use crate::codec::time::took_text;
use crate::model::status::SequenceStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::drawer::table::{Column, Line, cell, heading_ui, line_ui, word_cell};
use crate::ui::tab::drawer::template_cell::template_job;
use crate::ui::tab::drawer::tools::{Tool, tools_ui};
use crate::ui::tab::drawer::{DocumentKind, DrawerAction};
use crate::ui::tab::part_editor::Change;
use crate::ui::tab::part_editor::view::{
    HEIGHT, PartsTexts, form_tool, list_error_height, list_error_ui, part_ui, whole_ui,
};
use crate::ui::tab::sequence::{RunEnd, SequenceAction, SequencePanel};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, Flow, Reorder, TextField, button, error_line, menu, menu_item, text_button,
};
use crate::ui::written_text::{file_error, step_fault};
use crate::workspace::tabs::DrawerSettings;
use egui::text::LayoutJob;
use egui::{Align, Color32, Layout, RichText, ScrollArea, Ui, vec2};
use std::sync::Arc;

/// The room of the step that is being changed.
const EDITOR_WIDTH: f32 = 300.0;

/// A table that is narrower than this has fewer columns.
const NARROW: f32 = 620.0;

/// What a new step begins as.
const NEW_STEPS: [(&str, &str); 8] = [
    ("sequence.word.send", "send = \"\"\nappend = \"crlf\"\n"),
    ("sequence.word.wait_for", "wait_for = 'text ~ \"^OK\"'\nwithin = \"5s\"\n"),
    ("sequence.word.expect", "expect = 'len > 0'\n"),
    ("sequence.word.delay", "delay = \"100ms\"\n"),
    ("sequence.word.set", "set = { name = \"value\" }\n"),
    ("sequence.word.send_file", "send_file = \"file.bin\"\n"),
    ("sequence.word.repeat", "repeat = 3\nfrom = 1\n"),
    ("sequence.word.close", "close = \"fin\"\n"),
];

/// What is said about the file.
const TEXTS: PartsTexts = PartsTexts {
    number: "sequence.step_number",
    part: "sequence.step_text",
    up: "sequence.up",
    down: "sequence.down",
    remove: "sequence.remove",
    whole: "sequence.text",
};

/// What the view shows besides its own state.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct SequenceContext {
    pub(in crate::ui) encoding: TextEncoding,
    pub(in crate::ui) is_open: bool,
    pub(in crate::ui) running: Option<SequenceStatus>,
    /// Where the tab puts a checksum.
    pub(in crate::ui) placing: Placing,
}

/// Draws it.
pub(in crate::ui) fn sequence_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    drawer: &mut DrawerSettings,
    panel: &mut SequencePanel,
    around: SequenceContext,
    out: &mut Vec<TabAction>,
) {
    ui.spacing_mut().item_spacing.y = theme::SPACE_8;
    controls_ui(ui, ctx, drawer, panel, around, out);
    let size = vec2(ui.available_width(), HEIGHT);
    if panel.editor.is_text {
        let text = &mut drawer.sequence.text;
        ui.allocate_ui(size, |ui| whole_ui(ui, ctx, text, &mut panel.editor, around.encoding, &TEXTS));
        return;
    }
    match panel.editor.file(&drawer.sequence.text, around.encoding) {
        Ok(sequence) if sequence.steps.is_empty() => {
            let change = ui.allocate_ui(size, |ui| {
                ui.set_min_size(size);
                let hint = RichText::new(ctx.text("sequence.hint")).color(Theme::of(ui).dim);
                ui.add(egui::Label::new(hint).wrap());
                let opener = text_button(ui, ctx.text("sequence.add"), ctx.text("sequence.add_tip"));
                add_menu(ctx, &opener).or(list_error_ui(ui, ctx, &panel.editor, &TEXTS))
            });
            if let Some(change) = change.inner {
                panel.change(&mut drawer.sequence, around.encoding, change);
            }
        }
        Ok(sequence) => {
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Min), |ui| {
                let beside = if panel.editor.chosen.is_some() { EDITOR_WIDTH + theme::SPACE_12 } else { 0.0 };
                let room = vec2(ui.available_width() - beside, HEIGHT);
                let change = ui
                    .allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| {
                        table_ui(ui, ctx, &sequence, panel, around, out)
                    })
                    .inner;
                let written = if panel.editor.chosen.is_some() {
                    part_ui(
                        ui,
                        ctx,
                        &mut panel.editor,
                        (&sequence, &Arc::clone(&panel.variables), around.placing),
                        &TEXTS,
                        EDITOR_WIDTH,
                    )
                } else {
                    None
                };
                if let Some(change) = change.or(written)
                    && !panel.change(&mut drawer.sequence, around.encoding, change)
                {
                    Reorder::stay(ui);
                }
            });
        }
        Err(why) => {
            ui.allocate_ui(size, |ui| {
                ui.set_min_size(size);
                error_line(ui, &file_error(ctx.locale, &why));
                if button(ui, ButtonKind::Ordinary, ctx.text("sequence.as_text"), None, "").clicked() {
                    panel.editor.is_text = true;
                }
            });
        }
    }
}

fn controls_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    drawer: &mut DrawerSettings,
    panel: &mut SequencePanel,
    around: SequenceContext,
    out: &mut Vec<TabAction>,
) {
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        let is_held = around.running.is_some_and(|running| running.is_held);
        let runs = around.running.is_some() && !is_held;
        ui.add_enabled_ui(around.is_open, |ui| {
            let (kind, name, tip, action) = if runs {
                (ButtonKind::Ordinary, "sequence.hold", "sequence.hold_tip", SequenceAction::Hold)
            } else {
                (ButtonKind::Main, "sequence.run", "sequence.run_tip", SequenceAction::Run)
            };
            let pressed = button(ui, kind, ctx.text(name), Some(84.0), ctx.text(tip));
            if pressed.on_disabled_hover_text(ctx.text("rejected.not_open")).clicked() {
                out.push(action.into());
            }
            let step = button(
                ui,
                ButtonKind::Ordinary,
                ctx.text("sequence.step"),
                None,
                ctx.text("sequence.step_tip"),
            );
            if step.clicked() {
                out.push(SequenceAction::OneStep.into());
            }
        });
        ui.add_enabled_ui(around.running.is_some(), |ui| {
            let stop = button(ui, ButtonKind::Ending, ctx.text("sequence.stop"), None, "");
            if stop.clicked() {
                out.push(SequenceAction::Stop.into());
            }
        });
        let times = &mut drawer.sequence_times;
        let is_wrong = !times.trim().is_empty() && !times.trim().parse::<u64>().is_ok_and(|times| times > 0);
        TextField::new(ctx.text("sequence.times"))
            .remark(ctx.text("sequence.times_unit"))
            .hint(ctx.text("sequence.endless"))
            .width(78.0)
            .error(is_wrong.then_some(""))
            .show(ui, times);
        files_ui(ui, ctx, panel, out);
    });
}

/// What has to do with files, rows and the way in which it is shown.
fn files_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, panel: &mut SequencePanel, out: &mut Vec<TabAction>) {
    let tool = |text, tip| Tool { text: ctx.text(text), tip: ctx.text(tip), is_quiet: false };
    let tools = [
        tool("sequence.from_log", "sequence.from_log_tip"),
        tool("sequence.open_button", "sequence.open_tip"),
        tool("sequence.save_button", "sequence.save_tip"),
        form_tool(ctx, &panel.editor),
    ];
    match tools_ui(ui, ctx.text("view.more"), &tools) {
        Some(0) => out.push(SequenceAction::FromLog.into()),
        Some(1) => out.push(DrawerAction::AskOpen(DocumentKind::Sequence).into()),
        Some(2) => out.push(DrawerAction::AskSave(DocumentKind::Sequence).into()),
        Some(_) => panel.editor.is_text = !panel.editor.is_text,
        None => {}
    }
}

fn table_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    sequence: &Sequence,
    panel: &mut SequencePanel,
    around: SequenceContext,
    out: &mut Vec<TabAction>,
) -> Option<Change> {
    ui.spacing_mut().item_spacing.y = 0.0;
    let run = run_heading(ctx, panel.ended, around.running);
    // Beside the step that is being changed the limit has no room; that step tells it.
    let is_narrow = ui.available_width() < NARROW;
    let (word, went_width) = if is_narrow { (84.0, 150.0) } else { (110.0, 210.0) };
    let mut wanted = vec![
        Column { name: ctx.text("sequence.column.step"), width: Some(word), is_right: false },
        Column { name: ctx.text("sequence.column.what"), width: None, is_right: false },
        Column { name: ctx.text("sequence.column.limit"), width: Some(120.0), is_right: false },
        Column { name: &run, width: Some(went_width), is_right: true },
    ];
    if is_narrow {
        wanted.remove(2);
    }
    let last = wanted.len() - 1;
    let columns = heading_ui(ui, &wanted);
    let mut change = None;
    let room = HEIGHT - 2.0 * theme::ROW_HEIGHT - list_error_height(&panel.editor);
    ScrollArea::vertical().id_salt("steps").max_height(room).auto_shrink(false).show(ui, |ui| {
        let mut order = Reorder::new(ui, "steps", Flow::Down);
        for (place, step) in sequence.steps.iter().enumerate() {
            let (went, is_bad) = went(ui, ctx, place, step, panel, around.running);
            let word = word_of(ctx, &step.action);
            let spoken = format!("{} {word} {}", place + 1, step.action.what());
            let mark = ctx.format("sequence.switch", &[("number", &(place + 1))]);
            let number = ctx.format(TEXTS.number, &[("number", &(place + 1))]);
            let handle = ctx.format("order.handle", &[("name", &number)]);
            let theme = Theme::of(ui);
            let ink = if step.is_on { theme.text } else { theme.faint };
            let mut cells = vec![word_cell(&word, ink), what_cell(theme, &step.action, ink)];
            if !is_narrow {
                cells.push(cell(&limit_of(ctx, &step.action), theme.dim));
            }
            cells.push(went);
            let touched = line_ui(
                ui,
                &columns,
                &mut order,
                Line {
                    number: place + 1,
                    is_on: Some(step.is_on),
                    is_chosen: panel.editor.chosen == Some(place),
                    unfinished: panel.editor.is_unfinished(place).then(|| ctx.text("sequence.unfinished")),
                    cells,
                    button: None,
                    spoken: &spoken,
                    mark_spoken: &mark,
                    handle_spoken: &handle,
                    handle_tip: ctx.text("order.tip"),
                },
            );
            if touched.is_switched {
                change = Some(Change::Switch(place));
            } else if touched.column == Some(last) && panel.results.get(place).is_some_and(Option::is_some) {
                out.push(SequenceAction::ShowRows(place).into());
            } else if touched.row.clicked() {
                panel.editor.press(place, step);
            }
            if is_bad {
                touched.row.on_hover_text(ctx.text("sequence.show_rows"));
            }
        }
        change = change.take().or(order.end(ui).map(Change::Move));
        ui.add_space(theme::SPACE_4);
        let opener = text_button(ui, ctx.text("sequence.add"), ctx.text("sequence.add_tip"));
        change = change.take().or(add_menu(ctx, &opener));
    });
    change = change.or(list_error_ui(ui, ctx, &panel.editor, &TEXTS));
    variables_ui(ui, ctx, panel);
    change
}

fn add_menu(ctx: &ViewCtx<'_>, opener: &egui::Response) -> Option<Change> {
    let mut change = None;
    menu(opener, 180.0, |ui| {
        for (name, step) in NEW_STEPS {
            if menu_item(ui, true, ctx.text(name), "") {
                change = Some(Change::Add(step.to_owned()));
            }
        }
    });
    change
}

fn run_heading(ctx: &ViewCtx<'_>, ended: Option<RunEnd>, running: Option<SequenceStatus>) -> String {
    match (running, ended) {
        (Some(running), _) => ctx.format(
            if running.is_held { "sequence.is_held" } else { "sequence.is_running" },
            &[("step", &running.step), ("round", &running.round)],
        ),
        (None, Some(RunEnd { is_stopped: true, passed, .. })) => {
            ctx.format("sequence.was_stopped", &[("passed", &passed)])
        }
        (None, Some(RunEnd { failed: Some(step), passed, .. })) => {
            ctx.format("sequence.has_failed", &[("step", &step), ("passed", &passed)])
        }
        (None, Some(RunEnd { passed, .. })) => ctx.format("sequence.has_held", &[("passed", &passed)]),
        (None, None) => ctx.text("sequence.column.went").to_owned(),
    }
}

/// How a step went, and whether it failed.
fn went(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    place: usize,
    step: &Step,
    panel: &SequencePanel,
    running: Option<SequenceStatus>,
) -> (LayoutJob, bool) {
    let theme = Theme::of(ui);
    let is_under_way = running.is_some_and(|running| running.step == place + 1 && !running.is_held);
    match panel.results.get(place).and_then(Option::as_ref) {
        _ if !step.is_on => (word_cell(ctx.text("sequence.off"), theme.faint), false),
        _ if is_under_way => (word_cell("▸ …", theme.accent), false),
        Some(shown) => match &shown.outcome {
            Outcome::Held => (cell(&format!("✓ {}", took_text(shown.took)), theme.good), false),
            Outcome::Failed(why) => {
                let refused = shown.refused.as_ref().map(|why| text::rejection(ctx.locale, why));
                let why = refused.unwrap_or_else(|| step_fault(ctx.locale, why));
                (cell(&format!("✕ {why}"), theme.error), true)
            }
        },
        None if panel.ended.is_some() => (word_cell(ctx.text("sequence.not_reached"), theme.faint), false),
        None => (LayoutJob::default(), false),
    }
}

fn word_of(ctx: &ViewCtx<'_>, action: &Action) -> String {
    let key = match action {
        Action::Send { times: 1, .. } => "sequence.word.send",
        Action::Send { times, .. } => {
            return format!("{} × {times}", ctx.text("sequence.word.send"));
        }
        Action::SendFile { .. } => "sequence.word.send_file",
        Action::WaitFor { .. } => "sequence.word.wait_for",
        Action::Expect { .. } => "sequence.word.expect",
        Action::Delay { .. } => "sequence.word.delay",
        Action::Set { .. } => "sequence.word.set",
        Action::Close { .. } => "sequence.word.close",
        Action::Repeat { .. } => "sequence.word.repeat",
    };
    ctx.text(key).to_owned()
}

fn limit_of(ctx: &ViewCtx<'_>, action: &Action) -> String {
    match action {
        Action::WaitFor { within, .. } => {
            ctx.format("sequence.within", &[("time", &interval::text(*within))])
        }
        Action::Send { every, times, .. } if *times > 1 && !every.is_zero() => {
            ctx.format("sequence.every", &[("time", &interval::text(*every))])
        }
        _ => String::new(),
    }
}

/// What a step does; of what it sends, what is filled in and what is appended stand out.
fn what_cell(theme: &Theme, action: &Action, ink: Color32) -> LayoutJob {
    match action {
        Action::Send { content, .. } => template_job(theme, content, ink),
        action => cell(&action.what(), ink),
    }
}

fn variables_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, panel: &SequencePanel) {
    if panel.variables.is_empty() {
        return;
    }
    let pairs: Vec<String> =
        panel.variables.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let line = format!("{}  {}", ctx.text("sequence.knows"), pairs.join("   "));
    let text = RichText::new(line).size(theme::LABEL_SIZE).color(Theme::of(ui).dim);
    ui.add(egui::Label::new(text).truncate().selectable(true));
}
