//! The console front end: the engine without a window, for servers, scripts and measurements. Standard output
//! carries records only; everything else goes to standard error. It never sees the window's code.

mod arguments;

mod outcome;

mod words;

mod text_file;

mod tls;

mod ws;

mod bell;

mod signals;

mod stdin_lines;

mod printing;

mod live;

mod listen;

mod choice;

mod connect;

mod udp;

mod raw;

mod unix;

mod show;

mod search;

mod export;

mod import;

mod new_journal;

mod verify;

mod recover;

mod run;

mod manual;

use crate::cli::arguments::Subcommand;
use crate::cli::live::LivePlan;
use crate::cli::outcome::Failed;
use crate::util::fault;
use crate::workspace::profile::Profile;
use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

/// What the program calls itself on standard error.
const PROGRAM: &str = "sockscope-cli";

/// Runs the console program with these words, the program's own name first. A fault of the program is told in one line,
/// with a report in a file.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let reports = Profile::locate(None).map(|profile| profile.reports_folder());
    fault::watch(PROGRAM, reports.map_err(|error| error.to_string()), |fault| fault::say(PROGRAM, fault));
    let words = words.into_iter().collect::<Vec<OsString>>();
    // While it unwinds, sessions end as they do otherwise; what there is to say is said by then.
    panic::catch_unwind(|| carry_out(words)).unwrap_or(ExitCode::FAILURE)
}

fn carry_out(words: Vec<OsString>) -> ExitCode {
    let subcommand = match arguments::parse(words) {
        Ok(Some(subcommand)) => subcommand,
        Ok(None) => return ExitCode::SUCCESS,
        Err(failed) => return outcome::report(Err(failed)),
    };
    outcome::report(match subcommand {
        Subcommand::Listen(typed) => listen::run(typed),
        Subcommand::Connect(typed) => connect::run(typed),
        Subcommand::Udp(typed) => udp::run(typed),
        Subcommand::Run(typed) => run::run(typed, session_plan),
        Subcommand::Unix(typed) => unix::run(typed),
        Subcommand::Raw(typed) => raw::run(typed),
        Subcommand::Show(typed) => show::run(&typed),
        Subcommand::Search(typed) => search::run(&typed),
        Subcommand::Export(typed) => export::run(&typed),
        Subcommand::Import(typed) => import::run(&typed),
        Subcommand::Verify(typed) => verify::run(&typed),
        Subcommand::Recover(typed) => recover::run(&typed),
        Subcommand::Man(typed) => manual::print_page(&typed, arguments::definitions()),
        Subcommand::Completions(typed) => manual::print_completions(&typed, arguments::definitions()),
    })
}

/// The session that these words open, if they open one.
fn session_plan(words: Vec<OsString>) -> Result<Option<LivePlan>, Failed> {
    match arguments::parse(words)? {
        Some(Subcommand::Connect(typed)) => connect::plan(typed).map(Some),
        Some(Subcommand::Listen(typed)) => listen::plan(typed).map(Some),
        Some(Subcommand::Udp(typed)) => udp::plan(typed).map(Some),
        Some(Subcommand::Unix(typed)) => unix::plan(typed).map(Some),
        Some(Subcommand::Raw(typed)) => raw::plan(typed).map(Some),
        _ => Ok(None),
    }
}
