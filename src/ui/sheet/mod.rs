//! The sheet: one continuous list of what happened, drawn row by row however many rows there are.
//!
//! It keeps where a person looks and what is selected. It must not know journals or sockets: rows come through
//! [`Rows`], wishes leave as [`SheetAction`]s.

pub mod action;
pub mod anchor;
mod bar;
pub mod columns;
mod following;
mod keys;
mod line;
mod menu;
mod naming;
pub mod offers;
mod paint;
mod part;
mod pointer;
pub mod rows;
pub mod selection;
pub mod stretch;
pub mod texts;

pub use action::{RowTrait, SheetAction, TermUse};
pub use bar::{Tick, TickKind};
pub use rows::{RowContent, RowLine, RowSpan, RowTone, Rows, SpanLook};
pub use selection::{Part, Selection};
pub use stretch::Stretch;
pub use texts::SheetTexts;

use crate::codec::copy::CopyForm;
use crate::model::ids::RowKey;
use crate::ui::sheet::anchor::{Anchor, Extent};
use crate::ui::sheet::bar::BarView;
use crate::ui::sheet::columns::{Columns, Widths};
use crate::ui::sheet::paint::Light;
use crate::ui::theme::{self, Theme};
use crate::util::bytes_text::Count;
use egui::accesskit::Action;
use egui::{Id, Label, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::ops::Range;

/// Where a person looks and what is selected.
#[derive(Clone, Debug)]
pub struct Sheet {
    anchor: Anchor,
    /// The anchor's row by name, so that the sheet stays there when a filter changes.
    top: RowKey,
    /// How high that row was drawn last: where its lines are laid out anew, the sheet stays at the same part of it.
    top_height: f32,
    /// Whether the newest row stays in view.
    following: bool,
    /// The row that was to come next when it stopped following: rows from there on are new, whatever a filter
    /// shows or hides meanwhile.
    new_from: RowKey,
    /// A row that is to be brought into the middle when it is drawn next.
    wanted: Option<RowKey>,
    selection: Selection,
    /// The part of the one selected row that is selected, or where it would begin.
    part: Option<Part>,
    /// The text of these rows that is selected, where it is running text.
    stretch: Option<Stretch>,
    marked: Option<RowKey>,
    widths: Widths,
    grasp: Option<f64>,
    /// Whether it has the keyboard because it was pressed.
    was_pressed: bool,
    visible: Range<u64>,
}

/// Where a sheet stands and what is selected in it.
#[derive(Clone, Debug)]
pub struct SheetPlace {
    top: RowKey,
    offset: f32,
    following: bool,
    new_from: RowKey,
    selection: Selection,
}

/// What a sheet is drawn with.
#[derive(Clone, Copy, Debug)]
pub struct SheetView<'a> {
    /// Its words.
    pub texts: &'a SheetTexts,
    /// What to do next, while there are no rows.
    pub empty: &'a str,
    /// The rows to point out on the scroll bar, as many as there is room for.
    pub ticks: &'a [Tick],
    /// Whether it takes keys that no control has asked for.
    pub takes_keys: bool,
    /// The keys that hold it still or let it follow.
    pub follow_keys: &'a str,
    /// To whom its menu sends bytes; nothing where nobody can ever be sent to.
    pub send_to: Option<&'a str>,
    /// Whether they can be sent now.
    pub can_send: bool,
    /// The form in which a part of a row is copied by the keys.
    pub part_form: CopyForm,
}

/// What came of drawing a sheet.
#[derive(Clone, Debug)]
pub struct SheetResponse {
    /// What a person asked for.
    pub actions: Vec<SheetAction>,
    /// The sheet as a control.
    pub response: Response,
    /// How many characters wide the content is, for rows that fold.
    pub content_characters: usize,
    /// Where the name of the time column stands; what it tells can be chosen there.
    pub time_header: Rect,
}

/// The parts of a frame that its steps share.
struct Frame {
    body: Rect,
    extent: Extent,
    /// What the row that comes next will be called.
    next: RowKey,
    columns: Columns,
    response: Response,
}

impl Default for Sheet {
    fn default() -> Sheet {
        Sheet {
            anchor: Anchor::default(),
            top: RowKey(0),
            top_height: 0.0,
            following: true,
            new_from: RowKey(0),
            wanted: None,
            selection: Selection::default(),
            part: None,
            stretch: None,
            marked: None,
            widths: Widths::default(),
            grasp: None,
            was_pressed: false,
            visible: 0..0,
        }
    }
}

impl Sheet {
    /// Draws the sheet into the room there is.
    pub fn show(&mut self, ui: &mut Ui, rows: &mut dyn Rows, view: &SheetView<'_>) -> SheetResponse {
        let full = ui.available_rect_before_wrap();
        let header = Rect::from_min_size(full.min, vec2(full.width(), paint::HEADER_HEIGHT));
        let body =
            Rect::from_min_max(pos2(full.left(), header.bottom()), full.max - vec2(bar::BAR_WIDTH, 0.0));
        let bar = Rect::from_min_max(body.right_top(), full.max);
        ui.advance_cursor_after_rect(full);
        let response = ui.interact(body, ui.scope_id().with("sheet"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), view.texts.name));
        self.widths.grow([Count(rows.len()).to_string().len(), 0, 0, 0]);
        let frame = Frame {
            body,
            extent: Extent { rows: rows.len(), view_height: body.height() },
            next: rows.next_key(),
            columns: if rows.are_running() {
                Columns::of_running(body, self.widths)
            } else {
                Columns::of(body, self.widths)
            },
            response,
        };

        let theme = Theme::of(ui);
        ui.painter().rect_filled(full, 0.0, theme.ground);
        let mut actions = Vec::new();
        self.find_back(rows, &frame);
        self.prepare(rows, &frame);
        self.take_wheel(ui, rows, &frame, full);
        self.take_bar(ui, rows, &frame, bar, view);
        self.take_pointer(ui, rows, &frame, &mut actions);
        self.settle_part(&frame);
        self.settle_stretch(&frame);
        self.show_text_cursor(ui, rows, &frame);
        self.take_keys(ui, rows, &frame, view, &mut actions);
        self.settle(rows, &frame);

        paint::header(&ui.painter_at(header), theme, header, &frame.columns, view.texts, rows.are_running());
        self.paint_rows(ui, rows, &frame, view.texts);
        self.focus_mark(ui, &frame);
        if rows.is_empty() && !view.empty.is_empty() {
            ui.put(body, Label::new(RichText::new(view.empty).color(theme.dim)).selectable(false));
        }
        self.latest_pill(ui, rows, &frame, view);
        self.follow_button(ui, header, &frame, view);
        self.show_menu(rows, &frame, view, &mut actions);
        SheetResponse {
            actions,
            content_characters: frame.columns.content_characters(),
            time_header: Rect::from_x_y_ranges(frame.columns.time, header.y_range()),
            response: frame.response,
        }
    }

    /// What is selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Measures times from this row on, or from row to row again.
    pub fn set_marked(&mut self, marked: Option<RowKey>, rows: &mut dyn Rows) {
        self.marked = marked;
        rows.measure_from(marked);
    }

    /// The row from which times are measured.
    pub fn marked(&self) -> Option<RowKey> {
        self.marked
    }

    /// Whether the newest row stays in view.
    pub fn is_following(&self) -> bool {
        self.following
    }

    /// Keeps the newest row in view from now on.
    pub fn follow(&mut self) {
        self.following = true;
        self.wanted = None;
    }

    /// Holds still from now on; rows from this one on are new then.
    pub fn hold(&mut self, next: RowKey) {
        if self.following {
            self.following = false;
            self.new_from = next;
        }
    }

    /// Holds still if it follows, and follows if it holds still.
    pub fn toggle_following(&mut self, next: RowKey) {
        if self.following {
            self.hold(next);
        } else {
            self.follow();
        }
    }

    /// Makes columns as narrow as what they hold from now on allows.
    pub fn forget_widths(&mut self) {
        self.widths = Widths::default();
    }

    /// Selects a row and brings it into the middle.
    pub fn go_to(&mut self, key: RowKey) {
        self.selection.set(key);
        self.wanted = Some(key);
    }

    /// Where it stands and what is selected, to come back to.
    pub fn place(&self) -> SheetPlace {
        let Sheet { top, anchor, following, new_from, ref selection, .. } = *self;
        SheetPlace { top, offset: anchor.offset, following, new_from, selection: selection.clone() }
    }

    /// Stands again where it stood.
    pub fn come_back(&mut self, place: SheetPlace) {
        let SheetPlace { top, offset, following, new_from, selection } = place;
        self.wanted = None;
        // Found by name: what is shown may have changed.
        (self.top, self.top_height, self.anchor) = (top, 0.0, Anchor { row: u64::MAX, offset });
        (self.following, self.new_from, self.selection) = (following, new_from, selection);
    }

    /// Selects nothing.
    pub fn clear_selection(&mut self) {
        self.selection.clear();
        self.part = None;
    }

    /// The indexes of the rows that were drawn last.
    pub fn visible(&self) -> Range<u64> {
        self.visible.clone()
    }

    /// The row at the upper edge and how many points of it are above the edge.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Stands where it stood by name, whatever a filter hides now.
    fn find_back(&mut self, rows: &mut dyn Rows, frame: &Frame) {
        if frame.extent.rows == 0 {
            return;
        }
        if self.anchor.row >= frame.extent.rows || rows.key(self.anchor.row) != self.top {
            let row = rows.index(self.top).min(frame.extent.rows - 1);
            self.anchor =
                Anchor { row, offset: if rows.key(row) == self.top { self.anchor.offset } else { 0.0 } };
        }
        let height = heights(rows)(self.anchor.row);
        if self.anchor.offset > 0.0 && self.top_height > 0.0 {
            self.anchor.offset *= height / self.top_height;
        }
        if let Some(wanted) = self.wanted.take() {
            let row = rows.index(wanted).min(frame.extent.rows - 1);
            self.hold(frame.next);
            self.anchor = match rows.content(row).place_line {
                Some(line) => {
                    let offset = paint::line_middle(line, rows.are_running());
                    let at_line = Anchor { row, offset };
                    at_line.moved(-frame.extent.view_height / 2.0, frame.extent, &mut heights(rows))
                }
                None => Anchor::centred_on(row, frame.extent, &mut heights(rows)),
            };
        }
    }

    /// Says which rows are about to be shown.
    fn prepare(&self, rows: &mut dyn Rows, frame: &Frame) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a screen has some, and few, rows"
        )]
        let fitting = (frame.extent.view_height / theme::ROW_HEIGHT).ceil().max(1.0) as u64 + 1;
        let end = frame.extent.rows;
        let start = if self.following { end.saturating_sub(fitting) } else { self.anchor.row };
        rows.prepare(start.min(end)..start.saturating_add(fitting).min(end));
    }

    fn take_wheel(&mut self, ui: &Ui, rows: &mut dyn Rows, frame: &Frame, full: Rect) {
        if frame.extent.rows == 0 || !ui.rect_contains_pointer(full) {
            return;
        }
        let points = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
        if points != 0.0 {
            self.scroll_by(-points, rows, frame);
        }
    }

    fn take_bar(&mut self, ui: &Ui, rows: &mut dyn Rows, frame: &Frame, bar: Rect, view: &SheetView<'_>) {
        let end = Anchor::end(frame.extent, &mut heights(rows));
        let at = if self.following { end } else { self.anchor };
        let whole = frame.extent.rows.max(1) as f64;
        let ticks: Vec<_> = view.ticks.iter().map(|tick| (tick.index as f64 / whole, tick.kind)).collect();
        let seen = BarView {
            share: at.share(end, &mut heights(rows)),
            visible: f64::from(frame.extent.view_height / theme::ROW_HEIGHT) / whole,
            ticks: &ticks,
            name: view.texts.scroll_bar,
        };
        if let Some(share) = bar::show(ui, bar, seen, &mut self.grasp) {
            self.anchor = Anchor::at_share(share, end, &mut heights(rows));
            self.leave_or_reach_end(rows, frame);
        }
    }

    fn scroll_by(&mut self, points: f32, rows: &mut dyn Rows, frame: &Frame) {
        if self.following {
            self.anchor = Anchor::end(frame.extent, &mut heights(rows));
        }
        self.anchor = self.anchor.moved(points, frame.extent, &mut heights(rows));
        self.leave_or_reach_end(rows, frame);
    }

    fn leave_or_reach_end(&mut self, rows: &mut dyn Rows, frame: &Frame) {
        let end = Anchor::end(frame.extent, &mut heights(rows));
        // Half a point is less than an eye sees, and more than is lost by adding up small steps.
        if self.anchor.moved(0.5, frame.extent, &mut heights(rows)).is_before(end) {
            self.hold(frame.next);
        } else {
            self.follow();
        }
    }

    /// Brings a row into view, with the least motion.
    fn reveal(&mut self, row: u64, rows: &mut dyn Rows, frame: &Frame) {
        if self.following {
            self.anchor = Anchor::end(frame.extent, &mut heights(rows));
        }
        let moved = self.anchor.showing(row, frame.extent, &mut heights(rows));
        if moved != self.anchor {
            self.anchor = moved;
            self.leave_or_reach_end(rows, frame);
        }
    }

    fn settle(&mut self, rows: &mut dyn Rows, frame: &Frame) {
        if frame.extent.rows == 0 {
            // Rows come back when a filter or a search has got further, and the sheet with them to where it stood.
            return;
        }
        // Nothing moves away under a pointer that is held on it.
        self.anchor = if self.following && !frame.response.is_pointer_button_down_on() {
            Anchor::end(frame.extent, &mut heights(rows))
        } else {
            self.anchor.within(frame.extent, &mut heights(rows))
        };
        self.top = rows.key(self.anchor.row);
        self.top_height = heights(rows)(self.anchor.row);
    }

    fn paint_rows(&mut self, ui: &Ui, rows: &mut dyn Rows, frame: &Frame, words: &SheetTexts) {
        let theme = Theme::of(ui);
        let widths = self.widths;
        let painter = ui.painter_at(frame.body);
        let hovered_y = frame.response.hover_pos().map(|at| at.y);
        let mut top = frame.body.top() - self.anchor.offset;
        let stretch = self.shown_stretch(rows);
        let mut row = self.anchor.row;
        while top < frame.body.bottom() && row < frame.extent.rows {
            let key = rows.key(row);
            let part = match stretch {
                Some(stretch) => Some(Part::new(key, &stretch.bytes_in(key))),
                None => self.part().filter(|part| part.row == key),
            }
            .filter(|part| !part.is_empty());
            let content = if part.is_some() { rows.content_with_letters(row) } else { rows.content(row) };
            let rect = Rect::from_min_size(
                pos2(frame.body.left(), top),
                vec2(frame.body.width(), paint::row_height(content)),
            );
            let light = Light {
                // Text that is selected is seen by itself; what shows none is seen to be among it.
                selected: self.selection.contains(key)
                    && stretch
                        .is_none_or(|stretch| !content.shows_payload && !stretch.bytes_in(key).is_empty()),
                // Two rows share an edge, and only one of them is under the pointer.
                hovered: hovered_y.is_some_and(|y| (rect.top()..rect.bottom()).contains(&y)),
                cursor: self.selection.cursor() == Some(key) && frame.response.has_focus(),
                marked: self.marked == Some(key),
                part,
            };
            paint::row(&painter, theme, rect, &frame.columns, content, light);
            let texts = [&content.number, &content.time, &content.peer, &content.bytes];
            self.widths.grow(texts.map(|text| text.chars().count()));
            let seen = rect.intersect(frame.body);
            let id = frame.response.id.with(key.0);
            let node = ui.interact(seen, id, Sense::hover());
            node.widget_info(|| {
                WidgetInfo::selected(Role::ListBoxOption, true, light.selected, content.spoken.as_str())
            });
            let part = self.part().filter(|part| part.row == key).map(|part| part::told(part, words));
            if chosen_by_name(ui, id, row, frame.extent.rows, (content, part)) {
                self.selection.set(key);
            }
            top = rect.bottom();
            row += 1;
        }
        self.visible = self.anchor.row..row;
        if self.widths != widths {
            // What did not fit is not cut for longer than this frame.
            ui.ctx().request_repaint();
        }
    }
}

/// Tells the accessibility tree when the row happened, what of it is selected, which of how many it is, and whether it was
/// chosen through the tree.
fn chosen_by_name(
    ui: &Ui,
    id: Id,
    row: u64,
    rows: u64,
    (content, part): (&RowContent, Option<String>),
) -> bool {
    ui.ctx().accesskit_node_builder(id, |node| {
        let RowContent { time, delta, peer, .. } = content;
        let when = format!("{time} {delta} {peer}");
        node.set_description(part.map_or_else(|| when.clone(), |part| format!("{when} · {part}")));
        node.add_action(Action::Click);
        if let (Ok(row), Ok(rows)) = (usize::try_from(row), usize::try_from(rows)) {
            node.set_position_in_set(row);
            node.set_size_of_set(rows);
        }
    });
    ui.input(|input| input.has_accesskit_action_request(id, Action::Click))
}

fn heights(rows: &mut dyn Rows) -> impl FnMut(u64) -> f32 {
    |row| paint::row_height(rows.content(row))
}

#[cfg(test)]
#[cfg(feature = "gui-harness")]
mod tests;
