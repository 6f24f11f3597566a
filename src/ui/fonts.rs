//! The window's typefaces: what is drawn with which font, and in which order they stand in for each other.
//!
//! It knows no colours and no widgets. The files and their licences are in `assets/fonts`.

use crate::util::locale::Language;
use egui::epaint::text::{FallbackRequest, FontData, FontDefinitions, FontInsert, FontProvider, FontTweak};
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Context, FontFamily, FontId};
use egui_system_font_provider::SystemFontProvider;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use unicode_width::UnicodeWidthChar;

/// How much larger Chinese characters are drawn beside the payload font, so that both look equally large.
const CHINESE_SCALE_IN_PAYLOADS: f32 = 1.12;

/// How far they are moved, as a part of their size, so that both stand on one middle line.
const CHINESE_SHIFT_IN_PAYLOADS: f32 = -0.09;

/// The size of payloads and times.
pub const PAYLOAD_SIZE: f32 = 12.5;

/// The payload font's columns are this fraction of its size wide.
const PAYLOAD_COLUMN: f32 = 0.6;

/// After so many characters that no installed font has, no more are looked for: they are noise, and each costs time.
const MOST_IN_VAIN: usize = 500;

/// Files by the name under which a family lists them.
const FILES: [(&str, &[u8]); 9] = [
    ("inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
    ("inter-strong", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
    ("payload", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ("symbols", include_bytes!("../../assets/fonts/Symbols.ttf")),
    ("symbols-payload", include_bytes!("../../assets/fonts/SymbolsMono.ttf")),
    ("chinese", CHINESE),
    ("chinese-quotes", include_bytes!("../../assets/fonts/NotoSansCJKsc-Quotes-Regular.otf")),
    ("chinese-quotes-strong", include_bytes!("../../assets/fonts/NotoSansCJKsc-Quotes-Bold.otf")),
    ("chinese-strong", include_bytes!("../../assets/fonts/NotoSansCJKsc-Bold.otf")),
];

const CHINESE: &[u8] = include_bytes!("../../assets/fonts/NotoSansCJKsc-Regular.otf");

/// Makes the fonts known to a window. Nothing is decoded before it is drawn, so this costs no start-up time.
/// Quotation marks are those of the language: the same characters are half as wide among Latin letters.
pub fn install(ctx: &Context, language: Language) {
    ctx.set_fonts(definitions(language));
}

/// Makes the fonts of this machine stand in for scripts that the bundled ones lack.
pub fn add_installed(ctx: &Context) {
    ctx.add_font_provider(Arc::new(InstalledFonts::default()));
}

/// The fonts of this machine. They are listed when the first character needs them, because that takes longer than
/// everything else at the start, and most sessions never do.
#[derive(Default)]
struct InstalledFonts {
    found: OnceLock<SystemFontProvider>,
    in_vain: AtomicUsize,
}

impl FontProvider for InstalledFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.in_vain.load(Ordering::Relaxed) >= MOST_IN_VAIN {
            return None;
        }
        let font = self.found.get_or_init(SystemFontProvider::new).font_for(request);
        if font.is_none() {
            self.in_vain.fetch_add(1, Ordering::Relaxed);
        }
        font
    }
}

/// The family of headings, buttons and of what is chosen.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Interface text of the given size.
pub fn interface(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Interface text that stands out.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Payloads, and everything whose columns must stand under each other.
pub fn payload() -> FontId {
    FontId::new(PAYLOAD_SIZE, FontFamily::Monospace)
}

/// The width of one column of the payload font; a Chinese character takes two.
pub fn payload_column_width() -> f32 {
    PAYLOAD_SIZE * PAYLOAD_COLUMN
}

/// Appends text in the payload font, so that a wide character is exactly as wide as two narrow ones.
///
/// No font has both the payload font's proportions and Chinese characters, so what a wide character lacks to two
/// columns is put around it as space: half before, half behind.
pub fn append_payload_text(job: &mut LayoutJob, text: &str, color: Color32, background: Color32) {
    let font_id = payload();
    let narrow = TextFormat { font_id: font_id.clone(), color, background, ..TextFormat::default() };
    let spread = font_id.size * (2.0 * PAYLOAD_COLUMN - CHINESE_SCALE_IN_PAYLOADS);
    let mut rest = text;
    // Also where the run before was appended by itself.
    let follows_wide = job.text.chars().next_back().is_some_and(is_wide);
    let mut space_before = if follows_wide { spread / 2.0 } else { 0.0 };
    while let Some(first) = rest.chars().next() {
        let wide = is_wide(first);
        let end = rest.find(|c| is_wide(c) != wide).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if wide {
            let format = TextFormat { extra_letter_spacing: spread, ..narrow.clone() };
            // The toolkit puts the letter spacing before every letter but the first of a line.
            let begins_line = job.text.is_empty() || job.text.ends_with('\n');
            let half_before = if begins_line { spread / 2.0 } else { -spread / 2.0 };
            job.append(run, space_before + half_before, format);
            space_before = spread / 2.0;
        } else {
            job.append(run, space_before, narrow.clone());
            space_before = 0.0;
        }
        rest = after;
    }
}

fn is_wide(character: char) -> bool {
    // Everything below the first wide block is decided without a table, because nearly all payloads are.
    character >= '\u{1100}' && character.width() == Some(2)
}

fn definitions(language: Language) -> FontDefinitions {
    let mut definitions = FontDefinitions::empty();
    for (name, bytes) in FILES {
        definitions.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let larger = FontTweak {
        scale: CHINESE_SCALE_IN_PAYLOADS,
        y_offset_factor: CHINESE_SHIFT_IN_PAYLOADS,
        ..FontTweak::default()
    };
    let in_payloads = FontData::from_static(CHINESE).tweak(larger);
    definitions.font_data.insert("chinese-payload".to_owned(), Arc::new(in_payloads));

    let families: [(FontFamily, &[&str]); 3] = [
        (FontFamily::Proportional, &["inter", "symbols", "chinese", "payload", "symbols-payload"]),
        (
            strong_family(),
            &["inter-strong", "symbols", "chinese-strong", "chinese", "payload", "symbols-payload"],
        ),
        (FontFamily::Monospace, &["payload", "symbols-payload", "chinese-payload", "symbols", "inter"]),
    ];
    for (family, names) in families {
        let quotes = match (&family, language) {
            (FontFamily::Monospace, _) | (_, Language::English) => None,
            (FontFamily::Proportional, _) => Some("chinese-quotes"),
            (FontFamily::Name(_), _) => Some("chinese-quotes-strong"),
        };
        let names = quotes.into_iter().chain(names.iter().copied());
        definitions.families.insert(family, names.map(ToOwned::to_owned).collect());
    }
    definitions
}

#[cfg(test)]
mod tests {
    use super::{append_payload_text, install, payload, payload_column_width, strong, strong_family};
    use crate::ui::theme;
    use crate::util::locale::Language;
    use egui::text::LayoutJob;
    use egui::{Color32, Context, FontFamily, FontId, RawInput};

    fn with_fonts(mut check: impl FnMut(&Context)) {
        let ctx = Context::default();
        install(&ctx, Language::SimplifiedChinese);
        theme::apply(&ctx, egui::ThemePreference::Dark);
        let mut checked = false;
        let mut output = ctx.run_ui(RawInput::default(), |ui| {
            check(ui.ctx());
            checked = true;
        });
        output.textures_delta.clear();
        assert!(checked);
    }

    #[test]
    fn every_character_of_gbk_has_a_glyph_in_every_family() {
        with_fonts(|ctx| {
            for family in [FontFamily::Proportional, FontFamily::Monospace, strong_family()] {
                let font = FontId::new(13.0, family);
                let mut missing = String::new();
                for lead in 0x81..=0xFE_u8 {
                    for trail in 0x40..=0xFE_u8 {
                        let bytes = [lead, trail];
                        let Some(text) =
                            encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&bytes)
                        else {
                            continue;
                        };
                        for c in text.chars().filter(|c| !('\u{E000}'..'\u{F900}').contains(c)) {
                            if !ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c)) {
                                missing.push(c);
                            }
                        }
                    }
                }
                assert_eq!(missing, "", "characters without a glyph in {font:?}");
            }
        });
    }

    #[test]
    fn every_symbol_of_the_interface_has_a_glyph() {
        let symbols = "␀␁␊␍␉␛␡↵⇥←→↑↓●■▸▾✕＋+⌕◐☰∗⟨⟩…·▲▼✓⚠×−±Δ⏎○□⋯⋮℃µ—–“”「」（）：，。×½①②ⅠⅡ";
        with_fonts(|ctx| {
            for font in [payload(), strong(13.0), super::interface(13.0)] {
                let missing: String =
                    symbols.chars().filter(|&c| !ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c))).collect();
                assert_eq!(missing, "", "symbols without a glyph in {font:?}");
            }
        });
    }

    #[test]
    fn quotation_marks_are_as_wide_as_the_characters_of_their_language() {
        for (language, is_wide) in [(Language::English, false), (Language::SimplifiedChinese, true)] {
            let ctx = Context::default();
            install(&ctx, language);
            let mut output = ctx.run_ui(RawInput::default(), |ui| {
                for font in [strong(13.0), super::interface(13.0)] {
                    let width = |c| ui.ctx().fonts_mut(|fonts| fonts.glyph_width(&font, c));
                    assert_eq!((width('“') - width('中')).abs() < 0.1, is_wide, "{font:?}");
                }
            });
            output.textures_delta.clear();
        }
    }

    #[test]
    fn a_chinese_character_is_two_columns_wide() {
        let rows = ["ID=07 温度=25.4", "温度", "a温b度c", "（全角）", "x"];
        with_fonts(|ctx| {
            for text in rows {
                let mut job = LayoutJob::default();
                append_payload_text(&mut job, text, Color32::WHITE, Color32::TRANSPARENT);
                append_payload_text(&mut job, "|", Color32::WHITE, Color32::TRANSPARENT);
                let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job));
                let columns = unicode_width::UnicodeWidthStr::width(text) + 1;
                let expected = payload_column_width() * columns as f32;
                assert!(
                    (galley.rect.width() - expected).abs() <= 0.6,
                    "{text}: {} instead of {expected}",
                    galley.rect.width()
                );
            }
        });
    }
}
