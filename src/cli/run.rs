//! `run`: carries out a sequence file in a session that the file itself describes, prints a line for each step, and
//! leaves the bytes and the verdict as evidence.

use crate::automation::sequence::{Sequence, SessionValue, SessionWord};
use crate::cli::live::{self, LivePlan, RunPlan};
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::text_file;
use crate::codec::expression::Vocabulary;
use crate::codec::near_miss;
use crate::codec::text::TextEncoding;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;

/// Carry out a sequence file
///
/// It prints one line a step and ends with 0 when all held, 1 when one did not, 2 when the file is wrong. The journal
/// has all bytes and a note for each step.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The sequence
    #[arg(value_name = "SEQUENCE.toml")]
    file: PathBuf,
    /// Give a variable another value (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    values: Vec<(String, String)>,
    /// Write a report that CI systems read, a test case for each step
    #[arg(long, value_name = "OUT.xml")]
    junit: Option<PathBuf>,
    /// Write the session there; without it, into the sessions folder
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// The commands that open a session.
const COMMANDS: [&str; 5] = ["connect", "listen", "udp", "unix", "raw"];

fn assignment(typed: &str) -> Result<(String, String), String> {
    match typed.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err(format!("'{typed}' is not NAME=VALUE")),
    }
}

/// Runs the sequence to its end. `plan_of` says what the words of a command line mean that opens a session.
pub(crate) fn run(
    typed: Arguments,
    plan_of: impl FnOnce(Vec<OsString>) -> Result<Option<LivePlan>, Failed>,
) -> Outcome {
    let Arguments { file, values, junit, journal } = typed;
    let shown = file.display().to_string();
    let text = text_file::read(&file, &shown)?;
    let mut sequence = Sequence::parse(&text, TextEncoding::UTF_8, &Vocabulary::default(), &values)
        .map_err(|error| Failed::usage(format!("{shown}: {error}")))?;
    for (name, value) in &values {
        sequence.set(name, value).map_err(|error| Failed::usage(format!("--set: {error}")))?;
    }
    let at = |key: &str, error: &dyn Display| {
        let (line, column) = Sequence::session_place(&text, key);
        Failed::usage(format!("{shown}: line {line}, column {column}: {error}"))
    };
    let session = session_words(&sequence, journal).map_err(|(key, error)| at(&key, &error))?;
    let in_file = |failed| match failed {
        Failed::Usage(error) => at(key_meant(&sequence, &error.to_string()), &format!("[session]: {error}")),
        other => other,
    };
    let Some(plan) = plan_of(session).map_err(in_file)? else {
        return Err(Failed::usage(format!("{shown}: [session] opens no session")));
    };
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    live::run(plan.with_sequence(RunPlan { sequence, folder, junit }))
}

/// The key whose value a message is about: the one that it names as an option, or else the one that opens the session.
fn key_meant<'s>(sequence: &'s Sequence, message: &str) -> &'s str {
    let keys = || sequence.session.iter().map(|word| word.key.as_str());
    let is_named = |key: &&str| {
        message
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .any(|word| word.strip_prefix("--") == Some(key))
    };
    keys().find(is_named).or_else(|| keys().find(|key| COMMANDS.contains(key))).unwrap_or_default()
}

/// The words of the command line that the file's session stands for, or which key is wrong, and why.
fn session_words(sequence: &Sequence, journal: Option<PathBuf>) -> Result<Vec<OsString>, (String, String)> {
    let is_command = |word: &&SessionWord| COMMANDS.contains(&word.key.as_str());
    let mut commands = sequence.session.iter().filter(is_command);
    let command = commands.next().ok_or_else(|| {
        let why = "it does not say how to open a session; add [session] with connect = \"tcp HOST:PORT\", listen, udp, unix or raw";
        (String::new(), why.to_owned())
    })?;
    if let Some(second) = commands.next() {
        let why = format!("[session]: '{}' does not go with '{}'", second.key, command.key);
        return Err((second.key.clone(), why));
    }
    let mut words: Vec<OsString> = vec!["sockscope-cli".into(), command.key.clone().into()];
    if let SessionValue::Texts(texts) = &command.value {
        words.extend(texts.iter().flat_map(|text| text.split_whitespace()).map(OsString::from));
    }
    let mut has_format = false;
    for SessionWord { key, value } in sequence.session.iter().filter(|word| !is_command(word)) {
        if key.starts_with("send") || key == "stdin" {
            let hint = near_miss::hint(key, ["send-buffer"].into_iter());
            return Err((
                key.clone(),
                format!("[session]: '{key}' is for steps; write [[step]] with send{hint}"),
            ));
        }
        has_format |= key == "format";
        match value {
            SessionValue::Flag(false) => {}
            SessionValue::Flag(true) => words.push(format!("--{key}").into()),
            SessionValue::Texts(texts) => {
                words.extend(texts.iter().map(|text| OsString::from(format!("--{key}={text}"))));
            }
        }
    }
    if !has_format {
        // Standard output is for the steps.
        words.push("--format=none".into());
    }
    if let Some(journal) = journal {
        words.push("--journal".into());
        words.push(journal.into());
    }
    Ok(words)
}
