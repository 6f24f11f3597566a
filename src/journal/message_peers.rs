//! Which peers send messages and not a stream, remembered: whoever goes over many records asks for each of them. It
//! must not know what is done with the answer.

use crate::journal::error::JournalError;
use crate::journal::reader::JournalReader;
use crate::model::ids::PeerId;
use std::collections::HashMap;

/// Past so many peers the journal is asked again.
const KNOWN_PEERS_LIMIT: usize = 4096;

/// What is known of the peers of one journal.
#[derive(Debug)]
pub struct MessagePeers {
    reader: JournalReader,
    /// The last one that was asked for: records of one peer mostly follow each other.
    last: Option<(Option<PeerId>, bool)>,
    known: HashMap<Option<PeerId>, bool>,
}

impl MessagePeers {
    /// Nothing is known yet.
    pub fn new(reader: JournalReader) -> MessagePeers {
        MessagePeers { reader, last: None, known: HashMap::new() }
    }

    /// Whether each record of this peer is a message by itself, and no piece of a stream.
    pub fn is_message_oriented(&mut self, peer: Option<PeerId>) -> Result<bool, JournalError> {
        if let Some((_, told)) = self.last.filter(|(last, _)| *last == peer) {
            return Ok(told);
        }
        let told = match self.known.get(&peer) {
            Some(told) => *told,
            None => self.reader.is_message_oriented(peer)?,
        };
        if self.known.len() >= KNOWN_PEERS_LIMIT {
            self.known.clear();
        }
        self.known.insert(peer, told);
        self.last = Some((peer, told));
        Ok(told)
    }
}
