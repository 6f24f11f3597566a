//! Events, losses and notes in one line of plain English, for formats that are read without this program.

use crate::model::record::{Body, Record};

/// What happened, without time and peer; empty for data.
pub(super) fn event_text(record: &Record) -> String {
    match &record.body {
        Body::Data(_) => String::new(),
        Body::Lifecycle(event) => event.word().to_owned(),
        Body::Loss(loss) => format!("{} {}", loss.count, loss.what.word()),
        Body::Note(text) => text.clone(),
        Body::Damaged => "damaged".to_owned(),
    }
}
