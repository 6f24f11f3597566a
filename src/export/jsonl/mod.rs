//! One JSON object per line: the machine's view of a session. The keys are a public interface and are only added to.
//!
//! `hex` is always the whole payload. `text` is its decoding; a byte that is no character is written `\xFF` in it (so
//! JSON shows `\\xFF`), and a character that is cut by the border of two records stands in the one that completes it.
//! Where streams are cut into messages, an object is a message: `records` says where it came from, and `id` and the time
//! are those of the record that it begins in.

mod event;
mod object;

use crate::codec::decode::DecodeChoice;
use crate::codec::framing::MessageEnd;
use crate::codec::rows::{Cut, Row};
use crate::codec::text::TextEncoding;
use crate::export::decoded::DecodedRows;
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::json_string::push_string;
use crate::export::jsonl::object::{push_data_end, push_data_start, push_piece, push_start};
use crate::export::line::{push_hex, push_number};
use crate::model::record::{Body, Layer};
use std::io::{self, Write};

/// How objects are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonlOptions {
    /// What the payload's characters are.
    pub encoding: TextEncoding,
    /// Say what messages mean, with these decoders.
    pub decode: Option<DecodeChoice>,
}

/// Writes JSON lines.
#[derive(Debug)]
pub struct JsonlExporter {
    decoder: TextDecoder,
    decoded: Option<DecodedRows>,
    line: String,
}

impl JsonlExporter {
    /// An exporter for one stream of objects.
    pub fn new(options: &JsonlOptions) -> JsonlExporter {
        JsonlExporter {
            decoder: TextDecoder::new(options.encoding),
            decoded: options.decode.clone().map(DecodedRows::new),
            line: String::new(),
        }
    }

    fn push_row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        if let Some(decoded) = &mut self.decoded {
            decoded.take_in(row, peers);
        }
        let record = row.record;
        let ends = record.peer.and_then(|peer| peers.ends(peer));
        let line = &mut self.line;
        match &record.body {
            Body::Data(data) | Body::Wire(data) => {
                push_start(line, record, "data");
                if record.is_wire() {
                    line.push_str(",\"layer\":");
                    push_string(line, Layer::Wire.word());
                }
                push_data_start(line, record.peer, ends, &data.head, data.bytes.len());
                push_hex(line, &data.bytes);
                line.push_str("\",\"text\":\"");
                self.decoder.visit(row, peers, |piece| push_piece(line, piece));
                line.push('"');
                if let Some(cut) = &row.message {
                    push_cut(line, cut);
                }
                push_data_end(line, &data.head);
                if let Some(decoded) = &mut self.decoded {
                    decoded.push_object(row, line);
                }
            }
            Body::Lifecycle(lifecycle) => {
                push_start(line, record, "lifecycle");
                event::push_lifecycle(line, lifecycle, record.peer, ends);
            }
            Body::Loss(loss) => {
                push_start(line, record, "loss");
                line.push_str(",\"what\":");
                push_string(line, loss.what.word());
                line.push_str(",\"count\":");
                push_number(line, loss.count);
                event::push_peer(line, record.peer, ends);
            }
            Body::Note(text) => {
                push_start(line, record, "note");
                line.push_str(",\"text\":");
                push_string(line, text);
                event::push_peer(line, record.peer, ends);
            }
            Body::Damaged => push_start(line, record, "damaged"),
            Body::Newer => push_start(line, record, "newer"),
        }
        if let Some(begins) = row.match_begins {
            line.push_str(",\"begins\":{\"id\":");
            push_number(line, begins.record.0);
            line.push_str(",\"offset\":");
            push_number(line, begins.offset);
            line.push('}');
        }
        line.push_str("}\n");
    }
}

impl Exporter for JsonlExporter {
    fn begin(&mut self, session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        if let Some(decoded) = &mut self.decoded {
            decoded.begin(session);
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.push_row(row, peers);
        self.decoder.is_past(row.record);
        out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Appends where a message was cut out.
fn push_cut(line: &mut String, cut: &Cut) {
    let (first, last) = cut.records();
    line.push_str(",\"records\":[");
    push_number(line, first.0);
    line.push(',');
    push_number(line, last.0);
    line.push(']');
    line.push_str(match cut.end {
        MessageEnd::Whole => "",
        MessageEnd::Incomplete => ",\"incomplete\":true",
        MessageEnd::Overlong => ",\"overlong\":true",
        MessageEnd::OutOfStep => ",\"out_of_step\":true",
    });
}
