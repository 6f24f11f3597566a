//! What the window knows. No part of it draws, and only the dispatcher changes more than one part at a time.

use crate::codec::time::TimeFormat;
use crate::model::peer_names::PeerNames;
use crate::ui::ctx::LocalAddress;
use crate::ui::export::ExportJobs;
use crate::ui::import::ImportJob;
use crate::ui::pages::Modal;
use crate::ui::sessions::Sessions;
use crate::ui::settings_page::SettingsPage;
use crate::ui::tab::Tab;
use crate::ui::tab::TabKey;
use crate::ui::tab::composer::file::FileJobs;
use crate::ui::tab::documents::DocumentJob;
use crate::ui::tab::inspector::InspectorPanel;
use crate::ui::tab::list::TabList;
use crate::ui::tab::title::tab_title;
use crate::ui::watch::Watching;
use crate::util::locale::{Language, Locale};
use crate::workspace::sending::Sending;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::tabs::Tabs;

/// Everything the window knows besides the engine.
#[derive(Debug)]
pub struct AppState {
    /// The tabs.
    pub tabs: TabList,
    /// What is seen: the tabs, or a page in their place.
    pub page: Page,
    /// Earlier sessions.
    pub sessions: Sessions,
    /// What the person is asked, or what is explained.
    pub modal: Option<Modal>,
    /// Whether to end the program although something goes on is asked in front of everything, also of that page.
    pub asks_quit: bool,
    /// What the person chose.
    pub settings: Settings,
    /// What the page of settings tells besides them.
    pub settings_page: SettingsPage,
    /// Where the inspector is seen.
    pub inspector: InspectorPanel,
    /// History and quick sends.
    pub sending: Sending,
    /// What peers are called, as the settings say.
    pub names: PeerNames,
    /// This machine's addresses.
    pub addresses: Vec<LocalAddress>,
    /// The language in use.
    pub language: Language,
    /// The colours in use: those of the settings, unless others were asked for at start.
    pub theme: ThemeChoice,
    /// How dates and times are written; the zone is looked up once.
    pub times: TimeFormat,
    /// The person has agreed that what is open is closed.
    pub(super) may_quit: bool,
    pub(super) export: ExportJobs,
    pub(super) import: Option<ImportJob>,
    pub(super) watching: Vec<Watching>,
    pub(super) files: FileJobs,
    pub(super) document: Option<DocumentJob>,
}

/// What is seen below the bar of tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The tab in front, and the one beside it.
    #[default]
    Tabs,
    /// Earlier sessions.
    Sessions,
    /// What holds for the whole program.
    Settings,
}

impl AppState {
    /// The window as it was left.
    pub fn new(tabs: Tabs, settings: Settings, mut sending: Sending, language: Language) -> AppState {
        sending.give_keys();
        AppState {
            tabs: TabList::new(tabs),
            page: Page::Tabs,
            sessions: Sessions::default(),
            modal: None,
            asks_quit: false,
            theme: settings.theme,
            settings,
            settings_page: SettingsPage::default(),
            inspector: InspectorPanel::default(),
            sending,
            names: PeerNames::default(),
            addresses: Vec::new(),
            language,
            times: TimeFormat::local().dated(),
            may_quit: false,
            export: ExportJobs::default(),
            import: None,
            watching: Vec::new(),
            files: FileJobs::default(),
            document: None,
        }
    }

    /// The texts of the language in use.
    pub fn locale(&self) -> &'static Locale {
        Locale::of(self.language)
    }

    /// The tab, if it is still there.
    pub fn tab(&self, key: TabKey) -> Option<&Tab> {
        self.tabs.get(key)
    }

    /// Whether something in front of the tabs has the keyboard.
    pub fn is_covered(&self) -> bool {
        self.modal.is_some() || self.asks_quit
    }

    /// The tab that the keyboard is meant for, unless something else has it.
    pub fn seen_keyboard_tab(&self) -> Option<TabKey> {
        (self.page == Page::Tabs).then(|| self.tabs.keyboard_tab())
    }

    /// What a tab is called that is not seen now.
    pub fn title_of_unseen(&self, key: TabKey) -> Option<String> {
        let is_seen = self.page == Page::Tabs && (self.tabs.active == key || self.tabs.beside == Some(key));
        let tab = self.tabs.get(key).filter(|_| !is_seen)?;
        Some(tab_title(self.locale(), &tab.settings))
    }

    /// Brings a tab to the front of everything.
    pub fn activate(&mut self, key: TabKey) {
        if self.tabs.get(key).is_some() {
            self.tabs.activate(key);
            self.page = Page::Tabs;
        }
    }
}
