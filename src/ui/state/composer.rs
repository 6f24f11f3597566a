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
    /// In how many lines the field showed what is written.
    pub visual_rows: usize,
    /// The field has the keyboard.
    pub has_focus: bool,
    preview: Option<Preview>,
    switched: Option<Switched>,
}

/// What was typed before the way of writing was switched. It counts again when the same way is chosen again, as
/// long as nothing was typed in between.
#[derive(Clone)]
struct Switched {
    typed: String,
    input: InputChoice,
    became: String,
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

    /// Writes what was typed in another way. What cannot be read, or not be told in the new way, stays as typed.
    pub fn switch_input(
        &mut self,
        settings: &mut ComposerSettings,
        from: InputChoice,
        encoding: TextEncoding,
    ) {
        let to = settings.input;
        let origin = match self.switched.take() {
            Some(switched) if switched.became == settings.draft => switched,
            _ => Switched { typed: settings.draft.clone(), input: from, became: String::new() },
        };
        settings.draft = if to == origin.input {
            origin.typed.clone()
        } else {
            rewrite(&origin.typed, origin.input, to, encoding).unwrap_or_else(|| origin.typed.clone())
        };
        self.switched = Some(Switched { became: settings.draft.clone(), ..origin });
    }

    /// Puts the text sent before the present one into the field, or the one after it.
    pub fn walk_history(&mut self, settings: &mut ComposerSettings, sending: &Sending, is_back: bool) {
        let target = if is_back { self.steps_back + 1 } else { self.steps_back.saturating_sub(1) };
        self.step_to(settings, sending, target);
    }

    /// Puts the text of so many steps back into the field; what was being written stays to be found at 0.
    pub fn step_to(&mut self, settings: &mut ComposerSettings, sending: &Sending, target: usize) {
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

impl ComposeError {
    /// The character that is wrong, counted from 0.
    pub fn place(&self) -> Option<usize> {
        let at = match self {
            ComposeError::Hex(HexError::BadDigit { at, .. } | HexError::HalfByte { at, .. })
            | ComposeError::Escape(
                EscapeError::Unknown { at, .. }
                | EscapeError::Unfinished { at }
                | EscapeError::ByteInvalid { at }
                | EscapeError::CharacterInvalid { at },
            ) => *at,
            ComposeError::Encode(error) | ComposeError::Escape(EscapeError::Encode(error)) => error.at,
            ComposeError::Hex(HexError::EmptyPattern) => return None,
        };
        at.checked_sub(1)
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

/// The bytes of what was typed.
pub fn body_of(typed: &str, input: InputChoice, encoding: TextEncoding) -> Result<Vec<u8>, ComposeError> {
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
    fn what_was_typed_comes_back_when_the_way_of_writing_does() {
        let gbk = TextEncoding::GBK;
        let ways = [InputChoice::Text, InputChoice::Hex, InputChoice::Escapes];
        for (typed, first) in [
            ("FFFF 0d", InputChoice::Hex),
            ("0G not hex", InputChoice::Hex),
            ("温度\r\n", InputChoice::Escapes),
            ("😀 is not in it", InputChoice::Text),
        ] {
            let mut composer = Composer::default();
            let mut settings =
                ComposerSettings { draft: typed.to_owned(), input: first, ..ComposerSettings::default() };
            for to in ways.into_iter().chain([first]) {
                let from = std::mem::replace(&mut settings.input, to);
                composer.switch_input(&mut settings, from, gbk);
            }
            assert_eq!(settings.draft, typed);
            settings.draft.push('1');
            settings.input = InputChoice::Text;
            composer.switch_input(&mut settings, first, gbk);
            assert!(settings.draft != typed, "what was changed since counts");
        }
    }

    #[test]
    fn the_wrong_character_is_known_by_its_place() {
        for (typed, input, place) in [
            ("01 0G", InputChoice::Hex, 4),
            ("a\\q", InputChoice::Escapes, 1),
            ("温😀", InputChoice::Text, 1),
        ] {
            let error = compose(typed, input, "none", "", TextEncoding::GBK).unwrap_err();
            assert_eq!(error.place(), Some(place), "{typed}: {error:?}");
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
        composer.step_to(&mut settings, &sending, 2);
        assert_eq!(settings.draft, "first");
        composer.step_to(&mut settings, &sending, 0);
        assert_eq!(settings.draft, "new", "what was being written before one was chosen from the list");
    }
}
