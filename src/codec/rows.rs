//! Rows: what is shown, exported and printed one below the other. A row is a record, or a message that was cut out of
//! the records of a stream. It does not know who shows it, nor how.

use crate::codec::framing::{MessageEnd, Place};
use crate::codec::streams::{PieceHead, StreamMessage, StreamSplitter, StreamsEnd};
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crate::model::moment::Moment;
use crate::model::record::{Body, Data, Record};
use crate::util::clock::Stamp;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The record; for a message the one that it begins in, with the bytes of the message.
    pub record: &'a Record,
    /// Its number among the rows, counted from 1.
    pub number: u64,
    /// Of a message: what it was cut out of.
    pub message: Option<Cut>,
    /// Of a match that begins in an earlier record: where.
    pub match_begins: Option<Place>,
}

/// Where a message was cut out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its first byte.
    pub from: Place,
    /// Its last byte; the offset is that behind it.
    pub to: Place,
    /// When its last byte came or went.
    pub ended: Stamp,
    /// How it ended.
    pub end: MessageEnd,
}

/// When a row happened, and how long after others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowTime {
    /// When: of a message, when its first byte came or went.
    pub moment: Moment,
    /// When the first row happened.
    pub first: Moment,
    /// The nanoseconds since the row above; none for the first.
    pub after_ns: Option<i64>,
}

/// The moments of the rows above, for who goes from row to row.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowClock {
    first: Option<Moment>,
    above: Option<Moment>,
}

/// Takes a row; an error ends the whole.
pub type RowSink<'a, E> = dyn FnMut(&Row<'_>) -> Result<(), E> + 'a;

/// Makes rows of the records of a session, in their order.
#[derive(Clone, Debug)]
pub struct RowMaker {
    splitter: Option<StreamSplitter>,
    /// How many rows of messages and events there were.
    made: u64,
}

impl<'a> Row<'a> {
    /// The row of a record.
    pub fn of(record: &'a Record) -> Row<'a> {
        Row { record, number: record.id.0.saturating_add(1), message: None, match_begins: None }
    }
}

impl RowClock {
    /// Rows whose first one was made at this moment.
    pub fn since(first: Moment) -> RowClock {
        RowClock { first: Some(first), above: None }
    }

    /// Goes on to the next row.
    pub fn next(&mut self, row: &Row<'_>) -> RowTime {
        let moment = Moment::of(row.record);
        let first = *self.first.get_or_insert(moment);
        let after_ns = self.above.replace(moment).map(|above| above.until(moment));
        RowTime { moment, first, after_ns }
    }
}

impl Cut {
    /// The records that the message was cut out of.
    pub fn records(&self) -> (RecordId, RecordId) {
        (self.from.record, self.to.record)
    }

    /// Of a message.
    pub fn of(message: &StreamMessage<'_>) -> Cut {
        let place = |place: Place<PieceHead>| Place { record: place.record.record, offset: place.offset };
        Cut {
            from: place(message.from),
            to: place(message.to),
            ended: message.to.record.at,
            end: message.end,
        }
    }
}

impl RowMaker {
    /// Rows of a session that is cut like this; with [`Framing::None`] each record is a row.
    pub fn new(framing: &Framing) -> RowMaker {
        let splitter = (*framing != Framing::None).then(|| StreamSplitter::new(framing.clone()));
        RowMaker { splitter, made: 0 }
    }

    /// Goes on with streams in which something waits, after so many rows.
    pub fn resumed(splitter: StreamSplitter, made: u64) -> RowMaker {
        RowMaker { splitter: Some(splitter), made }
    }

    /// Takes in the next record and gives the rows that it completes. `is_message_oriented` tells of its peer whether
    /// each of its records is a message by itself.
    pub fn push<E>(
        &mut self,
        record: &Record,
        is_message_oriented: bool,
        sink: &mut RowSink<'_, E>,
    ) -> Result<(), E> {
        let Some(splitter) = &mut self.splitter else { return sink(&Row::of(record)) };
        let mut messages = Messages { made: &mut self.made, outcome: Ok(()), sink };
        splitter.record(record, is_message_oriented, |message| messages.give(&message));
        messages.outcome?;
        if record.data().is_some() {
            return Ok(());
        }
        self.made += 1;
        sink(&Row { number: self.made, ..Row::of(record) })
    }

    /// When silence ends the next message (monotonic nanoseconds).
    pub fn deadline_mono_ns(&self) -> Option<u64> {
        self.splitter.as_ref().and_then(StreamSplitter::deadline_mono_ns)
    }

    /// Gives the messages that silence has ended by now.
    pub fn end_silent<E>(&mut self, now_mono_ns: u64, sink: &mut RowSink<'_, E>) -> Result<(), E> {
        let Some(splitter) = &mut self.splitter else { return Ok(()) };
        let mut messages = Messages { made: &mut self.made, outcome: Ok(()), sink };
        splitter.end_silent(now_mono_ns, |message| messages.give(&message));
        messages.outcome
    }

    /// Whether messages have begun that have not ended.
    pub fn has_unfinished(&self) -> bool {
        self.splitter.as_ref().is_some_and(|splitter| splitter.waiting().next().is_some())
    }

    /// Gives what is unfinished, because there is no more.
    pub fn finish<E>(&mut self, sink: &mut RowSink<'_, E>) -> Result<(), E> {
        let Some(splitter) = &mut self.splitter else { return Ok(()) };
        let mut messages = Messages { made: &mut self.made, outcome: Ok(()), sink };
        splitter.end(StreamsEnd::All, |message| messages.give(&message));
        messages.outcome
    }
}

/// Messages on their way to the sink; after an error there are no more.
struct Messages<'a, 'b, E> {
    made: &'a mut u64,
    outcome: Result<(), E>,
    sink: &'a mut RowSink<'b, E>,
}

impl<E> Messages<'_, '_, E> {
    fn give(&mut self, message: &StreamMessage<'_>) {
        if self.outcome.is_err() {
            return;
        }
        *self.made += 1;
        let record = message_record(message);
        let row =
            Row { record: &record, number: *self.made, message: Some(Cut::of(message)), match_begins: None };
        self.outcome = (self.sink)(&row);
    }
}

/// A message as the record that it begins in.
pub fn message_record(message: &StreamMessage<'_>) -> Record {
    let PieceHead { record, at, epoch, peer, data } = message.from.record;
    Record {
        id: record,
        at,
        epoch,
        peer,
        body: Body::Data(Data { head: data, bytes: message.bytes.to_vec() }),
    }
}
