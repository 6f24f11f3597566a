//! The row that the inspector shows, kept while it does not change, and the values at its cursor.

pub mod view;

use crate::codec::text::{Carry, TextEncoding, decode};
use crate::journal::JournalError;
use crate::model::ids::RowKey;
use crate::ui::log::LogRow;
use std::sync::Arc;

/// How many bytes of a record are shown.
pub const SHOWN_BYTES: usize = 512;

/// What the inspector shows.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The row in sight.
    pub row: Option<Arc<LogRow>>,
    /// The byte that values are read from.
    pub cursor: usize,
    wanted: Option<RowKey>,
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
    use super::Inspector;
    use crate::codec::text::TextEncoding;
    use crate::journal::JournalError;
    use crate::model::failure::Operation;
    use crate::model::ids::{Epoch, RecordId, RowKey};
    use crate::model::record::{Body, Data, DataHead, Record};
    use crate::ui::log::LogRow;
    use crate::util::clock::Stamp;
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
