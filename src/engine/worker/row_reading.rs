//! Reads rows of a journal on a thread of its own, as far ahead as they are taken, so that the sockets never wait for a
//! disk, nor for messages that have to be cut out of a long stream. It decides what a row says, and knows no peer.

use crate::codec::websocket::NoWholeMessages;
use crate::engine::command::Content;
use crate::engine::event::Rejection;
use crate::engine::journal_rows::{JournalRows, SentRow};
use crate::engine::worker::queue::Payload;
use crate::model::failure::{Failure, Operation};
use crate::model::ids::SessionId;
use crate::model::moment::Moment;
use crate::net::poll::Notifier;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Rows are handed over when they have so many bytes, or there are so many of them. One that is longer comes alone.
const BATCH_BYTES: usize = 256 << 10;
const BATCH_ROWS: usize = 1024;

/// What becomes of a message on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Messages {
    /// They are framed.
    Framed,
    /// They keep their borders by themselves.
    Bordered,
    /// They have none.
    Run,
}

/// A row as it waits to be sent, or one of the messages in it.
#[derive(Debug)]
pub(super) struct ReadRow {
    /// When it happened.
    pub(super) moment: Moment,
    /// What goes out.
    pub(super) payload: Payload,
    /// With this the row is whole.
    pub(super) ends_row: bool,
    /// So many rows were left out since the one before, because they say nothing; behind the last one, too.
    pub(super) left_out: u64,
    /// Nothing comes after it.
    pub(super) is_last: bool,
}

/// What the thread hands over.
enum Read {
    Rows(Vec<ReadRow>),
    Ended(Result<(), Rejection>),
}

/// The rows that are read and not taken yet.
pub(super) struct RowReading {
    /// The thread ends when nobody holds this any more, and is left to itself: nobody waits for the disk.
    batches: Receiver<Read>,
    read: VecDeque<ReadRow>,
    /// The journal whose rows they are.
    path: PathBuf,
}

/// The next row, if it is there.
#[derive(Debug)]
pub(super) enum NextRow<'a> {
    /// It is.
    Here(&'a ReadRow),
    /// It comes; the worker is woken then.
    Coming,
    /// There is none any more.
    None,
}

impl RowReading {
    /// Begins to read; the notifier calls whenever something was read.
    pub(super) fn start(
        rows: JournalRows,
        messages: Messages,
        session: SessionId,
        notifier: Notifier,
    ) -> Result<RowReading, Failure> {
        // One batch waits, the next is being read, the one before is being sent.
        let (sender, batches) = bounded(1);
        let path = rows.path().to_owned();
        let name = format!("rows-{}", session.0);
        let thread = NamedThread::start(&name, move || {
            Reader::new(messages, sender, notifier).read(&rows);
        });
        thread.map_err(|error| Failure::new(Operation::StartThread, &name, error))?.leave_to_itself();
        Ok(RowReading { batches, read: VecDeque::new(), path })
    }

    /// The next row, which stays there until it is taken.
    pub(super) fn next(&mut self) -> Result<NextRow<'_>, Rejection> {
        while self.read.is_empty() {
            match self.batches.try_recv() {
                Ok(Read::Rows(rows)) => self.read.extend(rows),
                Ok(Read::Ended(outcome)) => return outcome.map(|()| NextRow::None),
                Err(TryRecvError::Empty) => return Ok(NextRow::Coming),
                Err(TryRecvError::Disconnected) => {
                    return Err(Rejection::RowsBrokenOff { path: self.path.clone() });
                }
            }
        }
        Ok(self.read.front().map_or(NextRow::Coming, NextRow::Here))
    }

    /// Takes the row that is next.
    pub(super) fn take(&mut self) -> Option<ReadRow> {
        self.read.pop_front()
    }
}

impl Messages {
    /// What goes out for a row that has these bytes; nothing where it says nothing.
    fn payloads_of(self, bytes: &[u8]) -> Result<Vec<Payload>, NoWholeMessages> {
        match self {
            Messages::Framed => Ok(Content::of_frames(bytes)?.into_iter().filter_map(said).collect()),
            Messages::Run if bytes.is_empty() => Ok(Vec::new()),
            Messages::Bordered | Messages::Run => Ok(vec![Payload::from(bytes)]),
        }
    }
}

/// What was said in frames is bytes in a form, and no template.
fn said(content: Content) -> Option<Payload> {
    match content {
        Content::Bytes { bytes, form } => Some(Payload::from(bytes).in_form(form)),
        Content::Template { .. } => None,
    }
}

/// The thread's side.
struct Reader {
    messages: Messages,
    batch: Vec<ReadRow>,
    bytes: usize,
    /// What was read last and is sent, until it is known whether it is the last: a peer may close as soon as it has that.
    held: Option<ReadRow>,
    left_out: u64,
    /// The row that cannot be sent.
    not_whole: Option<u64>,
    sender: Sender<Read>,
    notifier: Notifier,
}

impl Reader {
    fn new(messages: Messages, sender: Sender<Read>, notifier: Notifier) -> Reader {
        let batch = Vec::new();
        Reader { messages, batch, bytes: 0, held: None, left_out: 0, not_whole: None, sender, notifier }
    }

    fn read(mut self, rows: &JournalRows) {
        let visited = rows.visit(&mut |row| self.take(row));
        let outcome = match self.not_whole {
            Some(row) => Err(Rejection::RowNotWhole { path: rows.path().to_owned(), row }),
            None => visited,
        };
        let last = self.held.take();
        let last = last.map(|row| ReadRow {
            left_out: row.left_out + self.left_out,
            is_last: outcome.is_ok(),
            ..row
        });
        let goes_on = last.map_or(ControlFlow::Continue(()), |row| self.add(row));
        if goes_on.is_continue()
            && self.hand_over().is_continue()
            && self.send(Read::Ended(outcome)).is_break()
        {
            // Nobody wants to know any more.
        }
    }

    fn take(&mut self, row: SentRow<'_>) -> ControlFlow<()> {
        let Ok(mut payloads) = row.bytes.map_or(Ok(Vec::new()), |bytes| self.messages.payloads_of(bytes))
        else {
            // What is left out in silence would be missed.
            self.not_whole = Some(row.number);
            return ControlFlow::Break(());
        };
        let Some(last) = payloads.pop() else {
            self.left_out += 1;
            // However long there is nothing to send, it is noticed when nobody wants more.
            let asks = self.left_out.is_multiple_of(BATCH_ROWS as u64);
            return if asks { self.send_batch() } else { ControlFlow::Continue(()) };
        };
        for payload in payloads {
            self.hold(row.moment, payload, false)?;
        }
        self.hold(row.moment, last, true)
    }

    fn hold(&mut self, moment: Moment, payload: Payload, ends_row: bool) -> ControlFlow<()> {
        let left_out = std::mem::take(&mut self.left_out);
        let row = ReadRow { moment, payload, ends_row, left_out, is_last: false };
        self.held.replace(row).map_or(ControlFlow::Continue(()), |before| self.add(before))
    }

    fn add(&mut self, row: ReadRow) -> ControlFlow<()> {
        let length = row.payload.len();
        if self.bytes + length > BATCH_BYTES && !self.batch.is_empty() {
            self.hand_over()?;
        }
        self.bytes += length;
        self.batch.push(row);
        if self.batch.len() >= BATCH_ROWS { self.hand_over() } else { ControlFlow::Continue(()) }
    }

    fn hand_over(&mut self) -> ControlFlow<()> {
        if self.batch.is_empty() { ControlFlow::Continue(()) } else { self.send_batch() }
    }

    fn send_batch(&mut self) -> ControlFlow<()> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        self.send(Read::Rows(batch))
    }

    /// Waits until there is room. Whether anybody wants more.
    fn send(&self, read: Read) -> ControlFlow<()> {
        if self.sender.send(read).is_ok() && self.notifier.notify().is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BATCH_ROWS, Messages, Read, ReadRow, Reader, RowReading};
    use crate::engine::event::Rejection;
    use crate::engine::journal_rows::SentRow;
    use crate::model::ids::Epoch;
    use crate::model::moment::Moment;
    use crate::net::poll::Poll;
    use crate::util::clock::Stamp;
    use crossbeam_channel::{Receiver, bounded};

    fn row(bytes: Option<&[u8]>) -> SentRow<'_> {
        SentRow { number: 1, moment: Moment { at: Stamp::default(), epoch: Epoch(1) }, bytes }
    }

    fn rows(batches: &Receiver<Read>) -> Vec<ReadRow> {
        let rows = batches.try_iter().filter_map(|read| match read {
            Read::Rows(rows) => Some(rows),
            Read::Ended(_) => None,
        });
        rows.flatten().collect()
    }

    #[test]
    fn it_ends_when_nobody_wants_more_although_no_row_says_anything() {
        let (sender, batches) = bounded(10);
        let mut reader = Reader::new(Messages::Run, sender, Poll::new().unwrap().notifier());
        drop(batches);
        let ended_at = (1..=10 * BATCH_ROWS).find(|_| reader.take(row(None)).is_break());
        assert_eq!(ended_at, Some(BATCH_ROWS));
    }

    #[test]
    fn a_reading_that_breaks_off_says_of_which_journal() {
        let (sender, batches) = bounded(1);
        drop(sender);
        let path = std::path::PathBuf::from("a.skj");
        let mut reading = RowReading { batches, read: std::collections::VecDeque::new(), path: path.clone() };
        assert_eq!(reading.next().unwrap_err(), Rejection::RowsBrokenOff { path });
    }

    #[test]
    fn messages_of_a_row_come_one_by_one_and_the_last_that_is_sent_is_held_back() {
        let (sender, batches) = bounded(10);
        let poll = Poll::new().unwrap();
        let mut reader = Reader::new(Messages::Framed, sender, poll.notifier());
        for bytes in [&b"\x89\x00"[..], b"\x81\x01a\x82\x01b", b"\x81\x01c", b"\x88\x00"] {
            assert!(reader.take(row(Some(bytes))).is_continue());
        }
        let held = reader.held.take().unwrap();
        assert_eq!((&held.payload[..], held.ends_row, reader.left_out), (&b"c"[..], true, 1));
        assert!(reader.hand_over().is_continue());
        let told = rows(&batches);
        let told: Vec<_> = told.iter().map(|row| (&row.payload[..], row.ends_row, row.left_out)).collect();
        assert_eq!(told, [(&b"a"[..], false, 1), (b"b", true, 0)]);
        assert!(reader.take(row(Some(b"\x81\x02a"))).is_break());
        assert_eq!(reader.not_whole, Some(1));
    }
}
