//! The row that the inspector shows: its bytes a page at a time, what they mean, and what was picked of them. What takes
//! time is made when the row or what was picked changes, not in every frame.

pub mod action;
mod compare;
mod dump;
mod dump_view;
mod facts;
pub mod nodes;
mod parts;
pub mod picked;
mod tree_view;
pub mod view;

pub use action::InspectorAction;

use crate::codec::checksum::{Checksum, RightEnd};
use crate::codec::decode::DecodeChoice;
use crate::codec::text::{Carry, TextEncoding};
use crate::export::PeerEnds;
use crate::journal::JournalError;
use crate::model::ids::RowKey;
use crate::ui::log::{LogRow, LogRows, MOST_DECODED_BYTES};
use crate::ui::tab::inspector::dump::{Page, PageDump};
use crate::ui::tab::inspector::nodes::Nodes;
use crate::ui::tab::inspector::picked::Picked;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Of more bytes no checksums are made while one looks: that takes milliseconds.
const SUMMED_BYTES: usize = 256 * 1024;

/// Around a page what is found is looked for so far: a match may begin before it and end behind it.
const HITS_AROUND_BYTES: usize = 4 * 1024;

/// What the inspector shows.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The row in sight.
    pub row: Option<Arc<LogRow>>,
    /// The bytes that were picked; values are read from the first of them.
    pub picked: Picked,
    /// Whether bytes that differ from the marked row are marked.
    pub compares: bool,
    wanted: Option<RowKey>,
    /// Which part of the bytes is in sight.
    page: Page,
    /// What was made of the row, kept while it stays the same.
    made: Option<Made>,
    sums: Option<Sums>,
    /// Decoded values whose parts are hidden, by name.
    folded: BTreeSet<String>,
    /// What the pointer was over when the last frame was drawn, as bytes of the row.
    pointed: Option<Range<usize>>,
    /// What it is over now.
    pointed_now: Option<Range<usize>>,
    /// A value that is to be brought into sight, because its byte was picked.
    line_to_show: Option<usize>,
    /// The place of a match that was shown last.
    shown_place: Option<Range<usize>>,
    /// The part of the row that is selected in the sheet, as far as it was picked here.
    shown_part: Option<Range<usize>>,
    /// A person has picked something here that is not selected in the sheet yet.
    has_new_pick: bool,
}

/// With what a row is looked at.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// What its characters are.
    pub encoding: TextEncoding,
    /// The decoders that its values come from, if any do.
    pub decoders: Option<&'a DecodeChoice>,
    /// The row from which times are measured, to compare with.
    pub marked: Option<RowKey>,
}

/// What is shown of a row: too much to be made in every frame.
#[derive(Debug)]
struct Made {
    row: Arc<LogRow>,
    decode: Option<DecodeChoice>,
    marked: Option<RowKey>,
    encoding: TextEncoding,
    carry: Carry,
    ends: Option<PeerEnds>,
    nodes: Option<Nodes>,
    right_ends: Vec<RightEnd>,
    other: Option<Other>,
    hits: Hits,
    dump: Option<PageDump>,
}

/// What is found around the page, and for which page and search that is so.
#[derive(Debug, Default)]
struct Hits {
    places: Vec<Range<usize>>,
    around: Range<usize>,
    turn: u64,
}

/// The marked row, to compare with.
#[derive(Debug)]
struct Other {
    number: Option<u64>,
    differing: Vec<Range<usize>>,
}

/// Sums of the picked bytes, or of all where one is picked.
#[derive(Debug)]
struct Sums {
    row: Arc<LogRow>,
    bytes: Range<usize>,
    lines: Vec<(&'static str, String)>,
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
        self.picked = Picked::default();
        self.page = self.page.at_start();
        (self.pointed, self.pointed_now) = (None, None);
        (self.shown_place, self.shown_part) = (None, None);
        self.has_new_pick = false;
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

    /// Makes what is shown of the row, as far as it is not made already.
    pub fn make(&mut self, rows: &mut LogRows, look: &Look<'_>) -> Result<(), JournalError> {
        let (Some(row), Some(key)) = (self.row.clone(), self.wanted) else {
            (self.made, self.sums) = (None, None);
            return Ok(());
        };
        self.picked = self.picked.within(self.bytes().len());
        self.show_match(rows, key);
        let marked = look.marked.filter(|marked| self.compares && *marked != key);
        let is_made = self.made.as_ref().is_some_and(|made| made.is_of(&row, marked, look));
        if !is_made {
            // Until it is known that all went well, nothing is shown: it would be tried again in every frame.
            self.made = None;
            let made = Made::new(&row, key, marked, look, &self.folded, rows);
            self.made = Some(made.inspect_err(|_| self.row = None)?);
        }
        self.make_hits(rows);
        self.make_sums(&row);
        Ok(())
    }

    /// A match that is pointed out in the row is picked and brought into sight, wherever in the row it is.
    fn show_match(&mut self, rows: &LogRows, key: RowKey) {
        let place = rows.place_in(key);
        if self.shown_place.as_ref() != place {
            self.shown_place = place.cloned();
            if let Some(place) = place {
                self.show_picked(Picked::range(place));
            }
        }
    }

    /// What is selected of the row in the sheet is picked here, so that its values and sums are seen.
    pub fn show_part(&mut self, part: Option<Range<usize>>) {
        if self.shown_part != part {
            if let Some(part) = &part {
                self.show_picked(Picked::range(part));
            }
            self.shown_part = part;
        }
    }

    /// The bytes that a person has picked here since this was asked last: they are selected in the sheet, too.
    pub fn take_new_pick(&mut self) -> Option<Range<usize>> {
        let is_new = std::mem::take(&mut self.has_new_pick) && !self.bytes().is_empty();
        if is_new {
            self.shown_part = Some(self.picked.bytes());
        }
        self.shown_part.clone().filter(|_| is_new)
    }

    fn make_hits(&mut self, rows: &LogRows) {
        let bytes = self
            .row
            .as_ref()
            .and_then(|row| row.record.bytes_of_any_layer())
            .map_or(0, |data| data.bytes.len());
        let page = self.page.bytes(bytes);
        let around = page.start.saturating_sub(HITS_AROUND_BYTES)
            ..page.end.saturating_add(HITS_AROUND_BYTES).min(bytes);
        let Some(made) = &mut self.made else { return };
        if made.hits.around != around || made.hits.turn != rows.sought_turn() {
            let all = made.row.record.bytes_of_any_layer().map_or(&[][..], |data| data.bytes.as_slice());
            let places = rows.hits_within(all, around.clone());
            made.hits = Hits { places, around, turn: rows.sought_turn() };
        }
    }

    fn make_sums(&mut self, row: &Arc<LogRow>) {
        let bytes = self.summed();
        let is_made =
            self.sums.as_ref().is_some_and(|sums| Arc::ptr_eq(&sums.row, row) && sums.bytes == bytes);
        if is_made {
            return;
        }
        let part = self.bytes().get(bytes.clone()).unwrap_or_default();
        let is_summed = !part.is_empty() && part.len() <= SUMMED_BYTES;
        let sum = |checksum: Checksum| {
            (checksum.label(), format!("0x{:0width$X}", checksum.value(part), width = 2 * checksum.size()))
        };
        let lines = Checksum::popular().filter(|_| is_summed).map(sum).collect();
        self.sums = Some(Sums { row: Arc::clone(row), bytes, lines });
    }

    /// What is summed up: what was picked, or everything where that is one byte.
    fn summed(&self) -> Range<usize> {
        if self.picked.is_several() { self.picked.bytes() } else { 0..self.bytes().len() }
    }

    /// A person picks bytes: they and their value are brought into sight.
    pub fn pick(&mut self, picked: Picked) {
        self.has_new_pick = true;
        self.show_picked(picked);
    }

    fn show_picked(&mut self, picked: Picked) {
        let bytes = self.bytes().len();
        self.picked = picked.within(bytes);
        self.page = self.page.showing(self.picked.head(), bytes);
        let nodes = self.made.as_ref().and_then(|made| made.nodes.as_ref());
        self.line_to_show = nodes.and_then(|nodes| nodes.line_of(self.bytes(), self.picked.bytes().start));
    }

    /// The row's bytes, if it is data.
    pub fn bytes(&self) -> &[u8] {
        self.row
            .as_ref()
            .and_then(|row| row.record.bytes_of_any_layer())
            .map_or(&[], |data| data.bytes.as_slice())
    }

    /// The bytes of the smallest decoded value around a byte.
    fn value_around(&self, byte: usize) -> Option<Range<usize>> {
        let nodes = self.made.as_ref()?.nodes.as_ref()?;
        nodes.bytes(self.bytes(), nodes.line_of(self.bytes(), byte)?)
    }

    /// The bytes that were picked.
    pub fn picked_bytes(&self) -> &[u8] {
        self.bytes().get(self.picked.bytes()).unwrap_or_default()
    }

    /// Hides what stands below a decoded value, or shows it again.
    pub fn toggle_node(&mut self, name: &str) {
        if !self.folded.remove(name) {
            self.folded.insert(name.to_owned());
        }
        let Inspector { row, made, folded, .. } = self;
        let message =
            row.as_ref().and_then(|row| row.record.bytes_of_any_layer()).map_or(&[][..], |data| &data.bytes);
        if let Some(nodes) = made.as_mut().and_then(|made| made.nodes.as_mut()) {
            nodes.fold(message, folded);
        }
    }
}

impl Made {
    fn new(
        row: &Arc<LogRow>,
        key: RowKey,
        marked: Option<RowKey>,
        look: &Look<'_>,
        folded: &BTreeSet<String>,
        rows: &mut LogRows,
    ) -> Result<Made, JournalError> {
        let bytes = row.record.bytes_of_any_layer().map_or(&[][..], |data| data.bytes.as_slice());
        let is_decoded = !bytes.is_empty() && bytes.len() <= MOST_DECODED_BYTES;
        let tree = match look.decoders.filter(|_| is_decoded) {
            Some(choice) => rows.tree(key, choice)?,
            None => None,
        };
        let other = match marked {
            Some(marked) => rows.row(marked)?.map(|other| {
                let with = other.record.bytes_of_any_layer().map_or(&[][..], |data| data.bytes.as_slice());
                Other { number: other.number, differing: compare::differing(bytes, with) }
            }),
            None => None,
        };
        let is_summed = bytes.len() <= SUMMED_BYTES;
        Ok(Made {
            row: Arc::clone(row),
            decode: look.decoders.cloned(),
            marked,
            encoding: look.encoding,
            carry: if row.message.is_some() { Carry::default() } else { rows.carry(row) },
            ends: row.record.peer.and_then(|peer| rows.ends(peer)),
            nodes: tree.map(|tree| Nodes::new(tree, bytes, folded)),
            right_ends: if is_summed { Checksum::right_ends(bytes) } else { Vec::new() },
            other,
            hits: Hits::default(),
            dump: None,
        })
    }

    fn is_of(&self, row: &Arc<LogRow>, marked: Option<RowKey>, look: &Look<'_>) -> bool {
        Arc::ptr_eq(&self.row, row)
            && self.encoding == look.encoding
            && self.decode.as_ref() == look.decoders
            && self.marked == marked
    }
}

#[cfg(test)]
mod tests;
