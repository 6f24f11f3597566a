//! How the window as a whole looks and speaks: fonts, colours, scale, language, and whether an input method is
//! composing. It draws nothing.

use crate::ui::fonts;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::util::locale::Language;
use crate::workspace::settings::{Settings, ThemeChoice};
use egui::{Context, Event, Id, ImeEvent, ThemePreference};

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

/// Whether an input method is in the middle of a word: its keys, Ctrl+Enter among them, belong to it.
pub fn is_composing(ctx: &Context) -> bool {
    let id = Id::unique("ime-composing");
    let before = ctx.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    let mut after = before;
    let mut was_active = before;
    ctx.input(|input| {
        for event in &input.events {
            if let Event::Ime(ime) = event {
                match ime {
                    ImeEvent::Preedit { text, .. } => after = !text.is_empty(),
                    ImeEvent::Commit(_) => after = false,
                    _ => {}
                }
                was_active |= after;
            }
        }
    });
    ctx.data_mut(|data| data.insert_temp(id, after));
    // A key that ended the composition in this very frame belonged to it, too.
    was_active
}
