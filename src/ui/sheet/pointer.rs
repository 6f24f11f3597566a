//! The pointer on a sheet: press, drag and release as selecting. It must not know what is done with a selection.

use crate::ui::sheet::rows::Rows;
use crate::ui::sheet::{Frame, Sheet, SheetAction, heights, paint};
use egui::{CursorIcon, Pos2, Ui};

/// Dragging past an edge scrolls at most so many points in a frame.
const DRAG_STEP: f32 = 88.0;

impl Sheet {
    pub(super) fn take_pointer(
        &mut self,
        ui: &Ui,
        rows: &mut dyn Rows,
        frame: &Frame,
        actions: &mut Vec<SheetAction>,
    ) {
        let response = &frame.response;
        self.was_pressed &= response.has_focus();
        if response.secondary_clicked()
            && let Some(at) = response.interact_pointer_pos()
            && let Some((row, _)) = self.row_at(at, rows, frame)
        {
            response.request_focus();
            self.was_pressed = true;
            let key = rows.key(row);
            if !self.selection.contains(key) {
                self.selection.set(key);
            }
        }
        let (pressed, held) =
            ui.input(|input| (input.pointer.primary_pressed(), input.pointer.primary_down()));
        let Some(at) = response.interact_pointer_pos() else { return };
        let is_held_here = held && response.is_pointer_button_down_on();
        // A slow frame, or a quick hand, brings press and release together.
        if pressed && (is_held_here || response.clicked()) {
            self.press(ui, at, rows, frame);
        } else if is_held_here && response.dragged() {
            self.drag(ui, at, rows, frame);
        }
        self.switch_peer(ui, rows, frame, actions);
        // The second press of a double click is known only when it ends; the triangle has answered to each alone.
        let is_doubled = response.double_clicked() && !paint::is_on_disclosure(&frame.columns, at.x);
        if is_doubled && !self.toggle_at(at, rows, frame) {
            self.select_word(ui, at, rows, frame);
        }
    }

    /// A press on a peer in the margin of running text switches to what that one says and hears, and back.
    fn switch_peer(&self, ui: &Ui, rows: &mut dyn Rows, frame: &Frame, actions: &mut Vec<SheetAction>) {
        let is_on_peer = |at: Pos2| rows.are_running() && frame.columns.peer.contains(at.x);
        if frame.response.hover_pos().is_some_and(is_on_peer) {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        let modifiers = ui.input(|input| input.modifiers);
        let pressed = frame.response.interact_pointer_pos().filter(|_| frame.response.clicked());
        if let Some(at) = pressed.filter(|at| is_on_peer(*at) && modifiers.is_none())
            && let Some((row, _)) = self.row_at(at, rows, frame)
        {
            actions.push(SheetAction::SwitchPeer(rows.key(row)));
        }
    }

    /// Unfolds or folds the row at a point; tells whether it does that.
    fn toggle_at(&mut self, at: Pos2, rows: &mut dyn Rows, frame: &Frame) -> bool {
        let Some((row, _)) = self.row_at(at, rows, frame) else { return false };
        let content = rows.content(row);
        let folds = content.folded || content.expanded;
        if folds {
            self.toggle_expanded(row, rows, frame);
        }
        folds
    }

    fn press(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) {
        frame.response.request_focus();
        self.was_pressed = true;
        let Some((row, _)) = self.row_at(at, rows, frame) else {
            self.selection.clear();
            return;
        };
        let key = rows.key(row);
        if paint::is_on_disclosure(&frame.columns, at.x) {
            self.toggle_at(at, rows, frame);
        }
        let modifiers = ui.input(|input| input.modifiers);
        if !modifiers.shift {
            self.stretch = None;
        }
        if modifiers.shift {
            if !self.continue_part(ui, at, rows, frame) {
                self.stretch_to(ui, at, rows, frame);
                self.selection.extend_to(key);
            }
        } else if modifiers.command {
            self.selection.toggle(key);
        } else {
            self.selection.set(key);
            self.begin_part(ui, at, rows, frame);
        }
    }

    fn drag(&mut self, ui: &Ui, at: Pos2, rows: &mut dyn Rows, frame: &Frame) {
        let past_edge = if at.y > frame.body.bottom() {
            at.y - frame.body.bottom()
        } else {
            (at.y - frame.body.top()).min(0.0)
        };
        if past_edge != 0.0 {
            self.scroll_by(past_edge.clamp(-DRAG_STEP, DRAG_STEP), rows, frame);
            // The pointer may rest outside, and the sheet shall still go on.
            ui.ctx().request_repaint();
        }
        let inside = Pos2::new(at.x, at.y.clamp(frame.body.top(), frame.body.bottom() - 1.0));
        if ui.input(|input| input.modifiers.command) {
            return;
        }
        if self.drag_part(ui, inside, rows, frame) {
            return;
        }
        self.stretch_to(ui, inside, rows, frame);
        if let Some((row, _)) = self.row_at(inside, rows, frame) {
            let key = rows.key(row);
            if self.selection.cursor() != Some(key) {
                self.selection.extend_to(key);
            }
        }
    }

    /// Unfolds or folds a row. What stood above it stays where it was, unless room is needed to see what was unfolded.
    pub(super) fn toggle_expanded(&mut self, row: u64, rows: &mut dyn Rows, frame: &Frame) {
        if self.following {
            self.hold(frame.next);
        }
        rows.toggle_expanded(row);
        if rows.content(row).expanded {
            self.anchor = self.anchor.showing(row, frame.extent, &mut heights(rows));
            self.top = rows.key(self.anchor.row);
        }
        self.top_height = heights(rows)(self.anchor.row);
    }

    /// The row at a point, and where its upper edge is.
    pub(super) fn row_at(&self, at: Pos2, rows: &mut dyn Rows, frame: &Frame) -> Option<(u64, f32)> {
        let mut bottom = frame.body.top() - self.anchor.offset;
        for row in self.anchor.row..frame.extent.rows {
            let top = bottom;
            bottom += paint::row_height(rows.content(row));
            if at.y < bottom {
                return Some((row, top));
            }
            if bottom > frame.body.bottom() {
                break;
            }
        }
        None
    }
}
