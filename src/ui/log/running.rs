//! Rows as running text: each row in the look that its stream has then, laid out in the width there is. It must not know
//! how it is drawn.

use crate::codec::represent::{Represented, RowStyle, View, represent_row};
use crate::codec::rows::Row;
use crate::codec::running::{look_after, may_change_look, resets_look, running_text};
use crate::codec::terminal::{TerminalCodes, TerminalLook};
use crate::codec::text::Carry;
use crate::journal::JournalError;
use crate::model::ids::RowKey;
use crate::ui::log::cells::{Cut, Extent, unfolded_bytes};
use crate::ui::log::source::{LogRow, RowSource};

/// So many rows before one are looked at for the colour that it begins in.
const ROWS_BEFORE: u64 = 32;

/// And no more of them than have so many bytes, whatever streams they are of: in a flood beside it they are many.
const BYTES_BEFORE: usize = 64 * 1024;

/// So much of a line is shown; the rest is unfolded by hand.
const SHOWN_BYTES: usize = 8 * 1024;

/// The look in which a row begins: what the rows of its stream before it have left, as far as that is looked for.
pub(super) fn look_before(
    source: &mut dyn RowSource,
    key: RowKey,
    row: &LogRow,
    codes: TerminalCodes,
) -> Result<TerminalLook, JournalError> {
    let (mut changes, mut looked_at) = (Vec::new(), 0);
    let stream = |row: &LogRow| Some((row.record.peer, row.record.data()?.head.direction));
    let own = stream(row);
    if codes == TerminalCodes::Shown || own.is_none() {
        return Ok(TerminalLook::default());
    }
    for before in (key.0.saturating_sub(ROWS_BEFORE)..key.0).rev() {
        let Some(row) = source.row(RowKey(before))? else { break };
        looked_at += row.bytes();
        if looked_at > BYTES_BEFORE {
            break;
        }
        let Some(data) = row.record.data().filter(|_| stream(&row) == own) else { continue };
        if may_change_look(&data.bytes) {
            let is_reset = resets_look(&data.bytes);
            changes.push(row);
            if is_reset {
                break;
            }
        }
    }
    let changes = changes.iter().rev().filter_map(|row| row.record.data());
    Ok(changes.fold(TerminalLook::default(), |look, data| look_after(&data.bytes, look)))
}

/// The lines of a row in a room of so many columns. The byte at `place` is shown if the extent reaches it.
pub(super) fn lines(
    row: &Row<'_>,
    carry: Carry,
    style: &RowStyle<'_>,
    (codes, before): (TerminalCodes, TerminalLook),
    (columns, extent): (usize, Extent),
    place: Option<usize>,
) -> Cut {
    let most_bytes = match extent {
        Extent::Unfolded => unfolded_bytes(place),
        Extent::Folded | Extent::Wrapped => SHOWN_BYTES,
    };
    let style = RowStyle { view: View::Text, most_bytes: Some(most_bytes), with_remarks: false, ..*style };
    let style = RowStyle { with_fold_size: false, ..style };
    let mut represented = Represented::default();
    represent_row(&mut represented, row, carry, &style);
    let (running, _) = running_text(&represented, codes, before);
    Cut::of(&running, columns.max(8), place)
}

#[cfg(test)]
mod tests {
    use super::{lines, look_before};
    use crate::codec::represent::RowStyle;
    use crate::codec::rows::Row;
    use crate::codec::terminal::{TerminalCodes, TerminalLook};
    use crate::codec::text::Carry;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::{Epoch, PeerId, RecordId, RowKey};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::ui::log::cells::Extent;
    use crate::ui::log::records::RecordRows;
    use crate::ui::log::source::RowSource;
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};

    #[test]
    fn a_colour_is_looked_for_in_few_bytes_whatever_streams_they_are_of() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let mut say = |peer, bytes: &[u8]| {
            writer.append_data(Stamp::default(), Epoch(1), PeerId::new(peer), &DataHead::received(), bytes);
        };
        let flood = vec![b'x'; 20 << 10];
        for pieces in [2, 5] {
            say(1, b"\x1B[31mred");
            (0..pieces).for_each(|_| say(2, &flood));
            say(1, b"still red, or not known to be");
        }
        writer.publish().unwrap();
        let mut source = RecordRows::new(writer.reader());
        for (key, is_known) in [(3, true), (10, false)] {
            let row = source.row(RowKey(key)).unwrap().unwrap();
            let look = look_before(&mut source, RowKey(key), &row, TerminalCodes::Obeyed).unwrap();
            assert_eq!(look != TerminalLook::default(), is_known, "{key}");
        }
    }

    #[test]
    fn a_place_too_far_into_a_line_is_not_laid_out_in_a_frame() {
        let body = Body::Data(Data { head: DataHead::received(), bytes: vec![b'x'; 3 << 20] });
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let style = RowStyle::new(Locale::of(Language::English));
        let look = (TerminalCodes::Obeyed, TerminalLook::default());
        for (place, is_shown) in [(100 << 10, true), ((3 << 20) - 10, false)] {
            let row = Row::of(&record);
            let cut = lines(&row, Carry::default(), &style, look, (100, Extent::Unfolded), Some(place));
            assert_eq!(cut.place_line.is_some(), is_shown, "{place}");
            assert!(cut.lines.len() < 2_000, "{place}: {} lines", cut.lines.len());
        }
    }
}
