//! What the person is asked, or what is explained, in front of everything else.

use crate::codec::text::TextEncoding;
use crate::ui::action::TabKey;
use crate::ui::state::export::{ExportPage, ImportPage, WatchPage};
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::ReplySettings;
use std::path::PathBuf;

/// One page in front of the window.
#[derive(Debug)]
pub enum Modal {
    /// The shortcuts and where things are.
    Help,
    /// Whether to close a tab that is open.
    ConfirmClose(TabKey),
    /// Whether to delete an earlier session.
    ConfirmDelete(PathBuf),
    /// Whether to remove a quick send.
    ConfirmRemoveQuick {
        /// Its place.
        place: usize,
        /// What it is called.
        name: String,
    },
    /// A tab's name.
    Rename(Rename),
    /// What to export, how, and where to.
    Export(Box<ExportPage>),
    /// Which file to bring in.
    Import(ImportPage),
    /// Wireshark cannot be started.
    Watch(WatchPage),
    /// Which file to send.
    SendFile(SendFile),
    /// A quick send.
    Quick(Quick),
    /// A row or a time to look at.
    GoTo(GoTo),
    /// What is answered by itself.
    Replies(Replies),
}

/// A tab's name, while it is typed.
#[derive(Debug)]
pub struct Rename {
    /// Which tab.
    pub tab: TabKey,
    /// As typed.
    pub name: String,
    /// What it is called while it has none.
    pub title_without: String,
}

/// A row or a time, while it is typed.
#[derive(Debug)]
pub struct GoTo {
    /// In which tab.
    pub tab: TabKey,
    /// As typed.
    pub text: String,
    /// It names nothing.
    pub is_unclear: bool,
}

/// Automatic answers, while they are written.
#[derive(Debug)]
pub struct Replies {
    /// Of which tab.
    pub tab: TabKey,
    /// Its encoding.
    pub encoding: TextEncoding,
    /// As typed.
    pub list: Vec<ReplySettings>,
}

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

/// A file to send, while it is chosen.
#[derive(Debug)]
pub struct SendFile {
    /// From which tab.
    pub tab: TabKey,
    /// The bytes of each datagram that it is cut into.
    pub cut_bytes: Option<usize>,
    /// As typed or chosen.
    pub path: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What the platform's dialog had to say.
    pub remark: Option<&'static str>,
}
