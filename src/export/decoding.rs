//! The text of data records in the session's encoding, stream by stream, for formats with a text column. A character
//! that was cut by the border of two records stands whole in the record that completes it; a byte that is no
//! character is written `\xFF`.

use crate::codec::text::{Carry, PieceKind, StreamTable, TextEncoding, decode_with};
use crate::export::exporter::ExportContext;
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

    /// Shows the next record of its stream, piece by piece.
    pub(super) fn visit(&mut self, record: &Record, data: &Data, mut show: impl FnMut(PieceKind<'_>)) {
        if self.datagrams {
            return visit_whole(self.encoding, &data.bytes, show);
        }
        let stream = (record.peer, data.head.direction);
        self.streams.decode_with(self.encoding, stream, &data.bytes, |piece| show(piece.kind));
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
            self.streams.pass(self.encoding, (record.peer, data.head.direction), &data.bytes);
        }
    }

    /// Forgets the streams of a peer that left.
    pub(super) fn forget_if_left(&mut self, record: &Record) {
        if let (Some(peer), Body::Lifecycle(Lifecycle::PeerLeft { .. })) = (record.peer, &record.body) {
            self.streams.forget(peer);
        }
    }
}

/// Shows bytes that belong to no stream, piece by piece; what is unfinished at their end is no character.
pub(super) fn visit_whole(encoding: TextEncoding, bytes: &[u8], mut show: impl FnMut(PieceKind<'_>)) {
    let mut carry = Carry::default();
    decode_with(encoding, &mut carry, bytes, |piece| {
        if !matches!(piece.kind, PieceKind::Pending(_)) {
            show(piece.kind);
        }
    });
    show(PieceKind::Undecoded(carry.bytes()));
}
