//! One page that opens anywhere: a table with a search box, its style and script inside it, nothing fetched. All that
//! comes from the session is escaped.

use crate::codec::represent::{Represented, RowStyle, Tone, View, peer_text, represent_row, tone};
use crate::codec::rows::{Row, RowClock};
use crate::codec::text::TextEncoding;
use crate::codec::time::{TimeFormat, rfc3339_utc};
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::line::push_number;
use crate::util::locale::{Language, Locale};
use std::io::{self, Write};

/// The page up to its title, and from there to the table.
const PAGE_START: &str = include_str!("html/start.html");
const PAGE_MIDDLE: &str = include_str!("html/middle.html");
const PAGE_END: &str = include_str!("html/end.html");

/// How the page is written.
#[derive(Clone, Debug)]
pub struct HtmlOptions {
    /// How payload is shown.
    pub view: View,
    /// What its characters are.
    pub encoding: TextEncoding,
    /// How times are shown.
    pub time: TimeFormat,
    /// The language of events and remarks.
    pub language: Language,
}

/// Writes a page.
#[derive(Clone, Debug)]
pub struct HtmlExporter {
    options: HtmlOptions,
    decoder: TextDecoder,
    clock: RowClock,
    line: String,
    cell: String,
    row: Represented,
}

impl HtmlExporter {
    /// An exporter for one page.
    pub fn new(options: HtmlOptions) -> HtmlExporter {
        let decoder = TextDecoder::new(options.encoding);
        HtmlExporter {
            options,
            decoder,
            clock: RowClock::default(),
            line: String::new(),
            cell: String::new(),
            row: Represented::default(),
        }
    }

    fn push_row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let style = RowStyle {
            view: self.options.view,
            encoding: self.options.encoding,
            ..RowStyle::new(Locale::of(self.options.language))
        };
        let record = row.record;
        let carry = self.decoder.carry(row, peers);
        represent_row(&mut self.row, row, carry, &style);
        self.decoder.pass(row, peers);
        let line = &mut self.line;
        line.push_str("<tr class=");
        line.push_str(match tone(record) {
            Tone::Received => "rx",
            Tone::Sent => "tx",
            Tone::Event => "ev",
            Tone::Error => "er",
        });
        line.push_str("><td>");
        push_number(line, row.number);
        line.push_str("<td title=\"");
        line.push_str(&rfc3339_utc(record.at.wall_ns));
        line.push_str("\">");
        let time = self.clock.next(row);
        self.options.time.push_row(line, time.moment, time.first);
        line.push_str("<td");
        if let Some(ends) = record.peer.and_then(|peer| peers.ends(peer)) {
            line.push_str(" title=\"");
            line.push_str(&ends.remote.to_string());
            line.push('"');
        }
        line.push('>');
        line.push_str(&peer_text(record));
        line.push_str("<td>");
        if let Some(data) = record.bytes_of_any_layer() {
            push_number(line, data.bytes.len());
        }
        line.push_str("<td>");
        push_escaped(line, &self.row.text);
        line.push('\n');
    }
}

impl Default for HtmlOptions {
    fn default() -> HtmlOptions {
        HtmlOptions {
            view: View::Text,
            encoding: TextEncoding::default(),
            time: TimeFormat::local(),
            language: Language::English,
        }
    }
}

impl Exporter for HtmlExporter {
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        self.cell.clear();
        push_escaped(&mut self.cell, &session.session_name);
        let mut program = String::new();
        push_escaped(&mut program, &session.program);
        let title = if self.cell.is_empty() { program.as_str() } else { self.cell.as_str() };
        for part in [PAGE_START.trim_end(), title, PAGE_MIDDLE.trim_end()] {
            out.write_all(part.as_bytes())?;
        }
        out.write_all(b"\n")
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.push_row(row, peers);
        self.decoder.is_past(row.record);
        out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(PAGE_END.as_bytes())
    }
}

/// Appends text so that no part of it can be taken for markup.
fn push_escaped(line: &mut String, text: &str) {
    let mut plain_from = 0;
    for (place, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        line.push_str(&text[plain_from..place]);
        line.push_str(escaped);
        plain_from = place + 1;
    }
    line.push_str(&text[plain_from..]);
}

#[cfg(test)]
mod tests {
    use super::{HtmlExporter, HtmlOptions};
    use crate::codec::rows::Row;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::export::samples;
    use crate::model::record::{Body, Direction};

    #[test]
    fn nothing_from_the_session_becomes_markup() {
        let mut exporter = HtmlExporter::new(HtmlOptions::default());
        let mut out = Vec::new();
        let attack = "</table><script>alert('1')</script>\"&";
        exporter.begin(&ExportContext::new(attack, None), &mut out).unwrap();
        for record in [
            samples::data(1, Direction::Received, attack.as_bytes()),
            samples::record(2, 0, Body::Note(attack.to_owned())),
        ] {
            exporter.row(&Row::of(&record), &mut SeenPeers::default(), &mut out).unwrap();
        }
        exporter.finish(&mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(!page.contains("<script>alert"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;alert(&#39;1&#39;)").count(), 3);
        assert_eq!((page.matches("<tr class=rx>").count(), page.matches("</table>").count()), (1, 1));
        assert!(!page.contains("http"), "the page must not fetch anything");
    }
}
