//! `recover`: what is whole in a damaged journal, as a new one.

use crate::cli::outcome::{Failed, Outcome, say};
use crate::journal::recover::recover;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Copy every whole record of a damaged journal into a new one
///
/// The damaged journal is not touched. Rows that are lost stay as damaged rows, so that all others keep their number.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal
    file: PathBuf,
    /// The new journal, which must not be there yet [default: FILE with -recovered in its name]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// Recovers and says what was saved.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let output = typed.output.clone().unwrap_or_else(|| beside(&typed.file));
    let report = recover(&typed.file, &output, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| Failed::Running(error.into()))?
        .unwrap_or_default();
    say(format_args!(
        "recovered {} records into {}; {} rows lost, {} bytes made no sense",
        report.records,
        output.display(),
        report.lost_rows,
        report.skipped_bytes
    ));
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push("-recovered");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::beside;
    use std::path::Path;

    #[test]
    fn the_new_file_stands_beside_the_old() {
        for (old, new) in
            [("a/s.skj", "a/s-recovered.skj"), ("s", "s-recovered"), ("s.b.skj", "s.b-recovered.skj")]
        {
            assert_eq!(beside(Path::new(old)), Path::new(new));
        }
    }
}
