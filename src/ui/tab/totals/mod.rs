//! What the selected rows come to together: gone over beside the frames, because all of a long session may be selected. It
//! must not know where that is shown.

pub mod words;

use crate::engine::jobs::JobControl;
use crate::journal::JournalError;
use crate::journal::split::SplitRows;
use crate::journal::totals::{Counted, Totals};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::log::LogRows;
use crate::ui::sheet::Rows;
use crate::ui::tab::log_view::LogView;
use std::ops::{ControlFlow, RangeInclusive};
use std::time::{Duration, Instant};

/// What takes longer is told as so much of the way.
const SOON: Duration = Duration::from_millis(150);

/// Messages that grow are gone over again after so long.
const GROWING_PAUSE: Duration = Duration::from_millis(250);

/// What several selected rows come to.
#[derive(Debug, Default)]
pub struct SelectedTotals {
    /// Which rows are selected now, and since when.
    of: Option<(SelectedRows, Instant)>,
    under_way: Option<UnderWay>,
    /// Which were gone over, what they come to unless they cannot be read, and when that was known.
    known: Option<(SelectedRows, Option<Totals>, Instant)>,
    /// It takes long to go over those that are selected now.
    is_late: bool,
}

/// Rows that are gone over.
#[derive(Debug)]
struct UnderWay {
    of: SelectedRows,
    job: JobHandle<Result<Totals, JournalError>>,
    /// Others are selected now; the work goes on until it has noticed.
    is_given_up: bool,
}

/// Which rows are selected. While it is the same, so is what they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SelectedRows {
    ranges: Vec<RangeInclusive<u64>>,
    /// How many of them are shown.
    count: u64,
    /// Which search for the rows that are shown found them.
    search: u64,
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
    /// Goes over what is selected now, unless it is one row or none, or that is known. Tells when to look again.
    pub(in crate::ui) fn take_in(&mut self, log: &LogView, cx: &mut Cx<'_>) -> Option<Duration> {
        let now = Instant::now();
        let selected = log.rows.as_ref().and_then(|rows| SelectedRows::of(log, rows));
        let (Some(selected), Some(rows)) = (selected, &log.rows) else {
            *self = SelectedTotals::default();
            return None;
        };
        self.take_result(now, cx);
        let since = match &self.of {
            Some((of, since)) if of.is_but_grown(&selected) => *since,
            _ => now,
        };
        self.of = Some((selected.clone(), since));
        if let Some(UnderWay { of, job, is_given_up }) = &mut self.under_way {
            // The next work begins when this one has noticed: there is never more than one.
            if !*is_given_up && !of.is_but_grown(&selected) {
                *is_given_up = true;
                job.cancel();
            }
        } else if let Some(pause) = self.pause(&selected, now) {
            return Some(pause);
        } else if self.known.as_ref().is_none_or(|(of, ..)| *of != selected) {
            let job = start(selected.ranges.clone(), rows, cx);
            self.under_way = job.map(|job| UnderWay { of: selected.clone(), job, is_given_up: false });
            if self.under_way.is_none() {
                // Nobody goes over them: what is known is of others.
                self.known = Some((selected, None, now));
            }
        }
        let waited = now.saturating_duration_since(since);
        self.is_late = waited >= SOON;
        (self.under_way.is_some() && !self.is_late).then(|| SOON.saturating_sub(waited))
    }

    /// What is known now. For a moment it is what was selected before, so that dragging over rows does not flicker.
    pub fn shown(&self) -> Option<Shown> {
        let (selected, _) = self.of.as_ref()?;
        let known = self.known.as_ref().filter(|(of, ..)| of.is_but_grown(selected) || !self.is_late);
        if let Some((_, totals, _)) = known {
            return totals.map(Shown::Totals);
        }
        let under_way = self.under_way.as_ref()?;
        let (done, total) = if under_way.is_given_up { (0, 1) } else { under_way.job.progress() };
        Some(Shown::Under(selected.count, done.saturating_mul(100) / total.max(1)))
    }

    fn take_result(&mut self, now: Instant, cx: &mut Cx<'_>) {
        let Some(under_way) = self.under_way.take() else { return };
        match under_way.job.take_result() {
            None => self.under_way = Some(under_way),
            Some(_) if under_way.is_given_up => {}
            Some(totals) => {
                let totals =
                    totals.map_err(|error| cx.notices.problem(error_text::journal(cx.locale, &error))).ok();
                self.known = Some((under_way.of, totals, now));
            }
        }
    }

    /// How long messages that grow are left alone, where just that has changed since it was known what they come to.
    fn pause(&self, selected: &SelectedRows, now: Instant) -> Option<Duration> {
        let (of, _, at) = self.known.as_ref()?;
        let has_grown = of.is_but_grown(selected) && of != selected;
        let pause = GROWING_PAUSE.saturating_sub(now.saturating_duration_since(*at));
        (has_grown && !pause.is_zero()).then_some(pause)
    }
}

impl SelectedRows {
    fn of(log: &LogView, rows: &LogRows) -> Option<SelectedRows> {
        let selection = log.sheet.selection();
        if !selection.has_several() {
            return None;
        }
        let ranges = selection.ranges().to_vec();
        let len = rows.next_key().0;
        let count = Counted { ranges: &ranges, among: rows.matching().map(AsRef::as_ref) }.count(len);
        let may_grow = ranges.last().is_some_and(|last| *last.end() >= rows.first_unfinished().0);
        let growing = rows.messages().filter(|_| may_grow).map(|messages| messages.records());
        Some(SelectedRows { ranges, count, search: log.find.searches(), growing })
    }

    /// Whether the same rows are selected, of which the last may have become longer.
    fn is_but_grown(&self, later: &SelectedRows) -> bool {
        let SelectedRows { ranges, count, search, growing: _ } = self;
        (ranges, *count, *search) == (&later.ranges, later.count, later.search)
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
