//! What decoders name: the fields, under Wireshark's own names where it has one. It knows no protocol and no message.

use crate::util::locale::Locale;

/// One named value that a decoder can find. Each is a `static` beside its decoder.
#[derive(Debug)]
pub struct Field {
    /// As in Wireshark: `modbus.func_code`.
    pub name: &'static str,
    /// The key of its label in the locale files.
    pub label: &'static str,
    /// What its values are and how they are written.
    pub kind: FieldKind,
    /// What single values mean: a key of the locale files, or a word that is the same in every language.
    pub meanings: &'static [(u64, &'static str)],
}

/// Fields that belong together; decoders with a part in common have that part as a group.
pub type FieldGroup = &'static [&'static Field];

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// None: it only holds what stands below it.
    Heading,
    /// A number, written in decimal.
    Number,
    /// A number that may be negative.
    Signed,
    /// A number, written in hex with so many digits.
    Hex(u8),
    /// Yes or no.
    Flag,
    /// A number with a fraction.
    Float,
    /// Characters.
    Text,
    /// Bytes.
    Bytes,
    /// An IPv4 or IPv6 address.
    Address,
    /// A span of time, written in seconds.
    Duration,
    /// A span of time, written in milliseconds.
    Millis,
    /// Any of them, as the message says: values of JSON.
    Any,
}

impl Field {
    /// A field without words for single values.
    pub const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Field {
        Field { name, label, kind, meanings: &[] }
    }

    /// The same with words for single values.
    #[must_use]
    pub const fn meaning(self, meanings: &'static [(u64, &'static str)]) -> Field {
        Field { meanings, ..self }
    }

    /// Whether it is this one; fields are told by where they are.
    pub fn is(&self, other: &Field) -> bool {
        std::ptr::eq(self, other)
    }

    /// The word for a value, if it has one.
    pub fn meaning_of<'a>(&self, value: u64, locale: &'a Locale) -> Option<&'a str> {
        let (_, word) = self.meanings.iter().find(|(known, _)| *known == value)?;
        Some(locale.text(word))
    }
}

/// Declares fields and the group that has them all: for each its name in the code, its name, its label, its kind, and
/// perhaps the words for its values.
macro_rules! fields {
    (
        $vis:vis $group:ident:
        $($id:ident $name:literal $label:literal $kind:ident $(($digits:literal))? $(= $meanings:expr)?;)+
    ) => {
        $(
            $vis static $id: $crate::codec::decode::Field = $crate::codec::decode::Field::new(
                $name,
                $label,
                $crate::codec::decode::FieldKind::$kind $(($digits))?,
            )$(.meaning(&$meanings))?;
        )+
        $vis const $group: $crate::codec::decode::FieldGroup = &[$(&$id),+];
    };
}

pub(super) use fields;
