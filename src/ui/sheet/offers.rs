//! What can be done with the rows that are selected, each by its name: what their menu and the palette have in common. It
//! must not know how either looks, nor who does it.

use crate::codec::copy::CopyForm;
use crate::model::ids::RowKey;
use crate::ui::sheet::rows::{RowTone, Rows};
use crate::ui::sheet::{RowTrait, Sheet, SheetAction, TermUse};

/// The keys of the names of copying in each form, in the order of [`CopyForm::ALL`].
pub const COPY_NAMES: [&str; 5] = [
    "sheet.menu.copy_text",
    "sheet.menu.copy_hex",
    "sheet.menu.copy_c",
    "sheet.menu.copy_python",
    "sheet.menu.copy_rust",
];

/// What is done with the rows that are like one in something.
#[derive(Clone, Copy, Debug)]
pub struct RowUse {
    /// The key of its name.
    pub name: &'static str,
    /// In what they are like it.
    pub like: RowTrait,
    /// What is done with them.
    pub how: TermUse,
}

const fn row_use(name: &'static str, like: RowTrait, how: TermUse) -> RowUse {
    RowUse { name, like, how }
}

/// All of it: what is narrowed most, the other ways to narrow, and what shows all rows as before.
pub const ROW_USES: [RowUse; 10] = [
    row_use("sheet.menu.only_peer", RowTrait::Peer, TermUse::Only),
    row_use("sheet.menu.only_content", RowTrait::Content, TermUse::Only),
    row_use("sheet.menu.without_content", RowTrait::Content, TermUse::Without),
    row_use("sheet.menu.without_peer", RowTrait::Peer, TermUse::Without),
    row_use("sheet.menu.only_direction", RowTrait::Direction, TermUse::Only),
    row_use("sheet.menu.only_length", RowTrait::Length, TermUse::Only),
    row_use("sheet.menu.only_since", RowTrait::Since, TermUse::Only),
    row_use("sheet.menu.only_until", RowTrait::Until, TermUse::Only),
    row_use("sheet.menu.highlight_content", RowTrait::Content, TermUse::Highlight),
    row_use("sheet.menu.find_content", RowTrait::Content, TermUse::Find),
];

/// What is done with the rows that have the bytes of a part of one, with the keys of the names.
pub const PART_USES: [(&str, TermUse); 4] = [
    ("term.only", TermUse::Only),
    ("term.without", TermUse::Without),
    ("term.highlight", TermUse::Highlight),
    ("term.find", TermUse::Find),
];

impl Sheet {
    /// What can be done now by name, and the key of each name: nothing where nothing is selected.
    pub fn offers(&self, rows: &mut dyn Rows) -> Vec<(&'static str, SheetAction)> {
        let mut offers = Vec::new();
        if self.selection.is_empty() {
            return offers;
        }
        let forms = CopyForm::ALL.into_iter().zip(COPY_NAMES);
        offers.extend(forms.map(|(form, name)| (name, self.copy_action(form, rows))));
        offers.push(("sheet.menu.copy_rows", SheetAction::CopyRows));
        offers.extend(self.send_offers(rows));
        if let Some(part) = self.shown_part(rows) {
            offers.push(("sheet.menu.put_into_field", SheetAction::PutPartIntoField(part)));
            offers.extend(PART_USES.map(|(name, how)| (name, SheetAction::UsePart { part, how })));
        } else if let Some(row) = self.selection.single() {
            if self.single_data(rows).is_some() {
                offers.push(("sheet.menu.put_into_field", SheetAction::PutIntoField(row)));
            }
            offers.extend(
                ROW_USES.map(|RowUse { name, like, how }| (name, SheetAction::Use { row, like, how })),
            );
        }
        if let Some(row) = self.selection.single() {
            offers.push(if self.marked == Some(row) {
                ("sheet.menu.unmark", SheetAction::Mark(None))
            } else {
                ("sheet.menu.mark", SheetAction::Mark(Some(row)))
            });
        }
        offers
    }

    /// The ways in which what is selected goes out; their names end with to whom.
    fn send_offers(&self, rows: &mut dyn Rows) -> Vec<(&'static str, SheetAction)> {
        if self.selection.has_several() {
            if self.rows_to_send(rows) == 0 || self.selected_text(rows).is_some() {
                return Vec::new();
            }
            let ways = [("sheet.menu.send_rows", false), ("sheet.menu.send_rows_in_time", true)];
            return ways.map(|(name, keeps_times)| (name, SheetAction::SendRows { keeps_times })).to_vec();
        }
        let Some((row, tone)) = self.single_data(rows) else { return Vec::new() };
        vec![match (self.shown_part(rows), tone) {
            (Some(part), _) => ("sheet.menu.send_back", SheetAction::SendPart(part)),
            (None, RowTone::Received) => ("sheet.menu.send_back", SheetAction::SendAgain(row)),
            (None, _) => ("sheet.menu.send_again", SheetAction::SendAgain(row)),
        }]
    }

    /// How many of the selected rows no filter hides.
    pub(super) fn rows_to_send(&self, rows: &dyn Rows) -> u64 {
        let behind = |end: &u64| rows.index(RowKey(end.saturating_add(1)));
        let ranges = self.selection.ranges().iter();
        ranges.map(|range| behind(range.end()).saturating_sub(rows.index(RowKey(*range.start())))).sum()
    }

    /// The selected row if it is one and has bytes, and which way they went. An event has none.
    pub(super) fn single_data(&self, rows: &mut dyn Rows) -> Option<(RowKey, RowTone)> {
        let key = self.selection.single()?;
        let row = rows.shown_index(key)?;
        let tone = rows.content(row).tone;
        tone.is_data().then_some((key, tone))
    }

    /// Copying what is selected in this form: as text, a part is copied as it is seen; in every other form it is bytes.
    pub(super) fn copy_action(&self, form: CopyForm, rows: &mut dyn Rows) -> SheetAction {
        let text = self.selected_text(rows);
        match (text, self.shown_part(rows).filter(|_| text.is_none() || form != CopyForm::Text)) {
            (_, Some(part)) => SheetAction::CopyPart { part, form },
            (Some(text), None) => SheetAction::CopyText { text, form },
            (None, None) => SheetAction::Copy(form),
        }
    }
}
