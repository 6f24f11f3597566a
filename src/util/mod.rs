//! What std lacks, small enough to read at once. It knows nothing of sockets, journals or screens.

pub mod bytes_text;
pub mod clock;
pub mod fault;
pub mod locale;
pub mod part_file;
pub mod private_file;
pub mod spread;
pub mod stop_signals;
pub mod thread;
pub mod xml_text;

/// What this program calls itself in the files that it writes.
pub const PROGRAM: &str = concat!("Sockscope ", env!("CARGO_PKG_VERSION"));
