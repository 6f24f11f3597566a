//! What a person does with a part of a row that was selected in the sheet: bytes of one record. It must not know how a part
//! is selected.

use crate::codec::copy::CopyForm;
use crate::codec::hex;
use crate::codec::represent::View;
use crate::codec::text::Carry;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::sheet::Part;
use crate::ui::tab::log_view::LogView;
use crate::ui::tab::terms::{MOST_TERM_BYTES, bytes_term};

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
            View::Hex | View::Dump => {
                Some(format!("hex:\"{}\"", hex::spaced(&bytes[..bytes.len().min(MOST_TERM_BYTES)])))
            }
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
        let all = &row.record.data()?.bytes;
        let bytes = all.get(range.start..range.end.min(all.len())).filter(|bytes| !bytes.is_empty())?;
        Some(PartBytes { carry, bytes: bytes.to_vec() })
    }
}
