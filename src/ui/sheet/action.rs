//! What a person asks of a sheet that the sheet cannot do alone. It must not know who does it, or how.

use crate::model::ids::RecordId;

/// A wish, to be carried out by the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetAction {
    /// The selected rows are on the clipboard in this form.
    Copy(CopyForm),
    /// The bytes of this row are sent again.
    SendAgain(RecordId),
    /// The inspector shows this row.
    Inspect(RecordId),
}

/// In which form bytes are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// As shown.
    Text,
    /// Two digits for each byte.
    Hex,
    /// An array in C.
    C,
    /// A bytes literal in Python.
    Python,
    /// A byte array in Rust.
    Rust,
}

impl CopyForm {
    /// All forms, in the order of a menu.
    pub const ALL: [CopyForm; 5] =
        [CopyForm::Text, CopyForm::Hex, CopyForm::C, CopyForm::Python, CopyForm::Rust];
}
