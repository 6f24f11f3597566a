//! `sockscope`: opens the window, or says in one line why it cannot. It knows no view and no session.

// On Windows a program of a console brings one when it is started from the desktop, and ends when that is closed.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use clap::{Parser, ValueEnum};
use sockscope::ui::graphics::GraphicsChoice;
use sockscope::ui::launch::{self, LaunchOptions, Launched, Tried};
use sockscope::util::fault;
use sockscope::workspace::profile::Profile;
use sockscope::workspace::settings::ThemeChoice;
use std::fmt::Display;
use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Tells another attempt why the ones before could not open a window: a line for each, with its renderer, a tab and the
/// reason.
const TRIED: &str = "SOCKSCOPE_TRIED";

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
    match panic::catch_unwind(|| run(&options)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            say(&error);
            ExitCode::FAILURE
        }
        // A fault of the program, which was told when it happened; sessions have ended as they do otherwise.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(options: &Options) -> Result<ExitCode, anyhow::Error> {
    let profile = Profile::locate(options.profile_dir.as_deref())?;
    fault::watch("sockscope", Ok(profile.reports_folder()), |fault| say(fault));
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
