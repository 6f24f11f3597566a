//! What the sheet shows, as text: the chosen view, encoding, language and time. One line per record; a dump has its
//! lines below it.

use crate::codec::represent::{Represented, RowStyle, View, peer_text, represent_into};
use crate::codec::text::{Carry, TextEncoding};
use crate::codec::time::{TimeFormat, TimePrecision, push_delta};
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::line::push_number;
use crate::model::moment::Moment;
use crate::model::record::Record;
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
    /// A column with the record's number.
    pub with_id: bool,
}

/// Writes text.
#[derive(Clone, Debug)]
pub struct TextExporter {
    options: TextOptions,
    decoder: TextDecoder,
    first: Option<Moment>,
    previous_mono_ns: Option<u64>,
    line: String,
    row: Represented,
}

/// Narrow columns are filled up to these widths, so that payloads stand below each other.
const PEER_COLUMNS: usize = 5;
const LENGTH_COLUMNS: usize = 6;

/// How far the lines of a dump are set in below the line of their record.
const DUMP_INDENT: &str = "    ";

impl TextExporter {
    /// An exporter for one text.
    pub fn new(options: TextOptions) -> TextExporter {
        let decoder = TextDecoder::new(options.encoding);
        TextExporter {
            options,
            decoder,
            first: None,
            previous_mono_ns: None,
            line: String::new(),
            row: Represented::default(),
        }
    }

    fn push_columns(&mut self, record: &Record) {
        let line = &mut self.line;
        if self.options.with_id {
            push_number(line, record.id.0);
            line.push_str("  ");
        }
        let moment = Moment::of(record);
        let first = *self.first.get_or_insert(moment);
        self.options.time.push_row(line, moment, first);
        line.push_str("  ");
        if self.options.with_delta {
            let mono_ns = record.at.mono_ns;
            let previous = self.previous_mono_ns.replace(mono_ns).unwrap_or(mono_ns);
            push_delta(line, mono_ns.wrapping_sub(previous).cast_signed(), TimePrecision::Millis);
            line.push_str("  ");
        }
        let start = line.len();
        line.push_str(&peer_text(record));
        fill(line, start, PEER_COLUMNS);
        let start = line.len();
        if let Some(data) = record.data() {
            push_number(line, data.bytes.len());
        }
        fill(line, start, LENGTH_COLUMNS);
    }

    fn push_row(&mut self, record: &Record) {
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            ..RowStyle::new(Locale::of(self.options.language))
        };
        match record.data() {
            None => represent_into(&mut self.row, record, Carry::default(), &style),
            Some(data) => {
                let carry = self.decoder.carry(record, data);
                represent_into(&mut self.row, record, carry, &style);
                self.decoder.pass(record, data);
            }
        }
        if self.options.view == View::Dump && record.data().is_some() {
            self.line.truncate(self.line.trim_end().len());
            for dumped in self.row.text.split('\n') {
                self.line.push('\n');
                self.line.push_str(DUMP_INDENT);
                self.line.push_str(dumped);
            }
        } else {
            self.line.push_str(&self.row.text);
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
        }
    }
}

impl Exporter for TextExporter {
    fn begin(&mut self, session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        Ok(())
    }

    fn record(
        &mut self,
        record: &Record,
        _peers: &mut dyn PeerLookup,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.line.clear();
        self.push_columns(record);
        self.push_row(record);
        self.decoder.forget_if_left(record);
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
    use crate::codec::time::TimeFormat;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::export::samples;
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
            exporter.record(&record, &mut SeenPeers::default(), &mut out).unwrap();
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
    fn a_dump_stands_below_its_record() {
        let lines = text(&TextOptions { view: View::Dump, with_delta: true, ..TextOptions::default() });
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines[1], "03:31:00.124  +0.001  ← 1   4");
        assert!(lines[2].starts_with("    ") && lines[2].contains("E4 BD A0 E5"), "{}", lines[2]);
    }
}
