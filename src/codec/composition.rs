//! What is put together from typed text before it is sent: the body, then the checksum, then the line ending.

use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::Placing;
use crate::codec::near_miss;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use thiserror::Error;

/// What is appended at the very end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// Nothing.
    #[default]
    None,
    /// Line feed.
    Lf,
    /// Carriage return and line feed.
    Crlf,
    /// Carriage return.
    Cr,
    /// A zero byte.
    Nul,
}

/// What a line break between typed lines goes out as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineBreak {
    /// Line feed, as it is typed.
    #[default]
    Lf,
    /// Carriage return and line feed.
    Crlf,
    /// Carriage return.
    Cr,
}

/// A name that no line ending has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "unknown line ending '{name}'; write none, lf, crlf, cr or nul{hint}",
    hint = near_miss::told(.nearest.as_deref())
)]
pub struct LineEndingError {
    /// What was typed.
    pub name: String,
    /// The nearest known name.
    pub nearest: Option<String>,
}

/// What is put behind a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// The checksum.
    pub checksum: Option<Checksum>,
    /// The line ending at the very end.
    pub ending: LineEnding,
}

/// The exact bytes of one send, with the borders of its three parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composition {
    bytes: Vec<u8>,
    checksum_at: usize,
    ending_at: usize,
}

impl LineEnding {
    /// All of them, in the order of a menu.
    pub const ALL: [LineEnding; 5] =
        [LineEnding::None, LineEnding::Lf, LineEnding::Crlf, LineEnding::Cr, LineEnding::Nul];

    /// The bytes it stands for.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            LineEnding::None => b"",
            LineEnding::Lf => b"\n",
            LineEnding::Crlf => b"\r\n",
            LineEnding::Cr => b"\r",
            LineEnding::Nul => b"\0",
        }
    }

    /// The name that people write.
    pub fn name(self) -> &'static str {
        match self {
            LineEnding::None => "none",
            LineEnding::Lf => "lf",
            LineEnding::Crlf => "crlf",
            LineEnding::Cr => "cr",
            LineEnding::Nul => "nul",
        }
    }
}

impl LineBreak {
    /// All of them, in the order of a menu.
    pub const ALL: [LineBreak; 3] = [LineBreak::Lf, LineBreak::Crlf, LineBreak::Cr];

    /// The characters it stands for.
    pub fn characters(self) -> &'static str {
        match self {
            LineBreak::Lf => "\n",
            LineBreak::Crlf => "\r\n",
            LineBreak::Cr => "\r",
        }
    }

    /// The name that files have for it.
    pub fn name(self) -> &'static str {
        match self {
            LineBreak::Lf => "lf",
            LineBreak::Crlf => "crlf",
            LineBreak::Cr => "cr",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<LineBreak> {
        LineBreak::ALL.into_iter().find(|known| known.name() == name)
    }

    /// What was typed, with its line breaks as they go out.
    pub fn as_sent(self, typed: &str) -> Cow<'_, str> {
        match self {
            LineBreak::Lf => Cow::Borrowed(typed),
            LineBreak::Crlf | LineBreak::Cr => Cow::Owned(typed.replace('\n', self.characters())),
        }
    }

    /// What would be typed so that this goes out, where that can be.
    pub fn as_typed(self, sent: &str) -> String {
        sent.replace(self.characters(), "\n")
    }
}

impl Dress {
    /// Whether bodies stay as they are.
    pub fn is_nothing(self) -> bool {
        self == Dress::default()
    }

    /// The same, with the checksum where the session has it.
    #[must_use]
    pub fn placed(self, placing: Placing) -> Dress {
        Dress { checksum: placing.placed(self.checksum), ..self }
    }

    /// A body with all of it.
    pub fn put_on(self, body: Vec<u8>) -> Vec<u8> {
        Composition::new(body, self.checksum, self.ending).into_bytes()
    }
}

impl Composition {
    /// Appends what was chosen. The checksum covers the body alone, and nothing is appended to an empty body but
    /// the line ending, which may be all that is wanted.
    pub fn new(body: Vec<u8>, checksum: Option<Checksum>, ending: LineEnding) -> Composition {
        let mut bytes = body;
        let checksum_at = bytes.len();
        if let Some(checksum) = checksum.filter(|checksum| checksum_at > 0 && !checksum.fill(&mut bytes)) {
            let mut appended = Vec::with_capacity(checksum.size());
            checksum.append(&bytes, &mut appended);
            bytes.extend(appended);
        }
        let ending_at = bytes.len();
        bytes.extend_from_slice(ending.bytes());
        Composition { bytes, checksum_at, ending_at }
    }

    /// All bytes, in the order in which they are sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes, to be sent.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Where the body stands in [`Composition::bytes`].
    pub fn body(&self) -> Range<usize> {
        0..self.checksum_at
    }

    /// Where the checksum stands; empty without one.
    pub fn checksum(&self) -> Range<usize> {
        self.checksum_at..self.ending_at
    }

    /// Where the line ending stands; empty without one.
    pub fn ending(&self) -> Range<usize> {
        self.ending_at..self.bytes.len()
    }
}

impl fmt::Display for LineEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LineEnding {
    type Err = LineEndingError;

    fn from_str(typed: &str) -> Result<LineEnding, LineEndingError> {
        let name = typed.trim().to_ascii_lowercase();
        LineEnding::ALL.into_iter().find(|ending| ending.name() == name).ok_or_else(|| LineEndingError {
            nearest: near_miss::closest(&name, LineEnding::ALL.into_iter().map(LineEnding::name))
                .map(str::to_owned),
            name: typed.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Composition, LineBreak, LineEnding};
    use crate::codec::checksum::Checksum;

    #[test]
    fn line_breaks_go_out_as_chosen_and_come_back() {
        for (breaks, sent) in
            [(LineBreak::Lf, "a\n\nb"), (LineBreak::Crlf, "a\r\n\r\nb"), (LineBreak::Cr, "a\r\rb")]
        {
            assert_eq!(breaks.as_sent("a\n\nb"), sent);
            assert_eq!(breaks.as_typed(sent), "a\n\nb");
            assert_eq!(LineBreak::from_name(breaks.name()), Some(breaks));
        }
    }

    #[test]
    fn the_checksum_comes_before_the_line_ending() {
        let modbus = Checksum::from_name("modbus").ok();
        for (body, checksum, ending, bytes, parts) in [
            (
                &[1, 3, 0x9C, 0x41, 0, 2][..],
                modbus,
                LineEnding::Crlf,
                &[1, 3, 0x9C, 0x41, 0, 2, 0xBA, 0x4F, 13, 10][..],
                [0..6, 6..8, 8..10],
            ),
            (b"hi", None, LineEnding::Nul, b"hi\0", [0..2, 2..2, 2..3]),
            (b"hi", modbus, LineEnding::None, b"hi\xEE\x5E", [0..2, 2..4, 4..4]),
            (b"", modbus, LineEnding::Lf, b"\n", [0..0, 0..0, 0..1]),
        ] {
            let composition = Composition::new(body.to_vec(), checksum, ending);
            assert_eq!([composition.body(), composition.checksum(), composition.ending()], parts);
            assert_eq!(composition.bytes(), bytes);
        }
    }

    #[test]
    fn line_endings_are_read_by_name() {
        for ending in LineEnding::ALL {
            assert_eq!(ending.name().to_uppercase().parse(), Ok(ending));
        }
        assert_eq!(
            "crfl".parse::<LineEnding>().unwrap_err().to_string(),
            "unknown line ending 'crfl'; write none, lf, crlf, cr or nul; did you mean crlf?"
        );
    }
}
