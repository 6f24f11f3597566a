//! Highlights of a tab: named rules in an order, each with an expression and a colour. They are written on a page, and the
//! panel at the side tells how many rows each has. It must not know how a row is coloured.

pub mod page;
pub mod panel;
mod search;

pub use search::Highlights;

use crate::codec::expression::{Expression, ExpressionError, Vocabulary};
use crate::codec::represent::MarkColor;
use crate::ui::cx::Cx;
use crate::ui::tab::{Tab, TabKey};
use crate::ui::widgets::LineMove;
use crate::workspace::tabs::HighlightSettings;

/// A tab has no more rules: each is asked about every row.
pub const MOST_RULES: usize = 32;

/// What can be asked of the highlights of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighlightsAction {
    /// The rules are there to be changed, this one first; without one, a new rule is.
    Ask(Option<usize>),
    /// A rule highlights, or rests.
    Toggle(usize),
    /// A rule stands elsewhere.
    Move(LineMove),
    /// A rule is gone.
    Remove(usize),
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighlightRule {
    /// The name a person gave; where it is empty, the expression stands for it.
    pub name: String,
    /// What its rows have, as typed.
    pub expression: String,
    /// Their colour.
    pub color: MarkColor,
    /// Whether it highlights.
    pub is_on: bool,
}

/// All rules of a tab, to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighlightsPage {
    /// Of which tab.
    pub tab: TabKey,
    /// As they are now.
    pub rules: Vec<HighlightRule>,
    /// Whose expression gets the keyboard with the next frame.
    pub wants_focus: Option<usize>,
}

impl HighlightRule {
    /// A rule that highlights.
    pub fn new(expression: &str, color: MarkColor) -> HighlightRule {
        HighlightRule { name: String::new(), expression: expression.to_owned(), color, is_on: true }
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        if self.name.trim().is_empty() { self.expression.trim() } else { self.name.trim() }
    }

    /// What its rows have; nothing while nothing is typed.
    pub fn read(&self) -> Option<Result<Expression, ExpressionError>> {
        // As typed: an error tells its place in that.
        let typed = self.expression.as_str();
        (!typed.trim().is_empty()).then(|| Expression::parse(typed, &Vocabulary::default()))
    }
}

impl From<HighlightSettings> for HighlightRule {
    fn from(file: HighlightSettings) -> HighlightRule {
        let place = usize::from(file.color).saturating_sub(1);
        let color = MarkColor::ALL.get(place).copied().unwrap_or_default();
        HighlightRule { name: file.name, expression: file.expression, color, is_on: file.is_on }
    }
}

impl From<&HighlightRule> for HighlightSettings {
    fn from(live: &HighlightRule) -> HighlightSettings {
        let color = u8::try_from(live.color.place() + 1).unwrap_or(1);
        HighlightSettings {
            name: live.name.clone(),
            expression: live.expression.clone(),
            color,
            is_on: live.is_on,
        }
    }
}

impl HighlightsPage {
    /// A new rule stands below the others, in the colour that is used least.
    pub fn add(&mut self) {
        if self.rules.len() < MOST_RULES {
            self.rules.push(HighlightRule::new("", next_color(&self.rules)));
            self.wants_focus = Some(self.rules.len() - 1);
        }
    }
}

/// Does what was asked of the highlights of a tab; gives the page that this needs.
pub(in crate::ui) fn apply(tab: &mut Tab, action: HighlightsAction) -> Option<HighlightsPage> {
    let rules = &mut tab.settings.highlights;
    match action {
        HighlightsAction::Ask(place) => {
            let mut page = HighlightsPage { tab: tab.key, rules: rules.clone(), wants_focus: place };
            if place.is_none() {
                page.add();
            }
            return Some(page);
        }
        HighlightsAction::Toggle(place) => {
            if let Some(rule) = rules.get_mut(place) {
                rule.is_on = !rule.is_on;
            }
        }
        HighlightsAction::Move(moved) => {
            moved.apply(rules);
        }
        HighlightsAction::Remove(place) => {
            if place < rules.len() {
                rules.remove(place);
            }
        }
    }
    None
}

/// What was written on the page is how it is from now on. Rules without an expression were never finished.
pub(in crate::ui) fn set(page: &HighlightsPage, tab: &mut Tab) {
    let is_written = |rule: &&HighlightRule| !rule.expression.trim().is_empty();
    tab.settings.highlights = page.rules.iter().filter(is_written).cloned().collect();
}

/// Highlights what an expression wants. One that is there already highlights again.
pub(in crate::ui) fn add(tab: &mut Tab, expression: &str, cx: &mut Cx<'_>) {
    let rules = &mut tab.settings.highlights;
    if let Some(rule) = rules.iter_mut().find(|rule| rule.expression == expression) {
        rule.is_on = true;
    } else if rules.len() < MOST_RULES {
        rules.push(HighlightRule::new(expression, next_color(rules)));
    } else {
        cx.problem("highlights.too_many");
    }
}

/// The colour that fewest rules have.
fn next_color(rules: &[HighlightRule]) -> MarkColor {
    let uses = |color: &MarkColor| rules.iter().filter(|rule| rule.color == *color).count();
    MarkColor::ALL.into_iter().min_by_key(uses).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{HighlightRule, HighlightsAction, HighlightsPage, MOST_RULES, add, apply, set};
    use crate::codec::represent::MarkColor;
    use crate::ui::cx::Services;
    use crate::ui::tab::settings::LiveSettings;
    use crate::ui::tab::{Tab, TabKey};
    use crate::ui::widgets::LineMove;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::{HighlightSettings, TabKind};

    fn tab() -> Tab {
        Tab::new(TabKey(1), LiveSettings::new(TabKind::Udp))
    }

    fn expressions(tab: &Tab) -> Vec<(&str, usize, bool)> {
        let rules = tab.settings.highlights.iter();
        rules.map(|rule| (rule.expression.as_str(), rule.color.place(), rule.is_on)).collect()
    }

    #[test]
    fn rules_come_in_colours_of_their_own_and_are_moved_rested_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut services = Services::in_folder(folder.path());
        let mut cx = services.cx(Locale::of(Language::English));
        let mut tab = tab();
        for expression in ["a", "b", "c", "d", "e"] {
            add(&mut tab, expression, &mut cx);
        }
        let all = [("a", 0, true), ("b", 1, true), ("c", 2, true), ("d", 3, true), ("e", 0, true)];
        assert_eq!(expressions(&tab), all);
        for (action, first_two) in [
            (HighlightsAction::Move(LineMove { from: 1, to: 0 }), [("b", 1, true), ("a", 0, true)]),
            (HighlightsAction::Move(LineMove { from: 7, to: 0 }), [("b", 1, true), ("a", 0, true)]),
            (HighlightsAction::Move(LineMove { from: 4, to: 5 }), [("b", 1, true), ("a", 0, true)]),
            (HighlightsAction::Toggle(1), [("b", 1, true), ("a", 0, false)]),
            (HighlightsAction::Remove(0), [("a", 0, false), ("c", 2, true)]),
            (HighlightsAction::Remove(9), [("a", 0, false), ("c", 2, true)]),
        ] {
            assert_eq!(apply(&mut tab, action), None);
            assert_eq!(expressions(&tab)[..2], first_two, "{action:?}");
        }
        add(&mut tab, "a", &mut cx);
        assert_eq!(expressions(&tab)[0], ("a", 0, true), "it highlights again");
        for place in 0..40 {
            add(&mut tab, &format!("x{place}"), &mut cx);
        }
        assert_eq!(tab.settings.highlights.len(), MOST_RULES);
    }

    #[test]
    fn the_page_adds_a_rule_and_leaves_out_what_was_not_written() {
        let mut tab = tab();
        let page = apply(&mut tab, HighlightsAction::Ask(None));
        let mut page = page.unwrap();
        assert_eq!((page.rules.len(), page.wants_focus), (1, Some(0)));
        page.add();
        "dir:rx".clone_into(&mut page.rules[1].expression);
        set(&page, &mut tab);
        assert_eq!(expressions(&tab), [("dir:rx", 1, true)]);
        let again = apply(&mut tab, HighlightsAction::Ask(Some(0)));
        let rules = tab.settings.highlights.clone();
        assert_eq!(again, Some(HighlightsPage { tab: tab.key, rules, wants_focus: Some(0) }));
    }

    #[test]
    fn a_rule_is_kept_as_it_is() {
        for color in MarkColor::ALL {
            let rule =
                HighlightRule { name: "hot".to_owned(), is_on: false, ..HighlightRule::new("x", color) };
            assert_eq!(HighlightRule::from(HighlightSettings::from(&rule)), rule);
        }
        let odd = HighlightSettings { color: 9, ..HighlightSettings::default() };
        assert_eq!(HighlightRule::from(odd).color, MarkColor::First);
    }
}
