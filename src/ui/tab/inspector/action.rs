//! What a person asks of the inspector that it cannot do alone. It must not know who does it, or how.

use crate::model::ids::RecordId;

/// A wish, to be carried out by the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InspectorAction {
    /// The bytes are in the send field.
    PutIntoField(Vec<u8>),
    /// Messages of this tab are read by these decoders from now on: `none`, `auto`, or names.
    Decode(String),
    /// The row that has this record is selected and in sight.
    GoTo(RecordId),
}
