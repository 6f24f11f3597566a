//! The send area: to whom, how it is written, what is appended, the exact bytes, and what stands ready.

use crate::ui::commands::{self, UiCommand};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::ComposerAction;
use crate::ui::tab::composer::file::{FileProgress, SendUnit};
use crate::ui::tab::composer::payload_form::{ComposeError, Composed, LONGEST_TYPED_BYTES};
use crate::ui::tab::composer::preview::preview_ui;
use crate::ui::tab::composer::ready;
use crate::ui::tab::composer::repeats::{RepeatPlan, Repeating};
use crate::ui::tab::composer::repeats_view::{ShownRepeat, repeats_ui};
use crate::ui::tab::composer::send_choices::{self, SendSurroundings};
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::composer::state::Obstacle;
use crate::ui::tab::composer::words;
use crate::ui::tab::peers::Peers;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, button, error_line};
use crate::util::bytes_text::ByteSize;
use crate::workspace::tabs::InputChoice;
use egui::TextBuffer;
use egui::text::LayoutJob;
use egui::{
    Align2, Frame, Key, KeyboardShortcut, Margin, Modifiers, RichText, Role, ScrollArea, Sense, Stroke,
    TextEdit, TextFormat, Ui, WidgetInfo, vec2,
};

/// Draws the send area.
pub fn composer_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    composer: &mut Composer,
    peers: &mut Peers,
    around: SendSurroundings<'_>,
    out: &mut Vec<TabAction>,
) {
    let encoding = tab.encoding;
    tab.place_checksum();
    ui.spacing_mut().item_spacing.y = theme::SPACE_8;
    send_choices::choices_ui(ui, ctx, tab, composer, peers, out);
    let obstacle = composer.obstacle(&tab.composer, encoding, tab.kind);
    let is_empty = obstacle == Some(Obstacle::Nothing);
    let obstacle = obstacle.map(|obstacle| words::obstacle(ctx.locale, &obstacle));
    let off = match obstacle.as_deref() {
        _ if !around.status.state.is_open() => Some(text::not_open(ctx.locale, tab.kind)),
        obstacle => obstacle,
    };
    ui.horizontal_top(|ui| {
        let button_width = 116.0;
        let field_width = ui.available_width() - button_width - theme::SPACE_8;
        ui.vertical(|ui| {
            ui.set_width(field_width);
            // That nothing is written is seen.
            let wrong = obstacle.as_deref().filter(|_| !is_empty);
            field_ui(ui, ctx, tab, composer, wrong, out);
        });
        send_button(ui, ctx, button_width, off, out);
    });
    if !composer.repeats.running().is_empty() {
        let written = composer.payload(&tab.composer, encoding, tab.kind).ok().cloned();
        let plan = RepeatPlan::of(&tab.composer);
        let off = off.or(plan.err().map(|error| ctx.text(error.key())));
        let shown = shown_repeats(composer, around, plan.ok(), written.as_ref());
        repeats_ui(ui, ctx, &shown, off, out);
    }
    if let Some(file) = around.file {
        file_ui(ui, ctx, file, out);
    }
    ready::ready_ui(ui, ctx, tab, composer, around.status, out);
}

/// What is repeated, with what has become of it. It is compared with what is written and chosen now.
fn shown_repeats<'a>(
    composer: &'a Composer,
    around: SendSurroundings<'a>,
    plan: Option<RepeatPlan>,
    written: Option<&Composed>,
) -> Vec<ShownRepeat<'a>> {
    let is_same = |repeating: &Repeating| {
        around.target.is_of(repeating)
            && plan == Some(repeating.plan)
            && written.is_some_and(|written| written.makes_the_same(&repeating.composed))
    };
    let mut shown = Vec::new();
    for (place, repeating) in composer.repeats.running().iter().enumerate() {
        let status = around.status.repeat(repeating.job);
        shown.push(ShownRepeat { number: place + 1, repeating, status, is_other: !is_same(repeating) });
    }
    shown
}

fn field_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    composer: &mut Composer,
    obstacle: Option<&str>,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let encoding = tab.encoding;
    let frame = Frame::new()
        .fill(theme.raised)
        .stroke(if composer.has_focus { Stroke::new(1.5, theme.accent) } else { theme.line_stroke() })
        .corner_radius(theme::corners())
        .inner_margin(Margin::symmetric(10, 6));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_4;
        if let Some(pasted) = composer.pasted.clone() {
            // The field is not there to have the keyboard: what is pasted now is meant for another one.
            composer.has_focus = false;
            pasted_ui(ui, ctx, pasted.len(), obstacle, out);
            return;
        }
        history_keys(ui, composer, out);
        let wrong = composer.preview(&tab.composer, encoding).as_ref().err().and_then(ComposeError::place);
        ScrollArea::vertical().id_salt("composer").max_height(92.0).min_scrolled_height(40.0).show(
            ui,
            |ui| {
                let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
                    ui.fonts_mut(|fonts| fonts.layout_job(typed_job(theme, text.as_str(), width, wrong)))
                };
                let edit = TextEdit::multiline(&mut tab.composer.draft)
                    .id_salt("payload")
                    .font(fonts::payload())
                    .layouter(&mut layouter)
                    .hint_text(RichText::new(hint_of(ctx, tab.composer.input)).color(theme.faint))
                    .char_limit(LONGEST_TYPED_BYTES)
                    .desired_rows(2)
                    .desired_width(f32::INFINITY)
                    .margin(Margin::ZERO)
                    .frame(Frame::NONE);
                let shown = edit.show(ui);
                let rows = shown.galley.rows.len();
                composer.visual_rows = rows;
                composer.is_in_last_row = shown
                    .cursor_range
                    .is_none_or(|range| shown.galley.layout_from_cursor(range.primary).row + 1 >= rows);
                let response = shown.response.response;
                let name = ctx.text("composer.payload");
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
                if response.changed() {
                    composer.steps_back = 0;
                    composer.is_put = false;
                }
                if response.gained_focus() || response.lost_focus() {
                    // The frame around was drawn before that was known.
                    ui.ctx().request_repaint();
                }
                composer.has_focus = response.has_focus();
            },
        );
        // As high with an error as with bytes.
        let least = ui.fonts_mut(|view| view.row_height(&fonts::payload()));
        ui.vertical(|ui| {
            ui.set_min_height(least);
            if let Ok(composed) = composer.preview(&tab.composer, encoding) {
                preview_ui(ui, ctx, composed, tab.placing());
            }
            if let Some(obstacle) = obstacle {
                error_line(ui, obstacle);
            }
        });
    });
}

/// What was typed; the character that is wrong stands out.
fn typed_job(theme: &Theme, typed: &str, width: f32, wrong: Option<usize>) -> LayoutJob {
    let font_id = fonts::payload();
    let plain = TextFormat { font_id, color: theme.text, ..TextFormat::default() };
    let marked = TextFormat {
        color: theme.error,
        background: theme.error.gamma_multiply(0.2),
        underline: Stroke::new(1.5, theme.error),
        ..plain.clone()
    };
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let mut parts = typed.char_indices().map(|(place, _)| place).chain([typed.len()]);
    let found = wrong.and_then(|place| Some((parts.nth(place)?, parts.next()?)));
    let (start, end) = found.unwrap_or((typed.len(), typed.len()));
    job.append(&typed[..start], 0.0, plain.clone());
    job.append(&typed[start..end], 0.0, marked);
    job.append(&typed[end..], 0.0, plain);
    job
}

fn hint_of(ctx: &ViewCtx<'_>, input: InputChoice) -> &'static str {
    match input {
        InputChoice::Text => ctx.text("composer.hint_text"),
        InputChoice::Hex => "01 03 9C 41 00 02",
        InputChoice::Escapes => r"ID=07\r\n\x00",
    }
}

/// Up and Down leaf through what was sent before.
fn history_keys(ui: &Ui, composer: &Composer, out: &mut Vec<TabAction>) {
    // In several lines the arrows move between them, unless the history put those lines there.
    let leafs = composer.steps_back > 0 || composer.visual_rows <= 1;
    // What was set aside for the present text is one step below it, however long that is.
    let leafs_down = leafs || composer.is_put && composer.is_in_last_row;
    if !composer.has_focus {
        return;
    }
    let (back, forward) = ui.input_mut(|input| {
        let mut alone = |key| commands::consume(input, KeyboardShortcut::new(Modifiers::NONE, key), true);
        (leafs && alone(Key::ArrowUp), leafs_down && alone(Key::ArrowDown))
    });
    if back {
        out.push(ComposerAction::HistoryBack.into());
    }
    if forward {
        out.push(ComposerAction::HistoryForward.into());
    }
}

fn pasted_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    length: usize,
    obstacle: Option<&str>,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let size = ByteSize(length as u64);
    let key = if obstacle.is_some() { "composer.pasted_off" } else { "composer.pasted" };
    let line = ctx.format(key, &[("size", &size)]);
    ui.add(egui::Label::new(RichText::new(line).color(theme.text)).wrap());
    if let Some(obstacle) = obstacle {
        error_line(ui, obstacle);
    }
    if button(ui, ButtonKind::Ordinary, ctx.text("composer.forget"), None, ctx.text("composer.forget_tip"))
        .clicked()
    {
        out.push(ComposerAction::DropPasted.into());
    }
}

/// The button, or why it is `off`.
fn send_button(ui: &mut Ui, ctx: &ViewCtx<'_>, width: f32, off: Option<&str>, out: &mut Vec<TabAction>) {
    let can_send = off.is_none();
    ui.add_enabled_ui(can_send, |ui| {
        let theme = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(width, 66.0), Sense::click());
        let name = ctx.text("composer.send");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, can_send, name));
        let fill = if response.hovered() { theme.accent_hovered } else { theme.accent };
        let fill = if can_send { fill } else { theme.raised };
        let ink = if can_send { theme.on_accent } else { theme.dim };
        let painter = ui.painter();
        painter.rect_filled(rect, theme::large_corners(), fill);
        if response.has_focus() {
            painter.rect_stroke(
                rect.expand(2.0),
                theme::large_corners(),
                (1.5, theme.text),
                egui::StrokeKind::Inside,
            );
        }
        let above = rect.center() - vec2(0.0, 9.0);
        painter.text(above, Align2::CENTER_CENTER, name, fonts::strong(15.0), ink);
        let keys = commands::keys_text(ui.ctx(), UiCommand::Send);
        let below = rect.center() + vec2(0.0, 12.0);
        painter.text(below, Align2::CENTER_CENTER, keys, fonts::interface(10.5), ink);
        let tooltip = off.unwrap_or(ctx.text("composer.send_tip"));
        let response = response.on_hover_text(tooltip).on_disabled_hover_text(tooltip);
        if response.clicked() {
            out.push(ComposerAction::Send.into());
        }
    });
}

fn file_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, file: &FileProgress, out: &mut Vec<TabAction>) {
    ui.horizontal(|ui| {
        let part = if file.total == 0 { 0.0 } else { file.sent as f64 / file.total as f64 };
        let (sent, total) = file.amounts();
        let line = format!("{} · {sent} / {total}", file.name);
        let tip = match file.unit {
            SendUnit::Bytes => ctx.text("composer.file_cancel"),
            SendUnit::Rows => ctx.text("composer.rows_cancel"),
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a part between 0 and 1 for a bar of some pixels"
        )]
        let bar = egui::ProgressBar::new(part as f32).text(line).desired_width(ui.available_width() - 90.0);
        ui.add(bar);
        if button(ui, ButtonKind::Ending, ctx.text("common.cancel"), None, tip).clicked() {
            out.push(ComposerAction::CancelFile.into());
        }
    });
}
