//! How the window as a whole looks and speaks: fonts, colours, scale and language. It draws nothing.

use crate::ui::fonts;
use crate::ui::theme;
use crate::util::locale::Language;
use crate::workspace::settings::{Settings, ThemeChoice};
use egui::{Context, Id, ThemePreference, Vec2, ViewportCommand, WindowLevel, vec2};

/// The smallest and the largest scale, in percent.
const ZOOM: std::ops::RangeInclusive<u32> = 50..=300;

/// The scales that a list offers, in percent.
pub const ZOOM_CHOICES: [u32; 8] = [75, 90, 100, 125, 150, 175, 200, 300];

/// What desktops keep for themselves, in points.
const TITLE_AND_TASK_BAR: f32 = 90.0;

/// The same of a window that fills the screen.
const TITLE: f32 = 40.0;

/// Sizes of a screen that differ by less, in points at 100 %, are one size that was rounded at different scales.
const ROUNDED: f32 = 0.5;

/// In a smaller window not everything can be reached; in points.
const LEAST: Vec2 = vec2(760.0, 480.0);

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

/// Makes everything as big as the settings say, and the screen has room for.
pub fn apply_zoom(ctx: &Context, settings: &Settings) {
    ctx.set_zoom_factor(zoom_of(settings, largest_zoom(ctx)));
}

fn zoom_of(settings: &Settings, room: u32) -> f32 {
    let percent = settings.zoom_percent.clamp(*ZOOM.start(), *ZOOM.end()).min(room);
    f32::from(u16::try_from(percent).unwrap_or(100)) / 100.0
}

/// A scale that is allowed, so many percent points from the present one.
pub fn zoomed(ctx: &Context, settings: &Settings, points: i32) -> u32 {
    stepped(settings.zoom_percent, points, largest_zoom(ctx))
}

/// Where the screen has no room for more, a larger scale stays as it is set: another screen may have room for it.
fn stepped(set: u32, points: i32, room: u32) -> u32 {
    if points > 0 && set >= room {
        return set;
    }
    set.min(room).saturating_add_signed(points).clamp(*ZOOM.start(), room)
}

/// The largest scale, in percent, at which the screen has room for all of the window.
pub fn largest_zoom(ctx: &Context) -> u32 {
    ctx.data(|data| data.get_temp::<Screen>(screen_id())).unwrap_or_default().room
}

/// What is known of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Screen {
    /// Its size as it was last told, in points of the scale of then.
    told: Option<Vec2>,
    /// The scale of the last frame, in which it is told in this one.
    zoom: f32,
    /// Its size in points at 100 %, as it was told first.
    size: Vec2,
    /// The largest scale, in percent, that it has room for.
    room: u32,
    /// The size of a point for which the least size of the window was asked for.
    least_of: Option<f32>,
}

impl Default for Screen {
    fn default() -> Screen {
        Screen { told: None, zoom: 1.0, size: Vec2::ZERO, room: *ZOOM.end(), least_of: None }
    }
}

impl Screen {
    /// What is told in a frame. What is told again was told of an earlier one, and is in the points of that.
    fn look(&mut self, told: Option<Vec2>, zoom: f32) {
        if let Some(size) = told.filter(|_| told != self.told) {
            self.told = told;
            let size = size * self.zoom;
            // Else a screen that has just room for a scale would have room for it at one scale, and not at another.
            if (size - self.size).abs().max_elem() >= ROUNDED {
                (self.size, self.room) = (size, zoom_with_room(size));
            }
        }
        self.zoom = zoom;
    }
}

fn screen_id() -> Id {
    Id::unique("screen of the window")
}

/// The same, of a screen of so many points at 100 %.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to percents")]
fn zoom_with_room(screen: Vec2) -> u32 {
    let room = (screen - vec2(0.0, TITLE)) / LEAST * 100.0;
    (room.min_elem().max(0.0) as u32).clamp(*ZOOM.start(), *ZOOM.end())
}

/// Keeps the window within the screen, and large enough for what is in it. To be asked in every frame.
pub fn fit_to_screen(ctx: &Context, settings: &Settings) {
    take_what_there_is(ctx);
    let mut screen = ctx.data(|data| data.get_temp::<Screen>(screen_id())).unwrap_or_default();
    screen.look(ctx.input(|input| input.viewport().monitor_size), ctx.zoom_factor());
    let wanted = zoom_of(settings, screen.room);
    if (wanted - ctx.zoom_factor()).abs() > 0.001 {
        // The window may have come to another screen.
        ctx.set_zoom_factor(wanted);
    } else if screen.least_of != Some(ctx.pixels_per_point()) {
        ctx.send_viewport_cmd(ViewportCommand::MinInnerSize(LEAST));
        screen.least_of = Some(ctx.pixels_per_point());
    }
    ctx.data_mut(|data| data.insert_temp(screen_id(), screen));
}

/// On a screen that has no room for the window, its title and a task bar, the window takes what room there is: its
/// lower edge, where the state is told, would lie outside. Only the first frame matters.
fn take_what_there_is(ctx: &Context) {
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
    use super::{Screen, has_room, stepped, zoom_of, zoom_with_room};
    use crate::workspace::settings::Settings;
    use egui::vec2;

    #[test]
    fn a_screen_that_is_told_late_is_not_taken_for_another_one() {
        let mut screen = Screen::default();
        let seen = |told: egui::Vec2, zoom: f32, screen: &mut Screen| {
            screen.look(Some(told), zoom);
            screen.room
        };
        let (small, at_52) = (vec2(400.0, 300.0), vec2(400.0, 300.0) / 0.52);
        assert_eq!(seen(small, 1.0, &mut screen), 52);
        // Drawn at 52 % already, and still told in the points of before.
        assert_eq!(seen(small, 0.52, &mut screen), 52);
        assert_eq!(seen(at_52, 0.52, &mut screen), 52);
        assert_eq!(seen(vec2(1920.0, 1080.0) / 0.52, 0.52, &mut screen), 216, "the window was moved");
        screen.look(None, 1.0);
        assert_eq!(screen.room, 216);
    }

    #[test]
    fn the_scale_settles_on_every_screen() {
        for (width, height, scale) in
            [(2256.0, 1504.0, 2.5), (1920.0, 1200.0, 1.2), (3840.0, 2400.0, 2.4), (1366.0, 768.0, 1.0)]
        {
            for zoom_percent in (50..=300).step_by(25) {
                let settings = Settings { zoom_percent, ..Settings::default() };
                let mut screen = Screen::default();
                let (mut before, mut zoom) = (1.0, 1.0);
                let mut zooms = Vec::new();
                for _ in 0..20 {
                    // As the window library tells it: pixels, divided by the size of a point of the frame before.
                    let point = f64::from(before * scale);
                    #[expect(clippy::cast_possible_truncation, reason = "so it is told")]
                    let told = vec2((width / point) as f32, (height / point) as f32);
                    screen.look(Some(told), zoom);
                    before = zoom;
                    zoom = zoom_of(&settings, screen.room);
                    zooms.push(zoom);
                }
                let last = &zooms[3..];
                assert!(
                    last.iter().all(|zoom| zoom.to_bits() == last[0].to_bits()),
                    "{width}×{height} at {scale}, {zoom_percent} %: {zooms:?}"
                );
            }
        }
    }

    #[test]
    fn a_scale_that_another_screen_has_room_for_stays_set() {
        for (set, points, room, then) in [
            (300, 10, 151, 300),
            (151, 10, 151, 151),
            (145, 10, 151, 151),
            (300, -10, 151, 141),
            (100, 10, 151, 110),
            (50, -10, 300, 50),
            (300, 10, 300, 300),
        ] {
            assert_eq!(stepped(set, points, room), then, "{set} {points:+} with room for {room}");
        }
    }

    #[test]
    fn nothing_is_drawn_so_big_that_the_screen_has_no_room_for_all_of_the_window() {
        for (pixels, scale, percent) in [
            (vec2(3840.0, 2160.0), 1.0, 300),
            (vec2(3840.0, 2160.0), 2.0, 216),
            (vec2(1920.0, 1080.0), 1.0, 216),
            (vec2(1366.0, 768.0), 1.0, 151),
            (vec2(800.0, 600.0), 1.0, 105),
            (vec2(800.0, 600.0), 2.0, 52),
            (vec2(320.0, 200.0), 1.0, 50),
        ] {
            assert_eq!(zoom_with_room(pixels / scale), percent, "{pixels} at {scale}");
        }
    }

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
