//! Bytes to meaning and back, pure: no I/O, no clock, no threads.
