//! Rows of a journal on their way to peers: each goes out by itself, so that a message stays a message, at once or with the
//! times that were between them.

use crate::engine::command::{Content, Pace};
use crate::engine::event::Rejection;
use crate::engine::journal_rows::{JournalRows, RowTiming};
use crate::engine::worker::Worker;
use crate::engine::worker::long::{LOW_WATER, MAKES_UP_FOR};
use crate::engine::worker::queue::Payload;
use crate::engine::worker::recipients::Recipients;
use crate::engine::worker::row_reading::{NextRow, ReadRow, RowReading};
use crate::model::failure::Failure;
use crate::model::ids::SessionId;
use crate::model::moment::Moment;
use crate::model::record::Origin;
use crate::net::poll::Notifier;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// No more rows than this wait for the slowest peer, however short they are.
const MOST_WAITING_ROWS: usize = 1024;

/// What is on its way.
pub(super) struct Replay {
    reading: RowReading,
    recipients: Recipients,
    timing: RowTiming,
    pace: Pace,
    /// The row that was queued last.
    before: Option<Queued>,
    /// How long the rows are that the slowest peer has not taken yet, and all of them together.
    waiting: VecDeque<usize>,
    waiting_bytes: u64,
    /// How many rows have gone out whole.
    sent: u64,
    /// How many there are to send, as far as that is known.
    total: u64,
    /// What of both was told.
    told: Option<(u64, u64)>,
    /// When the next row may go, while it is that which keeps it.
    next_due: Option<Instant>,
    /// All rows are queued.
    is_read: bool,
}

/// A row that was queued.
struct Queued {
    /// When it happened.
    moment: Moment,
    /// From when on the time until the next one counts.
    counts_from: Instant,
    length: usize,
}

/// What becomes of a message on its way out.
#[derive(Clone, Copy)]
enum Messages {
    /// They are framed.
    Framed,
    /// They keep their borders by themselves.
    Bordered,
    /// They have none.
    Run,
}

impl Worker {
    /// Says whether all rows have gone out to everybody.
    pub(super) fn pump_rows(&mut self, replay: &mut Replay) -> Result<bool, Rejection> {
        self.notice_recipients(replay)?;
        if !replay.is_read {
            self.queue_rows(replay)?;
            // Writing may have shown that somebody is gone.
            self.notice_recipients(replay)?;
        }
        Ok(replay.is_read && replay.waiting.is_empty())
    }

    /// Counts what recipients have taken, and those who have left: until then these had taken some, too.
    fn notice_recipients(&self, replay: &mut Replay) -> Result<(), Rejection> {
        let unsent = replay.recipients.unsent_at_end(&self.streams);
        match (replay.recipients.notice_gone(&self.streams, replay.is_read), unsent) {
            (Ok(()), _) => replay.notice_taken(self.waiting_for(&replay.recipients)),
            (Err(gone), None) => return Err(gone),
            (Err(gone), Some(unsent)) => {
                replay.notice_taken(unsent);
                return Err(gone);
            }
        }
        Ok(())
    }

    fn queue_rows(&mut self, replay: &mut Replay) -> Result<(), Rejection> {
        replay.next_due = None;
        let messages = match &replay.recipients {
            _ if self.streams.has_frames() => Messages::Framed,
            recipients if recipients.get_datagrams() || self.streams.keep_borders() => Messages::Bordered,
            _ => Messages::Run,
        };
        let (mut queued_now, mut rows_now) = (0, 0);
        loop {
            if queued_now >= LOW_WATER || rows_now >= MOST_WAITING_ROWS {
                // Other peers and commands have their turn; this one goes on with the next.
                self.is_unfinished = true;
                return Ok(());
            }
            let (moment, payload) = match replay.reading.next()? {
                NextRow::Here(row) => (row.moment, payload_of(row, messages)),
                NextRow::Coming => return Ok(()),
                NextRow::None => {
                    replay.has_read_all();
                    return Ok(());
                }
            };
            rows_now += 1;
            let Some(payload) = payload else {
                replay.total = replay.total.saturating_sub(1);
                if replay.take_row() {
                    return Ok(());
                }
                continue;
            };
            let due = replay.due(moment, self.turn.now);
            if due > self.turn.now {
                replay.next_due = Some(due);
                return Ok(());
            }
            if !replay.has_room(payload.len(), self.waiting_for(&replay.recipients)) {
                return Ok(());
            }
            self.send_to(&replay.recipients, &payload, Origin::User)?;
            queued_now += payload.len() as u64;
            replay.has_queued(moment, due, payload.len(), self.turn.now);
            if replay.take_row() || !replay.recipients.are_there(&self.streams) {
                return Ok(());
            }
            replay.notice_taken(self.waiting_for(&replay.recipients));
        }
    }
}

impl Replay {
    /// Begins to read these rows.
    pub(super) fn start(
        rows: JournalRows,
        recipients: Recipients,
        pace: Pace,
        (session, notifier): (SessionId, Notifier),
    ) -> Result<Replay, Failure> {
        let (timing, total) = (rows.timing(), rows.count());
        let reading = RowReading::start(rows, session, notifier)?;
        Ok(Replay {
            reading,
            recipients,
            timing,
            pace,
            before: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            sent: 0,
            total,
            told: None,
            next_due: None,
            is_read: false,
        })
    }

    /// Who gets them.
    pub(super) fn recipients(&self) -> &Recipients {
        &self.recipients
    }

    /// How many were sent, and of how many, if that was not told yet.
    pub(super) fn take_progress(&mut self) -> Option<(u64, u64)> {
        let now = (self.sent, self.total);
        (self.told.replace(now) != Some(now)).then_some(now)
    }

    /// When the next row may go, while it is that which keeps it.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.next_due
    }

    /// Counts as sent what goes out although nothing more is queued.
    pub(super) fn count_queued(&mut self) {
        self.notice_taken(0);
    }

    /// The slowest peer has taken all but so many bytes. What others have queued behind the rows counts as theirs, so that
    /// none is said to have gone out too early.
    pub(super) fn notice_taken(&mut self, left_bytes: u64) {
        while let Some(first) = self.waiting.front() {
            let behind = self.waiting_bytes - *first as u64;
            if behind < left_bytes {
                break;
            }
            self.waiting_bytes = behind;
            self.waiting.pop_front();
            self.sent += 1;
        }
    }

    /// When a row may go that happened then.
    fn due(&self, moment: Moment, now: Instant) -> Instant {
        let Some(before) = &self.before else { return now };
        let pause = match self.timing {
            RowTiming::AtOnce => Duration::ZERO,
            RowTiming::AsTheyCame => {
                Duration::from_nanos(u64::try_from(before.moment.until(moment)).unwrap_or(0))
            }
        };
        let pause = pause.max(self.pace.after(before.length));
        before.counts_from.checked_add(pause).unwrap_or(before.counts_from)
    }

    /// The row that was next is done with. Says whether it was the last.
    fn take_row(&mut self) -> bool {
        if let Some(row) = self.reading.take() {
            self.total = self.total.saturating_sub(row.left_out);
            self.is_read = row.is_last;
        }
        self.is_read
    }

    /// There was no row with bytes, or none at the end.
    fn has_read_all(&mut self) {
        self.is_read = true;
        self.total = self.sent + self.waiting.len() as u64;
    }

    /// Whether a row of this length may be queued behind so many bytes. A long one waits until it is alone.
    fn has_room(&self, length: usize, waiting_bytes: u64) -> bool {
        let is_alone = waiting_bytes == 0;
        self.waiting.len() < MOST_WAITING_ROWS && (is_alone || waiting_bytes + length as u64 <= LOW_WATER)
    }

    /// A time that could not be kept is made up for, but only a little of it.
    fn has_queued(&mut self, moment: Moment, due: Instant, length: usize, now: Instant) {
        let counts_from = now.checked_sub(MAKES_UP_FOR).map_or(due, |earliest| due.max(earliest));
        self.before = Some(Queued { moment, counts_from, length });
        self.waiting.push_back(length);
        self.waiting_bytes += length as u64;
    }
}

/// What goes out for a row; nothing where it says nothing.
fn payload_of(row: &ReadRow, messages: Messages) -> Option<Payload> {
    let bytes = &row.bytes;
    match messages {
        Messages::Framed => {
            let Content::Bytes { bytes, form } = Content::of_frames(bytes)? else { return None };
            Some(Payload::from(bytes).in_form(form))
        }
        Messages::Bordered => Some(Payload::from(bytes.clone())),
        Messages::Run => Some(Payload::from(bytes.clone())).filter(|payload| !payload.is_empty()),
    }
}
