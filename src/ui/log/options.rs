//! How rows are shown: view, encoding, language, times. It must not know where rows come from.

use crate::codec::represent::View;
use crate::codec::text::TextEncoding;
use crate::codec::time::{TimeColumn, TimePrecision};
use crate::util::locale::Locale;

/// How rows are shown. A change shows at once, in the whole past.
#[derive(Clone, Debug)]
pub struct RowOptions {
    /// How payload bytes are shown.
    pub view: View,
    /// What their characters are.
    pub encoding: TextEncoding,
    /// The language of events and remarks.
    pub locale: &'static Locale,
    /// What the time column tells.
    pub time: TimeColumn,
    /// How fine times and their differences are.
    pub precision: TimePrecision,
    /// How many columns of the payload font the content has.
    pub columns: usize,
}

impl RowOptions {
    /// Text in UTF-8 with the time of day.
    pub fn new(locale: &'static Locale) -> RowOptions {
        RowOptions {
            view: View::default(),
            encoding: TextEncoding::default(),
            locale,
            time: TimeColumn::default(),
            precision: TimePrecision::default(),
            columns: 100,
        }
    }

    pub(super) fn is_same(&self, other: &RowOptions) -> bool {
        (self.view, self.encoding, self.time, self.precision, self.columns)
            == (other.view, other.encoding, other.time, other.precision, other.columns)
            && self.locale.language() == other.locale.language()
    }
}
