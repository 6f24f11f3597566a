//! Replies and schedules, pure: no I/O, no clock.
