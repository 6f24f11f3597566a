//! The console program. All it does is in the library, where it is tested.

use std::process::ExitCode;

fn main() -> ExitCode {
    sockscope::cli::run(std::env::args_os())
}
