//! A table for spreadsheets and scripts: RFC 4180, one row per record, or per message where streams are cut.
//!
//! A cell of text that a spreadsheet would run as a formula gets an apostrophe in front; the `hex` column always
//! tells the bytes themselves.

use crate::codec::framing::MessageEnd;
use crate::codec::hex;
use crate::codec::prose::body_text;
use crate::codec::rows::{Row, RowClock};
use crate::codec::text::{PieceKind, TextEncoding};
use crate::codec::time::push_rfc3339_utc;
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerEnds, PeerLookup};
use crate::export::line::{push_hex, push_number, push_seconds};
use crate::model::record::Body;
use crate::util::locale::{Language, Locale};
use memchr::memchr_iter;
use std::io::{self, Write};

/// The columns, in their order; new ones are added at the end. `id` is that of JSON lines and counts from 0; `number`
/// counts from 1, as people see rows everywhere.
pub const COLUMNS: [&str; 14] = [
    "id",
    "time",
    "delta",
    "direction",
    "peer",
    "remote",
    "local",
    "length",
    "kind",
    "text",
    "hex",
    "records",
    "end",
    "number",
];

/// What a spreadsheet takes for the start of a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// How the table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// What the payload's characters are.
    pub encoding: TextEncoding,
    /// Begin with a byte order mark, by which Excel knows UTF-8.
    pub byte_order_mark: bool,
}

/// Writes a table.
#[derive(Clone, Debug)]
pub struct CsvExporter {
    options: CsvOptions,
    decoder: TextDecoder,
    clock: RowClock,
    line: String,
}

impl CsvExporter {
    /// An exporter for one table.
    pub fn new(options: CsvOptions) -> CsvExporter {
        let decoder = TextDecoder::new(options.encoding);
        CsvExporter { options, decoder, clock: RowClock::default(), line: String::new() }
    }

    fn push_row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let record = row.record;
        let line = &mut self.line;
        push_number(line, record.id.0);
        line.push(',');
        push_rfc3339_utc(line, record.at.wall_ns);
        line.push(',');
        if let Some(nanos) = self.clock.next(row).after_ns {
            push_seconds(line, nanos);
        }
        line.push(',');
        let data = record.bytes_of_any_layer();
        line.push_str(data.map_or("", |data| data.head.direction.word()));
        line.push(',');
        let ends = record.peer.and_then(|peer| peers.ends(peer));
        if let Some(peer) = record.peer {
            push_number(line, peer.get());
        }
        line.push(',');
        push_ends(line, ends);
        line.push(',');
        if let Some(data) = data {
            push_number(line, data.bytes.len());
            line.push_str(if record.is_wire() { ",wire," } else { ",data," });
            let start = open_text_cell(line);
            self.decoder.visit(row, peers, |piece| match piece {
                PieceKind::Text(text) => push_quoted(line, text),
                PieceKind::Control(character) => line.push(character),
                PieceKind::Undecoded(bytes) => hex::push_escaped(line, bytes),
                PieceKind::Pending(_) => {}
            });
            close_text_cell(line, start);
            line.push(',');
            push_hex(line, &data.bytes);
        } else {
            line.push(',');
            line.push_str(kind_word(&record.body));
            line.push(',');
            push_text_cell(line, &body_text(&record.body, Locale::of(Language::English)));
            line.push(',');
        }
        line.push(',');
        if let Some(cut) = row.message {
            let (first, last) = cut.records();
            push_number(line, first.0);
            line.push('-');
            push_number(line, last.0);
        }
        line.push(',');
        line.push_str(match row.message.map(|cut| cut.end) {
            None => "",
            Some(MessageEnd::Whole) => "whole",
            Some(MessageEnd::Incomplete) => "incomplete",
            Some(MessageEnd::Overlong) => "overlong",
            Some(MessageEnd::OutOfStep) => "out_of_step",
        });
        line.push(',');
        push_number(line, row.number);
        line.push_str("\r\n");
        self.decoder.is_past(record);
    }
}

impl Exporter for CsvExporter {
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        if self.options.byte_order_mark {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        out.write_all(COLUMNS.join(",").as_bytes())?;
        out.write_all(b"\r\n")
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.push_row(row, peers);
        out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The record's kind in the word that jsonl uses as well.
fn kind_word(body: &Body) -> &'static str {
    match body {
        Body::Data(_) => "data",
        Body::Wire(_) => "wire",
        Body::Lifecycle(_) => "lifecycle",
        Body::Loss(_) => "loss",
        Body::Note(_) => "note",
        Body::Damaged => "damaged",
        Body::Newer => "newer",
    }
}

/// Appends a cell of text, always in quotes.
fn push_text_cell(line: &mut String, text: &str) {
    let start = open_text_cell(line);
    push_quoted(line, text);
    close_text_cell(line, start);
}

/// Appends two cells: where a peer is, and where it is spoken to.
pub(super) fn push_ends(line: &mut String, ends: Option<PeerEnds>) {
    if let Some(ends) = ends {
        line.push_str(&ends.remote.to_string());
        line.push(',');
        line.push_str(&ends.local.to_string());
    } else {
        line.push(',');
    }
}

/// Begins a cell; tells where its text starts.
pub(super) fn open_text_cell(line: &mut String) -> usize {
    line.push('"');
    line.len()
}

/// Appends text of a cell, its quotes doubled.
pub(super) fn push_quoted(line: &mut String, text: &str) {
    let mut plain_from = 0;
    for quote in memchr_iter(b'"', text.as_bytes()) {
        line.push_str(&text[plain_from..=quote]);
        plain_from = quote;
    }
    line.push_str(&text[plain_from..]);
}

/// Ends a cell, and makes it harmless where it would be a formula.
pub(super) fn close_text_cell(line: &mut String, start: usize) {
    if line[start..].starts_with(FORMULA_STARTS) {
        line.insert(start, '\'');
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, CsvExporter, CsvOptions};
    use crate::codec::rows::Row;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::export::samples;
    use crate::model::record::{Body, Direction};

    #[test]
    fn an_independent_reader_gets_every_cell_back() {
        let rows = [
            (samples::data(0, Direction::Received, b"plain"), "plain"),
            (
                samples::data(1, Direction::Received, b"a \"quoted\", cell\r\nof two lines"),
                "a \"quoted\", cell\r\nof two lines",
            ),
            (samples::data(2, Direction::Sent, b"=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0"),
            (samples::data(3, Direction::Sent, b"+1"), "'+1"),
            (samples::data(4, Direction::Sent, b"-1"), "'-1"),
            (samples::data(5, Direction::Sent, b"@SUM(A1)"), "'@SUM(A1)"),
            (samples::data(6, Direction::Sent, b"\t=1"), "'\t=1"),
            (samples::data(7, Direction::Sent, b"\r=1"), "'\r=1"),
            (samples::data(8, Direction::Sent, b"\xFF\xE4"), "\\xFF"),
            (samples::data(9, Direction::Sent, b"\xBD\xA0"), "你"),
            (samples::data(10, Direction::Sent, b""), ""),
            (samples::record(11, 0, Body::Note("=note".to_owned())), "'=note"),
        ];
        let mut exporter = CsvExporter::new(CsvOptions { byte_order_mark: true, ..CsvOptions::default() });
        let mut peers = SeenPeers::default();
        let mut out = Vec::new();
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        peers.see(&samples::joined(0));
        for (record, _) in &rows {
            exporter.row(&Row::of(record), &mut peers, &mut out).unwrap();
        }
        exporter.finish(&mut out).unwrap();
        let table = out.strip_prefix("\u{FEFF}".as_bytes()).unwrap();
        let mut reader = csv::Reader::from_reader(table);
        assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
        let read: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows.len());
        for ((record, text), row) in rows.iter().zip(&read) {
            assert_eq!(&row[9], *text);
            if let Some(data) = record.data() {
                assert_eq!(row[10], const_hex::encode(&data.bytes));
                assert_eq!(row[7], data.bytes.len().to_string());
                assert_eq!(&row[5], "127.0.0.1:5000");
            }
        }
        assert_eq!(&read[0][1], "2026-11-21T03:31:00.123456789Z");
        assert_eq!((&read[0][2], &read[1][2]), ("", "0.001000000"));
    }
}
