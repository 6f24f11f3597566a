//! The encodings by name, in the order of a menu. What they do is in `decode` and `encode`.

use crate::codec::near_miss;
use encoding_rs as rs;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// One character encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextEncoding {
    table: &'static rs::Encoding,
}

/// A name that no encoding has, or the name of one that cannot be offered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EncodingError {
    /// No encoding has this name.
    #[error("unknown encoding '{name}'{hint}", hint = near_miss::told(.nearest.as_deref()))]
    Unknown {
        /// What was typed.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// The encoding changes its tables in the middle of a stream, so that one row could not be read by itself.
    #[error("encoding '{name}' switches its tables within the stream and is not offered")]
    Stateful {
        /// What was typed.
        name: String,
    },
}

/// Every encoding: its table, the name people write, and the name people read. UTF-8 and the two of the Chinese
/// mainland come first because most users need no other.
static ENCODINGS: [(&rs::Encoding, &str, &str); 37] = [
    (&rs::UTF_8_INIT, "utf-8", "UTF-8"),
    (&rs::GBK_INIT, "gbk", "GBK"),
    (&rs::GB18030_INIT, "gb18030", "GB18030"),
    (&rs::BIG5_INIT, "big5", "Big5"),
    (&rs::SHIFT_JIS_INIT, "shift_jis", "Shift_JIS"),
    (&rs::EUC_JP_INIT, "euc-jp", "EUC-JP"),
    (&rs::EUC_KR_INIT, "euc-kr", "EUC-KR"),
    (&rs::UTF_16LE_INIT, "utf-16le", "UTF-16 LE"),
    (&rs::UTF_16BE_INIT, "utf-16be", "UTF-16 BE"),
    (&rs::WINDOWS_1252_INIT, "windows-1252", "Windows-1252 (ISO-8859-1)"),
    (&rs::ISO_8859_2_INIT, "iso-8859-2", "ISO-8859-2"),
    (&rs::ISO_8859_3_INIT, "iso-8859-3", "ISO-8859-3"),
    (&rs::ISO_8859_4_INIT, "iso-8859-4", "ISO-8859-4"),
    (&rs::ISO_8859_5_INIT, "iso-8859-5", "ISO-8859-5"),
    (&rs::ISO_8859_6_INIT, "iso-8859-6", "ISO-8859-6"),
    (&rs::ISO_8859_7_INIT, "iso-8859-7", "ISO-8859-7"),
    (&rs::ISO_8859_8_INIT, "iso-8859-8", "ISO-8859-8"),
    (&rs::ISO_8859_8_I_INIT, "iso-8859-8-i", "ISO-8859-8-I"),
    (&rs::ISO_8859_10_INIT, "iso-8859-10", "ISO-8859-10"),
    (&rs::ISO_8859_13_INIT, "iso-8859-13", "ISO-8859-13"),
    (&rs::ISO_8859_14_INIT, "iso-8859-14", "ISO-8859-14"),
    (&rs::ISO_8859_15_INIT, "iso-8859-15", "ISO-8859-15"),
    (&rs::ISO_8859_16_INIT, "iso-8859-16", "ISO-8859-16"),
    (&rs::KOI8_R_INIT, "koi8-r", "KOI8-R"),
    (&rs::KOI8_U_INIT, "koi8-u", "KOI8-U"),
    (&rs::IBM866_INIT, "ibm866", "IBM866"),
    (&rs::MACINTOSH_INIT, "macintosh", "Macintosh"),
    (&rs::X_MAC_CYRILLIC_INIT, "x-mac-cyrillic", "Macintosh Cyrillic"),
    (&rs::WINDOWS_874_INIT, "windows-874", "Windows-874"),
    (&rs::WINDOWS_1250_INIT, "windows-1250", "Windows-1250"),
    (&rs::WINDOWS_1251_INIT, "windows-1251", "Windows-1251"),
    (&rs::WINDOWS_1253_INIT, "windows-1253", "Windows-1253"),
    (&rs::WINDOWS_1254_INIT, "windows-1254", "Windows-1254"),
    (&rs::WINDOWS_1255_INIT, "windows-1255", "Windows-1255"),
    (&rs::WINDOWS_1256_INIT, "windows-1256", "Windows-1256"),
    (&rs::WINDOWS_1257_INIT, "windows-1257", "Windows-1257"),
    (&rs::WINDOWS_1258_INIT, "windows-1258", "Windows-1258"),
];

/// Names that the standard does not list but that people type: Windows code pages and plain slips.
const ALIASES: [(&str, &str); 8] = [
    ("cp936", "gbk"),
    ("cp950", "big5"),
    ("cp932", "shift_jis"),
    ("cp949", "euc-kr"),
    ("sjis", "shift_jis"),
    ("utf16", "utf-16le"),
    ("latin1", "windows-1252"),
    ("ansi", "windows-1252"),
];

impl TextEncoding {
    /// What everything starts with.
    pub const UTF_8: TextEncoding = TextEncoding { table: &rs::UTF_8_INIT };
    /// The everyday encoding of devices from the Chinese mainland.
    pub const GBK: TextEncoding = TextEncoding { table: &rs::GBK_INIT };
    /// GBK with all of Unicode, in up to four bytes.
    pub const GB18030: TextEncoding = TextEncoding { table: &rs::GB18030_INIT };

    /// All encodings, in the order of a menu.
    pub fn all() -> impl ExactSizeIterator<Item = TextEncoding> {
        ENCODINGS.iter().map(|row| TextEncoding { table: row.0 })
    }

    /// The encoding with this name. Case, spaces, hyphens and underscores do not matter, and every label of the
    /// WHATWG Encoding Standard is known.
    pub fn from_name(typed: &str) -> Result<TextEncoding, EncodingError> {
        let plain = plain_name(typed);
        let alias = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, name)| *name);
        let named = ENCODINGS.iter().find(|row| plain_name(row.1) == plain || Some(row.1) == alias);
        if let Some(row) = named {
            return Ok(TextEncoding { table: row.0 });
        }
        let code_page = plain.strip_prefix("cp").map(|number| format!("windows-{number}"));
        let labels = [Some(typed.trim().to_owned()), code_page];
        let by_label = labels.iter().flatten().find_map(|label| rs::Encoding::for_label(label.as_bytes()));
        match by_label {
            Some(table) if ENCODINGS.iter().any(|row| row.0 == table) => Ok(TextEncoding { table }),
            Some(table) if table == rs::ISO_2022_JP => {
                Err(EncodingError::Stateful { name: typed.trim().to_owned() })
            }
            _ => {
                let name = typed.trim().to_owned();
                let nearest = near_miss::closest(&name, ENCODINGS.iter().map(|row| row.1)).map(str::to_owned);
                Err(EncodingError::Unknown { name, nearest })
            }
        }
    }

    fn row(self) -> &'static (&'static rs::Encoding, &'static str, &'static str) {
        ENCODINGS.iter().find(|row| row.0 == self.table).unwrap_or(&ENCODINGS[0])
    }

    /// The name that people write and files keep: `utf-8`, `gbk`, `utf-16le`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name that people read in a menu: `UTF-8`, `GBK`, `UTF-16 LE`.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// Whether ASCII stands for itself, and no other byte stands for a character of ASCII.
    pub(crate) fn is_ascii_compatible(self) -> bool {
        self.table().is_ascii_compatible()
    }

    /// The table that decodes it.
    pub(super) fn table(self) -> &'static rs::Encoding {
        self.table
    }
}

/// A name without what people write differently.
fn plain_name(typed: &str) -> String {
    typed.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

impl Default for TextEncoding {
    fn default() -> TextEncoding {
        TextEncoding::UTF_8
    }
}

impl fmt::Debug for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextEncoding({})", self.name())
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TextEncoding {
    type Err = EncodingError;

    fn from_str(typed: &str) -> Result<TextEncoding, EncodingError> {
        TextEncoding::from_name(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::TextEncoding;

    #[test]
    fn names_are_found_however_they_are_written() {
        for (typed, name) in [
            ("utf-8", "utf-8"),
            ("UTF8", "utf-8"),
            (" gbk ", "gbk"),
            ("GB2312", "gbk"),
            ("cp936", "gbk"),
            ("GB-18030", "gb18030"),
            ("big5", "big5"),
            ("Shift-JIS", "shift_jis"),
            ("sjis", "shift_jis"),
            ("euc-kr", "euc-kr"),
            ("iso-8859-1", "windows-1252"),
            ("latin1", "windows-1252"),
            ("cp1251", "windows-1251"),
            ("utf-16le", "utf-16le"),
            ("utf16", "utf-16le"),
            ("UTF-16BE", "utf-16be"),
        ] {
            assert_eq!(TextEncoding::from_name(typed).unwrap().name(), name, "{typed}");
        }
        for encoding in TextEncoding::all() {
            assert_eq!(TextEncoding::from_name(encoding.name()), Ok(encoding));
        }
    }

    #[test]
    fn unknown_names_say_so_and_hint() {
        for (typed, message) in [
            ("gkb", "unknown encoding 'gkb'; did you mean gbk?"),
            ("klingon", "unknown encoding 'klingon'"),
            ("", "unknown encoding ''"),
            ("replacement", "unknown encoding 'replacement'"),
            (
                "iso-2022-jp",
                "encoding 'iso-2022-jp' switches its tables within the stream and is not offered",
            ),
        ] {
            assert_eq!(TextEncoding::from_name(typed).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn the_menu_starts_with_what_most_users_need() {
        let first: Vec<_> = TextEncoding::all().take(3).map(TextEncoding::label).collect();
        assert_eq!(first, ["UTF-8", "GBK", "GB18030"]);
    }
}
