//! A long content on its way to peers, out of memory or a file: taken piece by piece, as fast as they take it and the pace
//! allows, so that what waits for them stays small.

use crate::codec::composition::Dress;
use crate::engine::command::{FILE_DATAGRAM, Pace};
use crate::engine::event::Rejection;
use crate::engine::worker::Worker;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::recipients::Recipients;
use crate::engine::worker::streams::Streams;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::Origin;
use crate::model::websocket::MessageForm;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is taken at once for streams.
const STREAM_PIECE: usize = 64 << 10;

/// More is taken when less than this waits for the slowest peer.
pub(super) const LOW_WATER: u64 = 256 << 10;

/// So many pieces are used again: those that wait, and the one that is filled.
const PIECES_KEPT: usize = 6;

/// A file that something is put behind is read at once, so that it may not be longer.
const LARGEST_DRESSED_FILE: u64 = 64 << 20;

/// A pace that could not be kept is made up for, but only so much of it.
pub(super) const MAKES_UP_FOR: Duration = Duration::from_millis(100);

/// What is on its way.
pub(super) struct Long {
    content: LongContent,
    /// Where there are frames, it is a text message.
    is_text: bool,
    pace: Pace,
    /// When the next piece may go, where there is a pace.
    next_piece: Option<Instant>,
    sent: u64,
    total: u64,
    /// What of `sent` was told.
    told: Option<u64>,
    recipients: Recipients,
    /// All of it is queued.
    is_read: bool,
    pieces: Pieces,
}

/// The memory of pieces that were queued, in the order in which they go out. What was sent by everybody is used again:
/// bringing new memory for every piece costs about as much as filling it.
#[derive(Default)]
struct Pieces {
    queued: VecDeque<Arc<[u8]>>,
}

/// Where it comes from.
pub(super) enum LongContent {
    Bytes(Arc<[u8]>),
    /// Of a file, with what is put behind it.
    DressedFile(Arc<[u8]>),
    File {
        path: PathBuf,
        file: File,
    },
}

impl Worker {
    /// Says whether all of it has gone out to everybody.
    pub(super) fn pump(&mut self, long: &mut Long) -> Result<bool, Rejection> {
        long.notice_gone(&self.streams)?;
        if !long.is_read {
            self.queue_more(long)?;
        }
        Ok(long.is_read && self.waiting_for(&long.recipients) == 0)
    }

    fn queue_more(&mut self, long: &mut Long) -> Result<(), Rejection> {
        let usual = if long.recipients.get_datagrams() { FILE_DATAGRAM } else { STREAM_PIECE };
        let piece_bytes = long.pace.piece_bytes.map_or(usual, usize::from);
        let mut queued_now = 0;
        while self.waiting_for(&long.recipients) < LOW_WATER {
            if long.next_piece.is_some_and(|due| due > self.turn.now) {
                break;
            }
            if queued_now >= LOW_WATER {
                // Other peers and commands have their turn; this one goes on with the next.
                self.is_unfinished = true;
                break;
            }
            let part = long.read_part(piece_bytes)?;
            let length = part.len();
            let is_first = long.sent == length as u64;
            // Known at once, because a peer may close as soon as it has the last byte.
            long.is_read = length == 0 || long.total > 0 && long.sent >= long.total;
            if length > 0 || self.streams.has_frames() {
                let form = MessageForm::Part { is_text: long.is_text, is_first, is_last: long.is_read };
                self.send_to(&long.recipients, &Payload::from(part).in_form(form), long.content.origin())?;
            }
            if long.is_read {
                break;
            }
            long.has_sent_piece(length, self.turn.now);
            queued_now += length as u64;
        }
        Ok(())
    }
}

impl Long {
    /// This on its way to these; the first piece goes now.
    pub(super) fn new(
        (content, total): (LongContent, u64),
        recipients: Recipients,
        pace: Pace,
        now: Instant,
    ) -> Long {
        // What was written is a text where it can be one, as a short one is; a file is bytes.
        let is_text = match &content {
            LongContent::Bytes(bytes) => std::str::from_utf8(bytes).is_ok(),
            LongContent::DressedFile(_) | LongContent::File { .. } => false,
        };
        let next_piece = pace.is_set().then_some(now);
        let pieces = Pieces::default();
        Long {
            content,
            is_text,
            pace,
            next_piece,
            sent: 0,
            total,
            told: None,
            recipients,
            is_read: false,
            pieces,
        }
    }

    /// Notes who has left. It is an error if nobody is left at all.
    pub(super) fn notice_gone(&mut self, streams: &Streams) -> Result<(), Rejection> {
        self.recipients.notice_gone(streams, self.is_read)
    }

    /// Who gets it.
    pub(super) fn recipients(&self) -> &Recipients {
        &self.recipients
    }

    /// Whose content it is.
    pub(super) fn origin(&self) -> Origin {
        self.content.origin()
    }

    /// How much was sent, and of how much, if that was not told yet.
    pub(super) fn take_progress(&mut self) -> Option<(u64, u64)> {
        (self.told.replace(self.sent) != Some(self.sent)).then_some((self.sent, self.total))
    }

    /// When the next piece may go, while there is one and somebody keeps the pace.
    pub(super) fn next_piece(&self) -> Option<Instant> {
        self.next_piece.filter(|_| !self.is_read)
    }

    /// The next piece goes after the pause, or when the rate allows it, whichever is later.
    fn has_sent_piece(&mut self, length: usize, now: Instant) {
        let Some(due) = self.next_piece else { return };
        let base = now.checked_sub(MAKES_UP_FOR).map_or(due, |earliest| due.max(earliest));
        self.next_piece = Some(base + self.pace.after(length));
    }

    /// Reads what comes next, so many bytes where there are as many. A file that grows is sent as far as it reached when it was asked for;
    /// one that becomes shorter is sent as far as it reaches, and then it is an error. A file that claims to be empty and is not, as those of
    /// /proc, is sent to its end.
    fn read_part(&mut self, bytes: usize) -> Result<Arc<[u8]>, Failure> {
        let mut piece = self.pieces.take(bytes);
        let buffer = Arc::make_mut(&mut piece);
        let length = match &self.content {
            LongContent::Bytes(bytes) | LongContent::DressedFile(bytes) => {
                let start = usize::try_from(self.sent).unwrap_or(usize::MAX);
                let rest = bytes.get(start..).unwrap_or_default();
                let length = rest.len().min(buffer.len());
                buffer[..length].copy_from_slice(&rest[..length]);
                length
            }
            LongContent::File { path, file } => {
                let cannot = |error: OsError| Failure::new(Operation::ReadFile, path.display(), error);
                let rest = if self.total == 0 { u64::MAX } else { self.total - self.sent };
                let length = read_full(&mut file.take(rest), buffer).map_err(|error| cannot(error.into()))?;
                if length == 0 && self.sent < self.total {
                    return Err(cannot(OsError::from_words("it became shorter while it was sent")));
                }
                length
            }
        };
        self.sent += length as u64;
        if length < bytes {
            // What is shorter is the last.
            return Ok(piece[..length].into());
        }
        self.pieces.is_queued(&piece);
        Ok(piece)
    }
}

impl Pieces {
    /// Memory for a piece that nobody else holds.
    fn take(&mut self, bytes: usize) -> Arc<[u8]> {
        let is_free = |piece: &mut Arc<[u8]>| piece.len() == bytes && Arc::get_mut(piece).is_some();
        self.queued.pop_front_if(is_free).unwrap_or_else(|| vec![0; bytes].into())
    }

    /// This one goes out now.
    fn is_queued(&mut self, piece: &Arc<[u8]>) {
        if self.queued.len() < PIECES_KEPT {
            self.queued.push_back(Arc::clone(piece));
        }
    }
}

impl LongContent {
    /// These bytes, and how many there are.
    pub(super) fn of_bytes(bytes: Arc<[u8]>) -> (LongContent, u64) {
        let total = bytes.len() as u64;
        (LongContent::Bytes(bytes), total)
    }

    /// What a file has, and how much that is.
    pub(super) fn of_file(path: PathBuf) -> Result<(LongContent, u64), Failure> {
        let (file, bytes) = open(&path)?;
        Ok((LongContent::File { path, file }, bytes))
    }

    /// What a file has with what is put behind it, and how much that is. All of it is read, because a checksum may stand
    /// anywhere in it.
    pub(super) fn of_dressed_file(path: &Path, dress: Dress) -> Result<(LongContent, u64), Failure> {
        let (file, bytes) = open(path)?;
        let cannot = |error| Failure::new(Operation::ReadFile, path.display(), error);
        if bytes > LARGEST_DRESSED_FILE {
            let words = format!(
                "it is too large to have something put behind it (at most {LARGEST_DRESSED_FILE} bytes)"
            );
            return Err(cannot(OsError::from_words(words)));
        }
        let mut body = Vec::new();
        file.take(LARGEST_DRESSED_FILE)
            .read_to_end(&mut body)
            .map_err(|error| cannot(OsError::from(&error)))?;
        let content = dress.put_on(body);
        let total = content.len() as u64;
        Ok((LongContent::DressedFile(content.into()), total))
    }

    fn origin(&self) -> Origin {
        match self {
            LongContent::Bytes(_) => Origin::User,
            LongContent::DressedFile(_) | LongContent::File { .. } => Origin::File,
        }
    }
}

/// An ordinary file, and how long it is.
fn open(path: &Path) -> Result<(File, u64), Failure> {
    let cannot = |error| Failure::new(Operation::ReadFile, path.display(), error);
    // Opening a pipe would wait for somebody to write into it, and a device may never end.
    let facts = fs::metadata(path).map_err(cannot)?;
    if !facts.is_file() {
        let words = OsError::from_words("it is not an ordinary file");
        return Err(Failure::new(Operation::ReadFile, path.display(), words));
    }
    let file = File::open(path).map_err(cannot)?;
    Ok((file, facts.len()))
}

/// Fills the buffer as far as the file reaches.
fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{Long, LongContent, PIECES_KEPT, Pieces};
    use crate::engine::command::Pace;
    use crate::engine::worker::recipients::Recipients;
    use std::io::{Seek, Write};
    use std::num::{NonZeroU64, NonZeroUsize};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    fn long(content: LongContent, total: u64, pace: Pace) -> Long {
        Long {
            is_text: false,
            content,
            next_piece: pace.is_set().then(Instant::now),
            pace,
            sent: 0,
            total,
            told: None,
            recipients: Recipients::nobody(),
            is_read: false,
            pieces: Pieces::default(),
        }
    }

    fn parts(sending: &mut Long) -> Vec<usize> {
        let mut read = Vec::new();
        while let length @ 1.. = sending.read_part(8).unwrap().len() {
            read.push(length);
        }
        read
    }

    /// What has 24 bytes now and had so many when it was asked for.
    fn file_of_24_bytes(total: u64) -> Long {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 24]).unwrap();
        file.rewind().unwrap();
        long(LongContent::File { path: "a".into(), file }, total, Pace::default())
    }

    #[test]
    fn a_file_that_grows_is_sent_as_far_as_it_reached() {
        for (total, expected) in [(10, vec![8, 2]), (24, vec![8, 8, 8]), (0, vec![8, 8, 8])] {
            let mut sending = file_of_24_bytes(total);
            assert_eq!(parts(&mut sending), expected, "{total}");
            assert_eq!(sending.sent, expected.iter().sum::<usize>() as u64, "{total}");
        }
    }

    #[test]
    fn a_file_that_becomes_shorter_is_sent_as_far_as_it_reaches_and_is_not_whole() {
        for total in [25, 32] {
            let mut sending = file_of_24_bytes(total);
            for _ in 0..3 {
                assert_eq!(sending.read_part(8).unwrap().len(), 8, "{total}");
            }
            let failure = sending.read_part(8).unwrap_err();
            assert_eq!(failure.to_string(), "cannot read a: it became shorter while it was sent");
        }
    }

    #[test]
    fn bytes_are_taken_piece_by_piece() {
        let mut sending = long(LongContent::Bytes([5; 20].as_slice().into()), 20, Pace::default());
        assert_eq!(parts(&mut sending), [8, 8, 4]);
    }

    #[test]
    fn the_memory_of_a_piece_is_used_again_when_nobody_waits_for_it_any_more() {
        let bytes: Arc<[u8]> = (0..80).collect();
        let mut sending = long(LongContent::Bytes(Arc::clone(&bytes)), 80, Pace::default());
        let first = sending.read_part(8).unwrap();
        let place = first.as_ptr();
        let second = sending.read_part(8).unwrap();
        assert_ne!(second.as_ptr(), place, "the first still waits");
        drop(first);
        let third = sending.read_part(8).unwrap();
        assert_eq!((third.as_ptr(), &*third), (place, &bytes[16..24]));
        assert_eq!(&*second, &bytes[8..16]);
        let waiting: Vec<_> = (0..6).map(|_| sending.read_part(8).unwrap()).collect();
        assert_eq!(sending.pieces.queued.len(), PIECES_KEPT, "a peer that takes nothing");
        assert_eq!(waiting.concat(), bytes[24..72]);
    }

    #[test]
    fn a_piece_waits_for_the_pause_and_for_the_rate_and_makes_up_only_for_a_little() {
        let pace = |pause_millis, rate| Pace {
            piece_bytes: NonZeroUsize::new(100),
            pause: Duration::from_millis(pause_millis),
            bytes_per_second: NonZeroU64::new(rate),
        };
        for (pace, after_millis) in [(pace(20, 0), 20), (pace(0, 10_000), 10), (pace(20, 1000), 100)] {
            let mut sending = long(LongContent::Bytes([].as_slice().into()), 0, pace);
            let start = sending.next_piece().unwrap();
            sending.has_sent_piece(100, start);
            assert_eq!(sending.next_piece(), Some(start + Duration::from_millis(after_millis)));
            let later = start + Duration::from_secs(10);
            sending.has_sent_piece(100, later);
            let next = sending.next_piece().unwrap();
            assert!(next > later.checked_sub(Duration::from_millis(101)).unwrap(), "{after_millis}");
        }
    }
}
