//! A file on its way to peers: read only as fast as they take it, so that memory stays small.

use crate::engine::command::{FILE_DATAGRAM, Target};
use crate::engine::event::{Event, Rejection};
use crate::engine::worker::Worker;
use crate::engine::worker::link::Link;
use crate::engine::worker::queue::Payload;
use crate::engine::worker::reactions::SEQUENCE_FILE;
use crate::model::address::Address;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::{JobId, PeerId};
use crate::model::record::Origin;
use crate::model::websocket::MessageForm;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What is read at once for streams.
const STREAM_CHUNK: usize = 64 << 10;

/// The file is read on when less than this waits for the slowest peer.
const LOW_WATER: u64 = 256 << 10;

/// The file that is on its way.
pub(super) struct FileSend {
    job: JobId,
    path: PathBuf,
    file: File,
    sent: u64,
    total: u64,
    /// What of `sent` was told.
    told: Option<u64>,
    recipients: Recipients,
    /// A recipient that left before it had everything; the others get the rest.
    gone: Option<PeerId>,
    /// All of it is queued.
    is_read: bool,
}

enum Recipients {
    Streams(Vec<PeerId>),
    Datagrams(Vec<(PeerId, Address)>),
}

impl Worker {
    pub(super) fn start_file(&mut self, job: JobId, target: &Target, path: &Path) -> Result<(), Rejection> {
        if self.file.is_some() {
            return Err(Rejection::FileBusy);
        }
        let recipients = match &mut self.link {
            Link::Datagrams(datagrams) => Recipients::Datagrams(datagrams.targets(target, &mut self.log)?),
            _ => Recipients::Streams(self.streams.recipients(target)?),
        };
        let cannot = |error| Failure::new(Operation::ReadFile, path.display(), error);
        // Opening a pipe would wait for somebody to write into it, and a device may never end.
        let facts = fs::metadata(path).map_err(cannot)?;
        if !facts.is_file() {
            let words = OsError::from_words("it is not an ordinary file");
            return Err(Failure::new(Operation::ReadFile, path.display(), words).into());
        }
        let file = File::open(path).map_err(cannot)?;
        self.file = Some(FileSend {
            job,
            path: path.to_owned(),
            file,
            sent: 0,
            total: facts.len(),
            told: None,
            recipients,
            gone: None,
            is_read: false,
        });
        Ok(())
    }

    pub(super) fn cancel_file(&mut self, job: JobId) {
        if self.file.as_ref().is_some_and(|file| file.job == job) {
            self.stop_file();
        }
    }

    /// The rest of the file is not sent.
    pub(super) fn stop_file(&mut self) {
        if let Some(file) = self.file.take() {
            self.tell_file_end(file.job, Err(Rejection::Cancelled));
        }
    }

    /// Queues as much of the file as the peers have taken since the last turn.
    pub(super) fn pump_file(&mut self) {
        let Some(mut file) = self.file.take() else { return };
        if self.log.paused().is_some() {
            self.file = Some(file);
            return;
        }
        match self.pump(&mut file) {
            Ok(true) => {
                let outcome = file.gone.map_or(Ok(()), |gone| Err(Rejection::PeerGone(gone)));
                self.tell_file_end(file.job, outcome);
            }
            Ok(false) => {
                let (job, sent, total) = (file.job, file.sent, file.total);
                if file.told.replace(sent) != Some(sent) && job != SEQUENCE_FILE {
                    self.outbox.tell(Event::FileProgress { job, sent, total });
                }
                self.file = Some(file);
            }
            Err(why) => self.tell_file_end(file.job, Err(why)),
        }
    }

    /// Says whether the whole file has gone out to everybody.
    fn pump(&mut self, file: &mut FileSend) -> Result<bool, Rejection> {
        if let Recipients::Streams(ids) = &mut file.recipients {
            let is_read = file.is_read;
            // A peer that closes as soon as it has the whole file has it.
            ids.retain(|id| !(is_read && self.streams.ended_satisfied(*id)));
            let can_send = |id: &PeerId| self.streams.can_send(*id);
            file.gone = file.gone.or(ids.iter().copied().find(|id| !can_send(id)));
            ids.retain(can_send);
            if let (Some(gone), true) = (file.gone, ids.is_empty()) {
                return Err(Rejection::PeerGone(gone));
            }
        }
        if !file.is_read {
            self.queue_more(file)?;
        }
        Ok(file.is_read && self.waiting_for(&file.recipients) == 0)
    }

    fn queue_more(&mut self, file: &mut FileSend) -> Result<(), Rejection> {
        let chunk = match file.recipients {
            Recipients::Streams(_) => STREAM_CHUNK,
            Recipients::Datagrams(_) => FILE_DATAGRAM,
        };
        let mut buffer = vec![0; chunk];
        let mut queued_now = 0;
        while self.waiting_for(&file.recipients) < LOW_WATER {
            if queued_now >= LOW_WATER {
                // Other peers and commands have their turn; this one goes on with the next.
                self.is_unfinished = true;
                break;
            }
            let length = file
                .read_part(&mut buffer)
                .map_err(|error| Failure::new(Operation::ReadFile, file.path.display(), error))?;
            let is_first = file.sent == length as u64;
            // Known at once, because a peer may close as soon as it has the last byte.
            file.is_read = length == 0 || file.total > 0 && file.sent >= file.total;
            let part = Payload::from(&buffer[..length]);
            if length > 0 || self.streams.has_frames() {
                let form = MessageForm::Part { is_first, is_last: file.is_read };
                self.send_part(&file.recipients, &part.in_form(form))?;
            }
            if file.is_read {
                break;
            }
            queued_now += length as u64;
        }
        Ok(())
    }

    fn waiting_for(&self, recipients: &Recipients) -> u64 {
        match (recipients, &self.link) {
            (Recipients::Streams(ids), _) => self.streams.longest_queue(ids),
            (Recipients::Datagrams(_), Link::Datagrams(datagrams)) => datagrams.queued_bytes(),
            (Recipients::Datagrams(_), _) => 0,
        }
    }

    fn send_part(&mut self, recipients: &Recipients, part: &Payload) -> Result<(), Rejection> {
        let Worker { streams, link, log, board, .. } = self;
        match (recipients, link) {
            (Recipients::Streams(ids), _) => {
                // Who leaves between two parts is noted with the next turn; the others have this part.
                let ids: Vec<PeerId> = ids.iter().copied().filter(|id| streams.can_send(*id)).collect();
                streams.send(&ids, part, Origin::File, log, board)
            }
            (Recipients::Datagrams(targets), Link::Datagrams(datagrams)) => {
                datagrams.send(targets, part, Origin::File, log)
            }
            (Recipients::Datagrams(_), _) => Err(Rejection::NotOpen),
        }
    }
}

impl FileSend {
    /// Reads what comes next. A file that grows is sent as far as it reached when it was asked for. A file that claims
    /// to be empty and is not, as those of /proc, is sent to its end.
    fn read_part(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = if self.total == 0 { u64::MAX } else { self.total - self.sent };
        let length = read_full(&mut (&self.file).take(rest), buffer)?;
        self.sent += length as u64;
        Ok(length)
    }
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
    use super::{FileSend, Recipients};
    use crate::model::ids::JobId;
    use std::io::{Seek, Write};

    #[test]
    fn a_file_that_grows_is_sent_as_far_as_it_reached() {
        for (total, parts) in [(10, vec![8, 2]), (30, vec![8, 8, 8]), (0, vec![8, 8, 8])] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[7; 24]).unwrap();
            file.rewind().unwrap();
            let (recipients, path) = (Recipients::Streams(Vec::new()), "a".into());
            let (job, sent, told, gone, is_read) = (JobId(1), 0, None, None, false);
            let mut sending = FileSend { job, path, file, sent, total, told, recipients, gone, is_read };
            let mut read = Vec::new();
            while let length @ 1.. = sending.read_part(&mut [0; 8]).unwrap() {
                read.push(length);
            }
            assert_eq!(read, parts, "{total}");
            assert_eq!(sending.sent, parts.iter().sum::<usize>() as u64, "{total}");
        }
    }
}
