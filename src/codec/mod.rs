//! Bytes to meaning and back, pure: no I/O, no clock, no threads. It knows records, but neither where they are
//! kept nor what a row looks like on a screen.

pub mod hex;

pub mod escape;

pub mod text;

pub mod checksum;

pub mod composition;

pub mod framing;

pub mod framing_words;

pub mod streams;

pub mod rows;

pub mod expression;

pub mod time;

mod own_words;
pub mod prose;

pub mod represent;

pub mod terminal;

mod overwriting;
pub mod running;

pub mod copy;

pub mod websocket;

pub mod decode;

pub mod values;

pub(crate) mod near_miss;
