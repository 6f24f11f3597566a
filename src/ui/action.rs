//! What a view can ask for. Each variant says the outcome; between frames the dispatcher brings it about.

use crate::model::ids::PeerId;
use crate::ui::commands::{Pressed, UiCommand};
use crate::ui::sheet::SheetAction;
use crate::util::locale::Language;
use crate::workspace::settings::{ThemeChoice, TimeFormat};
use crate::workspace::tabs::{TabKind, ViewChoice};
use std::path::PathBuf;

/// Names a tab for as long as the program runs; never its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabKey(pub u64);

/// An outcome for the whole window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new tab of this kind is in front.
    NewTab(TabKind),
    /// This tab is in front.
    Activate(TabKey),
    /// The tab is gone, or the person is asked because it is open.
    CloseTab(TabKey),
    /// The tab is gone and what it had open is closed.
    CloseTabAnyway(TabKey),
    /// The tab that was closed last is there again.
    ReopenTab,
    /// A closed copy of the tab stands beside it.
    DuplicateTab(TabKey),
    /// The person is asked for the tab's name.
    AskTabName(TabKey),
    /// The tab has this name; empty makes it from its address.
    RenameTab {
        /// Which.
        tab: TabKey,
        /// The name.
        name: String,
    },
    /// The tab stands at this place.
    MoveTab {
        /// Which.
        tab: TabKey,
        /// Counted from 0.
        to: usize,
    },
    /// The tab is seen beside the one in front, or no longer.
    ToggleBeside(TabKey),
    /// The tab that has the keyboard stands so many places further to the right.
    ShiftTab(isize),
    /// The tab at this place, counted from 0, is in front.
    ActivatePlace(usize),
    /// The tab to the right is in front.
    NextTab,
    /// The tab to the left is in front.
    PreviousTab,
    /// Something for one tab.
    OnTab(TabKey, TabAction),
    /// Something for the tab in front, or the one beside it where that was touched last.
    InFront(TabAction),
    /// The inspector is shown, or hidden.
    ToggleInspector,
    /// Everything is so many percent points bigger or smaller.
    ZoomBy(i32),
    /// Everything is as big as designed.
    ZoomReset,
    /// The window fills the screen, or no longer.
    ToggleFullScreen,
    /// The help page is shown.
    ShowHelp,
    /// The person is told which program this is.
    ShowAbout,
    /// All commands are shown, to be chosen by name.
    ShowPalette,
    /// Nothing is asked or explained any more.
    CloseModal,
    /// The window speaks this language.
    SetLanguage(Language),
    /// The window has these colours.
    SetTheme(ThemeChoice),
    /// This machine's addresses are looked up again.
    RefreshAddresses,
    /// The page of earlier sessions is shown, or the tabs are.
    ShowSessions(bool),
    /// The list of earlier sessions is read again.
    RefreshSessions,
    /// An earlier session is open in a tab that only shows it.
    OpenSession(PathBuf),
    /// The person is asked where to save an earlier session.
    ExportSession(PathBuf),
    /// An earlier session is never removed by itself, or may be.
    KeepSession {
        /// Its journal.
        path: PathBuf,
        /// Whether it is kept.
        keep: bool,
    },
    /// The person is asked whether to delete an earlier session.
    AskDeleteSession(PathBuf),
    /// An earlier session is deleted.
    DeleteSession(PathBuf),
    /// Journals are kept for so many days and take at most so many MiB.
    SetRetention {
        /// Days.
        days: u32,
        /// MiB.
        mib: u64,
    },
    /// The text is on the clipboard.
    CopyText(String),
    /// The person chooses a file with the platform's dialog.
    Browse,
    /// The person is asked which file to bring in.
    AskImport,
    /// The file that the import page names is being read.
    StartImport,
    /// No more of the file is read.
    CancelImport,
    /// The program that the page names follows the session.
    StartWatch,
    /// What the export page says is being written.
    StartExport,
    /// Nothing is written any more.
    CancelExport,
    /// The file that the page names is on its way to the peers.
    StartFile,
    /// What is received is answered as the page says.
    SaveAnswers,
    /// The sheet shows the row or the time that the page names.
    GoTo,
    /// A quick send is as its page says.
    SaveQuick,
    /// The person is asked whether to remove the quick send of the page.
    RemoveQuick,
    /// The quick send that was asked about is gone.
    RemoveQuickAnyway(usize),
    /// The program ends, and what is open is closed.
    QuitAnyway,
}

/// An outcome for one tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabAction {
    /// The session is open, or closed if it was open.
    ToggleOpen,
    /// The listener is gone; clients stay.
    StopListening,
    /// The listener is back, beside the clients that stayed.
    ListenAgain,
    /// The session that the tab had last is open in a tab that only shows it.
    ShowLastSession,
    /// What is written is on its way.
    Send,
    /// A quick send is on its way.
    SendQuick(usize),
    /// The quick send with this key is on its way.
    SendQuickOfKey(&'static str),
    /// What is written is sent again and again.
    StartRepeat,
    /// Nothing is repeated.
    StopRepeat,
    /// What is received goes back, or no longer.
    SetEcho(bool),
    /// The person is asked for a file to send.
    AskFile,
    /// No more of the file is sent.
    CancelFile,
    /// What was pasted and is too long for the field is forgotten.
    DropPasted,
    /// The text sent before the present one is written.
    HistoryBack,
    /// The text sent after the present one is written.
    HistoryForward,
    /// The person is asked for a new quick send.
    AddQuick,
    /// The person changes a quick send.
    EditQuick(usize),
    /// A quick send stands further to the right, or to the left.
    MoveQuick {
        /// Its place.
        from: usize,
        /// So many places.
        by: isize,
    },
    /// The person is asked whether to remove a quick send.
    RemoveQuick(usize),
    /// The person is asked what to answer by itself.
    AskAnswers,
    /// Sends go to this peer, or to everyone.
    SelectPeer(Option<PeerId>),
    /// Sends go to this peer, too, or no longer.
    TogglePeer(PeerId),
    /// Sends of a datagram tab go to the remote address of its fields.
    SelectRemote,
    /// The peer is disconnected in an orderly way.
    ClosePeer(PeerId),
    /// The peer is disconnected with a reset.
    ResetPeer(PeerId),
    /// The peer is told that we send no more.
    FinishPeer(PeerId),
    /// Sending to broadcast addresses is allowed, now if the socket is open and with each opening, or not.
    SetBroadcast(bool),
    /// The group is joined, now if the socket is open and with each opening.
    JoinGroup(String),
    /// The group is left and forgotten.
    LeaveGroup(usize),
    /// The option is set, now if the session is open and with each opening.
    SetOption(String),
    /// The option is no longer asked for.
    ForgetOption(usize),
    /// The find field is there and has the keyboard.
    ShowFind,
    /// The find field and its matches are gone.
    HideFind,
    /// What the find field says is looked for.
    StartFind,
    /// The next match is shown.
    FindNext,
    /// The match before is shown.
    FindPrevious,
    /// Only rows with a match are shown, or all that the view bar lets through.
    ShowOnlyMatches(bool),
    /// Only rows that the view bar lets through are shown, and looked through.
    ApplyFilter,
    /// Rows so far are hidden; the log keeps them.
    ClearView,
    /// All rows are shown again.
    ShowCleared,
    /// The person is asked where to save.
    AskSave,
    /// The person is asked where to save the raw bytes.
    AskSaveRaw,
    /// Wireshark follows the session.
    Watch,
    /// Counters start at 0.
    ResetCounters,
    /// Payloads are shown like this.
    SetView(ViewChoice),
    /// The sheet follows the newest row, or holds still if it did.
    ToggleFollowing,
    /// The person is asked for a row or a time.
    AskGoTo,
    /// Times are written like this in all sheets.
    SetTimeFormat(TimeFormat),
    /// What a person asked of the sheet.
    Sheet(SheetAction),
}

/// What a view asks for that stands in a tab and concerns the window, too.
#[derive(Debug, Default)]
pub struct ViewActions {
    /// Of the tab.
    pub tab: Vec<TabAction>,
    /// Of the window.
    pub window: Vec<Action>,
}

impl Action {
    /// What a command does. Without a tab that is seen, nothing is done to one.
    pub fn of_command(command: UiCommand, tab: Option<TabKey>) -> Option<Action> {
        let on_tab = |action| tab.map(|tab| Action::OnTab(tab, action));
        match command {
            UiCommand::Send => on_tab(TabAction::Send),
            UiCommand::ToggleOpen => on_tab(TabAction::ToggleOpen),
            UiCommand::SendFile => on_tab(TabAction::AskFile),
            UiCommand::StartRepeat => on_tab(TabAction::StartRepeat),
            UiCommand::StopRepeat => on_tab(TabAction::StopRepeat),
            UiCommand::Answers => on_tab(TabAction::AskAnswers),
            UiCommand::AddQuick => on_tab(TabAction::AddQuick),
            UiCommand::Find => on_tab(TabAction::ShowFind),
            UiCommand::FindNext => on_tab(TabAction::FindNext),
            UiCommand::FindPrevious => on_tab(TabAction::FindPrevious),
            UiCommand::GoTo => on_tab(TabAction::AskGoTo),
            UiCommand::ToggleFollowing => on_tab(TabAction::ToggleFollowing),
            UiCommand::View(view) => on_tab(TabAction::SetView(view)),
            UiCommand::ClearView => on_tab(TabAction::ClearView),
            UiCommand::ShowCleared => on_tab(TabAction::ShowCleared),
            UiCommand::ResetCounters => on_tab(TabAction::ResetCounters),
            UiCommand::SaveLog => on_tab(TabAction::AskSave),
            UiCommand::SaveRaw => on_tab(TabAction::AskSaveRaw),
            UiCommand::Watch => on_tab(TabAction::Watch),
            UiCommand::CloseTab => tab.map(Action::CloseTab),
            UiCommand::RenameTab => tab.map(Action::AskTabName),
            UiCommand::DuplicateTab => tab.map(Action::DuplicateTab),
            UiCommand::Import => Some(Action::AskImport),
            UiCommand::NewTab(kind) => Some(Action::NewTab(kind)),
            UiCommand::ReopenTab => Some(Action::ReopenTab),
            UiCommand::NextTab => Some(Action::NextTab),
            UiCommand::PreviousTab => Some(Action::PreviousTab),
            UiCommand::TabLeft => Some(Action::ShiftTab(-1)),
            UiCommand::TabRight => Some(Action::ShiftTab(1)),
            UiCommand::Tab(place) => Some(Action::ActivatePlace(place)),
            UiCommand::Sessions => Some(Action::ShowSessions(true)),
            UiCommand::ToggleInspector => Some(Action::ToggleInspector),
            UiCommand::ZoomIn => Some(Action::ZoomBy(10)),
            UiCommand::ZoomOut => Some(Action::ZoomBy(-10)),
            UiCommand::ZoomReset => Some(Action::ZoomReset),
            UiCommand::FullScreen => Some(Action::ToggleFullScreen),
            UiCommand::SystemColours => Some(Action::SetTheme(ThemeChoice::System)),
            UiCommand::DarkColours => Some(Action::SetTheme(ThemeChoice::Dark)),
            UiCommand::LightColours => Some(Action::SetTheme(ThemeChoice::Light)),
            UiCommand::English => Some(Action::SetLanguage(Language::English)),
            UiCommand::Chinese => Some(Action::SetLanguage(Language::SimplifiedChinese)),
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
            Pressed::QuickSend(key) => Some(Action::OnTab(tab?, TabAction::SendQuickOfKey(key))),
        }
    }
}
