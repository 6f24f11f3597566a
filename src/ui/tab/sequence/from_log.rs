//! Steps out of selected rows: read beside the frames, in their order, with the pauses between what was sent.

use crate::automation::sequence::Step;
use crate::codec::copy::CopyForm;
use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::JournalError;
use crate::model::record::{Body, Direction};
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::tab::Tab;
use crate::ui::tab::copying::Selected;
use crate::ui::tab::rows::selected_rows;
use crate::ui::written_text::file_error;
use std::ops::ControlFlow;
use std::time::Duration;

/// More steps are no sequence that a person would look through.
const MOST_STEPS: usize = 1000;

/// The steps, each as it stands in a file.
pub(super) type LoggedSteps = Result<Vec<String>, JournalError>;

/// Begins to read the selected rows.
pub(super) fn start(tab: &mut Tab, cx: &mut Cx<'_>) {
    let Some(selected) = selected_rows(tab, CopyForm::Hex, cx) else {
        cx.notices.info(cx.locale.text("sequence.select_rows"));
        return;
    };
    let encoding = tab.encoding();
    tab.sequence.logged = cx.start_job(JobKind::Copy, move |control| steps(&selected, encoding, control));
}

fn steps(selected: &Selected, encoding: TextEncoding, control: &JobControl) -> LoggedSteps {
    let mut steps = Vec::new();
    let mut sent_at: Option<i64> = None;
    selected.visit(&mut |row, _| {
        let Body::Data(data) = &row.record.body else { return ControlFlow::Continue(()) };
        let at = row.record.at.wall_ns;
        let step = match data.head.direction {
            Direction::Sent => {
                // After something came there is no need to wait for time to pass.
                let since = sent_at.replace(at).and_then(|before| u64::try_from(at - before).ok());
                steps.extend(since.map(Duration::from_nanos).and_then(Step::pausing));
                Some(Step::sending(&data.bytes, encoding))
            }
            Direction::Received => {
                sent_at = None;
                Step::waiting_for(&data.bytes, encoding)
            }
        };
        steps.extend(step);
        if steps.len() >= MOST_STEPS || control.is_cancelled() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(steps.iter().map(Step::to_string).collect())
}

/// Puts the steps behind those that are there.
pub(super) fn take_in(tab: &mut Tab, cx: &mut Cx<'_>) {
    let Some(result) = tab.sequence.logged.as_ref().and_then(JobHandle::take_result) else { return };
    tab.sequence.logged = None;
    let steps = match result {
        Ok(steps) => steps,
        Err(error) => return cx.notices.problem(error_text::journal(cx.locale, &error)),
    };
    if steps.is_empty() {
        return cx.notices.info(cx.locale.text("sequence.no_data_rows"));
    }
    let encoding = tab.encoding();
    let document = &mut tab.settings.drawer.sequence;
    match tab.sequence.editor.file(&document.text, encoding) {
        Ok(sequence) => {
            let known: Vec<String> = sequence.steps.iter().map(Step::to_string).collect();
            document.text = sequence.with_steps(known.iter().chain(&steps).map(String::as_str));
            tab.sequence.editor.close();
            tab.sequence.forget_run();
        }
        Err(why) => cx.notices.problem(file_error(cx.locale, &why)),
    }
}
