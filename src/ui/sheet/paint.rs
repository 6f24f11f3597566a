//! Draws the header and single rows of a sheet. It must not know where rows come from, nor where the sheet stands.

use crate::ui::fonts;
use crate::ui::sheet::columns::Columns;
use crate::ui::sheet::line::{Inks, galley, marked_places, selected_places};
use crate::ui::sheet::rows::{RowContent, RowLine, RowTone};
use crate::ui::sheet::selection::Part;
use crate::ui::sheet::texts::SheetTexts;
use crate::ui::theme::{self, Theme};
use egui::{Align2, Color32, Painter, Pos2, Rangef, Rect, Shape, Stroke, pos2, vec2};
use std::ops::Range;

/// The height of the line that names the columns.
pub(super) const HEADER_HEIGHT: f32 = 26.0;

/// The height of one line of a row that has several.
const LINE_HEIGHT: f32 = 18.0;

/// How much higher than its lines a row of several lines is.
const LINES_MARGIN: f32 = theme::SPACE_4;

/// How wide the edge of a highlighted row is.
const HIGHLIGHT_EDGE: f32 = 3.0;

/// How a row is lit.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a light of its own, and all may be on at once")]
pub(super) struct Light {
    /// It is selected.
    pub selected: bool,
    /// The pointer is over it.
    pub hovered: bool,
    /// The keyboard stands on it.
    pub cursor: bool,
    /// Times are measured from it.
    pub marked: bool,
    /// The part of it that is selected.
    pub part: Option<Part>,
}

/// How high a row is.
pub(super) fn row_height(content: &RowContent) -> f32 {
    match content.lines.len() {
        lines if content.is_running => lines.max(1) as f32 * LINE_HEIGHT,
        0 | 1 => theme::ROW_HEIGHT,
        lines => lines as f32 * LINE_HEIGHT + LINES_MARGIN,
    }
}

/// Draws the names of the columns and the line under them.
pub(super) fn header(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    columns: &Columns,
    texts: &SheetTexts,
    is_running: bool,
) {
    let name = |column: Option<Rangef>, text: &str, right: bool| {
        let Some(column) = column else { return };
        let (x, align) =
            if right { (column.max, Align2::RIGHT_CENTER) } else { (column.min, Align2::LEFT_CENTER) };
        let font = fonts::interface(theme::LABEL_SIZE);
        painter.text(pos2(x, rect.center().y), align, text, font, theme.dim);
    };
    name(columns.number, texts.number, true);
    name(Some(columns.time), &format!("{} ▾", texts.time), false);
    if !is_running {
        name(columns.delta, texts.delta, true);
        name(Some(columns.peer), texts.peer, false);
        name(columns.bytes, texts.bytes, true);
        name(Some(columns.content), texts.content, false);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.line_stroke());
}

/// How far the middle of a line is below the upper edge of a row of several lines.
pub(super) fn line_middle(line: usize, is_running: bool) -> f32 {
    let margin = if is_running { 0.0 } else { LINES_MARGIN };
    margin.midpoint(LINE_HEIGHT) + line as f32 * LINE_HEIGHT
}

/// The line of a row that is so far below its upper edge.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between the first line and the last"
)]
pub(super) fn line_at(content: &RowContent, below: f32) -> usize {
    let last = content.lines.len().saturating_sub(1);
    let margin = if content.is_running { 0.0 } else { LINES_MARGIN };
    ((below - margin / 2.0) / LINE_HEIGHT).clamp(0.0, last as f32) as usize
}

/// Draws a row.
pub(super) fn row(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    columns: &Columns,
    content: &RowContent,
    light: Light,
) {
    let tint = content.highlight.map(|color| theme.tints[color.place()]);
    if light.selected {
        painter.rect_filled(rect, 0.0, theme.selected_row);
    } else if let Some(behind) = tint.or((light.hovered && !content.is_running).then_some(theme.hovered)) {
        painter.rect_filled(rect, 0.0, behind);
    }
    if let Some(color) = content.highlight {
        // Seen also where the row is selected.
        let edge = Rect::from_min_size(rect.min, vec2(HIGHLIGHT_EDGE, rect.height()));
        painter.rect_filled(edge, 0.0, theme.signs[color.place()]);
    }
    if light.cursor || light.marked {
        let edge = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        painter.rect_filled(edge, 0.0, if light.marked { theme.sent } else { theme.accent });
    }

    let has_lines = content.is_running || content.lines.len() > 1;
    let first_middle =
        if has_lines { rect.top() + line_middle(0, content.is_running) } else { rect.center().y };
    let tone = tone_color(theme, content.tone);
    let quiet = if light.selected || tint.is_some() { theme.dim } else { theme.faint };
    let cell = |column: Option<Rangef>, text: &str, right: bool, color: Color32| {
        if let Some(column) = column
            && !text.is_empty()
        {
            plain(painter, column, first_middle, text, right, color);
        }
    };
    cell(columns.number, &content.number, true, quiet);
    cell(Some(columns.time), &content.time, false, if content.is_running { quiet } else { theme.dim });
    cell(columns.delta, &content.delta, true, quiet);
    cell(Some(columns.peer), &content.peer, false, tone);
    cell(columns.bytes, &content.bytes, true, quiet);

    if content.folded || content.expanded {
        disclosure(painter, theme, pos2(columns.content.min - 10.0, first_middle), content.expanded);
    }
    let visible = painter.clip_rect();
    let selected = light.part.map_or(0..0, Part::bytes);
    for (place, line) in content.lines.iter().enumerate() {
        let middle = first_middle + place as f32 * LINE_HEIGHT;
        let hidden = middle + LINE_HEIGHT < visible.top() || middle - LINE_HEIGHT > visible.bottom();
        if !hidden && !line.text.is_empty() {
            content_line(painter, theme, columns.content, middle, line, Inks { tone, quiet }, &selected);
        }
    }
}

fn content_line(
    painter: &Painter,
    theme: &Theme,
    column: Rangef,
    middle: f32,
    line: &RowLine,
    inks: Inks,
    selected: &Range<usize>,
) {
    let galley = galley(painter, theme, column.span(), line, inks, selected);
    // One strip each, whatever the heights of the fonts in it.
    let lines = Rangef::point(middle).expand(LINE_HEIGHT / 2.0);
    let strip = |place: Rangef, color: Color32| {
        let across = Rangef::new(column.min + place.min, column.min + place.max);
        painter.rect_filled(Rect::from_x_y_ranges(across, lines), 0.0, color);
    };
    for (place, mark) in marked_places(&galley, line) {
        strip(place, theme.behind(mark));
    }
    for place in selected_places(&galley, line, selected) {
        strip(place, theme.part);
    }
    let at = pos2(column.min, middle - galley.size().y / 2.0);
    painter.galley(at, galley, inks.tone);
}

/// Whether a point is on the triangle that folds and unfolds a row.
pub(super) fn is_on_disclosure(columns: &Columns, x: f32) -> bool {
    Rangef::new(columns.content.min - 18.0, columns.content.min - 1.0).contains(x)
}

fn plain(painter: &Painter, column: Rangef, middle: f32, text: &str, right: bool, color: Color32) {
    let galley = painter.layout_no_wrap(text.to_owned(), fonts::payload(), Color32::PLACEHOLDER);
    let x = if right { column.max - galley.size().x } else { column.min };
    painter.galley(pos2(x, middle - galley.size().y / 2.0), galley, color);
}

fn disclosure(painter: &Painter, theme: &Theme, centre: Pos2, expanded: bool) {
    let points = if expanded {
        vec![centre + vec2(-4.0, -2.0), centre + vec2(4.0, -2.0), centre + vec2(0.0, 3.0)]
    } else {
        vec![centre + vec2(-2.0, -4.0), centre + vec2(3.0, 0.0), centre + vec2(-2.0, 4.0)]
    };
    painter.add(Shape::convex_polygon(points, theme.faint, Stroke::NONE));
}

fn tone_color(theme: &Theme, tone: RowTone) -> Color32 {
    match tone {
        RowTone::Received => theme.received,
        RowTone::Sent => theme.sent,
        RowTone::Event => theme.event,
        RowTone::Error => theme.error,
        RowTone::Note => theme.text,
    }
}
