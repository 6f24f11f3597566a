//! What the selected rows come to together: gone over beside the frames, because all of a long session may be selected. It
//! must not know where that is shown.

pub mod view;

use crate::engine::jobs::JobControl;
use crate::journal::JournalError;
use crate::journal::split::SplitRows;
use crate::journal::totals::{Counted, Totals};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind, finished};
use crate::ui::log::LogRows;
use crate::ui::sheet::Rows;
use crate::ui::sheet::Selection;
use crate::ui::tab::log_view::LogView;
use std::ops::{ControlFlow, RangeInclusive};
use std::time::{Duration, Instant};

/// What takes longer is told as so much of the way.
const SOON: Duration = Duration::from_millis(150);

/// What several selected rows come to.
#[derive(Debug, Default)]
pub struct SelectedTotals {
    /// Which rows are gone over, and since when.
    of: Option<(SelectedRows, Instant)>,
    /// That takes long.
    is_late: bool,
    job: Option<JobHandle<Result<Totals, JournalError>>>,
    totals: Option<Totals>,
}

/// Which rows are selected. While it is the same, so is what they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SelectedRows {
    ranges: Vec<RangeInclusive<u64>>,
    /// How many of them are shown.
    count: u64,
    /// How far messages were cut, where one of them may go on.
    growing: Option<u64>,
}

/// What can be told of the selected rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// This is what they come to.
    Totals(Totals),
    /// There are so many, and so many in a hundred were gone over.
    Under(u64, u64),
}

impl SelectedTotals {
    /// Goes over what is selected now, unless it is one row or none, or that is known.
    pub(in crate::ui) fn take_in(&mut self, log: &LogView, cx: &mut Cx<'_>) {
        let selected = log.rows.as_ref().and_then(|rows| SelectedRows::of(log.sheet.selection(), rows));
        let (Some(selected), Some(rows)) = (selected, &log.rows) else {
            *self = SelectedTotals::default();
            return;
        };
        if self.of.as_ref().is_none_or(|(known, _)| *known != selected) {
            self.job = None;
            self.job = start(selected.ranges.clone(), rows, cx);
            self.of = Some((selected, Instant::now()));
        }
        match finished(&mut self.job) {
            Some(Ok(totals)) => self.totals = Some(totals),
            Some(Err(error)) => {
                self.totals = None;
                cx.notices.problem(error_text::journal(cx.locale, &error));
            }
            None => {}
        }
        self.is_late = self.of.as_ref().is_some_and(|(_, since)| since.elapsed() >= SOON);
    }

    /// What is known now. For a moment it is what was selected before, so that dragging over rows does not flicker.
    pub fn shown(&self) -> Option<Shown> {
        let (selected, _) = self.of.as_ref()?;
        let Some(job) = &self.job else { return self.totals.map(Shown::Totals) };
        let totals = self.totals.filter(|_| !self.is_late);
        let (done, total) = job.progress();
        Some(
            totals
                .map_or(Shown::Under(selected.count, done.saturating_mul(100) / total.max(1)), Shown::Totals),
        )
    }
}

impl SelectedRows {
    fn of(selection: &Selection, rows: &LogRows) -> Option<SelectedRows> {
        if !selection.has_several() {
            return None;
        }
        let ranges = selection.ranges().to_vec();
        let len = rows.next_key().0;
        let count = Counted { ranges: &ranges, among: rows.matching().map(AsRef::as_ref) }.count(len);
        let may_grow = ranges.last().is_some_and(|last| *last.end() >= rows.first_unfinished().0);
        let growing = rows.messages().filter(|_| may_grow).map(|messages| messages.records());
        Some(SelectedRows { ranges, count, growing })
    }
}

fn start(
    ranges: Vec<RangeInclusive<u64>>,
    rows: &LogRows,
    cx: &mut Cx<'_>,
) -> Option<JobHandle<Result<Totals, JournalError>>> {
    let (reader, messages, shown) = (rows.reader().clone(), rows.messages(), rows.matching().cloned());
    cx.start_job(JobKind::Totals, move |control| {
        let counted = Counted { ranges: &ranges, among: shown.as_deref() };
        let len = messages.as_ref().map_or(reader.snapshot().records, SplitRows::len);
        let mut go_on = watch(control, counted.count(len));
        match messages {
            Some(messages) => Totals::of_messages(&messages, counted, &mut go_on),
            None => Totals::of_records(&reader, counted, &mut go_on),
        }
    })
}

/// Tells how far it is; what nobody wants to know any more comes to its end.
fn watch(control: &JobControl, total: u64) -> impl FnMut(u64) -> ControlFlow<()> {
    move |done| {
        control.set_progress(done, total);
        if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
