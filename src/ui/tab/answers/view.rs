//! What is answered by itself, as a table: each rule with what it waits for, what it does, how often it has, and how fast.

use crate::automation::interval;
use crate::automation::rules::{AnswerContent, CloseWay, Rule, RuleFile, Trigger};
use crate::codec::checksum::placing::Placing;
use crate::codec::text::TextEncoding;
use crate::model::status::RuleStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::answers::rules::RulesPanel;
use crate::ui::tab::composer::AnswersAction;
use crate::ui::tab::drawer::table::{Column, Line, cell, heading_ui, line_ui, word_cell};
use crate::ui::tab::drawer::template_cell::template_job;
use crate::ui::tab::drawer::tools::{Tool, tools_ui};
use crate::ui::tab::drawer::{DocumentKind, DrawerAction};
use crate::ui::tab::part_editor::Change;
use crate::ui::tab::part_editor::view::{
    HEIGHT, PartsTexts, form_tool, list_error_height, list_error_ui, part_ui, whole_ui,
};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, Flow, Reorder, button, error_line, menu, menu_item, toggle};
use crate::ui::written_text::file_error;
use crate::util::bytes_text::Count;
use crate::workspace::tabs::DrawerSettings;
use egui::text::LayoutJob;
use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

/// The room of the rule that is being changed.
const EDITOR_WIDTH: f32 = 320.0;

/// A table that is narrower than this has fewer columns.
const NARROW: f32 = 620.0;

/// What a new rule begins as, behind its name.
const NEW_RULE: &str = "when = 'text : \"PING\"'\nreply = \"PONG\"\nappend = \"lf\"\n";

/// What the rules that stand ready are called and do.
const READY_RULES: [(&str, &str); RuleFile::READY.len()] = [
    ("echo", "rules.ready_echo"),
    ("discard", "rules.ready_discard"),
    ("chargen", "rules.ready_chargen"),
    ("time", "rules.ready_time"),
    ("http", "rules.ready_http"),
];

/// What is said about the file.
const TEXTS: PartsTexts = PartsTexts {
    number: "rules.rule_number",
    part: "rules.rule_text",
    up: "rules.up",
    down: "rules.down",
    remove: "rules.remove",
    whole: "rules.text",
};

/// What the view shows besides its own state.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct AnswersContext<'a> {
    pub(in crate::ui) encoding: TextEncoding,
    /// Everything that is received goes back.
    pub(in crate::ui) is_echo: bool,
    /// So many simple answers are on.
    pub(in crate::ui) simple: usize,
    /// What each rule of the session has done.
    pub(in crate::ui) told: &'a [RuleStatus],
    /// Where the tab puts a checksum.
    pub(in crate::ui) placing: Placing,
}

/// Draws it.
pub(in crate::ui) fn rules_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    drawer: &mut DrawerSettings,
    panel: &mut RulesPanel,
    around: AnswersContext<'_>,
    out: &mut Vec<TabAction>,
) {
    ui.spacing_mut().item_spacing.y = theme::SPACE_8;
    let added = controls_ui(ui, ctx, panel, around, out);
    let size = vec2(ui.available_width(), HEIGHT);
    if panel.editor.is_text {
        let text = &mut drawer.rules.text;
        let written =
            ui.allocate_ui(size, |ui| whole_ui(ui, ctx, text, &mut panel.editor, around.encoding, &TEXTS));
        if written.inner {
            out.push(AnswersAction::Arm.into());
        }
        return;
    }
    let change = match panel.editor.file(&drawer.rules.text, around.encoding) {
        Ok(file) => {
            let line = Layout::left_to_right(Align::Min);
            let changed = ui.allocate_ui_with_layout(size, line, |ui| {
                let beside = if panel.editor.chosen.is_some() { EDITOR_WIDTH + theme::SPACE_12 } else { 0.0 };
                let room = vec2(ui.available_width() - beside, HEIGHT);
                let changed = ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| {
                    table_ui(ui, ctx, &file, panel, around)
                });
                changed.inner.or(if panel.editor.chosen.is_some() {
                    let shown = (&file, &[][..], around.placing);
                    part_ui(ui, ctx, &mut panel.editor, shown, &TEXTS, EDITOR_WIDTH)
                } else {
                    None
                })
            });
            changed.inner
        }
        Err(why) => {
            ui.allocate_ui(size, |ui| {
                ui.set_min_size(size);
                error_line(ui, &file_error(ctx.locale, &why));
            });
            None
        }
    };
    for change in added.into_iter().chain(change) {
        if panel.editor.change(&mut drawer.rules, around.encoding, change) {
            out.push(AnswersAction::Arm.into());
        } else {
            Reorder::stay(ui);
        }
    }
}

fn controls_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    panel: &mut RulesPanel,
    around: AnswersContext<'_>,
    out: &mut Vec<TabAction>,
) -> Vec<Change> {
    let mut added = Vec::new();
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        let mut is_echo = around.is_echo;
        if toggle(ui, &mut is_echo, ctx.text("composer.echo"), ctx.text("composer.echo_tip")).changed() {
            out.push(AnswersAction::SetEcho(is_echo).into());
        }
        let simple = match around.simple {
            0 => ctx.text("replies.title").to_owned(),
            count => ctx.format("replies.active", &[("count", &count)]),
        };
        if button(ui, ButtonKind::Ordinary, &simple, None, ctx.text("replies.tip")).clicked() {
            out.push(AnswersAction::Ask.into());
        }
        if button(ui, ButtonKind::Ordinary, ctx.text("rules.add"), None, ctx.text("rules.add_tip")).clicked()
        {
            let name = ctx.text("rules.new_name");
            added.push(Change::Add(format!("name = \"{name}\"\n{NEW_RULE}")));
        }
        let ready =
            button(ui, ButtonKind::Ordinary, ctx.text("rules.ready"), None, ctx.text("rules.ready_tip"));
        menu(&ready, 240.0, |ui| {
            for (name, told) in READY_RULES {
                if menu_item(ui, true, ctx.text(told), "")
                    && let Some(file) = RuleFile::ready(name)
                {
                    added.extend(file.rules.iter().map(|rule| Change::Add(rule.to_string())));
                }
            }
        });
        let tool = |text, tip| Tool { text: ctx.text(text), tip: ctx.text(tip), is_quiet: false };
        let tools = [
            tool("rules.try", "rules.try_tip"),
            tool("rules.open_button", "rules.open_tip"),
            tool("rules.save_button", "rules.save_tip"),
            form_tool(ctx, &panel.editor),
        ];
        match tools_ui(ui, ctx.text("view.more"), &tools) {
            Some(0) => out.push(AnswersAction::Try.into()),
            Some(1) => out.push(DrawerAction::AskOpen(DocumentKind::Rules).into()),
            Some(2) => out.push(DrawerAction::AskSave(DocumentKind::Rules).into()),
            Some(_) => panel.editor.is_text = !panel.editor.is_text,
            None => {}
        }
    });
    added
}

fn table_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    file: &RuleFile,
    panel: &mut RulesPanel,
    around: AnswersContext<'_>,
) -> Option<Change> {
    ui.spacing_mut().item_spacing.y = 0.0;
    let column = |key, width, is_right| Column { name: ctx.text(key), width, is_right };
    // Beside the rule that is being changed its answer has no room; that rule tells it.
    let is_narrow = ui.available_width() < NARROW;
    let mut wanted = vec![
        column("rules.column.name", Some(if is_narrow { 90.0 } else { 130.0 }), false),
        column("rules.column.when", None, false),
        column("rules.column.answer", None, false),
        column("rules.column.hits", Some(60.0), true),
        column("rules.column.times", Some(120.0), true),
    ];
    if is_narrow {
        wanted.remove(2);
    }
    let columns = heading_ui(ui, &wanted);
    // Echo and the simple answers stand before the rules of the file.
    let before = around.told.len().saturating_sub(file.rules.len());
    let mut change = None;
    let room = ui.available_height() - list_error_height(&panel.editor);
    ScrollArea::vertical().id_salt("rules").max_height(room).auto_shrink(false).show(ui, |ui| {
        let mut order = Reorder::new(ui, "rules", Flow::Down);
        for (place, rule) in file.rules.iter().enumerate() {
            let told = around.told.get(before + place).filter(|told| told.name == rule.name);
            let theme = Theme::of(ui);
            let ink = if rule.is_on { theme.text } else { theme.faint };
            let (hits, times) = told.map_or((String::new(), String::new()), told_texts);
            let spoken = format!("{}: {}, {hits}", rule.name, when_text(ctx, rule));
            let mark = ctx.format("rules.switch", &[("rule", &rule.name)]);
            let handle = ctx.format("order.handle", &[("name", &rule.name)]);
            let mut cells = vec![word_cell(&rule.name, ink), cell(&when_text(ctx, rule), ink)];
            if !is_narrow {
                cells.push(answer_cell(ctx, theme, rule, ink));
            }
            cells.extend([cell(&hits, theme.text), cell(&times, theme.dim)]);
            let touched = line_ui(
                ui,
                &columns,
                &mut order,
                Line {
                    number: place + 1,
                    is_on: Some(rule.is_on),
                    is_chosen: panel.editor.chosen == Some(place),
                    unfinished: panel.editor.is_unfinished(place).then(|| ctx.text("rules.unfinished")),
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
            } else if touched.row.clicked() {
                panel.editor.press(place, rule);
            }
        }
        change = change.take().or(order.end(ui).map(Change::Move));
        if file.rules.is_empty() {
            ui.add_space(theme::SPACE_8);
            let hint = RichText::new(ctx.text("rules.hint")).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(hint).wrap());
        }
        for line in &panel.tried {
            let text = RichText::new(line).font(fonts::payload()).color(Theme::of(ui).sent);
            ui.add(egui::Label::new(text).truncate().selectable(true));
        }
    });
    change.or(list_error_ui(ui, ctx, &panel.editor, &TEXTS))
}

fn told_texts(told: &RuleStatus) -> (String, String) {
    let times = match (told.p50_ns, told.p99_ns) {
        (Some(half), Some(most)) => {
            format!("{} / {} µs", half.div_ceil(1000), most.div_ceil(1000))
        }
        _ => String::new(),
    };
    let missed = told.held_back + told.failed;
    let hits = Count(told.hits).to_string();
    (if missed == 0 { hits } else { format!("{hits} (−{missed})") }, times)
}

fn when_text(ctx: &ViewCtx<'_>, rule: &Rule) -> String {
    match &rule.trigger {
        Trigger::EachMessage => ctx.text("rules.each_message").to_owned(),
        Trigger::When(condition) => condition.to_string(),
        Trigger::Every(every) => ctx.format("rules.every", &[("time", &interval::text(*every))]),
    }
}

fn answer_cell(ctx: &ViewCtx<'_>, theme: &Theme, rule: &Rule, ink: egui::Color32) -> LayoutJob {
    match (&rule.answer, rule.close) {
        (Some(answer), _) => match &answer.content {
            AnswerContent::Message => word_cell(ctx.text("rules.same_back"), ink),
            AnswerContent::Template(content) => template_job(theme, content, ink),
        },
        (None, Some(CloseWay::Fin)) => word_cell(ctx.text("rules.closes"), ink),
        (None, Some(CloseWay::Reset)) => word_cell(ctx.text("rules.resets"), ink),
        (None, None) => word_cell("—", theme.faint),
    }
}
