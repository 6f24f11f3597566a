//! The text of data records in the session's encoding, stream by stream, for formats with a text column. A character
//! that was cut by the border of two records stands whole in the record that completes it; a byte that is no
//! character is written `\xFF`.

use crate::codec::text::{Carry, StreamTable, TextEncoding, decode};
use crate::export::exporter::ExportContext;
use crate::export::line::push_escaped_bytes;
use crate::model::config::SessionKind;
use crate::model::record::{Body, Data, Lifecycle, Record};

/// Decodes record after record.
#[derive(Clone, Debug, Default)]
pub(super) struct TextDecoder {
    encoding: TextEncoding,
    streams: StreamTable,
    /// Datagrams end where they end: nothing is carried into the next.
    datagrams: bool,
}

impl TextDecoder {
    pub(super) fn new(encoding: TextEncoding) -> TextDecoder {
        TextDecoder { encoding, ..TextDecoder::default() }
    }

    /// Learns what kind of session it is.
    pub(super) fn begin(&mut self, session: &ExportContext) {
        self.datagrams = session.kind == Some(SessionKind::Udp);
    }

    /// The text of the next record of its stream.
    pub(super) fn text(&mut self, record: &Record, data: &Data) -> String {
        if self.datagrams {
            return whole_text(self.encoding, &data.bytes);
        }
        self.streams.decode(self.encoding, (record.peer, data.head.direction), &data.bytes).text
    }

    /// What the stream of this record left unfinished before it.
    pub(super) fn carry(&mut self, record: &Record, data: &Data) -> Carry {
        if self.datagrams {
            return Carry::default();
        }
        *self.streams.carry_mut((record.peer, data.head.direction))
    }

    /// Goes on past a record whose text was made elsewhere.
    pub(super) fn pass(&mut self, record: &Record, data: &Data) {
        if !self.datagrams {
            self.streams.decode_with(
                self.encoding,
                (record.peer, data.head.direction),
                &data.bytes,
                |_piece| {},
            );
        }
    }

    /// Forgets the streams of a peer that left.
    pub(super) fn forget_if_left(&mut self, record: &Record) {
        if let (Some(peer), Body::Lifecycle(Lifecycle::PeerLeft { .. })) = (record.peer, &record.body) {
            self.streams.forget(peer);
        }
    }
}

/// The text of bytes that belong to no stream.
pub(super) fn whole_text(encoding: TextEncoding, bytes: &[u8]) -> String {
    let mut carry = Carry::default();
    let mut text = decode(encoding, &mut carry, bytes).text;
    push_escaped_bytes(&mut text, carry.bytes());
    text
}
