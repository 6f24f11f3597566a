//! How streams are cut into messages: a list beside the encoding, with a field for what a choice needs to know and a look
//! at the last messages as they would be cut. It cuts nothing itself.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::log::LogRows;
use crate::ui::sheet::Rows;
use crate::ui::tab::settings::SplitRule;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{PillCombo, TextField, error_line, menu_separator};
use egui::{Key, Label, Popup, PopupCloseBehavior, RichText, Ui};

/// How wide the list is.
const LIST_WIDTH: f32 = 340.0;

/// So many of the last messages are shown below the field.
const PREVIEW_ROWS: u64 = 6;

/// The choices: what a click writes, up to its values, and the key of its name.
const CHOICES: [(&str, &str); 12] = [
    ("none", "split.none"),
    ("lines", "split.lines"),
    ("delim:0D0A", "split.delimiter"),
    ("fixed:8", "split.fixed"),
    ("length:0,2,be", "split.length"),
    ("start-end:02,03", "split.start_end"),
    ("idle:20", "split.idle"),
    ("slip", "split.slip"),
    ("cobs", "split.cobs"),
    ("websocket", "split.websocket"),
    ("modbus-tcp", "split.modbus_tcp"),
    ("mqtt", "split.mqtt"),
];

/// Draws the choice; what is written changes at once, in the whole past.
pub(super) fn split_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, split: &mut SplitRule, rows: Option<&mut LogRows>) {
    let text = pill_text(ctx, split);
    let pill = PillCombo::new("split", ctx.text("split.name"), &text).tooltip(ctx.text("split.tip"));
    let response = pill.closed(ui);
    Popup::menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(ctx.text("split.name"))
        .gap(theme::SPACE_4)
        .show(|ui| {
            ui.set_width(LIST_WIDTH);
            list_ui(ui, ctx, split);
            if word_of(split.typed()) != "none" {
                preview_ui(ui, ctx, rows);
            }
        });
}

/// How much room it takes.
pub(super) fn split_width(ui: &Ui, ctx: &ViewCtx<'_>, split: &SplitRule) -> f32 {
    PillCombo::width_of(ui, &pill_text(ctx, split))
}

fn pill_text(ctx: &ViewCtx<'_>, split: &SplitRule) -> String {
    let split = split.typed();
    if word_of(split) == "none" {
        return ctx.text("split.name").to_owned();
    }
    let name = CHOICES.iter().find(|(words, _)| word_of(words) == word_of(split));
    let name = name.map_or(split, |(_, key)| ctx.text(key));
    ctx.format("split.chosen", &[("name", &name)])
}

/// What stands before the values.
fn word_of(split: &str) -> &str {
    split.split(':').next().unwrap_or_default().trim()
}

fn list_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, split: &mut SplitRule) {
    ui.spacing_mut().item_spacing.y = 0.0;
    for (words, key) in CHOICES {
        let is_chosen = word_of(words) == word_of(split.typed());
        if PillCombo::lasting_choice(ui, is_chosen, ctx.text(key)) && !is_chosen {
            *split = SplitRule::new(words);
            // Where there is nothing more to say, that was all.
            if !words.contains(':') {
                ui.close();
            }
        }
    }
    // What is being written, and empty meanwhile, is no name without values.
    if CHOICES.iter().any(|(words, _)| *words == split.typed() && !words.contains(':')) {
        return;
    }
    menu_separator(ui);
    ui.add_space(theme::SPACE_4);
    let mut typed = split.typed().to_owned();
    let response = TextField::new(ctx.text("split.rule")).labelled(60.0).payload_font().show(ui, &mut typed);
    if response.changed() {
        *split = SplitRule::new(typed);
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        ui.close();
    }
    if let Some(error) = split.error() {
        error_line(ui, &error.to_string());
    }
}

/// The last messages of this session, as they are cut now.
fn preview_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rows: Option<&mut LogRows>) {
    let theme = Theme::of(ui);
    let Some(rows) = rows else { return };
    menu_separator(ui);
    ui.add_space(theme::SPACE_4);
    ui.label(RichText::new(ctx.text("split.preview")).size(theme::LABEL_SIZE).color(theme.dim));
    let count = rows.len();
    for index in count.saturating_sub(PREVIEW_ROWS)..count {
        let content = rows.content(index);
        let line = content.lines.first().map(|line| line.text.as_str()).unwrap_or_default();
        let line = format!("{:>5}  {line}", content.number);
        let font = fonts::payload();
        ui.add(Label::new(RichText::new(line).font(font).color(theme.text)).truncate().selectable(false));
    }
    if count == 0 {
        ui.label(RichText::new(ctx.text("split.nothing")).color(theme.faint));
    }
}
