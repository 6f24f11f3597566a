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
use std::collections::HashSet;
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

    /// The part that stands here, once the list is changed in this way: it may name others by their places.
    fn rearranged(part: &Self::Part, place: usize, change: Rearranged) -> Self::Part;

    /// The same of what was typed of a part that stands here and makes no sense yet.
    fn rearranged_typed(typed: String, place: usize, change: Rearranged) -> String;
}

/// How parts come to stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rearranged {
    /// A new one stands here.
    Added(usize),
    /// The one that stood here is gone.
    Removed(usize),
    /// One stands elsewhere.
    Moved(LineMove),
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
    /// What was typed of other parts and makes no sense yet.
    unfinished: Vec<Unfinished>,
    /// Why the list of parts is not as it was asked to be last: no fault of the part that is being changed.
    pub(in crate::ui) list_error: Option<FileError>,
    /// What was removed last, as long as nothing else was changed.
    removed: Option<Removed>,
    /// The whole file is shown as text.
    pub(in crate::ui) is_text: bool,
    example: Option<Example<F>>,
}

/// A part that was removed.
#[derive(Debug)]
struct Removed {
    place: usize,
    /// The text of the file with it, and without it.
    before: String,
    after: String,
}

/// What was typed of a part that is not being changed now. It is not in the file, because it makes no sense yet.
#[derive(Debug)]
struct Unfinished {
    /// Where the part stands; nothing while the file has it no more.
    place: Option<usize>,
    /// The part, as the file has it.
    part: String,
    typed: String,
    error: FileError,
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
    /// The part that was removed last is there again.
    TakeBack,
    /// A part stands elsewhere.
    Move(LineMove),
}

impl Rearranged {
    /// Where a part stands then, if it still does.
    fn place_after(rearranged: Option<Rearranged>, place: usize) -> Option<usize> {
        match rearranged {
            None => Some(place),
            Some(Rearranged::Added(at)) => Some(if at <= place { place + 1 } else { place }),
            Some(Rearranged::Removed(at)) if at == place => None,
            Some(Rearranged::Removed(at)) => Some(if at < place { place - 1 } else { place }),
            Some(Rearranged::Moved(moved)) => Some(moved.place_of(place)),
        }
    }
}

impl<F> Default for PartsEditor<F> {
    fn default() -> PartsEditor<F> {
        PartsEditor {
            read: None,
            chosen: None,
            typed: String::new(),
            typed_error: None,
            unfinished: Vec::new(),
            list_error: None,
            removed: None,
            is_text: false,
            example: None,
        }
    }
}

impl<F: PartsFile> PartsEditor<F> {
    /// What the file means now.
    pub(in crate::ui) fn file(&mut self, text: &str, encoding: TextEncoding) -> Result<Arc<F>, FileError> {
        if let Some(read) = self.read.as_ref().filter(|read| read.text == text && read.encoding == encoding) {
            return read.file.clone();
        }
        let file = F::read(text, encoding).map(Arc::new);
        if let Ok(file) = &file {
            let edited = self.chosen.filter(|_| self.typed_error.is_some());
            find_again(&mut self.unfinished, edited, file.parts());
        }
        self.read = Some(Read { text: text.to_owned(), encoding, file: file.clone() });
        file
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

    /// The part at this place is the one to be changed. What was typed of the one before it, and makes no sense yet, is
    /// there again when that is chosen again.
    fn choose(&mut self, place: Option<usize>, part: Option<&F::Part>) {
        self.set_aside();
        self.chosen = place;
        part.map(F::Part::to_string).unwrap_or_default().trim_end().clone_into(&mut self.typed);
        self.list_error = None;
        let is_it = |known: &Unfinished| place.is_some() && known.place == place;
        if let Some(found) = self.unfinished.iter().position(is_it) {
            let Unfinished { typed, error, .. } = self.unfinished.remove(found);
            (self.typed, self.typed_error) = (typed, Some(error));
        }
    }

    /// Where the part stood that was removed last, if it can be taken back.
    pub(in crate::ui) fn removed(&self) -> Option<usize> {
        let text = &self.read.as_ref()?.text;
        self.removed.as_ref().filter(|removed| removed.after == *text).map(|removed| removed.place)
    }

    /// The part that was removed last is there again, and is the one to be changed.
    fn take_back(&mut self, document: &mut DocumentSettings, encoding: TextEncoding) -> bool {
        let removed = self.removed.take_if(|removed| removed.after == document.text);
        let Some(Removed { place, before, .. }) = removed else { return false };
        let Ok(file) = F::read(&before, encoding) else { return false };
        document.text = before;
        self.set_aside();
        self.follow(Some(Rearranged::Added(place)), &file);
        self.choose(Some(place), file.parts().get(place));
        true
    }

    /// No part is being changed.
    pub(in crate::ui) fn close(&mut self) {
        self.choose(None, None);
    }

    /// Another file is there: nothing that was typed is for it.
    pub(in crate::ui) fn forget(&mut self) {
        self.typed_error = None;
        self.choose(None, None);
        self.unfinished.clear();
    }

    /// Whether something was typed of the part at this place that makes no sense yet.
    pub(in crate::ui) fn is_unfinished(&self, place: usize) -> bool {
        match self.chosen {
            Some(chosen) if chosen == place => self.typed_error.is_some(),
            _ => self.unfinished.iter().any(|known| known.place == Some(place)),
        }
    }

    /// What was typed of other parts stays with them.
    fn follow(&mut self, rearranged: Option<Rearranged>, file: &F) {
        self.unfinished.retain_mut(|known| {
            let Some(before) = known.place else { return true };
            let place = Rearranged::place_after(rearranged, before);
            let part = place.and_then(|place| file.parts().get(place));
            let Some(part) = part.map(F::Part::to_string) else { return false };
            (known.place, known.part) = (place, part);
            if let Some(change) = rearranged {
                known.typed = F::rearranged_typed(std::mem::take(&mut known.typed), before, change);
            }
            true
        });
    }

    fn set_aside(&mut self) {
        let (Some(place), Some(error)) = (self.chosen, self.typed_error.take()) else { return };
        let parts = self.read.as_ref().and_then(|read| read.file.as_ref().ok());
        let Some(part) = parts.and_then(|file| file.parts().get(place)).map(F::Part::to_string) else {
            return;
        };
        let typed = std::mem::take(&mut self.typed);
        self.unfinished.push(Unfinished { place: Some(place), part, typed, error });
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
        if change == Change::TakeBack {
            return self.take_back(document, encoding);
        }
        let Ok(file) = self.file(&document.text, encoding) else { return false };
        self.list_error = None;
        let count = file.parts().len();
        let rearranged = match &change {
            Change::Add(_) => Some(Rearranged::Added(F::place_of_new(self.chosen, count))),
            Change::Remove(place) if *place < count => Some(Rearranged::Removed(*place)),
            Change::Move(moved) if moved.from.max(moved.to) < count => Some(Rearranged::Moved(*moved)),
            Change::Remove(_) | Change::Move(_) | Change::TakeBack => return false,
            Change::Write(..) | Change::Switch(_) => None,
        };
        let written = |(place, part): (usize, &F::Part)| match rearranged {
            Some(rearranged) => F::rearranged(part, place, rearranged).to_string(),
            None => part.to_string(),
        };
        let mut parts: Vec<String> = file.parts().iter().enumerate().map(written).collect();
        let mut chosen = self.chosen.and_then(|place| Rearranged::place_after(rearranged, place));
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
                let place = F::place_of_new(self.chosen, count);
                parts.insert(place, part);
                if !is_unfinished {
                    chosen = Some(place);
                }
            }
            Change::Remove(place) => {
                parts.remove(place);
            }
            Change::Move(moved) => {
                moved.apply(&mut parts);
            }
            Change::TakeBack => {}
        }
        match F::read(&file.with_parts(&parts), encoding) {
            Ok(file) => {
                let before = std::mem::replace(&mut document.text, file.to_string());
                if let Some(Rearranged::Removed(place)) = rearranged {
                    self.removed = Some(Removed { place, before, after: document.text.clone() });
                }
                self.follow(rearranged, &file);
                if is_written {
                    self.typed_error = None;
                } else if is_unfinished {
                    if let (Some(before), Some(change)) = (self.chosen, rearranged) {
                        self.typed = F::rearranged_typed(std::mem::take(&mut self.typed), before, change);
                    }
                    self.chosen = chosen;
                } else {
                    self.typed_error = None;
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

/// Where parts stand of which something was typed, in a file that was written by other hands. Of parts that are equal each
/// is found at a place of its own; the one that is being changed has its place already.
fn find_again(unfinished: &mut [Unfinished], edited: Option<usize>, parts: &[impl Display]) {
    if unfinished.is_empty() {
        return;
    }
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    let mut taken: HashSet<usize> = edited.into_iter().collect();
    for known in &mut *unfinished {
        known.place =
            known.place.filter(|place| parts.get(*place) == Some(&known.part) && taken.insert(*place));
    }
    for known in unfinished.iter_mut().filter(|known| known.place.is_none()) {
        known.place = (0..parts.len()).find(|place| parts[*place] == known.part && taken.insert(*place));
    }
}
