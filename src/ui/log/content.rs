//! What of a row's content follows from the row alone: what its colour says, what is spoken of it, and what stands there
//! where it cannot be read. It must not know how rows are shown.

use crate::codec::represent;
use crate::journal::JournalError;
use crate::model::ids::RowKey;
use crate::model::record::{Body, Direction, Record};
use crate::ui::error_text;
use crate::ui::sheet::{RowContent, RowLine, RowTone, SpanLook};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;

/// So many lines of a row are spoken.
const SPOKEN_LINES: usize = 4;

/// What a row is about.
pub(super) fn tone(record: &Record) -> RowTone {
    match (&record.body, represent::tone(record)) {
        (Body::Note(_), represent::Tone::Event) => RowTone::Note,
        (_, represent::Tone::Received) => RowTone::Received,
        (_, represent::Tone::Sent) => RowTone::Sent,
        (_, represent::Tone::Event) => RowTone::Event,
        (_, represent::Tone::Error) => RowTone::Error,
    }
}

/// What a screen reader says about a row.
pub(super) fn spoken(record: &Record, lines: &[RowLine]) -> String {
    let mut spoken = String::from(match record.bytes_of_any_layer().map(|data| data.head.direction) {
        Some(Direction::Received) => "RX ",
        Some(Direction::Sent) => "TX ",
        None => "",
    });
    for (place, line) in lines.iter().take(SPOKEN_LINES).enumerate() {
        spoken.push_str(if place == 0 { "" } else { " " });
        spoken.push_str(&line.text);
    }
    spoken
}

/// A row that cannot be read says why.
pub(super) fn failed(locale: &Locale, key: RowKey, error: &JournalError) -> RowContent {
    let mut line = RowLine::default();
    line.push(&error_text::journal(locale, error), SpanLook::Error, None);
    RowContent {
        number: Count(key.0.saturating_add(1)).to_string(),
        tone: RowTone::Error,
        spoken: line.text.clone(),
        lines: vec![line],
        ..RowContent::default()
    }
}
