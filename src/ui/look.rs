//! How the window as a whole looks and speaks: fonts, colours, scale and language. It draws nothing.

use crate::ui::fonts;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::util::locale::Language;
use crate::workspace::settings::{Settings, ThemeChoice};
use egui::{Context, ThemePreference};

/// The smallest and the largest scale, in percent.
const ZOOM: std::ops::RangeInclusive<u32> = 50..=300;

/// Makes the first frame look as it was left, or as was asked for at start.
pub fn prepare(ctx: &Context, state: &AppState) {
    fonts::install(ctx);
    theme::apply(ctx, preference(state.theme));
    // The window has its own zoom, which is kept between runs.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    apply_zoom(ctx, &state.settings);
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
