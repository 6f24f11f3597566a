//! What every source of rows can do, whatever a row is made of.

use crate::codec::framing::Place;
use crate::codec::rows::{Cut, Row};
use crate::codec::text::{Carry, TextEncoding};
use crate::journal::JournalError;
use crate::model::ids::{RecordId, RowKey};
use crate::model::record::Record;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A row as it was read.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// The record; for a message the one that it begins in, with the bytes of the message.
    pub record: Record,
    /// Its number among all rows, counted from 1, once that is known.
    pub number: Option<u64>,
    /// Of a message: what it was cut out of.
    pub message: Option<Cut>,
}

/// Rows under dense keys.
pub trait RowSource: fmt::Debug + Send {
    /// The same rows for somebody who reads others of them: a source keeps those that were read last.
    fn again(&self) -> Box<dyn RowSource>;

    /// How many rows there are now.
    fn count(&self) -> u64;

    /// Rows from this one on may still change.
    fn volatile_from(&self) -> u64;

    /// Takes in what is there now; once a frame, so that a frame sees one world.
    fn refresh(&mut self);

    /// Reads the rows of a range at once.
    fn prepare(&mut self, range: Range<u64>) -> Result<(), JournalError>;

    /// A row; `None` if there is no such row.
    fn row(&mut self, key: RowKey) -> Result<Option<Arc<LogRow>>, JournalError>;

    /// What the stream of a row left unfinished before it.
    fn carry(&mut self, row: &LogRow, encoding: TextEncoding) -> Carry;

    /// The first row that has something of this record, or of a later one.
    fn key_of(&self, record: RecordId) -> Result<RowKey, JournalError>;
}

impl LogRow {
    /// The row as everybody sees it.
    pub fn as_row(&self) -> Row<'_> {
        let number = self.number.unwrap_or(0);
        Row { record: &self.record, number, message: self.message, match_begins: None }
    }

    /// Where its first byte is.
    pub fn begins(&self) -> Place {
        self.message.map_or(Place { record: self.record.id, offset: 0 }, |cut| cut.from)
    }

    /// How much memory its bytes take.
    pub(super) fn bytes(&self) -> usize {
        self.record.bytes_of_any_layer().map_or(0, |data| data.bytes.len())
    }
}
