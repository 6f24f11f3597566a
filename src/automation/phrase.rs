//! Parts of what is said about files that people write, by the keys of their texts, so that each front end has them in its
//! language.

use crate::util::locale::{Language, Locale};
use std::fmt;

/// A part of a sentence, by the key of its text. A word of the file itself is its own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Phrase(pub(super) &'static str);

impl Phrase {
    /// In a language.
    pub fn text(self, locale: &Locale) -> &str {
        locale.text(self.0)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(Locale::of(Language::English)))
    }
}
