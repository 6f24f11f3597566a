//! The text of data records in the session's encoding, stream by stream, for formats with a text column. A character
//! that was cut by the border of two records stands whole in the record that completes it; a byte that is no
//! character is written `\xFF`.

use crate::codec::rows::Row;
use crate::codec::text::{Carry, PieceKind, StreamTable, TextEncoding, decode_with};
use crate::export::exporter::{ExportContext, PeerLookup};
use crate::model::config::SessionKind;
use crate::model::ids::{PeerId, RecordId};
use crate::model::record::{Body, Direction, Lifecycle, Record};
use std::collections::HashMap;

/// Decodes record after record.
#[derive(Clone, Debug, Default)]
pub(super) struct TextDecoder {
    encoding: TextEncoding,
    streams: StreamTable,
    /// Whether records are messages by themselves where a peer's own record does not say: such records end where they
    /// end, and nothing is carried into the next.
    messages_by_default: bool,
    /// What was seen last of each stream.
    seen: HashMap<Stream, Seen>,
    /// The row behind the last one.
    next_row: u64,
    /// How many gaps there were between rows.
    gaps: u64,
}

/// A peer's bytes of one direction.
type Stream = (Option<PeerId>, Direction);

/// What was seen of a stream.
#[derive(Clone, Copy, Debug)]
struct Seen {
    record: RecordId,
    /// How many gaps there had been by then.
    gaps: u64,
}

impl TextDecoder {
    pub(super) fn new(encoding: TextEncoding) -> TextDecoder {
        TextDecoder { encoding, ..TextDecoder::default() }
    }

    /// Learns what kind of session it is.
    pub(super) fn begin(&mut self, session: &ExportContext) {
        self.messages_by_default = session.kind == Some(SessionKind::Udp);
    }

    /// Shows the payload of a row, piece by piece: of a message by itself, of a record as the next of its stream.
    pub(super) fn visit(
        &mut self,
        row: &Row<'_>,
        peers: &mut dyn PeerLookup,
        mut show: impl FnMut(PieceKind<'_>),
    ) {
        let Some(data) = row.record.bytes_of_any_layer() else { return };
        match self.stream_of(row, peers) {
            Some(stream) => {
                self.catch_up(stream, row.record.id, peers);
                self.streams.decode_with(self.encoding, stream, &data.bytes, |piece| show(piece.kind));
            }
            None => visit_whole(self.encoding, &data.bytes, show),
        }
    }

    /// What the stream of a record left unfinished before it; nothing for a message.
    pub(super) fn carry(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) -> Carry {
        let Some(stream) = self.stream_of(row, peers) else { return Carry::default() };
        self.catch_up(stream, row.record.id, peers);
        *self.streams.carry_mut(stream)
    }

    /// Rows may be left out. What stands before a record in its stream is looked up where it need not be what was seen
    /// last, so that what a row shows is the same whatever is shown before it.
    fn catch_up(&mut self, stream: Stream, record: RecordId, peers: &mut dyn PeerLookup) {
        if record.0 != self.next_row {
            self.gaps += 1;
            self.next_row = record.0;
        }
        let seen = self.seen.insert(stream, Seen { record, gaps: self.gaps });
        if self.gaps == 0 || seen.is_some_and(|seen| seen.gaps == self.gaps) {
            return;
        }
        let last = seen.map(|seen| seen.record);
        if let Some(carry) = peers.carry_before(record, last, self.encoding) {
            *self.streams.carry_mut(stream) = carry;
        }
    }

    /// Goes on past a row whose text was made elsewhere.
    pub(super) fn pass(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) {
        if let (Some(stream), Some(data)) = (self.stream_of(row, peers), row.record.data()) {
            self.streams.pass(self.encoding, stream, &data.bytes);
        }
    }

    /// The stream that a row's bytes are a piece of; none for a message.
    fn stream_of(&self, row: &Row<'_>, peers: &mut dyn PeerLookup) -> Option<Stream> {
        let record = row.record;
        let data = record.data()?;
        let told = record.peer.and_then(|peer| peers.message_oriented(peer));
        let is_message = row.message.is_some() || told.unwrap_or(self.messages_by_default);
        (!is_message).then_some((record.peer, data.head.direction))
    }

    /// Is done with a row. Forgets the streams of a peer that left.
    pub(super) fn is_past(&mut self, record: &Record) {
        if record.id.0 == self.next_row {
            self.next_row += 1;
        }
        if let (Some(peer), Body::Lifecycle(Lifecycle::PeerLeft { .. })) = (record.peer, &record.body) {
            self.streams.forget(peer);
            self.seen.remove(&(Some(peer), Direction::Received));
            self.seen.remove(&(Some(peer), Direction::Sent));
        }
    }
}

/// Shows bytes that belong to no stream, piece by piece; what is unfinished at their end is no character.
fn visit_whole(encoding: TextEncoding, bytes: &[u8], mut show: impl FnMut(PieceKind<'_>)) {
    let mut carry = Carry::default();
    decode_with(encoding, &mut carry, bytes, |piece| {
        if !matches!(piece.kind, PieceKind::Pending(_)) {
            show(piece.kind);
        }
    });
    show(PieceKind::Undecoded(carry.bytes()));
}
