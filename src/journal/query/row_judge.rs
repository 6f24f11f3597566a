//! Judges rows of which everything was read, one after the other: records, or messages that were cut out of them.

use crate::codec::expression::{FieldDecoder, JudgeMemory, RowFacts, Variables};
use crate::codec::rows::Row;
use crate::codec::text::Carry;
use crate::journal::error::JournalError;
use crate::journal::known_peers::KnownPeers;
use crate::journal::message_peers::MessagePeers;
use crate::journal::query::predicate::Predicate;
use crate::journal::reader::JournalReader;
use std::cell::RefCell;

/// A predicate, and what has to be known besides a row.
#[derive(Debug)]
pub struct RowJudge {
    pub(super) predicate: Predicate,
    pub(super) memory: JudgeMemory,
    pub(super) peers: RefCell<KnownPeers>,
    pub(super) messages: MessagePeers,
    fields: Option<RefCell<FieldDecoder>>,
}

impl RowJudge {
    /// A predicate over the rows of this journal.
    pub fn new(reader: &JournalReader, predicate: Predicate) -> RowJudge {
        let fields = FieldDecoder::new(predicate.judge().decoded_names(), predicate.decode());
        let fields = fields.map(|mut fields| {
            fields.begin(reader.info().kind);
            RefCell::new(fields)
        });
        RowJudge {
            predicate,
            memory: JudgeMemory::default(),
            peers: RefCell::new(KnownPeers::new(reader.clone())),
            messages: MessagePeers::new(reader.clone()),
            fields,
        }
    }

    /// Whether every row has to be shown to it, in order: an answer belongs to what was asked before.
    pub fn decodes(&self) -> bool {
        self.fields.is_some()
    }

    /// Judges rows that may still change: what is learnt of them is forgotten.
    pub(in crate::journal) fn for_now<T>(&mut self, judge: impl FnOnce(&mut RowJudge) -> T) -> T {
        let before = self.fields.clone();
        let judged = judge(self);
        self.fields = before;
        judged
    }

    /// Whether a row is wanted. `carry` is what its stream left unfinished before it; nothing for a message.
    pub fn wants(
        &mut self,
        row: &Row<'_>,
        carry: Carry,
        after_ns: Option<i64>,
    ) -> Result<bool, JournalError> {
        let peer = row.record.peer;
        let ends =
            peer.and_then(|peer| self.peers.get_mut().info(peer)).map(|peer| (peer.local, peer.remote));
        if let Some(fields) = &mut self.fields {
            let is_message = self.messages.is_message_oriented(peer)?;
            fields.get_mut().take_in(row, is_message, ends);
        }
        if row.record.is_wire() && !self.predicate.wants_wire() {
            return Ok(false);
        }
        let facts = RowFacts { row, after_ns, carry, ends, decoder: self.fields.as_ref() };
        // What one row has caught is not known to the next.
        self.memory.variables = Variables::new();
        Ok(self.predicate.judge().matches(&facts, &mut self.memory))
    }
}
