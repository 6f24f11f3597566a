//! Copying rows: read and put into a form beside the frames, because all of a long session may be selected. It
//! knows no clipboard.

use crate::codec::copy::CopyForm;
use crate::codec::decode::{DecodeChoice, RowDecoder, push_answer, summary};
use crate::codec::prose::body_text;
use crate::codec::represent::RowStyle;
use crate::codec::rows::Row;
use crate::codec::running::plain_running_text;
use crate::codec::terminal::TerminalCodes;
use crate::codec::text::{Carry, TextEncoding};
use crate::engine::jobs::JobControl;
use crate::export::{
    Enough, ExportContext, ExportError, ExportOptions, ExportSource, ExportSplit, Format, JournalPeers,
    PeerLookup, RowSelection, preview,
};
use crate::journal::query::Filter;
use crate::journal::split::SplitRows;
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RowKey;
use crate::model::record::Body;
use crate::ui::clipboard::CopiedText;
use crate::ui::log::{RecordRows, RowSource};
use crate::ui::sheet::Stretch;
use crate::util::locale::Locale;
use roaring::RoaringTreemap;
use std::ops::{ControlFlow, Range, RangeInclusive};
use std::sync::Arc;

/// What is copied at most: clipboards are no place for gigabytes.
const MOST_COPIED_BYTES: usize = 16 << 20;

/// What is to be copied.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) reader: JournalReader,
    /// The messages that are shown instead of records, where streams are cut.
    pub(super) messages: Option<SplitRows>,
    pub(super) ranges: Vec<RangeInclusive<u64>>,
    /// Rows that a filter hides are not copied, although they lie between those that were selected.
    pub(super) shown: Option<Arc<RoaringTreemap>>,
    pub(super) form: CopyForm,
    pub(super) encoding: TextEncoding,
    /// The decoders that say what messages mean, where rows are shown like that and are copied as text.
    pub(super) meaning: Option<DecodeChoice>,
    /// Rows are shown as running text, and are copied like that as text.
    pub(super) running: Option<TerminalCodes>,
    /// The part of the running text that is copied, if not all of its rows are.
    pub(super) stretch: Option<Stretch>,
    pub(super) locale: &'static Locale,
}

impl Selected {
    /// Text and hex have a line for each row, and say what happened, too. The other forms are one value made of
    /// all bytes, unless there are none.
    pub(super) fn copy(&self, control: &JobControl) -> Result<CopiedText, JournalError> {
        let is_running = self.running.is_some() && self.form == CopyForm::Text;
        let is_by_row = matches!(self.form, CopyForm::Text | CopyForm::Hex);
        let mut copied = CopiedText::default();
        let mut bytes: Vec<u8> = Vec::new();
        let mut meanings = self.meaning.clone().filter(|_| self.form == CopyForm::Text).map(|choice| {
            let mut rows = RowDecoder::new(choice);
            rows.begin(self.reader.info().kind);
            (rows, JournalPeers::new(self.reader.clone()))
        });
        self.visit(&mut |row, carry| {
            let meaning =
                meanings.as_mut().and_then(|(rows, peers)| meaning_of(row, rows, peers, self.locale));
            match &row.record.body {
                Body::Data(_) if meaning.is_some() => {
                    push_line(&mut copied.text, meaning.as_deref().unwrap_or_default());
                }
                Body::Data(data) if is_by_row => {
                    push_line(&mut copied.text, &self.line_of(row, carry, &data.bytes));
                }
                Body::Data(data) => bytes.extend_from_slice(self.part_of(row, &data.bytes)),
                // A stretch that ends before it has nothing of it.
                body if !self.bytes_of(row).is_empty() => {
                    push_line(&mut copied.text, &body_text(body, self.locale));
                }
                _ => {}
            }
            if is_running {
                // An empty line is one, too.
                copied.text.push('\n');
            }
            copied.is_cut = copied.text.len() + bytes.len() > MOST_COPIED_BYTES;
            if copied.is_cut || control.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        if is_running {
            copied.text.pop();
        }
        if !bytes.is_empty() {
            bytes.truncate(MOST_COPIED_BYTES);
            copied.text = self.form.render(&bytes, self.encoding);
        }
        Ok(copied)
    }

    /// Which bytes of a row are copied.
    fn bytes_of(&self, row: &Row<'_>) -> Range<usize> {
        // A row's number counts from its key on.
        let key = RowKey(row.number.saturating_sub(1));
        self.stretch.map_or(0..usize::MAX, |stretch| stretch.bytes_in(key))
    }

    /// Those of the bytes of a row that are copied.
    fn part_of<'a>(&self, row: &Row<'_>, bytes: &'a [u8]) -> &'a [u8] {
        let part = self.bytes_of(row);
        bytes.get(part.start..part.end.min(bytes.len())).unwrap_or_default()
    }

    fn line_of(&self, row: &Row<'_>, carry: Carry, bytes: &[u8]) -> String {
        match self.running.filter(|_| self.form == CopyForm::Text) {
            Some(codes) => {
                let style = RowStyle { encoding: self.encoding, ..RowStyle::new(self.locale) };
                plain_running_text((row, carry), &style, codes, &self.bytes_of(row))
            }
            None => self.form.render_from(carry, self.part_of(row, bytes), self.encoding),
        }
    }

    /// Goes through the selected rows, each with what its stream left unfinished before it.
    pub(super) fn visit(
        &self,
        take: &mut dyn FnMut(&Row<'_>, Carry) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        if let Some(messages) = &self.messages {
            return self.visit_messages(messages, take);
        }
        let mut source = RecordRows::new(self.reader.clone());
        for key in self.rows() {
            let Some(row) = source.row(RowKey(key))? else { break };
            let carry = source.carry(&row, self.encoding);
            if take(&row.as_row(), carry).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn visit_messages(
        &self,
        messages: &SplitRows,
        take: &mut dyn FnMut(&Row<'_>, Carry) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let mut flow = ControlFlow::Continue(());
        for range in &self.ranges {
            let mut key = *range.start();
            messages.visit(key..range.end().saturating_add(1), &mut |row| {
                let is_shown = self.shown.as_ref().is_none_or(|shown| shown.contains(key));
                key += 1;
                if is_shown {
                    flow = take(row, Carry::default());
                }
                flow
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
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

/// Rows to be copied as lines of text, as they are shown.
#[derive(Debug)]
pub(super) struct SelectedLines {
    pub(super) reader: JournalReader,
    pub(super) selection: RowSelection,
    pub(super) split: ExportSplit,
    pub(super) options: ExportOptions,
}

impl SelectedLines {
    /// The lines that a text file of these rows has.
    pub(super) fn copy(&self, control: &JobControl) -> Result<CopiedText, JournalError> {
        let SelectedLines { reader, selection, split, options } = self;
        let filter = Filter::default();
        let source = ExportSource { reader, selection, filter: &filter, split };
        let enough = Enough { records: u64::MAX, payload_bytes: MOST_COPIED_BYTES as u64 };
        let mut exporter = Format::Text.exporter(options);
        let context = ExportContext::of_journal(reader);
        let lines = preview(&source, exporter.as_mut(), &context, enough, &mut || {
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let lines = match lines {
            Ok(lines) => lines,
            Err(ExportError::Journal(error)) => return Err(error),
            // Nobody wants them any more; and memory takes all that is written to it.
            Err(ExportError::Cancelled | ExportError::Write { .. }) => Vec::new(),
        };
        let is_cut = lines.len() > MOST_COPIED_BYTES;
        Ok(CopiedText { text: String::from_utf8(lines).unwrap_or_default(), is_cut })
    }
}

/// What a message means, and which of the rows before it that are copied, too, it answers.
fn meaning_of(
    row: &Row<'_>,
    rows: &mut RowDecoder,
    peers: &mut JournalPeers,
    locale: &Locale,
) -> Option<String> {
    let peer = row.record.peer;
    let ends = peer.and_then(|peer| peers.ends(peer)).map(|ends| (ends.local, ends.remote));
    let is_message = peer.and_then(|peer| peers.message_oriented(peer)).unwrap_or(false);
    rows.take_in(row, is_message, ends);
    let message = row.record.bytes_of_any_layer()?.bytes.as_slice();
    let tree = rows.tree(message)?;
    let mut line = summary(tree, message, locale);
    if let Some(asked) = tree.asked() {
        line.push_str(" · ");
        push_answer(asked, locale, &mut line);
    }
    Some(line)
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::{ExportOptions, ExportSplit, RowSelection, Selected, SelectedLines};
    use crate::codec::copy::CopyForm;
    use crate::codec::terminal::TerminalCodes;
    use crate::codec::text::TextEncoding;
    use crate::engine::jobs::Job;
    use crate::engine::news::News;
    use crate::journal::split::SplitScan;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId, RowKey};
    use crate::model::record::DataHead;
    use crate::ui::sheet::Stretch;
    use crate::util::clock::{self, Stamp};
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
                messages: None,
                ranges,
                shown: shown.map(|shown| Arc::new(shown.iter().copied().collect::<RoaringTreemap>())),
                form: CopyForm::Text,
                encoding: TextEncoding::GBK,
                meaning: None,
                running: None,
                stretch: None,
                locale: Locale::of(Language::English),
            };
            assert_eq!(copied(selected).replace('\n', " "), text);
        }
    }

    #[test]
    fn running_text_is_copied_as_it_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        for piece in [&b"\x1B[32mon"[..], b"e\x1B[0m\r\n\r", b"\na\tb\r\n> "] {
            writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), piece);
        }
        writer.publish().unwrap();
        let mut scan = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        scan.step(u64::MAX).unwrap();
        for (running, text) in [
            (Some(TerminalCodes::Obeyed), "one\n\na       b\n> "),
            (Some(TerminalCodes::Shown), "␛[32mone␛[0m\n\na       b\n> "),
            (None, "\u{1B}[32mone\u{1B}[0m\r\n\r\na\tb\r\n> "),
        ] {
            let selected = Selected {
                reader: writer.reader(),
                messages: Some(scan.rows()),
                ranges: vec![0..=3],
                shown: None,
                form: CopyForm::Text,
                encoding: TextEncoding::UTF_8,
                meaning: None,
                running,
                stretch: None,
                locale: Locale::of(Language::English),
            };
            assert_eq!(copied(selected), text);
        }
    }

    #[test]
    fn text_that_is_selected_across_lines_is_copied_as_bytes_in_every_form() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), b"one\ntwo\nthree\n");
        writer.publish().unwrap();
        let mut scan = SplitScan::new(writer.reader(), Framing::Lines, RecordId(0));
        scan.step(u64::MAX).unwrap();
        for (form, text) in [
            (CopyForm::Text, "e\ntwo\nth"),
            (CopyForm::Hex, "65 0A\n74 77 6F 0A\n74 68"),
            (CopyForm::PythonBytes, "b\"e\\ntwo\\nth\""),
        ] {
            let selected = Selected {
                reader: writer.reader(),
                messages: Some(scan.rows()),
                ranges: vec![0..=2],
                shown: None,
                form,
                encoding: TextEncoding::UTF_8,
                meaning: None,
                running: Some(TerminalCodes::Obeyed),
                stretch: Some(Stretch::new((RowKey(0), 2), (RowKey(2), 2))),
                locale: Locale::of(Language::English),
            };
            assert_eq!(copied(selected), text, "{form:?}");
        }
    }

    #[test]
    fn rows_are_copied_with_their_times_directions_and_peers() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let at = Stamp { wall_ns: 1_700_000_000_000_000_000, mono_ns: 0 };
        for text in [&b"above"[..], b"copied", b"below"] {
            writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), text);
        }
        writer.publish().unwrap();
        let selected = SelectedLines {
            reader: writer.reader(),
            selection: RowSelection { ranges: std::iter::once(1..2).collect(), among: None },
            split: ExportSplit::default(),
            options: ExportOptions::default(),
        };
        let news = News::new(Waker::noop().clone());
        let job = Job::start_reading("copy", news, move |control| selected.copy(control)).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let text = loop {
            if let Some(result) = job.take_result() {
                break result.unwrap().text;
            }
            assert!(Instant::now() < deadline, "one row is copied");
            std::thread::yield_now();
        };
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("copied") && text.contains('←') && text.contains(":20.000"), "{text}");
    }
}
