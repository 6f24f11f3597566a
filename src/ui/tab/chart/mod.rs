//! The chart of a log: how much came and went when, and a number taken out of its messages. Long journals are gone over
//! beside the frames; what comes in later is taken in with each frame. It must not know how the chart is drawn.

mod curve;
mod picture;
pub mod view;

use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::timeline::{Flow, FlowScan, Timeline};
use crate::journal::{JournalError, JournalReader};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::tab::chart::curve::{CurveScan, Range, Wanted};
use crate::ui::tab::log_view::{LogRules, LogView};
use crate::ui::tab::remarks::{Remark, Remarked};
use std::mem;

/// So many records are gone over in a frame, and beside the frames between two looks at whether that is still wanted.
const RECORDS_IN_A_FRAME: u64 = 10_000;
const RECORDS_IN_A_STEP: u64 = 100_000;

/// Values cost more than heads.
const VALUES_IN_A_FRAME: u64 = 500;
const VALUES_IN_A_STEP: u64 = 5_000;

/// What can be asked of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartAction {
    /// The chart is shown, or hidden.
    Toggle,
    /// The first row at or after this moment is in sight, in nanoseconds since 1970-01-01 UTC.
    GoTo(i64),
}

/// The chart of one log.
#[derive(Debug, Default)]
pub struct Chart {
    /// Whether it is shown.
    pub is_shown: bool,
    /// Which number is taken out of messages, as typed: a decoded field, or a regular expression with a group.
    pub typed: String,
    /// Whether bytes are drawn, and not messages.
    pub counts_bytes: bool,
    /// The time that is drawn; all of it without one.
    pub zoom: Option<(i64, i64)>,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// What was remarked, and how much there was to remark when that was looked at.
    remarks: (Remarked, Vec<Remark>),
    flow: Option<Scanning<FlowScan>>,
    curve: Option<(Wanted, Scanning<CurveScan>)>,
    /// Where a range of time was begun to be dragged.
    drag_from: Option<i64>,
}

/// Something that goes over a journal, a part at a time.
trait Scan: Send + Sized + 'static {
    /// How much is done in a frame, and beside the frames in one step.
    const BUDGETS: (u64, u64);

    /// Goes on; tells whether all was gone over that there is.
    fn go_on(&mut self, budget: u64) -> Result<bool, JournalError>;

    /// How many records were gone over.
    fn done(&self) -> u64;
}

/// Where it is gone on.
#[derive(Debug)]
enum Scanning<T> {
    /// With each frame.
    Here(Box<T>),
    /// Beside the frames.
    Beside(JobHandle<Result<T, JournalError>>),
    /// It cannot go on.
    Ended,
}

impl Chart {
    /// Shows the chart, or hides it: then nothing is gone over any more.
    pub fn toggle(&mut self) {
        *self = Chart { is_shown: !self.is_shown, typed: mem::take(&mut self.typed), ..Chart::default() };
    }

    /// Another journal is shown from now on.
    pub fn forget(&mut self) {
        *self = Chart { is_shown: self.is_shown, typed: mem::take(&mut self.typed), ..Chart::default() };
    }

    /// How much came and went, as far as that was gone over here.
    fn flow(&self) -> Option<&Timeline<Flow>> {
        match self.flow.as_ref()? {
            Scanning::Here(scan) => Some(scan.timeline()),
            Scanning::Beside(_) | Scanning::Ended => None,
        }
    }

    /// The number that was taken out of messages.
    fn values(&self) -> Option<&Timeline<Range>> {
        match &self.curve.as_ref()?.1 {
            Scanning::Here(scan) => Some(scan.timeline()),
            Scanning::Beside(_) | Scanning::Ended => None,
        }
    }

    /// Draws a line for each mark and note of a log, as they are now.
    pub(in crate::ui) fn take_remarks(&mut self, log: &mut LogView) {
        let marked = log.sheet.marked();
        let remarked = log.remarks.remarked(marked);
        if self.is_shown && self.remarks.0 != remarked {
            let newest = log.rows.as_mut().map(|rows| log.remarks.newest(marked, rows));
            self.remarks = (remarked, newest.unwrap_or_default());
        }
    }

    /// Goes on with what there is now.
    pub(in crate::ui) fn take_in(
        &mut self,
        reader: Option<&JournalReader>,
        encoding: TextEncoding,
        rules: LogRules<'_>,
        cx: &mut Cx<'_>,
    ) {
        let Some(reader) = reader.filter(|_| self.is_shown) else { return };
        let flow = self.flow.take().unwrap_or_else(|| Scanning::new(FlowScan::new(reader.clone())));
        self.flow = Some(flow.go_on(reader, cx));
        if self.typed.trim().is_empty() {
            (self.curve, self.error) = (None, None);
            return;
        }
        let is_known = self.curve.as_ref().is_some_and(|(wanted, _)| wanted.is(&self.typed, encoding, rules));
        if !is_known {
            let wanted = Wanted::new(&self.typed, encoding, rules);
            let scan = CurveScan::new(reader.clone(), &wanted);
            self.error = scan.as_ref().err().map(|error| error.text(cx.locale));
            self.curve = Some((wanted, scan.map_or(Scanning::Ended, Scanning::new)));
        }
        if let Some((wanted, scanning)) = self.curve.take() {
            self.curve = Some((wanted, scanning.go_on(reader, cx)));
        }
    }

    /// How far the work beside the frames is, in percent, while there is some.
    fn percent(&self) -> Option<u64> {
        let flow = self.flow.as_ref().and_then(Scanning::progress);
        let curve = self.curve.as_ref().and_then(|(_, scanning)| scanning.progress());
        let (done, total) = flow.or(curve)?;
        Some(done.saturating_mul(100) / total.max(1))
    }
}

impl<T: Scan> Scanning<T> {
    fn new(scan: T) -> Scanning<T> {
        Scanning::Here(Box::new(scan))
    }

    fn go_on(self, reader: &JournalReader, cx: &mut Cx<'_>) -> Scanning<T> {
        match self {
            Scanning::Beside(job) => match job.take_result() {
                None => Scanning::Beside(job),
                Some(Ok(scan)) => Scanning::new(scan),
                Some(Err(error)) => Scanning::failed(&error, cx),
            },
            Scanning::Here(mut scan)
                if reader.snapshot().records > scan.done().saturating_add(T::BUDGETS.0) =>
            {
                let reader = reader.clone();
                let work = move |control: &JobControl| {
                    while !control.is_cancelled() && !scan.go_on(T::BUDGETS.1)? {
                        control.set_progress(scan.done(), reader.snapshot().records);
                    }
                    Ok(*scan)
                };
                cx.start_job(JobKind::Chart, work).map_or(Scanning::Ended, Scanning::Beside)
            }
            Scanning::Here(mut scan) => match scan.go_on(T::BUDGETS.0) {
                Ok(_) => Scanning::Here(scan),
                Err(error) => Scanning::failed(&error, cx),
            },
            Scanning::Ended => Scanning::Ended,
        }
    }

    fn progress(&self) -> Option<(u64, u64)> {
        match self {
            Scanning::Beside(job) => Some(job.progress()),
            Scanning::Here(_) | Scanning::Ended => None,
        }
    }

    fn failed(error: &JournalError, cx: &mut Cx<'_>) -> Scanning<T> {
        cx.notices.problem(error_text::journal(cx.locale, error));
        Scanning::Ended
    }
}

impl Scan for FlowScan {
    const BUDGETS: (u64, u64) = (RECORDS_IN_A_FRAME, RECORDS_IN_A_STEP);

    fn go_on(&mut self, budget: u64) -> Result<bool, JournalError> {
        self.step(budget)
    }

    fn done(&self) -> u64 {
        self.done_records()
    }
}

impl Scan for CurveScan {
    const BUDGETS: (u64, u64) = (VALUES_IN_A_FRAME, VALUES_IN_A_STEP);

    fn go_on(&mut self, budget: u64) -> Result<bool, JournalError> {
        self.step(budget)
    }

    fn done(&self) -> u64 {
        self.done_records()
    }
}
