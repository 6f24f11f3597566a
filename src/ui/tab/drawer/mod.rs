//! What lies below the log: the send area, the list of sends, the sequence and the answers, one of them in front. It only
//! says which; each part knows what it is for.

pub mod strip;

pub mod table;

pub mod template_cell;

pub mod tools;

use crate::workspace::tabs::DrawerChoice;

/// What can be asked of the drawer as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawerAction {
    /// This part is in front.
    Show(DrawerChoice),
    /// The person is asked which file to open.
    AskOpen(DocumentKind),
    /// The person is asked where to save.
    AskSave(DocumentKind),
}

/// What a file holds that is opened or saved for a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Steps.
    Sequence,
    /// Automatic answers.
    Rules,
    /// What stands ready to be sent, which all tabs share.
    List,
    /// The chart as it is seen. It is only saved.
    ChartPicture,
    /// What the chart is made of, as a table. It is only saved.
    ChartTable,
}
