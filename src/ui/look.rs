//! How the window as a whole looks and speaks: fonts, colours, scale and language. It draws nothing.

use crate::ui::fonts;
use crate::ui::theme;
use crate::util::locale::Language;
use crate::workspace::settings::{Settings, ThemeChoice};
use egui::{Context, ThemePreference, Vec2, ViewportCommand, WindowLevel};

/// The smallest and the largest scale, in percent.
const ZOOM: std::ops::RangeInclusive<u32> = 50..=300;

/// The scales that a list offers, in percent.
pub const ZOOM_CHOICES: [u32; 8] = [75, 90, 100, 125, 150, 175, 200, 300];

/// What desktops keep for themselves, in points.
const TITLE_AND_TASK_BAR: f32 = 90.0;

/// What can be asked of how the window looks and speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookAction {
    /// The inspector is shown, or hidden.
    ToggleInspector,
    /// Everything is so many percent points bigger or smaller.
    ZoomBy(i32),
    /// Everything is as big as designed.
    ZoomReset,
    /// The window fills the screen, or no longer.
    ToggleFullScreen,
    /// The window stays above those of other programs, or no longer.
    ToggleOnTop,
    /// The window speaks this language.
    SetLanguage(Language),
    /// The window has these colours.
    SetTheme(ThemeChoice),
}

/// Makes the first frame look as it was left, or as was asked for at start.
pub fn prepare(ctx: &Context, theme: ThemeChoice, settings: &Settings, language: Language) {
    fonts::install(ctx, language);
    theme::apply(ctx, preference(theme));
    // The window has its own zoom, which is kept between runs.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    apply_zoom(ctx, settings);
    if settings.always_on_top {
        apply_level(ctx, settings);
    }
}

/// Puts the window above those of other programs where the settings say so, and else among them.
pub fn apply_level(ctx: &Context, settings: &Settings) {
    let level = if settings.always_on_top { WindowLevel::AlwaysOnTop } else { WindowLevel::Normal };
    ctx.send_viewport_cmd(ViewportCommand::WindowLevel(level));
}

/// Makes everything as big as the settings say.
pub fn apply_zoom(ctx: &Context, settings: &Settings) {
    let percent = settings.zoom_percent.clamp(*ZOOM.start(), *ZOOM.end());
    ctx.set_zoom_factor(f32::from(u16::try_from(percent).unwrap_or(100)) / 100.0);
}

/// A scale that is allowed, so many percent points from the present one.
pub fn zoomed(settings: &Settings, points: i32) -> u32 {
    settings.zoom_percent.saturating_add_signed(points).clamp(*ZOOM.start(), *ZOOM.end())
}

/// On a screen that has no room for the window, its title and a task bar, the window takes what room there is: its
/// lower edge, where the state is told, would lie outside. To be asked in every frame; only the first one matters.
pub fn fit_to_screen(ctx: &Context) {
    if ctx.cumulative_pass_nr() > 0 {
        return;
    }
    let (window, screen) = ctx.input(|input| {
        let viewport = input.viewport();
        (viewport.inner_rect.map(|rect| rect.size()), viewport.monitor_size)
    });
    if let (Some(window), Some(screen)) = (window, screen)
        && !has_room(window, screen)
    {
        ctx.send_viewport_cmd(ViewportCommand::Maximized(true));
    }
}

fn has_room(window: Vec2, screen: Vec2) -> bool {
    window.x <= screen.x && window.y + TITLE_AND_TASK_BAR <= screen.y
}

/// The colours in the toolkit's words.
pub fn preference(choice: ThemeChoice) -> ThemePreference {
    match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Dark => ThemePreference::Dark,
        ThemeChoice::Light => ThemePreference::Light,
    }
}

/// The language of the settings, or the system's.
pub fn language_of(settings: &Settings) -> Language {
    if settings.language == "system" {
        return Language::from_tag(&sys_locale::get_locale().unwrap_or_default());
    }
    Language::from_tag(&settings.language)
}

#[cfg(test)]
mod tests {
    use super::has_room;
    use egui::vec2;

    #[test]
    fn a_window_that_a_small_screen_cannot_show_takes_all_of_it() {
        for (window, screen, fits) in [
            (vec2(1460.0, 860.0), vec2(1920.0, 1080.0), true),
            (vec2(1460.0, 860.0), vec2(1600.0, 900.0), false),
            (vec2(1366.0, 768.0), vec2(1366.0, 768.0), false),
            (vec2(900.0, 600.0), vec2(1024.0, 700.0), true),
        ] {
            assert_eq!(has_room(window, screen), fits, "{window} on {screen}");
        }
    }
}
