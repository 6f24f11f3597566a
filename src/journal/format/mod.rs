//! Journal format version 1 as pure functions: values to bytes and back. It reads no file and no clock.

mod body;

mod fields;

mod frame;

mod header;

pub use body::{PayloadShape, decode_body, decode_body_in_place, encode_body, facts_of};
pub(in crate::journal) use body::{encode_facts, introduces_a_peer};
pub use frame::{FrameFlags, FrameHeader, RecordHead, RecordKind};
pub(in crate::journal) use frame::{HeadShape, RawHeader, SYNC};
pub use header::{HeaderError, JournalId, JournalInfo, decode_header, encode_header};

/// The newest format version this program writes and reads.
pub const VERSION: u16 = 1;

/// Where the first frame stands, behind both copies of the header block.
pub const FRAMES_START: u64 = 1024;

/// How many bytes a frame has before its payload.
pub const FRAME_HEADER_BYTES: usize = 56;

/// Longer payloads are not written: stream data is split, notes are cut.
pub const MAX_PAYLOAD_BYTES: usize = 16 << 20;

/// What journal files are called.
pub const FILE_EXTENSION: &str = "skj";
