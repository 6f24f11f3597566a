//! What can be done with the selected rows, as a menu at the pointer. It asks; the window does.

use crate::codec::copy::CopyForm;
use crate::model::ids::RowKey;
use crate::ui::sheet::offers::{PART_USES, ROW_USES, RowUse};
use crate::ui::sheet::rows::{RowTone, Rows};
use crate::ui::sheet::{Frame, Part, Sheet, SheetAction, SheetView, TermUse, heights};
use crate::ui::theme;
use crate::ui::widgets::{context_menu_below, menu_item, menu_separator, named_menu_item, submenu};
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
            let part = self.shown_part(rows);
            let single = self.selection.single();
            self.copy_items(ui, rows, part, view, actions);
            menu_separator(ui);
            if self.send_items(ui, rows, (view, part), actions) {
                menu_separator(ui);
            }
            row_items(ui, single, part, view, actions);
            menu_separator(ui);
            if menu_item(ui, single.is_some(), texts.note, "Ctrl+M") {
                actions.push(SheetAction::Note);
            }
            let is_marked = single.is_some() && single == self.marked;
            let mark_text = if is_marked { texts.unmark } else { texts.mark };
            if menu_item(ui, single.is_some(), mark_text, "") {
                self.set_marked(if is_marked { None } else { single }, rows);
            }
            self.fold_item(ui, rows, frame, view);
            if menu_item(ui, frame.extent.rows > 0, texts.select_all, "Ctrl+A") {
                self.select_all(rows, frame);
            }
        });
    }

    /// Copying: in the form of the keys, and in every other one beside.
    fn copy_items(
        &self,
        ui: &mut Ui,
        rows: &mut dyn Rows,
        part: Option<Part>,
        view: &SheetView<'_>,
        actions: &mut Vec<SheetAction>,
    ) {
        if let Some(part) = part {
            let bytes = Count(part.bytes().len() as u64).to_string();
            // It is no choice, but says what the choices below it are about.
            menu_item(ui, false, view.texts.part, &bytes);
        }
        let is_selected = !self.selection.is_empty();
        let form_of_keys = if part.is_some() { view.part_form } else { CopyForm::Text };
        let forms = || CopyForm::ALL.into_iter().zip(view.texts.copy).zip(view.texts.forms);
        for ((form, name), _) in forms().filter(|((form, _), _)| *form == form_of_keys) {
            if menu_item(ui, is_selected, name, "Ctrl+C") {
                actions.push(self.copy_action(form, rows));
            }
        }
        submenu(ui, is_selected, view.texts.copy_as, 160.0, |ui| {
            for ((form, name), short) in forms().filter(|((form, _), _)| *form != form_of_keys) {
                if named_menu_item(ui, true, name, short, "") {
                    actions.push(self.copy_action(form, rows));
                }
            }
            menu_separator(ui);
            if named_menu_item(ui, true, view.texts.copy_rows, view.texts.rows_form, "") {
                actions.push(SheetAction::CopyRows);
            }
        });
    }

    /// What can be done with the bytes of one row, of a part of it, or of several rows. Tells whether anything can be sent
    /// at all.
    fn send_items(
        &self,
        ui: &mut Ui,
        rows: &mut dyn Rows,
        (view, part): (&SheetView<'_>, Option<Part>),
        actions: &mut Vec<SheetAction>,
    ) -> bool {
        let Some(whom) = view.send_to else { return false };
        if self.selection.has_several() {
            self.send_rows_items(ui, rows, (view, whom), actions);
            return true;
        }
        let data = self.single_data(rows);
        // Bytes of a device are seldom meant for everybody: who would get them is said before they are gone.
        let verb = match data {
            Some((_, tone)) if tone == RowTone::Received || part.is_some() => view.texts.send_back,
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
        true
    }

    /// Several rows go out one after the other, as messages of their own. How many there are stands at the side: of those
    /// that a filter hides none is sent. Text that was selected across rows is no rows.
    fn send_rows_items(
        &self,
        ui: &mut Ui,
        rows: &mut dyn Rows,
        (view, whom): (&SheetView<'_>, &str),
        actions: &mut Vec<SheetAction>,
    ) {
        let count = self.rows_to_send(rows);
        let is_on = view.can_send && count > 0 && self.selected_text(rows).is_none();
        let verbs = [(view.texts.send_rows, false), (view.texts.send_rows_in_time, true)];
        for (verb, keeps_times) in verbs {
            if menu_item(ui, is_on, &format!("{verb} {whom}"), &Count(count).to_string()) {
                actions.push(SheetAction::SendRows { keeps_times });
            }
        }
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
        // Few rows are longer than what is seen of them.
        if foldable
            && menu_item(ui, true, text, "⏎")
            && let Some(row) = row
        {
            self.toggle_expanded(row, rows, frame);
        }
    }
}

/// What can be done with the rows that are like one, or have what is selected of it. What is done most stands there, and the
/// rest beside one line.
fn row_items(
    ui: &mut Ui,
    row: Option<RowKey>,
    part: Option<Part>,
    view: &SheetView<'_>,
    actions: &mut Vec<SheetAction>,
) {
    let uses = || ROW_USES.iter().zip(view.texts.row_uses);
    let mut chosen = Vec::new();
    let mut item = |ui: &mut Ui, (row_use, text): (&RowUse, &str)| {
        if menu_item(ui, row.is_some(), text, "") {
            chosen.push(*row_use);
        }
    };
    let is_filter = |how| matches!(how, TermUse::Only | TermUse::Without);
    for ((_, how), text) in PART_USES.into_iter().zip(view.texts.use_part).filter(|_| part.is_some()) {
        if menu_item(ui, true, text, "")
            && let Some(part) = part
        {
            actions.push(SheetAction::UsePart { part, how });
        }
    }
    let direct = usize::from(part.is_none());
    uses().take(direct).for_each(|row_use| item(ui, row_use));
    submenu(ui, row.is_some(), view.texts.filter, 200.0, |ui| {
        uses()
            .skip(direct)
            .filter(|(row_use, _)| is_filter(row_use.how))
            .for_each(|row_use| item(ui, row_use));
    });
    if part.is_none() {
        uses().filter(|(row_use, _)| !is_filter(row_use.how)).for_each(|row_use| item(ui, row_use));
    }
    let chosen = chosen.into_iter().zip(row);
    actions.extend(chosen.map(|(RowUse { like, how, .. }, row)| SheetAction::Use { row, like, how }));
}
