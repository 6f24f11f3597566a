//! Records to files that other tools open, and back. Formats only encode: which records are exported, and where the
//! bytes go, is decided by who drives them. Nothing here opens a socket or writes a journal.

pub mod exporter;

pub mod format;

pub mod run;

pub mod follow;

pub mod text;

pub mod hexdump;

pub mod csv;

pub mod spreadsheet;

pub mod jsonl;

pub mod raw;

pub mod html;

pub mod pcapng;

pub mod import;

pub mod fields;

pub mod row_filter;

mod decoded;

mod decoding;

mod json_string;

mod line;

#[cfg(test)]
mod samples;

pub use exporter::{ExportContext, Exporter, PayloadChoice, PeerEnds, PeerLookup, SeenPeers};
pub use fields::FieldsExporter;
pub use follow::{FollowSource, follow};
pub use format::{ExportOptions, Format, UnknownFormat};
pub use row_filter::{FilteredExporter, RowFilter};
pub use run::{
    Enough, ExportError, ExportSource, ExportSplit, JournalPeers, Progress, RowSelection, preview, run,
    run_to_file,
};
