//! How the window looks: every colour by its meaning, the spacing scale, and the sizes of text and controls.
//!
//! No other file of the window names a colour. It knows no widgets and no data.

use crate::codec::represent::MarkClass;
use crate::codec::terminal::{TerminalColor, TerminalLook};
use crate::ui::fonts;
use egui::style::{ScrollStyle, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Rgba, Shadow, Stroke, Style, TextStyle,
    ThemePreference, Ui, Vec2, Visuals, vec2,
};

/// The smallest step of the spacing scale, between things that belong together.
pub const SPACE_4: f32 = 4.0;
/// Between neighbours.
pub const SPACE_8: f32 = 8.0;
/// Around groups.
pub const SPACE_12: f32 = 12.0;
/// Between groups.
pub const SPACE_16: f32 = 16.0;

/// The height of a row of the sheet.
pub const ROW_HEIGHT: f32 = 22.0;
/// The height of buttons, fields and choices.
pub const CONTROL_HEIGHT: f32 = 28.0;
/// The corners of fields, pills and rows.
pub const RADIUS: u8 = 5;
/// The corners of windows, menus and large buttons.
pub const LARGE_RADIUS: u8 = 7;

/// The size of interface text.
pub const BODY_SIZE: f32 = 13.0;
/// The size of labels, headers and remarks.
pub const LABEL_SIZE: f32 = 11.5;

/// The colours of one mode. Direction and state are never told by colour alone: an arrow or a dot goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Whether it is light on dark.
    pub dark: bool,
    /// Behind the sheet.
    pub ground: Color32,
    /// Behind the sides and bars.
    pub panel: Color32,
    /// Behind fields and menus.
    pub raised: Color32,
    /// Separators and outlines.
    pub line: Color32,
    /// Content.
    pub text: Color32,
    /// Labels and times.
    pub dim: Color32,
    /// Row numbers and control symbols.
    pub faint: Color32,
    /// Scroll thumbs, idle dots and other marks without text.
    pub mark: Color32,
    /// The one main action, what is chosen, links.
    pub accent: Color32,
    /// The main action under the pointer.
    pub accent_hovered: Color32,
    /// Text on the accent colour.
    pub on_accent: Color32,
    /// Behind the chosen one of several.
    pub chosen: Color32,
    /// Received bytes.
    pub received: Color32,
    /// Sent bytes.
    pub sent: Color32,
    /// Events.
    pub event: Color32,
    /// Errors and what ends something.
    pub error: Color32,
    /// Working as it should.
    pub good: Color32,
    /// Behind what a search found.
    pub hit: Color32,
    /// Behind what is highlighted. Its text has the colour of text, whatever it had without.
    pub highlights: [Color32; 4],
    /// Behind a whole row that is highlighted, in the colours of highlights, so quiet that every text stays readable.
    pub tints: [Color32; 4],
    /// What stands for a highlight where there is no text: its sign, the edge of its rows, its marks beside the scroll bar.
    pub signs: [Color32; 4],
    /// The sixteen colours of a terminal that have names. All but black and white are readable on the ground; a device that
    /// writes in the colour of the ground gets one that can be read.
    pub terminal: [Color32; 16],
    /// Behind selected rows.
    pub selected_row: Color32,
    /// Behind the selected part of a row, which stands on a selected row.
    pub part: Color32,
    /// Behind the row or control under the pointer.
    pub hovered: Color32,
    /// Under menus and floating things.
    pub shadow: Color32,
}

/// Light on dark.
pub static DARK: Theme = Theme {
    dark: true,
    ground: rgb(0x14_17_1c),
    panel: rgb(0x19_1d_23),
    raised: rgb(0x22_27_31),
    line: rgb(0x2a_30_3a),
    text: rgb(0xd9_de_e7),
    dim: rgb(0x98_a1_b0),
    faint: rgb(0x80_89_98),
    mark: rgb(0x5b_64_72),
    accent: rgb(0x5a_a9_ff),
    accent_hovered: rgb(0x7c_bc_ff),
    on_accent: rgb(0x0a_1a_2c),
    chosen: rgb(0x1d_3a_5c),
    received: rgb(0x56_cf_ae),
    sent: rgb(0xe5_ad_5f),
    event: rgb(0xb3_a5_e2),
    error: rgb(0xf5_82_7c),
    good: rgb(0x48_c7_8e),
    hit: rgb(0x52_43_10),
    highlights: [rgb(0x24_38_b0), rgb(0x6a_1f_6e), rgb(0x20_5c_4d), rgb(0x50_0e_0a)],
    tints: [rgb(0x1c_28_66), rgb(0x3f_1b_45), rgb(0x1a_3a_34), rgb(0x32_12_13)],
    signs: [rgb(0x6f_8c_ff), rgb(0xe0_7b_e6), rgb(0x3f_e0_b0), rgb(0xf0_60_3c)],
    terminal: [
        rgb(0x2e_34_3e),
        rgb(0xe8_6b_66),
        rgb(0x5c_b8_6a),
        rgb(0xd0_a5_3c),
        rgb(0x6a_9b_f0),
        rgb(0xc0_7c_dc),
        rgb(0x3f_b8_c4),
        rgb(0xc4_cb_d6),
        rgb(0x82_8b_9a),
        rgb(0xff_91_8a),
        rgb(0x83_dd_8c),
        rgb(0xf2_cf_66),
        rgb(0x93_bc_ff),
        rgb(0xdc_a2_f4),
        rgb(0x6f_dc_e6),
        rgb(0xf4_f6_fa),
    ],
    selected_row: rgb(0x22_38_4f),
    part: rgb(0x2c_5c_92),
    hovered: rgb(0x1d_22_29),
    shadow: shade(0x70),
};

/// Dark on light.
pub static LIGHT: Theme = Theme {
    dark: false,
    ground: rgb(0xff_ff_ff),
    panel: rgb(0xf5_f6_f8),
    raised: rgb(0xff_ff_ff),
    line: rgb(0xdf_e3_e9),
    text: rgb(0x1c_24_30),
    dim: rgb(0x56_62_73),
    faint: rgb(0x66_70_80),
    mark: rgb(0xa8_b1_be),
    accent: rgb(0x16_67_d0),
    accent_hovered: rgb(0x0f_57_b5),
    on_accent: rgb(0xff_ff_ff),
    chosen: rgb(0xdb_e9_fb),
    received: rgb(0x08_72_4f),
    sent: rgb(0x93_52_00),
    event: rgb(0x6a_52_b3),
    error: rgb(0xbf_2c_25),
    good: rgb(0x12_85_5a),
    hit: rgb(0xff_f1_b8),
    highlights: [rgb(0x8c_b8_ff), rgb(0xf0_b4_e4), rgb(0x6e_e7_c4), rgb(0xe0_a4_6a)],
    tints: [rgb(0xdc_ea_ff), rgb(0xfa_e8_f7), rgb(0xd4_f8_ed), rgb(0xf6_e4_d2)],
    signs: [rgb(0x2f_6f_e0), rgb(0xc0_40_9f), rgb(0x0f_9a_78), rgb(0xa8_56_0a)],
    terminal: [
        rgb(0x1c_24_30),
        rgb(0xb8_2a_22),
        rgb(0x1a_73_30),
        rgb(0x83_5c_00),
        rgb(0x1f_57_b8),
        rgb(0x8a_2f_a0),
        rgb(0x0a_6c_7a),
        rgb(0xcf_d5_de),
        rgb(0x5f_69_78),
        rgb(0xcf_33_28),
        rgb(0x1d_7d_3a),
        rgb(0x8c_63_00),
        rgb(0x2f_6f_e0),
        rgb(0xa2_3e_ba),
        rgb(0x0b_76_86),
        rgb(0xf3_f5_f8),
    ],
    selected_row: rgb(0xdc_eb_fb),
    part: rgb(0xac_d0_f8),
    hovered: rgb(0xf1_f4_f8),
    shadow: shade(0x28),
};

/// What lifts notices above the window, in both modes.
pub const NOTICE_SHADOW: Shadow = floating(DARK.shadow);

/// Less apart than this a device's colours cannot be read.
const LEAST_TERMINAL_CONTRAST: f32 = 3.0;

/// How far two colours are apart for who reads, after WCAG.
fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |color: Color32| {
        let linear = Rgba::from(color);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

const fn floating(color: Color32) -> Shadow {
    Shadow { offset: [0, 4], blur: 16, spread: 0, color }
}

/// Chooses the mode and styles everything that is drawn from now on.
pub fn apply(ctx: &Context, mode: ThemePreference) {
    for (kind, theme) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.set_style_of(kind, style(theme));
    }
    ctx.set_theme(mode);
}

/// The corners of fields, pills and rows.
pub fn corners() -> CornerRadius {
    CornerRadius::same(RADIUS)
}

/// The corners of windows, menus and large buttons.
pub fn large_corners() -> CornerRadius {
    CornerRadius::same(LARGE_RADIUS)
}

impl Theme {
    /// The colours in use.
    pub fn of(ui: &Ui) -> &'static Theme {
        Theme::of_mode(ui.visuals().dark_mode)
    }

    /// The colours of a mode.
    pub fn of_mode(dark: bool) -> &'static Theme {
        if dark { &DARK } else { &LIGHT }
    }

    /// What stands behind something that is pointed out.
    pub fn behind(&self, mark: MarkClass) -> Color32 {
        match mark {
            MarkClass::Found => self.hit,
            MarkClass::Color(color) => self.highlights[color.place()],
        }
    }

    /// The colour of a text in the look that a device asked for, and what lies behind it; `tone` is that of its row. What
    /// could not be read is brought apart.
    pub fn terminal(&self, look: TerminalLook, tone: Color32) -> (Color32, Color32) {
        let color = |color: TerminalColor| match color {
            TerminalColor::Named(place) => {
                let is_brighter = look.is_bold && look.front == Some(color) && place < 8;
                self.terminal[usize::from(place + if is_brighter { 8 } else { 0 }).min(15)]
            }
            TerminalColor::Rgb(red, green, blue) => Color32::from_rgb(red, green, blue),
        };
        let unnamed = if look.is_bold { self.text } else { tone };
        let mut front = look.front.map_or(unnamed, color);
        let mut behind = look.behind.map_or(self.ground, color);
        if look.is_reversed {
            std::mem::swap(&mut front, &mut behind);
        }
        let ends = [self.text, self.ground];
        let further =
            |one: &Color32, other: &Color32| contrast(*one, behind).total_cmp(&contrast(*other, behind));
        let end = ends.into_iter().max_by(further).unwrap_or(self.text);
        let steps = [0.0, 0.25, 0.5, 0.75].map(|share| front.lerp_to_gamma(end, share));
        let front = steps.into_iter().find(|step| contrast(*step, behind) >= LEAST_TERMINAL_CONTRAST);
        let front = front.unwrap_or(end);
        (front, if behind == self.ground { Color32::TRANSPARENT } else { behind })
    }

    /// A colour so quiet that text on it stays readable, for what lies behind characters.
    pub fn quiet(color: Color32) -> Color32 {
        const SHARE: f32 = 0.2;
        color.gamma_multiply(SHARE)
    }

    /// A separator or outline, one point wide.
    pub fn line_stroke(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }
}

const fn rgb(value: u32) -> Color32 {
    let [_, red, green, blue] = value.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

const fn shade(alpha: u8) -> Color32 {
    Color32::from_black_alpha(alpha)
}

fn style(theme: &Theme) -> Style {
    let mut style = Style { visuals: visuals(theme), animation_time: 0.08, ..Style::default() };
    style.text_styles = [
        (TextStyle::Heading, fonts::strong(16.0)),
        (TextStyle::Body, fonts::interface(BODY_SIZE)),
        (TextStyle::Button, fonts::interface(BODY_SIZE)),
        (TextStyle::Small, fonts::interface(LABEL_SIZE)),
        (TextStyle::Monospace, FontId::new(fonts::PAYLOAD_SIZE, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(SPACE_8, SPACE_8);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(4);
    spacing.button_padding = vec2(SPACE_8, SPACE_4);
    spacing.interact_size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.combo_height = 360.0;
    spacing.tooltip_width = 360.0;
    spacing.menu_spacing = 0.0;
    spacing.scroll = ScrollStyle { bar_width: 9.0, ..ScrollStyle::thin() };
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style
}

fn visuals(theme: &Theme) -> Visuals {
    let base = if theme.dark { Visuals::dark() } else { Visuals::light() };
    let floating = floating(theme.shadow);
    Visuals {
        dark_mode: theme.dark,
        override_text_color: None,
        weak_text_color: Some(theme.dim),
        widgets: widgets(theme),
        selection: Selection { bg_fill: theme.chosen, stroke: Stroke::new(1.0, theme.text) },
        hyperlink_color: theme.accent,
        faint_bg_color: theme.hovered,
        extreme_bg_color: theme.ground,
        text_edit_bg_color: Some(theme.raised),
        code_bg_color: theme.raised,
        warn_fg_color: theme.sent,
        error_fg_color: theme.error,
        window_corner_radius: large_corners(),
        window_shadow: floating,
        window_fill: theme.panel,
        window_stroke: theme.line_stroke(),
        window_highlight_topmost: false,
        menu_corner_radius: large_corners(),
        panel_fill: theme.panel,
        popup_shadow: floating,
        text_cursor: TextCursorStyle { stroke: Stroke::new(1.5, theme.accent), ..base.text_cursor.clone() },
        button_frame: true,
        striped: false,
        ..base
    }
}

fn widgets(theme: &Theme) -> Widgets {
    let look = |fill: Color32, outline: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, outline),
        corner_radius: corners(),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: look(theme.panel, theme.line, theme.text),
        inactive: look(theme.raised, theme.line, theme.text),
        hovered: look(theme.hovered, theme.mark, theme.text),
        active: look(theme.chosen, theme.accent, theme.text),
        open: look(theme.chosen, theme.line, theme.text),
    }
}

/// A square of the given side; controls without text have this shape.
pub fn square(side: f32) -> Vec2 {
    Vec2::splat(side)
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT, Theme, contrast};
    use crate::codec::terminal::{TerminalColor, TerminalLook};
    use egui::{Color32, Rgba};

    #[test]
    fn text_is_readable_on_everything_it_stands_on() {
        for theme in [&DARK, &LIGHT] {
            let Theme { text, dim, faint, received, sent, event, error, .. } = *theme;
            let rows: [(&str, Color32, Vec<Color32>); 8] = [
                ("ground", theme.ground, vec![text, dim, faint, received, sent, event, error, theme.accent]),
                ("panel", theme.panel, vec![text, dim, faint, received, sent, event, error, theme.accent]),
                ("raised", theme.raised, vec![text, dim, received, sent, event, error]),
                ("selected row", theme.selected_row, vec![text, dim, received, sent, event, error]),
                ("chosen", theme.chosen, vec![text]),
                ("part", theme.part, vec![text]),
                ("hit", theme.hit, vec![text, received, sent]),
                ("accent", theme.accent, vec![theme.on_accent]),
            ];
            let highlights = theme.highlights.map(|highlight| ("highlight", highlight, vec![text]));
            let tints = theme.tints.map(|tint| ("tint", tint, vec![text, dim, received, sent, event, error]));
            for (name, ground, colours) in rows.into_iter().chain(highlights).chain(tints) {
                for colour in colours {
                    let found = contrast(colour, ground);
                    assert!(found >= 4.5, "{colour:?} on {name} ({}): {found:.2}", theme.dark);
                }
            }
            assert!(contrast(faint, theme.selected_row) >= 3.0);
            for sign in theme.signs {
                let found = contrast(sign, theme.ground).min(contrast(sign, theme.panel));
                assert!(found >= 3.0, "{sign:?} as a sign ({}): {found:.2}", theme.dark);
            }
        }
    }

    #[test]
    fn a_device_writes_so_that_it_can_be_read() {
        let colors = (0..16).map(TerminalColor::Named).chain([TerminalColor::Rgb(128, 128, 128)]);
        let colors: Vec<_> = std::iter::once(None).chain(colors.map(Some)).collect();
        for theme in [&DARK, &LIGHT] {
            for (front, behind) in
                colors.iter().flat_map(|front| colors.iter().map(move |behind| (front, behind)))
            {
                for is_reversed in [false, true] {
                    let look = TerminalLook {
                        front: *front,
                        behind: *behind,
                        is_reversed,
                        ..TerminalLook::default()
                    };
                    let (front, behind) = theme.terminal(look, theme.received);
                    let behind = if behind == Color32::TRANSPARENT { theme.ground } else { behind };
                    let found = contrast(front, behind);
                    assert!(found >= 3.0, "{look:?} ({}): {found:.2}", theme.dark);
                }
            }
            for place in (1..7).chain(8..15) {
                let found = contrast(theme.terminal[place], theme.ground);
                assert!(found >= 4.5, "{place} ({}): {found:.2}", theme.dark);
            }
        }
    }

    /// What people see who lack one kind of cones, after Machado, Oliveira and Fernandes (2009), and who lack none.
    const EYES: [[[f32; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
        [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
        [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9309, 0.1476], [0.0047, 0.6914, 0.3039]],
    ];

    /// How far colours are apart for a pair of eyes, in CIELAB.
    fn distance(one: Color32, other: Color32, eyes: &[[f32; 3]; 3]) -> f32 {
        let lab = |color: Color32| {
            let linear = Rgba::from(color);
            let seen = eyes.map(|row| row[0] * linear.r() + row[1] * linear.g() + row[2] * linear.b());
            let [red, green, blue] = seen.map(|part| part.clamp(0.0, 1.0));
            let cube = |part: f32| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 };
            let x = cube((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.950_47);
            let y = cube(0.2126 * red + 0.7152 * green + 0.0722 * blue);
            let z = cube((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.088_83);
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        let (one, other) = (lab(one), lab(other));
        one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn highlights_are_told_apart_by_every_eye() {
        for theme in [&DARK, &LIGHT] {
            let [a, b, c, d] = theme.highlights;
            let all = [a, b, c, d, theme.hit, theme.ground, theme.selected_row];
            for (place, one) in all.iter().enumerate().skip(1).take(5) {
                for other in all[..place].iter().chain(&all[5..]).filter(|other| *other != one) {
                    for eyes in &EYES {
                        let found = distance(*one, *other, eyes);
                        assert!(found >= 10.0, "{one:?} and {other:?} ({}): {found:.1}", theme.dark);
                    }
                }
            }
            for (place, one) in theme.signs.iter().enumerate() {
                for (other, eyes) in
                    theme.signs[..place].iter().flat_map(|other| EYES.map(|eyes| (other, eyes)))
                {
                    let found = distance(*one, *other, &eyes);
                    assert!(found >= 10.0, "{one:?} and {other:?} as signs ({}): {found:.1}", theme.dark);
                }
            }
        }
    }
}
