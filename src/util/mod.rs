//! What std lacks, small enough to read at once. It knows nothing of sockets, journals or screens.

pub mod bytes_text;
pub mod clock;
pub mod locale;
pub mod part_file;
pub mod thread;
