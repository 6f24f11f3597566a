//! Everything that can be asked of the window: each feature says what may be asked of it, and this puts them together.
//! Between frames the dispatcher brings it about.

use crate::ui::commands::{Pressed, UiCommand};
use crate::ui::export::ExportAction;
use crate::ui::import::ImportAction;
use crate::ui::look::LookAction;
use crate::ui::page_parts::PageAction;
use crate::ui::quick_sends::QuickPageAction;
use crate::ui::sessions::SessionsAction;
use crate::ui::settings_page::SettingsAction;
use crate::ui::tab::chart::ChartAction;
use crate::ui::tab::composer::{AnswersAction, ComposerAction, QuickSendAction};
use crate::ui::tab::find::FindAction;
use crate::ui::tab::highlights::HighlightsAction;
use crate::ui::tab::log_file::LogFileAction;
use crate::ui::tab::log_view::LogAction;
use crate::ui::tab::peers::PeersAction;
use crate::ui::tab::session::SessionAction;
use crate::ui::tab::{TabAction, TabKey, TabPageAction};
use crate::ui::tabs::TabsAction;
use crate::ui::watch::WatchAction;
use crate::util::locale::Language;
use crate::workspace::settings::ThemeChoice;

/// An outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Something for one tab.
    OnTab(TabKey, TabAction),
    /// Something for the tab in front, or the one beside it where that was touched last.
    InFront(TabAction),
    /// Something for the tabs as such.
    Tabs(TabsAction),
    /// Something for earlier sessions.
    Sessions(SessionsAction),
    /// Something for the page of settings.
    Settings(SettingsAction),
    /// Something for how the window looks and speaks.
    Look(LookAction),
    /// Something that every page in front has.
    Page(PageAction),
    /// Something for the page of a tab.
    TabPage(TabPageAction),
    /// Something for the page that exports.
    Export(ExportAction),
    /// Something for the page that brings a file in.
    Import(ImportAction),
    /// Something for the page that says that Wireshark cannot be started.
    Watch(WatchAction),
    /// Something for the page of a quick send.
    QuickSends(QuickPageAction),
    /// The help page is shown.
    ShowHelp,
    /// The person is told which program this is.
    ShowAbout,
    /// All commands are shown, to be chosen by name.
    ShowPalette,
    /// This machine's addresses are looked up again.
    RefreshAddresses,
    /// The program ends, and what is open is closed.
    QuitAnyway,
}

impl From<TabsAction> for Action {
    fn from(action: TabsAction) -> Action {
        Action::Tabs(action)
    }
}

impl From<SessionsAction> for Action {
    fn from(action: SessionsAction) -> Action {
        Action::Sessions(action)
    }
}

impl From<SettingsAction> for Action {
    fn from(action: SettingsAction) -> Action {
        Action::Settings(action)
    }
}

impl From<LookAction> for Action {
    fn from(action: LookAction) -> Action {
        Action::Look(action)
    }
}

impl From<PageAction> for Action {
    fn from(action: PageAction) -> Action {
        Action::Page(action)
    }
}

impl From<TabPageAction> for Action {
    fn from(action: TabPageAction) -> Action {
        Action::TabPage(action)
    }
}

impl From<ExportAction> for Action {
    fn from(action: ExportAction) -> Action {
        Action::Export(action)
    }
}

impl From<ImportAction> for Action {
    fn from(action: ImportAction) -> Action {
        Action::Import(action)
    }
}

impl From<WatchAction> for Action {
    fn from(action: WatchAction) -> Action {
        Action::Watch(action)
    }
}

impl From<QuickPageAction> for Action {
    fn from(action: QuickPageAction) -> Action {
        Action::QuickSends(action)
    }
}

impl Action {
    /// What a command does. Without a tab that is seen, nothing is done to one.
    pub fn of_command(command: UiCommand, tab: Option<TabKey>) -> Option<Action> {
        let on_tab = |action: TabAction| tab.map(|tab| Action::OnTab(tab, action));
        match command {
            UiCommand::Send => on_tab(ComposerAction::Send.into()),
            UiCommand::ToggleOpen => on_tab(SessionAction::ToggleOpen.into()),
            UiCommand::SendFile => on_tab(ComposerAction::AskFile.into()),
            UiCommand::StartRepeat => on_tab(ComposerAction::StartRepeat.into()),
            UiCommand::StopRepeat => on_tab(ComposerAction::StopRepeats.into()),
            UiCommand::Answers => on_tab(AnswersAction::Ask.into()),
            UiCommand::AddQuick => on_tab(QuickSendAction::AskNew.into()),
            UiCommand::Find => on_tab(FindAction::Show.into()),
            UiCommand::FindNext => on_tab(FindAction::Next.into()),
            UiCommand::FindPrevious => on_tab(FindAction::Previous.into()),
            UiCommand::Highlights => on_tab(HighlightsAction::Ask(None).into()),
            UiCommand::GoTo => on_tab(LogAction::AskGoTo.into()),
            UiCommand::Chart => on_tab(ChartAction::Toggle.into()),
            UiCommand::Notes => on_tab(LogAction::AskNote.into()),
            UiCommand::ToggleFollowing => on_tab(LogAction::ToggleFollowing.into()),
            UiCommand::View(view) => on_tab(LogAction::SetView(view).into()),
            UiCommand::ToggleWrap => on_tab(LogAction::ToggleWrap.into()),
            UiCommand::ToggleTerminalColors => on_tab(LogAction::ToggleTerminalColors.into()),
            UiCommand::ClearView => on_tab(LogAction::Clear.into()),
            UiCommand::ShowCleared => on_tab(LogAction::ShowCleared.into()),
            UiCommand::ResetCounters => on_tab(TabAction::ResetCounters),
            UiCommand::SaveLog => on_tab(TabAction::AskExport { is_raw: false }),
            UiCommand::SaveRaw => on_tab(TabAction::AskExport { is_raw: true }),
            UiCommand::Watch => on_tab(TabAction::Watch),
            UiCommand::LogFile => on_tab(LogFileAction::Toggle.into()),
            UiCommand::NewSessionHere => on_tab(SessionAction::StartNew.into()),
            UiCommand::DisconnectAll => on_tab(PeersAction::CloseAll.into()),
            UiCommand::CloseTab => tab.map(|tab| TabsAction::Close(tab).into()),
            UiCommand::RenameTab => tab.map(|tab| TabsAction::AskName(tab).into()),
            UiCommand::DuplicateTab => tab.map(|tab| TabsAction::Duplicate(tab).into()),
            UiCommand::Import => Some(ImportAction::Ask.into()),
            UiCommand::NewTab(kind) => Some(TabsAction::New(kind).into()),
            UiCommand::ReopenTab => Some(TabsAction::Reopen.into()),
            UiCommand::NextTab => Some(TabsAction::ActivateNext.into()),
            UiCommand::PreviousTab => Some(TabsAction::ActivatePrevious.into()),
            UiCommand::TabLeft => Some(TabsAction::Shift(-1).into()),
            UiCommand::TabRight => Some(TabsAction::Shift(1).into()),
            UiCommand::Tab(place) => Some(TabsAction::ActivatePlace(place).into()),
            UiCommand::Settings => Some(SettingsAction::Show(true).into()),
            UiCommand::Sessions => Some(SessionsAction::Show(true).into()),
            UiCommand::FindInSessions => Some(SessionsAction::AskFind.into()),
            UiCommand::ToggleInspector => Some(LookAction::ToggleInspector.into()),
            UiCommand::ZoomIn => Some(LookAction::ZoomBy(10).into()),
            UiCommand::ZoomOut => Some(LookAction::ZoomBy(-10).into()),
            UiCommand::ZoomReset => Some(LookAction::ZoomReset.into()),
            UiCommand::FullScreen => Some(LookAction::ToggleFullScreen.into()),
            UiCommand::OnTop => Some(LookAction::ToggleOnTop.into()),
            UiCommand::SystemColours => Some(LookAction::SetTheme(ThemeChoice::System).into()),
            UiCommand::DarkColours => Some(LookAction::SetTheme(ThemeChoice::Dark).into()),
            UiCommand::LightColours => Some(LookAction::SetTheme(ThemeChoice::Light).into()),
            UiCommand::English => Some(LookAction::SetLanguage(Language::English).into()),
            UiCommand::Chinese => Some(LookAction::SetLanguage(Language::SimplifiedChinese).into()),
            UiCommand::RefreshAddresses => Some(Action::RefreshAddresses),
            UiCommand::Palette => Some(Action::ShowPalette),
            UiCommand::Help => Some(Action::ShowHelp),
            UiCommand::About => Some(Action::ShowAbout),
        }
    }

    /// What keys that were pressed ask for.
    pub fn of_pressed(pressed: Pressed, tab: Option<TabKey>) -> Option<Action> {
        match pressed {
            Pressed::Command(command) => Action::of_command(command, tab),
            Pressed::QuickSend(key) => Some(Action::OnTab(tab?, QuickSendAction::SendOfKey(key).into())),
        }
    }
}
