//! Templates, rules, sequences, lists and schedules, pure: no I/O, no clock. What is due, what to answer and what a
//! payload is made of is computed from what is given.

pub mod template;

pub mod schedule;

pub mod interval;

pub mod condition;

pub mod document;

pub mod occasion;
pub mod phrase;

pub mod rules;

pub mod sequence;

pub mod list;
