//! Marks and notes: what a person remarks about a row is a record of the session. The page that asks for one lists all,
//! and leads to what each is about. It must not know how the page is drawn.

pub mod view;

use crate::codec::expression::{
    Expression, Field, Literal, Meaning, Node, Relation, Subject, Test, TextLiteral,
};
use crate::codec::text::TextEncoding;
use crate::engine::command::Command;
use crate::engine::jobs::JobControl;
use crate::journal::query::PredicateScan;
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::{RecordId, RowKey};
use crate::model::record::Body;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::jobs::{JobHandle, JobKind};
use crate::ui::tab::find::predicate;
use crate::ui::tab::session::send_command;
use crate::ui::tab::{Source, Tab, TabKey};
use roaring::RoaringTreemap;

/// So many notes are listed, the newest ones.
const LISTED_NOTES: usize = 1_000;

/// So much is gone over between two looks at whether the list is still wanted.
const STEP_BYTES: u64 = 8 << 20;

/// A note that is being written, and those that there are.
#[derive(Debug)]
pub struct NotesPage {
    /// In which tab.
    pub tab: TabKey,
    /// As typed.
    pub text: String,
    /// The record that the note is about, if it is about one.
    pub about: Option<RecordId>,
    /// Whether the session can be written to: an earlier one is only read.
    pub can_write: bool,
    /// The notes of the session, newest first, once they were read.
    pub notes: Option<Vec<Note>>,
    /// Why there are none.
    pub error: Option<String>,
    reading: Option<JobHandle<Result<Vec<Note>, JournalError>>>,
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The record that it is.
    pub record: RecordId,
    /// When it was written.
    pub wall_ns: i64,
    /// The record that it is about, if it is about one.
    pub about: Option<RecordId>,
    /// What it says.
    pub text: String,
}

/// The page for a tab, with a new note about a row or about nothing in particular.
pub(in crate::ui) fn page(tab: &mut Tab, about: Option<RowKey>, cx: &mut Cx<'_>) -> Option<NotesPage> {
    let Some(reader) = tab.reader().cloned() else {
        cx.notices.info(cx.locale.text("empty.open"));
        return None;
    };
    let row = about.and_then(|key| tab.log.rows.as_mut().and_then(|rows| rows.row(key).ok().flatten()));
    let reading = cx.start_job(JobKind::ListNotes, move |control| read_notes(&reader, control));
    Some(NotesPage {
        tab: tab.key,
        text: String::new(),
        about: row.map(|row| row.begins().record),
        can_write: matches!(tab.source, Source::Live(_)),
        notes: None,
        error: None,
        reading,
    })
}

/// Takes in the notes that were read.
pub(in crate::ui) fn take_in(page: &mut NotesPage, cx: &Cx<'_>) {
    let Some(result) = page.reading.as_ref().and_then(JobHandle::take_result) else { return };
    page.reading = None;
    match result {
        Ok(notes) => page.notes = Some(notes),
        Err(error) => page.error = Some(error_text::journal(cx.locale, &error)),
    }
}

/// The note that was written is a record of the session. Tells whether the page has done its work.
pub(in crate::ui) fn add(page: &NotesPage, tab: &Tab, cx: &mut Cx<'_>) -> bool {
    let text = page.text.trim();
    if text.is_empty() || !page.can_write {
        return false;
    }
    send_command(tab, Command::AddNote(note_text(page.about, text)), cx);
    true
}

/// The record that a note is about stands before it, as rows are counted: `#1271 changed the battery`. So it can be read
/// wherever the note is shown.
fn note_text(about: Option<RecordId>, text: &str) -> String {
    match about {
        Some(record) => format!("#{} {text}", record.0.saturating_add(1)),
        None => text.to_owned(),
    }
}

/// The record that a note is about, and the rest of it.
fn about_of(note: &str) -> (Option<RecordId>, &str) {
    let parts = note.strip_prefix('#').and_then(|rest| rest.split_once(' '));
    let number =
        parts.and_then(|(digits, _)| digits.parse::<u64>().ok()).and_then(|number| number.checked_sub(1));
    match (number, parts) {
        (Some(record), Some((_, text))) => (Some(RecordId(record)), text),
        _ => (None, note),
    }
}

/// What notes are.
pub(super) fn notes_expression() -> Expression {
    let literal = Literal { text: TextLiteral::plain("note"), quoted: false, meaning: Meaning::Word };
    let subject = Subject::Field(Field::Kind);
    Expression::of(Node::Test(Test { subject, relation: Relation::Equal, values: vec![literal] }))
}

fn read_notes(reader: &JournalReader, control: &JobControl) -> Result<Vec<Note>, JournalError> {
    let are_notes = predicate(&notes_expression(), TextEncoding::UTF_8);
    let mut scan = PredicateScan::new(reader.clone(), are_notes, RecordId(0))?;
    let mut found = RoaringTreemap::new();
    while !control.is_cancelled() {
        let progress = scan.step(STEP_BYTES)?;
        found |= progress.found;
        control.set_progress(progress.scanned, progress.total);
        if progress.done {
            break;
        }
    }
    let mut notes = Vec::new();
    for id in found.iter().rev().take(LISTED_NOTES) {
        if let Some(record) = reader.record(RecordId(id))?
            && let Body::Note(note) = &record.body
        {
            let (about, text) = about_of(note);
            notes.push(Note { record: record.id, wall_ns: record.at.wall_ns, about, text: text.to_owned() });
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::{Note, about_of, note_text, read_notes};
    use crate::engine::jobs::Job;
    use crate::engine::news::News;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::{Epoch, RecordId};
    use crate::model::record::{Body, DataHead};
    use crate::util::clock::Stamp;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    #[test]
    fn a_note_says_what_it_is_about_and_is_read_back() {
        for (about, text, note) in [
            (Some(RecordId(1_270)), "换了电池", "#1271 换了电池"),
            (None, "换了电池", "换了电池"),
            (None, "#x y", "#x y"),
            (None, "#0 y", "#0 y"),
            (None, "#12", "#12"),
        ] {
            assert_eq!(note_text(about, text), note);
            assert_eq!(about_of(note), (about, text));
        }
    }

    #[test]
    fn all_notes_are_listed_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let at = Stamp { wall_ns: 7, mono_ns: 7 };
        for note in ["first", "#1 about the first"] {
            writer.append_data(at, Epoch(1), None, &DataHead::received(), b"data");
            writer.append(at, Epoch(1), None, &Body::Note(note.to_owned()));
        }
        writer.publish().unwrap();
        let reader = writer.reader();
        let news = News::new(Waker::noop().clone());
        let job = Job::start_reading("notes", news, move |control| read_notes(&reader, control)).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let notes = loop {
            if let Some(result) = job.take_result() {
                break result.unwrap();
            }
            assert!(Instant::now() < deadline, "the notes are read");
            std::thread::yield_now();
        };
        let note = |record, about, text: &str| Note {
            record: RecordId(record),
            wall_ns: 7,
            about,
            text: text.to_owned(),
        };
        assert_eq!(notes, [note(3, Some(RecordId(0)), "about the first"), note(1, None, "first")]);
    }
}
