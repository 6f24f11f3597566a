//! Peers of a journal, remembered: whoever goes over many records asks for each of them. It must not know what is done
//! with the answer.

use crate::journal::reader::{JournalReader, PeerInfo};
use crate::model::ids::PeerId;
use std::collections::HashMap;

/// Past so many peers the journal is asked again.
const KNOWN_PEERS_LIMIT: usize = 4096;

/// What is known of the peers of one journal.
#[derive(Debug)]
pub struct KnownPeers {
    reader: JournalReader,
    known: HashMap<PeerId, PeerInfo>,
}

impl KnownPeers {
    /// Nothing is known yet.
    pub fn new(reader: JournalReader) -> KnownPeers {
        KnownPeers { reader, known: HashMap::new() }
    }

    /// What the record that introduced a peer tells. A peer whose introduction cannot be read is a peer without
    /// addresses; the damaged row itself is reported.
    pub fn info(&mut self, peer: PeerId) -> Option<PeerInfo> {
        if let Some(info) = self.known.get(&peer) {
            return Some(*info);
        }
        let info = self.reader.peer(peer).ok().flatten()?;
        if self.known.len() >= KNOWN_PEERS_LIMIT {
            self.known.clear();
        }
        self.known.insert(peer, info);
        Some(info)
    }
}
