//! The index on disk, `NAME.skj.idx`: blocks of anchors, peers and gaps, each with a checksum, appended while the
//! journal grows. It is derived: anything odd about it makes it worthless, never wrong.

use crate::journal::format::{FRAME_HEADER_BYTES, FrameHeader, JournalId};
use crate::journal::index::{ANCHOR_SPACING_BYTES, Anchor, Entries, Frontier, Gap, Growth, Index, PeerEntry};
use crate::journal::seam;
use crate::util::private_file;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"\x89SKX\r\n\x1a\n";
const VERSION: u32 = 2;
const FILE_HEADER_BYTES: usize = 24;
const BLOCK_HEADER_BYTES: usize = 40;
const ANCHOR_BYTES: usize = 16;
const PEER_BYTES: usize = 12;
const GAP_BYTES: usize = 32;

/// How much the journal grows between two blocks: what has to be walked again after a crash.
const JOURNAL_BYTES_PER_BLOCK: u64 = 64 << 20;

/// The index file of a journal that is being written.
#[derive(Debug)]
pub(super) struct IndexFile {
    file: File,
    /// What the file tells already.
    saved: Saved,
}

#[derive(Clone, Copy, Debug, Default)]
struct Saved {
    bytes: u64,
    anchors: usize,
    gaps: usize,
    /// Peers are kept in order of number; those introduced at or behind this record are not in the file yet.
    records: u64,
}

/// Where the index of a journal stands.
pub(super) fn path_of(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".idx");
    PathBuf::from(name)
}

impl IndexFile {
    /// Starts the index file anew, with all that is known by now.
    pub(super) fn begin(journal: &Path, id: JournalId, index: &Index) -> io::Result<IndexFile> {
        let mut header = Vec::with_capacity(FILE_HEADER_BYTES);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&id.0.to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        let mut file = private_file::create(&path_of(journal))?;
        file.write_all(&header)?;
        let mut started = IndexFile { file, saved: Saved::default() };
        if index.frontier.records > 0 {
            started.extend(index, true)?;
        }
        Ok(started)
    }

    /// Appends a block with what is new, if that is much or the journal is being closed.
    pub(super) fn extend(&mut self, index: &Index, at_close: bool) -> io::Result<()> {
        let grown = index.frontier.bytes - self.saved.bytes;
        if grown == 0 || (grown < JOURNAL_BYTES_PER_BLOCK && !at_close) {
            return Ok(());
        }
        let news = Entries {
            anchors: index.entries.anchors[self.saved.anchors..].to_vec(),
            peers: index
                .entries
                .peers
                .iter()
                .filter(|entry| entry.record >= self.saved.records)
                .copied()
                .collect(),
            gaps: index.entries.gaps[self.saved.gaps..].to_vec(),
        };
        self.file.write_all(&encode_block(&news, index.frontier))?;
        self.saved = Saved {
            bytes: index.frontier.bytes,
            anchors: index.entries.anchors.len(),
            gaps: index.entries.gaps.len(),
            records: index.frontier.records,
        };
        Ok(())
    }
}

fn encode_block(entries: &Entries, frontier: Frontier) -> Vec<u8> {
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut block = Vec::new();
    block.extend_from_slice(&count(entries.anchors.len()));
    block.extend_from_slice(&count(entries.peers.len()));
    block.extend_from_slice(&count(entries.gaps.len()));
    block.extend_from_slice(&frontier.highest_peer.to_le_bytes());
    block.extend_from_slice(&frontier.records.to_le_bytes());
    block.extend_from_slice(&frontier.bytes.to_le_bytes());
    block.extend_from_slice(&frontier.wire_rows.to_le_bytes());
    for anchor in &entries.anchors {
        block.extend_from_slice(&anchor.id.to_le_bytes());
        block.extend_from_slice(&anchor.offset.to_le_bytes());
    }
    for entry in &entries.peers {
        block.extend_from_slice(&entry.peer.to_le_bytes());
        block.extend_from_slice(&entry.record.to_le_bytes());
    }
    for gap in &entries.gaps {
        for number in [gap.first_id, gap.rows, gap.offset, gap.bytes] {
            block.extend_from_slice(&number.to_le_bytes());
        }
    }
    block.extend_from_slice(&crc32fast::hash(&block).to_le_bytes());
    block
}

/// What the index file of a journal knows, if it belongs to this very file and is not ahead of it.
pub(super) fn load(journal: &Path, id: JournalId, file: &File, file_bytes: u64) -> Option<Index> {
    let bytes = fs::read(path_of(journal)).ok()?;
    let (header, mut rest) = bytes.split_at_checked(FILE_HEADER_BYTES)?;
    let header_holds = header[..8] == MAGIC
        && header[8..12] == VERSION.to_le_bytes()
        && header[12..20] == id.0.to_le_bytes()
        && header[20..24] == crc32fast::hash(&header[..20]).to_le_bytes();
    if !header_holds {
        return None;
    }
    let mut index = Index::empty();
    while let Some((mut growth, after)) = decode_block(rest, index.frontier) {
        if growth.frontier.bytes > file_bytes {
            break;
        }
        index.absorb(&mut growth);
        rest = after;
    }
    let last = index.entries.anchors.last()?;
    anchor_holds(last, id, file).then_some(index)
}

fn decode_block(bytes: &[u8], from: Frontier) -> Option<(Growth, &[u8])> {
    let header = bytes.get(..BLOCK_HEADER_BYTES)?;
    let count = |at: usize| usize::try_from(word(header, at)).ok();
    let (anchors, peers, gaps) = (count(0)?, count(4)?, count(8)?);
    let length = BLOCK_HEADER_BYTES
        .checked_add(anchors.checked_mul(ANCHOR_BYTES)?)?
        .checked_add(peers.checked_mul(PEER_BYTES)?)?
        .checked_add(gaps.checked_mul(GAP_BYTES)?)?;
    let block = bytes.get(..length)?;
    let crc = bytes.get(length..length + 4)?;
    if crc != crc32fast::hash(block).to_le_bytes() {
        return None;
    }
    let (anchor_bytes, rest) = block[BLOCK_HEADER_BYTES..].split_at(anchors * ANCHOR_BYTES);
    let (peer_bytes, gap_bytes) = rest.split_at(peers * PEER_BYTES);
    let entries = Entries {
        anchors: anchor_bytes
            .chunks_exact(ANCHOR_BYTES)
            .map(|chunk| Anchor { id: long(chunk, 0), offset: long(chunk, 8) })
            .collect(),
        peers: peer_bytes
            .chunks_exact(PEER_BYTES)
            .map(|chunk| PeerEntry { peer: word(chunk, 0), record: long(chunk, 4) })
            .collect(),
        gaps: gap_bytes
            .chunks_exact(GAP_BYTES)
            .map(|chunk| Gap {
                first_id: long(chunk, 0),
                rows: long(chunk, 8),
                offset: long(chunk, 16),
                bytes: long(chunk, 24),
            })
            .collect(),
    };
    let anchor_due =
        entries.anchors.last().map_or(from.anchor_due, |last| last.offset + ANCHOR_SPACING_BYTES);
    let frontier = Frontier {
        records: long(header, 16),
        bytes: long(header, 24),
        anchor_due,
        highest_peer: word(header, 12),
        wire_rows: long(header, 32),
    };
    (frontier.records > from.records && frontier.bytes > from.bytes)
        .then(|| (Growth { entries, frontier }, &bytes[length + 4..]))
}

fn anchor_holds(anchor: &Anchor, id: JournalId, file: &File) -> bool {
    let mut bytes = [0; FRAME_HEADER_BYTES];
    let read = seam::read_full_at(file, &mut bytes, anchor.offset);
    read.is_ok() && FrameHeader::decode(&bytes, id.seed()).is_some_and(|header| header.id.0 == anchor.id)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at)) | u64::from(word(bytes, at + 4)) << 32
}
