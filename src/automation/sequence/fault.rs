//! Why a step of a sequence did not hold.

use crate::automation::template::FillError;
use std::fmt;
use thiserror::Error;

/// Why a step did not hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StepFault {
    /// What was expected is not so.
    #[error("{condition} does not hold{values}")]
    NotHeld {
        /// What was expected.
        condition: String,
        /// The variables that it names.
        values: KnownValues,
    },
    /// What was waited for did not come in time.
    #[error("nothing matched {what} within {within}; {}", came_text(*.came))]
    NothingMatched {
        /// What was waited for.
        what: String,
        /// How long.
        within: String,
        /// How many messages came.
        came: u64,
    },
    /// What was waited for cannot come any more.
    #[error("nothing matched {what}: the session ended ({why})")]
    SessionEnded {
        /// What was waited for.
        what: String,
        /// Why it ended.
        why: String,
    },
    /// Something could not be filled in.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// What was to be done was refused, in the words of whoever did.
    #[error("{0}")]
    Refused(String),
}

/// Variables, each with its value if it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownValues(pub Vec<(String, Option<String>)>);

fn came_text(came: u64) -> String {
    match came {
        0 => "nothing came".to_owned(),
        1 => "1 message came".to_owned(),
        count => format!("{count} messages came"),
    }
}

impl fmt::Display for KnownValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if place == 0 { ": " } else { ", " })?;
            match value {
                Some(value) => write!(f, "{name} is {value:?}")?,
                None => write!(f, "{name} is without a value")?,
            }
        }
        Ok(())
    }
}
