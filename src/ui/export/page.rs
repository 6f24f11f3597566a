//! The export page: what is exported and how, and how far it is. It opens no file.

use crate::codec::decode::DecodeChoice;
use crate::codec::text::TextEncoding;
use crate::export::{ExportOptions, Format, PayloadChoice};
use crate::journal::query::Filter;
use crate::model::ids::PeerId;
use crate::model::peer_names::PeerNames;
use crate::model::record::Direction;
use crate::ui::filter_choices::PeerList;
use crate::ui::log::RowView;
use crate::ui::paths::PathField;
use crate::ui::tab::TabKey;
use crate::ui::times::times_of_file;
use crate::util::locale::Language;
use crate::workspace::settings::{TableChoice, TimeFormat};
use std::path::PathBuf;

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportFrom {
    /// The session of a tab.
    Tab(TabKey),
    /// An earlier session.
    File(PathBuf),
}

/// Which rows are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole session.
    All,
    /// What filters, search and clearing leave to be seen.
    Shown,
    /// What is selected in the sheet.
    Selected,
}

/// The export page.
#[derive(Debug)]
pub struct ExportPage {
    /// The key of its heading, which is what the button said that opened it.
    pub title: &'static str,
    /// What is exported.
    pub from: ExportFrom,
    /// Which of it, and how.
    pub choices: ExportChoices,
    /// How many rows are selected in the sheet.
    pub selected_rows: u64,
    /// Whom the session talked with, as far as the list shows them.
    pub peers: PeerList,
    /// The first lines of what would be written.
    pub preview: Preview,
    /// Where to.
    pub path: PathField,
    /// Rows written, of how many, while it is being written.
    pub progress: Option<(u64, u64)>,
}

/// Everything that decides what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportChoices {
    /// In which format.
    pub format: Format,
    /// Which rows.
    pub scope: Scope,
    /// Only what went this way.
    pub direction: Option<Direction>,
    /// Only what concerns this peer.
    pub peer: Option<PeerId>,
    /// The encoding that payload is read in.
    pub encoding: TextEncoding,
    /// How payload is shown.
    pub view: RowView,
    /// Who says what messages mean, where that is shown.
    pub decoders: DecodeChoice,
    /// How times are written.
    pub times: TimeFormat,
    /// Times of day have their date.
    pub with_date: bool,
    /// There is a column with the time since the row above.
    pub with_delta: bool,
    /// There is a column with the record's number.
    pub with_id: bool,
    /// For whom a table is written.
    pub table: TableChoice,
    /// What peers are called.
    pub names: PeerNames,
}

/// The first lines of what would be written.
#[derive(Debug, Default)]
pub struct Preview {
    /// The lines, cut to what the page can show.
    pub lines: Vec<String>,
    /// How many rows are exported, where neither direction nor peer chooses among them.
    pub rows: Option<u64>,
    /// Why there is none.
    pub error: Option<String>,
    /// It is of these choices; others are on their way.
    pub of: Option<ExportChoices>,
}

impl ExportPage {
    /// Lets the ending of the file's name choose the format. One that stands for no format leaves what was chosen.
    pub fn follow_ending(&mut self) {
        if let Some(format) = Format::from_path(&self.path.path()) {
            self.choices.format = format;
        }
    }
}

impl ExportChoices {
    /// The formats' own options.
    pub fn options(&self, language: Language) -> ExportOptions {
        ExportOptions {
            encoding: self.encoding,
            view: self.view.of_payload(),
            decode: (self.view == RowView::Decoded && self.has_meaning()).then(|| self.decoders.clone()),
            time: times_of_file(self.times, self.with_date),
            language,
            with_delta: self.with_delta,
            with_id: self.with_id,
            choice: PayloadChoice { direction: self.direction, peer: self.peer },
            spreadsheet: match self.table {
                TableChoice::Spreadsheet => Some(TextEncoding::UTF_8),
                TableChoice::SpreadsheetGbk => Some(TextEncoding::GBK),
                TableChoice::Scripts => None,
            },
            names: self.names.clone(),
            ..ExportOptions::default()
        }
    }

    /// Which rows direction and peer leave.
    pub fn filter(&self) -> Filter {
        Filter { direction: self.direction, peers: self.peer.map(|peer| [peer].into()), ..Filter::default() }
    }

    /// Whether the format has characters.
    pub fn has_encoding(&self) -> bool {
        matches!(self.format, Format::Text | Format::Csv | Format::Jsonl | Format::Html)
    }

    /// Whether the format looks as the sheet does.
    pub fn has_view(&self) -> bool {
        matches!(self.format, Format::Text | Format::Html)
    }

    /// Whether the format can say what messages mean.
    pub fn has_meaning(&self) -> bool {
        self.format == Format::Text
    }

    /// The format that the preview is written in: bytes and packets are shown by what people can read of them.
    pub fn preview_format(&self) -> Format {
        match self.format {
            Format::Raw => Format::Hexdump,
            Format::Html | Format::Pcapng => Format::Text,
            format => format,
        }
    }
}
