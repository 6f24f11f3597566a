//! What the window knows. No part of it draws, and only the dispatcher changes more than one part at a time.

pub mod connection;

pub mod panel;

pub mod peers;

pub mod meter;

pub mod composer;

pub mod obstacle;

pub mod find;

pub mod ticks;

pub mod go_to;

pub mod inspector;

pub mod tab;

pub mod modal;

pub mod export;

use crate::codec::time::TimeFormat;
use crate::journal::retention::SessionFile;
use crate::ui::action::TabKey;
use crate::ui::ctx::LocalAddress;
use crate::ui::state::inspector::InspectorPanel;
use crate::ui::state::modal::Modal;
use crate::ui::state::tab::Tab;
use crate::util::locale::{Language, Locale};
use crate::workspace::sending::Sending;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::tabs::{TabKind, TabSettings, Tabs};
use std::path::PathBuf;

/// Everything the window knows besides the engine.
#[derive(Debug)]
pub struct AppState {
    /// In the order of the bar.
    pub tabs: Vec<Tab>,
    /// The tab in front; there is always one.
    pub active: TabKey,
    /// A tab that is seen beside it.
    pub beside: Option<TabKey>,
    /// The one of both that was pressed or got the keyboard last.
    pub touched: Option<TabKey>,
    /// Closed tabs, the last one last.
    pub closed: Vec<TabSettings>,
    /// The page of earlier sessions is in front of the tabs.
    pub shows_sessions: bool,
    /// Earlier sessions, as last read.
    pub sessions: Vec<SessionFile>,
    /// Those that are being marked or removed, until that is seen in the list.
    pub changing_sessions: Vec<PathBuf>,
    /// What the person is asked, or what is explained.
    pub modal: Option<Modal>,
    /// Whether to end the program although something goes on is asked in front of everything, also of that page.
    pub asks_quit: bool,
    /// What was last said in the corner, for those who cannot see it.
    pub said: String,
    /// What the person chose.
    pub settings: Settings,
    /// Where the inspector is seen.
    pub inspector: InspectorPanel,
    /// History and quick sends.
    pub sending: Sending,
    /// This machine's addresses.
    pub addresses: Vec<LocalAddress>,
    /// The language in use.
    pub language: Language,
    /// The colours in use: those of the settings, unless others were asked for at start.
    pub theme: ThemeChoice,
    /// How dates and times are written; the zone is looked up once.
    pub times: TimeFormat,
    next_key: u64,
}

/// How many closed tabs can be opened again.
const CLOSED_TABS_KEPT: usize = 20;

impl AppState {
    /// The window as it was left.
    pub fn new(tabs: Tabs, settings: Settings, sending: Sending, language: Language) -> AppState {
        let mut state = AppState {
            tabs: Vec::new(),
            active: TabKey(0),
            beside: None,
            touched: None,
            closed: Vec::new(),
            shows_sessions: false,
            sessions: Vec::new(),
            changing_sessions: Vec::new(),
            modal: None,
            asks_quit: false,
            said: String::new(),
            theme: settings.theme,
            settings,
            inspector: InspectorPanel::default(),
            sending,
            addresses: Vec::new(),
            language,
            times: TimeFormat::local().dated(),
            next_key: 0,
        };
        state.sending.give_keys();
        let Tabs { active, tabs } = tabs;
        for settings in tabs {
            state.add_tab(settings);
        }
        if state.tabs.is_empty() {
            state.add_tab(TabSettings::default());
        }
        let front = active.min(state.tabs.len() - 1);
        state.active = state.tabs[front].key;
        state
    }

    /// The texts of the language in use.
    pub fn locale(&self) -> &'static Locale {
        Locale::of(self.language)
    }

    /// With what a new tab begins: a listener on a port that no other one has.
    pub fn fresh_settings(&self, kind: TabKind) -> TabSettings {
        let mut settings = TabSettings::new(kind);
        if kind == TabKind::TcpServer {
            let is_free = |port: &String| {
                let others = self.tabs.iter().filter(|tab| tab.settings.kind == kind);
                others.into_iter().all(|tab| tab.settings.local_port.trim() != port)
            };
            let first: u16 = settings.local_port.parse().unwrap_or_default();
            let free = (first..=u16::MAX).map(|port| port.to_string()).find(is_free);
            settings.local_port = free.unwrap_or(settings.local_port);
        }
        settings
    }

    /// Adds a tab at the end.
    pub fn add_tab(&mut self, settings: TabSettings) -> TabKey {
        let key = TabKey(self.next_key);
        self.next_key += 1;
        self.tabs.push(Tab::new(key, settings));
        key
    }

    /// The tab, if it is still there.
    pub fn tab(&self, key: TabKey) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.key == key)
    }

    /// The tab, if it is still there.
    pub fn tab_mut(&mut self, key: TabKey) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.key == key)
    }

    /// The tab that shortcuts are meant for: of two side by side, the one that was touched last.
    pub fn keyboard_tab(&self) -> TabKey {
        self.beside.filter(|beside| self.touched == Some(*beside)).unwrap_or(self.active)
    }

    /// Whether something in front of the tabs has the keyboard.
    pub fn is_covered(&self) -> bool {
        self.modal.is_some() || self.asks_quit
    }

    /// The place of a tab in the bar.
    pub fn place(&self, key: TabKey) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.key == key)
    }

    /// Brings a tab to the front.
    pub fn activate(&mut self, key: TabKey) {
        if self.place(key).is_none() {
            return;
        }
        if self.beside == Some(key) {
            self.beside = Some(self.active).filter(|active| *active != key);
        }
        self.active = key;
        self.touched = Some(key);
        self.shows_sessions = false;
        if let Some(tab) = self.tab_mut(key) {
            tab.is_fresh = false;
        }
    }

    /// Takes a tab away; a neighbour comes to the front, or a new tab if it was the last.
    pub fn remove_tab(&mut self, key: TabKey) -> Option<Tab> {
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
            self.add_tab(TabSettings::default());
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

    /// The tabs as the file keeps them. Tabs that only show an earlier session are not kept.
    pub fn tabs_to_keep(&self) -> Tabs {
        let kept: Vec<&Tab> = self.tabs.iter().filter(|tab| !tab.is_kept()).collect();
        let active = kept.iter().position(|tab| tab.key == self.active).unwrap_or(0);
        Tabs { active, tabs: kept.iter().map(|tab| tab.settings.clone()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::AppState;
    use crate::util::locale::Language;
    use crate::workspace::sending::Sending;
    use crate::workspace::settings::Settings;
    use crate::workspace::tabs::{TabKind, Tabs};

    fn state() -> AppState {
        AppState::new(Tabs::default(), Settings::default(), Sending::default(), Language::English)
    }

    #[test]
    fn a_neighbour_takes_the_place_of_a_closed_tab() {
        let mut state = state();
        let keys: Vec<_> = state.tabs.iter().map(|tab| tab.key).collect();
        state.activate(keys[2]);
        assert!(state.remove_tab(keys[2]).is_some());
        assert_eq!(state.active, keys[1]);
        state.remove_tab(keys[0]);
        state.remove_tab(keys[1]);
        assert_eq!(state.tabs.len(), 1, "there is always a tab");
        assert_eq!(state.closed.len(), 3);
        assert_eq!(state.closed[0].kind, TabKind::Udp);
    }

    #[test]
    fn each_new_listener_gets_a_port_of_its_own() {
        let mut state = state();
        for port in ["9001", "9002"] {
            let settings = state.fresh_settings(TabKind::TcpServer);
            assert_eq!(settings.local_port, port);
            state.add_tab(settings);
        }
        let first = state.tabs[0].key;
        state.remove_tab(first);
        assert_eq!(state.fresh_settings(TabKind::TcpServer).local_port, "9000");
        assert_eq!(state.fresh_settings(TabKind::Udp).local_port, "7890");
    }

    #[test]
    fn no_tab_is_beside_itself() {
        let mut state = state();
        let keys: Vec<_> = state.tabs.iter().map(|tab| tab.key).collect();
        state.beside = Some(keys[1]);
        state.activate(keys[1]);
        assert_eq!((state.active, state.beside), (keys[1], Some(keys[0])));
    }

    #[test]
    fn shortcuts_are_meant_for_the_tab_that_was_touched_last_and_is_seen() {
        let mut state = state();
        let keys: Vec<_> = state.tabs.iter().map(|tab| tab.key).collect();
        state.beside = Some(keys[1]);
        assert_eq!(state.keyboard_tab(), keys[0]);
        state.touched = Some(keys[1]);
        assert_eq!(state.keyboard_tab(), keys[1]);
        state.beside = None;
        assert_eq!(state.keyboard_tab(), keys[0], "it is not seen any more");
    }
}
