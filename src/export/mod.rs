//! Records to files that other tools open, and back. Formats only encode: which records are exported, and where the
//! bytes go, is decided by who drives them. Nothing here opens a socket or writes a journal.

pub mod exporter;

pub mod pcapng;

pub mod raw;

mod prose;
