//! The rows that each rule wants, gathered beside the window over the whole past, and followed as the log grows. It
//! must not know what is done with them.

use crate::codec::expression::Expression;
use crate::codec::text::TextEncoding;
use crate::engine::news::News;
use crate::journal::query::Predicate;
use crate::ui::log::Highlight;
use crate::ui::tab::find::predicate;
use crate::ui::tab::gathering::{Gathering, GatheringError, Searched};
use crate::ui::tab::highlights::HighlightRule;
use roaring::RoaringTreemap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The rules that a log is looked at with, and what they have found.
#[derive(Debug, Default)]
pub struct Highlights {
    rules: Vec<Searching>,
    encoding: TextEncoding,
}

/// One rule.
#[derive(Debug)]
struct Searching {
    rule: HighlightRule,
    /// What it says, if it is on and makes sense.
    expression: Option<Expression>,
    /// What its rows have then.
    predicate: Option<Predicate>,
    found: Gathering,
}

/// What a rule has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighlightCount {
    /// So many rows.
    pub rows: u64,
    /// It has not gone over everything yet.
    pub is_growing: bool,
}

impl Highlights {
    /// These are the rules now; tells whether they were others. What stays is not looked for again.
    pub fn follow(
        &mut self,
        rules: &[HighlightRule],
        encoding: TextEncoding,
        searched: Option<&Searched>,
        news: &News,
    ) -> Result<bool, GatheringError> {
        let is_same = self.rules.len() == rules.len()
            && self.encoding == encoding
            && self.rules.iter().zip(rules).all(|(one, rule)| one.rule == *rule);
        if is_same {
            return Ok(false);
        }
        let mut before = std::mem::take(&mut self.rules);
        let can_stay = self.encoding == encoding;
        self.encoding = encoding;
        let mut outcome = Ok(true);
        for rule in rules {
            let stays = |one: &Searching| {
                can_stay && one.rule.expression == rule.expression && one.rule.is_on == rule.is_on
            };
            if let Some(place) = before.iter().position(stays) {
                let one = before.swap_remove(place);
                self.rules.push(Searching { rule: rule.clone(), ..one });
                continue;
            }
            let expression = rule.read().filter(|_| rule.is_on).and_then(Result::ok);
            let expression = expression.filter(|expression| expression.not_encodable(encoding).is_none());
            let found = Gathering::default();
            let mut one = Searching { rule: rule.clone(), expression, predicate: None, found };
            outcome = outcome.and(one.start(searched, encoding, news).map(|()| true));
            self.rules.push(one);
        }
        // What is gone goes on until it has noticed; no frame waits for that.
        for one in &mut before {
            one.found.stop();
        }
        outcome
    }

    /// Everything is looked for anew: rows have other names now.
    pub fn start_again(&mut self, searched: Option<&Searched>, news: &News) -> Result<(), GatheringError> {
        let encoding = self.encoding;
        let starts = self.rules.iter_mut().map(|one| one.start(searched, encoding, news));
        starts.fold(Ok(()), Result::and)
    }

    /// Takes in what was found; tells whether more is known now.
    pub fn take_in(&mut self, news: &News, deadline: Instant) -> Result<bool, GatheringError> {
        let mut has_changed = false;
        let mut outcome = Ok(());
        for one in &mut self.rules {
            match one.found.take_in(news, deadline) {
                Ok(is_more) => has_changed |= is_more,
                Err(error) => outcome = Err(error),
            }
        }
        outcome.map(|()| has_changed)
    }

    /// How soon the next look at new rows is due, where some were not gone over; at once while matches wait to be taken in.
    pub fn follow_after(&self) -> Option<Duration> {
        self.rules.iter().filter_map(|one| one.found.follow_after()).min()
    }

    /// What is highlighted, for the rows: the rules that are on and make sense, in their order.
    pub fn highlights(&self) -> Vec<Highlight> {
        let of = |one: &Searching| {
            one.predicate.clone().map(|predicate| Highlight { predicate, color: one.rule.color })
        };
        self.rules.iter().filter_map(of).collect()
    }

    /// The same rules, with the rows that were found so far.
    pub fn found(&self) -> impl DoubleEndedIterator<Item = (&HighlightRule, &Arc<RoaringTreemap>)> {
        let on = self.rules.iter().filter(|one| one.predicate.is_some());
        on.map(|one| (&one.rule, one.found.rows()))
    }

    /// What the rule at a place has found; nothing where it is off or makes no sense.
    pub fn count(&self, place: usize) -> Option<HighlightCount> {
        let one = self.rules.get(place).filter(|one| one.predicate.is_some())?;
        Some(HighlightCount { rows: one.found.rows().len(), is_growing: one.found.progress().is_some() })
    }
}

impl Searching {
    fn start(
        &mut self,
        searched: Option<&Searched>,
        encoding: TextEncoding,
        news: &News,
    ) -> Result<(), GatheringError> {
        self.found.stop();
        let meant = |expression: Expression| match searched {
            Some(searched) => searched.meant(expression),
            None => expression,
        };
        let expression = self.expression.clone().map(meant);
        self.predicate =
            expression.map(|expression| predicate(&expression, encoding).finding_across_records());
        match (searched, &self.predicate) {
            (Some(searched), Some(predicate)) => self.found.start(searched, predicate.clone(), news),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HighlightCount, Highlights};
    use crate::codec::represent::MarkColor;
    use crate::codec::text::TextEncoding;
    use crate::engine::news::News;
    use crate::journal::split::SplitScan;
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::DataHead;
    use crate::ui::tab::gathering::Searched;
    use crate::ui::tab::highlights::HighlightRule;
    use crate::util::clock;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    fn counts(highlights: &Highlights, rules: usize) -> Vec<Option<u64>> {
        (0..rules).map(|place| highlights.count(place).map(|count| count.rows)).collect()
    }

    #[test]
    fn each_rule_is_counted_over_the_past_and_goes_on_with_what_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let mut append = |bytes: &[u8]| {
            writer.append_data(clock::now(), Epoch(1), None, &DataHead::received(), bytes);
            writer.publish().unwrap();
            writer.reader()
        };
        append(b"error one");
        let reader = append(b"fine");
        let searched = Searched { reader, messages: None };
        let news = News::new(Waker::noop().clone());
        let mut highlights = Highlights::default();
        let mut rules: Vec<HighlightRule> = ["error", "len > 3", "len >", "fine"]
            .map(|expression| HighlightRule::new(expression, MarkColor::First))
            .into();
        rules[3].is_on = false;
        let deadline = Instant::now() + Duration::from_mins(1);
        let follow = |highlights: &mut Highlights, rules: &[HighlightRule], expected: &[Option<u64>]| {
            let encoding = TextEncoding::UTF_8;
            while counts(highlights, rules.len()) != expected {
                assert!(Instant::now() < deadline, "{:?}", counts(highlights, rules.len()));
                highlights.follow(rules, encoding, Some(&searched), &news).unwrap();
                highlights.take_in(&news, Instant::now()).unwrap();
                std::thread::yield_now();
            }
        };
        follow(&mut highlights, &rules, &[Some(1), Some(2), None, None]);
        assert_eq!(highlights.highlights().len(), 2, "what is off or makes no sense highlights nothing");
        append(b"an error again");
        follow(&mut highlights, &rules, &[Some(2), Some(3), None, None]);
        rules.swap(0, 3);
        rules[0].is_on = true;
        follow(&mut highlights, &rules, &[Some(1), Some(3), None, Some(2)]);
    }

    #[test]
    fn what_is_said_in_frames_is_highlighted_though_it_is_masked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        let frame = b"\x81\x84\x01\x02\x03\x04qkmc\x81\x84\0\0\0\0pong";
        writer.append_data(clock::now(), Epoch(1), PeerId::new(1), &DataHead::received(), frame);
        writer.publish().unwrap();
        let reader = writer.reader();
        let mut cut = SplitScan::new(reader.clone(), Framing::WebSocket, RecordId(0));
        while !cut.step(u64::MAX).unwrap().is_done {}
        let frames = Searched { reader: reader.clone(), messages: Some(cut.rows()) };
        let records = Searched { reader, messages: None };
        let news = News::new(Waker::noop().clone());
        let mut highlights = Highlights::default();
        let rules = [HighlightRule::new("ping", MarkColor::First)];
        let deadline = Instant::now() + Duration::from_mins(1);
        for (searched, expected) in [(&records, 0), (&frames, 1)] {
            highlights.follow(&rules, TextEncoding::UTF_8, Some(searched), &news).unwrap();
            highlights.start_again(Some(searched), &news).unwrap();
            let counted = HighlightCount { rows: expected, is_growing: false };
            while highlights.count(0) != Some(counted) {
                assert!(Instant::now() < deadline, "{:?}", highlights.count(0));
                highlights.take_in(&news, Instant::now()).unwrap();
                std::thread::yield_now();
            }
        }
    }
}
