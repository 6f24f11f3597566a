//! What the three live commands share: their options, and the loop that drives one session from its opening to its
//! end. It learns everything from the engine's status, events and journal, like any other front end.

mod drive;

mod junit;

mod options;

mod payloads;

mod runner;

mod sending;

mod stops;

pub(crate) use drive::run;
pub(crate) use options::{LiveArguments, LivePlan, Protocol, printed};
pub(crate) use runner::RunPlan;
pub(crate) use sending::SendTo;
