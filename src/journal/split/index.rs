//! Places from which the cutting can go on: one for some hundred rows, with what waits in the streams there. It reads no
//! file.

use crate::codec::streams::WaitingPiece;
use crate::model::ids::RecordId;

/// So many rows lie between two places at first.
const ROWS_BETWEEN: u64 = 256;

/// A place is worth while after so many records, too, where messages are made of many.
const RECORDS_BETWEEN: u64 = 4_096;

/// The index takes no more memory: then every second place is given up, and those that come are farther apart.
const MOST_BYTES: usize = 96 << 20;

/// Where cutting can go on: before this record, with so many rows before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoint {
    pub(super) first_row: u64,
    pub(super) record: u64,
    /// Where what waits begins in the list of all that waits.
    waiting_from: usize,
}

/// The last place, and how far the next one is from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastPlace {
    first_row: u64,
    record: u64,
    thinned: u64,
}

/// All places of one split.
#[derive(Clone, Debug)]
pub(super) struct SplitIndex {
    checkpoints: Vec<Checkpoint>,
    waiting: Vec<WaitingPiece>,
    /// 1, and twice as much each time that places were given up.
    thinned: u64,
    most_bytes: usize,
    /// Rows that will never change.
    pub(super) rows: u64,
    /// Rows behind them that are unfinished.
    pub(super) unfinished: u64,
    /// The next record that is cut.
    pub(super) next_record: u64,
}

impl LastPlace {
    /// Whether it is time for another place before this record, with so many rows before it. Where there are many
    /// streams a place costs more.
    pub(super) fn is_due(&self, rows: u64, record: u64, streams: usize) -> bool {
        let rows_between = ROWS_BETWEEN.max(4 * streams as u64) * self.thinned;
        rows - self.first_row >= rows_between || record - self.record >= RECORDS_BETWEEN * self.thinned
    }

    /// The same after another place was added.
    pub(super) fn at(self, first_row: u64, record: u64) -> LastPlace {
        LastPlace { first_row, record, ..self }
    }
}

impl SplitIndex {
    pub(super) fn new(first_record: u64) -> SplitIndex {
        SplitIndex::with_most_bytes(first_record, MOST_BYTES)
    }

    pub(super) fn with_most_bytes(first_record: u64, most_bytes: usize) -> SplitIndex {
        let start = Checkpoint { first_row: 0, record: first_record, waiting_from: 0 };
        SplitIndex {
            checkpoints: vec![start],
            waiting: Vec::new(),
            thinned: 1,
            most_bytes,
            rows: 0,
            unfinished: 0,
            next_record: first_record,
        }
    }

    /// The last place, from which the distance to the next one is measured.
    pub(super) fn last_place(&self) -> LastPlace {
        let place = self.place(self.checkpoints.len()).0;
        LastPlace { first_row: place.first_row, record: place.record, thinned: self.thinned }
    }

    /// Adds a place with what waits there.
    pub(super) fn add(&mut self, rows: u64, record: u64, waiting: impl Iterator<Item = WaitingPiece>) {
        self.checkpoints.push(Checkpoint { first_row: rows, record, waiting_from: self.waiting.len() });
        self.waiting.extend(waiting);
        if self.bytes() > self.most_bytes {
            self.thin_out();
        }
    }

    /// The last place at or before this row.
    pub(super) fn before_row(&self, row: u64) -> (Checkpoint, &[WaitingPiece]) {
        self.place(self.checkpoints.partition_point(|place| place.first_row <= row))
    }

    /// The last place at or before this record.
    pub(super) fn before_record(&self, record: RecordId) -> (Checkpoint, &[WaitingPiece]) {
        self.place(self.checkpoints.partition_point(|place| place.record <= record.0))
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        self.checkpoints.len() * size_of::<Checkpoint>() + self.waiting.len() * size_of::<WaitingPiece>()
    }

    fn place(&self, behind: usize) -> (Checkpoint, &[WaitingPiece]) {
        let at = behind.saturating_sub(1).min(self.checkpoints.len() - 1);
        let end = self.checkpoints.get(at + 1).map_or(self.waiting.len(), |next| next.waiting_from);
        let place = self.checkpoints[at];
        (place, &self.waiting[place.waiting_from..end])
    }

    fn thin_out(&mut self) {
        let (mut checkpoints, mut waiting) = (Vec::new(), Vec::new());
        for at in (0..self.checkpoints.len()).step_by(2) {
            let (place, pieces) = self.place(at + 1);
            checkpoints.push(Checkpoint { waiting_from: waiting.len(), ..place });
            waiting.extend_from_slice(pieces);
        }
        self.checkpoints = checkpoints;
        self.waiting = waiting;
        self.thinned *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::SplitIndex;
    use crate::codec::framing::Place;
    use crate::codec::streams::WaitingPiece;
    use crate::model::ids::{PeerId, RecordId};
    use crate::model::record::Direction;

    fn piece(record: u64) -> WaitingPiece {
        let from = Place { record: RecordId(record), offset: 3 };
        let peer = Some(PeerId::FIRST);
        WaitingPiece { peer, direction: Direction::Received, from, last: RecordId(record), passing: 0 }
    }

    #[test]
    fn a_hundred_million_rows_cost_less_than_the_limit() {
        let mut index = SplitIndex::new(0);
        for row in (0..100_000_000).step_by(256) {
            if index.last_place().is_due(row, row, 1) {
                index.add(row, row, [piece(row)].into_iter());
            }
        }
        assert!(index.bytes() < 100 << 20, "{}", index.bytes());
        let (place, waiting) = index.before_row(77_777_777);
        assert!(place.first_row <= 77_777_777 && place.first_row + 256 > 77_777_777);
        assert_eq!(waiting, [piece(place.record)]);
    }

    #[test]
    fn what_is_given_up_leaves_the_rest_right() {
        let mut index = SplitIndex::with_most_bytes(0, 10_000);
        for row in 0..1_000_000 {
            if index.last_place().is_due(row, row, 1) {
                index.add(row, row, [piece(row)].into_iter());
            }
            assert!(index.bytes() <= 10_000);
        }
        for row in [0, 999, 500_000, 999_999] {
            let (place, waiting) = index.before_row(row);
            assert!(place.first_row <= row && place.record == place.first_row);
            let expected = if place.record == 0 { Vec::new() } else { vec![piece(place.record)] };
            assert_eq!(waiting, expected);
        }
    }
}
