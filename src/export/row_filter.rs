//! Lets only those rows through that an expression wants, whatever becomes of them: records, or messages where streams
//! are cut. It knows no format.

use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Expression, Field, FieldDecoder, Judge, JudgeMemory, RowFacts, Variables};
use crate::codec::rows::{Row, RowClock};
use crate::codec::text::{Carry, TextEncoding};
use crate::codec::time::TimeFormat;
use crate::export::decoding::TextDecoder;
use crate::export::exporter::{ExportContext, Exporter, PeerLookup};
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};

/// Judges row after row. Every row has to be shown to it: a character may begin in one and end in the next, and an
/// answer belongs to what was asked before.
#[derive(Debug)]
pub struct RowFilter {
    judge: Judge,
    memory: JudgeMemory,
    context: RowContext,
    asks_for_layer: bool,
}

/// An exporter behind a filter.
pub struct FilteredExporter {
    filter: RowFilter,
    inner: Box<dyn Exporter + Send>,
}

/// What has to be known of the rows before a row, so that it can be asked for everything.
#[derive(Debug)]
pub(super) struct RowContext {
    session: Option<ExportContext>,
    clock: RowClock,
    decoder: TextDecoder,
    fields: Option<RefCell<FieldDecoder>>,
}

impl RowFilter {
    /// Judges rows by an expression, in the characters of an encoding.
    pub fn new(
        expression: &Expression,
        encoding: TextEncoding,
        decode: &DecodeChoice,
        time: &TimeFormat,
    ) -> RowFilter {
        let judge = expression.judge(encoding, time);
        let context = RowContext::new(encoding, FieldDecoder::new(judge.decoded_names(), decode));
        let asks_for_layer = expression.asks_for(Field::Layer);
        RowFilter { judge, memory: JudgeMemory::default(), context, asks_for_layer }
    }

    /// Learns what kind of session it is.
    pub fn begin(&mut self, session: &ExportContext) {
        self.context.begin(session);
    }

    /// Whether bytes of the layer below the payload may be wanted: only where the expression speaks of layers.
    pub fn wants_wire(&self) -> bool {
        self.asks_for_layer
    }

    /// Whether the next row is wanted.
    pub fn wants(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup) -> bool {
        let RowFilter { judge, memory, context, .. } = self;
        // What one row has caught is not known to the next.
        memory.variables = Variables::new();
        context.next(row, peers, |facts| judge.matches(facts, memory))
    }
}

impl RowContext {
    pub(super) fn new(encoding: TextEncoding, fields: Option<FieldDecoder>) -> RowContext {
        RowContext {
            session: None,
            clock: RowClock::default(),
            decoder: TextDecoder::new(encoding),
            fields: fields.map(RefCell::new),
        }
    }

    pub(super) fn begin(&mut self, session: &ExportContext) {
        self.decoder.begin(session);
        if let Some(fields) = &mut self.fields {
            fields.get_mut().begin(session.kind);
        }
        self.session = Some(session.clone());
    }

    /// Asks the next row.
    pub(super) fn next<T>(
        &mut self,
        row: &Row<'_>,
        peers: &mut dyn PeerLookup,
        ask: impl FnOnce(&RowFacts<'_>) -> T,
    ) -> T {
        let peer = row.record.peer;
        let ends = peer.and_then(|peer| peers.ends(peer)).map(|ends| (ends.local, ends.remote));
        if let (Some(fields), Some(session)) = (&mut self.fields, &self.session) {
            let is_message_oriented = session.is_message_oriented(peer, peers);
            fields.get_mut().take_in(row, is_message_oriented, ends);
        }
        let facts = RowFacts {
            row,
            after_ns: self.clock.next(row).after_ns,
            carry: if row.message.is_some() { Carry::default() } else { self.decoder.carry(row, peers) },
            ends,
            decoder: self.fields.as_ref(),
        };
        let answer = ask(&facts);
        self.decoder.pass(row, peers);
        self.decoder.is_past(row.record);
        answer
    }
}

impl FilteredExporter {
    /// Puts a filter before an exporter.
    pub fn new(filter: RowFilter, inner: Box<dyn Exporter + Send>) -> FilteredExporter {
        FilteredExporter { filter, inner }
    }
}

impl fmt::Debug for FilteredExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilteredExporter").field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl Exporter for FilteredExporter {
    fn begin(&mut self, session: &ExportContext, out: &mut dyn Write) -> io::Result<()> {
        self.filter.begin(session);
        self.inner.begin(session, out)
    }

    fn row(&mut self, row: &Row<'_>, peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        if self.filter.wants(row, peers) { self.inner.row(row, peers, out) } else { Ok(()) }
    }

    fn wants_wire(&self) -> bool {
        self.filter.wants_wire() || self.inner.wants_wire()
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.inner.finish(out)
    }
}
