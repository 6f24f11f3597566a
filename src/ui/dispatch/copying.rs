//! Copying rows: read and put into a form beside the frames, because all of a long session may be selected. It
//! knows no clipboard.

use crate::codec::copy::CopyForm;
use crate::codec::prose::body_text;
use crate::codec::text::TextEncoding;
use crate::engine::jobs::JobControl;
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RecordId;
use crate::model::record::Body;
use crate::ui::clipboard::CopiedText;
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

impl Selected {
    /// Text and hex have a line for each row, and say what happened, too. The other forms are one value made of
    /// all bytes, unless there are none.
    pub(super) fn copy(&self, control: &JobControl) -> Result<CopiedText, JournalError> {
        let is_by_row = matches!(self.form, CopyForm::Text | CopyForm::Hex);
        let mut copied = CopiedText::default();
        let mut bytes = Vec::new();
        for id in self.rows() {
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

    /// The selected rows that are shown. Of those that are not, none is looked at: everything may be selected.
    fn rows(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        let Some(shown) = &self.shown else { return Box::new(self.ranges.iter().flat_map(Clone::clone)) };
        Box::new(self.ranges.iter().flat_map(|range| {
            let mut rows = shown.iter();
            rows.advance_to(*range.start());
            rows.take_while(|row| row <= range.end())
        }))
    }
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::Selected;
    use crate::codec::copy::CopyForm;
    use crate::codec::text::TextEncoding;
    use crate::engine::jobs::Job;
    use crate::engine::news::News;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::Epoch;
    use crate::model::record::DataHead;
    use crate::util::clock;
    use crate::util::locale::{Language, Locale};
    use roaring::RoaringTreemap;
    use std::ops::RangeInclusive;
    use std::sync::Arc;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    /// What is selected, what of that is shown, and what is copied.
    type Row<'a> = (Vec<RangeInclusive<u64>>, Option<&'a [u64]>, &'a str);

    fn copied(selected: Selected) -> String {
        let news = News::new(Waker::noop().clone());
        let job = Job::start_reading("copy", news, move |control| selected.copy(control)).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            if let Some(result) = job.take_result() {
                return result.unwrap().text;
            }
            assert!(Instant::now() < deadline, "rows that are not shown are gone through");
            std::thread::yield_now();
        }
    }

    #[test]
    fn only_shown_rows_are_gone_through_however_many_are_selected() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        for byte in b'0'..=b'9' {
            writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), &[byte]);
        }
        writer.publish().unwrap();
        let everything = || vec![0..=u64::MAX];
        let rows: [Row<'_>; 5] = [
            (everything(), None, "0 1 2 3 4 5 6 7 8 9"),
            (everything(), Some(&[3, 7, 1 << 40]), "3 7"),
            (vec![0..=1, 3..=3, 5..=8], Some(&[1, 2, 3, 4, 6, 8, 9]), "1 3 6 8"),
            (vec![2..=4], None, "2 3 4"),
            (vec![4..=8], Some(&[1, 9]), ""),
        ];
        for (ranges, shown, text) in rows {
            let selected = Selected {
                reader: writer.reader(),
                ranges,
                shown: shown.map(|shown| Arc::new(shown.iter().copied().collect::<RoaringTreemap>())),
                form: CopyForm::Text,
                encoding: TextEncoding::GBK,
                locale: Locale::of(Language::English),
            };
            assert_eq!(copied(selected).replace('\n', " "), text);
        }
    }
}
