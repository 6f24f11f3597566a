//! The log of a session as rows of a sheet: records, or the messages that streams are cut into, with the columns that
//! people read. It must not know how a row is drawn, nor who asks for it.

mod cells;
mod content;
mod highlighting;
mod marker;
mod matching;
mod meanings;
mod messages;
mod options;
mod records;
mod rows;
mod running;
mod source;
mod splitting;

pub use highlighting::Highlight;
pub use marker::Sought;
pub use meanings::MOST_DECODED_BYTES;
pub use options::{RowOptions, RowView};
pub use records::RecordRows;
pub use rows::{LogRows, Place};
pub use source::{LogRow, RowSource};
pub use splitting::{SplitStatus, SplitTrouble};

#[cfg(test)]
mod tests;
