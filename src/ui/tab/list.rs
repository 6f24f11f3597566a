//! The tabs of the window and which of them are seen. It knows no page in front of them.

use crate::ui::jobs::JobHandle;
use crate::ui::tab::Tab;
use crate::ui::tab::TabKey;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::settings::Settings;
use crate::workspace::tabs::{TabKind, TabSettings, Tabs};
use std::ops::{Index, IndexMut};
use std::path::PathBuf;

/// All tabs.
#[derive(Debug)]
pub struct TabList {
    /// In the order of the bar; there is always one.
    tabs: Vec<Tab>,
    /// The tab in front.
    pub active: TabKey,
    /// A tab that is seen beside it.
    pub beside: Option<TabKey>,
    /// The one of both that was pressed or got the keyboard last.
    pub touched: Option<TabKey>,
    /// Closed tabs, the last one last.
    pub closed: Vec<LiveSettings>,
    /// Tabs that are out of sight and come to their end. The end of the program waits for them.
    pub(in crate::ui) ending: Vec<JobHandle<()>>,
    /// Tabs that were opened again, and the journals that they are going to show.
    pub(in crate::ui) without_log: Vec<(TabKey, PathBuf)>,
    next_key: u64,
}

/// How many closed tabs can be opened again.
const CLOSED_TABS_KEPT: usize = 20;

impl TabList {
    /// The tabs as they were left.
    pub fn new(tabs: Tabs) -> TabList {
        let Tabs { active, tabs } = tabs;
        let mut list = TabList {
            tabs: Vec::new(),
            active: TabKey(0),
            beside: None,
            touched: None,
            closed: Vec::new(),
            ending: Vec::new(),
            without_log: Vec::new(),
            next_key: 0,
        };
        for settings in tabs {
            list.add(settings.into());
        }
        if list.tabs.is_empty() {
            list.add(LiveSettings::new(TabKind::default()));
        }
        let front = active.min(list.tabs.len() - 1);
        list.active = list.tabs[front].key;
        list
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.tabs.len()
    }

    /// In the order of the bar.
    pub fn iter(&self) -> std::slice::Iter<'_, Tab> {
        self.tabs.iter()
    }

    /// In the order of the bar.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Tab> {
        self.tabs.iter_mut()
    }

    /// With what a new tab begins: as the person chose, and on a port that no other one of its kind has.
    pub fn fresh_settings(&self, kind: TabKind, chosen: &Settings) -> LiveSettings {
        let before = self.front().map(|tab| tab.settings.encoding).unwrap_or_default();
        let mut settings = LiveSettings::chosen(kind, chosen, before);
        if let Ok(first) = settings.local_port.parse::<u16>() {
            let is_free = |port: &String| {
                let others = self.tabs.iter().filter(|tab| tab.settings.kind == kind);
                others.into_iter().all(|tab| tab.settings.local_port.trim() != port)
            };
            let free = (first..=u16::MAX).map(|port| port.to_string()).find(is_free);
            settings.local_port = free.unwrap_or(settings.local_port);
        }
        settings
    }

    /// Adds a tab at the end.
    pub fn add(&mut self, settings: LiveSettings) -> TabKey {
        let key = TabKey(self.next_key);
        self.next_key += 1;
        self.tabs.push(Tab::new(key, settings));
        key
    }

    /// The tab, if it is still there.
    pub fn get(&self, key: TabKey) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.key == key)
    }

    /// The tab, if it is still there.
    pub fn get_mut(&mut self, key: TabKey) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.key == key)
    }

    /// The tab in front.
    pub fn front(&self) -> Option<&Tab> {
        self.get(self.active)
    }

    /// The tab that shortcuts are meant for: of two side by side, the one that was touched last.
    pub fn keyboard_tab(&self) -> TabKey {
        self.beside.filter(|beside| self.touched == Some(*beside)).unwrap_or(self.active)
    }

    /// The place of a tab in the bar.
    pub fn place(&self, key: TabKey) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.key == key)
    }

    /// Puts a tab at this place; behind the last one is the end.
    pub fn move_to(&mut self, key: TabKey, to: usize) {
        if let Some(from) = self.place(key) {
            let tab = self.tabs.remove(from);
            let to = to.min(self.tabs.len());
            self.tabs.insert(to, tab);
        }
    }

    /// Brings a tab to the front of the others.
    pub fn activate(&mut self, key: TabKey) {
        if self.place(key).is_none() {
            return;
        }
        if self.beside == Some(key) {
            self.beside = Some(self.active).filter(|active| *active != key);
        }
        self.active = key;
        self.touched = Some(key);
        if let Some(tab) = self.get_mut(key) {
            tab.is_fresh = false;
        }
    }

    /// Takes a tab away; a neighbour comes to the front, or a new tab if it was the last.
    pub fn remove(&mut self, key: TabKey) -> Option<Tab> {
        let place = self.place(key)?;
        let tab = self.tabs.remove(place);
        if !tab.is_kept() {
            self.closed.push(tab.settings.clone());
            if self.closed.len() > CLOSED_TABS_KEPT {
                self.closed.remove(0);
            }
        }
        if self.beside == Some(key) {
            self.beside = None;
        }
        if self.tabs.is_empty() {
            self.add(LiveSettings::new(TabKind::default()));
        }
        if self.active == key {
            let neighbour = self.tabs[place.min(self.tabs.len() - 1)].key;
            if self.beside == Some(neighbour) {
                self.beside = None;
            }
            self.activate(neighbour);
        }
        Some(tab)
    }

    /// The tabs as the file keeps them.
    pub fn to_keep(&self) -> Tabs {
        let active = self.place(self.active).unwrap_or(0);
        Tabs { active, tabs: self.tabs.iter().map(|tab| TabSettings::from(&tab.settings)).collect() }
    }
}

impl<'a> IntoIterator for &'a TabList {
    type Item = &'a Tab;
    type IntoIter = std::slice::Iter<'a, Tab>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut TabList {
    type Item = &'a mut Tab;
    type IntoIter = std::slice::IterMut<'a, Tab>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// By its place in the bar.
impl Index<usize> for TabList {
    type Output = Tab;

    fn index(&self, place: usize) -> &Tab {
        &self.tabs[place]
    }
}

/// By its place in the bar.
impl IndexMut<usize> for TabList {
    fn index_mut(&mut self, place: usize) -> &mut Tab {
        &mut self.tabs[place]
    }
}

#[cfg(test)]
mod tests {
    use super::TabList;
    use crate::codec::text::TextEncoding;
    use crate::workspace::settings::Settings;
    use crate::workspace::tabs::{TabKind, TabSettings, Tabs, ViewChoice};

    #[test]
    fn a_neighbour_takes_the_place_of_a_closed_tab() {
        let mut list = TabList::new(Tabs::default());
        let keys: Vec<_> = list.iter().map(|tab| tab.key).collect();
        list.activate(keys[2]);
        assert!(list.remove(keys[2]).is_some());
        assert_eq!(list.active, keys[1]);
        list.remove(keys[0]);
        list.remove(keys[1]);
        assert_eq!(list.len(), 1, "there is always a tab");
        assert_eq!(list.closed.len(), 3);
        assert_eq!(list.closed[0].kind, TabKind::Udp);
    }

    #[test]
    fn each_new_session_gets_a_port_of_its_own() {
        let mut list = TabList::new(Tabs::default());
        let chosen = Settings::default();
        for port in ["9001", "9002"] {
            let settings = list.fresh_settings(TabKind::TcpServer, &chosen);
            assert_eq!(settings.local_port, port);
            list.add(settings);
        }
        let first = list[0].key;
        list.remove(first);
        assert_eq!(list.fresh_settings(TabKind::TcpServer, &chosen).local_port, "9000");
        assert_eq!(list.fresh_settings(TabKind::Udp, &chosen).local_port, "7891");
    }

    #[test]
    fn a_new_session_begins_as_chosen_and_else_in_the_encoding_used_last() {
        let mut list = TabList::new(Tabs::default());
        list[0].settings.encoding = TextEncoding::GBK;
        let fresh = list.fresh_settings(TabKind::Udp, &Settings::default());
        assert_eq!((fresh.encoding, fresh.wraps_lines), (TextEncoding::GBK, false));
        let chosen = Settings {
            new_encoding: "utf-8".to_owned(),
            new_view: ViewChoice::Hex,
            new_wrap_lines: true,
            ..Settings::default()
        };
        let fresh = list.fresh_settings(TabKind::TcpClient, &chosen);
        assert_eq!((fresh.encoding, fresh.wraps_lines), (TextEncoding::UTF_8, true));
        assert_eq!(TabSettings::from(&fresh).view, ViewChoice::Hex);
    }

    #[test]
    fn no_tab_is_beside_itself() {
        let mut list = TabList::new(Tabs::default());
        let keys: Vec<_> = list.iter().map(|tab| tab.key).collect();
        list.beside = Some(keys[1]);
        list.activate(keys[1]);
        assert_eq!((list.active, list.beside), (keys[1], Some(keys[0])));
    }

    #[test]
    fn shortcuts_are_meant_for_the_tab_that_was_touched_last_and_is_seen() {
        let mut list = TabList::new(Tabs::default());
        let keys: Vec<_> = list.iter().map(|tab| tab.key).collect();
        list.beside = Some(keys[1]);
        assert_eq!(list.keyboard_tab(), keys[0]);
        list.touched = Some(keys[1]);
        assert_eq!(list.keyboard_tab(), keys[1]);
        list.beside = None;
        assert_eq!(list.keyboard_tab(), keys[0], "it is not seen any more");
    }
}
