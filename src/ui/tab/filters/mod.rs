//! Filters to come back to: those that were used last, and those that a person gave a name. Both belong to the whole
//! program. It must not know how they are offered.

pub mod page;

use crate::ui::tab::{Tab, TabKey};
use crate::workspace::settings::{NamedFilter, Settings};

/// So many that were used last are remembered.
const MOST_RECENT: usize = 20;

/// A name for a filter, and the filters that have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiltersPage {
    /// The tab in which they are used.
    pub tab: TabKey,
    /// What gets a name: what the field says, or else the filter that was kept; empty where there is neither.
    pub filter: String,
    /// As typed.
    pub name: String,
}

/// What can be asked for on the page of filters with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FiltersPageAction {
    /// The filter has the name that the page says.
    Save,
    /// The field says this filter.
    Use(String),
    /// No filter has this name.
    Forget(String),
}

impl FiltersPage {
    /// The page for a tab.
    pub fn of(tab: &Tab) -> FiltersPage {
        let find = &tab.log.find;
        let typed = find.text.trim();
        let filter = if find.meaning.is_some() && !typed.is_empty() { typed } else { find.filter() };
        FiltersPage { tab: tab.key, filter: filter.to_owned(), name: String::new() }
    }

    /// Whether there is something to give a name to, and a name for it.
    pub fn can_save(&self) -> bool {
        !self.filter.is_empty() && !self.name.trim().is_empty()
    }
}

/// It was used last.
pub(super) fn remember(settings: &mut Settings, filter: &str) {
    let filter = filter.trim();
    if filter.is_empty() || settings.recent_filters.first().is_some_and(|last| last == filter) {
        return;
    }
    settings.recent_filters.retain(|recent| recent != filter);
    settings.recent_filters.insert(0, filter.to_owned());
    settings.recent_filters.truncate(MOST_RECENT);
}

/// The filter has this name from now on; another one that had it is gone. Tells whether there was a name to give.
pub(in crate::ui) fn save(page: &FiltersPage, settings: &mut Settings) -> bool {
    if !page.can_save() {
        return false;
    }
    let name = page.name.trim().to_owned();
    settings.named_filters.retain(|named| named.name != name);
    settings.named_filters.push(NamedFilter { name, filter: page.filter.clone() });
    settings.named_filters.sort_by(|one, other| one.name.cmp(&other.name));
    true
}

/// No filter has this name.
pub(in crate::ui) fn forget(name: &str, settings: &mut Settings) {
    settings.named_filters.retain(|named| named.name != name);
}

/// The filters that what was typed is the beginning of, by their names or by themselves: those with names first.
pub(super) fn beginning_with<'a>(settings: &'a Settings, typed: &str) -> Vec<&'a str> {
    if typed.is_empty() {
        return Vec::new();
    }
    let small = typed.to_lowercase();
    let begins = |text: &str| text.to_lowercase().starts_with(&small);
    let named = settings.named_filters.iter();
    let named =
        named.filter(|named| begins(&named.name) || begins(&named.filter)).map(|named| named.filter.as_str());
    let recent = settings.recent_filters.iter().map(String::as_str).filter(|recent| begins(recent));
    let mut found: Vec<&str> = Vec::new();
    for filter in named.chain(recent).filter(|filter| *filter != typed) {
        if !found.contains(&filter) {
            found.push(filter);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{FiltersPage, MOST_RECENT, beginning_with, forget, remember, save};
    use crate::ui::tab::TabKey;
    use crate::workspace::settings::Settings;

    #[test]
    fn the_last_ones_are_remembered_each_once() {
        let mut settings = Settings::default();
        for filter in ["a", "b", "a", " b ", "", "b"] {
            remember(&mut settings, filter);
        }
        assert_eq!(settings.recent_filters, ["b", "a"]);
        for number in 0..30 {
            remember(&mut settings, &format!("len > {number}"));
        }
        assert_eq!(settings.recent_filters.len(), MOST_RECENT);
        assert_eq!(settings.recent_filters[0], "len > 29");
    }

    #[test]
    fn a_name_leads_to_its_filter_and_so_does_its_beginning() {
        let mut settings = Settings::default();
        let page = |name: &str, filter: &str| FiltersPage {
            tab: TabKey(1),
            filter: filter.to_owned(),
            name: name.to_owned(),
        };
        for (name, filter) in
            [("hot", "len > 9"), ("faults", "modbus.exception_code"), (" ", "x"), ("hot", "t > 26")]
        {
            save(&page(name, filter), &mut settings);
        }
        let names: Vec<_> = settings.named_filters.iter().map(|named| named.name.as_str()).collect();
        assert_eq!(names, ["faults", "hot"]);
        remember(&mut settings, "t > 30");
        remember(&mut settings, "t > 26");
        assert_eq!(beginning_with(&settings, "Ho"), ["t > 26"]);
        assert_eq!(beginning_with(&settings, "t"), ["t > 26", "t > 30"]);
        assert_eq!(beginning_with(&settings, "t > 30"), [""; 0], "it is there already");
        forget("hot", &mut settings);
        assert_eq!(beginning_with(&settings, "ho"), [""; 0]);
    }
}
