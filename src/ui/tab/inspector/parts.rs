//! The parts of the inspector: each has a heading that folds it. It must not know what is in them.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{focus_edge, reveal_focused};
use crate::workspace::settings::InspectorPart;
use egui::{
    Color32, FontId, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, TextWrapMode, Ui, WidgetInfo,
    WidgetText, pos2, vec2,
};

/// Draws a part: its heading, and below it what is in it unless it is folded.
pub(super) fn part_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    part: InspectorPart,
    title: &str,
    out: &mut Vec<TabAction>,
    add: impl FnOnce(&mut Ui, &mut Vec<TabAction>),
) {
    let is_open = !ctx.settings.inspector_folded.contains(&part);
    ui.add_space(theme::SPACE_12);
    let theme = Theme::of(ui);
    let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, ui.is_enabled(), is_open, title));
    if ui.is_rect_visible(rect) {
        let ink = if response.hovered() { theme.text } else { theme.dim };
        triangle(ui, pos2(rect.left() + 4.0, rect.center().y), is_open, ink);
        let inside = rect.with_min_x(rect.left() + theme::SPACE_12);
        put_text(ui, inside, title, fonts::strong(theme::LABEL_SIZE), ink, false);
        focus_edge(ui.painter(), theme, rect, &response);
    }
    reveal_focused(&response);
    if response.clicked() {
        out.push(TabAction::ToggleFolded(part));
    }
    if is_open {
        add(ui, out);
    }
}

/// Shows whether something below is open.
pub(super) fn triangle(ui: &Ui, centre: Pos2, is_open: bool, ink: Color32) {
    let points = if is_open {
        vec![centre + vec2(-4.0, -2.0), centre + vec2(4.0, -2.0), centre + vec2(0.0, 3.0)]
    } else {
        vec![centre + vec2(-2.0, -4.0), centre + vec2(3.0, 0.0), centre + vec2(-2.0, 4.0)]
    };
    ui.painter().add(Shape::convex_polygon(points, ink, Stroke::NONE));
}

/// Draws text in the middle of a line, at its left or at its right edge, cut where it does not fit. Says how wide it is.
pub(super) fn put_text(ui: &Ui, rect: Rect, text: &str, font: FontId, ink: Color32, is_right: bool) -> f32 {
    let text = WidgetText::from(RichText::new(text).font(font.clone()));
    let galley = text.into_galley(ui, Some(TextWrapMode::Truncate), rect.width().max(0.0), font);
    let width = galley.size().x;
    let x = if is_right { rect.right() - width } else { rect.left() };
    let at = pos2(x, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(at, galley, ink);
    width
}
