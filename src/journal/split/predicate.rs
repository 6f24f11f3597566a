//! Judging messages by an expression: each by itself, in their order. A step goes over some rows, and the next one goes
//! on, also with those that came meanwhile.

use crate::codec::rows::RowClock;
use crate::codec::text::Carry;
use crate::journal::error::JournalError;
use crate::journal::query::{Predicate, PredicateProgress, RowJudge};
use crate::journal::split::rows::SplitRows;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;

/// More messages that have not ended are not judged again and again; each is once it has ended.
const MOST_OPEN_ROWS: u64 = 4_096;

/// Goes over the rows of a split, and gathers those that a predicate wants. What has not ended stands behind the others and
/// is judged as it is now whenever all others have been.
#[derive(Debug)]
pub struct MessageScan {
    rows: SplitRows,
    judge: RowJudge,
    clock: RowClock,
    next: u64,
    /// The rows that may still change and were wanted when that was told last, and how many stood before them.
    told_open: (u64, RoaringTreemap),
}

impl MessageScan {
    /// A scan of all messages and of what is no data.
    pub fn new(rows: SplitRows, predicate: Predicate) -> MessageScan {
        let judge = RowJudge::new(rows.reader(), predicate);
        MessageScan {
            rows,
            judge,
            clock: RowClock::default(),
            next: 0,
            told_open: (0, RoaringTreemap::new()),
        }
    }

    /// Judges about so many more rows.
    pub fn step(&mut self, budget_rows: u64) -> Result<PredicateProgress, JournalError> {
        let total = self.rows.finished();
        let end = self.next.saturating_add(budget_rows.max(1)).min(total);
        let mut progress = PredicateProgress { total, ..PredicateProgress::default() };
        let MessageScan { rows, judge, clock, next, .. } = self;
        let mut outcome = Ok(());
        rows.visit(
            *next..end,
            &mut |row| match judge.wants(row, Carry::default(), clock.next(row).after_ns) {
                Ok(is_wanted) => {
                    if is_wanted {
                        progress.found.insert(*next);
                    }
                    *next += 1;
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    outcome = Err(error);
                    ControlFlow::Break(())
                }
            },
        )?;
        outcome?;
        *next = end.max(*next);
        (progress.scanned, progress.done) = (*next, *next >= total);
        if progress.done {
            progress.open = self.news_of_open()?;
        }
        Ok(progress)
    }

    /// Those that are wanted of the rows that may still change, unless that has been told. Behind more rows that do not
    /// change, the same keys are other rows.
    fn news_of_open(&mut self) -> Result<Option<RoaringTreemap>, JournalError> {
        let open = (self.next, self.judge_open()?);
        let is_told = open.1 == self.told_open.1 && (open.1.is_empty() || open.0 == self.told_open.0);
        if is_told {
            return Ok(None);
        }
        self.told_open = open.clone();
        Ok(Some(open.1))
    }

    fn judge_open(&mut self) -> Result<RoaringTreemap, JournalError> {
        let MessageScan { rows, judge, clock, next, .. } = self;
        let (mut wanted, mut outcome) = (RoaringTreemap::new(), Ok(()));
        let mut clock = *clock;
        let open = *next..rows.len().min(next.saturating_add(MOST_OPEN_ROWS));
        let mut key = open.start;
        judge.for_now(|judge| {
            rows.visit(open, &mut |row| match judge.wants(row, Carry::default(), clock.next(row).after_ns) {
                Ok(is_wanted) => {
                    if is_wanted {
                        wanted.insert(key);
                    }
                    key += 1;
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    outcome = Err(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        outcome.map(|()| wanted)
    }
}
