//! The sends of the command line: what was typed, in the order in which it was typed, and the bytes it means.

use crate::automation::template::{Dressed, Field, Form, Names, Template};
use crate::cli::outcome::Failed;
use crate::codec::checksum::Checksum;
use crate::codec::composition::{Dress, LineEnding};
use crate::codec::text::TextEncoding;
use crate::codec::{escape, hex};
use crate::engine::command::Content;
use crate::model::failure::{Failure, Operation};
use crate::model::websocket::MessageForm;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The heading under which help lists the sends, and what belongs to them.
pub(super) const SENT: &str = "What is sent";

/// A file that is sent again and again stands in memory, so it may not be larger than this.
const LARGEST_REPEATED_FILE: u64 = 16 << 20;

/// Everything that shall be sent, in the order of the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendArguments {
    typed: Vec<TypedSend>,
}

/// One send as it was typed.
#[derive(Clone, Debug)]
enum TypedSend {
    Text(String),
    Hex(String),
    Escaped(String),
    File(PathBuf),
    Ping(String),
    Raw(String),
    Template { typed: String, form: Form },
}

/// One send as it is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// These bytes, or what a template makes at the moment of sending.
    Content(Content),
    /// A file's bytes with what is put behind them, as fast as they are taken.
    File(PathBuf, Dress),
}

/// What is done to payloads before they go out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dressing {
    pub(crate) encoding: TextEncoding,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) ending: LineEnding,
}

const TEXT: &str = "send";
const HEX: &str = "send-hex";
const ESCAPED: &str = "send-escaped";
const FILE: &str = "send-file";
const PING: &str = "ping";
const RAW: &str = "raw-hex";
const TEMPLATE: &str = "send-template";
const HEX_TEMPLATE: &str = "send-template-hex";

impl clap::Args for SendArguments {
    fn augment_args(command: Command) -> Command {
        let argument = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name(value)
                .help(help)
                .help_heading(SENT)
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
        };
        command
            .arg(argument(TEXT, "TEXT", "Send a text once the connection is there (repeatable, in order)"))
            .arg(argument(HEX, "HEX", "Send bytes, written as 01 03 9C"))
            .arg(argument(ESCAPED, "STR", r"Send a text with escapes such as \r \n \0 \x1B \u{4F60}"))
            .arg(argument(
                TEMPLATE,
                "TEMPLATE",
                r"Send a text with escapes and with fields that are filled in each time: {counter} {time:%H:%M:%S} {random:u8} {len:u16be} {crc-32} …; {{ is a brace",
            ))
            .arg(argument(
                HEX_TEMPLATE,
                "TEMPLATE",
                "Send bytes with such fields: 55 AA {counter:u16be} {crc-16/modbus}",
            ))
            .arg(argument(PING, "TEXT", "Send a ping with this text (ws only)"))
            .arg(argument(RAW, "HEX", "Send bytes past the framing, for wrong frames on purpose (ws only)"))
            .arg(
                argument(FILE, "PATH", "Send a file's bytes")
                    .value_parser(clap::value_parser!(PathBuf)),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SendArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<SendArguments, clap::Error> {
        let mut placed = typed_under(matches, TEXT, |text: &String| TypedSend::Text(text.clone()));
        placed.extend(typed_under(matches, HEX, |digits: &String| TypedSend::Hex(digits.clone())));
        placed.extend(typed_under(matches, ESCAPED, |text: &String| TypedSend::Escaped(text.clone())));
        placed.extend(typed_under(matches, FILE, |path: &PathBuf| TypedSend::File(path.clone())));
        placed.extend(typed_under(matches, PING, |text: &String| TypedSend::Ping(text.clone())));
        placed.extend(typed_under(matches, RAW, |digits: &String| TypedSend::Raw(digits.clone())));
        for (name, form) in [(TEMPLATE, Form::Escapes), (HEX_TEMPLATE, Form::Hex)] {
            placed.extend(typed_under(matches, name, |typed: &String| TypedSend::Template {
                typed: typed.clone(),
                form,
            }));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(SendArguments { typed: placed.into_iter().map(|(_, send)| send).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = SendArguments::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What was typed under one option, each with its place on the command line.
fn typed_under<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
    made: impl Fn(&T) -> TypedSend,
) -> Vec<(usize, TypedSend)> {
    let indices = matches.indices_of(name).into_iter().flatten();
    let values = matches.get_many::<T>(name).into_iter().flatten();
    indices.zip(values).map(|(place, value)| (place, made(value))).collect()
}

impl SendArguments {
    /// Whether nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// The first option that only goes with frames.
    pub(super) fn needs_frames(&self) -> Option<&'static str> {
        self.typed.iter().find_map(|send| match send {
            TypedSend::Ping(_) => Some(PING),
            TypedSend::Raw(_) => Some(RAW),
            _ => None,
        })
    }

    /// The bytes that were meant. What is repeated is read into memory now.
    pub(super) fn steps(&self, dressing: &Dressing, repeated: bool) -> Result<Vec<Step>, Failed> {
        self.typed.iter().map(|send| step(send, dressing, repeated)).collect()
    }
}

impl Step {
    fn bytes(bytes: Vec<u8>, form: MessageForm) -> Step {
        Step::Content(Content::Bytes { bytes, form })
    }
}

fn step(send: &TypedSend, dressing: &Dressing, repeated: bool) -> Result<Step, Failed> {
    let wrong = |name: &str, error: &dyn std::fmt::Display| Failed::usage(format!("--{name}: {error}"));
    let mut form = MessageForm::Text;
    let body = match send {
        TypedSend::Text(text) => dressing.encoding.encode(text).map_err(|error| wrong(TEXT, &error))?,
        TypedSend::Hex(digits) => {
            form = MessageForm::Binary;
            hex::parse(digits).map_err(|error| wrong(HEX, &error))?
        }
        TypedSend::Ping(text) => return Ok(Step::bytes(text.clone().into_bytes(), MessageForm::Ping)),
        TypedSend::Raw(digits) => {
            let bytes = hex::parse(digits).map_err(|error| wrong(RAW, &error))?;
            return Ok(Step::bytes(bytes, MessageForm::Raw));
        }
        TypedSend::Escaped(text) => {
            escape::parse(text, dressing.encoding).map_err(|error| wrong(ESCAPED, &error))?
        }
        TypedSend::File(path) => return file_step(path, dressing, repeated),
        TypedSend::Template { typed, form } => return template_step(typed, *form, dressing),
    };
    Ok(Step::bytes(dressing.dress(body), form))
}

/// A template that says the same each time is a payload like others. Nothing has given a value to a variable here.
fn template_step(typed: &str, form: Form, dressing: &Dressing) -> Result<Step, Failed> {
    let name = if form == Form::Hex { HEX_TEMPLATE } else { TEMPLATE };
    let template = Template::parse(typed, form, dressing.encoding, Names::Known(&[]))
        .map_err(|error| Failed::usage(format!("--{name}: {error}")))?;
    if template.fields().any(|field| matches!(field, Field::Received { .. })) {
        return Err(Failed::usage(format!("--{name}: {{rx}} has no value: no message is answered")));
    }
    if let Some(body) = template.as_plain() {
        return Ok(Step::bytes(dressing.dress(body), MessageForm::Fitting));
    }
    let Dressing { checksum, ending, .. } = *dressing;
    let template = Box::new(Dressed { template, checksum, ending });
    Ok(Step::Content(Content::Template { template, form: MessageForm::Fitting }))
}

fn file_step(path: &Path, dressing: &Dressing, repeated: bool) -> Result<Step, Failed> {
    let cannot = |error: io::Error| {
        Failed::Running(anyhow::Error::new(Failure::new(Operation::ReadFile, path.display(), error)))
    };
    let facts = fs::metadata(path).map_err(cannot)?;
    if facts.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(cannot(error));
    }
    if !repeated {
        return Ok(Step::File(path.to_owned(), dressing.dress_of_all()));
    }
    if facts.len() > LARGEST_REPEATED_FILE {
        return Err(Failed::usage(format!(
            "--send-file: {} is too large to be repeated (at most {LARGEST_REPEATED_FILE} bytes)",
            path.display()
        )));
    }
    fs::read(path).map(|bytes| Step::bytes(dressing.dress(bytes), MessageForm::Binary)).map_err(cannot)
}

impl Dressing {
    /// The payload with its checksum and line ending.
    pub(super) fn dress(&self, body: Vec<u8>) -> Vec<u8> {
        self.dress_of_all().put_on(body)
    }

    /// What is put behind each.
    fn dress_of_all(&self) -> Dress {
        Dress { checksum: self.checksum, ending: self.ending }
    }

    /// A line of standard input as bytes. A terminal and most files give UTF-8, which is brought into the session's
    /// encoding; other bytes go out as they came.
    pub(super) fn dress_line(&self, line: Vec<u8>) -> Result<Vec<u8>, String> {
        let body = match String::from_utf8(line) {
            Ok(text) => self.encoding.encode(&text).map_err(|error| error.to_string())?,
            Err(other) => other.into_bytes(),
        };
        Ok(self.dress(body))
    }
}

#[cfg(test)]
mod tests {
    use super::{Dressing, SendArguments, Step};
    use crate::codec::checksum::Checksum;
    use crate::codec::composition::LineEnding;
    use crate::codec::text::TextEncoding;
    use crate::model::websocket::MessageForm;
    use clap::{Args, Command, FromArgMatches};

    fn typed(words: &[&str]) -> SendArguments {
        let matches = SendArguments::augment_args(Command::new("test").no_binary_name(true))
            .try_get_matches_from(words)
            .unwrap();
        SendArguments::from_arg_matches(&matches).unwrap()
    }

    const PLAIN: Dressing =
        Dressing { encoding: TextEncoding::GBK, checksum: None, ending: LineEnding::None };

    #[test]
    fn sends_keep_the_order_of_the_command_line() {
        let sends = typed(&["--send-hex", "01 02", "--send", "你", "--send-escaped", r"a\r", "--send", "-5"]);
        let (text, binary) = (MessageForm::Text, MessageForm::Binary);
        let expected = [(&[1, 2][..], binary), (&[0xC4, 0xE3], text), (b"a\r", text), (b"-5", text)];
        let expected = expected.map(|(bytes, form)| Step::bytes(bytes.to_vec(), form));
        assert_eq!(sends.steps(&PLAIN, false).unwrap(), expected);
    }

    #[test]
    fn checksum_comes_before_the_line_ending() {
        let checksum = Checksum::from_name("crc-16/modbus").unwrap();
        let dressing = Dressing { checksum: Some(checksum), ending: LineEnding::Crlf, ..PLAIN };
        let sends = typed(&["--send-hex", "01 03 00 00 00 0A"]);
        let expected = vec![1, 3, 0, 0, 0, 0x0A, 0xC5, 0xCD, b'\r', b'\n'];
        assert_eq!(sends.steps(&dressing, false).unwrap(), [Step::bytes(expected, MessageForm::Binary)]);
    }

    #[test]
    fn lines_are_brought_into_the_encoding_and_other_bytes_are_left_alone() {
        assert_eq!(PLAIN.dress_line("你".as_bytes().to_vec()), Ok(vec![0xC4, 0xE3]));
        assert_eq!(PLAIN.dress_line(vec![0xC4, 0xE3]), Ok(vec![0xC4, 0xE3]));
        let latin = Dressing { encoding: TextEncoding::from_name("iso-8859-1").unwrap(), ..PLAIN };
        assert!(latin.dress_line("你".as_bytes().to_vec()).is_err());
    }
}
