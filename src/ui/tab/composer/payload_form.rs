//! How what is typed becomes bytes: its form, what is appended, and the fields that are filled in when it is sent. It knows
//! no tab and no widgets.

use crate::automation::template::{
    Dressed, FieldError, FillError, FilledPiece, Form, Names, NoVariables, PartClass, Surroundings, Template,
    TemplateError, Value, Variables,
};
use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::Placing;
use crate::codec::composition::{Composition, LineBreak, LineEnding};
use crate::codec::escape::{self, EscapeError};
use crate::codec::hex::{self, HexError};
use crate::codec::text::{Carry, EncodeError, TextEncoding, decode};
use crate::codec::time::TimeFormat;
use crate::engine::command::Content;
use crate::model::address::Address;
use crate::model::websocket::MessageForm;
use crate::ui::tab::settings::LiveComposer;
use crate::util::clock;
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::InputChoice;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;

/// What is longer is not put into the field: laying out a megabyte in one line takes a third of a second.
pub const LONGEST_TYPED_BYTES: usize = 64 * 1024;

/// Stands in an example for whoever gets it: an address of documentation.
const EXAMPLE_PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5000);

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// As hex.
    Hex(HexError),
    /// As text with escapes.
    Escape(EscapeError),
    /// The encoding lacks a character.
    Encode(EncodeError),
    /// A field in braces.
    Field {
        /// What is wrong with it.
        problem: FieldError,
        /// The character, counted from 1.
        at: usize,
    },
    /// A field has nothing to be filled in from.
    Fill(FillError),
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
            )
            | ComposeError::Field { at, .. } => *at,
            ComposeError::Encode(error) | ComposeError::Escape(EscapeError::Encode(error)) => error.at,
            ComposeError::Hex(HexError::EmptyPattern) | ComposeError::Fill(_) => return None,
        };
        at.checked_sub(1)
    }
}

/// All that makes bytes of what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadForm {
    /// How it is read.
    pub input: InputChoice,
    /// Fields in braces are filled in when it is sent.
    pub fields: bool,
    /// What its characters are written in.
    pub encoding: TextEncoding,
    /// What its line breaks go out as.
    pub breaks: LineBreak,
    /// What message it becomes where there are frames.
    pub frame: MessageForm,
    /// The line ending that is appended.
    pub ending: LineEnding,
    /// The checksum that is appended.
    pub checksum: Option<Checksum>,
}

/// The form of templates that are written like this.
pub(in crate::ui) fn form_of(input: InputChoice) -> Form {
    match input {
        InputChoice::Text => Form::Text,
        InputChoice::Hex => Form::Hex,
        InputChoice::Escapes => Form::Escapes,
    }
}

impl LiveComposer {
    /// How what is written becomes bytes.
    pub(in crate::ui) fn form(&self, encoding: TextEncoding) -> PayloadForm {
        let LiveComposer { input, fields, breaks, frame, ending, checksum, .. } = *self;
        PayloadForm { input, fields, encoding, breaks, frame, ending, checksum }
    }
}

impl PayloadForm {
    /// How a quick send becomes bytes; where it does not tell its encoding, this is it. Its checksum stands where the tab
    /// has it.
    pub(in crate::ui) fn of_quick(
        quick: &QuickSend,
        encoding: TextEncoding,
        placing: Placing,
    ) -> PayloadForm {
        let (ending, checksum) = appended_by(quick);
        let checksum = placing.placed(checksum);
        let encoding = TextEncoding::from_name(&quick.encoding).unwrap_or(encoding);
        let (breaks, frame) =
            (LineBreak::default(), MessageForm::from_name(&quick.frame).unwrap_or_default());
        PayloadForm { input: quick.input, fields: quick.fields, encoding, breaks, frame, ending, checksum }
    }

    /// The bytes of what was typed, with what is appended.
    pub fn compose(&self, typed: &str) -> Result<Composed, ComposeError> {
        if self.fields {
            return Composed::of_template(
                self.template(typed)?,
                self.frame,
                &NoVariables,
                Placing::default(),
            );
        }
        let composition = Composition::new(self.body(typed)?, self.checksum, self.ending);
        Ok(Composed::of_bytes(composition, self.frame))
    }

    /// The bytes of what was typed. An error tells its place among the characters that were typed.
    fn body(&self, typed: &str) -> Result<Vec<u8>, ComposeError> {
        let read = |text: &str| body_of(text, self.input, self.encoding);
        read(&self.breaks.as_sent(typed)).or_else(|error| read(typed).and(Err(error)))
    }

    fn template(&self, typed: &str) -> Result<Dressed, ComposeError> {
        let form = form_of(self.input);
        let read = |text: &str| Template::parse(text, form, self.encoding, Names::Known(&[]));
        let template = read(&self.breaks.as_sent(typed)).or_else(|error| read(typed).and(Err(error)))?;
        Ok(Dressed { template, checksum: self.checksum, ending: self.ending })
    }

    /// The same bytes written in another way, if that can be told.
    pub fn rewrite(&self, typed: &str, to: InputChoice) -> Option<String> {
        // Fields in other forms are other fields.
        let bytes = if self.fields { None } else { self.body(typed).ok() };
        self.text_of(&bytes?, to)
    }

    /// These bytes in one way of writing, if it can tell all of them.
    fn text_of(&self, bytes: &[u8], input: InputChoice) -> Option<String> {
        let text = match input {
            InputChoice::Hex => hex::spaced(bytes),
            InputChoice::Escapes => escape::format(bytes, self.encoding),
            InputChoice::Text => {
                let decoded = decode(self.encoding, &mut Carry::default(), bytes);
                self.breaks.as_typed(&decoded.text)
            }
        };
        let form = PayloadForm { input, ..*self };
        (form.body(&text).ok()? == bytes).then_some(text)
    }

    /// The same, if every character of it is seen and the field has room for it.
    pub(in crate::ui) fn shown_as(&self, bytes: &[u8], input: InputChoice) -> Option<String> {
        if bytes.len() > LONGEST_TYPED_BYTES {
            return None;
        }
        let text = self.text_of(bytes, input)?;
        let hides_some = input == InputChoice::Text && text.chars().any(|c| c.is_control() && c != '\n');
        (text.len() <= LONGEST_TYPED_BYTES && !hides_some).then_some(text)
    }
}

/// What a quick send appends. Names that a file of another version may hold stand for nothing.
pub fn appended_by(quick: &QuickSend) -> (LineEnding, Option<Checksum>) {
    (quick.append.parse().unwrap_or_default(), Checksum::from_name(&quick.checksum).ok())
}

/// The bytes of what was typed.
pub fn body_of(typed: &str, input: InputChoice, encoding: TextEncoding) -> Result<Vec<u8>, ComposeError> {
    match input {
        InputChoice::Text => encoding.encode(typed).map_err(ComposeError::Encode),
        InputChoice::Hex => hex::parse(typed).map_err(ComposeError::Hex),
        InputChoice::Escapes => escape::parse(typed, encoding).map_err(ComposeError::Escape),
    }
}

/// What is sent, ready to go out: the same bytes each time, or what a template makes then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The bytes; of a template an example.
    bytes: Vec<u8>,
    /// What they are made of, in order.
    parts: Vec<ComposedPart>,
    template: Option<Box<Dressed>>,
    frame: MessageForm,
}

/// Some of the bytes, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposedPart {
    /// Which bytes.
    pub bytes: Range<usize>,
    /// Where they come from.
    pub kind: ComposedKind,
}

/// Where bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposedKind {
    /// They were typed.
    Typed,
    /// A field was filled in.
    Computed,
    /// The chosen checksum was appended.
    Checksum,
    /// The chosen line ending was appended.
    Ending,
}

impl Composed {
    fn of_bytes(composition: Composition, frame: MessageForm) -> Composed {
        let parts = [
            (composition.body(), ComposedKind::Typed),
            (composition.checksum(), ComposedKind::Checksum),
            (composition.ending(), ComposedKind::Ending),
        ];
        let parts = parts.into_iter().map(|(bytes, kind)| ComposedPart { bytes, kind });
        let parts = parts.filter(|part| !part.bytes.is_empty()).collect();
        Composed { bytes: composition.into_bytes(), parts, template: None, frame }
    }

    /// What a template of a file makes, for example where these are the values of its variables.
    pub(in crate::ui) fn example(
        template: &Dressed,
        values: &[(String, String)],
        placing: Placing,
    ) -> Result<Composed, ComposeError> {
        Composed::of_template(template.clone(), MessageForm::default(), &Values(values), placing)
    }

    fn of_template(
        template: Dressed,
        frame: MessageForm,
        variables: &dyn Variables,
        placing: Placing,
    ) -> Result<Composed, ComposeError> {
        let filled = template.fill(&mut Surroundings {
            counter: 1,
            wall_ns: clock::now().wall_ns,
            times: &TimeFormat::local(),
            random: &mut |bytes| fastrand::fill(bytes),
            peer: Some(Address::Ip(EXAMPLE_PEER)),
            message: None,
            variables,
            placing,
        })?;
        let ending_at = filled.bytes.len() - template.ending.bytes().len();
        let part = |piece: FilledPiece| ComposedPart {
            kind: match piece.class {
                PartClass::Typed => ComposedKind::Typed,
                PartClass::Computed => ComposedKind::Computed,
                PartClass::Appended if piece.bytes.start >= ending_at => ComposedKind::Ending,
                PartClass::Appended => ComposedKind::Checksum,
            },
            bytes: piece.bytes,
        };
        let parts = filled.pieces.into_iter().map(part).collect();
        // What has no field is the same each time.
        let is_filled_in = template.template.fields().next().is_some();
        let template = is_filled_in.then(|| Box::new(template));
        Ok(Composed { bytes: filled.bytes, parts, template, frame })
    }

    /// The bytes; of a template an example.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What they are made of, in order.
    pub fn parts(&self) -> &[ComposedPart] {
        &self.parts
    }

    /// Whether other bytes may go out than these.
    pub fn is_example(&self) -> bool {
        self.template.is_some()
    }

    /// Whether both make the same at the same moment.
    pub fn makes_the_same(&self, other: &Composed) -> bool {
        let is_alike = self.template == other.template && self.frame == other.frame;
        is_alike && (self.is_example() || self.bytes == other.bytes)
    }

    /// To be sent.
    pub fn into_content(self) -> Content {
        let Composed { bytes, template, frame: form, .. } = self;
        match template {
            Some(template) => Content::Template { template, form },
            None => Content::Bytes { bytes, form },
        }
    }
}

/// Variables with their values; of two of one name, the first counts.
struct Values<'a>(&'a [(String, String)]);

impl Variables for Values<'_> {
    fn value(&self, name: &str) -> Option<Value<'_>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| Value::Text(value))
    }
}

impl From<TemplateError> for ComposeError {
    fn from(error: TemplateError) -> ComposeError {
        match error {
            TemplateError::Hex(error) => ComposeError::Hex(error),
            TemplateError::Escape(error) => ComposeError::Escape(error),
            TemplateError::Encode(error) => ComposeError::Encode(error),
            TemplateError::Field { problem, at } => ComposeError::Field { problem, at },
        }
    }
}

impl From<FillError> for ComposeError {
    fn from(error: FillError) -> ComposeError {
        ComposeError::Fill(error)
    }
}

#[cfg(test)]
mod tests {
    use super::{ComposeError, ComposedKind, PayloadForm};
    use crate::codec::checksum::Checksum;
    use crate::codec::composition::{LineBreak, LineEnding};
    use crate::codec::text::TextEncoding;
    use crate::engine::command::Content;
    use crate::ui::tab::settings::LiveComposer;
    use crate::workspace::tabs::InputChoice;

    fn gbk_form(input: InputChoice) -> PayloadForm {
        LiveComposer { input, ..LiveComposer::default() }.form(TextEncoding::GBK)
    }

    #[test]
    fn what_is_typed_becomes_exact_bytes() {
        for (typed, input, ending, checksum, bytes) in [
            ("你好", InputChoice::Text, LineEnding::Crlf, None, &b"\xC4\xE3\xBA\xC3\r\n"[..]),
            (
                "01 03 9C 41 00 02",
                InputChoice::Hex,
                LineEnding::None,
                Checksum::from_name("crc-16/modbus").ok(),
                b"\x01\x03\x9C\x41\0\x02\xBA\x4F",
            ),
            (r"a\x00\r", InputChoice::Escapes, LineEnding::Lf, None, b"a\0\r\n"),
        ] {
            let form = PayloadForm { ending, checksum, ..gbk_form(input) };
            let composed = form.compose(typed).unwrap();
            assert_eq!(composed.bytes(), bytes, "{typed}");
        }
        assert!(matches!(gbk_form(InputChoice::Hex).compose("0G"), Err(ComposeError::Hex(_))));
    }

    #[test]
    fn switching_the_way_of_writing_keeps_the_bytes() {
        for (typed, from, to, text) in [
            ("你好", InputChoice::Text, InputChoice::Hex, Some("C4 E3 BA C3")),
            ("C4 E3 BA C3", InputChoice::Hex, InputChoice::Text, Some("你好")),
            ("FF FF", InputChoice::Hex, InputChoice::Text, None),
            ("0G", InputChoice::Hex, InputChoice::Text, None),
            ("41 0A", InputChoice::Hex, InputChoice::Escapes, Some(r"A\n")),
        ] {
            assert_eq!(gbk_form(from).rewrite(typed, to).as_deref(), text, "{typed}");
        }
    }

    #[test]
    fn the_wrong_character_is_known_by_its_place() {
        for (typed, input, place) in [
            ("01 0G", InputChoice::Hex, 4),
            ("a\\q", InputChoice::Escapes, 1),
            ("温😀", InputChoice::Text, 1),
            ("a\n\n温😀", InputChoice::Text, 4),
        ] {
            let form = PayloadForm { breaks: LineBreak::Crlf, ..gbk_form(input) };
            let error = form.compose(typed).unwrap_err();
            assert_eq!(error.place(), Some(place), "{typed}: {error:?}");
        }
    }

    #[test]
    fn a_template_is_shown_by_an_example_in_parts() {
        let form = PayloadForm {
            fields: true,
            ending: LineEnding::Crlf,
            checksum: Checksum::from_name("sum-8").ok(),
            ..gbk_form(InputChoice::Hex)
        };
        let composed = form.compose("55 AA {counter:u16be} {len:u8}").unwrap();
        assert_eq!(composed.bytes(), b"\x55\xAA\0\x01\x04\x04\r\n");
        let parts: Vec<_> = composed.parts().iter().map(|part| (part.bytes.clone(), part.kind)).collect();
        let computed = ComposedKind::Computed;
        assert_eq!(parts[0], (0..2, ComposedKind::Typed));
        assert!(parts.contains(&(2..4, computed)) && parts.contains(&(4..5, computed)), "{parts:?}");
        assert_eq!(parts[parts.len() - 2..], [(5..6, ComposedKind::Checksum), (6..8, ComposedKind::Ending)]);
        assert!(
            composed.is_example()
                && composed.makes_the_same(&form.compose("55 AA {counter:u16be} {len:u8}").unwrap())
        );
        assert!(matches!(composed.into_content(), Content::Template { .. }));
        let plain = form.compose("55 AA").unwrap();
        assert!(!plain.is_example(), "nothing is filled in");
        assert!(matches!(plain.into_content(), Content::Bytes { .. }));
    }

    #[test]
    fn what_is_wrong_with_a_field_is_known_by_its_place() {
        for (typed, input, place) in [
            ("a {counte}", InputChoice::Text, Some(3)),
            ("温\n{counter:u9}", InputChoice::Text, Some(3)),
            ("01 {", InputChoice::Hex, Some(3)),
            ("01 0G {counter:u8}", InputChoice::Hex, Some(4)),
            ("{rx}", InputChoice::Escapes, None),
        ] {
            let form = PayloadForm { fields: true, breaks: LineBreak::Crlf, ..gbk_form(input) };
            let error = form.compose(typed).unwrap_err();
            assert_eq!(error.place(), place, "{typed}: {error:?}");
        }
        let form = PayloadForm { fields: true, ..gbk_form(InputChoice::Text) };
        assert_eq!(form.compose("{{counter}").unwrap().bytes(), b"{counter}", "a brace");
    }
}
