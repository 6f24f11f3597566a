//! Quick sends: texts that stand ready to be sent, shared by all tabs. The list is kept by the workspace; here it is
//! changed, and the page of one is filled.

pub mod page;

use crate::ui::tab::Tab;
use crate::workspace::sending::{QuickSend, Sending};

/// A quick send, while it is written.
#[derive(Debug)]
pub struct Quick {
    /// Its place, unless it is new.
    pub place: Option<usize>,
    /// As typed.
    pub written: QuickSend,
    /// The name was written to, or the page was to be confirmed.
    pub has_tried: bool,
}

/// The page of a new quick send, which begins as what is being written in this tab.
pub(in crate::ui) fn new_page(tab: &Tab, sending: &Sending) -> Quick {
    let composer = &tab.settings.composer;
    let written = QuickSend {
        text: composer.draft.clone(),
        input: composer.input,
        append: composer.append.clone(),
        checksum: composer.checksum.clone(),
        key: Some(sending.free_key().to_owned()),
        ..QuickSend::default()
    };
    Quick { place: None, written, has_tried: false }
}

/// The quick send is as the page says.
pub(in crate::ui) fn save(list: &mut Vec<QuickSend>, page: Quick) {
    match page.place.and_then(|place| list.get_mut(place)) {
        Some(quick) => *quick = page.written,
        None => list.push(page.written),
    }
}

/// A quick send stands so many places further; at the ends it stays.
pub(in crate::ui) fn move_by(list: &mut Vec<QuickSend>, from: usize, by: isize) {
    if let Some(to) = from.checked_add_signed(by).filter(|to| from.max(*to) < list.len()) {
        let quick = list.remove(from);
        list.insert(to, quick);
    }
}

/// A quick send is gone.
pub(in crate::ui) fn remove(list: &mut Vec<QuickSend>, place: usize) {
    if place < list.len() {
        list.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::{Quick, move_by, remove, save};
    use crate::workspace::sending::QuickSend;

    fn named(name: &str) -> QuickSend {
        QuickSend { name: name.to_owned(), ..QuickSend::default() }
    }

    #[test]
    fn quick_sends_are_added_changed_moved_and_removed() {
        let mut list = vec![named("a"), named("b")];
        save(&mut list, Quick { place: None, written: named("c"), has_tried: true });
        save(&mut list, Quick { place: Some(0), written: named("d"), has_tried: true });
        let names = |list: &[QuickSend]| list.iter().map(|quick| quick.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&list), ["d", "b", "c"]);
        for (from, by, order) in
            [(0, 1, "bdc"), (2, 1, "bdc"), (0, -1, "bdc"), (2, -2, "cbd"), (7, -1, "cbd")]
        {
            move_by(&mut list, from, by);
            assert_eq!(names(&list).concat(), order, "{from} by {by}");
        }
        remove(&mut list, 3);
        remove(&mut list, 0);
        assert_eq!(names(&list), ["b", "d"]);
    }
}
