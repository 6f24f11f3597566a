//! The words of a sheet in one language. It must not know what language that is.

use crate::ui::sheet::offers::{COPY_NAMES, PART_USES, ROW_USES};
use crate::util::locale::Locale;

/// The words that a sheet itself shows; what its rows say comes from the rows.
#[derive(Clone, Copy, Debug)]
pub struct SheetTexts {
    /// The name of the whole, for those who cannot see it.
    pub name: &'static str,
    /// The name of its scroll bar.
    pub scroll_bar: &'static str,
    /// Over the row numbers.
    pub number: &'static str,
    /// Over the times.
    pub time: &'static str,
    /// Over the differences between times.
    pub delta: &'static str,
    /// Over the peers.
    pub peer: &'static str,
    /// Over the sizes.
    pub bytes: &'static str,
    /// Over the contents.
    pub content: &'static str,
    /// Back to the newest row.
    pub latest: &'static str,
    /// What going back to the newest row does, with its shortcut.
    pub latest_tooltip: &'static str,
    /// Holding still while rows come in, with its shortcut.
    pub pause: &'static str,
    /// Following the newest row again, with its shortcut.
    pub resume: &'static str,
    /// What is done with the rows that are like one, in the order of [`ROW_USES`].
    pub row_uses: [&'static str; ROW_USES.len()],
    /// The less usual ways to narrow what is shown.
    pub filter: &'static str,
    /// What is done with what has the selected part of a row.
    pub use_part: [&'static str; PART_USES.len()],
    /// How many bytes the selected part of a row has.
    pub part: &'static str,
    /// Copying, by form.
    pub copy: [&'static str; COPY_NAMES.len()],
    /// Copying in other forms than that of the keys.
    pub copy_as: &'static str,
    /// The forms.
    pub forms: [&'static str; COPY_NAMES.len()],
    /// The form with time, direction and peer.
    pub rows_form: &'static str,
    /// Copying with time, direction and peer.
    pub copy_rows: &'static str,
    /// Sending the bytes of a row that were sent before.
    pub send_again: &'static str,
    /// Sending the bytes of a row that were received.
    pub send_back: &'static str,
    /// Sending several rows, at once.
    pub send_rows: &'static str,
    /// The same with the times that were between them.
    pub send_rows_in_time: &'static str,
    /// Taking a row's bytes into the send field.
    pub put_into_field: &'static str,
    /// Measuring times from this row on.
    pub mark: &'static str,
    /// Measuring times from row to row again.
    pub unmark: &'static str,
    /// Writing a note about this row.
    pub note: &'static str,
    /// Showing all of a row.
    pub expand: &'static str,
    /// Showing the start of a row.
    pub fold: &'static str,
    /// Selecting everything.
    pub select_all: &'static str,
}

impl SheetTexts {
    /// The words of a language.
    pub fn of(locale: &'static Locale) -> SheetTexts {
        SheetTexts {
            name: locale.text("sheet.name"),
            scroll_bar: locale.text("sheet.scroll_bar"),
            number: locale.text("sheet.column.number"),
            time: locale.text("sheet.column.time"),
            delta: locale.text("sheet.column.delta"),
            peer: locale.text("sheet.column.peer"),
            bytes: locale.text("sheet.column.bytes"),
            content: locale.text("sheet.column.content"),
            latest: locale.text("sheet.latest"),
            latest_tooltip: locale.text("sheet.latest_tooltip"),
            pause: locale.text("sheet.pause"),
            resume: locale.text("sheet.resume"),
            row_uses: ROW_USES.map(|row_use| locale.text(row_use.name)),
            filter: locale.text("sheet.menu.filter"),
            use_part: PART_USES.map(|(name, _)| locale.text(name)),
            part: locale.text("sheet.menu.part"),
            copy: COPY_NAMES.map(|name| locale.text(name)),
            copy_as: locale.text("sheet.menu.copy_as"),
            forms: [
                locale.text("sheet.form.text"),
                locale.text("sheet.form.hex"),
                locale.text("sheet.form.c"),
                locale.text("sheet.form.python"),
                locale.text("sheet.form.rust"),
            ],
            rows_form: locale.text("sheet.form.rows"),
            copy_rows: locale.text("sheet.menu.copy_rows"),
            send_again: locale.text("sheet.menu.send_again"),
            send_back: locale.text("sheet.menu.send_back"),
            send_rows: locale.text("sheet.menu.send_rows"),
            send_rows_in_time: locale.text("sheet.menu.send_rows_in_time"),
            put_into_field: locale.text("sheet.menu.put_into_field"),
            mark: locale.text("sheet.menu.mark"),
            unmark: locale.text("sheet.menu.unmark"),
            note: locale.text("notes.menu"),
            expand: locale.text("sheet.menu.expand"),
            fold: locale.text("sheet.menu.fold"),
            select_all: locale.text("sheet.menu.select_all"),
        }
    }
}
