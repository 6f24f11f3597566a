//! Rows of a journal on their way to peers: each goes out by itself, so that a message stays a message, at once or with the
//! times that were between them.

use crate::engine::command::Pace;
use crate::engine::event::Rejection;
use crate::engine::journal_rows::{JournalRows, RowTiming};
use crate::engine::worker::Worker;
use crate::engine::worker::long::{LOW_WATER, MAKES_UP_FOR};
use crate::engine::worker::queue::PAYLOAD_OVERHEAD;
use crate::engine::worker::recipients::Recipients;
use crate::engine::worker::row_reading::{Messages, NextRow, RowReading};
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
    messages: Messages,
    timing: RowTiming,
    pace: Pace,
    /// The row that was queued last.
    before: Option<Queued>,
    /// What the slowest peer has not taken yet, and how much that is together.
    waiting: VecDeque<Waiting>,
    waiting_weight: u64,
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

/// A row on its way, or one of the messages in it.
struct Waiting {
    weight: u64,
    ends_row: bool,
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

    /// What becomes of a row that goes to these.
    pub(super) fn messages_to(&self, recipients: &Recipients) -> Messages {
        if self.streams.has_frames() {
            Messages::Framed
        } else if recipients.get_datagrams() || self.streams.keep_borders() {
            Messages::Bordered
        } else {
            Messages::Run
        }
    }

    /// Counts what recipients have taken, and those who have left: until then these had taken some, too.
    pub(super) fn notice_recipients(&self, replay: &mut Replay) -> Result<(), Rejection> {
        let unsent = replay.recipients.unsent_at_end(&self.streams);
        let noticed = replay.recipients.notice_gone(&self.streams, replay.is_read);
        // Where nobody is left, what the last one took is counted.
        let left = if noticed.is_ok() { Some(self.waiting_for(&replay.recipients)) } else { unsent };
        if let Some(left) = left {
            replay.notice_taken(left);
        }
        noticed
    }

    fn queue_rows(&mut self, replay: &mut Replay) -> Result<(), Rejection> {
        replay.next_due = None;
        let (mut queued_now, mut rows_now) = (0, 0);
        loop {
            if queued_now >= LOW_WATER || rows_now >= MOST_WAITING_ROWS {
                // Other peers and commands have their turn; this one goes on with the next.
                self.is_unfinished = true;
                return Ok(());
            }
            let (moment, payload, ends_row) = match replay.reading.next()? {
                NextRow::Here(row) => (row.moment, row.payload.clone(), row.ends_row),
                NextRow::Coming => return Ok(()),
                NextRow::None => {
                    replay.has_read_all();
                    return Ok(());
                }
            };
            rows_now += 1;
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
            replay.has_queued((moment, payload.len(), ends_row), due, self.turn.now);
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
        messages: Messages,
        recipients: Recipients,
        pace: Pace,
        (session, notifier): (SessionId, Notifier),
    ) -> Result<Replay, Failure> {
        let (timing, total) = (rows.timing(), rows.count());
        let reading = RowReading::start(rows, messages, session, notifier)?;
        Ok(Replay {
            reading,
            recipients,
            messages,
            timing,
            pace,
            before: None,
            waiting: VecDeque::new(),
            waiting_weight: 0,
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

    /// The slowest peer has taken all but so much. What others have queued behind the rows counts as theirs, so that
    /// none is said to have gone out too early.
    pub(super) fn notice_taken(&mut self, left: u64) {
        while let Some(first) = self.waiting.front() {
            let behind = self.waiting_weight - first.weight;
            if behind < left {
                break;
            }
            self.waiting_weight = behind;
            self.sent += u64::from(first.ends_row);
            self.waiting.pop_front();
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

    /// There was no row that is sent.
    fn has_read_all(&mut self) {
        self.is_read = true;
        self.total = self.sent + self.waiting.iter().filter(|waiting| waiting.ends_row).count() as u64;
    }

    /// How much a message of this length is among what waits.
    fn weight_of(&self, length: usize) -> u64 {
        let overhead = if self.messages == Messages::Bordered { PAYLOAD_OVERHEAD } else { 0 };
        length as u64 + overhead
    }

    /// Whether a message of this length may be queued behind so much. A long one waits until it is alone.
    fn has_room(&self, length: usize, waiting: u64) -> bool {
        let is_alone = waiting == 0;
        self.waiting.len() < MOST_WAITING_ROWS && (is_alone || waiting + self.weight_of(length) <= LOW_WATER)
    }

    /// A time that could not be kept is made up for, but only a little of it.
    fn has_queued(&mut self, (moment, length, ends_row): (Moment, usize, bool), due: Instant, now: Instant) {
        let counts_from = now.checked_sub(MAKES_UP_FOR).map_or(due, |earliest| due.max(earliest));
        self.before = Some(Queued { moment, counts_from, length });
        let weight = self.weight_of(length);
        self.waiting.push_back(Waiting { weight, ends_row });
        self.waiting_weight += weight;
    }
}
