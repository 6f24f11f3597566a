//! Brings the window up with the renderer that suits this machine, or says in one line what is missing. It knows
//! the platform's window, not what is in it.

use crate::model::failure::Failure;
use crate::ui::WINDOW_TITLE;
use crate::ui::app::{App, StartOptions};
use crate::ui::fault_page::FaultPage;
use crate::ui::fonts;
use crate::ui::frame_count::{Counted, FrameCount};
use crate::ui::graphics::{self, GraphicsChoice};
use crate::ui::software;
use crate::util::locale::Language;
use crate::util::stop_signals::StopSignals;
use crate::workspace::profile::Profile;
use crate::workspace::settings::{Settings, ThemeChoice};
use crate::workspace::store::Store;
use crossbeam_channel::Receiver;
use eframe::{AppCreator, NativeOptions, Renderer, icon_data};
use egui::ViewportBuilder;
use std::any::Any;
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Arc;
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
    /// What earlier attempts failed with; nothing before the first one. Where there were some, `graphics` says what is to
    /// be tried now, and the person left the choice to us.
    pub tried: Option<Vec<Tried>>,
    /// Where the number of drawn frames is kept, if it is measured.
    pub count_frames: Option<PathBuf>,
    /// Faults of the program, as they come.
    pub faults: Receiver<FaultPage>,
    /// Requests to end that no window is asked for.
    pub stop: Option<Arc<StopSignals>>,
}

/// An attempt that opened no window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// With this.
    pub graphics: GraphicsChoice,
    /// What failed, in one line.
    pub why: String,
}

/// What became of the window.
#[derive(Debug)]
pub enum Launched {
    /// It was shown, and closed.
    Closed,
    /// It could not be shown, or can be shown better. What is left may work in a new process; the window library keeps too
    /// much of a failed attempt to begin anew in the same one.
    TryAgain {
        /// With this.
        graphics: GraphicsChoice,
        /// What failed so far.
        tried: Vec<Tried>,
    },
}

/// Why there is no window.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// No renderer could open one.
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
const NEEDS: &str = "It needs an X11 or Wayland display: on Debian or Ubuntu `apt install libx11-6 libx11-xcb1 \
    libxcursor1 libxi6 libxrandr2 libxkbcommon-x11-0 libwayland-client0`, on Fedora `dnf install libX11-xcb libXcursor \
    libXi libXrandr libxkbcommon-x11 libwayland-client`, on Arch `pacman -S libx11 libxcursor libxi libxrandr \
    libxkbcommon-x11 wayland`";
#[cfg(not(target_os = "linux"))]
const NEEDS: &str = "It needs a desktop session and a graphics driver";

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
    let order = graphics::order(settings.renderer, graphics::may_have_card());
    let graphics = options.graphics.unwrap_or(order[0]);
    let attempt = Attempt::new(options);
    let outcome = match graphics {
        GraphicsChoice::Software => attempt.draw_ourselves(&settings, frames),
        GraphicsChoice::OpenGl => attempt.draw_with(Renderer::Glow, &settings, frames),
        #[cfg(not(target_os = "linux"))]
        GraphicsChoice::Wgpu => attempt.draw_with(Renderer::Wgpu, &settings, frames),
    };
    match outcome {
        Ok(()) => Ok(Launched::Closed),
        Err(ended) => what_now(ended, graphics, &order, options),
    }
}

/// Whether something else may work, or what to say. Another renderer helps only where the window is at fault.
fn what_now(
    ended: Ended,
    graphics: GraphicsChoice,
    order: &[GraphicsChoice],
    options: &LaunchOptions,
) -> Result<Launched, LaunchError> {
    let mut tried = options.tried.clone().unwrap_or_default();
    let why = match ended {
        Ended::NotStarted(failure) => return Err(LaunchError::NotStarted(failure)),
        Ended::Lost(why) => return Err(LaunchError::Lost { why }),
        Ended::NoCard => return Ok(Launched::TryAgain { graphics: GraphicsChoice::Software, tried }),
        Ended::NoWindow(why) => why,
    };
    tried.push(Tried { graphics, why });
    let is_ours_to_choose = options.graphics.is_none() || options.tried.is_some();
    let next = order.iter().find(|next| tried.iter().all(|tried| tried.graphics != **next));
    match next {
        Some(&graphics) if is_ours_to_choose => Ok(Launched::TryAgain { graphics, tried }),
        _ => {
            // What is wrong with the display is wrong with it for all.
            let mut reasons: Vec<String> = Vec::new();
            for Tried { why, .. } in tried {
                if !reasons.contains(&why) {
                    reasons.push(why);
                }
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

type PanicHook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Opening the window with one renderer. Where a system library is missing, the window library panics instead of
/// returning an error: until the window is up, a panic is therefore caught and told like an error. A panic of our own,
/// later, goes on as a panic.
struct Attempt<'a> {
    options: &'a LaunchOptions,
    /// What is said of a panic, taken away until the window library is ready for us: what panics after that is ours.
    hook_back: Cell<Option<PanicHook>>,
    has_begun: Cell<bool>,
    not_started: Cell<Option<Failure>>,
    has_no_card: Cell<bool>,
}

impl Attempt<'_> {
    fn new(options: &LaunchOptions) -> Attempt<'_> {
        let previous_hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        Attempt {
            options,
            hook_back: Cell::new(Some(previous_hook)),
            has_begun: Cell::new(false),
            not_started: Cell::new(None),
            has_no_card: Cell::new(false),
        }
    }

    fn draw_ourselves(self, settings: &Settings, frames: Option<FrameCount>) -> Result<(), Ended> {
        self.outcome_of(|attempt| {
            let start: software::Start<'_> = Box::new(|ctx| attempt.begin(ctx));
            software::run(viewport(settings), frames, start)
        })
    }

    fn draw_with(
        self,
        renderer: Renderer,
        settings: &Settings,
        frames: Option<FrameCount>,
    ) -> Result<(), Ended> {
        self.outcome_of(|attempt| {
            let creator: AppCreator<'_> = Box::new(move |creation| {
                if attempt.prefers_no_card() && graphics::stand_in_for_card(creation).is_some() {
                    attempt.has_no_card.set(true);
                    return Err("no graphics card draws here".into());
                }
                let app = attempt.begin(&creation.egui_ctx)?;
                Ok(match frames {
                    None => Box::new(app),
                    Some(frames) => Box::new(Counted { app, frames }),
                })
            });
            eframe::run_native("Sockscope", native_options(renderer, settings), creator)
        })
    }

    /// Whether we draw ourselves rather than have the processor play a graphics card: not where the person chose, nor
    /// where that was tried already.
    fn prefers_no_card(&self) -> bool {
        match &self.options.tried {
            None => self.options.graphics.is_none(),
            Some(tried) => tried.iter().all(|tried| tried.graphics != GraphicsChoice::Software),
        }
    }

    /// Makes what belongs into the window. From here on a panic is ours.
    fn begin(&self, ctx: &egui::Context) -> Result<App, Failure> {
        self.give_hook_back();
        let start = StartOptions {
            profile: self.options.profile.clone(),
            language: self.options.language.map(Language::from_tag),
            theme: self.options.theme,
            faults: self.options.faults.clone(),
            stop: self.options.stop.clone(),
        };
        let app = App::new(ctx, start).inspect_err(|failure| {
            self.not_started.set(Some(failure.clone()));
        })?;
        self.has_begun.set(true);
        fonts::add_installed(ctx);
        Ok(app)
    }

    /// Whether it was still to be given back.
    fn give_hook_back(&self) -> bool {
        let hook = self.hook_back.take();
        let was_taken = hook.is_some();
        if let Some(hook) = hook {
            panic::set_hook(hook);
        }
        was_taken
    }

    fn outcome_of<E: Display>(self, run: impl FnOnce(&Attempt<'_>) -> Result<(), E>) -> Result<(), Ended> {
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(&self)));
        let is_ours = !self.give_hook_back();
        let why = match outcome {
            Ok(Ok(())) if self.has_begun.get() => return Ok(()),
            Ok(Ok(())) => "the window library ended before there was a window".to_owned(),
            Ok(Err(error)) => one_line(&error.to_string()),
            Err(panicked) if is_ours => panic::resume_unwind(panicked),
            Err(panicked) => one_line(panic_text(panicked.as_ref())),
        };
        Err(match self.not_started.take() {
            Some(failure) => Ended::NotStarted(failure),
            None if self.has_no_card.get() => Ended::NoCard,
            None if self.has_begun.get() => Ended::Lost(why),
            None => Ended::NoWindow(why),
        })
    }
}

/// An attempt that did not end by closing the window.
enum Ended {
    /// There was no window; the platform said this.
    NoWindow(String),
    /// There was one, drawn by the processor in place of a graphics card.
    NoCard,
    /// There was one, and nothing to show in it.
    NotStarted(Failure),
    /// It went away; the platform said this.
    Lost(String),
}

fn native_options(renderer: Renderer, settings: &Settings) -> NativeOptions {
    // Nothing here has gradients, and on software renderers the noise is a good part of what a pixel costs.
    let dithering = false;
    // Installed fonts are looked for by ourselves, when a character asks for them.
    let system_font_fallback = false;
    let viewport = viewport(settings);
    NativeOptions { renderer, viewport, dithering, system_font_fallback, ..NativeOptions::default() }
}

fn viewport(settings: &Settings) -> ViewportBuilder {
    let viewport = ViewportBuilder::default()
        .with_app_id("sockscope")
        .with_title(WINDOW_TITLE)
        .with_inner_size([points(settings.window_width), points(settings.window_height)])
        .with_maximized(settings.window_maximized);
    match icon_data::from_png_bytes(ICON) {
        Ok(icon) => viewport.with_icon(icon),
        Err(_) => viewport,
    }
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
    use super::{Ended, LaunchOptions, Launched, Tried, what_now};
    use crate::model::failure::{Failure, Operation};
    use crate::ui::graphics::GraphicsChoice::{self, OpenGl, Software};
    use crate::workspace::profile::Profile;
    use std::io;
    use std::path::PathBuf;

    const ORDER: [GraphicsChoice; 2] = [OpenGl, Software];

    fn after(
        ended: Ended,
        graphics: GraphicsChoice,
        asked: bool,
        tried: Option<&[GraphicsChoice]>,
    ) -> String {
        let options = LaunchOptions {
            profile: Profile { settings_folder: PathBuf::new(), sessions_folder: PathBuf::new() },
            language: None,
            theme: None,
            graphics: (asked || tried.is_some()).then_some(graphics),
            tried: tried.map(|tried| {
                tried.iter().map(|graphics| Tried { graphics: *graphics, why: "no GL".to_owned() }).collect()
            }),
            count_frames: None,
            faults: crossbeam_channel::never(),
            stop: None,
        };
        match what_now(ended, graphics, &ORDER, &options) {
            Ok(Launched::Closed) => "closed".to_owned(),
            Ok(Launched::TryAgain { graphics, tried }) => format!("{graphics:?} after {}", tried.len()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn another_renderer_is_tried_only_where_the_window_is_at_fault() {
        let no_thread = || {
            let error = io::Error::from(io::ErrorKind::WouldBlock);
            Ended::NotStarted(Failure::new(Operation::StartThread, "workspace", error))
        };
        let no_window = || Ended::NoWindow("no window".to_owned());
        for (ended, graphics, asked, tried, said) in [
            (no_window(), OpenGl, false, None, "Software after 1"),
            (no_window(), Software, false, Some(&[OpenGl][..]), "cannot open a window: no GL; no window. "),
            (no_window(), OpenGl, true, None, "cannot open a window: no window. "),
            (no_window(), Software, true, None, "cannot open a window: no window. "),
            // What the processor plays is left for our own way, and comes back where that fails.
            (Ended::NoCard, OpenGl, false, None, "Software after 0"),
            (no_window(), Software, false, Some(&[]), "OpenGl after 1"),
            (no_thread(), OpenGl, false, None, "cannot start thread workspace: "),
            (no_thread(), Software, true, None, "cannot start thread workspace: "),
            (Ended::Lost("broken pipe".to_owned()), OpenGl, false, None, "the window is gone"),
        ] {
            let line = after(ended, graphics, asked, tried);
            assert!(line.starts_with(said), "{graphics:?}, {asked}, {tried:?}: {line}");
        }
    }
}
