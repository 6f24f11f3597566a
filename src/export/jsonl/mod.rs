//! One JSON object per line: the machine's view of a session. The keys are a public interface and are only added to.
//!
//! `hex` is always the whole payload. `text` is its decoding; a byte that is no character is written `\xFF` in it (so
//! JSON shows `\\xFF`), and a character that is cut by the border of two records stands in the one that completes it.

mod event;
mod message;
mod object;

use crate::codec::text::TextEncoding;
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use crate::export::jsonl::message::MessageCutter;
use crate::export::jsonl::object::{push_data_end, push_data_start, push_piece, push_start, push_string};
use crate::export::line::{push_hex, push_number};
use crate::model::config::SessionKind;
use crate::model::framing::Framing;
use crate::model::record::{Body, Record};
use std::io::{self, Write};

/// How objects are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonlOptions {
    /// What the payload's characters are.
    pub encoding: TextEncoding,
    /// How streams are cut into messages; each object is then a message instead of a data record.
    pub split: Framing,
}

/// Writes JSON lines.
#[derive(Debug)]
pub struct JsonlExporter {
    decoder: TextDecoder,
    cutter: Option<MessageCutter>,
    line: String,
}

impl JsonlExporter {
    /// An exporter for one stream of objects.
    pub fn new(options: &JsonlOptions) -> JsonlExporter {
        let cutter = (options.split != Framing::None)
            .then(|| MessageCutter::new(options.split.clone(), options.encoding));
        JsonlExporter { decoder: TextDecoder::new(options.encoding), cutter, line: String::new() }
    }

    /// When the next message ends by silence alone, on the monotonic clock; nothing waits if `None`.
    pub fn deadline_mono_ns(&self) -> Option<u64> {
        self.cutter.as_ref().and_then(MessageCutter::deadline_mono_ns)
    }

    /// Writes the messages that silence has ended by now.
    pub fn end_silent(&mut self, now_mono_ns: u64, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        if let Some(cutter) = &mut self.cutter {
            cutter.end_silent(&mut self.line, now_mono_ns);
        }
        out.write_all(self.line.as_bytes())
    }

    fn push_record(&mut self, record: &Record, peers: &mut dyn PeerLookup) {
        let ends = record.peer.and_then(|peer| peers.ends(peer));
        let line = &mut self.line;
        match &record.body {
            Body::Data(data) => {
                push_start(line, record, "data");
                push_data_start(line, record.peer, ends, &data.head, data.bytes.len());
                push_hex(line, &data.bytes);
                line.push_str("\",\"text\":\"");
                self.decoder.visit(record, data, |piece| push_piece(line, piece));
                line.push('"');
                push_data_end(line, &data.head);
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
        }
        line.push_str("}\n");
    }
}

impl Exporter for JsonlExporter {
    fn begin(&mut self, session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        self.decoder.begin(session);
        if let Some(cutter) = &mut self.cutter {
            cutter.cut_datagrams(session.kind == Some(SessionKind::Udp));
        }
        Ok(())
    }

    fn record(&mut self, record: &Record, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        let is_data = record.data().is_some();
        if let Some(cutter) = &mut self.cutter {
            cutter.push(&mut self.line, record, peers);
        }
        if !is_data || self.cutter.is_none() {
            self.push_record(record, peers);
        }
        self.decoder.forget_if_left(record);
        out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        if let Some(cutter) = &mut self.cutter {
            cutter.finish(&mut self.line);
        }
        out.write_all(self.line.as_bytes())
    }
}
