//! How rows are shown: view, encoding, language, times. It must not know where rows come from.

use crate::codec::decode::DecodeChoice;
use crate::codec::represent::View;
use crate::codec::terminal::TerminalCodes;
use crate::codec::text::TextEncoding;
use crate::codec::time::{TimeColumn, TimePrecision};
use crate::model::peer_names::PeerNames;
use crate::util::locale::Locale;

/// What rows tell of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowView {
    /// Its characters.
    #[default]
    Text,
    /// Its bytes.
    Hex,
    /// Both, some bytes a line.
    Dump,
    /// What it means.
    Decoded,
    /// Its lines, one below the other, as a terminal shows them.
    Running,
}

impl RowView {
    /// The view that files have: running text is text there.
    #[must_use]
    pub fn in_files(self) -> RowView {
        if self == RowView::Running { RowView::Text } else { self }
    }

    /// How payload is shown; in a view of what messages mean, that of messages that no decoder goes with.
    pub fn of_payload(self) -> View {
        match self {
            RowView::Text | RowView::Decoded | RowView::Running => View::Text,
            RowView::Hex => View::Hex,
            RowView::Dump => View::Dump,
        }
    }
}

/// How rows are shown. A change shows at once, in the whole past.
#[derive(Clone, Debug)]
pub struct RowOptions {
    /// How payload bytes are shown.
    pub view: View,
    /// With which decoders messages are shown as what they mean; those that none goes with are shown as the view says.
    pub meaning: Option<DecodeChoice>,
    /// Rows are lines of running text, in which this is done with what colours a terminal.
    pub running: Option<TerminalCodes>,
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
    /// Long lines go on below instead of being folded.
    pub wraps_lines: bool,
    /// What peers are called.
    pub names: PeerNames,
}

impl RowOptions {
    /// Text in UTF-8 with the time of day.
    pub fn new(locale: &'static Locale) -> RowOptions {
        RowOptions {
            view: View::default(),
            meaning: None,
            running: None,
            encoding: TextEncoding::default(),
            locale,
            time: TimeColumn::default(),
            precision: TimePrecision::default(),
            columns: 100,
            wraps_lines: false,
            names: PeerNames::default(),
        }
    }

    pub(super) fn is_same(&self, other: &RowOptions) -> bool {
        (self.view, self.encoding, self.time, self.precision, self.columns, self.wraps_lines)
            == (other.view, other.encoding, other.time, other.precision, other.columns, other.wraps_lines)
            && self.meaning == other.meaning
            && self.running == other.running
            && self.names == other.names
            && self.locale.language() == other.locale.language()
    }
}
