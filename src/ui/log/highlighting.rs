//! Which rows of a log are highlighted, and how: by the first rule that wants a row. A row in sight is judged where it
//! stands, so that its colour does not wait for the search that goes over the whole past; what takes more than the row
//! to tell is known from that search. It must not know where rules come from.

use crate::codec::expression::Content;
use crate::codec::represent::{Mark, MarkClass, MarkColor};
use crate::codec::text::Carry;
use crate::journal::query::{Predicate, RowJudge};
use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RowKey;
use crate::ui::log::marker::Sought;
use crate::ui::log::source::LogRow;
use roaring::RoaringTreemap;
use std::sync::Arc;

/// Longer rows take longer to judge than a frame may.
const JUDGED_BYTES: usize = 128 * 1024;

/// What is highlighted in one colour.
#[derive(Clone, Debug)]
pub struct Highlight {
    /// What its rows have.
    pub predicate: Predicate,
    /// Their colour.
    pub color: MarkColor,
}

/// All rules, in their order.
#[derive(Debug, Default)]
pub(super) struct Highlighting {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    color: MarkColor,
    sought: Sought,
    judge: RowJudge,
    /// A row alone tells whether it is wanted.
    judges_alone: bool,
    /// What a search has found so far.
    rows: Arc<RoaringTreemap>,
}

/// The rule that highlights a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HighlightedBy {
    /// Its place among all.
    rule: usize,
    pub(super) color: MarkColor,
}

impl Highlighting {
    pub(super) fn new(reader: &JournalReader, highlights: Vec<Highlight>) -> Highlighting {
        let rule = |Highlight { predicate, color }| {
            let sought = Sought::in_color(predicate.finders(), color);
            let looks_above = predicate.looks_above();
            let judge = RowJudge::new(reader, predicate);
            let judges_alone = !judge.decodes() && !looks_above;
            Rule { color, sought, judge, judges_alone, rows: Arc::default() }
        };
        Highlighting { rules: highlights.into_iter().map(rule).collect() }
    }

    /// Whether nothing is highlighted.
    pub(super) fn is_nothing(&self) -> bool {
        self.rules.is_empty()
    }

    /// What searches have found so far, in the order of the rules; where there is none, nothing is held.
    pub(super) fn set_found<'a>(&mut self, mut found: impl Iterator<Item = &'a Arc<RoaringTreemap>>) {
        for rule in &mut self.rules {
            rule.rows = found.next().map(Arc::clone).unwrap_or_default();
        }
    }

    /// The first rule whose search has found a row.
    pub(super) fn found_by(&self, key: RowKey) -> Option<usize> {
        self.rules.iter().position(|rule| rule.rows.contains(key.0))
    }

    /// The first rule that wants a row.
    pub(super) fn of(
        &mut self,
        key: RowKey,
        row: &LogRow,
        carry: Carry,
    ) -> Result<Option<HighlightedBy>, JournalError> {
        let is_short = row.bytes() <= JUDGED_BYTES;
        for (place, rule) in self.rules.iter_mut().enumerate() {
            let is_found = rule.rows.contains(key.0);
            let mut is_wanted = || rule.judge.wants(&row.as_row(), carry, None);
            if is_found || (rule.judges_alone && is_short && is_wanted()?) {
                return Ok(Some(HighlightedBy { rule: place, color: rule.color }));
            }
        }
        Ok(None)
    }

    /// What the rule of a row looks for in it.
    pub(super) fn marks(&self, by: HighlightedBy, content: &Content<'_>, most: usize) -> Vec<Mark> {
        self.rules.get(by.rule).map_or_else(Vec::new, |rule| rule.sought.marks(content, most))
    }
}

/// Marks of two kinds in order, none over another: where two meet, that of the first kind stays.
pub(super) fn merged(first: Vec<Mark>, second: Vec<Mark>) -> Vec<Mark> {
    if second.is_empty() {
        return first;
    }
    let is_free = |mark: &Mark| {
        let at = first.partition_point(|other| other.bytes.end <= mark.bytes.start);
        first.get(at).is_none_or(|other| other.bytes.start >= mark.bytes.end)
    };
    let mut all: Vec<Mark> = second.into_iter().filter(is_free).collect();
    all.extend(first.iter().cloned());
    all.sort_by_key(|mark| (mark.bytes.start, mark.class != MarkClass::Found));
    all
}

#[cfg(test)]
mod tests {
    use super::merged;
    use crate::codec::represent::{Mark, MarkClass, MarkColor};

    #[test]
    fn what_is_found_stays_where_a_highlight_meets_it() {
        let mark = |start, end, class| Mark { bytes: start..end, class };
        let (found, lit) = (MarkClass::Found, MarkClass::Color(MarkColor::Second));
        let all = merged(
            vec![mark(2, 4, found), mark(8, 9, found)],
            vec![mark(0, 2, lit), mark(3, 5, lit), mark(5, 8, lit), mark(7, 10, lit), mark(9, 10, lit)],
        );
        let places: Vec<_> = all.iter().map(|mark| (mark.bytes.start, mark.class)).collect();
        assert_eq!(places, [(0, lit), (2, found), (5, lit), (8, found), (9, lit)]);
    }
}
