//! Templates, replies and schedules, pure: no I/O, no clock. What is due, what to answer and what a payload is made of
//! is computed from what is given.

pub mod responder;

pub mod schedule;

pub mod template;
