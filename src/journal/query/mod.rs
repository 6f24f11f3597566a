//! Finding rows: by content and by what their heads say. All of it works in steps, so that a caller on its own
//! thread can show progress and stop by just not calling again. It keeps no results of its own beyond a step.

mod hit;

mod pattern;

mod masked_run;

mod filter;

mod search;

mod borders;

mod joined;

mod predicate;

mod head_facts;

mod alike;

mod row_judge;

mod predicate_scan;

pub use filter::Filter;
pub use hit::{Hit, HitStart};
pub use pattern::{Pattern, PatternError};
pub use predicate::Predicate;
pub use predicate_scan::{PredicateProgress, PredicateScan};
pub use row_judge::RowJudge;
pub use search::{Search, SearchProgress};
