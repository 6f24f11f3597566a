//! Rule files, version 1: TOML that people write by hand, read with the place of every error and written so that it
//! reads back as the same rules.

use crate::automation::condition::{Condition, group_names};
use crate::automation::document::{self, Document, Entry, FileError, Problem, Table, Text};
use crate::automation::interval::{self, Rate};
use crate::automation::phrase::Phrase;
use crate::automation::rules::{Answer, AnswerContent, AnswerTo, CloseWay, Rule, Trigger};
use crate::automation::template::{Dressed, Form, Names, Template};
use crate::codec::composition::{Dress, LineEnding};
use crate::codec::expression::Vocabulary;
use crate::codec::text::TextEncoding;
use std::fmt;
use std::time::Duration;

const VERSION: i64 = 1;

/// The rules of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleFile {
    /// What it is called; empty for nothing.
    pub name: String,
    /// Values that belong to the whole session, as they are at first.
    pub variables: Vec<(String, String)>,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
}

/// What rules of a file are read with.
struct Reading<'a> {
    encoding: TextEncoding,
    vocabulary: Vocabulary,
    names: Vec<&'a str>,
}

pub(in crate::automation) const CLOSE_WAYS: [(&str, CloseWay); 2] =
    [("fin", CloseWay::Fin), ("reset", CloseWay::Reset)];

const RECIPIENTS: [(&str, AnswerTo); 2] = [("sender", AnswerTo::Sender), ("all", AnswerTo::All)];

impl RuleFile {
    /// Reads a file for a session of this encoding. The vocabulary knows the fields of decoders.
    pub fn parse(text: &str, encoding: TextEncoding, vocabulary: &Vocabulary) -> Result<RuleFile, FileError> {
        let mut file = Document::read(text, Phrase("phrase.rule_file"), VERSION)?;
        let name = file.text("name")?.map(|name| name.text).unwrap_or_default();
        let variables = file.table("variables")?.map_or(Ok(Vec::new()), values)?;
        let tables = file.tables("rule", Phrase("phrase.rule"))?;
        file.finish()?;
        // Any rule may use what another has caught or set, so all names are gathered first.
        let groups = group_names(text);
        let set: Vec<String> = tables.iter().flat_map(|table| table.keys_of("set")).collect();
        let own = variables.iter().map(|(name, _)| name.as_str()).chain(["state"]);
        let names: Vec<&str> = own.chain(groups.iter().chain(&set).map(String::as_str)).collect();
        let vocabulary = vocabulary.clone().with_variables(names.iter().copied());
        let reading = Reading { encoding, vocabulary, names };
        let rules = tables.into_iter().enumerate();
        let rules = rules.map(|(place, table)| rule(table, place + 1, &reading)).collect::<Result<_, _>>()?;
        Ok(RuleFile { name, variables, rules })
    }
}

impl RuleFile {
    /// The text of the file with other rules, each as it stands there.
    pub fn with_rules<'a>(&self, rules: impl IntoIterator<Item = &'a str>) -> String {
        let head = RuleFile { rules: Vec::new(), ..self.clone() }.to_string();
        document::with_tables(head, "rule", rules)
    }
}

/// Names with texts.
pub(in crate::automation) fn values(table: Table<'_>) -> Result<Vec<(String, String)>, FileError> {
    let value = |entry: Entry<'_>| Ok((entry.key.clone(), entry.into_written()?.text));
    table.into_entries().into_iter().map(value).collect()
}

fn rule(mut table: Table<'_>, number: usize, reading: &Reading<'_>) -> Result<Rule, FileError> {
    let name = table.text("name")?.map_or_else(|| format!("rule {number}"), |name| name.text);
    let is_on = table.flag("enabled")?.unwrap_or(true);
    let when = table.text("when")?;
    let every = table.interval("every")?;
    let trigger = match (when, every) {
        (Some(_), Some(_)) => return Err(table.conflict("when", "every")),
        // A misspelt key is the likelier reason, and is told first.
        (None, None) => None,
        (Some(when), None) => Some(Trigger::When(Condition::read(&when, &reading.vocabulary)?)),
        (None, Some(every)) if every.is_zero() => return Err(table.missing(Phrase("phrase.needs_time"))),
        (None, Some(every)) => Some(Trigger::Every(every)),
    };
    let requires = table.table("requires")?.map_or(Ok(Vec::new()), values)?;
    let is_timer = matches!(trigger, Some(Trigger::Every(_)));
    let answer = answer(&mut table, is_timer, reading)?;
    let set = table.table("set")?.map_or(Ok(Vec::new()), |table| templates(table, reading))?;
    let limit = match table.text("limit")? {
        None => None,
        Some(text) => {
            Some(Rate::parse(&text.text).ok_or_else(|| text.wrong_value("limit", Phrase("phrase.rate")))?)
        }
    };
    let stop = table.flag("stop")?.unwrap_or(false);
    let close = table.word("close", &CLOSE_WAYS)?;
    let no_trigger = table.missing(Phrase("phrase.needs_trigger"));
    table.finish()?;
    let trigger = trigger.ok_or(no_trigger)?;
    Ok(Rule { name, is_on, trigger, requires, answer, set, limit, stop, close })
}

fn answer(table: &mut Table<'_>, is_timer: bool, reading: &Reading<'_>) -> Result<Option<Answer>, FileError> {
    let (text, hex) = (table.text("reply")?, table.text("reply_hex")?);
    let echo = table.flag("echo")?.unwrap_or(false);
    let ending = table.ending("append")?;
    let checksum = table.checksum()?;
    let after = table.interval("after")?;
    let to = table.word("to", &RECIPIENTS)?;
    let (typed, form) = match (text, hex) {
        (Some(_), Some(_)) => return Err(table.conflict("reply", "reply_hex")),
        (Some(_), None) if echo => return Err(table.conflict("reply", "echo")),
        (None, Some(_)) if echo => return Err(table.conflict("reply_hex", "echo")),
        (Some(text), None) => (Some(text), Form::Text),
        (None, Some(hex)) => (Some(hex), Form::Hex),
        (None, None) => (None, Form::Text),
    };
    let dresses = ending != LineEnding::None || checksum.is_some();
    let content = match typed {
        Some(typed) => {
            let template = read_template(&typed, form, reading.encoding, &reading.names)?;
            AnswerContent::Template(Dressed { template, checksum, ending })
        }
        None if echo && !dresses && !is_timer => AnswerContent::Message,
        None if echo || dresses || after.is_some() || to.is_some() => {
            return Err(table.missing(Phrase("phrase.needs_reply")));
        }
        None => return Ok(None),
    };
    let usual = if is_timer { AnswerTo::All } else { AnswerTo::Sender };
    let to = to.unwrap_or(usual);
    if is_timer && to == AnswerTo::Sender {
        return Err(table.conflict("every", "to = \"sender\""));
    }
    Ok(Some(Answer { content, after: after.unwrap_or(Duration::ZERO), to }))
}

/// Reads a payload; an error names its place in the file.
pub(in crate::automation) fn read_template(
    typed: &Text<'_>,
    form: Form,
    encoding: TextEncoding,
    names: &[&str],
) -> Result<Template, FileError> {
    Template::parse(&typed.text, form, encoding, Names::Known(names))
        .map_err(|error| typed.error_at(error.at().saturating_sub(1), error))
}

fn templates(table: Table<'_>, reading: &Reading<'_>) -> Result<Vec<(String, Template)>, FileError> {
    let template = |entry: Entry<'_>| {
        let name = entry.key.clone();
        if !crate::automation::template::is_name(&name) {
            return Err(entry.error_at_key(Problem::WrongValue {
                key: "set".to_owned(),
                value: name,
                expected: vec![Phrase("phrase.name")],
                nearest: None,
            }));
        }
        let typed = entry.into_written()?;
        Ok((name, read_template(&typed, Form::Text, reading.encoding, &reading.names)?))
    };
    table.into_entries().into_iter().map(template).collect()
}

impl fmt::Display for RuleFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version = {VERSION}")?;
        if !self.name.is_empty() {
            writeln!(f, "name = {}", document::quoted(&self.name))?;
        }
        write_values(f, "variables", &self.variables)?;
        for rule in &self.rules {
            write!(f, "\n[[rule]]\n{rule}")?;
        }
        Ok(())
    }
}

pub(in crate::automation) fn write_values(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    values: &[(String, String)],
) -> fmt::Result {
    if !values.is_empty() {
        writeln!(f, "\n[{name}]")?;
    }
    for (name, value) in values {
        writeln!(f, "{} = {}", document::key(name), document::quoted(value))?;
    }
    Ok(())
}

impl fmt::Display for Rule {
    /// As it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = document::quoted;
        writeln!(f, "name = {}", quoted(&self.name))?;
        if !self.is_on {
            writeln!(f, "enabled = false")?;
        }
        match &self.trigger {
            // Every message is one that has a length.
            Trigger::EachMessage => writeln!(f, "when = \"len >= 0\"")?,
            Trigger::When(condition) => writeln!(f, "when = {}", quoted(condition.text()))?,
            Trigger::Every(every) => writeln!(f, "every = {}", quoted(&interval::text(*every)))?,
        }
        let inline = |values: Vec<(&String, String)>| {
            let pairs = values.iter().map(|(name, value)| {
                format!("{} = {}", document::key(name), document::quoted_on_one_line(value))
            });
            pairs.collect::<Vec<_>>().join(", ")
        };
        if !self.requires.is_empty() {
            let values = self.requires.iter().map(|(name, value)| (name, value.clone())).collect();
            writeln!(f, "requires = {{ {} }}", inline(values))?;
        }
        if let Some(answer) = &self.answer {
            let is_timer = matches!(self.trigger, Trigger::Every(_));
            write_answer(f, answer, is_timer)?;
        }
        if !self.set.is_empty() {
            let values = self.set.iter().map(|(name, template)| (name, template.to_string())).collect();
            writeln!(f, "set = {{ {} }}", inline(values))?;
        }
        if let Some(limit) = self.limit {
            writeln!(f, "limit = {}", quoted(&limit.text()))?;
        }
        if self.stop {
            writeln!(f, "stop = true")?;
        }
        match self.close {
            None => Ok(()),
            Some(CloseWay::Fin) => writeln!(f, "close = \"fin\""),
            Some(CloseWay::Reset) => writeln!(f, "close = \"reset\""),
        }
    }
}

fn write_answer(f: &mut fmt::Formatter<'_>, answer: &Answer, is_timer: bool) -> fmt::Result {
    match &answer.content {
        AnswerContent::Message => writeln!(f, "echo = true")?,
        AnswerContent::Template(dressed) => {
            let key = if dressed.template.form() == Form::Hex { "reply_hex" } else { "reply" };
            writeln!(f, "{key} = {}", document::quoted(&dressed.template.to_string()))?;
            write_dress(f, dressed.dress())?;
        }
    }
    if !answer.after.is_zero() {
        writeln!(f, "after = {}", document::quoted(&interval::text(answer.after)))?;
    }
    match answer.to {
        AnswerTo::All if !is_timer => writeln!(f, "to = \"all\""),
        AnswerTo::All | AnswerTo::Sender => Ok(()),
    }
}

pub(in crate::automation) fn write_dress(f: &mut fmt::Formatter<'_>, dress: Dress) -> fmt::Result {
    if dress.ending != LineEnding::None {
        writeln!(f, "append = \"{}\"", dress.ending)?;
    }
    match dress.checksum {
        None => Ok(()),
        Some(checksum) => writeln!(f, "checksum = \"{checksum}\""),
    }
}
