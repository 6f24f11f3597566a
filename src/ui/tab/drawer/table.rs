//! A small table: a heading, and rows with a mark whether they count, texts in columns, and one that is chosen. It knows
//! nothing of what stands in it.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::reorder::HANDLE_WIDTH;
use crate::ui::widgets::{Reorder, focus_edge, reveal_focused, tick_box};
use egui::text::LayoutJob;
use egui::{
    Align2, Color32, CursorIcon, PointerButton, Rect, Response, Role, Sense, TextFormat, Ui, WidgetInfo,
    pos2, vec2,
};

/// The height of a row.
const ROW: f32 = theme::ROW_HEIGHT;

/// The room of the handle and the number.
const NUMBER: f32 = HANDLE_WIDTH + 32.0;

/// The room of the mark.
const MARK: f32 = 28.0;

/// A column behind number and mark.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Column<'a> {
    /// Its heading.
    pub(in crate::ui) name: &'a str,
    /// How wide it is; nothing for what is left.
    pub(in crate::ui) width: Option<f32>,
    /// Its texts end at its right edge.
    pub(in crate::ui) is_right: bool,
}

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Columns {
    places: Vec<(f32, f32, bool)>,
}

/// A row.
#[derive(Debug)]
pub(in crate::ui) struct Line<'a> {
    /// Its number, from 1.
    pub(in crate::ui) number: usize,
    /// Whether it counts; nothing where it always does.
    pub(in crate::ui) is_on: Option<bool>,
    /// It is the one that is chosen.
    pub(in crate::ui) is_chosen: bool,
    /// Something was typed of it that is not in the list yet; this says so.
    pub(in crate::ui) unfinished: Option<&'a str>,
    /// What stands in each column.
    pub(in crate::ui) cells: Vec<LayoutJob>,
    /// The last column is a button, which is told by this name.
    pub(in crate::ui) button: Option<&'a str>,
    /// What is told to those who cannot see it.
    pub(in crate::ui) spoken: &'a str,
    /// The same for its mark.
    pub(in crate::ui) mark_spoken: &'a str,
    /// The same for the handle that it is dragged by.
    pub(in crate::ui) handle_spoken: &'a str,
    /// How it is brought elsewhere.
    pub(in crate::ui) handle_tip: &'a str,
}

/// What was done to a row.
#[derive(Debug)]
pub(in crate::ui) struct Touched {
    /// The row.
    pub(in crate::ui) row: Response,
    /// The mark was pressed.
    pub(in crate::ui) is_switched: bool,
    /// The column that the pointer pressed; none where the keyboard did.
    pub(in crate::ui) column: Option<usize>,
    /// The button at its end was pressed.
    pub(in crate::ui) is_button_pressed: bool,
}

/// Draws the heading and finds where the columns stand.
pub(in crate::ui) fn heading_ui(ui: &mut Ui, columns: &[Column<'_>]) -> Columns {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let fixed: f32 = columns.iter().filter_map(|column| column.width).sum();
    let open = columns.iter().filter(|column| column.width.is_none()).count().max(1);
    #[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
    let shared = ((rect.width() - NUMBER - MARK - fixed) / open as f32).max(60.0);
    let mut left = NUMBER + MARK;
    let mut places = Vec::new();
    for column in columns {
        let width = column.width.unwrap_or(shared);
        places.push((left, width, column.is_right));
        let place = Rect::from_min_size(pos2(rect.left() + left, rect.top()), vec2(width, ROW));
        let (align, at) = if column.is_right {
            (Align2::RIGHT_CENTER, place.right_center() - vec2(theme::SPACE_8, 0.0))
        } else {
            (Align2::LEFT_CENTER, place.left_center())
        };
        let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
        painter.text(at, align, column.name, fonts::interface(theme::LABEL_SIZE), theme.dim);
        left += width;
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), theme.line_stroke());
    Columns { places }
}

/// Draws a row.
pub(in crate::ui) fn line_ui(ui: &mut Ui, columns: &Columns, order: &mut Reorder, line: Line<'_>) -> Touched {
    let theme = Theme::of(ui);
    let (rect, row) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    row.widget_info(|| {
        let remark = line.unfinished.map(|remark| format!(". {remark}")).unwrap_or_default();
        let spoken = format!("{}{remark}", line.spoken);
        WidgetInfo::selected(Role::Button, ui.is_enabled(), line.is_chosen, spoken)
    });
    let beyond_its_name: Vec<&str> =
        line.cells.iter().skip(2).map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect();
    let told = beyond_its_name.join(" · ");
    ui.ctx().accesskit_node_builder(row.id, |node| node.set_description(told));
    let mark = Rect::from_min_size(rect.min + vec2(NUMBER, 0.0), vec2(MARK, ROW));
    let mut is_switched = false;
    if line.is_chosen {
        ui.painter().rect_filled(rect, theme::corners(), theme.selected_row);
    } else if row.hovered() {
        ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
    }
    let (name, tip) = (line.handle_spoken, line.handle_tip);
    order.line_with_handle(ui, line.number.saturating_sub(1), rect, &row, name, tip);
    focus_edge(ui.painter(), theme, rect, &row);
    reveal_focused(&row);
    let number = pos2(rect.left() + NUMBER - theme::SPACE_8, rect.center().y);
    let ink = if line.unfinished.is_some() { theme.error } else { theme.faint };
    let shown =
        if line.unfinished.is_some() { format!("✎ {}", line.number) } else { line.number.to_string() };
    ui.painter().text(number, Align2::RIGHT_CENTER, shown, fonts::payload(), ink);
    if let Some(is_on) = line.is_on {
        let response = ui.interact(mark, row.id.with("mark"), Sense::click());
        response
            .widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), is_on, line.mark_spoken));
        let ink = if is_on { theme.text } else { theme.dim };
        tick_box(ui.painter(), mark.center(), is_on, ink);
        focus_edge(ui.painter(), theme, mark.shrink2(vec2(0.0, theme::SPACE_4)), &response);
        reveal_focused(&response);
        is_switched = response.on_hover_cursor(CursorIcon::PointingHand).clicked();
    }
    let pressed_at = row.interact_pointer_pos().filter(|_| row.clicked_by(PointerButton::Primary));
    let count = line.cells.len();
    let (mut column, mut is_button_pressed) = (None, false);
    for (place, (cell, (left, width, is_right))) in line.cells.into_iter().zip(&columns.places).enumerate() {
        let room = Rect::from_min_size(pos2(rect.left() + left, rect.top()), vec2(*width, ROW));
        if pressed_at.is_some_and(|at| room.contains(at)) {
            column = Some(place);
        }
        if let Some(name) = line.button.filter(|_| place + 1 == count) {
            let response = ui.interact(room, row.id.with("button"), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
            if response.hovered() {
                ui.painter().rect_filled(room, theme::corners(), theme.chosen);
            }
            focus_edge(ui.painter(), theme, room, &response);
            reveal_focused(&response);
            is_button_pressed = response.on_hover_cursor(CursorIcon::PointingHand).clicked();
        }
        let mut cell = cell;
        cell.wrap = egui::text::TextWrapping::truncate_at_width(width - theme::SPACE_8);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(cell));
        let height = galley.size().y;
        let x = if *is_right { room.right() - theme::SPACE_8 - galley.size().x } else { room.left() };
        ui.painter().galley(pos2(x, room.center().y - height / 2.0), galley, theme.text);
    }
    let row = match line.unfinished {
        Some(remark) => row.on_hover_text(remark),
        None => row,
    };
    Touched { row, is_switched, column, is_button_pressed }
}

/// A text of one colour, in the font of payloads.
pub(in crate::ui) fn cell(text: &str, color: Color32) -> LayoutJob {
    LayoutJob::single_section(
        text.to_owned(),
        TextFormat { font_id: fonts::payload(), color, ..TextFormat::default() },
    )
}

/// The same in the font of the interface.
pub(in crate::ui) fn word_cell(text: &str, color: Color32) -> LayoutJob {
    let font_id = fonts::interface(theme::BODY_SIZE);
    LayoutJob::single_section(text.to_owned(), TextFormat { font_id, color, ..TextFormat::default() })
}
