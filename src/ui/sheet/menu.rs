//! What can be done with the selected rows, as a menu at the pointer. It asks; the window does.

use crate::codec::copy::CopyForm;
use crate::model::ids::RowKey;
use crate::ui::sheet::rows::{Rows, Tone};
use crate::ui::sheet::{Frame, Part, RowTrait, Sheet, SheetAction, SheetView, Stretch, TermUse, heights};
use crate::ui::theme;
use crate::ui::widgets::{context_menu_below, menu_item, menu_separator};
use crate::util::bytes_text::Count;
use egui::{Rect, Ui, Vec2, pos2, vec2};

impl Sheet {
    pub(super) fn show_menu(
        &mut self,
        rows: &mut dyn Rows,
        frame: &Frame,
        view: &SheetView<'_>,
        actions: &mut Vec<SheetAction>,
    ) {
        let texts = view.texts;
        let place = self.menu_place(rows, frame);
        context_menu_below(&frame.response, place, 220.0, |ui| {
            let some = !self.selection.is_empty();
            let part = self.shown_part(rows);
            let single = self.selection.single();
            copy_items(ui, some, (part, self.selected_text(rows)), view, actions);
            if part.is_some() {
                self.send_items(ui, rows, frame, (view, part), actions);
                content_items(ui, single, part, view, actions);
                menu_separator(ui);
            }
            if menu_item(ui, some, texts.copy_rows, "") {
                actions.push(SheetAction::CopyRows);
            }
            // Where a part is selected, what stands above is about that, and this about the row.
            if part.is_none() {
                menu_separator(ui);
                self.send_items(ui, rows, frame, (view, part), actions);
            }
            let is_marked = single.is_some() && single == self.marked;
            let mark_text = if is_marked { texts.unmark } else { texts.mark };
            if menu_item(ui, single.is_some(), mark_text, "") {
                self.set_marked(if is_marked { None } else { single }, rows);
            }
            if menu_item(ui, single.is_some(), texts.note, "Ctrl+M") {
                actions.push(SheetAction::Note);
            }
            self.fold_item(ui, rows, frame, view);
            menu_separator(ui);
            let uses = [
                (texts.only_peer, RowTrait::Peer, TermUse::Only),
                (texts.without_peer, RowTrait::Peer, TermUse::Without),
                (texts.only_direction, RowTrait::Direction, TermUse::Only),
                (texts.only_length, RowTrait::Length, TermUse::Only),
                (texts.only_since, RowTrait::Since, TermUse::Only),
                (texts.only_until, RowTrait::Until, TermUse::Only),
            ];
            for (text, like, how) in uses {
                if menu_item(ui, single.is_some(), text, "")
                    && let Some(row) = single
                {
                    actions.push(SheetAction::Use { row, like, how });
                }
            }
            if part.is_none() {
                content_items(ui, single, part, view, actions);
            }
            menu_separator(ui);
            if menu_item(ui, frame.extent.rows > 0, texts.select_all, "Ctrl+A") {
                self.select_all(rows, frame);
            }
        });
    }

    /// What can be done with the bytes of one row, or of a part of it.
    fn send_items(
        &self,
        ui: &mut Ui,
        rows: &mut dyn Rows,
        frame: &Frame,
        (view, part): (&SheetView<'_>, Option<Part>),
        actions: &mut Vec<SheetAction>,
    ) {
        let Some(whom) = view.send_to else { return };
        let data = self.single_data(rows, frame);
        // Bytes of a device are seldom meant for everybody: who would get them is said before they are gone.
        let verb = match data {
            Some((_, tone)) if tone == Tone::Received || part.is_some() => view.texts.send_back,
            _ => view.texts.send_again,
        };
        if menu_item(ui, data.is_some() && view.can_send, &format!("{verb} {whom}"), "")
            && let Some((record, _)) = data
        {
            actions.push(part.map_or(SheetAction::SendAgain(record), SheetAction::SendPart));
        }
        if menu_item(ui, data.is_some(), view.texts.put_into_field, "")
            && let Some((record, _)) = data
        {
            actions.push(part.map_or(SheetAction::PutIntoField(record), SheetAction::PutPartIntoField));
        }
    }

    /// The selected row if it is one and has bytes, and which way they went. An event has none.
    fn single_data(&self, rows: &mut dyn Rows, frame: &Frame) -> Option<(RowKey, Tone)> {
        let key = self.selection.single()?;
        let row = rows.index(key);
        let tone = (row < frame.extent.rows).then(|| rows.content(row).tone)?;
        matches!(tone, Tone::Received | Tone::Sent).then_some((key, tone))
    }

    /// Where a key opens the menu: at the first line of the row that the keyboard stands on, and at the upper edge
    /// where that is out of sight.
    fn menu_place(&self, rows: &mut dyn Rows, frame: &Frame) -> Rect {
        let edge = pos2(frame.columns.content.min, frame.body.top());
        let cursor = self.selection.cursor().map(|key| rows.index(key));
        let Some(cursor) = cursor.filter(|row| self.visible.contains(row)) else {
            return Rect::from_min_size(edge, Vec2::ZERO);
        };
        let above: f32 = (self.visible.start..cursor).map(heights(rows)).sum();
        let top = (edge.y - self.anchor.offset + above).max(edge.y);
        Rect::from_min_size(pos2(edge.x, top), vec2(0.0, theme::ROW_HEIGHT))
    }

    fn fold_item(&mut self, ui: &mut Ui, rows: &mut dyn Rows, frame: &Frame, view: &SheetView<'_>) {
        let row = self.selection.single().map(|key| rows.index(key)).filter(|&row| row < frame.extent.rows);
        let (foldable, expanded) = match row {
            Some(row) => {
                let content = rows.content(row);
                (content.folded || content.expanded, content.expanded)
            }
            None => (false, false),
        };
        let text = if expanded { view.texts.fold } else { view.texts.expand };
        if menu_item(ui, foldable, text, "⏎")
            && let Some(row) = row
        {
            self.toggle_expanded(row, rows, frame);
        }
    }
}

/// Copying in every form: of the selected rows, or of the part of one that is selected.
fn copy_items(
    ui: &mut Ui,
    is_selected: bool,
    (part, text): (Option<Part>, Option<Stretch>),
    view: &SheetView<'_>,
    actions: &mut Vec<SheetAction>,
) {
    if let Some(part) = part {
        let bytes = Count(part.bytes().len() as u64).to_string();
        // It is no choice, but says what the choices below it are about.
        menu_item(ui, false, view.texts.part, &bytes);
    }
    let form_of_keys = if part.is_some() { view.part_form } else { CopyForm::Text };
    for (form, name) in CopyForm::ALL.into_iter().zip(view.texts.copy) {
        let shortcut = if form == form_of_keys { "Ctrl+C" } else { "" };
        if menu_item(ui, is_selected, name, shortcut) {
            // As text, a part is copied as it is seen. In every other form it is bytes.
            actions.push(match (text, part.filter(|_| text.is_none() || form != CopyForm::Text)) {
                (_, Some(part)) => SheetAction::CopyPart { part, form },
                (Some(text), None) => SheetAction::CopyText { text, form },
                (None, None) => SheetAction::Copy(form),
            });
        }
    }
}

/// What can be done with the rows that say the same as one, or have the same as the part of one that is selected.
fn content_items(
    ui: &mut Ui,
    row: Option<RowKey>,
    part: Option<Part>,
    view: &SheetView<'_>,
    actions: &mut Vec<SheetAction>,
) {
    const USES: [TermUse; 4] = [TermUse::Only, TermUse::Without, TermUse::Highlight, TermUse::Find];
    let texts = if part.is_some() { view.texts.use_part } else { view.texts.use_content };
    for (how, text) in USES.into_iter().zip(texts) {
        if menu_item(ui, row.is_some(), text, "")
            && let Some(row) = row
        {
            actions.push(match part {
                Some(part) => SheetAction::UsePart { part, how },
                None => SheetAction::Use { row, like: RowTrait::Content, how },
            });
        }
    }
}
