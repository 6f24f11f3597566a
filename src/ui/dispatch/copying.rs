//! Copying rows: read and put into a form beside the frames, because all of a long session may be selected. It
//! knows no clipboard.

use crate::codec::copy::CopyForm;
use crate::codec::prose::body_text;
use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RecordId;
use crate::model::record::Body;
use crate::util::locale::Locale;
use roaring::RoaringTreemap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What is copied at most: clipboards are no place for gigabytes.
const MOST_COPIED_BYTES: usize = 16 << 20;

/// What is to be copied.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) reader: JournalReader,
    pub(super) ranges: Vec<RangeInclusive<u64>>,
    /// Rows that a filter hides are not copied, although they lie between those that were selected.
    pub(super) shown: Option<Arc<RoaringTreemap>>,
    pub(super) form: CopyForm,
    pub(super) encoding: TextEncoding,
    pub(super) locale: &'static Locale,
}

/// What is for the clipboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) text: String,
    /// More was selected than is copied.
    pub(super) is_cut: bool,
}

impl Selected {
    /// Text and hex have a line for each row, and say what happened, too. The other forms are one value made of
    /// all bytes, unless there are none.
    pub(super) fn copy(&self, control: &JobControl) -> Result<Copied, JournalError> {
        let is_by_row = matches!(self.form, CopyForm::Text | CopyForm::Hex);
        let mut copied = Copied::default();
        let mut bytes = Vec::new();
        let is_shown = |id: &u64| self.shown.as_ref().is_none_or(|shown| shown.contains(*id));
        for id in self.ranges.iter().flat_map(Clone::clone).filter(is_shown) {
            let Some(record) = self.reader.record(RecordId(id))? else { break };
            match record.body {
                Body::Data(data) if is_by_row => {
                    push_line(&mut copied.text, &self.form.render(&data.bytes, self.encoding));
                }
                Body::Data(mut data) => bytes.append(&mut data.bytes),
                body => push_line(&mut copied.text, &body_text(&body, self.locale)),
            }
            if copied.text.len() + bytes.len() > MOST_COPIED_BYTES {
                copied.is_cut = true;
                break;
            }
            if control.is_cancelled() {
                break;
            }
        }
        if !bytes.is_empty() {
            bytes.truncate(MOST_COPIED_BYTES);
            copied.text = self.form.render(&bytes, self.encoding);
        }
        Ok(copied)
    }
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
}
