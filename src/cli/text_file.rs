//! Files that people write by hand, read whole. It does not know what they are about.

use crate::cli::outcome::Failed;
use crate::model::failure::{Failure, Operation};
use std::fs;
use std::path::Path;

/// The text of a file. One that is not UTF-8 is wrong, as any other fault in it is; `shown` names it there.
pub(crate) fn read(path: &Path, shown: &str) -> Result<String, Failed> {
    let bytes = fs::read(path)
        .map_err(|error| Failed::Running(Failure::new(Operation::ReadFile, path.display(), error).into()))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid_up_to = error.utf8_error().valid_up_to();
        let before = std::str::from_utf8(&error.as_bytes()[..valid_up_to]).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
        Failed::usage(format!("{shown}: line {line}, column {column}: this is not UTF-8"))
    })
}
