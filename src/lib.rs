//! Sockscope: a socket debugger that never drops a byte and never freezes.
//!
//! Bytes go to the journal, only news goes over a channel, and meaning is given when a row is drawn.
//!
//! The rooms, in reading order. Each may use only the rooms above it, as the table in `tests/it/tidy.rs` says:
//!
//! | room | what it is |
//! | --- | --- |
//! | [`util`] | what std lacks: joined threads, the one clock, sizes as text, locale files |
//! | [`model`] | plain data: ids, endpoints, session settings, records, status |
//! | [`codec`] | bytes to meaning and back, pure |
//! | [`journal`] | the append-only session file: writer, readers, index, search, recovery |
//! | [`net`] | sockets and what the kernel says about them |
//! | [`automation`] | replies and schedules, pure |
//! | [`export`] | records to files that other tools open |
//! | [`workspace`] | what is kept between runs |
//! | [`engine`] | the only room where sockets, journal and automation meet |
//! | [`cli`] | the console front end |
//! | [`ui`] | the window (feature `gui`) |

pub mod util;

pub mod model;

pub mod codec;

pub mod journal;

pub mod net;

pub mod automation;

pub mod export;

pub mod workspace;

pub mod engine;

pub mod cli;

#[cfg(feature = "gui")]
pub mod ui;
