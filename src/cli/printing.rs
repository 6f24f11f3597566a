//! Records on standard output as people or machines read them, after the fact or while they come in. It reads
//! journals like any other customer and knows nothing of sessions.

mod live_printer;

mod record_printer;

pub(crate) use live_printer::LivePrinter;
pub(crate) use record_printer::{PrintPlan, Printed, RecordPrinter};
