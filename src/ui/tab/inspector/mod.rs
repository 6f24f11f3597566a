//! The row that the inspector shows, kept while it does not change, and the values at its cursor.

pub mod view;

use crate::codec::checksum::Checksum;
use crate::codec::represent::{DumpWidth, Represented, RowStyle, SpanStyle, View, represent_row};
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::journal::JournalError;
use crate::model::ids::RowKey;
use crate::ui::log::LogRow;
use crate::util::locale::Locale;
use std::sync::Arc;

/// How many bytes of a record are shown.
pub const SHOWN_BYTES: usize = 512;

/// Of longer rows no checksums are made while one looks: that takes milliseconds.
const SUMMED_BYTES: usize = 64 * 1024;

/// What the inspector shows.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The row in sight.
    pub row: Option<Arc<LogRow>>,
    /// The byte that values are read from.
    pub cursor: usize,
    wanted: Option<RowKey>,
    /// What was made of the row, kept while it stays the same.
    made: Option<Made>,
}

/// What is shown of a row besides the values at the cursor: too much to be made in every frame.
#[derive(Debug)]
struct Made {
    encoding: TextEncoding,
    row: Arc<LogRow>,
    lines: Vec<DumpLine>,
    checksums: Vec<(&'static str, String)>,
}

/// One line of the dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpLine {
    /// Its first byte.
    pub offset: usize,
    /// Its text: offset, hex, characters, as in the log.
    pub text: String,
    /// Where its parts end in the text, and what they mean.
    pub parts: Vec<(usize, SpanStyle)>,
}

/// Values that begin at the cursor; what does not fit any more is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// One byte, without and with a sign.
    pub bytes_1: Option<(u8, i8)>,
    /// Two bytes, least and most significant first.
    pub bytes_2: Option<(u16, u16)>,
    /// Four bytes, least and most significant first.
    pub bytes_4: Option<(u32, u32)>,
    /// Four bytes as a fraction, least and most significant first.
    pub fraction: Option<(f32, f32)>,
    /// The character.
    pub character: Option<char>,
}

/// Where the inspector is seen. By itself that is where there is room for it, and everywhere once it was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InspectorPanel {
    /// It was drawn last.
    pub is_seen: bool,
    /// A person asked for it where it was not seen.
    pub was_asked_for: bool,
}

impl InspectorPanel {
    /// Shows it, or hides it if it is seen. Tells whether it is wanted from now on.
    pub fn toggle(&mut self) -> bool {
        self.was_asked_for = !self.is_seen;
        self.was_asked_for
    }
}

impl Inspector {
    /// Looks at another row; tells what went wrong reading it. That is told once: the row is read again when
    /// another one was looked at in between, not in every frame.
    pub fn look_at(
        &mut self,
        wanted: Option<RowKey>,
        read: impl FnOnce(RowKey) -> Result<Option<Arc<LogRow>>, JournalError>,
    ) -> Result<(), JournalError> {
        if self.wanted == wanted {
            return Ok(());
        }
        self.wanted = wanted;
        self.cursor = 0;
        self.row = None;
        if let Some(key) = wanted {
            self.row = read(key)?;
        }
        Ok(())
    }

    /// Looks at the row anew in the next frame, because it may be another one now.
    pub fn look_again(&mut self) {
        self.wanted = None;
    }

    /// Makes what is shown of the row, unless that is made already. `carry` is what its stream left unfinished before it.
    pub fn make(&mut self, encoding: TextEncoding, locale: &Locale, carry: impl FnOnce(&LogRow) -> Carry) {
        let Some(row) = &self.row else {
            self.made = None;
            return;
        };
        if self.made.as_ref().is_some_and(|made| made.encoding == encoding && Arc::ptr_eq(&made.row, row)) {
            return;
        }
        let style = RowStyle {
            view: View::Dump,
            encoding,
            dump_width: DumpWidth::Eight,
            most_bytes: Some(SHOWN_BYTES),
            with_remarks: false,
            ..RowStyle::new(locale)
        };
        let mut represented = Represented::default();
        represent_row(&mut represented, &row.as_row(), carry(row), &style);
        let bytes = row.record.data().map_or(&[][..], |data| data.bytes.as_slice());
        let is_summed = !bytes.is_empty() && bytes.len() <= SUMMED_BYTES;
        let sum = |checksum: Checksum| {
            (checksum.label(), format!("0x{:0width$X}", checksum.value(bytes), width = 2 * checksum.size()))
        };
        self.made = Some(Made {
            encoding,
            row: Arc::clone(row),
            lines: dump_lines(&represented),
            checksums: Checksum::popular().take(4).filter(|_| is_summed).map(sum).collect(),
        });
    }

    /// The row's bytes as the log dumps them.
    pub fn lines(&self) -> &[DumpLine] {
        self.made.as_ref().map_or(&[], |made| made.lines.as_slice())
    }

    /// The checksums that people ask for most; none of a long row.
    pub fn checksums(&self) -> &[(&'static str, String)] {
        self.made.as_ref().map_or(&[], |made| made.checksums.as_slice())
    }

    /// The row's bytes, if it is data.
    pub fn bytes(&self) -> &[u8] {
        self.row.as_ref().and_then(|row| row.record.data()).map_or(&[], |data| data.bytes.as_slice())
    }

    /// The values at the cursor.
    pub fn values(&self, encoding: TextEncoding) -> Values {
        let rest = self.bytes().get(self.cursor..).unwrap_or_default();
        Values {
            bytes_1: rest.first().map(|byte| (*byte, byte.cast_signed())),
            bytes_2: rest.first_chunk().map(|two| (u16::from_le_bytes(*two), u16::from_be_bytes(*two))),
            bytes_4: rest.first_chunk().map(|four| (u32::from_le_bytes(*four), u32::from_be_bytes(*four))),
            fraction: rest.first_chunk().map(|four| (f32::from_le_bytes(*four), f32::from_be_bytes(*four))),
            character: first_character(rest, encoding),
        }
    }
}

/// The lines of a dump. What is left out is no line of it.
fn dump_lines(dump: &Represented) -> Vec<DumpLine> {
    let mut lines: Vec<DumpLine> = Vec::new();
    for (text, span) in dump.parts().filter(|(_, span)| span.style != SpanStyle::Fold) {
        if lines.is_empty() || text.starts_with('\n') {
            lines.push(DumpLine { offset: span.bytes.start, text: String::new(), parts: Vec::new() });
        }
        if let Some(line) = lines.last_mut() {
            line.text.push_str(text.trim_start_matches('\n'));
            line.parts.push((line.text.len(), span.style));
        }
    }
    lines
}

/// The shortest beginning of the bytes that is one whole character.
fn first_character(bytes: &[u8], encoding: TextEncoding) -> Option<char> {
    (1..=bytes.len().min(4)).find_map(|length| {
        let mut carry = Carry::default();
        let decoded = decode(encoding, &mut carry, &bytes[..length]);
        let mut characters = decoded.text.chars();
        let is_whole = carry.is_empty() && decoded.undecoded == 0;
        characters.next().filter(|_| is_whole && characters.next().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::{Carry, Inspector};
    use crate::codec::text::TextEncoding;
    use crate::journal::JournalError;
    use crate::model::failure::Operation;
    use crate::model::ids::{Epoch, RecordId, RowKey};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::ui::log::LogRow;
    use crate::util::clock::Stamp;
    use crate::util::locale::{Language, Locale};
    use std::io;
    use std::sync::Arc;

    #[test]
    fn a_record_that_cannot_be_read_is_told_once() {
        let mut inspector = Inspector::default();
        let gone = |_| {
            let source = io::Error::from(io::ErrorKind::NotConnected);
            Err(JournalError::Io { operation: Operation::ReadFile, path: "share/a.skj".into(), source })
        };
        let mut told = Vec::new();
        for wanted in [Some(3), Some(3), Some(3), None, Some(3)] {
            told.push(inspector.look_at(wanted.map(RowKey), gone).is_err());
        }
        assert_eq!(told, [true, false, false, false, true]);
    }

    #[test]
    fn the_dump_is_that_of_the_log_and_made_once() {
        let data = Data { head: DataHead::received(), bytes: b"\xCE\xC2=1\r\nabcd".to_vec() };
        let body = Body::Data(data);
        let record = Record { id: RecordId(0), at: Stamp::default(), epoch: Epoch(1), peer: None, body };
        let row = Some(Arc::new(LogRow { record, number: Some(1), message: None }));
        let mut inspector = Inspector { row, ..Inspector::default() };
        let locale = Locale::of(Language::English);
        for (encoding, first) in [(TextEncoding::GBK, "温=1··ab"), (TextEncoding::UTF_8, "··=1··ab")] {
            let mut made = 0;
            for _ in 0..3 {
                inspector.make(encoding, locale, |_| {
                    made += 1;
                    Carry::default()
                });
            }
            let texts: Vec<&str> = inspector.lines().iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts.len(), 2);
            assert!(texts[0].starts_with("0000  CE C2 3D 31") && texts[0].ends_with(first), "{texts:?}");
            assert!(texts[1].starts_with("0008  63 64") && texts[1].ends_with("cd"), "{texts:?}");
            assert_eq!((made, inspector.lines()[1].offset, inspector.checksums().len()), (1, 8, 4));
        }
    }

    #[test]
    fn values_are_read_from_the_cursor() {
        let data = Data { head: DataHead::received(), bytes: vec![0, 0xB4, 0xED, 0xCE, 0xF3, 0x3D] };
        let record = Record {
            id: RecordId(0),
            at: Stamp::default(),
            epoch: Epoch(1),
            peer: None,
            body: Body::Data(data),
        };
        let inspector = Inspector {
            row: Some(Arc::new(LogRow { record, number: Some(1), message: None })),
            cursor: 1,
            ..Inspector::default()
        };
        let values = inspector.values(TextEncoding::GBK);
        assert_eq!(values.bytes_1, Some((180, -76)));
        assert_eq!(values.bytes_2, Some((60852, 46317)));
        assert_eq!(values.character, Some('错'));
        assert_eq!(values.bytes_4, Some((0xF3CE_EDB4, 0xB4ED_CEF3)));
        let at_the_end = Inspector { cursor: 5, ..inspector };
        assert_eq!(at_the_end.values(TextEncoding::GBK).bytes_2, None);
    }
}
