//! Where decoding had to stop, and why. It knows no protocol.

use crate::util::locale::Locale;
use std::fmt;

/// The end of what could be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first byte that was not understood, counted from 0; the message's length where bytes are missing.
    pub at: usize,
    /// The reason.
    pub why: Why,
}

/// Why decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The message ends before a value does.
    EndsEarly,
    /// Something else must stand here: what, as the standard spells it.
    Expected(&'static str),
    /// A length does not go with what is there.
    WrongLength,
    /// A checksum does not go with what it covers.
    WrongChecksum,
    /// Bytes follow after the end of the message.
    Surplus,
    /// This version of the protocol, or this code, is not known.
    Unknown,
    /// Deeper than any message is meant to be.
    TooDeep,
    /// More values than are kept of one message.
    TooMany,
}

impl Fault {
    /// What is said of it in a language.
    pub fn text(&self, locale: &Locale) -> String {
        let why = match self.why {
            Why::EndsEarly => locale.text("decode.fault.ends_early").to_owned(),
            Why::Expected(what) => locale.format("decode.fault.expected", &[("what", &what)]),
            Why::WrongLength => locale.text("decode.fault.wrong_length").to_owned(),
            Why::WrongChecksum => locale.text("decode.fault.wrong_checksum").to_owned(),
            Why::Surplus => locale.text("decode.fault.surplus").to_owned(),
            Why::Unknown => locale.text("decode.fault.unknown").to_owned(),
            Why::TooDeep => locale.text("decode.fault.too_deep").to_owned(),
            Why::TooMany => locale.text("decode.fault.too_many").to_owned(),
        };
        let key = if self.is_malformed() { "decode.fault.malformed" } else { "decode.fault.not_decoded" };
        locale.format(key, &[("at", &self.at), ("why", &why)])
    }

    /// Whether the message is wrong, and not just more than is decoded.
    fn is_malformed(self) -> bool {
        !matches!(self.why, Why::TooDeep | Why::TooMany)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Locale::of(crate::util::locale::Language::English)))
    }
}
