//! What the person is asked, or what is explained, in front of everything else: which page it is. What is on it belongs
//! to the feature that has it.

pub mod view;

use crate::ui::export::page::ExportPage;
use crate::ui::fault_page::FaultPage;
use crate::ui::import::ImportPage;
use crate::ui::palette::Palette;
use crate::ui::paths::PathField;
use crate::ui::quick_sends::{Quick, QuickPage};
use crate::ui::sessions::rename::RenameSession;
use crate::ui::tab::TabKey;
use crate::ui::tab::answers::AnswersPage;
use crate::ui::tab::composer::file::SendFile;
use crate::ui::tab::connection::security_file::SecurityFilePage;
use crate::ui::tab::documents::DocumentPage;
use crate::ui::tab::filters::FiltersPage;
use crate::ui::tab::go_to::GoTo;
use crate::ui::tab::highlights::HighlightsPage;
use crate::ui::tab::log_file::LogFilePage;
use crate::ui::tab::notes::NotesPage;
use crate::ui::tab::peers::name::PeerNamePage;
use crate::ui::tab::rows::LogPage;
use crate::ui::tabs::rename::Rename;
use crate::ui::watch::WatchPage;
use std::path::PathBuf;

/// One page in front of the window.
#[derive(Debug)]
pub enum Modal {
    /// The shortcuts and where things are.
    Help,
    /// Which program this is.
    About,
    /// A part of the program broke.
    Fault(FaultPage),
    /// All commands, to be chosen by name.
    Palette(Palette),
    /// Whether to close a tab that is open.
    ConfirmClose(TabKey),
    /// Whether to delete earlier sessions.
    ConfirmDelete(Vec<PathBuf>),
    /// Whether to remove a quick send.
    ConfirmRemoveQuick {
        /// Its place.
        place: usize,
        /// What it is called.
        name: String,
    },
    /// A tab's name.
    Rename(Rename),
    /// What a peer is called.
    PeerName(PeerNamePage),
    /// What an earlier session is called.
    RenameSession(RenameSession),
    /// What to export, how, and where to.
    Export(Box<ExportPage>),
    /// Which file to bring in.
    Import(ImportPage),
    /// Where a file of encryption is.
    SecurityFile(SecurityFilePage),
    /// Into which file a log goes on.
    LogFile(LogFilePage),
    /// Wireshark cannot be started.
    Watch(WatchPage),
    /// Which file to send.
    SendFile(SendFile),
    /// Which file of the drawer to open or to save.
    Document(DocumentPage),
    /// A quick send.
    Quick(Quick),
    /// A row or a time to look at.
    GoTo(GoTo),
    /// Marks and notes.
    Notes(NotesPage),
    /// Filters with names.
    Filters(FiltersPage),
    /// What is highlighted.
    Highlights(HighlightsPage),
    /// What is answered by itself.
    Answers(AnswersPage),
}

impl From<QuickPage> for Modal {
    fn from(page: QuickPage) -> Modal {
        match page {
            QuickPage::Write(quick) => Modal::Quick(*quick),
            QuickPage::ConfirmRemove { place, name } => Modal::ConfirmRemoveQuick { place, name },
        }
    }
}

impl From<LogPage> for Modal {
    fn from(page: LogPage) -> Modal {
        match page {
            LogPage::GoTo(page) => Modal::GoTo(page),
            LogPage::Notes(page) => Modal::Notes(page),
        }
    }
}

impl Modal {
    /// The path that the page names, if it names one.
    pub fn path_mut(&mut self) -> Option<&mut PathField> {
        match self {
            Modal::Export(page) => Some(&mut page.path),
            Modal::Import(page) => Some(&mut page.path),
            Modal::LogFile(page) => Some(&mut page.path),
            Modal::SecurityFile(page) => Some(&mut page.path),
            Modal::Watch(page) => Some(&mut page.path),
            Modal::SendFile(page) => Some(&mut page.path),
            Modal::Document(page) => Some(&mut page.path),
            Modal::Help
            | Modal::About
            | Modal::Fault(_)
            | Modal::Palette(_)
            | Modal::ConfirmClose(_)
            | Modal::ConfirmDelete(_)
            | Modal::ConfirmRemoveQuick { .. }
            | Modal::Rename(_)
            | Modal::PeerName(_)
            | Modal::RenameSession(_)
            | Modal::Quick(_)
            | Modal::GoTo(_)
            | Modal::Notes(_)
            | Modal::Highlights(_)
            | Modal::Filters(_)
            | Modal::Answers(_) => None,
        }
    }
}
