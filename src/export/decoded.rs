//! What decoders find in rows, for formats that say it: one object for machines, one line for people.

use crate::codec::decode::{DecodeChoice, Entry, FieldKind, RowDecoder, Value, push_answer, summary};
use crate::codec::rows::Row;
use crate::export::exporter::{ExportContext, PeerLookup};
use crate::export::json_string::push_string;
use crate::export::line::{push_hex, push_number};
use crate::model::config::SessionKind;
use crate::util::locale::{Language, Locale};

/// Decodes rows where that was asked for.
#[derive(Clone, Debug)]
pub(super) struct DecodedRows {
    rows: RowDecoder,
    kind: Option<SessionKind>,
    name: String,
}

impl DecodedRows {
    pub(super) fn new(choice: DecodeChoice) -> DecodedRows {
        DecodedRows { rows: RowDecoder::new(choice), kind: None, name: String::new() }
    }

    /// Learns what kind of session it is.
    pub(super) fn begin(&mut self, session: &ExportContext) {
        self.kind = session.kind;
        self.rows.begin(session.kind);
    }

    /// Takes in the next row.
    pub(super) fn take_in(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        let ends = row.record.peer.and_then(|peer| peers.ends(peer)).map(|ends| (ends.local, ends.remote));
        let told = row.record.peer.and_then(|peer| peers.message_oriented(peer));
        let is_message = told.unwrap_or(self.kind == Some(SessionKind::Udp));
        self.rows.take_in(row, is_message, ends);
    }

    /// Appends `,"decoded":{…}` where a decoder goes with the row that was taken in last.
    pub(super) fn push_object(&mut self, row: &Row<'_>, line: &mut String) {
        let Some(message) = row.record.bytes_of_any_layer().map(|data| data.bytes.as_slice()) else { return };
        let Some(tree) = self.rows.tree(message) else { return };
        let Some(decoder) = tree.decoder() else { return };
        line.push_str(",\"decoded\":{\"protocol\":\"");
        line.push_str(decoder.name());
        line.push_str("\",\"summary\":");
        push_string(line, &summary(tree, message, Locale::of(Language::English)));
        if let Some(asked) = tree.asked() {
            line.push_str(",\"answers\":{\"id\":");
            push_number(line, asked.record.0);
            line.push_str(",\"after_ns\":");
            push_number(line, asked.after_ns);
            line.push('}');
        }
        line.push_str(",\"fields\":[");
        let mut is_first = true;
        for entry in tree.entries(message) {
            // A heading says nothing that its values do not.
            if entry.value() == Value::Nothing && entry.field().kind == FieldKind::Heading {
                continue;
            }
            line.push_str(if is_first { "" } else { "," });
            is_first = false;
            push_field(line, &entry, &mut self.name);
        }
        line.push_str("]}");
    }

    /// Appends the summary of the row that was taken in last, with what it answers; says whether there is one.
    pub(super) fn push_line(&mut self, row: &Row<'_>, language: Language, line: &mut String) -> bool {
        let Some(message) = row.record.bytes_of_any_layer().map(|data| data.bytes.as_slice()) else {
            return false;
        };
        let Some(tree) = self.rows.tree(message) else { return false };
        let locale = Locale::of(language);
        line.push_str(&summary(tree, message, locale));
        if let Some(asked) = tree.asked() {
            line.push_str(" · ");
            push_answer(asked, locale, line);
        }
        true
    }
}

fn push_field(line: &mut String, entry: &Entry<'_>, name: &mut String) {
    name.clear();
    entry.push_name(name);
    line.push_str("{\"name\":");
    push_string(line, name);
    line.push_str(",\"value\":");
    match entry.value() {
        Value::Nothing => line.push_str("null"),
        Value::Flag(flag) => line.push_str(if flag { "true" } else { "false" }),
        Value::Unsigned(number) => push_number(line, number),
        Value::Signed(number) => push_number(line, number),
        // JSON has no word for what is no number.
        Value::Float(number) if !number.is_finite() => line.push_str("null"),
        Value::Float(number) => line.push_str(&number.to_string()),
        Value::Text(text) => push_string(line, text),
        Value::Bytes(bytes) => {
            line.push('"');
            push_hex(line, bytes);
            line.push('"');
        }
        Value::Address(address) => push_string(line, &address.to_string()),
        Value::Duration(_) => entry.value().push_plain(entry.field().kind, line),
    }
    if let Some(range) = entry.range() {
        line.push_str(",\"range\":[");
        push_number(line, range.start);
        line.push(',');
        push_number(line, range.end);
        line.push(']');
    }
    line.push('}');
}
