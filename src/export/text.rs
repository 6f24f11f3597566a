//! What the sheet shows, as text: the chosen view, encoding, language and time. One line per record; a dump has its
//! lines below it.

use crate::codec::decode::DecodeChoice;
use crate::codec::represent::{Represented, RowStyle, View, peer_text, represent_row};
use crate::codec::rows::{Row, RowClock};
use crate::codec::text::TextEncoding;
use crate::codec::time::{TimeFormat, TimePrecision, push_delta};
use crate::export::decoded::DecodedRows;
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::line::push_number;
use crate::model::peer_names::PeerNames;
use crate::util::locale::{Language, Locale};
use std::io::{self, Write};

/// How the text is written.
#[derive(Clone, Debug)]
pub struct TextOptions {
    /// How payload is shown.
    pub view: View,
    /// What its characters are.
    pub encoding: TextEncoding,
    /// How times are shown.
    pub time: TimeFormat,
    /// The language of events and remarks.
    pub language: Language,
    /// A column with the time since the row above.
    pub with_delta: bool,
    /// A column with the row's number.
    pub with_id: bool,
    /// Say what messages mean, with these decoders, instead of showing their payload.
    pub decode: Option<DecodeChoice>,
    /// What peers are called.
    pub names: PeerNames,
}

/// Writes text.
#[derive(Clone, Debug)]
pub struct TextExporter {
    options: TextOptions,
    decoder: TextDecoder,
    decoded: Option<DecodedRows>,
    clock: RowClock,
    line: String,
    row: Represented,
}

/// Narrow columns are filled up to these widths, so that payloads stand below each other.
const PEER_COLUMNS: usize = 5;
const LENGTH_COLUMNS: usize = 6;

/// So wide is the time since the row above up to a quarter of an hour, so that columns do not shift.
const DELTA_COLUMNS: usize = 8;

/// How far the lines of a dump are set in below the line of their record.
const DUMP_INDENT: &str = "    ";

impl TextExporter {
    /// An exporter for one text.
    pub fn new(options: TextOptions) -> TextExporter {
        let decoder = TextDecoder::new(options.encoding);
        TextExporter {
            decoded: options.decode.clone().map(DecodedRows::new),
            options,
            decoder,
            clock: RowClock::default(),
            line: String::new(),
            row: Represented::default(),
        }
    }

    fn push_columns(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let line = &mut self.line;
        if self.options.with_id {
            push_number(line, row.number);
            line.push_str("  ");
        }
        let time = self.clock.next(row);
        self.options.time.push_row(line, time.moment, time.first);
        line.push_str("  ");
        if self.options.with_delta {
            let start = line.len();
            if let Some(nanos) = time.after_ns {
                push_delta(line, nanos, self.options.time.precision);
            }
            let columns = match self.options.time.precision {
                TimePrecision::Millis => DELTA_COLUMNS,
                TimePrecision::Micros => DELTA_COLUMNS + 3,
                TimePrecision::Nanos => DELTA_COLUMNS + 6,
            };
            let spare = columns.saturating_sub(line.len() - start);
            line.insert_str(start, &" ".repeat(spare));
            line.push_str("  ");
        }
        let start = line.len();
        line.push_str(&peer_text(row.record));
        let named = row.record.peer.filter(|_| !self.options.names.is_empty());
        let ends = named.and_then(|peer| peers.ends(peer));
        if let Some(name) = ends.and_then(|ends| self.options.names.of(ends.remote)) {
            line.push(' ');
            line.push_str(name);
        }
        fill(line, start, PEER_COLUMNS);
        let start = line.len();
        if let Some(data) = row.record.bytes_of_any_layer() {
            push_number(line, data.bytes.len());
        }
        fill(line, start, LENGTH_COLUMNS);
    }

    fn push_content(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            ..RowStyle::new(Locale::of(self.options.language))
        };
        let carry = self.decoder.carry(row, peers);
        represent_row(&mut self.row, row, carry, &style);
        self.decoder.pass(row, peers);
        let is_told = self.decoded.as_mut().is_some_and(|decoded| {
            decoded.take_in(row, peers);
            decoded.push_line(row, self.options.language, &mut self.line)
        });
        if self.options.view == View::Dump && row.record.bytes_of_any_layer().is_some() {
            self.line.truncate(self.line.trim_end().len());
            for dumped in self.row.text.split('\n') {
                self.line.push('\n');
                self.line.push_str(DUMP_INDENT);
                self.line.push_str(dumped);
            }
        } else if !is_told {
            self.line.push_str(&self.row.text);
        }
        if let Some(begins) = row.match_begins {
            let number = begins.record.0.saturating_add(1);
            self.line.push_str("  (begins in ");
            push_number(&mut self.line, number);
            self.line.push_str(" at byte ");
            push_number(&mut self.line, begins.offset);
            self.line.push(')');
        }
        self.line.push('\n');
    }
}

impl Default for TextOptions {
    fn default() -> TextOptions {
        TextOptions {
            view: View::Text,
            encoding: TextEncoding::default(),
            time: TimeFormat::local().dated(),
            language: Language::English,
            with_delta: false,
            with_id: false,
            decode: None,
            names: PeerNames::default(),
        }
    }
}

impl Exporter for TextExporter {
    fn begin(&mut self, session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        self.clock = session.since.map(RowClock::since).unwrap_or_default();
        if let Some(decoded) = &mut self.decoded {
            decoded.begin(session);
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.push_columns(row, peers);
        self.push_content(row, peers);
        self.decoder.is_past(row.record);
        out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn fill(line: &mut String, start: usize, columns: usize) {
    let used = line[start..].chars().count();
    line.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    line.push(' ');
}

#[cfg(test)]
mod tests {
    use super::{TextExporter, TextOptions};
    use crate::codec::represent::View;
    use crate::codec::rows::Row;
    use crate::codec::time::TimeFormat;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::export::samples;
    use crate::model::peer_names::PeerNames;
    use crate::model::record::Direction;
    use jiff::tz::TimeZone;

    fn text(options: &TextOptions) -> String {
        let mut exporter =
            TextExporter::new(TextOptions { time: TimeFormat::in_zone(TimeZone::UTC), ..options.clone() });
        let mut out = Vec::new();
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        for record in [
            samples::joined(0),
            samples::data(1, Direction::Received, "你好".as_bytes().split_at(4).0),
            samples::data(2, Direction::Received, "你好".as_bytes().split_at(4).1),
        ] {
            exporter.row(&Row::of(&record), &mut SeenPeers::default(), &mut out).unwrap();
        }
        exporter.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_split_character_is_whole_in_the_record_that_completes_it() {
        let lines = text(&TextOptions::default());
        let lines: Vec<_> = lines.lines().collect();
        assert!(lines[0].starts_with("03:31:00.123  ● 1  "), "{}", lines[0]);
        assert!(lines[1].starts_with("03:31:00.124  ← 1   4      你"), "{}", lines[1]);
        assert!(lines[2].contains("← 1   2      ") && lines[2].contains('好'), "{}", lines[2]);
    }

    #[test]
    fn a_long_difference_shifts_no_column() {
        let mut exporter = TextExporter::new(TextOptions {
            time: TimeFormat::in_zone(TimeZone::UTC),
            with_delta: true,
            ..TextOptions::default()
        });
        let mut out = Vec::new();
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        for id in [0, 1, 12_345, 612_345] {
            let record = samples::data(id, Direction::Received, b"x");
            exporter.row(&Row::of(&record), &mut SeenPeers::default(), &mut out).unwrap();
        }
        let lines = String::from_utf8(out).unwrap();
        let places: Vec<_> = lines.lines().map(|line| line.find('←').unwrap()).collect();
        assert!(places.iter().all(|place| *place == places[0]), "{lines}");
    }

    #[test]
    fn a_peer_that_has_a_name_is_called_so() {
        let names = [("127.0.0.1".to_owned(), "PLC".to_owned())];
        let options = TextOptions {
            time: TimeFormat::in_zone(TimeZone::UTC),
            names: PeerNames::new(names.into()),
            ..TextOptions::default()
        };
        let mut exporter = TextExporter::new(options);
        let mut peers = SeenPeers::default();
        peers.see(&samples::joined(0));
        let mut out = Vec::new();
        let record = samples::data(1, Direction::Received, b"x");
        exporter.row(&Row::of(&record), &mut peers, &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(line.contains("← 1 PLC "), "{line}");
    }

    #[test]
    fn a_dump_stands_below_its_record() {
        let lines = text(&TextOptions { view: View::Dump, with_delta: true, ..TextOptions::default() });
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines[1], "03:31:00.124    +0.001  ← 1   4");
        assert!(lines[2].starts_with("    ") && lines[2].contains("E4 BD A0 E5"), "{}", lines[2]);
    }
}
