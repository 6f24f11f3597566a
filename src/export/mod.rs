//! Records to files that other tools open. It reads journals and never writes one.
