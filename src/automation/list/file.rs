//! Send lists as files of ours, version 1.

use crate::automation::document::{self, Document, FileError, Table};
use crate::automation::interval;
use crate::automation::list::{ListEntry, SendList};
use crate::automation::phrase::Phrase;
use crate::automation::template::Form;
use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use std::fmt;

const VERSION: i64 = 1;

impl SendList {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<SendList, FileError> {
        let mut file = Document::read(text, Phrase("phrase.send_list"), VERSION)?;
        let tables = file.tables("send", Phrase("phrase.entry"))?;
        file.finish()?;
        Ok(SendList { entries: tables.into_iter().map(entry).collect::<Result<_, _>>()? })
    }
}

fn entry(mut table: Table<'_>) -> Result<ListEntry, FileError> {
    let mut text = |key| Ok::<_, FileError>(table.text(key)?.map(|text| text.text).unwrap_or_default());
    let (name, group, key) = (text("name")?, text("group")?, text("key")?);
    let mut payload = None;
    for form in Form::ALL {
        if let Some(typed) = table.text(form.word())? {
            if let Some((_, earlier)) = payload {
                return Err(table.conflict(Form::word(earlier), form.word()));
            }
            payload = Some((typed.text, form));
        }
    }
    let encoding = match table.text("encoding")? {
        None => None,
        Some(name) => Some(TextEncoding::from_name(&name.text).map_err(|error| name.error(error))?),
    };
    let (ending, checksum) = (table.ending("append")?, table.checksum()?);
    let delay = table.interval("delay")?.unwrap_or_default();
    let is_left_out = table.flag("enabled")? == Some(false);
    let Some((payload, form)) = payload else {
        table.refuse_others(&[])?;
        return Err(table.missing(Phrase("phrase.needs_form")));
    };
    table.finish()?;
    Ok(ListEntry { name, group, key, payload, form, encoding, ending, checksum, delay, is_left_out })
}

impl fmt::Display for SendList {
    /// As it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version = {VERSION}")?;
        for entry in &self.entries {
            writeln!(f, "\n[[send]]")?;
            for (key, text) in [("name", &entry.name), ("group", &entry.group), ("key", &entry.key)] {
                if !text.is_empty() {
                    writeln!(f, "{key} = {}", document::quoted(text))?;
                }
            }
            writeln!(f, "{} = {}", entry.form.word(), document::quoted(&entry.payload))?;
            if let Some(encoding) = entry.encoding {
                writeln!(f, "encoding = \"{encoding}\"")?;
            }
            if entry.ending != LineEnding::None {
                writeln!(f, "append = \"{}\"", entry.ending)?;
            }
            if let Some(checksum) = entry.checksum {
                writeln!(f, "checksum = \"{checksum}\"")?;
            }
            if !entry.delay.is_zero() {
                writeln!(f, "delay = \"{}\"", interval::text(entry.delay))?;
            }
            if entry.is_left_out {
                writeln!(f, "enabled = false")?;
            }
        }
        Ok(())
    }
}
