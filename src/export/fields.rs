//! Chosen fields of every row, one line a row and a tab between two: for scripts, and to be compared with what other
//! tools print. The names are those of expressions.

use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Expression, Fact, Facts, Field, FieldDecoder, RowFacts, RowKind, Subject};
use crate::codec::rows::Row;
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::codec::time::push_rfc3339_utc;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::line::{push_hex, push_number, push_seconds};
use crate::export::row_filter::RowContext;
use crate::model::record::{Direction, Origin};
use std::io::{self, Write};

/// What rows without payload have.
const OF_OTHER_ROWS: [Field; 5] = [Field::Kind, Field::Event, Field::Reason, Field::Note, Field::Mark];

/// Writes fields.
#[derive(Debug)]
pub struct FieldsExporter {
    fields: Vec<Subject>,
    encoding: TextEncoding,
    context: RowContext,
    /// Rows without payload were asked for.
    wants_other_rows: bool,
    line: String,
}

impl FieldsExporter {
    /// Writes these fields, of the characters of an encoding, with these decoders.
    pub fn new(fields: Vec<Subject>, encoding: TextEncoding, decode: &DecodeChoice) -> FieldsExporter {
        let decoded = fields.iter().filter(|field| matches!(field, Subject::Decoded(_))).map(Subject::name);
        let context = RowContext::new(encoding, FieldDecoder::new(decoded, decode));
        FieldsExporter { fields, encoding, context, wants_other_rows: false, line: String::new() }
    }

    /// The same of the rows that an expression wants: one that speaks of events and remarks asks for them, too.
    #[must_use]
    pub fn of_rows(self, expression: &Expression) -> FieldsExporter {
        let wants_other_rows = OF_OTHER_ROWS.iter().any(|field| expression.asks_for(*field));
        FieldsExporter { wants_other_rows, ..self }
    }

    /// Rows without payload are told only where one of the fields is theirs.
    fn tells_other_rows(&self) -> bool {
        self.fields.iter().any(|field| {
            let Subject::Field(field) = field else { return false };
            OF_OTHER_ROWS.contains(field)
        })
    }
}

impl Exporter for FieldsExporter {
    fn begin(&mut self, session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        self.context.begin(session);
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        let is_payload = row.record.bytes_of_any_layer().is_some();
        let names_other_rows = self.tells_other_rows();
        let tells = is_payload || names_other_rows || self.wants_other_rows;
        let FieldsExporter { fields, encoding, context, line, .. } = self;
        line.clear();
        context.next(row, peers, |facts| {
            for (place, field) in fields.iter().enumerate().filter(|_| tells) {
                line.push_str(if place > 0 { "\t" } else { "" });
                push_field(line, field, facts, *encoding);
            }
        });
        // A row that has none of the fields says nothing, unless it is a message.
        let is_empty = || line.bytes().all(|byte| byte == b'\t');
        if !tells || !is_payload && !names_other_rows && is_empty() {
            return Ok(());
        }
        line.push('\n');
        out.write_all(line.as_bytes())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn push_field(line: &mut String, field: &Subject, facts: &RowFacts<'_>, encoding: TextEncoding) {
    match field {
        Subject::Field(field) => push_own(line, *field, facts, encoding),
        Subject::Decoded(name) => push_decoded(line, name, facts),
        Subject::Words | Subject::Variable(_) => {}
    }
}

fn push_own(line: &mut String, field: Field, facts: &RowFacts<'_>, encoding: TextEncoding) {
    let push_word = |line: &mut String, word: Fact<&str>| {
        if let Fact::Is(word) = word {
            push_escaped(line, word);
        }
    };
    match field {
        Field::Dir => push_word(line, facts.direction().map(Direction::word)),
        Field::Origin => push_word(line, facts.origin().map(Origin::word)),
        Field::Kind => push_word(line, Fact::Is(facts.kind().word())),
        Field::Event => push_word(line, facts.event()),
        Field::Reason => push_word(line, facts.reason()),
        Field::Layer => push_word(line, facts.layer()),
        Field::Note => push_word(line, facts.note()),
        Field::Mark => push_word(line, facts.mark()),
        Field::Whole => {
            push_word(line, facts.whole().map(|is_whole| if is_whole { "true" } else { "false" }));
        }
        Field::Remote | Field::Local => {
            let end = if field == Field::Local { facts.local() } else { facts.remote() };
            if let Fact::Is(end) = end {
                line.push_str(&end.to_string());
            }
        }
        Field::Peer => push_count(line, facts.peer().map(|peer| peer.get().into())),
        Field::Len => push_count(line, facts.data_bytes()),
        Field::Epoch => push_count(line, facts.epoch().map(|epoch| epoch.0.into())),
        Field::Time => {
            if let Fact::Is(wall_ns) = facts.wall_ns() {
                push_rfc3339_utc(line, wall_ns);
            }
        }
        Field::Delta => {
            if let Fact::Is(nanos) = facts.delta_ns() {
                push_seconds(line, nanos);
            }
        }
        Field::Text | Field::Hex | Field::Bytes => push_payload(line, field, facts, encoding),
    }
}

fn push_count(line: &mut String, count: Fact<u64>) {
    if let Fact::Is(count) = count {
        push_number(line, count);
    }
}

fn push_payload(line: &mut String, field: Field, facts: &RowFacts<'_>, encoding: TextEncoding) {
    let Fact::Is(content) = facts.content() else { return };
    if field != Field::Text {
        if facts.kind() == RowKind::Data {
            push_hex(line, content.bytes);
        }
        return;
    }
    let mut carry: Carry = content.carry;
    let encoding = content.encoding.unwrap_or(encoding);
    push_escaped(line, &decode(encoding, &mut carry, content.bytes).text);
}

/// All values of a field that a decoder found, a comma between two.
fn push_decoded(line: &mut String, name: &str, facts: &RowFacts<'_>) {
    let (Some(decoder), Some(data)) = (facts.decoder, facts.row.record.bytes_of_any_layer()) else { return };
    let mut is_first = true;
    let mut value = String::new();
    decoder.borrow_mut().visit(name, &data.bytes, |entry| {
        line.push_str(if is_first { "" } else { "," });
        is_first = false;
        value.clear();
        entry.value().push_plain(entry.field().kind, &mut value);
        push_escaped(line, &value);
        false
    });
}

/// Appends a value that must neither end the line nor look like the next one.
fn push_escaped(line: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            _ => line.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FieldsExporter;
    use crate::codec::decode::DecodeChoice;
    use crate::codec::expression::parse_fields;
    use crate::codec::rows::Row;
    use crate::codec::text::TextEncoding;
    use crate::export::exporter::{ExportContext, Exporter, SeenPeers};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, Data, DataHead, Direction, Lifecycle, Record};
    use crate::util::clock::Stamp;

    fn record(id: u64, body: Body) -> Record {
        let at = Stamp { wall_ns: 1_795_256_523_500_000_000, mono_ns: 1_000_000 * id };
        Record { id: RecordId(id), at, epoch: Epoch(1), peer: PeerId::new(3), body }
    }

    fn data(id: u64, direction: Direction, bytes: &[u8]) -> Record {
        let head = DataHead { direction, ..DataHead::received() };
        record(id, Body::Data(Data { head, bytes: bytes.to_vec() }))
    }

    fn lines(fields: &str) -> String {
        let joined = Lifecycle::PeerJoined {
            local: "127.0.0.1:502".parse().unwrap(),
            remote: "127.0.0.1:40000".parse().unwrap(),
            message_oriented: Some(true),
            process: None,
        };
        let records = [
            record(0, Body::Lifecycle(joined)),
            data(1, Direction::Received, b"\0\x07\0\0\0\x06\x01\x03\0\x01\0\x02"),
            data(2, Direction::Sent, b"\0\x07\0\0\0\x07\x01\x03\x04\0\x0A\0\x0B"),
            data(3, Direction::Received, b"\xCE\xC2\t\r\n"),
        ];
        let fields = parse_fields(fields).unwrap();
        let mut exporter = FieldsExporter::new(fields, TextEncoding::GBK, &DecodeChoice::Auto);
        let mut out = Vec::new();
        let mut peers = SeenPeers::default();
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        for record in &records {
            peers.see(record);
            exporter.row(&Row::of(record), &mut peers, &mut out).unwrap();
        }
        exporter.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_a_message_and_a_tab_between_two_fields() {
        for (fields, text) in [
            ("dir,len,remote", "rx\t12\t127.0.0.1:40000\ntx\t13\t127.0.0.1:40000\nrx\t5\t127.0.0.1:40000\n"),
            ("modbus.func_code,mbtcp.trans_id,modbus.regnum16", "3\t7\t\n3\t7\t1,2\n\t\t\n"),
            (
                "text,peer",
                "\0\u{7}\0\0\0\u{6}\u{1}\u{3}\0\u{1}\0\u{2}\t3\n\0\u{7}\0\0\0\u{7}\u{1}\u{3}\u{4}\0\\n\0\u{b}\t3\n温\\t\\r\\n\t3\n",
            ),
            ("event,kind,whole", "peer_joined\tevent\t\n\tdata\ttrue\n\tdata\ttrue\n\tdata\ttrue\n"),
            (
                "delta,time,hex",
                "0.001000000\t2026-11-21T10:22:03.500000000Z\t000700000006010300010002\n\
                 0.001000000\t2026-11-21T10:22:03.500000000Z\t00070000000701030400\
                 0a000b\n\
                 0.001000000\t2026-11-21T10:22:03.500000000Z\tcec2090d0a\n",
            ),
        ] {
            assert_eq!(lines(fields), text, "{fields}");
        }
    }
}
