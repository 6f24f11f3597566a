//! The keyboard on a sheet. It must not know what other keys the window has.

use crate::codec::copy::CopyForm;
use crate::ui::sheet::anchor::Anchor;
use crate::ui::sheet::part::LetterStep;
use crate::ui::sheet::rows::Rows;
use crate::ui::sheet::{Frame, Sheet, SheetAction, SheetView, heights};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::is_menu_key_pressed;
use egui::text_selection::LabelSelectionState;
use egui::{Event, EventFilter, FocusDirection, Key, Modifiers, Popup, Stroke, StrokeKind, Ui};

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    RowUp,
    RowDown,
    PageUp,
    PageDown,
    Start,
    End,
}

const STEPS: [(Key, Step); 6] = [
    (Key::ArrowUp, Step::RowUp),
    (Key::ArrowDown, Step::RowDown),
    (Key::PageUp, Step::PageUp),
    (Key::PageDown, Step::PageDown),
    (Key::Home, Step::Start),
    (Key::End, Step::End),
];

impl Sheet {
    pub(super) fn take_keys(
        &mut self,
        ui: &Ui,
        rows: &mut dyn Rows,
        frame: &Frame,
        view: &SheetView<'_>,
        actions: &mut Vec<SheetAction>,
    ) {
        let focused = frame.response.has_focus();
        let unclaimed = view.takes_keys && ui.memory(|memory| memory.focused().is_none());
        // A menu in front has the keys first: Escape closes it, arrows go through it.
        let is_in_front = !Popup::is_any_open(ui.ctx());
        if !(focused || unclaimed) || !is_in_front || frame.extent.rows == 0 {
            return;
        }
        if focused {
            let filter = EventFilter {
                vertical_arrows: true,
                horizontal_arrows: true,
                escape: !self.selection.is_empty(),
                ..EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(frame.response.id, filter));
        }
        if !self.selection.is_empty() && is_menu_key_pressed(ui.ctx()) {
            // It is theirs whom keys are for.
            frame.response.request_focus();
        }
        let is_pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if focused && self.selection.is_empty() && (is_pressed(Key::Space) || is_pressed(Key::Enter)) {
            // The newest row while it is followed, and else the first that is seen.
            let step = if self.following { Step::RowUp } else { Step::RowDown };
            self.select_on_screen(step, frame.extent.rows - 1, rows, frame);
            return;
        }
        for (key, step) in STEPS {
            if let Some(shift) = consume(ui, key) {
                // It has had its effect: it does not also lead from one control to the next.
                ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
                self.step(step, shift, rows, frame);
            }
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
            self.select_all(rows, frame);
        }
        if !self.selection.is_empty() {
            self.take_selection_keys(ui, rows, frame, view, actions);
        }
    }

    fn take_selection_keys(
        &mut self,
        ui: &Ui,
        rows: &mut dyn Rows,
        frame: &Frame,
        view: &SheetView<'_>,
        actions: &mut Vec<SheetAction>,
    ) {
        // Text that is selected elsewhere, in the inspector or in a line that says what is wrong, is meant before rows.
        let selected_text = ui.ctx().with_plugin(|state: &mut LabelSelectionState| state.has_selection());
        let is_text_meant = selected_text.unwrap_or(false);
        if !is_text_meant && ui.input(|input| input.events.contains(&Event::Copy)) {
            let is_part = self.selected_text(rows).is_none() && self.shown_part(rows).is_some();
            actions.push(self.copy_action(if is_part { view.part_form } else { CopyForm::Text }, rows));
        }
        if !frame.response.has_focus() {
            return;
        }
        for (key, step) in [(Key::ArrowRight, LetterStep::On), (Key::ArrowLeft, LetterStep::Back)] {
            if ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, key)) {
                self.step_part(step, rows);
            }
        }
        if let Some(cursor) = self.selection.cursor() {
            let row = rows.index(cursor);
            if row < frame.extent.rows {
                let (folded, expanded) = {
                    let content = rows.content(row);
                    (content.folded, content.expanded)
                };
                let plain = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
                let open = folded && !expanded && plain(Key::ArrowRight);
                let close = expanded && plain(Key::ArrowLeft);
                if open || close || ((folded || expanded) && plain(Key::Enter)) {
                    self.toggle_expanded(row, rows, frame);
                }
            }
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            if self.part().is_some() {
                self.part = None;
            } else {
                self.selection.clear();
            }
        }
    }

    /// Moves the selection. Where there is none, rows are stepped into, and longer ways move only the view.
    fn step(&mut self, step: Step, shift: bool, rows: &mut dyn Rows, frame: &Frame) {
        let page = (frame.extent.view_height - theme::ROW_HEIGHT).max(theme::ROW_HEIGHT);
        match step {
            Step::PageUp => self.scroll_by(-page, rows, frame),
            Step::PageDown => self.scroll_by(page, rows, frame),
            Step::Start => {
                self.anchor = Anchor::default();
                self.leave_or_reach_end(rows, frame);
            }
            Step::End => {
                self.anchor = Anchor::end(frame.extent, &mut heights(rows));
                self.follow();
            }
            Step::RowUp | Step::RowDown => {}
        }
        let last = frame.extent.rows - 1;
        let Some(cursor) = self.selection.cursor() else {
            self.select_on_screen(step, last, rows, frame);
            return;
        };
        frame.response.request_focus();
        let row = rows.index(cursor).min(last);
        let page_rows = whole_rows(page);
        let target = match step {
            Step::RowUp => row.saturating_sub(1),
            Step::RowDown => (row + 1).min(last),
            Step::PageUp => row.saturating_sub(page_rows),
            Step::PageDown => (row + page_rows).min(last),
            Step::Start => 0,
            Step::End => last,
        };
        let key = rows.key(target);
        if shift {
            self.selection.extend_to(key);
        } else {
            self.selection.set(key);
        }
        self.reveal(target, rows, frame);
    }

    /// Where nothing is selected, the arrows begin with what is seen: down with the first row, up with the last.
    fn select_on_screen(&mut self, step: Step, last: u64, rows: &mut dyn Rows, frame: &Frame) {
        let seen = self.visible.clone();
        let target = match step {
            Step::RowDown => seen.start + u64::from(self.anchor.offset > 0.0),
            Step::RowUp => seen.end.saturating_sub(1),
            _ => return,
        };
        let target = target.min(last);
        frame.response.request_focus();
        self.selection.set(rows.key(target));
        self.reveal(target, rows, frame);
    }

    /// Shows that keys are for the sheet, when it was not pressed to get them: a press shows that itself.
    pub(super) fn focus_mark(&self, ui: &Ui, frame: &Frame) {
        if frame.response.has_focus() && !self.was_pressed {
            let stroke = Stroke::new(1.5, Theme::of(ui).accent);
            ui.painter().rect_stroke(frame.body, 0.0, stroke, StrokeKind::Inside);
        }
    }
}

/// Whether a key was pressed, and with shift or without.
fn consume(ui: &Ui, key: Key) -> Option<bool> {
    ui.input_mut(|input| {
        if input.consume_key(Modifiers::SHIFT, key) {
            Some(true)
        } else if input.consume_key(Modifiers::NONE, key) || input.consume_key(Modifiers::COMMAND, key) {
            Some(false)
        } else {
            None
        }
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page has few rows and is not negative"
)]
fn whole_rows(page: f32) -> u64 {
    (page / theme::ROW_HEIGHT) as u64
}
