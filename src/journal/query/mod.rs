//! Finding rows: by content and by what their heads say. All of it works in steps, so that a caller on its own
//! thread can show progress and stop by just not calling again. It keeps no results of its own beyond a step.

mod filter;

mod pattern;

mod search;

pub use filter::{Filter, FilterProgress, FilterScan};
pub use pattern::{Pattern, PatternError};
pub use search::{Hit, Search, SearchProgress};
