//! Lines of a list that are brought into another order: dragged, with a mark where the line would come to stand, or with
//! Alt and an arrow. What the lines are is not known here.

use crate::ui::theme::{self, Theme};
use crate::ui::widgets::button::{focus_ring, reveal_focused};
use egui::{CursorIcon, Id, Key, Modifiers, Rangef, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

/// How wide a handle is.
pub const HANDLE_WIDTH: f32 = 16.0;

/// So near to an edge of what is seen of the list, it moves on under a line that is dragged.
const EDGE: f32 = 18.0;

/// So far it moves in a frame.
const STEP: f32 = 6.0;

/// A line that comes to stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineMove {
    /// Where it stands.
    pub from: usize,
    /// Where it stands then.
    pub to: usize,
}

/// Whether lines stand beneath or beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Beneath each other.
    Down,
    /// Beside each other.
    Right,
}

/// The lines of one list, in the frame in which they are drawn.
#[derive(Debug)]
pub struct Reorder {
    id: Id,
    flow: Flow,
    /// What those lines are that are drawn, by their places in the whole list.
    lines: Vec<(usize, Rect)>,
    /// The line that is dragged.
    dragged: Option<usize>,
    /// It was let go.
    is_dropped: bool,
    /// The line that a key moves, and so many lines.
    by_key: Option<(usize, isize)>,
}

impl LineMove {
    /// From here so many lines further; nothing at the ends of a list of so many.
    pub fn by(from: usize, by: isize, count: usize) -> Option<LineMove> {
        let to = from.checked_add_signed(by).filter(|to| from.max(*to) < count)?;
        (to != from).then_some(LineMove { from, to })
    }

    /// Carries it out; tells whether there are such lines.
    pub fn apply<T>(self, list: &mut Vec<T>) -> bool {
        let is_possible = self.from.max(self.to) < list.len();
        if is_possible {
            let line = list.remove(self.from);
            list.insert(self.to, line);
        }
        is_possible
    }

    /// Where another line stands after it.
    #[must_use]
    pub fn place_of(self, place: usize) -> usize {
        let LineMove { from, to } = self;
        match place {
            _ if place == from => to,
            _ if from < place && place <= to => place - 1,
            _ if to <= place && place < from => place + 1,
            _ => place,
        }
    }
}

impl Reorder {
    /// For the list of this name in this part of the window.
    pub fn new(ui: &Ui, salt: &'static str, flow: Flow) -> Reorder {
        let id = ui.scope_id().with(("order", salt));
        Reorder { id, flow, lines: Vec::new(), dragged: None, is_dropped: false, by_key: None }
    }

    /// The line at this place is drawn here, and is dragged by itself. While it has the keyboard, keys move it.
    pub fn line(&mut self, ui: &Ui, place: usize, line: &Response) {
        self.lines.push((place, line.rect));
        self.take_drag(ui, place, line);
        self.take_keys(ui, place, line);
    }

    /// The line at this place is drawn here, and is dragged by a handle at its left edge; `keys` is what of it can have
    /// the keyboard.
    pub fn line_with_handle(
        &mut self,
        ui: &Ui,
        place: usize,
        line: Rect,
        keys: &Response,
        name: &str,
        tip: &str,
    ) {
        self.lines.push((place, line));
        let room = Rect::from_min_size(line.min, vec2(HANDLE_WIDTH, line.height()));
        // The keys are the line's: a handle beside each would double the way through the list.
        let response = ui.interact(room, self.id.with(place), Sense::DRAG);
        response.widget_info(|| WidgetInfo::labeled(Role::Unknown, ui.is_enabled(), name));
        self.take_drag(ui, place, &response);
        draw_handle(ui, &response);
        response.on_hover_cursor(CursorIcon::Grab).on_hover_text(tip);
        self.take_keys(ui, place, keys);
    }

    /// A handle that stands in the line itself and can have the keyboard; the line is drawn where `end_line` says.
    pub fn handle_ui(&mut self, ui: &mut Ui, place: usize, name: &str, tip: &str) {
        let size = vec2(HANDLE_WIDTH, ui.available_height());
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let response = ui.interact(rect, self.id.with(place), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
        self.take_drag(ui, place, &response);
        self.take_keys(ui, place, &response);
        draw_handle(ui, &response);
        focus_ring(ui, Theme::of(ui), &response);
        reveal_focused(&response);
        response.on_hover_cursor(CursorIcon::Grab).on_hover_text(tip);
    }

    /// The line of a handle was drawn here.
    pub fn end_line(&mut self, place: usize, line: Rect) {
        self.lines.push((place, line));
    }

    fn take_drag(&mut self, ui: &Ui, place: usize, response: &Response) {
        if response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            self.dragged = Some(place);
        }
        if !response.drag_stopped() {
            return;
        }
        if ui.input(|input| input.pointer.any_released()) {
            self.dragged = Some(place);
            self.is_dropped = true;
        } else {
            // Escape has ended it. A page around the list takes the keys that are left, and stays.
            ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        }
    }

    fn take_keys(&mut self, ui: &Ui, place: usize, response: &Response) {
        if ui.data(|data| data.get_temp(moved_by_key())) == Some((self.id, place)) {
            Reorder::stay(ui);
            response.request_focus();
            response.scroll_to_me(None);
        }
        if !response.has_focus() {
            return;
        }
        let (back, on) = match self.flow {
            Flow::Down => (Key::ArrowUp, Key::ArrowDown),
            Flow::Right => (Key::ArrowLeft, Key::ArrowRight),
        };
        for (key, by) in [(back, -1), (on, 1)] {
            if ui.input_mut(|input| input.consume_key(Modifiers::ALT, key)) {
                self.by_key = Some((place, by));
            }
        }
    }

    /// The line that a key would have moved stands where it stood: the keyboard goes nowhere.
    pub fn stay(ui: &Ui) {
        ui.data_mut(|data| data.remove::<(Id, usize)>(moved_by_key()));
    }

    /// All lines were drawn: marks where the dragged one would stand, and gives the line that stands elsewhere now.
    pub fn end(self, ui: &Ui) -> Option<LineMove> {
        if let Some((place, by)) = self.by_key {
            let shown = self.lines.iter().position(|(known, _)| *known == place)?;
            let (to, _) = self.lines.get(shown.checked_add_signed(by)?)?;
            ui.data_mut(|data| data.insert_temp(moved_by_key(), (self.id, *to)));
            return Some(LineMove { from: place, to: *to });
        }
        let from = self.dragged?;
        let pointer = ui.input(|input| input.pointer.interact_pos())?;
        let along = |rect: &Rect| match self.flow {
            Flow::Down => rect.y_range(),
            Flow::Right => rect.x_range(),
        };
        let at = if self.flow == Flow::Down { pointer.y } else { pointer.x };
        let seen = along(&ui.clip_rect());
        // Beyond what is seen of the list, the line stands at its edge.
        let at = at.clamp(seen.min, seen.max);
        let passed = self.lines.iter().filter(|(_, rect)| along(rect).center() < at).count();
        let before = match self.lines.get(passed) {
            Some((place, _)) => *place,
            None => self.lines.last()?.0 + 1,
        };
        let to = if before > from { before - 1 } else { before };
        if self.is_dropped {
            return (to != from).then_some(LineMove { from, to });
        }
        self.mark(ui, from, passed, to != from);
        self.roll(ui, at, seen);
        None
    }

    /// Dims the line that is dragged, and draws the edge at which it would come to stand.
    fn mark(&self, ui: &Ui, from: usize, passed: usize, is_elsewhere: bool) {
        let theme = Theme::of(ui);
        if let Some((_, rect)) = self.lines.iter().find(|(place, _)| *place == from) {
            ui.painter().rect_filled(*rect, theme::corners(), theme.selected_row.gamma_multiply(0.6));
        }
        if !is_elsewhere {
            return;
        }
        let edge = |line: Option<&(usize, Rect)>, is_end: bool| {
            line.map(|(_, rect)| match (self.flow, is_end) {
                (Flow::Down, false) => (rect.top(), *rect),
                (Flow::Down, true) => (rect.bottom(), *rect),
                (Flow::Right, false) => (rect.left(), *rect),
                (Flow::Right, true) => (rect.right(), *rect),
            })
        };
        let before = edge(passed.checked_sub(1).and_then(|place| self.lines.get(place)), true);
        let Some((at, rect)) = edge(self.lines.get(passed), false).or(before) else { return };
        let at = before.filter(|_| passed < self.lines.len()).map_or(at, |(end, _)| f32::midpoint(at, end));
        let stroke = (2.0, theme.accent);
        match self.flow {
            Flow::Down => ui.painter().hline(rect.x_range(), at, stroke),
            Flow::Right => ui.painter().vline(at, rect.y_range(), stroke),
        };
    }

    /// Moves a list on that is longer than what is seen of it.
    fn roll(&self, ui: &Ui, at: f32, seen: Rangef) {
        let by = if at < seen.min + EDGE {
            STEP
        } else if at > seen.max - EDGE {
            -STEP
        } else {
            return;
        };
        ui.scroll_with_delta(if self.flow == Flow::Down { vec2(0.0, by) } else { vec2(by, 0.0) });
        ui.ctx().request_repaint();
    }
}

/// Under this name is kept in which list a line was moved by a key, and whereto: the keyboard goes there with it.
fn moved_by_key() -> Id {
    Id::unique("moved by key")
}

/// Six dots, as handles have everywhere. They are drawn, because no font that comes along has them.
fn draw_handle(ui: &Ui, response: &Response) {
    let theme = Theme::of(ui);
    let is_touched = response.hovered() || response.dragged() || response.has_focus();
    let ink = if is_touched { theme.text } else { theme.faint };
    for x in [-2.0, 2.0] {
        for y in [-4.0, 0.0, 4.0] {
            ui.painter().circle_filled(response.rect.center() + vec2(x, y), 1.1, ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineMove;

    #[test]
    fn a_line_stands_where_it_was_brought_and_the_others_close_up() {
        for (from, to, order) in [(0, 2, "bca"), (2, 0, "cab"), (1, 1, "abc"), (0, 1, "bac"), (1, 3, "abc")] {
            let moved = LineMove { from, to };
            let mut list: Vec<char> = "abc".chars().collect();
            let before = list.clone();
            assert_eq!(moved.apply(&mut list), to < 3);
            assert_eq!(list.iter().collect::<String>(), order, "{from} to {to}");
            if to < 3 {
                for (place, line) in before.iter().enumerate() {
                    assert_eq!(list[moved.place_of(place)], *line, "{from} to {to}");
                }
            }
        }
        for (from, by, to) in [(0, -1, None), (2, 1, None), (7, -1, None), (1, 1, Some(2)), (1, 0, None)] {
            assert_eq!(LineMove::by(from, by, 3).map(|moved| moved.to), to, "{from} by {by}");
        }
    }
}
