//! What a person asks of a sheet that the sheet cannot do alone. It must not know who does it, or how.

use crate::codec::copy::CopyForm;
use crate::model::ids::RowKey;
use crate::ui::sheet::selection::Part;
use crate::ui::sheet::stretch::Stretch;

/// A wish, to be carried out by the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetAction {
    /// The selected rows are on the clipboard in this form.
    Copy(CopyForm),
    /// The selected rows are on the clipboard as they are shown, with their times, directions and peers.
    CopyRows,
    /// A part of a row is on the clipboard in this form.
    CopyPart {
        /// The part.
        part: Part,
        /// The form.
        form: CopyForm,
    },
    /// Running text is on the clipboard in this form: as text, as it is seen.
    CopyText {
        /// The text.
        text: Stretch,
        /// The form.
        form: CopyForm,
    },
    /// The bytes of this row are sent again.
    SendAgain(RowKey),
    /// The selected rows are sent again, one after the other.
    SendRows {
        /// With the times that were between them, or at once.
        keeps_times: bool,
    },
    /// The bytes of a part of a row are sent.
    SendPart(Part),
    /// The bytes of this row are in the send field.
    PutIntoField(RowKey),
    /// A part of a row is in the send field.
    PutPartIntoField(Part),
    /// Times are measured from this row on, or from row to row again.
    Mark(Option<RowKey>),
    /// A note is written about the row that the keyboard stands on.
    Note,
    /// Rows that are like this one in something are shown alone, hidden, highlighted or found.
    Use {
        /// The row.
        row: RowKey,
        /// In what they are like it.
        like: RowTrait,
        /// What is done with them.
        how: TermUse,
    },
    /// Only what concerns the peer of this row is shown, or everything again where that is so.
    SwitchPeer(RowKey),
    /// Rows that have the bytes of this part are shown alone, hidden, highlighted or found.
    UsePart {
        /// The part.
        part: Part,
        /// What is done with them.
        how: TermUse,
    },
}

impl SheetAction {
    /// Whether something goes out to peers.
    pub fn sends(self) -> bool {
        matches!(self, SheetAction::SendAgain(_) | SheetAction::SendRows { .. } | SheetAction::SendPart(_))
    }

    /// Whether something comes into the send field.
    pub fn fills_field(self) -> bool {
        matches!(self, SheetAction::PutIntoField(_) | SheetAction::PutPartIntoField(_))
    }
}

/// What is done with the rows that have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermUse {
    /// Only they are shown, of what is shown.
    Only,
    /// They are hidden.
    Without,
    /// They are highlighted.
    Highlight,
    /// They are looked for.
    Find,
}

/// In what rows can be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowTrait {
    /// Whom they concern.
    Peer,
    /// Which way they went.
    Direction,
    /// How long they are.
    Length,
    /// They came then or later.
    Since,
    /// They came then or earlier.
    Until,
    /// What they say.
    Content,
}
