//! The one field that finds and filters: words find, an expression filters. Both go over the whole past beside the window
//! and follow what comes in. It opens no file by itself; it is given readers.

use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Completion, Content, Expression, ExpressionError, Field, Node, Vocabulary};
use crate::codec::text::{Carry, TextEncoding};
use crate::codec::time::TimeFormat;
use crate::engine::news::News;
use crate::journal::query::Predicate;
use crate::model::ids::RowKey;
use crate::ui::log::Sought;
use crate::ui::sheet::{SheetPlace, TermUse};
use crate::ui::tab::gathering::{Gathering, GatheringError, Searched};
use roaring::RoaringTreemap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No more places of one row are stepped to.
const PLACES_IN_A_ROW: usize = 1 << 20;

/// What can be asked of the field that finds and filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindAction {
    /// The field is there and has the keyboard.
    Show,
    /// The field and its matches are gone; what was kept as a filter stays.
    Hide,
    /// What the field says is looked for, and the nearest match is in sight.
    Start,
    /// The next match is shown.
    Next,
    /// The match before is shown.
    Previous,
    /// Only rows with a match are shown, or all that the filter lets through.
    ShowOnlyMatches(bool),
    /// What the field says stays as a filter, and the field is free for what is to be found in it.
    KeepAsFilter,
    /// The filter is in the field again, to be changed.
    EditFilter,
    /// The filter is gone.
    DropFilter,
    /// This is the filter.
    SetFilter(String),
    /// Rows that have something are shown alone, hidden, highlighted or looked for.
    Use {
        /// Which of that.
        how: TermUse,
        /// What they have: an expression.
        term: String,
    },
    /// The field says this.
    Recall(String),
    /// The filters with names are there, and what the field says may get one.
    AskNames,
    /// What the field says is highlighted.
    HighlightTyped,
}

/// How a filter becomes narrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrowing {
    /// Only what the term wants is shown.
    Only,
    /// What the term wants is hidden.
    Without,
}

/// Why nothing can be looked for.
#[derive(Debug)]
pub enum FindError {
    /// What was typed makes no sense.
    Expression(ExpressionError),
    /// The encoding lacks a character.
    Encode(char),
    /// Rows cannot be gathered.
    Gathering(GatheringError),
}

/// What was typed into the field means this.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// What is pointed out in rows.
    pub sought: Sought,
    /// It asks between which layers bytes were seen.
    pub asks_for_layer: bool,
    /// It is found among other rows unless something else was asked for; an expression filters.
    pub is_words: bool,
}

/// The sheet goes to the nearest match while one types, until one goes on from match to match.
#[derive(Debug)]
pub(super) struct Seeking {
    /// Where it stood.
    pub before: SheetPlace,
    /// The row at its upper edge then.
    pub from: RowKey,
    /// The match that it has gone to.
    pub at: Option<RowKey>,
    /// What is typed now has been gone to, or is nowhere.
    pub is_settled: bool,
}

/// The field, and the filter that was kept.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice or a fact of its own")]
pub struct Find {
    /// Bytes of the layer below the payload are kept in this journal, and left out.
    pub hides_wire: bool,
    /// The field is shown.
    pub is_shown: bool,
    /// It gets the keyboard with the next frame.
    pub wants_focus: bool,
    /// As typed.
    pub text: String,
    /// Large letters are told from small ones, whatever is typed.
    pub matches_case: bool,
    /// What is wrong with what was typed.
    pub error: Option<FindError>,
    /// What what was typed means, if it makes sense.
    pub meaning: Option<Meaning>,
    /// How what stands before the cursor may go on, and which of that is chosen.
    pub completion: Option<(Completion, usize)>,
    /// The row of the match in view.
    pub current: Option<u64>,
    /// Which bytes of that row it is; none where it only ends there.
    pub place: Option<Range<usize>>,
    /// While one types: where the sheet stood before, and where it has gone since.
    pub(super) seeking: Option<Seeking>,
    /// What was asked for instead of what goes without saying.
    only_matches: Option<bool>,
    /// The filter that was kept, as typed.
    filter: String,
    /// The encoding in which text is looked for.
    encoding: Option<TextEncoding>,
    /// How often it was begun to search.
    searches: u64,
    /// What the field asks for.
    wanted: Gathering,
    /// What the filter lets through.
    passing: Gathering,
    /// The rows with a match that the filter lets through.
    rows: Arc<RoaringTreemap>,
}

impl Find {
    /// The filter that was kept, as typed; empty if there is none.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Whether a filter keeps rows from being shown.
    pub fn is_filtering(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Whether only rows with a match are shown, as was asked for or as goes without saying.
    pub fn shows_only_matches(&self) -> bool {
        let goes_without_saying = self.meaning.as_ref().is_some_and(|meaning| !meaning.is_words);
        self.only_matches.unwrap_or(goes_without_saying)
    }

    /// Whether rows are hidden that have no match.
    pub fn hides_others(&self) -> bool {
        self.meaning.is_some() && self.shows_only_matches()
    }

    /// Shows only rows with a match, or the others, too, for as long as this is looked for.
    pub fn show_only_matches(&mut self, is_on: bool) {
        self.only_matches = Some(is_on);
    }

    /// How often it was begun to search: while that is the same, rows are shown for the same reason.
    pub fn searches(&self) -> u64 {
        self.searches
    }

    /// The rows with a match. The filter has let them through.
    pub fn rows(&self) -> &Arc<RoaringTreemap> {
        &self.rows
    }

    /// The only rows that are shown, if not all are, and once some are known.
    pub fn shown(&self) -> Option<&Arc<RoaringTreemap>> {
        if self.hides_others() && self.wanted.has_begun() {
            return Some(&self.rows);
        }
        self.passed()
    }

    /// The rows that the filter lets through, once some are known.
    pub fn passed(&self) -> Option<&Arc<RoaringTreemap>> {
        let is_filtering = self.is_filtering() || self.hides_wire;
        // Ciphertext is not shown for a moment either: nothing is, until it is known which rows are none.
        let is_known = self.passing.has_begun() || self.hides_wire;
        (is_filtering && is_known).then(|| self.passing.rows())
    }

    /// Whether the search is under way, and how far it is.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.wanted.progress()
    }

    /// How far a filter is that has not caught up.
    pub fn filter_progress(&self) -> Option<(u64, u64)> {
        self.passing.progress()
    }

    /// Begins to look for what was typed.
    pub fn start(&mut self, searched: &Searched, encoding: TextEncoding, news: &News) {
        self.forget_matches();
        self.searches += 1;
        if self.text.trim().is_empty() {
            self.only_matches = None;
            return;
        }
        // Also of a text that it cannot write: another encoding may.
        self.encoding = Some(encoding);
        let expression = match parse(&self.text) {
            Ok(expression) if self.matches_case => expression.matching_case(),
            Ok(expression) => expression,
            Err(error) => {
                self.error = Some(FindError::Expression(error));
                return;
            }
        };
        if let Some(character) = expression.not_encodable(encoding) {
            self.error = Some(FindError::Encode(character));
            return;
        }
        let (asks_for_layer, is_words) = (expression.asks_for(Field::Layer), expression.is_words());
        let predicate = predicate(&searched.meant(expression), encoding).finding_across_records();
        let sought = Sought::new(predicate.finders());
        self.meaning = Some(Meaning { sought, asks_for_layer, is_words });
        if let Err(error) = self.wanted.start(searched, predicate, news) {
            self.error = Some(FindError::Gathering(error));
        }
    }

    /// Whether it was looked for in another encoding than this.
    pub fn is_outdated(&self, encoding: TextEncoding) -> bool {
        self.encoding.is_some_and(|used| used != encoding)
    }

    /// Nothing is looked for any more.
    pub fn forget_matches(&mut self) {
        self.wanted.stop();
        self.meaning = None;
        self.encoding = None;
        self.error = None;
        self.rows = Arc::default();
        self.current = None;
        self.place = None;
    }

    /// This is the filter from now on; an empty text lets everything through. Nothing changes where it makes no sense.
    pub fn set_filter(&mut self, typed: &str) {
        match parse(typed) {
            _ if typed.trim().is_empty() => self.filter.clear(),
            Ok(_) => typed.trim().clone_into(&mut self.filter),
            Err(error) => self.error = Some(FindError::Expression(error)),
        }
    }

    /// Makes the filter narrower by a term.
    pub fn narrow(&mut self, how: Narrowing, term: &str) {
        let term = match parse(term) {
            Ok(term) => term.root().clone(),
            Err(error) => {
                self.error = Some(FindError::Expression(error));
                return;
            }
        };
        let mut terms: Vec<Node> =
            parse(&self.filter).ok().map(|filter| filter.root().clone()).into_iter().collect();
        terms.push(match how {
            Narrowing::Only => term,
            Narrowing::Without => Node::Not(Box::new(term)),
        });
        self.filter = Expression::of(Node::all(terms)).to_string();
    }

    /// What else the filter wants of every row, where it wants this of every row.
    pub fn filter_without(&self, term: &str) -> Option<String> {
        let (term, filter) = (parse(term).ok()?, parse(&self.filter).ok()?);
        let mut wanted = match filter.root() {
            Node::All(wanted) => wanted.clone(),
            one => vec![one.clone()],
        };
        let count = wanted.len();
        wanted.retain(|node| node != term.root());
        match wanted.len() {
            left if left == count => None,
            0 => Some(String::new()),
            _ => Some(Expression::of(Node::all(wanted)).to_string()),
        }
    }

    /// What was typed becomes the filter, beside the one that there is.
    pub fn keep_as_filter(&mut self) {
        if matches!(self.error, Some(FindError::Expression(_))) || self.text.trim().is_empty() {
            return;
        }
        let typed = std::mem::take(&mut self.text);
        self.narrow(Narrowing::Only, typed.trim());
        self.forget_matches();
        self.only_matches = None;
    }

    /// The filter is typed again, and keeps no rows from being shown by itself.
    pub fn edit_filter(&mut self) {
        self.text = std::mem::take(&mut self.filter);
        self.only_matches = None;
    }

    /// Shows only what the filter lets through.
    pub fn start_filter(&mut self, searched: &Searched, encoding: TextEncoding, news: &News) {
        self.passing.stop();
        self.searches += 1;
        let typed = if self.filter.is_empty() && self.hides_wire { "not layer:wire" } else { &self.filter };
        let Ok(expression) = parse(typed) else { return };
        let wanted = predicate(&searched.meant(expression), encoding);
        if let Err(error) = self.passing.start(searched, wanted, news) {
            self.error = Some(FindError::Gathering(error));
        }
    }

    /// Takes in what was found; tells whether the rows to show have changed.
    pub fn take_in(&mut self, news: &News, deadline: Instant) -> bool {
        // A set that is held twice would be copied before it grows.
        self.rows = Arc::default();
        let mut has_changed = false;
        for gathering in [&mut self.wanted, &mut self.passing] {
            match gathering.take_in(news, deadline) {
                Ok(changed) => has_changed |= changed,
                Err(error) => self.error = Some(FindError::Gathering(error)),
            }
        }
        // Whoever asks for a layer wants more than is shown without being asked.
        let passed = self.passed().filter(|_| self.is_filtering() || !self.asks_for_layer());
        self.rows = match (self.meaning.is_some(), passed) {
            (false, _) => Arc::default(),
            (true, None) => Arc::clone(self.wanted.rows()),
            (true, Some(passed)) => Arc::new(self.wanted.rows().as_ref() & passed.as_ref()),
        };
        has_changed
    }

    fn asks_for_layer(&self) -> bool {
        self.meaning.as_ref().is_some_and(|meaning| meaning.asks_for_layer)
    }

    /// Whether more was found than there was time to take in.
    pub fn has_waiting(&self) -> bool {
        self.wanted.has_waiting() || self.passing.has_waiting()
    }

    /// How soon the next look at new rows is due, where some were not gone over; at once while matches wait to be taken in.
    pub fn follow_after(&self) -> Option<Duration> {
        [&self.wanted, &self.passing].into_iter().filter_map(Gathering::follow_after).min()
    }

    /// The nearest match at or after a row: the last one before it where there is none. Nothing while more may be found
    /// there.
    pub fn nearest(&self, from: RowKey) -> Option<RowKey> {
        let before = from.0.checked_sub(1).map_or(0, |last| self.rows.rank(last));
        if let Some(row) = self.rows.select(before) {
            return Some(RowKey(row));
        }
        self.progress().is_none().then(|| self.rows.max()).flatten().map(RowKey)
    }

    /// The row of the next match after the present one, or of the one before it; around the end. The first step goes
    /// to the first match from this row on, or to the last one before it. `bytes_of` reads a row, and what its stream
    /// left unfinished before it.
    pub fn step(
        &mut self,
        is_forward: bool,
        from: RowKey,
        mut bytes_of: impl FnMut(RowKey) -> (Vec<u8>, Carry),
    ) -> Option<RowKey> {
        let sought = self.meaning.as_ref().map(|meaning| meaning.sought.clone()).unwrap_or_default();
        let mut find = |row: u64, beside: Option<&Range<usize>>| {
            let (bytes, carry) = bytes_of(RowKey(row));
            let content = Content { carry, ..Content::of_message(&bytes) };
            let mut places = sought.marks(&content, PLACES_IN_A_ROW).into_iter().map(|mark| mark.bytes);
            match (is_forward, beside) {
                (true, Some(beside)) => places.find(|place| place.start >= beside.end),
                (true, None) => places.next(),
                (false, Some(beside)) => places.rfind(|place| place.end <= beside.start),
                (false, None) => places.next_back(),
            }
        };
        if let (Some(row), Some(place)) = (self.current, &self.place)
            && let Some(next) = find(row, Some(place))
        {
            self.place = Some(next);
            return Some(RowKey(row));
        }
        let count = self.rows.len();
        if count == 0 {
            return None;
        }
        let before = |row: u64| row.checked_sub(1).map_or(0, |last| self.rows.rank(last));
        let place = match (is_forward, self.current) {
            (true, Some(current)) => self.rows.rank(current) % count,
            (true, None) => before(from.0) % count,
            (false, current) => before(current.unwrap_or(from.0)).checked_sub(1).unwrap_or(count - 1),
        };
        self.current = self.rows.select(place);
        self.place = self.current.and_then(|row| find(row, None));
        self.current.map(RowKey)
    }

    /// No match is the present one.
    pub fn forget_current(&mut self) {
        (self.current, self.place) = (None, None);
    }

    /// The place of the present match among all rows with matches, counted from 1.
    pub fn current_place(&self) -> Option<u64> {
        self.current.map(|row| self.rows.rank(row))
    }
}

/// A predicate for the rows of a log.
pub fn predicate(expression: &Expression, encoding: TextEncoding) -> Predicate {
    Predicate::new(expression, encoding, &DecodeChoice::Auto, &TimeFormat::local())
}

/// What was typed into the field means: no names of its own are known there.
fn parse(typed: &str) -> Result<Expression, ExpressionError> {
    Expression::parse(typed, &Vocabulary::default())
}

#[cfg(test)]
mod tests {
    use super::{Find, Meaning, Narrowing, predicate};
    use crate::codec::expression::{Expression, Vocabulary};
    use crate::codec::text::{Carry, TextEncoding};
    use crate::model::ids::RowKey;
    use crate::ui::log::Sought;
    use std::sync::Arc;

    #[test]
    fn the_first_step_goes_to_the_first_match_from_there_on() {
        let at = |rows: &[u64]| Find { rows: Arc::new(rows.iter().copied().collect()), ..Find::default() };
        for (from, is_forward, seen) in
            [(5, true, [5, 9]), (6, true, [9, 2]), (10, true, [2, 5]), (5, false, [2, 9]), (0, false, [9, 5])]
        {
            let mut find = at(&[2, 5, 9]);
            let bytes_of = |_| (Vec::new(), Carry::default());
            let steps = [(); 2].map(|()| find.step(is_forward, RowKey(from), bytes_of).map(|row| row.0));
            assert_eq!(steps, seen.map(Some), "from {from}, forward: {is_forward}");
        }
        assert_eq!(at(&[]).step(true, RowKey(0), |_| (Vec::new(), Carry::default())), None);
    }

    #[test]
    fn the_nearest_match_is_the_next_one_and_behind_all_the_last() {
        let find = Find { rows: Arc::new([2, 5, 9].into_iter().collect()), ..Find::default() };
        for (from, nearest) in [(0, 2), (2, 2), (3, 5), (9, 9), (10, 9)] {
            assert_eq!(find.nearest(RowKey(from)), Some(RowKey(nearest)), "from {from}");
        }
        assert_eq!(Find::default().nearest(RowKey(0)), None);
    }

    #[test]
    fn each_match_within_a_row_is_stepped_to() {
        let records = [&b"-ab--ab"[..], b"cab"];
        let expression = Expression::parse("ab", &Vocabulary::default()).unwrap();
        let sought = Sought::new(predicate(&expression, TextEncoding::UTF_8).finders());
        let mut find = Find {
            rows: Arc::new([0, 1].into_iter().collect()),
            meaning: Some(Meaning { sought, asks_for_layer: false, is_words: true }),
            ..Find::default()
        };
        let mut step = |is_forward| {
            let bytes_of =
                |row: RowKey| (records[usize::try_from(row.0).unwrap()].to_vec(), Carry::default());
            let row = find.step(is_forward, RowKey(0), bytes_of).unwrap().0;
            (row, find.place.clone().unwrap().start)
        };
        let forward: Vec<_> = (0..4).map(|_| step(true)).collect();
        assert_eq!(forward, [(0, 1), (0, 5), (1, 1), (0, 1)]);
        let back: Vec<_> = (0..3).map(|_| step(false)).collect();
        assert_eq!(back, [(1, 1), (0, 5), (0, 1)]);
    }

    #[test]
    fn a_term_is_taken_out_where_all_rows_must_have_it() {
        let mut find = Find::default();
        for (filter, term, others) in [
            ("peer:1", "peer:1", Some("")),
            ("dir:rx and peer:1", "peer:1", Some("dir:rx")),
            ("peer:1 and len > 3 and peer:1", "peer:1", Some("len > 3")),
            ("peer:1 and (dir:rx or len > 3)", "peer:1", Some("dir:rx or len > 3")),
            ("dir:rx or len > 3 and peer:1", "peer:1", None),
            ("not peer:1", "peer:1", None),
            ("peer:11", "peer:1", None),
            ("", "peer:1", None),
        ] {
            find.set_filter(filter);
            assert_eq!(find.filter_without(term).as_deref(), others, "{filter}");
        }
    }

    #[test]
    fn terms_make_a_filter_narrower() {
        let mut find = Find::default();
        for (how, term, filter) in [
            (Narrowing::Only, "peer:3", "peer:3"),
            (Narrowing::Without, "dir:tx", "peer:3 and not dir:tx"),
            (Narrowing::Without, "a or b", "peer:3 and not dir:tx and not (a or b)"),
            (Narrowing::Only, "len >", "peer:3 and not dir:tx and not (a or b)"),
        ] {
            find.narrow(how, term);
            assert_eq!(find.filter(), filter);
        }
        assert!(find.error.is_some(), "what makes no sense is said");
        find.text = " x ".to_owned();
        find.error = None;
        find.set_filter("");
        find.keep_as_filter();
        assert_eq!((find.filter(), find.text.as_str()), ("x", ""));
        find.edit_filter();
        assert_eq!((find.filter(), find.text.as_str()), ("", "x"));
    }
}
