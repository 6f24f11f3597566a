//! Above the sheet: how payloads are shown, and which rows are shown.

use crate::codec::text::TextEncoding;
use crate::ui::commands::{self, UiCommand};
use crate::ui::ctx::ViewCtx;
use crate::ui::log::{LogRows, RowView};
use crate::ui::tab::TabAction;
use crate::ui::tab::chart::ChartAction;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::find_bar::find_bar_ui;
use crate::ui::tab::log_view::LogAction;
use crate::ui::tab::log_view::LogView;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::tab::split_choice::{split_ui, split_width};
use crate::ui::theme;
use crate::ui::widgets::{
    ButtonKind, Choice, PillCombo, button, button_width, chart_button, find_button, icon_button, menu,
    menu_item, named_menu_item, segmented, segmented_width, toggle, toggle_width, wrap_button,
};
use egui::{Align, Layout, Ui, vec2};

/// Draws the bar, and beneath it the find field while it is wanted.
pub fn view_bar_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    log: &mut LogView,
    out: &mut Vec<TabAction>,
) {
    let is_cleared = log.cleared_before > 0;
    let LogView { find, rows, .. } = log;
    let rows = rows.as_mut();
    let width = ui.available_width();
    let Fold { folded, actions, has_wrap } = fold(ui, ctx, is_cleared, width, tab);
    ui.horizontal(|ui| {
        let choices = vec2((width - actions - theme::SPACE_12).max(0.0), theme::CONTROL_HEIGHT);
        // Where even then not everything fits, the filters go on in a second line.
        let layout = Layout::left_to_right(Align::Center).with_main_wrap(true);
        ui.allocate_ui_with_layout(choices, layout, |ui| {
            ui.set_max_width(choices.x);
            choices_ui(ui, ctx, tab, rows, has_wrap, out);
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            actions_ui(ui, ctx, is_cleared, folded, (!has_wrap).then_some(tab.wraps_lines), out);
        });
    });
    if find.is_shown || find.is_filtering() {
        find_bar_ui(ui, ctx, find, out);
    }
}

fn choices_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    rows: Option<&mut LogRows>,
    has_wrap: bool,
    out: &mut Vec<TabAction>,
) {
    segmented(ui, ctx.text("view.name"), &mut tab.view, &view_choices(ctx));
    encoding_combo(ui, ctx, "view-encoding", &mut tab.encoding);
    if tab.view == RowView::Running {
        // Its rows are lines, and they are wrapped anyway.
        let (name, tooltip) = (ctx.text("running.colors"), ctx.text("running.colors_tip"));
        toggle(ui, &mut tab.has_terminal_colors, name, tooltip);
        return;
    }
    split_ui(ui, ctx, &mut tab.split, rows);
    if !has_wrap {
        return;
    }
    let tooltip = ctx.tooltip(ui.ctx(), "view.wrap_tip", UiCommand::ToggleWrap);
    if wrap_button(ui, tab.wraps_lines, ctx.text("view.wrap"), &tooltip).clicked() {
        out.push(LogAction::ToggleWrap.into());
    }
}

/// The ways to show payload.
pub fn view_choices<'a>(ctx: &ViewCtx<'a>) -> [Choice<'a, RowView>; 5] {
    let choice = |value, text, tooltip| Choice { value, text: ctx.text(text), tooltip: ctx.text(tooltip) };
    [
        choice(RowView::Text, "view.text", "view.text_tip"),
        choice(RowView::Hex, "view.hex", "view.hex_tip"),
        choice(RowView::Dump, "view.dump", "view.dump_tip"),
        choice(RowView::Decoded, "inspector.view_decoded", "inspector.view_decoded_tip"),
        choice(RowView::Running, "running.view", "running.view_tip"),
    ]
}

/// How much room the choices at the left need on one line.
fn choices_width(ui: &Ui, ctx: &ViewCtx<'_>, tab: &LiveSettings) -> f32 {
    let mut width = segmented_width(ui, &view_choices(ctx));
    width += theme::SPACE_8 + PillCombo::width_of(ui, tab.encoding.label());
    if tab.view == RowView::Running {
        return width + theme::SPACE_8 + toggle_width(ui, ctx.text("running.colors"));
    }
    width += theme::SPACE_8 + split_width(ui, ctx, &tab.split);
    width += theme::SPACE_8 + theme::CONTROL_HEIGHT;
    width
}

/// Which of the actions at the right stand in a menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folded {
    Nothing,
    Raw,
    RawAndChart,
    RawChartAndCleared,
    AllButLog,
    All,
}

/// What stands in the bar itself.
struct Fold {
    folded: Folded,
    /// How much room the actions at the right need.
    actions: f32,
    /// Whether wrapping stands among the choices, and not in the menu.
    has_wrap: bool,
}

/// As few in the menu as there is room for.
fn fold(ui: &Ui, ctx: &ViewCtx<'_>, is_cleared: bool, width: f32, tab: &LiveSettings) -> Fold {
    let room = width - choices_width(ui, ctx, tab) - theme::SPACE_12;
    let symbol = theme::CONTROL_HEIGHT + theme::SPACE_8;
    let of = |key| button_width(ui, ctx.text(key)) + theme::SPACE_8;
    let least = symbol + of("save.log");
    let clear = of("view.clear");
    let chart = symbol;
    let cleared = if is_cleared { of("view.show_cleared") } else { 0.0 };
    let widths = [
        (Folded::Nothing, least + of("save.raw") + chart + clear + cleared),
        (Folded::Raw, least + symbol + chart + clear + cleared),
        (Folded::RawAndChart, least + symbol + clear + cleared),
        (Folded::RawChartAndCleared, least + symbol + clear),
        (Folded::AllButLog, least + symbol),
    ];
    // A gap belongs to each of them but the first.
    let widths = widths.map(|(folded, width)| (folded, width - theme::SPACE_8));
    if let Some((folded, actions)) = widths.into_iter().find(|(_, width)| *width <= room) {
        return Fold { folded, actions, has_wrap: true };
    }
    let [.., (folded, actions)] = widths;
    // Wrapping alone is no reason for a second line.
    if tab.view != RowView::Running && actions <= room + symbol {
        return Fold { folded, actions, has_wrap: false };
    }
    // The choices go on in a second line; the first of them still has its place beside the actions.
    let first = segmented_width(ui, &view_choices(ctx)) + theme::SPACE_12;
    if first + actions <= width {
        return Fold { folded, actions, has_wrap: true };
    }
    Fold { folded: Folded::All, actions: 2.0 * symbol - theme::SPACE_8, has_wrap: true }
}

fn actions_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    is_cleared: bool,
    folded: Folded,
    wraps: Option<bool>,
    out: &mut Vec<TabAction>,
) {
    // At the very end, where nothing that comes and goes moves it.
    if find_button(ui, &ctx.tooltip(ui.ctx(), "find.title", UiCommand::Find)).clicked() {
        out.push(FindAction::Show.into());
    }
    if folded != Folded::Nothing {
        let opener = icon_button(ui, "⋯", ctx.text("view.more"));
        menu(&opener, 180.0, |ui| menu_ui(ui, ctx, is_cleared, folded, wraps, out));
    }
    if folded == Folded::All {
        return;
    }
    let tooltip = ctx.tooltip(ui.ctx(), "save.log_tip", UiCommand::SaveLog);
    if button(ui, ButtonKind::Ordinary, ctx.text("save.log"), None, &tooltip).clicked() {
        out.push(TabAction::AskExport { is_raw: false });
    }
    if folded == Folded::Nothing {
        let tooltip = ctx.tooltip(ui.ctx(), "save.raw_tip", UiCommand::SaveRaw);
        if button(ui, ButtonKind::Ordinary, ctx.text("save.raw"), None, &tooltip).clicked() {
            out.push(TabAction::AskExport { is_raw: true });
        }
    }
    if folded != Folded::AllButLog {
        let tooltip = ctx.tooltip(ui.ctx(), "view.clear_tip", UiCommand::ClearView);
        if button(ui, ButtonKind::Ordinary, ctx.text("view.clear"), None, &tooltip).clicked() {
            out.push(LogAction::Clear.into());
        }
        let tooltip = ctx.text("view.show_cleared_tip");
        if is_cleared
            && folded != Folded::RawChartAndCleared
            && button(ui, ButtonKind::Ordinary, ctx.text("view.show_cleared"), None, tooltip).clicked()
        {
            out.push(LogAction::ShowCleared.into());
        }
    }
    if matches!(folded, Folded::Nothing | Folded::Raw) {
        let tooltip = ctx.text("chart.button_tip");
        if chart_button(ui, ctx.text("chart.button"), tooltip).clicked() {
            out.push(ChartAction::Toggle.into());
        }
    }
}

/// What has no place in the bar.
fn menu_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    is_cleared: bool,
    folded: Folded,
    wraps: Option<bool>,
    out: &mut Vec<TabAction>,
) {
    if let Some(is_on) = wraps {
        let name = ctx.text("view.wrap");
        let text = if is_on { format!("✓ {name}") } else { name.to_owned() };
        let keys = commands::keys_text(ui.ctx(), UiCommand::ToggleWrap);
        if named_menu_item(ui, true, name, &text, &keys) {
            out.push(LogAction::ToggleWrap.into());
        }
    }
    if folded == Folded::All
        && menu_item(ui, true, ctx.text("save.log"), &commands::keys_text(ui.ctx(), UiCommand::SaveLog))
    {
        out.push(TabAction::AskExport { is_raw: false });
    }
    if menu_item(ui, true, ctx.text("save.raw"), &commands::keys_text(ui.ctx(), UiCommand::SaveRaw)) {
        out.push(TabAction::AskExport { is_raw: true });
    }
    if folded == Folded::Raw {
        return;
    }
    if menu_item(ui, true, ctx.text("chart.button"), "") {
        out.push(ChartAction::Toggle.into());
    }
    if folded == Folded::RawAndChart {
        return;
    }
    if is_cleared && menu_item(ui, true, ctx.text("view.show_cleared"), "") {
        out.push(LogAction::ShowCleared.into());
    }
    if folded == Folded::RawChartAndCleared {
        return;
    }
    if menu_item(ui, true, ctx.text("view.clear"), &commands::keys_text(ui.ctx(), UiCommand::ClearView)) {
        out.push(LogAction::Clear.into());
    }
}

/// The list of encodings; those that most devices use come first.
pub fn encoding_combo(ui: &mut Ui, ctx: &ViewCtx<'_>, salt: &str, encoding: &mut TextEncoding) {
    let chosen = *encoding;
    let combo =
        PillCombo::new(salt, ctx.text("encoding.name"), chosen.label()).tooltip(ctx.text("encoding.tip"));
    // As wide as the longest name, Windows-1252 (ISO-8859-1).
    combo.list_width(220.0).show(ui, |ui| {
        for candidate in TextEncoding::all() {
            if PillCombo::choice(ui, candidate == chosen, candidate.label()) {
                *encoding = candidate;
            }
        }
    });
}
