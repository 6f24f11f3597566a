//! Sequence files, version 1: TOML that people write by hand, read with the place of every error and written so that it
//! reads back as the same steps.

use crate::automation::condition::{Condition, group_names};
use crate::automation::document::{self, Document, Entry, FileError, Problem, Table, Text};
use crate::automation::interval;
use crate::automation::phrase::Phrase;
use crate::automation::rules::{CLOSE_WAYS, CloseWay, read_template, values, write_dress, write_values};
use crate::automation::sequence::{
    Action, Recipients, Sequence, SessionValue, SessionWord, Step, USUAL_WAIT,
};
use crate::automation::template::{Dressed, Form, Template};
use crate::codec::composition::Dress;
use crate::codec::expression::Vocabulary;
use crate::codec::text::TextEncoding;
use crate::model::ids::PeerId;
use std::fmt;
use std::time::Duration;

const VERSION: i64 = 1;

const RECIPIENTS: [(&str, Recipients); 2] = [("last", Recipients::Last), ("all", Recipients::All)];

/// The keys of which every step has exactly one.
const ACTIONS: [&str; 9] =
    ["send", "send_hex", "send_file", "wait_for", "expect", "delay", "close", "repeat", "set"];

/// What steps of a file are read with.
struct Reading<'a> {
    encoding: TextEncoding,
    vocabulary: Vocabulary,
    names: Vec<&'a str>,
}

impl Sequence {
    /// Reads a file. Its texts are written in the encoding that its session names, or else in the one given; `--set`
    /// on the command line may give a value to names that the file does not.
    pub fn parse(
        text: &str,
        encoding: TextEncoding,
        vocabulary: &Vocabulary,
        given: &[(String, String)],
    ) -> Result<Sequence, FileError> {
        let mut file = Document::read(text, Phrase("phrase.sequence_file"), VERSION)?;
        let name = file.text("name")?.map(|name| name.text).unwrap_or_default();
        let (session, spoken) = file.table("session")?.map_or(Ok((Vec::new(), None)), session)?;
        let mut variables = file.table("variables")?.map_or(Ok(Vec::new()), values)?;
        let tables = file.tables("step", Phrase("phrase.step"))?;
        file.finish()?;
        for (name, value) in given {
            match variables.iter_mut().find(|(known, _)| known == name) {
                Some(variable) => value.clone_into(&mut variable.1),
                None if is_used(text, name) => variables.push((name.clone(), value.clone())),
                // Told by whoever has the command line.
                None => {}
            }
        }
        // A step may use what any other has caught or set, so all names are gathered first.
        let groups = group_names(text);
        let set: Vec<String> = tables.iter().flat_map(|table| table.keys_of("set")).collect();
        let own = variables.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> = own.chain(groups.iter().chain(&set).map(String::as_str)).collect();
        let vocabulary = vocabulary.clone().with_variables(names.iter().copied());
        let encoding = spoken.unwrap_or(encoding);
        // The counter is no variable for templates: it goes on by itself.
        let names = names.into_iter().filter(|name| *name != "counter").collect();
        let reading = Reading { encoding, vocabulary, names };
        let steps = tables.into_iter().enumerate();
        let steps = steps.map(|(place, table)| step(table, place + 1, &reading)).collect::<Result<_, _>>()?;
        Ok(Sequence { name, session, variables, steps, encoding })
    }
}

impl Sequence {
    /// Where the value of a key of the session stands in a file: line and column, counted from 1. Where it has no such key
    /// it is the place of the session, or the beginning.
    pub fn session_place(text: &str, key: &str) -> (usize, usize) {
        let place = |error: FileError| (error.line, error.column);
        let nothing = || Problem::Toml(String::new());
        let session = Document::read(text, Phrase("phrase.sequence_file"), VERSION)
            .and_then(|mut file| file.table("session"));
        let Ok(Some(session)) = session else { return (1, 1) };
        let of_session = place(session.missing(Phrase("phrase.step")));
        let entry = session.into_entries().into_iter().find(|entry| entry.key == key);
        entry.map_or(of_session, |entry| place(entry.error(nothing())))
    }
}

/// Whether a name stands in the file where a value can be given to it.
fn is_used(text: &str, name: &str) -> bool {
    text.split(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '.')))
        .any(|word| word == name)
}

fn session(table: Table<'_>) -> Result<(Vec<SessionWord>, Option<TextEncoding>), FileError> {
    let (mut words, mut encoding) = (Vec::new(), None);
    for entry in table.into_entries() {
        let key = entry.key.clone();
        let value = if let Some(flag) = entry.as_flag() {
            SessionValue::Flag(flag)
        } else {
            let texts = entry.into_texts()?;
            if let ("encoding", [name]) = (key.as_str(), &texts[..]) {
                let known = TextEncoding::from_name(&name.text);
                encoding = Some(known.map_err(|error| name.error(error))?);
            }
            SessionValue::Texts(texts.into_iter().map(|text| text.text).collect())
        };
        words.push(SessionWord { key, value });
    }
    Ok((words, encoding))
}

fn step(mut table: Table<'_>, number: usize, reading: &Reading<'_>) -> Result<Step, FileError> {
    let is_on = table.flag("enabled")?.unwrap_or(true);
    let present: Vec<&'static str> = ACTIONS.into_iter().filter(|action| table.has(action)).collect();
    let action = match present[..] {
        [] => {
            table.refuse_others(&ACTIONS)?;
            return Err(table.missing(Phrase("phrase.needs_action")));
        }
        [only] => action(&mut table, only, number, reading)?,
        [first, second, ..] => return Err(table.conflict(first, second)),
    };
    table.finish()?;
    Ok(Step { is_on, action })
}

fn action(
    table: &mut Table<'_>,
    word: &str,
    number: usize,
    reading: &Reading<'_>,
) -> Result<Action, FileError> {
    match word {
        "send" => send(table, "send", Form::Text, reading),
        "send_hex" => send(table, "send_hex", Form::Hex, reading),
        "send_file" => {
            let path = template(table, "send_file", Form::Text, reading)?;
            let dress = Dress { checksum: table.checksum()?, ending: table.ending("append")? };
            let (times, every) = repetition(table)?;
            Ok(Action::SendFile { path, dress, times, every, to: recipients(table)? })
        }
        "wait_for" => {
            let condition = condition(table, "wait_for", reading)?;
            Ok(Action::WaitFor { condition, within: table.interval("within")?.unwrap_or(USUAL_WAIT) })
        }
        "expect" => Ok(Action::Expect { condition: condition(table, "expect", reading)? }),
        "delay" => Ok(Action::Delay { time: table.interval("delay")?.unwrap_or_default() }),
        "set" => {
            let entries = table.table("set")?.map(Table::into_entries).unwrap_or_default();
            let value = |entry: Entry<'_>| {
                let name = entry.key.clone();
                let typed = entry.into_written()?;
                Ok((name, read_template(&typed, Form::Text, reading.encoding, &reading.names)?))
            };
            Ok(Action::Set { values: entries.into_iter().map(value).collect::<Result<_, _>>()? })
        }
        "close" => {
            let how = table.word("close", &CLOSE_WAYS)?.unwrap_or(CloseWay::Fin);
            Ok(Action::Close { how, to: recipients(table)? })
        }
        _ => {
            let times = table.count("repeat")?.unwrap_or(1);
            let from = table.count("from")?.ok_or_else(|| table.missing(Phrase("phrase.needs_from")))?;
            match usize::try_from(from) {
                Ok(from) if from < number => Ok(Action::Repeat { times, from }),
                _ => Err(table.missing(Phrase("phrase.needs_earlier"))),
            }
        }
    }
}

fn send(
    table: &mut Table<'_>,
    key: &'static str,
    form: Form,
    reading: &Reading<'_>,
) -> Result<Action, FileError> {
    let template = template(table, key, form, reading)?;
    let content = Dressed { template, checksum: table.checksum()?, ending: table.ending("append")? };
    let (times, every) = repetition(table)?;
    Ok(Action::Send { content, times, every, to: recipients(table)? })
}

/// How many times, and the period.
fn repetition(table: &mut Table<'_>) -> Result<(u64, Duration), FileError> {
    let (times, every) = (table.count("times")?, table.interval("every")?);
    if every.is_some() && times.is_none() {
        return Err(table.missing(Phrase("phrase.needs_times")));
    }
    Ok((times.unwrap_or(1), every.unwrap_or(Duration::ZERO)))
}

fn template(
    table: &mut Table<'_>,
    key: &'static str,
    form: Form,
    reading: &Reading<'_>,
) -> Result<Template, FileError> {
    let typed = table.text(key)?.ok_or_else(|| table.missing(Phrase(key)))?;
    read_template(&typed, form, reading.encoding, &reading.names)
}

fn condition(
    table: &mut Table<'_>,
    key: &'static str,
    reading: &Reading<'_>,
) -> Result<Condition, FileError> {
    let typed = table.text(key)?.ok_or_else(|| table.missing(Phrase(key)))?;
    Condition::read(&typed, &reading.vocabulary)
}

/// `to = "last"`, `"all"`, or the number of a peer.
fn recipients(table: &mut Table<'_>) -> Result<Recipients, FileError> {
    let Some(entry) = table.take("to") else { return Ok(Recipients::Usual) };
    if let Some(number) = entry.whole_number() {
        let peer = u32::try_from(number).ok().and_then(PeerId::new);
        return peer.map(Recipients::Peer).ok_or_else(|| entry.wrong_value(Phrase("phrase.peer_from_one")));
    }
    let typed: Text<'_> = entry.into_text()?;
    match RECIPIENTS.iter().find(|(word, _)| *word == typed.text) {
        Some((_, recipients)) => Ok(*recipients),
        None => Err(typed.unknown_word("to", ["last", "all", "phrase.peer"].into_iter())),
    }
}

impl fmt::Display for Sequence {
    /// As it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = document::quoted;
        writeln!(f, "version = {VERSION}")?;
        if !self.name.is_empty() {
            writeln!(f, "name = {}", quoted(&self.name))?;
        }
        if !self.session.is_empty() {
            writeln!(f, "\n[session]")?;
        }
        for SessionWord { key, value } in &self.session {
            let key = document::key(key);
            match value {
                SessionValue::Flag(flag) => writeln!(f, "{key} = {flag}")?,
                SessionValue::Texts(texts) => match &texts[..] {
                    [text] => writeln!(f, "{key} = {}", quoted(text))?,
                    texts => {
                        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                        writeln!(f, "{key} = [{}]", texts.join(", "))?;
                    }
                },
            }
        }
        write_values(f, "variables", &self.variables)?;
        for step in &self.steps {
            write!(f, "\n[[step]]\n{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    /// As it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = document::quoted;
        if !self.is_on {
            writeln!(f, "enabled = false")?;
        }
        let word = self.action.word();
        match &self.action {
            Action::Send { content, times, every, to } => {
                writeln!(f, "{word} = {}", quoted(&content.template.to_string()))?;
                write_dress(f, content.dress())?;
                write_repetition(f, *times, *every)?;
                write_recipients(f, *to)
            }
            Action::SendFile { path, dress, times, every, to } => {
                writeln!(f, "{word} = {}", quoted(&path.to_string()))?;
                write_dress(f, *dress)?;
                write_repetition(f, *times, *every)?;
                write_recipients(f, *to)
            }
            Action::WaitFor { condition, within } => {
                writeln!(f, "{word} = {}", quoted(condition.text()))?;
                writeln!(f, "within = {}", quoted(&interval::text(*within)))
            }
            Action::Expect { condition } => writeln!(f, "{word} = {}", quoted(condition.text())),
            Action::Delay { time } => writeln!(f, "{word} = {}", quoted(&interval::text(*time))),
            Action::Set { values } => {
                let pair = |(name, value): &(String, Template)| {
                    let value = document::quoted_on_one_line(&value.to_string());
                    format!("{} = {value}", document::key(name))
                };
                let pairs: Vec<String> = values.iter().map(pair).collect();
                writeln!(f, "{word} = {{ {} }}", pairs.join(", "))
            }
            Action::Close { how, to } => {
                writeln!(f, "{word} = \"{}\"", if *how == CloseWay::Fin { "fin" } else { "reset" })?;
                write_recipients(f, *to)
            }
            Action::Repeat { times, from } => writeln!(f, "{word} = {times}\nfrom = {from}"),
        }
    }
}

fn write_repetition(f: &mut fmt::Formatter<'_>, times: u64, every: Duration) -> fmt::Result {
    if times != 1 || !every.is_zero() {
        writeln!(f, "times = {times}")?;
    }
    if !every.is_zero() {
        writeln!(f, "every = {}", document::quoted(&interval::text(every)))?;
    }
    Ok(())
}

fn write_recipients(f: &mut fmt::Formatter<'_>, to: Recipients) -> fmt::Result {
    match to {
        Recipients::Usual => Ok(()),
        Recipients::Last => writeln!(f, "to = \"last\""),
        Recipients::All => writeln!(f, "to = \"all\""),
        Recipients::Peer(peer) => writeln!(f, "to = {peer}"),
    }
}
