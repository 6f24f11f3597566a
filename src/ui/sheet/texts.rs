//! The words of a sheet in one language. It must not know what language that is.

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
    /// Showing only what concerns a row's peer.
    pub only_peer: &'static str,
    /// Hiding what concerns a row's peer.
    pub without_peer: &'static str,
    /// Showing only what went a row's way.
    pub only_direction: &'static str,
    /// Showing only what is as long as a row.
    pub only_length: &'static str,
    /// Showing only what came since a row.
    pub only_since: &'static str,
    /// Showing only what came until a row.
    pub only_until: &'static str,
    /// Showing only what says the same as a row, hiding it, highlighting it and looking for it.
    pub use_content: [&'static str; 4],
    /// The same with what has the selected part of a row.
    pub use_part: [&'static str; 4],
    /// How many bytes the selected part of a row has.
    pub part: &'static str,
    /// Copying, by form.
    pub copy: [&'static str; 5],
    /// Copying with time, direction and peer.
    pub copy_rows: &'static str,
    /// Sending the bytes of a row that were sent before.
    pub send_again: &'static str,
    /// Sending the bytes of a row that were received.
    pub send_back: &'static str,
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
            only_peer: locale.text("sheet.menu.only_peer"),
            without_peer: locale.text("sheet.menu.without_peer"),
            only_direction: locale.text("sheet.menu.only_direction"),
            only_length: locale.text("sheet.menu.only_length"),
            only_since: locale.text("sheet.menu.only_since"),
            only_until: locale.text("sheet.menu.only_until"),
            use_content: [
                locale.text("sheet.menu.only_content"),
                locale.text("sheet.menu.without_content"),
                locale.text("sheet.menu.highlight_content"),
                locale.text("sheet.menu.find_content"),
            ],
            use_part: [
                locale.text("term.only"),
                locale.text("term.without"),
                locale.text("term.highlight"),
                locale.text("term.find"),
            ],
            part: locale.text("sheet.menu.part"),
            copy: [
                locale.text("sheet.menu.copy_text"),
                locale.text("sheet.menu.copy_hex"),
                locale.text("sheet.menu.copy_c"),
                locale.text("sheet.menu.copy_python"),
                locale.text("sheet.menu.copy_rust"),
            ],
            copy_rows: locale.text("sheet.menu.copy_rows"),
            send_again: locale.text("sheet.menu.send_again"),
            send_back: locale.text("sheet.menu.send_back"),
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
