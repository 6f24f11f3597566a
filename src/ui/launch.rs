//! Brings the window up with the renderer that this machine has, or says in one line what is missing. It knows
//! the platform's window, not what is in it.

use crate::model::failure::Failure;
use crate::ui::app::{App, StartOptions};
use crate::ui::fonts;
use crate::ui::frame_count::{Counted, FrameCount};
use crate::util::locale::Language;
use crate::workspace::profile::Profile;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::store::Store;
use eframe::{AppCreator, NativeOptions, Renderer, icon_data};
use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use thiserror::Error;

/// What was asked for on the command line.
#[derive(Debug)]
pub struct LaunchOptions {
    /// Where settings and sessions lie.
    pub profile: Profile,
    /// The tag of a language, instead of the settings' one.
    pub language: Option<&'static str>,
    /// Instead of the settings' colours.
    pub theme: Option<ThemeChoice>,
    /// Instead of the first that works.
    pub graphics: Option<GraphicsChoice>,
    /// Why an earlier attempt with another renderer failed.
    pub tried: Option<String>,
    /// Where the number of drawn frames is kept, if it is measured.
    pub count_frames: Option<PathBuf>,
}

/// With what the window is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphicsChoice {
    /// OpenGL.
    OpenGl,
    /// Vulkan, Direct3D or Metal, whichever the platform has.
    Wgpu,
}

/// What became of the window.
#[derive(Debug)]
pub enum Launched {
    /// It was shown, and closed.
    Closed,
    /// It could not be shown. What is left may work in a new process; the window library keeps too much of a failed
    /// attempt to begin anew in the same one.
    TryAgain {
        /// With this.
        graphics: GraphicsChoice,
        /// What failed.
        why: String,
    },
}

/// Why there is no window.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// Neither renderer could open one.
    #[error("cannot open a window: {why}. {needs}; sockscope-cli needs none of it")]
    NoWindow {
        /// What the platform said.
        why: String,
        /// What brings the missing parts.
        needs: &'static str,
    },
    /// The window could be opened, and what belongs into it could not be started.
    #[error(transparent)]
    NotStarted(Failure),
    /// It was there, and the display went away under it.
    #[error("the window is gone, because the display is: {why}. What was received is kept in the sessions")]
    Lost {
        /// What the platform said.
        why: String,
    },
    /// The number of frames can be kept nowhere.
    #[error("cannot count frames in {path}: {source}")]
    NoFrameCount {
        /// The file that was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(target_os = "linux")]
const NEEDS: &str = "It needs an X11 or Wayland display and OpenGL: on Debian or Ubuntu `apt install libgl1 libegl1 \
    libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libwayland-client0 libwayland-egl1`, on Fedora \
    `dnf install mesa-libGL mesa-libEGL libX11-xcb libXcursor libXi libxkbcommon-x11 libwayland-egl`, on Arch \
    `pacman -S mesa libx11 libxcursor libxi libxkbcommon-x11 wayland`";
#[cfg(not(target_os = "linux"))]
const NEEDS: &str = "It needs a desktop session and a graphics driver";

/// Industrial PCs and remote desktops often have nothing newer than OpenGL 1.1 on Windows, so Direct3D comes
/// first there; on Linux OpenGL starts faster and is nearly always there, in software at least.
#[cfg(target_os = "windows")]
const FIRST: GraphicsChoice = GraphicsChoice::Wgpu;
#[cfg(not(target_os = "windows"))]
const FIRST: GraphicsChoice = GraphicsChoice::OpenGl;

/// What is tried when the first does not work.
const SECOND: GraphicsChoice = match FIRST {
    GraphicsChoice::OpenGl => GraphicsChoice::Wgpu,
    GraphicsChoice::Wgpu => GraphicsChoice::OpenGl,
};

/// What the task bar shows.
const ICON: &[u8] = include_bytes!("../../assets/icon-256.png");

/// Shows the window until it is closed.
pub fn run(options: &LaunchOptions) -> Result<Launched, LaunchError> {
    if let Some(why) = missing_display() {
        return Err(LaunchError::NoWindow { why, needs: NEEDS });
    }
    // Only for the window's size; the window itself reads it again, and says what is wrong with it.
    let settings = Store::new(&options.profile.settings_folder).look_at::<Settings>().unwrap_or_default();
    let frames = match &options.count_frames {
        Some(path) => Some(
            FrameCount::begin(path)
                .map_err(|source| LaunchError::NoFrameCount { path: path.clone(), source })?,
        ),
        None => None,
    };
    let renderer = match options.graphics.unwrap_or(FIRST) {
        GraphicsChoice::OpenGl => Renderer::Glow,
        GraphicsChoice::Wgpu => Renderer::Wgpu,
    };
    match try_renderer(renderer, &settings, options, frames) {
        Ok(()) => Ok(Launched::Closed),
        Err(ended) => what_now(ended, options),
    }
}

/// Whether something else may work, or what to say. Another renderer helps only where the window is at fault.
fn what_now(ended: Ended, options: &LaunchOptions) -> Result<Launched, LaunchError> {
    match ended {
        Ended::NotStarted(failure) => Err(LaunchError::NotStarted(failure)),
        Ended::Lost(why) => Err(LaunchError::Lost { why }),
        Ended::NoWindow(why) if options.graphics.is_none() => {
            Ok(Launched::TryAgain { graphics: SECOND, why })
        }
        Ended::NoWindow(why) => {
            let mut reasons: Vec<String> = options.tried.iter().cloned().collect();
            // What is wrong with the display is wrong with it for both.
            if !reasons.contains(&why) {
                reasons.push(why);
            }
            Err(LaunchError::NoWindow { why: reasons.join("; "), needs: NEEDS })
        }
    }
}

#[cfg(target_os = "linux")]
fn missing_display() -> Option<String> {
    let is_unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    (is_unset("DISPLAY") && is_unset("WAYLAND_DISPLAY") && is_unset("WAYLAND_SOCKET"))
        .then(|| "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn missing_display() -> Option<String> {
    None
}

/// Runs the window with one renderer. Where a system library is missing, the window library panics instead of
/// returning an error: until the window is up, a panic is therefore caught and told like an error. A panic of
/// our own, later, goes on as a panic.
fn try_renderer(
    renderer: Renderer,
    settings: &Settings,
    options: &LaunchOptions,
    frames: Option<FrameCount>,
) -> Result<(), Ended> {
    let has_begun = Cell::new(false);
    let previous_hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let hook_back = Cell::new(Some(previous_hook));
    let not_started = Cell::new(None);
    let creator: AppCreator<'_> = Box::new(|creation| {
        if let Some(hook) = hook_back.take() {
            panic::set_hook(hook);
        }
        let start = StartOptions {
            profile: options.profile.clone(),
            language: options.language.map(Language::from_tag),
            theme: options.theme,
        };
        let app = App::new(&creation.egui_ctx, start).inspect_err(|failure| {
            not_started.set(Some(failure.clone()));
        })?;
        has_begun.set(true);
        fonts::add_installed(&creation.egui_ctx);
        Ok(match frames {
            None => Box::new(app),
            Some(frames) => Box::new(Counted { app, frames }),
        })
    });
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native("Sockscope", native_options(renderer, settings), creator)
    }));
    // It is taken as soon as the window library is ready for us: what panics after that is ours.
    let is_ours = match hook_back.take() {
        Some(hook) => {
            panic::set_hook(hook);
            false
        }
        None => true,
    };
    let why = match outcome {
        Ok(Ok(())) if has_begun.get() => return Ok(()),
        Ok(Ok(())) => "the window library ended before there was a window".to_owned(),
        Ok(Err(error)) => one_line(&error.to_string()),
        Err(panicked) if is_ours => panic::resume_unwind(panicked),
        Err(panicked) => one_line(panic_text(panicked.as_ref())),
    };
    Err(match not_started.take() {
        Some(failure) => Ended::NotStarted(failure),
        None if has_begun.get() => Ended::Lost(why),
        None => Ended::NoWindow(why),
    })
}

/// An attempt that did not end by closing the window.
enum Ended {
    /// There was no window; the platform said this.
    NoWindow(String),
    /// There was one, and nothing to show in it.
    NotStarted(Failure),
    /// It went away; the platform said this.
    Lost(String),
}

fn native_options(renderer: Renderer, settings: &Settings) -> NativeOptions {
    let mut viewport = egui::ViewportBuilder::default()
        .with_app_id("sockscope")
        .with_title("Sockscope")
        .with_inner_size([points(settings.window_width), points(settings.window_height)])
        .with_maximized(settings.window_maximized)
        .with_min_inner_size([760.0, 480.0]);
    if let Ok(icon) = icon_data::from_png_bytes(ICON) {
        viewport = viewport.with_icon(icon);
    }
    // Nothing here has gradients, and on software renderers the noise is a good part of what a pixel costs.
    let dithering = false;
    // Installed fonts are looked for by ourselves, when a character asks for them.
    let system_font_fallback = false;
    NativeOptions { renderer, viewport, dithering, system_font_fallback, ..NativeOptions::default() }
}

/// A size from the settings, kept within what a screen can be.
fn points(size: u32) -> f32 {
    f32::from(u16::try_from(size.clamp(480, 8192)).unwrap_or(1024))
}

fn panic_text(panicked: &(dyn Any + Send)) -> &str {
    panicked
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panicked.downcast_ref::<&str>().copied())
        .unwrap_or("the window library gave up")
}

/// One line, without the place in the window library's source that its errors begin with.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = match line.rsplit_once(".rs:") {
        Some((_, after)) => after.split_once(": ").map_or(after, |(_, words)| words),
        None => &line,
    };
    words.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Ended, GraphicsChoice, LaunchOptions, what_now};
    use crate::model::failure::{Failure, Operation};
    use crate::workspace::profile::Profile;
    use std::io;
    use std::path::PathBuf;

    #[test]
    fn another_renderer_is_tried_only_where_the_window_is_at_fault() {
        let no_thread = || {
            let error = io::Error::from(io::ErrorKind::WouldBlock);
            Ended::NotStarted(Failure::new(Operation::StartThread, "workspace", error))
        };
        let no_window = || Ended::NoWindow("no GL".to_owned());
        let lost = || Ended::Lost("broken pipe".to_owned());
        for (ended, graphics, said) in [
            (no_window(), None, None),
            (no_window(), Some(GraphicsChoice::Wgpu), Some("cannot open a window: no GL. ")),
            (no_thread(), None, Some("cannot start thread workspace: ")),
            (no_thread(), Some(GraphicsChoice::Wgpu), Some("cannot start thread workspace: ")),
            (lost(), None, Some("the window is gone")),
        ] {
            let options = LaunchOptions {
                profile: Profile { settings_folder: PathBuf::new(), sessions_folder: PathBuf::new() },
                language: None,
                theme: None,
                graphics,
                tried: None,
                count_frames: None,
            };
            let line = what_now(ended, &options).err().map(|error| error.to_string());
            assert_eq!(line.is_some(), said.is_some(), "{line:?}");
            let line = line.unwrap_or_default();
            assert!(line.starts_with(said.unwrap_or_default()), "{line}");
        }
    }
}
