//! The highlights at the side: the colour, the name and the count of each rule, a switch by its colour, and the way to
//! the page where rules are written.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::sheet::TermUse;
use crate::ui::tab::TabAction;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::highlights::{HighlightRule, Highlights, HighlightsAction};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    Flow, LineMove, Reorder, context_menu, focus_edge, group_heading, menu_item, menu_separator,
    reveal_focused, text_button,
};
use crate::util::bytes_text::Count;
use egui::{
    Align2, Color32, CursorIcon, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

/// How big the sign of a rule is.
const SIGN: f32 = 9.0;

/// Of many rules so many are seen at once.
const SEEN_RULES: usize = 4;

/// What their heading takes, with the gaps around it.
const HEADING: f32 = theme::ROW_HEIGHT + theme::SPACE_12 + theme::SPACE_8;

/// How much room so many rules need, those that are seen at once.
pub fn highlights_height(rules: usize) -> f32 {
    let heading = if rules == 0 { 0.0 } else { HEADING };
    (rules.min(SEEN_RULES) + 1) as f32 * theme::CONTROL_HEIGHT + heading + theme::SPACE_12
}

/// Draws the rules and the way to a new one.
pub fn highlights_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    rules: &[HighlightRule],
    found: &Highlights,
    out: &mut Vec<TabAction>,
) {
    if !rules.is_empty() {
        group_heading(ui, ctx.text("highlights.title"));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let room = (ui.available_height() - theme::CONTROL_HEIGHT).max(2.0 * theme::CONTROL_HEIGHT);
    ScrollArea::vertical().id_salt("highlights").max_height(room).show(ui, |ui| {
        let mut order = Reorder::new(ui, "highlights", Flow::Down);
        for (place, rule) in rules.iter().enumerate() {
            let row = ui.push_id(place, |ui| rule_ui(ui, ctx, (place, rules.len()), rule, found, out));
            order.line(ui, place, &row.inner);
        }
        out.extend(order.end(ui).map(|moved| HighlightsAction::Move(moved).into()));
    });
    if text_button(ui, ctx.text("highlights.add"), ctx.text("highlights.add_tip")).clicked() {
        out.push(HighlightsAction::Ask(None).into());
    }
}

fn rule_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (place, rules): (usize, usize),
    rule: &HighlightRule,
    found: &Highlights,
    out: &mut Vec<TabAction>,
) -> Response {
    let theme = Theme::of(ui);
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let count = found.count(place);
    let number = count.map_or_else(String::new, |count| {
        format!("{}{}", Count(count.rows), if count.is_growing { " …" } else { "" })
    });
    let spoken = format!("{} {number}", rule.title());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
    }
    focus_edge(ui.painter(), theme, rect, &response);
    reveal_focused(&response);
    sign_ui(ui, ctx, rect, (place, rule), out);
    let wrong = rule.read().and_then(Result::err);
    let is_wrong = wrong.is_some();
    let ink = match (is_wrong, rule.is_on) {
        (true, _) => theme.error,
        (false, true) => theme.text,
        (false, false) => theme.faint,
    };
    let number = ui.painter().layout_no_wrap(number, fonts::interface(theme::LABEL_SIZE), theme.dim);
    let right = rect.right() - theme::SPACE_4 - number.size().x;
    ui.painter().galley(pos2(right, rect.center().y - number.size().y / 2.0), number, theme.dim);
    let room = Rect::from_min_max(
        pos2(rect.left() + theme::SPACE_16 + theme::SPACE_8, rect.top()),
        pos2(right - theme::SPACE_8, rect.bottom()),
    );
    let clipped = ui.painter_at(room);
    clipped.text(room.left_center(), Align2::LEFT_CENTER, rule.title(), fonts::payload(), ink);
    context_menu(&response, 200.0, |ui| {
        let step = |by| LineMove::by(place, by, rules).map(HighlightsAction::Move);
        let keys = [
            ("highlights.change", Some(HighlightsAction::Ask(Some(place)))),
            (
                if rule.is_on { "highlights.rest" } else { "highlights.on" },
                Some(HighlightsAction::Toggle(place)),
            ),
            ("highlights.up", step(-1)),
            ("highlights.down", step(1)),
            ("highlights.remove", Some(HighlightsAction::Remove(place))),
        ];
        for (key, action) in keys {
            if menu_item(ui, action.is_some(), ctx.text(key), "") {
                out.extend(action.map(TabAction::from));
            }
        }
        menu_separator(ui);
        for (key, how) in
            [("term.find", TermUse::Find), ("term.only", TermUse::Only), ("term.without", TermUse::Without)]
        {
            if menu_item(ui, !is_wrong, ctx.text(key), "") {
                out.push(FindAction::Use { how, term: rule.expression.clone() }.into());
            }
        }
    });
    let mut tooltip = ctx.format("highlights.rule_tip", &[("expression", &rule.expression)]);
    if let Some(wrong) = wrong {
        tooltip = format!(
            "{tooltip}
{}",
            wrong.text_with_place(ctx.locale)
        );
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(tooltip);
    if response.clicked() {
        out.push(HighlightsAction::Ask(Some(place)).into());
    }
    response
}

/// The colour of a rule; pressing it lets the rule rest, or highlight again.
fn sign_ui(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    row: Rect,
    (place, rule): (usize, &HighlightRule),
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let side = theme::SPACE_16 + theme::SPACE_4;
    let around = Rect::from_center_size(pos2(row.left() + side / 2.0, row.center().y), theme::square(side));
    let response = ui.interact(around, ui.scope_id().with("sign"), Sense::click());
    let name = ctx.format("highlights.switch", &[("name", &rule.title())]);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, rule.is_on, &name));
    let color = theme.signs[rule.color.place()];
    let fill = if rule.is_on { color } else { Color32::TRANSPARENT };
    let sign = Rect::from_center_size(around.center(), theme::square(SIGN));
    ui.painter().rect(sign, 2.0, fill, Stroke::new(1.0, color), StrokeKind::Inside);
    focus_edge(ui.painter(), theme, around, &response);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(name.as_str()).clicked() {
        out.push(HighlightsAction::Toggle(place).into());
    }
}
