//! What is being written and the exact bytes it stands for. It sends nothing.

use crate::codec::checksum::Checksum;
use crate::codec::composition::{Composition, LineEnding};
use crate::codec::escape::{self, EscapeError};
use crate::codec::hex::{self, HexError};
use crate::codec::text::{Carry, EncodeError, TextEncoding, decode};
use crate::workspace::sending::Sending;
use crate::workspace::tabs::{ComposerSettings, InputChoice};
use std::fmt;
use std::sync::Arc;

/// What is longer is not put into the field: laying out a megabyte in one line takes a third of a second.
pub const LONGEST_TYPED_BYTES: usize = 64 * 1024;

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// As hex.
    Hex(HexError),
    /// As text with escapes.
    Escape(EscapeError),
    /// The encoding lacks a character.
    Encode(EncodeError),
}

/// The composer of one tab, beyond what is kept between runs.
#[derive(Clone, Default)]
pub struct Composer {
    /// How far back in the history the field is; 0 is what is being written.
    pub steps_back: usize,
    /// What was being written before the history was looked through.
    pub set_aside: Option<(String, InputChoice)>,
    /// A text too long for the field.
    pub pasted: Option<Arc<str>>,
    /// The field gets the keyboard with the next frame.
    pub wants_focus: bool,
    /// The field has the keyboard.
    pub has_focus: bool,
    preview: Option<Preview>,
}

#[derive(Clone)]
struct Preview {
    settings: ComposerSettings,
    encoding: TextEncoding,
    result: Result<Composition, ComposeError>,
}

impl Composer {
    /// The bytes that would be sent, computed only when something changed.
    pub fn preview(
        &mut self,
        settings: &ComposerSettings,
        encoding: TextEncoding,
    ) -> &Result<Composition, ComposeError> {
        let is_current = self
            .preview
            .as_ref()
            .is_some_and(|preview| preview.settings == *settings && preview.encoding == encoding);
        if !is_current {
            self.preview = None;
        }
        &self
            .preview
            .get_or_insert_with(|| Preview {
                settings: settings.clone(),
                encoding,
                result: compose(
                    &settings.draft,
                    settings.input,
                    &settings.append,
                    &settings.checksum,
                    encoding,
                ),
            })
            .result
    }

    /// Puts the text sent before the present one into the field, or the one after it.
    pub fn walk_history(&mut self, settings: &mut ComposerSettings, sending: &Sending, is_back: bool) {
        let target = if is_back { self.steps_back + 1 } else { self.steps_back.saturating_sub(1) };
        if target > sending.history.len() || target == self.steps_back {
            return;
        }
        if self.steps_back == 0 {
            self.set_aside = Some((settings.draft.clone(), settings.input));
        }
        self.steps_back = target;
        let (draft, input) = if target == 0 {
            self.set_aside.take().unwrap_or_default()
        } else {
            let sent = &sending.history[sending.history.len() - target];
            (sent.text.clone(), sent.input)
        };
        settings.draft = draft;
        settings.input = input;
    }
}

/// The bytes of what was typed, with what is appended.
pub fn compose(
    typed: &str,
    input: InputChoice,
    append: &str,
    checksum: &str,
    encoding: TextEncoding,
) -> Result<Composition, ComposeError> {
    let body = body_of(typed, input, encoding)?;
    // Names that a file of another version may hold stand for nothing to append.
    let ending = append.parse().unwrap_or(LineEnding::None);
    Ok(Composition::new(body, Checksum::from_name(checksum).ok(), ending))
}

fn body_of(typed: &str, input: InputChoice, encoding: TextEncoding) -> Result<Vec<u8>, ComposeError> {
    match input {
        InputChoice::Text => encoding.encode(typed).map_err(ComposeError::Encode),
        InputChoice::Hex => hex::parse(typed).map_err(ComposeError::Hex),
        InputChoice::Escapes => escape::parse(typed, encoding).map_err(ComposeError::Escape),
    }
}

/// The same bytes written in another way; what cannot be read, or not be told in the new way, stays as typed.
pub fn rewrite(typed: &str, from: InputChoice, to: InputChoice, encoding: TextEncoding) -> Option<String> {
    let bytes = body_of(typed, from, encoding).ok()?;
    let text = match to {
        InputChoice::Hex => hex::spaced(&bytes),
        InputChoice::Escapes => escape::format(&bytes, encoding),
        InputChoice::Text => {
            let decoded = decode(encoding, &mut Carry::default(), &bytes);
            decoded.text
        }
    };
    (body_of(&text, to, encoding).ok()? == bytes).then_some(text)
}

impl fmt::Debug for Composer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Composer({} steps back)", self.steps_back)
    }
}

#[cfg(test)]
mod tests {
    use super::{ComposeError, Composer, compose, rewrite};
    use crate::codec::text::TextEncoding;
    use crate::workspace::sending::{Sending, SentText};
    use crate::workspace::tabs::{ComposerSettings, InputChoice};

    #[test]
    fn what_is_typed_becomes_exact_bytes() {
        for (typed, input, append, checksum, bytes) in [
            ("你好", InputChoice::Text, "crlf", "", &b"\xC4\xE3\xBA\xC3\r\n"[..]),
            (
                "01 03 9C 41 00 02",
                InputChoice::Hex,
                "none",
                "crc-16/modbus",
                b"\x01\x03\x9C\x41\0\x02\xBA\x4F",
            ),
            (r"a\x00\r", InputChoice::Escapes, "lf", "", b"a\0\r\n"),
        ] {
            let composed = compose(typed, input, append, checksum, TextEncoding::GBK).unwrap();
            assert_eq!(composed.bytes(), bytes, "{typed}");
        }
        assert!(matches!(
            compose("0G", InputChoice::Hex, "none", "", TextEncoding::GBK),
            Err(ComposeError::Hex(_))
        ));
    }

    #[test]
    fn switching_the_way_of_writing_keeps_the_bytes() {
        let gbk = TextEncoding::GBK;
        for (typed, from, to, text) in [
            ("你好", InputChoice::Text, InputChoice::Hex, Some("C4 E3 BA C3")),
            ("C4 E3 BA C3", InputChoice::Hex, InputChoice::Text, Some("你好")),
            ("FF FF", InputChoice::Hex, InputChoice::Text, None),
            ("0G", InputChoice::Hex, InputChoice::Text, None),
            ("41 0A", InputChoice::Hex, InputChoice::Escapes, Some(r"A\n")),
        ] {
            assert_eq!(rewrite(typed, from, to, gbk).as_deref(), text, "{typed}");
        }
    }

    #[test]
    fn the_history_gives_back_what_was_being_written() {
        let sent = |text: &str| SentText { text: text.to_owned(), input: InputChoice::Text };
        let sending = Sending { history: vec![sent("first"), sent("second")], ..Sending::default() };
        let mut settings = ComposerSettings { draft: "new".to_owned(), ..ComposerSettings::default() };
        let mut composer = Composer::default();
        let mut seen = Vec::new();
        for is_back in [true, true, true, false, false, false] {
            composer.walk_history(&mut settings, &sending, is_back);
            seen.push(settings.draft.clone());
        }
        assert_eq!(seen, ["second", "first", "first", "second", "new", "new"]);
    }
}
