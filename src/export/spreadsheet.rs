//! A table for people who open it in a spreadsheet: local times that those read as times, columns and events
//! in the person's language, in UTF-8 with its mark or in GBK. Scripts read the other table, which never changes.
//!
//! No cell is longer than a spreadsheet takes: what is, goes on in the same column of the rows below. What a spreadsheet
//! would take for a number or a date and show as another text is written so that it stays what it is.

use crate::codec::hex;
use crate::codec::prose::body_text;
use crate::codec::rows::{Row, RowClock};
use crate::codec::text::{PieceKind, TextEncoding};
use crate::codec::time::TimeFormat;
use crate::export::csv::{close_text_cell, open_text_cell, push_ends, push_quoted};
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::line::{push_number, push_seconds};
use crate::model::peer_names::PeerNames;
use crate::model::record::{Body, Direction};
use crate::util::locale::{Language, Locale};
use std::io::{self, Write};

/// How many UTF-16 units a cell holds in every spreadsheet.
const CELL_UNITS: usize = 32_767;

/// So many bytes of hex, with a space behind each, are in one cell.
const CELL_BYTES: usize = (CELL_UNITS - 1) / 3;

/// The longest text that a formula has.
const FORMULA_TEXT: usize = 255;

/// So many digits of a number are kept.
const KEPT_DIGITS: usize = 15;

/// The keys of the columns' names, in their order.
const COLUMNS: [&str; 11] = [
    "table.number",
    "table.time",
    "table.delta",
    "table.direction",
    "table.peer",
    "table.name",
    "table.remote",
    "table.local",
    "table.length",
    "table.content",
    "table.hex",
];

/// How the table is written.
#[derive(Clone, Debug)]
pub struct SpreadsheetOptions {
    /// What the payload's characters are.
    pub encoding: TextEncoding,
    /// What the file's characters are.
    pub written_in: TextEncoding,
    /// How times are written.
    pub time: TimeFormat,
    /// The language of columns and events.
    pub language: Language,
    /// What peers are called.
    pub names: PeerNames,
}

/// Writes such a table.
#[derive(Clone, Debug)]
pub struct SpreadsheetExporter {
    options: SpreadsheetOptions,
    decoder: TextDecoder,
    clock: RowClock,
    /// The cells before the content, as they stand in the file.
    front: String,
    content: String,
    hex: String,
    line: String,
    bytes: Vec<u8>,
}

impl SpreadsheetExporter {
    /// An exporter for one table.
    pub fn new(options: SpreadsheetOptions) -> SpreadsheetExporter {
        SpreadsheetExporter {
            decoder: TextDecoder::new(options.encoding),
            options,
            clock: RowClock::default(),
            front: String::new(),
            content: String::new(),
            hex: String::new(),
            line: String::new(),
            bytes: Vec::new(),
        }
    }

    fn locale(&self) -> &'static Locale {
        Locale::of(self.options.language)
    }

    fn fill(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let locale = self.locale();
        let record = row.record;
        self.front.clear();
        self.content.clear();
        self.hex.clear();
        let line = &mut self.front;
        push_number(line, row.number);
        line.push(',');
        self.options.time.push(line, record.at.wall_ns);
        line.push(',');
        if let Some(nanos) = self.clock.next(row).after_ns {
            push_seconds(line, nanos);
        }
        line.push(',');
        let data = record.bytes_of_any_layer();
        line.push_str(match data.map(|data| data.head.direction) {
            Some(Direction::Received) => locale.text("table.received"),
            Some(Direction::Sent) => locale.text("table.sent"),
            None => locale.text("table.event"),
        });
        line.push(',');
        let ends = record.peer.and_then(|peer| peers.ends(peer));
        if let Some(peer) = record.peer {
            push_number(line, peer.get());
        }
        line.push(',');
        if let Some(name) = ends.and_then(|ends| self.options.names.of(ends.remote)) {
            let start = open_text_cell(line);
            push_quoted(line, name);
            close_text_cell(line, start);
        }
        line.push(',');
        push_ends(line, ends);
        line.push(',');
        let Some(data) = data else {
            self.content.push_str(&body_text(&record.body, locale));
            return;
        };
        push_number(line, data.bytes.len());
        let content = &mut self.content;
        if let Body::Data(_) = &record.body {
            self.decoder.visit(row, peers, |piece| match piece {
                PieceKind::Text(text) => content.push_str(text),
                PieceKind::Control(character) => content.push(character),
                PieceKind::Undecoded(bytes) => hex::push_escaped(content, bytes),
                PieceKind::Pending(_) => {}
            });
        }
        // The line end would make the row two lines high; the hex has it.
        content.truncate(content.trim_end_matches(['\r', '\n']).len());
        hex::push_spaced(&mut self.hex, &data.bytes);
    }

    /// The row, and below it the rows in which its content goes on.
    fn push_lines(&mut self) {
        let (mut content, mut hex) = (self.content.as_str(), self.hex.as_str());
        let line = &mut self.line;
        line.clear();
        line.push_str(&self.front);
        loop {
            line.push(',');
            content = push_cell(line, content);
            line.push(',');
            let (cell, rest) = hex.split_at(hex.len().min(CELL_BYTES * 3));
            push_text(line, cell.trim_end());
            hex = rest;
            line.push_str("\r\n");
            if content.is_empty() && hex.is_empty() {
                return;
            }
            line.extend(std::iter::repeat_n(',', COLUMNS.len() - 3));
        }
    }

    /// What the chosen encoding has no bytes for is written as an escape, and so is never lost.
    fn write_line(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let encoding = self.options.written_in;
        if encoding == TextEncoding::UTF_8 {
            return out.write_all(self.line.as_bytes());
        }
        self.bytes.clear();
        let mut rest = self.line.as_str();
        while let Err(error) = encoding.encode_into(rest, &mut self.bytes) {
            let escape = format!("\\u{{{:x}}}", u32::from(error.character));
            self.bytes.extend_from_slice(escape.as_bytes());
            rest = &rest[error.byte_at + error.character.len_utf8()..];
        }
        out.write_all(&self.bytes)
    }
}

impl Exporter for SpreadsheetExporter {
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        if self.options.written_in == TextEncoding::UTF_8 {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        let locale = self.locale();
        self.line = COLUMNS.map(|key| locale.text(key)).join(",");
        self.line.push_str("\r\n");
        self.write_line(out)
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.fill(row, peers);
        self.push_lines();
        self.decoder.is_past(row.record);
        self.write_line(out)
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Appends as much of a text as a cell holds, and gives what is left.
fn push_cell<'a>(line: &mut String, text: &'a str) -> &'a str {
    // An apostrophe may come in front.
    let mut room = CELL_UNITS - 1;
    let fits = |(_, character): &(usize, char)| {
        let units = character.len_utf16();
        let has_room = room >= units;
        room = room.saturating_sub(units);
        has_room
    };
    let end = text.char_indices().take_while(fits).last();
    let end = end.map_or(0, |(at, character)| at + character.len_utf8());
    let (cell, rest) = text.split_at(end);
    push_text(line, cell);
    rest
}

/// Appends a cell that a spreadsheet shows as it is: what would become another number or a date is a formula that gives
/// this text.
fn push_text(line: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    let is_taken_for_another = is_taken_for_another(text);
    let start = open_text_cell(line);
    if is_taken_for_another && text.len() <= FORMULA_TEXT {
        line.push_str("=\"\"");
        line.push_str(text);
        line.push_str("\"\"\"");
        return;
    }
    if is_taken_for_another {
        line.push('\'');
    }
    push_quoted(line, text);
    close_text_cell(line, start);
}

/// Whether a spreadsheet reads a number, a time or a date that it shows as another text than this.
fn is_taken_for_another(text: &str) -> bool {
    let is_of_numbers = |byte: u8| byte.is_ascii_digit() || b"+-./:eE,% ".contains(&byte);
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = text.split(' ').count() > 1 && text.split(' ').all(|word| word.len() == 2);
    has_digit && !is_hex && text.bytes().all(is_of_numbers) && !is_kept_number(text)
}

/// Whether a number comes out of a spreadsheet as it went in.
fn is_kept_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
    let is_short = text.bytes().filter(u8::is_ascii_digit).count() <= KEPT_DIGITS;
    let is_whole_kept = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    is_short && is_whole_kept && digits(fraction) && !fraction.ends_with('0')
}

#[cfg(test)]
mod tests {
    use super::{CELL_UNITS, SpreadsheetExporter, SpreadsheetOptions};
    use crate::codec::hex;
    use crate::codec::rows::Row;
    use crate::codec::text::{Carry, TextEncoding, decode};
    use crate::codec::time::TimeFormat;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::export::samples;
    use crate::model::peer_names::PeerNames;
    use crate::model::record::{Body, Direction, Record};
    use crate::util::locale::Language;
    use jiff::tz::{Offset, TimeZone};
    use std::collections::BTreeMap;

    fn table(written_in: TextEncoding, language: Language, records: &[Record]) -> Vec<u8> {
        let names = BTreeMap::from([("127.0.0.1".to_owned(), "测试台".to_owned())]);
        let zone = TimeZone::fixed(Offset::from_seconds(8 * 3600).unwrap());
        let mut exporter = SpreadsheetExporter::new(SpreadsheetOptions {
            encoding: TextEncoding::UTF_8,
            written_in,
            time: TimeFormat::in_zone(zone).dated(),
            language,
            names: PeerNames::new(names),
        });
        let mut peers = SeenPeers::default();
        let mut out = Vec::new();
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        peers.see(&samples::joined(0));
        for record in records {
            exporter.row(&Row::of(record), &mut peers, &mut out).unwrap();
        }
        exporter.finish(&mut out).unwrap();
        out
    }

    fn cells(table: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| row.iter().map(ToOwned::to_owned).collect()).collect()
    }

    #[test]
    fn times_are_local_and_columns_and_events_are_in_the_language_of_the_person() {
        let records = [
            samples::data(1, Direction::Received, "=温度".as_bytes()),
            samples::record(2, 0, Body::Note("备注".to_owned())),
        ];
        for (language, header, received) in
            [(Language::English, "No.", "received"), (Language::SimplifiedChinese, "序号", "接收")]
        {
            let out = String::from_utf8(table(TextEncoding::UTF_8, language, &records)).unwrap();
            let rows = cells(out.strip_prefix('\u{FEFF}').unwrap());
            assert_eq!(rows[0][0], header);
            assert_eq!(rows[1][1], "2026-11-21 11:31:00.124");
            assert_eq!((rows[1][3].as_str(), rows[1][5].as_str()), (received, "测试台"));
            assert_eq!((rows[1][9].as_str(), rows[1][10].as_str()), ("'=温度", "3D E6 B8 A9 E5 BA A6"));
            assert_eq!(rows[2][9], "备注");
        }
    }

    #[test]
    fn what_a_spreadsheet_would_take_for_another_number_stays_as_it_is_and_line_ends_stay_in_the_hex() {
        for (payload, content, hex) in [
            ("0012\r\n", "=\"0012\"", "30 30 31 32 0D 0A"),
            ("12345678", "12345678", "31 32 33 34 35 36 37 38"),
            ("31e5", "=\"31e5\"", "33 31 65 35"),
            ("1234567890123456", "=\"1234567890123456\"", "31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36"),
            ("25.5\n", "25.5", "32 35 2E 35 0A"),
            ("1.10", "=\"1.10\"", "31 2E 31 30"),
            ("3-4", "=\"3-4\"", "33 2D 34"),
            ("-5", "=\"-5\"", "2D 35"),
            ("two\r\nlines\r\n", "two\r\nlines", "74 77 6F 0D 0A 6C 69 6E 65 73 0D 0A"),
            ("\u{5}", "\u{5}", "=\"05\""),
        ] {
            let records = [samples::data(1, Direction::Received, payload.as_bytes())];
            let out = String::from_utf8(table(TextEncoding::UTF_8, Language::English, &records)).unwrap();
            let rows = cells(out.strip_prefix('\u{FEFF}').unwrap());
            assert_eq!((rows[1][9].as_str(), rows[1][10].as_str()), (content, hex));
        }
        let long = "7".repeat(300);
        let records = [samples::data(1, Direction::Received, long.as_bytes())];
        let out = String::from_utf8(table(TextEncoding::UTF_8, Language::English, &records)).unwrap();
        assert_eq!(cells(&out)[1][9], format!("'{long}"));
    }

    #[test]
    fn what_gbk_does_not_have_is_written_as_an_escape() {
        let records = [samples::data(1, Direction::Sent, "温度😀=1".as_bytes())];
        let out = table(TextEncoding::GBK, Language::SimplifiedChinese, &records);
        let text = decode(TextEncoding::GBK, &mut Carry::default(), &out).text;
        let rows = cells(&text);
        assert_eq!((rows[0][0].as_str(), rows[1][9].as_str()), ("序号", "温度\\u{1f600}=1"));
    }

    #[test]
    fn a_long_cell_goes_on_below_and_nothing_is_lost() {
        let payload = "温😀".repeat(30_000);
        let records = [samples::data(1, Direction::Received, payload.as_bytes())];
        let out = String::from_utf8(table(TextEncoding::UTF_8, Language::English, &records)).unwrap();
        let rows = cells(out.strip_prefix('\u{FEFF}').unwrap());
        let column = |at: usize| rows[1..].iter().map(|row| row[at].as_str()).collect::<Vec<_>>();
        assert_eq!(column(9).concat(), payload);
        assert_eq!(column(10).join(" "), hex::spaced(payload.as_bytes()));
        assert!(rows.iter().flatten().all(|cell| cell.encode_utf16().count() <= CELL_UNITS));
        assert!(rows[2..].iter().all(|row| row[0].is_empty() && row.len() == rows[0].len()));
    }
}
