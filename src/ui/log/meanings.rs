//! What the messages of a log mean. To know what an answer answers, the rows before it are gone through; what was found
//! is kept for a while. It must not know how a row is drawn.

use crate::codec::decode::{DecodeChoice, EarlierRequest, RowDecoder, Tree, summary};
use crate::export::{JournalPeers, PeerEnds, PeerLookup};
use crate::journal::{JournalError, JournalReader};
use crate::model::config::SessionKind;
use crate::model::ids::{PeerId, RowKey};
use crate::ui::log::source::{LogRow, RowSource};
use crate::util::locale::Locale;
use std::collections::HashMap;
use std::sync::Arc;

/// An answer is joined to what was asked at most so many rows before it.
const LOOK_BACK_ROWS: u64 = 256;

/// Views go up as often as down, so the rows just before the one that is asked for are told with it.
const TOLD_BEFORE: u64 = 48;

/// So many meanings are kept: several screens.
const KEPT_MEANINGS: usize = 2_048;

/// Longer messages are not decoded while one looks: that takes longer than a frame may.
pub const MOST_DECODED_BYTES: usize = 1 << 20;

/// What a message means, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub line: String,
    /// The request that it answers.
    pub asked: Option<EarlierRequest>,
    /// Whether it is not what its protocol wants.
    pub is_faulty: bool,
}

/// What is done with a row that was taken in: its key, the row, who decodes it, and what was told before.
type Tell<'a> = dyn FnMut(u64, &LogRow, &mut RowDecoder, &mut KnownMeanings) + 'a;

/// What rows mean, by their keys; `None` where no decoder goes with one.
type KnownMeanings = HashMap<u64, Option<Meaning>>;

/// Decodes the rows of a source.
#[derive(Debug)]
pub(super) struct Meanings {
    choice: DecodeChoice,
    source: Box<dyn RowSource>,
    peers: JournalPeers,
    kind: Option<SessionKind>,
    rows: RowDecoder,
    /// The row that comes next. All before it, from somewhere on, were taken in.
    next: Option<u64>,
    told: KnownMeanings,
}

impl Meanings {
    /// The rows of this source, which nobody else reads.
    pub(super) fn new(reader: &JournalReader, source: Box<dyn RowSource>, choice: DecodeChoice) -> Meanings {
        let kind = reader.info().kind;
        let peers = JournalPeers::new(reader.clone());
        let rows = RowDecoder::new(choice.clone());
        Meanings { choice, source, peers, kind, rows, next: None, told: HashMap::new() }
    }

    pub(super) fn choice(&self) -> &DecodeChoice {
        &self.choice
    }

    /// Takes in what the journal has gained.
    pub(super) fn refresh(&mut self) {
        let lasting = self.source.volatile_from();
        self.source.refresh();
        if self.next.is_some_and(|next| next > lasting) {
            self.next = None;
        }
        self.told.retain(|key, _| *key < lasting);
    }

    /// Whose ends a peer has: ours and its own.
    pub(super) fn ends(&mut self, peer: PeerId) -> Option<PeerEnds> {
        self.peers.ends(peer)
    }

    /// What a row means; `None` where no decoder goes with it.
    pub(super) fn meaning(&mut self, key: RowKey, locale: &Locale) -> Result<Option<&Meaning>, JournalError> {
        if !self.told.contains_key(&key.0) {
            if self.told.len() >= KEPT_MEANINGS {
                self.told.clear();
            }
            let told_from = key.0.saturating_sub(TOLD_BEFORE);
            self.go_to(key.0, &mut |key, row, rows, told| {
                if key >= told_from {
                    told.insert(key, meaning_of(row, rows, locale));
                }
            })?;
        }
        Ok(self.told.get(&key.0).and_then(Option::as_ref))
    }

    /// The values of a row; `None` where no decoder goes with it.
    pub(super) fn tree(&mut self, key: RowKey) -> Result<Option<Tree>, JournalError> {
        let mut tree = None;
        // The last one that is taken in is the one that is meant.
        self.next = self.next.filter(|next| *next <= key.0);
        self.go_to(key.0, &mut |at, row, rows, _| {
            if at == key.0
                && let Some(data) = row.record.bytes_of_any_layer()
            {
                tree = rows.tree(&data.bytes).cloned();
            }
        })?;
        Ok(tree)
    }

    /// Takes in rows up to this one, and tells each.
    fn go_to(&mut self, key: u64, tell: &mut Tell<'_>) -> Result<(), JournalError> {
        let first = key.saturating_sub(LOOK_BACK_ROWS);
        let goes_on = self.next.filter(|next| (first..=key).contains(next));
        let start = goes_on.unwrap_or(first);
        if goes_on.is_none() {
            self.rows = RowDecoder::new(self.choice.clone());
            self.rows.begin(self.kind);
        }
        self.source.prepare(start..key.saturating_add(1))?;
        for at in start..=key {
            let Some(row) = self.source.row(RowKey(at))? else { break };
            self.take_in(&row);
            tell(at, &row, &mut self.rows, &mut self.told);
        }
        self.next = Some(key.saturating_add(1));
        Ok(())
    }

    fn take_in(&mut self, row: &Arc<LogRow>) {
        if row.bytes() > MOST_DECODED_BYTES {
            self.rows.pass();
            return;
        }
        let peer = row.record.peer;
        let ends = peer.and_then(|peer| self.peers.ends(peer)).map(|ends| (ends.local, ends.remote));
        let told = peer.and_then(|peer| self.peers.message_oriented(peer));
        let is_message = told.unwrap_or(self.kind == Some(SessionKind::Udp));
        self.rows.take_in(&row.as_row(), is_message, ends);
    }
}

fn meaning_of(row: &LogRow, rows: &mut RowDecoder, locale: &Locale) -> Option<Meaning> {
    let message = row.record.bytes_of_any_layer()?.bytes.as_slice();
    let tree = rows.tree(message)?;
    Some(Meaning {
        line: summary(tree, message, locale),
        asked: tree.asked(),
        is_faulty: tree.fault().is_some(),
    })
}
