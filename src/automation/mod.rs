//! Replies and schedules, pure: no I/O, no clock. What is due and what to answer is computed from what is given.

pub mod responder;

pub mod schedule;
