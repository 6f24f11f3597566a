//! What the person is asked, or what is explained, in front of everything else.

use crate::ui::action::TabKey;
use crate::workspace::sending::QuickSend;
use std::path::PathBuf;

/// One page in front of the window.
#[derive(Debug)]
pub enum Modal {
    /// The shortcuts and where things are.
    Help,
    /// Whether to close a tab that is open.
    ConfirmClose(TabKey),
    /// Whether to end the program while sessions are open.
    ConfirmQuit,
    /// Whether to delete an earlier session.
    ConfirmDelete(PathBuf),
    /// A tab's name.
    Rename(Rename),
    /// Where and how to save.
    Save(Save),
    /// Which file to send.
    SendFile(SendFile),
    /// A quick send.
    Quick(Quick),
}

/// A tab's name, while it is typed.
#[derive(Debug)]
pub struct Rename {
    /// Which tab.
    pub tab: TabKey,
    /// As typed.
    pub name: String,
}

/// A quick send, while it is written.
#[derive(Debug)]
pub struct Quick {
    /// Its place, unless it is new.
    pub place: Option<usize>,
    /// As typed.
    pub quick: QuickSend,
}

/// A file to send, while it is chosen.
#[derive(Debug)]
pub struct SendFile {
    /// From which tab.
    pub tab: TabKey,
    /// As typed or chosen.
    pub path: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What the platform's dialog had to say.
    pub remark: Option<&'static str>,
}

/// What is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveSource {
    /// The session of a tab.
    Tab(TabKey),
    /// An earlier session.
    File(PathBuf),
}

/// What is saved, where, and how far it is.
#[derive(Debug)]
pub struct Save {
    /// What.
    pub source: SaveSource,
    /// In which format.
    pub format: SaveFormat,
    /// Only rows that the filter lets through.
    pub only_shown: bool,
    /// As typed or chosen.
    pub path: String,
    /// What went wrong.
    pub error: Option<String>,
    /// What the platform's dialog had to say.
    pub remark: Option<&'static str>,
    /// Rows written, of how many, while it is being written.
    pub progress: Option<(u64, u64)>,
}

/// The formats to save in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveFormat {
    /// What is shown: times, directions, texts.
    Text,
    /// The received bytes as they came.
    RawReceived,
    /// The sent bytes as they went.
    RawSent,
    /// One JSON object per row.
    Jsonl,
    /// A table.
    Csv,
    /// A dump that `xxd -r` reads back.
    Hexdump,
    /// A page for a browser.
    Html,
    /// A capture for Wireshark.
    Pcapng,
}
