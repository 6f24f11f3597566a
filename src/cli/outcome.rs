//! How a console command can fail, and what that means for its exit code. Knows nothing of the commands.

use crate::model::failure::OsError;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;

/// What keeps a command from ending with "done".
#[derive(Debug)]
pub(crate) enum Failed {
    /// What was typed makes no sense together: exit code 2.
    Usage(anyhow::Error),
    /// It ran and failed: exit code 1.
    Running(anyhow::Error),
    /// It ran and failed, and every line about it was said already: exit code 1.
    Said,
    /// Nobody reads standard output any more: that is how `| head` ends a program, and a success.
    OutputClosed,
}

/// What a command's function returns.
pub(crate) type Outcome = Result<(), Failed>;

impl Failed {
    /// What was typed makes no sense, in one sentence.
    pub(crate) fn usage(message: impl Display + fmt::Debug + Send + Sync + 'static) -> Failed {
        Failed::Usage(anyhow::Error::msg(message))
    }

    /// It ran and failed, in one sentence.
    pub(crate) fn running(message: impl Display + fmt::Debug + Send + Sync + 'static) -> Failed {
        Failed::Running(anyhow::Error::msg(message))
    }

    /// The system refused what the program itself needs.
    pub(crate) fn system(what: &str, error: &io::Error) -> Failed {
        Failed::running(format!("{what}: {}", OsError::from(error)))
    }

    /// Writing to standard output failed.
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`, which gives the error away")]
    pub(crate) fn output(error: io::Error) -> Failed {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failed::OutputClosed
        } else {
            Failed::system("cannot write to standard output", &error)
        }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed::Running(error)
    }
}

/// Says what there is to say and chooses the exit code.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) | Err(Failed::OutputClosed) => ExitCode::SUCCESS,
        Err(Failed::Said) => ExitCode::FAILURE,
        Err(Failed::Running(error)) => {
            say(format_args!("sockscope-cli: {error}"));
            ExitCode::FAILURE
        }
        Err(Failed::Usage(error)) => {
            say(format_args!("sockscope-cli: {error}"));
            ExitCode::from(2)
        }
    }
}

/// One line on standard error.
pub(crate) fn say(line: impl Display) {
    // One write per line, so that lines of several threads and programs do not mix.
    let text = format!("{line}\n");
    if io::stderr().lock().write_all(text.as_bytes()).is_err() {
        // Nobody listens on standard error; there is no other place to say so.
    }
}
