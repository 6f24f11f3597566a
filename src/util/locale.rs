//! What the program says to people, by key and language. The texts live in `assets/locale`, one folder for each
//! language; this file knows how to find and fill them, not what they mean.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::sync::OnceLock;
use thiserror::Error;

/// The languages there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 简体中文.
    SimplifiedChinese,
}

/// All texts of one language.
#[derive(Clone, Debug, Default)]
pub struct Locale {
    language: Language,
    texts: HashMap<String, String>,
}

/// What is wrong with a locale file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LocaleError {
    /// The file is no TOML.
    #[error("the locale file cannot be read: {0}")]
    Syntax(String),
    /// A key stands for something that is neither a text nor a table of texts.
    #[error("locale key '{key}' must be a text")]
    NotText {
        /// The key.
        key: String,
    },
    /// Two files of one language use the same key.
    #[error("locale key '{key}' is defined twice")]
    Twice {
        /// The key.
        key: String,
    },
}

/// The English files. A new file is added here and in the list below.
const ENGLISH: [&str; 7] = [
    include_str!("../../assets/locale/en/decode.toml"),
    include_str!("../../assets/locale/en/expression.toml"),
    include_str!("../../assets/locale/en/inspector.toml"),
    include_str!("../../assets/locale/en/record.toml"),
    include_str!("../../assets/locale/en/sheet.toml"),
    include_str!("../../assets/locale/en/window.toml"),
    include_str!("../../assets/locale/en/written.toml"),
];

/// The Chinese files, in the same order.
const SIMPLIFIED_CHINESE: [&str; 7] = [
    include_str!("../../assets/locale/zh-Hans/decode.toml"),
    include_str!("../../assets/locale/zh-Hans/expression.toml"),
    include_str!("../../assets/locale/zh-Hans/inspector.toml"),
    include_str!("../../assets/locale/zh-Hans/record.toml"),
    include_str!("../../assets/locale/zh-Hans/sheet.toml"),
    include_str!("../../assets/locale/zh-Hans/window.toml"),
    include_str!("../../assets/locale/zh-Hans/written.toml"),
];

impl Language {
    /// All languages, in the order of a menu.
    pub const ALL: [Language; 2] = [Language::English, Language::SimplifiedChinese];

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::SimplifiedChinese => "简体中文",
        }
    }

    /// The tag that settings files keep.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::SimplifiedChinese => "zh-Hans",
        }
    }

    /// The language that fits a tag of the system, such as `zh_CN.UTF-8` or `en-GB`.
    pub fn from_tag(tag: &str) -> Language {
        match tag.get(..2) {
            Some(start) if start.eq_ignore_ascii_case("zh") => Language::SimplifiedChinese,
            _ => Language::English,
        }
    }

    fn files(self) -> &'static [&'static str] {
        match self {
            Language::English => &ENGLISH,
            Language::SimplifiedChinese => &SIMPLIFIED_CHINESE,
        }
    }
}

impl Locale {
    /// The texts of a language, read once.
    pub fn of(language: Language) -> &'static Locale {
        static ENGLISH_LOCALE: OnceLock<Locale> = OnceLock::new();
        static CHINESE_LOCALE: OnceLock<Locale> = OnceLock::new();
        let cell = match language {
            Language::English => &ENGLISH_LOCALE,
            Language::SimplifiedChinese => &CHINESE_LOCALE,
        };
        cell.get_or_init(|| {
            // The files are part of the program and a test reads them, so that nothing can be wrong with them
            // here; without them every text would be its key, which is still readable.
            Locale::parse(language, language.files()).unwrap_or_default()
        })
    }

    /// Reads the files of one language.
    pub fn parse(language: Language, files: &[&str]) -> Result<Locale, LocaleError> {
        let mut texts = HashMap::new();
        for file in files {
            let table: toml::Table =
                file.parse().map_err(|error: toml::de::Error| LocaleError::Syntax(error.to_string()))?;
            take_in(&mut texts, "", table)?;
        }
        Ok(Locale { language, texts })
    }

    /// Which language this is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a key; a key that is missing stands for itself, so that it is seen.
    pub fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// The text of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The text of a key with its `{name}` placeholders filled, and `{name|one|many}` replaced by the word that goes
    /// with the value. A placeholder without a value stays as it is.
    pub fn format(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        let mut filled = String::new();
        self.format_into(&mut filled, key, values);
        filled
    }

    /// Like [`Locale::format`], appended to a text that is there already.
    pub fn format_into(&self, filled: &mut String, key: &str, values: &[(&str, &dyn Display)]) {
        let mut rest = self.text(key);
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else { break };
            let (name, after) = (&rest[open + 1..open + length], &rest[open + length + 1..]);
            filled.push_str(&rest[..open]);
            let (name, forms) = match name.split_once('|') {
                Some((name, forms)) => (name, forms.split_once('|')),
                None => (name, None),
            };
            match (values.iter().find(|(known, _)| *known == name), forms) {
                (Some((_, value)), Some((one, many))) => {
                    filled.push_str(if value.to_string() == "1" { one } else { many });
                }
                // Writing to a String fails only where the value's own Display does; then it has no text.
                (Some((_, value)), None) if write!(filled, "{value}").is_ok() => {}
                _ => filled.push_str(&rest[open..=open + length]),
            }
            rest = after;
        }
        filled.push_str(rest);
    }

    /// All keys, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}

fn take_in(texts: &mut HashMap<String, String>, prefix: &str, table: toml::Table) -> Result<(), LocaleError> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => take_in(texts, &key, inner)?,
            toml::Value::String(_) if texts.contains_key(&key) => return Err(LocaleError::Twice { key }),
            toml::Value::String(text) => {
                texts.insert(key, text);
            }
            _ => return Err(LocaleError::NotText { key }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Language, Locale, LocaleError};
    use std::collections::BTreeSet;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let inside = text.split('{').skip(1).filter_map(|after| after.split_once('}'));
        inside.filter_map(|(inside, _)| inside.split('|').next()).collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_values() {
        let english = Locale::parse(Language::English, Language::English.files()).unwrap();
        for language in Language::ALL {
            let other = Locale::parse(language, language.files()).unwrap();
            let missing: Vec<_> = english.keys().filter(|key| other.find(key).is_none()).collect();
            let surplus: Vec<_> = other.keys().filter(|key| english.find(key).is_none()).collect();
            assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
            assert!(surplus.is_empty(), "only {language:?} has {surplus:?}");
            for key in english.keys() {
                assert_eq!(
                    placeholders(english.text(key)),
                    placeholders(other.text(key)),
                    "{language:?} {key}"
                );
                assert!(!other.text(key).trim().is_empty(), "{language:?} {key} is empty");
            }
        }
    }

    #[test]
    fn placeholders_are_filled_by_name() {
        let locale = Locale::parse(
            Language::English,
            &["[record]\nlistening = 'listening on {address}'", "odd = '{a} {b} {a} {'\n"],
        )
        .unwrap();
        for (key, filled) in [
            ("record.listening", "listening on {address}"),
            ("odd", "7 {b} 7 {"),
            ("record.missing", "record.missing"),
        ] {
            assert_eq!(locale.format(key, &[("a", &7)]), filled);
        }
        assert_eq!(locale.text("record.listening"), "listening on {address}");
    }

    #[test]
    fn words_follow_their_number() {
        let files = ["left = '{count} {count|byte|bytes} left'"];
        let locale = Locale::parse(Language::English, &files).unwrap();
        for (count, filled) in [(0, "0 bytes left"), (1, "1 byte left"), (11, "11 bytes left")] {
            assert_eq!(locale.format("left", &[("count", &count)]), filled);
        }
        assert_eq!(locale.format("left", &[]), "{count} {count|byte|bytes} left");
    }

    #[test]
    fn bad_files_are_named() {
        let parse = |files: &[&str]| Locale::parse(Language::English, files).unwrap_err();
        assert_eq!(parse(&["[a]\nb = 3"]), LocaleError::NotText { key: "a.b".to_owned() });
        assert_eq!(parse(&["a.b = 'x'", "a.b = 'y'"]), LocaleError::Twice { key: "a.b".to_owned() });
        assert!(matches!(parse(&["a = "]), LocaleError::Syntax(_)));
    }

    #[test]
    fn the_system_language_chooses() {
        for (tag, language) in [
            ("zh_CN.UTF-8", Language::SimplifiedChinese),
            ("zh-Hans", Language::SimplifiedChinese),
            ("ZH", Language::SimplifiedChinese),
            ("en-GB", Language::English),
            ("C", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
    }
}
