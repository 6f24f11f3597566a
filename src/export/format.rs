//! The formats there are, by the words that people type and the endings that files have.

use crate::codec::decode::DecodeChoice;
use crate::codec::represent::View;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::export::csv::{CsvExporter, CsvOptions};
use crate::export::exporter::{Exporter, PayloadChoice};
use crate::export::hexdump::HexdumpExporter;
use crate::export::html::{HtmlExporter, HtmlOptions};
use crate::export::jsonl::{JsonlExporter, JsonlOptions};
use crate::export::pcapng::{PcapngExporter, PcapngOptions};
use crate::export::raw::RawExporter;
use crate::export::spreadsheet::{SpreadsheetExporter, SpreadsheetOptions};
use crate::export::text::{TextExporter, TextOptions};
use crate::model::peer_names::PeerNames;
use crate::util::locale::Language;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use thiserror::Error;

/// A format that records can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// What the sheet shows.
    Text,
    /// A dump that `xxd -r` reverses.
    Hexdump,
    /// A table.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// The payload bytes.
    Raw,
    /// One page.
    Html,
    /// A capture.
    Pcapng,
}

/// All choices at once. Each format takes those that it knows; see the options of the formats for what they mean.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a person ticks")]
pub struct ExportOptions {
    /// What the payload's characters are: text, csv, jsonl, html.
    pub encoding: TextEncoding,
    /// How payload is shown: text, html.
    pub view: View,
    /// How times are shown: text, html.
    pub time: TimeFormat,
    /// The language of events: text, html.
    pub language: Language,
    /// A column with the time since the row above: text.
    pub with_delta: bool,
    /// A column with the record's number: text.
    pub with_id: bool,
    /// Which payload: raw, hexdump.
    pub choice: PayloadChoice,
    /// Begin with a byte order mark: csv.
    pub byte_order_mark: bool,
    /// A table for people, in characters of this encoding, takes the place of the one for scripts: csv.
    pub spreadsheet: Option<TextEncoding>,
    /// What peers are called: text, and csv for people.
    pub names: PeerNames,
    /// Someone watches: pcapng.
    pub live: bool,
    /// Say what messages mean, with these decoders: text, jsonl.
    pub decode: Option<DecodeChoice>,
}

/// No format has this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown format '{name}'; known are text, hexdump, csv, jsonl, raw, html, pcapng")]
pub struct UnknownFormat {
    /// What was typed.
    pub name: String,
}

/// Every format: its name, the ending of its files, and what it is for.
const TABLE: [(Format, &str, &str, &str); 7] = [
    (Format::Text, "text", "txt", "what the sheet shows, one line per record"),
    (Format::Hexdump, "hexdump", "hex", "a dump of the payload that xxd -r turns back into bytes"),
    (Format::Csv, "csv", "csv", "a table for spreadsheets"),
    (Format::Jsonl, "jsonl", "jsonl", "one JSON object per record, for scripts"),
    (Format::Raw, "raw", "bin", "the payload bytes and nothing else"),
    (Format::Html, "html", "html", "one searchable page for the browser"),
    (Format::Pcapng, "pcapng", "pcapng", "a capture for Wireshark"),
];

impl Format {
    /// All formats, in the order of a menu.
    pub fn all() -> impl ExactSizeIterator<Item = Format> {
        TABLE.iter().map(|row| row.0)
    }

    fn row(self) -> &'static (Format, &'static str, &'static str, &'static str) {
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// The word that people type.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The ending of its files, without the dot.
    pub fn extension(self) -> &'static str {
        self.row().2
    }

    /// What it is for, in one line of English; the window has its own words.
    pub fn description(self) -> &'static str {
        self.row().3
    }

    /// Whether rows may be messages that were cut out of streams. In the others they would say nothing: a capture has
    /// packets, and payload alone has no borders.
    pub fn shows_messages(self) -> bool {
        !matches!(self, Format::Raw | Format::Pcapng)
    }

    /// The format that a file's ending stands for.
    pub fn from_path(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        TABLE.iter().find(|row| row.2 == extension).map(|row| row.0)
    }

    /// An exporter of this format.
    pub fn exporter(self, options: &ExportOptions) -> Box<dyn Exporter + Send> {
        let ExportOptions { encoding, view, language, choice, .. } = *options;
        let time = options.time.clone();
        match self {
            Format::Text => Box::new(TextExporter::new(TextOptions {
                view,
                encoding,
                time,
                language,
                with_delta: options.with_delta,
                with_id: options.with_id,
                decode: options.decode.clone(),
                names: options.names.clone(),
            })),
            Format::Hexdump => Box::new(HexdumpExporter::new(choice)),
            Format::Csv => match options.spreadsheet {
                None => Box::new(CsvExporter::new(CsvOptions {
                    encoding,
                    byte_order_mark: options.byte_order_mark,
                })),
                Some(written_in) => {
                    let (time, names) = (time.dated(), options.names.clone());
                    let options = SpreadsheetOptions { encoding, written_in, time, language, names };
                    Box::new(SpreadsheetExporter::new(options))
                }
            },
            Format::Jsonl => {
                Box::new(JsonlExporter::new(&JsonlOptions { encoding, decode: options.decode.clone() }))
            }
            Format::Raw => Box::new(RawExporter::new(choice)),
            Format::Html => Box::new(HtmlExporter::new(HtmlOptions { view, encoding, time, language })),
            Format::Pcapng => {
                let live = options.live;
                Box::new(PcapngExporter::new(PcapngOptions { live, ..PcapngOptions::default() }))
            }
        }
    }
}

impl Default for ExportOptions {
    fn default() -> ExportOptions {
        ExportOptions {
            encoding: TextEncoding::default(),
            view: View::default(),
            time: TimeFormat::local().dated(),
            language: Language::English,
            with_delta: false,
            with_id: false,
            choice: PayloadChoice::default(),
            byte_order_mark: false,
            spreadsheet: None,
            names: PeerNames::default(),
            live: false,
            decode: None,
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        let row = TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        row.map(|row| row.0).ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Format;
    use std::path::PathBuf;

    #[test]
    fn names_and_endings_lead_back() {
        for format in Format::all() {
            assert_eq!(format.name().parse(), Ok(format));
            let path = PathBuf::from("log").with_extension(format.extension().to_uppercase());
            assert_eq!(Format::from_path(&path), Some(format));
        }
        let error = "pdf".parse::<Format>().unwrap_err().to_string();
        assert!(Format::all().all(|format| error.contains(format.name())), "{error}");
    }
}
