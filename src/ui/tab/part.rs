//! What a person does with a part of a row that was selected in the sheet: bytes of one record. It must not know how a part
//! is selected.

use crate::codec::copy::CopyForm;
use crate::codec::represent::View;
use crate::codec::text::Carry;
use crate::model::ids::RowKey;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::sheet::Part;
use crate::ui::tab::log_view::LogView;
use crate::ui::tab::terms::{bytes_term, hex_term};

/// The bytes of a part, and what completes its first character.
struct PartBytes {
    carry: Carry,
    bytes: Vec<u8>,
}

/// The form in which a part is copied where it is shown like this.
pub fn shown_form(view: View) -> CopyForm {
    match view {
        View::Text => CopyForm::Text,
        View::Hex | View::Dump => CopyForm::Hex,
    }
}

impl LogView {
    /// What is selected of the row that is looked into is picked in the inspector; what is picked there is selected of it.
    pub(super) fn link_parts(&mut self, row: Option<RowKey>) {
        let single = self.sheet.selection().single();
        match (row.filter(|row| single == Some(*row)), self.inspector.take_new_pick()) {
            (Some(row), Some(picked)) => self.sheet.select_part(row, &picked),
            _ => self.inspector.show_part(self.sheet.part().map(Part::bytes)),
        }
    }

    /// A part in this form.
    pub(in crate::ui) fn part_in_form(
        &mut self,
        part: Part,
        form: CopyForm,
        cx: &mut Cx<'_>,
    ) -> Option<String> {
        let PartBytes { carry, bytes } = self.read_part(part, cx)?;
        let encoding = self.rows.as_ref()?.options().encoding;
        Some(form.render_from(carry, &bytes, encoding))
    }

    /// The bytes of a part.
    pub(in crate::ui) fn part_bytes(&mut self, part: Part, cx: &mut Cx<'_>) -> Option<Vec<u8>> {
        self.read_part(part, cx).map(|part| part.bytes)
    }

    /// A term of an expression for rows that have the bytes of a part: as they are shown.
    pub(in crate::ui) fn part_term(&mut self, part: Part, cx: &mut Cx<'_>) -> Option<String> {
        let bytes = self.part_bytes(part, cx)?;
        let options = self.rows.as_ref()?.options();
        match options.view {
            View::Text => bytes_term(&bytes, options.encoding),
            View::Hex | View::Dump => Some(hex_term(&bytes)),
        }
    }

    fn read_part(&mut self, part: Part, cx: &mut Cx<'_>) -> Option<PartBytes> {
        let rows = self.rows.as_mut()?;
        let row = match rows.row(part.row) {
            Ok(row) => row?,
            Err(error) => {
                cx.notices.problem(error_text::journal(cx.locale, &error));
                return None;
            }
        };
        let range = part.bytes();
        // What came before is of use to the first character alone.
        let carry =
            if range.start == 0 && row.message.is_none() { rows.carry(&row) } else { Carry::default() };
        let all = &row.record.bytes_of_any_layer()?.bytes;
        let bytes = all.get(range.start..range.end.min(all.len())).filter(|bytes| !bytes.is_empty())?;
        Some(PartBytes { carry, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::shown_form;
    use crate::codec::copy::CopyForm;
    use crate::codec::represent::View;
    use crate::codec::text::TextEncoding;
    use crate::model::framing::Framing;
    use crate::model::ids::RowKey;
    use crate::model::record::DataHead;
    use crate::ui::log::RowOptions;
    use crate::ui::sheet::Part;
    use crate::ui::tab::inspector::picked::Picked;
    use crate::ui::tab::tests::LogBench;

    #[test]
    fn a_part_is_copied_and_looked_for_as_it_is_shown() {
        let mut bench = LogBench::new(TextEncoding::GBK);
        for bytes in [&b"\xCE\xC2\xB6"[..], b"\xC8=25\r\n"] {
            bench.say(DataHead::received(), bytes);
        }
        let expected = |view: View, range: std::ops::Range<usize>| match (view, range) {
            (View::Text, range) if range.start == 0 => ("度=", "hex:\"C8 3D\""),
            (View::Text, _) => ("=25", "\"=25\""),
            (_, range) if range.start == 0 => ("C8 3D", "hex:\"C8 3D\""),
            _ => ("3D 32 35", "hex:\"3D 32 35\""),
        };
        for view in [View::Text, View::Hex, View::Dump] {
            bench.frame(RowOptions { view, ..bench.options() }, &Framing::None);
            for range in [0..2, 1..4] {
                let part = Part::new(RowKey(1), &range);
                let copied = bench.act(|log, cx| log.part_in_form(part, shown_form(view), cx)).unwrap();
                let term = bench.act(|log, cx| log.part_term(part, cx)).unwrap();
                assert_eq!((copied.as_str(), term.as_str()), expected(view, range.clone()), "{view:?}");
                let python = bench.act(|log, cx| log.part_in_form(part, CopyForm::PythonBytes, cx));
                assert_eq!(python.unwrap().len(), 3 + if range.start == 0 { 5 } else { 3 });
            }
        }
        let behind = Part::new(RowKey(1), &(20..30));
        assert_eq!(bench.act(|log, cx| log.part_bytes(behind, cx)), None, "the row has no such bytes");
        assert_eq!(bench.act(|log, cx| log.part_bytes(Part::new(RowKey(9), &(0..3)), cx)), None);
    }

    #[test]
    fn sheet_and_inspector_show_the_same_part() {
        let mut bench = LogBench::new(TextEncoding::UTF_8);
        for bytes in [b"0123456789", b"abcdefghij"] {
            bench.say(DataHead::received(), bytes);
        }
        let frame = |bench: &mut LogBench| {
            bench.frame(bench.options(), &Framing::None);
            (bench.log.inspector.picked.bytes(), bench.log.sheet.part().map(Part::bytes))
        };
        frame(&mut bench);
        bench.log.sheet.select_part(RowKey(1), &(3..7));
        assert_eq!(frame(&mut bench), (3..7, Some(3..7)));
        bench.log.inspector.pick(Picked::byte(8).extended_to(5));
        assert_eq!(frame(&mut bench), (5..9, Some(5..9)));
        bench.log.inspector.pick(bench.log.inspector.picked.extended_to(2));
        assert_eq!(frame(&mut bench), (2..9, Some(2..9)), "picking goes on from where it began");
        bench.log.sheet.go_to(RowKey(0));
        assert_eq!(frame(&mut bench), (0..1, None), "another row is looked into from its first byte");
    }
}
