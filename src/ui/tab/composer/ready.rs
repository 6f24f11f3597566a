//! Beneath the send field: what stands ready to be sent, what was sent, and what is sent by itself.

use crate::codec::time::TimeFormat;
use crate::engine::shared::Status;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::repeats::{PlanError, RepeatPlan, unit_name};
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::composer::{AnswersAction, ComposerAction, QuickSendAction};
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    Flow, LineMove, PillCombo, Reorder, TextField, button_room, chip, context_menu, error_line, icon_button,
    list_of_all, menu, menu_item, sideways, text_button, toggle,
};
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::UnitChoice;
use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

/// The quick sends get a line of their own where there is less room than this, and all else where there is none of them.
const ONE_LINE: f32 = 980.0;
const ONE_LINE_WITHOUT_QUICK: f32 = 680.0;

/// Quick sends, history, files, repeating, automatic answers and echo.
pub fn ready_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    composer: &mut Composer,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let from_right = Layout::right_to_left(Align::Center);
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    let has_quick = !ctx.sending.quick.is_empty();
    if line.x < if has_quick { ONE_LINE } else { ONE_LINE_WITHOUT_QUICK } {
        ui.allocate_ui_with_layout(line, from_right, |ui| {
            past_ui(ui, ctx, tab, composer, out);
            quick_line_ui(ui, ctx, status, out);
        });
        // Where even this is too wide, it goes on beneath.
        ui.horizontal_wrapped(|ui| {
            let repeat = Repeat::of(tab, composer, status);
            repeat.switch_ui(ui, ctx, out);
            repeat.every_ui(ui, ctx, tab);
            Repeat::unit_ui(ui, ctx, tab);
            repeat.times_ui(ui, ctx, tab);
            replies_button(ui, ctx, tab, out);
            echo_ui(ui, ctx, tab, out);
        });
        Repeat::of(tab, composer, status).error_ui(ui, ctx);
        return;
    }
    // From the right, so that the quick sends have all the room that is left. One line high, whatever stood here before.
    ui.allocate_ui_with_layout(line, from_right, |ui| {
        echo_ui(ui, ctx, tab, out);
        replies_button(ui, ctx, tab, out);
        let repeat = Repeat::of(tab, composer, status);
        repeat.times_ui(ui, ctx, tab);
        Repeat::unit_ui(ui, ctx, tab);
        repeat.every_ui(ui, ctx, tab);
        repeat.switch_ui(ui, ctx, out);
        past_ui(ui, ctx, tab, composer, out);
        quick_line_ui(ui, ctx, status, out);
    });
    Repeat::of(tab, composer, status).error_ui(ui, ctx);
}

/// From the right: a file, and what was sent before.
fn past_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    composer: &mut Composer,
    out: &mut Vec<TabAction>,
) {
    if text_button(ui, ctx.text("composer.file"), ctx.text("composer.file_tip")).clicked() {
        out.push(ComposerAction::AskFile.into());
    }
    history_menu(ui, ctx, tab, composer);
}

fn echo_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &LiveSettings, out: &mut Vec<TabAction>) {
    let mut is_echo = tab.composer.echo;
    if toggle(ui, &mut is_echo, ctx.text("composer.echo"), ctx.text("composer.echo_tip")).changed() {
        out.push(AnswersAction::SetEcho(is_echo).into());
    }
}

fn replies_button(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &LiveSettings, out: &mut Vec<TabAction>) {
    let active = tab.composer.replies.iter().filter(|reply| reply.is_on).count();
    let name = match active {
        0 => ctx.text("replies.title").to_owned(),
        count => ctx.format("replies.active", &[("count", &count)]),
    };
    if text_button(ui, &name, ctx.text("replies.tip")).clicked() {
        out.push(AnswersAction::Ask.into());
    }
}

/// The quick sends, in all the room that is left of a line.
fn quick_line_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, out: &mut Vec<TabAction>) {
    let rest = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(rest, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(ui.available_width());
        let is_cut = sideways(ui, "quick", 2.0 * button_room(ui), |ui| {
            ui.horizontal_centered(|ui| {
                ui.label(RichText::new(ctx.text("quick.title")).color(Theme::of(ui).dim));
                quick_ui(ui, ctx, status, out);
            });
        });
        if icon_button(ui, "＋", ctx.text("quick.add")).clicked() {
            out.push(QuickSendAction::AskNew.into());
        }
        if is_cut {
            list_of_all(ui, ctx.text("quick.list"), |ui| {
                for (place, quick) in ctx.sending.quick.iter().enumerate() {
                    if PillCombo::choice(ui, false, &quick_name(quick)) {
                        out.push(QuickSendAction::Send(place).into());
                    }
                }
            });
        }
    });
}

fn quick_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, out: &mut Vec<TabAction>) {
    let mut order = Reorder::new(ui, "quick", Flow::Right);
    let mut group = "";
    for (place, quick) in ctx.sending.quick.iter().enumerate() {
        if quick.group != group {
            group = &quick.group;
            if !group.is_empty() {
                ui.label(RichText::new(group).size(theme::LABEL_SIZE).color(Theme::of(ui).faint));
            }
        }
        let name = quick_name(quick);
        // While nothing is open a press says so; the menu is there at all times.
        let response = chip(ui, &name, &quick_tooltip(ctx, quick, status));
        order.line(ui, place, &response);
        if response.clicked() {
            out.push(QuickSendAction::Send(place).into());
        }
        context_menu(&response, 180.0, |ui| quick_menu(ui, ctx, place, out));
    }
    out.extend(order.end(ui).map(|moved| QuickSendAction::Move(moved).into()));
}

/// Its name behind its key.
fn quick_name(quick: &QuickSend) -> String {
    format!("{} {}", quick.key(), quick.name).trim_start().to_owned()
}

fn quick_tooltip(ctx: &ViewCtx<'_>, quick: &QuickSend, status: &Status) -> String {
    if status.state.is_open() {
        return quick.text.clone();
    }
    format!("{}\n{}", quick.text, ctx.text("rejected.not_open"))
}

fn quick_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, place: usize, out: &mut Vec<TabAction>) {
    let count = ctx.sending.quick.len();
    let step = |by| LineMove::by(place, by, count).map(QuickSendAction::Move);
    let items = [
        ("quick.edit", Some(QuickSendAction::AskChange(place))),
        ("quick.left", step(-1)),
        ("quick.right", step(1)),
        ("quick.remove", Some(QuickSendAction::AskRemove(place))),
    ];
    for (key, action) in items {
        if menu_item(ui, action.is_some(), ctx.text(key), "") {
            out.extend(action.map(TabAction::from));
        }
    }
}

fn history_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, composer: &mut Composer) {
    let opener = text_button(ui, ctx.text("history.title"), ctx.text("history.tip"));
    menu(&opener, 420.0, |ui| {
        let times = TimeFormat::local();
        if ctx.sending.history.is_empty() {
            ui.label(ctx.text("history.empty"));
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (place, sent) in ctx.sending.history.iter().rev().enumerate() {
                let line: String =
                    sent.text.chars().take(44).map(|c| if c == '\n' { '↵' } else { c }).collect();
                let when =
                    sent.at_millis.map(|at| times.words("%m-%d %H:%M:%S", at.saturating_mul(1_000_000)));
                let told = when.map_or_else(String::new, |when| format!("{when} · {}", sent.target));
                if menu_item(ui, true, &line, &told) {
                    composer.step_to(tab, ctx.sending, place + 1);
                }
            }
        });
    });
}

/// Sending again and again. Interval, unit and number stand right of the switch.
#[derive(Clone, Copy)]
struct Repeat {
    is_session_open: bool,
    is_running: bool,
    error: Option<PlanError>,
}

impl Repeat {
    fn of(tab: &LiveSettings, composer: &Composer, status: &Status) -> Repeat {
        Repeat {
            is_session_open: status.state.is_open(),
            is_running: !composer.repeats.running().is_empty(),
            error: RepeatPlan::of(&tab.composer).err(),
        }
    }

    fn every_ui(self, ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings) {
        TextField::new(ctx.text("repeat.interval"))
            .width(60.0)
            .error((self.error == Some(PlanError::Every)).then_some(""))
            .show(ui, &mut tab.composer.every);
    }

    fn unit_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings) {
        let chosen = &mut tab.composer.every_unit;
        PillCombo::new("every-unit", ctx.text("repeat.unit"), unit_name(*chosen)).list_width(90.0).show(
            ui,
            |ui| {
                for unit in [UnitChoice::Microseconds, UnitChoice::Milliseconds, UnitChoice::Seconds] {
                    if PillCombo::choice(ui, unit == *chosen, unit_name(unit)) {
                        *chosen = unit;
                    }
                }
            },
        );
    }

    fn times_ui(self, ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings) {
        TextField::new(ctx.text("repeat.times"))
            .hint("∞")
            .remark("×")
            .width(60.0)
            .error((self.error == Some(PlanError::Times)).then_some(""))
            .show(ui, &mut tab.composer.repeat_times);
    }

    fn switch_ui(self, ui: &mut Ui, ctx: &ViewCtx<'_>, out: &mut Vec<TabAction>) {
        let mut is_on = self.is_running;
        let can_switch = self.is_running || self.is_session_open && self.error.is_none();
        ui.add_enabled_ui(can_switch, |ui| {
            if toggle(ui, &mut is_on, ctx.text("repeat.name"), ctx.text("repeat.tip")).changed() {
                out.push(if is_on {
                    ComposerAction::StartRepeat.into()
                } else {
                    ComposerAction::StopRepeats.into()
                });
            }
        });
    }

    /// The fields themselves are too narrow for it.
    fn error_ui(self, ui: &mut Ui, ctx: &ViewCtx<'_>) {
        if let Some(error) = self.error {
            error_line(ui, ctx.text(error.key()));
        }
    }
}
