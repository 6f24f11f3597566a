//! The one writer of a journal: frames gather in a batch, and one write puts the batch into the file. It starts no
//! thread, reads no clock, and touches no socket.

use crate::journal::error::JournalError;
use crate::journal::format::{
    FRAME_HEADER_BYTES, FRAMES_START, FrameHeader, JournalId, JournalInfo, MAX_PAYLOAD_BYTES, PayloadShape,
    RecordKind, encode_body, encode_facts, encode_header,
};
use crate::journal::index::Growth;
use crate::journal::index_file::IndexFile;
use crate::journal::reader::JournalReader;
use crate::journal::seam;
use crate::journal::shared::{Role, SharedJournal};
use crate::model::failure::Operation;
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, DataHead, Direction, Lifecycle};
use crate::util::clock::Stamp;
use std::collections::HashMap;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A batch of this size is worth publishing: large enough for full write speed, small enough for the cache.
pub const GOOD_BATCH_BYTES: usize = 512 << 10;

/// The batch's memory is given back when one large batch has made it longer than this.
const KEPT_BATCH_BYTES: usize = 4 << 20;

/// Appends records to a journal. There is one for each file, in all programs together.
#[derive(Debug)]
pub struct JournalWriter {
    shared: Arc<SharedJournal>,
    seed: u32,
    batch: Batch,
    growth: Growth,
    /// The last data record of each stream whose peer is there, for the links. Numbers of peers are never used again.
    last_of_stream: HashMap<(u32, Direction), u64>,
    /// `None` once it could not be written: the index is derived, so the session goes on without.
    index_file: Option<IndexFile>,
    cut_bytes: u64,
}

/// Frames that are not in the file yet. All of `memory` is initialised once and then used again and again, so that
/// a socket can be read straight into it without clearing it first.
#[derive(Debug, Default)]
struct Batch {
    memory: Vec<u8>,
    used: usize,
}

/// Room for one data record inside the batch, to read a socket straight into. Dropping it leaves no trace.
#[derive(Debug)]
pub struct DataSlot<'a> {
    writer: &'a mut JournalWriter,
    capacity: usize,
}

/// Makes what is published durable, on a thread that may wait for the disk.
#[derive(Clone, Debug)]
pub struct SyncHandle {
    shared: Arc<SharedJournal>,
}

impl JournalWriter {
    /// Makes a new journal; a file that is there already is never touched.
    pub fn create(path: &Path, info: &JournalInfo) -> Result<JournalWriter, JournalError> {
        let io_error = |error| JournalError::io(Operation::OpenFile, path)(error);
        let file = seam::create_alone(path).map_err(io_error)?;
        let file = file.ok_or_else(|| JournalError::InUse { path: path.to_owned() })?;
        let id = JournalId(RandomState::new().hash_one((std::process::id(), info.created, path)));
        let header = encode_header(id, info);
        if let Err(error) = seam::write_all_at(&file, &header, 0) {
            drop(file);
            // The file is ours and empty: without its header it would only be in the way of the next attempt.
            fs::remove_file(path).map_err(JournalError::io(Operation::WriteFile, path))?;
            return Err(JournalError::io(Operation::WriteFile, path)(error));
        }
        let shared = SharedJournal::new_empty(path, file, id, info.clone(), Role::Writer);
        Ok(JournalWriter::over(Arc::new(shared), 0))
    }

    /// Goes on with a journal. A torn frame at its end is cut off; [`JournalWriter::cut_bytes`] says how much that
    /// was, so that the session can record it.
    pub fn open_append(path: &Path) -> Result<JournalWriter, JournalError> {
        let file = seam::open_alone(path).map_err(JournalError::io(Operation::OpenFile, path))?;
        let file = file.ok_or_else(|| JournalError::InUse { path: path.to_owned() })?;
        let shared = SharedJournal::load(path, file, Role::Writer)?;
        let whole = shared.snapshot().bytes;
        let length = shared.file_bytes()?;
        if length > whole {
            shared.file().set_len(whole).map_err(JournalError::io(Operation::WriteFile, path))?;
        }
        Ok(JournalWriter::over(Arc::new(shared), length.saturating_sub(whole)))
    }

    fn over(shared: Arc<SharedJournal>, cut_bytes: u64) -> JournalWriter {
        let index_file = IndexFile::begin(shared.path(), shared.id(), &shared.index()).ok();
        let frontier = shared.index().frontier;
        JournalWriter {
            seed: shared.id().seed(),
            batch: Batch::default(),
            growth: Growth::new(frontier),
            last_of_stream: HashMap::new(),
            index_file,
            cut_bytes,
            shared,
        }
    }

    /// How many bytes of a torn frame were cut off when the journal was opened.
    pub fn cut_bytes(&self) -> u64 {
        self.cut_bytes
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.shared.path()
    }

    /// The row of the next record.
    pub fn next_id(&self) -> RecordId {
        RecordId(self.growth.frontier.records)
    }

    /// The highest peer number in any record so far.
    pub fn highest_peer(&self) -> Option<PeerId> {
        PeerId::new(self.growth.frontier.highest_peer)
    }

    /// How many bytes of frames wait to be published.
    pub fn batch_bytes(&self) -> usize {
        self.batch.used
    }

    /// A reader that sees everything published, now and later.
    pub fn reader(&self) -> JournalReader {
        JournalReader::over(Arc::clone(&self.shared))
    }

    /// Adds a record to the batch. Data longer than the longest payload becomes several records; the id is the
    /// first one's.
    pub fn append(&mut self, at: Stamp, epoch: Epoch, peer: Option<PeerId>, body: &Body) -> RecordId {
        match body {
            Body::Data(data) => return self.append_data(at, epoch, peer, &data.head, &data.bytes),
            Body::Wire(data) => return self.append_wire(at, epoch, peer, &data.head, &data.bytes),
            _ => {}
        }
        if let (Some(peer), Body::Lifecycle(Lifecycle::PeerLeft { .. })) = (peer, body) {
            for direction in [Direction::Received, Direction::Sent] {
                self.last_of_stream.remove(&(peer.get(), direction));
            }
        }
        let id = self.next_id();
        let mut payload = Vec::new();
        let shape = encode_body(body, &mut payload);
        let room = self.batch.room_for(FRAME_HEADER_BYTES + payload.len());
        room[FRAME_HEADER_BYTES..].copy_from_slice(&payload);
        self.finish_frame(at, epoch, peer, shape, payload.len());
        id
    }

    /// Adds a data record without an intermediate copy of its bytes. Longer ones than the longest payload become
    /// several records; the id is the first one's.
    pub fn append_data(
        &mut self,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        head: &DataHead,
        bytes: &[u8],
    ) -> RecordId {
        self.append_bytes(RecordKind::Data, at, epoch, peer, head, bytes)
    }

    /// The same on the layer below.
    pub fn append_wire(
        &mut self,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        head: &DataHead,
        bytes: &[u8],
    ) -> RecordId {
        self.append_bytes(RecordKind::Wire, at, epoch, peer, head, bytes)
    }

    fn append_bytes(
        &mut self,
        kind: RecordKind,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        head: &DataHead,
        bytes: &[u8],
    ) -> RecordId {
        let first = self.next_id();
        let mut rest = bytes;
        loop {
            let (now, later) = rest.split_at(rest.len().min(MAX_PAYLOAD_BYTES - usize::from(u8::MAX)));
            let mut slot = self.data_slot(now.len());
            slot.buffer().copy_from_slice(now);
            let head = DataHead { goes_on: head.goes_on || !later.is_empty(), ..*head };
            slot.finish_as(kind, now.len(), at, epoch, peer, &head);
            rest = later;
            if rest.is_empty() {
                return first;
            }
        }
    }

    /// Room for a data record of up to `capacity` bytes, to receive into.
    pub fn data_slot(&mut self, capacity: usize) -> DataSlot<'_> {
        let capacity = capacity.min(MAX_PAYLOAD_BYTES - usize::from(u8::MAX));
        self.batch.room_for(FRAME_HEADER_BYTES + capacity);
        DataSlot { writer: self, capacity }
    }

    /// No data comes from or goes to peers with lower numbers any more, though no record says that they have left.
    pub fn forget_peers_before(&mut self, first: PeerId) {
        self.last_of_stream.retain(|(peer, _), _| *peer == 0 || *peer >= first.get());
    }

    /// Puts the batch into the file with one write and lets readers see it. When that fails, the file is cut back
    /// to what was published before, the batch stays, and this can be called again.
    pub fn publish(&mut self) -> Result<(), JournalError> {
        if self.batch.used == 0 {
            return Ok(());
        }
        let offset = self.shared.snapshot().bytes;
        let written = seam::write_all_at(self.shared.file(), &self.batch.memory[..self.batch.used], offset);
        if let Err(error) = written {
            if self.shared.file().set_len(offset).is_err() {
                // What cannot be cut off is written over by the next attempt, which begins with the same bytes.
            }
            return Err(JournalError::io(Operation::WriteFile, self.shared.path())(error));
        }
        self.shared.absorb(&mut self.growth);
        self.batch.clear();
        self.save_index(false);
        Ok(())
    }

    /// A handle to make published records durable from another thread.
    pub fn sync_handle(&self) -> SyncHandle {
        SyncHandle { shared: Arc::clone(&self.shared) }
    }

    /// Whether the file still has a name in some folder; someone may have removed it while it is written.
    pub fn check_still_there(&self) -> bool {
        seam::has_name(self.shared.file()).unwrap_or(false)
    }

    /// Publishes what waits, completes the index and makes both durable.
    pub fn close(mut self) -> Result<(), JournalError> {
        self.publish()?;
        self.save_index(true);
        self.sync_handle().sync()
    }

    /// Writes the header of the frame whose payload stands already in the batch.
    fn finish_frame(
        &mut self,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        shape: PayloadShape,
        payload_bytes: usize,
    ) {
        let id = self.growth.frontier.records;
        let payload_at = self.batch.used + FRAME_HEADER_BYTES;
        let payload = &self.batch.memory[payload_at..payload_at + payload_bytes];
        let header = FrameHeader {
            code: shape.kind.code(),
            facts_bytes: shape.facts_bytes,
            flags: shape.flags,
            detail: shape.detail,
            payload_bytes: u32::try_from(payload_bytes).unwrap_or(u32::MAX),
            epoch,
            id: RecordId(id),
            at,
            peer: peer.map_or(0, PeerId::get),
            link: 0,
            payload_crc: crc32fast::hash(payload),
        };
        let link = self.link_for(&header);
        let header = FrameHeader { link, ..header };
        self.batch.memory[self.batch.used..payload_at].copy_from_slice(&header.encode(self.seed));
        self.growth.note(self.growth.frontier.bytes, &header);
        self.batch.used = payload_at + payload_bytes;
    }

    fn link_for(&mut self, header: &FrameHeader) -> u32 {
        let Some(direction) = header.head().direction.filter(|_| header.kind() == RecordKind::Data) else {
            return 0;
        };
        match self.last_of_stream.insert((header.peer, direction), header.id.0) {
            // A stream that was silent for more than four thousand million rows begins anew.
            Some(previous) => u32::try_from(header.id.0 - previous).unwrap_or(0),
            None => 0,
        }
    }

    fn save_index(&mut self, at_close: bool) {
        let index = self.shared.index();
        let saved = match &mut self.index_file {
            Some(file) => file.extend(&index, at_close),
            None if at_close => IndexFile::begin(self.shared.path(), self.shared.id(), &index).map(drop),
            None => Ok(()),
        };
        if saved.is_err() {
            self.index_file = None;
        }
    }
}

impl Batch {
    /// Makes the next `bytes` of memory usable and gives them out; they hold whatever was there before.
    fn room_for(&mut self, bytes: usize) -> &mut [u8] {
        let end = self.used + bytes;
        if self.memory.len() < end {
            self.memory.resize(end.next_power_of_two(), 0);
        }
        &mut self.memory[self.used..end]
    }

    fn clear(&mut self) {
        self.used = 0;
        if self.memory.len() > KEPT_BATCH_BYTES {
            self.memory = Vec::new();
        }
    }
}

impl DataSlot<'_> {
    /// Where the bytes go. It holds old bytes, not zeros.
    pub fn buffer(&mut self) -> &mut [u8] {
        let start = self.writer.batch.used + FRAME_HEADER_BYTES;
        &mut self.writer.batch.memory[start..start + self.capacity]
    }

    /// Makes the first `length` bytes of the buffer a record.
    pub fn finish(
        self,
        length: usize,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        head: &DataHead,
    ) -> RecordId {
        self.finish_as(RecordKind::Data, length, at, epoch, peer, head)
    }

    fn finish_as(
        self,
        kind: RecordKind,
        length: usize,
        at: Stamp,
        epoch: Epoch,
        peer: Option<PeerId>,
        head: &DataHead,
    ) -> RecordId {
        let id = self.writer.next_id();
        let length = length.min(self.capacity);
        let mut facts = Vec::new();
        let shape = PayloadShape { kind, ..encode_facts(head, &mut facts) };
        let room = self.writer.batch.room_for(FRAME_HEADER_BYTES + length + facts.len());
        room[FRAME_HEADER_BYTES + length..].copy_from_slice(&facts);
        self.writer.finish_frame(at, epoch, peer, shape, length + facts.len());
        id
    }
}

impl SyncHandle {
    /// Waits until everything published before the call is on the disk.
    pub fn sync(&self) -> Result<(), JournalError> {
        let synced: io::Result<()> = File::sync_data(self.shared.file());
        synced.map_err(JournalError::io(Operation::WriteFile, self.shared.path()))
    }
}

const _: () = assert!(FRAMES_START == 1024, "a new file's header is as long as readers expect");

#[cfg(test)]
mod tests {
    use super::JournalWriter;
    use crate::journal::format::JournalInfo;
    use crate::journal::{JournalError, JournalReader};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::{Body, DataHead, EndReason, Lifecycle, Origin};
    use crate::util::clock::Stamp;
    use std::fs;

    const AT: Stamp = Stamp { wall_ns: 1_000, mono_ns: 5 };
    const PEER: Option<PeerId> = Some(PeerId::FIRST);

    fn data_bytes(reader: &JournalReader, id: u64) -> Vec<u8> {
        reader.record(RecordId(id)).unwrap().unwrap().data().unwrap().bytes.clone()
    }

    #[test]
    fn nothing_is_seen_before_it_is_published_and_all_of_it_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let reader = writer.reader();
        let joined = Lifecycle::PeerJoined {
            local: "127.0.0.1:9".parse().unwrap(),
            remote: "[::1]:7".parse().unwrap(),
            message_oriented: None,
            process: None,
        };
        writer.append(AT, Epoch(1), PEER, &Body::Lifecycle(joined));
        let mut slot = writer.data_slot(1000);
        slot.buffer()[..5].copy_from_slice(b"hello");
        assert_eq!(slot.finish(5, AT, Epoch(1), PEER, &DataHead::received()), RecordId(1));
        writer.append_data(AT, Epoch(1), PEER, &DataHead::sent(Origin::Echo), b"HELLO");
        writer.append_data(AT, Epoch(1), PEER, &DataHead::received(), b"");
        assert_eq!(reader.snapshot().records, 0);
        assert_eq!(reader.record(RecordId(0)).unwrap(), None);
        writer.publish().unwrap();
        assert_eq!(reader.snapshot().records, 4);
        assert_eq!(data_bytes(&reader, 1), b"hello");
        assert_eq!(data_bytes(&reader, 2), b"HELLO");
        assert_eq!(data_bytes(&reader, 3), b"");
        assert_eq!(reader.previous_in_stream(RecordId(3)).unwrap(), Some(RecordId(1)));
        assert_eq!(reader.previous_in_stream(RecordId(2)).unwrap(), None);
        let peer = reader.peer(PeerId::FIRST).unwrap().unwrap();
        assert_eq!((peer.remote, peer.record), ("[::1]:7".parse().unwrap(), RecordId(0)));
    }

    #[test]
    fn only_peers_that_are_there_are_remembered_for_their_links() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let peers = (1..=6).map(|number| PeerId::new(number).unwrap()).collect::<Vec<_>>();
        for at in peers.iter().flat_map(|peer| [Some(*peer), None, Some(*peer)]) {
            writer.append_data(AT, Epoch(1), at, &DataHead::received(), b"in");
            writer.append_data(AT, Epoch(1), at, &DataHead::sent(Origin::User), b"out");
        }
        assert_eq!(writer.last_of_stream.len(), 14);
        let (remote, reason) = ("[::1]:7".parse().unwrap(), EndReason::Fin);
        let finished = Lifecycle::PeerFinished { remote };
        let left = Lifecycle::PeerLeft { remote, reason, error: None };
        writer.append(AT, Epoch(1), Some(peers[1]), &Body::Lifecycle(finished));
        assert_eq!(writer.last_of_stream.len(), 14, "it may still be sent to");
        writer.append(AT, Epoch(1), Some(peers[4]), &Body::Lifecycle(left));
        assert_eq!(writer.last_of_stream.len(), 12);
        writer.forget_peers_before(peers[3]);
        assert_eq!(writer.last_of_stream.len(), 6, "two peers, and what has no peer");
        let last = writer.append_data(AT, Epoch(1), Some(peers[3]), &DataHead::received(), b"in");
        writer.publish().unwrap();
        assert_eq!(writer.reader().previous_in_stream(last).unwrap(), Some(RecordId(22)));
    }

    #[test]
    fn a_journal_has_one_writer_and_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        assert!(matches!(JournalWriter::open_append(&path), Err(JournalError::InUse { .. })));
        writer.append_data(AT, Epoch(1), PEER, &DataHead::received(), b"one");
        writer.close().unwrap();
        let mut torn = fs::read(&path).unwrap();
        torn.extend_from_slice(&torn.clone()[1024..1050]);
        fs::write(&path, &torn).unwrap();
        let mut writer = JournalWriter::open_append(&path).unwrap();
        assert_eq!((writer.cut_bytes(), writer.next_id()), (26, RecordId(1)));
        writer.append_data(AT, Epoch(2), PEER, &DataHead::received(), b"two");
        let reader = writer.reader();
        writer.close().unwrap();
        assert_eq!((data_bytes(&reader, 0), data_bytes(&reader, 1)), (b"one".to_vec(), b"two".to_vec()));
    }

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        fs::write(&path, "precious").unwrap();
        assert!(matches!(
            JournalWriter::create(&path, &JournalInfo::default()),
            Err(JournalError::Io { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn data_longer_than_a_frame_may_be_becomes_several_records() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let bytes = (0..40_000_000_u32).map(|n| n.to_le_bytes()[1]).collect::<Vec<_>>();
        writer.append_data(AT, Epoch(1), PEER, &DataHead::received(), &bytes);
        writer.publish().unwrap();
        let reader = writer.reader();
        assert_eq!(reader.snapshot().records, 3);
        let mut read = Vec::new();
        let mut records = reader.records(0..3);
        while let Some(record) = records.next().unwrap() {
            read.extend_from_slice(&record.data().unwrap().bytes);
        }
        assert!(read == bytes, "all {} bytes come back", bytes.len());
    }

    #[cfg(unix)]
    #[test]
    fn a_removed_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        assert!(writer.check_still_there());
        fs::remove_file(&path).unwrap();
        assert!(!writer.check_still_there());
    }
}
