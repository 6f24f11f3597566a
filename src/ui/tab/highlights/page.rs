//! The page on which highlights are written: a line for each rule, in their order. What is written shows at once in the
//! rows behind it.

use crate::codec::represent::MarkColor;
use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons, explain, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::find_field::coloured;
use crate::ui::tab::highlights::{HighlightRule, HighlightsPage, MOST_RULES};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{Flow, LineMove, Reorder, TextField, error_line, icon_button, text_button, toggle};
use egui::{CursorIcon, Role, ScrollArea, Sense, StrokeKind, Ui, WidgetInfo};

const WIDTH: f32 = 720.0;
const LIST_HEIGHT: f32 = 360.0;
const NAME_WIDTH: f32 = 130.0;
const EXPRESSION_WIDTH: f32 = 268.0;

/// What becomes of a line.
enum Change {
    Move(LineMove),
    Remove(usize),
}

/// Draws the page.
pub(in crate::ui) fn highlights_page_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut HighlightsPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(WIDTH);
    title(ui, ctx.text("highlights.title"));
    explain(ui, ctx.text("highlights.explain"));
    let before = page.rules.clone();
    let mut change = None;
    let focus = page.wants_focus.take();
    ScrollArea::vertical().id_salt("rules").max_height(LIST_HEIGHT).show(ui, |ui| {
        let mut order = Reorder::new(ui, "rules", Flow::Down);
        let count = page.rules.len();
        for (place, rule) in page.rules.iter_mut().enumerate() {
            let has_focus = focus == Some(place);
            let line = ui.push_id(place, |ui| {
                line_ui(ui, ctx, &mut order, (place, count), rule, has_focus, &mut change);
            });
            order.end_line(place, line.response.rect);
        }
        change = change.take().or(order.end(ui).map(Change::Move));
    });
    match change {
        Some(Change::Move(moved)) => {
            moved.apply(&mut page.rules);
        }
        Some(Change::Remove(place)) => {
            page.rules.remove(place);
        }
        None => {}
    }
    ui.add_enabled_ui(page.rules.len() < MOST_RULES, |ui| {
        if text_button(ui, ctx.text("highlights.add_rule"), ctx.text("highlights.add_tip")).clicked() {
            page.add();
        }
    });
    if page.rules != before {
        out.push(TabPageAction::SetHighlights.into());
    }
    buttons(ui, ctx, None, "common.close", out);
}

fn line_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    order: &mut Reorder,
    (place, count): (usize, usize),
    rule: &mut HighlightRule,
    has_focus: bool,
    change: &mut Option<Change>,
) {
    ui.horizontal(|ui| {
        let handle = ctx.format("order.handle", &[("name", &rule.title())]);
        order.handle_ui(ui, place, &handle, ctx.text("order.tip"));
        toggle(ui, &mut rule.is_on, "", ctx.text("highlights.on_tip"));
        colors_ui(ui, ctx, &mut rule.color);
        let name = TextField::new(ctx.text("highlights.name")).hint(ctx.text("highlights.name_hint"));
        name.width(NAME_WIDTH).show(ui, &mut rule.name);
        let field = TextField::new(ctx.text("highlights.expression")).hint(ctx.text("find.hint"));
        let field = field.payload_font().layouter(coloured).width(EXPRESSION_WIDTH);
        let response = field.show(ui, &mut rule.expression);
        if has_focus {
            response.request_focus();
        }
        ui.add_enabled_ui(place > 0, |ui| {
            if icon_button(ui, "▲", ctx.text("highlights.up")).clicked() {
                *change = LineMove::by(place, -1, count).map(Change::Move);
            }
        });
        ui.add_enabled_ui(place + 1 < count, |ui| {
            if icon_button(ui, "▼", ctx.text("highlights.down")).clicked() {
                *change = LineMove::by(place, 1, count).map(Change::Move);
            }
        });
        if icon_button(ui, "✕", ctx.text("highlights.remove")).clicked() {
            *change = Some(Change::Remove(place));
        }
    });
    if let Some(Err(error)) = rule.read() {
        error_line(ui, &error.text_with_place(ctx.locale));
    }
}

/// The colours, of which one is chosen.
fn colors_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chosen: &mut MarkColor) {
    const NAMES: [&str; 4] =
        ["highlights.color_1", "highlights.color_2", "highlights.color_3", "highlights.color_4"];
    const SIDE: f32 = 20.0;
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.x = theme::SPACE_4;
    for (color, name) in MarkColor::ALL.into_iter().zip(NAMES) {
        let (rect, response) = ui.allocate_exact_size(theme::square(SIDE), Sense::click());
        let is_chosen = color == *chosen;
        let name = ctx.text(name);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, name));
        ui.painter().rect_filled(rect.shrink(4.0), 3.0, theme.signs[color.place()]);
        if is_chosen || response.has_focus() {
            let line = if response.has_focus() { theme.accent } else { theme.text };
            ui.painter().rect_stroke(rect, theme::corners(), (1.5, line), StrokeKind::Inside);
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(name).clicked() {
            *chosen = color;
        }
    }
}
