//! `sockscope`: opens the window, or says in one line why it cannot. It knows no view and no session.

// On Windows a program of a console brings one when it is started from the desktop, and ends when that is closed.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use anyhow::Context;
use clap::{Parser, ValueEnum};
use crossbeam_channel::{Receiver, Sender, bounded};
use sockscope::ui::fault_page::FaultPage;
use sockscope::ui::graphics::GraphicsChoice;
use sockscope::ui::launch::{self, LaunchOptions, Launched, Tried};
use sockscope::util::fault;
use sockscope::util::stop_signals::StopSignals;
use sockscope::workspace::profile::Profile;
use sockscope::workspace::settings::ThemeChoice;
use std::fmt::Display;
use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tells another attempt why the ones before could not open a window: a line for each, with its renderer, a tab and the
/// reason.
const TRIED: &str = "SOCKSCOPE_TRIED";

/// Tells the program where the report is of the fault that it is started anew after.
const FELL: &str = "SOCKSCOPE_FELL";

/// What stands before the reason where there is no report; no path begins like this.
const NO_REPORT: &str = "no report: ";

/// So long the window has for an orderly end, however often it is asked to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A window that falls sooner than this would fall again.
const LEAST_TIME: Duration = Duration::from_secs(10);

/// How many faults may wait until the person has read of those before.
const MOST_UNSEEN_FAULTS: usize = 16;

/// A socket debugger: listen, connect, see every byte, send, save.
#[derive(Parser)]
#[command(name = "sockscope", version, about, after_help = "sockscope-cli does the same without a window.")]
struct Options {
    /// The language of the window; the system's without it
    #[arg(long, value_enum)]
    lang: Option<LanguageOption>,
    /// The colours of the window; as last time without it
    #[arg(long, value_enum)]
    theme: Option<ThemeOption>,
    /// Keep settings and sessions in this folder instead of the user's own
    #[arg(long, value_name = "PATH")]
    profile_dir: Option<PathBuf>,
    /// How the window is drawn; without it as the settings say, or with what suits this machine
    #[arg(long, value_enum, overrides_with = "renderer")]
    renderer: Option<RendererOption>,
    /// Keep the number of drawn frames in this file, for measurements
    #[arg(long, value_name = "PATH", hide = true)]
    count_frames: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RendererOption {
    /// The processor, only where something changed
    Software,
    /// OpenGL
    Opengl,
    /// Vulkan, Direct3D or Metal
    #[cfg(not(target_os = "linux"))]
    Wgpu,
}

#[derive(Clone, Copy, ValueEnum)]
enum LanguageOption {
    En,
    #[value(name = "zh-Hans", alias = "zh", alias = "zh-CN", alias = "zh-hans")]
    ZhHans,
}

#[derive(Clone, Copy, ValueEnum)]
enum ThemeOption {
    System,
    Dark,
    Light,
}

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => return answer_to_wrong_options(&error),
    };
    let started = Instant::now();
    let (note, faults) = bounded(MOST_UNSEEN_FAULTS);
    match panic::catch_unwind(|| run(&options, note, faults.clone())) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            say(&error);
            ExitCode::FAILURE
        }
        // A fault of the program, which was told when it happened; sessions have ended as they do otherwise.
        Err(_) if started.elapsed() < LEAST_TIME => ExitCode::FAILURE,
        Err(_) => start_after_fault(faults.try_iter().last()),
    }
}

fn run(
    options: &Options,
    note: Sender<FaultPage>,
    faults: Receiver<FaultPage>,
) -> Result<ExitCode, anyhow::Error> {
    let profile = Profile::locate(options.profile_dir.as_deref())?;
    let stop = StopSignals::watch(PATIENCE).context("cannot watch for signals")?;
    if let Some(fell) = std::env::var_os(FELL) {
        let why = fell.to_str().and_then(|fell| fell.strip_prefix(NO_REPORT));
        let report = why.map_or_else(|| Ok(PathBuf::from(&fell)), |why| Err(why.to_owned()));
        if note.try_send(FaultPage { report, has_restarted: true }).is_err() {
            // There is room for the first one.
        }
    }
    fault::watch("sockscope", Ok(profile.reports_folder()), move |fault| {
        say(fault);
        let page = FaultPage { report: fault.report.clone(), has_restarted: false };
        if note.try_send(page).is_err() {
            // So many are unseen that one more says nothing new.
        }
    });
    profile.create_folders()?;
    let launched = launch::run(&LaunchOptions {
        profile,
        language: options.lang.map(|language| match language {
            LanguageOption::En => "en",
            LanguageOption::ZhHans => "zh-Hans",
        }),
        theme: options.theme.map(|theme| match theme {
            ThemeOption::System => ThemeChoice::System,
            ThemeOption::Dark => ThemeChoice::Dark,
            ThemeOption::Light => ThemeChoice::Light,
        }),
        graphics: options.renderer.map(RendererOption::graphics),
        tried: std::env::var(TRIED).ok().map(|lines| lines.lines().filter_map(tried_of_line).collect()),
        count_frames: options.count_frames.clone(),
        faults,
        stop: Some(Arc::new(stop)),
    })?;
    match launched {
        Launched::Closed => Ok(ExitCode::SUCCESS),
        Launched::TryAgain { graphics, tried } => start_again(graphics, &tried),
    }
}

impl RendererOption {
    fn graphics(self) -> GraphicsChoice {
        match self {
            RendererOption::Software => GraphicsChoice::Software,
            RendererOption::Opengl => GraphicsChoice::OpenGl,
            #[cfg(not(target_os = "linux"))]
            RendererOption::Wgpu => GraphicsChoice::Wgpu,
        }
    }

    /// How it is called on the command line.
    fn word_for(graphics: GraphicsChoice) -> String {
        let option = RendererOption::value_variants().iter().find(|option| option.graphics() == graphics);
        option
            .and_then(ValueEnum::to_possible_value)
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs this program anew with another renderer.
fn start_again(graphics: GraphicsChoice, tried: &[Tried]) -> Result<ExitCode, anyhow::Error> {
    let lines: Vec<String> = tried
        .iter()
        .map(|Tried { graphics, why }| format!("{}\t{why}", RendererOption::word_for(*graphics)))
        .collect();
    let mut again = Command::new(std::env::current_exe()?);
    again.args(std::env::args_os().skip(1)).arg("--renderer").arg(RendererOption::word_for(graphics));
    Ok(run_instead(again.env(TRIED, lines.join("\n")))?)
}

/// Runs this program anew after the window fell, and lets it say so.
fn start_after_fault(last: Option<FaultPage>) -> ExitCode {
    let again = || -> io::Result<ExitCode> {
        let mut again = Command::new(std::env::current_exe()?);
        again.args(std::env::args_os().skip(1)).env_remove(TRIED).env_remove(fault::ASKED_FOR);
        match last.map(|last| last.report) {
            Some(Ok(report)) => again.env(FELL, report),
            Some(Err(why)) => again.env(FELL, format!("{NO_REPORT}{why}")),
            None => again.env_remove(FELL),
        };
        run_instead(&mut again)
    };
    again().unwrap_or_else(|error| {
        say(&format_args!("the window cannot be started again: {error}"));
        ExitCode::FAILURE
    })
}

fn tried_of_line(line: &str) -> Option<Tried> {
    let (word, why) = line.split_once('\t')?;
    let option = RendererOption::from_str(word, false).ok()?;
    Some(Tried { graphics: option.graphics(), why: why.to_owned() })
}

/// The other program takes the place of this one.
#[cfg(unix)]
fn run_instead(other: &mut Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(other))
}

/// The other program runs in the place of this one, which only waits for it.
#[cfg(not(unix))]
fn run_instead(other: &mut Command) -> io::Result<ExitCode> {
    let code = other.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Help and version are answers; anything else is one line and exit code 2.
fn answer_to_wrong_options(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or("error: wrong options");
        say(&line.strip_prefix("error: ").unwrap_or(line));
        return ExitCode::from(2);
    }
    if is_said_in_a_dialog(&io::stdout(), error) {
        return ExitCode::SUCCESS;
    }
    match write!(io::stdout(), "{error}") {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked has closed the pipe.
        Err(_) => ExitCode::FAILURE,
    }
}

fn say(what: &dyn Display) {
    if is_said_in_a_dialog(&io::stderr(), what) {
        return;
    }
    if writeln!(io::stderr(), "sockscope: {what}").is_err() {
        // Nobody listens to the error channel; the exit code still tells.
    }
}

/// Says it in front of the desktop where the program was given no stream to say it on, as from a shortcut; a stream that
/// leads to a file or another program is there. Says whether it did.
#[cfg(windows)]
fn is_said_in_a_dialog(stream: &impl std::os::windows::io::AsRawHandle, what: &dyn Display) -> bool {
    let has_no_stream = stream.as_raw_handle().is_null();
    if has_no_stream {
        sockscope::ui::dialogs::show_message(&what.to_string());
    }
    has_no_stream
}

/// Elsewhere a program that is started from the desktop has its streams, too.
#[cfg(not(windows))]
fn is_said_in_a_dialog<T>(_stream: &T, _what: &dyn Display) -> bool {
    false
}
