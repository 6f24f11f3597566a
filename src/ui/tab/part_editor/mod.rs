//! A file of the drawer that is changed part by part: steps of a sequence, or rules. It is read again only when it has
//! changed. What a part does is not known here.

pub mod view;

use crate::automation::document::FileError;
use crate::automation::template::Dressed;
use crate::codec::checksum::placing::Placing;
use crate::codec::text::TextEncoding;
use crate::ui::tab::composer::payload_form::{ComposeError, Composed};
use crate::ui::widgets::LineMove;
use crate::workspace::tabs::DocumentSettings;
use std::fmt::Display;
use std::sync::Arc;

/// What such a file means.
pub trait PartsFile: Display + Sized {
    /// A step, or a rule; it is written as it stands in the file.
    type Part: Display;

    /// Reads it; an empty text is a file without parts.
    fn read(text: &str, encoding: TextEncoding) -> Result<Self, FileError>;

    /// Its parts, in order.
    fn parts(&self) -> &[Self::Part];

    /// The text of the file with other parts.
    fn with_parts(&self, parts: &[String]) -> String;

    /// The part, counting where it did not, and the other way round.
    fn switched(part: &Self::Part) -> Self::Part;

    /// What it sends, if it sends something that is written in it.
    fn sent(part: &Self::Part) -> Option<&Dressed>;

    /// What its variables are at first.
    fn values(&self) -> &[(String, String)];

    /// Where a new part comes to stand among so many.
    fn place_of_new(chosen: Option<usize>, count: usize) -> usize;
}

/// A file, and which part of it is being changed.
#[derive(Debug)]
pub struct PartsEditor<F> {
    read: Option<Read<F>>,
    /// The part that is being changed.
    pub(in crate::ui) chosen: Option<usize>,
    /// It, as typed.
    pub(in crate::ui) typed: String,
    /// What is wrong with it. While something is, what was typed stays as it is.
    pub(in crate::ui) typed_error: Option<FileError>,
    /// Why the list of parts is not as it was asked to be last: no fault of the part that is being changed.
    pub(in crate::ui) list_error: Option<FileError>,
    /// The whole file is shown as text.
    pub(in crate::ui) is_text: bool,
    example: Option<Example<F>>,
}

/// The bytes of a part as it was. What is random in them stays as it is until something is changed.
#[derive(Debug)]
struct Example<F> {
    file: Arc<F>,
    place: usize,
    values: Vec<(String, String)>,
    placing: Placing,
    bytes: Result<Composed, ComposeError>,
}

/// What the file was understood as.
#[derive(Debug)]
struct Read<F> {
    text: String,
    encoding: TextEncoding,
    file: Result<Arc<F>, FileError>,
}

/// A change of the list of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Change {
    /// The part at this place is this.
    Write(usize, String),
    /// The part at this place counts, or no longer.
    Switch(usize),
    /// This part is new.
    Add(String),
    /// The part at this place is gone.
    Remove(usize),
    /// A part stands elsewhere.
    Move(LineMove),
}

impl<F> Default for PartsEditor<F> {
    fn default() -> PartsEditor<F> {
        PartsEditor {
            read: None,
            chosen: None,
            typed: String::new(),
            typed_error: None,
            list_error: None,
            is_text: false,
            example: None,
        }
    }
}

impl<F: PartsFile> PartsEditor<F> {
    /// What the file means now.
    pub(in crate::ui) fn file(&mut self, text: &str, encoding: TextEncoding) -> Result<Arc<F>, FileError> {
        self.read.take_if(|read| read.text != text || read.encoding != encoding);
        let read = self.read.get_or_insert_with(|| Read {
            text: text.to_owned(),
            encoding,
            file: F::read(text, encoding).map(Arc::new),
        });
        read.file.clone()
    }

    /// What the part that is being changed would send, where a run knows these values; nothing where it sends nothing that
    /// is written in it.
    pub(in crate::ui) fn example(
        &mut self,
        file: &Arc<F>,
        known: &[(String, String)],
        placing: Placing,
    ) -> Option<&Result<Composed, ComposeError>> {
        let place = self.chosen?;
        let content = file.parts().get(place).and_then(F::sent)?;
        self.example.take_if(|made| {
            let is_same = Arc::ptr_eq(&made.file, file) && (made.place, made.placing) == (place, placing);
            !is_same || !made.values.iter().eq(known.iter().chain(file.values()))
        });
        let made = self.example.get_or_insert_with(|| {
            let values: Vec<_> = known.iter().chain(file.values()).cloned().collect();
            let bytes = Composed::example(content, &values, placing);
            Example { file: Arc::clone(file), place, values, placing, bytes }
        });
        Some(&made.bytes)
    }

    /// The part at this place is the one to be changed.
    pub(in crate::ui) fn choose(&mut self, place: Option<usize>, part: Option<&F::Part>) {
        self.chosen = place;
        part.map(F::Part::to_string).unwrap_or_default().trim_end().clone_into(&mut self.typed);
        self.typed_error = None;
        self.list_error = None;
    }

    /// A part is pressed: it is the one to be changed, or no longer.
    pub(in crate::ui) fn press(&mut self, place: usize, part: &F::Part) {
        if self.chosen == Some(place) {
            self.choose(None, None);
        } else {
            self.choose(Some(place), Some(part));
        }
    }

    /// Changes the parts, and tells whether that was done; what does not make sense is said and changes nothing.
    pub(in crate::ui) fn change(
        &mut self,
        document: &mut DocumentSettings,
        encoding: TextEncoding,
        change: Change,
    ) -> bool {
        let Ok(file) = self.file(&document.text, encoding) else { return false };
        let mut parts: Vec<String> = file.parts().iter().map(F::Part::to_string).collect();
        self.list_error = None;
        let mut chosen = self.chosen;
        let is_written = matches!(change, Change::Write(..));
        // What was typed and makes no sense yet is not in the file: it would be lost with another part in its place.
        let is_unfinished = chosen.is_some() && self.typed_error.is_some();
        match change {
            Change::Write(place, typed) => {
                if let Some(part) = parts.get_mut(place) {
                    *part = typed;
                }
            }
            Change::Switch(place) => {
                if let (Some(part), Some(known)) = (parts.get_mut(place), file.parts().get(place)) {
                    *part = F::switched(known).to_string();
                }
            }
            Change::Add(part) => {
                let place = F::place_of_new(chosen, parts.len());
                parts.insert(place, part);
                chosen = match chosen.filter(|_| is_unfinished) {
                    Some(known) => Some(if place <= known { known + 1 } else { known }),
                    None => Some(place),
                };
            }
            Change::Remove(place) if place < parts.len() => {
                parts.remove(place);
                chosen = None;
            }
            Change::Move(moved) => {
                if !moved.apply(&mut parts) {
                    return false;
                }
                chosen = chosen.map(|place| moved.place_of(place));
            }
            Change::Remove(_) => return false,
        }
        match F::read(&file.with_parts(&parts), encoding) {
            Ok(file) => {
                document.text = file.to_string();
                if is_written {
                    self.typed_error = None;
                } else if is_unfinished && chosen.is_some() {
                    self.chosen = chosen;
                } else {
                    self.choose(chosen, chosen.and_then(|place| file.parts().get(place)));
                }
                true
            }
            Err(why) => {
                let error = if is_written { &mut self.typed_error } else { &mut self.list_error };
                *error = Some(why);
                false
            }
        }
    }
}
