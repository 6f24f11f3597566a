//! Reads rows of a journal on a thread of its own, as far ahead as they are taken, so that the sockets never wait for a
//! disk, nor for messages that have to be cut out of a long stream. It knows no peer.

use crate::engine::event::Rejection;
use crate::engine::journal_rows::{JournalRows, SentRow};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::SessionId;
use crate::model::moment::Moment;
use crate::net::poll::Notifier;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Rows are handed over when they have so many bytes, or there are so many of them. One that is longer comes alone.
const BATCH_BYTES: usize = 256 << 10;
const BATCH_ROWS: usize = 1024;

/// A row as it waits to be sent.
#[derive(Debug)]
pub(super) struct ReadRow {
    /// When it happened.
    pub(super) moment: Moment,
    /// What came or went.
    pub(super) bytes: Arc<[u8]>,
    /// So many rows were left out since the one before, because they have no bytes; behind the last one, too.
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
        session: SessionId,
        notifier: Notifier,
    ) -> Result<RowReading, Failure> {
        // One batch waits, the next is being read, the one before is being sent.
        let (sender, batches) = bounded(1);
        let name = format!("rows-{}", session.0);
        let thread = NamedThread::start(&name, move || {
            let reader = Reader { batch: Vec::new(), bytes: 0, held: None, left_out: 0, sender, notifier };
            reader.read(&rows);
        });
        thread.map_err(|error| Failure::new(Operation::StartThread, &name, error))?.leave_to_itself();
        Ok(RowReading { batches, read: VecDeque::new() })
    }

    /// The next row, which stays there until it is taken.
    pub(super) fn next(&mut self) -> Result<NextRow<'_>, Rejection> {
        while self.read.is_empty() {
            match self.batches.try_recv() {
                Ok(Read::Rows(rows)) => self.read.extend(rows),
                Ok(Read::Ended(outcome)) => return outcome.map(|()| NextRow::None),
                Err(TryRecvError::Empty) => return Ok(NextRow::Coming),
                Err(TryRecvError::Disconnected) => {
                    let words = OsError::from_words("its reading has broken off");
                    return Err(Failure::new(Operation::ReadFile, "the rows to send", words).into());
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

/// The thread's side.
struct Reader {
    batch: Vec<ReadRow>,
    bytes: usize,
    /// The row that was read last, until it is known whether it is the last one: a peer may close as soon as it has that.
    held: Option<ReadRow>,
    left_out: u64,
    sender: Sender<Read>,
    notifier: Notifier,
}

impl Reader {
    fn read(mut self, rows: &JournalRows) {
        let outcome = rows.visit(&mut |row| self.take(row));
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
        let Some(bytes) = row.bytes else {
            self.left_out += 1;
            return ControlFlow::Continue(());
        };
        let left_out = std::mem::take(&mut self.left_out);
        let row = ReadRow { moment: row.moment, bytes: Arc::from(bytes), left_out, is_last: false };
        self.held.replace(row).map_or(ControlFlow::Continue(()), |before| self.add(before))
    }

    fn add(&mut self, row: ReadRow) -> ControlFlow<()> {
        let length = row.bytes.len();
        if self.bytes + length > BATCH_BYTES && !self.batch.is_empty() {
            self.hand_over()?;
        }
        self.bytes += length;
        self.batch.push(row);
        if self.batch.len() >= BATCH_ROWS { self.hand_over() } else { ControlFlow::Continue(()) }
    }

    fn hand_over(&mut self) -> ControlFlow<()> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() { ControlFlow::Continue(()) } else { self.send(Read::Rows(batch)) }
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
